package indicators

import (
	"context"
	"math/big"
	"reflect"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/words"
)

// The quick table says what the answers say, mark by mark: every code, reader, language and sort
// of period, for children and for all villages.
func TestMarksSayWhatAnswersSay(t *testing.T) {
	w := sqliteWorld(t, 6, 4)
	ctx := context.Background()
	values, lights, places, quick := 0, 0, 0, 0
	for _, by := range []perm.Actor{w.office(), w.reader()} {
		k, err := w.s.ask(ctx, by, 0)
		w.must(err)
		for _, s := range []string{"2017", "2015..2017", "2017-03", "2016-Q4", "2018", "2018-05", "2014"} {
			p := period.MustParse(s)
			for _, units := range [][]org.UnitID{w.Today().Children(county), w.Today().Rows(org.LevelVillage), {town(2), county, village(1, 1), forceA}} {
				for _, h := range w.s.Heads() {
					for _, l := range []words.Lang{words.Chinese, words.English} {
						got, err := k.marks(h.Code, units, p, l)
						w.must(err)
						answers, err := k.row(h.Code, units, p)
						w.must(err)
						column := make([]*Answer, len(answers))
						for i := range answers {
							answers[i].Rank = nil
							column[i] = &answers[i]
						}
						rank(column, answers[0].Definition.Direction)
						ref, _ := k.refOf(h.Code)
						if head, ok := k.head(ref, p); ok {
							if _, ok := k.quick(ref, head, units, p, l); ok {
								quick++
							}
						}
						for i, a := range answers {
							want := markOf(a, l)
							if !reflect.DeepEqual(got.Marks[i], want) {
								t.Fatalf("%s %s %s to %s: mark %+v, want %+v", h.Code, w.code(units[i]), p, by.Login, got.Marks[i], want)
							}
							if !want.None {
								values++
							}
							if want.Light != measure.NoLight {
								lights++
							}
							if want.Place > 0 {
								places++
								if got.Of != a.Rank.Of {
									t.Fatalf("%s %s: of %d, want %d", h.Code, p, got.Of, a.Rank.Of)
								}
							}
						}
					}
				}
			}
		}
	}
	if values < 1000 || lights < 50 || places < 300 || quick < 100 {
		t.Fatalf("%d values, %d lights, %d places, %d quick columns: the test proves too little", values, lights, places, quick)
	}
}

// A goal of whole numbers lights the lamp as the target itself does.
func TestGoalsJudgeAsTargetsDo(t *testing.T) {
	number := func(t *rapid.T, name string) string {
		d := rapid.IntRange(0, 4).Draw(t, name+" digits")
		return measure.Round(big.NewRat(rapid.Int64Range(-20000, 20000).Draw(t, name), 100), d)
	}
	tried := 0
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.IntRange(0, 3).Draw(t, "digits")
		tg := Target{Comparator: rapid.SampledFrom([]Comparator{AtLeast, Above, AtMost, Below, Zero, Between, Rises, Falls}).Draw(t, "comparator"), Value: number(t, "value")}
		if rapid.Bool().Draw(t, "has margin") {
			tg.Margin = number(t, "margin")
			if tg.Margin[0] == '-' {
				tg.Margin = tg.Margin[1:]
			}
		}
		if tg.Comparator == Between {
			tg.Upper = number(t, "upper")
		}
		g := newGoal(tg, digits)
		if g == nil {
			return
		}
		tried++
		printed := measure.Round(big.NewRat(rapid.Int64Range(-20000, 20000).Draw(t, "v"), 100), digits)
		v, ok := wholeNumber(printed)
		if !ok {
			t.Fatalf("%q is no number", printed)
		}
		base := measure.Round(big.NewRat(rapid.Int64Range(-20000, 20000).Draw(t, "base"), 100), digits)
		b, _ := wholeNumber(base)
		want, ok := tg.Judge(exactly(printed), exactly(base))
		if !ok {
			t.Fatal("no judgement")
		}
		if got := g.light(v, b); got != want.Light {
			t.Fatalf("%s against %+v: %s, want %s", printed, tg, got, want.Light)
		}
	})
	if tried < 50 {
		t.Fatalf("only %d goals were tried", tried)
	}
}

func TestPrintedNumbers(t *testing.T) {
	for _, c := range []struct {
		v      int64
		digits int
	}{{0, 0}, {12, 0}, {999, 0}, {1000, 0}, {-1000, 0}, {123456789, 2}, {-123456, 1}, {5, 1}, {0, 2}, {-7, 3}, {100000000000, 0}, {mostWhole - 1, 9}} {
		want := measure.Group(new(big.Rat).Quo(new(big.Rat).SetInt64(c.v), exactly("1"+strings.Repeat("0", c.digits))).FloatString(c.digits))
		if got := string(appendPrinted(nil, c.v, c.digits)); got != want {
			t.Errorf("%d with %d digits is printed as %s, want %s", c.v, c.digits, got, want)
		}
	}
}

// A short decimal read without big numbers is the same number, with its last digit not zero.
func TestPlainDecimals(t *testing.T) {
	for s, want := range map[string][2]int64{"98": {98, 0}, "98.50": {985, 1}, "-0.05": {-5, 2}, "0": {0, 0}, "3.000": {3, 0}, "100": {100, 0}} {
		v, digits, ok := plainDecimal(s)
		if !ok || v != want[0] || int64(digits) != want[1] {
			t.Errorf("%s is read as %d with %d digits (%t), want %v", s, v, digits, ok, want)
		}
	}
	for _, s := range []string{"", "-", ".5", "5.", "1.2.3", "+1", "98%", "１", "1e3", "12345678901"} {
		if v, _, ok := plainDecimal(s); ok {
			t.Errorf("%q is read as %d, want it left to decimal", s, v)
		}
	}
}

// Many readers at once, while facts and definitions change, get whole answers: the rate of a
// county is always the quotient of one moment.
func TestReadersAtOnce(t *testing.T) {
	w := sqliteWorld(t, 4, 2)
	ctx := context.Background()
	p := period.MustParse("2017")
	units := w.Today().Children(county)
	var group sync.WaitGroup
	for i := range 4 {
		by := w.office()
		if i%2 == 1 {
			by = w.reader()
		}
		group.Go(func() {
			for range 30 {
				a, err := w.s.Ask(ctx, by, Question{Code: "U", Unit: county, Period: p})
				if err != nil || a.Printed == nil {
					t.Errorf("figure: %v %v", a.Printed, err)
					return
				}
				if _, err := w.s.Marks(ctx, by, []string{"R", "U", "T"}, units, p, words.Chinese); err != nil {
					t.Error(err)
				}
				if _, err := w.s.Lines(ctx, by, []string{"R", "V"}, town(1), p); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 20 {
		w.must(w.cube.Apply([]cube.Change{{Element: 5, Unit: town(i % 4), Period: period.MustParse("2017-03"), Value: int64(i), Present: true}}, int64(10+i)))
		if i%5 == 0 {
			w.must(w.s.Load(ctx))
		}
	}
	group.Wait()
}
