// Package desk shows tests the pages of one module as a browser without scripts sees them, with
// people who are known by a name in a header instead of by a log-in.
package desk

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
)

// As is a context in which a person acts; the audit names that person.
func As(a perm.Actor) context.Context {
	return sqldb.WithBy(context.Background(), sqldb.By{Account: a.Login, Name: a.Name, Post: a.PostTitle()})
}

// Must gives a value or ends the test: desk.Must(f())(t).
func Must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// OK ends the test on an error.
func OK(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Wants fails the test unless an error is of a kind and says all the words.
func Wants(t testing.TB, err error, kind fault.Kind, words ...string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		t.Errorf("got %v, want an error of kind %d", err, kind)
		return
	}
	for _, w := range words {
		if said := fault.Say(err, nil) + err.Error(); !strings.Contains(said, w) {
			t.Errorf("the error %q does not say %q", said, w)
		}
	}
}

// OnBoth tells a story on both databases.
func OnBoth(t *testing.T, story func(t *testing.T, d sqldb.Dialect)) {
	t.Helper()
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) { story(t, d) })
	}
}

// A Front is the pages of modules with the people who may ask for them.
type Front struct {
	T      testing.TB
	People map[string]perm.Actor
	Tree   func() *org.Tree // of today, which everybody acts by; nil keeps the people's own
	Lang   string           // "en" asks for English
	server *httptest.Server
}

// Open serves modules until the test ends.
func Open(t testing.TB, db *sqldb.DB, clock func() time.Time, people map[string]perm.Actor, tree func() *org.Tree, modules ...web.Module) *Front {
	f := &Front{T: t, People: people, Tree: tree}
	site := web.NewSite(web.Options{DB: db, Identity: f, Modules: modules, Clock: clock, Title: "试验县", TitleEN: "Test"})
	f.server = httptest.NewServer(site)
	t.Cleanup(f.server.Close)
	return f
}

// URL is where the pages are, for a browser.
func (f *Front) URL() string { return f.server.URL }

// who is the header that people are known by.
const who = "X-Who"

// Identify knows people by a header, in a browser by the cookie who; others are asked to log in.
func (f *Front) Identify(r *http.Request) (web.Session, error) {
	name := r.Header.Get(who)
	if c, err := r.Cookie("who"); err == nil && name == "" {
		name = c.Value
	}
	a, known := f.People[name]
	if !known {
		return web.Session{}, fault.New(fault.SignedOut, "请先登录")
	}
	if f.Tree != nil {
		a.Tree = f.Tree()
	}
	return web.Session{ID: a.Login, Actor: a}, nil
}

// Do sends a request as a person; headers come in pairs.
func (f *Front) Do(person, method, path, media string, body io.Reader, headers ...string) Page {
	f.T.Helper()
	r, err := http.NewRequest(method, f.server.URL+path, body)
	OK(f.T, err)
	r.Header.Set(who, person)
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if f.Lang != "" {
		r.AddCookie(&http.Cookie{Name: "lang", Value: f.Lang})
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	OK(f.T, err)
	defer res.Body.Close()
	content, err := io.ReadAll(res.Body)
	OK(f.T, err)
	p := Page{T: f.T, Path: path, Status: res.StatusCode, To: res.Header.Get("Location"), Header: res.Header, Body: content}
	p.Doc, err = goquery.NewDocumentFromReader(bytes.NewReader(content))
	OK(f.T, err)
	p.Doc.Find("style").Remove()
	return p
}

// Get asks for a page.
func (f *Front) Get(person, path string) Page {
	f.T.Helper()
	return f.Do(person, "GET", path, "", nil)
}

// Post sends a form; fields come in pairs and may come again.
func (f *Front) Post(person, path string, fields ...string) Page {
	f.T.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	return f.Do(person, "POST", path, "application/x-www-form-urlencoded", strings.NewReader(v.Encode()))
}

// Upload sends a form with a file in a field.
func (f *Front) Upload(person, path, field, name string, content []byte, fields ...string) Page {
	f.T.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		OK(f.T, w.WriteField(fields[i], fields[i+1]))
	}
	part, err := w.CreateFormFile(field, name)
	OK(f.T, err)
	_, err = part.Write(content)
	OK(f.T, err)
	OK(f.T, w.Close())
	return f.Do(person, "POST", path, w.FormDataContentType(), &b)
}

// A Page is an answer.
type Page struct {
	T      testing.TB
	Path   string
	Status int
	To     string // where it leads
	Header http.Header
	Body   []byte
	Doc    *goquery.Document
}

// Text gives the words of the main part.
func (p Page) Text() string { return strings.Join(strings.Fields(p.Doc.Find("main").Text()), " ") }

// Is ends the test unless the status is the one wanted.
func (p Page) Is(status int) Page {
	p.T.Helper()
	if p.Status != status {
		p.T.Fatalf("%s = %d, want %d: %s", p.Path, p.Status, status, p.Text())
	}
	return p
}

// Says fails the test for words that stand neither in the text nor in the source of the page.
func (p Page) Says(words ...string) Page {
	p.T.Helper()
	for _, w := range words {
		if !strings.Contains(string(p.Body), w) && !strings.Contains(p.Text(), w) {
			p.T.Errorf("%s does not say %q: %s", p.Path, w, p.Text())
		}
	}
	return p
}

// Hides fails the test for words that stand anywhere in the page.
func (p Page) Hides(words ...string) Page {
	p.T.Helper()
	for _, w := range words {
		if strings.Contains(string(p.Body), w) || strings.Contains(p.Text(), w) {
			p.T.Errorf("%s says %q: %s", p.Path, w, p.Text())
		}
	}
	return p
}
