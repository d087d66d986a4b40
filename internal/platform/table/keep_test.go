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
