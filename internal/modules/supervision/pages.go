package supervision

import (
	"fmt"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

// lens shows things in a reader's language.
type lens struct {
	words.Lang
	name func(org.UnitID) string
}

func (x lens) t(chinese string, args ...any) string { return words.T(x.Lang, chinese, args...) }

type option struct {
	Value, Label string
	On           bool
}

type linkView struct{ Text, Path string }

// plansView is the page of all plans.
type plansView struct {
	Grid           web.Grid
	MayPlan, Empty bool
	NoLists        bool
	Mine           bool
}

var stateTags = map[State]string{Visiting: "warn", Closed: "good", Cancelled: "bad"}

var progressTags = map[Progress]string{Open: "warn", Told: "blue", Confirmed: "good", Dropped: "bad"}

func whole(n int) table.Cell { return table.Number(fmt.Sprint(n), fmt.Sprint(n)) }

func (x lens) plansTable(list []Overview) *table.Table {
	t := &table.Table{ID: "plans", Name: x.t("督导检查"), Empty: x.t("还没有督导检查"), Columns: []table.Column{
		{Head: []string{x.t("编号")}, Key: "no", Sort: table.ByText}, {Head: []string{x.t("名称")}, Key: "title", RowHead: true, Sort: table.ByText, Filter: true}, {Head: []string{x.t("类别")}, Key: "kind", Sort: table.ByText, Filter: true},
		{Head: []string{x.t("开始")}, Key: "from", Sort: table.ByText}, {Head: []string{x.t("结束")}, Key: "to", Sort: table.ByText}, {Head: []string{x.t("状态")}, Key: "state", Sort: table.ByText},
		{Head: []string{x.t("单位")}, Key: "visits", Sort: table.ByNumber}, {Head: []string{x.t("已反馈单位")}, Key: "told", Sort: table.ByNumber}, {Head: []string{x.t("发现问题")}, Key: "findings", Sort: table.ByNumber},
		{Head: []string{x.t("已立项")}, Key: "opened", Sort: table.ByNumber}, {Head: []string{x.t("已销号")}, Key: "done", Sort: table.ByNumber}}}
	for _, o := range list {
		p := o.Plan
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(p.No), table.Link(p.Title, planPath(p.ID)), table.Text(x.t(p.Kind.Text())), table.Text(p.From.String()), table.Text(p.To.String()), table.Text(x.t(p.State.Text())),
			whole(o.Visits), whole(o.FedBack), whole(o.Findings), whole(o.Opened), whole(o.PutRight)}})
	}
	return t
}

// planForm is the form of a plan.
type planForm struct {
	ID, Version                           int64
	Title, From, To, Theme, Basis, Repeat string
	Kinds, Lists                          []option
	Team                                  []option
	NoLists                               bool
	Save, Cancel                          string
	F                                     web.Faults
}

func (x lens) kinds(on Kind) (out []option) {
	for _, k := range Kinds() {
		out = append(out, option{string(k), x.t(k.Text()), k == on})
	}
	return out
}

// planView is the page of one plan.
type planView struct {
	Title, No, Kind, State, Tag, Theme, Basis, Span, Path, Reason string
	List                                                          linkView
	Team                                                          []string
	Tiles                                                         []tile
	Draws                                                         []drawLine
	Grid                                                          web.Grid
	Visits                                                        bool
	Repeats                                                       []repeatLine
	MayPlan, CanDraw, Open, Inside, Published, CanCancel          bool
	CanClose, CanIssue, HasReport, CanPublish                     bool
	Why                                                           string // it cannot be closed yet
	Issued                                                        string
	F                                                             web.Faults
}

type tile struct{ Label, Value, Meta string }

type drawLine struct {
	No                   int
	At, By, Path, Reason string
	Count                int
	Holds                bool
}

type repeatLine struct {
	Unit, Title, Path, Day string
	Drawn                  bool
}

func (x lens) repeatLines(list []Repeat) (out []repeatLine) {
	for _, r := range list {
		out = append(out, repeatLine{Unit: x.name(r.Unit), Title: r.Title, Path: planPath(r.Plan), Day: r.Day.String(), Drawn: r.Drawn})
	}
	return out
}

func (x lens) visitsTable(w Whole) *table.Table {
	t := &table.Table{ID: "visits", Name: x.t("检查单位"), Columns: []table.Column{
		{Head: []string{x.t("单位")}, Key: "unit", RowHead: true, Sort: table.ByText}, {Head: []string{x.t("类型")}, Key: "kind"}, {Head: []string{x.t("检查日期")}, Key: "day", Sort: table.ByText}, {Head: []string{x.t("状态")}, Key: "state", Sort: table.ByText},
		{Head: []string{x.t("已填")}, Key: "filled"}, {Head: []string{x.t("发现问题")}, Key: "findings", Sort: table.ByNumber}, {Head: []string{x.t("已立项")}, Key: "opened", Sort: table.ByNumber}, {Head: []string{x.t("反馈日期")}, Key: "told", Sort: table.ByText},
		{Head: []string{x.t("异议")}, Key: "objections", Sort: table.ByNumber}}}
	lines := len(w.List.Lines())
	for _, v := range w.Visits {
		n, opened := 0, 0
		for _, f := range v.Findings {
			if !f.Gone {
				n++
				if f.Item != 0 {
					opened++
				}
			}
		}
		kind, filled := x.t("首次检查"), fmt.Sprintf("%d/%d", answered(v.Visit), lines)
		if v.Visit.Of != 0 {
			kind, filled = x.t("复查"), fmt.Sprint(answered(v.Visit))
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Link(x.name(v.Visit.Unit), visitPath(v.Visit.ID)), table.Text(kind), table.Text(dayText(v.Visit.Day)), table.Text(x.t(v.Visit.State.Text())), table.Text(filled),
			whole(n), whole(opened), table.Text(dayText(v.Visit.ToldOn)), whole(len(v.Objections))}})
	}
	return t
}

func answered(v Visit) (n int) {
	for _, a := range v.Answers {
		if a.Mark != "" {
			n++
		}
	}
	return n
}

// poolView is the page on which the pool is set and the draw is made.
type poolView struct {
	Title, Path, PlanNo, PoolAt string
	Version                     int64
	Kinds                       []option
	Group                       string
	Rows                        []poolRow
	Groups                      string
	Counts                      []groupLine
	Ready                       bool
	Redraw                      bool // there is a draw already
	Repeats                     []repeatLine
	Seed                        seedForm
	F                           web.Faults
}

type poolRow struct {
	Unit                   int32
	Code, Name, Group, Out string
	Repeated               string
}

type groupLine struct {
	Name       string
	Open, Take int
}

type seedForm struct {
	Kind, Public, Seed, Origin, Reason string
}

// drawView is the page of a draw.
type drawView struct {
	Title, Path, Plan          string
	No                         int
	Kind, Public, Origin, Seed string
	PlanNo, At, PoolAt, By     string
	Reason                     string
	Method                     string
	Example                    string // what is hashed for the first unit
	IsPublic, Holds            bool
	Good                       bool
	Bad                        string
	Drawn, Pool                *table.Table
	Counts                     []groupLine
	Print                      bool
}

func (x lens) drawnTable(d Draw) *table.Table {
	t := &table.Table{ID: "drawn", Name: x.t("抽取结果"), Columns: []table.Column{{Head: []string{x.t("分组")}, Key: "group", Width: 5}, {Head: []string{x.t("序号")}, Key: "place"}, {Head: []string{x.t("单位")}, Key: "unit", RowHead: true}, {Head: []string{x.t("单位代码")}, Key: "code"}, {Head: []string{x.t("键")}, Key: "key"}}}
	for _, k := range d.Drawn {
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(k.Group), whole(k.Place), table.Text(k.Name), table.Text(k.Code), table.Text(k.Key)}})
	}
	return t
}

func (x lens) poolTable(d Draw) *table.Table {
	t := &table.Table{ID: "pool", Name: x.t("抽取范围"), Columns: []table.Column{{Head: []string{x.t("单位代码")}, Key: "code"}, {Head: []string{x.t("单位")}, Key: "unit", RowHead: true}, {Head: []string{x.t("分组")}, Key: "group", Width: 5}, {Head: []string{x.t("不参加抽取的原因")}, Key: "out"}, {Head: []string{x.t("键")}, Key: "key"}}}
	for _, c := range d.Pool.Candidates {
		key := Key(d.Seed, c.Code)
		if c.Out != "" {
			key = "—"
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(c.Code), table.Text(c.Name), table.Text(c.Group), table.Text(c.Out), table.Text(key)}})
	}
	return t
}

func counts(p Pool) (out []groupLine) {
	for _, g := range p.Groups {
		out = append(out, groupLine{g.Name, p.open(g.Name), g.Take})
	}
	return out
}

func groupsText(list []Group) string {
	var b strings.Builder
	for _, g := range list {
		fmt.Fprintf(&b, "%s %d\n", g.Name, g.Take)
	}
	return b.String()
}

// listsView is the page of all checklists.
type listsView struct {
	Lists   []listLine
	MayPlan bool
}

type listLine struct {
	Name, Path, By, At string
	Edition, Lines     int
}

// listView is the page of one checklist.
type listView struct {
	ID                 int64
	Edition            int
	Name, Save, By, At string
	Blocks             []blockForm
	MayPlan, Old       bool
	Editions           []linkView
	F                  web.Faults
}

type blockForm struct {
	No         int
	Name, Text string
	Lines      []Line
}

// findingsView is the page of all findings.
type findingsView struct {
	Grid                             web.Grid
	Plans, Units, Blocks, Severities []option
	States                           []option
	XLSX, CSV                        string
	Count                            int
}

func itemState(x lens, i work.Item) table.Cell {
	return table.Light(i.Light, x.t(i.State.Text()))
}

func (x lens) findingsTable(list []Found) *table.Table {
	t := &table.Table{ID: "findings", Name: x.t("督导检查发现的问题"), Empty: x.t("没有符合条件的问题"), Columns: []table.Column{
		{Head: []string{x.t("单位")}, Key: "unit", Sort: table.ByText, Filter: true}, {Head: []string{x.t("检查日期")}, Key: "day", Sort: table.ByText}, {Head: []string{x.t("板块")}, Key: "block", Sort: table.ByText, Filter: true},
		{Head: []string{x.t("发现问题")}, Key: "text", RowHead: true, Filter: true}, {Head: []string{x.t("地点")}, Key: "place"}, {Head: []string{x.t("程度")}, Key: "severity", Sort: table.ByText}, {Head: []string{x.t("整改要求")}, Key: "demand"},
		{Head: []string{x.t("整改事项")}, Key: "item", Sort: table.ByText}, {Head: []string{x.t("期限")}, Key: "deadline", Sort: table.ByText}, {Head: []string{x.t("整改状态")}, Key: "state", Sort: table.ByLight}, {Head: []string{x.t("督导检查")}, Key: "plan", Sort: table.ByText}}}
	for _, f := range list {
		note := ""
		if f.Held {
			note = x.t("有异议待答复")
		}
		cells := []table.Cell{table.Text(x.name(f.Visit.Unit)), table.Text(dayText(f.Visit.Day)), table.Text(f.Finding.Block), {Text: f.Finding.Text, Href: findingPath(f.Visit.ID, f.Finding.No), Note: note}, table.Text(f.Finding.Place),
			{Text: x.t(f.Finding.Severity.Text()), SortKey: f.Finding.Severity.rank()}, table.Text(f.Finding.Demand), table.Text(""), table.Text(""), table.Light(measure.Grey, x.t("没有立项")), table.Link(f.Plan.Title, planPath(f.Plan.ID))}
		switch {
		case f.Item != nil:
			cells[7], cells[8], cells[9] = table.Link(f.Item.No, f.Item.Path), table.Text(dayText(f.Item.Deadline)), itemState(x, *f.Item)
		case f.Finding.Item != 0:
			cells[9] = table.Light(measure.Grey, x.t("已立项"))
		}
		t.Rows = append(t.Rows, table.Row{Cells: cells})
	}
	return t
}
