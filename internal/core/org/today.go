package org

import (
	"cmp"
	"math"
	"slices"

	"kaiyang/internal/core/period"
)

// A Recasting sees all past days by the boundaries of one day (SEMANTICS §1, today's boundaries).
// Facts follow renames, moves and merges to the unit that carries them on. What belonged to a unit
// that was split, or ended without successor, belongs to no living unit; it is kept under a ghost:
// a unit of the same level beneath the lowest living unit that holds all of its former area, so
// that the sums from there upwards stay whole. It never changes and serves many goroutines.
type Recasting struct {
	Day   period.Day // the day whose boundaries count
	Full  *Register  // the units of that day, each with one version for ever, and the ghosts
	Shown *Register  // the same without the ghosts: what is listed, ranked and asked for

	r       *Register
	tenures map[UnitID][]tenure // of units whose facts do not always stay with themselves
	sources map[UnitID][]UnitID // the other units whose facts ever count under a unit, ascending
	ghosts  map[UnitID]*ghost
	divided map[UnitID][]division
	days    []period.Day
	last    period.Day
}

// A tenure says where the facts of a unit count before a day; to 0 means nowhere.
type tenure struct {
	before period.Day
	to     UnitID
}

// A ghost stands for a unit without counterpart.
type ghost struct {
	key           ghostKey
	id            UnitID
	anchor        UnitID // the lowest living unit that holds all of it; 0 where there is none
	since, before period.Day
}

type ghostKey struct {
	unit UnitID     // the one that was split or ended
	on   period.Day // first day on which it no longer was what it had been
	kind Kind       // of the units whose facts it keeps
}

// A division says that a unit holds a part only of what was reported at a level on the days from
// since to the one before.
type division struct {
	level         Level
	since, before period.Day
}

// Today gives the register as seen by the boundaries of a day. The error is that of New; it can
// only come of a fault of the program.
func (r *Register) Today(on period.Day) (*Recasting, error) {
	c := &Recasting{Day: on, r: r, tenures: map[UnitID][]tenure{}, sources: map[UnitID][]UnitID{}, ghosts: map[UnitID]*ghost{}, divided: map[UnitID][]division{}}
	k := caster{Recasting: c, tree: r.On(on), known: map[ghostKey]*ghost{}, next: 1}
	if n := len(r.units); n > 0 {
		k.next = r.units[n-1].ID + 1
	}
	for i := range r.units {
		k.unit(&r.units[i])
	}
	for _, g := range k.list {
		k.settle(g)
	}
	c.days = slices.Clone(r.bounds)
	for _, s := range r.succ {
		c.days = append(c.days, s.On)
	}
	slices.Sort(c.days)
	c.days = slices.Compact(c.days)
	return c, k.registers()
}

// Changed tells whether any figure can differ from that by the boundaries of its time.
func (c *Recasting) Changed() bool { return c.last != 0 }

// Last gives the day of the newest change of boundaries (a move, a merger, a split or an end) up
// to the day of the recasting, 0 if there was none.
func (c *Recasting) Last() period.Day { return c.last }

// Days gives the days on which living units or the places of their facts change, ascending.
func (c *Recasting) Days() []period.Day { return c.days }

// Source gives the register that is recast.
func (c *Recasting) Source() *Register { return c.r }

// Place gives the unit of Full under which a fact counts that is about a unit in a slot ending on
// a day; 0 if the unit did not exist then.
func (c *Recasting) Place(id UnitID, day period.Day) UnitID {
	u := c.r.unit(id)
	if u == nil || u.at(day) == nil {
		return 0
	}
	for _, t := range c.tenures[id] {
		if day < t.before {
			return t.to
		}
	}
	return id
}

// Stays tells whether the facts of a unit count under itself on all days on which it existed.
func (c *Recasting) Stays(id UnitID) bool { return len(c.tenures[id]) == 0 }

// Ghost tells whether a unit of Full stands for one without counterpart, and for which.
func (c *Recasting) Ghost(id UnitID) (of UnitID, ok bool) {
	g := c.ghosts[id]
	if g == nil {
		return 0, false
	}
	return g.key.unit, true
}

// Ghosts gives the ghosts directly beneath a unit that stand for something that existed within the
// days from..to.
func (c *Recasting) Ghosts(under UnitID, from, to period.Day) []UnitID {
	if len(c.ghosts) == 0 {
		return nil
	}
	var out []UnitID
	for _, id := range c.Full.On(c.Day).Children(under) {
		if g := c.ghosts[id]; g != nil && g.since <= to && from < g.before {
			out = append(out, id)
		}
	}
	return out
}

// Sources gives the units that existed on a day and whose facts count under a unit, itself first.
func (c *Recasting) Sources(id UnitID, day period.Day) []UnitID {
	var out []UnitID
	if c.Place(id, day) == id {
		out = append(out, id)
	}
	for _, u := range c.sources[id] {
		if c.Place(u, day) == id {
			out = append(out, u)
		}
	}
	return out
}

// Existed tells whether anything of a unit existed on a day.
func (c *Recasting) Existed(id UnitID, day period.Day) bool { return len(c.Sources(id, day)) > 0 }

// Divided tells whether a unit holds a part only of what was reported at a level on a day, because
// some of it belonged to a unit that was split since: its figure is cannot_be_split.
func (c *Recasting) Divided(id UnitID, l Level, day period.Day) bool {
	for _, d := range c.divided[id] {
		if d.level == l && d.since <= day && day < d.before {
			return true
		}
	}
	return false
}

// EverDivided tells whether Divided is ever true of a unit.
func (c *Recasting) EverDivided(id UnitID) bool { return len(c.divided[id]) > 0 }

// A caster makes a Recasting.
type caster struct {
	*Recasting
	tree  *Tree
	known map[ghostKey]*ghost
	list  []*ghost
	next  UnitID
}

// unit finds out where the facts of a unit count.
func (k *caster) unit(u *Unit) {
	alive := u.at(k.Day) != nil
	for i := range u.Versions {
		if i > 0 && u.Versions[i].From <= k.Day && u.Versions[i].Parent != u.Versions[i-1].Parent {
			k.last = max(k.last, u.Versions[i].From)
		}
	}
	var leaves []period.Day
	for _, i := range k.r.touching[u.ID] {
		if s := k.r.succ[i]; s.From == u.ID && s.On <= k.Day && (s.Kind == Merged || s.Kind == Split || s.Kind == Ended) {
			leaves = append(leaves, s.On)
		}
	}
	if len(leaves) == 0 && alive {
		return
	}
	slices.Sort(leaves)
	leaves = append(slices.Compact(leaves), forever)
	from := period.Day(1)
	for _, before := range leaves {
		since, until := u.lived(from, before)
		from = before
		if since == 0 {
			continue
		}
		t := tenure{before: before, to: u.ID}
		if before != forever || !alive {
			t.to = k.follow(u, since, until, before)
		}
		if until < forever {
			k.last = max(k.last, min(until.AddDays(1), k.Day))
		}
		k.tenures[u.ID] = append(k.tenures[u.ID], t)
		if t.to != u.ID && !slices.Contains(k.sources[t.to], u.ID) {
			k.sources[t.to] = append(k.sources[t.to], u.ID)
		}
	}
}

// lived gives the first and last day within [from, before) on which the unit existed; since 0 if
// there is none.
func (u *Unit) lived(from, before period.Day) (since, until period.Day) {
	for i := range u.Versions {
		v := &u.Versions[i]
		lo, hi := max(v.From, from), v.end()
		if before != forever {
			hi = min(hi, before-1)
		}
		if lo > hi {
			continue
		}
		if since == 0 {
			since = lo
		}
		until = hi
	}
	return since, until
}

// follow gives the unit that carries on what a unit had on the days since to until, or a ghost.
func (k *caster) follow(u *Unit, since, until, before period.Day) UnitID {
	end := k.fate(u.ID, before-1)
	if before == forever {
		end = fate{unit: u.ID, on: until, gone: true}
		if until != forever {
			end.on++
		}
	}
	if !end.gone {
		to := k.r.unit(end.unit)
		if to.Kind.Tree() == u.Kind.Tree() && to.Kind.Level() == u.Kind.Level() {
			return end.unit
		}
		// Carried on by a unit of another level, which has no place for it: a ghost beneath that one.
		end = fate{unit: u.ID, on: before, gone: true}
	}
	key := ghostKey{end.unit, end.on, u.Kind}
	g := k.known[key]
	if g == nil {
		g = &ghost{key: key, id: k.next, since: since, before: end.on}
		k.next++
		k.known[key], k.ghosts[g.id] = g, g
		k.list = append(k.list, g)
	}
	g.since = min(g.since, since)
	return g.id
}

// A fate is what became of a unit: it lives on as a unit, or that unit is gone since a day.
type fate struct {
	unit UnitID
	on   period.Day
	gone bool
}

// fate follows a unit from a day on to the day of the recasting.
func (k *caster) fate(id UnitID, day period.Day) fate {
	for {
		s := k.r.leaves(id, day, k.Day)
		switch {
		case s == nil:
			u := k.r.unit(id)
			if u.at(k.Day) != nil {
				return fate{unit: id}
			}
			_, until := u.lived(1, forever)
			if until != forever {
				until++
			}
			return fate{unit: id, on: until, gone: true}
		case s.Kind != Merged:
			return fate{unit: id, on: s.On, gone: true}
		}
		id, day = s.To, s.On
	}
}

// reach collects the living units that hold, on the day of the recasting, any part of what a unit
// held on a day; what ended without successor counts for the unit above it.
func (k *caster) reach(id UnitID, day period.Day, into map[UnitID]bool) {
	end := k.fate(id, day)
	if !end.gone {
		into[end.unit] = true
		return
	}
	k.parts(end.unit, end.on, into)
}

// parts is reach for a unit that was gone on a day.
func (k *caster) parts(id UnitID, on period.Day, into map[UnitID]bool) {
	carried := false
	for _, i := range k.r.touching[id] {
		if s := k.r.succ[i]; s.From == id && s.On == on && (s.Kind == Split || s.Kind == Merged) {
			carried = true
			k.reach(s.To, s.On, into)
		}
	}
	if carried {
		return
	}
	u := k.r.unit(id)
	v := u.at(on - 1)
	if v == nil { // it only begins after the day of the recasting
		v = &u.Versions[len(u.Versions)-1]
	}
	if v.Parent == 0 {
		return
	}
	if v.From > k.Day {
		if p := k.above(v.Parent, v.From); p != 0 {
			into[p] = true
		}
		return
	}
	k.reach(v.Parent, min(on-1, k.Day), into)
}

// above gives the lowest unit at or above one that lives on the day of the recasting, going up by
// the parents of another day.
func (k *caster) above(id UnitID, day period.Day) UnitID {
	for id != 0 && !k.tree.Has(id) {
		v := k.r.unit(id).at(day)
		if v == nil {
			return 0
		}
		id = v.Parent
	}
	return id
}

// settle finds the place of a ghost, and the units that hold a part of it only.
func (k *caster) settle(g *ghost) {
	held := map[UnitID]bool{}
	k.parts(g.key.unit, g.key.on, held)
	var common []UnitID
	first := true
	for id := range held {
		path := k.tree.Path(id)
		if first {
			common, first = path, false
			continue
		}
		n := 0
		for n < len(common) && n < len(path) && common[n] == path[n] {
			n++
		}
		common = common[:n]
	}
	tree, level := g.key.kind.Tree(), g.key.kind.Level()
	for n := len(common); n > 0; n-- {
		if a := k.tree.Kind(common[n-1]); a.Tree() == tree && (tree == Functional || a.Level() < level) {
			g.anchor = common[n-1]
			break
		}
	}
	d := division{level: level, since: g.since, before: g.before}
	for id := range held {
		for id != 0 && id != g.anchor {
			if !slices.Contains(k.divided[id], d) {
				k.divided[id] = append(k.divided[id], d)
			}
			id = k.tree.Parent(id)
		}
	}
}

// registers makes the two registers.
func (k *caster) registers() error {
	var living []Unit
	for i := range k.r.units {
		u := k.r.units[i]
		v := u.at(k.Day)
		if v == nil {
			continue
		}
		only := *v
		only.From, only.To = 1, 0
		u.Versions = []Version{only}
		living = append(living, u)
	}
	var err error
	if k.Shown, err = New(living, nil); err != nil {
		return err
	}
	k.Full = k.Shown
	if len(k.list) == 0 {
		return nil
	}
	full := slices.Clone(living)
	slices.SortFunc(k.list, func(a, b *ghost) int { return cmp.Compare(a.id, b.id) })
	for _, g := range k.list {
		u := k.r.unit(g.key.unit)
		full = append(full, Unit{ID: g.id, Code: u.Code + "~" + g.key.on.String() + "~" + string(g.key.kind), Kind: g.key.kind,
			Versions: []Version{{From: 1, Name: u.Last().Name, Parent: g.anchor, Order: math.MaxInt32}}})
	}
	k.Full, err = New(full, nil)
	return err
}
