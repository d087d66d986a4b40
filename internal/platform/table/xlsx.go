package table

import (
	"io"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/sheet"
)

// XLSXOptions tell how a workbook of tables is written.
type XLSXOptions struct {
	Tr    func(string) string // translates the workbook's own words
	Base  string              // "https://host:port" makes links of cells absolute; "" leaves them out
	Title string              // of a workbook with several tables, on its contents sheet
	Stamp string              // cut-off or as-of line of the workbook, on its contents sheet
}

func (o XLSXOptions) tr(s string) string {
	if o.Tr == nil {
		return s
	}
	return o.Tr(s)
}

// maxLinks keeps a worksheet well below Excel's 65,530 links.
const maxLinks = 10_000

// XLSX writes the table as a workbook of one sheet.
func (t *Table) XLSX(w io.Writer, o XLSXOptions) error {
	return Workbook(w, o, t)
}

// Workbook writes tables as one workbook: with more than one table a contents sheet with title
// and stamp comes first, then a sheet for each table in order.
func Workbook(w io.Writer, o XLSXOptions, tables ...*Table) error {
	book := newBook(o)
	defer book.f.Close()
	taken := map[string]bool{}
	first := book.f.GetSheetName(0)
	var contents string
	if len(tables) != 1 {
		contents = sheet.Name(o.tr("目录"), taken)
		if err := book.f.SetSheetName(first, contents); err != nil {
			return err
		}
	}
	names := make([]string, len(tables))
	for i, t := range tables {
		title := t.Name
		if title == "" {
			title = t.Caption
		}
		if title == "" {
			title = o.tr("表")
		}
		names[i] = sheet.Name(title, taken)
		if contents == "" {
			if err := book.f.SetSheetName(first, names[i]); err != nil {
				return err
			}
		} else if _, err := book.f.NewSheet(names[i]); err != nil {
			return err
		}
		if err := book.table(names[i], t); err != nil {
			return err
		}
	}
	if contents != "" {
		if err := book.contents(contents, names, tables); err != nil {
			return err
		}
	}
	return book.f.Write(w)
}

type book struct {
	f      *excelize.File
	o      XLSXOptions
	styles map[look]int
	err    error
}

func newBook(o XLSXOptions) *book {
	f := excelize.NewFile()
	plainFont(f)
	return &book{f: f, o: o, styles: map[look]int{}}
}

// plainFont gives the workbook a default font of its own, without theme colour (OFF-01).
func plainFont(f *excelize.File) {
	_ = f.SetDefaultFont(sheet.Font) // loads the styles; fails only on a broken style part
	font := f.Styles.Fonts.Font[0]
	font.Color = nil
	font.Scheme = nil
}

// look is all that a style depends on.
type look struct {
	kind   lookKind
	format string
	align  Align
	light  measure.Light
	total  bool
	muted  bool
	link   bool
	indent int
}

type lookKind uint8

const (
	bodyLook lookKind = iota
	titleLook
	headLook
	noteLook
)

func (b *book) style(l look) int {
	if id, ok := b.styles[l]; ok {
		return id
	}
	s := &excelize.Style{
		Font:      &excelize.Font{Family: sheet.Font, Size: 11, Color: "22303C"},
		Alignment: &excelize.Alignment{Vertical: "center", Indent: l.indent},
	}
	edge := func(colour string) {
		for _, side := range []string{"left", "right", "top", "bottom"} {
			s.Border = append(s.Border, excelize.Border{Type: side, Color: colour, Style: 1})
		}
	}
	switch l.kind {
	case titleLook:
		s.Font.Bold, s.Font.Size = true, 14
	case headLook:
		s.Font.Bold = true
		s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F1F4F7"}}
		s.Alignment.WrapText = true
		edge("93A0AB")
	case noteLook:
		s.Font.Size, s.Font.Color = 10, "566370"
	default:
		edge("C9D1D8")
		s.Font.Bold = l.total
		if l.total {
			s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F7F9FA"}}
		}
		if l.muted {
			s.Font.Color = "66727D"
		}
		if l.light != measure.NoLight {
			s.Font.Color = strings.ToUpper(strings.TrimPrefix(chart.LightInk(l.light), "#"))
		}
		if l.link {
			s.Font.Underline = "single"
		}
	}
	switch l.align {
	case Center:
		s.Alignment.Horizontal = "center"
	case Right:
		s.Alignment.Horizontal = "right"
	default:
		s.Alignment.Horizontal = "left"
	}
	if l.format != "" {
		s.CustomNumFmt = &l.format
	}
	id, err := b.f.NewStyle(s)
	if err != nil && b.err == nil {
		b.err = err
	}
	b.styles[l] = id
	return id
}

func (b *book) table(name string, t *Table) error {
	cols := t.exported()
	n := max(1, len(cols))
	heads := t.head(cols)
	aligns := t.aligns()
	top := 1
	if t.Caption != "" {
		top = 2
	}
	firstRow := top + len(heads)

	if err := b.page(name, "landscape"); err != nil {
		return err
	}
	if err := b.f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: name,
		RefersTo: sheetRef(name) + "!$" + strconv.Itoa(top) + ":$" + strconv.Itoa(firstRow-1)}); err != nil {
		return err
	}
	sw, err := b.f.NewStreamWriter(name)
	if err != nil {
		return err
	}
	for i, c := range cols {
		if err := sw.SetColWidth(i+1, i+1, t.width(c)); err != nil {
			return err
		}
	}
	freeze, pane := 0, "bottomLeft"
	if h := t.rowHead(); h < 3 {
		freeze, pane = h+1, "bottomRight"
	}
	if err := sw.SetPanes(&excelize.Panes{Freeze: true, XSplit: freeze, YSplit: firstRow - 1,
		TopLeftCell: sheet.Address(freeze+1, firstRow), ActivePane: pane}); err != nil {
		return err
	}
	if t.Caption != "" {
		if err := b.span(sw, 1, n, t.Caption, b.style(look{kind: titleLook}), 24); err != nil {
			return err
		}
	}
	if err := b.head(sw, heads, top, n, aligns); err != nil {
		return err
	}
	row, err := b.rows(sw, name, t, cols, aligns, firstRow)
	if err != nil {
		return err
	}
	for i, line := range append(append([]string(nil), t.Notes...), t.Source) {
		if line == "" {
			continue
		}
		if i == 0 || i == len(t.Notes) {
			row++ // a blank line before the notes and before the source
		}
		if err := b.span(sw, row, n, line, b.style(look{kind: noteLook}), 0); err != nil {
			return err
		}
		row++
	}
	if b.err != nil {
		return b.err
	}
	return sw.Flush()
}

// page sets A4, fit to width.
func (b *book) page(name, orientation string) error {
	a4, one, none, fit := 9, 1, 0, true
	if err := b.f.SetPageLayout(name, &excelize.PageLayoutOptions{Size: &a4, Orientation: &orientation, FitToWidth: &one, FitToHeight: &none}); err != nil {
		return err
	}
	if err := b.f.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	return b.f.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddFooter: "&C&P / &N"})
}

func sheetRef(name string) string { return "'" + strings.ReplaceAll(name, "'", "''") + "'" }

// span writes one line over the width of the table.
func (b *book) span(sw *excelize.StreamWriter, row, n int, text string, style int, height float64) error {
	if err := sw.SetRow(sheet.Address(1, row), []any{excelize.Cell{StyleID: style, Value: clip(text)}}, excelize.RowOpts{Height: height}); err != nil {
		return err
	}
	if n > 1 {
		return sw.MergeCell(sheet.Address(1, row), sheet.Address(n, row))
	}
	return nil
}

func (b *book) head(sw *excelize.StreamWriter, heads [][]headCell, top, n int, aligns []Align) error {
	grid := make([][]any, len(heads))
	plain := b.style(look{kind: headLook, align: Center})
	for d := range grid {
		grid[d] = make([]any, n)
		for i := range grid[d] {
			grid[d][i] = excelize.Cell{StyleID: plain}
		}
	}
	for d, cells := range heads {
		for _, c := range cells {
			align := Center
			if c.leaf {
				align = aligns[c.column]
			}
			grid[d][c.col] = excelize.Cell{StyleID: b.style(look{kind: headLook, align: align}), Value: clip(c.text)}
			if c.colSpan > 1 || c.rowSpan > 1 {
				if err := sw.MergeCell(sheet.Address(c.col+1, top+d), sheet.Address(c.col+c.colSpan, top+d+c.rowSpan-1)); err != nil {
					return err
				}
			}
		}
	}
	for d := range grid {
		if err := sw.SetRow(sheet.Address(1, top+d), grid[d], excelize.RowOpts{Height: 20}); err != nil {
			return err
		}
	}
	return nil
}

func (b *book) rows(sw *excelize.StreamWriter, name string, t *Table, cols []int, aligns []Align, row int) (int, error) {
	head, links := t.rowHead(), 0
	values := make([]any, len(cols))
	if len(t.Rows) == 0 {
		text := t.Empty
		if text == "" {
			text = b.o.tr("暂无数据")
		}
		return row + 1, b.span(sw, row, max(1, len(cols)), text, b.style(look{align: Center, muted: true}), 0)
	}
	for r := range t.Rows {
		line := &t.Rows[r]
		for i, c := range cols {
			var none Cell
			cell := &none
			if c < len(line.Cells) {
				cell = &line.Cells[c]
			}
			l := look{align: aligns[c], light: cell.Light, total: line.Total, muted: cell.Missing}
			if c == head {
				l.indent = min(line.Level, 15)
			}
			if b.o.Base != "" && links < maxLinks && c < len(line.Cells) {
				if target, ok := absolute(b.o.Base, t.href(line, c)); ok {
					links++
					l.link = cell.Kind == TextKind // figures stay calm; the link is there all the same
					if err := b.f.SetCellHyperLink(name, sheet.Address(i+1, row), target, "External"); err != nil {
						return 0, err
					}
				}
			}
			values[i] = b.cell(cell, l)
		}
		if err := sw.SetRow(sheet.Address(1, row), values, excelize.RowOpts{Height: 18}); err != nil {
			return 0, err
		}
		row++
	}
	return row, nil
}

// cell gives the value and the style of a cell: a real number wherever its number format can
// print what the page shows, else the words, as a typed string that is never run as a formula.
func (b *book) cell(c *Cell, l look) excelize.Cell {
	if c.Kind == NumberKind && !c.Missing {
		if p, ok := readPrinted(c.Text); ok {
			format := p.format(chart.LightSymbol(c.Light), c.Note)
			v, err := strconv.ParseFloat(p.value(), 64)
			if err == nil && len(utf16.Encode([]rune(format))) <= 255 {
				l.format = format
				return excelize.Cell{StyleID: b.style(l), Value: v}
			}
		}
	}
	if c.Kind == ActionsKind {
		return excelize.Cell{StyleID: b.style(l)}
	}
	text := clip(c.Shown())
	if text == "" {
		return excelize.Cell{StyleID: b.style(l)}
	}
	l.format = "@"
	return excelize.Cell{StyleID: b.style(l), Value: text}
}

// clip keeps a text within the 32,767 units a cell holds; the page never shows as much.
func clip(s string) string {
	if len(s) <= 32_000 {
		return s
	}
	return strings.ToValidUTF8(s[:32_000], "") + "…"
}

func absolute(base, href string) (string, bool) {
	switch {
	case strings.HasPrefix(href, "https://"), strings.HasPrefix(href, "http://"):
		return href, len(href) <= 2000
	case strings.HasPrefix(href, "/"):
		return strings.TrimRight(base, "/") + href, len(base)+len(href) <= 2000
	}
	return "", false
}

// width gives the width of a column in spreadsheet characters: its hint, or that of its words.
func (t *Table) width(c int) float64 {
	if w := t.Columns[c].Width; w > 0 {
		return float64(w)*2 + 2
	}
	widest := min(displayWidth(t.Columns[c].leaf()), 16)
	for r := range t.Rows {
		if r == 500 {
			break
		}
		if c < len(t.Rows[r].Cells) {
			cell := &t.Rows[r].Cells[c]
			w := displayWidth(cell.Shown())
			if t.rowHead() == c {
				w += 2 * t.Rows[r].Level
			}
			widest = max(widest, w)
		}
	}
	return float64(max(8, min(widest+2, 60)))
}

// displayWidth counts Chinese characters twice.
func displayWidth(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r >= 0x2E80 {
			n++
		}
	}
	return n
}

func (b *book) contents(name string, names []string, tables []*Table) error {
	f := b.f
	title := b.o.Title
	if title == "" {
		title = b.o.tr("目录")
	}
	set := func(col, row int, v any, style int) error {
		if err := f.SetCellValue(name, sheet.Address(col, row), v); err != nil {
			return err
		}
		return f.SetCellStyle(name, sheet.Address(col, row), sheet.Address(col, row), style)
	}
	if err := set(1, 1, title, b.style(look{kind: titleLook})); err != nil {
		return err
	}
	row := 2
	if b.o.Stamp != "" {
		if err := set(1, row, b.o.Stamp, b.style(look{kind: noteLook})); err != nil {
			return err
		}
		row++
	}
	row++
	for i, h := range []string{b.o.tr("序号"), b.o.tr("表名"), b.o.tr("工作表")} {
		if err := set(i+1, row, h, b.style(look{kind: headLook, align: Center})); err != nil {
			return err
		}
	}
	for i, t := range tables {
		row++
		caption := t.Caption
		if caption == "" {
			caption = names[i]
		}
		if err := set(1, row, i+1, b.style(look{align: Center})); err != nil {
			return err
		}
		if err := set(2, row, clip(caption), b.style(look{link: true, format: "@"})); err != nil {
			return err
		}
		if err := set(3, row, names[i], b.style(look{format: "@"})); err != nil {
			return err
		}
		if err := f.SetCellHyperLink(name, sheet.Address(2, row), sheetRef(names[i])+"!A1", "Location"); err != nil {
			return err
		}
	}
	if err := f.SetColWidth(name, "A", "A", 8); err != nil {
		return err
	}
	if err := f.SetColWidth(name, "B", "B", 50); err != nil {
		return err
	}
	if err := f.SetColWidth(name, "C", "C", 30); err != nil {
		return err
	}
	f.SetActiveSheet(0)
	if b.err != nil {
		return b.err
	}
	return b.page(name, "portrait")
}
