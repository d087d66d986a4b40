package returns

import (
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

// formsView is the register of forms.
type formsView struct {
	Grid      web.Grid
	Count     int
	MayEdit   bool
	XLSX, CSV string
	Yearly    string // cells of all forms in a year
	Say       string // why a file was refused, or what it did
	Findings  []findingView
	Report    string
}

// A formRow is one form of the register.
type formRow struct {
	Form   *Form
	Force  string
	Burden Burden
	Last   period.Period // last period, of one that ended
}

// formsTable lists forms with what they cost (PEERS §2 no. 43).
func formsTable(l words.Lang, rows []formRow) *table.Table {
	t := &table.Table{ID: "forms", Name: words.T(l, "报表目录"), Empty: words.T(l, "还没有报表。"), Columns: []table.Column{
		{Head: []string{words.T(l, "代码")}, Key: "code", Sort: table.ByText, Filter: true},
		{Head: []string{words.T(l, "报表")}, Key: "name", RowHead: true, Sort: table.ByText, Filter: true, Width: 9},
		{Head: []string{words.T(l, "归口")}, Key: "force", Sort: table.ByText, Filter: true, Width: 12},
		{Head: []string{words.T(l, "批准文号")}, Key: "approval", Sort: table.ByText, Filter: true, Width: 12},
		{Head: []string{words.T(l, "频率")}, Key: "grain", Sort: table.ByText, Width: 4},
		{Head: []string{words.T(l, "截止")}, Key: "due", Sort: table.ByText, Width: 10},
		{Head: []string{words.T(l, "填报负担"), words.T(l, "单位数")}, Key: "units", Sort: table.ByNumber},
		{Head: []string{words.T(l, "填报负担"), words.T(l, "每期格数")}, Key: "cells", Sort: table.ByNumber},
		{Head: []string{words.T(l, "填报负担"), words.T(l, "全年格数")}, Key: "yearly", Sort: table.ByNumber},
		{Head: []string{words.T(l, "版本")}, Key: "version", Sort: table.ByNumber},
		{Head: []string{words.T(l, "起用期")}, Key: "from", Sort: table.ByText, Width: 5},
		{Head: []string{words.T(l, "状态")}, Key: "state", Sort: table.ByText, Width: 4},
	}}
	var total Burden
	number := func(n int) table.Cell { return table.Number(strconv.Itoa(n), grouped(n)) }
	for _, x := range rows {
		f := x.Form
		approval := table.Text(f.Approval)
		if f.Approval == "" {
			approval = table.Text(words.T(l, "无（%s）", f.NoApproval))
		}
		from := table.Text(periodName(l, f.From))
		from.SortKey = f.From.String()
		state := table.Text(words.T(l, "在用"))
		if !x.Last.IsZero() {
			state = table.Text(words.T(l, "报到 %s 止", x.Last))
		} else {
			total.Cells += x.Burden.Cells
			total.Yearly += x.Burden.Yearly
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(f.Code), table.Link(f.Title(l == words.English), "/forms/"+f.Code), table.Text(x.Force), approval,
			table.Text(words.T(l, f.Grain.Chinese())), table.Text(dueText(l, f.Due)), number(x.Burden.Units), number(x.Burden.Cells), number(x.Burden.Yearly),
			number(f.No), from, state}})
	}
	if len(rows) > 1 {
		t.Rows = append(t.Rows, table.Row{Total: true, Cells: []table.Cell{table.Text(""), table.Text(words.T(l, "合计（在用）")), table.Text(""), table.Text(""), table.Text(""), table.Text(""),
			table.Text(""), number(total.Cells), number(total.Yearly), table.Text(""), table.Text(""), table.Text("")}})
	}
	t.Notes = []string{words.T(l, "全年格数 = 单位 × 行 × 列 × 每年期数；系统已有的数会预填，不用再填，实际负担更小。")}
	return t
}

// dueText says a due rule in words.
func dueText(l words.Lang, d Due) string {
	switch {
	case d.Days == 0:
		return words.T(l, "期末当天")
	case d.Working:
		return words.T(l, "期末后 %d 个工作日", d.Days)
	}
	return words.T(l, "期末后 %d 天，逢休顺延", d.Days)
}

// formShowView is the page of one form.
type formShowView struct {
	Code, Name, NameEN, Force, Approval, NoApproval, Purpose, Contact, Grain, From, Due, Subjects, Units, Jump string
	No                                                                                                         int
	Newest                                                                                                     bool
	Items, Rules                                                                                               web.Grid
	Versions                                                                                                   []formVersionView
	Members                                                                                                    []linkView
	Burden                                                                                                     Burden
	PerUnit                                                                                                    string
	MayEdit, MayData                                                                                           bool
	Ended                                                                                                      string
	Period                                                                                                     string // a period to show data of
	F                                                                                                          faults
	Last, Reason                                                                                               string
}

type formVersionView struct {
	No               int
	From, By, Reason string
	At               string
	On               bool
}

// itemsTable lists what a form asks.
func itemsTable(l words.Lang, f *Form, cat *measure.Catalogue) *table.Table {
	t := &table.Table{ID: "items", Name: words.T(l, "数据项"), Columns: []table.Column{
		{Head: []string{words.T(l, "代码")}, Key: "code"}, {Head: []string{words.T(l, "数据项名称")}, Key: "name", RowHead: true, Width: 14},
		{Head: []string{words.T(l, "采集")}, Key: "categories", Width: 14}, {Head: []string{words.T(l, "工作表")}, Key: "section"},
		{Head: []string{words.T(l, "必填")}, Key: "required", Align: table.Center}, {Head: []string{words.T(l, "取值范围")}, Key: "range"},
		{Head: []string{words.T(l, "突变检查")}, Key: "jump"}, {Head: []string{words.T(l, "重复采集的理由")}, Key: "repeat", Width: 14}, {Head: []string{words.T(l, "填报提示")}, Key: "hint", Width: 14}}}
	for _, it := range f.Items {
		var cats []string
		e, _ := cat.Code(it.Element)
		for _, c := range it.Categories {
			cats = append(cats, categoryName(l, e, c))
		}
		req, jump := "", jumpText(l, f.Jump)
		if it.Required {
			req = words.T(l, "必填")
		}
		if it.Jump != nil {
			jump = jumpText(l, *it.Jump)
		}
		lo, hi := it.bounds(e)
		bounds := words.T(l, "≥ %s", measure.Decimal(lo, e.Scale))
		if hi < measure.MaxValue {
			bounds = words.T(l, "%s 至 %s", measure.Decimal(lo, e.Scale), measure.Decimal(hi, e.Scale))
		}
		section := it.Section
		if section == "" {
			section = DefaultPanel
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(it.Element), table.Text(l.Pick(it.Label, it.LabelEN)), table.Text(strings.Join(cats, words.T(l, "、"))),
			table.Text(l.Text(section)), table.Text(req), table.Text(bounds), table.Text(jump), table.Text(it.Repeat), table.Text(it.Hint)}})
	}
	dropEmpty(t, "repeat", "hint")
	return t
}

// dropEmpty takes columns out in which nothing stands.
func dropEmpty(t *table.Table, keys ...string) {
	for _, key := range keys {
		for i := range t.Columns {
			if t.Columns[i].Key == key && !slices.ContainsFunc(t.Rows, func(r table.Row) bool { return r.Cells[i].Text != "" }) {
				dropColumn(t, key)
				break
			}
		}
	}
}

func categoryName(l words.Lang, e measure.Element, c measure.Category) string {
	if c == "" {
		return words.T(l, "合计")
	}
	by := c.Labels()
	var parts []string
	for _, d := range e.Scheme.Dimensions {
		name := by[d.Name]
		for _, x := range d.Labels {
			if x.Name == name {
				name = l.Pick(d.Both(x))
			}
		}
		parts = append(parts, name)
	}
	return strings.Join(parts, " · ")
}

func jumpText(l words.Lang, j Jump) string {
	if j.Hundredths == 0 {
		return words.T(l, "不查")
	}
	return words.T(l, "%s 倍且相差超过 %d", j.factor(), j.Threshold)
}

// rulesTable lists the rules of a form with names for codes.
func rulesTable(l words.Lang, f *Form, c *checker) *table.Table {
	t := &table.Table{ID: "rules", Name: words.T(l, "校验规则"), Empty: words.T(l, "没有另设规则；类型、范围、分类合计和突变照常检查。"), Columns: []table.Column{
		{Head: []string{words.T(l, "代码")}, Key: "code"}, {Head: []string{words.T(l, "规则")}, Key: "rule", RowHead: true, Width: 24},
		{Head: []string{words.T(l, "级别")}, Key: "severity"}, {Head: []string{words.T(l, "怎么查")}, Key: "over"}, {Head: []string{words.T(l, "缺项")}, Key: "missing"},
		{Head: []string{words.T(l, "含义")}, Key: "message", Width: 20}}}
	names := func(code string) string {
		for _, it := range f.Items {
			if it.Element == code {
				return l.Pick(it.Label, it.LabelEN)
			}
		}
		if e, ok := c.cat.Code(code); ok {
			return l.Pick(e.Name, e.NameEN)
		}
		return ""
	}
	for i, r := range f.Rules {
		text := r.Left + " " + r.Op + " " + r.Right
		if x := c.rules[i]; x.fault == nil {
			if l == words.English {
				text = x.left.English(names) + " " + r.Op + " " + x.right.English(names)
			} else {
				text = x.left.Text(names) + " " + r.Op + " " + x.right.Text(names)
			}
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(r.Code), table.Text(text), table.Text(words.T(l, severityText(r.Severity))),
			table.Text(words.T(l, overText(r.Total))), table.Text(words.T(l, gapText(r.Gap))), table.Text(r.Message)}})
	}
	return t
}

func severityText(s Severity) string {
	switch s {
	case Soft:
		return "说明后可报"
	case Info:
		return "提示"
	}
	return "硬性"
}

func overText(total bool) string {
	if total {
		return "各行合计"
	}
	return "逐行"
}

func gapText(g Gap) string {
	switch g {
	case SkipAll:
		return "全缺才跳过"
	case GapsZero:
		return "空白当 0"
	}
	return "有缺就跳过"
}

// formEditView is the page on which a form is made or revised.
type formEditView struct {
	New                                                                   bool
	No                                                                    int
	Code, Name, NameEN, Force, Approval, NoApproval, Purpose, Contact     string
	Grain, From, Kind, Under, Include, Exclude, Subjects, Due, Turn       string
	Working                                                               bool
	Factor, Threshold                                                     string
	Items                                                                 []itemView
	Rules                                                                 []ruleView
	Reason                                                                string
	F                                                                     faults
	General                                                               []string
	Checked                                                               bool
	Effect                                                                string
	Elements, Forces, Kinds, Levels, Grains, Turns, Ops, Severities, Gaps []choiceView
	FieldError                                                            bool
}

type itemView struct {
	N                                                               int
	Element, Name, Categories, Section, Min, Max, Factor, Threshold string
	Required                                                        bool
	Repeat, Hint                                                    string
	Faults                                                          []string
}

type ruleView struct {
	N                              int
	Code, Left, Op, Right, Message string
	Severity, Gap                  string
	Total                          bool
	Faults                         []string
	Ops, Severities, Gaps          []choiceView
}

// choices marks the chosen one.
func choices(list []choiceView, on string) []choiceView {
	out := make([]choiceView, len(list))
	for i, c := range list {
		c.On = c.Value == on
		out[i] = c
	}
	return out
}

// offer fills the choices of the page.
func (v *formEditView) offer(l words.Lang, cat *measure.Catalogue, t *org.Tree) {
	for _, e := range cat.All() {
		v.Elements = append(v.Elements, choiceView{Value: e.Code, Label: l.Pick(e.Name, e.NameEN)})
	}
	for _, u := range t.Preorder(org.Functional) {
		if k := t.Kind(u); k == org.TaskForce || k == org.Office || k == org.Department {
			v.Forces = append(v.Forces, choiceView{Value: t.Code(u), Label: unitName(t, u), On: t.Code(u) == v.Force})
		}
	}
	v.Kinds = []choiceView{{Value: "", Label: words.T(l, "（只用下面列出的单位）")}}
	for _, k := range org.Kinds() {
		if k != org.Nation {
			v.Kinds = append(v.Kinds, choiceView{Value: string(k), Label: words.T(l, k.Text())})
		}
	}
	v.Kinds = choices(v.Kinds, v.Kind)
	v.Levels = []choiceView{{Value: "", Label: words.T(l, "填报单位自己（一行）")}}
	for _, x := range org.Levels() {
		v.Levels = append(v.Levels, choiceView{Value: x.String(), Label: words.T(l, "下级每个%s一行", words.T(l, x.Text()))})
	}
	v.Levels = choices(v.Levels, v.Subjects)
	for _, g := range []period.Grain{period.HalfMonths, period.Months, period.Quarters, period.HalfYears, period.Years} {
		v.Grains = append(v.Grains, choiceView{Value: g.String(), Label: words.T(l, g.Chinese())})
	}
	v.Grains = choices(v.Grains, v.Grain)
	v.Turns = choices([]choiceView{{Value: "", Label: words.T(l, "自动（行少时数据项排成行）")}, {Value: string(ItemColumns), Label: words.T(l, "数据项排成列")},
		{Value: string(ItemRows), Label: words.T(l, "数据项排成行")}}, v.Turn)
	for _, o := range ops() {
		v.Ops = append(v.Ops, choiceView{Value: o, Label: o})
	}
	for _, x := range []Severity{Hard, Soft, Info} {
		v.Severities = append(v.Severities, choiceView{Value: string(x), Label: words.T(l, severityText(x))})
	}
	for _, x := range []Gap{SkipAny, SkipAll, GapsZero} {
		v.Gaps = append(v.Gaps, choiceView{Value: string(x), Label: words.T(l, gapText(x))})
	}
	for i := range v.Rules {
		r := &v.Rules[i]
		r.Ops, r.Severities, r.Gaps = choices(v.Ops, r.Op), choices(v.Severities, r.Severity), choices(v.Gaps, r.Gap)
	}
	for i := range v.Items {
		if e, ok := cat.Name(v.Items[i].Element); ok {
			v.Items[i].Name = l.Pick(e.Name, e.NameEN)
		}
	}
}

// number gives the rows their numbers.
func (v *formEditView) number() {
	for i := range v.Items {
		v.Items[i].N = i
	}
	for i := range v.Rules {
		v.Rules[i].N = i
	}
}

// blank adds empty rows to type into.
func (v *formEditView) blank(items, rules int) {
	for range items {
		v.Items = append(v.Items, itemView{Categories: "total"})
	}
	for range rules {
		v.Rules = append(v.Rules, ruleView{Op: "<=", Severity: string(Hard), Gap: string(SkipAny)})
	}
	v.number()
}
