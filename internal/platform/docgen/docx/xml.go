package docx

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A buf collects the XML of a part.
type buf struct{ bytes.Buffer }

// raw appends markup as it is.
func (b *buf) raw(parts ...string) {
	for _, p := range parts {
		b.WriteString(p)
	}
}

// num appends markup with a number in its middle.
func (b *buf) num(before string, n int, after string) {
	b.WriteString(before)
	b.WriteString(strconv.Itoa(n))
	b.WriteString(after)
}

// text appends words: markup escaped, bytes that are no UTF-8 replaced, and characters that XML
// cannot hold left out. A line break or a tab inside an attribute would not survive, so both
// are written as references.
func (b *buf) text(s string) {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '"':
			b.WriteString("&quot;")
		case r == '\t' || r == '\n' || r == '\r':
			b.num("&#", int(r), ";")
		case inXML(r):
			b.WriteRune(r)
		}
		i += n
	}
}

// inXML tells whether XML 1.0 can hold a character at all.
func inXML(r rune) bool {
	return r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= 0x10FFFF || r == '\t' || r == '\n' || r == '\r'
}

// clean gives the words as they will stand in the file.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if !inXML(r) || r == '\r' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), "\uFFFD"))
}

// A look is how a run is set. Empty fields are those of the paragraph's style.
type look struct {
	style   string // character style
	font    string // of Chinese
	latin   string // of letters and digits
	bold    bool
	color   string // "C00000"
	space   int    // between characters in twentieths of a point
	tight   bool   // space is given, also when 0
	size    int    // half-points
	raised  bool
	noProof bool
}

// eastern are signs that Chinese and Western fonts both have; a hint says that the Chinese one
// is meant, or Word sets “ ” half as wide.
const eastern = "“”‘’…—·×÷°±§→←↑↓≥≤≠●▲■○①②③④⑤⑥⑦⑧⑨⑩ⅠⅡⅢ"

// props writes the properties of a run in the order of the schema.
func (l look) props(b *buf, hint bool) {
	if l == (look{}) && !hint {
		return
	}
	b.raw("<w:rPr>")
	if l.style != "" {
		b.raw(`<w:rStyle w:val="`, l.style, `"/>`)
	}
	if l.font != "" || l.latin != "" || hint {
		b.raw("<w:rFonts")
		if hint {
			b.raw(` w:hint="eastAsia"`)
		}
		if l.latin != "" {
			b.raw(` w:ascii="`, l.latin, `" w:hAnsi="`, l.latin, `"`)
		}
		if l.font != "" {
			b.raw(` w:eastAsia="`, l.font, `"`)
		}
		if l.latin != "" {
			b.raw(` w:cs="`, l.latin, `"`)
		}
		b.raw("/>")
	}
	if l.bold {
		b.raw("<w:b/><w:bCs/>")
	}
	if l.noProof {
		b.raw("<w:noProof/>")
	}
	if l.color != "" {
		b.raw(`<w:color w:val="`, l.color, `"/>`)
	}
	if l.tight || l.space != 0 {
		b.num(`<w:spacing w:val="`, l.space, `"/>`)
	}
	if l.size > 0 {
		b.num(`<w:sz w:val="`, l.size, `"/>`)
		b.num(`<w:szCs w:val="`, l.size, `"/>`)
	}
	if l.raised {
		b.raw(`<w:vertAlign w:val="superscript"/>`)
	}
	b.raw("</w:rPr>")
}

// run appends words set in one way; "\n" breaks the line and "\t" goes to the next stop.
func (b *buf) run(s string, l look) {
	if s = clean(s); s == "" {
		return
	}
	b.raw("<w:r>")
	l.props(b, strings.ContainsAny(s, eastern))
	b.words(s)
	b.raw("</w:r>")
}

// words appends the inside of a run.
func (b *buf) words(s string) {
	for s != "" {
		i := strings.IndexAny(s, "\n\t")
		if i < 0 {
			i = len(s)
		}
		if i > 0 {
			b.raw(`<w:t xml:space="preserve">`)
			b.text(s[:i])
			b.raw("</w:t>")
		}
		if i == len(s) {
			return
		}
		if s[i] == '\n' {
			b.raw("<w:br/>")
		} else {
			b.raw("<w:tab/>")
		}
		s = s[i+1:]
	}
}

// A stop is a tab stop in twips from the left of the text.
type stop struct {
	kind string // left, right, center
	at   int
}

// A para is a paragraph before it is written. Lengths are twips; zero leaves the style's.
type para struct {
	style     string
	keepNext  bool
	keepLines bool
	newPage   bool
	border    string // children of pBdr
	stops     []stop
	before    int
	after     int
	line      int    // distance of lines
	rule      string // exact, auto, atLeast; exact when empty
	left      int
	right     int
	first     int
	hanging   int
	flush     bool // no indents at all, whatever the style says
	align     string
	sect      string // ends a section here
	body      buf
}

// write appends the paragraph, its properties in the order of the schema.
func (p *para) write(b *buf) {
	b.raw("<w:p>")
	var q buf
	if p.style != "" {
		q.raw(`<w:pStyle w:val="`, p.style, `"/>`)
	}
	if p.keepNext {
		q.raw("<w:keepNext/>")
	}
	if p.keepLines {
		q.raw("<w:keepLines/>")
	}
	if p.newPage {
		q.raw("<w:pageBreakBefore/>")
	}
	if p.border != "" {
		q.raw("<w:pBdr>", p.border, "</w:pBdr>")
	}
	if len(p.stops) > 0 {
		q.raw("<w:tabs>")
		for _, s := range p.stops {
			q.raw(`<w:tab w:val="`, s.kind)
			q.num(`" w:pos="`, s.at, `"/>`)
		}
		q.raw("</w:tabs>")
	}
	if p.before > 0 || p.after > 0 || p.line > 0 {
		q.raw("<w:spacing")
		if p.before > 0 || p.line > 0 {
			q.num(` w:before="`, p.before, `"`)
		}
		if p.after > 0 || p.line > 0 {
			q.num(` w:after="`, p.after, `"`)
		}
		if p.line > 0 {
			rule := p.rule
			if rule == "" {
				rule = "exact"
			}
			q.num(` w:line="`, p.line, `" w:lineRule="`+rule+`"`)
		}
		q.raw("/>")
	}
	p.indents(&q)
	if p.align != "" {
		q.raw(`<w:jc w:val="`, p.align, `"/>`)
	}
	q.raw(p.sect)
	if q.Len() > 0 {
		b.raw("<w:pPr>")
		b.Write(q.Bytes())
		b.raw("</w:pPr>")
	}
	b.Write(p.body.Bytes())
	b.raw("</w:p>")
}

func (p *para) indents(q *buf) {
	if !p.flush && p.left == 0 && p.right == 0 && p.first == 0 && p.hanging == 0 {
		return
	}
	q.num(`<w:ind w:leftChars="0" w:left="`, p.left, `"`)
	if p.right != 0 {
		q.num(` w:rightChars="0" w:right="`, p.right, `"`)
	}
	if p.hanging > 0 {
		q.num(` w:hangingChars="0" w:hanging="`, p.hanging, `"`)
	} else {
		q.num(` w:firstLineChars="0" w:firstLine="`, p.first, `"`)
	}
	q.raw("/>")
}

// em gives the width of words in Chinese characters; letters and digits count a half.
func em(s string) float64 {
	n := 0.0
	for _, r := range s {
		switch {
		case r < 0x20:
		case r == '%':
			n += 0.84
		case r >= 'A' && r <= 'Z':
			n += 0.66
		case r == '<' || r == '>':
			n += 0.57
		case r < 0x2000:
			n += 0.5
		default:
			n++
		}
	}
	return n
}
