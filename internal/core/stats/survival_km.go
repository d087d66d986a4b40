package stats

import (
	"math"
	"slices"
)

// A Followup is one person: Time in days (or any one unit) from the start to what ended it.
// Code 0 is still followed at the end, 1 the event (relapse found), 2 another exit (death, moved
// away).
type Followup struct {
	Time float64
	Code int
}

// A survivalStep is one distinct time: persons at risk just before, events, other exits.
type survivalStep struct {
	time                  float64
	risk, event, compete  float64
	surv, greenwood, left float64 // after the step; greenwood is Σ d/(n(n−d)); left is S just before
}

// minAtRisk is the fewest persons still followed for a rate at a time (METHODS 6.2).
const minAtRisk = 20

func checkFollowups(f []Followup) Reason {
	if len(f) == 0 {
		return NoData
	}
	for _, p := range f {
		if !(p.Time >= 0 && p.Time < 1e9) || p.Code < 0 || p.Code > 2 {
			return BadInput
		}
	}
	return ""
}

// survivalSteps sorts persons into distinct times; events come before censorings at the same
// time. With all, every exit ends survival; else only the event does.
func survivalSteps(f []Followup, all bool) []survivalStep {
	s := slices.Clone(f)
	slices.SortFunc(s, func(a, b Followup) int {
		switch {
		case a.Time < b.Time:
			return -1
		case a.Time > b.Time:
			return 1
		}
		return 0
	})
	var steps []survivalStep
	surv, green := 1.0, 0.0
	for i := 0; i < len(s); {
		step := survivalStep{time: s[i].Time, risk: float64(len(s) - i), left: surv}
		for ; i < len(s) && s[i].Time == step.time; i++ {
			switch s[i].Code {
			case 1:
				step.event++
			case 2:
				step.compete++
			}
		}
		d := step.event
		if all {
			d += step.compete
		}
		surv *= (step.risk - d) / step.risk
		if d < step.risk {
			green += d / (step.risk * (step.risk - d))
		}
		step.surv, step.greenwood = surv, green
		steps = append(steps, step)
	}
	return steps
}

// A SurvivalPoint is the share still free of the event at a time. SE is Greenwood's. Interval is
// log-log and stays within 0 and 1; it is missing (HasInterval false) where the share is 0.
type SurvivalPoint struct {
	Time        float64
	AtRisk      int
	Share, SE   float64
	Interval    Interval
	HasInterval bool
}

// A SurvivalCurve is a Kaplan-Meier estimate. Points hold every time at which the event
// happened. Median is the first time with a share of at most one half; HasMedian is false if the
// curve stays above.
type SurvivalCurve struct {
	Persons, Events int
	Points          []SurvivalPoint
	Median          float64
	HasMedian       bool
	steps           []survivalStep
	level           float64
}

// KaplanMeier estimates the share still free of the event over time: S(t) = Π(1 − d/n), variance
// S² Σ d/(n(n−d)), interval S^exp(± z SE(log(−log S))) (Kaplan and Meier 1958, Greenwood 1926;
// METHODS 6.2). Other exits count as still followed up to then. The gate is one person and times
// of 0 or more; At holds the gate of a rate at a time.
func KaplanMeier(f []Followup, level float64) (*SurvivalCurve, Reason) {
	if r := checkFollowups(f); r != "" {
		return nil, r
	}
	if !levelOK(level) {
		return nil, BadInput
	}
	c := &SurvivalCurve{Persons: len(f), steps: survivalSteps(f, false), level: level}
	for _, s := range c.steps {
		if s.event > 0 {
			c.Events += int(s.event)
			c.Points = append(c.Points, c.point(s.time))
		}
	}
	c.Median, c.HasMedian = medianCrossing(c.steps, func(s survivalStep) float64 { return s.surv })
	return c, ""
}

// At gives the share at a time. The gate: at least 20 persons still followed then, else
// TooFewAtRisk; LastTime says until when a rate can be given.
func (c *SurvivalCurve) At(t float64) (SurvivalPoint, Reason) {
	p := c.point(t)
	if !finite(t) || p.AtRisk < minAtRisk {
		return SurvivalPoint{Time: t, AtRisk: p.AtRisk}, TooFewAtRisk
	}
	return p, ""
}

// LastTime gives the last time at which 20 persons were still followed; ok is false if there
// never were.
func (c *SurvivalCurve) LastTime() (t float64, ok bool) {
	for _, s := range c.steps {
		if s.risk >= minAtRisk {
			t, ok = s.time, true
		}
	}
	return t, ok
}

// point is the estimate at a time whatever the number at risk; after the last time it stays.
func (c *SurvivalCurve) point(t float64) SurvivalPoint {
	p := SurvivalPoint{Time: t, Share: 1}
	green := 0.0
	for _, s := range c.steps {
		if s.time >= t && p.AtRisk == 0 {
			p.AtRisk = int(s.risk)
		}
		if s.time > t {
			break
		}
		p.Share, green = s.surv, s.greenwood
	}
	p.SE = p.Share * math.Sqrt(green)
	p.Interval, p.HasInterval = survivalLimits("log-log", p.Share, green, c.level)
	return p
}

// survivalLimits gives the plain, log or log-log limits of a share; none where it is 0.
func survivalLimits(kind string, s, green, level float64) (Interval, bool) {
	i := Interval{Lo: 1, Hi: 1, Level: level, Method: kind}
	h := zOf(level) * math.Sqrt(green)
	switch {
	case s <= 0:
		return Interval{}, false
	case s >= 1:
	case kind == "plain":
		i.Lo, i.Hi = math.Max(0, s-float64(h*s)), math.Min(1, s+float64(h*s))
	case kind == "log":
		i.Lo, i.Hi = s*math.Exp(-h), math.Min(1, s*math.Exp(h))
	default:
		l := math.Log(s)
		i.Lo, i.Hi = math.Exp(l*math.Exp(-h/l)), math.Exp(l*math.Exp(h/l))
	}
	return i, true
}

// medianCrossing gives the first time at which a falling curve is at most one half, the middle of
// the flat piece where it is just one half (as R's survival package does).
func medianCrossing(steps []survivalStep, value func(survivalStep) float64) (float64, bool) {
	const tolerance = 1.4901161193847656e-08
	for i, s := range steps {
		v := value(s)
		if math.IsNaN(v) || v >= 0.5+tolerance {
			continue
		}
		if math.Abs(v-0.5) < tolerance {
			for _, later := range steps[i:] {
				if w := value(later); w < v-tolerance {
					return (s.time + later.time) / 2, true
				}
			}
		}
		return s.time, true
	}
	return 0, false
}

// RestrictedMean gives the mean time free of the event up to the horizon and its standard error:
// the area under the curve, variance Σ (area after t)² d/(n(n−d)). The gate is a horizon above 0
// that does not lie beyond the last time.
func (c *SurvivalCurve) RestrictedMean(horizon float64) (mean, se float64, r Reason) {
	if !(horizon > 0) || !finite(horizon) {
		return 0, 0, BadInput
	}
	if last := c.steps[len(c.steps)-1]; horizon > last.time && last.surv > 0 {
		return 0, 0, TooFewAtRisk
	}
	mean, se = restrictedMean(c.steps, horizon)
	return mean, se, ""
}

func restrictedMean(steps []survivalStep, horizon float64) (mean, se float64) {
	var used []survivalStep
	for _, s := range steps {
		if s.time <= horizon {
			used = append(used, s)
		}
	}
	end, variance := horizon, 0.0
	for i := len(used) - 1; i >= 0; i-- { // area from the right
		s := used[i]
		mean += float64(s.surv * (end - s.time))
		end = s.time
		if s.event > 0 && s.event < s.risk {
			variance += mean * mean * s.event / (s.risk * (s.risk - s.event))
		}
	}
	return mean + end, math.Sqrt(variance)
}
