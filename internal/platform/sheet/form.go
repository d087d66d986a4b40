package sheet

import (
	"crypto/sha256"
	"encoding/hex"
	"sort"
	"strconv"
	"strings"
)

// A Form is a workbook to be filled in: instructions first, then sheets of cells of which only
// the inputs are open (STANDARDS XLS-01 to 05). The meaning of the cells is the caller's.
type Form struct {
	Title        string            // "开阳县禁毒工作月报表"
	Instructions []string          // one line each, on the first sheet: purpose, who, deadline, contact
	NoZero       bool              // a zero says nothing here, so the first sheet does not ask for one
	Terms        []Term            // meanings of columns and codes, on the first sheet
	Meta         map[string]string // kept on a hidden sheet: template, version, period, unit …; keys of a-z, digits, hyphens
	Lists        []List            // what the drop-downs offer
	Sheets       []FormSheet
	Tr           func(string) string // translates the workbook's own words; nil leaves them Chinese
}

// A Term explains a word on the first sheet.
type Term struct{ Name, Meaning string }

// A List is a set of choices for drop-downs; up to 32,767 items, kept on a hidden sheet (OFF-04).
type List struct {
	Name  string // for Input.List
	Items []string
}

// A FormSheet is one worksheet: title, lines of unit and period and signers, headers, rows,
// totals.
type FormSheet struct {
	Name    string
	Title   string  // merged over the width
	Entries []Entry // below the title: 填报单位, 期别, 填报人, 审核人 …
	Columns []FormColumn
	Rows    []FormRow
	Total   string // label of a row of sums below the rows, "" for none
	Freeze  int    // columns at the left that stay in view
	Notes   []string
}

// An Entry is a labelled place above the table: fixed words, or an input.
type Entry struct {
	Label string
	Text  string
	Input Input
}

// A FormColumn is a column under its headers.
type FormColumn struct {
	Head  []string // from the top; equal neighbours share a cell
	Unit  string   // unit of measure; with any, a row of units follows the headers
	Width float64  // in spreadsheet characters, 0 for 12
	Input Input    // what may be typed; the zero Input makes the column fixed
	Sum   bool     // the total row adds this column
	Left  bool     // text at the left instead of the middle
}

// InputKind tells what may be typed into a cell.
type InputKind uint8

// The kinds of input.
const (
	NoInput   InputKind = iota // a fixed cell
	Whole                      // a whole number
	Decimal                    // a number with Digits decimals
	DateInput                  // a day
	FreeText                   // words, at most MaxLength characters
	Choice                     // one of a List
)

// An Input describes an open cell and is written as a validation with hints.
type Input struct {
	Kind      InputKind
	Digits    int    // decimals of a Decimal
	Min, Max  string // bounds of a number ("0") or a day ("2018-01-01"); Min of numbers is "0" when both are empty
	Negative  bool   // numbers may be below zero when Min is empty
	List      string // name of the List of a Choice
	MaxLength int    // of FreeText, 0 for 200
	Hint      string // shown beside the cell; a sentence is made when empty
}

// A FormRow is a line of the table; Cells match the columns, missing ones are empty.
type FormRow struct {
	Cells []FormCell
	Bold  bool // a heading or a subtotal
}

// A FormCell is one cell. Text and Number are what stands there: fixed words and codes, or what
// is known already (prefill) in an input.
type FormCell struct {
	Text    string
	Number  string // exact decimal without separators
	Formula string // without "="; such a cell is never an input
	Fixed   bool   // locked although the column is an input
}

// Fix gives a fixed cell of words.
func Fix(s string) FormCell { return FormCell{Text: s, Fixed: true} }

const (
	titleRow    = 1
	entryRow    = 2
	metaSheet   = "_meta"
	listSheet   = "_lists"
	checksumKey = "checksum"
)

// entriesPerLine: an entry takes at least two columns, label and value.
func (s *FormSheet) entriesPerLine() int {
	return max(1, min(len(s.Entries), len(s.Columns)/2))
}

func (s *FormSheet) entryLines() int {
	if len(s.Entries) == 0 {
		return 0
	}
	per := s.entriesPerLine()
	return (len(s.Entries) + per - 1) / per
}

// entryPlace gives row, column of the label, first and last column of the value.
func (s *FormSheet) entryPlace(i int) (row, label, from, to int) {
	per := s.entriesPerLine()
	row = entryRow + i/per
	k := i % per
	n := max(2, len(s.Columns))
	label = k*n/per + 1
	return row, label, label + 1, (k + 1) * n / per
}

// headDepth is the number of header rows without the row of units.
func (s *FormSheet) headDepth() int {
	d := 1
	for i := range s.Columns {
		d = max(d, len(s.Columns[i].Head))
	}
	return d
}

func (s *FormSheet) hasUnits() bool {
	for i := range s.Columns {
		if s.Columns[i].Unit != "" {
			return true
		}
	}
	return false
}

// HeadRow is the first row of the headers.
func (s *FormSheet) HeadRow() int { return entryRow + s.entryLines() }

// FirstRow is the row of the first line of the table.
func (s *FormSheet) FirstRow() int {
	r := s.HeadRow() + s.headDepth()
	if s.hasUnits() {
		r++
	}
	return r
}

// Cell gives the address of a cell of the table, row and column counted from 0: the address by
// which a filled workbook is read.
func (s *FormSheet) Cell(row, col int) string { return Address(col+1, s.FirstRow()+row) }

// EntryCell gives the address of the value of an entry, counted from 0.
func (s *FormSheet) EntryCell(i int) string {
	row, _, from, _ := s.entryPlace(i)
	return Address(from, row)
}

// open tells whether a cell is an input, and of what kind.
func (s *FormSheet) open(row, col int) (Input, bool) {
	in := s.Columns[col].Input
	if in.Kind == NoInput {
		return in, false
	}
	if row < len(s.Rows) && col < len(s.Rows[row].Cells) {
		c := s.Rows[row].Cells[col]
		if c.Fixed || c.Formula != "" {
			return in, false
		}
	}
	return in, true
}

// fixedCells lists every locked cell with words, in order: what must not have changed when the
// workbook comes back. Numbers and formulas are left out.
func (f *Form) fixedCells(visit func(sheet, cell, text string)) {
	for i := range f.Sheets {
		s := &f.Sheets[i]
		visit(s.Name, Address(1, titleRow), s.Title)
		for k, e := range s.Entries {
			row, label, from, _ := s.entryPlace(k)
			visit(s.Name, Address(label, row), e.Label)
			if e.Input.Kind == NoInput && e.Text != "" {
				visit(s.Name, Address(from, row), e.Text)
			}
		}
		for _, h := range s.headCells() {
			if h.text != "" {
				visit(s.Name, Address(h.col+1, h.row), h.text)
			}
		}
		for r := range s.Rows {
			for c, cell := range s.Rows[r].Cells {
				if c >= len(s.Columns) || cell.Text == "" || cell.Formula != "" {
					continue
				}
				if _, input := s.open(r, c); !input {
					visit(s.Name, s.Cell(r, c), cell.Text)
				}
			}
		}
	}
}

// Checksum is a digest of the meta data and of every fixed cell; two forms with the same digest
// are filled in alike.
func (f *Form) Checksum() string {
	h := sha256.New()
	write := func(parts ...string) {
		for _, p := range parts {
			h.Write([]byte(strconv.Itoa(len(p))))
			h.Write([]byte{':'})
			h.Write([]byte(p))
		}
	}
	for _, k := range f.metaKeys() {
		write(k, f.Meta[k])
	}
	f.fixedCells(func(sheet, cell, text string) { write(sheet, cell, text) })
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// metaKeys lists template, version, period and unit first, the rest by name.
func (f *Form) metaKeys() []string {
	rank := map[string]int{"template": 1, "version": 2, "period": 3, "unit": 4}
	keys := make([]string, 0, len(f.Meta))
	for k := range f.Meta {
		if k != checksumKey {
			keys = append(keys, k)
		}
	}
	sort.Slice(keys, func(i, j int) bool {
		a, b := rank[keys[i]], rank[keys[j]]
		if a == 0 {
			a = 9
		}
		if b == 0 {
			b = 9
		}
		if a != b {
			return a < b
		}
		return keys[i] < keys[j]
	})
	return keys
}

type headPlace struct {
	text             string
	row, col         int // row counted from 1 on the sheet, col from 0
	rowSpan, colSpan int
	unit             bool
}

// headCells lays out the headers and the row of units.
func (s *FormSheet) headCells() []headPlace {
	var out []headPlace
	depth := s.headDepth()
	for d := range depth {
		for i := 0; i < len(s.Columns); {
			path := s.Columns[i].Head
			last := max(len(path)-1, 0)
			j := i + 1
			switch {
			case d > last:
			case d == last:
				text := ""
				if len(path) > 0 {
					text = path[last]
				}
				out = append(out, headPlace{text: text, row: s.HeadRow() + d, col: i, rowSpan: depth - d, colSpan: 1})
			default:
				for j < len(s.Columns) && sameHead(path, s.Columns[j].Head, d) {
					j++
				}
				out = append(out, headPlace{text: path[d], row: s.HeadRow() + d, col: i, rowSpan: 1, colSpan: j - i})
			}
			i = j
		}
	}
	if s.hasUnits() {
		for i := range s.Columns {
			out = append(out, headPlace{text: s.Columns[i].Unit, row: s.HeadRow() + depth, col: i, rowSpan: 1, colSpan: 1, unit: true})
		}
	}
	return out
}

func sameHead(a, b []string, d int) bool {
	return len(b) > d+1 && strings.Join(a[:d+1], "\x00") == strings.Join(b[:d+1], "\x00")
}
