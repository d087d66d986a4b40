package meetings

import (
	"fmt"
	"io"
	"testing"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/docgen/fonts"
	"kaiyang/internal/platform/docgen/print"
)

// BenchmarkPack writes the three files of a pack of 60 indicators in six task forces with rankings
// of 30 units; the goal of the office is ten seconds with the asking of the figures.
func BenchmarkPack(b *testing.B) {
	c := Content{Title: "2018年5月上半月调度会", Host: "指挥部", Cutoff: "2018-05-10 18:00", Names: map[org.UnitID]string{shan: "山县"}, Compared: "上次调度会"}
	for i := range 60 {
		f := shown(fmt.Sprintf("X%d", i), fmt.Sprintf("第%d项监测指标完成率", i+1), fmt.Sprintf("%d.5", 40+i), "≥60%", measure.Green, "2018-04")
		f.Trend = nil
		for m := range 13 {
			f.Trend = append(f.Trend, measure.Spot{Period: period.MustParse("2018-04").Shift(m - 12), Text: "40%", Value: float64(30 + m*i%17), OK: true})
		}
		c.Figures = append(c.Figures, f)
	}
	for i := range 6 {
		p := ForcePage{Unit: org.UnitID(900 + i), Name: fmt.Sprintf("第%d专班", i+1), Figures: c.Figures[i*10 : i*10+10], Ranked: c.Figures[i*10].Name}
		for u := range 30 {
			f := p.Figures[0]
			f.Unit, f.Place, f.Path = org.UnitID(1000+u), u+1, fmt.Sprintf("/figures/X?unit=%d", u)
			c.Names[f.Unit] = fmt.Sprintf("第%d镇", u+1)
			p.Ranking = append(p.Ranking, f)
		}
		c.Forces = append(c.Forces, p)
	}
	printer := print.New("", fonts.SystemDirs())
	defer printer.Close()
	for b.Loop() {
		d := c.document("2018-05-10T18:00:00+08:00", "开阳 测试", "")
		for _, format := range Formats() {
			if _, err := printer.Print(io.Discard, d, format); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/pack")
}
