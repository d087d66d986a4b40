package chart

import (
	"strconv"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
)

// A GanttMark is a milestone of a row, drawn as a diamond: full when it is reached.
type GanttMark struct {
	Day   period.Day
	Name  string
	Light measure.Light
	Full  bool
}

// A GanttRow is one line of a Gantt chart: a bar from day to day with what is done of it, or the
// heading of a group.
type GanttRow struct {
	Name  string
	Note  string // said under the pointer: owner, reason of the light
	Group bool   // a heading; its bar, if it has days, is a thin span
	From  period.Day
	To    period.Day
	Done  float64 // share that is done, 0 to 1
	Text  string  // printed at the end of the row, "60%"
	Light measure.Light
	Href  string
	Marks []GanttMark
}

// A Gantt shows pieces of work over time: one row each, under months or half-months, with the line
// of today. Names are cut to their column; their whole is said under the pointer.
type Gantt struct {
	Title string
	Desc  string
	From  period.Day // first and last day shown; zero: those of the rows
	To    period.Day
	Today period.Day // 0 leaves the line out
	Half  bool       // lines at half-months too
	Rows  []GanttRow
	Width float64   // in CSS pixels, 0 for 1080
	Words [4]string // of green, yellow, red and grey in the legend, in the reader's language
	Mark  [2]string // of full and empty diamonds in the legend; empty leaves them out
}

const (
	ganttRow  = 27.0
	ganttHead = 62.0
	ganttText = 14.0
	ganttTail = 34.0
)

// span gives the first and last day shown, widened to whole months.
func (g Gantt) span() (from, to period.Day) {
	from, to = g.From, g.To
	for _, r := range g.Rows {
		if r.From.IsZero() || r.To.IsZero() {
			continue
		}
		if g.From.IsZero() && (from.IsZero() || r.From < from) {
			from = r.From
		}
		if g.To.IsZero() && (to.IsZero() || r.To > to) {
			to = r.To
		}
	}
	if from.IsZero() || to.IsZero() || to < from {
		return 0, 0
	}
	m := period.Months
	return m.FirstDay(m.SlotOf(from)), m.LastDay(m.SlotOf(to))
}

// AppendSVG appends the chart.
func (g Gantt) AppendSVG(dst []byte, o Options) []byte {
	w := g.Width
	if w <= 0 {
		w = 1080
	}
	links := false
	name, text := 0.0, 0.0
	for _, r := range g.Rows {
		links = links || r.Href != ""
		text = max(text, textWidth(r.Text, 13))
		name = max(name, textWidth(r.Name, ganttText)+ganttIndent(r))
	}
	name = clamp(name+4, 90, w*0.33)
	left := name + 26
	right := w - 8
	if text > 0 {
		right = w - min(text, w*0.1) - 14
	}
	h := ganttHead + ganttRow*float64(max(1, len(g.Rows))) + ganttTail
	p := &pen{b: dst, o: o}
	p.open("chart chart-gantt", w, h, g.Title, g.Desc, links)
	from, to := g.span()
	if from.IsZero() {
		p.label(w/2, 40, 16, atMiddle, "k-soft", soft, false, o.tr("暂无数据"))
		return p.close()
	}
	days := float64(from.DaysUntil(to) + 1)
	x := func(d period.Day) float64 { return left + float64(from.DaysUntil(d))/days*(right-left) }
	bottom := h - ganttTail
	for i, r := range g.Rows {
		if r.Group {
			p.raw(`<rect`)
			p.attr("y", ganttHead+float64(i)*ganttRow)
			p.attr("width", w)
			p.attr("height", ganttRow)
			p.raw(` class="k-n" fill="` + noFill + `"/>`)
		}
	}
	g.scale(p, from, to, left, right, bottom, x)
	for i, r := range g.Rows {
		g.row(p, r, ganttHead+float64(i)*ganttRow, name, from, to, w, x)
	}
	if !g.Today.IsZero() && g.Today >= from && g.Today <= to {
		at := (x(g.Today) + x(g.Today.AddDays(1))) / 2
		p.line(at, ganttHead, at, bottom, "k-target", target, 1.5, "6 4")
		word := o.tr("今天")
		half := textWidth(word, 13) / 2
		p.label(clamp(at, left+half, right-half), 14, 13, atMiddle, "k-target-t", target, true, word)
	}
	g.legend(p, left, w, h-11)
	return p.close()
}

func ganttIndent(r GanttRow) float64 {
	if r.Group {
		return 0
	}
	return 14
}

// scale draws years and months on top and the lines beneath; months whose number would not fit
// are left without one.
func (g Gantt) scale(p *pen, from, to period.Day, left, right, bottom float64, x func(period.Day) float64) {
	m := period.Months
	lo, hi := m.SlotOf(from), m.SlotOf(to)
	month := (right - left) / float64(hi-lo+1)
	step := period.Slot(1)
	label := func(i int) string { return p.o.tr(monthName(i)) }
	for _, n := range []period.Slot{1, 2, 3, 6, 12} {
		step = n
		if month*float64(n) >= monthWidth(label)+6 {
			break
		}
	}
	lastYear := -1.0
	for s := lo; s <= hi+1; s++ {
		first := m.FirstDay(s)
		at := x(first)
		if s > hi {
			at = right
		}
		index := m.Index(s)
		if s == lo || index == 0 && s <= hi {
			year := strconv.Itoa(m.Year(s))
			if at > lastYear {
				p.label(at+3, 32, 13, atStart, "k-soft", soft, true, year)
				lastYear = at + 3 + textWidth(year, 13) + 4
			}
		}
		colour, class := grid, "k-grid"
		if index == 0 || s == lo || s > hi {
			colour, class = axis, "k-axis"
		}
		p.line(at, 40, at, bottom, class, colour, 1, "")
		if s > hi {
			break
		}
		if period.Slot(index)%step == 0 && at+textWidth(label(index+1), 13)+3 <= right {
			p.label(at+3, 54, 13, atStart, "k-soft", soft, false, label(index+1))
		}
		if g.Half && month >= 24 {
			mid := x(first.AddDays(15))
			p.line(mid, ganttHead, mid, bottom, "k-grid", grid, 1, "2 3")
		}
	}
	p.line(0, ganttHead, right, ganttHead, "k-axis", axis, 1, "")
	p.line(0, bottom, right, bottom, "k-axis", axis, 1, "")
}

func monthName(i int) string {
	return [...]string{"1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"}[i-1]
}

// monthWidth gives the width of the widest month in the reader's language.
func monthWidth(label func(int) string) (w float64) {
	for i := 1; i <= 12; i++ {
		w = max(w, textWidth(label(i), 13))
	}
	return w
}

func (g Gantt) row(p *pen, r GanttRow, y, name float64, from, to period.Day, w float64, x func(period.Day) float64) {
	mid := y + ganttRow/2
	linked := p.link(r.Href)
	p.raw(`<g>`)
	dates := ""
	if !r.From.IsZero() && !r.To.IsZero() {
		dates = r.From.String() + "—" + r.To.String()
	}
	p.tip(r.Name, dates, r.Text, r.Note, g.word(r.Light))
	p.raw(`<rect`)
	p.attr("y", y)
	p.attr("width", w)
	p.attr("height", ganttRow)
	p.raw(` fill="none" pointer-events="all"/>`)
	in := ganttIndent(r)
	p.label(in, mid+5, ganttText, atStart, "", ink, r.Group, fit(r.Name, ganttText, name-in))
	if r.Light != measure.NoLight {
		p.label(name+12, mid+5, ganttText, atMiddle, LightClass(r.Light), LightInk(r.Light), false, LightSymbol(r.Light))
	}
	if r.Text != "" {
		p.label(w-2, mid+5, 13, atEnd, "k-soft", soft, false, fit(r.Text, 13, w*0.1+1))
	}
	if !r.From.IsZero() && !r.To.IsZero() && r.From <= r.To && r.From <= to && r.To >= from {
		g.bar(p, r, y, from, to, x)
	}
	p.raw(`</g>`)
	if linked {
		p.raw(`</a>`)
	}
}

func (g Gantt) bar(p *pen, r GanttRow, y float64, from, to period.Day, x func(period.Day) float64) {
	a, b := x(max(r.From, from)), x(min(r.To, to).AddDays(1))
	if r.Group {
		p.raw(`<rect`)
		p.attr("x", a)
		p.attr("y", y+ganttRow/2-2)
		p.attr("width", max(2, b-a))
		p.attr("height", 4)
		p.raw(` fill="` + axis + `"/>`)
		return
	}
	box := func(from, to float64, class, fill string) {
		p.raw(`<rect`)
		p.attr("x", from)
		p.attr("y", y+6)
		p.attr("width", max(2, to-from))
		p.attr("height", ganttRow-12)
		p.raw(` rx="2" class="` + class + `" fill="` + fill + `"/>`)
	}
	box(a, b, tintClass(r.Light), tint(r.Light))
	p.line(a, y+ganttRow-6, b, y+ganttRow-6, barClass(r.Light), bar(r.Light), 1.5, "")
	if done := clamp(r.Done, 0, 1); done > 0 && finite(done) {
		box(a, a+(b-a)*done, barClass(r.Light), bar(r.Light))
	}
	for _, m := range r.Marks {
		if m.Day < from || m.Day > to {
			continue
		}
		at := (x(m.Day) + x(m.Day.AddDays(1))) / 2
		p.raw(`<g>`)
		p.tip(m.Day.String(), m.Name)
		diamond(p, at, y+ganttRow/2, m)
		p.raw(`</g>`)
	}
}

func diamond(p *pen, x, y float64, m GanttMark) {
	const half = 7
	fill := ground
	if m.Full {
		fill = LightInk(m.Light)
	}
	p.raw(`<path d="M`)
	p.num(x)
	p.raw(" ")
	p.num(y - half)
	for _, d := range [][2]float64{{half, 0}, {0, half}, {-half, 0}} {
		p.raw("L")
		p.num(x + d[0])
		p.raw(" ")
		p.num(y + d[1])
	}
	p.raw(`Z" fill="` + fill + `" stroke="` + LightInk(m.Light) + `"`)
	p.attr("stroke-width", 2)
	p.raw(`/>`)
}

func (g Gantt) word(l measure.Light) string {
	switch l {
	case measure.Green:
		return g.Words[0]
	case measure.Yellow:
		return g.Words[1]
	case measure.Red:
		return g.Words[2]
	case measure.Grey:
		return g.Words[3]
	}
	return ""
}

// legend explains symbols and diamonds, as far as they fit.
func (g Gantt) legend(p *pen, left, w, y float64) {
	at := 0.0
	if left < w*0.2 {
		at = left
	}
	put := func(class, colour, symbol, word string) {
		if word == "" || at+18+textWidth(word, 13) > w {
			return
		}
		p.label(at, y, 13, atStart, class, colour, false, symbol)
		p.label(at+17, y, 13, atStart, "k-soft", soft, false, word)
		at += 17 + textWidth(word, 13) + 16
	}
	for _, l := range []measure.Light{measure.Green, measure.Yellow, measure.Red, measure.Grey} {
		put(LightClass(l), LightInk(l), LightSymbol(l), g.word(l))
	}
	put("", ink, "◆", g.Mark[0])
	put("", ink, "◇", g.Mark[1])
}
