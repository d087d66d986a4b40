package cube

import (
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
)

// SetRegister binds the cube to a changed register. Years whose units and order did not change
// keep their blocks; the others are laid out beside the live ones and replace them at once. Facts
// whose unit no longer holds facts in their slot are kept as orphans, and orphans that fit now
// come back. A register over which a partition can no longer be added up exactly is
// fault.TooLarge, and nothing changes.
func (c *Cube) SetRegister(reg *org.Register) error {
	c.w.Lock()
	defer c.w.Unlock()
	for _, e := range c.items {
		if checkScheme(e.def, reg) != nil {
			return fault.New(fault.TooLarge, "单位增多后，数据项 %s 的分类组合无法精确汇总；请减少该数据项的维度或类别。", e.def.Code)
		}
	}
	k := c.shadow()
	m := move{c: k, to: newLayout(reg), moved: map[*year]bool{}, orphans: map[orphan]int64{}}
	m.to.adopt(c.layout)
	k.layout = m.to
	cols := make([][]*column, len(k.series))
	for _, s := range k.series[1:] {
		if s.derived() {
			continue
		}
		for _, col := range s.cols {
			if col != nil {
				cols[s.id] = append(cols[s.id], m.column(s, col))
			}
		}
	}
	m.adoptOrphans(cols)
	m.to.prune()
	k.orphans = m.orphans
	for _, s := range k.series[1:] {
		if s.derived() {
			continue
		}
		s.cols = nil
		for _, col := range cols[s.id] {
			k.bindExpect(s.element, col)
			s.setColumn(col.year.number, col)
		}
	}
	for _, s := range k.series[1:] {
		if s.derived() {
			k.rebindDerived(s, m.moved)
		}
	}
	c.become(k)
	return nil
}

// rebindDerived keeps the derived blocks of years in which no source moved.
func (c *Cube) rebindDerived(s *series, moved map[*year]bool) {
	old := series{first: s.first, cols: s.cols}
	s.cols = nil
	for _, n := range c.sourceYears(s) {
		y := c.years(s.element, n)
		if col := old.column(n); col != nil && !moved[y] {
			col = &column{year: y, blocks: col.blocks, extra: make([]int32, len(y.frames))}
			c.bindExpect(s.element, col)
			s.setColumn(n, col)
			continue
		}
		s.setColumn(n, c.derivedColumn(s, y))
	}
}

// A move brings blocks from one layout to another.
type move struct {
	c       *Cube
	to      *layout
	moved   map[*year]bool // years of the new layout that differ from the old
	orphans map[orphan]int64
}

func (m *move) column(s *series, col *column) *column {
	y := m.to.year(s.element.def.Level, col.year.grain, col.year.number)
	out := newColumn(y)
	if y.same(col.year.pattern) {
		copy(out.blocks, col.blocks)
		return out
	}
	m.moved[y] = true
	for _, b := range col.blocks {
		if b == nil {
			continue
		}
		for row, u := range b.frame.rows {
			for p, j := mask(b.bits, row*b.n, b.n), 0; p != 0; p, j = p>>1, j+1 {
				if p&1 == 0 {
					continue
				}
				v, _ := b.get(row, j)
				m.put(s, out, u, b.frame.lo+j, v)
			}
		}
	}
	for _, b := range out.blocks {
		if b != nil {
			b.rollAll()
		}
	}
	return out
}

// put places a cell, or keeps it as an orphan.
func (m *move) put(s *series, col *column, u org.UnitID, slot int, v int64) {
	fi := int(col.year.of[slot])
	f := col.year.frames[fi]
	row, ok := f.rowOf(u)
	if !ok {
		m.orphans[orphan{s.id, u, int32(col.year.number), int32(slot)}] = v
		return
	}
	m.block(col, fi, s.element.adds()).put(row, slot-f.lo, v, true)
}

// block gives the block of a frame of a year that moved; readers do not see it yet.
func (m *move) block(col *column, fi int, adds bool) *block {
	if col.blocks[fi] == nil {
		col.blocks[fi] = newBlock(col.year.frames[fi], adds, m.c.owner)
	}
	return col.blocks[fi]
}

// adoptOrphans gives orphans that fit now their place. Where the rows of a slot are those of before,
// none fits, so only years that moved are written.
func (m *move) adoptOrphans(cols [][]*column) {
	for o, v := range m.c.orphans {
		s := m.c.series[o.series]
		y := m.to.year(s.element.def.Level, s.element.def.GrainIn(int(o.year)), int(o.year))
		fi := int(y.of[o.slot])
		row, ok := y.frames[fi].rowOf(o.unit)
		if !ok {
			m.orphans[o] = v
			continue
		}
		col := findColumn(cols[o.series], y)
		if col == nil {
			col = newColumn(y)
			cols[o.series] = append(cols[o.series], col)
		}
		b := m.block(col, fi, s.element.adds())
		j := int(o.slot) - b.frame.lo
		b.put(row, j, v, true)
		b.climb(row, j)
	}
}

func findColumn(cols []*column, y *year) *column {
	for _, col := range cols {
		if col.year == y {
			return col
		}
	}
	return nil
}

// prune forgets adopted shapes that nothing uses.
func (l *layout) prune() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for level, list := range l.shapes {
		kept := list[:0]
		for _, x := range list {
			if len(x.trees) > 0 {
				kept = append(kept, x)
			}
		}
		l.shapes[level] = kept
	}
}
