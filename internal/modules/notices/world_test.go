package notices

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/testkit"
)

// The units of the test county.
const (
	county org.UnitID = iota + 1
	town
	village
	otherTown
	post
	office
	force
	bureau
)

// The accounts.
const (
	officer int64 = iota + 1
	standIn
	leader
	member
	reporter
	otherReporter
	admin
	auditor
	gone // has no post any more
)

func tree(t testing.TB) *org.Tree {
	t.Helper()
	from := period.MustDay("2015-01-01")
	unit := func(id org.UnitID, code string, kind org.Kind, name string, parent org.UnitID) org.Unit {
		return org.Unit{ID: id, Code: code, Kind: kind, Versions: []org.Version{{From: from, Name: name, Short: name, Parent: parent, Order: int(id)}}}
	}
	r, err := org.New([]org.Unit{unit(county, "520121", org.County, "开阳县", 0), unit(town, "520121101", org.Township, "甲镇", county),
		unit(village, "520121101200", org.Village, "甲村", town), unit(otherTown, "520121102", org.Township, "乙镇", county),
		unit(post, "KY-ZHB", org.CommandPost, "指挥部", 0), unit(office, "KY-JDB", org.Office, "禁毒办", post),
		unit(force, "KY-ZB1", org.TaskForce, "宣传专班", post), unit(bureau, "KY-JYJ", org.Department, "教育局", post)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r.On(period.MustDay("2018-05-10"))
}

type fixedUnits struct {
	tree     *org.Tree
	calendar *calendar.Calendar
}

func (u fixedUnits) Today() *org.Tree             { return u.tree }
func (u fixedUnits) Calendar() *calendar.Calendar { return u.calendar }

func actor(id int64, t *org.Tree, posts ...perm.Post) perm.Actor {
	login := fmt.Sprintf("u%d", id)
	for i := range posts {
		posts[i].ID, posts[i].Title = id*10+int64(i), "岗位"
	}
	return perm.Actor{Account: id, Login: login, Name: "用户" + login, Posts: posts, Tree: t}
}

func people(t *org.Tree) []perm.Actor {
	return []perm.Actor{
		actor(officer, t, perm.Post{Role: perm.Office, Unit: office}),
		actor(standIn, t, perm.Post{Role: perm.Office, Unit: office, StandIn: true}),
		actor(leader, t, perm.Post{Role: perm.Leader, Unit: post}),
		actor(member, t, perm.Post{Role: perm.Member, Unit: force}),
		actor(reporter, t, perm.Post{Role: perm.Reporter, Unit: town}),
		actor(otherReporter, t, perm.Post{Role: perm.Reporter, Unit: otherTown}),
		actor(admin, t, perm.Post{Role: perm.SysAdmin}),
		actor(auditor, t, perm.Post{Role: perm.Auditor}),
	}
}

// A world is one server over a database.
type world struct {
	t     *testing.T
	db    *sqldb.DB
	clock *testkit.Clock
	svc   *Service
	tree  *org.Tree
	site  *web.Site
	log   *lockedBuffer
	dates []Date
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}
func (l *lockedBuffer) String() string { l.mu.Lock(); defer l.mu.Unlock(); return l.b.String() }

// byCookie is the Identity of tests: the cookie names who asks.
type byCookie struct{ w *world }

func (i byCookie) Identify(r *http.Request) (web.Session, error) {
	c, err := r.Cookie("who")
	if err != nil {
		return web.Session{}, fault.New(fault.SignedOut, "您没有登录，或登录已经结束；请重新登录")
	}
	if c.Value == "screen" {
		return web.Session{ID: c.Value, Screen: true, Actor: perm.Actor{Login: "screen", Posts: []perm.Post{{ID: 1, Role: perm.Reader}}}}, nil
	}
	for _, a := range i.w.svc.people() {
		if a.Login == c.Value {
			return web.Session{ID: a.Login, Actor: a}, nil
		}
	}
	return web.Session{}, fault.New(fault.SignedOut, "您没有登录，或登录已经结束；请重新登录")
}

func start(t *testing.T, db *sqldb.DB, clock *testkit.Clock) *world {
	t.Helper()
	years, err := calendar.Published()
	if err != nil {
		t.Fatal(err)
	}
	days, err := calendar.New(years...)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, db: db, clock: clock, tree: tree(t), log: &lockedBuffer{}}
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	key := sha256.Sum256([]byte("test"))
	w.svc = New(db, fixedUnits{w.tree, days}, Options{Clock: clock.Now, Log: log, Key: func() ([]byte, error) { return key[:], nil }})
	all := people(w.tree)
	w.svc.Join(Joints{People: func() []perm.Actor { return all }, Dates: func(_ context.Context, _ perm.Actor, from, to period.Day) ([]Date, error) { return w.dates, nil }})
	m := w.svc.Module()
	if err := m.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	db.OnChange(m.OnChange)
	last := int64(0)
	if err := db.View(context.Background(), func(tx *sqldb.Tx) (err error) { last, err = tx.LastChange(); return err }); err != nil {
		t.Fatal(err)
	}
	db.StartAt(last)
	w.site = web.NewSite(web.Options{DB: db, Identity: byCookie{w}, Modules: []web.Module{m}, Clock: clock.Now, Log: log, Title: "测试办", TitleEN: "Test office",
		SignIn: "/login", Change: "/account", Bell: w.svc.Bell})
	return w
}

// each runs a test on both databases; again opens a second server over the same one.
func each(t *testing.T, day string, test func(w *world, again func() *world)) {
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) {
			target, clock := testkit.Target(t, d), testkit.NewClock(day)
			db := testkit.OpenAt(t, target, clock)
			list, err := sqldb.Migrations([]fs.FS{embedded, notify.Migrations}...)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Migrate(context.Background(), list); err != nil {
				t.Fatal(err)
			}
			test(start(t, db, clock), func() *world { return start(t, testkit.OpenAt(t, target, clock), clock) })
		})
	}
}

func (w *world) as(id int64) perm.Actor {
	w.t.Helper()
	a, ok := w.svc.person(id)
	if !ok {
		w.t.Fatalf("no account %d", id)
	}
	return a
}

func (w *world) tell(events ...notify.Event) {
	w.t.Helper()
	for _, e := range events {
		if err := w.db.InTx(context.Background(), func(tx *sqldb.Tx) error { return w.svc.Tell(tx, e) }); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) run() {
	w.t.Helper()
	if err := w.db.CatchUp(context.Background()); err != nil {
		w.t.Fatal(err)
	}
	if err := w.svc.Run(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) inbox(id int64) []Notice {
	w.t.Helper()
	list, _, err := w.svc.Inbox(context.Background(), w.as(id))
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// task is an event for the reporters of units.
func task(key string, due period.Day, units ...org.UnitID) notify.Event {
	return notify.Event{Key: key, Kind: notify.ToDo, Roles: []perm.Role{perm.Reporter}, Units: units, Text: "事项 %s 已交办，请签收", Args: []any{"2018-0012 " + key}, Path: "/actions/" + key, Due: due}
}

// ask sends a request as an account (0: nobody) and gives the answer.
func (w *world) ask(id int64, method, path string, form url.Values) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if id != 0 {
		r.AddCookie(&http.Cookie{Name: "who", Value: fmt.Sprintf("u%d", id)})
	}
	rec := httptest.NewRecorder()
	w.site.ServeHTTP(rec, r)
	return rec
}

// audited gives all audit lines as one text.
func (w *world) audited() string {
	w.t.Helper()
	var out strings.Builder
	err := w.db.View(context.Background(), func(tx *sqldb.Tx) error {
		rows, err := tx.Query("SELECT deed || ' ' || object || ' ' || detail || ' ' || reason FROM sys_audit ORDER BY no")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				return err
			}
			out.WriteString(s + "\n")
		}
		return rows.Err()
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out.String()
}
