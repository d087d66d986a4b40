package facts

import (
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/table"
)

// replaced lists the stored values that a batch makes others, in the order of the store: element,
// category, year, unit, slot.
type replaced struct {
	list []replacement
	more int // beyond maxReplaced
}

// maxReplaced bounds the list, which stays in memory until its run is forgotten.
const maxReplaced = 100_000

// A replacement is one stored value that becomes another one, or goes.
type replacement struct {
	series  *draftSeries
	unit    org.UnitID
	period  period.Period
	was, is int64
	gone    bool
	from    fault.Finding // its place in the file
}

// replace notes that a cell takes the place of a stored value.
func (d *draft) replace(c *cell, was int64) {
	if len(d.over.list) == maxReplaced {
		d.over.more++
		return
	}
	x := &d.series[c.series()]
	g := x.element.GrainIn(c.year())
	d.over.list = append(d.over.list, replacement{series: x, unit: c.unit(), period: g.Period(g.First(c.year()) + period.Slot(c.slot())),
		was: was, is: c.value, gone: c.gone, from: d.source.place(c.at)})
}

// shownReplaced is how many of them a page lists; the workbook has all.
const shownReplaced = 100

// replacedTable lists what becomes another value, old and new side by side.
func replacedTable(x lens, over replaced, reg *org.Register, tr func(string) string) *table.Table {
	t := &table.Table{ID: "replaced", Name: x.t("改动的数"), Columns: []table.Column{
		{Head: []string{x.t("位置")}, Key: "where", RowHead: true}, {Head: []string{x.t("数据项名称")}, Key: "element", Align: table.Left}, {Head: []string{x.t("所属分类")}, Key: "category", Align: table.Left},
		{Head: []string{x.t("单位")}, Key: "unit", Align: table.Left}, {Head: []string{x.t("期")}, Key: "period", Align: table.Left}, {Head: []string{x.t("原数")}, Key: "was"}, {Head: []string{x.t("新数")}, Key: "is"}}}
	for i := range over.list {
		r := &over.list[i]
		e := &r.series.element
		say := func(n int64) table.Cell {
			s := measure.Decimal(n, e.Scale)
			return table.Number(s, measure.Group(s))
		}
		is := table.Text(x.t("（没有）"))
		if !r.gone {
			is = say(r.is)
		}
		tree := reg.On(r.period.Last())
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(r.from.Where(tr)), table.Text(x.pick(e.Name, e.NameEN)), table.Text(string(r.series.category)),
			table.Text(tree.Name(r.unit)), table.Text(x.period(r.period)), say(r.was), is}})
	}
	if over.more > 0 {
		t.Notes = append(t.Notes, x.t("另有 %d 个改动的数没有列出。", over.more))
	}
	return t
}

// head gives the first rows of a table and how many it leaves out.
func head(t *table.Table, n int) (*table.Table, int) {
	if len(t.Rows) <= n {
		return t, 0
	}
	short := *t
	short.Rows = t.Rows[:n]
	return &short, len(t.Rows) - n
}
