package stats

import "math"

// Wilson gives the score interval of x of n without continuity correction, as fractions (Wilson
// 1927; METHODS 4.1). It is the interval to display. The gate is n ≥ 1 and 0 ≤ x ≤ n.
func Wilson(x, n int64, level float64) (Interval, Reason) {
	if r := checkShare(x, n, level); r != "" {
		return Interval{}, r
	}
	lo, hi := wilsonLimits(float64(x), float64(n), zOf(level))
	return Interval{Lo: lo, Hi: hi, Level: level, Method: "Wilson"}, ""
}

// ClopperPearson gives the exact interval of x of n from beta quantiles, as fractions (Clopper
// and Pearson 1934; METHODS 4.1). It is the interval of a legal or "at least" statement. The
// gate is n ≥ 1 and 0 ≤ x ≤ n.
func ClopperPearson(x, n int64, level float64) (Interval, Reason) {
	if r := checkShare(x, n, level); r != "" {
		return Interval{}, r
	}
	lo, hi := exactLimits(float64(x), float64(n), level)
	return Interval{Lo: lo, Hi: hi, Level: level, Method: "Clopper-Pearson"}, ""
}

func checkShare(x, n int64, level float64) Reason {
	switch {
	case x == 0 && n == 0:
		return NotDefined
	case n <= 0 || x < 0 || x > n || n > 1<<53 || !levelOK(level):
		return BadInput
	}
	return ""
}

// wilsonLimits is the score interval; the limits are exactly 0 and 1 at no and at all successes.
func wilsonLimits(x, n, z float64) (lo, hi float64) {
	p, zz := x/n, float64(z*z)
	mid := p + zz/(2*n)
	half := float64(z * math.Sqrt(p*((n-x)/n)/n+zz/(4*n*n)))
	d := 1 + zz/n
	lo, hi = math.Max(0, (mid-half)/d), math.Min(1, (mid+half)/d)
	if x == 0 {
		lo = 0
	}
	if x == n {
		hi = 1
	}
	return lo, hi
}

func exactLimits(x, n, level float64) (lo, hi float64) {
	tail := (1 - level) / 2
	hi = 1
	if x > 0 {
		lo = betaQuantile(tail, x, n-x+1)
	}
	if x == n {
		lo = math.Exp(math.Log(tail) / n)
	} else {
		hi = 1 - betaQuantile(tail, n-x, x+1)
	}
	if x == 0 {
		hi = -math.Expm1(math.Log(tail) / n)
	}
	return lo, hi
}

// A ShareDifference compares two shares: Difference is the second minus the first (fractions),
// with Newcombe's hybrid score interval. FisherP is two-sided. ChiSquareP is the uncorrected
// chi-square p; it has no value, and HasChiSquare is false, where nobody or everybody succeeded.
type ShareDifference struct {
	Difference   float64
	Interval     Interval
	FisherP      float64
	ChiSquareP   float64
	HasChiSquare bool
}

// ProportionDifference compares x1 of n1 with x2 of n2 (Newcombe 1998, method 10; METHODS 4.1).
// FisherP adds the tables that are no more likely than the one seen, as R's fisher.test does.
// The gate is that of Wilson on both sides.
func ProportionDifference(x1, n1, x2, n2 int64, level float64) (ShareDifference, Reason) {
	if r := checkShare(x1, n1, level); r != "" {
		return ShareDifference{}, r
	}
	if r := checkShare(x2, n2, level); r != "" {
		return ShareDifference{}, r
	}
	a, m, b, n := float64(x1), float64(n1), float64(x2), float64(n2)
	z := zOf(level)
	l1, u1 := wilsonLimits(a, m, z)
	l2, u2 := wilsonLimits(b, n, z)
	p1, p2 := a/m, b/n
	d := ShareDifference{Difference: p2 - p1}
	d.Interval = Interval{
		Lo: math.Max(-1, d.Difference-math.Hypot(p2-l2, u1-p1)), Hi: math.Min(1, d.Difference+math.Hypot(u2-p2, p1-l1)),
		Level: level, Method: "Newcombe 10",
	}
	d.FisherP = fisherTwoSided(a, m, b, n)
	if all := a + b; all > 0 && all < m+n {
		p := all / (m + n)
		chi := d.Difference * d.Difference / (p * (1 - p) * (1/m + 1/n))
		d.ChiSquareP, d.HasChiSquare = chiSquareTail(chi, 1), true
	}
	return d, ""
}

// fisherTwoSided adds the hypergeometric chances that are not larger than that of the table,
// from the likeliest table outwards until they vanish. Where chance alone moves the table by more
// than a hundred thousand, the normal limit is used; it agrees in all printed digits there.
func fisherTwoSided(x1, n1, x2, n2 float64) float64 {
	k, n := x1+x2, n1+n2
	lo, hi := math.Max(0, k-n2), math.Min(k, n1)
	mean := float64(k * (n1 / n))
	sd := math.Sqrt(mean * (n2 / n) * ((n - k) / math.Max(1, n-1)))
	if sd > 1e5 {
		return math.Erfc(math.Max(0, math.Abs(x1-mean)-0.5) / sd / math.Sqrt2)
	}
	mode := math.Max(lo, math.Min(hi, math.Floor((n1+1)*((k+1)/(n+2)))))
	// Weights relative to the mode, by ratios of neighbours.
	up := func(i float64) float64 { return (n1 - i) * (k - i) / ((i + 1) * (n2 - k + i + 1)) }
	const gone = 1e-290
	weight := func(i float64) float64 {
		w := 1.0
		for j := mode; j < i && w > gone; j++ {
			w *= up(j)
		}
		for j := mode; j > i && w > gone; j-- {
			w /= up(j - 1)
		}
		return w
	}
	limit := float64(weight(x1) * (1 + 1e-7))
	sum, part := 0.0, 0.0
	add := func(w float64) {
		w = float64(w)
		sum += w
		if w <= limit {
			part += w
		}
	}
	add(1)
	for i, w := mode, 1.0; i < hi; i++ {
		if w *= up(i); w < gone {
			break
		}
		add(w)
	}
	for i, w := mode, 1.0; i > lo; i-- {
		if w /= up(i - 1); w < gone {
			break
		}
		add(w)
	}
	return math.Min(1, part/sum)
}

// A Direction says on which side of a target it is met.
type Direction uint8

// The directions of a target.
const (
	AtLeast Direction = iota // met if the share is the target or more
	AtMost                   // met if the share is the target or less
)

// A Support says what the counts support about a target, whatever the official verdict is.
type Support string

// The three supports (METHODS 4.1).
const (
	SupportMet    Support = "clear_met"     // the whole Wilson interval meets the target
	SupportNotMet Support = "clear_not_met" // the whole Wilson interval misses the target
	SupportUnsure Support = "cannot_tell"   // the interval holds the target
)

// A Decision is what counts say about a target. Rate and Interval (Wilson) are fractions. Met is
// the reading of the exact share; the official verdict goes by the printed value and is decided
// elsewhere. Short is how many more persons would have to succeed (AtLeast) or not to occur
// (AtMost) for the target to be met with the same denominator, 0 if it is met. Spare is how many
// more could change to the wrong side with the target still met, −1 if it is not met.
type Decision struct {
	Rate     float64
	Met      bool
	Support  Support
	Interval Interval
	Short    int64
	Spare    int64
}

// TargetDecision compares x of n with a target share (a fraction in [0, 1]) and says whether
// chance alone could change the answer (METHODS 4.1): clear_met or clear_not_met if the whole
// Wilson interval lies on one side, else cannot_tell. The gate is that of Wilson. A full count
// has no sampling error; the interval then says how far chance alone could move it next year.
func TargetDecision(x, n int64, target float64, dir Direction, level float64) (Decision, Reason) {
	if r := checkShare(x, n, level); r != "" {
		return Decision{}, r
	}
	if !(target >= 0 && target <= 1) {
		return Decision{}, BadInput
	}
	lo, hi := wilsonLimits(float64(x), float64(n), zOf(level))
	d := Decision{Rate: float64(x) / float64(n), Interval: Interval{Lo: lo, Hi: hi, Level: level, Method: "Wilson"}}
	d.Met, d.Support = reaches(x, n, target, dir), d.Interval.Support(target, dir)
	edge := lastMet(n, target, dir)
	diff := x - edge
	if dir == AtMost {
		diff = edge - x
	}
	d.Spare = -1
	if d.Met {
		d.Spare = diff
	} else {
		d.Short = -diff
	}
	return d, ""
}

// reaches tells whether the share x/n is on the right side. Both sides are the nearest float to
// their exact value, so equal shares compare as equal (49 of 50 is 0.98).
func reaches(x, n int64, target float64, dir Direction) bool {
	p := float64(x) / float64(n)
	if dir == AtMost {
		return p <= target
	}
	return p >= target
}

// lastMet gives the count nearest to the target on its right side.
func lastMet(n int64, target float64, dir Direction) int64 {
	k := int64(math.Round(float64(target * float64(n))))
	k = max(0, min(n, k))
	step := int64(1)
	if dir == AtMost {
		step = -1
	}
	for k+step >= 0 && k+step <= n && !reaches(k, n, target, dir) {
		k += step
	}
	for k-step >= 0 && k-step <= n && reaches(k-step, n, target, dir) {
		k -= step
	}
	return k
}

// ClearFrom gives the smallest denominator for which "at least target" is clear_met with so many
// failures: 189 for 0.98 and none. It has no value, 0 is given, for a target of 1 or of 0 or
// less, and where more than 10⁹ would be needed.
func ClearFrom(failures int64, target, level float64) int64 {
	if failures < 0 || !(target > 0 && target < 1) || !levelOK(level) {
		return 0
	}
	z := zOf(level)
	clear := func(n int64) bool {
		if n <= failures {
			return false
		}
		lo, _ := wilsonLimits(float64(n-failures), float64(n), z)
		return lo >= target
	}
	hi := failures + 1
	for !clear(hi) {
		if hi > 1_000_000_000 {
			return 0
		}
		hi *= 2
	}
	lo := hi / 2
	for hi-lo > 1 {
		if mid := lo + (hi-lo)/2; clear(mid) {
			hi = mid
		} else {
			lo = mid
		}
	}
	if clear(lo) {
		return lo
	}
	return hi
}

// TargetTail gives the exact one-sided chance of a result at least as good as x of n if the true
// share were just the target (binomial; R's binom.test with "greater" or "less"). The arguments
// are those that TargetDecision accepts; for others it gives 1.
func TargetTail(x, n int64, target float64, dir Direction) float64 {
	if checkShare(x, n, 0.95) != "" || !(target >= 0 && target <= 1) {
		return 1
	}
	if dir == AtMost {
		return binomialCDF(float64(x), float64(n), target)
	}
	return binomialUpper(float64(x), float64(n), target)
}
