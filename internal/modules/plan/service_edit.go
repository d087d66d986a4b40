package plan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
)

// SavePlan makes a plan with its first draft (ID 0), or changes its line.
func (s *Service) SavePlan(ctx context.Context, by perm.Actor, p Plan) (id int64, err error) {
	defer fault.Wrap(&err, "plan.SavePlan(%d)", p.ID)
	if err := by.May(ruleKeep, perm.On{}); err != nil {
		return 0, err
	}
	p.Name = strings.TrimSpace(p.Name)
	if err := p.Check(s.units.Today()); err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) (err error) {
		deed := "plan.change"
		if p.ID == 0 {
			deed = "plan.new"
			if p.ID, err = tx.NextID("plan_plan"); err != nil {
				return err
			}
			if err = p.insert(tx); err != nil {
				return err
			}
			e := Edition{Plan: p.ID, No: 1, State: Draft, MadeBy: tx.By().Name, MadeAt: tx.Stamp()}
			if e.ID, err = tx.NextID("plan_edition"); err != nil {
				return err
			}
			err = e.insert(tx)
		} else {
			err = p.update(tx)
		}
		if err != nil {
			return err
		}
		return note(tx, deed, p.ID, fmt.Sprintf("plan:%d", p.ID), map[string]any{"name": p.Name, "from": p.From, "to": p.To, "near": p.Near, "grace": p.Grace})
	})
	return p.ID, err
}

// note writes the audit line and takes the change number of a deed.
func note(tx *sqldb.Tx, deed string, plan int64, object string, detail any) error {
	tx.Audit(deed, object, detail)
	_, err := tx.Change("plan", num(plan))
	return err
}

// Revise begins a new edition from the newest approved one; from the second on a reason is needed.
func (s *Service) Revise(ctx context.Context, by perm.Actor, plan int64, reason string) (no int, err error) {
	defer fault.Wrap(&err, "plan.Revise(%d)", plan)
	if err := by.May(ruleKeep, perm.On{}); err != nil {
		return 0, err
	}
	reason = strings.TrimSpace(reason)
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if _, err := planOf(tx, plan); err != nil {
			return err
		}
		list, err := editionsOf(tx, plan)
		if err != nil {
			return err
		}
		if d := underWork(list); d != nil {
			return fault.New(fault.Conflict, "第 %d 版还没有批准；请先办完这一版，或作废它", d.No)
		}
		var last *Edition
		for i := range list {
			no = max(no, list[i].No)
			if list[i].State == Approved {
				last = &list[i]
			}
		}
		var f fault.Fields
		f.Need(last == nil || reason != "" && textOK(reason, longText), "reason", "请写明为什么修改计划，最多 %d 个字", longText)
		if err := f.Err(); err != nil {
			return err
		}
		no++
		e := Edition{Plan: plan, No: no, State: Draft, Reason: reason, MadeBy: tx.By().Name, MadeAt: tx.Stamp()}
		if e.ID, err = tx.NextID("plan_edition"); err != nil {
			return err
		}
		if err := e.insert(tx); err != nil {
			return err
		}
		if last != nil {
			if _, err := tx.Exec(copyNodesSQL, e.ID, last.ID); err != nil {
				return err
			}
		}
		return note(tx, "plan.revise", plan, fmt.Sprintf("edition:%d", e.ID), map[string]any{"no": no, "reason": reason})
	})
	return no, err
}

// draft gives the edition that may be edited.
func draftOf(tx *sqldb.Tx, plan int64) (Plan, Edition, Content, error) {
	p, err := planOf(tx, plan)
	if err != nil {
		return p, Edition{}, Content{}, err
	}
	list, err := editionsOf(tx, plan)
	if err != nil {
		return p, Edition{}, Content{}, err
	}
	e := underWork(list)
	switch {
	case e == nil:
		return p, Edition{}, Content{}, fault.New(fault.Conflict, "计划没有在起草的版本；要修改计划，请先新建一版并写明原因")
	case e.State == Proposed:
		return p, *e, Content{}, fault.New(fault.Conflict, "第 %d 版已提请批准，不能修改；请先撤回", e.No)
	}
	c, err := contentOf(tx, e.ID)
	return p, *e, c, err
}

// edit does a deed to the draft of a plan.
func (s *Service) edit(ctx context.Context, by perm.Actor, plan int64, deed string, do func(tx *sqldb.Tx, p Plan, e Edition, c Content) (object string, detail any, err error)) (err error) {
	defer fault.Wrap(&err, "plan.%s(%d)", deed, plan)
	if err := by.May(ruleKeep, perm.On{}); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		p, e, c, err := draftOf(tx, plan)
		if err != nil {
			return err
		}
		object, detail, err := do(tx, p, e, c)
		if err != nil {
			return err
		}
		return note(tx, "plan."+deed, plan, object, detail)
	})
}

// Save writes a part of the draft: a new one (Row 0) or one that was changed. A task that moved may
// take the tasks that wait for it along. It gives the clashes of dates that remain in the draft
// around the saved task, as a warning; a leader is not asked while there are any.
func (s *Service) Save(ctx context.Context, by perm.Actor, plan int64, n Node, along bool) (warn []Clash, moved []string, err error) {
	err = s.edit(ctx, by, plan, "save", func(tx *sqldb.Tx, p Plan, e Edition, c Content) (string, any, error) {
		k := s.checker(p)
		if n, err = s.ready(tx, p, c, n); err != nil {
			return "", nil, err
		}
		if err := k.node(n, c); err != nil {
			return "", nil, err
		}
		old := Content{}
		for _, o := range c.nodes() {
			if o.kind() != n.kind() || o.code() != n.code() {
				old.put(o)
			} else if n.row() == 0 {
				return "", nil, fault.Findings{{Field: "code", Rule: "plan", Format: "编号 %s 重复；请改用别的编号", Args: []any{n.code()}}}
			}
		}
		if err := n.save(tx, e.ID); err != nil {
			return "", nil, err
		}
		old.put(n)
		if n.Task != nil {
			if along {
				var list []Task
				list, moved = shift(old.Tasks, n.Task.Code)
				for _, t := range list {
					if !slices.Contains(moved, t.Code) {
						continue
					}
					if err := k.task(t); err != nil {
						return "", nil, fault.Because(err, fault.Invalid, "后续任务 %s 顺延后超出计划的起止；请改小日期，或不顺延后续任务", t.Code)
					}
					if err := (Node{Task: &t}).save(tx, e.ID); err != nil {
						return "", nil, err
					}
				}
				old.Tasks = list
			}
			for _, x := range clashes(old.Tasks) {
				if x.Task == n.Task.Code || x.Before == n.Task.Code || slices.Contains(moved, x.Task) {
					warn = append(warn, x)
				}
			}
		}
		return nodeRef(e.ID, n.kind(), n.code()), map[string]any{"name": n.name(), "moved": moved}, nil
	})
	return warn, moved, err
}

// ready trims a part, gives new milestones their numbers and a new part its place after the others.
func (s *Service) ready(tx *sqldb.Tx, p Plan, c Content, n Node) (Node, error) {
	switch {
	case n.Programme != nil:
		x := n.Programme.clean()
		if x.Place == 0 {
			for _, o := range c.Programmes {
				x.Place = max(x.Place, o.Place)
			}
			x.Place++
		}
		return Node{Programme: &x}, nil
	case n.Goal != nil:
		x := n.Goal.clean()
		if x.Place == 0 {
			for _, o := range c.Goals {
				if o.Programme == x.Programme {
					x.Place = max(x.Place, o.Place)
				}
			}
			x.Place++
		}
		return Node{Goal: &x}, nil
	}
	x := n.Task.clean()
	if x.Place == 0 {
		for _, o := range c.Tasks {
			if o.Goal == x.Goal {
				x.Place = max(x.Place, o.Place)
			}
		}
		x.Place++
	}
	most := 0
	take := func(list []Milestone) {
		for _, m := range list {
			most = max(most, m.No)
		}
	}
	take(x.Milestones)
	if o, ok := c.Task(x.Code); ok {
		take(o.Milestones)
	}
	// A number that was reported on is never given to another milestone.
	b, err := s.book(tx, p.ID, s.today())
	if err != nil {
		return n, err
	}
	if o, ok := b.content.Task(x.Code); ok {
		take(o.Milestones)
	}
	for _, r := range b.reports[x.Code] {
		for _, q := range r.Claims {
			most = max(most, q.Milestone)
		}
	}
	for i := range x.Milestones {
		if x.Milestones[i].No == 0 {
			most++
			x.Milestones[i].No = most
		}
	}
	x = x.clean()
	return Node{Task: &x}, nil
}

// node reports all faults of a part that is to stand in a content.
func (k checker) node(n Node, c Content) error {
	var all fault.Findings
	add := func(err error) {
		var list fault.Findings
		if errors.As(err, &list) {
			all = append(all, list...)
		}
	}
	var f fault.Fields
	switch {
	case n.Programme != nil:
		add(k.programme(*n.Programme))
	case n.Goal != nil:
		add(k.goal(*n.Goal))
		_, ok := c.Programme(n.Goal.Programme)
		f.Need(ok || n.Goal.Programme == "", "parent", "没有编号为“%s”的重点工作；请先建它，或改选", n.Goal.Programme)
	default:
		t := *n.Task
		add(k.task(t))
		_, ok := c.Goal(t.Goal)
		f.Need(ok || t.Goal == "", "parent", "没有编号为“%s”的目标；请先建它，或改选", t.Goal)
		tasks := []Task{t}
		for _, o := range c.Tasks {
			if o.Code != t.Code {
				tasks = append(tasks, o)
			}
		}
		for _, a := range t.After {
			f.Need(slices.ContainsFunc(tasks, func(o Task) bool { return o.Code == a }), "after", "没有编号为“%s”的前置任务；请改选", a)
		}
		if loop := cycle(tasks); len(loop) > 2 {
			f.Need(false, "after", "前置任务绕成了圈：%s；请去掉其中一个", strings.Join(loop, " → "))
		}
	}
	add(f.Err())
	return all.Err()
}

// Remove takes a part out of the draft; one that others hang on stays.
func (s *Service) Remove(ctx context.Context, by perm.Actor, plan int64, k Kind, code string) error {
	return s.edit(ctx, by, plan, "remove", func(tx *sqldb.Tx, _ Plan, e Edition, c Content) (string, any, error) {
		switch k {
		case ProgrammeKind:
			if slices.ContainsFunc(c.Goals, func(g Goal) bool { return g.Programme == code }) {
				return "", nil, fault.New(fault.Conflict, "%s 下面还有目标；请先移走或删去它们", code)
			}
		case GoalKind:
			if slices.ContainsFunc(c.Tasks, func(t Task) bool { return t.Goal == code }) {
				return "", nil, fault.New(fault.Conflict, "%s 下面还有任务；请先移走或删去它们", code)
			}
		case TaskKind:
			for _, t := range c.Tasks {
				if slices.Contains(t.After, code) {
					return "", nil, fault.New(fault.Conflict, "任务 %s 以它为前置任务；请先改那一项", t.Code)
				}
			}
		}
		n, err := tx.Exec(dropNodeSQL, e.ID, string(k), code)
		if err == nil && n == 0 {
			err = fault.New(fault.Missing, "草稿里没有 %s；它可能刚被删去，请刷新页面", code)
		}
		return nodeRef(e.ID, k, code), nil, err
	})
}

// move changes the state of the edition under work.
func (s *Service) move(ctx context.Context, by perm.Actor, rule perm.Rule, plan int64, deed string, do func(tx *sqldb.Tx, p Plan, e *Edition, list []Edition) error) (err error) {
	defer fault.Wrap(&err, "plan.%s(%d)", deed, plan)
	if err := by.May(rule, perm.On{}); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		p, err := planOf(tx, plan)
		if err != nil {
			return err
		}
		list, err := editionsOf(tx, plan)
		if err != nil {
			return err
		}
		e := underWork(list)
		if e == nil {
			return fault.New(fault.Conflict, "计划没有在起草或待批准的版本；请刷新页面")
		}
		if err := do(tx, p, e, list); err != nil {
			return err
		}
		if err := e.update(tx); err != nil {
			return err
		}
		return note(tx, "plan."+deed, plan, fmt.Sprintf("edition:%d", e.ID), map[string]any{"no": e.No, "state": e.State, "force": e.Force, "note": e.Note})
	})
}

func wrongState(e *Edition, want EditionState) error {
	if e.State != want {
		return fault.New(fault.Conflict, "第 %d 版的状态刚被改过；请刷新页面后按页面上的按钮操作", e.No)
	}
	return nil
}

// Propose asks the leaders to approve the draft. A plan with faults or clashing dates is not put
// before a leader.
func (s *Service) Propose(ctx context.Context, by perm.Actor, plan int64) error {
	return s.move(ctx, by, ruleKeep, plan, "propose", func(tx *sqldb.Tx, p Plan, e *Edition, _ []Edition) error {
		if err := wrongState(e, Draft); err != nil {
			return err
		}
		c, err := contentOf(tx, e.ID)
		if err != nil {
			return err
		}
		if err := s.fit(p, c); err != nil {
			return err
		}
		e.State, e.SentLogin, e.SentBy, e.SentAt, e.Note = Proposed, by.Login, tx.By().Name, tx.Stamp(), ""
		return s.tell(tx, notify.Event{Key: fmt.Sprintf("plan:%d:proposed:%d:%s", plan, e.No, e.SentAt), Kind: notify.ToDo, Roles: []perm.Role{perm.Leader},
			Text: "计划待批准：%s 第 %d 版", Args: []any{p.Name, e.No}, Path: editionPath(plan, e.No)})
	})
}

// fit reports everything that keeps a content from being put before a leader.
func (s *Service) fit(p Plan, c Content) error {
	var all fault.Findings
	if len(c.Tasks) == 0 {
		all = append(all, fault.Finding{Rule: "plan", Format: "计划里还没有任务；请先写任务"})
	}
	var list fault.Findings
	if errors.As(s.checker(p).check(c), &list) {
		all = append(all, list...)
	}
	for _, x := range clashes(c.Tasks) {
		all = append(all, clashFinding(x))
	}
	for i := range all {
		all[i].Field = fieldLabel(all[i].Field)
	}
	return all.Err()
}

// fieldLabel names the field of a form in Chinese, for lists of faults.
func fieldLabel(field string) string {
	return map[string]string{"code": "编号", "name": "名称", "text": "说明", "parent": "上级", "bundle": "目标组", "indicators": "指标", "type": "类别", "lead": "牵头单位", "assist": "配合单位", "force": "专班",
		"start": "开始日", "end": "完成日", "standard": "完成标准", "rhythm": "报告", "milestones": "里程碑", "after": "前置任务"}[field]
}

func clashFinding(x Clash) fault.Finding {
	return fault.Finding{Sheet: x.Task, Field: "start", Rule: "plan", Format: "开始日 %s 早于前置任务 %s 的完成日 %s；请改日期，或去掉这个前置任务", Args: []any{x.Start, x.Before, x.End}}
}

// Withdraw takes a proposal back to be edited.
func (s *Service) Withdraw(ctx context.Context, by perm.Actor, plan int64) error {
	return s.move(ctx, by, ruleKeep, plan, "withdraw", func(_ *sqldb.Tx, _ Plan, e *Edition, _ []Edition) error {
		err := wrongState(e, Proposed)
		e.State = Draft
		return err
	})
}

// Discard gives a draft up; its number stays.
func (s *Service) Discard(ctx context.Context, by perm.Actor, plan int64) error {
	return s.move(ctx, by, ruleKeep, plan, "discard", func(_ *sqldb.Tx, _ Plan, e *Edition, _ []Edition) error {
		err := wrongState(e, Draft)
		e.State = Dropped
		return err
	})
}

// SendBack returns a proposal with reasons.
func (s *Service) SendBack(ctx context.Context, by perm.Actor, plan int64, reason string) error {
	return s.move(ctx, by, ruleApprove, plan, "sendback", func(tx *sqldb.Tx, p Plan, e *Edition, _ []Edition) error {
		if err := wrongState(e, Proposed); err != nil {
			return err
		}
		reason = strings.TrimSpace(reason)
		var f fault.Fields
		f.Need(reason != "" && textOK(reason, longText), "reason", "请写明退回的原因，最多 %d 个字", longText)
		if err := f.Err(); err != nil {
			return err
		}
		e.State, e.Note = Draft, reason
		return s.tell(tx, notify.Event{Key: fmt.Sprintf("plan:%d:sentback:%d:%s", p.ID, e.No, tx.Stamp()), Kind: notify.Result, Roles: []perm.Role{perm.Office},
			Text: "计划被退回：%s 第 %d 版", Args: []any{p.Name, e.No}, Path: draftPath(p.ID)})
	})
}

// Approve puts a proposal in force from a day. Whoever proposed it does not approve it. An edition
// may be in force from an earlier day (a plan that was approved on paper), not from before the
// edition it replaces.
func (s *Service) Approve(ctx context.Context, by perm.Actor, plan int64, force period.Day) error {
	return s.move(ctx, by, ruleApprove, plan, "approve", func(tx *sqldb.Tx, p Plan, e *Edition, list []Edition) error {
		if err := wrongState(e, Proposed); err != nil {
			return err
		}
		if by.Login == e.SentLogin {
			return fault.New(fault.Forbidden, "这一版是您本人提请批准的；批准要由另一个人来做")
		}
		c, err := contentOf(tx, e.ID)
		if err != nil {
			return err
		}
		if err := s.fit(p, c); err != nil {
			return err
		}
		var f fault.Fields
		f.Need(!force.IsZero() && force <= p.To, "force", "请写施行日，不晚于计划的结束日 %s", p.To)
		for _, o := range list {
			if o.State == Approved {
				f.Need(force.IsZero() || force >= o.Force, "force", "施行日 %s 早于第 %d 版的施行日 %s；请改晚", force, o.No, o.Force)
			}
		}
		if err := f.Err(); err != nil {
			return err
		}
		if e.Sum, err = c.sum(); err != nil {
			return err
		}
		post, err := by.Why(ruleApprove, perm.On{})
		if err != nil {
			return err
		}
		e.State, e.ApprovedBy, e.ApprovedPost, e.ApprovedAt, e.Force = Approved, tx.By().Name, post.Title, tx.Stamp(), force
		return s.tell(tx, notify.Event{Key: fmt.Sprintf("plan:%d:approved:%d", p.ID, e.No), Kind: notify.Result, Roles: []perm.Role{perm.Office, perm.Reporter, perm.Member}, Units: s.parties(c),
			Text: "计划已批准：%s 第 %d 版，自 %s 起施行", Args: []any{p.Name, e.No, force}, Path: frontPath(p.ID)})
	})
}

// parties lists the units with tasks, each once.
func (s *Service) parties(c Content) (out []org.UnitID) {
	add := func(u org.UnitID) {
		if u = s.now(u); u != 0 && !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	for _, t := range c.Tasks {
		add(t.Lead)
		add(t.Force)
	}
	return out
}

func (s *Service) tell(tx *sqldb.Tx, e notify.Event) error {
	if s.joints.Notices == nil {
		return nil
	}
	return s.joints.Notices.Tell(tx, e)
}

// An Issue is an edition with what it says.
type Issue struct {
	Edition Edition
	Content Content
}

// Edition gives an edition of any state with its content, earlier ones too.
func (s *Service) Edition(ctx context.Context, reader perm.Actor, plan int64, no int) (x Issue, err error) {
	defer fault.Wrap(&err, "plan.Edition(%d, %d)", plan, no)
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return x, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		list, err := editionsOf(tx, plan)
		if err != nil {
			return err
		}
		for _, e := range list {
			if e.No == no {
				x.Edition = e
				x.Content, err = approvedContent(tx, e)
				return err
			}
		}
		return fault.New(fault.Missing, "计划没有第 %d 版；请从版本页选择", no)
	})
	return x, err
}

// Compare lists what became of each part from one edition of a plan to another.
func (s *Service) Compare(ctx context.Context, reader perm.Actor, plan int64, old, now int) ([]Change, error) {
	a, err := s.Edition(ctx, reader, plan, old)
	if err != nil {
		return nil, err
	}
	b, err := s.Edition(ctx, reader, plan, now)
	if err != nil {
		return nil, err
	}
	return diff(a.Content, b.Content, s.unitName), nil
}
