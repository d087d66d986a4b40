package table

import (
	"slices"
	"strings"
)

// Keep leaves the columns with the keys given, in the order they stand; keys of no column are
// ignored.
func (t *Table) Keep(keys ...string) *Table {
	var at []int
	for i := range t.Columns {
		if slices.Contains(keys, t.Columns[i].Key) {
			at = append(at, i)
		}
	}
	columns := make([]Column, len(at))
	for j, i := range at {
		columns[j] = t.Columns[i]
	}
	t.Columns = columns
	for r := range t.Rows {
		cells := make([]Cell, 0, len(at))
		for _, i := range at {
			if i < len(t.Rows[r].Cells) {
				cells = append(cells, t.Rows[r].Cells[i])
			}
		}
		t.Rows[r].Cells = cells
	}
	return t
}

// Find leaves the rows whose text holds what is looked for, upper and lower case alike: the text of
// the columns with Filter set, or of all where none is. The page's own filter does the same.
func (t *Table) Find(text string) *Table {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" {
		return t
	}
	chosen := slices.ContainsFunc(t.Columns, func(c Column) bool { return c.Filter })
	rows := make([]Row, 0, len(t.Rows))
	for _, r := range t.Rows {
		for i := range min(len(t.Columns), len(r.Cells)) {
			c := &r.Cells[i]
			if (t.Columns[i].Filter || !chosen) && c.Kind != SparkKind && strings.Contains(strings.ToLower(c.Shown()), text) {
				rows = append(rows, r)
				break
			}
		}
	}
	t.Rows = rows
	return t
}
