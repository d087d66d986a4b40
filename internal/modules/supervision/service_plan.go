package supervision

import (
	"context"
	"fmt"
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/sqldb"
)

// Lists gives the newest edition of each checklist.
func (s *Service) Lists(ctx context.Context, reader perm.Actor) (list []Checklist, err error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		all, err := listsOf(tx)
		for i, c := range all {
			if i+1 == len(all) || all[i+1].ID != c.ID {
				list = append(list, c)
			}
		}
		return err
	})
	return list, err
}

// List gives an edition of a checklist; 0 is the newest.
func (s *Service) List(ctx context.Context, reader perm.Actor, id int64, edition int) (c Checklist, err error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return c, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		if edition == 0 {
			c, err = newestList(tx, id)
		} else {
			c, err = listOf(tx, id, edition)
		}
		return err
	})
	return c, err
}

// SaveList keeps a checklist as its next edition; ID 0 makes a new one. Edition is the one that
// was edited: if there is a newer, nothing is written.
func (s *Service) SaveList(ctx context.Context, by perm.Actor, c Checklist) (id int64, err error) {
	defer fault.Wrap(&err, "supervision.SaveList(%d)", c.ID)
	if err := by.May(rulePlan, perm.On{}); err != nil {
		return 0, err
	}
	c.number()
	if err := c.Check(); err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) (err error) {
		if c.ID == 0 {
			if c.ID, err = tx.NextID("supervision_list"); err != nil {
				return err
			}
			c.Edition = 0
		} else {
			last, err := newestList(tx, c.ID)
			if err != nil {
				return err
			}
			if last.Edition != c.Edition {
				return stale(0, nil)
			}
		}
		c.Edition++
		c.By, c.At = tx.By().Name, tx.Stamp()
		if err := c.insert(tx); err != nil {
			return err
		}
		return done(tx, "list", fmt.Sprintf("list:%d", c.ID), map[string]any{"name": c.Name, "edition": c.Edition})
	})
	return c.ID, err
}

// change does a deed of the office to one plan inside a transaction.
func (s *Service) change(ctx context.Context, by perm.Actor, id int64, deed string, do func(tx *sqldb.Tx, p *Plan) (detail any, err error)) (err error) {
	defer fault.Wrap(&err, "supervision.%s(%d)", deed, id)
	if err := by.May(rulePlan, perm.On{}); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		p, err := planOf(tx, id)
		if err != nil {
			return err
		}
		detail, err := do(tx, &p)
		if err != nil {
			return err
		}
		return done(tx, deed, planRef(id), detail)
	})
}

// SavePlan makes a plan (ID 0) or changes one. Pool and draw have deeds of their own. The plan
// takes the newest edition of its checklist until the first visit has begun.
func (s *Service) SavePlan(ctx context.Context, by perm.Actor, x Plan) (id int64, err error) {
	if x.ID != 0 {
		return x.ID, s.change(ctx, by, x.ID, "plan.change", func(tx *sqldb.Tx, p *Plan) (any, error) {
			if err := p.mayChange(); err != nil {
				return nil, err
			}
			if err := x.Check(); err != nil {
				return nil, err
			}
			c, err := newestList(tx, x.List)
			if err != nil {
				return nil, err
			}
			visits, err := visitsOf(tx, p.ID)
			if err != nil {
				return nil, err
			}
			begun := slices.ContainsFunc(visits, Visit.begun)
			if begun && x.List != p.List {
				return nil, fault.New(fault.Conflict, "检查已经开始，检查表不能再换；请另立一次督导检查")
			}
			if !begun {
				p.List, p.Edition = c.ID, c.Edition
			}
			p.Title, p.Kind, p.From, p.To, p.Theme, p.Basis, p.Team, p.RepeatDays, p.Version = x.Title, x.Kind, x.From, x.To, x.Theme, x.Basis, x.Team, x.RepeatDays, x.Version
			return map[string]any{"title": p.Title, "theme": p.Theme, "team": p.Team}, p.update(tx)
		})
	}
	defer fault.Wrap(&err, "supervision.SavePlan")
	if err := by.May(rulePlan, perm.On{}); err != nil {
		return 0, err
	}
	if err := x.Check(); err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) (err error) {
		c, err := newestList(tx, x.List)
		if err != nil {
			return err
		}
		all, err := plansOf(tx)
		if err != nil {
			return err
		}
		year, _, _ := s.today().Date()
		x.Edition, x.State, x.PoolAt, x.Pool = c.Edition, Preparing, tx.Stamp(), Pool{}
		x.No = numberIn(year, all)
		if x.ID, err = tx.NextID("supervision_plan"); err != nil {
			return err
		}
		if err := x.insert(tx); err != nil {
			return err
		}
		return done(tx, "plan.new", planRef(x.ID), map[string]any{"no": x.No, "title": x.Title, "theme": x.Theme})
	})
	return x.ID, err
}

// numberIn gives the next number of a year.
func numberIn(year int, all []Plan) string {
	head := fmt.Sprintf("DD-%04d-", year)
	most := 0
	for _, p := range all {
		var n int
		if _, err := fmt.Sscanf(p.No, head+"%d", &n); err == nil {
			most = max(most, n)
		}
	}
	return fmt.Sprintf("%s%03d", head, most+1)
}

// begun tells whether something was written into a visit.
func (v Visit) begun() bool { return v.State != Due && v.Of == 0 }

// Plans lists the plans that a reader may know of, the newest first.
func (s *Service) Plans(ctx context.Context, reader perm.Actor) (list []Overview, err error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	items, err := s.itemsOf(ctx, reader)
	if err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		plans, err := plansOf(tx)
		if err != nil {
			return err
		}
		visits, err := allVisits(tx)
		if err != nil {
			return err
		}
		findings, err := allFindings(tx)
		if err != nil {
			return err
		}
		for _, p := range slices.Backward(plans) {
			if !s.seesPlan(reader, p, visits) {
				continue
			}
			o := Overview{Plan: p}
			for _, v := range visits {
				if v.Plan != p.ID || !s.seesVisit(reader, p, v) {
					continue
				}
				o.count(v, findings, items)
			}
			list = append(list, o)
		}
		return nil
	})
	return list, err
}

// An Overview is a plan with the sums of what the reader may see of it.
type Overview struct {
	Plan                          Plan
	Visits, FedBack, Checked      int // visits of the draw and re-checks
	Findings, Opened, PutRight    int
	Unopened, WaitingObjections   int
	Objections, Dropped, Rechecks int
}

func (o *Overview) count(v Visit, findings []Finding, items map[int64]work.Item) {
	if v.Of != 0 {
		o.Rechecks++
	} else {
		o.Visits++
	}
	switch v.State {
	case Dropped:
		o.Dropped++
	case Told, Confirmed:
		o.FedBack++
	}
	if v.State != Due && v.State != Dropped && v.Of == 0 {
		o.Checked++
	}
	for _, f := range findings {
		if f.Visit != v.ID || f.Gone {
			continue
		}
		o.Findings++
		if f.Item == 0 {
			o.Unopened++
			continue
		}
		o.Opened++
		if items[f.Item].State == work.Closed {
			o.PutRight++
		}
	}
}

// A Whole is a plan with all of it that the reader may see.
type Whole struct {
	Overview
	List     Checklist
	Draws    []Draw
	Visits   []VisitWhole
	Repeats  []Repeat
	Inside   bool
	Items    map[int64]work.Item
	Complete error // why it cannot be closed yet; nil when it can
}

// A VisitWhole is a visit with what was found.
type VisitWhole struct {
	Visit      Visit
	Findings   []Finding
	Photos     []Photo
	Objections []Objection
}

// A Repeat is an earlier inspection of a unit on the same theme (政府督查工作条例 article 15).
type Repeat struct {
	Unit  org.UnitID
	Plan  int64
	Title string
	Day   period.Day
	Drawn bool // the unit was drawn by this plan
}

// Show gives a plan.
func (s *Service) Show(ctx context.Context, reader perm.Actor, id int64) (w Whole, err error) {
	defer fault.Wrap(&err, "supervision.Show(%d)", id)
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return w, err
	}
	if w.Items, err = s.itemsOf(ctx, reader); err != nil {
		return w, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error { return s.fill(tx, reader, id, &w) })
	return w, err
}

func (s *Service) fill(tx *sqldb.Tx, reader perm.Actor, id int64, w *Whole) (err error) {
	if w.Plan, err = planOf(tx, id); err != nil {
		return err
	}
	visits, err := visitsOf(tx, id)
	if err != nil {
		return err
	}
	if !s.seesPlan(reader, w.Plan, visits) {
		return noPlan()
	}
	w.Inside = inside(reader, w.Plan)
	if w.List, err = listOf(tx, w.Plan.List, w.Plan.Edition); err != nil {
		return err
	}
	if w.Inside || w.Plan.Published || !w.Plan.Issued.IsZero() {
		if w.Draws, err = drawsOf(tx, id); err != nil {
			return err
		}
	}
	for _, v := range visits {
		if !s.seesVisit(reader, w.Plan, v) {
			continue
		}
		x, err := wholeVisit(tx, v)
		if err != nil {
			return err
		}
		if !s.sees(reader, w.Plan, v) {
			x.Photos = nil
		}
		w.Visits = append(w.Visits, x)
		w.count(v, x.Findings, w.Items)
		w.Objections += len(x.Objections)
		for _, o := range x.Objections {
			if o.Ruling == "" {
				w.WaitingObjections++
			}
		}
	}
	w.Complete = w.complete()
	if w.Inside {
		w.Repeats, err = s.repeats(tx, w.Plan)
	}
	return err
}

// sees tells whether a person is inside or answers for the unit; they also see the pictures.
func (s *Service) sees(a perm.Actor, p Plan, v Visit) bool {
	return inside(a, p) || v.State.fedBack() && s.answers(a, v.Unit)
}

func wholeVisit(tx *sqldb.Tx, v Visit) (x VisitWhole, err error) {
	x.Visit = v
	if x.Findings, err = findingsOf(tx, v.ID); err != nil {
		return x, err
	}
	if x.Photos, err = photosOf(tx, v.ID); err != nil {
		return x, err
	}
	x.Objections, err = objectionsOf(tx, v.ID)
	return x, err
}

// complete tells what is missing before a plan can be closed.
func (w Whole) complete() error {
	waiting := 0
	for _, v := range w.Visits {
		if !v.Visit.State.fedBack() && v.Visit.State != Dropped {
			waiting++
		}
	}
	switch {
	case w.Plan.State != Visiting:
		return fault.New(fault.Conflict, "督导检查还没有抽取单位或已经结束，不能办结")
	case waiting > 0:
		return fault.New(fault.Conflict, "还有 %d 个单位没有反馈；全部反馈后才能办结", waiting)
	case w.Unopened > 0:
		return fault.New(fault.Conflict, "还有 %d 个问题没有立为整改事项；请先交办", w.Unopened)
	case w.WaitingObjections > 0:
		return fault.New(fault.Conflict, "还有 %d 件异议没有答复；请先答复", w.WaitingObjections)
	}
	return nil
}

// repeats lists the units of a pool that were inspected on the same theme within the plan's days
// before today, or before the plan's first day if that is later.
func (s *Service) repeats(tx *sqldb.Tx, p Plan) (out []Repeat, err error) {
	if p.RepeatDays == 0 || p.State == Cancelled {
		return nil, nil
	}
	plans, err := plansOf(tx)
	if err != nil {
		return nil, err
	}
	visits, err := allVisits(tx)
	if err != nil {
		return nil, err
	}
	drawn := map[org.UnitID]bool{}
	for _, v := range visits {
		if v.Plan == p.ID {
			drawn[v.Unit] = true
		}
	}
	first := p.From.AddDays(-p.RepeatDays)
	for _, o := range plans {
		if o.ID == p.ID || o.State == Cancelled || themeKey(o.Theme) != themeKey(p.Theme) {
			continue
		}
		for _, v := range visits {
			if v.Plan != o.ID || v.Of != 0 || v.Day < first || v.Day > p.To || v.State == Due || v.State == Dropped {
				continue
			}
			if slices.ContainsFunc(p.Pool.Candidates, func(c Candidate) bool { return c.Unit == v.Unit && c.Out == "" }) {
				out = append(out, Repeat{Unit: v.Unit, Plan: o.ID, Title: o.Title, Day: v.Day, Drawn: drawn[v.Unit]})
			}
		}
	}
	return out, nil
}

// Close ends a plan when every unit has its feedback, every finding its item and every objection
// its answer.
func (s *Service) Close(ctx context.Context, by perm.Actor, id int64) error {
	items, err := s.itemsOf(ctx, by)
	if err != nil {
		return err
	}
	return s.change(ctx, by, id, "close", func(tx *sqldb.Tx, p *Plan) (any, error) {
		w := Whole{Items: items}
		if err := s.fill(tx, by, id, &w); err != nil {
			return nil, err
		}
		if w.Complete != nil {
			return nil, w.Complete
		}
		p.State = Closed
		return map[string]any{"findings": w.Findings}, p.update(tx)
	})
}

// Cancel gives a plan up, with a reason; not once a unit was told of what was found.
func (s *Service) Cancel(ctx context.Context, by perm.Actor, id int64, reason string) error {
	return s.change(ctx, by, id, "cancel", func(tx *sqldb.Tx, p *Plan) (any, error) {
		if err := p.mayChange(); err != nil {
			return nil, err
		}
		if reason == "" {
			return nil, fault.New(fault.Invalid, "取消督导检查请写明原因")
		}
		visits, err := visitsOf(tx, id)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(visits, func(v Visit) bool { return v.State.fedBack() }) {
			return nil, fault.New(fault.Conflict, "已经有单位收到反馈，不能取消；未检查的单位可以逐个注明原因后办结")
		}
		p.State, p.Reason = Cancelled, reason
		return map[string]any{"reason": reason}, p.update(tx)
	})
}

// Publish shows the draw to all who may read supervisions.
func (s *Service) Publish(ctx context.Context, by perm.Actor, id int64) error {
	return s.change(ctx, by, id, "publish", func(tx *sqldb.Tx, p *Plan) (any, error) {
		if p.Draw == 0 {
			return nil, fault.New(fault.Conflict, "还没有抽取单位；抽取后才能公布")
		}
		p.Published = true
		return map[string]any{"draw": p.Draw}, p.update(tx)
	})
}

// Issue notes the day on which the report went out; from then on all who may read supervisions see
// what was found everywhere.
func (s *Service) Issue(ctx context.Context, by perm.Actor, id int64) error {
	return s.change(ctx, by, id, "issue", func(tx *sqldb.Tx, p *Plan) (any, error) {
		if p.State != Closed {
			return nil, fault.New(fault.Conflict, "督导检查办结后才能印发报告；请先办结")
		}
		if !p.Issued.IsZero() {
			return nil, fault.New(fault.Conflict, "报告已于 %s 印发", p.Issued)
		}
		p.Issued = s.today()
		return map[string]any{"day": p.Issued.String()}, p.update(tx)
	})
}
