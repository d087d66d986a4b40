package print_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/xuri/excelize/v2"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/docgen/docx"
	"kaiyang/internal/platform/docgen/fonts"
	"kaiyang/internal/platform/docgen/print"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/words"
)

func sample() *docgen.Document {
	t := &table.Table{Name: "排名", Caption: "各乡镇", Columns: []table.Column{{Head: []string{"乡镇"}, RowHead: true}, {Head: []string{"数值"}}},
		Rows: []table.Row{{Cells: []table.Cell{table.Text("城关镇"), table.Number("2071", "2,071")}}, {Cells: []table.Cell{table.Text("水口镇"), table.Missing("未报")}}}}
	line := chart.Line{Title: "走势", X: []string{"1月", "2月"}, Series: []chart.Series{{Name: "全县", Values: []chart.Value{chart.Num(1, "1"), chart.Num(2, "2")}}}}
	return &docgen.Document{Kind: docgen.Official, Mark: "茶山县禁毒办文件", Title: "关于四月情况的通报", To: []string{"各乡镇"},
		Body: []docgen.Block{docgen.Head(1, "一、情况"), docgen.Paragraph{Runs: []docgen.Run{{Text: "率为"}, {Text: "37.52%", Source: 1, Href: "/figures/I2?unit=520121"}, {Text: "，查处"}, {Text: "2,071人次", Source: 2, Href: "/figures/N8"}, {Text: "，另有"}, {Text: "「<5」", Source: 3, Href: "/figures/N1"}, {Text: "。"}}},
			docgen.Table{Table: t}, docgen.Picture{Chart: line, Caption: "走势图"}},
		Sign:    &docgen.Signature{Unit: "茶山县禁毒办", Day: "2018年5月11日"},
		Sources: []docgen.Source{{No: 1, Label: "未复吸率", Value: "37.52%", Path: "/figures/I2?unit=520121"}, {No: 2, Label: "查处", Value: "2,071人次", Path: "/figures/N8"}, {No: 3, Label: "新滋生", Value: "「<5」", Path: "/figures/N1"}},
		Meta:    docgen.Meta{Cutoff: "2018-05-10 18:00", Made: "2018-05-11T09:00:00+08:00", Base: "https://kaiyang.example"}}
}

func TestPrinted(t *testing.T) {
	p := print.New("", fonts.SystemDirs())
	defer p.Close()
	out := map[string][]byte{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 2 { // several people at once open the fonts once
		for _, f := range print.Formats() {
			all.Go(func() {
				var b bytes.Buffer
				note, err := p.Print(&b, sample(), f)
				if err != nil {
					t.Errorf("%s: %v", f, err)
				}
				if (note != "") != (f == print.PDF) {
					t.Errorf("%s: note %q; the PDF alone tells which fonts stood in on a machine without the official ones", f, note)
				}
				mu.Lock()
				defer mu.Unlock()
				if out[f] != nil && f != print.XLSX && !bytes.Equal(out[f], b.Bytes()) {
					t.Errorf("%s: the same document gives other bytes", f)
				}
				out[f] = b.Bytes()
			})
		}
	}
	all.Wait()

	lines, err := docx.Text(out[print.DOCX])
	if got := strings.Join(lines, "\n"); err != nil || !strings.Contains(got, "率为37.52%") || !strings.Contains(got, "水口镇\t未报") {
		t.Errorf("docx: %v\n%s", err, got)
	}
	if !bytes.Contains(out[print.DOCX], []byte(".png")) {
		t.Error("the docx has no picture for programs without SVG")
	}

	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, out[print.PDF], 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := exec.Command("pdftotext", "-layout", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"关于四月情况的通报", "37.52%", "2,071", "数据来源", "未报"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the PDF does not say %q:\n%s", want, text)
		}
	}

	book, err := excelize.OpenReader(bytes.NewReader(out[print.XLSX]))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if got := strings.Join(book.GetSheetList(), " "); got != "目录 正文 排名 数据来源" {
		t.Errorf("sheets %s", got)
	}
	rows, err := book.GetRows("正文")
	if err != nil || !strings.Contains(join(rows), "率为37.52%，查处2,071人次，另有「<5」。") {
		t.Errorf("%v\n%s", err, join(rows))
	}
	found := 0
	rows, _ = book.GetRows("数据来源", excelize.Options{RawCellValue: true})
	for i, r := range rows {
		for k, v := range r {
			cell, _ := excelize.CoordinatesToCellName(k+1, i+1)
			if v == "2071" || v == "0.3752" {
				kind, _ := book.GetCellType("数据来源", cell)
				ok, link, _ := book.GetCellHyperLink("数据来源", cell)
				if (kind == excelize.CellTypeUnset || kind == excelize.CellTypeNumber) && ok && strings.HasPrefix(link, "https://kaiyang.example/figures/") {
					found++
				} else {
					t.Errorf("%s is of type %v with link %q", cell, kind, link)
				}
			}
		}
	}
	if found != 2 {
		t.Errorf("%d real numbers with links among the sources, want 2:\n%s", found, join(rows))
	}
}

func join(rows [][]string) string {
	var out []string
	for _, r := range rows {
		out = append(out, strings.Join(r, "|"))
	}
	return strings.Join(out, "\n")
}

func TestNoFontIsSaid(t *testing.T) {
	p := print.New("", []string{t.TempDir()})
	defer p.Close()
	for range 2 {
		var b bytes.Buffer
		_, err := p.Print(&b, sample(), print.PDF)
		if fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.Say(err, nil), "字体") || b.Len() > 0 {
			t.Errorf("%d bytes, %v", b.Len(), err)
		}
	}
	if _, err := p.Print(&bytes.Buffer{}, sample(), print.XLSX); err != nil {
		t.Errorf("a workbook needs no fonts: %v", err)
	}
	if _, err := p.Print(&bytes.Buffer{}, sample(), "ofd"); fault.KindOf(err) != fault.Missing {
		t.Errorf("an unknown format gives %v", err)
	}
}

// A damaged file among the office's own fonts is named with the paper it was missed for.
func TestADamagedFontIsNamed(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "仿宋.ttf"), []byte("half a font"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := print.New(dir, fonts.SystemDirs())
	defer p.Close()
	var b bytes.Buffer
	note, err := p.Print(&b, sample(), print.PDF)
	if err != nil || !strings.Contains(note, "字体文件 仿宋.ttf 读不了") {
		t.Errorf("note %q, error %v", note, err)
	}
}

// The note about fonts is for whoever prints, in their language; the document stays as it is.
func TestTheNoteAboutFontsIsForThePrinter(t *testing.T) {
	p := print.New("", fonts.SystemDirs())
	defer p.Close()
	note, err := p.PrintFor(io.Discard, sample(), print.PDF, words.English)
	if err != nil || !strings.Contains(note, "stands in for it") || strings.Contains(note, "代替") {
		t.Errorf("note %q, %v", note, err)
	}
}
