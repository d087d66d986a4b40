package formula

import "math/bits"

// A reg is a column of fractions under way. Cells with a reason may hold anything.
type reg struct {
	num, den []int64 // den only where the shape says so; always positive
	why      []Why
	pre, exp []int32
	flags    []Flags // only if flagged
	flagged  bool

	clean   bool // no cell has a reason, and every coverage is complete
	nbits   int  // no numerator needs more bits than these, its sign left out
	dbits   int  // the same of denominators
	literal bool // every cell is k, resting on nothing; the columns are not filled
	k       int64
}

func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/8)
	}
	return s[:n]
}

func (r *reg) size(n int) {
	r.num, r.den = grow(r.num, n), grow(r.den, n)
	r.why = grow(r.why, n)
	r.pre, r.exp = grow(r.pre, n), grow(r.exp, n)
}

// constant makes every cell k, resting on nothing.
func (r *reg) constant(k int64) {
	fill(r.num, k)
	clear(r.why)
	clear(r.pre)
	clear(r.exp)
	r.flagged, r.literal, r.clean = false, false, false
	r.nbits, r.dbits = bits.Len64(magnitude(k)), 1
}

// expand fills the columns of a literal.
func (r *reg) expand() {
	if r.literal {
		r.constant(r.k)
	}
}

// measure looks over a column that was just filled. A cell that rests on nothing counts as
// incomplete here, for the coverage of another operand would come before it.
func (r *reg) measure(den bool) {
	var all uint64
	var open int32
	n := len(r.num)
	why, pre, exp := r.why[:n], r.pre[:n], r.exp[:n]
	for i, v := range r.num {
		all |= uint64(v ^ v>>63)
		open |= (pre[i] - exp[i]) | int32(why[i]) | (exp[i]-1)>>31
	}
	r.nbits = bits.Len64(all)
	r.clean = open == 0
	if r.dbits = 1; den {
		r.dbits = width(r.den)
	}
}

// width gives the number of bits that the largest of the numbers needs, without its sign.
func width(s []int64) int {
	var all uint64
	for _, v := range s {
		all |= uint64(v ^ v>>63)
	}
	return bits.Len64(all)
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
		a.clean = false
		r.dirty = true
	}
}

// ones gives a register denominators.
func (r *reg) ones() {
	fill(r.den, 1)
	r.dbits = 1
}

// worse tells whether coverage b is worse than a; the order of Coverage.Worse.
func worse(ap, ae, bp, be int32) bool {
	return be != 0 && (ae == 0 || int64(bp)*int64(ae) < int64(ap)*int64(be))
}

// join lets a rest on what b rests on too: the first reason, the worst coverage, all flags.
func join(a, b *reg) {
	if a.clean && b.clean {
		joinFlags(a, b)
		return
	}
	a.clean = false
	n := len(a.why)
	aw, ap, ae := a.why, a.pre[:n], a.exp[:n]
	bw, bp, be := b.why[:n], b.pre[:n], b.exp[:n]
	for i, w := range bw {
		if w == WhyNot && bp[i] == be[i] && ae[i] != 0 {
			continue // complete, and so not worse
		}
		if w != WhyNot && (aw[i] == WhyNot || w == whyExact) {
			aw[i] = w
		}
		if worse(ap[i], ae[i], bp[i], be[i]) {
			ap[i], ae[i] = bp[i], be[i]
		}
	}
	joinFlags(a, b)
}

func joinFlags(a, b *reg) {
	if !b.flagged {
		return
	}
	a.flag()
	for i, f := range b.flags[:len(a.num)] {
		a.flags[i] |= f
	}
}
