package period_test

import (
	"fmt"

	"pgregory.net/rapid"

	. "kaiyang/internal/core/period"
)

func grains() []Grain { return []Grain{HalfMonths, Months, Quarters, HalfYears, Years} }

func kinds() []Kind { return []Kind{DayKind, Half, Month, Quarter, HalfYear, Year, Assessment} }

// anyDay draws a day; leap days and the ends of months come up often.
func anyDay(t *rapid.T, label string) Day {
	if rapid.Bool().Draw(t, label+" near now") {
		return Day(rapid.IntRange(int(MustDay("1995-01-01")), int(MustDay("2035-12-31"))).Draw(t, label))
	}
	return Day(rapid.IntRange(1, int(MustDay("9999-12-31"))).Draw(t, label))
}

// anyPeriod draws a period of every kind: slots and their ranges, assessment months and their
// ranges, days and ranges of days.
//
// Skip here is rapid's: it draws another case where the drawn one would lie beyond the year
// 9999. No test is skipped, and rapid fails a property for which too few cases are left.
func anyPeriod(t *rapid.T, label string) Period {
	d := anyDay(t, label+" in")
	n := 0
	if rapid.Bool().Draw(t, label+" a range") {
		n = rapid.IntRange(1, 40).Draw(t, label+" more")
	}
	how := rapid.SampledFrom([]string{"slots", "slots", "assessment", "days"}).Draw(t, label+" of")
	var first, last Day
	switch how {
	case "slots":
		g := rapid.SampledFrom(grains()).Draw(t, label+" grain")
		first, last = g.FirstDay(g.SlotOf(d)), g.LastDay(g.SlotOf(d)+Slot(n))
	case "assessment":
		start := rapid.IntRange(2, 28).Draw(t, label+" start")
		p, err := AssessmentOn(d, start)
		if err != nil {
			t.Skip("beyond the days there are; another case is drawn")
		}
		q, err := AssessmentOn(p.First().AddMonths(n), start)
		if err != nil {
			t.Skip("beyond the days there are; another case is drawn")
		}
		first, last = p.First(), q.Last()
	case "days":
		first, last = d, d.AddDays(n)
	}
	p, err := Between(first, last)
	if err != nil {
		t.Skip("beyond the year 9999; another case is drawn")
	}
	return p
}

func whole(p Period) string { return fmt.Sprintf("%s (%s to %s)", p, p.First(), p.Last()) }
