package chart

import (
	"strconv"
	"unicode/utf8"
)

// AppendText appends s escaped for HTML and SVG text and for attributes in double quotes.
// Bytes that are not UTF-8 and characters XML does not allow become U+FFFD.
func AppendText(dst []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c > '>' && c < utf8.RuneSelf || c >= '(' && c <= ';' {
			i++
			continue
		}
		if c >= 0xE4 && c <= 0xE9 && i+2 < len(s) && s[i+1]&0xC0 == 0x80 && s[i+2]&0xC0 == 0x80 { // Chinese characters
			i += 3
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if (r == utf8.RuneError && n == 1) || r == 0xFFFE || r == 0xFFFF {
				dst = append(dst, s[start:i]...)
				dst = append(dst, "\uFFFD"...)
				i += n
				start = i
				continue
			}
			i += n
			continue
		}
		var esc string
		switch {
		case c == '&':
			esc = "&amp;"
		case c == '<':
			esc = "&lt;"
		case c == '>':
			esc = "&gt;"
		case c == '"':
			esc = "&#34;"
		case c == '\'':
			esc = "&#39;"
		case c < ' ' && c != '\t' && c != '\n' && c != '\r':
			esc = "\uFFFD"
		default:
			i++
			continue
		}
		dst = append(dst, s[start:i]...)
		dst = append(dst, esc...)
		i++
		start = i
	}
	return append(dst, s[start:]...)
}

// AppendHref appends an address as the value of an href attribute. Only addresses of this site
// ("/…", "?…", "#…", "./…") and http(s) are kept; anything else, such as a script, becomes "#".
func AppendHref(dst []byte, href string) []byte {
	if !safeHref(href) {
		return append(dst, '#')
	}
	return AppendText(dst, href)
}

func safeHref(h string) bool {
	if h == "" {
		return false
	}
	switch h[0] {
	case '/':
		return len(h) == 1 || h[1] != '/' && h[1] != '\\'
	case '?', '#', '.':
		return true
	}
	return hasFold(h, "https://") || hasFold(h, "http://")
}

func hasFold(s, prefix string) bool {
	if len(s) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != prefix[i] {
			return false
		}
	}
	return true
}

// pen gathers the bytes of one chart.
type pen struct {
	b []byte
	o Options
}

func (p *pen) raw(s string) { p.b = append(p.b, s...) }

func (p *pen) text(s string) { p.b = AppendText(p.b, s) }

// num writes a coordinate to a tenth of a unit, "12" or "12.5".
func (p *pen) num(v float64) { p.b = appendCoord(p.b, v) }

func appendCoord(dst []byte, v float64) []byte {
	if v != v || v > 1e7 || v < -1e7 {
		return append(dst, '0')
	}
	t := int64(v*10 + 0.5)
	if v < 0 {
		t = int64(v*10 - 0.5)
	}
	if t < 0 {
		dst = append(dst, '-')
		t = -t
	}
	dst = strconv.AppendInt(dst, t/10, 10)
	if t%10 != 0 {
		dst = append(dst, '.', byte('0'+t%10))
	}
	return dst
}

// attr writes a numeric attribute, ` x="12.5"`.
func (p *pen) attr(name string, v float64) {
	p.b = append(p.b, ' ')
	p.b = append(p.b, name...)
	p.b = append(p.b, '=', '"')
	p.num(v)
	p.b = append(p.b, '"')
}

// open begins a chart. links tells whether parts of it can be followed: then it is no single
// picture to a screen reader.
func (p *pen) open(class string, w, h float64, title, desc string, links bool) {
	p.raw(`<svg class="`)
	p.raw(class)
	p.raw(`"`)
	if p.o.Standalone {
		p.raw(` xmlns="http://www.w3.org/2000/svg"`)
	}
	p.attr("width", w)
	p.attr("height", h)
	p.raw(` viewBox="0 0 `)
	p.num(w)
	p.raw(" ")
	p.num(h)
	if links {
		p.raw(`" role="group" aria-label="`)
	} else {
		p.raw(`" role="img" aria-label="`)
	}
	p.text(title)
	p.raw(`"`)
	if p.o.Standalone {
		p.raw(` font-family="'Noto Sans CJK SC','Microsoft YaHei','SimHei',sans-serif"`)
	}
	p.raw(`>`)
	if title != "" {
		p.raw(`<title>`)
		p.text(title)
		p.raw(`</title>`)
	}
	if desc != "" {
		p.raw(`<desc>`)
		p.text(desc)
		p.raw(`</desc>`)
	}
	if p.o.Standalone {
		p.raw(`<rect`)
		p.attr("width", w)
		p.attr("height", h)
		p.raw(` fill="` + ground + `"/>`)
	}
}

func (p *pen) close() []byte {
	p.raw(`</svg>`)
	return p.b
}

// anchors of text.
const (
	atStart  = ""
	atMiddle = "middle"
	atEnd    = "end"
)

// label writes a line of text; class may be empty, colour is the presentation attribute.
func (p *pen) label(x, y, size float64, anchor, class, colour string, bold bool, s string) {
	p.raw(`<text`)
	p.attr("x", x)
	p.attr("y", y)
	p.attr("font-size", size)
	if anchor != "" {
		p.raw(` text-anchor="` + anchor + `"`)
	}
	if class == "" && colour == ground {
		class = "k-inv"
	}
	if class != "" {
		p.raw(` class="` + class + `"`)
	}
	p.raw(` fill="` + colour + `"`)
	if bold {
		p.raw(` font-weight="600"`)
	}
	p.raw(`>`)
	p.text(s)
	p.raw(`</text>`)
}

// line writes a straight line.
func (p *pen) line(x1, y1, x2, y2 float64, class, colour string, width float64, dash string) {
	p.raw(`<line`)
	p.attr("x1", x1)
	p.attr("y1", y1)
	p.attr("x2", x2)
	p.attr("y2", y2)
	p.raw(` class="` + class + `" stroke="` + colour + `"`)
	p.attr("stroke-width", width)
	if dash != "" {
		p.raw(` stroke-dasharray="` + dash + `"`)
	}
	p.raw(`/>`)
}

// link opens an anchor when there is somewhere to go, and tells whether it did.
func (p *pen) link(href string) bool {
	if href == "" {
		return false
	}
	p.raw(`<a href="`)
	p.b = AppendHref(p.b, href)
	p.raw(`">`)
	return true
}

// tip writes the words that appear under the pointer and are read aloud.
func (p *pen) tip(parts ...string) {
	p.raw(`<title>`)
	first := true
	for _, s := range parts {
		if s == "" {
			continue
		}
		if !first {
			p.raw(" ")
		}
		first = false
		p.text(s)
	}
	p.raw(`</title>`)
}

// textWidth estimates the width of s at a size, on the safe side for the usual Chinese fonts.
func textWidth(s string, size float64) float64 {
	var w float64
	for _, r := range s {
		w += runeWidth(r)
	}
	return w * size
}

func runeWidth(r rune) float64 {
	switch {
	case r >= 0x2E80 || r >= 0x2010 && r <= 0x2027 || r >= 0x2190 && r <= 0x25FF:
		return 1
	case r == 'm' || r == 'w' || r == 'M' || r == 'W' || r == '%' || r == '@':
		return 0.9
	case r >= 'A' && r <= 'Z':
		return 0.68
	case r == 'i' || r == 'l' || r == 'j' || r == '.' || r == ',' || r == ':' || r == ';' || r == ' ' || r == '\'' || r == '|':
		return 0.3
	}
	return 0.58
}

// breakText divides s into at most two lines no wider than width where that is possible: at a
// space if there is one near the middle, else between characters.
func breakText(s string, size, width float64) []string {
	if textWidth(s, size) <= width {
		return []string{s}
	}
	runes := []rune(s)
	best, bestWidth := len(runes)/2, -1.0
	for i := 1; i < len(runes); i++ {
		a, b := textWidth(string(runes[:i]), size), textWidth(string(runes[i:]), size)
		wide := max(a, b)
		if runes[i] == ' ' || runes[i-1] == ' ' {
			wide -= 1.5 * size
		} else if runes[i] < 0x2E80 && runes[i-1] < 0x2E80 {
			wide += 3 * size
		}
		if bestWidth < 0 || wide < bestWidth {
			best, bestWidth = i, wide
		}
	}
	return []string{trimSpace(string(runes[:best])), trimSpace(string(runes[best:]))}
}

func trimSpace(s string) string {
	for len(s) > 0 && s[0] == ' ' {
		s = s[1:]
	}
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}

// fit cuts s with an ellipsis to a width; the whole of it stands in the tip.
func fit(s string, size, width float64) string {
	if textWidth(s, size) <= width {
		return s
	}
	runes := []rune(s)
	for n := len(runes) - 1; n > 0; n-- {
		if textWidth(string(runes[:n]), size)+size <= width {
			return string(runes[:n]) + "…"
		}
	}
	return "…"
}
