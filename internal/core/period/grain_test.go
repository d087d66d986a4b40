package period_test

import (
	"testing"

	"pgregory.net/rapid"

	"kaiyang/internal/core/fault"
	. "kaiyang/internal/core/period"
)

func TestSlotOf(t *testing.T) {
	for _, c := range []struct {
		g     Grain
		day   string
		index int
		want  string // the slot as a period
	}{
		{HalfMonths, "2018-03-15", 4, "2018-03a"},
		{HalfMonths, "2018-03-16", 5, "2018-03b"},
		{HalfMonths, "2018-12-31", 23, "2018-12b"},
		{Months, "2018-01-01", 0, "2018-01"},
		{Months, "2018-12-31", 11, "2018-12"},
		{Quarters, "2018-03-31", 0, "2018-Q1"},
		{Quarters, "2018-04-01", 1, "2018-Q2"},
		{HalfYears, "2018-06-30", 0, "2018-H1"},
		{HalfYears, "2018-07-01", 1, "2018-H2"},
		{Years, "2018-07-01", 0, "2018"},
	} {
		s := c.g.SlotOf(MustDay(c.day))
		if c.g.Year(s) != 2018 || c.g.Index(s) != c.index || c.g.Period(s).String() != c.want {
			t.Errorf("%s slot of %s: year %d index %d, %s, want 2018 %d %s",
				c.g, c.day, c.g.Year(s), c.g.Index(s), c.g.Period(s), c.index, c.want)
		}
		if s != c.g.First(2018)+Slot(c.index) {
			t.Errorf("%s slot of %s is not First + %d", c.g, c.day, c.index)
		}
	}
}

func TestSecondHalfOfFebruary(t *testing.T) {
	for year, want := range map[int]string{2018: "2018-02-28", 2016: "2016-02-29", 1900: "1900-02-28", 2000: "2000-02-29"} {
		s := HalfMonths.First(year) + 3
		if got := HalfMonths.LastDay(s).String(); got != want {
			t.Errorf("second half of February %d ends on %s, want %s", year, got, want)
		}
		if _, _, d := HalfMonths.FirstDay(s).Date(); d != 16 {
			t.Errorf("second half of February %d begins on the %dth", year, d)
		}
	}
}

func TestSlotsFollowWithoutGap(t *testing.T) {
	for _, g := range grains() {
		next := MustDay("0001-01-01")
		for s := g.First(1); s < g.First(10000); s++ {
			first, last := g.FirstDay(s), g.LastDay(s)
			if first != next || last < first || g.SlotOf(first) != s || g.SlotOf(last) != s {
				t.Fatalf("%s slot %d runs from %s to %s after %s", g, s, first, last, next.AddDays(-1))
			}
			next = last + 1
		}
		if next != MustDay("9999-12-31")+1 {
			t.Errorf("the slots of %s end before %d", g, next)
		}
	}
}

func TestNoSlotOutsideTheCalendar(t *testing.T) {
	for _, g := range append(grains(), 0, 7) {
		for _, s := range []Slot{0, -1, g.First(1) - 1, g.First(10000), 1 << 30} {
			if g.FirstDay(s) != 0 || g.LastDay(s) != 0 || !g.Period(s).IsZero() {
				t.Errorf("%s slot %d has days", g, s)
			}
		}
		if g.SlotOf(0) != 0 {
			t.Errorf("no day has the %s slot %d", g, g.SlotOf(0))
		}
	}
	if g := Grain(7); g.Valid() || g.String() != "" || g.SlotOf(MustDay("2018-01-01")) != 0 || g.Year(5) != 0 || g.Index(5) != 0 {
		t.Error("7 passes for a grain")
	}
}

func TestParseGrain(t *testing.T) {
	for _, g := range grains() {
		for _, s := range []string{g.String(), g.Chinese()} {
			if got, err := ParseGrain(s); got != g || err != nil {
				t.Errorf("ParseGrain(%q) = %v, %v, want %v", s, got, err, g)
			}
		}
		if g.Kind().Grain() != g {
			t.Errorf("%s has kind %s", g, g.Kind())
		}
	}
	for _, s := range []string{"", "weekly", "旬", "Month"} {
		if _, err := ParseGrain(s); fault.KindOf(err) != fault.Invalid {
			t.Errorf("ParseGrain(%q): %v, want Invalid", s, err)
		}
	}
}

func TestDoneIsTheLatestSlotThatHasEnded(t *testing.T) {
	for _, c := range []struct {
		g        Grain
		on, want string
	}{
		{Months, "2018-03-30", "2018-02"},
		{Months, "2018-03-31", "2018-03"},
		{Months, "2018-01-01", "2017-12"},
		{HalfMonths, "2018-03-14", "2018-02b"},
		{HalfMonths, "2018-03-15", "2018-03a"},
		{Years, "2018-12-30", "2017"},
		{Quarters, "2018-06-30", "2018-Q2"},
		{Months, "0001-01-30", ""},
	} {
		if got := c.g.Period(c.g.Done(MustDay(c.on))).String(); got != c.want {
			t.Errorf("latest %s on %s is %q, want %q", c.g, c.on, got, c.want)
		}
	}
	if got := Months.Done(0); got != 0 {
		t.Errorf("on no day slot %d is done", got)
	}
}

func TestEverySlotIsReadAsItIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := rapid.SampledFrom(grains()).Draw(t, "grain")
		s := g.SlotOf(anyDay(t, "day"))
		p := g.Period(s)
		if p.Kind() != g.Kind() {
			t.Fatalf("%s is a %s, want a %s", p, p.Kind(), g.Kind())
		}
		lo, hi, ok := p.Slots(g)
		if !ok || lo != s || hi != s+1 {
			t.Fatalf("%s has the slots %d to %d, %v, want %d only", p, lo, hi, ok, s)
		}
	})
}

func BenchmarkSlotOf(b *testing.B) {
	d := MustDay("2018-03-12")
	var n Slot
	for b.Loop() {
		n += HalfMonths.SlotOf(d)
	}
	_ = n
}

func BenchmarkYearAndIndex(b *testing.B) {
	s := HalfMonths.SlotOf(MustDay("2018-03-12"))
	n := 0
	for b.Loop() {
		n += HalfMonths.Year(s) + HalfMonths.Index(s)
	}
	_ = n
}
