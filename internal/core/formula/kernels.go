package formula

import (
	"math/bits"
)

// The loops over columns. Every sum and product is either known to fit or checked; a cell that
// does not fit is marked for Eval.

var pow10 = [...]int64{1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

func fill[T any](s []T, v T) {
	for i := range s {
		s[i] = v
	}
}

// constant makes every cell k, resting on nothing.
func (r *reg) constant(k int64) {
	fill(r.num, k)
	clear(r.why)
	clear(r.pre)
	clear(r.exp)
	r.flagged = false
}

// flag makes sure that there are flags.
func (r *reg) flag() {
	if !r.flagged {
		r.flags = grow(r.flags, len(r.num))
		clear(r.flags)
		r.flagged = true
	}
}

// reason makes a cell rest on nothing but a reason.
func (r *reg) reason(i int, w Why) {
	r.num[i], r.den[i], r.why[i], r.pre[i], r.exp[i] = 0, 1, w, 0, 0
	if r.flagged {
		r.flags[i] = 0
	}
}

// exactly marks a cell for Eval.
func (r *Runner) exactly(a *reg, i int) {
	if a.why[i] == WhyNot {
		a.why[i] = whyExact
		r.dirty = true
	}
}

// ones gives a register denominators.
func (r *reg) ones() { fill(r.den, 1) }

// joinFlags adds the flags of b to a.
func joinFlags(a, b *reg) {
	if !b.flagged {
		return
	}
	a.flag()
	for i, f := range b.flags {
		a.flags[i] |= f
	}
}

// worse tells whether coverage b is worse than a; the order of Coverage.Worse.
func worse(ap, ae, bp, be int32) bool {
	return be != 0 && (ae == 0 || int64(bp)*int64(ae) < int64(ap)*int64(be))
}

// join lets a rest on what b rests on: the first reason, the worst coverage, all flags.
func join(a, b *reg) {
	why, bwhy := a.why, b.why[:len(a.why)]
	for i, w := range bwhy {
		if w != WhyNot && (why[i] == WhyNot || w == whyExact) {
			why[i] = w
		}
	}
	joinCoverage(a, b)
}

func joinCoverage(a, b *reg) {
	n := len(a.pre)
	ap, ae, bp, be := a.pre, a.exp[:n], b.pre[:n], b.exp[:n]
	for i := range ap {
		// Mostly both are complete, and then neither is worse.
		if bp[i] == be[i] && ae[i] != 0 {
			continue
		}
		if worse(ap[i], ae[i], bp[i], be[i]) {
			ap[i], ae[i] = bp[i], be[i]
		}
	}
	joinFlags(a, b)
}

// width gives the number of bits that the largest of the numbers needs, without its sign.
func width(s []int64) int {
	var all uint64
	for _, v := range s {
		all |= uint64(v ^ v>>63)
	}
	return bits.Len64(all)
}

// mulOK multiplies; ok is false if the product does not fit.
func mulOK(x, y int64) (p int64, ok bool) {
	hi, lo := bits.Mul64(magnitude(x), magnitude(y))
	if hi != 0 || lo > 1<<63-1 {
		return 0, false
	}
	if (x < 0) != (y < 0) {
		return -int64(lo), true
	}
	return int64(lo), true
}

func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

func addOK(x, y int64) (s int64, ok bool) {
	s = x + y
	return s, (x^s)&(y^s) >= 0
}

// times multiplies dst by src.
func (r *Runner) times(a *reg, dst, src []int64) {
	src = src[:len(dst)]
	if width(dst)+width(src) < 63 {
		for i, v := range src {
			dst[i] *= v
		}
		return
	}
	for i, v := range src {
		p, ok := mulOK(dst[i], v)
		if dst[i] = p; !ok {
			r.exactly(a, i)
			dst[i] = 1
		}
	}
}

func (r *Runner) sign(s *step, a *reg) {
	for i, v := range a.num {
		if v == -1<<63 {
			r.exactly(a, i)
			continue
		}
		if s.op == stepNeg || v < 0 {
			a.num[i] = -v
		}
	}
}

func (r *Runner) add(s *step, a, b *reg) {
	if s.l.den || s.r.den {
		r.crossAdd(s, a, b)
		join(a, b)
		return
	}
	dst, src := a.num, b.num[:len(a.num)]
	var over int64
	if s.op == stepAdd {
		for i, y := range src {
			x := dst[i]
			z := x + y
			over |= (x ^ z) & (y ^ z)
			dst[i] = z
		}
	} else {
		for i, y := range src {
			x := dst[i]
			z := x - y
			over |= (x ^ y) & (x ^ z)
			dst[i] = z
		}
	}
	if over < 0 {
		for i, y := range src {
			z := dst[i]
			x := z - y
			bad := (x^z)&(y^z) < 0
			if s.op == stepSub {
				x = z + y
				bad = (x^y)&(x^z) < 0
			}
			if bad {
				r.exactly(a, i)
			}
		}
	}
	join(a, b)
}

// crossAdd adds fractions, n1/d1 ± n2/d2.
func (r *Runner) crossAdd(s *step, a, b *reg) {
	if !s.l.den {
		a.ones()
	}
	if !s.r.den {
		b.ones()
	}
	if s.op == stepSub {
		for i, v := range b.num {
			if b.num[i] = -v; v == -1<<63 {
				r.exactly(a, i)
			}
		}
	}
	an, ad, bn, bd := a.num, a.den, b.num[:len(a.num)], b.den[:len(a.num)]
	if max(width(an)+width(bd), width(bn)+width(ad), width(ad)+width(bd)) < 62 {
		for i, d := range bd {
			if ad[i] == d { // as in 1 - a/b after ones, or rates over the same base
				an[i] += bn[i]
				continue
			}
			an[i] = an[i]*d + bn[i]*ad[i]
			ad[i] *= d
		}
		return
	}
	for i := range an {
		if ad[i] == bd[i] {
			if z, ok := addOK(an[i], bn[i]); ok {
				an[i] = z
				continue
			}
		}
		x, ok1 := mulOK(an[i], bd[i])
		y, ok2 := mulOK(bn[i], ad[i])
		z, ok3 := addOK(x, y)
		d, ok4 := mulOK(ad[i], bd[i])
		if an[i], ad[i] = z, d; !(ok1 && ok2 && ok3 && ok4) {
			r.exactly(a, i)
			an[i], ad[i] = 0, 1
		}
	}
}

func (r *Runner) mul(s *step, a, b *reg) {
	r.times(a, a.num, b.num)
	switch {
	case s.l.den && s.r.den:
		r.times(a, a.den, b.den)
	case s.r.den:
		a.den, b.den = b.den, a.den
	}
	join(a, b)
}

// div makes a/b. Where both are whole numbers, these become numerator and denominator as they are.
func (r *Runner) div(s *step, a, b *reg) {
	join(a, b)
	switch {
	case s.l.den && s.r.den:
		r.times(a, a.num, b.den)
		r.times(a, a.den, b.num)
	case s.l.den:
		r.times(a, a.den, b.num)
	case s.r.den:
		r.times(a, a.num, b.den)
		a.den, b.num = b.num, a.den
	default:
		a.den, b.num = b.num, a.den
	}
	if a.flagged {
		for i := range a.flags {
			a.flags[i] &^= signsTurned // of another division
		}
	}
	den, why := a.den, a.why[:len(a.den)]
	for i, d := range den {
		if d > 0 {
			continue
		}
		if d == 0 && why[i] == WhyNot {
			why[i] = whyZeroDenominator
		} else if d < 0 {
			if n := a.num[i]; n == -1<<63 || d == -1<<63 {
				r.exactly(a, i)
			} else {
				a.num[i], den[i] = -n, -d
				a.turned(i)
			}
		}
	}
}

// turned notes that numerator and denominator changed their signs.
func (r *reg) turned(i int) {
	r.flag()
	r.flags[i] |= signsTurned
}

// signsTurned is a flag of columns only.
const signsTurned Flags = 1 << 7

// cmp compares n1/d1 with n2/d2; denominators are positive.
func cmpFractions(n1, d1, n2, d2 int64) int {
	if d1 == d2 {
		switch {
		case n1 < n2:
			return -1
		case n1 > n2:
			return 1
		}
		return 0
	}
	if (n1 < 0) != (n2 < 0) {
		if n1 < 0 {
			return -1
		}
		return 1
	}
	h1, l1 := bits.Mul64(magnitude(n1), uint64(d2))
	h2, l2 := bits.Mul64(magnitude(n2), uint64(d1))
	c := 0
	switch {
	case h1 < h2 || h1 == h2 && l1 < l2:
		c = -1
	case h1 > h2 || l1 > l2:
		c = 1
	}
	if n1 < 0 {
		return -c
	}
	return c
}

// compare makes a ? b, or the smaller or larger of both.
func (r *Runner) compare(s *step, a, b *reg) {
	if !s.l.den {
		a.ones()
	}
	if !s.r.den {
		b.ones()
	}
	join(a, b)
	for i := range a.num {
		if a.why[i] != WhyNot {
			continue
		}
		c := cmpFractions(a.num[i], a.den[i], b.num[i], b.den[i])
		switch {
		case s.op == stepCompare:
			a.num[i] = 0
			if holds(s.o, c) {
				a.num[i] = 1
			}
		case s.op == stepMin && c > 0, s.op == stepMax && c < 0:
			a.num[i], a.den[i] = b.num[i], b.den[i]
		}
	}
}

func (r *Runner) logic(s *step, a, b *reg) {
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
	}
	joinCoverage(a, b)
}

// branch makes a ? x : y.
func (r *Runner) branch(s *step, a, x, y *reg) {
	if s.l.den != s.r.den {
		if !s.l.den {
			x.ones()
		} else {
			y.ones()
		}
	}
	if x.flagged || y.flagged {
		a.flag()
	}
	den := s.l.den || s.r.den
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
	for j := range list[1:] {
		if list[j+1].flagged {
			a.flag()
		}
	}
	for i := range a.num {
		var pre, exp int32
		var flags Flags
		taken := -1
		for j := range list {
			x := &list[j]
			w := x.why[i]
			if !fillableWhy(w) {
				taken = j
				break
			}
			if worse(pre, exp, x.pre[i], x.exp[i]) {
				pre, exp = x.pre[i], x.exp[i]
			}
			if x.flagged {
				flags |= x.flags[i]
			}
		}
		if taken < 0 {
			a.pre[i], a.exp[i] = pre, exp // the reason is that of the first
			if a.flagged {
				a.flags[i] = flags
			}
			continue
		}
		x := &list[taken]
		a.num[i], a.why[i] = x.num[i], x.why[i]
		if s.l.den {
			a.den[i] = x.den[i]
		}
		if x.why[i] == WhyNot && x.exp[i] == 0 {
			a.pre[i], a.exp[i] = pre, exp
		} else {
			a.pre[i], a.exp[i] = x.pre[i], x.exp[i]
		}
		if a.flagged {
			flags = 0
			if x.flagged {
				flags = x.flags[i]
			}
			a.flags[i] = flags
		}
	}
}

// scale multiplies the numerators by a power of ten; r.den asks for a column of ones.
func (r *Runner) scale(s *step, a *reg) {
	if s.r.den {
		a.ones()
	}
	if s.k == 0 {
		return
	}
	k := pow10[s.k]
	if width(a.num)+bits.Len64(uint64(k)) < 63 {
		for i := range a.num {
			a.num[i] *= k
		}
		return
	}
	for i, v := range a.num {
		p, ok := mulOK(v, k)
		if a.num[i] = p; !ok {
			r.exactly(a, i)
		}
	}
}

// round rounds half away from zero at k digits.
func (r *Runner) round(s *step, a *reg) {
	if !s.l.den {
		a.ones()
	}
	up, down := int64(1), int64(1)
	if d := int(s.k) - s.l.scale; d >= 0 {
		up = pow10[d]
	} else {
		down = pow10[-d]
	}
	for i, n := range a.num {
		if a.why[i] != WhyNot {
			continue
		}
		n, ok1 := mulOK(n, up)
		d, ok2 := mulOK(a.den[i], down)
		if !ok1 || !ok2 {
			r.exactly(a, i)
			continue
		}
		q, rest := n/d, n%d
		if m := magnitude(rest); m >= uint64(d)-m {
			if n < 0 {
				q--
			} else {
				q++
			}
		}
		a.num[i] = q
	}
}
