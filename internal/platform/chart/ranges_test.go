package chart

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var xOf = regexp.MustCompile(`(?:cx|x1|x2|x)="([0-9.-]+)"`)

// A unit without a value is named with its reason and has no dot; a range of one place has no bar;
// everything stays inside the picture, on a phone too.
func TestRangesDrawWhatIsThere(t *testing.T) {
	c := Ranges{Title: "名次", Axis: "名次", First: 1, Last: 18, Rows: []RangeRow{
		{Name: "甲镇", At: Num(1, "1"), Lo: 1, Hi: 8, Text: "90.3 分"}, {Name: "高寨苗族布依族乡", At: Num(18, "18"), Lo: 18, Hi: 18, Text: "70.9 分", Series: 1, Rule: true}, {Name: "乙镇", At: Gap("数据不足")}}}
	for _, width := range []float64{0, 350} {
		c.Width = width
		s := string(c.AppendSVG(nil, Options{}))
		if n := strings.Count(s, "<circle"); n != 2 {
			t.Errorf("%d dots, want 2", n)
		}
		if n := strings.Count(s, `stroke-width="3"`); n != 1 {
			t.Errorf("%d bars, want 1", n)
		}
		for _, want := range []string{"数据不足", "甲镇", "90.3 分", "3 3"} {
			if !strings.Contains(s, want) {
				t.Errorf("no %q in %s", want, s)
			}
		}
		wide := width
		if wide == 0 {
			wide = 760
		}
		for _, m := range xOf.FindAllStringSubmatch(s, -1) {
			if v, err := strconv.ParseFloat(m[1], 64); err != nil || v < 0 || v > wide {
				t.Errorf("%s lies outside 0–%v", m[0], wide)
			}
		}
		if slim := !strings.Contains(s, "chart-line"); slim != (width == 350) {
			t.Errorf("width %v: the chart for a phone must not scroll, the other must", width)
		}
	}
	// A target is one dashed line, named once, and stays inside on a phone even at the end of the scale.
	c.Width, c.Target = 350, &Target{V: 18, Text: "≥18"}
	s := string(c.AppendSVG(nil, Options{}))
	if strings.Count(s, `stroke-dasharray="6 4"`) != 1 || strings.Count(s, "目标 ≥18") != 1 || strings.Count(s, "<circle") != 2 {
		t.Errorf("the target: %s", s)
	}
	for _, m := range xOf.FindAllStringSubmatch(s, -1) {
		if v, err := strconv.ParseFloat(m[1], 64); err != nil || v < 0 || v > 350 {
			t.Errorf("%s lies outside", m[0])
		}
	}
	if s := string((Ranges{}).AppendSVG(nil, Options{})); !strings.Contains(s, "暂无数据") {
		t.Errorf("empty: %s", s)
	}
}
