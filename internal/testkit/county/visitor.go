package county

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/demo"
)

// A Visitor is somebody at a browser, without one: cookies are kept, redirects are shown and not
// followed.
type Visitor struct {
	t      testing.TB
	url    string
	client *http.Client
	// English asks for the English pages.
	English bool
}

// Visit makes a visitor who is not signed in.
func Visit(t testing.TB, url string) *Visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Visitor{t: t, url: url, client: &http.Client{Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// SignIn makes a visitor who signed in with the password of the demonstration.
func SignIn(t testing.TB, url, login string) *Visitor {
	t.Helper()
	v := Visit(t, url)
	a := v.Post("/login", "login", login, "password", demo.Password)
	if a.Status != http.StatusSeeOther {
		t.Fatalf("signing in as %s = %d: %s", login, a.Status, a.Text())
	}
	return v
}

// An Answer is what came back.
type Answer struct {
	t      testing.TB
	Path   string
	Status int
	Header http.Header
	Body   []byte
}

// Cookies gives what the browser would send with a request.
func (v *Visitor) Cookies() []*http.Cookie {
	u, err := url.Parse(v.url)
	if err != nil {
		v.t.Fatal(err)
	}
	return v.client.Jar.Cookies(u)
}

// Carry puts cookies into the browser, as if they came from the site at another address.
func (v *Visitor) Carry(list []*http.Cookie) {
	u, err := url.Parse(v.url)
	if err != nil {
		v.t.Fatal(err)
	}
	v.client.Jar.SetCookies(u, list)
}

// Try sends a request; only an answer that does not come at all is an error.
func (v *Visitor) Try(method, path, media string, body io.Reader, headers ...string) (Answer, error) {
	r, err := http.NewRequest(method, v.url+path, body)
	if err != nil {
		return Answer{}, err
	}
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if v.English {
		r.AddCookie(&http.Cookie{Name: "lang", Value: "en"})
	}
	resp, err := v.client.Do(r)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return Answer{t: v.t, Path: path, Status: resp.StatusCode, Header: resp.Header, Body: b}, err
}

// Ask sends a request.
func (v *Visitor) Ask(method, path, media string, body io.Reader, headers ...string) Answer {
	v.t.Helper()
	a, err := v.Try(method, path, media, body, headers...)
	if err != nil {
		v.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

// Get asks for a page.
func (v *Visitor) Get(path string) Answer {
	v.t.Helper()
	return v.Ask(http.MethodGet, path, "", nil)
}

// Page asks for a page that must be there.
func (v *Visitor) Page(path string) Answer {
	v.t.Helper()
	a := v.Get(path)
	if a.Status != http.StatusOK {
		v.t.Fatalf("GET %s = %d: %s", path, a.Status, a.Text())
	}
	return a
}

// Post sends a form of names and values.
func (v *Visitor) Post(path string, fields ...string) Answer {
	v.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return v.Send(path, form)
}

// Send sends a form.
func (v *Visitor) Send(path string, form url.Values) Answer {
	v.t.Helper()
	return v.Ask(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// Upload sends a file in the field "file", with further fields.
func (v *Visitor) Upload(path, name string, content []byte, fields ...string) Answer {
	v.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		if err := w.WriteField(fields[i], fields[i+1]); err != nil {
			v.t.Fatal(err)
		}
	}
	f, err := w.CreateFormFile("file", name)
	if err != nil {
		v.t.Fatal(err)
	}
	if _, err := f.Write(content); err != nil {
		v.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		v.t.Fatal(err)
	}
	return v.Ask(http.MethodPost, path, w.FormDataContentType(), &b)
}

// Figure asks the interface for programs for a figure.
func (v *Visitor) Figure(code, unit, period string) measure.FigureJSON {
	v.t.Helper()
	q := url.Values{"unit": {unit}, "period": {period}}
	a := v.Page("/api/v1/figures/" + code + "?" + q.Encode())
	var f measure.FigureJSON
	if err := json.Unmarshal(a.Body, &f); err != nil {
		v.t.Fatalf("%s: %v in %s", a.Path, err, a.Body)
	}
	return f
}

// Document reads the answer as a page.
func (a Answer) Document() *goquery.Document {
	a.t.Helper()
	d, err := goquery.NewDocumentFromReader(bytes.NewReader(a.Body))
	if err != nil {
		a.t.Fatalf("%s: %v", a.Path, err)
	}
	return d
}

// Text gives the words of the page's main part, or of the whole answer, on one line.
func (a Answer) Text() string {
	d := a.Document()
	d.Find("script,style,svg").Remove()
	s := d.Find("main")
	if s.Length() == 0 {
		s = d.Selection
	}
	return strings.Join(strings.Fields(s.Text()), " ")
}

// To gives where the answer redirects to.
func (a Answer) To() string { return a.Header.Get("Location") }

// Form gives the fields of a form as a browser would send them unchanged, without buttons.
func (a Answer) Form(selector string) url.Values {
	a.t.Helper()
	form := a.Document().Find(selector).First()
	if form.Length() == 0 {
		a.t.Fatalf("%s has no form %s: %s", a.Path, selector, a.Text())
	}
	out := url.Values{}
	form.Find("input,textarea,select").Each(func(_ int, s *goquery.Selection) {
		name, ok := s.Attr("name")
		if !ok {
			return
		}
		_, checked := s.Attr("checked")
		switch kind := s.AttrOr("type", "text"); {
		case goquery.NodeName(s) == "textarea":
			out.Add(name, s.Text())
		case goquery.NodeName(s) == "select":
			chosen := s.Find("option[selected]")
			if chosen.Length() == 0 {
				chosen = s.Find("option").First()
			}
			out.Add(name, chosen.AttrOr("value", chosen.Text()))
		case kind == "radio" || kind == "checkbox":
			if checked {
				out.Add(name, s.AttrOr("value", "on"))
			}
		case kind != "submit" && kind != "file":
			out.Add(name, s.AttrOr("value", ""))
		}
	})
	return out
}

// Raw gives the answer as bytes to be searched; workbooks are unpacked.
func (a Answer) Raw() []byte {
	a.t.Helper()
	if !bytes.HasPrefix(a.Body, []byte("PK\x03\x04")) {
		return a.Body
	}
	z, err := zip.NewReader(bytes.NewReader(a.Body), int64(len(a.Body)))
	if err != nil {
		a.t.Fatalf("%s: %v", a.Path, err)
	}
	var out bytes.Buffer
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			a.t.Fatal(err)
		}
		if _, err := io.Copy(&out, r); err != nil {
			a.t.Fatal(err)
		}
		r.Close()
	}
	return out.Bytes()
}
