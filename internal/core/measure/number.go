package measure

import (
	"math/big"
	"math/bits"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
)

// ParseValue reads a number as people type it (full-width digits and signs, separators of
// thousands, spaces) and returns it as a whole number at the given scale. More decimals than
// the scale keeps are refused, never cut.
func ParseValue(text string, scale int) (int64, error) {
	r, ok := ParseNumber(text)
	if !ok {
		return 0, fault.New(fault.Invalid, "“%s”不是数字", text)
	}
	r.Mul(r, new(big.Rat).SetInt(pow10(scale)))
	if !r.IsInt() {
		if scale == 0 {
			return 0, fault.New(fault.Invalid, "“%s”应为整数；请去掉小数", text)
		}
		return 0, fault.New(fault.Invalid, "“%s”的小数位超过 %d 位；请核对计量单位", text, scale)
	}
	if !r.Num().IsInt64() || !InRange(r.Num().Int64()) {
		return 0, fault.New(fault.Invalid, "“%s”超出允许的范围；请核对数字和计量单位", text)
	}
	return r.Num().Int64(), nil
}

// ParseNumber reads a decimal number as people type it. A comma or a space inside it counts only
// where it separates thousands: "1,000" is a thousand, "1,0" is no number, because it may have
// been meant as a decimal point.
func ParseNumber(text string) (*big.Rat, bool) {
	s := strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u2212", "-").Replace(Halfwidth(text))
	s = strings.TrimSpace(s)
	sign := ""
	if s != "" && (s[0] == '-' || s[0] == '+') {
		sign, s = strings.TrimPrefix(s[:1], "+"), strings.TrimLeft(s[1:], " ")
	}
	whole, rest := s, ""
	if i := strings.IndexAny(s, ".eE"); i >= 0 {
		whole, rest = s[:i], s[i:]
	}
	groups := strings.FieldsFunc(whole, func(r rune) bool { return r == ',' || r == ' ' })
	if joined := strings.Join(groups, ""); joined != whole {
		if len(groups) < 2 || len(joined)+len(groups)-1 != len(whole) || len(groups[0]) > 3 {
			return nil, false
		}
		for _, g := range groups[1:] {
			if len(g) != 3 {
				return nil, false
			}
		}
		whole = joined
	}
	if s = whole + rest; s == "" || strings.Trim(s, "0123456789.eE+-") != "" || strings.ContainsAny(s[:1], "+-") {
		return nil, false
	}
	return new(big.Rat).SetString(sign + s)
}

// Halfwidth turns full-width ASCII (０-９, ．, －, （ …) and the ideographic space into half width.
func Halfwidth(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '\u3000':
			return ' '
		}
		return r
	}, s)
}

// Decimal writes a whole number at a scale as an exact decimal without separators, "2.49".
func Decimal(v int64, scale int) string { return Exact(Rat(v, scale)) }

// Rat gives the whole number v at a scale as an exact fraction.
func Rat(v int64, scale int) *big.Rat {
	return new(big.Rat).SetFrac(big.NewInt(v), pow10(scale))
}

// Round rounds half away from zero at a number of decimals and writes it without separators.
func Round(r *big.Rat, digits int) string {
	if s, ok := roundSmall(r, digits); ok {
		return s
	}
	scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt(pow10(digits)))
	two := big.NewInt(2)
	n := new(big.Int).Mul(new(big.Int).Abs(scaled.Num()), two)
	n.Add(n, scaled.Denom())
	n.Quo(n, new(big.Int).Mul(scaled.Denom(), two))
	s := n.String()
	if digits > 0 {
		if len(s) <= digits {
			s = strings.Repeat("0", digits-len(s)+1) + s
		}
		s = s[:len(s)-digits] + "." + s[len(s)-digits:]
	}
	if r.Sign() < 0 && strings.Trim(s, "0.") != "" {
		s = "-" + s
	}
	return s
}

// roundSmall is Round for what 64 bits hold, by far the most.
func roundSmall(r *big.Rat, digits int) (string, bool) {
	if digits < 0 || digits > 9 || !r.Num().IsInt64() || !r.Denom().IsInt64() {
		return "", false
	}
	n, d := r.Num().Int64(), uint64(r.Denom().Int64())
	m := uint64(n)
	if n < 0 {
		m = -m
	}
	up := uint64(1)
	for range digits {
		up *= 10
	}
	hi, lo := bits.Mul64(m, up)
	if hi >= d {
		return "", false
	}
	q, rest := bits.Div64(hi, lo, d)
	if rest >= d-rest { // half away from zero
		if q++; q == 0 {
			return "", false
		}
	}
	var buf [40]byte
	b := buf[:0]
	if n < 0 && q != 0 {
		b = append(b, '-')
	}
	if digits == 0 {
		return string(strconv.AppendUint(b, q, 10)), true
	}
	b = strconv.AppendUint(b, q/up, 10)
	b = append(b, '.')
	part := q % up
	for up /= 10; up > 0; up /= 10 {
		b = append(b, byte('0'+part/up%10))
	}
	return string(b), true
}

// Exact writes r as an exact decimal, or as a fraction "1/3" where no decimal is exact.
func Exact(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	d := new(big.Int).Set(r.Denom())
	digits := 0
	for rem := new(big.Int); digits < 40; digits++ {
		p := pow10(digits)
		if rem.Rem(p, d).Sign() == 0 {
			return Round(r, digits)
		}
	}
	return r.RatString()
}

// Group puts thousands separators into a number written without, "2071" → "2,071", and into both
// sides of a fraction, "1234/5678" → "1,234/5,678".
func Group(s string) string {
	if over, under, ok := strings.Cut(s, "/"); ok {
		return Group(over) + "/" + Group(under)
	}
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, frac, dot := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if dot {
		return sign + whole + "." + frac
	}
	return sign + whole
}

// AppendGroup appends a whole number with thousands separators.
func AppendGroup(dst []byte, n int64) []byte {
	from := len(dst)
	dst = strconv.AppendInt(dst, n, 10)
	if n < 0 {
		from++
	}
	for at := len(dst) - 3; at > from; at -= 3 {
		dst = append(dst, 0)
		copy(dst[at+1:], dst[at:])
		dst[at] = ','
	}
	return dst
}

func pow10(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}
