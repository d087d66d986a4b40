package pdf

import (
	"math"
	"strings"

	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/table"
)

// an item is what stands on one page undivided: a line of text, a row of a table, a picture.
type item struct {
	h         float64
	keep      bool // stands on the same page as the next
	blank     bool // falls away at the top of a page
	fresh     bool // begins a page
	snap      bool // the next item begins on the grid of lines
	landscape bool
	head      *item // repeated when this item begins a page
	draw      func(p *page, x, y, width float64)
}

// layout makes the items of the document and puts them on pages.
func (w *writer) layout() error {
	items := w.front()
	body, err := w.blocks(w.doc.Body)
	if err != nil {
		return err
	}
	items = append(items, body...)
	items = append(items, w.attachmentList()...)
	items = append(items, w.presence()...)
	items = w.signature(items)
	for i := range w.doc.Attached {
		part, err := w.attachment(i)
		if err != nil {
			return err
		}
		items = append(items, part...)
	}
	y := w.place(items)
	w.colophon(y)
	if sources := w.sourceList(); len(sources) > 0 { // for checking only, so after the document itself
		w.place(sources)
	}
	for _, p := range w.pages {
		if w.doc.Watermark != "" {
			p.watermark(w.doc.Watermark)
		}
		if !p.bare {
			p.number()
		}
	}
	w.lastLine()
	return nil
}

// turn begins a page.
func (w *writer) turn(landscape bool) *page {
	p := &page{w: w, no: len(w.pages) + 1, landscape: landscape}
	w.pages = append(w.pages, p)
	return p
}

// place puts items on pages and gives the height at which the last one ends.
func (w *writer) place(items []item) float64 {
	var p *page
	var x, top, width, height, y float64
	begin := func(landscape bool) {
		p = w.turn(landscape)
		x, top, width, height = p.area()
		y = top
	}
	if len(items) == 0 || !items[0].landscape {
		begin(false)
	}
	for i := range items {
		it := &items[i]
		need := it.h
		for k := i; items[k].keep && k+1 < len(items) && items[k+1].landscape == it.landscape && !items[k+1].fresh; k++ {
			need += items[k+1].h
		}
		if need > height && p != nil {
			need = it.h // what does not fit a page is not kept together
		}
		turned := false
		switch {
		case p == nil || it.landscape != p.landscape:
			begin(it.landscape)
			turned = true
		case y > top && (it.fresh || y+need > top+height+0.5):
			begin(it.landscape)
			turned = true
		}
		if it.blank && y == top && (turned || p.no > 1) {
			continue
		}
		if turned && it.head != nil {
			it.head.draw(p, x, y, width)
			y += it.head.h
		}
		if it.draw != nil {
			it.draw(p, x, y, width)
		}
		y += it.h
		if it.snap {
			y = top + math.Ceil((y-top)/row-0.02)*row
		}
	}
	return y
}

// lines turns pieces into items, one for each line. indent is that of the first line, hanging
// that of the others, both in points.
func (w *writer) lines(pieces []piece, indent, hanging float64, align table.Align, pitch float64, width float64) []item {
	var out []item
	cs := w.clusters(pieces)
	if len(cs) == 0 {
		return []item{{h: pitch}}
	}
	size := pieces[0].st.size
	for n, l := range breakLines(cs, width-indent, width-hanging) {
		in := hanging
		if n == 0 {
			in = indent
		}
		out = append(out, item{h: pitch, draw: func(p *page, x, y, _ float64) {
			room := width - in
			at := x + in
			switch align {
			case table.Center:
				at += (room - l.w) / 2
			case table.Right:
				at += room - l.w
			default:
				if !l.final {
					l.fill(room)
				}
			}
			p.set(l, at, y+pitch/2+0.38*size)
		}})
	}
	return out
}

func blank(n int) []item {
	out := make([]item, n)
	for i := range out {
		out[i] = item{h: row, blank: true}
	}
	return out
}

func keepAll(items []item) []item {
	for i := range items {
		items[i].keep = true
	}
	return items
}

func body(role docgen.Role) style { return style{role: role, size: size3, tight: true} }

// blocks makes the items of a text.
func (w *writer) blocks(bs []docgen.Block) ([]item, error) {
	var out []item
	fresh, kept := false, 0 // kept counts the last items that must stay with what follows
	for _, b := range bs {
		var part []item
		switch b := b.(type) {
		case docgen.Heading:
			part = w.heading(b)
		case docgen.Paragraph:
			indent := 2 * cell
			if b.Flush || b.Align == table.Center || b.Align == table.Right {
				indent = 0
			}
			part = w.lines(w.pieces(b.Runs, body(docgen.Fangsong)), indent, 0, b.Align, row, areaW)
			if b.Keep {
				keepAll(part)
			}
		case docgen.Table:
			part = w.table(b)
			if b.Wide && len(part) > 0 { // a heading turns with its table
				for i := len(out) - kept; i < len(out); i++ {
					out[i].landscape = true
				}
			}
		case docgen.Picture:
			var err error
			if part, err = w.picture(b); err != nil {
				return nil, err
			}
		case docgen.PageBreak:
			fresh = true
			continue
		}
		if fresh && len(part) > 0 {
			part[0].fresh = true
			fresh = false
		}
		out = append(out, part...)
		if n := len(part); n > 0 && part[n-1].keep && !part[n-1].landscape {
			kept += n
		} else {
			kept = 0
		}
	}
	return out, nil
}

// heading sets a heading in the role of its level; it stays with what follows.
func (w *writer) heading(h docgen.Heading) []item {
	role := docgen.Fangsong
	switch h.Level {
	case 1:
		role = docgen.Heiti
	case 2:
		role = docgen.Kaiti
	}
	part := keepAll(w.lines(w.pieces(h.Runs, body(role)), 2*cell, 0, table.Auto, row, areaW))
	w.markAt(&part[0], h.Level, docgen.Text(h.Runs))
	return part
}

// markAt makes a bookmark of an item when it is drawn.
func (w *writer) markAt(it *item, level int, title string) {
	draw := it.draw
	it.draw = func(p *page, x, y, width float64) {
		w.marks = append(w.marks, bookmark{level, oneRow(title), spotOf{p, y}})
		if draw != nil {
			draw(p, x, y, width)
		}
	}
}

func oneRow(s string) string { return strings.ReplaceAll(s, "\n", "") }
