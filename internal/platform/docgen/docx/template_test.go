package docx_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/docgen/docx"
	"kaiyang/internal/platform/table"
)

const w14 = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"`

// office is a template as an office's Word writes it: placeholders cut over runs, in a table, a
// header, a text box and its copy.
func office() [][2]string {
	return [][2]string{
		{"[Content_Types].xml", `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/header1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"/></Types>`},
		{"_rels/.rels", `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/document.xml", `<?xml version="1.0"?><w:document ` + w14 + `><w:body>` +
			`<w:p><w:r><w:t>固定的话 &amp; 不动</w:t></w:r></w:p>` +
			`<w:p><w:pPr><w:jc w:val="both"/></w:pPr><w:r><w:rPr><w:b/><w:color w:val="00B050"/></w:rPr><w:t>比率为{{指</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:t>标 I</w:t></w:r><w:r><w:rPr><w:i/></w:rPr><w:t>2}}，较好；</w:t></w:r><w:r><w:t>再看{{指标 I3}}和{{ 文字　结论 }}。</w:t></w:r></w:p>` +
			`<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid><w:gridCol w:w="4000"/></w:tblGrid><w:tr><w:tc><w:tcPr><w:tcW w:w="4000" w:type="dxa"/></w:tcPr><w:p><w:r><w:t>{{指标 I3}}</w:t></w:r></w:p></w:tc></w:tr></w:tbl>` +
			`<w:p><w:r><w:t>{{表 排名}}</w:t></w:r></w:p>` +
			`<w:p><w:r><w:t>{{图 趋势}}</w:t></w:r></w:p>` +
			`<w:p><w:r><mc:AlternateContent><mc:Choice Requires="v"><w:pict><v:rect style="width:200pt;height:40pt"><v:textbox><w:txbxContent><w:p><w:r><w:t>框内{{指标 I2}}</w:t></w:r></w:p></w:txbxContent></v:textbox></v:rect></w:pict></mc:Choice><mc:Fallback><w:pict><v:rect style="width:200pt;height:40pt"><v:textbox><w:txbxContent><w:p><w:r><w:t>框内{{指标 I2}}</w:t></w:r></w:p></w:txbxContent></v:textbox></v:rect></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>` +
			`<w:sectPr><w:headerReference w:type="default" r:id="rId7"/><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1453" w:bottom="1440" w:left="1453" w:header="851" w:footer="992" w:gutter="0"/></w:sectPr></w:body></w:document>`},
		{"word/_rels/document.xml.rels", `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId7" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/header" Target="header1.xml"/></Relationships>`},
		{"word/header1.xml", `<?xml version="1.0"?><w:hdr ` + w14 + `><w:p><w:r><w:t>{{文字 单位}}</w:t></w:r></w:p></w:hdr>`},
		{"customXml/item1.xml", `<any>{{不是占位符}}</any>`},
	}
}

func zipped(t testing.TB, parts [][2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range parts {
		f, err := z.CreateHeader(&zip.FileHeader{Name: p[0], Method: zip.Deflate, Modified: time.Date(2018, 5, 1, 8, 0, 0, 0, time.UTC)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, p[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func parse(data []byte) (*docx.Template, error) {
	return docx.Parse(bytes.NewReader(data), int64(len(data)))
}

func values() docx.Values {
	return docx.Values{Pictures: drawn, Base: "https://kaiyang.example", Of: map[string]docx.Value{
		"指标 I2": {Runs: []docgen.Run{{Text: "59.58%", Href: "/figures/I2"}}},
		"指标 I3": {Runs: []docgen.Run{{Text: "2,071"}}},
		"文字 结论": {Runs: []docgen.Run{{Text: "“好” & "}, {Text: "要整改", Bold: true, Role: docgen.Heiti}, {Text: "\n第二行"}}},
		"文字 单位": {Runs: []docgen.Run{{Text: "茶山县"}}},
		"表 排名":  {Table: towns(2)},
		"图 趋势":  {Chart: trend(), Caption: "图1　趋势"},
	}}
}

// template fills the office's template.
func template(t testing.TB) []byte {
	t.Helper()
	tpl, err := parse(zipped(t, office()))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := tpl.Fill(&b, values()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTemplateNames(t *testing.T) {
	tpl, err := parse(zipped(t, office()))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range tpl.Names() {
		got = append(got, fmt.Sprintf("%s %d %s|%s", p.Part, p.Paragraph, p.Key(), p.Text))
	}
	want := []string{
		"正文 2 指标 I2|比率为{{指标 I2}}，较好；再看{{指标 I3}}和{{ 文字　结论 }}。", "正文 2 指标 I3|比率为{{指标 I2}}，较好；再看{{指标 I3}}和{{ 文字　结论 }}。", "正文 2 文字 结论|比率为{{指标 I2}}，较好；再看{{指标 I3}}和{{ 文字　结论 }}。",
		"正文 3 指标 I3|{{指标 I3}}", "正文 4 表 排名|{{表 排名}}", "正文 5 图 趋势|{{图 趋势}}", "正文 7 指标 I2|框内{{指标 I2}}", "页眉 1 文字 单位|{{文字 单位}}"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestTemplateFilled(t *testing.T) {
	p := parts(t, template(t))
	doc := p["word/document.xml"]
	before := office()
	for _, want := range []string{
		`<w:p><w:r><w:t>固定的话 &amp; 不动</w:t></w:r></w:p><w:p><w:pPr><w:jc w:val="both"/></w:pPr><w:r><w:rPr><w:b/><w:color w:val="00B050"/></w:rPr><w:t xml:space="preserve">比率为</w:t></w:r><w:hyperlink xmlns:r=`,
		`<w:r><w:rPr><w:b/><w:color w:val="00B050"/></w:rPr><w:t xml:space="preserve">59.58%</w:t></w:r></w:hyperlink>`,
		`<w:proofErr w:type="spellStart"/>`, `<w:r><w:rPr><w:i/></w:rPr><w:t xml:space="preserve">，较好；</w:t></w:r>`,
		`“好” &amp; </w:t></w:r><w:r><w:rPr><w:rFonts w:eastAsia="黑体"/><w:b/><w:bCs/></w:rPr><w:t xml:space="preserve">要整改</w:t></w:r>`,
		`</w:t><w:br/><w:t xml:space="preserve">第二行。</w:t>`,
		`<w:sectPr><w:headerReference w:type="default" r:id="rId7"/>`, `<w:tbl><w:tblPr><w:tblW w:w="9000" w:type="dxa"/>`, `<wp:extent cx="5616000"`,
	} {
		if !strings.Contains(doc, want) {
			t.Errorf("no %s in\n%s", want, doc)
		}
	}
	for name, part := range p {
		if name != "customXml/item1.xml" && strings.Contains(part, "{{") {
			t.Errorf("%s has placeholders left", name)
		}
		if strings.HasSuffix(name, ".xml") {
			inOrder(t, name, part)
		}
	}
	if p["customXml/item1.xml"] != before[5][1] || p["_rels/.rels"] != before[1][1] {
		t.Error("other parts changed")
	}
	if !strings.HasPrefix(p["[Content_Types].xml"], strings.TrimSuffix(before[0][1], "</Types>")) || !strings.Contains(p["[Content_Types].xml"], `Extension="png"`) {
		t.Errorf("types: %s", p["[Content_Types].xml"])
	}
	lines, err := docx.Text(template(t))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(lines, "\n")
	for _, want := range []string{"比率为59.58%，较好；再看2,071和“好” & 要整改\n第二行。", "\t\t分子（人）\t分母（人）\t比率\t", "图1　趋势", "框内59.58%"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %q", want, text)
		}
	}
	if strings.Count(doc, "框内</w:t>") != 2 {
		t.Error("the copy of the text box was not filled")
	}
}

// Nothing is left blank: every missing or empty value is named with its paragraph.
func TestTemplateLacksValues(t *testing.T) {
	tpl, err := parse(zipped(t, office()))
	if err != nil {
		t.Fatal(err)
	}
	v := values()
	delete(v.Of, "指标 I3")
	v.Of["文字 单位"] = docx.Value{Runs: []docgen.Run{{Text: " 　"}}}
	v.Of["图 趋势"] = docx.Value{Table: &table.Table{}}
	var b bytes.Buffer
	err = tpl.Fill(&b, v)
	var got fault.Findings
	if !errors.As(err, &got) || b.Len() > 0 {
		t.Fatalf("%v, %d bytes written", err, b.Len())
	}
	want := "正文第 2 段“比率为{{指标 I2}}，较好；再看{{指标 I…”：没有叫“指标 I3”的内容；请改模板中的名称，或先在系统里补上这项内容\n" +
		"正文第 3 段“{{指标 I3}}”：没有叫“指标 I3”的内容；请改模板中的名称，或先在系统里补上这项内容\n" +
		"正文第 5 段“{{图 趋势}}”：“图 趋势”的内容是空的；请先补上内容，或从模板中删去这个占位符\n" +
		"页眉第 1 段“{{文字 单位}}”：“文字 单位”的内容是空的；请先补上内容，或从模板中删去这个占位符"
	if got.Error() != want {
		t.Errorf("got  %s\nwant %s", got.Error(), want)
	}
}

func with(name, part string) [][2]string {
	out := office()
	for i := range out {
		if out[i][0] == name {
			out[i][1] = part
			return out
		}
	}
	return append(out, [2]string{name, part})
}

func body(inner string) [][2]string {
	return with("word/document.xml", `<?xml version="1.0"?><w:document `+w14+`><w:body>`+inner+`</w:body></w:document>`)
}

func TestTemplatesRefused(t *testing.T) {
	relation := func(kind, target string) [][2]string {
		return with("word/_rels/settings.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/`+kind+`" Target="`+target+`" TargetMode="External"/></Relationships>`)
	}
	cases := []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "文件不是 .docx 文档"},
		{"text", []byte("你好"), "文件不是 .docx 文档"},
		{"old", []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), "这是旧格式"},
		{"cut off", zipped(t, office())[:800], "文件不是 .docx 文档"},
		{"no text", zipped(t, [][2]string{{"a.txt", "a"}}), "文件里没有 Word 正文"},
		{"macro", zipped(t, with("word/vbaProject.bin", "x")), "文档含有宏"},
		{"macro type", zipped(t, with("[Content_Types].xml", `<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>`)), "文档含有宏"},
		{"object", zipped(t, with("word/embeddings/oleObject1.bin", "x")), "文档内嵌了其他文件或控件"},
		{"control", zipped(t, with("word/activeX/activeX1.xml", "<x/>")), "文档内嵌了其他文件或控件"},
		{"picture elsewhere", zipped(t, relation("image", "http://other.example/a.png")), "文档引用了外部文件（http://other.example/a.p…）"},
		{"other template", zipped(t, relation("attachedTemplate", "file:///C:/a.dotm")), "文档附加了另一个模板（file:///C:/a.dotm）"},
		{"document type", zipped(t, body("")[:2]), "文件里没有 Word 正文"},
		{"entity", zipped(t, with("word/document.xml", `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><w:document `+w14+`>&e;</w:document>`)), "含有文档类型声明或外部实体"},
		{"entity elsewhere", zipped(t, with("word/styles.xml", `<!DOCTYPE x><x/>`)), "含有文档类型声明或外部实体"},
		{"not nested", zipped(t, with("word/document.xml", `<w:document `+w14+`><w:body></w:document>`)), "已损坏"},
		{"strict", zipped(t, with("word/document.xml", `<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"/>`)), "Strict Open XML"},
		{"field", zipped(t, body(`<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DDE</w:instrText></w:r><w:r><w:instrText>AUTO c:\cmd</w:instrText></w:r></w:p>`)), "引用其他文件或程序的域"},
		{"deep", zipped(t, body(strings.Repeat("<w:p>", 300)+strings.Repeat("</w:p>", 300))), "已损坏"},
		{"bomb", zipped(t, with("word/media/a.bin", strings.Repeat("\x00", 40<<20))), "文件解压后过大"},
		{"path", zipped(t, with("../a.xml", "<a/>")), "文件内部结构异常"},
		{"unknown kind", zipped(t, body(`<w:p><w:r><w:t>看{{指数 I2}}吧</w:t></w:r></w:p>`)), "正文第 1 段“看{{指数 I2}}吧”：占位符没有写对"},
		{"not closed", zipped(t, body(`<w:p/><w:p><w:r><w:t>{{指标 I2</w:t><w:tab/><w:t>}}</w:t></w:r></w:p>`)), "正文第 2 段“{{指标 I2\t}}”：占位符没有写对"},
		{"wide braces", zipped(t, body(`<w:p><w:r><w:t>｛｛指标 I2｝｝</w:t></w:r></w:p>`)), "占位符没有写对"},
		{"table not alone", zipped(t, body(`<w:p><w:r><w:t>见{{表 排名}}</w:t></w:r></w:p>`)), "表和图的占位符要单独成段；请把 {{表 排名}} 前后的文字移到别的段"},
	}
	for _, c := range cases {
		_, err := parse(c.data)
		if err == nil || !strings.Contains(fault.Say(err, nil), c.want) || fault.KindOf(err) == fault.Internal {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

// Whatever is uploaded, parsing ends, and what it accepts is filled into well-formed XML.
func FuzzParse(f *testing.F) {
	for _, p := range office()[2:5] {
		f.Add([]byte(p[1]))
	}
	for _, inner := range []string{`<w:p><w:r><w:t>{{指标 I2}}{{指标 I2}}</w:t></w:r></w:p>`, `<w:p><w:r><w:t>{{指标</w:t></w:r><w:r><w:t> I2}}x</w:t></w:r></w:p>`, `<w:p><w:r><w:t/><w:t>{{表 排名}}</w:t></w:r></w:p><w:tbl/>`, `<w:p><w:t>{{文字 a}}</w:t></w:p>`, `<w:r/><w:t>x</w:t>`, `<w:p><w:pPr><w:sectPr/></w:pPr><w:r><w:rPr><w:rPr/></w:rPr><w:t><![CDATA[{{图 a}}]]></w:t></w:r></w:p>`} {
		f.Add([]byte(body(inner)[2][1]))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		tpl, err := parse(zipped(t, with("word/document.xml", string(doc))))
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				t.Fatal(err)
			}
			return
		}
		v := docx.Values{Of: map[string]docx.Value{}, Pictures: drawn, Base: "https://kaiyang.example"}
		for _, p := range tpl.Names() {
			v.Of[p.Key()] = docx.Value{Runs: []docgen.Run{{Text: "<&>"}, {Text: "b", Bold: true, Href: "/x"}}, Table: towns(1), Chart: trend()}
		}
		var b bytes.Buffer
		if err := tpl.Fill(&b, v); err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(strings.NewReader(parts(t, b.Bytes())["word/document.xml"]))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%v in %s", err, parts(t, b.Bytes())["word/document.xml"])
			}
		}
	})
}
