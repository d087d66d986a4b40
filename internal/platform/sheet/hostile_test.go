package sheet

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"kaiyang/internal/core/fault"
)

// plain is a workbook as excelize makes it, with a value in A1.
func plain(t testing.TB) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetCellValue("Sheet1", "A1", 7); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// rebuilt copies a workbook with parts replaced, added, or (with nil) left out.
func rebuilt(t testing.TB, data []byte, parts map[string][]byte) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	done := map[string]bool{}
	for _, f := range z.File {
		content, replaced := parts[f.Name]
		done[f.Name] = true
		if !replaced {
			if err := w.Copy(f); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if content == nil {
			continue
		}
		p, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range parts {
		if done[name] || content == nil {
			continue
		}
		p, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const worksheet = `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`

// Every file nobody should be able to hurt us with gets one sentence that says how to mend it.
func TestHostileFiles(t *testing.T) {
	ok := plain(t)
	part := func(name, content string) []byte { return rebuilt(t, ok, map[string][]byte{name: []byte(content)}) }
	encryptedBook := func() []byte {
		f := excelize.NewFile()
		defer f.Close()
		var b bytes.Buffer
		if err := f.Write(&b, excelize.Options{Password: "secret"}); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}()
	entities := `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>`
	external := `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>`
	many := map[string][]byte{}
	for i := range 5000 {
		many[fmt.Sprintf("xl/media/%d.bin", i)] = []byte{1}
	}
	bomb := bytes.Repeat([]byte("<row/>"), 60<<20/6)
	utf16 := append([]byte{0xFF, 0xFE}, bytes.ReplaceAll([]byte("<worksheet/>"), []byte(""), []byte{0})[1:]...)
	flip := append([]byte(nil), ok...)
	for i := 200; i < len(flip)-600; i += 37 {
		flip[i] ^= 0x55
	}
	for _, c := range []struct {
		name string
		data []byte
		want string
		kind fault.Kind
	}{
		{"empty", nil, "文件是空的", fault.Invalid},
		{"text", []byte("代码,数量\n1,2\n"), "这是文本文件", fault.Invalid},
		{"html", []byte("\xEF\xBB\xBF<html><table><tr><td>1"), "网页格式", fault.Invalid},
		{"xml", []byte("<?xml version=\"1.0\"?><Workbook/>"), "XML 文件", fault.Invalid},
		{"pdf", []byte("%PDF-1.7 ..."), "PDF", fault.Invalid},
		{"noise", []byte{1, 2, 3, 0, 5, 6, 7, 8}, "不是 .xlsx 工作簿", fault.Invalid},
		{"old xls", append([]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), make([]byte, 4096)...), "请另存为 .xlsx", fault.Invalid},
		{"encrypted", encryptedBook, "打开密码", fault.Invalid},
		{"cut off", ok[:len(ok)/2], "已损坏或没有传完整", fault.Invalid},
		{"flipped", flip, "", fault.Invalid},
		{"ods", part("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ".ods", fault.Invalid},
		{"docx", part("word/document.xml", "<w/>"), "Word 文档", fault.Invalid},
		{"xlsb", part("xl/workbook.bin", "x"), "xlsb", fault.Invalid},
		{"zip of files", rebuilt(t, ok, map[string][]byte{"[Content_Types].xml": nil}), "压缩包", fault.Invalid},
		{"no workbook", rebuilt(t, ok, map[string][]byte{"xl/workbook.xml": nil}), "没有工作簿", fault.Invalid},
		{"no sheet part", rebuilt(t, ok, map[string][]byte{"xl/worksheets/sheet1.xml": nil}), "缺少部件", fault.Invalid},
		{"macro part", part("xl/vbaProject.bin", "x"), "含有宏", fault.Invalid},
		{"macro type", part("[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.xml" ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>`), "含有宏", fault.Invalid},
		{"external link", part("xl/externalLinks/externalLink1.xml", "<e/>"), "断开全部链接", fault.Invalid},
		{"data source", part("xl/connections.xml", "<e/>"), "断开全部链接", fault.Invalid},
		{"embedded", part("xl/embeddings/a.bin", "x"), "内嵌", fault.Invalid},
		{"entities in a sheet", part("xl/worksheets/sheet1.xml", entities+"<worksheet>&b;</worksheet>"), "外部实体", fault.Invalid},
		{"entity in strings", part("xl/sharedStrings.xml", external+"<sst/>"), "外部实体", fault.Invalid},
		{"entity in the theme", part("xl/theme/theme1.xml", external+"<t/>"), "外部实体", fault.Invalid},
		{"entity in properties", part("docProps/core.xml", external+"<t/>"), "外部实体", fault.Invalid},
		{"entity in rels", part("xl/_rels/workbook.xml.rels", external+"<t/>"), "外部实体", fault.Invalid},
		{"utf-16", part("xl/worksheets/sheet1.xml", string(utf16)), "不是 UTF-8", fault.Invalid},
		{"gb2312", part("xl/worksheets/sheet1.xml", `<?xml version="1.0" encoding="GB2312"?><worksheet/>`), "不是 UTF-8", fault.Invalid},
		{"bomb", rebuilt(t, ok, map[string][]byte{"xl/worksheets/sheet1.xml": bomb}), "解压后过大", fault.TooLarge},
		{"too many parts", rebuilt(t, ok, many), "部件，超过上限", fault.TooLarge},
		{"path out", part("xl/../../evil.xml", "<x/>"), "内部结构异常", fault.Invalid},
		{"backslash", part(`xl\evil.xml`, "<x/>"), "内部结构异常", fault.Invalid},
		{"twice", part("XL/Workbook.xml", "<x/>"), "内部结构异常", fault.Invalid},
		{"unclosed", part("xl/worksheets/sheet1.xml", worksheet+`<sheetData><row r="1"><c r="A1"><v>1`), "已损坏", fault.Invalid},
		{"crossed", part("xl/worksheets/sheet1.xml", worksheet+`<sheetData><row></sheetData></row></worksheet>`), "已损坏", fault.Invalid},
		{"row too far", part("xl/worksheets/sheet1.xml", worksheet+`<sheetData><row r="1048577"><c r="A1048577"><v>1</v></c></row></sheetData></worksheet>`), "已损坏", fault.Invalid},
		{"column too far", part("xl/worksheets/sheet1.xml", worksheet+`<sheetData><row r="1"><c r="XFE1"><v>1</v></c></row></sheetData></worksheet>`), "已损坏", fault.Invalid},
		{"deep", part("xl/worksheets/sheet1.xml", worksheet+strings.Repeat("<a>", 100_000)), "已损坏", fault.Invalid},
		{"endless tag", part("xl/worksheets/sheet1.xml", worksheet+`<sheetData a="`+strings.Repeat("x", 6<<20)+`"/>`), "已损坏", fault.Invalid},
		{"no sheets", part("xl/workbook.xml", `<workbook><sheets/></workbook>`), "没有工作表", fault.Invalid},
	} {
		start := time.Now()
		err := readAll(c.data)
		if err == nil {
			t.Errorf("%s: no error", c.name)
			continue
		}
		said := fault.Say(err, nil)
		if fault.KindOf(err) != c.kind || !strings.Contains(said, c.want) {
			t.Errorf("%s: kind %d, %q; want %d, %q", c.name, fault.KindOf(err), said, c.kind, c.want)
		}
		if !strings.Contains(said, "；") {
			t.Errorf("%s: %q says no remedy", c.name, said)
		}
		if d := time.Since(start); d > 2*time.Second {
			t.Errorf("%s took %v", c.name, d)
		}
	}
}

// Programs that write workbooks name a type for .bin parts even where there is none; that is no
// macro. With such a part it may be one.
func TestATypeForMacrosIsNoMacro(t *testing.T) {
	ok := plain(t)
	z, err := zip.NewReader(bytes.NewReader(ok), int64(len(ok)))
	if err != nil {
		t.Fatal(err)
	}
	r, err := z.Open("[Content_Types].xml")
	if err != nil {
		t.Fatal(err)
	}
	types, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	types = bytes.Replace(types, []byte("<Override "), []byte(`<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/><Override `), 1)
	if err := readAll(rebuilt(t, ok, map[string][]byte{"[Content_Types].xml": types})); err != nil {
		t.Errorf("a type without a part: %v", err)
	}
	err = readAll(rebuilt(t, ok, map[string][]byte{"[Content_Types].xml": types, "xl/odd.bin": []byte("x")}))
	if !strings.Contains(fault.Say(err, nil), "含有宏") {
		t.Errorf("a part of that type: %v", err)
	}
}

// readAll opens a workbook and reads every sheet of it.
func readAll(data []byte) error {
	b, err := OpenBytes(data, Limits{})
	if err != nil {
		return err
	}
	for _, name := range b.Sheets() {
		if _, err := b.Sheet(name); err != nil {
			return err
		}
	}
	return nil
}

// A bomb that lies about its size is caught while it is read.
func TestLyingBomb(t *testing.T) {
	ok := plain(t)
	var packed bytes.Buffer
	fw, _ := flate.NewWriter(&packed, flate.BestCompression)
	content := []byte(worksheet + `<sheetData>`)
	if _, err := fw.Write(content); err != nil {
		t.Fatal(err)
	}
	zeros := bytes.Repeat([]byte("<row/>"), 1<<16)
	for range 100 {
		if _, err := fw.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	fw.Close()
	z, _ := zip.NewReader(bytes.NewReader(ok), int64(len(ok)))
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range z.File {
		if f.Name != "xl/worksheets/sheet1.xml" {
			if err := w.Copy(f); err != nil {
				t.Fatal(err)
			}
			continue
		}
		p, err := w.CreateRaw(&zip.FileHeader{Name: f.Name, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(content),
			CompressedSize64: uint64(packed.Len()), UncompressedSize64: uint64(len(content))})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Write(packed.Bytes()); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	if err := readAll(b.Bytes()); err == nil || !strings.Contains(fault.Say(err, nil), "已损坏") {
		t.Errorf("lying bomb: %v", err)
	}
}

// styledRows writes a worksheet of n rows with styled empty cells, and a value in A1 and in the
// last row when told so.
func styledRows(t testing.TB, n, cols int) []byte {
	t.Helper()
	ok := plain(t)
	z, _ := zip.NewReader(bytes.NewReader(ok), int64(len(ok)))
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	w.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for _, f := range z.File {
		if f.Name != "xl/worksheets/sheet1.xml" {
			if err := w.Copy(f); err != nil {
				t.Fatal(err)
			}
			continue
		}
		p, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(p, worksheet+`<sheetData><row r="1" spans="1:8"><c r="A1" s="0"><v>7</v></c></row>`)
		var line []byte
		for r := 2; r <= n; r++ {
			line = fmt.Appendf(line[:0], `<row r="%d" spans="1:%d" s="1" customFormat="1" ht="14.25">`, r, cols)
			for c := 1; c <= cols; c++ {
				line = append(line, `<c r="`...)
				line = append(line, ColumnName(c)...)
				line = fmt.Appendf(line, `%d" s="1"/>`, r)
			}
			line = append(line, `</row>`...)
			if _, err := p.Write(line); err != nil {
				t.Fatal(err)
			}
		}
		io.WriteString(p, `</sheetData><pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/></worksheet>`)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A million styled empty rows are read at the cost of their bytes, keep no memory, and the one
// value in them is found; the error workbook of such a file costs no more.
func TestAMillionStyledEmptyRows(t *testing.T) {
	data := styledRows(t, MaxRows, 8)
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	b, err := OpenBytes(data, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.Sheet("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	alloc := (after.TotalAlloc - before.TotalAlloc) >> 20
	t.Logf("%d MB packed: read in %v, %d MB allocated", len(data)>>20, took, alloc)
	if v := s.Cell("A1"); v.Number != "7" {
		t.Errorf("A1 = %+v", v)
	}
	if cols, rows := s.Size(); cols != 1 || rows != 1 {
		t.Errorf("size = %d, %d", cols, rows)
	}
	if took > 20*time.Second || alloc > 20 {
		t.Errorf("took %v and %d MB", took, alloc)
	}
	start = time.Now()
	out, err := Annotate(data, fault.Findings{{Sheet: "Sheet1", Cell: "A1", Value: "7", Format: "应为 8；请改正"}}, AnnotateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("annotated in %v, %d MB", time.Since(start), len(out)>>20)
	if err := readAll(out); err != nil {
		t.Error(err)
	}
}

// With more cells than may be kept there is a sentence, not a crash.
func TestTooManyCells(t *testing.T) {
	var x strings.Builder
	x.WriteString(worksheet + `<sheetData>`)
	for r := 1; r <= 200; r++ {
		fmt.Fprintf(&x, `<row r="%d"><c r="A%d"><v>1</v></c></row>`, r, r)
	}
	x.WriteString(`</sheetData></worksheet>`)
	data := rebuilt(t, plain(t), map[string][]byte{"xl/worksheets/sheet1.xml": []byte(x.String())})
	b, err := OpenBytes(data, Limits{Cells: 100})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Sheet("Sheet1"); fault.KindOf(err) != fault.TooLarge {
		t.Errorf("err = %v", err)
	}
	n := 0
	if err := b.Rows("Sheet1", func(row int, v []Value) error { n++; return nil }); err != nil || n != 200 {
		t.Errorf("stream: %d rows, %v", n, err)
	}
}

// Shapes of XML that other programs write: prefixes, cells without addresses, CDATA, inline
// and rich text, phonetic hints, escapes, strict namespaces.
func TestOtherWriters(t *testing.T) {
	x := `<?xml version="1.0" encoding="utf-8"?>
<!-- made elsewhere --><x:worksheet xmlns:x='http://purl.oclc.org/ooxml/spreadsheetml/main'><x:sheetData>
<x:row><x:c t="inlineStr"><x:is><x:r><x:t>甲</x:t></x:r><x:r><x:t xml:space="preserve"> 乙</x:t></x:r><x:rPh sb="0" eb="1"><x:t>jia</x:t></x:rPh></x:is></x:c><x:c><x:v>1.50</x:v></x:c><x:c t="b"><x:v>1</x:v></x:c></x:row>
<x:row r="3"><x:c r="B3" t="str"><x:f>A1&amp;"x"</x:f><x:v><![CDATA[<甲&乙>]]></x:v></x:c><x:c t='e'><x:f>1/0</x:f><x:v>#DIV/0!</x:v></x:c><x:c r="E3" t="d"><x:v>2018-03-12T00:00:00</x:v></x:c></x:row>
<x:row r="4"><x:c r="A4" t="str"><x:v>line_x000D_&#10;two &#x4e2d;</x:v></x:c><x:c r="B4"><x:f>SUM(A1)</x:f></x:c><x:c r="C4"><x:f t="shared" si="0"/><x:v>5</x:v></x:c><x:c r="D4" s="0"/></x:row>
</x:sheetData><x:mergeCells count="1"><x:mergeCell ref="A4:B5"/></x:mergeCells></x:worksheet>`
	b, err := OpenBytes(rebuilt(t, plain(t), map[string][]byte{"xl/worksheets/sheet1.xml": []byte(x)}), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.Sheet("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	if v := s.Cell("A1"); v.Text != "甲 乙" || v.Kind != Text {
		t.Errorf("A1 = %+v", v)
	}
	if v := s.Cell("B1"); v.Number != "1.5" || v.Kind != Number {
		t.Errorf("B1 = %+v", v)
	}
	if v := s.Cell("C1"); v.Kind != Bool || v.Text != "TRUE" {
		t.Errorf("C1 = %+v", v)
	}
	if v := s.Cell("B3"); v.Text != "<甲&乙>" || v.Formula != `A1&"x"` {
		t.Errorf("B3 = %+v", v)
	}
	v := s.Cell("C3")
	f, ok := v.Fault("Sheet1", "C3")
	if v.Err != "#DIV/0!" || ok || f.Rule != "formula-error" || f.Row != 3 || !strings.Contains(f.Say(nil), "Sheet1 C3：公式结果为 #DIV/0!") {
		t.Errorf("C3 = %+v, %+v", v, f)
	}
	if v := s.Cell("E3"); v.Date != "2018-03-12" {
		t.Errorf("E3 = %+v", v)
	}
	if v := s.Cell("A4"); v.Text != "line\r\ntwo 中" || v.Merged != "A4:B5" {
		t.Errorf("A4 = %+v", v)
	}
	if v := s.Cell("B4"); v.Kind != Empty || v.Merged != "A4:B5" {
		t.Errorf("B4 = %+v", v)
	}
	if f, ok := s.Cell("B5").Fault("Sheet1", "B5"); ok || f.Rule != "merged-cell" {
		t.Errorf("B5: %+v", f)
	}
	if v := s.Cell("C4"); v.Number != "5" || v.Formula != "…" {
		t.Errorf("C4 = %+v", v)
	}
}

func TestNumbersThatLostTheirEnd(t *testing.T) {
	x := worksheet + `<sheetData><row r="1"><c r="A1"><v>123456789012345678</v></c><c r="B1"><v>1.23456789012346E+17</v></c><c r="C1"><v>123456789012345</v></c><c r="D1"><v>37.520000000000003</v></c></row></sheetData></worksheet>`
	b, err := OpenBytes(rebuilt(t, plain(t), map[string][]byte{"xl/worksheets/sheet1.xml": []byte(x)}), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	s, _ := b.Sheet("Sheet1")
	for cell, long := range map[string]bool{"A1": true, "B1": true, "C1": false, "D1": false} {
		if v := s.Cell(cell); v.Long != long {
			t.Errorf("%s = %+v", cell, v)
		}
	}
	if _, err := b.Cell("Sheet1", "1A"); err == nil {
		t.Error("a wrong address is no error")
	}
	if _, err := b.Cell("Sheet9", "A1"); err == nil || !strings.Contains(err.Error(), "只有：Sheet1") {
		t.Errorf("unknown sheet: %v", err)
	}
}

// The end of the central directory may be anything; opening must stop at once.
func TestForgedDirectory(t *testing.T) {
	data := append([]byte(nil), plain(t)...)
	end := bytes.LastIndex(data, []byte("PK\x05\x06"))
	binary.LittleEndian.PutUint16(data[end+10:], 65535)
	if err := readAll(data); err == nil {
		t.Error("no error")
	}
}

// Programs that write formulas and cannot compute them leave an empty number behind: that is no
// result, while an empty text is one.
func TestFormulasWithoutAResult(t *testing.T) {
	part := `<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">` +
		`<c r="A1"><f>2+3</f><v></v></c><c r="B1"><f>2+3</f></c><c r="C1" t="str"><f>""</f><v></v></c><c r="D1"><f>2+3</f><v>5</v></c></row></sheetData></worksheet>`
	b, err := OpenBytes(rebuilt(t, plain(t), map[string][]byte{"xl/worksheets/sheet1.xml": []byte(part)}), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for cell, want := range map[string]bool{"A1": true, "B1": true, "C1": false, "D1": false} {
		v, err := b.Cell("Sheet1", cell)
		if err != nil || v.Uncalculated != want {
			t.Errorf("%s: without a result %v, want %v (%v)", cell, v.Uncalculated, want, err)
		}
	}
}
