package situation

import (
	"context"
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// A Row is a month of a watch with what each method says of it.
type Row struct {
	Month   Month
	Sudden  Reading
	Creep   Reading
	Signals []Signal // that the reader may see
}

// A View is a watch with its months, the oldest first.
type View struct {
	Watch   Watch
	Rows    []Row
	Signals []Signal // all of the watch that the reader may see, the newest first
}

// shownMonths is how many months a watch shows.
const shownMonths = 36

// rows judges the months from..to of a watch.
func (s *Service) rows(w Watch, set Settings, from, to period.Slot, signals []Signal) (out []Row) {
	list, first, _ := s.series(w, from, to)
	d := designer{}
	for i := first; i < len(list); i++ {
		r := Row{Month: list[i], Sudden: d.judge(Sudden, set, list, i), Creep: d.judge(Creep, set, list, i)}
		for _, x := range signals {
			if x.Month == list[i].Period {
				r.Signals = append(r.Signals, x)
			}
		}
		out = append(out, r)
	}
	return out
}

// Watches lists the watches that a reader may see, stopped ones last.
func (s *Service) Watches(ctx context.Context, reader perm.Actor) (out []View, err error) {
	defer fault.Wrap(&err, "situation.Watches()")
	if err := reader.May(ruleCharts, perm.On{}); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		watches, err := watchesOf(tx)
		if err != nil {
			return err
		}
		signals, err := signalsOf(tx)
		if err != nil {
			return err
		}
		for _, w := range watches {
			if s.seesWatch(reader, w) {
				out = append(out, s.view(reader, w, signals))
			}
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b View) int { return sqldb.Bool(a.Watch.Stopped) - sqldb.Bool(b.Watch.Stopped) })
	return out, err
}

// ofWatch picks the signals of a watch that a reader may see, the newest first.
func (s *Service) ofWatch(a perm.Actor, w Watch, all []Signal) (out []Signal) {
	for _, x := range slices.Backward(all) {
		if x.Watch == w.ID && s.sees(a, w, x) {
			out = append(out, x)
		}
	}
	return out
}

func (s *Service) view(a perm.Actor, w Watch, all []Signal) View {
	v := View{Watch: w, Signals: s.ofWatch(a, w, all)}
	if s.joints.Figures != nil {
		to := s.over()
		v.Rows = s.rows(w, w.Settings, to-shownMonths+1, to, v.Signals)
	}
	return v
}

// Watch gives one watch.
func (s *Service) Watch(ctx context.Context, reader perm.Actor, id int64) (v View, err error) {
	defer fault.Wrap(&err, "situation.Watch(%d)", id)
	if err := reader.May(ruleCharts, perm.On{}); err != nil {
		return v, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		w, err := watchOf(tx, id)
		if err != nil {
			return err
		}
		if !s.seesWatch(reader, w) {
			return noWatch()
		}
		signals, err := signalsOf(tx)
		v = s.view(reader, w, signals)
		return err
	})
	return v, err
}

// watchable tells whether an element may be watched: counts that add up over months.
func watchable(e measure.Element, year int) bool {
	g := e.GrainIn(year)
	return e.Kind == measure.Flow && e.Scale == 0 && (g == period.Months || g == period.HalfMonths)
}

// Countable lists the elements that may be watched today.
func (s *Service) Countable() (out []measure.Element) {
	if s.joints.Figures == nil {
		return nil
	}
	year, _, _ := s.today().Date()
	for _, e := range s.joints.Figures.Elements() {
		if watchable(e, year) {
			out = append(out, e)
		}
	}
	return out
}

// Places lists the units that may be watched: the county first, then its townships.
func (s *Service) Places() []org.UnitID {
	t := s.units.Today()
	root := t.Root(org.Territorial)
	if root == 0 {
		return nil
	}
	towns, _ := t.OfKind(org.Township, root)
	return append([]org.UnitID{root}, towns...)
}

// check reports what only the catalogue, the tree and the figures can tell of a watch.
func (s *Service) check(w Watch) error {
	if err := w.Check(); err != nil {
		return err
	}
	var f fault.Fields
	year, _, _ := s.today().Date()
	e, ok := s.element(w.Element)
	f.Need(ok, "element", "没有数据项 %s；请从清单里选", w.Element)
	f.Need(!ok || watchable(e, year), "element", "数据项 %s 不是按月或半月计的个数，不能监测；请另选", e.Name)
	f.Need(w.Category == "" || slices.Contains(e.Scheme.All(), w.Category), "element", "没有这个分类；请从清单里选")
	if w.Effort != "" {
		x, ok := s.element(w.Effort)
		f.Need(ok && watchable(x, year), "effort", "对照的数据项应是按月或半月计的个数；请从清单里选或留空")
	}
	f.Need(slices.Contains(s.Places(), w.Unit), "unit", "只能监测全县，或数目够大的乡镇；请从清单里选")
	f.Need(slot(w.Since) <= s.over()+1, "since", "开始判断的月份在今天以后；请改为本月或以前的月份")
	if err := f.Err(); err != nil {
		return err
	}
	return s.checkTownship(w)
}

// checkTownship refuses a township whose counts are too small or too few (METHODS §11).
func (s *Service) checkTownship(w Watch) error {
	if w.Unit == s.county() {
		return nil
	}
	// The newest month that can be judged decides; what lacks is said.
	to := s.over()
	rows := s.rows(w, w.Settings, to-2, to, nil)
	var f fault.Fields
	for _, r := range slices.Backward(rows) {
		switch r.Sudden.Hold {
		case "":
			return nil
		case HeldSmall:
			f.Need(false, "unit", "%s 前 %d 个月平均不到 1，数目太少，不能按乡镇预警；请监测全县", s.unitName(w.Unit), w.Settings.Baseline)
			return f.Err()
		}
	}
	f.Need(false, "unit", "%s 的数还不够作判断（至少要前 %d 个月都报齐）；请先监测全县", s.unitName(w.Unit), w.Settings.Baseline)
	return f.Err()
}

// SaveWatch writes a new watch, or changes one. What is counted and where stays as it was: the
// signals there are belong to it. The months from Since on are judged at the next tick.
func (s *Service) SaveWatch(ctx context.Context, by perm.Actor, w Watch) (id int64, err error) {
	defer fault.Wrap(&err, "situation.SaveWatch(%d, %s)", w.ID, w.Element)
	if err := by.May(ruleWatch, perm.On{}); err != nil {
		return 0, err
	}
	if s.joints.Figures == nil {
		return 0, fault.New(fault.Unavailable, "现在读不到数据；请稍后再试")
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if w.ID != 0 {
			old, err := watchOf(tx, w.ID)
			if err != nil {
				return err
			}
			w.Element, w.Category, w.Unit, w.Stopped = old.Element, old.Category, old.Unit, old.Stopped
		}
		if err := s.check(w); err != nil {
			return err
		}
		if id = w.ID; id != 0 {
			if err := w.update(tx); err != nil {
				return err
			}
			return done(tx, "watch", watchRef(id), detail(w))
		}
		all, err := watchesOf(tx)
		if err != nil {
			return err
		}
		for _, o := range all {
			if o.Element == w.Element && o.Category == w.Category && o.Unit == w.Unit {
				return fault.Findings{{Field: "element", Rule: "twice", Format: "已有同样的监测项；请在监测项清单里修改它"}}
			}
		}
		if id, err = tx.NextID("situation_watch"); err != nil {
			return err
		}
		w.ID = id
		if err := w.insert(tx); err != nil {
			return err
		}
		return done(tx, "watch", watchRef(id), detail(w))
	})
	return id, err
}

func detail(w Watch) map[string]any {
	return map[string]any{"element": w.Element, "category": string(w.Category), "unit": int64(w.Unit), "effort": w.Effort, "since": w.Since.String(), "baseline": w.Settings.Baseline, "sigma": w.Settings.Sigma, "run": w.Settings.Run, "rise": w.Settings.Rise, "stopped": w.Stopped}
}

// Stop stops a watch, or lets it go on. Its signals stay.
func (s *Service) Stop(ctx context.Context, by perm.Actor, id, version int64, stopped bool) (err error) {
	defer fault.Wrap(&err, "situation.Stop(%d, %v)", id, stopped)
	if err := by.May(ruleWatch, perm.On{}); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		w, err := watchOf(tx, id)
		if err != nil {
			return err
		}
		w.Version, w.Stopped = version, stopped
		if err := w.update(tx); err != nil {
			return err
		}
		return done(tx, "watch", watchRef(id), detail(w))
	})
}
