package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

// lens shows things in a reader's language.
type lens struct {
	words.Lang
	unit naming
	key  naming // sort key of a unit
}

func (x lens) t(chinese string, args ...any) string { return words.T(x.Lang, chinese, args...) }

func (x lens) period(p period.Period) string {
	if p.IsZero() {
		return ""
	}
	if x.Lang == words.English {
		return p.English()
	}
	return p.Chinese()
}

type option struct {
	Value, Label string
	On           bool
}

// head is the top of every page of a plan.
type head struct {
	ID                              int64
	Name, Span                      string
	Edition                         string // "第 2 版 · 2018-03-20 起施行"
	Tabs                            web.HTML
	MayKeep, MayApprove, Any, Empty bool
}

func (x lens) head(b book, on string, keep, approve bool) head {
	h := head{ID: b.plan.ID, Name: b.plan.Name, Span: b.plan.From.String() + " — " + b.plan.To.String(), MayKeep: keep, MayApprove: approve, Any: true, Empty: b.current == nil}
	if b.current != nil {
		h.Edition = x.t("第 %d 版，自 %s 起施行", b.current.No, b.current.Force)
	}
	tabs := []option{{frontPath(b.plan.ID), x.t("总览"), on == "plan"}, {listPath(b.plan.ID), x.t("任务一览"), on == "tasks"}, {"/plan/mine", x.t("我的任务"), on == "mine"},
		{underPlan(b.plan.ID, "/versions"), x.t("历次版本"), on == "versions"}, {"/plan/letters?plan=" + num(b.plan.ID), x.t("责任书"), on == "letters"}}
	if keep && b.draft != nil && b.draft.State == Draft {
		tabs = append(tabs, option{draftPath(b.plan.ID), x.t("编制"), on == "edit"})
	}
	h.Tabs = web.Links(len(tabs), func(i int) (string, string, bool) { return tabs[i].Label, tabs[i].Value, tabs[i].On })
	return h
}

// lightLine is a light with its symbol, word and number.
type lightLine struct{ Class, Word, N, Path string }

func (x lens) lightLine(l measure.Light, n int, path string) lightLine {
	return lightLine{Class: string(l), Word: x.t(lightWord(l)), N: strconv.Itoa(n), Path: path}
}

func lights() []measure.Light {
	return []measure.Light{measure.Red, measure.Yellow, measure.Green, measure.Grey}
}

func (x lens) lightLines(c Count, path string) (out []lightLine) {
	for _, l := range lights() {
		if c.Lights[l] > 0 {
			out = append(out, x.lightLine(l, c.Lights[l], path+"light="+string(l)))
		}
	}
	return out
}

// overviewView is the page of a plan.
type overviewView struct {
	Head       head
	Plans      []option
	All        string
	Lights     []lightLine
	Programmes []programmeCard
	Gantts     []chart.Gantt
	Missing    []missLine
	MissText   string // to copy into a message
	Helps      []matterLine
	Draft      *draftLine
	Docs       []option
	NoneYet    bool // no plan at all
	MayKeep    bool
}

type programmeCard struct {
	Code, Name, Text, Count, Path string
	Lights                        []lightLine
	Goals                         []goalLine
}

type goalLine struct {
	Name, Bundle string
	Figures      []figureLine
}

type figureLine struct{ Name, Text, Target, Period, Path, Light, Word string }

type missLine struct{ Unit, Task, Path, Period, Day string }

type matterLine struct{ Kind, Tag, Task, Reason, Path string }

type draftLine struct{ No, State, Path, Note string }

func (x lens) figure(f measure.Shown) figureLine {
	if x.Lang == words.English {
		f = f.English()
	}
	l := figureLine{Name: f.Name, Text: f.Text, Target: f.Target, Period: x.period(f.Period), Path: f.Path, Light: string(f.Light)}
	if f.Light != measure.NoLight {
		l.Word = x.t(chart.LightWord(f.Light))
	}
	return l
}

func (k MatterKind) tag() string {
	return map[MatterKind]string{EndPassed: "bad", MarkPassed: "bad", Unreported: "warn", HelpAsked: "warn"}[k]
}

// Text gives the kind in Chinese.
func (k MatterKind) Text() string {
	return map[MatterKind]string{EndPassed: "任务逾期", MarkPassed: "里程碑逾期", Unreported: "进展未报", HelpAsked: "需要协调"}[k]
}

// missing lists the reports whose day has passed, by unit.
func (x lens) missing(lines []Line) (out []missLine, text string) {
	for _, l := range lines {
		var periods []string
		for _, d := range l.Standing.Missing {
			periods = append(periods, x.period(d.Period))
		}
		if len(periods) > 0 {
			out = append(out, missLine{Unit: x.unit(l.Lead), Task: l.Code + " " + l.Name, Path: l.Path, Period: strings.Join(periods, x.t("、")), Day: l.Standing.Missing[0].Day.String()})
		}
	}
	slices.SortStableFunc(out, func(a, b missLine) int { return strings.Compare(a.Unit, b.Unit) })
	var b strings.Builder
	for i, m := range out {
		if i == 0 || out[i-1].Unit != m.Unit {
			if i > 0 {
				b.WriteString("\n")
			}
			b.WriteString(m.Unit + "：")
		} else {
			b.WriteString("；")
		}
		b.WriteString(m.Task + " " + m.Period)
	}
	return out, b.String()
}

// tasksView is the list of tasks.
type tasksView struct {
	Head                                      head
	Grid                                      web.Grid
	Query                                     string
	Programmes, Units, Forces, States, Lights []option
	Types                                     []option
	XLSX, CSV                                 string
	Total, Shown                              string
	Filtered                                  bool
	Clear                                     string
}

func (x lens) tasksTable(lines []Line) *table.Table {
	t := &table.Table{ID: "plantasks", Name: x.t("任务"), Empty: x.t("没有符合条件的任务；请放宽筛选。"), Columns: []table.Column{
		{Head: []string{x.t("编号")}, Key: "code", Width: 4, Sort: table.ByText, Filter: true}, {Head: []string{x.t("任务")}, Key: "name", Width: 14, RowHead: true, Sort: table.ByText, Filter: true}, {Head: []string{x.t("类别")}, Key: "type", Width: 3, Sort: table.ByText},
		{Head: []string{x.t("牵头单位")}, Key: "lead", Width: 5, Sort: table.ByText, Filter: true}, {Head: []string{x.t("开始日")}, Key: "start", Width: 6, Sort: table.ByText},
		{Head: []string{x.t("完成日")}, Key: "end", Width: 6, Sort: table.ByText}, {Head: []string{x.t("进度")}, Key: "percent", Width: 4, Sort: table.ByNumber}, {Head: []string{x.t("状态")}, Key: "state", Width: 4, Sort: table.ByText},
		{Head: []string{x.t("灯")}, Key: "light", Width: 5, Sort: table.ByLight}, {Head: []string{x.t("说明")}, Key: "why", Width: 10}, {Head: []string{x.t("里程碑")}, Key: "milestones", Width: 4}}}
	for _, l := range lines {
		st := l.Standing
		reached := 0
		for _, m := range st.Marks {
			if m.State == Reached {
				reached++
			}
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(l.Code), table.Link(l.Name, l.Path), table.Text(x.t(l.Type.Text())), {Text: x.unit(l.Lead), SortKey: x.key(l.Lead)}, table.Text(l.Start.String()),
			table.Text(l.End.String()), table.Number(strconv.Itoa(st.Percent), strconv.Itoa(st.Percent)+"%"), table.Text(x.t(st.State.Text())), table.Light(st.Light, x.t(st.word())), table.Text(st.Why(x.Text)),
			table.Text(fmt.Sprintf("%d/%d", reached, len(st.Marks)))}})
	}
	return t
}

// mineView lists what the reader must report and judge.
type mineView struct {
	Head      head
	Due       []dueLine
	Judge     []judgeLine
	Own       web.Grid
	None      bool
	MayReport bool
}

type dueLine struct{ Task, Path, Report, Period, Day, Tag, Word, Unit string }

type judgeLine struct{ Task, Path, Period, By, At, Percent string }

// letterListView is the page of responsibility letters.
type letterListView struct {
	Head    head
	Years   []option
	Year    string
	Lines   []letterLine
	MayKeep bool
	Path    string
	F       web.Faults
	None    bool
	Todo    bool // some unit has no letter
}

type letterLine struct {
	Unit, Path, State, Tag, Day, Count, ID string
	Lights                                 []lightLine
	Moved                                  bool
}

// letterView is one letter: signed for against done.
type letterView struct {
	Head                                     head
	Title, Unit, State, Tag, Made, Day       string
	Post, HostPost, RecordedBy, Reason, Scan string
	Tasks                                    *table.Table
	Promises                                 []promiseLine
	Gone                                     []string
	Changes                                  []changeLine
	Docs                                     []option
	MaySign, MayAgain                        bool
	Version                                  int64
	Path, Today, Again, ID, Year             string
	F                                        web.Faults
}

type promiseLine struct {
	Name, Target, Text, Period, Path, Light, Word string
}

func (x lens) dutyTable(l Letter, lines []Line) *table.Table {
	t := &table.Table{ID: "duties", Name: x.t("任务"), Empty: x.t("这些任务都已从计划里取消。"), Columns: []table.Column{{Head: []string{x.t("编号")}, Key: "code"}, {Head: []string{x.t("任务")}, Key: "name", RowHead: true}, {Head: []string{x.t("分工")}, Key: "role"},
		{Head: []string{x.t("签订的完成日")}, Key: "signed"}, {Head: []string{x.t("现在的完成日")}, Key: "end"}, {Head: []string{x.t("进度")}, Key: "percent", Unit: "%"}, {Head: []string{x.t("状态")}, Key: "state"}, {Head: []string{x.t("灯")}, Key: "light"}, {Head: []string{x.t("说明")}, Key: "why"}}}
	for _, n := range lines {
		i := slices.IndexFunc(l.Content.Duties, func(d Duty) bool { return d.Code == n.Code })
		d := l.Content.Duties[i]
		role := x.t("牵头")
		if !d.Leads {
			role = x.t("配合")
		}
		st := n.Standing
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(n.Code), table.Link(n.Name, n.Path), table.Text(role), table.Text(d.End.String()), table.Text(n.End.String()), table.Number(strconv.Itoa(st.Percent), strconv.Itoa(st.Percent)+"%"),
			table.Text(x.t(st.State.Text())), table.Light(st.Light, x.t(st.word())), table.Text(st.Why(x.Text))}})
	}
	return t
}

// changeLine is one change between two editions.
type changeLine struct {
	Kind, Code, Name, Move, Tag string
	Fields                      []FieldChange
}

func (x lens) changes(list []Change) (out []changeLine) {
	tags := map[Move]string{Added: "good", Removed: "bad", Moved: "warn", Changed: ""}
	for _, c := range list {
		l := changeLine{Kind: x.t(c.Kind.Text()), Code: c.Code, Name: c.Name, Move: x.t(c.Move.Text()), Tag: tags[c.Move]}
		for _, f := range c.Fields {
			if f.Field == "类别" || f.Field == "报告" {
				f.Old, f.New = x.Text(f.Old), x.Text(f.New)
			}
			l.Fields = append(l.Fields, FieldChange{Field: x.field(f.Field), Old: dash(f.Old), New: dash(f.New)})
			if c.Move == Added {
				l.Fields[len(l.Fields)-1].Old = ""
			}
		}
		out = append(out, l)
	}
	return out
}

// field names a field in the reader's language; those of milestones carry a number.
func (x lens) field(label string) string {
	if no, ok := strings.CutPrefix(label, "里程碑 "); ok {
		if no, date := strings.CutSuffix(no, " 日期"); date {
			return x.t("里程碑") + " " + no + " " + x.t("日期")
		}
		return x.t("里程碑") + " " + no
	}
	return x.t(label)
}

func dash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

func (x lens) tallyText(list []Change) string {
	n := tally(list)
	return x.t("新增 %d、取消 %d、调整 %d、修改 %d", n[Added], n[Removed], n[Moved], n[Changed])
}

// editionLine is an edition in the list of versions.
type editionLine struct {
	No, State, Tag, Reason, Note, Made, Approved, Force, Path, Compare string
}

// versionsView lists the editions of a plan.
type versionsView struct {
	Head      head
	Lines     []editionLine
	MayRevise bool
	Proposed  bool // waits for a leader
	Draft     bool
	Changes   []changeLine
	Against   string
	F         web.Faults
	Path      string
	ID        int64
	Today     string
	From, To  []option
}

func (x lens) edition(b book, e Edition) editionLine {
	l := editionLine{No: strconv.Itoa(e.No), Reason: e.Reason, Note: e.Note, Made: e.MadeBy + " " + day10(e.MadeAt), Path: editionPath(b.plan.ID, e.No)}
	l.State, l.Tag = x.editionState(b, e)
	if e.State == Approved {
		l.Approved, l.Force = e.ApprovedBy+"（"+e.ApprovedPost+"）"+day10(e.ApprovedAt), e.Force.String()
	}
	return l
}

func (x lens) editionState(b book, e Edition) (string, string) {
	switch {
	case e.State == Draft:
		return x.t("起草"), "warn"
	case e.State == Proposed:
		return x.t("待批准"), "warn"
	case e.State == Dropped:
		return x.t("已作废"), ""
	case b.current != nil && b.current.ID == e.ID:
		return x.t("施行中"), "good"
	case e.Force > b.today:
		return x.t("已批准，待施行"), "good"
	}
	return x.t("已被新版替代"), ""
}

func day10(at string) string {
	if len(at) >= 10 {
		return at[:10]
	}
	return at
}

// issueView is one edition to read.
type issueView struct {
	Head       head
	Line       editionLine
	Programmes []outline
	Docs       []option
	Reason     string
	Changes    string
	Compare    string
	Decide     string // where a proposal is approved or sent back, for those who may
}

// outline is a programme with its goals and tasks, to read or to edit.
type outline struct {
	Code, Name, Text, Edit string
	Goals                  []outlineGoal
	Add                    string
}

type outlineGoal struct {
	Code, Name, Text, Edit, Add string
	Tasks                       []outlineTask
}

type outlineTask struct {
	Code, Name, Type, Lead, Assist, Start, End, Standard, Marks, After, Edit, Warn string
}

func (x lens) outlines(plan int64, c Content, edit bool) (out []outline) {
	warn := map[string]string{}
	for _, w := range clashes(c.Tasks) {
		warn[w.Task] = x.clash(w)
	}
	link := func(k Kind, code string) string {
		if edit {
			return partPath(plan, string(k), code)
		}
		return ""
	}
	for _, p := range c.Programmes {
		o := outline{Code: p.Code, Name: p.Name, Text: p.Text, Edit: link(ProgrammeKind, p.Code)}
		if edit {
			o.Add = partPath(plan, string(GoalKind), "new") + "?parent=" + p.Code
		}
		for _, g := range c.Goals {
			if g.Programme != p.Code {
				continue
			}
			q := outlineGoal{Code: g.Code, Name: g.Name, Text: strings.Join(append(none(g.Indicators), g.Bundle), " "), Edit: link(GoalKind, g.Code)}
			if edit {
				q.Add = partPath(plan, string(TaskKind), "new") + "?parent=" + g.Code
			}
			for _, t := range c.Tasks {
				if t.Goal != g.Code {
					continue
				}
				var marks []string
				for _, m := range t.Milestones {
					marks = append(marks, m.Day.String()+" "+m.Name)
				}
				q.Tasks = append(q.Tasks, outlineTask{Code: t.Code, Name: t.Name, Type: x.t(t.Type.Text()), Lead: x.unit(t.Lead), Assist: unitList(t.Assist, x.unit), Start: t.Start.String(), End: t.End.String(), Standard: t.Standard,
					Marks: strings.Join(marks, "；"), After: strings.Join(t.After, "、"), Edit: link(TaskKind, t.Code), Warn: warn[t.Code]})
			}
			o.Goals = append(o.Goals, q)
		}
		out = append(out, o)
	}
	return out
}

func (x lens) clash(w Clash) string {
	return x.t("%s 的开始日 %s 早于前置任务 %s 的完成日 %s", w.Task, w.Start, w.Before, w.End)
}

// unitOptions gives the units that tasks name: functional ones, the county, townships.
func unitOptions(t *org.Tree) (out []option) {
	for _, u := range append(t.Preorder(org.Functional), t.Preorder(org.Territorial)...) {
		if l := t.Level(u); l == org.LevelFunctional || l <= org.LevelTownship {
			out = append(out, option{Value: t.Name(u), Label: t.Code(u)})
		}
	}
	return out
}
