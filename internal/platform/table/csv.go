package table

import (
	"bufio"
	"io"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/sheet"
)

// CSV writes the table as UTF-8 with a byte order mark, so that a spreadsheet opens it with
// Chinese intact: one header line with the path of each column joined by " / ", then the rows
// as shown. Numbers go without thousands separators; text that a spreadsheet would run as a
// formula is guarded (STANDARDS OFF-09). Caption, notes and source stay out: the file is for
// programs, too.
func (t *Table) CSV(w io.Writer) error {
	b := bufio.NewWriter(w)
	b.WriteString("\uFEFF")
	cols := t.exported()
	for i, c := range cols {
		if i > 0 {
			b.WriteByte(',')
		}
		col := &t.Columns[c]
		path := append([]string(nil), col.Head...)
		if len(path) == 0 {
			path = []string{""}
		}
		path[len(path)-1] = col.leaf()
		writeField(b, sheet.Guard(strings.Join(path, " / ")))
	}
	b.WriteString("\r\n")
	for r := range t.Rows {
		for i, c := range cols {
			if i > 0 {
				b.WriteByte(',')
			}
			if c < len(t.Rows[r].Cells) {
				writeField(b, t.Rows[r].Cells[c].csv())
			}
		}
		b.WriteString("\r\n")
	}
	return b.Flush()
}

func (c *Cell) csv() string {
	if c.Kind == NumberKind && !c.Missing && c.Light == measure.NoLight && c.Note == "" {
		if p, ok := readPrinted(c.Text); ok {
			s := p.digits
			if p.percent {
				s += "%"
			}
			return s + p.suffix
		}
	}
	return sheet.Guard(c.Shown())
}

func writeField(b *bufio.Writer, s string) {
	if !strings.ContainsAny(s, ",\"\r\n") && strings.TrimSpace(s) == s {
		b.WriteString(s)
		return
	}
	b.WriteByte('"')
	b.WriteString(strings.ReplaceAll(s, `"`, `""`))
	b.WriteByte('"')
}
