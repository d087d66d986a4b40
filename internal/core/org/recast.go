package org

import (
	"cmp"
	"errors"
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
)

// The reasons for which a unit has no counterpart on another day.
const (
	CannotBeSplit = "cannot_be_split"          // it was divided, or would have to be
	NotAlive      = "unit_not_alive_in_period" // it does not exist on one of the days
)

// A RecastError says why a unit has no counterpart on another day; it wraps the sentence for the
// person, which is of kind Missing.
type RecastError struct {
	Reason string // CannotBeSplit or NotAlive
	err    error
}

func (e *RecastError) Error() string { return e.err.Error() }

// Unwrap gives the sentence.
func (e *RecastError) Unwrap() error { return e.err }

// RecastReason gives the reason of an error of Recast, "" for any other error.
func RecastReason(err error) string {
	if e := (*RecastError)(nil); errors.As(err, &e) {
		return e.Reason
	}
	return ""
}

func notRecast(reason, format string, args ...any) error {
	return &RecastError{reason, fault.New(fault.Missing, format, args...)}
}

// Recast gives the unit of day to that carries on the unit of day from: itself through renames and
// moves, its successor through merges (SEMANTICS §1, today's boundaries). Where it was split on the
// way, or has ended without successor, it gives a *RecastError. Backwards it gives the unit itself,
// and CannotBeSplit where the unit had taken in or given away another in between.
func (r *Register) Recast(id UnitID, from, to period.Day) (UnitID, error) {
	u := r.unit(id)
	if u == nil {
		return 0, notRecast(NotAlive, "没有内部编号为 %d 的单位；请核对", int(id))
	}
	if u.at(from) == nil {
		return 0, notRecast(NotAlive, "单位 %s（%s）在 %s 并不存在；请改选期别", u.Code, u.Last().Name, from)
	}
	if to < from {
		return r.recastBack(u, from, to)
	}
	for day := from; ; {
		s := r.leaves(u.ID, day, to)
		if s == nil {
			break
		}
		switch s.Kind {
		case Split:
			return 0, notRecast(CannotBeSplit, "单位 %s（%s）在 %s 拆分，原有数字不能分摊到拆分后的单位；请按当时区划查看", u.Code, u.Last().Name, s.On)
		case Ended:
			return 0, notRecast(NotAlive, "单位 %s（%s）自 %s 起撤销，没有承接单位；请按当时区划查看", u.Code, u.Last().Name, s.On)
		}
		u, day = r.unit(s.To), s.On
	}
	if u.at(to) == nil {
		return 0, notRecast(NotAlive, "单位 %s（%s）在 %s 已不存在，也没有登记承接单位；请补登沿革，或按当时区划查看", u.Code, u.Last().Name, to)
	}
	return u.ID, nil
}

func (r *Register) recastBack(u *Unit, from, to period.Day) (UnitID, error) {
	if u.at(to) == nil {
		return 0, notRecast(NotAlive, "单位 %s（%s）在 %s 并不存在；请改选期别", u.Code, u.Last().Name, to)
	}
	for _, i := range r.touching[u.ID] {
		s := r.succ[i]
		if (s.Kind == Merged || s.Kind == Split) && to < s.On && s.On <= from {
			return 0, notRecast(CannotBeSplit, "单位 %s（%s）的范围在 %s 变动（%s），现有数字不能还原到变动之前；请按当时区划查看",
				u.Code, u.Last().Name, s.On, fault.Word(s.Kind.Text()))
		}
	}
	return u.ID, nil
}

// leaves gives the first succession after day and up to to by which the unit stops being itself.
func (r *Register) leaves(id UnitID, day, to period.Day) *Succession {
	var first *Succession
	for _, i := range r.touching[id] {
		s := &r.succ[i]
		if s.From == id && (s.Kind == Merged || s.Kind == Split || s.Kind == Ended) &&
			day < s.On && s.On <= to && (first == nil || s.On < first.On) {
			first = s
		}
	}
	return first
}

// relate notes which successions touch which unit.
func (r *Register) relate() {
	r.touching = make(map[UnitID][]int32, len(r.succ))
	for i, s := range r.succ {
		r.touching[s.From] = append(r.touching[s.From], int32(i))
		if s.To != s.From && s.To != 0 {
			r.touching[s.To] = append(r.touching[s.To], int32(i))
		}
	}
}

// History gives the successions that touch a unit, ascending by day; without renames and moves that
// were planned for a day on which the unit no longer existed.
func (r *Register) History(id UnitID) []Succession {
	var out []Succession
	for _, i := range r.touching[id] {
		if s := r.succ[i]; s.Kind != Renamed && s.Kind != Moved || r.unit(s.To).at(s.On) != nil {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b Succession) int { return cmp.Compare(a.On, b.On) })
	return out
}

// Predecessors gives the units that went into a unit by merges and splits, directly or through
// others, ascending by number; their past may be seen by those who see the unit.
func (r *Register) Predecessors(id UnitID) []UnitID {
	return r.follow(id, func(s Succession) (UnitID, UnitID) { return s.To, s.From })
}

// successors gives the units that carry on a unit and exist on a day.
func (r *Register) successors(id UnitID, on period.Day) []UnitID {
	all := r.follow(id, func(s Succession) (UnitID, UnitID) { return s.From, s.To })
	return slices.DeleteFunc(all, func(id UnitID) bool { return r.unit(id).at(on) == nil })
}

// follow walks merges and splits from one end to the other.
func (r *Register) follow(id UnitID, ends func(Succession) (near, far UnitID)) []UnitID {
	seen := map[UnitID]bool{id: true}
	var out []UnitID
	for todo := []UnitID{id}; len(todo) > 0; todo = todo[1:] {
		for _, i := range r.touching[todo[0]] {
			s := r.succ[i]
			if near, far := ends(s); (s.Kind == Merged || s.Kind == Split) && near == todo[0] && !seen[far] {
				seen[far] = true
				out = append(out, far)
				todo = append(todo, far)
			}
		}
	}
	slices.Sort(out)
	return out
}
