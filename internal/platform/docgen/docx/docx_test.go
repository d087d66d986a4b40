package docx_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/docgen/docx"
	"kaiyang/internal/platform/table"
)

// parts unpacks a file.
func parts(t testing.TB, file []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(b)
	}
	return out
}

// order is the order of the schema for the children of the elements where Word repairs a file
// that has another (ISO/IEC 29500-1, 17).
var order = map[string]string{
	"pPr":        "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
	"rPr":        "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath",
	"sectPr":     "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid printerSettings",
	"tblPr":      "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription",
	"tblBorders": "top left start bottom right end insideH insideV",
	"tblCellMar": "top left start bottom right end",
	"pBdr":       "top left bottom right between bar",
	"tcPr":       "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark",
	"tbl":        "tblPr tblGrid tr",
	"tr":         "tblPrEx trPr tc",
	"tc":         "tcPr tbl|p",
	"style":      "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden unhideWhenUsed qFormat locked personal rsid pPr rPr tblPr trPr tcPr tblStylePr",
	"settings":   "writeProtection view zoom defaultTabStop evenAndOddHeaders characterSpacingControl compat rsids mathPr themeFontLang clrSchemeMapping shapeDefaults decimalSymbol listSeparator",
	"font":       "altName panose1 charset family notTrueType pitch sig",
	"inline":     "extent effectExtent docPr cNvGraphicFramePr graphic",
	"p":          "pPr r|hyperlink|bookmarkStart|bookmarkEnd|proofErr",
	"r":          "rPr AlternateContent|t|tab|br|fldChar|instrText|drawing|pict",
}

// inOrder walks over a part and reports children that stand where the schema has no place.
func inOrder(t *testing.T, name, part string) {
	t.Helper()
	type node struct {
		name string
		last int
	}
	var open []node
	d := xml.NewDecoder(strings.NewReader(part))
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("%s is not well-formed: %v", name, err)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			if n := len(open); n > 0 {
				if want, ok := order[open[n-1].name]; ok {
					at := slices.IndexFunc(strings.Fields(want), func(s string) bool { return slices.Contains(strings.Split(s, "|"), e.Name.Local) })
					if at < 0 || at < open[n-1].last {
						t.Errorf("%s: %s in %s stands out of order", name, e.Name.Local, open[n-1].name)
					}
					open[n-1].last = max(at, open[n-1].last)
				}
			}
			open = append(open, node{name: e.Name.Local})
		case xml.EndElement:
			open = open[:len(open)-1]
		}
	}
}

func TestElementsFollowTheSchema(t *testing.T) {
	for kind, d := range samples() {
		for name, part := range parts(t, file(t, d)) {
			if !strings.HasSuffix(name, ".png") {
				inOrder(t, kind+" "+name, part)
			}
		}
	}
}

// Every table cell ends in a paragraph, every reference has its relationship, and every part
// its type: else Word repairs the file.
func TestReferencesHold(t *testing.T) {
	ids := regexp.MustCompile(`r:(?:id|embed)="([^"]+)"`)
	for kind, d := range samples() {
		p := parts(t, file(t, d))
		if strings.Contains(p["word/document.xml"], "</w:tbl></w:tc>") {
			t.Errorf("%s: a cell ends in a table", kind)
		}
		if strings.Contains(p["word/document.xml"], "</w:tbl><w:tbl>") {
			t.Errorf("%s: two tables grow together", kind)
		}
		for _, m := range ids.FindAllStringSubmatch(p["word/document.xml"], -1) {
			if !strings.Contains(p["word/_rels/document.xml.rels"], `Id="`+m[1]+`"`) {
				t.Errorf("%s: no relationship %s", kind, m[1])
			}
		}
		for name := range p {
			ext := name[strings.LastIndexByte(name, '.')+1:]
			if c := p["[Content_Types].xml"]; !strings.Contains(c, `PartName="/`+name+`"`) && !strings.Contains(c, `Extension="`+ext+`"`) {
				t.Errorf("%s: no type for %s", kind, name)
			}
		}
		for _, m := range regexp.MustCompile(`Target="([^"]+)"/>`).FindAllStringSubmatch(p["word/_rels/document.xml.rels"], -1) {
			if _, ok := p["word/"+m[1]]; !ok {
				t.Errorf("%s: relationship to %s leads nowhere", kind, m[1])
			}
		}
		for _, m := range regexp.MustCompile(`w:anchor="([^"]+)"`).FindAllStringSubmatch(p["word/document.xml"], -1) {
			if strings.Count(p["word/document.xml"], `w:name="`+m[1]+`"`) != 1 {
				t.Errorf("%s: bookmark %s is not there once", kind, m[1])
			}
		}
	}
}

// DOC-50..55, over all kinds of documents.
func TestRulesOfOfficialDocuments(t *testing.T) {
	fonts := []string{"方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体"}
	rules := []struct {
		id   string
		hold func(d *docgen.Document, p map[string]string, text string) string
	}{
		{"DOC-50 only the five fonts", func(_ *docgen.Document, p map[string]string, _ string) string {
			for name, part := range p {
				for _, m := range regexp.MustCompile(`w:eastAsia="([^"]*)"`).FindAllStringSubmatch(part, -1) {
					if m[1] != "zh-CN" && m[1] != "eastAsia" && !slices.Contains(fonts, m[1]) {
						return name + ": " + m[1]
					}
				}
				for _, m := range regexp.MustCompile(`w:(?:ascii|hAnsi)="([^"]*)"`).FindAllStringSubmatch(part, -1) {
					if m[1] != "Times New Roman" && m[1] != "宋体" {
						return name + ": " + m[1]
					}
				}
			}
			return ""
		}},
		{"DOC-50 fonts on styles and defaults", func(_ *docgen.Document, p map[string]string, _ string) string {
			s := p["word/styles.xml"]
			if !regexp.MustCompile(`<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:eastAsia="仿宋_GB2312"`).MatchString(s) {
				return "defaults"
			}
			for _, m := range regexp.MustCompile(`(?s)<w:style w:type="paragraph".*?</w:style>`).FindAllString(s, -1) {
				if !strings.Contains(m, "w:eastAsia=") {
					return m
				}
			}
			return ""
		}},
		{"DOC-50 no theme fonts, nothing embedded", func(_ *docgen.Document, p map[string]string, _ string) string {
			for name, part := range p {
				if strings.Contains(part, "asciiTheme") || strings.Contains(part, "eastAsiaTheme") || strings.Contains(name, "fonts/") {
					return name
				}
			}
			return ""
		}},
		{"DOC-53 line, spacing, no character grid", func(_ *docgen.Document, p map[string]string, _ string) string {
			if s := p["word/styles.xml"]; !strings.Contains(s, `<w:spacing w:val="-5"/>`) || !strings.Contains(s, `w:line="579" w:lineRule="exact"`) {
				return "defaults"
			}
			if strings.Contains(p["word/document.xml"], "docGrid") {
				return "a grid"
			}
			return ""
		}},
		{"DOC-53 page and margins", func(_ *docgen.Document, p map[string]string, _ string) string {
			for _, s := range regexp.MustCompile(`<w:sectPr>.*?</w:sectPr>`).FindAllString(p["word/document.xml"], -1) {
				up := strings.Contains(s, `<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1587"`)
				wide := strings.Contains(s, `<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>`)
				if up == wide {
					return s
				}
			}
			return ""
		}},
		{"DOC-23 odd and even page numbers", func(_ *docgen.Document, p map[string]string, _ string) string {
			odd, even := p["word/footer_odd.xml"], p["word/footer_even.xml"]
			if !strings.Contains(p["word/settings.xml"], "<w:evenAndOddHeaders/>") || !strings.Contains(odd, `<w:jc w:val="right"/>`) || !strings.Contains(even, `<w:jc w:val="left"/>`) {
				return "sides"
			}
			if !strings.Contains(odd, "PAGE") || !strings.Contains(odd, "— ") || !strings.Contains(odd, " —") || !strings.Contains(odd, `<w:sz w:val="28"/>`) {
				return odd
			}
			return ""
		}},
		{"DOC-54 brackets of the year, dates without padding", func(d *docgen.Document, _ map[string]string, text string) string {
			if m := regexp.MustCompile(`[\[（(【]20\d\d[\]）)】]\d*号|年0\d月|月0\d日|〕0|〕第`).FindString(text); m != "" {
				return m
			}
			if d.Number != "" && !strings.Contains(text, d.Number) && d.Kind != docgen.Letter {
				return "no number"
			}
			return ""
		}},
		{"DOC-55 cut-off, generator, watermark", func(d *docgen.Document, p map[string]string, text string) string {
			if d.Meta.Cutoff != "" && !strings.Contains(text, "数据截至 2018-05-10 18:00 · 开阳 0.1") {
				return "line"
			}
			marked := strings.Contains(p["word/header_page.xml"], `string="内部"`)
			if marked != (d.Watermark != "") || d.Watermark != "" && d.Kind == docgen.Letter && !strings.Contains(p["word/header_letter.xml"], `string="内部"`) {
				return "watermark"
			}
			if d.Meta.Author != "" && !strings.Contains(p["docProps/core.xml"], "<dc:creator>茶山县禁毒办</dc:creator>") {
				return "author"
			}
			return ""
		}},
		{"DOC-30 a letter numbers its first page not, and its colophon is plain", func(d *docgen.Document, p map[string]string, text string) string {
			if d.Kind != docgen.Letter {
				return ""
			}
			if strings.Contains(p["word/footer_letter.xml"], "PAGE") || !strings.Contains(p["word/document.xml"], "<w:titlePg/>") || strings.Contains(text, "不应出现") {
				return "letter"
			}
			return ""
		}},
		{"no empty file name, no raw control characters", func(_ *docgen.Document, p map[string]string, _ string) string {
			for name, part := range p {
				if !strings.HasSuffix(name, ".png") && strings.ContainsFunc(part, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) {
					return name
				}
			}
			return ""
		}},
	}
	for kind, d := range samples() {
		f := file(t, d)
		p := parts(t, f)
		lines, err := docx.Text(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rules {
			if got := r.hold(d, p, strings.Join(lines, "\n")); got != "" {
				t.Errorf("%s: %s: %s", kind, r.id, got)
			}
		}
	}
}

func TestSameDocumentSameBytes(t *testing.T) {
	for kind := range samples() {
		if a, b := file(t, samples()[kind]), file(t, samples()[kind]); !bytes.Equal(a, b) {
			t.Errorf("%s differs from one time to the next", kind)
		}
	}
}

// What a notice prints, line by line, in the order of the standard.
func TestNoticeReads(t *testing.T) {
	lines, err := docx.Text(file(t, notice()))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range lines {
		if strings.TrimSpace(l) != "" && !strings.Contains(l, "切实提高") && !strings.Contains(l, "37.52%") {
			got = append(got, l)
		}
	}
	want := []string{"000001", "加急", "茶山县禁毒人民战争指挥部文件", "茶禁指〔2018〕3号",
		"茶山县禁毒人民战争指挥部关于\n2018年4月重点工作任务完成情况的通报", "各乡镇人民政府、县直各部门：",
		"4月，全县戒断三年未复吸率为59.58%[1]，比上月提高1.2个百分点[2]，距年度目标尚有差距。现将有关情况通报如下。",
		"一、总体情况", "（一）各乡镇进度", "表1　各乡镇2018年4月戒断巩固情况",
		"排名\t乡镇\t戒断三年未复吸\t灯", "\t\t分子（人）\t分母（人）\t比率\t",
		"—\t全县\t1,234\t2,071\t59.58% 不完整\t▲ 临界", "—\t水口镇\t未报\t未报\t未报\t○ 未判定",
		"注：水口镇4月报表未报，未计入全县数。", "数据截至2018-05-10 18:00，来源：乡镇月报。", "1.存在问题", "（1）下步要求",
		"附件：1.\t各乡镇2018年4月戒断巩固情况明细表", "2.\t重点整治村（社区）名单以及需要在本季度内完成销号的问题清单汇总表",
		"茶山县禁毒人民战争指挥部", "2018年5月11日", "（此件公开发布）", "数据截至 2018-05-10 18:00 · 开阳 0.1"}
	if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
		t.Errorf("got %q\nwant %q", got[:min(len(got), len(want))], want)
	}
	tail := []string{"抄送：县委办公室，县人大常委会办公室，县政府办公室，县政协办公室，县纪委监委，县人民法院，县人民检察院。",
		"茶山县禁毒人民战争指挥部办公室 2018年5月11日印发", "数据来源", "编号与正文数据后的小号标记对应，仅供核对，不属于公文正文。",
		"[1]\t吸毒人员戒断三年未复吸率 · 茶山县 · 2018年4月：59.58%", "[2]\t吸毒人员戒断三年未复吸率 · 茶山县 · 2018年4月 · 环比：1.2个百分点"}
	if !slices.Equal(got[len(got)-len(tail):], tail) {
		t.Errorf("got %q\nwant %q", got[len(got)-len(tail):], tail)
	}
}

// Figures link to their traces, and without a base nothing links outside.
func TestLinks(t *testing.T) {
	rels := parts(t, file(t, notice()))["word/_rels/document.xml.rels"]
	for _, want := range []string{`Target="https://kaiyang.example/figures/I2?unit=520000&amp;period=2018-04" TargetMode="External"`, `Target="https://kaiyang.example/figures/I2?unit=3"`} {
		if !strings.Contains(rels, want) {
			t.Errorf("no %s", want)
		}
	}
	d := notice()
	d.Meta.Base = ""
	d.Body = append(d.Body, docgen.Paragraph{Runs: []docgen.Run{{Text: "坏", Href: "javascript:alert(1)"}, {Text: "坏", Href: "//other.example"}}})
	if rels := parts(t, file(t, d))["word/_rels/document.xml.rels"]; strings.Contains(rels, "External") {
		t.Errorf("links without a base: %s", rels)
	}
}

func TestBrokenDocumentsSaySo(t *testing.T) {
	d := notice()
	d.Sources = d.Sources[:1]
	if err := docx.Write(io.Discard, d, drawn); fault.Say(err, nil) != "文中数据“1.2个百分点”引用了来源 [2]，数据来源清单中没有这一条；请补上后再生成" {
		t.Errorf("missing source: %v", err)
	}
	m := material()
	if err := docx.Write(io.Discard, m, nil); fault.Say(err, nil) != "图“图1　戒断三年未复吸率”没有内容或无法绘制；请检查图的数据后再生成" {
		t.Errorf("no pictures: %v", err)
	}
}

// Whatever words come, the file is well-formed and gives them back without what XML cannot hold.
func TestAnyWordsSurvive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.StringOf(rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune("\x00\x01\x0b\x1f\u007f\ufffe\uffff<>&\"'\t\n\r]]>𠮷堃“”")))).Draw(t, "words")
		d := &docgen.Document{Kind: docgen.Official, Mark: words, Number: words, Title: words, To: []string{words}, Watermark: words,
			Body: []docgen.Block{docgen.Say(words), docgen.Table{Table: &table.Table{Caption: words, Columns: []table.Column{{Head: []string{words}}}, Rows: []table.Row{{Cells: []table.Cell{table.Link(words, "/"+words)}}}}}},
			Meta: docgen.Meta{Author: words, Generator: words, Base: "https://kaiyang.example"}}
		var b bytes.Buffer
		if err := docx.Write(&b, d, nil); err != nil {
			t.Fatal(err)
		}
		z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			r, _ := f.Open()
			dec := xml.NewDecoder(r)
			for {
				if _, err := dec.Token(); err == io.EOF {
					break
				} else if err != nil {
					t.Fatalf("%s: %v", f.Name, err)
				}
			}
		}
		lines, err := docx.Text(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Map(func(r rune) rune {
			if r < 0x20 && r != '\t' && r != '\n' || r == 0xFFFE || r == 0xFFFF {
				return -1
			}
			return r
		}, strings.ReplaceAll(strings.ToValidUTF8(words, "\uFFFD"), "\r\n", "\n"))
		if !slices.Contains(lines, want) {
			t.Fatalf("%q is not among %q", want, lines)
		}
	})
}
