package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// The products below are rounded one by one (float64(a*b)), so that processors that join a
// multiplication and an addition take the same branches as those that do not.

// dotProduct gives the sum of a[i]·b[i].
func dotProduct(a, b []float64) float64 {
	s := 0.0
	for i, v := range a {
		s += float64(v * b[i])
	}
	return s
}

func sumOf(v []float64) float64 {
	s := 0.0
	for _, x := range v {
		s += x
	}
	return s
}

// normalTwoSided is the two-sided p-value of a standard normal z.
func normalTwoSided(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }

// normalAt is the quantile of the standard normal distribution.
func normalAt(p float64) float64 { return distuv.UnitNormal.Quantile(p) }

// chiSquareAbove is P(X ≥ x) for a chi-square variable with df degrees of freedom.
func chiSquareAbove(x, df float64) float64 {
	if x <= 0 {
		return 1
	}
	return mathext.GammaIncRegComp(df/2, x/2)
}

// studentAt is the p quantile of Student's t with df degrees of freedom.
func studentAt(p, df float64) float64 {
	if p < 0.5 {
		return -studentAt(1-p, df)
	}
	x := betaQuantile(2*(1-p), df/2, 0.5)
	if x <= 0 {
		return math.MaxFloat64
	}
	return math.Sqrt(df * (1 - x) / x)
}

// studentTwoSided is the two-sided p-value of t with df degrees of freedom.
func studentTwoSided(t, df float64) float64 {
	return betaCDF(df/(df+float64(t*t)), df/2, 0.5)
}

// A linearFit is a least-squares fit of y on columns. Inverse is (X'X)⁻¹, without the residual
// variance. Leverage is the diagonal of the hat matrix.
type linearFit struct {
	coef     []float64
	inverse  [][]float64
	residual []float64
	leverage []float64
	sse      float64
}

// fitLinear fits y on the columns by the modified Gram-Schmidt method with a second pass; false
// means that the columns depend on each other or a number ran out of range.
func fitLinear(columns [][]float64, y []float64) (linearFit, bool) {
	n, p := len(y), len(columns)
	q := make([][]float64, p)
	r := make([][]float64, p)
	for j, c := range columns {
		v := append([]float64(nil), c...)
		before := math.Sqrt(dotProduct(v, v))
		r[j] = make([]float64, p)
		for range 2 {
			for i := 0; i < j; i++ {
				d := dotProduct(q[i], v)
				r[i][j] += d
				for t := range v {
					v[t] -= float64(d * q[i][t])
				}
			}
		}
		length := math.Sqrt(dotProduct(v, v))
		if !(length > 1e-11*before) || math.IsInf(length, 0) {
			return linearFit{}, false
		}
		r[j][j] = length
		for t := range v {
			v[t] /= length
		}
		q[j] = v
	}
	f := linearFit{coef: make([]float64, p), residual: append([]float64(nil), y...), leverage: make([]float64, n)}
	proj := make([]float64, p)
	for range 2 {
		for j := range q {
			d := dotProduct(q[j], f.residual)
			proj[j] += d
			for t := range f.residual {
				f.residual[t] -= float64(d * q[j][t])
			}
		}
	}
	f.sse = dotProduct(f.residual, f.residual)
	upper := make([][]float64, p) // R⁻¹
	for j := p - 1; j >= 0; j-- {
		s := proj[j]
		for i := j + 1; i < p; i++ {
			s -= float64(r[j][i] * f.coef[i])
		}
		f.coef[j] = s / r[j][j]
		upper[j] = make([]float64, p)
		upper[j][j] = 1 / r[j][j]
		for k := j + 1; k < p; k++ {
			s := 0.0
			for i := j + 1; i <= k; i++ {
				s -= float64(r[j][i] * upper[i][k])
			}
			upper[j][k] = s / r[j][j]
		}
	}
	f.inverse = make([][]float64, p)
	for i := range p {
		f.inverse[i] = make([]float64, p)
		for j := range p {
			f.inverse[i][j] = dotProduct(upper[i], upper[j])
		}
	}
	for t := range n {
		for j := range q {
			f.leverage[t] += float64(q[j][t] * q[j][t])
		}
	}
	if math.IsNaN(f.sse) || math.IsInf(f.sse, 0) {
		return linearFit{}, false
	}
	return f, true
}

// A countFit is a Poisson regression with log link. Pearson uses the weights of
// the last step, R's habit; inverse is the covariance of the coefficients at dispersion one.
type countFit struct {
	coef     []float64
	mean     []float64
	working  []float64 // weights of the last step
	inverse  [][]float64
	leverage []float64
	deviance float64
	pearson  float64
	df       float64
}

// fitCounts fits log E(y) = offset + Σ coef·column by iterated weighted least squares. Weights
// may be nil. False means no convergence (all counts zero, dependent columns).
func fitCounts(columns [][]float64, y, offset, weights []float64) (countFit, bool) {
	return fitCountsUntil(columns, y, offset, weights, 1e-11)
}

// looseStop is where R's glm stops. R then takes the dispersion and the errors from the weights of
// the last step but one, which shows in the fifth digit; where a reference case holds more digits
// than that, the same stop is used.
const looseStop = 1e-8

func fitCountsUntil(columns [][]float64, y, offset, weights []float64, stop float64) (countFit, bool) {
	n, p := len(y), len(columns)
	f := countFit{mean: make([]float64, n), df: float64(n - p)}
	linear := make([]float64, n)
	for i, v := range y {
		f.mean[i] = v + 0.1
		linear[i] = math.Log(f.mean[i])
	}
	scaled := make([][]float64, p)
	for j := range scaled {
		scaled[j] = make([]float64, n)
	}
	target := make([]float64, n)
	f.working = make([]float64, n)
	last := 0.0
	for i, v := range y {
		last += float64(priorAt(weights, i) * poissonDeviance(v, f.mean[i]))
	}
	for range 100 {
		for i := range y {
			w := float64(f.mean[i] * priorAt(weights, i))
			f.working[i] = w
			root := math.Sqrt(w)
			z := linear[i] - offsetAt(offset, i) + (y[i]-f.mean[i])/f.mean[i]
			target[i] = float64(root * z)
			for j, c := range columns {
				scaled[j][i] = float64(root * c[i])
			}
		}
		fit, ok := fitLinear(scaled, target)
		if !ok {
			return f, false
		}
		f.coef, f.inverse, f.leverage = fit.coef, fit.inverse, fit.leverage
		for i := range y {
			eta := offsetAt(offset, i)
			for j, c := range columns {
				eta += float64(f.coef[j] * c[i])
			}
			linear[i] = eta
			f.mean[i] = math.Exp(eta)
			if !(f.mean[i] > 1e-300) || math.IsInf(f.mean[i], 0) {
				return f, false
			}
		}
		f.deviance, f.pearson = 0, 0
		for i, v := range y {
			f.deviance += float64(priorAt(weights, i) * poissonDeviance(v, f.mean[i]))
			rest := (v - f.mean[i]) / f.mean[i]
			f.pearson += float64(f.working[i] * float64(rest*rest))
		}
		if math.IsNaN(f.deviance) {
			return f, false
		}
		if math.Abs(f.deviance-last) < stop*(math.Abs(f.deviance)+0.1) {
			return f, true
		}
		last = f.deviance
	}
	return f, false
}

func priorAt(weights []float64, i int) float64 {
	if weights == nil {
		return 1
	}
	return weights[i]
}

func offsetAt(offset []float64, i int) float64 {
	if offset == nil {
		return 0
	}
	return offset[i]
}

// poissonDeviance is the contribution of one count y with fitted mean mu.
func poissonDeviance(y, mu float64) float64 {
	if y == 0 {
		return 2 * mu
	}
	return 2 * (float64(y*math.Log(y/mu)) - (y - mu))
}

// ones gives a column of n ones.
func ones(n int) []float64 {
	c := make([]float64, n)
	for i := range c {
		c[i] = 1
	}
	return c
}

// finite tells whether every value is a number.
func finite(values ...float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
