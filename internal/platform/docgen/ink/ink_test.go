package ink

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/docgen/fonts"
)

func system(t testing.TB) *fonts.Set {
	t.Helper()
	s, err := fonts.Open("", fonts.SystemDirs())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// everyChart gives each type of chart in its richest form and empty.
func everyChart(t testing.TB) map[string][]chart.Chart {
	t.Helper()
	num := func(v float64, s string) chart.Value { return chart.Num(v, s) }
	values := []chart.Value{num(31.2, "31.2%"), num(33.9, "33.9%"), chart.Gap("未报"), num(35.1, "35.1%"), num(37.52, "37.52%")}
	low := []chart.Value{num(30, "30"), num(32, "32"), {}, num(33, "33"), num(35, "35")}
	high := []chart.Value{num(33, "33"), num(36, "36"), {}, num(37, "37"), num(40, "40")}
	target := &chart.Target{V: 36, Text: "≥36%"}
	areas := []chart.Area{
		{Key: "a", Name: "枫溪镇", Value: values[0], Light: measure.Green, Href: "/a"}, {Key: "b", Name: "石门乡", Value: values[1], Light: measure.Yellow},
		{Key: "c", Name: "柳林镇", Value: values[4], Light: measure.Red}, {Key: "none", Name: "竹园乡", Light: measure.Grey},
	}
	var tiles []chart.Tile
	for i, a := range areas {
		tiles = append(tiles, chart.Tile{Area: a, Col: i % 3, Row: i / 3})
	}
	ring := func(x float64) string {
		s := `[[106,27],[106.2,27],[106.2,27.2],[106,27.2],[106,27]]`
		return strings.ReplaceAll(s, "106", "10"+string(rune('6'+int(x))))
	}
	geo, err := chart.ParseGeo([]byte(`{"type":"FeatureCollection","features":[`+
		`{"type":"Feature","properties":{"n":"a"},"geometry":{"type":"Polygon","coordinates":[`+ring(0)+`,[[106.05,27.05],[106.15,27.05],[106.15,27.15],[106.05,27.15],[106.05,27.05]]]}},`+
		`{"type":"Feature","properties":{"n":"b"},"geometry":{"type":"Polygon","coordinates":[`+ring(1)+`]}},`+
		`{"type":"Feature","properties":{"n":"x"},"geometry":{"type":"Polygon","coordinates":[`+ring(2)+`]}}]}`), "n")
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]chart.Chart{
		"Sparkline": {chart.Sparkline{Title: "近5期", Values: values, Target: target, Light: measure.Red}, chart.Sparkline{}},
		"Line": {chart.Line{Title: "趋势", Unit: "%", X: []string{"1月", "2月", "3月", "4月", "5月"}, Target: target,
			Series: []chart.Series{{Name: "本年", Values: values, Low: low, High: high}, {Name: "上年", Values: values[1:], Dashed: true}}}, chart.Line{}},
		"Bars": {chart.Bars{Unit: "%", Target: target, Rows: []chart.Bar{{Name: "枫溪镇", Value: values[0], Light: measure.Green, Href: "/x", Note: "24/25", Own: true},
			{Name: "石门乡", Value: num(-3, "−3")}, {Name: "柳林镇", Value: chart.Gap("未报"), Light: measure.Grey}}}, chart.Bars{}},
		"TileMap": {chart.TileMap{Tiles: tiles}, chart.TileMap{Tiles: tiles, Scale: &chart.Scale{Unit: "人"}}, chart.TileMap{}},
		"Gantt": {chart.Gantt{Today: period.MustDay("2018-05-10"), Half: true, Words: [4]string{"正常", "注意", "逾期", "未开始"}, Mark: [2]string{"里程碑已完成", "未完成"}, Rows: []chart.GanttRow{
			{Name: "第一项重点工作", Group: true, From: period.MustDay("2018-03-12"), To: period.MustDay("2018-12-31")},
			{Name: "建立工作台账", From: period.MustDay("2018-03-12"), To: period.MustDay("2018-06-30"), Done: 0.4, Text: "40%", Light: measure.Yellow, Href: "/x",
				Marks: []chart.GanttMark{{Day: period.MustDay("2018-04-30"), Name: "印发方案", Light: measure.Green, Full: true}, {Day: period.MustDay("2018-06-30"), Name: "验收", Light: measure.Grey}}}}}, chart.Gantt{}},
		"Funnel": {chart.Funnel{Unit: "%", SizeName: "分母", Words: [3]string{"正常波动范围", "留意", "需要核查原因"}, Centre: num(50, "50%"), Limits: []chart.FunnelLimit{{Size: 5, Limit: [4]float64{0, 10, 90, 100}}, {Size: 50, Limit: [4]float64{30, 40, 60, 70}}},
			Points: []chart.FunnelPoint{{Name: "高山镇", Size: 10, Value: num(40, "40%"), Href: "/x"}, {Name: "石门乡", Size: 40, Value: num(65, "65%"), Mark: chart.MarkBetween}, {Name: "柳林镇", Size: 45, Value: num(10, "10%"), Mark: chart.MarkOutside, Own: true}}}, chart.Funnel{}},
		"Control": {chart.Control{Unit: "人", X: []string{"1月", "2月", "3月", "4月", "5月"}, Name: "每月数", Values: values, Centre: low, Limit: high, CentreName: "平常水平", LimitName: "波动上限", Marks: []chart.ControlMark{{At: 1, Text: "9", Href: "/x"}}},
			chart.Control{X: []string{"1月", "2月", "3月", "4月", "5月"}, Values: values, Limit: high, Small: true}, chart.Control{}},
		"Ranges": {chart.Ranges{Axis: "名次", First: 1, Last: 18, Rows: []chart.RangeRow{{Name: "高山镇", At: num(3, "3"), Lo: 1, Hi: 8, Text: "90.3 分", Href: "/x", Own: true}, {Name: "石门乡", At: num(9, "9"), Lo: 4, Hi: 15, Series: 1, Rule: true}, {Name: "柳林镇", At: chart.Gap("数据不足")}}}, chart.Ranges{}},
		"GeoMap": {chart.GeoMap{Geo: geo, Areas: areas, Note: "审图号"}, chart.GeoMap{Geo: geo, Areas: areas, Scale: &chart.Scale{Breaks: []float64{32, 35}}}, chart.GeoMap{}},
	}
}

// Every type of chart that there is can be read and drawn; a new type or a new element in one
// fails here first.
func TestEveryChartIsDrawn(t *testing.T) {
	set := system(t)
	all := everyChart(t)
	sources, err := filepath.Glob("../../chart/*.go")
	if err != nil || len(sources) == 0 {
		t.Fatal("the sources of package chart are not there")
	}
	found := 0
	for _, file := range sources {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`func \(\w+ \*?(\w+)\) AppendSVG\(`).FindAllSubmatch(src, -1) {
			found++
			if all[string(m[1])] == nil {
				t.Errorf("chart.%s is not drawn by this test: add it to everyChart", m[1])
			}
		}
	}
	if found < 5 {
		t.Errorf("%d types of charts found", found)
	}
	text := regexp.MustCompile(`<text[^>]*>`)
	for name, cs := range all {
		for i, c := range cs {
			d, err := Of(c, nil)
			if err != nil {
				t.Errorf("%s %d: %v", name, i, err)
				continue
			}
			svg := c.AppendSVG(nil, chart.Options{})
			texts := 0
			for _, op := range d.Ops {
				if op.Text != nil {
					texts++
				}
			}
			if want := len(text.FindAll(svg, -1)); texts != want {
				t.Errorf("%s %d: %d texts, want %d", name, i, texts, want)
			}
			file, w, h, err := PNG(c, 156, 150, set)
			if err != nil {
				t.Errorf("%s %d: %v", name, i, err)
				continue
			}
			img, err := png.Decode(bytes.NewReader(file))
			if err != nil || img.Bounds().Dx() != w || img.Bounds().Dy() != h || w != 921 {
				t.Errorf("%s %d: %d × %d, %v", name, i, w, h, err)
			}
			again, _, _, _ := PNG(c, 156, 150, set)
			if !bytes.Equal(file, again) {
				t.Errorf("%s %d: drawn twice, the pictures differ", name, i)
			}
			if out := os.Getenv("INK_OUT"); out != "" {
				if err := os.WriteFile(filepath.Join(out, name+string(rune('0'+i))+".png"), file, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func at(t *testing.T, svg string, x, y int) [3]uint32 {
	t.Helper()
	d, err := Parse([]byte(svg))
	if err != nil {
		t.Fatal(err)
	}
	file, w, _, err := d.PNG(25.4, 100, nil)
	if err != nil || w != 100 {
		t.Fatal(w, err)
	}
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	r, g, b, _ := img.At(x, y).RGBA()
	return [3]uint32{r >> 8, g >> 8, b >> 8}
}

func TestShapesStandWhereTheyShould(t *testing.T) {
	const open, shut = `<svg width="100" height="100" viewBox="0 0 100 100">`, `</svg>`
	white, red := [3]uint32{255, 255, 255}, [3]uint32{255, 0, 0}
	for _, c := range []struct {
		shape string
		x, y  int
		want  [3]uint32
	}{
		{`<rect x="10" y="10" width="20" height="20" fill="#ff0000"/>`, 15, 15, red},
		{`<rect x="10" y="10" width="20" height="20" fill="#ff0000"/>`, 35, 15, white},
		{`<rect x="10" y="10" width="80" height="80" rx="30" fill="#f00"/>`, 12, 12, white},
		{`<rect x="10" y="10" width="80" height="80" rx="30" fill="#f00"/>`, 50, 12, red},
		{`<rect x="10" y="10" width="80" height="80" fill="none" pointer-events="all"/>`, 50, 50, white},
		{`<circle cx="50" cy="50" r="20" fill="#ff0000"/>`, 50, 32, red},
		{`<circle cx="50" cy="50" r="20" fill="#ff0000"/>`, 34, 34, white},
		{`<line x1="0" y1="50" x2="100" y2="50" stroke="#ff0000" stroke-width="4"/>`, 50, 51, red},
		{`<line x1="0" y1="50" x2="100" y2="50" stroke="#ff0000" stroke-width="4" stroke-dasharray="10 10"/>`, 15, 50, white},
		{`<path d="M10 10L90 10L90 90L10 90ZM30 30L70 30L70 70L30 70Z" fill="#ff0000" fill-rule="evenodd"/>`, 50, 50, white},
		{`<path d="M10 10L90 10L90 90L10 90ZM30 30L70 30L70 70L30 70Z" fill="#ff0000" fill-rule="evenodd"/>`, 20, 50, red},
		{`<path d="M10 10h80v80H10z" fill="#ff0000"/>`, 80, 80, red},
		{`<polygon points="50,10 90,50 50,90 10,50" fill="#ff0000"/>`, 50, 50, red},
		{`<g fill="#ff0000"><rect width="50" height="50"/></g>`, 20, 20, red},
		{`<rect width="50" height="50" fill="#ff0000" fill-opacity="0"/>`, 20, 20, white},
	} {
		if got := at(t, open+c.shape+shut, c.x, c.y); got != c.want {
			t.Errorf("%s: at %d,%d %v, want %v", c.shape, c.x, c.y, got, c.want)
		}
	}
}

func TestUnknownThingsAreErrors(t *testing.T) {
	for _, s := range []string{
		`<image href="x"/>`, `<rect style="fill:red"/>`, `<rect fill="url(#a)"/>`, `<rect fill="red"/>`, `<path d="M0 0A1 1 0 0 1 2 2"/>`,
		`<rect x="zehn"/>`, `<text transform="scale(2)">x</text>`, `<rect width="1" height="1" skew="1"/>`, `<use href="#a"/>`, `<path d="M0"/>`,
	} {
		if _, err := Parse([]byte(`<svg width="9" height="9">` + s + `</svg>`)); err == nil {
			t.Errorf("%s is read without an error", s)
		}
	}
	if _, err := Parse([]byte(`<svg></svg>`)); err == nil {
		t.Error("a picture without a size is read")
	}
	if _, err := Parse([]byte(`<svg width="1" height="1"><g>`)); err == nil {
		t.Error("a broken picture is read")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`<svg width="9" height="9"><g fill="#fff"><path d="M1 2L3 4C1 2 3 4 5 6Zh1v2" fill-rule="evenodd"/></g></svg>`))
	f.Add([]byte(`<svg width="9" height="9"><text x="1" y="2" text-anchor="end">甲<tspan fill="#123456">乙</tspan></text><circle r="2" stroke-dasharray="1 2"/></svg>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if d, err := Parse(b); err == nil && (d.W <= 0 || d.H <= 0) {
			t.Error("no size")
		}
	})
}

func BenchmarkPNG(b *testing.B) {
	set := system(b)
	c := everyChart(b)["Line"][0]
	for b.Loop() {
		if _, _, _, err := PNG(c, 156, 200, set); err != nil {
			b.Fatal(err)
		}
	}
}
