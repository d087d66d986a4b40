package indicators

import (
	"math/big"
	"strings"

	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

// smallCount is the first count of persons that may be shown to everybody (STANDARDS MASK-06).
const smallCount = 5

// maySeeSmall tells whether a reader sees small counts of a unit in full: the office, the
// reporting unit, and the task force that owns the figure (SEMANTICS §4).
func maySeeSmall(a perm.Actor, unit org.UnitID, force org.UnitID) bool {
	for _, p := range a.Posts {
		switch p.Role {
		case perm.Office:
			return true
		case perm.Reporter, perm.Worker:
			if a.Tree != nil && a.Tree.Under(unit, p.Unit) {
				return true
			}
		case perm.Member:
			if force != 0 && a.Tree != nil && (p.Unit == force || a.Tree.Under(p.Unit, force)) {
				return true
			}
		}
	}
	return false
}

// belowCounty tells whether small counts are withheld at a unit's level at all.
func belowCounty(l org.Level) bool { return l > org.LevelCounty && l != org.LevelFunctional }

// A reading is one count of persons that a figure rests on.
type reading struct {
	key   string // element, categories, way of adding and period; empty if it is another unit's
	value *big.Rat
	whole family // the whole that it is a part of or, with all set, is itself; zero if there is none
	all   bool
}

// A family is an element divided by a partition, in one period: the whole gives a part away as
// soon as the other parts are seen.
type family struct {
	code   string
	agg    formula.Agg
	period period.Period
}

// part tells whether a reading is a part of a whole.
func (r reading) part() bool { return r.whole != family{} && !r.all }

// readingOf gives the reading of a count of persons, asked for the unit that a figure is about.
func readingOf(e measure.Element, q formula.Query, v *big.Rat) reading {
	r := reading{key: noteKey(q.Code, q.Categories, q.Agg) + q.Period.String(), value: v}
	if e.Scheme.Kind == measure.Partition {
		r.whole, r.all = family{q.Code, q.Agg, q.Period}, len(q.Categories) == 0
	}
	return r
}

// A notebook collects the readings of one evaluation, for a unit.
type notebook struct {
	unit org.UnitID
	list []reading
}

func (n *notebook) note(e measure.Element, q formula.Query, o formula.Operand) {
	v := countOf(o)
	if v == nil {
		return
	}
	r := reading{value: v}
	if q.Unit == n.unit {
		r = readingOf(e, q, v)
	}
	n.list = append(n.list, r)
}

// countOf gives the count in an operand, nil if there is none.
func countOf(o formula.Operand) *big.Rat {
	switch {
	case o.Reason != measure.NoReason:
		return nil
	case o.Value != nil:
		return o.Value
	}
	return measure.Rat(o.Int, o.Scale)
}

// small tells whether a count of persons is one to four.
func (r reading) small() bool { return smallNumber(r.value) }

func smallNumber(v *big.Rat) bool {
	if v == nil || v.Sign() <= 0 {
		return false
	}
	if n, d := v.Num(), v.Denom(); n.IsInt64() && d.IsInt64() && d.Int64() < 1<<32 {
		return n.Int64() < smallCount*d.Int64()
	}
	return v.Cmp(big.NewRat(smallCount, 1)) < 0
}

// withhold marks an answer whose counts may not be seen; it is the small count itself if it is a
// plain number that small. One without a value has none to withhold, but its parts go.
func (a *Answer) withhold(hide bool) {
	if !hide {
		return
	}
	a.Hidden = true
	if a.Reason != measure.NoReason {
		a.Result.Numerator, a.Result.Denominator = nil, nil
		return
	}
	a.Withheld = true
	a.Small = a.Definition.Format == formula.Plain && smallNumber(a.Printed)
}

// hidden tells which figures of siblings rest on a small count of persons. Where exactly one
// sibling has a small count of some element, a second one is told, because the parent's total
// would give the first away: the smallest of those above zero, the first in the order of the tree
// among equals; else the first with a zero. It goes by the counts, not by the figures, so that a
// count hidden under its own name is hidden inside every ratio too.
//
// Parts of a whole go together: where one of them, or the whole, may not be seen, none of them
// is, because the whole and the other parts would give it away (families).
func (k *asking) hidden(units []org.UnitID, reads [][]reading) []bool {
	out := hidden(reads)
	asked := map[family][]bool{}
	for i, list := range reads {
		for _, r := range list {
			if !r.part() {
				continue
			}
			hide, known := asked[r.whole]
			if !known {
				hide = together(k.kinship(r.whole, units))
				asked[r.whole] = hide
			}
			out[i] = out[i] || hide[i]
		}
	}
	return out
}

// A kin is what one unit has of a family; nil where there is no count.
type kin struct {
	whole *big.Rat
	parts []*big.Rat
}

// kinship reads a family for several units.
func (k *asking) kinship(f family, units []org.UnitID) []kin {
	e, _ := k.book.catalogue.Code(f.code)
	cells := e.Scheme.All()
	out := make([]kin, len(units))
	k.src.run(func() {
		for i, u := range units {
			q := formula.Query{Code: f.code, Agg: f.agg, Unit: u, Period: f.period}
			out[i] = kin{whole: countOf(k.src.Operand(q)), parts: make([]*big.Rat, len(cells))}
			for j := range cells {
				q.Categories = cells[j : j+1]
				out[i].parts[j] = countOf(k.src.Operand(q))
			}
		}
	})
	return out
}

// together tells of which siblings the parts of a whole are withheld: of those with a small part
// or a withheld whole, and of a second one if there is but one, the one with the smallest whole
// above zero, else the first.
func together(list []kin) []bool {
	wholes := make([][]reading, len(list))
	for i, n := range list {
		if n.whole != nil {
			wholes[i] = []reading{{key: "whole", value: n.whole}}
		}
	}
	out := hidden(wholes)
	flagged := 0
	for i, n := range list {
		for _, v := range n.parts {
			out[i] = out[i] || smallNumber(v)
		}
		if out[i] {
			flagged++
		}
	}
	if flagged != 1 {
		return out
	}
	second := -1
	var least *big.Rat
	for i, n := range list {
		if out[i] || n.whole == nil {
			continue
		}
		if second < 0 || n.whole.Sign() != 0 && (least.Sign() == 0 || n.whole.Cmp(least) < 0) {
			second, least = i, n.whole
		}
	}
	if second >= 0 {
		out[second] = true
	}
	return out
}

// hidden goes by each count alone.
func hidden(reads [][]reading) []bool {
	out := make([]bool, len(reads))
	type cell struct {
		sibling int
		value   *big.Rat
	}
	byKey := map[string][]cell{}
	for k, rs := range reads {
		for _, r := range rs {
			if r.small() {
				out[k] = true
			}
			if r.key != "" && !r.part() {
				byKey[r.key] = append(byKey[r.key], cell{k, r.value})
			}
		}
	}
	for _, cells := range byKey {
		small, owner := 0, -1
		for _, c := range cells {
			if smallNumber(c.value) && c.sibling != owner {
				small, owner = small+1, c.sibling
			}
		}
		if small != 1 {
			continue
		}
		second := -1
		var least *big.Rat
		for _, c := range cells {
			if c.sibling == owner {
				continue
			}
			better := second < 0 || least.Sign() == 0 && c.value.Sign() != 0 ||
				c.value.Sign() != 0 && c.value.Cmp(least) < 0 || c.value.Cmp(least) == 0 && c.sibling < second
			if better {
				second, least = c.sibling, c.value
			}
		}
		if second >= 0 {
			out[second] = true
		}
	}
	return out
}

// seesParts tells whether the reader may see the counts of persons under a formula for the units
// beneath a unit.
func (k *asking) seesParts(e *formula.Expr, unit org.UnitID, p period.Period) bool {
	for _, x := range k.book.elements(e, p.Last()) {
		force := org.UnitID(0)
		if x.Persons {
			force, _ = k.src.units.ByCode(x.Force)
		}
		if x.Persons && belowCounty(x.Level) && !maySeeSmall(k.reader, unit, force) {
			return false
		}
	}
	return true
}

// singlesOut tells whether a formula typed in passing judges the units beneath one by one by
// counts of persons: count_units with a condition that only one village meets tells that
// village's count, whatever level it is asked at. Conditions of published indicators are the
// office's own.
func (k *asking) singlesOut(e *formula.Expr, unit org.UnitID, p period.Period) bool {
	return strings.Contains(e.Codes(), "count_units(") && !k.seesParts(e, unit, p)
}

// hideParts takes the results of other units out of an explanation: of those that a figure is
// added up from, and of those that count_units judged one by one.
func hideParts(t *formula.Trace) {
	if t == nil {
		return
	}
	for i, c := range t.Children {
		if c.Unit != t.Unit {
			bare := *c
			bare.Result, bare.Children = formula.Result{Reason: measure.WithheldSmall}, nil
			t.Children[i] = &bare
			continue
		}
		hideParts(c)
	}
}

// tellable gives the versions of a cell that the reader may see. A sum over months or categories
// may be shown where one of its cells may not: such a cell is left out, and so are small counts
// that stood in it before.
func (k *asking) tellable(h CellHistory) ([]measure.Version, error) {
	ref, err := k.refOf(h.Element.Code)
	if err != nil || len(h.Versions) == 0 || !k.guards(ref, h.Unit, h.Slot) {
		return h.Versions, err
	}
	pick := ""
	for dim, label := range h.Category.Labels() {
		if pick != "" {
			pick += ","
		}
		pick += dim + `="` + label + `"`
	}
	x, err := k.exprOf(ref, pick)
	if err != nil {
		return nil, err
	}
	if a := k.over(ref, x, pick, h.Unit, []period.Period{h.Slot}, -1)[0]; a.Hidden || a.Withheld {
		return nil, nil
	}
	var out []measure.Version
	for _, v := range h.Versions {
		if v.Missing || !smallNumber(measure.Rat(v.Value, h.Element.Scale)) {
			out = append(out, v)
		}
	}
	return out, nil
}
