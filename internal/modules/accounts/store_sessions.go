package accounts

import (
	"encoding/json"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/sqldb"
)

const (
	sessionColumns    = `id, token, account, began, seen, address, agent, ended, why`
	sessionByTokenSQL = `SELECT ` + sessionColumns + ` FROM accounts_session WHERE token = $1`
	sessionSQL        = `SELECT ` + sessionColumns + ` FROM accounts_session WHERE id = $1`
	sessionsOfSQL     = `SELECT ` + sessionColumns + ` FROM accounts_session WHERE account = $1 ORDER BY id DESC LIMIT $2`
	openSessionsSQL   = `SELECT ` + sessionColumns + ` FROM accounts_session WHERE ended = '' ORDER BY id`
	openOfSQL         = `SELECT ` + sessionColumns + ` FROM accounts_session WHERE ended = '' AND account = $1 ORDER BY id`
	insertSessionSQL  = `INSERT INTO accounts_session (id, token, account, began, seen, address, agent, ended, why) VALUES ($1, $2, $3, $4, $4, $5, $6, '', '')`
	endSessionSQL     = `UPDATE accounts_session SET ended = $1, why = $2 WHERE id = $3 AND ended = ''`
	seenSQL           = `UPDATE accounts_session SET seen = $1 WHERE id = $2 AND seen < $1 AND ended = ''`
	sweepSessionsSQL  = `DELETE FROM accounts_session WHERE ended <> '' AND ended < $1`

	screenColumns   = `id, name, pages, until, created, entered, revoked, version, link, token`
	screensSQL      = `SELECT ` + screenColumns + ` FROM accounts_screen ORDER BY id`
	screenSQL       = `SELECT ` + screenColumns + ` FROM accounts_screen WHERE id = $1`
	screenByLinkSQL = `SELECT ` + screenColumns + ` FROM accounts_screen WHERE link = $1`
	insertScreenSQL = `INSERT INTO accounts_screen (id, name, pages, until, created, created_by, link, token, entered, revoked, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '', '', 0, 1)`
	enterScreenSQL  = `UPDATE accounts_screen SET link = '', token = $1, entered = $2, version = version + 1 WHERE id = $3 AND link = $4`
	relinkScreenSQL = `UPDATE accounts_screen SET link = $1, version = version + 1 WHERE id = $2 AND revoked = 0`
	revokeScreenSQL = `UPDATE accounts_screen SET revoked = 1, link = '', token = '', version = version + 1 WHERE id = $1`
)

// A storedLogin is a log-in with the hash of its token.
type storedLogin struct {
	Login
	token string
}

func scanSession(s sqldb.Scanner) (l storedLogin, err error) {
	var began, seen, ended string
	if err := s.Scan(&l.ID, &l.token, &l.Account, &began, &seen, &l.Address, &l.Agent, &ended, &l.Why); err != nil {
		return l, err
	}
	var e [3]error
	l.Began, e[0] = parseStamp(began)
	l.Seen, e[1] = parseStamp(seen)
	l.Ended, e[2] = parseStamp(ended)
	return l, firstError(e[:]...)
}

func sessionByToken(tx *sqldb.Tx, sum string) (storedLogin, error) {
	return sqldb.One(tx, scanSession, fault.New(fault.SignedOut, "您没有登录，或登录已经结束；请重新登录"), sessionByTokenSQL, sum)
}

func session(tx *sqldb.Tx, id int64) (storedLogin, error) {
	return sqldb.One(tx, scanSession, fault.New(fault.Missing, "没有这次登录；请刷新页面"), sessionSQL, id)
}

func insertSession(tx *sqldb.Tx, a ID, sum, address, agent string) (int64, error) {
	id, err := tx.NextID("accounts_session")
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(insertSessionSQL, id, sum, a, tx.Stamp(), address, agent)
	return id, err
}

func endSession(tx *sqldb.Tx, id int64, why string) error {
	_, err := tx.Exec(endSessionSQL, tx.Stamp(), why, id)
	return err
}

func setSeen(tx *sqldb.Tx, id int64, seen time.Time) error {
	_, err := tx.Exec(seenSQL, stamp(seen), id)
	return err
}

func sessionsOf(tx *sqldb.Tx, a ID, limit int) ([]storedLogin, error) {
	return sqldb.All(tx, scanSession, sessionsOfSQL, a, limit)
}

func openSessions(tx *sqldb.Tx) ([]storedLogin, error) {
	return sqldb.All(tx, scanSession, openSessionsSQL)
}

func openSessionsOf(tx *sqldb.Tx, a ID) ([]storedLogin, error) {
	return sqldb.All(tx, scanSession, openOfSQL, a)
}

func sweepSessions(tx *sqldb.Tx, before time.Time) error {
	_, err := tx.Exec(sweepSessionsSQL, stamp(before))
	return err
}

// A storedScreen is a screen with the hashes of its unused link and of its cookie.
type storedScreen struct {
	Screen
	link, token string
}

func scanScreen(s sqldb.Scanner) (v storedScreen, err error) {
	var pages, until, created, entered string
	var revoked int
	if err := s.Scan(&v.ID, &v.Name, &pages, &until, &created, &entered, &revoked, &v.Version, &v.link, &v.token); err != nil {
		return v, err
	}
	v.Revoked = revoked == 1
	var e [4]error
	e[0] = json.Unmarshal([]byte(pages), &v.Pages)
	v.Until, e[1] = parseDay(until)
	v.Created, e[2] = parseStamp(created)
	v.Entered, e[3] = parseStamp(entered)
	return v, firstError(e[:]...)
}

func screen(tx *sqldb.Tx, id int64) (storedScreen, error) {
	return sqldb.One(tx, scanScreen, fault.New(fault.Missing, "没有编号为 %d 的大屏；请从大屏列表进入", id), screenSQL, id)
}

func screenByLink(tx *sqldb.Tx, sum string) (storedScreen, error) {
	return sqldb.One(tx, scanScreen, fault.New(fault.SignedOut, "这个大屏链接已经用过或失效；请让管理员重新生成链接"), screenByLinkSQL, sum)
}

func allScreens(tx *sqldb.Tx) ([]storedScreen, error) { return sqldb.All(tx, scanScreen, screensSQL) }

func insertScreen(tx *sqldb.Tx, s Screen, link string) (int64, error) {
	id, err := tx.NextID("accounts_screen")
	if err != nil {
		return 0, err
	}
	pages, err := json.Marshal(s.Pages)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(insertScreenSQL, id, s.Name, string(pages), s.Until.String(), tx.Stamp(), tx.By().Account, link)
	return id, err
}

func enterScreen(tx *sqldb.Tx, s storedScreen, token string) (bool, error) {
	n, err := tx.Exec(enterScreenSQL, token, tx.Stamp(), s.ID, s.link)
	return n == 1, err
}

func relinkScreen(tx *sqldb.Tx, id int64, link string) error {
	_, err := tx.Exec(relinkScreenSQL, link, id)
	return err
}

func revokeScreen(tx *sqldb.Tx, id int64) error {
	_, err := tx.Exec(revokeScreenSQL, id)
	return err
}
