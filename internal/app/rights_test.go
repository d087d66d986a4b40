package app_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kaiyang/internal/app"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/demo"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/testkit/county"
)

// staff names the account that stands for each role. The reporter is of 520121101.
var staff = map[perm.Role]string{
	perm.Leader: "leader", perm.Office: "office", perm.Member: "zb3", perm.Reporter: "t101", perm.Worker: "worker", perm.Reader: "reader",
	perm.SysAdmin: "admin", perm.SecAdmin: "secadmin", perm.Auditor: "auditor",
}

// employed serves a county where every role is held by somebody.
func employed(t *testing.T) (*app.Office, string) {
	t.Helper()
	o := county.Office(t)
	county.Employ(t, o, "worker", perm.Worker, "520121101")
	county.Employ(t, o, "secadmin", perm.SecAdmin, "")
	return o, county.Serve(t, o)
}

// public are the only addresses that answer strangers; those of one's own account ask for a
// log-in themselves.
var public = []string{"GET /login", "POST /login", "POST /logout", "GET /screen/enter",
	"GET /calendar/{file}", // a secret address stands in for the log-in of calendar programs
	"GET /account", "POST /account", "GET /account/rights", "POST /account/logins/{login}/end"}

func TestEveryRouteHasARule(t *testing.T) {
	o := county.Office(t)
	deeds := map[string]bool{}
	for _, r := range o.Site.Rules() {
		if deeds[r.Deed] {
			t.Errorf("two rules are called %s", r.Deed)
		}
		deeds[r.Deed] = true
		if r.Label == "" || len(r.Roles) == 0 {
			t.Errorf("rule %s has no label or no role", r.Deed)
		}
	}
	var open []string
	for _, r := range o.Site.Routes() {
		switch {
		case r.Public:
			open = append(open, r.Pattern)
		case r.Rule.Deed == "":
			t.Errorf("%s has no rule: everything is forbidden unless a rule says who may", r.Pattern)
		case !deeds[r.Rule.Deed]:
			t.Errorf("%s has the rule %s, which no module lists, so that the roles page does not show it", r.Pattern, r.Rule.Deed)
		}
		if r.Static && !strings.HasPrefix(r.Pattern, "GET ") {
			t.Errorf("%s is marked Static", r.Pattern)
		}
	}
	slices.Sort(open)
	want := slices.Sorted(slices.Values(public))
	if !slices.Equal(open, want) {
		t.Errorf("public routes are %q, want %q", open, want)
	}
}

var wildcard = regexp.MustCompile(`\{[a-z]+\}`)

// address fills in the wildcards of a pattern.
func address(pattern string, real bool) string {
	if at, ok := strings.CutPrefix(pattern, "/returns/{form}/{unit}/{period}"); ok {
		if real {
			return "/returns/F_JD/520121101/2018-03" + at
		}
		return "/returns/F_JD/520121999/2018-03" + at
	}
	if at := addresses[pattern]; at != "" && real {
		return at
	}
	if real {
		for at, value := range samples {
			if pattern == at || strings.HasPrefix(pattern, at+"/") {
				pattern = strings.Replace(pattern, wildcard.FindString(at), value, 1)
				break
			}
		}
	}
	return strings.ReplaceAll(wildcard.ReplaceAllString(pattern, "999999"), "{$}", "")
}

// TestAccess asks for every route as nobody and as every role (STANDARDS SEC-02, AS-22): what the
// route's rule says is what happens, and nobody is refused without a sentence.
func TestAccess(t *testing.T) {
	o, at := employed(t)
	stranger := county.Visit(t, at)
	visitors := map[perm.Role]*county.Visitor{}
	for role, login := range staff {
		visitors[role] = county.SignIn(t, at, login)
	}
	if o.Facts.ClosedAt(period.MustParse("2018-01")) != 299 {
		samples["/admin/closings/{no}"] = fmt.Sprint(o.Facts.ClosedAt(period.MustParse("2018-01")))
	}
	tick(t, o)
	before := o.DB.Seq()
	cells := 0
	for _, r := range o.Site.Routes() {
		method, pattern, _ := strings.Cut(r.Pattern, " ")
		path := address(pattern, method == http.MethodGet)
		ask := func(v *county.Visitor) county.Answer {
			cells++
			if method == http.MethodPost {
				return v.Send(path, url.Values{})
			}
			return v.Get(path)
		}
		if pattern != "/login" && pattern != "/logout" && pattern != "/screen/enter" && pattern != "/calendar/{file}" {
			a := ask(stranger)
			refused := a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden
			led := method == http.MethodGet && a.Status == http.StatusSeeOther && strings.HasPrefix(a.To(), "/login")
			if strings.HasPrefix(pattern, "/api/") {
				led = false
			}
			if !refused && !led {
				t.Errorf("%s as nobody = %d to %q", r.Pattern, a.Status, a.To())
			}
		}
		if r.Public {
			continue // one's own account, which every role has
		}
		for role, v := range visitors {
			a := ask(v)
			may := slices.Contains(r.Rule.Roles, role)
			switch {
			case r.Pattern == "GET /{$}" && !may:
				// Whoever has no dashboard is led to where the own work begins.
				if a.Status != http.StatusSeeOther || v.Get(a.To()).Status != http.StatusOK {
					t.Errorf("the front page as %s = %d to %q", role, a.Status, a.To())
				}
			case role == perm.SysAdmin && handedOver[r.Rule.Deed]:
				if a.Status != http.StatusForbidden && method == http.MethodPost || !strings.Contains(a.Text(), "安全管理员") {
					t.Errorf("%s as %s = %d although there is a security administrator: %s", r.Pattern, role, a.Status, a.Text())
				}
			case !may && a.Status != http.StatusForbidden:
				t.Errorf("%s as %s (%s) = %d, want 403", r.Pattern, role, path, a.Status)
			case !may && !strings.Contains(string(a.Body), "您的角色不能"):
				t.Errorf("%s as %s is refused without saying why: %s", r.Pattern, role, a.Text())
			case may && a.Status == http.StatusForbidden && elsewhere[r.Pattern] == role:
				// the role may, but not for this unit
			case may && (a.Status == http.StatusForbidden || a.Status == http.StatusUnauthorized || a.Status >= 500):
				t.Errorf("%s as %s (%s) = %d: %s", r.Pattern, role, path, a.Status, a.Text())
			case may && method == http.MethodGet && a.Status != http.StatusOK && !found[r.Pattern][a.Status]:
				t.Errorf("%s as %s (%s) = %d to %q: %s", r.Pattern, role, path, a.Status, a.To(), a.Text())
			}
		}
	}
	if after := o.DB.Seq(); after != before {
		t.Errorf("asking changed the data: change %d became %d", before, after)
	}
	t.Logf("%d cells of role and route", cells)
}

// handedOver are the deeds that the system administrator has only until there is a security
// administrator (STANDARDS MLPS-08).
var handedOver = map[string]bool{"accounts.grant": true, "accounts.policy": true, "accounts.screens": true}

// sensitive says once more, in words of its own, who may reach what; it does not look at the rules.
var sensitive = []struct {
	paths string
	roles string
}{
	{"/indicators /compare /figures/I1 /api/v1/figures/I1 /units/520121101 /returns/rate /forms /definitions /help/formula", "leader office member reporter worker reader"},
	{"/returns", "office member reporter"},
	{"/returns/review", "office member"},
	{"/definitions/new /definitions/edit/I1 /definitions/import /definitions/bundles/new /definitions/elements/new /forms/new /forms/F_JD/edit", "office"},
	{"/admin/import/facts /admin/import/elements /definitions/elements/XYRS/facts /admin/units/add /admin/units/import /admin/map", "office"},
	{"/accounts /accounts/2 /accounts/2/rights /posts /settings/security /settings/screens", "sysadmin secadmin auditor"},
	{"/accounts/new", "sysadmin"},
	{"/audit /audit/1 /audit/check", "auditor office"},
}

func TestSensitivePages(t *testing.T) {
	_, at := employed(t)
	for role, login := range staff {
		v := county.SignIn(t, at, login)
		for _, s := range sensitive {
			want := http.StatusForbidden
			if slices.Contains(strings.Fields(s.roles), string(role)) {
				want = http.StatusOK
			}
			for _, path := range strings.Fields(s.paths) {
				if a := v.Get(path); a.Status != want {
					t.Errorf("%s as %s = %d, want %d", path, role, a.Status, want)
				}
			}
		}
		// The menu leads nowhere where one would be refused.
		start := v.Page("/account")
		for _, href := range links(start) {
			a := v.Get(href)
			if a.Status == http.StatusSeeOther {
				a = v.Get(a.To())
			}
			if a.Status != http.StatusOK {
				t.Errorf("the menu of %s leads to %s = %d", role, href, a.Status)
			}
		}
	}
}

// A browser says where a request comes from; a deed from another site is refused before anything
// is looked at, for everybody.
func TestDeedsFromOtherSitesAreRefused(t *testing.T) {
	o, at := employed(t)
	office := county.SignIn(t, at, "office")
	before := o.DB.Seq()
	posts := 0
	for _, r := range append(o.Site.Routes(), web.Route{Pattern: "POST /lang"}) {
		method, pattern, _ := strings.Cut(r.Pattern, " ")
		if method != http.MethodPost {
			continue
		}
		posts++
		for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
			a := office.Ask(method, address(pattern, true), "application/x-www-form-urlencoded", strings.NewReader("login=office"), header...)
			if a.Status != http.StatusForbidden || !strings.Contains(a.Text(), "请求来自别的网站") {
				t.Errorf("%s with %v = %d: %s", r.Pattern, header, a.Status, a.Text())
			}
		}
	}
	if posts < 40 {
		t.Errorf("only %d deeds were tried", posts)
	}
	if o.DB.Seq() != before {
		t.Error("a refused deed changed the data")
	}
	if a := office.Get("/"); a.Status != http.StatusOK {
		t.Errorf("after refused deeds the office is signed out: %d", a.Status)
	}
	// Other methods do nothing anywhere, and TRACE does not echo (STANDARDS AS-25).
	for _, method := range []string{http.MethodDelete, http.MethodPut, http.MethodPatch, http.MethodTrace, http.MethodOptions} {
		for _, path := range []string{"/", "/accounts/2", "/definitions/I1", "/returns/F_JD/520121101/2018-03"} {
			a := office.Ask(method, path, "", nil, "X-Echo", "echo-me")
			if a.Status != http.StatusNotFound && a.Status != http.StatusMethodNotAllowed || strings.Contains(string(a.Body), "echo-me") {
				t.Errorf("%s %s = %d", method, path, a.Status)
			}
		}
	}
}

// A screen on the wall sees the pages it was opened for and nothing else.
func TestAScreenSeesItsPagesOnly(t *testing.T) {
	o, at := employed(t)
	ctx, admin := county.As(t, o, "secadmin")
	_, token, err := o.Accounts.CreateScreen(ctx, admin, "会议室", []string{"/", "/units/*"}, period.MustDay("2018-06-30"))
	if err != nil {
		t.Fatal(err)
	}
	screen := county.Visit(t, at)
	if a := screen.Get("/screen/enter?token=" + url.QueryEscape(token)); a.Status != http.StatusSeeOther {
		t.Fatalf("entering = %d: %s", a.Status, a.Text())
	}
	for _, path := range []string{"/?screen=1", "/units/520121101"} {
		if a := screen.Get(path); a.Status != http.StatusOK {
			t.Errorf("%s = %d", path, a.Status)
		}
	}
	for _, path := range []string{"/compare", "/indicators", "/returns", "/accounts", "/audit", "/figures/I1", "/api/v1/figures/I1", "/account"} {
		if a := screen.Get(path); a.Status == http.StatusOK {
			t.Errorf("a screen opened %s", path)
		}
	}
	if a := screen.Post("/definitions/new"); a.Status < 400 {
		t.Errorf("a screen did something: %d", a.Status)
	}
	if got := screen.Page("/units/520121101").Text(); !strings.Contains(got, "<5") {
		t.Error("a screen shows a township without protecting small counts")
	}
}

var _ = demo.County
