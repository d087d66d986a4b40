package indicators

import (
	"math/big"
	"slices"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/words"
)

// Reporting answers for the returns of a form; ok is false for an unknown form.
type Reporting func(form string, unit org.UnitID, p period.Period) (due, received, onTime int, ok bool)

// A source answers the formula engine. Every evaluation runs inside one view of the cube, so all
// its operands are of the same moment; run repeats one whose series were not known beforehand.
type source struct {
	book      *book
	cube      *cube.Cube
	units     *org.Register
	reporting Reporting
	today     period.Day

	recast *org.Recasting // by today's boundaries; units are then those shown

	series map[string]cube.Series
	cache  *seriesCache
	view   *cube.View
	asked  []formula.Query // queries whose series has to be looked up outside the view
	seq    int64           // change number of the last view
	notes  *notebook       // collects counts of persons; nil where nobody is to be protected
	cells  *cellNotes      // the same for a block

	why         []cube.Why // scratch of Fill
	axis        *cube.Axis
	axisUnits   []org.UnitID
	axisPeriods []period.Period
}

// run evaluates f inside a view of the cube.
func (s *source) run(f func()) {
	for {
		s.cube.View(func(v *cube.View) {
			s.view, s.seq = v, v.Seq()
			if s.notes != nil {
				s.notes.list = nil
			}
			if s.cells != nil {
				s.cells.clear()
			}
			f()
			s.view = nil
		})
		if len(s.asked) == 0 {
			return
		}
		for _, q := range s.asked {
			var series cube.Series
			if e, ok := s.book.catalogue.Code(q.Code); ok {
				series, _ = s.cube.Select(e.ID, q.Categories)
			}
			s.series[seriesKey(q)] = series
			s.cache.add(s.cube, seriesKey(q), series)
		}
		s.asked = s.asked[:0]
	}
}

func seriesKey(q formula.Query) string {
	if len(q.Categories) == 0 {
		return q.Code
	}
	key := q.Code
	for _, c := range q.Categories {
		key += "\x00" + string(c)
	}
	return key
}

var _ formula.Source = (*source)(nil)

var aggs = [...]cube.Agg{formula.ByKind: cube.Natural, formula.Sum: cube.Sum, formula.Average: cube.Avg, formula.Last: cube.Last}

// Operand gives the value of an element for a unit and a period.
func (s *source) Operand(q formula.Query) formula.Operand {
	e, ok := s.book.catalogue.Code(q.Code)
	if !ok {
		return formula.Operand{Reason: measure.NotDefined}
	}
	series, known := s.series[seriesKey(q)]
	if !known {
		s.asked = append(s.asked, q)
		return formula.Operand{Reason: measure.Absent}
	}
	if series == 0 {
		return formula.Operand{Reason: measure.NotDefined}
	}
	a := s.view.Read(series, q.Unit, q.Period, aggs[q.Agg])
	o := formula.Operand{Int: a.Sum, Scale: e.Scale, Reason: a.Reason, Coverage: a.Coverage}
	if !a.Coverage.Complete() {
		o.Coverage.Missing = s.view.Missing(series, q.Unit, q.Period, aggs[q.Agg])
	}
	if e.Kind != measure.Point && s.tree(q.Period.Last()).Level(q.Unit) != e.Level {
		o.Flags |= formula.Summed
	}
	if a.Reason == measure.NoReason && q.Agg == formula.Average {
		o.Value = new(big.Rat).Quo(measure.Rat(a.Sum, e.Scale), new(big.Rat).SetInt64(int64(a.Slots)))
		if a.Slots < a.Of {
			o.Flags |= formula.PresentSlots
		}
	}
	if e.Persons {
		if s.notes != nil {
			s.notes.note(e, q, o)
		}
		if s.cells != nil {
			s.cells.one(q, o)
		}
	}
	return o
}

// Definition gives the definition of an indicator in force on a day.
func (s *source) Definition(code string, on period.Day) (formula.Definition, bool) {
	d, e, ok := s.book.definition(code, on)
	if !ok || e == nil {
		return formula.Definition{}, false
	}
	return formula.Definition{Expr: e, Rollup: d.Rollup, Version: d.Version, From: d.From, Format: d.Format, Digits: d.Digits, Unit: d.measured(words.Chinese)}, true
}

// Returns counts the returns of a form.
func (s *source) Returns(form string, unit org.UnitID, p period.Period) formula.Returns {
	if s.reporting == nil {
		return formula.Returns{Reason: measure.NotDefined}
	}
	due, received, onTime, ok := s.reporting(form, unit, p)
	if x := s.recast; x != nil && ok {
		// Those who owed returns then: by today's boundaries the predecessors of a unit.
		if x.Divided(unit, s.tree(p.Last()).Level(unit), p.First()) {
			return formula.Returns{Reason: measure.CannotSplit}
		}
		due, received, onTime = 0, 0, 0
		for _, u := range x.Sources(unit, p.Last()) {
			d, r, o, _ := s.reporting(form, u, p)
			due, received, onTime = due+d, received+r, onTime+o
		}
	}
	if !ok {
		return formula.Returns{Reason: measure.NotDefined}
	}
	if due == 0 {
		return formula.Returns{Reason: measure.Absent}
	}
	return formula.Returns{Expected: int64(due), Received: int64(received), OnTime: int64(onTime)}
}

// Units gives the units of a kind at or beneath a unit that live on a day.
func (s *source) Units(kind org.Kind, under org.UnitID, on period.Day) ([]org.UnitID, measure.Reason) {
	t := s.tree(on)
	if !t.Has(under) {
		return nil, measure.NotAlive
	}
	out, ok := t.OfKind(kind, under)
	if !ok {
		return nil, measure.BelowLevel
	}
	return s.standing(out, on), measure.NoReason
}

// Children gives the children of a unit on a day.
func (s *source) Children(unit org.UnitID, on period.Day) []org.UnitID {
	t := s.tree(on)
	if !t.Has(unit) {
		return nil
	}
	return s.standing(t.Children(unit), on)
}

// Completed tells how much of a period is over, in the finest grain that its elements share.
func (s *source) Completed(p period.Period, elements []string) (g period.Grain, n int, running bool) {
	if p.Last() < s.today {
		return 0, 0, false
	}
	for _, code := range elements {
		e, ok := s.book.catalogue.Code(code)
		if !ok {
			continue
		}
		year, _, _ := p.First().Date()
		if x := e.GrainIn(year); g == 0 || x < g {
			g = x // the coarsest: slots complete for all of them
		}
	}
	lo, hi, ok := p.Slots(g)
	if g == 0 || !ok {
		return 0, 0, false
	}
	for ; lo < hi && g.LastDay(lo) < s.today; lo++ {
		n++
	}
	return g, n, true
}

// siblings lists the units that a unit is ranked among on a day: the children of its parent of
// the same level, itself included.
func siblings(t *org.Tree, unit org.UnitID) []org.UnitID {
	if !t.Has(unit) || t.Parent(unit) == 0 {
		return nil
	}
	list := slices.Clone(t.Children(t.Parent(unit)))
	return slices.DeleteFunc(list, func(u org.UnitID) bool { return t.Level(u) != t.Level(unit) })
}
