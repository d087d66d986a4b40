package units

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// Preview tells what a change would do, and writes nothing. Faults come all at once as
// fault.Findings whose fields are those of the form.
func (s *Service) Preview(ctx context.Context, actor perm.Actor, c Change) (p Plan, err error) {
	defer fault.Wrap(&err, "units.Preview(%s, %d)", c.Deed, c.Unit)
	if err := mayChange(actor, c.Unit); err != nil {
		return Plan{}, err
	}
	p, err = c.Plan(s.Register(), key)
	if err != nil {
		return p, err
	}
	p.Closed = s.closed(c.On)
	if s.joints.Loose != nil && c.Deed != Edited {
		p.Loose, err = s.joints.Loose(p.Register)
	}
	return p, err
}

// Apply makes a change. If the unit was changed by somebody else since the form was shown
// (Change.Seen), nothing is written and the answer is fault.Conflict.
func (s *Service) Apply(ctx context.Context, actor perm.Actor, c Change) (done Recorded, err error) {
	defer fault.Wrap(&err, "units.Apply(%s, %d)", c.Deed, c.Unit)
	if err := mayChange(actor, c.Unit); err != nil {
		return Recorded{}, err
	}
	err = s.alter(ctx, func(tx *sqldb.Tx, st *state, id int64, token string) (*state, error) {
		if rev := st.revOf(c.Unit); c.Unit != 0 && c.Seen != 0 && c.Seen != rev {
			return nil, overtaken(tx, rev)
		}
		p, err := c.Plan(st.register, key)
		if err != nil {
			return nil, err
		}
		p.Closed = s.closed(c.On)
		var added, changed []org.Unit
		for _, u := range p.Changed.Units {
			if _, known := st.register.Unit(u.ID); known {
				changed = append(changed, u)
			} else {
				added = append(added, u)
			}
		}
		done = Recorded{ID: id, Deed: c.Deed, Unit: c.Unit, On: c.On, Reason: strings.TrimSpace(c.Reason), token: token}
		if len(added) > 0 {
			done.lo, done.hi = added[0].ID, added[len(added)-1].ID
		}
		if c.Deed == Added {
			done.Unit = added[0].ID
			done.Label = label(added[0])
		} else if u, ok := st.register.Unit(c.Unit); ok {
			done.Label = label(u)
		}
		if err := keepBefore(tx, st, id, changed); err != nil {
			return nil, err
		}
		if err := updateUnits(tx, changed, id); err != nil {
			return nil, err
		}
		if err := insertUnits(tx, added, id, nil); err != nil {
			return nil, err
		}
		if err := insertSuccessions(tx, p.Changed.Successions, id); err != nil {
			return nil, err
		}
		if err := record(tx, done, p.detail()); err != nil {
			return nil, err
		}
		return newState(p.Register, st.touched(id, changed, added), id), nil
	})
	return done, err
}

func label(u org.Unit) string { return u.Code + " " + u.Last().Name }

// overtaken tells who changed a unit in the meantime.
func overtaken(tx *sqldb.Tx, rev int64) error {
	c, err := oneRecorded(tx, rev)
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "您打开表单之后，%s 已对这个单位做了“%s”（%s）；您填写的内容还在，请对照下面的沿革核对后再提交",
		c.By, fault.Word(c.Deed.Text()), c.Reason)
}

func keepBefore(tx *sqldb.Tx, st *state, id int64, changed []org.Unit) error {
	b := newBatch(tx, insertBeforeSQL, 3)
	for _, u := range changed {
		old, _ := st.register.Unit(u.ID)
		body, err := bodyOf(old, st.revOf(u.ID))
		if err != nil {
			return err
		}
		if err := b.add(id, int64(u.ID), body); err != nil {
			return err
		}
	}
	return b.flush()
}

// detail is what the audit keeps of a change.
func (p *Plan) detail() any {
	type unit struct {
		Code string `json:"code"`
		Was  string `json:"was,omitempty"`
		Is   string `json:"is,omitempty"`
	}
	d := struct {
		On     string          `json:"on,omitempty"`
		Reason string          `json:"reason"`
		Units  []unit          `json:"units"`
		More   int             `json:"more,omitempty"`
		Closed []period.Period `json:"closed,omitempty"`
	}{On: p.Change.On.String(), Reason: p.Change.Reason, Closed: p.Closed}
	for i, t := range p.Touched {
		if i == 50 {
			d.More = len(p.Touched) - i
			break
		}
		d.Units = append(d.Units, unit{t.Unit.Code, t.Was.Name, t.Is.Name})
	}
	return d
}

// Undo takes back the latest change of its units: an import cannot be undone, nor a change after
// which one of its units was changed again or on whose new units anything hangs (fault.Conflict).
func (s *Service) Undo(ctx context.Context, actor perm.Actor, change int64, reason string) (err error) {
	defer fault.Wrap(&err, "units.Undo(%d)", change)
	if err := mayChange(actor, 0); err != nil {
		return err
	}
	f := fault.Fields{}
	f.Need(strings.TrimSpace(reason) != "", "reason", "请写明撤回的原因")
	if err := f.Err(); err != nil {
		return err
	}
	return s.alter(ctx, func(tx *sqldb.Tx, st *state, id int64, token string) (*state, error) {
		c, err := oneRecorded(tx, change)
		if err != nil {
			return nil, err
		}
		switch {
		case c.Deed == Imported || c.Deed == Undone:
			return nil, fault.New(fault.Conflict, "导入和撤回本身不能撤回；请用新的变更或再次导入来更正")
		case c.UndoneBy != 0:
			return nil, fault.New(fault.Conflict, "这项变更已经撤回过了")
		}
		list, err := readBefore(tx, change)
		if err != nil {
			return nil, err
		}
		var back []org.Unit
		for _, b := range list {
			if b.unit == 0 {
				continue
			}
			u, err := unitOf(b.unit, b.body)
			if err != nil {
				return nil, err
			}
			if err := untouchedSince(tx, st, u.Unit, change); err != nil {
				return nil, err
			}
			back = append(back, u.Unit)
		}
		var gone []org.Unit
		for n := c.lo; n <= c.hi && n > 0; n++ {
			u, ok := st.register.Unit(n)
			if !ok {
				continue
			}
			if err := untouchedSince(tx, st, u, change); err != nil {
				return nil, err
			}
			if s.joints.Used != nil && s.joints.Used(n) {
				return nil, fault.New(fault.Conflict, "单位 %s（%s）已有数据、报表或岗位，不能撤回；请改用新的变更", u.Code, u.Last().Name)
			}
			gone = append(gone, u)
		}
		removed, kept, err := successionsOf(tx, change)
		if err != nil {
			return nil, err
		}
		units := slices.DeleteFunc(slices.Clone(st.register.Units()), func(u org.Unit) bool { return u.ID >= c.lo && u.ID <= c.hi && c.hi > 0 })
		for i := range units {
			for _, u := range back {
				if u.ID == units[i].ID {
					units[i] = u
				}
			}
		}
		reg, err := org.New(units, kept)
		if err != nil {
			return nil, fault.Because(err, fault.Conflict, "撤回后单位关系不成立：%s；请改用新的变更", err)
		}
		undo := Recorded{ID: id, Deed: Undone, Unit: c.Unit, Label: c.Label, On: c.On, Reason: strings.TrimSpace(reason), token: token}
		if err := writeUndo(tx, st, undo, c, back, gone, removed); err != nil {
			return nil, err
		}
		revs := st.touched(id, back)
		for _, u := range gone {
			revs[u.ID] = 0
		}
		return newState(reg, revs, id), nil
	})
}

// untouchedSince refuses when the unit was changed after a change, leaving aside what was undone.
func untouchedSince(tx *sqldb.Tx, st *state, u org.Unit, change int64) error {
	var n int64
	if err := tx.Get(laterSQL, []any{int64(u.ID), change}, &n); err != nil {
		return err
	}
	if n > 0 {
		u, _ = st.register.Unit(u.ID)
		return fault.New(fault.Conflict, "单位 %s（%s）在这之后又有变更；请先撤回后来的变更", u.Code, u.Last().Name)
	}
	return nil
}

func successionsOf(tx *sqldb.Tx, change int64) (of []storedSucc, others []org.Succession, err error) {
	all, err := readSuccessions(tx)
	for _, x := range all {
		if x.Change == change {
			of = append(of, x)
		} else {
			others = append(others, x.Succession)
		}
	}
	return of, others, err
}

func writeUndo(tx *sqldb.Tx, st *state, undo, c Recorded, back, gone []org.Unit, removed []storedSucc) error {
	if err := keepBefore(tx, st, undo.ID, slices.Concat(back, gone)); err != nil {
		return err
	}
	if len(removed) > 0 {
		body, err := json.Marshal(removed)
		if err != nil {
			return err
		}
		b := newBatch(tx, insertBeforeSQL, 3)
		if err := b.add(undo.ID, int64(0), string(body)); err != nil {
			return err
		}
		if err := b.flush(); err != nil {
			return err
		}
	}
	if err := updateUnits(tx, back, undo.ID); err != nil {
		return err
	}
	if c.hi > 0 {
		for _, q := range []string{dropUnitsSQL, dropVersionRange} {
			if _, err := tx.Exec(q, int64(c.lo), int64(c.hi)); err != nil {
				return err
			}
		}
	}
	if _, err := tx.Exec(dropSuccSQL, c.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(undoneSQL, c.ID, undo.ID); err != nil {
		return err
	}
	return record(tx, undo, map[string]any{"undoes": c.ID, "deed": c.Deed, "reason": undo.Reason})
}

// RegisterAsOf gives the register as it was recorded at a change number of the database: closed
// periods are recomputed with the units known then (SEMANTICS §5).
func (s *Service) RegisterAsOf(ctx context.Context, no int64) (r *org.Register, err error) {
	defer fault.Wrap(&err, "units.RegisterAsOf(%d)", no)
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		st := s.state.Load()
		later, err := sqldb.All(tx, scanRecorded, afterNoSQL, no)
		if err != nil {
			return err
		}
		if len(later) == 0 {
			if last, err := lastChange(tx); err != nil || last == st.rev {
				r = st.register
				return err
			}
		}
		stored, err := readUnits(tx)
		if err != nil {
			return err
		}
		units := make(map[org.UnitID]org.Unit, len(stored))
		for _, u := range stored {
			units[u.ID] = u.Unit
		}
		succ, err := readSuccessions(tx)
		if err != nil {
			return err
		}
		for _, c := range later {
			if succ, err = takeBack(tx, c, units, succ); err != nil {
				return err
			}
		}
		list := make([]org.Unit, 0, len(units))
		for _, u := range units {
			list = append(list, u)
		}
		plain := make([]org.Succession, len(succ))
		for i := range succ {
			plain[i] = succ[i].Succession
		}
		r, err = org.New(list, plain)
		return err
	})
	return r, err
}

// takeBack brings units and successions to what they were before a change.
func takeBack(tx *sqldb.Tx, c Recorded, units map[org.UnitID]org.Unit, succ []storedSucc) ([]storedSucc, error) {
	for n := c.lo; n <= c.hi && n > 0; n++ {
		delete(units, n)
	}
	list, err := readBefore(tx, c.ID)
	if err != nil {
		return nil, err
	}
	succ = slices.DeleteFunc(succ, func(x storedSucc) bool { return x.Change == c.ID })
	for _, b := range list {
		if b.unit == 0 {
			var removed []storedSucc
			if err := json.Unmarshal([]byte(b.body), &removed); err != nil {
				return nil, fmt.Errorf("units_before of change %d: %w", c.ID, err)
			}
			succ = append(succ, removed...)
			continue
		}
		u, err := unitOf(b.unit, b.body)
		if err != nil {
			return nil, err
		}
		units[b.unit] = u.Unit
	}
	slices.SortFunc(succ, func(a, b storedSucc) int { return int(a.ID - b.ID) })
	return succ, nil
}

// History gives the changes of a unit, the latest first, at most limit.
func (s *Service) History(ctx context.Context, id org.UnitID, limit int) (list []Recorded, err error) {
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		list, err = sqldb.All(tx, scanRecorded, ofUnitSQL, int64(id), limit)
		return err
	})
	return list, err
}

// Recent gives the latest changes of all units, at most limit.
func (s *Service) Recent(ctx context.Context, limit int) (list []Recorded, err error) {
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		list, err = sqldb.All(tx, scanRecorded, recentSQL, limit)
		return err
	})
	return list, err
}
