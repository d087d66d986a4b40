package period

import (
	"cmp"

	"kaiyang/internal/core/fault"
)

// A Period is a span of whole days, both ends included. Periods with the same first and last day
// are the same period and equal under ==, however they were written (SEMANTICS §2). The zero
// Period is no period. As text, and so in JSON, a period is written as String gives it.
type Period struct{ first, last Day }

// A Kind tells what sort of span a period is; it follows from its days alone.
type Kind uint8

// The kinds of periods. An assessment month that begins on the 16th has the days of two
// half-months, and so is a Range. A Range is a run of two or more years, half-years, quarters, months,
// half-months, assessment months or days that is none of the other kinds.
const (
	NoKind Kind = iota
	DayKind
	Half
	Month
	Quarter
	HalfYear
	Year
	Range
	Assessment
)

// String gives the stable code: "day", "half-month", "month", "quarter", "half-year", "year",
// "range", "assessment"; "" for NoKind.
func (k Kind) String() string {
	switch k {
	case DayKind:
		return "day"
	case Half:
		return "half-month"
	case Month:
		return "month"
	case Quarter:
		return "quarter"
	case HalfYear:
		return "half-year"
	case Year:
		return "year"
	case Range:
		return "range"
	case Assessment:
		return "assessment"
	}
	return ""
}

// Grain gives the grain whose slots are of kind k; 0 for days, ranges and assessment months.
func (k Kind) Grain() Grain {
	switch k {
	case Half:
		return HalfMonths
	case Month:
		return Months
	case Quarter:
		return Quarters
	case HalfYear:
		return HalfYears
	case Year:
		return Years
	}
	return 0
}

// Between gives the period of the days first to last, both included. A missing end, or a first
// day after the last, is fault.Invalid.
func Between(first, last Day) (Period, error) {
	switch {
	case !first.real() || !last.real():
		return Period{}, fault.New(fault.Invalid, "期间缺少起始日或截止日，请两头都填写。")
	case first > last:
		return Period{}, fault.New(fault.Invalid, "期间的起始日 %s 晚于截止日 %s，请把先后对调。", first, last)
	}
	return Period{first, last}, nil
}

// MustParse is Parse for periods written in the program; it panics if s is no period.
func MustParse(s string) Period {
	p, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return p
}

// AssessmentOn gives the assessment month in which d falls, where these begin on the day start
// (2–28) of the month before the one they are named after. Another start, or a missing day, is
// fault.Invalid.
func AssessmentOn(d Day, start int) (Period, error) {
	if start < minStart || start > maxStart {
		return Period{}, fault.New(fault.Invalid, "考核月的起始日应为 2 至 28，不能是 %d，请改正。", start)
	}
	if _, _, day := d.Date(); day >= start {
		d = d.AddDays(32 - day) // some day of the next month
	}
	n := int(Months.SlotOf(d))
	p := unit{start: uint8(start)}.period(n, n)
	if p.IsZero() {
		return p, fault.New(fault.Invalid, "没有给出日期，或日期超出范围，无法确定考核月。")
	}
	return p, nil
}

// First gives the first day.
func (p Period) First() Day { return p.first }

// Last gives the last day.
func (p Period) Last() Day { return p.last }

// IsZero tells whether p is no period.
func (p Period) IsZero() bool { return p == Period{} }

// Days gives the number of days, 0 for no period.
func (p Period) Days() int {
	if p.IsZero() {
		return 0
	}
	return int(p.last-p.first) + 1
}

// Compare orders periods by their first day, longer ones first where that is equal, so that a
// year stands before its months. It is negative, zero or positive.
func (p Period) Compare(q Period) int {
	return cmp.Or(cmp.Compare(p.first, q.first), cmp.Compare(q.last, p.last))
}

// Contains tells whether every day of q is a day of p. No period contains nothing and is
// contained in nothing.
func (p Period) Contains(q Period) bool {
	return !p.IsZero() && !q.IsZero() && p.first <= q.first && q.last <= p.last
}

// ContainsDay tells whether d is a day of p.
func (p Period) ContainsDay(d Day) bool {
	return d != 0 && p.first <= d && d <= p.last
}

// Overlaps tells whether p and q share a day.
func (p Period) Overlaps(q Period) bool {
	return !p.IsZero() && !q.IsZero() && p.first <= q.last && q.first <= p.last
}

// Kind tells what sort of span p is: 2018-01..2018-03 is a quarter.
func (p Period) Kind() Kind {
	u, lo, hi := p.units()
	switch {
	case p.IsZero():
		return NoKind
	case lo < hi:
		return Range
	case u.start > 0:
		return Assessment
	case u.grain > 0:
		return u.grain.Kind()
	}
	return DayKind
}

// Slots gives the run of slots [lo, hi) that p consists of. ok is false if p is no union of whole
// slots of g; a figure is then not to be had at this grain, and nothing is prorated.
func (p Period) Slots(g Grain) (lo, hi Slot, ok bool) {
	lo, hi = g.SlotOf(p.first), g.SlotOf(p.last)
	if lo == 0 || hi == 0 || g.begin(lo) != p.first || g.begin(hi+1)-1 != p.last {
		return 0, 0, false
	}
	return lo, hi + 1, true
}

// Prev gives the period just before p, of the same kind or with the same number of slots:
// February before March, 2012..2014 before 2015..2017, and the assessment month to 25 February
// before that to 25 March.
func (p Period) Prev() Period { return p.Shift(-1) }

// Next gives the period just after p, of the same kind or with the same number of slots.
func (p Period) Next() Period { return p.Shift(1) }

// Shift gives the n-th period after p (before it for negative n), in steps of p's own length as
// Prev and Next take them. A range of days that is nothing else moves by its number of days, and
// may so come to cover a month or half-month, which then moves as such. Outside the years 1–9999
// it gives no period.
func (p Period) Shift(n int) Period {
	if p.IsZero() || n > int(lastOfDays) || n < -int(lastOfDays) {
		return Period{}
	}
	u, lo, hi := p.units()
	by := n * (hi - lo + 1)
	if by > int(lastOfDays) || by < -int(lastOfDays) {
		return Period{}
	}
	return u.period(lo+by, hi+by)
}

// YoY gives the same period of the year before: shifted by twelve months, 29 February to the
// 28th. A period longer than a year is refused with fault.Invalid, for it would overlap itself.
func (p Period) YoY() (Period, error) {
	if p.IsZero() {
		return Period{}, fault.New(fault.Invalid, "没有给出期间，无法求同比。")
	}
	u, lo, hi := p.units()
	var q Period
	switch {
	case u.start > 0:
		q = u.period(lo-12, hi-12)
	case u.grain > 0:
		q = u.period(lo-int(u.grain), hi-int(u.grain))
	default:
		q = Period{p.first.AddMonths(-12), p.last.AddMonths(-12)}
	}
	switch {
	case q.first == 0 || q.last == 0:
		return Period{}, fault.New(fault.Invalid, "期间 %s 没有上年同期。", p)
	case q.last >= p.first:
		return Period{}, fault.New(fault.Invalid, "期间 %s 超过一年，没有上年同期；请选择不超过一年的期间。", p)
	}
	return q, nil
}

// YTD gives the days from 1 January of the year in which p ends to p's last day.
func (p Period) YTD() Period {
	if p.IsZero() {
		return p
	}
	y, _, _ := p.last.Date()
	return Period{dayOf(y, 1, 1), p.last}
}

// Parts gives the periods of kind k that p consists of, in order; nil if p is no union of such
// periods, and for NoKind and Range. Assessment months are cut on p's own starting day.
func (p Period) Parts(k Kind) []Period {
	if p.IsZero() {
		return nil
	}
	var u unit
	lo, hi := int(p.first), int(p.last)
	switch k {
	case NoKind, Range:
		return nil
	case DayKind:
	case Assessment:
		var ok bool
		if u, lo, hi, ok = p.assessments(); !ok {
			return nil
		}
	default:
		from, to, ok := p.Slots(k.Grain())
		if !ok {
			return nil
		}
		u, lo, hi = unit{grain: k.Grain()}, int(from), int(to)-1
	}
	parts := make([]Period, 0, hi-lo+1)
	for n := lo; n <= hi; n++ {
		parts = append(parts, u.period(n, n))
	}
	return parts
}

// Within gives the one period of kind k, of those with fixed bounds (day to year), that holds the
// whole of p: the quarter of a month, the year of a quarter. It is the zero Period if there is
// none.
func (p Period) Within(k Kind) Period {
	if k == DayKind && p.first == p.last {
		return p
	}
	g := k.Grain()
	s := g.SlotOf(p.first)
	if s == 0 || s != g.SlotOf(p.last) {
		return Period{}
	}
	return g.Period(s)
}

// Head gives the first n slots of p at grain g; the zero Period if p is no union of slots of g or
// n is not between 1 and their number.
func (p Period) Head(g Grain, n int) Period {
	lo, hi, ok := p.Slots(g)
	if !ok || n < 1 || n > int(hi-lo) {
		return Period{}
	}
	return Period{p.first, g.LastDay(lo + Slot(n) - 1)}
}

// Completed gives the slots of p at grain g that have ended when the day on is over, and how many
// they are. A running period is compared by them: with the first n slots (Head) of the period
// before, or with YoY of the result. It is the zero Period and 0 if none has ended or p is no
// union of slots of g.
func (p Period) Completed(g Grain, on Day) (Period, int) {
	lo, hi, ok := p.Slots(g)
	if !ok {
		return Period{}, 0
	}
	n := int(min(g.Done(on)+1, hi) - lo)
	if n < 1 {
		return Period{}, 0
	}
	return p.Head(g, n), n
}

// MarshalText gives the period as String does.
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads a period as Parse does; empty text is no period.
func (p *Period) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*p = Period{}
		return nil
	}
	q, err := Parse(string(text))
	if err == nil {
		*p = q
	}
	return err
}

// A unit is what a period is measured in: slots of a grain, assessment months beginning on the
// day start of the month before, or, if both are zero, days. Its numbers are slots, the month
// slot in which an assessment month ends, or days.
type unit struct {
	grain Grain
	start uint8
}

// units gives the largest unit that p is a whole number of, and the first and last of them.
// Half-months go before assessment months, so 16 February to 15 March is two of the former; the
// periods before and after it are the same either way.
func (p Period) units() (u unit, lo, hi int) {
	if p.first == p.last {
		return u, int(p.first), int(p.last)
	}
	for _, g := range [...]Grain{Years, HalfYears, Quarters, Months, HalfMonths} {
		if from, to, ok := p.Slots(g); ok {
			return unit{grain: g}, int(from), int(to) - 1
		}
	}
	if u, lo, hi, ok := p.assessments(); ok {
		return u, lo, hi
	}
	return u, int(p.first), int(p.last)
}

// assessments gives the assessment months that p consists of.
func (p Period) assessments() (u unit, lo, hi int, ok bool) {
	_, _, d := p.first.Date()
	_, _, e := p.last.Date()
	lo, hi = int(Months.SlotOf(p.first))+1, int(Months.SlotOf(p.last))
	ok = d >= minStart && d <= maxStart && e == d-1 && lo <= hi
	return unit{start: uint8(d)}, lo, hi, ok
}

// An assessment month begins on a day that every month has, and not on the first.
const (
	minStart = 2
	maxStart = 28
)

// period gives the period of the units lo to hi, or no period where they leave the years 1–9999.
func (u unit) period(lo, hi int) Period {
	var p Period
	switch {
	case u.start > 0:
		first, last := Months.FirstDay(Slot(lo-1)), Months.FirstDay(Slot(hi))
		if first == 0 || last == 0 {
			return Period{}
		}
		p = Period{first + Day(u.start) - 1, last + Day(u.start) - 2}
	case u.grain > 0:
		p = Period{u.grain.FirstDay(Slot(lo)), u.grain.LastDay(Slot(hi))}
	default:
		p = Period{checked(lo), checked(hi)}
	}
	if p.first == 0 || p.last == 0 {
		return Period{}
	}
	return p
}
