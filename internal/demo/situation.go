package demo

import (
	"fmt"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/modules/situation"
)

// watched are the counts that the demonstration watches, with what tells how much was looked for.
var watched = []struct {
	element  string
	category measure.Category
	effort   string
}{
	{"XZS", "", "CC"}, {"XZS", "年龄=<25", "CC"}, {"XYR", "", "QB_HC"}, {"XYR", "类型=合成毒品", "QB_HC"}, {"CC", "", "QB_HC"}, {"AJ", "", "QB_HC"}, {"QB_XS", "", ""}, {"DQ", "", ""},
}

// situation sets the watch list and looks back from January 2017 on by the usual rule; the figures
// are those of the generator and nothing is changed for the sake of a signal. Of what comes out
// the first is dismissed by the task force that owns the count; the rest waits for a person.
func (b *builder) situation(s *situation.Service) error {
	b.clock.set("2018-04-18", 10)
	ctx, office := b.as("office")
	county := b.o.Units.Today().Root(org.Territorial)
	for _, w := range watched {
		note := ""
		if w.effort == "CC" {
			note = "查处人次多少会影响新发现人数，核实时一并看（演示）"
		}
		if _, err := s.SaveWatch(ctx, office, situation.Watch{Element: w.element, Category: w.category, Unit: county, Effort: w.effort, Since: period.MustParse("2017-01"), Settings: situation.Usual(), Note: note}); err != nil {
			return err
		}
	}
	if err := s.Tick(b.ctx); err != nil {
		return err
	}
	list, err := s.List(ctx, office, situation.Filter{State: situation.Open})
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return fmt.Errorf("demo: looking back found no signal, the pages would show none")
	}
	b.clock.set("2018-04-19", 15)
	ctx, force := b.as("zb4")
	first := list[len(list)-1].Signal
	return s.Dismiss(ctx, force, first.ID, first.Version, "当月开展夏季专项行动，集中查处较多，各乡镇都有增加，没有发现聚集（演示说明）")
}
