package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
)

// filesOwner is the key under which the module keeps its files.
const filesOwner = "plan"

// The bounds of evidence, in bytes and files of a report.
const (
	mostFile  = 20 << 20
	mostFiles = 10
	mostForm  = 80 << 20
)

// A Filing is a report as its owner types it.
type Filing struct {
	Period  period.Period
	Percent int
	Text    string
	Help    string
	Claims  []Claim
	Files   []Upload
}

// File hands in a report of a task's progress. Everything wrong is said at once; nothing is kept of
// a report that is refused.
func (s *Service) File(ctx context.Context, by perm.Actor, plan int64, code string, x Filing) (id int64, err error) {
	defer fault.Wrap(&err, "plan.File(%d, %s)", plan, code)
	if !by.Can(ruleReport) {
		return 0, by.May(ruleReport, perm.On{})
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		b, err := s.book(tx, plan, s.today())
		if err != nil {
			return err
		}
		t, err := b.task(code)
		if err != nil {
			return err
		}
		post, err := by.Why(ruleReport, s.ownerNow(t))
		if err != nil {
			return err
		}
		media, err := b.checkFiling(t, &x)
		if err != nil {
			return err
		}
		r := Report{Plan: plan, Task: code, Period: x.Period, Percent: x.Percent, Text: x.Text, Help: x.Help, Claims: x.Claims, State: Filed, Login: by.Login, By: tx.By().Name, Post: post.Title, At: tx.Stamp(), Day: b.today}
		if r.ID, err = tx.NextID("plan_report"); err != nil {
			return err
		}
		id = r.ID
		if err := r.insert(tx); err != nil {
			return err
		}
		for i, f := range x.Files {
			hash, err := s.files.Put(tx, filesOwner, f.Name, media[i], f.Content)
			if err != nil {
				return err
			}
			no, err := tx.NextID("plan_evidence")
			if err != nil {
				return err
			}
			if _, err := tx.Exec(insertEvidenceSQL, no, r.ID, f.Milestone, hash, f.Name, len(f.Content)); err != nil {
				return err
			}
		}
		if err := s.tell(tx, notify.Event{Key: fmt.Sprintf("plan:%d:%s:filed:%d", plan, code, r.ID), Kind: notify.ToDo, Roles: s.verifiers(t), Units: units(s.now(t.Force)),
			Text: "进展待核验：%s %s", Args: []any{code, t.Name}, Path: ofTask(plan, code)}); err != nil {
			return err
		}
		return note(tx, "plan.report", plan, fmt.Sprintf("report:%d", r.ID), map[string]any{"task": code, "period": x.Period, "percent": x.Percent, "claims": x.Claims, "files": len(x.Files)})
	})
	return id, err
}

// verifiers are the roles told of a report: the task force where there is one, else the office.
func (s *Service) verifiers(t Task) []perm.Role {
	if t.Force != 0 {
		return []perm.Role{perm.Member}
	}
	return []perm.Role{perm.Office}
}

func units(u org.UnitID) []org.UnitID {
	if u == 0 {
		return nil
	}
	return []org.UnitID{u}
}

func (b book) task(code string) (Task, error) {
	if t, ok := b.content.Task(code); ok {
		return t, nil
	}
	return Task{}, fault.New(fault.Missing, "施行中的计划没有任务 %s；它可能已取消，请看计划的各版", code)
}

// periods lists the periods that may be reported now: due or running, and not reported yet.
func (b book) periods(t Task) (out []Due) {
	l := b.line(t)
	for _, d := range dues(t, max(b.since[t.Code], b.plan.From), l.Standing.Ended, b.today, b.plan.Grace, b.cal) {
		if d.Period.First() <= b.today && !told(b.reports[t.Code], d.Period) {
			out = append(out, d)
		}
	}
	return out
}

// checkFiling reports everything wrong with a report and gives the media types of its files.
func (b book) checkFiling(t Task, x *Filing) (media []string, err error) {
	var f fault.Fields
	x.Text, x.Help = strings.TrimSpace(x.Text), strings.TrimSpace(x.Help)
	st := b.line(t).Standing
	if st.State == Done {
		return nil, fault.New(fault.Conflict, "任务已完成并核验，不用再报；发现没有做完，请禁毒办修改计划")
	}
	if told(b.reports[t.Code], x.Period) {
		return nil, fault.New(fault.Conflict, "%s的进展已经报过；核验人退回后才能重报", fault.Named(x.Period))
	}
	f.Need(slices.ContainsFunc(b.periods(t), func(d Due) bool { return d.Period == x.Period }), "period", "请选择要报告的期；这一期还没到，或不归这项任务")
	f.Need(x.Percent >= 0 && x.Percent <= 100, "percent", "完成比例应为 0 到 100 的整数")
	f.Need(x.Text != "" && textOK(x.Text, 2000), "text", "请写本期进展，最多 %d 个字", 2000)
	f.Need(textOK(x.Help, longText), "help", "困难和问题最多 %d 个字；请缩短", longText)
	seen := map[int]bool{}
	for _, c := range x.Claims {
		i := slices.IndexFunc(st.Marks, func(m Mark) bool { return m.Milestone.No == c.Milestone })
		if i < 0 || seen[c.Milestone] {
			f.Need(false, "claims", "任务没有里程碑 %d，或写了两次；请刷新页面", c.Milestone)
			continue
		}
		seen[c.Milestone] = true
		m := st.Marks[i]
		f.Need(m.State == Open, "claims", "里程碑“%s”已经报过；请去掉勾选", m.Milestone.Name)
		f.Need(!c.Day.IsZero() && c.Day <= b.today, "claims", "里程碑“%s”请写完成的日期，不晚于今天", m.Milestone.Name)
		f.Need(slices.ContainsFunc(x.Files, func(u Upload) bool { return u.Milestone == c.Milestone }), "claims", "里程碑“%s”请附佐证材料：%s", m.Milestone.Name, m.Milestone.Evidence)
	}
	for _, u := range x.Files {
		f.Need(u.Milestone == 0 || seen[u.Milestone], "claims", "文件“%s”附在没有勾选的里程碑上；请勾选里程碑，或把文件放到下面", u.Name)
	}
	if x.Percent == 100 {
		for _, m := range st.Marks {
			f.Need(m.State != Open || seen[m.Milestone.No], "percent", "里程碑“%s”还没有完成；全部里程碑有佐证后才能报 100%%", m.Milestone.Name)
		}
	}
	f.Need(len(x.Files) <= mostFiles, "file", "一次最多 %d 个文件；请合并后再传", mostFiles)
	for _, u := range x.Files {
		m, ok := files.Paper(u.Name, u.Content)
		switch {
		case len(u.Content) == 0:
			f.Need(false, "file", "文件“%s”是空的；请检查后重新选择", u.Name)
		case len(u.Content) > mostFile:
			f.Need(false, "file", "文件“%s”超过 %d MB；请压缩图片或拆分后再传", u.Name, mostFile>>20)
		case !ok:
			f.Need(false, "file", "“%s”不是可以收的文件；请另存为 docx、pdf、xlsx、pptx、ofd、png 或 jpg（不带宏）", u.Name)
		}
		media = append(media, m)
	}
	return media, f.Err()
}

// Judge verifies a report, or sends it back with reasons. The task force of the task or the office
// does it, never the person who reported.
func (s *Service) Judge(ctx context.Context, by perm.Actor, plan, report, version int64, ok bool, reason string) (err error) {
	defer fault.Wrap(&err, "plan.Judge(%d)", report)
	return s.onReport(ctx, by, plan, report, "judge", func(tx *sqldb.Tx, b book, t Task, r *Report) error {
		post, err := by.Why(ruleVerify, perm.On{Unit: s.now(t.Lead), Force: t.forceOr()})
		if err != nil {
			return err
		}
		if r.Login == by.Login {
			return fault.New(fault.Forbidden, "这份进展是您本人报的；核验要由另一个人来做")
		}
		if r.State != Filed {
			return fault.New(fault.Conflict, "这份进展已经是“%s”；请刷新页面", fault.Word(r.State.Text()))
		}
		reason = strings.TrimSpace(reason)
		var f fault.Fields
		f.Need(ok || reason != "", "reason", "退回请写明原因，报送人照着改")
		f.Need(textOK(reason, longText), "reason", "说明最多 %d 个字；请缩短", longText)
		if err := f.Err(); err != nil {
			return err
		}
		r.State, r.Version = Verified, version
		text := "进展已核验：%s %s"
		if !ok {
			r.State, text = Returned, "进展被退回：%s %s"
		}
		r.CheckLogin, r.CheckBy, r.CheckPost, r.CheckAt, r.Reason = by.Login, tx.By().Name, post.Title, tx.Stamp(), reason
		return s.tell(tx, notify.Event{Key: fmt.Sprintf("plan:%d:%s:judged:%d", plan, t.Code, r.ID), Kind: notify.Result, Roles: []perm.Role{perm.Reporter, perm.Member}, Units: units(s.now(t.Lead)),
			Text: text, Args: []any{t.Code, t.Name}, Path: ofTask(plan, t.Code)})
	})
}

// onReport does a deed to a report.
func (s *Service) onReport(ctx context.Context, by perm.Actor, plan, report int64, deed string, do func(tx *sqldb.Tx, b book, t Task, r *Report) error) error {
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		b, err := s.book(tx, plan, s.today())
		if err != nil {
			return err
		}
		for code, list := range b.reports {
			for i := range list {
				r := &list[i]
				if r.ID != report {
					continue
				}
				t, err := b.task(code)
				if err != nil {
					return err
				}
				if err := do(tx, b, t, r); err != nil {
					return err
				}
				if err := r.update(tx); err != nil {
					return err
				}
				return note(tx, "plan."+deed, plan, fmt.Sprintf("report:%d", r.ID), map[string]any{"task": code, "state": r.State, "reason": r.Reason, "item": r.Item})
			}
		}
		return fault.New(fault.Missing, "没有这份进展报告；请从任务页进入")
	})
}

// Raise opens an action item for the problem that a report asks help for.
func (s *Service) Raise(ctx context.Context, by perm.Actor, plan, report int64, d work.Draft) (item work.Item, err error) {
	defer fault.Wrap(&err, "plan.Raise(%d)", report)
	if err := by.May(ruleKeep, perm.On{}); err != nil {
		return item, err
	}
	if s.joints.Items == nil {
		return item, fault.New(fault.Unavailable, "事项模块没有启用，不能立为事项")
	}
	err = s.onReport(ctx, by, plan, report, "raise", func(tx *sqldb.Tx, b book, t Task, r *Report) error {
		switch {
		case r.Help == "":
			return fault.New(fault.Conflict, "这份进展没有提出困难和问题，不用立为事项")
		case r.Item != 0:
			return fault.New(fault.Conflict, "这个问题已经立为事项；请在事项页办理")
		}
		var f fault.Fields
		f.Need(d.Lead != 0, "lead", "请选择今天存在的牵头单位")
		f.Need(d.Deadline >= b.today, "deadline", "请写期限，不早于今天")
		f.Need(strings.TrimSpace(d.Standard) != "", "standard", "请写完成标准，最多 %d 个字；核验时以它为准", longText)
		if err := f.Err(); err != nil {
			return err
		}
		d.Title, d.Content, d.Force = firstLine(r.Help), r.Help, t.Force
		d.Source = work.Source{Kind: work.FromPlan, Ref: fmt.Sprintf("%d:%s:%d", plan, t.Code, r.ID), Text: t.Code + " " + t.Name, Path: ofTask(plan, t.Code)}
		item, err = s.joints.Items.Open(tx, by, d)
		r.Item = item.ID
		return err
	})
	return item, err
}

// firstLine makes a title of at most 60 characters.
func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	if r := []rune(s); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return s
}

// mayEvidence tells whether somebody may open the files of a task's reports.
func (s *Service) mayEvidence(a perm.Actor, t Task) error {
	if a.May(ruleEvidence, s.ownerNow(t)) == nil {
		return nil
	}
	return a.May(ruleEvidence, perm.On{Unit: s.now(t.Lead), Force: t.forceOr()})
}

// Evidence gives a file of a report.
func (s *Service) Evidence(ctx context.Context, reader perm.Actor, plan, file int64) (f files.File, content []byte, err error) {
	defer fault.Wrap(&err, "plan.Evidence(%d, %d)", plan, file)
	if !reader.Can(ruleEvidence) {
		return f, nil, reader.May(ruleEvidence, perm.On{})
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		e, err := sqldb.One(tx, scanEvidence, fault.New(fault.Missing, "没有这份材料；请从任务页进入"), evidenceSQL, plan, file)
		if err != nil {
			return err
		}
		var code string
		if err := tx.Get(evidenceTaskSQL, []any{file}, &code); err != nil {
			return err
		}
		t, err := s.anyTask(tx, plan, code)
		if err != nil {
			return err
		}
		if err := s.mayEvidence(reader, t); err != nil {
			return err
		}
		f, content, err = s.files.GetTx(tx, filesOwner, e.Hash)
		f.Name = e.Name
		return err
	})
	return f, content, err
}

// anyTask gives a task from the newest approved edition that holds it: what was cancelled keeps
// its history.
func (s *Service) anyTask(tx *sqldb.Tx, plan int64, code string) (t Task, err error) {
	list, err := editionsOf(tx, plan)
	if err != nil {
		return t, err
	}
	for _, e := range slices.Backward(list) {
		if e.State != Approved {
			continue
		}
		c, err := contentOf(tx, e.ID)
		if err != nil {
			return t, err
		}
		if t, ok := c.Task(code); ok {
			return t, nil
		}
	}
	return t, fault.New(fault.Missing, "计划的各版都没有任务 %s；请从计划页进入", code)
}
