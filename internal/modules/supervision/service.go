package supervision

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
)

// Units is what supervision needs to know of the units.
type Units interface {
	Register() *org.Register
	Today() *org.Tree
	Calendar() *calendar.Calendar
}

// A Holder is a post with those who hold it today.
type Holder struct {
	Post  perm.Post
	Names []string
}

// Joints connect the module with the others; each may be nil, and then its part stays empty.
type Joints struct {
	OpenItem func(tx *sqldb.Tx, by perm.Actor, d work.Draft) (work.Item, error)
	Items    func(ctx context.Context, reader perm.Actor, f work.Filter) ([]work.Item, error)
	Posts    func(ctx context.Context) ([]Holder, error)
	Notices  notify.Teller
	// Print writes a document in a format ("docx", "pdf").
	Print     func(d *docgen.Document, format string, w io.Writer) error
	Generator string        // "开阳 0.2", printed at the end of documents
	Base      func() string // address before the links of documents; nil leaves them out
}

// A Service keeps supervisions.
type Service struct {
	db     *sqldb.DB
	units  Units
	files  *files.Store
	clock  func() time.Time
	log    *slog.Logger
	joints Joints
}

// New makes the service.
func New(db *sqldb.DB, units Units, store *files.Store, clock func() time.Time, log *slog.Logger) *Service {
	return &Service{db: db, units: units, files: store, clock: clock, log: log}
}

// Join connects the module with the others.
func (s *Service) Join(j Joints) { s.joints = j }

func (s *Service) today() period.Day { return period.DayOf(s.clock()) }

// unitName gives the short name of a unit as of today, or as of when it last lived.
func (s *Service) unitName(u org.UnitID) string {
	if u == 0 {
		return ""
	}
	if t := s.units.Today(); t.Has(u) {
		return t.Short(u)
	}
	if x, ok := s.units.Register().Unit(u); ok {
		return x.Last().Name
	}
	return strconv.Itoa(int(u))
}

// now gives the unit that carries on a unit today; itself where nobody does.
func (s *Service) now(u org.UnitID) org.UnitID {
	if s.units.Today().Has(u) {
		return u
	}
	if x, ok := s.units.Register().Unit(u); ok {
		if n, err := s.units.Register().Recast(u, x.Last().From, s.today()); err == nil {
			return n
		}
	}
	return u
}

// inTeam tells whether a person holds a post of a plan's team.
func inTeam(a perm.Actor, p Plan) bool {
	return slices.ContainsFunc(a.Posts, func(x perm.Post) bool { return slices.Contains(p.Team, x.ID) })
}

// inside tells who sees everything of a plan from the beginning: leaders, the office, the team.
func inside(a perm.Actor, p Plan) bool { return a.Has(perm.Leader, perm.Office) || inTeam(a, p) }

// answers tells whether a person answers for a unit.
func (s *Service) answers(a perm.Actor, u org.UnitID) bool {
	u = s.now(u)
	return a.May(ruleAnswer, perm.On{Unit: u, Force: u}) == nil
}

// seesVisit tells whether a person may know of a visit and what it found: those inside at once,
// the unit after the feedback, others after the report is issued.
func (s *Service) seesVisit(a perm.Actor, p Plan, v Visit) bool {
	return inside(a, p) || v.State.fedBack() && (!p.Issued.IsZero() || s.answers(a, v.Unit))
}

// seesPlan tells whether a person may know of a plan, given its visits.
func (s *Service) seesPlan(a perm.Actor, p Plan, visits []Visit) bool {
	return inside(a, p) || !p.Issued.IsZero() || p.Published ||
		slices.ContainsFunc(visits, func(v Visit) bool { return v.Plan == p.ID && s.seesVisit(a, p, v) })
}

// tell tells the holders of roles at units; without the joint nobody is told.
func (s *Service) tell(tx *sqldb.Tx, e notify.Event) error {
	if s.joints.Notices == nil {
		return nil
	}
	return s.joints.Notices.Tell(tx, e)
}

func planRef(id int64) string  { return "supervision:" + strconv.FormatInt(id, 10) }
func visitRef(id int64) string { return "visit:" + strconv.FormatInt(id, 10) }

// done writes the audit line and the change of a deed.
func done(tx *sqldb.Tx, deed, ref string, detail any) error {
	tx.Audit("supervision."+deed, ref, detail)
	_, err := tx.Change("supervision", ref)
	return err
}

// itemsOf gives the action items that came from findings, by id.
func (s *Service) itemsOf(ctx context.Context, reader perm.Actor) (map[int64]work.Item, error) {
	out := map[int64]work.Item{}
	if s.joints.Items == nil {
		return out, nil
	}
	list, err := s.joints.Items(ctx, reader, work.Filter{Source: work.FromSupervision})
	for _, i := range list {
		out[i.ID] = i
	}
	return out, err
}

// Holders lists the posts that a team is chosen from.
func (s *Service) Holders(ctx context.Context, reader perm.Actor) ([]Holder, error) {
	if err := reader.May(ruleRead, perm.On{}); err != nil || s.joints.Posts == nil {
		return nil, err
	}
	all, err := s.joints.Posts(ctx)
	return slices.DeleteFunc(all, func(h Holder) bool { return !slices.Contains(ruleVisit.Roles, h.Post.Role) }), err
}

// base gives the address before the links of documents.
func (s *Service) base() string {
	if s.joints.Base == nil {
		return ""
	}
	return s.joints.Base()
}
