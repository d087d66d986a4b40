package returns

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
)

// What is handed in is stored as one text for each version: the columns once, then a row for each
// subject. A draft is stored alike, with what was typed instead of numbers.
type body struct {
	Columns  []bodyColumn `json:"columns"`
	Rows     []bodyRow    `json:"rows,omitempty"`
	Notes    []bodyNote   `json:"notes,omitempty"`
	Declared Declaration  `json:"declared,omitempty"` // of drafts; versions have a column for these
	Comment  string       `json:"comment,omitempty"`
	Reason   string       `json:"reason,omitempty"`
	Found    []bodyFound  `json:"found,omitempty"`
}

type bodyColumn struct {
	Element  string           `json:"e"`
	Category measure.Category `json:"c,omitempty"`
}

type bodyRow struct {
	Unit   org.UnitID `json:"u"`
	Values []*int64   `json:"v,omitempty"` // of versions; null is missing
	Texts  []string   `json:"t,omitempty"` // of drafts
	Refs   []string   `json:"r,omitempty"` // places in the workbook, where there are any
}

// A bodyFound is a finding about an uploaded file. Its arguments are words, numbers, and words to
// be translated.
type bodyFound struct {
	Sheet  string    `json:"s,omitempty"`
	Cell   string    `json:"c,omitempty"`
	Row    int       `json:"n,omitempty"`
	Field  string    `json:"f,omitempty"`
	Value  string    `json:"v,omitempty"`
	Rule   string    `json:"r"`
	Format string    `json:"t"`
	Args   []bodyArg `json:"a,omitempty"`
}

type bodyArg struct {
	Text string `json:"t,omitempty"`
	Int  *int   `json:"i,omitempty"`
	Word bool   `json:"w,omitempty"`
	En   string `json:"e,omitempty"`
}

func packFound(list fault.Findings) []bodyFound {
	var out []bodyFound
	for _, f := range list {
		x := bodyFound{f.Sheet, f.Cell, f.Row, f.Field, f.Value, f.Rule, f.Format, nil}
		for _, a := range f.Args {
			switch a := a.(type) {
			case int:
				x.Args = append(x.Args, bodyArg{Int: &a})
			case fault.Word:
				x.Args = append(x.Args, bodyArg{Text: string(a), Word: true})
			case fault.Name:
				x.Args = append(x.Args, bodyArg{Text: a.Chinese, En: a.English})
			case error:
				x.Args = append(x.Args, bodyArg{Text: fault.Say(a, nil)})
			default:
				x.Args = append(x.Args, bodyArg{Text: fmt.Sprint(a)})
			}
		}
		out = append(out, x)
	}
	return out
}

func unpackFound(list []bodyFound) fault.Findings {
	var out fault.Findings
	for _, x := range list {
		f := fault.Finding{Sheet: x.Sheet, Cell: x.Cell, Row: x.Row, Field: x.Field, Value: x.Value, Rule: x.Rule, Format: x.Format}
		for _, a := range x.Args {
			switch {
			case a.Int != nil:
				f.Args = append(f.Args, *a.Int)
			case a.En != "":
				f.Args = append(f.Args, fault.Name{Chinese: a.Text, English: a.En})
			case a.Word:
				f.Args = append(f.Args, fault.Word(a.Text))
			default:
				f.Args = append(f.Args, a.Text)
			}
		}
		out = append(out, f)
	}
	return out
}

type bodyNote struct {
	Key  Key    `json:"k"`
	Text string `json:"n"`
}

// columnsOf lists the columns of some keys and the units, in a fixed order.
func columnsOf[V any](cells map[Key]V) (cols []bodyColumn, units []org.UnitID) {
	seenCol, seenUnit := map[bodyColumn]bool{}, map[org.UnitID]bool{}
	for k := range cells {
		c := bodyColumn{k.Element, k.Category}
		if !seenCol[c] {
			seenCol[c] = true
			cols = append(cols, c)
		}
		if !seenUnit[k.Subject] {
			seenUnit[k.Subject] = true
			units = append(units, k.Subject)
		}
	}
	slices.SortFunc(cols, func(a, b bodyColumn) int {
		if c := strings.Compare(a.Element, b.Element); c != 0 {
			return c
		}
		return strings.Compare(string(a.Category), string(b.Category))
	})
	slices.Sort(units)
	return cols, units
}

func notesOf(notes map[Key]string) []bodyNote {
	var out []bodyNote
	for k, n := range notes {
		if strings.TrimSpace(n) != "" {
			out = append(out, bodyNote{k, strings.TrimSpace(n)})
		}
	}
	slices.SortFunc(out, func(a, b bodyNote) int { return strings.Compare(fmt.Sprint(a.Key), fmt.Sprint(b.Key)) })
	return out
}

// packValues writes the numbers and notes of a version.
func packValues(values map[Key]Value, notes map[Key]string) (string, error) {
	b := body{Notes: notesOf(notes)}
	var units []org.UnitID
	b.Columns, units = columnsOf(values)
	for _, u := range units {
		row := bodyRow{Unit: u, Values: make([]*int64, len(b.Columns))}
		refs := make([]string, len(b.Columns))
		some := false
		for i, c := range b.Columns {
			if v, ok := values[Key{u, c.Element, c.Category}]; ok {
				row.Values[i] = &v.N
				refs[i] = v.Ref
				some = some || v.Ref != ""
			}
		}
		if some {
			row.Refs = refs
		}
		b.Rows = append(b.Rows, row)
	}
	text, err := json.Marshal(b)
	return string(text), err
}

func unpackValues(text string) (map[Key]Value, map[Key]string, error) {
	var b body
	if err := json.Unmarshal([]byte(text), &b); err != nil {
		return nil, nil, fmt.Errorf("a version that cannot be read: %w", err)
	}
	values := make(map[Key]Value, len(b.Rows)*len(b.Columns))
	for _, row := range b.Rows {
		for i, v := range row.Values {
			if v == nil || i >= len(b.Columns) {
				continue
			}
			x := Value{N: *v}
			if i < len(row.Refs) {
				x.Ref = row.Refs[i]
			}
			values[Key{row.Unit, b.Columns[i].Element, b.Columns[i].Category}] = x
		}
	}
	return values, b.notes(), nil
}

func (b body) notes() map[Key]string {
	notes := make(map[Key]string, len(b.Notes))
	for _, n := range b.Notes {
		notes[n.Key] = n.Text
	}
	return notes
}

// packFilling writes what somebody typed.
func packFilling(in Filling) (string, error) {
	cells := make(map[Key]Typed, len(in.Cells))
	for k, t := range in.Cells {
		if strings.TrimSpace(t.Text) != "" {
			cells[k] = t
		}
	}
	b := body{Notes: notesOf(in.Notes), Declared: in.Declared, Comment: in.Comment, Reason: in.Reason, Found: packFound(in.Found)}
	var units []org.UnitID
	b.Columns, units = columnsOf(cells)
	for _, u := range units {
		row := bodyRow{Unit: u, Texts: make([]string, len(b.Columns))}
		refs := make([]string, len(b.Columns))
		some := false
		for i, c := range b.Columns {
			t := cells[Key{u, c.Element, c.Category}]
			row.Texts[i], refs[i] = t.Text, t.Ref
			some = some || t.Ref != ""
		}
		if some {
			row.Refs = refs
		}
		b.Rows = append(b.Rows, row)
	}
	text, err := json.Marshal(b)
	return string(text), err
}

func unpackFilling(text string) (Filling, error) {
	var b body
	if err := json.Unmarshal([]byte(text), &b); err != nil {
		return Filling{}, fmt.Errorf("a draft that cannot be read: %w", err)
	}
	in := Filling{Cells: make(map[Key]Typed, len(b.Rows)*len(b.Columns)), Notes: b.notes(), Declared: b.Declared, Comment: b.Comment, Reason: b.Reason,
		Found: unpackFound(b.Found)}
	for _, row := range b.Rows {
		for i, t := range row.Texts {
			if t == "" || i >= len(b.Columns) {
				continue
			}
			x := Typed{Text: t}
			if i < len(row.Refs) {
				x.Ref = row.Refs[i]
			}
			in.Cells[Key{row.Unit, b.Columns[i].Element, b.Columns[i].Category}] = x
		}
	}
	return in, nil
}

// filling gives a version as if it had just been typed, to go on from.
func (v Version) filling(l *Layout) Filling {
	in := Filling{Cells: make(map[Key]Typed, len(v.Values)), Notes: v.Notes, Comment: v.Comment}
	for k, x := range v.Values {
		if _, col, ok := l.Find(k); ok {
			in.Cells[k] = Typed{Text: measure.Decimal(x.N, l.Columns[col].Element.Scale)}
		}
	}
	return in
}

// sameValues tells whether two versions say the same; places in workbooks do not count.
func sameValues(a, b map[Key]Value) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if w, ok := b[k]; !ok || w.N != v.N {
			return false
		}
	}
	return true
}
