package cube

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A Loader fills a cube from the database. What it loads stands beside the live cells and
// replaces all of them in Done. It is for one goroutine; changes, definitions and expectations wait
// until Done or Close.
type Loader struct {
	c       *Cube
	cols    map[loadKey]*column
	orphans map[orphan]int64
	vals    [MaxSlots]int64
	last    loadKey // the column of the last row, and its key
	col     *column
	open    bool
}

type loadKey struct {
	s    Series
	year int
}

// Load begins to load. Close must be called in the end, also after Done.
func (c *Cube) Load() *Loader {
	c.w.Lock()
	return &Loader{c: c, cols: map[loadKey]*column{}, orphans: map[orphan]int64{}, open: true}
}

// Close gives the loader up; without Done nothing has changed.
func (l *Loader) Close() {
	if l.open {
		l.open = false
		l.c.w.Unlock()
	}
}

// Row loads a packed row: the cells of a unit in a year, as many as the grain of that year has
// slots. A row loaded before is replaced. Cells of slots in which the unit holds no facts are kept
// as orphans, see Orphans.
func (l *Loader) Row(id measure.ElementID, category measure.Category, unit org.UnitID, yearNumber int, packed []byte) error {
	n, present, err := Unpack(packed, &l.vals)
	if err != nil {
		return err
	}
	return l.cells(id, category, unit, yearNumber, n, present)
}

// Cells is Row for cells that are not packed; vals has one value a slot, present one bit.
func (l *Loader) Cells(id measure.ElementID, category measure.Category, unit org.UnitID, yearNumber int, vals []int64, present uint32) error {
	if len(vals) > MaxSlots {
		return errDamaged()
	}
	copy(l.vals[:], vals)
	for j, v := range vals {
		if present>>j&1 == 0 {
			l.vals[j] = 0
		} else if !measure.InRange(v) {
			return errDamaged()
		}
	}
	return l.cells(id, category, unit, yearNumber, len(vals), present)
}

func (l *Loader) cells(id measure.ElementID, category measure.Category, unit org.UnitID, yearNumber, n int, present uint32) error {
	e := l.c.items[id]
	if e == nil {
		return errNoElement(id)
	}
	s, ok := e.reported[category]
	if !ok {
		return errNoCategory(e, category)
	}
	if yearNumber < 1 || yearNumber > 9999 {
		return errDamaged()
	}
	if k := (loadKey{s, yearNumber}); k != l.last {
		col := l.cols[k]
		if col == nil {
			col = newColumn(l.c.years(e, yearNumber))
			l.cols[k] = col
		}
		l.last, l.col = k, col
	}
	y := l.col.year
	if n != int(y.grain) {
		return fault.New(fault.Internal, "数据项 %s 在 %d 年应有 %d 个填报期，数据库中却有 %d 个；请用 kaiyang check 检查。", e.def.Code, yearNumber, int(y.grain), n)
	}
	for fi, f := range y.frames {
		w := f.slots()
		m := present >> f.lo & (1<<w - 1)
		row, ok := f.rowOf(unit)
		if !ok {
			for j := range w {
				o := orphan{s, unit, int32(yearNumber), int32(f.lo + j)}
				if m>>j&1 == 1 {
					l.orphans[o] = l.vals[f.lo+j]
				} else if len(l.orphans) > 0 {
					delete(l.orphans, o)
				}
			}
			continue
		}
		b := l.col.blocks[fi]
		if b == nil {
			b = newBlock(f, e.adds(), l.c.owner)
			l.col.blocks[fi] = b
		}
		copy(b.cells[row*w:row*w+w], l.vals[f.lo:])
		setMask(b.bits, row*w, w, m)
	}
	return nil
}

// Done adds up everything with so many workers and replaces the cells of the cube by what was
// loaded, as of the change number seq.
func (l *Loader) Done(workers int, seq int64) {
	k := l.c.shadow()
	var blocks []*block
	loaded := make([][]*column, len(k.series))
	for at, col := range l.cols {
		loaded[at.s] = append(loaded[at.s], col)
		for _, b := range col.blocks {
			if b != nil {
				blocks = append(blocks, b)
			}
		}
	}
	each(len(blocks), workers, func(i int) { blocks[i].rollAll() })
	for _, s := range k.series[1:] {
		s.cols = nil
		for _, col := range loaded[s.id] {
			k.bindExpect(s.element, col)
			s.setColumn(col.year.number, col)
		}
	}
	each(len(k.series)-1, workers, func(i int) {
		if s := k.series[i+1]; s.derived() {
			for _, y := range k.sourceYears(s) {
				s.setColumn(y, k.derivedColumn(s, k.years(s.element, y)))
			}
		}
	})
	k.orphans, k.seq = l.orphans, seq
	l.c.become(k)
}

// each calls f for 0 … n-1 from so many goroutines.
func each(n, workers int, f func(i int)) {
	if workers <= 1 || n <= 1 {
		for i := range n {
			f(i)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(workers, n) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				f(i)
			}
		})
	}
	wg.Wait()
}

// RollUp adds up all sums again, and what is present beneath them if counts is set. Nothing needs
// it but measurements: sums are kept.
func (c *Cube) RollUp(workers int, counts bool) {
	c.w.Lock()
	defer c.w.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	blocks := c.blocks()
	each(len(blocks), workers, func(i int) {
		if b := blocks[i]; b.sums != nil {
			b.roll(b.sums)
			if counts {
				b.rollCounts(b.counts)
			}
		}
	})
}

// Scan reads every cell of the rows once and adds it up: the limit that memory sets to a roll-up.
func (c *Cube) Scan(workers int) int64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	blocks := c.blocks()
	var sum atomic.Int64
	each(len(blocks), workers, func(i int) { sum.Add(addAll(blocks[i].cells)) })
	return sum.Load()
}

func (c *Cube) blocks() []*block {
	var list []*block
	for _, s := range c.series[1:] {
		for _, col := range s.cols {
			if col == nil {
				continue
			}
			for _, b := range col.blocks {
				if b != nil {
					list = append(list, b)
				}
			}
		}
	}
	return list
}

// A Fact is a cell with its address, of an orphan or a difference.
type Fact struct {
	Element  measure.ElementID
	Category measure.Category
	Unit     org.UnitID
	Period   period.Period
	Value    int64
}

// Orphans lists the facts that are in no sum, because their unit holds no facts of the element's
// level in that slot by the register of now; kaiyang check reports them.
func (c *Cube) Orphans() []Fact {
	c.mu.RLock()
	defer c.mu.RUnlock()
	list := make([]Fact, 0, len(c.orphans))
	for o, v := range c.orphans {
		s := c.series[o.series]
		y := c.years(s.element, int(o.year))
		list = append(list, Fact{s.element.def.ID, s.cells[0], o.unit, y.slotText(int(o.slot)), v})
	}
	slices.SortFunc(list, func(a, b Fact) int {
		return cmp.Or(cmp.Compare(a.Element, b.Element), cmp.Compare(a.Category, b.Category),
			cmp.Compare(a.Unit, b.Unit), a.Period.Compare(b.Period))
	})
	return list
}

// Rows calls f for every row of a reported category, unit by unit and year by year, with the cells
// as they would be packed; orphans are included. It stops when f gives false. f must not change
// the cube and may not keep vals.
func (c *Cube) Rows(id measure.ElementID, category measure.Category, f func(unit org.UnitID, year int, vals []int64, present uint32) bool) error {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e := c.items[id]
	if e == nil {
		return errNoElement(id)
	}
	sid, ok := e.reported[category]
	if !ok {
		return errNoCategory(e, category)
	}
	s := c.series[sid]
	rest := map[int]map[org.UnitID][]orphan{} // by year
	for o := range c.orphans {
		if o.series == sid {
			y := rest[int(o.year)]
			if y == nil {
				y = map[org.UnitID][]orphan{}
				rest[int(o.year)] = y
			}
			y[o.unit] = append(y[o.unit], o)
		}
	}
	var years []int
	for y := range rest {
		years = append(years, y)
	}
	for _, col := range s.cols {
		if col != nil {
			years = append(years, col.year.number)
		}
	}
	slices.Sort(years)
	for _, n := range slices.Compact(years) {
		if !c.rowsOf(s, n, rest[n], f) {
			return nil
		}
	}
	return nil
}

func (c *Cube) rowsOf(s *series, n int, rest map[org.UnitID][]orphan, f func(org.UnitID, int, []int64, uint32) bool) bool {
	y := c.years(s.element, n)
	var vals [MaxSlots]int64
	done := map[org.UnitID]bool{}
	unit := func(u org.UnitID) bool {
		vals = [MaxSlots]int64{}
		present := uint32(0)
		if col := s.column(n); col != nil {
			for _, b := range col.blocks {
				if b == nil {
					continue
				}
				if row, ok := b.frame.rowOf(u); ok {
					copy(vals[b.frame.lo:], b.cells[row*b.n:row*b.n+b.n])
					present |= mask(b.bits, row*b.n, b.n) << b.frame.lo
				}
			}
		}
		for _, o := range rest[u] {
			vals[o.slot] = c.orphans[o]
			present |= 1 << o.slot
		}
		return present == 0 || f(u, n, vals[:y.grain], present)
	}
	for _, fr := range y.frames {
		for _, u := range fr.rows {
			if len(y.frames) > 1 || len(rest) > 0 {
				if done[u] {
					continue
				}
				done[u] = true
			}
			if !unit(u) {
				return false
			}
		}
	}
	for u := range rest {
		if !done[u] && !unit(u) {
			return false
		}
	}
	return true
}
