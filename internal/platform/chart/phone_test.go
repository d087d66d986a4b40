package chart

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// On a phone every chart that can be drawn slim fits the glass, says no less of its values than the
// wide one, and leaves the wide one as it was.
func TestSlimChartsFitAPhone(t *testing.T) {
	val := func(i int) Value { return Num(float64(10+i), fmt.Sprintf("%d.5%%", 10+i)) }
	line := Line{Unit: "%", Width: 860}
	bars := Bars{Width: 640, Target: &Target{V: 12, Text: "≥12%"}}
	ranges := Ranges{First: 1, Last: 18, Width: 760}
	funnel := Funnel{Centre: val(3), Words: [3]string{"内", "间", "外"}}
	watch := Control{Unit: "起", Name: "每月数", LimitName: "上限"}
	tiles := TileMap{}
	for i := range 18 {
		name := "演示乡" + strconv.Itoa(i)
		line.X = append(line.X, fmt.Sprintf("2016-%02d", i+1))
		bars.Rows = append(bars.Rows, Bar{Name: name, Value: val(i), Note: "10/18"})
		ranges.Rows = append(ranges.Rows, RangeRow{Name: name, At: val(i), Lo: 1, Hi: 18, Text: "81.5 分"})
		funnel.Points = append(funnel.Points, FunnelPoint{Name: name, Size: float64(20 + i), Value: val(i)})
		funnel.Limits = append(funnel.Limits, FunnelLimit{Size: float64(20 + i), Limit: [4]float64{5, 8, 20, 25}})
		watch.X, watch.Values, watch.Limit = append(watch.X, line.X[i]), append(watch.Values, val(i)), append(watch.Limit, val(20))
		tiles.Tiles = append(tiles.Tiles, Tile{Area: Area{Name: name, Value: val(i)}, Col: i % 6, Row: i / 6})
	}
	values := make([]Value, 18)
	for i := range values {
		values[i] = val(i)
	}
	line.Series = []Series{{Name: "全县", Values: values}}
	box := regexp.MustCompile(`viewBox="0 0 ([0-9.]+) `)
	place := regexp.MustCompile(`<(?:text|circle|rect)[^>]* c?x="(-?[0-9.]+)"`)
	for name, c := range map[string]Slimmer{"line": line, "bars": bars, "ranges": ranges, "funnel": funnel, "control": watch, "tiles": tiles} {
		before := string(c.AppendSVG(nil, Options{}))
		out := string(c.Slim().AppendSVG(nil, Options{}))
		w, err := strconv.ParseFloat(box.FindStringSubmatch(out)[1], 64)
		if err != nil || w > PhoneWidth+30 {
			t.Errorf("%s: %g wide, %v", name, w, err)
		}
		found := place.FindAllStringSubmatch(out, -1)
		for _, m := range found {
			if x, _ := strconv.ParseFloat(m[1], 64); x < 0 || x > w {
				t.Errorf("%s: something at %s of %g", name, m[1], w)
			}
		}
		if len(found) == 0 {
			t.Errorf("%s: nothing placed", name)
		}
		for i := range 18 {
			if v := val(i).Text; strings.Contains(before, v) && !strings.Contains(out, v) {
				t.Errorf("%s: %s is not said", name, v)
			}
		}
		if after := string(c.AppendSVG(nil, Options{})); after != before {
			t.Errorf("%s: the wide chart changed", name)
		}
		boxed := string(AppendBox(nil, c, Options{}))
		if strings.Count(boxed, "<svg") != 2 || !strings.Contains(boxed, `class="chart-slim"`) {
			t.Errorf("%s: the box holds %d pictures", name, strings.Count(boxed, "<svg"))
		}
	}
}
