package sheet

import (
	"bytes"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"kaiyang/internal/core/fault"
)

// Bytes writes the form as an xlsx file. The error tells what in the form cannot be written:
// a worksheet name against Excel's rules, a missing list, a number that is none.
func (f *Form) Bytes() ([]byte, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	w := &formWriter{form: f, x: excelize.NewFile(), styles: map[formLook]int{}, lists: map[string]string{}}
	defer w.x.Close()
	w.plainFont()
	w.choices()
	w.intro()
	for i := range f.Sheets {
		w.sheet(&f.Sheets[i])
	}
	w.hidden()
	if w.err != nil {
		return nil, w.err
	}
	var b bytes.Buffer
	if err := w.x.Write(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func (f *Form) check() error {
	var list fault.Findings
	bad := func(sheet, format string, args ...any) {
		list = append(list, fault.Finding{Sheet: sheet, Rule: "form", Format: format, Args: args})
	}
	taken := map[string]bool{introSheet: true, FindingsSheet: true, metaSheet: true, listSheet: true}
	lists := map[string]bool{}
	for _, l := range f.Lists {
		if len(l.Items) == 0 || len(l.Items) > 32_767 || lists[l.Name] {
			bad("", "下拉列表“%s”为空、超过 32767 项或重名；请补上选项、减少选项或改名", l.Name)
		}
		lists[l.Name] = true
	}
	for i := range f.Sheets {
		s := &f.Sheets[i]
		if low := strings.ToLower(s.Name); s.Name == "" || Name(s.Name, nil) != s.Name || taken[low] {
			bad(s.Name, "工作表名“%s”不符合 Excel 规则、与其他表重名或为保留名；请改用 31 个字以内、不含 []:*?/\\ 的名称", s.Name)
		} else {
			taken[low] = true
		}
		if len(s.Columns) == 0 || len(s.Columns) > MaxColumns || len(s.Rows) > MaxRows/2 {
			bad(s.Name, "工作表“%s”没有列，或行列数超过 Excel 的上限；请增加列或拆分表格", s.Name)
		}
		for c := range s.Columns {
			if in := s.Columns[c].Input; in.Kind == Choice && !lists[in.List] {
				bad(s.Name, "工作表“%s”第 %d 列引用的下拉列表“%s”不存在；请补上该列表", s.Name, c+1, in.List)
			}
		}
		for r := range s.Rows {
			for c, cell := range s.Rows[r].Cells {
				if _, ok := new(big.Rat).SetString(cell.Number); cell.Number != "" && !ok {
					bad(s.Name, "工作表“%s”第 %d 行第 %d 列的预填值“%s”不是数字；请改为数字或留空", s.Name, r+1, c+1, cell.Number)
				}
			}
		}
	}
	return list.Err()
}

type formWriter struct {
	form   *Form
	x      *excelize.File
	styles map[formLook]int
	lists  map[string]string // name of a list to its range
	titles []*excelize.DefinedName
	err    error
}

func (w *formWriter) tr(s string) string {
	if w.form.Tr == nil {
		return s
	}
	return w.form.Tr(s)
}

func (w *formWriter) do(err error) {
	if err != nil && w.err == nil {
		w.err = err
	}
}

// plainFont gives the workbook a default font without theme or scheme (OFF-01, OFF-02).
func (w *formWriter) plainFont() {
	w.do(w.x.SetDefaultFont(Font))
	font := w.x.Styles.Fonts.Font[0]
	font.Color, font.Scheme = nil, nil
}

type formLook struct {
	kind   formKind
	format string
	align  string
	input  bool
	bold   bool
}

type formKind uint8

const (
	tableLook formKind = iota
	formTitleLook
	labelLook
	entryLook
	formHeadLook
	unitLook
	plainLook
)

func (w *formWriter) style(l formLook) int {
	if id, ok := w.styles[l]; ok {
		return id
	}
	s := &excelize.Style{
		Font:       &excelize.Font{Family: Font, Size: 11, Bold: l.bold, Color: "000000"},
		Alignment:  &excelize.Alignment{Horizontal: l.align, Vertical: "center", WrapText: true},
		Protection: &excelize.Protection{Locked: !l.input},
	}
	edges := func(sides ...string) {
		for _, side := range sides {
			s.Border = append(s.Border, excelize.Border{Type: side, Color: "7F8A94", Style: 1})
		}
	}
	fill := func(colour string) {
		s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
	}
	switch l.kind {
	case formTitleLook:
		s.Font.Size, s.Font.Bold = 16, true
	case entryLook:
		edges("bottom")
	case formHeadLook:
		s.Font.Bold = true
		fill("E9EEF3")
		edges("left", "right", "top", "bottom")
	case unitLook:
		s.Font.Size = 10
		fill("E9EEF3")
		edges("left", "right", "top", "bottom")
	case tableLook:
		edges("left", "right", "top", "bottom")
		if !l.input && l.bold {
			fill("F4F6F8")
		}
	}
	if l.input {
		fill("FFF8DC")
	}
	if l.format != "" {
		s.CustomNumFmt = &l.format
	}
	id, err := w.x.NewStyle(s)
	w.do(err)
	w.styles[l] = id
	return id
}

func (w *formWriter) put(sheet, cell string, v any, style int) {
	if v != nil {
		w.do(w.x.SetCellValue(sheet, cell, v))
	}
	w.do(w.x.SetCellStyle(sheet, cell, cell, style))
}

// choices writes the hidden sheet of choices (OFF-04).
func (w *formWriter) choices() {
	first := w.x.GetSheetName(0)
	w.do(w.x.SetSheetName(first, introSheet))
	if len(w.form.Lists) == 0 {
		return
	}
	_, err := w.x.NewSheet(listSheet)
	w.do(err)
	for i, l := range w.form.Lists {
		col := ColumnName(i + 1)
		for r, item := range l.Items {
			w.do(w.x.SetCellStr(listSheet, Address(i+1, r+1), item))
		}
		w.lists[l.Name] = listSheet + "!$" + col + "$1:$" + col + "$" + strconv.Itoa(len(l.Items))
	}
}

func (w *formWriter) intro() {
	f := w.form
	row := 1
	line := func(s string, look formLook, height float64) {
		cell := Address(1, row)
		w.put(introSheet, cell, s, w.style(look))
		if height == 0 {
			height = 20 * float64(1+displayUnits(s)/98)
		}
		w.do(w.x.SetRowHeight(introSheet, row, height))
		row++
	}
	w.do(w.x.SetColWidth(introSheet, "A", "A", 100))
	line(f.Title, formLook{kind: formTitleLook, align: "center"}, 36)
	for _, s := range f.Instructions {
		line(s, formLook{kind: plainLook, align: "left"}, 0)
	}
	row++
	line(w.tr("怎样填写"), formLook{kind: plainLook, align: "left", bold: true}, 0)
	for _, s := range []string{
		"浅黄色单元格是填写处，其余单元格已锁定；工作表保护没有密码，只为防止误改。",
		zeroLine,
		"请勿增删行列、改名或移动工作表，也不要合并单元格；改动后无法导入。",
		"可用 Excel、WPS 或 LibreOffice 填写，保存为 .xlsx 后上传。",
	} {
		if !f.NoZero || s != zeroLine {
			line(w.tr(s), formLook{kind: plainLook, align: "left"}, 0)
		}
	}
	if len(f.Terms) > 0 {
		row++
		line(w.tr("名词和代码"), formLook{kind: plainLook, align: "left", bold: true}, 0)
		for _, t := range f.Terms {
			line(t.Name+"："+t.Meaning, formLook{kind: plainLook, align: "left"}, 0)
		}
	}
	if v := f.Meta["version"]; v != "" {
		row++
		line(fmt.Sprintf(w.tr("模板版本：%s"), v), formLook{kind: plainLook, align: "left"}, 0)
	}
	w.page(introSheet, "portrait", 0, 0)
	w.protect(introSheet)
}

func (w *formWriter) sheet(s *FormSheet) {
	_, err := w.x.NewSheet(s.Name)
	w.do(err)
	n := max(2, len(s.Columns))
	for i := range s.Columns {
		width := s.Columns[i].Width
		if width == 0 {
			width = 12
		}
		col := ColumnName(i + 1)
		w.do(w.x.SetColWidth(s.Name, col, col, width))
	}
	w.put(s.Name, "A1", s.Title, w.style(formLook{kind: formTitleLook, align: "center"}))
	w.do(w.x.MergeCell(s.Name, "A1", Address(n, 1)))
	w.do(w.x.SetRowHeight(s.Name, 1, 34))
	w.entries(s)
	w.head(s)
	w.table(s)
	last := s.FirstRow() + len(s.Rows)
	if s.Total != "" {
		w.total(s)
		last++
	}
	for i, note := range s.Notes {
		w.put(s.Name, Address(1, last+1+i), note, w.style(formLook{kind: plainLook, align: "left"}))
		w.do(w.x.MergeCell(s.Name, Address(1, last+1+i), Address(n, last+1+i)))
	}
	w.validations(s)
	pane := &excelize.Panes{Freeze: true, XSplit: s.Freeze, YSplit: s.FirstRow() - 1,
		TopLeftCell: Address(s.Freeze+1, s.FirstRow()), ActivePane: "bottomRight"}
	if s.Freeze == 0 {
		pane.ActivePane = "bottomLeft"
	}
	w.do(w.x.SetPanes(s.Name, pane))
	w.page(s.Name, "landscape", s.HeadRow(), s.FirstRow()-1)
	w.protect(s.Name)
}

func (w *formWriter) entries(s *FormSheet) {
	for i, e := range s.Entries {
		row, label, from, to := s.entryPlace(i)
		w.put(s.Name, Address(label, row), e.Label, w.style(formLook{kind: labelLook, align: "right"}))
		look := formLook{kind: entryLook, align: "left", input: e.Input.Kind != NoInput, format: inputFormat(e.Input)}
		var v any
		if e.Text != "" {
			v = e.Text
		}
		w.put(s.Name, Address(from, row), v, w.style(look))
		if to > from {
			w.do(w.x.SetCellStyle(s.Name, Address(from, row), Address(to, row), w.style(look)))
			w.do(w.x.MergeCell(s.Name, Address(from, row), Address(to, row)))
		}
		if e.Input.Kind != NoInput {
			w.validate(s.Name, Address(from, row), e.Input)
		}
		w.do(w.x.SetRowHeight(s.Name, row, 22))
	}
}

func (w *formWriter) head(s *FormSheet) {
	for _, h := range s.headCells() {
		look := formLook{kind: formHeadLook, align: "center"}
		if h.unit {
			look.kind = unitLook
		}
		a, z := Address(h.col+1, h.row), Address(h.col+h.colSpan, h.row+h.rowSpan-1)
		var v any
		if h.text != "" {
			v = h.text
		}
		w.put(s.Name, a, v, w.style(look))
		if a != z {
			w.do(w.x.SetCellStyle(s.Name, a, z, w.style(look)))
			w.do(w.x.MergeCell(s.Name, a, z))
		}
		w.do(w.x.SetRowHeight(s.Name, h.row, headHeight(s, h)))
	}
}

// headHeight leaves room for the lines a header breaks into.
func headHeight(s *FormSheet, h headPlace) float64 {
	lines := 1
	for _, c := range s.headCells() {
		if c.row != h.row || c.unit || c.rowSpan > 1 {
			continue
		}
		width := 0.0
		for i := c.col; i < c.col+c.colSpan; i++ {
			if s.Columns[i].Width == 0 {
				width += 12
			} else {
				width += s.Columns[i].Width
			}
		}
		lines = max(lines, 1+int(float64(displayUnits(c.text))/max(width-1, 1)))
	}
	return 6 + 15*float64(lines)
}

func displayUnits(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r >= 0x2E80 {
			n++
		}
	}
	return n
}

func (w *formWriter) table(s *FormSheet) {
	for r := range s.Rows {
		for c := range s.Columns {
			var cell FormCell
			if c < len(s.Rows[r].Cells) {
				cell = s.Rows[r].Cells[c]
			}
			w.cell(s, r, c, cell)
		}
		w.do(w.x.SetRowHeight(s.Name, s.FirstRow()+r, 21))
	}
}

func (w *formWriter) cell(s *FormSheet, r, c int, cell FormCell) {
	at := s.Cell(r, c)
	in, input := s.open(r, c)
	look := formLook{kind: tableLook, input: input, bold: s.Rows[r].Bold, align: "center"}
	if s.Columns[c].Left || input && in.Kind == FreeText {
		look.align = "left"
	}
	if input {
		look.format = inputFormat(in)
		if in.Kind == Whole || in.Kind == Decimal {
			look.align = "right"
		}
	}
	switch {
	case cell.Formula != "":
		if look.align == "center" {
			look.align = "right"
		}
		look.format = inputFormat(s.Columns[c].Input)
		w.do(w.x.SetCellFormula(s.Name, at, cell.Formula))
		w.put(s.Name, at, nil, w.style(look))
	case cell.Number != "":
		if look.format == "" {
			look.format, look.align = decimalFormat(cell.Number), "right"
		}
		w.number(s.Name, at, cell.Number, w.style(look))
	case cell.Text != "" && input && in.Kind == DateInput:
		if serial, ok := dateSerial(cell.Text); ok {
			w.put(s.Name, at, serial, w.style(look))
		} else {
			w.put(s.Name, at, cell.Text, w.style(look))
		}
	case cell.Text != "":
		if !input {
			look.format = "@" // codes keep their zeros
		}
		w.do(w.x.SetCellStr(s.Name, at, cell.Text))
		w.put(s.Name, at, nil, w.style(look))
	default:
		w.put(s.Name, at, nil, w.style(look))
	}
}

// number stores a decimal exactly as far as a spreadsheet can: 15 digits; longer ones stay text.
func (w *formWriter) number(sheet, cell, decimal string, style int) {
	digits := strings.TrimLeft(strings.NewReplacer("-", "", ".", "").Replace(decimal), "0")
	v, err := strconv.ParseFloat(decimal, 64)
	if err != nil || len(digits) > 15 {
		w.put(sheet, cell, decimal, style)
		return
	}
	w.put(sheet, cell, v, style)
}

func decimalFormat(decimal string) string {
	if _, frac, ok := strings.Cut(decimal, "."); ok {
		return "#,##0." + strings.Repeat("0", len(frac))
	}
	return "#,##0"
}

func inputFormat(in Input) string {
	switch in.Kind {
	case Whole:
		return "#,##0"
	case Decimal:
		if in.Digits <= 0 {
			return "#,##0.######"
		}
		return "#,##0." + strings.Repeat("0", in.Digits)
	case DateInput:
		return "yyyy-mm-dd"
	case FreeText:
		return "@"
	}
	return ""
}

func (w *formWriter) total(s *FormSheet) {
	row := s.FirstRow() + len(s.Rows)
	label := false
	for c := range s.Columns {
		at := Address(c+1, row)
		look := formLook{kind: tableLook, bold: true, align: "center"}
		switch {
		case s.Columns[c].Sum && len(s.Rows) > 0:
			look.align, look.format = "right", inputFormat(s.Columns[c].Input)
			w.do(w.x.SetCellFormula(s.Name, at, "SUM("+s.Cell(0, c)+":"+s.Cell(len(s.Rows)-1, c)+")"))
			w.put(s.Name, at, nil, w.style(look))
		case !label:
			label = true
			w.put(s.Name, at, s.Total, w.style(look))
		default:
			w.put(s.Name, at, nil, w.style(look))
		}
	}
	w.do(w.x.SetRowHeight(s.Name, row, 22))
}

// page sets A4 fit to width; rows from..to repeat on every printed page.
func (w *formWriter) page(sheet, orientation string, from, to int) {
	a4, one, none, fit := 9, 1, 0, true
	w.do(w.x.SetPageLayout(sheet, &excelize.PageLayoutOptions{Size: &a4, Orientation: &orientation, FitToWidth: &one, FitToHeight: &none}))
	w.do(w.x.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit}))
	w.do(w.x.SetHeaderFooter(sheet, &excelize.HeaderFooterOptions{OddFooter: "&C&P / &N"}))
	if from > 0 {
		w.titles = append(w.titles, &excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: sheet,
			RefersTo: "'" + strings.ReplaceAll(sheet, "'", "''") + "'!$" + strconv.Itoa(from) + ":$" + strconv.Itoa(to)})
	}
}

func (w *formWriter) protect(sheet string) {
	w.do(w.x.ProtectSheet(sheet, &excelize.SheetProtectionOptions{
		FormatColumns: true, FormatRows: true, SelectLockedCells: true, SelectUnlockedCells: true, EditScenarios: true,
	}))
}

// hidden writes the sheet with template id, version, period, unit and checksum (XLS-05), and
// hides what is not for reading.
func (w *formWriter) hidden() {
	_, err := w.x.NewSheet(metaSheet)
	w.do(err)
	row := 1
	put := func(k, v string) {
		w.do(w.x.SetCellStr(metaSheet, Address(1, row), k))
		w.do(w.x.SetCellStr(metaSheet, Address(2, row), v))
		row++
	}
	for _, k := range w.form.metaKeys() {
		put(k, w.form.Meta[k])
	}
	put(checksumKey, w.form.Checksum())
	w.protect(metaSheet)
	w.do(w.x.SetSheetVisible(metaSheet, false, true))
	if len(w.form.Lists) > 0 {
		// After the data sheets, so that the first tabs are those to fill.
		w.do(w.x.MoveSheet(listSheet, metaSheet))
		w.protect(listSheet)
		w.do(w.x.SetSheetVisible(listSheet, false, true))
	}
	// Scopes are kept by position, so names are set when the sheets stand in their order.
	for _, n := range w.titles {
		w.do(w.x.SetDefinedName(n))
	}
	w.x.SetActiveSheet(0)
	w.do(w.x.ProtectWorkbook(&excelize.WorkbookProtectionOptions{LockStructure: true}))
	full := true
	w.do(w.x.SetCalcProps(&excelize.CalcPropsOptions{FullCalcOnLoad: &full}))
}

// zeroLine tells of zeros in forms of counts.
const zeroLine = "没有发生请填 0；留空表示未报，不会当作 0。"
