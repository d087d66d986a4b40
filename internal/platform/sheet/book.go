// Package sheet writes workbooks to be filled in, reads workbooks nobody vouches for, and gives
// them back with every finding at its cell; it reads CSV of the usual encodings as well.
//
// Writing uses excelize. Reading has its own stream over the parts, because an upload may hold
// a million styled empty rows, a bomb or an entity, and must cost little either way; and
// Annotate changes only the parts it must, so that the rest of the user's file stays as it was.
package sheet

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
)

// A Book is an opened workbook. Sheets are read when first asked for. It is not safe for use by
// several goroutines at once.
type Book struct {
	a        *archive
	sheets   []sheetPart
	strings  []string
	formats  []numberFormat // by style index
	is1904   bool
	workbook string // part name
	loaded   map[string]*Sheet
}

type sheetPart struct {
	name   string
	part   string
	hidden bool
}

type numberFormat struct{ date, percent bool }

// Open checks a workbook and reads its directory of sheets, its strings and its formats. Every
// fault is a sentence that says how to mend the file.
func Open(r io.ReaderAt, size int64, limits Limits) (*Book, error) {
	a, err := openArchive(r, size, limits)
	if err != nil {
		return nil, err
	}
	b := &Book{a: a, loaded: map[string]*Sheet{}}
	if err := b.findWorkbook(); err != nil {
		return nil, err
	}
	if err := b.readWorkbook(); err != nil {
		return nil, err
	}
	return b, nil
}

// OpenBytes is Open for a file held in memory.
func OpenBytes(data []byte, limits Limits) (*Book, error) {
	return Open(bytes.NewReader(data), int64(len(data)), limits)
}

func (b *Book) findWorkbook() error {
	rels, err := b.a.relations("")
	if err != nil {
		return err
	}
	for _, r := range rels {
		if r.kind == "officeDocument" && !r.external {
			b.workbook = r.target
		}
	}
	if b.workbook == "" || !b.a.has(b.workbook) {
		b.workbook = "xl/workbook.xml"
	}
	if !b.a.has(b.workbook) {
		return fault.New(fault.Invalid, "文件里没有工作簿；请用 Excel 或 WPS 另存为 .xlsx 再上传")
	}
	return b.contentTypes()
}

// contentTypes refuses macro-enabled and template workbooks by their declared type.
func (b *Book) contentTypes() error {
	return b.a.scan("[Content_Types].xml", func(s *scanner) error {
		t := strings.ToLower(s.str("ContentType"))
		macro := strings.Contains(t, "macroenabled") || strings.Contains(t, "vbaproject")
		// Some programs name a type for .bin although no part has that ending.
		if macro && (string(s.name) != "Default" || b.a.ends("."+s.str("Extension"))) {
			return fault.New(fault.Invalid, "工作簿含有宏；请另存为不带宏的 .xlsx 再上传")
		}
		return nil
	})
}

func (b *Book) readWorkbook() error {
	rels, err := b.a.relations(b.workbook)
	if err != nil {
		return err
	}
	byID := map[string]relation{}
	var stringsPart, stylesPart string
	for _, r := range rels {
		byID[r.id] = r
		switch r.kind {
		case "sharedStrings":
			stringsPart = r.target
		case "styles":
			stylesPart = r.target
		}
	}
	err = b.a.scan(b.workbook, func(s *scanner) error {
		switch string(s.name) {
		case "workbookPr":
			v := s.str("date1904")
			b.is1904 = v == "1" || v == "true"
		case "sheet":
			id, _ := s.attr("id", true)
			// The prefixed id names the part; sheetId has another name.
			r, ok := byID[string(id)]
			if !ok || r.kind != "worksheet" {
				return nil // chart sheets hold no cells
			}
			state := s.str("state")
			b.sheets = append(b.sheets, sheetPart{name: s.str("name"), part: r.target, hidden: state == "hidden" || state == "veryHidden"})
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(b.sheets) == 0 {
		return fault.New(fault.Invalid, "工作簿里没有工作表；请用 Excel 或 WPS 另存为 .xlsx 再上传")
	}
	if stringsPart != "" && b.a.has(stringsPart) {
		if err := b.readStrings(stringsPart); err != nil {
			return err
		}
	}
	if stylesPart != "" && b.a.has(stylesPart) {
		return b.readStyles(stylesPart)
	}
	return nil
}

func (b *Book) readStrings(part string) error {
	r, err := b.a.open(part)
	if err != nil {
		return err
	}
	defer r.Close()
	s := newScanner(io.LimitReader(r, b.a.limits.Part+1))
	var cur []byte
	var total int64
	phonetic, inText := 0, false
	for {
		if err := s.next(); err != nil {
			if total > b.a.limits.Part {
				break
			}
			return partFault(part, err)
		}
		switch s.kind {
		case startTag:
			switch string(s.name) {
			case "si":
				cur = cur[:0]
			case "rPh":
				phonetic++
			case "t":
				inText = phonetic == 0
			}
		case endTag:
			switch string(s.name) {
			case "si":
				b.strings = append(b.strings, xstring(valid(string(cur))))
				total += int64(len(cur)) + 24
			case "rPh":
				phonetic--
			case "t":
				inText = false
			}
		case textToken:
			if inText {
				cur = s.appendText(cur)
			}
		case endOfPart:
			return nil
		}
		if total > b.a.limits.Part {
			break
		}
	}
	return fault.New(fault.TooLarge, "工作簿的部件 %s 超过 %d MB；请删去无关的工作表和文字后再上传", part, b.a.limits.Part>>20)
}

// appendText appends the decoded text token.
func (s *scanner) appendText(dst []byte) []byte {
	if s.literal {
		return append(dst, s.text...)
	}
	return decode(dst, s.text)
}

func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

func (b *Book) readStyles(part string) error {
	codes := map[int]string{}
	inCells := false
	return b.a.scan(part, func(s *scanner) error {
		switch string(s.name) {
		case "numFmt":
			if s.depth() == 3 {
				id, _ := strconv.Atoi(s.str("numFmtId"))
				codes[id] = s.str("formatCode")
			}
		case "cellXfs":
			inCells = true
		case "cellStyles", "cellStyleXfs", "dxfs":
			inCells = false
		case "xf":
			if !inCells || s.depth() != 3 {
				return nil
			}
			id, _ := strconv.Atoi(s.str("numFmtId"))
			b.formats = append(b.formats, numberFormat{date: dateFormat(id, codes[id]), percent: percentFormat(id, codes[id])})
		}
		return nil
	})
}

// Sheets names the visible worksheets in order, without the sheet that Annotate adds.
func (b *Book) Sheets() []string {
	var out []string
	for _, s := range b.sheets {
		if !s.hidden && s.name != FindingsSheet {
			out = append(out, s.name)
		}
	}
	return out
}

// Has tells whether there is a worksheet of this name, hidden or not.
func (b *Book) Has(name string) bool { return b.part(name) != nil }

func (b *Book) part(name string) *sheetPart {
	for i := range b.sheets {
		if b.sheets[i].name == name {
			return &b.sheets[i]
		}
	}
	for i := range b.sheets {
		if strings.EqualFold(clean(b.sheets[i].name), clean(name)) {
			return &b.sheets[i]
		}
	}
	return nil
}

// Sheet reads a worksheet and keeps it. Without one of that name the error lists those there.
func (b *Book) Sheet(name string) (*Sheet, error) {
	p := b.part(name)
	if p == nil || p.name == FindingsSheet {
		return nil, fault.New(fault.Invalid, "工作簿里没有工作表“%s”，只有：%s；请使用下发的表格，不要改名或删除工作表", name, sheetNamesList(b.Sheets()))
	}
	if s := b.loaded[p.name]; s != nil {
		return s, nil
	}
	s := &Sheet{book: b, Name: p.name, cells: map[uint64]stored{}}
	err := b.scanSheet(p.part, func(row int, cells []rawCell) error {
		for i := range cells {
			if len(s.cells) >= b.a.limits.Cells {
				return fault.New(fault.TooLarge, "工作表“%s”有超过 %d 个有内容的单元格；请拆成几个文件，或改用 CSV 导入", p.name, b.a.limits.Cells)
			}
			s.cells[key(cells[i].col, row)] = cells[i].keep()
			s.rows, s.cols = max(s.rows, row), max(s.cols, cells[i].col)
		}
		return nil
	}, s.addMerge)
	if err != nil {
		return nil, err
	}
	if s.spread > maxSpread {
		return nil, fault.New(fault.TooLarge, "工作表“%s”的合并单元格过多；请取消合并后再上传", p.name)
	}
	b.loaded[p.name] = s
	return s, nil
}

// Cell reads one cell, "C14". The error is that of the sheet; a wrong address is one as well.
func (b *Book) Cell(sheet, cell string) (Value, error) {
	s, err := b.Sheet(sheet)
	if err != nil {
		return Value{}, err
	}
	col, row, ok := ParseAddress(cell)
	if !ok {
		return Value{}, fault.New(fault.Invalid, "“%s”不是单元格地址；应写成 C14 的样子", cell)
	}
	return s.At(col, row), nil
}

// Rows reads a worksheet in a stream, without keeping it: visit gets every row that has
// content, with its number and its values from column A on. The slice is used again for the
// next row. Merged cells are not known here.
func (b *Book) Rows(sheet string, visit func(row int, values []Value) error) error {
	p := b.part(sheet)
	if p == nil || p.name == FindingsSheet {
		return fault.New(fault.Invalid, "工作簿里没有工作表“%s”，只有：%s；请使用下发的表格，不要改名或删除工作表", sheet, sheetNamesList(b.Sheets()))
	}
	var values []Value
	return b.scanSheet(p.part, func(row int, cells []rawCell) error {
		values = values[:0]
		any := false
		for i := range cells {
			for len(values) < cells[i].col {
				values = append(values, Value{})
			}
			v := b.value(cells[i].keep())
			any = any || v.Kind != Empty
			values[cells[i].col-1] = v
		}
		if !any {
			return nil
		}
		return visit(row, values)
	}, nil)
}

// Meta gives the data of the hidden sheet of a form: template, version, period, unit …; nil if
// the workbook is none of ours.
func (b *Book) Meta() map[string]string {
	if !b.Has(metaSheet) {
		return nil
	}
	s, err := b.Sheet(metaSheet)
	if err != nil {
		return nil
	}
	m := map[string]string{}
	for row := 1; row <= min(s.rows, 200); row++ {
		if k := s.At(1, row).Text; k != "" {
			m[k] = s.At(2, row).Text
		}
	}
	if m[checksumKey] == "" {
		return nil
	}
	return m
}

// A Sheet is a worksheet with its content in memory.
type Sheet struct {
	Name       string
	book       *Book
	cells      map[uint64]stored
	merges     map[int][]merge // by row, each in every row it covers
	tall       []merge         // those over many rows
	spread     int             // entries in merges and weight of tall
	rows, cols int
}

const (
	tallMerge = 1000
	maxSpread = 1_000_000
)

func (s *Sheet) addMerge(m merge) {
	if m.r2-m.r1 >= tallMerge {
		if s.spread += 1000; s.spread <= maxSpread {
			s.tall = append(s.tall, m)
		}
		return
	}
	if s.spread += m.r2 - m.r1 + 1; s.spread > maxSpread {
		return
	}
	if s.merges == nil {
		s.merges = map[int][]merge{}
	}
	for r := m.r1; r <= m.r2; r++ {
		s.merges[r] = append(s.merges[r], m)
	}
}

func (s *Sheet) mergeAt(col, row int) (merge, bool) {
	for _, list := range [][]merge{s.merges[row], s.tall} {
		for _, m := range list {
			if col >= m.c1 && col <= m.c2 && row >= m.r1 && row <= m.r2 {
				return m, true
			}
		}
	}
	return merge{}, false
}

type merge struct{ c1, r1, c2, r2 int }

func (m merge) String() string { return Address(m.c1, m.r1) + ":" + Address(m.c2, m.r2) }

// Size gives the last column and the last row that have content.
func (s *Sheet) Size() (cols, rows int) { return s.cols, s.rows }

// Cell reads a cell by its address; anything that is no address gives an empty value.
func (s *Sheet) Cell(address string) Value {
	col, row, ok := ParseAddress(address)
	if !ok {
		return Value{}
	}
	return s.At(col, row)
}

// At reads a cell by column and row, counted from 1. A cell covered by a merge is empty and
// names the merge.
func (s *Sheet) At(col, row int) Value {
	var v Value
	if c, ok := s.cells[key(col, row)]; ok {
		v = s.book.value(c)
	}
	if m, ok := s.mergeAt(col, row); ok {
		if col != m.c1 || row != m.r1 {
			v = Value{}
		}
		v.Merged = m.String()
	}
	return v
}

func key(col, row int) uint64 { return uint64(row)<<16 | uint64(col) }

// stored is a cell as kept, compact.
type stored struct {
	text    string // of the value, as in the file; shared strings by index
	formula string
	style   int32
	typ     byte
	calc    bool // has a formula
	valued  bool // has a value element
}

// value types a stored cell.
func (b *Book) value(c stored) Value {
	v := Value{Formula: c.formula}
	if c.calc && v.Formula == "" {
		v.Formula = "…"
	}
	switch c.typ {
	case typeShared:
		i, err := strconv.Atoi(c.text)
		if err == nil && i >= 0 && i < len(b.strings) {
			v.words(b.strings[i])
		}
	case typeInline, typeString:
		v.words(c.text)
	case typeBool:
		v.Kind, v.Text = Bool, "FALSE"
		if strings.TrimSpace(c.text) == "1" || strings.EqualFold(strings.TrimSpace(c.text), "true") {
			v.Text = "TRUE"
		}
	case typeError:
		v.Kind, v.Err = Error, strings.TrimSpace(c.text)
		if v.Err == "" {
			v.Err = "#N/A"
		}
		v.Text = v.Err
	case typeDate:
		if d, ok := ParseDate(c.text); ok {
			v.Kind, v.Date, v.Text = Date, d, d
		} else {
			v.words(c.text)
		}
	default:
		b.numeric(&v, c)
	}
	// A number without digits is no result; programs that cannot compute write it so.
	if c.calc && v.Kind == Empty && (!c.valued || c.typ == typeNumber && c.text == "") {
		v.Uncalculated = true
	}
	return v
}

func (b *Book) numeric(v *Value, c stored) {
	text := strings.TrimSpace(c.text)
	if text == "" {
		return
	}
	n, ok := parseStored(text)
	if !ok {
		v.words(text)
		return
	}
	v.Kind, v.Number, v.Text = Number, n, n
	if digits := strings.TrimLeft(strings.Replace(n, ".", "", 1), "-0"); len(digits) > 15 || len(strings.TrimLeft(text, "-")) > 15 && !strings.ContainsAny(text, ".eE") {
		v.Long = true
	}
	if int(c.style) >= len(b.formats) || c.style < 0 {
		return
	}
	format := b.formats[c.style]
	switch {
	case format.date:
		f, err := strconv.ParseFloat(n, 64)
		if err != nil {
			return
		}
		if d, ok := serialDate(f, b.is1904); ok {
			v.Kind, v.Date, v.Text, v.Number = Date, d, d, ""
		}
	case format.percent:
		v.Percent, v.Text = true, percentText(n)
	}
}

// words types a text: blank, number in words, day in words, or plain.
func (v *Value) words(s string) {
	v.Text = clean(s)
	if v.Text == "" {
		return
	}
	v.Kind = Text
	if n, percent, ok := parseText(v.Text); ok {
		v.Number, v.Percent = n, percent
	}
	if d, ok := ParseDate(v.Text); ok && !(v.Number != "" && len(v.Text) == 8) {
		v.Date = d
	}
}
