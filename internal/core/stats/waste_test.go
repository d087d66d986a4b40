package stats

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestWaste(t *testing.T) {
	l, r := LoadOf(WasteSample{Concentration: 100, Flow: 100000, People: 500000})
	if r != "" || l.PerThousand != 20 || l.PerDay != 10000 {
		t.Errorf("%+v %q", l, r)
	}
	for _, bad := range []WasteSample{{}, {-1, 1, 1}, {1, 0, 1}, {1, 1, 0}, {math.NaN(), 1, 1}, {1, math.Inf(1), 1}} {
		if l, r := LoadOf(bad); r != BadInput || l != (WasteLoad{}) {
			t.Errorf("%+v: %+v %q", bad, l, r)
		}
	}
	if c, _ := CensoredLoad(WasteSample{Flow: 90000, People: 118000}, true, 2); c.Lower != 0 || c.Plot*2 != c.Upper || c.Upper == 0 {
		t.Errorf("below the limit: %+v", c)
	}
	day := WasteSample{90, 9000, 52000}
	if _, r := WeekOf([]WasteSample{day, day}, nil, 0.95); r != TooFewPoints {
		t.Errorf("two days: %q", r)
	}
	week, r := WeekOf([]WasteSample{day, day, day}, []bool{false, false, false}, 0.95)
	if r != "" || week.HasWeekend || week.SD > 1e-12 {
		t.Errorf("three equal days: %+v %q", week, r)
	}
	onlyNumbers(t, week)
	for _, bad := range []WasteFactor{{}, {300, 290, 1.2, 0, 10}, {300, 290, 0.3, 1, 10}, {300, 290, 0.3, 0, 0}, {300, 290, -0.3, 0, 5}} {
		if c, r := ConsumptionOf(5, bad); r != BadInput || c != (Consumption{}) {
			t.Errorf("%+v: %+v %q", bad, c, r)
		}
	}
	if _, r := UncertaintyOf(20, nil, 0.95); r != NoData {
		t.Errorf("no rsd: %q", r)
	}
	rapid.Check(t, func(t *rapid.T) {
		rsd := rapid.SliceOfN(rapid.Float64Range(0, 1), 1, 6).Draw(t, "rsd")
		u, r := UncertaintyOf(20, rsd, 0.95)
		if r != "" {
			t.Fatal(r)
		}
		onlyNumbers(t, u)
		near(t, "limits around the value", u.Product.Lo*u.Product.Hi, 400, 1e-6)
	})
}

// The limits printed under the keys of a simulation are those of a simulation.
func TestWasteLimitsAgreeWithDraws(t *testing.T) {
	rsd := []float64{0.06, 0.08, 0.15, 0.2, 0.12}
	u, _ := UncertaintyOf(20, rsd, 0.95)
	r := NewRandom(3).Stream(0)
	const draws = 40000
	below := 0
	for range draws {
		v := 20.0
		for _, s := range rsd {
			v *= math.Exp(r.NormFloat64() * math.Sqrt(math.Log1p(s*s)))
		}
		if v < u.Product.Lo {
			below++
		}
	}
	near(t, "share below the lower limit", float64(below)/draws, 0.025, 0.003)
}

// 2.49 kg of three drugs are 2166 g heroin equivalent by the statute; nothing is added without it.
func TestSeizures(t *testing.T) {
	x, r := SeizureEquivalent(map[string]float64{"heroin": 820, "methamphetamine": 1310, "ketamine": 360}, StatutoryTable())
	if r != "" || x.Equivalent != 2166 || x.RawSum != 2490 || x.Table != "法释〔2016〕8号数量大标准" {
		t.Errorf("%+v %q", x, r)
	}
	for _, c := range []struct {
		grams map[string]float64
		want  Reason
	}{{nil, NoData}, {map[string]float64{"heroin": 0}, NoData}, {map[string]float64{"new": 5}, NoTable},
		{map[string]float64{"heroin": -1}, BadInput}, {map[string]float64{"heroin": math.NaN()}, BadInput}} {
		if x, r := SeizureEquivalent(c.grams, StatutoryTable()); r != c.want || x.Drugs != nil {
			t.Errorf("%v: %+v %q", c.grams, x, r)
		}
	}
	if c, r := CasesOf([]float64{3, 500, 7}); r != "" || c.Median != 7 || c.LargestShare < 0.98 {
		t.Errorf("%+v %q", c, r)
	}
}

// Below seven matches nothing is published; dependent lists give a range, never one number.
func TestHidden(t *testing.T) {
	if x, r := TwoSourceEstimate(120, 80, 6, 0.95); r != TooFewMatches || x != (TwoSource{}) {
		t.Errorf("six matches: %+v %q", x, r)
	}
	if _, r := TwoSourceEstimate(5, 80, 7, 0.95); r != BadInput {
		t.Errorf("more matches than persons: %q", r)
	}
	if x, r := TwoSourceEstimate(50, 50, 50, 0.95); r != "" || x.Chapman != 50 || x.Interval.Lo != 50 || x.Interval.Hi != 50 {
		t.Errorf("the same list twice: %+v %q", x, r)
	}
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.Int64Range(7, 50).Draw(t, "m")
		a, b := m+rapid.Int64Range(0, 500).Draw(t, "a"), m+rapid.Int64Range(0, 500).Draw(t, "b")
		x, r := TwoSourceEstimate(a, b, m, 0.95)
		y, _ := TwoSourceEstimate(b, a, m, 0.95)
		if r != "" || x != y {
			t.Fatalf("%+v %+v %q", x, y, r)
		}
		onlyNumbers(t, x)
		if x.Chapman < x.Distinct-1e-9 || x.Interval.Lo < x.Distinct-1e-9 || x.Interval.Hi < x.Chapman-1e-9 {
			t.Fatalf("%+v", x)
		}
	})
	// Independent lists that see 1/2, 1/3 and 1/4 of 2400 persons: independence gives 2400 back.
	lists := ThreeLists{ABC: 100, AB: 300, AC: 200, A: 600, BC: 100, B: 300, C: 200}
	x, r := ThreeSourceModels(lists, 0.95)
	if r != "" {
		t.Fatal(r)
	}
	near(t, "independence", x.Models[0].Total, 2400, 1e-6)
	near(t, "saturated", x.Models[7].Total, 2400, 1e-5)
	onlyNumbers(t, x)
	if x.Lo > x.Hi || x.Seen != 1800 {
		t.Errorf("%+v", x)
	}
	for _, c := range []ThreeLists{{}, {A: 5}, {A: 5, B: 5, C: 5}, {ABC: -1}, {ABC: 7}, {ABC: 9, A: 3}, {AB: 9, C: 3, BC: 9}} {
		x, r := ThreeSourceModels(c, 0.95)
		onlyNumbers(t, x)
		if r != "" && x.Models != nil {
			t.Errorf("%+v: models in spite of %q", c, r)
		}
	}
	if m, r := MultiplierEstimate(300, 0.25, 0.03, 0.95); r != "" || m.Estimate != 1200 || !m.Interval.Contains(1200) {
		t.Errorf("%+v %q", m, r)
	}
	if _, r := MultiplierEstimate(300, 0.05, 0.03, 0.95); r != SmallCounts {
		t.Errorf("share within two errors of zero: %q", r)
	}
}
