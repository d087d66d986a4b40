package pdf

import (
	"math"

	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/docgen/fonts"
	"kaiyang/internal/platform/docgen/ink"
	"kaiyang/internal/platform/table"
)

// picture sets a chart with its caption below; both stand on one page.
func (w *writer) picture(b docgen.Picture) ([]item, error) {
	if b.Chart == nil {
		return nil, nil
	}
	d, err := ink.Of(b.Chart, w.t)
	if err != nil {
		return nil, err
	}
	width := areaW
	if b.Width > 0 {
		width = min(b.Width*mm, areaW)
	}
	const captionPitch, gap = 21.0, 6.0
	scale := min(width/d.W, (areaH-4*row)/d.H, 1)
	h := d.H*scale + 2*gap
	alt := b.Alt
	if alt == "" {
		alt = b.Caption
	}
	out := []item{{h: h, keep: b.Caption != "", snap: b.Caption == "", draw: func(p *page, x, y, room float64) {
		if alt != "" {
			p.op("/Span<</Alt" + text(alt) + ">>BDC")
		}
		p.drawing(d, x+(room-d.W*scale)/2, y+gap, scale)
		if alt != "" {
			p.op("EMC")
		}
	}}}
	if b.Caption != "" {
		caption := keepAll(w.lines([]piece{{text: b.Caption, st: style{role: docgen.Heiti, size: 12}}}, 0, 0, table.Center, captionPitch, areaW))
		caption[len(caption)-1].keep, caption[len(caption)-1].snap = false, true
		out = append(out, caption...)
	}
	return out, nil
}

// fade gives the name of a state of opacity.
func (w *writer) fade(a float64) string {
	for i, f := range w.fades {
		if f == a {
			return "G" + itoa(i+1)
		}
	}
	w.fades = append(w.fades, a)
	return "G" + itoa(len(w.fades))
}

func paintColour(p ink.Paint) colour {
	return colour(uint32(p.R)<<16 | uint32(p.G)<<8 | uint32(p.B))
}

// drawing draws a chart with its upper left corner at x, y.
func (p *page) drawing(d *ink.Drawing, x, y, scale float64) {
	h := p.height()
	at := func(q fonts.Point) (float64, float64) { return x + q.X*scale, h - y - q.Y*scale }
	for i := range d.Ops {
		op := &d.Ops[i]
		if op.Text != nil {
			p.drawText(op, x, y, scale)
			continue
		}
		if len(op.Path) == 0 {
			continue
		}
		p.op("q")
		p.dress(op, scale)
		p.path(op.Path, at)
		switch {
		case op.Fill.On && op.Stroke.On && op.EvenOdd:
			p.op("B*")
		case op.Fill.On && op.Stroke.On:
			p.op("B")
		case op.Fill.On && op.EvenOdd:
			p.op("f*")
		case op.Fill.On:
			p.op("f")
		default:
			p.op("S")
		}
		p.op("Q")
		if href := p.w.address(op.Href); href != "" {
			x1, y1, x2, y2 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
			for _, s := range op.Path {
				if s.Op != 'Z' {
					x1, x2 = min(x1, s.P[0].X), max(x2, s.P[0].X)
					y1, y2 = min(y1, s.P[0].Y), max(y2, s.P[0].Y)
				}
			}
			p.annots = append(p.annots, annot{x + x1*scale, y + y1*scale, (x2 - x1) * scale, (y2 - y1) * scale, href, 0})
		}
	}
}

// dress sets colours, widths and dashes for a shape.
func (p *page) dress(op *ink.Op, scale float64) {
	alpha := 1.0
	if op.Fill.On {
		p.fillColour(paintColour(op.Fill))
		alpha = op.Fill.A
	}
	if op.Stroke.On {
		p.strokeColour(paintColour(op.Stroke))
		p.num(op.Width * scale)
		p.op("w")
		if op.Round {
			p.op("1 J 1 j")
		}
		if len(op.Dash) > 0 {
			p.b = append(p.b, '[')
			for _, v := range op.Dash {
				p.num(v * scale)
			}
			p.op("]0 d")
		}
		if !op.Fill.On {
			alpha = op.Stroke.A
		}
	}
	if alpha < 1 {
		p.op("/" + p.w.fade(alpha) + " gs")
	}
}

func (p *page) path(path []fonts.Segment, at func(fonts.Point) (float64, float64)) {
	for _, s := range path {
		switch s.Op {
		case 'M':
			p.num(at(s.P[0]))
			p.op("m")
		case 'L':
			p.num(at(s.P[0]))
			p.op("l")
		case 'C':
			p.num(at(s.P[0]))
			p.num(at(s.P[1]))
			p.num(at(s.P[2]))
			p.op("c")
		case 'Z':
			p.op("h")
		}
	}
}

// drawText sets the words of a chart as text; a halo is drawn beneath from the outlines.
func (p *page) drawText(op *ink.Op, x, y, scale float64) {
	t := op.Text
	placed := t.Place(p.w.set)
	if op.Stroke.On {
		p.op("q 1 J 1 j")
		p.strokeColour(paintColour(op.Stroke))
		p.num(op.Width * scale)
		p.op("w")
		if op.Stroke.A < 1 {
			p.op("/" + p.w.fade(op.Stroke.A) + " gs")
		}
		for _, g := range placed {
			o, err := g.Face.Outline(g.Glyph)
			if err != nil {
				continue // the glyph itself is refused when its font is embedded
			}
			gx, gy, em := x+g.X*scale, p.height()-y-g.Y*scale, t.Size*scale/1000
			p.path(o, func(q fonts.Point) (float64, float64) { return gx + q.X*em, gy + q.Y*em })
		}
		p.op("S Q")
	}
	ss := make([]spot, 0, len(placed))
	for _, g := range placed {
		if !g.OK {
			p.w.missing[g.Rune] = true
		}
		ss = append(ss, spot{g.Face, g.Glyph, g.Rune, x + g.X*scale, y + g.Y*scale, t.Size * scale, paintColour(g.Fill), t.Bold})
	}
	if t.Rotate == 0 {
		p.spots(ss)
		return
	}
	sin, cos := math.Sincos(-t.Rotate * math.Pi / 180)
	ox, oy := x+t.X*scale, p.height()-y-t.Y*scale
	p.op("q")
	p.num(cos, sin, -sin, cos, ox-ox*cos+oy*sin, oy-ox*sin-oy*cos)
	p.op("cm")
	p.spots(ss)
	p.op("Q")
}
