package returns

import (
	"strconv"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

// dataView lists the approved values of a form.
type dataView struct {
	Code, Name, Period string
	Grid               web.Grid
	XLSX, CSV          string
	Current            bool
	Say                string
}

// dataTable shows values with the version of the form they were filled in with; labels are those
// of that version, or of the newest one.
func dataTable(l words.Lang, rows []Datum, current bool, name func(org.UnitID, period.Day) string) *table.Table {
	t := &table.Table{ID: "data", Name: words.T(l, "已批准数据"), Empty: words.T(l, "这一期还没有已批准的数据。"), Columns: []table.Column{
		{Head: []string{words.T(l, "填报单位")}, Key: "unit", RowHead: true, Sort: table.ByText, Filter: true}, {Head: []string{words.T(l, "行")}, Key: "subject", Sort: table.ByText, Filter: true},
		{Head: []string{words.T(l, "期别")}, Key: "period", Sort: table.ByText}, {Head: []string{words.T(l, "数据项")}, Key: "item", Sort: table.ByText, Filter: true},
		{Head: []string{words.T(l, "数值")}, Key: "value", Sort: table.ByNumber}, {Head: []string{words.T(l, "报表版本")}, Key: "form_version", Sort: table.ByNumber},
		{Head: []string{words.T(l, "提交版本")}, Key: "version", Sort: table.ByNumber}}}
	for _, d := range rows {
		day := d.Place.Period.Last()
		label := d.Label
		if current {
			label = d.Current
		}
		unit := table.Link(name(d.Unit, day), "/returns/review/"+intText(d.ID)+"?version="+strconv.Itoa(d.Version))
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{unit, table.Text(name(d.Key.Subject, day)), table.Text(d.Place.Period.String()), table.Text(label),
			table.Number(d.Value, measure.Group(d.Value)), table.Number(strconv.Itoa(d.FormNo), strconv.Itoa(d.FormNo)), table.Number(strconv.Itoa(d.Version), strconv.Itoa(d.Version))}})
	}
	return t
}
