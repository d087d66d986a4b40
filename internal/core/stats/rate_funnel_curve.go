package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// LimitsAt gives the four limits that zones go by for a unit of any size (persons of a share, expected
// count of a ratio), so that they can be drawn as curves, widened and cut as those of the units
// are. A size below 1 of a share is taken as 1.
//
// The published interpolation (Spiegelhalter 2005, Funnel.Limits) puts the upper limits up to one
// count too low: of a share of 98 % it would have all of 20 reached lie beyond the 99.8 % limit,
// which happens to two units in three. Here the upper limits are one count higher, so that a unit is
// beyond a limit on either side just if its exact tail is below 2.5 % or 0.1 %; the limits of
// failures then mirror those of successes.
func (f Funnel) LimitsAt(size float64) [4]float64 {
	var l [4]float64
	if !f.ratios() {
		size = math.Max(1, math.Round(size))
	}
	for k, q := range funnelQuantiles() {
		if f.ratios() {
			l[k] = poissonFunnelLimit(q, size)
		} else {
			l[k] = binomialFunnelLimit(q, size, f.Target)
		}
		if k > 1 {
			l[k] += 1 / size
		}
	}
	return f.cut(l)
}

// zoneAt gives the zone of a value of a unit of a size.
func (f Funnel) zoneAt(v, size float64) FunnelZone {
	l := f.LimitsAt(size)
	const hair = 1e-12 // a value on the limit is not beyond it
	switch {
	case v < l[0]-hair || v > l[3]+hair:
		return FunnelCheck
	case v < l[1]-hair || v > l[2]+hair:
		return FunnelWatch
	}
	return FunnelUsual
}

// ratios tells a funnel of ratios from one of shares, whose target is below 1.
func (f Funnel) ratios() bool { return f.Target == 1 }

// Tail gives the two-sided chance of a count as far out as this one if the unit were like all:
// twice the smaller exact tail (binomial of size, or Poisson with the expected size), at most 1.
// Where the limits were widened, the normal deviate that belongs to it is divided by √phi, as the
// limits were widened by it (Spiegelhalter 2005). It is what lists of many looks adjust (METHODS
// 4.6).
func (f Funnel) Tail(count int64, size float64) float64 {
	x := float64(count)
	below, above := 0.0, 0.0
	if f.ratios() {
		below, above = poissonBelow(x, size), 1-poissonBelow(x-1, size)
	} else {
		below, above = binomialCDF(x, size, f.Target), 1-binomialCDF(x-1, size, f.Target)
	}
	p := math.Max(0, math.Min(1, 2*math.Min(below, above)))
	if !f.Widened || p == 0 {
		return p
	}
	z := math.Sqrt2 * math.Erfinv(1-p) / math.Sqrt(f.Phi)
	return math.Erfc(z / math.Sqrt2)
}

// Alike gives the chance that units of one common share or rate differ as much as these or more: the
// upper tail of Σz² by the χ² distribution with one degree of freedom less than units (Pearson). With
// very small sizes it is rough; it is for holding back the word that units do not differ, not for
// claiming that they do.
func (f Funnel) Alike() float64 {
	sum := 0.0
	for _, z := range f.Z {
		sum += float64(z * z)
	}
	if len(f.Z) < 2 || !finite(sum) {
		return 0
	}
	return mathext.GammaIncRegComp(float64(len(f.Z)-1)/2, sum/2)
}
