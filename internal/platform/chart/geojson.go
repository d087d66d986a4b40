package chart

import (
	"encoding/json"
	"math"
	"sort"
	"strings"

	"kaiyang/internal/core/fault"
)

// A Geo is a set of named shapes read from a GeoJSON file, in degrees.
type Geo struct {
	shapes []shape
}

type shape struct {
	key      string
	polygons [][][]point // polygon, ring, point; the first ring is the outline
}

type point struct{ x, y float64 }

// Limits of a boundary file; a county's townships need some thousand points.
const (
	maxGeoBytes  = 32 << 20
	maxGeoPoints = 1_000_000
)

// ParseGeo reads a GeoJSON FeatureCollection of polygons in longitude and latitude. property
// names the property that holds the name or code of a unit. Faults name the feature, counted
// from 1, and tell how to mend the file.
func ParseGeo(data []byte, property string) (*Geo, error) {
	if len(data) > maxGeoBytes {
		return nil, fault.New(fault.TooLarge, "边界文件超过 %d MB；请先简化边界再上传", maxGeoBytes>>20)
	}
	data = []byte(strings.TrimPrefix(string(data), "\uFEFF"))
	var doc struct {
		Type     string
		Features []struct {
			Properties map[string]any
			Geometry   *struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fault.Because(err, fault.Invalid, "边界文件不是有效的 GeoJSON；请用地图软件重新导出为 GeoJSON（UTF-8）")
	}
	if doc.Type != "FeatureCollection" || len(doc.Features) == 0 {
		return nil, fault.New(fault.Invalid, "边界文件应是含有要素的 FeatureCollection；请用地图软件把图层整体导出为 GeoJSON")
	}
	g := &Geo{}
	points := 0
	seen := map[string]bool{}
	for i, f := range doc.Features {
		key, ok := keyOf(f.Properties[property])
		if !ok {
			return nil, fault.New(fault.Invalid, "第 %d 个要素没有属性“%s”；可用的属性：%s", i+1, property, propertyNames(f.Properties))
		}
		if seen[key] {
			return nil, fault.New(fault.Invalid, "第 %d 个要素的属性“%s”重复为“%s”；请把同一单位的面合并为一个要素", i+1, property, key)
		}
		seen[key] = true
		if f.Geometry == nil {
			return nil, fault.New(fault.Invalid, "第 %d 个要素“%s”没有图形；请补上面状边界或删去该要素", i+1, key)
		}
		var polygons [][][][]float64
		var err error
		switch f.Geometry.Type {
		case "Polygon":
			polygons = make([][][][]float64, 1)
			err = json.Unmarshal(f.Geometry.Coordinates, &polygons[0])
		case "MultiPolygon":
			err = json.Unmarshal(f.Geometry.Coordinates, &polygons)
		default:
			return nil, fault.New(fault.Invalid, "第 %d 个要素“%s”的图形是 %s，应为面（Polygon 或 MultiPolygon）", i+1, key, f.Geometry.Type)
		}
		if err != nil {
			return nil, fault.Because(err, fault.Invalid, "第 %d 个要素“%s”的坐标不完整；请重新导出边界文件", i+1, key)
		}
		s := shape{key: key}
		for _, poly := range polygons {
			var rings [][]point
			for _, ring := range poly {
				if len(ring) < 4 {
					return nil, fault.New(fault.Invalid, "第 %d 个要素“%s”有一圈边界不足 4 个点；请修正该面后重新导出", i+1, key)
				}
				if points += len(ring); points > maxGeoPoints {
					return nil, fault.New(fault.TooLarge, "边界文件超过 %d 个点；请先简化边界再上传", maxGeoPoints)
				}
				pts := make([]point, len(ring))
				for k, c := range ring {
					if len(c) < 2 || !finite(c[0]) || !finite(c[1]) || math.Abs(c[0]) > 180 || math.Abs(c[1]) > 85 {
						return nil, fault.New(fault.Invalid, "第 %d 个要素“%s”的坐标不是经纬度；请按 CGCS2000 或 WGS84 经纬度导出", i+1, key)
					}
					pts[k] = point{c[0], c[1]}
				}
				rings = append(rings, pts)
			}
			if len(rings) > 0 {
				s.polygons = append(s.polygons, rings)
			}
		}
		if len(s.polygons) == 0 {
			return nil, fault.New(fault.Invalid, "第 %d 个要素“%s”没有图形；请补上面状边界或删去该要素", i+1, key)
		}
		g.shapes = append(g.shapes, s)
	}
	return g, nil
}

// Keys lists the names of the shapes in the order of the file.
func (g *Geo) Keys() []string {
	out := make([]string, len(g.shapes))
	for i, s := range g.shapes {
		out[i] = s.key
	}
	return out
}

func keyOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		v = strings.TrimSpace(v)
		return v, v != ""
	case float64:
		b, err := json.Marshal(v)
		return string(b), err == nil
	}
	return "", false
}

func propertyNames(m map[string]any) string {
	var names []string
	for k := range m {
		names = append(names, k)
	}
	if len(names) == 0 {
		return "-"
	}
	sort.Strings(names)
	return strings.Join(names, "、")
}

// simplify drops points of an open line that lie within tolerance of the line through their
// neighbours (Douglas and Peucker); the ends stay. It works without recursion.
func simplify(pts []point, tolerance float64) []point {
	n := len(pts)
	if n < 3 {
		return pts
	}
	keep := make([]bool, n)
	keep[0], keep[n-1] = true, true
	type span struct{ a, b int }
	stack := []span{{0, n - 1}}
	for len(stack) > 0 {
		s := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		far, at := tolerance, -1
		for i := s.a + 1; i < s.b; i++ {
			if d := distance(pts[i], pts[s.a], pts[s.b]); d > far {
				far, at = d, i
			}
		}
		if at >= 0 {
			keep[at] = true
			stack = append(stack, span{s.a, at}, span{at, s.b})
		}
	}
	out := make([]point, 0, n)
	for i, k := range keep {
		if k {
			out = append(out, pts[i])
		}
	}
	return out
}

// distance of p from the segment ab.
func distance(p, a, b point) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	if dx == 0 && dy == 0 {
		return math.Hypot(p.x-a.x, p.y-a.y)
	}
	t := ((p.x-a.x)*dx + (p.y-a.y)*dy) / (dx*dx + dy*dy)
	t = math.Max(0, math.Min(1, t))
	return math.Hypot(p.x-a.x-t*dx, p.y-a.y-t*dy)
}

// ringArea is twice the signed area of a ring.
func ringArea(r []point) float64 {
	var s float64
	for i := range r {
		j := (i + 1) % len(r)
		s += r[i].x*r[j].y - r[j].x*r[i].y
	}
	return s
}

// inside finds a point for the label of a ring: its centre of gravity, or where that lies
// outside, the middle of the longest stretch inside on a level line.
func inside(r []point) point {
	a := ringArea(r)
	var c point
	if math.Abs(a) > 1e-9 {
		for i := range r {
			j := (i + 1) % len(r)
			k := r[i].x*r[j].y - r[j].x*r[i].y
			c.x += (r[i].x + r[j].x) * k
			c.y += (r[i].y + r[j].y) * k
		}
		c.x /= 3 * a
		c.y /= 3 * a
		if holds(r, c) {
			return c
		}
	} else if len(r) > 0 {
		c = r[0]
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, p := range r {
		lo, hi = math.Min(lo, p.y), math.Max(hi, p.y)
	}
	best, width := c, 0.0
	for k := 1; k < 12; k++ {
		y := lo + (hi-lo)*float64(k)/12
		xs := crossings(r, y)
		for i := 0; i+1 < len(xs); i += 2 {
			if xs[i+1]-xs[i] > width {
				width, best = xs[i+1]-xs[i], point{(xs[i] + xs[i+1]) / 2, y}
			}
		}
	}
	return best
}

func crossings(r []point, y float64) []float64 {
	var xs []float64
	for i := range r {
		a, b := r[i], r[(i+1)%len(r)]
		if (a.y > y) != (b.y > y) {
			xs = append(xs, a.x+(y-a.y)/(b.y-a.y)*(b.x-a.x))
		}
	}
	sort.Float64s(xs)
	return xs
}

func holds(r []point, p point) bool {
	in := false
	for _, x := range crossings(r, p.y) {
		if x > p.x {
			in = !in
		}
	}
	return in
}
