package stats

import "math"

// A CohortMember is one person of a cohort: Start is the civil day (any count of days) on which
// treatment or release began, Followup as usual in days.
type CohortMember struct {
	Start float64
	Followup
}

// A CohortRate is the share free of relapse at the horizon, the cohort reading. KM is the
// Kaplan-Meier point (gate: 20 persons still followed; Reason says if not, and LastTime/LastPoint
// give the last time that has 20). Relapse and Exit are cumulative incidences that treat exits as
// exits. Closed takes only persons who started a full horizon before the cutoff: ClosedOK of
// ClosedPersons. Naive is everyone not found relapsed up to the
// horizon, however short the follow-up, over everyone; it is always too high and is
// given to show by how much, never as a result.
type CohortRate struct {
	KM                      SurvivalPoint
	Reason                  Reason
	LastPoint               SurvivalPoint
	HasLast                 bool
	Relapse, Exit           float64
	ClosedPersons, ClosedOK int
	Naive                   float64
}

// ThreeYearRate gives the share of a cohort free of found relapse after the horizon (1096 days
// for three years) from persons followed to a cutoff day (METHODS 6.2). "Found" is not
// "happened": print the tests per person-year beside it. The gate is one person; the rate itself
// needs 20 persons still followed.
func ThreeYearRate(cohort []CohortMember, cutoff, horizon, level float64) (CohortRate, Reason) {
	out, c, r := cohortRate(cohort, cutoff, horizon, level)
	if r != "" {
		return CohortRate{}, r
	}
	if out.KM, out.Reason = c.At(horizon); out.Reason != "" {
		out.Relapse, out.Exit = 0, 0
		if t, ok := c.LastTime(); ok {
			out.LastPoint, out.HasLast = c.point(t), true
		}
	}
	return out, ""
}

func cohortRate(cohort []CohortMember, cutoff, horizon, level float64) (CohortRate, *SurvivalCurve, Reason) {
	if !(horizon > 0) || !finite(cutoff, horizon) {
		return CohortRate{}, nil, BadInput
	}
	var out CohortRate
	f := make([]Followup, len(cohort))
	free := 0
	for i, m := range cohort {
		if !finite(m.Start) {
			return CohortRate{}, nil, BadInput
		}
		f[i] = m.Followup
		ok := m.Code != 1 || m.Time > horizon
		if ok {
			free++
		}
		if m.Start <= cutoff-horizon {
			out.ClosedPersons++
			if ok {
				out.ClosedOK++
			}
		}
	}
	c, r := KaplanMeier(f, level)
	if r != "" {
		return CohortRate{}, nil, r
	}
	out.Naive = float64(free) / float64(len(cohort))
	out.KM = c.point(horizon)
	at := incidenceAt(survivalSteps(f, true), horizon)
	out.Relapse, out.Exit = at.event, at.compete
	return out, c, ""
}

// A LifeTable is the actuarial table for offices that only have yearly or half-yearly tables. For
// interval i (Breaks[i], Breaks[i+1]]: Entering persons, Events, Withdrawn (censored and exits).
type LifeTable struct {
	Entering, Events, Withdrawn []int
	Share, SE                   float64 // at the last break
}

// Actuarial gives the life-table estimate Π(1 − d/(n − w/2)) over the intervals between breaks,
// which begin at 0 (Cutler and Ederer 1958; METHODS 6.2). The gate is one person and rising
// breaks; TooFewAtRisk where an interval has fewer than 20 persons entering.
func Actuarial(f []Followup, breaks []float64) (LifeTable, Reason) {
	t, r := actuarial(f, breaks)
	if r != "" {
		return LifeTable{}, r
	}
	for _, n := range t.Entering {
		if n < minAtRisk {
			return LifeTable{}, TooFewAtRisk
		}
	}
	return t, ""
}

func actuarial(f []Followup, breaks []float64) (LifeTable, Reason) {
	if r := checkFollowups(f); r != "" {
		return LifeTable{}, r
	}
	if len(breaks) < 2 || breaks[0] != 0 {
		return LifeTable{}, BadInput
	}
	t := LifeTable{Share: 1}
	n, sum := len(f), 0.0
	for i := 1; i < len(breaks); i++ {
		if !(breaks[i] > breaks[i-1]) || !finite(breaks[i]) {
			return LifeTable{}, BadInput
		}
		d, w := 0, 0
		for _, p := range f {
			if p.Time <= breaks[i] && (p.Time > breaks[i-1] || i == 1) {
				if p.Code == 1 {
					d++
				} else {
					w++
				}
			}
		}
		t.Entering, t.Events, t.Withdrawn = append(t.Entering, n), append(t.Events, d), append(t.Withdrawn, w)
		if exposed := float64(n) - float64(w)/2; exposed > 0 && d > 0 {
			t.Share *= math.Max(0, 1-float64(d)/exposed)
			if left := exposed - float64(d); left > 0 {
				sum += float64(d) / (exposed * left)
			}
		}
		n -= d + w
	}
	t.SE = t.Share * math.Sqrt(sum)
	return t, ""
}
