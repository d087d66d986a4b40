package indicators

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

func exactly(s string) *big.Rat {
	if s == "" {
		return nil
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		panic(s)
	}
	return r
}

// What each comparator says of a value, and how far the target is reached (SEMANTICS §4).
func TestJudge(t *testing.T) {
	for _, c := range []struct {
		cmp                             Comparator
		value, upper, margin, base, got string
		light                           measure.Light
		done                            string // achievement, "" for none
	}{
		{AtLeast, "98", "", "", "", "98", measure.Green, "1"},
		{AtLeast, "98", "", "", "", "97.99", measure.Red, "9799/9800"},
		{Above, "98", "", "", "", "98", measure.Red, "1"},
		{Above, "98", "", "0.5", "", "98.23", measure.Yellow, "9823/9800"},
		{Above, "98", "", "0.5", "", "98.5", measure.Green, "985/980"},
		{Above, "30", "", "", "", "37.52", measure.Green, "3752/3000"},
		{AtMost, "20", "", "", "", "20", measure.Green, "1"},
		{Below, "20", "", "", "", "20", measure.Red, "1"},
		{Below, "20", "", "2", "", "16.5", measure.Green, "235/200"},
		{Below, "20", "", "4", "", "16.5", measure.Yellow, "235/200"},
		{Below, "20", "", "", "", "41.7", measure.Red, "0"}, // more than twice the bound
		{Zero, "", "", "", "", "0", measure.Green, "1"},
		{Zero, "", "", "", "", "1", measure.Red, "0"},
		{Rises, "", "", "", "40", "41", measure.Green, "41/40"},
		{Rises, "", "", "", "40", "40", measure.Red, "1"}, // equal is not met
		{Falls, "", "", "", "49", "27", measure.Green, "71/49"},
		{Falls, "", "", "", "49", "49", measure.Red, "1"},
		{Falls, "", "", "", "0", "0", measure.Red, ""}, // a share of nothing means nothing
		{Between, "10", "20", "", "", "10", measure.Green, "1"},
		{Between, "10", "20", "", "", "20", measure.Green, "1"},
		{Between, "10", "20", "2", "", "11", measure.Yellow, "1"},
		{Between, "10", "20", "", "", "5", measure.Red, "1/2"},
		{Between, "10", "20", "", "", "25", measure.Red, "3/4"},
		{AtLeast, "0", "", "", "", "3", measure.Green, ""}, // no share of a zero target
		{AtLeast, "-5", "", "", "", "-4", measure.Green, ""},
		{AtMost, "-5", "", "", "", "-6", measure.Green, ""},
	} {
		tg := Target{Comparator: c.cmp, Value: c.value, Upper: c.upper, Margin: c.margin}
		j, ok := tg.Judge(exactly(c.got), exactly(c.base))
		if !ok {
			t.Errorf("%s %s against %s: no judgement", c.cmp, c.value, c.got)
			continue
		}
		if j.Light != c.light || j.Met != (c.light != measure.Red) {
			t.Errorf("%s %s%s, margin %q, base %q against %s: %s, met %v; want %s", c.cmp, c.value, c.upper, c.margin, c.base, c.got, j.Light, j.Met, c.light)
		}
		if want := exactly(c.done); (want == nil) != (j.Achievement == nil) || want != nil && want.Cmp(j.Achievement) != 0 {
			t.Errorf("%s %s against %s: achievement %v, want %s", c.cmp, c.value, c.got, j.Achievement, c.done)
		}
	}
	for _, tg := range []Target{{Comparator: Rises}, {Comparator: Falls}} {
		if _, ok := tg.Judge(exactly("1"), nil); ok {
			t.Errorf("%s was judged without a base", tg.Comparator)
		}
	}
	if _, ok := (Target{Comparator: AtLeast, Value: "98"}).Judge(nil, nil); ok {
		t.Error("nothing was judged")
	}
}

var generateRat = rapid.Custom(func(t *rapid.T) *big.Rat {
	return big.NewRat(rapid.Int64Range(-50_000, 50_000).Draw(t, "n"), rapid.Int64Range(1, 100).Draw(t, "d"))
})

// Achievement is 1 exactly at the target, never falls towards the good side, and where it is
// known and below 1 the target is not met.
func TestAchievementGrowsAndIsOneAtTheTarget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cmp := rapid.SampledFrom([]Comparator{AtLeast, Above, AtMost, Below, Rises, Falls}).Draw(t, "comparator")
		bound := generateRat.Draw(t, "bound")
		a, b := generateRat.Draw(t, "a"), generateRat.Draw(t, "b")
		tg := Target{Comparator: cmp, Value: bound.FloatString(6)}
		want, _ := decimal(tg.Value)
		base := want
		if cmp == Rises || cmp == Falls {
			tg.Value = ""
		}
		at, ok := tg.Judge(want, base)
		if !ok {
			t.Fatal("no judgement at the target")
		}
		if want.Sign() <= 0 {
			if at.Achievement != nil {
				t.Fatalf("achievement %s of a bound %s", at.Achievement, want)
			}
			return
		}
		if at.Achievement.Cmp(big.NewRat(1, 1)) != 0 {
			t.Fatalf("achievement at the target = %s, want 1", at.Achievement)
		}
		ja, _ := tg.Judge(a, base)
		jb, _ := tg.Judge(b, base)
		up := cmp == AtLeast || cmp == Above || cmp == Rises
		better := a.Cmp(b) > 0
		if !up {
			better = a.Cmp(b) < 0
		}
		if better && ja.Achievement.Cmp(jb.Achievement) < 0 {
			t.Fatalf("%s %s: %s is better than %s, achievement %s < %s", cmp, want, a, b, ja.Achievement, jb.Achievement)
		}
		if ja.Achievement.Cmp(big.NewRat(1, 1)) < 0 && ja.Met {
			t.Fatalf("%s %s: %s is met with achievement %s", cmp, want, a, ja.Achievement)
		}
		if ja.Achievement.Cmp(big.NewRat(1, 1)) > 0 && !ja.Met {
			t.Fatalf("%s %s: %s is not met with achievement %s", cmp, want, a, ja.Achievement)
		}
	})
}

// Inside a range achievement is 1; outside it falls with the distance.
func TestAchievementOfARange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lo := rapid.Int64Range(1, 500).Draw(t, "lower")
		hi := lo + rapid.Int64Range(0, 500).Draw(t, "width")
		tg := Target{Comparator: Between, Value: measure.Decimal(lo, 0), Upper: measure.Decimal(hi, 0)}
		v := rapid.Int64Range(-200, 2000).Draw(t, "value")
		j, ok := tg.Judge(big.NewRat(v, 1), nil)
		if !ok {
			t.Fatal("no judgement")
		}
		inside := v >= lo && v <= hi
		if j.Met != inside || inside != (j.Achievement.Cmp(big.NewRat(1, 1)) == 0) {
			t.Fatalf("%d in %d–%d: met %v, achievement %s", v, lo, hi, j.Met, j.Achievement)
		}
		if inside {
			return
		}
		nearer := v + 1
		if v > hi {
			nearer = v - 1
		}
		n, _ := tg.Judge(big.NewRat(nearer, 1), nil)
		if n.Achievement.Cmp(j.Achievement) < 0 {
			t.Fatalf("%d is nearer to %d–%d than %d, achievement %s < %s", nearer, lo, hi, v, n.Achievement, j.Achievement)
		}
	})
}

func TestComparatorsAreRead(t *testing.T) {
	for text, want := range map[string]Comparator{"≥": AtLeast, ">=": AtLeast, ">": Above, "＞": Above, "<=": AtMost, "<": Below, "=0": Zero, "零发生": Zero,
		"上升": Rises, "falls": Falls, " range ": Between} {
		if got, err := ParseComparator(text); err != nil || got != want {
			t.Errorf("ParseComparator(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
	if _, err := ParseComparator("约等于"); err == nil {
		t.Error("约等于 was read")
	}
	for _, c := range Comparators() {
		if got, err := ParseComparator(string(c)); err != nil || got != c {
			t.Errorf("ParseComparator(%q) = %q, %v", c, got, err)
		}
	}
}

// A target holds for shorter periods inside its own and for units beneath; the nearest unit, and
// there the shortest period, goes first; an ended target is no target.
func TestApplies(t *testing.T) {
	path := []org.UnitID{1, 10, 100}
	three, year, half := period.MustParse("2015..2017"), period.MustParse("2017"), period.MustParse("2017-H1")
	list := []Target{
		{ID: 1, Unit: 1, Period: three, Value: "a"},
		{ID: 2, Unit: 1, Period: year, Value: "b"},
		{ID: 3, Unit: 10, Period: year, Value: "c"},
		{ID: 4, Unit: 10, Period: half, Value: "d", Ended: "2017-05-01"},
	}
	for _, c := range []struct {
		path []org.UnitID
		p    string
		want string
	}{
		{path[:1], "2016", "a"},
		{path[:1], "2017", "b"},           // the shorter period
		{path[:1], "2015..2017", "a"},     // the year does not hold three
		{path[:1], "2017-03", "b"},        // inside
		{path, "2017", "c"},               // the nearer unit
		{path, "2016", "a"},               // 沿用上级
		{path, "2017-02", "c"},            // the ended one does not count
		{path[:1], "2018", ""},            // out of its time
		{[]org.UnitID{2, 20}, "2017", ""}, // another branch
	} {
		got, ok := Applies(list, c.path, period.MustParse(c.p))
		if ok != (c.want != "") || got.Value != c.want {
			t.Errorf("Applies(%v, %s) = %q, want %q", c.path, c.p, got.Value, c.want)
		}
	}
}

func TestTargetsAreChecked(t *testing.T) {
	good := Target{Indicator: "R", Unit: 1, Period: period.MustParse("2017"), Comparator: AtLeast, Value: "98"}
	if err := good.Check(); err != nil {
		t.Errorf("a good target: %v", err)
	}
	for name, change := range map[string]func(*Target){
		"no indicator":    func(t *Target) { t.Indicator = "" },
		"no unit":         func(t *Target) { t.Unit = 0 },
		"no period":       func(t *Target) { t.Period = period.Period{} },
		"no comparator":   func(t *Target) { t.Comparator = "" },
		"no value":        func(t *Target) { t.Value = "" },
		"words":           func(t *Target) { t.Value = "很高" },
		"a fraction":      func(t *Target) { t.Value = "1/3" },
		"scientific":      func(t *Target) { t.Value = "1e3" },
		"no base":         func(t *Target) { t.Comparator, t.Value = Falls, "" },
		"odd base":        func(t *Target) { t.Comparator, t.Value, t.Base = Falls, "", "以前" },
		"range reversed":  func(t *Target) { t.Comparator, t.Upper = Between, "90" },
		"range half open": func(t *Target) { t.Comparator = Between },
		"margin below 0":  func(t *Target) { t.Margin = "-1" },
		"margin of words": func(t *Target) { t.Margin = "少许" },
	} {
		x := good
		change(&x)
		if x.Check() == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	for name, change := range map[string]func(*Target){
		"full-width":  func(t *Target) { t.Value = "９８％" },
		"falls, yoy":  func(t *Target) { t.Comparator, t.Value, t.Base = Falls, "", "yoy" },
		"rises, 2015": func(t *Target) { t.Comparator, t.Value, t.Base = Rises, "", "2015" },
		"zero":        func(t *Target) { t.Comparator, t.Value = Zero, "" },
		"range":       func(t *Target) { t.Comparator, t.Value, t.Upper = Between, "1", "2" },
	} {
		x := good
		change(&x)
		if err := x.Check(); err != nil {
			t.Errorf("%s was refused: %v", name, err)
		}
	}
}
