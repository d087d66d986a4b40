package pdf

import (
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/docgen/ink"
	"kaiyang/internal/platform/table"
)

// table sets a table: caption above, its header again on each page, notes and source below.
// Wide ones stand on turned pages (DOC-24).
func (w *writer) table(b docgen.Table) []item {
	t := b.Table
	if t == nil {
		return nil
	}
	width, tallest := areaW, areaH
	if b.Wide {
		width, tallest = areaH, areaW
	}
	var g *grid
	for i, size := range []float64{10.5, 9.5, 9, 10.5, 9.5, 9, 8, 7} {
		g = w.newGrid(t, size)
		if len(g.cols) == 0 {
			return nil
		}
		g.easy = i < 3
		if g.fit(width) {
			break
		}
		if size == 7 {
			w.note("table", "表格“%s”列太多，一页放不下，个别词语被拆开：请减少列数或改用横排", t.Name+t.Caption)
		}
	}
	g.wrap()
	var out []item
	if t.Caption != "" {
		out = append(out, w.lines([]piece{{text: t.Caption, st: style{role: docgen.Heiti, size: 12}}}, 0, 0, table.Center, 21, width)...)
	}
	head := g.headItem()
	if head.h > tallest/2 {
		w.note("table", "表格“%s”的表头超过半页：请缩短表头文字", t.Name+t.Caption)
	}
	top := head
	top.keep = true
	out = append(keepAll(out), top)
	for r := range g.rows {
		part := g.rowItems(r, &head, tallest-head.h)
		if left := len(g.rows) - 1 - r; left > 0 && left < fewRows {
			part[len(part)-1].keep = true
		}
		out = append(out, part...)
	}
	out[len(out)-1].keep = len(t.Notes) > 0 || t.Source != ""
	small := style{role: docgen.Fangsong, size: 9}
	for i, s := range append(append([]string(nil), t.Notes...), t.Source) {
		if s == "" {
			continue
		}
		part := w.lines([]piece{{text: s, st: small}}, 0, 0, table.Left, 13, width)
		if i < len(t.Notes)-1 || i == len(t.Notes)-1 && t.Source != "" {
			keepAll(part)
		}
		out = append(out, part...)
	}
	out = append(out, item{h: 5, blank: true, snap: true})
	for i := range out {
		out[i].landscape = b.Wide
	}
	return out
}

// fewRows is how many rows of a table go on to its last page at least.
const fewRows = 3

// left gives where a column begins.
func (g *grid) left(col int) float64 {
	x := 0.0
	for _, w := range g.width[:col] {
		x += w
	}
	return x
}

const hair, outer = 0.5, 1.0

// headItem draws the header rows as one.
func (g *grid) headItem() item {
	heights := make([]float64, len(g.head))
	for d, boxes := range g.head {
		heights[d] = max(heights[d], g.leading()+2*padY)
		for i := range boxes {
			if boxes[i].rows == 1 {
				heights[d] = max(heights[d], g.height(&boxes[i]))
			}
		}
	}
	for d, boxes := range g.head {
		for i := range boxes {
			sum := 0.0
			for k := d; k < d+boxes[i].rows; k++ {
				sum += heights[k]
			}
			if more := g.height(&boxes[i]) - sum; more > 0 {
				heights[d+boxes[i].rows-1] += more
			}
		}
	}
	total := 0.0
	for _, h := range heights {
		total += h
	}
	return item{h: total, draw: func(p *page, x, y, width float64) {
		p.rule(x, y, x+width, y, outer, black)
		at := y
		for d, boxes := range g.head {
			for i := range boxes {
				b := &boxes[i]
				h := 0.0
				for k := d; k < d+b.rows; k++ {
					h += heights[k]
				}
				g.cell(p, b, x, at, h, 0, len(b.lines))
				g.frame(p, b, x, at, h)
			}
			at += heights[d]
		}
	}}
}

// rowItems draws a row; one taller than a page goes on over several.
func (g *grid) rowItems(r int, head *item, room float64) []item {
	boxes := g.rows[r]
	lines := 1
	h := 0.0
	for i := range boxes {
		lines = max(lines, len(boxes[i].lines))
		h = max(h, g.height(&boxes[i]))
	}
	if h <= room {
		return []item{{h: h, head: head, draw: func(p *page, x, y, _ float64) {
			for i := range boxes {
				g.cell(p, &boxes[i], x, y, h, 0, len(boxes[i].lines))
				g.frame(p, &boxes[i], x, y, h)
			}
		}}}
	}
	var out []item
	each := max(1, int((room-2*padY)/g.leading())/2)
	for from := 0; from < lines; from += each {
		to := min(from+each, lines)
		part := float64(to-from)*g.leading() + 2*padY
		out = append(out, item{h: part, head: head, draw: func(p *page, x, y, _ float64) {
			for i := range boxes {
				n := len(boxes[i].lines)
				g.cell(p, &boxes[i], x, y, part, min(from, n), min(to, n))
				g.frame(p, &boxes[i], x, y, part)
			}
		}})
	}
	return out
}

// frame draws the borders of a cell: right, below, and left of the first column.
func (g *grid) frame(p *page, b *box, x, y, h float64) {
	left, right := x+g.left(b.col), x+g.left(b.col+b.cols)
	p.rule(left, y+h, right, y+h, hair, black)
	if b.col == 0 {
		p.rule(left, y, left, y+h, hair, black)
	}
	p.rule(right, y, right, y+h, hair, black)
}

// cell sets the words of a cell, in the middle of its height.
func (g *grid) cell(p *page, b *box, x, y, h float64, from, to int) {
	left, right := x+g.left(b.col)+padX+b.indent, x+g.left(b.col+b.cols)-padX
	if b.spark != nil {
		if from == 0 {
			g.spark(p, b, left, right, y, h)
		}
		return
	}
	at := y + (h-float64(to-from)*g.leading())/2
	for _, l := range b.lines[from:to] {
		px := left
		switch b.align {
		case table.Center:
			px += (right - left - l.w) / 2
		case table.Right:
			px = right - l.w
		}
		p.set(l, px, at+g.leading()/2+0.38*g.size)
		at += g.leading()
	}
}

func (g *grid) spark(p *page, b *box, left, right, y, h float64) {
	d, err := ink.Of(*b.spark, g.w.t)
	if err != nil {
		return // package ink reads every chart; its tests see to it
	}
	scale := min((right-left)/d.W, (h-4)/d.H)
	p.drawing(d, left+(right-left-d.W*scale)/2, y+(h-d.H*scale)/2, scale)
}
