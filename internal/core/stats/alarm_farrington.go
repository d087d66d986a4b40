package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// FarringtonPlan sets a Farrington alarm for a weekly or monthly series of at least three full years
// and a mean above about one.
type FarringtonPlan struct {
	Frequency int     // periods in a year: 52 or 12
	Years     int     // past years used (b)
	Half      int     // half width of the window around the same week (w)
	Alpha     float64 // of the limit
	Reweight  bool    // weigh down past outbreaks
	Outlier   float64 // standardised residual above which a week is weighed down: 1 original, 2.58 improved
	MinCases  int64   // no limit where the last MinSpan periods have fewer cases
	MinSpan   int
	TrendP    float64 // the trend is kept below this p-value
	// The improved method only.
	Periods  int    // seasonal groups; 1 for none
	Omit     int    // past weeks left out of the fit
	Method   string // "delta", "nbPlugin" or "muan"
	improved bool
}

// OriginalFarrington is the plan of 1996: upper limit at the 1−α/2 quantile.
func OriginalFarrington(years, half int, alpha float64) FarringtonPlan {
	return FarringtonPlan{Frequency: 52, Years: years, Half: half, Alpha: alpha, Reweight: true, Outlier: 1, MinCases: 5, MinSpan: 4, TrendP: 0.05}
}

// ImprovedFarrington is the plan of 2013: limit at the 1−α quantile, seasonal groups, the last weeks
// left out, negative-binomial limit ("nbPlugin").
func ImprovedFarrington(years, half int, alpha float64) FarringtonPlan {
	return FarringtonPlan{Frequency: 52, Years: years, Half: half, Alpha: alpha, Reweight: true, Outlier: 2.58, MinCases: 5, MinSpan: 4,
		TrendP: 1, Periods: 10, Omit: 26, Method: "nbPlugin", improved: true}
}

// A FarringtonPoint judges one period.
type FarringtonPoint struct {
	Expected   float64
	Dispersion float64 // at least one
	Upper      float64
	Trend      bool
	Enough     bool // at least MinCases in the last MinSpan periods; else there is no limit
	Alarm      bool
	Why        Reason // NoConvergence: no fit at this period
}

// Farrington gives the limit for each period from first to last (from 0, both included): a
// quasi-Poisson log-linear trend on the same weeks of past years, past outbreaks weighed down by
// Anscombe residuals, the trend kept only if it is clear, spans three years and does not predict
// more than was ever seen. Source: Farrington CP. JRSS A 1996;159:547; Noufaily A. Stat Med
// 2013;32:1206. In the improved method the standard error follows surveillance 1.20.3, which takes
// the dispersion of the weighted fit with the outbreak weights in place of the working weights.
// Reasons: BadInput, TooFewPoints.
func Farrington(counts []int64, first, last int, plan FarringtonPlan) ([]FarringtonPoint, Reason) {
	if !nonNegative(counts) || !plan.valid() || first > last || first < 0 || last >= len(counts) || last-first > 2000 {
		return nil, BadInput
	}
	if first-plan.Years*plan.Frequency-plan.Half < 0 || first < plan.MinSpan-1 {
		return nil, TooFewPoints
	}
	y := make([]float64, len(counts))
	for i, c := range counts {
		y[i] = float64(c)
	}
	out := make([]FarringtonPoint, 0, last-first+1)
	for k := first; k <= last; k++ {
		out = append(out, plan.judge(y, k))
	}
	return out, ""
}

func (p FarringtonPlan) valid() bool {
	ok := p.Frequency >= 2 && p.Frequency <= 366 && p.Years >= 1 && p.Years <= 30 && p.Half >= 0 && 2*p.Half+1 < p.Frequency &&
		p.Alpha > 1e-9 && p.Alpha < 1 && p.Outlier > 0 && p.MinCases >= 0 && p.MinSpan >= 1 && p.MinSpan <= 1000 && p.Years*(2*p.Half+1) >= 4
	if !p.improved {
		return ok
	}
	room := p.Frequency - 2*p.Half - 1
	return ok && p.Periods >= 1 && p.Periods-1 <= room && p.Omit >= 0 && p.Omit <= p.Frequency && (p.Method == "delta" || p.Method == "nbPlugin" || p.Method == "muan")
}

func (p FarringtonPlan) judge(y []float64, k int) FarringtonPoint {
	var out FarringtonPoint
	recent := 0.0
	for i := k - p.MinSpan + 1; i <= k; i++ {
		recent += y[i]
	}
	out.Enough = recent >= float64(p.MinCases)
	group := p.groups(k)
	var past, time []float64
	var member []int
	most := 0.0
	for i := 0; i <= k; i++ {
		if group[i] == 0 {
			continue
		}
		past, time, member = append(past, y[i]), append(time, float64(i-k)), append(member, group[i])
		most = math.Max(most, y[i])
	}
	fit, ok := p.fit(past, time, member, true)
	if ok && fit.trend {
		t := fit.coef[1] / math.Sqrt(fit.tested*fit.inverse[1][1])
		clear := p.Years >= 3 && studentTwoSided(t, fit.df) < p.TrendP && math.Exp(fit.coef[0]) <= most
		if !clear {
			fit, ok = p.fit(past, time, member, false)
		}
	}
	if !ok {
		out.Why = NoConvergence
		return out
	}
	out.Trend, out.Dispersion = fit.trend, fit.dispersion
	link := math.Sqrt(fit.tested * fit.inverse[0][0])
	if !p.improved {
		link = math.Sqrt(fit.dispersion * fit.inverse[0][0])
	}
	out.Expected = math.Exp(fit.coef[0])
	out.Upper = p.upper(fit.coef[0], link, fit.dispersion)
	if !finite(out.Expected, out.Upper, out.Dispersion) {
		return FarringtonPoint{Enough: out.Enough, Why: NoConvergence}
	}
	out.Alarm = out.Enough && y[k] > out.Upper
	return out
}

// groups gives the seasonal group of each period up to k; 0 is left out of the fit. The window
// around the present week and the same weeks of past years is the last group.
func (p FarringtonPlan) groups(k int) []int {
	g := make([]int, k+1)
	if !p.improved {
		for i := 1; i <= p.Years; i++ {
			for t := k - i*p.Frequency - p.Half; t <= k-i*p.Frequency+p.Half; t++ {
				g[t] = 1
			}
		}
		return g
	}
	for t := k - p.Half; t <= k; t++ {
		g[t] = p.Periods
	}
	for i := 1; i <= p.Years; i++ {
		at := k - i*p.Frequency
		for t := at - p.Half; t <= at+p.Half; t++ {
			g[t] = p.Periods
		}
		if p.Periods == 1 {
			continue
		}
		room := p.Frequency - 2*p.Half - 1
		length, rest := room/(p.Periods-1), room%(p.Periods-1)
		t := at + p.Half + 1
		for j := 1; j < p.Periods; j++ {
			n := length
			if j <= rest {
				n++
			}
			for range n {
				g[t] = j
				t++
			}
		}
	}
	for t := max(0, k-p.Omit); t <= k; t++ {
		g[t] = 0
	}
	return g
}

// A farringtonFit is a weighted count fit; dispersion is at least one, tested is the dispersion
// that the reference program uses for the test of the trend and, improved, for the error.
type farringtonFit struct {
	countFit
	dispersion, tested float64
	trend              bool
}

func (p FarringtonPlan) fit(y, time []float64, member []int, trend bool) (farringtonFit, bool) {
	columns := [][]float64{ones(len(y))}
	if trend {
		columns = append(columns, time)
	}
	for j := 1; j < p.Periods; j++ {
		c := make([]float64, len(y))
		for i, m := range member {
			if m == j {
				c[i] = 1
			}
		}
		columns = append(columns, c)
	}
	if len(y) <= len(columns) || sumOf(y) == 0 {
		return farringtonFit{}, false
	}
	fit, ok := fitCountsUntil(columns, y, nil, nil, looseStop)
	if !ok {
		if trend {
			return p.fit(y, time, member, false)
		}
		return farringtonFit{}, false
	}
	dispersion := fit.pearson / fit.df
	out := farringtonFit{fit, math.Max(1, dispersion), dispersion, trend}
	if !p.Reweight {
		return out, true
	}
	weights, sum := make([]float64, len(y)), 0.0
	for i, v := range y {
		a := 1.5 * (float64(math.Pow(v, 2.0/3)*math.Pow(fit.mean[i], -1.0/6)) - math.Sqrt(fit.mean[i])) / math.Sqrt(out.dispersion*math.Max(1e-12, 1-fit.leverage[i]))
		weights[i] = 1
		if a > p.Outlier {
			weights[i] = 1 / (a * a)
		}
		sum += weights[i]
	}
	for i := range weights {
		weights[i] *= float64(len(y)) / sum
	}
	if fit, ok = fitCountsUntil(columns, y, nil, weights, looseStop); !ok {
		return farringtonFit{}, false
	}
	dispersion = fit.pearson / fit.df
	out = farringtonFit{fit, math.Max(1, dispersion), dispersion, trend}
	if p.improved {
		s := 0.0
		for i, v := range y {
			r := (v - fit.mean[i]) / fit.mean[i]
			s += float64(weights[i] * float64(r*r))
		}
		out.tested = s / fit.df
	}
	return out, true
}

// upper is the limit for a linear predictor eta with its error.
func (p FarringtonPlan) upper(eta, se, phi float64) float64 {
	mu := math.Exp(eta)
	switch p.Method {
	case "nbPlugin":
		return countQuantile(1-p.Alpha, mu, phi)
	case "muan":
		return countQuantile(1-p.Alpha, math.Exp(eta+float64(normalAt(1-p.Alpha)*se)), phi)
	}
	z := normalAt(1 - p.Alpha/2)
	if p.improved {
		z = normalAt(1 - p.Alpha)
	}
	tau := phi + float64(mu*se*se)
	return math.Pow(math.Pow(mu, 2.0/3)+float64(z*math.Sqrt(4.0/9*math.Cbrt(mu)*tau)), 1.5)
}

// countQuantile is the q quantile of the negative binomial distribution with the mean mu and the
// variance phi·mu, Poisson for phi = 1.
func countQuantile(q, mu, phi float64) float64 {
	if !(mu > 0 && mu < 1e12) {
		return math.NaN()
	}
	reached := func(x float64) bool {
		if phi > 1+1e-9 {
			return betaCDF(1/phi, mu/(phi-1), x+1) >= q
		}
		return mathext.GammaIncRegComp(x+1, mu) >= q
	}
	hi := math.Ceil(mu) + 1
	for !reached(hi) {
		hi *= 2
		if hi > 1e15 {
			return math.NaN()
		}
	}
	lo := -1.0
	for hi-lo > 1 {
		if mid := math.Floor((lo + hi) / 2); reached(mid) {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi
}
