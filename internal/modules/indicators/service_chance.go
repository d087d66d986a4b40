package indicators

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/words"
)

// turningBack is how many years back a series of years is looked for.
const turningBack = 30

// Statistics says in sentences what the counts behind a figure show, beside its official verdict:
// of a share its interval and what it supports about the target; of a count the change against the
// period a year before, and for whole years, three of them or more, what the series says of a
// turning point (METHODS §1, §4.1, §12). It says nothing of what the reader may not see.
func (s *Service) Statistics(ctx context.Context, reader perm.Actor, q Question, l words.Lang) (out []string, err error) {
	defer fault.Wrap(&err, "indicators.Statistics(%s, %d, %s)", q.Code, q.Unit, q.Period)
	if q.Boundaries != OfTheTime {
		ctx = By(ctx, q.Boundaries)
	}
	k, err := s.ask(ctx, reader, q.AsOf)
	if err != nil {
		return nil, err
	}
	defer k.done()
	ref, err := k.refOf(q.Code)
	if err != nil {
		return nil, err
	}
	x, err := k.exprOf(ref, q.Pick)
	if err != nil {
		return nil, err
	}
	a := k.over(ref, x, q.Pick, q.Unit, []period.Period{q.Period}, -1)[0]
	out = a.Weighed(l)
	if a.counting.count {
		out = append(out, k.changeOf(ref, x, q, l)...)
		out = append(out, k.turnOf(ref, x, q, l)...)
	}
	return out, nil
}

// changeOf compares a count with that a year before; of a running period the part that is over.
func (k *asking) changeOf(ref formula.Ref, x *formula.Expr, q Question, l words.Lang) []string {
	p := q.Period
	if part, running := k.completed(ref, p); running {
		if p = part; p.IsZero() {
			return nil
		}
	}
	before, err := p.YoY()
	if err != nil {
		return nil // of a range over a year
	}
	list := k.over(ref, x, q.Pick, q.Unit, []period.Period{before, p}, -1)
	if s := changed(list[0], list[1], l); s != "" {
		return []string{s}
	}
	return nil
}

// turnOf judges the years that end with a period of whole years.
func (k *asking) turnOf(ref formula.Ref, x *formula.Expr, q Question, l words.Lang) []string {
	first, last := q.Period.First(), q.Period.Last()
	from, _, _ := first.Date()
	to, _, _ := last.Date()
	whole, err := period.Between(first, last)
	if y := fmt.Sprintf("%04d..%04d", from, to); err != nil || period.MustParse(y) != whole {
		return nil
	}
	var years []period.Period
	for y := to - turningBack + 1; y <= to; y++ {
		years = append(years, period.MustParse(fmt.Sprintf("%04d", y)))
	}
	list := k.over(ref, x, q.Pick, q.Unit, years, -1)
	var series stats.YearSeries
	for i := len(list) - 1; i >= 0; i-- {
		n, ok := list[i].countShown()
		if !ok {
			break
		}
		series.Years = append(series.Years, to-(len(list)-1-i))
		series.Counts = append(series.Counts, n)
		series.DefinitionChanged = series.DefinitionChanged || list[i].Definition.Version != list[len(list)-1].Definition.Version ||
			list[i].Result.Flags&formula.DefinitionChanged != 0
	}
	if len(series.Years) < 3 {
		return nil
	}
	slices.Reverse(series.Years)
	slices.Reverse(series.Counts)
	r, why := stats.Turning(series, stats.JoinpointPermutations, stats.NewRandom(stats.DefaultSeed))
	if why != "" {
		return []string{l.Text(why.Sentence())}
	}
	return turnSaid(r, list[len(list)-len(series.Years):], l)
}

// turnSaid says the verdict on a series of years. The table of wordings speaks of persons; of
// anything else its headline and the numbers are said.
func turnSaid(r stats.TurningResult, years []Answer, l words.Lang) []string {
	var out []string
	if last := years[len(years)-1]; last.counting.persons() {
		for _, s := range r.Say(last.Title(l)) {
			out = append(out, said(s, l))
		}
	} else {
		var numbers []string
		for _, a := range years {
			numbers = append(numbers, l.Pick(a.Period.Chinese(), a.Period.English()+" ")+a.Text(l))
		}
		out = append(out, strings.Join(numbers, l.Text("、"))+l.Text("：")+said(r.Verdict.Headline(), l))
	}
	if slices.Contains(r.Held, stats.EffortUnknown) {
		out = append(out, l.Text(stats.EffortUnknown.Sentence()))
	}
	if r.Permutation != nil {
		out = append(out, words.T(l, "置换检验 %d 次，随机种子 %d。", stats.JoinpointPermutations, stats.DefaultSeed))
	}
	return out
}
