package org

import (
	"cmp"
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
)

// Changed is what an edit changed: the units as they are afterwards, ascending by number, and the
// successions it recorded. Both are to be stored.
type Changed struct {
	Units       []Unit
	Successions []Succession
}

// An Edit collects changes that belong together and are checked together, such as the split of a
// township and the moves of its villages. Days are the first day of the new state. An Edit is for
// one goroutine; the register it comes from does not change.
type Edit struct {
	r       *Register
	touched map[UnitID]*Unit
	next    UnitID
	succ    []Succession
	key     func(name string) string
	found   fault.Findings
}

// Edit begins an edit.
func (r *Register) Edit() *Edit {
	return &Edit{r: r, touched: map[UnitID]*Unit{}, next: UnitID(len(r.at))}
}

// Next gives the number that the next unit added without a number will get.
func (e *Edit) Next() UnitID { return e.next }

// SortKey sets the function that gives the sort key of new names; without it the key stays empty.
func (e *Edit) SortKey(key func(name string) string) *Edit {
	e.key = key
	return e
}

// Rename gives a unit a new name from a day on; see Edit.Rename. As with all changes of one step,
// the error is fault.Findings with every fault, and r stays as it was.
func (r *Register) Rename(id UnitID, on period.Day, name, reason string) (*Register, Changed, error) {
	return r.Edit().Rename(id, on, name, reason).Done()
}

// Move puts a unit under another parent from a day on.
func (r *Register) Move(id UnitID, on period.Day, parent UnitID, reason string) (*Register, Changed, error) {
	return r.Edit().Move(id, on, parent, reason).Done()
}

// Merge lets units go into another from a day on; see Edit.Merge.
func (r *Register) Merge(ids []UnitID, into Unit, on period.Day, reason string) (*Register, Changed, error) {
	return r.Edit().Merge(ids, into, on, reason).Done()
}

// Split divides a unit from a day on; see Edit.Split.
func (r *Register) Split(id UnitID, into []Unit, on period.Day, reason string) (*Register, Changed, error) {
	return r.Edit().Split(id, into, on, reason).Done()
}

// End lets a unit end without successor; on is the first day on which it no longer exists.
func (r *Register) End(id UnitID, on period.Day, reason string) (*Register, Changed, error) {
	return r.Edit().End(id, on, reason).Done()
}

// Add adds a unit; see Edit.Add.
func (r *Register) Add(u Unit, reason string) (*Register, Changed, error) {
	return r.Edit().Add(u, reason).Done()
}

// Rename gives a unit a new name from on to the end of its present version. The new version has
// no short name; Revise can give one.
func (e *Edit) Rename(id UnitID, on period.Day, name, reason string) *Edit {
	if v := e.version(id, on, reason); v != nil {
		v.Name, v.Short, v.Pinyin = name, "", ""
		e.record(Renamed, id, id, on, reason)
	}
	return e
}

// Move puts a unit under another parent from on to the end of its present version.
func (e *Edit) Move(id UnitID, on period.Day, parent UnitID, reason string) *Edit {
	if v := e.version(id, on, reason); v != nil {
		v.Parent = parent
		e.record(Moved, id, id, on, reason)
	}
	return e
}

// Revise changes short name, order or sort key from on to the end of the present version; it
// records no succession.
func (e *Edit) Revise(id UnitID, on period.Day, reason string, change func(*Version)) *Edit {
	if v := e.version(id, on, reason); v != nil {
		from, to := v.From, v.To
		change(v)
		v.From, v.To = from, to
	}
	return e
}

// Merge lets the units of ids end before on and go into one unit: an existing one, given by its
// number alone, or a new one, whose first version names and places it and begins on on. The unit
// itself may stand among ids: it then lives on. Units beneath the ended ones move to the successor.
func (e *Edit) Merge(ids []UnitID, into Unit, on period.Day, reason string) *Edit {
	target := e.part(into, on, reason)
	gone := map[UnitID]bool{}
	for _, id := range ids {
		if u := e.unit(id); id != target && !gone[id] && u != nil && e.close(u, on) {
			gone[id] = true
			e.record(Merged, id, target, on, reason)
		}
	}
	if len(e.found) > 0 {
		return e
	}
	if len(gone) == 0 {
		e.say("merge", e.code(target), "没有要并入的单位；请至少选一个与承接单位不同的单位")
		return e
	}
	for _, id := range e.beneath(gone, on) {
		e.moveAll(id, gone, target, on, reason)
	}
	return e
}

// Split lets a unit end before on and divides it into at least two: existing units, given by their
// number alone, or new ones as in Merge. The unit itself may stand among them: it then lives on,
// smaller. The units beneath must be moved in the same edit, since only people know which goes
// where.
func (e *Edit) Split(id UnitID, into []Unit, on period.Day, reason string) *Edit {
	u := e.unit(id)
	if u == nil {
		return e
	}
	if len(into) < 2 {
		e.say("split", u.Code, "拆分单位 %s 至少要写明两个承接单位；只有一个时请用更名或并入", u.Code)
		return e
	}
	stays := slices.ContainsFunc(into, func(p Unit) bool { return p.ID == id })
	if stays && u.at(on) == nil {
		e.absent(u, on)
		return e
	}
	if !stays && !e.close(u, on) {
		return e
	}
	for _, p := range into {
		e.record(Split, id, e.part(p, on, reason), on, reason)
	}
	return e
}

// End lets a unit end without successor; on is the first day on which it no longer exists.
func (e *Edit) End(id UnitID, on period.Day, reason string) *Edit {
	if u := e.unit(id); u != nil && e.close(u, on) {
		e.record(Ended, id, 0, on, reason)
	}
	return e
}

// Add adds a unit with its versions. Without a number it gets the next free one; the reason goes
// to versions without one.
func (e *Edit) Add(u Unit, reason string) *Edit {
	e.add(u, reason)
	return e
}

// Done checks the whole and gives the new register and what changed. All faults, of the changes
// and of the outcome, come as fault.Findings, and then nothing has changed.
func (e *Edit) Done() (*Register, Changed, error) {
	if err := e.found.Err(); err != nil {
		return nil, Changed{}, err
	}
	units := slices.Clone(e.r.units)
	var c Changed
	for id, u := range e.touched {
		if e.key != nil {
			for i := range u.Versions {
				if v := &u.Versions[i]; v.Pinyin == "" {
					v.Pinyin = e.key(v.Name)
				}
			}
		}
		c.Units = append(c.Units, *u)
		if int(id) < len(e.r.at) && e.r.at[id] >= 0 {
			units[e.r.at[id]] = *u
		}
	}
	slices.SortFunc(c.Units, byNumber)
	for _, u := range c.Units {
		if e.r.unit(u.ID) == nil {
			units = append(units, u)
		}
	}
	c.Successions = e.succ
	r, err := New(units, slices.Concat(e.r.succ, e.succ))
	if err != nil {
		return nil, Changed{}, err
	}
	return r, c, nil
}

func (e *Edit) say(rule, code, format string, args ...any) {
	e.found = append(e.found, fault.Finding{Rule: rule, Value: code, Format: format, Args: args})
}

func (e *Edit) absent(u *Unit, on period.Day) {
	e.say("unit-not-alive", u.Code, "单位 %s（%s）在 %s 并不存在，不能变更；请更正日期", u.Code, u.Last().Name, on)
}

func (e *Edit) record(k ChangeKind, from, to UnitID, on period.Day, reason string) {
	e.succ = append(e.succ, Succession{Kind: k, From: from, To: to, On: on, Reason: reason})
}

// unit gives a copy of the unit to work on; nil, with a finding, when there is none.
func (e *Edit) unit(id UnitID) *Unit {
	if u := e.touched[id]; u != nil {
		return u
	}
	old := e.r.unit(id)
	if old == nil {
		e.say("unit-unknown", "", "没有内部编号为 %d 的单位；请核对", int(id))
		return nil
	}
	u := *old
	u.Versions = slices.Clone(old.Versions)
	e.touched[id] = &u
	return &u
}

func (e *Edit) code(id UnitID) string {
	if u := e.touched[id]; u != nil {
		return u.Code
	}
	code, _ := e.r.label(id)
	return code
}

// version gives the version of a unit that begins on a day, cutting one in two if need be.
func (e *Edit) version(id UnitID, on period.Day, reason string) *Version {
	u := e.unit(id)
	if u == nil {
		return nil
	}
	v := u.cut(on)
	if v == nil {
		e.absent(u, on)
		return nil
	}
	v.Reason = reason
	return v
}

// cut makes a version of u begin on a day and gives it; nil when u does not exist then.
func (u *Unit) cut(on period.Day) *Version {
	for i := range u.Versions {
		v := &u.Versions[i]
		switch {
		case !v.Holds(on):
			continue
		case v.From == on:
			return v
		}
		second := *v
		v.To, second.From = on.AddDays(-1), on
		u.Versions = slices.Insert(u.Versions, i+1, second)
		return &u.Versions[i+1]
	}
	return nil
}

// close lets a unit end before a day. It may have ended the day before already.
func (e *Edit) close(u *Unit, on period.Day) bool {
	i := slices.IndexFunc(u.Versions, func(v Version) bool { return v.Holds(on.AddDays(-1)) })
	if i < 0 || u.at(on) == nil && i < len(u.Versions)-1 {
		e.say("unit-not-alive", u.Code, "单位 %s（%s）在 %s 的前一天并不存在，不能在该日结束；请更正日期", u.Code, u.Last().Name, on)
		return false
	}
	u.Versions = u.Versions[:i+1]
	u.Versions[i].To = on.AddDays(-1)
	return true
}

// part gives the number of a unit that takes over: an existing one, or a new one that it adds.
func (e *Edit) part(u Unit, on period.Day, reason string) UnitID {
	if u.ID != 0 && (e.touched[u.ID] != nil || e.r.unit(u.ID) != nil) {
		return u.ID
	}
	u.Versions = slices.Clone(u.Versions)
	if len(u.Versions) > 0 && u.Versions[0].From == 0 {
		u.Versions[0].From = on
	}
	return e.add(u, reason)
}

func (e *Edit) add(u Unit, reason string) UnitID {
	u.Versions = slices.Clone(u.Versions)
	for i := range u.Versions {
		u.Versions[i].Reason = cmp.Or(u.Versions[i].Reason, reason)
	}
	if u.ID == 0 {
		u.ID = e.next
	}
	if e.touched[u.ID] != nil || e.r.unit(u.ID) != nil {
		e.say("unit-id", u.Code, "单位 %s 的内部编号 %d 已被占用；请不要指定编号", u.Code, int(u.ID))
		return u.ID
	}
	e.next = max(e.next, u.ID+1)
	e.touched[u.ID] = &u
	return u.ID
}

// beneath lists the units that stand under one of the parents on or after a day.
func (e *Edit) beneath(parents map[UnitID]bool, on period.Day) []UnitID {
	var out []UnitID
	look := func(u *Unit) {
		if slices.ContainsFunc(u.Versions, func(v Version) bool { return v.end() >= on && parents[v.Parent] }) {
			out = append(out, u.ID)
		}
	}
	for i := range e.r.units {
		if u := &e.r.units[i]; e.touched[u.ID] == nil {
			look(u)
		}
	}
	for _, u := range e.touched {
		look(u)
	}
	slices.Sort(out)
	return out
}

// moveAll puts every version from on that stands under one of the parents under the successor.
func (e *Edit) moveAll(id UnitID, parents map[UnitID]bool, to UnitID, on period.Day, reason string) {
	u := e.unit(id)
	if v := u.at(on); v != nil && parents[v.Parent] {
		u.cut(on)
	}
	first := period.Day(0)
	for i := range u.Versions {
		if v := &u.Versions[i]; v.From >= on && parents[v.Parent] {
			v.Parent, v.Reason = to, reason
			if first == 0 {
				first = v.From
			}
		}
	}
	if first != 0 {
		e.record(Moved, id, id, first, reason)
	}
}
