package formula_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/formula/formulatest"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// county gives a small county with a village that moves, one that begins late, elements of all
// kinds and two indicators with two versions each; facts are drawn.
func county(t *rapid.T) *formulatest.World {
	w := &formulatest.World{}
	add := func(kind org.Kind, name string, parent org.UnitID, versions ...org.Version) org.UnitID {
		id := org.UnitID(len(w.Units) + 1)
		if versions == nil {
			versions = []org.Version{{From: period.MustDay("2010-01-01")}}
		}
		for i := range versions {
			versions[i].Name = name
			if versions[i].Parent == 0 {
				versions[i].Parent = parent
			}
		}
		w.Units = append(w.Units, org.Unit{ID: id, Code: fmt.Sprintf("U%02d", id), Kind: kind, Versions: versions})
		return id
	}
	root := add(org.County, "county", 0)
	north := add(org.Township, "north", root)
	south := add(org.Township, "south", root)
	add(org.Village, "n1", north)
	add(org.Village, "n2", north,
		org.Version{From: period.MustDay("2010-01-01"), To: period.MustDay("2018-02-14")},
		org.Version{From: period.MustDay("2018-02-15"), Parent: south})
	add(org.Village, "s1", south)
	add(org.Village, "s2", south, org.Version{From: period.MustDay("2018-01-10")})

	month := []measure.GrainFrom{{Grain: period.Months}}
	w.Elements = []measure.Element{
		{ID: 1, Code: "f", Name: "流", Kind: measure.Flow, Grains: month, Level: org.LevelVillage},
		{ID: 2, Code: "g", Name: "量", Kind: measure.Flow, Grains: month, Level: org.LevelTownship, Scale: 2},
		{ID: 3, Code: "s", Name: "存", Kind: measure.Stock, Grains: month, Level: org.LevelVillage},
		{ID: 4, Code: "h", Name: "半", Kind: measure.Flow, Level: org.LevelTownship,
			Grains: []measure.GrainFrom{{Grain: period.Months}, {Year: 2018, Grain: period.HalfMonths}}},
		{ID: 5, Code: "p", Name: "点", Kind: measure.Point, Grains: month, Level: org.LevelCounty},
		{ID: 6, Code: "c", Name: "类", Kind: measure.Flow, Grains: month, Level: org.LevelTownship, Scheme: measure.Scheme{
			Kind: measure.Partition, Dimensions: []measure.Dimension{{Name: "d", Labels: []measure.Label{{Name: "x"}, {Name: "y"}}}}}},
	}
	w.Forms = []formulatest.Form{{Code: "MON", Name: "月报", Grain: period.Months, Level: org.LevelTownship}}
	w.Definitions = map[string][]formulatest.Definition{}
	for _, d := range []struct {
		code, formula, from string
		rollup              formula.Rollup
	}{
		{"rate", "f / s", "2010-01-01", ""},
		{"rate", "f / (s - g)", "2018-02-01", ""},
		{"late", "g * 2", "2018-01-01", ""},
		{"grow", "rate / yoy(rate) - 1", "2010-01-01", ""},
		{"kids", "if(g > 1, 1, 0)", "2010-01-01", formula.RollChildren},
		{"own", "g + 0", "2010-01-01", formula.RollNone},
	} {
		e, err := formula.Check(d.formula, formula.Scope{Names: w.Names(), Self: d.code})
		if err != nil {
			t.Fatal(err)
		}
		list := w.Definitions[d.code]
		if list == nil {
			w.Order = append(w.Order, d.code)
		}
		w.Definitions[d.code] = append(list, formulatest.Definition{Name: "指标" + d.code, Definition: formula.Definition{
			Expr: e, Rollup: d.rollup, Version: len(list) + 1, From: period.MustDay(d.from)}})
	}
	facts(t, w)
	if rapid.Bool().Draw(t, "running") {
		w.Today = rapid.SampledFrom([]period.Day{period.MustDay("2018-02-20"), period.MustDay("2018-03-16"), period.MustDay("2018-01-01")}).Draw(t, "today")
	}
	return w
}

func facts(t *rapid.T, w *formulatest.World) {
	value := rapid.OneOf(rapid.Int64Range(0, 5), rapid.Int64Range(-3, 100), rapid.SampledFrom([]int64{measure.MaxValue, -measure.MaxValue, 99999999999, 0}))
	density := rapid.IntRange(0, 10).Draw(t, "density")
	months := period.MustParse("2017-01..2018-03").Parts(period.Month)
	reg, err := w.Register()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range w.Elements {
		for _, m := range months {
			year, _, _ := m.Last().Date()
			for _, p := range m.Parts(e.GrainIn(year).Kind()) {
				for _, u := range reg.On(p.Last()).Rows(e.Level) {
					cells := append([]measure.Category{""}, e.Scheme.All()...)
					for _, c := range cells {
						if rapid.IntRange(0, 9).Draw(t, "there") < density {
							w.Facts = append(w.Facts, formulatest.Fact{Seq: len(w.Facts), Fact: measure.Fact{
								Element: e.Code, Category: c, Unit: u, Period: p, Value: value.Draw(t, "value")}})
						}
					}
				}
			}
		}
	}
	for _, m := range months {
		for _, u := range reg.On(m.Last()).Rows(org.LevelTownship) {
			if rapid.Bool().Draw(t, "sent") {
				w.Sent = append(w.Sent, formulatest.Sent{Form: "MON", Unit: u, Period: m, Late: rapid.Bool().Draw(t, "late")})
			}
		}
	}
}

// numberFormula draws a formula over the names of county, out of the table of functions.
func numberFormula(t *rapid.T, depth int) string {
	if depth == 0 || rapid.IntRange(0, 9).Draw(t, "leaf") < 2 {
		return rapid.SampledFrom([]string{"f", "g", "s", "h", "p", "c", `c{d="x"}`, "rate", "late", "grow", "kids", "own",
			"0", "1", "2", "0.25", "20%", "100", "1000", "7", "99999999999", "存", "指标rate"}).Draw(t, "name")
	}
	if rapid.IntRange(0, 9).Draw(t, "sign") < 5 {
		o := rapid.SampledFrom([]string{"+", "-", "*", "/", "/"}).Draw(t, "op")
		return "(" + numberFormula(t, depth-1) + " " + o + " " + numberFormula(t, depth-1) + ")"
	}
	if rapid.IntRange(0, 9).Draw(t, "minus") == 0 {
		return "-" + numberFormula(t, depth-1)
	}
	table := formula.Functions()
	f := table[rapid.IntRange(0, len(table)-1).Draw(t, "function")]
	var args []string
	for _, a := range f.Args {
		if a.Optional && rapid.Bool().Draw(t, "left out") {
			break
		}
		switch a.Kind {
		case formula.NumberArg:
			args = append(args, numberFormula(t, depth-1))
			if a.Repeats && rapid.Bool().Draw(t, "again") {
				args = append(args, numberFormula(t, depth-1))
			}
		case formula.ConditionArg:
			args = append(args, condition(t, depth-1))
		case formula.ElementArg:
			args = append(args, rapid.SampledFrom([]string{"f", "g", "s", "h", "c", `c{d="y"}`}).Draw(t, "element"))
		case formula.CountArg:
			args = append(args, rapid.SampledFrom([]string{"1", "2", "12", "600"}).Draw(t, "count"))
		case formula.DigitsArg:
			args = append(args, rapid.SampledFrom([]string{"0", "1", "6"}).Draw(t, "digits"))
		case formula.FormArg:
			args = append(args, `"MON"`)
		case formula.UnitKindArg:
			args = append(args, rapid.SampledFrom([]string{`"village"`, `"township"`, `"venue"`}).Draw(t, "kind"))
		}
	}
	name := f.Name
	if rapid.Bool().Draw(t, "chinese") {
		name = f.Chinese
	}
	return name + "(" + strings.Join(args, ", ") + ")"
}

func condition(t *rapid.T, depth int) string {
	if depth > 0 && rapid.IntRange(0, 9).Draw(t, "logic") < 3 {
		switch rapid.IntRange(0, 2).Draw(t, "which") {
		case 0:
			return "not (" + condition(t, depth-1) + ")"
		case 1:
			return "(" + condition(t, depth-1) + " and " + condition(t, depth-1) + ")"
		}
		return "(" + condition(t, depth-1) + " 或 " + condition(t, depth-1) + ")"
	}
	o := rapid.SampledFrom([]string{"<", "<=", ">", ">=", "=", "<>"}).Draw(t, "compare")
	return numberFormula(t, max(depth-1, 0)) + " " + o + " " + numberFormula(t, max(depth-1, 0))
}

func periodsOf(t *rapid.T) []period.Period {
	all := []string{"2018-01", "2018-02", "2018-03", "2017-12", "2018-Q1", "2017", "2018", "2018-01a", "2018-02b", "2017..2018", "2018-01..2018-02", "2017-02", "2017-12..2018-01"}
	var out []period.Period
	for range rapid.IntRange(1, 5).Draw(t, "periods") {
		out = append(out, period.MustParse(rapid.SampledFrom(all).Draw(t, "period")))
	}
	return out
}

// The fast engine says of every cell what the exact one says, whatever the formula and the data;
// and it does most of the cells itself.
func TestVectorAgreesWithEval(t *testing.T) {
	cells, own := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := county(t)
		src := formulatest.NewTable(w)
		r := formula.NewRunner(src)
		var b formula.Block
		units := []org.UnitID{1, 2, 3, 4, 5, 6, 7}
		for range 3 {
			text, want := numberFormula(t, 3), formula.Number
			if rapid.IntRange(0, 4).Draw(t, "as condition") == 0 {
				text, want = condition(t, 3), formula.Condition
			}
			e, err := formula.Check(text, formula.Scope{Names: w.Names(), Want: want})
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			periods := periodsOf(t)
			r.Run(e, units, periods, &b)
			for i := range b.Len() {
				if _, _, _, ok := b.Fraction64(i); ok {
					own++
				}
				if b.Value(i) != nil {
					cells++
				}
				u, p := units[i/len(periods)], periods[i%len(periods)]
				if s := formulatest.Disagreement(&b, i, formula.Eval(src, e, u, p)); s != "" {
					t.Fatalf("%s of unit %d in %s: %s", text, u, p, s)
				}
			}
		}
	})
	if own*2 < cells {
		t.Errorf("only %d of %d values were held by 64 bits", own, cells)
	}
}

// A formula written down in codes, in Chinese or in English reads back as the same formula.
func TestPrintedFormulaReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := county(t)
		text := numberFormula(t, 4)
		scope := formula.Scope{Names: w.Names()}
		e, err := formula.Check(text, scope)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		chinese := func(code string) string { return scope.Names.Find(code)[0].Name }
		for _, s := range []string{e.Codes(), e.Text(chinese), e.English(nil)} {
			back, err := formula.Check(s, scope)
			if err != nil || !back.Same(e) || back.Codes() != e.Codes() {
				t.Fatalf("%s is printed as %s and reads back as %v (%v)", text, s, back, err)
			}
		}
	})
}

// Cumulative figures are a pure function of the values: any sequence of corrections ends where a
// fresh start with the final values begins. A ratio is the ratio of the sums of the villages.
func TestRatioOfSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := county(t)
		w.Today = 0
		src := formulatest.NewTable(w)
		ask := func(text string, u org.UnitID) formula.Result {
			e, err := formula.Check(text, formula.Scope{Names: w.Names()})
			if err != nil {
				t.Fatal(err)
			}
			return formula.Eval(src, e, u, period.MustParse("2018-03"))
		}
		r := ask("f / s", 1)
		if r.Reason != measure.NoReason {
			return
		}
		num, den := ask("f", 2), ask("s", 2)
		for _, u := range []org.UnitID{3} {
			n, d := ask("f", u), ask("s", u)
			for _, x := range []struct{ sum, add *formula.Result }{{&num, &n}, {&den, &d}} {
				switch {
				case x.add.Value == nil:
				case x.sum.Value == nil:
					*x.sum = *x.add
				default:
					x.sum.Value = x.sum.Value.Add(x.sum.Value, x.add.Value)
				}
			}
		}
		if r.Numerator.Cmp(num.Value) != 0 || r.Denominator.Cmp(den.Value) != 0 {
			t.Fatalf("%v / %v, but the townships have %v and %v", r.Numerator, r.Denominator, num.Value, den.Value)
		}
	})
}
