package meetings

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/work"
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

// Every printed figure of another unit or period leads to its own trace: in the problems, in what
// became of decisions, in the sentences below a ranking and beside the figures of a table.
func TestEveryFigureOfThePackLeadsToItsTrace(t *testing.T) {
	now := shown("I2", "未复吸率", "88.9", "≥95%", measure.Red, "2018-04")
	now.Path, now.UpIsGood, now.Prev, now.PrevValue, now.YearBefore, now.YearValue, now.ToDate = "/figures/I2?period=2018-04&unit=9", true, "100.0%", "100.0", "97.2%", "97.2", "98.8%"
	was := shown("I2", "未复吸率", "100.0", "≥95%", measure.Green, "2018-03")
	was.Path = "/figures/I2?period=2018-03&unit=9"
	a, b := now, now
	a.Unit, a.Path, a.Text, b.Unit, b.Path, b.Text = east, "/figures/I2?unit=e", "91.0%", west, "/figures/I2?unit=w", "80.0%"
	k := Known{Day: period.MustDay("2018-05-10"), Last: &Meeting{ID: 1, Title: "上次"}, Figures: []measure.Shown{now}, Before: map[string]measure.Shown{"I2": was},
		Unit: func(org.UnitID) string { return "茶山县" }, Force: func(string) org.UnitID { return forceA }}
	c := compose(Whole{}, k, k.Unit)
	c.Names = map[org.UnitID]string{east: "东山镇", west: "西山镇"}
	c.Effects = []Effect{effectOf(Decision{No: 1, Kind: Assignment, Text: "补报", Lead: east}, work.Item{}, &was, &now, k.Unit)}
	c.Forces = []ForcePage{{Unit: forceA, Figures: c.Figures, Ranked: "未复吸率", Ranking: []measure.Shown{a, b}, Chance: &Chance{Sentences: []string{"东山镇91.0%（9/10）与西山镇80.0%（8/10）分不出先后，91.01不是数。"}}}}
	d := c.document("2018-05-10T09:00:00+08:00", "", "")
	marks := map[string]string{} // paragraph with marks -> the same without
	for _, b := range d.Body {
		p, ok := b.(docgen.Paragraph)
		if !ok {
			continue
		}
		marked := ""
		for _, r := range p.Runs {
			if marked += r.Text; r.Source != 0 {
				marked += "{" + d.Sources[r.Source-1].Path + "}"
			}
		}
		if text := docgen.Text(p.Runs); marked != text {
			marks[text] = marked
		}
	}
	for text, want := range map[string]string{
		"1. 指标未达标：未复吸率。2018年4月 88.9%，目标 ≥95%，未达标；去年同期 97.2%；较上次调度会（2018年3月 100.0%）变差。": "1. 指标未达标：未复吸率。2018年4月 88.9%{/figures/I2?period=2018-04&unit=9}，目标 ≥95%，未达标；去年同期 97.2%{/figures/I2?period=2017-04&unit=9}；较上次调度会（2018年3月 100.0%{/figures/I2?period=2018-03&unit=9}）变差。",
		"第1项关联指标“未复吸率”：该指标由 100.0% 变为 88.9%，较交办时变差；不说明因果。":                             "第1项关联指标“未复吸率”：该指标由 100.0%{/figures/I2?period=2018-03&unit=9} 变为 88.9%{/figures/I2?period=2018-04&unit=9}，较交办时变差；不说明因果。",
		"东山镇91.0%（9/10）与西山镇80.0%（8/10）分不出先后，91.01不是数。":                                 "东山镇91.0%{/figures/I2?unit=e}（9/10）与西山镇80.0%{/figures/I2?unit=w}（8/10）分不出先后，91.01不是数。",
	} {
		if marks[text] != want {
			t.Errorf("got  %q\nwant %q\nin %q", marks[text], want, marks)
		}
	}
	row := c.overviewTable(&writer{}).Rows[0]
	var hrefs []string
	for _, cell := range row.Cells {
		if cell.Href != "" {
			hrefs = append(hrefs, cell.Text+" "+cell.Href)
		}
	}
	want := []string{"88.9% /figures/I2?period=2018-04&unit=9", "100.0% /figures/I2?period=2018-03&unit=9", "97.2% /figures/I2?period=2017-04&unit=9", "98.8% /figures/I2?period=2018-01..2018-04&unit=9"}
	if !slices.Equal(hrefs, want) || d.Sources[0].Beside != "上期 100.0%，去年同期 97.2%，今年累计 98.8%" {
		t.Errorf("the row leads to %q, its source names %q", hrefs, d.Sources[0].Beside)
	}
}
