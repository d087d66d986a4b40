package actions

import (
	"context"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
)

// Open opens an item inside a transaction, for other parts of the programme: a decision, a red
// indicator, a finding. With Assigned it is approved at once and waits for the lead unit to sign,
// which takes the office's right; else it waits for the office. A source that has an item already,
// abandoned ones aside, is refused as a Conflict that names it.
func (s *Service) Open(tx *sqldb.Tx, by perm.Actor, d work.Draft) (work.Item, error) {
	a, err := s.open(tx, by, d, false)
	if err != nil {
		return work.Item{}, err
	}
	set, err := settingsOf(tx)
	if err != nil {
		return work.Item{}, err
	}
	return s.item(by, &a, set), nil
}

// Propose opens an item by hand; again allows a second item of a source.
func (s *Service) Propose(ctx context.Context, by perm.Actor, d work.Draft, again bool) (item work.Item, err error) {
	defer fault.Wrap(&err, "actions.Propose()")
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		a, err := s.open(tx, by, d, again)
		if err != nil {
			return err
		}
		set, err := settingsOf(tx)
		item = s.item(by, &a, set)
		return err
	})
	return item, err
}

func (s *Service) open(tx *sqldb.Tx, by perm.Actor, d work.Draft, again bool) (Action, error) {
	rule := rulePropose
	if d.Assigned {
		rule = ruleOffice
	}
	if d.Force == 0 && by.Can(rulePropose) && !by.Has(perm.Office) {
		return Action{}, fault.Findings{{Field: "force", Format: "请选择所属专班；专班成员只能为本专班提出事项"}}
	}
	post, err := by.Why(rule, perm.On{Force: forceOr(d.Force)})
	if err != nil {
		return Action{}, err
	}
	d.Source = clean(d.Source)
	if !again && d.Source.Ref != "" {
		have, err := ofSource(tx, d.Source)
		if err != nil {
			return Action{}, err
		}
		for _, o := range have {
			if o.State != work.Abandoned {
				return Action{}, fault.New(fault.Conflict, "同一来源已有事项 %s；请先打开它，确需另立的请在页面上勾选“仍要另立一件”", o.name())
			}
		}
	}
	a := Action{State: work.Proposed, Opened: s.today(), Round: 1, Proposer: by.Login, Source: d.Source}
	var f fault.Fields
	if err := s.fill(&f, &a, d); err != nil {
		return Action{}, err
	}
	if d.Assigned {
		a.committed(&f)
	}
	if err := f.Err(); err != nil {
		return Action{}, err
	}
	if err := insertItem(tx, &a); err != nil {
		return Action{}, err
	}
	c := &change{deed: Propose, action: &a, before: "", entry: entryBy(by, post, Propose)}
	if err := s.record(tx, c); err != nil {
		return Action{}, err
	}
	if !d.Assigned {
		return a, s.tellOffice(tx, &a, c.entry, notify.ToDo, "有新的事项等待立项：%s", a.name())
	}
	return a, s.assign(tx, &a, entryBy(by, post, Approve))
}

// assign makes an item binding: its number, its day, its log line, and the news to its units.
func (s *Service) assign(tx *sqldb.Tx, a *Action, e Entry) (err error) {
	before := a.State
	if err := s.number(tx, a); err != nil {
		return err
	}
	a.State, a.Assigned = work.Assigned, s.today()
	c := &change{deed: Approve, action: a, before: before, entry: e, version: true}
	c.entry.Note = a.Deadline.String()
	if err := s.record(tx, c); err != nil {
		return err
	}
	return s.tellAssigned(tx, a, c.entry)
}

func (s *Service) tellAssigned(tx *sqldb.Tx, a *Action, e Entry) error {
	return s.tellUnits(tx, a, e, notify.ToDo, "新交办事项 %s，截止 %s，请签收", a.name(), a.Deadline)
}

// number gives an item its number once: that of the year in which it was first approved.
func (s *Service) number(tx *sqldb.Tx, a *Action) (err error) {
	if a.No == "" {
		y, _, _ := s.today().Date()
		a.No, err = nextNumber(tx, y)
	}
	return err
}

func clean(x work.Source) work.Source {
	if x.Kind == "" {
		x.Kind = work.ByHand
	}
	if x.Text = strings.TrimSpace(x.Text); x.Text == "" && x.Kind == work.ByHand {
		x.Text = work.ByHand.Text()
	}
	return x
}

// fill takes what was typed into an item, and finds what is wrong with it.
func (s *Service) fill(f *fault.Fields, a *Action, d work.Draft) error {
	a.Title, a.Content, a.Standard = strings.TrimSpace(d.Title), strings.TrimSpace(d.Content), strings.TrimSpace(d.Standard)
	a.Urgent, a.Force, a.Figure = d.Urgent, d.Force, d.Figure
	f.Need(a.Title != "", "title", "请用一句话写明要办什么")
	f.Need(wordsOK(a.Title, maxTitle) && !strings.ContainsAny(a.Title, "\r\n"), "title", "最多 %d 个字，不含控制字符；请缩短", maxTitle)
	f.Need(wordsOK(a.Content, maxContent), "content", "最多 %d 个字，不含控制字符；请缩短", maxContent)
	f.Need(wordsOK(a.Standard, maxStandard), "standard", "最多 %d 个字，不含控制字符；请缩短", maxStandard)
	f.Need(wordsOK(a.Source.Text, maxTitle), "source", "最多 %d 个字，不含控制字符；请缩短", maxTitle)
	f.Need(wordsOK(a.Source.Ref, 200), "source", "最多 %d 个字，不含控制字符；请缩短", 200)
	f.Need(slices.Contains(work.SourceKinds(), a.Source.Kind), "source", "来源的类别不认识；请重新选择")
	tree := s.units.Today()
	f.Need(a.Force == 0 || tree.Kind(a.Force) == org.TaskForce, "force", "所属专班不在今天的单位中；请重新选择")
	a.Parties = a.Parties[:0:0]
	if d.Lead != 0 {
		f.Need(tree.Has(d.Lead), "lead", "单位%s今天不存在；请选择现在的单位", s.unitName(d.Lead))
		a.Parties = append(a.Parties, Party{Unit: d.Lead, Lead: true})
	}
	for _, u := range d.Assist {
		f.Need(tree.Has(u), "assist", "单位%s今天不存在；请选择现在的单位", s.unitName(u))
		f.Need(u != d.Lead, "assist", "%s已是牵头单位，不能同时协办", s.unitName(u))
		if u != d.Lead && a.party(u) < 0 {
			a.Parties = append(a.Parties, Party{Unit: u})
		}
	}
	if a.Figure.Code == "" {
		a.Figure = work.Figure{}
	} else {
		f.Need(!a.Figure.Period.IsZero(), "period", "请写明指标的期别，如 2018-04")
		f.Need(wordsOK(a.Figure.Code, 64), "indicator", "最多 %d 个字，不含控制字符；请缩短", 64)
	}
	if d.Deadline != 0 {
		a.Asked, a.Deadline = d.Deadline, s.deadline(f, d.Deadline, s.today())
	} else {
		a.Asked, a.Deadline = 0, 0
	}
	return nil
}

// An Edit is what is typed to change an item.
type Edit struct {
	Version int64
	Draft   work.Draft
	Reason  string
	AsIs    bool // approve what stands there; Draft is not looked at
}

// EditItem changes the words of an item. Lead unit and deadline change here only while it is
// proposed: later the item is recalled, or the deadline extended, so that the old one stays
// visible. Somebody faster makes it a Conflict.
func (s *Service) EditItem(ctx context.Context, by perm.Actor, id int64, e Edit) error {
	return s.act(ctx, by, id, EditItem, given{seen: e.Version, reason: strings.TrimSpace(e.Reason), edit: &e}, nil, nil)
}

func (s *Service) edit(c *change, f *fault.Fields, e Edit) error {
	a := c.action
	old := a.clone()
	d := e.Draft
	if a.State != work.Proposed {
		d.Lead, d.Deadline = 0, 0
		f.Need(c.deed != EditItem || strings.TrimSpace(e.Reason) != "", "reason", "已经交办的事项改动要写明原因")
	}
	if d.Source.Text != "" {
		a.Source.Text = strings.TrimSpace(d.Source.Text)
	}
	if err := s.fill(f, a, d); err != nil {
		return err
	}
	c.refigured = a.Figure != old.Figure
	if old.State == work.Proposed && old.No != "" && a.First == 0 && old.Deadline != 0 && a.Deadline != old.Deadline {
		a.First = old.Deadline // it bound a unit once
	}
	if old.State != work.Proposed {
		a.Asked, a.Deadline = old.Asked, old.Deadline
		lead := old.Parties[0]
		assist := a.Parties
		a.Parties = []Party{lead}
		for _, p := range assist {
			if p.Unit == lead.Unit {
				continue
			}
			if i := old.party(p.Unit); i >= 0 {
				p = old.Parties[i]
			}
			a.Parties = append(a.Parties, p)
		}
		for _, p := range old.Parties[1:] { // the form offers units of today; others stay with their item
			if !s.units.Today().Has(p.Unit) {
				a.Parties = append(a.Parties, p)
			}
		}
		if old.State == work.Answered && !a.complete() {
			f.Need(false, "assist", "事项已反馈待核验，不能再加协办单位；需要时请退回重办")
		}
		a.committed(f)
	}
	return nil
}

// Approve makes a proposed item binding, with what the office settled in the form.
func (s *Service) Approve(ctx context.Context, by perm.Actor, id int64, e Edit) error {
	g := given{seen: e.Version, reason: strings.TrimSpace(e.Reason)}
	if !e.AsIs {
		g.edit = &e
	}
	return s.act(ctx, by, id, Approve, g, func(tx *sqldb.Tx, c *change, f *fault.Fields) error {
		a := c.action
		if e.AsIs {
			a.Deadline = s.deadline(f, a.Asked, s.today())
			f.Need(a.Lead() == 0 || s.units.Today().Has(a.Lead()), "lead", "单位%s今天不存在；请选择现在的单位", s.unitName(a.Lead()))
		}
		a.Assigned = s.today()
		c.entry.Note = dayText(a.Deadline)
		return s.number(tx, a)
	}, func(tx *sqldb.Tx, c *change, _ *fault.Fields) error { return s.tellAssigned(tx, c.action, c.entry) })
}

// Decline ends a proposal that never was approved.
func (s *Service) Decline(ctx context.Context, by perm.Actor, id, seen int64, reason string) error {
	return s.act(ctx, by, id, Decline, given{seen: seen, reason: strings.TrimSpace(reason)}, func(tx *sqldb.Tx, c *change, f *fault.Fields) error {
		if c.action.No != "" {
			return fault.New(fault.Conflict, "事项 %s 已经立过项，不能“不予立项”；请重新交办，或由领导终止", c.action.No)
		}
		c.action.Ended, c.action.Ending = s.today(), firstLine(c.entry.Reason, maxTitle)
		return nil
	}, nil)
}

// dayOf gives the deadline with what a person should know of it: moved, or not yet certain.
func (s *Service) dayOf(asked period.Day) (deadline period.Day, moved, unknown bool) {
	d, moved, known := s.fit(asked)
	return d, moved, !known
}
