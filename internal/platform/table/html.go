package table

import (
	_ "embed" // the style sheet
	"strconv"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/chart"
)

// CSS holds the rules of tables. Sizes follow the page's font; a page with a fixed bar on top
// sets --head-top to its height.
//
//go:embed table.css
var CSS string

// Options tell how a table is put on a page.
type Options struct {
	Tr      func(string) string // translates the table's own words; nil leaves them Chinese
	SortURL string              // address of this page without sort and dir; "" gives plain headers
	Sort    string              // key of the column sorted by
	Desc    bool
	Scroll  bool   // a box of its own that scrolls both ways: for tables wider than the page
	Hidden  []Attr // hidden fields of every action that submits, such as the token of the session
}

func (o Options) tr(s string) string {
	if o.Tr == nil {
		return s
	}
	return o.Tr(s)
}

// HTML appends the table as a page shows it and returns the longer slice. Every text is
// escaped; addresses that are not of this site or http(s) lose their target.
func (t *Table) HTML(dst []byte, o Options) []byte {
	if o.Scroll {
		dst = append(dst, `<div class="table-box scroll" tabindex="0">`...)
	} else {
		dst = append(dst, `<div class="table-box">`...)
	}
	dst = append(dst, `<table class="grid"`...)
	if t.ID != "" {
		dst = append(dst, ` id="`...)
		dst = chart.AppendText(dst, t.ID)
		dst = append(dst, '"')
	}
	dst = append(dst, " data-sortable>"...)
	if t.Caption != "" {
		dst = append(dst, "<caption>"...)
		dst = chart.AppendText(dst, t.Caption)
		dst = append(dst, "</caption>"...)
	}
	dst = t.colgroup(dst)
	aligns := t.aligns()
	dst = t.thead(dst, o, aligns)
	dst = t.tbody(dst, o, aligns)
	dst = append(dst, "</table>"...)
	dst = t.below(dst)
	return append(dst, "</div>"...)
}

func (t *Table) colgroup(dst []byte) []byte {
	any := false
	for i := range t.Columns {
		any = any || t.Columns[i].Width > 0
	}
	if !any {
		return dst
	}
	dst = append(dst, "<colgroup>"...)
	for i := range t.Columns {
		if w := t.Columns[i].Width; w > 0 {
			dst = append(dst, `<col width="`...)
			dst = strconv.AppendInt(dst, int64(w*16+24), 10)
			dst = append(dst, `">`...)
		} else {
			dst = append(dst, "<col>"...)
		}
	}
	return append(dst, "</colgroup>"...)
}

func (t *Table) thead(dst []byte, o Options, aligns []Align) []byte {
	all := make([]int, len(t.Columns))
	for i := range all {
		all[i] = i
	}
	rows := t.head(all)
	dst = append(dst, `<thead class="sticky">`...)
	for d, cells := range rows {
		dst = append(dst, `<tr class="h`...)
		dst = strconv.AppendInt(dst, int64(d+1), 10)
		dst = append(dst, `">`...)
		for _, c := range cells {
			dst = t.th(dst, o, c, aligns[c.column])
		}
		dst = append(dst, "</tr>"...)
	}
	return append(dst, "</thead>"...)
}

func (t *Table) th(dst []byte, o Options, c headCell, align Align) []byte {
	col := &t.Columns[c.column]
	if !c.leaf {
		dst = append(dst, `<th scope="colgroup" class="c"`...)
	} else {
		dst = append(dst, `<th scope="col"`...)
		dst = append(dst, alignClass(align)...)
	}
	if c.colSpan > 1 {
		dst = append(dst, ` colspan="`...)
		dst = strconv.AppendInt(dst, int64(c.colSpan), 10)
		dst = append(dst, '"')
	}
	if c.rowSpan > 1 {
		dst = append(dst, ` rowspan="`...)
		dst = strconv.AppendInt(dst, int64(c.rowSpan), 10)
		dst = append(dst, '"')
	}
	sortable := c.leaf && col.Sort != NoSort
	if c.leaf && col.Filter {
		dst = append(dst, " data-filter"...)
	}
	sorted := sortable && o.Sort != "" && o.Sort == col.Key
	if sortable {
		dst = append(dst, ` data-col="`...)
		dst = strconv.AppendInt(dst, int64(c.column), 10)
		dst = append(dst, `" data-sort="`...)
		dst = append(dst, [...]string{"", "text", "number", "light"}[col.Sort]...)
		switch {
		case sorted && o.Desc:
			dst = append(dst, `" aria-sort="descending"`...)
		case sorted:
			dst = append(dst, `" aria-sort="ascending"`...)
		default:
			dst = append(dst, `" aria-sort="none"`...)
		}
	}
	dst = append(dst, '>')
	linked := sortable && o.SortURL != "" && col.Key != ""
	if linked {
		dst = append(dst, `<a class="sort" href="`...)
		sep := "?"
		if strings.Contains(o.SortURL, "?") {
			sep = "&"
		}
		dir := "desc"
		if sorted && o.Desc || !sorted && col.Sort == ByText {
			dir = "asc"
		}
		dst = chart.AppendHref(dst, o.SortURL+sep+"sort="+col.Key+"&dir="+dir)
		dst = append(dst, `">`...)
	}
	if c.leaf && col.Unit != "" {
		name := ""
		if len(col.Head) > 0 {
			name = col.Head[len(col.Head)-1]
		}
		dst = chart.AppendText(dst, name)
		dst = append(dst, `<span class="unit">`...)
		dst = chart.AppendText(dst, col.unit())
		dst = append(dst, `</span>`...)
	} else {
		dst = chart.AppendText(dst, c.text)
	}
	if linked {
		dst = append(dst, "</a>"...)
	}
	return append(dst, "</th>"...)
}

func alignClass(a Align) string {
	switch a {
	case Right:
		return ` class="n"`
	case Center:
		return ` class="c"`
	}
	return ""
}

// A body writes the rows of a table. What every row repeats is made once.
type body struct {
	t      *Table
	o      Options
	head   int
	class  []string      // by column
	open   []string      // by column: the beginning of a cell that has nothing of its own
	stem   []string      // by column: first part of addresses, escaped
	tail   []byte        // of the row: second part of addresses, escaped
	lights []lightOfBody // those met so far
}

type lightOfBody struct {
	light measure.Light
	html  string // before a number
}

func (t *Table) tbody(dst []byte, o Options, aligns []Align) []byte {
	n := len(t.Columns)
	words := make([]string, 3*n)
	b := body{t: t, o: o, head: t.rowHead(), class: words[:n], open: words[n : 2*n], stem: words[2*n:]}
	for i, a := range aligns {
		switch a {
		case Right:
			b.class[i] = "n"
		case Center:
			b.class[i] = "c"
		}
		b.open[i] = "<td"
		if i == b.head {
			b.open[i] = `<th scope="row"`
		}
		if l := t.Columns[i].Link; l != "" {
			b.stem[i] = string(chart.AppendHref(nil, l))
		}
	}
	dst = append(dst, "<tbody>"...)
	for r := range t.Rows {
		dst = b.tr(dst, &t.Rows[r])
	}
	if len(t.Rows) == 0 {
		dst = append(dst, `<tr class="empty"><td colspan="`...)
		dst = strconv.AppendInt(dst, int64(max(1, len(t.Columns))), 10)
		dst = append(dst, `">`...)
		dst = chart.AppendText(dst, t.empty(o))
		dst = append(dst, "</td></tr>"...)
	}
	return append(dst, "</tbody>"...)
}

// light gives the symbol of a light before a number, with the word for those who hear the page.
func (b *body) light(l measure.Light) string {
	for i := range b.lights {
		if b.lights[i].light == l {
			return b.lights[i].html
		}
	}
	s := append([]byte(`<span class="lt `), chart.LightClass(l)...)
	s = append(s, `" role="img" aria-label="`...)
	s = chart.AppendText(s, b.o.tr(chart.LightWord(l)))
	s = append(s, `">`...)
	s = append(s, chart.LightSymbol(l)...)
	s = append(s, `</span>`...)
	b.lights = append(b.lights, lightOfBody{l, string(s)})
	return string(s)
}

func (t *Table) empty(o Options) string {
	if t.Empty != "" {
		return t.Empty
	}
	return o.tr("暂无数据")
}

func (b *body) tr(dst []byte, row *Row) []byte {
	t := b.t
	if b.tail = b.tail[:0]; row.Link != "" {
		b.tail = chart.AppendText(b.tail, row.Link)
	}
	dst = append(dst, "<tr"...)
	if row.ID != "" {
		dst = append(dst, ` id="`...)
		dst = chart.AppendText(dst, row.ID)
		dst = append(dst, '"')
	}
	if row.Total {
		dst = append(dst, ` class="total"`...)
	}
	if row.Level > 0 {
		dst = append(dst, ` data-level="`...)
		dst = strconv.AppendInt(dst, int64(row.Level), 10)
		dst = append(dst, '"')
	}
	for _, a := range row.Data {
		if !attrName(a.Name) {
			continue
		}
		dst = append(dst, " data-"...)
		dst = append(dst, a.Name...)
		dst = append(dst, `="`...)
		dst = chart.AppendText(dst, a.Value)
		dst = append(dst, '"')
	}
	dst = append(dst, '>')
	var none Cell
	for i := range t.Columns {
		c := &none
		if i < len(row.Cells) {
			c = &row.Cells[i]
		}
		dst = append(dst, b.open[i]...)
		dst = tdClass(dst, c, b.class[i], i == b.head, row.Level)
		if c.Hint != "" {
			dst = append(dst, ` title="`...)
			dst = chart.AppendText(dst, c.Hint)
			dst = append(dst, '"')
		}
		if s := t.Columns[i].Sort; s != NoSort {
			dst = appendSortValue(dst, c, s)
		}
		dst = append(dst, '>')
		if c.Kind == NumberKind {
			dst = b.number(dst, c, b.stem[i])
		} else {
			dst = c.html(dst, b.o)
		}
		if i == b.head {
			dst = append(dst, "</th>"...)
		} else {
			dst = append(dst, "</td>"...)
		}
	}
	return append(dst, "</tr>"...)
}

func tdClass(dst []byte, c *Cell, class string, head bool, level int) []byte {
	indent := head && level > 0
	if class == "" && !c.Missing && !indent && c.Kind != ActionsKind {
		return dst
	}
	dst = append(dst, ` class="`...)
	dst = append(dst, class...)
	if c.Missing {
		dst = append(dst, " mi"...)
	}
	if indent {
		dst = append(dst, " l"...)
		dst = strconv.AppendInt(dst, int64(min(level, 6)), 10)
	}
	if c.Kind == ActionsKind {
		dst = append(dst, " act"...)
	}
	return append(dst, '"')
}

// number appends the inside of a figure's cell.
func (b *body) number(dst []byte, c *Cell, stem string) []byte {
	linked := true
	switch {
	case c.Href != "" && c.Quiet:
		dst = append(dst, `<a class="also" href="`...)
		dst = chart.AppendHref(dst, c.Href)
		dst = append(dst, `">`...)
	case c.Href != "":
		dst = append(dst, `<a class="fig" href="`...)
		dst = chart.AppendHref(dst, c.Href)
		dst = append(dst, `">`...)
	case stem != "" && len(b.tail) > 0:
		dst = append(dst, `<a class="fig" href="`...)
		dst = append(dst, stem...)
		dst = append(dst, b.tail...)
		dst = append(dst, `">`...)
	default:
		linked = false
	}
	if c.Light != measure.NoLight {
		dst = append(dst, b.light(c.Light)...)
		if c.Text != "" {
			dst = append(dst, ' ')
		}
	}
	dst = chart.AppendText(dst, c.Text)
	if linked {
		dst = append(dst, `</a>`...)
	}
	return c.note(dst)
}

func (c *Cell) note(dst []byte) []byte {
	if c.Note != "" {
		dst = append(dst, ` <small>`...)
		dst = chart.AppendText(dst, c.Note)
		dst = append(dst, `</small>`...)
	}
	return dst
}

// html appends the inside of a cell that is no number.
func (c *Cell) html(dst []byte, o Options) []byte {
	switch c.Kind {
	case SparkKind:
		if c.Spark != nil {
			dst = c.Spark.AppendSVG(dst, chart.Options{Tr: o.Tr})
		}
		return dst
	case ActionsKind:
		return c.actions(dst, o)
	}
	switch {
	case c.Href == "":
	case c.Quiet:
		dst = append(dst, `<a class="also" href="`...)
		dst = chart.AppendHref(dst, c.Href)
		dst = append(dst, `">`...)
	default:
		dst = append(dst, `<a href="`...)
		dst = chart.AppendHref(dst, c.Href)
		dst = append(dst, `">`...)
	}
	if c.Light != measure.NoLight {
		dst = append(dst, `<span class="lt `...)
		dst = append(dst, chart.LightClass(c.Light)...)
		dst = append(dst, `">`...)
		dst = append(dst, chart.LightSymbol(c.Light)...)
		dst = append(dst, `</span>`...)
		if c.Text != "" {
			dst = append(dst, ' ')
		}
	}
	dst = chart.AppendText(dst, c.Text)
	if c.Quiet { // the note is part of what leads on
		dst = c.note(dst)
	}
	if c.Href != "" {
		dst = append(dst, `</a>`...)
	}
	if c.Quiet {
		return dst
	}
	return c.note(dst)
}

func (c *Cell) actions(dst []byte, o Options) []byte {
	for i, a := range c.Actions {
		if i > 0 {
			dst = append(dst, ' ')
		}
		if !a.Post {
			dst = append(dst, `<a href="`...)
			dst = chart.AppendHref(dst, a.Href)
			dst = append(dst, `">`...)
			dst = chart.AppendText(dst, a.Text)
			dst = append(dst, `</a>`...)
			continue
		}
		dst = append(dst, `<form method="post" action="`...)
		dst = chart.AppendHref(dst, a.Href)
		dst = append(dst, `">`...)
		for _, h := range o.Hidden {
			dst = append(dst, `<input type="hidden" name="`...)
			dst = chart.AppendText(dst, h.Name)
			dst = append(dst, `" value="`...)
			dst = chart.AppendText(dst, h.Value)
			dst = append(dst, `">`...)
		}
		dst = append(dst, `<button>`...)
		dst = chart.AppendText(dst, a.Text)
		dst = append(dst, `</button></form>`...)
	}
	return dst
}

func (t *Table) below(dst []byte) []byte {
	if len(t.Notes) == 0 && t.Source == "" {
		return dst
	}
	dst = append(dst, `<div class="table-notes">`...)
	for _, n := range t.Notes {
		dst = append(dst, "<p>"...)
		dst = chart.AppendText(dst, n)
		dst = append(dst, "</p>"...)
	}
	if t.Source != "" {
		dst = append(dst, `<p class="source">`...)
		dst = chart.AppendText(dst, t.Source)
		dst = append(dst, "</p>"...)
	}
	return append(dst, "</div>"...)
}

func attrName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || i > 0 && (c >= '0' && c <= '9' || c == '-')) {
			return false
		}
	}
	return s != ""
}
