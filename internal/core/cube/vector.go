package cube

import (
	"slices"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// An Axis is the units and periods of a block of figures. It remembers where they stand, so that
// asking many series over one axis finds them once. It is for one goroutine; it may be kept, and
// finds its places again when the register has changed.
type Axis struct {
	units   []org.UnitID
	periods []period.Period
	layout  *layout
	plans   []*plan
	places  []*places
	present []int32 // scratch
}

// NewAxis makes an axis; the slices must not be changed while it is used.
func NewAxis(units []org.UnitID, periods []period.Period) *Axis {
	return &Axis{units: units, periods: periods}
}

// Len gives the number of cells, units × periods.
func (x *Axis) Len() int { return len(x.units) * len(x.periods) }

// Columns take the answers for an axis, unit by unit, the periods of a unit side by side. Sum is
// needed; the others are filled if they are not nil. Each must have Axis.Len cells. The meaning is
// that of Answer; Coverage.Reported is Present and Coverage.Expected is Expected.
type Columns struct {
	Sum      []int64
	Present  []int32
	Expected []int32
	Slots    []int32
	Why      []Why
}

// A Why is a measure.Reason in one byte.
type Why uint8

// The reasons of the cube.
const (
	WhyNot Why = iota // there is a value
	WhyAbsent
	WhyNoGrain
	WhyBelowLevel
	WhyPointOnly
	WhyNotAlive
	WhyOverflow
	WhyCannotSplit
)

// Reason gives the reason by its stable code.
func (w Why) Reason() measure.Reason {
	switch w {
	case WhyAbsent:
		return measure.Absent
	case WhyNoGrain:
		return measure.NoGrain
	case WhyBelowLevel:
		return measure.BelowLevel
	case WhyPointOnly:
		return measure.PointOnly
	case WhyNotAlive:
		return measure.NotAlive
	case WhyOverflow:
		return measure.Overflow
	case WhyCannotSplit:
		return measure.CannotSplit
	}
	return measure.NoReason
}

func whyOf(r measure.Reason) Why {
	for w := WhyNot; w <= WhyCannotSplit; w++ {
		if w.Reason() == r {
			return w
		}
	}
	return WhyAbsent
}

// Vector answers for all units and periods at once, with the same answers as Read. present and
// expected may be nil. Cells without a value are zero; where present is zero too, Read tells why.
func (c *Cube) Vector(s Series, units []org.UnitID, periods []period.Period, agg Agg, out []int64, present, expected []int32) {
	x := NewAxis(units, periods)
	c.View(func(v *View) { v.Vector(s, x, agg, Columns{Sum: out, Present: present, Expected: expected}) })
}

// Vector answers for a whole axis at the moment of the view.
func (v *View) Vector(id Series, x *Axis, agg Agg, out Columns) {
	c := v.c
	s := c.known(id)
	e := s.element
	if x.layout != c.layout {
		x.layout, x.plans, x.places = c.layout, nil, nil
	}
	p := x.plan(c, e, agg)
	n := x.Len()
	clear(out.Sum[:n])
	if out.Why != nil {
		clear(out.Why[:n])
		if out.Present == nil {
			if len(x.present) < n {
				x.present = make([]int32, n)
			}
			out.Present = x.present
		}
	}
	if out.Present != nil {
		clear(out.Present[:n])
	}
	if out.Expected != nil {
		clear(out.Expected[:n])
	}
	if out.Slots != nil {
		clear(out.Slots[:n])
	}
	if int64(p.most)*s.weight() > maxCells/c.facts() {
		c.oneByOne(id, x, agg, &out) // sums may leave the range
		return
	}
	for i := range p.ops {
		o := &p.ops[i]
		t := x.at(e, o.year.frames[o.frame].shape)
		var b *block
		if col := s.column(o.year.number); col != nil {
			if b = col.blocks[o.frame]; b != nil {
				gather(o, x, t, b.n, o.lo-b.frame.lo, b.cells, b.sums, out.Sum)
				switch {
				case out.Slots == nil && out.Present != nil && t.upper:
					gather(o, x, t, b.n, o.lo-b.frame.lo, nil, b.counts, out.Present)
				case out.Slots != nil || out.Present != nil:
					o.present(x, t, b, &out)
				}
			}
		}
		if out.Expected != nil {
			c.expected(s, x, o, t, b, out.Expected)
		}
	}
	if out.Why != nil || p.many {
		c.reasons(e, x, p, &out)
	}
	if c.recast != nil {
		c.amend(id, x, agg, &out)
	}
}

func (c *Cube) oneByOne(id Series, x *Axis, agg Agg, out *Columns) {
	i := 0
	for _, u := range x.units {
		for _, p := range x.periods {
			out.set(i, c.read(id, u, p, agg))
			i++
		}
	}
}

// set writes one answer.
func (out *Columns) set(i int, a Answer) {
	out.Sum[i] = a.Sum
	if out.Present != nil {
		out.Present[i] = int32(a.Coverage.Reported)
	}
	if out.Expected != nil {
		out.Expected[i] = int32(a.Coverage.Expected)
	}
	if out.Slots != nil {
		out.Slots[i] = int32(a.Slots)
	}
	if out.Why != nil {
		out.Why[i] = whyOf(a.Reason)
	}
}

// A plan is where the periods of an axis lie in the years of elements of the same level and grain.
type plan struct {
	level  org.Level
	grains []measure.GrainFrom
	last   bool // only the last slot of a period counts
	point  bool
	ops    []op
	ends   []end
	most   int  // slots in one period
	many   bool // some period lies in several frames
}

// An op reads one frame. With run > 0 the periods from the one numbered period on are the slots
// from lo on, one each; else the slots [lo, hi) of the year add up to the period.
type op struct {
	year   *year
	frame  int
	lo, hi int
	period int
	run    int
}

// An end is the last slot of a period, whose tree decides whether the unit exists.
type end struct {
	why   Why
	year  *year
	frame int
	slot  int  // of the year
	many  bool // the period lies in several frames
}

func (x *Axis) plan(c *Cube, e *element, agg Agg) *plan {
	last, point := e.takesLast(agg), !e.adds()
	for i, p := range x.plans {
		if p.level == e.def.Level && p.last == last && p.point == point && slices.Equal(p.grains, e.def.Grains) {
			if i > 0 { // the plan of the next series, most likely
				x.plans[0], x.plans[i] = x.plans[i], x.plans[0]
			}
			return p
		}
	}
	p := &plan{level: e.def.Level, grains: slices.Clone(e.def.Grains), last: last, point: point,
		ends: make([]end, len(x.periods)), ops: make([]op, 0, 4)}
	var buf [4]piece
	for i, per := range x.periods {
		if i > 0 && p.next(i, per) {
			continue
		}
		list, ok := e.pieces(per, buf[:])
		if !ok {
			p.ends[i].why = WhyNoGrain
			continue
		}
		q := list[len(list)-1]
		y := c.layout.year(e.def.Level, q.grain, q.year)
		p.ends[i] = end{year: y, frame: int(y.of[q.hi-1]), slot: q.hi - 1}
		if point && last {
			list = lastSlot(list)
		}
		if point && slots(list) != 1 {
			p.ends[i].why = WhyPointOnly
			continue
		}
		if last {
			list = lastSlot(list)
		}
		n := slots(list)
		p.most = max(p.most, n)
		before := len(p.ops)
		for _, q := range list {
			p.add(c.layout.year(e.def.Level, q.grain, q.year), q, i, n == 1)
		}
		p.ends[i].many = len(p.ops) > before+1
		p.many = p.many || p.ends[i].many
	}
	x.plans = append(x.plans, p)
	return p
}

// next takes a period that is the slot after the one before it, as the periods of a trend are.
func (p *plan) next(i int, per period.Period) bool {
	if len(p.ops) == 0 {
		return false
	}
	o, z := &p.ops[len(p.ops)-1], p.ends[i-1]
	slot := o.lo + o.run
	if o.run == 0 || o.period+o.run != i || slot != z.slot+1 || slot >= o.year.frames[o.frame].hi || per != o.year.slotText(slot) {
		return false
	}
	o.run++
	o.hi++
	z.slot++
	p.ends[i] = z
	return true
}

// add appends the frames of a piece, and joins neighbouring single slots to a run.
func (p *plan) add(y *year, q piece, per int, single bool) {
	for fi, f := range y.frames {
		lo, hi := max(q.lo, f.lo), min(q.hi, f.hi)
		if lo >= hi {
			continue
		}
		o := op{year: y, frame: fi, lo: lo, hi: hi, period: per}
		if single {
			if k := len(p.ops) - 1; k >= 0 {
				l := &p.ops[k]
				if l.run > 0 && l.year == y && l.frame == fi && l.lo+l.run == lo && l.period+l.run == per {
					l.run++
					l.hi++
					return
				}
			}
			o.run = 1
		}
		p.ops = append(p.ops, o)
	}
}

// places are where the units of an axis stand in a shape.
type places struct {
	shape *shape
	point bool
	at    []place
	first place // of a run: at[i] is the i-th place from first on
	run   bool
	upper bool // no unit is a row
}

func (x *Axis) at(e *element, s *shape) *places {
	point := !e.adds()
	for _, t := range x.places {
		if t.shape == s && t.point == point {
			return t
		}
	}
	t := &places{shape: s, point: point, at: make([]place, len(x.units)), run: len(x.units) > 0, upper: true}
	for i, u := range x.units {
		t.at[i] = s.find.at(u)
		if point {
			t.at[i] = noPlace
			if r, ok := s.rowOf(u); ok {
				t.at[i] = place(r)
			}
		}
		t.upper = t.upper && !t.at[i].isRow()
		switch f := t.at[0]; {
		case t.at[i] == noPlace:
			t.run = false
		case f.isRow() && t.at[i] != f+place(i), !f.isRow() && t.at[i] != f-place(i):
			t.run = false
		}
	}
	if t.run {
		t.first = t.at[0]
	}
	x.places = append(x.places, t)
	return t
}

// gather copies or adds the cells of an op, of the rows and of the units above them.
func gather[T int32 | int64](o *op, x *Axis, t *places, n, j int, rows, upper, out []T) {
	width := len(x.periods)
	if t.run {
		src, at := rows, int(t.first)
		if !t.first.isRow() {
			src, at = upper, t.first.upper()
		}
		gatherRun(o, src[at*n+j:], n, len(t.at), width, out[o.period:])
		return
	}
	for i, p := range t.at {
		switch {
		case p == noPlace:
		case p.isRow():
			gatherRun(o, rows[int(p)*n+j:], n, 1, width, out[i*width+o.period:])
		default:
			gatherRun(o, upper[p.upper()*n+j:], n, 1, width, out[i*width+o.period:])
		}
	}
}

// gatherRun reads units rows of n cells into rows of width answers.
func gatherRun[T int32 | int64](o *op, src []T, n, units, width int, out []T) {
	switch {
	case o.run == 1 && width == 1:
		out = out[:units]
		for i := range out {
			out[i] = src[i*n]
		}
	case o.run == 1:
		for i := range units {
			out[i*width] = src[i*n]
		}
	case o.run > 1:
		for i := range units {
			copy(out[i*width:i*width+o.run], src[i*n:])
		}
	case o.hi-o.lo == 12:
		for i := range units {
			r := (*[12]T)(src[i*n:])
			out[i*width] += (r[0] + r[1] + r[2]) + (r[3] + r[4] + r[5]) + (r[6] + r[7] + r[8]) + (r[9] + r[10] + r[11])
		}
	default:
		m := o.hi - o.lo
		for i := range units {
			var sum T
			for _, v := range src[i*n : i*n+m] {
				sum += v
			}
			out[i*width] += sum
		}
	}
}

// present counts what is present, and in how many slots anything is.
func (o *op) present(x *Axis, t *places, b *block, out *Columns) {
	width, m, j := len(x.periods), o.hi-o.lo, o.lo-b.frame.lo
	for i, p := range t.at {
		if p == noPlace {
			continue
		}
		at := i*width + o.period
		if p.isRow() {
			w := mask(b.bits, int(p)*b.n+j, m)
			for s := range m {
				o.count(out, at, s, int32(w>>s&1))
			}
			continue
		}
		at0 := p.upper()*b.n + j
		for s, k := range b.counts[at0 : at0+m] {
			o.count(out, at, s, k)
		}
	}
}

// count adds the presence of the s-th slot of an op.
func (o *op) count(out *Columns, at, s int, k int32) {
	if o.run > 0 {
		at += s
	}
	if out.Present != nil {
		out.Present[at] += k
	}
	if out.Slots != nil && k > 0 {
		out.Slots[at]++
	}
}

// expected counts what is expected of the rows beneath each unit, and what came beyond it.
func (c *Cube) expected(s *series, x *Axis, o *op, t *places, b *block, out []int32) {
	width, m := len(x.periods), o.hi-o.lo
	var who [maxSlots]*asked
	even := true // the same rows are expected in every slot
	if s.element.expect != nil {
		for k := range m {
			who[k] = c.asked(s.element, o.year, o.lo+k)
			even = even && who[k] == who[0]
		}
	}
	extra := b != nil && s.column(o.year.number).extra[o.frame] > 0
	for i, p := range t.at {
		if p == noPlace {
			continue
		}
		at := i*width + o.period
		lo, hi := t.shape.run(p)
		if even && !extra {
			n := int32(who[0].count(lo, hi))
			if o.run == 0 {
				out[at] += n * int32(m)
				continue
			}
			for k := range m {
				out[at+k] = n
			}
			continue
		}
		for k := range m {
			n := who[k].count(lo, hi)
			if extra && who[k] != nil {
				n += b.extraIn(who[k], lo, hi, o.lo+k-b.frame.lo)
			}
			if o.run > 0 {
				out[at+k] += int32(n)
			} else {
				out[at] += int32(n)
			}
		}
	}
}

// reasons empties the cells that Read refuses and tells why cells are empty.
func (c *Cube) reasons(e *element, x *Axis, p *plan, out *Columns) {
	width := len(x.periods)
	for k := range p.ends {
		z := &p.ends[k]
		if z.year == nil {
			if out.Why != nil {
				for i := range x.units {
					out.Why[i*width+k] = z.why
				}
			}
			continue
		}
		if out.Why == nil && !z.many {
			continue // what is refused has no place, and so is empty already
		}
		f := z.year.frames[z.frame]
		t := x.at(e, f.shape)
		for i, u := range x.units {
			at := i*width + k
			if t.at[i] == noPlace {
				out.empty(at)
			}
			if out.Why == nil {
				continue
			}
			switch {
			case t.at[i] == noPlace && f.find.at(u) != noPlace:
				out.Why[at] = WhyPointOnly
			case t.at[i] == noPlace:
				out.Why[at] = WhyNotAlive
				if c.layout.reg.On(z.year.day(z.slot)).Has(u) {
					out.Why[at] = WhyBelowLevel
				}
			case z.why != WhyNot:
				out.Why[at] = z.why
			case out.Present[at] == 0:
				out.Why[at] = WhyAbsent
			}
		}
	}
}

func (out *Columns) empty(at int) {
	out.Sum[at] = 0
	for _, k := range [][]int32{out.Present, out.Expected, out.Slots} {
		if k != nil {
			k[at] = 0
		}
	}
}
