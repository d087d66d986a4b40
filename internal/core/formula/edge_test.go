package formula_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/formula/formulatest"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// An edge source holds the numbers at which 64 bits end, as sums over a nation could be.
type edge struct {
	*flat
	column map[string][]int64 // by unit, from 1
}

func (e *edge) Operand(q formula.Query) formula.Operand {
	return formula.Operand{Int: e.column[q.Code][q.Unit-1], Coverage: measure.Coverage{Reported: 1, Expected: 1}}
}

func (e *edge) Fill(q formula.Load, c *formula.Column) {
	for i := range c.Values {
		c.Values[i] = e.column[q.Code][q.Units[i/len(q.Periods)]-1]
		c.Why[i], c.Present[i], c.Expected[i] = formula.WhyNot, 1, 1
	}
}

// At the edges of 64 bits the fast engine either has the exact answer or leaves it to Eval.
func TestEdgesOf64Bits(t *testing.T) {
	_, names := newFlat(1)
	families := [][]int64{
		{0, 1, -1, 2, -2, 3, 10, -10, math.MaxInt64, math.MaxInt64 - 1, math.MinInt64, math.MinInt64 + 1, 1 << 62, -1 << 62, 1<<62 - 1, 1 << 61, -1 << 61, 1 << 32},
		{1 << 31, -1 << 31, 1<<31 - 1, 1 << 32, -1 << 32, 3037000499, 3037000500, -3037000500, 1<<32 - 1},
		{-1 << 30, 1<<30 - 1},
		{-1 << 31, 1<<31 - 1},
		{-1 << 32, 1<<32 - 1},
		{1 << 20, -1 << 20, 1<<21 - 1},
		{1 << 61, -1 << 61, 1<<61 - 1, 1 << 60, -1 << 60, 1, -1, 0},
		{1 << 15, -1 << 15, 1<<16 - 1, 1 << 16, -1 << 16, 1, -1, 0},
	}
	formulas := []string{
		"a + b", "a - b", "a * b", "a / b", "-a", "abs(a)", "min(a, b)", "max(a, b)", "a + b + c", "a - b - c", "a - (b - c)",
		"a * b * c", "a / b / c", "a / (b / c)", "a / b + c", "a / b + c / d", "a / b - c / d", "a / b * (c / d)", "a / b / (c / d)",
		"a / b + c / b", "1 - a / b", "a / b - 1", "2 * a", "a * 99999999999", "a + 99999999999", "99999999999 - a", "a * 0.001", "a + 0.5",
		"round(a / b, 2)", "round(a, 0)", "round(a * 0.25, 1)", "round(a / b / c)", "a * 100 / b", "a / b * 100", "100 * 100",
		"if(a / b > 0, a, c) / d", "if(a > b, a, b / c)", "if(a / b >= c / d, 1, 0)", "if(a < 0, a / b, c)", "coalesce(a / b, c)",
		"min(a / b, c)", "max(a / b, c / d)", "abs(a / b)", "-(a / b)", "(a + b) / (c + d)", "(a - b) / (c - d)", "a - 1 + b", "a / b / c + d / (a / b)", "a / b + 2147483647 + 2147483647 + 2147483647", "1 - (1 - (1 - a / b))", "round(a, 6) * b", "round(a / b, 6) * c + d", "if(c > 0, a, b) * d", "if(c > 0, a / b, c / d) * d", "coalesce(a / b, c) * d", "max(a, b) * c", "a * 4294967295", "a / b + c / d + 1 + 1 + c", "a / b - c / d - c / d - c / d", "(a / b + 2147483647) * c", "a + b + c + d + a + b + c + d",
	}
	large := []string{ // never fit, or hardly
		"a / b + 4611686018427387904", "-4611686018427387904 - a / b", "a * 4611686018427387904", "a * -9223372036854775807",
		"a + 2305843009213693951 + 2305843009213693951 + 2305843009213693951 + 2305843009213693951 + 2305843009213693951",
	}
	rnd := rand.New(rand.NewPCG(20180312, 1))
	src := &edge{flat: &flat{}, column: map[string][]int64{}}
	units := make([]org.UnitID, 24)
	for i := range units {
		units[i] = org.UnitID(i + 1)
	}
	periods := []period.Period{period.MustParse("2018-01")}
	// Without edges, and with every family of them here and there, so that both the checked and the
	// free loops run.
	for round := range 50 {
		for _, code := range []string{"a", "b", "c", "d"} {
			col := make([]int64, len(units))
			f := families[rnd.IntN(len(families))]
			for i := range col {
				col[i] = int64(rnd.IntN(2000) - 1000)
				if round > 0 && rnd.IntN(3) < 1+round%2 {
					col[i] = f[rnd.IntN(len(f))]
				}
			}
			src.column[code] = col
		}
		for k, text := range append(formulas, large...) {
			e, err := formula.Check(text, formula.Scope{Names: names})
			if err != nil {
				t.Fatal(err)
			}
			var b formula.Block
			formula.NewRunner(src).Run(e, units, periods, &b)
			own := 0
			for i := range b.Len() {
				if _, _, _, ok := b.Fraction64(i); ok {
					own++
				}
				if s := formulatest.Disagreement(&b, i, formula.Eval(src, e, units[i], periods[0])); s != "" {
					t.Errorf("%s with a=%d b=%d c=%d d=%d: %s", text, src.column["a"][i], src.column["b"][i], src.column["c"][i], src.column["d"][i], s)
					break
				}
			}
			if round == 0 && k < len(formulas) && own < len(units)*9/10 {
				t.Errorf("%s: only %d of %d small cells in 64 bits", text, own, len(units))
			}
		}
	}
}
