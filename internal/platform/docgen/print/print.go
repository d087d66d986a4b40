// Package print writes a document in the format a person asks for: docx for editing, pdf for
// reading and printing, xlsx for its tables and figures as numbers. It opens the fonts once, when
// they are first needed.
package print

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/docgen/docx"
	"kaiyang/internal/platform/docgen/fonts"
	"kaiyang/internal/platform/docgen/ink"
	"kaiyang/internal/platform/docgen/pdf"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/words"
)

// The formats.
const (
	DOCX = "docx"
	PDF  = "pdf"
	XLSX = "xlsx"
)

// Formats lists the formats in the order they are offered.
func Formats() []string { return []string{DOCX, PDF, XLSX} }

// Media gives the media type of a format; "" for one that is not known.
func Media(format string) string {
	switch format {
	case DOCX:
		return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	case PDF:
		return "application/pdf"
	case XLSX:
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return ""
}

// dpi is how fine charts are drawn for programs that cannot show vectors.
const dpi = 220

// A Printer writes documents. It may be used by several goroutines; Close gives the font files
// back.
type Printer struct {
	// Fonts are the fonts to use; nil looks for them in Dir and then in System when they are
	// first needed.
	Fonts  *fonts.Set
	Dir    string
	System []string

	mu   sync.Mutex
	mine bool
}

// New makes a printer that looks for fonts in dir, which may be empty, and then in the system's
// directories.
func New(dir string, system []string) *Printer { return &Printer{Dir: dir, System: system} }

// set gives the fonts. Where none serves it fails with Unavailable and looks again the next time,
// for fonts that were put there meanwhile.
func (p *Printer) set() (*fonts.Set, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.Fonts != nil {
		return p.Fonts, nil
	}
	s, err := fonts.Open(p.Dir, p.System)
	if err != nil {
		return nil, err
	}
	p.Fonts, p.mine = s, true
	return s, nil
}

// Close gives back the fonts the printer opened itself.
func (p *Printer) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mine {
		p.Fonts.Close()
		p.Fonts, p.mine = nil, false
	}
}

// Pictures draws a chart as PNG, for docx files and templates.
func (p *Printer) Pictures(c chart.Chart, widthMM float64) ([]byte, int, int, error) {
	s, err := p.set()
	if err != nil {
		return nil, 0, 0, err
	}
	return ink.PNG(c, widthMM, dpi, s)
}

// Print writes a document in a format. The note tells which fonts stood in for the official ones,
// which files of the office's own directory are of no use, and what could not be printed, in the document's language; it is empty for docx and xlsx, whose
// fonts are those of the reader's machine. A format that is not known is Missing; no font at all is
// Unavailable.
func (p *Printer) Print(w io.Writer, d *docgen.Document, format string) (note string, err error) {
	return p.PrintFor(w, d, format, langOf(d))
}

// PrintFor is Print with the note in the language of whoever prints.
func (p *Printer) PrintFor(w io.Writer, d *docgen.Document, format string, l words.Lang) (note string, err error) {
	switch format {
	case DOCX:
		return "", docx.Write(w, d, p.Pictures)
	case XLSX:
		return "", workbook(w, d)
	case PDF:
		s, err := p.set()
		if err != nil {
			return "", err
		}
		r, err := pdf.Write(w, d, s)
		if err != nil {
			return "", err
		}
		return say(r, s.Notes(), l), nil
	}
	return "", fault.New(fault.Missing, "没有 %s 格式；可用 docx、pdf、xlsx", format)
}

func langOf(d *docgen.Document) words.Lang {
	if d.Meta.English {
		return words.English
	}
	return words.Chinese
}

func say(r pdf.Report, own fault.Findings, l words.Lang) string {
	var out []string
	for _, f := range r.Fonts {
		if !f.Official {
			out = append(out, f.Say(l.Text))
		}
	}
	for _, n := range slices.Concat(r.Notes, own) {
		out = append(out, n.Say(l.Text))
	}
	if len(r.Missing) > 0 && len(r.Notes) == 0 {
		out = append(out, words.T(l, "没有字体能印“%s”，以〓代替", string(r.Missing)))
	}
	return strings.Join(out, words.T(l, "；"))
}

// workbook writes the text, the tables and the sources of a document as one workbook.
func workbook(w io.Writer, d *docgen.Document) error {
	l := langOf(d)
	list := append([]*table.Table{textTable(d, l)}, tables(d)...)
	if len(d.Sources) > 0 {
		list = append(list, sourceTable(d, l))
	}
	title := strings.ReplaceAll(d.Title, "\n", "")
	if title == "" {
		title = d.Meta.Subject
	}
	stamp := ""
	if d.Meta.Cutoff != "" {
		stamp = words.T(l, "截至 %s", d.Meta.Cutoff)
	}
	return table.Workbook(w, table.XLSXOptions{Tr: l.Text, Base: d.Meta.Base, Title: title, Stamp: stamp}, list...)
}

func blocks(d *docgen.Document) []docgen.Block {
	out := d.Body
	for _, a := range d.Attached {
		out = append(out[:len(out):len(out)], docgen.Head(1, a.Name))
		out = append(out, a.Body...)
	}
	return out
}

func tables(d *docgen.Document) (out []*table.Table) {
	for _, b := range blocks(d) {
		if t, ok := b.(docgen.Table); ok {
			out = append(out, t.Table)
		}
	}
	return out
}

// textTable lists the paragraphs, with a line where a table or a chart stands.
func textTable(d *docgen.Document, l words.Lang) *table.Table {
	t := &table.Table{ID: "text", Name: words.T(l, "正文"), Columns: []table.Column{
		{Head: []string{words.T(l, "段")}, Key: "no", Align: table.Right, Width: 4},
		{Head: []string{words.T(l, "正文")}, Key: "text", RowHead: true, Width: 60},
	}}
	n := 0
	add := func(level int, text string) {
		if text = strings.TrimSpace(strings.ReplaceAll(text, "\n", "")); text == "" {
			return
		}
		n++
		no := strconv.Itoa(n)
		t.Rows = append(t.Rows, table.Row{Level: level, Total: level == 0, Cells: []table.Cell{table.Number(no, no), table.Text(text)}})
	}
	add(0, d.Title)
	if len(d.To) > 0 {
		add(1, strings.Join(d.To, "、")+"：")
	}
	for _, b := range blocks(d) {
		switch b := b.(type) {
		case docgen.Heading:
			add(0, docgen.Text(b.Runs))
		case docgen.Paragraph:
			add(1, docgen.Text(b.Runs))
		case docgen.Table:
			name := b.Table.Caption
			if name == "" {
				name = b.Table.Name
			}
			add(1, words.T(l, "〔表：%s〕", name))
		case docgen.Picture:
			add(1, words.T(l, "〔图：%s〕", b.Caption))
		}
	}
	for _, a := range d.Present {
		add(1, a.Label+"："+a.Text)
	}
	if d.Sign != nil {
		add(1, d.Sign.Unit)
		add(1, d.Sign.Day)
	}
	return t
}

// sourceTable lists the figures of the text with their printed values as numbers.
func sourceTable(d *docgen.Document, l words.Lang) *table.Table {
	t := &table.Table{ID: "sources", Name: words.T(l, "数据来源"), Columns: []table.Column{
		{Head: []string{words.T(l, "序号")}, Key: "no", Align: table.Right},
		{Head: []string{words.T(l, "数据")}, Key: "label", RowHead: true, Width: 40},
		{Head: []string{words.T(l, "数值")}, Key: "value", Align: table.Right, Width: 12},
		{Head: []string{words.T(l, "来源页")}, Key: "path", Width: 40},
	}}
	for _, s := range d.Sources {
		no := strconv.Itoa(s.No)
		value := table.Missing(s.Value)
		if x := numberIn(s.Value); x != "" {
			value = table.Number(x, s.Value)
		}
		value.Href = s.Path
		label := s.Label
		if s.Beside != "" {
			label += "（" + s.Beside + "）"
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Number(no, no), table.Text(label), value, table.Link(s.Path, s.Path)}})
	}
	return t
}

// numberIn gives the number that a printed value begins with, "" where it begins with none: "<5"
// and "未报" stay words. Percents are given as printed.
func numberIn(s string) string {
	var b strings.Builder
	digit := false
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digit = true
			b.WriteRune(r)
		case r == '-' && i == 0, r == '.' && digit:
			b.WriteRune(r)
		case r == ',' && digit:
		default:
			if !digit {
				return ""
			}
			return strings.TrimSuffix(b.String(), ".")
		}
	}
	if !digit {
		return ""
	}
	return strings.TrimSuffix(b.String(), ".")
}
