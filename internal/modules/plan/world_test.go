package plan

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/testkit"
)

const (
	county org.UnitID = 1
	east   org.UnitID = 10
	west   org.UnitID = 11
	post   org.UnitID = 900
	forceA org.UnitID = 901
	forceB org.UnitID = 902
	school org.UnitID = 903 // the education office, beneath task force A
)

// A world is a small county: units, the published holidays, figures, items and notices that
// remember, and the real service over a real database.
type world struct {
	t      testing.TB
	db     *sqldb.DB
	clock  *testkit.Clock
	reg    *org.Register
	cal    *calendar.Calendar
	s      *Service
	site   *web.Site
	as     perm.Actor
	out    bool // nobody is signed in
	told   []notify.Event
	drafts []work.Draft
}

func (w *world) Register() *org.Register      { return w.reg }
func (w *world) Today() *org.Tree             { return w.reg.On(period.DayOf(w.clock.Now())) }
func (w *world) Calendar() *calendar.Calendar { return w.cal }

func (w *world) Identify(*http.Request) (web.Session, error) {
	if w.out {
		return web.Session{}, fault.New(fault.SignedOut, "请先登录")
	}
	return web.Session{ID: w.as.Login, Actor: w.as}, nil
}

func (w *world) Tell(_ *sqldb.Tx, e notify.Event) error { w.told = append(w.told, e); return nil }

func (w *world) Open(_ *sqldb.Tx, _ perm.Actor, d work.Draft) (work.Item, error) {
	w.drafts = append(w.drafts, d)
	return work.Item{ID: int64(len(w.drafts)), No: fmt.Sprintf("2018-%04d", len(w.drafts)), Title: d.Title, Lead: d.Lead, State: work.Assigned, Deadline: d.Deadline, Source: d.Source, Path: "/actions/1"}, nil
}

func (w *world) Items(context.Context, perm.Actor, work.Filter) (out []work.Item, err error) {
	for i, d := range w.drafts {
		out = append(out, work.Item{ID: int64(i + 1), No: "2018-0001", Title: d.Title, Lead: d.Lead, State: work.Assigned, Light: measure.Green, Why: "还有 5 个工作日", Deadline: d.Deadline, Source: d.Source, Path: "/actions/1"})
	}
	return out, nil
}

func (w *world) Newest(_ context.Context, _ perm.Actor, code string, unit org.UnitID, on period.Day) (measure.Shown, error) {
	if code != "R" {
		return measure.Shown{}, fault.New(fault.Missing, "没有指标")
	}
	return measure.Shown{Code: "R", Name: "甲率", Unit: unit, Period: period.MustParse("2018-04"), Text: "37.5%", Value: "37.5", Target: "≥40%", Light: measure.Red, Path: "/figures/R"}, nil
}

func (w *world) Bundle(ctx context.Context, a perm.Actor, _ string, on period.Day) ([]measure.Shown, error) {
	f, err := w.Newest(ctx, a, "R", county, on)
	return []measure.Shown{f}, err
}
func (w *world) Indicators() []Choice { return []Choice{{"R", "甲率"}} }
func (w *world) Bundles() []Choice    { return []Choice{{"TEN", "十项指标"}} }

func testUnits() []org.Unit {
	from := period.MustDay("2015-01-01")
	unit := func(id org.UnitID, code, name string, k org.Kind, parent org.UnitID) org.Unit {
		return org.Unit{ID: id, Code: code, Kind: k, Versions: []org.Version{{From: from, Name: name, Parent: parent}}}
	}
	return []org.Unit{unit(county, "520121", "山县", org.County, 0), unit(east, "520121100", "东镇", org.Township, county), unit(west, "520121101", "西镇", org.Township, county),
		unit(post, "ZHB", "指挥部", org.CommandPost, 0), unit(forceA, "ZBA", "甲专班", org.TaskForce, post), unit(forceB, "ZBB", "乙专班", org.TaskForce, post), unit(school, "JYJ", "教育局", org.Department, forceA)}
}

func folders() []fs.FS { return []fs.FS{files.Migrations, embedded} }

func newWorld(t testing.TB, db *sqldb.DB, clock *testkit.Clock) *world {
	t.Helper()
	w := &world{t: t, db: db, clock: clock}
	var err error
	if w.reg, err = org.New(testUnits(), nil); err != nil {
		t.Fatal(err)
	}
	years, err := calendar.Published()
	if err != nil {
		t.Fatal(err)
	}
	if w.cal, err = calendar.New(years...); err != nil {
		t.Fatal(err)
	}
	w.s = New(db, w, files.New(db), clock.Now, slog.New(slog.DiscardHandler))
	w.s.Join(Joints{Figures: w, Items: w, Notices: w})
	w.site = web.NewSite(web.Options{DB: db, Identity: w, Modules: []web.Module{w.s.Module()}, Clock: clock.Now, Log: slog.New(slog.DiscardHandler), Title: "山县", SignIn: "/login"})
	return w
}

// each runs a test on both databases with a clock of its own.
func each(t *testing.T, day string, test func(t *testing.T, w *world)) {
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) { test(t, openWorld(t, d, day)) })
	}
}

func openWorld(t *testing.T, d sqldb.Dialect, day string) *world {
	t.Helper()
	clock := testkit.NewClock(day)
	db := testkit.OpenAt(t, testkit.Target(t, d), clock)
	list, err := sqldb.Migrations(folders()...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Migrate(context.Background(), list); err != nil {
		t.Fatal(err)
	}
	return newWorld(t, db, clock)
}

func (w *world) actor(role perm.Role, unit org.UnitID) perm.Actor {
	name := fmt.Sprintf("%s%d", role, unit)
	return perm.Actor{Account: int64(unit), Login: name, Name: "某" + name, Tree: w.Today(), Posts: []perm.Post{{ID: int64(unit), Role: role, Unit: unit, Title: role.Label()}}}
}

func (w *world) office() perm.Actor             { return w.actor(perm.Office, post) }
func (w *world) leader() perm.Actor             { return w.actor(perm.Leader, post) }
func (w *world) rep(u org.UnitID) perm.Actor    { return w.actor(perm.Reporter, u) }
func (w *world) member(u org.UnitID) perm.Actor { return w.actor(perm.Member, u) }

func (w *world) ctx(a perm.Actor) context.Context {
	return sqldb.WithBy(context.Background(), sqldb.By{Account: a.Login, Name: a.Name, Post: a.PostTitle()})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("%v", err)
	}
}

// refused checks that a deed was refused in a way.
func (w *world) refused(err error, want fault.Kind, what string) {
	w.t.Helper()
	if err == nil || fault.KindOf(err) != want {
		w.t.Errorf("%s: %v, want a refusal of kind %d", what, err, want)
	}
}

func aTask(code, from, to string) Task {
	return Task{Code: code, Goal: "G1", Place: 1, Name: "任务" + code, Type: Prescribed, Lead: east, Force: forceA, Start: period.MustDay(from), End: period.MustDay(to), Standard: "做完并验收", Rhythm: period.Months}
}

// draft makes a plan of 2018 with tasks in its first draft.
func (w *world) draft(tasks ...Task) int64 {
	w.t.Helper()
	by := w.office()
	id, err := w.s.SavePlan(w.ctx(by), by, Plan{Name: "2018年工作计划", From: period.MustDay("2018-01-01"), To: period.MustDay("2018-12-31"), Host: post, Near: 3, Grace: 2})
	w.must(err)
	w.save(id, Node{Programme: &Programme{Code: "P1", Name: "第一项重点工作"}})
	w.save(id, Node{Goal: &Goal{Code: "G1", Programme: "P1", Name: "第一个目标", Bundle: "TEN", Indicators: []string{"R"}}})
	for _, t := range tasks {
		w.save(id, Node{Task: &t})
	}
	return id
}

func (w *world) save(plan int64, n Node) {
	w.t.Helper()
	by := w.office()
	_, _, err := w.s.Save(w.ctx(by), by, plan, n, false)
	w.must(err)
}

// force makes the draft the plan in force from a day.
func (w *world) force(plan int64, day string) {
	w.t.Helper()
	w.must(w.s.Propose(w.ctx(w.office()), w.office(), plan))
	w.must(w.s.Approve(w.ctx(w.leader()), w.leader(), plan, period.MustDay(day)))
}

func (w *world) task(plan int64, code string) Line {
	w.t.Helper()
	list, err := w.s.Tasks(w.ctx(w.office()), w.office(), Filter{Plan: plan})
	w.must(err)
	for _, l := range list {
		if l.Code == code {
			return l
		}
	}
	w.t.Fatalf("no task %s", code)
	return Line{}
}

var pdf = []byte("%PDF-1.4 an evidence")

func (w *world) file(by perm.Actor, plan int64, code, p string, percent int, marks ...int) (int64, error) {
	x := Filing{Period: period.MustParse(p), Percent: percent, Text: "本期做了工作"}
	for _, m := range marks {
		x.Claims = append(x.Claims, Claim{m, period.DayOf(w.clock.Now())})
		x.Files = append(x.Files, Upload{m, "佐证.pdf", pdf})
	}
	return w.s.File(w.ctx(by), by, plan, code, x)
}

func (w *world) request(method, path, media, body, lang string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	r.AddCookie(&http.Cookie{Name: "lang", Value: lang})
	rec := httptest.NewRecorder()
	w.site.ServeHTTP(rec, r)
	return rec
}

func (w *world) page(path string) string {
	w.t.Helper()
	rec := w.request("GET", path, "", "", "zh")
	if rec.Code != http.StatusOK {
		w.t.Fatalf("GET %s = %d %s", path, rec.Code, plain(rec.Body.String()))
	}
	return rec.Body.String()
}

func (w *world) post(path string, fields ...string) *httptest.ResponseRecorder {
	v := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	return w.request("POST", path, "application/x-www-form-urlencoded", v.Encode(), "zh")
}

// upload posts a form with files, each "field:name".
func (w *world) upload(path string, content map[string][]byte, fields ...string) *httptest.ResponseRecorder {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		w.must(m.WriteField(fields[i], fields[i+1]))
	}
	for k, c := range content {
		field, name, _ := strings.Cut(k, ":")
		f, err := m.CreateFormFile(field, name)
		w.must(err)
		_, err = f.Write(c)
		w.must(err)
	}
	w.must(m.Close())
	return w.request("POST", path, m.FormDataContentType(), b.String(), "zh")
}

// plain takes out tags, for messages.
func plain(s string) string {
	if i := strings.Index(s, "<main"); i >= 0 {
		s = s[i:]
	}
	var b strings.Builder
	in := false
	for _, r := range s {
		switch {
		case r == '<':
			in = true
		case r == '>':
			in = false
			b.WriteByte(' ')
		case !in:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
