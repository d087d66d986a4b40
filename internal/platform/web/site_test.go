package web_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/testkit"
)

// person is an Identity for tests: the header names who asks.
type person struct{}

func (person) Identify(r *http.Request) (web.Session, error) {
	switch who := r.Header.Get("X-Test-Person"); who {
	case "":
		return web.Session{}, fault.New(fault.SignedOut, "请先登录")
	case "new":
		return web.Session{ID: who, MustChange: true, Actor: perm.Actor{Login: who, Name: who}}, nil
	default:
		return web.Session{ID: who, Actor: perm.Actor{Login: who, Name: who, Posts: []perm.Post{{ID: 1, Role: perm.Role(who), Title: "岗位"}}}}, nil
	}
}

type helloView struct{ Who string }

var files = fstest.MapFS{"templates/hello.html": {Data: []byte(`<p id="hello">{{t "出错了"}} {{.Who}}</p>`)}}

func site(t *testing.T, db *sqldb.DB) *web.Site {
	t.Helper()
	hello := web.MustPage[helloView](files, "hello.html")
	rule := perm.Rule{Deed: "hello", Label: "问好", Roles: []perm.Role{perm.Office}}
	page := func(w http.ResponseWriter, r *http.Request) error {
		return hello.Render(w, r, "出错了", helloView{Who: r.URL.Query().Get("who")})
	}
	m := web.Module{Name: "hello", Menu: []web.MenuItem{{Group: "组", Label: "问好", Path: "/hello", Rule: rule}}, Routes: []web.Route{
		{Pattern: "GET /hello", Rule: rule, Static: true, Handle: page},
		{Pattern: "GET /fresh", Rule: rule, Handle: page},
		{Pattern: "POST /hello", Rule: rule, MaxBody: 1 << 20, Handle: func(w http.ResponseWriter, r *http.Request) error {
			if _, err := io.ReadAll(r.Body); err != nil {
				return err
			}
			return web.Done(w, r, r.URL.Query().Get("to"), "已保存 %d", 1)
		}},
		{Pattern: "GET /broken", Rule: rule, Handle: func(http.ResponseWriter, *http.Request) error {
			return errors.New("secret: table x is missing")
		}},
		{Pattern: "GET /panic", Rule: rule, Handle: func(http.ResponseWriter, *http.Request) error { panic("secret") }},
		{Pattern: "GET /table", Rule: rule, Handle: func(w http.ResponseWriter, r *http.Request) error {
			x := &table.Table{Name: "表", Columns: []table.Column{{Head: []string{"名"}, Key: "n"}}, Rows: []table.Row{{Cells: []table.Cell{table.Text("=1+1")}}}}
			if done, err := web.SendTable(w, r, "乡镇排名", x); done || err != nil {
				return err
			}
			return nil
		}},
		{Pattern: "GET /login", Public: true, Handle: page},
	}}
	return web.NewSite(web.Options{DB: db, Identity: person{}, Modules: []web.Module{m}, Clock: testkit.NewClock("2018-05-10").Now,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Title: "测试办", TitleEN: "Test office", Banner: "", Version: "t", Secure: true,
		Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, SignIn: "/login", Change: "/account"})
}

func ask(s http.Handler, method, path, who string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	if who != "" {
		r.Header.Set("X-Test-Person", who)
	}
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func header(k, v string) func(*http.Request) { return func(r *http.Request) { r.Header.Set(k, v) } }

func TestWhoMaySeeAPage(t *testing.T) {
	db := testkit.Open(t, sqldb.SQLite)
	s := site(t, db)
	for _, c := range []struct {
		name, path, who string
		status          int
		where           string
	}{
		{"a stranger is sent to the log-in and comes back after", "/hello?who=x", "", 303, "/login?next=%2Fhello%3Fwho%3Dx"},
		{"another role is refused", "/hello", "reader", 403, ""},
		{"the right role sees it", "/hello", "office", 200, ""},
		{"who must change the password sees nothing else", "/hello", "new", 303, "/account"},
		{"what is not there is not found", "/nowhere", "office", 404, ""},
		{"a public page answers strangers", "/login", "", 200, ""},
	} {
		w := ask(s, "GET", c.path, c.who)
		if w.Code != c.status || w.Header().Get("Location") != c.where {
			t.Errorf("%s: %d %q, want %d %q", c.name, w.Code, w.Header().Get("Location"), c.status, c.where)
		}
	}
	if n, err := db.CheckAudit(t.Context()); n != 1 || err != nil {
		t.Errorf("audited refusals: %d, %v; want the one", n, err)
	}
}

// The contract of STANDARDS AS-10..12 holds on every answer, refused ones too.
func TestHeadersOfEveryAnswer(t *testing.T) {
	s := site(t, testkit.Open(t, sqldb.SQLite))
	for _, path := range []string{"/hello", "/broken", "/nowhere", "/static/none.css", "/table?format=xlsx"} {
		h := ask(s, "GET", path, "office").Header()
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin"} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s = %q, want %q", path, name, got, want)
			}
		}
		if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'self'") || strings.Contains(csp, "unsafe-eval") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: CSP %q", path, csp)
		}
		if !strings.Contains(h.Get("Strict-Transport-Security"), "max-age=31536000") {
			t.Errorf("%s: no HSTS", path)
		}
	}
}

func TestAnUnchangedPageIsNotSentAgain(t *testing.T) {
	db := testkit.Open(t, sqldb.SQLite)
	s := site(t, db)
	first := ask(s, "GET", "/hello", "office")
	tag := first.Header().Get("Etag")
	if first.Code != 200 || tag == "" {
		t.Fatalf("first: %d, tag %q", first.Code, tag)
	}
	if got := ask(s, "GET", "/hello", "office", header("If-None-Match", tag)); got.Code != 304 || got.Body.Len() != 0 {
		t.Errorf("again: %d with %d bytes, want 304 with none", got.Code, got.Body.Len())
	}
	if got := ask(s, "GET", "/hello", "office", header("If-None-Match", tag), header("Cookie", "lang=en")); got.Code != 200 || !strings.Contains(got.Body.String(), "Something went wrong") {
		t.Errorf("other language: %d, want a new page in English", got.Code)
	}
	if err := db.InTx(t.Context(), func(tx *sqldb.Tx) error { _, err := tx.Change("x", ""); return err }); err != nil {
		t.Fatal(err)
	}
	if got := ask(s, "GET", "/hello", "office", header("If-None-Match", tag)); got.Code != 200 {
		t.Errorf("after a change: %d, want 200", got.Code)
	}
	if got := ask(s, "GET", "/fresh", "office").Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("a page that is not static: Cache-Control %q, want no-store", got)
	}
}

func TestAnotherSitesPostIsRefused(t *testing.T) {
	s := site(t, testkit.Open(t, sqldb.SQLite))
	for _, c := range []struct {
		name   string
		with   func(*http.Request)
		status int
	}{
		{"cross-site by fetch metadata", header("Sec-Fetch-Site", "cross-site"), 403},
		{"foreign origin", header("Origin", "https://evil.example"), 403},
		{"same origin", header("Sec-Fetch-Site", "same-origin"), 303},
	} {
		if got := ask(s, "POST", "/hello?to=/hello", "office", c.with).Code; got != c.status {
			t.Errorf("%s: %d, want %d", c.name, got, c.status)
		}
	}
}

// STANDARDS AS-14: nobody is led away.
func TestOnlyLocalPathsAreFollowed(t *testing.T) {
	s := site(t, testkit.Open(t, sqldb.SQLite))
	for _, to := range []string{"https://evil.example", "//evil.example", "/\\evil.example", "evil", "javascript:alert(1)", "/ok\r\nX: 1", ""} {
		w := ask(s, "POST", "/hello?to="+url.QueryEscape(to), "office", header("Sec-Fetch-Site", "same-origin"))
		if got := w.Header().Get("Location"); got != "/" {
			t.Errorf("to %q leads to %q, want /", to, got)
		}
	}
	w := ask(s, "POST", "/hello?to=/hello%3Fwho=1", "office", header("Sec-Fetch-Site", "same-origin"))
	if got := w.Header().Get("Location"); got != "/hello?who=1" {
		t.Errorf("a local path leads to %q", got)
	}
	var flash *http.Cookie
	for _, c := range w.Result().Cookies() {
		if c.Name == "flash" {
			flash = c
		}
	}
	if flash == nil || !flash.HttpOnly || !flash.Secure {
		t.Fatalf("no safe flash cookie: %+v", flash)
	}
}

// A fault inside is told neutrally; the log has the rest.
func TestFaultsInsideStayInside(t *testing.T) {
	s := site(t, testkit.Open(t, sqldb.SQLite))
	for _, path := range []string{"/broken", "/panic"} {
		w := ask(s, "GET", path, "office")
		if w.Code != 500 || strings.Contains(w.Body.String(), "secret") || !strings.Contains(w.Body.String(), w.Header().Get("X-Request-Id")) {
			t.Errorf("%s: %d %s", path, w.Code, w.Body.String())
		}
	}
	w := ask(s, "GET", "/broken", "office", header("Accept", "application/json"))
	if ct := w.Header().Get("Content-Type"); w.Code != 500 || ct != "application/json; charset=utf-8" || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("as JSON: %d %s %s", w.Code, ct, w.Body.String())
	}
}

func TestABodyTooLargeIsRefusedWithTheLimit(t *testing.T) {
	s := site(t, testkit.Open(t, sqldb.SQLite))
	r := httptest.NewRequest("POST", "/hello?to=/hello", bytes.NewReader(make([]byte, 2<<20)))
	r.Header.Set("X-Test-Person", "office")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != 413 || !strings.Contains(w.Body.String(), "1 MB") {
		t.Errorf("%d %.200s", w.Code, w.Body.String())
	}
}

// STANDARDS AS-15.
func TestForwardedAddressesCountOnlyFromTrustedProxies(t *testing.T) {
	s := site(t, testkit.Open(t, sqldb.SQLite))
	for _, c := range []struct{ peer, forwarded, want string }{
		{"192.0.2.7:1000", "203.0.113.9", "192.0.2.7"},
		{"10.1.1.1:1000", "203.0.113.9", "203.0.113.9"},
		{"10.1.1.1:1000", "1.1.1.1, 203.0.113.9, 10.2.2.2", "203.0.113.9"},
		{"10.1.1.1:1000", "", "10.1.1.1"},
		{"10.1.1.1:1000", "nonsense", "10.1.1.1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.peer
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := s.ClientAddress(r); got != c.want {
			t.Errorf("peer %s, forwarded %q: %s, want %s", c.peer, c.forwarded, got, c.want)
		}
	}
}

func TestADownloadHasAChineseNameAndIsNoFormula(t *testing.T) {
	s := site(t, testkit.Open(t, sqldb.SQLite))
	w := ask(s, "GET", "/table?format=csv", "office")
	if got := w.Header().Get("Content-Disposition"); !strings.Contains(got, "filename*=UTF-8''"+url.PathEscape("乡镇排名.csv")) {
		t.Errorf("Content-Disposition %q", got)
	}
	if body := w.Body.String(); !strings.HasPrefix(body, "\uFEFF") || strings.Contains(body, "\n=1+1") {
		t.Errorf("body %q", body)
	}
}

func TestATemplateWithAWrongFieldStopsTheProgram(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("MustPage accepted a template with a field that its struct lacks")
		}
	}()
	web.MustPage[helloView](fstest.MapFS{"templates/x.html": {Data: []byte(`{{if .Who}}{{.Nobody}}{{end}}`)}}, "x.html")
}
