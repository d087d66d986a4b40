package units

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/background"
	"kaiyang/internal/platform/pinyin"
	"kaiyang/internal/platform/sqldb"
)

// A Service holds the register, the calendar and the boundary file in memory and changes them in
// the database. It may be used by many goroutines at once; what it gives does not change.
type Service struct {
	db     *sqldb.DB
	clock  func() time.Time
	joints Joints

	state    atomic.Pointer[state]
	made     atomic.Pointer[state] // what this process has just written, if the commit succeeds
	calendar atomic.Pointer[dated]
	geo      atomic.Pointer[Boundary] // nil: no boundary file
	writing  sync.Mutex               // one writer of units at a time in this process
	loading  sync.Mutex
	jobs     *background.Desk[jobIn, jobOut]
}

// Joints are what the module asks of others; a nil function knows of nothing.
type Joints struct {
	Closed func(period.Period) bool // whether a period has been closed
	Used   func(org.UnitID) bool    // whether facts, returns or posts hang on a unit
	// Loose lists the facts that would be in no sum any more by a register that is only planned, one
	// entry a fact: the unit would not live in their period.
	Loose func(*org.Register) ([]Loose, error)
}

// A state is the register as of one change.
type state struct {
	register *org.Register
	revs     []int64 // by unit number: the change that touched it last
	rev      int64   // the newest change
	token    string
	search   func() *index
}

// warm lays out today's tree and writes the search's text, so that the first page need not wait.
func (st *state) warm(today period.Day) {
	st.register.On(today).Roots(org.Territorial)
	go st.search()
}

func newState(r *org.Register, revs []int64, rev int64) *state {
	return &state{register: r, revs: revs, rev: rev, search: sync.OnceValue(func() *index { return newIndex(r) })}
}

func (st *state) revOf(id org.UnitID) int64 {
	if id <= 0 || int(id) >= len(st.revs) {
		return 0
	}
	return st.revs[id]
}

// touched gives the revisions after a change of units.
func (st *state) touched(rev int64, lists ...[]org.Unit) []int64 {
	revs := slices.Clone(st.revs)
	for _, list := range lists {
		for _, u := range list {
			for int(u.ID) >= len(revs) {
				revs = append(revs, 0)
			}
			revs[u.ID] = rev
		}
	}
	return revs
}

// New makes the service; it knows no unit until Load. The clock tells today's civil day.
func New(db *sqldb.DB, clock func() time.Time) *Service {
	s := &Service{db: db, clock: clock, jobs: background.New[jobIn, jobOut](clock, keepJobs)}
	r, err := org.New(nil, nil)
	if err != nil {
		panic(err) // an empty register has no faults
	}
	s.state.Store(newState(r, nil, 0))
	s.calendar.Store(&dated{calendar: &calendar.Calendar{}})
	return s
}

// Join gives the service what it asks of other modules; call it before serving.
func (s *Service) Join(j Joints) { s.joints = j }

// Register gives all units of all days.
func (s *Service) Register() *org.Register { return s.state.Load().register }

// Today gives the tree of today's civil day.
func (s *Service) Today() *org.Tree { return s.Register().On(s.today()) }

// Calendar gives the working-day calendar: the published years, the imported ones before them,
// and the county's own days on top (STANDARDS CAL-01).
func (s *Service) Calendar() *calendar.Calendar { return s.calendar.Load().calendar }

// Geo gives the uploaded boundary file, or nil. It is a GeoJSON FeatureCollection of polygons in
// degrees; the property "code" of each feature is the code of its unit, or, where it belongs to no
// unit, the name that the file has.
func (s *Service) Geo() []byte {
	if b := s.geo.Load(); b != nil {
		return b.body
	}
	return nil
}

// Boundary tells about the uploaded boundary file; ok is false when there is none.
func (s *Service) Boundary() (b Boundary, ok bool) {
	if p := s.geo.Load(); p != nil {
		return *p, true
	}
	return Boundary{}, false
}

func (s *Service) today() period.Day { return period.DayOf(s.clock()) }

// Load reads everything into memory.
func (s *Service) Load(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "units.Load()")
	if err := s.loadCalendar(ctx); err != nil {
		return err
	}
	if err := s.loadGeo(ctx); err != nil {
		return err
	}
	return s.reload(ctx, true)
}

// OnChange brings what is held in memory up to date.
func (s *Service) OnChange(ctx context.Context, list []sqldb.Change) error {
	units, days, geo := false, false, false
	for _, c := range list {
		switch {
		case c.Kind == "map":
			geo = true
		case c.Kind == "units":
			units = true
		case c.Kind == "calendar":
			days = true
		}
	}
	if days {
		if err := s.loadCalendar(ctx); err != nil {
			return err
		}
	}
	if geo {
		if err := s.loadGeo(ctx); err != nil {
			return err
		}
	}
	if units {
		return s.reload(ctx, false)
	}
	return nil
}

// few is the number of units up to which they are read one by one instead of all.
const few = 2000

// reload brings the register up to date: by the state that this process has written itself, by
// reading the units touched since, or by reading all.
func (s *Service) reload(ctx context.Context, all bool) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	was := s.state.Load()
	defer func() {
		if st := s.state.Load(); st != was {
			st.warm(s.today())
		}
	}()
	return s.db.View(ctx, func(tx *sqldb.Tx) error {
		st := s.state.Load()
		last, err := lastChange(tx)
		if err != nil || last == st.rev && !all {
			return err
		}
		if made := s.made.Load(); made != nil && made.rev == last && !all {
			if c, err := oneRecorded(tx, last); err == nil && c.token == made.token {
				s.state.Store(made)
				return nil
			}
		}
		var next *state
		if !all && last > st.rev {
			next, err = s.readSince(tx, st, last)
		}
		if err == nil && next == nil {
			next, err = readAll(tx, last)
		}
		if err == nil {
			s.state.Store(next)
		}
		return err
	})
}

func readAll(tx *sqldb.Tx, last int64) (*state, error) {
	stored, err := readUnits(tx)
	if err != nil {
		return nil, err
	}
	units := make([]org.Unit, len(stored))
	var revs []int64
	if n := len(stored); n > 0 {
		revs = make([]int64, stored[n-1].ID+1)
	}
	for i := range stored {
		units[i], revs[stored[i].ID] = stored[i].Unit, stored[i].rev
	}
	return assemble(tx, units, revs, last)
}

func assemble(tx *sqldb.Tx, units []org.Unit, revs []int64, last int64) (*state, error) {
	stored, err := readSuccessions(tx)
	if err != nil {
		return nil, err
	}
	succ := make([]org.Succession, len(stored))
	for i := range stored {
		succ[i] = stored[i].Succession
	}
	r, err := org.New(units, succ)
	if err != nil {
		return nil, fault.Because(err, fault.Internal, "the units in the database contradict each other")
	}
	return newState(r, revs, last), nil
}

// readSince reads only what was touched after st; it gives nil when that is too much.
func (s *Service) readSince(tx *sqldb.Tx, st *state, last int64) (*state, error) {
	list, err := sqldb.All(tx, scanRecorded, sinceSQL, st.rev)
	if err != nil {
		return nil, err
	}
	var count int64
	if err := tx.Get(countBeforeSQL, []any{st.rev}, &count); err != nil {
		return nil, err
	}
	for _, c := range list {
		if c.hi > 0 {
			count += int64(c.hi-c.lo) + 1
		}
	}
	if count > few {
		return nil, nil
	}
	touched := map[org.UnitID]bool{}
	ids, err := sqldb.All(tx, func(s sqldb.Scanner) (id int64, err error) { err = s.Scan(&id); return id, err }, sinceUnitsSQL, st.rev)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		touched[org.UnitID(id)] = true
	}
	for _, c := range list {
		for id := c.lo; id <= c.hi && id > 0; id++ {
			touched[id] = true
		}
	}
	units := slices.DeleteFunc(slices.Clone(st.register.Units()), func(u org.Unit) bool { return touched[u.ID] })
	revs := slices.Clone(st.revs)
	for id := range touched {
		u, ok, err := readUnit(tx, id)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		units = append(units, u.Unit)
		for int(id) >= len(revs) {
			revs = append(revs, 0)
		}
		revs[id] = u.rev
	}
	return assemble(tx, units, revs, last)
}

var errStale = errors.New("the register in memory is older than the database")

// alter runs fn in a transaction against the newest register; fn writes and gives the state as it
// will be, with change number id as its revision.
func (s *Service) alter(ctx context.Context, fn func(tx *sqldb.Tx, st *state, id int64, token string) (*state, error)) error {
	var b [8]byte
	rand.Read(b[:])
	token := hex.EncodeToString(b[:])
	s.writing.Lock()
	defer s.writing.Unlock()
	for range 10 { // another process may be faster
		err := s.db.InTx(ctx, func(tx *sqldb.Tx) error {
			st := s.state.Load()
			last, err := lastChange(tx)
			if err != nil {
				return err
			}
			if last != st.rev {
				return errStale
			}
			next, err := fn(tx, st, last+1, token)
			if err == nil {
				next.token = token
				s.made.Store(next)
			}
			return err
		})
		if !errors.Is(err, errStale) {
			// The change is applied by now where the appliers are registered; a program without
			// them, such as a single command, reads it here.
			if err == nil {
				err = s.reload(ctx, false)
			}
			s.made.Store(nil)
			return err
		}
		if err := s.reload(ctx, false); err != nil {
			return err
		}
	}
	return fault.New(fault.Conflict, "单位正在被别人变更，这次没有保存；请稍后再试")
}

// key gives the sort key of a name.
func key(name string) string { return pinyin.Key(name) }

// mayChange asks whether the actor may change units.
func mayChange(actor perm.Actor, id org.UnitID) error {
	return actor.May(ruleChange, perm.On{Unit: id})
}

// closed lists the closed periods that hold a day from first on.
func (s *Service) closed(first period.Day) []period.Period {
	if s.joints.Closed == nil || first.IsZero() {
		return nil
	}
	var out []period.Period
	for _, p := range spans(first, s.today()) {
		if s.joints.Closed(p) {
			out = append(out, p)
		}
	}
	return out
}

// Revision gives the number of the last change of a unit, which a form shows to Change.Seen.
func (s *Service) Revision(id org.UnitID) int64 { return s.state.Load().revOf(id) }
