package ink

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	"golang.org/x/image/vector"

	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/docgen/fonts"
)

// maxPixels bounds a picture: 40 million points are 160 MB while it is drawn.
const maxPixels = 40_000_000

// PNG draws a chart as a picture widthMM millimetres wide at dpi points to the inch, on white.
// It gives the file and its size in pixels. The same chart gives the same bytes.
func PNG(c chart.Chart, widthMM float64, dpi int, faces *fonts.Set) (file []byte, wPx, hPx int, err error) {
	d, err := Of(c, nil)
	if err != nil {
		return nil, 0, 0, err
	}
	return d.PNG(widthMM, dpi, faces)
}

// PNG is as the function PNG, for a drawing.
func (d *Drawing) PNG(widthMM float64, dpi int, faces *fonts.Set) (file []byte, wPx, hPx int, err error) {
	w := int(math.Round(widthMM / 25.4 * float64(dpi)))
	scale := float64(w) / d.W
	h := int(math.Ceil(d.H * scale))
	if w < 1 || h < 1 || w*h > maxPixels {
		return nil, 0, 0, fmt.Errorf("ink: a picture of %d × %d pixels cannot be drawn", w, h)
	}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	c := &canvas{img: img, scale: scale}
	for i := range d.Ops {
		op := &d.Ops[i]
		if op.Text != nil {
			if err := c.text(op, faces); err != nil {
				return nil, 0, 0, err
			}
			continue
		}
		rings := flatten(op.Path, scale)
		if op.Fill.On {
			fill := rings
			if op.EvenOdd {
				fill = unwind(rings)
			}
			c.fill(fill, op.Fill)
		}
		if op.Stroke.On {
			c.stroke(rings, op)
		}
	}
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.DefaultCompression}
	if err := enc.Encode(&b, img); err != nil {
		return nil, 0, 0, err
	}
	return b.Bytes(), w, h, nil
}

type canvas struct {
	img   *image.RGBA
	scale float64
}

// a ring is a line of points in pixels.
type ring struct {
	pts    []fonts.Point
	closed bool
}

// flatten turns curves into short lines.
func flatten(path []fonts.Segment, scale float64) []ring {
	var out []ring
	var pen fonts.Point
	add := func(p fonts.Point) {
		pen = p
		out[len(out)-1].pts = append(out[len(out)-1].pts, p)
	}
	at := func(p fonts.Point) fonts.Point { return fonts.Point{X: p.X * scale, Y: p.Y * scale} }
	for _, s := range path {
		switch s.Op {
		case 'M':
			out = append(out, ring{})
			add(at(s.P[0]))
		case 'L':
			add(at(s.P[0]))
		case 'C':
			a, b, c, e := pen, at(s.P[0]), at(s.P[1]), at(s.P[2])
			n := int(math.Ceil(math.Sqrt(math.Hypot(e.X-a.X, e.Y-a.Y)+math.Hypot(b.X-a.X, b.Y-a.Y)))) + 3
			for i := 1; i <= n; i++ {
				t := float64(i) / float64(n)
				u := 1 - t
				add(fonts.Point{
					X: u*u*u*a.X + 3*u*u*t*b.X + 3*u*t*t*c.X + t*t*t*e.X,
					Y: u*u*u*a.Y + 3*u*u*t*b.Y + 3*u*t*t*c.Y + t*t*t*e.Y,
				})
			}
		case 'Z':
			if len(out) > 0 {
				out[len(out)-1].closed = true
			}
		}
	}
	return out
}

func area(pts []fonts.Point) float64 {
	a := 0.0
	for i, p := range pts {
		q := pts[(i+1)%len(pts)]
		a += p.X*q.Y - q.X*p.Y
	}
	return a / 2
}

func contains(pts []fonts.Point, p fonts.Point) bool {
	in := false
	for i, a := range pts {
		b := pts[(i+1)%len(pts)]
		if (a.Y > p.Y) != (b.Y > p.Y) && p.X < (b.X-a.X)*(p.Y-a.Y)/(b.Y-a.Y)+a.X {
			in = !in
		}
	}
	return in
}

// unwind turns rings so that holes run against what they are cut from: the rasterizer counts
// windings, the map's borders are filled even-odd.
func unwind(rings []ring) []ring {
	out := make([]ring, len(rings))
	for i, r := range rings {
		depth := 0
		for k, other := range rings {
			if k != i && len(r.pts) > 0 && contains(other.pts, r.pts[0]) {
				depth++
			}
		}
		out[i] = r
		if (area(r.pts) < 0) == (depth%2 == 0) {
			out[i].pts = reversed(r.pts)
		}
	}
	return out
}

func reversed(p []fonts.Point) []fonts.Point {
	out := make([]fonts.Point, len(p))
	for i := range p {
		out[len(p)-1-i] = p[i]
	}
	return out
}

// fill paints rings; only the part of the picture they touch is worked on.
func (c *canvas) fill(rings []ring, paint Paint) {
	box := image.Rectangle{}
	for _, r := range rings {
		for _, p := range r.pts {
			box = box.Union(image.Rect(int(math.Floor(p.X)), int(math.Floor(p.Y)), int(math.Ceil(p.X))+1, int(math.Ceil(p.Y))+1))
		}
	}
	box = box.Intersect(c.img.Bounds())
	if box.Empty() {
		return
	}
	z := vector.NewRasterizer(box.Dx(), box.Dy())
	for _, r := range rings {
		for i, p := range r.pts {
			x, y := float32(p.X-float64(box.Min.X)), float32(p.Y-float64(box.Min.Y))
			if i == 0 {
				z.MoveTo(x, y)
			} else {
				z.LineTo(x, y)
			}
		}
		z.ClosePath()
	}
	ink := color.NRGBA{paint.R, paint.G, paint.B, uint8(math.Round(paint.A * 255))}
	z.Draw(c.img, box, image.NewUniform(ink), image.Point{})
}

// stroke paints along rings: a box for each piece and, with round corners, a disc at each point.
func (c *canvas) stroke(rings []ring, op *Op) {
	half := op.Width * c.scale / 2
	var parts []ring
	for _, r := range rings {
		pts := r.pts
		if r.closed && len(pts) > 0 {
			pts = append(append([]fonts.Point(nil), pts...), pts[0])
		}
		for _, run := range dashes(pts, op.Dash, c.scale) {
			for i := range run {
				if i > 0 {
					parts = append(parts, bar(run[i-1], run[i], half))
				}
				inner := i > 0 && i < len(run)-1
				if op.Round && (len(op.Dash) == 0 || inner) || inner || r.closed && len(op.Dash) == 0 {
					parts = append(parts, disc(run[i], half))
				}
			}
		}
	}
	c.fill(parts, op.Stroke)
}

func bar(a, b fonts.Point, half float64) ring {
	n := math.Hypot(b.X-a.X, b.Y-a.Y)
	if n == 0 {
		return ring{}
	}
	dx, dy := (b.X-a.X)/n*half, (b.Y-a.Y)/n*half
	return ring{pts: []fonts.Point{{X: a.X + dy, Y: a.Y - dx}, {X: b.X + dy, Y: b.Y - dx}, {X: b.X - dy, Y: b.Y + dx}, {X: a.X - dy, Y: a.Y + dx}}}
}

func disc(p fonts.Point, r float64) ring {
	n := max(8, int(r*2)+8)
	out := ring{pts: make([]fonts.Point, n)}
	for i := range n {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		out.pts[i] = fonts.Point{X: p.X + r*cos, Y: p.Y + r*sin}
	}
	return out
}

// dashes cuts a line into the pieces that are drawn.
func dashes(pts []fonts.Point, dash []float64, scale float64) [][]fonts.Point {
	total := 0.0
	for _, d := range dash {
		total += d
	}
	if total <= 0 || len(pts) < 2 {
		return [][]fonts.Point{pts}
	}
	var out [][]fonts.Point
	at, left, on := 0, dash[0]*scale, true
	run := []fonts.Point{pts[0]}
	for i := 1; i < len(pts); i++ {
		a, b := pts[i-1], pts[i]
		for {
			n := math.Hypot(b.X-a.X, b.Y-a.Y)
			if n <= left {
				left -= n
				if on {
					run = append(run, b)
				}
				break
			}
			a = fonts.Point{X: a.X + (b.X-a.X)*left/n, Y: a.Y + (b.Y-a.Y)*left/n}
			if on {
				out = append(out, append(run, a))
			}
			on = !on
			run = []fonts.Point{a}
			at = (at + 1) % len(dash)
			left = max(dash[at]*scale, 0.01)
		}
	}
	if on && len(run) > 1 {
		out = append(out, run)
	}
	return out
}

func (c *canvas) text(op *Op, faces *fonts.Set) error {
	t := op.Text
	sin, cos := math.Sincos(t.Rotate * math.Pi / 180)
	for _, p := range t.Place(faces) {
		o, err := p.Face.Outline(p.Glyph)
		if err != nil {
			return fmt.Errorf("ink: %q of %s: %w", p.Rune, p.Face.Name, err)
		}
		path := make([]fonts.Segment, len(o))
		for i, s := range o {
			for k := range s.P {
				x, y := p.X+s.P[k].X*t.Size/1000-t.X, p.Y-s.P[k].Y*t.Size/1000-t.Y
				s.P[k] = fonts.Point{X: t.X + x*cos - y*sin, Y: t.Y + x*sin + y*cos}
			}
			path[i] = s
		}
		rings := flatten(path, c.scale)
		for i := range rings {
			rings[i].closed = true
		}
		if op.Stroke.On {
			c.stroke(rings, &Op{Stroke: op.Stroke, Width: op.Width, Round: true})
		}
		c.fill(rings, p.Fill)
		if t.Bold {
			c.stroke(rings, &Op{Stroke: p.Fill, Width: t.Size / 40, Round: true})
		}
	}
	return nil
}
