package plan

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A Content is what an edition says: programmes, goals and tasks in their order.
type Content struct {
	Programmes []Programme `json:"programmes"`
	Goals      []Goal      `json:"goals"`
	Tasks      []Task      `json:"tasks"`
}

// A Kind tells the parts of a plan apart.
type Kind string

// The kinds.
const (
	ProgrammeKind Kind = "programme"
	GoalKind      Kind = "goal"
	TaskKind      Kind = "task"
)

// Text gives the kind in Chinese.
func (k Kind) Text() string {
	return map[Kind]string{ProgrammeKind: "重点工作", GoalKind: "目标", TaskKind: "任务"}[k]
}

// The bounds of a plan; more is no plan that anybody reads.
const (
	mostNodes      = 2000
	mostMilestones = 20
	longName       = 80
	longText       = 600
)

var codeShape = regexp.MustCompile(`^[\pL\pN][\pL\pN._-]{0,19}$`)

// sorted puts the parts into their order: by place, then by code; tasks follow their goals and
// goals their programmes.
func (c Content) sorted() Content {
	c.Programmes, c.Goals, c.Tasks = slices.Clone(c.Programmes), slices.Clone(c.Goals), slices.Clone(c.Tasks)
	slices.SortFunc(c.Programmes, func(a, b Programme) int { return cmp.Or(cmp.Compare(a.Place, b.Place), cmp.Compare(a.Code, b.Code)) })
	top := map[string]int{}
	for i, p := range c.Programmes {
		top[p.Code] = i
	}
	slices.SortFunc(c.Goals, func(a, b Goal) int {
		return cmp.Or(cmp.Compare(rank(top, a.Programme), rank(top, b.Programme)), cmp.Compare(a.Place, b.Place), cmp.Compare(a.Code, b.Code))
	})
	mid := map[string]int{}
	for i, g := range c.Goals {
		mid[g.Code] = i
	}
	slices.SortFunc(c.Tasks, func(a, b Task) int {
		return cmp.Or(cmp.Compare(rank(mid, a.Goal), rank(mid, b.Goal)), cmp.Compare(a.Place, b.Place), cmp.Compare(a.Code, b.Code))
	})
	return c
}

// rank puts what is not there last.
func rank(m map[string]int, code string) int {
	if i, ok := m[code]; ok {
		return i
	}
	return len(m)
}

// clean makes equal contents equal in memory: no empty lists, milestones by number, no blanks
// around words.
func (t Task) clean() Task {
	t.Code, t.Name, t.Standard = strings.TrimSpace(t.Code), strings.TrimSpace(t.Name), strings.TrimSpace(t.Standard)
	t.Assist, t.Indicators, t.After = none(t.Assist), none(t.Indicators), none(t.After)
	t.Milestones = none(t.Milestones)
	slices.SortStableFunc(t.Milestones, func(a, b Milestone) int { return cmp.Compare(a.No, b.No) })
	return t
}

func (g Goal) clean() Goal {
	g.Code, g.Name, g.Text, g.Indicators = strings.TrimSpace(g.Code), strings.TrimSpace(g.Name), strings.TrimSpace(g.Text), none(g.Indicators)
	return g
}

func (p Programme) clean() Programme {
	p.Code, p.Name, p.Text = strings.TrimSpace(p.Code), strings.TrimSpace(p.Name), strings.TrimSpace(p.Text)
	return p
}

func none[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return slices.Clone(list)
}

// Task gives a task by its code.
func (c Content) Task(code string) (Task, bool) {
	i := slices.IndexFunc(c.Tasks, func(t Task) bool { return t.Code == code })
	if i < 0 {
		return Task{}, false
	}
	return c.Tasks[i], true
}

// Goal gives a goal by its code.
func (c Content) Goal(code string) (Goal, bool) {
	i := slices.IndexFunc(c.Goals, func(g Goal) bool { return g.Code == code })
	if i < 0 {
		return Goal{}, false
	}
	return c.Goals[i], true
}

// Programme gives a programme by its code.
func (c Content) Programme(code string) (Programme, bool) {
	i := slices.IndexFunc(c.Programmes, func(p Programme) bool { return p.Code == code })
	if i < 0 {
		return Programme{}, false
	}
	return c.Programmes[i], true
}

// programmeOf gives the programme that a task belongs to.
func (c Content) programmeOf(t Task) Programme {
	g, _ := c.Goal(t.Goal)
	p, _ := c.Programme(g.Programme)
	return p
}

// A checker knows what a content may name.
type checker struct {
	plan      Plan
	tree      *org.Tree
	indicator func(code string) bool
	bundle    func(code string) bool
}

// shortOK tells whether words fit into a line.
func shortOK(s string, most int) bool {
	return len([]rune(s)) <= most && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

func textOK(s string, most int) bool {
	return len([]rune(s)) <= most && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f })
}

func headed(f *fault.Fields, code, name string) {
	f.Need(codeShape.MatchString(code), "code", "编号应为 1 到 20 个字母、数字、汉字、点、横线；请改写“%s”", code)
	f.Need(name != "" && shortOK(name, longName), "name", "请写名称，最多 %d 个字", longName)
}

func (k checker) programme(p Programme) error {
	var f fault.Fields
	headed(&f, p.Code, p.Name)
	f.Need(textOK(p.Text, longText), "text", "说明最多 %d 个字；请缩短", longText)
	return f.Err()
}

func (k checker) goal(g Goal) error {
	var f fault.Fields
	headed(&f, g.Code, g.Name)
	f.Need(g.Programme != "", "parent", "请选择所属的重点工作")
	f.Need(textOK(g.Text, longText), "text", "说明最多 %d 个字；请缩短", longText)
	f.Need(g.Bundle == "" || k.bundle(g.Bundle), "bundle", "没有编码为“%s”的目标组；请从列表里选", g.Bundle)
	for _, code := range g.Indicators {
		f.Need(k.indicator(code), "indicators", "没有编码为“%s”的指标；请从列表里选", code)
	}
	return f.Err()
}

func (k checker) task(t Task) error {
	var f fault.Fields
	headed(&f, t.Code, t.Name)
	f.Need(t.Goal != "", "parent", "请选择所属的目标")
	f.Need(t.Type == Prescribed || t.Type == Own, "type", "请选择规定或自选")
	f.Need(t.Lead != 0 && k.tree.Has(t.Lead), "lead", "请选择今天存在的牵头单位")
	for _, u := range t.Assist {
		f.Need(k.tree.Has(u), "assist", "配合单位中有今天已不存在的单位；请改选")
		f.Need(u != t.Lead, "assist", "牵头单位不必再列为配合单位")
	}
	f.Need(t.Force == 0 || k.tree.Has(t.Force), "force", "所属专班今天已不存在；请改选")
	f.Need(!t.Start.IsZero(), "start", "请写开始日")
	f.Need(!t.End.IsZero(), "end", "请写完成日")
	if !t.Start.IsZero() && !t.End.IsZero() {
		f.Need(t.Start <= t.End, "end", "完成日 %s 早于开始日 %s；请核对", t.End, t.Start)
		f.Need(t.Start >= k.plan.From, "start", "开始日 %s 早于计划的起始日 %s；请核对，或先改计划的起止", t.Start, k.plan.From)
		f.Need(t.End <= k.plan.To, "end", "完成日 %s 晚于计划的结束日 %s；请核对，或先改计划的起止", t.End, k.plan.To)
	}
	f.Need(t.Standard != "" && textOK(t.Standard, longText), "standard", "请写完成标准，最多 %d 个字；核验时以它为准", longText)
	f.Need(slices.Contains(Rhythms(), t.Rhythm), "rhythm", "请选择每月或每半月报告进展")
	f.Need(len(t.Milestones) <= mostMilestones, "milestones", "一项任务最多 %d 个里程碑；请合并或拆分任务", mostMilestones)
	seen := map[int]bool{}
	for _, m := range t.Milestones {
		f.Need(m.No > 0 && !seen[m.No], "milestones", "里程碑编号 %d 重复或不是正整数；请改正", m.No)
		seen[m.No] = true
		f.Need(m.Name != "" && shortOK(m.Name, longName), "milestones", "里程碑 %d 请写名称，最多 %d 个字", m.No, longName)
		f.Need(m.Evidence != "" && shortOK(m.Evidence, longName), "milestones", "里程碑 %d 请写需要的佐证材料，最多 %d 个字", m.No, longName)
		f.Need(m.Day >= t.Start && m.Day <= t.End, "milestones", "里程碑 %d 的日期应在 %s 到 %s 之间；请核对", m.No, t.Start, t.End)
	}
	for _, code := range t.Indicators {
		f.Need(k.indicator(code), "indicators", "没有编码为“%s”的指标；请从列表里选", code)
	}
	f.Need(!slices.Contains(t.After, t.Code), "after", "任务不能以自己为前置任务")
	return f.Err()
}

// check reports every fault of a content, each with the part it is in: what is proposed to a
// leader has none.
func (k checker) check(c Content) error {
	var all fault.Findings
	add := func(kind Kind, code string, err error) {
		list, ok := err.(fault.Findings)
		if !ok {
			return
		}
		for _, x := range list {
			x.Sheet = code
			all = append(all, x)
		}
	}
	note := func(code, field, format string, args ...any) {
		all = append(all, fault.Finding{Sheet: code, Field: field, Rule: "plan", Format: format, Args: args})
	}
	twice := map[string]bool{}
	once := func(kind Kind, code string) {
		if twice[string(kind)+code] {
			note(code, "code", "编号 %s 重复；请改用别的编号", code)
		}
		twice[string(kind)+code] = true
	}
	for _, p := range c.Programmes {
		add(ProgrammeKind, p.Code, k.programme(p))
		once(ProgrammeKind, p.Code)
	}
	for _, g := range c.Goals {
		add(GoalKind, g.Code, k.goal(g))
		once(GoalKind, g.Code)
		if _, ok := c.Programme(g.Programme); !ok && g.Programme != "" {
			note(g.Code, "parent", "没有编号为“%s”的重点工作；请先建它，或改选", g.Programme)
		}
	}
	for _, t := range c.Tasks {
		add(TaskKind, t.Code, k.task(t))
		once(TaskKind, t.Code)
		if _, ok := c.Goal(t.Goal); !ok && t.Goal != "" {
			note(t.Code, "parent", "没有编号为“%s”的目标；请先建它，或改选", t.Goal)
		}
		for _, a := range t.After {
			if _, ok := c.Task(a); !ok {
				note(t.Code, "after", "没有编号为“%s”的前置任务；请改选", a)
			}
		}
	}
	if loop := cycle(c.Tasks); loop != nil {
		note(loop[0], "after", "前置任务绕成了圈：%s；请去掉其中一个", strings.Join(loop, " → "))
	}
	if len(c.Programmes)+len(c.Goals)+len(c.Tasks) > mostNodes {
		note("", "", "一个计划最多 %d 条；请拆成几个计划", mostNodes)
	}
	return all.Err()
}

// Check reports all faults of a plan's own line, by field.
func (p Plan) Check(t *org.Tree) error {
	var f fault.Fields
	f.Need(strings.TrimSpace(p.Name) != "" && shortOK(p.Name, longName), "name", "请写名称，最多 %d 个字", longName)
	f.Need(!p.From.IsZero(), "from", "请写计划的起始日")
	f.Need(!p.To.IsZero(), "to", "请写计划的结束日")
	f.Need(p.From.IsZero() || p.To.IsZero() || p.From < p.To && p.From.DaysUntil(p.To) <= 366*10, "to", "结束日应晚于起始日，最多相隔十年")
	f.Need(p.Host != 0 && t.Has(p.Host), "host", "请选择制定计划的单位")
	f.Need(p.Near >= 1 && p.Near <= 30, "near", "提前天数应为 1 到 30 个工作日")
	f.Need(p.Grace >= 0 && p.Grace <= 20, "grace", "报告期限应为期末后 0 到 20 个工作日")
	return f.Err()
}

// dayOr prints a day, or a dash where there is none.
func dayOr(d period.Day) string {
	if d.IsZero() {
		return "—"
	}
	return d.String()
}
