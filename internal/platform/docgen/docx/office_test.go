package docx_test

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/docgen/docx"
	"kaiyang/internal/platform/table"
)

// A word is a stretch of text on a page, in points from the upper left corner.
type word struct {
	x, y, right, bottom float64
	text                string
}

// A page is a page of a PDF.
type page struct {
	width, height float64
	words         []word
}

// lines gives the words by the height they stand at, from top to bottom.
func (p page) lines() [][]word {
	words := slices.Clone(p.words)
	slices.SortStableFunc(words, func(a, b word) int { return int(math.Round((a.bottom - b.bottom) * 10)) })
	var out [][]word
	for _, w := range words {
		if n := len(out); n > 0 && math.Abs(out[n-1][0].bottom-w.bottom) < 3 {
			out[n-1] = append(out[n-1], w)
		} else {
			out = append(out, []word{w})
		}
	}
	return out
}

var bbox = regexp.MustCompile(`<page width="([\d.]+)" height="([\d.]+)">|<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">([^<]*)</word>`)

// printed sends all samples through LibreOffice in one start and gives pages and text by name.
func printed(t *testing.T, files map[string][]byte) (map[string][]page, map[string]string) {
	t.Helper()
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Fatal("没有 LibreOffice：请安装软件包 libreoffice-writer 后再运行测试（apt-get install libreoffice-writer）")
	}
	dir, profile := t.TempDir(), t.TempDir()
	args := []string{"--headless", "--norestore", "-env:UserInstallation=file://" + profile, "--convert-to", "pdf", "--outdir", dir}
	for name, data := range files {
		path := filepath.Join(dir, name+".docx")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	cmd := exec.Command(soffice, args...)
	cmd.Env = append(os.Environ(), "HOME="+profile)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, out)
	}
	pages, texts := map[string][]page{}, map[string]string{}
	for name := range files {
		pdf := filepath.Join(dir, name+".pdf")
		if _, err := os.Stat(pdf); err != nil {
			t.Fatalf("LibreOffice 没有生成 %s.pdf：请安装软件包 libreoffice-writer 后再运行测试（apt-get install libreoffice-writer）", name)
		}
		out, err := exec.Command("pdftotext", "-bbox", pdf, "-").Output()
		if err != nil {
			t.Fatalf("pdftotext: %v（apt-get install poppler-utils）", err)
		}
		for _, m := range bbox.FindAllStringSubmatch(string(out), -1) {
			num := func(i int) float64 { v, _ := strconv.ParseFloat(m[i], 64); return v }
			if m[1] != "" {
				pages[name] = append(pages[name], page{width: num(1), height: num(2)})
				continue
			}
			p := &pages[name][len(pages[name])-1]
			p.words = append(p.words, word{num(3), num(4), num(5), num(6), m[7]})
		}
		raw, err := exec.Command("pdftotext", "-raw", pdf, "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(raw)
	}
	return pages, texts
}

func squeezed(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

const mm = 72 / 25.4

// LibreOffice opens every kind without repair and prints all its words; a full page has 22
// lines of 28 characters; page numbers and colophon stand where the standard puts them.
func TestThroughLibreOffice(t *testing.T) {
	files := map[string][]byte{}
	for kind, d := range samples() {
		files[kind] = file(t, d)
	}
	filled := template(t)
	files["filled"] = filled
	pages, texts := printed(t, files)

	// DOC-03, 53.
	for i, p := range pages["density"][:2] {
		full := 0
		for _, l := range p.lines() {
			n := 0
			for _, w := range l {
				n += strings.Count(w.text, "国")
			}
			if n == 28 {
				full++
			} else if n > 0 {
				t.Errorf("page %d: a line of %d characters", i+1, n)
			}
		}
		if full != 22 {
			t.Errorf("page %d: %d lines of 28", i+1, full)
		}
		first, last := p.lines()[0][0], p.lines()[21][0]
		if top := first.bottom - 16; top < 36*mm || top > 46*mm || last.bottom > p.height-35*mm+6 || math.Abs(first.x-28*mm) > 1.5 {
			t.Errorf("page %d: text from %.1f,%.1f to %.1f mm", i+1, first.x/mm, top/mm, last.bottom/mm)
		}
	}

	number := regexp.MustCompile(`—\d+—`)
	for kind, data := range files {
		lines, err := docx.Text(data)
		if err != nil {
			t.Fatal(err)
		}
		text := number.ReplaceAllString(squeezed(texts[kind]), "")
		for _, l := range lines {
			for cell := range strings.SplitSeq(l, "\t") {
				if c := squeezed(cell); !strings.Contains(text, c) && utf8.RuneCountInString(c) < 400 {
					t.Errorf("%s: %q is not printed", kind, cell)
				}
			}
		}
		if kind == "filled" {
			continue
		}
		// DOC-23: odd pages right, even pages left, 7 mm below the text; DOC-24 on landscape ones.
		for i, p := range pages[kind] {
			at := slices.IndexFunc(p.words, func(w word) bool { return w.text == fmt.Sprint(i+1) && (w.y > p.height-30*mm || w.right < 32*mm) })
			if kind == "letter" && i == 0 {
				if at >= 0 {
					t.Error("the first page of a letter has a number")
				}
				continue
			}
			if at < 0 {
				t.Errorf("%s: page %d has no number", kind, i+1)
				continue
			}
			w := p.words[at]
			middle := (w.y + w.bottom) / 2
			switch {
			case p.width > p.height:
				if (i%2 == 0) != (middle > p.height/2) || w.right > 29*mm || w.x < 18*mm {
					t.Errorf("%s: number of landscape page %d at %.0f,%.0f mm", kind, i+1, w.x/mm, middle/mm)
				}
			case (i%2 == 0) != (w.x > p.width/2):
				t.Errorf("%s: number of page %d on the wrong side", kind, i+1)
			case math.Abs(middle-(p.height-35*mm+7*mm+7)) > 1.2*mm:
				t.Errorf("%s: number of page %d stands %.1f mm below the text", kind, i+1, (middle-7-(p.height-35*mm))/mm)
			}
		}
	}

	// DOC-22: the colophon ends with the text of the last page before the sources.
	for kind, end := range map[string]string{"notice": "年5月11日印发", "minutes": "年5月12日印发", "bulletin": "（共印", "upward": "年7月3日印发"} {
		last := pages[kind]
		p := last[len(last)-1]
		if kind == "notice" {
			p = last[len(last)-2]
		}
		found := false
		for _, l := range p.lines() {
			var s string
			for _, w := range l {
				s += w.text
			}
			if strings.Contains(squeezed(s), end) {
				found = true
				if b := p.height - 35*mm; l[0].bottom > b+2 || l[0].bottom < b-30 {
					t.Errorf("%s: colophon ends %.1f mm from the foot of the text", kind, (b-l[0].bottom)/mm)
				}
			}
		}
		if !found {
			t.Errorf("%s: no colophon on the last page", kind)
		}
	}

	// DOC-08, 30: the upper edge of the mark.
	for kind, want := range map[string]float64{"notice": 37 + 35, "minutes": 37 + 35, "bulletin": 37 + 35, "letter": 30} {
		p := pages[kind][0]
		var mark word
		for _, w := range p.words {
			if w.bottom-w.y > mark.bottom-mark.y {
				mark = w
			}
		}
		// Letters of Chinese fill their body but for a tenth above; the box of the stand-in is taller.
		if got := (mark.y + (mark.bottom-mark.y)*0.2) / mm; math.Abs(got-want) > 3 {
			t.Errorf("%s: the mark begins at %.1f mm, want %.0f", kind, got, want)
		}
	}
	// DOC-14: the first page shows text.
	for _, kind := range []string{"notice", "letter", "minutes", "bulletin", "upward"} {
		n := 0
		for _, w := range pages[kind][0].words {
			n += utf8.RuneCountInString(w.text)
		}
		if n < 120 {
			t.Errorf("%s: the first page has %d characters", kind, n)
		}
	}
}

// A file that another program saved again counts as unchanged but for what a person changed.
func TestChangedThroughLibreOffice(t *testing.T) {
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Fatal("没有 LibreOffice：请安装软件包 libreoffice-writer 后再运行测试（apt-get install libreoffice-writer）")
	}
	dir, profile := t.TempDir(), t.TempDir()
	made := file(t, notice())
	in := filepath.Join(dir, "made.docx")
	if err := os.WriteFile(in, edit(t, made, ">1.2个百分点<", ">2.1个百分点<", "<w:t xml:space=\"preserve\">1,234</w:t>", "<w:t>1,243</w:t>"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(soffice, "--headless", "--norestore", "-env:UserInstallation=file://"+profile, "--convert-to", "docx", "--outdir", filepath.Join(dir, "out"), in)
	cmd.Env = append(os.Environ(), "HOME="+profile)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, out)
	}
	saved, err := os.ReadFile(filepath.Join(dir, "out", "made.docx"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := docx.Changed(made, saved)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Was+got[0].Now+got[1].Was+got[1].Now != "1.2个百分点2.1个百分点1,2341,243" || got[0].Source != 2 || !got[1].Row {
		t.Errorf("%+v", got)
	}
}

// LibreOffice does not break intervals, half months and heads of four characters in a ranking, keeps
// three rows for the last page, and gives each addressee of a bulletin its own line once.
func TestRankingsThroughLibreOffice(t *testing.T) {
	tb := &table.Table{Name: "排名", Caption: "各乡镇“社区康复执行率”", Notes: []string{"注：相同的并列。"}}
	for _, head := range []string{"位次", "乡镇", "数值", "分子/分母", "偶然波动范围", "排位范围", "期别"} {
		tb.Columns = append(tb.Columns, table.Column{Head: []string{head}, RowHead: head == "乡镇"})
	}
	for range 26 {
		tb.Rows = append(tb.Rows, table.Row{Cells: []table.Cell{table.Number("1", "1"), table.Text("南江布依族苗族乡"), table.Number("100", "100.00%"), table.Text("22/22"),
			table.Text("87.94%—100.00%"), table.Text("1—18"), table.Text("2018年4月上半月")}})
	}
	files := map[string][]byte{}
	for n := 20; n <= 26; n++ {
		part := *tb
		part.Rows = tb.Rows[:n]
		files[strconv.Itoa(n)] = file(t, &docgen.Document{Kind: docgen.Material, Title: "排名", Body: []docgen.Block{docgen.Table{Table: &part}},
			Colophon: &docgen.Colophon{SendTo: []string{"送：县委、县政府领导", "发：各乡镇、各专班"}}})
	}
	pages, texts := printed(t, files)
	for name, list := range pages {
		for _, want := range []string{"87.94%—100.00%", "2018年4月上半月", "南江布依族苗族乡", "排位范围", "分子/分母", "送：县委、县政府领导", "发：各乡镇、各专班"} {
			if text := strings.ReplaceAll(texts[name], " ", ""); !strings.Contains(text, want) || strings.Contains(text, "送：送") {
				t.Fatalf("%s rows: %q is broken or doubled:\n%s", name, want, texts[name])
			}
		}
		rows := make([]int, len(list))
		for i, p := range list {
			for _, w := range p.words {
				rows[i] += strings.Count(w.text, "87.94")
			}
		}
		rows = slices.DeleteFunc(rows, func(n int) bool { return n == 0 })
		if rows[len(rows)-1] < 3 {
			t.Errorf("%s rows: %v on the pages", name, rows)
		}
	}
}
