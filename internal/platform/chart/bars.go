package chart

import (
	"kaiyang/internal/core/measure"
)

// A Bar is one row of a Bars chart.
type Bar struct {
	Name  string
	Value Value
	Light measure.Light
	Href  string
	Note  string // shown small after the value, "24/25"
	Own   bool   // the reader's own row, in bold

	Low, High Value // an interval around the value, drawn as a line with ends where both are there
}

// ranged tells whether a row has an interval to draw.
func (r Bar) ranged() bool {
	return r.Low.OK && r.High.OK && finite(r.Low.V) && finite(r.High.V) && r.High.V >= 0
}

// Bars ranks units by horizontal bars, in the order given, with the printed value at each end.
type Bars struct {
	Title  string
	Desc   string
	Unit   string
	Rows   []Bar
	Target *Target
	Width  float64 // in CSS pixels, 0 for 640
}

const (
	barText = 15.0
	barRow  = 30.0
)

// AppendSVG appends the chart. Bars begin at zero; negative values go to the left of it.
func (b Bars) AppendSVG(dst []byte, o Options) []byte {
	w := b.Width
	if w <= 0 {
		w = 640
	}
	top := 10.0
	if b.Unit != "" || b.Target != nil {
		top = 34
	}
	h := top + barRow*float64(max(1, len(b.Rows))) + 8
	links := false
	values := make([]Value, 0, len(b.Rows)+2)
	name, text, marks := 0.0, 0.0, false
	for _, r := range b.Rows {
		links = links || r.Href != ""
		marks = marks || r.Light != measure.NoLight
		values = append(values, r.Value)
		if r.ranged() {
			values = append(values, r.Low, r.High)
		}
		name = max(name, textWidth(r.Name, barText))
		t := textWidth(r.Value.Text, barText)
		if r.Note != "" {
			t += 8 + textWidth(r.Note, 13)
		}
		text = max(text, t)
	}
	p := &pen{b: dst, o: o}
	p.open("chart chart-bars", w, h, b.Title, b.Desc, links)
	if len(b.Rows) == 0 {
		p.label(w/2, top+20, 16, atMiddle, "k-soft", soft, false, o.tr("暂无数据"))
		return p.close()
	}
	name = min(name, w*0.34)
	mark := 0.0
	if marks {
		mark = 22
	}
	left, right := name+14+mark, min(text, w*0.3)+24
	values = append(values, Value{OK: true})
	if b.Target != nil && finite(b.Target.V) {
		values = append(values, Value{V: b.Target.V, OK: true})
	}
	lo, hi, _ := extent(values)
	if hi == lo {
		hi = lo + 1
	}
	if lo < 0 {
		left += right // printed values of negative bars stand to their left
	}
	x := func(v float64) float64 { return left + (v-lo)/(hi-lo)*(w-left-right) }
	if b.Unit != "" {
		p.label(0, 18, 14, atStart, "k-soft", soft, false, o.tr("单位：")+b.Unit)
	}
	line := -1.0
	if b.Target != nil && finite(b.Target.V) {
		line = x(b.Target.V)
	}
	for i, r := range b.Rows {
		b.row(p, r, top+float64(i)*barRow, name, mark, line, x)
	}
	p.line(x(0), top, x(0), h-8, "k-axis", axis, 1, "")
	if b.Target != nil && finite(b.Target.V) {
		tx := x(b.Target.V)
		p.line(tx, top-6, tx, h-8, "k-target", target, 1.5, "6 4")
		s := o.tr("目标") + " " + b.Target.Text
		half := textWidth(s, 14) / 2
		p.label(clamp(tx, half, w-half), top-14, 14, atMiddle, "k-target-t", target, false, s)
	}
	return p.close()
}

func (b Bars) row(p *pen, r Bar, y, name, mark, line float64, x func(float64) float64) {
	mid := y + barRow/2
	linked := p.link(r.Href)
	p.raw(`<g>`)
	span := ""
	if r.ranged() {
		span = "(" + r.Low.Text + "–" + r.High.Text + ")"
	}
	p.tip(r.Name, r.Value.Text, span, r.Note, p.o.tr(LightWord(r.Light)))
	p.raw(`<rect`)
	p.attr("y", y)
	p.attr("width", x(0))
	p.attr("height", barRow)
	p.raw(` fill="none" pointer-events="all"/>`)
	p.label(name, mid+5, barText, atEnd, "", ink, r.Own, fit(r.Name, barText, name+2))
	if mark > 0 && r.Light != measure.NoLight {
		p.label(name+8+mark/2, mid+5, barText, atMiddle, LightClass(r.Light), LightInk(r.Light), false, LightSymbol(r.Light))
	}
	if !r.Value.OK || !finite(r.Value.V) {
		t := r.Value.Text
		if t == "" {
			t = p.o.tr("未报")
		}
		p.label(x(0)+8, mid+5, barText, atStart, "k-soft", soft, false, t)
	} else {
		from, to := x(0), x(r.Value.V)
		p.raw(`<rect`)
		p.attr("x", min(from, to))
		p.attr("y", y+5)
		p.attr("width", max(from, to)-min(from, to))
		p.attr("height", barRow-10)
		p.raw(` rx="2" class="` + barClass(r.Light) + `" fill="` + bar(r.Light) + `"/>`)
		if r.Value.V < 0 {
			p.label(to-8, mid+5, barText, atEnd, "", ink, r.Own, r.Value.Text)
		} else {
			at := to + 8
			if r.ranged() {
				lo, hi := x(r.Low.V), x(r.High.V)
				p.line(lo, mid, hi, mid, "k-span", ink, 1.4, "")
				p.line(lo, mid-5, lo, mid+5, "k-span", ink, 1.4, "")
				p.line(hi, mid-5, hi, mid+5, "k-span", ink, 1.4, "")
				at = max(at, hi+8)
			}
			wide := textWidth(r.Value.Text, barText)
			if r.Note != "" {
				wide += 8 + textWidth(r.Note, 13)
			}
			if line > to-6 && line < at+wide {
				at = max(at, line+8) // the target must not cross the words
			}
			p.label(at, mid+5, barText, atStart, "", ink, r.Own, r.Value.Text)
			if r.Note != "" {
				p.label(at+8+textWidth(r.Value.Text, barText), mid+5, 13, atStart, "k-soft", soft, false, r.Note)
			}
		}
	}
	p.raw(`</g>`)
	if linked {
		p.raw(`</a>`)
	}
}
