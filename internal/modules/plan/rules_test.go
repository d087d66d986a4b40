package plan

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

func published(t *testing.T) *calendar.Calendar {
	t.Helper()
	years, err := calendar.Published()
	if err != nil {
		t.Fatal(err)
	}
	c, err := calendar.New(years...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The state and the light of a task by day and reports: computed, with the reason in words.
func TestStanding(t *testing.T) {
	cal := published(t)
	plan := Plan{From: period.MustDay("2018-01-01"), To: period.MustDay("2018-12-31"), Near: 3, Grace: 2}
	task := aTask("T1", "2018-03-12", "2018-06-29")
	task.Milestones = []Milestone{{1, "印发", period.MustDay("2018-04-27"), "文件"}, {2, "验收", period.MustDay("2018-06-20"), "表"}}
	rep := func(p string, percent int, state ReportState, day string, marks ...int) Report {
		r := Report{Period: period.MustParse(p), Percent: percent, State: state, Day: period.MustDay(day)}
		for _, m := range marks {
			r.Claims = append(r.Claims, Claim{m, r.Day})
			r.Files = append(r.Files, Evidence{Milestone: m})
		}
		return r
	}
	march := rep("2018-03", 20, Verified, "2018-04-02")
	april := rep("2018-04", 40, Verified, "2018-04-26", 1)
	bare := rep("2018-04", 40, Verified, "2018-04-26")
	bare.Claims = []Claim{{1, bare.Day}} // said, without a file
	all := rep("2018-06", 100, Verified, "2018-06-28", 2)
	for _, c := range []struct {
		name    string
		day     string
		reports []Report
		state   TaskState
		light   measure.Light
		why     string
		percent int
		missing string
	}{
		{"before the start", "2018-03-01", nil, NotStarted, measure.Grey, "未到开始日", 0, ""},
		{"begun, nothing due", "2018-03-20", nil, NotStarted, measure.Green, "按计划，还有 70 个工作日", 0, ""},
		{"the day it is due", "2018-04-03", nil, NotStarted, measure.Green, "按计划，还有 60 个工作日", 0, ""},
		{"March is missing", "2018-04-04", nil, NotStarted, measure.Yellow, "有 1 期进展未报", 0, "2018-03"},
		{"reported, not verified", "2018-04-10", []Report{rep("2018-03", 20, Filed, "2018-04-02")}, UnderWay, measure.Green, "按计划，还有 56 个工作日", 0, ""},
		{"sent back", "2018-04-10", []Report{rep("2018-03", 20, Returned, "2018-04-02")}, NotStarted, measure.Yellow, "进展被退回，待补报", 0, "2018-03"},
		{"verified", "2018-04-10", []Report{march}, UnderWay, measure.Green, "按计划，还有 56 个工作日", 20, ""},
		{"milestone near", "2018-04-24", []Report{march}, UnderWay, measure.Yellow, "里程碑“印发”还有 3 个工作日", 20, ""},
		{"milestone missed, over the May holiday", "2018-05-02", []Report{march}, UnderWay, measure.Red, "里程碑“印发”逾期 2 个工作日", 20, ""},
		{"a milestone without a file does not count", "2018-05-03", []Report{march, bare}, UnderWay, measure.Red, "里程碑“印发”逾期 3 个工作日", 40, ""},
		{"milestone reached", "2018-05-03", []Report{march, april}, UnderWay, measure.Green, "按计划，还有 40 个工作日", 40, ""},
		{"the last day", "2018-06-29", []Report{march, april, rep("2018-05", 80, Verified, "2018-06-01", 2)}, UnderWay, measure.Yellow, "今天到期", 80, ""},
		{"waits for the last report", "2018-07-03", []Report{march, april, rep("2018-05", 80, Verified, "2018-06-01", 2)}, UnderWay, measure.Yellow, "已过完成日，完成情况 2018-07-03 前报", 80, ""},
		{"and is late when it does not come", "2018-07-04", []Report{march, april, rep("2018-05", 80, Verified, "2018-06-01", 2)}, Late, measure.Red, "逾期 3 个工作日", 80, "2018-06"},
		{"late", "2018-07-04", []Report{march, april, rep("2018-05", 80, Verified, "2018-06-01", 2), rep("2018-06", 90, Verified, "2018-07-02")}, Late, measure.Red, "逾期 3 个工作日", 90, ""},
		{"said to be done in time", "2018-07-04", []Report{march, april, rep("2018-05", 80, Verified, "2018-06-01"), rep("2018-06", 100, Filed, "2018-06-28", 2)}, UnderWay, measure.Green, "已报完成，待核验", 80, ""},
		{"said to be done too late", "2018-07-05", []Report{march, april, rep("2018-05", 80, Verified, "2018-06-01"), rep("2018-07", 100, Filed, "2018-07-03", 2)}, UnderWay, measure.Yellow, "逾期 2 个工作日报完成，待核验", 80, "2018-06"},
		{"done", "2018-08-30", []Report{march, april, rep("2018-05", 80, Verified, "2018-06-01"), all}, Done, measure.Grey, "已完成", 100, ""},
		{"done too late", "2018-08-30", []Report{march, april, rep("2018-05", 80, Verified, "2018-06-01"), rep("2018-07", 100, Verified, "2018-07-03", 2)}, Done, measure.Grey, "已完成，比计划晚 2 个工作日", 100, ""},
		{"100 without the milestone is not done", "2018-06-25", []Report{march, april, rep("2018-05", 100, Verified, "2018-06-01")}, UnderWay, measure.Red, "里程碑“验收”逾期 3 个工作日", 100, ""},
	} {
		st := stand(task, c.reports, plan, cal, plan.From, period.MustDay(c.day))
		var missing []string
		for _, d := range st.Missing {
			missing = append(missing, d.Period.String())
		}
		if st.State != c.state || st.Light != c.light || st.Why(nil) != c.why || st.Percent != c.percent || strings.Join(missing, " ") != c.missing {
			t.Errorf("%s (%s): %s %s “%s” %d%% missing %v; want %s %s “%s” %d%% %s", c.name, c.day, st.State, st.Light, st.Why(nil), st.Percent, missing, c.state, c.light, c.why, c.percent, c.missing)
		}
	}
}

// Reports fall due by the calendar: after the spring festival, not in it; and only from when the
// plan came into force.
func TestDues(t *testing.T) {
	cal := published(t)
	task := aTask("T1", "2018-01-20", "2018-03-31")
	task.Rhythm = period.HalfMonths
	var got []string
	for _, d := range dues(task, period.MustDay("2018-02-01"), 0, period.MustDay("2018-03-02"), 2, cal) {
		got = append(got, d.Period.String()+"="+d.Day.String())
	}
	// 15–21 February 2018 was the festival; 24 February was worked.
	want := []string{"2018-02a=2018-02-23", "2018-02b=2018-03-02", "2018-03a=2018-03-19"}
	if !slices.Equal(got, want) {
		t.Errorf("dues = %v, want %v", got, want)
	}
	if list := dues(task, 0, period.MustDay("2018-02-10"), period.MustDay("2018-05-02"), 2, cal); len(list) != 2 {
		t.Errorf("after it was done reports stay due: %v", list)
	}
}

// tasksOf draws tasks whose dependencies may be anything.
func tasksOf(t *rapid.T) []Task {
	n := rapid.IntRange(1, 9).Draw(t, "n")
	var out []Task
	for i := range n {
		x := aTask(fmt.Sprintf("T%d", i), "2018-01-01", "2018-01-01")
		x.Start = period.MustDay("2018-01-01").AddDays(rapid.IntRange(0, 60).Draw(t, "start"))
		x.End = x.Start.AddDays(rapid.IntRange(0, 40).Draw(t, "length"))
		for range rapid.IntRange(0, 2).Draw(t, "deps") {
			if a := fmt.Sprintf("T%d", rapid.IntRange(0, 9).Draw(t, "after")); !slices.Contains(x.After, a) {
				x.After = append(x.After, a)
			}
		}
		out = append(out, x)
	}
	return out
}

// reaches tells by walking whether b can be come to from a.
func reaches(m map[string]Task, a, b string, left int) bool {
	if left == 0 {
		return false
	}
	for _, x := range m[a].After {
		if _, ok := m[x]; ok && (x == b || reaches(m, x, b, left-1)) {
			return true
		}
	}
	return false
}

// A ring is found exactly where there is one; without one the order puts every task after those it
// waits for; moving dependents leaves no clash behind the task that moved and keeps every length.
func TestDependencies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tasks := tasksOf(t)
		m := byCode(tasks)
		ring := slices.ContainsFunc(tasks, func(x Task) bool { return reaches(m, x.Code, x.Code, len(tasks)) })
		loop := cycle(tasks)
		if (loop != nil) != ring {
			t.Fatalf("cycle = %v, a ring is there: %v", loop, ring)
		}
		for i := 0; i+1 < len(loop); i++ {
			if !slices.Contains(m[loop[i]].After, loop[i+1]) {
				t.Fatalf("%v is no ring", loop)
			}
		}
		codes, ok := order(tasks)
		if ok == ring {
			t.Fatalf("order = %v, %v", codes, ok)
		}
		if ring {
			return
		}
		if len(codes) != len(tasks) {
			t.Fatalf("order lost tasks: %v", codes)
		}
		for i, c := range codes {
			for _, a := range m[c].After {
				if j := slices.Index(codes, a); j >= i {
					t.Fatalf("%s comes before %s in %v", c, a, codes)
				}
			}
		}
		first := tasks[0].Code
		moved, list := shift(tasks, first)
		deps := dependents(tasks, first)
		for _, x := range clashes(moved) {
			if slices.Contains(deps, x.Task) {
				t.Fatalf("after shifting, %v clashes", x)
			}
		}
		for i, x := range moved {
			if x.Start.DaysUntil(x.End) != tasks[i].Start.DaysUntil(tasks[i].End) || x.Start < tasks[i].Start || (x.Start != tasks[i].Start) != slices.Contains(list, x.Code) {
				t.Fatalf("%s was moved wrongly: %v", x.Code, list)
			}
		}
	})
}

// contentOf draws a content.
func drawContent(t *rapid.T) Content {
	var c Content
	word := rapid.SampledFrom([]string{"", "甲", "乙", "丙"})
	for i := range rapid.IntRange(0, 3).Draw(t, "programmes") {
		c.Programmes = append(c.Programmes, Programme{Code: fmt.Sprintf("P%d", rapid.IntRange(0, 1).Draw(t, "p")*10+i), Place: rapid.IntRange(0, 3).Draw(t, "place"), Name: word.Draw(t, "name"), Text: word.Draw(t, "text")})
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "goals") {
		c.Goals = append(c.Goals, Goal{Code: fmt.Sprintf("G%d", i), Programme: fmt.Sprintf("P%d", rapid.IntRange(0, 3).Draw(t, "of")), Name: word.Draw(t, "name"), Bundle: word.Draw(t, "bundle"), Indicators: none(rapid.SliceOfN(rapid.SampledFrom([]string{"A", "B"}), 0, 2).Draw(t, "indicators"))})
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "tasks") {
		x := aTask(fmt.Sprintf("T%d", rapid.IntRange(0, 1).Draw(t, "t")*10+i), "2018-01-01", "2018-02-01")
		x.Goal, x.Name, x.Standard = fmt.Sprintf("G%d", rapid.IntRange(0, 3).Draw(t, "of")), word.Draw(t, "name"), word.Draw(t, "standard")
		x.End = x.Start.AddDays(rapid.IntRange(0, 3).Draw(t, "days"))
		x.Lead, x.Force = org.UnitID(rapid.IntRange(1, 3).Draw(t, "lead")), org.UnitID(rapid.IntRange(0, 2).Draw(t, "force"))
		x.Assist = none(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) org.UnitID { return org.UnitID(rapid.IntRange(4, 6).Draw(t, "u")) }), 0, 2).Draw(t, "assist"))
		x.After = none(rapid.SliceOfN(rapid.SampledFrom([]string{"T8", "T9"}), 0, 2).Draw(t, "after"))
		for n := range rapid.IntRange(0, 2).Draw(t, "marks") {
			x.Milestones = append(x.Milestones, Milestone{No: n*rapid.IntRange(1, 2).Draw(t, "no") + 1, Name: word.Draw(t, "mark"), Day: x.Start.AddDays(rapid.IntRange(0, 2).Draw(t, "day")), Evidence: word.Draw(t, "paper")})
		}
		c.Tasks = append(c.Tasks, x.clean())
	}
	return c.sorted()
}

// The changes between two contents make the new one out of the old one; equal contents have none,
// and what only moved is told from what was changed.
func TestDiffMakesTheNewOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawContent(t), drawContent(t)
		list := diff(a, b, plainUnit)
		if got := apply(a, list); !reflect.DeepEqual(got, b) {
			t.Fatalf("apply(diff) =\n%+v\nwant\n%+v", got, b)
		}
		if list := diff(b, b, plainUnit); len(list) != 0 {
			t.Fatalf("equal contents differ: %+v", list)
		}
		for _, c := range list {
			if (c.Move == Changed || c.Move == Moved) && len(c.Fields) == 0 {
				t.Fatalf("%+v changed nothing", c)
			}
		}
	})
	a := Content{Tasks: []Task{aTask("T1", "2018-01-01", "2018-02-01"), aTask("T2", "2018-01-01", "2018-02-01"), aTask("T3", "2018-01-01", "2018-02-01")}}
	b := Content{Tasks: []Task{aTask("T1", "2018-01-01", "2018-03-01"), aTask("T2", "2018-01-01", "2018-02-01"), aTask("T4", "2018-01-01", "2018-02-01")}}
	b.Tasks[1].Lead = west
	n := tally(diff(a, b, plainUnit))
	if n[Moved] != 1 || n[Changed] != 1 || n[Added] != 1 || n[Removed] != 1 {
		t.Errorf("tally = %v", n)
	}
}

// All faults of a plan come at once, each with its part.
func TestAllFaultsAtOnce(t *testing.T) {
	reg, err := org.New(testUnits(), nil)
	if err != nil {
		t.Fatal(err)
	}
	k := checker{plan: Plan{From: period.MustDay("2018-01-01"), To: period.MustDay("2018-12-31")}, tree: reg.On(period.MustDay("2018-05-01")), indicator: func(c string) bool { return c == "R" }, bundle: func(string) bool { return false }}
	bad := Task{Code: "T 1", Goal: "G9", Name: "", Type: "x", Lead: 77, Assist: []org.UnitID{77}, Start: period.MustDay("2018-05-01"), End: period.MustDay("2018-04-01"), Indicators: []string{"NO"}, After: []string{"T9"},
		Milestones: []Milestone{{No: 1, Name: "a", Day: period.MustDay("2019-01-01")}}}
	a, b := aTask("A", "2018-02-01", "2018-03-01"), aTask("B", "2018-02-01", "2018-03-01")
	a.After, b.After = []string{"B"}, []string{"A"}
	err = k.check(Content{Programmes: []Programme{{Code: "P1", Name: "一"}, {Code: "P1", Name: "二"}}, Goals: []Goal{{Code: "G1", Programme: "P9", Name: "目标", Bundle: "X"}}, Tasks: []Task{bad, a, b}})
	for _, want := range []string{"编号 P1 重复", "没有编号为“P9”的重点工作", "没有编码为“X”的目标组", "请改写“T 1”", "请写名称", "规定或自选", "请选择今天存在的牵头单位", "配合单位", "早于开始日", "完成标准", "每月或每半月", "里程碑 1 请写需要的佐证材料", "里程碑 1 的日期应在", "没有编码为“NO”的指标", "没有编号为“T9”的前置任务", "没有编号为“G9”的目标", "A → B → A"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the faults lack “%s”", want)
		}
	}
}
