package pdf

import (
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/table"
)

// a box is one cell on paper.
type box struct {
	col, cols int // first column and how many
	rows      int // header rows it reaches over
	pieces    []piece
	indent    float64
	whole     bool // a name or a light: better not divided
	align     table.Align
	spark     *chart.Sparkline
	lines     []line
}

// a grid is a table made ready for paper.
type grid struct {
	w     *writer
	t     *table.Table
	cols  []int // columns printed, indices of Columns
	size  float64
	width []float64
	head  [][]box
	rows  [][]box
	easy  bool // short words and heads stay on one line
}

const (
	padX = 3.0 // points left and right of the words of a cell
	padY = 2.5
)

// sparkWidth is that of a small line in a cell, in points.
const sparkWidth = 64.0

func (g *grid) leading() float64 { return g.size * 1.28 }

func (g *grid) style(head bool) style {
	if head {
		return style{role: docgen.Heiti, size: g.size}
	}
	return style{role: docgen.Fangsong, size: g.size}
}

// newGrid takes over the columns that leave the page.
func (w *writer) newGrid(t *table.Table, size float64) *grid {
	g := &grid{w: w, t: t, size: size}
	for i := range t.Columns {
		if !t.Columns[i].ScreenOnly {
			g.cols = append(g.cols, i)
		}
	}
	g.makeHead()
	g.makeRows()
	return g
}

// makeHead lays out the tree of headers: neighbours with one path share a cell, leaves reach
// down to the last header row.
func (g *grid) makeHead() {
	depth := 1
	for _, c := range g.cols {
		depth = max(depth, len(g.t.Columns[c].Head))
	}
	g.head = make([][]box, depth)
	same := func(a, b []string, d int) bool {
		if len(b) <= d+1 {
			return false
		}
		for i := range d + 1 {
			if a[i] != b[i] {
				return false
			}
		}
		return true
	}
	for d := range depth {
		for i := 0; i < len(g.cols); {
			column := &g.t.Columns[g.cols[i]]
			last := max(len(column.Head)-1, 0)
			j := i + 1
			if d > last {
				i = j
				continue
			}
			b := box{col: i, rows: 1, align: table.Center}
			words := ""
			if d < len(column.Head) {
				words = column.Head[d]
			}
			if d == last {
				b.rows = depth - d
				words += unitWords(column.Unit)
			} else {
				for j < len(g.cols) && same(column.Head, g.t.Columns[g.cols[j]].Head, d) {
					j++
				}
			}
			b.cols = j - i
			b.pieces = []piece{{text: words, st: g.style(true)}}
			g.head[d] = append(g.head[d], b)
			i = j
		}
	}
}

func unitWords(unit string) string {
	switch {
	case unit == "":
		return ""
	case strings.ContainsFunc(unit, func(r rune) bool { return r >= 0x2E80 }):
		return "（" + unit + "）"
	}
	return " (" + unit + ")"
}

// aligns resolves Auto as the page does: numbers to the right, lights to the middle.
func (g *grid) align(column int) table.Align {
	if a := g.t.Columns[column].Align; a != table.Auto {
		return a
	}
	for r := range g.t.Rows {
		if column >= len(g.t.Rows[r].Cells) {
			continue
		}
		switch c := &g.t.Rows[r].Cells[column]; {
		case c.Kind == table.NumberKind:
			return table.Right
		case c.Kind == table.LightKind:
			return table.Center
		case c.Kind == table.TextKind && c.Text == "":
			continue
		}
		break
	}
	return table.Left
}

func (g *grid) makeRows() {
	aligns := make([]table.Align, len(g.cols))
	rowHead := 0
	for i, c := range g.cols {
		aligns[i] = g.align(c)
		if g.t.Columns[c].RowHead {
			rowHead = i
		}
	}
	for r := range g.t.Rows {
		row := &g.t.Rows[r]
		boxes := make([]box, 0, len(g.cols))
		for i, c := range g.cols {
			b := box{col: i, cols: 1, rows: 1, align: aligns[i]}
			if c < len(row.Cells) {
				b.whole = i == rowHead || row.Cells[c].Kind == table.LightKind
				b.pieces = g.pieces(row, c)
				if row.Cells[c].Kind == table.SparkKind {
					b.spark, b.pieces = row.Cells[c].Spark, nil
				}
			}
			if i == rowHead {
				b.indent = float64(row.Level) * g.size
			}
			boxes = append(boxes, b)
		}
		g.rows = append(g.rows, boxes)
	}
	if len(g.t.Rows) == 0 {
		words := g.t.Empty
		if words == "" {
			words = g.w.t("暂无数据")
		}
		g.rows = append(g.rows, []box{{cols: len(g.cols), rows: 1, align: table.Center, pieces: []piece{{text: words, st: g.style(false)}}}})
	}
}

// pieces gives the words of a cell: the symbol of its light in its colour, the value, the note.
func (g *grid) pieces(row *table.Row, column int) []piece {
	c := &row.Cells[column]
	if c.Kind == table.ActionsKind {
		return nil
	}
	href := c.Href
	if href == "" && c.Kind == table.NumberKind && row.Link != "" && g.t.Columns[column].Link != "" {
		href = g.t.Columns[column].Link + row.Link
	}
	st := g.style(row.Total)
	var out []piece
	if s := chart.LightSymbol(c.Light); s != "" {
		lit := style{role: docgen.Heiti, size: g.size, colour: lightColour(c.Light)}
		out = append(out, piece{text: s + " ", st: lit})
	}
	out = append(out, piece{text: c.Text, st: st, href: g.w.address(href)})
	if c.Source > 0 {
		out = append(out, sourceMark(c.Source, st))
	}
	if c.Note != "" {
		out = append(out, piece{text: " " + c.Note, st: g.style(false)})
	}
	return out
}

func lightColour(l measure.Light) colour {
	var v uint32
	for _, r := range chart.LightInk(l)[1:] {
		d := r - '0'
		if r >= 'a' {
			d = r - 'a' + 10
		}
		v = v<<4 | uint32(d)
	}
	return colour(v)
}

// need gives the least and the natural width of a cell's words.
func (g *grid) need(b *box, head bool) (least, natural float64) {
	if b.spark != nil {
		return sparkWidth + 2*padX, sparkWidth + 2*padX
	}
	cs := g.w.clusters(b.pieces)
	unbroken, w := 0.0, 0.0
	for i := range cs {
		c := &cs[i]
		if c.kind == newline {
			natural, w = max(natural, w), 0
			unbroken = 0
			continue
		}
		if i > 0 && may(&cs[i-1], c) {
			unbroken = 0
		}
		if c.kind != space {
			unbroken += c.w
		}
		least = max(least, unbroken)
		w += c.w
	}
	natural = max(natural, w)
	few := 5.0 // "2018年3月" stays on its line
	switch {
	case head && g.easy:
		few = 4.6 // "去年同期", "分子/分母"
	case head:
		few = 2
	case b.whole || g.easy: // "2018年4月上半月"
		few = 8
	}
	least = max(least, min(natural, few*g.size))
	return least + b.indent + 2*padX + 0.2, natural + b.indent + 2*padX + 0.2
}

// fit sets the widths of the columns for a table as wide as total; false when the words do
// not fit at this size.
func (g *grid) fit(total float64) bool {
	n := len(g.cols)
	least, natural := make([]float64, n), make([]float64, n)
	take := func(rows [][]box, head bool) {
		for _, boxes := range rows {
			for i := range boxes {
				b := &boxes[i]
				if b.cols != 1 {
					continue
				}
				lo, hi := g.need(b, head)
				least[b.col] = max(least[b.col], lo)
				if head {
					hi = max(lo, min(hi, 7*g.size+2*padX)) // long heads wrap rather than widen their column
				}
				natural[b.col] = max(natural[b.col], hi, lo)
			}
		}
	}
	take(g.rows, false)
	take(g.head, true)
	sumLeast, sumNatural := 0.0, 0.0
	for i := range n {
		if hint := g.t.Columns[g.cols[i]].Width; hint > 0 {
			natural[i] = max(least[i], min(natural[i], float64(hint)*g.size+2*padX))
		}
		sumLeast += least[i]
		sumNatural += natural[i]
	}
	g.width = make([]float64, n)
	for i := range n {
		switch {
		case sumNatural <= total:
			g.width[i] = natural[i] + (total-sumNatural)*natural[i]/sumNatural
		case sumLeast <= total:
			g.width[i] = least[i] + (natural[i]-least[i])*(total-sumLeast)/(sumNatural-sumLeast)
		default:
			g.width[i] = least[i] * total / sumLeast
		}
	}
	return sumLeast <= total+0.01
}

// wrap breaks the words of all cells to the widths.
func (g *grid) wrap() {
	for _, rows := range [][][]box{g.head, g.rows} {
		for _, boxes := range rows {
			for i := range boxes {
				b := &boxes[i]
				w := -b.indent - 2*padX
				for k := b.col; k < b.col+b.cols; k++ {
					w += g.width[k]
				}
				if cs := g.w.clusters(b.pieces); len(cs) > 0 {
					b.lines = breakLines(cs, max(w, g.size))
				}
			}
		}
	}
}

// height of the words of a cell from line from to line to.
func (g *grid) height(b *box) float64 {
	if b.spark != nil {
		return 18 + 2*padY
	}
	return float64(max(1, len(b.lines)))*g.leading() + 2*padY
}
