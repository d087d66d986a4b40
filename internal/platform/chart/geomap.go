package chart

import (
	"math"

	"kaiyang/internal/core/measure"
)

// A GeoMap draws the shapes of a boundary file in equirectangular projection, coloured by
// light or by a Scale. Areas are matched to shapes by Key; areas without a shape are named
// below the map, shapes without an area stay blank.
type GeoMap struct {
	Title      string
	Desc       string
	Geo        *Geo
	Areas      []Area
	Scale      *Scale
	LightWords map[measure.Light]string
	Note       string  // printed below, such as the review number of the map
	Width      float64 // in CSS pixels, 0 for 720
}

// tolerance of simplified borders in CSS pixels at natural size, and the least area in square
// pixels that gets a label.
const (
	tolerance = 0.5
	labelArea = 500
)

// AppendSVG appends the map.
func (m GeoMap) AppendSVG(dst []byte, o Options) []byte {
	w := m.Width
	if w <= 0 {
		w = 720
	}
	p := &pen{b: dst, o: o}
	if m.Geo == nil || len(m.Geo.shapes) == 0 {
		p.open("chart chart-map", w, 120, m.Title, m.Desc, false)
		p.label(w/2, 66, 16, atMiddle, "k-soft", soft, false, o.tr("尚未上传边界文件"))
		return p.close()
	}
	place, mapH := m.Geo.projection(w - 8)
	byKey := make(map[string]Area, len(m.Areas))
	values := make([]Value, 0, len(m.Areas))
	links := false
	for _, a := range m.Areas {
		byKey[a.Key] = a
		values = append(values, a.Value)
		links = links || a.Href != ""
	}
	drawn := make([]Area, 0, len(m.Areas))
	found := map[string]bool{}
	for _, s := range m.Geo.shapes {
		if a, ok := byKey[s.key]; ok {
			drawn = append(drawn, a)
			found[s.key] = true
		}
	}
	var lost []string
	for _, a := range m.Areas {
		if !found[a.Key] {
			lost = append(lost, a.Name)
		}
	}
	paint := newPaint(m.Scale, values, m.LightWords)
	lines := paint.legendLines(drawn, w, o)
	h := mapH + 8 + legendH + float64(lines-1)*24
	notes := m.notes(lost, w, o)
	h += float64(len(notes)) * 20

	p.open("chart chart-map", w, h, m.Title, m.Desc, links)
	type named struct {
		at     point
		area   Area
		colour string
	}
	var labels []named
	for _, s := range m.Geo.shapes {
		a, ok := byKey[s.key]
		fill, class, colour := noFill, "k-n", soft
		if ok {
			fill, class, colour = paint.of(a)
		}
		linked := ok && p.link(a.Href)
		p.raw(`<path class="k-area ` + class + `" fill="` + fill + `" fill-rule="evenodd" stroke="` + ground + `" stroke-width="1.2" stroke-linejoin="round" d="`)
		biggest, size := []point(nil), 0.0
		for _, poly := range s.polygons {
			for k, ring := range poly {
				pts := make([]point, len(ring))
				for i, c := range ring {
					pts[i] = place(c)
				}
				if k == 0 {
					if a := math.Abs(ringArea(pts)); a >= size {
						biggest, size = pts, a
					}
				}
				p.ring(simplify(pts, tolerance))
			}
		}
		p.raw(`">`)
		if ok {
			p.tip(a.Name, a.Value.Text, o.tr(paint.word(a.Light)), a.Note)
		} else {
			p.tip(s.key)
		}
		p.raw(`</path>`)
		if linked {
			p.raw(`</a>`)
		}
		if ok && size > 2*labelArea {
			labels = append(labels, named{inside(biggest), a, colour})
		}
	}
	for _, l := range labels {
		m.label(p, l.at, l.area, l.colour)
	}
	y := mapH + 8 + 8
	paint.legend(p, drawn, 2, y, w)
	y += float64(lines-1)*24 + 18
	for _, n := range notes {
		y += 20
		p.label(2, y-2, 13, atStart, "k-soft", soft, false, n)
	}
	return p.close()
}

// label writes name and value over the map; the halo keeps them legible across borders.
func (m GeoMap) label(p *pen, at point, a Area, colour string) {
	halo, class := ground, ""
	if colour == ground {
		halo, class = "#2b6090", ` class="k-inv"`
	}
	begin := func(y, size float64) {
		p.raw(`<text`)
		p.attr("x", at.x)
		p.attr("y", y)
		p.attr("font-size", size)
		p.raw(class + ` text-anchor="middle" pointer-events="none" paint-order="stroke" stroke="` + halo + `" stroke-width="2.5" stroke-opacity="0.55" stroke-linejoin="round" fill="` + colour + `"`)
	}
	begin(at.y-2, 17)
	p.raw(` font-weight="600">`)
	p.text(a.short())
	p.raw(`</text>`)
	lit := m.Scale == nil && a.Light != measure.NoLight
	if a.Value.Text == "" && !lit {
		return
	}
	begin(at.y+17, 16)
	p.raw(`>`)
	if lit {
		p.raw(`<tspan class="` + LightClass(a.Light) + `" fill="` + LightInk(a.Light) + `">` + LightSymbol(a.Light) + `</tspan> `)
	}
	p.text(a.Value.Text)
	p.raw(`</text>`)
}

func (m GeoMap) notes(lost []string, w float64, o Options) []string {
	var out []string
	if m.Note != "" {
		out = append(out, m.Note)
	}
	if len(lost) > 0 {
		line := o.tr("边界文件中没有：")
		for i, name := range lost {
			if i > 0 {
				line += "、"
			}
			if textWidth(line+name, 13) > w-8 {
				out = append(out, line)
				line = ""
			}
			line += name
		}
		out = append(out, line)
	}
	return out
}

// projection places degrees on a width, north up, one degree of latitude as long as it is on
// the ground at the middle of the map.
func (g *Geo) projection(w float64) (place func(point) point, h float64) {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, s := range g.shapes {
		for _, poly := range s.polygons {
			for _, c := range poly[0] {
				x0, x1 = math.Min(x0, c.x), math.Max(x1, c.x)
				y0, y1 = math.Min(y0, c.y), math.Max(y1, c.y)
			}
		}
	}
	cos := math.Cos((y0 + y1) / 2 * math.Pi / 180)
	spanX, spanY := math.Max((x1-x0)*cos, 1e-6), math.Max(y1-y0, 1e-6)
	k := w / spanX
	if spanY*k > w*1.1 {
		k = w * 1.1 / spanY
	}
	h = spanY * k
	shift := 4 + (w-spanX*k)/2
	return func(c point) point {
		return point{shift + (c.x-x0)*cos*k, 4 + (y1-c.y)*k}
	}, h
}

func (p *pen) ring(pts []point) {
	if len(pts) < 3 {
		return
	}
	for i, c := range pts {
		if i == 0 {
			p.raw("M")
		} else {
			p.raw("L")
		}
		p.num(c.x)
		p.raw(" ")
		p.num(c.y)
	}
	p.raw("Z")
}
