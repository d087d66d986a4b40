package app_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/testkit/county"
)

// contract is what every answer carries (STANDARDS AS-10 to AS-12, SEC-04).
var contract = map[string]string{
	"X-Content-Type-Options":     "nosniff",
	"X-Frame-Options":            "DENY",
	"Referrer-Policy":            "same-origin",
	"Cross-Origin-Opener-Policy": "same-origin",
}

var requestID = regexp.MustCompile(`^[0-9a-f]{16}$`)

func keepsContract(t *testing.T, a county.Answer, route web.Route, secure bool) {
	t.Helper()
	for name, want := range contract {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s: %s is %q, want %q", a.Path, name, got, want)
		}
	}
	policy := a.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self';", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("%s: the policy %q has not %q", a.Path, policy, want)
		}
	}
	if !requestID.MatchString(a.Header.Get("X-Request-Id")) {
		t.Errorf("%s has the request id %q", a.Path, a.Header.Get("X-Request-Id"))
	}
	want := "no-store"
	if route.Static && a.Status == http.StatusOK {
		want = "private, no-cache" // kept by the reader's own browser and asked about each time
	}
	if got := a.Header.Get("Cache-Control"); got != want {
		t.Errorf("%s (%d): Cache-Control is %q, want %q", a.Path, a.Status, got, want)
	}
	if got := a.Header.Get("Strict-Transport-Security") != ""; got != secure {
		t.Errorf("%s: Strict-Transport-Security is sent: %v, want %v", a.Path, got, secure)
	}
	for _, name := range []string{"Server", "X-Powered-By", "Access-Control-Allow-Origin"} {
		if v := a.Header.Get(name); v != "" {
			t.Errorf("%s tells %s: %s", a.Path, name, v)
		}
	}
	media := a.Header.Get("Content-Type")
	if len(a.Body) > 0 && (media == "" || strings.HasPrefix(media, "text/") && !strings.Contains(media, "charset=utf-8")) {
		t.Errorf("%s has the media type %q", a.Path, media)
	}
	for _, cookie := range (&http.Response{Header: a.Header}).Cookies() {
		if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" || cookie.Secure != secure {
			t.Errorf("%s sets a cookie against the contract: %s", a.Path, cookie)
		}
	}
	if word := leak.FindString(string(a.Body)); word != "" {
		t.Errorf("%s (%d) leaks %q", a.Path, a.Status, word)
	}
}

// leak finds what belongs into the log only.
var leak = regexp.MustCompile(`goroutine \d+|[a-z_]+\.go:\d+|runtime error|SQLITE_|SQLSTATE|pgconn|no such table|/internal/|panic:`)

func TestEveryAnswerKeepsTheContract(t *testing.T) {
	o, at := employed(t)
	visitors := []*county.Visitor{county.Visit(t, at)}
	for _, role := range []perm.Role{perm.Office, perm.Reporter, perm.SysAdmin, perm.Auditor} {
		visitors = append(visitors, county.SignIn(t, at, staff[role]))
	}
	answers := 0
	for _, r := range append(o.Site.Routes(), web.Route{Pattern: "GET /healthz"}, web.Route{Pattern: "GET /no/such/page"}) {
		method, pattern, _ := strings.Cut(r.Pattern, " ")
		if method != http.MethodGet {
			continue
		}
		for _, v := range visitors {
			for _, query := range []string{"", "?format=xlsx"} {
				keepsContract(t, v.Get(address(pattern, true)+query), r, false)
				answers++
			}
		}
	}
	// Refused, wrong and unknown deeds too.
	for _, a := range []county.Answer{
		visitors[0].Post("/login", "login", "office", "password", "wrong"),
		visitors[0].Post("/login"),
		visitors[1].Post("/definitions/new"),
		visitors[1].Post("/lang", "lang", "en", "back", "https://evil.example/"),
		visitors[2].Post("/accounts"),
	} {
		keepsContract(t, a, web.Route{}, false)
		if to := a.To(); to != "" && !strings.HasPrefix(to, "/") {
			t.Errorf("%s leads out of the site: %s", a.Path, to)
		}
	}
	t.Logf("%d answers", answers)
}

// Behind a named proxy, or with a certificate, cookies are for https only and bound to the host.
func TestBehindAProxyCookiesAreBoundToHTTPS(t *testing.T) {
	cfg, _ := county.Config(t, county.Copy(t))
	cfg.Proxies = []string{"127.0.0.1"}
	o := county.Open(t, cfg)
	at := county.Serve(t, o)
	v := county.Visit(t, at)
	a := v.Post("/login", "login", "office", "password", "Cha-Shan-2018!")
	keepsContract(t, a, web.Route{}, true)
	cookies := (&http.Response{Header: a.Header}).Cookies()
	if a.Status != http.StatusSeeOther || len(cookies) != 1 || !strings.HasPrefix(cookies[0].Name, "__Host-") {
		t.Fatalf("signing in = %d with %v", a.Status, cookies)
	}
	// A browser sends it over https only; the proxy passes it on.
	a = county.Visit(t, at).Ask(http.MethodGet, "/", "", nil, "Cookie", cookies[0].Name+"="+cookies[0].Value, "X-Forwarded-For", "203.0.113.9")
	if a.Status != http.StatusOK {
		t.Errorf("the front page through the proxy = %d", a.Status)
	}
	keepsContract(t, a, web.Route{Static: true}, true)
	// The plain name is not accepted, so nobody can plant it.
	a = county.Visit(t, at).Ask(http.MethodGet, "/", "", nil, "Cookie", "session="+cookies[0].Value)
	if a.Status != http.StatusSeeOther {
		t.Errorf("a cookie without the prefix was accepted: %d", a.Status)
	}
}

// Nonsense in an address gets a sentence, never a fault of the program.
func TestNonsenseInAnAddressIsAnswered(t *testing.T) {
	o, at := employed(t)
	office, auditor, reporter := county.SignIn(t, at, "office"), county.SignIn(t, at, "auditor"), county.SignIn(t, at, "t101")
	nonsense := []string{"0", "-1", "99999999999999999999", "' OR 1=1 --", "<script>alert(1)</script>", "%s%d%n", "../../etc/passwd", "\x00", "\xff\xfe", "🙂", strings.Repeat("长", 300), "a\r\nSet-Cookie: x=1"}
	keys := []string{"period", "unit", "code", "level", "by", "sort", "dir", "format", "version", "cell", "as_of", "pick", "before", "year", "map", "kind", "show", "labels", "a", "b", "q", "account", "from", "to", "next", "token"}
	asked := 0
	for i, r := range o.Site.Routes() {
		method, pattern, _ := strings.Cut(r.Pattern, " ")
		if method != http.MethodGet {
			continue
		}
		v := office
		if strings.HasPrefix(r.Rule.Deed, "accounts") || strings.HasPrefix(r.Rule.Deed, "audit") {
			v = auditor
		} else if r.Rule.Deed == "returns.fill" {
			v = reporter
		}
		var paths []string
		for j, bad := range nonsense {
			q := url.Values{}
			for k := range 4 {
				q.Set(keys[(7*i+3*j+k*5)%len(keys)], bad)
			}
			paths = append(paths, address(pattern, true)+"?"+q.Encode())
			if strings.Contains(pattern, "{") && !strings.Contains(pattern, "{$}") {
				paths = append(paths, wildcard.ReplaceAllString(pattern, url.PathEscape(bad)))
			}
		}
		for _, path := range paths {
			a := v.Get(path)
			asked++
			if a.Status >= 500 {
				t.Errorf("%.200s = %d: %.200s", path, a.Status, a.Text())
			}
			if word := leak.FindString(string(a.Body)); word != "" {
				t.Errorf("%.200s leaks %q", path, word)
			}
			if strings.Contains(string(a.Body), "<script>alert(1)") {
				t.Errorf("%.200s puts a script into the page", path)
			}
			if a.Header.Get("Set-Cookie") != "" && strings.Contains(a.Header.Get("Set-Cookie"), "x=1") {
				t.Errorf("%.200s splits the header", path)
			}
		}
	}
	t.Logf("%d addresses", asked)
}
