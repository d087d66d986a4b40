package indicators

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/words"
)

// mostMonths is how many months back a series of months is looked for.
const mostMonths = 180

// turnings keeps verdicts on series that were judged. A verdict depends on the series only (the seed is
// fixed), so it is found by what was judged and never grows old; many permutations are not made twice.
type turnings struct {
	mu    sync.Mutex
	known map[string]*judgedYears
}

type judgedYears struct {
	once sync.Once
	r    stats.TurningResult
	why  stats.Reason
}

// mostTurned is how many verdicts are kept.
const mostTurned = 512

// of judges a series. The result is shared and must not be changed.
func (t *turnings) of(s stats.YearSeries) (stats.TurningResult, stats.Reason) {
	key := fmt.Sprint(s)
	t.mu.Lock()
	v := t.known[key]
	if v == nil {
		if t.known == nil || len(t.known) >= mostTurned {
			t.known = map[string]*judgedYears{}
		}
		v = &judgedYears{}
		t.known[key] = v
	}
	t.mu.Unlock()
	v.once.Do(func() { v.r, v.why = stats.Turning(s, stats.JoinpointPermutations, stats.NewRandom(stats.DefaultSeed)) })
	return v.r, v.why
}

// yearsTo lists the years from one to another.
func yearsTo(from, to int) (out []period.Period) {
	for y := max(from, 1000); y <= to; y++ {
		out = append(out, period.MustParse(fmt.Sprintf("%04d", y)))
	}
	return out
}

// effortsOf answers the element of effort of a figure beside its answers; nil where it is not known.
func (k *asking) effortsOf(x *formula.Expr, q Question, list []Answer) (*measure.Element, []Answer) {
	if len(list) == 0 {
		return nil, nil
	}
	e := k.book.effortOf(x, list[len(list)-1])
	if e == nil {
		return nil, nil
	}
	ref, err := k.refOf(e.Code)
	if err != nil {
		return nil, nil
	}
	periods := make([]period.Period, len(list))
	for i, a := range list {
		periods[i] = a.Period
	}
	return e, k.over(ref, k.book.of(ref), "", q.Unit, periods, -1)
}

// effortBetween compares the effort of two answers; nil where it is not known.
func effortBetween(list, efforts []Answer) *stats.EffortResult {
	if len(list) != 2 || len(efforts) != 2 {
		return nil
	}
	a, ok1 := list[0].countShown()
	b, ok2 := list[1].countShown()
	ea, ok3 := efforts[0].effortShown()
	eb, ok4 := efforts[1].effortShown()
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return nil
	}
	if r, why := stats.Effort(ea, eb, a, b); why == "" {
		return &r
	}
	return nil
}

// effortAround compares the mean effort a month before and after a start; nil where a month is not known.
func effortAround(list, efforts []Answer, before int) *stats.EffortResult {
	if len(efforts) != len(list) || before <= 0 || before >= len(list) {
		return nil
	}
	var done, found [2]int64
	for i := range list {
		n, ok1 := list[i].countShown()
		e, ok2 := efforts[i].effortShown()
		if !ok1 || !ok2 {
			return nil
		}
		side := 0
		if i >= before {
			side = 1
		}
		done[side] += e
		found[side] += n
	}
	a, b := int64(before), int64(len(list)-before)
	if r, why := stats.Effort(done[0]*b, done[1]*a, found[0]*b, found[1]*a); why == "" { // per month, in whole numbers
		return &r
	}
	return nil
}

// Trends tells what the yearly counts of a figure show, what two periods do, and what the months before
// and after each known start do. Counts that the reader may not see end a series.
func (s *Service) Trends(ctx context.Context, reader perm.Actor, q TrendQuestion) (t TrendAnswer, err error) {
	defer fault.Wrap(&err, "indicators.Trends(%s, %d)", q.Code, q.Unit)
	k, err := s.ask(ctx, reader, 0)
	if err != nil {
		return t, err
	}
	defer k.done()
	ref, err := k.refOf(q.Code)
	if err != nil {
		return t, err
	}
	x := k.book.of(ref)
	if y, _, _ := s.today().Date(); q.To == 0 || q.To >= y {
		q.To, t.Running = y-1, y
	}
	if q.From == 0 || q.From < q.To-turningBack+1 {
		q.From = q.To - turningBack + 1
	}
	if q.From > q.To {
		return t, fault.New(fault.Invalid, "起始年 %d 晚于结束年 %d；请改年份", q.From, q.To)
	}
	list := k.over(ref, x, "", q.Unit, yearsTo(q.From, q.To), -1)
	t.Head = list[len(list)-1]
	if t.Refused = k.trendless(t.Head, x, q.Unit); t.Refused != "" {
		return t, nil
	}
	t.Years = withData(list)
	t.First = len(t.Years)
	if len(t.Years) == 0 {
		return t, nil
	}
	t.Head = t.Years[len(t.Years)-1]
	t.First = runOf(t.Years)
	about := Question{Code: q.Code, Unit: q.Unit}
	t.Effort, t.Efforts = k.effortsOf(x, about, t.Years)
	if run := t.Years[t.First:]; len(run) > 0 {
		var efforts []Answer
		if t.Effort != nil {
			efforts = t.Efforts[t.First:]
		}
		t.Series = yearSeries(run, efforts)
		r, why := s.turns.of(t.Series)
		if t.Why = why; why == "" {
			t.Result = &r
		}
	}
	t.Pair = k.pairOf(ref, x, q, t.Years)
	k.monthsOf(ref, x, q, &t)
	return t, nil
}

// A Headline is the verdict on the years of a count in a few words.
type Headline struct{ Code, Name, Said string }

// Headlines gives the verdicts on the years of several counts at a unit, up to the last year that is
// over and has a count; none for a figure with fewer than three years.
func (s *Service) Headlines(ctx context.Context, reader perm.Actor, codes []string, unit org.UnitID, l words.Lang) (out []Headline, err error) {
	defer fault.Wrap(&err, "indicators.Headlines(%d codes, %d)", len(codes), unit)
	k, err := s.ask(ctx, reader, 0)
	if err != nil {
		return nil, err
	}
	defer k.done()
	y, _, _ := s.today().Date()
	for _, code := range codes {
		ref, err := k.refOf(code)
		if err != nil {
			return nil, err
		}
		x := k.book.of(ref)
		years := withData(k.over(ref, x, "", unit, yearsTo(y-turningBack, y-1), -1))
		run := years[runOf(years):]
		if len(run) < 3 {
			continue
		}
		_, efforts := k.effortsOf(x, Question{Code: code, Unit: unit}, run)
		if r, why := s.turns.of(yearSeries(run, efforts)); why == "" {
			out = append(out, Headline{Code: code, Name: run[0].Title(l), Said: said(r.Verdict.Headline(), l)})
		}
	}
	return out, nil
}

// trendless tells why a figure has no trend of counts, as a Chinese sentence; "" where it has one.
func (k *asking) trendless(a Answer, x *formula.Expr, unit org.UnitID) string {
	switch {
	case a.Reason == measure.NotFilled || a.Reason == measure.NotDefined:
		return "这个指标还没有定义，或在这些年度还没有施行；请换年份，或由禁毒办填写公式。"
	case !a.counting.count:
		return "这里只分析人数、起数这样逐年累计的计数；比率、存量、名次和计划数的走势见指标页。"
	case a.Reason == measure.BelowLevel:
		return "这个指标不报到这一级单位；请看上级单位的走势。"
	}
	return ""
}

// withData cuts off the years before the first and after the last that have anything to show.
func withData(list []Answer) []Answer {
	has := func(a Answer) bool { return a.Printed != nil || a.Withheld }
	lo := slices.IndexFunc(list, has)
	if lo < 0 {
		return nil
	}
	hi := len(list)
	for !has(list[hi-1]) {
		hi--
	}
	return list[lo:hi]
}

// pairOf compares the two periods asked for, or the last two years.
func (k *asking) pairOf(ref formula.Ref, x *formula.Expr, q TrendQuestion, years []Answer) *PairAnswer {
	if q.Earlier.IsZero() || q.Later.IsZero() {
		if len(years) < 2 {
			return nil
		}
		q.Earlier, q.Later = years[len(years)-2].Period, years[len(years)-1].Period
	}
	list := k.over(ref, x, "", q.Unit, []period.Period{q.Earlier, q.Later}, -1)
	p := &PairAnswer{Earlier: list[0], Later: list[1]}
	p.compare()
	if p.Result != nil {
		_, efforts := k.effortsOf(x, Question{Code: q.Code, Unit: q.Unit}, list)
		p.Effort = effortBetween(list, efforts)
	}
	return p
}

// monthsOf adds the months of the years and the comparisons before and after the known starts. The
// months of starts go on to the newest one, whatever the last year asked for.
func (k *asking) monthsOf(ref formula.Ref, x *formula.Expr, q TrendQuestion, t *TrendAnswer) {
	now := period.Months.SlotOf(k.src.today) // running, so not counted
	y, _, _ := t.Years[0].Period.First().Date()
	from := max(period.Months.First(y), now-mostMonths)
	var months []period.Period
	for m := from; m < now; m++ {
		months = append(months, period.Months.Period(m))
	}
	var list []Answer
	if len(months) > 0 {
		list = withData(k.over(ref, x, "", q.Unit, months, -1))
	}
	last, _, _ := t.Years[len(t.Years)-1].Period.Last().Date()
	for _, a := range list {
		if period.Months.SlotOf(a.Period.First()) < period.Months.First(last+1) {
			t.Months = append(t.Months, a)
		}
	}
	for len(list) > 0 {
		if _, ok := list[len(list)-1].countShown(); ok {
			break
		}
		list = list[:len(list)-1] // the newest months may still be on their way
	}
	run := list[runOf(list):]
	effort, efforts := k.effortsOf(x, Question{Code: q.Code, Unit: q.Unit}, run)
	tree := k.src.units.On(k.src.today)
	for _, s := range k.book.starts {
		if s.Latest().Ended {
			continue
		}
		a := StartAnswer{Start: s, Months: run}
		switch {
		case !tree.Has(q.Unit) || tree.Level(q.Unit) > org.LevelCounty:
			a.Refused = "前后比较只对全县及以上做：乡镇、村每月的数太少，偶然波动太大。"
		case len(run) == 0:
			a.Refused = "没有按月的数，不能比较起点前后；按年填报的数据项请看年度走势。"
		case !sameMonths(run):
			a.Refused = "各月的统计口径有变化，起点前后不能直接比较。"
		default:
			a.Before = int(s.Latest().First() - period.Months.SlotOf(run[0].Period.First()))
			counts := make([]int64, len(run))
			for i := range run {
				counts[i], _ = run[i].countShown()
			}
			r, why := stats.CompareStart(counts, a.Before)
			if a.Why = why; why == "" {
				a.Result = &r
				if effort != nil {
					a.Effort = effortAround(run, efforts, a.Before)
				}
			}
		}
		t.Starts = append(t.Starts, a)
	}
}

func sameMonths(run []Answer) bool {
	for _, a := range run {
		if !sameCount(a.Definition, run[len(run)-1].Definition) || a.Result.Flags&formula.DefinitionChanged != 0 {
			return false
		}
	}
	return true
}

// inOrder sorts starts by day, those that were withdrawn last.
func inOrder(list []Start) []Start {
	slices.SortStableFunc(list, func(a, b Start) int {
		x, y := a.Latest(), b.Latest()
		if x.Ended != y.Ended {
			if x.Ended {
				return 1
			}
			return -1
		}
		return int(x.Day) - int(y.Day)
	})
	return list
}
