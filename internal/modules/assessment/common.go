package assessment

import (
	"math"
	"slices"
	"strconv"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/stats"
)

// Common methods of other offices are shown beside the score for comparison only (METHODS §7.2).

// mostPairs is the largest number of indicators that pairwise comparisons have a consistency ratio
// for.
const mostPairs = 10

// Judgements lists what a pairwise comparison may say, from 9 to 1/9.
func Judgements() []string {
	var out []string
	for i := 9; i > 1; i-- {
		out = append(out, strconv.Itoa(i))
	}
	out = append(out, "1")
	for i := 2; i <= 9; i++ {
		out = append(out, "1/"+strconv.Itoa(i))
	}
	return out
}

// judged reads a judgement, and gives its reciprocal in words.
func judged(s string) (v float64, reciprocal string, ok bool) {
	if !slices.Contains(Judgements(), s) {
		return 0, "", false
	}
	if len(s) == 3 {
		n := float64(s[2] - '0')
		return 1 / n, s[2:], true
	}
	if s == "1" {
		return 1, "1", true
	}
	return float64(s[0] - '0'), "1/" + s, true
}

// pairCount is the number of comparisons above the diagonal.
func pairCount(n int) int { return n * (n - 1) / 2 }

// equalPairs gives comparisons that hold everything equal.
func equalPairs(n int) []string {
	out := make([]string, pairCount(n))
	for i := range out {
		out[i] = "1"
	}
	return out
}

// Grid fills the whole matrix in from the judgements above its diagonal, row by row.
func Grid(n int, pairs []string) (words [][]string, values [][]float64, err error) {
	if n < 2 {
		return nil, nil, fault.New(fault.Invalid, "至少要有两项指标才能两两比较")
	}
	if n > mostPairs {
		return nil, nil, fault.New(fault.Invalid, "指标超过 %d 项，没有公认的一致性标准；请减少指标或分层比较", mostPairs)
	}
	if len(pairs) != pairCount(n) {
		return nil, nil, fault.New(fault.Invalid, "比较没有填全：应有 %d 对，现有 %d 对", pairCount(n), len(pairs))
	}
	words, values = make([][]string, n), make([][]float64, n)
	for i := range n {
		words[i], values[i] = make([]string, n), make([]float64, n)
		words[i][i], values[i][i] = "1", 1
	}
	k := 0
	for i := range n {
		for j := i + 1; j < n; j++ {
			v, back, ok := judged(pairs[k])
			if !ok {
				return nil, nil, fault.New(fault.Invalid, "“%s”不是 1—9 标度的判断；请从 9 到 1/9 中选择", pairs[k])
			}
			words[i][j], words[j][i] = pairs[k], back
			values[i][j], values[j][i] = v, 1/v
			k++
		}
	}
	return words, values, nil
}

// A Priorities is the outcome of pairwise comparisons. Where they are not consistent, Why says so
// and there are no weights.
type Priorities struct {
	Words   [][]string
	Weights []float64 // principal right eigenvector
	Rows    []float64 // by row geometric means, for comparison
	Lambda  float64
	CI, CR  float64
	Why     stats.Reason
	Odd     *oddPair // where they are not consistent: the pair to look at first
}

// An oddPair is the comparison that agrees least with the others; Fits is about what they say.
type oddPair struct {
	Left, Above int
	Typed, Fits string
}

// oddest finds the pair whose judgement lies furthest, as a ratio, from what the other comparisons
// say of it: the geometric mean of a[i][k]·a[k][j] over the third indicators k. Nil below three.
func oddest(words [][]string, a [][]float64) *oddPair {
	n, worst := len(a), 0.0
	if n < 3 {
		return nil
	}
	var out *oddPair
	for i := range n {
		for j := i + 1; j < n; j++ {
			fits := 0.0
			for k := range n {
				if k != i && k != j {
					fits += (math.Log(a[i][k]) + math.Log(a[k][j])) / float64(n-2)
				}
			}
			// Pairs that are equally far apart but for rounding: the first one.
			if far := math.Abs(math.Log(a[i][j]) - fits); far > worst+1e-9 {
				worst, out = far, &oddPair{i, j, words[i][j], onScale(math.Exp(fits))}
			}
		}
	}
	return out
}

// onScale gives the judgement from 9 to 1/9 that is nearest to a ratio.
func onScale(v float64) string {
	n := int(min(9, math.Round(max(v, 1/v))))
	if v < 1 && n > 1 {
		return "1/" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// PrioritiesOf weighs n indicators by their comparisons.
func PrioritiesOf(n int, pairs []string) (Priorities, error) {
	words, values, err := Grid(n, pairs)
	if err != nil {
		return Priorities{}, err
	}
	p, why := stats.PairwisePriority(values)
	if why != "" && why != stats.Inconsistent {
		return Priorities{}, why.Err()
	}
	out := Priorities{Words: words, Weights: p.Weights, Rows: p.GeometricMean, Lambda: p.LambdaMax, CI: p.CI, CR: p.CR, Why: why}
	if why == stats.Inconsistent {
		out.Odd = oddest(words, values)
	}
	return out, nil
}

// roundedWeights gives weights in percent with two decimals that add up to 100.
func roundedWeights(w []float64) []string {
	whole, rest := make([]int, len(w)), make([]float64, len(w))
	left := 10000
	for i, v := range w {
		whole[i] = int(math.Floor(v * 10000))
		rest[i] = v*10000 - float64(whole[i])
		left -= whole[i]
	}
	for ; left > 0; left-- {
		most := 0
		for i := range rest {
			if rest[i] > rest[most] {
				most = i
			}
		}
		whole[most]++
		rest[most] = -1
	}
	out := make([]string, len(w))
	for i, n := range whole {
		out[i] = strconv.FormatFloat(float64(n)/100, 'f', 2, 64)
	}
	return out
}

// A Common holds what common methods give for the units whose figures are complete.
type Common struct {
	Lines    []Line         // the units that take part, in the order of the result
	Without  []string       // units left out, because a figure is missing
	Raw      *EntropyColumn // on the figures as they are; nil where a figure is below zero
	MinMax   *EntropyColumn // on figures put to 0–1 by direction
	Vector   stats.Closeness
	Scaled   stats.Closeness
	Differ   int          // units whose place differs between the two
	Without1 int          // units whose place among the others changes when the last unit is left out
	Why      stats.Reason // why there is nothing
}

// An EntropyColumn is entropy weights by one normalisation.
type EntropyColumn struct{ Entropy, Weights []float64 }

// CommonOf compares the units of a result by the entropy and the TOPSIS method, with the scheme's
// weights for the latter.
func CommonOf(s Scheme, r Result) (c Common) {
	var matrix [][]float64
	higher, weights := make([]bool, len(s.Items)), make([]float64, len(s.Items))
	for j, it := range s.Items {
		w, _ := number(it.Weight)
		higher[j], weights[j] = it.Higher, float(w)
	}
	for _, l := range r.Lines {
		if l.Missing() > 0 {
			c.Without = append(c.Without, l.Name)
			continue
		}
		row := make([]float64, len(s.Items))
		for j, x := range l.Cells {
			v, _ := number(x.Value)
			row[j] = float(v)
		}
		matrix, c.Lines = append(matrix, row), append(c.Lines, l)
	}
	if len(matrix) < fewestUnits {
		c.Why = stats.TooFewUnits
		return c
	}
	if e, why := stats.EntropyWeights(matrix, higher, true); why == "" {
		c.MinMax = &EntropyColumn{e.Entropy, e.Weights}
	} else {
		c.Why = why
		return c
	}
	if e, why := stats.EntropyWeights(matrix, higher, false); why == "" {
		c.Raw = &EntropyColumn{e.Entropy, e.Weights}
	}
	if c.Vector, c.Why = stats.TOPSIS(matrix, weights, higher, false); c.Why != "" {
		return c
	}
	if c.Scaled, c.Why = stats.TOPSIS(matrix, weights, higher, true); c.Why != "" {
		return c
	}
	for i := range c.Vector.Rank {
		if c.Vector.Rank[i] != c.Scaled.Rank[i] {
			c.Differ++
		}
	}
	c.Without1 = moves(matrix, weights, higher, c.Vector)
	return c
}

// moves counts the units whose order among the others is not the same when the last of the places
// is left out.
func moves(matrix [][]float64, weights []float64, higher []bool, whole stats.Closeness) (n int) {
	last := 0
	for i, r := range whole.Rank {
		if r > whole.Rank[last] {
			last = i
		}
	}
	fewer := slices.Delete(slices.Clone(matrix), last, last+1)
	c, why := stats.TOPSIS(fewer, weights, higher, false)
	if why != "" {
		return 0
	}
	for i, r := range slices.Delete(slices.Clone(whole.Rank), last, last+1) {
		if c.Rank[i] != r {
			n++
		}
	}
	return n
}

// tiedNames names the units of a list.
func tiedNames(list []org.UnitID, lines []Line) (out []string) {
	for _, l := range lines {
		if slices.Contains(list, l.Unit) {
			out = append(out, l.Name)
		}
	}
	return out
}
