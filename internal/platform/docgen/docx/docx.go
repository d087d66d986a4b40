// Package docx writes official documents as Office Open XML files that Word, WPS and LibreOffice
// open without repair, fills an office's own templates, and reads an edited file back to tell
// which printed figures a person changed. Layout and fonts follow GB/T 9704 (STANDARDS
// DOC-01..55 and 1.3). The same document gives the same bytes.
package docx

import (
	"io"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/words"
)

// Pictures draws a chart as PNG for programs that cannot show SVG: the file, and its size in
// pixels. widthMM is how wide it will stand on the paper.
type Pictures func(c chart.Chart, widthMM float64) (png []byte, wPx, hPx int, err error)

// A writer holds one document while it is written.
type writer struct {
	story
	d       *docgen.Document
	out     buf
	held    *para // the last paragraph: a section may still have to end in it
	wide    bool  // the present section is landscape
	begun   bool  // the present section has content
	newPage bool  // the next block begins a page
	first   bool  // the present section is the first
	tail    []part
}

// Write writes d as a docx file. It fails with Invalid where a figure refers to a source that
// is not listed or a picture cannot be drawn, and with the error of w.
func Write(w io.Writer, d *docgen.Document, pics Pictures) error {
	x := &writer{d: d, first: true}
	x.lang = words.Chinese
	if d.Meta.English {
		x.lang = words.English
	}
	x.base, x.pics, x.dir, x.prefix = d.Meta.Base, pics, "media/", "rId"
	x.sources = map[int]bool{}
	for _, s := range d.Sources {
		x.sources[s.No] = true
	}
	x.fixedParts()
	x.head()
	x.blocks(d.Body)
	x.ending()
	x.attachments()
	x.colophon()
	x.sourceList()
	if x.err != nil {
		return x.err
	}
	return x.pack(w)
}

// tr gives one of the writer's own words in the language of the document.
func (x *writer) tr(s string, args ...any) string { return words.T(x.lang, s, args...) }

// point gives a sign of the Chinese or the English text.
func (x *writer) point(chinese, english string) string {
	if x.d.Meta.English {
		return english
	}
	return chinese
}

// add puts a paragraph into the document.
func (x *writer) add(p *para) {
	x.flush()
	if x.newPage {
		p.newPage = p.newPage || x.begun
		x.newPage = false
	}
	x.held, x.begun = p, true
}

// flush writes the paragraph held back.
func (x *writer) flush() {
	if x.held != nil {
		x.held.write(&x.out)
		x.held = nil
	}
}

// gap adds n empty lines.
func (x *writer) gap(n int, keep bool) {
	for range n {
		x.add(&para{keepNext: keep, flush: true})
	}
}

// spacer adds an empty stretch of the given height in twips.
func (x *writer) spacer(height int) {
	if height > 0 {
		x.add(&para{line: height, flush: true})
	}
}

// line adds a paragraph of plain words and returns it.
func (x *writer) line(p *para, s string, l look) *para {
	p.body.run(s, l)
	x.add(p)
	return p
}

// turn begins a section of the given orientation unless it is there already.
func (x *writer) turn(wide bool) {
	if x.wide == wide {
		return
	}
	if x.begun {
		x.closeSection()
		x.newPage = false
	}
	x.wide = wide
}

// closeSection ends the present section in the paragraph held back, or in a tiny one after a
// table.
func (x *writer) closeSection() {
	if x.held == nil {
		x.held = &para{line: 20, flush: true}
	}
	x.held.sect = x.section()
	x.flush()
	x.begun = false
}

// blocks writes a stretch of text.
func (x *writer) blocks(blocks []docgen.Block) {
	for i, b := range blocks {
		switch b := b.(type) {
		case docgen.Heading:
			x.turn(leads(blocks[i+1:]))
			x.heading(b)
		case docgen.Paragraph:
			x.turn(false)
			x.paragraph(b, i == len(blocks)-1)
		case docgen.Table:
			x.tableBlock(b)
		case docgen.Picture:
			x.turn(false)
			x.pictureBlock(b)
		case docgen.PageBreak:
			x.newPage = true
		default:
			x.fail(fault.New(fault.Internal, "docx: unknown block %T", b))
		}
	}
}

// leads tells whether a wide table follows at once: its heading goes with it.
func leads(rest []docgen.Block) bool {
	for _, b := range rest {
		switch b := b.(type) {
		case docgen.Heading:
			continue
		case docgen.Table:
			return b.Wide
		}
		return false
	}
	return false
}

func (x *writer) heading(h docgen.Heading) {
	level := min(max(h.Level, 1), 4)
	p := &para{style: "Heading" + strconv.Itoa(level)}
	font := [...]string{"", fontHeiti, fontKaiti, "", ""}[level]
	for _, r := range h.Runs {
		x.runOf(&p.body, r, look{font: font})
	}
	x.add(p)
}

// paragraph writes a paragraph. A short last one stays with the signature, which must not stand
// alone on a page; a long one would leave too much of a page empty.
func (x *writer) paragraph(b docgen.Paragraph, last bool) {
	p := &para{style: "KyBody", keepNext: b.Keep || last && x.d.Sign != nil && em(docgen.Text(b.Runs)) < 112, flush: b.Flush, align: alignOf(b.Align)}
	if b.Align == 2 || b.Align == 3 { // centred or to the right: no indent of the first line
		p.flush = true
	}
	for _, r := range b.Runs {
		x.runOf(&p.body, r, look{})
	}
	x.add(p)
}

// A story is a part of the file that holds text, with what its text refers to.
type story struct {
	lang    words.Lang
	base    string
	pics    Pictures
	sources map[int]bool // numbers of sources that have an entry to lead to
	prefix  string       // of relationship ids
	ns      string       // declares the prefix of relationships where the part may lack it
	dir     string       // folder of media as the part's relationships name it
	rels    []rel
	media   []part
	ids     int // of drawings and bookmarks
	err     error
}

// A rel is a relationship of a part.
type rel struct {
	id, kind, target string
	external         bool
}

// A part is a file inside the file.
type part struct {
	name string
	data []byte
}

func (s *story) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// relate adds a relationship, or finds the same one again, and gives its id.
func (s *story) relate(kind, target string, external bool) string {
	for _, r := range s.rels {
		if r.kind == kind && r.target == target {
			return r.id
		}
	}
	id := s.prefix + strconv.Itoa(len(s.rels)+1)
	s.rels = append(s.rels, rel{id, kind, target, external})
	return id
}

// link gives the relationship of an address, "" where it leads nowhere outside the system:
// paths need the base, and of other addresses only http and https are kept.
func (s *story) link(href string) string {
	switch {
	case strings.HasPrefix(href, "http://"), strings.HasPrefix(href, "https://"):
	case strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "//") && s.base != "":
		href = strings.TrimRight(s.base, "/") + href
	default:
		return ""
	}
	var b strings.Builder // an address in a relationship holds no spaces and no raw Chinese
	const hex = "0123456789ABCDEF"
	for i := range len(href) {
		if c := href[i]; c <= 0x20 || c >= 0x7F || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		} else {
			b.WriteByte(c)
		}
	}
	return s.relate("hyperlink", b.String(), true)
}

// runOf appends a run of the model inside surroundings that are set like around.
func (s *story) runOf(b *buf, r docgen.Run, around look) {
	l := around
	if f := fontOf(r.Role); f != "" {
		l.font = f
	}
	l.bold = l.bold || r.Bold
	if r.Red {
		l.color = inkRed
	}
	if r.Source > 0 {
		l.style = figureStyle
	}
	id := s.link(r.Href)
	if id != "" {
		b.raw(`<w:hyperlink`, s.ns, ` r:id="`, id, `" w:history="1">`)
	}
	b.run(r.Text, l)
	if id != "" {
		b.raw("</w:hyperlink>")
	}
	s.mark(b, r.Text, r.Source, size4)
}

// mark appends the small number after a figure that leads to the figure's line in the sources; half
// is the size of its letters in half-points before they are raised.
func (s *story) mark(b *buf, text string, source, half int) {
	if source <= 0 || s.sources == nil {
		return
	}
	if !s.sources[source] {
		s.fail(fault.New(fault.Invalid, "文中数据“%s”引用了来源 [%d]，数据来源清单中没有这一条；请补上后再生成", text, source))
		return
	}
	no := strconv.Itoa(source)
	b.raw(`<w:hyperlink w:anchor="ky_source_`, no, `" w:history="1">`)
	b.run("["+no+"]", look{style: markStyle, size: half, raised: true})
	b.raw("</w:hyperlink>")
}
