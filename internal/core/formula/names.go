package formula

import (
	"slices"
	"strings"

	"kaiyang/internal/core/measure"
)

// A RefKind tells what a name stands for.
type RefKind uint8

// The things that can be named.
const (
	ElementRef RefKind = iota
	IndicatorRef
	FormRef
)

// A Ref is what a name stands for.
type Ref struct {
	Kind    RefKind
	Code    string
	Name    string // Chinese
	NameEN  string
	Element *measure.Element // of an element only
}

// Names knows what may be named in a formula.
type Names interface {
	// Find gives everything that text may mean: by code, or by Chinese or English name.
	Find(text string) []Ref
	// Known gives everything there is, for suggestions.
	Known() []Ref
	// Formula gives the formula of an indicator at the time of the check, nil if it has none.
	Formula(code string) *Expr
}

// A Dictionary is Names over a fixed list. Build one with NewDictionary.
type Dictionary struct {
	refs     []Ref
	byWord   map[string][]int
	formulas func(code string) *Expr
}

// NewDictionary makes a dictionary. Codes are found exactly, or in any case if that is
// unambiguous; names are found in full or half width, without regard to blanks at their ends.
// formulas may be nil.
func NewDictionary(refs []Ref, formulas func(code string) *Expr) *Dictionary {
	d := &Dictionary{refs: refs, byWord: map[string][]int{}, formulas: formulas}
	for i, r := range refs {
		keys := []string{"=" + r.Code, wordKey(r.Code)}
		for _, n := range []string{r.Name, r.NameEN} {
			if strings.TrimSpace(n) != "" {
				keys = append(keys, wordKey(n))
			}
		}
		slices.Sort(keys)
		for _, k := range slices.Compact(keys) {
			d.byWord[k] = append(d.byWord[k], i)
		}
	}
	return d
}

// wordKey brings a name into the form by which it is found.
func wordKey(s string) string { return strings.ToLower(strings.TrimSpace(measure.Halfwidth(s))) }

// Find gives everything that text may mean. A code goes before a name.
func (d *Dictionary) Find(text string) []Ref {
	found := d.byWord["="+text]
	if len(found) == 0 {
		found = d.byWord[wordKey(text)]
	}
	out := make([]Ref, len(found))
	for i, j := range found {
		out[i] = d.refs[j]
	}
	return out
}

// Known gives all entries; the slice must not be changed.
func (d *Dictionary) Known() []Ref { return d.refs }

// Formula gives the formula of an indicator, nil if it has none.
func (d *Dictionary) Formula(code string) *Expr {
	if d.formulas == nil {
		return nil
	}
	return d.formulas(code)
}

// Suggest gives the words of list nearest to what was typed, at most three, best first; none that
// is too far off to be meant.
func Suggest(typed string, list []string) []string {
	t := []rune(wordKey(typed))
	type near struct {
		word string
		far  int
	}
	var found []near
	for _, w := range list {
		k := []rune(wordKey(w))
		d := distance(t, k)
		limit := max(1, min(len(t), len(k))/3)
		// Part of a longer name, as people abbreviate: 查处人员 for 查处吸毒人员.
		if d > limit && len(t) >= 2 && within(t, k) && len(k) <= 4*len(t) {
			d = limit
		}
		if d <= limit && !slices.ContainsFunc(found, func(n near) bool { return n.word == w }) {
			found = append(found, near{w, d})
		}
	}
	slices.SortStableFunc(found, func(a, b near) int { return a.far - b.far })
	var out []string
	for _, n := range found[:min(len(found), 3)] {
		out = append(out, n.word)
	}
	return out
}

// within tells whether the runes of a stand in b in this order.
func within(a, b []rune) bool {
	i := 0
	for _, r := range b {
		if i < len(a) && a[i] == r {
			i++
		}
	}
	return i == len(a)
}

// distance counts the runes to be changed, put in, taken out or swapped with their neighbour to
// turn a into b.
func distance(a, b []rune) int {
	if len(a) > 80 || len(b) > 80 {
		return 80
	}
	var before, last []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last = last, row
		row = make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
