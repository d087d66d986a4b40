package notices

import (
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
)

const (
	noticeColumns = `n.id, n.kind, n.text, n.args, n.path, n.due, n.urgent, n.created, r.read_at`
	insertSQL     = `INSERT INTO notices_notice (id, key, kind, text, args, path, due, urgent, roles, units, day, created)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (key) DO NOTHING`
	insertForSQL = `INSERT INTO notices_recipient (account, notice, read_at) VALUES ($1, $2, 0) ON CONFLICT (account, notice) DO NOTHING`
	inboxSQL     = `SELECT ` + noticeColumns + ` FROM notices_recipient r JOIN notices_notice n ON n.id = r.notice
		WHERE r.account = $1 ORDER BY r.notice DESC LIMIT $2`
	unreadSQL = `SELECT ` + noticeColumns + ` FROM notices_recipient r JOIN notices_notice n ON n.id = r.notice
		WHERE r.account = $1 AND r.read_at = 0 ORDER BY r.notice DESC`
	oneSQL = `SELECT ` + noticeColumns + ` FROM notices_recipient r JOIN notices_notice n ON n.id = r.notice
		WHERE r.account = $1 AND n.id = $2`
	readSQL       = `UPDATE notices_recipient SET read_at = $1 WHERE account = $2 AND notice = $3 AND read_at = 0`
	readAllSQL    = `UPDATE notices_recipient SET read_at = $1 WHERE account = $2 AND read_at = 0 AND notice <= $3`
	waitingForSQL = `SELECT r.account FROM notices_recipient r JOIN notices_notice n ON n.id = r.notice WHERE n.path = $1 AND r.read_at = 0 GROUP BY r.account ORDER BY r.account`
	settleSQL     = `UPDATE notices_recipient SET read_at = $1 WHERE read_at = 0 AND notice IN (SELECT id FROM notices_notice WHERE path = $2)`
	countSQL      = `SELECT COUNT(*) FROM notices_recipient WHERE account = $1 AND read_at = 0`
	countsSQL     = `SELECT account, COUNT(*) FROM notices_recipient WHERE read_at = 0 GROUP BY account ORDER BY account`
	sinceSQL      = `SELECT id, kind, path, due, roles, units FROM notices_notice WHERE id > $1 OR created > $2 ORDER BY id`
	lastSQL       = `SELECT COALESCE(MAX(id), 0) FROM notices_notice`
	roundSQL      = `SELECT day, upto FROM notices_round WHERE id = 1`
	keepRoundSQL  = `INSERT INTO notices_round (id, day, upto) VALUES (1, $1, $2) ON CONFLICT (id) DO UPDATE SET day = excluded.day, upto = excluded.upto`
	putDigestSQL  = `INSERT INTO notices_digest (account, day, notices, created) VALUES ($1, $2, $3, $4) ON CONFLICT (account, day) DO NOTHING`
	digestSQL     = `SELECT day, notices FROM notices_digest WHERE account = $1 ORDER BY day DESC LIMIT 1`
	preferenceSQL = `SELECT mail, digest, urgent, kinds, lang, version FROM notices_preference WHERE account = $1`
	preferAllSQL  = `SELECT account, mail, digest, urgent, kinds, lang, version FROM notices_preference ORDER BY account`
	newPreferSQL  = `INSERT INTO notices_preference (account, mail, digest, urgent, kinds, lang, version) VALUES ($1, $2, $3, $4, $5, $6, 1) ON CONFLICT (account) DO NOTHING`
	preferSQL     = `UPDATE notices_preference SET mail = $1, digest = $2, urgent = $3, kinds = $4, lang = $5, version = version + 1 WHERE account = $6 AND version = $7`
	calendarSQL   = `SELECT made FROM notices_calendar WHERE account = $1`
	byTokenSQL    = `SELECT account FROM notices_calendar WHERE token = $1`
	putTokenSQL   = `INSERT INTO notices_calendar (account, token, made) VALUES ($1, $2, $3) ON CONFLICT (account) DO UPDATE SET token = excluded.token, made = excluded.made`
	dropTokenSQL  = `DELETE FROM notices_calendar WHERE account = $1`
)

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

// shanghai is the zone in which people read moments.
func shanghai() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }

func moment(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(n, 0).In(shanghai())
}

// list writes things with commas between.
func list[T any](all []T, text func(T) string) string {
	parts := make([]string, len(all))
	for i, x := range all {
		parts[i] = text(x)
	}
	return strings.Join(parts, ",")
}

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

func numberText(n int64) string { return strconv.FormatInt(n, 10) }

func numbersOf(s string) (out []int64, err error) {
	for _, x := range split(s) {
		n, err := strconv.ParseInt(x, 10, 64)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// insertEvent stores an event; false means that its key was there already.
func insertEvent(tx *sqldb.Tx, e notify.Event) (id int64, fresh bool, err error) {
	if id, err = tx.NextID("notices_notice"); err != nil {
		return 0, false, err
	}
	n, err := tx.Exec(insertSQL, id, e.Key, string(e.Kind), e.Text, notify.EncodeArgs(e.Args), e.Path, dayText(e.Due), sqldb.Bool(e.Urgent),
		list(e.Roles, func(r perm.Role) string { return string(r) }), list(e.Units, func(u org.UnitID) string { return numberText(int64(u)) }),
		period.DayOf(tx.Now()).String(), tx.Now().Unix())
	return id, n == 1, err
}

func insertFor(tx *sqldb.Tx, account, notice int64) error {
	_, err := tx.Exec(insertForSQL, account, notice)
	return err
}

func scanNotice(s sqldb.Scanner) (n Notice, err error) {
	var args, due string
	var urgent int
	var created, read int64
	if err = s.Scan(&n.ID, (*string)(&n.Kind), &n.Text, &args, &n.Path, &due, &urgent, &created, &read); err != nil {
		return n, err
	}
	n.Urgent, n.Created, n.Read = urgent == 1, moment(created), moment(read)
	if n.Args, err = notify.DecodeArgs(args); err != nil {
		return n, err
	}
	n.Due, err = parseDay(due)
	return n, err
}

func inboxOf(tx *sqldb.Tx, account int64, most int) ([]Notice, error) {
	unread, err := sqldb.All(tx, scanNotice, unreadSQL, account)
	if err != nil {
		return nil, err
	}
	newest, err := sqldb.All(tx, scanNotice, inboxSQL, account, most)
	for _, n := range newest {
		if !n.Read.IsZero() {
			unread = append(unread, n)
		}
	}
	return unread, err
}

func unreadOf(tx *sqldb.Tx, account int64) ([]Notice, error) {
	return sqldb.All(tx, scanNotice, unreadSQL, account)
}

func noticeOf(tx *sqldb.Tx, account, id int64) (Notice, error) {
	return sqldb.One(tx, scanNotice, fault.New(fault.Missing, "没有这条通知；请从通知列表进入"), oneSQL, account, id)
}

func markRead(tx *sqldb.Tx, account, id int64) (int64, error) {
	return tx.Exec(readSQL, tx.Now().Unix(), account, id)
}

func markAll(tx *sqldb.Tx, account, upto int64) (int64, error) {
	return tx.Exec(readAllSQL, tx.Now().Unix(), account, upto)
}

// settle marks what leads to a page as read for everybody, and gives whose inboxes changed.
func settle(tx *sqldb.Tx, path string) ([]int64, error) {
	accounts, err := sqldb.All(tx, func(s sqldb.Scanner) (n int64, err error) { err = s.Scan(&n); return n, err }, waitingForSQL, path)
	if err != nil || len(accounts) == 0 {
		return nil, err
	}
	_, err = tx.Exec(settleSQL, tx.Now().Unix(), path)
	return accounts, err
}

func countUnread(tx *sqldb.Tx, account int64) (n int, err error) {
	err = tx.Get(countSQL, []any{account}, &n)
	return n, err
}

func countAll(tx *sqldb.Tx) (map[int64]int, error) {
	out := map[int64]int{}
	_, err := sqldb.All(tx, func(s sqldb.Scanner) (x struct{}, err error) {
		var account int64
		var n int
		err = s.Scan(&account, &n)
		out[account] = n
		return x, err
	}, countsSQL)
	return out, err
}

// A told is a notice with whom it was told to, for groups.
type told struct {
	Notice
	roles []perm.Role
	units []org.UnitID
}

// toldSince gives the notices after a number, and all of those made after a moment.
func toldSince(tx *sqldb.Tx, after int64, young time.Time) ([]told, error) {
	return sqldb.All(tx, func(s sqldb.Scanner) (t told, err error) {
		var due, roles, units string
		if err = s.Scan(&t.ID, (*string)(&t.Kind), &t.Path, &due, &roles, &units); err != nil {
			return t, err
		}
		for _, r := range split(roles) {
			t.roles = append(t.roles, perm.Role(r))
		}
		ids, err := numbersOf(units)
		if err != nil {
			return t, err
		}
		for _, u := range ids {
			t.units = append(t.units, org.UnitID(u))
		}
		t.Due, err = parseDay(due)
		return t, err
	}, sinceSQL, after, young.Unix())
}

// roundOf gives the newest day whose digests were made and the newest notice they could name.
func roundOf(tx *sqldb.Tx) (day string, upto int64, err error) {
	err = tx.Get(roundSQL, nil, &day, &upto)
	if errors.Is(err, sql.ErrNoRows) {
		return "", 0, nil
	}
	return day, upto, err
}

func keepRound(tx *sqldb.Tx, day period.Day, upto int64) error {
	_, err := tx.Exec(keepRoundSQL, day.String(), upto)
	return err
}

func lastNotice(tx *sqldb.Tx) (n int64, err error) {
	err = tx.Get(lastSQL, nil, &n)
	return n, err
}

func putDigest(tx *sqldb.Tx, account int64, d Digest) (bool, error) {
	n, err := tx.Exec(putDigestSQL, account, d.Day.String(), list(d.Notices, numberText), tx.Now().Unix())
	return n == 1, err
}

// newestDigest gives a person's newest digest; the zero Digest where there is none.
func newestDigest(tx *sqldb.Tx, account int64) (Digest, error) {
	all, err := sqldb.All(tx, func(s sqldb.Scanner) (d Digest, err error) {
		var day, ids string
		if err = s.Scan(&day, &ids); err != nil {
			return d, err
		}
		if d.Day, err = parseDay(day); err != nil {
			return d, err
		}
		d.Notices, err = numbersOf(ids)
		return d, err
	}, digestSQL, account)
	if err != nil || len(all) == 0 {
		return Digest{}, err
	}
	return all[0], nil
}

// A sealedPreference is a preference whose address is still sealed.
type sealedPreference struct {
	Preference
	account int64
	sealed  string
}

func (p *sealedPreference) read(digest, urgent int, kinds string) {
	p.Digest, p.Urgent, p.Kinds = digest == 1, urgent == 1, nil
	for _, k := range split(kinds) {
		p.Kinds = append(p.Kinds, notify.Kind(k))
	}
}

func preferenceOf(tx *sqldb.Tx, account int64) (sealedPreference, error) {
	all, err := sqldb.All(tx, func(s sqldb.Scanner) (p sealedPreference, err error) {
		var digest, urgent int
		var kinds string
		err = s.Scan(&p.sealed, &digest, &urgent, &kinds, &p.Lang, &p.Version)
		p.read(digest, urgent, kinds)
		return p, err
	}, preferenceSQL, account)
	if err != nil || len(all) == 0 {
		return sealedPreference{Preference: defaultPreference(), account: account}, err
	}
	all[0].account = account
	return all[0], nil
}

func allPreferences(tx *sqldb.Tx) (map[int64]sealedPreference, error) {
	all, err := sqldb.All(tx, func(s sqldb.Scanner) (p sealedPreference, err error) {
		var digest, urgent int
		var kinds string
		err = s.Scan(&p.account, &p.sealed, &digest, &urgent, &kinds, &p.Lang, &p.Version)
		p.read(digest, urgent, kinds)
		return p, err
	}, preferAllSQL)
	out := map[int64]sealedPreference{}
	for _, p := range all {
		out[p.account] = p
	}
	return out, err
}

// stale is said to a second editor of the same row.
func stale(n int64, err error) error {
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "内容刚被别人改过；您填写的内容还在下面，请核对后再保存")
	}
	return err
}

func keepPreference(tx *sqldb.Tx, account int64, p Preference, sealed string) error {
	kinds := list(p.Kinds, func(k notify.Kind) string { return string(k) })
	if p.Version == 0 {
		return stale(tx.Exec(newPreferSQL, account, sealed, sqldb.Bool(p.Digest), sqldb.Bool(p.Urgent), kinds, p.Lang))
	}
	return stale(tx.Exec(preferSQL, sealed, sqldb.Bool(p.Digest), sqldb.Bool(p.Urgent), kinds, p.Lang, account, p.Version))
}

// calendarMade tells when a person's calendar address was made; zero where there is none.
func calendarMade(tx *sqldb.Tx, account int64) (time.Time, error) {
	var n int64
	err := tx.Get(calendarSQL, []any{account}, &n)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return moment(n), err
}

// calendarOwner gives whose calendar an address is; 0 for nobody's.
func calendarOwner(tx *sqldb.Tx, sum string) (account int64, err error) {
	err = tx.Get(byTokenSQL, []any{sum}, &account)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return account, err
}

func keepCalendar(tx *sqldb.Tx, account int64, sum string) error {
	_, err := tx.Exec(putTokenSQL, account, sum, tx.Now().Unix())
	return err
}

func dropCalendar(tx *sqldb.Tx, account int64) (int64, error) { return tx.Exec(dropTokenSQL, account) }
