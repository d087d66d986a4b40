package period

import (
	"kaiyang/internal/core/fault"
)

// A Grain is how finely an element is reported: the number of its slots in a year (SEMANTICS §2).
// 0 is no grain.
type Grain uint8

// The grains.
const (
	Years      Grain = 1
	HalfYears  Grain = 2
	Quarters   Grain = 4
	Months     Grain = 12
	HalfMonths Grain = 24
)

// A Slot is one reporting span at a known grain: year × slots of the year + index. Consecutive
// slots are consecutive numbers. Slots outside the years 1–9999 have no days.
type Slot int32

// ParseGrain reads a grain by its code ("half-month", "month", "quarter", "half-year", "year") or
// its Chinese name. Anything else is fault.Invalid.
func ParseGrain(s string) (Grain, error) {
	for _, g := range [...]Grain{HalfMonths, Months, Quarters, HalfYears, Years} {
		if s == g.String() || s == g.Chinese() {
			return g, nil
		}
	}
	return 0, fault.New(fault.Invalid,
		"没有“%s”这种报送频率，请写 half-month（半月）、month（月）、quarter（季）、half-year（半年）或 year（年）。", shown(s))
}

// Valid tells whether g is one of the five grains.
func (g Grain) Valid() bool {
	switch g {
	case Years, HalfYears, Quarters, Months, HalfMonths:
		return true
	}
	return false
}

// String gives the stable code, "half-month" to "year"; "" if g is no grain.
func (g Grain) String() string {
	if !g.Valid() {
		return ""
	}
	return g.Kind().String()
}

// Chinese gives the name, 半月, 月, 季, 半年 or 年; "" if g is no grain.
func (g Grain) Chinese() string {
	switch g {
	case Years:
		return "年"
	case HalfYears:
		return "半年"
	case Quarters:
		return "季"
	case Months:
		return "月"
	case HalfMonths:
		return "半月"
	}
	return ""
}

// Kind gives the kind of a single slot of g; NoKind if g is no grain.
func (g Grain) Kind() Kind {
	switch g {
	case Years:
		return Year
	case HalfYears:
		return HalfYear
	case Quarters:
		return Quarter
	case Months:
		return Month
	case HalfMonths:
		return Half
	}
	return NoKind
}

// SlotOf gives the slot in which d falls; 0, which is no slot, for no day or no grain.
func (g Grain) SlotOf(d Day) Slot {
	y, m, day := d.Date()
	if m == 0 {
		return 0
	}
	switch g {
	case HalfMonths:
		s := Slot(y*24 + (m-1)*2)
		if day > 15 {
			s++
		}
		return s
	case Months:
		return Slot(y*12 + m - 1)
	case Quarters:
		return Slot(y*4 + (m-1)/3)
	case HalfYears:
		return Slot(y*2 + (m-1)/6)
	case Years:
		return Slot(y)
	}
	return 0
}

// First gives the first slot of a year; g.First(y+1) is one past its last.
func (g Grain) First(year int) Slot { return Slot(year * int(g)) }

// Year gives the year of a slot.
func (g Grain) Year(s Slot) int {
	y, _ := g.split(s)
	return y
}

// Index gives the place of a slot in its year, from 0.
func (g Grain) Index(s Slot) int {
	_, i := g.split(s)
	return i
}

// split has one case a grain so that the divisors are constants.
func (g Grain) split(s Slot) (year, index int) {
	u := uint32(s)
	switch g {
	case HalfMonths:
		return int(u / 24), int(u % 24)
	case Months:
		return int(u / 12), int(u % 12)
	case Quarters:
		return int(u / 4), int(u % 4)
	case HalfYears:
		return int(u / 2), int(u % 2)
	case Years:
		return int(u), 0
	}
	return 0, 0
}

// FirstDay gives the first day of a slot; no day outside the years 1–9999.
func (g Grain) FirstDay(s Slot) Day {
	if !g.has(s) {
		return 0
	}
	return g.begin(s)
}

// LastDay gives the last day of a slot; no day outside the years 1–9999.
func (g Grain) LastDay(s Slot) Day {
	if !g.has(s) {
		return 0
	}
	return g.begin(s+1) - 1
}

// Period gives the slot as a period; the zero Period outside the years 1–9999.
func (g Grain) Period(s Slot) Period {
	return Period{g.FirstDay(s), g.LastDay(s)}
}

// Done gives the latest slot that has ended when the day on is over: on 31 March it is March, on
// 30 March it is February. Before the end of the first slot of year 1 it is 0, no slot.
func (g Grain) Done(on Day) Slot {
	s := g.SlotOf(on)
	if s != 0 && g.LastDay(s) > on {
		s--
	}
	if !g.has(s) {
		return 0
	}
	return s
}

func (g Grain) has(s Slot) bool {
	return s >= Slot(g) && s < 10000*Slot(g) && g.Valid()
}

func (g Grain) begin(s Slot) Day {
	y, i := g.split(s)
	if g == HalfMonths {
		return dayOf(y, i/2+1, i%2*15+1)
	}
	return dayOf(y, i*(12/int(g))+1, 1)
}
