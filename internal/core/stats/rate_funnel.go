package stats

import (
	"math"
	"slices"
)

// The reasons of the rate family.
const (
	NoSpread        Reason = "no_spread"          // every unit has nothing or everything: no comparison
	LonelyCluster   Reason = "lonely_cluster"     // a stratum with one cluster
	TooFewAnswers   Reason = "too_few_answers"    // a group with fewer than 30 interviews
	TooFewEvents    Reason = "too_few_events"     // a group with fewer than 10 events
	TooFewMatches   Reason = "too_few_matches"    // fewer than 7 persons on both lists
	Inconsistent    Reason = "inconsistent"       // judgements that contradict each other too much
	NoTable         Reason = "no_table"           // no threshold for a drug in the table named
	NoIntervalAtEnd Reason = "no_interval_at_end" // all values 0 or 1: no standard error
)

// rateReason gives the sentence of a reason of the rate family, or "".
func rateReason(r Reason) string {
	switch r {
	case NoSpread:
		return "各单位全部为零或全部达到，没有差别可比。"
	case LonelyCluster:
		return "有的层只抽了一个群，无法估计误差；请把它与相近的层合并后再算。"
	case TooFewAnswers:
		return "该组访问不足30人，只列人数，不作推断。"
	case TooFewEvents:
		return "有的组发生数不足10，不作比较。"
	case TooFewMatches:
		return "两份名单重合不足7人，不发布估计数。"
	case Inconsistent:
		return "判断矩阵前后矛盾（一致性比率不低于0.10），权重不可用；请重新比较打分。"
	case NoTable:
		return "折算表中没有该毒品的数量标准，请先载入有文号的折算表。"
	case NoIntervalAtEnd:
		return "全部相同，无法由样本估计误差。"
	}
	return ""
}

// The minimum numbers of units for comparisons (METHODS 11).
const (
	minUnits       = 5  // funnel, shrinkage and ranks
	minUnitsShrink = 10 // with fewer, shrinkage is for reference only (参考)
)

// funnelQuantiles gives the tail chances of the four funnel limits: 99.8 % and 95 % low, 95 % and
// 99.8 % high.
func funnelQuantiles() [4]float64 { return [4]float64{0.001, 0.025, 0.975, 0.999} }

// A FunnelZone says where a unit lies in the funnel.
type FunnelZone string

// The zones: within 95 %, between 95 % and 99.8 %, beyond (either direction: too good is checked
// as well).
const (
	FunnelUsual FunnelZone = "usual"
	FunnelWatch FunnelZone = "watch"
	FunnelCheck FunnelZone = "check"
)

// A Funnel holds the limits for units of different size. Target is the pooled share, or 1 for
// ratios. Limits[i] are the four limits of unit i as fractions or ratios (99.8 % low, 95 % low,
// 95 % high, 99.8 % high), cut to the possible range. Values are the shares or ratios. Phi is the
// overdispersion; Widened tells that the limits were widened by its square root.
type Funnel struct {
	Target  float64
	Values  []float64
	Limits  [][4]float64
	Zones   []FunnelZone
	Z       []float64
	Phi     float64
	Widened bool
}

// FunnelProportions gives the funnel of shares x of n: pooled target, exact binomial limits with
// interpolation, overdispersion from winsorised z (Spiegelhalter 2005; METHODS 4.2). The limits
// are widened by √phi if phi > 1 and there are 10 units or more. The gate is 5 units and a pooled
// share that is neither 0 nor 1.
func FunnelProportions(x, n []int64) (Funnel, Reason) {
	if len(x) != len(n) {
		return Funnel{}, BadInput
	}
	xs, ns := make([]float64, len(x)), make([]float64, len(n))
	for i := range x {
		if r := checkShare(x[i], n[i], 0.95); r != "" {
			return Funnel{}, r
		}
		xs[i], ns[i] = float64(x[i]), float64(n[i])
	}
	if len(x) < minUnits {
		return Funnel{}, TooFewUnits
	}
	target := sumOf(xs) / sumOf(ns)
	if target <= 0 || target >= 1 {
		return Funnel{}, NoSpread
	}
	f := Funnel{Target: target}
	f.Z, f.Phi = dispersion(xs, ns, target)
	f.Widened = f.Phi > 1 && len(x) >= 10
	for i := range xs {
		var l [4]float64
		for k, q := range funnelQuantiles() {
			l[k] = binomialFunnelLimit(q, ns[i], target)
		}
		f.add(xs[i]/ns[i], l, ns[i])
	}
	return f, ""
}

// FunnelRatios gives the funnel of observed over expected counts with exact Poisson limits
// around 1 (METHODS 4.2). The gate is 5 units and expected counts above 0.
func FunnelRatios(observed []int64, expected []float64) (Funnel, Reason) {
	if len(observed) != len(expected) {
		return Funnel{}, BadInput
	}
	for i, e := range expected {
		if observed[i] < 0 || !(e > 0) || !finite(e) || e > 1e12 {
			return Funnel{}, BadInput
		}
	}
	if len(observed) < minUnits {
		return Funnel{}, TooFewUnits
	}
	f := Funnel{Target: 1}
	z := make([]float64, len(observed))
	for i, e := range expected {
		z[i] = (float64(observed[i]) - e) / math.Sqrt(e)
	}
	f.Z, f.Phi = z, winsorisedSquare(z)
	f.Widened = f.Phi > 1 && len(z) >= 10
	for i, e := range expected {
		var l [4]float64
		for k, q := range funnelQuantiles() {
			l[k] = poissonFunnelLimit(q, e)
		}
		f.add(float64(observed[i])/e, l, e)
	}
	return f, ""
}

// add appends a unit with its limits, which are widened and cut, and its zone.
func (f *Funnel) add(v float64, l [4]float64, size float64) {
	f.Values, f.Limits, f.Zones = append(f.Values, v), append(f.Limits, f.cut(l)), append(f.Zones, f.zoneAt(v, size))
}

// cut widens limits and cuts them to the possible range.
func (f Funnel) cut(l [4]float64) [4]float64 {
	top := 1.0
	if f.ratios() {
		top = math.Inf(1)
	}
	for k := range l {
		if f.Widened {
			l[k] = f.Target + float64(math.Sqrt(f.Phi)*(l[k]-f.Target))
		}
		l[k] = math.Max(0, math.Min(top, l[k]))
	}
	return l
}

// binomialFunnelLimit is the interpolated exact limit of a share for size n, not cut to [0, 1].
func binomialFunnelLimit(q, n, target float64) float64 {
	sd := math.Sqrt(n * target * (1 - target))
	guess := float64(n*target) + float64(math.Sqrt2*math.Erfinv(float64(2*q)-1)*sd)
	cdf := func(r float64) float64 { return binomialCDF(r, n, target) }
	r := discreteQuantile(q, guess, n, cdf)
	at, below := cdf(r), cdf(r-1)
	return (r - (at-q)/(at-below)) / n
}

// poissonFunnelLimit is the interpolated exact limit of observed/expected, not cut at 0.
func poissonFunnelLimit(q, expected float64) float64 {
	guess := expected + float64(math.Sqrt2*math.Erfinv(float64(2*q)-1)*math.Sqrt(expected))
	cdf := func(r float64) float64 { return poissonBelow(r, expected) }
	r := discreteQuantile(q, guess, math.MaxInt64/2, cdf)
	at, below := cdf(r), cdf(r-1)
	return (r - (at-q)/(at-below)) / expected
}

// dispersion gives the z of every share against the target and the overdispersion factor.
func dispersion(x, n []float64, target float64) ([]float64, float64) {
	z := make([]float64, len(x))
	for i := range x {
		z[i] = (x[i]/n[i] - target) / math.Sqrt(target*(1-target)/n[i])
	}
	return z, winsorisedSquare(z)
}

// winsorisedSquare is the mean of z² after pulling the outer tenths in to the 10 % and 90 %
// quantiles.
func winsorisedSquare(z []float64) float64 {
	s := slices.Clone(z)
	slices.Sort(s)
	lo, hi := quantile7(s, 0.1), quantile7(s, 0.9)
	sum := 0.0
	for _, v := range z {
		v = math.Max(lo, math.Min(hi, v))
		sum += float64(v * v)
	}
	return sum / float64(len(z))
}
