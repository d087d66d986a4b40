package cube

import (
	"math/bits"
	"slices"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A Difference is a cell that is not what its sources say.
type Difference struct {
	Element    measure.ElementID
	Categories []measure.Category // as in Describe
	Unit       org.UnitID
	Period     period.Period
	What       string // "sum", "count", "derived", "presence" or "expected"
	Got, Want  int64
}

// Verify computes every derived cell and every sum and count again beside the live ones and
// compares them bit for bit. It gives the cells that differ, at most limit of them (0: all); none is
// the only good answer. Changes may go on meanwhile; each column is compared at one moment.
func (c *Cube) Verify(limit int) []Difference {
	c.mu.RLock()
	n := len(c.series)
	c.mu.RUnlock()
	w := verifier{c: c, limit: limit}
	for id := 1; id < n; id++ {
		for i := 0; w.column(id, i); i++ {
		}
	}
	return w.found
}

type verifier struct {
	c      *Cube
	limit  int
	found  []Difference
	sums   []int64
	counts []int32
}

// column compares one column under a read lock; false ends a series.
func (w *verifier) column(id, i int) bool {
	w.c.mu.RLock()
	defer w.c.mu.RUnlock()
	if w.full() || id >= len(w.c.series) || i >= len(w.c.series[id].cols) {
		return false
	}
	s := w.c.series[id]
	col := s.cols[i]
	if col == nil {
		return true
	}
	for fi, b := range col.blocks {
		if b == nil {
			if s.derived() && w.c.sourceBlocks(s, col.year.number, fi, nil).any() {
				w.note(s, col.year, 0, col.year.frames[fi].lo, "derived", 0, 1)
			}
			continue
		}
		w.rows(s, col, fi, b)
		w.upper(s, col, b)
		if want := countExtra(b, col.asked); want != col.extra[fi] {
			w.note(s, col.year, 0, b.frame.lo, "expected", int64(col.extra[fi]), int64(want))
		}
	}
	return true
}

func (w *verifier) full() bool { return w.limit > 0 && len(w.found) >= w.limit }

// rows checks that missing cells are zero and derived cells follow from their sources.
func (w *verifier) rows(s *series, col *column, fi int, b *block) {
	var want *block
	if s.derived() {
		want = newBlock(b.frame, false, nil)
		w.c.sourceBlocks(s, col.year.number, fi, nil).fill(want)
	}
	for i, present := range b.bits {
		at, end := min(i*64, len(b.cells)), min(i*64+64, len(b.cells))
		if end-at < 64 && present>>(end-at) != 0 { // a bit after the last cell would count
			w.note(s, col.year, 0, b.frame.lo, "presence", 1, 0)
			continue
		}
		if want != nil {
			if present != want.bits[i] || !slices.Equal(b.cells[at:end], want.cells[at:end]) {
				w.derived(s, col, b, want, at, end)
			}
			continue
		}
		for absent := ^present; absent != 0; absent &= absent - 1 {
			o := at + bits.TrailingZeros64(absent)
			if o >= end {
				break
			}
			if b.cells[o] != 0 {
				w.note(s, col.year, b.frame.rows[o/b.n], b.frame.lo+o%b.n, "presence", b.cells[o], 0)
			}
		}
	}
}

// derived names the derived cells of [at, end) that are not what their sources say.
func (w *verifier) derived(s *series, col *column, b, want *block, at, end int) {
	for o := at; o < end; o++ {
		if b.cells[o] != want.cells[o] || hasBit(b.bits, o) != hasBit(want.bits, o) {
			w.note(s, col.year, b.frame.rows[o/b.n], b.frame.lo+o%b.n, "derived", b.cells[o], want.cells[o])
		}
	}
}

func (w *verifier) upper(s *series, col *column, b *block) {
	if b.sums == nil {
		return
	}
	if cap(w.sums) < len(b.sums) {
		w.sums, w.counts = make([]int64, len(b.sums)), make([]int32, len(b.sums))
	}
	sums, counts := w.sums[:len(b.sums)], w.counts[:len(b.sums)]
	b.roll(sums)
	b.rollCounts(counts)
	for i, want := range sums {
		u, slot := b.frame.upper[i/b.n], b.frame.lo+i%b.n
		if b.sums[i] != want {
			w.note(s, col.year, u, slot, "sum", b.sums[i], want)
		}
		if b.counts[i] != counts[i] {
			w.note(s, col.year, u, slot, "count", int64(b.counts[i]), int64(counts[i]))
		}
	}
}

func (w *verifier) note(s *series, y *year, u org.UnitID, slot int, what string, got, want int64) {
	if w.full() {
		return
	}
	kinds := s.cells
	if s.whole != 0 {
		kinds = []measure.Category{""}
	}
	w.found = append(w.found, Difference{s.element.def.ID, kinds, u, y.slotText(slot), what, got, want})
}
