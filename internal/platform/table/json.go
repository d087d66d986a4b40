package table

import (
	"encoding/json"
)

type jsonTable struct {
	Name    string       `json:"name,omitempty"`
	Caption string       `json:"caption,omitempty"`
	Columns []jsonColumn `json:"columns"`
	Rows    []jsonRow    `json:"rows"`
	Notes   []string     `json:"notes,omitempty"`
	Source  string       `json:"source,omitempty"`
}

type jsonColumn struct {
	Key  string   `json:"key"`
	Head []string `json:"head"`
	Unit string   `json:"unit,omitempty"`
}

type jsonRow struct {
	ID    string     `json:"id,omitempty"`
	Level int        `json:"level,omitempty"`
	Total bool       `json:"total,omitempty"`
	Cells []jsonCell `json:"cells"`
}

type jsonCell struct {
	Text    string     `json:"text"`
	Value   *string    `json:"value,omitempty"` // exact decimal or fraction of a number
	Missing bool       `json:"missing,omitempty"`
	Light   string     `json:"light,omitempty"`
	Note    string     `json:"note,omitempty"`
	Hint    string     `json:"hint,omitempty"`
	Href    string     `json:"href,omitempty"`
	Values  []*float64 `json:"values,omitempty"` // of a small line; null is missing
}

// MarshalJSON gives the table for programs: text as shown, exact values as strings, traces as
// links. Columns for the screen alone are left out, as in every download.
func (t *Table) MarshalJSON() ([]byte, error) {
	cols := t.exported()
	out := jsonTable{Name: t.Name, Caption: t.Caption, Notes: t.Notes, Source: t.Source,
		Columns: make([]jsonColumn, 0, len(cols)), Rows: make([]jsonRow, 0, len(t.Rows))}
	for _, c := range cols {
		col := &t.Columns[c]
		out.Columns = append(out.Columns, jsonColumn{Key: col.Key, Head: col.Head, Unit: col.Unit})
	}
	for r := range t.Rows {
		row := &t.Rows[r]
		j := jsonRow{ID: row.ID, Level: row.Level, Total: row.Total, Cells: make([]jsonCell, 0, len(cols))}
		for _, c := range cols {
			var cell Cell
			if c < len(row.Cells) {
				cell = row.Cells[c]
				cell.Href = t.href(row, c)
			}
			j.Cells = append(j.Cells, cell.json())
		}
		out.Rows = append(out.Rows, j)
	}
	return json.Marshal(out)
}

func (c *Cell) json() jsonCell {
	j := jsonCell{Text: c.Text, Missing: c.Missing, Light: string(c.Light), Note: c.Note, Hint: c.Hint, Href: c.Href}
	switch c.Kind {
	case NumberKind:
		if !c.Missing {
			v := c.Exact
			if v == "" {
				if p, ok := readPrinted(c.Text); ok {
					v = p.digits
				}
			}
			j.Value = &v
		}
	case SparkKind:
		j.Text = sparkText(c.Spark)
		if c.Spark != nil {
			for _, v := range c.Spark.Values {
				if !v.OK {
					j.Values = append(j.Values, nil)
					continue
				}
				j.Values = append(j.Values, &v.V)
			}
		}
	}
	return j
}
