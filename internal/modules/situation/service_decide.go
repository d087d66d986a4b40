package situation

import (
	"context"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/words"
)

// A Wish is the action item that is to follow from a signal.
type Wish struct {
	Title    string
	Standard string // when it counts as done
	Lead     org.UnitID
	Deadline period.Day
}

// Check reports all faults of a wish, by field.
func (w Wish) Check(today period.Day) error {
	var f fault.Fields
	f.Need(w.Title != "", "title", "请写事项名称")
	prose(&f, "title", w.Title, 60)
	f.Need(w.Standard != "", "standard", "请写完成标准；核验时以它为准")
	prose(&f, "standard", w.Standard, 200)
	f.Need(w.Lead != 0, "lead", "请选择牵头单位")
	f.Need(!w.Deadline.IsZero(), "deadline", "请选择截止日期")
	f.Need(w.Deadline.IsZero() || w.Deadline >= today, "deadline", "截止日期在今天以前；请改后再存")
	return f.Err()
}

// deed is one deed to a signal, inside its transaction.
type deed struct {
	tx     *sqldb.Tx
	by     perm.Actor
	watch  Watch
	signal *Signal
}

// note keeps what was done.
func (d deed) note(name, text string) {
	d.signal.Remarks = append(d.signal.Remarks, Remark{At: d.tx.Stamp(), By: d.by.Name, Deed: name, Text: text})
}

// act does a deed to the version of a signal that the person looked at.
func (s *Service) act(ctx context.Context, by perm.Actor, id, version int64, name string, may func(Watch) error, do func(deed) error) error {
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		x, err := signalOf(tx, id)
		if err != nil {
			return err
		}
		w, err := watchOf(tx, x.Watch)
		if err != nil {
			return err
		}
		if !s.sees(by, w, x) {
			return noSignal()
		}
		if err := may(w); err != nil {
			return err
		}
		if x.Version != version {
			return changedMeanwhile()
		}
		if err := do(deed{tx, by, w, &x}); err != nil {
			return err
		}
		if err := x.update(tx); err != nil {
			return err
		}
		return done(tx, name, ref(id), map[string]any{"watch": w.Element, "month": x.Month.String(), "state": string(x.State), "text": x.Text, "item": x.Item})
	})
}

// decide settles an open signal.
func (s *Service) decide(d deed, to State, name, text, ask string) error {
	x := d.signal
	if x.State != Open {
		return fault.New(fault.Conflict, "这条预警已由 %s 于 %s 处理；请刷新页面看结果", x.By, x.Decided)
	}
	var f fault.Fields
	f.Need(text != "", "text", ask)
	prose(&f, "text", text, 500)
	if err := f.Err(); err != nil {
		return err
	}
	x.State, x.Text, x.By, x.Account, x.Decided = to, text, d.by.Name, d.by.Account, s.today()
	d.note(name, text)
	return nil
}

// Confirm says that a signal was looked into and what was found. With a wish the action item is
// opened in the same transaction, which takes the office's right.
func (s *Service) Confirm(ctx context.Context, by perm.Actor, id, version int64, text string, wish *Wish) (err error) {
	defer fault.Wrap(&err, "situation.Confirm(%d)", id)
	return s.act(ctx, by, id, version, "confirm", func(w Watch) error { return s.decides(by, w) }, func(d deed) error {
		if err := s.decide(d, Confirmed, deedConfirm, text, "请写核实情况：查了什么，是什么原因"); err != nil || wish == nil {
			return err
		}
		return s.open(d, *wish)
	})
}

// Dismiss says that nothing is behind a signal, and why.
func (s *Service) Dismiss(ctx context.Context, by perm.Actor, id, version int64, text string) (err error) {
	defer fault.Wrap(&err, "situation.Dismiss(%d)", id)
	return s.act(ctx, by, id, version, "dismiss", func(w Watch) error { return s.decides(by, w) }, func(d deed) error {
		return s.decide(d, Dismissed, deedDismiss, text, "请写排除的理由，例如：专项行动集中查处")
	})
}

// OpenItem makes an action item of a confirmed signal that has none.
func (s *Service) OpenItem(ctx context.Context, by perm.Actor, id, version int64, wish Wish) (err error) {
	defer fault.Wrap(&err, "situation.OpenItem(%d)", id)
	return s.act(ctx, by, id, version, "item", func(Watch) error { return by.May(ruleItem, perm.On{}) }, func(d deed) error {
		if d.signal.State != Confirmed || d.signal.Item != 0 {
			return fault.New(fault.Conflict, "确认后才能立为事项，每条预警只立一件；请刷新页面")
		}
		return s.open(d, wish)
	})
}

// open opens the item inside the deed.
func (s *Service) open(d deed, wish Wish) error {
	if err := d.by.May(ruleItem, perm.On{}); err != nil {
		return err
	}
	if err := wish.Check(s.today()); err != nil {
		return err
	}
	if s.joints.OpenItem == nil {
		return fault.New(fault.Unavailable, "现在不能立事项；请先确认，稍后再立")
	}
	x, l := d.signal, s.lens(words.Chinese)
	force := s.force(d.watch)
	if force == noForce {
		force = 0
	}
	item, err := s.joints.OpenItem(d.tx, d.by, work.Draft{Title: wish.Title, Content: x.Text, Standard: wish.Standard, Lead: wish.Lead, Force: force, Deadline: wish.Deadline, Assigned: true,
		Source: work.Source{Kind: work.FromSignal, Ref: ref(x.ID), Text: l.watch(d.watch) + " " + x.Month.Chinese() + " " + x.Method.Text(), Path: signalPath(x.ID)}})
	if err != nil {
		return err
	}
	x.Item = item.ID
	d.note(deedItem, item.No+" "+item.Title)
	return nil
}

// Reopen puts a decided signal back, for a decision that turned out wrong; it stays on record.
func (s *Service) Reopen(ctx context.Context, by perm.Actor, id, version int64, text string) (err error) {
	defer fault.Wrap(&err, "situation.Reopen(%d)", id)
	return s.act(ctx, by, id, version, "reopen", func(Watch) error { return by.May(ruleItem, perm.On{}) }, func(d deed) error {
		x := d.signal
		if x.State == Open {
			return fault.New(fault.Conflict, "这条预警正在等待核实；不用重新打开")
		}
		if x.Item != 0 {
			return fault.New(fault.Conflict, "这条预警已立为事项；请在事项里办理")
		}
		var f fault.Fields
		f.Need(text != "", "text", "请写重新核实的理由")
		prose(&f, "text", text, 500)
		if err := f.Err(); err != nil {
			return err
		}
		x.Reading, x.Now = x.last(), Reading{}
		x.State, x.Text, x.By, x.Account, x.Decided = Open, "", "", 0, 0
		d.note(deedReopen, text)
		return nil
	})
}
