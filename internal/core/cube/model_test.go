package cube

import (
	"fmt"
	"slices"
	"testing"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"

	"pgregory.net/rapid"
)

// A model answers as SEMANTICS says, slowly: a map of facts and loops over units and days. The
// cube is held against it.
type model struct {
	reg    *org.Register
	defs   map[measure.ElementID]measure.Element
	facts  map[cellKey]int64
	expect map[measure.ElementID][]Expectation
}

type cellKey struct {
	element  measure.ElementID
	category measure.Category
	unit     org.UnitID
	slot     period.Period
}

// value gives a cell of the selected categories: nil is the total.
func (m *model) value(e measure.Element, cats []measure.Category, u org.UnitID, slot period.Period) (int64, bool) {
	if len(cats) == 1 {
		v, ok := m.facts[cellKey{e.ID, cats[0], u, slot}]
		return v, ok
	}
	cells := cats
	if len(cats) == 0 {
		cells = e.Scheme.All()
		if e.Scheme.Kind != measure.Partition {
			cells = nil
		}
	}
	sum, all := int64(0), len(cells) > 0
	for _, k := range cells {
		v, ok := m.facts[cellKey{e.ID, k, u, slot}]
		sum += v
		all = all && ok
	}
	if all {
		return sum, true
	}
	if len(cats) == 0 {
		v, ok := m.facts[cellKey{e.ID, "", u, slot}]
		return v, ok
	}
	return 0, false
}

// slots lists the slots of a period, nil if it is no union of them.
func (m *model) slots(e measure.Element, p period.Period) []period.Period {
	var out []period.Period
	for d := p.First(); d <= p.Last(); {
		y, _, _ := d.Date()
		g := e.GrainIn(y)
		s := g.Period(g.SlotOf(d))
		if s.First() != d || s.Last() > p.Last() {
			return nil
		}
		out = append(out, s)
		d = s.Last() + 1
	}
	return out
}

func (m *model) asked(e measure.Element, u org.UnitID, slot period.Period) bool {
	for _, x := range m.expect[e.ID] {
		if x.From <= slot.Last() && (x.To == 0 || slot.Last() <= x.To) {
			return slices.Contains(x.Units, u)
		}
	}
	return true
}

func (m *model) read(id measure.ElementID, cats []measure.Category, unit org.UnitID, p period.Period, agg Agg) (Answer, []org.UnitID) {
	e := m.defs[id]
	slots := m.slots(e, p)
	if slots == nil {
		return Answer{Reason: measure.NoGrain}, nil
	}
	if agg == Last && e.Kind == measure.Point {
		slots = slots[len(slots)-1:]
	}
	last := m.reg.On(slots[len(slots)-1].Last())
	of := len(slots)
	switch {
	case !last.Has(unit):
		return Answer{Reason: measure.NotAlive, Of: of}, nil
	case !m.above(last, e.Level, unit):
		return Answer{Reason: measure.BelowLevel, Of: of}, nil
	case e.Kind == measure.Point && (of != 1 || !slices.Contains(last.Rows(e.Level), unit)):
		return Answer{Reason: measure.PointOnly, Of: of}, nil
	}
	if agg == Last || agg == Natural && e.Kind == measure.Stock {
		slots = slots[of-1:]
	}
	a := Answer{Of: len(slots)}
	var missing []org.UnitID
	for _, slot := range slots {
		tree := m.reg.On(slot.Last())
		any := false
		for _, row := range tree.Rows(e.Level) {
			if !tree.Under(row, unit) || e.Kind == measure.Point && row != unit {
				continue
			}
			v, ok := m.value(e, cats, row, slot)
			asked := m.asked(e, row, slot)
			if ok {
				a.Sum += v
				a.Coverage.Reported++
				any = true
			} else if asked && !slices.Contains(missing, row) {
				missing = append(missing, row)
			}
			if ok || asked {
				a.Coverage.Expected++
			}
		}
		if any {
			a.Slots++
		}
	}
	if a.Slots == 0 {
		a.Reason = measure.Absent
	}
	slices.Sort(missing)
	return a, missing
}

// above tells whether a unit stands at or above a reporting level.
func (m *model) above(t *org.Tree, l org.Level, u org.UnitID) bool {
	if l == org.LevelFunctional {
		return t.Level(u) == org.LevelFunctional
	}
	return t.Level(u) <= l
}

// A world is a random register with elements, a cube and its model.
type world struct {
	cube  *Cube
	model *model
	units []org.UnitID
	cats  map[measure.ElementID][]measure.Category
}

const (
	flow measure.ElementID = iota + 1 // months at villages, half-months from 2019
	stock
	point // at townships
	ages  // a partition
	drugs // overlapping
	work  // of departments, by quarters
)

var ageScheme = measure.Scheme{Kind: measure.Partition, Dimensions: []measure.Dimension{
	{Name: "年龄", Labels: []measure.Label{{Name: "<25"}, {Name: ">=25"}}},
	{Name: "性别", Labels: []measure.Label{{Name: "男"}, {Name: "女"}}},
}}

var drugScheme = measure.Scheme{Kind: measure.Overlapping, Dimensions: []measure.Dimension{
	{Name: "毒品", Labels: []measure.Label{{Name: "合成"}, {Name: "阿片"}}},
}}

func testElements() []measure.Element {
	grain := func(g ...period.Grain) (out []measure.GrainFrom) {
		for i, x := range g {
			out = append(out, measure.GrainFrom{Year: 2018 + i, Grain: x})
		}
		return out
	}
	return []measure.Element{
		{ID: flow, Code: "flow", Name: "谈话", Kind: measure.Flow, Level: org.LevelVillage, Grains: grain(period.Months, period.HalfMonths)},
		{ID: stock, Code: "stock", Name: "现有", Kind: measure.Stock, Level: org.LevelVillage, Grains: grain(period.Months)},
		{ID: point, Code: "point", Name: "名次", Kind: measure.Point, Level: org.LevelTownship, Grains: grain(period.Months)},
		{ID: ages, Code: "ages", Name: "新增", Kind: measure.Flow, Level: org.LevelVillage, Grains: grain(period.Months), Scheme: ageScheme},
		{ID: drugs, Code: "drugs", Name: "吸食", Kind: measure.Stock, Level: org.LevelTownship, Grains: grain(period.HalfYears), Scheme: drugScheme},
		{ID: work, Code: "work", Name: "检查", Kind: measure.Flow, Level: org.LevelFunctional, Grains: grain(period.Years, period.Quarters)},
	}
}

// randomRegister draws a province with two cities, a county straight under the province, units
// that move, end, begin and change their order, and departments within departments.
func randomRegister(t *rapid.T, name string) *org.Register {
	start := period.MustDay("2017-06-01")
	day := func(label string) period.Day {
		return period.MustDay("2018-01-01").AddDays(rapid.IntRange(0, 730).Draw(t, name+label))
	}
	var units []org.Unit
	add := func(id int, kind org.Kind, versions ...org.Version) {
		units = append(units, org.Unit{ID: org.UnitID(id), Code: fmt.Sprintf("U%03d", id), Kind: kind, Versions: versions})
	}
	always := func(id, parent int, kind org.Kind) {
		add(id, kind, org.Version{From: start, Name: fmt.Sprint(kind, id), Parent: org.UnitID(parent)})
	}
	always(1, 0, org.Province)
	always(2, 1, org.City)
	always(3, 1, org.City)
	always(10, 2, org.County)
	always(11, 3, org.County)
	always(12, 1, org.County) // no city above it
	for i, county := range []int{10, 10, 11, 12} {
		always(20+i, county, org.Township)
	}
	for i := range 10 {
		id, home := 300+i, 20+i%4
		v := org.Version{From: start, Name: fmt.Sprint("村", id), Parent: org.UnitID(home)}
		switch rapid.IntRange(0, 5).Draw(t, name+"fate") {
		case 0: // moves
			w := v
			d := day("move")
			v.To, w.From, w.Parent = d-1, d, org.UnitID(20+rapid.IntRange(0, 3).Draw(t, name+"to"))
			add(id, org.Village, v, w)
			continue
		case 1:
			v.To = day("end")
		case 2:
			v.From = day("begin")
		case 3: // a village without a township
			v.Parent = org.UnitID(10 + rapid.IntRange(0, 2).Draw(t, name+"county"))
		}
		v.Order = rapid.IntRange(-1, 1).Draw(t, name+"order")
		add(id, org.Village, v)
	}
	always(500, 0, org.CommandPost)
	always(501, 500, org.Department)
	always(502, 501, org.Office)
	d := day("department")
	add(503, org.Department, org.Version{From: start, To: d - 1, Name: "局", Parent: 500}, org.Version{From: d, Name: "局", Parent: 501})
	always(504, 503, org.Office)
	always(505, 500, org.Office) // without units beneath it, after some that have
	reg, err := org.New(units, nil)
	if err != nil {
		t.Fatal(err)
	}
	return reg
}

func newWorld(t *rapid.T) *world {
	reg := randomRegister(t, "")
	w := &world{cube: New(reg), model: &model{
		reg: reg, defs: map[measure.ElementID]measure.Element{}, facts: map[cellKey]int64{}, expect: map[measure.ElementID][]Expectation{},
	}, cats: map[measure.ElementID][]measure.Category{}}
	if err := w.cube.Define(testElements()...); err != nil {
		t.Fatal(err)
	}
	for _, e := range testElements() {
		w.model.defs[e.ID] = e
		w.cats[e.ID] = append([]measure.Category{""}, e.Scheme.All()...)
	}
	for _, u := range reg.Units() {
		w.units = append(w.units, u.ID)
	}
	w.units = append(w.units, 999)
	return w
}

var testYears = []int{2018, 2019}

// change draws a change that can be placed.
func (w *world) change(t *rapid.T) Change {
	for {
		e := w.model.defs[measure.ElementID(rapid.IntRange(1, int(work)).Draw(t, "element"))]
		g := e.GrainIn(rapid.SampledFrom(testYears).Draw(t, "year"))
		y := testYears[0]
		if g != e.GrainIn(y) {
			y = testYears[1]
		}
		slot := g.Period(g.First(y) + period.Slot(rapid.IntRange(0, int(g)-1).Draw(t, "slot")))
		rows := w.model.reg.On(slot.Last()).Rows(e.Level)
		if len(rows) == 0 {
			continue
		}
		ch := Change{
			Element: e.ID, Category: rapid.SampledFrom(w.cats[e.ID]).Draw(t, "category"),
			Unit: rapid.SampledFrom(rows).Draw(t, "unit"), Period: slot,
			Value: rapid.OneOf(rapid.Int64Range(-3, 9), rapid.Int64Range(-measure.MaxValue, measure.MaxValue)).Draw(t, "value"),
		}
		ch.Present = rapid.IntRange(0, 4).Draw(t, "present") > 0
		return ch
	}
}

// changes draws n changes or some more: every now and then all categories of a cell at once.
func (w *world) changes(t *rapid.T, n int) []Change {
	var list []Change
	for len(list) < n {
		ch := w.change(t)
		if rapid.IntRange(0, 3).Draw(t, "whole") > 0 {
			list = append(list, ch)
			continue
		}
		for i, k := range w.cats[ch.Element] {
			ch.Category, ch.Value, ch.Present = k, ch.Value/10+int64(i), true
			list = append(list, ch)
		}
	}
	return list
}

// set notes a change in the model and gives the change that takes it back.
func (m *model) set(ch Change) (undo Change) {
	k := cellKey{ch.Element, ch.Category, ch.Unit, ch.Period}
	undo = ch
	undo.Value, undo.Present = m.facts[k], false
	if _, ok := m.facts[k]; ok {
		undo.Present = true
	}
	if ch.Present {
		m.facts[k] = ch.Value
	} else {
		delete(m.facts, k)
	}
	return undo
}

var testPeriods = []period.Period{
	period.MustParse("2018"), period.MustParse("2019"), period.MustParse("2018..2019"), period.MustParse("2018-01"),
	period.MustParse("2018-02"), period.MustParse("2018-03"), period.MustParse("2018-11..2019-02"), period.MustParse("2018-Q2"),
	period.MustParse("2018-H2"), period.MustParse("2019-03a"), period.MustParse("2019-03b"), period.MustParse("2019-06"),
	period.MustParse("2018-05-03"), period.MustParse("2018-03@26"), period.MustParse("2017"), period.MustParse("2020-Q1"),
}

// selections gives every way of asking for an element.
func (w *world) selections(id measure.ElementID) [][]measure.Category {
	out := [][]measure.Category{nil}
	for _, k := range w.cats[id][1:] {
		out = append(out, []measure.Category{k})
	}
	if id == ages {
		all := w.cats[id][1:]
		out = append(out, []measure.Category{all[0], all[1]}, []measure.Category{all[0], all[2], all[3]})
	}
	return out
}

// compare asks cube and model for some units and periods, singly and as vectors.
func (w *world) compare(t *rapid.T, c *Cube) {
	units := rapid.SliceOfN(rapid.SampledFrom(w.units), 1, 7).Draw(t, "units asked")
	periods := rapid.SliceOfN(rapid.SampledFrom(testPeriods), 1, 5).Draw(t, "periods asked")
	if rapid.Bool().Draw(t, "townships") {
		units = []org.UnitID{20, 21, 22, 23} // a run
	}
	x := NewAxis(units, periods)
	out := Columns{Sum: make([]int64, x.Len()), Present: make([]int32, x.Len()), Expected: make([]int32, x.Len()),
		Slots: make([]int32, x.Len()), Why: make([]Why, x.Len())}
	plain := Columns{Sum: make([]int64, x.Len()), Present: make([]int32, x.Len())}
	for id := flow; id <= work; id++ {
		for _, cats := range w.selections(id) {
			s, err := c.Select(id, cats)
			if err != nil {
				t.Fatal(err)
			}
			for _, agg := range []Agg{Natural, Sum, Avg, Last} {
				c.View(func(v *View) { v.Vector(s, x, agg, out); v.Vector(s, x, agg, plain) })
				i := 0
				for _, u := range units {
					for _, p := range periods {
						want, missing := w.model.read(id, cats, u, p, agg)
						got := c.Read(s, u, p, agg)
						where := fmt.Sprintf("element %d %q, unit %d, %s, agg %d", id, cats, u, p, agg)
						if got.Sum != want.Sum || got.Reason != want.Reason || got.Slots != want.Slots || got.Of != want.Of ||
							got.Coverage.Reported != want.Coverage.Reported || got.Coverage.Expected != want.Coverage.Expected {
							t.Fatalf("%s:\n got %+v\nwant %+v", where, got, want)
						}
						vec := Answer{Sum: out.Sum[i], Slots: int(out.Slots[i]), Of: want.Of, Reason: out.Why[i].Reason(),
							Coverage: measure.Coverage{Reported: int(out.Present[i]), Expected: int(out.Expected[i])}}
						if vec.Sum != want.Sum || vec.Reason != want.Reason || vec.Slots != want.Slots ||
							vec.Coverage.Reported != want.Coverage.Reported || vec.Coverage.Expected != want.Coverage.Expected {
							t.Fatalf("%s: as a vector\n got %+v\nwant %+v", where, vec, want)
						}
						if plain.Sum[i] != want.Sum || int(plain.Present[i]) != want.Coverage.Reported {
							t.Fatalf("%s: as a plain vector %d of %d, want %+v", where, plain.Sum[i], plain.Present[i], want)
						}
						if agg == Natural && want.Reason == measure.NoReason || want.Reason == measure.Absent {
							names := c.Missing(s, u, p, agg)
							slices.Sort(names)
							if !slices.Equal(names, missing) {
								t.Fatalf("%s: missing %v, want %v", where, names, missing)
							}
						}
						i++
					}
				}
			}
		}
	}
	if d := c.Verify(3); len(d) > 0 {
		t.Fatalf("Verify: %+v", d)
	}
}

// Whatever changes come, in batches small and large, the cube answers as the model does, and as
// a cube that is loaded from its rows.
func TestCubeAnswersAsTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		if rapid.Bool().Draw(t, "ask early") {
			w.compare(t, w.cube) // derived series exist before the facts
		}
		seq := int64(0)
		for range rapid.IntRange(1, 4).Draw(t, "batches") {
			n := rapid.SampledFrom([]int{1, 5, 40, 300}).Draw(t, "size")
			batch := w.changes(t, n)
			for _, ch := range batch {
				w.model.set(ch)
			}
			seq++
			if err := w.cube.Apply(batch, seq); err != nil {
				t.Fatal(err)
			}
			if rapid.IntRange(0, 2).Draw(t, "expect") == 0 {
				w.expectSome(t)
			}
		}
		w.compare(t, w.cube)
		w.compare(t, reload(t, w))
	})
}

// expectSome sets a random expectation.
func (w *world) expectSome(t *rapid.T) {
	id := measure.ElementID(rapid.IntRange(1, int(work)).Draw(t, "expected element"))
	var list []Expectation
	from := period.MustDay("2018-01-01")
	for range rapid.IntRange(0, 2).Draw(t, "expectations") {
		from = from.AddDays(rapid.IntRange(0, 200).Draw(t, "after"))
		to := from.AddDays(rapid.IntRange(0, 300).Draw(t, "length"))
		list = append(list, Expectation{from, to, rapid.SliceOf(rapid.SampledFrom(w.units)).Draw(t, "asked")})
		from = to + 1
	}
	if err := w.cube.Expect(id, list); err != nil {
		t.Fatal(err)
	}
	w.model.expect[id] = list
}

// reload makes a second cube from the packed rows of the first.
func reload(t *rapid.T, w *world) *Cube {
	c := New(w.model.reg)
	if err := c.Define(testElements()...); err != nil {
		t.Fatal(err)
	}
	for id, list := range w.model.expect {
		if err := c.Expect(id, list); err != nil {
			t.Fatal(err)
		}
	}
	l := c.Load()
	defer l.Close()
	for id, cats := range w.cats {
		for _, k := range cats {
			err := w.cube.Rows(id, k, func(u org.UnitID, year int, vals []int64, present uint32) bool {
				if err := l.Row(id, k, u, year, Pack(vals, present)); err != nil {
					t.Fatal(err)
				}
				return true
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	l.Done(2, w.cube.Seq())
	return c
}

// A copy from which the newer changes are taken back answers as the cube did then, whatever
// happens to the cube meanwhile, and the cube is none the wiser.
func TestAsOfEqualsHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		var undo []Change
		batch := func(seq int64) {
			list := w.changes(t, rapid.SampledFrom([]int{1, 30, 200}).Draw(t, "size"))
			for _, ch := range list {
				undo = append(undo, w.model.set(ch))
			}
			if err := w.cube.Apply(list, seq); err != nil {
				t.Fatal(err)
			}
		}
		batch(1)
		then := &world{cube: w.cube, units: w.units, cats: w.cats, model: &model{
			reg: w.model.reg, defs: w.model.defs, expect: w.model.expect, facts: map[cellKey]int64{}}}
		for k, v := range w.model.facts {
			then.model.facts[k] = v
		}
		undo = nil
		batch(2)
		batch(3)
		slices.Reverse(undo)
		past, err := w.cube.AsOf(undo, 1)
		if err != nil {
			t.Fatal(err)
		}
		batch(4)
		then.compare(t, past)
		w.compare(t, w.cube)
		if past.Seq() != 1 || w.cube.Seq() != 4 {
			t.Errorf("change numbers %d and %d, want 1 and 4", past.Seq(), w.cube.Seq())
		}
	})
}

// Bound to another register the cube answers as if it had been loaded under it; facts without a
// place come back with the first register.
func TestSetRegister(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		list := w.changes(t, 150)
		for _, ch := range list {
			w.model.set(ch)
		}
		if err := w.cube.Apply(list, 1); err != nil {
			t.Fatal(err)
		}
		if rapid.Bool().Draw(t, "select first") {
			w.compare(t, w.cube)
		}
		first := w.model.reg
		w.model.reg = randomRegister(t, "second ")
		if err := w.cube.SetRegister(w.model.reg); err != nil {
			t.Fatal(err)
		}
		w.compare(t, w.cube)
		w.compare(t, reload(t, w))
		placed := w.cube.Size().Values + w.cube.Size().Orphan
		if placed != len(w.model.facts) || len(w.cube.Orphans()) != w.cube.Size().Orphan {
			t.Fatalf("%d facts placed or kept aside, want %d", placed, len(w.model.facts))
		}
		w.model.reg = first
		if err := w.cube.SetRegister(first); err != nil {
			t.Fatal(err)
		}
		w.compare(t, w.cube)
		if got := w.cube.Orphans(); len(got) > 0 {
			t.Errorf("orphans remain: %v", got)
		}
	})
}
