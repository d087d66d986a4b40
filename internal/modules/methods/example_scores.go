package methods

import (
	"slices"

	"kaiyang/internal/core/stats"
)

// compare gives the three rates of the compared townships: faults mended, leads checked, pupils taught.
func compare() (matrix [][]float64, weights []float64, higher []bool) {
	for _, t := range compared() {
		matrix = append(matrix, []float64{float64(t.Mended) / float64(t.Faults), float64(t.Checked) / float64(t.Leads), float64(t.Instructed) / float64(t.Enrolled)})
	}
	return matrix, []float64{0.4, 0.3, 0.3}, []bool{true, true, true}
}

// named writes a value for each compared township.
func (x lens) named(values []float64, show func(float64) string) string {
	parts := make([]string, len(values))
	for i, t := range compared() {
		parts[i] = t.in(x.Lang) + " " + show(values[i])
	}
	return joined(parts, func(s string) string { return s })
}

func percents(w []float64) string {
	return joined(w, func(v float64) string { return percent(v, 1) })
}

func composite(x lens) (s sum) {
	matrix, weights, higher := compare()
	const draws = 10_000
	r, why := stats.CompositeScore(stats.Index{Matrix: matrix, Weights: weights, Higher: higher, Floor: []float64{0.5, 0.5, 0.5}, Target: []float64{1, 1, 1}}, draws, stats.NewRandom(stats.DefaultSeed))
	s.need(why)
	if why != "" {
		return s
	}
	s.set("weights", joined(weights, func(v float64) string { return percent(v, 0) }))
	s.set("scores", x.named(r.Arithmetic, func(v float64) string { return plain(100*v, 1) }))
	s.set("draws", grouped(draws))
	s.set("seed", stats.DefaultSeed)
	top := slices.Index(r.Rank, 1)
	t := compared()[top]
	s.set("top", t.in(x.Lang))
	s.set("first", percent(r.First[top], 0))
	s.set("range", plain(r.RankLow[top], 0)+"—"+plain(r.RankHigh[top], 0))
	ties := 0
	for i := range matrix {
		for j := range i {
			if r.Tied(i, j) {
				ties++
			}
		}
	}
	s.set("ties", ties)
	return s
}

func pairwise(x lens) (s sum) {
	const a, b, c = 3, 5, 3 // first over second, first over third, second over third
	r, why := stats.PairwisePriority([][]float64{{1, a, b}, {1.0 / a, 1, c}, {1.0 / b, 1.0 / c, 1}})
	s.need(why)
	s.set("a", a)
	s.set("b", b)
	s.set("c", c)
	s.set("weights", percents(r.Weights))
	s.set("cr", plain(r.CR, 3))
	_, held := stats.PairwisePriority([][]float64{{1, 5, 1.0 / 5}, {1.0 / 5, 1, 5}, {5, 1.0 / 5, 1}})
	s.set("held", x.held(held))
	return s
}

func entropy(lens) (s sum) {
	matrix, _, higher := compare()
	for place, minMax := range map[string]bool{"raw": false, "minmax": true} {
		r, why := stats.EntropyWeights(matrix, higher, minMax)
		s.need(why)
		s.set(place, percents(r.Weights))
	}
	return s
}

func topsis(x lens) (s sum) {
	matrix, weights, higher := compare()
	s.set("weights", joined(weights, func(v float64) string { return percent(v, 0) }))
	var orders [][]int
	for i, place := range []string{"closeness", "other"} {
		r, why := stats.TOPSIS(matrix, weights, higher, i == 1)
		s.need(why)
		if why != "" {
			return s
		}
		s.set(place, x.named(r.Closeness, func(v float64) string { return plain(v, 3) }))
		orders = append(orders, r.Rank)
	}
	s.set("verdict", either(slices.Equal(orders[0], orders[1]), x.t("没有变"), x.t("变了")))
	return s
}

func wastewater(lens) (s sum) {
	conc := []float64{34, 38, 41, 33, 36, 44, 40}
	const flow, people, loq = 20_000, 60_000, 5
	var days []stats.WasteSample
	for _, c := range conc {
		days = append(days, stats.WasteSample{Concentration: c, Flow: flow, People: people})
	}
	w, why := stats.WeekOf(days, nil, level)
	s.need(why)
	u, why := stats.UncertaintyOf(w.Mean, []float64{0.10, 0.12, 0.15, 0.20}, level)
	s.need(why)
	c, why := stats.CensoredLoad(stats.WasteSample{Flow: flow, People: people}, true, loq)
	s.need(why)
	s.set("conc", joined(conc, func(v float64) string { return plain(v, 0) }))
	s.set("flow", grouped(flow))
	s.set("people", grouped(people))
	s.set("loq", loq)
	s.set("mean", plain(w.Mean, 1))
	s.set("lo", plain(w.Interval.Lo, 1))
	s.set("hi", plain(w.Interval.Hi, 1))
	s.set("rsd", percent(u.RSD, 0))
	s.set("wlo", plain(u.Interval.Lo, 1))
	s.set("whi", plain(u.Interval.Hi, 1))
	s.set("cens", plain(c.Upper, 1))
	return s
}

func seizures(x lens) (s sum) {
	law := stats.StatutoryTable()
	r, why := stats.SeizureEquivalent(map[string]float64{"heroin": float64(seized[0]), "methamphetamine": float64(seized[1])}, law)
	s.need(why)
	if why != "" {
		return s
	}
	s.set("heroin", seized[0])
	s.set("meth", seized[1])
	s.set("other", seized[2])
	s.set("table", x.t(law.Name))
	s.set("hr", plain(r.Drugs[0].Ratio, 1))
	s.set("mr", plain(r.Drugs[1].Ratio, 1))
	s.set("eq", plain(r.Equivalent, 0))
	s.set("share", percent(r.LargestShare, 0))
	_, held := stats.SeizureEquivalent(map[string]float64{"other": float64(seized[2])}, law)
	s.set("held", x.held(held))
	return s
}

func hidden(x lens) (s sum) {
	const n1, n2, both, few = 120, 90, 18, 5
	r, why := stats.TwoSourceEstimate(n1, n2, both, level)
	s.need(why)
	s.set("n1", n1)
	s.set("n2", n2)
	s.set("m", both)
	s.set("few", few)
	s.set("total", rounded(r.Chapman))
	s.set("lo", rounded(r.Interval.Lo))
	s.set("hi", rounded(r.Interval.Hi))
	_, held := stats.TwoSourceEstimate(n1, n2, few, level)
	s.set("held", x.held(held))
	// Hepatitis A in Taiwan, the published example of METHODS 10.
	three, why := stats.ThreeSourceModels(stats.ThreeLists{ABC: 28, AB: 21, AC: 17, A: 69, BC: 18, B: 55, C: 63}, level)
	s.need(why)
	s.set("seen", three.Seen)
	s.set("low", rounded(three.Lo))
	s.set("high", rounded(three.Hi))
	s.says = []stats.Statement{{Code: stats.SayHidden, Args: []any{rounded(three.Lo), rounded(three.Hi)}}}
	return s
}
