package meetings

import (
	"strings"
	"testing"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/period"
)

func published(t *testing.T) *calendar.Calendar {
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

// The dispatch meetings of 2018 by the published holidays: no day off, none outside its half-month.
func TestAYearOfDispatchMeetings(t *testing.T) {
	c := published(t)
	s := Series{Name: "调度会", Rhythm: HalfMonthly, Day: 11, Shift: Later, Time: "09:00", Host: 1}
	want := map[string]string{
		"2018-01a": "2018-01-11", "2018-01b": "2018-01-26",
		"2018-02a": "2018-02-11", // a Sunday that is worked for the spring festival
		"2018-02b": "2018-02-26",
		"2018-03a": "2018-03-12", // the 11th is a Sunday
		"2018-05a": "2018-05-11",
		"2018-09b": "2018-09-26",
		"2018-10a": "2018-10-11",
	}
	list := s.Rhythm.Periods(period.MustDay("2018-01-01"), period.MustDay("2018-12-31"))
	if len(list) != 24 {
		t.Fatalf("%d half-months in a year", len(list))
	}
	for _, p := range list {
		d := s.Date(c, p)
		if work, known := c.IsWorkday(d.Day); !work || !known || d.Unknown {
			t.Errorf("%s: meets on %s, no working day", p, d.Day)
		}
		if !p.ContainsDay(d.Day) {
			t.Errorf("%s: meets on %s", p, d.Day)
		}
		if w, ok := want[p.String()]; ok && d.Day.String() != w {
			t.Errorf("%s: meets on %s, want %s", p, d.Day, w)
		}
		if rhythm := p.First().AddDays(10); (d.Shifted != "") != (d.Day != rhythm) {
			t.Errorf("%s: %s, said %q", p, d.Day, d.Shifted)
		}
	}
}

// Around the spring festival of 2018 (15 to 21 February) a meeting keeps within its half-month.
func TestAMeetingAcrossTheSpringFestival(t *testing.T) {
	c := published(t)
	for _, x := range []struct {
		day   int
		shift Shift
		p     string
		want  string
		said  string
	}{
		{15, Later, "2018-02a", "2018-02-14", "遇休息日提前"}, // later would be the 22nd, in the next half
		{1, Later, "2018-02b", "2018-02-22", "遇休息日顺延"},
		{1, Earlier, "2018-02b", "2018-02-22", "遇休息日顺延"}, // earlier would be the 14th, in the half before
		{16, Later, "2018-02b", "2018-02-28", ""},        // the half has 13 days
		{7, Earlier, "2018-04a", "2018-04-04", "遇休息日提前"}, // the 5th to the 7th are free
	} {
		s := Series{Rhythm: HalfMonthly, Day: x.day, Shift: x.shift}
		d := s.Date(c, period.MustParse(x.p))
		if d.Day.String() != x.want || d.Shifted != x.said {
			t.Errorf("day %d, %s, %s: %s %q, want %s %q", x.day, x.shift, x.p, d.Day, d.Shifted, x.want, x.said)
		}
	}
}

func TestOtherRhythms(t *testing.T) {
	c := published(t)
	month := Series{Rhythm: Monthly, Day: 31, Shift: Earlier}
	if got := month.Date(c, period.MustParse("2018-02")).Day.String(); got != "2018-02-28" {
		t.Errorf("the last of February: %s", got)
	}
	week := Series{Rhythm: Weekly, Day: 3, Shift: Later}
	weeks := week.Rhythm.Periods(period.MustDay("2018-05-02"), period.MustDay("2018-05-20"))
	if len(weeks) != 3 || weeks[0].First().String() != "2018-04-30" {
		t.Fatalf("weeks: %v", weeks)
	}
	if got := week.Date(c, weeks[1]).Day.String(); got != "2018-05-09" {
		t.Errorf("Wednesday: %s", got)
	}
	if d := month.Date(c, period.MustParse("2031-02")); !d.Unknown {
		t.Error("a year without published holidays is not flagged")
	}
}

func TestASeriesSaysAllItsFaults(t *testing.T) {
	err := Series{Rhythm: HalfMonthly, Day: 20, Time: "9点"}.Check()
	if err == nil {
		t.Fatal("no fault")
	}
	for _, want := range []string{"会议名称", "1 到 16", "休息日", "09:00", "召集单位"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not said: %s in %v", want, err)
		}
	}
}
