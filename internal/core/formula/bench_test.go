package formula_test

import (
	"math/big"
	"slices"
	"testing"

	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A flat source answers from columns laid out as a block asks for them, so that a benchmark
// measures the engine and one copy of each operand.
type flat struct {
	columns map[string][]int64
	full    []int32
	present []int32 // of an operand; full unless some are missing
	why     []formula.Why
	defs    map[string]formula.Definition
}

func (f *flat) Operand(q formula.Query) formula.Operand {
	return formula.Operand{Int: f.columns[q.Code][0], Coverage: measure.Coverage{Reported: 1, Expected: 1}}
}

func (f *flat) Definition(code string, on period.Day) (formula.Definition, bool) {
	d, ok := f.defs[code]
	return d, ok
}

func (f *flat) Returns(string, org.UnitID, period.Period) formula.Returns {
	return formula.Returns{Expected: 10, Received: 9, OnTime: 8}
}

func (f *flat) Units(org.Kind, org.UnitID, period.Day) ([]org.UnitID, measure.Reason) {
	return nil, measure.NoReason
}

func (f *flat) Children(org.UnitID, period.Day) []org.UnitID { return nil }

func (f *flat) Completed(period.Period, []string) (period.Grain, int, bool) { return 0, 0, false }

func (f *flat) Fill(q formula.Load, c *formula.Column) {
	n := len(q.Units) * len(q.Periods)
	copy(c.Values, f.columns[q.Code][:n])
	copy(c.Why, f.why[:n])
	copy(c.Present, f.present[:n])
	copy(c.Expected, f.full[:n])
	if q.Agg == formula.Average {
		copy(c.Slots, f.full[:n])
		copy(c.Of, f.full[:len(q.Periods)])
	}
}

// newFlat fills ten elements with numbers of a county's size.
func newFlat(cells int) (*flat, *formula.Dictionary) {
	f := &flat{columns: map[string][]int64{}, full: make([]int32, cells), defs: map[string]formula.Definition{}}
	f.present, f.why = f.full, make([]formula.Why, cells)
	for i := range f.full {
		f.full[i] = 12
	}
	var refs []formula.Ref
	for e := range 10 {
		code := string(rune('a' + e))
		col := make([]int64, cells)
		for i := range col {
			col[i] = int64((i*7919+e*104729)%5000 + 1)
		}
		f.columns[code] = col
		refs = append(refs, formula.Ref{Kind: formula.ElementRef, Code: code, Name: "数" + code,
			Element: &measure.Element{Code: code, Kind: measure.Flow, Grains: []measure.GrainFrom{{Grain: period.Months}}, Level: org.LevelVillage}})
	}
	refs = append(refs, formula.Ref{Kind: formula.IndicatorRef, Code: "rate", Name: "率"})
	names := formula.NewDictionary(refs, func(c string) *formula.Expr { return f.defs[c].Expr })
	e, err := formula.Check("(a + b) / (c + d)", formula.Scope{Names: names, Self: "rate"})
	if err != nil {
		panic(err)
	}
	f.defs["rate"] = formula.Definition{Expr: e, Version: 1}
	return f, names
}

var benchmarks = []struct{ name, formula string }{
	{"a_over_b", "a / b"},
	{"ratio_of_sums", "(a + b) / (c + d)"},
	{"indicator", "rate"},
	{"one_minus_ratio", "1 - a / b"},
	{"percent", "(a + b) / c * 100"},
	{"year_on_year", "rate / yoy(rate) - 1"},
	{"average", "a / avg(b)"},
	{"if", "if(b = 0, 0, a / b)"},
	{"coalesce", "a / coalesce(b, 1)"},
	{"round", "round(a / b, 4)"},
	{"weighted", "round(a / b, 4) * 40% + min(c / d, 100%) * 60%"},
}

// BenchmarkVector gives ns per figure over 1,500 units × 12 months.
func BenchmarkVector(b *testing.B) {
	units := make([]org.UnitID, 1500)
	for i := range units {
		units[i] = org.UnitID(i + 1)
	}
	periods := period.MustParse("2018").Parts(period.Month)
	src, names := newFlat(len(units) * len(periods))
	for _, bm := range benchmarks {
		b.Run(bm.name, func(b *testing.B) {
			e, err := formula.Check(bm.formula, formula.Scope{Names: names})
			if err != nil {
				b.Fatal(err)
			}
			r := formula.NewRunner(src)
			var block formula.Block
			r.Run(e, units, periods, &block)
			b.ReportAllocs()
			for b.Loop() {
				r.Run(e, units, periods, &block)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*block.Len()), "ns/figure")
			own := 0
			for i := range block.Len() {
				if _, _, _, ok := block.Fraction64(i); ok {
					own++
				}
			}
			if own != block.Len() {
				b.Errorf("%d of %d cells in 64 bits", own, block.Len())
			}
		})
	}
}

// BenchmarkVectorGaps is BenchmarkVector with 3 % of the cells missing and 10 % incomplete.
func BenchmarkVectorGaps(b *testing.B) {
	units := make([]org.UnitID, 1500)
	for i := range units {
		units[i] = org.UnitID(i + 1)
	}
	periods := period.MustParse("2018").Parts(period.Month)
	src, names := newFlat(len(units) * len(periods))
	src.present = slices.Clone(src.full)
	for i := range src.present {
		switch h := i * 7919 % 100; {
		case h < 3:
			src.present[i], src.why[i] = 0, formula.WhyAbsent
			for _, c := range src.columns {
				c[i] = 0
			}
		case h < 13:
			src.present[i] = 11
		}
	}
	for _, bm := range benchmarks[:4] {
		b.Run(bm.name, func(b *testing.B) {
			e, err := formula.Check(bm.formula, formula.Scope{Names: names})
			if err != nil {
				b.Fatal(err)
			}
			r := formula.NewRunner(src)
			var block formula.Block
			b.ReportAllocs()
			for b.Loop() {
				r.Run(e, units, periods, &block)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*block.Len()), "ns/figure")
		})
	}
}

// BenchmarkVectorSmall gives ns per figure for one unit over 24 months, where starting counts.
func BenchmarkVectorSmall(b *testing.B) {
	periods := period.MustParse("2017..2018").Parts(period.Month)
	src, names := newFlat(len(periods))
	for _, bm := range benchmarks[:3] {
		b.Run(bm.name, func(b *testing.B) {
			e, err := formula.Check(bm.formula, formula.Scope{Names: names})
			if err != nil {
				b.Fatal(err)
			}
			r := formula.NewRunner(src)
			var block formula.Block
			units := []org.UnitID{1}
			b.ReportAllocs()
			for b.Loop() {
				r.Run(e, units, periods, &block)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*block.Len()), "ns/figure")
		})
	}
}

// BenchmarkExact gives ns per evaluation of a single figure.
func BenchmarkExact(b *testing.B) {
	src, names := newFlat(24)
	p := period.MustParse("2018-03")
	for _, bm := range benchmarks {
		b.Run(bm.name, func(b *testing.B) {
			e, err := formula.Check(bm.formula, formula.Scope{Names: names})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				formula.Eval(src, e, 1, p)
			}
		})
	}
}

// BenchmarkExplain gives the cost of an explanation with its tree.
func BenchmarkExplain(b *testing.B) {
	src, names := newFlat(24)
	e, err := formula.Check("rate / yoy(rate) - 1", formula.Scope{Names: names})
	if err != nil {
		b.Fatal(err)
	}
	p := period.MustParse("2018-03")
	for b.Loop() {
		_, t := formula.Explain(src, e, 1, p)
		t.Tree(formula.Words{})
	}
}

// BenchmarkCheck gives the cost of reading and checking a formula.
func BenchmarkCheck(b *testing.B) {
	_, names := newFlat(24)
	for _, text := range []string{"a / b", "如果(数a > 0 且 数b <> 0, 四舍五入((数a ＋ 数b) ÷ 数c, 4) × 100, 去年同期(率))"} {
		b.Run("", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := formula.Check(text, formula.Scope{Names: names}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPrinted gives the cost of rounding and printing a cell.
func BenchmarkPrinted(b *testing.B) {
	periods := period.MustParse("2018").Parts(period.Month)
	src, names := newFlat(len(periods))
	e, err := formula.Check("a / b", formula.Scope{Names: names})
	if err != nil {
		b.Fatal(err)
	}
	r := formula.NewRunner(src)
	var block formula.Block
	r.Run(e, []org.UnitID{1}, periods, &block)
	b.Run("64bit", func(b *testing.B) {
		for b.Loop() {
			block.Printed(3, formula.Percent, 2)
		}
	})
	b.Run("exact", func(b *testing.B) {
		v := big.NewRat(737, 946)
		for b.Loop() {
			formula.Percent.Value(v, 2)
		}
	})
}
