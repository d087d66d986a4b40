package indicators

import (
	"context"
	"fmt"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

// latest gives the last day up to which an element of the list has data at a unit.
func latest(src *source, list []measure.Element, unit org.UnitID) (last period.Day) {
	series := make([]cube.Series, 0, len(list))
	for _, e := range list {
		if id, err := src.cube.Select(e.ID, nil); err == nil {
			series = append(series, id)
		}
	}
	src.cube.View(func(v *cube.View) {
		for _, id := range series {
			if p, ok := v.Latest(id, unit, src.today, false); ok && p.Last() > last {
				last = p.Last()
			}
		}
	})
	return last
}

// reportedPeriods lists what has been reported under a formula at the root, the newest first: the
// slots of a year that is not over, up to the newest data, and the years before, six in all.
func reportedPeriods(src *source, e *formula.Expr) []period.Period {
	root := src.units.On(src.today).Root(org.Territorial)
	elements := src.book.catalogue.All()
	if e != nil {
		elements = src.book.elements(e, src.today)
	}
	last := latest(src, elements, root)
	if last.IsZero() {
		return nil
	}
	var out []period.Period
	newest, _, _ := last.Date()
	for y := newest; y > newest-6; y-- {
		if year := period.MustParse(fmt.Sprint(y)); year.Last() <= last {
			out = append(out, year)
			continue
		}
		grain := period.HalfMonths
		for _, x := range elements {
			if g := x.GrainIn(y); g != 0 && g < grain {
				grain = g
			}
		}
		for slot := grain.SlotOf(last); slot >= grain.First(y); slot-- {
			out = append(out, grain.Period(slot))
		}
	}
	return out
}

// LatestData gives the last day up to which any element has data for a unit; zero if none has.
func (s *Service) LatestData(ctx context.Context, reader perm.Actor, unit org.UnitID) (period.Day, error) {
	k, err := s.ask(ctx, reader, 0)
	if err != nil {
		return 0, err
	}
	defer k.done()
	at := newestAt{k.src.cube, k.src.units, k.book, k.src.today, unit, k.src.cube.Seq()}
	if kept := s.newest.Load(); kept != nil && kept.at == at {
		return kept.day, nil
	}
	day := latest(k.src, k.book.catalogue.All(), unit)
	s.newest.Store(&newest{at, day})
	return day, nil
}

// newest keeps the answer of LatestData, which every page asks for the root, while what it was
// asked of stands.
type newest struct {
	at  newestAt
	day period.Day
}

type newestAt struct {
	cube  *cube.Cube
	units *org.Register
	book  *book
	today period.Day
	unit  org.UnitID
	seq   int64 // read before the answer, which may be newer and is then asked for again
}

// Many answers a whole table of questions: every code for every unit, for one period, each row
// with ranks among the given units where they are siblings. The answers are [code][unit].
func (s *Service) Many(ctx context.Context, reader perm.Actor, codes []string, units []org.UnitID, p period.Period) (out [][]Answer, err error) {
	defer fault.Wrap(&err, "indicators.Many(%d codes, %d units, %s)", len(codes), len(units), p)
	k, err := s.ask(ctx, reader, 0)
	if err != nil {
		return nil, err
	}
	defer k.done()
	for _, c := range codes {
		row, err := k.row(c, units, p)
		if err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, nil
}

// row answers one code for several units. Small counts are protected among siblings, so all
// siblings of a guarded unit are asked even where only some are shown.
func (k *asking) row(code string, units []org.UnitID, p period.Period) ([]Answer, error) {
	return k.rowOf(code, "", units, p)
}

// rowOf is row for those cells of an element that a selector picks.
func (k *asking) rowOf(code, pick string, units []org.UnitID, p period.Period) ([]Answer, error) {
	ref, err := k.refOf(code)
	if err != nil {
		return nil, err
	}
	x, err := k.exprOf(ref, pick)
	if err != nil {
		return nil, err
	}
	t := k.src.units.On(p.Last())
	persons := len(k.persons(ref, p.Last())) > 0
	done := make(map[org.UnitID]*Answer, len(units))
	asked := map[org.UnitID]bool{}
	var free []org.UnitID // nobody is to be protected
	for _, u := range units {
		if asked[u] {
			continue
		}
		if !persons || !k.guards(ref, u, p) {
			free, asked[u] = append(free, u), true
			continue
		}
		group := append(around(t, u), k.ghostsOf(u, p)...)
		list, reads := k.answers(ref, x, group, []period.Period{p}, true, nil)
		hide := k.concealed(x, ref, group, reads, p)
		for i, o := range group {
			list[i].withhold(hide[i])
			list[i].hide()
			done[o], asked[o] = &list[i], true
		}
	}
	list, _ := k.answers(ref, x, free, []period.Period{p}, false, nil)
	for i, u := range free {
		done[u] = &list[i]
	}
	out := make([]Answer, len(units))
	groups := map[org.UnitID][]*Answer{}
	for i, u := range units {
		out[i] = *done[u]
		out[i].Pick = pick
		if t.Has(u) {
			groups[t.Parent(u)] = append(groups[t.Parent(u)], &out[i])
		}
	}
	for parent, list := range groups {
		if parent != 0 && len(list) > 1 {
			rank(list, list[0].Definition.Direction)
		}
	}
	for i := range out {
		out[i].judge()
	}
	return out, nil
}

// A Point is one figure of a series.
type Point struct {
	Period period.Period
	Answer Answer
}

// Trend answers one code for a unit over the periods of a kind that end with p, oldest first.
func (s *Service) Trend(ctx context.Context, reader perm.Actor, code string, unit org.UnitID, list []period.Period) (out []Point, err error) {
	defer fault.Wrap(&err, "indicators.Trend(%s, %d)", code, unit)
	k, err := s.ask(ctx, reader, 0)
	if err != nil {
		return nil, err
	}
	defer k.done()
	return k.trend(code, unit, list)
}

func (k *asking) trend(code string, unit org.UnitID, list []period.Period) ([]Point, error) {
	ref, err := k.refOf(code)
	if err != nil {
		return nil, err
	}
	out := make([]Point, len(list))
	for i, a := range k.over(ref, k.book.of(ref), "", unit, list, -1) {
		out[i] = Point{Period: list[i], Answer: a}
	}
	return out, nil
}

// TrendPeriods chooses the periods of the trend line of a figure shown for p: neighbours of the
// same kind; for a year and longer, the single years.
func TrendPeriods(p period.Period, n int) []period.Period {
	kind := p.Kind()
	if kind == period.Range {
		if y, _, _ := p.First().Date(); p.First().DaysUntil(p.Last()) > 366 {
			last, _, _ := p.Last().Date()
			var out []period.Period
			for ; y <= last; y++ {
				out = append(out, period.MustParse(fmt.Sprint(y)))
			}
			return out
		}
		kind = period.Month
		return p.YTD().Parts(kind)
	}
	out := make([]period.Period, 0, n)
	for i := n - 1; i >= 0; i-- {
		out = append(out, p.Shift(-i))
	}
	return out
}

// Eval answers a formula in passing, with its trace.
func (s *Service) Eval(ctx context.Context, reader perm.Actor, text string, unit org.UnitID, p period.Period, asOf int64) (r formula.Result, t *formula.Trace, e *formula.Expr, err error) {
	defer fault.Wrap(&err, "indicators.Eval(%d, %s)", unit, p)
	k, err := s.ask(ctx, reader, asOf)
	if err != nil {
		return r, nil, nil, err
	}
	defer k.done()
	e, err = formula.Check(text, formula.Scope{Names: k.book.words})
	if err != nil {
		return r, nil, nil, err
	}
	k.src.run(func() { r, t = formula.Explain(k.src, e, unit, p) })
	k.told(&r)
	k.toldSteps(t)
	tree := k.src.units.On(p.Last())
	if tree.Has(unit) && belowCounty(tree.Level(unit)) && !maySeeSmall(reader, unit, 0) {
		persons := map[string]bool{}
		for _, x := range k.book.elements(e, p.Last()) {
			if x.Persons {
				persons[x.Code] = true
			}
		}
		// A formula typed in passing has no siblings to protect it with, so any of them is refused.
		if len(persons) > 0 {
			return r, nil, nil, fault.New(fault.Forbidden, "公式涉及人数，县以下的结果不能随意查询；请查看已发布的指标")
		}
	}
	if k.singlesOut(e, unit, p) {
		return r, nil, nil, fault.New(fault.Forbidden, "公式按人数逐个单位判断，会显出县以下的小数；请改用不涉及人数的条件，或查看已发布的指标")
	}
	if !k.seesParts(e, unit, p) {
		hideParts(t)
	}
	return r, t, e, nil
}

// Codes lists the codes of all indicators in the order of display.
func (s *Service) Codes() []string {
	var out []string
	for _, i := range s.now.Load().list {
		out = append(out, i.Code)
	}
	return out
}
