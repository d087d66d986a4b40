package stats

import (
	"math"
)

// minMatches is the fewest persons on both lists for an estimate to be shown (METHODS 11).
const minMatches = 7

// A TwoSource is an estimate of a hidden population from two lists. Distinct counts the persons
// seen, Chapman is the estimate with SE and log-based interval, LincolnPetersen n₁n₂/m for
// comparison with publications.
type TwoSource struct {
	Distinct        float64
	Chapman, SE     float64
	LincolnPetersen float64
	Interval        Interval
	normal          Interval
}

// TwoSourceEstimate estimates the number of people behind two lists of n1 and n2 persons of whom
// m are on both: Chapman's (n₁+1)(n₂+1)/(m+1) − 1, Seber's variance, log-based interval (Chao
// 1987; METHODS 10). Police and treatment lists depend on each other, so the estimate is too low.
// The gate: m of 7 or more, else TooFewMatches and nothing is published.
func TwoSourceEstimate(n1, n2, m int64, level float64) (TwoSource, Reason) {
	t, r := twoSource(n1, n2, m, level)
	if r != "" {
		return TwoSource{}, r
	}
	if m < minMatches {
		return TwoSource{}, TooFewMatches
	}
	return t, ""
}

func twoSource(n1, n2, m int64, level float64) (TwoSource, Reason) {
	if n1 == 0 && n2 == 0 {
		return TwoSource{}, NoData
	}
	if n1 < 0 || n2 < 0 || m < 0 || m > min(n1, n2) || max(n1, n2) > 1e12 || !levelOK(level) {
		return TwoSource{}, BadInput
	}
	a, b, c := float64(n1), float64(n2), float64(m)
	t := TwoSource{Distinct: a + b - c, Chapman: (a+1)*(b+1)/(c+1) - 1}
	v := (a + 1) * (b + 1) * (a - c) * (b - c) / ((c + 1) * (c + 1) * (c + 2))
	t.SE = math.Sqrt(v)
	if m > 0 {
		t.LincolnPetersen = a * b / c
	}
	t.normal = around(t.Chapman, t.SE, zOf(level), level, "normal")
	t.Interval = logAround(t.Distinct, t.Chapman, v, level)
	return t, ""
}

// logAround is the log-based interval M + (N−M)/C to M + (N−M)·C with
// C = exp(z √ln(1 + var/(N−M)²)); M itself where nobody is missing.
func logAround(seen, estimate, variance, level float64) Interval {
	i := Interval{Lo: seen, Hi: seen, Level: level, Method: "log-based"}
	if f := estimate - seen; f > 0 {
		c := math.Exp(zOf(level) * math.Sqrt(math.Log1p(variance/(f*f))))
		i.Lo, i.Hi = seen+f/c, seen+float64(f*c)
	}
	return i
}

// A Multiplier is the estimate of a population from a benchmark count and the share of a survey
// that reports it.
type Multiplier struct {
	Estimate float64
	Interval Interval
}

// MultiplierEstimate gives benchmark/share with the delta method: relative variances add. The
// count is taken as Poisson, se is the standard error of the share (METHODS 10). The gate: a
// count of 7 or more and a share above two standard errors.
func MultiplierEstimate(benchmark int64, share, se, level float64) (Multiplier, Reason) {
	if benchmark < 0 || benchmark > 1e12 || !(share > 0 && share <= 1) || !(se >= 0 && se < 1) || !levelOK(level) {
		return Multiplier{}, BadInput
	}
	if benchmark < minMatches || share <= float64(2*se) {
		return Multiplier{}, SmallCounts
	}
	n := float64(benchmark)
	m := Multiplier{Estimate: n / share}
	rel := math.Sqrt(1/n + se*se/(share*share))
	z := zOf(level)
	m.Interval = Interval{Lo: m.Estimate * math.Exp(-z*rel), Hi: m.Estimate * math.Exp(z*rel), Level: level, Method: "delta, log"}
	return m, ""
}

// ThreeLists holds how many persons are on each combination of three lists A, B and C.
type ThreeLists struct {
	ABC, AB, AC, A, BC, B, C int64
}

func (t ThreeLists) cells() []int64 { return []int64{t.ABC, t.AB, t.AC, t.A, t.BC, t.B, t.C} }

// threeListMarks gives the coordinates a, b, c of the cells in their order.
func threeListMarks() [7][3]float64 {
	return [7][3]float64{{1, 1, 1}, {1, 1, 0}, {1, 0, 1}, {1, 0, 0}, {0, 1, 1}, {0, 1, 0}, {0, 0, 1}}
}

// A ListModel is one log-linear model of three lists. Missing is the estimated number on no list,
// Total the whole with SE and log-based interval. HasEstimate is false where a zero cell leaves
// the model without a finite answer.
type ListModel struct {
	Name               string
	Deviance, AIC, BIC float64
	DF                 int
	Missing, Total, SE float64
	Interval           Interval
	HasEstimate        bool
}

// A ThreeListResult holds all eight models. Lo and Hi are the range of their totals, the only
// thing that may be published: never one number (METHODS 10).
type ThreeListResult struct {
	Seen   int64
	Models []ListModel
	Lo, Hi float64
}

// ThreeSourceModels fits all eight hierarchical log-linear models of three lists by Poisson
// regression (Fienberg 1972); the missing cell is exp(intercept), its standard error
// √(m₀ + m₀² var b₀), BIC counts distinct persons. The gate: at least 7 persons on two lists or
// more, and a finite answer of at least the model of independence.
func ThreeSourceModels(t ThreeLists, level float64) (ThreeListResult, Reason) {
	out, r := threeSource(t, level)
	if r != "" {
		return ThreeListResult{}, r
	}
	if t.ABC+t.AB+t.AC+t.BC < minMatches {
		return ThreeListResult{}, TooFewMatches
	}
	if !out.Models[0].HasEstimate {
		return ThreeListResult{}, NoConvergence
	}
	return out, ""
}

func threeSource(t ThreeLists, level float64) (ThreeListResult, Reason) {
	out := ThreeListResult{}
	y := make([]float64, 7)
	for i, n := range t.cells() {
		if n < 0 || n > 1e12 {
			return out, BadInput
		}
		out.Seen += n
		y[i] = float64(n)
	}
	if out.Seen == 0 {
		return out, NoData
	}
	if !levelOK(level) {
		return out, BadInput
	}
	pairs := [3][2]int{{0, 1}, {0, 2}, {1, 2}}
	names := [3]string{"a:b", "a:c", "b:c"}
	for _, used := range [8][]int{{}, {0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}, {0, 1, 2}} {
		columns := make([][]float64, 4+len(used))
		name := "a+b+c"
		for j := range columns {
			columns[j] = make([]float64, 7)
		}
		for _, u := range used {
			name += "+" + names[u]
		}
		for i, m := range threeListMarks() {
			columns[0][i], columns[1][i], columns[2][i], columns[3][i] = 1, m[0], m[1], m[2]
			for j, u := range used {
				columns[4+j][i] = m[pairs[u][0]] * m[pairs[u][1]]
			}
		}
		out.Models = append(out.Models, listModel(name, columns, y, float64(out.Seen), level))
	}
	first := true
	for _, m := range out.Models {
		if !m.HasEstimate {
			continue
		}
		if first || m.Total < out.Lo {
			out.Lo = m.Total
		}
		if first || m.Total > out.Hi {
			out.Hi = m.Total
		}
		first = false
	}
	return out, ""
}

func listModel(name string, columns [][]float64, y []float64, seen, level float64) ListModel {
	m := ListModel{Name: name, DF: len(y) - len(columns)}
	fit, ok := fitCounts(columns, y, nil, nil)
	if !ok {
		return m
	}
	m.Deviance = math.Max(0, fit.deviance)
	ll := 0.0
	for i, mu := range fit.mean {
		g, _ := math.Lgamma(y[i] + 1)
		ll += float64(y[i]*math.Log(mu)) - mu - g
	}
	p := float64(len(columns))
	m.AIC, m.BIC = float64(-2*ll)+float64(2*p), float64(-2*ll)+float64(p*math.Log(seen))
	m.Missing = math.Exp(fit.coef[0])
	v := m.Missing + float64(m.Missing*m.Missing*fit.inverse[0][0])
	m.Total, m.SE = seen+m.Missing, math.Sqrt(v)
	m.HasEstimate = finite(m.Missing, m.SE, m.Deviance, m.AIC, m.BIC) && m.Missing < 1e13 && m.SE < 1e15
	if !m.HasEstimate {
		return ListModel{Name: name, DF: m.DF}
	}
	m.Interval = logAround(seen, m.Total, v, level)
	m.HasEstimate = finite(m.Interval.Lo, m.Interval.Hi)
	return m
}
