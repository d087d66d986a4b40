package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
)

// published gives the calendar of the arrangements that come with the program.
func published(t interface {
	Helper()
	Fatal(...any)
}) *calendar.Calendar {
	t.Helper()
	years, err := calendar.Published()
	if err != nil {
		t.Fatal(err)
	}
	c, err := calendar.New(years...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func day(s string) period.Day { return period.MustDay(s) }

// days gives the days from first to last.
func days(first, last string) []period.Day {
	var list []period.Day
	for d := day(first); d <= day(last); d++ {
		list = append(list, d)
	}
	return list
}

func check(t *testing.T, c *calendar.Calendar, d period.Day, work, known bool) {
	t.Helper()
	if w, k := c.IsWorkday(d); w != work || k != known {
		t.Errorf("%s %s: worked %v, known %v, want %v, %v", d, d.Weekday(), w, k, work, known)
	}
}

func TestMakeUpDaysOf2026AreWorked(t *testing.T) {
	c := published(t)
	makeUp := map[period.Day]bool{}
	for _, s := range []string{"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"} {
		makeUp[day(s)] = true
		check(t, c, day(s), true, true)
	}
	for _, d := range days("2026-01-01", "2026-12-24") {
		weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
		if w, _ := c.IsWorkday(d); w && weekend && !makeUp[d] {
			t.Errorf("%s %s is worked", d, d.Weekday())
		}
	}
}

func TestSpringFestivalOf2018(t *testing.T) {
	c := published(t)
	for _, d := range days("2018-02-15", "2018-02-21") {
		check(t, c, d, false, true)
		if e, ok := c.Entry(d); !ok || e.Name != "春节" || !e.Off {
			t.Errorf("%s is listed as %v, %v", d, e, ok)
		}
	}
	check(t, c, day("2018-02-11"), true, true)
	check(t, c, day("2018-02-24"), true, true)
	check(t, c, day("2018-02-14"), true, true)
	check(t, c, day("2018-02-22"), true, true)
	check(t, c, day("2018-02-25"), false, true)
	if e, ok := c.Entry(day("2018-02-22")); ok {
		t.Errorf("an ordinary Thursday is listed as %v", e)
	}
}

// The statutory days off are 11 a year, 13 from 2025; 2015 had the anniversary besides, 2020 a
// working Friday and the make-up Saturday after it that the epidemic cancelled.
func TestEachYearHasItsStatutoryDaysOff(t *testing.T) {
	want := map[int]int{2015: 12, 2020: 13, 2025: 13, 2026: 13}
	years, err := calendar.Published()
	if err != nil {
		t.Fatal(err)
	}
	if len(years) != 12 || years[0].Number != 2015 || years[11].Number != 2026 {
		t.Fatalf("%d years, want 2015 to 2026", len(years))
	}
	for _, y := range years {
		net, first := 0, false
		for _, e := range y.Days {
			weekend := e.Date.Weekday() == time.Saturday || e.Date.Weekday() == time.Sunday
			switch {
			case e.Off && !weekend:
				net++
			case !e.Off:
				net--
			}
			if _, m, d := e.Date.Date(); m == 1 && d == 1 && e.Off {
				first = true
			}
		}
		statutory := 11
		if w, ok := want[y.Number]; ok {
			statutory = w
		}
		if net != statutory || !first {
			t.Errorf("%d has %d days off, want %d; New Year's Day off: %v", y.Number, net, statutory, first)
		}
		if len(y.Papers) == 0 {
			t.Errorf("%d names no notice", y.Number)
		}
	}
}

func TestAddWorkdays(t *testing.T) {
	c := published(t)
	for _, x := range []struct {
		from string
		n    int
		want string
	}{
		{"2018-03-12", 1, "2018-03-13"},
		{"2018-03-09", 1, "2018-03-12"}, // over a weekend
		{"2018-03-10", 1, "2018-03-12"}, // from a Saturday
		{"2018-02-09", 1, "2018-02-11"}, // a worked Sunday
		{"2018-02-14", 1, "2018-02-22"}, // over the festival
		{"2018-02-14", 3, "2018-02-24"}, // and on to a worked Saturday
		{"2018-02-22", -1, "2018-02-14"},
		{"2018-02-24", -3, "2018-02-14"},
		{"2018-02-15", 0, "2018-02-15"},
		{"2017-12-29", 1, "2018-01-02"},
		{"2018-12-28", 1, "2018-12-29"}, // set by the notice of 2019
		{"2018-12-29", 1, "2019-01-02"},
		{"2020-01-23", 1, "2020-02-03"}, // extended in 2020
	} {
		if got, known := c.AddWorkdays(day(x.from), x.n); got.String() != x.want || !known {
			t.Errorf("%s and %d working days = %s, known %v, want %s", x.from, x.n, got, known, x.want)
		}
	}
}

// STANDARDS CAL-02: the days after 2026 are counted by weekdays, and the answer says that the
// arrangement of 2027 is not known. Importing it removes the doubt and may move the day.
func TestDeadlineIntoAnUnpublishedYearIsFlagged(t *testing.T) {
	c := published(t)
	to, known := c.AddWorkdays(day("2026-12-28"), 5)
	if to.String() != "2027-01-04" || known {
		t.Fatalf("2026-12-28 and 5 working days = %s, known %v, want 2027-01-04 by weekdays, not known", to, known)
	}
	if to, known := c.AddWorkdays(day("2026-12-14"), 5); to.String() != "2026-12-21" || !known {
		t.Errorf("2026-12-14 and 5 working days = %s, known %v, want 2026-12-21", to, known)
	}
	if c.Known(2027) || !c.Known(2026) || c.Known(2014) {
		t.Error("2015 to 2026 are known, and no other year")
	}

	// An invented arrangement, as the office would import it.
	next, err := calendar.ParseYear([]byte(`{"year":2027,"papers":["示例通知"],"days":[
		{"name":"元旦","date":"2026-12-31","isOffDay":true},
		{"name":"元旦","date":"2027-01-01","isOffDay":true},
		{"name":"元旦","date":"2027-01-03","isOffDay":false}]}`))
	if err != nil {
		t.Fatal(err)
	}
	years, _ := calendar.Published()
	d, err := calendar.New(append(years, next)...)
	if err != nil {
		t.Fatal(err)
	}
	if to, known := d.AddWorkdays(day("2026-12-28"), 5); to.String() != "2027-01-05" || !known {
		t.Errorf("after the import: %s, known %v, want 2027-01-05", to, known)
	}
	changes := c.Changes(d)
	want := []calendar.Change{
		{On: day("2026-12-31"), Was: true, Is: false},
		{On: day("2027-01-01"), Was: true, Is: false},
		{On: day("2027-01-03"), Was: false, Is: true},
	}
	if len(changes) != len(want) {
		t.Fatalf("changes %v, want %v", changes, want)
	}
	for i, w := range want {
		if changes[i] != w {
			t.Errorf("change %d is %v, want %v", i, changes[i], w)
		}
	}
}

// The notice of a year may take days of the December before, so the last week of the last known
// year is not settled.
func TestLastWeekOfDecemberWaitsForTheNextNotice(t *testing.T) {
	c := published(t)
	check(t, c, day("2026-12-24"), true, true)
	check(t, c, day("2026-12-25"), true, false)
	check(t, c, day("2026-12-31"), true, false)
	check(t, c, day("2027-01-01"), true, false)
	check(t, c, day("2027-01-02"), false, false)
	check(t, c, day("2025-12-31"), true, true)
	check(t, c, day("2014-12-31"), true, false)
}

func TestWithoutAnyTableOnlyWeekdaysCount(t *testing.T) {
	c, err := calendar.New()
	if err != nil {
		t.Fatal(err)
	}
	check(t, c, day("2018-02-16"), true, false) // a Friday
	check(t, c, day("2018-02-24"), false, false)
	if to, known := c.AddWorkdays(day("2018-02-14"), 3); to.String() != "2018-02-19" || known {
		t.Errorf("got %s, known %v", to, known)
	}
	if len(c.Years()) != 0 {
		t.Errorf("knows %v", c.Years())
	}
}

func TestCountysOwnDaysGoFirst(t *testing.T) {
	c := published(t)
	own, err := c.With(calendar.Extra{Name: "本县规定", Days: []calendar.Entry{
		{Name: "火把节", Date: day("2018-08-06"), Off: true},
		{Name: "值守", Date: day("2018-02-21"), Off: false},
	}})
	if err != nil {
		t.Fatal(err)
	}
	check(t, own, day("2018-08-06"), false, true)
	check(t, own, day("2018-02-21"), true, true)
	check(t, c, day("2018-08-06"), true, true) // the calendar without them is as before
	if e, _ := own.Entry(day("2018-08-06")); e.Name != "火把节" {
		t.Errorf("2018-08-06 is listed as %v", e)
	}
	again, err := own.With(calendar.Extra{Name: "改", Days: []calendar.Entry{{Name: "火把节", Date: day("2018-08-06")}}})
	if err != nil {
		t.Fatal(err)
	}
	check(t, again, day("2018-08-06"), true, true)
	check(t, own, day("2018-08-06"), false, true)

	later, err := c.With(calendar.Extra{Name: "本县规定", Days: []calendar.Entry{{Name: "火把节", Date: day("2027-07-26"), Off: true}}})
	if err != nil {
		t.Fatal(err)
	}
	check(t, later, day("2027-07-26"), false, false)

	_, err = c.With(calendar.Extra{Days: []calendar.Entry{{Date: day("2018-08-06")}, {Name: "无日期"}, {Name: "重", Date: day("2018-08-06")}}})
	if f, ok := err.(fault.Findings); !ok || len(f) != 4 {
		t.Errorf("a list without a name, a day without, a day without date, a day twice: %v", err)
	}
}

func TestOnOrAfter(t *testing.T) {
	c := published(t)
	for from, want := range map[string]string{
		"2018-02-15": "2018-02-22", "2018-02-14": "2018-02-14", "2018-02-24": "2018-02-24", "2018-03-10": "2018-03-12",
	} {
		if got, known := c.OnOrAfter(day(from)); got.String() != want || !known {
			t.Errorf("on or after %s: %s, known %v, want %s", from, got, known, want)
		}
	}
	if got, known := c.OnOrAfter(day("2027-01-02")); got.String() != "2027-01-04" || known {
		t.Errorf("on or after 2027-01-02: %s, known %v", got, known)
	}
}

func TestNoDayIsNoWorkday(t *testing.T) {
	c := published(t)
	check(t, c, 0, false, false)
	if d, known := c.AddWorkdays(0, 3); d != 0 || known {
		t.Errorf("3 working days after no day: %s, %v", d, known)
	}
	if d, known := c.AddWorkdays(day("9999-12-30"), 5); d != 0 || known {
		t.Errorf("beyond the calendar: %s, %v", d, known)
	}
	if n, known := c.WorkdaysBetween(0, day("2018-01-01")); n != 0 || known {
		t.Errorf("working days since no day: %d, %v", n, known)
	}
	if d, known := c.OnOrAfter(0); d != 0 || known {
		t.Errorf("on or after no day: %s, %v", d, known)
	}
}

func TestWorkdaysBetween(t *testing.T) {
	c := published(t)
	for _, x := range []struct {
		from, to string
		want     int
		known    bool
	}{
		{"2018-02-14", "2018-02-24", 3, true},
		{"2018-02-24", "2018-02-14", -3, true},
		{"2018-02-14", "2018-02-21", 0, true},
		{"2018-03-12", "2018-03-12", 0, true},
		{"2017-12-31", "2018-12-31", 250, true},
		{"2026-12-28", "2027-01-04", 5, false},
	} {
		if n, known := c.WorkdaysBetween(day(x.from), day(x.to)); n != x.want || known != x.known {
			t.Errorf("between %s and %s: %d, known %v, want %d, %v", x.from, x.to, n, known, x.want, x.known)
		}
	}
}

func TestAddingAndCountingAgree(t *testing.T) {
	c := published(t)
	rapid.Check(t, func(t *rapid.T) {
		from := period.Day(rapid.IntRange(int(day("2014-06-01")), int(day("2027-06-01"))).Draw(t, "from"))
		n := rapid.IntRange(-400, 400).Draw(t, "n")
		to, known := c.AddWorkdays(from, n)
		if n != 0 {
			if work, _ := c.IsWorkday(to); !work {
				t.Fatalf("%s and %d working days is %s, a day off", from, n, to)
			}
		}
		got, alsoKnown := c.WorkdaysBetween(from, to)
		if got != n || n != 0 && known != alsoKnown {
			t.Fatalf("%s and %d working days is %s (known %v), but %d lie between (known %v)", from, n, to, known, got, alsoKnown)
		}
		next, _ := c.OnOrAfter(from)
		if work, _ := c.IsWorkday(from); work != (next == from) {
			t.Fatalf("on or after %s is %s", from, next)
		}
	})
}
