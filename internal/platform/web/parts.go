package web

import (
	"bytes"
	"html/template"
	"maps"
	"slices"
	"strconv"

	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/words"
)

// parts are the tables of one page. The page's template only marks their places; they are
// appended when the page is put together, so that their text is not copied through templates.
type parts struct{ grids []Grid }

// partMark stands on both sides of a table's number. A zero byte comes from no template and no
// text, which is escaped; tables and charts write none either.
const partMark = "\x00"

// place puts the table into a page: its mark where the page is put together by the kit, else its
// text.
func (g Grid) place() template.HTML {
	if g.parts == nil {
		return template.HTML(g.Table.HTML(nil, g.opt))
	}
	g.parts.grids = append(g.parts.grids, g)
	return template.HTML(partMark + strconv.Itoa(len(g.parts.grids)-1) + partMark)
}

// fill writes the main part with its tables in their places.
func (p *parts) fill(page *bytes.Buffer, main []byte) {
	for {
		text, rest, found := bytes.Cut(main, []byte(partMark))
		page.Write(text)
		if !found {
			return
		}
		number, rest, _ := bytes.Cut(rest, []byte(partMark))
		if n, err := strconv.Atoi(string(number)); err == nil && p != nil && n < len(p.grids) {
			g := p.grids[n]
			page.Grow(g.Table.Size())
			page.Write(g.Table.HTML(page.AvailableBuffer(), g.opt))
		}
		main = rest
	}
}

// finder writes the field that looks the rows of a table through: as one types with scripts, by
// the address without them. The downloads of the page follow it.
func (g Grid) finder(label string, l words.Lang) template.HTML {
	b := append([]byte(`<form class="toolbar noprint noscreen" method="get" role="search" action="`), chart.AppendHref(nil, g.path)...)
	b = append(b, `">`...)
	for _, name := range slices.Sorted(maps.Keys(g.keep)) {
		if name == "find" || name == "format" || name == "page" {
			continue
		}
		for _, v := range g.keep[name] {
			b = append(b, `<input type="hidden" name="`...)
			b = chart.AppendText(b, name)
			b = append(b, `" value="`...)
			b = chart.AppendText(b, v)
			b = append(b, `">`...)
		}
	}
	b = append(b, `<input type="search" name="find" value="`...)
	b = chart.AppendText(b, g.find)
	b = append(b, `" data-filter="#`...)
	b = chart.AppendText(b, g.Table.ID)
	b = append(b, `" placeholder="`...)
	b = chart.AppendText(b, label)
	b = append(b, `" aria-label="`...)
	b = chart.AppendText(b, label)
	b = append(b, `"><noscript><button class="button second" type="submit">`...)
	b = chart.AppendText(b, l.Text("筛选"))
	return template.HTML(append(b, `</button></noscript></form>`...))
}

// HTML is what the kit wrote, escaped.
type HTML = template.HTML

// Links writes n links one after the other; the one that is on is marked as the present one.
func Links(n int, at func(i int) (text, path string, on bool)) HTML {
	return HTML(AppendLinks(make([]byte, 0, 160*n), n, at))
}

// AppendLinks is Links at the end of b; it gives the longer slice.
func AppendLinks(b []byte, n int, at func(i int) (text, path string, on bool)) []byte {
	for i := range n {
		text, path, on := at(i)
		b = append(b, `<a href="`...)
		b = chart.AppendHref(b, path)
		if b = append(b, '"'); on {
			b = append(b, ` aria-current="true"`...)
		}
		b = append(b, '>')
		b = chart.AppendText(b, text)
		b = append(b, "</a>"...)
	}
	return b
}

// Choices writes the n options of a select.
func Choices(n int, at func(i int) (value, label string, on bool)) HTML {
	b := make([]byte, 0, 80*n)
	for i := range n {
		value, label, on := at(i)
		b = append(b, `<option value="`...)
		b = chart.AppendText(b, value)
		if b = append(b, '"'); on {
			b = append(b, " selected"...)
		}
		b = append(b, '>')
		b = chart.AppendText(b, label)
		b = append(b, "</option>"...)
	}
	return HTML(b)
}

// Ticks writes n boxes to tick, all of one field.
func Ticks(field string, n int, at func(i int) (value, label string, on bool)) HTML {
	b := make([]byte, 0, 120*n)
	for i := range n {
		value, label, on := at(i)
		b = append(b, `<label><input type="checkbox" name="`...)
		b = chart.AppendText(b, field)
		b = append(b, `" value="`...)
		b = chart.AppendText(b, value)
		if b = append(b, '"'); on {
			b = append(b, " checked"...)
		}
		b = append(b, "> "...)
		b = chart.AppendText(b, label)
		b = append(b, "</label>"...)
	}
	return HTML(b)
}
