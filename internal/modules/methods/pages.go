package methods

import (
	"fmt"
	"strings"
	"time"

	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
)

// listView is the page of all methods.
type listView struct {
	Grid    web.Grid
	Methods int
	Cases   int
	State   stateView
}

// stateView says how the last verification ended; it stands on the list.
type stateView struct {
	Running, Done, Good bool
	Text, Path          string
}

func (x lens) state(r *run, there bool) stateView {
	v := stateView{Path: verifyPath}
	switch {
	case !there:
		v.Text = x.t("程序启动以来还没有核对过。")
	case !r.Finished():
		v.Running, v.Text = true, x.t("正在核对。")
	default:
		out, err := r.Result()
		if err != nil {
			v.Text = x.t("上次核对没有完成，请重新核对。")
			return v
		}
		v.Done, v.Good = true, out.failed == 0
		v.Text = x.verdict(out)
	}
	return v
}

func (x lens) verdict(r report) string {
	at := r.at.Format("2006-01-02 15:04")
	if r.failed == 0 {
		return x.t("%s 核对：%d 个参考算例全部通过。", at, len(r.results))
	}
	return x.t("%s 核对：%d 个参考算例中有 %d 个不符，请报告系统管理员，统计结果暂不可用。", at, len(r.results), r.failed)
}

// methodsTable lists the methods in the order of their themes.
func (x lens) methodsTable(b *book) *table.Table {
	t := &table.Table{ID: "methods", Name: x.t("统计方法"), Columns: []table.Column{
		{Head: []string{x.t("方法")}, Key: "name", RowHead: true, Sort: table.ByText, Filter: true, Width: 12},
		{Head: []string{x.t("回答什么问题")}, Key: "ask", Filter: true, Width: 30},
		{Head: []string{x.t("类别")}, Key: "theme", Sort: table.ByText, Filter: true, Width: 10},
		{Head: []string{x.t("参考算例")}, Key: "cases", Sort: table.ByNumber}}}
	for _, m := range b.methods {
		p := m.in(x.Lang)
		n := fmt.Sprint(len(m.cases()))
		t.Rows = append(t.Rows, table.Row{ID: m.ID, Cells: []table.Cell{table.Link(p.Name, Path(m.ID)), table.Text(strings.Join(p.Ask, "")), table.Text(m.Theme.in(x.Lang)), table.Number(n, n)}})
	}
	return t
}

// methodView is the page of one method.
type methodView struct {
	Name, Theme, ID                    string
	Ask, How, When, Short, Read, Never []string
	Example                            example
	Formula, Gate, Deviations          []string
	Sources                            []string
	Cases                              *table.Table
	Command                            string
	Verify                             string
	Prev, Next                         linkView
}

type linkView struct{ Text, Path string }

func (x lens) methodView(b *book, m *Method, proved report) (methodView, error) {
	p := m.in(x.Lang)
	e, err := x.example(m)
	if err != nil {
		return methodView{}, err
	}
	v := methodView{Name: p.Name, Theme: m.Theme.in(x.Lang), ID: m.ID, Ask: p.Ask, How: p.How, When: p.When, Short: p.Short, Read: p.Read, Never: p.Never,
		Example: e, Formula: m.formula(x.Lang), Gate: m.Gate.in(x.Lang), Command: "kaiyang stats " + m.ID + " < " + m.ID + ".json", Verify: verifyPath}
	for _, d := range m.Deviations {
		v.Deviations = append(v.Deviations, d.in(x.Lang))
	}
	v.Sources = b.sources(m)
	v.Cases = x.casesTable(b, m.cases(), proved)
	for i, other := range b.methods {
		if other != m {
			continue
		}
		if i > 0 {
			v.Prev = linkView{b.methods[i-1].in(x.Lang).Name, Path(b.methods[i-1].ID)}
		}
		if i+1 < len(b.methods) {
			v.Next = linkView{b.methods[i+1].in(x.Lang).Name, Path(b.methods[i+1].ID)}
		}
	}
	return v, nil
}

// casesTable lists reference cases with what the last verification found.
func (x lens) casesTable(b *book, ids []string, proved report) *table.Table {
	t := &table.Table{ID: "reference", Name: x.t("参考算例"), Columns: []table.Column{
		{Head: []string{x.t("参考算例")}, Key: "case", RowHead: true, Width: 18},
		{Head: []string{x.t("由哪个程序算出")}, Key: "program", Width: 24},
		{Head: []string{x.t("容许偏差")}, Key: "allowed", Width: 16},
		{Head: []string{x.t("本机核对")}, Key: "state", Width: 10}}}
	for _, id := range ids {
		c := b.cases[id]
		state := table.Missing(x.t("没有核对"))
		if r, ok := proved.find(id); ok {
			state = table.Text(x.passed(r))
		}
		t.Rows = append(t.Rows, table.Row{ID: id, Cells: []table.Cell{table.Link(id, casePath(id)), table.Text(c.Program), table.Text(c.Allowed), state}})
	}
	return t
}

func (x lens) passed(r result) string { return either(r.Passed(), x.t("通过"), x.t("不符")) }

// verifyView is the page of a verification.
type verifyView struct {
	Running           bool
	Done, Total       int64
	Percent           int64
	Empty             bool
	Problem, Verdict  string
	Good              bool
	Took              string
	Grid              web.Grid
	Faults            []string
	List, Begin, Here string
}

func (x lens) verifyView(r *run, there bool) verifyView {
	v := verifyView{List: listPath, Begin: verifyPath, Here: verifyPath}
	if !there {
		v.Empty = true
		return v
	}
	if v.Done, v.Total = r.Progress(); v.Total > 0 {
		v.Percent = 100 * v.Done / v.Total
	}
	if !r.Finished() {
		v.Running = true
		return v
	}
	return v
}

// ended fills in what came of a verification.
func (x lens) ended(v *verifyView, out report) {
	v.Verdict, v.Good = x.verdict(out), out.failed == 0
	v.Took = x.seconds(out.took)
	for _, r := range out.results {
		if r.Err != nil {
			v.Faults = append(v.Faults, x.t("%s：没有算出结果", r.Case.ID))
		} else if len(r.Faults) > 0 {
			f := r.Faults[0]
			v.Faults = append(v.Faults, x.t("%s：%s 处算得 %s，参考结果是 %s（共 %d 处不符）", r.Case.ID, f.At, f.Got, f.Want, len(r.Faults)))
		}
	}
}

func (x lens) seconds(d time.Duration) string { return x.t("%.2f 秒", d.Seconds()) }

// resultsTable shows a verification case by case.
func (x lens) resultsTable(b *book, out report) *table.Table {
	t := &table.Table{ID: "verification", Name: x.t("参考算例核对"), Columns: []table.Column{
		{Head: []string{x.t("参考算例")}, Key: "case", RowHead: true, Sort: table.ByText, Filter: true, Width: 18},
		{Head: []string{x.t("方法")}, Key: "method", Sort: table.ByText, Filter: true, Width: 12},
		{Head: []string{x.t("结果")}, Key: "result", Sort: table.ByText},
		{Head: []string{x.t("核对的值")}, Key: "values", Sort: table.ByNumber},
		{Head: []string{x.t("最大偏差占容许偏差")}, Key: "share", Sort: table.ByNumber},
		{Head: []string{x.t("出现在")}, Key: "at", Width: 12},
		{Head: []string{x.t("用时")}, Key: "took", Unit: x.t("秒"), Sort: table.ByNumber}}}
	for _, r := range out.results {
		m := b.pages[r.Case.ID]
		share, took := fmt.Sprintf("%.4g", 100*r.Farthest), fmt.Sprintf("%.3f", r.took.Seconds())
		far := table.Number(share, fmt.Sprintf("%.2f%%", 100*r.Farthest))
		if !r.Passed() {
			far = table.Missing(x.t("不符"))
		}
		at := r.At
		if at == "" {
			at = "—"
		}
		values := fmt.Sprint(r.Values)
		t.Rows = append(t.Rows, table.Row{ID: r.Case.ID, Cells: []table.Cell{table.Link(r.Case.ID, casePath(r.Case.ID)), table.Link(m.in(x.Lang).Name, Path(m.ID)), table.Text(x.passed(r)),
			table.Number(values, values), far, table.Text(at), table.Number(took, took)}})
	}
	return t
}
