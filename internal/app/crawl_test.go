package app_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strings"
	"testing"
	"unicode"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
	_ "modernc.org/sqlite" // registers the driver "sqlite"

	"kaiyang/internal/app"
	"kaiyang/internal/demo"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/words"
	"kaiyang/internal/testkit/county"
)

// links gives the addresses inside the site that a page leads to, without fragments.
func links(a county.Answer) []string {
	base, err := url.Parse(a.Path)
	if err != nil {
		return nil
	}
	var out []string
	seen := map[string]bool{}
	a.Document().Find("a[href]").Each(func(_ int, s *goquery.Selection) {
		u, err := base.Parse(s.AttrOr("href", ""))
		if err != nil || u.Host != "" || u.Scheme != "" {
			return
		}
		u.Fragment = ""
		if at := u.String(); !seen[at] && strings.HasPrefix(at, "/") {
			seen[at] = true
			out = append(out, at)
		}
	})
	return out
}

// kinds tells pages of one kind from those of another: by route and by which questions are asked.
func kinds(o *app.Office) func(path string) string {
	mux := http.NewServeMux()
	for _, r := range o.Site.Routes() {
		mux.Handle(r.Pattern, http.NotFoundHandler())
	}
	return func(path string) string {
		r, err := http.NewRequest(http.MethodGet, path, nil)
		if err != nil {
			return path
		}
		_, pattern := mux.Handler(r)
		var keys []string
		for k, v := range r.URL.Query() {
			if k == "format" {
				k += "=" + v[0]
			}
			keys = append(keys, k)
		}
		sort.Strings(keys)
		return pattern + " " + strings.Join(keys, "&")
	}
}

// crawl follows every link from the front page, at most so many pages of each kind, and gives
// each answer to see. Where a page leads on is asked too.
func crawl(t *testing.T, o *app.Office, v *county.Visitor, most int, see func(a county.Answer)) (visited []string) {
	t.Helper()
	kind := kinds(o)
	count := map[string]int{}
	from := map[string]string{"/": "the address bar"}
	queue := []string{"/", "/account"}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		k := kind(path)
		if count[k]++; count[k] > most {
			continue
		}
		a := v.Get(path)
		visited = append(visited, path)
		if a.Status == http.StatusSeeOther {
			if to := a.To(); from[to] == "" {
				from[to] = path
				queue = append(queue, to)
			}
			continue
		}
		if a.Status != http.StatusOK {
			t.Errorf("%s, linked from %s, = %d: %s", path, from[path], a.Status, a.Text())
			continue
		}
		see(a)
		if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
			continue
		}
		for _, to := range links(a) {
			if from[to] == "" {
				from[to] = path
				queue = append(queue, to)
			}
		}
	}
	return visited
}

// counters gives how many changes and audit lines there are.
func counters(t *testing.T, o *app.Office) (changes, lines int64) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+o.DB.Path()+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(`SELECT change_no, audit_no FROM sys_counter`).Scan(&changes, &lines); err != nil {
		t.Fatal(err)
	}
	return changes, lines
}

// tick does what the clock asks for on the day, so that it is not done while a test counts.
func tick(t *testing.T, o *app.Office) {
	t.Helper()
	for _, f := range []func(context.Context) error{o.Actions.Tick, o.Plan.Tick, o.Notices.Run} {
		if err := f(app.WithOperator(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
}

// deedsSince lists what was audited after a line, exports left out.
func deedsSince(t *testing.T, o *app.Office, line int64) string {
	t.Helper()
	var out []string
	err := o.DB.View(t.Context(), func(tx *sqldb.Tx) error {
		list, err := sqldb.All(tx, func(s sqldb.Scanner) (v string, err error) { err = s.Scan(&v); return v, err }, `SELECT deed || ' ' || object FROM sys_audit WHERE no > $1 ORDER BY no`, line)
		for _, d := range list {
			if !strings.Contains(d, "export") {
				out = append(out, d)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, "; ")
}

// Every link of every page that the office can reach leads somewhere, and looking changes nothing.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	o := county.Office(t)
	at := county.Serve(t, o)
	tick(t, o)
	for login, most := range map[string]int{"office": 5, "t101": 2, "zb3": 1, "auditor": 2, "admin": 2} {
		v := county.SignIn(t, at, login)
		changes, lines := counters(t, o)
		exports := int64(0)
		pages := crawl(t, o, v, most, func(a county.Answer) {
			if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
				if strings.Contains(a.Path, "/files/") || strings.Contains(a.Path, "export") || strings.Contains(a.Path, "/facts?") || strings.HasPrefix(a.Path, "/audit?") {
					exports++ // taking data out of the office is audited
				}
				if len(a.Body) == 0 {
					t.Errorf("%s is empty", a.Path)
				}
				return
			}
			d := a.Document()
			if n := d.Find("h1").Length(); n != 1 {
				t.Errorf("%s has %d main headings", a.Path, n)
			}
			if got := d.Find(`main > p.banner[role="note"]`).First().Text(); got != demo.Banner {
				t.Errorf("%s has not the banner of the demonstration: %q", a.Path, got)
			}
			if d.Find("html").AttrOr("lang", "") != "zh-CN" || strings.TrimSpace(d.Find("title").Text()) == "" {
				t.Errorf("%s has no language or no title", a.Path)
			}
			ids := map[string]bool{}
			d.Find("[id]").Each(func(_ int, s *goquery.Selection) {
				if id := s.AttrOr("id", ""); ids[id] {
					t.Errorf("%s has two elements with id %s", a.Path, id)
				} else {
					ids[id] = true
				}
			})
			d.Find("input:not([type=hidden]):not([hidden]),select,textarea:not([hidden])").Each(func(_ int, s *goquery.Selection) {
				id, hasID := s.Attr("id")
				_, labelled := s.Attr("aria-label")
				if !labelled && s.ParentsFiltered("label").Length() == 0 && !(hasID && d.Find(`label[for="`+id+`"]`).Length() > 0) {
					h, _ := goquery.OuterHtml(s)
					t.Errorf("%s has a field without a label: %.120s", a.Path, h)
				}
			})
		})
		if least := map[string]int{"office": 500, "t101": 200, "zb3": 100, "auditor": 50, "admin": 40}[login]; len(pages) < least {
			t.Errorf("%s reached only %d pages, want %d", login, len(pages), least)
		}
		c, l := counters(t, o)
		if c != changes || l > lines+exports {
			t.Errorf("looking around as %s made %d changes and %d audit lines, %d of them exports: %s", login, c-changes, l-lines, exports, deedsSince(t, o, lines))
		}
		t.Logf("%s: %d pages", login, len(pages))
	}
}

// dataWords gives every text that stands in the database: names, notes, sources, what the audit
// says. They are shown as they are in both languages. A name that has an English one beside it is
// left out: it must not be seen.
func dataWords(t *testing.T, o *app.Office) []string {
	t.Helper()
	ctx := context.Background()
	tables, err := o.DB.Tables(ctx)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+o.DB.Path()+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	set := map[string]bool{}
	var add func(v any)
	add = func(v any) {
		switch v := v.(type) {
		case string:
			var inner any
			if (strings.HasPrefix(v, "{") || strings.HasPrefix(v, "[")) && json.Unmarshal([]byte(v), &inner) == nil {
				add(inner)
			}
			if han(v) {
				set[strings.Join(strings.Fields(v), " ")] = true
			}
		case map[string]any:
			for k, x := range v {
				add(k)
				if en, ok := v[k+"_en"].(string); ok && en != "" {
					continue
				}
				add(x)
			}
		case []any:
			for _, x := range v {
				add(x)
			}
		}
	}
	for _, table := range tables {
		rows, err := db.Query(`SELECT * FROM ` + table)
		if err != nil {
			t.Fatal(err)
		}
		cols, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		vals, ptrs := make([]any, len(cols)), make([]any, len(cols))
		for i := range vals {
			ptrs[i] = &vals[i]
		}
		for rows.Next() {
			if err := rows.Scan(ptrs...); err != nil {
				t.Fatal(err)
			}
			for i, c := range cols {
				if j := slices.Index(cols, c+"_en"); j >= 0 {
					if en, _ := vals[j].(string); en != "" {
						continue
					}
				}
				add(vals[i])
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		rows.Close()
	}
	var out []string
	for s := range set {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b string) int { return len(b) - len(a) })
	return out
}

func han(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// spoken calls fn with every text of a page that a person reads or hears, but for what is marked as
// another language, formulas and what people typed, and the words in pictures.
func spoken(d *goquery.Document, fn func(text, where string)) {
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			fn(n.Data, n.Parent.Data)
			return
		}
		if n.Type == html.ElementNode {
			switch n.Data {
			case "script", "style", "code", "pre", "textarea", "text":
				return
			}
			for _, a := range n.Attr {
				if a.Key == "lang" && n.Data != "html" {
					return
				}
				switch a.Key {
				case "title", "alt", "aria-label", "placeholder", "data-confirm", "data-lost", "data-kept", "data-undo", "data-done":
					fn(a.Val, n.Data+"."+a.Key)
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	for _, n := range d.Nodes {
		walk(n)
	}
}

// English pages are English: what is left in Chinese is a name or a text from the database.
func TestEnglishPagesAreEnglish(t *testing.T) {
	o := county.Office(t)
	at := county.Serve(t, o)
	type text struct{ text, where string }
	var all []text
	known := map[string]bool{}
	look := func(a county.Answer) {
		if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") || a.Status == http.StatusSeeOther {
			return
		}
		d := a.Document()
		if d.Find("html").AttrOr("lang", "") != "en" {
			t.Errorf("%s is not in English", a.Path)
		}
		if b := d.Find(`main > p.banner[role="note"]`).Text(); han(b) {
			t.Errorf("%s has the banner %q", a.Path, b)
		}
		d.Find(`aside.help,.functions,main > p.banner[role="note"]`).Remove() // Chinese names of functions
		spoken(d, func(s, where string) {
			s = strings.Join(strings.Fields(s), " ")
			if where == "td" && strings.HasPrefix(a.Path, "/audit") && strings.HasSuffix(s, "…") {
				s = s[:max(strings.LastIndex(s, "; "), strings.LastIndex(s, ": "), 0)] // a text of the database that was cut
			}
			if where == "td" && strings.HasPrefix(a.Path, "/admin/import/") {
				return // the headings that a file may have, in both languages
			}
			if han(s) && s != "中文" && !known[s] {
				known[s] = true
				all = append(all, text{s, a.Path + " <" + where + ">"})
			}
		})
	}
	for _, login := range []string{"office", "t101", "zb3", "auditor", "admin"} {
		v := county.SignIn(t, at, login)
		v.English = true
		crawl(t, o, v, 2, look)
		// What is refused is refused in English.
		for _, path := range []string{"/no/such/page", "/units/000000", "/figures/NOPE", "/figures/I1?period=2018-13", "/accounts/new", "/definitions/new", "/returns/F_JD/520121102/2018-04", "/admin/units/999"} {
			look(v.Get(path))
		}
	}
	stranger := county.Visit(t, at)
	stranger.English = true
	look(stranger.Get("/login"))
	look(stranger.Post("/login", "login", "nobody", "password", "x"))
	data := dataWords(t, o)
	if len(data) < 300 || len(all) < 100 {
		t.Fatalf("only %d texts found in the database and %d on the pages", len(data), len(all))
	}
	for _, x := range all {
		if rest := without(x.text, data); han(rest) {
			t.Errorf("left in Chinese: %q at %s", x.text, x.where)
		}
	}
	if words.T("en", "登录") == "登录" {
		t.Error("the catalogue of English is empty")
	}
}

// without takes the texts of the database out of a text, the long ones first; a text that was cut
// off ends in dots. A text of one letter counts only where it stands alone.
func without(s string, data []string) string {
	head, cut := strings.CutSuffix(s, "…")
	for _, w := range data {
		if cut && strings.HasPrefix(w, head) {
			return ""
		}
		if len([]rune(w)) > 1 || s == w {
			s = strings.ReplaceAll(s, w, "")
		}
		if !han(s) {
			break
		}
	}
	return s
}
