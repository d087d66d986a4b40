package formula

import (
	"math/big"
	"math/bits"
	"strconv"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A Block holds the answers of a formula for units and periods; cell i is unit i / periods,
// period i % periods. It may be used again and again; each Run overwrites it.
type Block struct {
	src     VectorSource
	expr    *Expr
	units   []org.UnitID
	periods []period.Period

	num, den []int64
	why      []Why
	pre, exp []int32
	flags    []Flags
	flagged  bool
	shapes   []shape // by period
	exact    map[int]Result
}

func (b *Block) start(src VectorSource, e *Expr, units []org.UnitID, periods []period.Period) {
	b.src, b.expr, b.units, b.periods = src, e, units, periods
	n := len(units) * len(periods)
	b.num, b.den, b.why = grow(b.num, n), grow(b.den, n), grow(b.why, n)
	b.pre, b.exp = grow(b.pre, n), grow(b.exp, n)
	clear(b.why)
	b.shapes = grow(b.shapes, len(periods))
	b.flagged = false
	clear(b.exact)
}

// take gives the block the columns of a group of periods.
func (b *Block) take(r *reg, s shape, group []int) {
	for _, j := range group {
		b.shapes[j] = s
	}
	if len(group) == len(b.periods) {
		b.num, r.num = r.num, b.num
		b.den, r.den = r.den, b.den
		b.why, r.why = r.why, b.why
		b.pre, r.pre = r.pre, b.pre
		b.exp, r.exp = r.exp, b.exp
		b.flags, r.flags = r.flags, b.flags
		b.flagged = r.flagged
		return
	}
	if r.flagged && !b.flagged {
		b.flags = grow(b.flags, len(b.num))
		clear(b.flags)
		b.flagged = true
	}
	for u := range b.units {
		for k, j := range group {
			to, from := u*len(b.periods)+j, u*len(group)+k
			b.num[to], b.why[to], b.pre[to], b.exp[to] = r.num[from], r.why[from], r.pre[from], r.exp[from]
			if s.den {
				b.den[to] = r.den[from]
			}
			if r.flagged {
				b.flags[to] = r.flags[from]
			}
		}
	}
}

// settle has the marked cells answered by Eval.
func (b *Block) settle() {
	for i, w := range b.why {
		if w == whyExact {
			r := b.eval(i)
			b.why[i] = WhyNot
			if r.Reason != measure.NoReason {
				b.why[i] = WhyOf(r.Reason)
			}
			b.pre[i], b.exp[i] = int32(r.Coverage.Reported), int32(r.Coverage.Expected)
		}
	}
}

// eval answers a cell by Eval and keeps the answer.
func (b *Block) eval(i int) Result {
	if r, ok := b.exact[i]; ok {
		return r
	}
	if b.exact == nil {
		b.exact = map[int]Result{}
	}
	r := Eval(b.src, b.expr, b.units[i/len(b.periods)], b.periods[i%len(b.periods)])
	b.exact[i] = r
	return r
}

// Len gives the number of cells.
func (b *Block) Len() int { return len(b.units) * len(b.periods) }

// Index gives the cell of the u-th unit and the p-th period.
func (b *Block) Index(u, p int) int { return u*len(b.periods) + p }

// Reason tells why a cell has no value.
func (b *Block) Reason(i int) measure.Reason { return b.why[i].Reason() }

// Reported gives the coverage of a cell without naming the missing units.
func (b *Block) Reported(i int) (reported, expected int) { return int(b.pre[i]), int(b.exp[i]) }

// Flags gives the flags of a cell. Whether the operands rest on the same units is known here only
// of complete cells, where they do; Result tells it of all.
func (b *Block) Flags(i int) Flags {
	if r, ok := b.exact[i]; ok {
		return r.Flags &^ UnitsDiffer
	}
	if b.flagged {
		return b.flags[i] &^ signsTurned
	}
	return 0
}

// Truth tells, of a condition, whether it holds in a cell that has no reason.
func (b *Block) Truth(i int) bool {
	if r, ok := b.exact[i]; ok {
		return r.Truth
	}
	return b.num[i] != 0
}

// denominator gives the denominator of a cell.
func (b *Block) denominator(i int) int64 {
	if b.shape(i).den {
		return b.den[i]
	}
	return 1
}

func (b *Block) shape(i int) shape { return b.shapes[i%len(b.periods)] }

// Fraction64 gives the value of a cell as num / den × 10^-scale, not reduced; ok is false if there
// is no value, or one that 64 bits do not hold: then Value has it.
func (b *Block) Fraction64(i int) (num, den int64, scale int, ok bool) {
	if _, exact := b.exact[i]; exact || b.why[i] != WhyNot || b.shape(i).truth {
		return 0, 0, 0, false
	}
	return b.num[i], b.denominator(i), b.shape(i).scale, true
}

// Value gives the value of a cell, nil if there is none.
func (b *Block) Value(i int) *big.Rat {
	if r, ok := b.exact[i]; ok {
		return r.Value
	}
	num, den, scale, ok := b.Fraction64(i)
	if !ok {
		return nil
	}
	return scaled(big.NewRat(num, den), scale)
}

// scaled gives r × 10^-scale; it may change r.
func scaled(r *big.Rat, scale int) *big.Rat {
	switch {
	case scale > 0:
		return r.Quo(r, new(big.Rat).SetInt64(pow10[scale]))
	case scale < 0:
		return r.Mul(r, new(big.Rat).SetInt64(pow10[-scale]))
	}
	return r
}

// Parts gives numerator and denominator as in Result, nil if there are none.
func (b *Block) Parts(i int) (num, den *big.Rat) {
	s := b.shape(i)
	_, exact := b.exact[i]
	w := b.why[i]
	switch {
	case exact || s.fraction == askEval:
		r := b.eval(i)
		return r.Numerator, r.Denominator
	case s.fraction == noFraction || w != WhyNot && w != whyZeroDenominator:
		return nil, nil
	case w == whyZeroDenominator:
		r := b.eval(i) // which of the divisions was it?
		return r.Numerator, r.Denominator
	}
	sign := int64(1)
	if b.flagged && b.flags[i]&signsTurned != 0 {
		sign = -1
	}
	return scaled(new(big.Rat).SetInt64(sign*b.num[i]), s.numScale), scaled(new(big.Rat).SetInt64(sign*b.den[i]), s.denScale)
}

// Counts gives the parts of a fraction where both are whole numbers as they stand, which is the
// usual case and costs nothing; where ok is false Parts knows.
func (b *Block) Counts(i int) (num, den int64, ok bool) {
	s := b.shape(i)
	if _, exact := b.exact[i]; exact || s.fraction == askEval || s.fraction == noFraction || b.why[i] != WhyNot || s.numScale != 0 || s.denScale != 0 {
		return 0, 0, false
	}
	if b.flagged && b.flags[i]&signsTurned != 0 {
		return -b.num[i], -b.den[i], true
	}
	return b.num[i], b.den[i], true
}

// Result gives all that Eval says of a cell. It is free of cost for complete cells and asks Eval
// where missing units or operands have to be named.
func (b *Block) Result(i int) Result {
	if r, ok := b.exact[i]; ok {
		return r
	}
	if b.why[i] != WhyNot || b.pre[i] < b.exp[i] {
		return b.eval(i)
	}
	r := Result{Coverage: measure.Coverage{Reported: int(b.pre[i]), Expected: int(b.exp[i])}, Flags: b.Flags(i)}
	if b.shape(i).truth {
		r.Truth = b.num[i] != 0
		return r
	}
	r.Value = b.Value(i)
	r.Numerator, r.Denominator = b.Parts(i)
	if n, ok := b.expr.root.(*name); ok && n.ref.Kind == IndicatorRef {
		if d, ok := b.src.Definition(n.ref.Code, b.periods[i%len(b.periods)].Last()); ok {
			r.Version = d.Version
		}
	}
	return r
}

// Cmp compares the values of two cells, as for a ranking; both must have one.
func (b *Block) Cmp(i, j int) int {
	n1, d1, s1, ok1 := b.Fraction64(i)
	n2, d2, s2, ok2 := b.Fraction64(j)
	if ok1 && ok2 && s1 == s2 {
		return cmpFractions(n1, d1, n2, d2)
	}
	return b.Value(i).Cmp(b.Value(j))
}

// Printed gives the value of a cell as Format.Value does, "" if there is none; quickly where 64
// bits hold it.
func (b *Block) Printed(i int, f Format, digits int) string {
	num, den, scale, ok := b.Fraction64(i)
	if ok {
		if s, ok := printed(num, den, scale, f, digits); ok {
			return s
		}
	}
	if v := b.Value(i); v != nil {
		return f.Value(v, digits)
	}
	return ""
}

// Rounded gives the printed value of a cell as a whole number of its last digit, 3752 for 37.52%;
// ok is false if the cell has none that 64 bits find: then Printed has it.
func (b *Block) Rounded(i int, f Format, digits int) (v int64, ok bool) {
	num, den, scale, ok := b.Fraction64(i)
	if !ok {
		return 0, false
	}
	q, ok := roundWhole(num, den, scale, f, digits)
	if v = int64(q); num < 0 {
		v = -v
	}
	return v, ok
}

// roundWhole is the magnitude of num / den × 10^-scale × factor at digits, in units of the last of
// them, found with 128-bit arithmetic; it is at most 2^62.
func roundWhole(num, den int64, scale int, f Format, digits int) (q uint64, ok bool) {
	up := digits - scale
	if up < -len(pow10) || up >= len(pow10)-5 || digits > 9 {
		return 0, false
	}
	d := uint64(den)
	k := uint64(f.factor())
	if up >= 0 {
		k *= uint64(pow10[up])
	} else if -up >= len(pow10) {
		return 0, false
	} else {
		hi, lo := bits.Mul64(d, uint64(pow10[-up]))
		if hi != 0 {
			return 0, false
		}
		d = lo
	}
	hi, lo := bits.Mul64(magnitude(num), k)
	if hi >= d {
		return 0, false
	}
	q, rest := bits.Div64(hi, lo, d)
	if rest >= d-rest {
		q++
	}
	if q > 1<<62 {
		return 0, false
	}
	return q, true
}

// printed writes what roundWhole gives.
func printed(num, den int64, scale int, f Format, digits int) (string, bool) {
	q, ok := roundWhole(num, den, scale, f, digits)
	if !ok {
		return "", false
	}
	var buf [32]byte
	s := strconv.AppendUint(buf[1:1], q, 10)
	for len(s) <= digits {
		s = append(s[:1], s...)
		s[0] = '0'
	}
	out := buf[:0]
	if num < 0 && q != 0 {
		out = append(out, '-')
	}
	if digits == 0 {
		return string(append(out, s...)), true
	}
	var text [40]byte
	out = append(text[:0], out...)
	out = append(out, s[:len(s)-digits]...)
	out = append(out, '.')
	out = append(out, s[len(s)-digits:]...)
	return string(out), true
}
