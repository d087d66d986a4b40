package actions

import (
	"context"
	"fmt"
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
)

// Tick does what time alone does: it raises items that come near their deadline or have passed it,
// one step of LIGHT-03 at a time, each once. It may run as often and in as many processes as one
// likes: a step is a row with a unique key, written with its notice in one transaction.
func (s *Service) Tick(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "actions.Tick()")
	today := s.today()
	if work, _ := s.units.Calendar().IsWorkday(today); !work {
		return nil
	}
	if err := s.passOn(ctx); err != nil {
		return err
	}
	var ready []int64
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		ready, err = s.ready(tx, today)
		return err
	})
	if err != nil || len(ready) == 0 {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		set, err := settingsOf(tx)
		if err != nil {
			return err
		}
		for _, id := range ready {
			if err := s.raise(tx, id, set, today); err != nil {
				return err
			}
		}
		return nil
	})
}

// An inheritance is an open item whose unit has been merged into another.
type inheritance struct {
	item     int64
	from, to org.UnitID
}

// passOn tells the successors of merged units, once each, which items are theirs now.
func (s *Service) passOn(ctx context.Context) error {
	var fresh []inheritance
	names := map[int64]Action{}
	err := s.db.View(ctx, func(tx *sqldb.Tx) error {
		list, err := allItems(tx)
		for i, a := range list {
			for _, p := range a.Parties {
				h := inheritance{a.ID, p.Unit, s.now(p.Unit)}
				if _, told := s.passed.Load(h); h.from == h.to || told || !a.withUnits() {
					continue
				}
				fresh, names[a.ID] = append(fresh, h), list[i]
			}
		}
		return err
	})
	if err != nil || len(fresh) == 0 {
		return err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		for _, h := range fresh {
			a := names[h.item]
			e := notify.Event{Key: fmt.Sprintf("actions:%d:passed:%d:%d", h.item, h.from, h.to), Kind: notify.ToDo, Path: itemPath(h.item), Due: a.Deadline, Urgent: a.Urgent,
				Roles: handlerRoles(), Units: []org.UnitID{h.to}, Text: "%s的事项 %s 现由本单位承接，截止 %s，请接着办理", Args: []any{s.unitName(h.from), a.name(), a.Deadline}}
			if err := s.tell(tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		for _, h := range fresh {
			s.passed.Store(h, true)
		}
	}
	return err
}

// ready lists the items for which a step is due.
func (s *Service) ready(tx *sqldb.Tx, today period.Day) ([]int64, error) {
	set, err := settingsOf(tx)
	if err != nil {
		return nil, err
	}
	list, err := allItems(tx)
	if err != nil {
		return nil, err
	}
	steps, err := allSteps(tx)
	if err != nil {
		return nil, err
	}
	var out []int64
	cal := s.units.Calendar()
	for i := range list {
		a := &list[i]
		if a.withUnits() && due(stand(a, set, cal, today), a, set, cal, today, lastStep(a, steps[a.ID])) > 0 {
			out = append(out, a.ID)
		}
	}
	return out, nil
}

// withUnits tells whether the item waits for its units, so that time counts against them.
func (a *Action) withUnits() bool { return slices.Contains(withUnit, a.State) }

// lastStep gives the step that was taken last for the present deadline. The day of any step counts:
// a new deadline does not bring a second notice on the same day.
func lastStep(a *Action, list []Step) (last Step) {
	for _, x := range list {
		if x.Round == a.Round && x.Deadline == a.Deadline && x.No > last.No {
			last.No = x.No
		}
		last.Day = max(last.Day, x.Day)
	}
	return last
}

// raise takes the step that is due for an item, if another process has not taken it.
func (s *Service) raise(tx *sqldb.Tx, id int64, set Settings, today period.Day) error {
	a, err := itemOf(tx, id)
	if err != nil || !a.withUnits() {
		return err
	}
	list, err := stepsOf(tx, id)
	if err != nil {
		return err
	}
	cal := s.units.Calendar()
	st := stand(&a, set, cal, today)
	step := due(st, &a, set, cal, today, lastStep(&a, list))
	if step == 0 {
		return nil
	}
	if fresh, err := insertStep(tx, &a, step, today); err != nil || !fresh {
		return err
	}
	c := &change{deed: Escalate, action: &a, before: a.State, entry: Entry{Account: "system", Name: "系统", Deed: Escalate, Unit: a.Lead(), Note: stepText(step)}}
	if err := s.record(tx, c); err != nil {
		return err
	}
	return s.tell(tx, s.stepEvent(&a, st, set, step))
}

// stepEvent tells whom a step reaches: contact, head of the unit, deputy leader, all leaders.
func (s *Service) stepEvent(a *Action, st Standing, set Settings, step int) notify.Event {
	lead := s.now(a.Lead())
	e := notify.Event{Key: fmt.Sprintf("actions:%d:step:%d:%s:%d", a.ID, a.Round, a.Deadline, step), Kind: notify.Deadline, Path: itemPath(a.ID), Due: a.Deadline,
		Urgent: st.Light == measure.Red || a.Urgent, Text: "事项 %s 截止 %s，请抓紧办理", Args: []any{a.name(), a.Deadline}}
	switch {
	case st.Overdue > 0:
		e.Text, e.Args = "事项 %s 截止 %s，已逾期 %d 个工作日", append(e.Args, st.Overdue)
	case st.Near:
		e.Text, e.Args = "事项 %s 截止 %s，还有 %d 个工作日", append(e.Args, st.Left)
	}
	switch step {
	case 1:
		e.Roles, e.Units = handlerRoles(), []org.UnitID{lead}
	case 2:
		e.Roles, e.Units = handlerRoles(), []org.UnitID{lead}
		if s.heads != nil && s.heads(lead) {
			e.Roles = []perm.Role{perm.Leader}
		}
	case 3:
		at := s.commandPost()
		if id, ok := s.units.Register().ByCodeOn(set.Deputy, s.today()); ok && set.Deputy != "" {
			at = id
		}
		e.Roles, e.Units = []perm.Role{perm.Leader}, []org.UnitID{at}
	case 4:
		e.Roles, e.Units = []perm.Role{perm.Leader}, []org.UnitID{s.commandPost()}
	}
	return e
}

// A Shift is an item whose deadline no longer is the working day that its asked day falls on,
// because the calendar was changed since.
type Shift struct {
	Item     Action
	Now, New period.Day
}

// Shifts lists the open items whose deadline the present calendar would put elsewhere (CAL-02).
func (s *Service) Shifts(ctx context.Context, by perm.Actor) (out []Shift, err error) {
	if err := by.May(ruleOffice, perm.On{}); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		list, err := allItems(tx)
		for _, a := range list {
			if d, _, _ := s.fit(a.Asked); a.Asked != 0 && a.State.Open() && d != a.Deadline {
				out = append(out, Shift{a, a.Deadline, d})
			}
		}
		return err
	})
	return out, err
}

// Recalendar moves the deadlines of the items given to where the present calendar puts them: all of
// them, or none.
func (s *Service) Recalendar(ctx context.Context, by perm.Actor, ids []int64) (n int, err error) {
	defer fault.Wrap(&err, "actions.Recalendar(%v)", ids)
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		for _, id := range ids {
			err := s.actIn(tx, by, id, Recalendar, given{}, func(_ *sqldb.Tx, c *change, _ *fault.Fields) error {
				a := c.action
				d, _, _ := s.fit(a.Asked)
				if a.Asked == 0 || d == a.Deadline {
					return fault.New(fault.Conflict, "事项 %s 的截止日与工作日历一致，不用重算；请刷新页面", a.name())
				}
				c.entry.Note = a.Deadline.String() + " → " + d.String()
				if a.State == work.Proposed && a.No == "" {
					a.Deadline = d
					return nil
				}
				s.move(a, a.Asked, d)
				return nil
			}, func(tx *sqldb.Tx, c *change, _ *fault.Fields) error {
				return s.tellUnits(tx, c.action, c.entry, notify.Info, "按新的工作日历，事项 %s 的截止日改为 %s", c.action.name(), c.action.Deadline)
			})
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// Settings gives the settings of the module.
func (s *Service) Settings(ctx context.Context) (set Settings, err error) {
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		set, err = settingsOf(tx)
		return err
	})
	return set, err
}

// LightNames gives the names that the county has for lights; none for those that are called by
// their colours, nor while the settings cannot be read.
func (s *Service) LightNames(ctx context.Context) map[measure.Light]LightName {
	set, err := s.Settings(ctx)
	if err != nil {
		return nil
	}
	return set.Lights
}

// SaveSettings changes the settings; Version is that of the settings the person looked at.
func (s *Service) SaveSettings(ctx context.Context, by perm.Actor, set Settings) (err error) {
	defer fault.Wrap(&err, "actions.SaveSettings()")
	if err := by.May(ruleOffice, perm.On{}); err != nil {
		return err
	}
	if err := set.Check(); err != nil {
		return err
	}
	if set.Deputy != "" {
		if _, err := s.unitOf(set.Deputy); err != nil {
			return fault.Findings{{Field: "deputy", Rule: "unit", Format: "%s", Args: []any{err}}}
		}
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if err := keepSettings(tx, set); err != nil {
			return err
		}
		tx.Audit("actions.settings", "settings", map[string]any{"near": set.Near, "sign": set.SignDays, "redN": set.RedN, "redM": set.RedM, "prefix": set.Prefix, "deputy": set.Deputy})
		_, err := tx.Change("actions", "settings")
		return err
	})
}
