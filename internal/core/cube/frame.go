package cube

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A shape is how the facts of one reporting level are laid out under one tree. Rows stand in
// preorder, so those beneath a unit are one run. The units above them stand level by level, each
// level in preorder, so that the units directly beneath a unit are one run as well.
type shape struct {
	level org.Level
	rows  []org.UnitID
	upper []org.UnitID
	above []int32 // by row: the upper unit that adds it up, -1 for none
	up    []int32 // by upper unit: the upper unit above it, -1 for a root
	kids  []span  // by upper unit: the upper units directly beneath
	runs  []span  // the rows that upper unit u adds up itself are runs[runAt[u]:runAt[u+1]]
	runAt []int32
	under []span  // by upper unit: all rows at or beneath it
	depth []int32 // first upper unit of each level, from the root on, and the end
	find  index
}

// An upper unit has one run in an even tree and several where rows and upper units are siblings.
// A unit of the functional tree with units beneath it has its own row, the 「本级」 of
// SEMANTICS §1, in its runs.

// A span is a run [lo, hi).
type span struct{ lo, hi int32 }

// A place is where a unit stands in a shape: its row, or ^its number among the upper units.
type place int32

// noPlace is the place of a unit that is not in the shape.
const noPlace = place(-1 << 31)

func (p place) isRow() bool { return p >= 0 }
func (p place) upper() int  { return int(^p) }

// newShape lays out a level of a tree.
func newShape(t *org.Tree, level org.Level) *shape {
	s := &shape{level: level, rows: t.Rows(level)}
	kind := org.Territorial
	if level == org.LevelFunctional {
		kind = org.Functional
	}
	rowOf := make(map[org.UnitID]int32, len(s.rows))
	for i, u := range s.rows {
		rowOf[u] = int32(i)
	}
	s.lay(t, kind, rowOf)
	s.above = make([]int32, len(s.rows))
	numbers := make(map[org.UnitID]int32, len(s.upper))
	for i, u := range s.upper {
		numbers[u] = int32(i)
	}
	own := func(u org.UnitID) int32 {
		if n, ok := numbers[u]; ok {
			return n
		}
		return -1
	}
	s.up = make([]int32, len(s.upper))
	s.kids = make([]span, len(s.upper))
	runs := make([][]span, len(s.upper))
	s.under = make([]span, len(s.upper))
	for i, u := range s.rows {
		a := own(u)
		if a < 0 {
			a = own(t.Parent(u))
		}
		s.above[i] = a
		if a >= 0 {
			runs[a] = addToRuns(runs[a], int32(i))
		}
	}
	for i, u := range s.upper {
		p := own(t.Parent(u))
		s.up[i] = p
		if p >= 0 {
			if s.kids[p].hi == 0 {
				s.kids[p].lo = int32(i)
			}
			s.kids[p].hi = int32(i + 1)
		}
		lo, hi := t.Run(level, u)
		s.under[i] = span{int32(lo), int32(hi)}
		s.runAt = append(s.runAt, int32(len(s.runs)))
		s.runs = append(s.runs, runs[i]...)
	}
	s.runAt = append(s.runAt, int32(len(s.runs)))
	for i, u := range s.rows {
		s.find.set(u, place(i))
	}
	for i, u := range s.upper {
		s.find.set(u, place(^i))
	}
	return s
}

// lay orders the upper units. A unit without rows beneath it (a county of no townships) stands
// there too if its kind is above the reporting level: it exists, and nothing is expected of it.
func (s *shape) lay(t *org.Tree, kind org.TreeKind, rowOf map[org.UnitID]int32) {
	var levels [][]org.UnitID
	depths := make(map[org.UnitID]int, len(s.upper))
	for _, u := range t.Preorder(kind) {
		_, row := rowOf[u]
		switch l := t.Level(u); {
		case kind == org.Functional:
			if len(t.Children(u)) == 0 {
				continue
			}
		case row:
			continue
		case l >= s.level:
			if lo, hi := t.Run(s.level, u); lo == hi {
				continue
			}
		}
		d := 0
		if p := t.Parent(u); p != 0 {
			d = depths[p] + 1
		}
		depths[u] = d
		for len(levels) <= d {
			levels = append(levels, nil)
		}
		levels[d] = append(levels[d], u)
	}
	s.depth = []int32{0}
	for _, l := range levels {
		s.upper = append(s.upper, l...)
		s.depth = append(s.depth, int32(len(s.upper)))
	}
}

func addToRuns(runs []span, row int32) []span {
	if k := len(runs) - 1; k >= 0 && runs[k].hi == row {
		runs[k].hi++
		return runs
	}
	return append(runs, span{row, row + 1})
}

// same tells whether a block laid out by s may be read by o.
func (s *shape) same(o *shape) bool {
	return s == o || s.level == o.level && slices.Equal(s.rows, o.rows) && slices.Equal(s.upper, o.upper) &&
		slices.Equal(s.up, o.up) && slices.Equal(s.above, o.above)
}

// run gives the rows at or beneath a place.
func (s *shape) run(p place) (lo, hi int) {
	if p.isRow() {
		return int(p), int(p) + 1
	}
	u := s.under[p.upper()]
	return int(u.lo), int(u.hi)
}

// rowOf gives the row of a unit that holds facts. A unit of the functional tree with units
// beneath it is both; find gives its sum, rowOf its own row.
func (s *shape) rowOf(u org.UnitID) (int, bool) {
	p := s.find.at(u)
	switch {
	case p == noPlace:
		return 0, false
	case p.isRow():
		return int(p), true
	case s.level != org.LevelFunctional:
		return 0, false
	}
	return int(s.under[p.upper()].lo), true // preorder: the own row comes first
}

// An index finds places by unit number. Numbers are small and dense, so pages of a table do.
type index struct{ pages [][]place }

const pageBits = 8

func (x *index) set(u org.UnitID, p place) {
	k := int(u >> pageBits)
	for len(x.pages) <= k {
		x.pages = append(x.pages, nil)
	}
	if x.pages[k] == nil {
		page := make([]place, 1<<pageBits)
		for i := range page {
			page[i] = noPlace
		}
		x.pages[k] = page
	}
	x.pages[k][u&(1<<pageBits-1)] = p
}

func (x *index) at(u org.UnitID) place {
	k := int(u >> pageBits)
	if u <= 0 || k >= len(x.pages) || x.pages[k] == nil {
		return noPlace
	}
	return x.pages[k][u&(1<<pageBits-1)]
}

// A frame is the part of a year in which one shape holds: the slots [lo, hi) of the year, each
// rolled up by the tree of its last day (SEMANTICS §1).
type frame struct {
	*shape
	lo, hi int
}

func (f *frame) slots() int { return f.hi - f.lo }

// A pattern is how the frames of a year lie, ascending. Years without a change share theirs.
type pattern struct {
	frames []*frame
	of     [maxSlots]uint8 // slot → frame
}

// A year is the frames of a level and grain in one year.
type year struct {
	*pattern
	number int
	grain  period.Grain
}

// frameAt gives the frame of a slot.
func (y *year) frameAt(slot int) *frame { return y.frames[y.of[slot]] }

// slot gives the absolute slot of a slot of the year.
func (y *year) slot(i int) period.Slot { return y.grain.First(y.number) + period.Slot(i) }

// A layout binds years to a register. It only depends on the register, and grows when asked for
// a year it has not laid out; readers and the writer share it.
type layout struct {
	reg    *org.Register
	years  [org.LevelFunctional + 1][maxSlots + 1]atomic.Pointer[yearList]
	asked  sync.Map // askedKey → *asked
	mu     sync.Mutex
	shapes map[org.Level][]laid
	usual  map[patternKey][]*pattern
}

type patternKey struct {
	level org.Level
	grain period.Grain
}

// A yearList is the years laid out for a level and grain. A longer list replaces it; readers keep
// the one they have.
type yearList struct {
	first int
	list  []atomic.Pointer[year] // nil where not laid out
}

func (l *yearList) at(y int) *year {
	if l == nil {
		return nil
	}
	if i := y - l.first; i >= 0 && i < len(l.list) {
		return l.list[i].Load()
	}
	return nil
}

// with gives a list that has one more year. Lists grow by half so that many years cost no square.
func (l *yearList) with(y *year) *yearList {
	if l == nil {
		l = &yearList{y.number - 4, make([]atomic.Pointer[year], 16)}
	}
	if end := l.first + len(l.list); y.number < l.first || y.number >= end {
		first := min(l.first, y.number-(end-y.number)/2)
		n := &yearList{first, make([]atomic.Pointer[year], max(end, y.number+1+(y.number-l.first)/2)-first)}
		for i := range l.list {
			n.list[i+l.first-first].Store(l.list[i].Load())
		}
		l = n
	}
	l.list[y.number-l.first].Store(y)
	return l
}

// laid is a shape with a tree of each form that it was found to fit.
type laid struct {
	shape *shape
	trees []*org.Tree
}

func newLayout(reg *org.Register) *layout {
	return &layout{reg: reg, shapes: map[org.Level][]laid{}, usual: map[patternKey][]*pattern{}}
}

// year gives the frames of a level and grain in a year.
func (l *layout) year(level org.Level, g period.Grain, number int) *year {
	list := &l.years[level][g]
	if y := list.Load().at(number); y != nil {
		return y
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if y := list.Load().at(number); y != nil {
		return y
	}
	y := &year{number: number, grain: g}
	y.pattern = l.pattern(level, y)
	list.Store(list.Load().with(y))
	return y
}

// pattern finds the frames of a year.
func (l *layout) pattern(level org.Level, y *year) *pattern {
	p := new(pattern)
	for i := range int(y.grain) {
		s := l.shape(l.reg.On(y.day(i)), level)
		if k := len(p.frames) - 1; k >= 0 && p.frames[k].shape == s {
			p.frames[k].hi++
		} else {
			p.frames = append(p.frames, &frame{shape: s, lo: i, hi: i + 1})
		}
		p.of[i] = uint8(len(p.frames) - 1)
	}
	k := patternKey{level, y.grain}
	for _, q := range l.usual[k] {
		if p.same(q) {
			return q
		}
	}
	l.usual[k] = append(l.usual[k], p)
	return p
}

// same tells whether blocks laid out by p serve q.
func (p *pattern) same(q *pattern) bool {
	return p == q || slices.EqualFunc(p.frames, q.frames, func(f, g *frame) bool {
		return f.shape == g.shape && f.lo == g.lo && f.hi == g.hi
	})
}

// shape gives the shape of a level under a tree. Trees that differ only in other units or in
// names share it.
func (l *layout) shape(t *org.Tree, level org.Level) *shape {
	for _, x := range l.shapes[level] {
		for _, k := range x.trees {
			if k.SameShape(t) {
				return x.shape
			}
		}
	}
	s := newShape(t, level)
	list := l.shapes[level]
	for i := range list {
		if list[i].shape.same(s) {
			list[i].trees = append(list[i].trees, t)
			return list[i].shape
		}
	}
	l.shapes[level] = append(list, laid{s, []*org.Tree{t}})
	return s
}

// adopt lays the shapes of an older layout beside, so that years that did not change keep theirs
// and their blocks can stay as they are.
func (l *layout) adopt(old *layout) {
	old.mu.Lock()
	defer old.mu.Unlock()
	for level, list := range old.shapes {
		for _, x := range list {
			l.shapes[level] = append(l.shapes[level], laid{shape: x.shape})
		}
	}
}

// maxCells bounds the facts that one sum of one slot is made of: rows of a level times parts of a
// derived cell. With measure.MaxValue (10^11) in every one of them the sum is at most
// 9.2 × 10^18 < 2^63, so additions inside a slot cannot overflow: 650,000 villages leave room for
// partitions of 141 cells. Sums over several slots are bounded in the same way where that
// suffices (92 million cells: all villages of the country for five years of half-months, or a
// county of 200 for ever) and checked one by one where it does not; see Read and Vector.
const maxCells = math.MaxInt64 / measure.MaxValue

// fits tells whether a partition of so many cells can be added up exactly over a register.
func fits(reg *org.Register, parts int) bool {
	return int64(parts) <= maxCells/int64(max(reg.Len(), 1))
}
