package accounts

import (
	"encoding/json"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

const (
	accountColumns   = `id, login, name, active, until, must_change, secret, secret_at, one_time, created, last_login, version`
	accountsSQL      = `SELECT ` + accountColumns + ` FROM accounts_account ORDER BY login`
	accountSQL       = `SELECT ` + accountColumns + ` FROM accounts_account WHERE id = $1`
	accountByNameSQL = `SELECT ` + accountColumns + ` FROM accounts_account WHERE login = $1`
	countAccountsSQL = `SELECT COUNT(*) FROM accounts_account`
	insertAccountSQL = `INSERT INTO accounts_account (id, login, name, active, until, must_change, secret, secret_at, one_time, created, created_by, last_login, version)
		VALUES ($1, $2, $3, 1, $4, 1, $5, $6, $7, $6, $8, '', 1)`
	updatePersonSQL  = `UPDATE accounts_account SET name = $1, until = $2, version = version + 1 WHERE id = $3 AND version = $4`
	updateActiveSQL  = `UPDATE accounts_account SET active = $1, version = version + 1 WHERE id = $2`
	updateSecretSQL  = `UPDATE accounts_account SET secret = $1, secret_at = $2, one_time = $3, must_change = $4 WHERE id = $5`
	rehashSQL        = `UPDATE accounts_account SET secret = $1 WHERE id = $2 AND secret = $3`
	lastLoginSQL     = `UPDATE accounts_account SET last_login = $1 WHERE id = $2`
	keepSecretSQL    = `INSERT INTO accounts_history (account, no, secret, at) SELECT CAST($1 AS BIGINT), COALESCE(MAX(no), 0) + 1, CAST($2 AS TEXT), CAST($3 AS TEXT) FROM accounts_history WHERE account = $1`
	historySQL       = `SELECT secret FROM accounts_history WHERE account = $1 ORDER BY no DESC LIMIT $2`
	trimHistorySQL   = `DELETE FROM accounts_history WHERE account = $1 AND no <= (SELECT COALESCE(MAX(no), 0) FROM accounts_history WHERE account = $1) - $2`
	policySQL        = `SELECT body, version FROM accounts_policy WHERE id = 1`
	insertPolicySQL  = `INSERT INTO accounts_policy (id, body, version) VALUES (1, $1, 1)`
	updatePolicySQL  = `UPDATE accounts_policy SET body = $1, version = version + 1 WHERE version = $2`
	attemptSQL       = `SELECT failures, last FROM accounts_attempt WHERE key = $1`
	keepAttemptSQL   = `INSERT INTO accounts_attempt (key, failures, last) VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, last = excluded.last`
	dropAttemptSQL   = `DELETE FROM accounts_attempt WHERE key = $1`
	attemptsSQL      = `SELECT key, failures, last FROM accounts_attempt ORDER BY key`
	sweepAttemptsSQL = `DELETE FROM accounts_attempt WHERE last < $1`
)

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

func parseStamp(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339, s)
}

func dayText(d period.Day) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func parseDay(s string) (period.Day, error) {
	if s == "" {
		return 0, nil
	}
	return period.ParseDay(s)
}

// firstError gives the first error of a row's fields.
func firstError(errs ...error) error {
	for _, e := range errs {
		if e != nil {
			return e
		}
	}
	return nil
}

func scanAccount(s sqldb.Scanner) (a Account, err error) {
	var active, must int
	var until, secretAt, oneTime, created, last string
	if err := s.Scan(&a.ID, &a.Login, &a.Name, &active, &until, &must, &a.secret, &secretAt, &oneTime, &created, &last, &a.Version); err != nil {
		return a, err
	}
	a.Active, a.MustChange = active == 1, must == 1
	var e [5]error
	a.Until, e[0] = parseDay(until)
	a.SecretAt, e[1] = parseStamp(secretAt)
	a.OneTime, e[2] = parseStamp(oneTime)
	a.Created, e[3] = parseStamp(created)
	a.LastLogin, e[4] = parseStamp(last)
	return a, firstError(e[:]...)
}

func account(tx *sqldb.Tx, id ID) (Account, error) {
	return sqldb.One(tx, scanAccount, fault.New(fault.Missing, "没有编号为 %d 的账号；请从账号列表进入", id), accountSQL, id)
}

func accountByLogin(tx *sqldb.Tx, login string) (Account, error) {
	login = FoldLogin(login)
	return sqldb.One(tx, scanAccount, fault.New(fault.Missing, "没有登录名为 %s 的账号；请检查拼写", login), accountByNameSQL, login)
}

func countAccounts(tx *sqldb.Tx) (n int64, err error) {
	err = tx.Get(countAccountsSQL, nil, &n)
	return n, err
}

func insertAccount(tx *sqldb.Tx, in NewAccount, secret string) (ID, error) {
	id, err := tx.NextID("accounts_account")
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(insertAccountSQL, id, in.Login, in.Name, dayText(in.Until), secret, tx.Stamp(), stamp(tx.Now().Add(oneTimeLasts)), tx.By().Account)
	return ID(id), err
}

func updatePerson(tx *sqldb.Tx, id ID, name string, until period.Day, version int64) (bool, error) {
	n, err := tx.Exec(updatePersonSQL, name, dayText(until), id, version)
	return n == 1, err
}

func updateActive(tx *sqldb.Tx, id ID, active bool) error {
	_, err := tx.Exec(updateActiveSQL, sqldb.Bool(active), id)
	return err
}

// replaceSecret puts a new secret in place and the old one into the history of keep entries.
func replaceSecret(tx *sqldb.Tx, a Account, secret string, oneTime time.Time, keep int) error {
	if _, err := tx.Exec(keepSecretSQL, a.ID, a.secret, tx.Stamp()); err != nil {
		return err
	}
	if _, err := tx.Exec(trimHistorySQL, a.ID, keep); err != nil {
		return err
	}
	_, err := tx.Exec(updateSecretSQL, secret, tx.Stamp(), stamp(oneTime), sqldb.Bool(!oneTime.IsZero()), a.ID)
	return err
}

func rehash(tx *sqldb.Tx, a Account, secret string) error {
	_, err := tx.Exec(rehashSQL, secret, a.ID, a.secret)
	return err
}

func noteLogin(tx *sqldb.Tx, id ID) error {
	_, err := tx.Exec(lastLoginSQL, tx.Stamp(), id)
	return err
}

func earlierSecrets(tx *sqldb.Tx, id ID, n int) ([]string, error) {
	return sqldb.All(tx, scanText, historySQL, id, n)
}

func scanText(s sqldb.Scanner) (t string, err error) {
	err = s.Scan(&t)
	return t, err
}

// A storedPolicy is the policy with the number of its version; 0 stands for the default that
// was never changed.
type storedPolicy struct {
	Policy
	Version int64
}

func readPolicy(tx *sqldb.Tx) (storedPolicy, error) {
	list, err := sqldb.All(tx, func(s sqldb.Scanner) (p storedPolicy, err error) {
		var body string
		if err := s.Scan(&body, &p.Version); err != nil {
			return p, err
		}
		p.Policy = MLPS()
		return p, json.Unmarshal([]byte(body), &p.Policy)
	}, policySQL)
	if err != nil || len(list) == 0 {
		return storedPolicy{Policy: MLPS()}, err
	}
	return list[0], nil
}

func writePolicy(tx *sqldb.Tx, p Policy, version int64) (bool, error) {
	body, err := json.Marshal(p)
	if err != nil {
		return false, err
	}
	if version == 0 {
		if old, err := readPolicy(tx); err != nil || old.Version != 0 {
			return false, err
		}
		_, err := tx.Exec(insertPolicySQL, string(body))
		return err == nil, err
	}
	n, err := tx.Exec(updatePolicySQL, string(body), version)
	return n == 1, err
}

type keyedAttempt struct {
	key string
	attempt
}

func scanAttempt(s sqldb.Scanner) (a keyedAttempt, err error) {
	var last string
	if err := s.Scan(&a.key, &a.Failures, &last); err != nil {
		return a, err
	}
	a.Last, err = parseStamp(last)
	return a, err
}

func readAttempt(tx *sqldb.Tx, key string) (attempt, error) {
	list, err := sqldb.All(tx, func(s sqldb.Scanner) (a attempt, err error) {
		var last string
		if err := s.Scan(&a.Failures, &last); err != nil {
			return a, err
		}
		a.Last, err = parseStamp(last)
		return a, err
	}, attemptSQL, key)
	if err != nil || len(list) == 0 {
		return attempt{}, err
	}
	return list[0], nil
}

func writeAttempt(tx *sqldb.Tx, key string, a attempt) error {
	if a.Failures == 0 {
		return dropAttempt(tx, key)
	}
	_, err := tx.Exec(keepAttemptSQL, key, a.Failures, stamp(a.Last))
	return err
}

func dropAttempt(tx *sqldb.Tx, key string) error {
	_, err := tx.Exec(dropAttemptSQL, key)
	return err
}

func allAttempts(tx *sqldb.Tx) ([]keyedAttempt, error) {
	return sqldb.All(tx, scanAttempt, attemptsSQL)
}

func sweepAttempts(tx *sqldb.Tx, before time.Time) error {
	_, err := tx.Exec(sweepAttemptsSQL, stamp(before))
	return err
}

// Posts and holdings.

const (
	postColumns      = `id, role, unit, title, ended, version`
	postsSQL         = `SELECT ` + postColumns + ` FROM accounts_post ORDER BY id`
	postSQL          = `SELECT ` + postColumns + ` FROM accounts_post WHERE id = $1`
	samePostSQL      = `SELECT ` + postColumns + ` FROM accounts_post WHERE role = $1 AND unit = $2 AND title = $3`
	insertPostSQL    = `INSERT INTO accounts_post (id, role, unit, title, ended, version) VALUES ($1, $2, $3, $4, '', 1)`
	endPostSQL       = `UPDATE accounts_post SET ended = $1, version = version + 1 WHERE id = $2 AND version = $3`
	holdingColumns   = `h.id, h.account, h.from_day, h.to_day, h.stand_in, h.version, p.id, p.role, p.unit, p.title, p.ended, p.version`
	holdingsFrom     = ` FROM accounts_holding h JOIN accounts_post p ON p.id = h.post`
	allHoldingsSQL   = `SELECT ` + holdingColumns + holdingsFrom + ` ORDER BY h.account, h.stand_in, h.id`
	holdingsOfSQL    = `SELECT ` + holdingColumns + holdingsFrom + ` WHERE h.account = $1 ORDER BY h.stand_in, h.id`
	holdingsAtSQL    = `SELECT ` + holdingColumns + holdingsFrom + ` WHERE h.post = $1 ORDER BY h.stand_in, h.id`
	holdingSQL       = `SELECT ` + holdingColumns + holdingsFrom + ` WHERE h.id = $1`
	countHoldersSQL  = `SELECT COUNT(*)` + holdingsFrom + ` WHERE p.role = $1 AND h.from_day <= $2 AND (h.to_day = '' OR h.to_day >= $2) AND (p.ended = '' OR p.ended > $2)`
	insertHoldingSQL = `INSERT INTO accounts_holding (id, account, post, from_day, to_day, stand_in, version) VALUES ($1, $2, $3, $4, $5, $6, 1)`
	endHoldingSQL    = `UPDATE accounts_holding SET to_day = $1, version = version + 1 WHERE id = $2 AND version = $3`
)

func scanPost(s sqldb.Scanner) (p Post, err error) {
	var ended string
	if err := s.Scan(&p.ID, &p.Role, &p.Unit, &p.Title, &ended, &p.Version); err != nil {
		return p, err
	}
	p.Ended, err = parseDay(ended)
	return p, err
}

func scanHolding(s sqldb.Scanner) (h Holding, err error) {
	var from, to, ended string
	var standIn int
	p := &h.Post
	if err := s.Scan(&h.ID, &h.Account, &from, &to, &standIn, &h.Version, &p.ID, &p.Role, &p.Unit, &p.Title, &ended, &p.Version); err != nil {
		return h, err
	}
	h.StandIn = standIn == 1
	var e [3]error
	h.From, e[0] = parseDay(from)
	h.To, e[1] = parseDay(to)
	p.Ended, e[2] = parseDay(ended)
	return h, firstError(e[:]...)
}

func post(tx *sqldb.Tx, id int64) (Post, error) {
	return sqldb.One(tx, scanPost, fault.New(fault.Missing, "没有编号为 %d 的岗位；请从岗位列表进入", id), postSQL, id)
}

func holding(tx *sqldb.Tx, id int64) (Holding, error) {
	return sqldb.One(tx, scanHolding, fault.New(fault.Missing, "没有编号为 %d 的任职；请从账号页面进入", id), holdingSQL, id)
}

// findPost gives the post of that role, unit and title; ok is false if there is none.
func findPost(tx *sqldb.Tx, role perm.Role, unit org.UnitID, title string) (p Post, ok bool, err error) {
	list, err := sqldb.All(tx, scanPost, samePostSQL, string(role), unit, title)
	if err != nil || len(list) == 0 {
		return Post{}, false, err
	}
	return list[0], true, nil
}

func insertPost(tx *sqldb.Tx, role perm.Role, unit org.UnitID, title string) (Post, error) {
	id, err := tx.NextID("accounts_post")
	if err != nil {
		return Post{}, err
	}
	_, err = tx.Exec(insertPostSQL, id, string(role), unit, title)
	return Post{ID: id, Role: role, Unit: unit, Title: title, Version: 1}, err
}

func setPostEnd(tx *sqldb.Tx, p Post, ended period.Day) (bool, error) {
	n, err := tx.Exec(endPostSQL, dayText(ended), p.ID, p.Version)
	return n == 1, err
}

func insertHolding(tx *sqldb.Tx, h Holding) (int64, error) {
	id, err := tx.NextID("accounts_holding")
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(insertHoldingSQL, id, h.Account, h.Post.ID, h.From.String(), dayText(h.To), sqldb.Bool(h.StandIn))
	return id, err
}

func setHoldingEnd(tx *sqldb.Tx, h Holding, last period.Day) (bool, error) {
	n, err := tx.Exec(endHoldingSQL, last.String(), h.ID, h.Version)
	return n == 1, err
}

func holdingsOf(tx *sqldb.Tx, id ID) ([]Holding, error) {
	return sqldb.All(tx, scanHolding, holdingsOfSQL, id)
}

// countHolders counts who holds a post of a role on a day, usable account or not.
func countHolders(tx *sqldb.Tx, r perm.Role, on period.Day) (n int64, err error) {
	err = tx.Get(countHoldersSQL, []any{string(r), on.String()}, &n)
	return n, err
}

func allHoldings(tx *sqldb.Tx) ([]Holding, error) { return sqldb.All(tx, scanHolding, allHoldingsSQL) }

func allPosts(tx *sqldb.Tx) ([]Post, error) { return sqldb.All(tx, scanPost, postsSQL) }

func allAccounts(tx *sqldb.Tx) ([]Account, error) { return sqldb.All(tx, scanAccount, accountsSQL) }
