package plan

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/words"
)

// Units is what the plan needs to know of the units.
type Units interface {
	Register() *org.Register
	Today() *org.Tree
	Calendar() *calendar.Calendar
}

// A Choice is an indicator or a bundle that a form offers.
type Choice struct{ Code, Name string }

// Figures is what the plan needs to know of the indicators, protected for the reader who asks.
type Figures interface {
	// Newest gives a figure at the latest complete period by a day.
	Newest(ctx context.Context, reader perm.Actor, code string, unit org.UnitID, on period.Day) (measure.Shown, error)
	// Bundle gives the figures of a bundle for the county, each at its latest complete period by a day.
	Bundle(ctx context.Context, reader perm.Actor, code string, on period.Day) ([]measure.Shown, error)
	// Indicators and Bundles list what a goal or a task may point to.
	Indicators() []Choice
	Bundles() []Choice
}

// Items is what the plan needs to know of the action items.
type Items interface {
	Open(tx *sqldb.Tx, by perm.Actor, d work.Draft) (work.Item, error)
	Items(ctx context.Context, reader perm.Actor, f work.Filter) ([]work.Item, error)
}

// Joints connect the module with the others; each may be nil, and then its part stays empty.
type Joints struct {
	Figures Figures
	Items   Items
	Notices notify.Teller
	// Print writes a document in a format ("docx", "pdf") and tells which fonts stood in.
	Print     func(w io.Writer, d *docgen.Document, format string) (fonts string, err error)
	Generator string        // "开阳 0.2", printed at the end of documents
	Base      func() string // address before the links of documents; nil leaves them out
}

// A Service keeps plans.
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

// now gives the unit that carries on a unit today: the successor of a merged one has its tasks
// (SEMANTICS §1).
func (s *Service) now(u org.UnitID) org.UnitID {
	reg := s.units.Register()
	if u == 0 || s.units.Today().Has(u) {
		return u
	}
	x, ok := reg.Unit(u)
	if !ok {
		return u
	}
	if next, err := reg.Recast(u, x.Last().To, s.today()); err == nil {
		return next
	}
	return u
}

// standingName names a unit together with the one that carries it on today.
func (s *Service) standingName(l words.Lang) naming {
	return func(u org.UnitID) string {
		if next := s.now(u); next != u {
			return words.T(l, "%s（现由%s承接）", s.unitName(u), s.unitName(next))
		}
		return s.unitName(u)
	}
}

// ownerNow is the object of deeds of the owner of a task.
func (s *Service) ownerNow(t Task) perm.On {
	u := s.now(t.Lead)
	return perm.On{Unit: u, Force: u}
}

func (s *Service) checker(p Plan) checker {
	in := func(list []Choice) func(string) bool {
		return func(code string) bool {
			return slices.ContainsFunc(list, func(c Choice) bool { return c.Code == code })
		}
	}
	k := checker{plan: p, tree: s.units.Today(), indicator: in(nil), bundle: in(nil)}
	if s.joints.Figures != nil {
		k.indicator, k.bundle = in(s.joints.Figures.Indicators()), in(s.joints.Figures.Bundles())
	}
	return k
}

// A book is a plan with what was reported, as of a day.
type book struct {
	plan     Plan
	editions []Edition
	current  *Edition // in force
	draft    *Edition // under work or waiting for approval
	content  Content  // of the edition in force
	reports  map[string][]Report
	since    map[string]period.Day
	cal      *calendar.Calendar
	today    period.Day
}

// inForce gives the approved edition that holds on a day; nil if none does.
func inForce(list []Edition, on period.Day) (now *Edition) {
	for i := range list {
		if e := &list[i]; e.State == Approved && e.Force <= on {
			now = e
		}
	}
	return now
}

func underWork(list []Edition) *Edition {
	for i := range list {
		if e := &list[i]; e.State == Draft || e.State == Proposed {
			return e
		}
	}
	return nil
}

func (s *Service) book(tx *sqldb.Tx, id int64, on period.Day) (b book, err error) {
	b.cal, b.today = s.units.Calendar(), on
	if b.plan, err = planOf(tx, id); err != nil {
		return b, err
	}
	if b.editions, err = editionsOf(tx, id); err != nil {
		return b, err
	}
	b.current, b.draft = inForce(b.editions, on), underWork(b.editions)
	if b.current == nil {
		return b, nil
	}
	if b.content, err = approvedContent(tx, *b.current); err != nil {
		return b, err
	}
	if b.since, err = sinceOf(tx, id); err != nil {
		return b, err
	}
	b.reports, err = reportsOf(tx, id, "")
	return b, err
}

// approvedContent reads what an approved edition says and proves it against its checksum.
func approvedContent(tx *sqldb.Tx, e Edition) (Content, error) {
	c, err := contentOf(tx, e.ID)
	if err != nil || e.State != Approved {
		return c, err
	}
	sum, err := c.sum()
	if err == nil && sum != e.Sum {
		err = fault.New(fault.Internal, "计划第 %d 版与批准时不符，数据库可能已损坏；请用 kaiyang check 检查", e.No)
	}
	return c, err
}

// A Line is a task of an edition in force with how it stands.
type Line struct {
	Task
	Plan      int64
	Programme string // code
	Standing  Standing
	Help      string // of the newest report that stands, where it asks for help
	Path      string
}

func (b book) line(t Task) Line {
	l := Line{Task: t, Plan: b.plan.ID, Programme: b.content.programmeOf(t).Code, Path: ofTask(b.plan.ID, t.Code)}
	l.Standing = stand(t, b.reports[t.Code], b.plan, b.cal, max(b.since[t.Code], b.plan.From), b.today)
	if r := l.Standing.Last; r != nil && r.State != Returned {
		l.Help = r.Help
	}
	return l
}

func (b book) lines() []Line {
	out := make([]Line, 0, len(b.content.Tasks))
	for _, t := range b.content.Tasks {
		out = append(out, b.line(t))
	}
	return out
}

// A Filter chooses tasks; zero fields choose all.
type Filter struct {
	Plan      int64 // 0: all plans that run
	Programme string
	Unit      org.UnitID // lead or assisting, at or beneath
	Force     org.UnitID
	State     TaskState
	Light     measure.Light
	Type      Type
	Help      bool   // only those that ask for help
	Query     string // in code, name or standard
}

func (s *Service) takes(f Filter, l Line, t *org.Tree) bool {
	under := func(u org.UnitID) bool { u = s.now(u); return t.Has(u) && t.Under(u, f.Unit) }
	q := strings.ToLower(strings.TrimSpace(f.Query))
	return (f.Programme == "" || l.Programme == f.Programme) && (f.Unit == 0 || under(l.Lead) || slices.ContainsFunc(l.Assist, under)) && (f.Force == 0 || l.Force == f.Force) &&
		(f.State == "" || l.Standing.State == f.State) && (f.Light == measure.NoLight || l.Standing.Light == f.Light) && (f.Type == "" || l.Type == f.Type) && (!f.Help || l.Help != "") &&
		(q == "" || strings.Contains(strings.ToLower(l.Code+" "+l.Name+" "+l.Standard), q))
}

// after is how many months a plan runs on after its last day, for what was not finished.
const after = 3

// running tells whether a plan still asks for work on a day.
func (p Plan) running(on period.Day) bool { return on >= p.From && on <= p.To.AddMonths(after) }

// books gives the plans that run on a day.
func (s *Service) books(tx *sqldb.Tx, on period.Day) (out []book, err error) {
	list, err := sqldb.All(tx, scanPlan, plansSQL)
	if err != nil {
		return nil, err
	}
	for _, p := range list {
		if !p.running(on) {
			continue
		}
		b, err := s.book(tx, p.ID, on)
		if err != nil {
			return nil, err
		}
		if b.current != nil {
			out = append(out, b)
		}
	}
	return out, nil
}

// Tasks lists the tasks of the editions in force, as they stand today.
func (s *Service) Tasks(ctx context.Context, reader perm.Actor, f Filter) (list []Line, err error) {
	defer fault.Wrap(&err, "plan.Tasks(%d)", f.Plan)
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		books, err := s.some(tx, f.Plan, s.today())
		if err != nil {
			return err
		}
		t := s.units.Today()
		for _, b := range books {
			for _, l := range b.lines() {
				if s.takes(f, l, t) {
					list = append(list, l)
				}
			}
		}
		return nil
	})
	return list, err
}

// some gives one plan, or all that run.
func (s *Service) some(tx *sqldb.Tx, plan int64, on period.Day) ([]book, error) {
	if plan == 0 {
		return s.books(tx, on)
	}
	b, err := s.book(tx, plan, on)
	return []book{b}, err
}

// A MatterKind tells why a task is brought before the meeting.
type MatterKind string

// The kinds of matters.
const (
	EndPassed  MatterKind = "end"        // 任务逾期
	MarkPassed MatterKind = "milestone"  // 里程碑逾期
	Unreported MatterKind = "unreported" // 进展未报
	HelpAsked  MatterKind = "help"       // 需要协调
)

// A Matter is something about a task that the meeting should know.
type Matter struct {
	Key    string // once: "plan:1:T05:end"
	Kind   MatterKind
	Plan   int64
	Task   string
	Name   string
	Unit   org.UnitID
	Force  org.UnitID
	Reason string // Chinese
	Path   string
}

// Late lists the tasks that are late on a day, milestones that were missed, reports that are
// missing and help that was asked for; the worst first.
func (s *Service) Late(ctx context.Context, reader perm.Actor, on period.Day) (list []Matter, err error) {
	defer fault.Wrap(&err, "plan.Late(%s)", on)
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		books, err := s.books(tx, on)
		if err != nil {
			return err
		}
		for _, b := range books {
			for _, l := range b.lines() {
				list = append(list, l.matters()...)
			}
		}
		return nil
	})
	rank := map[MatterKind]int{EndPassed: 0, MarkPassed: 1, HelpAsked: 2, Unreported: 3}
	slices.SortStableFunc(list, func(a, b Matter) int { return cmp.Compare(rank[a.Kind], rank[b.Kind]) })
	return list, err
}

func (l Line) matters() (out []Matter) {
	add := func(k MatterKind, ref, reason string) {
		out = append(out, Matter{Key: "plan:" + num(l.Plan) + ":" + l.Code + ":" + string(k) + ref, Kind: k, Plan: l.Plan, Task: l.Code, Name: l.Name, Unit: l.Lead, Force: l.Force, Reason: reason, Path: l.Path})
	}
	st := l.Standing
	if st.State == Late {
		add(EndPassed, "", st.Why(nil))
	}
	for _, m := range st.Marks {
		if m.Late && st.State != Late && st.State != Done {
			add(MarkPassed, strconv.Itoa(m.Milestone.No), markReason(m))
		}
	}
	if l.Help != "" && st.State != Done {
		add(HelpAsked, num(st.Last.ID), l.Help)
	}
	if n := len(st.Missing); n > 0 {
		add(Unreported, "", missingReason(st.Missing))
	}
	return out
}

// A Count is how many tasks stand how.
type Count struct {
	All    int
	States map[TaskState]int
	Lights map[measure.Light]int
}

func count(list []Line) Count {
	c := Count{States: map[TaskState]int{}, Lights: map[measure.Light]int{}}
	for _, l := range list {
		c.All++
		c.States[l.Standing.State]++
		c.Lights[l.Standing.Light]++
	}
	return c
}

// plans lists the plans, the newest first.
func (s *Service) plans(ctx context.Context) (list []Plan, err error) {
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		list, err = sqldb.All(tx, scanPlan, plansSQL)
		return err
	})
	return list, err
}

// chosen gives the plan asked for, or the one that runs today, or the newest; 0 without any.
func (s *Service) chosen(list []Plan, id int64) int64 {
	if id != 0 {
		return id
	}
	for _, p := range list {
		if p.From <= s.today() && s.today() <= p.To {
			return p.ID
		}
	}
	if len(list) > 0 {
		return list[0].ID
	}
	return 0
}

// open reads a plan as of today for a reader.
func (s *Service) open(ctx context.Context, reader perm.Actor, id int64) (b book, err error) {
	defer fault.Wrap(&err, "plan.open(%d)", id)
	if err := reader.May(ruleRead, perm.On{}); err != nil {
		return b, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		b, err = s.book(tx, id, s.today())
		return err
	})
	return b, err
}

// base gives the address before the links of documents.
func (s *Service) base() string {
	if s.joints.Base == nil {
		return ""
	}
	return s.joints.Base()
}
