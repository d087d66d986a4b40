package indicators

import (
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/words"
)

// A TrendQuestion asks what the yearly counts of a figure show. From and To are years; 0 leaves them
// to the data. Earlier and Later are two periods to compare; none are the last two years.
type TrendQuestion struct {
	Code           string
	Unit           org.UnitID
	From, To       int
	Earlier, Later period.Period
}

// A TrendAnswer is what the counts of years and months show, with the figures it rests on.
type TrendAnswer struct {
	Head    Answer   // of the last year
	Refused string   // why this figure has no trend, a Chinese sentence; then only Head is set
	Years   []Answer // oldest first, without the running one
	First   int      // of the unbroken run of years that ends with the last, which is judged; len(Years) where there is none
	Running int      // the year that is left out because it is not over, 0 for none

	Effort  *measure.Element // counts what was done to find what is counted; nil: not known
	Efforts []Answer         // of Years

	Series stats.YearSeries
	Result *stats.TurningResult
	Why    stats.Reason // why Result is nil

	Pair   *PairAnswer
	Months []Answer // oldest first, from the first year on
	Starts []StartAnswer
}

// A PairAnswer compares the counts of two periods. Said is why it does not, as a Chinese sentence with
// its arguments.
type PairAnswer struct {
	Earlier, Later Answer
	Result         *stats.RatioResult
	Effort         *stats.EffortResult
	Refused        error
}

// A StartAnswer compares the months before and after a known start.
type StartAnswer struct {
	Start   Start
	Months  []Answer // the unbroken run that ends with the newest month
	Before  int      // how many of Months lie before the start
	Result  *stats.StartResult
	Effort  *stats.EffortResult
	Why     stats.Reason
	Refused string // a Chinese sentence, where the figure or the unit is not fit for it
}

// After is how many months lie from the start on.
func (a StartAnswer) After() int { return max(0, len(a.Months)-max(0, a.Before)) }

// checkEffort reads the element of effort of a definition and writes its code; e is its formula, nil
// where it cannot be read or is yet to be filled in.
func (b *book) checkEffort(d *Definition, e *formula.Expr) (out fault.Findings) {
	d.Effort = strings.TrimSpace(d.Effort)
	if d.Effort == "" {
		return nil
	}
	say := func(rule, format string, args ...any) fault.Findings {
		return fault.Findings{{Field: "effort", Rule: rule, Value: d.Effort, Format: format, Args: args}}
	}
	x, ok := b.catalogue.Code(d.Effort)
	if !ok {
		var found []string
		for _, r := range b.ref(d.Effort) {
			if r.Element != nil {
				found = append(found, r.Code)
			}
		}
		if len(found) != 1 {
			return say("unknown-element", "没有代码或名称为“%s”的数据项；工作量数据项请从数据项中选择，或留空", d.Effort)
		}
		d.Effort = found[0]
		x, _ = b.catalogue.Code(d.Effort)
	}
	switch {
	case x.Kind != measure.Flow || x.Scale != 0:
		return say("effort", "工作量数据项 %s 应是整数的流量数据项，如检测人次；请另选，或留空", d.Effort)
	case e != nil && slices.ContainsFunc(b.elements(e, d.From), func(o measure.Element) bool { return o.Code == x.Code }):
		return say("effort", "工作量数据项 %s 就是公式里的数，不能说明查了多少；请另选，或留空", d.Effort)
	case e != nil && !b.countingOf(*d, e).count:
		return say("effort", "工作量数据项只用于人数、起数等计数指标；这个指标请留空")
	}
	return nil
}

// effortOf gives the element of effort of an answer: that of its definition; of a bare element that of
// the indicators that are nothing but this element, if they agree.
func (b *book) effortOf(x *formula.Expr, a Answer) *measure.Element {
	code := a.Definition.Effort
	if a.Element != nil && x != nil {
		for _, i := range b.list {
			e := b.formula(i.Code)
			if effort := i.Latest().Effort; effort != "" && e != nil && e.Codes() == x.Codes() {
				if code != "" && code != effort {
					return nil
				}
				code = effort
			}
		}
	}
	if e, ok := b.catalogue.Code(code); ok {
		return &e
	}
	return nil
}

// sameCount tells whether two definitions count the same.
func sameCount(a, b Definition) bool {
	return a.Formula == b.Formula && a.Format == b.Format && a.Rollup == b.Rollup
}

// effortShown gives a count of effort that may be told: shown, complete and whole.
func (a Answer) effortShown() (int64, bool) {
	v := a.Result.Value
	if a.Reason != measure.NoReason || a.Withheld || a.Incomplete || v == nil || !v.IsInt() || !v.Num().IsInt64() {
		return 0, false
	}
	n := v.Num().Int64()
	return n, n >= 0 && n <= 1_000_000_000_000
}

// runOf gives the index of the first of the unbroken run of counts that ends with the last.
func runOf(list []Answer) int {
	for i := len(list) - 1; i >= 0; i-- {
		if _, ok := list[i].countShown(); !ok {
			return i + 1
		}
	}
	return 0
}

// yearSeries makes the series that is judged from an unbroken run of years and the effort of the same
// years, nil where it is not known.
func yearSeries(run, efforts []Answer) (s stats.YearSeries) {
	for i, a := range run {
		n, _ := a.countShown()
		y, _, _ := a.Period.Last().Date()
		s.Years, s.Counts = append(s.Years, y), append(s.Counts, n)
		s.DefinitionChanged = s.DefinitionChanged || !sameCount(a.Definition, run[len(run)-1].Definition) || a.Result.Flags&formula.DefinitionChanged != 0
		if len(efforts) == len(run) {
			e, _ := efforts[i].effortShown() // 0 is not known either
			s.Effort = append(s.Effort, e)
		}
	}
	return s
}

// sameLength tells whether two periods are as long as each other: as many months, else as many days.
func sameLength(a, b period.Period) bool {
	la, ha, ok1 := a.Slots(period.Months)
	lb, hb, ok2 := b.Slots(period.Months)
	if ok1 && ok2 {
		return ha-la == hb-lb
	}
	return !ok1 && !ok2 && a.First().DaysUntil(a.Last()) == b.First().DaysUntil(b.Last())
}

// comparable tells why two counts are not compared; nil where they are.
func (p PairAnswer) comparable() error {
	a, b := p.Earlier, p.Later
	switch {
	case a.Period.Last() >= b.Period.First():
		return fault.New(fault.Invalid, "两期不能重叠，前一期应当在先；请改期别")
	case !sameLength(a.Period, b.Period):
		return fault.New(fault.Invalid, "%s与%s长短不同，不能直接相比；请选一样长的两期", fault.Named(a.Period), fault.Named(b.Period))
	case !sameCount(a.Definition, b.Definition):
		return fault.New(fault.Invalid, "%s与%s的统计口径不同，不能直接相比", fault.Named(a.Period), fault.Named(b.Period))
	}
	for _, x := range []Answer{a, b} {
		if _, ok := x.countShown(); !ok {
			return fault.New(fault.Invalid, "%s没有可以相比的数（未报、不完整或已隐去）；请换一期", fault.Named(x.Period))
		}
	}
	return nil
}

// compare compares the two counts exactly.
func (p *PairAnswer) compare() {
	if p.Refused = p.comparable(); p.Refused != nil {
		return
	}
	a, _ := p.Earlier.countShown()
	b, _ := p.Later.countShown()
	r, why := stats.PoissonRatio(stats.Count{N: a, Exposure: 1}, stats.Count{N: b, Exposure: 1}, chanceLevel)
	if why != "" {
		p.Refused = fault.New(fault.Invalid, why.Sentence())
		return
	}
	p.Result = &r
}

// said says the comparison: the counts, luck in words, effort, and that many looks find something.
func (p PairAnswer) said(effort *measure.Element, l words.Lang) []string {
	if p.Result == nil {
		return nil
	}
	in := func(a Answer) string { return l.Pick(a.Period.Chinese(), a.Period.English()) }
	r := *p.Result
	out := []string{said(stats.SayCounts(in(p.Earlier), p.Earlier.Text(l), in(p.Later), p.Later.Text(l), r), l)}
	if r.Earlier.N+r.Later.N >= 10 {
		out = append(out, said(stats.SayChance(r.P), l))
	}
	if p.Effort != nil && effort != nil {
		out = append(out, said(stats.SayEffort(in(p.Earlier), in(p.Later), p.Later.Title(l), l.Pick(effort.Name, effort.NameEN), l.Pick(effort.Unit, effort.UnitEN), *p.Effort, r.Clear() < 0), l))
	} else {
		out = append(out, l.Text(stats.EffortUnknown.Sentence()))
	}
	return append(out, said(stats.Statement{Code: stats.SayManyLooks}, l))
}

// turnSaid says the verdict on a series of years. The table of wordings speaks of persons; of
// anything else its headline and the numbers are said. effort is nil where it is not known.
func turnSaid(r stats.TurningResult, years []Answer, effort *measure.Element, l words.Lang) []string {
	var out []string
	last := years[len(years)-1]
	name, per := "", ""
	if effort != nil {
		name, per = l.Pick(effort.Name, effort.NameEN), l.Pick(effort.Unit, effort.UnitEN)
	}
	if last.counting.persons() {
		for _, s := range r.SayAbout(last.Title(l), name, per) {
			out = append(out, said(s, l))
		}
	} else {
		var numbers []string
		for _, a := range years {
			numbers = append(numbers, l.Pick(a.Period.Chinese(), a.Period.English()+" ")+a.Text(l))
		}
		out = append(out, strings.Join(numbers, l.Text("、"))+l.Text("：")+said(r.Verdict.Headline(), l))
		if e := r.Effort; e != nil && name != "" {
			in := func(y int) string { return l.Pick(words.T(words.Chinese, "%d年", y), itoa(y)) }
			out = append(out, said(stats.SayEffort(in(e.FromYear), in(e.ToYear), last.Title(l), name, per, *e, r.Verdict == stats.FallingNoTurnSeen), l))
		}
	}
	if slices.Contains(r.Held, stats.EffortUnknown) {
		out = append(out, l.Text(stats.EffortUnknown.Sentence()))
	}
	if r.Permutation != nil {
		out = append(out, words.T(l, "置换检验 %d 次，随机种子 %d。", stats.JoinpointPermutations, stats.DefaultSeed))
	}
	return out
}
