package plan

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/sqldb"
)

// Who may do what, by refusal: wrong role, wrong unit, wrong task force, the reporter verifying
// himself, the proposer approving himself.
func TestRefusals(t *testing.T) {
	each(t, "2018-03-12", func(t *testing.T, w *world) {
		plan := w.draft(aTask("T1", "2018-03-12", "2018-06-30"))
		c := w.ctx
		for _, a := range []perm.Actor{w.leader(), w.rep(east), w.member(forceA), w.actor(perm.Reader, county), w.actor(perm.Auditor, county), w.actor(perm.SysAdmin, county), {Login: "nobody"}} {
			_, err := w.s.SavePlan(c(a), a, Plan{Name: "x"})
			w.refused(err, fault.Forbidden, a.Login+" saves a plan")
			_, _, err = w.s.Save(c(a), a, plan, Node{Programme: &Programme{Code: "X", Name: "x"}}, false)
			w.refused(err, fault.Forbidden, a.Login+" edits")
			w.refused(w.s.Propose(c(a), a, plan), fault.Forbidden, a.Login+" proposes")
			_, _, err = w.s.Import(c(a), a, plan, "x.csv", nil, true)
			w.refused(err, fault.Forbidden, a.Login+" imports")
			_, err = w.s.Issue(c(a), a, plan, 2018, nil, "")
			w.refused(err, fault.Forbidden, a.Login+" issues letters")
			w.refused(w.s.Sign(c(a), a, 1, Signing{}), fault.Forbidden, a.Login+" signs")
		}
		nobody := perm.Actor{Login: "nobody"}
		_, err := w.s.Tasks(c(nobody), nobody, Filter{})
		w.refused(err, fault.Forbidden, "nobody reads")
		w.must(w.s.Propose(c(w.office()), w.office(), plan))
		for _, a := range []perm.Actor{w.office(), w.rep(east), w.member(forceA), {Login: "nobody"}} {
			w.refused(w.s.Approve(c(a), a, plan, period.MustDay("2018-03-12")), fault.Forbidden, a.Login+" approves")
			w.refused(w.s.SendBack(c(a), a, plan, "x"), fault.Forbidden, a.Login+" sends back")
		}
		both := w.office()
		both.Posts = append(both.Posts, w.leader().Posts...)
		w.refused(w.s.Approve(c(both), both, plan, period.MustDay("2018-03-12")), fault.Forbidden, "the proposer approves")
		w.must(w.s.Approve(c(w.leader()), w.leader(), plan, period.MustDay("2018-03-12")))

		w.clock.Set("2018-04-02")
		for _, a := range []perm.Actor{w.office(), w.leader(), w.rep(west), w.rep(school), w.member(forceA), w.member(forceB), {Login: "nobody"}} {
			_, err := w.file(a, plan, "T1", "2018-03", 10)
			w.refused(err, fault.Forbidden, a.Login+" reports for another unit")
		}
		id, err := w.file(w.rep(east), plan, "T1", "2018-03", 10)
		w.must(err)
		for _, a := range []perm.Actor{w.leader(), w.rep(east), w.rep(west), w.member(forceB), {Login: "nobody"}} {
			w.refused(w.s.Judge(c(a), a, plan, id, 1, true, ""), fault.Forbidden, a.Login+" verifies")
		}
		self := w.rep(east)
		self.Posts = append(self.Posts, w.office().Posts...)
		w.refused(w.s.Judge(c(self), self, plan, id, 1, true, ""), fault.Forbidden, "the reporter verifies himself")
		w.refused(w.s.Judge(c(w.member(forceA)), w.member(forceA), plan, id, 1, false, " "), fault.Invalid, "sent back without a reason")
		w.must(w.s.Judge(c(w.member(forceA)), w.member(forceA), plan, id, 1, true, ""))
		w.refused(w.s.Judge(c(w.office()), w.office(), plan, id, 2, false, "再看"), fault.Conflict, "judged twice")
		_, err = w.file(w.rep(east), plan, "T1", "2018-03", 10)
		w.refused(err, fault.Conflict, "reported twice")
		_, err = w.file(w.rep(east), plan, "T1", "2018-06", 10)
		w.refused(err, fault.Invalid, "reported before its time")
	})
}

// Editions: an approved one never changes and stays readable, a change is a new one with a reason,
// and two editors of one row do not overwrite each other.
func TestEditions(t *testing.T) {
	each(t, "2018-03-01", func(t *testing.T, w *world) {
		a, b := aTask("T1", "2018-03-12", "2018-06-30"), aTask("T2", "2018-06-30", "2018-09-30")
		b.After = []string{"T1"}
		plan := w.draft(a, b)
		o, c := w.office(), w.ctx(w.office())
		w.force(plan, "2018-03-12")
		if list, _ := w.s.Tasks(c, o, Filter{Plan: plan}); len(list) != 0 {
			t.Errorf("in force before its day: %d tasks", len(list))
		}
		w.clock.Set("2018-03-12")
		_, _, err := w.s.Save(c, o, plan, Node{Task: &a}, false)
		w.refused(err, fault.Conflict, "an edition in force is edited")
		_, err = w.s.Revise(c, o, plan, "  ")
		w.refused(err, fault.Invalid, "revised without a reason")
		no, err := w.s.Revise(c, o, plan, "上级要求提前")
		w.must(err)
		_, err = w.s.Revise(c, o, plan, "又一版")
		w.refused(err, fault.Conflict, "two drafts")
		a.Row, a.End = 1, period.MustDay("2018-08-15")
		warn, _, err := w.s.Save(c, o, plan, Node{Task: &a}, false)
		w.must(err)
		if len(warn) != 1 || warn[0] != (Clash{"T2", b.Start, "T1", a.End}) {
			t.Errorf("moving T1 warns of %+v", warn)
		}
		if err := w.s.Propose(c, o, plan); err == nil || !strings.Contains(err.Error(), "早于前置任务 T1 的完成日 2018-08-15") {
			t.Errorf("a clash is proposed: %v", err)
		}
		_, _, err = w.s.Save(c, o, plan, Node{Task: &a}, false)
		w.refused(err, fault.Conflict, "the second editor")
		a.Row = 2
		_, moved, err := w.s.Save(c, o, plan, Node{Task: &a}, true)
		w.must(err)
		if fmt.Sprint(moved) != "[T2]" {
			t.Errorf("moved along: %v", moved)
		}
		ring := a
		ring.Row, ring.After = 3, []string{"T2"}
		_, _, err = w.s.Save(c, o, plan, Node{Task: &ring}, false)
		w.refused(err, fault.Invalid, "a ring of tasks")
		w.refused(w.s.Remove(c, o, plan, TaskKind, "T1"), fault.Conflict, "removing what T2 waits for")
		w.refused(w.s.Remove(c, o, plan, GoalKind, "G1"), fault.Conflict, "removing a goal with tasks")
		w.must(w.s.Propose(c, o, plan))
		w.refused(w.s.Approve(w.ctx(w.leader()), w.leader(), plan, period.MustDay("2018-03-01")), fault.Invalid, "in force before the edition it replaces")
		w.must(w.s.SendBack(w.ctx(w.leader()), w.leader(), plan, "请再核对"))
		w.force(plan, "2018-04-01")
		old, err := w.s.Edition(c, o, plan, 1)
		w.must(err)
		if x, _ := old.Content.Task("T1"); x.End != period.MustDay("2018-06-30") || w.task(plan, "T1").End != x.End {
			t.Errorf("edition 1 changed: %v", x.End)
		}
		w.clock.Set("2018-04-02")
		if got := w.task(plan, "T1").End; got != period.MustDay("2018-08-15") {
			t.Errorf("edition %d is not in force: %v", no, got)
		}
		list, err := w.s.Compare(c, o, plan, 1, 2)
		w.must(err)
		n := tally(list)
		if n[Moved] != 2 || len(list) != 2 {
			t.Errorf("compared: %+v", list)
		}
	})
}

// A plan leaves as a file and comes back the same, as CSV and as a workbook; faults come all at
// once with their rows, and nothing of a bad file is written.
func TestFiles(t *testing.T) {
	each(t, "2018-03-01", func(t *testing.T, w *world) {
		a, b := aTask("T1", "2018-03-12", "2018-06-30"), aTask("T2", "2018-06-30", "2018-09-30")
		a.Milestones = []Milestone{{Name: "印发，方案", Day: period.MustDay("2018-04-10"), Evidence: "=文件"}}
		a.Assist, b.After, b.Type, b.Rhythm = []org.UnitID{west, school}, []string{"T1"}, Own, period.HalfMonths
		plan := w.draft(a, b)
		o, c := w.office(), w.ctx(w.office())
		for _, format := range []string{"csv", "xlsx"} {
			var out bytes.Buffer
			w.must(w.s.Export(c, o, plan, 1, format, &out))
			rep, changes, err := w.s.Import(c, o, plan, "计划."+format, out.Bytes(), true)
			w.must(err)
			if len(rep.Findings) > 0 || len(changes) > 0 || rep.Read != 5 || rep.Unchanged != 5 || rep.Written {
				t.Errorf("%s comes back as %+v %+v", format, rep, changes)
			}
		}
		bad := "kind,code,parent,name,lead,start,end,text\nprogramme,P1,,重点,,,,\ngoal,G1,P1,目标,,,,\ntask,T1,G1,甲,无此镇,2018-13-01,2018-05-01,标准\ntask,T1,G1,乙,东镇,2018-03-01,2018-05-01,标准\nmilestone,M1,T7,丙,,,2018-04-01,x\nxx,1,,丁,,,,\n"
		rep, _, err := w.s.Import(c, o, plan, "坏.csv", []byte(bad), false)
		w.must(err)
		if rep.Written || rep.Read != 6 || rep.Read != rep.Created+rep.Updated+rep.Unchanged+rep.Rejected || rep.Rejected < 4 {
			t.Errorf("bad file: %+v", rep)
		}
		text := rep.Findings.Error()
		if n := strings.Count(text, "第 4 行 lead") + strings.Count(text, "第 4 行 start"); n != 2 {
			t.Errorf("two cells that cannot be read have %d findings: %s", n, text)
		}
		for _, want := range []string{"第 4 行 lead：没有叫“无此镇”的单位", "第 4 行 start：日期 2018-13-01", "第 5 行 code：编号 T1 与第 4 行重复", "第 6 行 parent", "第 7 行 kind"} {
			if !strings.Contains(text, want) {
				t.Errorf("the faults lack “%s”:\n%s", want, text)
			}
		}
		good := "类别\n"
		if rep, _, err := w.s.Import(c, o, plan, "x.csv", []byte(good), true); err != nil || len(rep.Findings) == 0 {
			t.Errorf("an unknown header: %+v %v", rep, err)
		}
		next := "kind,code,parent,name,lead,start,end,text\nprogramme,P1,,重点,,,,\ngoal,G1,P1,目标,,,,\ntask,T3,G1,新任务,520121101,2018/3/1,2018-05-01,标准\nmilestone,M1,T3,初稿,,,2018-04-01,文件\n"
		rep, changes, err := w.s.Import(c, o, plan, "新.csv", []byte(next), false)
		w.must(err)
		if n := tally(changes); !rep.Written || n[Added] != 1 || n[Removed] != 2 || rep.Created != 2 || rep.Updated != 2 {
			t.Errorf("import: %+v %v", rep, n)
		}
		q, err := w.s.Edition(c, o, plan, 1)
		w.must(err)
		if len(q.Content.Tasks) != 1 || q.Content.Tasks[0].Lead != west || len(q.Content.Tasks[0].Milestones) != 1 {
			t.Errorf("imported: %+v", q.Content.Tasks)
		}
	})
}

// A year by the clock: owners are told what is due once each, never on a day off; what is verified
// with evidence ends, what is not goes red and comes before the meeting; nothing is told twice.
func TestAYear(t *testing.T) {
	each(t, "2018-01-02", func(t *testing.T, w *world) {
		done, lazy, half := aTask("DONE", "2018-01-15", "2018-06-30"), aTask("LAZY", "2018-02-01", "2018-05-31"), aTask("HALF", "2018-02-01", "2018-11-30")
		done.Milestones = []Milestone{{Name: "中期", Day: period.MustDay("2018-04-10"), Evidence: "报告"}}
		lazy.Lead, half.Rhythm, half.Force = west, period.HalfMonths, 0
		plan := w.draft(done, lazy, half)
		w.force(plan, "2018-01-02")
		w.told = nil
		days := 0
		for day := period.MustDay("2018-01-02"); day <= period.MustDay("2018-12-31"); day = day.AddDays(1) {
			w.clock.Set(day.String())
			before := len(w.told)
			w.must(w.s.Tick(w.ctx(w.office())))
			if len(w.told) > before {
				w.must(w.s.Tick(w.ctx(w.office())))
			}
			if work, _ := w.cal.IsWorkday(day); !work && len(w.told) > before {
				t.Errorf("told on %s, a day off", day)
			}
			if len(w.told) > before {
				days++
			}
			// The diligent unit reports on the last day it may.
			lines, err := w.s.Tasks(w.ctx(w.office()), w.office(), Filter{Plan: plan, Unit: east})
			w.must(err)
			for _, l := range lines {
				code := l.Code
				if d := l.Standing.Next; l.Standing.State != Done && d.Day == day {
					percent, marks := 50, []int{}
					if code == "DONE" && d.Period == period.MustParse("2018-03") {
						marks = []int{1}
					}
					if code == "DONE" && d.Period == period.MustParse("2018-06") || code == "HALF" && d.Period == period.MustParse("2018-11b") {
						percent = 100
					}
					id, err := w.file(w.rep(east), plan, code, d.Period.String(), percent, marks...)
					w.must(err)
					w.must(w.s.Judge(w.ctx(w.office()), w.office(), plan, id, 1, true, ""))
				}
			}
		}
		keys := map[string]int{}
		kinds := map[string]int{}
		for _, e := range w.told {
			keys[e.Key]++
			p := strings.Split(e.Key, ":")
			kinds[p[2]+":"+p[3]]++
			if len(e.Units) != 1 && e.Roles[0] != perm.Office || e.Path == "" || strings.Count(e.Text, "%s") != len(e.Args) {
				t.Errorf("event %+v", e)
			}
		}
		for k, n := range keys {
			if n > 1 {
				t.Errorf("%s was told %d times", k, n)
			}
		}
		// DONE: six months asked for, nothing missing, its milestone announced once. LAZY: the four months
		// of its time asked for, then still missing month by month, late once.
		for k, want := range map[string]int{"DONE:due": 6, "DONE:missing": 0, "DONE:mark": 0, "DONE:marklate": 0, "DONE:late": 0, "HALF:due": 20, "HALF:missing": 0, "LAZY:late": 1, "LAZY:missing": 10} {
			if kinds[k] != want {
				t.Errorf("%s was told %d times, want %d", k, kinds[k], want)
			}
		}
		if got := w.task(plan, "DONE").Standing; got.State != Done || got.Ended != period.MustDay("2018-06-30") || got.Why(nil) != "已完成" {
			t.Errorf("DONE: %+v", got)
		}
		late, err := w.s.Late(w.ctx(w.leader()), w.leader(), period.MustDay("2018-12-31"))
		w.must(err)
		if len(late) != 2 || late[0].Kind != EndPassed || late[0].Task != "LAZY" || late[1].Kind != Unreported || late[1].Reason != "10 期进展未报，最早一期为2018年2月" {
			t.Errorf("before the meeting: %+v", late)
		}
		if days > 120 {
			t.Errorf("told on %d days", days)
		}
	})
}

// The documents say what the plan says, in the official layout, with room to sign and no picture
// of more rows than fit.
func TestDocuments(t *testing.T) {
	w, plan := lively(t)
	b, err := w.s.open(w.ctx(w.office()), w.office(), plan)
	w.must(err)
	q, err := w.s.Edition(w.ctx(w.office()), w.office(), plan, 1)
	w.must(err)
	l, _, err := w.s.Letter(w.ctx(w.office()), w.office(), 1)
	w.must(err)
	text := func(d *docgen.Document) string {
		var s strings.Builder
		s.WriteString(d.Title)
		blocks := d.Body
		for _, a := range d.Attached {
			blocks = append(blocks[:len(blocks):len(blocks)], a.Body...)
		}
		for _, x := range blocks {
			switch x := x.(type) {
			case docgen.Heading:
				s.WriteString(docgen.Text(x.Runs))
			case docgen.Paragraph:
				s.WriteString(docgen.Text(x.Runs))
			case docgen.Table:
				for _, r := range x.Table.Rows {
					for _, c := range r.Cells {
						s.WriteString(c.Shown() + "|")
					}
				}
			case docgen.Picture:
				s.WriteString("[" + x.Caption + "]")
			}
		}
		return s.String()
	}
	for name, c := range map[string]struct {
		d    *docgen.Document
		kind docgen.Kind
		want []string
	}{
		"plan":    {w.s.planDocument(b, q), docgen.Official, []string{"一、第一项重点工作", "（一）第一个目标", "1.任务T1（规定）牵头单位：东镇；2018年3月12日至2018年6月30日。完成标准：做完并验收。", "2018年4月10日前印发方案（佐证：方案文件）。", "衡量目标组：十项指标。衡量指标：甲率。", "T2|任务T2（自选）（在T1之后）|教育局"}},
		"roadmap": {w.s.roadmapDocument(b), docgen.Material, []string{"截至2018年5月10日，2项任务中已完成0项、进行中1项、未开始1项、逾期0项。", "[图1　2018年工作计划]", "30%|进行中|▲ 黄|有 1 期进展未报"}},
		"letter":  {w.s.letterDocument(b, l), docgen.Official, []string{"2018年度东镇\n目标责任书", "1.任务T1（牵头，规定，2018年3月12日至2018年6月30日）", "1|甲率|≥40%|", "指挥部|指挥长|　|2018年5月9日|", "东镇|镇长|　|2018年5月9日|"}},
	} {
		if c.d.Kind != c.kind || c.d.Meta.Author != "指挥部" {
			t.Errorf("%s: kind %d, %+v", name, c.d.Kind, c.d.Meta)
		}
		for _, want := range c.want {
			if got := text(c.d); !strings.Contains(got, want) {
				t.Errorf("the %s lacks “%s”:\n%s", name, want, got)
			}
		}
	}
	if d, err := w.s.PlanText(w.ctx(w.office()), w.office(), plan, 0); err != nil || text(d) != text(w.s.planDocument(b, q)) {
		t.Errorf("the text of the plan in force: %v", err)
	}
	if d, err := w.s.Gantt(w.ctx(w.leader()), w.leader(), plan); err != nil || !strings.Contains(text(d), "[图1") {
		t.Errorf("the roadmap: %v", err)
	}
	if d, err := w.s.LetterText(w.ctx(w.leader()), w.leader(), 1); err != nil || text(d) != text(w.s.letterDocument(b, l)) {
		t.Errorf("the letter: %v", err)
	}
	if x, err := w.s.Referred(w.ctx(w.leader()), w.leader(), TaskRef(plan, "T1")); err != nil || x.Standing.Percent != 30 {
		t.Errorf("referred task: %+v, %v", x.Standing, err)
	}
	if _, err := w.s.Referred(w.ctx(w.leader()), w.leader(), "9:T1"); fault.KindOf(err) != fault.Missing {
		t.Errorf("a task of no plan: %v", err)
	}
	if id, err := w.s.Running(w.ctx(w.leader()), w.leader()); id != plan || err != nil {
		t.Errorf("running: %d, %v", id, err)
	}
	many := b
	many.content.Tasks = nil
	for i := range 95 {
		many.content.Tasks = append(many.content.Tasks, aTask(fmt.Sprintf("T%d", i), "2018-03-12", "2018-06-30"))
	}
	same := func(s string) string { return s }
	total := 0
	for _, g := range many.gantts(many.lines(), same, 0, pageRows) {
		total += len(g.Rows) - 1
		if len(g.Rows) > pageRows {
			t.Errorf("a picture of %d rows", len(g.Rows))
		}
	}
	if total != 95 {
		t.Errorf("%d tasks drawn of 95", total)
	}
}

// A letter is frozen when it is made, is signed once, shows what the plan changed since, and is
// made anew only with a reason.
func TestLetters(t *testing.T) {
	each(t, "2018-03-12", func(t *testing.T, w *world) {
		a := aTask("T1", "2018-03-12", "2018-06-30")
		plan := w.draft(a)
		o, c := w.office(), w.ctx(w.office())
		_, err := w.s.Issue(c, o, plan, 2018, []org.UnitID{east}, "")
		w.refused(err, fault.Conflict, "a letter before the plan is in force")
		w.force(plan, "2018-03-12")
		_, err = w.s.Issue(c, o, plan, 2018, []org.UnitID{west}, "")
		w.refused(err, fault.Invalid, "a letter without tasks")
		made, err := w.s.Issue(c, o, plan, 2018, []org.UnitID{east}, "")
		w.must(err)
		w.refused(w.s.Sign(c, o, made[0], Signing{On: period.MustDay("2018-03-13"), Post: "镇长", HostPost: "指挥长", Version: 1}), fault.Invalid, "signed tomorrow")
		w.must(w.s.Sign(c, o, made[0], Signing{On: period.MustDay("2018-03-12"), Post: "镇长", HostPost: "指挥长", Scan: &Upload{Name: "扫描.pdf", Content: pdf}, Version: 1}))
		w.refused(w.s.Sign(c, o, made[0], Signing{On: period.MustDay("2018-03-12"), Post: "镇长", HostPost: "指挥长", Version: 2}), fault.Conflict, "signed twice")
		_, content, err := w.s.Scan(w.ctx(w.rep(east)), w.rep(east), made[0])
		w.must(err)
		if !bytes.Equal(content, pdf) {
			t.Error("the scan came back different")
		}
		_, _, err = w.s.Scan(w.ctx(w.rep(west)), w.rep(west), made[0])
		w.refused(err, fault.Forbidden, "another unit opens the scan")
		_, err = w.s.Revise(c, o, plan, "延期")
		w.must(err)
		a.Row, a.End, a.Place = 1, period.MustDay("2018-09-30"), 1
		w.save(plan, Node{Task: &a})
		w.force(plan, "2018-03-12")
		l, b, err := w.s.Letter(c, o, made[0])
		w.must(err)
		if l.Content.Duties[0].End != period.MustDay("2018-06-30") || len(l.moved(b.content, plainUnit)) != 1 || l.Content.Promises[0].Target != "≥40%" {
			t.Errorf("letter: %+v", l.Content)
		}
		_, err = w.s.Issue(c, o, plan, 2018, []org.UnitID{east}, "")
		w.refused(err, fault.Invalid, "made anew without a reason")
		again, err := w.s.Issue(c, o, plan, 2018, []org.UnitID{east}, "计划延期")
		w.must(err)
		l, b, err = w.s.Letter(c, o, again[0])
		w.must(err)
		if l.No != 2 || len(l.moved(b.content, plainUnit)) != 0 || !l.SignedOn.IsZero() {
			t.Errorf("second letter: %+v", l)
		}
	})
}

// A unit merged into another leaves it its tasks: the successor reports, the plan names the old
// unit, and the next edition must name one that exists.
func TestAMergedUnit(t *testing.T) {
	w := openWorld(t, sqldb.SQLite, "2018-03-12")
	x := aTask("T1", "2018-03-12", "2018-12-31")
	x.Lead = west
	plan := w.draft(x)
	w.force(plan, "2018-03-12")
	list := testUnits()
	for i := range list {
		if list[i].ID == west {
			list[i].Versions[0].To = period.MustDay("2018-06-30")
		}
	}
	reg, err := org.New(list, []org.Succession{{Kind: org.Merged, From: west, To: east, On: period.MustDay("2018-07-01")}})
	w.must(err)
	w.reg = reg
	w.clock.Set("2018-08-02")
	if _, err := w.file(w.rep(east), plan, "T1", "2018-07", 30); err != nil {
		t.Errorf("the successor reports: %v", err)
	}
	_, err = w.s.Revise(w.ctx(w.office()), w.office(), plan, "并乡")
	w.must(err)
	if err := w.s.Propose(w.ctx(w.office()), w.office(), plan); err == nil || !strings.Contains(err.Error(), "请选择今天存在的牵头单位") {
		t.Errorf("an edition with a dead unit is proposed: %v", err)
	}
	w.as = w.rep(east)
	if body := w.page("/plans/1/tasks/T1"); !strings.Contains(body, "现由") {
		t.Errorf("the page of the task does not name the successor")
	}
	w.as = w.office()
	if body := w.page("/plan/letters?plan=1&year=2018"); !strings.Contains(body, "现由") {
		t.Errorf("the list of letters does not name the successor")
	}
	made, err := w.s.Issue(w.ctx(w.office()), w.office(), plan, 2018, []org.UnitID{west}, "")
	w.must(err)
	l, _, err := w.s.Letter(w.ctx(w.office()), w.office(), made[0])
	w.must(err)
	if !strings.Contains(l.Content.Unit, "现由") {
		t.Errorf("the letter is made out to %q", l.Content.Unit)
	}
	if got := w.task(plan, "T1"); got.Lead != west {
		t.Errorf("lead = %d", got.Lead)
	}
	list2, err := w.s.Tasks(w.ctx(w.office()), w.office(), Filter{Plan: plan, Unit: east})
	w.must(err)
	if len(list2) != 1 {
		t.Errorf("%d tasks of the successor", len(list2))
	}
}

// A task that was taken out keeps its page, its reports and its evidence; a database that was
// tampered with is noticed.
func TestWhatWasTakenOutStaysReadable(t *testing.T) {
	each(t, "2018-03-12", func(t *testing.T, w *world) {
		a, b := aTask("T1", "2018-03-12", "2018-12-31"), aTask("T2", "2018-03-12", "2018-12-31")
		a.Milestones = []Milestone{{Name: "初稿", Day: period.MustDay("2018-03-30"), Evidence: "文件"}}
		plan := w.draft(a, b)
		w.force(plan, "2018-03-12")
		w.clock.Set("2018-03-30")
		_, err := w.file(w.rep(east), plan, "T1", "2018-03", 30, 1)
		w.must(err)
		_, err = w.s.Revise(w.ctx(w.office()), w.office(), plan, "取消")
		w.must(err)
		w.must(w.s.Remove(w.ctx(w.office()), w.office(), plan, TaskKind, "T1"))
		w.force(plan, "2018-03-30")
		w.as = w.rep(east)
		if body := w.page("/plans/1/tasks/T1"); !strings.Contains(body, "已不在施行中的计划里") || !strings.Contains(body, "佐证.pdf") {
			t.Errorf("the page of a task taken out: %.400s", plain(body))
		}
		if rec := w.request("GET", "/plans/1/files/1", "", "", "zh"); rec.Code != 200 {
			t.Errorf("its evidence = %d", rec.Code)
		}
		_, err = w.file(w.rep(east), plan, "T1", "2018-03", 30)
		w.refused(err, fault.Missing, "a report on a task taken out")
		w.must(w.db.InTx(w.ctx(w.office()), func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`UPDATE plan_node SET content = '{"code":"T2","name":"别的"}' WHERE code = 'T2'`)
			return err
		}))
		_, err = w.s.Edition(w.ctx(w.office()), w.office(), plan, 1)
		w.refused(err, fault.Internal, "an approved edition that was changed behind the programme")
	})
}
