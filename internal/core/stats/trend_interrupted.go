package stats

import (
	"math"
	"slices"
)

// A Change is a coefficient on the log scale with its ratio exp(Estimate) and limits; Robust is the
// Newey-West standard error, which allows for dependence between neighbouring periods.
type Change struct {
	Estimate, SE, Robust float64
	Ratio                float64
	Interval             Interval // of Ratio
}

// An InterruptedResult tells how level and slope changed at a start that was fixed beforehand.
type InterruptedResult struct {
	Before     Change // slope per period before the start
	Level      Change // step at the start
	Slope      Change // change of the slope after the start
	Dispersion float64
	DF         float64
	MonthTerms bool
	Fitted     []float64 // what the model gives for each period
}

// Interrupted fits the quasi-Poisson model log E(y) = a + b1·t + b2·post + b3·(t−start)+ with month
// terms (period 12; 0 for none) and log(exposure) if given. Start is the index (from 0) of the first
// period after the start; it must be fixed before the data are looked at. Errors: dispersion
// Pearson χ²/df with normal limits, and Newey-West (Bartlett, lags as given; 12 for months). Source:
// Bernal JL. Int J Epidemiol 2017;46:348; Newey & West. Econometrica 1987;55:703. Gate: 3 periods on
// each side, with month terms 12 before, and more than 12 on one side. Reasons: BadInput,
// TooFewPoints, NoData, Constant, NoConvergence.
func Interrupted(counts []int64, exposure []float64, start, period, lags int, level float64) (InterruptedResult, Reason) {
	n := len(counts)
	if !nonNegative(counts) || n > 2000 || exposure != nil && len(exposure) != n || period < 0 || period == 1 || period > 60 || lags < 0 || lags > 60 || !validLevel(level) {
		return InterruptedResult{}, BadInput
	}
	if start < 3 || n-start < 3 || period > 0 && start < 12 {
		return InterruptedResult{}, TooFewPoints
	}
	if period > 0 && start <= period && n-start <= period { // month, slope and step cannot be told apart
		return InterruptedResult{}, TooFewPoints
	}
	columns := [][]float64{ones(n), make([]float64, n), make([]float64, n), make([]float64, n)}
	y, offset := make([]float64, n), make([]float64, n)
	for i, c := range counts {
		y[i] = float64(c)
		if exposure != nil {
			if !(Count{c, exposure[i]}).valid() {
				return InterruptedResult{}, BadInput
			}
			offset[i] = math.Log(exposure[i])
		}
		columns[1][i] = float64(i + 1)
		if i >= start {
			columns[2][i] = 1
			columns[3][i] = float64(i - start)
		}
	}
	for m := 1; m < period; m++ {
		c := make([]float64, n)
		for i := m; i < n; i += period {
			c[i] = 1
		}
		columns = append(columns, c)
	}
	if sumOf(y) == 0 {
		return InterruptedResult{}, NoData
	}
	if n <= len(columns) {
		return InterruptedResult{}, TooFewPoints
	}
	if exposure == nil && slices.Min(counts) == slices.Max(counts) {
		return InterruptedResult{}, Constant
	}
	fit, ok := fitCounts(columns, y, offset, nil)
	if !ok {
		return InterruptedResult{}, NoConvergence
	}
	r := InterruptedResult{Dispersion: fit.pearson / fit.df, DF: fit.df, MonthTerms: period > 0, Fitted: fit.mean}
	robust := neweyWest(columns, y, fit, lags)
	z := normalAt((1 + level) / 2)
	for j, c := range []*Change{&r.Before, &r.Level, &r.Slope} {
		b := fit.coef[j+1]
		*c = Change{Estimate: b, SE: math.Sqrt(r.Dispersion * fit.inverse[j+1][j+1]), Robust: math.Sqrt(math.Max(0, robust[j+1])), Ratio: math.Exp(b)}
		c.Interval = Interval{Lo: math.Exp(b - float64(z*c.SE)), Hi: math.Exp(b + float64(z*c.SE)), Level: level, Method: "Wald, quasi-Poisson"}
		if !finite(c.Estimate, c.SE, c.Robust, c.Ratio, c.Interval.Lo, c.Interval.Hi) {
			return InterruptedResult{}, NoConvergence
		}
	}
	return r, ""
}

// neweyWest gives the diagonal of the sandwich covariance with Bartlett weights.
func neweyWest(columns [][]float64, y []float64, fit countFit, lags int) []float64 {
	n, p := len(y), len(columns)
	score := make([][]float64, n)
	for t := range score {
		score[t] = make([]float64, p)
		for j, c := range columns {
			score[t][j] = c[t] * (y[t] - fit.mean[t])
		}
	}
	meat := make([][]float64, p)
	for i := range meat {
		meat[i] = make([]float64, p)
	}
	for l := 0; l <= min(lags, n-1); l++ {
		w := 1 - float64(l)/float64(lags+1)
		for t := l; t < n; t++ {
			for i := range p {
				for j := range p {
					v := float64(score[t][i] * score[t-l][j])
					if l > 0 {
						v += float64(score[t][j] * score[t-l][i])
					}
					meat[i][j] += float64(w * v)
				}
			}
		}
	}
	out := make([]float64, p)
	for k := range p {
		for i := range p {
			for j := range p {
				out[k] += float64(fit.inverse[k][i] * meat[i][j] * fit.inverse[j][k])
			}
		}
	}
	return out
}
