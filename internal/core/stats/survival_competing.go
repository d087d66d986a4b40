package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// An Incidence is the cumulative incidence at a time with its variances: Event of the event of
// interest, Compete of other exits, OneMinusKM the naive value that treats exits as still
// followed and is too large. Variance is Aalen's (as cmprsk), SE the infinitesimal jackknife (as
// survival's survfit).
type Incidence struct {
	Time           float64
	AtRisk         int
	Event, Compete float64
	OneMinusKM     float64
	Variance, SE   float64
}

type incidence struct{ event, compete float64 }

// incidenceAt adds S(t−)·d/n over the steps up to t; the steps have all exits ending survival.
func incidenceAt(steps []survivalStep, t float64) (out incidence) {
	for _, s := range steps {
		if s.time > t {
			break
		}
		out.event += s.left * s.event / s.risk
		out.compete += s.left * s.compete / s.risk
	}
	return out
}

// CumulativeIncidence gives the chance of the event in the presence of other exits at the times
// asked (Aalen and Johansen 1978; METHODS 6.2). The gate is one person, and for each time 20
// persons still followed; a time with fewer ends the list and gives TooFewAtRisk beside it.
func CumulativeIncidence(f []Followup, times []float64) ([]Incidence, Reason) {
	if r := checkFollowups(f); r != "" {
		return nil, r
	}
	var out []Incidence
	for _, t := range times {
		i := incidencePoint(f, t)
		if !finite(t) || i.AtRisk < minAtRisk {
			return out, TooFewAtRisk
		}
		out = append(out, i)
	}
	return out, ""
}

func incidencePoint(f []Followup, t float64) Incidence {
	steps := survivalSteps(f, true)
	at := incidenceAt(steps, t)
	out := Incidence{Time: t, Event: at.event, Compete: at.compete}
	for _, s := range steps {
		if s.time >= t {
			out.AtRisk = int(s.risk)
			break
		}
	}
	for _, s := range survivalSteps(f, false) {
		if s.time <= t {
			out.OneMinusKM = 1 - s.surv
		}
	}
	out.Variance = aalenVariance(steps, t)
	out.SE = jackknifeSE(f, steps, t)
	return out
}

// aalenVariance is the variance of the cumulative incidence as cmprsk computes it: sums of the
// hypergeometric variances of both kinds of exits, taken at the last event up to t.
func aalenVariance(steps []survivalStep, t float64) float64 {
	f, v, v1, v2, v3 := 0.0, 0.0, 0.0, 0.0, 0.0
	for _, s := range steps {
		if s.time > t {
			break
		}
		f += s.left * s.event / s.risk
		inv := 0.0
		if s.surv > 0 {
			inv = 1 / s.surv
		}
		add := func(d, t4 float64) {
			tie := 1.0
			if d > 1 {
				tie = 1 - (d-1)/(s.risk-1)
			}
			w := s.left * s.left * tie * d / (s.risk * s.risk)
			v1 += float64(t4 * t4 * w)
			v2 += float64(inv * t4 * w)
			v3 += float64(inv * inv * w)
		}
		if s.compete > 0 && s.surv > 0 {
			add(s.compete, f*inv)
		}
		if s.event > 0 {
			add(s.event, 1+float64(f*inv))
			v = v1 + float64(f*f*v3) - float64(2*f*v2)
		}
	}
	return math.Max(0, v)
}

// jackknifeSE is the root of the summed squared influences of all persons on the cumulative
// incidence at t; persons with the same time and code have the same influence.
func jackknifeSE(f []Followup, steps []survivalStep, t float64) float64 {
	type kind struct {
		time float64
		code int
	}
	many := map[kind]int{}
	for _, p := range f {
		k := kind{p.Time, p.Code}
		if p.Time > t {
			k = kind{math.Inf(1), 0} // all that comes later is the same
		}
		many[k]++
	}
	sum := 0.0
	kinds := make([]kind, 0, len(many))
	for k := range many {
		kinds = append(kinds, k)
	}
	slices.SortFunc(kinds, func(a, b kind) int {
		switch {
		case a.time < b.time:
			return -1
		case a.time > b.time:
			return 1
		}
		return a.code - b.code
	})
	for _, k := range kinds {
		ds, df := 0.0, 0.0 // influence on S(t−) and on the incidence
		for _, s := range steps {
			if s.time > t {
				break
			}
			all := s.event + s.compete
			risk, event, exit := 0.0, 0.0, 0.0
			if s.time <= k.time {
				risk = 1
			}
			if s.time == k.time && k.code == 1 {
				event = 1
			}
			if s.time == k.time && k.code > 0 {
				exit = 1
			}
			df += ds*s.event/s.risk + float64(s.left*(event/s.risk-s.event*risk/(s.risk*s.risk)))
			ds = float64(ds*(1-all/s.risk)) - float64(s.left*(exit/s.risk-all*risk/(s.risk*s.risk)))
		}
		sum += float64(float64(many[k]) * df * df)
	}
	return math.Sqrt(sum)
}

// minEvents is the fewest events in a group for a comparison (METHODS 11).
const minEvents = 10

// A GrayResult is the test of equal cumulative incidence among groups.
type GrayResult struct {
	Statistic, P float64
	DF           int
}

// GrayTest compares the cumulative incidence of the event among groups (Gray 1988, rho 0;
// METHODS 6.2). Group holds a number from 0 for each person. The gate: two groups and 10 events
// in each.
func GrayTest(f []Followup, group []int) (GrayResult, Reason) {
	groups, r := checkGroups(f, group)
	if r != "" {
		return GrayResult{}, r
	}
	if !enoughEvents(f, group, groups) {
		return GrayResult{}, TooFewEvents
	}
	return grayTest(f, group, groups)
}

func checkGroups(f []Followup, group []int) (groups int, r Reason) {
	if r := checkFollowups(f); r != "" {
		return 0, r
	}
	if len(group) != len(f) {
		return 0, BadInput
	}
	for _, g := range group {
		if g < 0 || g > 1000 {
			return 0, BadInput
		}
		groups = max(groups, g+1)
	}
	seen := make([]bool, groups)
	for _, g := range group {
		seen[g] = true
	}
	if slices.Contains(seen, false) {
		return 0, BadInput
	}
	if groups < 2 {
		return 0, TooFewUnits
	}
	return groups, ""
}

func enoughEvents(f []Followup, group []int, groups int) bool {
	events := make([]int, groups)
	for i, p := range f {
		if p.Code == 1 {
			events[group[i]]++
		}
	}
	return slices.Min(events) >= minEvents
}

// groupStep counts the persons of each group at one distinct time.
type groupStep struct {
	time                 float64
	risk, event, compete []float64
}

func groupSteps(f []Followup, group []int, groups int) []groupStep {
	order := make([]int, len(f))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case f[a].Time < f[b].Time:
			return -1
		case f[a].Time > f[b].Time:
			return 1
		}
		return 0
	})
	risk := make([]float64, groups)
	for _, g := range group {
		risk[g]++
	}
	var out []groupStep
	for i := 0; i < len(order); {
		s := groupStep{time: f[order[i]].Time, risk: slices.Clone(risk), event: make([]float64, groups), compete: make([]float64, groups)}
		for ; i < len(order) && f[order[i]].Time == s.time; i++ {
			g := group[order[i]]
			risk[g]--
			switch f[order[i]].Code {
			case 1:
				s.event[g]++
			case 2:
				s.compete[g]++
			}
		}
		out = append(out, s)
	}
	return out
}

// quadraticTest gives u' V⁻¹ u with the chi-square chance.
func quadraticTest(u []float64, v [][]float64) (stat, p float64, ok bool) {
	k := len(u)
	m := mat.NewDense(k, k, nil)
	for i := range v {
		for j := range v[i] {
			m.Set(i, j, v[i][j])
		}
	}
	b, x := mat.NewVecDense(k, u), mat.NewVecDense(k, nil)
	if err := x.SolveVec(m, b); err != nil {
		return 0, 0, false
	}
	stat = mat.Dot(b, x)
	if !finite(stat) || stat < 0 {
		return 0, 0, false
	}
	return stat, chiSquareTail(stat, float64(k)), true
}
