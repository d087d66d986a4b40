package demo

import (
	"fmt"
	"strings"
	"time"

	"kaiyang/internal/core/period"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/modules/wastewater"
)

// wasteSeed begins the random numbers of the demonstration's wastewater.
const wasteSeed = 20180312

// wasteLimit is the limit of quantification in ng/L.
const wasteLimit = 5

// wasteLevels are the concentrations in ng/L around which the days of a campaign lie. The plant and
// all numbers are made up: concentration = level × 1.15 at weekends × (1 ± at most 9 %), flow =
// 1.5 万m³ × (1 ± at most 4 %), both drawn with wasteSeed; below wasteLimit the laboratory reports "<".
var wasteLevels = []struct {
	residue     string
	before, now float64
}{{"甲基苯丙胺", 76, 71}, {"苯丙胺", 9.1, 9.0}, {"氯胺酮", 5.6, 3.1}, {"吗啡", 44, 46}}

// sewage enters two campaigns of a plant that does not exist, a year apart, and finishes them.
func (b *builder) sewage(s *wastewater.Service) error {
	b.clock.set("2018-04-26", 9)
	ctx, office := b.as("office")
	table := wastewater.Starter()
	table.Owner, table.Reason = "演示检测实验室", "演示：照文献起始值核定，不推算消费量"
	if _, err := s.SaveAssumptions(ctx, office, table); err != nil {
		return err
	}
	ctx, member := b.as("zb6")
	plant, err := s.SavePlant(ctx, member, wastewater.Plant{Name: "演示污水厂", Area: "演示：虚构的服务范围", People: 62000, Source: "演示：虚构人口", Unit: wastewater.TenThousandths})
	if err != nil {
		return err
	}
	for i, c := range []wastewater.Campaign{
		{Name: "2017年3月监测（演示）", First: period.MustDay("2017-03-13"), Report: "演示检字〔2017〕1号"},
		{Name: "2018年3月监测（演示）", First: period.MustDay("2018-03-12"), Report: "演示检字〔2018〕1号"},
	} {
		c.Laboratory, c.Sampling, c.Sites = "演示检测实验室", "进水口，24小时流量比例混合样（演示）", []wastewater.Site{{Plant: plant}}
		c.Residues = []string{"methamphetamine", "amphetamine", "ketamine", "morphine"}
		id, err := s.SaveCampaign(ctx, member, c)
		if err != nil {
			return err
		}
		rep, err := s.Import(ctx, member, id, "演示检测结果.csv", sewageResults(c.First, i), false)
		if err := done(rep.ImportReport, err); err != nil {
			return err
		}
		w, err := s.Show(ctx, member, id)
		if err != nil {
			return err
		}
		if err := s.Finish(ctx, member, id, w.Campaign.Version); err != nil {
			return err
		}
	}
	return nil
}

// sewageResults is the laboratory's file of one campaign.
func sewageResults(first period.Day, campaign int) []byte {
	r := stats.NewRandom(wasteSeed).Stream(campaign)
	around := func(share float64) float64 { return 1 + share*(2*r.Float64()-1) }
	var out strings.Builder
	out.WriteString("污水厂,日期,流量,检测物,浓度,定量限\n")
	for d := range wastewater.Days {
		day := first.AddDays(d)
		flow := 1.5 * around(0.04)
		for _, l := range wasteLevels {
			level := l.before
			if campaign > 0 {
				level = l.now
			}
			if w := day.Weekday(); w == time.Saturday || w == time.Sunday {
				level *= 1.15
			}
			level *= around(0.09)
			text := fmt.Sprintf("%.1f", level)
			if level < wasteLimit {
				text = "<"
			}
			fmt.Fprintf(&out, "演示污水厂,%s,%.4f,%s,%s,%d\n", day, flow, l.residue, text, wasteLimit)
		}
	}
	return []byte(out.String())
}
