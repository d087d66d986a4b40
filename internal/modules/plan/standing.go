package plan

import (
	"fmt"
	"slices"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
)

// A TaskState is how far a task has come; it is computed.
type TaskState string

// The states of tasks.
const (
	NotStarted TaskState = "not_started" // 未开始
	UnderWay   TaskState = "under_way"   // 进行中
	Done       TaskState = "done"        // 已完成
	Late       TaskState = "late"        // 逾期
)

// TaskStates lists the states.
func TaskStates() []TaskState { return []TaskState{NotStarted, UnderWay, Late, Done} }

// Text gives the state in Chinese.
func (s TaskState) Text() string {
	return map[TaskState]string{NotStarted: "未开始", UnderWay: "进行中", Done: "已完成", Late: "逾期"}[s]
}

// A MarkState is what became of a milestone.
type MarkState string

// The states of milestones. One counts only with an evidence file and a verified report.
const (
	Open    MarkState = "open"    // 未完成
	Claimed MarkState = "claimed" // 已报，待核验
	Reached MarkState = "reached" // 已完成
)

// Text gives the state in Chinese.
func (s MarkState) Text() string {
	return map[MarkState]string{Open: "未完成", Claimed: "已报待核验", Reached: "已完成"}[s]
}

// A Mark is a milestone with what became of it.
type Mark struct {
	Milestone Milestone
	State     MarkState
	Day       period.Day // reached on, as reported
	Report    int64
	Late      bool // its day has passed and nothing was reported
}

// A Due is a report that is to come.
type Due struct {
	Period  period.Period
	Day     period.Day
	Unknown bool // the arrangement of days off is not published (STANDARDS CAL-02)
}

// A Standing is how a task stands on a day: computed, never stored.
type Standing struct {
	State   TaskState
	Percent int // as last verified
	Claimed int // as last reported and not yet verified; −1 for none
	Light   measure.Light
	Format  string // Chinese sentence of the light
	Args    []any
	Overdue int        // working days after the end, or after an overdue milestone
	Ended   period.Day // done on
	Marks   []Mark
	Missing []Due // reports whose day has passed
	Next    Due   // the next report to come; zero for none
	Last    *Report
	Unknown bool
}

// Why gives the sentence of the light in the language of tr; nil means Chinese.
func (s Standing) Why(tr func(string) string) string {
	f := s.Format
	if tr != nil {
		f = tr(f)
	}
	if len(s.Args) > 0 {
		f = fmt.Sprintf(f, s.Args...)
	}
	if s.Unknown {
		note := "（节假日安排未发布）"
		if tr != nil {
			note = tr(note)
		}
		f += note
	}
	return f
}

// dueOf gives the day on which the report of a period is due: so many working days after its end.
func dueOf(p period.Period, grace int, cal *calendar.Calendar) Due {
	d, known := cal.AddWorkdays(p.Last(), grace)
	if grace == 0 {
		d, known = cal.OnOrAfter(p.Last())
	}
	return Due{Period: p, Day: d, Unknown: !known}
}

// dues lists the reports of a task in order, from its start (or since it came into force) to the
// one running on a day. After its end reports stay due until it is done.
func dues(t Task, since, ended, today period.Day, grace int, cal *calendar.Calendar) (out []Due) {
	if !slices.Contains(Rhythms(), t.Rhythm) {
		return nil
	}
	for s := t.Rhythm.SlotOf(max(t.Start, since)); len(out) < 1000; s++ {
		p := t.Rhythm.Period(s)
		if p.First() > today && len(out) > 0 || ended != 0 && p.First() > ended {
			break
		}
		out = append(out, dueOf(p, grace, cal))
		if p.First() > today {
			break
		}
	}
	return out
}

// stand computes how a task stands from its reports, oldest first. Since is the day from which the
// plan asks for it.
//
// A task that ends with a period, or a few working days before it does, waits for the report of
// that period and is not late until that is due.
func stand(t Task, reports []Report, p Plan, cal *calendar.Calendar, since, today period.Day) (st Standing) {
	st.Claimed = -1
	st.Marks = marks(t, reports, today)
	began := false
	var claimedDone period.Day
	for i := range reports {
		r := &reports[i]
		st.Last = r
		switch r.State {
		case Verified:
			st.Percent, st.Claimed, began = r.Percent, -1, began || r.Percent > 0
			if r.Percent == 100 && allReached(st.Marks, Reached) && st.Ended == 0 {
				st.Ended = r.asOf()
			}
			if r.Percent < 100 {
				st.Ended = 0
			}
		case Filed:
			st.Claimed, began = r.Percent, began || r.Percent > 0
		}
	}
	if st.Claimed == 100 && st.Ended == 0 && allReached(st.Marks, Claimed) {
		claimedDone = st.Last.asOf()
	}
	last := dueOf(t.Rhythm.Period(t.Rhythm.SlotOf(t.End)), p.Grace, cal)
	gap, _ := cal.WorkdaysBetween(t.End, last.Period.Last())
	waits := today > t.End && today <= last.Day && gap <= p.Near && !told(reports, last.Period)
	st.State = NotStarted
	switch {
	case st.Ended != 0:
		st.State = Done
	case today > t.End && claimedDone == 0 && !waits:
		st.State = Late
	case began:
		st.State = UnderWay
	}
	for _, d := range dues(t, since, st.Ended, today, p.Grace, cal) {
		if told(reports, d.Period) {
			continue
		}
		if d.Day < today && st.Ended == 0 {
			st.Missing = append(st.Missing, d)
		} else if st.Next.Period.IsZero() && st.Ended == 0 {
			st.Next = d
		}
	}
	st.light(t, p, cal, claimedDone, last, waits, today)
	return st
}

// asOf is the day a report speaks of: one that is handed in after its period's end says how things
// stood at that end.
func (r Report) asOf() period.Day { return min(r.Day, r.Period.Last()) }

// told tells whether a period was reported, without what was sent back.
func told(reports []Report, p period.Period) bool {
	return slices.ContainsFunc(reports, func(r Report) bool { return r.Period == p && r.State != Returned })
}

// marks computes the milestones of a task.
func marks(t Task, reports []Report, today period.Day) []Mark {
	out := make([]Mark, 0, len(t.Milestones))
	for _, m := range t.Milestones {
		k := Mark{Milestone: m, State: Open}
		for _, r := range reports {
			i := slices.IndexFunc(r.Claims, func(c Claim) bool { return c.Milestone == m.No })
			file := slices.ContainsFunc(r.Files, func(e Evidence) bool { return e.Milestone == m.No })
			if i < 0 || !file || r.State == Returned || k.State == Reached {
				continue
			}
			k.State, k.Day, k.Report = Claimed, r.Claims[i].Day, r.ID
			if r.State == Verified {
				k.State = Reached
			}
		}
		k.Late = k.State == Open && m.Day < today
		out = append(out, k)
	}
	return out
}

// allReached tells whether every milestone has come at least as far as a state.
func allReached(list []Mark, least MarkState) bool {
	return !slices.ContainsFunc(list, func(m Mark) bool { return m.State == Open || least == Reached && m.State != Reached })
}

// light computes the light with its reason (LIGHT-01): grey before the start and after the end of
// the work, red after a day that passed, yellow near one, after a report was sent back and where
// reports are missing, green else. A report that says all is done stops the clock.
func (st *Standing) light(t Task, p Plan, cal *calendar.Calendar, claimed period.Day, last Due, waits bool, today period.Day) {
	say := func(l measure.Light, format string, args ...any) { st.Light, st.Format, st.Args = l, format, args }
	between := func(a, b period.Day) int {
		n, known := cal.WorkdaysBetween(a, b)
		st.Unknown = st.Unknown || !known
		return n
	}
	switch {
	case st.Ended != 0 && st.Ended > t.End:
		say(measure.Grey, "已完成，比计划晚 %d 个工作日", max(1, between(t.End, st.Ended)))
		return
	case st.Ended != 0:
		say(measure.Grey, "已完成")
		return
	case claimed != 0 && claimed > t.End:
		say(measure.Yellow, "逾期 %d 个工作日报完成，待核验", max(1, between(t.End, claimed)))
		return
	case claimed != 0:
		say(measure.Green, "已报完成，待核验")
		return
	case today < t.Start && st.Last == nil:
		say(measure.Grey, "未到开始日")
		return
	case waits:
		say(measure.Yellow, "已过完成日，完成情况 %s 前报", last.Day)
		return
	case today > t.End:
		st.Overdue = max(1, between(t.End, today))
		say(measure.Red, "逾期 %d 个工作日", st.Overdue)
		return
	}
	var near *Mark
	for i := range st.Marks {
		m := &st.Marks[i]
		if m.Late {
			n := max(1, between(m.Milestone.Day, today))
			if n > st.Overdue {
				st.Overdue = n
				say(measure.Red, "里程碑“%s”逾期 %d 个工作日", m.Milestone.Name, n)
			}
		} else if m.State == Open && (near == nil || m.Milestone.Day < near.Milestone.Day) {
			near = m
		}
	}
	if st.Light == measure.Red {
		return
	}
	left := between(today, t.End)
	switch {
	case today == t.End:
		say(measure.Yellow, "今天到期")
		return
	case left <= p.Near:
		say(measure.Yellow, "还有 %d 个工作日到期", left)
		return
	}
	if near != nil {
		n := between(today, near.Milestone.Day)
		if n <= p.Near {
			say(measure.Yellow, "里程碑“%s”还有 %d 个工作日", near.Milestone.Name, n)
			return
		}
	}
	switch {
	case st.Last != nil && st.Last.State == Returned:
		say(measure.Yellow, "进展被退回，待补报")
	case len(st.Missing) > 0:
		say(measure.Yellow, "有 %d 期进展未报", len(st.Missing))
	default:
		say(measure.Green, "按计划，还有 %d 个工作日", left)
	}
}

// word names the light of a task in Chinese; grey is said by the state.
func (s Standing) word() string {
	if s.Light == measure.Grey {
		return s.State.Text()
	}
	return lightWord(s.Light)
}

// lightWord names the lights of tasks in Chinese.
func lightWord(l measure.Light) string {
	return map[measure.Light]string{measure.Green: "正常", measure.Yellow: "注意", measure.Red: "逾期", measure.Grey: "未开始或已完成"}[l]
}
