package facts

import (
	"math/bits"
	"slices"
	"strings"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A draft is a batch on its way into the store: resolved to cells, compared with what is stored,
// and proved. It reads nothing by itself.
type draft struct {
	units    *org.Register
	closings closings
	restate  bool
	source   source

	series  []draftSeries
	byName  map[seriesName]int32
	cells   []cell
	rows    []draftRow
	packed  []byte // what rows hold now, one after the other
	found   fault.Findings
	more    int // findings beyond maxFindings
	bad     []uint64
	slots   map[slotKey]*slotInfo
	spoiled map[spot]bool
	outcome measure.Outcome
	over    replaced
	crowded bool // more series than a key can hold
}

// maxFindings bounds the findings that are told one by one; the rest is counted.
const maxFindings = 10_000

// A source tells where the cell number at of a batch comes from.
type source interface {
	// place gives the place for a finding: sheet, cell, row, value.
	place(at int32) fault.Finding
	// ref gives the place as it is stored.
	ref(at int32) string
}

type seriesName struct {
	element  measure.ElementID
	category measure.Category
}

// A draftSeries is an element × category that the batch touches.
type draftSeries struct {
	element  measure.Element
	category measure.Category
	order    int   // of the category in the scheme, 0 for the total
	id       int64 // in the store, 0 if it is not there yet
}

// A cell is one value of a batch. Its key orders cells by series, year, unit and slot, so that
// those of one stored row stand together.
type cell struct {
	key   uint64
	value int64
	at    int32 // number in the source
	gone  bool
}

// The key of a cell: 20 bits of series, 14 of the year, 25 of the unit, 5 of the slot of the year.
const (
	unitShift   = 5
	yearShift   = unitShift + 25
	seriesShift = yearShift + 14
	maxSeries   = 1 << 20
)

func cellKey(series int32, year int, unit org.UnitID, slot int) uint64 {
	return uint64(series)<<seriesShift | uint64(year)<<yearShift | uint64(unit)<<unitShift | uint64(slot)
}

func (c *cell) series() int32    { return int32(c.key >> seriesShift) }
func (c *cell) year() int        { return int(c.key >> yearShift & (1<<14 - 1)) }
func (c *cell) unit() org.UnitID { return org.UnitID(c.key >> unitShift & (1<<25 - 1)) }
func (c *cell) slot() int        { return int(c.key & (1<<unitShift - 1)) }
func (c *cell) row() uint64      { return c.key >> unitShift }

// A draftRow is a stored row that the batch touches: cells[lo:hi], and what is stored now.
type draftRow struct {
	lo, hi   int32
	from, to int32 // packed[from:to]; empty when there is no row yet
	batch    int64 // last batch that changed the row, 0 for none
}

// A spot is one slot of an element at a unit, whatever the category.
type spot struct {
	element    measure.ElementID
	unit       org.UnitID
	year, slot int
}

type slotKey struct {
	grain period.Grain
	slot  period.Slot
}

// slotInfo is what a slot has in common for all its cells.
type slotInfo struct {
	period period.Period
	tree   *org.Tree
	day    period.Day
	closed *Closing // nil: open
}

func newDraft(units *org.Register, c closings, src source, restate bool) *draft {
	return &draft{units: units, closings: c, source: src, restate: restate,
		byName: map[seriesName]int32{}, slots: map[slotKey]*slotInfo{}, spoiled: map[spot]bool{}}
}

// note keeps a finding about the source's cell at and counts it as rejected.
func (d *draft) note(at int32, rule, format string, args ...any) {
	d.reject(at)
	f := d.source.place(at)
	f.Rule, f.Format, f.Args = rule, format, args
	d.keep(f)
}

// keep keeps a finding, or counts it when there are too many.
func (d *draft) keep(f fault.Finding) {
	if len(d.found) >= maxFindings {
		d.more++
		return
	}
	d.found = append(d.found, f)
}

func (d *draft) reject(at int32) {
	for int(at>>6) >= len(d.bad) {
		d.bad = append(d.bad, 0)
	}
	d.bad[at>>6] |= 1 << (at & 63)
}

func (d *draft) rejected(at int32) bool {
	return int(at>>6) < len(d.bad) && d.bad[at>>6]>>(at&63)&1 == 1
}

// findings gives all findings, with a last one that counts those left out.
func (d *draft) findings() fault.Findings {
	if d.more > 0 {
		return append(slices.Clip(d.found), fault.Finding{Rule: "more", Format: "另有 %d 处同样需要修改，没有逐一列出", Args: []any{d.more}})
	}
	return d.found
}

// rejections counts what the source gave and was rejected.
func (d *draft) rejections() int {
	n := 0
	for _, w := range d.bad {
		n += bits.OnesCount64(w)
	}
	return n
}

// at gives the facts about a slot.
func (d *draft) slot(g period.Grain, s period.Slot) *slotInfo {
	k := slotKey{g, s}
	i := d.slots[k]
	if i == nil {
		i = &slotInfo{period: g.Period(s), day: g.LastDay(s)}
		i.tree = d.units.On(i.day)
		i.closed = d.closings.of(i.period)
		d.slots[k] = i
	}
	return i
}

// seriesOf gives the number of a series in the draft.
func (d *draft) seriesOf(e measure.Element, k measure.Category) int32 {
	n := seriesName{e.ID, k}
	if i, ok := d.byName[n]; ok {
		return i
	}
	order := 0
	if k != "" {
		order = 1 + slices.Index(e.Scheme.All(), k)
	}
	if len(d.series) == maxSeries {
		d.crowded = true
		return 0
	}
	i := int32(len(d.series))
	d.series = append(d.series, draftSeries{element: e, category: k, order: order})
	d.byName[n] = i
	return i
}

// add puts one value into the draft if its unit, period and range allow it; otherwise it notes
// why not.
func (d *draft) add(at int32, e *measure.Element, series int32, unit org.UnitID, p period.Period, value int64, gone bool) {
	s, year, slot, ok := d.find(at, e, unit, p)
	if !ok {
		return
	}
	switch {
	case !gone && !measure.InRange(value):
		d.note(at, "range", "数值超出允许的范围（绝对值不超过 %s）；请核对单位和位数", measure.Group(measure.Decimal(measure.MaxValue, e.Scale)))
	case !gone && d.outside(at, e, value):
	case s.closed != nil && !d.restate:
		d.note(at, "closed", "%s 已于 %s 封账；确需改动请作为更正提交并写明原因", s.period, day(s.closed.At))
	default:
		d.cells = append(d.cells, cell{key: cellKey(series, year, unit, slot), value: value, at: at, gone: gone})
		return
	}
	d.spoiled[spot{e.ID, unit, year, slot}] = true
}

// outside notes a value that the definition of its element does not allow.
func (d *draft) outside(at int32, e *measure.Element, value int64) bool {
	say := func(n int64) string { return measure.Group(measure.Decimal(n, e.Scale)) }
	bad := func(format string, args ...any) {
		d.reject(at)
		f := d.source.place(at)
		f.Field, f.Value, f.Rule, f.Format, f.Args = "value", measure.Decimal(value, e.Scale), "range", format, args
		d.keep(f)
	}
	switch lo, hi := e.Bounds(); {
	case value < lo && lo == 0:
		bad("数据项 %s 不能是负数，这里是 %s；请核对原表，确有负数的先在数据项的定义里填写最小值", e.Code, say(value))
	case value < lo:
		bad("数据项 %s 不能小于 %s，这里是 %s；请核对原表，或先改数据项的最小值", e.Code, say(lo), say(value))
	case value > hi:
		bad("数据项 %s 不能大于 %s，这里是 %s；请核对原表，或先改数据项的最大值", e.Code, say(hi), say(value))
	default:
		return false
	}
	return true
}

// find gives the slot that a period means, or notes why there is none for the unit.
func (d *draft) find(at int32, e *measure.Element, unit org.UnitID, p period.Period) (s *slotInfo, year, slot int, ok bool) {
	if p.IsZero() {
		d.note(at, "period", "没有写明期；请写成 2018、2018-Q1、2018-03 或 2018-03a 的样子")
		return nil, 0, 0, false
	}
	year, _, _ = p.Last().Date()
	g := e.GrainIn(year)
	lo, hi, ok := p.Slots(g)
	if !ok || hi != lo+1 {
		d.note(at, "period", "数据项 %s 按%s填报，“%s”不是它的一个填报期；请写成 %s 的样子", e.Code, fault.Word(g.Chinese()), p, g.Period(g.SlotOf(p.Last())))
		return nil, 0, 0, false
	}
	s = d.slot(g, lo)
	if _, ok := s.tree.Row(e.Level, unit); !ok {
		d.noteUnit(at, e, unit, s)
		return nil, 0, 0, false
	}
	return s, year, g.Index(lo), true
}

// spoil notes that a cell of the source was rejected although its place is known, so that sums
// which it belongs to are not judged without it.
func (d *draft) spoil(e *measure.Element, unit org.UnitID, p period.Period) {
	year, _, _ := p.Last().Date()
	g := e.GrainIn(year)
	if lo, hi, ok := p.Slots(g); ok && hi == lo+1 {
		d.spoiled[spot{e.ID, unit, year, g.Index(lo)}] = true
	}
}

// noteUnit says why a unit holds no fact of the element in a slot.
func (d *draft) noteUnit(at int32, e *measure.Element, unit org.UnitID, s *slotInfo) {
	u, ok := d.units.Unit(unit)
	switch {
	case !ok:
		d.note(at, "unknown-unit", "没有编号为 %d 的单位；请填区划代码、职能单位编码或全称", int(unit))
	case s.tree.Has(unit):
		d.note(at, "level", "数据项 %s 由%s填报，%s（%s）是%s；请填报到该层级的单位", e.Code, fault.Word(e.Level.Text()), s.tree.Name(unit), u.Code, fault.Word(u.Kind.Text()))
	default:
		d.note(at, "not-alive", "单位 %s（%s）在 %s 不存在；请改用当时的单位，或核对期别", u.Last().Name, u.Code, s.day)
	}
}

// arrange puts the cells in the order of the store and groups them into rows. Cells named twice
// are findings. It must be called once, after the last add and when series know their id.
func (d *draft) arrange() {
	order := make([]int32, len(d.series))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int {
		x, y := &d.series[a], &d.series[b]
		if x.element.ID != y.element.ID {
			return int(x.element.ID - y.element.ID)
		}
		return x.order - y.order
	})
	place := make([]uint64, len(order))
	sorted := make([]draftSeries, len(order))
	for i, o := range order {
		place[o], sorted[i] = uint64(i), d.series[o]
		d.byName[seriesName{sorted[i].element.ID, sorted[i].category}] = int32(i)
	}
	d.series = sorted
	for i := range d.cells {
		c := &d.cells[i]
		c.key = c.key&(1<<seriesShift-1) | place[c.key>>seriesShift]<<seriesShift
	}
	slices.SortFunc(d.cells, func(a, b cell) int {
		switch {
		case a.key < b.key:
			return -1
		case a.key > b.key:
			return 1
		}
		return int(a.at - b.at)
	})
	kept := d.cells[:0]
	for i := range d.cells {
		c := d.cells[i]
		if n := len(kept); n > 0 && kept[n-1].key == c.key {
			d.note(c.at, "duplicate", "与 %s 是同一个数（数据项、分类、单位和期都相同）；请只留一个", d.where(kept[n-1].at))
			continue
		}
		kept = append(kept, c)
	}
	d.cells = kept
	for i := range d.cells {
		if n := len(d.rows); n > 0 && d.cells[d.rows[n-1].lo].row() == d.cells[i].row() {
			d.rows[n-1].hi++
			continue
		}
		d.rows = append(d.rows, draftRow{lo: int32(i), hi: int32(i + 1)})
	}
}

// where names a place of the source inside a sentence; a place without words is called by its number.
func (d *draft) where(at int32) error {
	f := d.source.place(at)
	switch {
	case f.Cell != "" && f.Sheet != "":
		return fault.New(fault.Invalid, "%s!%s", f.Sheet, f.Cell)
	case f.Row > 0:
		return fault.New(fault.Invalid, "第 %d 行", f.Row)
	}
	return fault.New(fault.Invalid, "第 %d 项", int(at)+1)
}

// store notes what is stored of a row.
func (d *draft) store(row int, packed []byte, batch int64) {
	r := &d.rows[row]
	r.from = int32(len(d.packed))
	d.packed = append(d.packed, packed...)
	r.to = int32(len(d.packed))
	r.batch = batch
}

// state unpacks what is stored of a row: number of slots, presence, values.
func (d *draft) state(r *draftRow, vals *[cube.MaxSlots]int64) (n int, present uint32, err error) {
	c := &d.cells[r.lo]
	e := &d.series[c.series()].element
	n = int(e.GrainIn(c.year()))
	if r.from == r.to {
		*vals = [cube.MaxSlots]int64{}
		return n, 0, nil
	}
	got, present, err := cube.Unpack(d.packed[r.from:r.to], vals)
	if err == nil && got != n {
		err = fault.New(fault.Internal, "数据项 %s 在 %d 年应有 %d 个填报期，数据库中却有 %d 个；请用 kaiyang check 检查。", e.Code, c.year(), n, got)
	}
	return n, present, err
}

// decide compares every row with what is stored and counts what the batch does.
func (d *draft) decide() error {
	var vals [cube.MaxSlots]int64
	d.outcome, d.over = measure.Outcome{}, replaced{}
	for i := range d.rows {
		r := &d.rows[i]
		_, present, err := d.state(r, &vals)
		if err != nil {
			return err
		}
		for _, c := range d.cells[r.lo:r.hi] {
			if d.rejected(c.at) {
				continue
			}
			has := present>>c.slot()&1 == 1
			switch {
			case c.gone && !has, !c.gone && has && vals[c.slot()] == c.value:
				d.outcome.Unchanged++
			case has:
				d.outcome.Updated++
				d.replace(&c, vals[c.slot()])
			default:
				d.outcome.Created++
			}
		}
	}
	return nil
}

// A rowChange is what a batch does to one stored row.
type rowChange struct {
	series   int32 // number in the draft
	year     int
	unit     org.UnitID
	prev     int64  // batch that changed the row last, 0 for none
	exists   bool   // the row is stored already
	slots    uint32 // those that change
	old, new []byte // packed, the slots that change only
	cells    []byte // packed, the whole row as it will be
	refs     string // places of the slots that change, in their order, one a line
}

// change computes the change of a row; ok is false when nothing changes. The buffers of ch are
// used again.
func (d *draft) change(r *draftRow, ch *rowChange) (ok bool, err error) {
	var vals, now, was [cube.MaxSlots]int64
	n, present, err := d.state(r, &vals)
	if err != nil {
		return false, err
	}
	first := &d.cells[r.lo]
	ch.series, ch.year, ch.unit, ch.prev, ch.exists = first.series(), first.year(), first.unit(), r.batch, r.to > r.from
	ch.slots = 0
	was = vals
	next := present
	refs := make([]byte, 0, 64)
	for _, c := range d.cells[r.lo:r.hi] {
		s := c.slot()
		has := present>>s&1 == 1
		if c.gone && !has || !c.gone && has && vals[s] == c.value {
			continue
		}
		if ch.slots != 0 {
			refs = append(refs, '\n')
		}
		refs = append(refs, oneLine(d.source.ref(c.at))...)
		ch.slots |= 1 << s
		if c.gone {
			vals[s], next = 0, next&^(1<<s)
		} else {
			vals[s], next = c.value, next|1<<s
		}
	}
	if ch.slots == 0 {
		return false, nil
	}
	now = vals
	ch.old = cube.AppendPack(ch.old[:0], was[:n], present&ch.slots)
	ch.new = cube.AppendPack(ch.new[:0], now[:n], next&ch.slots)
	ch.cells = cube.AppendPack(ch.cells[:0], vals[:n], next)
	ch.refs = string(refs)
	return true, nil
}

// oneLine keeps a reference to one line, for references stand one a line.
func oneLine(ref string) string {
	if strings.IndexByte(ref, '\n') < 0 {
		return ref
	}
	return strings.ReplaceAll(ref, "\n", " ")
}

// day gives the date of a stored instant.
func day(at string) string {
	if len(at) >= 10 {
		return at[:10]
	}
	return at
}
