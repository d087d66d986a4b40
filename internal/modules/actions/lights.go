package actions

import (
	"cmp"
	"fmt"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/work"
)

// Settings are what the office decides about lights, escalation and slips.
type Settings struct {
	Near     int    // yellow from this many working days before the deadline
	SignDays int    // yellow when nobody has signed this many working days after the assignment
	RedN     int    // working days after the deadline when the deputy leader is told
	RedM     int    // the same for the leaders' list
	Deputy   string // code of the unit whose leaders are told at RedN; "" the command post
	Prefix   string // of the numbers of slips, "茶禁督"; "" until the county fills it in
	Office   string // issuing body under slips; "" the office's name in the register
	Tasks    string // titles of the three lists; "" the usual ones
	Problems string
	Duties   string
	Lights   map[measure.Light]LightName `json:",omitempty"` // names of lights, where they are not the usual ones
	Version  int64
}

// A LightName is what a county calls a light (STANDARDS LIGHT-01).
type LightName struct{ Zh, En string }

// ownLights are the lights that a county may name, in the order of the form.
func ownLights() []measure.Light {
	return []measure.Light{measure.Green, measure.Yellow, measure.Red, measure.Grey}
}

// mostLight is how long the name of a light may be.
const mostLight = 8

// DefaultSettings are those of a new county.
func DefaultSettings() Settings { return Settings{Near: 3, SignDays: 2, RedN: 5, RedM: 10} }

// Check says what cannot be right, all at once as fault.Findings.
func (s Settings) Check() error {
	var f fault.Fields
	f.Need(s.Near >= 1 && s.Near <= 30, "near", "提前天数应为 1 到 30 个工作日")
	f.Need(s.SignDays >= 1 && s.SignDays <= 30, "signdays", "签收期限应为 1 到 30 个工作日")
	f.Need(s.RedN >= 1 && s.RedN <= 90, "redn", "提到分管领导的天数应为 1 到 90 个工作日")
	f.Need(s.RedM > s.RedN && s.RedM <= 120, "redm", "列入领导清单的天数应大于提到分管领导的天数，最多 120 个工作日")
	f.Need(wordsOK(s.Prefix, 20), "prefix", "最多 %d 个字，不含控制字符；请缩短", 20)
	for field, text := range map[string]string{"office": s.Office, "tasks": s.Tasks, "problems": s.Problems, "duties": s.Duties} {
		f.Need(wordsOK(text, 40), field, "最多 %d 个字，不含控制字符；请缩短", 40)
	}
	used := map[string]bool{}
	for _, l := range ownLights() {
		n := s.Lights[l]
		f.Need(wordsOK(n.Zh, mostLight), "light-"+string(l), "最多 %d 个字，不含控制字符；请缩短", mostLight)
		f.Need(wordsOK(n.En, 2*mostLight), "light-"+string(l), "英文名最多 %d 个字符，不含控制字符；请缩短", 2*mostLight)
		f.Need(n.En == "" || n.Zh != "", "light-"+string(l), "写了英文名，也请写中文名")
		zh := cmp.Or(n.Zh, lightWord(l))
		f.Need(!used[zh], "light-"+string(l), "另一种灯已经叫“%s”；请换一个名称", zh)
		used[zh] = true
	}
	return f.Err()
}

// A Standing is how an item stands on a day: computed, never stored.
type Standing struct {
	Light    measure.Light
	Computed measure.Light // without an override
	Format   string        // of the sentence that says why, Chinese
	Args     []any
	Left     int  // working days to the deadline; 0 on it and after it
	Overdue  int  // working days after the deadline, at least 1 when it has passed; 0 else
	Behind   bool // not signed in time, or sent back and not answered again
	Near     bool // the deadline is near
	Unknown  bool // a year without a published arrangement of days off was touched (CAL-02)
}

// Why gives the sentence in the language of tr; nil means Chinese.
func (s Standing) Why(tr func(string) string) string {
	text := func(f string) string {
		if tr != nil {
			return tr(f)
		}
		return f
	}
	out := text(s.Format)
	if len(s.Args) > 0 {
		out = fmt.Sprintf(out, s.Args...)
	}
	if s.Unknown {
		out += text("（节假日安排未发布）")
	}
	return out
}

// stand computes the light of an item on a day (LIGHT-01): red after the deadline, yellow near it,
// unsigned too long or sent back, green else; grey before the item is approved and after it has
// ended. An answer stops the clock: units do not wait in red for their verifier.
func stand(a *Action, set Settings, cal *calendar.Calendar, today period.Day) Standing {
	st := compute(a, set, cal, today)
	st.Computed = st.Light
	if a.Override.InForce() && a.State.Open() && a.State != work.Proposed {
		st.Light = a.Override.Light
	}
	return st
}

func compute(a *Action, set Settings, cal *calendar.Calendar, today period.Day) (st Standing) {
	say := func(l measure.Light, format string, args ...any) Standing {
		st.Light, st.Format, st.Args = l, format, args
		return st
	}
	switch a.State {
	case work.Proposed:
		return say(measure.Grey, "尚未立项")
	case work.Closed:
		return say(measure.Grey, "已销号")
	case work.Abandoned:
		return say(measure.Grey, "已终止")
	}
	if a.State == work.Answered || a.State == work.Verified {
		if a.Answered > a.Deadline {
			late, known := cal.WorkdaysBetween(a.Deadline, a.Answered)
			st.Unknown = !known
			return say(measure.Yellow, "逾期 %d 个工作日后反馈", max(late, 1))
		}
		return say(measure.Green, "按期反馈")
	}
	if today > a.Deadline {
		late, known := cal.WorkdaysBetween(a.Deadline, today)
		st.Overdue, st.Unknown = max(late, 1), !known
		if late < 1 {
			return say(measure.Red, "截止日已过")
		}
		return say(measure.Red, "逾期 %d 个工作日", late)
	}
	left, known := cal.WorkdaysBetween(today, a.Deadline)
	st.Left, st.Unknown = left, !known
	st.Near = left <= set.Near
	unsigned := 0
	if a.State == work.Assigned {
		n, k := cal.WorkdaysBetween(a.Assigned, today)
		unsigned, st.Unknown = n, st.Unknown || !k
	}
	st.Behind = a.SentBack || unsigned > set.SignDays
	switch {
	case left == 0:
		return say(measure.Yellow, "今天到期")
	case st.Near:
		return say(measure.Yellow, "还有 %d 个工作日到期", left)
	case a.SentBack:
		return say(measure.Yellow, "被退回，还有 %d 个工作日", left)
	case unsigned > set.SignDays:
		return say(measure.Yellow, "交办 %d 个工作日未签收", unsigned)
	}
	return say(measure.Green, "还有 %d 个工作日", left)
}

// due tells the next step of escalation that is due on a day, 0 for none (LIGHT-03). Steps come in
// order, one on a day, on working days only; last is the one taken last for this deadline.
func due(st Standing, a *Action, set Settings, cal *calendar.Calendar, today period.Day, last Step) int {
	if work, _ := cal.IsWorkday(today); !work || last.Day == today {
		return 0
	}
	late := 0
	if today > a.Deadline {
		late, _ = cal.WorkdaysBetween(a.Deadline, today)
	}
	red := st.Light == measure.Red
	next := last.No + 1
	ok := false
	switch next {
	case 1:
		ok = red || st.Light == measure.Yellow
	case 2:
		ok = red
	case 3:
		ok = red && late >= set.RedN
	case 4:
		ok = red && late >= set.RedM
	}
	if !ok {
		return 0
	}
	return next
}

// stepText names a step in Chinese.
func stepText(step int) string {
	return [...]string{"", "提醒经办联系人", "提醒单位负责人", "报分管领导", "列入领导清单"}[step]
}

// lightWord gives the word of a light in Chinese, "" for what is none.
func lightWord(l measure.Light) string {
	return map[measure.Light]string{measure.Green: "绿", measure.Yellow: "黄", measure.Red: "红", measure.Grey: "灰"}[l]
}

// Sayings are the formats of the sentences that say how an item stands, so that another module that
// keeps such a sentence can say it in another language.
func Sayings() []string {
	return []string{"尚未立项", "已销号", "已终止", "逾期 %d 个工作日后反馈", "按期反馈", "截止日已过", "逾期 %d 个工作日", "今天到期", "还有 %d 个工作日到期", "被退回，还有 %d 个工作日", "交办 %d 个工作日未签收", "还有 %d 个工作日"}
}
