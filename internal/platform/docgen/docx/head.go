package docx

import (
	"strings"

	"kaiyang/internal/platform/docgen"
)

// head writes what stands above the text: the official head by kind, title and addressees.
func (x *writer) head() {
	switch x.d.Kind {
	case docgen.Official, docgen.Minutes, docgen.Bulletin:
		x.officialHead()
	case docgen.Letter:
		x.letterLines()
	}
	if x.d.Title == "" && x.d.Kind == docgen.Minutes {
		x.gap(1, true) // between the red rule and the text
	}
	x.title(x.d.Title, x.titleGap())
	x.addressees()
}

// titleGap gives the empty lines above the title.
func (x *writer) titleGap() int {
	switch {
	case !x.begun, x.d.Kind == docgen.Material:
		return 0
	case x.d.Kind == docgen.Bulletin || x.d.Kind == docgen.Minutes:
		return 1
	}
	return 2
}

// markSize gives the size of a mark in half-points: as large as its longest line allows, at
// most top times two.
func markSize(mark string, top int) int {
	longest := 1.0
	for line := range strings.SplitSeq(mark, "\n") {
		longest = max(longest, em(line))
	}
	return max(min(int(436/longest), top), 22) * 2
}

// above writes copy number and urgency, flush left in the first lines, and gives their height.
func (x *writer) above() int {
	height := 0
	if x.d.CopyNo != "" {
		x.line(&para{flush: true, align: "left"}, x.d.CopyNo, look{})
		height += lineHeight
	}
	if x.d.Urgency != "" {
		x.line(&para{style: "KyLabel"}, x.d.Urgency, look{font: fontHeiti})
		height += lineHeight
	}
	return height
}

// officialHead writes mark, number or issue, and the red rule (DOC-07..11, 32, 43).
func (x *writer) officialHead() {
	d := x.d
	height := x.above()
	if d.Mark != "" {
		x.spacer(35*mm10/10 - height)
		size := markSize(d.Mark, 48)
		x.line(&para{style: "KyMark", line: size*10 + 60, align: "center"}, d.Mark, look{font: fontXiaobiao, color: inkRed, size: size, tight: true})
	}
	if d.Mark == "" && height == 0 && d.Number == "" && d.Issue == "" {
		return
	}
	p := &para{flush: true, align: "center"}
	switch {
	case len(d.Signers) > 0 && d.Kind == docgen.Official:
		x.gap(2, false)
		x.signers()
	case d.Issue != "" || d.Editor != "" || d.Day != "":
		x.gap(1, false)
		for _, s := range []string{d.Issue, d.Number} {
			if s != "" {
				x.line(&para{flush: true, align: "center"}, s, look{})
			}
		}
		if d.Editor != "" || d.Day != "" {
			p := &para{flush: true, align: "left", stops: []stop{{"left", charWidth}, {"right", textWidth - charWidth}}}
			x.line(p, "\t"+d.Editor+"\t"+d.Day, look{})
		}
	case d.Number != "":
		x.gap(2, false)
		x.line(p, d.Number, look{})
	default:
		x.gap(1, false)
	}
	x.redRule()
}

// redRule writes the rule 4 mm below the number, as wide as the text (DOC-11).
func (x *writer) redRule() {
	x.add(&para{line: 4 * mm10 / 10, flush: true,
		border: `<w:bottom w:val="single" w:sz="12" w:space="0" w:color="` + inkRed + `"/>`})
}

// signers writes the line of number and signers of a document that goes upwards (DOC-09, 10):
// two names a line, the number beside the last.
func (x *writer) signers() {
	label := x.tr("签发人：")
	var lines []string
	for i := 0; i < len(x.d.Signers); i += 2 {
		lines = append(lines, strings.Join(x.d.Signers[i:min(i+2, len(x.d.Signers))], "　"))
	}
	widest := 0.0
	for _, l := range lines {
		widest = max(widest, em(l))
	}
	at := textWidth - charWidth - int((widest+em(label))*charWidth)
	for i, names := range lines {
		p := &para{flush: true, align: "left", stops: []stop{{"left", charWidth}, {"left", at}, {"left", at + int(em(label)*charWidth)}}}
		p.body.run("\t", look{})
		if i == len(lines)-1 {
			p.body.run(x.d.Number, look{})
		}
		p.body.run("\t", look{})
		if i == 0 {
			p.body.run(label, look{})
		} else {
			p.body.run("\t", look{})
		}
		p.body.run(names, look{font: fontKaiti})
		x.add(p)
	}
}

// letterLines writes what stands under the rules of a letter: the number to the right, copy
// number and urgency to the left, 7/8 of a line's letters below (DOC-30).
func (x *writer) letterLines() {
	left := []string{}
	if x.d.CopyNo != "" {
		left = append(left, x.d.CopyNo)
	}
	if x.d.Urgency != "" {
		left = append(left, x.d.Urgency)
	}
	if len(left) == 0 && x.d.Number == "" {
		return
	}
	if len(left) == 0 {
		left = append(left, "")
	}
	for i, s := range left {
		p := &para{flush: true, align: "left", stops: []stop{{"right", textWidth}}}
		font := ""
		if s == x.d.Urgency {
			font = fontHeiti
		}
		p.body.run(s, look{font: font})
		if i == 0 && x.d.Number != "" {
			p.body.run("\t"+x.d.Number, look{})
		}
		x.add(p)
	}
}

// title writes a title after n empty lines, with one empty line below it.
func (x *writer) title(title string, n int) {
	if strings.TrimSpace(title) == "" {
		return
	}
	x.gap(n, false)
	lines := cutTitle(title, float64(textWidth)/(size2*10)-0.6, x.names(), x.plain())
	x.line(&para{style: "Title"}, strings.Join(lines, "\n"), look{font: fontXiaobiao, size: size2, tight: true})
	x.gap(1, true)
}

// names gives what a title may name: the bodies that stand in the document.
func (x *writer) names() []string {
	out := append([]string{}, x.d.To...)
	if x.d.Sign != nil {
		out = append(out, x.d.Sign.Unit)
	}
	for _, suffix := range markEndings {
		if s, ok := strings.CutSuffix(x.d.Mark, suffix); ok {
			out = append(out, s)
			break
		}
	}
	return append(out, x.d.Editor)
}

// plain gives the words of the text, from which words are learned.
func (x *writer) plain() string {
	var b strings.Builder
	for _, block := range x.d.Body {
		switch t := block.(type) {
		case docgen.Heading:
			b.WriteString(docgen.Text(t.Runs))
		case docgen.Paragraph:
			b.WriteString(docgen.Text(t.Runs))
		}
		b.WriteByte('\n')
	}
	b.WriteString(x.d.Mark)
	return b.String()
}

// addressees writes 主送机关, flush left with a full-width colon (DOC-13).
func (x *writer) addressees() {
	if len(x.d.To) == 0 {
		return
	}
	between := x.point("、", ", ")
	for _, s := range x.d.To {
		if strings.Contains(s, "、") {
			between = x.point("，", "; ")
		}
	}
	s := strings.TrimRight(strings.Join(x.d.To, between), "：:")
	x.line(&para{flush: true}, s+x.point("：", ":"), look{})
}
