package pdf

import (
	"bytes"
	"strings"
	"testing"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/table"
)

func paper(blocks ...docgen.Block) *docgen.Document {
	return &docgen.Document{Kind: docgen.Material, Body: blocks}
}

// The header stands again on each page of a long table, and each row once.
func TestTheHeaderRepeats(t *testing.T) {
	path, r := made(t, "long", paper(docgen.Table{Table: ranking(120)}), system(t))
	if r.Pages < 3 {
		t.Fatalf("%d pages", r.Pages)
	}
	for p := 1; p <= r.Pages; p++ {
		if got := pageText(t, path, p); strings.Count(got, "戒断三年未复吸") != 1 || !strings.Contains(got, "受众（人次）") {
			t.Errorf("page %d:\n%s", p, got)
		}
	}
	if got := strings.Count(run(t, "pdftotext", "-raw", path, "-"), "2,071"); got != 119 {
		t.Errorf("%d rows with a number, want 119", got)
	}
}

// A wide table stands on turned pages and is read upright.
func TestWideTablesAreTurned(t *testing.T) {
	path, r := made(t, "wide", paper(docgen.Say("前文。"), docgen.Head(1, "一、宽表"), docgen.Table{Table: ranking(20), Wide: true}, docgen.Say("后文。")), system(t))
	if r.Pages != 4 {
		t.Fatalf("%d pages", r.Pages)
	}
	if info := run(t, "pdfinfo", "-f", "1", "-l", "4", path); strings.Count(info, "rot:   90") != 2 || strings.Count(info, "rot:   0") != 2 {
		t.Errorf("%s", info)
	}
	if got := pageText(t, path, 2); !strings.Contains(got, "一、宽表") || !strings.Contains(got, "2,071 37.52%") {
		t.Errorf("page 2:\n%s", got)
	}
	for _, w := range places(t, path)[1] {
		if w.text == "2,071" && w.x2-w.x1 < w.y2-w.y1 {
			t.Errorf("the words of the table do not stand upright: %+v", w)
		}
	}
}

// Cells stay within their columns, whatever is in them; a table too wide for any size says so.
func TestCrowdedTables(t *testing.T) {
	set := system(t)
	crowded := &table.Table{Name: "挤", Caption: "表"}
	row := table.Row{}
	for i := range 40 {
		crowded.Columns = append(crowded.Columns, table.Column{Head: []string{"上级", "指标" + itoa(i)}})
		row.Cells = append(row.Cells, table.Number("1", "1,234,567.89"))
	}
	crowded.Rows = []table.Row{row}
	path, r := made(t, "crowded", paper(docgen.Table{Table: crowded}), set)
	if len(r.Notes) != 1 || !strings.Contains(r.Notes[0].Say(nil), "列太多") {
		t.Errorf("%v", r.Notes)
	}
	for _, w := range places(t, path)[0] {
		if w.x2 > marginLeft+areaW+1 {
			t.Errorf("%+v lies outside", w)
		}
	}
	if got := bare(run(t, "pdftotext", "-raw", path, "-")); strings.Count(got, "7") < 40 {
		t.Errorf("digits are lost: %s", got)
	}

	tall := &table.Table{Columns: []table.Column{{Head: []string{"甲"}}, {Head: []string{"乙"}}}, Rows: []table.Row{{Cells: []table.Cell{table.Text("名"), table.Text(strings.Repeat("很长的说明文字", 700))}}}}
	path, r = made(t, "tall", paper(docgen.Table{Table: tall}), set)
	if got := strings.Count(bare(run(t, "pdftotext", "-raw", path, "-")), "很长的说明文字"); r.Pages < 2 || got < 690 {
		t.Errorf("a row taller than a page: %d pages, %d of 700 words", r.Pages, got)
	}

	marked := &table.Table{Columns: []table.Column{{Head: []string{"甲"}}}, Rows: []table.Row{{Cells: []table.Cell{table.Figure(table.Fig{Text: "83.33%", Exact: "1", Source: 12})}}}}
	path, _ = made(t, "marked", paper(docgen.Table{Table: marked}), set)
	if got := pageText(t, path, 1); !strings.Contains(bare(got), "83.33%[12]") {
		t.Errorf("a figure without its mark: %s", got)
	}

	empty := &table.Table{Columns: []table.Column{{Head: []string{"甲"}}, {Head: []string{"操作"}, ScreenOnly: true}}}
	path, _ = made(t, "empty", paper(docgen.Table{Table: empty}, docgen.Table{Table: &table.Table{}}, docgen.Table{}), set)
	if got := pageText(t, path, 1); !strings.Contains(got, "暂无数据") || strings.Contains(got, "操作") {
		t.Errorf("an empty table: %s", got)
	}
}

// A document with nothing in it, and one with fields of every odd kind, still are documents.
func TestOddDocuments(t *testing.T) {
	set := system(t)
	for name, d := range map[string]*docgen.Document{
		"nothing": {},
		"letter":  {Kind: docgen.Letter},
		"control": {Kind: docgen.Material, Title: "a\x00b\tc", Body: []docgen.Block{docgen.Say("\x01\u200b\r\n\ufeff"), docgen.Paragraph{}, docgen.Heading{}, docgen.Picture{}, docgen.PageBreak{}}},
		"long": {Mark: strings.Repeat("长", 80), Title: strings.Repeat("很长的标题", 30), To: []string{strings.Repeat("单位、", 60)}, Number: "号",
			Signers: []string{"甲某", "乙某", "丙某"}, Sign: &docgen.Signature{Unit: strings.Repeat("单位", 40), Day: "2018年5月11日"},
			Attached: []docgen.Attachment{{}, {}}, Colophon: &docgen.Colophon{CopyTo: []string{strings.Repeat("单位，", 300)}}},
		"mark without source": {Kind: docgen.Material, Body: []docgen.Block{docgen.Paragraph{Runs: []docgen.Run{{Source: 7}, {Text: "5", Source: 9}}}}},
		"turned first":        {Kind: docgen.Material, Body: []docgen.Block{docgen.Table{Table: ranking(2), Wide: true}}, Colophon: &docgen.Colophon{Office: "办公室"}},
		"english":             {Kind: docgen.Material, Title: "Material", Meta: docgen.Meta{English: true, Cutoff: "2018"}, Sources: []docgen.Source{{No: 1, Label: "x"}}},
	} {
		path, r := made(t, "odd "+name, d, set)
		if r.Pages < 1 {
			t.Errorf("%s: no page", name)
		}
		if name == "mark without source" && (len(r.Notes) != 2 || !strings.Contains(r.Notes[0].Say(nil), "[7]")) {
			t.Errorf("%v", r.Notes)
		}
		got := bare(run(t, "pdftotext", "-raw", path, "-"))
		if name == "long" {
			for _, want := range []string{"长长长", "很长的标题", "单位、"} {
				if strings.Count(got, want) < 20 {
					t.Errorf("%q stands there %d times", want, strings.Count(got, want))
				}
			}
			for no, words := range places(t, path) {
				for _, word := range words {
					if word.x2 > marginLeft+areaW+cell+1 || word.y1 < 0 || word.y2 > paperH {
						t.Errorf("page %d: %+v lies outside", no+1, word)
					}
				}
			}
			if n := strings.Count(strings.ReplaceAll(got, "—", ""), "单位，"); n < 295 {
				t.Errorf("%d of 300 recipients", n)
			}
		}
	}
	var b bytes.Buffer
	if _, err := Write(&b, &docgen.Document{Meta: docgen.Meta{Base: "https://h"}, Body: []docgen.Block{docgen.Paragraph{Runs: []docgen.Run{{Text: "x", Href: "/a b(c)\\中"}}}}}, set); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b.Bytes(), []byte(`(https://h/a%20b\(c\)\\%E4%B8%AD)`)) {
		t.Error("the address is not escaped")
	}
}

// Intervals, half months, fractions and heads of four characters stay on one line in the narrow
// table of a ranking; its last page has three rows at least.
func TestRankingsKeepTheirWordsWhole(t *testing.T) {
	tb := &table.Table{Name: "排名", Caption: "各乡镇“社区康复执行率”"}
	for _, head := range []string{"位次", "乡镇", "数值", "分子/分母", "偶然波动范围", "排位范围", "分档", "期别", "灯"} {
		tb.Columns = append(tb.Columns, table.Column{Head: []string{head}, RowHead: head == "乡镇"})
	}
	for range 30 {
		tb.Rows = append(tb.Rows, table.Row{Cells: []table.Cell{table.Number("1", "1"), table.Text("南江布依族苗族乡"), table.Number("100", "100.00%"), table.Text("22/22"),
			table.Text("87.94%—100.00%"), table.Text("1—18"), table.Text("相当"), table.Text("2018年4月上半月"), table.Light(measure.Yellow, "临界")}})
	}
	for n := 20; n < 30; n++ {
		part := *tb
		part.Rows = tb.Rows[:n]
		path, r := made(t, "rank", paper(docgen.Say("前文。"), docgen.Table{Table: &part}), system(t))
		got := run(t, "pdftotext", "-raw", path, "-")
		for _, want := range []string{"87.94%—100.00%", "2018年4月上半月", "南江布依族苗族乡", "排位范围", "分子/分母"} {
			if !strings.Contains(got, want) {
				t.Fatalf("%q is broken:\n%s", want, got)
			}
		}
		if last := strings.Count(pageText(t, path, r.Pages), "87.94"); last < 3 {
			t.Errorf("%d rows: %d on the last page", n, last)
		}
	}
}
