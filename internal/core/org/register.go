package org

import (
	"slices"
	"strings"
	"sync"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
)

// MaxUnitID is the highest unit number a Register takes; tables by number are kept dense.
const MaxUnitID = 1 << 24

// A Register holds all units of all days. It never changes: Rename, Move, Merge, Split, End, Add
// and Edit give a new one. It may be used by many goroutines at once.
type Register struct {
	units  []Unit  // ascending by number
	at     []int32 // unit number → index in units, -1 for none
	byCode []int32 // indexes in units, ascending by code, then number
	succ   []Succession

	touching map[UnitID][]int32 // unit → indexes in succ
	bounds   []period.Day       // first days of the spans, ascending
	trees    []*Tree            // trees[0] ends before bounds[0] and is empty; trees[i+1] begins at bounds[i]

	namesOnce sync.Once
	names     []nameRef // ascending by stem
}

// New makes a register. It keeps the slices, which must not be changed afterwards. The error, if
// any, is fault.Findings with every fault: numbers and codes used twice, unknown kinds, versions
// that overlap, parents that do not exist, stand at no higher level or do not live as long as the
// child says, cycles, and successions that do not agree with the units. The Value of a finding is
// the code of the unit.
func New(units []Unit, succ []Succession) (*Register, error) {
	r := &Register{units: units, succ: succ}
	if !slices.IsSortedFunc(units, byNumber) {
		r.units = slices.Clone(units)
		slices.SortStableFunc(r.units, byNumber)
	}
	c := checker{r: r}
	if !c.numbers() {
		return nil, c.found
	}
	r.index()
	c.all()
	if err := c.found.Err(); err != nil {
		return nil, err
	}
	r.relate()
	r.lay()
	return r, nil
}

func byNumber(a, b Unit) int { return int(a.ID) - int(b.ID) }

func (r *Register) index() {
	top := UnitID(0)
	if n := len(r.units); n > 0 {
		top = r.units[n-1].ID
	}
	r.at = make([]int32, top+1)
	for i := range r.at {
		r.at[i] = -1
	}
	r.byCode = make([]int32, len(r.units))
	for i := range r.units {
		r.at[r.units[i].ID] = int32(i)
		r.byCode[i] = int32(i)
	}
	slices.SortFunc(r.byCode, func(a, b int32) int {
		if c := strings.Compare(r.units[a].Code, r.units[b].Code); c != 0 {
			return c
		}
		return int(a - b)
	})
}

// lay finds the spans of days without a change. Spans that differ only in names share one shape.
func (r *Register) lay() {
	structural := map[period.Day]bool{} // false: names only
	note := func(d period.Day, s bool) {
		if old, ok := structural[d]; !ok || s && !old {
			structural[d] = s
		}
	}
	for i := range r.units {
		vs := r.units[i].Versions
		for j, v := range vs {
			joined := j > 0 && vs[j-1].To != 0 && vs[j-1].To.AddDays(1) == v.From
			note(v.From, !joined || vs[j-1].Parent != v.Parent || vs[j-1].Order != v.Order)
			if v.To != 0 && (j+1 == len(vs) || vs[j+1].From != v.To.AddDays(1)) {
				note(v.To.AddDays(1), true)
			}
		}
	}
	for d := range structural {
		r.bounds = append(r.bounds, d)
	}
	slices.Sort(r.bounds)
	form := &lazyShape{r: r}
	first := &Tree{r: r, form: form}
	r.trees = append(r.trees, first)
	for i, d := range r.bounds {
		r.trees[i].To = d.AddDays(-1)
		if structural[d] {
			form = &lazyShape{r: r, day: d}
		}
		r.trees = append(r.trees, &Tree{r: r, form: form, From: d})
	}
}

func (r *Register) unit(id UnitID) *Unit {
	if id <= 0 || int(id) >= len(r.at) || r.at[id] < 0 {
		return nil
	}
	return &r.units[r.at[id]]
}

// Unit gives a unit by its number. Its slices must not be changed.
func (r *Register) Unit(id UnitID) (Unit, bool) {
	if u := r.unit(id); u != nil {
		return *u, true
	}
	return Unit{}, false
}

// Units gives all units, ascending by number; the slice must not be changed.
func (r *Register) Units() []Unit { return r.units }

// Len gives the number of units of all days.
func (r *Register) Len() int { return len(r.units) }

// Successions gives all successions in the order in which they were recorded; the slice must not
// be changed.
func (r *Register) Successions() []Succession { return r.succ }

// ByCode gives the unit with a code; of several in the course of time, the one that lived last.
// A statistics code padded with zeros (520121000000) finds the unit of the shorter code, and a
// province or city may be written with 2 or 4 digits.
func (r *Register) ByCode(code string) (UnitID, bool) {
	same := r.withCode(code)
	if len(same) == 0 {
		return 0, false
	}
	best := &r.units[same[0]]
	for _, i := range same[1:] {
		if u := &r.units[i]; u.Last().end() >= best.Last().end() {
			best = u
		}
	}
	return best.ID, true
}

// ByCodeOn gives the unit that has the code on a day.
func (r *Register) ByCodeOn(code string, on period.Day) (UnitID, bool) {
	for _, i := range r.withCode(code) {
		if u := &r.units[i]; u.at(on) != nil {
			return u.ID, true
		}
	}
	return 0, false
}

// withCode gives the indexes of the units with a code, trying the code as it is first.
func (r *Register) withCode(code string) []int32 {
	same := r.exactCode(code)
	if len(same) == 0 {
		if c := canonicalCode(code); c != code {
			same = r.exactCode(c)
		}
	}
	return same
}

func (r *Register) exactCode(code string) []int32 {
	lo, ok := slices.BinarySearchFunc(r.byCode, code, func(i int32, c string) int {
		return strings.Compare(r.units[i].Code, c)
	})
	if !ok {
		return nil
	}
	hi := lo + 1
	for hi < len(r.byCode) && r.units[r.byCode[hi]].Code == code {
		hi++
	}
	return r.byCode[lo:hi]
}

// canonicalCode shortens a padded division code to 9 or 6 digits and pads one of 2 or 4 to 6.
func canonicalCode(s string) string {
	if !digits(s) {
		return s
	}
	switch len(s) {
	case 2, 4:
		return (s + "0000")[:6]
	case 12, 9:
		for len(s) > 6 && strings.HasSuffix(s, "000") {
			s = s[:len(s)-3]
		}
	}
	return s
}

func digits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}

// On gives the tree of a day. A day before every unit has an empty tree.
func (r *Register) On(d period.Day) *Tree {
	i, found := slices.BinarySearch(r.bounds, d)
	if found {
		i++
	}
	return r.trees[i]
}

// Trees gives the trees of all spans from the first unit on, ascending by day. They are laid out
// only when first asked something.
func (r *Register) Trees() []*Tree { return slices.Clone(r.trees[1:]) }

// label gives the code and the name by which a message calls a unit.
func (r *Register) label(id UnitID) (code, name string) {
	if u := r.unit(id); u != nil {
		return u.Code, u.Last().Name
	}
	return "", ""
}

// until gives the end of a span for a message.
func until(d period.Day) any {
	if d == 0 || d == forever {
		return fault.Word("今")
	}
	return d
}
