package chart

import (
	"math"
	"strconv"
)

// ticks gives round values covering [lo, hi]: steps of 1, 2, 2.5 or 5 times a power of ten,
// about n of them, the first at or below lo and the last at or above hi. digits is the number
// of decimals they need. For whole numbers no step is below 1.
func ticks(lo, hi float64, n int, whole bool) (at []float64, digits int) {
	if !finite(lo) || !finite(hi) {
		lo, hi = 0, 1
	}
	if hi < lo {
		lo, hi = hi, lo
	}
	if hi-lo < 1e-9*math.Max(1, math.Abs(hi)) {
		pad := math.Max(math.Abs(hi)*0.1, 0.5)
		if lo >= 0 {
			lo, hi = math.Max(0, lo-pad), hi+pad
		} else {
			lo, hi = lo-pad, hi+pad
		}
	}
	step, digits := niceStep((hi - lo) / float64(max(n, 1)))
	if whole && step < 1 {
		step, digits = 1, 0
	}
	first, last := math.Floor(lo/step+1e-9), math.Ceil(hi/step-1e-9)
	for k := first; k <= last && len(at) < 50; k++ {
		v := k * step
		if v == 0 {
			v = 0 // no minus zero
		}
		at = append(at, v)
	}
	return at, digits
}

func niceStep(raw float64) (step float64, digits int) {
	exp := math.Floor(math.Log10(raw))
	base := math.Pow(10, exp)
	step = 10 * base
	extra := -1
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*base >= raw*(1-1e-9) {
			step, extra = m*base, 0
			if m == 2.5 {
				extra = 1
			}
			break
		}
	}
	return step, max(0, int(-exp)+extra)
}

func allWhole(values []Value) bool {
	for _, v := range values {
		if v.OK && v.V != math.Trunc(v.V) {
			return false
		}
	}
	return true
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// tickText prints a tick with thousands separators.
func tickText(v float64, digits int) string {
	s := strconv.FormatFloat(v, 'f', digits, 64)
	neg := len(s) > 0 && s[0] == '-'
	if neg {
		s = s[1:]
	}
	whole := len(s)
	for i := range len(s) {
		if s[i] == '.' {
			whole = i
			break
		}
	}
	out := make([]byte, 0, len(s)+4)
	if neg {
		out = append(out, "−"...)
	}
	for i := range len(s) {
		if i > 0 && i < whole && (whole-i)%3 == 0 {
			out = append(out, ',')
		}
		out = append(out, s[i])
	}
	return string(out)
}

// A Scale colours values in at most five steps of one hue, light to dark.
type Scale struct {
	Breaks []float64 // ascending bounds between the classes, at most four; empty: round bounds are found
	Unit   string    // unit of measure for the legend
	Digits int       // decimals in the legend, used with given Breaks
}

func scaleColour(class, classes int) (fill, textColour string) {
	ramp := [...]string{"#e6eef5", "#c0d6e7", "#8fb6d2", "#5589b2", "#2b6090"}
	i := class
	if classes > 1 {
		i = int(math.Round(float64(class) * 4 / float64(classes-1)))
	}
	if i >= 3 {
		return ramp[i], ground
	}
	return ramp[i], ink
}

// resolve finds bounds for the values when none are given.
func (s Scale) resolve(values []Value) Scale {
	if len(s.Breaks) > 0 {
		if len(s.Breaks) > 4 {
			s.Breaks = s.Breaks[:4]
		}
		return s
	}
	lo, hi, any := extent(values)
	if !any {
		return s
	}
	at, digits := ticks(lo, hi, 5, allWhole(values))
	for len(at) > 6 {
		// The outer ticks enclose all values; inner ones are the bounds, four at most.
		var half []float64
		for i := 0; i < len(at); i += 2 {
			half = append(half, at[i])
		}
		at = half
	}
	if len(at) > 2 {
		s.Breaks = at[1 : len(at)-1]
	}
	s.Digits = digits
	return s
}

// class gives the step a value falls in; a value on a bound belongs to the higher step.
func (s Scale) class(v float64) int {
	c := 0
	for _, b := range s.Breaks {
		if v >= b {
			c++
		}
	}
	return c
}

// words names a step for the legend.
func (s Scale) words(class int) string {
	b := s.Breaks
	switch {
	case len(b) == 0:
		return ""
	case class == 0:
		return "<" + tickText(b[0], s.Digits)
	case class == len(b):
		return "≥" + tickText(b[len(b)-1], s.Digits)
	}
	return tickText(b[class-1], s.Digits) + "–" + tickText(b[class], s.Digits)
}

func extent(values []Value) (lo, hi float64, any bool) {
	for _, v := range values {
		if !v.OK || !finite(v.V) {
			continue
		}
		if !any {
			lo, hi, any = v.V, v.V, true
			continue
		}
		lo, hi = math.Min(lo, v.V), math.Max(hi, v.V)
	}
	return lo, hi, any
}
