package indicators

import (
	"context"
	"math/big"
	"strconv"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/words"
)

// Fairly compares the units beneath a unit by one indicator, beside their official places: funnel,
// shrunken rates, ranges of places and bands (METHODS §4.2–4.4), in Chinese, as documents print
// them. It rests on figures that the reader is shown and on nothing else. Where it is gated,
// Reason says in words what is missing.
func (s *Service) Fairly(ctx context.Context, reader perm.Actor, code string, unit org.UnitID, p period.Period) (out measure.Fairness, err error) {
	defer fault.Wrap(&err, "indicators.Fairly(%s, %d, %s)", code, unit, p)
	k, err := s.ask(ctx, reader, 0)
	if err != nil {
		return out, err
	}
	defer k.done()
	t := k.src.units.On(p.Last())
	if !t.Has(unit) {
		return out, fault.New(fault.Missing, "%s没有这个单位；请换一个单位或期间", fault.Named(p))
	}
	f, err := k.fairly(code, t.Children(unit), p, true)
	if err != nil {
		return out, err
	}
	x := lens{Lang: words.Chinese, reg: k.src.units, tree: t, p: p, name: s.Names(false)}
	return x.fairness(f, unit), nil
}

// compared compares units by several codes; only the one to rank by gets ranges of places, which
// take the most work.
func (s *Service) compared(ctx context.Context, reader perm.Actor, codes []string, by string, units []org.UnitID, p period.Period) (out []fairness, err error) {
	defer fault.Wrap(&err, "indicators.compared(%d codes, %d units, %s)", len(codes), len(units), p)
	k, err := s.ask(ctx, reader, 0)
	if err != nil {
		return nil, err
	}
	defer k.done()
	for _, c := range codes {
		f, err := k.fairly(c, units, p, c == by)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// fairly compares units by one code. Official places are among all of the units, as in Marks.
func (k *asking) fairly(code string, units []org.UnitID, p period.Period, ranked bool) (fairness, error) {
	ref, err := k.refOf(code)
	if err != nil {
		return fairness{}, err
	}
	head, ok := k.head(ref, p)
	if !ok {
		return fairness{head: head, unset: head.Reason}, nil
	}
	_, e, _ := k.book.definition(code, p.Last())
	kind := k.book.fairKindOf(head, e)
	if kind != fairShare && kind != fairRate && !ranked {
		return fairOf(head, kind, nil, false), nil
	}
	list, err := k.row(code, units, p)
	if err != nil {
		return fairness{}, err
	}
	column := make([]*Answer, len(list))
	for i := range list {
		list[i].Rank = nil
		column[i] = &list[i]
	}
	rank(column, head.Definition.Direction)
	return fairOf(head, kind, list, ranked), nil
}

// show prints a fraction as a figure of the comparison is printed; "" for what is no number.
func (f *fairness) show(v float64, l words.Lang) string {
	r := new(big.Rat).SetFloat64(v)
	if r == nil {
		return ""
	}
	d := f.head.Definition
	return d.show(r, l)
}

// span prints an interval, "96.20%—99.19%".
func (f *fairness) span(i stats.Interval, l words.Lang) string {
	return f.show(i.Lo, l) + "—" + f.show(i.Hi, l)
}

// fairness puts a comparison into words for documents.
func (x lens) fairness(f fairness, parent org.UnitID) measure.Fairness {
	out := measure.Fairness{Code: f.head.Code, Name: f.head.Title(x.Lang), Parent: parent, Period: x.p, Reason: x.whyNot(&f), Sentences: x.fairSaid(&f)}
	at := make([]int, len(f.all))
	for i := range at {
		at[i] = -1
	}
	if f.fair() {
		out.Meaning = x.fullCount()
		out.ForReference, out.Centre = f.shrink.ForReference, f.show(f.centre(), x.Lang)
		out.Phi, out.Widened, out.Draws = f.funnel.Phi, f.funnel.Widened, f.draws
		if f.ranks != nil {
			out.Seed = f.ranks.Seed
		}
		for i, m := range f.members {
			at[m.at] = i
		}
	}
	for i, a := range f.all {
		u := measure.Fair{Unit: a.Unit, Text: a.Text(x.Lang)}
		if a.Rank != nil {
			u.Place, u.Of = a.Rank.Place, a.Rank.Of
		}
		if j := at[i]; j >= 0 {
			m := f.members[j]
			u.Numerator, u.Denominator = strconv.FormatInt(m.x, 10), strconv.FormatInt(m.n, 10)
			u.Interval, u.Shrunken = f.span(m.interval, x.Lang), f.show(f.shrunken(j), x.Lang)
			u.Zone, u.High = f.zone(j), f.high(j)
			u.Low, u.Last, u.Band = m.low, m.last, m.band
		} else if f.fair() {
			u.Left = x.leftWord(a)
		}
		out.Units = append(out.Units, u)
	}
	return out
}
