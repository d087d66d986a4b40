package chart

import (
	"math"
	"sort"
)

// A FunnelMark tells where a point of a funnel lies: inside the inner limits, between the limits, or
// outside the outer ones.
type FunnelMark uint8

// The marks; each has a shape of its own beside its colour.
const (
	MarkInside FunnelMark = iota
	MarkBetween
	MarkOutside
)

// A FunnelPoint is one unit: its size on the horizontal and its value on the vertical axis.
type FunnelPoint struct {
	Name  string
	Size  float64
	Value Value
	Mark  FunnelMark
	Note  string // shown in the tip after the value, "24/25"
	Href  string
	Own   bool // the reader's own unit, in bold and always named
}

// A FunnelLimit holds the four limits for one size: outer low, inner low, inner high, outer high, in
// the scale of the values.
type FunnelLimit struct {
	Size  float64
	Limit [4]float64
}

// A Funnel sets values of units against their sizes, with a line for the value of all and limits
// that narrow as the size grows. Points outside the limits are named; the others where there is room.
type Funnel struct {
	Title    string
	Desc     string
	Unit     string // unit of measure of the values, written above the axis
	SizeName string // what the size is, written under the axis
	Points   []FunnelPoint
	Centre   Value // of all units together
	Limits   []FunnelLimit
	Words    [3]string // names of the marks, for the legend and the tips
	Width    float64   // in CSS pixels, 0 for 760
	Height   float64   // in CSS pixels, 0 for 420
}

const (
	funnelText  = 14.0 // axes and legend
	funnelName  = 13.0 // names of points
	funnelPoint = 4.5  // radius
)

// A plane maps sizes and values to places.
type plane struct {
	left, right, top, bottom float64
	sizes, values            [2]float64
}

func (a plane) x(size float64) float64 {
	return a.left + (size-a.sizes[0])/(a.sizes[1]-a.sizes[0])*(a.right-a.left)
}

func (a plane) y(v float64) float64 {
	return a.bottom - (v-a.values[0])/(a.values[1]-a.values[0])*(a.bottom-a.top)
}

// AppendSVG appends the chart. Points without a value or a size are left out.
func (f Funnel) AppendSVG(dst []byte, o Options) []byte {
	w, h := f.Width, f.Height
	if w <= 0 {
		w = 760
	}
	if h <= 0 {
		h = 420
	}
	var points []FunnelPoint
	links := false
	for _, q := range f.Points {
		if q.Value.OK && finite(q.Value.V) && finite(q.Size) && q.Size > 0 {
			points = append(points, q)
			links = links || q.Href != ""
		}
	}
	p := &pen{b: dst, o: o}
	p.open("chart chart-funnel", w, h, f.Title, f.Desc, links)
	if len(points) == 0 {
		p.label(w/2, h/2, 16, atMiddle, "k-soft", soft, false, o.tr("暂无数据"))
		return p.close()
	}
	a := plane{top: p.funnelLegend(f, w) + 14, bottom: h - 48, right: w - 14}
	lo, hi := f.reach(points)
	at, digits := ticks(lo, hi, max(2, int((a.bottom-a.top)/52)), false)
	// Points on the last line have room for their names around them.
	room := (at[len(at)-1] - at[0]) * 0.05
	a.values = [2]float64{at[0] - room, at[len(at)-1] + room}
	wide := 0.0
	for _, t := range at {
		wide = max(wide, textWidth(tickText(t, digits), funnelText))
	}
	a.left = wide + 14
	most := 0.0
	for _, q := range points {
		most = max(most, q.Size)
	}
	steps, places := ticks(0, most, max(2, int((w-a.left)/90)), true)
	a.sizes = [2]float64{0, max(most*1.04, steps[1]/2)}
	limits := f.Limits
	for len(limits) > 0 && limits[len(limits)-1].Size > a.sizes[1] {
		limits = limits[:len(limits)-1]
	}

	p.line(a.left, a.bottom, a.right, a.bottom, "k-axis", axis, 1, "")
	for _, t := range at {
		p.line(a.left, a.y(t), a.right, a.y(t), "k-grid", grid, 1, "")
		p.label(a.left-8, a.y(t)+5, funnelText, atEnd, "k-soft", soft, false, tickText(t, digits))
	}
	for _, t := range steps {
		if t > a.sizes[1] {
			break
		}
		half := textWidth(tickText(t, places), funnelText) / 2
		p.label(clamp(a.x(t), half, w-half), a.bottom+19, funnelText, atMiddle, "k-soft", soft, false, tickText(t, places))
	}
	p.label((a.left+a.right)/2, h-7, funnelText, atMiddle, "k-soft", soft, false, fit(f.SizeName, funnelText, w-a.left))
	p.funnelLimits(limits, a)
	if f.Centre.OK && finite(f.Centre.V) {
		p.line(a.left, a.y(f.Centre.V), a.right, a.y(f.Centre.V), "k-axis", soft, 1.6, "")
	}
	for i, l := range nameFunnel(points, a) {
		p.funnelPoint(f, points[i], a, l)
	}
	return p.close()
}

// reach gives the range of values to show: all points, the centre, and the outer limits at the
// smaller sizes that are there. The limits at the very smallest may run out of the picture.
func (f Funnel) reach(points []FunnelPoint) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	grow := func(v float64) {
		if finite(v) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	sizes := make([]float64, len(points))
	for i, q := range points {
		grow(q.Value.V)
		sizes[i] = q.Size
	}
	if f.Centre.OK {
		grow(f.Centre.V)
	}
	sort.Float64s(sizes)
	from := sizes[len(sizes)/4]
	for _, l := range f.Limits {
		if l.Size >= from {
			grow(l.Limit[0])
			grow(l.Limit[3])
			break
		}
	}
	if hi == lo {
		lo, hi = lo-0.5, hi+0.5
	}
	return lo, hi
}

// funnelLegend writes what marks and lines mean and gives the height used.
func (p *pen) funnelLegend(f Funnel, w float64) float64 {
	x, y := 0.0, 16.0
	item := func(sign func(x, y float64), text string) {
		wide := 30 + textWidth(text, funnelText)
		if x > 0 && x+wide > w {
			x, y = 0, y+21
		}
		sign(x+11, y-5)
		p.label(x+26, y, funnelText, atStart, "k-soft", soft, false, text)
		x += wide + 12
	}
	for i, word := range f.Words {
		if word != "" {
			item(func(x, y float64) { p.mark(x, y, FunnelMark(i)) }, word)
		}
	}
	dash := func(dash string, width float64, class, colour string) func(x, y float64) {
		return func(x, y float64) { p.line(x-11, y, x+11, y, class, colour, width, dash) }
	}
	if f.Centre.OK {
		item(dash("", 1.6, "k-axis", soft), p.o.tr("总体水平")+" "+f.Centre.Text)
	}
	if len(f.Limits) > 0 {
		item(dash("5 4", 1.3, "k-s1", seriesColour(0)), p.o.tr("95% 界限"))
		item(dash("", 1.3, "k-s1", seriesColour(0)), p.o.tr("99.8% 界限"))
	}
	if f.Unit != "" {
		y += 22
		p.label(0, y, funnelText, atStart, "k-soft", soft, false, p.o.tr("单位：")+f.Unit)
	}
	return y
}

// funnelLimits draws the limits, and a light ground between the inner ones. What lies outside of
// the picture is cut off.
func (p *pen) funnelLimits(list []FunnelLimit, a plane) {
	if len(list) < 2 {
		return
	}
	in := func(v float64) float64 { return clamp(v, a.values[0], a.values[1]) }
	p.raw(`<path d="M`)
	for i, l := range list {
		if i > 0 {
			p.raw("L")
		}
		p.place(a.x(l.Size), a.y(in(l.Limit[2])))
	}
	for i := len(list) - 1; i >= 0; i-- {
		p.raw("L")
		p.place(a.x(list[i].Size), a.y(in(list[i].Limit[1])))
	}
	p.raw(`Z" class="k-f1" fill="` + seriesColour(0) + `" fill-opacity="0.07"/>`)
	for k := range 4 {
		dash := ""
		if k == 1 || k == 2 {
			dash = "5 4"
		}
		p.limit(list, k, a, dash)
	}
}

// limit draws one limit where it lies in the picture.
func (p *pen) limit(list []FunnelLimit, k int, a plane, dash string) {
	inside := func(v float64) bool { return v >= a.values[0] && v <= a.values[1] }
	open := false
	end := func() {
		if open {
			p.raw(`" fill="none" class="k-s1" stroke="` + seriesColour(0) + `" stroke-width="1.3"`)
			if dash != "" {
				p.raw(` stroke-dasharray="` + dash + `"`)
			}
			p.raw(`/>`)
		}
		open = false
	}
	to := func(size, v float64) {
		if open {
			p.raw("L")
		} else {
			p.raw(`<path d="M`)
		}
		open = true
		p.place(a.x(size), a.y(v))
	}
	for i, l := range list {
		v := l.Limit[k]
		if i > 0 {
			b := list[i-1]
			if was := b.Limit[k]; inside(was) != inside(v) {
				edge := clamp(v, a.values[0], a.values[1])
				if inside(v) {
					edge = clamp(was, a.values[0], a.values[1])
				}
				to(b.Size+(l.Size-b.Size)*(edge-was)/(v-was), edge)
			}
		}
		if inside(v) {
			to(l.Size, v)
		} else {
			end()
		}
	}
	end()
}

func (p *pen) place(x, y float64) {
	p.num(x)
	p.raw(" ")
	p.num(y)
}

// mark draws the shape of a mark: circle, triangle, diamond.
func (p *pen) mark(x, y float64, m FunnelMark) {
	const r = funnelPoint
	switch m {
	case MarkInside:
		p.raw(`<circle`)
		p.attr("cx", x)
		p.attr("cy", y)
		p.attr("r", r)
		p.raw(` class="k-b" fill="#5c86ad"/>`)
	case MarkBetween:
		p.shape([]float64{x, y - r - 1.5, x + r + 1.2, y + r, x - r - 1.2, y + r}, "k-by", "#dfa72f")
	default:
		p.shape([]float64{x, y - r - 2, x + r + 2, y, x, y + r + 2, x - r - 2, y}, "k-br", "#c85a4e")
	}
}

func (p *pen) shape(at []float64, class, colour string) {
	p.raw(`<path d="M`)
	for i := 0; i < len(at); i += 2 {
		if i > 0 {
			p.raw("L")
		}
		p.place(at[i], at[i+1])
	}
	p.raw(`Z" class="` + class + `" fill="` + colour + `"/>`)
}

func (p *pen) funnelPoint(f Funnel, q FunnelPoint, a plane, l funnelLabel) {
	x, y := a.x(q.Size), a.y(q.Value.V)
	linked := p.link(q.Href)
	p.raw(`<g>`)
	word := ""
	if int(q.Mark) < len(f.Words) {
		word = f.Words[q.Mark]
	}
	p.tip(q.Name, q.Value.Text, q.Note, word)
	p.raw(`<circle`)
	p.attr("cx", x)
	p.attr("cy", y)
	p.attr("r", 11)
	p.raw(` fill="none" pointer-events="all"/>`)
	if l.led {
		p.line(x, y, l.endX, l.endY, "k-axis", axis, 0.8, "")
	}
	p.mark(x, y, q.Mark)
	if l.on {
		p.halo(l, q)
	}
	p.raw(`</g>`)
	if linked {
		p.raw(`</a>`)
	}
}

// halo writes a name on a light ground, so that lines behind it do not strike it through.
func (p *pen) halo(l funnelLabel, q FunnelPoint) {
	p.raw(`<text`)
	p.attr("x", l.x)
	p.attr("y", l.y)
	p.attr("font-size", funnelName)
	if l.anchor != "" {
		p.raw(` text-anchor="` + l.anchor + `"`)
	}
	p.raw(` paint-order="stroke" stroke="` + ground + `" stroke-width="3" stroke-opacity="0.75" stroke-linejoin="round" fill="` + ink + `"`)
	if q.Own {
		p.raw(` font-weight="600"`)
	}
	p.raw(`>`)
	p.text(q.Name)
	p.raw(`</text>`)
}

// A funnelLabel is where the name of a point stands; without on it is not written. A name that
// stands away from its point is led to it by a line.
type funnelLabel struct {
	on, led    bool
	x, y       float64
	anchor     string
	endX, endY float64
}

type box struct{ x1, y1, x2, y2 float64 }

func (b box) meets(c box) bool { return b.x1 < c.x2 && c.x1 < b.x2 && b.y1 < c.y2 && c.y1 < b.y2 }

// nameFunnel finds places for the names of points so that none covers a point or another name.
// Own units and points outside the limits come first and may stand further away; the others are
// named only right beside their points.
func nameFunnel(points []FunnelPoint, a plane) []funnelLabel {
	out := make([]funnelLabel, len(points))
	taken := make([]box, 0, 2*len(points))
	order := make([]int, len(points))
	for i, q := range points {
		x, y := a.x(q.Size), a.y(q.Value.V)
		taken = append(taken, box{x - 6, y - 6, x + 6, y + 6})
		order[i] = i
	}
	first := func(q FunnelPoint) int {
		if q.Own {
			return 3
		}
		return int(q.Mark)
	}
	sort.SliceStable(order, func(i, j int) bool { return first(points[order[i]]) > first(points[order[j]]) })
	many := crowded(points, a)
	for _, i := range order {
		q := points[i]
		if many[i] && first(q) == 0 {
			continue
		}
		x, y := a.x(q.Size), a.y(q.Value.V)
		wide := textWidth(q.Name, funnelName)
		try := func(l funnelLabel) bool {
			b := box{l.x, l.y - 11, l.x + wide, l.y + 3}
			switch l.anchor {
			case atMiddle:
				b.x1, b.x2 = l.x-wide/2, l.x+wide/2
			case atEnd:
				b.x1, b.x2 = l.x-wide, l.x
			}
			if b.x1 < a.left || b.x2 > a.right+12 || b.y1 < a.top-8 || b.y2 > a.bottom {
				return false
			}
			for _, t := range taken {
				if b.meets(t) {
					return false
				}
			}
			l.on = true
			out[i] = l
			taken = append(taken, b)
			return true
		}
		if try(funnelLabel{x: x + 9, y: y + 4.5, anchor: atStart}) || try(funnelLabel{x: x - 9, y: y + 4.5, anchor: atEnd}) ||
			try(funnelLabel{x: x, y: y - 10, anchor: atMiddle}) || try(funnelLabel{x: x, y: y + 19, anchor: atMiddle}) || first(q) == 0 {
			continue
		}
		led(x, y, try)
	}
	return out
}

// crowd is how many points at one height are too many for a name at each of them.
const crowd = 5

// crowded marks the points whose names would stand between many others at the same height (many
// units at 100 %), where nobody could tell whose name is whose. The smallest and the largest of
// them keep their names.
func crowded(points []FunnelPoint, a plane) []bool {
	out := make([]bool, len(points))
	for i, q := range points {
		beside, smaller, larger := 0, 0, 0
		for _, o := range points {
			if math.Abs(a.y(o.Value.V)-a.y(q.Value.V)) >= 10 {
				continue
			}
			beside++
			if o.Size < q.Size {
				smaller++
			}
			if o.Size > q.Size {
				larger++
			}
		}
		out[i] = beside >= crowd && smaller > 0 && larger > 0
	}
	return out
}

// led tries places further and further away, above, below and to the sides.
func led(x, y float64, try func(funnelLabel) bool) {
	for d := 26.0; d <= 150; d += 8 {
		for _, turn := range [][2]float64{{0.8, -0.6}, {0.8, 0.6}, {-0.8, -0.6}, {-0.8, 0.6}, {0.3, -1}, {0.3, 1}, {-0.3, -1}, {-0.3, 1}} {
			l := funnelLabel{led: true, x: x + turn[0]*d, y: y + turn[1]*d + 4.5, endX: x + turn[0]*d, endY: y + turn[1]*d, anchor: atStart}
			if turn[0] < 0 {
				l.anchor = atEnd
				l.endX += 2
			} else {
				l.endX -= 2
			}
			if try(l) {
				return
			}
		}
	}
}
