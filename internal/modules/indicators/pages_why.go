package indicators

import (
	"slices"

	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

// Awaiting tells in a Chinese word why a figure is missing, as far as the returns know it:
// 尚未到期, 待审核, 待批准, 被退回, 未报 or 无应报. What SetReturns joins may have it.
type Awaiting interface {
	WhyMissing(element string, unit org.UnitID, p period.Period) string
}

// missingWords are the words for a missing figure, the mildest first; of a formula with several missing operands the
// last of them stands for all.
func missingWords() [6]string {
	return [...]string{"无应报", "尚未到期", "待批准", "待审核", "被退回", "未报"}
}

const (
	notAsked = 0 // index in missingWords: nothing is expected
	notDue   = 1
)

// whys finds the words for the missing figures of one page. They are asked for those that are
// shown only, so tables without a gap cost nothing.
type whys struct {
	s     *Service
	today period.Day
	said  map[whyKey]string
	k     *asking // asked for the facts once a formula with several operands needs it
	by    perm.Actor
}

type whyKey struct {
	code string
	unit org.UnitID
	p    period.Period
}

// word gives the word for a missing figure.
func (w *whys) word(code string, unit org.UnitID, p period.Period) string {
	if p.Last() >= w.today {
		return missingWords()[notDue]
	}
	key := whyKey{code, unit, p}
	said, known := w.said[key]
	if !known {
		said = w.find(code, unit, p)
		if w.said == nil {
			w.said = map[whyKey]string{}
		}
		w.said[key] = said
	}
	return said
}

func (w *whys) find(code string, unit org.UnitID, p period.Period) string {
	plain := measure.Absent.Text()
	await, ok := w.s.returns.(Awaiting)
	if !ok {
		return plain
	}
	b := w.s.now.Load()
	if e, ok := b.catalogue.Code(code); ok {
		return await.WhyMissing(e.Code, unit, p)
	}
	_, e, ok := b.definition(code, p.Last())
	if !ok || e == nil {
		return plain
	}
	elements := b.elements(e, p.Last())
	if len(elements) == 0 {
		return w.ofForms(e, unit, p)
	}
	list, worst := missingWords(), -1
	for _, x := range w.lacking(elements, unit, p) {
		worst = max(worst, slices.Index(list[:], await.WhyMissing(x.Code, unit, p)))
	}
	if worst < 0 {
		return plain // what lacks is of another period
	}
	return list[worst]
}

// ofForms is for a formula that counts returns only: where none were due, nothing is late.
func (w *whys) ofForms(e *formula.Expr, unit org.UnitID, p period.Period) string {
	for _, f := range e.Forms() {
		if due, _, _, ok := w.s.returns.Reporting(f, unit, p); ok && due > 0 {
			return measure.Absent.Text()
		}
	}
	return missingWords()[notAsked]
}

// lacking gives the elements that have no value for the unit and the period.
func (w *whys) lacking(list []measure.Element, unit org.UnitID, p period.Period) (out []measure.Element) {
	if len(list) == 1 {
		return list
	}
	b := w.s.now.Load()
	if w.k == nil {
		w.k = &asking{s: w.s, book: b, src: w.s.source(b, w.s.facts.Cube()), reader: w.by}
	}
	w.k.src.run(func() {
		out = out[:0]
		for _, x := range list {
			if w.k.src.Operand(formula.Query{Code: x.Code, Unit: unit, Period: p}).Reason == measure.Absent {
				out = append(out, x)
			}
		}
	})
	return out
}

// text prints an answer; of a missing one it says why as closely as it is known.
func (x lens) text(a Answer) string {
	if a.Reason == measure.Absent && !a.Withheld && x.why != nil {
		return x.Text(x.why.word(a.Code, a.Unit, a.Period))
	}
	return a.Text(x.Lang)
}

// reportsFor tells whether the reader fills in returns for a unit.
func (x lens) reportsFor(unit org.UnitID) bool {
	return slices.ContainsFunc(x.by.Posts, func(p perm.Post) bool {
		return p.Role == perm.Reporter && x.by.Tree != nil && x.by.Tree.Under(unit, p.Unit)
	})
}

// waits tells what the reader can do about the figures that are missing: hand in, or see to what
// waits for review.
func (x lens) waits(lines []Line) (out []link) {
	if x.why == nil {
		return nil
	}
	late, held := 0, 0
	for _, l := range lines {
		if l.Now.Reason != measure.Absent {
			continue
		}
		switch x.why.word(l.Now.Code, l.Now.Unit, l.Now.Period) {
		case "未报", "被退回":
			late++
		case "待审核", "待批准":
			held++
		}
	}
	if late > 0 && x.reportsFor(lines[0].Now.Unit) {
		out = append(out, link{Text: x.say("%d 项未报或被退回，去填报", late), Path: "/returns"})
	}
	if held > 0 && x.by.Has(perm.Member, perm.Office) {
		out = append(out, link{Text: x.say("%d 项在审核或批准，去办理", held), Path: "/returns/review"})
	}
	return out
}
