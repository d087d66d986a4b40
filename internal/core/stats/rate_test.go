package stats

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mathext"
	"pgregory.net/rapid"
)

func near(t interface{ Fatalf(string, ...any) }, what string, got, want, limit float64) {
	if !(math.Abs(got-want) <= limit) {
		t.Fatalf("%s: got %.15g, want %.15g within %g", what, got, want, limit)
	}
}

// onlyNumbers fails if any number in a result is NaN or infinite.
func onlyNumbers(t interface{ Fatalf(string, ...any) }, v any) {
	var walk func(reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Float64:
			if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
				t.Fatalf("a result holds %v", f)
			}
		case reflect.Struct:
			for i := range v.NumField() {
				walk(v.Field(i))
			}
		case reflect.Slice, reflect.Array:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem())
			}
		}
	}
	walk(reflect.ValueOf(v))
}

// The own incomplete beta agrees with gonum's, and its quantile inverts it.
func TestBetaAgreesWithGonum(t *testing.T) {
	for _, a := range []float64{0.3, 1, 2.5, 17, 119, 4000, 2e6} {
		for _, b := range []float64{0.5, 1, 3, 40, 1e3, 1e6} {
			for _, x := range []float64{1e-9, 0.001, 0.1, 0.37, 0.5, 0.8, 0.9999} {
				near(t, "I_x(a,b)", betaCDF(x, a, b), mathext.RegIncBeta(a, b, x), 2e-9)
			}
			for _, p := range []float64{1e-6, 0.025, 0.5, 0.975} {
				q := betaQuantile(p, a, b)
				if q > 1e-12 && q < 1-1e-5 { // near 1 the quantile itself has few digits left
					near(t, "I of its quantile", betaCDF(q, a, b), p, 1e-9)
				}
			}
		}
	}
}

func TestIntervalsOfAShareAtTheEdges(t *testing.T) {
	for _, c := range []struct {
		x, n int64
		want Reason
	}{{0, 0, NotDefined}, {1, 0, BadInput}, {-1, 5, BadInput}, {6, 5, BadInput}, {1, -5, BadInput}, {0, 1, ""}, {1, 1, ""}, {0, 1e11, ""},
		{1e11, 1e11, ""}, {5e10, 1e11, ""}, {3, 1e11, ""}} {
		w, r := Wilson(c.x, c.n, 0.95)
		e, r2 := ClopperPearson(c.x, c.n, 0.95)
		if r != c.want || r2 != c.want {
			t.Errorf("%d of %d: reasons %q %q, want %q", c.x, c.n, r, r2, c.want)
		}
		onlyNumbers(t, w)
		onlyNumbers(t, e)
		if r != "" && (w != Interval{} || e != Interval{}) {
			t.Errorf("%d of %d: an interval in spite of %q", c.x, c.n, r)
		}
	}
}

func TestIntervalsOfAShare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, 5000).Draw(t, "n")
		x := rapid.Int64Range(0, n).Draw(t, "x")
		for _, f := range []func(int64, int64, float64) (Interval, Reason){Wilson, ClopperPearson} {
			a, r := f(x, n, 0.95)
			if r != "" {
				t.Fatalf("reason %q", r)
			}
			if !(a.Lo >= 0 && a.Hi <= 1 && a.Lo < a.Hi && a.Contains(float64(x)/float64(n))) {
				t.Fatalf("%d of %d: %+v", x, n, a)
			}
			b, _ := f(n-x, n, 0.95)
			near(t, "mirror", b.Lo, 1-a.Hi, 1e-12)
			if x < n {
				c, _ := f(x+1, n, 0.95)
				if c.Lo < a.Lo || c.Hi < a.Hi {
					t.Fatalf("one more of %d lowers the interval: %+v %+v", n, a, c)
				}
			}
			if wide, _ := f(x, n, 0.99); wide.Lo > a.Lo || wide.Hi < a.Hi {
				t.Fatalf("99 %% is narrower than 95 %%")
			}
		}
	})
}

// Coverage is enumerated, not simulated: Clopper-Pearson never falls below 95 %, Wilson is near
// it on average.
func TestCoverageOfShares(t *testing.T) {
	const n = 40
	sum, steps := 0.0, 0
	for p := 0.02; p < 0.99; p += 0.01 {
		wilson, exact := 0.0, 0.0
		for x := range int64(n + 1) {
			mass := binomialCDF(float64(x), n, p) - binomialCDF(float64(x-1), n, p)
			if i, _ := Wilson(x, n, 0.95); i.Contains(p) {
				wilson += mass
			}
			if i, _ := ClopperPearson(x, n, 0.95); i.Contains(p) {
				exact += mass
			}
		}
		if exact < 0.95-1e-9 {
			t.Errorf("p %.2f: Clopper-Pearson covers %.4f", p, exact)
		}
		sum += wilson
		steps++
	}
	near(t, "mean coverage of Wilson", sum/float64(steps), 0.953, 0.008)
}

// METHODS 4.1: from how many persons on "at least 98 %" can be clearly met, and the seed's I1.
func TestTargetDecision(t *testing.T) {
	for failures, want := range map[int64]bool{0: true, 1: true, 3: true, 11: true} {
		n := map[int64]int64{0: 189, 1: 300, 3: 500, 11: 1000}[failures]
		d, _ := TargetDecision(n-failures, n, 0.98, AtLeast, 0.95)
		if (d.Support == SupportMet) != want {
			t.Errorf("%d failures of %d: %s", failures, n, d.Support)
		}
	}
	if n := ClearFrom(0, 0.98, 0.95); n != 189 {
		t.Errorf("clear from %d, want 189", n)
	}
	if d, _ := TargetDecision(188, 188, 0.98, AtLeast, 0.95); d.Support != SupportUnsure {
		t.Errorf("188 of 188: %s", d.Support)
	}
	// 119 of 120: met, and one more failure would still do; 8 of 9: one person short.
	if d, _ := TargetDecision(119, 120, 0.98, AtLeast, 0.95); d.Spare != 1 || d.Short != 0 || !d.Met {
		t.Errorf("119 of 120: %+v", d)
	}
	if d, _ := TargetDecision(8, 9, 0.98, AtLeast, 0.95); d.Spare != -1 || d.Short != 1 || d.Met {
		t.Errorf("8 of 9: %+v", d)
	}
	if d, _ := TargetDecision(49, 50, 0.98, AtLeast, 0.95); !d.Met || d.Spare != 0 {
		t.Errorf("49 of 50 is 98 %% exactly: %+v", d)
	}
	if d, _ := TargetDecision(33, 200, 0.2, AtMost, 0.95); !d.Met || d.Spare != 7 {
		t.Errorf("33 of 200 against at most 20 %%: %+v", d)
	}
}

func TestTargetDecisionProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, 3000).Draw(t, "n")
		x := rapid.Int64Range(0, n).Draw(t, "x")
		target := float64(rapid.IntRange(0, 1000).Draw(t, "target")) / 1000
		dir := Direction(rapid.IntRange(0, 1).Draw(t, "dir"))
		d, r := TargetDecision(x, n, target, dir, 0.95)
		if r != "" {
			t.Fatal(r)
		}
		if d.Support == SupportMet && !d.Met || d.Support == SupportNotMet && d.Met {
			t.Fatalf("%+v", d)
		}
		step := int64(1)
		if dir == AtMost {
			step = -1
		}
		if d.Met {
			if !reaches(x-step*d.Spare, n, target, dir) || x-step*(d.Spare+1) >= 0 && x-step*(d.Spare+1) <= n && reaches(x-step*(d.Spare+1), n, target, dir) {
				t.Fatalf("spare: %+v", d)
			}
		} else if !reaches(x+step*d.Short, n, target, dir) || reaches(x+step*(d.Short-1), n, target, dir) {
			t.Fatalf("short: %+v", d)
		}
	})
}

func TestDifferenceOfShares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n1, n2 := rapid.Int64Range(1, 400).Draw(t, "n1"), rapid.Int64Range(1, 400).Draw(t, "n2")
		x1, x2 := rapid.Int64Range(0, n1).Draw(t, "x1"), rapid.Int64Range(0, n2).Draw(t, "x2")
		a, _ := ProportionDifference(x1, n1, x2, n2, 0.95)
		b, _ := ProportionDifference(x2, n2, x1, n1, 0.95)
		onlyNumbers(t, a)
		near(t, "swapped", a.Interval.Lo, -b.Interval.Hi, 1e-12)
		near(t, "swapped p", a.FisherP, b.FisherP, 1e-9)
		if !a.Interval.Contains(a.Difference) || a.FisherP < 0 || a.FisherP > 1 {
			t.Fatalf("%+v", a)
		}
	})
	for _, c := range [][4]int64{{0, 1, 0, 1}, {1, 1, 1, 1}, {0, 1e9, 1e9, 1e9}, {5e8, 1e9, 5e8 + 40000, 1e9}} {
		d, r := ProportionDifference(c[0], c[1], c[2], c[3], 0.95)
		if r != "" {
			t.Errorf("%v: %s", c, r)
		}
		onlyNumbers(t, d)
	}
}

func TestFunnel(t *testing.T) {
	if _, r := FunnelProportions([]int64{1, 2, 3, 4}, []int64{5, 5, 5, 5}); r != TooFewUnits {
		t.Errorf("four units: %q", r)
	}
	if _, r := FunnelProportions(make([]int64, 6), []int64{5, 5, 5, 5, 5, 5}); r != NoSpread {
		t.Errorf("all zero: %q", r)
	}
	if _, r := FunnelProportions(nil, []int64{1}); r != BadInput {
		t.Errorf("lengths differ: %q", r)
	}
	if _, r := FunnelRatios([]int64{1, 2, 3, 4, 5}, []float64{1, 2, 0, 4, 5}); r != BadInput {
		t.Errorf("expected zero: %q", r)
	}
	rapid.Check(t, func(t *rapid.T) {
		units := rapid.IntRange(5, 20).Draw(t, "units")
		x, n := make([]int64, units), make([]int64, units)
		for i := range x {
			n[i] = rapid.Int64Range(1, 20000).Draw(t, "n")
			x[i] = rapid.Int64Range(0, n[i]).Draw(t, "x")
		}
		f, r := FunnelProportions(x, n)
		if r != "" {
			return
		}
		onlyNumbers(t, f)
		for i, l := range f.Limits {
			if !slices.IsSorted(l[:]) || l[0] < 0 || l[3] > 1 {
				t.Fatalf("unit %d of size %d: limits %v", i, n[i], l)
			}
		}
		slices.Reverse(x)
		slices.Reverse(n)
		g, _ := FunnelProportions(x, n)
		if g.Zones[0] != f.Zones[units-1] {
			t.Fatal("the order of units decides a zone")
		}
	})
	big := []int64{1e9, 1e9 + 1, 999999999, 1e9, 1e9}
	f, r := FunnelRatios(big, []float64{1e9, 1e9, 1e9, 1e9, 1e9})
	if r != "" {
		t.Fatal(r)
	}
	onlyNumbers(t, f)
}

func TestShrinkage(t *testing.T) {
	if _, r := ShrinkMarshall([]int64{1, 2}, []float64{10, 10}); r != TooFewUnits {
		t.Errorf("two units: %q", r)
	}
	if _, r := ShrinkGamma(make([]int64, 7), []float64{1, 1, 1, 1, 1, 1, 1}); r != NoSpread {
		t.Errorf("no event: %q", r)
	}
	if _, r := ShrinkMarshall([]int64{1, 2, 3, 4, 5}, []float64{10, 10, math.NaN(), 1, 1}); r != BadInput {
		t.Errorf("NaN: %q", r)
	}
	// The same rate everywhere: nothing beyond chance, all get the mean.
	g, r := ShrinkGamma([]int64{10, 20, 30, 40, 50}, []float64{100, 200, 300, 400, 500})
	if r != "" || !g.NoOverdispersion || g.Risks[0] != 1 || g.Theta != 0 {
		t.Errorf("equal rates: %+v %q", g, r)
	}
	rapid.Check(t, func(t *rapid.T) {
		units := rapid.IntRange(5, 15).Draw(t, "units")
		count, people := make([]int64, units), make([]float64, units)
		for i := range count {
			people[i] = float64(rapid.IntRange(50, 30000).Draw(t, "people"))
			count[i] = rapid.Int64Range(0, 60).Draw(t, "count")
		}
		m, r := ShrinkMarshall(count, people)
		if r != "" {
			return
		}
		g, _ := ShrinkGamma(count, people)
		onlyNumbers(t, m)
		onlyNumbers(t, g)
		for i, rate := range m.Rates {
			if lo, hi := min(m.Raw[i], m.Mean), max(m.Raw[i], m.Mean); rate < lo-1e-12 || rate > hi+1e-12 {
				t.Fatalf("rate %v outside %v to %v", rate, lo, hi)
			}
		}
	})
}

// Ranks are the same for the same seed, add up, and order with a clear difference.
func TestRanks(t *testing.T) {
	count, people := []int64{0, 5, 20, 80, 300}, []float64{10000, 10000, 10000, 10000, 10000}
	a, r := RankUncertainty(count, people, 5, 1, 5000, NewRandom(7))
	if r != "" {
		t.Fatal(r)
	}
	b, _ := RankUncertainty(count, people, 5, 1, 5000, NewRandom(7))
	c, _ := RankUncertainty(count, people, 5, 1, 5000, NewRandom(8))
	if !reflect.DeepEqual(a, b) {
		t.Error("the same seed gave two results")
	}
	if slices.Equal(a.First, c.First) {
		t.Error("another seed gave the same draws")
	}
	near(t, "sum of expected ranks", sumOf(a.Expected), 15, 1e-9)
	if a.Low[4] != 5 || a.High[4] != 5 || a.Median[3] != 4 {
		t.Errorf("clear differences: %+v", a)
	}
	if a.Band(0) != BandBetter || a.Band(2) != BandSimilar || a.Band(4) != BandWatch || !a.Apart(0, 4) || a.Apart(0, 1) {
		t.Errorf("bands: %+v", a)
	}
	// A prefix of blocks is the same however many draws are asked for.
	draws := func(n int) rankCount {
		return rankTally(3, n, NewRandom(1), func(r normalSource, v []float64) {
			for i := range v {
				v[i] = r.NormFloat64()
			}
		})
	}
	small, large := draws(1000), draws(2000)
	if small[0][0] > large[0][0] || small[0][0] == 0 {
		t.Errorf("blocks: %v %v", small, large)
	}
	// Units that are equal in a draw share its smaller rank, whatever their order in the list.
	for _, values := range [][]float64{{2, 1, 2, 1, 3}, {0.1 + 0.2, 0.1, 0.3, 0.1, 7}} {
		tied := rankTally(5, 1000, NewRandom(1), func(_ normalSource, v []float64) { copy(v, values) })
		for i, place := range []int{2, 0, 2, 0, 4} {
			if tied[i][place] != 1000 {
				t.Errorf("draws of %v: unit %d has %v", values, i, tied[i])
			}
		}
	}
	if _, r := RankUncertainty(count[:4], people[:4], 5, 1, 5000, NewRandom(7)); r != TooFewUnits {
		t.Errorf("four units: %q", r)
	}
}

func TestStandardRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups := rapid.IntRange(1, 8).Draw(t, "groups")
		count, people := make([]int64, groups), make([]float64, groups)
		for i := range count {
			people[i] = float64(rapid.IntRange(100, 100000).Draw(t, "people"))
			count[i] = rapid.Int64Range(0, 90).Draw(t, "count")
		}
		s, r := StandardiseRate(count, people, people, 0.95)
		if r != "" {
			t.Fatal(r)
		}
		onlyNumbers(t, s)
		near(t, "own population as standard", s.Adjusted, s.Crude, 1e-12)
		if !s.Interval.Contains(s.Adjusted) || s.Interval.Lo < 0 {
			t.Fatalf("%+v", s)
		}
	})
	if _, r := StandardiseRate([]int64{1}, []float64{5}, []float64{0}, 0.95); r != NotDefined {
		t.Errorf("no standard: %q", r)
	}
}

func TestManyLooks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.Float64Range(0, 1), 1, 40).Draw(t, "p")
		h, _ := Holm(p)
		b, _ := BenjaminiHochberg(p)
		for i := range p {
			if !(p[i] <= b[i]+1e-15 && b[i] <= h[i]+1e-15 && h[i] <= 1) {
				t.Fatalf("p %v, BH %v, Holm %v", p[i], b[i], h[i])
			}
		}
	})
	for _, p := range [][]float64{{-0.1}, {1.1}, {math.NaN()}} {
		if _, r := Holm(p); r != BadInput {
			t.Errorf("%v: %q", p, r)
		}
	}
	if _, r := BenjaminiHochberg(nil); r != NoData {
		t.Errorf("nothing: %q", r)
	}
}
