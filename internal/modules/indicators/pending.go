package indicators

import (
	"context"
	"slices"

	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/table"
)

// Owned tells the cells that a reader's own units handed in and that are not approved yet. What
// SetReturns joins may have it.
type Owned interface {
	Pending(ctx context.Context, reader perm.Actor, unit org.UnitID, p period.Period, element string,
		tell func(element string, c measure.Category, subject org.UnitID, q period.Period, value int64, state, path string)) error
}

// A pending is what a reader's own unit handed in of one element, category and slot, and what
// nobody approved yet; it is shown to that reader alone (SEMANTICS §1, §4: preview).
type pending struct {
	element     measure.Element
	category    measure.Category
	slot        period.Period
	value       int64 // at the element's scale, added up over the rows
	cells, rows int   // rows with a value, of those that a return has for the unit
	state, path string
}

// pendings reads what a reader's own units handed in for a unit and a period and nobody approved
// yet; element narrows to one by its code, empty means all. Others than the owners get nothing.
func (s *Service) pendings(ctx context.Context, reader perm.Actor, unit org.UnitID, p period.Period, element string) (out []pending, err error) {
	from, ok := s.returns.(Owned)
	if !ok || !reader.Has(perm.Reporter) {
		return nil, nil
	}
	catalogue, reg := s.now.Load().catalogue, s.units.Register()
	err = from.Pending(ctx, reader, unit, p, element, func(code string, c measure.Category, subject org.UnitID, q period.Period, value int64, state, path string) {
		e, known := catalogue.Code(code)
		if !known {
			return
		}
		t := reg.On(q.Last())
		if force, _ := reg.ByCode(e.Force); e.Persons && belowCounty(t.Level(unit)) && !maySeeSmall(reader, unit, force) {
			return
		}
		if e.Kind == measure.Point && subject != unit {
			return // does not add up
		}
		i := slices.IndexFunc(out, func(o pending) bool { return o.element.Code == code && o.category == c && o.slot == q })
		if i < 0 {
			lo, hi := t.Run(e.Level, unit)
			i, out = len(out), append(out, pending{element: e, category: c, slot: q, rows: hi - lo, state: state, path: path})
		}
		out[i].value += value
		out[i].cells++
	})
	return out, err
}

// preview turns an answer without a value into what the reader's own unit handed in for it, where
// that is one slot of an element and every row has a value. It is no approved figure: it has no
// verdict, light or rank, and stands in no table, document or export.
func (a *Answer) preview(list []pending) {
	if a.Element == nil || a.Reason != measure.Absent || a.Withheld {
		return
	}
	want := []measure.Category{""}
	if a.Pick != "" {
		var err error
		if want, err = pickedCells(*a.Element, a.Pick); err != nil {
			return
		}
	}
	sum, found := addUp(list, a.Period, want)
	if s := a.Element.Scheme; !found && a.Pick == "" && s.Kind == measure.Partition {
		sum, found = addUp(list, a.Period, s.All())
	}
	if !found {
		return
	}
	v := measure.Rat(sum.value, a.Element.Scale)
	a.Result.Value, a.Result.Numerator, a.Result.Denominator, a.Result.Reason, a.Result.Flags = v, nil, nil, measure.NoReason, 0
	a.Result.Coverage = measure.Coverage{Reported: sum.cells, Expected: sum.rows}
	a.Reason, a.Incomplete, a.State, a.Printed = measure.NoReason, false, measure.Preview, printed(a.Definition, formula.Result{Value: v})
	a.Judgement, a.Light, a.Rank, a.Trace = nil, measure.Grey, nil, nil
}

// addUp adds the cells of some categories of one slot; found is false unless all are there, each
// with every row.
func addUp(list []pending, p period.Period, want []measure.Category) (sum pending, found bool) {
	for _, c := range want {
		i := slices.IndexFunc(list, func(o pending) bool { return o.category == c && o.slot == p })
		if i < 0 || list[i].cells < list[i].rows {
			return pending{}, false
		}
		sum.value += list[i].value
		sum.cells, sum.rows = list[i].cells, list[i].rows
	}
	return sum, len(want) > 0
}

// pendingTable lists what the reader's own unit handed in and nobody approved yet; nil for nothing.
func (x lens) pendingTable(list []pending, unit org.UnitID) *table.Table {
	if len(list) == 0 {
		return nil
	}
	t := &table.Table{ID: "pending", Name: x.Text("待审核，仅本单位可见")}
	for i, h := range []string{"数据", "期间", "已提交的数", "状态"} {
		c := table.Column{Head: []string{x.Text(h)}, Key: "p" + itoa(i), RowHead: i == 0}
		if i == 2 {
			c.Align = table.Right
		}
		t.Columns = append(t.Columns, c)
	}
	for _, p := range list {
		name := x.Pick(p.element.Name, p.element.NameEN)
		if p.category != "" {
			name = x.both(name, x.category(p.element.Scheme, p.category))
		}
		value := elementDefinition(p.element).show(measure.Rat(p.value, p.element.Scale), x.Lang)
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Link(name, x.figureAt(p.element.Code, "", unit, p.slot)), table.Text(x.in(p.slot)),
			table.Text(value), table.Link(x.Text(p.state), p.path)}})
	}
	return t
}

// stateOf says how firm a figure is: without a value why it has none, and of an incomplete one
// that only a part of it is approved; empty where there is nothing to say.
func (x lens) stateOf(a Answer) string {
	word := x.Text(stateText(a.State))
	switch {
	case a.Reason == measure.Absent && !a.Withheld:
		return x.text(a)
	case a.Reason != measure.NoReason && !a.Withheld:
		return ""
	case a.State == measure.Approved && !a.Result.Coverage.Complete() && !a.Withheld:
		word = x.Text("部分已批准")
		if x.why != nil && a.Element != nil {
			if rest := x.why.word(a.Code, a.Unit, a.Period); rest != measure.Absent.Text() {
				word += x.Text("，") + x.say("其余%s", x.Text(rest))
			}
		}
	}
	return word
}
