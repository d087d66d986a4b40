package returns

import (
	"slices"
	"sort"
	"sync"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A book is all forms at one moment. It never changes; what it remembers beside is computed.
type book struct {
	forms map[string][]*Form       // by code, versions ascending
	codes []string                 // sorted
	last  map[string]period.Period // last period of forms that ended
	// asking are the codes of the forms of which some version asks an element, by its code.
	asking map[string][]string

	expects  sync.Map // expectKey → *memberSet
	compiled sync.Map // *Form → *checker
}

type expectKey struct {
	form *Form
	tree *org.Tree
	day  period.Day
}

// A memberSet is the units that owe a form in a period.
type memberSet struct {
	list []org.UnitID // in the order of the tree
	has  map[org.UnitID]bool
}

func newBook(forms []*Form, last map[string]period.Period) *book {
	b := &book{forms: map[string][]*Form{}, last: last, asking: map[string][]string{}}
	for _, f := range forms {
		b.forms[f.Code] = append(b.forms[f.Code], f)
	}
	for code, list := range b.forms {
		slices.SortFunc(list, func(a, c *Form) int { return a.No - c.No })
		b.codes = append(b.codes, code)
	}
	slices.Sort(b.codes)
	for _, code := range b.codes {
		for _, f := range b.forms[code] {
			for _, it := range f.Items {
				if !slices.Contains(b.asking[it.Element], code) {
					b.asking[it.Element] = append(b.asking[it.Element], code)
				}
			}
		}
	}
	return b
}

// newest gives the newest version of a form, nil if there is none.
func (b *book) newest(code string) *Form {
	list := b.forms[code]
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1]
}

// version gives a version of a form by its number, nil if there is none.
func (b *book) version(code string, no int) *Form {
	for _, f := range b.forms[code] {
		if f.No == no {
			return f
		}
	}
	return nil
}

// at gives the version in force for a period: the newest of those that had begun. nil: the form
// does not ask for that period.
func (b *book) at(code string, p period.Period) *Form {
	list := b.forms[code]
	for i := len(list) - 1; i >= 0; i-- {
		f := list[i]
		if f.From.First() > p.First() {
			continue
		}
		if p.Kind() != f.Grain.Kind() {
			return nil
		}
		if last, ended := b.last[code]; ended && p.Last() > last.Last() {
			return nil
		}
		return f
	}
	return nil
}

// A span is the days in whose periods a version is in force; to 0 is for ever.
type span struct {
	form     *Form
	from, to period.Day
}

// spans lists the versions of a form that are in force at some time, ascending.
func (b *book) spans(code string) []span {
	var out []span
	for _, f := range b.forms[code] {
		from := f.From.First()
		for len(out) > 0 && out[len(out)-1].from >= from {
			out = out[:len(out)-1] // replaced before it was ever used
		}
		if len(out) > 0 {
			out[len(out)-1].to = from.AddDays(-1)
		}
		out = append(out, span{form: f, from: from})
	}
	if last, ended := b.last[code]; ended {
		end := last.Last()
		for len(out) > 0 && out[len(out)-1].from > end {
			out = out[:len(out)-1]
		}
		if len(out) > 0 {
			out[len(out)-1].to = end
		}
	}
	return out
}

// periods lists the periods of a form that have begun by a day, ascending.
func (b *book) periods(code string, today period.Day) []period.Period {
	var out []period.Period
	for _, s := range b.spans(code) {
		end := today
		if s.to != 0 && s.to < end {
			end = s.to
		}
		if s.from > end {
			continue
		}
		for slot := s.form.Grain.SlotOf(s.from); slot <= s.form.Grain.SlotOf(end); slot++ {
			out = append(out, s.form.Grain.Period(slot))
		}
	}
	return out
}

// owing gives the units that owe a form in a period, by the tree of its last day.
func (b *book) owing(f *Form, p period.Period, reg *org.Register) *memberSet {
	day := p.Last()
	t := reg.On(day)
	k := expectKey{f, t, day}
	if m, ok := b.expects.Load(k); ok {
		return m.(*memberSet)
	}
	m := &memberSet{list: f.Units.Members(t, day), has: map[org.UnitID]bool{}}
	for _, u := range m.list {
		m.has[u] = true
	}
	got, _ := b.expects.LoadOrStore(k, m)
	return got.(*memberSet)
}

// owes tells whether a unit owes a form in a period, and gives the version in force.
func (b *book) owes(at Place, reg *org.Register) (*Form, bool) {
	f := b.at(at.Form, at.Period)
	return f, f != nil && b.owing(f, at.Period, reg).has[at.Unit]
}

// within lists the units of a set at or beneath a unit. The root of the territorial tree also
// stands for the functional tree, which serves the same county.
func (m *memberSet) within(t *org.Tree, unit org.UnitID) []org.UnitID {
	root := unit == t.Root(org.Territorial)
	var out []org.UnitID
	for _, u := range m.list {
		if t.Under(u, unit) || root && t.Kind(u).Tree() == org.Functional {
			out = append(out, u)
		}
	}
	return out
}

// slots gives the periods of a form inside a longer one. ok is false if the form is unknown or p
// is no union of its periods; periods before the form began or after it ended are left out.
func (b *book) slots(code string, p period.Period) (list []period.Period, ok bool) {
	for _, s := range b.spans(code) {
		lo, hi, whole := p.Slots(s.form.Grain)
		if !whole {
			continue
		}
		ok = true
		for slot := lo; slot < hi; slot++ {
			q := s.form.Grain.Period(slot)
			if q.First() >= s.from && (s.to == 0 || q.Last() <= s.to) {
				list = append(list, q)
			}
		}
	}
	return list, ok
}

// expectation works out, for each element that some form asks, who is to be reported in which
// days (SEMANTICS §4). Days before the first form of an element are left open, for what came in
// before there were forms; in days after the last one nobody is expected.
func (b *book) expectation(reg *org.Register) map[string][]cube.Expectation {
	asking := map[string][]span{}
	for _, code := range b.codes {
		for _, s := range b.spans(code) {
			seen := map[string]bool{}
			for _, it := range s.form.Items {
				if !seen[it.Element] {
					seen[it.Element] = true
					asking[it.Element] = append(asking[it.Element], s)
				}
			}
		}
	}
	out := make(map[string][]cube.Expectation, len(asking))
	for element, list := range asking {
		out[element] = expectationOf(list, reg)
	}
	return out
}

const forever = period.Day(1<<31 - 1)

func expectationOf(list []span, reg *org.Register) []cube.Expectation {
	// Within two neighbouring cuts neither the forms nor the trees nor the sets change.
	cuts := map[period.Day]bool{}
	first := forever
	for _, s := range list {
		first = min(first, s.from)
		cuts[s.from] = true
		if s.to != 0 {
			cuts[s.to.AddDays(1)] = true
		}
		for _, d := range slices.Concat(s.form.Units.Include, s.form.Units.Exclude) {
			if d.From != 0 {
				cuts[d.From] = true
			}
			if d.To != 0 {
				cuts[d.To.AddDays(1)] = true
			}
		}
	}
	for _, t := range reg.Trees() {
		cuts[t.From] = true
	}
	days := make([]period.Day, 0, len(cuts))
	for d := range cuts {
		if d >= first {
			days = append(days, d)
		}
	}
	sort.Slice(days, func(i, j int) bool { return days[i] < days[j] })
	var out []cube.Expectation
	for i, from := range days {
		x := cube.Expectation{From: from, Units: subjectsOn(list, reg, from)}
		if i+1 < len(days) {
			x.To = days[i+1].AddDays(-1)
		}
		if n := len(out); n > 0 && slices.Equal(out[n-1].Units, x.Units) {
			out[n-1].To = x.To
			continue
		}
		out = append(out, x)
	}
	return out
}

// subjectsOn gives the subjects of all forms in force on a day, ascending.
func subjectsOn(list []span, reg *org.Register, day period.Day) []org.UnitID {
	t := reg.On(day)
	var out []org.UnitID
	for _, s := range list {
		if day < s.from || s.to != 0 && day > s.to {
			continue
		}
		for _, u := range s.form.Units.Members(t, day) {
			out = append(out, s.form.subjects(t, u)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// checker gives the compiled rules of a form for a catalogue.
func (b *book) checker(f *Form, cat *measure.Catalogue) *checker {
	if c, ok := b.compiled.Load(f); ok && c.(*checker).cat == cat {
		return c.(*checker)
	}
	c := newChecker(f, cat)
	b.compiled.Store(f, c)
	return c
}
