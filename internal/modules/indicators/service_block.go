package indicators

import (
	"slices"
	"sync"

	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// answers answers one formula for units and periods, unit by unit, without looking at siblings.
// It works by whole columns (core/formula's Runner), which say the same as cell by cell. If
// guarded, each answer comes with the counts of persons that it rests on. Cells that are not
// wanted are left empty but for these counts; nil wants all.
func (k *asking) answers(ref formula.Ref, x *formula.Expr, units []org.UnitID, periods []period.Period, guarded bool, wanted func(u, p int) bool) (out []Answer, reads [][]reading) {
	if len(units) == 0 || len(periods) == 0 {
		return nil, nil
	}
	n := len(units) * len(periods)
	out = make([]Answer, n)
	if guarded {
		reads = make([][]reading, n)
	}
	// Periods without a definition have their reason; the others go together.
	heads := make([]Answer, len(periods))
	var asked []period.Period
	at := make([]int, len(periods)) // index in asked, -1 for none
	for j, p := range periods {
		var ok bool
		if heads[j], ok = k.head(ref, p); ok {
			at[j] = len(asked)
			asked = append(asked, p)
		} else {
			at[j] = -1
		}
	}
	var results []formula.Result
	var notes *cellNotes
	if len(asked) > 0 {
		results, notes = k.results(x, units, asked, guarded, func(u, j int) bool { return wanted == nil || wanted(u, slices.Index(at, j)) })
	}
	for u, unit := range units {
		for j, p := range periods {
			i := u*len(periods) + j
			if wanted != nil && !wanted(u, j) {
				if at[j] >= 0 && guarded {
					reads[i] = notes.lists[u*len(asked)+at[j]]
				}
				continue
			}
			a := &out[i]
			*a = heads[j]
			a.Unit, a.Period = unit, p
			if at[j] >= 0 {
				from := u*len(asked) + at[j]
				a.Result = results[from]
				if guarded {
					reads[i] = notes.lists[from]
				}
				a.finish()
			}
		}
	}
	k.targets(out, ref, units, periods)
	for i := range out {
		if out[i].Unit != 0 {
			k.mark(&out[i])
		}
	}
	return out, reads
}

// results runs a formula over a block inside one view of the cube.
func (k *asking) results(x *formula.Expr, units []org.UnitID, periods []period.Period, guarded bool, wanted func(u, p int) bool) ([]formula.Result, *cellNotes) {
	e := k.engine()
	n := len(units) * len(periods)
	list := make([]formula.Result, n)
	var notes *cellNotes
	if guarded {
		notes = &cellNotes{units: units, periods: periods, lists: make([][]reading, n)}
	}
	e.src.cells = notes
	e.src.run(func() {
		e.runner.Run(x, units, periods, &e.block)
		for i := range list {
			if wanted(i/len(periods), i%len(periods)) {
				list[i] = e.block.Result(i)
			}
		}
	})
	e.src.cells = nil
	k.seq = e.src.seq
	if notes == nil || !notes.lost {
		return list, notes
	}
	// A formula that counts units beneath, or adds up their results: cell by cell.
	for u, unit := range units {
		for j, p := range periods {
			e.src.notes = &notebook{unit: unit}
			i := u*len(periods) + j
			e.src.run(func() { list[i] = formula.Eval(e.src, x, unit, p) })
			notes.lists[i] = e.src.notes.list
		}
	}
	e.src.notes = nil
	return list, notes
}

// engine gives the engine of these questions; live ones come from the book's pool.
func (k *asking) engine() *engine {
	if k.eng != nil && k.eng.src.book == k.book {
		return k.eng
	}
	if k.asOf == 0 {
		if e, ok := k.pool().Get().(*engine); ok && e.src.book == k.book && e.src.cube == k.src.cube && e.src.units == k.src.units {
			e.src.today, e.src.reporting = k.src.today, k.src.reporting
			k.eng = e
			return e
		}
	}
	k.eng = newEngine(k.src.with(k.book))
	return k.eng
}

// done gives the engine back.
func (k *asking) done() {
	if k.eng != nil && k.asOf == 0 && k.eng.src.book == k.book {
		k.pool().Put(k.eng)
	}
	k.eng = nil
	if k.then != nil {
		k.then.done()
		k.then = nil
	}
}

// pool keeps engines over the cube of these questions.
func (k *asking) pool() *sync.Pool {
	if k.today != nil {
		return k.today.engines
	}
	return k.book.engines
}

// head gives what all answers of a reference for a period share; ok is false where there is no
// formula to ask, and then the reason is set.
func (k *asking) head(ref formula.Ref, p period.Period) (a Answer, ok bool) {
	a = Answer{Code: ref.Code, Name: ref.Name, NameEN: ref.NameEN, Period: p, State: measure.Approved}
	if ref.Element != nil {
		a.Element, a.Force = ref.Element, ref.Element.Force
		a.Definition, a.counting = elementDefinition(*ref.Element), elementCounting(*ref.Element)
		return a, true
	}
	i, _ := k.book.indicator(ref.Code)
	a.Name, a.NameEN, a.Force = i.Name, i.NameEN, i.Force
	d, e, found := k.book.definition(ref.Code, p.Last())
	reason := measure.NoReason
	switch {
	case !found:
		a.Definition = i.Latest()
		reason = measure.NotDefined
	case !d.Filled():
		a.Definition = d
		reason = measure.NotFilled
	case e == nil:
		a.Definition = d
		reason = measure.NotDefined
	default:
		a.Definition, a.counting = d, k.book.countings[e]
		return a, true
	}
	a.Reason, a.Result.Reason = reason, reason
	return a, false
}

// targets finds the target of each answer: a unit's own, else that of the units above it, which
// siblings share.
func (k *asking) targets(list []Answer, ref formula.Ref, units []org.UnitID, periods []period.Period) {
	all := k.book.targets[ref.Code]
	if len(all) == 0 {
		return
	}
	for j, p := range periods {
		t := k.src.units.On(p.Last())
		shared := map[org.UnitID]*Target{} // by parent
		for u, unit := range units {
			a := &list[u*len(periods)+j]
			if a.Unit == 0 || a.Pick != "" || !t.Has(unit) {
				continue
			}
			if own, ok := Applies(all, []org.UnitID{unit}, p); ok {
				a.Target = &own
			} else if parent := t.Parent(unit); parent != 0 {
				from, known := shared[parent]
				if !known {
					if up, ok := Applies(all, t.Path(parent), p); ok {
						from = &up
					}
					shared[parent] = from
				}
				a.Target = from
			}
		}
	}
	k.bases(list, ref, periods)
}

// bases finds the values that targets of rising and falling compare with.
func (k *asking) bases(list []Answer, ref formula.Ref, periods []period.Period) {
	for i := range list {
		a := &list[i]
		if a.Target == nil || a.Target.Comparator != Rises && a.Target.Comparator != Falls || a.Reason != measure.NoReason {
			continue
		}
		bp, err := a.Target.BasePeriod(a.Period)
		if err != nil {
			continue
		}
		var r formula.Result
		k.src.run(func() { r = formula.Eval(k.src, k.book.of(ref), a.Unit, bp) })
		if r.Value != nil && r.Reason == measure.NoReason && r.Coverage.Complete() {
			a.Base = printed(a.Definition, r)
		}
	}
}

// mark notes as of when an answer is and how firm.
func (k *asking) mark(a *Answer) {
	a.AsOf, a.Boundaries, a.recast = k.asOf, k.by, k.today != nil
	if k.asOf == 0 && k.today != nil {
		a.AsOf = k.live
	}
	k.told(&a.Result)
	if a.AsOf == 0 {
		a.AsOf = max(k.seq, k.src.seq)
	}
	if a.AsOf == 0 {
		a.AsOf = k.s.facts.Cube().Seq() // nothing was asked of the facts
	}
	if _, ok := k.book.closed(a.Period); ok {
		a.State = k.closedState(a.Code, a.Element, a.Unit, a.Period)
	}
}

type restatedKey struct {
	code   string
	period period.Period
}

// closedState tells whether the figure of a closed period was restated since: a cell behind it, at
// the unit or beneath, was changed after the closing. Bases in other periods do not count.
func (k *asking) closedState(code string, own *measure.Element, unit org.UnitID, p period.Period) measure.State {
	if k.asOf > 0 {
		return measure.Closed
	}
	key := restatedKey{code, p}
	units, known := k.changed[key]
	if !known {
		units = k.restatedOf(code, own, p)
		if k.changed == nil {
			k.changed = map[restatedKey][]org.UnitID{}
		}
		k.changed[key] = units
	}
	if len(units) > 0 {
		t := k.src.tree(p.Last())
		if k.today != nil {
			units = slices.Clone(units)
			for i, u := range units {
				units[i] = k.today.Place(u, p.Last())
			}
		}
		if slices.ContainsFunc(units, func(u org.UnitID) bool { return t.Has(u) && t.Under(u, unit) }) {
			return measure.Restated
		}
	}
	return measure.Closed
}

// restatedOf lists the units with a restated cell of any element behind a figure.
func (k *asking) restatedOf(code string, own *measure.Element, p period.Period) (out []org.UnitID) {
	if own != nil {
		return k.s.facts.Restated(own.Code, p)
	}
	if _, e, ok := k.book.definition(code, p.Last()); ok && e != nil {
		for _, x := range k.book.elements(e, p.Last()) {
			out = append(out, k.s.facts.Restated(x.Code, p)...)
		}
	}
	return out
}

// around lists the units that a unit is protected and ranked with: its siblings, or itself.
func around(t *org.Tree, unit org.UnitID) []org.UnitID {
	if list := siblings(t, unit); len(list) > 0 {
		return list
	}
	return []org.UnitID{unit}
}

// over answers a reference for one unit over several periods, protected for the reader; for the
// period numbered ranked also with the place among siblings, -1 for none.
func (k *asking) over(ref formula.Ref, x *formula.Expr, pick string, unit org.UnitID, periods []period.Period, ranked int) []Answer {
	out := make([]Answer, len(periods))
	done := make([]bool, len(periods))
	for j, p := range periods {
		if done[j] {
			continue
		}
		// Periods that need the same units go together.
		guarded := k.guards(ref, unit, p)
		list := []org.UnitID{unit}
		if guarded || j == ranked {
			list = around(k.src.units.On(p.Last()), unit)
		}
		shown := len(list)
		if guarded {
			list = append(list, k.ghostsOf(unit, p)...)
		}
		group := []int{j}
		for m := j + 1; m < len(periods); m++ {
			if done[m] || k.guards(ref, unit, periods[m]) != guarded {
				continue
			}
			other := []org.UnitID{unit}
			if guarded || m == ranked {
				other = around(k.src.units.On(periods[m].Last()), unit)
			}
			if guarded {
				other = append(other, k.ghostsOf(unit, periods[m])...)
			}
			if slices.Equal(list, other) {
				group = append(group, m)
			}
		}
		asked := make([]period.Period, len(group))
		for g, m := range group {
			asked[g], done[m] = periods[m], true
		}
		own := slices.Index(list, unit)
		answers, reads := k.answers(ref, x, list, asked, guarded, func(u, g int) bool { return u == own || group[g] == ranked })
		for g, m := range group {
			a := &answers[own*len(asked)+g]
			a.Pick = pick
			if guarded {
				column := make([][]reading, len(list))
				for u := range list {
					column[u] = reads[u*len(asked)+g]
				}
				for u, hide := range k.concealed(x, ref, list, column, asked[g]) {
					answers[u*len(asked)+g].withhold(hide)
				}
			}
			if m == ranked && shown > 1 {
				all := make([]*Answer, shown)
				for u := range all {
					all[u] = &answers[u*len(asked)+g]
				}
				rank(all, a.Definition.Direction)
			}
			a.hide()
			a.judge()
			out[m] = *a
		}
	}
	return out
}
