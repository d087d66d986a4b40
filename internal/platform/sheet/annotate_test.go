package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"kaiyang/internal/core/fault"
)

func annotated(t *testing.T, data []byte) []byte {
	t.Helper()
	out, err := Annotate(data, fault.Findings{
		{Sheet: "月报", Cell: "C9", Row: 9, Value: "14", Rule: "jump", Soft: true, Format: "数值偏大：上期 %d，本期 %d；请核对", Args: []any{3, 14}},
	}, AnnotateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// checkMarks reads the marks as another program sees them: exactly the wanted comments, red
// grounds at the same cells, and a line of the list for each.
func checkMarks(t *testing.T, data []byte, want map[string]string) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	comments, err := f.GetComments("月报")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, c := range comments {
		text := c.Text
		for _, r := range c.Paragraph {
			text += r.Text
		}
		got[c.Cell] = text
	}
	for cell, part := range want {
		if !strings.Contains(got[cell], part) || !strings.Contains(got[cell], commentMark) {
			t.Errorf("comment at %s = %q, want %q", cell, got[cell], part)
		}
	}
	for cell, text := range got {
		if _, ok := want[cell]; !ok && strings.Contains(text, commentMark) {
			t.Errorf("left over comment at %s: %q", cell, text)
		}
	}
	formats, err := f.GetConditionalFormats("月报")
	if err != nil {
		t.Fatal(err)
	}
	red := map[string]bool{}
	for ref, opts := range formats {
		for _, o := range opts {
			if strings.Contains(o.Criteria, FindingsSheet) || strings.Contains(o.Value, FindingsSheet) {
				for _, cell := range strings.Fields(ref) {
					red[cell] = true
				}
			}
		}
	}
	if len(red) != len(want) {
		t.Errorf("red cells = %v, want those of %v", red, want)
	}
	for cell := range want {
		if !red[cell] {
			t.Errorf("%s is not red", cell)
		}
	}
	if len(want) > 0 {
		rows, err := f.GetRows(FindingsSheet)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) < 2+len(want) {
			t.Errorf("list = %v", rows)
		}
	}
}

func TestAnnotateMarksEveryFinding(t *testing.T) {
	form := sampleForm()
	data := fillForm(t, mustBytes(t, form), sampleValues())
	findings := fault.Findings{
		{Sheet: "月报", Cell: "C8", Row: 8, Value: "13", Rule: "sum", Format: "合计 %d 与分项之和 %d 不等；请改正其一", Args: []any{13, 12}},
		{Sheet: "月报", Cell: "C8", Row: 8, Value: "13", Rule: "range", Format: "超过上限；请核对"},
		{Sheet: "月报", Cell: "E11", Row: 11, Rule: "empty", Soft: true, Format: "未填；请补填或说明"},
		{Sheet: "月报", Row: 10, Rule: "row", Format: "整行重复；请删去一行"},
		{Sheet: "不存在", Cell: "A1", Rule: "sheet", Format: "缺少工作表；请使用下发的表格"},
	}
	out, err := Annotate(data, findings, AnnotateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	checkParts(t, out)
	checkMarks(t, out, map[string]string{"C8": "合计 13 与分项之和 12 不等；请改正其一\n超过上限", "E11": "（属实的可附说明）"})
	f, err := excelize.OpenReader(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, _ := f.GetRows(FindingsSheet)
	if len(rows) != 7 || strings.Join(rows[2], "|") != "1|月报|C8|13|合计 13 与分项之和 12 不等；请改正其一|必须修改" || rows[5][2] != "第 10 行" || rows[4][5] != "可附说明" {
		t.Errorf("list = %q", rows)
	}
	if list := f.GetSheetList(); list[len(list)-1] != FindingsSheet {
		t.Errorf("sheets = %v", list)
	}
	readSample(t, form, out, false) // re-uploadable, and the list is passed over

	// Everything that did not have to change is as it was.
	before, after := partsOf(t, data), partsOf(t, out)
	for name, b := range before {
		switch {
		case name == "[Content_Types].xml", name == "xl/workbook.xml", name == "xl/styles.xml", strings.HasSuffix(name, "workbook.xml.rels"):
		case strings.Contains(b, "SUM(C8:C11)"):
			cut := strings.Index(b, "</sheetData>")
			if !strings.HasPrefix(after[name], b[:cut]) {
				t.Errorf("%s: cells changed", name)
			}
		case after[name] != b:
			t.Errorf("%s changed", name)
		}
	}

	// A second round replaces the marks of the first.
	again, err := Annotate(out, findings[2:3], AnnotateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	checkParts(t, again)
	checkMarks(t, again, map[string]string{"E11": "未填"})
	done, err := Annotate(again, nil, AnnotateOptions{Tr: func(s string) string { return s }})
	if err != nil {
		t.Fatal(err)
	}
	checkMarks(t, done, nil)
	readSample(t, form, done, false)
}

func partsOf(t *testing.T, data []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, twice := m[f.Name]; twice {
			t.Errorf("%s is there twice", f.Name)
		}
		m[f.Name] = string(b)
	}
	return m
}

// The users' own comments and red formats stay; a comment at a cell with a finding keeps its
// words before ours.
func TestAnnotateKeepsTheUsersComments(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", "月报"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []excelize.Comment{{Cell: "B2", Author: "某人", Text: "我的批注"}, {Cell: "C3", Author: "某人", Text: "原来的话"}} {
		if err := f.AddComment("月报", c); err != nil {
			t.Fatal(err)
		}
	}
	fill, err := f.NewConditionalStyle(&excelize.Style{Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFFF00"}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.SetConditionalFormat("月报", "A1:A9", []excelize.ConditionalFormatOptions{{Type: "cell", Criteria: ">", Value: "6", Format: &fill}}); err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := f.Write(&buf); err != nil {
		t.Fatal(err)
	}
	out, err := Annotate(buf.Bytes(), fault.Findings{
		{Sheet: "月报", Cell: "C3", Rule: "x", Format: "有误；请改"},
		{Sheet: "月报", Cell: "D4", Rule: "x", Format: "有误；请改"},
	}, AnnotateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	checkMarks(t, out, map[string]string{"C3": "原来的话\n" + commentMark + "有误；请改", "D4": "有误"})
	if n := strings.Count(partsOf(t, out)["xl/drawings/vmlDrawing1.vml"], "<v:shape "); n != 3 {
		t.Errorf("%d shapes, want 3", n)
	}
	back, err := Annotate(out, nil, AnnotateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	checkMarks(t, back, nil)
	g, err := excelize.OpenReader(bytes.NewReader(back))
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	comments, _ := g.GetComments("月报")
	text := map[string]string{}
	for _, c := range comments {
		text[c.Cell] = c.Text
		for _, r := range c.Paragraph {
			text[c.Cell] += r.Text
		}
	}
	if len(text) != 2 || text["B2"] != "我的批注" || text["C3"] != "原来的话" {
		t.Errorf("comments = %v", text)
	}
	if formats, _ := g.GetConditionalFormats("月报"); len(formats["A1:A9"]) != 1 {
		t.Errorf("formats = %v", formats)
	}
}

func TestAnnotateManyFindings(t *testing.T) {
	form := sampleForm()
	for i := range 3000 {
		form.Sheets[0].Rows = append(form.Sheets[0].Rows, FormRow{Cells: []FormCell{{Text: fmt.Sprint(i)}}})
	}
	var findings fault.Findings
	for i := range 3000 {
		findings = append(findings, fault.Finding{Sheet: "月报", Cell: Address(3, 12+i), Value: "x", Rule: "n", Format: "应为整数；请改"})
	}
	out, err := Annotate(mustBytes(t, form), findings, AnnotateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	comments, _ := f.GetComments("月报")
	rows, _ := f.GetRows(FindingsSheet)
	if len(comments) != maxComments || len(rows) != 3002 || !strings.Contains(rows[0][0], "前 2000 个") {
		t.Errorf("%d comments, %d lines, top %q", len(comments), len(rows), rows[0])
	}
	checkParts(t, out)
}
