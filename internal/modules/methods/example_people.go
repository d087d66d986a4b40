package methods

import (
	"kaiyang/internal/core/stats"
)

func survey(x lens) (s sum) {
	strata := []struct{ asked, yes, people int }{{120, 114, 90_000}, {80, 73, 70_000}, {100, 91, 200_000}}
	q := stats.Survey{Kind: stats.ProbabilitySample}
	var yes []bool
	n := 0
	for h, st := range strata {
		at := whole(h + 1)
		s.set("n"+at, st.asked)
		s.set("y"+at, st.yes)
		q.Population = append(q.Population, float64(st.people))
		for i := range st.asked {
			q.Strata, q.Weights, yes = append(q.Strata, h), append(q.Weights, float64(st.people)/float64(st.asked)), append(yes, i < st.yes)
		}
		n += st.asked
	}
	e, why := q.Share(yes, nil, level)
	s.need(why)
	s.set("n", n)
	s.set("p", percent(e.Value, 1))
	s.set("lo", percent(e.Interval.Lo, 1))
	s.set("hi", percent(e.Interval.Hi, 1))
	s.set("deff", e.Deff)
	q.Kind = stats.Convenience
	_, held := q.Share(yes, nil, level)
	s.set("held", x.held(held))
	s.says = []stats.Statement{{Code: stats.SayConvenience, Args: []any{100}}}
	return s
}

func sampleSize(lens) (s sum) {
	q := stats.SampleQuestion{Share: 0.5, Half: 0.05, Deff: 1.5, Response: 0.6, Level: level}
	r, why := stats.PlanSample(q)
	s.need(why)
	s.set("share", percent(q.Share, 0))
	s.set("half", plain(100*q.Half, 0))
	s.set("deff", plain(q.Deff, 1))
	s.set("response", percent(q.Response, 0))
	s.set("need", r.Interviews)
	s.set("issue", r.ToIssue)
	const asked, satisfied = 254, 0.95
	half, apart, why := stats.HalfWidth(satisfied, asked, 1, level)
	s.need(why)
	s.set("n", asked)
	s.set("p", percent(satisfied, 0))
	s.set("reach", plain(100*half, 1))
	s.set("apart", plain(100*apart, 1))
	return s
}

// horizon is three years in days, cutoff the day on which the made-up follow-up ends.
const horizon, cutoff = 1096, 2190

// cohort makes 60 persons that never were, by a fixed rule: when each began, how long each was
// followed, and what ended it.
func cohort() []stats.CohortMember {
	random := stats.NewRandom(stats.DefaultSeed).Stream(0)
	var out []stats.CohortMember
	for range 60 {
		start := float64(random.IntN(1400))
		relapse, exit, left := float64(30+rounded(1500*random.ExpFloat64())), float64(60+rounded(6000*random.ExpFloat64())), cutoff-start
		m := stats.CohortMember{Start: start, Followup: stats.Followup{Time: left}}
		switch {
		case relapse <= exit && relapse < left:
			m.Time, m.Code = relapse, 1
		case exit < left:
			m.Time, m.Code = exit, 2
		}
		out = append(out, m)
	}
	return out
}

func threeYears(lens) (s sum) {
	s.set("x", clean[0])
	s.set("n0", clean[1])
	s.set("reg", percent(float64(clean[0])/float64(clean[1]), 2))
	r, why := stats.ThreeYearRate(cohort(), cutoff, horizon, level)
	s.need(why)
	s.need(r.Reason)
	s.set("n", len(cohort()))
	s.set("km", percent(r.KM.Share, 1))
	s.set("lo", percent(r.KM.Interval.Lo, 1))
	s.set("hi", percent(r.KM.Interval.Hi, 1))
	s.set("risk", r.KM.AtRisk)
	s.set("ok", r.ClosedOK)
	s.set("closed", r.ClosedPersons)
	s.set("naive", percent(r.Naive, 1))
	return s
}

func logRank(x lens) (s sum) {
	var f []stats.Followup
	var group []int
	for i, m := range cohort() {
		if m.Code == 2 {
			m.Code = 0 // who left counts as followed until then
		}
		f, group = append(f, m.Followup), append(group, i%2)
	}
	r, why := stats.LogRank(f, group)
	s.need(why)
	if why != "" {
		return s
	}
	s.set("n", len(f))
	s.set("e1", plain(r.Observed[0], 0))
	s.set("e2", plain(r.Observed[1], 0))
	s.set("x1", plain(r.Expected[0], 1))
	s.set("x2", plain(r.Expected[1], 1))
	s.set("chi", r.Statistic)
	s.set("p", pvalue(r.P))
	s.set("verdict", either(r.P < 0.05, x.t("差别超出偶然波动"), x.t("看不出差别")))
	return s
}

func exits(lens) (s sum) {
	var f []stats.Followup
	for _, m := range cohort() {
		f = append(f, m.Followup)
	}
	r, why := stats.CumulativeIncidence(f, []float64{horizon})
	s.need(why)
	if why != "" {
		return s
	}
	s.set("n", len(f))
	s.set("event", percent(r[0].Event, 1))
	s.set("exit", percent(r[0].Compete, 1))
	s.set("free", percent(1-r[0].Event-r[0].Compete, 1))
	s.set("naive", percent(r[0].OneMinusKM, 1))
	return s
}
