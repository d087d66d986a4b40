package assessment

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/testkit"
)

// A county of six townships with figures of its own, with this module on a real database.
type office struct {
	t     *testing.T
	db    *sqldb.DB
	clock *testkit.Clock
	reg   *org.Register
	cells map[string]string // code/unit → printed value
	*Service
}

const (
	county org.UnitID = iota + 1
	town1
	town2
	town3
	town4
	town5
	town6
	post
	force
)

func (o *office) Register() *org.Register { return o.reg }
func (o *office) Today() *org.Tree        { return o.reg.On(period.DayOf(o.clock.Now())) }

// Choices and Table stand for the indicators.
func (o *office) Choices() []Choice {
	return []Choice{{Code: "ZX", Name: "执行率", NameEN: "Execution rate", Up: true}, {Code: "XZ", Name: "新滋生率", Down: true}, {Code: "HD", Name: "活动场次"}}
}

func (o *office) Table(_ context.Context, codes []string, units []org.UnitID, p period.Period) ([][]Cell, error) {
	out := make([][]Cell, len(units))
	for i, u := range units {
		for _, code := range codes {
			c := Cell{Text: "未报", Path: fmt.Sprintf("/figures/%s?unit=%d&period=%s", code, u, p)}
			if v := o.cells[fmt.Sprintf("%s/%d", code, u)]; v == "hidden" {
				c.Text = "已隐去"
			} else if v != "" {
				c.Text, c.Value, c.AsOf, c.Definition = v, v, 7, 1
			}
			out[i] = append(out[i], c)
		}
	}
	return out, nil
}

func testRegister(t testing.TB) *org.Register {
	from := period.MustDay("2015-01-01")
	unit := func(id org.UnitID, code string, kind org.Kind, name string, parent org.UnitID) org.Unit {
		return org.Unit{ID: id, Code: code, Kind: kind, Versions: []org.Version{{From: from, Name: name, Parent: parent}}}
	}
	list := []org.Unit{unit(county, "999901", org.County, "试验县", 0), unit(post, "ZHB", org.CommandPost, "指挥部", 0), unit(force, "ZB4", org.TaskForce, "缉毒打击专班", post)}
	for i, name := range []string{"甲镇", "乙镇", "丙镇", "丁乡", "戊乡", "己乡"} {
		list = append(list, unit(town1+org.UnitID(i), fmt.Sprintf("99990110%d", i+1), org.Township, name, county))
	}
	r, err := org.New(list, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func newOffice(t *testing.T, d sqldb.Dialect) *office {
	clock := testkit.NewClock("2018-05-10")
	db := testkit.OpenAt(t, testkit.Target(t, d), clock)
	list, err := sqldb.Migrations([]fs.FS{files.Migrations, embedded}...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Migrate(context.Background(), list); err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, db: db, clock: clock, reg: testRegister(t), cells: map[string]string{}}
	for i, v := range []string{"99", "97", "95", "90", "85", "82"} {
		u := int(town1) + i
		o.cells[fmt.Sprintf("ZX/%d", u)] = v
		o.cells[fmt.Sprintf("XZ/%d", u)] = fmt.Sprint(1 + i)
	}
	o.Service = New(db, o, clock.Now)
	o.SetFigures(o)
	return o
}

func onBoth(t *testing.T, story func(t *testing.T, o *office)) {
	t.Helper()
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) { story(t, newOffice(t, d)) })
	}
}

func (o *office) person(account int64, role perm.Role, unit org.UnitID) perm.Actor {
	return perm.Actor{Account: account, Login: fmt.Sprintf("u%d", account), Name: fmt.Sprintf("%s%d", role.Label(), account), Tree: o.Today(),
		Posts: []perm.Post{{ID: 100 + account, Role: role, Unit: unit, Title: role.Label()}}}
}

func (o *office) chief() perm.Actor              { return o.person(1, perm.Office, post) }
func (o *office) leader() perm.Actor             { return o.person(2, perm.Leader, post) }
func (o *office) member() perm.Actor             { return o.person(3, perm.Member, force) }
func (o *office) reader() perm.Actor             { return o.person(4, perm.Reader, county) }
func (o *office) auditor() perm.Actor            { return o.person(5, perm.Auditor, 0) }
func (o *office) town(u org.UnitID) perm.Actor   { return o.person(10+int64(u), perm.Reporter, u) }
func (o *office) worker(u org.UnitID) perm.Actor { return o.person(30+int64(u), perm.Worker, u) }
func (o *office) everybody() map[string]perm.Actor {
	return map[string]perm.Actor{"office": o.chief(), "leader": o.leader(), "member": o.member(), "reader": o.reader(), "auditor": o.auditor(), "town1": o.town(town1), "town2": o.town(town2), "worker1": o.worker(town1)}
}

func as(a perm.Actor) context.Context {
	return sqldb.WithBy(context.Background(), sqldb.By{Account: a.Login, Name: a.Name, Post: a.PostTitle()})
}

func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t testing.TB, err error, k fault.Kind, words string) {
	t.Helper()
	if fault.KindOf(err) != k || err == nil || !strings.Contains(fault.Say(err, nil)+err.Error(), words) {
		t.Errorf("got %v, want kind %v with %q", err, k, words)
	}
}

func plain() Scheme {
	return Scheme{Name: "乡镇综合评价", Span: Yearly, From: period.MustDay("2017-01-01"), Digits: 1, Least: 60,
		Items: []Item{{Code: "ZX", Weight: "3", Higher: true, Floor: "80", Target: "100"}, {Code: "XZ", Weight: "1", Floor: "10", Target: "0"}}}
}

// published makes a scheme and lets the leader publish it.
func (o *office) published() int64 {
	o.t.Helper()
	id := must(o.SaveDraft(as(o.chief()), o.chief(), plain()))(o.t)
	ok(o.t, o.Publish(as(o.leader()), o.leader(), id, 1))
	return id
}

// A front is the pages of an office as a browser without scripts sees them.
type front struct {
	*office
	server *httptest.Server
	people map[string]perm.Actor
	lang   string
}

// Identify knows people by a header.
func (f *front) Identify(r *http.Request) (web.Session, error) {
	a, known := f.people[r.Header.Get("X-Who")]
	if !known {
		return web.Session{}, fault.New(fault.SignedOut, "请先登录")
	}
	a.Tree = f.Today()
	return web.Session{ID: a.Login, Actor: a}, nil
}

func newFront(t *testing.T) *front {
	o := newOffice(t, sqldb.SQLite)
	f := &front{office: o, people: o.everybody()}
	site := web.NewSite(web.Options{DB: o.db, Identity: f, Modules: []web.Module{o.Module()}, Clock: o.clock.Now, Title: "试验县", TitleEN: "Test"})
	f.server = httptest.NewServer(site)
	t.Cleanup(f.server.Close)
	return f
}

type page struct {
	t      testing.TB
	path   string
	status int
	to     string
	body   []byte
	doc    *goquery.Document
}

func (f *front) do(who, method, path, media string, body io.Reader) page {
	f.t.Helper()
	r, err := http.NewRequest(method, f.server.URL+path, body)
	ok(f.t, err)
	r.Header.Set("X-Who", who)
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	if f.lang != "" {
		r.AddCookie(&http.Cookie{Name: "lang", Value: f.lang})
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	ok(f.t, err)
	defer res.Body.Close()
	content, err := io.ReadAll(res.Body)
	ok(f.t, err)
	p := page{t: f.t, path: path, status: res.StatusCode, to: res.Header.Get("Location"), body: content}
	p.doc, err = goquery.NewDocumentFromReader(bytes.NewReader(content))
	ok(f.t, err)
	return p
}

func (f *front) get(who, path string) page { f.t.Helper(); return f.do(who, "GET", path, "", nil) }

func (f *front) post(who, path string, fields ...string) page {
	f.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	return f.do(who, "POST", path, "application/x-www-form-urlencoded", strings.NewReader(v.Encode()))
}

func (f *front) upload(who, path, name string, content []byte) page {
	f.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	ok(f.t, err)
	_, err = part.Write(content)
	ok(f.t, err)
	ok(f.t, w.Close())
	return f.do(who, "POST", path, w.FormDataContentType(), &b)
}

func (p page) is(status int) page {
	p.t.Helper()
	if p.status != status {
		p.t.Fatalf("%s = %d, want %d: %s", p.path, p.status, status, p.text())
	}
	return p
}

func (p page) text() string { return strings.Join(strings.Fields(p.doc.Find("main").Text()), " ") }

func (p page) says(words ...string) page {
	p.t.Helper()
	for _, w := range words {
		if !strings.Contains(string(p.body), w) {
			p.t.Errorf("%s does not say %q: %s", p.path, w, p.text())
		}
	}
	return p
}

func (p page) without(words ...string) page {
	p.t.Helper()
	for _, w := range words {
		if strings.Contains(string(p.body), w) {
			p.t.Errorf("%s says %q: %s", p.path, w, p.text())
		}
	}
	return p
}
