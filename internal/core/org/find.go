package org

import (
	"fmt"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
)

// Find gives the unit that a person means on a day: by division code of 6, 9 or 12 digits, by
// functional code, or by name as Match knows names. The error is Missing, or Conflict with the
// candidates when the name could be several units.
func (r *Register) Find(text string, on period.Day) (UnitID, error) {
	id, near := r.Match(text, 0, on)
	if id != 0 {
		return id, nil
	}
	shown := strings.TrimSpace(text)
	if shown == "" {
		return 0, fault.New(fault.Missing, "没有写明单位；请填区划代码、职能单位编码或全称")
	}
	for _, c := range []string{shown, fold(shown)} {
		if gone, ok := r.ByCode(c); ok {
			u, _ := r.Unit(gone)
			return 0, fault.New(fault.Missing, "单位 %s（%s）在 %s 并不存在，存续期为 %s 至 %s；请改用当时的单位，或改选期别",
				u.Code, u.Last().Name, on, u.Versions[0].From, until(u.Last().To))
		}
	}
	switch {
	case len(near) == 0:
		return 0, fault.New(fault.Missing, "没有单位“%s”；请填 6、9 或 12 位区划代码、职能单位编码或全称", shown)
	case r.ambiguous(text, on):
		return 0, fault.New(fault.Conflict, "“%s”可以指 %d 个单位：%s；请改用编码", shown, len(near), r.list(near, on))
	}
	return 0, fault.New(fault.Missing, "没有单位“%s”；相近的有 %s，请改用编码或全称", shown, r.list(near, on))
}

// ambiguous tells whether the candidates of Match are all truly called so.
func (r *Register) ambiguous(text string, on period.Day) bool {
	q := query{r: r, t: r.On(on), on: on}
	_, tier := q.best(fold(text))
	return tier < none
}

// list names up to five units with their codes and the units above them.
func (r *Register) list(ids []UnitID, on period.Day) string {
	t := r.On(on)
	var b strings.Builder
	for i, id := range ids {
		if i > 0 {
			b.WriteString("、")
		}
		if i == 5 {
			b.WriteString("…")
			break
		}
		if p := t.Parent(id); p != 0 {
			fmt.Fprintf(&b, "%s/", t.Name(p))
		}
		fmt.Fprintf(&b, "%s（%s）", t.Name(id), t.Code(id))
	}
	return b.String()
}

// Match gives the unit at or beneath within (0 for all) that a cell of a file means on a day
// (STANDARDS DIV-12). It knows codes, full and short names, names without or with another way of
// saying 镇, 乡, 街道, 社区 or 村, aliases, other names in the unit's history, full-width signs,
// blanks, and names with those of higher units in front (双流镇白马村). When that is not one unit
// it gives 0 and the candidates: those called alike, or, when nothing is called so, units whose
// name differs only in the kind of ending and successors of units that no longer exist. It never
// guesses.
func (r *Register) Match(text string, within UnitID, on period.Day) (UnitID, []UnitID) {
	return r.MatchLevel(text, LevelNone, within, on)
}

// MatchLevel is Match among the units of one reporting level; LevelNone for all levels.
func (r *Register) MatchLevel(text string, l Level, within UnitID, on period.Day) (UnitID, []UnitID) {
	q := query{r: r, t: r.On(on), on: on, within: within, level: l}
	code := strings.TrimSpace(text)
	for _, c := range []string{code, fold(text)} {
		if id, ok := r.ByCodeOn(c, on); ok {
			if q.wants(id) {
				return id, nil
			}
			return 0, nil
		}
	}
	full := fold(text)
	if full == "" {
		return 0, nil
	}
	ids, tier := q.best(full)
	if len(ids) == 1 && tier < none {
		return ids[0], nil
	}
	if tier == none {
		if id := q.path(full, 0); id != 0 {
			return id, nil
		}
		if gone, ok := r.ByCode(full); ok {
			ids = q.heirs(ids, gone)
		}
	}
	return 0, ids
}

// The tiers of likeness; a better tier hides the worse ones.
const (
	current  = iota // the name or short name of the day
	aliased         // an alias, as written
	alike           // the name of the day said in another way, or a name of another time as written
	formerly        // an alias or a name of another time said in another way
	none            // only near
)

// A query is one search in the tree of a day.
type query struct {
	r      *Register
	t      *Tree
	on     period.Day
	within UnitID
	above  bool // also the units above within
	level  Level
}

func (q *query) wants(id UnitID) bool {
	return q.t.Has(id) &&
		(q.within == 0 || q.t.Under(id, q.within) || q.above && q.t.Under(q.within, id)) &&
		(q.level == LevelNone || q.t.Level(id) == q.level)
}

// best gives the units of the best tier, ascending by code, and that tier; for tier none those that
// are only near.
func (q *query) best(full string) ([]UnitID, int) {
	root, class := stem(full)
	tier := none
	var found, near []UnitID
	try := func(refs []nameRef) {
		for _, ref := range refs {
			u := &q.r.units[ref.unit]
			if !q.t.Has(u.ID) {
				if q.calls(u, full, root, class) < none {
					near = q.heirs(near, u.ID)
				}
				continue
			}
			if !q.wants(u.ID) {
				continue
			}
			switch k := q.calls(u, full, root, class); {
			case k < tier:
				tier, found = k, append(found[:0], u.ID)
			case k < none && k == tier:
				found = append(found, u.ID)
			case k == none:
				near = append(near, u.ID)
			}
		}
	}
	try(q.r.byStem(root))
	if full != root {
		try(q.r.byStem(full))
	}
	if tier == none {
		found = near
	}
	slices.SortFunc(found, func(a, b UnitID) int {
		if c := strings.Compare(q.r.unit(a).Code, q.r.unit(b).Code); c != 0 {
			return c
		}
		return int(a - b)
	})
	return slices.Compact(found), tier
}

// calls gives the best tier in which the unit is called so.
func (q *query) calls(u *Unit, full, root, class string) int {
	tier := none
	try := func(name string, exact, otherwise int) {
		if name == "" || exact >= tier {
			return
		}
		name = fold(name)
		if name == full {
			tier = exact
			return
		}
		s, c := stem(name)
		if s == full || s == root && c == class {
			tier = min(tier, otherwise)
		}
	}
	for i := range u.Versions {
		v := &u.Versions[i]
		if v.Holds(q.on) {
			try(v.Name, current, alike)
			try(v.Short, current, alike)
		} else {
			try(v.Name, alike, formerly)
			try(v.Short, alike, formerly)
		}
	}
	for _, a := range u.Aliases {
		try(a, aliased, formerly)
	}
	return tier
}

// heirs adds the wanted units that carry on a unit which does not exist on the day.
func (q *query) heirs(list []UnitID, gone UnitID) []UnitID {
	for _, id := range q.r.successors(gone, q.on) {
		if q.wants(id) {
			list = append(list, id)
		}
	}
	return list
}

// path reads names of higher units in front of the name; both parts must be sure.
func (q *query) path(full string, depth int) UnitID {
	if depth > 4 {
		return 0
	}
	var got UnitID
	for i := range full {
		head, tail := strings.TrimRight(full[:i], separators), strings.TrimLeft(full[i:], separators)
		if !atLeastTwo(head) || !atLeastTwo(tail) {
			continue
		}
		if _, class := stem(head); class == "" {
			continue
		}
		outer := query{r: q.r, t: q.t, on: q.on, within: q.within, above: true}
		tops, tier := outer.best(head)
		if tier == none {
			continue
		}
		for _, top := range tops {
			inner := *q
			if q.within == 0 || q.t.Under(top, q.within) {
				inner.within = top
			}
			var id UnitID
			if ids, tier := inner.best(tail); tier < none {
				if len(ids) != 1 {
					continue
				}
				id = ids[0]
			} else {
				id = inner.path(tail, depth+1)
			}
			switch {
			case id == 0 || id == got || id == top:
			case got != 0:
				return 0
			default:
				got = id
			}
		}
	}
	return got
}

const separators = "/\\>-—·、,，"
