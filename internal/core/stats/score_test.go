package stats

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func towns() Index {
	return Index{
		Matrix:  [][]float64{{0.92, 3.1, 71}, {0.85, 5.4, 64}, {0.97, 1.2, 80}, {0.78, 7.7, 59}, {0.9, 2.6, 77}},
		Weights: []float64{0.5, 0.3, 0.2}, Higher: []bool{true, false, true},
	}
}

// Another unit of measurement, another order of units or other total weights change no rank.
func TestCompositeInvariance(t *testing.T) {
	base, r := CompositeScore(towns(), 2000, NewRandom(1))
	if r != "" {
		t.Fatal(r)
	}
	onlyNumbers(t, base)
	again, _ := CompositeScore(towns(), 2000, NewRandom(1))
	if !reflect.DeepEqual(base, again) {
		t.Error("the same seed gave two results")
	}
	rapid.Check(t, func(t *rapid.T) {
		x := towns()
		scale, shift := rapid.Float64Range(0.1, 50).Draw(t, "scale"), rapid.Float64Range(-9, 9).Draw(t, "shift")
		for i := range x.Matrix {
			x.Matrix[i][1] = x.Matrix[i][1]*scale + shift
		}
		for j := range x.Weights {
			x.Weights[j] *= scale
		}
		slices.Reverse(x.Matrix)
		s, r := CompositeScore(x, 1000, NewRandom(1))
		if r != "" {
			t.Fatal(r)
		}
		slices.Reverse(s.Rank)
		slices.Reverse(s.Arithmetic)
		if !slices.Equal(s.Rank, base.Rank) {
			t.Fatalf("ranks %v, want %v", s.Rank, base.Rank)
		}
		for i := range s.Arithmetic {
			near(t, "score", s.Arithmetic[i], base.Arithmetic[i], 1e-9)
		}
	})
}

// Missing is not zero, a constant indicator leaves, and doubtful orders are ties.
func TestCompositeMissingAndConstant(t *testing.T) {
	x := towns()
	x.Missing = [][]bool{{false, true, false}, make([]bool, 3), make([]bool, 3), make([]bool, 3), make([]bool, 3)}
	x.Matrix[0][1] = math.NaN()
	s, r := CompositeScore(x, 1000, NewRandom(1))
	if r != "" || !s.Partial[0] || s.Partial[1] {
		t.Fatalf("%+v %q", s, r)
	}
	onlyNumbers(t, s)
	near(t, "score without the missing cell", s.Arithmetic[0], (0.5*(0.92-0.78)/(0.97-0.78)+0.2*12.0/21)/0.7, 1e-12)
	x = towns()
	for i := range x.Matrix {
		x.Matrix[i][2] = 5
	}
	s, r = CompositeScore(x, 1000, NewRandom(1))
	if r != "" || !s.Dropped[2] {
		t.Fatalf("%q", r)
	}
	onlyNumbers(t, s)
	same := Index{Matrix: [][]float64{{1}, {1}}, Weights: []float64{1}, Higher: []bool{true}}
	if _, r := CompositeScore(same, 1000, NewRandom(1)); r != Constant {
		t.Errorf("all equal: %q", r)
	}
	x = towns()
	x.Floor, x.Target = []float64{0.8, 8, 50}, []float64{1, 0, 90}
	s, r = CompositeScore(x, 1000, NewRandom(1))
	if r != "" {
		t.Fatal(r)
	}
	near(t, "below the floor", s.Normal[3][0], 0, 0)
	near(t, "towards the target", s.Normal[2][1], 0.85, 1e-12)
	if !s.Tied(2, 2) || s.Tied(2, 3) {
		t.Error("best and worst are no tie")
	}
	swap := Index{Matrix: [][]float64{{10, 0}, {0, 10}, {5, 5.2}}, Weights: []float64{0.51, 0.49}, Higher: []bool{true, true}}
	s, _ = CompositeScore(swap, 1000, NewRandom(1))
	if !s.Tied(0, 1) {
		t.Error("an order that a quarter of a weight turns is a tie")
	}
	for _, bad := range []Index{{}, {Matrix: [][]float64{{1}}, Weights: []float64{1}, Higher: []bool{true}},
		{Matrix: [][]float64{{1}, {math.NaN()}}, Weights: []float64{1}, Higher: []bool{true}},
		{Matrix: [][]float64{{1}, {2, 3}}, Weights: []float64{1}, Higher: []bool{true}},
		{Matrix: [][]float64{{1}, {2}}, Weights: []float64{-1}, Higher: []bool{true}},
		{Matrix: [][]float64{{1}, {2}}, Weights: []float64{1}}} {
		if s, r := CompositeScore(bad, 1000, NewRandom(1)); r == "" || s != nil {
			t.Errorf("%+v was scored", bad)
		}
	}
}

// A consistent matrix gives back its weights; contradictions give the reason instead.
func TestPairwise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.SliceOfN(rapid.Float64Range(0.5, 4), 1, 10).Draw(t, "w")
		a := make([][]float64, len(w))
		for i := range w {
			for j := range w {
				a[i] = append(a[i], w[i]/w[j])
			}
		}
		p, r := PairwisePriority(a)
		if r != "" {
			t.Fatal(r)
		}
		onlyNumbers(t, p)
		for i := range w {
			near(t, "weight", p.Weights[i], w[i]/sumOf(w), 1e-12)
		}
		near(t, "CR", p.CR, 0, 1e-9)
	})
	round := [][]float64{{1, 9, 1.0 / 9}, {1.0 / 9, 1, 9}, {9, 1.0 / 9, 1}}
	if p, r := PairwisePriority(round); r != Inconsistent || p.Weights != nil {
		t.Errorf("a circle: %+v %q", p, r)
	}
	for _, bad := range [][][]float64{{{1, 2}, {2, 1}}, {{1, 2}}, {{2}}, {{1, 0}, {0, 1}}, {{1, math.NaN()}, {1, 1}}} {
		if _, r := PairwisePriority(bad); r != BadInput {
			t.Errorf("%v: %q", bad, r)
		}
	}
}

func TestEntropyAndTOPSIS(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units := rapid.IntRange(2, 9).Draw(t, "units")
		m := make([][]float64, units)
		for i := range m {
			m[i] = rapid.SliceOfN(rapid.Float64Range(0, 100), 3, 3).Draw(t, "row")
		}
		higher := []bool{true, false, true}
		for _, minMax := range []bool{false, true} {
			if e, r := EntropyWeights(m, higher, minMax); r == "" {
				onlyNumbers(t, e)
				near(t, "sum of weights", sumOf(e.Weights), 1, 1e-9)
			}
			// A unit that is best in everything has closeness 1, its opposite 0.
			best, worst := []float64{101, -1, 101}, []float64{-1, 101, -1}
			c, r := TOPSIS(append(slices.Clone(m), best, worst), []float64{1, 2, 3}, higher, minMax)
			if r != "" {
				t.Fatal(r)
			}
			onlyNumbers(t, c)
			near(t, "best", c.Closeness[units], 1, 1e-12)
			near(t, "worst", c.Closeness[units+1], 0, 1e-12)
			if c.Rank[units] != 1 || c.Rank[units+1] != units+2 {
				t.Fatalf("ranks %v", c.Rank)
			}
		}
	})
	if _, r := EntropyWeights([][]float64{{1, 2}, {1, 2}}, nil, false); r != Constant {
		t.Errorf("no spread: %q", r)
	}
	if _, r := TOPSIS([][]float64{{1, 2}, {1, 2}}, []float64{1, 1}, []bool{true, true}, false); r != Constant {
		t.Errorf("no spread: %q", r)
	}
	if _, r := EntropyWeights([][]float64{{1, -2}, {1, 2}}, nil, false); r != BadInput {
		t.Errorf("negative raw value: %q", r)
	}
}
