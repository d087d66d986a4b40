package reports

import (
	"strings"
	"testing"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A ranking with its fair comparison has range, range of places and band beside each place, and the
// sentences below; one that could not be compared keeps its table as it was.
func TestRankingsAllowForChance(t *testing.T) {
	list := []measure.Shown{{Unit: 11, Place: 1, Text: "100.00%", Numerator: "9", Denominator: "9"}, {Unit: 12, Place: 2, Text: "93.33%", Numerator: "28", Denominator: "30"}, {Unit: 13, Text: "<5"}}
	fair := measure.Fairness{Sentences: []string{"不能据此分先后。", "建议分档公布。"}, Units: []measure.Fair{
		{Unit: 11, Zone: measure.ZoneUsual, Interval: "70.09%—100.00%", Low: 1, Last: 2, Band: measure.BandSimilar},
		{Unit: 12, Zone: measure.ZoneUsual, Interval: "78.68%—98.15%"},
		{Unit: 13, Left: "为保护个人不列入"}}}
	b := &brief{name: func(u org.UnitID) string { return map[org.UnitID]string{11: "甲镇", 12: "乙镇", 13: "丙镇"}[u] }}
	plain := b.rankTable(nil, ranking{List: list}, "r")
	with := b.rankTable(nil, ranking{List: list, Fair: fair}, "r")
	if len(with.Columns) != len(plain.Columns)+3 || len(with.Rows[0].Cells) != len(with.Columns) {
		t.Fatalf("%d columns beside %d", len(with.Columns), len(plain.Columns))
	}
	row := func(i int) string {
		var out []string
		for k, c := range with.Rows[i].Cells {
			if key := with.Columns[k].Key; key == "interval" || key == "range" || key == "band" {
				out = append(out, c.Text)
			}
		}
		return strings.Join(out, " ")
	}
	for i, want := range []string{"70.09%—100.00% 1—2 相当", "78.68%—98.15% — —", "— — —"} {
		if got := row(i); got != want {
			t.Errorf("row %d: %q, want %q", i, got, want)
		}
	}
	if n := len(fairSentences(ranking{List: list, Fair: fair})); n != 1 {
		t.Errorf("%d sentences, want 1", n)
	}
	b.Rankings = []ranking{{List: list}, {List: list, Fair: fair}}
	if b.fairMeaning() != nil {
		t.Error("nothing is to be said, but it is")
	}
	b.Rankings[1].Fair.Meaning = "以上为全部统计数。"
	if len(b.fairMeaning()) != 1 {
		t.Error("what the range means is not said")
	}
	fair.Reason = "可比的单位只有3个"
	if refused := b.rankTable(nil, ranking{List: list, Fair: fair}, "r"); len(refused.Columns) != len(plain.Columns) || fairSentences(ranking{List: list, Fair: fair}) != nil {
		t.Error("a comparison that was refused is in the table")
	}
}

// Each figure of a ranking carries its number in the sources of its document; in a template, which has
// no list of sources, it only leads to its trace.
func TestFiguresOfTablesCarryTheirNumbers(t *testing.T) {
	b := &brief{name: func(org.UnitID) string { return "东镇" }}
	list := []measure.Shown{{Code: "I2", Name: "率", Text: "40.00%", Value: "40.00", Path: "/a", Period: period.MustParse("2018-04")}, {Code: "I2", Name: "率", Text: "30.00%", Value: "30.00", Path: "/b", Period: period.MustParse("2018-04")}}
	w := &writer{b: b}
	for i, r := range b.rankTable(w, ranking{List: list}, "r").Rows {
		if c := r.Cells[2]; c.Source != i+1 || w.sources[i].Value != c.Text || w.sources[i].Path != c.Href {
			t.Errorf("row %d: %+v of %+v", i, c, w.sources)
		}
	}
	for _, r := range b.rankTable(nil, ranking{List: list}, "r").Rows {
		if c := r.Cells[2]; c.Source != 0 || c.Href == "" {
			t.Errorf("in a template: %+v", c)
		}
	}
}
