package chart

import (
	"kaiyang/internal/core/measure"
)

// An Area is one named place of a map and what is known of it.
type Area struct {
	Key   string // matches a shape of a GeoMap; unused in a TileMap
	Name  string // the full name, under the pointer
	Short string // printed on the map; Name when empty
	Value Value
	Light measure.Light
	Href  string
	Note  string // further words under the pointer
}

func (a Area) short() string {
	if a.Short != "" {
		return a.Short
	}
	return a.Name
}

// A Tile is an area at a place of a grid, column and row counting from 0.
type Tile struct {
	Area
	Col, Row int
}

// A TileMap draws units as equal tiles in their rough places: no unit is hard to see because
// it is small. Without a Scale the tiles take the colours of their lights.
type TileMap struct {
	Title      string
	Desc       string
	Tiles      []Tile
	Scale      *Scale
	LightWords map[measure.Light]string // other words for the lights in the legend, in Chinese
}

const (
	tileW, tileH, tileGap = 120.0, 78.0, 6.0
	tileName              = 17.0
	legendH               = 36.0
)

// AppendSVG appends the map.
func (m TileMap) AppendSVG(dst []byte, o Options) []byte {
	cols, rows, links := 1, 1, false
	values := make([]Value, 0, len(m.Tiles))
	for _, t := range m.Tiles {
		cols, rows = max(cols, t.Col+1), max(rows, t.Row+1)
		links = links || t.Href != ""
		values = append(values, t.Value)
	}
	w := float64(cols)*(tileW+tileGap) - tileGap + 4
	paint := newPaint(m.Scale, values, m.LightWords)
	lines := paint.legendLines(areasOf(m.Tiles), w, o)
	h := float64(rows)*(tileH+tileGap) - tileGap + 4 + legendH + float64(lines-1)*24
	p := &pen{b: dst, o: o}
	class := "chart chart-t9"
	if cols <= 3 {
		class = "chart chart-t3"
	} else if cols < 9 {
		class = "chart chart-t" + string(rune('0'+cols))
	}
	p.open(class, w, h, m.Title, m.Desc, links)
	for _, t := range m.Tiles {
		m.tile(p, t, paint)
	}
	paint.legend(p, areasOf(m.Tiles), 2, h-legendH-float64(lines-1)*24+8, w)
	return p.close()
}

func areasOf(tiles []Tile) []Area {
	out := make([]Area, len(tiles))
	for i, t := range tiles {
		out[i] = t.Area
	}
	return out
}

func (m TileMap) tile(p *pen, t Tile, paint paint) {
	x, y := 2+float64(t.Col)*(tileW+tileGap), 2+float64(t.Row)*(tileH+tileGap)
	fill, class, textColour := paint.of(t.Area)
	linked := p.link(t.Href)
	p.raw(`<g>`)
	p.tip(t.Name, t.Value.Text, p.o.tr(paint.word(t.Light)), t.Note)
	p.raw(`<rect`)
	p.attr("x", x)
	p.attr("y", y)
	p.attr("width", tileW)
	p.attr("height", tileH)
	p.raw(` rx="4" class="k-tile ` + class + `" fill="` + fill + `" stroke="` + ground + `"/>`)
	size := tileName
	lines := breakText(t.short(), size, tileW-12)
	if len(lines) == 2 {
		size = 15
		lines = breakText(t.short(), size, tileW-12)
	}
	mid := x + tileW/2
	ty := y + 31
	if len(lines) == 2 {
		p.label(mid, y+22, size, atMiddle, "", textColour, true, fit(lines[0], size, tileW-8))
		p.label(mid, y+40, size, atMiddle, "", textColour, true, fit(lines[1], size, tileW-8))
		ty = y + 40
	} else {
		p.label(mid, ty, size, atMiddle, "", textColour, true, fit(lines[0], size, tileW-8))
	}
	value, colour := t.Value.Text, textColour
	if !t.Value.OK {
		if value == "" {
			value = p.o.tr("未报")
		}
	}
	value = fit(value, 16, tileW-32)
	vy := ty + 25
	if m.Scale == nil && t.Light != measure.NoLight {
		vw := textWidth(value, 16)
		p.label(mid-vw/2-6, vy, 15, atMiddle, LightClass(t.Light), LightInk(t.Light), false, LightSymbol(t.Light))
		p.label(mid+8, vy, 16, atMiddle, "", colour, false, value)
	} else {
		p.label(mid, vy, 16, atMiddle, "", colour, false, value)
	}
	p.raw(`</g>`)
	if linked {
		p.raw(`</a>`)
	}
}

// paint knows the colours of areas and the legend that explains them.
type paint struct {
	scale *Scale
	words map[measure.Light]string
}

func newPaint(s *Scale, values []Value, words map[measure.Light]string) paint {
	if s == nil {
		return paint{words: words}
	}
	r := s.resolve(values)
	return paint{scale: &r, words: words}
}

func (c paint) word(l measure.Light) string {
	if w, ok := c.words[l]; ok {
		return w
	}
	return LightWord(l)
}

// of gives fill, class and the colour of text upon it.
func (c paint) of(a Area) (fill, class, textColour string) {
	switch {
	case c.scale == nil:
		return tint(a.Light), tintClass(a.Light), ink
	case !a.Value.OK || !finite(a.Value.V):
		return noFill, "k-n", soft
	}
	fill, textColour = scaleColour(c.scale.class(a.Value.V), len(c.scale.Breaks)+1)
	return fill, "k-q", textColour
}

type legendEntry struct {
	fill, class, symbol, symbolClass, symbolColour, text string
}

func (c paint) entries(areas []Area, o Options) []legendEntry {
	var out []legendEntry
	missing := false
	if c.scale == nil {
		seen := map[measure.Light]int{}
		for _, a := range areas {
			seen[a.Light]++
		}
		for _, l := range []measure.Light{measure.Green, measure.Yellow, measure.Red, measure.Grey} {
			if seen[l] > 0 {
				out = append(out, legendEntry{tint(l), tintClass(l), LightSymbol(l), LightClass(l), LightInk(l),
					o.tr(c.word(l)) + " " + tickText(float64(seen[l]), 0)})
			}
		}
		if seen[measure.NoLight] > 0 {
			out = append(out, legendEntry{fill: noFill, class: "k-n", text: o.tr("无数据") + " " + tickText(float64(seen[measure.NoLight]), 0)})
		}
		return out
	}
	any := false
	for _, a := range areas {
		any = any || a.Value.OK
		missing = missing || !a.Value.OK
	}
	if any {
		for i := range len(c.scale.Breaks) + 1 {
			fill, _ := scaleColour(i, len(c.scale.Breaks)+1)
			if w := c.scale.words(i); w != "" {
				out = append(out, legendEntry{fill: fill, class: "k-q", text: w})
			}
		}
	}
	if missing {
		out = append(out, legendEntry{fill: noFill, class: "k-n", text: o.tr("无数据")})
	}
	return out
}

const legendText = 14.0

func (e legendEntry) width() float64 { return 24 + 8 + textWidth(e.text, legendText) + 20 }

func (c paint) unit(o Options) string {
	if c.scale == nil || c.scale.Unit == "" {
		return ""
	}
	return o.tr("单位：") + c.scale.Unit
}

func (c paint) legendLines(areas []Area, w float64, o Options) int {
	lines, x := 1, 2.0
	if u := c.unit(o); u != "" {
		x += textWidth(u, legendText) + 16
	}
	for _, e := range c.entries(areas, o) {
		if x+e.width()-20 > w && x > 2 {
			lines, x = lines+1, 2
		}
		x += e.width()
	}
	return lines
}

func (c paint) legend(p *pen, areas []Area, left, y, w float64) {
	x := left
	if u := c.unit(p.o); u != "" {
		p.label(x, y+14, legendText, atStart, "k-soft", soft, false, u)
		x += textWidth(u, legendText) + 16
	}
	for _, e := range c.entries(areas, p.o) {
		if x+e.width()-20 > w && x > left {
			x, y = left, y+24
		}
		p.raw(`<rect`)
		p.attr("x", x)
		p.attr("y", y)
		p.attr("width", 24)
		p.attr("height", 18)
		p.raw(` rx="3" class="` + e.class + `" fill="` + e.fill + `" stroke="` + hairline + `"/>`)
		if e.symbol != "" {
			p.label(x+12, y+14, 13, atMiddle, e.symbolClass, e.symbolColour, false, e.symbol)
		}
		p.label(x+32, y+14, legendText, atStart, "k-soft", soft, false, e.text)
		x += e.width()
	}
}
