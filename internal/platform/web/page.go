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
	"strings"
	"sync"

	"github.com/jba/templatecheck"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/docgen/screen"
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
		// grid renders a table that was readied by NewGrid, finder the field that looks its rows
		// through, table a plain one, svg a chart.
		"grid":   func(g Grid) template.HTML { return g.place() },
		"finder": func(g Grid, label string) template.HTML { return g.finder(label, l) },
		"table":  func(t *table.Table) template.HTML { return template.HTML(t.HTML(nil, table.Options{Tr: l.Text})) },
		"svg": func(c chart.Chart) template.HTML {
			return template.HTML(chart.AppendBox(nil, c, chart.Options{Tr: l.Text}))
		},
		// bare is svg without the scrolling box, for small pictures.
		"bare": func(c chart.Chart) template.HTML { return template.HTML(c.AppendSVG(nil, chart.Options{Tr: l.Text})) },
		// paper shows a document with the sources of its figures.
		"paper": func(d *docgen.Document) template.HTML { return screen.HTML(d, l) },
		"join":  strings.Join,
		// group writes a count with thousands separators, as figures are written.
		"group": func(n any) string { return measure.Group(fmt.Sprint(n)) },
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

// errorView is the page of a failure.
type errorView struct {
	Status  int
	Say     string
	List    []string
	Request string
	SignIn  bool
}

var errorPage = sync.OnceValue(func() *Page[errorView] { return MustPage[errorView](kitFiles, "error.html") })
