package returns

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
)

const returnColumns = `id, form, unit, period, form_no, state, version, approved, drafts, first_at, last_at, by_account, reviewer, approver, restated, lock`

const (
	allReturnsSQL = `SELECT ` + returnColumns + ` FROM returns_return ORDER BY id`
	returnSQL     = `SELECT ` + returnColumns + ` FROM returns_return WHERE id = $1`
	returnAtSQL   = `SELECT ` + returnColumns + ` FROM returns_return WHERE form = $1 AND unit = $2 AND period = $3`
	newReturnSQL  = `INSERT INTO returns_return (` + returnColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`
	setReturnSQL = `UPDATE returns_return SET form_no = $3, state = $4, version = $5, approved = $6, drafts = $7, first_at = $8, last_at = $9,
		by_account = $10, reviewer = $11, approver = $12, restated = $13, lock = lock + 1 WHERE id = $1 AND lock = $2`
	begunSQL = `SELECT period FROM returns_return WHERE form = $1 AND version > 0`

	newVersionSQL = `INSERT INTO returns_version (ret, no, form_no, at, account, name, post, source, file, file_name, declared, comment, reason, body, warnings)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`
	versionSQL = `SELECT no, form_no, at, account, name, post, source, file, file_name, declared, comment, reason, body, warnings
		FROM returns_version WHERE ret = $1 AND no = $2`
	versionsSQL = `SELECT no, form_no, at, account, name, post, source, file, file_name, declared, comment, reason, '', '[]'
		FROM returns_version WHERE ret = $1 ORDER BY no`

	submittersSQL = `SELECT v.ret, v.name, v.post FROM returns_version v JOIN returns_return r ON r.id = v.ret AND r.version = v.no
		WHERE r.state IN ('submitted', 'reviewed') ORDER BY v.ret`

	newEventSQL = `INSERT INTO returns_event (ret, no, at, account, name, post, deed, version, reason, change)
		VALUES ($1, (SELECT COALESCE(MAX(no), 0) + 1 FROM returns_event WHERE ret = $1), $2, $3, $4, $5, $6, $7, $8, $9)`
	eventsSQL = `SELECT no, at, account, name, post, deed, version, reason, change FROM returns_event WHERE ret = $1 ORDER BY no`

	draftSQL  = `SELECT account, slot, seq, base, name, at, source, file, file_name, body FROM returns_draft WHERE ret = $1 AND account = $2 AND slot = $3`
	draftsSQL = `SELECT account, slot, seq, base, name, at, source, file, file_name, '{}' FROM returns_draft WHERE ret = $1 ORDER BY at DESC, account, slot`
	slotSQL   = `SELECT COALESCE(MAX(slot), 0) + 1 FROM returns_draft WHERE ret = $1 AND account = $2`
	keepSQL   = `INSERT INTO returns_draft (ret, account, slot, seq, base, name, at, source, file, file_name, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (ret, account, slot) DO UPDATE SET seq = $4, base = $5, name = $6, at = $7, source = $8, file = $9, file_name = $10, body = $11`
	dropDraftSQL   = `DELETE FROM returns_draft WHERE ret = $1 AND account = $2 AND slot = $3`
	countDraftsSQL = `SELECT COUNT(*) FROM returns_draft WHERE ret = $1`
)

func scanReturn(r sqldb.Scanner) (x Return, err error) {
	var unit, restated int64
	var p string
	err = r.Scan(&x.ID, &x.Place.Form, &unit, &p, &x.FormNo, &x.State, &x.Version, &x.Approved, &x.Drafts, &x.FirstAt, &x.LastAt,
		&x.By, &x.Reviewer, &x.Approver, &restated, &x.Lock)
	if err != nil {
		return x, err
	}
	x.Place.Unit, x.Restated = org.UnitID(unit), restated == 1
	x.First, x.Last = dayOf(x.FirstAt), dayOf(x.LastAt)
	if x.Place.Period, err = period.Parse(p); err != nil {
		return x, fmt.Errorf("return %d has the period %q: %w", x.ID, p, err)
	}
	if x.State == Draft && x.Drafts == 0 && x.Version == 0 {
		x.State = NotStarted
	}
	return x, nil
}

func dayOf(stamp string) period.Day {
	t, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return 0
	}
	return period.DayOf(t)
}

func allReturns(tx *sqldb.Tx) ([]Return, error) { return sqldb.All(tx, scanReturn, allReturnsSQL) }

func returnByID(tx *sqldb.Tx, id int64) (Return, error) {
	return sqldb.One(tx, scanReturn, fault.New(fault.Missing, "没有这份报表；请刷新列表后再试"), returnSQL, id)
}

// returnAt gives the record of a place; ok is false while nobody began.
func returnAt(tx *sqldb.Tx, at Place) (x Return, ok bool, err error) {
	list, err := sqldb.All(tx, scanReturn, returnAtSQL, at.Form, int64(at.Unit), at.Period.String())
	if err != nil || len(list) == 0 {
		return Return{Place: at}, false, err
	}
	return list[0], true, nil
}

// beginReturn makes the record of a place that has none.
func beginReturn(tx *sqldb.Tx, at Place) (Return, error) {
	id, err := tx.NextID("returns_return")
	if err != nil {
		return Return{}, err
	}
	x := Return{ID: id, Place: at, State: Draft, Lock: 1}
	_, err = tx.Exec(newReturnSQL, x.ID, at.Form, int64(at.Unit), at.Period.String(), 0, x.State, 0, 0, 0, "", "", "", "", "", 0, x.Lock)
	return x, err
}

// setReturn writes a changed record; somebody who was faster makes it fail.
func setReturn(tx *sqldb.Tx, x *Return) error {
	state := x.State
	if state == NotStarted {
		state = Draft
	}
	n, err := tx.Exec(setReturnSQL, x.ID, x.Lock, x.FormNo, state, x.Version, x.Approved, x.Drafts, x.FirstAt, x.LastAt,
		x.By, x.Reviewer, x.Approver, sqldb.Bool(x.Restated))
	if err == nil && n != 1 {
		return fault.New(fault.Conflict, "这份报表刚被别人办理过；请刷新后再试")
	}
	x.Lock++
	return err
}

// begunPeriods lists the periods of a form for which something was handed in.
func begunPeriods(tx *sqldb.Tx, form string) ([]period.Period, error) {
	return sqldb.All(tx, func(r sqldb.Scanner) (p period.Period, err error) {
		var s string
		if err = r.Scan(&s); err != nil {
			return p, err
		}
		return period.Parse(s)
	}, begunSQL, form)
}

func insertVersion(tx *sqldb.Tx, ret int64, v Version) error {
	text, err := packValues(v.Values, v.Notes)
	if err != nil {
		return err
	}
	warnings, err := json.Marshal(v.Warnings)
	if err != nil {
		return err
	}
	_, err = tx.Exec(newVersionSQL, ret, v.No, v.FormNo, v.At, v.Account, v.Name, v.Post, v.Source, v.File, v.FileName, v.Declared, v.Comment, v.Reason,
		text, string(warnings))
	return err
}

func scanVersion(r sqldb.Scanner) (v Version, err error) {
	var text, warnings string
	err = r.Scan(&v.No, &v.FormNo, &v.At, &v.Account, &v.Name, &v.Post, &v.Source, &v.File, &v.FileName, &v.Declared, &v.Comment, &v.Reason, &text, &warnings)
	if err != nil {
		return v, err
	}
	if text != "" {
		if v.Values, v.Notes, err = unpackValues(text); err != nil {
			return v, err
		}
	}
	return v, json.Unmarshal([]byte(warnings), &v.Warnings)
}

func version(tx *sqldb.Tx, ret int64, no int) (Version, error) {
	return sqldb.One(tx, scanVersion, fault.New(fault.Missing, "这份报表没有第 %d 版", no), versionSQL, ret, no)
}

// versions lists what was handed in, without its values.
func versions(tx *sqldb.Tx, ret int64) ([]Version, error) {
	return sqldb.All(tx, scanVersion, versionsSQL, ret)
}

// submitters tells who handed in the newest version of each return that waits, with the post, by
// the number of the return.
func submitters(tx *sqldb.Tx) (map[int64]string, error) {
	out := map[int64]string{}
	_, err := sqldb.All(tx, func(r sqldb.Scanner) (id int64, err error) {
		var name, post string
		err = r.Scan(&id, &name, &post)
		out[id] = strings.TrimSpace(name + " " + post)
		return id, err
	}, submittersSQL)
	return out, err
}

func insertEvent(tx *sqldb.Tx, ret int64, deed Deed, version int, reason string, change int64) error {
	by := tx.By()
	_, err := tx.Exec(newEventSQL, ret, tx.Stamp(), by.Account, by.Name, by.Post, deed, version, reason, change)
	return err
}

func events(tx *sqldb.Tx, ret int64) ([]Event, error) {
	return sqldb.All(tx, func(r sqldb.Scanner) (e Event, err error) {
		err = r.Scan(&e.No, &e.At, &e.Account, &e.Name, &e.Post, &e.Deed, &e.Version, &e.Reason, &e.Change)
		return e, err
	}, eventsSQL, ret)
}

// A draft is what one person typed into one return. Slot 0 is at work; the others were kept
// because somebody else was faster.
type draft struct {
	Account  string
	Slot     int
	Seq      int64 // grows with each save
	Base     int   // version it began from
	Name     string
	At       string
	Source   Door
	File     string
	FileName string
	Filling  Filling
}

func scanDraft(r sqldb.Scanner) (d draft, err error) {
	var text string
	if err = r.Scan(&d.Account, &d.Slot, &d.Seq, &d.Base, &d.Name, &d.At, &d.Source, &d.File, &d.FileName, &text); err != nil {
		return d, err
	}
	d.Filling, err = unpackFilling(text)
	return d, err
}

// draftOf gives a draft; ok is false if there is none.
func draftOf(tx *sqldb.Tx, ret int64, account string, slot int) (d draft, ok bool, err error) {
	d, err = sqldb.One(tx, scanDraft, sql.ErrNoRows, draftSQL, ret, account, slot)
	if errors.Is(err, sql.ErrNoRows) {
		return d, false, nil
	}
	return d, err == nil, err
}

// drafts lists the drafts of a return, newest first, without what was typed.
func drafts(tx *sqldb.Tx, ret int64) ([]draft, error) {
	return sqldb.All(tx, scanDraft, draftsSQL, ret)
}

func freeSlot(tx *sqldb.Tx, ret int64, account string) (n int, err error) {
	err = tx.Get(slotSQL, []any{ret, account}, &n)
	return n, err
}

func keepDraft(tx *sqldb.Tx, ret int64, d draft) error {
	text, err := packFilling(d.Filling)
	if err != nil {
		return err
	}
	_, err = tx.Exec(keepSQL, ret, d.Account, d.Slot, d.Seq, d.Base, d.Name, d.At, d.Source, d.File, d.FileName, text)
	return err
}

func dropDraft(tx *sqldb.Tx, ret int64, account string, slot int) error {
	_, err := tx.Exec(dropDraftSQL, ret, account, slot)
	return err
}

func countDrafts(tx *sqldb.Tx, ret int64) (n int, err error) {
	err = tx.Get(countDraftsSQL, []any{ret}, &n)
	return n, err
}
