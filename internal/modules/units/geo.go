package units

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// MaxGeo is the size of the largest boundary file in bytes, maxGeoPoints the number of its points.
const (
	MaxGeo       = 20 << 20
	maxGeoPoints = 1_000_000
	maxShapes    = 50_000
	sampled      = 500 // shapes by which the property is chosen
)

// Systems are the coordinate systems that a boundary file may name (STANDARDS MAP-03).
var Systems = []string{"CGCS2000", "WGS84", "GCJ-02", "BD-09"}

// The box that holds China's land and islands, in degrees; plausible coordinates lie in it.
const west, east, south, north = 73.0, 136.0, 3.0, 54.0

// A GeoCheck is what was found in a boundary file.
type GeoCheck struct {
	Property  string
	Choices   []string // properties that could name the units
	Shapes    int
	Points    int
	Matched   []GeoMatch
	Unmatched []string // names of shapes that are no unit's
	West      float64
	South     float64
	East      float64
	North     float64
	body      []byte
}

// A GeoMatch is a shape and its unit.
type GeoMatch struct {
	Name string // in the file
	Unit org.UnitID
}

type geoFile struct {
	Type     string       `json:"type"`
	CRS      *geoCRS      `json:"crs,omitempty"`
	Features []geoFeature `json:"features"`
}

type geoCRS struct {
	Properties struct {
		Name string `json:"name"`
	} `json:"properties"`
}

type geoFeature struct {
	Type       string         `json:"type"`
	Properties map[string]any `json:"properties"`
	Geometry   *geoShape      `json:"geometry"`
}

type geoShape struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`
}

// CheckGeo reads a boundary file and matches its shapes to the units of a day by a property; an
// empty property takes the one by which most match. Faults come all at once as fault.Findings.
func CheckGeo(data []byte, property string, r *org.Register, on period.Day) (GeoCheck, error) {
	c := GeoCheck{West: 180, South: 90, East: -180, North: -90}
	if len(data) > MaxGeo {
		return c, fault.New(fault.TooLarge, "边界文件超过 %d MB；请先简化边界再上传", MaxGeo>>20)
	}
	var f geoFile
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), &f); err != nil {
		return c, fault.Because(err, fault.Invalid, "边界文件不是有效的 GeoJSON；请用地图软件重新导出为 GeoJSON（UTF-8）")
	}
	if f.Type != "FeatureCollection" || len(f.Features) == 0 {
		return c, fault.New(fault.Invalid, "边界文件应是含有要素的 FeatureCollection；请用地图软件把图层整体导出为 GeoJSON")
	}
	if len(f.Features) > maxShapes {
		return c, fault.New(fault.TooLarge, "边界文件超过 %d 个要素；请只保留本县的单位", maxShapes)
	}
	var found fault.Findings
	say := func(i int, rule, format string, args ...any) {
		if len(found) < 200 {
			found = append(found, fault.Finding{Row: i + 1, Rule: rule, Format: format, Args: args})
		}
	}
	for i, x := range f.Features {
		if problem := c.shape(x.Geometry); problem != "" {
			say(i, "geometry", problem)
		}
	}
	if c.Points > maxGeoPoints {
		return c, fault.New(fault.TooLarge, "边界文件超过 %d 个点；请先简化边界再上传", maxGeoPoints)
	}
	c.Shapes = len(f.Features)
	c.choose(f, property, r, on)
	if c.Property == "" {
		say(-1, "property", "没有一个属性能与单位的编码或名称对上；请在要素的属性中写明单位编码（6、9 或 12 位）或全称")
		return c, found
	}
	owner := map[org.UnitID]int{}
	taken := map[string]int{}
	for i := range f.Features {
		name := text(f.Features[i].Properties[c.Property])
		if name == "" {
			say(i, "property", "这个要素没有属性“%s”；请补上单位的编码或名称", c.Property)
			continue
		}
		key := name
		id, near := r.Match(name, 0, on)
		switch {
		case id != 0 && owner[id] > 0:
			say(i, "twice", "“%s”与第 %d 个要素是同一单位；请把同一单位的面合并为一个要素", name, owner[id])
		case id != 0:
			owner[id] = i + 1
			u, _ := r.Unit(id)
			key = u.Code
			c.Matched = append(c.Matched, GeoMatch{name, id})
		case len(near) > 1:
			say(i, "ambiguous", "“%s”可以指 %d 个单位；请在属性中改用编码", name, len(near))
		default:
			c.Unmatched = append(c.Unmatched, name)
		}
		if taken[key] > 0 && id == 0 {
			say(i, "twice", "“%s”与第 %d 个要素重名；请把同一单位的面合并为一个要素", name, taken[key])
		}
		taken[key] = i + 1
		f.Features[i].Properties = map[string]any{"code": key, "name": name}
		f.Features[i].Type = "Feature"
	}
	if len(found) > 0 {
		return c, found
	}
	f.CRS = nil
	body, err := json.Marshal(f)
	c.body = body
	return c, err
}

// shape counts the points of a shape and tells what is wrong with it.
func (c *GeoCheck) shape(g *geoShape) string {
	if g == nil {
		return "这个要素没有图形；请补上面状边界或删去该要素"
	}
	var polygons [][][][]float64
	var err error
	switch g.Type {
	case "Polygon":
		polygons = make([][][][]float64, 1)
		err = json.Unmarshal(g.Coordinates, &polygons[0])
	case "MultiPolygon":
		err = json.Unmarshal(g.Coordinates, &polygons)
	default:
		return "这个要素不是面（Polygon 或 MultiPolygon）；请只导出面状边界"
	}
	if err != nil {
		return "这个要素的坐标不完整；请重新导出边界文件"
	}
	rings := 0
	for _, p := range polygons {
		for _, ring := range p {
			rings++
			if len(ring) < 4 {
				return "这个要素有一圈边界不足 4 个点；请修正该面后重新导出"
			}
			c.Points += len(ring)
			for _, q := range ring {
				if len(q) < 2 {
					return "这个要素的坐标不完整；请重新导出边界文件"
				}
				x, y := q[0], q[1]
				switch {
				case x >= south && x <= north && y >= west && y <= east:
					return "这个要素的经度和纬度写反了；请按“经度,纬度”的次序导出"
				case math.Abs(x) > 180 || math.Abs(y) > 90:
					return "这个要素的坐标不是经纬度；请按 CGCS2000 或 WGS84 经纬度导出"
				case x < west || x > east || y < south || y > north:
					return "这个要素的坐标不在中国境内；请核对坐标系和投影，按经纬度导出"
				}
				c.West, c.East = math.Min(c.West, x), math.Max(c.East, x)
				c.South, c.North = math.Min(c.South, y), math.Max(c.North, y)
			}
		}
	}
	if rings == 0 {
		return "这个要素没有图形；请补上面状边界或删去该要素"
	}
	return ""
}

// choose finds the property that names the units: the one asked for, or the one by which most
// shapes match. Choices are all that match at least one.
func (c *GeoCheck) choose(f geoFile, property string, r *org.Register, on period.Day) {
	names := map[string]bool{}
	for _, x := range f.Features {
		for k := range x.Properties {
			names[k] = true
		}
	}
	best := 0
	all := slices.Sorted(maps.Keys(names))
	step := 1 + len(f.Features)/sampled
	for _, k := range all[:min(len(all), 50)] {
		n := 0
		for i := 0; i < len(f.Features); i += step {
			if s := text(f.Features[i].Properties[k]); s != "" {
				if id, _ := r.Match(s, 0, on); id != 0 {
					n++
				}
			}
		}
		if n > 0 {
			c.Choices = append(c.Choices, k)
		}
		if n > best {
			best, c.Property = n, k
		}
	}
	if property != "" && slices.Contains(c.Choices, property) {
		c.Property = property
	}
}

// text gives a property as words; codes are sometimes written as numbers.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1e15 {
			b, _ := json.Marshal(int64(v))
			return string(b)
		}
	}
	return ""
}

// systemOf guesses nothing: it gives the coordinate system that the file itself names, if any.
func systemOf(data []byte) string {
	var f struct {
		CRS *geoCRS `json:"crs"`
	}
	if json.Unmarshal(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), &f) != nil || f.CRS == nil {
		return ""
	}
	name := strings.ToUpper(f.CRS.Properties.Name)
	switch {
	case strings.Contains(name, "4490"), strings.Contains(name, "CGCS2000"):
		return "CGCS2000"
	case strings.Contains(name, "4326"), strings.Contains(name, "CRS84"):
		return "WGS84"
	}
	return ""
}
