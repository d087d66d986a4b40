// Package calendar tells working days from days off by an editable holiday table (STANDARDS
// §5.5).
//
// The State Council's office publishes the arrangement of each year late in the year before:
// which days are off, and which weekends are worked to make up for them. A year whose arrangement
// is not in the table counts by weekdays, and every answer that touches it says so; nothing is
// guessed. Legal terms in calendar days (STANDARDS CAL-04) need no calendar: see period.Day.
package calendar

import (
	"cmp"
	"maps"
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
)

// Unpublished is what stands beside a date that was counted by weekdays because the arrangement of
// its year is not known (STANDARDS CAL-02).
const Unpublished = "节假日安排未发布"

// The notice of a year settles New Year's Day with the weekend and days joined to it, which lie in
// the last week of December before.
const lastWeek = 25

// A Calendar answers which days are worked. It never changes; New and With make another.
type Calendar struct {
	years map[int]Year
	days  map[period.Day]Entry // published
	extra map[period.Day]Entry // the county's own, which go before
}

// New makes a calendar of the years given, in any order; it may be without any. Where two years
// list the same day of December, the later notice holds. Faults, among them a year given twice,
// come all at once as fault.Findings.
func New(years ...Year) (*Calendar, error) {
	c := &Calendar{years: map[int]Year{}, days: map[period.Day]Entry{}}
	var found fault.Findings
	years = slices.Clone(years)
	slices.SortStableFunc(years, func(a, b Year) int { return cmp.Compare(a.Number, b.Number) })
	for _, y := range years {
		if _, twice := c.years[y.Number]; twice {
			found = append(found, fault.Finding{Rule: "twice",
				Format: "%d 年的节假日表给了两份，请只保留一份。", Args: []any{y.Number}})
		}
		found = append(found, y.faults()...)
		c.years[y.Number] = y
		for _, e := range y.Days {
			c.days[e.Date] = e
		}
	}
	if len(found) > 0 {
		return nil, found
	}
	return c, nil
}

// With gives the calendar with a county's own days on top of it. They go before the published
// ones and before days given earlier, and do not make a year known. Faults come as
// fault.Findings.
func (c *Calendar) With(x Extra) (*Calendar, error) {
	if err := x.faults().Err(); err != nil {
		return nil, err
	}
	d := &Calendar{years: c.years, days: c.days, extra: maps.Clone(c.extra)}
	if d.extra == nil {
		d.extra = map[period.Day]Entry{}
	}
	for _, e := range x.Days {
		d.extra[e.Date] = e
	}
	return d, nil
}

// Known tells whether the arrangement of a year is in the table.
func (c *Calendar) Known(year int) bool {
	_, ok := c.years[year]
	return ok
}

// Years gives the years in the table, ascending.
func (c *Calendar) Years() []int { return slices.Sorted(maps.Keys(c.years)) }

// Year gives the table of a year, if it is known.
func (c *Calendar) Year(year int) (Year, bool) {
	y, ok := c.years[year]
	y.Papers, y.Days = slices.Clone(y.Papers), slices.Clone(y.Days)
	return y, ok
}

// Entry gives what is listed for a day, the county's own list first; ok is false for a day that is
// as its weekday says.
func (c *Calendar) Entry(d period.Day) (e Entry, ok bool) {
	if e, ok = c.extra[d]; ok {
		return e, true
	}
	e, ok = c.days[d]
	return e, ok
}

// IsWorkday tells whether d is worked. known is false if d lies in a year without a table, or in
// the last week (25–31 December) of the last year with one, which the next notice may change; the
// answer is then that of the weekday as far as nothing is listed. No day is neither.
func (c *Calendar) IsWorkday(d period.Day) (work, known bool) {
	y, m, day := d.Date()
	if y == 0 {
		return false, false
	}
	known = c.Known(y) && (m < 12 || day < lastWeek || c.Known(y+1))
	if e, ok := c.Entry(d); ok {
		return !e.Off, known
	}
	return !weekend(d), known
}

// AddWorkdays gives the n-th working day after d (before d for negative n); d itself is not
// counted, and is the answer for n = 0. known is false if any day that was looked at on the way
// is not known. Beyond the years 1–9999 it gives no day.
func (c *Calendar) AddWorkdays(d period.Day, n int) (to period.Day, known bool) {
	_, known = c.IsWorkday(d)
	if n == 0 {
		return d, known
	}
	step := 1
	if n < 0 {
		step = -1
	}
	known = true
	for n != 0 {
		if d = d.AddDays(step); d == 0 {
			return 0, false
		}
		work, k := c.IsWorkday(d)
		known = known && k
		if work {
			n -= step
		}
	}
	return d, known
}

// OnOrAfter gives d if it is worked, else the next working day: where a term that ends on a day
// off ends instead. known is false if any day from d to it is not known.
func (c *Calendar) OnOrAfter(d period.Day) (to period.Day, known bool) {
	known = true
	for ; d != 0; d = d.AddDays(1) {
		work, k := c.IsWorkday(d)
		known = known && k
		if work {
			return d, known
		}
	}
	return 0, false
}

// WorkdaysBetween gives the number of working days after from, up to and including to, so that
// AddWorkdays(from, n) is to if to is worked. For a to before from it counts the days from to up
// to and without from, as a negative number. known is false if any day counted or passed over is
// not known, or an end is missing.
func (c *Calendar) WorkdaysBetween(from, to period.Day) (n int, known bool) {
	if from == 0 || to == 0 {
		return 0, false
	}
	lo, hi, sign := from+1, to, 1
	if to < from {
		lo, hi, sign = to, from-1, -1
	}
	known = true
	for d := lo; d <= hi; d++ {
		work, k := c.IsWorkday(d)
		known = known && k
		if work {
			n += sign
		}
	}
	return n, known
}

// A Change is a day on which two calendars differ.
type Change struct {
	On      period.Day
	Was, Is bool // worked
}

// Changes lists by date the days that are worked in one of the calendars and off in the other: what
// importing a table changes, for somebody to confirm.
func (c *Calendar) Changes(next *Calendar) []Change {
	listed := map[period.Day]bool{}
	for _, m := range []map[period.Day]Entry{c.days, c.extra, next.days, next.extra} {
		for d := range m {
			listed[d] = true
		}
	}
	var changes []Change
	for _, d := range slices.Sorted(maps.Keys(listed)) {
		was, _ := c.IsWorkday(d)
		is, _ := next.IsWorkday(d)
		if was != is {
			changes = append(changes, Change{d, was, is})
		}
	}
	return changes
}
