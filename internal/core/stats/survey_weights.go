package stats

import "math"

// A Margin gives for each row of a survey its group (from 0) and for each group its number of
// people in the population.
type Margin struct {
	Group  []int
	People []float64
}

// A Weighting is a survey whose weights were adjusted to known population numbers.
type Weighting struct {
	Weights []float64
	survey  Survey
	margins []Margin
	raked   bool
}

// Poststratify scales the weights of every group to its number of people in the population
// (METHODS 5). The gate: every group of the population has an answer and every row a group.
func (s Survey) Poststratify(m Margin) (*Weighting, Reason) {
	if _, r := s.prepare(); r != "" {
		return nil, r
	}
	if r := m.check(len(s.Weights)); r != "" {
		return nil, r
	}
	w := append([]float64(nil), s.Weights...)
	m.scale(w)
	return &Weighting{Weights: w, survey: s, margins: []Margin{m}}, ""
}

// Rake scales the weights to several margins in turn until all fit (iterative proportional
// fitting, to 1e-12 of the total). The gate is that of Poststratify for every margin, and that
// the margins agree in their total.
func (s Survey) Rake(margins ...Margin) (*Weighting, Reason) {
	if _, r := s.prepare(); r != "" {
		return nil, r
	}
	if len(margins) == 0 {
		return nil, NoData
	}
	for _, m := range margins {
		if r := m.check(len(s.Weights)); r != "" {
			return nil, r
		}
		if a, b := sumOf(m.People), sumOf(margins[0].People); math.Abs(a-b) > 1e-6*b {
			return nil, BadInput
		}
	}
	w := append([]float64(nil), s.Weights...)
	for range 10000 {
		worst := 0.0
		for _, m := range margins {
			worst = math.Max(worst, m.scale(w))
		}
		if worst < 1e-13 {
			return &Weighting{Weights: w, survey: s, margins: margins, raked: true}, ""
		}
	}
	return nil, NoConvergence
}

func (m Margin) check(rows int) Reason {
	if len(m.Group) != rows || len(m.People) == 0 {
		return BadInput
	}
	seen := make([]bool, len(m.People))
	for _, g := range m.Group {
		if g < 0 || g >= len(m.People) {
			return BadInput
		}
		seen[g] = true
	}
	for g, p := range m.People {
		if !(p > 0) || p > 1e13 || !seen[g] {
			return BadInput
		}
	}
	return ""
}

// scale fits the weights to the margin and gives the largest relative change.
func (m Margin) scale(w []float64) float64 {
	sum := make([]float64, len(m.People))
	for i, g := range m.Group {
		sum[g] += w[i]
	}
	worst := 0.0
	for g, s := range sum {
		sum[g] = m.People[g] / s
		worst = math.Max(worst, math.Abs(sum[g]-1))
	}
	for i, g := range m.Group {
		w[i] *= sum[g]
	}
	return worst
}

// Mean gives the mean of y with the adjusted weights; the standard error leaves out what the
// known population numbers explain (residuals from group means, for raking from all margins in
// turn). The gate is that of Survey.Mean.
func (a *Weighting) Mean(y []float64, level float64) (Estimate, Reason) {
	if r := a.survey.checkColumn(y, nil, level); r != "" {
		return Estimate{}, r
	}
	if r := a.survey.gate(len(y)); r != "" {
		return Estimate{}, r
	}
	est, r := a.mean(y)
	if r != "" {
		return Estimate{}, r
	}
	est.Interval = around(est.Value, est.SE, tOf(level, float64(est.DF)), level, "t")
	return est, ""
}

func (a *Weighting) mean(y []float64) (Estimate, Reason) {
	d, r := a.survey.prepare()
	if r != "" {
		return Estimate{}, r
	}
	rounds := 1
	if a.raked {
		rounds = 10
	}
	est, ok := d.mean(y, a.Weights, nil, func(e []float64) {
		for range rounds {
			for _, m := range a.margins {
				m.sweep(e, a.Weights, a.before())
			}
		}
	})
	if !ok {
		return Estimate{}, NotDefined
	}
	return est, ""
}

// before gives the weights by which group means of residuals are formed: the design weights for
// post-strata, equal weights for raking, as the survey package of R does.
func (a *Weighting) before() []float64 {
	if a.raked {
		return nil
	}
	return a.survey.Weights
}

// sweep takes the group means out of the linearised values e = w·(residual).
func (m Margin) sweep(e, w, before []float64) {
	sum, by := make([]float64, len(m.People)), make([]float64, len(m.People))
	for i, g := range m.Group {
		b := 1.0
		if before != nil {
			b = before[i]
		}
		sum[g] += b * e[i] / w[i]
		by[g] += b
	}
	for i, g := range m.Group {
		e[i] -= w[i] * sum[g] / by[g]
	}
}
