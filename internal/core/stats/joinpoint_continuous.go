package stats

import "math"

// A ContinuousJoinpoint is a line with one bend anywhere, not only at a point of the series.
type ContinuousJoinpoint struct {
	At, AtSE     float64
	Slopes       [2]float64
	SlopesSE     [2]float64
	RSS          float64
	MeanSlope    float64 // over the whole range
	MeanSlopeSE  float64
	Intercept    float64
	AtDataPoint  bool // the best bend falls on a point: the errors are then only rough
	LowerSupport int  // points strictly before the bend
}

// FitContinuous finds the one bend with the least residual sum of squares by Hudson's method: in
// each gap between points, two free lines if they meet inside the gap, else a bend at the ends of the
// gap. It is the exact minimum; iterative programs (segmented) approach it. Errors are those of the
// fit linearised at the bend. Source: Hudson DJ. JASA 1966;61:1097; Muggeo VMR. Stat Med 2003;22:3055
// and 2010;29:1943. Only for constant variance. Gate: 7 points. Reasons: TooFewPoints, BadInput,
// PerfectFit, NotDefined.
func (s *JoinpointSeries) FitContinuous() (ContinuousJoinpoint, Reason) {
	n := len(s.x)
	if n < 7 {
		return ContinuousJoinpoint{}, TooFewPoints
	}
	for _, r := range s.root {
		if r != 1 {
			return ContinuousJoinpoint{}, BadInput
		}
	}
	grid, why := s.Fit(1)
	if why != "" {
		return ContinuousJoinpoint{}, why
	}
	at, best, onPoint := grid.At[0], grid.SSE, true
	for cut := 2; cut <= n-2; cut++ { // left line on [0,cut), right line on [cut,n)
		lo, hi := s.x[cut-1], s.x[cut]
		left, ok1 := fitLinear([][]float64{ones(cut), shifted(s.x[:cut], lo)}, s.y[:cut])
		right, ok2 := fitLinear([][]float64{ones(n - cut), shifted(s.x[cut:], lo)}, s.y[cut:])
		if !ok1 || !ok2 || right.coef[1] == left.coef[1] {
			continue
		}
		meet := lo + (left.coef[0]-right.coef[0])/(right.coef[1]-left.coef[1])
		if meet >= lo && meet <= hi && left.sse+right.sse < best {
			at, best, onPoint = meet, left.sse+right.sse, false
		}
	}
	bend := func(jump float64) ([]float64, []float64) {
		u, v := make([]float64, n), make([]float64, n)
		for i, x := range s.x {
			if x > at {
				u[i], v[i] = x-at, -jump
			}
		}
		return u, v
	}
	u, _ := bend(0)
	fit, ok := fitLinear([][]float64{ones(n), shifted(s.x, s.x[0]), u}, s.y)
	if !ok {
		return ContinuousJoinpoint{}, NotDefined
	}
	b, d := fit.coef[1], fit.coef[2]
	u, v := bend(d)
	whole, ok := fitLinear([][]float64{ones(n), shifted(s.x, s.x[0]), u, v}, s.y)
	if !ok {
		return ContinuousJoinpoint{}, NotDefined
	}
	if total := dotProduct(s.y, s.y); !(fit.sse > 1e-26*total) {
		return ContinuousJoinpoint{}, PerfectFit
	}
	variance := fit.sse / float64(n-4)
	c := whole.inverse
	length := s.x[n-1] - s.x[0]
	r := ContinuousJoinpoint{At: at, Slopes: [2]float64{b, b + d}, RSS: fit.sse, AtDataPoint: onPoint, Intercept: fit.coef[0] - float64(b*s.x[0])}
	r.AtSE = math.Sqrt(variance * c[3][3])
	r.SlopesSE = [2]float64{math.Sqrt(variance * c[1][1]), math.Sqrt(variance * (c[1][1] + c[2][2] + float64(2*c[1][2])))}
	r.MeanSlope = (float64(b*(at-s.x[0])) + float64((b+d)*(s.x[n-1]-at))) / length
	g := [3]float64{1, (s.x[n-1] - at) / length, -d / length}
	v2 := 0.0
	for i := range g {
		for j := range g {
			v2 += float64(g[i] * g[j] * c[i+1][j+1])
		}
	}
	r.MeanSlopeSE = math.Sqrt(variance * v2)
	for _, x := range s.x {
		if x < at {
			r.LowerSupport++
		}
	}
	if !finite(r.At, r.AtSE, r.Slopes[0], r.Slopes[1], r.SlopesSE[0], r.SlopesSE[1], r.MeanSlope, r.MeanSlopeSE, r.Intercept) {
		return ContinuousJoinpoint{}, NotDefined
	}
	return r, ""
}

func shifted(x []float64, by float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = v - by
	}
	return out
}
