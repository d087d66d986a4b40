package indicators

import (
	"context"
	"fmt"
	"slices"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/words"
)

// A Line is a figure with what a table shows beside it: a year before, and its course.
type Line struct {
	Now   Answer
	Base  *Answer // a year before; nil where a comparison has no sense
	Part  *Answer // of a running period: its completed part, which is what Base is compared with
	Trend []Point
}

// trendLength is how many periods a trend line goes back, by the kind of the period shown.
func trendLength(k period.Kind) int {
	switch k {
	case period.Half:
		return 12
	case period.Month, period.Assessment:
		return 13
	case period.Quarter:
		return 9
	case period.HalfYear, period.Year:
		return 6
	}
	return 8
}

// Lines answers codes for one unit and period, each with its place, its change and its course.
func (s *Service) Lines(ctx context.Context, reader perm.Actor, codes []string, unit org.UnitID, p period.Period) (out []Line, err error) {
	defer fault.Wrap(&err, "indicators.Lines(%d codes, %d, %s)", len(codes), unit, p)
	k, err := s.ask(ctx, reader, 0)
	if err != nil {
		return nil, err
	}
	defer k.done()
	for _, c := range codes {
		l, err := k.line(c, unit, p)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

func (k *asking) line(code string, unit org.UnitID, p period.Period) (l Line, err error) {
	ref, err := k.refOf(code)
	if err != nil {
		return l, err
	}
	// All periods of the line are asked together.
	list := TrendPeriods(p, trendLength(p.Kind()))
	course := len(list)
	index := func(q period.Period) int {
		if i := slices.Index(list, q); i >= 0 {
			return i
		}
		list = append(list, q)
		return len(list) - 1
	}
	now, part, base := index(p), -1, -1
	compared, sense := p, true
	if q, running := k.completed(ref, p); running {
		if compared, sense = q, !q.IsZero(); sense {
			part = index(q)
		}
	}
	if q, err := compared.YoY(); err == nil && sense {
		base = index(q) // ranges over a year have none
	}
	all := k.over(ref, k.book.of(ref), "", unit, list, now)
	l.Now = all[now]
	if asksNothing(l.Now.Reason) {
		return l, nil
	}
	if part >= 0 {
		l.Part = &all[part]
	}
	if base >= 0 {
		l.Base = &all[base]
	}
	for i := range course {
		if a := all[i]; len(l.Trend) > 0 || a.Printed != nil || a.Withheld || i == course-1 { // not before there were data
			l.Trend = append(l.Trend, Point{list[i], a})
		}
	}
	return l, nil
}

// completed gives the part of a running period that is over, which is what a year before is
// compared with (SEMANTICS §2); the zero Period if none is.
func (k *asking) completed(ref formula.Ref, p period.Period) (part period.Period, running bool) {
	var elements []string
	if ref.Element != nil {
		elements = []string{ref.Code}
	} else if _, e, ok := k.book.definition(ref.Code, p.Last()); ok && e != nil {
		for _, x := range k.book.elements(e, p.Last()) {
			elements = append(elements, x.Code)
		}
	}
	g, n, running := k.src.Completed(p, elements)
	if !running {
		return period.Period{}, false
	}
	return p.Head(g, n), true
}

// above gives a test for figures that have no definition yet in a period: whether the one that
// comes later rests on nothing that is reported at the level of a unit, so that the unit never has
// the figure.
func (s *Service) above(t *org.Tree, unit org.UnitID) func(Answer) bool {
	b, level := s.now.Load(), t.Kind(unit).Level()
	return func(a Answer) bool {
		i, ok := b.indicator(a.Code)
		if !ok || len(i.Versions) == 0 {
			return false
		}
		last := i.Latest()
		_, e, ok := b.definition(a.Code, last.From)
		if !ok || e == nil {
			return false
		}
		list := b.elements(e, last.From)
		return len(list) > 0 && !slices.ContainsFunc(list, func(x measure.Element) bool { return x.Level == org.LevelFunctional || x.Level >= level })
	}
}

// asksNothing tells whether a reason would be the same in every other period, so that a course
// has no sense.
func asksNothing(r measure.Reason) bool {
	switch r {
	case measure.BelowLevel, measure.NotFilled, measure.NoRollup, measure.NotDefined:
		return true
	}
	return false
}

// DefaultPeriod is what a page shows before anybody chose: the latest complete year that has
// data, else the year to date of the newest data, else the year that is.
func (s *Service) DefaultPeriod(ctx context.Context, reader perm.Actor) (period.Period, error) {
	last, err := s.LatestData(ctx, reader, s.units.Today().Root(org.Territorial))
	if err != nil {
		return period.Period{}, err
	}
	return defaultPeriod(last, s.today(), s.hasYear), nil
}

// hasYear tells whether anything was reported in a year for the root.
func (s *Service) hasYear(year period.Period) bool {
	root := s.units.Register().On(year.Last()).Root(org.Territorial)
	found := false
	list := s.now.Load().catalogue.All()
	var series []cube.Series
	for _, e := range list {
		if id, err := s.facts.Cube().Select(e.ID, nil); err == nil {
			series = append(series, id)
		}
	}
	s.facts.Cube().View(func(v *cube.View) {
		for _, id := range series {
			if p, ok := v.Latest(id, root, year.Last(), false); ok && p.First() >= year.First() {
				found = true
				return
			}
		}
	})
	return found
}

// Front lists the bundles of the front page.
func (s *Service) Front() []Bundle {
	var out []Bundle
	for _, b := range s.now.Load().bundles {
		if b.OnFront {
			out = append(out, b)
		}
	}
	return out
}

// A Head is a code with its names, of an indicator or an element.
type Head struct {
	Code, Name, NameEN, Force string
	Element                   bool
	Filled                    bool
	Unit                      string
}

// Heads lists all indicators, then all elements.
func (s *Service) Heads() []Head {
	b := s.now.Load()
	elements := b.catalogue.All()
	out := make([]Head, 0, len(b.list)+len(elements))
	for _, i := range b.list {
		out = append(out, Head{Code: i.Code, Name: i.Name, NameEN: i.NameEN, Force: i.Force, Filled: i.Latest().Filled()})
	}
	for _, e := range elements {
		out = append(out, Head{Code: e.Code, Name: e.Name, NameEN: e.NameEN, Force: e.Force, Element: true, Filled: true, Unit: e.Unit})
	}
	return out
}

// A Defined is an indicator as it stands, with its formulas in words.
type Defined struct {
	Indicator
	Row      int               // version of its row, for editing
	Shown    map[int]string    // formula with names, by definition version
	English  map[int]string    // the same in English
	Fault    error             // why the newest formula cannot be read; nil if it can
	Targets  []Target          // all, ended ones too, in the order they were entered
	Typed    string            // newest formula with such names as can be read back
	TypedEN  string            // the same in English
	Users    []Indicator       // whose formulas name this one
	Elements []measure.Element // that the newest formula rests on
	Forms    []string          // codes of forms it names
}

// typedIn gives the newest formula as the form shows it.
func (d Defined) typedIn(l words.Lang) string { return l.Pick(d.Typed, d.TypedEN) }

// Defined gives an indicator with its history.
func (s *Service) Defined(reader perm.Actor, code string) (Defined, error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return Defined{}, err
	}
	b := s.now.Load()
	i, ok := b.indicator(code)
	if !ok {
		return Defined{}, fault.New(fault.Missing, "没有指标 %s", code)
	}
	d := Defined{Indicator: i, Row: i.Row, Shown: map[int]string{}, English: map[int]string{}, Fault: b.faults[code], Targets: b.targets[code], Users: b.users(code)}
	for k, v := range i.Versions {
		e := b.exprs[code][k]
		if e == nil {
			d.Shown[v.Version], d.English[v.Version] = v.Formula, v.Formula
			continue
		}
		d.Shown[v.Version], d.English[v.Version] = e.Text(b.names(false)), e.English(b.names(true))
	}
	d.Typed, d.TypedEN = i.Latest().Formula, i.Latest().Formula
	if e := b.formula(code); e != nil {
		d.Typed, d.TypedEN = e.Text(b.typed(false)), e.English(b.typed(true))
		d.Elements, d.Forms = b.elements(e, s.today()), e.Forms()
	}
	return d, nil
}

// Names gives the name of anything with a code, in Chinese or English, for showing formulas.
func (s *Service) Names(english bool) func(code string) string { return s.now.Load().names(english) }

// Elements lists all elements.
func (s *Service) Elements() []measure.Element { return s.now.Load().catalogue.All() }

// Element finds an element by its code.
func (s *Service) Element(code string) (measure.Element, bool) {
	return s.now.Load().catalogue.Code(code)
}

// FormulaFaults reads a formula as it would be defined under a code and gives its faults with
// their places; shown is the formula with names where there is no fault.
func (s *Service) FormulaFaults(reader perm.Actor, code, text string) (shown string, faults formula.Errors, err error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return "", nil, err
	}
	b := s.now.Load()
	e, err := formula.Check(text, formula.Scope{Names: b.words, Self: code})
	if err != nil {
		list, ok := err.(formula.Errors)
		if !ok {
			return "", nil, err
		}
		return "", list, nil
	}
	return e.Text(b.names(false)), nil, nil
}

// Bundles lists all bundles in their order.
func (s *Service) Bundles(reader perm.Actor) ([]Bundle, error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	return s.now.Load().bundles, nil
}

// Bundle finds a bundle by its code.
func (s *Service) Bundle(reader perm.Actor, code string) (Bundle, error) {
	list, err := s.Bundles(reader)
	if err != nil {
		return Bundle{}, err
	}
	for _, b := range list {
		if b.Code == code {
			return b, nil
		}
	}
	return Bundle{}, fault.New(fault.Missing, "没有目标包 %s；请从目标包列表进入", code)
}

// A Force is a task force that may own an indicator.
type Force struct{ Code, Name string }

// Forces lists the task forces of today.
func (s *Service) Forces() []Force {
	t := s.units.Today()
	var out []Force
	for _, u := range t.Preorder(org.Functional) {
		if t.Kind(u) == org.TaskForce {
			out = append(out, Force{t.Code(u), t.Name(u)})
		}
	}
	return out
}

// MayDefine tells whether a reader may change definitions, so that pages offer it.
func MayDefine(a perm.Actor) bool { return a.Can(ruleDefine) }

// defaultPeriod chooses the period that pages begin with.
func defaultPeriod(last, today period.Day, has func(year period.Period) bool) period.Period {
	if last.IsZero() {
		y, _, _ := today.Date()
		return period.MustParse(fmt.Sprintf("%04d", y))
	}
	y, _, _ := last.Date()
	year := period.MustParse(fmt.Sprintf("%04d", y))
	if year.Last() == last {
		return year
	}
	if before := year.Prev(); has(before) {
		return before
	}
	p, err := period.Between(year.First(), last)
	if err != nil {
		return year
	}
	return p
}
