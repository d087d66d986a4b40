package cube

import (
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A recast is what a cube knows of the boundaries that its facts were brought to.
type recast struct {
	x      *org.Recasting
	living map[org.Level][]expectation // by level: the units that something existed of, in spans of days
	first  map[org.UnitID]period.Day   // first day on which anything of a unit existed
	gaps   map[org.UnitID]bool         // units of which nothing existed for a time in between
}

// Recast gives a cube of the same facts by the boundaries of one day (SEMANTICS §1, today's
// boundaries), over the register x.Full, which must be made of the register
// of this cube (fault.Conflict if that has changed since). Facts of
// each slot count for the unit that carries on the one they are about. What several predecessors
// reported adds up, and is there only if each of them that was expected reported; a unit is
// expected if one of its predecessors was. Point values do not add up: those of two predecessors
// are missing. A unit that holds only a part of one that was split answers CannotSplit in the
// slots before, and one of which nothing existed yet NotAlive. Facts of ghosts count in the sums
// above them. The new cube does not follow changes of this one, which goes on to be read meanwhile.
func (c *Cube) Recast(x *org.Recasting) (*Cube, error) {
	for _, d := range c.partitions() {
		if _, err := c.Select(d, nil); err != nil { // the totals of unequally divided predecessors
			return nil, err
		}
	}
	c.w.Lock() // whoever changes the cube waits; readers do not
	defer c.w.Unlock()
	if c.layout.reg != x.Source() {
		return nil, fault.New(fault.Conflict, "单位在折算期间有变更；请再试一次。")
	}
	k := New(x.Full)
	k.recast = &recast{x: x, living: map[org.Level][]expectation{}, first: map[org.UnitID]period.Day{}, gaps: map[org.UnitID]bool{}}
	defs := make([]measure.Element, 0, len(c.items))
	for _, e := range c.items {
		defs = append(defs, e.def)
	}
	slices.SortFunc(defs, func(a, b measure.Element) int { return int(a.ID) - int(b.ID) })
	if err := k.Define(defs...); err != nil {
		return nil, err
	}
	r := recaster{from: c, to: k, x: x, joints: map[*year][]joint{}}
	for _, l := range org.Levels() {
		k.recast.living[l] = r.expect(l, nil)
		k.recast.note(k.recast.living[l])
	}
	for _, d := range defs {
		r.element(c.items[d.ID], k.items[d.ID])
	}
	k.seq, k.rev = c.seq, c.rev
	return k, nil
}

func (c *Cube) partitions() []measure.ElementID {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var out []measure.ElementID
	for id, e := range c.items {
		if e.def.Scheme.Kind == measure.Partition {
			out = append(out, id)
		}
	}
	return out
}

// note keeps since when units exist, from the spans in which they do.
func (r *recast) note(spans []expectation) {
	last := map[org.UnitID]period.Day{}
	for _, s := range spans {
		for _, u := range s.set.units {
			if until, known := last[u]; !known {
				r.first[u] = s.from
			} else if until+1 != s.from {
				r.gaps[u] = true
			}
			last[u] = s.to
		}
	}
}

// mayRefuse tells whether the answers of a unit for a period have to be looked at one by one.
func (r *recast) mayRefuse(unit org.UnitID, p period.Period) bool {
	return p.First() < r.first[unit] || r.gaps[unit] || r.x.EverDivided(unit)
}

func spanAt(list []expectation, day period.Day) *unitSet {
	for i := range list {
		if x := &list[i]; x.from <= day && day <= x.to {
			return x.set
		}
	}
	return nil
}

func (s *unitSet) has(u org.UnitID) bool {
	_, ok := slices.BinarySearch(s.units, u)
	return ok
}

// refuseRecast tells why a unit has no figure of its own in the slots that count; last is the
// period's last slot.
func (c *Cube) refuseRecast(e *element, unit org.UnitID, list []piece) measure.Reason {
	r, l := c.recast, e.def.Level
	if r.x.EverDivided(unit) {
		for _, q := range list {
			y := c.layout.year(l, q.grain, q.year)
			for slot := q.lo; slot < q.hi; slot++ {
				if r.x.Divided(unit, l, y.day(slot)) {
					return measure.CannotSplit
				}
			}
		}
	}
	q := list[len(list)-1]
	y := c.layout.year(l, q.grain, q.year)
	day, f := y.day(q.hi-1), y.frameAt(q.hi-1)
	if !r.x.Existed(unit, day) {
		lo, hi := f.run(f.find.at(unit))
		if set := spanAt(r.living[l], day); set == nil || c.layout.askedIn(set, f.shape).count(lo, hi) == 0 {
			if r.x.Divided(unit, r.x.Shown.On(r.x.Day).Level(unit), day) {
				return measure.CannotSplit // nothing of what was reported then is known to be its own
			}
			return measure.NotAlive
		}
	}
	return measure.NoReason
}

// amend asks again, one by one, what a recast cube may have to refuse.
func (c *Cube) amend(id Series, x *Axis, agg Agg, out *Columns) {
	for i, u := range x.units {
		for j, p := range x.periods {
			if c.recast.mayRefuse(u, p) {
				out.set(i*len(x.periods)+j, c.read(id, u, p, agg))
			}
		}
	}
}

// facts bounds the number of facts that one sum of one slot is made of.
func (c *Cube) facts() int64 {
	n := c.layout.reg.Len()
	if c.recast != nil {
		n = max(n, c.recast.x.Source().Len())
	}
	return int64(max(n, 1))
}

// A recaster fills a recast cube.
type recaster struct {
	from, to *Cube
	x        *org.Recasting
	joints   map[*year][]joint // by year of the old layout
	expects  []expected
}

// A joint is a slot in which several units that existed count for one.
type joint struct {
	slot int // of the year
	to   org.UnitID
	of   []int // their rows in the frame of the old layout
}

// expected remembers what was expected of a level, which the elements of a form share.
type expected struct {
	level    org.Level
	old, now []expectation
}

// expect gives what is expected by the new boundaries; nil expects everybody.
func (r *recaster) expect(l org.Level, old []expectation) []expectation {
	for _, k := range r.expects {
		if k.level == l && slices.Equal(k.old, old) {
			return k.now
		}
	}
	starts := append([]period.Day{0}, r.x.Days()...)
	for _, x := range old {
		starts = append(starts, x.from)
		if x.to < forever {
			starts = append(starts, x.to+1)
		}
	}
	slices.Sort(starts)
	starts = slices.Compact(starts)
	asked := element{expect: old}
	var out []expectation
	for i, from := range starts {
		to := forever
		if i+1 < len(starts) {
			to = starts[i+1] - 1
		}
		set := asked.expects(from)
		var units []org.UnitID
		for _, u := range r.x.Source().On(from).Rows(l) {
			if set == nil || set.has(u) {
				if at := r.x.Place(u, from); at != 0 {
					units = append(units, at)
				}
			}
		}
		now := r.to.intern(units)
		if n := len(out); n > 0 && out[n-1].set == now {
			out[n-1].to = to
		} else {
			out = append(out, expectation{from, to, now})
		}
	}
	r.expects = append(r.expects, expected{l, old, out})
	return out
}

func (r *recaster) element(old, now *element) {
	r.to.setExpect(now, slices.Clone(r.expect(old.def.Level, old.expect)))
	for _, k := range append([]measure.Category{""}, old.def.Scheme.All()...) {
		s, ok := old.reported[k]
		if !ok {
			continue
		}
		to := r.to.series[now.reported[k]]
		for _, col := range r.from.series[s].cols {
			if col != nil {
				r.column(old, now, k, col, to)
			}
		}
	}
	if old.def.Scheme.Kind == measure.Partition {
		r.totals(old, now)
	}
}

// column brings the cells of a category in a year to their places.
func (r *recaster) column(old, now *element, k measure.Category, col *column, to *series) {
	b := r.block(now, to, col.year)
	f := b.frame
	for _, o := range col.blocks {
		if o == nil {
			continue
		}
		for row, u := range o.frame.rows {
			m := mask(o.bits, row*o.n, o.n)
			if m == 0 {
				continue
			}
			stays := r.x.Stays(u)
			at, ok := f.rowOf(u)
			for j := 0; m != 0; m, j = m>>1, j+1 {
				if m&1 == 0 {
					continue
				}
				slot := o.frame.lo + j
				if !stays {
					at, ok = f.rowOf(r.x.Place(u, col.year.day(slot)))
				}
				if !ok {
					continue // a unit that did not exist in the slot: in no sum before either
				}
				v, _ := o.get(row, j)
				sum, _ := b.get(at, slot-f.lo)
				b.put(at, slot-f.lo, sum+v, true)
			}
		}
	}
	partition := old.def.Scheme.Kind == measure.Partition && k != ""
	for _, x := range r.jointsOf(old, col.year) {
		if r.lacks(old, col, x, partition) {
			if at, ok := f.rowOf(x.to); ok {
				b.put(at, x.slot-f.lo, 0, false)
			}
		}
	}
	b.rollAll()
	r.to.bindExpect(now, to.column(col.year.number))
}

// block makes the block of a series in a year; one tree serves all days, so there is one frame.
func (r *recaster) block(now *element, to *series, old *year) *block {
	col := newColumn(r.to.layout.year(now.def.Level, old.grain, old.number))
	col.blocks[0] = newBlock(col.year.frames[0], now.adds(), r.to.owner)
	to.setColumn(old.number, col)
	return col.blocks[0]
}

// lacks tells whether units that count for one cannot be added up in a slot: points, or a value is
// missing that was expected. A part of a partition is also missing where a total without it is there.
func (r *recaster) lacks(e *element, col *column, x joint, partition bool) bool {
	if !e.adds() {
		return true
	}
	y := col.year
	fi := int(y.of[x.slot])
	asked := r.from.asked(e, y, x.slot)
	for _, row := range x.of {
		if b := col.blocks[fi]; b != nil && hasBit(b.bits, row*b.n+x.slot-b.frame.lo) {
			continue
		}
		if asked.has(row) {
			return true
		}
		if partition {
			if t := r.from.series[e.total].column(y.number); t != nil {
				if _, ok := t.cell(fi, row, x.slot); ok {
					return true
				}
			}
		}
	}
	return false
}

// totals gives the reported total of units that count for one from their totals, whether these
// were reported or added up.
func (r *recaster) totals(old, now *element) {
	to := r.to.series[now.reported[""]]
	for _, col := range r.from.series[old.total].cols {
		if col == nil {
			continue
		}
		joints := r.jointsOf(old, col.year)
		if len(joints) == 0 {
			continue
		}
		mine := to.column(col.year.number)
		if mine == nil {
			r.block(now, to, col.year)
			mine = to.column(col.year.number)
		}
		b := mine.blocks[0]
		for _, x := range joints {
			at, ok := b.frame.rowOf(x.to)
			if !ok {
				continue
			}
			var sum int64
			n := 0
			for _, row := range x.of {
				if v, ok := col.cell(int(col.year.of[x.slot]), row, x.slot); ok {
					sum, n = sum+v, n+1
				}
			}
			whole := n > 0 && !r.lacks(old, col, x, false)
			if !whole {
				sum = 0
			}
			b.put(at, x.slot-b.frame.lo, sum, whole)
		}
		b.rollAll()
		r.to.bindExpect(now, mine)
	}
}

// jointsOf lists where several units count for one in a year.
func (r *recaster) jointsOf(e *element, y *year) []joint {
	if list, known := r.joints[y]; known {
		return list
	}
	var out []joint
	for _, f := range y.frames {
		var moved []int
		for row, u := range f.rows {
			if !r.x.Stays(u) {
				moved = append(moved, row)
			}
		}
		for slot := f.lo; slot < f.hi; slot++ {
			day := y.day(slot)
			groups := map[org.UnitID][]int{}
			var order []org.UnitID
			for _, row := range moved {
				to := r.x.Place(f.rows[row], day)
				if to != 0 && groups[to] == nil {
					order = append(order, to)
				}
				groups[to] = append(groups[to], row)
			}
			for _, to := range order {
				rows := groups[to]
				if row, ok := f.rowOf(to); ok && !slices.Contains(rows, row) && r.x.Place(to, day) == to {
					rows = append(rows, row)
				}
				if len(rows) > 1 {
					out = append(out, joint{slot, to, rows})
				}
			}
		}
	}
	r.joints[y] = out
	return out
}
