package stats

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// An EWMAChart smooths x by z = λx + (1−λ)z from a start value, with limits start ± L·σ·√(λ/(2−λ))
// in the long run; Exact holds the upper limit of each period, which is narrower at first.
type EWMAChart struct {
	Smoothed     []float64
	Upper, Lower float64
	Exact        []float64
	Alarms       []int // periods (from 0) outside the exact limits
}

// EWMA makes the chart. For counts use √(x+3/8) with σ = 1/2; λ 0.2 with L 2.962 signals falsely
// once in 500 periods. Source: NIST/SEMATECH e-Handbook 6.3.2.4; Lucas & Saccucci. Technometrics
// 1990;32:1. Reasons: BadInput, NoData.
func EWMA(x []float64, lambda, start, sigma, limit float64) (EWMAChart, Reason) {
	if len(x) == 0 {
		return EWMAChart{}, NoData
	}
	if !(lambda > 0 && lambda <= 1) || !(sigma > 0 && sigma < 1e100) || !(limit > 0 && limit < 1000) || !(math.Abs(start) < 1e100) || !usable(x) || len(x) > maxSeries {
		return EWMAChart{}, BadInput
	}
	wide := float64(limit * sigma * math.Sqrt(lambda/(2-lambda)))
	c := EWMAChart{Upper: start + wide, Lower: start - wide}
	z, rest := start, 1.0
	for i, v := range x {
		z = float64(lambda*v) + float64((1-lambda)*z)
		rest = float64(rest * (1 - lambda) * (1 - lambda))
		half := float64(wide * math.Sqrt(1-rest))
		c.Smoothed = append(c.Smoothed, z)
		c.Exact = append(c.Exact, start+half)
		if z > start+half || z < start-half {
			c.Alarms = append(c.Alarms, i)
		}
	}
	return c, ""
}

// EWMARunLength is the mean number of periods until a two-sided EWMA chart with long-run limits
// signals, for normal values whose mean is shift standard deviations away; the integral equation is
// solved by Gauss-Legendre nodes. λ from 0.02 to 1. Reasons: BadInput, NotDefined.
func EWMARunLength(lambda, limit, shift float64) (float64, Reason) {
	if !(lambda >= 0.02 && lambda <= 1) || !(limit > 0 && limit <= 6) || !(math.Abs(shift) <= 20) {
		return 0, BadInput
	}
	edge := limit * math.Sqrt(lambda/(2-lambda))
	// Several nodes for each standard deviation of one step.
	n := min(200, 50+int(10*edge/lambda))
	node, weight := make([]float64, n), make([]float64, n)
	quad.Legendre{}.FixedLocations(node, weight, -edge, edge)
	kernel := func(from, to float64) float64 {
		u := (to-float64((1-lambda)*from))/lambda - shift
		return math.Exp(-u*u/2) / math.Sqrt(2*math.Pi) / lambda
	}
	a := make([][]float64, n)
	for i := range a {
		a[i] = make([]float64, n+1)
		for j := range n {
			a[i][j] = -weight[j] * kernel(node[i], node[j])
		}
		a[i][i]++
		a[i][n] = 1
	}
	length, ok := solve(a)
	if !ok {
		return 0, NotDefined
	}
	run := 1.0
	for j := range n {
		run += float64(weight[j] * kernel(0, node[j]) * length[j])
	}
	if !(run >= 1 && run < 1e9) {
		return 0, NotDefined
	}
	return run, ""
}
