package docx

import (
	"strconv"

	"kaiyang/internal/platform/docgen"
)

// pageName gives the name of a header or footer part.
func pageName(kind, which string) string { return kind + "_" + which + ".xml" }

// fixedParts makes the headers and footers and their relationships, in a fixed order.
func (x *writer) fixedParts() {
	x.relate("styles", "styles.xml", false)
	x.relate("settings", "settings.xml", false)
	x.relate("fontTable", "fontTable.xml", false)
	put := func(kind, which string, body func(b *buf)) {
		var b buf
		tag := map[string]string{"header": "hdr", "footer": "ftr"}[kind]
		b.raw(xmlHead, "<w:", tag, " ", nsMain, " ", nsRel, ` xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w10="urn:schemas-microsoft-com:office:word">`)
		body(&b)
		b.raw("</w:", tag, ">")
		name := pageName(kind, which)
		x.tail = append(x.tail, part{"word/" + name, b.Bytes()})
		x.relate(kind, name, false)
	}
	below := 0
	if x.d.Kind == docgen.Letter { // whose footers begin lower, for the rule on the first page
		below = footerGap - letterFootGap
	}
	put("footer", "odd", func(b *buf) { pageNumber(b, "right", below) })
	put("footer", "even", func(b *buf) { pageNumber(b, "left", below) })
	if x.hasWide() {
		put("footer", "wide_odd", func(b *buf) { turnedNumber(b, true) })
		put("footer", "wide_even", func(b *buf) { turnedNumber(b, false) })
	}
	if x.d.Watermark != "" {
		put("header", "page", func(b *buf) { x.header(b) })
	}
	if x.d.Kind == docgen.Letter {
		put("header", "letter", func(b *buf) { x.letterHead(b) })
		put("footer", "letter", func(b *buf) { letterFoot(b) })
	}
}

// hasWide tells whether a table needs landscape pages.
func (x *writer) hasWide() bool {
	wide := func(blocks []docgen.Block) bool {
		for _, b := range blocks {
			if t, ok := b.(docgen.Table); ok && t.Wide {
				return true
			}
		}
		return false
	}
	for _, a := range x.d.Attached {
		if wide(a.Body) {
			return true
		}
	}
	return wide(x.d.Body)
}

// section gives the properties of the present section, in the order of the schema.
func (x *writer) section() string {
	var b buf
	b.raw("<w:sectPr>")
	ref := func(kind, which, part string) {
		b.raw("<w:", kind, `Reference w:type="`, which, `" r:id="`, x.relate(kind, pageName(kind, part), false), `"/>`)
	}
	letter := x.d.Kind == docgen.Letter && x.first
	if x.d.Watermark != "" {
		ref("header", "even", "page")
		ref("header", "default", "page")
	}
	if letter {
		ref("header", "first", "letter")
	}
	if x.wide {
		ref("footer", "default", "wide_odd")
		ref("footer", "even", "wide_even")
	} else {
		ref("footer", "even", "even")
		ref("footer", "default", "odd")
	}
	if letter {
		ref("footer", "first", "letter")
	}
	b.raw(`<w:type w:val="nextPage"/>`)
	head, foot := headerGap, footerGap
	if letter {
		head, foot = 3*mm10, letterFootGap
	}
	if x.wide {
		b.num(`<w:pgSz w:w="`, pageHeight, `" w:h="`+strconv.Itoa(pageWidth)+`" w:orient="landscape"/>`)
		margins(&b, marginLeft, marginTop, marginSide, marginFoot, headerGap, 600)
	} else {
		b.num(`<w:pgSz w:w="`, pageWidth, `" w:h="`+strconv.Itoa(pageHeight)+`"/>`)
		margins(&b, marginTop, marginSide, marginFoot, marginLeft, head, foot)
	}
	b.raw(`<w:cols w:space="425"/>`)
	if letter {
		b.raw("<w:titlePg/>")
	}
	b.raw("</w:sectPr>")
	x.first = false
	return b.String()
}

func margins(b *buf, top, right, bottom, left, header, footer int) {
	b.num(`<w:pgMar w:top="`, top, `"`)
	b.num(` w:right="`, right, `"`)
	b.num(` w:bottom="`, bottom, `"`)
	b.num(` w:left="`, left, `"`)
	b.num(` w:header="`, header, `"`)
	b.num(` w:footer="`, footer, `" w:gutter="0"/>`)
}

// pageField appends "— 1 —".
func pageField(b *buf) {
	l := look{latin: fontSongti, font: fontSongti, size: size4, tight: true}
	field := func(kind string) {
		b.raw("<w:r>")
		l.props(b, false)
		b.raw(`<w:fldChar w:fldCharType="`, kind, `"/></w:r>`)
	}
	b.run("— ", l)
	field("begin")
	b.raw("<w:r>")
	l.props(b, false)
	b.raw(`<w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>`)
	field("separate")
	b.run("1", l)
	field("end")
	b.run(" —", l)
}

// pageNumber is the footer of upright pages: one character in from the outer edge (DOC-23).
func pageNumber(b *buf, side string, below int) {
	p := &para{style: "Footer", align: side, line: 280, after: below}
	if side == "left" {
		p.left = charWidth
	} else {
		p.right = charWidth
	}
	pageField(&p.body)
	p.write(b)
}

// points gives a length in twips in points.
func points(twips int) string { return strconv.FormatFloat(float64(twips)/20, 'f', -1, 64) + "pt" }

// turnedNumber is the footer of landscape pages: the number stands where it stands on upright
// ones once the sheet is turned (DOC-24), so it runs downwards at the left edge.
func turnedNumber(b *buf, odd bool) {
	const length, depth = 2200, 400
	x, y, side, id := 2*mm10+mm10*8/10-depth, marginLeft+charWidth, "left", "3002"
	if odd {
		id, y, side = "3001", pageWidth-marginSide-charWidth-length, "right"
	}
	var text buf
	p := &para{style: "Footer", align: side, flush: true}
	pageField(&p.body)
	p.write(&text)
	// VML as Word 2007 wrote it: LibreOffice loses the place of a newer text box where the
	// document has pictures.
	b.raw(`<w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr><w:r><w:pict><v:rect id="KyNumber`, id, `" o:spid="_x0000_s`, id, `" style="position:absolute;margin-left:`, points(x), `;margin-top:`, points(y),
		`;width:`, points(depth), `;height:`, points(length), `;z-index:2;mso-position-horizontal-relative:page;mso-position-vertical-relative:page" filled="f" stroked="f"><v:textbox style="layout-flow:vertical" inset="0,0,0,0"><w:txbxContent>`)
	b.Write(text.Bytes())
	b.raw(`</w:txbxContent></v:textbox></v:rect></w:pict></w:r></w:p>`)
}

// header is that of all pages: nothing but the watermark.
func (x *writer) header(b *buf) {
	b.raw(`<w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr>`)
	x.watermark(b)
	b.raw("</w:p>")
}

// watermark appends the word across the page (DOC-55), as Word itself writes it.
func (x *writer) watermark(b *buf) {
	if x.d.Watermark == "" {
		return
	}
	word := clean(x.d.Watermark)
	width := min(430, int(em(word)*130))
	b.raw(`<w:r><w:rPr><w:noProof/></w:rPr><w:pict><v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">`,
		`<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>`,
		`<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>`)
	x.ids++
	b.num(`<v:shape id="KyWatermark`, x.ids, `"`)
	b.num(` o:spid="_x0000_s`, 2048+x.ids, `"`)
	b.num(` type="#_x0000_t136" style="position:absolute;margin-left:0;margin-top:0;width:`, width,
		`pt;height:`+strconv.Itoa(int(float64(width)/max(em(word), 1)))+`pt;rotation:315;z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;mso-position-vertical-relative:margin" fillcolor="#d9d9d9" stroked="f">`)
	b.raw(`<v:fill opacity=".5"/><v:textpath style="font-family:&quot;`, fontHeiti, `&quot;;font-size:1pt" string="`)
	b.text(word)
	b.raw(`"/></v:shape></w:pict></w:r>`)
}

// letterHead is the header of a letter's first page: the mark 30 mm below the edge of the paper
// and a thick rule over a thin one 4 mm below it, 170 mm wide (DOC-30).
func (x *writer) letterHead(b *buf) {
	size := markSize(x.d.Mark, 28)
	p := &para{style: "KyMark", line: size*10 + 40, left: -454, right: -340, align: "center"}
	p.border = `<w:bottom w:val="thickThinSmallGap" w:sz="24" w:space="8" w:color="` + inkRed + `"/>`
	p.body.run(x.d.Mark, look{font: fontXiaobiao, color: inkRed, size: size, tight: true})
	x.watermark(&p.body)
	p.write(b)
}

// letterFoot is the thin rule over the thick one, 20 mm above the lower edge of the paper.
func letterFoot(b *buf) {
	p := &para{style: "Footer", line: 20, left: -454, right: -340}
	p.border = `<w:bottom w:val="thinThickSmallGap" w:sz="24" w:space="1" w:color="` + inkRed + `"/>`
	p.write(b)
}
