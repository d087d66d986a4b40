package table

// A headCell is one cell of the header, placed in a grid of header rows and columns.
type headCell struct {
	text    string
	col     int // position among the columns shown
	colSpan int
	rowSpan int
	leaf    bool
	column  int // index in Table.Columns of its (first) leaf
}

// head lays out the header tree over the given columns: neighbours whose paths agree down to
// a level share one cell there, and a leaf reaches down to the last header row.
func (t *Table) head(cols []int) [][]headCell {
	depth := 1
	for _, c := range cols {
		depth = max(depth, len(t.Columns[c].Head))
	}
	rows := make([][]headCell, depth)
	for d := range depth {
		for i := 0; i < len(cols); {
			path := t.Columns[cols[i]].Head
			last := max(len(path)-1, 0)
			switch {
			case d > last:
				i++
			case d == last:
				rows[d] = append(rows[d], headCell{
					text: t.Columns[cols[i]].leaf(), col: i, colSpan: 1, rowSpan: depth - d, leaf: true, column: cols[i],
				})
				i++
			default:
				j := i + 1
				for j < len(cols) && samePath(path, t.Columns[cols[j]].Head, d) {
					j++
				}
				rows[d] = append(rows[d], headCell{text: path[d], col: i, colSpan: j - i, rowSpan: 1, column: cols[i]})
				i = j
			}
		}
	}
	return rows
}

// samePath tells whether b has the same inner headers as a down to depth d.
func samePath(a, b []string, d int) bool {
	if len(b) <= d+1 {
		return false
	}
	for i := range d + 1 {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
