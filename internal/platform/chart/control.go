package chart

import "strconv"

// A ControlMark is a period that stands out on a Control chart.
type ControlMark struct {
	At   int    // index of the period
	Text string // printed above the point; the value when empty
	Href string // where it leads; may be empty
}

// A Control shows a series with the level that is expected and the limit of ordinary variation,
// both of which may change from period to period. Points beyond the limit are marked by shape as
// well as by colour.
type Control struct {
	Title, Desc string
	Unit        string   // unit of measure, written above the axis
	X           []string // labels of the periods; they are thinned until they fit
	Name        string   // of the series, at its right end
	Values      []Value  // a gap carries its reason
	Centre      []Value  // expected level; may be empty
	Limit       []Value  // upper limit; missing where none could be set
	CentreName  string
	LimitName   string
	Marks       []ControlMark
	Small       bool    // one of many side by side: few words, no names at the right end
	Width       float64 // in CSS pixels, 0 for 720, or 340 when small
	Height      float64 // in CSS pixels, 0 for 280, or 150 when small
}

// AppendSVG appends the chart.
func (c Control) AppendSVG(dst []byte, o Options) []byte {
	w, h, size := c.Width, c.Height, lineText
	class := "chart chart-line"
	if c.Small {
		class, size = "chart", MinText
		if w <= 0 {
			w = 340
		}
		if h <= 0 {
			h = 150
		}
	}
	if w <= 0 {
		w = 720
	}
	if h <= 0 {
		h = 280
	}
	links := false
	for _, m := range c.Marks {
		links = links || m.Href != ""
	}
	p := &pen{b: dst, o: o}
	p.open(class, w, h, c.Title, c.Desc, links)
	all := append(append(append([]Value{{OK: true}}, c.Values...), c.Centre...), c.Limit...)
	if _, _, any := extent(all[1:]); !any {
		p.label(w/2, h/2, size, atMiddle, "k-soft", soft, false, o.tr("暂无数据"))
		return p.close()
	}
	lo, hi, _ := extent(all)
	n := max(2, int((h-70)/44))
	at, digits := ticks(lo, hi, n, true)
	for ; digits > 0 && n > 1 && allWhole(c.Values); n-- { // no halves on an axis of whole things
		at, digits = ticks(lo, hi, n-1, true)
	}
	lo, hi = at[0], at[len(at)-1]
	left := 0.0
	for _, t := range at {
		left = max(left, textWidth(tickText(t, digits), size))
	}
	left += 12
	right := 12.0
	names := []Series{{Name: c.Name, Values: c.Values}, {Name: c.LimitName, Values: c.Limit}, {Name: c.CentreName, Values: c.Centre}}
	if !c.Small {
		for i, s := range names {
			right = max(right, textWidth(Line{}.endLabel(i, s), size)+20)
		}
		right = min(right, w*0.34)
	}
	top, bottom := 34.0, 30.0
	if c.Small {
		top, bottom = 18, 24
	}
	n = max(len(c.X), len(c.Values))
	dx := 0.0
	if n > 0 {
		dx = (w - left - right - 8) / float64(n)
	}
	x := func(i int) float64 { return left + 4 + (float64(i)+0.5)*dx }
	y := func(v float64) float64 { return top + (hi-v)/(hi-lo)*(h-top-bottom) }

	if c.Unit != "" && !c.Small {
		p.label(0, 16, size, atStart, "k-soft", soft, false, o.tr("单位：")+c.Unit)
	}
	for i, t := range at {
		class, colour := "k-grid", grid
		if i == 0 {
			class, colour = "k-axis", axis
		}
		p.line(left, y(t), w-right, y(t), class, colour, 1, "")
		p.label(left-6, y(t)+size*0.35, size, atEnd, "k-soft", soft, false, tickText(t, digits))
	}
	for _, i := range thin(c.X, n, dx, size) {
		half := textWidth(c.X[i], size) / 2
		p.label(clamp(x(i), half, w-half), h-7, size, atMiddle, "k-soft", soft, false, c.X[i])
	}
	p.steps(c.Centre, x, y, dx, 3, "2 3")
	p.steps(c.Limit, x, y, dx, 1, "6 3")
	p.runs(c.Values, x, y, "k-s1", seriesColour(0), 2, "", 2.6, "k-f1")
	marked := map[int]bool{}
	for _, m := range c.Marks {
		marked[m.At] = true
	}
	for i, v := range c.Values {
		if v.OK && finite(v.V) && !marked[i] && !c.Small {
			p.dot(x(i), y(v.V), 2.6, "k-f1", seriesColour(0))
		}
	}
	if !c.Small {
		c.names(p, names, y, top, h-bottom, w, right, size)
	}
	p.tips(Line{X: c.X, Series: names}, n, x, dx, top, h-bottom)
	for _, m := range c.Marks {
		if m.At >= 0 && m.At < len(c.Values) && c.Values[m.At].OK && finite(c.Values[m.At].V) {
			c.mark(p, m, x(m.At), y(c.Values[m.At].V), size)
		}
	}
	return p.close()
}

// names writes the name of each line at its right end.
func (c Control) names(p *pen, list []Series, y func(float64) float64, top, bottom, w, right, size float64) {
	var ends []end
	for i, s := range list {
		last := -1
		for k, v := range s.Values {
			if v.OK && finite(v.V) {
				last = k
			}
		}
		if last >= 0 {
			ends = append(ends, end{y(s.Values[last].V), i})
		}
	}
	spread(ends, top, bottom)
	for _, e := range ends {
		series := [...]int{0, 1, 3}[e.series]
		text := fit(Line{}.endLabel(e.series, list[e.series]), size, right-14)
		p.label(w-right+6, e.y+size*0.35, size, atStart, "k-f"+strconv.Itoa(series+1), seriesColour(series), e.series == 0, text)
	}
}

// steps draws a level that holds for one period each, joined where neighbours have one.
func (p *pen) steps(vs []Value, x func(int) float64, y func(float64) float64, dx float64, series int, dash string) {
	class := strconv.Itoa(series + 1)
	for i := 0; i < len(vs); {
		if !vs[i].OK || !finite(vs[i].V) {
			i++
			continue
		}
		p.raw(`<path d="M`)
		for first := true; i < len(vs) && vs[i].OK && finite(vs[i].V); i++ {
			if !first {
				p.raw("L")
			}
			first = false
			for k, at := range [...]float64{x(i) - dx/2, x(i) + dx/2} {
				if k > 0 {
					p.raw("L")
				}
				p.num(at)
				p.raw(" ")
				p.num(y(vs[i].V))
			}
		}
		p.raw(`" class="k-s` + class + `" fill="none" stroke="` + seriesColour(series) + `"`)
		p.attr("stroke-width", 1.6)
		p.raw(` stroke-dasharray="` + dash + `"/>`)
	}
}

// mark draws a square around a point and its words, and leads to what the mark tells of.
func (c Control) mark(p *pen, m ControlMark, x, y, size float64) {
	linked := p.link(m.Href)
	r := 5.0
	if c.Small {
		r = 4
	}
	p.raw(`<rect`)
	p.attr("x", x-r)
	p.attr("y", y-r)
	p.attr("width", 2*r)
	p.attr("height", 2*r)
	p.raw(` class="lt-r" fill="` + inkRed + `" stroke="` + ground + `" stroke-width="1.5">`)
	if m.At < len(c.X) {
		p.tip(c.X[m.At], c.Values[m.At].Text, m.Text)
	}
	p.raw(`</rect>`)
	if !c.Small {
		text := m.Text
		if text == "" {
			text = c.Values[m.At].Text
		}
		p.label(x, y-10, size, atMiddle, "lt-r", inkRed, true, text)
	}
	if linked {
		p.raw(`</a>`)
	}
}
