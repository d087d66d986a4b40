package indicators

import (
	"context"
	"strconv"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/words"
)

// Meetings, plans and documents print figures in Chinese, whatever language the page is in.

// At gives figures of one unit and period as documents print them.
func (s *Service) At(ctx context.Context, reader perm.Actor, codes []string, unit org.UnitID, p period.Period) (out []measure.Shown, err error) {
	defer fault.Wrap(&err, "indicators.At(%d codes, %d, %s)", len(codes), unit, p)
	k, err := s.ask(ctx, reader, 0)
	if err != nil {
		return nil, err
	}
	defer k.done()
	for _, c := range codes {
		x, err := k.shown(c, unit, p)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// Newest gives a figure at its own latest complete period that was over before a day (SEMANTICS
// §2); where none is complete, the latest that has anything, else the latest.
func (s *Service) Newest(ctx context.Context, reader perm.Actor, code string, unit org.UnitID, on period.Day) (x measure.Shown, err error) {
	defer fault.Wrap(&err, "indicators.Newest(%s, %d, %s)", code, unit, on)
	k, err := s.ask(ctx, reader, 0)
	if err != nil {
		return x, err
	}
	defer k.done()
	p, err := k.newest(code, unit, on)
	if err != nil {
		return x, err
	}
	return k.shown(code, unit, p)
}

// Overview gives all indicators that the county has filled in, for a unit, each at its own latest
// complete period before a day.
func (s *Service) Overview(ctx context.Context, reader perm.Actor, unit org.UnitID, on period.Day) (out []measure.Shown, err error) {
	defer fault.Wrap(&err, "indicators.Overview(%d, %s)", unit, on)
	k, err := s.ask(ctx, reader, 0)
	if err != nil {
		return nil, err
	}
	defer k.done()
	for _, i := range k.book.list {
		if !i.Latest().Filled() {
			continue
		}
		p, err := k.newest(i.Code, unit, on)
		if err != nil {
			return nil, err
		}
		x, err := k.shown(i.Code, unit, p)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// Among gives a figure for the children of a unit, ranked, in the order of the tree.
func (s *Service) Among(ctx context.Context, reader perm.Actor, code string, parent org.UnitID, p period.Period) (out []measure.Shown, err error) {
	defer fault.Wrap(&err, "indicators.Among(%s, %d, %s)", code, parent, p)
	k, err := s.ask(ctx, reader, 0)
	if err != nil {
		return nil, err
	}
	defer k.done()
	t := k.src.units.On(p.Last())
	if !t.Has(parent) {
		return nil, nil
	}
	list, err := k.row(code, t.Children(parent), p)
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		if asksNothing(a.Reason) {
			continue // reported at another level
		}
		out = append(out, k.shownOf(Line{Now: a}))
	}
	return out, nil
}

// Course gives a figure of one unit over several periods.
func (s *Service) Course(ctx context.Context, reader perm.Actor, code string, unit org.UnitID, list []period.Period) (out []measure.Shown, err error) {
	points, err := s.Trend(ctx, reader, code, unit, list)
	if err != nil {
		return nil, err
	}
	k, err := s.ask(ctx, reader, 0)
	if err != nil {
		return nil, err
	}
	defer k.done()
	for _, p := range points {
		out = append(out, k.shownOf(Line{Now: p.Answer}))
	}
	return out, nil
}

// lookBack is how many slots of a grain are looked through for a complete figure.
var lookBack = map[period.Grain]int{period.HalfMonths: 24, period.Months: 13, period.Quarters: 6, period.HalfYears: 4, period.Years: 3}

// newest finds the latest complete period of a figure before a day.
func (k *asking) newest(code string, unit org.UnitID, on period.Day) (period.Period, error) {
	ref, err := k.refOf(code)
	if err != nil {
		return period.Period{}, err
	}
	g := k.grainOf(ref, on)
	last := g.SlotOf(on)
	for g.LastDay(last) >= on {
		last--
	}
	list := make([]period.Period, 0, lookBack[g])
	for s := last; s > last-period.Slot(lookBack[g]); s-- {
		list = append(list, g.Period(s))
	}
	some := -1
	for i, a := range k.over(ref, k.book.of(ref), "", unit, list, -1) {
		if a.Reason != measure.NoReason {
			continue
		}
		if !a.Incomplete {
			return list[i], nil
		}
		if some < 0 {
			some = i
		}
	}
	return list[max(some, 0)], nil
}

// grainOf gives the coarsest grain of the elements behind a figure, months where there are none.
func (k *asking) grainOf(ref formula.Ref, on period.Day) period.Grain {
	var elements []measure.Element
	if ref.Element != nil {
		elements = []measure.Element{*ref.Element}
	} else if _, e, ok := k.book.definition(ref.Code, on); ok && e != nil {
		elements = k.book.elements(e, on)
	}
	year, _, _ := on.Date()
	g := period.Grain(0)
	for _, e := range elements {
		if x := e.GrainIn(year); g == 0 || x < g {
			g = x
		}
	}
	if g == 0 {
		return period.Months
	}
	return g
}

// shown answers a figure with its neighbours in time.
func (k *asking) shown(code string, unit org.UnitID, p period.Period) (measure.Shown, error) {
	l, err := k.line(code, unit, p)
	if err != nil {
		return measure.Shown{}, err
	}
	x := k.shownOf(l)
	ref, err := k.refOf(code)
	if err != nil {
		return x, err
	}
	list := []period.Period{p.Prev()}
	if to := p.YTD(); to != p && p.First().DaysUntil(p.Last()) < 366 {
		list = append(list, to)
	}
	around := k.over(ref, k.book.of(ref), "", unit, list, -1)
	x.Prev, x.PrevValue = shownText(around[0])
	if len(around) > 1 {
		x.ToDate, _ = shownText(around[1])
	}
	return x, nil
}

// shownText gives a figure that is there as printed, with its value.
func shownText(a Answer) (text, value string) {
	if a.Reason != measure.NoReason || a.Withheld {
		return "", ""
	}
	value, _ = a.Value()
	return a.Text(words.Chinese), value
}

func (k *asking) shownOf(l Line) measure.Shown {
	a := l.Now
	t := k.src.units.On(a.Period.Last())
	x := lens{Lang: words.Chinese, reg: k.src.units, tree: t, p: a.Period, name: k.s.Names(false)}
	d := a.Definition
	s := measure.Shown{Code: a.Code, Name: a.Title(words.Chinese), NameEN: a.Title(words.English), Force: a.Force, Unit: a.Unit, Period: a.Period,
		Text: a.Text(words.Chinese), TextEN: a.Text(words.English), Verdict: a.Verdict(), Note: x.note(a),
		State: a.State, AsOf: a.AsOf, Definition: d.Version, Path: x.figureOf(a), Percent: d.Format == formula.Percent, UpIsGood: d.Direction == Up, DownIsGood: d.Direction == Down, Light: measure.Grey}
	s.Value, _ = a.Value()
	if a.Withheld {
		s.Value = ""
	}
	s.Numerator, s.Denominator, _ = a.Fraction()
	s.Interval, s.IntervalEN = a.IntervalText(words.Chinese), a.IntervalText(words.English)
	if a.Judgement != nil {
		s.Support = a.Support()
	}
	if a.Target != nil {
		s.Target = x.target(*a.Target, d)
		x.Lang, x.name = words.English, k.s.Names(true)
		s.TargetEN = x.target(*a.Target, d)
	}
	if lit(a) {
		s.Light = a.Light
	}
	if a.Incomplete {
		s.Missing = a.Result.Coverage.Missing
	}
	if a.Rank != nil {
		s.Place, s.Of = a.Rank.Place, a.Rank.Of
	}
	if l.Base != nil {
		s.YearBefore, s.YearValue = shownText(*l.Base)
	}
	for _, p := range l.Trend {
		spot := measure.Spot{Period: p.Period, Text: p.Answer.Text(words.Chinese)}
		if p.Answer.Printed != nil && !p.Answer.Withheld && p.Answer.Reason == measure.NoReason {
			spot.Value, spot.OK = float(p.Answer.Printed), true
		}
		s.Trend = append(s.Trend, spot)
	}
	return s
}

// PartsOf gives an element's categories for a unit and a period, each named by its labels; nothing
// for an element without categories.
func (s *Service) PartsOf(ctx context.Context, reader perm.Actor, code string, unit org.UnitID, p period.Period) (out []measure.Shown, err error) {
	defer fault.Wrap(&err, "indicators.PartsOf(%s, %d, %s)", code, unit, p)
	k, err := s.ask(ctx, reader, 0)
	if err != nil {
		return nil, err
	}
	defer k.done()
	ref, err := k.refOf(code)
	if err != nil || ref.Element == nil {
		return nil, err
	}
	for _, c := range ref.Element.Scheme.All() {
		pick, name := selectorOf(ref.Element.Scheme, c)
		x, err := k.exprOf(ref, pick)
		if err != nil {
			return nil, err
		}
		shown := k.shownOf(Line{Now: k.over(ref, x, pick, unit, []period.Period{p}, -1)[0]})
		shown.Name, shown.NameEN = name, ""
		out = append(out, shown)
	}
	return out, nil
}

// selectorOf writes a category as a selector, and its labels in words.
func selectorOf(s measure.Scheme, c measure.Category) (pick, name string) {
	labels := c.Labels()
	for _, d := range s.Dimensions {
		if l, ok := labels[d.Name]; ok {
			if pick != "" {
				pick, name = pick+";", name+"、"
			}
			pick += d.Name + "=" + strconv.Quote(l)
			name += l
		}
	}
	return pick, name
}
