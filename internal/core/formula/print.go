package formula

import (
	"cmp"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
)

// Codes gives the formula as it is kept: names as codes, everything else in half width.
func (e *Expr) Codes() string { return e.print(spelling{}) }

// Text gives the formula as it is shown in Chinese. names gives the Chinese name of a code, ""
// to show the code; it must give no name that means several things.
func (e *Expr) Text(names func(code string) string) string {
	return e.print(spelling{names: names, chinese: true})
}

// English gives the formula as it is shown in English.
func (e *Expr) English(names func(code string) string) string {
	return e.print(spelling{names: names, english: true})
}

// String gives the formula as it is kept.
func (e *Expr) String() string { return e.Codes() }

func (e *Expr) print(s spelling) string {
	var b strings.Builder
	s.write(&b, e.root, 0)
	return b.String()
}

// A spelling is a way of writing a formula down.
type spelling struct {
	names   func(code string) string
	chinese bool // function names and the words and, or, not
	english bool // names of dimensions and labels
	pretty  bool // × ÷ ≤ ≥ ≠, for reading only
	// after writes what is known about a part behind it; nil for nothing.
	after func(*strings.Builder, node)
}

// write prints n; it stands in brackets if its operator binds less tightly than least.
func (s spelling) write(b *strings.Builder, n node, least int) {
	switch n := n.(type) {
	case *number:
		b.WriteString(n.spell)
		if n.percent {
			b.WriteByte('%')
		}
	case *name:
		s.name(b, n)
	case *text:
		s.text(b, n)
	case *unary:
		s.open(b, n.op, least)
		if n.op == opNot {
			b.WriteString(s.sign(opNot))
			b.WriteByte(' ')
		} else {
			b.WriteByte('-')
		}
		s.write(b, n.x, n.op.binds())
		s.close(b, n.op, least)
	case *binary:
		left := n.op.binds()
		if left == bindCompare {
			left++ // comparisons do not chain
		}
		s.open(b, n.op, least)
		s.write(b, n.x, left)
		b.WriteByte(' ')
		b.WriteString(s.sign(n.op))
		b.WriteByte(' ')
		s.write(b, n.y, n.op.binds()+1)
		s.close(b, n.op, least)
	case *call:
		s.call(b, n)
	}
	if s.after != nil {
		s.after(b, n)
	}
}

func (s spelling) open(b *strings.Builder, o op, least int) {
	if o.binds() < least {
		b.WriteByte('(')
	}
}

func (s spelling) close(b *strings.Builder, o op, least int) {
	if o.binds() < least {
		b.WriteByte(')')
	}
}

func (s spelling) sign(o op) string {
	if w, ok := chineseWords[o]; ok && s.chinese {
		return w
	}
	if s.pretty {
		switch o {
		case opMul:
			return "×"
		case opDiv:
			return "÷"
		case opLessEq:
			return "≤"
		case opGreaterEq:
			return "≥"
		case opNotEqual:
			return "≠"
		}
	}
	return opText[o]
}

func (s spelling) call(b *strings.Builder, c *call) {
	switch {
	case c.fn == nil:
		b.WriteString(c.name)
	case s.chinese:
		b.WriteString(c.fn.Chinese)
	default:
		b.WriteString(c.fn.Name)
	}
	b.WriteByte('(')
	for i, a := range c.args {
		if i > 0 {
			b.WriteString(", ")
		}
		s.write(b, a, 0)
	}
	b.WriteByte(')')
}

func (s spelling) name(b *strings.Builder, n *name) {
	word := n.text
	if n.bound {
		word = s.called(n.ref.Code)
	}
	if s.pretty {
		b.WriteString(word)
	} else {
		b.WriteString(quoteName(word))
	}
	if len(n.picks) == 0 {
		return
	}
	b.WriteByte('{')
	for i, p := range n.picks {
		if i > 0 {
			b.WriteByte(',')
		}
		dim, label := p.dim, p.label
		if s.english && n.bound {
			dim, label = englishPick(n.ref.Element.Scheme, p)
		}
		if dim != "" {
			if bareWord(dim) || s.pretty {
				b.WriteString(dim)
			} else {
				b.WriteString(quote(dim))
			}
			b.WriteByte('=')
		}
		if s.pretty {
			b.WriteString(label)
		} else {
			b.WriteString(quote(label))
		}
	}
	b.WriteByte('}')
}

// englishPick gives the English words of a selector, where there are any.
func englishPick(s measure.Scheme, p pick) (dim, label string) {
	dim, label = p.dim, p.label
	for _, d := range s.Dimensions {
		if d.Name != p.dim {
			continue
		}
		dim = cmp.Or(d.NameEN, dim)
		for _, l := range d.Labels {
			if l.Name == p.label {
				label = cmp.Or(l.NameEN, label)
			}
		}
	}
	return dim, label
}

// called gives the word for a code in this spelling.
func (s spelling) called(code string) string {
	if s.names != nil {
		if w := s.names(code); strings.TrimSpace(w) != "" && !strings.Contains(w, "\n") {
			return w
		}
	}
	return code
}

func (s spelling) text(b *strings.Builder, t *text) {
	word := t.value
	switch {
	case t.kind && t.code != "" && s.chinese:
		word = plainKind(org.Kind(t.code))
	case t.kind && t.code != "":
		word = t.code
	case t.code != "":
		word = s.called(t.code)
	}
	if s.pretty {
		b.WriteString(word)
	} else {
		b.WriteString(quote(word))
	}
}

// quoteName puts a name into quotation marks where it could not be read without.
func quoteName(s string) string {
	if _, sign := words[strings.ToLower(s)]; !sign && bareWord(s) {
		return s
	}
	return quote(s)
}

// bareWord tells whether s reads as one word and comes back unchanged.
func bareWord(s string) bool {
	letters := false
	for i, r := range s {
		if r != fold(r) || !isLetter(r) && !isDigit(r) && (r != '.' || i == 0) {
			return false
		}
		if (r == '且' || r == '或') && i > 0 && !letters {
			return false // would read as a number and a sign
		}
		letters = letters || isLetter(r)
	}
	return letters
}

// quote puts s into quotation marks; marks inside are doubled.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		if fold(r) == '"' {
			b.WriteRune(r)
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return b.String()
}
