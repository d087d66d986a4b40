package fault

import (
	"fmt"
	"strings"
)

// A Finding is one fault in what was typed or uploaded: where, what, and how to mend it.
// Row counts from 1 as the person sees it; 0 means it does not apply.
type Finding struct {
	Sheet string // worksheet or file
	Cell  string // "C14"
	Row   int
	Field string // name of the form field or column
	Value string // what stands there
	Rule  string // short stable code of the rule, "number", "unknown-unit" …
	Soft  bool   // may be accepted with a comment

	Format string // Chinese sentence: what is wrong and how to mend it
	Args   []any
}

// Say gives the finding as one sentence in the language of tr, with its place in front.
func (f Finding) Say(tr func(string) string) string {
	if tr == nil {
		tr = same
	}
	s := f.Message(tr)
	if w := f.Where(tr); w != "" {
		return w + tr("：") + s
	}
	return s
}

// Message gives the sentence without the place.
func (f Finding) Message(tr func(string) string) string {
	if tr == nil {
		tr = same
	}
	return sentence(f.Format, f.Args, tr)
}

// Where tells the place in words: sheet and cell, or row, or field.
func (f Finding) Where(tr func(string) string) string {
	if tr == nil {
		tr = same
	}
	var p []string
	if f.Sheet != "" {
		p = append(p, f.Sheet)
	}
	switch {
	case f.Cell != "":
		p = append(p, f.Cell)
	case f.Row > 0:
		p = append(p, fmt.Sprintf(tr("第 %d 行"), f.Row))
	}
	if f.Field != "" && f.Cell == "" {
		p = append(p, tr(f.Field))
	}
	return strings.Join(p, " ")
}

// Findings is the error of an input with faults; it holds all of them.
type Findings []Finding

// Error lists the findings in Chinese, one a line.
func (f Findings) Error() string {
	lines := make([]string, len(f))
	for i, x := range f {
		lines[i] = x.Say(nil)
	}
	return strings.Join(lines, "\n")
}

// Hard gives the findings that no comment can excuse.
func (f Findings) Hard() Findings {
	var h Findings
	for _, x := range f {
		if !x.Soft {
			h = append(h, x)
		}
	}
	return h
}

// Err gives f as an error, or nil when there is none.
func (f Findings) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// Fields collects the faults of a form, field by field.
type Fields struct{ list Findings }

// Need notes a fault of field unless ok.
func (f *Fields) Need(ok bool, field, format string, args ...any) {
	if !ok {
		f.list = append(f.list, Finding{Field: field, Rule: "field", Format: format, Args: args})
	}
}

// Err gives the faults as Findings, or nil.
func (f *Fields) Err() error { return f.list.Err() }
