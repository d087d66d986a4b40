package units

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
)

const (
	unitsSQL       = `SELECT id, code, kind, aliases, rev FROM units_unit ORDER BY id`
	versionsSQL    = `SELECT unit, from_day, to_day, name, short, pinyin, parent, ord, reason FROM units_version ORDER BY unit, from_day`
	successionsSQL = `SELECT id, kind, from_unit, to_unit, on_day, reason, change FROM units_succession ORDER BY id`
	lastChangeSQL  = `SELECT COALESCE(MAX(id), 0) FROM units_change`

	unitSQL         = `SELECT id, code, kind, aliases, rev FROM units_unit WHERE id = $1`
	unitVersionsSQL = `SELECT unit, from_day, to_day, name, short, pinyin, parent, ord, reason FROM units_version WHERE unit = $1 ORDER BY from_day`

	insertUnitSQL    = `INSERT INTO units_unit (id, code, kind, aliases, rev) VALUES `
	insertVersionSQL = `INSERT INTO units_version (unit, from_day, to_day, name, short, pinyin, parent, ord, reason) VALUES `
	insertSuccSQL    = `INSERT INTO units_succession (id, kind, from_unit, to_unit, on_day, reason, change) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	updateUnitSQL    = `UPDATE units_unit SET code = $2, kind = $3, aliases = $4, rev = $5 WHERE id = $1`
	dropVersionsSQL  = `DELETE FROM units_version WHERE unit = $1`
	dropUnitsSQL     = `DELETE FROM units_unit WHERE id >= $1 AND id <= $2`
	dropVersionRange = `DELETE FROM units_version WHERE unit >= $1 AND unit <= $2`
	dropSuccSQL      = `DELETE FROM units_succession WHERE change = $1`

	changeColumns   = `id, no, kind, unit, label, on_day, reason, account, name, at, added_lo, added_hi, undone, token`
	insertChangeSQL = `INSERT INTO units_change (` + changeColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, $13)`
	changeSQL       = `SELECT ` + changeColumns + ` FROM units_change WHERE id = $1`
	sinceSQL        = `SELECT ` + changeColumns + ` FROM units_change WHERE id > $1 ORDER BY id`
	afterNoSQL      = `SELECT ` + changeColumns + ` FROM units_change WHERE no > $1 ORDER BY id DESC`
	recentSQL       = `SELECT ` + changeColumns + ` FROM units_change ORDER BY id DESC LIMIT $1`
	ofUnitSQL       = `SELECT ` + changeColumns + ` FROM units_change WHERE id IN (SELECT change FROM units_before WHERE unit = $1)
		OR (added_lo <= $1 AND added_hi >= $1) OR unit = $1 ORDER BY id DESC LIMIT $2`
	undoneSQL       = `UPDATE units_change SET undone = $2 WHERE id = $1`
	insertBeforeSQL = `INSERT INTO units_before (change, unit, body) VALUES `
	beforeSQL       = `SELECT unit, body FROM units_before WHERE change = $1 ORDER BY unit`
	countBeforeSQL  = `SELECT COUNT(*) FROM units_before WHERE change > $1`
	sinceUnitsSQL   = `SELECT DISTINCT unit FROM units_before WHERE change > $1 AND unit > 0`
	laterSQL        = `SELECT COUNT(*) FROM units_before b JOIN units_change c ON c.id = b.change
		WHERE b.unit = $1 AND b.change > $2 AND c.undone = 0 AND c.kind <> 'undo'`
)

// A stored unit is a unit with the number of the change that touched it last.
type storedUnit struct {
	org.Unit
	rev int64
}

func scanUnit(s sqldb.Scanner) (u storedUnit, err error) {
	var id int64
	var aliases string
	if err = s.Scan(&id, &u.Code, &u.Kind, &aliases, &u.rev); err != nil {
		return u, err
	}
	u.ID = org.UnitID(id)
	if aliases != "" {
		u.Aliases = strings.Split(aliases, "\n")
	}
	return u, nil
}

type storedVersion struct {
	unit org.UnitID
	org.Version
}

func scanVersion(s sqldb.Scanner) (v storedVersion, err error) {
	var from, to string
	var unit, parent, ord int64
	if err = s.Scan(&unit, &from, &to, &v.Name, &v.Short, &v.Pinyin, &parent, &ord, &v.Reason); err != nil {
		return v, err
	}
	v.unit, v.Parent, v.Order = org.UnitID(unit), org.UnitID(parent), int(ord)
	if v.From, err = storedDay(from); err == nil {
		v.To, err = storedDay(to)
	}
	return v, err
}

func storedDay(s string) (period.Day, error) {
	if s == "" {
		return 0, nil
	}
	return period.ParseDay(s)
}

// A stored succession knows the change that recorded it.
type storedSucc struct {
	ID, Change int64
	org.Succession
}

func scanSucc(s sqldb.Scanner) (x storedSucc, err error) {
	var on string
	var from, to int64
	if err = s.Scan(&x.ID, &x.Kind, &from, &to, &on, &x.Reason, &x.Change); err != nil {
		return x, err
	}
	x.From, x.To = org.UnitID(from), org.UnitID(to)
	x.On, err = storedDay(on)
	return x, err
}

// A Recorded is one change of units as it stands in the history.
type Recorded struct {
	ID, No      int64
	Deed        Deed
	Unit        org.UnitID // 0 for an import
	Label       string     // name of the unit or of the file
	On          period.Day
	Reason      string
	Account, By string
	At          string // RFC 3339
	lo, hi      org.UnitID
	UndoneBy    int64 // the change that took it back, 0 none
	token       string
}

func scanRecorded(s sqldb.Scanner) (c Recorded, err error) {
	var on string
	var unit, lo, hi int64
	err = s.Scan(&c.ID, &c.No, &c.Deed, &unit, &c.Label, &on, &c.Reason, &c.Account, &c.By, &c.At, &lo, &hi, &c.UndoneBy, &c.token)
	if err != nil {
		return c, err
	}
	c.Unit, c.lo, c.hi = org.UnitID(unit), org.UnitID(lo), org.UnitID(hi)
	c.On, err = storedDay(on)
	return c, err
}

// readUnits reads all units, ascending by number, with their revisions.
func readUnits(tx *sqldb.Tx) ([]storedUnit, error) {
	units, err := sqldb.All(tx, scanUnit, unitsSQL)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(versionsSQL)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	// Versions come in the order of their units and lie in one piece; a unit's are a part of it.
	all := make([]org.Version, 0, len(units)+len(units)/16)
	var owner []org.UnitID
	for rows.Next() {
		v, err := scanVersion(rows)
		if err != nil {
			return nil, err
		}
		all, owner = append(all, v.Version), append(owner, v.unit)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	at := 0
	for i := range units {
		lo := at
		for at < len(owner) && owner[at] == units[i].ID {
			at++
		}
		units[i].Versions = all[lo:at:at]
	}
	if at != len(owner) {
		return nil, fault.New(fault.Internal, "units_version has rows of unit %d, which does not exist", int(owner[at]))
	}
	return units, nil
}

// readUnit reads one unit; ok is false when it does not exist.
func readUnit(tx *sqldb.Tx, id org.UnitID) (u storedUnit, ok bool, err error) {
	u, err = sqldb.One(tx, scanUnit, fault.New(fault.Missing, "没有这个单位；请从单位列表进入"), unitSQL, int64(id))
	if fault.KindOf(err) == fault.Missing {
		return u, false, nil
	}
	if err != nil {
		return u, false, err
	}
	list, err := sqldb.All(tx, scanVersion, unitVersionsSQL, int64(id))
	for _, v := range list {
		u.Versions = append(u.Versions, v.Version)
	}
	return u, true, err
}

func readSuccessions(tx *sqldb.Tx) ([]storedSucc, error) {
	return sqldb.All(tx, scanSucc, successionsSQL)
}

func lastChange(tx *sqldb.Tx) (n int64, err error) {
	err = tx.Get(lastChangeSQL, nil, &n)
	return n, err
}

// A batch writes rows of one table many at a time.
type batch struct {
	tx   *sqldb.Tx
	head string
	cols int
	args []any
	full string
}

// batchRows is small because the SQLite driver looks for each numbered parameter along the list of all.
const batchRows = 10

func newBatch(tx *sqldb.Tx, head string, cols int) *batch {
	return &batch{tx: tx, head: head, cols: cols, args: make([]any, 0, cols*batchRows), full: head + marks(cols, batchRows)}
}

// marks gives ($1, $2), ($3, $4) …
func marks(cols, rows int) string {
	var b strings.Builder
	for n := range cols * rows {
		switch {
		case n == 0:
			b.WriteByte('(')
		case n%cols == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", n+1)
	}
	b.WriteByte(')')
	return b.String()
}

func (b *batch) add(args ...any) error {
	b.args = append(b.args, args...)
	if len(b.args) == b.cols*batchRows {
		_, err := b.tx.Exec(b.full, b.args...)
		b.args = b.args[:0]
		return err
	}
	return nil
}

func (b *batch) flush() error {
	if len(b.args) == 0 {
		return nil
	}
	_, err := b.tx.Exec(b.head+marks(b.cols, len(b.args)/b.cols), b.args...)
	b.args = b.args[:0]
	return err
}

// insertUnits writes new units; progress gets how many are written.
func insertUnits(tx *sqldb.Tx, list []org.Unit, rev int64, progress func(done int)) error {
	units, versions := newBatch(tx, insertUnitSQL, 5), newBatch(tx, insertVersionSQL, 9)
	for i := range list {
		u := &list[i]
		if err := units.add(int64(u.ID), u.Code, string(u.Kind), strings.Join(u.Aliases, "\n"), rev); err != nil {
			return err
		}
		if err := addVersions(versions, u); err != nil {
			return err
		}
		if progress != nil && i%5000 == 4999 {
			progress(i + 1)
		}
	}
	return errors.Join(units.flush(), versions.flush())
}

func addVersions(b *batch, u *org.Unit) error {
	for i := range u.Versions {
		v := &u.Versions[i]
		err := b.add(int64(u.ID), v.From.String(), v.To.String(), v.Name, v.Short, v.Pinyin, int64(v.Parent), int64(v.Order), v.Reason)
		if err != nil {
			return err
		}
	}
	return nil
}

// updateUnits writes units that exist already.
func updateUnits(tx *sqldb.Tx, list []org.Unit, rev int64) error {
	versions := newBatch(tx, insertVersionSQL, 9)
	for i := range list {
		u := &list[i]
		n, err := tx.Exec(updateUnitSQL, int64(u.ID), u.Code, string(u.Kind), strings.Join(u.Aliases, "\n"), rev)
		if err != nil {
			return err
		}
		if n != 1 {
			return fault.New(fault.Internal, "unit %d is not in units_unit", int(u.ID))
		}
		if _, err := tx.Exec(dropVersionsSQL, int64(u.ID)); err != nil {
			return err
		}
		if err := addVersions(versions, u); err != nil {
			return err
		}
	}
	return versions.flush()
}

func insertSuccessions(tx *sqldb.Tx, list []org.Succession, change int64) error {
	if len(list) == 0 {
		return nil
	}
	id, err := tx.NextID("units_succession")
	if err != nil {
		return err
	}
	for i, s := range list {
		if err := insertSuccession(tx, storedSucc{id + int64(i), change, s}); err != nil {
			return err
		}
	}
	return nil
}

func insertSuccession(tx *sqldb.Tx, s storedSucc) error {
	_, err := tx.Exec(insertSuccSQL, s.ID, string(s.Kind), int64(s.From), int64(s.To), s.On.String(), s.Reason, s.Change)
	return err
}

// A unitForm is a unit as units_before keeps it.
type unitForm struct {
	Code     string        `json:"code"`
	Kind     org.Kind      `json:"kind"`
	Aliases  []string      `json:"aliases,omitempty"`
	Rev      int64         `json:"rev"`
	Versions []versionForm `json:"versions"`
}

type versionForm struct {
	From   period.Day `json:"from"`
	To     period.Day `json:"to"`
	Name   string     `json:"name"`
	Short  string     `json:"short,omitempty"`
	Pinyin string     `json:"pinyin"`
	Parent org.UnitID `json:"parent"`
	Order  int        `json:"order,omitempty"`
	Reason string     `json:"reason,omitempty"`
}

func bodyOf(u org.Unit, rev int64) (string, error) {
	f := unitForm{u.Code, u.Kind, u.Aliases, rev, make([]versionForm, len(u.Versions))}
	for i, v := range u.Versions {
		f.Versions[i] = versionForm(v)
	}
	b, err := json.Marshal(f)
	return string(b), err
}

func unitOf(id org.UnitID, body string) (storedUnit, error) {
	var f unitForm
	if err := json.Unmarshal([]byte(body), &f); err != nil {
		return storedUnit{}, fmt.Errorf("units_before of unit %d: %w", id, err)
	}
	u := storedUnit{org.Unit{ID: id, Code: f.Code, Kind: f.Kind, Aliases: f.Aliases}, f.Rev}
	for _, v := range f.Versions {
		u.Versions = append(u.Versions, org.Version(v))
	}
	return u, nil
}

// A before is a unit as it was before a change, or, with unit 0, the successions the change removed.
type before struct {
	unit org.UnitID
	body string
}

func readBefore(tx *sqldb.Tx, change int64) ([]before, error) {
	return sqldb.All(tx, func(s sqldb.Scanner) (b before, err error) {
		var id int64
		err = s.Scan(&id, &b.body)
		b.unit = org.UnitID(id)
		return b, err
	}, beforeSQL, change)
}

// record writes the line of a change, takes its change number and audits it. The revision of the
// units it touches is its id.
func record(tx *sqldb.Tx, c Recorded, detail any) error {
	no, err := tx.Change("units", fmt.Sprintf("%s:%d", c.Deed, c.ID))
	if err != nil {
		return err
	}
	by := tx.By()
	_, err = tx.Exec(insertChangeSQL, c.ID, no, string(c.Deed), int64(c.Unit), c.Label, c.On.String(), c.Reason, by.Account, by.Name, tx.Stamp(), int64(c.lo), int64(c.hi), c.token)
	if err != nil {
		return err
	}
	tx.Audit("units."+string(c.Deed), c.Label, detail)
	return nil
}

func oneRecorded(tx *sqldb.Tx, id int64) (Recorded, error) {
	return sqldb.One(tx, scanRecorded, fault.New(fault.Missing, "没有编号为 %d 的单位变更；请从单位页面进入", id), changeSQL, id)
}

func missing(err error) bool { return errors.Is(err, sql.ErrNoRows) }
