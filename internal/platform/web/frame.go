package web

import (
	"bytes"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/jba/templatecheck"

	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/words"
)

// layoutView is everything around the main part of a page.
type layoutView struct {
	Lang, Title, Office, Banner, Version string
	Main                                 template.HTML // mainMark
	Flash                                string
	SignedIn                             bool
	Name, Post                           string
	Menu                                 template.HTML // menuMark; empty for strangers
	Here                                 string        // path of this page, to come back to; hereMark
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

// writeLayout puts the main part into the layout and sends the page.
func writeLayout(w http.ResponseWriter, r *http.Request, status int, title string, main []byte) error {
	s := siteOf(r)
	lang := LangOf(r)
	session := SessionOf(r)
	v := layoutView{
		Lang: "zh-CN", Title: titleMark, Office: lang.Pick(s.opt.Title, s.opt.TitleEN), Version: s.opt.Version,
		Main: mainMark, Flash: takeFlash(w, r), Here: hereMark, Other: string(words.English),
		Screen: r.URL.Query().Get("screen") == "1",
	}
	if s.opt.Banner != "" {
		v.Banner = words.T(lang, s.opt.Banner)
	}
	if lang == words.English {
		v.Lang, v.Other = "en", string(words.Chinese)
	}
	var menu []menuGroup
	if a := session.Actor; a.Login != "" {
		v.SignedIn, v.Name, v.Post = true, a.Name, lang.Last(a.PostTitle())
		if !session.MustChange && !session.Screen {
			if menu = s.menuFor(a, lang, r.URL.Path); len(menu) > 0 {
				v.Menu = menuMark
			}
			v.Bell = s.bell(r)
		}
	}
	f, err := s.frames.of(v)
	if err != nil {
		return err
	}
	here := r.URL.RequestURI()
	if r.Method != http.MethodGet {
		here = "/"
	}
	buf := buffers.Get().(*bytes.Buffer)
	defer giveBack(buf)
	page := append(buf.AvailableBuffer(), f.open...)
	page = chart.AppendText(page, title)
	page = append(page, f.head...)
	page = chart.AppendText(page, here)
	page = append(page, f.who...)
	page = appendMenu(page, menu)
	buf.Write(append(page, f.banner...))
	parts, _ := r.Context().Value(keyParts).(*parts)
	parts.fill(buf, main)
	buf.WriteString(f.foot)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(buf.Len()))
	w.WriteHeader(status)
	_, err = w.Write(buf.Bytes())
	return err
}

// The marks stand in the layout for what differs from page to page. Templates write no zero byte
// of their own, nor of what they are given; the first two stand where no HTML may, so they are of
// characters that no text has, and the first of each is the layout's own.
const (
	titleMark = "\uFDD0title"
	hereMark  = "\uFDD0here"
	menuMark  = "\x00menu\x00"
	mainMark  = "\x00main\x00"
)

// A frame is the layout as one reader sees it, cut at its marks.
type frame struct{ open, head, who, banner, foot string }

// frames keeps the layouts of the present readers: all that a layout shows is in its view, so
// equal views have equal frames.
type frames struct {
	mu   sync.Mutex
	made map[layoutView]frame
}

// mostFrames bounds the layouts kept; each takes some thousand bytes.
const mostFrames = 500

func (k *frames) of(v layoutView) (frame, error) {
	k.mu.Lock()
	f, ok := k.made[v]
	k.mu.Unlock()
	if ok {
		return f, nil
	}
	t := layouts().zh
	if v.Lang == "en" {
		t = layouts().en
	}
	var b strings.Builder
	if err := t.Execute(&b, v); err != nil {
		return f, err
	}
	rest := b.String()
	f.open, rest, _ = strings.Cut(rest, titleMark)
	f.head, rest, _ = strings.Cut(rest, hereMark)
	if v.Menu == "" {
		f.banner, f.foot, _ = strings.Cut(rest, mainMark)
	} else {
		f.who, rest, _ = strings.Cut(rest, menuMark)
		f.banner, f.foot, _ = strings.Cut(rest, mainMark)
	}
	if v.Flash != "" { // shown once
		return f, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.made == nil || len(k.made) >= mostFrames {
		k.made = map[layoutView]frame{}
	}
	k.made[v] = f
	return f, nil
}

// appendMenu writes the menu that stands on every page.
func appendMenu(b []byte, groups []menuGroup) []byte {
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
	return b
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
