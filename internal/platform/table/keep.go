package table

import "slices"

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
