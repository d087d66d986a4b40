package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// sampleForm is a small monthly form: three-level headers, units of measure, codes, inputs of
// every kind, prefilled cells, a formula and a total.
func sampleForm() *Form {
	villages := []string{"甲村", "乙村", "丙村", "丁社区"}
	rows := make([]FormRow, 0, len(villages))
	for i, v := range villages {
		rows = append(rows, FormRow{Cells: []FormCell{
			{Text: fmt.Sprintf("5299990010%02d", i+1)}, {Text: v}, {}, {}, {}, {}, {},
			{Formula: fmt.Sprintf("C%[1]d+D%[1]d", 8+i)},
		}})
	}
	rows[0].Cells[2].Number = "12" // known already
	rows[3].Cells[5] = Fix("本表不填") // fixed although the column is an input
	many := make([]string, 300)
	for i := range many {
		many[i] = fmt.Sprintf("选项%03d：比较长的名称", i)
	}
	return &Form{
		Title:        "某县月报表",
		Instructions: []string{"一、用途：汇总各村情况。", "二、填报人：各乡镇。", "三、截止：次月5日。"},
		Terms:        []Term{{"访视", "当面见到本人并记录"}},
		Meta:         map[string]string{"template": "monthly", "version": "3", "period": "2018-03", "unit": "529999001000"},
		Lists:        []List{{"kinds", many}, {"yesno", []string{"是", "否"}}},
		Sheets: []FormSheet{{
			Name: "月报", Title: "某镇2018年3月工作月报表", Freeze: 2, Total: "合计",
			Entries: []Entry{
				{Label: "填报单位：", Text: "某镇"}, {Label: "期别：", Text: "2018年3月"},
				{Label: "填报人：", Input: Input{Kind: FreeText, MaxLength: 20}}, {Label: "审核人：", Input: Input{Kind: FreeText, MaxLength: 20}},
				{Label: "填报日期：", Input: Input{Kind: DateInput}},
			},
			Columns: []FormColumn{
				{Head: []string{"代码"}, Width: 16},
				{Head: []string{"村（社区）"}, Width: 14, Left: true},
				{Head: []string{"人员情况", "现有", "人数"}, Unit: "人", Input: Input{Kind: Whole}, Sum: true},
				{Head: []string{"人员情况", "现有", "其中：女"}, Unit: "人", Input: Input{Kind: Whole}, Sum: true},
				{Head: []string{"人员情况", "缴获"}, Unit: "公斤", Input: Input{Kind: Decimal, Digits: 2}, Sum: true},
				{Head: []string{"类别"}, Width: 22, Input: Input{Kind: Choice, List: "kinds"}},
				{Head: []string{"检查日期"}, Input: Input{Kind: DateInput}},
				{Head: []string{"小计"}, Unit: "人"},
			},
			Rows:  rows,
			Notes: []string{"注：小计由公式得出。"},
		}},
	}
}

func mustBytes(t testing.TB, f *Form) []byte {
	t.Helper()
	b, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestFormLayout(t *testing.T) {
	s := &sampleForm().Sheets[0]
	// Title 1, entries 2-3 (five at four a line), headers 4-6, units 7, data from 8.
	if got := []string{s.Cell(0, 0), s.Cell(3, 7), s.EntryCell(0), s.EntryCell(2), s.EntryCell(4)}; !slices.Equal(got, []string{"A8", "H11", "B2", "F2", "B3"}) {
		t.Errorf("places = %v", got)
	}
}

func TestFormOpensAsExpected(t *testing.T) {
	data := mustBytes(t, sampleForm())
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := f.GetSheetList(); !slices.Equal(got, []string{"填报说明", "月报", "_lists", "_meta"}) {
		t.Errorf("sheets = %v", got)
	}
	for sheet, want := range map[string]bool{"填报说明": true, "月报": true, "_lists": false, "_meta": false} {
		if got, _ := f.GetSheetVisible(sheet); got != want {
			t.Errorf("%s visible = %v", sheet, got)
		}
	}
	locked := func(cell string) (bool, string) {
		id, err := f.GetCellStyle("月报", cell)
		if err != nil {
			t.Fatal(err)
		}
		st, err := f.GetStyle(id)
		if err != nil {
			t.Fatal(err)
		}
		fill := ""
		if len(st.Fill.Color) > 0 {
			fill = st.Fill.Color[0]
		}
		return st.Protection == nil || st.Protection.Locked, fill
	}
	for cell, open := range map[string]bool{"A1": false, "A8": false, "C4": false, "C8": true, "E9": true, "F8": true, "F11": false, "H8": false, "C12": false, "F2": true, "B2": false, "B3": true} {
		isLocked, fill := locked(cell)
		if isLocked == open {
			t.Errorf("%s locked = %v", cell, isLocked)
		}
		if shaded := fill == "FFF8DC"; shaded != open {
			t.Errorf("%s fill = %q", cell, fill)
		}
	}
	if p, err := f.GetSheetProtection("月报"); err != nil || p.Password != "" || !p.SelectUnlockedCells || p.InsertRows || p.FormatCells {
		t.Errorf("protection = %+v, %v", p, err)
	}
	merges, _ := f.GetMergeCells("月报")
	var got []string
	for _, m := range merges {
		got = append(got, m.GetStartAxis()+":"+m.GetEndAxis())
	}
	slices.Sort(got)
	for _, want := range []string{"A1:H1", "C4:E4", "C5:D5", "A4:A6", "E5:E6"} {
		if !slices.Contains(got, want) {
			t.Errorf("merge %s is missing in %v", want, got)
		}
	}
	for _, m := range merges {
		if _, row, _ := ParseAddress(m.GetStartAxis()); row >= 8 && row <= 11 {
			t.Errorf("merge in the data: %v", m) // OFF-07
		}
	}
	if v, _ := f.GetCellFormula("月报", "C12"); v != "SUM(C8:C11)" {
		t.Errorf("total = %q", v)
	}
	if panes, _ := f.GetPanes("月报"); !panes.Freeze || panes.XSplit != 2 || panes.YSplit != 7 {
		t.Errorf("panes = %+v", panes)
	}
	layout, _ := f.GetPageLayout("月报")
	if *layout.Orientation != "landscape" || *layout.Size != 9 || *layout.FitToWidth != 1 || *layout.FitToHeight != 0 {
		t.Errorf("layout = %v %v", *layout.Orientation, *layout.Size)
	}
	titles := ""
	for _, n := range f.GetDefinedName() {
		if n.Name == "_xlnm.Print_Titles" {
			titles += n.Scope + " " + n.RefersTo
		}
	}
	if titles != "月报 '月报'!$4:$7" { // a name in another sheet's scope makes Excel offer a repair (OFF-06)
		t.Errorf("print titles = %q", titles)
	}
	rules := map[string]*excelize.DataValidation{}
	dvs, _ := f.GetDataValidations("月报")
	for _, dv := range dvs {
		rules[dv.Sqref] = dv
		if !dv.ShowErrorMessage || dv.Error == nil || len([]rune(*dv.Error)) > 225 || dv.Prompt != nil && len([]rune(*dv.Prompt)) > 255 {
			t.Errorf("validation of %s has no message or one too long", dv.Sqref)
		}
	}
	if dv := rules["F8:F10"]; dv == nil || dv.Type != "list" || dv.Formula1 != "_lists!$A$1:$A$300" {
		t.Errorf("choice = %+v", dv)
	}
	if dv := rules["C8:C11"]; dv == nil || dv.Type != "whole" || dv.Formula1 != "0" {
		t.Errorf("whole = %+v", dv)
	}
	if dv := rules["G8:G11"]; dv == nil || dv.Type != "date" {
		t.Errorf("date = %+v", dv)
	}
}

// Fonts are named outright, and the order of elements is the schema's (OFF-01, OFF-06).
func TestFormPartsAreClean(t *testing.T) {
	checkParts(t, mustBytes(t, sampleForm()))
}

func checkParts(t *testing.T, data []byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case f.Name == "xl/styles.xml":
			if bytes.Contains(b, []byte("<scheme")) || bytes.Contains(b, []byte(`<color theme`)) {
				t.Errorf("%s: theme fonts", f.Name)
			}
			inOrder(t, f.Name, b, stylesOrder())
		case strings.HasPrefix(f.Name, "xl/worksheets/sheet"):
			inOrder(t, f.Name, b, sheetOrder())
		}
	}
}

func inOrder(t *testing.T, name string, b []byte, order []string) {
	t.Helper()
	d, err := parseDoc(b)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	last := -1
	for _, k := range d.kids {
		at := slices.Index(order, k.name)
		if at < 0 || at < last {
			t.Errorf("%s: <%s> out of order", name, k.name)
		}
		last = at
	}
}

func TestFormRefusesWhatCannotBeWritten(t *testing.T) {
	f := sampleForm()
	f.Sheets[0].Columns[5].Input.List = "none"
	f.Sheets[0].Rows[1].Cells[2].Number = "zwölf"
	f.Sheets = append(f.Sheets, FormSheet{Name: "a/b"}, FormSheet{Name: "月报", Columns: f.Sheets[0].Columns[:1]})
	_, err := f.Bytes()
	if err == nil {
		t.Fatal("no error")
	}
	if got := strings.Count(err.Error(), "\n") + 1; got != 5 {
		t.Errorf("%d faults, want 5:\n%v", got, err)
	}
}

// The same form gives the same bytes: a download can be cached and compared.
func TestFormIsDeterministic(t *testing.T) {
	a, b := mustBytes(t, sampleForm()), mustBytes(t, sampleForm())
	if one, two := sampleForm().Checksum(), sampleForm().Checksum(); one != two || len(one) != 32 {
		t.Errorf("checksums %s and %s", one, two)
	}
	za, _ := zip.NewReader(bytes.NewReader(a), int64(len(a)))
	zb, _ := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	parts := func(z *zip.Reader) map[string]uint32 {
		m := map[string]uint32{}
		for _, f := range z.File {
			m[f.Name] = f.CRC32
		}
		return m
	}
	pa, pb := parts(za), parts(zb)
	for name, crc := range pa {
		if pb[name] != crc {
			t.Errorf("%s differs", name)
		}
	}
}

// fillForm types into the sample as a person would, through excelize.
func fillForm(t testing.TB, data []byte, values map[string]any) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for cell, v := range values {
		if err := f.SetCellValue("月报", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sampleValues() map[string]any {
	return map[string]any{
		"F2": "填表甲", "H2": "审核乙", "B3": "2018年4月2日",
		"C8": 13, "C9": "１４", "C10": 0, "D8": 5, "D9": " 6 ", "E8": 2.49, "E9": "0.10", "E10": 0.1 + 0.2,
		"F8": "选项001：比较长的名称", "G8": 43171, "G9": "2018.3.12", "G10": "2018-03-12",
	}
}

func TestFilledFormIsRead(t *testing.T) {
	form := sampleForm()
	readSample(t, form, fillForm(t, mustBytes(t, form), sampleValues()), false)
}

// readSample checks the filled sample; recalculated tells whether a spreadsheet program has
// saved it, so that formulas have results.
func readSample(t *testing.T, form *Form, data []byte, recalculated bool) {
	t.Helper()
	b, err := OpenBytes(data, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if err := form.Verify(b); err != nil {
		t.Fatal(err)
	}
	if m := b.Meta(); m["period"] != "2018-03" || m["unit"] != "529999001000" || m["checksum"] != form.Checksum() {
		t.Errorf("meta = %v", m)
	}
	if got := b.Sheets(); !slices.Equal(got, []string{"填报说明", "月报"}) {
		t.Errorf("sheets = %v", got)
	}
	s, err := b.Sheet("月报")
	if err != nil {
		t.Fatal(err)
	}
	for cell, want := range map[string]string{"C8": "13", "C9": "14", "C10": "0", "D8": "5", "D9": "6", "E8": "2.49", "E9": "0.1", "E10": "0.3"} {
		if v := s.Cell(cell); v.Number != want {
			t.Errorf("%s = %+v, want number %s", cell, v, want)
		}
	}
	for _, cell := range []string{"C11", "D10", "E11", "F9"} {
		if v := s.Cell(cell); v.Kind != Empty {
			t.Errorf("%s = %+v, want empty", cell, v)
		}
	}
	for _, cell := range []string{"G8", "G9", "G10"} {
		if d, ok := s.Cell(cell).AsDate(); !ok || d != "2018-03-12" {
			t.Errorf("%s = %+v", cell, s.Cell(cell))
		}
	}
	if d, ok := s.Cell(form.Sheets[0].EntryCell(4)).AsDate(); !ok || d != "2018-04-02" {
		t.Errorf("day of filling = %q", d)
	}
	if v := s.Cell(form.Sheets[0].EntryCell(2)); v.Text != "填表甲" {
		t.Errorf("filled by %+v", v)
	}
	if v := s.Cell("A8"); v.Text != "529999001001" {
		t.Errorf("code = %+v", v)
	}
	if v := s.Cell("F8"); v.Text != "选项001：比较长的名称" || v.Kind != Text {
		t.Errorf("choice = %+v", v)
	}
	total := s.Cell("C12")
	if total.Formula == "" {
		t.Errorf("total = %+v", total)
	}
	if recalculated && (total.Number == "" || total.Uncalculated) {
		t.Errorf("total after saving = %+v", total)
	}
	if !recalculated && !total.Uncalculated {
		t.Errorf("total before saving = %+v", total)
	}
}

// convert lets LibreOffice save a file in another format.
func convert(t *testing.T, profile, in, format string) string {
	t.Helper()
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Fatal("没有 LibreOffice：请安装软件包 libreoffice-calc 后再运行测试（apt-get install libreoffice-calc）")
	}
	out := filepath.Join(filepath.Dir(in), "to-"+format)
	cmd := exec.Command(soffice, "--headless", "--norestore", "-env:UserInstallation=file://"+profile, "--convert-to", format, "--outdir", out, in)
	cmd.Env = append(os.Environ(), "HOME="+profile)
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, b)
	}
	name := strings.TrimSuffix(filepath.Base(in), filepath.Ext(in)) + "." + format
	return filepath.Join(out, name)
}

// A form filled in, saved by LibreOffice as ods and again as xlsx, reads the same; its locks,
// choices and hidden sheets are still there.
func TestFormThroughLibreOffice(t *testing.T) {
	form := sampleForm()
	dir := t.TempDir()
	profile := t.TempDir()
	in := filepath.Join(dir, "form.xlsx")
	if err := os.WriteFile(in, fillForm(t, mustBytes(t, form), sampleValues()), 0o600); err != nil {
		t.Fatal(err)
	}
	back := convert(t, profile, convert(t, profile, in, "ods"), "xlsx")
	data, err := os.ReadFile(back)
	if err != nil {
		t.Fatal(err)
	}
	readSample(t, form, data, true)
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	dvs, err := f.GetDataValidations("月报")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	for _, dv := range dvs {
		kinds[dv.Type] = true
	}
	if !kinds["list"] || !kinds["whole"] || !kinds["date"] || !kinds["decimal"] {
		t.Errorf("validations after LibreOffice: %v", kinds)
	}
	locks := 0
	for _, b := range partsOf(t, data) {
		locks += strings.Count(b, `<sheetProtection sheet="true"`)
	}
	if locks != 4 {
		t.Errorf("%d locked sheets after LibreOffice, want 4", locks)
	}
	merges, _ := f.GetMergeCells("月报")
	found := map[string]bool{}
	for _, m := range merges {
		found[m.GetStartAxis()+":"+m.GetEndAxis()] = true
	}
	for _, want := range []string{"A1:H1", "C4:E4", "C5:D5", "A4:A6", "E5:E6"} {
		if !found[want] {
			t.Errorf("merge %s lost in LibreOffice", want)
		}
	}
	b, _ := OpenBytes(data, Limits{})
	s, _ := b.Sheet("月报")
	// A number typed as text is left out by the spreadsheet's own sum: the reader sees it, the
	// total does not, and a check of sums can say so.
	if v := s.Cell("C12"); v.Number != "13" {
		t.Errorf("total by LibreOffice = %+v, want 13", v)
	}
	if v := s.Cell("H8"); v.Number != "18" || v.Formula == "" {
		t.Errorf("formula by LibreOffice = %+v, want 18", v)
	}

	// The findings of Annotate survive the same way and come off again.
	marked := annotated(t, data)
	in2 := filepath.Join(dir, "marked.xlsx")
	if err := os.WriteFile(in2, marked, 0o600); err != nil {
		t.Fatal(err)
	}
	resaved, err := os.ReadFile(convert(t, profile, in2, "xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	readSample(t, form, resaved, true)
	checkMarks(t, resaved, map[string]string{"C9": "数值偏大"})
	clean, err := Annotate(resaved, nil, AnnotateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	checkMarks(t, clean, nil)
	readSample(t, form, clean, true)
}

func TestVerifyNamesWhatWasChanged(t *testing.T) {
	form := sampleForm()
	data := mustBytes(t, form)
	check := func(name string, values map[string]any, change func(*Form), want string) {
		t.Helper()
		b, err := OpenBytes(fillForm(t, data, values), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		f := sampleForm()
		if change != nil {
			change(f)
		}
		err = f.Verify(b)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	check("version", nil, func(f *Form) { f.Meta["version"] = "4" }, "版本是“3”，此处需要“4”")
	check("period", nil, func(f *Form) { f.Meta["period"] = "2018-04" }, "期别是“2018-03”")
	check("code", map[string]any{"A9": "529999001009"}, nil, "月报 A9：这里应是“529999001002”")
	check("header", map[string]any{"C6": "人次"}, nil, "月报 C6")
	check("content", nil, func(f *Form) { f.Sheets[0].Rows[2].Cells[1].Text = "戊村" }, "月报 B10")
	check("fewer", nil, func(f *Form) { f.Sheets[0].Rows = f.Sheets[0].Rows[:3] }, "模板内容与现行模板不一致")

	plain := excelize.NewFile()
	defer plain.Close()
	var buf bytes.Buffer
	if err := plain.Write(&buf); err != nil {
		t.Fatal(err)
	}
	b, err := OpenBytes(buf.Bytes(), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if err := form.Verify(b); err == nil || !strings.Contains(err.Error(), "不是系统下发的表格") {
		t.Errorf("foreign workbook: %v", err)
	}
}
