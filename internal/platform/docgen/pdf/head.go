package pdf

import (
	"math"
	"strings"

	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/table"
)

// front makes the items above the text: head of page 1, title, addressees.
func (w *writer) front() []item {
	d := w.doc
	var out []item
	switch d.Kind {
	case docgen.Letter:
		out = append(out, w.letterHead())
	case docgen.Material:
		out = append(out, item{h: row})
	default:
		if d.Mark != "" || d.Number != "" || d.Issue != "" || d.CopyNo != "" || d.Urgency != "" {
			out = append(out, w.redHead())
		}
	}
	out = append(out, w.titleItems(d.Title, areaW)...)
	if d.Title != "" {
		out = append(out, blank(1)...)
	}
	if len(d.To) > 0 {
		between := "、"
		for _, s := range d.To {
			if strings.Contains(s, "、") {
				between = "，"
			}
		}
		to := strings.Join(d.To, between)
		if !strings.HasSuffix(to, "：") {
			to += "："
		}
		out = append(out, w.lines([]piece{{text: to, st: body(docgen.Fangsong)}}, 0, 0, table.Left, row, areaW)...)
	}
	return keepAll(out)
}

// titleItems sets a title in lines of falling length, centred (DOC-12).
func (w *writer) titleItems(title string, width float64) []item {
	if title == "" {
		return nil
	}
	st := style{role: docgen.Xiaobiao, size: size2}
	var out []item
	for _, s := range breakTitle(title, width/size2) {
		for _, l := range breakLines(w.clusters([]piece{{text: s, st: st}}), width) {
			out = append(out, item{h: row, keep: true, draw: func(p *page, x, y, width float64) {
				p.set(l, x+(width-l.w)/2, y+row/2+0.38*size2)
			}})
		}
	}
	return out
}

// markLines gives the lines of the red mark and their size: as large as the width allows, in
// several lines rather than smaller than 2号.
func markLines(mark string, largest float64) ([]string, float64) {
	if mark == "" {
		return nil, largest
	}
	var lines []string
	for _, s := range strings.Split(mark, "\n") {
		lines = append(lines, breakTitle(s, areaW/size2)...)
	}
	size := largest
	for _, s := range lines {
		size = min(size, areaW/max(1, ems(s)))
	}
	return lines, size
}

// redHead is the head of general documents, minutes and bulletins: copy number and urgency, the
// red mark with its upper edge 35 mm below the type area's, number, signers, red rule
// (DOC-06..11).
func (w *writer) redHead() item {
	d := w.doc
	marks, size := markLines(d.Mark, 46)
	y := 35.0 * mm
	markTop := y
	y += float64(len(marks)) * size * 1.25
	var signers []string
	for i := 0; i < len(d.Signers); i += 2 {
		signers = append(signers, strings.Join(d.Signers[i:min(i+2, len(d.Signers))], "　"))
	}
	number := d.Number
	if d.Kind == docgen.Bulletin || number == "" {
		number = d.Issue
	}
	numberTop := y
	if number != "" || len(signers) > 0 {
		numberTop = y + 2*row
		if d.Kind == docgen.Bulletin {
			numberTop = y + 0.75*row
		}
		y = numberTop + float64(max(0, len(signers)-1))*row + size3
	}
	editorTop := y
	if d.Editor != "" || d.Day != "" {
		editorTop = y + 0.75*row
		y = editorTop + size3
	}
	ruleAt := y + 4*mm
	height := math.Round((ruleAt+2*row)/row) * row
	if d.Title == "" {
		height = math.Round((ruleAt+row)/row) * row
	}
	return item{h: height, draw: func(p *page, x, top, width float64) {
		at := top + row/2 + 0.38*size3
		if d.CopyNo != "" {
			p.plain(x, at, d.CopyNo, body(docgen.Songti))
			at += row
		}
		if d.Urgency != "" {
			p.plain(x, at, d.Urgency, body(docgen.Heiti))
		}
		for i, s := range marks {
			l := w.oneLine(s, style{role: docgen.Xiaobiao, size: size, colour: red})
			p.set(l, x+(width-l.w)/2, top+markTop+float64(i)*size*1.25+0.88*size)
		}
		base := top + numberTop + 0.88*size3
		last := base + float64(max(0, len(signers)-1))*row
		l := w.oneLine(number, body(docgen.Fangsong))
		if len(signers) > 0 {
			p.set(l, x+cell, last)
			label := w.oneLine(wordSigner, body(docgen.Fangsong))
			wide := 0.0
			for _, s := range signers {
				wide = max(wide, w.oneLine(s, body(docgen.Kaiti)).w)
			}
			left := x + width - cell - wide
			p.set(label, left-label.w, base)
			for i, s := range signers {
				p.plain(left, base+float64(i)*row, s, body(docgen.Kaiti))
			}
		} else if number != "" {
			p.set(l, x+(width-l.w)/2, base)
		}
		if d.Editor != "" || d.Day != "" {
			base := top + editorTop + 0.88*size3
			p.plain(x+cell, base, d.Editor, body(docgen.Fangsong))
			day := w.oneLine(d.Day, body(docgen.Fangsong))
			p.set(day, x+width-cell-day.w, base)
		}
		p.rule(x, top+ruleAt, x+width, top+ruleAt, 1.4, red)
	}}
}

// letterHead is the head of the letter form: mark 30 mm below the edge of the paper, double
// rules 170 mm wide, number to the right below the first (DOC-30).
func (w *writer) letterHead() item {
	d := w.doc
	marks, size := markLines(d.Mark, 40)
	const wide, left = 170 * mm, (210 - 170) / 2 * mm
	markTop := 30.0 * mm
	ruleAt := markTop + float64(len(marks))*size*1.2 + 4*mm
	numberTop := ruleAt + 0.7*row
	height := math.Round((numberTop+size3+2*row-marginTop)/row) * row
	return item{h: height, draw: func(p *page, x, _, width float64) {
		for i, s := range marks {
			l := w.oneLine(s, style{role: docgen.Xiaobiao, size: size, colour: red})
			p.set(l, (paperW-l.w)/2, markTop+float64(i)*size*1.2+0.88*size)
		}
		p.rule(left, ruleAt, left+wide, ruleAt, 2.2, red)
		p.rule(left, ruleAt+3, left+wide, ruleAt+3, 0.7, red)
		foot := paperH - 20*mm
		p.rule(left, foot-3, left+wide, foot-3, 0.7, red)
		p.rule(left, foot, left+wide, foot, 2.2, red)
		base := numberTop + 0.88*size3
		if d.Urgency != "" {
			p.plain(x, base, d.Urgency, body(docgen.Heiti))
		}
		if d.Number != "" {
			l := w.oneLine(d.Number, body(docgen.Fangsong))
			p.set(l, x+width-l.w, base)
		}
		p.bare = true
	}}
}
