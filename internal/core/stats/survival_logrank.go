package stats

import "math"

// A RankTest is a log-rank test. Observed and Expected are events of each group; P is the
// chi-square chance with groups−1 degrees of freedom. PetoStatistic and PetoP weigh early events
// more (Peto and Peto, rho 1).
type RankTest struct {
	Persons              []int
	Observed, Expected   []float64
	Statistic, P         float64
	PetoStatistic, PetoP float64
	DF                   int
}

// LogRank compares the time to the event among groups (Mantel 1966, Harrington and Fleming 1982;
// METHODS 6.3). Group holds a number from 0 for each person; exits count as still followed. The
// gate: two groups and 10 events in each. Never compare townships without the note on how often
// each tested.
func LogRank(f []Followup, group []int) (RankTest, Reason) {
	groups, r := checkGroups(f, group)
	if r != "" {
		return RankTest{}, r
	}
	if !enoughEvents(f, group, groups) {
		return RankTest{}, TooFewEvents
	}
	return logRank(f, group, groups)
}

func logRank(f []Followup, group []int, groups int) (RankTest, Reason) {
	t := RankTest{Persons: make([]int, groups), Observed: make([]float64, groups), Expected: make([]float64, groups), DF: groups - 1}
	for _, g := range group {
		t.Persons[g]++
	}
	steps := groupSteps(f, group, groups)
	for rho := range 2 {
		u := make([]float64, groups-1)
		v := make([][]float64, groups-1)
		for i := range v {
			v[i] = make([]float64, groups-1)
		}
		surv := 1.0
		for _, s := range steps {
			d, n := sumOf(s.event), sumOf(s.risk)
			if d == 0 {
				continue
			}
			w := 1.0
			if rho == 1 {
				w = surv
			}
			for i := range groups {
				e := d * s.risk[i] / n
				if rho == 0 {
					t.Observed[i] += s.event[i]
					t.Expected[i] += e
				}
				if i == groups-1 {
					continue
				}
				u[i] += float64(w * (s.event[i] - e))
				if n <= 1 {
					continue
				}
				common := w * w * d * (n - d) / (n - 1) * s.risk[i] / n
				for j := range groups - 1 {
					same := 0.0
					if i == j {
						same = 1
					}
					v[i][j] += float64(common * (same - s.risk[j]/n))
				}
			}
			surv *= (n - d) / n
		}
		stat, p, ok := quadraticTest(u, v)
		if !ok {
			return RankTest{}, NotDefined
		}
		if rho == 0 {
			t.Statistic, t.P = stat, p
		} else {
			t.PetoStatistic, t.PetoP = stat, p
		}
	}
	return t, ""
}

// A HazardRatio compares the second of two groups with the first by Cox's model. Ratio and
// Interval use Efron's rule for ties, Breslow is the ratio by Breslow's, Score the score test by
// Breslow's.
type HazardRatio struct {
	Ratio    float64
	Interval Interval
	Breslow  float64
	Score    float64
}

// Hazard gives the hazard ratio of group 1 against group 0. The gate is that of LogRank with just
// two groups; NoConvergence if one group has no event while the other is at risk throughout.
func Hazard(f []Followup, group []int, level float64) (HazardRatio, Reason) {
	groups, r := checkGroups(f, group)
	switch {
	case r != "":
		return HazardRatio{}, r
	case groups != 2 || !levelOK(level):
		return HazardRatio{}, BadInput
	case !enoughEvents(f, group, groups):
		return HazardRatio{}, TooFewEvents
	}
	return hazard(groupSteps(f, group, 2), level)
}

func hazard(steps []groupStep, level float64) (HazardRatio, Reason) {
	b, info, ok := coxFit(steps, true)
	bb, _, okb := coxFit(steps, false)
	u, i := coxScore(steps, 0, false)
	if !ok || !okb || i <= 0 {
		return HazardRatio{}, NoConvergence
	}
	h := HazardRatio{Ratio: math.Exp(b), Breslow: math.Exp(bb), Score: u * u / i}
	half := zOf(level) / math.Sqrt(info)
	h.Interval = Interval{Lo: math.Exp(b - half), Hi: math.Exp(b + half), Level: level, Method: "Cox, Efron"}
	if !finite(h.Ratio, h.Breslow, h.Interval.Lo, h.Interval.Hi) {
		return HazardRatio{}, NoConvergence
	}
	return h, ""
}

// coxFit maximises the partial likelihood of one two-valued covariate by Newton's method.
func coxFit(steps []groupStep, efron bool) (b, info float64, ok bool) {
	for range 60 {
		u, i := coxScore(steps, b, efron)
		if !(i > 1e-12) {
			return 0, 0, false
		}
		d := u / i
		if math.Abs(d) > 2 {
			d = math.Copysign(2, d)
		}
		b += d
		if math.Abs(b) > 20 {
			return 0, 0, false
		}
		if math.Abs(d) < 1e-12 {
			_, i = coxScore(steps, b, efron)
			return b, i, i > 0
		}
	}
	return 0, 0, false
}

// coxScore gives the score and information at coefficient b.
func coxScore(steps []groupStep, b float64, efron bool) (u, info float64) {
	e := math.Exp(b)
	for _, s := range steps {
		d := sumOf(s.event)
		if d == 0 {
			continue
		}
		u += s.event[1]
		for l := 0.0; l < d; l++ {
			f := 0.0
			if efron {
				f = l / d
			}
			one := float64(e * (s.risk[1] - float64(f*s.event[1])))
			all := one + s.risk[0] - float64(f*s.event[0])
			p := one / all
			u -= p
			info += float64(p * (1 - p))
		}
	}
	return u, info
}
