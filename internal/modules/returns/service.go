package returns

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sqldb"
)

// Units is what this module asks of the one that keeps the units.
type Units interface {
	Register() *org.Register
	Today() *org.Tree
	Calendar() *calendar.Calendar
}

// Facts is what this module asks of the one that keeps elements and approved figures.
type Facts interface {
	Catalogue() *measure.Catalogue
	Cube() *cube.Cube
	Closed(p period.Period) bool
	// Record writes approved values in the transaction of the approval; it finds every fault.
	Record(tx *sqldb.Tx, b measure.Batch) (measure.Outcome, error)
}

// owner is the name under which workbooks are kept.
const owner = "returns"

// A Service keeps forms and returns. It may be used by many goroutines at once.
type Service struct {
	db    *sqldb.DB
	units Units
	facts Facts
	files *files.Store
	clock func() time.Time

	book   atomic.Pointer[book]
	expect atomic.Pointer[func(map[string][]cube.Expectation) error]

	mu   sync.RWMutex // guards what follows
	byID map[int64]*Return
	byAt map[Place]*Return
}

// New makes the service; it holds nothing until Load.
func New(db *sqldb.DB, units Units, facts Facts, store *files.Store, clock func() time.Time) *Service {
	s := &Service{db: db, units: units, facts: facts, files: store, clock: clock, byID: map[int64]*Return{}, byAt: map[Place]*Return{}}
	s.book.Store(newBook(nil, nil))
	return s
}

// OnExpectation joins the module that counts coverage: f is told of whom each element is expected,
// whenever forms or units change.
func (s *Service) OnExpectation(f func(map[string][]cube.Expectation) error) { s.expect.Store(&f) }

// Expectation gives, for each element that a form asks, the dated set of units it is expected of
// (SEMANTICS §4).
func (s *Service) Expectation() map[string][]cube.Expectation {
	return s.book.Load().expectation(s.units.Register())
}

// ExpectationOver is Expectation over the units of another register, such as one that was recorded
// at a past change; the forms are those of now, which are dated themselves.
func (s *Service) ExpectationOver(reg *org.Register) map[string][]cube.Expectation {
	return s.book.Load().expectation(reg)
}

func (s *Service) tellExpectation() error {
	if f := s.expect.Load(); f != nil {
		return (*f)(s.Expectation())
	}
	return nil
}

// Load reads forms and the state of all returns.
func (s *Service) Load(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "returns.Load()")
	var list []Return
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		if err := s.loadForms(tx); err != nil {
			return err
		}
		list, err = allReturns(tx)
		return err
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.byID, s.byAt = make(map[int64]*Return, len(list)), make(map[Place]*Return, len(list))
	for i := range list {
		s.byID[list[i].ID], s.byAt[list[i].Place] = &list[i], &list[i]
	}
	s.mu.Unlock()
	return s.tellExpectation()
}

func (s *Service) loadForms(tx *sqldb.Tx) error {
	list, err := allForms(tx)
	if err != nil {
		return err
	}
	last, err := ends(tx)
	if err != nil {
		return err
	}
	s.book.Store(newBook(list, last))
	return nil
}

// OnChange follows changes of this and of other processes.
func (s *Service) OnChange(ctx context.Context, list []sqldb.Change) error {
	forms, units := false, false
	var ids []int64
	for _, c := range list {
		switch c.Kind {
		case "forms":
			forms = true
		case "units":
			units = true
		case "returns":
			id, err := strconv.ParseInt(c.Ref, 10, 64)
			if err == nil && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	if !forms && !units && len(ids) == 0 {
		return nil
	}
	var changed []Return
	err := s.db.View(ctx, func(tx *sqldb.Tx) error {
		if forms {
			if err := s.loadForms(tx); err != nil {
				return err
			}
		} else if units {
			// Who owes what is remembered by tree; a fresh book forgets the old trees.
			b := s.book.Load()
			var all []*Form
			for _, code := range b.codes {
				all = append(all, b.forms[code]...)
			}
			s.book.Store(newBook(all, b.last))
		}
		for _, id := range ids {
			x, err := returnByID(tx, id)
			if err != nil {
				return err
			}
			changed = append(changed, x)
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	for i := range changed {
		s.byID[changed[i].ID], s.byAt[changed[i].Place] = &changed[i], &changed[i]
	}
	s.mu.Unlock()
	if forms || units {
		return s.tellExpectation()
	}
	return nil
}

// at gives what is kept of a return; a zero record if nobody began.
func (s *Service) at(p Place) Return {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if x := s.byAt[p]; x != nil {
		return *x
	}
	return Return{Place: p}
}

func (s *Service) byNumber(id int64) (Return, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if x := s.byID[id]; x != nil {
		return *x, true
	}
	return Return{}, false
}

func (s *Service) today() period.Day { return period.DayOf(s.clock()) }

func (s *Service) history() approved { return approved{s.facts.Cube(), s.facts.Catalogue()} }

// on gives what a return's rights hang on: the unit as it is today, a successor standing for a
// unit that no longer exists, and the task force of the form (SEMANTICS §1).
func (s *Service) on(f *Form, at Place) perm.On {
	unit := at.Unit
	today := s.units.Today()
	if !today.Has(unit) {
		if next, err := s.units.Register().Recast(unit, at.Period.Last(), s.today()); err == nil {
			unit = next
		}
	}
	on := perm.On{Unit: unit}
	if f != nil {
		on.Force = f.Force
	}
	return on
}

// owed gives the form in force at a place, and refuses places where no return is owed.
func (s *Service) owed(at Place) (*Form, error) {
	b := s.book.Load()
	if b.newest(at.Form) == nil {
		return nil, fault.New(fault.Missing, "没有代码为 %s 的报表；请从报表目录进入", at.Form)
	}
	f, ok := b.owes(at, s.units.Register())
	if f == nil {
		return nil, fault.New(fault.Missing, "报表 %s 没有 %s 这一期；请核对期别", at.Form, at.Period)
	}
	if !ok {
		return f, fault.New(fault.Missing, "%s不在报表 %s（%s）的填报单位中；请核对单位和期别",
			unitName(s.units.Register().On(at.Period.Last()), at.Unit), at.Form, at.Period)
	}
	return f, nil
}

// layout lays a return out by the version in force, or by the version that a handed-in one was
// filled in with.
func (s *Service) layout(f *Form, at Place) (*Layout, error) {
	return newLayout(f, at, s.units.Register(), s.facts.Catalogue())
}

// FindPlace reads a form code, a unit as people write it and a period.
func (s *Service) FindPlace(form, unit, when string) (Place, error) {
	p, err := period.Parse(when)
	if err != nil {
		return Place{}, err
	}
	reg := s.units.Register()
	id, ok := reg.ByCodeOn(unit, p.Last())
	if !ok {
		if id, err = reg.Find(unit, p.Last()); err != nil {
			return Place{}, err
		}
	}
	return Place{Form: form, Unit: id, Period: p}, nil
}

// code gives the code of a unit, as addresses carry it.
func (s *Service) code(u org.UnitID) string {
	x, _ := s.units.Register().Unit(u)
	return x.Code
}

func (s *Service) name(u org.UnitID, day period.Day) string {
	t := s.units.Register().On(day)
	if !t.Has(u) {
		t = s.units.Today()
	}
	return unitName(t, u)
}
