// Package work holds action items (事项) as other parts of the programme see them: what is needed
// to open one, and what is shown of one. A decision of a meeting, a red indicator, an inspection
// or a supervision visit opens items; meetings, plans and documents list them. How an item moves
// is the business of the module that keeps them (STANDARDS WF-01..08).
package work

import (
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A State is where an item stands.
type State string

// The states of STANDARDS WF-01..08. Asking for an extension (WF-05) leaves the state Working.
const (
	Proposed  State = "proposed"  // 待立项
	Assigned  State = "assigned"  // 已立项·待签收
	Working   State = "working"   // 办理中
	Answered  State = "answered"  // 已反馈·待核验
	Verified  State = "verified"  // 已核验·待销号
	Closed    State = "closed"    // 已销号
	Abandoned State = "abandoned" // 终止
)

// Open tells whether something is still to be done.
func (s State) Open() bool { return s != Closed && s != Abandoned }

// Text gives the state in Chinese.
func (s State) Text() string {
	return map[State]string{Proposed: "待立项", Assigned: "待签收", Working: "办理中", Answered: "待核验", Verified: "待销号",
		Closed: "已销号", Abandoned: "已终止"}[s]
}

// A SourceKind tells what an item came from.
type SourceKind string

// The kinds of sources.
const (
	FromDecision    SourceKind = "decision"    // 议定事项
	FromIndicator   SourceKind = "indicator"   // 指标亮红灯
	FromInspection  SourceKind = "inspection"  // 检查
	FromSupervision SourceKind = "supervision" // 督导检查
	FromPlan        SourceKind = "plan"        // 计划任务
	FromSignal      SourceKind = "signal"      // 预警
	ByHand          SourceKind = "hand"        // 自行立项
)

// SourceKinds lists the kinds in the order they are shown.
func SourceKinds() []SourceKind {
	return []SourceKind{FromDecision, FromIndicator, FromSupervision, FromInspection, FromPlan, FromSignal, ByHand}
}

// Text gives the kind in Chinese.
func (k SourceKind) Text() string {
	return map[SourceKind]string{FromDecision: "议定事项", FromIndicator: "指标", FromInspection: "检查", FromSupervision: "督导检查",
		FromPlan: "计划任务", FromSignal: "预警", ByHand: "自行立项"}[k]
}

// A Source is what an item came from. Kind and Ref name it once: a second item of the same source
// is opened only on purpose.
type Source struct {
	Kind SourceKind
	Ref  string // in the words of the module it lives in
	Text string // as a person names it: "2018年5月上半月调度会 第3项"
	Path string // of its page
}

// A Figure is the indicator that an item is to move.
type Figure struct {
	Code   string
	Unit   org.UnitID
	Period period.Period // in which it was found wanting
}

// A Draft is what is needed to open an item. Where Assigned is set the item is approved at once
// and waits for the lead unit to sign; else it waits for the office.
type Draft struct {
	Title    string // what is to be done, one line
	Content  string // more about it; may be empty
	Standard string // when it counts as done (完成标准)
	Lead     org.UnitID
	Assist   []org.UnitID
	Force    org.UnitID // the task force it belongs to, 0 for none
	Deadline period.Day
	Source   Source
	Figure   Figure // zero for none
	Urgent   bool
	Assigned bool
}

// An Item is an action item as lists and documents show it.
type Item struct {
	ID       int64
	No       string // "2018-0012", kept for ever, also when reopened
	Title    string
	Standard string
	Lead     org.UnitID
	Assist   []org.UnitID
	Force    org.UnitID
	State    State
	Light    measure.Light // computed (STANDARDS LIGHT-01)
	Why      string        // of the light, in Chinese: "逾期 3 个工作日"
	Opened   period.Day
	Deadline period.Day
	First    period.Day // the first deadline, where it was extended; else 0
	Ended    period.Day // closed or abandoned; 0 while open
	Overdue  int        // working days after the deadline; 0 if not overdue
	Returned int        // times sent back by the verifier
	Urgent   bool
	Source   Source
	Figure   Figure
	Answer   string // the newest feedback, one line
	Path     string
}

// A Filter chooses items; zero fields choose all.
type Filter struct {
	Open   bool       // only those that are open
	Unit   org.UnitID // lead or assisting, at or beneath
	Force  org.UnitID
	Source SourceKind
	Ref    string     // of the source
	Code   string     // of the indicator it is to move
	Since  period.Day // opened or ended on or after
	Until  period.Day // opened on or before
}
