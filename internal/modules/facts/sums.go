package facts

import (
	"math/bits"
	"slices"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
)

// A family is what must be looked at together to prove sums: all categories of an element in a
// year, at the units that a batch touches.
type family struct {
	element measure.Element
	year    int
	units   []org.UnitID // ascending
	kinds   []measure.Category
	slots   int
	states  []famState // kinds × units
	cells   []int32    // in the draft
}

type famState struct {
	present uint32
	touched uint32
	vals    []int64 // nil when nothing is present
}

// families lists what must be proved after arrange: the divided elements of the batch.
func (d *draft) families() []*family {
	var list []*family
	at := map[seriesName]*family{}
	for i := range d.cells {
		c := &d.cells[i]
		e := &d.series[c.series()].element
		if e.Scheme.Kind == measure.NoScheme {
			continue
		}
		// The category of the key is the year: a family is an element in a year.
		k := seriesName{e.ID, measure.Category(yearText(c.year()))}
		f := at[k]
		if f == nil {
			f = &family{element: *e, year: c.year(), kinds: append([]measure.Category{""}, e.Scheme.All()...), slots: int(e.GrainIn(c.year()))}
			at[k] = f
			list = append(list, f)
		}
		f.cells = append(f.cells, int32(i))
		f.units = append(f.units, c.unit())
	}
	for _, f := range list {
		slices.Sort(f.units)
		f.units = slices.Compact(f.units)
		f.states = make([]famState, len(f.kinds)*len(f.units))
	}
	return list
}

func yearText(y int) string { return string([]byte{byte(y >> 8), byte(y)}) }

func (f *family) state(kind int, unit org.UnitID) *famState {
	u, _ := slices.BinarySearch(f.units, unit)
	return &f.states[kind*len(f.units)+u]
}

// store notes what is stored of a category at a unit.
func (f *family) store(kind int, unit org.UnitID, packed []byte) error {
	var vals [cube.MaxSlots]int64
	n, present, err := cube.Unpack(packed, &vals)
	if err != nil {
		return err
	}
	s := f.state(kind, unit)
	s.present, s.vals = present, slices.Clone(vals[:n])
	return nil
}

// prove notes every sum of the family that the batch would break: the total of a partition that
// differs from the sum of its parts, and of an overlapping scheme a part without a total or above it
// (SEMANTICS §3).
func (d *draft) prove(f *family) {
	by := map[measure.Category]int{}
	for i, k := range f.kinds {
		by[k] = i
	}
	// who gives for a state and slot the cell of the draft that set it.
	type seat struct {
		state int
		slot  int
	}
	who := map[seat]int32{}
	for _, i := range f.cells {
		c := &d.cells[i]
		kind := by[d.series[c.series()].category]
		u, _ := slices.BinarySearch(f.units, c.unit())
		at := kind*len(f.units) + u
		s := &f.states[at]
		if s.vals == nil {
			s.vals = make([]int64, f.slots)
		}
		bit := uint32(1) << c.slot()
		s.touched |= bit
		if c.gone {
			s.present, s.vals[c.slot()] = s.present&^bit, 0
		} else {
			s.present, s.vals[c.slot()] = s.present|bit, c.value
		}
		who[seat{at, c.slot()}] = c.at
	}
	n := len(f.units)
	for u, unit := range f.units {
		touched := uint32(0)
		for k := range f.kinds {
			touched |= f.states[k*n+u].touched
		}
		for m := touched; m != 0; m &= m - 1 {
			slot := bits.TrailingZeros32(m)
			if d.spoiled[spot{f.element.ID, unit, f.year, slot}] {
				continue
			}
			set := func(kind int) (int32, bool) { at, ok := who[seat{kind*n + u, slot}]; return at, ok }
			if !d.proveSlot(f, u, slot, set) {
				for k := range f.kinds {
					if at, ok := set(k); ok {
						d.reject(at)
					}
				}
			}
		}
	}
}

// proveSlot judges one unit and slot; set gives the cell of the draft behind a category.
func (d *draft) proveSlot(f *family, u, slot int, set func(kind int) (int32, bool)) bool {
	n := len(f.units)
	at := func(kind int) (int64, bool) {
		s := &f.states[kind*n+u]
		if s.present>>slot&1 == 0 {
			return 0, false
		}
		return s.vals[slot], true
	}
	// blame gives the first of the categories that the batch set, or any that it set.
	blame := func(kinds ...int) int32 {
		for _, k := range kinds {
			if at, ok := set(k); ok {
				return at
			}
		}
		for k := range f.kinds {
			if at, ok := set(k); ok {
				return at
			}
		}
		return 0
	}
	total, whole := at(0)
	say := func(v int64) string { return measure.Group(measure.Decimal(v, f.element.Scale)) }
	if f.element.Scheme.Kind == measure.Partition {
		if !whole {
			return true
		}
		sum := int64(0)
		for k := 1; k < len(f.kinds); k++ {
			v, ok := at(k)
			if !ok {
				return true
			}
			sum += v
		}
		if sum != total {
			d.note(blame(0), "sum", "数据项 %s 的合计填了 %s，各类别相加是 %s；请核对，或不填合计", f.element.Code, say(total), say(sum))
		}
		return sum == total
	}
	sound := true
	for k := 1; k < len(f.kinds); k++ {
		v, ok := at(k)
		switch {
		case !ok:
		case !whole:
			d.note(blame(k, 0), "total-missing", "数据项 %s 的类别“%s”填了 %s，却没有填合计；类别可以重叠，请先填合计", f.element.Code, string(f.kinds[k]), say(v))
			sound = false
		case v > total:
			d.note(blame(k, 0), "above-total", "数据项 %s 的类别“%s”填了 %s，大于合计 %s；请核对", f.element.Code, string(f.kinds[k]), say(v), say(total))
			sound = false
		}
	}
	return sound
}
