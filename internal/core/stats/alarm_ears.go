package stats

import "math"

// An EARSPlan sets the moving window of an EARS alarm. Baseline is the number of past periods,
// Lag the periods left out between them and the present one (0 for C1, 2 for C2), Z the multiple
// of the standard deviation, MinSigma the least standard deviation assumed.
type EARSPlan struct {
	Baseline, Lag int
	Z             float64
	MinSigma      float64
}

// MonthlyEARS is the plan for county months: 12 past months and a least standard deviation of 0.5.
// With 7 past periods the true rate of false alarms is 0.014, with this plan 0.006.
func MonthlyEARS() EARSPlan { return EARSPlan{Baseline: 12, Z: earsZ(), MinSigma: 0.5} }

// earsZ is the normal quantile for one false alarm in a thousand.
func earsZ() float64 { return normalAt(0.999) }

// An EARSPoint judges one period: Upper is the limit, Alarm whether the count exceeds it, Excess the
// distance from the past mean in standard deviations.
type EARSPoint struct {
	Mean, Sigma, Upper, Excess float64
	Alarm                      bool
}

// EARS gives C1 (lag 0) or C2 (lag 2) for all periods from index first (from 0) on: an alarm if the
// count exceeds mean + Z·SD (n−1) of the past window. Source: Hutwagner L. J Urban Health
// 2003;80:i89; Fricker RD. Stat Med 2008;27:3407. For the county by months or weeks; never for a
// person, and never for a unit with a mean below one (see AlarmGate). Reasons: BadInput, TooFewPoints.
func EARS(counts []int64, first int, plan EARSPlan) ([]EARSPoint, Reason) {
	if plan.Baseline < 2 || plan.Lag < 0 || !(plan.Z > 0 && plan.Z < 40) || !(plan.MinSigma >= 0 && plan.MinSigma < 1e12) || !nonNegative(counts) {
		return nil, BadInput
	}
	if first < plan.Baseline+plan.Lag {
		return nil, TooFewPoints
	}
	if first >= len(counts) {
		return nil, TooFewPoints
	}
	out := make([]EARSPoint, 0, len(counts)-first)
	for t := first; t < len(counts); t++ {
		past := counts[t-plan.Lag-plan.Baseline : t-plan.Lag]
		mean, ss := 0.0, 0.0
		for _, c := range past {
			mean += float64(c)
		}
		mean /= float64(len(past))
		for _, c := range past {
			d := float64(c) - mean
			ss += float64(d * d)
		}
		sigma := math.Max(math.Sqrt(ss/float64(len(past)-1)), plan.MinSigma)
		p := EARSPoint{Mean: mean, Sigma: sigma, Upper: mean + float64(plan.Z*sigma)}
		p.Alarm = float64(counts[t]) > p.Upper
		// Without any spread in the past a standard deviation of 0.5 is assumed (Burkom).
		divisor := sigma
		if divisor == 0 {
			divisor = 0.5
		}
		p.Excess = (float64(counts[t]) - mean) / divisor
		out = append(out, p)
	}
	return out, ""
}

// EARSC3 gives the published C3 statistic from index first on: Σ over the present and the two
// previous periods of max(0, C2−1); an alarm is a value above 2. The reference program surveillance
// 1.20.3 starts its C3 limit from the observed count instead and is not followed.
// Reasons as EARS.
func EARSC3(counts []int64, first int, plan EARSPlan) ([]float64, Reason) {
	points, why := EARS(counts, first-2, plan)
	if why != "" {
		return nil, why
	}
	if len(points) < 3 {
		return nil, TooFewPoints
	}
	out := make([]float64, 0, len(points)-2)
	for t := 2; t < len(points); t++ {
		s := 0.0
		for i := t - 2; i <= t; i++ {
			s += math.Max(0, points[i].Excess-1)
		}
		out = append(out, s)
	}
	return out, ""
}

// AlarmGate is the rule for showing alarms: at least 12 past periods with a mean of at least one.
// Reasons: TooFewPoints, SmallCounts, BadInput.
func AlarmGate(past []int64) Reason {
	if !nonNegative(past) {
		return BadInput
	}
	if len(past) < 12 {
		return TooFewPoints
	}
	var sum int64
	for _, c := range past {
		sum += c
	}
	if sum < int64(len(past)) {
		return SmallCounts
	}
	return ""
}

func nonNegative(counts []int64) bool {
	for _, c := range counts {
		if c < 0 || c > maxCount {
			return false
		}
	}
	return len(counts) <= maxSeries
}

// maxSeries is the longest series of counts that the alarm methods accept.
const maxSeries = 20_000
