package supervision

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
)

// ready tells all that is missing before a unit can be told.
func (x Seen) ready(text string) error {
	var f fault.Fields
	v := x.Visit
	f.Need(!v.Day.IsZero(), "day", "请先写检查日期并保存")
	f.Need(v.Visitors != "", "visitors", "请先写检查人员并保存")
	f.Need(text != "", "feedback", "请写反馈意见")
	left := 0
	for _, b := range x.Lines {
		for _, l := range b.Lines {
			a := v.Answers[l.Code]
			if a.Mark == "" {
				left++
				continue
			}
			found := a.Note != "" || slices.ContainsFunc(x.Findings, func(y Finding) bool { return y.Line == l.Code && !y.Gone })
			f.Need(a.Mark != Unmet || found, "answers", "第 %s 项“不符合”，请写明情况或列一条问题", l.Code)
		}
	}
	f.Need(left == 0, "answers", "还有 %d 项没有结果；没有查的请选“未查”，也可以用“其余为未查”", left)
	return f.Err()
}

// FeedBack tells the unit on the spot what was found (article 16). From that day on it may object.
func (s *Service) FeedBack(ctx context.Context, by perm.Actor, id, version int64, text, met string) error {
	return s.write(ctx, by, id, "feedback", func(tx *sqldb.Tx, x *Seen) (any, error) {
		text = strings.TrimSpace(text)
		if err := x.ready(text); err != nil {
			return nil, err
		}
		v := x.Visit
		v.Feedback, v.Met, v.ToldOn, v.State, v.Version = text, strings.TrimSpace(met), s.today(), Told, version
		v.author(by)
		if err := v.update(tx); err != nil {
			return nil, err
		}
		u := s.now(v.Unit)
		return map[string]any{"unit": int64(v.Unit), "on": v.ToldOn.String()}, s.tell(tx, notify.Event{Key: fmt.Sprintf("supervision:%d:told", id), Kind: notify.ToDo, Roles: []perm.Role{perm.Reporter, perm.Member}, Units: []org.UnitID{u},
			Text: "督导检查反馈：%s，%s；请确认，有异议的在 %s 前提出", Args: []any{x.Plan.Title, s.unitName(u), v.ToldOn.AddDays(termDays)}, Path: visitPath(id), Due: v.ToldOn.AddDays(termDays), Urgent: true})
	})
}

// own does a deed of the unit's reporter to a visit that was fed back.
func (s *Service) own(ctx context.Context, by perm.Actor, id int64, deed string, do func(tx *sqldb.Tx, x *Seen) (detail any, err error)) (err error) {
	defer fault.Wrap(&err, "supervision.%s(%d)", deed, id)
	if err := by.May(ruleRead, perm.On{}); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		x, err := s.seen(tx, by, id)
		if err != nil {
			return err
		}
		u := s.now(x.Visit.Unit)
		if err := by.May(ruleAnswer, perm.On{Unit: u, Force: u}); err != nil {
			return err
		}
		if !x.Visit.State.fedBack() {
			return fault.New(fault.Conflict, "检查情况还没有反馈；收到反馈后再办理")
		}
		detail, err := do(tx, &x)
		if err != nil {
			return err
		}
		return done(tx, deed, visitRef(id), detail)
	})
}

// Confirm notes that the unit has received the feedback; it does not mean that it agrees.
func (s *Service) Confirm(ctx context.Context, by perm.Actor, id int64, note string) error {
	return s.own(ctx, by, id, "confirm", func(tx *sqldb.Tx, x *Seen) (any, error) {
		v := x.Visit
		if v.State == Confirmed {
			return nil, fault.New(fault.Conflict, "反馈已于 %s 由 %s 确认", v.ByOn, v.By)
		}
		v.State, v.Note, v.By, v.ByOn = Confirmed, strings.TrimSpace(note), tx.By().Name, s.today()
		return nil, v.update(tx)
	})
}

// Object raises an objection against a finding, or against the feedback as a whole (finding 0),
// within 30 calendar days of the feedback (article 17).
func (s *Service) Object(ctx context.Context, by perm.Actor, id int64, finding int, text string) error {
	return s.own(ctx, by, id, "object", func(tx *sqldb.Tx, x *Seen) (any, error) {
		if text = strings.TrimSpace(text); text == "" {
			return nil, fault.Findings{{Field: "objection", Rule: "field", Format: "请写明异议和理由"}}
		}
		if s.today() > x.LastDay {
			return nil, fault.New(fault.Conflict, "异议应在收到反馈之日起 %d 日内提出，已于 %s 截止", termDays, x.LastDay)
		}
		o := Objection{Visit: id, Text: text, By: tx.By().Name, On: s.today(), Due: s.today().AddDays(termDays)}
		if finding != 0 {
			f, err := x.findingIn(finding)
			if err != nil {
				return nil, err
			}
			o.Finding = f.ID
		}
		for _, old := range x.Objections {
			if old.Finding == o.Finding {
				return nil, fault.New(fault.Conflict, "这一条已于 %s 提过异议；请等待答复，或对其他问题另提", old.On)
			}
		}
		var err error
		if o.ID, err = tx.NextID("supervision_objection"); err != nil {
			return nil, err
		}
		if err := o.insert(tx); err != nil {
			return nil, err
		}
		return map[string]any{"finding": finding}, s.tell(tx, notify.Event{Key: fmt.Sprintf("supervision:objection:%d", o.ID), Kind: notify.ToDo, Roles: []perm.Role{perm.Office},
			Text: "%s对督导检查“%s”提出异议，请在 %s 前答复", Args: []any{s.unitName(x.Visit.Unit), x.Plan.Title, o.Due}, Path: visitPath(id) + "#objections", Due: o.Due})
	})
}

// Rule answers an objection. Those who took part in the visit stay away (article 17). A finding
// that is withdrawn is struck out; its item, if any, is ended where items are kept.
func (s *Service) Rule(ctx context.Context, by perm.Actor, id, objection, version int64, r Ruling, text string) (err error) {
	defer fault.Wrap(&err, "supervision.Rule(%d, %d)", id, objection)
	if err := by.May(ruleReview, perm.On{}); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		x, err := s.seen(tx, by, id)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(x.Objections, func(o Objection) bool { return o.ID == objection })
		if i < 0 {
			return fault.New(fault.Missing, "没有这件异议；请刷新页面")
		}
		o := x.Objections[i]
		var f fault.Fields
		f.Need(slices.Contains(Rulings(), r), "ruling", "请选择维持、变更或撤销")
		f.Need(strings.TrimSpace(text) != "", "answer", "请写答复和理由")
		switch {
		case slices.Contains(x.Visit.Authors, by.Account):
			return fault.New(fault.Forbidden, "您参加了这次检查，复核时应当回避；请由没有参加检查的人员答复")
		case o.Ruling != "":
			return fault.New(fault.Conflict, "这件异议已于 %s 答复", o.Judged)
		case f.Err() != nil:
			return f.Err()
		}
		o.Ruling, o.Answer, o.Judge, o.Judged, o.Version = r, strings.TrimSpace(text), tx.By().Name, s.today(), version
		if err := o.update(tx); err != nil {
			return err
		}
		for _, y := range x.Findings {
			if r == Withdrawn && y.ID == o.Finding && !y.Gone {
				y.Gone = true
				if err := y.update(tx); err != nil {
					return err
				}
			}
		}
		u := s.now(x.Visit.Unit)
		if err := s.tell(tx, notify.Event{Key: fmt.Sprintf("supervision:objection:%d:answer", o.ID), Kind: notify.Result, Roles: []perm.Role{perm.Reporter, perm.Member}, Units: []org.UnitID{u},
			Text: "督导检查“%s”的异议已答复", Args: []any{x.Plan.Title}, Path: visitPath(id) + "#objections"}); err != nil {
			return err
		}
		return done(tx, "rule", visitRef(id), map[string]any{"objection": objection, "ruling": r})
	})
}

// OpenItems opens an action item for each finding of a visit that has none: all or none of them.
// Their deadlines are counted in working days from today; unknown tells that the holidays of a
// year on the way are not published yet.
func (s *Service) OpenItems(ctx context.Context, by perm.Actor, id int64) (opened []work.Item, unknown bool, err error) {
	defer fault.Wrap(&err, "supervision.OpenItems(%d)", id)
	if err := by.May(rulePlan, perm.On{}); err != nil {
		return nil, false, err
	}
	if s.joints.OpenItem == nil {
		return nil, false, fault.New(fault.Unavailable, "事项模块没有启用，问题不能立为整改事项")
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		opened, unknown = nil, false
		x, err := s.seen(tx, by, id)
		if err != nil {
			return err
		}
		if !x.Visit.State.fedBack() {
			return fault.New(fault.Conflict, "检查情况还没有反馈给单位；反馈后再交办整改")
		}
		unit := s.now(x.Visit.Unit)
		if !s.units.Today().Has(unit) {
			return fault.New(fault.Conflict, "“%s”已撤销或拆分，没有唯一的承接单位；请在事项模块按承接单位分别立项", s.unitName(unit))
		}
		for _, f := range x.Findings {
			if f.Gone || f.Item != 0 {
				continue
			}
			deadline, known := s.units.Calendar().AddWorkdays(s.today(), f.Days)
			unknown = unknown || !known
			item, err := s.joints.OpenItem(tx, by, work.Draft{Title: title("整改：" + f.Text), Content: content(f), Standard: f.Demand, Lead: unit, Deadline: deadline, Assigned: true, Urgent: f.Severity == Grave,
				Source: work.Source{Kind: work.FromSupervision, Ref: fmt.Sprint(f.ID), Text: sourceText(x.Plan, s.unitName(x.Visit.Unit), f), Path: planPath(x.Plan.ID)}})
			if err != nil {
				return err
			}
			f.Item = item.ID
			if err := f.update(tx); err != nil {
				return err
			}
			opened = append(opened, item)
		}
		if len(opened) == 0 {
			return fault.New(fault.Conflict, "没有需要立项的问题")
		}
		return done(tx, "items", visitRef(id), map[string]any{"opened": len(opened)})
	})
	return opened, unknown, err
}

// title makes a title of at most 60 characters.
func title(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	if r := []rune(s); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return s
}
