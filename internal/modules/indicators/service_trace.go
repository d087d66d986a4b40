package indicators

import (
	"context"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// maxHistories bounds the cells whose history one trace reads; beyond it the trace asks for a
// shorter period and says so.
const maxHistories = 160

// A Traced figure is opened up: the formula and its operands are in Answer.Trace, the units it is
// added up from in Parts, and where a unit reported it itself, the cells with their history.
type Traced struct {
	Answer   Answer
	Expr     *formula.Expr // what was asked, nil where there is no formula to show
	Parts    []Answer      // the same figure for the units directly beneath
	PartOf   org.Level     // level at which the element is reported; of an indicator: LevelNone
	Cells    []CellHistory
	Too      int            // cells that were too many to list; 0 if all are there
	Closed   []ClosedFigure // as it stood at each closing
	Forms    []string       // forms whose reporting rate the formula names
	Versions []Definition   // all definitions of an indicator
	Ghosts   []org.UnitID   // by today's boundaries: former units that count in the sum and stand nowhere else
}

// A CellHistory is one reported cell with all its versions, the newest first.
type CellHistory struct {
	Unit     org.UnitID // by today's boundaries that of a predecessor
	Element  measure.Element
	Category measure.Category
	Slot     period.Period
	Versions []measure.Version
}

// A ClosedFigure is a figure as it stood when its period was closed.
type ClosedFigure struct {
	No, Change  int64
	At, By      string
	Text        string // printed value or reason in Chinese
	Numerator   string
	Denominator string
	Definition  int
}

// Trace opens a figure: one click on any number leads here (SEMANTICS §4).
func (s *Service) Trace(ctx context.Context, reader perm.Actor, q Question) (t Traced, err error) {
	defer fault.Wrap(&err, "indicators.Trace(%s, %d, %s)", q.Code, q.Unit, q.Period)
	if q.Boundaries != OfTheTime {
		ctx = By(ctx, q.Boundaries)
	}
	k, err := s.ask(ctx, reader, q.AsOf)
	if err != nil {
		return t, err
	}
	defer k.done()
	q.Explain, q.Rank = true, true
	if t.Answer, err = k.figure(q); err != nil {
		return t, err
	}
	if q.AsOf == 0 {
		if err := s.closedText(ctx, reader, q, &t.Answer); err != nil {
			return t, err
		}
	}
	ref, err := k.refOf(q.Code)
	if err != nil {
		return t, err
	}
	if ref.Element == nil {
		i, _ := k.book.indicator(q.Code)
		t.Versions = i.Versions
		if _, e, ok := k.book.definition(q.Code, q.Period.Last()); ok && e != nil {
			t.Expr, t.Forms = e, e.Forms()
		}
	} else {
		t.PartOf = ref.Element.Level
	}
	if asksNothing(t.Answer.Reason) {
		return t, nil
	}
	tree := k.src.units.On(q.Period.Last())
	if beneath := k.parts(tree, ref, q.Unit); len(beneath) > 0 {
		if t.Parts, err = k.rowOf(q.Code, q.Pick, beneath, q.Period); err != nil {
			return t, err
		}
	}
	if k.today != nil && len(t.Parts) > 0 {
		for _, g := range k.today.Ghosts(q.Unit, q.Period.First(), q.Period.Last()) {
			if of, ok := k.today.Ghost(g); ok && !slices.Contains(t.Ghosts, of) {
				t.Ghosts = append(t.Ghosts, of)
			}
		}
	}
	if ref.Element != nil && !t.Answer.Withheld && tree.Has(q.Unit) && tree.Level(q.Unit) == ref.Element.Level {
		if err := k.cells(ctx, &t, *ref.Element, q); err != nil {
			return t, err
		}
	}
	return t, s.closedFigures(ctx, &t)
}

// parts lists the units directly beneath a unit from which a figure is added up.
func (k *asking) parts(tree *org.Tree, ref formula.Ref, unit org.UnitID) []org.UnitID {
	if !tree.Has(unit) || ref.Element != nil && ref.Element.Kind == measure.Point {
		return nil
	}
	beneath := tree.Children(unit)
	if ref.Element == nil || ref.Element.Level == org.LevelFunctional {
		return beneath
	}
	if tree.Level(unit) >= ref.Element.Level {
		return nil
	}
	return beneath
}

// cells reads the history of the cells behind an element at a unit that reports it.
func (k *asking) cells(ctx context.Context, t *Traced, e measure.Element, q Question) error {
	categories := append([]measure.Category{""}, e.Scheme.All()...)
	if q.Pick != "" {
		var err error
		if categories, err = pickedCells(e, q.Pick); err != nil {
			return err
		}
	}
	slots := slotsOf(e, q.Period)
	if e.Kind == measure.Stock && len(slots) > 1 {
		slots = slots[len(slots)-1:]
	}
	if n := len(slots) * len(categories); n > maxHistories {
		t.Too = n
		return nil
	}
	for _, p := range slots {
		y, _, _ := p.First().Date()
		slot, _, ok := p.Slots(e.GrainIn(y))
		if !ok {
			continue
		}
		for _, x := range k.cellsOf(q.Unit, p, categories) {
			c := x.category
			list, err := k.s.facts.Versions(ctx, e.Code, c, x.unit, slot)
			if err != nil {
				return err
			}
			h := CellHistory{Unit: x.unit, Element: e, Category: c, Slot: p}
			for _, v := range list {
				if q.AsOf == 0 || v.No <= q.AsOf {
					h.Versions = append(h.Versions, v)
				}
			}
			if h.Versions, err = k.tellable(h); err != nil {
				return err
			}
			if len(h.Versions) == 0 {
				continue
			}
			t.Cells = append(t.Cells, h)
			if t.Answer.State == measure.Closed && slices.ContainsFunc(h.Versions, func(v measure.Version) bool { return v.Restated }) {
				t.Answer.State = measure.Restated
			}
		}
	}
	return nil
}

// slotsOf cuts a period into the slots in which an element is reported; nothing if it is no union
// of them.
func slotsOf(e measure.Element, p period.Period) []period.Period {
	var out []period.Period
	first, _, _ := p.First().Date()
	last, _, _ := p.Last().Date()
	for y := first; y <= last; y++ {
		g := e.GrainIn(y)
		part, err := period.Between(max(p.First(), g.FirstDay(g.First(y))), min(p.Last(), g.LastDay(g.First(y+1)-1)))
		if err != nil {
			return nil
		}
		list := part.Parts(g.Kind())
		if list == nil {
			return nil
		}
		out = append(out, list...)
	}
	return out
}

// pickedCells lists the cells of an element that a selector picks, 年龄="<25".
func pickedCells(e measure.Element, pick string) ([]measure.Category, error) {
	want := map[string]string{}
	for _, part := range splitPick(pick) {
		dim, label, ok := strings.Cut(part, "=")
		dim, label = strings.TrimSpace(dim), strings.Trim(strings.TrimSpace(label), `"“”`)
		if !ok {
			if len(e.Scheme.Dimensions) != 1 {
				return nil, fault.New(fault.Invalid, "分类“%s”应写成 维度=类别", part)
			}
			dim, label = e.Scheme.Dimensions[0].Name, strings.Trim(strings.TrimSpace(part), `"“”`)
		}
		want[dim] = label
	}
	return e.Scheme.Select(want)
}

// splitPick cuts a selector at the commas outside of quotation marks.
func splitPick(s string) []string {
	var out []string
	quoted, from := false, 0
	for i, r := range s {
		switch r {
		case '"':
			quoted = !quoted
		case ',', '，', ';', '；':
			if !quoted {
				out = append(out, s[from:i])
				from = i + len(string(r))
			}
		}
	}
	return append(out, s[from:])
}

// closedFigures reads how a figure stood at the closings of its period.
func (s *Service) closedFigures(ctx context.Context, t *Traced) error {
	a := &t.Answer
	if a.Withheld || a.Element != nil || a.State == measure.Approved || a.recast {
		return nil
	}
	var list []closedFigure
	err := s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		list, err = closedOf(tx, a.Code, int64(a.Unit), a.Period.String())
		return err
	})
	if err != nil {
		return err
	}
	b := s.now.Load()
	for _, f := range list {
		c := ClosedFigure{No: f.Closing, Text: f.Value, Numerator: f.Numerator, Denominator: f.Denominator, Definition: f.Definition}
		if f.Reason != "" {
			c.Text = measure.Reason(f.Reason).Text()
		}
		for _, x := range b.closings {
			if x.No == f.Closing {
				c.Change, c.At, c.By = x.Change, x.At, x.By
			}
		}
		t.Closed = append(t.Closed, c)
	}
	return nil
}
