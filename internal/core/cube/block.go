package cube

import "kaiyang/internal/core/period"

// A token marks the blocks that a cube may write. A copy of a cube shares the blocks of the
// original; whoever writes first copies the block.
type token struct{ _ byte }

// A block holds the cells of one series in one frame: a row a unit, slots side by side, zero
// where missing, and beside them the presence bits; then sums and presence counts of the units
// above, in the same shape. Every cell above the rows is added up from its children, never moved
// by a difference, so it has the same bits however it came about.
type block struct {
	frame  *frame
	n      int // slots a row
	owner  *token
	cells  []int64
	bits   []uint64
	sums   []int64 // nil for point values, which do not add up
	counts []int32
}

func newBlock(f *frame, adds bool, owner *token) *block {
	n := f.slots()
	b := &block{frame: f, n: n, owner: owner}
	b.cells = make([]int64, len(f.rows)*n)
	b.bits = make([]uint64, bitWords(len(b.cells)))
	if adds {
		b.sums = make([]int64, len(f.upper)*n)
		b.counts = make([]int32, len(f.upper)*n)
	}
	return b
}

func (b *block) copy(owner *token) *block {
	c := *b
	c.owner = owner
	c.cells = append([]int64(nil), b.cells...)
	c.bits = append([]uint64(nil), b.bits...)
	if b.sums != nil {
		c.sums = append([]int64(nil), b.sums...)
		c.counts = append([]int32(nil), b.counts...)
	}
	return &c
}

// get gives a cell of a row; j counts the slots of the frame.
func (b *block) get(row, j int) (int64, bool) {
	o := row*b.n + j
	return b.cells[o], hasBit(b.bits, o)
}

// put stores a cell of a row and tells by how much the number of present cells grew (-1, 0, 1).
// The sums above are not touched.
func (b *block) put(row, j int, v int64, present bool) int {
	o := row*b.n + j
	w, bit := &b.bits[o>>6], uint64(1)<<(o&63)
	was := *w&bit != 0
	if !present {
		b.cells[o] = 0
		*w &^= bit
		if was {
			return -1
		}
		return 0
	}
	b.cells[o] = v
	*w |= bit
	if was {
		return 0
	}
	return 1
}

// at gives the sum of a place in a slot and the number of present cells in it.
func (b *block) at(p place, j int) (int64, int32) {
	if p.isRow() {
		v, ok := b.get(int(p), j)
		if ok {
			return v, 1
		}
		return 0, 0
	}
	o := p.upper()*b.n + j
	return b.sums[o], b.counts[o]
}

// climb adds up one slot of every unit above a row again.
func (b *block) climb(row, j int) {
	if b.sums == nil {
		return
	}
	s, n := b.frame.shape, b.n
	for u := s.above[row]; u >= 0; u = s.up[u] {
		var sum int64
		var count int32
		for _, r := range s.runs[s.runAt[u]:s.runAt[u+1]] {
			for o, end := int(r.lo)*n+j, int(r.hi)*n; o < end; o += n {
				sum += b.cells[o]
				count += int32(b.bits[o>>6] >> (o & 63) & 1)
			}
		}
		k := s.kids[u]
		for o, end := int(k.lo)*n+j, int(k.hi)*n; o < end; o += n {
			sum += b.sums[o]
			count += b.counts[o]
		}
		o := int(u)*n + j
		b.sums[o], b.counts[o] = sum, count
	}
}

// roll adds up every unit above the rows into sums, the deepest first.
func (b *block) roll(sums []int64) {
	s, n := b.frame.shape, b.n
	clear(sums)
	for d := len(s.depth) - 2; d >= 0; d-- {
		for u := int(s.depth[d]); u < int(s.depth[d+1]); u++ {
			dst := sums[u*n : u*n+n]
			for _, r := range s.runs[s.runAt[u]:s.runAt[u+1]] {
				addRows(b.cells[int(r.lo)*n:int(r.hi)*n], n, dst)
			}
			if k := s.kids[u]; k.lo < k.hi {
				addRows(sums[int(k.lo)*n:int(k.hi)*n], n, dst)
			}
		}
	}
}

// rollCounts counts what is present beneath every unit above the rows.
func (b *block) rollCounts(counts []int32) {
	s, n := b.frame.shape, b.n
	clear(counts)
	for d := len(s.depth) - 2; d >= 0; d-- {
		for u := int(s.depth[d]); u < int(s.depth[d+1]); u++ {
			dst := counts[u*n : u*n+n]
			for _, r := range s.runs[s.runAt[u]:s.runAt[u+1]] {
				countRows(b.bits, n, int(r.lo), int(r.hi), dst)
			}
			if k := s.kids[u]; k.lo < k.hi {
				addCounts(counts[int(k.lo)*n:int(k.hi)*n], n, dst)
			}
		}
	}
}

func (b *block) rollAll() {
	if b.sums != nil {
		b.roll(b.sums)
		b.rollCounts(b.counts)
	}
}

// A column is the blocks of a series in a year, one a frame. Blocks are nil until something is
// reported in their frame.
type column struct {
	year   *year
	blocks []*block
	asked  *[maxSlots]*asked // what is expected in each slot; nil when every row is
	extra  []int32           // by block: cells that were reported though not expected
}

func newColumn(y *year) *column {
	return &column{year: y, blocks: make([]*block, len(y.frames)), extra: make([]int32, len(y.frames))}
}

// cell gives a cell by row and slot of the year.
func (c *column) cell(fi, row, slot int) (int64, bool) {
	b := c.blocks[fi]
	if b == nil {
		return 0, false
	}
	return b.get(row, slot-b.frame.lo)
}

// day gives the last day of a slot, whose tree and expectations hold for it.
func (y *year) day(slot int) period.Day { return y.grain.LastDay(y.slot(slot)) }
