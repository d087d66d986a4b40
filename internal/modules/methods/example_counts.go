package methods

import (
	"math"
	"slices"

	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/words"
)

func ratioOf(s *sum, a, b int64) stats.RatioResult {
	r, why := stats.PoissonRatio(stats.Count{N: a, Exposure: 1}, stats.Count{N: b, Exposure: 1}, level)
	s.need(why)
	return r
}

func (s *sum) under25() {
	for i, place := range []string{"n15", "n16", "n17"} {
		s.set(place, under25[i])
	}
}

func twoCounts(x lens) (s sum) {
	s.under25()
	r := ratioOf(&s, under25[0], under25[2])
	change, limits, why := r.Percent()
	s.need(why)
	s.set("fall", plain(-change, 1)+"%")
	s.set("lo", plain(-limits.Hi, 1)+"%")
	s.set("hi", plain(-limits.Lo, 1)+"%")
	s.set("p", pvalue(r.P))
	for i, place := range []string{"fall1", "fall2"} {
		step, _, why := ratioOf(&s, under25[i], under25[i+1]).Percent()
		s.need(why)
		s.set(place, plain(-step, 1)+"%")
	}
	one, why := stats.PoissonRate(stats.Count{N: under25[2], Exposure: 1}, level)
	s.need(why)
	s.set("clo", rounded(one.Interval.Lo))
	s.set("chi", rounded(one.Interval.Hi))
	s.says = []stats.Statement{stats.SayChange(x.t("25周岁以下新滋生吸毒人员"), 2015, 2017, r), {Code: stats.SayFullCount}}
	return s
}

func shortTrend(lens) (s sum) {
	s.under25()
	r, why := stats.LogLinear(under25[:], nil, level)
	s.need(why)
	s.set("apc", plain(r.APC, 1)+"%")
	s.set("lo", plain(r.Interval.Lo, 1)+"%")
	s.set("hi", plain(r.Interval.Hi, 1)+"%")
	s.set("fit", plain(r.FitP, 2))
	return s
}

// quarters adds the months of the county up to full quarters.
func quarters() []float64 {
	var out []float64
	for i := 0; i+3 <= len(monthly); i += 3 {
		out = append(out, float64(monthly[i]+monthly[i+1]+monthly[i+2]))
	}
	return out
}

func kendall(lens) (s sum) {
	y := quarters()
	r, why := stats.MannKendall(y, level)
	s.need(why)
	p, _, why := r.P()
	s.need(why)
	up, down := 0, 0
	for i := range y {
		for _, later := range y[i+1:] {
			switch {
			case later > y[i]:
				up++
			case later < y[i]:
				down++
			}
		}
	}
	s.set("n", r.N)
	s.set("up", up)
	s.set("down", down)
	s.set("slope", plain(r.Slope, 1))
	s.set("lo", plain(r.SlopeCI.Lo, 1))
	s.set("hi", plain(r.SlopeCI.Hi, 1))
	s.set("p", pvalue(p))
	for place, n := range map[string]int{"p3": 3, "p5": 5} {
		least, why := stats.KendallMinP(n)
		s.need(why)
		s.set(place, plain(least, 3))
	}
	return s
}

// history are made-up counts of the years before 2015, so that a turn can be shown.
func history() []int64 { return []int64{60, 68, 77, 90, 104, 118} }

func turning(x lens) (s sum) {
	s.under25()
	r, why := stats.Turning(stats.YearSeries{Years: []int{2015, 2016, 2017}, Counts: under25[:]}, stats.JoinpointPermutations, stats.NewRandom(stats.DefaultSeed))
	s.need(why)
	s.set("years", len(r.Years))
	s.set("verdict", x.say(r.Verdict.Headline()))
	s.set("more", r.MoreYears())
	long := stats.YearSeries{Counts: slices.Concat(history(), under25[:])}
	for i := range long.Counts {
		long.Years, long.Effort = append(long.Years, 2009+i), append(long.Effort, 17000)
	}
	l, why := stats.Turning(long, stats.JoinpointPermutations, stats.NewRandom(stats.DefaultSeed))
	s.need(why)
	s.set("history", joined(history(), whole))
	s.set("assumed", x.say(l.Verdict.Headline()))
	s.set("turn", l.TurnYear)
	if l.Permutation == nil {
		s.need(stats.NotDefined)
		return s
	}
	s.set("draws", grouped(l.Permutation.Permutations))
	s.set("seed", l.Permutation.Seed)
	s.set("p", pvalue(l.Permutation.P))
	s.says = r.Say(x.t("25周岁以下新滋生吸毒人员"))
	return s
}

// say gives a statement in the reader's language.
func (x lens) say(s stats.Statement) string { return x.Pick(s.Chinese(), words.Singular(s.English())) }

func knownStart(x lens) (s sum) {
	s.set("n", len(monthly))
	const march, july = 38, 18 // 2018-03 and 2016-07, from January 2015
	s.set("after", len(monthly)-march)
	_, held := stats.Interrupted(monthly[:], nil, march, 0, 12, level)
	s.set("held", x.held(held))
	r, why := stats.Interrupted(monthly[:], nil, july, 12, 12, level)
	s.need(why)
	s.set("level", r.Level.Ratio)
	s.set("llo", r.Level.Interval.Lo)
	s.set("lhi", r.Level.Interval.Hi)
	s.set("slope", plain(r.Slope.Ratio, 3))
	s.set("slo", plain(r.Slope.Interval.Lo, 3))
	s.set("shi", plain(r.Slope.Interval.Hi, 3))
	s.set("verdict", either(r.Level.Interval.Contains(1) && r.Slope.Interval.Contains(1), x.t("看不出改变"), x.t("改变超出偶然波动")))
	return s
}

// usual says whether an alarm was raised.
func (x lens) usual(alarm bool) string {
	return either(alarm, x.t("超出平常波动，请核实"), x.t("在平常波动之内"))
}

func ears(x lens) (s sum) {
	last := len(monthly) - 1
	s.need(stats.AlarmGate(monthly[last-12 : last]))
	points, why := stats.EARS(monthly[:], last, stats.MonthlyEARS())
	s.need(why)
	if len(points) == 0 {
		return s
	}
	p := points[0]
	s.set("now", monthly[last])
	s.set("mean", plain(p.Mean, 1))
	s.set("upper", plain(p.Upper, 1))
	s.set("alarm", x.usual(p.Alarm))
	const burst = 9
	s.set("high", burst)
	high := slices.Clone(monthly[:])
	high[last] = burst
	if points, why = stats.EARS(high, last, stats.MonthlyEARS()); why == "" && points[0].Alarm {
		s.says = []stats.Statement{{Code: stats.SayAlarm, Args: []any{burst, plain(p.Mean, 1)}}}
	}
	return s
}

func cusum(x lens) (s sum) {
	base := monthly[24:36]
	s.need(stats.AlarmGate(base))
	mean := 0.0
	for _, n := range base {
		mean += float64(n) / 12
	}
	d, why := stats.DesignCUSUM(mean, 2*mean, 60, 60)
	s.need(why)
	sums, signals, why := d.Watch(monthly[36:])
	s.need(why)
	s.set("mean", mean)
	s.set("double", plain(2*mean, 1))
	s.set("k", d.K)
	s.set("h", d.H)
	s.set("run0", rounded(d.RunLength0))
	s.set("run1", plain(d.RunLength1, 1))
	s.set("sums", joined(sums, whole))
	s.set("alarm", x.usual(len(signals) > 0))
	return s
}

func ewma(x lens) (s sum) {
	root := func(n int64) float64 { return math.Sqrt(float64(n) + 0.375) }
	back := func(v float64) float64 { return v*v - 0.375 }
	start := 0.0
	for _, n := range monthly[24:36] {
		start += root(n) / 12
	}
	var recent []float64
	for _, n := range monthly[36:] {
		recent = append(recent, root(n))
	}
	c, why := stats.EWMA(recent, 0.2, start, 0.5, 2.962)
	s.need(why)
	s.set("counts", joined(monthly[36:], whole))
	s.set("smooth", joined(c.Smoothed, func(v float64) string { return plain(back(v), 1) }))
	s.set("lower", plain(back(c.Lower), 1))
	s.set("upper", plain(back(c.Upper), 1))
	s.set("alarm", x.usual(len(c.Alarms) > 0))
	return s
}

func farrington(x lens) (s sum) {
	plan := stats.OriginalFarrington(3, 1, 0.05)
	plan.Frequency = 12
	last := len(monthly) - 1
	points, why := stats.Farrington(monthly[:], last, last, plan)
	s.need(why)
	if len(points) == 0 {
		return s
	}
	p := points[0]
	s.need(p.Why)
	s.set("now", monthly[last])
	s.set("mu", plain(p.Expected, 1))
	s.set("upper", plain(p.Upper, 1))
	s.set("phi", p.Dispersion)
	s.set("alarm", x.usual(p.Alarm))
	return s
}
