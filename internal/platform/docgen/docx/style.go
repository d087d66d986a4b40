package docx

import "kaiyang/internal/platform/words"

// Measures of the page in twips (STANDARDS 1.3). The text is 156 × 225 mm.
const (
	pageWidth  = 11906
	pageHeight = 16838
	marginTop  = 2098
	marginFoot = 1984
	marginLeft = 1587
	marginSide = 1474 // right
	textWidth  = pageWidth - marginLeft - marginSide
	wideWidth  = pageHeight - marginTop - marginFoot // text of a landscape page

	lineHeight    = 579 // 22 lines a page
	charWidth     = 315 // 28 characters a line: 16 pt less a quarter
	squeeze       = -5  // that quarter point
	footerGap     = 1307
	headerGap     = 851
	letterFootGap = 2 * mm10
	mm10          = 567 // ten millimetres
)

// Sizes in half-points.
const (
	size2     = 44 // 2号
	size3     = 32 // 3号
	size4     = 28 // 4号
	sizeS4    = 24 // 小四
	size5     = 21 // 五号
	sizeS5    = 18 // 小五
	inkRed    = "FF0000"
	inkSoft   = "595959"
	nsMain    = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"`
	nsRel     = `xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	nsMainURI = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
)

// A style is one entry of the styles part.
type style struct {
	kind, id, name string
	based, next    string
	pPr, rPr       string
	extra          string // between next and pPr, in the order of the schema
}

// Ids of the styles that other files of the package name.
const (
	figureStyle = "KyFigure"
	markStyle   = "KySource"
)

func fontProps(east string) string {
	return `<w:rFonts w:ascii="` + fontLatin + `" w:eastAsia="` + east + `" w:hAnsi="` + fontLatin + `" w:cs="` + fontLatin + `"/>`
}

// styles gives the styles part. Every style names its fonts itself, so that a paragraph pasted
// into another document keeps them.
func styles(lang words.Lang) []byte {
	text := fontProps(fontFangsong)
	plain := `<w:spacing w:val="0"/>`
	indent := `<w:ind w:firstLineChars="200" w:firstLine="630"/>`
	none := `<w:ind w:firstLineChars="0" w:firstLine="0"/>`
	name := lang.Text
	list := []style{
		{kind: "paragraph", id: "Normal", name: "Normal", extra: "<w:qFormat/>",
			pPr: `<w:widowControl w:val="0"/><w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>`, rPr: text},
		{kind: "character", id: "DefaultParagraphFont", name: "Default Paragraph Font", extra: `<w:uiPriority w:val="1"/><w:semiHidden/>`},
		{kind: "table", id: "TableNormal", name: "Normal Table", extra: `<w:uiPriority w:val="99"/><w:semiHidden/>`},
		{kind: "paragraph", id: "KyBody", name: name("公文正文"), based: "Normal", extra: "<w:qFormat/>", pPr: indent, rPr: text},
		{kind: "paragraph", id: "Heading1", name: "heading 1", based: "Normal", next: "KyBody", extra: `<w:uiPriority w:val="9"/><w:qFormat/>`,
			pPr: "<w:keepNext/>" + indent + `<w:outlineLvl w:val="0"/>`, rPr: fontProps(fontHeiti)},
		{kind: "paragraph", id: "Heading2", name: "heading 2", based: "Normal", next: "KyBody", extra: `<w:uiPriority w:val="9"/><w:qFormat/>`,
			pPr: "<w:keepNext/>" + indent + `<w:outlineLvl w:val="1"/>`, rPr: fontProps(fontKaiti)},
		{kind: "paragraph", id: "Heading3", name: "heading 3", based: "Normal", next: "KyBody", extra: `<w:uiPriority w:val="9"/><w:qFormat/>`,
			pPr: "<w:keepNext/>" + indent + `<w:outlineLvl w:val="2"/>`, rPr: text},
		{kind: "paragraph", id: "Heading4", name: "heading 4", based: "Normal", next: "KyBody", extra: `<w:uiPriority w:val="9"/><w:qFormat/>`,
			pPr: "<w:keepNext/>" + indent + `<w:outlineLvl w:val="3"/>`, rPr: text},
		{kind: "paragraph", id: "Title", name: "Title", based: "Normal", next: "KyBody", extra: `<w:uiPriority w:val="10"/><w:qFormat/>`,
			pPr: `<w:keepNext/><w:keepLines/><w:spacing w:line="660" w:lineRule="exact"/>` + none + `<w:jc w:val="center"/>`,
			rPr: fontProps(fontXiaobiao) + plain + sizes("44")},
		{kind: "paragraph", id: "KyMark", name: name("发文机关标志"), based: "Normal",
			pPr: none + `<w:jc w:val="center"/>`, rPr: fontProps(fontXiaobiao) + `<w:color w:val="` + inkRed + `"/>` + plain + sizes("72")},
		{kind: "paragraph", id: "KyLabel", name: name("公文标识"), based: "Normal", pPr: none + `<w:jc w:val="left"/>`, rPr: fontProps(fontHeiti)},
		{kind: "paragraph", id: "KyColophon", name: name("版记"), based: "Normal",
			pPr: `<w:spacing w:line="480" w:lineRule="exact"/>` + none, rPr: text + plain + sizes("28")},
		{kind: "paragraph", id: "KyTable", name: name("表格文字"), based: "Normal", extra: "<w:qFormat/>",
			pPr: `<w:spacing w:line="300" w:lineRule="exact"/>` + none + `<w:jc w:val="left"/>`, rPr: text + plain + sizes("21")},
		{kind: "paragraph", id: "Caption", name: "caption", based: "Normal", next: "KyBody", extra: `<w:uiPriority w:val="35"/><w:qFormat/>`,
			pPr: `<w:keepLines/><w:spacing w:before="120" w:after="80" w:line="400" w:lineRule="exact"/>` + none + `<w:jc w:val="center"/>`,
			rPr: fontProps(fontHeiti) + plain + sizes("24")},
		{kind: "paragraph", id: "KyNote", name: name("表注"), based: "Normal",
			pPr: `<w:spacing w:line="320" w:lineRule="exact"/>` + none, rPr: text + plain + sizes("21")},
		{kind: "paragraph", id: "KySmall", name: name("生成说明"), based: "Normal",
			pPr: `<w:spacing w:line="300" w:lineRule="exact"/>` + none + `<w:jc w:val="left"/>`,
			rPr: text + `<w:color w:val="` + inkSoft + `"/>` + plain + sizes("18")},
		{kind: "paragraph", id: "Header", name: "header", based: "Normal", extra: `<w:uiPriority w:val="99"/>`,
			pPr: `<w:spacing w:line="240" w:lineRule="exact"/>` + none, rPr: fontProps(fontSongti) + plain + sizes("18")},
		{kind: "paragraph", id: "Footer", name: "footer", based: "Normal", extra: `<w:uiPriority w:val="99"/>`,
			pPr: `<w:spacing w:line="280" w:lineRule="exact"/>` + none,
			rPr: `<w:rFonts w:ascii="` + fontSongti + `" w:eastAsia="` + fontSongti + `" w:hAnsi="` + fontSongti + `" w:cs="` + fontLatin + `"/>` + plain + sizes("28")},
		{kind: "character", id: figureStyle, name: name("数据"), extra: `<w:uiPriority w:val="99"/>`},
		{kind: "character", id: markStyle, name: name("数据来源标记"), extra: `<w:uiPriority w:val="99"/>`,
			rPr: `<w:color w:val="` + inkSoft + `"/>` + sizes("28") + `<w:vertAlign w:val="superscript"/>`},
		{kind: "character", id: "Hyperlink", name: "Hyperlink", extra: `<w:uiPriority w:val="99"/>`},
	}
	var b buf
	b.raw(xmlHead, `<w:styles `, nsMain, `><w:docDefaults><w:rPrDefault><w:rPr>`, text, `<w:spacing w:val="-5"/>`, sizes("32"),
		`<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:widowControl w:val="0"/>`,
		`<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/><w:spacing w:before="0" w:after="0" w:line="579" w:lineRule="exact"/><w:jc w:val="both"/></w:pPr></w:pPrDefault></w:docDefaults>`)
	for _, s := range list {
		s.write(&b)
	}
	b.raw("</w:styles>")
	return b.Bytes()
}

func sizes(half string) string { return `<w:sz w:val="` + half + `"/><w:szCs w:val="` + half + `"/>` }

func (s style) write(b *buf) {
	b.raw(`<w:style w:type="`, s.kind, `"`)
	switch s.id {
	case "Normal", "DefaultParagraphFont", "TableNormal":
		b.raw(` w:default="1"`)
	}
	b.raw(` w:styleId="`, s.id, `"><w:name w:val="`)
	b.text(s.name)
	b.raw(`"/>`)
	if s.based != "" {
		b.raw(`<w:basedOn w:val="`, s.based, `"/>`)
	}
	if s.next != "" {
		b.raw(`<w:next w:val="`, s.next, `"/>`)
	}
	b.raw(s.extra)
	if s.pPr != "" {
		b.raw("<w:pPr>", s.pPr, "</w:pPr>")
	}
	if s.rPr != "" {
		b.raw("<w:rPr>", s.rPr, "</w:rPr>")
	}
	if s.kind == "table" {
		b.raw(`<w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="85" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr>`)
	}
	b.raw("</w:style>")
}

// settings gives the settings part: different footers on odd and even pages, and the layout
// rules of Word 2013 and later.
func settings() []byte {
	return []byte(xmlHead + `<w:settings ` + nsMain + `><w:zoom w:percent="100"/><w:defaultTabStop w:val="630"/><w:evenAndOddHeaders/>` +
		`<w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>` +
		`<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/><w:decimalSymbol w:val="."/><w:listSeparator w:val=","/></w:settings>`)
}

func fontList() []byte {
	var b buf
	b.raw(xmlHead, `<w:fonts `, nsMain, `>`)
	for _, f := range fontTable {
		b.raw(`<w:font w:name="`, f[0], `"><w:charset w:val="`, f[2], `"/><w:family w:val="`, f[1], `"/><w:pitch w:val="variable"/></w:font>`)
	}
	b.raw("</w:fonts>")
	return b.Bytes()
}
