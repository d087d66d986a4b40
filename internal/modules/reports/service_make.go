package reports

import (
	"context"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/docgen"
)

// Compose computes a document from the data without keeping it.
func (s *Service) Compose(ctx context.Context, reader perm.Actor, kind, periodText string, unit org.UnitID) (*docgen.Document, error) {
	d, _, err := s.compose(ctx, reader, kind, periodText, unit)
	return d, err
}

// compose gives a document, and its period in the form under which it is kept.
func (s *Service) compose(ctx context.Context, by perm.Actor, kind, periodText string, unit org.UnitID) (d *docgen.Document, key string, err error) {
	if err := by.May(ruleKeep, perm.On{}); err != nil {
		return nil, "", err
	}
	periodText = strings.TrimSpace(periodText)
	if foreign := s.joints.Makers[kind]; foreign != nil {
		if unit != 0 && unit != s.root() {
			return nil, "", fault.New(fault.Invalid, "这类文书只按全县生成；单位请留空")
		}
		d, err := foreign(ctx, by, periodText)
		return d, periodText, err
	}
	if !slices.ContainsFunc(s.Kinds(), func(k Kind) bool { return k.Code == kind }) {
		var have []string
		for _, k := range s.Kinds() {
			have = append(have, k.Code)
		}
		return nil, "", fault.New(fault.Invalid, "没有 %s 这类文书；可用：%s", kind, strings.Join(have, " "))
	}
	if unit == s.root() {
		unit = 0
	}
	var f fault.Fields
	p, err := period.Parse(periodText)
	f.Need(err == nil, "period", "期“%s”写法不对；请写成 2018-04、2018-Q1、2018 的样子", periodText)
	if err == nil {
		f.Need(p.First() <= s.today(), "period", "%s还没有开始，没有数据可写", fault.Named(p))
		f.Need(kind != Annual || p.Kind() == period.Year, "period", "年度分析要写一个年份，如 2017")
		f.Need(kind != Notice || unit == 0, "unit", "情况通报比较全县各乡镇；单位请留空")
	}
	if unit != 0 {
		f.Need(s.units.Today().Has(unit), "unit", "没有这个单位，或单位已撤销；请从列表里选")
	}
	if err := f.Err(); err != nil {
		return nil, "", err
	}
	if s.joints.Figures == nil {
		return nil, "", fault.New(fault.Unavailable, "指标模块没有启用，不能生成文书")
	}
	b, err := s.gather(ctx, by, kind, p, unit)
	if err != nil {
		return nil, "", err
	}
	return write(b), p.String(), nil
}

func write(b *brief) *docgen.Document {
	switch b.Kind {
	case LeadingGroup:
		return leadingGroup(b)
	case Bulletin:
		return bulletin(b)
	case Notice:
		return notice(b)
	}
	return annual(b)
}

// outsider is who asks for the figures of a document: what leaves the office shows no small
// counts, whoever has it made (SEMANTICS §4).
func (s *Service) outsider(by perm.Actor) perm.Actor {
	by.Posts = []perm.Post{{Role: perm.Reader, Unit: s.root()}}
	return by
}

// gather collects what a document says.
func (s *Service) gather(ctx context.Context, by perm.Actor, kind string, p period.Period, unit org.UnitID) (*brief, error) {
	now, out := s.clock(), s.outsider(by)
	b := &brief{Kind: kind, Period: p, Unit: unit, UnitName: s.unitName(unit), County: unit == 0, Issuer: s.issuer(), Today: s.today(), Cutoff: docgen.Moment(now),
		Made: now.Format("2006-01-02T15:04:05Z07:00"), Generator: s.joints.Generator, Base: s.base(), name: s.unitName, Before: map[string]measure.Shown{}, YearAgo: map[string]measure.Shown{}, Extra: map[string][]measure.Shown{}}
	at := unit
	if at == 0 {
		at = s.root()
	}
	var err error
	if kind == Annual {
		if err = s.gatherAnnual(ctx, out, b, at); err != nil {
			return nil, err
		}
		return b, nil
	}
	if b.Figures, err = s.figures(ctx, out, p, unit); err != nil {
		return nil, err
	}
	if err = s.neighbours(ctx, out, b, at); err != nil {
		return nil, err
	}
	if s.joints.Forces != nil {
		t := s.units.Today()
		for _, u := range s.joints.Forces() {
			b.Forces = append(b.Forces, force{t.Code(u), t.Name(u)})
		}
	}
	if kind == Notice {
		if err = s.rankings(ctx, out, b); err != nil {
			return nil, err
		}
	}
	if kind == Bulletin {
		if b.Issue, err = s.bulletinNo(ctx, p, unit); err != nil {
			return nil, err
		}
	}
	return b, s.gatherWork(ctx, by, b)
}

// issuer gives the body that signs: the command post, else the county's office.
func (s *Service) issuer() string {
	t := s.units.Today()
	for _, u := range t.Preorder(org.Functional) {
		if t.Kind(u) == org.CommandPost {
			return t.Name(u)
		}
	}
	return officeOf(t.Name(s.root()))
}

// figures gives the indicators of a unit: in the period itself where they have a whole value, else
// at their own latest complete period by its end.
func (s *Service) figures(ctx context.Context, reader perm.Actor, p period.Period, unit org.UnitID) ([]measure.Shown, error) {
	on := min(p.Last().AddDays(1), s.today())
	list, err := s.joints.Figures.Overview(ctx, reader, on)
	if err != nil {
		return nil, err
	}
	var codes []string
	for _, f := range list {
		codes = append(codes, f.Code)
	}
	at := unit
	if at == 0 {
		at = s.root()
	}
	if p.Last() < s.today() || unit != 0 {
		exact, err := s.joints.Figures.At(ctx, reader, codes, at, p)
		if err != nil {
			return nil, err
		}
		for i, x := range exact {
			if k := standingOf(x); unit != 0 || k != absent && k != incomplete {
				list[i] = x
			}
		}
	}
	return list, nil
}

// neighbours asks for the period before and the year before of every figure.
func (s *Service) neighbours(ctx context.Context, reader perm.Actor, b *brief, unit org.UnitID) error {
	ask := func(into map[string]measure.Shown, shift func(period.Period) (period.Period, bool)) error {
		codes := map[period.Period][]string{}
		var order []period.Period
		for _, f := range b.Figures {
			q, ok := shift(f.Period)
			if !ok || standingOf(f) == absent {
				continue
			}
			if codes[q] == nil {
				order = append(order, q)
			}
			codes[q] = append(codes[q], f.Code)
		}
		for _, q := range order {
			list, err := s.joints.Figures.At(ctx, reader, codes[q], unit, q)
			if err != nil {
				return err
			}
			for _, x := range list {
				if x.Value != "" {
					into[x.Code] = x
				}
			}
		}
		return nil
	}
	if err := ask(b.Before, func(p period.Period) (period.Period, bool) { return p.Prev(), true }); err != nil {
		return err
	}
	return ask(b.YearAgo, func(p period.Period) (period.Period, bool) {
		q, err := p.YoY()
		return q, err == nil
	})
}

// mostRankings is how many rankings a notice carries.
const mostRankings = 6

// rankings gives the townships in the figures that have a target and can be compared.
func (s *Service) rankings(ctx context.Context, reader perm.Actor, b *brief) error {
	for _, f := range b.Figures {
		if len(b.Rankings) == mostRankings {
			return nil
		}
		if f.Target == "" || standingOf(f) == absent {
			continue
		}
		list, err := s.joints.Figures.Among(ctx, reader, f.Code, f.Period)
		if err != nil {
			return err
		}
		known := 0
		for _, x := range list {
			if x.Value != "" {
				known++
			}
		}
		if known < 2 || known*2 < len(list) {
			continue
		}
		slices.SortStableFunc(list, func(a, c measure.Shown) int { return last(a.Place) - last(c.Place) })
		fair, err := s.fairly(ctx, reader, f)
		if err != nil {
			return err
		}
		b.Rankings = append(b.Rankings, ranking{f, list, fair})
	}
	return nil
}

func last(place int) int {
	if place == 0 {
		return 1 << 20
	}
	return place
}

// gatherWork collects items, meetings and late returns of the period.
func (s *Service) gatherWork(ctx context.Context, by perm.Actor, b *brief) (err error) {
	if s.joints.Items != nil {
		b.Joined.Items = true
		list, err := s.joints.Items.Items(ctx, by, work.Filter{Unit: b.Unit, Until: b.Period.Last()})
		if err != nil {
			return err
		}
		for _, i := range list {
			if i.State.Open() || i.Ended >= b.Period.First() {
				b.Items = append(b.Items, i)
			}
		}
	}
	if !b.County {
		return nil
	}
	if s.joints.Meetings != nil {
		b.Joined.Meetings = true
		if b.Meetings, err = s.joints.Meetings(ctx, by, b.Period); err != nil {
			return err
		}
	}
	if s.joints.Late != nil {
		b.Joined.Late = true
		if b.Late, err = s.joints.Late(ctx, by, min(s.today(), b.Period.Last().AddDays(31))); err != nil {
			return err
		}
		b.Late = slices.DeleteFunc(b.Late, func(l Late) bool { return !l.Period.Overlaps(b.Period) })
	}
	return nil
}

// bulletinNo counts the bulletins of the year up to this one.
func (s *Service) bulletinNo(ctx context.Context, p period.Period, unit org.UnitID) (int, error) {
	n := 1
	year, _, _ := p.First().Date()
	list, err := s.List(ctx, perm.Actor{Posts: []perm.Post{{Role: perm.Office}}})
	for _, d := range list {
		q, err := period.Parse(d.Period)
		if d.Kind != Bulletin || err != nil || d.Unit != unit {
			continue
		}
		if y, _, _ := q.First().Date(); y == year && (q.Last() < p.Last() || q.Last() == p.Last() && q.First() < p.First()) {
			n++
		}
	}
	return n, err
}

// courseYears is how many years back the yearly analysis looks.
const courseYears = 12

// gatherAnnual collects the figures of the yearly analysis.
func (s *Service) gatherAnnual(ctx context.Context, reader perm.Actor, b *brief, unit org.UnitID) error {
	get := func(code string) (measure.Shown, bool, error) {
		list, err := s.joints.Figures.At(ctx, reader, []string{code}, unit, b.Period)
		if k := fault.KindOf(err); err != nil && (k == fault.Missing || k == fault.Invalid) {
			return measure.Shown{}, false, nil
		}
		if err != nil || len(list) == 0 {
			return measure.Shown{}, false, err
		}
		return list[0], true, nil
	}
	for _, c := range annualCodes() {
		f, ok, err := get(c)
		if err != nil {
			return err
		}
		if !ok {
			b.Unknown = append(b.Unknown, c)
			continue
		}
		b.Figures = append(b.Figures, f)
	}
	if err := s.neighbours(ctx, reader, b, unit); err != nil {
		return err
	}
	if b.Joined.Warnings = s.joints.Warnings != nil && b.County; b.Joined.Warnings {
		list, err := s.joints.Warnings(ctx, reader, b.Period)
		if err != nil {
			return err
		}
		b.Warnings = list
	}
	b.Courses = map[string]Course{}
	clear(b.YearAgo) // of a year the year before is the period before
	var years []period.Period
	for i := courseYears - 1; i >= 0; i-- {
		years = append(years, b.Period.Shift(-i))
	}
	for _, c := range courseCodes() {
		if _, ok := b.at(c); !ok {
			continue
		}
		list, err := s.joints.Figures.Series(ctx, reader, c, unit, years)
		if err != nil {
			return err
		}
		b.Extra[c] = list
		if s.joints.Course != nil {
			to, _, _ := b.Period.Last().Date()
			if b.Courses[c], err = s.joints.Course(ctx, reader, c, unit, to); err != nil {
				return err
			}
		}
	}
	if _, ok := b.at(seizeCode); ok && s.joints.Parts != nil {
		list, err := s.joints.Parts(ctx, reader, seizeCode, unit, b.Period)
		if err != nil {
			return err
		}
		b.Extra[seizeCode+"{}"] = list
	}
	return nil
}
