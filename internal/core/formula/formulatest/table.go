package formulatest

import (
	"math/big"
	"slices"

	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A Table answers from a plain list of facts. It is the reference: slow and literal.
type Table struct {
	w   *World
	reg *org.Register

	facts    map[measure.Fact]int64 // key without value
	elements map[string]measure.Element
}

// NewTable makes a table over the present state of a world.
func NewTable(w *World) *Table {
	reg, err := w.Register()
	if err != nil {
		panic(err) // addUnits has checked them
	}
	t := &Table{w: w, reg: reg, facts: map[measure.Fact]int64{}, elements: map[string]measure.Element{}}
	newest := map[measure.Fact]int{}
	for _, f := range w.Facts {
		k := f.Fact
		k.Value = 0
		if s, ok := newest[k]; !ok || f.Seq > s {
			newest[k] = f.Seq
			t.facts[k] = f.Value
		}
	}
	for _, e := range w.Elements {
		t.elements[e.Code] = e
	}
	return t
}

// slots cuts a period into the slots of an element; ok is false if it is no union of them.
func slots(e measure.Element, p period.Period) (list []period.Period, ok bool) {
	first, _, _ := p.First().Date()
	last, _, _ := p.Last().Date()
	for y := first; y <= last; y++ {
		year := period.Years.Period(period.Years.First(y))
		from, to := max(year.First(), p.First()), min(year.Last(), p.Last())
		part, err := period.Between(from, to)
		if err != nil {
			return nil, false
		}
		s := part.Parts(e.GrainIn(y).Kind())
		if s == nil {
			return nil, false
		}
		list = append(list, s...)
	}
	return list, true
}

// Operand answers by SEMANTICS §1–§3.
func (t *Table) Operand(q formula.Query) formula.Operand {
	o, _, _ := t.operand(q)
	return o
}

// operand also gives, of an average, the slots with data and all slots.
func (t *Table) operand(q formula.Query) (o formula.Operand, with, of int) {
	e := t.elements[q.Code]
	list, ok := slots(e, q.Period)
	if !ok {
		return formula.Operand{Reason: measure.NoGrain}, 0, 0
	}
	if e.Kind == measure.Point && q.Agg == formula.Last {
		list = list[len(list)-1:]
	}
	tree := t.reg.On(q.Period.Last())
	row, below := rowsBelow(tree, e.Level, q.Unit)
	switch {
	case !tree.Has(q.Unit):
		return formula.Operand{Reason: measure.NotAlive}, 0, len(list)
	case len(below) == 0 && !stands(tree, e.Level, q.Unit):
		return formula.Operand{Reason: measure.BelowLevel}, 0, len(list)
	case e.Kind == measure.Point && (len(list) != 1 || !row):
		return formula.Operand{Reason: measure.PointOnly}, 0, len(list)
	}
	if !row || len(below) > 1 {
		o.Flags |= formula.Summed
	}
	if q.Agg == formula.Last || q.Agg == formula.ByKind && e.Kind == measure.Stock {
		list = list[len(list)-1:]
	}
	o.Scale = e.Scale
	for _, s := range list {
		tree := t.reg.On(s.Last())
		_, rows := rowsBelow(tree, e.Level, q.Unit)
		if e.Kind == measure.Point {
			rows = []org.UnitID{q.Unit}
		}
		some := false
		for _, u := range rows {
			o.Coverage.Expected++
			v, ok := t.cell(e, q.Categories, u, s)
			if !ok {
				if !slices.Contains(o.Coverage.Missing, u) {
					o.Coverage.Missing = append(o.Coverage.Missing, u)
				}
				continue
			}
			o.Coverage.Reported++
			o.Int += v
			some = true
		}
		if some {
			with++
		}
	}
	switch {
	case with == 0:
		o.Reason, o.Int = measure.Absent, 0
	case q.Agg == formula.Average:
		o.Value = new(big.Rat).Quo(measure.Rat(o.Int, o.Scale), new(big.Rat).SetInt64(int64(with)))
		if with < len(list) {
			o.Flags |= formula.PresentSlots
		}
	}
	return o, with, len(list)
}

// rowsBelow gives the units that report at a level at or beneath u, and whether u is one of them.
func rowsBelow(tree *org.Tree, l org.Level, u org.UnitID) (row bool, rows []org.UnitID) {
	for _, x := range tree.Rows(l) {
		if tree.Under(x, u) {
			rows = append(rows, x)
			row = row || x == u
		}
	}
	return row, rows
}

// stands tells whether u stands at or above a level of its tree.
func stands(tree *org.Tree, l org.Level, u org.UnitID) bool {
	return l != org.LevelFunctional && tree.Kind(u).Tree() == org.Territorial && tree.Level(u) <= l
}

// cell gives the value of a unit in a slot. The total of a partition is the sum of its cells where
// all are there, else the reported total; several cells count only together.
func (t *Table) cell(e measure.Element, cells []measure.Category, u org.UnitID, s period.Period) (int64, bool) {
	at := func(c measure.Category) (int64, bool) {
		v, ok := t.facts[measure.Fact{Element: e.Code, Category: c, Unit: u, Period: s}]
		return v, ok
	}
	sum := func(cells []measure.Category) (int64, bool) {
		total := int64(0)
		for _, c := range cells {
			v, ok := at(c)
			if !ok {
				return 0, false
			}
			total += v
		}
		return total, len(cells) > 0
	}
	if len(cells) > 0 {
		return sum(cells)
	}
	if e.Scheme.Kind == measure.Partition {
		if v, ok := sum(e.Scheme.All()); ok {
			return v, true
		}
	}
	return at("")
}

// Fill answers cell by cell.
func (t *Table) Fill(q formula.Load, c *formula.Column) {
	for j, p := range q.Periods {
		for i, u := range q.Units {
			o, with, of := t.operand(formula.Query{Code: q.Code, Categories: q.Categories, Agg: q.Agg, Unit: u, Period: p})
			k := i*len(q.Periods) + j
			c.Why[k] = formula.WhyOf(o.Reason)
			c.Present[k], c.Expected[k] = int32(o.Coverage.Reported), int32(o.Coverage.Expected)
			if c.Values[k] = 0; o.Reason == measure.NoReason {
				c.Values[k] = o.Int
			}
			if q.Agg == formula.Average {
				c.Slots[k], c.Of[j] = int32(with), int32(of)
			}
		}
	}
}

// Definition gives the version in force on a day.
func (t *Table) Definition(code string, on period.Day) (formula.Definition, bool) {
	ds := t.w.Definitions[code]
	for i := len(ds) - 1; i >= 0; i-- {
		if ds[i].From <= on {
			return ds[i].Definition, true
		}
	}
	return formula.Definition{}, false
}

// Returns counts the returns due from the units of the form's level.
func (t *Table) Returns(form string, unit org.UnitID, p period.Period) formula.Returns {
	var r formula.Returns
	for _, f := range t.w.Forms {
		if f.Code != form {
			continue
		}
		list := p.Parts(f.Grain.Kind())
		tree := t.reg.On(p.Last())
		_, below := rowsBelow(tree, f.Level, unit)
		switch {
		case list == nil:
			r.Reason = measure.NoGrain
		case !tree.Has(unit):
			r.Reason = measure.NotAlive
		case len(below) == 0 && !stands(tree, f.Level, unit):
			r.Reason = measure.BelowLevel
		}
		if r.Reason != measure.NoReason {
			return r
		}
		for _, s := range list {
			_, rows := rowsBelow(t.reg.On(s.Last()), f.Level, unit)
			for _, u := range rows {
				r.Expected++
				for _, x := range t.w.Sent {
					if x.Form == form && x.Unit == u && x.Period == s {
						r.Received++
						if !x.Late {
							r.OnTime++
						}
					}
				}
			}
		}
	}
	return r
}

// Units gives the living units of a kind.
func (t *Table) Units(kind org.Kind, under org.UnitID, on period.Day) ([]org.UnitID, measure.Reason) {
	tree := t.reg.On(on)
	if !tree.Has(under) {
		return nil, measure.NotAlive
	}
	var out []org.UnitID
	for _, u := range tree.Preorder(kind.Tree()) {
		if tree.Kind(u) == kind && tree.Under(u, under) {
			out = append(out, u)
		}
	}
	return out, measure.NoReason
}

// Children gives the children of a unit.
func (t *Table) Children(unit org.UnitID, on period.Day) []org.UnitID {
	return t.reg.On(on).Children(unit)
}

// Completed goes by the day of the world: a slot is complete when its last day is over.
func (t *Table) Completed(p period.Period, elements []string) (g period.Grain, n int, running bool) {
	if t.w.Today.IsZero() || p.Last() < t.w.Today || len(elements) == 0 {
		return 0, 0, false
	}
	over := t.w.Today.AddDays(-1)
	year, _, _ := p.Last().Date()
	end := period.Day(0)
	for i, code := range elements {
		grain := t.elements[code].GrainIn(year)
		part, k := p.Completed(grain, over)
		if i == 0 || part.Last() < end || part.Last() == end && grain < g {
			g, n, end = grain, k, part.Last()
		}
	}
	return g, n, true
}
