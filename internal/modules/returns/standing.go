package returns

import (
	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
)

// A Standing is one return that is owed, with what has become of it.
type Standing struct {
	Form   *Form // in force for the period
	Return Return
	Due    period.Day
	Known  bool // false: a year whose holidays are not published was passed (STANDARDS CAL-02)
}

func newStanding(f *Form, r Return, c *calendar.Calendar) Standing {
	st := Standing{Form: f, Return: r}
	st.Due, st.Known = f.Due.Day(r.Place.Period, c)
	return st
}

// warnWorkdays is how many working days before the due day a return that is not in turns yellow
// (STANDARDS LIGHT-01).
const warnWorkdays = 2

// Overdue tells that the return is not in though its day has passed.
func (st Standing) Overdue(today period.Day) bool {
	return !st.Return.Received() && today.After(st.Due)
}

// Late tells by how many days a return came late, or is late by now; 0 for in time.
func (st Standing) Late(today period.Day) int {
	day := today
	if st.Return.Received() {
		day = st.Return.First
	}
	return max(0, st.Due.DaysUntil(day))
}

// Left gives the days until the due day; negative when it has passed.
func (st Standing) Left(today period.Day) int { return today.DaysUntil(st.Due) }

// Light computes the light and its word (STANDARDS LIGHT-01, LIGHT-02).
func (st Standing) Light(today period.Day, c *calendar.Calendar) (measure.Light, string) {
	r := st.Return
	switch {
	case r.Received() && r.OnTime(st.Due):
		return measure.Green, "按时"
	case r.Received():
		return measure.Yellow, "迟报"
	case st.Overdue(today):
		return measure.Red, "逾期未报"
	case r.State == Returned:
		return measure.Yellow, "已退回"
	case st.Running(today):
		return measure.Grey, NotYetDue
	}
	if n, _ := c.WorkdaysBetween(today, st.Due); n <= warnWorkdays {
		return measure.Yellow, "临近截止"
	}
	return measure.Grey, "未到截止日"
}

// Open tells that the unit still has something to do.
func (st Standing) Open() bool {
	return st.Return.State == NotStarted || st.Return.State == Draft || st.Return.State == Returned
}

// A Tally counts returns owed, handed in, handed in on time and overdue; Ahead are those of periods
// that are not over, which are not owed yet and not among the others.
type Tally struct{ Due, Received, OnTime, Overdue, Ahead int }

// Running tells that the period of the return is not over.
func (st Standing) Running(today period.Day) bool {
	return !st.Return.Place.Period.Last().Before(today)
}

// Add counts one return. Returns of periods that are not over are not owed yet.
func (t *Tally) Add(st Standing, today period.Day) {
	if st.Running(today) {
		t.Ahead++
		return
	}
	t.Due++
	if st.Return.Received() {
		t.Received++
	}
	if st.Return.OnTime(st.Due) {
		t.OnTime++
	}
	if st.Overdue(today) {
		t.Overdue++
	}
}

// Sum adds another tally.
func (t *Tally) Sum(o Tally) {
	t.Due, t.Received, t.OnTime, t.Overdue = t.Due+o.Due, t.Received+o.Received, t.OnTime+o.OnTime, t.Overdue+o.Overdue
	t.Ahead += o.Ahead
}

// Light computes the light of a tally: red if anything is overdue, green if everything came in
// time, yellow if something came late or is still awaited.
func (t Tally) Light() measure.Light {
	switch {
	case t.Due == 0:
		return measure.Grey
	case t.Overdue > 0:
		return measure.Red
	case t.OnTime == t.Due:
		return measure.Green
	}
	return measure.Yellow
}
