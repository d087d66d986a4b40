package pdf

import (
	"fmt"
	"strings"

	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/table"
)

// attachmentList names the attachments one line below the text (DOC-16).
func (w *writer) attachmentList() []item {
	if len(w.doc.Attached) == 0 {
		return nil
	}
	st := body(docgen.Fangsong)
	out := blank(1)
	for i, a := range w.doc.Attached {
		s, indent := a.Name, 5*cell
		hanging := indent
		if len(w.doc.Attached) > 1 {
			no := itoa(i+1) + ". "
			s = no + s
			hanging += w.oneLine(no+"\u3000", st).w - cell
		}
		if i == 0 {
			s, indent = wordAttached+colon+s, 2*cell
		}
		out = append(out, w.lines([]piece{{text: s, st: st}}, indent, hanging, table.Left, row, areaW)...)
	}
	return out
}

// presence lists who was there, in minutes (DOC-32).
func (w *writer) presence() []item {
	var out []item
	for i, a := range w.doc.Present {
		if i == 0 {
			out = append(out, blank(1)...)
		}
		label := a.Label + colon
		out = append(out, w.lines([]piece{{text: label, st: body(docgen.Heiti)}, {text: a.Text, st: body(docgen.Fangsong)}},
			2*cell, (2+ems(label))*cell, table.Left, row, areaW)...)
	}
	return out
}

// signature sets the issuing body and the day below the text, together with its last two
// lines; sealed ones leave room for a seal (DOC-18, DOC-19). The remark follows (DOC-21).
func (w *writer) signature(items []item) []item {
	s := w.doc.Sign
	var tail []item
	if s != nil {
		st := body(docgen.Fangsong)
		unit, day := w.oneLine(s.Unit, st), w.oneLine(s.Day, st)
		unitX, dayX := areaW-2*cell-unit.w, 0.0
		gap := 1
		if s.Sealed {
			gap = 2
			dayX = areaW - 4*cell - day.w
			unitX = dayX + (day.w-unit.w)/2
			if unitX+unit.w > areaW {
				unitX = areaW - unit.w
				dayX = unitX + (unit.w-day.w)/2
			}
		} else if dayX = unitX + 2*cell; dayX+day.w > areaW-2*cell {
			dayX = areaW - 2*cell - day.w
			unitX = min(unitX, dayX-2*cell)
		}
		long := unit.w > areaW
		for range gap {
			tail = append(tail, item{h: row})
		}
		put := func(l line, at float64) item {
			return item{h: row, draw: func(p *page, x, y, _ float64) { p.set(l, x+at, y+row/2+0.38*size3) }}
		}
		switch {
		case long:
			tail = append(tail, w.lines([]piece{{text: s.Unit, st: st}}, 2*cell, 2*cell, table.Right, row, areaW)...)
			dayX = areaW - 4*cell - day.w
		case s.Unit != "":
			tail = append(tail, put(unit, max(0, unitX)))
		}
		if s.Day != "" {
			tail = append(tail, put(day, dayX))
		}
		keepAll(tail[:len(tail)-1])
		for i := len(items) - 1; i >= max(0, len(items)-2); i-- {
			if items[i].landscape {
				break
			}
			items[i].keep = true
		}
	}
	if w.doc.Remark != "" {
		tail = append(tail, w.lines([]piece{{text: "（" + w.doc.Remark + "）", st: body(docgen.Fangsong)}}, 2*cell, 0, table.Left, row, areaW)...)
	}
	return append(items, tail...)
}

// attachment sets an attachment on a page of its own: label to the left, title on the third
// line (DOC-17). One that begins with a wide table is turned as a whole.
func (w *writer) attachment(i int) ([]item, error) {
	a := w.doc.Attached[i]
	label := wordAttached
	if len(w.doc.Attached) > 1 {
		label += itoa(i + 1)
	}
	wide := false
	if len(a.Body) > 0 {
		t, ok := a.Body[0].(docgen.Table)
		wide = ok && t.Wide
	}
	width := areaW
	if wide {
		width = areaH
	}
	out := w.lines([]piece{{text: label, st: body(docgen.Heiti)}}, 0, 0, table.Left, row, width)
	out[0].fresh = true
	w.markAt(&out[0], 1, label+" "+a.Name)
	if !wide {
		out = append(out, item{h: row})
	}
	out = append(out, w.titleItems(a.Name, width)...)
	if !wide {
		out = append(out, item{h: row})
	}
	keepAll(out)
	for k := range out {
		out[k].landscape = wide
	}
	rest, err := w.blocks(a.Body)
	return append(out, rest...), err
}

// sourceList is the page that tells where each figure comes from; its entries lead to the
// traces.
func (w *writer) sourceList() []item {
	if len(w.doc.Sources) == 0 {
		return nil
	}
	const size, pitch = 12.0, 20.0
	const few = 4 // entries that do not stand alone on the last page
	st := style{role: docgen.Fangsong, size: size}
	out := w.titleItems(w.t("数据来源"), areaW)
	w.markAt(&out[0], 1, w.t("数据来源"))
	out = append(out, w.lines([]piece{{text: w.t("编号与正文数据后的小号标记对应，仅供核对，不属于公文正文。"), st: style{role: docgen.Fangsong, size: 10.5}}}, 0, 0, table.Center, row, areaW)...)
	keepAll(out)
	for i, s := range w.doc.Sources {
		words := fmt.Sprintf("[%d] %s", s.No, s.Label)
		if s.Value != "" {
			words += colon + s.Value
		}
		if s.Beside != "" {
			words += "（" + s.Beside + "）"
		}
		part := w.lines([]piece{{text: words, st: st, href: w.address(s.Path)}}, 0, 2*size, table.Left, pitch, areaW)
		draw := part[0].draw
		part[0].draw = func(p *page, x, y, width float64) {
			if _, ok := w.sources[s.No]; !ok {
				w.sources[s.No] = spotOf{p, y}
			}
			if draw != nil {
				draw(p, x, y, width)
			}
		}
		if i < len(w.doc.Sources)-1 {
			last := &part[len(part)-1]
			last.keep = i >= len(w.doc.Sources)-few
		}
		keepAll(part[:len(part)-1])
		out = append(out, part...)
	}
	return out
}

// colophon prints the 版记 at the foot of the last page, on a new one if there is no room
// below y (DOC-22).
func (w *writer) colophon(y float64) {
	c := w.doc.Colophon
	if c == nil {
		return
	}
	const pitch = 27.0
	st := style{role: docgen.Fangsong, size: size4}
	inner := areaW - 2*size4
	var parts [][]item // between rules
	add := func(label string, names []string, end string) {
		if len(names) == 0 {
			return
		}
		parts = append(parts, w.lines([]piece{{text: label + strings.Join(names, "，") + end, st: st}}, 0, ems(label)*size4, table.Left, pitch, inner))
	}
	add(wordCopyTo, c.CopyTo, "。")
	var plain []string
	for _, s := range c.SendTo {
		if strings.Contains(s, colon) {
			add("", []string{s}, "")
		} else {
			plain = append(plain, s)
		}
	}
	add(wordSendTo, plain, "。")
	letter := w.doc.Kind == docgen.Letter
	if !letter && (c.Office != "" || c.Day != "") {
		parts = append(parts, []item{{h: pitch, draw: func(p *page, x, y, width float64) {
			base := y + pitch/2 + 0.38*size4
			p.plain(x, base, c.Office, st)
			if c.Day != "" {
				l := w.oneLine(c.Day+wordPrinted, st)
				p.set(l, x+width-l.w, base)
			}
		}}})
	}
	var below []item
	if c.Prints > 0 {
		below = w.lines([]piece{{text: fmt.Sprintf(wordCopies, c.Prints), st: st}}, 0, 0, table.Right, pitch, inner)
	}
	height := 0.0
	for _, part := range append(append([][]item(nil), parts...), below) {
		for _, it := range part {
			height += it.h
		}
	}
	if height == 0 {
		return
	}
	p := w.pages[len(w.pages)-1]
	x, top, width, h := p.area()
	if p.landscape || y+height > top+h+0.5 {
		p = w.turn(false)
		x, top, width, h = p.area()
	}
	at := max(top, top+h-height)
	bottom := top + h + 0.5
	turn := func(it *item) { // only a colophon longer than a page comes to this
		if at+it.h > bottom {
			p = w.turn(false)
			at = top
		}
	}
	for i, part := range parts {
		if !letter {
			thick := 0.25 * mm
			if i == 0 {
				thick = 0.35 * mm
			}
			p.rule(x, at, x+width, at, thick, black)
		}
		for _, it := range part {
			turn(&it)
			it.draw(p, x+size4, at, inner)
			at += it.h
		}
	}
	if !letter && len(parts) > 0 {
		p.rule(x, at, x+width, at, 0.35*mm, black)
	}
	for _, it := range below {
		turn(&it)
		it.draw(p, x+size4, at, inner)
		at += it.h
	}
}

// lastLine prints small below the last page as of when the figures are and what made the
// document (DOC-55).
func (w *writer) lastLine() {
	m := w.doc.Meta
	var parts []string
	if m.Cutoff != "" {
		parts = append(parts, w.t("数据截至")+" "+m.Cutoff)
	}
	if m.Generator != "" {
		parts = append(parts, m.Generator)
	}
	if len(parts) == 0 {
		return
	}
	p := w.pages[len(w.pages)-1]
	l := w.oneLine(strings.Join(parts, " · "), style{role: docgen.Fangsong, size: 8, colour: grey})
	p.set(l, (p.width()-l.w)/2, p.height()-12*mm)
}
