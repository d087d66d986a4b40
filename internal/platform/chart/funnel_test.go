package chart

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// townships is a funnel of a county: shares of 98 % on the whole, two units outside, many at 100 %.
func townships(n int) Funnel {
	f := Funnel{Title: "执行率", Unit: "%", SizeName: "单位的大小（分母，人）", Centre: Num(98, "98.00%"), Words: [3]string{"正常波动范围", "留意", "需要核查原因"}}
	for i := range n {
		v, m := 100.0, MarkInside
		switch i % 9 {
		case 3:
			v, m = 60, MarkOutside
		case 5:
			v, m = 90, MarkBetween
		}
		f.Points = append(f.Points, FunnelPoint{Name: fmt.Sprintf("第%d布依族苗族乡", i+1), Size: float64(5 + i*3%50), Value: Num(v, fmt.Sprintf("%.2f%%", v)), Mark: m, Note: "1/2", Href: "/figures/X"})
	}
	for n := 4.0; n <= 55; n++ {
		f.Limits = append(f.Limits, FunnelLimit{n, [4]float64{98 - 400/n, 98 - 200/n, min(100, 98+200/n), min(100, 98+400/n)}})
	}
	return f
}

var labels = regexp.MustCompile(`<text x="([\d.]+)" y="([\d.]+)" font-size="13"( text-anchor="(\w+)")?[^>]*>([^<]*)</text>`)

// boxesOf gives the places of the names in a funnel.
func boxesOf(t *testing.T, svg string) map[string]box {
	out := map[string]box{}
	for _, m := range labels.FindAllStringSubmatch(svg, -1) {
		x, _ := strconv.ParseFloat(m[1], 64)
		y, _ := strconv.ParseFloat(m[2], 64)
		w := textWidth(m[5], funnelName)
		b := box{x, y - 10, x + w, y + 2}
		switch m[4] {
		case atMiddle:
			b.x1, b.x2 = x-w/2, x+w/2
		case atEnd:
			b.x1, b.x2 = x-w, x
		}
		if _, twice := out[m[5]]; twice {
			t.Errorf("%s is named twice", m[5])
		}
		out[m[5]] = b
	}
	return out
}

// Names never cover each other and stay in the picture, on a wide screen and on a phone; units
// outside the limits are all named.
func TestFunnelNamesDoNotOverlap(t *testing.T) {
	for _, x := range []struct {
		units         int
		width, height float64
	}{{18, 760, 420}, {18, 364, 380}, {5, 364, 380}, {40, 760, 420}, {136, 760, 420}} {
		f := townships(x.units)
		f.Width, f.Height = x.width, x.height
		out := string(f.AppendSVG(nil, Options{}))
		boxes := boxesOf(t, out)
		for a, b := range boxes {
			if b.x1 < 0 || b.x2 > x.width || b.y1 < 0 || b.y2 > x.height {
				t.Errorf("%d units at %.0f: %s stands outside of the picture: %+v", x.units, x.width, a, b)
			}
			for c, d := range boxes {
				if a < c && b.meets(d) {
					t.Errorf("%d units at %.0f: %s covers %s", x.units, x.width, a, c)
				}
			}
		}
		if x.units > 40 {
			continue // a crowd of villages: those without room are named by their tips and in the table
		}
		for _, q := range f.Points {
			if _, named := boxes[q.Name]; !named && q.Mark != MarkInside {
				t.Errorf("%d units at %.0f: %s lies outside and has no name", x.units, x.width, q.Name)
			}
		}
	}
}

// Every point tells its name, value, counts and zone, and leads to its figure; the shapes differ,
// and limits and centre are named in the legend.
func TestFunnelTellsItsPoints(t *testing.T) {
	f := townships(18)
	f.Points = append(f.Points, FunnelPoint{Name: "无人乡", Size: 0, Value: Num(1, "1")}, FunnelPoint{Name: "缺报乡", Size: 9, Value: Gap("未报")})
	out := string(f.AppendSVG(nil, Options{}))
	if n := strings.Count(out, `<a href="/figures/X">`); n != 18 {
		t.Errorf("%d points, want 18", n)
	}
	for _, want := range []string{"<title>第4布依族苗族乡 60.00% 1/2 需要核查原因</title>", "<title>第1布依族苗族乡 100.00% 1/2 正常波动范围</title>", "总体水平 98.00%", "95% 界限", "99.8% 界限", "留意", "单位的大小（分母，人）", "单位：%"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(out, "无人乡") || strings.Contains(out, "缺报乡") {
		t.Error("a unit without a size or a value is drawn")
	}
	if a, b := strings.Count(out, `class="k-b"`), strings.Count(out, `class="k-br"`); a != 15 || b != 3 {
		t.Errorf("%d points inside and %d outside, legend included; want 15 and 3", a, b)
	}
	if n := strings.Count(out, `stroke-dasharray="5 4"`); n != 3 {
		t.Errorf("%d dashed lines, want both inner limits and the legend", n)
	}
}

// A limit that leaves the picture is cut at its edge and comes in again where it does.
func TestFunnelLimitsAreCut(t *testing.T) {
	f := Funnel{Points: []FunnelPoint{{Name: "甲", Size: 10, Value: Num(50, "50")}, {Name: "乙", Size: 20, Value: Num(52, "52")}, {Name: "丙", Size: 21, Value: Num(51, "51")}, {Name: "丁", Size: 22, Value: Num(51, "51")}}, Centre: Num(51, "51")}
	for n := 1.0; n < 23; n++ {
		f.Limits = append(f.Limits, FunnelLimit{n, [4]float64{51 - 100/n, 51 - 50/n, 51 + 50/n, 51 + 100/n}})
	}
	out := string(f.AppendSVG(nil, Options{}))
	for _, m := range regexp.MustCompile(` d="M([^"]*)"`).FindAllStringSubmatch(out, -1) {
		for _, p := range strings.Split(strings.TrimSuffix(m[1], "Z"), "L") {
			var x, y float64
			if _, err := fmt.Sscan(p, &x, &y); err != nil || y < 10 || y > 373 || x < 0 || x > 760 {
				t.Fatalf("a line goes to %q", p)
			}
		}
	}
	if strings.Contains(out, "NaN") {
		t.Error("a coordinate is no number")
	}
}

// A bar with an interval has a line with two ends, and its words stand behind it.
func TestBarsWithIntervals(t *testing.T) {
	plain := Bars{Width: 640, Rows: []Bar{{Name: "甲", Value: Num(50, "50%"), Note: "5/10"}, {Name: "乙", Value: Gap("未报"), Low: Num(1, "1%"), High: Num(2, "2%")}}}
	ranged := Bars{Width: 640, Rows: []Bar{{Name: "甲", Value: Num(50, "50%"), Note: "5/10", Low: Num(24, "24%"), High: Num(76, "76%")}}}
	lines := func(b Bars) int { return strings.Count(string(b.AppendSVG(nil, Options{})), "<line") }
	if a, b := lines(plain), lines(ranged); a != 1 || b != 4 {
		t.Errorf("%d and %d lines, want 1 and 4", a, b)
	}
	out := string(ranged.AppendSVG(nil, Options{}))
	if !strings.Contains(out, "<title>甲 50% (24%–76%) 5/10</title>") {
		t.Error("the tip does not tell the interval")
	}
	end := regexp.MustCompile(`<line x1="([\d.]+)" y1="20" x2="([\d.]+)" y2="30"`).FindAllStringSubmatch(out, -1)
	word := regexp.MustCompile(`<text x="([\d.]+)"[^>]*>50%`).FindStringSubmatch(out)
	if len(end) != 2 || len(word) != 2 {
		t.Fatalf("ends %v, word %v in %s", end, word, out)
	}
	hi, _ := strconv.ParseFloat(end[1][1], 64)
	if at, _ := strconv.ParseFloat(word[1], 64); at < hi+5 {
		t.Errorf("the value at %v stands on the line that ends at %v", at, hi)
	}
}

func BenchmarkFunnel(b *testing.B) {
	f := townships(18)
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = f.AppendSVG(buf[:0], Options{})
	}
}

// Where many units stand at one value, names between the points would be anybody's: only the
// smallest and the largest of them are named, and whoever stands out or is the reader's own.
func TestFunnelNamesNobodyInACrowd(t *testing.T) {
	f := townships(0)
	for i := range 9 {
		f.Points = append(f.Points, FunnelPoint{Name: fmt.Sprintf("第%d镇", i+1), Size: float64(5 + 6*i), Value: Num(100, "100.00%")})
	}
	f.Points[3].Own = true
	f.Points = append(f.Points, FunnelPoint{Name: "低处乡", Size: 20, Value: Num(80, "80.00%"), Mark: MarkOutside}, FunnelPoint{Name: "旁边乡", Size: 40, Value: Num(90, "90.00%")})
	got := boxesOf(t, string(f.AppendSVG(nil, Options{})))
	for _, name := range []string{"第1镇", "第4镇", "第9镇", "低处乡", "旁边乡"} {
		if _, named := got[name]; !named {
			t.Errorf("%s has no name", name)
		}
		delete(got, name)
	}
	if len(got) > 0 {
		t.Errorf("named in the crowd: %v", got)
	}
}
