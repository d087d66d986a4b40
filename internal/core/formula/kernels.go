package formula

import (
	"math/bits"
)

// The loops over columns. Every sum and product is either known to fit, by the bits its parts
// need, or checked; a cell that does not fit is marked for Eval.

var pow10 = [...]int64{1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

func fill[T any](s []T, v T) {
	for i := range s {
		s[i] = v
	}
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

// times multiplies dst by src and gives the bits of the products; the bits given are limits, and
// are looked at more closely if they are too large.
func (r *Runner) times(a *reg, dst, src []int64, dbits, sbits int) int {
	src = src[:len(dst)]
	if dbits+sbits > 62 {
		dbits, sbits = width(dst), width(src)
	}
	if dbits+sbits <= 62 {
		for i, v := range src {
			dst[i] *= v
		}
		return dbits + sbits
	}
	for i, v := range src {
		p, ok := mulOK(dst[i], v)
		if dst[i] = p; !ok {
			r.exactly(a, i)
			dst[i] = 1
		}
	}
	return 63
}

// timesConst multiplies dst by k.
func (r *Runner) timesConst(a *reg, dst []int64, k int64, dbits int) int {
	kbits := bits.Len64(magnitude(k))
	if dbits+kbits > 62 {
		dbits = width(dst)
	}
	if dbits+kbits <= 62 {
		for i := range dst {
			dst[i] *= k
		}
		return dbits + kbits
	}
	for i, v := range dst {
		p, ok := mulOK(v, k)
		if dst[i] = p; !ok {
			r.exactly(a, i)
			dst[i] = 1
		}
	}
	return 63
}

func (r *Runner) sign(s *step, a *reg) {
	a.expand()
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
	switch {
	case a.literal && b.literal:
		a.expand()
		b.expand()
	case b.literal:
		k := b.k
		if s.op == stepSub {
			k = -k
		}
		if r.addConst(a, s.l.den, k) {
			return
		}
		b.expand()
	case a.literal:
		k := a.k
		*a, *b = *b, *a
		if s.op == stepSub {
			r.sign(&step{op: stepNeg}, a)
		}
		if r.addConst(a, s.r.den, k) {
			return
		}
		if s.op == stepSub { // as it was, to go the long way
			r.sign(&step{op: stepNeg}, a)
		}
		*a, *b = *b, *a
		a.expand()
	}
	if s.l.den || s.r.den {
		r.crossAdd(s, a, b)
	} else {
		r.addWhole(s, a, b)
	}
	join(a, b)
}

// addConst adds k to every cell if it is sure to fit.
func (r *Runner) addConst(a *reg, den bool, k int64) bool {
	kbits := bits.Len64(magnitude(k))
	if !den {
		if max(a.nbits, kbits) > 61 {
			return false
		}
		for i := range a.num {
			a.num[i] += k
		}
		a.nbits = max(a.nbits, kbits) + 1
		return true
	}
	if max(a.nbits, kbits+a.dbits) > 61 {
		return false
	}
	d := a.den[:len(a.num)]
	for i := range a.num {
		a.num[i] += k * d[i]
	}
	a.nbits = max(a.nbits, kbits+a.dbits) + 1
	return true
}

func (r *Runner) addWhole(s *step, a, b *reg) {
	dst, src := a.num, b.num[:len(a.num)]
	if n := max(a.nbits, b.nbits) + 1; n <= 63 {
		if s.op == stepAdd {
			for i, y := range src {
				dst[i] += y
			}
		} else {
			for i, y := range src {
				dst[i] -= y
			}
		}
		a.nbits = n
		return
	}
	for i, y := range src {
		x := dst[i]
		z := x + y
		bad := (x^z)&(y^z) < 0
		if s.op == stepSub {
			z = x - y
			bad = (x^y)&(x^z) < 0
		}
		if dst[i] = z; bad {
			r.exactly(a, i)
		}
	}
	a.nbits = 63
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
	n, d := max(a.nbits+b.dbits, b.nbits+a.dbits), a.dbits+b.dbits
	if max(n, d) > 61 {
		a.nbits, a.dbits, b.nbits, b.dbits = width(an), width(ad), width(bn), width(bd)
		n, d = max(a.nbits+b.dbits, b.nbits+a.dbits), a.dbits+b.dbits
	}
	if max(n, d) <= 61 {
		for i, x := range bd {
			if ad[i] == x { // rates over the same base
				an[i] += bn[i]
				continue
			}
			an[i] = an[i]*x + bn[i]*ad[i]
			ad[i] *= x
		}
		a.nbits, a.dbits = n+1, d
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
	a.nbits, a.dbits = 63, 63
}

func (r *Runner) mul(s *step, a, b *reg) {
	switch {
	case a.literal && b.literal:
		a.expand()
		b.expand()
	case b.literal:
		a.nbits = r.timesConst(a, a.num, b.k, a.nbits)
		return
	case a.literal:
		k := a.k
		*a, *b = *b, *a
		a.nbits = r.timesConst(a, a.num, k, a.nbits)
		return
	}
	a.nbits = r.times(a, a.num, b.num, a.nbits, b.nbits)
	switch {
	case s.l.den && s.r.den:
		a.dbits = r.times(a, a.den, b.den, a.dbits, b.dbits)
	case s.r.den:
		a.den, b.den = b.den, a.den
		a.dbits = b.dbits
	}
	join(a, b)
}

// div makes a/b. Where both are whole numbers, these become numerator and denominator as they are.
func (r *Runner) div(s *step, a, b *reg) {
	a.expand()
	b.expand()
	join(a, b)
	switch {
	case s.l.den && s.r.den:
		a.nbits = r.times(a, a.num, b.den, a.nbits, b.dbits)
		a.dbits = r.times(a, a.den, b.num, a.dbits, b.nbits)
	case s.l.den:
		a.dbits = r.times(a, a.den, b.num, a.dbits, b.nbits)
	default:
		if s.r.den {
			a.nbits = r.times(a, a.num, b.den, a.nbits, b.dbits)
		}
		a.den, b.num = b.num, a.den
		a.dbits = b.nbits
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
			why[i], a.clean = whyZeroDenominator, false
		} else if d < 0 {
			r.turn(a, i)
		}
	}
}

// turn makes the denominator of a cell positive and notes that it did.
func (r *Runner) turn(a *reg, i int) {
	if a.num[i] == -1<<63 || a.den[i] == -1<<63 {
		r.exactly(a, i)
		a.den[i] = 1
		return
	}
	a.num[i], a.den[i] = -a.num[i], -a.den[i]
	a.flag()
	a.flags[i] |= signsTurned
}

// signsTurned is a flag of columns only.
const signsTurned Flags = 1 << 7

// cmpFractions compares n1/d1 with n2/d2; denominators are positive.
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

// scale multiplies the numerators by a power of ten; r.den asks for a column of ones.
func (r *Runner) scale(s *step, a *reg) {
	if s.r.den {
		a.expand()
		a.ones()
	}
	if s.k == 0 {
		return
	}
	k := pow10[s.k]
	if a.literal {
		if p, ok := mulOK(a.k, k); ok {
			a.k = p
			return
		}
		a.expand()
	}
	a.nbits = r.timesConst(a, a.num, k, a.nbits)
}

// round rounds half away from zero at k digits.
func (r *Runner) round(s *step, a *reg) {
	a.expand()
	if !s.l.den {
		a.ones()
	}
	up, down := int64(1), int64(1)
	if d := int(s.k) - s.l.scale; d >= 0 {
		up = pow10[d]
	} else {
		down = pow10[-d]
	}
	fits := a.nbits+bits.Len64(uint64(up)) <= 62 && a.dbits+bits.Len64(uint64(down)) <= 62
	for i, n := range a.num {
		if a.why[i] != WhyNot {
			continue
		}
		d := a.den[i]
		if fits {
			n, d = n*up, d*down
		} else {
			var ok1, ok2 bool
			n, ok1 = mulOK(n, up)
			d, ok2 = mulOK(d, down)
			if !ok1 || !ok2 {
				r.exactly(a, i)
				continue
			}
		}
		q := n / d
		rest := magnitude(n - q*d)
		if rest >= uint64(d)-rest {
			if n < 0 {
				q--
			} else {
				q++
			}
		}
		a.num[i] = q
	}
	a.nbits = min(a.nbits+bits.Len64(uint64(up)), 63)
}
