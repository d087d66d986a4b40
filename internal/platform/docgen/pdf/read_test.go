package pdf

import (
	"bytes"
	"compress/zlib"
	"encoding/xml"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode"

	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/docgen/fonts"
)

// made writes a document to a file and gives its path and report. With PDF_OUT set the file is
// kept there, to be looked at.
func made(t testing.TB, name string, d *docgen.Document, set *fonts.Set) (string, Report) {
	t.Helper()
	dir := os.Getenv("PDF_OUT")
	if dir == "" {
		dir = t.TempDir()
	}
	var b bytes.Buffer
	r, err := Write(&b, d, set)
	if err != nil {
		t.Fatal(err)
	}
	if r.Bytes != int64(b.Len()) {
		t.Errorf("%s: %d bytes reported, %d written", name, r.Bytes, b.Len())
	}
	path := filepath.Join(dir, name+".pdf")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, r
}

// run gives what a program of poppler says; without the program the test fails.
func run(t interface{ Fatalf(string, ...any) }, program string, args ...string) string {
	cmd := exec.Command(program, args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v %s (install the Debian package poppler-utils)", program, args, err, errs.String())
	}
	if errs.Len() > 0 {
		t.Fatalf("%s %v complains: %s", program, args, errs.String())
	}
	return string(out)
}

func pageText(t testing.TB, path string, page int) string {
	n := strconv.Itoa(page)
	return run(t, "pdftotext", "-raw", "-f", n, "-l", n, path, "-")
}

// bare drops white space.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

type wordAt struct {
	text           string
	x1, y1, x2, y2 float64
}

// places gives the words of each page with their boxes in points from the upper left.
func places(t testing.TB, path string) [][]wordAt {
	t.Helper()
	var doc struct {
		Pages []struct {
			Words []struct {
				X1   float64 `xml:"xMin,attr"`
				Y1   float64 `xml:"yMin,attr"`
				X2   float64 `xml:"xMax,attr"`
				Y2   float64 `xml:"yMax,attr"`
				Text string  `xml:",chardata"`
			} `xml:"word"`
		} `xml:"body>doc>page"`
	}
	if err := xml.Unmarshal([]byte(run(t, "pdftotext", "-bbox", path, "-")), &doc); err != nil {
		t.Fatal(err)
	}
	var out [][]wordAt
	for _, p := range doc.Pages {
		var ws []wordAt
		for _, w := range p.Words {
			ws = append(ws, wordAt{w.Text, w.X1, w.Y1, w.X2, w.Y2})
		}
		out = append(out, ws)
	}
	return out
}

// A full page has 22 lines of 28 characters that fill the type area (DOC-03, DOC-53); the
// page number stands outside it, right on odd and left on even pages (DOC-23).
func TestAFullPageIs22LinesOf28Characters(t *testing.T) {
	long := strings.Repeat("禁毒人民战争指挥部坚持预防为主综合治理", 120)
	path, r := made(t, "full", &docgen.Document{Kind: docgen.Material, Body: []docgen.Block{docgen.Paragraph{Flush: true, Runs: []docgen.Run{{Text: long}}}}, Meta: meta()}, system(t))
	if r.Pages != 4 {
		t.Fatalf("%d pages", r.Pages)
	}
	for no, words := range places(t, path)[:3] {
		lines := map[int][]wordAt{}
		var number []wordAt
		for _, w := range words {
			if w.y1 > marginTop+areaH {
				number = append(number, w)
				continue
			}
			lines[int(w.y1)] = append(lines[int(w.y1)], w)
		}
		want := rows
		if no == 0 {
			want-- // material leaves its first line empty
		}
		if len(lines) != want {
			t.Errorf("page %d: %d lines, want %d", no+1, len(lines), want)
		}
		for _, ws := range lines {
			n, left, right := 0, 1e9, 0.0
			for _, w := range ws {
				n += len([]rune(w.text))
				left, right = min(left, w.x1), max(right, w.x2)
				if w.y1 < marginTop-0.5 || w.y2 > marginTop+areaH+0.5 {
					t.Errorf("page %d: a line from %.1f to %.1f is outside the type area", no+1, w.y1, w.y2)
				}
			}
			if n != cells {
				t.Errorf("page %d: %d characters in a line", no+1, n)
			}
			if left < marginLeft-0.1 || left > marginLeft+0.1 || right < marginLeft+areaW-0.5 || right > marginLeft+areaW+0.5 {
				t.Errorf("page %d: a line from %.2f to %.2f, want %.2f to %.2f", no+1, left, right, marginLeft, marginLeft+areaW)
			}
		}
		if len(number) == 0 {
			t.Fatalf("page %d has no number", no+1)
		}
		first, last := number[0], number[len(number)-1]
		text := ""
		for _, w := range number {
			text += w.text
		}
		if text != fmt.Sprintf("—%d—", no+1) {
			t.Errorf("page %d: number %q", no+1, text)
		}
		if right := marginLeft + areaW - size3; no%2 == 0 && (last.x2 < right-1 || last.x2 > right+1) {
			t.Errorf("page %d: its number ends at %.1f, want %.1f", no+1, last.x2, right)
		}
		if left := marginLeft + size3; no%2 == 1 && (first.x1 < left-1 || first.x1 > left+1) {
			t.Errorf("page %d: its number begins at %.1f, want %.1f", no+1, first.x1, left)
		}
		if top := marginTop + areaH + 7*mm; first.y1 < top-4 || first.y1 > top+4 {
			t.Errorf("page %d: its number is %.1f down, want about %.1f", no+1, first.y1, top)
		}
	}
}

// All fonts of all kinds of documents are embedded with a map to characters, the words come
// back as they were, and nothing has a complaint.
func TestEveryKindIsReadBack(t *testing.T) {
	set := system(t)
	for name, d := range samples() {
		path, r := made(t, name, d, set)
		if len(r.Missing) > 0 || len(r.Notes) > 0 || len(r.Fonts) < 6 {
			t.Errorf("%s: %+v", name, r)
		}
		list := strings.Split(strings.TrimSpace(run(t, "pdffonts", path)), "\n")
		if len(list) < 4 {
			t.Errorf("%s: fonts\n%s", name, list)
		}
		for _, line := range list[2:] {
			if !regexp.MustCompile(`Identity-H +yes yes yes`).MatchString(line) {
				t.Errorf("%s: font not embedded or without characters: %s", name, line)
			}
		}
		info := run(t, "pdfinfo", path)
		for _, want := range []string{"Title:           " + d.Title, "Author:          " + d.Meta.Author, "Pages:           " + strconv.Itoa(r.Pages), "Creator:         开阳 0.1"} {
			if !strings.Contains(info, want) {
				t.Errorf("%s: pdfinfo lacks %q:\n%s", name, want, info)
			}
		}
		all := bare(run(t, "pdftotext", "-raw", path, "-"))
		var want []string
		for _, b := range d.Body {
			switch b := b.(type) {
			case docgen.Heading:
				want = append(want, docgen.Text(b.Runs))
			case docgen.Table:
				for _, row := range b.Table.Rows {
					for i := range row.Cells {
						if row.Cells[i].Spark == nil {
							want = append(want, row.Cells[i].Text)
						}
					}
				}
			}
		}
		want = append(want, d.Mark, d.Number, d.Issue, d.Editor, d.CopyNo, d.Urgency, "数据截至 2018-05-10 18:00", "开阳 0.1", d.Watermark)
		if name == "material" {
			want = append(want, "图1 戒断三年未复吸率走势", "目标 ≥36%", "本年 37.52%", "柳林镇", "未达标 1")
		}
		for _, s := range want {
			if !strings.Contains(all, bare(s)) {
				t.Errorf("%s: %q is not in the text", name, s)
			}
		}
	}
}

// What is written is extracted character by character, rare characters of names and of the
// supplementary planes included, whatever the lines do with it.
func TestTextExtractsExactly(t *testing.T) {
	set := system(t)
	const text = "甲：镕喆堃昇淼犇翀珺琤玥晗甯劼頔𠮷，2,071人次；37.52%。“石门乡”——（见附件1）《通报》〔2018〕3号……同比≥98‰·①㎡Ａｂ３×÷±→●▲■○℃·fi"
	path, r := made(t, "rare", &docgen.Document{Kind: docgen.Material, Title: "罕见字", Body: []docgen.Block{
		docgen.Say(text), docgen.Paragraph{Runs: []docgen.Run{{Text: text, Role: docgen.Kaiti}}}, docgen.Paragraph{Runs: []docgen.Run{{Text: text, Role: docgen.Heiti, Bold: true, Red: true}}}}}, set)
	if len(r.Missing) > 0 {
		t.Errorf("missing %q", r.Missing)
	}
	for _, mode := range []string{"-raw", "-layout"} {
		got := bare(run(t, "pdftotext", mode, path, "-"))
		if want := "罕见字" + strings.Repeat(bare(text), 3) + "—1—"; got != want {
			t.Errorf("%s gives\n%s\nwant\n%s", mode, got, want)
		}
	}
}

// The same for random texts, in lines however full; hanzi are never torn apart by the spacing
// of full lines.
func TestRandomTextExtractsExactly(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	alphabet := []rune("镕喆堃昇淼犇翀珺琤玥晗甯劼頔𠮷禁毒人民战争指挥部，。；：（）《》“”、？——0123456789.%,")
	d := paper()
	want := ""
	for range 300 {
		s := make([]rune, 1+rnd.IntN(150))
		for i := range s {
			s[i] = alphabet[rnd.IntN(len(alphabet))]
		}
		want += string(s) + "\n"
		d.Body = append(d.Body, docgen.Say(string(s)))
	}
	path, r := made(t, "random", d, system(t))
	got := regexp.MustCompile(`(?m)^— \d+ —$`).ReplaceAllString(run(t, "pdftotext", "-raw", path, "-"), "")
	if a, b := bare(got), bare(want); a != b {
		for i := range []rune(a) {
			if !strings.HasPrefix(b, string([]rune(a)[:i+1])) {
				t.Fatalf("differs at %d of %d: %q", i, len(b), string([]rune(a)[max(0, i-20):i+20]))
			}
		}
	}
	path, _ = made(t, "torn", paper(docgen.Say(strings.Repeat(lead+"完成37.52%，受众2,071人次。", 20))), system(t))
	if got := strings.Split(run(t, "pdftotext", "-raw", path, "-"), "— 1 —")[0]; r.Pages < 5 || strings.Contains(got, " ") {
		t.Errorf("%d pages; spaces between hanzi: %q", r.Pages, got)
	}
}

// Each character leaves ink on the paper: no empty place, and no two alike, as boxes would be.
func TestEveryCharacterIsInked(t *testing.T) {
	set := system(t)
	const chars = "镕喆堃昇淼犇翀珺琤玥晗甯劼頔𠮷国一〓①㎡Ａ１ａ8"
	d := paper()
	roles := docgen.Roles()
	for _, role := range roles {
		for _, r := range chars {
			d.Body = append(d.Body, docgen.Paragraph{Flush: true, Runs: []docgen.Run{{Text: string(r), Role: role}}})
		}
	}
	path, r := made(t, "inked", d, set)
	const dpi = 144
	seen := map[string]string{}
	n := 0
	for p := 1; p <= r.Pages; p++ {
		file := filepath.Join(t.TempDir(), "p")
		run(t, "pdftoppm", "-r", strconv.Itoa(dpi), "-gray", "-singlefile", "-f", strconv.Itoa(p), "-l", strconv.Itoa(p), path, file)
		raw, err := os.ReadFile(file + ".pgm")
		if err != nil {
			t.Fatal(err)
		}
		var w, h, white int
		if _, err := fmt.Sscanf(string(raw[:20]), "P5\n%d %d\n%d", &w, &h, &white); err != nil {
			t.Fatal(err)
		}
		pix := raw[len(raw)-w*h:]
		for _, word := range places(t, path)[p-1] {
			if word.y1 > marginTop+areaH {
				continue
			}
			const scale = dpi / 72.0
			shape, dark := []byte(nil), 0
			for y := int(word.y1 * scale); y < int(word.y2*scale)+4; y++ {
				for x := int(word.x1*scale) - 1; x < int(word.x2*scale)+2; x++ {
					v := pix[y*w+x] / 64
					if v == 0 {
						dark++
					}
					shape = append(shape, v)
				}
			}
			role := roles[n/len([]rune(chars))]
			n++
			if dark < 10 {
				t.Errorf("%s in %s leaves %d dark points", word.text, role, dark)
			}
			key := string(role) + string(shape)
			if other := seen[key]; other != "" {
				t.Errorf("%s looks like %s in %s", word.text, other, role)
			}
			seen[key] = word.text
		}
	}
	if want := len(roles) * len([]rune(chars)); n != want {
		t.Errorf("%d characters found, want %d", n, want)
	}
}

// Several documents may be written at once with one set of fonts.
func TestManyAtOnce(t *testing.T) {
	set := system(t)
	var first bytes.Buffer
	if _, err := Write(&first, notice(), set); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			var b bytes.Buffer
			if _, err := Write(&b, notice(), set); err != nil || !bytes.Equal(b.Bytes(), first.Bytes()) {
				t.Errorf("written beside others it differs: %v", err)
			}
		})
	}
	group.Wait()
}

// A character no font has is printed as 〓, reported, and still extracted as itself.
func TestMissingCharactersAreShownAndReported(t *testing.T) {
	path, r := made(t, "missing", &docgen.Document{Kind: docgen.Material, Body: []docgen.Block{docgen.Say("甲\U00016B50乙")}}, system(t))
	if !slices.Equal(r.Missing, []rune{0x16B50}) || len(r.Notes) != 1 || !strings.Contains(r.Notes[0].Say(nil), "U+16B50") {
		t.Errorf("%+v", r)
	}
	if got := bare(run(t, "pdftotext", "-raw", path, "-")); !strings.Contains(got, "甲\U00016B50乙") {
		t.Errorf("got %q", got)
	}
}

// TrueType fonts from the office's own directory serve as well as those of the system, and
// what such a font lacks is shown.
func TestAFontOfTheOffice(t *testing.T) {
	var droid string
	for _, dir := range fonts.SystemDirs() {
		if found, _ := filepath.Glob(filepath.Join(dir, "truetype", "droid", "DroidSansFallback*.ttf")); len(found) > 0 {
			droid = found[0]
		}
	}
	if droid == "" {
		t.Fatal("no TrueType font with hanzi (install the Debian package fonts-droid-fallback)")
	}
	set, err := fonts.Open(filepath.Dir(droid), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	path, r := made(t, "truetype", paper(docgen.Say("禁毒人民战争，镕喆堃昇；𠮷。"), docgen.Head(1, "一、总体情况")), set)
	if !slices.Contains(r.Missing, '𠮷') || r.Fonts[0].Official {
		t.Errorf("%+v", r)
	}
	if got := bare(pageText(t, path, 1)); !strings.Contains(got, "禁毒人民战争，镕喆堃昇；𠮷。一、总体情况") {
		t.Errorf("got %s", got)
	}
	if got := run(t, "pdffonts", path); !strings.Contains(got, "DroidSansFallback") || !strings.Contains(got, "yes yes yes") {
		t.Errorf("got %s", got)
	}
}

func TestEqualDocumentsGiveEqualBytes(t *testing.T) {
	set, other := system(t), system(t)
	for name, d := range samples() {
		var a, b bytes.Buffer
		if _, err := Write(&a, d, set); err != nil {
			t.Fatal(err)
		}
		if _, err := Write(&b, samples()[name], other); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s: the files differ", name)
		}
	}
}

// Figures and sources lead to the trace, marks to the source; without a base nothing leads
// anywhere, and a script is never an address.
func TestLinks(t *testing.T) {
	set := system(t)
	d := notice()
	var b bytes.Buffer
	if _, err := Write(&b, d, set); err != nil {
		t.Fatal(err)
	}
	for s, want := range map[string]int{"(https://kaiyang.example/figures/1)": 2, "(https://kaiyang.example/figures/1?unit=52)": 38, "/XYZ 0 ": -1, "/Lang(zh-CN)": 1} {
		if got := bytes.Count(b.Bytes(), []byte(s)); want >= 0 && got != want || got == 0 {
			t.Errorf("%s: %d times, want %d", s, got, want)
		}
	}
	d.Meta.Base = ""
	d.Body = append(d.Body, docgen.Paragraph{Runs: []docgen.Run{{Text: "点", Href: "javascript:alert(1)"}}})
	b.Reset()
	if _, err := Write(&b, d, set); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(b.Bytes(), []byte("/URI")) {
		t.Error("a document without a base leads somewhere")
	}
}

// A chart carries the words said instead of it, its caption where it has no others.
func TestPicturesHaveWords(t *testing.T) {
	d := material()
	pic := d.Body[2].(docgen.Picture)
	pic.Alt = "复吸率逐月上升"
	d.Body[2] = pic
	var b bytes.Buffer
	if _, err := Write(&b, d, system(t)); err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	for _, part := range bytes.Split(b.Bytes(), []byte("stream\n"))[1:] {
		if z, err := zlib.NewReader(bytes.NewReader(part)); err == nil {
			_, _ = io.Copy(&all, z) // what follows a stream is none
		}
	}
	for _, alt := range []string{"复吸率逐月上升", "图2　乡镇排名", "图3　分布"} {
		if !bytes.Contains(all.Bytes(), []byte("/Span<</Alt"+text(alt)+">>BDC")) {
			t.Errorf("nothing is said instead of %s", alt)
		}
	}
}

// The headings are bookmarks, nested by level.
func TestBookmarks(t *testing.T) {
	var b bytes.Buffer
	if _, err := Write(&b, notice(), system(t)); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"一、总体情况", "（一）减存量", "1. 走访情况", "三、下步要求", "附件1 4月份各乡镇指标明细表", "数据来源"} {
		if !bytes.Contains(b.Bytes(), []byte("/Title"+text(s))) {
			t.Errorf("no bookmark %s", s)
		}
	}
	if !bytes.Contains(b.Bytes(), []byte("/Type/Outlines")) || !bytes.Contains(b.Bytes(), []byte("/PageMode/UseOutlines")) {
		t.Error("no outline")
	}
}

// BenchmarkPages writes a document of about thirty pages.
func BenchmarkPages(b *testing.B) {
	set := system(b)
	d := notice()
	for i := range 24 {
		d.Body = append(d.Body, docgen.Head(1, "第"+strconv.Itoa(i)+"部分"), docgen.Table{Table: ranking(10)})
		for range 3 {
			d.Body = append(d.Body, docgen.Say(lead+lead))
		}
	}
	var r Report
	for b.Loop() {
		var err error
		if r, err = Write(io.Discard, d, set); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(r.Pages)*float64(b.N)/b.Elapsed().Seconds(), "pages/s")
	b.ReportMetric(float64(r.Pages), "pages")
	b.ReportMetric(float64(r.Bytes), "bytes")
}
