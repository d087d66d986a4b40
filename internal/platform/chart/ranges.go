package chart

// A RangeRow is one unit of a Ranges chart: a dot on a bar that reaches from Lo to Hi.
type RangeRow struct {
	Name   string
	At     Value // the dot; missing: only its reason is written
	Lo, Hi float64
	Text   string // printed at the end of the row
	Note   string // said under the pointer
	Href   string
	Series int  // colour, from 0
	Own    bool // the reader's own row, in bold
	Rule   bool // a line above the row: another group begins
}

// Ranges shows for each unit where it stands and between what limits it may stand, as a dot on a
// bar, in the order given. The scale is of whole numbers from First to Last, such as places.
type Ranges struct {
	Title       string
	Desc        string
	Axis        string // what the scale counts, "名次"
	First, Last int
	Rows        []RangeRow
	Target      *Target // a dashed line through all rows, named beneath them; nil for none
	Width       float64 // in CSS pixels, 0 for 760
}

const (
	rangeText = 15.0
	rangeRow  = 28.0
	rangeHead = 40.0
	rangeFoot = 18.0
)

// AppendSVG appends the chart.
func (c Ranges) AppendSVG(dst []byte, o Options) []byte {
	w := c.Width
	if w <= 0 {
		w = 760
	}
	h := rangeHead + rangeRow*float64(max(1, len(c.Rows))) + 8
	bottom := h - 8
	if c.Target != nil && finite(c.Target.V) {
		h += rangeFoot
	}
	links, name, text := false, 0.0, 0.0
	for _, r := range c.Rows {
		links = links || r.Href != ""
		name, text = max(name, textWidth(r.Name, rangeText)), max(text, textWidth(r.Text, rangeText))
	}
	p := &pen{b: dst, o: o}
	class := "chart chart-line"
	if w < 480 {
		class = "chart" // drawn for a phone: it need not scroll
	}
	p.open(class, w, h, c.Title, c.Desc, links)
	if len(c.Rows) == 0 || c.Last < c.First {
		p.label(w/2, rangeHead, 16, atMiddle, "k-soft", soft, false, o.tr("暂无数据"))
		return p.close()
	}
	name = min(name, max(w*0.3, 124))
	left, right := name+28, w-min(text, w*0.2)-28
	x := func(v float64) float64 {
		return left + clamp((v-float64(c.First))/float64(max(1, c.Last-c.First)), 0, 1)*(right-left)
	}
	c.scale(p, x, left, right, bottom)
	for i, r := range c.Rows {
		c.row(p, r, rangeHead+float64(i)*rangeRow, name, right, w, x)
	}
	if c.Target != nil && finite(c.Target.V) {
		at, s := x(c.Target.V), "┄ "+o.tr("目标")+" "+c.Target.Text
		half := textWidth(s, 13) / 2
		p.line(at, 22, at, bottom+4, "k-target", target, 1.5, "6 4")
		p.label(clamp(at, half, w-half), bottom+18, 13, atMiddle, "k-target-t", target, false, s)
	}
	return p.close()
}

// scale draws the whole numbers on top and the lines beneath; numbers that would not fit are left
// out.
func (c Ranges) scale(p *pen, x func(float64) float64, left, right, bottom float64) {
	p.label(left-12, 14, 13, atEnd, "k-soft", soft, false, c.Axis)
	step := 1
	for _, n := range []int{1, 2, 5, 10, 20, 50, 100} {
		step = n
		if (right-left)/float64(max(1, c.Last-c.First))*float64(n) >= 26 {
			break
		}
	}
	for v := c.First; v <= c.Last; v++ {
		if v != c.First && v%step != 0 {
			continue
		}
		p.line(x(float64(v)), 22, x(float64(v)), bottom, "k-grid", grid, 1, "")
		if next := v - v%step + step; v == c.First && v%step != 0 && next <= c.Last && x(float64(next))-x(float64(v)) < 26 {
			continue // its number would run into the next
		}
		p.label(x(float64(v)), 14, 13, atMiddle, "k-soft", soft, false, tickText(float64(v), 0))
	}
}

func (c Ranges) row(p *pen, r RangeRow, y, name, right, w float64, x func(float64) float64) {
	mid := y + rangeRow/2
	if r.Rule {
		p.line(0, y, w, y, "k-axis", axis, 1, "3 3")
	}
	linked := p.link(r.Href)
	p.raw(`<g>`)
	p.tip(r.Name, r.Text, r.Note)
	p.raw(`<rect`)
	p.attr("y", y)
	p.attr("width", w)
	p.attr("height", rangeRow)
	p.raw(` fill="none" pointer-events="all"/>`)
	p.label(name, mid+5, rangeText, atEnd, "", ink, r.Own, fit(r.Name, rangeText, name+2))
	if !r.At.OK || !finite(r.At.V) {
		t := r.At.Text
		if t == "" {
			t = p.o.tr("未报")
		}
		p.label(x(float64(c.First)), mid+5, rangeText, atStart, "k-soft", soft, false, t)
	} else {
		series := "k-s" + string(rune('1'+r.Series%6))
		fill := "k-f" + string(rune('1'+r.Series%6))
		colour := seriesColour(r.Series)
		if r.Hi > r.Lo {
			p.line(x(r.Lo), mid, x(r.Hi), mid, series, colour, 3, "")
			p.line(x(r.Lo), mid-5, x(r.Lo), mid+5, series, colour, 2, "")
			p.line(x(r.Hi), mid-5, x(r.Hi), mid+5, series, colour, 2, "")
		}
		p.raw(`<circle`)
		p.attr("cx", x(r.At.V))
		p.attr("cy", mid)
		p.raw(` r="6" class="` + fill + `" fill="` + colour + `"/>`)
		p.label(right+20, mid+5, rangeText, atStart, "", ink, r.Own, r.Text)
	}
	p.raw(`</g>`)
	if linked {
		p.raw(`</a>`)
	}
}
