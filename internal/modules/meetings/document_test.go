package meetings

import (
	"slices"
	"testing"

	"kaiyang/internal/core/measure"
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
