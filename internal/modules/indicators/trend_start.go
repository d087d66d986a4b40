package indicators

import (
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/words"
)

// A Start is a day that was fixed beforehand, from which something began: a mobilisation, a rule, a
// programme. Months before and after it are compared (METHODS §1.5). Every change is a new version.
type Start struct {
	ID       int64
	Versions []StartVersion // ascending
}

// A StartVersion is a start as it was entered once.
type StartVersion struct {
	Version      int // counts from 1
	Name, NameEN string
	Day          period.Day
	Source       string // the document that fixed the day
	Why          string // reason of the change
	Ended        bool   // withdrawn
	At, By       string // when it was entered, and by whom
}

// Latest gives the version that holds.
func (s Start) Latest() StartVersion {
	if len(s.Versions) == 0 {
		return StartVersion{}
	}
	return s.Versions[len(s.Versions)-1]
}

// Entered gives the civil day on which the day that holds was entered; a later change of the words does
// not count.
func (s Start) Entered() string {
	v := s.Latest()
	at := v.At
	for k := len(s.Versions) - 1; k >= 0 && s.Versions[k].Day == v.Day; k-- {
		at = s.Versions[k].At
	}
	return at[:min(10, len(at))]
}

// Late tells whether the day was entered when it was over, so that the numbers after it may have been
// seen.
func (s Start) Late() bool { return s.Entered() > s.Latest().Day.String() }

// First gives the first month that counts as after the start: that which begins on its day or next
// after it.
func (v StartVersion) First() period.Slot {
	m := period.Months.SlotOf(v.Day)
	if period.Months.FirstDay(m) != v.Day {
		m++
	}
	return m
}

// Check reports the faults of a start.
func (v StartVersion) Check() error {
	var f fault.Fields
	f.Need(strings.TrimSpace(v.Name) != "", "name", "请填写起点的名称，如“动员部署会”")
	f.Need(len([]rune(v.Name)) <= 60, "name", "名称不能超过 60 个字")
	f.Need(!v.Day.IsZero(), "day", "请填写起点的日期，如 2018-03-12")
	f.Need(strings.TrimSpace(v.Source) != "", "source", "请填写定下这个日期的文件；没有文件依据的日期不能作起点")
	return f.Err()
}

// said says what the months before and after a start show, and on what the start rests.
func (a StartAnswer) said(l words.Lang) []string {
	v := a.Start.Latest()
	var out []string
	switch {
	case a.Refused != "":
		return []string{l.Text(a.Refused)}
	case a.Result == nil:
		out = append(out, l.Text(a.Why.Sentence()), words.T(l, "起点以前有 %d 个月，以后有 %d 个月；至少要前 %d 个月、后 %d 个月。", max(0, min(a.Before, len(a.Months))), a.After(), stats.StartBefore, stats.StartAfter))
	default:
		for _, s := range a.Result.Say(l.Pick(v.Name, v.NameEN), v.Day.String(), a.Months[len(a.Months)-1].Title(l)) {
			out = append(out, said(s, l))
		}
	}
	return append(out, said(stats.SayEntered(a.Start.Entered(), v.Source, a.Start.Late()), l))
}
