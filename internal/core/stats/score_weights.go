package stats

import "math"

// A Priority is the result of pairwise comparisons. Weights are the principal right eigenvector,
// GeometricMean those by row geometric means (they differ slightly; say which is used). CI is
// (λmax − n)/(n − 1), CR is CI over the random index; both are 0 for two items or one. HasCR is
// false beyond ten items, for which there is no random index.
type Priority struct {
	Weights, GeometricMean []float64
	LambdaMax, CI, CR      float64
	HasCR                  bool
}

// randomIndex is Saaty's for 1 to 10 items.
func randomIndex() [11]float64 {
	return [11]float64{0, 0, 0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49}
}

// PairwisePriority gives the weights of a positive reciprocal matrix (Saaty 1990; METHODS 7.2).
// The gate: a square matrix above 0 with a[j][i] = 1/a[i][j], and a consistency ratio below 0.10,
// else Inconsistent is given and the weights are not to be used.
func PairwisePriority(a [][]float64) (Priority, Reason) {
	p, r := pairwisePriority(a)
	if r != "" {
		return Priority{}, r
	}
	if p.HasCR && p.CR >= 0.10 {
		return Priority{LambdaMax: p.LambdaMax, CI: p.CI, CR: p.CR, HasCR: true}, Inconsistent
	}
	return p, ""
}

func pairwisePriority(a [][]float64) (Priority, Reason) {
	n := len(a)
	if n == 0 {
		return Priority{}, NoData
	}
	if n > 100 {
		return Priority{}, BadInput
	}
	for i, row := range a {
		if len(row) != n {
			return Priority{}, BadInput
		}
		for _, v := range row {
			if !(v > 1e-6 && v < 1e6) {
				return Priority{}, BadInput
			}
		}
		for j := range i {
			if math.Abs(float64(a[i][j]*a[j][i])-1) > 0.02 {
				return Priority{}, BadInput
			}
		}
		if math.Abs(a[i][i]-1) > 1e-9 {
			return Priority{}, BadInput
		}
	}
	p := Priority{}
	w := make([]float64, n)
	for i, row := range a {
		l := 0.0
		for _, v := range row {
			l += math.Log(v)
		}
		w[i] = math.Exp(l / float64(n))
	}
	total := sumOf(w)
	for i := range w {
		w[i] /= total
	}
	p.GeometricMean = append([]float64(nil), w...)
	next := make([]float64, n)
	settled := false
	for range 20000 { // power iteration; a positive matrix has one dominant eigenvalue
		for i, row := range a {
			next[i] = 0
			for j, v := range row {
				next[i] += float64(v * w[j])
			}
		}
		p.LambdaMax = sumOf(next)
		change := 0.0
		for i := range w {
			v := next[i] / p.LambdaMax
			change = math.Max(change, math.Abs(v-w[i]))
			w[i] = v
		}
		if change < 1e-16 {
			settled = true
			break
		}
		settled = change < 1e-12
	}
	if !settled {
		return Priority{}, NoConvergence
	}
	p.Weights = w
	if n > 1 {
		p.CI = (p.LambdaMax - float64(n)) / float64(n-1)
	}
	ri := randomIndex()
	p.HasCR = n < len(ri)
	if n > 2 && p.HasCR {
		p.CR = p.CI / ri[n]
	}
	return p, ""
}

// Entropies holds the entropy of each indicator (0 to 1) and the weights made of them.
type Entropies struct {
	Entropy, Weights []float64
}

// EntropyWeights gives the weights (1−e)/Σ(1−e) with e = −Σ p ln p/ln m over the units and
// 0 ln 0 = 0 (Shannon 1948; METHODS 7.2). With minMax the cells are first put to [0, 1] by
// direction, without an added constant; else they are taken as they are and must be 0 or more.
// Entropy rewards spread, not importance: it never sets official weights, and the normalisation
// is to be printed. The gate: two units, and one indicator that varies; an indicator on which all
// are equal has entropy 1 and weight 0.
func EntropyWeights(matrix [][]float64, higher []bool, minMax bool) (Entropies, Reason) {
	if len(matrix) == 0 || len(matrix[0]) == 0 {
		return Entropies{}, NoData
	}
	m, k := len(matrix), len(matrix[0])
	if m < 2 {
		return Entropies{}, TooFewUnits
	}
	if minMax && len(higher) != k {
		return Entropies{}, BadInput
	}
	var out Entropies
	for _, row := range matrix {
		if len(row) != k {
			return Entropies{}, BadInput
		}
	}
	spread := 0.0
	for j := range k {
		column := make([]float64, m)
		lo, hi := math.Inf(1), math.Inf(-1)
		for i, row := range matrix {
			if !finite(row[j]) || math.Abs(row[j]) > 1e15 || !minMax && row[j] < 0 {
				return Entropies{}, BadInput
			}
			column[i] = row[j]
			lo, hi = math.Min(lo, row[j]), math.Max(hi, row[j])
		}
		if minMax {
			for i, v := range column {
				switch {
				case hi == lo:
					column[i] = 1
				case higher[j]:
					column[i] = (v - lo) / (hi - lo)
				default:
					column[i] = (hi - v) / (hi - lo)
				}
			}
		}
		e := 1.0
		if sum := sumOf(column); hi > lo && sum > 0 {
			e = 0
			for _, v := range column {
				if p := v / sum; p > 0 {
					e -= float64(p * math.Log(p))
				}
			}
			e /= math.Log(float64(m))
		}
		e = math.Max(0, math.Min(1, e))
		out.Entropy = append(out.Entropy, e)
		spread += 1 - e
	}
	if !(spread > 0) {
		return Entropies{}, Constant
	}
	for _, e := range out.Entropy {
		out.Weights = append(out.Weights, (1-e)/spread)
	}
	return out, ""
}

// A Closeness is a TOPSIS result: closeness to the best possible unit from 0 to 1 and ranks, 1
// being the best; equal values share the smaller place.
type Closeness struct {
	Closeness []float64
	Rank      []int
}

// TOPSIS gives D−/(D⁺ + D−) after vector normalisation x/√Σx² or, with minMax, to [0, 1] (Hwang
// and Yoon 1981; METHODS 7.2). The order can change with the normalisation and when a unit is
// added or removed: show both. The gate: two units, weights above 0 and one indicator that varies.
func TOPSIS(matrix [][]float64, weights []float64, higher []bool, minMax bool) (Closeness, Reason) {
	if len(matrix) == 0 || len(weights) == 0 {
		return Closeness{}, NoData
	}
	if len(matrix) < 2 {
		return Closeness{}, TooFewUnits
	}
	if r := (Index{Matrix: matrix, Higher: higher, Weights: weights}).check(); r != "" {
		return Closeness{}, r
	}
	m := len(matrix)
	plus, minus := make([]float64, m), make([]float64, m)
	total := sumOf(weights)
	for j, w := range weights {
		lo, hi, square := math.Inf(1), math.Inf(-1), 0.0
		for _, row := range matrix {
			lo, hi = math.Min(lo, row[j]), math.Max(hi, row[j])
			square += float64(row[j] * row[j])
		}
		if lo == hi {
			continue // equal for all: no distance
		}
		scale := math.Sqrt(square)
		if minMax {
			scale = hi - lo
		}
		best, worst := hi, lo
		if !higher[j] {
			best, worst = lo, hi
		}
		for i, row := range matrix {
			a, b := w/total*(row[j]-best)/scale, w/total*(row[j]-worst)/scale
			plus[i] += float64(a * a)
			minus[i] += float64(b * b)
		}
	}
	var out Closeness
	for i := range plus {
		p, q := math.Sqrt(plus[i]), math.Sqrt(minus[i])
		if p+q == 0 {
			return Closeness{}, Constant
		}
		out.Closeness = append(out.Closeness, q/(p+q))
	}
	out.Rank = rankDown(out.Closeness)
	return out, ""
}
