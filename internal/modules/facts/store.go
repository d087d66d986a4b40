package facts

import (
	"database/sql"
	"fmt"
	"strings"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/platform/sqldb"
)

const (
	seriesSQL       = `SELECT id, element, category FROM facts_series ORDER BY id`
	oneSeriesSQL    = `SELECT id FROM facts_series WHERE element = $1 AND category = $2`
	insertSeriesSQL = `INSERT INTO facts_series (id, element, category) VALUES ($1, $2, $3)`
	oneRowSQL       = `SELECT unit, batch, cells FROM facts_col WHERE series = $1 AND year = $2 AND unit = $3`
	rowRangeSQL     = `SELECT unit, batch, cells FROM facts_col WHERE series = $1 AND year = $2 AND unit >= $3 AND unit <= $4 ORDER BY unit`
	colSQL          = `SELECT unit, cells FROM facts_col WHERE series = $1 AND year = $2 ORDER BY unit`
	insertBatchSQL  = `INSERT INTO facts_batch (id, no, source_kind, source_id, source_name, reason, restate, created, updated, account, by_name, post, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
	upsertColSQL    = `INSERT INTO facts_col (series, year, unit, batch, cells) VALUES %s ON CONFLICT (series, year, unit) DO UPDATE SET batch = excluded.batch, cells = excluded.cells`
	insertChangeSQL = `INSERT INTO facts_change (batch, series, year, unit, prev, slots, old_cells, new_cells, refs) VALUES %s`
)

// rowsAtOnce tells how many rows one statement of a large batch writes. The driver of SQLite finds
// each parameter by walking a list, so that long statements cost more than they save there.
func rowsAtOnce(d sqldb.Dialect) int {
	if d == sqldb.SQLite {
		return 8
	}
	return 64
}

// A seriesRow is a stored series.
type seriesRow struct {
	id       int64
	element  measure.ElementID
	category measure.Category
}

func scanSeries(s sqldb.Scanner) (r seriesRow, err error) {
	err = s.Scan(&r.id, &r.element, &r.category)
	return r, err
}

// seriesID gives the id of a series, 0 if it holds no fact yet.
func seriesID(tx *sqldb.Tx, e measure.ElementID, k measure.Category) (int64, error) {
	list, err := sqldb.All(tx, func(s sqldb.Scanner) (id int64, err error) { err = s.Scan(&id); return id, err }, oneSeriesSQL, int64(e), string(k))
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return list[0], nil
}

// fetch reads what is stored of the rows of a draft and what its families need.
func (d *draft) fetch(tx *sqldb.Tx) error {
	for i := range d.series {
		s := &d.series[i]
		id, err := seriesID(tx, s.element.ID, s.category)
		if err != nil {
			return err
		}
		s.id = id
	}
	for lo := 0; lo < len(d.rows); {
		first := &d.cells[d.rows[lo].lo]
		hi := lo + 1
		for hi < len(d.rows) && d.cells[d.rows[hi].lo].row()>>25 == first.row()>>25 {
			hi++
		}
		if err := d.fetchRun(tx, lo, hi); err != nil {
			return err
		}
		lo = hi
	}
	return nil
}

// fetchRun reads the rows [lo, hi), all of one series and year.
func (d *draft) fetchRun(tx *sqldb.Tx, lo, hi int) error {
	first := &d.cells[d.rows[lo].lo]
	id := d.series[first.series()].id
	if id == 0 {
		return nil
	}
	units := make([]org.UnitID, hi-lo)
	for i := range units {
		units[i] = d.cells[d.rows[lo+i].lo].unit()
	}
	i := 0
	return readRows(tx, id, first.year(), units, func(unit org.UnitID, batch int64, packed []byte) error {
		for units[i] != unit {
			i++
		}
		d.store(lo+i, packed, batch)
		return nil
	})
}

// readRows calls f for the stored rows of a series and year at the units, which ascend. Many units
// that stand close together are read in one go.
func readRows(tx *sqldb.Tx, series int64, year int, units []org.UnitID, f func(unit org.UnitID, batch int64, packed []byte) error) error {
	const near = 32 // reading a row of a run costs about this share of asking for one
	from, to := units[0], units[len(units)-1]
	if len(units) > 4 && int(to-from) < near*len(units) {
		return eachRow(tx, f, units, rowRangeSQL, series, year, int64(from), int64(to))
	}
	for _, u := range units {
		if err := eachRow(tx, f, nil, oneRowSQL, series, year, int64(u)); err != nil {
			return err
		}
	}
	return nil
}

// eachRow calls f for the rows of a question; with want, only for those units.
func eachRow(tx *sqldb.Tx, f func(org.UnitID, int64, []byte) error, want []org.UnitID, query string, args ...any) error {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	i := 0
	for rows.Next() {
		var unit, batch int64
		var packed sql.RawBytes
		if err := rows.Scan(&unit, &batch, &packed); err != nil {
			return err
		}
		u := org.UnitID(unit)
		if want != nil {
			for i < len(want) && want[i] < u {
				i++
			}
			if i == len(want) {
				break
			}
			if want[i] != u {
				continue
			}
		}
		if err := f(u, batch, packed); err != nil {
			return err
		}
	}
	return rows.Err()
}

// fetchFamily reads all categories of a family.
func (f *family) fetch(tx *sqldb.Tx) error {
	for k, category := range f.kinds {
		id, err := seriesID(tx, f.element.ID, category)
		if err != nil {
			return err
		}
		if id == 0 {
			continue
		}
		err = readRows(tx, id, f.year, f.units, func(unit org.UnitID, _ int64, packed []byte) error {
			return f.store(k, unit, packed)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// A batchRow is a batch as it is stored.
type batchRow struct {
	id, no           int64
	source           measure.Source
	reason           string
	restate          bool
	created, updated int
	account, name    string
	post, at         string
}

// write stores the draft as a batch under a change number: the batch, its changes, the rows.
// Progress gets the rows done.
func (d *draft) write(tx *sqldb.Tx, atOnce int, b batchRow, progress func(rows int)) error {
	_, err := tx.Exec(insertBatchSQL, b.id, b.no, string(b.source.Kind), b.source.ID, b.source.Name, b.reason, sqldb.Bool(b.restate), b.created, b.updated, b.account, b.name, b.post, b.at)
	if err != nil {
		return err
	}
	if err := d.writeSeries(tx); err != nil {
		return err
	}
	cols := inserter{tx: tx, text: upsertColSQL, width: 5, rows: atOnce}
	changes := inserter{tx: tx, text: insertChangeSQL, width: 9, rows: atOnce}
	var ch rowChange
	for i := range d.rows {
		ok, err := d.change(&d.rows[i], &ch)
		if err != nil {
			return err
		}
		if ok {
			id := d.series[ch.series].id
			if err := cols.add(id, ch.year, int64(ch.unit), b.id, clone(ch.cells)); err != nil {
				return err
			}
			if err := changes.add(b.id, id, ch.year, int64(ch.unit), ch.prev, int64(ch.slots), clone(ch.old), clone(ch.new), ch.refs); err != nil {
				return err
			}
		}
		if progress != nil && i%4096 == 4095 {
			progress(i + 1)
		}
	}
	if err := cols.flush(); err != nil {
		return err
	}
	return changes.flush()
}

func clone(b []byte) []byte { return append(make([]byte, 0, len(b)), b...) }

func (d *draft) writeSeries(tx *sqldb.Tx) error {
	next := int64(0)
	used := make([]bool, len(d.series))
	for i := range d.cells {
		used[d.cells[i].series()] = true
	}
	for i := range d.series {
		s := &d.series[i]
		if s.id != 0 || !used[i] {
			continue
		}
		if next == 0 {
			var err error
			if next, err = tx.NextID("facts_series"); err != nil {
				return err
			}
		}
		s.id = next
		next++
		if _, err := tx.Exec(insertSeriesSQL, s.id, int64(s.element.ID), string(s.category)); err != nil {
			return err
		}
	}
	return nil
}

// An inserter writes rows of one table, many with one statement.
type inserter struct {
	tx    *sqldb.Tx
	text  string // with %s for the rows
	width int
	rows  int // that one statement writes
	args  []any
	full  string // the statement for so many rows
}

func (n *inserter) add(vals ...any) error {
	n.args = append(n.args, vals...)
	if len(n.args) < n.rows*n.width {
		return nil
	}
	if n.full == "" {
		n.full = n.statement(n.rows)
	}
	_, err := n.tx.Exec(n.full, n.args...)
	n.args = n.args[:0]
	return err
}

// flush writes what is left, in parts of a power of two so that few texts are prepared.
func (n *inserter) flush() error {
	for left := len(n.args) / n.width; left > 0; left = len(n.args) / n.width {
		k := n.rows
		for k > left {
			k /= 2
		}
		if _, err := n.tx.Exec(n.statement(k), n.args[:k*n.width]...); err != nil {
			return err
		}
		n.args = n.args[k*n.width:]
	}
	return nil
}

func (n *inserter) statement(rows int) string {
	var b strings.Builder
	at := 0
	for r := range rows {
		if r > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('(')
		for c := range n.width {
			if c > 0 {
				b.WriteByte(',')
			}
			at++
			fmt.Fprintf(&b, "$%d", at)
		}
		b.WriteByte(')')
	}
	return fmt.Sprintf(n.text, b.String())
}

// unpackSlots reads packed cells of changed slots.
func unpackSlots(packed []byte) (vals [cube.MaxSlots]int64, n int, present uint32, err error) {
	n, present, err = cube.Unpack(packed, &vals)
	return vals, n, present, err
}
