package demo

import (
	"fmt"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/modules/cases"
)

// seizedMonths are the months of which the demonstration registers single seizures, and the share
// of the county's reported grams that each takes, in percent.
var seizedMonths = []struct {
	month string
	share int64
}{{"2017-01", 60}, {"2017-03", 100}, {"2017-04", 25}, {"2017-06", 80}, {"2017-08", 100}, {"2017-09", 45}, {"2017-11", 90}, {"2018-01", 70}, {"2018-03", 100}}

// seizedAs names the drug that is registered under each category; what is reported as 其他 is
// registered as ketamine.
var seizedAs = []struct{ category, drug string }{{"毒品=海洛因", "heroin"}, {"毒品=冰毒", "methamphetamine"}, {"毒品=其他", "ketamine"}}

// seizures sets the categories of JH against the statutory drugs and registers, for each month of
// seizedMonths and each category, one made-up seizure of the county: that share of what all
// townships reported, in whole grams. So the register never holds more than was reported.
func (b *builder) seizures(s *cases.Service) error {
	b.clock.set("2018-04-26", 11)
	ctx, office := b.as("office")
	m := cases.Mapping{Element: "JH"}
	for _, x := range seizedAs {
		p := cases.Pair{Category: measure.Category(x.category), Drug: x.drug}
		if x.category == "毒品=其他" {
			p.Drug = "" // no single drug
		}
		m.Pairs = append(m.Pairs, p)
	}
	if err := s.SaveMapping(ctx, office, m); err != nil {
		return err
	}
	ctx, member := b.as("zb4")
	no := 0
	for i, at := range seizedMonths {
		for j, x := range seizedAs {
			var all int64
			for _, t := range b.places(org.Township) {
				text := b.values["JH/"+x.category+"/"+t.Code+"/"+at.month]
				if text == "" {
					continue
				}
				v, err := measure.ParseValue(text, 3) // kilograms, so grams
				if err != nil {
					return err
				}
				all += v
			}
			grams := all * at.share / 100
			if grams == 0 {
				continue
			}
			no++
			day := period.MustDay(fmt.Sprintf("%s-%02d", at.month, 3+7*j+i))
			if _, err := s.SaveSeizure(ctx, member, cases.Seizure{Day: day, Drug: x.drug, Milligrams: grams * 1000, Document: fmt.Sprintf("演示缴字〔%s〕%d号", at.month[:4], no)}); err != nil {
				return err
			}
		}
	}
	return nil
}
