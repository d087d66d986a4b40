package units

import (
	"fmt"
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/table"
)

// importView is the page on which a file of units is given.
type importView struct {
	Columns  []string
	Problem  string
	Under    string
	Recent   []historyLine
	MaxBytes int
}

// jobView is the page of one uploaded file: being checked, its report, being brought in, done.
type jobView struct {
	ID, File, Under string
	Running         bool
	Apply           bool // bringing in, not checking
	Rows, Total     int64
	Problem         string
	Report          reportView
	Diffs           *table.Table
	MoreDiffs       bool
	Restate         string
	NeedRestate     bool
	CanApply        bool
	Unchanged       bool
	Done            bool
	Loose           []string // units with facts that would be in no sum any more
}

type reportView struct {
	Read, Created, Updated, Unchanged, Rejected int
	Findings                                    *table.Table
	Count                                       int
	MoreFindings                                bool
}

// shownFindings is how many findings a page lists; the report of the command line has all.
const shownFindings = 300

func newJobView(t tr, say func(string) string, in func(period.Period) string, r *org.Register, j *job) jobView {
	v := jobView{ID: j.ID, File: j.In.file, Under: j.In.under, Apply: j.In.apply}
	v.Rows, v.Total = j.Progress()
	if v.Running = !j.Finished(); v.Running {
		return v
	}
	out, err := j.Result()
	if err != nil {
		v.Problem = fault.Say(err, say)
		return v
	}
	p := out.report
	v.Report = reportView{Read: p.Read, Created: p.Created, Updated: p.Updated, Unchanged: p.Unchanged, Rejected: p.Rejected, Count: len(p.Findings)}
	if len(p.Findings) > 0 {
		v.Report.Findings = findingTable(t, say, p.Findings)
		v.Report.MoreFindings = len(p.Findings) > shownFindings
		v.NeedRestate = slices.ContainsFunc(p.Findings, func(f fault.Finding) bool { return f.Rule == "closed-period" }) && p.Rejected == 0
	} else {
		v.Diffs, v.MoreDiffs = diffTable(t, r, out.diffs), len(out.diffs) == maxDiffs
	}
	v.Loose = looseWords(t, in, out.loose, r)
	v.Done = p.Written
	v.Unchanged = len(p.Findings) == 0 && p.Unchanged == p.Read
	v.CanApply = !v.Done && !v.Unchanged && (len(p.Findings) == 0 || v.NeedRestate)
	return v
}

func findingTable(t tr, say func(string) string, list fault.Findings) *table.Table {
	tab := &table.Table{ID: "findings", Name: t("问题"), Columns: []table.Column{
		{Head: []string{t("位置")}, Key: "where", RowHead: true, Align: table.Left, Width: 8}, {Head: []string{t("内容")}, Key: "value", Width: 8}, {Head: []string{t("问题和改法")}, Key: "message"}}}
	for i, f := range list {
		if i == shownFindings {
			break
		}
		tab.Rows = append(tab.Rows, table.Row{Cells: []table.Cell{table.Text(f.Where(say)), table.Text(f.Value), table.Text(f.Message(say))}})
	}
	return tab
}

func diffTable(t tr, r *org.Register, list []Diff) *table.Table {
	tab := &table.Table{ID: "diffs", Name: t("变化"), Columns: []table.Column{
		{Head: []string{t("行")}, Key: "row", RowHead: true}, {Head: []string{t("编码")}, Key: "code", Align: table.Left}, {Head: []string{t("导入前")}, Key: "was"},
		{Head: []string{t("导入后")}, Key: "is"}, {Head: []string{t("上级编码")}, Key: "parent", Align: table.Left}, {Head: []string{t("有效期")}, Key: "span"}}}
	for i, d := range list {
		if i == 200 {
			break
		}
		was := t("（没有）")
		if d.Was.Name != "" {
			was = d.Was.Name
			if d.Was.Parent != d.Is.Parent && d.WasOf != d.ParentOf {
				was = fmt.Sprintf("%s（%s）", was, d.WasOf)
			}
		}
		is := table.Text(d.Is.Name)
		if d.Was.Order != d.Is.Order {
			is.Note = t("次序 %d", d.Is.Order)
		}
		tab.Rows = append(tab.Rows, table.Row{Cells: []table.Cell{table.Number(fmt.Sprint(d.Row), fmt.Sprint(d.Row)), table.Text(d.Code), table.Text(was),
			is, table.Text(d.ParentOf), table.Text(span(t, d.Is.From, d.Is.To))}})
	}
	return tab
}
