package stats

import "math"

// A Count is a number of events N seen during an exposure: population times time, in any unit
// that two compared counts share; 1 if it is not known.
type Count struct {
	N        int64
	Exposure float64
}

func (c Count) valid() bool {
	return c.N >= 0 && c.N <= maxCount && c.Exposure > 0 && finite(c.Exposure)
}

// maxCount is the largest count that the exact methods accept (SEMANTICS §3 allows 10¹¹ for a
// value; the exact binomial sums lose digits above this).
const maxCount = 1_000_000_000

// A RateResult is a rate per unit of exposure with its exact interval.
type RateResult struct {
	Rate     float64
	Interval Interval
}

// PoissonRate gives the rate of a count with the exact Garwood interval:
// χ²(α/2; 2n)/2 and χ²(1−α/2; 2n+2)/2, divided by the exposure; the lower limit of zero is zero.
// Source: Garwood F. Biometrika 1936;28:437. Reasons: BadInput.
func PoissonRate(c Count, level float64) (RateResult, Reason) {
	if !c.valid() || !validLevel(level) {
		return RateResult{}, BadInput
	}
	a := (1 - level) / 2
	n := float64(c.N)
	r := RateResult{Rate: n / c.Exposure, Interval: Interval{Level: level, Method: "Garwood exact"}}
	if c.N > 0 {
		r.Interval.Lo = gammaQuantile(a, n) / c.Exposure
	}
	r.Interval.Hi = gammaQuantile(1-a, n+1) / c.Exposure
	return r, ""
}

// validLevel accepts confidence levels from 50 % to 99.9999 %.
func validLevel(level float64) bool { return level >= 0.5 && level <= 0.999999 }

// A RatioResult compares a later count with an earlier one.
type RatioResult struct {
	Earlier, Later Count
	Ratio          float64 // rate of the later over the rate of the earlier; not to be read if RatioOpen
	RatioOpen      bool    // the earlier count is zero: the ratio has no upper limit
	Interval       Interval
	P              float64 // central two-sided p-value: below 1−level exactly when Interval excludes 1
	PMid           float64 // mid-p version, less strict
	PMinLike       float64 // minimum-likelihood version, as R prints it; may disagree with Interval
}

// PoissonRatio compares two counts exactly: given a+b, the later count is binomial, so the
// Clopper-Pearson limits of b out of a+b give those of the rate ratio.
// Source: Przyborowski & Wilenski 1940; Fay MP. R Journal 2010;2(1):53. Reasons: BadInput,
// NoData (both counts zero). It is exact for any size; Percent adds the rule for small counts.
func PoissonRatio(earlier, later Count, level float64) (RatioResult, Reason) {
	if !earlier.valid() || !later.valid() || !validLevel(level) {
		return RatioResult{}, BadInput
	}
	if earlier.N+later.N == 0 {
		return RatioResult{}, NoData
	}
	a, b := earlier.N, later.N
	n := a + b
	tail := (1 - level) / 2
	exposure := earlier.Exposure / later.Exposure
	share := later.Exposure / (earlier.Exposure + later.Exposure) // of b under no change
	if !(exposure > 0) || !finite(exposure) || !(share > 0 && share < 1) {
		return RatioResult{}, BadInput
	}
	r := RatioResult{Earlier: earlier, Later: later, Interval: Interval{Level: level, Method: "exact conditional binomial"}}
	if a == 0 {
		r.RatioOpen, r.Interval.Open = true, true
	} else {
		r.Ratio = float64(b) / float64(a) * exposure
		r.Interval.Hi = betaOdds(1-tail, float64(b+1), float64(a)) * exposure
	}
	if b > 0 {
		r.Interval.Lo = betaOdds(tail, float64(b), float64(a+1)) * exposure
	}
	if !finite(r.Ratio, r.Interval.Lo, r.Interval.Hi) {
		return RatioResult{}, NotDefined
	}
	below := binomialUpTo(b, n, share)    // P(X ≤ b)
	above := binomialAbove(b-1, n, share) // P(X ≥ b)
	point := math.Exp(binomialLog(b, n, share))
	r.P = math.Min(1, 2*math.Min(below, above))
	r.PMid = math.Min(1, 2*math.Min(below-point/2, above-point/2))
	r.PMinLike = minimumLikelihood(b, n, share)
	return r, ""
}

// betaOdds is x/(1−x) at the p quantile x of a beta variable, taken from the end nearer to x.
func betaOdds(p, a, b float64) float64 {
	if a > b {
		y := betaQuantile(1-p, b, a)
		return (1 - y) / y
	}
	x := betaQuantile(p, a, b)
	return x / (1 - x)
}

// Percent gives the percent change with its interval, or SmallCounts when both counts together
// are below 10: then the counts are shown, not the percent. Open is as in the ratio.
func (r RatioResult) Percent() (float64, Interval, Reason) {
	if r.Earlier.N+r.Later.N < 10 {
		return 0, Interval{}, SmallCounts
	}
	if r.RatioOpen {
		return 0, Interval{}, NotDefined
	}
	i := r.Interval
	i.Lo = 100 * (i.Lo - 1)
	if !i.Open {
		i.Hi = 100 * (i.Hi - 1)
	}
	return 100 * (r.Ratio - 1), i, ""
}

// Clear tells the direction that chance does not explain at the level of the interval: −1 a
// fall, 1 a rise, 0 neither.
func (r RatioResult) Clear() int {
	switch {
	case !r.Interval.Open && r.Interval.Hi < 1:
		return -1
	case r.Interval.Lo > 1:
		return 1
	}
	return 0
}

// binomialUpTo is P(X ≤ k), binomialAbove P(X > k) for X binomial(n, p).
func binomialUpTo(k, n int64, p float64) float64 {
	switch {
	case k < 0:
		return 0
	case k >= n:
		return 1
	}
	return betaCDF(1-p, float64(n-k), float64(k+1))
}

func binomialAbove(k, n int64, p float64) float64 {
	switch {
	case k < 0:
		return 1
	case k >= n:
		return 0
	}
	return betaCDF(p, float64(k+1), float64(n-k))
}

// binomialLog is the logarithm of P(X = k).
func binomialLog(k, n int64, p float64) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c + float64(float64(k)*math.Log(p)) + float64(float64(n-k)*math.Log1p(-p))
}

// minimumLikelihood is the two-sided p-value that adds all outcomes not more likely than b.
func minimumLikelihood(b, n int64, p float64) float64 {
	limit := binomialLog(b, n, p) + 1e-7
	mode := int64(math.Floor(float64(float64(n+1) * p)))
	likely := func(k int64) bool { return binomialLog(k, n, p) > limit }
	switch {
	case b < mode: // the far side begins at the first outcome above the mode that is no more likely
		lo, hi := mode, n+1
		for lo < hi {
			if mid := lo + (hi-lo)/2; likely(mid) {
				lo = mid + 1
			} else {
				hi = mid
			}
		}
		return math.Min(1, binomialUpTo(b, n, p)+binomialAbove(lo-1, n, p))
	case b > mode:
		lo, hi := int64(-1), mode
		for lo < hi {
			if mid := hi - (hi-lo)/2; likely(mid) {
				hi = mid - 1
			} else {
				lo = mid
			}
		}
		return math.Min(1, binomialUpTo(lo, n, p)+binomialAbove(b-1, n, p))
	}
	return 1
}
