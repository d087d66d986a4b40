package docx

import (
	"strings"
	"unicode"

	"kaiyang/internal/core/fault"
)

// A ChangeKind says what a person did to a line of a document.
type ChangeKind uint8

// The kinds of changes.
const (
	FigureChanged ChangeKind = iota + 1 // a computed figure has another value, or none
	LineAdded
	LineRemoved
)

// A Change is one thing a person changed in a file the system made.
type Change struct {
	Kind   ChangeKind
	Line   int    // in the edited file, from 1, as Text lists it; of a removed line in the made one
	Row    bool   // the line is a row of a table
	Source int    // number of the figure's source, 0 where it has none
	Was    string // value or line as the system made it
	Now    string // as it stands now
	Text   string // the edited line, or the removed one
}

// maxLines bounds the comparison.
const maxLines = 4000

// Changed compares an edited file with the one the system made: computed figures that differ,
// and lines that were added or removed. Other rewording is not listed: to write is the office's
// work, to change a figure is not.
func Changed(made, edited []byte) ([]Change, error) {
	a, err := linesOf(made)
	if err != nil {
		return nil, err
	}
	b, err := linesOf(edited)
	if err != nil {
		return nil, err
	}
	if len(a) > maxLines || len(b) > maxLines {
		return nil, fault.New(fault.TooLarge, "文档有 %d 段，超过上限 %d，无法比对；请分成几个文件", max(len(a), len(b)), maxLines)
	}
	var out []Change
	pair := align(a, b)
	at := 0 // next line of b
	for i, l := range a {
		j := pair[i]
		if j < 0 {
			if strings.TrimSpace(l.text) != "" {
				out = append(out, Change{Kind: LineRemoved, Line: i + 1, Row: l.row, Was: l.text, Text: l.text})
			}
			continue
		}
		for ; at < j; at++ {
			out = added(out, b, at)
		}
		out = append(out, figuresOf(l, b[j], j+1)...)
		at = j + 1
	}
	for ; at < len(b); at++ {
		out = added(out, b, at)
	}
	return out, nil
}

func added(out []Change, b []textLine, at int) []Change {
	if strings.TrimSpace(b[at].text) == "" {
		return out
	}
	return append(out, Change{Kind: LineAdded, Line: at + 1, Row: b[at].row, Now: b[at].text, Text: b[at].text})
}

// figuresOf compares the figures of a line.
func figuresOf(a, b textLine, line int) []Change {
	if len(a.figures) == 0 || a.text == b.text {
		return nil
	}
	was, now := tokens(a.text), tokens(b.text)
	same := match(was, now)
	var out []Change
	for _, f := range a.figures {
		value := a.text[f.from:f.to]
		if strings.TrimSpace(value) == "" {
			continue
		}
		if got := mapped(was, now, same, f.from, f.to); got != value {
			out = append(out, Change{Kind: FigureChanged, Line: line, Row: a.row, Source: f.source, Was: value, Now: got, Text: b.text})
		}
	}
	return out
}

// tokens cuts a line into numbers, marks of sources and single characters.
func tokens(s string) []string {
	var out []string
	r := []rune(s)
	for i := 0; i < len(r); {
		j := i + 1
		switch {
		case unicode.IsDigit(r[i]) || (r[i] == '-' || r[i] == '−' || r[i] == '+') && j < len(r) && unicode.IsDigit(r[j]):
			for j < len(r) && (unicode.IsDigit(r[j]) || (r[j] == '.' || r[j] == ',') && j+1 < len(r) && unicode.IsDigit(r[j+1])) {
				j++
			}
			if j < len(r) && (r[j] == '%' || r[j] == '‰') {
				j++
			}
		case r[i] == '[':
			for j < len(r) && unicode.IsDigit(r[j]) {
				j++
			}
			if j > i+1 && j < len(r) && r[j] == ']' {
				j++
			} else {
				j = i + 1
			}
		}
		out = append(out, string(r[i:j]))
		i = j
	}
	return out
}

// match pairs the tokens of two lines by their longest common subsequence: for each of a its
// partner in b, or -1.
func match(a, b []string) []int {
	out := make([]int, len(a))
	for i := range out {
		out[i] = -1
	}
	lo := 0
	for lo < len(a) && lo < len(b) && a[lo] == b[lo] {
		out[lo] = lo
		lo++
	}
	ha, hb := len(a), len(b)
	for ha > lo && hb > lo && a[ha-1] == b[hb-1] {
		ha, hb = ha-1, hb-1
		out[ha] = hb
	}
	n, m := ha-lo, hb-lo
	if n == 0 || m == 0 || n*m > 4_000_000 {
		return out
	}
	best := make([]int32, (n+1)*(m+1))
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			at := i*(m+1) + j
			if best[at] = max(best[at+m+1], best[at+1]); a[lo+i] == b[lo+j] {
				best[at] = max(best[at], best[at+m+2]+1)
			}
		}
	}
	for i, j := 0, 0; i < n && j < m; {
		at := i*(m+1) + j
		switch {
		case a[lo+i] == b[lo+j] && best[at] == best[at+m+2]+1:
			out[lo+i] = lo + j
			i, j = i+1, j+1
		case best[at+m+1] >= best[at+1]:
			i++
		default:
			j++
		}
	}
	return out
}

// mapped gives what stands in the edited line where bytes from:to stood in the made one.
func mapped(a, b []string, same []int, from, to int) string {
	first, last, at := -1, -1, 0
	for i, t := range a {
		if at+len(t) > from && first < 0 {
			first = i
		}
		if at < to {
			last = i
		}
		at += len(t)
	}
	if first < 0 {
		return ""
	}
	left, right := 0, len(b)
	for i := first - 1; i >= 0; i-- {
		if same[i] >= 0 {
			left = same[i] + 1
			break
		}
	}
	for i := last + 1; i < len(a); i++ {
		if same[i] >= 0 {
			right = same[i]
			break
		}
	}
	// Only the words nearest to the figure's place count: cut at cell borders, and begin at the
	// last number where the words around it were changed too.
	value := strings.Join(a[first:last+1], "")
	got := strings.Join(b[min(left, right):right], "")
	if strings.Contains(got, value) && !within(got, value) {
		return value
	}
	got = strings.Trim(got, "\t ")
	if i := strings.LastIndexByte(got, '\t'); i >= 0 {
		got = got[:strings.IndexByte(got, '\t')]
	}
	if first > 0 && same[first-1] >= 0 && (last+1 == len(a) || same[last+1] >= 0) {
		return got
	}
	toks := tokens(got)
	for i := len(toks) - 1; i >= 0; i-- {
		if strings.IndexFunc(toks[i], unicode.IsDigit) >= 0 && toks[i][0] != '[' {
			n := len(tokens(value))
			return strings.Join(toks[i:min(len(toks), i+n)], "")
		}
	}
	return got
}

// within tells whether a value stands only as a part of a longer number: "7.5%" in "37.5%".
func within(got, value string) bool {
	g, v := tokens(got), tokens(value)
	for i := 0; i+len(v) <= len(g); i++ {
		if strings.Join(g[i:i+len(v)], "") == value {
			return false
		}
	}
	return true
}

// align pairs the lines of two documents in order: equal ones first, then those between them
// that are alike. For each line of a it gives its partner in b, or -1.
func align(a, b []textLine) []int {
	ta, tb := make([]string, len(a)), make([]string, len(b))
	for i := range a {
		ta[i] = kindOf(a[i])
	}
	for i := range b {
		tb[i] = kindOf(b[i])
	}
	out := match(ta, tb)
	for i := 0; i < len(a); {
		if out[i] >= 0 {
			i++
			continue
		}
		end, from, to := i, 0, len(b)
		for end < len(a) && out[end] < 0 {
			end++
		}
		if i > 0 {
			from = out[i-1] + 1
		}
		if end < len(a) {
			to = out[end]
		}
		alike(a[i:end], b[from:to], func(x, y int) { out[i+x] = from + y })
		i = end
		for i < len(a) && out[i] >= 0 {
			i++
		}
	}
	return out
}

func kindOf(l textLine) string {
	if l.row {
		return "r" + l.text
	}
	return "p" + l.text
}

// alike pairs lines by how much they have in common.
func alike(a, b []textLine, pair func(x, y int)) {
	n, m := len(a), len(b)
	if n == 0 || m == 0 {
		return
	}
	if n*m > 250_000 { // rewritten from end to end: by place
		for i := range min(n, m) {
			pair(i, i)
		}
		return
	}
	counts := func(l []textLine) []map[string]int {
		out := make([]map[string]int, len(l))
		for i := range l {
			out[i] = map[string]int{}
			for _, t := range tokens(l[i].text) {
				out[i][t]++
			}
		}
		return out
	}
	ca, cb := counts(a), counts(b)
	score := make([]float64, n*m)
	for i := range n {
		for j := range m {
			if a[i].row != b[j].row {
				continue
			}
			common, total := 0, 0
			for t, c := range ca[i] {
				common += min(c, cb[j][t])
				total += c
			}
			for _, c := range cb[j] {
				total += c
			}
			if s := 2 * float64(common) / float64(max(total, 1)); s >= 0.4 {
				score[i*m+j] = s
			}
		}
	}
	best := make([]float64, (n+1)*(m+1))
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			at := i*(m+1) + j
			best[at] = max(best[at+m+1], best[at+1])
			if s := score[i*m+j]; s > 0 {
				best[at] = max(best[at], best[at+m+2]+s)
			}
		}
	}
	for i, j := 0, 0; i < n && j < m; {
		at := i*(m+1) + j
		switch s := score[i*m+j]; {
		case s > 0 && best[at] == best[at+m+2]+s:
			pair(i, j)
			i, j = i+1, j+1
		case best[at+m+1] >= best[at+1]:
			i++
		default:
			j++
		}
	}
}
