package period_test

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kaiyang/internal/core/fault"
	. "kaiyang/internal/core/period"
)

func TestEveryDayAgreesWithTheStandardLibrary(t *testing.T) {
	at := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	for d := Day(1); d <= MustDay("9999-12-31"); d++ {
		y, m, day := d.Date()
		ty, tm, td := at.Date()
		if y != ty || m != int(tm) || day != td || d.Weekday() != at.Weekday() {
			t.Fatalf("day %d is %d-%d-%d %s, want %s", d, y, m, day, d.Weekday(), at.Format("2006-01-02 Monday"))
		}
		if back, err := NewDay(y, m, day); back != d || err != nil {
			t.Fatalf("NewDay(%d, %d, %d) = %d, %v, want %d", y, m, day, back, err, d)
		}
		at = at.AddDate(0, 0, 1)
	}
}

func TestParseDay(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"2018-03-12", "2018-03-12"},
		{"2018-3-2", "2018-03-02"},
		{" 2018/3/12 ", "2018-03-12"},
		{"2018.03.12", "2018-03-12"},
		{"20180312", "2018-03-12"},
		{"２０１８－０３－１２", "2018-03-12"},
		{"2018年3月12日", "2018-03-12"},
		{"2018 年 3 月 12 号", "2018-03-12"},
		{"2016-02-29", "2016-02-29"},
		{"2000-02-29", "2000-02-29"},
		{"0001-01-01", "0001-01-01"},
		{"9999-12-31", "9999-12-31"},
	} {
		if d, err := ParseDay(c.in); err != nil || d.String() != c.want {
			t.Errorf("ParseDay(%q) = %q, %v, want %q", c.in, d, err, c.want)
		}
	}
	for _, in := range []string{
		"", "2018", "2018-03", "18-03-12", "2018-03-12x", "2018-03-12-1", "2018--12", "12018-03-12", "2018 03 12", "今天",
		"2018-02-29", "1900-02-29", "2018-04-31", "2018-00-10", "2018-13-10", "2018-01-00", "0000-01-01",
	} {
		if d, err := ParseDay(in); fault.KindOf(err) != fault.Invalid || d != 0 {
			t.Errorf("ParseDay(%q) = %q, %v, want Invalid", in, d, err)
		}
	}
}

func TestParseDaySaysWhichFormsItTakes(t *testing.T) {
	_, err := ParseDay("三月十二日")
	if got, want := fault.Say(err, nil), "“三月十二日”不是日期，请写成 2018-03-12 或 2018年3月12日。"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	_, err = ParseDay("2018-02-30")
	if got, want := fault.Say(err, nil), "没有“2018-02-30”这一天，请核对年、月、日。"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if _, err = NewDay(2018, 2, 30); fault.KindOf(err) != fault.Invalid {
		t.Errorf("30 February: %v, want Invalid", err)
	}
}

func TestDayOfIsTheCivilDayInChina(t *testing.T) {
	for _, c := range []struct{ instant, want string }{
		{"2018-03-11T15:59:59Z", "2018-03-11"},
		{"2018-03-11T16:00:00Z", "2018-03-12"},
		{"2018-03-12T23:59:59+08:00", "2018-03-12"},
		{"2018-03-12T00:30:00+09:00", "2018-03-11"},
		{"2016-02-28T23:00:00-05:00", "2016-02-29"},
	} {
		at, err := time.Parse(time.RFC3339, c.instant)
		if err != nil {
			t.Fatal(err)
		}
		if got := DayOf(at).String(); got != c.want {
			t.Errorf("DayOf(%s) = %s, want %s", c.instant, got, c.want)
		}
	}
	if got := DayOf(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)); got != 0 {
		t.Errorf("year 10000 gives %d, want no day", got)
	}
}

func TestAddMonthsStopsAtTheEndOfTheMonth(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2018-01-31", 1, "2018-02-28"},
		{"2016-01-31", 1, "2016-02-29"},
		{"2016-02-29", 12, "2017-02-28"},
		{"2016-02-29", 36, "2019-02-28"},
		{"2016-02-29", 48, "2020-02-29"},
		{"2018-03-31", -1, "2018-02-28"},
		{"2018-01-15", -1, "2017-12-15"},
		{"2018-12-15", 1, "2019-01-15"},
		{"2018-05-26", 0, "2018-05-26"},
		{"0001-01-15", -1, ""},
		{"9999-12-15", 1, ""},
		{"2018-01-01", 1 << 60, ""},
	} {
		if got := MustDay(c.from).AddMonths(c.n).String(); got != c.want {
			t.Errorf("%s and %d months = %q, want %q", c.from, c.n, got, c.want)
		}
	}
}

// Legal terms run in calendar days and years (STANDARDS CAL-04): the decision's own day is not
// counted, and holidays are not left out.
func TestLegalTermsAreCalendarDays(t *testing.T) {
	decided := MustDay("2018-02-10") // the spring festival follows
	if got := decided.AddDays(15).String(); got != "2018-02-25" {
		t.Errorf("15 days after %s = %s", decided, got)
	}
	if got := decided.AddDays(7).String(); got != "2018-02-17" {
		t.Errorf("7 days after %s = %s", decided, got)
	}
	if got := decided.AddMonths(36).String(); got != "2021-02-10" {
		t.Errorf("3 years after %s = %s", decided, got)
	}
}

func TestNoDayStaysNoDay(t *testing.T) {
	var none Day
	if !none.IsZero() || none.String() != "" || none.AddDays(1) != 0 || none.AddMonths(1) != 0 {
		t.Errorf("no day became %q, %q or %q", none, none.AddDays(1), none.AddMonths(1))
	}
	if y, m, d := none.Date(); y != 0 || m != 0 || d != 0 {
		t.Errorf("no day is %d-%d-%d", y, m, d)
	}
	if got := Day(-5).String(); got != "" {
		t.Errorf("day -5 is %q, want none", got)
	}
	last := MustDay("9999-12-31")
	for _, d := range []Day{last.AddDays(1), last.AddDays(1 << 60), last.AddDays(-1 << 60), MustDay("0001-01-01").AddDays(-1)} {
		if d != 0 {
			t.Errorf("beyond the calendar lies %q", d)
		}
	}
}

func TestDayOrderAndDistance(t *testing.T) {
	a, b := MustDay("2018-02-28"), MustDay("2018-03-01")
	if !a.Before(b) || a.After(b) || !b.After(a) || a.Before(a) || a.After(a) {
		t.Error("28 February is not before 1 March")
	}
	if a.DaysUntil(b) != 1 || b.DaysUntil(a) != -1 {
		t.Errorf("from %s to %s are %d days", a, b, a.DaysUntil(b))
	}
}

func TestDayAsJSON(t *testing.T) {
	type row struct {
		On  Day
		By  Day
		Sum map[Day]int
	}
	in := row{On: MustDay("2018-03-12"), Sum: map[Day]int{MustDay("2018-03-13"): 4}}
	b, err := json.Marshal(in)
	if got, want := string(b), `{"On":"2018-03-12","By":"","Sum":{"2018-03-13":4}}`; err != nil || got != want {
		t.Fatalf("got %s, %v, want %s", got, err, want)
	}
	var out row
	if err := json.Unmarshal(b, &out); err != nil || out.On != in.On || out.By != 0 || out.Sum[MustDay("2018-03-13")] != 4 {
		t.Errorf("read back %v, %v", out, err)
	}
	kept := in
	if err := json.Unmarshal([]byte(`{"On":"2018-02-30"}`), &kept); fault.KindOf(err) != fault.Invalid || kept.On != in.On {
		t.Errorf("30 February was read: %v, %v", kept.On, err)
	}
}

func TestDaysAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDay(t, "day")
		n := rapid.IntRange(-100000, 100000).Draw(t, "n")
		if e := d.AddDays(n); e != 0 && (d.DaysUntil(e) != n || e.AddDays(-n) != d) {
			t.Fatalf("%s and %d days is %s", d, n, e)
		}
		if got := MustDay(d.String()); got != d {
			t.Fatalf("%s reads as %s", d, got)
		}
		e := d.AddMonths(n)
		if e == 0 {
			return
		}
		y, m, day := d.Date()
		z, k, other := e.Date()
		if z*12+k-y*12-m != n || other > day {
			t.Fatalf("%s and %d months is %s", d, n, e)
		}
		if _, _, next := e.AddDays(1).Date(); other < day && next > 1 {
			t.Fatalf("%s and %d months is %s, not the end of that month", d, n, e)
		}
	})
}
