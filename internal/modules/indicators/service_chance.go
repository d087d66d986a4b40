package indicators

import (
	"context"
	"fmt"
	"slices"

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
	if a.counting.share && a.counting.flow && len(out) > 0 {
		out = slices.Insert(out, len(out)-1, k.changeOf(ref, x, q, l)...) // the last explains the ranges
	}
	if a.counting.count {
		out = append(out, k.changeOf(ref, x, q, l)...)
		out = append(out, k.turnOf(ref, x, q, l)...)
	}
	return out, nil
}

// changeOf compares a count, or a share of what happened in the period, with that a year before; of a running period the part that is over.
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
	if s := sharesChanged(list[0], list[1], l); s != "" {
		return []string{s}
	}
	s := changed(list[0], list[1], l)
	if s == "" {
		return nil
	}
	out := []string{s}
	effort, done := k.effortsOf(x, q, list)
	if e := effortBetween(list, done); e != nil && e.Changed {
		in := func(a Answer) string { return l.Pick(a.Period.Chinese(), a.Period.English()) }
		out = append(out, said(stats.SayEffort(in(list[0]), in(list[1]), list[1].Title(l), l.Pick(effort.Name, effort.NameEN), l.Pick(effort.Unit, effort.UnitEN), *e, false), l))
	}
	return out
}

// turnOf judges the years that end with a period of whole years.
func (k *asking) turnOf(ref formula.Ref, x *formula.Expr, q Question, l words.Lang) []string {
	first, last := q.Period.First(), q.Period.Last()
	from, _, _ := first.Date()
	to, _, _ := last.Date()
	whole, err := period.Between(first, last)
	if err != nil || period.MustParse(fmt.Sprintf("%04d..%04d", from, to)) != whole {
		return nil
	}
	list := k.over(ref, x, q.Pick, q.Unit, yearsTo(to-turningBack+1, to), -1)
	run := list[runOf(list):]
	if len(run) < 3 {
		return nil
	}
	effort, done := k.effortsOf(x, q, run)
	r, why := k.s.turns.of(yearSeries(run, done))
	if why != "" {
		return []string{l.Text(why.Sentence())}
	}
	return turnSaid(r, run, effort, l)
}
