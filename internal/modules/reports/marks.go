package reports

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/docgen"
)

// In the editor a paragraph is plain text. A computed figure stands in it as ⟦3:37.52%⟧, where 3 is
// the number of its source; other linked words stand as ⟦→2:words⟧, where 2 is the number of the
// link. What stands after the colon is printed.

// A RowKind tells what a row of the editor is.
type RowKind string

// The kinds: headings and paragraphs are text, the others are fixed and may be moved or removed.
const (
	Heading1  RowKind = "h1"
	Heading2  RowKind = "h2"
	Heading3  RowKind = "h3"
	TextRow   RowKind = "p"
	TableRow  RowKind = "table"
	ChartRow  RowKind = "chart"
	BreakRow  RowKind = "break"
	AttachRow RowKind = "attached"
)

// Typed tells whether the row is text.
func (k RowKind) Typed() bool {
	return k == Heading1 || k == Heading2 || k == Heading3 || k == TextRow
}

// A Row is one row of the editor.
type Row struct {
	Kind RowKind
	From int // block of the version edited, or attachment; −1 for a new paragraph
	Text string
}

// Rows gives a document as the rows of the editor.
func Rows(d *docgen.Document) (out []Row) {
	links := linksOf(d)
	for i, b := range d.Body {
		r := Row{From: i}
		switch b := b.(type) {
		case docgen.Heading:
			r.Kind = []RowKind{Heading1, Heading2, Heading3}[min(max(b.Level, 1), 3)-1]
			r.Text = markup(b.Runs, links)
		case docgen.Paragraph:
			r.Kind, r.Text = TextRow, markup(b.Runs, links)
		case docgen.Table:
			r.Kind, r.Text = TableRow, b.Table.Caption
			if r.Text == "" {
				r.Text = b.Table.Name
			}
		case docgen.Picture:
			r.Kind, r.Text = ChartRow, b.Caption
		case docgen.PageBreak:
			r.Kind = BreakRow
		}
		out = append(out, r)
	}
	for i, a := range d.Attached {
		out = append(out, Row{Kind: AttachRow, From: i, Text: a.Name})
	}
	return out
}

func runsOf(b docgen.Block) []docgen.Run {
	switch b := b.(type) {
	case docgen.Heading:
		return b.Runs
	case docgen.Paragraph:
		return b.Runs
	}
	return nil
}

// linksOf lists the addresses of linked words that are no figures, each once, in order.
func linksOf(d *docgen.Document) (out []string) {
	for _, b := range d.Body {
		for _, r := range runsOf(b) {
			if r.Href != "" && r.Source == 0 && !slices.Contains(out, r.Href) {
				out = append(out, r.Href)
			}
		}
	}
	return out
}

func markup(runs []docgen.Run, links []string) string {
	var b strings.Builder
	for _, r := range runs {
		text := strings.NewReplacer("⟦", "[", "⟧", "]").Replace(r.Text)
		switch i := slices.Index(links, r.Href); {
		case r.Source != 0:
			b.WriteString("⟦" + strconv.Itoa(r.Source) + ":" + text + "⟧")
		case r.Href != "" && i >= 0:
			b.WriteString("⟦→" + strconv.Itoa(i+1) + ":" + text + "⟧")
		default:
			b.WriteString(text)
		}
	}
	return b.String()
}

var mark = regexp.MustCompile(`⟦\s*(→?)(\d{1,5})\s*[:：]([^⟦⟧]*)⟧`)

// unmark reads a paragraph of the editor. Faults name the paragraph, counted from 1.
func unmark(text string, row int, sources []docgen.Source, links []string, f *fault.Fields) (out []docgen.Run) {
	field := "row" + strconv.Itoa(row)
	plain := func(s string) {
		f.Need(!strings.ContainsAny(s, "⟦⟧"), field, "第 %d 段：⟦ 和 ⟧ 没有成对，或其中没有写成“⟦编号:数值⟧”；请照原样补上，或删去整个标记", row)
		if s != "" {
			out = append(out, docgen.Run{Text: s})
		}
	}
	at := 0
	for _, m := range mark.FindAllStringSubmatchIndex(text, -1) {
		plain(text[at:m[0]])
		at = m[1]
		arrow, words := text[m[2]:m[3]] != "", strings.TrimSpace(text[m[6]:m[7]])
		no, _ := strconv.Atoi(text[m[4]:m[5]])
		r := docgen.Run{Text: words}
		if words == "" {
			f.Need(false, field, "第 %d 段：标记 %s 里没有字；请写上要印的数，或删去整个标记", row, text[m[0]:m[1]])
			continue
		}
		if arrow {
			if f.Need(no >= 1 && no <= len(links), field, "第 %d 段：没有编号为 →%d 的链接；请删去标记", row, no); no >= 1 && no <= len(links) {
				r.Href = links[no-1]
			}
		} else {
			i := slices.IndexFunc(sources, func(s docgen.Source) bool { return s.No == no })
			if f.Need(i >= 0, field, "第 %d 段：没有编号为 %d 的数据来源；请改回原来的编号，或删去标记只留文字", row, no); i >= 0 {
				r.Source, r.Href = no, sources[i].Path
			}
		}
		out = append(out, r)
	}
	plain(text[at:])
	return out
}

// dress keeps the font of a paragraph whose runs all had the same one.
func dress(runs, before []docgen.Run) []docgen.Run {
	if len(before) == 0 {
		return runs
	}
	for _, r := range before {
		if r.Role != before[0].Role || r.Bold != before[0].Bold || r.Red != before[0].Red {
			return runs
		}
	}
	for i := range runs {
		runs[i].Role, runs[i].Bold, runs[i].Red = before[0].Role, before[0].Bold, before[0].Red
	}
	return runs
}

// rebuild makes the edited document from a base and the rows of the editor, and tells which
// computed figures a person changed: each with its paragraph. Blocks not named in the rows are
// gone. Fields of f are "row1", "row2" …
func rebuild(base *docgen.Document, rows []Row, f *fault.Fields) (d docgen.Document, changed []Changed) {
	d = *base
	d.Body, d.Attached = nil, nil
	links := linksOf(base)
	used := map[int]bool{} // blocks and attachments taken
	type kept struct {
		before []docgen.Run
		text   string
	}
	var keptRows []kept
	for i, r := range rows {
		from := docgen.Block(nil)
		if r.Kind != AttachRow && r.From >= 0 && r.From < len(base.Body) && !used[r.From] {
			from = base.Body[r.From]
			used[r.From] = true
		}
		switch {
		case r.Kind == AttachRow:
			if r.From >= 0 && r.From < len(base.Attached) && !used[-1-r.From] {
				used[-1-r.From] = true
				d.Attached = append(d.Attached, base.Attached[r.From])
			}
		case !r.Kind.Typed():
			if from != nil && runsOf(from) == nil {
				d.Body = append(d.Body, from)
			}
		default:
			before := runsOf(from)
			for k, line := range strings.Split(strings.ReplaceAll(r.Text, "\r", ""), "\n") {
				if line = strings.TrimSpace(line); line == "" {
					continue
				}
				runs := dress(unmark(line, i+1, base.Sources, links, f), before)
				if markup(before, links) == line {
					runs = before
				}
				d.Body = append(d.Body, blockOf(r.Kind, runs, from, k == 0))
			}
			if before != nil {
				keptRows = append(keptRows, kept{before, strings.TrimSpace(r.Text)})
			}
		}
	}
	value := func(no int) docgen.Source {
		i := slices.IndexFunc(base.Sources, func(s docgen.Source) bool { return s.No == no })
		if i < 0 {
			return docgen.Source{}
		}
		return base.Sources[i]
	}
	printed := map[int]bool{}
	for _, b := range d.Body {
		for _, r := range runsOf(b) {
			if r.Source == 0 {
				continue
			}
			printed[r.Source] = true
			if s := value(r.Source); s.No != 0 && s.Value != r.Text {
				changed = append(changed, Changed{Was: s.Value, Now: r.Text, Text: docgen.Text(runsOf(b)), Label: s.Label, Path: s.Path, No: s.No})
			}
		}
	}
	told := map[int]bool{}
	for _, k := range keptRows {
		for _, r := range k.before {
			if s := value(r.Source); r.Source != 0 && s.No != 0 && !printed[r.Source] && !told[r.Source] && k.text != "" {
				told[r.Source] = true
				changed = append(changed, Changed{Was: s.Value, Text: k.text, Label: s.Label, Path: s.Path, No: s.No})
			}
		}
	}
	return d, changed
}

func blockOf(k RowKind, runs []docgen.Run, from docgen.Block, first bool) docgen.Block {
	switch k {
	case Heading1:
		return docgen.Heading{Level: 1, Runs: runs}
	case Heading2:
		return docgen.Heading{Level: 2, Runs: runs}
	case Heading3:
		if h, ok := from.(docgen.Heading); ok && h.Level > 3 {
			return docgen.Heading{Level: h.Level, Runs: runs}
		}
		return docgen.Heading{Level: 3, Runs: runs}
	}
	if p, ok := from.(docgen.Paragraph); ok && first {
		p.Runs = runs
		return p
	}
	return docgen.Paragraph{Runs: runs}
}
