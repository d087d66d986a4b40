package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/jba/templatecheck"

	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/words"
)

//go:embed templates/*.html
var kitFiles embed.FS

// A Page is a template that was proved against its view struct.
type Page[V any] struct {
	name string
	zh   *template.Template
	en   *template.Template
}

// MustPage reads templates/NAME of a module and proves it against V, in both languages; a wrong
// field stops the program at its start, even in a branch that never runs. Further files of the
// module may be given as partials. The template defines nothing: its text is the page's main part.
func MustPage[V any](files fs.FS, name string, partials ...string) *Page[V] {
	p := &Page[V]{name: name}
	for lang, at := range map[words.Lang]**template.Template{words.Chinese: &p.zh, words.English: &p.en} {
		paths := []string{"templates/" + name}
		for _, x := range partials {
			paths = append(paths, "templates/"+x)
		}
		t, err := parse(lang, name, files, paths)
		if err != nil {
			panic(fmt.Sprintf("web: page %s: %v", name, err))
		}
		var v V
		if err := templatecheck.CheckHTML(t, v); err != nil {
			panic(fmt.Sprintf("web: page %s: %v", name, err))
		}
		*at = t
	}
	return p
}

// parse reads templates, each under its file's name; what is the same on every page is put in here.
func parse(l words.Lang, name string, files fs.FS, paths []string) (*template.Template, error) {
	all := template.New(name).Funcs(Funcs(l))
	for _, file := range paths {
		text, err := fs.ReadFile(files, file)
		if err != nil {
			return nil, err
		}
		t := all
		if base := path.Base(file); base != name {
			t = all.New(base)
		}
		if _, err := t.Parse(settled(l, string(text))); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// settled puts the fixed texts of a template in its language and the addresses of fixed files into
// it, escaped as text is in HTML and its attributes.
func settled(l words.Lang, text string) string {
	text = fixedText.ReplaceAllStringFunc(text, func(s string) string {
		return string(chart.AppendText(nil, words.T(l, fixedText.FindStringSubmatch(s)[1])))
	})
	return fixedFile.ReplaceAllStringFunc(text, func(s string) string {
		return string(chart.AppendText(nil, assetPath(fixedFile.FindStringSubmatch(s)[1])))
	})
}

var (
	fixedText = regexp.MustCompile(`\{\{t "([^"\\\\%{}<>]*)"\}\}`)
	fixedFile = regexp.MustCompile(`\{\{asset "([a-z.]+)"\}\}`)
)

// Funcs are the functions that templates may use.
func Funcs(l words.Lang) template.FuncMap {
	return template.FuncMap{
		// t translates a Chinese text and puts arguments in.
		"t":    func(chinese string, args ...any) string { return words.T(l, chinese, args...) },
		"lang": func() string { return string(l) },
		"en":   func() bool { return l == words.English },
		// grid renders a table that was readied by NewGrid, table a plain one, svg a chart.
		"grid":  func(g Grid) template.HTML { return g.place() },
		"table": func(t *table.Table) template.HTML { return template.HTML(t.HTML(nil, table.Options{Tr: l.Text})) },
		"svg": func(c chart.Chart) template.HTML {
			return template.HTML(chart.AppendBox(nil, c, chart.Options{Tr: l.Text}))
		},
		// bare is svg without the scrolling box, for small pictures.
		"bare":  func(c chart.Chart) template.HTML { return template.HTML(c.AppendSVG(nil, chart.Options{Tr: l.Text})) },
		"join":  strings.Join,
		"asset": assetPath,
	}
}

// Render shows the page inside the layout, rendered to a buffer first.
func (p *Page[V]) Render(w http.ResponseWriter, r *http.Request, title string, v V) error {
	return p.RenderStatus(w, r, http.StatusOK, title, v)
}

// RenderStatus is Render with another status. The title is Chinese text and is translated.
func (p *Page[V]) RenderStatus(w http.ResponseWriter, r *http.Request, status int, title string, v V) error {
	buf := buffers.Get().(*bytes.Buffer)
	defer giveBack(buf)
	lang := LangOf(r)
	t := p.zh
	if lang == words.English {
		t = p.en
	}
	if err := t.Execute(buf, v); err != nil {
		return fmt.Errorf("page %s: %w", p.name, err)
	}
	return writeLayout(w, r, status, words.T(lang, title), buf.Bytes())
}

// giveBack returns a buffer to the pool, unless one enormous page has made it large.
func giveBack(buf *bytes.Buffer) {
	if buf.Cap() > 4<<20 {
		return
	}
	buf.Reset()
	buffers.Put(buf)
}

// Main renders only the main part, for tests.
func (p *Page[V]) Main(l words.Lang, v V) (string, error) {
	t := p.zh
	if l == words.English {
		t = p.en
	}
	var b strings.Builder
	err := t.Execute(&b, v)
	return b.String(), err
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// layoutView is everything around the main part of a page.
type layoutView struct {
	Lang, Title, Office, Banner, Version string
	Main                                 template.HTML // mainMark
	Flash                                string
	SignedIn                             bool
	Name, Post                           string
	Menu                                 template.HTML // groups with their links; empty for strangers
	Here                                 string        // path of this page, to come back to
	Screen                               bool          // meeting-room view
	Other                                string        // code of the other language
	Bell                                 bellView
}

// bellView is the bell in the header; without a path there is none.
type bellView struct {
	Path, Count, Label string
}

// bell asks how many messages wait for the reader.
func (s *Site) bell(r *http.Request) bellView {
	if s.opt.Bell == nil {
		return bellView{}
	}
	n, path := s.opt.Bell(r)
	if path == "" {
		return bellView{}
	}
	if n == 0 {
		return bellView{Path: path, Label: T(r, "通知")}
	}
	return bellView{Path: path, Count: strconv.Itoa(min(n, 999)), Label: T(r, "通知，%d 条未读", n)}
}

type menuGroup struct {
	Label string
	Items []menuLink
}

type menuLink struct {
	Label, Path string
	On          bool
}

type layoutPages struct{ zh, en *template.Template }

var layouts = sync.OnceValue(func() layoutPages {
	read := func(l words.Lang) *template.Template {
		t := template.Must(parse(l, "layout.html", kitFiles, []string{"templates/layout.html"}))
		if err := templatecheck.CheckHTML(t, layoutView{}); err != nil {
			panic("web: layout: " + err.Error())
		}
		return t
	}
	return layoutPages{zh: read(words.Chinese), en: read(words.English)}
})

func writeLayout(w http.ResponseWriter, r *http.Request, status int, title string, main []byte) error {
	s := siteOf(r)
	lang := LangOf(r)
	session := SessionOf(r)
	v := layoutView{
		Lang: "zh-CN", Title: title, Office: lang.Pick(s.opt.Title, s.opt.TitleEN), Version: s.opt.Version,
		Main: mainMark, Flash: takeFlash(w, r), Here: r.URL.RequestURI(), Other: string(words.English),
		Screen: r.URL.Query().Get("screen") == "1",
	}
	if s.opt.Banner != "" {
		v.Banner = words.T(lang, s.opt.Banner)
	}
	t := layouts().zh
	if lang == words.English {
		t, v.Lang, v.Other = layouts().en, "en", string(words.Chinese)
	}
	if r.Method != http.MethodGet {
		v.Here = "/"
	}
	if a := session.Actor; a.Login != "" {
		v.SignedIn, v.Name, v.Post = true, a.Name, a.PostTitle()
		if !session.MustChange && !session.Screen {
			v.Menu = menuHTML(s.menuFor(a, lang, r.URL.Path))
			v.Bell = s.bell(r)
		}
	}
	frame := buffers.Get().(*bytes.Buffer)
	defer giveBack(frame)
	if err := t.Execute(frame, v); err != nil {
		return err
	}
	before, after, _ := bytes.Cut(frame.Bytes(), []byte(mainMark))
	page := buffers.Get().(*bytes.Buffer)
	defer giveBack(page)
	page.Write(before)
	parts, _ := r.Context().Value(keyParts).(*parts)
	parts.fill(page, main)
	page.Write(after)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, err := w.Write(page.Bytes())
	return err
}

// mainMark stands in the layout for the main part, which is too long to be copied through a
// template. Templates write no zero byte of their own, nor of what they are given.
const mainMark = "\x00main\x00"

// menuHTML writes the menu that stands on every page.
func menuHTML(groups []menuGroup) template.HTML {
	var b []byte
	for _, g := range groups {
		b = append(b, "\n    <h2>"...)
		b = chart.AppendText(b, g.Label)
		b = append(b, "</h2><ul>"...)
		for _, l := range g.Items {
			b = append(b, `<li><a href="`...)
			b = chart.AppendHref(b, l.Path)
			if b = append(b, '"'); l.On {
				b = append(b, ` aria-current="page"`...)
			}
			b = append(b, '>')
			b = chart.AppendText(b, l.Label)
			b = append(b, "</a></li>"...)
		}
		b = append(b, "</ul>"...)
	}
	return template.HTML(b)
}

// menuFor lists what the person can reach; the longest path that begins the present one is lit.
func (s *Site) menuFor(a perm.Actor, lang words.Lang, here string) []menuGroup {
	best := ""
	for _, m := range s.menu {
		if (here == m.Path || strings.HasPrefix(here, strings.TrimSuffix(m.Path, "/")+"/") && m.Path != "/") && len(m.Path) > len(best) {
			best = m.Path
		}
	}
	var groups []menuGroup
	for _, m := range s.menu {
		if !a.Can(m.Rule) {
			continue
		}
		link := menuLink{Label: words.T(lang, m.Label), Path: m.Path, On: m.Path == best}
		label := words.T(lang, m.Group)
		if n := len(groups); n > 0 && groups[n-1].Label == label {
			groups[n-1].Items = append(groups[n-1].Items, link)
		} else {
			groups = append(groups, menuGroup{Label: label, Items: []menuLink{link}})
		}
	}
	return groups
}

// errorView is the page of a failure.
type errorView struct {
	Status  int
	Say     string
	List    []string
	Request string
	SignIn  bool
}

var errorPage = sync.OnceValue(func() *Page[errorView] { return MustPage[errorView](kitFiles, "error.html") })
