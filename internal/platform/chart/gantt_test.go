package chart

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
)

func day(s string) period.Day { return period.MustDay(s) }

func hostileGantt() Gantt {
	return Gantt{Title: nasty, Desc: nasty, Today: day("2018-05-10"), Half: true, Words: [4]string{nasty, nasty, nasty, nasty}, Mark: [2]string{nasty, nasty}, Rows: []GanttRow{
		{Name: nasty, Group: true, From: day("2018-03-01"), To: day("2018-12-31"), Text: nasty},
		{Name: nasty, Note: nasty, From: day("2018-03-01"), To: day("2018-12-31"), Done: 7, Text: nasty, Light: measure.Red, Href: `javascript:alert("x")`,
			Marks: []GanttMark{{Day: day("2018-04-01"), Name: nasty, Light: measure.Green, Full: true}, {Day: day("2030-04-01"), Name: nasty}}},
		{Name: "倒着写的日期", From: day("2018-12-31"), To: day("2018-03-01")}, {Name: "没有日期"},
	}}
}

// sampleGantt has many rows over some months.
func sampleGantt(rows int, months int) Gantt {
	g := Gantt{Title: "路线图", Today: day("2018-05-10"), Half: true, Words: [4]string{"正常", "注意", "逾期", "未开始或已完成"}, Mark: [2]string{"里程碑已完成", "里程碑未完成"}}
	lights := []measure.Light{measure.Green, measure.Yellow, measure.Red, measure.Grey}
	from := day("2018-03-01")
	for i := range rows {
		g.Rows = append(g.Rows, GanttRow{Name: strings.Repeat("很长的任务名称", 1+i%4), From: from.AddDays(i * 3), To: from.AddMonths(months).AddDays(-1 - i), Done: float64(i%5) / 4, Text: strconv.Itoa(i%5*25) + "%", Light: lights[i%4],
			Marks: []GanttMark{{Day: from.AddDays(i*3 + 20), Name: "中期"}, {Day: from.AddMonths(months).AddDays(-1 - i), Name: "验收"}}})
	}
	return g
}

// No two texts of a chart lie over each other, and none leaves the picture, for a year, three
// years and a month, on a page and in a document.
func TestGanttLabelsDoNotOverlap(t *testing.T) {
	english := func(s string) string {
		return map[string]string{"9月": "Sep", "12月": "Dec", "今天": "Today"}[s] + ""
	}
	for _, width := range []float64{0, 640} {
		for _, months := range []int{2, 10, 22, 36, 110} {
			for _, tr := range []func(string) string{nil, func(s string) string {
				if e := english(s); e != "" {
					return e
				}
				return s
			}} {
				g := sampleGantt(20, months)
				g.Width = width
				boxes, w := textBoxes(t, string(g.AppendSVG(nil, Options{Tr: tr})))
				if len(boxes) < 50 {
					t.Fatalf("%d texts", len(boxes))
				}
				for i, a := range boxes {
					if a.x0 < -0.5 || a.x1 > w+0.5 {
						t.Errorf("width %v, %d months: “%s” leaves the picture: %v–%v of %v", width, months, a.s, a.x0, a.x1, w)
					}
					for _, b := range boxes[i+1:] {
						if a.x0 < b.x1-0.5 && b.x0 < a.x1-0.5 && a.y0 < b.y1-1 && b.y0 < a.y1-1 {
							t.Errorf("width %v, %d months: “%s” lies over “%s”", width, months, a.s, b.s)
						}
					}
				}
			}
		}
	}
}

type textBox struct {
	x0, x1, y0, y1 float64
	s              string
}

func textBoxes(t *testing.T, svg string) (out []textBox, width float64) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	var cur *textBox
	var size float64
	anchor := ""
	for {
		tok, err := d.Token()
		if err != nil {
			return out, width
		}
		switch e := tok.(type) {
		case xml.StartElement:
			at := map[string]string{}
			for _, a := range e.Attr {
				at[a.Name.Local] = a.Value
			}
			if e.Name.Local == "svg" {
				fmt.Sscan(at["width"], &width)
			}
			if e.Name.Local == "text" {
				x, _ := strconv.ParseFloat(at["x"], 64)
				y, _ := strconv.ParseFloat(at["y"], 64)
				size, _ = strconv.ParseFloat(at["font-size"], 64)
				anchor = at["text-anchor"]
				cur = &textBox{x0: x, y0: y - size*0.85, y1: y + size*0.15}
			}
		case xml.CharData:
			if cur != nil {
				cur.s += string(e)
			}
		case xml.EndElement:
			if e.Name.Local == "text" {
				w := textWidth(cur.s, size)
				switch anchor {
				case "middle":
					cur.x0 -= w / 2
				case "end":
					cur.x0 -= w
				}
				cur.x1 = cur.x0 + w
				out = append(out, *cur)
				cur = nil
			}
		}
	}
}

// The bar of a task spans its days, what is done fills its share, a diamond stands on its day and
// the line of today on today.
func TestGanttDrawsToScale(t *testing.T) {
	g := Gantt{Today: day("2018-01-16"), Width: 500, Rows: []GanttRow{{Name: "甲", From: day("2018-01-01"), To: day("2018-01-31"), Done: 0.5, Light: measure.Green,
		Marks: []GanttMark{{Day: day("2018-01-16"), Full: true, Light: measure.Green}}}}}
	out := string(g.AppendSVG(nil, Options{}))
	// 90 for names and 26 for lights: the month spans 116 to 492.
	for _, want := range []string{
		`<rect x="116" y="68" width="376" height="15" rx="2" class="k-g"`, `<rect x="116" y="68" width="188" height="15" rx="2" class="k-bg"`,
		`<line x1="304" y1="62" x2="304"`, `<path d="M304 68.5L311 75.5L304 82.5L297 75.5Z" fill="#1f7a5a"`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("lacks %s\n%s", want, out)
		}
	}
}
