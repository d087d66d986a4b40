package surveys

import (
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/stats"
)

// level is that of all intervals.
const level = 0.95

// large scales equal weights of a sample from a population that is unknown or large, so that the
// design effect is that against a sample from a large population.
const large = 1e6

// A Part is a share of one group of people: the whole, or a stratum.
type Part struct {
	Name                      string
	Interviews, Yes, No, Left int64
	Est                       stats.Estimate
	Why                       stats.Reason // why there is no interval
}

// Base is how many answers the share rests on.
func (p Part) Base() int64 { return p.Yes + p.No }

// Effective gives how many persons drawn simply at random have the same error, 0 for unknown.
func (p Part) Effective() int64 {
	if p.Why != "" || !(p.Est.Deff > 0) {
		return 0
	}
	return int64(float64(p.Est.Answers)/p.Est.Deff + 0.5)
}

// A Result is what a survey shows on one question. Held says why the sample as it stands gives no
// estimate; then there are counts only.
type Result struct {
	Question Question
	Answers  []int64
	Whole    Part
	Strata   []Part
	Merged   [][2]string // stratum, and the one it is joined with for the error
	Weights  string      // how persons were weighted, in Chinese
	Caps     []stats.SurveyCap
	Held     error
}

// Reference tells whether the result is for reference only.
func (r Result) Reference() bool { return len(r.Caps) > 0 }

// Target compares the result with its question's target; ok is false without target or estimate.
func (r Result) Target() (t stats.SurveyTarget, ok bool) {
	want, has := r.Question.target()
	if !has || r.Held != nil || r.Whole.Why != "" && r.Whole.Why != stats.NoIntervalAtEnd {
		return t, false
	}
	return r.Whole.Est.TargetOf(want), true
}

func (q Question) part(name string, c Counts) Part {
	p := Part{Name: name}
	for i, n := range c.answers(q) {
		p.Interviews += n
		switch q.Answers[i].Class {
		case Counted:
			p.Yes += n
		case Other:
			p.No += n
		default:
			p.Left += n
		}
	}
	return p
}

// Analyse estimates the share of a question from the design of the survey (METHODS §5). A stratum
// with a single cluster or a single interview is joined with the one that its Merge names, and the
// result says so; without one the question is held. A stratum without interviews is held as well:
// nothing is dropped silently.
func (s Survey) Analyse(q Question, all Counts) Result {
	c := all.of(q.Code)
	r := Result{Question: q, Answers: c.answers(q), Whole: q.part(whole, c)}
	if s.Design == Convenience {
		r.Whole.Why = stats.NotASample
		for _, h := range s.Strata {
			if len(s.Strata) == 1 {
				break
			}
			p := q.part(h.Name, c.in(h.Name))
			p.Why = stats.NotASample
			r.Strata = append(r.Strata, p)
		}
		return r
	}
	r.Caps = stats.SurveyCaps(s.FrameKnown, s.Approached, all.interviews())
	x := s.expand(q, c)
	r.Merged, r.Weights = x.merged, x.weights
	r.Held = x.held
	if c.total() == 0 {
		r.Whole.Why = stats.NoData
	} else {
		x.share(&r.Whole, nil)
	}
	if !s.Design.strata() {
		return r
	}
	for i, h := range s.Strata {
		p := q.part(h.Name, c.in(h.Name))
		if p.Interviews == 0 {
			p.Why = stats.NoData
		} else {
			x.share(&p, func(stratum int) bool { return stratum == i })
		}
		r.Strata = append(r.Strata, p)
	}
	return r
}

// A sample is the persons of one question, a row each, made of its counts.
type sample struct {
	survey  stats.Survey
	stratum []int // row → stratum of the survey
	yes, in []bool
	shared  []bool // strata whose error is joined with that of others
	merged  [][2]string
	weights string
	held    error
}

// unsaid is the reason of a part whose survey holds all its estimates.
const unsaid stats.Reason = "held"

// The ways in which persons are weighted.
const (
	weightsGiven  = "按数据中的权数加权"
	weightsStrata = "按各层人口数与访问人数之比加权"
	weightsEqual  = "每人权数相同"
)

// groups gives for each stratum the one that carries its error and, where it has no interview, its
// people.
func (s Survey) groups() []int {
	out := make([]int, len(s.Strata))
	for i, h := range s.Strata {
		out[i] = i
		if j := s.stratum(h.Merge); h.Merge != "" && j >= 0 {
			out[i] = j
		}
	}
	return out
}

// expand makes the rows and finds what holds the estimate.
func (s Survey) expand(q Question, c Counts) *sample {
	x := &sample{survey: stats.Survey{Kind: s.sampling()}, shared: make([]bool, len(s.Strata))}
	group := s.groups()
	for i, g := range group {
		if g != i {
			x.shared[i], x.shared[g] = true, true
		}
	}
	interviews := make([]int64, len(s.Strata))
	units := make([]map[string]bool, len(s.Strata)) // of the group that carries the error
	for _, n := range c {
		i := s.stratum(n.Stratum)
		if i < 0 {
			x.held = fault.New(fault.Invalid, "数据中的层“%s”不在调查的分层里；请核对分层", n.Stratum)
			return x
		}
		interviews[i] += n.N
		g := group[i]
		if units[g] == nil {
			units[g] = map[string]bool{}
		}
		units[g][n.Stratum+"\x00"+n.Cluster] = true
	}
	var empty, lonely, over []string
	people := make([]int64, len(s.Strata))
	var all int64
	for i, h := range s.Strata {
		all += interviews[i]
		people[i] += h.People
		if interviews[i] > 0 {
			continue
		}
		if g := group[i]; g != i && interviews[g] > 0 {
			people[g] += h.People
			continue
		}
		empty = append(empty, h.Name)
	}
	var fractions []float64
	for i, h := range s.Strata {
		if h.People > 0 && interviews[i] > h.People {
			over = append(over, h.Name)
		}
		if group[i] != i {
			x.merged = append(x.merged, [2]string{h.Name, s.Strata[group[i]].Name})
		}
		fractions = append(fractions, s.available(group, i))
		if group[i] != i || units[i] == nil {
			continue
		}
		var n int64
		for j := range s.Strata {
			if group[j] == i {
				n += interviews[j]
			}
		}
		if s.Design.clusters() {
			n = int64(len(units[i]))
		}
		if n == 1 && fractions[i] != 1 {
			lonely = append(lonely, h.Name)
		}
	}
	switch {
	case all == 0:
		return x
	case len(empty) > 0:
		x.held = fault.New(fault.Invalid, "这些层没有访问到人，结果不能代表它们：%s；请补访、写明并入哪一层，或从调查范围和分层中删去", strings.Join(empty, "、"))
	case len(over) > 0:
		x.held = fault.New(fault.Invalid, "这些层访问的人数多于人口数：%s；请核对", strings.Join(over, "、"))
	case len(lonely) > 0 && s.Design.clusters() && s.Design.strata():
		x.held = fault.New(fault.Invalid, "这些层只有一个抽样点，不能估计误差：%s；请在“分层”里写明并入哪个相近的层", strings.Join(lonely, "、"))
	case len(lonely) > 0 && s.Design.strata():
		x.held = fault.New(fault.Invalid, "这些层只访问了一人，不能估计误差：%s；请在“分层”里写明并入哪个相近的层", strings.Join(lonely, "、"))
	case len(lonely) > 0:
		x.held = fault.New(fault.Invalid, "全部数据只有一个抽样点，不能估计误差；至少要有两个村（组）")
	case !c.weighted() && s.Design.strata() && s.Strata[0].People == 0:
		x.held = fault.New(fault.Invalid, "分层抽样要写各层的人口数，或在数据中给出权数，否则各层不能合在一起")
	}
	if x.held == nil {
		s.fill(q, c, x, group, interviews, people, fractions)
	}
	return x
}

// available gives how many sampling units the group of a stratum has in all, 0 for unknown or for a
// second stage of sampling: then there is no finite correction.
func (s Survey) available(group []int, i int) (n float64) {
	for j, h := range s.Strata {
		if group[j] != group[i] {
			continue
		}
		k := h.People
		if s.Design.clusters() {
			k = h.Clusters
		}
		if k == 0 || s.Design.clusters() && !s.WholeCluster {
			return 0
		}
		n += float64(k)
	}
	return n
}

// fill writes the rows of a sample that nothing holds.
func (s Survey) fill(q Question, c Counts, x *sample, group []int, interviews, people []int64, fractions []float64) {
	given := c.weighted()
	var sum float64
	x.weights = weightsEqual
	switch {
	case given:
		x.weights = weightsGiven
	case s.Design.strata():
		x.weights = weightsStrata
	}
	clusters := map[string]int{}
	x.survey.Population = make([]float64, len(s.Strata))
	for i := range s.Strata {
		x.survey.Population[i] = fractions[i]
	}
	for _, n := range c {
		i := s.stratum(n.Stratum)
		w := large
		switch {
		case given:
			w = weight(n.Weight)
		case people[i] > 0:
			w = float64(people[i]) / float64(interviews[i])
		}
		class := q.Answers[n.Answer].Class
		key := n.Stratum + "\x00" + n.Cluster
		if _, ok := clusters[key]; !ok {
			clusters[key] = len(clusters)
		}
		for range n.N {
			x.survey.Weights = append(x.survey.Weights, w)
			x.survey.Strata = append(x.survey.Strata, group[i])
			if s.Design.clusters() {
				x.survey.Clusters = append(x.survey.Clusters, clusters[key])
			}
			x.stratum = append(x.stratum, i)
			x.yes = append(x.yes, class == Counted)
			x.in = append(x.in, class != LeftOut)
			sum += w
		}
	}
	// Weights that add up to the interviews say nothing of the population.
	if n := float64(len(x.survey.Weights)); given && sum < n*1.000001 {
		for i := range x.survey.Weights {
			x.survey.Weights[i] *= large
		}
	}
}

// share estimates a part; of picks its strata. A stratum is estimated by its own part of the
// design, so that its interval rests on its own clusters and not on those of others.
func (x *sample) share(p *Part, of func(stratum int) bool) {
	p.Est.Answers = int(p.Base())
	if x.held != nil {
		p.Why = unsaid
		return
	}
	v := stats.Survey{Kind: x.survey.Kind, Population: x.survey.Population}
	var yes, in []bool
	joined := false
	for i := range x.yes {
		if of != nil && !of(x.stratum[i]) {
			continue
		}
		joined = joined || of != nil && x.shared[x.stratum[i]]
		v.Strata = append(v.Strata, x.survey.Strata[i])
		v.Weights = append(v.Weights, x.survey.Weights[i])
		if x.survey.Clusters != nil {
			v.Clusters = append(v.Clusters, x.survey.Clusters[i])
		}
		yes, in = append(yes, x.yes[i]), append(in, x.in[i])
	}
	if joined {
		v.Population = nil // it is that of several strata
	}
	if len(v.Weights) == 0 {
		p.Why = stats.NoData
		return
	}
	est, why := v.Share(yes, in, level)
	p.Why = why
	if why == "" {
		p.Est = est
	} else if p.Base() > 0 && why == stats.NoIntervalAtEnd {
		p.Est.Value = float64(min(p.Yes, 1))
	}
}

// A Wave compares a question with that of an earlier survey. Fault says why there is no comparison.
type Wave struct {
	Earlier   Survey
	Was       Result
	Change    stats.WaveChange
	Fault     stats.WaveFault
	Reference bool
}

// CompareWith compares a result with an earlier wave: the same question, the same answers that
// count, the same mode, both drawn by chance (METHODS §5).
func (s Survey) CompareWith(now Result, earlier Survey, c Counts) Wave {
	w := Wave{Earlier: earlier}
	i := -1
	for j, q := range earlier.Questions {
		if q.alike(now.Question) {
			i = j
			break
		}
	}
	switch {
	case s.Design == Convenience || earlier.Design == Convenience:
		w.Fault = stats.StreetWave
	case i < 0:
		w.Fault = stats.OtherQuestion
	case s.Mode != earlier.Mode:
		w.Fault = stats.OtherMode
	}
	if w.Fault != "" {
		return w
	}
	w.Was = earlier.Analyse(earlier.Questions[i], c)
	w.Reference = now.Reference() || w.Was.Reference()
	var why stats.Reason
	if now.Held != nil || w.Was.Held != nil || now.Whole.Why != "" || w.Was.Whole.Why != "" {
		why = stats.NotDefined
	} else {
		w.Change, why = stats.CompareWaves(w.Was.Whole.Est, now.Whole.Est, level)
	}
	if why != "" {
		w.Fault = stats.NoWave
	}
	return w
}

// Sentences says a result in order: what the share is, that it is for reference only, the target,
// the earlier wave, the design. Population and the name of the share come in the reader's language.
func (r Result) Sentences(s Survey, subject, population, place, target string, wave *Wave, earlier string) (out []stats.Statement) {
	if s.Design == Convenience {
		return []stats.Statement{{Code: stats.SaySurveyConvenience, Args: []any{place, r.Whole.Interviews, population}}}
	}
	if r.Held != nil || r.Whole.Why == stats.NoData {
		return nil
	}
	out = append(out, stats.SaySurveyed(r.Whole.Interviews, subject, population, r.Whole.Est, r.Whole.Why))
	if r.Whole.Why != "" && r.Whole.Why != stats.NoIntervalAtEnd {
		return out
	}
	if t, ok := r.Target(); ok {
		out = append(out, t.Say(target, r.Reference()))
	}
	if r.Reference() {
		out = append(out, stats.SayCaps(r.Caps))
	}
	switch {
	case wave == nil:
	case wave.Fault != "":
		out = append(out, stats.SayUnlike(earlier, wave.Fault))
	default:
		out = append(out, stats.SayWaves(earlier, wave.Was.Whole.Est, wave.Change, wave.Reference))
	}
	if n := r.Whole.Effective(); n > 0 && r.Whole.Why == "" {
		out = append(out, stats.Statement{Code: stats.SaySurveyDeff, Args: []any{int64(r.Whole.Est.Answers), n, deff(r.Whole.Est.Deff)}})
	}
	for _, m := range r.Merged {
		out = append(out, stats.Statement{Code: stats.SaySurveyMerged, Args: []any{m[0], m[1]}})
	}
	return out
}
