package table_test

import (
	"fmt"
	"math"
	"os"
	"testing"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/table"
)

// ranking is a table with all that a table can hold: a three-level header, a tree, totals,
// figures with lights and notes, missing values, small lines, links and actions.
func ranking() *table.Table {
	spark := func(seed int) chart.Sparkline {
		s := chart.Sparkline{Title: "近12期", Light: measure.Green}
		for i := range 12 {
			v := 50 + 20*math.Sin(float64(i*seed)/3)
			if (i+seed)%7 == 0 {
				s.Values = append(s.Values, chart.Gap("未报"))
				continue
			}
			s.Values = append(s.Values, chart.Num(v, fmt.Sprintf("%.1f%%", v)))
		}
		return s
	}
	t := &table.Table{
		ID: "rank", Name: "乡镇比较", Caption: "2018年1—4月各乡镇执行情况",
		Columns: []table.Column{
			{Head: []string{"排名"}, Key: "rank", Sort: table.ByNumber, Width: 3, Align: table.Center},
			{Head: []string{"单位"}, Key: "unit", Sort: table.ByText, Filter: true, RowHead: true, Width: 8},
			{Head: []string{"执行率", "本期", "比值"}, Key: "rate", Sort: table.ByNumber},
			{Head: []string{"执行率", "本期", "分子"}, Key: "num", Unit: "人", Sort: table.ByNumber},
			{Head: []string{"执行率", "本期", "分母"}, Key: "den", Unit: "人", Sort: table.ByNumber},
			{Head: []string{"执行率", "同比"}, Key: "yoy", Sort: table.ByNumber},
			{Head: []string{"查处"}, Key: "cases", Unit: "人次", Sort: table.ByNumber},
			{Head: []string{"灯号"}, Key: "light", Sort: table.ByLight},
			{Head: []string{"近12期"}, Key: "trend"},
			{Head: []string{"操作"}, ScreenOnly: true},
		},
		Notes:  []string{"缺报：丁乡 2018年4月。", "“不完整”表示有单位未报，不判定灯号。"},
		Source: "数据截止：2018年5月5日；口径：2018版；演示数据。",
	}
	row := func(level int, rank, name, rate, exact string, num, den int, yoy string, cases int, l measure.Light, word string) table.Row {
		return table.Row{ID: "u-" + name, Level: level, Data: []table.Attr{{Name: "kind", Value: "township"}}, Cells: []table.Cell{
			table.Number(rank, rank), table.Link(name, "/units/"+name),
			table.Figure(table.Fig{Text: rate, Exact: exact, Href: "/trace/F1?u=" + name, Light: l}),
			table.Number(fmt.Sprint(num), measure.Group(fmt.Sprint(num))), table.Number(fmt.Sprint(den), measure.Group(fmt.Sprint(den))),
			table.Number(yoy, yoy), table.Number(fmt.Sprint(cases), measure.Group(fmt.Sprint(cases))),
			table.Light(l, word), table.Spark(spark(rankSeed(rank))),
			table.Actions(table.Action{Text: "查看", Href: "/units/" + name}, table.Action{Text: "催报", Href: "/remind", Post: true}),
		}}
	}
	t.Rows = []table.Row{
		row(0, "1", "甲镇", "99.16%", "472/476", 472, 476, "+1.2", 1363, measure.Green, "达标"),
		row(1, "1", "甲一村", "100.00%", "1", 12, 12, "+0.0", 7, measure.Green, "达标"),
		row(1, "2", "甲二社区", "98.50%", "0.985", 197, 200, "-0.3", 25, measure.Yellow, "临界"),
		row(0, "2", "乙布依族苗族乡", "97.30%", "0.973", 973, 1000, "-1.1", 2071, measure.Red, "未达标"),
		row(0, "3", "丙街道", "95.00%", "0.95", 19, 20, "+2.5", 40, measure.Red, "未达标"),
	}
	missing := row(0, "4", "丁乡", "", "", 0, 0, "0", 0, measure.Grey, "未判定")
	missing.Cells[0] = table.Missing("—")
	missing.Cells[2] = table.Figure(table.Fig{Text: "88.00%", Exact: "0.88", Href: "/trace/F1?u=4", Note: "不完整", Hint: "缺 1 期：2018年4月"})
	missing.Cells[3] = table.Missing("未报")
	missing.Cells[4] = table.Missing("未报")
	missing.Cells[5] = table.Missing("无基期")
	t.Rows = append(t.Rows, missing)
	total := row(0, "", "合计", "98.23%", "0.9823", 1676, 1708, "+0.4", 3506, measure.Green, "达标")
	total.Total = true
	total.Cells[0] = table.Text("")
	t.Rows = append(t.Rows, total)
	return t
}

func rankSeed(s string) int {
	n := 1
	for _, r := range s {
		n += int(r)
	}
	return n % 9
}

func sampleLine() chart.Line {
	l := chart.Line{Title: "新增人数", Desc: "2015年1月至2018年4月各月", Unit: "人", Zero: true, Target: &chart.Target{V: 6, Text: "≤6"}}
	var own, last, low, high []chart.Value
	for i := range 40 {
		l.X = append(l.X, fmt.Sprintf("%d-%02d", 2015+i/12, i%12+1))
		v := math.Round(9*math.Exp(-float64(i)/22) + 2*math.Sin(float64(i)))
		if v < 0 {
			v = 0
		}
		if i == 17 || i == 18 {
			own = append(own, chart.Gap("未报"))
			low, high = append(low, chart.Value{}), append(high, chart.Value{})
		} else {
			own = append(own, chart.Num(v, fmt.Sprintf("%.0f人", v)))
			low = append(low, chart.Num(math.Max(0, v-2), fmt.Sprint(math.Max(0, v-2))))
			high = append(high, chart.Num(v+3, fmt.Sprint(v+3)))
		}
		last = append(last, chart.Num(v+2.5, fmt.Sprintf("%.1f人", v+2.5)))
	}
	l.Series = []chart.Series{{Name: "本县", Values: own, Low: low, High: high}, {Name: "全市平均", Values: last, Dashed: true}}
	return l
}

func sampleBars() chart.Bars {
	b := chart.Bars{Title: "各乡镇执行率", Unit: "%", Target: &chart.Target{V: 98, Text: "≥98%"}}
	for i, n := range []string{"甲镇", "乙布依族苗族乡", "丙街道", "丁乡", "戊镇", "己镇"} {
		v := 99.5 - float64(i)*1.3
		r := chart.Bar{Name: n, Value: chart.Num(v, fmt.Sprintf("%.2f%%", v)), Light: measure.Green, Href: "/units/" + n, Note: fmt.Sprintf("%d/%d", 99-i, 100)}
		if v < 98 {
			r.Light = measure.Yellow
		}
		if v < 95 {
			r.Light = measure.Red
		}
		if i == 3 {
			r.Value, r.Light, r.Note = chart.Gap("未报"), measure.Grey, ""
		}
		r.Own = i == 2
		b.Rows = append(b.Rows, r)
	}
	return b
}

func sampleAreas() []chart.Area {
	names := []string{"甲镇", "乙布依族苗族乡", "丙街道", "丁乡", "戊镇", "己镇", "庚镇", "辛苗族布依族乡", "壬镇", "癸街道", "子镇", "丑镇", "寅镇", "卯乡", "辰镇", "巳镇", "午镇", "未街道"}
	lights := []measure.Light{measure.Green, measure.Yellow, measure.Green, measure.Grey, measure.Red, measure.Green}
	var out []chart.Area
	for i, n := range names {
		v := 92 + math.Mod(float64(i)*3.7, 8)
		a := chart.Area{Key: n, Name: n, Value: chart.Num(v, fmt.Sprintf("%.1f%%", v)), Light: lights[i%6], Href: "/units/" + n}
		if lights[i%6] == measure.Grey {
			a.Value = chart.Gap("未报")
		}
		out = append(out, a)
	}
	return out
}

func sampleTiles(scale *chart.Scale) chart.TileMap {
	m := chart.TileMap{Title: "各乡镇分布（示意）", Scale: scale}
	for i, a := range sampleAreas() {
		m.Tiles = append(m.Tiles, chart.Tile{Area: a, Col: i % 5, Row: i / 5})
	}
	return m
}

func sampleGeo(t testing.TB) *chart.Geo {
	t.Helper()
	doc := `{"type":"FeatureCollection","features":[`
	for i, a := range sampleAreas()[:12] {
		if i > 0 {
			doc += ","
		}
		x, y := 106.7+float64(i%4)*0.12, 26.9+float64(i/4)*0.1
		ring := ""
		for k := range 120 {
			a := float64(k) / 120 * 2 * math.Pi
			ring += fmt.Sprintf("[%f,%f],", x+0.06*math.Cos(a)*(1+0.1*math.Sin(5*a)), y+0.05*math.Sin(a)*(1+0.1*math.Cos(7*a)))
		}
		ring += fmt.Sprintf("[%f,%f]", x+0.06, y)
		doc += fmt.Sprintf(`{"type":"Feature","properties":{"name":%q},"geometry":{"type":"Polygon","coordinates":[[%s]]}}`, a.Name, ring)
	}
	g, err := chart.ParseGeo([]byte(doc+"]}"), "name")
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestSamplePage puts everything on one page; with KAIYANG_SAMPLE_PAGE=file.html it stays there
// to be looked at.
func TestSamplePage(t *testing.T) {
	page := []byte("<!DOCTYPE html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>样张</title><style>" +
		"body{font-family:'Noto Sans CJK SC','Microsoft YaHei',sans-serif;font-size:16px;margin:24px;color:#22303c;background:#fff}.two{display:flex;flex-wrap:wrap;margin:-12px}.two>div{flex:1 1 600px;min-width:0;padding:12px}h2{font-size:1.1rem;margin:0 0 .5rem}" +
		table.CSS + chart.CSS + "</style></head><body>")
	page = ranking().HTML(page, table.Options{SortURL: "/units?period=2018", Sort: "rate", Desc: true, Hidden: []table.Attr{{Name: "token", Value: "x"}}})
	box := func(title string, c chart.Chart) {
		page = append(page, "<div><h2>"+title+"</h2>"...)
		page = chart.AppendBox(page, c, chart.Options{})
		page = append(page, "</div>"...)
	}
	page = append(page, `<div class="two">`...)
	box("折线", sampleLine())
	box("排名", sampleBars())
	box("灯号示意图", sampleTiles(nil))
	box("数值示意图", sampleTiles(&chart.Scale{Unit: "%"}))
	box("边界图", chart.GeoMap{Title: "边界图", Geo: sampleGeo(t), Areas: sampleAreas(), Note: "审图号：演示"})
	box("边界图（数值）", chart.GeoMap{Title: "边界图", Geo: sampleGeo(t), Areas: sampleAreas()[:12], Scale: &chart.Scale{Unit: "%"}})
	page = append(page, "</div>"...)
	page = append(page, (&table.Table{Caption: "空表", Columns: []table.Column{{Head: []string{"单位"}}, {Head: []string{"数量"}}}}).HTML(nil, table.Options{})...)
	page = append(page, "</body></html>"...)
	if len(page) < 30_000 {
		t.Errorf("page of %d bytes", len(page))
	}
	if name := os.Getenv("KAIYANG_SAMPLE_PAGE"); name != "" {
		if err := os.WriteFile(name, page, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
