package meetings

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/table"
)

// The overview of a pack has a column of ranks only where a figure has one.
func TestRanksOnlyWhereThereAreAny(t *testing.T) {
	plain := shown("I1", "执行率", "99.1", "≥98%", measure.Green, "2018-03")
	ranked := plain
	ranked.Place, ranked.Of = 2, 10
	for want, list := range map[bool][]measure.Shown{false: {plain, plain}, true: {plain, ranked}} {
		c := Content{Figures: list, Compared: "上次"}
		x := c.overviewTable(&writer{})
		if got := slices.ContainsFunc(x.Columns, func(c table.Column) bool { return c.Key == "place" }); got != want {
			t.Errorf("a column of ranks: %v, want %v", got, want)
		}
		for _, r := range x.Rows {
			if len(r.Cells) != len(x.Columns) {
				t.Errorf("%d cells under %d heads", len(r.Cells), len(x.Columns))
			}
		}
	}
}

// Beside the places of a ranking stands what chance allows to say, and the sentence below it; what the
// range means is said once. A pack frozen before that prints as it did and has the same bytes.
func TestRankingsOfThePackAllowForChance(t *testing.T) {
	a, b := shown("I2", "未复吸率", "41.2", "≥30%", measure.Green, "2018-03"), shown("I2", "未复吸率", "29.5", "≥30%", measure.Red, "2018-03")
	a.Unit, a.Place, b.Unit, b.Place = west, 1, east, 2
	fair := measure.Fairness{Sentences: []string{"东山镇和西山镇分不出先后。"}, Meaning: "范围的意思。", Units: []measure.Fair{{Unit: east, Zone: measure.ZoneUsual, Interval: "18.1%—60.3%", Low: 1, Last: 2, Band: measure.BandSimilar}, {Unit: west, Left: "没有数"}}}
	page := func(c *Chance) ForcePage {
		return ForcePage{Unit: forceA, Name: "甲专班", Figures: []measure.Shown{a}, Ranked: "未复吸率", Ranking: []measure.Shown{a, b}, Chance: c}
	}
	said := func(c Content, f ForcePage) (rows []string, text string) {
		for _, b := range c.forceBlocks(&writer{}, f) {
			switch x := b.(type) {
			case docgen.Paragraph:
				text += docgen.Text(x.Runs)
			case docgen.Table:
				if !strings.HasPrefix(x.Table.ID, "rank") {
					continue
				}
				for _, r := range x.Table.Rows {
					var cells []string
					for i := range r.Cells {
						cells = append(cells, r.Cells[i].Shown())
					}
					if len(cells) != len(x.Table.Columns) {
						t.Errorf("%d cells under %d heads", len(cells), len(x.Table.Columns))
					}
					rows = append(rows, strings.Join(cells, "|"))
				}
			}
		}
		return rows, text
	}
	first, second := page(chanceOf(fair)), page(chanceOf(fair))
	second.Unit = forceB
	c := Content{Forces: []ForcePage{first, second}, Names: map[org.UnitID]string{east: "东山镇", west: "西山镇"}}
	rows, text := said(c, first)
	if len(rows) != 2 || !strings.Contains(rows[0], "|—|—|—|") || !strings.Contains(rows[1], "|18.1%—60.3%|1—2|相当|") || !strings.Contains(text, "东山镇和西山镇分不出先后。范围的意思。") {
		t.Errorf("rows %q, text %q", rows, text)
	}
	if _, text := said(c, second); !strings.Contains(text, "分不出先后") || strings.Contains(text, "范围的意思") {
		t.Errorf("the second page says %q", text)
	}
	old := page(nil)
	plain, err := json.Marshal(old)
	if err != nil || strings.Contains(string(plain), "Chance") {
		t.Errorf("a page without it is kept as %s, %v", plain, err)
	}
	if rows, text := said(Content{Forces: []ForcePage{old}}, old); strings.Contains(rows[1], "相当") || strings.Contains(text, "先后") {
		t.Errorf("an old pack prints %q %q", rows, text)
	}
	fair.Reason = "可比的单位只有3个"
	if chanceOf(fair) != nil || chanceOf(measure.Fairness{}) != nil {
		t.Error("what was not compared is kept")
	}
}
