package stats

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// A unit lies beyond a limit just if its exact tail is that small, on either side: all of 20 reached
// where the share is 98 % is nothing to check, and 9 of 9 beside 28 of 30 are within the normal
// variation (METHODS §12).
func TestZonesGoByExactTails(t *testing.T) {
	for _, x := range []struct {
		count, size int64
		target      float64
		want        FunnelZone
	}{
		{20, 20, 0.98, FunnelUsual}, {23, 23, 0.9916, FunnelUsual}, {9, 9, 0.95, FunnelUsual}, {28, 30, 0.95, FunnelUsual},
		{18, 20, 0.98, FunnelUsual},                                                        // P(X ≤ 18) = 5.99 %
		{17, 20, 0.98, FunnelWatch},                                                        // 0.707 %
		{16, 20, 0.98, FunnelCheck},                                                        // 0.06 %
		{2, 20, 0.02, FunnelUsual}, {3, 20, 0.02, FunnelWatch}, {4, 20, 0.02, FunnelCheck}, // and mirrored
		{0, 1, 0.98, FunnelWatch}, {0, 1, 0.9995, FunnelCheck}, {1, 1, 0.0005, FunnelCheck},
	} {
		f := Funnel{Target: x.target}
		if got := f.zoneAt(float64(x.count)/float64(x.size), float64(x.size)); got != x.want {
			t.Errorf("%d of %d beside %.2f %%: %s, want %s (tail %.5f)", x.count, x.size, 100*x.target, got, x.want, f.Tail(x.count, float64(x.size)))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, 400).Draw(t, "n")
		x := rapid.Int64Range(0, n).Draw(t, "x")
		f := Funnel{Target: rapid.Float64Range(0.01, 0.99).Draw(t, "target")}
		p := f.Tail(x, float64(n))
		if math.Abs(p-0.05) < 1e-6 || math.Abs(p-0.002) < 1e-7 {
			return
		}
		want := FunnelUsual
		if p < 0.002 {
			want = FunnelCheck
		} else if p < 0.05 {
			want = FunnelWatch
		}
		if got := f.zoneAt(float64(x)/float64(n), float64(n)); got != want {
			t.Fatalf("%d of %d: %s, tail %g", x, n, got, p)
		}
		if got := (Funnel{Target: 1 - f.Target}).zoneAt(float64(n-x)/float64(n), float64(n)); got != want {
			t.Fatalf("%d of %d, its failures: %s, tail %g", x, n, got, p)
		}
	})
}

// The same of ratios; and widened limits make fewer units stand out.
func TestZonesOfRatios(t *testing.T) {
	f := Funnel{Target: 1}
	for observed, want := range map[int64]FunnelZone{0: FunnelCheck, 1: FunnelCheck, 2: FunnelWatch, 3: FunnelWatch, 4: FunnelUsual, 10: FunnelUsual, 17: FunnelUsual, 18: FunnelWatch, 21: FunnelWatch, 22: FunnelCheck} {
		if got := f.zoneAt(float64(observed)/10, 10); got != want {
			t.Errorf("%d where 10 are expected: %s, want %s (tail %.5f)", observed, got, want, f.Tail(observed, 10))
		}
	}
	wide := Funnel{Target: 1, Phi: 4, Widened: true}
	if got := wide.zoneAt(2.1, 10); got != FunnelUsual {
		t.Errorf("21 where 10 are expected, dispersion 4: %s", got)
	}
	if a, b := f.Tail(21, 10), wide.Tail(21, 10); !(a < 0.005 && b > 0.05 && b < 1) {
		t.Errorf("tails %g and %g", a, b)
	}
}

// The curve passes through the limits of the units, below as published, above one count higher.
func TestCurvesMeetTheLimits(t *testing.T) {
	f, why := FunnelProportions([]int64{12, 5, 9, 30, 2, 17, 44, 8, 1, 6, 21, 3}, []int64{15, 9, 9, 41, 3, 20, 61, 8, 4, 6, 30, 7})
	if why != "" || !f.Widened {
		t.Fatal(why, f.Phi)
	}
	for i, n := range []float64{15, 9, 9, 41, 3, 20, 61, 8, 4, 6, 30, 7} {
		l := f.LimitsAt(n)
		near(t, "low 99.8", l[0], f.Limits[i][0], 1e-12)
		near(t, "low 95", l[1], f.Limits[i][1], 1e-12)
		if l[2] < f.Limits[i][2] || l[3] < f.Limits[i][3] || l[2] > 1 || l[3] > 1 {
			t.Errorf("size %.0f: %v, published %v", n, l, f.Limits[i])
		}
	}
}

// Places come out the same from the same seed, and the quick order is that of sorting.
func TestOrderOfValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SliceOfN(rapid.Float64Range(0, 3), 1, 60).Draw(t, "v")
		for i := range v {
			v[i] = math.Round(v[i] * 4) // some are equal
		}
		order := make([]int, len(v))
		orderOf(v, order)
		for k := 1; k < len(order); k++ {
			a, b := order[k-1], order[k]
			if v[a] > v[b] || v[a] == v[b] && a > b {
				t.Fatalf("%v gives %v", v, order)
			}
		}
	})
}

// χ² of 12 units: 19.68 leaves 5 % (11 degrees of freedom).
func TestUnitsThatAreAlike(t *testing.T) {
	f := Funnel{Z: make([]float64, 12)}
	if got := f.Alike(); got != 1 {
		t.Errorf("no difference: %v", got)
	}
	for i := range f.Z {
		f.Z[i] = math.Sqrt(19.67514 / 12)
	}
	near(t, "tail", f.Alike(), 0.05, 1e-6)
	f.Z[3] = math.Inf(1)
	if got := f.Alike(); got != 0 {
		t.Errorf("without an end: %v", got)
	}
}
