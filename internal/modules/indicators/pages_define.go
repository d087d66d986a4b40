package indicators

import (
	"strings"

	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

// listView is the list of definitions.
type listView struct {
	Query  string
	Forces choices
	States choices
	Grid   web.Grid
	Edit   bool // the reader may change definitions
	Shown  int
	All    int
	Tools  tools
	Empty  *emptyView
}

// showView is one definition with its history and targets.
type showView struct {
	Code, Name, NameEN string
	Formula            string
	FormulaCodes       string
	Note               string
	Fault              string // why the formula cannot be read
	Facts              []fact
	Versions           *table.Table
	Targets            []targetRow
	TargetForm         *targetForm
	Users              []link
	Elements           []link
	Edit               bool
	Figures            string // address of its figures
}

// A targetRow is one target, in force or of the past.
type targetRow struct {
	ID                         int64
	Unit, Period, Text, Margin string
	Source, Why, By, At        string
	Ended                      string
}

// targetForm is the form of a new target with what was typed.
type targetForm struct {
	Unit, Period, Comparator, Value, Upper, Base, Margin, Source, Why string
	Comparators                                                       choices
	Bases                                                             choices
	Units                                                             choices
	F                                                                 map[string][]string
}

// editView is the form of a definition with what was typed.
type editView struct {
	New                                                     bool
	Code, Name, NameEN, Force, Order, From, Formula, Digits string
	Unit, UnitEN, MinCoverage, Source, Note, Why, Effort    string
	Row                                                     int
	TouchPast                                               bool
	Forces, Formats, Directions, Rollups, Efforts           choices
	F                                                       map[string][]string
	Carets                                                  []caretView
	Shown                                                   string // the formula with names, once it can be read
	Preview                                                 *previewView
	Other                                                   *otherView // what somebody else saved meanwhile
	Functions                                               []functionRow
	Names                                                   []nameGroup
}

// A caretView is one fault of a formula with its place.
type caretView struct{ Say, Caret string }

// previewView is what a draft would do.
type previewView struct {
	Shown   string
	Past    bool
	Same    int
	Changed int
	Closed  int
	Table   *table.Table
}

// otherView is the definition as another editor saved it, beside what was typed here.
type otherView struct {
	By, At string
	Rows   []otherRow
}

type otherRow struct {
	Name, Theirs, Yours string
	Differ              bool
}

type functionRow struct{ Signature, Other, About, Example, Put string }

type nameGroup struct {
	Title string
	List  []nameRow
}

type nameRow struct{ Code, Name, Detail string }

// helpView is the page about the formula language.
type helpView struct {
	Functions []functionRow
	Names     []nameGroup
}

// definitionRows lists definitions: those that fit a text, a task force and a state.
func (x lens) definitionsTable(list []Defined, forceName func(string) string) *table.Table {
	t := &table.Table{ID: "definitions", Name: x.Text("指标定义"), Empty: x.Text("没有符合条件的指标；请改变筛选条件")}
	for _, c := range []struct {
		head, key string
		sort      table.SortKind
		align     table.Align
		width     int
	}{{"代码", "code", table.ByText, table.Left, 0}, {"名称", "name", table.ByText, table.Left, 11}, {"公式", "formula", table.NoSort, table.Left, 18},
		{"格式", "format", table.NoSort, table.Left, 0}, {"目标", "target", table.NoSort, table.Right, 0}, {"责任专班", "force", table.ByText, table.Left, 7},
		{"施行日", "from", table.ByText, table.Left, 5}, {"版", "version", table.ByNumber, table.Right, 0}, {"状态", "state", table.ByText, table.Left, 0}} {
		t.Columns = append(t.Columns, table.Column{Head: []string{x.Text(c.head)}, Key: c.key, Sort: c.sort, Align: c.align, Width: c.width, RowHead: c.key == "name"})
	}
	for _, d := range list {
		v := d.Latest()
		state := x.Text("已填")
		switch {
		case d.Fault != nil:
			state = x.Text("公式有误")
		case !v.Filled():
			state = x.Text("由县填写")
		}
		target := ""
		for _, o := range d.Targets {
			if o.Ended == "" {
				target = x.target(o, v)
			}
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(d.Code), table.Link(x.Pick(d.Name, d.NameEN), "/definitions/"+d.Code), table.Text(x.formulaIn(d, v)),
			table.Text(x.Text(v.Format.Text())), table.Text(target), table.Text(forceName(d.Force)), table.Text(v.From.String()),
			table.Number("", itoa(v.Version)), table.Text(state)}})
	}
	return t
}

// fits tells whether a definition is wanted by the filter of the list.
func (d Defined) fits(text, force, state string) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	if text != "" {
		all := strings.ToLower(strings.Join([]string{d.Code, d.Name, d.NameEN, d.Shown[d.Latest().Version], d.Latest().Note}, " "))
		if !strings.Contains(all, text) {
			return false
		}
	}
	if force != "" && d.Force != force {
		return false
	}
	switch state {
	case "filled":
		return d.Latest().Filled() && d.Fault == nil
	case "unfilled":
		return !d.Latest().Filled()
	case "fault":
		return d.Fault != nil
	}
	return true
}

// functionRows is the table of functions for people.
func functionRows(l words.Lang) []functionRow {
	var out []functionRow
	for _, f := range formula.Functions() {
		r := functionRow{Signature: f.Signature(true), Other: f.Name, About: f.About, Example: f.Example, Put: f.Chinese + "()"}
		if l == words.English {
			r = functionRow{Signature: englishSignature(f), About: f.AboutEN, Example: englishExamples()[f.Name], Put: f.Name + "()"}
		}
		out = append(out, r)
	}
	return out
}

// englishSignature writes a function with English names of its arguments.
func englishSignature(f formula.Function) string {
	return strings.NewReplacer("条件", "condition", "位数", "digits", "报表", "form", "类别", "kind").Replace(f.Signature(false))
}

// englishExamples are the examples of the functions with names that an English reader can read.
func englishExamples() map[string]string {
	return map[string]string{
		"prev": "penalised / prev(penalised) - 1", "yoy": "penalised / yoy(penalised) - 1", "ytd": "ytd(cases_solved)", "sum": "sum(registered)",
		"avg": "users / avg(residents)", "last": "last(registered)", "if": "if(due = 0, 1, visited / due)", "min": "min(completion, 100%)",
		"max": "max(due - visited, 0)", "abs": "abs(cases_solved - prev(cases_solved))", "round": "round(due * 95%)",
		"coalesce": "coalesce(assisted, 0) + own_checks", "reporting_rate": `reporting_rate("F_JD")`, "ontime_rate": `ontime_rate("F_JD")`,
		"count_units": `count_units("township", cases_solved >= 1)`, "days": "cases_solved / days()",
	}
}

// nameGroups lists what formulas may name.
func (x lens) nameGroups(elements []measure.Element, indicators []Head) []nameGroup {
	e := nameGroup{Title: x.Text("数据项")}
	for _, d := range elements {
		detail := x.Text(kindText(d.Kind)) + " · " + x.Text(d.Level.Text())
		for _, dim := range d.Scheme.Dimensions {
			labels := make([]string, len(dim.Labels))
			for i, l := range dim.Labels {
				labels[i] = x.Pick(dim.Both(l))
			}
			detail += " · " + x.Pick(dim.Name, dim.NameEN) + x.Text("：") + strings.Join(labels, x.Text("、"))
		}
		e.List = append(e.List, nameRow{d.Code, x.Pick(d.Name, d.NameEN), detail})
	}
	i := nameGroup{Title: x.Text("指标")}
	for _, h := range indicators {
		if !h.Element {
			i.List = append(i.List, nameRow{h.Code, x.Pick(h.Name, h.NameEN), ""})
		}
	}
	return []nameGroup{e, i}
}

// previewOf shows what a draft would do, figure by figure.
func (x lens) previewOf(p Preview) *previewView {
	v := &previewView{Shown: p.Shown, Past: p.Past, Same: p.Same, Changed: len(p.Effects)}
	t := &table.Table{ID: "effects", Name: x.Text("影响"), Empty: x.Text("现有的数都不变")}
	for i, h := range []string{"单位", "期别", "现在", "改后", "状态"} {
		c := table.Column{Head: []string{x.Text(h)}}
		if i == 2 || i == 3 {
			c.Align = table.Right
		}
		t.Columns = append(t.Columns, c)
	}
	for _, e := range p.Effects {
		state := ""
		if e.Closed {
			v.Closed++
			state = x.Text("已封账")
		}
		old := table.Figure(table.Fig{Text: e.Old.Text(x.Lang), None: e.Old.Printed == nil, Note: fraction(e.Old)})
		now := table.Figure(table.Fig{Text: e.New.Text(x.Lang), None: e.New.Printed == nil, Note: fraction(e.New)})
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(x.unit(e.Unit)), table.Text(x.in(e.Period)), old, now, table.Text(state)}})
	}
	v.Table = t
	return v
}

// other sets what somebody else saved beside what was typed.
func (x lens) other(d Defined, e editView) *otherView {
	v := d.Latest()
	o := &otherView{By: v.By, At: instant(v.At)}
	row := func(name, theirs, yours string) {
		o.Rows = append(o.Rows, otherRow{x.Text(name), theirs, yours, strings.TrimSpace(theirs) != strings.TrimSpace(yours)})
	}
	row("名称", d.Name, e.Name)
	row("英文名称", d.NameEN, e.NameEN)
	row("公式", d.typedIn(x.Lang), e.Formula)
	row("施行日", v.From.String(), e.From)
	row("小数位数", itoa(v.Digits), e.Digits)
	row("计量单位", v.Unit, e.Unit)
	row("最低报送覆盖率", itoa(v.MinCoverage), e.MinCoverage)
	row("工作量数据项", v.Effort, e.Effort)
	row("依据文件", v.Source, e.Source)
	row("说明", v.Note, e.Note)
	return o
}

// targetRows lists targets, those in force first, then the past, the newest first.
func (x lens) targetRows(list []Target, d Definition) []targetRow {
	var now, past []targetRow
	for i := len(list) - 1; i >= 0; i-- {
		t := list[i]
		r := targetRow{ID: t.ID, Unit: x.unit(t.Unit), Period: x.in(t.Period), Text: x.target(t, d), Margin: t.Margin, Source: t.Source, Why: t.Why,
			By: t.By, At: instant(t.At), Ended: instant(t.Ended)}
		if t.Ended == "" {
			now = append(now, r)
		} else {
			past = append(past, r)
		}
	}
	return append(now, past...)
}

// comparatorText explains a comparator for the form.
func comparatorText(c Comparator) string {
	return map[Comparator]string{AtLeast: "≥ 不低于", Above: "> 高于", AtMost: "≤ 不高于", Below: "< 低于", Zero: "= 0 零发生",
		Rises: "上升（比基期高）", Falls: "下降（比基期低）", Between: "区间（含两端）"}[c]
}

func (x lens) comparators(on string) []option {
	var out []option
	for _, c := range Comparators() {
		out = append(out, option{string(c), x.Text(comparatorText(c)), string(c) == on})
	}
	return out
}

// options makes the choices of a select from codes and Chinese labels.
func (x lens) options(on string, pairs ...string) []option {
	var out []option
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, option{pairs[i], x.Text(pairs[i+1]), pairs[i] == on})
	}
	return out
}

func (x lens) formats(on string) []option {
	var out []option
	for f := formula.Plain; f <= formula.Per100k; f++ {
		out = append(out, option{f.String(), x.Text(f.Text()), f.String() == on})
	}
	return out
}

func (x lens) directions(on string) []option {
	return x.options(on, string(Up), Up.Label(), string(Down), Down.Label(), string(Neutral), Neutral.Label())
}

func (x lens) rollups(on string) []option {
	return x.options(on, "operands", "分子分母分别汇总", "children", "下级结果相加", "none", "不汇总")
}

// unitOptions lists units for a select: the root, its children, the task forces.
func (x lens) unitOptions(on string) []option {
	var out []option
	add := func(u org.UnitID, indent string) {
		out = append(out, option{x.code(u), indent + x.unit(u), x.code(u) == on})
	}
	root := x.tree.Root(org.Territorial)
	if root != 0 {
		add(root, "")
		for _, u := range x.tree.Children(root) {
			add(u, "　")
		}
	}
	for _, u := range x.tree.Preorder(org.Functional) {
		if k := x.tree.Kind(u); k == org.CommandPost || k == org.TaskForce {
			add(u, "")
		}
	}
	return out
}
