package assessment

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/sqldb"
)

// Units is what assessment needs to know of the units.
type Units interface {
	Register() *org.Register
	Today() *org.Tree
}

// A Choice is an indicator that a scheme may hold.
type Choice struct {
	Code, Name, NameEN string
	Up, Down           bool // which way is better; neither for a plain count
}

// Figures is what assessment asks of the indicators. Table gives figures by unit and code as they
// may leave the office: small counts of persons are withheld for everybody (SEMANTICS §4).
type Figures interface {
	Choices() []Choice
	Table(ctx context.Context, codes []string, units []org.UnitID, p period.Period) ([][]Cell, error)
}

// A Service keeps schemes, marks and results.
type Service struct {
	db      *sqldb.DB
	units   Units
	clock   func() time.Time
	figures Figures
}

// New makes the service.
func New(db *sqldb.DB, units Units, clock func() time.Time) *Service {
	return &Service{db: db, units: units, clock: clock}
}

// SetFigures joins the module with the indicators; without it nothing can be scored.
func (s *Service) SetFigures(f Figures) { s.figures = f }

func (s *Service) today() period.Day { return period.DayOf(s.clock()) }

// Choices lists the indicators that a scheme may hold.
func (s *Service) Choices() []Choice {
	if s.figures == nil {
		return nil
	}
	return s.figures.Choices()
}

func schemeRef(id int64) string { return fmt.Sprintf("scheme:%d", id) }

func done(tx *sqldb.Tx, deed, ref string, detail any) error {
	tx.Audit("assessment."+deed, ref, detail)
	_, err := tx.Change("assessment", ref)
	return err
}

func noScheme() error {
	return fault.New(fault.Missing, "没有这个评价办法；请从综合评价清单进入")
}

// seesDraft tells whether a person may read what is not published yet.
func seesDraft(a perm.Actor) bool { return a.Can(ruleFix) }

// Overview is a scheme with its editions and fixed results that a reader may see.
type Overview struct {
	Editions []Scheme // ascending
	Records  []Record // newest period first, newest number first
}

// Latest gives the newest edition.
func (o Overview) Latest() Scheme { return o.Editions[len(o.Editions)-1] }

// Draft gives the edition that is being written.
func (o Overview) Draft() (Scheme, bool) {
	x := o.Latest()
	return x, x.State == Draft
}

// Current gives the newest published edition.
func (o Overview) Current() (Scheme, bool) {
	for _, e := range slices.Backward(o.Editions) {
		if e.State == Published {
			return e, true
		}
	}
	return Scheme{}, false
}

// Edition gives an edition by its number, 0 the newest published one or else the draft.
func (o Overview) Edition(no int) (Scheme, bool) {
	if no == 0 {
		if e, ok := o.Current(); ok {
			return e, true
		}
		return o.Latest(), true
	}
	i := slices.IndexFunc(o.Editions, func(e Scheme) bool { return e.Edition == no })
	if i < 0 {
		return Scheme{}, false
	}
	return o.Editions[i], true
}

// seen leaves of a scheme what a reader may see; false if that is nothing.
func (s *Service) seen(a perm.Actor, o Overview) (Overview, bool) {
	if !seesDraft(a) {
		o.Editions = slices.DeleteFunc(slices.Clone(o.Editions), func(e Scheme) bool { return e.State == Draft })
	}
	o.Records = slices.DeleteFunc(slices.Clone(o.Records), func(x Record) bool { return !s.seesRecord(a, x) })
	return o, len(o.Editions) > 0
}

// All lists the schemes that a reader may see.
func (s *Service) All(ctx context.Context, reader perm.Actor) (list []Overview, err error) {
	defer fault.Wrap(&err, "assessment.All")
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		all, err := schemesOf(tx)
		if err != nil {
			return err
		}
		for i := 0; i < len(all); {
			end := i + 1
			for end < len(all) && all[end].ID == all[i].ID {
				end++
			}
			o := Overview{Editions: all[i:end]}
			if o.Records, err = recordsOf(tx, all[i].ID); err != nil {
				return err
			}
			if o, ok := s.seen(reader, o); ok {
				list = append(list, o)
			}
			i = end
		}
		return nil
	})
	return list, err
}

// Show gives one scheme.
func (s *Service) Show(ctx context.Context, reader perm.Actor, id int64) (o Overview, err error) {
	defer fault.Wrap(&err, "assessment.Show(%d)", id)
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return o, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		if o.Editions, err = editionsOf(tx, id); err != nil {
			return err
		}
		o.Records, err = recordsOf(tx, id)
		return err
	})
	if err != nil {
		return o, err
	}
	o, ok := s.seen(reader, o)
	if !ok {
		return o, noScheme()
	}
	return o, nil
}

// known fills in the names of the indicators and reports those that do not exist.
func (s *Service) known(x *Scheme) error {
	var f fault.Fields
	choices := s.Choices()
	for i, it := range x.Items {
		k := slices.IndexFunc(choices, func(c Choice) bool { return c.Code == it.Code })
		if it.Code == "" {
			continue
		}
		f.Need(k >= 0, "code"+suffix(i), "没有指标 %s；请从清单中选择", it.Code)
		if k < 0 {
			continue
		}
		c := choices[k]
		x.Items[i].Name, x.Items[i].NameEN = c.Name, c.NameEN
		f.Need(!it.Higher || !c.Down, "higher"+suffix(i), "指标“%s”是越低越好，方向不对", c.Name)
		f.Need(it.Higher || !c.Up, "higher"+suffix(i), "指标“%s”是越高越好，方向不对", c.Name)
	}
	t := s.units.Today()
	for _, u := range x.Units {
		f.Need(t.Has(u) && t.Level(u) == org.LevelTownship, "units", "评价单位应是现有的乡镇（街道）")
	}
	return f.Err()
}

func suffix(i int) string { return fmt.Sprint(i) }

// SaveDraft makes a scheme (ID 0) or changes its draft. A published edition is never changed.
func (s *Service) SaveDraft(ctx context.Context, by perm.Actor, x Scheme) (id int64, err error) {
	defer fault.Wrap(&err, "assessment.SaveDraft(%d)", x.ID)
	if err := by.May(ruleEdit, perm.On{}); err != nil {
		return 0, err
	}
	if err := both(x.Check(), s.known(&x)); err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) (err error) {
		if x.ID == 0 {
			x.Edition = 1
			if x.ID, err = tx.NextID("assessment_scheme"); err != nil {
				return err
			}
			if err := x.insert(tx); err != nil {
				return err
			}
			return done(tx, "scheme.new", schemeRef(x.ID), map[string]any{"name": x.Name, "items": len(x.Items)})
		}
		old, err := draftOf(tx, x.ID)
		if err != nil {
			return err
		}
		x.Edition = old.Edition
		if x.Pairs = nil; sameWeights(x, old) {
			x.Pairs = old.Pairs // the weights are still those of the comparisons
		}
		if err := x.update(tx); err != nil {
			return err
		}
		return done(tx, "scheme.change", schemeRef(x.ID), map[string]any{"name": x.Name, "edition": x.Edition, "items": len(x.Items)})
	})
	return x.ID, err
}

// both gathers the faults of two checks.
func both(list ...error) error {
	var all fault.Findings
	for _, err := range list {
		if f, ok := err.(fault.Findings); ok {
			all = append(all, f...)
		} else if err != nil {
			return err
		}
	}
	return all.Err()
}

func sameWeights(a, b Scheme) bool {
	return slices.EqualFunc(a.Items, b.Items, func(x, y Item) bool { return x.Code == y.Code && x.Weight == y.Weight })
}

// draftOf gives the edition of a scheme that is being written.
func draftOf(tx *sqldb.Tx, id int64) (Scheme, error) {
	all, err := editionsOf(tx, id)
	if err != nil {
		return Scheme{}, err
	}
	if len(all) == 0 {
		return Scheme{}, noScheme()
	}
	if last := all[len(all)-1]; last.State == Draft {
		return last, nil
	}
	return Scheme{}, fault.New(fault.Conflict, "这个办法已经公布，不能再改；请先另起新版")
}

// NewDraft starts the next edition as a copy of the newest.
func (s *Service) NewDraft(ctx context.Context, by perm.Actor, id int64) (edition int, err error) {
	defer fault.Wrap(&err, "assessment.NewDraft(%d)", id)
	if err := by.May(ruleEdit, perm.On{}); err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		all, err := editionsOf(tx, id)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return noScheme()
		}
		x := all[len(all)-1]
		if x.State == Draft {
			return fault.New(fault.Conflict, "第 %d 版还是草稿；请先改好这一版", x.Edition)
		}
		x.Edition++
		edition = x.Edition
		// The next period after the one that runs, so that its weights are known beforehand.
		x.From = x.Span.Of(s.today()).Last().AddDays(1)
		if err := x.insert(tx); err != nil {
			return err
		}
		return done(tx, "scheme.edition", schemeRef(id), map[string]any{"edition": edition})
	})
	return edition, err
}

// Publish puts the draft of a scheme in force; version is that of the draft the leader has read.
func (s *Service) Publish(ctx context.Context, by perm.Actor, id, version int64) (err error) {
	defer fault.Wrap(&err, "assessment.Publish(%d)", id)
	if err := by.May(ruleApprove, perm.On{}); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		x, err := draftOf(tx, id)
		if err != nil {
			return err
		}
		if err := both(x.Check(), s.known(&x)); err != nil {
			return err
		}
		if x.Version != version {
			return fault.New(fault.Conflict, "草稿刚被改过；请重新核对后再公布")
		}
		if err := x.publish(tx, s.today()); err != nil {
			return err
		}
		return done(tx, "scheme.publish", schemeRef(id), map[string]any{"edition": x.Edition})
	})
}

// Priorities weighs the indicators of an edition by pairwise comparisons; nothing is kept.
func (s *Service) Priorities(ctx context.Context, reader perm.Actor, n int, pairs []string) (Priorities, error) {
	if err := reader.May(ruleTry, perm.On{}); err != nil {
		return Priorities{}, err
	}
	return PrioritiesOf(n, pairs)
}

// TakeWeights puts the weights of pairwise comparisons into the draft of a scheme. Comparisons that
// are not consistent are refused.
func (s *Service) TakeWeights(ctx context.Context, by perm.Actor, id, version int64, pairs []string) (err error) {
	defer fault.Wrap(&err, "assessment.TakeWeights(%d)", id)
	if err := by.May(ruleEdit, perm.On{}); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		x, err := draftOf(tx, id)
		if err != nil {
			return err
		}
		p, err := PrioritiesOf(len(x.Items), pairs)
		if err != nil {
			return err
		}
		if p.Why != "" {
			return fault.New(fault.Invalid, p.Why.Sentence())
		}
		x.Version, x.Pairs = version, pairs
		for i, w := range roundedWeights(p.Weights) {
			x.Items[i].Weight = w
		}
		if err := both(x.Check()); err != nil {
			return err
		}
		if err := x.update(tx); err != nil {
			return err
		}
		return done(tx, "scheme.weights", schemeRef(id), map[string]any{"edition": x.Edition, "pairs": len(pairs)})
	})
}

// random is the generator of the checks; its seed is printed with every result.
func random() stats.Random { return stats.NewRandom(stats.DefaultSeed) }
