package actions

import (
	"context"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
)

// AskExtension asks for a later deadline, on the deadline's own day at the latest (WF-05).
func (s *Service) AskExtension(ctx context.Context, by perm.Actor, id int64, day period.Day, reason string) error {
	return s.act(ctx, by, id, AskExtension, given{reason: strings.TrimSpace(reason), day: day}, func(tx *sqldb.Tx, c *change, f *fault.Fields) error {
		a := c.action
		if a.Extending {
			return fault.New(fault.Conflict, "已有一份延期申请等待决定；请等禁毒办决定后再申请")
		}
		s.deadline(f, day, a.Deadline)
		a.Extending = true
		c.entry.Note = day.String()
		return nil
	}, func(tx *sqldb.Tx, c *change, _ *fault.Fields) error {
		a := c.action
		x := Extension{No: c.entry.No, Account: by.Login, Name: by.Name, Old: a.Deadline, New: day, Reason: c.entry.Reason}
		if err := insertExtension(tx, id, x); err != nil {
			return err
		}
		return s.tellOffice(tx, a, c.entry, notify.ToDo, "%s申请把事项 %s 延期到 %s，请决定", s.unitName(a.Lead()), a.name(), day)
	})
}

// DecideExtension grants or refuses the extension that waits; a refusal says why. A granted day that
// is off moves to the next working day; the first deadline stays visible. Day 0 grants the one asked for.
func (s *Service) DecideExtension(ctx context.Context, by perm.Actor, id int64, grant bool, day period.Day, remark string) error {
	d := Refuse
	if grant {
		d = Grant
	}
	return s.act(ctx, by, id, d, given{reason: strings.TrimSpace(remark)}, func(tx *sqldb.Tx, c *change, f *fault.Fields) error {
		a := c.action
		logged, err := entries(tx, id)
		if err != nil {
			return err
		}
		if slices.Contains(handlersOf(logged), by.Login) {
			return fault.New(fault.Forbidden, "您经手办理过这件事项，不能自己“%s”；请由另一个人来做", fault.Word(d.Label()))
		}
		x, err := waiting(tx, id)
		if err != nil {
			return err
		}
		x.Decider, x.DeciderName, x.Remark = by.Login, by.Name, c.entry.Reason
		if grant {
			x.Granted = 1
			if day != 0 {
				x.New = day
			}
			fit, _, _ := s.fit(x.New)
			f.Need(fit >= s.today(), "day", "申请的新截止日 %s 已过；请另选今天以后的日期", x.New)
			f.Need(fit > a.Deadline, "day", "新的截止日应晚于现在的截止日 %s", a.Deadline)
			f.Need(fit <= s.today().AddMonths(60), "day", "截止日 %s 在五年以后；请核对年份", x.New)
			s.move(a, x.New, fit)
			c.entry.Note = fit.String()
		} else {
			x.Granted = 0
		}
		a.Extending = false
		return decideExtension(tx, id, x)
	}, func(tx *sqldb.Tx, c *change, _ *fault.Fields) error {
		if grant {
			return s.tellUnits(tx, c.action, c.entry, notify.Result, "事项 %s 同意延期，新的截止日 %s", c.action.name(), c.action.Deadline)
		}
		return s.tellUnits(tx, c.action, c.entry, notify.Result, "事项 %s 不同意延期，截止日仍为 %s", c.action.name(), c.action.Deadline)
	})
}

// waiting gives the extension that waits to be decided.
func waiting(tx *sqldb.Tx, id int64) (Extension, error) {
	list, err := extensionsOf(tx, id)
	if err != nil {
		return Extension{}, err
	}
	for _, x := range list {
		if x.Granted < 0 {
			return x, nil
		}
	}
	return Extension{}, fault.New(fault.Conflict, "没有等待决定的延期申请；请刷新页面")
}

// closeExtension settles an extension that waits when the item moves on without it.
func (s *Service) closeExtension(tx *sqldb.Tx, a *Action, by perm.Actor) error {
	x, err := waiting(tx, a.ID)
	if err != nil {
		return err
	}
	x.Granted, x.Decider, x.Remark = 0, by.Login, "事项已办结，不再需要延期"
	a.Extending = false
	return decideExtension(tx, a.ID, x)
}
