package meetings

import (
	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
)

// A Date is a day on which a series meets.
type Date struct {
	Period  period.Period
	Day     period.Day
	Shifted string // why it is not the day of the rhythm, in Chinese
	Unknown bool   // the holidays of that year are not published (STANDARDS CAL-02)
}

// Check reports all faults of a series, by field.
func (s Series) Check() error {
	var f fault.Fields
	f.Need(s.Name != "", "name", "请写会议名称")
	switch s.Rhythm {
	case HalfMonthly:
		f.Need(s.Day >= 1 && s.Day <= 16, "day", "半月会的日子应为 1 到 16：上半月从 1 日起数，下半月从 16 日起数")
	case Monthly:
		f.Need(s.Day >= 1 && s.Day <= 31, "day", "月会的日子应为 1 到 31")
	case Weekly:
		f.Need(s.Day >= 1 && s.Day <= 7, "day", "周会的日子应为 1（周一）到 7（周日）")
	default:
		f.Need(false, "rhythm", "请选择会议周期：每半月、每月或每周")
	}
	f.Need(s.Shift == Later || s.Shift == Earlier, "shift", "请选择遇休息日顺延还是提前")
	f.Need(clockText(s.Time), "time", "时间写法不对；请写成 09:00 的样子")
	f.Need(s.Host != 0, "host", "请选择召集单位")
	return f.Err()
}

// clockText tells whether a text is a time of day, "09:00".
func clockText(s string) bool {
	if len(s) != 5 || s[2] != ':' {
		return false
	}
	h, m := int(s[0]-'0')*10+int(s[1]-'0'), int(s[3]-'0')*10+int(s[4]-'0')
	for _, c := range []byte{s[0], s[1], s[3], s[4]} {
		if c < '0' || c > '9' {
			return false
		}
	}
	return h < 24 && m < 60
}

// Periods lists the half-months, months or weeks that begin within the days from..to.
func (r Rhythm) Periods(from, to period.Day) (out []period.Period) {
	switch r {
	case HalfMonthly:
		for s := period.HalfMonths.SlotOf(from); period.HalfMonths.FirstDay(s) <= to; s++ {
			out = append(out, period.HalfMonths.Period(s))
		}
	case Monthly:
		for s := period.Months.SlotOf(from); period.Months.FirstDay(s) <= to; s++ {
			out = append(out, period.Months.Period(s))
		}
	case Weekly:
		monday := from
		for monday.Weekday() != 1 {
			monday = monday.AddDays(-1)
		}
		for ; monday <= to; monday = monday.AddDays(7) {
			if p, err := period.Between(monday, monday.AddDays(6)); err == nil {
				out = append(out, p)
			}
		}
	}
	return out
}

// Date gives the day on which a series meets in a period: the day of its rhythm, at most the last
// of the period, moved off a day that is free. A meeting that would leave its period by being
// moved goes the other way.
func (s Series) Date(c *calendar.Calendar, p period.Period) Date {
	day := p.First().AddDays(s.Day - 1)
	if day > p.Last() {
		day = p.Last()
	}
	d := Date{Period: p, Day: day}
	work, known := c.IsWorkday(day)
	d.Unknown = !known
	if work {
		return d
	}
	step := 1
	if s.Shift == Earlier {
		step = -1
	}
	moved, ok := nextWorkday(c, day, step)
	if !ok || !p.ContainsDay(moved) {
		if other, ok := nextWorkday(c, day, -step); ok && p.ContainsDay(other) {
			moved = other
		}
	}
	d.Day = moved
	if moved > day {
		d.Shifted = "遇休息日顺延"
	} else {
		d.Shifted = "遇休息日提前"
	}
	return d
}

// nextWorkday looks at most three weeks ahead or back; a free time that long is a fault of the calendar.
func nextWorkday(c *calendar.Calendar, day period.Day, step int) (period.Day, bool) {
	for range 21 {
		day = day.AddDays(step)
		if work, _ := c.IsWorkday(day); work {
			return day, true
		}
	}
	return day, false
}
