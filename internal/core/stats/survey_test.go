package stats

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func simple(n int) Survey {
	s := Survey{Kind: ProbabilitySample, Weights: make([]float64, n)}
	for i := range s.Weights {
		s.Weights[i] = 10
	}
	return s
}

// A street questionnaire never gets an interval, nor does a group under 30 or a lonely cluster.
func TestSurveyGates(t *testing.T) {
	y := make([]float64, 100)
	for i := range y {
		y[i] = float64(i % 2)
	}
	street := simple(100)
	street.Kind = Convenience
	if est, r := street.Mean(y, nil, 0.95); r != NotASample || est != (Estimate{}) {
		t.Errorf("street questionnaire: %+v %q", est, r)
	}
	if est, r := street.Share(make([]bool, 100), nil, 0.95); r != NotASample || est != (Estimate{}) {
		t.Errorf("street questionnaire: %+v %q", est, r)
	}
	if _, r := (Survey{}).Mean(nil, nil, 0.95); r != NotASample {
		t.Errorf("the zero survey: %q", r)
	}
	s := simple(100)
	group := make([]bool, 100)
	for i := range 29 {
		group[i] = true
	}
	if _, r := s.Mean(y, group, 0.95); r != TooFewAnswers {
		t.Errorf("29 answers: %q", r)
	}
	if _, r := s.Share(make([]bool, 100), nil, 0.95); r != NoIntervalAtEnd {
		t.Errorf("nobody says yes: %q", r)
	}
	s.Clusters = make([]int, 100)
	if _, r := s.Mean(y, nil, 0.95); r != LonelyCluster {
		t.Errorf("one cluster: %q", r)
	}
	s = simple(100)
	s.Population = []float64{50}
	if _, r := s.Mean(y, nil, 0.95); r != BadInput {
		t.Errorf("more interviews than people: %q", r)
	}
	s = simple(100)
	s.Weights[3] = math.NaN()
	if _, r := s.Mean(y, nil, 0.95); r != BadInput {
		t.Errorf("weight NaN: %q", r)
	}
}

// A simple random sample has SE √((1−f)s²/n) and design effect 1; scaling weights changes no mean.
func TestSurveySimpleSample(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(30, 200).Draw(t, "n")
		s := simple(n)
		s.Population = []float64{float64(10 * n)}
		y := rapid.SliceOfN(rapid.Float64Range(-50, 50), n, n).Draw(t, "y")
		est, r := s.Mean(y, nil, 0.95)
		if r != "" {
			t.Fatal(r)
		}
		onlyNumbers(t, est)
		mean, square := sumOf(y)/float64(n), 0.0
		for _, v := range y {
			square += (v - mean) * (v - mean)
		}
		want := math.Sqrt(0.9 * square / float64(n-1) / float64(n))
		near(t, "SE", est.SE, want, 1e-9)
		if square > 1e-6 {
			near(t, "design effect", est.Deff, 1, 1e-9)
		}
		for i := range s.Weights {
			s.Weights[i] *= 3
		}
		again, _ := s.Mean(y, nil, 0.95)
		near(t, "mean with scaled weights", again.Value, est.Value, 1e-9)
	})
}

// The logit interval of a share from a simple random sample covers in about 95 % of samples.
func TestSurveyCoverage(t *testing.T) {
	r := NewRandom(11).Stream(0)
	const runs, n, people = 600, 120, 1200
	hit := 0
	for range runs {
		yes := make([]bool, n)
		for i, k := range r.Perm(people)[:n] {
			yes[i] = k < people*85/100
		}
		s := simple(n)
		s.Population = []float64{people}
		if est, reason := s.Share(yes, nil, 0.95); reason != "" || est.Interval.Contains(0.85) {
			hit++
		}
	}
	near(t, "coverage", float64(hit)/runs, 0.95, 0.025)
}

func TestWeightsFitThePopulation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(40, 120).Draw(t, "n")
		s := simple(n)
		a, b := Margin{Group: make([]int, n), People: []float64{300, 700}}, Margin{Group: make([]int, n), People: []float64{200, 500, 300}}
		y := make([]float64, n)
		for i := range y {
			a.Group[i], b.Group[i] = rapid.IntRange(0, 1).Draw(t, "a"), rapid.IntRange(0, 2).Draw(t, "b")
			y[i] = float64(a.Group[i])
		}
		for g := range 6 { // every combination occurs, so that raking has an answer
			a.Group[g], b.Group[g] = g%2, g/2
			y[g] = float64(g % 2)
		}
		w, r := s.Rake(a, b)
		if r != "" {
			t.Fatal(r)
		}
		for g, want := range b.People {
			got := 0.0
			for i, k := range b.Group {
				if k == g {
					got += w.Weights[i]
				}
			}
			near(t, "margin", got, want, 1e-6)
		}
		est, r := w.Mean(y, 0.95)
		if r != "" {
			t.Fatal(r)
		}
		near(t, "share of the first margin", est.Value, 0.7, 1e-9)
		near(t, "its error is explained", est.SE, 0, 1e-6)
		p, r := s.Poststratify(a)
		if r != "" {
			t.Fatal(r)
		}
		est, _ = p.Mean(y, 0.95)
		near(t, "post-stratified", est.Value, 0.7, 1e-9)
	})
	s := simple(40)
	if _, r := s.Poststratify(Margin{Group: make([]int, 40), People: []float64{10, 20}}); r != BadInput {
		t.Errorf("a group without answers: %q", r)
	}
	if _, r := s.Rake(); r != NoData {
		t.Errorf("no margin: %q", r)
	}
}

// METHODS 5: 254 interviews give ±2.7 points at 95 % and counties must differ by 3.8.
func TestSampleSize(t *testing.T) {
	half, apart, _ := HalfWidth(0.95, 254, 1, 0.95)
	near(t, "half-width", half, 0.027, 0.0005)
	near(t, "apart", apart, 0.038, 0.0005)
	near(t, "design effect", DesignEffect(20, 0.05), 1.95, 1e-12)
	for _, q := range []SampleQuestion{{}, {0.5, 0, 1, 1, 0, 0.95}, {0, 0.05, 1, 1, 0, 0.95}, {0.5, 0.05, 1, 0, 0, 0.95}, {0.5, 0.05, -1, 1, 0, 0.95},
		{0.5, 0.05, 1, 1, -3, 0.95}, {0.5, math.NaN(), 1, 1, 0, 0.95}, {0.5, 0.05, 1, 1, math.Inf(1), 0.95}} {
		if s, r := PlanSample(q); r != BadInput || s != (SampleSize{}) {
			t.Errorf("%+v: %+v %q", q, s, r)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		q := SampleQuestion{Share: rapid.Float64Range(0.05, 0.95).Draw(t, "p"), Half: rapid.Float64Range(0.01, 0.2).Draw(t, "d"),
			Deff: rapid.Float64Range(1, 3).Draw(t, "deff"), Response: rapid.Float64Range(0.2, 1).Draw(t, "response"), Population: 5000, Level: 0.95}
		a, _ := PlanSample(q)
		q.Half /= 2
		b, _ := PlanSample(q)
		if b.ToIssue < a.ToIssue || a.ToIssue < a.Interviews || a.Finite > a.Simple && a.Simple > 1 {
			t.Fatalf("%+v %+v", a, b)
		}
	})
}

func TestWaves(t *testing.T) {
	a, b := Estimate{Value: 0.95, SE: 0.0137}, Estimate{Value: 0.962, SE: 0.012}
	if d, r := CompareWaves(a, b, 0.95); r != "" || d.Beyond {
		t.Errorf("1.2 points: %+v %q", d, r)
	}
	b.Value = 0.999
	if d, _ := CompareWaves(a, b, 0.95); !d.Beyond {
		t.Errorf("4.9 points: %+v", d)
	}
	if _, r := CompareWaves(a, Estimate{}, 0.95); r != BadInput {
		t.Errorf("without an error: %q", r)
	}
}
