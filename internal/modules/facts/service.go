package facts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/background"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sqldb"
)

// Units is what this module asks of the one that keeps the units.
type Units interface {
	Register() *org.Register
	Today() *org.Tree
}

// joints are what other modules do for this one; each may be missing.
type joints struct {
	codeTaken func(code string) bool
	uses      func(code string) []Use
	waiting   func(p period.Period) []Waiting
	onClose   func(tx *sqldb.Tx, no int64, p period.Period) error
	register  func(ctx context.Context, no int64) (*org.Register, error)
	expected  func(reg *org.Register) map[string][]cube.Expectation
}

// A Service keeps elements, facts and closings. It may be used by many goroutines at once.
type Service struct {
	db     *sqldb.DB
	units  Units
	files  *files.Store
	clock  func() time.Time
	joints joints

	cube      atomic.Pointer[cube.Cube]
	catalogue atomic.Pointer[measure.Catalogue]
	closings  atomic.Pointer[closings]
	restated  atomic.Pointer[restatedCells]

	mu      sync.Mutex // held while the state in memory follows the database
	applied int64      // number up to which it does
	expect  map[string][]cube.Expectation

	runs *background.Desk[runIn, runOut]
}

// New makes the service. It holds nothing until Load; the joints are set before.
func New(db *sqldb.DB, units Units, store *files.Store, clock func() time.Time) *Service {
	s := &Service{db: db, units: units, files: store, clock: clock, runs: background.New[runIn, runOut](clock, keepRuns)}
	s.catalogue.Store(measure.NewCatalogue(nil))
	s.closings.Store(&closings{})
	s.restated.Store(&restatedCells{})
	s.cube.Store(cube.New(emptyRegister()))
	return s
}

func emptyRegister() *org.Register {
	r, err := org.New(nil, nil)
	if err != nil {
		panic(err) // nothing can be wrong with no units
	}
	return r
}

// SetCodeTaken joins the module that keeps indicators: elements and indicators share one namespace.
func (s *Service) SetCodeTaken(f func(code string) bool) { s.joints.codeTaken = f }

// SetUses joins the modules that build on elements; pages list what a change touches.
func (s *Service) SetUses(f func(code string) []Use) { s.joints.uses = f }

// SetWaiting joins the module that knows what is still expected of a period.
func (s *Service) SetWaiting(f func(p period.Period) []Waiting) { s.joints.waiting = f }

// SetRegisterAsOf joins the module that remembers the units as they were recorded at a change number.
func (s *Service) SetRegisterAsOf(f func(ctx context.Context, no int64) (*org.Register, error)) {
	s.joints.register = f
}

// SetExpectationOver joins the module that keeps forms, so that what was expected is known of other
// units than those of now.
func (s *Service) SetExpectationOver(f func(reg *org.Register) map[string][]cube.Expectation) {
	s.joints.expected = f
}

// SetOnClose joins the module that stores the figures of a closed period; it runs inside the
// transaction of the closing, and its error undoes it.
func (s *Service) SetOnClose(f func(tx *sqldb.Tx, no int64, p period.Period) error) {
	s.joints.onClose = f
}

// HasCode tells whether an element has the code, for the module that keeps indicators.
func (s *Service) HasCode(code string) bool {
	_, ok := s.Catalogue().Code(code)
	return ok
}

// Catalogue gives all elements as they are defined now.
func (s *Service) Catalogue() *measure.Catalogue { return s.catalogue.Load() }

// Cube gives the facts in memory. The pointer stays the same for the life of the service; a
// cube.View answers several questions of one moment.
func (s *Service) Cube() *cube.Cube { return s.cube.Load() }

// Closed tells whether the figures of a period are frozen: it lies within a closed period, or it
// is a range of which each day does.
func (s *Service) Closed(p period.Period) bool { return s.closings.Load().closed(p) }

// Closings gives all closings, ascending by number.
func (s *Service) Closings() []Closing { return slices.Clone(*s.closings.Load()) }

// ClosedAt gives the change number of the first closing that a period lies within, 0 if there is
// none.
func (s *Service) ClosedAt(p period.Period) int64 {
	if c := s.closings.Load().of(p); c != nil {
		return c.No
	}
	return 0
}

// Expect tells the cube of whom each element is expected, by element code; it replaces what was
// told before. The module that keeps forms calls it after every change of them. Codes without an
// element are of no account until there is one.
func (s *Service) Expect(by map[string][]cube.Expectation) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.expect
	s.expect = by
	return s.applyExpect(old)
}

func (s *Service) applyExpect(old map[string][]cube.Expectation) error {
	c := s.Cube()
	for _, e := range s.Catalogue().All() {
		list, ok := s.expect[e.Code]
		if _, had := old[e.Code]; !ok && !had {
			continue
		}
		if err := c.Expect(e.ID, list); err != nil {
			return err
		}
	}
	return nil
}

// catchUp makes sure that what is held in memory is all that was committed before this writing
// transaction, by any process; checks inside the transaction then judge by the truth.
func (s *Service) catchUp(tx *sqldb.Tx) error {
	last, err := tx.LastChange()
	if err != nil || last <= s.db.Seq() {
		return err
	}
	return s.db.CatchUp(tx.Context())
}

// Load reads everything from the database: elements, closings, and all facts into the cube.
func (s *Service) Load(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.load(ctx)
}

// OnChange follows changes of this and of other processes, in their order, each once.
func (s *Service) OnChange(ctx context.Context, list []sqldb.Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].No == list[0].No {
			n++
		}
		if list[0].No > s.applied {
			if err := s.follow(ctx, list[:n]); err != nil {
				return err
			}
		}
		list = list[n:]
	}
	return nil
}

// follow applies one change number. Facts that find no place in the cube as it is (a unit whose
// dates were changed meanwhile) make it load everything again.
func (s *Service) follow(ctx context.Context, parts []sqldb.Change) error {
	no := parts[0].No
	var batches []int64
	kinds := map[string]bool{}
	for _, p := range parts {
		kinds[p.Kind] = true
		if p.Kind == "facts" {
			id, err := strconv.ParseInt(p.Ref, 10, 64)
			if err != nil {
				return fmt.Errorf("change %d of facts names no batch: %q", no, p.Ref)
			}
			batches = append(batches, id)
		}
	}
	c := s.Cube()
	if kinds["units"] {
		if err := c.SetRegister(s.units.Register()); err != nil {
			return err
		}
	}
	var changes []cube.Change
	err := s.db.View(ctx, func(tx *sqldb.Tx) error {
		if kinds["elements"] {
			all, err := revisions(tx)
			if err != nil {
				return err
			}
			if err := s.define(latest(all, no)); err != nil {
				return err
			}
		}
		if kinds["closings"] {
			list, err := readClosings(tx)
			if err != nil {
				return err
			}
			s.closings.Store(&list)
		}
		for _, id := range batches {
			list, err := batchChanges(tx, s.Catalogue(), id)
			if err != nil {
				return err
			}
			changes = append(changes, list...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	var misplaced fault.Findings
	if err := c.Apply(changes, no); errors.As(err, &misplaced) {
		return s.load(ctx)
	} else if err != nil {
		return err
	}
	if err := s.followRestated(ctx, batches, kinds["closings"]); err != nil {
		return err
	}
	s.applied = no
	return nil
}

// define makes a list of elements the catalogue, and tells the cube of those that changed.
func (s *Service) define(list []measure.Element) error {
	old := s.Catalogue()
	var changed []measure.Element
	for _, e := range list {
		if was, ok := old.ID(e.ID); !ok || !sameElement(was, e) {
			changed = append(changed, e)
		}
	}
	if err := s.Cube().Define(changed...); err != nil {
		return err
	}
	s.catalogue.Store(measure.NewCatalogue(list))
	return s.applyExpect(nil)
}
