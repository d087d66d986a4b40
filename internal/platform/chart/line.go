package chart

import (
	"sort"
	"strconv"
)

// A Series is one line of a Line chart. Low and High, where given, are the bounds of an
// interval around each value and are drawn as a band.
type Series struct {
	Name      string
	Values    []Value
	Low, High []Value
	Dashed    bool // for a series to compare with, such as last year
}

// A Line shows the course of several series over the same periods. Series are named at their
// right end instead of in a legend.
type Line struct {
	Title  string
	Desc   string
	Unit   string   // unit of measure, written above the axis
	X      []string // labels of the periods; they are thinned until they fit
	Series []Series
	Target *Target
	Marks  []Mark  // days that lines of the ground stand for
	Zero   bool    // the axis begins at zero
	Width  float64 // in CSS pixels, 0 for 720
	Height float64 // in CSS pixels, 0 for 300
}

const (
	lineText = 14.0
	lineGap  = 19.0 // least distance between two names at the right end
)

// AppendSVG appends the chart.
func (l Line) AppendSVG(dst []byte, o Options) []byte {
	w, h := l.Width, l.Height
	if w <= 0 {
		w = 720
	}
	if h <= 0 {
		h = 300
	}
	p := &pen{b: dst, o: o}
	p.open("chart chart-line", w, h, l.Title, l.Desc, false)
	lo, hi, any, whole := l.extent()
	if !any {
		p.label(w/2, h/2, 16, atMiddle, "k-soft", soft, false, o.tr("暂无数据"))
		return p.close()
	}
	at, digits := ticks(lo, hi, max(2, int((h-70)/48)), whole)
	lo, hi = at[0], at[len(at)-1]

	left := 0.0
	for _, t := range at {
		left = max(left, textWidth(tickText(t, digits), lineText))
	}
	left += 14
	right := 16.0
	for i, s := range l.Series {
		right = max(right, textWidth(l.endLabel(i, s), lineText)+20)
	}
	right = min(right, w*0.36)
	const top, bottom = 34.0, 32.0
	n := l.length()
	y := func(v float64) float64 { return top + (hi-v)/(hi-lo)*(h-top-bottom) }
	dx := 0.0
	if n > 1 {
		dx = (w - left - right - 16) / float64(n-1)
	}
	x := func(i int) float64 {
		if n == 1 {
			return (left + w - right) / 2
		}
		return left + 8 + float64(i)*dx
	}

	if l.Unit != "" {
		p.label(0, 16, lineText, atStart, "k-soft", soft, false, o.tr("单位：")+l.Unit)
	}
	for _, t := range at {
		class, colour := "k-grid", grid
		if t == 0 || t == at[0] {
			class, colour = "k-axis", axis
		}
		p.line(left, y(t), w-right, y(t), class, colour, 1, "")
		p.label(left-8, y(t)+5, lineText, atEnd, "k-soft", soft, false, tickText(t, digits))
	}
	for _, i := range thin(l.X, n, dx, lineText) {
		p.label(clamp(x(i), textWidth(l.X[i], lineText)/2, w-textWidth(l.X[i], lineText)/2), h-9, lineText, atMiddle, "k-soft", soft, false, l.X[i])
	}
	for i, s := range l.Series {
		p.band(s, x, y, i)
	}
	if l.Target != nil && finite(l.Target.V) {
		ty := y(l.Target.V)
		p.line(left, ty, w-right, ty, "k-target", target, 1.5, "6 4")
		p.label(w-right, top-18, lineText, atEnd, "k-target-t", target, false, "┄ "+o.tr("目标")+" "+l.Target.Text)
	}
	p.marks(l.Marks, x, n, top, h-bottom, w-right)
	ends := make([]end, 0, len(l.Series))
	for i, s := range l.Series {
		class := strconv.Itoa(i%6 + 1)
		dash := ""
		if s.Dashed {
			dash = "3 4"
		}
		last := p.runs(s.Values, x, y, "k-s"+class, seriesColour(i), 2.4, dash, 3.2, "k-f"+class)
		if last < 0 {
			continue
		}
		p.dot(x(last), y(s.Values[last].V), 4.2, "k-f"+class, seriesColour(i))
		ends = append(ends, end{y(s.Values[last].V), i})
	}
	spread(ends, top, h-bottom)
	for _, e := range ends {
		s := fit(l.endLabel(e.series, l.Series[e.series]), lineText, right-14)
		p.label(w-right+6, e.y+5, lineText, atStart, "k-f"+strconv.Itoa(e.series%6+1), seriesColour(e.series), true, s)
	}
	p.tips(l, n, x, dx, top, h-bottom)
	return p.close()
}

// endLabel names a series and its last value.
func (l Line) endLabel(_ int, s Series) string {
	text := ""
	for _, v := range s.Values {
		if v.OK {
			text = v.Text
		}
	}
	if s.Name == "" || text == "" {
		return s.Name + text
	}
	return s.Name + " " + text
}

func (l Line) length() int {
	n := len(l.X)
	for _, s := range l.Series {
		n = max(n, len(s.Values))
	}
	return n
}

func (l Line) extent() (lo, hi float64, any, whole bool) {
	var all []Value
	for _, s := range l.Series {
		all = append(all, s.Values...)
		all = append(all, s.Low...)
		all = append(all, s.High...)
	}
	_, _, any = extent(all)
	whole = allWhole(all)
	if l.Target != nil && finite(l.Target.V) {
		all = append(all, Value{V: l.Target.V, OK: true})
	}
	if l.Zero {
		all = append(all, Value{OK: true})
	}
	lo, hi, _ = extent(all)
	return lo, hi, any, whole
}

// thin picks the labels that fit beside each other; the last period always keeps its label.
func thin(labels []string, n int, dx, size float64) []int {
	widest := 0.0
	for _, s := range labels {
		widest = max(widest, textWidth(s, size))
	}
	step := 1
	if dx > 0 {
		for _, s := range []int{1, 2, 3, 4, 6, 12, 24, 48, 96, 240, 1200} {
			step = s
			if float64(s)*dx >= widest+10 {
				break
			}
		}
	}
	var out []int
	for i := n - 1; i >= 0; i -= step {
		if i < len(labels) {
			out = append(out, i)
		}
	}
	return out
}

type end struct {
	y      float64
	series int
}

// spread moves the names at the right end apart until none covers another.
func spread(ends []end, top, bottom float64) {
	sort.SliceStable(ends, func(i, j int) bool { return ends[i].y < ends[j].y })
	for i := range ends {
		ends[i].y = max(ends[i].y, top)
		if i > 0 {
			ends[i].y = max(ends[i].y, ends[i-1].y+lineGap)
		}
	}
	limit := bottom
	for i := len(ends) - 1; i >= 0; i-- {
		ends[i].y = min(ends[i].y, limit)
		limit = ends[i].y - lineGap
	}
}

func clamp(v, lo, hi float64) float64 { return max(lo, min(v, hi)) }

// band fills the interval of a series wherever both bounds are present.
func (p *pen) band(s Series, x func(int) float64, y func(float64) float64, series int) {
	n := min(len(s.Low), len(s.High))
	ok := func(i int) bool {
		return s.Low[i].OK && s.High[i].OK && finite(s.Low[i].V) && finite(s.High[i].V)
	}
	class := strconv.Itoa(series%6 + 1)
	for i := 0; i < n; i++ {
		if !ok(i) {
			continue
		}
		j := i
		for j+1 < n && ok(j+1) {
			j++
		}
		if i == j {
			p.line(x(i), y(s.Low[i].V), x(i), y(s.High[i].V), "k-s"+class, seriesColour(series), 1.5, "")
			continue
		}
		p.raw(`<path d="M`)
		for k := i; k <= j; k++ {
			if k > i {
				p.raw("L")
			}
			p.num(x(k))
			p.raw(" ")
			p.num(y(s.High[k].V))
		}
		for k := j; k >= i; k-- {
			p.raw("L")
			p.num(x(k))
			p.raw(" ")
			p.num(y(s.Low[k].V))
		}
		p.raw(`Z" class="k-f` + class + `" fill="` + seriesColour(series) + `" fill-opacity="0.14"/>`)
		i = j
	}
}

// tips lays an unseen column over each period that tells all its values.
func (p *pen) tips(l Line, n int, x func(int) float64, dx, top, bottom float64) {
	half := dx / 2
	if n == 1 {
		half = 40
	}
	for i := range n {
		p.raw(`<rect`)
		p.attr("x", x(i)-half)
		p.attr("y", top)
		p.attr("width", 2*half)
		p.attr("height", bottom-top)
		p.raw(` fill="none" pointer-events="all"><title>`)
		if i < len(l.X) {
			p.text(l.X[i])
		}
		for _, s := range l.Series {
			p.raw("\n")
			if s.Name != "" {
				p.text(s.Name)
				p.raw(": ")
			}
			switch {
			case i >= len(s.Values) || !s.Values[i].OK && s.Values[i].Text == "":
				p.text(p.o.tr("未报"))
			default:
				p.text(s.Values[i].Text)
			}
			if i < len(s.Low) && i < len(s.High) && s.Low[i].OK && s.High[i].OK {
				p.raw(" (")
				p.text(s.Low[i].Text)
				p.raw("–")
				p.text(s.High[i].Text)
				p.raw(")")
			}
		}
		p.raw(`</title></rect>`)
	}
}
