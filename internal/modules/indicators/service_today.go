package indicators

import (
	"context"
	"slices"
	"strings"
	"sync"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// Boundaries tells by whose boundaries figures of the past are put together (SEMANTICS §1).
type Boundaries string

// The boundaries.
const (
	OfTheTime Boundaries = ""      // each slot by the tree of its last day
	OfToday   Boundaries = "today" // all slots by the tree of today
)

// ParseBoundaries reads the boundaries as addresses and options have them.
func ParseBoundaries(s string) (Boundaries, error) {
	switch b := Boundaries(s); b {
	case OfTheTime, OfToday:
		return b, nil
	}
	return OfTheTime, fault.New(fault.Invalid, "没有“%s”这种区划口径；请用 today（按今日区划），或不写（按当时区划）", s)
}

type boundariesKey struct{}

// By lets all questions asked with a context be answered by some boundaries.
func By(ctx context.Context, b Boundaries) context.Context {
	return context.WithValue(ctx, boundariesKey{}, b)
}

func boundariesOf(ctx context.Context) Boundaries {
	b, _ := ctx.Value(boundariesKey{}).(Boundaries)
	return b
}

// A todayView is the facts by the boundaries of a day. It never changes but for its caches.
type todayView struct {
	*org.Recasting
	of      *cube.Cube // what it was made from
	cube    *cube.Cube
	series  *seriesCache
	engines *sync.Pool
}

func newTodayView(of *cube.Cube, x *org.Recasting) (*todayView, error) {
	c, err := of.Recast(x)
	if err != nil {
		return nil, err
	}
	return &todayView{Recasting: x, of: of, cube: c, series: &seriesCache{}, engines: &sync.Pool{}}, nil
}

// A today keeps the latest view by today's boundaries until facts, units, expectations or the day
// change. One asker makes it; those who come meanwhile wait for it.
type today struct {
	mu        sync.Mutex
	recasting *org.Recasting
	view      *todayView
}

// of gives the units of now by today's boundaries; it is made once a day and register.
func (t *today) of(reg *org.Register, day period.Day) (*org.Recasting, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.locked(reg, day)
}

func (t *today) locked(reg *org.Register, day period.Day) (*org.Recasting, error) {
	if x := t.recasting; x != nil && x.Source() == reg && x.Day == day {
		return x, nil
	}
	x, err := reg.Today(day)
	if err == nil {
		t.recasting = x
	}
	return x, err
}

// over gives the view over the live cube; nil where today's boundaries are those of all times.
func (t *today) over(c *cube.Cube, day period.Day) (*todayView, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for try := 0; ; try++ {
		x, err := t.locked(c.Register(), day)
		if err != nil || !x.Changed() {
			return nil, err
		}
		if v := t.view; v != nil && v.Recasting == x && v.of == c && v.cube.Revision() == c.Revision() {
			return v, nil
		}
		v, err := newTodayView(c, x)
		if fault.KindOf(err) == fault.Conflict && try < 3 {
			continue // the units changed meanwhile
		}
		if err == nil {
			t.view = v
		}
		return v, err
	}
}

// recast turns the questions of a session to today's boundaries.
func (k *asking) recast() error {
	var v *todayView
	var err error
	if k.asOf == 0 {
		v, err = k.s.todays.over(k.src.cube, k.s.today())
	} else {
		var x *org.Recasting
		if x, err = k.src.cube.Register().Today(k.s.today()); err == nil && x.Changed() {
			v, err = newTodayView(k.src.cube, x)
		}
	}
	if err != nil || v == nil {
		return err
	}
	k.today, k.live = v, k.src.cube.Seq()
	src := *k.src
	src.cube, src.units, src.recast, src.cache = v.cube, v.Shown, v.Recasting, v.series
	src.series = v.series.all(v.cube)
	k.src = &src
	return nil
}

// Recast tells whether figures by today's boundaries can differ from those by the boundaries of
// the time, and the day of the newest change of boundaries.
func (s *Service) Recast() (changed bool, last period.Day, err error) {
	x, err := s.todays.of(s.units.Register(), s.today())
	if err != nil {
		return false, 0, err
	}
	return x.Changed(), x.Last(), nil
}

// TreeOf gives the units by which figures of a day are listed: those of the day, or those of today.
func (s *Service) TreeOf(b Boundaries, on period.Day) *org.Tree {
	if b == OfToday {
		if x, err := s.todays.of(s.units.Register(), s.today()); err == nil && x.Changed() {
			return x.Shown.On(on)
		}
	}
	return s.units.Register().On(on)
}

// standing leaves those of some units that have figures of their own on a day: by today's boundaries
// the units of now, but for the parts of what was split since, and the ghosts of what was then.
func (s *source) standing(list []org.UnitID, on period.Day) []org.UnitID {
	x := s.recast
	if x == nil {
		return list
	}
	t := s.tree(on)
	return slices.DeleteFunc(slices.Clone(list), func(u org.UnitID) bool {
		return !x.Existed(u, on) || x.Divided(u, t.Level(u), on)
	})
}

// tree gives the units that figures are put together by, ghosts included.
func (s *source) tree(on period.Day) *org.Tree {
	if s.recast != nil {
		return s.recast.Full.On(on)
	}
	return s.units.On(on)
}

// ghostsOf lists the ghosts that make up a sum together with the siblings of a unit in a period,
// so that a small count is not seen by subtracting.
func (k *asking) ghostsOf(unit org.UnitID, p period.Period) []org.UnitID {
	if k.today == nil {
		return nil
	}
	t := k.src.units.On(p.Last())
	full := k.src.tree(p.Last())
	return slices.DeleteFunc(k.today.Ghosts(t.Parent(unit), p.First(), p.Last()), func(g org.UnitID) bool { return full.Level(g) != t.Level(unit) })
}

// concealed is hidden for a whole group of siblings by any boundaries. By those of today it also
// withholds the figures from which, beside those by the boundaries of the time, a withheld count
// could be worked out.
func (k *asking) concealed(x *formula.Expr, ref formula.Ref, units []org.UnitID, reads [][]reading, p period.Period) []bool {
	out := k.hidden(units, reads)
	if k.today == nil {
		return out
	}
	asked := map[org.UnitID]bool{}
	more := false
	for i, u := range units {
		for _, m := range k.exchanged(u, p) {
			hide, known := asked[m]
			if !known {
				hide = k.ofTheTime().withholds(ref, x, m, p)
				asked[m] = hide
			}
			more = more || hide && !out[i]
			out[i] = out[i] || hide
		}
	}
	if one := slices.Index(out, true); more && !slices.Contains(out[one+1:], true) {
		for i := range out { // the total of the siblings would give the only one away
			if i != one && len(reads[i]) > 0 {
				out[i] = true
				break
			}
		}
	}
	return out
}

// ofTheTime gives the same session by the boundaries of the time.
func (k *asking) ofTheTime() *asking {
	if k.then == nil {
		t := *k
		t.today, t.eng, t.changed, t.then = nil, nil, nil, nil
		t.src = k.s.source(k.book, k.today.of)
		t.src.units = k.today.Source()
		k.then = &t
	}
	return k.then
}

// exchanged lists the units whose figures of the time tell a figure by the boundaries of the time
// from that by today's: those that count for the unit by one of them only, and what beneath these
// does not go with them; then the unit itself as it was.
func (k *asking) exchanged(unit org.UnitID, p period.Period) []org.UnitID {
	reg, full := k.today.Source(), k.today.Full.On(k.today.Day)
	days := []period.Day{p.Last()}
	for _, d := range k.today.Days() {
		if d > p.First() && d <= p.Last() {
			days = append(days, d-1)
		}
	}
	var out []org.UnitID
	for _, d := range days {
		t := reg.On(d)
		crosses := map[org.UnitID]bool{}
		for _, u := range t.Preorder(org.Territorial) {
			is := full.Under(k.today.Place(u, d), unit)
			crosses[u] = is != t.Under(u, unit)
			if crosses[u] != crosses[t.Parent(u)] && !slices.Contains(out, u) {
				out = append(out, u)
			}
		}
		if len(out) > 0 && t.Has(unit) && !slices.Contains(out, unit) {
			out = append(out, unit)
		}
	}
	return out
}

// withholds tells whether a figure of a unit is withheld in a period or in the part of it in which
// the unit existed; where no such part can be asked, it is.
func (k *asking) withholds(ref formula.Ref, x *formula.Expr, unit org.UnitID, p period.Period) bool {
	u, _ := k.src.units.Unit(unit)
	for _, v := range u.Versions {
		if v.From > p.Last() || v.To != 0 && v.To < p.First() {
			continue
		}
		told := false
		for _, part := range partsBefore(p, v.To) {
			a := k.over(ref, x, "", unit, []period.Period{part}, -1)[0]
			if a.Withheld || a.Hidden {
				return true
			}
			told = told || a.Reason != measure.NoGrain
		}
		if !told {
			return true
		}
	}
	return false
}

// partsBefore gives a period, or where it goes on after a day, the parts of it up to the last
// slots of each grain that end by then: a slot counts by its last day.
func partsBefore(p period.Period, to period.Day) []period.Period {
	if to == 0 || to >= p.Last() {
		return []period.Period{p}
	}
	var out []period.Period
	for _, g := range []period.Grain{period.HalfMonths, period.Months, period.Quarters, period.HalfYears, period.Years} {
		end := to
		if s := g.SlotOf(to); g.LastDay(s) != to {
			end = g.FirstDay(s) - 1
		}
		if part, err := period.Between(p.First(), end); err == nil && end >= p.First() && !slices.Contains(out, part) {
			out = append(out, part)
		}
	}
	return out
}

// A cellAt is one reported cell behind a figure.
type cellAt struct {
	unit     org.UnitID
	category measure.Category
}

// cellsOf lists the cells behind a figure of a unit in a slot: its own, and by today's boundaries
// those of its predecessors.
func (k *asking) cellsOf(unit org.UnitID, p period.Period, categories []measure.Category) []cellAt {
	units := []org.UnitID{unit}
	if k.today != nil {
		units = k.today.Sources(unit, p.Last())
	}
	var out []cellAt
	for _, u := range units {
		for _, c := range categories {
			out = append(out, cellAt{u, c})
		}
	}
	return out
}

// FindUnitBy is FindUnit among the units by which figures of a day are listed; a unit that is not
// among them, such as one that was merged since, is found by its code or former name all the same.
func (s *Service) FindUnitBy(b Boundaries, text string, on period.Day) (org.UnitID, error) {
	t := s.TreeOf(b, on)
	if root := t.Root(org.Territorial); strings.TrimSpace(text) == "" && root != 0 {
		return root, nil
	}
	if b == OfToday {
		if u, err := s.units.Register().Find(text, s.today()); err == nil {
			return u, nil
		}
	}
	return s.FindUnit(text, on)
}

// told puts the units for which ghosts stand in place of them: a reader knows no ghosts.
func (k *asking) told(r *formula.Result) {
	if k.today == nil {
		return
	}
	former := func(u *org.UnitID) {
		if of, ghost := k.today.Ghost(*u); ghost {
			*u = of
		}
	}
	r.Coverage.Missing, r.Lacks = slices.Clone(r.Coverage.Missing), slices.Clone(r.Lacks)
	for i := range r.Coverage.Missing {
		former(&r.Coverage.Missing[i])
	}
	for i := range r.Lacks {
		former(&r.Lacks[i].Unit)
	}
}

// toldSteps is told for all steps of an explanation.
func (k *asking) toldSteps(t *formula.Trace) {
	if k.today == nil || t == nil {
		return
	}
	if of, ghost := k.today.Ghost(t.Unit); ghost {
		t.Unit = of
	}
	k.told(&t.Result)
	for _, c := range t.Children {
		k.toldSteps(c)
	}
}
