package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// A CountJoinpoint is the best Poisson regression (log link) with K joinpoints.
type CountJoinpoint struct {
	K        int
	At       []float64
	Slopes   []float64
	Deviance float64
	fitted   []float64
}

// FitCountJoinpoints goes through all sets of k joinpoints and keeps the Poisson regression with the
// least deviance. It is exact where counts are small and needs no weights. At most 60 points and 3
// joinpoints. Reasons: TooFewPoints, BadInput, NoData, NoConvergence.
func FitCountJoinpoints(x []float64, counts []int64, k int) (CountJoinpoint, Reason) {
	n := len(x)
	if len(counts) != n || k < 0 || k > 3 || n > 60 {
		return CountJoinpoint{}, BadInput
	}
	if n < smallestFor(k) {
		return CountJoinpoint{}, TooFewPoints
	}
	y := make([]float64, n)
	for i, c := range counts {
		if c < 0 || c > maxCount || !(math.Abs(x[i]) <= 1e9) || i > 0 && !(x[i]-x[i-1] > 1e-6) {
			return CountJoinpoint{}, BadInput
		}
		y[i] = float64(c)
	}
	if sumOf(y) == 0 {
		return CountJoinpoint{}, NoData
	}
	return countGrid(x, y, k)
}

func countGrid(x, y []float64, k int) (CountJoinpoint, Reason) {
	n := len(x)
	columns := [][]float64{ones(n), make([]float64, n)}
	for i := range x {
		columns[1][i] = x[i] - x[0]
	}
	best := CountJoinpoint{Deviance: math.Inf(1)}
	set := make([]int, 0, k)
	var try func(from int)
	try = func(from int) {
		if len(set) == k {
			fit, ok := fitCounts(columns, y, nil, nil)
			if !ok || !(fit.deviance < best.Deviance) {
				return
			}
			best = CountJoinpoint{K: k, At: make([]float64, k), Deviance: fit.deviance, fitted: append([]float64(nil), fit.mean...)}
			slope := fit.coef[1]
			best.Slopes = []float64{slope}
			for i, at := range set {
				best.At[i] = x[at]
				slope += fit.coef[2+i]
				best.Slopes = append(best.Slopes, slope)
			}
			return
		}
		for at := from; at <= n-1-joinpointEnd-(k-len(set)-1)*(joinpointBetween+1); at++ {
			c := make([]float64, n)
			for i := at + 1; i < n; i++ {
				c[i] = x[i] - x[at]
			}
			set, columns = append(set, at), append(columns, c)
			try(at + joinpointBetween + 1)
			set, columns = set[:len(set)-1], columns[:len(columns)-1]
		}
	}
	try(joinpointEnd)
	if math.IsInf(best.Deviance, 1) {
		return CountJoinpoint{}, NoConvergence
	}
	return best, ""
}

// BootstrapCounts tests ka against kb joinpoints for small counts: the fall in deviance is compared
// with that of series drawn from the fitted ka model (parametric bootstrap). It replaces the
// permutation test where counts are below about 10. Result.Ratio is the fall in deviance, F is 0.
// Reasons as FitCountJoinpoints.
func BootstrapCounts(x []float64, counts []int64, ka, kb, draws int, random Random) (PermutationResult, Reason) {
	if ka < 0 || kb <= ka || kb > 2 || draws < 1 || draws > 99_999 {
		return PermutationResult{}, BadInput
	}
	less, why := FitCountJoinpoints(x, counts, ka)
	if why != "" {
		return PermutationResult{}, why
	}
	more, why := FitCountJoinpoints(x, counts, kb)
	if why != "" {
		return PermutationResult{}, why
	}
	r := PermutationResult{Less: ka, More: kb, Ratio: less.Deviance - more.Deviance, Permutations: draws, Seed: random.Seed()}
	hits := parallel(draws, func() func(int) bool {
		y := make([]float64, len(x))
		return func(index int) bool {
			source := random.Stream(index)
			for i, mu := range less.fitted {
				y[i] = distuv.Poisson{Lambda: mu, Src: source}.Rand()
			}
			a, why := countGrid(x, y, ka)
			if why != "" {
				return true // no fit: counted against a claim
			}
			b, why := countGrid(x, y, kb)
			return why != "" || a.Deviance-b.Deviance >= float64(r.Ratio*(1-1e-9))
		}
	})
	r.P = float64(1+hits) / float64(draws+1)
	return r, ""
}
