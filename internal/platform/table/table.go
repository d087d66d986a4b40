// Package table holds tables as one typed value that renders itself: HTML for the page, xlsx,
// CSV and JSON for download. What is downloaded is what is seen, cell by cell: the same
// values, order, header hierarchy and displayed decimals (DESIGN §6, PEERS §3 pain 7).
//
// A number leaves as a real number whose number format prints it exactly as the page does. The
// number stored is the printed one: a sum made in the spreadsheet is the sum of what is shown.
// The exact value behind it is in the JSON and decides sorting.
package table

import (
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/chart"
)

// A Table is rows of cells under a tree of headers.
type Table struct {
	ID      string // id of the element on the page; also the stem of anchors
	Name    string // short name: worksheet, file
	Caption string
	Columns []Column
	Rows    []Row
	Notes   []string // below the table: units missing, how to read it
	Source  string   // source and as-of line, the last line below
	Empty   string   // said instead of rows when there are none; "暂无数据" when empty
}

// A Column is one leaf of the header tree.
type Column struct {
	Head       []string // from the top: {"戒断三年未复吸", "分子"}; equal neighbours share a cell
	Key        string   // stable name for sorting and JSON; letters, digits, underscores
	Unit       string   // unit of measure, printed after the leaf in brackets
	Align      Align
	Width      int      // hint in Chinese characters, 0 leaves it open
	Sort       SortKind // how the column sorts; NoSort forbids it
	Filter     bool     // the page's filter looks at this column
	RowHead    bool     // names the row; if no column does, the first one
	ScreenOnly bool     // shown on the page and never exported: actions
	Link       string   // first part of the addresses of its figures, "/figures/R?unit="; see Row.Link
}

// Align is where the words of a column stand.
type Align uint8

// The alignments. Auto puts numbers to the right, lights to the middle and text to the left.
const (
	Auto Align = iota
	Left
	Center
	Right
)

// SortKind tells how values of a column compare.
type SortKind uint8

// The ways of sorting. Missing values come last in either direction.
const (
	NoSort SortKind = iota
	ByText          // by SortKey or the text, in code point order: give a pinyin key for Chinese
	ByNumber
	ByLight // red, yellow, green, grey
)

// A Row is a line of cells, one for each column.
type Row struct {
	ID    string
	Level int  // depth in a tree, for indenting the row head
	Total bool // a sum: stands out and keeps its place when sorted
	Data  []Attr
	Cells []Cell
	// Link is the second part of the addresses of its figures. A number without an address of
	// its own leads to its column's Link followed by that of its row, if both are there: a
	// thousand addresses need not be written out.
	Link string
}

// href gives where a cell leads.
func (t *Table) href(row *Row, column int) string {
	c := &row.Cells[column]
	if c.Href == "" && c.Kind == NumberKind && row.Link != "" && column < len(t.Columns) && t.Columns[column].Link != "" {
		return t.Columns[column].Link + row.Link
	}
	return c.Href
}

// Size guesses how many bytes HTML will write, rather too many.
func (t *Table) Size() int { return 2048 + len(t.Rows)*(80+len(t.Columns)*200) }

// An Attr is a data attribute of a row for filters on the page: {"force", "xuanchuan"} becomes
// data-force="xuanchuan". Names are lower-case letters, digits and hyphens.
type Attr struct{ Name, Value string }

// Kind tells what a cell holds.
type Kind uint8

// The kinds of cells.
const (
	TextKind Kind = iota
	NumberKind
	LightKind
	SparkKind
	ActionsKind
)

// A Cell is one value as it is shown. Use the constructors; the fields are open so that a
// caller may add a link or a note.
type Cell struct {
	Kind    Kind
	Text    string // as printed: "2,071", "37.52%", a name; for a missing number the reason, "未报"
	Exact   string // the exact value as a decimal or a fraction, "0.375165", "1/3"; for sorting and JSON
	SortKey string // for ByText instead of the text
	Href    string // where the cell leads: the trace of a figure
	Source  int    // number of the figure in the sources of its document, set as a small mark there; 0 none
	Light   measure.Light
	Missing bool   // there is no number; Text says why
	Quiet   bool   // leads to where the figure beside it leads: no line of its own under it
	Note    string // short and visible after the value: "不完整"
	Hint    string // a sentence shown under the pointer; not exported
	Spark   *chart.Sparkline
	Actions []Action
}

// An Action is a link or a button in a cell; it is never exported.
type Action struct {
	Text string
	Href string
	Post bool // a button that submits a form to Href
}

// Text gives a cell of words.
func Text(s string) Cell { return Cell{Text: s} }

// Link gives a cell of words that lead somewhere.
func Link(s, href string) Cell { return Cell{Text: s, Href: href} }

// Number gives a number: exact as a decimal string without separators, printed as shown.
func Number(exact, printed string) Cell {
	return Cell{Kind: NumberKind, Exact: exact, Text: printed}
}

// Missing gives the cell of a number that is not there, with the reason to print.
func Missing(reason string) Cell {
	return Cell{Kind: NumberKind, Text: reason, Missing: true}
}

// A Fig is what a figure cell shows.
type Fig struct {
	Text   string // printed value, or the reason where there is none
	Exact  string // exact value; empty together with Missing
	Href   string // its trace
	Source int    // number in the sources of its document, 0 none
	Light  measure.Light
	Note   string // "不完整", "预览"
	Hint   string // "缺 3 个单位：…"
	None   bool   // no value
}

// Figure gives the cell of a figure.
func Figure(f Fig) Cell {
	return Cell{Kind: NumberKind, Text: f.Text, Exact: f.Exact, Href: f.Href, Source: f.Source, Light: f.Light,
		Note: f.Note, Hint: f.Hint, Missing: f.None}
}

// Light gives the cell of a light with its word: "● 达标".
func Light(l measure.Light, word string) Cell {
	return Cell{Kind: LightKind, Light: l, Text: word}
}

// Spark gives a cell with a small line; downloads show its values in a row.
func Spark(s chart.Sparkline) Cell { return Cell{Kind: SparkKind, Spark: &s} }

// Actions gives a cell of links and buttons.
func Actions(a ...Action) Cell { return Cell{Kind: ActionsKind, Actions: a} }

// Shown gives the words of a cell as the page shows them and as every download repeats them:
// the symbol of the light, the text, the note.
func (c *Cell) Shown() string {
	switch c.Kind {
	case SparkKind:
		return sparkText(c.Spark)
	case ActionsKind:
		return ""
	}
	if c.Light == measure.NoLight && c.Note == "" {
		return c.Text
	}
	var parts []string
	if s := chart.LightSymbol(c.Light); s != "" {
		parts = append(parts, s)
	}
	if c.Text != "" {
		parts = append(parts, c.Text)
	}
	if c.Note != "" {
		parts = append(parts, c.Note)
	}
	return strings.Join(parts, " ")
}

func sparkText(s *chart.Sparkline) string {
	if s == nil {
		return ""
	}
	var b strings.Builder
	for i, v := range s.Values {
		if i > 0 {
			b.WriteByte(' ')
		}
		switch {
		case v.OK:
			b.WriteString(v.Text)
		default:
			b.WriteString("—")
		}
	}
	return b.String()
}

// rowHead tells the column that names the rows.
func (t *Table) rowHead() int {
	for i := range t.Columns {
		if t.Columns[i].RowHead {
			return i
		}
	}
	return 0
}

// align resolves Auto by the first row that has a cell in the column.
func (t *Table) aligns() []Align {
	out := make([]Align, len(t.Columns))
	for i := range t.Columns {
		a := t.Columns[i].Align
		if a == Auto {
			a = Left
			for r := range t.Rows {
				if i >= len(t.Rows[r].Cells) {
					continue
				}
				c := &t.Rows[r].Cells[i]
				if c.Kind == NumberKind {
					a = Right
				} else if c.Kind == LightKind {
					a = Center
				} else if c.Kind == TextKind && c.Text == "" {
					continue
				}
				break
			}
		}
		out[i] = a
	}
	return out
}

// exported lists the columns that leave the page.
func (t *Table) exported() []int {
	var out []int
	for i := range t.Columns {
		if !t.Columns[i].ScreenOnly {
			out = append(out, i)
		}
	}
	return out
}

// Head words of a leaf, with its unit.
func (c *Column) leaf() string {
	s := ""
	if len(c.Head) > 0 {
		s = c.Head[len(c.Head)-1]
	}
	return s + c.unit()
}

// unit gives the unit of measure in brackets, full-width ones around Chinese.
func (c *Column) unit() string {
	switch {
	case c.Unit == "":
		return ""
	case strings.ContainsFunc(c.Unit, func(r rune) bool { return r >= 0x2E80 }):
		return "（" + c.Unit + "）"
	}
	return " (" + c.Unit + ")"
}
