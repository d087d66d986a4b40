package cube

import (
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// An Agg tells how the slots of a period are put together, after units are summed (SEMANTICS §4).
type Agg uint8

// The ways. Natural is Sum for flows and Last for stocks.
const (
	Natural Agg = iota
	Sum
	Avg  // sum and number of the slots with a value; dividing is left to the caller
	Last // the last slot, never an earlier one carried forward
)

// An Answer is a sum or a reason, with what it is made of.
type Answer struct {
	Sum      int64 // whole number at the element's scale; 0 with a reason
	Slots    int   // slots with a value: the divisor of an average
	Of       int   // slots asked
	Reason   measure.Reason
	Coverage measure.Coverage // units × slots; Missing is left empty, see the method Missing
}

// A View answers several questions from one moment of the cube.
type View struct{ c *Cube }

// View lets f ask; changes wait until f returns, so it should only copy figures out. f may not
// call methods of the cube itself.
func (c *Cube) View(f func(v *View)) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	f(&View{c})
}

// Seq gives the number of the last change that the view contains.
func (v *View) Seq() int64 { return v.c.seq }

// Read answers for a unit and a period. Each slot is rolled up by the tree of its last day; slots
// in which the unit did not exist give nothing and expect nothing. The reasons are NoGrain (the
// period is no union of slots), NotAlive (the unit does not exist on the period's last day),
// BelowLevel (the unit stands below the reporting level, or in the other tree), PointOnly, Absent
// and Overflow.
func (c *Cube) Read(s Series, unit org.UnitID, p period.Period, agg Agg) Answer {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.read(s, unit, p, agg)
}

// Read is Cube.Read at the moment of the view.
func (v *View) Read(s Series, unit org.UnitID, p period.Period, agg Agg) Answer {
	return v.c.read(s, unit, p, agg)
}

// A piece is the slots [lo, hi) of one year.
type piece struct {
	year   int
	grain  period.Grain
	lo, hi int
}

// pieces cuts a period into the slots of its years; ok is false if it is no union of slots.
func (e *element) pieces(p period.Period, buf []piece) (list []piece, ok bool) {
	list = buf[:0]
	if len(e.def.Grains) == 1 {
		g := e.def.Grains[0].Grain
		lo, hi, ok := p.Slots(g)
		if !ok {
			return nil, false
		}
		for y := g.Year(lo); lo < hi; y++ {
			first := g.First(y)
			end := min(hi, first+period.Slot(g))
			list = append(list, piece{y, g, int(lo - first), int(end - first)})
			lo = end
		}
		return list, true
	}
	first, _, _ := p.First().Date()
	last, _, _ := p.Last().Date()
	if first == 0 || last == 0 {
		return nil, false
	}
	for y := first; y <= last; y++ {
		g := e.def.GrainIn(y)
		from, to := g.FirstDay(g.First(y)), g.LastDay(g.First(y+1)-1)
		part, err := period.Between(max(from, p.First()), min(to, p.Last()))
		if err != nil {
			return nil, false
		}
		lo, hi, whole := part.Slots(g)
		if !whole {
			return nil, false
		}
		list = append(list, piece{y, g, int(lo - g.First(y)), int(hi - g.First(y))})
	}
	return list, true
}

// slots counts the slots of pieces.
func slots(list []piece) int {
	n := 0
	for _, p := range list {
		n += p.hi - p.lo
	}
	return n
}

// lastSlot leaves only the last slot.
func lastSlot(list []piece) []piece {
	p := list[len(list)-1]
	p.lo = p.hi - 1
	return append(list[:0], p)
}

// takesLast tells whether only the last slot counts.
func (e *element) takesLast(agg Agg) bool {
	return agg == Last || agg == Natural && e.def.Kind == measure.Stock
}

func (c *Cube) read(id Series, unit org.UnitID, p period.Period, agg Agg) Answer {
	s := c.known(id)
	e := s.element
	var buf [4]piece
	list, ok := e.pieces(p, buf[:])
	if !ok {
		return Answer{Reason: measure.NoGrain}
	}
	if agg == Last && !e.adds() {
		list = lastSlot(list) // asked for in so many words: the rank of a cycle stands in its last slot
	}
	if reason := c.refuse(e, unit, list); reason != measure.NoReason {
		return Answer{Reason: reason, Of: slots(list)}
	}
	if e.takesLast(agg) {
		list = lastSlot(list)
	}
	if c.recast != nil {
		if reason := c.refuseRecast(e, unit, list); reason != measure.NoReason {
			return Answer{Reason: reason, Of: slots(list)}
		}
	}
	a := Answer{Of: slots(list)}
	for _, q := range list {
		y := c.layout.year(e.def.Level, q.grain, q.year)
		col := s.column(q.year)
		for slot := q.lo; slot < q.hi; slot++ {
			if !c.addSlot(&a, s, y, col, unit, slot) {
				return Answer{Reason: measure.Overflow, Of: a.Of}
			}
		}
	}
	if a.Slots == 0 {
		a.Reason = measure.Absent
	}
	return a
}

// addSlot adds one slot to an answer; false means overflow.
func (c *Cube) addSlot(a *Answer, s *series, y *year, col *column, unit org.UnitID, slot int) bool {
	fi := int(y.of[slot])
	f := y.frames[fi]
	at := c.placeOf(s.element, f, unit)
	if at == noPlace {
		return true
	}
	lo, hi := f.run(at)
	t := c.asked(s.element, y, slot)
	a.Coverage.Expected += t.count(lo, hi)
	if col == nil || col.blocks[fi] == nil {
		return true
	}
	b := col.blocks[fi]
	v, n := b.at(at, slot-f.lo)
	if n == 0 {
		return true
	}
	if col.extra[fi] > 0 && t != nil {
		a.Coverage.Expected += b.extraIn(t, lo, hi, slot-f.lo)
	}
	a.Coverage.Reported += int(n)
	a.Slots++
	sum := a.Sum + v
	if (sum > a.Sum) != (v > 0) && v != 0 {
		return false
	}
	a.Sum = sum
	return true
}

// placeOf gives the place of a unit. Point values do not add up, so there the unit's own row counts.
func (c *Cube) placeOf(e *element, f *frame, unit org.UnitID) place {
	if e.adds() {
		return f.find.at(unit)
	}
	if row, ok := f.rowOf(unit); ok {
		return place(row)
	}
	return noPlace
}

// extraIn counts the rows of [lo, hi) that reported in a slot of the frame without being asked.
func (b *block) extraIn(t *asked, lo, hi, j int) int {
	extra := 0
	for row, o := lo, lo*b.n+j; row < hi; row, o = row+1, o+b.n {
		if hasBit(b.bits, o) && !t.has(row) {
			extra++
		}
	}
	return extra
}

// refuse tells why a unit has no figure in the last of the pieces, whatever was reported.
func (c *Cube) refuse(e *element, unit org.UnitID, list []piece) measure.Reason {
	q := list[len(list)-1]
	y := c.layout.year(e.def.Level, q.grain, q.year)
	f := y.frameAt(q.hi - 1)
	p := f.find.at(unit)
	switch {
	case p == noPlace:
		if c.layout.reg.On(y.day(q.hi - 1)).Has(unit) {
			return measure.BelowLevel
		}
		return measure.NotAlive
	case e.adds():
		return measure.NoReason
	case slots(list) != 1:
		return measure.PointOnly
	}
	if _, own := f.rowOf(unit); !own {
		return measure.PointOnly
	}
	return measure.NoReason
}

// Own gives the row of a unit itself without the units beneath it, in one slot: what a department
// with offices beneath it reported for itself, the 「本级」 of SEMANTICS §1. ok is false if nothing
// is there.
func (v *View) Own(s Series, unit org.UnitID, p period.Period) (value int64, ok bool) {
	c := v.c
	ser := c.known(s)
	y, slot, ok := c.slot(ser.element, p)
	if !ok {
		return 0, false
	}
	fi := int(y.of[slot])
	row, ok := y.frames[fi].rowOf(unit)
	col := ser.column(y.number)
	if !ok || col == nil {
		return 0, false
	}
	return col.cell(fi, row, slot)
}

// Missing names the units at or beneath a unit that were expected in a period and did not report
// in each of its slots, in the order of the tree; for a stock the last slot counts, unless agg
// says otherwise. Of a sum of categories it names those of which a part is missing.
func (c *Cube) Missing(s Series, unit org.UnitID, p period.Period, agg Agg) []org.UnitID {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return (&View{c}).Missing(s, unit, p, agg)
}

// Missing is Cube.Missing at the moment of the view.
func (v *View) Missing(id Series, unit org.UnitID, p period.Period, agg Agg) []org.UnitID {
	c := v.c
	s := c.known(id)
	e := s.element
	list, ok := e.pieces(p, nil)
	if !ok {
		return nil
	}
	if e.takesLast(agg) {
		list = lastSlot(list)
	}
	var out []org.UnitID
	seen := map[org.UnitID]bool{}
	for i := len(list) - 1; i >= 0; i-- { // the newest order first
		q := list[i]
		y := c.layout.year(e.def.Level, q.grain, q.year)
		for fi := len(y.frames) - 1; fi >= 0; fi-- {
			f := y.frames[fi]
			from, to := max(q.lo, f.lo), min(q.hi, f.hi)
			at := c.placeOf(e, f, unit)
			if from >= to || at == noPlace {
				continue
			}
			var b *block
			if col := s.column(q.year); col != nil {
				b = col.blocks[fi]
			}
			lo, hi := f.run(at)
			for row := lo; row < hi; row++ {
				u := f.rows[row]
				if c.recast != nil {
					if of, ghost := c.recast.x.Ghost(u); ghost {
						u = of
					}
				}
				if !seen[u] && c.gap(e, y, b, row, from, to) {
					seen[u] = true
					out = append(out, u)
				}
			}
		}
	}
	return out
}

// gap tells whether a row lacks an expected slot of [from, to).
func (c *Cube) gap(e *element, y *year, b *block, row, from, to int) bool {
	have := uint32(0)
	if b != nil {
		have = mask(b.bits, row*b.n+from-b.frame.lo, to-from)
	}
	if have == 1<<(to-from)-1 {
		return false
	}
	for slot := from; slot < to; slot++ {
		if have>>(slot-from)&1 == 0 && c.asked(e, y, slot).has(row) {
			return true
		}
	}
	return false
}

// Latest gives the latest slot that ends on or before a day and for which the unit has a value;
// with complete set, one to which everything expected was reported. ok is false if there is none.
func (v *View) Latest(id Series, unit org.UnitID, until period.Day, complete bool) (p period.Period, ok bool) {
	c := v.c
	s := c.known(id)
	for i := len(s.cols) - 1; i >= 0; i-- {
		col := s.cols[i]
		if col == nil {
			continue
		}
		y := col.year
		for slot := int(y.grain) - 1; slot >= 0; slot-- {
			if y.day(slot) > until {
				continue
			}
			var a Answer
			if c.addSlot(&a, s, y, col, unit, slot) && a.Slots > 0 && (!complete || a.Coverage.Complete()) {
				return y.slotText(slot), true
			}
		}
	}
	return period.Period{}, false
}
