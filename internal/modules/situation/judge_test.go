package situation

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kaiyang/internal/core/period"
)

// run makes a series from January of a year on; -1 is a month that is not complete, -2 one of which
// nothing is known.
func run(year int, counts ...int64) (out []Month) {
	for i, c := range counts {
		m := Month{Period: period.Months.Period(period.Months.First(year) + period.Slot(i)), Expected: 18}
		switch c {
		case -1:
			m.Reported = 9
		case -2:
		default:
			m.Count, m.Complete, m.Reported = c, true, 18
		}
		out = append(out, m)
	}
	return out
}

func flat(n int, c int64) (out []int64) { return slices.Repeat([]int64{c}, n) }

// The gates and limits of a single month: METHODS §3.1 and §11. With a flat past of 3 the least
// standard deviation of 0.5 holds, so the limit is 3 + 3.09 × 0.5 = 4.545.
func TestASingleMonth(t *testing.T) {
	half := append(flat(6, 2), flat(6, 4)...) // mean 3, SD 1.0445, limit 6.2276
	for name, c := range map[string]struct {
		series []int64
		want   Reading
		upper  string
	}{
		"nine against three": {append(flat(12, 3), 9), Reading{Count: 9, Past: 36, Months: 12, Above: true, Alarm: true}, "4.545"},
		"four is ordinary":   {append(flat(12, 3), 4), Reading{Count: 4, Past: 36, Months: 12}, "4.545"},
		"five is not":        {append(flat(12, 3), 5), Reading{Count: 5, Past: 36, Months: 12, Above: true, Alarm: true}, "4.545"},
		"wider past":         {append(slices.Clone(half), 6), Reading{Count: 6, Past: 36, Months: 12}, "6.228"},
		"beyond a wide past": {append(slices.Clone(half), 7), Reading{Count: 7, Past: 36, Months: 12, Above: true, Alarm: true}, "6.228"},
		"mean below one":     {append(append(flat(1, 0), flat(11, 1)...), 9), Reading{Hold: HeldSmall, Count: 9, Past: 11, Months: 12}, "0.000"},
		"mean of one":        {append(flat(12, 1), 9), Reading{Count: 9, Past: 12, Months: 12, Above: true, Alarm: true}, "2.545"},
		"eleven past months": {append(append(flat(1, -2), flat(11, 3)...), 9), Reading{Hold: HeldShort, Need: 1, Count: 9}, "0.000"},
		"no past":            {append(flat(12, -2), 9), Reading{Hold: HeldShort, Need: 12, Count: 9}, "0.000"},
		"a gap in the past":  {append(append(flat(6, 3), append(flat(1, -1), flat(5, 3)...)...), 9), Reading{Hold: HeldPast, Need: 1, Gap: "2016-07", Count: 9}, "0.000"},
		"month not complete": {append(flat(12, 3), -1), Reading{Hold: HeldMonth}, "0.000"},
	} {
		list := run(2016, c.series...)
		got := designer{}.judge(Sudden, Usual(), list, len(list)-1)
		if !got.same(c.want) || fmt.Sprintf("%.3f", got.Upper) != c.upper {
			t.Errorf("%s: %+v, want %+v with limit %s", name, got, c.want, c.upper)
		}
	}
}

// The running sum starts anew each January against the year before, signals above H and not at it
// (METHODS §13, trap 2), and raises one signal for one rise. For 2 a month and a rise to 4 the
// design with a false signal in 80 months is K 3, H 3 (run 85).
func TestMonthsThatStayHigh(t *testing.T) {
	set := Usual()
	set.Rise = 100
	year := flat(12, 2)
	for name, c := range map[string]struct {
		now  []int64
		want Reading
	}{
		"at the limit":    {[]int64{6}, Reading{Count: 6, Past: 24, Months: 12, Sum: 3, K: 3, H: 3, Run: 85}},
		"beyond it":       {[]int64{7}, Reading{Count: 7, Past: 24, Months: 12, Sum: 4, K: 3, H: 3, Run: 85, From: "2017-01", Total: 7, Above: true, Alarm: true}},
		"creeping":        {[]int64{2, 5, 5, 2}, Reading{Count: 2, Past: 24, Months: 12, Sum: 3, K: 3, H: 3, Run: 85}},
		"creeping beyond": {[]int64{2, 5, 5}, Reading{Count: 5, Past: 24, Months: 12, Sum: 4, K: 3, H: 3, Run: 85, From: "2017-02", Total: 10, Above: true, Alarm: true}},
		"still high":      {[]int64{2, 5, 5, 3}, Reading{Count: 3, Past: 24, Months: 12, Sum: 4, K: 3, H: 3, Run: 85, From: "2017-02", Total: 13, Above: true}},
		"a second rise":   {[]int64{7, 0, 8}, Reading{Count: 8, Past: 24, Months: 12, Sum: 6, K: 3, H: 3, Run: 85, From: "2017-01", Total: 15, Above: true, Alarm: true}},
		"a gap this year": {[]int64{5, -1, 5}, Reading{Hold: HeldPast, Need: 1, Gap: "2017-02", Count: 5}},
	} {
		list := run(2016, append(slices.Clone(year), c.now...)...)
		if got := (designer{}).judge(Creep, set, list, len(list)-1); !got.same(c.want) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	// December's sum is not carried into January.
	list := run(2016, append(append(slices.Clone(year), append(flat(11, 2), 9)...), 2)...)
	if got := (designer{}).judge(Creep, set, list, 23); !got.Alarm {
		t.Errorf("December: %+v", got)
	}
	if got := (designer{}).judge(Creep, set, list, 24); got.Above || got.Sum != 0 || got.Past != 31 {
		t.Errorf("January: %+v", got)
	}
	for name, c := range map[string]struct {
		series []int64
		want   Hold
	}{
		"no full year before": {append(append(flat(3, -2), flat(9, 5)...), 9), HeldShort},
		"small year":          {append(append(flat(1, 0), flat(11, 1)...), 9), HeldSmall},
		"too large":           {append(flat(12, 9000), 12000), HeldLarge},
	} {
		list := run(2016, c.series...)
		if got := (designer{}).judge(Creep, Usual(), list, len(list)-1); got.Hold != c.want {
			t.Errorf("%s: %+v, want %s", name, got, c.want)
		}
	}
	uneven := run(2016, append([]int64{0, 0, 0, 0, 0, 0, 20, 20, 0, 0, 0, 20}, 3)...)
	if got := (designer{}).judge(Creep, Usual(), uneven, 12); !got.Uneven {
		t.Errorf("a year of bursts is not called uneven: %+v", got)
	}
}

// A design is asked for once; the same whole numbers give the same design on every machine.
func TestADesignIsRemembered(t *testing.T) {
	d := designer{}
	a, ok := d.design(48, 12, Usual())
	b, _ := d.design(48, 12, Usual())
	if !ok || a != b || len(d) != 1 || a.RunLength0 < 80 {
		t.Errorf("%+v and %+v in %d designs", a, b, len(d))
	}
}

// Whatever the months: a reading has a reason or numbers, never both or neither; more this month
// never takes an alarm away; what comes later changes nothing.
func TestJudgingIsSane(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		series := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(0, 12), rapid.Int64Range(0, 80), rapid.SampledFrom([]int64{-1, -2})), 14, 50).Draw(t, "series")
		i := rapid.IntRange(0, len(series)-2).Draw(t, "month")
		list := run(2015, series...)
		for _, m := range Methods() {
			r := designer{}.judge(m, Usual(), list, i)
			if judged := r.Months > 0 && (r.Upper > 0 || r.H > 0); judged == (r.Hold != "") {
				t.Fatalf("%s: %+v", m, r)
			}
			if r.Alarm && !r.Above || r.Above && r.Hold != "" || math.IsNaN(r.Upper) || math.IsInf(r.Upper, 0) {
				t.Fatalf("%s: %+v", m, r)
			}
			later := slices.Clone(list)
			later[i+1].Count, later[i+1].Complete = 999, true
			if got := (designer{}).judge(m, Usual(), later, i); !got.same(r) {
				t.Fatalf("%s: a later month turned %+v into %+v", m, r, got)
			}
			if list[i].Complete {
				more := slices.Clone(list)
				more[i].Count += 5
				if got := (designer{}).judge(m, Usual(), more, i); r.Above && !got.Above || got.Hold != r.Hold {
					t.Fatalf("%s: five more turned %+v into %+v", m, r, got)
				}
			}
		}
	})
}

func TestNumbersInWords(t *testing.T) {
	for v, want := range map[float64]string{3: "3", 4.75: "4.8", 0.04: "0", 61.41666: "61.4"} {
		if got := decimal(v); got != want {
			t.Errorf("decimal(%v) = %s, want %s", v, got, want)
		}
	}
	for v, want := range map[int64]string{0: "0", 999: "999", 2071: "2,071", 1234567: "1,234,567", -1234: "-1,234"} {
		if got := whole(v); got != want {
			t.Errorf("whole(%d) = %s, want %s", v, got, want)
		}
	}
}
