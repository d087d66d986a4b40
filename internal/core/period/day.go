// Package period knows the days and the spans of days that figures, returns and deadlines are
// about: years, half-years, quarters, months, half-months, days, assessment months, and ranges of
// these. It has no clock and no time zones: a day is a civil day of Asia/Shanghai.
//
// What the spans mean is fixed in SEMANTICS §2; the first half of a month is its days 1–15, the
// second half runs from the 16th to its end.
package period

import (
	"strconv"
	"strings"
	"time"

	"kaiyang/internal/core/fault"
)

// A Day is a civil day of Asia/Shanghai, counted from 1 = 0001-01-01 to 9999-12-31 in the
// Gregorian calendar. 0 is no day. Days compare with < and ==; as text, and so in JSON, a day is
// written "2018-03-12" and no day is empty.
type Day int32

const lastOfDays Day = 3652059 // 9999-12-31

// NewDay gives the day of year y (1–9999), month m and day of the month d. A day that does not
// exist, such as 30 February, is fault.Invalid.
func NewDay(y, m, d int) (Day, error) {
	if !civil(y, m, d) {
		return 0, fault.New(fault.Invalid, "没有 %d 年 %d 月 %d 日这一天，请核对年、月、日。", y, m, d)
	}
	return dayOf(y, m, d), nil
}

// MustDay is ParseDay for days written in the program; it panics if s is no day.
func MustDay(s string) Day {
	d, err := ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

// ParseDay reads a day: 2018-03-12, also with one-digit months and days, full-width characters,
// slashes or dots, as eight digits, or as 2018年3月12日. Anything else is fault.Invalid.
func ParseDay(s string) (Day, error) {
	if y, m, d, ok := threeNumbers(s, '-'); ok && civil(y, m, d) {
		return dayOf(y, m, d), nil
	}
	t := normal(s)
	if len(t) == 8 && allDigits(t) {
		t = t[:4] + "-" + t[4:6] + "-" + t[6:]
	}
	t = strings.TrimSuffix(strings.TrimSuffix(t, "日"), "号")
	t = strings.NewReplacer("年", "-", "月", "-", "/", "-", ".", "-").Replace(t)
	y, m, d, ok := threeNumbers(t, '-')
	switch {
	case !ok:
		return 0, fault.New(fault.Invalid, "“%s”不是日期，请写成 2018-03-12 或 2018年3月12日。", shown(s))
	case !civil(y, m, d):
		return 0, fault.New(fault.Invalid, "没有“%s”这一天，请核对年、月、日。", shown(s))
	}
	return dayOf(y, m, d), nil
}

// DayOf gives the civil day on which the instant t falls in China, always reckoned at UTC+8 (the
// summer time of 1986–1991 is not applied). Instants outside the years 1–9999 give no day.
func DayOf(t time.Time) Day {
	y, m, d := t.UTC().Add(8 * time.Hour).Date()
	if !civil(y, int(m), d) {
		return 0
	}
	return dayOf(y, int(m), d)
}

// Date gives year, month (1–12) and day of the month; no day gives zeros.
func (d Day) Date() (year, month, day int) {
	if !d.real() {
		return 0, 0, 0
	}
	// Years are reckoned from 1 March, so that the leap day is the last of its year.
	z := uint32(d) + 305
	era, doe := z/146097, z%146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = int(doy - (153*mp+2)/5 + 1)
	year = int(yoe + era*400)
	if mp < 10 {
		return year, int(mp) + 3, day
	}
	return year + 1, int(mp) - 9, day
}

// String gives "2018-03-12", or "" for no day.
func (d Day) String() string {
	if !d.real() {
		return ""
	}
	return string(d.append(make([]byte, 0, 10)))
}

func (d Day) append(b []byte) []byte {
	y, m, day := d.Date()
	b = append(b, byte('0'+y/1000), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-')
	b = append(b, byte('0'+m/10), byte('0'+m%10), '-')
	return append(b, byte('0'+day/10), byte('0'+day%10))
}

// IsZero tells whether d is no day.
func (d Day) IsZero() bool { return d == 0 }

// Weekday gives the day of the week; no day gives Sunday.
func (d Day) Weekday() time.Weekday {
	if !d.real() {
		return time.Sunday
	}
	return time.Weekday(d % 7)
}

// AddDays gives the day n days later (earlier for negative n). From no day, or beyond the years
// 1–9999, it gives no day.
func (d Day) AddDays(n int) Day {
	if !d.real() || n > int(lastOfDays) || n < -int(lastOfDays) {
		return 0
	}
	return checked(int(d) + n)
}

// AddMonths gives the same day of the month n months later (earlier for negative n), or the last
// day of that month where it has no such day: 31 January and one month is 28 or 29 February. From
// no day, or beyond the years 1–9999, it gives no day.
func (d Day) AddMonths(n int) Day {
	if !d.real() || n > maxMonths || n < -maxMonths {
		return 0
	}
	y, m, day := d.Date()
	t := y*12 + m - 1 + n
	if t < 12 || t >= 120000 {
		return 0
	}
	y, m = t/12, t%12+1
	return dayOf(y, m, min(day, daysIn(y, m)))
}

// DaysUntil gives the number of days from d to e; it is negative if e is earlier.
func (d Day) DaysUntil(e Day) int { return int(e) - int(d) }

// Before tells whether d is earlier than e.
func (d Day) Before(e Day) bool { return d < e }

// After tells whether d is later than e.
func (d Day) After(e Day) bool { return d > e }

// MarshalText gives the day as String does.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a day as ParseDay does; empty text is no day.
func (d *Day) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = 0
		return nil
	}
	e, err := ParseDay(string(text))
	if err == nil {
		*d = e
	}
	return err
}

const maxMonths = 9999 * 12

func (d Day) real() bool { return d >= 1 && d <= lastOfDays }

func checked(n int) Day {
	if n < 1 || n > int(lastOfDays) {
		return 0
	}
	return Day(n)
}

func leap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

func daysIn(y, m int) int {
	switch m {
	case 2:
		if leap(y) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

func civil(y, m, d int) bool {
	return y >= 1 && y <= 9999 && m >= 1 && m <= 12 && d >= 1 && d <= daysIn(y, m)
}

// dayOf reckons without checks; it also serves 10000-01-01, one past the last day.
func dayOf(y, m, d int) Day {
	// As in Date, the year begins with March.
	if m < 3 {
		y, m = y-1, m+12
	}
	return Day(365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + d - 306)
}

// Chinese gives the day as official documents write it, "2018年5月1日" (STANDARDS DOC-20).
func (d Day) Chinese() string {
	if d.IsZero() {
		return ""
	}
	y, m, day := d.Date()
	return strconv.Itoa(y) + "年" + strconv.Itoa(m) + "月" + strconv.Itoa(day) + "日"
}
