package stats

import "math"

// A TrendResult is the constant yearly rate of change of a series of counts. Slope is on the log
// scale for one step of time; APC = 100(exp(slope)−1) is the percent change for one step.
type TrendResult struct {
	N          int
	Slope, SE  float64 // Poisson model
	APC        float64
	Interval   Interval // of APC, in percent, from SE
	Deviance   float64
	DF         float64
	FitP       float64 // goodness of fit: small means that one constant rate does not explain the series
	LR, LRP    float64 // likelihood ratio test of no trend
	Score      float64 // Armitage score test of no trend
	ScoreP     float64
	Dispersion float64  // Pearson χ²/df
	Quasi      bool     // deviance/df above 1.5 with at least 6 points: SE is too small
	Wide       Interval // of APC, SE times √Dispersion and Student's t when Quasi, else Interval
}

// LogLinear fits log E(y) = a + b·t + log(exposure), t = 0, 1, 2 …, by maximum likelihood, with
// Wald limits exp(b ± z·se). Exposure nil means equal exposures. Source: McCullagh & Nelder 1989;
// Armitage P. Biometrics 1955;11:375. Gate: at least 3 points. Reasons: BadInput, TooFewPoints,
// NoData (all counts zero), NoConvergence.
func LogLinear(counts []int64, exposure []float64, level float64) (TrendResult, Reason) {
	n := len(counts)
	if !validLevel(level) || exposure != nil && len(exposure) != n {
		return TrendResult{}, BadInput
	}
	if n < 3 {
		return TrendResult{}, TooFewPoints
	}
	y, time, offset := make([]float64, n), make([]float64, n), make([]float64, n)
	events, persons := 0.0, 0.0
	for i, c := range counts {
		e := 1.0
		if exposure != nil {
			e = exposure[i]
		}
		if !(Count{c, e}).valid() {
			return TrendResult{}, BadInput
		}
		y[i], time[i], offset[i] = float64(c), float64(i), math.Log(e)
		events += y[i]
		persons += e
	}
	if events == 0 {
		return TrendResult{}, NoData
	}
	if !finite(persons) {
		return TrendResult{}, BadInput
	}
	fit, ok := fitCounts([][]float64{ones(n), time}, y, offset, nil)
	if !ok {
		return TrendResult{}, NoConvergence
	}
	r := TrendResult{N: n, Slope: fit.coef[1], SE: math.Sqrt(fit.inverse[1][1]), Deviance: fit.deviance, DF: fit.df}
	z := normalAt((1 + level) / 2)
	r.APC = 100 * math.Expm1(r.Slope)
	r.Interval = apcInterval(r.Slope, float64(z*r.SE), level, "Wald, Poisson")
	r.FitP = chiSquareAbove(r.Deviance, r.DF)
	r.Dispersion = fit.pearson / r.DF
	null := 0.0
	for i := range y {
		null += poissonDeviance(y[i], events*math.Exp(offset[i])/persons)
	}
	r.LR = math.Max(0, null-r.Deviance)
	r.LRP = chiSquareAbove(r.LR, 1)
	if r.Score, ok = scoreTrend(y, time, offset); !ok {
		return TrendResult{}, NoConvergence
	}
	r.ScoreP = chiSquareAbove(r.Score, 1)
	r.Wide = r.Interval
	if n >= 6 && r.Deviance/r.DF > 1.5 {
		r.Quasi = true
		t := studentAt((1+level)/2, r.DF)
		r.Wide = apcInterval(r.Slope, t*r.SE*math.Sqrt(math.Max(1, r.Dispersion)), level, "Wald, quasi-Poisson")
	}
	if !finite(r.SE, r.APC, r.Interval.Lo, r.Interval.Hi, r.Wide.Lo, r.Wide.Hi, r.Score, r.LR) {
		return TrendResult{}, NoConvergence
	}
	return r, ""
}

// scoreTrend is Rao's score statistic of adding time to the model without a trend: what time
// explains of the working residuals of that model, by its working weights.
func scoreTrend(y, time, offset []float64) (float64, bool) {
	n := len(y)
	null, ok := fitCountsUntil([][]float64{ones(n)}, y, offset, nil, looseStop)
	if !ok {
		return 0, false
	}
	level, slope, rest := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range y {
		level[i] = math.Sqrt(null.working[i])
		slope[i] = float64(level[i] * time[i])
		rest[i] = float64(level[i]*(y[i]-null.mean[i])) / null.mean[i]
	}
	without, ok1 := fitLinear([][]float64{level}, rest)
	with, ok2 := fitLinear([][]float64{level, slope}, rest)
	return math.Max(0, without.sse-with.sse), ok1 && ok2
}

// apcInterval gives 100(exp(slope ± half)−1).
func apcInterval(slope, half, level float64, method string) Interval {
	return Interval{Lo: 100 * math.Expm1(slope-half), Hi: 100 * math.Expm1(slope+half), Level: level, Method: method}
}

// Clear tells the direction that chance does not explain: −1 a fall, 1 a rise, 0 neither.
func (r TrendResult) Clear() int {
	switch {
	case r.Wide.Hi < 0:
		return -1
	case r.Wide.Lo > 0:
		return 1
	}
	return 0
}
