package org

// Rows gives the units that hold the facts of a reporting level, in preorder: those whose kind is
// of the level, and for LevelFunctional every functional unit. A unit with children is then a row
// too: the row holds its own value, the 「本级」 of SEMANTICS §1.
func (t *Tree) Rows(l Level) []UnitID {
	s := t.form.shape()
	switch {
	case l == LevelFunctional:
		return s.ids[s.border:]
	case l >= LevelProvince && l <= LevelVillage:
		return s.rows[l]
	}
	return nil
}

// Run gives the rows of a level at or beneath a unit as one run [lo, hi) of Rows; it is empty
// (lo == hi) when there are none, as beneath the level or in the other tree.
func (t *Tree) Run(l Level, id UnitID) (lo, hi int) {
	s := t.form.shape()
	p := s.position(id)
	switch {
	case p < 0:
		return 0, 0
	case l == LevelFunctional:
		if p < s.border {
			return 0, 0
		}
		return int(p - s.border), int(s.end[p] - s.border)
	case l < LevelProvince || l > LevelVillage || p >= s.border:
		return 0, 0
	}
	m := &s.marks[l]
	return m.rank(p), m.rank(s.end[p])
}

// Row gives the place of a unit among the rows of a level.
func (t *Tree) Row(l Level, id UnitID) (int, bool) {
	s := t.form.shape()
	p := s.position(id)
	switch {
	case p < 0:
		return 0, false
	case l == LevelFunctional:
		return int(p - s.border), p >= s.border
	case l < LevelProvince || l > LevelVillage || p >= s.border || !s.marks[l].has(p):
		return 0, false
	}
	return s.marks[l].rank(p), true
}

// Uppers gives, in preorder, the units whose figures at a level are sums: those with at least one
// row of the level beneath them that are not rows themselves. For LevelFunctional it gives the
// units with children; each of them is a row as well, and Run includes that row. The rows of an
// upper unit are Run(l, unit). Levels may be skipped, so the uppers of a row are those of its Path.
func (t *Tree) Uppers(l Level) []UnitID {
	if l == LevelNone || l > LevelFunctional || l > LevelVillage && l < LevelFunctional {
		return nil
	}
	s := t.form.shape()
	s.upOnce[l].Do(func() {
		if l == LevelFunctional {
			for p := s.border; int(p) < len(s.ids); p++ {
				if s.end[p] > p+1 {
					s.upPerLvl[l] = append(s.upPerLvl[l], s.ids[p])
				}
			}
			return
		}
		m := &s.marks[l]
		for p := range s.border {
			if !m.has(p) && m.rank(s.end[p]) > m.rank(p) {
				s.upPerLvl[l] = append(s.upPerLvl[l], s.ids[p])
			}
		}
	})
	return s.upPerLvl[l]
}

// SameShape reports whether both trees have the same units at the same places; names may differ.
// Columns laid out by one of them then serve the other.
func (t *Tree) SameShape(o *Tree) bool { return t == o || t.form == o.form }
