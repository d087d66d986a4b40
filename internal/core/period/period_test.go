package period_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kaiyang/internal/core/fault"
	. "kaiyang/internal/core/period"
)

func TestKind(t *testing.T) {
	for s, want := range map[string]string{
		"2018": "year", "2018-H1": "half-year", "2018-Q1": "quarter", "2018-03": "month", "2018-03a": "half-month",
		"2018-03-12": "day", "2018-03@26": "assessment", "2018-01..2018-02": "range", "2018-01..2018-03": "quarter",
		"2018-01@26..2018-03@26": "range", "2015..2017": "range",
	} {
		if got := MustParse(s).Kind().String(); got != want {
			t.Errorf("%s is a %s, want a %s", s, got, want)
		}
	}
	if got := (Period{}).Kind(); got != NoKind || got.String() != "" || got.Grain() != 0 {
		t.Errorf("no period is a %s", got)
	}
}

func TestPrevAndNext(t *testing.T) {
	for _, c := range []struct{ p, prev, next string }{
		{"2018", "2017", "2019"},
		{"2018-H1", "2017-H2", "2018-H2"},
		{"2018-Q1", "2017-Q4", "2018-Q2"},
		{"2018-03", "2018-02", "2018-04"},
		{"2018-01", "2017-12", "2018-02"},
		{"2018-03a", "2018-02b", "2018-03b"},
		{"2018-03-01", "2018-02-28", "2018-03-02"},
		{"2015..2017", "2012..2014", "2018..2020"},
		{"2018-01..2018-02", "2017-11..2017-12", "2018-03..2018-04"},
		{"2018-Q2..2018-Q3", "2017-Q4..2018-Q1", "2018-Q4..2019-Q1"},
		{"2018-03b..2018-05a", "2018-01b..2018-03a", "2018-05b..2018-07a"},
		{"2018-03-12..2018-03-14", "2018-03-09..2018-03-11", "2018-03-15..2018-03-17"},
		{"2018-03@26", "2018-02@26", "2018-04@26"},
		{"2018-01@26", "2017-12@26", "2018-02@26"},
		{"2018-01@26..2018-03@26", "2017-10@26..2017-12@26", "2018-04@26..2018-06@26"},
		{"0001", "", "0002"},
		{"9999-12", "9999-11", ""},
		{"0001-02@26", "", "0001-03@26"},
	} {
		p := MustParse(c.p)
		if p.Prev().String() != c.prev || p.Next().String() != c.next {
			t.Errorf("around %s are %q and %q, want %q and %q", c.p, p.Prev(), p.Next(), c.prev, c.next)
		}
	}
	for _, n := range []int{1 << 62, -1 << 62, 3000000, -3000000} {
		if got := MustParse("2015..2017").Shift(n); !got.IsZero() {
			t.Errorf("shifted by %d: %s", n, got)
		}
	}
}

func TestYearOnYear(t *testing.T) {
	for _, c := range []struct{ p, want string }{
		{"2018", "2017"},
		{"2018-H1", "2017-H1"},
		{"2018-Q1", "2017-Q1"},
		{"2018-01..2018-02", "2017-01..2017-02"},
		{"2017-11..2018-02", "2016-11..2017-02"},
		{"2018-07..2019-06", "2017-H2..2018-H1"},
		{"2017-02", "2016-02"},
		{"2016-02", "2015-02"},
		{"2016-02b", "2015-02b"},
		{"2016-02-29", "2015-02-28"},
		{"2017-02-28", "2016-02-28"},
		{"2018-03-12..2018-03-14", "2017-03-12..2017-03-14"},
		{"2018-03@26", "2017-03@26"},
		{"2018-01@26..2018-12@26", "2017-01@26..2017-12@26"},
		{"2016-02-29..2017-02-27", "2015-03@28..2016-02@28"},
	} {
		if got, err := MustParse(c.p).YoY(); err != nil || got.String() != c.want {
			t.Errorf("the year before %s is %s, %v, want %s", c.p, got, err, c.want)
		}
	}
	for _, s := range []string{"2015..2017", "2018-01..2019-01", "2018-01@26..2019-01@26", "2018-01-01..2019-01-01", "0001", "0001-03-12"} {
		if got, err := MustParse(s).YoY(); fault.KindOf(err) != fault.Invalid || !got.IsZero() {
			t.Errorf("the year before %s is %s, %v, want Invalid", s, got, err)
		}
	}
	if _, err := (Period{}).YoY(); fault.KindOf(err) != fault.Invalid {
		t.Errorf("the year before no period: %v, want Invalid", err)
	}
}

func TestYearToDate(t *testing.T) {
	for s, want := range map[string]string{
		"2018-03": "2018-Q1", "2018-02": "2018-01..2018-02", "2018": "2018", "2015..2017": "2017", "2018-03a": "2018-01a..2018-03a",
		"2018-03-12": "2018-01-01..2018-03-12", "2017-11..2018-02": "2018-01..2018-02", "2018-01@26": "2018-01-01..2018-01-25",
	} {
		if got := MustParse(s).YTD().String(); got != want {
			t.Errorf("the year to the end of %s is %s, want %s", s, got, want)
		}
	}
}

func TestParts(t *testing.T) {
	for _, c := range []struct {
		p    string
		k    Kind
		want string
	}{
		{"2018-Q1", Month, "2018-01 2018-02 2018-03"},
		{"2018", Quarter, "2018-Q1 2018-Q2 2018-Q3 2018-Q4"},
		{"2018", HalfYear, "2018-H1 2018-H2"},
		{"2018-03", Half, "2018-03a 2018-03b"},
		{"2018-03", Month, "2018-03"},
		{"2015..2017", Year, "2015 2016 2017"},
		{"2018-03-12..2018-03-14", DayKind, "2018-03-12 2018-03-13 2018-03-14"},
		{"2018-01@26..2018-03@26", Assessment, "2018-01@26 2018-02@26 2018-03@26"},
		{"2018-02@16..2018-03@16", Assessment, "2018-01b..2018-02a 2018-02b..2018-03a"},
		{"2018-02@16", Half, "2018-01b 2018-02a"},
		{"2018-01", Quarter, ""},
		{"2018-03@26", Month, ""},
		{"2018-03", Assessment, ""},
		{"2018-01..2018-02", Range, ""},
		{"2018", NoKind, ""},
	} {
		var got []string
		for _, q := range MustParse(c.p).Parts(c.k) {
			got = append(got, q.String())
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("the %s parts of %s are %q, want %q", c.k, c.p, s, c.want)
		}
	}
	if got := len(MustParse("2016-02").Parts(DayKind)); got != 29 {
		t.Errorf("February 2016 has %d days", got)
	}
}

func TestNoPeriodHasNothing(t *testing.T) {
	var none Period
	for _, g := range grains() {
		if _, _, ok := none.Slots(g); ok {
			t.Errorf("no period has %s slots", g)
		}
	}
	for _, k := range kinds() {
		if none.Parts(k) != nil || !none.Within(k).IsZero() {
			t.Errorf("no period has %s parts or lies in one", k)
		}
	}
	y := MustParse("2018")
	switch {
	case !none.IsZero(), none.String() != "", none.Chinese() != "", none.English() != "", none.Days() != 0:
		t.Error("no period has a name or days")
	case !none.Prev().IsZero(), !none.YTD().IsZero(), !none.Head(Months, 1).IsZero():
		t.Error("no period leads to another")
	case none.Contains(none), none.Contains(y), y.Contains(none), y.Overlaps(none), none.ContainsDay(0), y.ContainsDay(0):
		t.Error("no period holds something or is held")
	}
}

func TestContains(t *testing.T) {
	y, q, m := MustParse("2018"), MustParse("2018-Q1"), MustParse("2018-04")
	if !y.Contains(q) || !y.Contains(y) || q.Contains(y) || q.Contains(m) {
		t.Error("2018 holds its first quarter, and that quarter neither 2018 nor April")
	}
	if !q.ContainsDay(MustDay("2018-03-31")) || q.ContainsDay(MustDay("2018-04-01")) {
		t.Error("the first quarter ends on 31 March")
	}
	a := MustParse("2018-04@26")
	if !a.Overlaps(q) || !q.Overlaps(a) || q.Overlaps(m) {
		t.Error("the assessment month to 25 April begins in the first quarter")
	}
}

func TestWithin(t *testing.T) {
	for _, c := range []struct {
		p    string
		k    Kind
		want string
	}{
		{"2018-03a", Month, "2018-03"}, {"2018-03", Quarter, "2018-Q1"}, {"2018-05", HalfYear, "2018-H1"},
		{"2018-Q3", Year, "2018"}, {"2018-03-12", Half, "2018-03a"}, {"2018-03-12", DayKind, "2018-03-12"},
		{"2018", Year, "2018"}, {"2018-02..2018-03", Quarter, "2018-Q1"}, {"2018-03..2018-04", Quarter, ""},
		{"2018", Month, ""}, {"2018-03@26", Month, ""}, {"2018-03@26", Quarter, "2018-Q1"}, {"2018-03", Assessment, ""},
	} {
		if got := MustParse(c.p).Within(c.k).String(); got != c.want {
			t.Errorf("the %s of %s is %q, want %q", c.k, c.p, got, c.want)
		}
	}
}

// On 20 May 2018 the year is running: four months of it are complete, and are compared with the
// same four of the year before.
func TestRunningPeriodIsComparedByItsCompletedSlots(t *testing.T) {
	p, n := MustParse("2018").Completed(Months, MustDay("2018-05-20"))
	if p.String() != "2018-01..2018-04" || n != 4 {
		t.Fatalf("completed is %s, %d", p, n)
	}
	if got := MustParse("2017").Head(Months, n).String(); got != "2017-01..2017-04" {
		t.Errorf("compared with %s", got)
	}
	for _, c := range []struct {
		p    string
		g    Grain
		on   string
		want string
	}{
		{"2018", HalfMonths, "2018-05-20", "2018-01a..2018-05a"},
		{"2018", Months, "2018-12-31", "2018"},
		{"2018", Months, "2020-01-01", "2018"},
		{"2018", Months, "2018-01-30", ""},
		{"2018", Months, "2017-01-30", ""},
		{"2018-03@26", Months, "2018-05-20", ""},
	} {
		if got, _ := MustParse(c.p).Completed(c.g, MustDay(c.on)); got.String() != c.want {
			t.Errorf("of %s on %s %q is complete, want %q", c.p, c.on, got, c.want)
		}
	}
	if got := MustParse("2018-Q1").Head(Months, 4); !got.IsZero() {
		t.Errorf("the first four months of a quarter are %s", got)
	}
}

func TestAssessmentOn(t *testing.T) {
	for _, c := range []struct {
		on    string
		start int
		want  string
	}{
		{"2018-03-25", 26, "2018-03@26"}, {"2018-03-26", 26, "2018-04@26"}, {"2018-12-31", 26, "2019-01@26"},
		{"2018-02-28", 28, "2018-03@28"}, {"2018-01-31", 2, "2018-02@02"}, {"2018-02-01", 2, "2018-02@02"},
	} {
		if got, err := AssessmentOn(MustDay(c.on), c.start); err != nil || got.String() != c.want {
			t.Errorf("%s lies in %s, %v, want %s", c.on, got, err, c.want)
		}
	}
	for _, start := range []int{-1, 0, 1, 29, 300} {
		if _, err := AssessmentOn(MustDay("2018-03-25"), start); fault.KindOf(err) != fault.Invalid {
			t.Errorf("start %d: %v, want Invalid", start, err)
		}
	}
	if _, err := AssessmentOn(0, 26); fault.KindOf(err) != fault.Invalid {
		t.Errorf("no day: %v, want Invalid", err)
	}
}

func TestCompareSortsTheLongerFirst(t *testing.T) {
	ps := []Period{MustParse("2018-02"), MustParse("2018-01"), MustParse("2018-Q1"), MustParse("2018"), MustParse("2017")}
	slices.SortFunc(ps, Period.Compare)
	var got []string
	for _, p := range ps {
		got = append(got, p.String())
	}
	if s := strings.Join(got, " "); s != "2017 2018 2018-Q1 2018-01 2018-02" {
		t.Errorf("sorted: %s", s)
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct{ p, zh, en string }{
		{"2018", "2018年", "2018"},
		{"2018-H2", "2018年下半年", "H2 2018"},
		{"2018-Q3", "2018年第三季度", "Q3 2018"},
		{"2018-03", "2018年3月", "March 2018"},
		{"2018-03a", "2018年3月上半月", "1–15 March 2018"},
		{"2018-02b", "2018年2月下半月", "16–28 February 2018"},
		{"2018-03-12", "2018年3月12日", "12 March 2018"},
		{"2018-03@26", "2018年3月考核月（2月26日—3月25日）", "assessment month March 2018 (26 February – 25 March 2018)"},
		{"2018-01@26", "2018年1月考核月（2017年12月26日—2018年1月25日）",
			"assessment month January 2018 (26 December 2017 – 25 January 2018)"},
		{"2018-01@26..2018-03@26", "2018年1—3月考核月（2017年12月26日—2018年3月25日）",
			"assessment months January–March 2018 (26 December 2017 – 25 March 2018)"},
		{"2015..2017", "2015—2017年", "2015–2017"},
		{"2018-H2..2019-H1", "2018年下半年—2019年上半年", "H2 2018 – H1 2019"},
		{"2018-Q2..2018-Q3", "2018年第二—三季度", "Q2–Q3 2018"},
		{"2018-Q4..2019-Q1", "2018年第四季度—2019年第一季度", "Q4 2018 – Q1 2019"},
		{"2018-01..2018-02", "2018年1—2月", "January–February 2018"},
		{"2018-11..2019-02", "2018年11月—2019年2月", "November 2018 – February 2019"},
		{"2018-03b..2018-05a", "2018年3月下半月—5月上半月", "16 March – 15 May 2018"},
		{"2018-03-12..2018-03-14", "2018年3月12—14日", "12–14 March 2018"},
		{"2018-03-12..2018-04-02", "2018年3月12日—4月2日", "12 March – 2 April 2018"},
		{"2017-12-30..2018-01-02", "2017年12月30日—2018年1月2日", "30 December 2017 – 2 January 2018"},
	} {
		p := MustParse(c.p)
		if p.Chinese() != c.zh || p.English() != c.en {
			t.Errorf("%s is named\n%s, want %s\n%s, want %s", c.p, p.Chinese(), c.zh, p.English(), c.en)
		}
	}
}

func TestShiftAndBackIsWhereOneWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPeriod(t, "period")
		n := rapid.IntRange(-30, 30).Draw(t, "n")
		q := p.Shift(n)
		if q.IsZero() {
			return // beyond the calendar
		}
		if p.Shift(0) != p || n == 1 && q != p.Next() || n == -1 && q != p.Prev() {
			t.Fatalf("%s shifted by %d is %s", whole(p), n, whole(q))
		}
		if n == -1 && q.Last()+1 != p.First() {
			t.Fatalf("%s comes before %s with a gap or an overlap", whole(q), whole(p))
		}
		if p.Kind() != Range && q.Kind() != p.Kind() {
			t.Fatalf("%s shifted by %d is %s", whole(p), n, whole(q))
		}
		// A range of days keeps its number of days, and may become a month or half-month by chance.
		if _, _, ok := p.Slots(HalfMonths); p.Kind() == Range && !ok && p.Parts(Assessment) == nil {
			if q.Days() != p.Days() {
				t.Fatalf("%s shifted by %d is %s", whole(p), n, whole(q))
			}
			return
		}
		if back := q.Shift(-n); back != p {
			t.Fatalf("%s shifted by %d is %s, and back %s", whole(p), n, whole(q), whole(back))
		}
	})
}

func TestSlotsCoverExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPeriod(t, "period")
		g := rapid.SampledFrom(grains()).Draw(t, "grain")
		lo, hi, ok := p.Slots(g)
		if !ok {
			if g.FirstDay(g.SlotOf(p.First())) == p.First() && g.LastDay(g.SlotOf(p.Last())) == p.Last() {
				t.Fatalf("%s is a union of %s slots, but said not to be", whole(p), g)
			}
			return
		}
		days, next := 0, p.First()
		for s := lo; s < hi; s++ {
			if g.FirstDay(s) != next {
				t.Fatalf("%s slot %d of %s begins on %s, want %s", g, s, whole(p), g.FirstDay(s), next)
			}
			days += g.Period(s).Days()
			next = g.LastDay(s) + 1
		}
		if days != p.Days() || next != p.Last()+1 {
			t.Fatalf("the %s slots of %s have %d days", g, whole(p), days)
		}
	})
}

func TestPartsPartition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPeriod(t, "period")
		k := rapid.SampledFrom(kinds()).Draw(t, "kind")
		parts := p.Parts(k)
		if parts == nil {
			if p.Kind() == k || k == DayKind {
				t.Fatalf("%s has no %s parts", whole(p), k)
			}
			return
		}
		next := p.First()
		for _, q := range parts {
			if q.First() != next || !p.Contains(q) {
				t.Fatalf("part %s of %s does not begin on %s", whole(q), whole(p), next)
			}
			if _, _, d := q.First().Date(); q.Kind() != k && (k != Assessment || d != 16) {
				t.Fatalf("part %s of %s is no %s", whole(q), whole(p), k)
			}
			next = q.Last() + 1
		}
		if next != p.Last()+1 {
			t.Fatalf("the %s parts of %s end before %s", k, whole(p), next)
		}
	})
}

func TestYearOnYearIsOneYearEarlier(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPeriod(t, "period")
		q, err := p.YoY()
		if err != nil {
			if y, _, _ := p.First().Date(); p.Days() <= 365 && y > 2 {
				t.Fatalf("%s: %v", whole(p), err)
			}
			return
		}
		y, m, _ := p.First().Date()
		z, n, _ := q.First().Date()
		if y-z != 1 || m != n || q.Last() >= p.First() || p.Days() > 366 {
			t.Fatalf("the year before %s is %s", whole(p), whole(q))
		}
		for _, g := range grains() {
			lo, hi, ok := p.Slots(g)
			qlo, qhi, qok := q.Slots(g)
			if ok && (!qok || hi-lo != qhi-qlo || g.Index(lo) != g.Index(qlo)) {
				t.Fatalf("the year before %s is %s, other slots of %s", whole(p), whole(q), g)
			}
		}
	})
}
