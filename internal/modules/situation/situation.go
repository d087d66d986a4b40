// Package situation keeps the early warnings of the drug situation (毒情监测): which county counts
// are watched, which months stand out from ordinary variation, and what a person found when they
// were looked into (METHODS §3, §11, §12; DOMAIN: 预警).
//
// A signal is a question, not a finding: nothing is published before a person confirms it. Only
// counts of a county, or of a township whose counts are large enough, are watched; never a person.
package situation

import (
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

// Settings are how a count is judged. Baseline is the number of past months that a month is
// compared with, Sigma the least standard deviation assumed in hundredths, Run the mean number of
// months until a false signal of the running sum, Rise the rise in percent it is designed to find.
type Settings struct {
	Baseline int   `json:"baseline"`
	Sigma    int64 `json:"sigma"`
	Run      int   `json:"run"`
	Rise     int   `json:"rise"`
}

// Usual are the settings of METHODS §3: 12 months, a least standard deviation of 0.5, a false
// signal of the running sum in 80 months (60 to 100 is usual), and a rise by half.
func Usual() Settings { return Settings{Baseline: 12, Sigma: 50, Run: 80, Rise: 50} }

// Check reports all faults of the settings, by field.
func (s Settings) Check(f *fault.Fields) {
	f.Need(s.Baseline >= 12 && s.Baseline <= 36, "baseline", "对照的月数请写 12 到 36 之间的整数；少于 12 个月不作判断")
	f.Need(s.Sigma >= 50 && s.Sigma <= 1000, "sigma", "最小波动请写 0.5 到 10 之间的数，最多两位小数")
	f.Need(s.Run >= 60 && s.Run <= 240, "run", "误报间隔请写 60 到 240 之间的整数（月）")
	f.Need(s.Rise >= 20 && s.Rise <= 300, "rise", "要发现的升幅请写 20 到 300 之间的整数")
}

// A Watch (监测项) is a monthly count that is watched.
type Watch struct {
	ID       int64
	Element  string
	Category measure.Category // "" is the total
	Unit     org.UnitID       // the county, or a township that passes the gate
	Effort   string           // element that tells how much was looked for; "" for none
	Since    period.Period    // first month that is judged
	Settings Settings
	Note     string
	Stopped  bool
	Version  int64
}

// Check reports all faults of a watch's own fields, by field.
func (w Watch) Check() error {
	var f fault.Fields
	f.Need(w.Element != "", "element", "请选择要监测的数据项")
	f.Need(w.Unit != 0, "unit", "请选择单位")
	f.Need(w.Since.Kind() == period.Month, "since", "请写开始判断的月份，例如 2018-01")
	f.Need(w.Effort == "" || w.Effort != w.Element, "effort", "对照的数据项不能是监测项本身；请另选或留空")
	prose(&f, "note", w.Note, 200)
	w.Settings.Check(&f)
	return f.Err()
}

// prose checks what a person wrote: its length, and that it holds no number of a person.
func prose(f *fault.Fields, field, text string, most int) {
	f.Need(len([]rune(text)) <= most, field, "最多 %d 个字；请缩短", most)
	f.Need(!personal(text), field, "请不要写身份证号、手机号等个人信息；只写情况和原因")
}

// personal tells whether a text holds a number as long as those of identity cards, telephones or
// bank accounts: 11 digits or more, grouped by spaces or hyphens or not.
func personal(text string) bool {
	n := 0
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9' || r >= '０' && r <= '９':
			if n++; n == 11 {
				return true
			}
		case r != ' ' && r != '-':
			n = 0
		}
	}
	return false
}

// A State is where a signal stands.
type State string

// The states.
const (
	Open      State = "open"      // 待核实
	Confirmed State = "confirmed" // 已确认
	Dismissed State = "dismissed" // 已排除
)

// States lists the states in the order they are shown.
func States() []State { return []State{Open, Confirmed, Dismissed} }

// Text gives the state in Chinese.
func (s State) Text() string {
	return map[State]string{Open: "待核实", Confirmed: "已确认", Dismissed: "已排除"}[s]
}

// A Remark is what happened to a signal, in the order of time.
type Remark struct {
	At     string  `json:"at"` // RFC 3339
	By     string  `json:"by"` // "" for the system
	Deed   string  `json:"deed"`
	Text   string  `json:"text,omitempty"`
	Before Reading `json:"before,omitzero"`
	After  Reading `json:"after,omitzero"`
}

// A Signal (预警) is a month of a watch that stands out by one method, with what became of it.
type Signal struct {
	ID        int64
	Watch     int64
	Month     period.Period
	Method    Method
	Settings  Settings // by which it was judged
	State     State
	Reading   Reading // an open one follows corrections; a decided one keeps what was decided on
	Now       Reading // the newest where it differs from a decided one; else zero
	Hindsight bool    // found when looking back over months long past
	Raised    period.Day
	AsOf      int64 // change number of the figures it was last judged by
	Text      string
	By        string
	Account   int64
	Decided   period.Day
	Item      int64 // action item; 0 for none
	Remarks   []Remark
	Version   int64
}

// last gives what the newest figures say.
func (s Signal) last() Reading {
	if s.Now != (Reading{}) {
		return s.Now
	}
	return s.Reading
}

// Corrected tells whether the figures changed after the signal was raised.
func (s Signal) Corrected() bool {
	for _, r := range s.Remarks {
		if r.Deed == deedCorrect {
			return true
		}
	}
	return false
}

// The deeds of remarks; the Chinese words stand in deedText.
const (
	deedCorrect = "correct"
	deedConfirm = "confirm"
	deedDismiss = "dismiss"
	deedReopen  = "reopen"
	deedItem    = "item"
)

func deedText(deed string) string {
	return map[string]string{deedCorrect: "数字更正", deedConfirm: "确认", deedDismiss: "排除", deedReopen: "重新核实", deedItem: "立为事项"}[deed]
}

// hindsightDays is how many days after its end a month is long past: it is then found by looking
// back and nobody is notified.
const hindsightDays = 100

// The deeds of this module.
var (
	ruleRead   = perm.Rule{Deed: "situation.read", Label: "查看预警", Roles: []perm.Role{perm.Leader, perm.Office, perm.Member, perm.Reporter, perm.Reader}}
	ruleCharts = perm.Rule{Deed: "situation.charts", Label: "查看毒情监测图", Roles: []perm.Role{perm.Leader, perm.Office, perm.Member}}
	ruleWatch  = perm.Rule{Deed: "situation.watch", Label: "设置监测项", Roles: []perm.Role{perm.Office}}
	ruleDecide = perm.Rule{Deed: "situation.decide", Label: "确认或排除预警", Roles: []perm.Role{perm.Office, perm.Member}, Scoped: true}
	ruleItem   = perm.Rule{Deed: "situation.item", Label: "把预警立为事项、重新核实", Roles: []perm.Role{perm.Office}}
	ruleOwn    = perm.Rule{Deed: "situation.own", Label: "查看本单位的监测数字", Roles: []perm.Role{perm.Reporter}, Scoped: true}
)

func rules() []perm.Rule {
	return []perm.Rule{ruleRead, ruleCharts, ruleWatch, ruleDecide, ruleItem, ruleOwn}
}
