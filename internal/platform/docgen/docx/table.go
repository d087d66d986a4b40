package docx

import (
	"math"
	"strconv"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/table"
)

func alignOf(a table.Align) string {
	switch a {
	case table.Left:
		return "left"
	case table.Center:
		return "center"
	case table.Right:
		return "right"
	}
	return ""
}

// tableBlock writes a table with its caption above and its notes below; a wide one on
// landscape pages (DOC-24).
func (x *writer) tableBlock(t docgen.Table) {
	if t.Table == nil {
		return
	}
	x.turn(t.Wide)
	width := textWidth
	if t.Wide {
		width = wideWidth
	}
	if p := x.captionOf(t.Table); p != nil {
		p.style = "Caption"
		x.add(p)
	} else if x.newPage || x.held == nil && x.begun {
		x.add(&para{line: 20, flush: true, keepNext: true}) // two tables would grow together
	}
	x.flush()
	x.grid(&x.out, t.Table, width)
	x.begun = true
	notes := x.notesOf(t.Table)
	for _, p := range notes {
		p.style = "KyNote"
		x.add(p)
	}
	if len(notes) == 0 {
		x.add(&para{line: 120, flush: true})
	} else {
		notes[len(notes)-1].after = 160
	}
}

// captionOf gives the caption of a table as a paragraph, nil without one.
func (s *story) captionOf(t *table.Table) *para {
	if t.Caption == "" {
		return nil
	}
	p := &para{keepNext: true, keepLines: true, before: 120, after: 80, line: 400, flush: true, align: "center"}
	p.body.run(t.Caption, look{font: fontHeiti, latin: fontLatin, size: sizeS4, tight: true})
	return p
}

// notesOf gives the lines below a table.
func (s *story) notesOf(t *table.Table) []*para {
	var out []*para
	lines := t.Notes
	if t.Source != "" {
		lines = append(lines[:len(lines):len(lines)], t.Source)
	}
	for _, n := range lines {
		p := &para{line: 320, flush: true, align: "both"}
		p.body.run(n, look{font: fontFangsong, latin: fontLatin, size: size5, tight: true})
		out = append(out, p)
	}
	return out
}

// A headCell is a cell of the header, placed in the grid.
type headCell struct {
	text          string
	column        int // the first it covers, among the columns written
	across, depth int
}

// headOf lays out the header tree: neighbours that agree down to a level share a cell, and a
// leaf reaches down to the last row.
func headOf(t *table.Table, cols []int) [][]headCell {
	depth := 1
	for _, c := range cols {
		depth = max(depth, len(t.Columns[c].Head))
	}
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
	rows := make([][]headCell, depth)
	for d := range depth {
		for i := 0; i < len(cols); {
			path := t.Columns[cols[i]].Head
			switch last := max(len(path)-1, 0); {
			case d > last:
				i++
			case d == last:
				rows[d] = append(rows[d], headCell{leafWords(&t.Columns[cols[i]]), i, 1, depth - d})
				i++
			default:
				j := i + 1
				for j < len(cols) && same(path, t.Columns[cols[j]].Head, d) {
					j++
				}
				rows[d] = append(rows[d], headCell{path[d], i, j - i, 1})
				i = j
			}
		}
	}
	return rows
}

func leafWords(c *table.Column) string {
	s := ""
	if len(c.Head) > 0 {
		s = c.Head[len(c.Head)-1]
	}
	switch {
	case c.Unit == "":
	case strings.ContainsFunc(c.Unit, func(r rune) bool { return r >= 0x2E80 }):
		s += "（" + c.Unit + "）"
	default:
		s += " (" + c.Unit + ")"
	}
	return s
}

// A grid is a table with what is worked out before it is written.
type grid struct {
	*story
	t      *table.Table
	cols   []int
	widths []int
	aligns []table.Align
	names  int  // the column of row heads
	half   int  // size of its letters in half-points
	noted  bool // notes stand below it
}

// grid appends a table that fits the width in twips. Everything is set on the spot, so that it
// looks the same in a template that lacks our styles.
func (s *story) grid(b *buf, t *table.Table, width int) {
	g := &grid{story: s, t: t, half: size5, noted: len(t.Notes) > 0 || t.Source != ""}
	for i := range t.Columns {
		if !t.Columns[i].ScreenOnly {
			g.cols = append(g.cols, i)
		}
	}
	if len(g.cols) == 0 {
		return
	}
	for i := range t.Columns {
		if t.Columns[i].RowHead {
			g.names = i
			break
		}
	}
	g.align()
	g.measure(width)
	b.raw(`<w:tbl><w:tblPr>`)
	b.num(`<w:tblW w:w="`, width, `" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>`)
	for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		b.raw(`<w:`, side, ` w:val="single" w:sz="4" w:space="0" w:color="000000"/>`)
	}
	b.raw(`</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="20" w:type="dxa"/><w:left w:w="70" w:type="dxa"/><w:bottom w:w="20" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar>`)
	b.raw(`<w:tblLook w:val="0620" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>`)
	if name := clean(t.Caption + t.Name); name != "" {
		if t.Caption != "" {
			name = clean(t.Caption)
		}
		b.raw(`<w:tblCaption w:val="`)
		b.text(name)
		b.raw(`"/>`)
	}
	b.raw(`</w:tblPr><w:tblGrid>`)
	for _, w := range g.widths {
		b.num(`<w:gridCol w:w="`, w, `"/>`)
	}
	b.raw(`</w:tblGrid>`)
	g.head(b)
	for r := range t.Rows {
		left := len(t.Rows) - 1 - r
		g.row(b, &t.Rows[r], left > 0 && left < fewRows || left == 0 && g.noted)
	}
	if len(t.Rows) == 0 {
		empty := t.Empty
		if empty == "" {
			empty = s.lang.Text("暂无数据")
		}
		b.raw(`<w:tr>`)
		g.cell(b, 0, len(g.cols), "", func(p *para) { p.align = "center"; p.body.run(empty, g.look()) })
		b.raw(`</w:tr>`)
	}
	b.raw(`</w:tbl>`)
}

func (g *grid) look() look {
	return look{font: fontFangsong, latin: fontLatin, size: g.half, tight: true}
}

// align resolves Auto by the first row that has something in the column.
func (g *grid) align() {
	g.aligns = make([]table.Align, len(g.t.Columns))
	for i := range g.t.Columns {
		a := g.t.Columns[i].Align
		for r := 0; a == table.Auto && r < len(g.t.Rows); r++ {
			if i >= len(g.t.Rows[r].Cells) {
				continue
			}
			switch c := &g.t.Rows[r].Cells[i]; {
			case c.Kind == table.NumberKind:
				a = table.Right
			case c.Kind == table.LightKind:
				a = table.Center
			case c.Kind != table.TextKind || c.Text != "":
				a = table.Left
			}
		}
		if a == table.Auto {
			a = table.Left
		}
		g.aligns[i] = a
	}
}

// unbroken is the width of the longest run of Latin letters and digits, which no line breaks; a long
// word may break all the same.
func unbroken(s string) (most float64) {
	for _, run := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r > 0x2000 && r != '≥' && r != '≤' && r != '—' }) {
		most = max(most, em(run))
	}
	return min(most, 10)
}

// measure divides the width among the columns by what stands in them.
func (g *grid) measure(width int) {
	n := len(g.cols)
	need, least, easy := make([]float64, n), make([]float64, n), make([]float64, n) // in characters
	for k, c := range g.cols {
		widest, whole, number := 1.0, 0.0, false
		for r := range g.t.Rows {
			row := &g.t.Rows[r]
			if c >= len(row.Cells) {
				continue
			}
			w := spaced([]rune(row.Cells[c].Shown()))
			if no := row.Cells[c].Source; no > 0 {
				w += em("["+strconv.Itoa(no)+"]") / 2
			}
			if c == g.names {
				w += float64(row.Level)
			}
			if !number {
				whole = max(whole, unbroken(row.Cells[c].Shown()))
			}
			number = number || row.Cells[c].Kind == table.NumberKind
			widest = max(widest, w)
		}
		head := em(leafWords(&g.t.Columns[c]))
		need[k] = max(min(widest, 24), min(head, max(math.Ceil(head/2)+0.5, 4)))
		if hint := float64(g.t.Columns[c].Width); hint > 0 {
			need[k] = max(hint, min(widest, hint*1.5))
		}
		need[k] = max(need[k], whole)
		least[k] = min(need[k], max(widest, math.Ceil(head/3)))
		if !number {
			least[k] = max(min(need[k], 5), whole) // "2018年3月" stays on its line, "60617/62652" in one piece
		}
		easy[k] = max(least[k], min(widest, 8.5), min(head, 4.6)) // "2018年4月上半月", "去年同期"
		need[k] = max(need[k], easy[k])
	}
	const padding = 160
	sum := func(v []float64) (s float64) {
		for _, x := range v {
			s += x
		}
		return s
	}
	for i, half := range []int{size5, sizeS5, size5, sizeS5, 15} { // short words and heads on one line where that can be
		g.half = half
		room := float64(width-n*padding) / float64(half*10)
		least := least
		if i < 2 {
			least = easy
		}
		if sum(least) > room && half != 15 {
			continue
		}
		total, low := sum(need), sum(least)
		g.widths = make([]int, n)
		used := 0
		for k := range need {
			var w float64
			switch {
			case total <= room:
				w = need[k] * room / total
			case low < room:
				w = least[k] + (need[k]-least[k])*(room-low)/(total-low)
			default:
				w = least[k] * room / low
			}
			g.widths[k] = int(w*float64(half*10)) + padding
			used += g.widths[k]
		}
		g.widths[n-1] += width - used
		return
	}
}

// head writes the header rows, which repeat on every page.
func (g *grid) head(b *buf) {
	rows := headOf(g.t, g.cols)
	for d := range rows {
		b.raw(`<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="400" w:hRule="atLeast"/><w:tblHeader/></w:trPr>`)
		for c := 0; c < len(g.cols); {
			cell, above := at(rows, d, c)
			merge := ""
			if cell.depth > 1 {
				merge = `<w:vMerge w:val="restart"/>`
			}
			if above {
				merge = `<w:vMerge/>`
			}
			g.cell(b, c, cell.across, merge, func(p *para) {
				p.align, p.keepNext = "center", true
				if !above {
					l := g.look()
					l.font = fontHeiti
					p.body.run(cell.text, l)
				}
			})
			c += cell.across
		}
		b.raw(`</w:tr>`)
	}
}

// at finds the header cell that covers a place of the grid, and whether it began in a row above.
func at(rows [][]headCell, d, c int) (headCell, bool) {
	for up := d; up >= 0; up-- {
		for _, cell := range rows[up] {
			if cell.column <= c && c < cell.column+cell.across && up+cell.depth > d {
				return cell, up < d
			}
		}
	}
	return headCell{across: 1, depth: 1}, false
}

// cell writes one cell that covers some columns.
func (g *grid) cell(b *buf, first, across int, merge string, fill func(p *para)) {
	width := 0
	for k := first; k < first+across; k++ {
		width += g.widths[k]
	}
	b.num(`<w:tc><w:tcPr><w:tcW w:w="`, width, `" w:type="dxa"/>`)
	if across > 1 {
		b.num(`<w:gridSpan w:val="`, across, `"/>`)
	}
	b.raw(merge, `<w:vAlign w:val="center"/></w:tcPr>`)
	p := &para{line: 300, flush: true, align: "left"}
	fill(p)
	p.write(b)
	b.raw(`</w:tc>`)
}

// fewRows is how many rows of a table go on to its last page at least.
const fewRows = 3

// row writes a row; one that is kept stays on the page of what follows.
func (g *grid) row(b *buf, row *table.Row, keep bool) {
	b.raw(`<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="380" w:hRule="atLeast"/></w:trPr>`)
	for k, c := range g.cols {
		g.cell(b, k, 1, "", func(p *para) {
			p.keepNext = keep
			if p.align = alignOf(g.aligns[c]); c == g.names && row.Level > 0 {
				p.left = row.Level * g.half * 10
			}
			if c < len(row.Cells) {
				g.value(&p.body, row, c)
			}
		})
	}
	b.raw(`</w:tr>`)
}

// value writes what a cell shows: the symbol of its light in its colour, the words, the note.
func (g *grid) value(b *buf, row *table.Row, c int) {
	cell := &row.Cells[c]
	l := g.look()
	if row.Total {
		l.bold, l.font = true, fontHeiti
	}
	if cell.Kind == table.ActionsKind {
		return
	}
	if cell.Kind == table.SparkKind {
		b.run(cell.Shown(), l)
		return
	}
	symbol := chart.LightSymbol(cell.Light)
	if cell.Light != measure.NoLight && symbol != "" {
		light := l
		light.color = strings.ToUpper(strings.TrimPrefix(chart.LightInk(cell.Light), "#"))
		if cell.Text != "" {
			symbol += " "
		}
		b.run(symbol, light)
	}
	href := cell.Href
	if href == "" && cell.Kind == table.NumberKind && row.Link != "" && g.t.Columns[c].Link != "" {
		href = g.t.Columns[c].Link + row.Link
	}
	if cell.Text != "" {
		if cell.Kind == table.NumberKind {
			l.style = figureStyle
		}
		id := g.link(href)
		if id != "" {
			b.raw(`<w:hyperlink`, g.ns, ` r:id="`, id, `" w:history="1">`)
		}
		b.run(cell.Text, l)
		if id != "" {
			b.raw("</w:hyperlink>")
		}
		l.style = ""
		g.mark(b, cell.Text, cell.Source, max(g.half-3, 13))
	}
	if cell.Note != "" {
		note := cell.Note
		if cell.Text != "" || symbol != "" {
			note = " " + note
		}
		l.size = max(g.half-3, 13)
		b.run(note, l)
	}
}
