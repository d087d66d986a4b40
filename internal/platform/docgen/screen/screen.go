// Package screen shows a document on a page of the browser: the same text, tables and charts as its
// files, with every figure leading to its trace. It is for reading; the layout on paper is that of
// the writers docx and pdf.
package screen

import (
	"html/template"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/words"
)

// HTML gives the document and the sources of its figures. The document itself is Chinese; l is the
// language of what stands around it. A figure that a person changed is marked with what was computed.
func HTML(d *docgen.Document, l words.Lang) template.HTML {
	p := paper{was: map[int]string{}}
	for _, s := range d.Sources {
		p.was[s.No] = s.Value
	}
	p.raw(`<article class="paper" lang="zh-CN">`)
	for _, line := range []string{d.Mark, strings.TrimSpace(d.Issue + "　" + d.Number), strings.ReplaceAll(d.Title, "\n", "")} {
		if line != "" {
			p.line("paper-head", line)
		}
	}
	if len(d.To) > 0 {
		p.line("flush", strings.Join(d.To, "，")+"：")
	}
	p.blocks(d.Body)
	for i, a := range d.Attached {
		n := ""
		if len(d.Attached) > 1 {
			n = strconv.Itoa(i + 1)
		}
		p.raw(`<hr><h2>`)
		p.text("附件" + n + "　" + a.Name)
		p.raw(`</h2>`)
		p.blocks(a.Body)
	}
	if d.Sign != nil {
		p.line("paper-sign", d.Sign.Unit)
		p.line("paper-sign", d.Sign.Day)
	}
	p.raw(`</article>`)
	p.sources(d.Sources, l)
	return template.HTML(p.b)
}

// A paper is the page as it grows.
type paper struct {
	b   []byte
	was map[int]string // the value that each source printed

	tables int // so far
}

func (p *paper) raw(s string)  { p.b = append(p.b, s...) }
func (p *paper) text(s string) { p.b = chart.AppendText(p.b, s) }

func (p *paper) line(class, s string) {
	p.raw(`<p class="` + class + `">`)
	p.text(s)
	p.raw(`</p>`)
}

func (p *paper) blocks(list []docgen.Block) {
	for _, b := range list {
		switch b := b.(type) {
		case docgen.Heading:
			tag := "h" + strconv.Itoa(min(max(b.Level, 1), 3)+1)
			p.raw("<" + tag + ">")
			p.runs(b.Runs)
			p.raw("</" + tag + ">")
		case docgen.Paragraph:
			switch {
			case b.Align == table.Center:
				p.raw(`<p class="paper-head">`)
			case b.Flush:
				p.raw(`<p class="flush">`)
			default:
				p.raw(`<p>`)
			}
			p.runs(b.Runs)
			p.raw(`</p>`)
		case docgen.Table:
			p.b = p.own(*b.Table).HTML(p.b, table.Options{Tr: words.Chinese.Text})
		case docgen.Picture:
			p.raw(`<figure>`)
			p.b = chart.AppendBox(p.b, b.Chart, chart.Options{Tr: words.Chinese.Text})
			p.raw(`<figcaption>`)
			p.text(b.Caption)
			p.raw(`</figcaption></figure>`)
		case docgen.PageBreak:
			p.raw(`<hr>`)
		}
	}
}

// own gives a table a name of its own on the page, where the same indicators stand in many tables.
func (p *paper) own(t table.Table) *table.Table {
	p.tables++
	t.ID, t.Rows = "paper-"+strconv.Itoa(p.tables), slices.Clone(t.Rows)
	for i := range t.Rows {
		t.Rows[i].ID = ""
	}
	return &t
}

func (p *paper) runs(list []docgen.Run) {
	for _, r := range list {
		if r.Href == "" {
			p.text(r.Text)
			continue
		}
		p.raw(`<a href="`)
		p.b = chart.AppendHref(p.b, r.Href)
		if was := p.was[r.Source]; r.Source != 0 && was != r.Text {
			p.raw(`" class="paper-changed" title="`)
			p.text(was)
		}
		p.raw(`">`)
		p.text(r.Text)
		p.raw(`</a>`)
		if r.Source != 0 {
			p.raw(`<sup>` + strconv.Itoa(r.Source) + `</sup>`)
		}
	}
}

func (p *paper) sources(list []docgen.Source, l words.Lang) {
	if len(list) == 0 {
		return
	}
	p.raw(`<details class="card"><summary>`)
	p.text(words.T(l, "数据来源（%d 条）", len(list)))
	p.raw(`</summary><div class="scroll"><table><thead><tr><th>`)
	p.text(l.Text("序号"))
	p.raw(`</th><th>`)
	p.text(l.Text("数据"))
	p.raw(`</th><th>`)
	p.text(l.Text("数值"))
	p.raw(`</th></tr></thead><tbody>`)
	for _, s := range list {
		p.raw(`<tr><td class="num">` + strconv.Itoa(s.No) + `</td><td lang="zh-CN"><a href="`)
		p.b = chart.AppendHref(p.b, s.Path)
		p.raw(`">`)
		p.text(s.Label)
		p.raw(`</a></td><td class="num" lang="zh-CN">`)
		p.text(s.Value)
		p.raw(`</td></tr>`)
	}
	p.raw(`</tbody></table></div></details>`)
}
