package actions

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

// A lens is what the builders of pages know of the reader: language, names of units.
type lens struct {
	words.Lang
	unit  func(org.UnitID) string // with the one that stands for it today
	then  func(org.UnitID) string // without
	key   func(org.UnitID) string // for sorting by name
	code  func(org.UnitID) string
	exact func(u, of org.UnitID) bool // u is of today, or its successor is
	names map[measure.Light]LightName // the county's own names of lights
}

func (x lens) say(chinese string, args ...any) string { return words.T(x.Lang, chinese, args...) }

// period names a period in the reader's language.
func (x lens) period(p period.Period) string {
	if x.Lang == words.English {
		return p.English()
	}
	return p.Chinese()
}

func (x lens) units(list []org.UnitID) string {
	var out []string
	for _, u := range list {
		out = append(out, x.unit(u))
	}
	return strings.Join(out, x.say("、"))
}

// light names a light: as the county does, else by its colour.
func (x lens) light(l measure.Light) string {
	if n := x.names[l]; n.Zh != "" {
		return x.Pick(n.Zh, n.En)
	}
	return x.Text(lightWord(l))
}

// lights names a light as the head of a count.
func (x lens) lights(l measure.Light) string {
	switch {
	case x.names[l].Zh != "":
		return x.light(l)
	case l == measure.Red:
		return x.say("红灯")
	}
	return x.say("黄灯")
}

// An option is one line of a select.
type option struct {
	Value, Label string
	On           bool
}

// A Choice is what a reader asked a list for.
type Choice struct {
	Scope  string // "" open items, "ended", "all"
	State  work.State
	Light  measure.Light
	Source work.SourceKind
	Unit   org.UnitID // lead or assisting, at or beneath
	Party  org.UnitID // exactly this unit
	Role   string     // with Party: "lead", "assist", "" both
	Force  org.UnitID
	Mine   bool
	Raised bool // on the leaders' list
	Query  string
}

// query gives the choice as an address holds it.
func (c Choice) query(code func(org.UnitID) string) url.Values {
	v := url.Values{}
	set := func(k, s string) {
		if s != "" {
			v.Set(k, s)
		}
	}
	set("scope", c.Scope)
	set("state", string(c.State))
	set("light", string(c.Light))
	set("source", string(c.Source))
	for k, u := range map[string]org.UnitID{"unit": c.Unit, "party": c.Party, "force": c.Force} {
		if u != 0 {
			v.Set(k, code(u))
		}
	}
	set("role", c.Role)
	set("q", c.Query)
	if c.Mine {
		v.Set("mine", "1")
	}
	if c.Raised {
		v.Set("raised", "1")
	}
	return v
}

// take chooses from a list. Units and task forces were chosen before (work.Filter).
func (c Choice) take(x lens, list []Listed) []Listed {
	var out []Listed
	q := strings.ToLower(strings.TrimSpace(c.Query))
	for _, i := range list {
		ok := (c.Scope == "all" || i.State.Open() == (c.Scope != "ended")) &&
			(c.State == "" || i.State == c.State) && (c.Light == "" || i.Light == c.Light) && (c.Source == "" || i.Source.Kind == c.Source) &&
			(!c.Mine || i.Mine) && (!c.Raised || i.Step >= 4)
		if ok && c.Party != 0 {
			ok = slices.ContainsFunc(i.Action.Parties, func(p Party) bool {
				return x.exact(p.Unit, c.Party) && (c.Role == "" || p.Lead == (c.Role == "lead"))
			})
		}
		if ok && q != "" {
			text := strings.ToLower(strings.Join([]string{i.No, i.Title, i.Standard, i.Source.Text, x.unit(i.Lead), x.units(i.Assist), i.Figure.Code}, "\n"))
			ok = strings.Contains(text, q)
		}
		if ok {
			out = append(out, i)
		}
	}
	return out
}

// A tile is one count on top of a list, with the list behind it.
type tile struct {
	Label string
	Count int
	Path  string
	Light measure.Light
	On    bool
}

// tiles counts a list by state and by light: each count is that of the list it leads to.
func tiles(x lens, path string, list []Listed, c Choice) []tile {
	var out []tile
	add := func(label string, l measure.Light, d Choice) {
		p := path
		if q := d.query(x.code).Encode(); q != "" {
			p += "?" + q
		}
		out = append(out, tile{Label: label, Count: len(d.take(x, list)), Path: p, Light: l, On: d == c})
	}
	base := c
	base.Scope, base.State, base.Light, base.Raised = "", "", "", false
	add(x.say("在办"), "", base)
	for _, s := range []work.State{work.Proposed, work.Assigned, work.Working, work.Answered, work.Verified} {
		d := base
		d.State = s
		add(x.Text(s.Text()), "", d)
	}
	for _, l := range []measure.Light{measure.Red, measure.Yellow} {
		d := base
		d.Light = l
		add(x.lights(l), l, d)
	}
	d := base
	d.Raised = true
	add(x.say("领导清单"), "", d)
	d = base
	d.Scope = "ended"
	add(x.say("已办结"), "", d)
	return out
}

// listView is the page of any of the three lists.
type listView struct {
	Tabs      []option
	Title     string
	Path      string
	Tiles     []tile
	Choice    Choice
	Role      string
	Party     string // name of the unit chosen exactly
	PartyCode string
	States    []option
	Lights    []option
	Sources   []option
	Scopes    []option
	Units     []option
	Forces    []option
	Grid      web.Grid
	Count     int
	Filtered  bool
	Any       bool
	MayNew    bool
	XLSX, CSV string
	Problems  bool
	Wide      bool   // all columns are shown
	Columns   string // address with all columns, or back
}

// mainColumns are the columns that a page of a list shows unless all are asked for; files hold all.
func mainColumns() []string {
	return []string{"no", "title", "light", "state", "progress", "deadline", "lead", "done", "remark", "closed"}
}

// listTabs leads from each of the lists to the others; Value holds the address.
func listTabs(x lens, a perm.Actor, set Settings, here string) (out []option) {
	for _, l := range []struct{ path, own, usual string }{{"/actions", set.Tasks, "任务清单"}, {"/actions/problems", set.Problems, "问题清单"}, {"/actions/duties", set.Duties, "责任清单"}, {"/actions/slips", "", "督办单"}} {
		if l.path == "/actions/slips" && !a.Can(ruleEvidence) {
			continue
		}
		out = append(out, option{Value: l.path, Label: cmp.Or(l.own, x.say(l.usual)), On: l.path == here})
	}
	return out
}

// taskTable is the 任务清单 (LIST-01).
func taskTable(x lens, name string, list []Listed) *table.Table {
	t := &table.Table{ID: "tasks", Name: name, Empty: x.say("没有符合条件的事项"), Columns: []table.Column{
		{Head: []string{x.say("编号")}, Key: "no", Sort: table.ByText}, {Head: []string{x.say("任务")}, Key: "title", RowHead: true, Sort: table.ByText},
		{Head: []string{x.say("亮灯")}, Key: "light", Sort: table.ByLight, Align: table.Left}, {Head: []string{x.say("状态")}, Key: "state", Sort: table.ByText},
		{Head: []string{x.say("截止")}, Key: "deadline", Sort: table.ByText}, {Head: []string{x.say("牵头单位")}, Key: "lead", Sort: table.ByText},
		{Head: []string{x.say("协办单位")}, Key: "assist"}, {Head: []string{x.say("完成标准")}, Key: "standard"}, {Head: []string{x.say("已反馈")}, Key: "done"},
		{Head: []string{x.say("经办人")}, Key: "handler", Sort: table.ByText}, {Head: []string{x.say("提出")}, Key: "opened", Sort: table.ByText},
		{Head: []string{x.say("备注")}, Key: "remark"}}}
	for _, i := range list {
		t.Rows = append(t.Rows, table.Row{ID: "i" + strconv.FormatInt(i.ID, 10), Cells: []table.Cell{
			x.number(i), table.Link(i.Title, i.Path), x.lightCell(i), x.state(i.State), x.deadline(i), x.unitCell(i.Lead), table.Text(x.units(i.Assist)),
			table.Text(firstLine(i.Standard, 60)), x.done(i), table.Text(i.Handler), table.Text(dayText(i.Opened)), table.Text(x.remark(i))}})
	}
	return t
}

func (x lens) number(i Listed) table.Cell {
	if i.No == "" {
		return table.Cell{Text: x.say("未编号"), Href: i.Path, SortKey: "~"}
	}
	return table.Link(i.No, i.Path)
}

func (x lens) unitCell(u org.UnitID) table.Cell {
	return table.Cell{Text: x.unit(u), SortKey: x.key(u)}
}

func (x lens) deadline(i Listed) table.Cell {
	c := table.Cell{Text: dayText(i.Deadline)}
	if i.First != 0 && i.First != i.Deadline {
		c.Note = x.say("原定 %s", i.First)
	}
	return c
}

// done tells how many units have reported.
func (x lens) done(i Listed) table.Cell {
	n := 0
	for _, p := range i.Action.Parties {
		if p.Settled() {
			n++
		}
	}
	if len(i.Action.Parties) == 0 {
		return table.Text("")
	}
	return table.Text(strconv.Itoa(n) + "/" + strconv.Itoa(len(i.Action.Parties)))
}

func (x lens) state(s work.State) table.Cell {
	order := slices.Index([]work.State{work.Proposed, work.Assigned, work.Working, work.Answered, work.Verified, work.Closed, work.Abandoned}, s)
	return table.Cell{Text: x.Text(s.Text()), SortKey: strconv.Itoa(order)}
}

func (x lens) lightCell(i Listed) table.Cell {
	c := table.Light(i.Light, x.light(i.Light)+x.say("：")+i.Standing.Why(x.Text))
	if i.Action.Override.InForce() {
		c.Text = x.light(i.Light) + x.say("（人工定灯）")
	}
	return c
}

// remark tells what else is to be known of an item in a list.
func (x lens) remark(i Listed) string {
	var out []string
	if i.Urgent {
		out = append(out, x.say("加急"))
	}
	if i.Action.Extending {
		out = append(out, x.say("延期待批"))
	}
	if i.Returned > 0 {
		out = append(out, x.say("退回 %d 次", i.Returned))
	}
	if i.Action.Round > 1 {
		out = append(out, x.say("重启 %d 次", i.Action.Round-1))
	}
	if i.Step >= 3 {
		out = append(out, x.Text(stepText(i.Step)))
	}
	return strings.Join(out, x.say("；"))
}

// problemKinds are the sources whose items are problems (LIST-02).
func problemKinds() []work.SourceKind {
	return []work.SourceKind{work.FromIndicator, work.FromInspection, work.FromSupervision, work.FromSignal}
}

func isProblem(i Listed) bool { return slices.Contains(problemKinds(), i.Source.Kind) }

// progress tells how far a problem is, in the words of problem lists.
func progress(s work.State) string {
	switch s {
	case work.Proposed, work.Assigned:
		return "未启动"
	case work.Working, work.Answered:
		return "进行中"
	case work.Verified, work.Closed:
		return "已验收"
	}
	return "已终止"
}

// problemTable is the 问题清单 (LIST-02).
func problemTable(x lens, name string, list []Listed) *table.Table {
	t := &table.Table{ID: "problems", Name: name, Empty: x.say("没有符合条件的问题"), Columns: []table.Column{
		{Head: []string{x.say("编号")}, Key: "no", Sort: table.ByText}, {Head: []string{x.say("存在问题")}, Key: "title", RowHead: true, Sort: table.ByText},
		{Head: []string{x.say("亮灯")}, Key: "light", Sort: table.ByLight, Align: table.Left}, {Head: []string{x.say("进展")}, Key: "progress", Sort: table.ByText},
		{Head: []string{x.say("整改期限")}, Key: "deadline", Sort: table.ByText}, {Head: []string{x.say("责任单位")}, Key: "lead", Sort: table.ByText},
		{Head: []string{x.say("经办人")}, Key: "handler"}, {Head: []string{x.say("来源")}, Key: "source", Sort: table.ByText},
		{Head: []string{x.say("整改措施和标准")}, Key: "standard"}, {Head: []string{x.say("发现日期")}, Key: "opened", Sort: table.ByText},
		{Head: []string{x.say("佐证材料")}, Key: "files"}, {Head: []string{x.say("核验人")}, Key: "checker"}, {Head: []string{x.say("销号日期")}, Key: "closed", Sort: table.ByText}}}
	for _, i := range list {
		files := table.Text("")
		if i.Files > 0 {
			files = table.Text(x.say("%d 个文件", i.Files))
		}
		closed := ""
		if i.State == work.Closed {
			closed = dayText(i.Ended)
		}
		order := map[string]string{"未启动": "1", "进行中": "2", "已验收": "3", "已终止": "4"}
		p := progress(i.State)
		t.Rows = append(t.Rows, table.Row{ID: "i" + strconv.FormatInt(i.ID, 10), Cells: []table.Cell{
			x.number(i), table.Link(i.Title, i.Path), x.lightCell(i), {Text: x.Text(p), SortKey: order[p]}, x.deadline(i), x.unitCell(i.Lead), table.Text(i.Handler),
			table.Text(x.source(i.Source)), table.Text(firstLine(i.Standard, 60)), table.Text(dayText(i.Opened)), files, table.Text(i.Checker), table.Text(closed)}})
	}
	return t
}

// sourceWord names a kind of source; an inspection is named by what it found.
func sourceWord(k work.SourceKind) string {
	if k == work.FromInspection {
		return "检查发现"
	}
	return k.Text()
}

// source names a source by its kind and its own words.
func (x lens) source(s work.Source) string {
	kind := x.Text(sourceWord(s.Kind))
	if s.Text == "" || s.Text == s.Kind.Text() {
		return kind
	}
	return kind + x.say("：") + x.written(s.Text)
}

// writtenLines are what the programme itself writes around what was typed: where a source stands and
// what a finding says.
var writtenLines = sync.OnceValue(func() words.Sayings {
	return words.NewSayings("%s 第%d项", "%s 第%d条", "问题：%s", "地点：%s", "程度：%s")
})

func (x lens) writtenAll(list []string) []string {
	for i := range list {
		list[i] = x.written(list[i])
	}
	return list
}

// written says a line that the programme wrote in the reader's language; what was typed stays.
func (x lens) written(line string) string {
	text, _ := writtenLines().Say(x.Lang, line, x.Text)
	return text
}

// dutyTable is the 责任清单 (LIST-03): a row for each unit that has items. Each count leads to the
// list it counts.
func dutyTable(x lens, name string, list []Listed, units []org.UnitID) *table.Table {
	t := &table.Table{ID: "duties", Name: name, Empty: x.say("还没有单位承担事项"), Columns: []table.Column{
		{Head: []string{x.say("单位")}, Key: "unit", RowHead: true, Sort: table.ByText},
		{Head: []string{x.say("在办"), x.say("牵头")}, Key: "lead", Sort: table.ByNumber}, {Head: []string{x.say("在办"), x.say("协办")}, Key: "assist", Sort: table.ByNumber},
		{Head: []string{x.say("在办"), x.lights(measure.Red)}, Key: "red", Sort: table.ByNumber}, {Head: []string{x.say("在办"), x.lights(measure.Yellow)}, Key: "yellow", Sort: table.ByNumber},
		{Head: []string{x.say("已办结")}, Key: "ended", Sort: table.ByNumber}, {Head: []string{x.say("最近截止")}, Key: "next", Sort: table.ByText}, {Head: []string{x.say("责任事项（牵头）")}, Key: "duty"}}}
	for _, u := range units {
		count := func(c Choice) (int, table.Cell) {
			c.Party = u
			n := len(c.take(x, list))
			cell := table.Number(strconv.Itoa(n), strconv.Itoa(n))
			if n > 0 {
				cell.Href = "/actions?" + c.query(x.code).Encode()
			}
			return n, cell
		}
		all, _ := count(Choice{Scope: "all"})
		if all == 0 {
			continue
		}
		_, lead := count(Choice{Role: "lead"})
		_, assist := count(Choice{Role: "assist"})
		reds, red := count(Choice{Light: measure.Red})
		yellows, yellow := count(Choice{Light: measure.Yellow})
		if reds > 0 {
			red.Light = measure.Red
		}
		if yellows > 0 {
			yellow.Light = measure.Yellow
		}
		_, ended := count(Choice{Scope: "ended"})
		var duties []string
		var next period.Day
		for _, i := range (Choice{Party: u, Role: "lead"}).take(x, list) {
			duties = append(duties, strings.TrimSpace(i.No+" "+i.Title))
			if next == 0 || i.Deadline != 0 && i.Deadline < next {
				next = i.Deadline
			}
		}
		t.Rows = append(t.Rows, table.Row{ID: "u" + strconv.Itoa(int(u)), Cells: []table.Cell{
			x.unitCell(u), lead, assist, red, yellow, ended, table.Text(dayText(next)), table.Text(strings.Join(duties, x.say("；")))}})
	}
	return t
}

// slipTable lists slips.
func slipTable(x lens, name string, list []Slip, items map[int64]Action, print bool) *table.Table {
	t := &table.Table{ID: "slips", Name: name, Empty: x.say("还没有签发过督办单"), Columns: []table.Column{
		{Head: []string{x.say("文号")}, Key: "number", RowHead: true}, {Head: []string{x.say("种类")}, Key: "level", Sort: table.ByText}, {Head: []string{x.say("督办事项")}, Key: "item", Sort: table.ByText},
		{Head: []string{x.say("送达单位")}, Key: "to"}, {Head: []string{x.say("签发日期")}, Key: "at", Sort: table.ByText}, {Head: []string{x.say("签发人")}, Key: "by"},
		{Head: []string{x.say("下载")}, Key: "get", ScreenOnly: true}}}
	for _, s := range list {
		a := items[s.Item]
		var get []table.Action
		if print {
			get = []table.Action{{Text: "Word", Href: slipPath(s, "docx")}, {Text: "PDF", Href: slipPath(s, "pdf")}}
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(s.Number), {Text: x.Text(s.Level.Text()), SortKey: string(s.Level)}, table.Link(a.name(), itemPath(a.ID)),
			table.Text(strings.Join(append([]string{s.Body.Lead}, s.Body.Assist...), x.say("、"))), table.Text(stampDay(s.At)), table.Text(s.Name), table.Actions(get...)}})
	}
	return t
}

// stampDay gives the day of a stored instant, stamp its minute too; both are of Shanghai.
func stampDay(s string) string {
	if len(s) < 10 {
		return s
	}
	return s[:10]
}

func stamp(s string) string {
	if len(s) < 16 {
		return s
	}
	return s[:10] + " " + s[11:16]
}

// waitView is one deed that waits.
type waitView struct {
	Deed, Unit, No, Title, Path string
	Deadline, Why               string
	Light                       measure.Light
	LightWord                   string
	Urgent                      bool
	State                       string
}

// mineView is the page of what waits for the reader.
type mineView struct {
	Groups []waitGroup
	Own    []waitView // further items of the reader's units
	Count  int
	Leader []waitView // on the leaders' list
}

type waitGroup struct {
	Label string
	Rows  []waitView
}
