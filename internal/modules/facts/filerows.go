package facts

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/sheet"
)

// fileRows reads a table from a file, row by row. The first row that holds anything is the header.
type fileRows interface {
	// each calls visit for every row; the row is used again afterwards. An error of fault.Findings
	// is a fault of the file's form at some place, any other is that of visit.
	each(visit func(r *fileRow) error) error
}

// A fileRow is one row of a table.
type fileRow struct {
	sheet  string // worksheet, empty for text
	num    int    // counted from 1
	cells  []string
	values []sheet.Value // of a workbook, beside cells
	read   int64         // bytes of the file read so far; 0 where that is not known
}

// place gives the finding of a column of the row.
func (r *fileRow) place(col int, name string) fault.Finding {
	f := fault.Finding{Sheet: r.sheet, Row: r.num, Field: name}
	if r.sheet != "" && col >= 0 {
		f.Cell = sheet.Address(col+1, r.num)
	}
	if col >= 0 && col < len(r.cells) {
		f.Value = r.cells[col]
	}
	return f
}

// fault gives the fault that a cell of a workbook has whatever is expected in it.
func (r *fileRow) fault(col int, name string) (fault.Finding, bool) {
	if col >= len(r.values) {
		return fault.Finding{}, false
	}
	f, ok := r.values[col].Fault(r.sheet, sheet.Address(col+1, r.num))
	f.Field = name
	return f, !ok
}

// utf8Text turns a text file into UTF-8: a byte order mark is taken off, UTF-16 is known by its
// mark, and what is no UTF-8 is read as GB18030, the code of Chinese spreadsheets.
func utf8Text(content []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(content, []byte("\xEF\xBB\xBF")):
		content = content[3:]
	case bytes.HasPrefix(content, []byte("\xFF\xFE")), bytes.HasPrefix(content, []byte("\xFE\xFF")):
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(content)
		if err != nil {
			return nil, errEncoding()
		}
		content = out
	}
	if !utf8.Valid(content) {
		out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(content)
		if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
			return nil, errEncoding()
		}
		content = out
	}
	if bytes.IndexByte(content, 0) >= 0 {
		return nil, errEncoding()
	}
	return content, nil
}

func errEncoding() error {
	return fault.New(fault.Invalid, "文件的编码读不出来；请另存为 UTF-8 编码的 CSV，或 .xlsx")
}

// csvRows reads comma-separated text; tabs are known by the first line.
type csvRows struct{ r *csv.Reader }

func newCSVRows(content []byte) (*csvRows, error) {
	text, err := utf8Text(content)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	first, _, _ := bytes.Cut(text, []byte("\n"))
	if bytes.IndexByte(first, '\t') >= 0 && bytes.IndexByte(first, ',') < 0 {
		r.Comma = '\t'
	}
	return &csvRows{r: r}, nil
}

func (c *csvRows) each(visit func(*fileRow) error) error {
	var row fileRow
	for {
		cells, err := c.r.Read()
		var bad *csv.ParseError
		switch {
		case err == io.EOF:
			return nil
		case errors.As(err, &bad):
			return fault.Findings{{Row: bad.StartLine, Rule: "csv", Format: "引号不成对，这一行之后的内容读不出来；请检查引号"}}
		case err != nil:
			return err
		}
		row.cells, row.read = cells, c.r.InputOffset()
		row.num, _ = c.r.FieldPos(0)
		if err := visit(&row); err != nil {
			return err
		}
	}
}

// sheetRows reads a worksheet.
type sheetRows struct {
	book *sheet.Book
	name string
}

// newSheetRows opens a workbook at the first worksheet whose header has the columns, or at the
// first one at all, so that instructions may stand in front.
func newSheetRows(content []byte, head func([]string) bool) (*sheetRows, error) {
	book, err := sheet.OpenBytes(content, sheet.Limits{File: maxUpload})
	if err != nil {
		return nil, err
	}
	names := book.Sheets()
	if len(names) == 0 {
		return nil, fault.New(fault.Invalid, "工作簿里没有可见的工作表；请检查文件")
	}
	for _, n := range names {
		s := &sheetRows{book, n}
		found := false
		err := s.each(func(r *fileRow) error {
			found = head(r.cells)
			return errEnough
		})
		if err != nil && !errors.Is(err, errEnough) {
			return nil, err
		}
		if found {
			return s, nil
		}
	}
	return &sheetRows{book, names[0]}, nil
}

// errEnough ends a walk over rows early.
var errEnough = errors.New("enough rows")

func (s *sheetRows) each(visit func(*fileRow) error) error {
	row := fileRow{sheet: s.name}
	return s.book.Rows(s.name, func(num int, values []sheet.Value) error {
		row.num, row.values = num, values
		row.cells = row.cells[:0]
		for i := range values {
			row.cells = append(row.cells, values[i].Text)
		}
		return visit(&row)
	})
}

// looksLikeXLSX tells a workbook by its first bytes, whatever its name says.
func looksLikeXLSX(content []byte) bool { return bytes.HasPrefix(content, []byte("PK\x03\x04")) }

// looksLikeOld tells a workbook of the old binary format, .xls or .et.
func looksLikeOld(content []byte) bool {
	return bytes.HasPrefix(content, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"))
}

// maxUpload is the largest file that can be imported, in bytes; a million rows have some 40 MB.
const maxUpload = 256 << 20

// openRows opens a file by what it is; head tells whether a row is the header looked for.
func openRows(content []byte, head func([]string) bool) (fileRows, error) {
	switch {
	case looksLikeOld(content):
		return nil, fault.New(fault.Invalid, "这是旧格式的表格（.xls 或 .et）或加了密；请另存为不加密的 .xlsx 再导入")
	case looksLikeXLSX(content):
		return newSheetRows(content, head)
	}
	return newCSVRows(content)
}

// columns maps the fields of a kind of file to the places of their columns.
type columns map[string]int

// A field is a column that a kind of file knows, with the headers it may have.
type field struct {
	name  string
	heads []string // other than the name
	need  bool
}

// findColumns reads a header. Every fault is a finding: columns that are missing, unknown, twice.
func findColumns(header []string, row int, fields []field) (columns, fault.Findings) {
	return findColumnsBut(header, row, fields, nil)
}

// headOf tells whether a row is a header with all needed columns and no unknown ones.
func headOf(fields []field) func([]string) bool {
	return func(cells []string) bool {
		_, found := findColumns(cells, 1, fields)
		return len(found) == 0
	}
}

// findColumnsBut is findColumns where a header that is not known may still be meant: other tells.
func findColumnsBut(header []string, row int, fields []field, other func(col int, head string) bool) (columns, fault.Findings) {
	cols := columns{}
	var found fault.Findings
	for i, h := range header {
		if other != nil && other(i, strings.TrimSpace(strings.TrimPrefix(h, "\uFEFF"))) {
			continue
		}
		h = cleanHead(h)
		if h == "" {
			continue
		}
		f := knownHead(h, fields)
		switch {
		case f == "":
			found = append(found, fault.Finding{Row: row, Value: h, Rule: "header", Format: "不认识列“%s”；应有的列是 %s", Args: []any{h, fieldNames(fields)}})
		case hasColumn(cols, f):
			found = append(found, fault.Finding{Row: row, Value: h, Rule: "header", Format: "列“%s”出现了两次；请删去一列", Args: []any{h}})
		default:
			cols[f] = i
		}
	}
	for _, f := range fields {
		if f.need && !hasColumn(cols, f.name) {
			found = append(found, fault.Finding{Row: row, Value: f.name, Rule: "header", Format: "缺少列“%s”；应有的列是 %s", Args: []any{f.name, fieldNames(fields)}})
		}
	}
	return cols, found
}

func hasColumn(c columns, name string) bool { _, ok := c[name]; return ok }

// cell gives a field of a row, "" where there is none.
func (c columns) cell(cells []string, name string) string {
	if i, ok := c[name]; ok && i < len(cells) {
		return strings.TrimSpace(cells[i])
	}
	return ""
}

func cleanHead(h string) string {
	return strings.ToLower(strings.TrimSpace(strings.TrimPrefix(h, "\uFEFF")))
}

func knownHead(h string, fields []field) string {
	for _, f := range fields {
		if h == f.name {
			return f.name
		}
		for _, x := range f.heads {
			if h == x {
				return f.name
			}
		}
	}
	return ""
}

func fieldNames(fields []field) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return strings.Join(names, "、")
}

// blankRow tells a row without anything in it.
func blankRow(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}
