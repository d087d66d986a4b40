package returns

import (
	"strconv"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

// An openRow is one return of the list, with what the page needs to know about it.
type openRow struct {
	Standing   Standing
	Unit, Code string
	All, Fresh int
	Light      measure.Light
}

// mineTable lists returns that are to be filled in, or that were.
func mineTable(l words.Lang, id, caption, empty string, rows []openRow, today period.Day, oneUnit bool) *table.Table {
	t := &table.Table{ID: id, Name: words.T(l, "我的报送"), Caption: caption, Empty: empty, Columns: []table.Column{
		{Head: []string{words.T(l, "报表")}, Key: "form", RowHead: true, Sort: table.ByText, Filter: true, Width: 14},
		{Head: []string{words.T(l, "单位")}, Key: "unit", Sort: table.ByText, Filter: true, Width: 8},
		{Head: []string{words.T(l, "期别")}, Key: "period", Sort: table.ByText, Width: 8},
		{Head: []string{words.T(l, "时限")}, Key: "light", Sort: table.ByLight, Width: 12},
		{Head: []string{words.T(l, "状态")}, Key: "state", Sort: table.ByText, Width: 5},
		{Head: []string{words.T(l, "截止日")}, Key: "due", Sort: table.ByText, Width: 6},
		{Head: []string{words.T(l, "要新填")}, Key: "fresh", Unit: words.T(l, "格"), Sort: table.ByNumber},
		{Head: []string{words.T(l, "全表")}, Key: "cells", Unit: words.T(l, "格"), Sort: table.ByNumber},
	}}
	for _, x := range rows {
		st := x.Standing
		due := table.Text(st.Due.String())
		if !st.Known {
			due.Note = words.T(l, calendar.Unpublished)
		}
		say, _ := dueWord(l, st, today)
		light := table.Light(x.Light, say)
		at := st.Return.Place
		form := table.Link(st.Form.Title(l == words.English), address(at, x.Code))
		form.SortKey = st.Form.Code
		p := table.Text(periodName(l, at.Period))
		p.SortKey = at.Period.String()
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{form, table.Text(x.Unit), p, light, table.Text(words.T(l, st.Return.StateText())), due,
			table.Number(strconv.Itoa(x.Fresh), strconv.Itoa(x.Fresh)), table.Number(strconv.Itoa(x.All), strconv.Itoa(x.All))}})
	}
	if oneUnit {
		dropColumn(t, "unit")
	}
	return t
}

// dropColumn takes a column out of a table.
func dropColumn(t *table.Table, key string) {
	for i := range t.Columns {
		if t.Columns[i].Key != key {
			continue
		}
		t.Columns = append(t.Columns[:i], t.Columns[i+1:]...)
		for r := range t.Rows {
			c := t.Rows[r].Cells
			t.Rows[r].Cells = append(c[:i:i], c[i+1:]...)
		}
		return
	}
}

// A rateIn is what the page of reporting rates is built from.
type rateIn struct {
	Lang   words.Lang
	Tree   *org.Tree
	Period period.Period
	Forms  []*Form
	List   []Rate
	All    Rate
	Cell   func(u org.UnitID, f *Form) string // where a cell leads
}

// percent prints a share with one decimal.
func percent(part, whole int) (exact, printed string) {
	if whole == 0 {
		return "", "—"
	}
	r := measure.Rat(int64(part), 0)
	r.Quo(r, measure.Rat(int64(whole), 0))
	exact = measure.Exact(r)
	return exact, measure.Round(r.Mul(r, measure.Rat(100, 0)), 1) + "%"
}

// rateTable shows units as rows and forms as columns, with the rates of all.
func rateTable(in rateIn) *table.Table {
	l := in.Lang
	t := &table.Table{ID: "rate", Name: words.T(l, "报送率"), Empty: words.T(l, "这一期没有要报的表；请换一个期别。"), Columns: []table.Column{
		{Head: []string{words.T(l, "单位")}, Key: "unit", RowHead: true, Sort: table.ByText, Filter: true, Width: 12}}}
	for i, f := range in.Forms {
		title := f.Title(l == words.English)
		k := strconv.Itoa(i)
		t.Columns = append(t.Columns,
			table.Column{Head: []string{title, words.T(l, "已报/应报")}, Key: "n" + k, Sort: table.ByText, Align: table.Center},
			table.Column{Head: []string{title, words.T(l, "时限")}, Key: "l" + k, Sort: table.ByLight})
	}
	t.Columns = append(t.Columns,
		table.Column{Head: []string{words.T(l, "合计"), words.T(l, "应报")}, Key: "due", Sort: table.ByNumber},
		table.Column{Head: []string{words.T(l, "合计"), words.T(l, "已报")}, Key: "received", Sort: table.ByNumber},
		table.Column{Head: []string{words.T(l, "合计"), words.T(l, "按时")}, Key: "ontime", Sort: table.ByNumber},
		table.Column{Head: []string{words.T(l, "合计"), words.T(l, "报送率")}, Key: "rate", Sort: table.ByNumber},
		table.Column{Head: []string{words.T(l, "合计"), words.T(l, "按时率")}, Key: "ontime_rate", Sort: table.ByNumber})
	row := func(name table.Cell, r Rate, total bool) table.Row {
		cells := []table.Cell{name}
		for i, x := range r.Forms {
			if x.Due == 0 {
				why := NotAsked
				if x.Ahead > 0 {
					why = NotYetDue
				}
				cells = append(cells, table.Text(words.T(l, why)), table.Text(""))
				continue
			}
			c := table.Text(strconv.Itoa(x.Received) + "/" + strconv.Itoa(x.Due))
			c.Href = in.Cell(r.Unit, in.Forms[i])
			cells = append(cells, c, table.Light(x.Light(), tallyWord(l, x)))
		}
		number := func(n int) table.Cell { return table.Number(strconv.Itoa(n), strconv.Itoa(n)) }
		rate := func(n int) table.Cell {
			exact, printed := percent(n, r.All.Due)
			if r.All.Due == 0 {
				return table.Missing("—")
			}
			return table.Number(exact, printed)
		}
		cells = append(cells, number(r.All.Due), number(r.All.Received), number(r.All.OnTime), rate(r.All.Received), rate(r.All.OnTime))
		return table.Row{Total: total, Cells: cells}
	}
	for _, r := range in.List {
		name := table.Text(unitName(in.Tree, r.Unit))
		name.SortKey = in.Tree.Pinyin(r.Unit)
		t.Rows = append(t.Rows, row(name, r, false))
	}
	if len(in.List) > 1 {
		t.Rows = append(t.Rows, row(table.Text(words.T(l, "合计")), in.All, true))
	}
	t.Notes = []string{words.T(l, "只计已结束的期。“已报”指已提交且没有被退回；“按时”看第一次提交是否在截止日以内。")}
	return t
}

// tallyWord is the word of the light of a tally.
func tallyWord(l words.Lang, t Tally) string {
	late := t.Received - t.OnTime
	switch {
	case t.Due == 0:
		return ""
	case t.Overdue > 0:
		return words.T(l, "逾期 %d", t.Overdue)
	case late > 0 && t.Received == t.Due:
		return words.T(l, "迟报 %d", late)
	case t.Received < t.Due:
		return words.T(l, "待报 %d", t.Due-t.Received)
	}
	return words.T(l, "按时")
}

// rateView is the page of reporting rates.
type rateView struct {
	Grid         web.Grid
	XLSX, CSV    string
	Period       string
	PeriodName   string
	Form         string
	Forms        []choiceView
	Tiles        []tileView
	Missing      []missingView
	Copy         string
	Prev, Next   string
	FaultPeriod  string
	NothingToSay bool
	NotYet       bool // nothing of the period is owed yet
}

type choiceView struct {
	Value, Label string
	On           bool
}

type tileView struct{ Label, Value, Meta, Light, Word string }

type missingView struct {
	Form, Period, Due string
	Units             []linkView
}

type linkView struct{ Name, Path string }

// mineView is the list of one's returns.
type mineView struct {
	Open, Others web.Grid
	Count        int // open
	Overdue      int
	Fresh        int // cells to type newly in all open returns that are due
	Fills        bool
	Reviews      int // waits for this person's review or approval
	XLSX         string
	HasForms     bool
	MayEdit      bool
	Others0      bool // there are others
}
