package pdf

import (
	"math"
	"strings"

	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/docgen/fonts"
)

// Lengths of the layout in points (DOC-01..03).
const (
	mm     = 72 / 25.4
	paperW = 210 * mm
	paperH = 297 * mm
	marginLeft, marginTop, marginRight,
	marginBottom = 28 * mm, 37 * mm, 26 * mm, 35 * mm
	areaW = 156 * mm // type area
	areaH = 225 * mm
	rows  = 22
	row   = areaH / rows
	cells = 28
	cell  = areaW / cells // 15.793 pt
	size3 = 16.0          // 3号
	size2 = 22.0          // 2号
	size4 = 14.0          // 4号
)

// a colour is 0xRRGGBB.
type colour uint32

const (
	black colour = 0x000000
	red   colour = 0xE00000
	grey  colour = 0x606060
	pale  colour = 0xECECEC
)

func (c colour) parts() (r, g, b float64) {
	return float64(c>>16) / 255, float64(c>>8&255) / 255, float64(c&255) / 255
}

// a page is one sheet side. Its own coordinates are points from the upper left corner of the
// sheet as it is read; a landscape page is a portrait sheet turned (DOC-24).
type page struct {
	w         *writer
	no        int // from 1
	landscape bool
	id        int
	under     []byte // drawn before the rest
	b         []byte
	annots    []annot
	bare      bool // no page number
}

type annot struct {
	x, y, w, h float64
	href       string
	source     int
}

// width and height as read.
func (p *page) width() float64 {
	if p.landscape {
		return paperH
	}
	return paperW
}

func (p *page) height() float64 {
	if p.landscape {
		return paperW
	}
	return paperH
}

// area gives the type area: left, top, width and height.
func (p *page) area() (x, y, w, h float64) {
	if p.landscape {
		return marginBottom, marginLeft, areaH, areaW
	}
	return marginLeft, marginTop, areaW, areaH
}

func (p *page) num(vs ...float64) {
	for _, v := range vs {
		p.b = appendNum(p.b, v)
		p.b = append(p.b, ' ')
	}
}

func (p *page) op(s string) {
	p.b = append(p.b, s...)
	p.b = append(p.b, '\n')
}

func (p *page) fillColour(c colour) {
	p.num(c.parts())
	p.op("rg")
}

func (p *page) strokeColour(c colour) {
	p.num(c.parts())
	p.op("RG")
}

// rule draws a straight line.
func (p *page) rule(x1, y1, x2, y2, width float64, c colour) {
	h := p.height()
	p.op("q")
	p.strokeColour(c)
	p.num(width)
	p.op("w")
	p.num(x1, h-y1)
	p.op("m")
	p.num(x2, h-y2)
	p.op("l S Q")
}

// a spot is a glyph at its place on the page.
type spot struct {
	face   *fonts.Face
	glyph  fonts.Glyph
	r      rune
	x, y   float64 // of the base line
	size   float64
	colour colour
	bold   bool
}

// spots sets glyphs. Neighbours on one line with one dress and equal spacing are written as
// one string, so that the words stay words for those who extract them.
func (p *page) spots(ss []spot) {
	for i := 0; i < len(ss); {
		a := ss[i]
		e, cid := p.w.use(a.face, a.r, a.glyph)
		codes := hex4(nil, cid)
		j, extra, set := i+1, 0.0, false
		for ; j < len(ss); j++ {
			b, prev := ss[j], ss[j-1]
			if b.face != a.face || b.size != a.size || b.y != a.y || b.colour != a.colour || b.bold != a.bold {
				break
			}
			more := math.Round((b.x-prev.x-math.Round(prev.face.Advance(prev.glyph))*a.size/1000)*1000) / 1000
			if !set {
				extra, set = more, true
			} else if math.Abs(more-extra) > 0.0015 {
				break
			}
			_, cid = p.w.use(b.face, b.r, b.glyph)
			codes = hex4(codes, cid)
		}
		if a.colour != black || a.bold {
			p.op("q")
			p.fillColour(a.colour)
			if a.bold {
				p.strokeColour(a.colour)
				p.num(a.size / 32)
				p.op("w 2 Tr")
			}
		}
		p.b = append(p.b, "BT/"...)
		p.b = append(p.b, e.name...)
		p.b = append(p.b, ' ')
		p.num(a.size)
		p.b = append(p.b, "Tf "...)
		p.num(extra)
		p.b = append(p.b, "Tc "...)
		p.num(a.x, p.height()-a.y)
		p.b = append(p.b, "Td<"...)
		p.b = append(p.b, codes...)
		p.op(">Tj ET")
		if a.colour != black || a.bold {
			p.op("Q")
		}
		i = j
	}
}

func hex4(b []byte, v uint16) []byte {
	return append(b, hexDigits[v>>12], hexDigits[v>>8&15], hexDigits[v>>4&15], hexDigits[v&15])
}

// plain sets a line of text without breaking it and gives its width.
func (p *page) plain(x, baseline float64, s string, st style) float64 {
	l := p.w.oneLine(s, st)
	p.set(l, x, baseline)
	return l.w
}

// set puts a line of clusters at x on a base line.
func (p *page) set(l line, x, baseline float64) {
	var ss []spot
	linkFrom, linkTo, link := 0.0, 0.0, cluster{}
	flush := func() {
		if link.href != "" || link.source != 0 {
			p.annots = append(p.annots, annot{linkFrom, baseline - 0.88*link.size, linkTo - linkFrom, link.size, link.href, link.source})
		}
		link = cluster{}
	}
	for i := range l.cs {
		c := &l.cs[i]
		cut := l.cut * c.squeeze
		at := x
		if c.kind == opening {
			at -= cut
		}
		for _, g := range c.gs {
			ss = append(ss, spot{g.face, g.id, g.r, at, baseline - g.st.rise, g.st.size, g.st.colour, g.st.bold})
			at += g.adv
		}
		if c.href != link.href || c.source != link.source {
			flush()
			if c.href != "" || c.source != 0 {
				linkFrom, link = x, *c
			}
		}
		x += c.w - cut
		linkTo = x
		x += c.gap
	}
	flush()
	p.spots(ss)
}

// address gives the full address of a path; empty when the document names no base.
func (w *writer) address(href string) string {
	switch {
	case href == "":
		return ""
	case strings.HasPrefix(href, "http://"), strings.HasPrefix(href, "https://"):
		return href
	case w.doc.Meta.Base == "" || !strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "?"):
		return ""
	}
	return strings.TrimSuffix(w.doc.Meta.Base, "/") + href
}

// number prints the page number "— 3 —" outside the type area, right on odd pages and left on
// even ones, on landscape pages at its place on the upright sheet (DOC-23, DOC-24).
func (p *page) number() {
	st := style{role: docgen.Songti, size: size4}
	l := p.w.oneLine("— "+itoa(p.no)+" —", st)
	x := marginLeft + size3
	if p.no%2 == 1 {
		x = paperW - marginRight - size3 - l.w
	}
	baseline := marginTop + areaH + 7*mm + 0.76*size4
	if !p.landscape {
		p.set(l, x, baseline)
		return
	}
	upright := &page{w: p.w}
	upright.set(l, x, baseline)
	p.op("q " + "0 -1 1 0 0 " + string(appendNum(nil, paperW)) + " cm")
	p.b = append(p.b, upright.b...)
	p.op("Q")
}

// watermark prints a word across the page beneath everything else (DOC-55).
func (p *page) watermark(s string) {
	const size = 110.0
	st := style{role: docgen.Heiti, size: size, colour: pale}
	l := p.w.oneLine(s, st)
	turned := &page{w: p.w, landscape: p.landscape}
	turned.set(l, -l.w/2, turned.height()+size*0.38)
	sin, cos := math.Sincos(math.Pi / 4)
	p.under = append(p.under, "q "...)
	for _, v := range []float64{cos, sin, -sin, cos, p.width() / 2, p.height() / 2} {
		p.under = append(appendNum(p.under, v), ' ')
	}
	p.under = append(p.under, "cm\n"...)
	p.under = append(p.under, turned.b...)
	p.under = append(p.under, "Q\n"...)
}
