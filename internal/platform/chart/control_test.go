package chart

import (
	"strings"
	"testing"
)

// A control chart marks the points beyond the limit by a square, leaves a gap where nothing was
// reported, and draws no limit where none could be set.
func TestControlMarksWhatIsBeyondTheLimit(t *testing.T) {
	c := Control{Title: "查处", Unit: "人次", X: []string{"1月", "2月", "3月", "4月"}, Name: "查处", LimitName: "上限", CentreName: "平均",
		Values: []Value{Num(3, "3"), Gap("未报齐"), Num(4, "4"), Num(12, "12")},
		Centre: []Value{{}, {}, Num(3, "3"), Num(3.5, "3.5")}, Limit: []Value{{}, {}, Num(8, "8"), Num(9, "9")},
		Marks: []ControlMark{{At: 3, Href: "/situation/signals/1"}, {At: 1}, {At: 99}}}
	got := string(SVG(c, nil))
	for want, n := range map[string]int{`class="lt-r" fill="#b3382d" stroke`: 1, `<a href="/situation/signals/1">`: 1, `stroke-dasharray="6 3"`: 1, `stroke-dasharray="2 3"`: 1, "未报齐": 1, "上限 9": 1, "平均 3.5": 1, "单位：人次": 1} {
		if g := strings.Count(got, want); g != n {
			t.Errorf("%q stands %d times, want %d", want, g, n)
		}
	}
	if strings.Contains(got, "NaN") || strings.Count(got, "<svg") != 1 || strings.Count(got, "</svg>") != 1 {
		t.Errorf("not one clean picture: %s", got)
	}
	c.Small = true
	small := string(SVG(c, nil))
	if strings.Contains(small, "上限 9</text>") || strings.Contains(small, "chart-line") || !strings.Contains(small, `width="340"`) || !strings.Contains(small, "<rect") {
		t.Errorf("the small chart: %s", small)
	}
	for _, empty := range []Control{{}, {X: []string{"1月"}, Values: []Value{Gap("未报")}}} {
		if got := string(SVG(empty, nil)); !strings.Contains(got, "暂无数据") {
			t.Errorf("an empty chart says %s", got)
		}
	}
}
