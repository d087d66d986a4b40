package chart

import (
	"kaiyang/internal/core/measure"
)

// A Sparkline is a line the size of a word: the course of a value, its last point marked.
// Missing values leave a gap; a value between two gaps is a dot.
type Sparkline struct {
	Title  string // "近12期：…"; read aloud and shown under the pointer
	Values []Value
	Target *Target
	Light  measure.Light // colours the last point
	Width  float64       // in CSS pixels, 0 for 120
	Height float64       // in CSS pixels, 0 for 28
}

// AppendSVG appends the sparkline.
func (s Sparkline) AppendSVG(dst []byte, o Options) []byte {
	w, h := s.Width, s.Height
	if w <= 0 {
		w = 120
	}
	if h <= 0 {
		h = 28
	}
	p := &pen{b: dst, o: o}
	p.open("spark", w, h, s.Title, "", false)
	lo, hi, any := extent(s.Values)
	if !any {
		p.line(2, h/2, w-2, h/2, "k-grid", hairline, 1.5, "2 4")
		return p.close()
	}
	if s.Target != nil && finite(s.Target.V) {
		lo, hi = min(lo, s.Target.V), max(hi, s.Target.V)
	}
	const padX, padY = 4, 4
	y := func(v float64) float64 {
		if hi == lo {
			return h / 2
		}
		return padY + (hi-v)/(hi-lo)*(h-2*padY)
	}
	step := 0.0
	if len(s.Values) > 1 {
		step = (w - 2*padX) / float64(len(s.Values)-1)
	}
	x := func(i int) float64 { return padX + float64(i)*step }
	if s.Target != nil && finite(s.Target.V) {
		p.line(0, y(s.Target.V), w, y(s.Target.V), "k-target", target, 1, "3 3")
	}
	last := p.runs(s.Values, x, y, "k-s1", seriesColour(0), 1.6, "", 1.6, "k-f1")
	if last >= 0 {
		colour, class := seriesColour(0), "k-f1"
		if s.Light != measure.NoLight {
			colour, class = LightInk(s.Light), LightClass(s.Light)
		}
		p.dot(x(last), y(s.Values[last].V), 3, class, colour)
	}
	return p.close()
}

// runs draws the unbroken stretches of a series and single dots between gaps; it tells the
// index of the last value present, or -1.
func (p *pen) runs(vs []Value, x func(int) float64, y func(float64) float64, class, colour string, width float64, dash string, dot float64, dotClass string) int {
	last := -1
	for i := 0; i < len(vs); {
		if !vs[i].OK || !finite(vs[i].V) {
			i++
			continue
		}
		j := i
		for j+1 < len(vs) && vs[j+1].OK && finite(vs[j+1].V) {
			j++
		}
		if i == j {
			p.dot(x(i), y(vs[i].V), dot, dotClass, colour)
		} else {
			p.raw(`<path d="M`)
			for k := i; k <= j; k++ {
				if k > i {
					p.raw("L")
				}
				p.num(x(k))
				p.raw(" ")
				p.num(y(vs[k].V))
			}
			p.raw(`" class="` + class + `" fill="none" stroke="` + colour + `"`)
			p.attr("stroke-width", width)
			if dash != "" {
				p.raw(` stroke-dasharray="` + dash + `"`)
			}
			p.raw(` stroke-linejoin="round" stroke-linecap="round"/>`)
		}
		last = j
		i = j + 1
	}
	return last
}

func (p *pen) dot(x, y, r float64, class, colour string) {
	p.raw(`<circle`)
	p.attr("cx", x)
	p.attr("cy", y)
	p.attr("r", r)
	p.raw(` class="` + class + `" fill="` + colour + `"/>`)
}
