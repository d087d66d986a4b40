package formula_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/formula/formulatest"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// The examples of the function table are sound formulas that use their function.
func TestFunctionTable(t *testing.T) {
	var refs []formula.Ref
	for i, n := range []string{"查处人次", "破案数", "在册人数", "吸毒人数", "常住人口", "应访", "已访", "完成率", "协查数", "自查数"} {
		refs = append(refs, formula.Ref{Code: fmt.Sprintf("e%d", i), Name: n, Element: &measure.Element{Kind: measure.Flow}})
	}
	refs = append(refs, formula.Ref{Kind: formula.FormRef, Code: "MON", Name: "月报"})
	names := formula.NewDictionary(refs, nil)
	seen := map[string]bool{}
	for _, f := range formula.Functions() {
		for _, w := range append([]string{f.Name, f.Chinese}, f.Also...) {
			if seen[w] {
				t.Errorf("%s means two functions", w)
			}
			seen[w] = true
		}
		e, err := formula.Check(f.Example, formula.Scope{Names: names})
		if err != nil {
			t.Errorf("%s: %v", f.Example, err)
			continue
		}
		if !strings.Contains(e.Codes(), f.Name+"(") || !strings.Contains(e.Text(nil), f.Chinese+"(") {
			t.Errorf("the example %q does not use %s", f.Example, f.Name)
		}
		for _, w := range f.Also {
			_, err := formula.Check(w+"(1)", formula.Scope{Names: names})
			var list formula.Errors
			if !errors.As(err, &list) || list[0].Suggest != f.Name && list[0].Suggest != f.Chinese {
				t.Errorf("%s is answered by %v, without suggesting %s", w, err, f.Name)
			}
		}
	}
}

// A formula with faults is invalid input; each fault becomes a finding with its place.
func TestErrorsAreFindings(t *testing.T) {
	w := fixed(t)
	_, err := formula.Check("已仿 / 应访 +", formula.Scope{Names: w.Names()})
	if got := fault.KindOf(err); got != fault.Invalid {
		t.Errorf("kind = %v, want Invalid", got)
	}
	var list formula.Errors
	var found fault.Findings
	if !errors.As(err, &list) || !errors.As(err, &found) || len(list) != 2 || len(found) != 2 {
		t.Fatalf("%v is not two faults", err)
	}
	if got, want := found[0].Say(nil), "第 1 行第 1 列：没有名为“已仿”的数据项或指标；您是不是想写：已访？"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if got, want := found[0].Rule, "formula-unknown-name"; got != want {
		t.Errorf("rule %s, want %s", got, want)
	}
	if got, want := list[1].Col, 10; got != want {
		t.Errorf("the end is column %d, want %d", got, want)
	}
}

// Chains of indicators are limited in length and in size written out.
func TestChains(t *testing.T) {
	defs := map[string]*formula.Expr{}
	refs := []formula.Ref{{Code: "x", Element: &measure.Element{Kind: measure.Flow}}}
	names := func() *formula.Dictionary {
		return formula.NewDictionary(refs, func(c string) *formula.Expr { return defs[c] })
	}
	define := func(code, text string) error {
		e, err := formula.Check(text, formula.Scope{Names: names(), Self: code})
		if err == nil {
			defs[code] = e
			refs = append(refs, formula.Ref{Kind: formula.IndicatorRef, Code: code})
		}
		return err
	}
	rule := func(err error) string {
		var list formula.Errors
		errors.As(err, &list)
		if len(list) == 0 {
			return "none"
		}
		return list[0].Rule
	}
	last := "x"
	for i := 1; i <= formula.MaxChain+1; i++ {
		code := fmt.Sprintf("c%d", i)
		if err := define(code, last+" + 1"); err != nil {
			t.Fatalf("%s: %v", code, err)
		}
		last = code
	}
	if got := rule(define("deep", last+" + 1")); got != "too-deep" {
		t.Errorf("a chain of %d: %s, want too-deep", formula.MaxChain+2, got)
	}
	last = "x"
	for i := 1; i <= 11; i++ { // 3 × 2^11 parts and more
		code := fmt.Sprintf("d%d", i)
		if err := define(code, last+" + "+last); err != nil {
			t.Fatalf("%s: %v", code, err)
		}
		last = code
	}
	if got := rule(define("big", last+" + "+last+" + "+last+" + "+last)); got != "too-large" {
		t.Errorf("doubled eleven times and more: %s, want too-large", got)
	}
	if got := rule(define("c1", "c3 * 2")); got != "cycle" {
		t.Errorf("a circle: %s, want cycle", got)
	}
}

// Definitions that go in circles behind the checker's back, as two versions can, end in a reason.
func TestCircleAtEvaluation(t *testing.T) {
	w := fixed(t)
	define := func(code, text string) {
		e, err := formula.Check(text, formula.Scope{Names: w.Names()})
		if err != nil {
			t.Fatal(err)
		}
		if w.Definitions == nil {
			w.Definitions = map[string][]formulatest.Definition{}
		}
		if w.Definitions[code] == nil {
			w.Order = append(w.Order, code)
		}
		w.Definitions[code] = []formulatest.Definition{{Name: code, Definition: formula.Definition{Expr: e, Version: 1}}}
	}
	define("one", "a")
	define("two", "one + 1")
	define("one", "two + two")
	if _, err := formula.Check("two * 2", formula.Scope{Names: w.Names()}); err == nil || !strings.Contains(err.Error(), "two → one → two") {
		t.Errorf("a formula over the circle: %v", err)
	}
	src := formulatest.NewTable(w)
	e := formula.Of(w.Names().Find("one")[0])
	p := period.MustParse("2018-01")
	if got := formula.Eval(src, e, 1, p).Reason; got != measure.TooDeep {
		t.Errorf("reason %q, want %q", got, measure.TooDeep)
	}
	var b formula.Block
	formula.NewRunner(src).Run(e, []org.UnitID{1}, []period.Period{p}, &b)
	if got := b.Reason(0); got != measure.TooDeep {
		t.Errorf("in a block: reason %q, want %q", got, measure.TooDeep)
	}
}

// The policy for missing operands is what stands in the formula.
func TestMissingPolicy(t *testing.T) {
	w := fixed(t)
	for _, c := range []struct{ formula, zero, want string }{
		{"a / b", "", "Ep / Eq"},
		{"a / b", "Ep", "coalesce(Ep, 0) / Eq"},
		{"avg(a) + prev(a) - coalesce(a, b)", "Ep", "coalesce(avg(Ep), 0) + prev(coalesce(Ep, 0)) - coalesce(Ep, Eq)"},
		{"a + 新滋生{年龄=\"<25\"}", "Ef", "Ep + coalesce(Ef{年龄=\"<25\"}, 0)"},
	} {
		e, err := formula.Check(c.formula, formula.Scope{Names: w.Names()})
		if err != nil {
			t.Fatal(err)
		}
		z := e.CountZero(c.zero)
		if got := z.Codes(); got != c.want {
			t.Errorf("%s with %q as zero: %s, want %s", c.formula, c.zero, got, c.want)
		}
		back, err := formula.Check(z.Codes(), formula.Scope{Names: w.Names()})
		if err != nil || !back.Same(z) {
			t.Errorf("%s does not read back: %v", z.Codes(), err)
		}
		policy, codes := z.Missing()
		if (policy == formula.Zero) != (c.zero != "") || c.zero != "" && !slices.Equal(codes, []string{c.zero}) {
			t.Errorf("%s: policy %v for %v", z.Codes(), policy, codes)
		}
	}
}

// A sentence for the person never says what could not be read.
func TestLongFormula(t *testing.T) {
	long := strings.Repeat("1 + ", formula.MaxLength) + "1"
	_, err := formula.Parse(long)
	var list formula.Errors
	if !errors.As(err, &list) || len(list) != 1 || list[0].Rule != "length" {
		t.Errorf("a formula of %d runes: %v", len(long), err)
	}
	fits := strings.Repeat("1+", formula.MaxLength/2-1) + "1"
	e, err := formula.Check(fits, formula.Scope{Names: formula.NewDictionary(nil, nil)})
	if err != nil {
		t.Fatal(err)
	}
	w := fixed(t)
	src := formulatest.NewTable(w)
	r := formula.Eval(src, e, 1, period.MustParse("2018-01"))
	if got, want := r.Value.RatString(), fmt.Sprint(formula.MaxLength/2); got != want {
		t.Errorf("the sum of %s ones is %s", want, got)
	}
	if _, err := formula.Parse(strings.Repeat("(", 5000)); err == nil {
		t.Error("5,000 brackets were read")
	}
}

// Once its buffers have grown, a runner answers a block without a single allocation.
func TestRunnerDoesNotAllocate(t *testing.T) {
	periods := period.MustParse("2018").Parts(period.Month)
	units := []org.UnitID{1, 2, 3, 4}
	src, names := newFlat(len(units) * len(periods))
	for _, bm := range benchmarks {
		e, err := formula.Check(bm.formula, formula.Scope{Names: names})
		if err != nil {
			t.Fatal(err)
		}
		r := formula.NewRunner(src)
		var b formula.Block
		r.Run(e, units, periods, &b)
		r.Run(e, units, periods, &b)
		if n := testing.AllocsPerRun(20, func() { r.Run(e, units, periods, &b) }); n != 0 {
			t.Errorf("%s: %v allocations", bm.formula, n)
		}
	}
}

// Cells rank by value, exactly: 1/3 before 0.3333.
func TestBlockOrder(t *testing.T) {
	w := fixed(t)
	src := formulatest.NewTable(w)
	var blocks [3]formula.Block
	for i, text := range []string{"1 / 3", "0.3333", "99999999999 * 99999999999 * 99999999999"} {
		e, err := formula.Check(text, formula.Scope{Names: w.Names()})
		if err != nil {
			t.Fatal(err)
		}
		formula.NewRunner(src).Run(e, []org.UnitID{1, 2}, []period.Period{period.MustParse("2018-01")}, &blocks[i])
		if got := blocks[i].Cmp(0, 1); got != 0 {
			t.Errorf("%s of two units compares as %d", text, got)
		}
	}
	if got := blocks[0].Value(0).Cmp(blocks[1].Value(0)); got != 1 {
		t.Errorf("1/3 compares with 0.3333 as %d", got)
	}
	if _, _, _, ok := blocks[2].Fraction64(0); ok {
		t.Error("a product of 110 bits came out of 64")
	}
	if got, want := blocks[2].Value(0).RatString(), "999999999970000000000299999999999"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
