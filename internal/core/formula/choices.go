package formula

// The loops that compare and choose.

// outcomes gives what a comparison answers for less, equal, greater.
func outcomes(o op) (out [3]int64) {
	for i := range out {
		if holds(o, i-1) {
			out[i] = 1
		}
	}
	return out
}

// compare makes 1 or 0.
func (r *Runner) compare(s *step, a, b *reg) {
	a.expand()
	out := outcomes(s.o)
	if b.literal && !s.l.den {
		for i, x := range a.num {
			c := 1
			if x < b.k {
				c = 0
			} else if x > b.k {
				c = 2
			}
			a.num[i] = out[c]
		}
		a.nbits = 1
		return
	}
	b.expand()
	join(a, b)
	if !s.l.den && !s.r.den {
		bn := b.num[:len(a.num)]
		for i, x := range a.num {
			c := 1
			if y := bn[i]; x < y {
				c = 0
			} else if x > y {
				c = 2
			}
			a.num[i] = out[c]
		}
		a.nbits = 1
		return
	}
	bothDen(s, a, b)
	for i := range a.num {
		if a.why[i] == WhyNot {
			a.num[i] = out[cmpFractions(a.num[i], a.den[i], b.num[i], b.den[i])+1]
		}
	}
	a.nbits = 63
}

func bothDen(s *step, a, b *reg) {
	if !s.l.den {
		a.ones()
	}
	if !s.r.den {
		b.ones()
	}
}

// extreme makes the smaller or larger of both.
func (r *Runner) extreme(s *step, a, b *reg) {
	a.expand()
	b.expand()
	join(a, b)
	if s.l.den || s.r.den {
		bothDen(s, a, b)
	} else {
		a.dbits, b.dbits = 1, 1
	}
	den := s.l.den || s.r.den
	for i, x := range a.num {
		if a.why[i] != WhyNot {
			continue
		}
		y := b.num[i]
		c := 0
		if den {
			c = cmpFractions(x, a.den[i], y, b.den[i])
		} else if x < y {
			c = -1
		} else if x > y {
			c = 1
		}
		if s.op == stepMin && c > 0 || s.op == stepMax && c < 0 {
			if a.num[i] = y; den {
				a.den[i] = b.den[i]
			}
		}
	}
	a.nbits, a.dbits = max(a.nbits, b.nbits), max(a.dbits, b.dbits)
}

func (r *Runner) logic(s *step, a, b *reg) {
	a.expand()
	b.expand()
	decides := int64(0)
	if s.op == stepOr {
		decides = 1
	}
	for i := range a.num {
		aw, bw := a.why[i], b.why[i]
		switch {
		case aw == whyExact || bw == whyExact:
			a.why[i] = whyExact
		case aw == WhyNot && a.num[i] == decides || bw == WhyNot && b.num[i] == decides:
			a.num[i], a.why[i] = decides, WhyNot
		default:
			if a.num[i] = 1 - decides; aw == WhyNot {
				a.why[i] = bw
			}
		}
		if worse(a.pre[i], a.exp[i], b.pre[i], b.exp[i]) {
			a.pre[i], a.exp[i] = b.pre[i], b.exp[i]
		}
	}
	a.clean = a.clean && b.clean
	joinFlags(a, b)
}

// branch makes a ? x : y.
func (r *Runner) branch(s *step, a, x, y *reg) {
	a.expand()
	x.expand()
	y.expand()
	den := s.l.den || s.r.den
	if den {
		bothDen(s, x, y)
	}
	if x.flagged || y.flagged {
		a.flag()
	}
	for i, w := range a.why {
		if w != WhyNot {
			continue
		}
		t := y
		if a.num[i] != 0 {
			t = x
		}
		a.num[i], a.why[i] = t.num[i], t.why[i]
		if den {
			a.den[i] = t.den[i]
		}
		if worse(a.pre[i], a.exp[i], t.pre[i], t.exp[i]) {
			a.pre[i], a.exp[i] = t.pre[i], t.exp[i]
		}
		if t.flagged {
			a.flags[i] |= t.flags[i]
		}
	}
	a.nbits, a.dbits = max(x.nbits, y.nbits, 1), max(x.dbits, y.dbits)
	a.clean = a.clean && x.clean && y.clean
}

// fillableWhy is fillable for columns.
func fillableWhy(w Why) bool {
	switch w {
	case WhyAbsent, whyNoBase, whyZeroDenominator, whyNotDefined, whyNotFilled:
		return true
	}
	return false
}

// coalesce makes the first of the registers that has a value; see evaluator.coalesce.
func (r *Runner) coalesce(s *step, list []reg) {
	a := &list[0]
	nbits, dbits := 0, 1
	for j := range list {
		x := &list[j]
		x.expand()
		nbits, dbits = max(nbits, x.nbits), max(dbits, x.dbits)
		if x.flagged {
			a.flag()
		}
	}
	if a.nbits, a.dbits = nbits, dbits; a.clean {
		return
	}
	for i := range a.num {
		if a.why[i] == WhyNot && a.exp[i] != 0 {
			continue
		}
		r.firstOf(s, list, i)
	}
}

// firstOf takes one cell of coalesce.
func (r *Runner) firstOf(s *step, list []reg, i int) {
	a := &list[0]
	var pre, exp int32
	var flags Flags
	for j := range list {
		x := &list[j]
		w := x.why[i]
		if fillableWhy(w) {
			if worse(pre, exp, x.pre[i], x.exp[i]) {
				pre, exp = x.pre[i], x.exp[i]
			}
			if x.flagged {
				flags |= x.flags[i]
			}
			continue
		}
		if w != WhyNot || x.exp[i] != 0 {
			pre, exp = x.pre[i], x.exp[i]
		}
		a.num[i], a.why[i] = x.num[i], w
		if s.l.den {
			a.den[i] = x.den[i]
		}
		if flags = 0; x.flagged {
			flags = x.flags[i]
		}
		break
	}
	// Where none has a value, the reason of the first stays.
	a.pre[i], a.exp[i] = pre, exp
	if a.flagged {
		a.flags[i] = flags
	}
}
