package facts

import (
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/platform/table"
)

// importView is the page on which a file is chosen.
type importView struct {
	Elements bool // of elements, else of facts
	Action   string
	Problem  string
	MaxMB    int
	Columns  []columnView
	Restate  string
	Batches  *table.Table
	Files    *table.Table
}

type columnView struct{ Name, Also, Meaning string }

// factColumns explain the columns of a file of facts.
func factColumns(x lens) []columnView {
	return []columnView{
		{"element", "数据项", x.t("数据项的代码或名称")},
		{"category", "分类", x.t("年龄=<25;毒品=合成；只有一个维度时写类别即可；合计留空；这一列可以没有")},
		{"unit", "单位", x.t("6、9 或 12 位区划代码、职能单位编码，或全称")},
		{"period", "期", x.t("2018、2018-Q1、2018-03、2018-03a（上半月），或 2018年3月上半月")},
		{"value", "数值", x.t("数字；空着表示没有数，这一行不起作用")},
	}
}

// elementColumns explain the columns of a file of elements.
func elementColumns(x lens) []columnView {
	meaning := map[string]string{
		"code": "以字母开头，字母、数字、下划线和点", "name": "中文名称", "kind": "flow 流量、stock 存量、point 点值", "grain": "half-month、month、quarter、half-year、year；自某年起变更写成 month;2019=quarter",
		"level": "province、city、county、township、village、functional", "scale": "保留的小数位，0 到 6", "scheme": "空、partition 划分、overlapping 可重叠", "dimensions": "年龄=<25|>=25;毒品=传统|合成",
		"persons": "1 是，0 否", "force": "专班的单位编码",
	}
	var out []columnView
	for _, f := range elementFields {
		c := columnView{Name: f.name, Also: strings.Join(f.heads, "、")}
		if m := meaning[f.name]; m != "" {
			c.Meaning = x.t(m)
		}
		out = append(out, c)
	}
	return out
}

func batchesTable(x lens, list []batchRow) *table.Table {
	t := &table.Table{ID: "batches", Name: x.t("最近的导入"), Empty: x.t("还没有导入过。"), Columns: []table.Column{
		{Head: []string{x.t("变更号")}, Key: "no"}, {Head: []string{x.t("文件")}, Key: "source", RowHead: true}, {Head: []string{x.t("新增")}, Key: "created"}, {Head: []string{x.t("更新")}, Key: "updated"},
		{Head: []string{x.t("原因")}, Key: "reason"}, {Head: []string{x.t("谁")}, Key: "by"}, {Head: []string{x.t("时间")}, Key: "at"}}}
	for _, b := range list {
		reason := b.reason
		if b.restate {
			reason = strings.TrimSpace(x.t("更正") + x.t("：") + reason)
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{number(int(b.no)), table.Link(b.source.Name, uploadPath(b.source.ID)), number(b.created), number(b.updated), table.Text(reason), table.Text(person(b.account, b.name)), table.Text(moment(b.at))}})
	}
	return t
}

func number(n int) table.Cell {
	s := strconv.Itoa(n)
	return table.Number(s, measure.Group(s))
}

// runView is the page of a check or an import.
type runView struct {
	ID, File, Back, Action string
	Elements               bool
	Apply                  bool
	Running                bool
	Percent                int
	Problem                string
	Read, Created, Updated int
	Unchanged, Rejected    int
	Findings               *table.Table
	MoreFindings           int
	Faults                 int
	Replaced               *table.Table // stored values that become others
	MoreReplaced           int
	XLSX                   string // the whole of the list below as a workbook
	Done, Nothing          bool
	CanApply               bool
	Restate                string
	AskRestate             bool // closed periods are in the way
	Mapping                *mappingView
	Mapped                 bool // the columns were said before
}

// shownFindings is how many findings a page lists; the workbook has all.
const shownFindings = 500

func newRunView(x lens, r *run, reg *org.Register, tr func(string) string) runView {
	in := r.In.in
	v := runView{ID: r.ID, File: r.In.file.Name, Elements: r.In.elements, Apply: !in.DryRun, Back: "/admin/import/facts", Action: runPath(r.ID)}
	if r.In.elements {
		v.Back, v.Action = "/admin/import/elements", elementRunPath(r.ID)
	}
	v.Restate, v.Mapped = in.Restate, in.Mapping != nil
	if !r.Finished() {
		v.Running = true
		if done, total := r.Progress(); total > 0 {
			v.Percent = int(done * 100 / total)
		}
		return v
	}
	out, err := r.Result()
	if err != nil {
		v.Problem = fault.Say(err, tr)
		return v
	}
	rep := out.report
	v.Read, v.Created, v.Updated, v.Unchanged, v.Rejected = rep.Read, rep.Created, rep.Updated, rep.Unchanged, rep.Rejected
	v.Done = rep.Written
	v.Nothing = len(rep.Findings) == 0 && rep.Created+rep.Updated == 0
	v.CanApply = in.DryRun && len(rep.Findings) == 0 && !v.Nothing
	if len(rep.Findings) > 0 {
		v.Findings, v.MoreFindings = head(findingsTable(x, rep.Findings, tr), shownFindings)
		v.Faults = len(rep.Findings)
		v.AskRestate = hasRule(rep.Findings, "closed")
	} else if len(out.over.list) > 0 {
		v.Replaced, v.MoreReplaced = head(replacedTable(x, out.over, reg, tr), shownReplaced)
		v.MoreReplaced += out.over.more
	}
	return v
}

func findingsTable(x lens, list fault.Findings, tr func(string) string) *table.Table {
	t := &table.Table{ID: "findings", Name: x.t("问题"), Columns: []table.Column{
		{Head: []string{x.t("位置")}, Key: "where", RowHead: true}, {Head: []string{x.t("写的是")}, Key: "value"}, {Head: []string{x.t("问题")}, Key: "message"}}}
	for _, f := range list {
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(f.Where(tr)), table.Text(f.Value), table.Text(f.Message(tr))}})
	}
	return t
}

// mappingView is the form that says what the columns of a ledger hold.
type mappingView struct {
	HeaderRow  int
	SkipTotals bool
	Columns    []mappedColumn
	Constants  map[string]string
	Elements   []choice
}

type mappedColumn struct {
	Name    string // of the form field
	Head    string
	Options []choice
}

// The choices for a column: a field, or "value:CODE" and "value:CODE/category" for the values of one
// element.
func newMapping(x lens, head []string, m *Mapping, cat *measure.Catalogue) *mappingView {
	v := &mappingView{Constants: map[string]string{}}
	if m != nil {
		v.HeaderRow, v.SkipTotals = m.HeaderRow, m.SkipTotals
		for k, c := range m.Constants {
			v.Constants[k] = c
		}
	} else {
		v.SkipTotals = true
	}
	for i, h := range head {
		h = strings.TrimSpace(strings.TrimPrefix(h, "\uFEFF"))
		if h == "" {
			continue
		}
		on := guess(h, cat)
		if m != nil {
			on = targetText(m.Columns[h])
		}
		col := mappedColumn{Name: "column-" + strconv.Itoa(i), Head: h}
		add := func(value, label string) {
			col.Options = append(col.Options, choice{value, label, "", value == on})
		}
		add("", x.t("不用"))
		for _, f := range []string{"unit", "period", "element", "category", "value"} {
			add(f, x.t(fieldWord(f)))
		}
		for _, e := range cat.All() {
			name := x.pick(e.Name, e.NameEN)
			add("value:"+e.Code, x.t("数值：%s", name))
			for _, k := range e.Scheme.All() {
				add("value:"+e.Code+"/"+string(k), x.t("数值：%s", name+" "+string(k)))
			}
		}
		v.Columns = append(v.Columns, col)
	}
	return v
}

func targetText(t Target) string {
	if t.Field == "value" && t.Element != "" {
		if t.Category != "" {
			return "value:" + t.Element + "/" + t.Category
		}
		return "value:" + t.Element
	}
	return t.Field
}

func parseTarget(s string) Target {
	rest, ok := strings.CutPrefix(s, "value:")
	if !ok {
		return Target{Field: s}
	}
	code, kind, _ := strings.Cut(rest, "/")
	return Target{Field: "value", Element: code, Category: kind}
}
