package stats

import "math"

// A StandardRate is a directly standardised rate, per person. Crude is the rate without
// standardising, Variance that of the adjusted rate.
type StandardRate struct {
	Crude, Adjusted, Variance float64
	Interval                  Interval
}

// StandardiseRate gives Σ w c/n with the shares w of a standard population and the gamma interval
// of Fay and Feuer 1997 (METHODS 4.5). Without any event the lower limit is 0 and the upper that
// of the method, where the reference package gives NaN for the lower one. Print which standard
// was used. The gate is one group with populations above 0.
func StandardiseRate(count []int64, population, standard []float64, level float64) (StandardRate, Reason) {
	o, r := checkRates(count, population)
	if r != "" {
		return StandardRate{}, r
	}
	if len(standard) != len(o) || !levelOK(level) {
		return StandardRate{}, BadInput
	}
	total := 0.0
	for _, s := range standard {
		if !(s >= 0) || s > 1e15 {
			return StandardRate{}, BadInput
		}
		total += s
	}
	if total <= 0 {
		return StandardRate{}, NotDefined
	}
	out := StandardRate{Crude: sumOf(o) / sumOf(population)}
	widest := 0.0
	for i := range o {
		w := standard[i] / total / population[i]
		widest = math.Max(widest, w)
		out.Adjusted += float64(w * o[i])
		out.Variance += float64(w * w * o[i])
	}
	y, v, tail := out.Adjusted, out.Variance, (1-level)/2
	out.Interval = Interval{Level: level, Method: "Fay-Feuer"}
	if v > 0 {
		out.Interval.Lo = gammaQuantile(tail, y*y/v) * v / y
	}
	y, v = y+widest, v+float64(widest*widest)
	out.Interval.Hi = gammaQuantile(1-tail, y*y/v) * v / y
	if !finite(out.Interval.Lo, out.Interval.Hi) {
		return StandardRate{}, NotDefined
	}
	return out, ""
}
