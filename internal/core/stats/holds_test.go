package stats

import (
	"math"
	"reflect"
	"runtime"
	"testing"
)

// withheld fails unless every result is empty and the reason is the one wanted.
func withheld(t *testing.T, what string, want, got Reason, results ...any) {
	t.Helper()
	if got != want {
		t.Errorf("%s: reason %q, want %q", what, got, want)
	}
	for _, r := range results {
		if !reflect.ValueOf(r).IsZero() {
			t.Errorf("%s: a number in spite of %q: %+v", what, got, r)
		}
	}
}

// Just below its gate no method gives a number, whatever the data would say.
func TestNothingIsGivenBelowAGate(t *testing.T) {
	steps := func(n int) (x []float64, c []int64) {
		for i := range n {
			x, c = append(x, float64(i)), append(c, int64(20+3*i%7+i))
		}
		return x, c
	}
	ratio, _ := PoissonRatio(Count{4, 1}, Count{5, 1}, 0.95)
	change, limits, why := ratio.Percent()
	withheld(t, "percent of nine", SmallCounts, why, change, limits)
	trend, why := LogLinear([]int64{9, 5}, nil, 0.95)
	withheld(t, "trend of two", TooFewPoints, why, trend)
	kendall, _ := MannKendall([]float64{9, 7, 5, 3}, 0.95)
	p, approximate, why := kendall.P()
	withheld(t, "Mann-Kendall of four", TooFewPoints, why, p, approximate, kendall.SlopeCI)
	seasonal, why := SeasonalKendall([]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24}, 12)
	withheld(t, "seasonal of two years", TooFewPoints, why, seasonal)
	x, c := steps(4)
	if s, why := JoinpointCounts(x, c); why == "" {
		m, why := s.Fit(1)
		withheld(t, "one joinpoint in four points", TooFewPoints, why, m)
	}
	grid, why := FitCountJoinpoints(x, c, 1)
	withheld(t, "count joinpoint in four points", TooFewPoints, why, grid)
	boot, why := BootstrapCounts(x, c, 0, 1, 99, NewRandom(1))
	withheld(t, "bootstrap of four points", TooFewPoints, why, boot)
	x, c = steps(6)
	if s, why := NewJoinpointSeries(x, floatsOf(c), nil, false); why == "" {
		m, why := s.FitContinuous()
		withheld(t, "continuous bend in six points", TooFewPoints, why, m)
	}
	change3, why := Interrupted([]int64{5, 6, 7, 8, 9, 4, 3}, nil, 5, 0, 0, 0.95)
	withheld(t, "two points after a start", TooFewPoints, why, change3)
	ears, why := EARS([]int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 11, MonthlyEARS())
	withheld(t, "EARS with eleven months", TooFewPoints, why, ears)
	far, why := Farrington(make([]int64, 36), 35, 35, func() FarringtonPlan { p := OriginalFarrington(3, 1, 0.05); p.Frequency = 12; return p }())
	withheld(t, "Farrington without three years", TooFewPoints, why, far)
	withheld(t, "alarm with eleven months", TooFewPoints, AlarmGate([]int64{5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5}))
	withheld(t, "alarm with a mean of 11/12", SmallCounts, AlarmGate([]int64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0}))
	four, sizes, people := []int64{1, 2, 3, 4}, []int64{9, 9, 9, 9}, []float64{9, 9, 9, 9}
	funnel, why := FunnelProportions(four, sizes)
	withheld(t, "funnel of four", TooFewUnits, why, funnel)
	ratios, why := FunnelRatios(four, people)
	withheld(t, "funnel of four ratios", TooFewUnits, why, ratios)
	marshall, why := ShrinkMarshall(four, people)
	withheld(t, "shrinkage of four", TooFewUnits, why, marshall)
	gamma, why := ShrinkGamma(four, people)
	withheld(t, "gamma shrinkage of four", TooFewUnits, why, gamma)
	ranks, why := RankUncertainty(four, people, 5, 1, 1000, NewRandom(1))
	withheld(t, "ranks of four", TooFewUnits, why, ranks)
	s := simple(29)
	y := make([]bool, 29)
	y[3] = true
	share, why := s.Share(y, nil, 0.95)
	withheld(t, "29 answers", TooFewAnswers, why, share)
	s = simple(200)
	s.Kind = Convenience
	y = make([]bool, 200)
	y[3] = true
	share, why = s.Share(y, nil, 0.95)
	withheld(t, "a street questionnaire of 200", NotASample, why, share)
	total, why := s.Total(indicator(y), 0.95)
	withheld(t, "a street questionnaire's total", NotASample, why, total)
	f := make([]Followup, 40)
	group := make([]int, 40)
	for i := range f {
		f[i], group[i] = Followup{Time: float64(10 + i), Code: i % 2}, i%4/2
	}
	curve, _ := KaplanMeier(f, 0.95)
	point, why := curve.At(31) // 19 still followed
	withheld(t, "nineteen at risk", TooFewAtRisk, why, point.Share, point.SE, point.Interval)
	for i := range f {
		f[i].Code = 0
		if i < 18 {
			f[i].Code, group[i] = 1, i%2 // nine events in each group
		}
	}
	test, why := LogRank(f, group)
	withheld(t, "log-rank with nine events", TooFewEvents, why, test)
	gray, why := GrayTest(f, group)
	withheld(t, "Gray with nine events", TooFewEvents, why, gray)
	hazard, why := Hazard(f, group, 0.95)
	withheld(t, "hazards with nine events", TooFewEvents, why, hazard)
	entropy, why := EntropyWeights([][]float64{{1, 2}}, nil, false)
	withheld(t, "entropy of one unit", TooFewUnits, why, entropy)
	close, why := TOPSIS([][]float64{{1, 2}}, []float64{1, 1}, []bool{true, true}, false)
	withheld(t, "TOPSIS of one unit", TooFewUnits, why, close)
	pairs, why := PairwisePriority([][]float64{{1, 9, 1.0 / 9}, {1.0 / 9, 1, 9}, {9, 1.0 / 9, 1}})
	withheld(t, "judgements in a circle", Inconsistent, why, pairs.Weights, pairs.GeometricMean) // how large the contradiction is, is told
	week, why := WeekOf([]WasteSample{{10, 10, 10}, {12, 10, 10}}, nil, 0.95)
	withheld(t, "two days of wastewater", TooFewPoints, why, week)
	sum, why := SeizureEquivalent(map[string]float64{"heroin": 5, "tea": 5}, StatutoryTable())
	withheld(t, "a drug without a threshold", NoTable, why, sum)
	two, why := TwoSourceEstimate(100, 90, 6, 0.95)
	withheld(t, "six matches", TooFewMatches, why, two)
	three, why := ThreeSourceModels(ThreeLists{ABC: 1, AB: 2, AC: 2, BC: 1, A: 50, B: 40, C: 30}, 0.95)
	withheld(t, "six on two lists", TooFewMatches, why, three)
	multiple, why := MultiplierEstimate(6, 0.3, 0.01, 0.95)
	withheld(t, "a benchmark of six", SmallCounts, why, multiple)
}

func floatsOf(c []int64) []float64 {
	out := make([]float64, len(c))
	for i, v := range c {
		out[i] = float64(v)
	}
	return out
}

// Below the gate of the verdicts A and B nothing of a bend is given, whatever the series looks like.
func TestNoBendIsGivenBelowTheGate(t *testing.T) {
	turn := []int64{60, 75, 95, 120, 90, 60, 40, 28, 20}
	for n := 1; n <= len(turn); n++ {
		for _, effort := range []bool{false, true} {
			s := YearSeries{Counts: turn[:n]}
			for i := range n {
				s.Years = append(s.Years, 2009+i)
				if effort {
					s.Effort = append(s.Effort, 10_000)
				}
			}
			r, why := Turning(s, 199, NewRandom(1))
			if why != "" {
				t.Fatal(why)
			}
			claim := r.Verdict == TurnSupported || r.Verdict == SlopeChanged
			if claim && (n < TurningYears || !effort) {
				t.Errorf("%d years, effort known %v: %s", n, effort, r.Verdict)
			}
			if !claim && (r.TurnYear != 0 || r.StartYear != 0 || r.Before != 0 || r.After != 0 || r.BeforeCI != Interval{} || r.AfterCI != Interval{}) {
				t.Errorf("%d years: %s with a bend in %d", n, r.Verdict, r.TurnYear)
			}
			if n < TurningYears && r.Joinpoints != nil {
				t.Errorf("%d years: joinpoints were computed", n)
			}
		}
	}
}

// Everything that draws gives the same for the same seed on one processor and on several.
func TestDrawsDoNotDependOnTheNumberOfProcessors(t *testing.T) {
	x, c := make([]float64, 12), []int64{40, 52, 61, 77, 70, 66, 52, 47, 35, 30, 33, 21}
	for i := range x {
		x[i] = float64(2006 + i)
	}
	years := YearSeries{Counts: c, Effort: make([]int64, len(c))}
	for i := range c {
		years.Years, years.Effort[i] = append(years.Years, 2006+i), 9000
	}
	count, people := []int64{3, 9, 14, 22, 8, 5, 11}, []float64{900, 1500, 2100, 2500, 1800, 700, 1600}
	all := func() []any {
		series, why := JoinpointCounts(x, c)
		if why != "" {
			t.Fatal(why)
		}
		permuted, w1 := series.Permute(0, 1, 499, NewRandom(7))
		selected, tests, w2 := series.SelectByPermutation(2, 299, NewRandom(7))
		boot, w3 := BootstrapCounts(x, []int64{2, 3, 5, 8, 7, 5, 4, 2, 1, 2, 1, 1}, 0, 1, 99, NewRandom(7))
		ranks, w4 := RankUncertainty(count, people, 8, 1, 3000, NewRandom(7))
		score, w5 := CompositeScore(towns(), 3000, NewRandom(7))
		turn, w6 := Turning(years, 299, NewRandom(7))
		for _, w := range []Reason{w1, w2, w3, w4, w5, w6} {
			if w != "" {
				t.Fatal(w)
			}
		}
		return []any{permuted, selected, tests, boot, ranks, score, turn}
	}
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	runtime.GOMAXPROCS(1)
	one := all()
	for _, n := range []int{2, 3} {
		runtime.GOMAXPROCS(n)
		for i, v := range all() {
			if !reflect.DeepEqual(v, one[i]) {
				t.Errorf("result %d differs between 1 and %d processors: %+v and %+v", i, n, one[i], v)
			}
		}
	}
}

// poissonDraw draws a count with a mean below a few hundred.
func poissonDraw(r normalSource, mean float64) int64 {
	n, u, p := int64(0), r.Float64(), math.Exp(-mean)
	for s := p; u > s && n < 10_000; s += p {
		n++
		p *= mean / float64(n)
	}
	return n
}

// Intervals hold the truth about as often as they say, and tests reject what is true about as seldom.
func TestCoverageBySimulation(t *testing.T) {
	g := NewRandom(20).Stream(1)
	share := func(runs int, hit func() bool) float64 {
		n := 0
		for range runs {
			if hit() {
				n++
			}
		}
		return float64(n) / float64(runs)
	}
	for _, x := range []struct {
		what   string
		runs   int
		lo, hi float64
		hit    func() bool
	}{
		{"Garwood, mean 8", 1500, 0.94, 0.99, func() bool {
			r, why := PoissonRate(Count{poissonDraw(g, 8), 1}, 0.95)
			return why == "" && r.Interval.Contains(8)
		}},
		{"log-linear trend of six years", 800, 0.925, 0.975, func() bool {
			c := make([]int64, 6)
			for i := range c {
				c[i] = poissonDraw(g, 80*math.Pow(0.8, float64(i)))
			}
			r, why := LogLinear(c, nil, 0.95)
			return why == "" && r.Interval.Contains(-20)
		}},
		{"difference of shares", 1000, 0.93, 0.985, func() bool {
			var a, b int64
			for range 60 {
				if g.Float64() < 0.8 {
					a++
				}
				if g.Float64() < 0.7 {
					b++
				}
			}
			r, why := ProportionDifference(a, 60, b, 60, 0.95)
			return why == "" && r.Interval.Contains(-0.1)
		}},
		{"standardised rate", 800, 0.93, 1, func() bool {
			people, standard := []float64{3000, 5000, 2000}, []float64{1000, 1000, 1000}
			c := []int64{poissonDraw(g, 6), poissonDraw(g, 5), poissonDraw(g, 8)}
			r, why := StandardiseRate(c, people, standard, 0.95)
			return why == "" && r.Interval.Contains((6.0/3000+5.0/5000+8.0/2000)/3)
		}},
		{"Kaplan-Meier at a year", 500, 0.92, 0.98, func() bool {
			f := make([]Followup, 80)
			for i := range f {
				event, end := g.ExpFloat64()*500, 200+600*g.Float64()
				f[i] = Followup{Time: math.Min(event, end)}
				if event <= end {
					f[i].Code = 1
				}
			}
			c, why := KaplanMeier(f, 0.95)
			if why != "" {
				return false
			}
			p, why := c.At(250)
			return why == "" && p.Interval.Contains(math.Exp(-0.5))
		}},
		{"Chapman", 600, 0.92, 0.99, func() bool {
			var a, b, m int64
			for range 800 {
				x, y := g.Float64() < 0.3, g.Float64() < 0.25
				if x {
					a++
				}
				if y {
					b++
				}
				if x && y {
					m++
				}
			}
			r, why := TwoSourceEstimate(a, b, m, 0.95)
			return why == "" && r.Interval.Contains(800)
		}},
		{"no trend, Mann-Kendall of nine", 1500, 0.93, 0.97, func() bool {
			y := make([]float64, 9)
			for i := range y {
				y[i] = g.NormFloat64()
			}
			k, _ := MannKendall(y, 0.95)
			p, _, why := k.P()
			return why == "" && p >= 0.05
		}},
		{"no difference, log-rank", 400, 0.92, 0.98, func() bool {
			f, group := make([]Followup, 80), make([]int, 80)
			for i := range f {
				f[i], group[i] = Followup{Time: g.ExpFloat64() * 100, Code: 1}, i%2
			}
			r, why := LogRank(f, group)
			return why == "" && r.P >= 0.05
		}},
		{"no change at a start", 500, 0.92, 0.98, func() bool {
			c := make([]int64, 40)
			for i := range c {
				c[i] = poissonDraw(g, 30)
			}
			r, why := Interrupted(c, nil, 20, 0, 0, 0.95)
			return why == "" && r.Level.Interval.Contains(1)
		}},
		{"quiet month, EARS", 2000, 0.98, 1, func() bool {
			c := make([]int64, 13)
			for i := range c {
				c[i] = poissonDraw(g, 5)
			}
			p, why := EARS(c, 12, MonthlyEARS())
			return why == "" && !p[0].Alarm
		}},
		{"a usual unit in the funnel", 60, 0.90, 1, func() bool {
			usual := 0
			x, n := make([]int64, 9), make([]int64, 9)
			for i := range x {
				n[i] = int64(40 + 10*i)
				for range n[i] {
					if g.Float64() < 0.9 {
						x[i]++
					}
				}
			}
			f, why := FunnelProportions(x, n)
			for _, z := range f.Zones {
				if z == FunnelUsual {
					usual++
				}
			}
			return why == "" && usual >= 8
		}},
	} {
		if got := share(x.runs, x.hit); got < x.lo || got > x.hi {
			t.Errorf("%s: in %.3f of %d runs, want %.3f to %.3f", x.what, got, x.runs, x.lo, x.hi)
		}
	}
}
