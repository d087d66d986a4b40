package methods

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/web"
)

// Every page is proved against its view.
func TestPagesFitTheirViews(t *testing.T) {
	listPage()
	methodPage()
	verifyPage()
}

type door struct{}

// Identify knows people by the role they name.
func (door) Identify(r *http.Request) (web.Session, error) {
	role := perm.Role(r.Header.Get("X-Role"))
	if role == "" {
		return web.Session{}, fault.New(fault.SignedOut, "请先登录")
	}
	return web.Session{ID: string(role), Actor: perm.Actor{Login: string(role), Posts: []perm.Post{{Role: role}}}}, nil
}

func serve(t *testing.T) (*Service, string) {
	s := New(time.Now)
	t.Cleanup(s.Close)
	site := web.NewSite(web.Options{Identity: door{}, Modules: []web.Module{s.Module()}, Clock: time.Now, Title: "试验县", TitleEN: "Test", SignIn: "/login"})
	server := httptest.NewServer(site)
	t.Cleanup(server.Close)
	return s, server.URL
}

type answer struct {
	*goquery.Document
	status int
	to     string
	header http.Header
}

func ask(t *testing.T, role perm.Role, method, url, lang string) answer {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if role != "" {
		r.Header.Set("X-Role", string(role))
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if lang != "" {
		r.AddCookie(&http.Cookie{Name: "lang", Value: lang})
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	doc, err := goquery.NewDocumentFromReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{doc, res.StatusCode, res.Header.Get("Location"), res.Header}
}

// Every role reads every page; strangers are sent to sign in, and nothing is told to them.
func TestWhoMayRead(t *testing.T) {
	_, site := serve(t)
	for _, role := range perm.Roles() {
		for _, path := range []string{listPath, Path("funnel_limits"), verifyPath, casePath("topsis")} {
			if a := ask(t, role, "GET", site+path, ""); a.status != 200 {
				t.Errorf("%s %s: %d", role, path, a.status)
			}
		}
	}
	for _, path := range []string{listPath, Path("funnel_limits"), verifyPath, casePath("topsis")} {
		if a := ask(t, "", "GET", site+path, ""); a.status == 200 || strings.Contains(a.Text(), "漏斗") {
			t.Errorf("a stranger got %s: %d", path, a.status)
		}
	}
	if a := ask(t, "", "POST", site+verifyPath, ""); a.status == 200 || strings.HasSuffix(a.to, verifyPath) {
		t.Errorf("a stranger began a check: %d to %s", a.status, a.to)
	}
}

// Every page of a method can be opened in both languages and has the places that others link to.
func TestEveryMethodHasItsPage(t *testing.T) {
	_, site := serve(t)
	list := ask(t, perm.Reader, "GET", site+listPath, "")
	for _, m := range open().methods {
		for _, lang := range []string{"zh", "en"} {
			a := ask(t, perm.Reader, "GET", site+Path(m.ID), lang)
			if a.status != 200 {
				t.Errorf("%s in %s: %d", m.ID, lang, a.status)
				continue
			}
			for _, place := range []string{"ask", "how", "when", "short", "read", "never", "example", "formula", "gate", "source", "deviations", "cases"} {
				if a.Find("#"+place).Length() != 1 {
					t.Errorf("%s has no place %s", m.ID, place)
				}
			}
			if h := a.Find("h1").Text(); h != m.in(map[string]lens{"zh": {"zh"}, "en": {"en"}}[lang].Lang).Name {
				t.Errorf("%s in %s is called %q", m.ID, lang, h)
			}
			if lang == "zh" && a.Find("#example .tag").Text() != map[bool]string{false: "演示数据", true: "假设的数"}[m.Assumed] {
				t.Errorf("the example of %s is not marked", m.ID)
			}
		}
		if list.Find(`a[href="`+Path(m.ID)+`"]`).Length() == 0 {
			t.Errorf("the list does not lead to %s", m.ID)
		}
		for _, id := range m.Covers {
			if a := ask(t, perm.Reader, "GET", site+Path(id), ""); a.to != Path(m.ID) {
				t.Errorf("%s leads to %q, want %s", id, a.to, Path(m.ID))
			}
		}
	}
	if a := ask(t, perm.Reader, "GET", site+"/methods/no_such", ""); a.status != 404 {
		t.Errorf("no such method: %d", a.status)
	}
	if a := ask(t, perm.Reader, "GET", site+casePath("no_such"), ""); a.status != 404 {
		t.Errorf("no such case: %d", a.status)
	}
	if a := ask(t, perm.Reader, "GET", site+casePath("topsis"), ""); !strings.Contains(a.header.Get("Content-Disposition"), "topsis.json") || !strings.Contains(a.Text(), `"expected"`) {
		t.Errorf("the case file: %v", a.header)
	}
}

// Somebody presses the button; all cases are computed, everybody sees the result, on the method's own
// page too, and the table can be taken along.
func TestTheProgramVerifiesItself(t *testing.T) {
	s, site := serve(t)
	if a := ask(t, perm.Reader, "GET", site+verifyPath, ""); !strings.Contains(a.Text(), "还没有核对过") {
		t.Errorf("before: %s", a.Find("main").Text())
	}
	if a := ask(t, perm.Office, "POST", site+verifyPath, ""); a.to != verifyPath {
		t.Fatalf("begun: %d to %q", a.status, a.to)
	}
	r, there := s.last()
	if !there {
		t.Fatal("no run")
	}
	if !r.Finished() {
		if a := ask(t, perm.Reader, "GET", site+verifyPath, ""); a.header.Get("Refresh") == "" && !r.Finished() {
			t.Errorf("under way: %s", a.Find("main").Text())
		}
	}
	r.Wait(t.Context(), time.Minute)
	out, err := r.Result()
	if err != nil || out.failed != 0 || len(out.results) != len(stats.Methods()) {
		t.Fatalf("%d results, %d failed, %v", len(out.results), out.failed, err)
	}
	a := ask(t, perm.Reader, "GET", site+verifyPath, "")
	if rows := a.Find("tbody tr").Length(); rows != len(out.results) || !strings.Contains(a.Text(), "个参考算例全部通过") {
		t.Errorf("%d rows: %s", rows, a.Find("main").Text())
	}
	if a := ask(t, perm.Reader, "GET", site+Path("topsis"), ""); !strings.Contains(a.Find("#cases").Text(), "通过") {
		t.Errorf("the method's page: %s", a.Find("#cases").Text())
	}
	if a := ask(t, perm.Reader, "GET", site+listPath, ""); !strings.Contains(a.Text(), "个参考算例全部通过") {
		t.Errorf("the list: %s", a.Find("main").Text())
	}
}

// A case that is not reproduced is told by name, with what was computed and what was expected.
func TestAFailedCheckIsTold(t *testing.T) {
	c, err := stats.ReadRefcase("poisson_count_exact_ci", []byte(`{"id":"poisson_count_exact_ci","source":{"implementation":"R"},"input":{"count":[5]},"expected":{"rate":[6]},"tolerance":{"rel":1e-9}}`))
	if err != nil {
		t.Fatal(err)
	}
	v := c.Verify()
	out := report{at: time.Date(2018, 5, 10, 9, 0, 0, 0, time.UTC), failed: 1, results: []result{{Verification: v, took: time.Second}}}
	x := lens{"zh"}
	var view verifyView
	x.ended(&view, out)
	if view.Good || !strings.Contains(view.Verdict, "1 个不符") || len(view.Faults) != 1 || !strings.Contains(view.Faults[0], "rate.[0] 处算得 5，参考结果是 6") {
		t.Errorf("%+v", view)
	}
	table := x.resultsTable(open(), out)
	if got := table.Rows[0].Cells[2].Text; got != "不符" {
		t.Errorf("the table says %q", got)
	}
}
