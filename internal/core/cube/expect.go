package cube

import (
	"cmp"
	"hash/maphash"
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// An Expectation says of whom an element is expected in the slots whose last day lies in
// From..To, both inclusive; From 0 means since ever, To 0 for ever (SEMANTICS §4: expected is the
// dated unit set of the element's form). Without Units nobody is expected, as before the form
// began. In days that no expectation covers, every row beneath the unit is expected.
type Expectation struct {
	From, To period.Day
	Units    []org.UnitID
}

// expectation is an Expectation with the set shared by all elements of the form.
type expectation struct {
	from, to period.Day // to 0 is turned into the last of days
	set      *unitSet
}

// forever is later than every day.
const forever = period.Day(1<<31 - 1)

// A unitSet is a sorted set of units.
type unitSet struct{ units []org.UnitID }

// asked is a unitSet seen from a shape.
type asked struct {
	bits   []uint64 // by row
	before []int32  // by row: how many asked rows stand before it; one more for the end
}

func (a *asked) has(row int) bool { return a == nil || hasBit(a.bits, row) }

// count gives how many rows of [lo, hi) are asked; nil asks all.
func (a *asked) count(lo, hi int) int {
	if a == nil {
		return hi - lo
	}
	return int(a.before[hi] - a.before[lo])
}

type askedKey struct {
	set   *unitSet
	shape *shape
}

// askedIn gives the set as seen from a shape.
func (l *layout) askedIn(set *unitSet, s *shape) *asked {
	k := askedKey{set, s}
	if a, ok := l.asked.Load(k); ok {
		return a.(*asked)
	}
	a := &asked{bits: make([]uint64, bitWords(len(s.rows))), before: make([]int32, len(s.rows)+1)}
	for _, u := range set.units {
		if r, ok := s.rowOf(u); ok {
			a.bits[r>>6] |= 1 << (r & 63)
		}
	}
	for r := range s.rows {
		a.before[r+1] = a.before[r] + int32(a.bits[r>>6]>>(r&63)&1)
	}
	got, _ := l.asked.LoadOrStore(k, a)
	return got.(*asked)
}

// expects gives the set expected on a day, nil for everybody.
func (e *element) expects(d period.Day) *unitSet {
	for i := range e.expect {
		if x := &e.expect[i]; x.from <= d && d <= x.to {
			return x.set
		}
	}
	return nil
}

// asked gives who is expected in a slot of a year, nil for everybody.
func (c *Cube) asked(e *element, y *year, slot int) *asked {
	if e.expect == nil {
		return nil
	}
	set := e.expects(y.day(slot))
	if set == nil {
		return nil
	}
	return c.layout.askedIn(set, y.frameAt(slot).shape)
}

// askedSlots gives who is expected in every slot of a year.
func (c *Cube) askedSlots(e *element, y *year) *[maxSlots]*asked {
	if e.expect == nil {
		return nil
	}
	t := new([maxSlots]*asked)
	for i := range int(y.grain) {
		t[i] = c.asked(e, y, i)
	}
	return t
}

// Expect sets all expectations of an element at once; they must not overlap. Units that are no
// rows of the element's level are of no account. An empty list expects everybody again. What is
// reported although it is not expected counts as expected, so that coverage never passes 100 %
// and a gap is never hidden by a surplus.
func (c *Cube) Expect(id measure.ElementID, list []Expectation) error {
	c.w.Lock()
	defer c.w.Unlock()
	e := c.items[id]
	if e == nil {
		return errNoElement(id)
	}
	sorted := make([]expectation, 0, len(list))
	for _, x := range list {
		y := expectation{x.From, x.To, c.intern(x.Units)}
		if y.to == 0 {
			y.to = forever
		}
		if y.from > y.to {
			return fault.New(fault.Invalid, "数据项 %s 的应报范围起始日 %s 晚于截止日 %s，请把先后对调。", e.def.Code, x.From, x.To)
		}
		sorted = append(sorted, y)
	}
	slices.SortFunc(sorted, func(a, b expectation) int { return cmp.Compare(a.from, b.from) })
	for i := 1; i < len(sorted); i++ {
		if sorted[i].from <= sorted[i-1].to {
			return fault.New(fault.Invalid, "数据项 %s 的两段应报范围在 %s 重叠，请改正其中一段的日期。", e.def.Code, sorted[i].from)
		}
	}
	c.setExpect(e, sorted)
	return nil
}

// SetExpected sets the expectation of an element for the slots whose last day lies in from..to
// and leaves it as it is before and after; from 0 means since ever, to 0 for ever. It takes
// precedence over what was set for these days before.
func (c *Cube) SetExpected(id measure.ElementID, from, to period.Day, units []org.UnitID) error {
	c.w.Lock()
	defer c.w.Unlock()
	e := c.items[id]
	if e == nil {
		return errNoElement(id)
	}
	last := to
	if to == 0 {
		last = forever
	}
	if from > last {
		return fault.New(fault.Invalid, "数据项 %s 的应报范围起始日 %s 晚于截止日 %s，请把先后对调。", e.def.Code, from, to)
	}
	var list []expectation
	for _, x := range e.expect {
		if x.from < from {
			list = append(list, expectation{x.from, min(x.to, from-1), x.set})
		}
		if x.to > last {
			list = append(list, expectation{max(x.from, last+1), x.to, x.set})
		}
	}
	list = append(list, expectation{from, last, c.intern(units)})
	slices.SortFunc(list, func(a, b expectation) int { return cmp.Compare(a.from, b.from) })
	c.setExpect(e, list)
	return nil
}

func (c *Cube) setExpect(e *element, list []expectation) {
	if len(list) == 0 {
		list = nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e.expect = list
	e.edition++
	c.rev++
	for _, id := range e.all {
		for _, col := range c.series[id].cols {
			if col != nil {
				c.bindExpect(e, col)
			}
		}
	}
}

// bindExpect finds out what is expected in a column and counts what was reported beyond it.
func (c *Cube) bindExpect(e *element, col *column) {
	col.asked = c.askedSlots(e, col.year)
	for fi, b := range col.blocks {
		col.extra[fi] = countExtra(b, col.asked)
	}
}

// countExtra counts the cells of a block that are present though not asked.
func countExtra(b *block, t *[maxSlots]*asked) int32 {
	if b == nil || t == nil {
		return 0
	}
	extra := 0
	for row := range b.frame.rows {
		extra += extraOf(b, t, row, b.frame.lo, b.frame.hi)
	}
	return int32(extra)
}

// extraOf counts the present cells of a row that are not asked in the slots [lo, hi) of the year.
func extraOf(b *block, t *[maxSlots]*asked, row, lo, hi int) int {
	extra := 0
	for m, slot := mask(b.bits, row*b.n+lo-b.frame.lo, hi-lo), lo; m != 0; m, slot = m>>1, slot+1 {
		if m&1 == 1 && !t[slot].has(row) {
			extra++
		}
	}
	return extra
}

// intern gives the one unitSet of these units.
func (c *Cube) intern(units []org.UnitID) *unitSet {
	sorted := slices.Clone(units)
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)
	var h maphash.Hash
	h.SetSeed(c.seed)
	for _, u := range sorted {
		maphash.WriteComparable(&h, u)
	}
	k := h.Sum64()
	for _, s := range c.sets[k] {
		if slices.Equal(s.units, sorted) {
			return s
		}
	}
	s := &unitSet{sorted}
	c.sets[k] = append(c.sets[k], s)
	return s
}
