package returns

import (
	"strings"

	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/words"
)

// reviewView lists what waits for a person.
type reviewView struct {
	Review, Approve       queueView
	MayReview, MayApprove bool
	Say                   string
	List                  []string // obstacles
	Closed                bool     // one of the waiting returns is of a closed period
	Kept                  bool     // some of those that were ticked still are
	All                   bool     // all were asked to be ticked
	Toggle                string   // address that ticks all, or none
}

// A queueView is one of the two lists: a table with a box to tick in each row.
type queueView struct {
	ID, Deed  string
	Table     *table.Table
	Heads     []sortHead
	Rows      []waitingView
	XLSX, CSV string
}

// A sortHead is the header of a column, which sorts by it.
type sortHead struct {
	Text, Path, Sorted string
	Width              int // pixels
}

// A waitingView is one return that waits.
type waitingView struct {
	Pick                       string // "id.version", for the box
	Version                    int
	Form, Unit, Period, At, By string
	UnitKey, PeriodKey         string // to sort by
	Late                       string
	Correcting, Closed, Picked bool
	Path                       string
}

// remarks are the words of the tags.
func (w waitingView) remarks(l words.Lang) string {
	var out []string
	if w.Correcting {
		out = append(out, words.T(l, "更正"))
	}
	if w.Closed {
		out = append(out, words.T(l, "已封账"))
	}
	if w.Late != "" {
		out = append(out, w.Late)
	}
	return strings.Join(out, " · ")
}

// waitingTable is a list as it is sorted and sent; the page shows the same rows with their boxes.
func waitingTable(l words.Lang, id, name string, rows []waitingView) *table.Table {
	t := &table.Table{ID: id, Name: name, Columns: []table.Column{
		{Head: []string{words.T(l, "单位")}, Key: "unit", Width: 7, RowHead: true, Sort: table.ByText, Filter: true},
		{Head: []string{words.T(l, "报表")}, Key: "form", Width: 9, Sort: table.ByText, Filter: true},
		{Head: []string{words.T(l, "期别")}, Key: "period", Width: 7, Sort: table.ByText, Filter: true},
		{Head: []string{words.T(l, "提交")}, Key: "at", Width: 13, Sort: table.ByText},
		{Head: []string{words.T(l, "备注")}, Key: "remark", Width: 8, Sort: table.ByText, Filter: true},
	}}
	for _, w := range rows {
		unit, when, at := table.Link(w.Unit, w.Path), table.Text(w.Period), table.Text(w.At)
		unit.SortKey, when.SortKey = w.UnitKey, w.PeriodKey
		at.Note = words.T(l, "第 %d 版 · %s", w.Version, w.By)
		t.Rows = append(t.Rows, table.Row{ID: w.Pick, Cells: []table.Cell{unit, table.Text(w.Form), when, at, table.Text(w.remarks(l))}})
	}
	return t
}

// inOrder gives the rows in the order of the sorted table.
func inOrder(rows []waitingView, t *table.Table) []waitingView {
	by := make(map[string]waitingView, len(rows))
	for _, w := range rows {
		by[w.Pick] = w
	}
	out := make([]waitingView, len(t.Rows))
	for i := range t.Rows {
		out[i] = by[t.Rows[i].ID]
	}
	return out
}
