package actions

import (
	"context"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
)

// Sign takes an item over for its lead unit.
func (s *Service) Sign(ctx context.Context, by perm.Actor, id int64) error {
	return s.act(ctx, by, id, Sign, given{}, nil, func(tx *sqldb.Tx, c *change, _ *fault.Fields) error {
		return s.tellOffice(tx, c.action, c.entry, notify.Info, "%s已签收事项 %s", s.unitName(c.action.Lead()), c.action.name())
	})
}

// HandBack gives an assigned item back to the office with reasons; it waits to be assigned anew
// and keeps its number.
func (s *Service) HandBack(ctx context.Context, by perm.Actor, id int64, reason string) error {
	return s.act(ctx, by, id, HandBack, given{reason: strings.TrimSpace(reason)}, nil, func(tx *sqldb.Tx, c *change, _ *fault.Fields) error {
		return s.tellOffice(tx, c.action, c.entry, notify.ToDo, "%s退回了事项 %s，请重新交办", s.unitName(c.action.Lead()), c.action.name())
	})
}

// Recall takes an item back from its units to assign it anew, as when a unit was split.
func (s *Service) Recall(ctx context.Context, by perm.Actor, id, seen int64, reason string) error {
	return s.act(ctx, by, id, Recall, given{seen: seen, reason: strings.TrimSpace(reason)}, func(tx *sqldb.Tx, c *change, f *fault.Fields) error {
		if c.action.Extending {
			return fault.New(fault.Conflict, "有一份延期申请还没有决定；请先决定")
		}
		for i := range c.action.Parties {
			c.action.Parties[i].Done, c.action.Parties[i].Waived = false, ""
		}
		return nil
	}, func(tx *sqldb.Tx, c *change, _ *fault.Fields) error {
		return s.tellUnits(tx, c.action, c.entry, notify.Result, "事项 %s 已收回，另行交办", c.action.name())
	})
}

// Verify says that an answered item is done as its standard demands. Whoever signed, reported or
// asked for time in it cannot (WF-06).
func (s *Service) Verify(ctx context.Context, by perm.Actor, id, seen int64, remark string) error {
	return s.act(ctx, by, id, Verify, given{seen: seen, reason: strings.TrimSpace(remark)}, nil, func(tx *sqldb.Tx, c *change, _ *fault.Fields) error {
		return s.tellOffice(tx, c.action, c.entry, notify.ToDo, "事项 %s 已核验，等待销号", c.action.name())
	})
}

// SendBack gives an answered item back with reasons and a new day. The lead must report again, and
// so must the assisting units that are named.
func (s *Service) SendBack(ctx context.Context, by perm.Actor, id, seen int64, reason string, day period.Day, redo []org.UnitID) error {
	return s.act(ctx, by, id, SendBack, given{seen: seen, reason: strings.TrimSpace(reason), day: day}, func(tx *sqldb.Tx, c *change, f *fault.Fields) error {
		a := c.action
		d := s.deadline(f, day, s.today())
		s.move(a, day, d)
		a.Returned, a.SentBack, a.Answered = a.Returned+1, true, 0
		for i := range a.Parties {
			if p := &a.Parties[i]; p.Lead || slices.Contains(redo, p.Unit) {
				p.Done, p.Waived = false, ""
			}
		}
		c.entry.Note = dayText(d)
		return nil
	}, func(tx *sqldb.Tx, c *change, _ *fault.Fields) error {
		return s.tellUnits(tx, c.action, c.entry, notify.ToDo, "事项 %s 被退回重办，新的截止日 %s", c.action.name(), c.action.Deadline)
	})
}

// move gives an item a new deadline and keeps the first one visible.
func (s *Service) move(a *Action, asked, deadline period.Day) {
	if a.First == 0 && a.Deadline != deadline {
		a.First = a.Deadline
	}
	a.Asked, a.Deadline = asked, deadline
}

// Close ends a verified item (销号).
func (s *Service) Close(ctx context.Context, by perm.Actor, id, seen int64, remark string) error {
	return s.act(ctx, by, id, Close, given{seen: seen, reason: strings.TrimSpace(remark)}, func(tx *sqldb.Tx, c *change, f *fault.Fields) error {
		c.action.Ended, c.action.Override = s.today(), Override{}
		return nil
	}, func(tx *sqldb.Tx, c *change, _ *fault.Fields) error {
		return s.tellUnits(tx, c.action, c.entry, notify.Result, "事项 %s 已销号", c.action.name())
	})
}

// Reopen sets a closed item going again under its number, with all units to report anew.
func (s *Service) Reopen(ctx context.Context, by perm.Actor, id, seen int64, reason string, day period.Day) error {
	return s.act(ctx, by, id, Reopen, given{seen: seen, reason: strings.TrimSpace(reason), day: day}, func(tx *sqldb.Tx, c *change, f *fault.Fields) error {
		a := c.action
		d := s.deadline(f, day, s.today())
		s.move(a, day, d)
		a.Ended, a.Answered, a.SentBack, a.Round = 0, 0, false, a.Round+1
		for i := range a.Parties {
			a.Parties[i].Done, a.Parties[i].Waived = false, ""
		}
		c.entry.Note = dayText(d)
		return nil
	}, func(tx *sqldb.Tx, c *change, _ *fault.Fields) error {
		return s.tellUnits(tx, c.action, c.entry, notify.ToDo, "事项 %s 重新启动，截止 %s", c.action.name(), c.action.Deadline)
	})
}

// Abandon ends an item by a leader's decision, which is a document (WF-08).
func (s *Service) Abandon(ctx context.Context, by perm.Actor, id, seen int64, paper, reason string, uploads []Upload, keep []string) error {
	return s.withFiles(ctx, by, id, Abandon, 0, uploads, keep, func(files []File, found fault.Findings) error {
		return s.act(ctx, by, id, Abandon, given{seen: seen, reason: strings.TrimSpace(reason), paper: strings.TrimSpace(paper), files: files, found: found},
			func(tx *sqldb.Tx, c *change, f *fault.Fields) error {
				a := c.action
				a.Ended, a.Ending, a.Override = s.today(), strings.TrimSpace(paper), Override{}
				c.entry.Note = a.Ending
				if a.Extending {
					if err := s.closeExtension(tx, a, by); err != nil {
						return err
					}
				}
				return dropHeld(tx, id, by.Login)
			}, func(tx *sqldb.Tx, c *change, _ *fault.Fields) error {
				return s.tellUnits(tx, c.action, c.entry, notify.Result, "事项 %s 已由领导决定终止", c.action.name())
			})
	})
}

// AskLight proposes a light instead of the computed one; it stands once another person approves it
// (LIGHT-02).
func (s *Service) AskLight(ctx context.Context, by perm.Actor, id int64, o Override) error {
	return s.act(ctx, by, id, AskLight, given{reason: strings.TrimSpace(o.Reason)}, func(tx *sqldb.Tx, c *change, f *fault.Fields) error {
		f.Need(lightWord(o.Light) != "", "light", "请选择绿、黄、红或灰")
		c.action.Override = Override{Light: o.Light, Reason: strings.TrimSpace(o.Reason), By: by.Login, Name: by.Name}
		c.entry.Note = string(o.Light)
		return nil
	}, func(tx *sqldb.Tx, c *change, _ *fault.Fields) error {
		a := c.action
		return s.tell(tx, notify.Event{Key: key(a, c.entry, "leaders"), Kind: notify.ToDo, Roles: []perm.Role{perm.Leader, perm.Office},
			Text: "事项 %s 提请人工定灯，请批准", Args: []any{a.name()}, Path: itemPath(a.ID)})
	})
}

// ApproveLight puts a proposed light in force.
func (s *Service) ApproveLight(ctx context.Context, by perm.Actor, id int64) error {
	return s.act(ctx, by, id, ApproveLight, given{}, func(tx *sqldb.Tx, c *change, f *fault.Fields) error {
		o := &c.action.Override
		if o.Light == "" || o.Approver != "" {
			return fault.New(fault.Conflict, "没有等待批准的人工定灯；请刷新页面")
		}
		o.Approver = strings.TrimSpace(by.Name + " " + c.entry.Post)
		c.entry.Note = string(o.Light)
		return nil
	}, nil)
}

// EndLight returns to the computed light, or takes a proposal back.
func (s *Service) EndLight(ctx context.Context, by perm.Actor, id int64) error {
	return s.act(ctx, by, id, EndLight, given{}, func(tx *sqldb.Tx, c *change, f *fault.Fields) error {
		if c.action.Override.Light == "" {
			return fault.New(fault.Conflict, "灯是自动亮的，没有人工定灯可以取消；请刷新页面")
		}
		c.entry.Note = string(c.action.Override.Light)
		c.action.Override = Override{}
		return nil
	}, nil)
}
