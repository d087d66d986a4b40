package table

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/chart"
)

// SortBy sorts the rows by the column with a key and tells whether there is such a column that
// may be sorted. Rows of a tree move with what is beneath them and stay beneath their parent;
// totals keep their places; missing values come last in both directions; equals keep their
// order. The table's rows are replaced, the caller's slice is left as it was.
func (t *Table) SortBy(key string, desc bool) bool {
	col := -1
	for i := range t.Columns {
		if t.Columns[i].Key == key && key != "" && t.Columns[i].Sort != NoSort {
			col = i
		}
	}
	if col < 0 {
		return false
	}
	out := make([]Row, 0, len(t.Rows))
	t.Rows = sortForest(out, t.Rows, col, t.Columns[col].Sort, desc)
	return true
}

type branch struct {
	rows []Row // the row and all beneath it
	key  sortKey
}

func sortForest(out, rows []Row, col int, kind SortKind, desc bool) []Row {
	branches := make([]branch, 0, len(rows))
	for i := 0; i < len(rows); {
		j := i + 1
		for j < len(rows) && rows[j].Level > rows[i].Level {
			j++
		}
		var none Cell
		c := &none
		if col < len(rows[i].Cells) {
			c = &rows[i].Cells[col]
		}
		branches = append(branches, branch{rows[i:j], keyOf(c, kind)})
		i = j
	}
	// Totals are fixed; the others fill the places between them.
	moving := make([]int, 0, len(branches)) // their numbers are sorted, which are small
	for i := range branches {
		if !branches[i].rows[0].Total {
			moving = append(moving, i)
		}
	}
	slices.SortFunc(moving, func(i, j int) int {
		a, b := &branches[i].key, &branches[j].key
		switch {
		case a.before(b, desc):
			return -1
		case b.before(a, desc):
			return 1
		}
		return i - j
	})
	next := 0
	for _, b := range branches {
		if !b.rows[0].Total {
			b = branches[moving[next]]
			next++
		}
		out = append(out, b.rows[0])
		if len(b.rows) > 1 {
			out = sortForest(out, b.rows[1:], col, kind, desc)
		}
	}
	return out
}

type sortKey struct {
	missing bool
	num     float64
	text    string
}

func (k *sortKey) before(o *sortKey, desc bool) bool {
	switch {
	case k.missing || o.missing:
		return !k.missing && o.missing
	case k.num != o.num:
		return (k.num < o.num) != desc
	case k.text != o.text:
		return (k.text < o.text) != desc
	}
	return false
}

func keyOf(c *Cell, kind SortKind) sortKey {
	switch kind {
	case ByNumber:
		v, ok := c.number()
		return sortKey{missing: !ok, num: v}
	case ByLight:
		if c.Light == measure.NoLight {
			return sortKey{missing: true}
		}
		return sortKey{num: float64(lightRank(c.Light))}
	}
	s := c.SortKey
	if s == "" {
		s = c.Text
	}
	return sortKey{missing: s == "" || c.Missing, text: s}
}

func lightRank(l measure.Light) int {
	switch l {
	case measure.Red:
		return 1
	case measure.Yellow:
		return 2
	case measure.Green:
		return 3
	}
	return 4
}

// number gives the value a cell sorts by: the exact one, or the printed one without it.
func (c *Cell) number() (float64, bool) {
	if c.Missing {
		return 0, false
	}
	if c.Exact != "" {
		if n, d, ok := strings.Cut(c.Exact, "/"); ok {
			a, err1 := strconv.ParseFloat(n, 64)
			b, err2 := strconv.ParseFloat(d, 64)
			if err1 == nil && err2 == nil && b != 0 {
				return a / b, true
			}
		} else if v, err := strconv.ParseFloat(c.Exact, 64); err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
			return v, true
		}
	}
	p, ok := readPrinted(c.Text)
	if !ok {
		return 0, false
	}
	v, err := strconv.ParseFloat(p.digits, 64)
	return v, err == nil
}

// appendSortValue writes data-v where the page's sorting script could not read the value off
// the printed text.
func appendSortValue(dst []byte, c *Cell, kind SortKind) []byte {
	switch kind {
	case ByNumber:
		if c.Missing || c.Kind != NumberKind {
			return append(dst, ` data-v=""`...)
		}
		if c.Exact == "" || plainEqual(c.Text, c.Exact) {
			return dst
		}
		v, ok := c.number()
		if !ok {
			return dst
		}
		dst = append(dst, ` data-v="`...)
		dst = strconv.AppendFloat(dst, v, 'g', -1, 64)
		return append(dst, '"')
	case ByLight:
		dst = append(dst, ` data-v="`...)
		if c.Light != measure.NoLight {
			dst = append(dst, byte('0'+lightRank(c.Light)))
		}
		return append(dst, '"')
	case ByText:
		if c.SortKey != "" {
			dst = append(dst, ` data-v="`...)
			dst = chart.AppendText(dst, c.SortKey)
			return append(dst, '"')
		}
	}
	return dst
}

// plainEqual tells whether the printed text is the exact value but for thousands separators.
func plainEqual(printed, exact string) bool {
	j := 0
	for i := range len(printed) {
		if printed[i] == ',' {
			continue
		}
		if j >= len(exact) || printed[i] != exact[j] {
			return false
		}
		j++
	}
	return j == len(exact)
}
