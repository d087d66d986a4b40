package actions

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

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
	"kaiyang/internal/platform/web"
	"kaiyang/internal/testkit"
)

const (
	county org.UnitID = iota + 1
	jia               // township 甲镇
	yi                // township 乙乡
	jia1              // a village of it
	post              // command post
	forceA            // task force
	forceB
	police // department in force A
	school // department in force B
	office
)

// A world is a small county with this module on a real database, and people to act as.
type world struct {
	testing.TB
	ctx   context.Context
	db    *sqldb.DB
	clock *testkit.Clock
	reg   *org.Register
	cal   *calendar.Calendar
	told  *inbox
	heads map[org.UnitID]bool
	vals  map[string]string // figures by "period"
	as    perm.Actor
	site  *web.Site
	*Service
}

func (w *world) Register() *org.Register      { return w.reg }
func (w *world) Today() *org.Tree             { return w.reg.On(period.DayOf(w.clock.Now())) }
func (w *world) Calendar() *calendar.Calendar { return w.cal }

func (w *world) Identify(*http.Request) (web.Session, error) {
	if w.as.Login == "" {
		return web.Session{}, fault.New(fault.SignedOut, "请先登录")
	}
	return web.Session{ID: w.as.Login, Actor: w.as}, nil
}

// An inbox keeps events as the module of notices does: a second of the same key is dropped, and
// here counted.
type inbox struct {
	mu     sync.Mutex
	events []notify.Event
	twice  []string
	fail   bool
}

func (b *inbox) Tell(_ *sqldb.Tx, e notify.Event) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail {
		return errors.New("the inbox is full")
	}
	for _, o := range b.events {
		if o.Key == e.Key {
			b.twice = append(b.twice, e.Key)
			return nil
		}
	}
	if strings.Count(e.Text, "%") != len(e.Args) || e.Path == "" || len(e.Roles) == 0 {
		return fmt.Errorf("an event that cannot be read: %+v", e)
	}
	b.events = append(b.events, e)
	return nil
}

// said lists the texts of events that hold a word.
func (b *inbox) said(word string) (out []notify.Event) {
	for _, e := range b.events {
		if strings.Contains(fmt.Sprintf(e.Text, e.Args...), word) {
			out = append(out, e)
		}
	}
	return out
}

func testUnits() []org.Unit {
	from := period.MustDay("2015-01-01")
	unit := func(id org.UnitID, code string, k org.Kind, name string, parent org.UnitID) org.Unit {
		return org.Unit{ID: id, Code: code, Kind: k, Versions: []org.Version{{From: from, Name: name, Parent: parent}}}
	}
	return []org.Unit{
		unit(county, "999901", org.County, "试验县", 0), unit(jia, "999901101", org.Township, "甲镇", county), unit(yi, "999901202", org.Township, "乙乡", county),
		unit(jia1, "999901101201", org.Village, "甲一村", jia), unit(post, "ZHB", org.CommandPost, "试验县禁毒人民战争指挥部", 0),
		unit(forceA, "ZB4", org.TaskForce, "缉毒打击专班", post), unit(forceB, "ZB1", org.TaskForce, "宣传专班", post),
		unit(police, "DEP-GA", org.Department, "县公安局", forceA), unit(school, "DEP-JY", org.Department, "县教育局", forceB), unit(office, "JDB", org.Office, "试验县禁毒委员会办公室", post),
	}
}

func testCalendar(t testing.TB) *calendar.Calendar {
	years, err := calendar.Published()
	if err != nil {
		t.Fatal(err)
	}
	c, err := calendar.New(years...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func folders() []fs.FS { return []fs.FS{embedded, files.Migrations} }

// each runs a test in a world on both databases; the clock stands at 2018-05-10, a Thursday.
func each(t *testing.T, test func(w *world)) {
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) { test(openWorld(t, d)) })
	}
}

func openWorld(t testing.TB, d sqldb.Dialect) *world {
	tt := t.(*testing.T)
	w := &world{TB: t, ctx: context.Background(), clock: testkit.NewClock("2018-05-10"), cal: testCalendar(t), told: &inbox{}, heads: map[org.UnitID]bool{}, vals: map[string]string{}}
	var err error
	if w.reg, err = org.New(testUnits(), nil); err != nil {
		t.Fatal(err)
	}
	w.db = testkit.OpenAt(tt, testkit.Target(tt, d), w.clock)
	list, err := sqldb.Migrations(folders()...)
	w.must(err)
	_, err = w.db.Migrate(w.ctx, list)
	w.must(err)
	w.Service = w.service(w.db)
	w.site = web.NewSite(web.Options{DB: w.db, Identity: w, Modules: []web.Module{w.Module()}, Clock: w.clock.Now, Log: slog.New(slog.DiscardHandler), Title: "试验县", SignIn: "/login"})
	return w
}

// service opens a further process on a database.
func (w *world) service(db *sqldb.DB) *Service {
	s := New(db, w, files.New(db), w.clock.Now, slog.New(slog.DiscardHandler))
	s.SetNotices(w.told)
	s.SetHeads(func(u org.UnitID) bool { return w.heads[u] })
	s.SetFigures(func(_ context.Context, _ perm.Actor, f work.Figure, p period.Period) (string, float64, measure.Light, bool) {
		text, ok := w.vals[p.String()]
		light := measure.Red
		if text >= "98" {
			light = measure.Green
		}
		return text, 0, light, ok
	})
	s.SetNamed(func() []Named {
		return []Named{{"I5", "强制隔离戒毒执行率", "Compulsory isolation enforcement"}, {"I1", "两抢一盗占比", "Share of theft"}}
	})
	s.SetPrint(func(d *docgen.Document, format string, out io.Writer) error {
		_, err := io.WriteString(out, format+" "+d.Number+" "+d.Title)
		return err
	})
	return s
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// refused wants an error of a kind that says something.
func (w *world) refused(what string, err error, k fault.Kind, says string) {
	w.Helper()
	if err == nil || fault.KindOf(err) != k || !strings.Contains(said(err), says) {
		w.Errorf("%s: got %v, want kind %d saying %q", what, err, k, says)
	}
}

// said gives everything an error tells a person.
func said(err error) string {
	var list fault.Findings
	if errors.As(err, &list) {
		return list.Error()
	}
	return fault.Say(err, nil)
}

func (w *world) actor(login string, role perm.Role, unit org.UnitID) perm.Actor {
	return perm.Actor{Account: 1, Login: login, Name: "某" + login, Tree: w.Today(), Posts: []perm.Post{{ID: 1, Role: role, Unit: unit, Title: w.unitName(unit) + " " + role.Label()}}}
}

func (w *world) boss() perm.Actor     { return w.actor("boss", perm.Leader, post) }
func (w *world) officer() perm.Actor  { return w.actor("officer", perm.Office, office) }
func (w *world) officer2() perm.Actor { return w.actor("officer2", perm.Office, office) }
func (w *world) jia() perm.Actor      { return w.actor("jia", perm.Reporter, jia) }
func (w *world) jia2() perm.Actor     { return w.actor("jia2", perm.Reporter, jia) }
func (w *world) yi() perm.Actor       { return w.actor("yi", perm.Reporter, yi) }
func (w *world) memberA() perm.Actor  { return w.actor("memberA", perm.Member, forceA) }
func (w *world) memberB() perm.Actor  { return w.actor("memberB", perm.Member, forceB) }
func (w *world) reader() perm.Actor   { return w.actor("reader", perm.Reader, county) }

func day18(s string) period.Day { return period.MustDay("2018-" + s) }

// draft is a complete draft for 甲镇 with 乙乡 assisting, due on Friday 2018-05-25.
func draft() work.Draft {
	return work.Draft{Title: "整改易制毒化学品台账", Content: "补齐台账", Standard: "台账齐全并经现场核对", Lead: jia, Assist: []org.UnitID{yi}, Force: forceA, Deadline: day18("05-25"),
		Source: work.Source{Kind: work.FromInspection, Text: "2018年5月检查"}}
}

// assigned opens a draft that waits to be signed.
func (w *world) assigned(d work.Draft) int64 {
	w.Helper()
	d.Assigned = true
	item, err := w.Propose(w.ctx, w.officer(), d, true)
	w.must(err)
	return item.ID
}

func (w *world) get1(id int64) Action {
	w.Helper()
	var a Action
	w.must(w.db.View(w.ctx, func(tx *sqldb.Tx) (err error) { a, err = itemOf(tx, id); return err }))
	return a
}

func (w *world) state(id int64, want work.State) Action {
	w.Helper()
	a := w.get1(id)
	if a.State != want {
		w.Fatalf("item %d is %s, want %s", id, a.State, want)
	}
	return a
}

func png(text string) Upload {
	return Upload{Name: text + ".png", Content: append([]byte("\x89PNG\r\n\x1a\n"), text...)}
}

// answered brings an item of draft() to be verified.
func (w *world) answered(id int64) Action {
	w.Helper()
	w.must(w.Sign(w.ctx, w.jia(), id))
	w.must(w.Report(w.ctx, w.yi(), id, Report{Unit: yi, Text: "已配合"}))
	w.must(w.Report(w.ctx, w.jia(), id, Report{Unit: jia, Text: "台账已补齐", Uploads: []Upload{png("台账")}}))
	return w.state(id, work.Answered)
}

// closed brings an item of draft() to its end.
func (w *world) closed(id int64) Action {
	w.Helper()
	a := w.answered(id)
	w.must(w.Verify(w.ctx, w.memberA(), id, a.Version, "属实"))
	w.must(w.Close(w.ctx, w.officer(), id, w.get1(id).Version, ""))
	return w.state(id, work.Closed)
}
