package actions

import (
	"context"
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/sqldb"
)

// Items lists the items that a filter chooses, by number of their opening. The newest feedback is
// left out where the reader may not see it.
func (s *Service) Items(ctx context.Context, reader perm.Actor, f work.Filter) (out []work.Item, err error) {
	defer fault.Wrap(&err, "actions.Items()")
	list, err := s.list(ctx, reader, f)
	for _, x := range list {
		out = append(out, x.Item)
	}
	return out, err
}

// Item gives one item.
func (s *Service) Item(ctx context.Context, reader perm.Actor, id int64) (item work.Item, err error) {
	defer fault.Wrap(&err, "actions.Item(%d)", id)
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return item, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		a, err := itemOf(tx, id)
		if err != nil {
			return err
		}
		set, err := settingsOf(tx)
		item = s.item(reader, &a, set)
		return err
	})
	return item, err
}

// A Listed is an item with how it stands.
type Listed struct {
	work.Item
	Action   Action
	Standing Standing
	Step     int // last step of escalation for the present deadline
	Handler  string
	Checker  string
	Files    int // −1 where the reader may not see them
	Mine     bool
	Waiting  []Todo
}

func (s *Service) list(ctx context.Context, reader perm.Actor, f work.Filter) (out []Listed, err error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		set, err := settingsOf(tx)
		if err != nil {
			return err
		}
		all, err := allItems(tx)
		if err != nil {
			return err
		}
		steps, err := allSteps(tx)
		if err != nil {
			return err
		}
		people, err := allPeople(tx)
		if err != nil {
			return err
		}
		files, err := countFiles(tx)
		for i := range all {
			a := &all[i]
			if !s.chosen(a, f) {
				continue
			}
			st := stand(a, set, s.units.Calendar(), s.today())
			who := people[a.ID]
			x := Listed{Item: s.shown(reader, a, st), Action: *a, Standing: st, Step: lastStep(a, steps[a.ID]).No, Handler: who.handler, Checker: who.checker, Files: -1,
				Waiting: s.todos(reader, a, who.handlers)}
			x.Mine = a.Proposer == reader.Login || len(x.Waiting) > 0 || len(s.handles(reader, a)) > 0
			if s.mayEvidence(reader, a) == nil {
				x.Files = files[a.ID]
			}
			out = append(out, x)
		}
		return err
	})
	return out, err
}

// chosen tells whether a filter takes an item; units count with those beneath them, as of today.
func (s *Service) chosen(a *Action, f work.Filter) bool {
	if f.Open && !a.State.Open() || f.Force != 0 && a.Force != f.Force || f.Source != "" && a.Source.Kind != f.Source ||
		f.Ref != "" && a.Source.Ref != f.Ref || f.Code != "" && a.Figure.Code != f.Code ||
		f.Since != 0 && a.Opened < f.Since && a.Ended < f.Since || f.Until != 0 && a.Opened > f.Until {
		return false
	}
	return f.Unit == 0 || slices.ContainsFunc(a.Parties, func(p Party) bool { return s.within(p.Unit, f.Unit) })
}

// within tells whether a unit stands at or beneath another today, itself or by its successor.
func (s *Service) within(u, under org.UnitID) bool {
	return u == under || s.units.Today().Under(s.now(u), under)
}

func (s *Service) item(reader perm.Actor, a *Action, set Settings) work.Item {
	return s.shown(reader, a, stand(a, set, s.units.Calendar(), s.today()))
}

// shown gives an item as others see it.
func (s *Service) shown(reader perm.Actor, a *Action, st Standing) work.Item {
	x := work.Item{ID: a.ID, No: a.No, Title: a.Title, Standard: a.Standard, Lead: a.Lead(), Assist: a.Assist(), Force: a.Force, State: a.State,
		Light: st.Light, Why: st.Why(nil), Opened: a.Opened, Deadline: a.Deadline, First: a.First, Ended: a.Ended, Overdue: st.Overdue, Returned: a.Returned,
		Urgent: a.Urgent, Source: a.Source, Figure: a.Figure, Path: itemPath(a.ID)}
	if a.Answer != "" && s.mayEvidence(reader, a) == nil {
		x.Answer = a.Answer
	}
	return x
}

// Look gives an item with everything that hangs on it, as far as the reader may see.
func (s *Service) Look(ctx context.Context, reader perm.Actor, id int64) (out Whole, err error) {
	defer fault.Wrap(&err, "actions.Look(%d)", id)
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return out, err
	}
	var readings []Reading
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		if readings, err = readingsOf(tx, id); err != nil {
			return err
		}
		return s.look(tx, reader, id, &out)
	})
	if err != nil {
		return out, err
	}
	out.Effect = s.effect(ctx, reader, &out.Action, readings)
	return out, nil
}

func (s *Service) look(tx *sqldb.Tx, reader perm.Actor, id int64, out *Whole) (err error) {
	if out.Action, err = itemOf(tx, id); err != nil {
		return err
	}
	a := &out.Action
	set, err := settingsOf(tx)
	if err != nil {
		return err
	}
	out.Standing = stand(a, set, s.units.Calendar(), s.today())
	if out.Log, err = entries(tx, id); err != nil {
		return err
	}
	out.Handlers = handlersOf(out.Log)
	if out.Steps, err = stepsOf(tx, id); err != nil {
		return err
	}
	if out.Extensions, err = extensionsOf(tx, id); err != nil {
		return err
	}
	out.Waiting = s.todos(reader, a, out.Handlers)
	if out.Evidence = s.mayEvidence(reader, a) == nil; !out.Evidence {
		a.Answer = ""
		for i := range out.Log { // reasons may repeat what units reported
			if d := out.Log[i].Deed; slices.Contains(handling(), d) || d == Verify || d == SendBack {
				out.Log[i].Reason = ""
				if d == FileFeedback {
					out.Log[i].Note = ""
				}
			}
		}
		for i := range out.Extensions {
			out.Extensions[i].Reason, out.Extensions[i].Remark = "", ""
		}
		for i := range a.Parties {
			if a.Parties[i].Waived != "" {
				a.Parties[i].Waived = " "
			}
		}
		return nil
	}
	if out.Slips, err = slipsOf(tx, id); err != nil {
		return err
	}
	if out.Feedback, err = feedbackOf(tx, id); err != nil {
		return err
	}
	if out.Held, err = heldOf(tx, id, reader.Login); err != nil {
		return err
	}
	files, err := filesOf(tx, id)
	for _, f := range files {
		i := slices.IndexFunc(out.Feedback, func(x Feedback) bool { return x.No == f.Line })
		if i >= 0 {
			out.Feedback[i].Files = append(out.Feedback[i].Files, f)
		} else {
			out.Documents = append(out.Documents, f)
		}
	}
	return err
}

// todos lists what an item waits for from a person.
func (s *Service) todos(by perm.Actor, a *Action, handlers []string) (out []Todo) {
	outsider := !slices.Contains(handlers, by.Login)
	add := func(d Deed, u org.UnitID) {
		r := ruleOf(d)
		if r.Needs&Outsider != 0 && !outsider || d == Grant && !outsider {
			return
		}
		if _, err := s.may(by, r.Who, a, u); err == nil {
			out = append(out, Todo{Item: *a, Deed: d, Unit: u})
		}
	}
	switch a.State {
	case work.Proposed:
		add(Approve, 0)
	case work.Assigned:
		add(Sign, a.Lead())
	case work.Working:
		if a.Extending {
			add(Grant, 0)
		}
		for _, p := range a.Parties {
			if !p.Settled() {
				add(FileFeedback, p.Unit)
			}
		}
	case work.Answered:
		add(Verify, 0)
	case work.Verified:
		add(Close, 0)
	}
	if a.Override.Light != "" && a.Override.Approver == "" {
		add(ApproveLight, 0)
	}
	return out
}

// Waiting lists what waits for a person, by deadline.
func (s *Service) Waiting(ctx context.Context, by perm.Actor) (out []Todo, err error) {
	defer fault.Wrap(&err, "actions.Waiting()")
	if err := by.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		all, err := allItems(tx)
		if err != nil {
			return err
		}
		who, err := allPeople(tx)
		for i := range all {
			if all[i].State.Open() {
				out = append(out, s.todos(by, &all[i], who[all[i].ID].handlers)...)
			}
		}
		return err
	})
	slices.SortStableFunc(out, func(x, y Todo) int { return int(order(x.Item.Deadline)) - int(order(y.Item.Deadline)) })
	return out, err
}

// order puts items without a day last.
func order(d period.Day) period.Day {
	if d == 0 {
		return 1 << 30
	}
	return d
}

// UsesUnit tells whether items hang on a unit; a change of it can then not be undone.
func (s *Service) UsesUnit(ctx context.Context, u org.UnitID) (used bool, err error) {
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		n, err := usesUnit(tx, u)
		used = n > 0
		return err
	})
	return used, err
}
