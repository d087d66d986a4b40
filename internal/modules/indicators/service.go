package indicators

import (
	"context"
	"sync/atomic"
	"time"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// Units is what figures need to know of the units.
type Units interface {
	Register() *org.Register
	Today() *org.Tree
	Geo() []byte
}

// Facts is what figures need to know of the facts.
type Facts interface {
	Catalogue() *measure.Catalogue
	Cube() *cube.Cube
	Closed(p period.Period) bool
	ClosedAt(p period.Period) int64
	Restated(element string, p period.Period) []org.UnitID
	AsOf(ctx context.Context, no int64) (*cube.Cube, *measure.Catalogue, error)
	Versions(ctx context.Context, element string, category measure.Category, unit org.UnitID, slot period.Slot) ([]measure.Version, error)
	ClosePeriod(tx *sqldb.Tx, p period.Period) (int64, error)
}

// Returns is what figures need to know of the returns; it may be nil.
type Returns interface {
	Reporting(form string, unit org.UnitID, p period.Period) (due, received, onTime int, ok bool)
	FormRefs() []formula.Ref
}

// A Service answers with figures and keeps their definitions.
type Service struct {
	db      *sqldb.DB
	units   Units
	facts   Facts
	returns Returns
	tasks   Tasks
	clock   func() time.Time
	now     atomic.Pointer[book]
	todays  today
	turns   turnings
	newest  atomic.Pointer[newest]
}

// New makes the service. Load must run before the first question.
func New(db *sqldb.DB, units Units, facts Facts, clock func() time.Time) *Service {
	s := &Service{db: db, units: units, facts: facts, clock: clock}
	s.now.Store(newBook(measure.NewCatalogue(nil), nil, nil, nil, nil, nil))
	return s
}

// SetReturns joins the module that counts returns.
func (s *Service) SetReturns(r Returns) { s.returns = r }

// Load reads all definitions.
func (s *Service) Load(ctx context.Context) error {
	return s.db.View(ctx, func(tx *sqldb.Tx) error {
		list, err := loadIndicators(tx)
		if err != nil {
			return err
		}
		targets, err := loadTargets(tx)
		if err != nil {
			return err
		}
		bundles, err := loadBundles(tx)
		if err != nil {
			return err
		}
		closings, err := loadClosings(tx)
		if err != nil {
			return err
		}
		starts, err := loadStarts(tx)
		if err != nil {
			return err
		}
		var forms []formula.Ref
		if s.returns != nil {
			forms = s.returns.FormRefs()
		}
		b := newBook(s.facts.Catalogue(), forms, list, targets, bundles, closings)
		b.starts = inOrder(starts)
		s.now.Store(b)
		return nil
	})
}

// OnChange reads the definitions again when they, the elements or the forms changed.
func (s *Service) OnChange(ctx context.Context, list []sqldb.Change) error {
	for _, c := range list {
		switch c.Kind {
		case "indicators", "targets", "bundles", "elements", "forms", "closings", "starts":
			return s.Load(ctx)
		}
	}
	return nil
}

func (s *Service) today() period.Day { return period.DayOf(s.clock()) }

// CodeTaken tells whether an indicator has this code; elements share the namespace.
func (s *Service) CodeTaken(code string) bool {
	_, ok := s.now.Load().indicator(code)
	return ok
}

// Uses lists the codes of the indicators whose formulas name an element.
func (s *Service) Uses(code string) []string {
	var out []string
	for _, i := range s.now.Load().users(code) {
		out = append(out, i.Code)
	}
	return out
}

// A session of questions: one book, one cube, one reader.
type asking struct {
	s      *Service
	book   *book
	src    *source
	reader perm.Actor
	asOf   int64 // 0: now
	eng    *engine
	seq    int64 // change number of the last block

	changed map[restatedKey][]org.UnitID

	by    Boundaries
	today *todayView // by today's boundaries, where they make a difference; else nil
	live  int64      // of today: change number up to which nothing changed the figures
	then  *asking    // of today: the same session by the boundaries of the time
}

// ask begins questions by a reader as of a change number, 0 for now, by the boundaries that the
// context names.
func (s *Service) ask(ctx context.Context, reader perm.Actor, asOf int64) (*asking, error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	b := s.now.Load()
	c := s.facts.Cube()
	if asOf > 0 {
		old, catalogue, err := s.facts.AsOf(ctx, asOf)
		if err != nil {
			return nil, err
		}
		c = old
		kept := *b
		kept.catalogue = catalogue
		b = &kept
	}
	k := &asking{s: s, book: b, src: s.source(b, c), reader: reader, asOf: asOf}
	if asOf > 0 {
		k.src.units = c.Register() // as it was recorded then
	}
	if k.by = boundariesOf(ctx); k.by == OfToday {
		return k, k.recast()
	}
	return k, nil
}

// A Question asks for one figure.
type Question struct {
	Code    string
	Unit    org.UnitID
	Period  period.Period
	Pick    string // of an element: selector without its braces, 年龄="<25"
	Explain bool   // with the trace
	Rank    bool   // with the place among siblings
	AsOf    int64  // change number; 0 is now

	Boundaries Boundaries // for one question; By sets them for all questions of a context
}

// Ask answers one question (SEMANTICS §4).
func (s *Service) Ask(ctx context.Context, reader perm.Actor, q Question) (a Answer, err error) {
	defer fault.Wrap(&err, "indicators.Ask(%s, %d, %s)", q.Code, q.Unit, q.Period)
	if q.Boundaries != OfTheTime {
		ctx = By(ctx, q.Boundaries)
	}
	k, err := s.ask(ctx, reader, q.AsOf)
	if err != nil {
		return Answer{}, err
	}
	defer k.done()
	if a, err = k.figure(q); err != nil {
		return Answer{}, err
	}
	return a, s.closedText(ctx, reader, q, &a)
}

// figure answers one question, protected for the reader.
func (k *asking) figure(q Question) (Answer, error) {
	ref, err := k.refOf(q.Code)
	if err != nil {
		return Answer{}, err
	}
	x, err := k.exprOf(ref, q.Pick)
	if err != nil {
		return Answer{}, err
	}
	ranked := -1
	if q.Rank {
		ranked = 0
	}
	a := k.over(ref, x, q.Pick, q.Unit, []period.Period{q.Period}, ranked)[0]
	if q.Explain && !a.Hidden && a.Reason != measure.NotFilled && a.Reason != measure.NotDefined {
		k.src.run(func() { a.Result, a.Trace = formula.Explain(k.src, x, q.Unit, q.Period) })
		k.told(&a.Result)
		k.toldSteps(a.Trace)
		if !k.seesParts(x, q.Unit, q.Period) {
			hideParts(a.Trace)
		}
	}
	return a, nil
}

// exprOf gives the formula that asks for a reference, or for those cells of an element that a
// selector picks.
func (k *asking) exprOf(ref formula.Ref, pick string) (*formula.Expr, error) {
	if pick == "" {
		return k.book.of(ref), nil
	}
	return formula.Check(ref.Code+"{"+pick+"}", formula.Scope{Names: k.book.words})
}

// hide removes from a withheld answer what would give its value away.
func (a *Answer) hide() {
	if a.Withheld {
		a.Trace = nil
		a.Printed = nil
		a.Base = nil
		a.Result.Value, a.Result.Numerator, a.Result.Denominator = nil, nil, nil
	}
}

func (k *asking) refOf(code string) (formula.Ref, error) {
	refs := k.book.ref(code)
	var found []formula.Ref
	for _, r := range refs {
		if r.Kind != formula.FormRef {
			found = append(found, r)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return formula.Ref{}, fault.New(fault.Missing, "没有代码或名称为“%s”的指标或数据项；可用 kaiyang export indicators 查看全部代码", code)
	}
	return formula.Ref{}, fault.New(fault.Conflict, "“%s”可以指多个指标或数据项，请用代码：%s 或 %s", code, found[0].Code, found[1].Code)
}

// guards tells whether small counts are withheld from this reader for this figure.
func (k *asking) guards(ref formula.Ref, unit org.UnitID, p period.Period) bool {
	t := k.src.units.On(p.Last())
	if !t.Has(unit) || !belowCounty(t.Level(unit)) {
		return false
	}
	if maySeeSmall(k.reader, unit, k.forceOf(ref)) {
		return false
	}
	return len(k.persons(ref, p.Last())) > 0
}

func (k *asking) forceOf(ref formula.Ref) org.UnitID {
	code := ""
	if ref.Element != nil {
		code = ref.Element.Force
	} else if i, ok := k.book.indicator(ref.Code); ok {
		code = i.Force
	}
	if code == "" {
		return 0
	}
	id, _ := k.src.units.ByCode(code)
	return id
}

// persons lists the codes of the elements under a figure that count persons.
func (k *asking) persons(ref formula.Ref, on period.Day) map[string]bool {
	out := map[string]bool{}
	if ref.Element != nil {
		if ref.Element.Persons {
			out[ref.Code] = true
		}
		return out
	}
	if _, e, ok := k.book.definition(ref.Code, on); ok && e != nil {
		for _, x := range k.book.elements(e, on) {
			if x.Persons {
				out[x.Code] = true
			}
		}
	}
	return out
}

// elementDefinition tells how the figure of a bare element is shown.
func elementDefinition(e measure.Element) Definition {
	return Definition{Version: 1, Formula: e.Code, Digits: e.Scale, Direction: Neutral, Unit: e.Unit, UnitEN: e.UnitEN, MinCoverage: 100, Source: e.Source, Note: e.Note}
}
