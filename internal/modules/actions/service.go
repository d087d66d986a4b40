package actions

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"sync"
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

// Units is what action items need to know of the units.
type Units interface {
	Register() *org.Register
	Today() *org.Tree
	Calendar() *calendar.Calendar
}

// A Named is an indicator that an item may be meant to move.
type Named struct{ Code, Name, NameEN string }

// Figures reads one figure for a reader, protected as everywhere: as printed, as a number, its
// light; ok is false where it has no value.
type Figures func(ctx context.Context, reader perm.Actor, f work.Figure, p period.Period) (text string, value float64, light measure.Light, ok bool)

// Print writes a document in a format, "docx" or "pdf".
type Print func(d *docgen.Document, format string, w io.Writer) error

// owner is the name under which evidence is kept.
const owner = "actions"

// A Service keeps action items. It holds nothing in memory and may be used by many goroutines and
// several processes at once. The setters are called before it serves.
type Service struct {
	db    *sqldb.DB
	units Units
	files *files.Store
	clock func() time.Time
	log   *slog.Logger

	notices notify.Teller
	figures Figures
	named   func() []Named
	heads   func(org.UnitID) bool
	print   Print

	passed sync.Map // which items this process has told a successor of
}

// New makes the service.
func New(db *sqldb.DB, units Units, store *files.Store, clock func() time.Time, log *slog.Logger) *Service {
	return &Service{db: db, units: units, files: store, clock: clock, log: log}
}

// SetNotices joins the inbox; without it nobody is told.
func (s *Service) SetNotices(t notify.Teller) { s.notices = t }

// SetFigures joins the indicators; without them the effect of an item is not shown.
func (s *Service) SetFigures(f Figures) { s.figures = f }

// SetNamed joins the list of indicators that a form offers.
func (s *Service) SetNamed(f func() []Named) { s.named = f }

// SetHeads joins the posts: f tells whether a unit has a leader's post of its own. Without it, or
// where there is none, the unit's reporters are told in place of its head.
func (s *Service) SetHeads(f func(org.UnitID) bool) { s.heads = f }

// SetPrint joins the writers of documents; without them slips are shown and not written.
func (s *Service) SetPrint(f Print) { s.print = f }

func (s *Service) today() period.Day { return period.DayOf(s.clock()) }

// now gives the unit that stands for a unit today: itself, or its successor after a merger. A unit
// that was split stands for nobody until the office assigns its items anew.
func (s *Service) now(u org.UnitID) org.UnitID {
	reg := s.units.Register()
	if u == 0 || s.units.Today().Has(u) {
		return u
	}
	x, ok := reg.Unit(u)
	if !ok {
		return u
	}
	last := x.Last().To
	if next, err := reg.Recast(u, last, s.today()); err == nil {
		return next
	}
	return u
}

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

// standingName names a unit together with the one that stands for it today.
func (s *Service) standingName(l words.Lang) func(org.UnitID) string {
	return func(u org.UnitID) string {
		if next := s.now(u); next != u {
			return words.T(l, "%s（现由%s承接）", s.unitName(u), s.unitName(next))
		}
		return s.unitName(u)
	}
}

func (s *Service) unitCode(u org.UnitID) string {
	x, _ := s.units.Register().Unit(u)
	return x.Code
}

// unitOf reads the code of a unit of today; "" is none.
func (s *Service) unitOf(code string) (org.UnitID, error) {
	if code == "" {
		return 0, nil
	}
	if id, ok := s.units.Register().ByCodeOn(code, s.today()); ok {
		return id, nil
	}
	return 0, fault.New(fault.Missing, "没有代码为 %s 的单位；请从列表中选择", code)
}

// commandPost gives the root of the functional tree.
func (s *Service) commandPost() org.UnitID { return s.units.Today().Root(org.Functional) }

// officeName gives the body that issues slips: the office of the register, else the command post.
func (s *Service) officeName(set Settings) string {
	if set.Office != "" {
		return set.Office
	}
	t := s.units.Today()
	for _, u := range t.Preorder(org.Functional) {
		if t.Kind(u) == org.Office {
			return t.Name(u)
		}
	}
	return t.Name(s.commandPost())
}

// fit moves a deadline that falls on a day off to the next working day (STANDARDS CAL-02, CAL-03).
func (s *Service) fit(asked period.Day) (deadline period.Day, moved, known bool) {
	d, known := s.units.Calendar().OnOrAfter(asked)
	return d, d != asked, known
}

// deadline proves a day that was asked for and gives the working day it falls on.
func (s *Service) deadline(f *fault.Fields, asked, after period.Day) period.Day {
	d, _, _ := s.fit(asked)
	switch {
	case asked == 0:
	case d <= after && after == s.today():
		f.Need(false, "day", "截止日 %s 已经过去或就是今天；请选择今天以后的日期", asked)
	case d <= after:
		f.Need(false, "day", "新的截止日应晚于现在的截止日 %s", after)
	case d > s.today().AddMonths(60):
		f.Need(false, "day", "截止日 %s 在五年以后；请核对年份", asked)
	}
	return d
}

// tell sends an event to those who work for units or in the office; without an inbox it does nothing.
func (s *Service) tell(tx *sqldb.Tx, e notify.Event) error {
	if s.notices == nil {
		return nil
	}
	return s.notices.Tell(tx, e)
}

// A change is what a deed does to an item, to be written with log, audit and change number in one
// transaction.
type change struct {
	deed    Deed
	action  *Action
	before  work.State
	entry   Entry
	files   []File
	version bool // the item itself changed

	refigured bool // another figure was linked
}

// record writes an item with a line of its log, the audit and the change number.
func (s *Service) record(tx *sqldb.Tx, c *change) error {
	c.entry.Before, c.entry.After = c.before, c.action.State
	if c.version {
		if err := updateItem(tx, c.action); err != nil {
			return err
		}
	}
	if err := insertEntry(tx, c.action.ID, &c.entry); err != nil {
		return err
	}
	if err := insertFiles(tx, c.action.ID, c.entry.No, c.files); err != nil {
		return err
	}
	detail := map[string]any{"no": c.action.No, "from": c.before, "to": c.action.State}
	if c.entry.Reason != "" {
		detail["reason"] = c.entry.Reason
	}
	if c.entry.Note != "" {
		detail["note"] = c.entry.Note
	}
	if c.entry.Unit != 0 {
		detail["unit"] = s.unitCode(c.entry.Unit)
	}
	if len(c.files) > 0 {
		detail["files"] = len(c.files)
	}
	tx.Audit("actions."+string(c.deed), objectOf(c.action.ID), detail)
	if _, err := tx.Change("actions", strconv.FormatInt(c.action.ID, 10)); err != nil {
		return err
	}
	if d := c.deed; d == Propose || d == Close || d == EditItem && c.refigured {
		if err := s.keepReading(tx, c.action, d == Close); err != nil {
			return err
		}
	}
	// What people were told of the step before is overtaken.
	if n, ok := s.notices.(settler); ok && c.before != c.action.State {
		return n.Settle(tx, itemPath(c.action.ID))
	}
	return nil
}

// A settler marks what people were told of a page as done; the inbox is one.
type settler interface {
	Settle(tx *sqldb.Tx, path string) error
}

// key names the event of a line of a log.
func key(a *Action, e Entry, to string) string {
	return fmt.Sprintf("actions:%d:%d:%s", a.ID, e.No, to)
}

// unitsOf lists the units of an item as of today, each once.
func (s *Service) unitsOf(a *Action) []org.UnitID {
	var out []org.UnitID
	for _, p := range a.Parties {
		if u := s.now(p.Unit); !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}

// handlerRoles are the roles that work for units.
func handlerRoles() []perm.Role { return []perm.Role{perm.Reporter, perm.Member} }

// tellUnits tells the units of an item.
func (s *Service) tellUnits(tx *sqldb.Tx, a *Action, e Entry, kind notify.Kind, text string, args ...any) error {
	return s.tell(tx, notify.Event{Key: key(a, e, "units"), Kind: kind, Roles: handlerRoles(), Units: s.unitsOf(a), Text: text, Args: args,
		Path: itemPath(a.ID), Due: a.Deadline, Urgent: a.Urgent})
}

// tellOffice tells the office.
func (s *Service) tellOffice(tx *sqldb.Tx, a *Action, e Entry, kind notify.Kind, text string, args ...any) error {
	return s.tell(tx, notify.Event{Key: key(a, e, "office"), Kind: kind, Roles: []perm.Role{perm.Office}, Text: text, Args: args,
		Path: itemPath(a.ID), Due: a.Deadline, Urgent: a.Urgent})
}

// name names an item in events: its number and title.
func (a *Action) name() string {
	if a.No == "" {
		return a.Title
	}
	return a.No + " " + a.Title
}

// act does a deed of the table to one item: rights, rule, then do, then item, log, audit and
// change in one transaction.
func (s *Service) act(ctx context.Context, by perm.Actor, id int64, d Deed, g given, do, after doer) (err error) {
	defer fault.Wrap(&err, "actions.%s(%d)", d, id)
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error { return s.actIn(tx, by, id, d, g, do, after) })
}

// A doer is what a deed does beyond its rule: before everything is written it changes the item and
// finds what is wrong with the form; afterwards it writes what hangs on the line of the log.
type doer func(tx *sqldb.Tx, c *change, f *fault.Fields) error

// actIn is act inside a transaction.
func (s *Service) actIn(tx *sqldb.Tx, by perm.Actor, id int64, d Deed, g given, do, after doer) error {
	a, err := itemOf(tx, id)
	if err != nil {
		return err
	}
	r := ruleOf(d)
	post, err := s.may(by, r.Who, &a, g.unit)
	if err != nil {
		return err
	}
	logged, err := entries(tx, id)
	if err != nil {
		return err
	}
	if r.Who == LeadUnit {
		g.unit = a.Lead()
	}
	c := &change{deed: d, action: &a, before: a.State, entry: entryBy(by, post, d), files: g.files, version: true}
	c.entry.Reason, c.entry.Unit = g.reason, g.unit
	var f fault.Fields
	if g.edit != nil {
		if err := s.edit(c, &f, *g.edit); err != nil {
			return err
		}
	}
	err = r.check(&a, doing{by: by, reason: g.reason, day: g.day != 0, files: len(g.files), paper: g.paper, seen: g.seen,
		handlers: handlersOf(logged), late: a.Deadline != 0 && s.today() > a.Deadline})
	list, refused := err.(fault.Findings)
	if err != nil && !refused {
		return err
	}
	list = append(slices.Clone(g.found), list...)
	if r.To != "" {
		a.State = r.To
	}
	if do != nil {
		if err := do(tx, c, &f); err != nil {
			return err
		}
	}
	if more := f.Err(); more != nil {
		list = append(list, more.(fault.Findings)...)
	}
	if err := list.Err(); err != nil {
		return err
	}
	if err := s.record(tx, c); err != nil {
		return err
	}
	if after != nil {
		return after(tx, c, &f)
	}
	return nil
}

// given is what was given for a deed.
type given struct {
	seen   int64
	unit   org.UnitID
	reason string
	day    period.Day
	paper  string
	files  []File
	found  fault.Findings // what is wrong with files that were sent
	edit   *Edit          // words and units to be changed before the rule is asked
}

// fullName gives the full name of a unit, for documents.
func (s *Service) fullName(u org.UnitID) string {
	if t := s.units.Today(); t.Has(u) {
		return t.Name(u)
	}
	return s.unitName(u)
}
