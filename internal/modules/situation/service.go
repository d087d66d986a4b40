package situation

import (
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/words"
)

// Units is what the warnings need to know of the units.
type Units interface {
	Register() *org.Register
	Today() *org.Tree
	Calendar() *calendar.Calendar
}

// Figures gives the approved counts.
type Figures interface {
	// Elements lists what is counted.
	Elements() []measure.Element
	// Element gives one of them by its code.
	Element(code string) (measure.Element, bool)
	// Months gives a count of a unit for months, all of one moment, with the number of the last
	// change in them. Slots shorter than a month are added up.
	Months(code string, category measure.Category, unit org.UnitID, months []period.Period) (list []Month, seq int64)
	// Path gives the address of the trace of a count; empty for none.
	Path(code string, category measure.Category, unit org.UnitID, month period.Period) string
}

// Joints connect the module with the others; OpenItem and Notices may be nil.
type Joints struct {
	Figures  Figures
	OpenItem func(tx *sqldb.Tx, by perm.Actor, d work.Draft) (work.Item, error)
	Notices  notify.Teller
}

// A Service keeps what is watched and what stood out.
type Service struct {
	db     *sqldb.DB
	units  Units
	clock  func() time.Time
	log    *slog.Logger
	joints Joints
	judged atomic.Pointer[judgedAt]
}

// judgedAt is the state of the database, and the day, for which everything was judged.
type judgedAt struct {
	seq   int64
	today period.Day
}

// New makes the service.
func New(db *sqldb.DB, units Units, clock func() time.Time, log *slog.Logger) *Service {
	return &Service{db: db, units: units, clock: clock, log: log}
}

// Join connects the module with the others.
func (s *Service) Join(j Joints) { s.joints = j }

func (s *Service) today() period.Day { return period.DayOf(s.clock()) }

// county gives the unit whose counts are watched as a rule.
func (s *Service) county() org.UnitID { return s.units.Today().Root(org.Territorial) }

// unitName gives the short name of a unit as of today, or as of when it last lived.
func (s *Service) unitName(u org.UnitID) string {
	if t := s.units.Today(); t.Has(u) {
		return t.Short(u)
	}
	if x, ok := s.units.Register().Unit(u); ok {
		return x.Last().Name
	}
	return strconv.Itoa(int(u))
}

func (s *Service) element(code string) (measure.Element, bool) {
	if s.joints.Figures == nil {
		return measure.Element{}, false
	}
	return s.joints.Figures.Element(code)
}

func (s *Service) lens(l words.Lang) lens {
	return lens{Lang: l, name: s.unitName, root: s.county, find: s.element}
}

// noForce stands for the task force of counts without one: no member covers it.
const noForce org.UnitID = -1

// force gives the task force that owns a count.
func (s *Service) force(w Watch) org.UnitID {
	if e, ok := s.element(w.Element); ok && e.Force != "" {
		if id, ok := s.units.Register().ByCodeOn(e.Force, s.today()); ok {
			return id
		}
	}
	return noForce
}

// decides tells whether a person may confirm or dismiss what a watch raises.
func (s *Service) decides(a perm.Actor, w Watch) error {
	return a.May(ruleDecide, perm.On{Unit: w.Unit, Force: s.force(w)})
}

// inner tells whether a watch holds counts of persons below the county, which few may see
// (SEMANTICS §4).
func (s *Service) inner(w Watch) bool {
	e, ok := s.element(w.Element)
	effort, _ := s.element(w.Effort)
	return w.Unit != s.county() && (!ok || e.Persons || effort.Persons)
}

// seesWatch tells whether a person may know the counts of a watch.
func (s *Service) seesWatch(a perm.Actor, w Watch) bool {
	return !s.inner(w) || a.Has(perm.Office) || s.decides(a, w) == nil || a.May(ruleOwn, perm.On{Unit: w.Unit}) == nil
}

// sees tells whether a person may know of a signal: what is not confirmed is for those who decide
// and lead.
func (s *Service) sees(a perm.Actor, w Watch, x Signal) bool {
	return s.seesWatch(a, w) && (x.State == Confirmed || a.Can(ruleCharts))
}

func ref(id int64) string { return "situation:" + strconv.FormatInt(id, 10) }

func watchRef(id int64) string { return "situation.watch:" + strconv.FormatInt(id, 10) }

// done writes the audit line and the change of a deed.
func done(tx *sqldb.Tx, deed, ref string, detail any) error {
	tx.Audit("situation."+deed, ref, detail)
	_, err := tx.Change("situation", ref)
	return err
}
