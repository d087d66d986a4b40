package demo

import (
	"kaiyang/internal/core/period"
	"kaiyang/internal/modules/indicators"
)

// starts enters the one day that the county's published account dates: the city's mobilisation meeting
// of 12 March 2018. The first year of the campaign is published without a day, so it is no start.
func (b *builder) starts() error {
	b.clock.set("2018-03-21", 9)
	ctx, office := b.as("office")
	_, err := b.o.Indicators.SaveStart(ctx, office, 0, 0, indicators.StartVersion{Name: "全市动员会", NameEN: "City mobilisation meeting",
		Day: period.MustDay("2018-03-12"), Source: "开阳县公布的2018年禁毒工作情况"})
	return err
}
