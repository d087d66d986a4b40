package formulatest

import (
	"fmt"
	"math/big"
	"testing"

	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// An Engine is something that evaluates formulas.
type Engine struct {
	// Source gives the facts of a world; nil is the Table.
	Source func(testing.TB, *World) formula.VectorSource
	// Eval answers for units × periods, the periods of a unit side by side.
	Eval func(testing.TB, formula.VectorSource, *formula.Expr, []org.UnitID, []period.Period) []formula.Result
}

// Exact is the engine that works cell by cell.
func Exact() Engine {
	return Engine{Eval: func(_ testing.TB, src formula.VectorSource, e *formula.Expr, units []org.UnitID, periods []period.Period) []formula.Result {
		var out []formula.Result
		for _, u := range units {
			for _, p := range periods {
				out = append(out, formula.Eval(src, e, u, p))
			}
		}
		return out
	}}
}

// Vector is the engine that works by blocks. Each cell of a block must say by itself what Eval says.
func Vector() Engine {
	return Engine{Eval: func(t testing.TB, src formula.VectorSource, e *formula.Expr, units []org.UnitID, periods []period.Period) []formula.Result {
		r := formula.NewRunner(src)
		var b formula.Block
		var out []formula.Result
		r.Run(e, units[:1], periods[:1], &b) // the second run meets used buffers
		r.Run(e, units, periods, &b)
		for i := range b.Len() {
			u, p := units[i/len(periods)], periods[i%len(periods)]
			if s := Disagreement(&b, i, formula.Eval(src, e, u, p)); s != "" {
				t.Errorf("%s of unit %d in %s: %s", e, u, p, s)
			}
			out = append(out, b.Result(i))
		}
		return out
	}}
}

// Disagreement compares a cell of a block with what Eval says; "" if both say the same.
func Disagreement(b *formula.Block, i int, want formula.Result) string {
	same := func(x, y *big.Rat) bool { return x == nil && y == nil || x != nil && y != nil && x.Cmp(y) == 0 }
	num, den := b.Parts(i)
	reported, expected := b.Reported(i)
	got := b.Result(i)
	switch {
	case b.Reason(i) != want.Reason || got.Reason != want.Reason:
		return fmt.Sprintf("reason %q, want %q", b.Reason(i), want.Reason)
	case !same(b.Value(i), want.Value) || !same(got.Value, want.Value):
		return fmt.Sprintf("value %v, want %v", b.Value(i), want.Value)
	case !same(num, want.Numerator) || !same(den, want.Denominator):
		return fmt.Sprintf("fraction %v / %v, want %v / %v", num, den, want.Numerator, want.Denominator)
	case !same(got.Numerator, want.Numerator) || !same(got.Denominator, want.Denominator):
		return fmt.Sprintf("fraction of the result %v / %v, want %v / %v", got.Numerator, got.Denominator, want.Numerator, want.Denominator)
	case reported != want.Coverage.Reported || expected != want.Coverage.Expected:
		return fmt.Sprintf("coverage %d/%d, want %d/%d", reported, expected, want.Coverage.Reported, want.Coverage.Expected)
	case got.Coverage.Reported != reported || len(got.Coverage.Missing) != len(want.Coverage.Missing) || len(got.Lacks) != len(want.Lacks):
		return fmt.Sprintf("coverage of the result %v, want %v", got.Coverage, want.Coverage)
	case fmt.Sprint(b.Flags(i).Codes()) != fmt.Sprint((want.Flags &^ formula.UnitsDiffer).Codes()):
		return fmt.Sprintf("flags %v, want %v", b.Flags(i).Codes(), want.Flags.Codes())
	case fmt.Sprint(got.Flags.Codes()) != fmt.Sprint(want.Flags.Codes()):
		return fmt.Sprintf("flags of the result %v, want %v", got.Flags.Codes(), want.Flags.Codes())
	case got.Version != want.Version:
		return fmt.Sprintf("version %d, want %d", got.Version, want.Version)
	case want.Reason == measure.NoReason && want.Value == nil && (b.Truth(i) != want.Truth || got.Truth != want.Truth):
		return fmt.Sprintf("truth %v, want %v", b.Truth(i), want.Truth)
	case want.Value != nil && b.Printed(i, formula.Percent, 2) != formula.Percent.Value(want.Value, 2):
		return fmt.Sprintf("printed %s, want %s", b.Printed(i, formula.Percent, 2), formula.Percent.Value(want.Value, 2))
	}
	return ""
}
