package formula_test

import (
	"errors"
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/formula/formulatest"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// fixed gives a world with a fixed set of facts, for the fuzz tests.
func fixed(t testing.TB) *formulatest.World {
	month := []measure.GrainFrom{{Grain: period.Months}}
	since := func(name string, parent org.UnitID) []org.Version {
		return []org.Version{{From: period.MustDay("2010-01-01"), Name: name, Parent: parent}}
	}
	w := &formulatest.World{
		Units: []org.Unit{
			{ID: 1, Code: "U1", Kind: org.County, Versions: since("全县", 0)},
			{ID: 2, Code: "U2", Kind: org.Township, Versions: since("北镇", 1)},
			{ID: 3, Code: "U3", Kind: org.Township, Versions: since("南镇", 1)},
		},
		Forms: []formulatest.Form{{Code: "MON", Name: "月报", Grain: period.Months, Level: org.LevelTownship}},
	}
	for i, name := range []string{"已访", "应访", "查处吸毒人员", "甲数", "乙数", "新滋生", "查处", "执行率", "甲", "乙", "查处人次", "现有吸毒人员", "破案", "嫌疑人", "在册", "a", "b"} {
		e := measure.Element{ID: measure.ElementID(i + 1), Code: "E" + string(rune('a'+i)), Name: name, Kind: measure.Flow, Grains: month, Level: org.LevelTownship}
		switch name {
		case "在册":
			e.Kind = measure.Stock
		case "新滋生":
			e.Scheme = measure.Scheme{Kind: measure.Partition, Dimensions: []measure.Dimension{{Name: "年龄", Labels: []measure.Label{{Name: "<25"}, {Name: ">=25"}}}}}
		case "乙":
			e.Scale = 3
		}
		w.Elements = append(w.Elements, e)
		for j, m := range period.MustParse("2017-01..2018-03").Parts(period.Month) {
			for u := org.UnitID(2); u <= 3; u++ {
				if (i+j+int(u))%5 == 0 {
					continue
				}
				w.Facts = append(w.Facts, formulatest.Fact{Seq: len(w.Facts), Fact: measure.Fact{
					Element: e.Code, Unit: u, Period: m, Value: int64((i*7+j*3+int(u))%11 - 2)}})
			}
		}
	}
	return w
}

func seeds(f *testing.F) {
	list, err := formulatest.Seeds()
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range list {
		f.Add(s)
	}
}

// Reading never panics; what is accepted prints back to itself; what is refused says where.
func FuzzParse(f *testing.F) {
	seeds(f)
	names := fixed(f).Names()
	f.Fuzz(func(t *testing.T, text string) {
		if e, err := formula.Parse(text); err == nil {
			printed := e.Codes()
			back, err := formula.Parse(printed)
			if err != nil || !back.Same(e) || back.Codes() != printed {
				t.Fatalf("%q prints as %q, which reads back as %v (%v)", text, printed, back, err)
			}
		}
		for _, want := range []formula.Kind{formula.Number, formula.Condition} {
			e, err := formula.Check(text, formula.Scope{Names: names, Self: "self", Want: want})
			if err != nil {
				faultsAreUsable(t, text, err)
				continue
			}
			scope := formula.Scope{Names: names, Want: want}
			for _, s := range []string{e.Codes(), e.Text(func(c string) string { return names.Find(c)[0].Name }), e.English(nil)} {
				if back, err := formula.Check(s, scope); err != nil || !back.Same(e) {
					t.Fatalf("%q prints as %q, which reads back as %v (%v)", text, s, back, err)
				}
			}
		}
	})
}

func faultsAreUsable(t *testing.T, text string, err error) {
	var list formula.Errors
	if !errors.As(err, &list) || len(list) == 0 || fault.KindOf(err) != fault.Invalid {
		t.Fatalf("%q: %v is no list of faults", text, err)
	}
	lines := strings.Split(text, "\n")
	last := [2]int{}
	for _, e := range list {
		at := [2]int{e.Line, e.Col}
		if e.Line < 1 || e.Line > len(lines) || e.Col < 1 || e.Col > len([]rune(lines[e.Line-1]))+1 || e.Len < 0 {
			t.Fatalf("%q: fault at %v+%d is outside: %s", text, at, e.Len, e.Say(nil))
		}
		if at[0] < last[0] || at[0] == last[0] && at[1] <= last[1] {
			t.Fatalf("%q: faults out of order, %v after %v", text, at, last)
		}
		last = at
		if !strings.Contains(e.Caret(text), "^") || strings.Contains(e.Say(nil), "%!") {
			t.Fatalf("%q: %q %q", text, e.Caret(text), e.Say(nil))
		}
	}
}

// Evaluation always ends in a number or a reason, explained alike, and the fast engine agrees.
func FuzzEval(f *testing.F) {
	seeds(f)
	src := formulatest.NewTable(fixed(f))
	w := fixed(f)
	names, words := w.Names(), w.Words(nil)
	periods := []period.Period{period.MustParse("2018-02"), period.MustParse("2018-Q1"), period.MustParse("2018-01a")}
	units := []org.UnitID{1, 2, 9}
	f.Fuzz(func(t *testing.T, text string) {
		for _, want := range []formula.Kind{formula.Number, formula.Condition} {
			e, err := formula.Check(text, formula.Scope{Names: names, Want: want})
			if err != nil {
				continue
			}
			r := formula.NewRunner(src)
			var b formula.Block
			r.Run(e, units, periods, &b)
			for i := range b.Len() {
				u, p := units[i/len(periods)], periods[i%len(periods)]
				got, trace := formula.Explain(src, e, u, p)
				if (got.Value != nil) == (got.Reason != measure.NoReason) && want == formula.Number {
					t.Fatalf("%q of %d in %s: value %v and reason %q", text, u, p, got.Value, got.Reason)
				}
				if got.Reason != measure.NoReason && got.Reason.Text() == "" {
					t.Fatalf("%q: unknown reason %q", text, got.Reason)
				}
				if s := formulatest.Disagreement(&b, i, got); s != "" {
					t.Fatalf("%q of %d in %s: %s", text, u, p, s)
				}
				if trace.Sentence(words) == "" || trace.Tree(words) == "" {
					t.Fatalf("%q: no explanation", text)
				}
			}
		}
	})
}
