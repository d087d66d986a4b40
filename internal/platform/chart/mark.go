package chart

import "math"

// A Mark is an upright dashed line in a Line chart with words beside its head: the day on which
// something began. At counts periods from 0; 2.5 lies between the third and the fourth.
type Mark struct {
	At   float64
	Text string
}

// marks draws the marks that lie within the n periods. x gives the place of a period.
func (p *pen) marks(list []Mark, x func(int) float64, n int, top, bottom, right float64) {
	if n < 2 {
		return
	}
	step := x(1) - x(0)
	for i, m := range list {
		if !finite(m.At) || m.At < -0.5 || m.At > float64(n)-0.5 {
			continue
		}
		at := x(0) + m.At*step
		p.line(at, top, at, bottom, "k-target", target, 1.5, "6 4")
		y := top + 12 + float64(i)*lineGap
		s := fit(m.Text, lineText, math.Max(at, right-at)-8)
		if at+6+textWidth(s, lineText) <= right {
			p.label(at+6, y, lineText, atStart, "k-target-t", target, false, s)
		} else {
			p.label(at-6, y, lineText, atEnd, "k-target-t", target, false, s)
		}
	}
}
