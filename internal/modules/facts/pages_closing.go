package facts

import (
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/table"
)

// closingsView is the list of closings with the form to make one.
type closingsView struct {
	CanClose   bool
	Period     string // as typed
	Reason     string
	Problem    string
	Suggest    []choice // periods that ended and are open
	Preview    bool
	Words      string // the period in words
	Waiting    []waitingForm
	WaitingAll int
	Closings   *table.Table
}

// waitingForm is the units of which a form is still expected.
type waitingForm struct {
	Form  string
	Units []choice // Value is the address
}

func closingsTable(x lens, list []Closing) *table.Table {
	t := &table.Table{ID: "closings", Name: x.t("封账"), Empty: x.t("还没有封账。"), Columns: []table.Column{
		{Head: []string{x.t("期")}, Key: "period", RowHead: true}, {Head: []string{x.t("变更号")}, Key: "no"}, {Head: []string{x.t("封账时间")}, Key: "at"}, {Head: []string{x.t("谁")}, Key: "by"}, {Head: []string{x.t("说明")}, Key: "reason"}}}
	for i := len(list) - 1; i >= 0; i-- {
		c := list[i]
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Link(x.period(c.Period), closingPath(c.No)), number(int(c.No)), table.Text(moment(c.At)), table.Text(c.By), table.Text(c.Reason)}})
	}
	return t
}

// waitingForms groups what is expected by form, in the order given.
func waitingForms(list []Waiting) []waitingForm {
	var out []waitingForm
	at := map[string]int{}
	for _, w := range list {
		i, ok := at[w.Form]
		if !ok {
			i = len(out)
			at[w.Form] = i
			out = append(out, waitingForm{Form: w.Form})
		}
		out[i].Units = append(out[i].Units, choice{Value: w.Path, Label: w.Unit})
	}
	return out
}

// suggestions lists periods that have ended and are not closed, the latest first: months, quarters
// and the year that a person may mean today.
func suggestions(x lens, today period.Day, c closings) []choice {
	var out []choice
	add := func(p period.Period) {
		if !p.IsZero() && p.Last() < today && c.of(p) == nil {
			out = append(out, choice{Value: p.String(), Label: x.period(p)})
		}
	}
	month := period.Months.Period(period.Months.SlotOf(today))
	for i := 1; i <= 3; i++ {
		add(month.Shift(-i))
	}
	add(period.Quarters.Period(period.Quarters.SlotOf(today)).Prev())
	add(period.Years.Period(period.Years.SlotOf(today)).Prev())
	return out
}

// closingView is one closing with what was restated since.
type closingView struct {
	Words, At, By, Post, Reason string
	No                          int64
	Restated                    *table.Table
}

// small tells whether a count must be withheld from the reader: persons, 1 to 4, below the county
// (SEMANTICS §4).
func small(e measure.Element, level org.Level, v int64, a perm.Actor) bool {
	if !e.Persons || a.Has(perm.Office) || level <= org.LevelCounty {
		return false
	}
	if v < 0 {
		v = -v
	}
	unit := int64(1)
	for range e.Scale {
		unit *= 10
	}
	return v > 0 && v < 5*unit
}

func restatedTable(x lens, list []Restatement, reg *org.Register, a perm.Actor) *table.Table {
	t := &table.Table{ID: "restated", Name: x.t("封账后的更正"), Empty: x.t("封账后没有更正。"), Columns: []table.Column{
		{Head: []string{x.t("数据项")}, Key: "element", Sort: table.ByText}, {Head: []string{x.t("单位")}, Key: "unit", RowHead: true, Sort: table.ByText}, {Head: []string{x.t("期")}, Key: "period", Sort: table.ByText},
		{Head: []string{x.t("封账时")}, Key: "old"}, {Head: []string{x.t("更正为")}, Key: "new"}, {Head: []string{x.t("原因")}, Key: "reason"}, {Head: []string{x.t("来源")}, Key: "source"}, {Head: []string{x.t("谁")}, Key: "by"}, {Head: []string{x.t("时间")}, Key: "at"}}}
	for _, r := range list {
		tree := reg.On(r.Period.Last())
		name := x.pick(r.Element.Name, r.Element.NameEN)
		if r.Category != "" {
			name += " " + string(r.Category)
		}
		value := func(v int64, there bool) table.Cell {
			switch {
			case !there:
				return table.Missing(x.t("未报"))
			case small(r.Element, tree.Level(r.Unit), r.Old, a) && r.Was, small(r.Element, tree.Level(r.Unit), r.New, a) && r.Is:
				// One of the two shown would give the other away by the change of the total.
				return table.Missing("<5")
			}
			s := measure.Decimal(v, r.Element.Scale)
			return table.Number(s, measure.Group(s))
		}
		source := r.Version.Source.Name
		if r.Version.Ref != "" {
			source += " " + r.Version.Ref
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Link(name, figureOfPath(r.Element.Code, tree.Code(r.Unit), r.Period)), table.Text(tree.Name(r.Unit)), table.Text(x.period(r.Period)),
			value(r.Old, r.Was), value(r.New, r.Is), table.Text(r.Version.Reason), table.Text(source), table.Text(r.Version.By), table.Text(moment(r.Version.At))}})
	}
	return t
}
