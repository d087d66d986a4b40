// Package pdf writes official documents as PDF in the layout of GB/T 9704 (STANDARDS DOC-01..55):
// the type area of 22 lines of 28 characters, the fonts of their roles, embedded as far as they
// are used, and text that is extracted exactly as it was written.
//
// Equal documents and fonts give equal bytes.
package pdf

import (
	"io"
	"sort"
	"strconv"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/docgen/fonts"
	"kaiyang/internal/platform/words"
)

// A Report tells how a document came out.
type Report struct {
	Pages   int
	Bytes   int64
	Missing []rune          // characters no font has; 〓 is printed for them
	Fonts   []fonts.StandIn // which font serves which role (DOC-51)
	Notes   fault.Findings  // what a person should know, each with a sentence
}

// A writer is the state of one document being written.
type writer struct {
	doc     *docgen.Document
	set     *fonts.Set
	lang    words.Lang
	file    *file
	faces   map[*fonts.Face]*embedded
	order   []*embedded
	missing map[rune]bool
	notes   fault.Findings
	pages   []*page
	marks   []bookmark
	sources map[int]spotOf
	fades   []float64 // opacities used
}

// a spotOf is a place in the document.
type spotOf struct {
	page *page
	y    float64
}

type bookmark struct {
	level int
	title string
	at    spotOf
}

func itoa(n int) string { return strconv.Itoa(n) }

// t translates the writer's own words.
func (w *writer) t(chinese string) string { return w.lang.Text(chinese) }

func (w *writer) note(rule, format string, args ...any) {
	w.notes = append(w.notes, fault.Finding{Rule: rule, Soft: true, Format: format, Args: args})
}

// Write writes a document as PDF. Characters that no font has are printed as 〓 and named in
// the report.
func Write(out io.Writer, d *docgen.Document, set *fonts.Set) (Report, error) {
	w := &writer{doc: d, set: set, lang: words.Chinese, file: newFile(), faces: map[*fonts.Face]*embedded{},
		missing: map[rune]bool{}, sources: map[int]spotOf{}}
	if d.Meta.English {
		w.lang = words.English
	}
	if err := w.layout(); err != nil {
		return Report{}, err
	}
	body, err := w.assemble()
	if err != nil {
		return Report{}, err
	}
	r := Report{Pages: len(w.pages), Bytes: int64(len(body)), Fonts: set.StandIns()}
	for c := range w.missing {
		r.Missing = append(r.Missing, c)
	}
	sort.Slice(r.Missing, func(i, j int) bool { return r.Missing[i] < r.Missing[j] })
	for _, c := range r.Missing {
		w.note("glyph", "没有字体含有字符 U+%04X（%c），PDF 中印作“〓”：请在字体目录中补充含有该字的字体", c, c)
	}
	r.Notes = w.notes
	_, err = out.Write(body)
	return r, err
}

// assemble writes pages, fonts and properties to the file.
func (w *writer) assemble() ([]byte, error) {
	root, info, tree := w.file.alloc(), w.file.alloc(), w.file.alloc()
	resources := w.file.alloc()
	for _, p := range w.pages {
		p.id = w.file.alloc()
	}
	for _, p := range w.pages {
		content := w.file.alloc()
		drawn := append(p.under, p.b...)
		if p.landscape {
			turn := append(appendNum([]byte("0 1 -1 0 "), paperW), " 0 cm\n"...)
			drawn = append(turn, drawn...)
		}
		w.file.stream(content, "", drawn)
		extra := ""
		if p.landscape {
			extra = "/Rotate 90"
		}
		if list := w.annotations(p); list != "" {
			extra += "/Annots[" + list + "]"
		}
		w.file.object(p.id, "<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s %s]/Resources %d 0 R/Contents %d 0 R%s>>",
			tree, appendNum(nil, paperW), appendNum(nil, paperH), resources, content, extra)
	}
	for _, e := range w.order {
		if err := w.embed(e); err != nil {
			return nil, err
		}
	}
	list := []byte(nil)
	for _, e := range w.order {
		list = append(list, "/"+e.name+" "+itoa(e.id)+" 0 R"...)
	}
	fades := []byte(nil)
	for i, a := range w.fades {
		fades = append(fades, "/G"+itoa(i+1)+"<</ca "...)
		fades = append(appendNum(fades, a), "/CA "...)
		fades = append(appendNum(fades, a), ">>"...)
	}
	w.file.object(resources, "<</Font<<%s>>/ExtGState<<%s>>>>", list, fades)
	kids := []byte(nil)
	for _, p := range w.pages {
		kids = append(kids, itoa(p.id)+" 0 R "...)
	}
	w.file.object(tree, "<</Type/Pages/Count %d/Kids[%s]>>", len(w.pages), kids)
	outline := w.outlines()
	lang := "zh-CN"
	if w.doc.Meta.English {
		lang = "en"
	}
	w.file.object(root, "<</Type/Catalog/Pages %d 0 R/Lang(%s)/ViewerPreferences<</DisplayDocTitle true>>%s>>", tree, lang, outline)
	m := w.doc.Meta
	props := "/Title" + text(oneRow(w.doc.Title))
	for _, x := range []struct{ key, value string }{{"Subject", m.Subject}, {"Author", m.Author}, {"Creator", m.Generator}, {"Producer", m.Generator}} {
		if x.value != "" {
			props += "/" + x.key + text(x.value)
		}
	}
	if at, err := time.Parse(time.RFC3339, m.Made); err == nil {
		stamp := "(D:" + at.UTC().Format("20060102150405") + "Z)"
		props += "/CreationDate" + stamp + "/ModDate" + stamp
	}
	w.file.object(info, "<<%s>>", props)
	return w.file.finish(root, info), nil
}

// annotations writes the links of a page and gives references to them.
func (w *writer) annotations(p *page) string {
	list := ""
	for _, a := range p.annots {
		x1, y1, x2, y2 := p.rect(a.x, a.y, a.w, a.h)
		var action []byte
		switch {
		case a.href != "":
			action = []byte("/A<</S/URI/URI" + uri(a.href) + ">>")
		case w.sources[a.source].page != nil:
			action = append([]byte("/Dest"), w.dest(w.sources[a.source])...)
		default:
			w.note("source", "正文引用了数据来源 [%d]，但来源表中没有这一条：请补上来源或去掉引用", a.source)
			continue
		}
		id := w.file.alloc()
		box := []byte(nil)
		for _, v := range []float64{x1, y1, x2, y2} {
			box = append(appendNum(box, v), ' ')
		}
		w.file.object(id, "<</Type/Annot/Subtype/Link/Rect[%s]/Border[0 0 0]%s>>", box, action)
		list += itoa(id) + " 0 R "
	}
	return list
}

// rect turns a box of the page as read into one of the sheet.
func (p *page) rect(x, y, w, h float64) (x1, y1, x2, y2 float64) {
	if p.landscape {
		return y, x, y + h, x + w
	}
	return x, paperH - y - h, x + w, paperH - y
}

func (w *writer) dest(s spotOf) []byte {
	x, _, _, y := s.page.rect(0, s.y, 0, 0)
	b := append([]byte("["), itoa(s.page.id)+" 0 R/XYZ "...)
	b = append(appendNum(b, x), ' ')
	return append(appendNum(b, y), " null]"...)
}

// outlines writes the bookmarks and gives the entry of the catalogue.
func (w *writer) outlines() string {
	if len(w.marks) == 0 {
		return ""
	}
	type node struct {
		bookmark
		id, parent, first, last, prev, next, count int
	}
	root := &node{id: w.file.alloc()}
	stack := []*node{root}
	var all []*node
	byID := map[int]*node{root.id: root}
	for _, m := range w.marks {
		n := &node{bookmark: m, id: w.file.alloc()}
		for len(stack) > 1 && stack[len(stack)-1].level >= m.level {
			stack = stack[:len(stack)-1]
		}
		up := stack[len(stack)-1]
		n.parent = up.id
		if up.last != 0 {
			n.prev = up.last
			byID[up.last].next = n.id
		} else {
			up.first = n.id
		}
		up.last = n.id
		byID[n.id] = n
		all = append(all, n)
		for _, a := range stack {
			a.count++
		}
		stack = append(stack, n)
	}
	ref := func(name string, id int) string {
		if id == 0 {
			return ""
		}
		return "/" + name + " " + itoa(id) + " 0 R"
	}
	for _, n := range all {
		count := ""
		if n.count > 0 {
			count = "/Count " + itoa(n.count)
		}
		w.file.object(n.id, "<</Title%s/Dest%s%s%s%s%s%s%s>>", text(n.title), w.dest(n.at), ref("Parent", n.parent),
			ref("Prev", n.prev), ref("Next", n.next), ref("First", n.first), ref("Last", n.last), count)
	}
	w.file.object(root.id, "<</Type/Outlines%s%s/Count %d>>", ref("First", root.first), ref("Last", root.last), root.count)
	return "/Outlines " + itoa(root.id) + " 0 R/PageMode/UseOutlines"
}
