package chart

import (
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
)

const nasty = `甲<镇>&"'</text><script>alert(1)</script>` + "\x00\xff"

// everyChart is one of each kind, with hostile words in every place that takes words.
func everyChart(t testing.TB) map[string]Chart {
	t.Helper()
	v := []Value{Num(1, nasty), Gap(nasty), Num(3, "3"), Num(math.NaN(), "?"), Num(-2, "−2")}
	target := &Target{V: 2, Text: nasty}
	area := func(key string, v Value, l measure.Light) Area {
		return Area{Key: key, Name: nasty, Short: nasty, Value: v, Light: l, Href: `javascript:alert("x")`, Note: nasty}
	}
	areas := []Area{area("a", v[0], measure.Green), area("b", v[1], measure.Grey), area("c", v[2], measure.Red), area("lost", v[4], measure.NoLight)}
	var tiles []Tile
	for i, a := range areas {
		tiles = append(tiles, Tile{Area: a, Col: i, Row: i % 2})
	}
	geo, err := ParseGeo([]byte(squares("a", "b", "c", nasty[:4])), "name")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]Chart{
		"sparkline":       Sparkline{Title: nasty, Values: v, Target: target, Light: measure.Red},
		"empty sparkline": Sparkline{},
		"line": Line{Title: nasty, Desc: nasty, Unit: nasty, X: []string{nasty, "2", "3", "4", "5"}, Target: target, Zero: true,
			Series: []Series{{Name: nasty, Values: v, Low: v, High: v}, {Name: "乙", Values: v[2:], Dashed: true}, {Name: "丙"}}},
		"empty line":  Line{Title: "空"},
		"one point":   Line{X: []string{"2018"}, Series: []Series{{Name: "甲", Values: v[:1]}}},
		"bars":        Bars{Title: nasty, Unit: nasty, Target: target, Rows: []Bar{{Name: nasty, Value: v[0], Light: measure.Green, Href: "/a?b=1&c=2", Note: nasty}, {Name: "乙", Value: v[1]}, {Name: "丙", Value: v[4], Own: true}}},
		"empty bars":  Bars{},
		"tiles":       TileMap{Title: nasty, Tiles: tiles},
		"value tiles": TileMap{Tiles: tiles, Scale: &Scale{Unit: nasty}},
		"no tiles":    TileMap{},
		"geo":         GeoMap{Title: nasty, Geo: geo, Areas: areas, Note: nasty},
		"value geo":   GeoMap{Geo: geo, Areas: areas, Scale: &Scale{Breaks: []float64{1, 2}}},
		"no geo":      GeoMap{Title: "无"},
		"funnel": Funnel{Title: nasty, Desc: nasty, Unit: nasty, SizeName: nasty, Words: [3]string{nasty, nasty, nasty}, Centre: v[2], Limits: []FunnelLimit{{1, [4]float64{0, 1, 2, 3}}, {2, [4]float64{math.NaN(), 1, 2, math.Inf(1)}}},
			Points: []FunnelPoint{{Name: nasty, Size: 3, Value: v[0], Mark: MarkOutside, Note: nasty, Href: `javascript:alert("x")`}, {Name: "乙", Size: 4, Value: v[4], Own: true}, {Size: math.NaN(), Value: v[2]}, {Size: 3, Value: v[3]}}},
		"empty funnel": Funnel{},
		"gantt":        hostileGantt(),
		"empty gantt":  Gantt{Title: nasty, Rows: []GanttRow{{Name: nasty}}},
	}
	for name, c := range maps.Clone(all) {
		if s, ok := c.(Slimmer); ok {
			all[name+", slim"] = s.Slim()
		}
	}
	return all
}

// squares makes a boundary file of unit squares side by side.
func squares(names ...string) string {
	var b strings.Builder
	b.WriteString(`{"type":"FeatureCollection","features":[`)
	for i, n := range names {
		if i > 0 {
			b.WriteByte(',')
		}
		x := 106 + float64(i)*0.1
		fmt.Fprintf(&b, `{"type":"Feature","properties":{"name":%q,"code":%d},"geometry":{"type":"Polygon","coordinates":[[[%[3]f,27],[%[4]f,27],[%[4]f,27.1],[%[3]f,27.1],[%[3]f,27]]]}}`, n, i, x, x+0.1)
	}
	return b.String() + `]}`
}

// Every chart is well-formed XML with its words intact and no element that words brought in,
// has a title, keeps to text of 12 and more, and draws no coordinate that is not a number.
func TestChartsAreSoundAndLegible(t *testing.T) {
	size := regexp.MustCompile(`font-size="([^"]*)"`)
	known := map[string]bool{"svg": true, "title": true, "desc": true, "text": true, "tspan": true, "rect": true, "line": true, "path": true, "circle": true, "g": true, "a": true}
	for name, c := range everyChart(t) {
		for _, o := range []Options{{}, {Standalone: true}} {
			out := c.AppendSVG(nil, o)
			dec := xml.NewDecoder(strings.NewReader(string(out)))
			dec.Strict = true
			for {
				tok, err := dec.Token()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatalf("%s: %v\n%s", name, err, out)
				}
				e, ok := tok.(xml.StartElement)
				if !ok {
					continue
				}
				if !known[e.Name.Local] {
					t.Errorf("%s: element <%s>", name, e.Name.Local)
				}
				for _, a := range e.Attr {
					if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") {
						t.Errorf("%s: attribute %s", name, a.Name.Local)
					}
					if a.Name.Local == "href" && strings.Contains(a.Value, "script") {
						t.Errorf("%s: href %s", name, a.Value)
					}
					if strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
						t.Errorf("%s: %s=%q", name, a.Name.Local, a.Value)
					}
				}
			}
			for _, m := range size.FindAllSubmatch(out, -1) {
				if v, err := strconv.ParseFloat(string(m[1]), 64); err != nil || v < MinText {
					t.Errorf("%s: text of %s", name, m[1])
				}
			}
			if has := strings.Contains(string(out), `xmlns="http://www.w3.org/2000/svg"`); has != o.Standalone {
				t.Errorf("%s: namespace %v, standalone %v", name, has, o.Standalone)
			}
		}
	}
	if got := string(AppendText(nil, nasty)); got != "甲&lt;镇&gt;&amp;&#34;&#39;&lt;/text&gt;&lt;script&gt;alert(1)&lt;/script&gt;\uFFFD\uFFFD" {
		t.Errorf("escaped: %q", got)
	}
}

func TestHrefsOfOtherKindsAreCut(t *testing.T) {
	for href, want := range map[string]string{
		"/a?b=1&c=2": "/a?b=1&amp;c=2", "?x": "?x", "#f": "#f", "./x": "./x", "https://h/": "https://h/", "HTTP://h/": "HTTP://h/",
		"javascript:x": "#", "//evil": "#", `/\evil`: "#", "data:x": "#", "": "#", " /x": "#",
	} {
		if got := string(AppendHref(nil, href)); got != want {
			t.Errorf("AppendHref(%q) = %q, want %q", href, got, want)
		}
	}
}

// A missing value breaks the line: no point at zero, no bridge over the gap.
func TestGapsStayGaps(t *testing.T) {
	s := Sparkline{Values: []Value{Num(5, "5"), Num(6, "6"), Gap("未报"), Num(7, "7"), Num(8, "8"), Gap("未报")}}
	out := string(s.AppendSVG(nil, Options{}))
	if n := strings.Count(out, "<path"); n != 2 {
		t.Errorf("%d stretches, want 2", n)
	}
	paths := regexp.MustCompile(`d="([^"]*)"`).FindAllStringSubmatch(out, -1)
	if paths[0][1] != "M4 24L26.4 17.3" || paths[1][1] != "M71.2 10.7L93.6 4" {
		t.Errorf("paths = %q", paths)
	}
	if !strings.Contains(out, `<circle cx="93.6" cy="4" r="3"`) {
		t.Errorf("last point is not marked: %s", out)
	}
	l := Line{X: []string{"1", "2"}, Series: []Series{{Name: "甲", Values: []Value{Num(5, "5人"), Gap("未报")}}}}
	if out := string(l.AppendSVG(nil, Options{})); !strings.Contains(out, "2\n甲: 未报") || !strings.Contains(out, "甲 5人") {
		t.Errorf("tips: %s", out)
	}
}

func TestTicksAreRoundAndEnclose(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		whole  bool
		want   string
	}{
		{0, 15, false, "[0 5 10 15]0"}, {0, 101, false, "[0 50 100 150]0"}, {37.5, 37.9, false, "[37.4 37.6 37.8 38]1"},
		{-3, 12, false, "[-5 0 5 10 15]0"}, {5, 5, false, "[4.5 5 5.5]1"}, {5, 5, true, "[4 5 6]0"}, {0, 0, true, "[0 1]0"}, {0, 2, true, "[0 1 2]0"}, {0, 0.6, false, "[0 0.2 0.4 0.6]1"}, {0, 0.7, false, "[0 0.25 0.5 0.75]2"},
	} {
		at, digits := ticks(c.lo, c.hi, 3, c.whole)
		words := make([]string, len(at))
		for i, v := range at {
			words[i] = strconv.FormatFloat(math.Round(v*1e9)/1e9, 'f', -1, 64)
			if printed, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'f', digits, 64), 64); math.Abs(printed-v) > 1e-9 {
				t.Errorf("tick %v needs more than %d digits", v, digits)
			}
		}
		if got := fmt.Sprintf("[%s]%d", strings.Join(words, " "), digits); got != c.want {
			t.Errorf("ticks(%v,%v) = %s, want %s", c.lo, c.hi, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		lo := rapid.Float64Range(-1e9, 1e9).Draw(t, "lo")
		hi := lo + rapid.Float64Range(0, 1e9).Draw(t, "span")
		at, digits := ticks(lo, hi, rapid.IntRange(2, 8).Draw(t, "n"), rapid.Bool().Draw(t, "whole"))
		slack := 1e-8*(at[1]-at[0]) + 1e-6*math.Abs(lo) // far below a pixel
		if len(at) < 2 || len(at) > 25 || at[0] > lo+slack || at[len(at)-1] < hi-slack || digits < 0 || digits > 12 {
			t.Fatalf("ticks(%v, %v) = %v, %d digits", lo, hi, at, digits)
		}
		for i := 1; i < len(at); i++ {
			if at[i] <= at[i-1] {
				t.Fatalf("ticks not ascending: %v", at)
			}
		}
	})
}

// No label covers another, whatever the labels and however many.
func TestLabelsNeverOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 400).Draw(t, "n")
		w := rapid.IntRange(4, 12).Draw(t, "chars")
		labels := make([]string, n)
		for i := range labels {
			labels[i] = strings.Repeat("年", w/4) + strings.Repeat("8", w)
		}
		dx := 560 / float64(max(n-1, 1))
		shown := thin(labels, n, dx, lineText)
		if len(shown) == 0 || shown[0] != n-1 {
			t.Fatalf("the last period has no label: %v", shown)
		}
		for i := 1; i < len(shown); i++ {
			if gap := float64(shown[i-1]-shown[i]) * dx; gap < textWidth(labels[0], lineText) {
				t.Fatalf("labels %v apart, %v wide", gap, textWidth(labels[0], lineText))
			}
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		ends := make([]end, rapid.IntRange(1, 10).Draw(t, "n"))
		for i := range ends {
			ends[i] = end{rapid.Float64Range(30, 270).Draw(t, "y"), i}
		}
		spread(ends, 30, 270)
		for i := range ends {
			if ends[i].y < 30-1e-9 || ends[i].y > 270+1e-9 || i > 0 && ends[i].y-ends[i-1].y < lineGap-1e-9 {
				t.Fatalf("ends = %v", ends)
			}
		}
	})
}

func TestScaleClasses(t *testing.T) {
	s := Scale{}.resolve([]Value{Num(92, ""), Num(99.6, ""), Gap("")})
	if fmt.Sprint(s.Breaks, s.Digits) != "[94 96 98] 0" {
		t.Errorf("bounds = %v %d", s.Breaks, s.Digits)
	}
	for v, want := range map[float64]int{92: 0, 93.9: 0, 94: 1, 97: 2, 98: 3, 120: 3} {
		if got := s.class(v); got != want {
			t.Errorf("class(%v) = %d, want %d", v, got, want)
		}
	}
	if got := []string{s.words(0), s.words(1), s.words(3)}; strings.Join(got, " ") != "<94 94–96 ≥98" {
		t.Errorf("words = %v", got)
	}
}

func TestBoundaryFilesAreRefusedWithAReason(t *testing.T) {
	poly := func(geometry string) string {
		return `{"type":"FeatureCollection","features":[{"properties":{"name":"甲","code":7},"geometry":` + geometry + `}]}`
	}
	for _, c := range []struct{ doc, property, want string }{
		{"", "name", "不是有效的 GeoJSON"},
		{`{"type":"Feature"}`, "name", "FeatureCollection"},
		{`{"type":"FeatureCollection","features":[]}`, "name", "FeatureCollection"},
		{poly("null"), "name", "第 1 个要素“甲”没有图形"},
		{poly(`{"type":"Point","coordinates":[1,2]}`), "name", "的图形是 Point"},
		{poly(`{"type":"Polygon","coordinates":[[[1,2],[3,4],[1,2]]]}`), "name", "不足 4 个点"},
		{poly(`{"type":"Polygon","coordinates":[[[512000,2990000],[512001,2990000],[512001,2990001],[512000,2990000]]]}`), "name", "不是经纬度"},
		{poly(`{"type":"Polygon","coordinates":[[["x"]]]}`), "name", "坐标不完整"},
		{squares("甲"), "town", "没有属性“town”；可用的属性：code、name"},
		{squares("甲", "甲"), "name", "第 2 个要素的属性“name”重复"},
	} {
		_, err := ParseGeo([]byte(c.doc), c.property)
		if err == nil || fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.Say(err, nil), c.want) {
			t.Errorf("%.60s: %v, want %q", c.doc, err, c.want)
		}
	}
	g, err := ParseGeo([]byte("\uFEFF"+squares("甲", "乙")), "code")
	if err != nil || strings.Join(g.Keys(), " ") != "0 1" {
		t.Errorf("keys = %v, %v", g, err)
	}
}

// What simplification drops lies within the tolerance of what it keeps, and the ends stay.
func TestSimplifyKeepsTheShape(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pts := make([]point, rapid.IntRange(2, 200).Draw(t, "n"))
		for i := range pts {
			pts[i] = point{float64(i) + rapid.Float64Range(-3, 3).Draw(t, "x"), rapid.Float64Range(-20, 20).Draw(t, "y")}
		}
		out := simplify(pts, 1)
		if out[0] != pts[0] || out[len(out)-1] != pts[len(pts)-1] {
			t.Fatal("ends moved")
		}
		for _, p := range pts {
			best := math.Inf(1)
			for i := 1; i < len(out); i++ {
				best = min(best, distance(p, out[i-1], out[i]))
			}
			if best > 1+1e-9 {
				t.Fatalf("%v is %v away", p, best)
			}
		}
	})
}

// The label of a shape stands inside it, also in a crescent.
func TestLabelsStandInside(t *testing.T) {
	crescent := []point{{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 9}, {9, 9}, {9, 1}, {0, 1}}
	for _, r := range [][]point{{{0, 0}, {4, 0}, {4, 4}, {0, 4}}, crescent} {
		if p := inside(r); !holds(r, p) {
			t.Errorf("%v is outside %v", p, r)
		}
	}
}

func TestMapNamesWhatItLacks(t *testing.T) {
	g, err := ParseGeo([]byte(squares("甲镇", "乙镇")), "name")
	if err != nil {
		t.Fatal(err)
	}
	out := string(GeoMap{Geo: g, Areas: []Area{{Key: "甲镇", Name: "甲镇", Light: measure.Green}, {Key: "丙镇", Name: "丙镇"}}}.AppendSVG(nil, Options{}))
	if !strings.Contains(out, "边界文件中没有：丙镇") || strings.Count(out, "<path") != 2 {
		t.Errorf("map: %s", out)
	}
}

// Inks keep 4.5:1 on white, and text on every ground of a tile as well.
func TestContrast(t *testing.T) {
	pairs := [][2]string{{ink, ground}, {soft, ground}, {target, ground}, {soft, noFill}, {ink, "#f1f4f7"}}
	for _, l := range []measure.Light{measure.Green, measure.Yellow, measure.Red, measure.Grey} {
		pairs = append(pairs, [2]string{LightInk(l), ground}, [2]string{ink, tint(l)})
	}
	for i := range 6 {
		pairs = append(pairs, [2]string{seriesColour(i), ground})
	}
	for n := 1; n <= 5; n++ {
		for c := range n {
			fill, text := scaleColour(c, n)
			if text == ground && fill == "#5589b2" {
				continue // large bold words; checked at 3:1 below
			}
			pairs = append(pairs, [2]string{text, fill})
		}
	}
	for _, p := range pairs {
		if r := contrast(p[0], p[1]); r < 4.5 {
			t.Errorf("%s on %s: %.2f", p[0], p[1], r)
		}
	}
	if r := contrast(ground, "#5589b2"); r < 3 {
		t.Errorf("white on the fourth step: %.2f", r)
	}
}

func contrast(a, b string) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(hex string) float64 {
	var l float64
	for i, w := range []float64{0.2126, 0.7152, 0.0722} {
		n, _ := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		c := float64(n) / 255
		if c <= 0.03928 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		l += w * c
	}
	return l
}

// Every word of the package's own goes through the translator.
func TestChartsSpeakTheReadersLanguage(t *testing.T) {
	han := regexp.MustCompile(`\p{Han}`)
	tr := func(s string) string { return strings.Repeat("x", len([]rune(s))) }
	g, err := ParseGeo([]byte(squares("a")), "name")
	if err != nil {
		t.Fatal(err)
	}
	v := []Value{Num(1, "1"), Gap("")}
	areas := []Area{{Key: "a", Name: "A", Light: measure.Green}, {Key: "b", Name: "B"}}
	for name, c := range map[string]Chart{
		"line": Line{Unit: "kg", X: []string{"1"}, Series: []Series{{Name: "A", Values: v}}, Target: &Target{V: 1, Text: "1"}},
		"none": Line{}, "bars": Bars{Unit: "kg", Rows: []Bar{{Name: "A", Value: v[0], Light: measure.Red}, {Name: "B", Value: v[1]}}, Target: &Target{V: 1, Text: "1"}},
		"no bars": Bars{}, "tiles": TileMap{Tiles: []Tile{{Area: areas[0]}, {Area: areas[1], Col: 1}}}, "scale": TileMap{Tiles: []Tile{{Area: areas[0]}}, Scale: &Scale{Unit: "kg"}},
		"geo": GeoMap{Geo: g, Areas: areas}, "no geo": GeoMap{}, "no funnel": Funnel{},
		"funnel": Funnel{Unit: "%", SizeName: "n", Centre: v[0], Points: []FunnelPoint{{Name: "A", Size: 1, Value: v[0]}}, Limits: []FunnelLimit{{1, [4]float64{0, 0, 1, 1}}, {2, [4]float64{0, 0, 1, 1}}}},
	} {
		if out := string(SVG(c, tr)); han.MatchString(out) {
			t.Errorf("%s: %q in %s", name, han.FindString(out), out)
		}
	}
}

func BenchmarkSparkline(b *testing.B) {
	s := Sparkline{Values: make([]Value, 24)}
	for i := range s.Values {
		s.Values[i] = Num(float64(i*i%17), "x")
	}
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = s.AppendSVG(buf[:0], Options{})
	}
}

func BenchmarkTileMap(b *testing.B) {
	m := TileMap{Title: "图"}
	for i := range 18 {
		m.Tiles = append(m.Tiles, Tile{Area: Area{Name: "乙布依族苗族乡", Value: Num(float64(i), "95.0%"), Light: measure.Green, Href: "/u/1"}, Col: i % 5, Row: i / 5})
	}
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = m.AppendSVG(buf[:0], Options{})
	}
}

func BenchmarkLine(b *testing.B) {
	l := Line{Title: "图", Unit: "人"}
	for i := range 40 {
		l.X = append(l.X, fmt.Sprintf("2015-%02d", i))
	}
	for range 3 {
		s := Series{Name: "甲"}
		for i := range 40 {
			s.Values = append(s.Values, Num(float64(i*i%17), "12人"))
		}
		l.Series = append(l.Series, s)
	}
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = l.AppendSVG(buf[:0], Options{})
	}
}
