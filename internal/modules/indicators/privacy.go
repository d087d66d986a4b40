package indicators

import (
	"math/big"

	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
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
}

// A notebook collects the readings of one evaluation, for a unit.
type notebook struct {
	unit org.UnitID
	list []reading
}

func (n *notebook) note(q formula.Query, o formula.Operand) {
	if o.Reason != measure.NoReason {
		return
	}
	r := reading{value: o.Value}
	if r.value == nil {
		r.value = measure.Rat(o.Int, o.Scale)
	}
	if q.Unit == n.unit {
		r.key = noteKey(q.Code, q.Categories, q.Agg) + q.Period.String()
	}
	n.list = append(n.list, r)
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

// withhold marks the figures of siblings that rest on a small count of persons. Where exactly one
// sibling has a small count of some element, a second one is marked, because the parent's total
// would give the first away: the smallest of those above zero, the first in the order of the tree
// among equals; else the first with a zero. It goes by the counts, not by the figures, so that a
// count hidden under its own name is hidden inside every ratio too.
func withhold(list []*Answer, reads [][]reading) {
	for k, hide := range hidden(reads) {
		list[k].withhold(hide)
	}
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

// hidden tells by the counts behind the figures of siblings which of them are withheld.
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
			if r.key != "" {
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
