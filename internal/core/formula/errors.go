package formula

import (
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
)

// The limits of a formula. They keep every formula readable and every evaluation short.
const (
	MaxLength   = 4000  // runes of a formula
	MaxNesting  = 50    // brackets, functions and signs inside one another
	MaxChain    = 16    // indicators that build on one another
	MaxExpanded = 20000 // names, numbers and signs once all indicators are written out

	maxDigits = 40
	maxErrors = 50
)

// An Error is one fault of a formula, with its place. Line and Col count from 1, in runes; Len is
// the number of runes concerned, 0 where something is missing.
type Error struct {
	Line, Col, Len int
	Rule           string // stable code: "unknown-name", "cycle", "type" …
	Suggest        string // text to put in its place, empty if there is none

	Format string // Chinese sentence: what is wrong and how to mend it
	Args   []any
}

// Err gives the sentence without the place as an error of kind Invalid.
func (e Error) Err() error { return fault.New(fault.Invalid, e.Format, e.Args...) }

// Error gives the place and the sentence in Chinese.
func (e Error) Error() string { return e.Say(nil) }

// Say gives the place and the sentence in the language of tr, nil for Chinese.
func (e Error) Say(tr func(string) string) string { return fault.Say(e.placed(), tr) }

func (e Error) placed() error {
	return fault.New(fault.Invalid, "第 %d 行第 %d 列：%s", e.Line, e.Col, e.Err())
}

// Caret gives the line of the formula with the fault, and below it a line of carets under the
// place. Wide characters are matched by an ideographic space, so that both lines agree in a
// fixed-width font.
func (e Error) Caret(formula string) string {
	lines := strings.Split(formula, "\n")
	if e.Line < 1 || e.Line > len(lines) {
		return ""
	}
	line := []rune(strings.TrimRight(lines[e.Line-1], "\r"))
	var b strings.Builder
	b.WriteString(string(line))
	b.WriteByte('\n')
	for i := 0; i < e.Col-1; i++ {
		switch {
		case i >= len(line):
			b.WriteByte(' ')
		case line[i] == '\t':
			b.WriteByte('\t')
		case wide(line[i]):
			b.WriteRune('\u3000')
		default:
			b.WriteByte(' ')
		}
	}
	n := 0
	for i := e.Col - 1; i < e.Col-1+e.Len && i < len(line); i++ {
		n++
		if wide(line[i]) {
			n++
		}
	}
	b.WriteString(strings.Repeat("^", max(n, 1)))
	return b.String()
}

// wide tells whether r takes two columns in a fixed-width font.
func wide(r rune) bool {
	switch {
	case r >= 0x1100 && r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3,
		r >= 0xf900 && r <= 0xfaff, r >= 0xfe30 && r <= 0xfe6f, r >= 0xff01 && r <= 0xff60,
		r >= 0xffe0 && r <= 0xffe6, r >= 0x20000 && r <= 0x3fffd:
		return true
	}
	return false
}

// Errors is the error of a formula that cannot be used; it holds all faults, in order of place.
type Errors []Error

// Error lists the faults in Chinese, one a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, x := range e {
		lines[i] = x.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the faults as findings, so that they count as invalid input.
func (e Errors) Unwrap() error { return e.Findings() }

// Findings gives the faults as findings with the rule "formula-…"; the place is part of the
// sentence, because a formula may stand in a field, a cell or a file.
func (e Errors) Findings() fault.Findings {
	out := make(fault.Findings, len(e))
	for i, x := range e {
		out[i] = fault.Finding{
			Rule:   "formula-" + x.Rule,
			Format: "第 %d 行第 %d 列：%s",
			Args:   []any{x.Line, x.Col, x.Err()},
		}
	}
	return out
}

// A reporter collects faults by rune position.
type reporter struct {
	src   []rune
	list  []placed
	muted bool // further faults would only be echoes
}

type placed struct {
	pos int
	err Error
}

// add notes a fault; a second one at the same place is the echo of the first and is dropped.
func (r *reporter) add(pos, n int, rule, format string, args ...any) *Error {
	if r.muted {
		return &Error{}
	}
	for _, p := range r.list {
		if p.pos == pos {
			return &Error{}
		}
	}
	r.list = append(r.list, placed{pos, Error{Len: n, Rule: rule, Format: format, Args: args}})
	return &r.list[len(r.list)-1].err
}

// drop forgets the faults inside s, because a better one is about to be reported.
func (r *reporter) drop(s span) {
	r.list = slices.DeleteFunc(r.list, func(p placed) bool { return p.pos >= s.pos && p.pos < s.pos+s.n })
}

// errors gives the faults in order of place with line and column, nil if there is none.
func (r *reporter) errors() error {
	if len(r.list) == 0 {
		return nil
	}
	slices.SortStableFunc(r.list, func(a, b placed) int { return a.pos - b.pos })
	var out Errors
	for _, p := range r.list[:min(len(r.list), maxErrors)] {
		p.err.Line, p.err.Col = r.lineCol(p.pos)
		out = append(out, p.err)
	}
	return out
}

// lineCol gives line and column, from 1, of a rune position.
func (r *reporter) lineCol(pos int) (line, col int) {
	line, col = 1, pos+1
	for i, c := range r.src[:min(pos, len(r.src))] {
		if c == '\n' {
			line++
			col = pos - i
		}
	}
	return line, col
}
