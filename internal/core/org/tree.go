package org

import (
	"cmp"
	"math/bits"
	"slices"
	"sync"

	"kaiyang/internal/core/period"
)

// A Tree is the picture of both trees in one span of days without a change. Units stand in
// preorder, siblings by Order and then by Code. It never changes and may be used by many
// goroutines at once; the slices it gives must not be changed. A unit that does not exist in the
// span has no name, no parent and no rows.
type Tree struct {
	From, To period.Day // the span, both inclusive; To 0 means it still lasts

	r    *Register
	form *lazyShape
}

// A lazyShape is laid out when first asked.
type lazyShape struct {
	r    *Register
	day  period.Day
	once sync.Once
	s    shape
}

func (l *lazyShape) shape() *shape {
	l.once.Do(func() { l.s.build(l.r, l.day) })
	return &l.s
}

// A shape is a tree without names. Positions count from 0 in preorder, the territorial tree first.
type shape struct {
	pos      []int32  // unit number → position, -1 for none
	ids      []UnitID // by position
	end      []int32  // by position: position after the last unit beneath
	parent   []int32  // by position: position of the parent, -1 for a root
	kids     []UnitID // children of all units, one run each
	kidAt    []int32  // by position: start of its run in kids
	roots    [2][]UnitID
	border   int32 // first position of the functional tree
	rows     [LevelVillage + 1][]UnitID
	marks    [LevelVillage + 1]marks
	upOnce   [LevelFunctional + 1]sync.Once
	upPerLvl [LevelFunctional + 1][]UnitID
}

// marks is a set of positions that knows how many of its members stand before a position.
type marks struct {
	word   []uint64
	before []int32
}

func (m *marks) rank(p int32) int {
	if len(m.word) == 0 {
		return 0
	}
	w := p >> 6
	return int(m.before[w]) + bits.OnesCount64(m.word[w]&(1<<(p&63)-1))
}

func (m *marks) has(p int32) bool {
	return len(m.word) > 0 && m.word[p>>6]&(1<<(p&63)) != 0
}

func (s *shape) build(r *Register, day period.Day) {
	n := len(r.units)
	parentOf := make([]int32, n) // by index in r.units: -2 not alive, -1 root
	kidAt := make([]int32, n+1)
	order := false // some unit has an order of its own
	alive := 0
	for i := range r.units {
		v := r.units[i].at(day)
		switch {
		case v == nil:
			parentOf[i] = -2
			continue
		case v.Parent == 0:
			parentOf[i] = -1
		default:
			parentOf[i] = r.at[v.Parent]
			kidAt[parentOf[i]+1]++
		}
		alive++
		order = order || v.Order != 0
	}
	for i := range n {
		kidAt[i+1] += kidAt[i]
	}
	kids := make([]int32, kidAt[n])
	next := append([]int32(nil), kidAt[:n]...)
	var roots [2][]int32
	for _, i := range r.byCode {
		switch p := parentOf[i]; p {
		case -2:
		case -1:
			k := r.units[i].Kind.Tree()
			roots[k] = append(roots[k], i)
		default:
			kids[next[p]] = i
			next[p]++
		}
	}
	if order {
		for i := range n {
			r.sortByOrder(kids[kidAt[i]:kidAt[i+1]], day)
		}
		r.sortByOrder(roots[Territorial], day)
		r.sortByOrder(roots[Functional], day)
	}
	s.walk(r, alive, parentOf, kidAt, kids, roots)
	s.fold()
	s.mark(r)
}

// sortByOrder sorts indexes that stand by code already; it keeps that order among equals.
func (r *Register) sortByOrder(list []int32, day period.Day) {
	slices.SortStableFunc(list, func(a, b int32) int {
		return cmp.Compare(r.units[a].at(day).Order, r.units[b].at(day).Order)
	})
}

// walk gives the units their positions.
func (s *shape) walk(r *Register, alive int, parentOf, kidAt, kids []int32, roots [2][]int32) {
	s.pos = make([]int32, len(r.at))
	for i := range s.pos {
		s.pos[i] = -1
	}
	s.ids = make([]UnitID, 0, alive)
	s.parent = make([]int32, 0, alive)
	var stack []int32
	for t := range roots {
		if TreeKind(t) == Functional {
			s.border = int32(len(s.ids))
		}
		for _, root := range roots[t] {
			s.roots[t] = append(s.roots[t], r.units[root].ID)
			stack = append(stack[:0], root)
			for len(stack) > 0 {
				i := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				p := int32(-1)
				if parentOf[i] >= 0 {
					p = s.pos[r.units[parentOf[i]].ID]
				}
				s.pos[r.units[i].ID] = int32(len(s.ids))
				s.ids = append(s.ids, r.units[i].ID)
				s.parent = append(s.parent, p)
				for k := kidAt[i+1] - 1; k >= kidAt[i]; k-- {
					stack = append(stack, kids[k])
				}
			}
		}
	}
}

// fold finds where each subtree ends, and the children of each unit.
func (s *shape) fold() {
	n := len(s.ids)
	s.end = make([]int32, n)
	s.kidAt = make([]int32, n+1)
	for p := n - 1; p >= 0; p-- {
		s.end[p] = max(s.end[p], int32(p+1))
		if q := s.parent[p]; q >= 0 {
			s.end[q] = max(s.end[q], s.end[p])
			s.kidAt[q+1]++
		}
	}
	for p := range n {
		s.kidAt[p+1] += s.kidAt[p]
	}
	s.kids = make([]UnitID, s.kidAt[n])
	next := append([]int32(nil), s.kidAt[:n]...)
	for p := range n {
		if q := s.parent[p]; q >= 0 {
			s.kids[next[q]] = s.ids[p]
			next[q]++
		}
	}
}

// mark lists the rows of each territorial level.
func (s *shape) mark(r *Register) {
	words := int(s.border)>>6 + 1
	var count [LevelVillage + 1]int
	for _, id := range s.ids[:s.border] {
		count[r.unit(id).Kind.Level()]++
	}
	for l := LevelProvince; l <= LevelVillage; l++ {
		if count[l] > 0 {
			s.rows[l] = make([]UnitID, 0, count[l])
			s.marks[l] = marks{make([]uint64, words), make([]int32, words)}
		}
	}
	for p, id := range s.ids[:s.border] {
		if l := r.unit(id).Kind.Level(); l != LevelNone {
			s.rows[l] = append(s.rows[l], id)
			s.marks[l].word[p>>6] |= 1 << (p & 63)
		}
	}
	for l := range s.marks {
		sum := int32(0)
		for w, x := range s.marks[l].word {
			s.marks[l].before[w] = sum
			sum += int32(bits.OnesCount64(x))
		}
	}
}

// position gives the place of a unit in preorder, -1 when it is not in the tree.
func (s *shape) position(id UnitID) int32 {
	if id <= 0 || int(id) >= len(s.pos) {
		return -1
	}
	return s.pos[id]
}

// Has reports whether the unit exists in the span.
func (t *Tree) Has(id UnitID) bool { return t.form.shape().position(id) >= 0 }

// Len gives the number of units of both trees.
func (t *Tree) Len() int { return len(t.form.shape().ids) }

// Root gives the first unit without a parent, 0 if the tree is empty. A register of several
// provinces without a nation above them has several roots: see Roots.
func (t *Tree) Root(k TreeKind) UnitID {
	if r := t.Roots(k); len(r) > 0 {
		return r[0]
	}
	return 0
}

// Roots gives all units without a parent, in sibling order.
func (t *Tree) Roots(k TreeKind) []UnitID {
	if k > Functional {
		return nil
	}
	return t.form.shape().roots[k]
}

func (t *Tree) version(id UnitID) *Version {
	if u := t.r.unit(id); u != nil {
		return u.at(t.From)
	}
	return nil
}

// Name gives the full name in the span.
func (t *Tree) Name(id UnitID) string {
	if v := t.version(id); v != nil {
		return v.Name
	}
	return ""
}

// Short gives the short name in the span, the full one if there is none.
func (t *Tree) Short(id UnitID) string {
	v := t.version(id)
	switch {
	case v == nil:
		return ""
	case v.Short == "":
		return v.Name
	}
	return v.Short
}

// Pinyin gives the sort key of the name; may be empty.
func (t *Tree) Pinyin(id UnitID) string {
	if v := t.version(id); v != nil {
		return v.Pinyin
	}
	return ""
}

// Code gives the code of a unit of the span.
func (t *Tree) Code(id UnitID) string {
	if !t.Has(id) {
		return ""
	}
	return t.r.unit(id).Code
}

// Kind gives the kind of a unit of the span.
func (t *Tree) Kind(id UnitID) Kind {
	if !t.Has(id) {
		return ""
	}
	return t.r.unit(id).Kind
}

// Level gives the reporting level of a unit of the span.
func (t *Tree) Level(id UnitID) Level { return t.Kind(id).Level() }

// Parent gives the unit above, 0 for a root.
func (t *Tree) Parent(id UnitID) UnitID {
	s := t.form.shape()
	p := s.position(id)
	if p < 0 || s.parent[p] < 0 {
		return 0
	}
	return s.ids[s.parent[p]]
}

// Children gives the units directly beneath, in sibling order.
func (t *Tree) Children(id UnitID) []UnitID {
	s := t.form.shape()
	p := s.position(id)
	if p < 0 {
		return nil
	}
	lo, hi := s.kidAt[p], s.kidAt[p+1]
	return s.kids[lo:hi:hi]
}

// Path gives the units from the root down to the unit itself.
func (t *Tree) Path(id UnitID) []UnitID {
	s := t.form.shape()
	n := 0
	for p := s.position(id); p >= 0; p = s.parent[p] {
		n++
	}
	path := make([]UnitID, n)
	for p := s.position(id); p >= 0; p = s.parent[p] {
		n--
		path[n] = s.ids[p]
	}
	return path
}

// Under reports whether a unit stands beneath ancestor or is that unit.
func (t *Tree) Under(id, ancestor UnitID) bool {
	s := t.form.shape()
	p, a := s.position(id), s.position(ancestor)
	return p >= 0 && a >= 0 && a <= p && p < s.end[a]
}

// Preorder gives all units of a tree, each before those beneath it.
func (t *Tree) Preorder(k TreeKind) []UnitID {
	s := t.form.shape()
	if k == Territorial {
		return s.ids[:s.border:s.border]
	}
	return s.ids[s.border:]
}

// Beneath gives the unit and all units beneath it in preorder.
func (t *Tree) Beneath(id UnitID) []UnitID {
	s := t.form.shape()
	p := s.position(id)
	if p < 0 {
		return nil
	}
	return s.ids[p:s.end[p]:s.end[p]]
}

// OfKind gives the units of a kind at or beneath a unit, in preorder. Schools, departments and
// other functional units stand in a tree of their own; all of them belong to the root of the
// territorial tree and to no other unit of it, so that ok is false there.
func (t *Tree) OfKind(kind Kind, under UnitID) (list []UnitID, ok bool) {
	from := t.Beneath(under)
	if kind.Tree() != t.Kind(under).Tree() {
		if under != t.Root(Territorial) {
			return nil, false
		}
		from = t.Preorder(Functional)
	}
	for _, u := range from {
		if t.Kind(u) == kind {
			list = append(list, u)
		}
	}
	return list, true
}
