package reports

import (
	"math/big"
	"strconv"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/stats"
)

// against compares the printed values of two figures: −1, 0 or 1; ok is false where one is not
// there or is incomplete.
func against(now, then measure.Shown) (c int, ok bool) {
	a, had := new(big.Rat).SetString(now.Value)
	b, has := new(big.Rat).SetString(then.Value)
	if !had || !has || len(now.Missing) > 0 || len(then.Missing) > 0 {
		return 0, false
	}
	return a.Cmp(b), true
}

// count reads a figure that is a whole number.
func count(f measure.Shown) (int64, bool) {
	r, ok := new(big.Rat).SetString(f.Value)
	if !ok || !r.IsInt() || !r.Num().IsInt64() || len(f.Missing) > 0 {
		return 0, false
	}
	return r.Num().Int64(), true
}

// share gives a part of a whole in percent with one decimal; ok is false where it has none.
func share(part, of measure.Shown) (string, bool) {
	a, had := new(big.Rat).SetString(part.Value)
	b, has := new(big.Rat).SetString(of.Value)
	if !had || !has || b.Sign() <= 0 || len(part.Missing) > 0 || len(of.Missing) > 0 {
		return "", false
	}
	return measure.Round(a.Mul(a, big.NewRat(100, 1)).Quo(a, b), 1) + "%", true
}

// rational gives a printed value to draw.
func rational(f measure.Shown) (float64, bool) {
	r, ok := new(big.Rat).SetString(f.Value)
	if !ok {
		return 0, false
	}
	v, _ := r.Float64()
	return v, true
}

func number(n int) string { return strconv.Itoa(n) }

// level is that of the comparisons a document makes.
const level = 0.95

// byChance tells whether chance alone explains that a figure moved: shares by Newcombe's interval,
// counts by the exact comparison (METHODS §12). What can be compared by neither is not said to be
// chance.
func byChance(then, now measure.Shown) bool {
	if now.Numerator != "" && then.Numerator != "" {
		x1, n1, ok := fraction(then)
		x2, n2, has := fraction(now)
		if ok && has && x1 <= n1 && x2 <= n2 {
			d, why := stats.ProportionDifference(x1, n1, x2, n2, level)
			return why == "" && d.Interval.Contains(0)
		}
		return false
	}
	a, ok := count(then)
	b, has := count(now)
	if !ok || !has || now.Percent || a < 0 || b < 0 {
		return false
	}
	r, why := stats.PoissonRatio(stats.Count{N: a, Exposure: 1}, stats.Count{N: b, Exposure: 1}, level)
	return why == "" && r.Clear() == 0
}

func fraction(f measure.Shown) (x, n int64, ok bool) {
	x, ok = count(measure.Shown{Value: f.Numerator})
	n, has := count(measure.Shown{Value: f.Denominator})
	return x, n, ok && has
}
