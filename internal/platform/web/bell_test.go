package web_test

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/testkit"
)

// The bell is asked on each page that is made, shows the count in both languages, and leaves an
// unchanged page an unchanged page.
func TestTheBellInTheHeader(t *testing.T) {
	db := testkit.Open(t, sqldb.SQLite)
	count, path := 3, "/inbox"
	hello := web.MustPage[helloView](files, "hello.html")
	rule := perm.Rule{Deed: "hello", Label: "问好", Roles: []perm.Role{perm.Office}}
	m := web.Module{Name: "hello", Routes: []web.Route{{Pattern: "GET /hello", Rule: rule, Static: true, Handle: func(w http.ResponseWriter, r *http.Request) error {
		return hello.Render(w, r, "出错了", helloView{})
	}}, {Pattern: "GET /login", Public: true, Handle: func(w http.ResponseWriter, r *http.Request) error {
		return hello.Render(w, r, "出错了", helloView{})
	}}}}
	s := web.NewSite(web.Options{DB: db, Identity: person{}, Modules: []web.Module{m}, Clock: testkit.NewClock("2018-05-10").Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Title: "测试办", SignIn: "/login", Bell: func(*http.Request) (int, string) { return count, path }})
	page := ask(s, "GET", "/hello", "office")
	if body := page.Body.String(); !strings.Contains(body, `class="bell" href="/inbox"`) || !strings.Contains(body, "<b>3</b>") {
		t.Errorf("no bell with 3 on %s", body)
	}
	if again := ask(s, "GET", "/hello", "office", header("If-None-Match", page.Header().Get("Etag"))); again.Code != http.StatusNotModified {
		t.Errorf("an unchanged page gave %d", again.Code)
	}
	if body := ask(s, "GET", "/login", "").Body.String(); strings.Contains(body, "bell") {
		t.Error("a stranger has a bell")
	}
	count = 0
	if body := ask(s, "GET", "/hello", "office").Body.String(); !strings.Contains(body, `class="bell"`) || strings.Contains(body, "<b>0") {
		t.Error("a bell with nothing waiting is wrong")
	}
	path = ""
	if body := ask(s, "GET", "/hello", "office").Body.String(); strings.Contains(body, "bell") {
		t.Error("a reader without messages has a bell")
	}
}

func BenchmarkPage(b *testing.B) {
	for name, bell := range map[string]func(*http.Request) (int, string){"without": nil, "bell": func(*http.Request) (int, string) { return 12, "/inbox" }} {
		b.Run(name, func(b *testing.B) {
			hello := web.MustPage[helloView](files, "hello.html")
			rule := perm.Rule{Deed: "hello", Label: "问好", Roles: []perm.Role{perm.Office}}
			s := web.NewSite(web.Options{Identity: person{}, Modules: []web.Module{{Routes: []web.Route{{Pattern: "GET /hello", Rule: rule, Handle: func(w http.ResponseWriter, r *http.Request) error {
				return hello.Render(w, r, "出错了", helloView{})
			}}}}}, Clock: testkit.NewClock("2018-05-10").Now, Title: "测试办", Bell: bell})
			for b.Loop() {
				ask(s, "GET", "/hello", "office")
			}
		})
	}
}
