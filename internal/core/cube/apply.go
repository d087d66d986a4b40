package cube

import (
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A Change sets one cell, or empties it.
type Change struct {
	Element  measure.ElementID
	Category measure.Category
	Unit     org.UnitID
	Period   period.Period // one slot of the element's grain in that year
	Value    int64         // whole number at the element's scale
	Present  bool          // false: the cell is missing from now on
}

// An orphan is a fact whose unit holds no facts of the element's level in its slot, by the
// register of now. It is kept aside and finds its place again when the register allows it.
type orphan struct {
	series Series
	unit   org.UnitID
	year   int32
	slot   int32
}

// Apply makes changes in their order, all of them or none; a reader sees none or all. seq is the
// number of the last database change that they come from and may not go back. A change that
// cannot be placed (unknown element or category, a unit that does not report at that level in
// that slot, a period that is no slot, a value beyond measure.MaxValue) makes an error of
// fault.Findings with Row counting the changes from 1; then nothing is applied.
func (c *Cube) Apply(changes []Change, seq int64) error {
	c.w.Lock()
	defer c.w.Unlock()
	if seq < c.seq {
		return fault.New(fault.Conflict, "数据变更 %d 早于已生效的变更 %d，不能倒序生效；请重新装入数据。", seq, c.seq)
	}
	return c.apply(changes, seq)
}

func (c *Cube) apply(changes []Change, seq int64) error {
	var small [64]edit
	edits, err := c.resolve(changes, small[:0])
	if err != nil {
		return err
	}
	st := stage{c: c}
	st.chooseWhole(edits)
	for i := range edits {
		st.prepare(&edits[i])
	}
	st.finish()
	c.mu.Lock()
	defer c.mu.Unlock()
	st.install()
	for i := range edits {
		st.write(&edits[i])
	}
	for i := range edits {
		st.follow(&edits[i])
	}
	c.seq = seq
	if len(changes) > 0 {
		c.rev++
	}
	return nil
}

// An edit is a change with its place found.
type edit struct {
	s       *series
	y       *year
	fi      int // frame of the year
	row     int
	slot    int // of the year
	value   int64
	present bool
	orphan  *orphan // an orphan is taken back; nothing else is set
	whole   bool    // the block is written beside and rolled up whole
}

func (c *Cube) resolve(changes []Change, edits []edit) ([]edit, error) {
	var found fault.Findings
	edits = slices.Grow(edits, len(changes))
	for i := range changes {
		var e edit
		if f := c.place(&changes[i], &e); f != nil {
			f.Row = i + 1
			found = append(found, *f)
			continue
		}
		edits = append(edits, e)
	}
	return edits, found.Err()
}

// place finds the cell of a change.
func (c *Cube) place(ch *Change, t *edit) *fault.Finding {
	e := c.items[ch.Element]
	if e == nil {
		return &fault.Finding{Rule: "unknown-element", Format: "没有编号为 %d 的数据项；请先登记数据项。", Args: []any{int(ch.Element)}}
	}
	id, ok := e.reported[ch.Category]
	if !ok {
		return &fault.Finding{Rule: "unknown-category", Value: string(ch.Category),
			Format: "数据项 %s 没有分类“%s”；请按该数据项的分类方式填写。", Args: []any{e.def.Code, string(ch.Category)}}
	}
	y, slot, ok := c.slot(e, ch.Period)
	if !ok {
		return &fault.Finding{Rule: "period", Value: ch.Period.String(),
			Format: "期别 %s 不是数据项 %s 的一个填报期；请按它的填报粒度填写。", Args: []any{ch.Period, e.def.Code}}
	}
	if ch.Present && !measure.InRange(ch.Value) {
		return &fault.Finding{Rule: "range", Format: "数据项 %s 的数值 %d 超出允许的范围；请核对单位和位数。", Args: []any{e.def.Code, ch.Value}}
	}
	*t = edit{s: c.series[id], y: y, fi: int(y.of[slot]), slot: slot, value: ch.Value, present: ch.Present}
	if t.row, ok = y.frames[t.fi].rowOf(ch.Unit); ok {
		return nil
	}
	o := orphan{id, ch.Unit, int32(y.number), int32(slot)}
	if _, known := c.orphans[o]; known && !ch.Present {
		t.orphan = &o
		return nil
	}
	code := ""
	if u, ok := c.layout.reg.Unit(ch.Unit); ok {
		code = u.Code
	}
	return &fault.Finding{Rule: "unit-level", Value: code,
		Format: "单位 %s 在 %s 不是数据项 %s 的填报单位；请核对单位、期别和填报层级。", Args: []any{code, ch.Period, e.def.Code}}
}

// slot gives the one slot that a period is, and the year it is in.
func (c *Cube) slot(e *element, p period.Period) (*year, int, bool) {
	n, _, _ := p.First().Date()
	if n == 0 {
		return nil, 0, false
	}
	g := e.def.GrainIn(n)
	lo, hi, ok := p.Slots(g)
	if !ok || hi != lo+1 {
		return nil, 0, false
	}
	return c.layout.year(e.def.Level, g, n), g.Index(lo), true
}

// A stage gathers what a batch needs before readers are held up: missing blocks, blocks that are
// shared with a clone, and blocks with so many edits that they are written beside and rolled up
// whole. Readers then wait for single cells and pointers only.
type stage struct {
	c     *Cube
	fresh map[blockKey]*block
	whole map[wholeKey]bool
	order []blockKey // fresh blocks in the order they were made
	deriv []derivedCell
}

type blockKey struct {
	s  Series
	y  *year
	fi int
}

// wholeKey names all series of an element in a year: derived cells need their sources written in
// the same way.
type wholeKey struct {
	e *element
	y *year
}

type derivedCell struct {
	key       blockKey
	row, slot int
}

// A cell with the units above it costs as much as reading some wholeFrom cells, so an element and
// year with more edits than that share of a block is written beside and rolled up whole. Below
// wholeLeast edits it is not worth the copy.
const (
	wholeFrom  = 64
	wholeLeast = 24
)

func wholeEdits(y *year) int {
	return max(wholeLeast, len(y.frames[0].rows)*int(y.grain)/wholeFrom)
}

func (st *stage) chooseWhole(edits []edit) {
	if !slices.ContainsFunc(edits, func(e edit) bool { return len(edits) >= wholeEdits(e.y) }) {
		return
	}
	counts := map[wholeKey]int{}
	for i := range edits {
		if e := &edits[i]; e.orphan == nil {
			counts[wholeKey{e.s.element, e.y}]++
		}
	}
	st.whole = map[wholeKey]bool{}
	for k, n := range counts {
		if n >= wholeEdits(k.y) {
			st.whole[k] = true
		}
	}
	for i := range edits {
		e := &edits[i]
		e.whole = e.orphan == nil && st.whole[wholeKey{e.s.element, e.y}]
	}
}

// block gives the block of a key that may be written: the published one, or a fresh one that is
// not yet seen by readers (seen is false).
func (st *stage) block(k blockKey, beside bool) (b *block, seen bool) {
	if b, ok := st.fresh[k]; ok {
		return b, false
	}
	s := st.c.series[k.s]
	col := s.column(k.y.number)
	if col != nil {
		b = col.blocks[k.fi]
	}
	switch {
	case b == nil:
		b = newBlock(k.y.frames[k.fi], s.element.adds(), st.c.owner)
	case beside || b.owner != st.c.owner:
		b = b.copy(st.c.owner)
	default:
		return b, true
	}
	if st.fresh == nil {
		st.fresh = map[blockKey]*block{}
	}
	st.fresh[k] = b
	st.order = append(st.order, k)
	return b, false
}

func (st *stage) prepare(e *edit) {
	if e.orphan != nil {
		return
	}
	k := blockKey{e.s.id, e.y, e.fi}
	b, _ := st.block(k, e.whole)
	if e.whole {
		b.put(e.row, e.slot-b.frame.lo, e.value, e.present)
	}
	for _, f := range e.s.feeds {
		k.s = f
		st.block(k, e.whole)
		if e.whole {
			st.deriv = append(st.deriv, derivedCell{k, e.row, e.slot})
		}
	}
}

// finish computes and rolls up the blocks that are written whole.
func (st *stage) finish() {
	for _, d := range st.deriv {
		b := st.fresh[d.key]
		j := d.slot - b.frame.lo
		v, ok := st.sources(d.key).cell(d.row, j)
		b.put(d.row, j, v, ok)
	}
	for _, k := range st.order {
		if st.whole[wholeKey{st.c.series[k.s].element, k.y}] {
			st.fresh[k].rollAll()
		}
	}
}

func (st *stage) sources(k blockKey) sources {
	return st.c.sourceBlocks(st.c.series[k.s], k.y.number, k.fi, func(id Series, _, fi int) *block {
		return st.fresh[blockKey{id, k.y, fi}]
	})
}

// install publishes the fresh blocks.
func (st *stage) install() {
	for _, k := range st.order {
		s := st.c.series[k.s]
		col := s.column(k.y.number)
		if col == nil {
			col = newColumn(k.y)
			col.asked = st.c.askedSlots(s.element, k.y)
			s.setColumn(k.y.number, col)
		}
		col.blocks[k.fi] = st.fresh[k]
		if st.whole[wholeKey{s.element, k.y}] {
			col.extra[k.fi] = countExtra(col.blocks[k.fi], col.asked)
		}
	}
}

// write stores a cell that was not written beside.
func (st *stage) write(e *edit) {
	if e.orphan != nil {
		delete(st.c.orphans, *e.orphan)
		return
	}
	if !e.whole {
		e.s.column(e.y.number).put(e.fi, e.row, e.slot, e.value, e.present)
	}
}

// follow brings derived cells and the units above up to date.
func (st *stage) follow(e *edit) {
	if e.orphan != nil || e.whole {
		return
	}
	col := e.s.column(e.y.number)
	b := col.blocks[e.fi]
	j := e.slot - b.frame.lo
	b.climb(e.row, j)
	for _, f := range e.s.feeds {
		s := st.c.series[f]
		v, ok := st.c.sourceBlocks(s, e.y.number, e.fi, nil).cell(e.row, j)
		col := s.column(e.y.number)
		col.put(e.fi, e.row, e.slot, v, ok)
		col.blocks[e.fi].climb(e.row, j)
	}
}

// put stores a cell and counts what is reported though not expected.
func (c *column) put(fi, row, slot int, v int64, present bool) {
	b := c.blocks[fi]
	d := b.put(row, slot-b.frame.lo, v, present)
	if d != 0 && c.asked != nil && !c.asked[slot].has(row) {
		c.extra[fi] += int32(d)
	}
}
