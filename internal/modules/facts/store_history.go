package facts

import (
	"database/sql"
	"errors"
	"math/bits"
	"slices"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
)

const (
	lastBatchSQL = `SELECT batch FROM facts_col WHERE series = $1 AND year = $2 AND unit = $3`
	// A row of the log names the batch that changed the same row before it, so the history of a cell
	// is a walk along its primary key and needs no further index.
	stepSQL = `SELECT c.prev, c.slots, c.new_cells, c.refs, b.no, b.source_kind, b.source_id, b.source_name, b.reason, b.account, b.by_name, b.post, b.at
		FROM facts_change c JOIN facts_batch b ON b.id = c.batch WHERE c.batch = $1 AND c.series = $2 AND c.year = $3 AND c.unit = $4`
	undoSQL = `SELECT s.element, s.category, c.year, c.unit, c.slots, c.old_cells
		FROM facts_batch b JOIN facts_change c ON c.batch = b.id JOIN facts_series s ON s.id = c.series
		WHERE b.no > $1 AND b.no <= $2 ORDER BY b.id DESC`
	restatedSQL = `SELECT s.element, s.category, c.year, c.unit, c.slots, c.old_cells, c.new_cells, c.refs,
			b.no, b.source_kind, b.source_id, b.source_name, b.reason, b.account, b.by_name, b.post, b.at
		FROM facts_batch b JOIN facts_change c ON c.batch = b.id JOIN facts_series s ON s.id = c.series
		WHERE b.restate = 1 ORDER BY b.id, c.series, c.year, c.unit`
	// Every row of the columns, followed by the changes that made it.
	replaySQL = `SELECT series, year, unit, 0 AS batch, batch AS prev, 0 AS slots, cells AS old_cells, cells AS new_cells FROM facts_col
		UNION ALL SELECT series, year, unit, batch, prev, slots, old_cells, new_cells FROM facts_change
		ORDER BY series, year, unit, batch`
	batchRestatesSQL = `SELECT restate FROM facts_batch WHERE id = $1`
	importsSQL       = `SELECT id, no, source_kind, source_id, source_name, reason, restate, created, updated, account, by_name, post, at
		FROM facts_batch WHERE source_kind = 'import' ORDER BY id DESC LIMIT $1`
)

// A spotKey is where a cell is stored.
type spotKey struct {
	series int64
	year   int
	unit   org.UnitID
	slot   int // of the year
}

// A step is one link of a row's history.
type step struct {
	prev  int64
	slots uint32
	vals  [cube.MaxSlots]int64
	has   uint32
	refs  string
	v     measure.Version
}

func readStep(tx *sqldb.Tx, batch int64, at spotKey) (s step, err error) {
	missing := fault.New(fault.Internal, "变更记录不完整；请用 kaiyang check 检查，并从备份恢复。")
	return sqldb.One(tx, func(r sqldb.Scanner) (s step, err error) {
		var slots int64
		var packed []byte
		var kind, account, name string
		v := &s.v
		err = r.Scan(&s.prev, &slots, &packed, &s.refs, &v.No, &kind, &v.Source.ID, &v.Source.Name, &v.Reason, &account, &name, &v.Post, &v.At)
		if err != nil {
			return s, err
		}
		s.slots = uint32(slots)
		v.Source.Kind, v.By = measure.SourceKind(kind), person(account, name)
		_, s.has, err = cube.Unpack(packed, &s.vals)
		return s, err
	}, missing, stepSQL, batch, at.series, at.year, int64(at.unit))
}

// walk calls f for the versions of a cell, the newest first, until f gives false.
func walk(tx *sqldb.Tx, at spotKey, f func(v measure.Version) bool) error {
	if at.series == 0 {
		return nil
	}
	var batch int64
	err := tx.Get(lastBatchSQL, []any{at.series, at.year, int64(at.unit)}, &batch)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	for err == nil && batch > 0 {
		var s step
		if s, err = readStep(tx, batch, at); err != nil {
			return err
		}
		if bit := uint32(1) << at.slot; s.slots&bit != 0 {
			v := s.v
			v.Missing = s.has&bit == 0
			v.Value = s.vals[at.slot]
			v.Ref = refOf(s.refs, s.slots, at.slot)
			if !f(v) {
				return nil
			}
		}
		batch = s.prev
	}
	return err
}

// refOf picks the reference of a slot out of those of a row.
func refOf(refs string, slots uint32, slot int) string {
	skip := bits.OnesCount32(slots & (1<<slot - 1))
	for range skip {
		_, rest, ok := cutLine(refs)
		if !ok {
			return ""
		}
		refs = rest
	}
	first, _, _ := cutLine(refs)
	return first
}

func cutLine(s string) (first, rest string, ok bool) {
	for i := range len(s) {
		if s[i] == '\n' {
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

// readRestatements lists the cells of batches that restate, as they were and as they are.
func readRestatements(tx *sqldb.Tx, cat *measure.Catalogue, keep func(no int64, p period.Period) bool) ([]Restatement, error) {
	rows, err := tx.Query(restatedSQL)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Restatement
	for rows.Next() {
		var element, year, unit, slots int64
		var category, refs, kind, account, name string
		var oldCells, newCells []byte
		var v measure.Version
		err := rows.Scan(&element, &category, &year, &unit, &slots, &oldCells, &newCells, &refs,
			&v.No, &kind, &v.Source.ID, &v.Source.Name, &v.Reason, &account, &name, &v.Post, &v.At)
		if err != nil {
			return nil, err
		}
		v.Source.Kind, v.By, v.Restated = measure.SourceKind(kind), person(account, name), true
		e, _ := cat.ID(measure.ElementID(element))
		was, _, had, err := unpackSlots(oldCells)
		if err != nil {
			return nil, err
		}
		is, _, has, err := unpackSlots(newCells)
		if err != nil {
			return nil, err
		}
		g := e.GrainIn(int(year))
		for m := uint32(slots); m != 0; m &= m - 1 {
			i := bits.TrailingZeros32(m)
			p := g.Period(g.First(int(year)) + period.Slot(i))
			if !keep(v.No, p) {
				continue
			}
			x := v
			x.Value, x.Missing, x.Ref = is[i], has>>i&1 == 0, refOf(refs, uint32(slots), i)
			out = append(out, Restatement{Element: e, Category: measure.Category(category), Unit: org.UnitID(unit), Period: p,
				Old: was[i], New: is[i], Was: had>>i&1 == 1, Is: has>>i&1 == 1, Version: x})
		}
	}
	return out, rows.Err()
}

// replay follows the log of every stored row and calls differ for each that is not what its
// changes made of it.
func replay(tx *sqldb.Tx, differ func(series int64, year int, unit org.UnitID, what fault.Word)) (rows, changes int, err error) {
	q, err := tx.Query(replaySQL)
	if err != nil {
		return 0, 0, err
	}
	defer q.Close()
	var at struct{ series, year, unit int64 }
	var stored []byte // of the columns, nil if there is no row
	var last int64    // batch the columns name
	var vals [cube.MaxSlots]int64
	var n int
	var present uint32
	var prev int64 // batch of the change before
	open := false
	judge := func() {
		switch {
		case !open:
		case stored == nil:
			differ(at.series, int(at.year), org.UnitID(at.unit), "缺少这一行")
		case n == 0:
			differ(at.series, int(at.year), org.UnitID(at.unit), "没有变更记录")
		case !slices.Equal(stored, cube.Pack(vals[:n], present)):
			differ(at.series, int(at.year), org.UnitID(at.unit), "数值与变更记录不同")
		case last != prev:
			differ(at.series, int(at.year), org.UnitID(at.unit), "最后的变更记录对不上")
		}
	}
	for q.Next() {
		var series, year, unit, batch, before, slots int64
		var oldCells, newCells sql.RawBytes
		if err := q.Scan(&series, &year, &unit, &batch, &before, &slots, &oldCells, &newCells); err != nil {
			return rows, changes, err
		}
		if !open || series != at.series || year != at.year || unit != at.unit {
			judge()
			open, stored, last, n, present, prev = true, nil, 0, 0, 0, 0
			vals = [cube.MaxSlots]int64{}
			at.series, at.year, at.unit = series, year, unit
		}
		if batch == 0 {
			rows++
			stored, last = append([]byte(nil), newCells...), before
			continue
		}
		changes++
		if before != prev {
			differ(series, int(year), org.UnitID(unit), "变更记录前后不衔接")
		}
		prev = batch
		was, k, had, err := unpackSlots(oldCells)
		if err != nil {
			return rows, changes, err
		}
		is, l, has, err := unpackSlots(newCells)
		if err != nil {
			return rows, changes, err
		}
		if n == 0 {
			n = k
		}
		if n != k || n != l {
			differ(series, int(year), org.UnitID(unit), "变更记录的期数不同")
			continue
		}
		for m := uint32(slots); m != 0; m &= m - 1 {
			i := bits.TrailingZeros32(m)
			bit := uint32(1) << i
			if had&bit != present&bit || was[i] != vals[i] {
				differ(series, int(year), org.UnitID(unit), "变更前的数值对不上")
			}
			vals[i] = is[i]
			present = present&^bit | has&bit
		}
	}
	judge()
	return rows, changes, q.Err()
}

// readColumnRows gives all rows of a series that hold anything, packed, by year and unit.
func readColumnRows(tx *sqldb.Tx, s seriesRow) (map[rowKey]string, error) {
	out := map[rowKey]string{}
	var k chunk
	err := readColumn(tx, s, func() *chunk { k.reset(); return &k }, func(c *chunk) error {
		from := int32(0)
		for _, r := range c.rows {
			packed := c.packed[from:r.end]
			from = r.end
			if _, _, present, err := unpackSlots(packed); err != nil {
				return err
			} else if present != 0 {
				out[rowKey{c.year, r.unit}] = string(packed)
			}
		}
		return nil
	})
	return out, err
}

type rowKey struct {
	year int
	unit org.UnitID
}

func scanBatch(s sqldb.Scanner) (b batchRow, err error) {
	var kind string
	var restate int
	err = s.Scan(&b.id, &b.no, &kind, &b.source.ID, &b.source.Name, &b.reason, &restate, &b.created, &b.updated, &b.account, &b.name, &b.post, &b.at)
	b.source.Kind, b.restate = measure.SourceKind(kind), restate == 1
	return b, err
}

// batchRestates tells whether a batch restates closed periods.
func batchRestates(tx *sqldb.Tx, id int64) (bool, error) {
	var restate int
	err := tx.Get(batchRestatesSQL, []any{id}, &restate)
	return restate == 1, err
}
