package stats

import (
	"math"
	"slices"
)

// A KendallResult is the Mann-Kendall test of a trend with Sen's slope.
type KendallResult struct {
	N         int
	S         int64   // rises minus falls over all pairs
	Variance  float64 // of S, corrected for ties
	Z         float64 // with continuity correction
	PNormal   float64 // two-sided, normal approximation
	PExact    float64 // two-sided exact, if HasExact
	HasExact  bool    // n at most 10 and no ties
	TauA      float64
	TauB      float64 // if HasTauB
	HasTauB   bool    // false when all values are the same
	Slope     float64 // Sen: median of all pairwise slopes, per step
	Intercept float64 // Conover: median(y) − median(x)·slope
	SlopeCI   Interval
	HasCI     bool // n above 5
}

// MaxKendall is the longest series that the pairwise methods accept.
const MaxKendall = 2000

// minKendall is the display gate: below five points the test cannot reach 5 % whatever the data.
const minKendall = 5

// P is the p-value to use: exact where it exists, else normal; approximate says that it is only
// about right (ties with fewer than ten points). Reason TooFewPoints below five points.
func (r KendallResult) P() (p float64, approximate bool, why Reason) {
	if r.N < minKendall {
		return 0, false, TooFewPoints
	}
	if r.HasExact {
		return r.PExact, false, ""
	}
	return r.PNormal, r.N < 10, ""
}

// MannKendall tests for a trend: S is the sum of the signs of all later-minus-earlier
// differences, Var = [n(n−1)(2n+5) − Σ t(t−1)(2t+5)]/18 over ties. Source: Mann 1945; Kendall 1975;
// Sen PK. JASA 1968;63:1379; limits of the slope by ranks of the pairwise slopes. It assumes that
// the values do not depend on each other: yearly data, not months. Gate: 3 points to compute;
// P withholds the p-value below 5. Reasons: TooFewPoints, BadInput.
func MannKendall(y []float64, level float64) (KendallResult, Reason) {
	n := len(y)
	if n < 3 {
		return KendallResult{}, TooFewPoints
	}
	if n > MaxKendall || !validLevel(level) || !usable(y) {
		return KendallResult{}, BadInput
	}
	r := KendallResult{N: n}
	slopes := make([]float64, 0, n*(n-1)/2)
	r.S = pairs(y, func(i, j int) { slopes = append(slopes, (y[j]-y[i])/float64(j-i)) })
	tied := tiedGroups(y)
	r.Variance = kendallVariance(n, tied)
	r.Z, r.PNormal = kendallZ(r.S, r.Variance)
	total := float64(float64(n) * float64(n-1) / 2)
	r.TauA = float64(r.S) / total
	within := 0.0
	for _, t := range tied {
		within += float64(t) * float64(t-1) / 2
	}
	if within < total {
		r.TauB, r.HasTauB = float64(r.S)/math.Sqrt(float64(total*(total-within))), true
	}
	if n <= 10 && len(tied) == 0 {
		r.PExact, r.HasExact = kendallExact(n, r.S), true
	}
	slices.Sort(slopes)
	r.Slope = medianSorted(slopes)
	r.Intercept = medianOf(y) - float64(float64(n-1)/2*r.Slope)
	if n > 5 {
		half := float64(normalAt((1+level)/2) * math.Sqrt(r.Variance))
		m := float64(len(slopes))
		hi := min(int(math.RoundToEven((m+half)/2)), len(slopes)-1)
		lo := max(int(math.RoundToEven((m-half)/2))-1, 0)
		r.SlopeCI, r.HasCI = Interval{Lo: slopes[lo], Hi: slopes[hi], Level: level, Method: "Sen, ranks of pairwise slopes"}, true
	}
	return r, ""
}

// usable refuses values so large that differences and slopes would run out of range.
func usable(y []float64) bool {
	for _, v := range y {
		if !(math.Abs(v) <= 1e100) {
			return false
		}
	}
	return true
}

// pairs gives the sum of signs over all pairs and calls each for every pair.
func pairs(y []float64, each func(i, j int)) int64 {
	var s int64
	for i := range y {
		for j := i + 1; j < len(y); j++ {
			switch {
			case y[j] > y[i]:
				s++
			case y[j] < y[i]:
				s--
			}
			if each != nil {
				each(i, j)
			}
		}
	}
	return s
}

// tiedGroups gives the sizes of the groups of equal values, those above one.
func tiedGroups(y []float64) []int {
	v := slices.Sorted(slices.Values(y))
	var out []int
	for i := 0; i < len(v); {
		j := i
		for j < len(v) && v[j] == v[i] {
			j++
		}
		if j-i > 1 {
			out = append(out, j-i)
		}
		i = j
	}
	return out
}

func kendallVariance(n int, tied []int) float64 {
	v := float64(n) * float64(n-1) * float64(2*n+5)
	for _, t := range tied {
		v -= float64(float64(t) * float64(t-1) * float64(2*t+5))
	}
	return v / 18
}

func kendallZ(s int64, variance float64) (z, p float64) {
	if variance > 0 {
		switch {
		case s > 0:
			z = float64(s-1) / math.Sqrt(variance)
		case s < 0:
			z = float64(s+1) / math.Sqrt(variance)
		}
	}
	return z, normalTwoSided(z)
}

// kendallExact is the two-sided exact p-value without ties: the share of orders of n values whose
// |S| is at least as large. The number of orders with k inversions is counted step by step.
func kendallExact(n int, s int64) float64 {
	orders := []float64{1}
	all := 1.0
	for m := 2; m <= n; m++ {
		next := make([]float64, len(orders)+m-1)
		for k, c := range orders {
			for add := range m {
				next[k+add] += c
			}
		}
		orders = next
		all *= float64(m)
	}
	if s < 0 {
		s = -s
	}
	top := int64(len(orders) - 1) // largest S
	count := 0.0
	for k, c := range orders {
		if d := top - 2*int64(k); d >= s || -d >= s {
			count += c
		}
	}
	return math.Min(1, count/all)
}

// KendallMinP is the smallest exact two-sided p-value that n untied points can reach: 2/n!.
// Gate: 2 to 150 points. Reasons: TooFewPoints, BadInput.
func KendallMinP(n int) (float64, Reason) {
	switch {
	case n < 2:
		return 0, TooFewPoints
	case n > 150:
		return 0, BadInput
	}
	p := 2.0
	for m := 2; m <= n; m++ {
		p /= float64(m)
	}
	return p, ""
}

// A SeasonalKendallResult is the Mann-Kendall test over months, with the yearly slope.
type SeasonalKendallResult struct {
	S         int64
	Variance  float64
	Z, P      float64
	Tau       float64
	Slope     float64 // per year
	Intercept float64
	Years     float64 // length of the series in years
}

// SeasonalKendall adds S and its variance over the seasons (12 for months), corrects for
// continuity once, and takes the median of the slopes within seasons. Source: Hirsch, Slack &
// Smith. Water Resour Res 1982;18:107. Gate: 3 full years (5 are better). Reasons: TooFewPoints,
// BadInput, Constant.
func SeasonalKendall(y []float64, period int) (SeasonalKendallResult, Reason) {
	if period < 2 || period > 366 || len(y) > 10*MaxKendall || !usable(y) {
		return SeasonalKendallResult{}, BadInput
	}
	if len(y) < 3*period {
		return SeasonalKendallResult{}, TooFewPoints
	}
	if len(y)/period > MaxKendall/2 {
		return SeasonalKendallResult{}, BadInput
	}
	r := SeasonalKendallResult{Years: float64(len(y)) / float64(period)}
	var slopes []float64
	all := 0.0
	for season := range period {
		var own []float64
		for i := season; i < len(y); i += period {
			own = append(own, y[i])
		}
		r.S += pairs(own, func(i, j int) { slopes = append(slopes, (own[j]-own[i])/float64(j-i)) })
		r.Variance += kendallVariance(len(own), tiedGroups(own))
		all += float64(len(own)) * float64(len(own)-1) / 2
	}
	if r.Variance <= 0 {
		return SeasonalKendallResult{}, Constant
	}
	r.Z, r.P = kendallZ(r.S, r.Variance)
	r.Tau = float64(r.S) / all
	slices.Sort(slopes)
	r.Slope = medianSorted(slopes)
	r.Intercept = medianOf(y) - float64(float64(len(y)-1)/2/float64(period)*r.Slope)
	return r, ""
}

func medianOf(v []float64) float64 { return medianSorted(slices.Sorted(slices.Values(v))) }

func medianSorted(v []float64) float64 {
	m := len(v) / 2
	if len(v)%2 == 1 {
		return v[m]
	}
	return v[m-1]/2 + v[m]/2
}
