package table_test

import (
	"strings"
	"testing"

	"kaiyang/internal/platform/table"
)

func TestKeepLeavesTheColumnsAskedFor(t *testing.T) {
	x := &table.Table{Columns: []table.Column{{Head: []string{"A"}, Key: "a"}, {Head: []string{"B"}, Key: "b"}, {Head: []string{"C"}, Key: "c"}},
		Rows: []table.Row{{Cells: []table.Cell{table.Text("1"), table.Text("2"), table.Text("3")}}, {Cells: []table.Cell{table.Text("4")}}}}
	var b strings.Builder
	if err := x.Keep("c", "a", "nothing").CSV(&b); err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimPrefix(strings.ReplaceAll(b.String(), "\r", ""), "\ufeff"); got != "A,C\n1,3\n4,\n" {
		t.Errorf("%q", got)
	}
}

func TestFindLooksWhereTheColumnsSay(t *testing.T) {
	make := func(filter bool) *table.Table {
		return &table.Table{Columns: []table.Column{{Key: "name", Filter: filter}, {Key: "note"}}, Rows: []table.Row{
			{Cells: []table.Cell{table.Text("双流镇"), table.Text("Late")}},
			{Cells: []table.Cell{table.Text("金中镇"), table.Text("双流镇代报")}},
			{Total: true, Cells: []table.Cell{table.Text("合计"), table.Text("")}}}}
	}
	for _, c := range []struct {
		filter bool
		text   string
		want   int
	}{{true, "", 3}, {true, " 双流 ", 1}, {false, "双流", 2}, {false, "LATE", 1}, {true, "late", 0}, {true, "镇", 2}} {
		if got := len(make(c.filter).Find(c.text).Rows); got != c.want {
			t.Errorf("looking for %q with a column marked %v leaves %d rows, want %d", c.text, c.filter, got, c.want)
		}
	}
}
