package accounts

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
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
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/testkit"
)

// fixedUnits answers with one register for ever.
type fixedUnits struct {
	reg   *org.Register
	clock *testkit.Clock
}

func (u fixedUnits) Register() *org.Register { return u.reg }
func (u fixedUnits) Today() *org.Tree        { return u.reg.On(period.DayOf(u.clock.Now())) }

// An office is the module with a site around it, on a real database.
type office struct {
	t     *testing.T
	db    *sqldb.DB
	clock *testkit.Clock
	svc   *Service
	site  *web.Site
}

// each runs a story on both databases, in an empty office at nine of 2018-05-10.
func each(t *testing.T, story func(t *testing.T, o *office)) {
	t.Helper()
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) {
			target, clock := testkit.Target(t, d), testkit.NewClock("2018-05-10")
			story(t, openOffice(t, target, clock, true))
		})
	}
}

// openOffice opens an office; a second one on the same target is another process.
func openOffice(t *testing.T, target string, clock *testkit.Clock, migrate bool) *office {
	t.Helper()
	db := testkit.OpenAt(t, target, clock)
	if migrate {
		list, err := sqldb.Migrations([]fs.FS{Files()}...)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Migrate(context.Background(), list); err != nil {
			t.Fatal(err)
		}
	}
	return serve(t, db, clock, false)
}

func serve(t *testing.T, db *sqldb.DB, clock *testkit.Clock, secure bool) *office {
	t.Helper()
	o := &office{t: t, db: db, clock: clock}
	o.svc = New(db, fixedUnits{testRegister(t), clock}, Options{Clock: clock.Now, Secure: secure})
	o.svc.hasher = newHasher(2, cost{KiB: 64, Passes: 1, Threads: 1}) // the real cost has tests of its own
	m := o.svc.Module()
	db.OnChange(m.OnChange)
	if err := m.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	all := perm.Rule{Deed: "front.view", Label: "看首页", Roles: []perm.Role{perm.Reader, perm.Reporter, perm.Office, perm.Leader}}
	say := func(text string) web.Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			_, err := fmt.Fprintf(w, "%s %s", text, web.ActorOf(r).Login)
			return err
		}
	}
	front := web.Module{Name: "front", Rules: []perm.Rule{all}, Routes: []web.Route{
		{Pattern: "GET /{$}", Rule: all, Handle: say("front")}, {Pattern: "POST /{$}", Rule: all, Handle: say("posted")}, {Pattern: "GET /rank", Rule: all, Handle: say("rank")}}}
	o.site = web.NewSite(web.Options{DB: db, Identity: o.svc, Modules: []web.Module{front, m}, Clock: clock.Now, Title: "测试县", Version: "test", Secure: secure,
		SignIn: "/login", Change: "/account", Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	o.svc.SetRules(o.site.Rules)
	return o
}

// A browser keeps cookies and asks from an address.
type browser struct {
	o       *office
	address string
	cookies map[string]string
	set     []*http.Cookie // of the last answer
	header  http.Header
	status  int
	body    string
	place   string // Location of the last answer
}

func (o *office) browser(address string) *browser {
	return &browser{o: o, address: address, cookies: map[string]string{}}
}

func (b *browser) send(r *http.Request) *browser {
	b.o.t.Helper()
	r.RemoteAddr = b.address + ":40000"
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0")
	for n, v := range b.cookies {
		r.AddCookie(&http.Cookie{Name: n, Value: v})
	}
	w := httptest.NewRecorder()
	b.o.site.ServeHTTP(w, r)
	res := w.Result()
	b.set, b.header, b.status, b.body, b.place = res.Cookies(), res.Header, res.StatusCode, w.Body.String(), res.Header.Get("Location")
	for _, c := range b.set {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	return b
}

func (b *browser) get(path string) *browser {
	b.o.t.Helper()
	return b.send(httptest.NewRequest("GET", path, nil))
}

func (b *browser) post(path string, fields ...string) *browser {
	b.o.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	r := httptest.NewRequest("POST", path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.send(r)
}

func (b *browser) logIn(login, password string) *browser {
	b.o.t.Helper()
	return b.post("/login", "login", login, "password", password)
}

// want checks the status of the last answer.
func (b *browser) want(status int) *browser {
	b.o.t.Helper()
	if b.status != status {
		b.o.t.Fatalf("status = %d, want %d: %s", b.status, status, b.text())
	}
	return b
}

func (b *browser) shows(text string) *browser {
	b.o.t.Helper()
	if !strings.Contains(b.text(), text) {
		b.o.t.Errorf("%q is not shown in: %s", text, b.text())
	}
	return b
}

func (b *browser) leadsTo(path string) *browser {
	b.o.t.Helper()
	b.want(http.StatusSeeOther)
	if b.place != path {
		b.o.t.Errorf("leads to %q, want %q", b.place, path)
	}
	return b
}

func (b *browser) doc() *goquery.Document {
	d, err := goquery.NewDocumentFromReader(strings.NewReader(b.body))
	if err != nil {
		b.o.t.Fatal(err)
	}
	return d
}

// text gives the words of the main part.
func (b *browser) text() string {
	m := b.doc().Find("main").Text()
	if m == "" {
		m = b.body
	}
	return strings.Join(strings.Fields(m), " ")
}

const goodPassword = "Tq7#mvKe-long"

// admin makes the first administrator and signs in with a password of its own.
func (o *office) admin() *browser {
	o.t.Helper()
	login, secret, err := o.svc.FirstAdmin(context.Background())
	if err != nil {
		o.t.Fatal(err)
	}
	return o.settle(login, secret, "10.0.0.1")
}

// settle signs in with a one-time secret and puts the good password in its place.
func (o *office) settle(login, secret, address string) *browser {
	o.t.Helper()
	b := o.browser(address)
	b.logIn(login, secret).leadsTo("/account")
	b.post("/account", "present", secret, "new", goodPassword, "again", goodPassword).leadsTo("/account")
	return b
}

// person makes an account with posts, as the administrator would, and gives its one-time secret.
func (o *office) person(login string, grants ...Grant) string {
	o.t.Helper()
	ctx := context.Background()
	by := Operator("test")
	_, secret, err := o.svc.CreateAccount(ctx, by, NewAccount{Login: login, Name: "测试" + login})
	if err != nil {
		o.t.Fatal(err)
	}
	for _, g := range grants {
		g.Login = login
		if _, err := o.svc.GrantPost(ctx, by, g); err != nil {
			o.t.Fatal(err)
		}
	}
	return secret
}

// signedIn makes an account with posts and gives a browser in which it is signed in.
func (o *office) signedIn(login string, grants ...Grant) *browser {
	o.t.Helper()
	return o.settle(login, o.person(login, grants...), "10.0.0.9")
}

// audited lists deed, object and result of all lines of the audit.
func (o *office) audited() []string {
	o.t.Helper()
	var out []string
	err := o.db.View(context.Background(), func(tx *sqldb.Tx) error {
		list, err := searchAudit(tx, AuditQuery{}, 10_000)
		for i := len(list) - 1; i >= 0; i-- {
			a := list[i]
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %s %s", a.Account, a.Deed, a.Object, a.Result, a.Reason)))
		}
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return out
}

func (o *office) wantAudited(line string) {
	o.t.Helper()
	n := 0
	for _, l := range o.audited() {
		if strings.HasPrefix(l, line) {
			n++
		}
	}
	if n == 0 {
		o.t.Errorf("the audit has no line %q in:\n%s", line, strings.Join(o.audited(), "\n"))
	}
}

func wantKind(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Errorf("%s: %v (kind %d), want kind %d", what, err, fault.KindOf(err), want)
	}
}
