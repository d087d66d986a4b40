package plan

import (
	"context"
	"fmt"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
)

// Tick tells owners what is due: a report whose day comes near or has passed, a milestone or an end
// that comes near or has passed; each once, on working days only. It may be called as often as one
// likes.
func (s *Service) Tick(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "plan.Tick")
	if s.joints.Notices == nil {
		return nil
	}
	today := s.today()
	if work, _ := s.units.Calendar().IsWorkday(today); !work {
		return nil
	}
	var list []notify.Event
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		list, err = s.untold(tx, today)
		return err
	})
	if err != nil || len(list) == 0 {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		// Another process may have told them meanwhile.
		list, err := s.untold(tx, today)
		if err != nil {
			return err
		}
		for _, e := range list {
			if err := s.joints.Notices.Tell(tx, e); err != nil {
				return err
			}
			if _, err := tx.Exec(insertToldSQL, e.Key, dayText(today)); err != nil {
				return err
			}
		}
		return nil
	})
}

// untold gives the events that are due and were not told.
func (s *Service) untold(tx *sqldb.Tx, today period.Day) (out []notify.Event, err error) {
	books, err := s.books(tx, today)
	if err != nil {
		return nil, err
	}
	told, err := toldOf(tx)
	if err != nil {
		return nil, err
	}
	for _, b := range books {
		for _, l := range b.lines() {
			for _, e := range s.events(b, l) {
				if !told[e.Key] {
					out = append(out, e)
				}
			}
		}
	}
	return out, nil
}

func (s *Service) events(b book, l Line) (out []notify.Event) {
	st := l.Standing
	if st.State == Done {
		return nil
	}
	owner := s.now(l.Lead)
	add := func(ref string, kind notify.Kind, roles []perm.Role, due period.Day, path, text string, args ...any) {
		out = append(out, notify.Event{Key: fmt.Sprintf("plan:%d:%s:%s", b.plan.ID, l.Code, ref), Kind: kind, Roles: roles, Units: []org.UnitID{owner}, Text: text, Args: args, Path: path, Due: due})
	}
	owners := []perm.Role{perm.Reporter, perm.Member}
	withOffice := []perm.Role{perm.Reporter, perm.Member, perm.Office}
	near := func(d period.Day) bool {
		n, _ := b.cal.WorkdaysBetween(b.today, d)
		return d >= b.today && n <= b.plan.Near
	}
	if d := st.Next; !d.Period.IsZero() && d.Period.Last() <= b.today.AddDays(b.plan.Near) && near(d.Day) {
		add("due:"+d.Period.String(), notify.Deadline, owners, d.Day, formPath(b.plan.ID, l.Code, d.Period.String()), "请报进展：%s %s（%s 前）", l.Code, l.Name, d.Day)
	}
	// Of several missing reports the newest is told; the others were told before it.
	if n := len(st.Missing); n > 0 {
		d := st.Missing[n-1]
		add("missing:"+d.Period.String(), notify.Deadline, owners, d.Day, formPath(b.plan.ID, l.Code, d.Period.String()), "进展逾期未报：%s %s（应于 %s 前报）", l.Code, l.Name, d.Day)
	}
	if b.today > l.End && st.State == Late {
		add("late:"+l.End.String(), notify.Deadline, withOffice, l.End, l.Path, "任务逾期：%s %s（应于 %s 完成）", l.Code, l.Name, l.End)
		return out
	}
	for _, m := range st.Marks {
		ref := fmt.Sprintf("%d:%s", m.Milestone.No, m.Milestone.Day)
		switch {
		case m.Late:
			add("marklate:"+ref, notify.Deadline, withOffice, m.Milestone.Day, l.Path, "里程碑逾期：%s %s（应于 %s 完成）", l.Code, m.Milestone.Name, m.Milestone.Day)
		case m.State == Open && near(m.Milestone.Day) && b.today >= l.Start.AddDays(-7):
			add("mark:"+ref, notify.Deadline, owners, m.Milestone.Day, l.Path, "里程碑将到期：%s %s（%s）", l.Code, m.Milestone.Name, m.Milestone.Day)
		}
	}
	if near(l.End) && st.State != Late && st.Claimed != 100 {
		add("end:"+l.End.String(), notify.Deadline, owners, l.End, l.Path, "任务将到期：%s %s（%s）", l.Code, l.Name, l.End)
	}
	return out
}
