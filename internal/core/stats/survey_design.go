package stats

import (
	"math"
)

// A Sampling says how the persons of a survey were reached.
type Sampling uint8

// The ways of reaching people. Only a probability sample allows an inference; street and school
// questionnaires (Convenience) show counts and never an interval (METHODS 5).
const (
	Convenience Sampling = iota
	ProbabilitySample
)

// minAnswers is the fewest interviews in a group for an interval (METHODS 11).
const minAnswers = 30

// A Survey is the design of a sample with one row a person. Strata and Clusters hold a number
// from 0 for each row; nil means one stratum, or every person a cluster. A cluster number is
// valid inside its stratum. Weights are design weights above 0. Population holds for each stratum
// the number of clusters (persons without clusters) that it has in all; nil, or 0 for a stratum,
// means that the sample is a small part (no finite population correction).
type Survey struct {
	Kind       Sampling
	Strata     []int
	Clusters   []int
	Weights    []float64
	Population []float64
}

// An Estimate is a survey estimate. For a share it is a fraction. SE is the standard error, DF
// the degrees of freedom (clusters − strata). Interval uses Student's t for means and totals and
// the logit for shares. Deff is the design effect against a simple random sample without
// replacement of the same size, 0 where it is not defined. Answers counts the rows used.
type Estimate struct {
	Value, SE, Deff float64
	DF              int
	Interval        Interval
	Answers         int
}

// A design is a checked survey with its rows sorted into strata and clusters.
type design struct {
	weights   []float64
	cluster   []int // row → index of its cluster
	stratum   []int // cluster → index of its stratum
	perStrata []int // stratum → number of clusters
	fraction  []float64
	df        int
	nested    bool // clusters given
}

// prepare checks the survey and numbers its clusters.
func (s Survey) prepare() (*design, Reason) {
	n := len(s.Weights)
	if n == 0 {
		return nil, NoData
	}
	if s.Strata != nil && len(s.Strata) != n || s.Clusters != nil && len(s.Clusters) != n {
		return nil, BadInput
	}
	d := &design{weights: s.Weights, cluster: make([]int, n), nested: s.Clusters != nil}
	strata := map[int]int{}
	clusters := map[[2]int]int{}
	var names []int
	for i, w := range s.Weights {
		if !(w > 0) || w > 1e12 {
			return nil, BadInput
		}
		key := [2]int{0, i}
		if s.Strata != nil {
			key[0] = s.Strata[i]
		}
		if s.Clusters != nil {
			key[1] = s.Clusters[i]
		}
		h, ok := strata[key[0]]
		if !ok {
			h = len(strata)
			strata[key[0]] = h
			d.perStrata = append(d.perStrata, 0)
			names = append(names, key[0])
		}
		c, ok := clusters[key]
		if !ok {
			c = len(clusters)
			clusters[key] = c
			d.stratum = append(d.stratum, h)
			d.perStrata[h]++
		}
		d.cluster[i] = c
	}
	for h, m := range d.perStrata {
		f := 0.0
		if s.Population != nil {
			if names[h] < 0 || names[h] >= len(s.Population) {
				return nil, BadInput
			}
			if all := s.Population[names[h]]; all > 0 {
				if float64(m) > all || !finite(all) {
					return nil, BadInput
				}
				f = float64(m) / all
			}
		}
		d.fraction = append(d.fraction, f)
		if m == 1 && f < 1 {
			return nil, LonelyCluster
		}
	}
	d.df = len(d.stratum) - len(d.perStrata)
	if d.df < 1 {
		return nil, LonelyCluster
	}
	return d, ""
}

// variance gives the variance of the sum of linearised values e: in every stratum (1−f) m/(m−1)
// times the squared deviations of the cluster sums from their mean.
func (d *design) variance(e []float64) float64 {
	sums := make([]float64, len(d.stratum))
	for i, v := range e {
		sums[d.cluster[i]] += v
	}
	mean := make([]float64, len(d.perStrata))
	for c, v := range sums {
		mean[d.stratum[c]] += v / float64(d.perStrata[d.stratum[c]])
	}
	total := 0.0
	for c, v := range sums {
		h := d.stratum[c]
		if m := float64(d.perStrata[h]); m > 1 {
			total += float64((1 - d.fraction[h]) * m / (m - 1) * float64((v-mean[h])*(v-mean[h])))
		}
	}
	return math.Max(0, total)
}

// mean gives the weighted mean of y over the rows for which in holds (all for nil) with its
// linearised variance and design effect. A residual changes the linearised values (weights
// adjusted to a population); it may be nil.
func (d *design) mean(y, w []float64, in []bool, residual func([]float64)) (est Estimate, ok bool) {
	sw, sy, rows := 0.0, 0.0, 0
	for i, v := range y {
		if in == nil || in[i] {
			sw += w[i]
			sy += float64(w[i] * v)
			rows++
		}
	}
	if sw <= 0 {
		return Estimate{}, false
	}
	m := sy / sw
	e := make([]float64, len(y))
	spread := 0.0
	for i, v := range y {
		if in == nil || in[i] {
			e[i] = w[i] * (v - m) / sw
			spread += float64(w[i] * (v - m) * (v - m))
		}
	}
	if residual != nil {
		residual(e)
	}
	est = Estimate{Value: m, DF: d.df, Answers: rows}
	v := d.variance(e)
	est.SE = math.Sqrt(v)
	if n := float64(rows); n > 1 && sw > n {
		if simple := spread / sw * n / (n - 1) * (sw - n) / (sw * n); simple > 0 {
			est.Deff = v / simple
		}
	}
	return est, finite(est.Value, est.SE, est.Deff)
}

// gate gives the reason why a group of so many rows allows no inference.
func (s Survey) gate(rows int) Reason {
	switch {
	case s.Kind != ProbabilitySample:
		return NotASample
	case rows < minAnswers:
		return TooFewAnswers
	}
	return ""
}

func (s Survey) checkColumn(y []float64, in []bool, level float64) Reason {
	if len(y) != len(s.Weights) || in != nil && len(in) != len(y) || !levelOK(level) {
		return BadInput
	}
	for _, v := range y {
		if !finite(v) || math.Abs(v) > 1e12 {
			return BadInput
		}
	}
	return ""
}

// Mean gives the design-based mean of y among the rows of a group (nil: all): ratio of weighted
// totals, Taylor-linearised standard error, t interval (METHODS 5). A group keeps the whole
// design, so its error is that of a domain. The gate: a probability sample, 30 interviews in the
// group, no stratum with a single cluster (merge it with a like one).
func (s Survey) Mean(y []float64, group []bool, level float64) (Estimate, Reason) {
	d, est, r := s.estimate(y, group, level)
	if r != "" {
		return Estimate{}, r
	}
	est.Interval = around(est.Value, est.SE, tOf(level, float64(d.df)), level, "t")
	return est, ""
}

// Share gives the design-based share of yes answers in a group as a fraction, with the logit
// interval logit(p) ± t·SE/(p(1−p)) that stays inside 0 and 1 (METHODS 5). The gate is that of
// Mean; where all answers are the same there is no standard error and NoIntervalAtEnd is given.
func (s Survey) Share(yes, group []bool, level float64) (Estimate, Reason) {
	d, est, r := s.estimate(indicator(yes), group, level)
	if r != "" {
		return Estimate{}, r
	}
	if est.Value <= 0 || est.Value >= 1 {
		return Estimate{}, NoIntervalAtEnd
	}
	est.Interval = logitInterval(est, tOf(level, float64(d.df)), level)
	return est, ""
}

// Total gives the estimated total of y in the population with its t interval. The gate is that of
// Mean. It has no design effect.
func (s Survey) Total(y []float64, level float64) (Estimate, Reason) {
	if r := s.checkColumn(y, nil, level); r != "" {
		return Estimate{}, r
	}
	if r := s.gate(len(y)); r != "" {
		return Estimate{}, r
	}
	d, r := s.prepare()
	if r != "" {
		return Estimate{}, r
	}
	est := d.total(y)
	est.Interval = around(est.Value, est.SE, tOf(level, float64(d.df)), level, "t")
	return est, ""
}

func (d *design) total(y []float64) Estimate {
	e := make([]float64, len(y))
	for i, v := range y {
		e[i] = d.weights[i] * v
	}
	return Estimate{Value: sumOf(e), SE: math.Sqrt(d.variance(e)), DF: d.df, Answers: len(y)}
}

func (s Survey) estimate(y []float64, group []bool, level float64) (*design, Estimate, Reason) {
	if r := s.checkColumn(y, group, level); r != "" {
		return nil, Estimate{}, r
	}
	rows := len(y)
	if group != nil {
		rows = 0
		for _, in := range group {
			if in {
				rows++
			}
		}
	}
	if r := s.gate(rows); r != "" {
		return nil, Estimate{}, r
	}
	d, r := s.prepare()
	if r != "" {
		return nil, Estimate{}, r
	}
	est, ok := d.mean(y, s.Weights, group, nil)
	if !ok {
		return nil, Estimate{}, NotDefined
	}
	return d, est, ""
}

func indicator(yes []bool) []float64 {
	y := make([]float64, len(yes))
	for i, v := range yes {
		if v {
			y[i] = 1
		}
	}
	return y
}

func around(v, se, t, level float64, method string) Interval {
	return Interval{Lo: v - float64(t*se), Hi: v + float64(t*se), Level: level, Method: method}
}

func logitInterval(est Estimate, t, level float64) Interval {
	p := est.Value
	l, h := math.Log(p/(1-p)), t*est.SE/(p*(1-p))
	return Interval{Lo: 1 / (1 + math.Exp(h-l)), Hi: 1 / (1 + math.Exp(-l-h)), Level: level, Method: "logit"}
}

// A WaveChange compares two waves of the same questions asked in the same way: Difference is the
// second minus the first. Beyond tells that the difference is outside chance.
type WaveChange struct {
	Difference float64
	Interval   Interval
	Beyond     bool
}

// CompareWaves gives the difference of two independent estimates ± z √(se₁² + se₂²) (METHODS 5).
// The gate is that both estimates passed theirs (their standard errors are above 0).
func CompareWaves(first, second Estimate, level float64) (WaveChange, Reason) {
	if !(first.SE > 0 && second.SE > 0) || !levelOK(level) || !finite(first.Value, second.Value, first.SE, second.SE) {
		return WaveChange{}, BadInput
	}
	d := WaveChange{Difference: second.Value - first.Value}
	d.Interval = around(d.Difference, math.Hypot(first.SE, second.SE), zOf(level), level, "normal")
	d.Beyond = d.Interval.Lo > 0 || d.Interval.Hi < 0
	return d, ""
}
