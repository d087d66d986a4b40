package stats

import (
	"math"
)

// Observations either side of a joinpoint and between two of them, the joinpoint itself not
// counted (defaults of the NCI program).
const (
	joinpointEnd     = 2
	joinpointBetween = 2
)

// MaxJoinpoints is the largest number of joinpoints that is fitted.
const MaxJoinpoints = 5

// maxGrid is the largest number of joinpoint sets that one search goes through.
const maxGrid = 40_000_000

// maxJoinpointSeries is the longest series for joinpoint regression.
const maxJoinpointSeries = 200

// DefaultJoinpoints is the largest number of joinpoints tried for n points: 0–6: 0, 7–11: 1,
// 12–16: 2, 17–21: 3, 22–26: 4, 27 and more: 5 (the NCI program's default).
func DefaultJoinpoints(n int) int {
	if n < 7 {
		return 0
	}
	return min((n-2)/5, MaxJoinpoints)
}

// smallestFor is the least number of points that k joinpoints can be fitted to.
func smallestFor(k int) int {
	if k == 0 {
		return 3
	}
	return 2*joinpointEnd + (k-1)*joinpointBetween + k
}

// A JoinpointSeries is a series ready for joinpoint regression: y is a straight line in x that
// bends at some of the points. Make it with NewJoinpointSeries or JoinpointCounts.
type JoinpointSeries struct {
	x       []float64 // ascending
	y       []float64 // on the scale of the fit
	root    []float64 // square roots of the weights
	scaled  []float64 // root·y
	basis   [2][]float64
	columns [][]float64 // per candidate: root·(x−x_i)+ less its projection on the basis
	gram    [][]float64
	first   int // index of the first candidate
	Log     bool
}

// NewJoinpointSeries prepares y at the times x (ascending, at least 3). Log takes ln(y), so y
// must be above zero; at most 200 points. Weights nil is constant variance; a standard error se of ln(y) means the
// weight y²/se². Reasons: TooFewPoints, TooLong, BadInput, LogOfZero, Constant.
func NewJoinpointSeries(x, y, weights []float64, log bool) (*JoinpointSeries, Reason) {
	n := len(x)
	if len(y) != n || weights != nil && len(weights) != n {
		return nil, BadInput
	}
	if n < 3 {
		return nil, TooFewPoints
	}
	if n > maxJoinpointSeries {
		return nil, TooLong
	}
	s := &JoinpointSeries{x: make([]float64, n), y: make([]float64, n), root: ones(n), first: joinpointEnd, Log: log}
	varies := false
	for i := range x {
		switch {
		case !(math.Abs(x[i]) <= 1e9) || !(math.Abs(y[i]) <= 1e15):
			return nil, BadInput
		case i > 0 && !(x[i]-x[i-1] > 1e-6):
			return nil, BadInput
		case log && !(y[i] > 0):
			return nil, LogOfZero
		case weights != nil && !(weights[i] > 1e-12 && weights[i] < 1e15):
			return nil, BadInput
		}
		s.x[i], s.y[i] = x[i], y[i]
		if log {
			s.y[i] = math.Log(y[i])
		}
		if weights != nil {
			s.root[i] = math.Sqrt(weights[i])
		}
		varies = varies || y[i] != y[0]
	}
	if !varies {
		return nil, Constant
	}
	s.prepare()
	return s, ""
}

// JoinpointCounts prepares ln(count) with Poisson weights: the weight of a year is its count, a
// zero count becomes 0.5 (NCI). This is the default for counts; it keeps the error of the
// permutation test where unweighted fits do not. Reasons as NewJoinpointSeries.
func JoinpointCounts(x []float64, counts []int64) (*JoinpointSeries, Reason) {
	y := make([]float64, len(counts))
	zero := true
	for i, c := range counts {
		if c < 0 {
			return nil, BadInput
		}
		zero = zero && c == 0
		y[i] = float64(c)
		if c == 0 {
			y[i] = 0.5
		}
	}
	if len(counts) > 0 && zero {
		return nil, NoData
	}
	return NewJoinpointSeries(x, y, y, true)
}

// prepare makes the parts of the search that do not depend on y.
func (s *JoinpointSeries) prepare() {
	n := len(s.x)
	middle := sumOf(s.x) / float64(n)
	s.basis[0] = append([]float64(nil), s.root...)
	s.basis[1] = make([]float64, n)
	for i := range s.x {
		s.basis[1][i] = float64(s.root[i] * (s.x[i] - middle))
	}
	normalise(s.basis[0])
	remove(s.basis[1], s.basis[0])
	normalise(s.basis[1])
	s.scaled = make([]float64, n)
	for i := range s.y {
		s.scaled[i] = float64(s.root[i] * s.y[i])
	}
	for at := s.first; at <= n-1-joinpointEnd; at++ {
		c := s.hinge(at)
		remove(c, s.basis[0])
		remove(c, s.basis[1])
		s.columns = append(s.columns, c)
	}
	s.gram = make([][]float64, len(s.columns))
	for i := range s.columns {
		s.gram[i] = make([]float64, len(s.columns))
		for j := 0; j <= i; j++ {
			s.gram[i][j] = dotProduct(s.columns[i], s.columns[j])
		}
	}
}

// hinge is the weighted column (x − x[at])+.
func (s *JoinpointSeries) hinge(at int) []float64 {
	c := make([]float64, len(s.x))
	for i := at + 1; i < len(c); i++ {
		c[i] = float64(s.root[i] * (s.x[i] - s.x[at]))
	}
	return c
}

func normalise(v []float64) {
	l := math.Sqrt(dotProduct(v, v))
	for i := range v {
		v[i] /= l
	}
}

// remove takes the part along the unit vector q out of v, twice for accuracy.
func remove(v, q []float64) {
	for range 2 {
		d := dotProduct(v, q)
		for i := range v {
			v[i] -= float64(d * q[i])
		}
	}
}

// sets is the number of joinpoint sets of k among the candidates.
func (s *JoinpointSeries) sets(k int) float64 {
	m := len(s.columns) - (k-1)*joinpointBetween
	out := 1.0
	for i := range k {
		out = out * float64(m-i) / float64(i+1)
	}
	return math.Max(out, 0)
}

// A search goes through all joinpoint sets of one size with an LDL' factor that grows by one row
// for each joinpoint; the residual sum falls by (c−l·r)²/d at each step.
type search struct {
	s      *JoinpointSeries
	k      int
	c      []float64 // products of the candidates with y
	lower  [MaxJoinpoints][MaxJoinpoints]float64
	d, r   [MaxJoinpoints]float64
	picked [MaxJoinpoints]int
	best   float64 // largest fall
	set    [MaxJoinpoints]int
}

func (w *search) run(depth, from int, fall float64) {
	g := w.s.gram
	last := len(w.c) - 1 - (w.k-depth-1)*(joinpointBetween+1)
	for j := from; j <= last; j++ {
		d, r := g[j][j], w.c[j]
		row := &w.lower[depth]
		for i := range depth {
			v := g[j][w.picked[i]]
			for t := range i {
				v -= float64(row[t] * w.lower[i][t])
			}
			row[i] = v // l·d until divided below
			l := v / w.d[i]
			d -= float64(l * v)
			r -= float64(l * w.r[i])
		}
		if !(d > 1e-13*g[j][j]) {
			continue
		}
		now := fall + float64(r*r)/d
		if depth == w.k-1 {
			if now > w.best {
				w.best = now
				copy(w.set[:], w.picked[:depth])
				w.set[depth] = j
			}
			continue
		}
		for i := range depth {
			row[i] /= w.d[i]
		}
		w.picked[depth], w.d[depth], w.r[depth] = j, d, r
		w.run(depth+1, j+joinpointBetween+1, now)
	}
}

// least gives the smallest weighted residual sum of squares of the scaled values with k
// joinpoints, and the indices of the joinpoints among the points.
func (s *JoinpointSeries) least(w *search, scaled []float64, k int) (float64, []int) {
	a, b := dotProduct(s.basis[0], scaled), dotProduct(s.basis[1], scaled)
	rest := 0.0
	for i, v := range scaled {
		e := v - float64(a*s.basis[0][i]) - float64(b*s.basis[1][i])
		rest += float64(e * e)
	}
	if k == 0 {
		return rest, nil
	}
	w.s, w.k, w.best = s, k, -1
	if cap(w.c) < len(s.columns) {
		w.c = make([]float64, len(s.columns))
	}
	w.c = w.c[:len(s.columns)]
	for j, col := range s.columns {
		w.c[j] = dotProduct(col, scaled)
	}
	w.run(0, 0, 0)
	set := make([]int, k)
	for i := range set {
		set[i] = w.set[i] + s.first
	}
	return math.Max(rest-w.best, 0), set
}

// A JoinpointModel is the best fit with K joinpoints on the grid of points.
type JoinpointModel struct {
	K           int
	At          []float64 // the joinpoints
	Index       []int     // their positions in the series, from 0
	Intercept   float64   // of the first segment, at x = 0
	Slopes      []float64 // of the segments, per unit of x, on the scale of the fit
	Changes     []float64 // of the slope at each joinpoint
	SSE         float64   // weighted residual sum of squares
	Fitted      []float64 // on the scale of the data
	DF          int       // n − 2(K+1), as the NCI program counts
	MSE         float64   // SSE/DF; 0 if DF is not above zero
	SE          []float64 // of the slopes, NCI parametric method: per segment, joinpoint observations left out
	Conditional []float64 // of the slopes, joinpoints taken as known: about half as large, too optimistic
	BIC         float64
	BIC3        float64
	WBIC        float64
	R2Max       float64
}

// Fit finds the best model with k joinpoints. Reasons: TooFewPoints, BadInput (k out of range),
// TooLong (more than 40 million sets), PerfectFit (no residual variation), NotDefined.
func (s *JoinpointSeries) Fit(k int) (JoinpointModel, Reason) {
	n := len(s.x)
	switch {
	case k < 0 || k > MaxJoinpoints:
		return JoinpointModel{}, BadInput
	case n < smallestFor(k):
		return JoinpointModel{}, TooFewPoints
	case s.sets(k) > maxGrid:
		return JoinpointModel{}, TooLong
	}
	_, set := s.least(new(search), s.scaled, k)
	return s.model(set)
}

// model computes everything about one set of joinpoints.
func (s *JoinpointSeries) model(set []int) (JoinpointModel, Reason) {
	n, k := len(s.x), len(set)
	middle := sumOf(s.x) / float64(n)
	columns := [][]float64{s.root, make([]float64, n)}
	for i := range s.x {
		columns[1][i] = float64(s.root[i] * (s.x[i] - middle))
	}
	for _, at := range set {
		columns = append(columns, s.hinge(at))
	}
	fit, ok := fitLinear(columns, s.scaled)
	if !ok {
		return JoinpointModel{}, NotDefined
	}
	m := JoinpointModel{K: k, Index: set, SSE: fit.sse, DF: n - 2*(k+1)}
	if total := dotProduct(s.scaled, s.scaled); !(m.SSE > 1e-26*total) {
		return JoinpointModel{}, PerfectFit
	}
	m.Intercept = fit.coef[0] - float64(fit.coef[1]*middle)
	m.Changes = append([]float64{}, fit.coef[2:]...)
	m.At = make([]float64, k)
	slope, known := fit.coef[1], n-(k+2)
	m.Slopes = []float64{slope}
	for i, at := range set {
		m.At[i] = s.x[at]
		slope += m.Changes[i]
		m.Slopes = append(m.Slopes, slope)
	}
	m.Fitted = make([]float64, n)
	for i := range s.y {
		m.Fitted[i] = s.y[i] - fit.residual[i]/s.root[i]
		if s.Log {
			m.Fitted[i] = math.Exp(m.Fitted[i])
		}
	}
	if m.DF > 0 {
		m.MSE = m.SSE / float64(m.DF)
	}
	bounds := append(append([]int{-1}, set...), n)
	for j := range m.Slopes {
		if m.DF > 0 {
			m.SE = append(m.SE, math.Sqrt(m.MSE/s.spread(bounds[j]+1, bounds[j+1])))
		}
		if known > 0 {
			v := 0.0
			for a := 1; a <= j+1; a++ {
				for b := 1; b <= j+1; b++ {
					v += fit.inverse[a][b]
				}
			}
			m.Conditional = append(m.Conditional, math.Sqrt(v*m.SSE/float64(known)))
		}
	}
	for j := range set {
		m.R2Max = math.Max(m.R2Max, s.partialR2(bounds[j], bounds[j+1], bounds[j+2]))
	}
	size := float64(n)
	info, penalty := math.Log(m.SSE/size), math.Log(size)/size
	m.BIC = info + float64(float64(2*k+2)*penalty)
	m.BIC3 = info + float64(float64(3*k+2)*penalty)
	m.WBIC = info + float64((float64((2+m.R2Max)*float64(k))+2)*penalty)
	if !finite(m.Slopes...) || !finite(m.SE...) || !finite(m.Conditional...) || !finite(m.Fitted...) || !finite(m.BIC, m.WBIC, m.Intercept) {
		return JoinpointModel{}, NotDefined
	}
	return m, ""
}

// spread is the weighted sum of squares of x about its mean over the points from a up to b.
func (s *JoinpointSeries) spread(a, b int) float64 {
	w, wx := 0.0, 0.0
	for i := a; i < b; i++ {
		g := float64(s.root[i] * s.root[i])
		w += g
		wx += float64(g * s.x[i])
	}
	sum := 0.0
	for i := a; i < b; i++ {
		d := s.root[i] * (s.x[i] - wx/w)
		sum += float64(d * d)
	}
	return sum
}

// partialR2 is the share of what (1, x) leaves that the bend at point at explains, on the two
// neighbouring segments (before, after]; before is −1 at the start, after n at the end.
func (s *JoinpointSeries) partialR2(before, at, after int) float64 {
	lo, hi := before+1, min(after+1, len(s.x))
	y := s.scaled[lo:hi]
	line, bend := make([]float64, hi-lo), make([]float64, hi-lo)
	for i := lo; i < hi; i++ {
		line[i-lo] = s.root[i] * (s.x[i] - s.x[at])
		bend[i-lo] = math.Max(0, line[i-lo])
	}
	base, ok1 := fitLinear([][]float64{s.root[lo:hi], line}, y)
	full, ok2 := fitLinear([][]float64{s.root[lo:hi], line, bend}, y)
	if !ok1 || !ok2 || !(base.sse > 0) {
		return 0
	}
	return math.Max(0, 1-full.sse/base.sse)
}
