package docx

import (
	"strconv"
	"strings"

	"kaiyang/internal/platform/docgen"
)

// ending writes what follows the text: list of attachments, attendance, signature, remark and
// the line about cut-off and generator.
func (x *writer) ending() {
	if d := x.d; len(d.Attached)+len(d.Present) > 0 || d.Sign != nil || d.Remark != "" || d.Colophon != nil {
		x.turn(false) // the line about cut-off alone may stay on the page of a wide table
	}
	x.attachmentList()
	x.attendance()
	x.signature()
	if r := strings.Trim(x.d.Remark, "（）()"); r != "" {
		x.line(&para{style: "KyBody", keepNext: x.d.Meta.Cutoff+x.d.Meta.Generator != ""}, "（"+r+"）", look{})
	}
	x.madeLine()
}

// attachmentList names the attachments one line below the text (DOC-16): wrapped lines begin
// under the first character of a name.
func (x *writer) attachmentList() {
	n := len(x.d.Attached)
	if n == 0 {
		return
	}
	x.gap(1, true)
	label := x.tr("附件：")
	from := 2*charWidth + int(em(label)*charWidth)
	number := charWidth
	if n == 1 {
		number = 0
	} else if n > 9 {
		number = charWidth * 3 / 2
	}
	for i, a := range x.d.Attached {
		p := &para{left: from + number, hanging: number, keepNext: x.d.Sign != nil}
		if i == 0 {
			p.hanging = from + number - 2*charWidth
			p.body.run(label, look{})
		}
		if n > 1 {
			p.body.run(strconv.Itoa(i+1)+".\t", look{})
		}
		if p.hanging == 0 {
			p.flush = true
		}
		p.body.run(strings.TrimRight(a.Name, "。；;."), look{})
		x.add(p)
	}
}

// attendance writes who was present, absent and listening (DOC-32).
func (x *writer) attendance() {
	if len(x.d.Present) == 0 {
		return
	}
	x.gap(1, false)
	for _, a := range x.d.Present {
		label := strings.TrimRight(a.Label, "：:")
		width := int((em(label) + 1) * charWidth)
		p := &para{left: 2*charWidth + width, hanging: width}
		p.body.run(label, look{font: fontHeiti})
		p.body.run(x.point("：", ": "), look{})
		p.body.run(a.Text, look{})
		x.add(p)
	}
}

// signature writes issuing body and day: with room for a seal (DOC-18), or without (DOC-19).
func (x *writer) signature() {
	s := x.d.Sign
	if s == nil || s.Unit == "" && s.Day == "" {
		return
	}
	unit := int(em(s.Unit) * charWidth)
	day := int(em(s.Day) * charWidth)
	unitRight, dayRight := 0, 0
	if s.Sealed {
		x.gap(2, true)
		dayRight = 4 * charWidth
		if unitRight = dayRight + (day-unit)/2; unitRight < 0 { // the body's name is longer than the line above the day allows
			unitRight, dayRight = 0, max((unit-day)/2, 0)
		}
	} else {
		x.gap(1, true)
		unitRight = 2 * charWidth
		// The day begins two characters right of the body's first.
		dayRight = unitRight + unit - 2*charWidth - day
		if dayRight < 2*charWidth {
			dayRight = 2 * charWidth
			unitRight = max(dayRight+day+2*charWidth-unit, 2*charWidth)
		}
	}
	if s.Unit != "" {
		x.line(&para{flush: true, right: unitRight, align: "right", keepNext: true, keepLines: true}, s.Unit, look{})
	}
	if s.Day != "" {
		x.line(&para{flush: true, right: dayRight, align: "right", keepLines: true, keepNext: x.d.Remark+x.d.Meta.Cutoff+x.d.Meta.Generator != ""}, s.Day, look{})
	}
}

// madeLine says cut-off and generator, small at the end of the text (DOC-55).
func (x *writer) madeLine() {
	var parts []string
	if c := x.d.Meta.Cutoff; c != "" {
		parts = append(parts, x.tr("数据截至 %s", c))
	}
	if g := x.d.Meta.Generator; g != "" {
		parts = append(parts, g)
	}
	if len(parts) > 0 {
		x.line(&para{style: "KySmall", before: 120}, strings.Join(parts, " · "), look{})
	}
}

// attachments writes each attachment on pages of its own (DOC-17).
func (x *writer) attachments() {
	for i, a := range x.d.Attached {
		x.newPage = true
		if len(a.Body) > 0 {
			if t, ok := a.Body[0].(docgen.Table); ok && t.Wide {
				x.turn(true)
				x.newPage = x.begun
			} else {
				x.turn(false)
				x.newPage = x.begun
			}
		}
		label := x.tr("附件")
		if len(x.d.Attached) > 1 {
			label += strconv.Itoa(i + 1)
		}
		x.line(&para{style: "KyLabel", keepNext: true}, label, look{font: fontHeiti})
		x.title(a.Name, 1)
		x.blocks(a.Body)
	}
}

// colophon writes the 版记 at the foot of the last page (DOC-22): a table that floats to the
// lower edge of the text, held by the paragraph after it.
func (x *writer) colophon() {
	c := x.d.Colophon
	if c == nil {
		return
	}
	x.turn(false)
	type row struct {
		left, right string
		label       float64 // width of the label, under which wrapped lines do not go
	}
	var rows []row
	list := func(label string, to []string) {
		if len(to) > 0 {
			rows = append(rows, row{left: label + strings.TrimRight(strings.Join(to, x.point("，", "; ")), "。.") + x.point("。", "."), label: em(label)})
		}
	}
	list(x.tr("抄送："), c.CopyTo)
	var plain []string
	for _, s := range c.SendTo {
		if label, _, own := strings.Cut(s, "："); own { // "发：各乡镇" has a line of its own
			rows = append(rows, row{left: s, label: em(label) + 1})
		} else {
			plain = append(plain, s)
		}
	}
	list(x.tr("送："), plain)
	letter := x.d.Kind == docgen.Letter
	if !letter && (c.Office != "" || c.Day != "") {
		r := row{left: c.Office}
		if c.Day != "" {
			r.right = x.tr("%s印发", c.Day)
		}
		rows = append(rows, r)
	}
	if c.Prints > 0 {
		rows = append(rows, row{right: x.tr("（共印 %d 份）", c.Prints)})
	}
	if len(rows) == 0 {
		return
	}
	const char = 280 // 4号
	if !x.begun {    // LibreOffice loses a section that begins with a floating table
		x.spacer(20)
	}
	x.flush()
	b := &x.out
	b.raw(`<w:tbl><w:tblPr><w:tblpPr w:leftFromText="0" w:rightFromText="0" w:topFromText="120" w:vertAnchor="margin" w:horzAnchor="page" `)
	b.num(`w:tblpX="`, marginLeft, `" w:tblpYSpec="bottom"/><w:tblOverlap w:val="never"/>`) // from the page: LibreOffice does not let a table as wide as the text float beside a margin
	b.num(`<w:tblW w:w="`, textWidth, `" w:type="dxa"/>`)
	if !letter {
		b.raw(`<w:tblBorders><w:top w:val="single" w:sz="8" w:space="0" w:color="000000"/><w:bottom w:val="single" w:sz="8" w:space="0" w:color="000000"/><w:insideH w:val="single" w:sz="6" w:space="0" w:color="000000"/></w:tblBorders>`)
	}
	b.raw(`<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr>`)
	b.num(`<w:tblGrid><w:gridCol w:w="`, textWidth, `"/></w:tblGrid>`)
	for _, r := range rows {
		b.num(`<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w="`, textWidth, `" w:type="dxa"/></w:tcPr>`)
		p := &para{style: "KyColophon", left: char, right: char, align: "left"}
		l := look{size: size4, tight: true}
		switch {
		case r.right == "":
			hang := int(r.label * char)
			p.left, p.hanging, p.align = char+hang, hang, "both"
			p.body.run(r.left, l)
		default:
			p.right = 0
			p.stops = []stop{{"right", textWidth - char}}
			p.body.run(r.left+"\t"+r.right, l)
		}
		p.write(b)
		b.raw("</w:tc></w:tr>")
	}
	b.raw("</w:tbl>")
	// The paragraph that holds the table must stand on the last page of the text.
	x.held, x.begun = &para{line: 20, flush: true}, true
}

// sourceList writes the last page: where each marked figure comes from.
func (x *writer) sourceList() {
	if len(x.d.Sources) > 0 {
		x.turn(false)
		x.newPage = true
		x.line(&para{style: "KyLabel", keepNext: true}, x.tr("数据来源"), look{font: fontHeiti})
		x.line(&para{style: "KyNote", after: 120, keepNext: true}, x.tr("编号与正文数据后的小号标记对应，仅供核对，不属于公文正文。"), look{size: size5, tight: true})
		for i, s := range x.d.Sources {
			x.source(s)
			x.held.keepLines = true
			x.held.keepNext = i >= len(x.d.Sources)-4 && i < len(x.d.Sources)-1 // the last page has more than a line
		}
	}
	if x.held == nil && x.out.Len() == 0 {
		x.held = &para{flush: true}
	}
	x.flush()
	x.out.raw(x.section())
}

func (x *writer) source(s docgen.Source) {
	x.ids++
	id, no := strconv.Itoa(x.ids), strconv.Itoa(s.No)
	p := &para{style: "KyNote", left: 3 * 210, hanging: 3 * 210, after: 40, align: "left"}
	l := look{size: size5, tight: true}
	p.body.raw(`<w:bookmarkStart w:id="`, id, `" w:name="ky_source_`, no, `"/>`)
	p.body.run("["+no+"]", l)
	p.body.raw(`<w:bookmarkEnd w:id="`, id, `"/>`)
	p.body.run("\t", l)
	words := s.Label
	if s.Value != "" {
		words += x.point("：", ": ") + s.Value
	}
	if s.Beside != "" {
		words += x.point("（", " (") + s.Beside + x.point("）", ")")
	}
	href := x.link(s.Path)
	if href != "" {
		p.body.raw(`<w:hyperlink r:id="`, href, `" w:history="1">`)
	}
	p.body.run(words, l)
	if href != "" {
		p.body.raw("</w:hyperlink>")
	}
	x.add(p)
}
