package facts

import (
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

// A say translates a Chinese sentence and puts its arguments in.
type say func(chinese string, args ...any) string

// A lens is how a reader sees: the language.
type lens struct {
	t    say
	lang words.Lang
}

func (x lens) pick(chinese, english string) string { return x.lang.Pick(chinese, english) }

func (x lens) period(p period.Period) string {
	if x.lang == words.English {
		return p.English()
	}
	return p.Chinese()
}

func (x lens) grains(list []measure.GrainFrom) string {
	var b strings.Builder
	for i, g := range list {
		if i > 0 {
			b.WriteString(x.t("；自 %d 年起", g.Year))
		}
		b.WriteString(x.t(g.Grain.Chinese()))
	}
	return b.String()
}

func (x lens) scheme(s measure.Scheme) string {
	if s.Kind == measure.NoScheme {
		return ""
	}
	var dims []string
	for _, d := range s.Dimensions {
		dims = append(dims, x.pick(d.Name, d.NameEN))
	}
	return x.t(schemeText(s.Kind)) + x.t("：") + strings.Join(dims, x.t("、"))
}

// The list of elements.
type listView struct {
	Grid      web.Grid
	Count     int
	XLSX, CSV string
	CanChange bool
}

func elementsTable(x lens, list []measure.Element, reg *org.Register, today period.Day) *table.Table {
	t := &table.Table{ID: "elements", Name: x.t("数据项"), Empty: x.t("还没有数据项；从文件导入，或逐个新建。"), Columns: []table.Column{
		{Head: []string{x.t("代码")}, Key: "code", Sort: table.ByText, Filter: true},
		{Head: []string{x.t("名称")}, Key: "name", Sort: table.ByText, Filter: true, RowHead: true},
		{Head: []string{x.t("类型")}, Key: "kind", Sort: table.ByText, Width: 3},
		{Head: []string{x.t("粒度")}, Key: "grain"},
		{Head: []string{x.t("填报层级")}, Key: "level", Sort: table.ByText, Width: 6},
		{Head: []string{x.t("计量单位")}, Key: "unit", Width: 4},
		{Head: []string{x.t("分类")}, Key: "scheme"},
		{Head: []string{x.t("专班")}, Key: "force", Sort: table.ByText, Filter: true, Width: 9},
	}}
	sourced := slices.ContainsFunc(list, func(e measure.Element) bool { return e.Source != "" })
	if sourced {
		t.Columns = append(t.Columns, table.Column{Head: []string{x.t("来源")}, Key: "source"})
	}
	for _, e := range list {
		row := table.Row{ID: e.Code, Cells: []table.Cell{
			table.Link(e.Code, elementPath(e.Code)), table.Text(x.pick(e.Name, e.NameEN)), table.Text(x.t(kindText(e.Kind))), table.Text(x.grains(e.Grains)),
			table.Text(x.t(e.Level.Text())), table.Text(x.pick(e.Unit, e.UnitEN)), table.Text(x.scheme(e.Scheme)), table.Text(forceName(e.Force, reg, today)),
		}}
		if sourced {
			row.Cells = append(row.Cells, table.Text(e.Source))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// forceName gives the short name of a task force, or its code where it is not known.
func forceName(code string, reg *org.Register, day period.Day) string {
	id, ok := reg.ByCode(code)
	if !ok {
		return code
	}
	if n := reg.On(day).Short(id); n != "" {
		return n
	}
	return code
}

// One element.
type showView struct {
	Code, Name, NameEN    string
	Kind, KindHint        string
	Grain, Level          string
	Scale                 int
	Unit, Force           string
	Persons               bool
	Range                 string
	Source, Note          string
	Scheme                string
	SchemeHint            string
	Dimensions            []dimensionView
	Values                int
	Years                 *table.Table
	Uses                  *table.Table
	History               *table.Table
	Figures, Edit, Export string // "" where the reader may not
}

type dimensionView struct {
	Name   string
	Labels string
}

func newShow(x lens, now Revision, history []Revision, use Usage, years []int, counts map[int]int, uses []Use, reg *org.Register, today period.Day) showView {
	e := now.Element
	v := showView{Code: e.Code, Name: x.pick(e.Name, e.NameEN), Kind: x.t(kindText(e.Kind)), KindHint: x.t(kindHint(e.Kind)), Grain: x.grains(e.Grains),
		Level: x.t(e.Level.Text()), Scale: e.Scale, Range: x.bounds(e), Unit: x.pick(e.Unit, e.UnitEN), Force: forceName(e.Force, reg, today), Persons: e.Persons,
		Source: e.Source, Note: e.Note, Values: use.Values, Figures: figurePath(e.Code)}
	if x.lang == words.Chinese {
		v.NameEN = e.NameEN
	} else if e.NameEN != "" {
		v.NameEN = e.Name
	}
	switch e.Scheme.Kind {
	case measure.Partition:
		v.Scheme, v.SchemeHint = x.t("划分"), x.t("各类别互不重叠；都有时合计就是它们之和，另报的合计不得与之不同")
	case measure.Overlapping:
		v.Scheme, v.SchemeHint = x.t("可重叠"), x.t("一件可属几类；合计单独填报，每一类不得大于合计")
	}
	for _, d := range e.Scheme.Dimensions {
		var labels []string
		for _, l := range d.Labels {
			labels = append(labels, x.pick(d.Both(l)))
		}
		v.Dimensions = append(v.Dimensions, dimensionView{x.pick(d.Name, d.NameEN), strings.Join(labels, x.t("、"))})
	}
	v.Years = &table.Table{ID: "years", Name: x.t("已有数值"), Empty: x.t("还没有数值。"), Columns: []table.Column{
		{Head: []string{x.t("年份")}, Key: "year", RowHead: true}, {Head: []string{x.t("粒度")}, Key: "grain"}, {Head: []string{x.t("数值个数")}, Key: "values"}}}
	for _, y := range years {
		n := strconv.Itoa(counts[y])
		v.Years.Rows = append(v.Years.Rows, table.Row{Cells: []table.Cell{table.Text(strconv.Itoa(y)), table.Text(x.t(e.GrainIn(y).Chinese())), table.Number(n, measure.Group(n))}})
	}
	v.Uses = usesTable(x, uses)
	v.History = historyTable(x, history)
	return v
}

func usesTable(x lens, uses []Use) *table.Table {
	t := &table.Table{ID: "uses", Name: x.t("使用"), Empty: x.t("还没有指标或报表使用它。"), Columns: []table.Column{
		{Head: []string{x.t("类别")}, Key: "kind"}, {Head: []string{x.t("代码")}, Key: "code"}, {Head: []string{x.t("名称")}, Key: "name", RowHead: true}}}
	for _, u := range uses {
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(x.t(u.Kind)), table.Text(u.Code), table.Link(x.pick(u.Name, u.NameEN), u.Path)}})
	}
	return t
}

// historyTable tells what each version changed, the newest first.
func historyTable(x lens, history []Revision) *table.Table {
	t := &table.Table{ID: "history", Name: x.t("定义的历史"), Columns: []table.Column{
		{Head: []string{x.t("版本")}, Key: "version", RowHead: true}, {Head: []string{x.t("时间")}, Key: "at"}, {Head: []string{x.t("谁")}, Key: "by"},
		{Head: []string{x.t("改了什么")}, Key: "what"}}}
	for i := len(history) - 1; i >= 0; i-- {
		r := history[i]
		what := x.t("新建")
		if i > 0 {
			what = strings.Join(differences(x, history[i-1].Element, r.Element), x.t("；"))
		}
		by := r.By
		if r.Post != "" {
			by += " · " + x.lang.Last(r.Post)
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(strconv.Itoa(r.Version)), table.Text(moment(r.At)), table.Text(by), table.Text(what)}})
	}
	return t
}

// differences says field by field what a later definition changed.
func differences(x lens, a, b measure.Element) []string {
	var out []string
	old, now := fieldsOf(a), fieldsOf(b)
	for i, f := range elementFields {
		if old[i] != now[i] {
			out = append(out, x.t("%s：%s → %s", x.t(fieldLabel(f.name)), blankAs(x, old[i]), blankAs(x, now[i])))
		}
	}
	return out
}

func blankAs(x lens, s string) string {
	if s == "" {
		return x.t("（空）")
	}
	return s
}

// fieldLabel names a field of an element in Chinese, as the form does.
func fieldLabel(name string) string {
	switch name {
	case "code":
		return "代码"
	case "name":
		return "名称"
	case "name_en":
		return "英文名称"
	case "kind":
		return "类型"
	case "grain":
		return "粒度"
	case "level":
		return "填报层级"
	case "scale":
		return "小数位"
	case "min":
		return "最小值"
	case "max":
		return "最大值"
	case "unit":
		return "计量单位"
	case "unit_en":
		return "英文计量单位"
	case "scheme":
		return "分类方式"
	case "dimensions":
		return "分类"
	case "dimensions_en":
		return "英文分类"
	case "persons":
		return "计人"
	case "force":
		return "专班"
	case "source":
		return "来源"
	}
	return "说明"
}

// bounds says which values an element allows.
func (x lens) bounds(e measure.Element) string {
	say := func(n int64) string { return measure.Group(measure.Decimal(n, e.Scale)) }
	lo, hi := e.Bounds()
	if hi == measure.MaxValue {
		return x.t("不小于 %s", say(lo))
	}
	return x.t("%s 至 %s", say(lo), say(hi))
}

// moment shortens a stored instant to minutes for people.
func moment(at string) string {
	if len(at) >= 16 && at[10] == 'T' {
		return at[:10] + " " + at[11:16]
	}
	return at
}

// A problem is a fault beside the field it belongs to.
type problems map[string][]string

func problemsOf(err error, tr func(string) string) problems {
	list, ok := asFindings(err)
	out := problems{}
	if !ok {
		out[""] = []string{fault.Say(err, tr)}
		return out
	}
	for _, f := range list {
		out[f.Field] = append(out[f.Field], f.Message(tr))
	}
	return out
}
