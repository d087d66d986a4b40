package facts

import (
	"context"
	"errors"
	"slices"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
)

// Versions gives the history of one cell as it was reported, the oldest version first: value or
// withdrawal, source and place in it, who, when and why. A cell that never held anything has none.
// The slot counts at the element's grain of that year.
func (s *Service) Versions(ctx context.Context, element string, cat measure.Category, unit org.UnitID, slot period.Slot) (list []measure.Version, err error) {
	defer fault.Wrap(&err, "facts.Versions(%s, %s, %d, %d)", element, cat, unit, slot)
	e, ok := s.Catalogue().Code(element)
	if !ok {
		return nil, fault.New(fault.Missing, "没有代码为 %s 的数据项；请先登记数据项，或核对代码", element)
	}
	g, ok := grainOfSlot(e, slot)
	if !ok {
		return nil, fault.New(fault.Invalid, "数据项 %s 没有这个填报期；请核对期别和粒度", element)
	}
	if cat, err = parseCategory(e.Scheme, string(cat)); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		id, err := seriesID(tx, e.ID, cat)
		if err != nil {
			return err
		}
		return walk(tx, spotKey{id, g.Year(slot), unit, g.Index(slot)}, func(v measure.Version) bool {
			list = append(list, s.marked(v, g.Period(slot)))
			return true
		})
	})
	slices.Reverse(list)
	return list, err
}

// marked adds to a version whether it came after the period was closed.
func (s *Service) marked(v measure.Version, p period.Period) measure.Version {
	v.Restated = s.closings.Load().restated(v.No, p)
	return v
}

// grainOfSlot finds the grain at which the element counts a slot number. Numbers of different
// grains do not meet in the years 1000–9999 unless a period of one is a slot of the other.
func grainOfSlot(e measure.Element, slot period.Slot) (period.Grain, bool) {
	for _, x := range e.Grains {
		if y := x.Grain.Year(slot); y >= 1 && y <= 9999 && e.GrainIn(y) == x.Grain {
			return x.Grain, true
		}
	}
	return 0, false
}

// Contributions lists the reported cells that the figure of an element is made of at a unit and in a
// period, each with its latest version: slot by slot, in each slot by the tree of its last day, and of
// a stock the last slot only. The total of a partition is made of its parts where all are there, else
// of the reported total; no categories mean the total. Offset and limit choose a page; total counts
// all cells.
func (s *Service) Contributions(ctx context.Context, element string, cats []measure.Category, unit org.UnitID, p period.Period, offset, limit int) (page []Contribution, total int, err error) {
	defer fault.Wrap(&err, "facts.Contributions(%s, %d, %s)", element, unit, p)
	e, ok := s.Catalogue().Code(element)
	if !ok {
		return nil, 0, fault.New(fault.Missing, "没有代码为 %s 的数据项；请先登记数据项，或核对代码", element)
	}
	c := s.Cube()
	sel, err := newSelection(c, e, cats)
	if err != nil {
		return nil, 0, err
	}
	slots, ok := slotsOf(e, p)
	if !ok {
		return nil, 0, nil
	}
	reg := c.Register()
	c.View(func(v *cube.View) {
		for _, x := range slots {
			per := x.grain.Period(x.slot)
			tree := reg.On(per.Last())
			for _, u := range rowsUnder(tree, e, unit) {
				sel.cells(v, u, per, func(k measure.Category, value int64) {
					if total++; total > offset && len(page) < limit {
						page = append(page, Contribution{Unit: u, Slot: x.slot, Period: per, Category: k, Value: value})
					}
				})
			}
		}
	})
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		for i := range page {
			x := &page[i]
			y, _, _ := x.Period.Last().Date()
			id, err := seriesID(tx, e.ID, x.Category)
			if err != nil {
				return err
			}
			g := e.GrainIn(y)
			err = walk(tx, spotKey{id, y, x.Unit, g.Index(x.Slot)}, func(v measure.Version) bool {
				x.Version = s.marked(v, x.Period)
				return false
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return page, total, err
}

type slotAt struct {
	grain period.Grain
	slot  period.Slot
}

// slotsOf lists the slots of an element that a period consists of and that count in its figure.
func slotsOf(e measure.Element, p period.Period) ([]slotAt, bool) {
	first, _, _ := p.First().Date()
	last, _, _ := p.Last().Date()
	if p.IsZero() {
		return nil, false
	}
	var list []slotAt
	for y := first; y <= last; y++ {
		g := e.GrainIn(y)
		year := period.Years.Period(period.Slot(y))
		part, err := period.Between(max(p.First(), year.First()), min(p.Last(), year.Last()))
		if err != nil {
			return nil, false
		}
		lo, hi, ok := part.Slots(g)
		if !ok {
			return nil, false
		}
		for s := lo; s < hi; s++ {
			list = append(list, slotAt{g, s})
		}
	}
	switch {
	case e.Kind == measure.Stock:
		list = list[len(list)-1:]
	case e.Kind == measure.Point && len(list) != 1:
		return nil, false
	}
	return list, true
}

// rowsUnder lists the units that hold facts of an element at or beneath a unit; a point counts for
// the unit itself only.
func rowsUnder(t *org.Tree, e measure.Element, unit org.UnitID) []org.UnitID {
	if e.Kind == measure.Point {
		if _, ok := t.Row(e.Level, unit); ok {
			return []org.UnitID{unit}
		}
		return nil
	}
	lo, hi := t.Run(e.Level, unit)
	return t.Rows(e.Level)[lo:hi]
}

// A selection reads the reported cells behind one answer.
type selection struct {
	kinds  []measure.Category // that are added up; empty for a reported total alone
	series []cube.Series
	total  cube.Series // the reported total where it counts, else 0
}

func newSelection(c *cube.Cube, e measure.Element, cats []measure.Category) (*selection, error) {
	s := &selection{}
	if len(cats) == 0 || len(cats) == 1 && cats[0] == "" {
		var err error
		if s.total, err = c.Reported(e.ID, ""); err != nil {
			return nil, err
		}
		if e.Scheme.Kind == measure.Partition {
			s.kinds = e.Scheme.All()
		}
	} else {
		s.kinds = cats
	}
	for _, k := range s.kinds {
		id, err := c.Reported(e.ID, k)
		if err != nil {
			return nil, err
		}
		s.series = append(s.series, id)
	}
	return s, nil
}

func (s *selection) cells(v *cube.View, unit org.UnitID, p period.Period, f func(measure.Category, int64)) {
	var few [16]int64
	vals := few[:0]
	for _, id := range s.series {
		x, ok := v.Own(id, unit, p)
		if !ok {
			break
		}
		vals = append(vals, x)
	}
	if len(s.series) > 0 && len(vals) == len(s.series) {
		for i, k := range s.kinds {
			f(k, vals[i])
		}
		return
	}
	if s.total != 0 {
		if x, ok := v.Own(s.total, unit, p); ok {
			f("", x)
		}
	}
}

// Restatements lists the cells within a period that were changed after it was closed, in the order
// of the changes; the zero period asks for all.
func (s *Service) Restatements(ctx context.Context, p period.Period) (list []Restatement, err error) {
	defer fault.Wrap(&err, "facts.Restatements(%s)", p)
	c := *s.closings.Load()
	cat := s.Catalogue()
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		list, err = readRestatements(tx, cat, func(no int64, slot period.Period) bool {
			return (p.IsZero() || p.Contains(slot)) && c.restated(no, slot)
		})
		return err
	})
	return list, err
}

// AsOf gives the facts, the definitions and the units as they were after a change number: the cube
// is a copy in which all later changes are taken back (SEMANTICS §5). Expectations are those of the
// forms of now over the units of then: forms are dated, but how they were recorded at a change
// number is not kept. A number that is not reached yet is fault.Missing.
func (s *Service) AsOf(ctx context.Context, no int64) (c *cube.Cube, cat *measure.Catalogue, err error) {
	defer fault.Wrap(&err, "facts.AsOf(%d)", no)
	s.mu.Lock()
	c, now := s.Cube().Clone(), s.applied
	s.mu.Unlock()
	if no < 0 || no > now {
		return nil, nil, fault.New(fault.Missing, "没有变更号 %d；目前的变更号是 %d", no, now)
	}
	var undo []cube.Change
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		all, err := revisions(tx)
		if err != nil {
			return err
		}
		cat = measure.NewCatalogue(latest(all, no))
		// The slots of a change are those of the grain by now; grains of years with facts are fixed.
		undo, err = cubeChanges(tx, measure.NewCatalogue(latest(all, now)), undoSQL, no, now)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	past, err := c.AsOf(undo, no)
	var misplaced fault.Findings
	if errors.As(err, &misplaced) {
		past, err = undone(c, s.Catalogue(), undo, no)
	}
	if err != nil || s.joints.register == nil {
		return past, cat, err
	}
	reg, err := s.joints.register(ctx, no)
	if err != nil || reg == past.Register() {
		return past, cat, err
	}
	if err := past.SetRegister(reg); err != nil || s.joints.expected == nil {
		return past, cat, err
	}
	by := s.joints.expected(reg)
	for _, e := range s.Catalogue().All() {
		if list, ok := by[e.Code]; ok {
			if err := past.Expect(e.ID, list); err != nil {
				return nil, nil, err
			}
		}
	}
	return past, cat, nil
}

// undone takes changes back like Cube.AsOf, also for units that hold no facts any more by the
// register of now; it lays out everything again.
func undone(c *cube.Cube, cat *measure.Catalogue, undo []cube.Change, no int64) (*cube.Cube, error) {
	type column struct {
		element measure.ElementID
		kind    measure.Category
	}
	type cells struct {
		vals    [cube.MaxSlots]int64
		present uint32
		slots   uint32
	}
	olds := map[column]map[rowKey]*cells{}
	for _, u := range undo { // the newest first, so the oldest value stays
		e, _ := cat.ID(u.Element)
		y, _, _ := u.Period.Last().Date()
		g := e.GrainIn(y)
		i := g.Index(g.SlotOf(u.Period.Last()))
		at := column{u.Element, u.Category}
		if olds[at] == nil {
			olds[at] = map[rowKey]*cells{}
		}
		k := rowKey{y, u.Unit}
		x := olds[at][k]
		if x == nil {
			x = &cells{}
			olds[at][k] = x
		}
		x.slots |= 1 << i
		x.vals[i] = u.Value
		x.present &^= 1 << i
		if u.Present {
			x.present |= 1 << i
		}
	}
	k := c.Clone()
	l := k.Load()
	defer l.Close()
	for _, e := range cat.All() {
		for _, kind := range append([]measure.Category{""}, e.Scheme.All()...) {
			old := olds[column{e.ID, kind}]
			var bad error
			err := c.Rows(e.ID, kind, func(unit org.UnitID, year int, vals []int64, present uint32) bool {
				if x := old[rowKey{year, unit}]; x != nil {
					vals = slices.Clone(vals)
					for i := range vals {
						if x.slots>>i&1 == 1 {
							vals[i] = x.vals[i]
						}
					}
					present = present&^x.slots | x.present
					delete(old, rowKey{year, unit})
				}
				bad = l.Cells(e.ID, kind, unit, year, vals, present)
				return bad == nil
			})
			if err == nil {
				err = bad
			}
			for at, x := range old {
				if err == nil {
					err = l.Cells(e.ID, kind, at.unit, at.year, x.vals[:e.GrainIn(at.year)], x.present)
				}
			}
			if err != nil {
				return nil, err
			}
		}
	}
	l.Done(2, no)
	return k, nil
}
