// Package meetings runs the dispatch meeting (调度会): series with their rhythm, the agenda that
// the data propose, invitations and attendance, papers of the task forces, decisions that become
// action items, minutes, and the meeting pack frozen at its cut-off (SEED O3, SEMANTICS §2, §5).
//
// What a meeting knows of figures, action items and returns comes through joints, in the words of
// core: this package never asks the database of another.
package meetings

import (
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

// A Rhythm is how often a series meets.
type Rhythm string

// The rhythms.
const (
	HalfMonthly Rhythm = "half-month"
	Weekly      Rhythm = "week"
	Monthly     Rhythm = "month"
)

// Rhythms lists them in the order of the form.
func Rhythms() []Rhythm { return []Rhythm{HalfMonthly, Monthly, Weekly} }

// Text gives the rhythm in Chinese.
func (r Rhythm) Text() string {
	return map[Rhythm]string{HalfMonthly: "每半月", Weekly: "每周", Monthly: "每月"}[r]
}

// A Series is a meeting that comes again and again.
type Series struct {
	ID      int64
	Name    string // "禁毒人民战争指挥部调度会"
	Rhythm  Rhythm
	Day     int    // of the half-month or month, 1…; of the week, 1 Monday … 7 Sunday
	Shift   Shift  // where a meeting goes that falls on a day off
	Time    string // "09:00"
	Place   string
	Host    org.UnitID // whose meeting it is
	Chair   string     // post of the chair, in words
	Posts   []int64    // invited posts
	From    period.Day
	Ended   bool
	Version int64
}

// A Shift tells where a meeting goes that falls on a day off.
type Shift string

// The shifts.
const (
	Later   Shift = "later"
	Earlier Shift = "earlier"
)

// A State is how far a meeting has come.
type State string

// The states.
const (
	Planned   State = "planned"   // 筹备
	Invited   State = "invited"   // 已通知
	Running   State = "running"   // 进行中
	Held      State = "held"      // 已召开
	Cancelled State = "cancelled" // 已取消
)

// Text gives the state in Chinese.
func (s State) Text() string {
	return map[State]string{Planned: "筹备", Invited: "已通知", Running: "进行中", Held: "已召开", Cancelled: "已取消"}[s]
}

// A Meeting is one meeting of a series.
type Meeting struct {
	ID      int64
	Series  int64
	No      int // of the series, from 1, by day
	Title   string
	Period  period.Period // half-month, week or month it belongs to; a week is its days
	Day     period.Day
	Time    string
	Place   string
	Chair   string
	Host    org.UnitID
	State   State
	Shifted string // why the day is not that of the rhythm, in Chinese; "" where it is
	Current int64  // agenda item under discussion while it runs
	Summary string // opening paragraph of the minutes
	Version int64
}

// A TopicKind tells why a matter is on the agenda.
type TopicKind string

// The kinds, in the order they are proposed.
const (
	Followup  TopicKind = "followup" // what became of the last meeting's decisions
	RedFigure TopicKind = "red"      // 指标未达标
	Worse     TopicKind = "worse"    // 指标变差
	Overdue   TopicKind = "overdue"  // 事项逾期
	Deferred  TopicKind = "deferred" // 上次延后
	Signalled TopicKind = "signal"   // 预警
	Missing   TopicKind = "missing"  // 未报报表
	OfPlan    TopicKind = "plan"     // 计划任务
	Paper     TopicKind = "paper"    // 专班汇报
	Free      TopicKind = "free"     // 其他
)

// Text gives the kind in Chinese.
func (k TopicKind) Text() string {
	return map[TopicKind]string{Followup: "上次议定事项", RedFigure: "指标未达标", Worse: "指标变差", Overdue: "事项逾期", Deferred: "上次延后",
		Signalled: "预警", Missing: "未报报表", OfPlan: "计划任务", Paper: "专班汇报", Free: "其他"}[k]
}

// An Outcome is what became of a topic in its meeting.
type Outcome string

// The outcomes.
const (
	Pending   Outcome = ""          // 未议
	Discussed Outcome = "discussed" // 已议
	Put       Outcome = "deferred"  // 延至下次
	Dropped   Outcome = "dropped"   // 不再列入
)

// A Topic is one matter on the agenda.
type Topic struct {
	ID      int64
	Meeting int64
	Order   int
	Kind    TopicKind
	Title   string
	Reason  string // why it is there, in Chinese
	Path    string // trace or page behind it
	Key     string // what it is about, so that it is proposed once: "figure:I2:520121:2018-04"
	Unit    org.UnitID
	Force   org.UnitID
	Code    string // indicator, "" for none
	Carried int    // how many meetings in a row it was put off
	Outcome Outcome
	Note    string // what was said
	Version int64
}

// An Answer is what an invited post said.
type Answer string

// The answers.
const (
	NoAnswer Answer = ""
	Coming   Answer = "coming"
	Standin  Answer = "standin" // somebody else comes
	Excused  Answer = "excused" // 请假
)

// Text gives the answer in Chinese.
func (a Answer) Text() string {
	return map[Answer]string{NoAnswer: "未回复", Coming: "参加", Standin: "派员代会", Excused: "请假"}[a]
}

// A Seat is an invited post and who came for it.
type Seat struct {
	Meeting int64
	Post    int64
	Unit    org.UnitID
	Role    perm.Role
	Title   string // of the post, as it was when invited
	Answer  Answer
	Note    string
	Name    string // who comes or came
	Present bool
	Version int64
}

// A Handout is a paper that a task force or the office brought to a meeting.
type Handout struct {
	ID      int64
	Meeting int64
	Force   org.UnitID
	Title   string
	Hash    string
	File    string
	By, At  string
}

// A DecisionKind tells what a decision asks for.
type DecisionKind string

// The kinds (issue of the command post: information, decision, assignment).
const (
	Information DecisionKind = "information"
	Resolved    DecisionKind = "decision"
	Assignment  DecisionKind = "assignment"
)

// DecisionKinds lists them in the order of the form.
func DecisionKinds() []DecisionKind { return []DecisionKind{Assignment, Resolved, Information} }

// Text gives the kind in Chinese.
func (k DecisionKind) Text() string {
	return map[DecisionKind]string{Information: "通报", Resolved: "决定", Assignment: "交办"}[k]
}

// A Decision is a 议定事项. An assignment opens an action item.
type Decision struct {
	ID       int64
	Meeting  int64
	Topic    int64 // 0: of the meeting as a whole
	No       int   // within the meeting, kept
	Kind     DecisionKind
	Text     string
	Lead     org.UnitID
	Assist   []org.UnitID
	Deadline period.Day
	Standard string
	Item     int64 // action item, 0 for none
	Gone     bool  // struck out; the number stays
	Version  int64
}

// A Pack is one version of the frozen papers of a meeting.
type Pack struct {
	Meeting int64
	Version int
	Cutoff  string // RFC 3339
	Change  int64  // change number the figures are of
	Sum     string // SHA-256 of the content
	Docx    string // hashes of the files
	PDF     string
	XLSX    string
	Content string
	By, At  string
	Fonts   string // which font stood in for which role
}

// The deeds of this module.
var (
	ruleRead   = perm.Rule{Deed: "meetings.read", Label: "查看会议", Roles: []perm.Role{perm.Leader, perm.Office, perm.Member, perm.Reporter, perm.Reader}}
	ruleKeep   = perm.Rule{Deed: "meetings.keep", Label: "组织会议、记录议定事项", Roles: []perm.Role{perm.Office}}
	ruleAnswer = perm.Rule{Deed: "meetings.answer", Label: "回复会议通知", Roles: []perm.Role{perm.Leader, perm.Office, perm.Member, perm.Reporter}}
	rulePaper  = perm.Rule{Deed: "meetings.paper", Label: "提交会议材料", Roles: []perm.Role{perm.Office, perm.Member}, Scoped: true}
)

func rules() []perm.Rule { return []perm.Rule{ruleRead, ruleKeep, ruleAnswer, rulePaper} }
