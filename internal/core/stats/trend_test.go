package stats

import (
	"encoding/json"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The seed series: 101 → 49 → 27.
func seedSeries() YearSeries {
	return YearSeries{Years: []int{2015, 2016, 2017}, Counts: []int64{101, 49, 27}}
}

func TestTheSeedSeriesIsAFallWithoutAVerdictOnATurn(t *testing.T) {
	r, why := Turning(seedSeries(), 199, NewRandom(DefaultSeed))
	if why != "" {
		t.Fatal(why)
	}
	if r.Verdict != FallingNoTurnSeen || r.Joinpoints != nil || r.MoreYears() != 4 {
		t.Errorf("verdict %s, joinpoints %v, years missing %d", r.Verdict, r.Joinpoints, r.MoreYears())
	}
	var chinese, english []string
	for _, s := range r.Say("25周岁以下新发现吸毒人员") {
		chinese, english = append(chinese, s.Chinese()), append(english, s.English())
	}
	want := []string{
		"下降可以确认,是否出现拐点无法判断",
		"25周岁以下新发现吸毒人员由2015年的101人减少到2017年的27人，减少73%（考虑偶然波动，大约在减少59%到83%之间）。这个降幅超出了偶然波动的范围。",
		"下降可以确认。但目前只有3个年度的数据，三年的降幅接近（每年约减一半），看不出哪一年发生了转折；2015年以前的数据没有录入，也无法判断此前是否在上升。是否出现拐点，现在无法判断。",
		"补录2011—2014年数据、至少凑足7个年度后可再测算。",
	}
	if got := strings.Join(chinese, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	for i, part := range []string{"cannot be judged", "by 73% (allowing for chance, by about 59% to 83%)", "similar falls in all three years (about half each year)", "2011–2014"} {
		if !strings.Contains(english[i], part) {
			t.Errorf("English %q lacks %q", english[i], part)
		}
	}
}

func TestTheFiveVerdicts(t *testing.T) {
	years := func(n int) []int {
		var out []int
		for i := range n {
			out = append(out, 2017-n+1+i)
		}
		return out
	}
	even := func(n int) []int64 {
		var out []int64
		for range n {
			out = append(out, 20000)
		}
		return out
	}
	up := []int64{100, 131, 168, 222, 290, 371, 310, 225, 172, 121, 90}
	tests := []struct {
		name   string
		counts []int64
		change func(*YearSeries)
		want   Verdict
		held   Reason
	}{
		{"a clear turn", up, nil, TurnSupported, ""},
		{"the same without effort recorded", up, func(s *YearSeries) { s.Effort = nil }, Undecided, EffortUnknown},
		{"the same with a third fewer tests", up, func(s *YearSeries) { s.Effort[10] = 13000 }, Undecided, EffortChanged},
		{"exactly a fifth fewer tests is not more than a fifth", up, func(s *YearSeries) { s.Effort[10] = 16000 }, TurnSupported, ""},
		{"one test fewer than that is", up, func(s *YearSeries) { s.Effort[10] = 15999 }, Undecided, EffortChanged},
		{"the same with a new definition", up, func(s *YearSeries) { s.DefinitionChanged = true }, Undecided, DefinitionChanged},
		{"a fall that slows down", []int64{2000, 1405, 985, 702, 488, 345, 330, 318, 301, 288, 279}, nil, SlopeChanged, ""},
		{"a steady fall", []int64{1000, 803, 645, 508, 412, 327, 263, 208, 170, 133, 107}, nil, FallingNoTurnSeen, NoBendFound},
		{"a steady rise", []int64{107, 133, 170, 208, 263, 327, 412, 508, 645, 803, 1000}, nil, Rising, NoBendFound},
		{"level", []int64{31, 28, 35, 30, 26, 33, 29}, nil, Undecided, NoBendFound},
		{"small counts", []int64{9, 8, 7, 6, 9, 8, 7}, nil, Undecided, CountBelowTen},
		{"two years", []int64{101, 49}, nil, FallingNoTurnSeen, FewYears},
		{"one year", []int64{101}, nil, Undecided, FewYears},
		{"all zero", []int64{0, 0, 0}, nil, Undecided, FewYears},
		{"constant", []int64{40, 40, 40, 40, 40, 40, 40, 40}, nil, Undecided, NoBendFound},
	}
	for _, x := range tests {
		t.Run(x.name, func(t *testing.T) {
			s := YearSeries{Years: years(len(x.counts)), Counts: x.counts, Effort: even(len(x.counts))}
			if x.change != nil {
				x.change(&s)
			}
			r, why := Turning(s, 499, NewRandom(7))
			if why != "" {
				t.Fatal(why)
			}
			if r.Verdict != x.want {
				t.Errorf("got %s (held by %v, permutation %+v), want %s", r.Verdict, r.Held, r.Permutation, x.want)
			}
			if x.held != "" && (len(r.Held) == 0 || !contains(r.Held, x.held)) {
				t.Errorf("held by %v, want %s", r.Held, x.held)
			}
			for _, s := range r.Say("人数") {
				if c, e := s.Chinese(), s.English(); strings.Contains(c, "%!") || strings.Contains(e, "%!") || strings.Contains(e, "NaN") {
					t.Errorf("bad sentence %q / %q", c, e)
				}
			}
		})
	}
}

func contains(list []Reason, r Reason) bool {
	for _, x := range list {
		if x == r {
			return true
		}
	}
	return false
}

func TestTurningRefusesWhatItCannotRead(t *testing.T) {
	for _, x := range []struct {
		s    YearSeries
		want Reason
	}{
		{YearSeries{}, NoData},
		{YearSeries{Years: []int{2015, 2017}, Counts: []int64{3, 4}}, MissingYear},
		{YearSeries{Years: []int{2015}, Counts: []int64{3, 4}}, BadInput},
		{YearSeries{Years: []int{2015}, Counts: []int64{-3}}, BadInput},
		{YearSeries{Years: []int{2015, 2016}, Counts: []int64{3, 4}, Exposure: []float64{1, 0}}, BadInput},
		{YearSeries{Years: []int{2015, 2016}, Counts: []int64{3, 4}, Exposure: []float64{1, math.NaN()}}, BadInput},
		{YearSeries{Years: []int{2015, 2016}, Counts: []int64{3, 4}, Effort: []int64{1}}, BadInput},
	} {
		if _, why := Turning(x.s, 99, NewRandom(1)); why != x.want {
			t.Errorf("%+v: got %q, want %q", x.s, why, x.want)
		}
	}
}

func TestEffortCompared(t *testing.T) {
	e, why := Effort(25000, 17000, 100, 51)
	if why != "" || !e.Changed || math.Abs(e.Change+0.32) > 1e-12 || e.EarlierPer1000 != 4 || e.LaterPer1000 != 3 {
		t.Errorf("got %+v, %q", e, why)
	}
	if _, why := Effort(0, 17000, 1, 1); why != EffortUnknown {
		t.Errorf("no tests: %q", why)
	}
}

// A result does not depend on the number of processors, and repeats for the same seed.
func TestPermutationsDoNotDependOnTheNumberOfProcessors(t *testing.T) {
	s, why := JoinpointCounts([]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, []int64{40, 52, 61, 77, 70, 66, 52, 47, 35, 30, 33, 21})
	if why != "" {
		t.Fatal(why)
	}
	x := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}
	small := []int64{2, 3, 5, 8, 7, 5, 4, 2, 1}
	var p, b []float64
	for _, cores := range []int{1, 2, 5} {
		before := runtime.GOMAXPROCS(cores)
		r, why := s.Permute(0, 2, 999, NewRandom(42))
		boot, why2 := BootstrapCounts(x, small, 0, 1, 99, NewRandom(42))
		runtime.GOMAXPROCS(before)
		if why != "" || why2 != "" || r.Seed != 42 {
			t.Fatal(why, why2)
		}
		p, b = append(p, r.P), append(b, boot.P)
	}
	if p[0] != p[1] || p[0] != p[2] || b[0] != b[1] || b[0] != b[2] {
		t.Errorf("got %v and %v for 1, 2 and 5 processors", p, b)
	}
	if other, _ := s.Permute(0, 2, 999, NewRandom(43)); other.P == p[0] && p[0] > 0.01 {
		t.Errorf("another seed gives the same %v; the seed is not used", p[0])
	}
}

// The permutation test keeps its error on a steady fall, and finds a real bend.
func TestPermutationTestBySimulation(t *testing.T) {
	found := func(bend bool) int {
		hits := 0
		for run := range 120 {
			g := NewRandom(uint64(1000 + run)).Stream(0)
			x, counts := make([]float64, 11), make([]int64, 11)
			for i := range x {
				mean := 300 * math.Pow(0.8, float64(i))
				if bend {
					mean = 300 * math.Pow(1.25, math.Min(float64(i), 5)) * math.Pow(0.7, math.Max(0, float64(i)-5))
				}
				x[i] = float64(i)
				counts[i] = int64(math.Max(1, math.Round(mean+math.Sqrt(mean)*g.NormFloat64())))
			}
			s, why := JoinpointCounts(x, counts)
			if why != "" {
				t.Fatal(why)
			}
			r, why := s.Permute(0, 1, 199, NewRandom(uint64(run)))
			if why != "" {
				t.Fatal(why)
			}
			if r.P < 0.05 {
				hits++
			}
		}
		return hits
	}
	if n := found(false); n > 15 {
		t.Errorf("a bend in %d of 120 steady falls, want about 6", n)
	}
	if n := found(true); n < 115 {
		t.Errorf("a bend found in %d of 120 turns, want nearly all", n)
	}
}

// Exact limits cover the true ratio at least as often as they say.
func TestRatioIntervalCovers(t *testing.T) {
	g := NewRandom(5).Stream(0)
	draw := func(mean float64) int64 {
		n, p := int64(0), math.Exp(-mean)
		for s, u := p, g.Float64(); u > s; s += p {
			n++
			p *= mean / float64(n)
		}
		return n
	}
	in := 0
	for range 1000 {
		r, why := PoissonRatio(Count{draw(12), 1}, Count{draw(18), 2}, 0.95)
		if why == "" && r.Interval.Contains(0.75) {
			in++
		}
	}
	if in < 940 {
		t.Errorf("the interval holds the true ratio in %d of 1000 samples, want at least 950", in)
	}
}

func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64Range(0, 400).Draw(t, "a"), rapid.Int64Range(1, 400).Draw(t, "b")
		ea, eb := rapid.Float64Range(0.5, 2000).Draw(t, "ea"), rapid.Float64Range(0.5, 2000).Draw(t, "eb")
		r, why := PoissonRatio(Count{a, ea}, Count{b, eb}, 0.95)
		if why != "" {
			t.Fatal(why)
		}
		if (r.P < 0.05) != (r.Clear() != 0) && math.Abs(r.P-0.05) > 1e-9 {
			t.Errorf("p %v does not agree with the interval %+v", r.P, r.Interval)
		}
		if !r.RatioOpen && !r.Interval.Contains(r.Ratio) {
			t.Errorf("the ratio %v lies outside %+v", r.Ratio, r.Interval)
		}
		twice, _ := PoissonRatio(Count{a, 2 * ea}, Count{b, 2 * eb}, 0.95)
		if math.Abs(twice.P-r.P) > 1e-9 {
			t.Errorf("the unit of exposure changes p: %v and %v", r.P, twice.P)
		}
		more, _ := PoissonRatio(Count{a, ea}, Count{b + 1, eb}, 0.95)
		if more.Interval.Lo < r.Interval.Lo || !r.Interval.Open && more.Interval.Hi < r.Interval.Hi {
			t.Errorf("one more event lowers the limits: %+v, %+v", r.Interval, more.Interval)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		y := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 30), func(i int) float64 { return float64(i) }), 3, 14).Draw(t, "y")
		k, why := MannKendall(y, 0.95)
		if why != "" {
			t.Fatal(why)
		}
		back, moved := make([]float64, len(y)), make([]float64, len(y))
		for i, v := range y {
			back[len(y)-1-i], moved[i] = v, 3*v+7
		}
		if r, _ := MannKendall(back, 0.95); r.S != -k.S || r.PNormal != k.PNormal || r.PExact != k.PExact {
			t.Errorf("reversed series: %+v, %+v", k, r)
		}
		if m, _ := MannKendall(moved, 0.95); m.S != k.S || math.Abs(m.Slope-3*k.Slope) > 1e-9 {
			t.Errorf("moved and scaled series: %+v, %+v", k, m)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(7, 14).Draw(t, "n")
		counts := rapid.SliceOfN(rapid.Int64Range(5, 200), n, n).Draw(t, "counts")
		x, far := make([]float64, n), make([]float64, n)
		for i := range x {
			x[i], far[i] = float64(2000+i), float64(i)
		}
		s, why := JoinpointCounts(x, counts)
		if why == Constant {
			return
		}
		table, why := s.Table(2)
		if why == PerfectFit {
			return
		}
		if why != "" {
			t.Fatal(why)
		}
		moved, _ := JoinpointCounts(far, counts)
		for k, m := range table.Models {
			// Not against k−1: the points kept free between two joinpoints can shut out the best one.
			if m.SSE > table.Models[0].SSE*(1+1e-9) {
				t.Errorf("%d joinpoints fit worse than none", k)
			}
			if o, _ := moved.Fit(k); math.Abs(o.SSE-m.SSE) > 1e-7*m.SSE {
				t.Errorf("the origin of time changes the fit: %v, %v", m.SSE, o.SSE)
			}
			w := &search{}
			if fall, _ := s.least(w, s.scaled, k); math.Abs(fall-m.SSE) > 1e-7*m.SSE+1e-12 {
				t.Errorf("search %v and fit %v differ", fall, m.SSE)
			}
		}
	})
}

// The search agrees with trying every set by least squares.
func TestSearchFindsTheBestSet(t *testing.T) {
	g := NewRandom(11).Stream(3)
	x, y := make([]float64, 17), make([]float64, 17)
	for i := range x {
		x[i], y[i] = float64(i)+0.3*g.Float64(), 50+10*g.NormFloat64()
	}
	s, why := NewJoinpointSeries(x, y, nil, false)
	if why != "" {
		t.Fatal(why)
	}
	best, at := math.Inf(1), []int{}
	for i := 2; i <= 14; i++ {
		for j := i + 3; j <= 14; j++ {
			for k := j + 3; k <= 14; k++ {
				if m, why := s.model([]int{i, j, k}); why == "" && m.SSE < best {
					best, at = m.SSE, []int{i, j, k}
				}
			}
		}
	}
	m, why := s.Fit(3)
	if why != "" || math.Abs(m.SSE-best) > 1e-9*best {
		t.Errorf("search %v at %v, every set %v at %v", m.SSE, m.Index, best, at)
	}
}

func TestDegenerateInput(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	steps := []float64{1, 2, 3, 4, 5, 6, 7, 8}
	line := []float64{2, 4, 6, 8, 10, 12, 14, 16}
	for _, x := range []struct {
		name string
		run  func() Reason
		want Reason
	}{
		{"empty ratio", func() Reason { _, w := PoissonRatio(Count{0, 1}, Count{0, 1}, 0.95); return w }, NoData},
		{"no exposure", func() Reason { _, w := PoissonRate(Count{3, 0}, 0.95); return w }, BadInput},
		{"infinite exposure", func() Reason { _, w := PoissonRate(Count{3, inf}, 0.95); return w }, BadInput},
		{"negative count", func() Reason { _, w := PoissonRate(Count{-1, 1}, 0.95); return w }, BadInput},
		{"level 1", func() Reason { _, w := PoissonRate(Count{1, 1}, 1); return w }, BadInput},
		{"percent of few", func() Reason {
			r, _ := PoissonRatio(Count{3, 1}, Count{6, 1}, 0.95)
			_, _, w := r.Percent()
			return w
		}, SmallCounts},
		{"percent from nothing", func() Reason {
			r, _ := PoissonRatio(Count{0, 1}, Count{30, 1}, 0.95)
			_, _, w := r.Percent()
			return w
		}, NotDefined},
		{"trend of two", func() Reason { _, w := LogLinear([]int64{1, 2}, nil, 0.95); return w }, TooFewPoints},
		{"trend of zeros", func() Reason { _, w := LogLinear([]int64{0, 0, 0}, nil, 0.95); return w }, NoData},
		{"trend with a missing population", func() Reason { _, w := LogLinear([]int64{1, 2, 3}, []float64{1, nan, 1}, 0.95); return w }, BadInput},
		{"kendall of two", func() Reason { _, w := MannKendall([]float64{1, 2}, 0.95); return w }, TooFewPoints},
		{"kendall with NaN", func() Reason { _, w := MannKendall([]float64{1, nan, 2}, 0.95); return w }, BadInput},
		{"kendall p of four", func() Reason { k, _ := MannKendall([]float64{4, 3, 2, 1}, 0.95); _, _, w := k.P(); return w }, TooFewPoints},
		{"seasonal of two years", func() Reason { _, w := SeasonalKendall(make([]float64, 24), 12); return w }, TooFewPoints},
		{"seasonal constant", func() Reason { _, w := SeasonalKendall(make([]float64, 36), 12); return w }, Constant},
		{"joinpoint constant", func() Reason { _, w := NewJoinpointSeries(steps, make([]float64, 8), nil, false); return w }, Constant},
		{"joinpoint of a straight line", func() Reason {
			s, _ := NewJoinpointSeries(steps, line, nil, false)
			_, w := s.Fit(1)
			return w
		}, PerfectFit},
		{"joinpoint log of zero", func() Reason { _, w := NewJoinpointSeries(steps, make([]float64, 8), nil, true); return w }, LogOfZero},
		{"joinpoint infinite", func() Reason { _, w := NewJoinpointSeries(steps[:3], []float64{1, inf, 2}, nil, false); return w }, BadInput},
		{"joinpoint times not rising", func() Reason {
			_, w := NewJoinpointSeries([]float64{1, 1, 2}, []float64{1, 2, 3}, nil, false)
			return w
		}, BadInput},
		{"joinpoint too short for two", func() Reason {
			s, _ := NewJoinpointSeries(steps[:7], []float64{1, 3, 2, 5, 4, 6, 5}, nil, false)
			_, w := s.Fit(2)
			return w
		}, TooFewPoints},
		{"joinpoint counts all zero", func() Reason { _, w := JoinpointCounts(steps, make([]int64, 8)); return w }, NoData},
		{"EARS short", func() Reason { _, w := EARS(make([]int64, 5), 4, MonthlyEARS()); return w }, TooFewPoints},
		{"alarm gate mean below one", func() Reason { return AlarmGate(make([]int64, 12)) }, SmallCounts},
		{"alarm gate eleven", func() Reason { return AlarmGate([]int64{9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9}) }, TooFewPoints},
		{"CUSUM of nothing", func() Reason { _, _, w := CountCUSUM(make([]int64, 20), 10, 1, 2, CUSUMRossi); return w }, NoData},
		{"CUSUM mean falls", func() Reason { _, w := DesignCUSUM(4, 2, 60, 6); return w }, BadInput},
		{"EWMA of nothing", func() Reason { _, w := EWMA(nil, 0.2, 0, 1, 3); return w }, NoData},
		{"Farrington short", func() Reason { _, w := Farrington(make([]int64, 60), 50, 59, OriginalFarrington(3, 3, 0.01)); return w }, TooFewPoints},
		{"Farrington of zeros", func() Reason {
			p, _ := Farrington(make([]int64, 200), 190, 190, OriginalFarrington(3, 3, 0.01))
			return p[0].Why
		}, NoConvergence},
		{"interrupted without a before", func() Reason { _, w := Interrupted(make([]int64, 30), nil, 2, 0, 0, 0.95); return w }, TooFewPoints},
		{"interrupted zeros", func() Reason { _, w := Interrupted(make([]int64, 30), nil, 15, 0, 0, 0.95); return w }, NoData},
		{"interrupted constant", func() Reason { _, w := Interrupted(slices.Repeat([]int64{107}, 192), nil, 169, 12, 12, 0.95); return w }, Constant},
		{"interrupted year by year", func() Reason {
			_, w := Interrupted([]int64{30, 28, 35, 31, 22, 27, 33, 30, 29, 24, 26, 31, 14, 16, 19, 15, 12, 17, 13, 18, 11, 12, 16, 14}, nil, 12, 12, 12, 0.95)
			return w
		}, TooFewPoints},
	} {
		if got := x.run(); got != x.want {
			t.Errorf("%s: got %q, want %q", x.name, got, x.want)
		}
	}
}

// Bad cases are one sentence, not a panic and not a number.
func TestRunRefusesBadCases(t *testing.T) {
	for _, x := range []struct{ id, data, want string }{
		{"no_such", `{"input":{}}`, "没有名为“no_such”的统计方法"},
		{"mann_kendall_sen", ``, "空的"},
		{"mann_kendall_sen", `[1]`, "类型不对"},
		{"mann_kendall_sen", `{`, "不是正确的 JSON"},
		{"mann_kendall_sen", `{"parameters":{}}`, "没有 input"},
		{"mann_kendall_sen", `{"input":{}}`, "input 中没有"},
		{"proportion_ci_wilson_clopper", `{"input":{"n":[3]}}`, "input 中没有 x；请按参考算例 proportion_ci_wilson_clopper"},
		{"nosuch", `{"input":{}}`, "没有名为“nosuch”的统计方法；kaiyang stats"},
		{"mann_kendall_sen", `{"input":{"series":[]}}`, "没有数据"},
		{"mann_kendall_sen", `{"input":{"series":[{"id":"a","y":[1,null,3]}]}}`, "应为数字"},
		{"mann_kendall_sen", `{"input":{"series":[{"id":"a","y":[1,"2",3]}]}}`, "应为数字"},
		{"mann_kendall_sen", `{"input":{"series":[{"id":"a","y":[1e999,2,3]}]}}`, "太大"},
		{"mann_kendall_sen", `{"input":{"series":[{"id":"a","y":"x"}]}}`, "类型不对"},
		{"mann_kendall_sen", `{"input":{"series":[{"id":"a","y":[1]}]}}`, "期数不足"},
		{"poisson_count_exact_ci", `{"input":{"count":[1.5]}}`, "整数"},
		{"poisson_rate_ratio_exact", `{"input":{"rows":[[1,2,3]]}}`, "四个数"},
		{"poisson_rate_ratio_exact", `{"input":{"rows":[[0,0,1,1]]}}`, "没有数据"},
		{"poisson_rate_ratio_exact", `{"input":{"rows":[[1,2,1,1]]},"parameters":{"conf_level":2}}`, "置信水平"},
		{"joinpoint_table_bic_apc_aapc", `{"input":{"series":[{"id":"a","x":[1,2,3],"y":[1,2]}]}}`, "序列 a"},
		{"cusum_counts", `{"input":{"count":[1,2,3]}}`, "range"},
		{"farrington_original", `{"input":{"count":[1,2,3]},"parameters":{"range":[2,3]}}`, "期数不足"},
	} {
		out, err := Run(x.id, json.RawMessage(x.data))
		if err == nil || !strings.Contains(err.Error(), x.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s %s: got %s, %v; want a sentence with %q", x.id, x.data, out, err, x.want)
		}
	}
}

func longSeries(t testing.TB) *JoinpointSeries {
	g := NewRandom(3).Stream(0)
	x, counts := make([]float64, 40), make([]int64, 40)
	for i := range x {
		x[i] = float64(1978 + i)
		counts[i] = int64(200 + 40*math.Sin(float64(i)/5) + 14*g.NormFloat64())
	}
	s, why := JoinpointCounts(x, counts)
	if why != "" {
		t.Fatal(why)
	}
	return s
}

// The whole choice of the number of joinpoints, with the ratio to its goal of 5 s on two cores.
func BenchmarkJoinpoint40Points3Joinpoints4499Permutations(b *testing.B) {
	s := longSeries(b)
	for b.Loop() {
		if _, _, why := s.SelectByPermutation(3, JoinpointPermutations, NewRandom(DefaultSeed)); why != "" {
			b.Fatal(why)
		}
	}
	b.ReportMetric(5/(b.Elapsed().Seconds()/float64(b.N)), "times-the-goal")
}

func BenchmarkJoinpointSequence(b *testing.B) {
	s := longSeries(b)
	for b.Loop() {
		if _, _, why := s.SelectByPermutation(3, JoinpointPermutations, NewRandom(DefaultSeed)); why != "" {
			b.Fatal(why)
		}
	}
}

func BenchmarkTwoCounts(b *testing.B) {
	for b.Loop() {
		PoissonRatio(Count{101, 1}, Count{27, 1}, 0.95)
	}
}

// Exact limits stay right for very large and very unequal counts.
func TestRatioOfLargeCounts(t *testing.T) {
	for _, x := range []struct{ a, b int64 }{{1, 999_999_999}, {999_999_999, 1}, {1_000_000_000, 1_000_000_000}, {100_000, 101_000}} {
		r, why := PoissonRatio(Count{x.a, 1}, Count{x.b, 1}, 0.95)
		back, why2 := PoissonRatio(Count{x.b, 1}, Count{x.a, 1}, 0.95)
		if why != "" || why2 != "" {
			t.Fatal(why, why2)
		}
		if got := r.Interval.Lo * back.Interval.Hi; math.Abs(got-1) > 1e-9 {
			t.Errorf("%v: the lower limit times the upper one of the exchanged counts is %v, want 1", x, got)
		}
		if math.Abs(r.P-back.P) > 1e-9 {
			t.Errorf("%v: p %v and %v", x, r.P, back.P)
		}
	}
	big, why := PoissonRate(Count{1_000_000_000, 1}, 0.95)
	if half := 1.959963984540054 * math.Sqrt(1e9); why != "" || math.Abs(big.Interval.Lo-(1e9-half)) > 5 || math.Abs(big.Interval.Hi-(1e9+half)) > 5 {
		t.Errorf("limits of 10⁹: %+v %q", big, why)
	}
	// The normal approximation is near for 100,000 and 101,000: z = 1000/√201000.
	r, _ := PoissonRatio(Count{100_000, 1}, Count{101_000, 1}, 0.95)
	if want := normalTwoSided(1000 / math.Sqrt(201_000)); math.Abs(r.P-want) > 2e-4 {
		t.Errorf("p %v, normal %v", r.P, want)
	}
}
