// Package plan keeps the work plan (计划) of the command post: the key works, their goals, tasks
// with owners, dates and milestones, the progress that owners report and others verify, the
// timetable as a Gantt chart, and the responsibility letters (SEED O5–O9).
//
// A plan has editions. An approved edition never changes; what is changed later is a new edition
// with a reason. How a task stands is computed from verified reports and the calendar, never typed
// (STANDARDS LIGHT-01, LIGHT-02). Figures, action items and notices come through joints.
package plan

import (
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

// A Plan is one plan with its span and its rules of reporting.
type Plan struct {
	ID      int64      `json:"id"`
	Name    string     `json:"name"` // "2018年禁毒人民战争工作计划"
	From    period.Day `json:"from"`
	To      period.Day `json:"to"`
	Host    org.UnitID `json:"-"`     // who issues it and signs letters
	Near    int        `json:"near"`  // yellow from this many working days before a date
	Grace   int        `json:"grace"` // a report is due this many working days after its period's end
	Version int64      `json:"-"`
}

// An EditionState is how far an edition has come.
type EditionState string

// The states. Which approved edition is in force follows from the days.
const (
	Draft    EditionState = "draft"    // 起草
	Proposed EditionState = "proposed" // 待批准
	Approved EditionState = "approved" // 已批准
	Dropped  EditionState = "dropped"  // 已作废
)

// An Edition is one version of a plan.
type Edition struct {
	ID           int64
	Plan         int64
	No           int
	State        EditionState
	Reason       string // why it was made, from the second on
	Note         string // why the leader sent it back last
	MadeBy       string
	MadeAt       string
	SentLogin    string // who proposed it; approves it never
	SentBy       string
	SentAt       string
	ApprovedBy   string
	ApprovedPost string
	ApprovedAt   string
	Force        period.Day // in force from this day
	Sum          string     // SHA-256 of the approved content
	Version      int64
}

// A Programme is a key work (重点工作) at the top of the plan.
type Programme struct {
	Code  string `json:"code"`
	Place int    `json:"place"`
	Name  string `json:"name"`
	Text  string `json:"text"`
	Row   int64  `json:"-"`
}

// A Goal is what a programme is to reach. It points to a bundle of indicators, to single
// indicators, or says in words what is to be.
type Goal struct {
	Code       string   `json:"code"`
	Programme  string   `json:"programme"`
	Place      int      `json:"place"`
	Name       string   `json:"name"`
	Text       string   `json:"text"`
	Bundle     string   `json:"bundle"`
	Indicators []string `json:"indicators"`
	Row        int64    `json:"-"`
}

// A Type tells whether a task was prescribed from above (SEED O6).
type Type string

// The types.
const (
	Prescribed Type = "prescribed" // 规定
	Own        Type = "own"        // 自选
)

// Text gives the type in Chinese.
func (t Type) Text() string { return map[Type]string{Prescribed: "规定", Own: "自选"}[t] }

// A Task is a piece of work with an owner and an end.
type Task struct {
	Code       string       `json:"code"`
	Goal       string       `json:"goal"`
	Place      int          `json:"place"`
	Name       string       `json:"name"`
	Type       Type         `json:"type"`
	Lead       org.UnitID   `json:"lead"`
	Assist     []org.UnitID `json:"assist"`
	Force      org.UnitID   `json:"force"` // task force it belongs to, 0 for none
	Start      period.Day   `json:"start"`
	End        period.Day   `json:"end"`
	Standard   string       `json:"standard"` // what counts as done
	Rhythm     period.Grain `json:"rhythm"`   // Months or HalfMonths
	Milestones []Milestone  `json:"milestones"`
	Indicators []string     `json:"indicators"`
	After      []string     `json:"after"` // tasks that must end before it starts
	Row        int64        `json:"-"`
}

// A Milestone is a day by which something must be there, with the evidence that shows it.
type Milestone struct {
	No       int        `json:"no"` // within the task, kept over all editions
	Name     string     `json:"name"`
	Day      period.Day `json:"day"`
	Evidence string     `json:"evidence"` // which paper shows it
}

// A ReportState is what became of a report.
type ReportState string

// The states of reports.
const (
	Filed    ReportState = "filed"    // 待核验
	Verified ReportState = "verified" // 已核验
	Returned ReportState = "returned" // 已退回
)

// Text gives the state in Chinese.
func (s ReportState) Text() string {
	return map[ReportState]string{Filed: "待核验", Verified: "已核验", Returned: "已退回"}[s]
}

// A Report is what the owner of a task said of its progress in a period.
type Report struct {
	ID      int64
	Plan    int64
	Task    string
	Period  period.Period
	Percent int
	Text    string
	Help    string // problems that need help; may be empty
	Claims  []Claim
	State   ReportState
	Login   string
	By      string
	Post    string
	At      string
	Day     period.Day
	Files   []Evidence

	CheckLogin string
	CheckBy    string
	CheckPost  string
	CheckAt    string
	Reason     string // why it was sent back
	Item       int64  // action item opened for the problem, 0 for none
	Version    int64
}

// A Claim says that a milestone was reached.
type Claim struct {
	Milestone int        `json:"milestone"`
	Day       period.Day `json:"day"`
}

// An Evidence is a file of a report.
type Evidence struct {
	ID        int64
	Report    int64
	Milestone int // 0: of the report as a whole
	Hash      string
	Name      string
	Size      int64
}

// An Upload is a file as it was sent.
type Upload struct {
	Milestone int
	Name      string
	Content   []byte
}

var working = []perm.Role{perm.Leader, perm.Office, perm.Member, perm.Reporter, perm.Worker, perm.Reader, perm.Auditor}

// The deeds of this module. All who work in the county read the plan; evidence is seen by the
// owner, the units beneath it, the owning task force, the office, leaders and auditors.
var (
	ruleRead     = perm.Rule{Deed: "plan.read", Label: "查看计划", Roles: working}
	ruleEvidence = perm.Rule{Deed: "plan.evidence", Label: "查看进展的佐证材料", Roles: []perm.Role{perm.Leader, perm.Office, perm.Member, perm.Reporter, perm.Auditor}, Scoped: true}
	ruleKeep     = perm.Rule{Deed: "plan.keep", Label: "编制计划、登记责任书", Roles: []perm.Role{perm.Office}}
	ruleApprove  = perm.Rule{Deed: "plan.approve", Label: "批准计划", Roles: []perm.Role{perm.Leader}}
	ruleReport   = perm.Rule{Deed: "plan.report", Label: "报告本单位任务的进展", Roles: []perm.Role{perm.Reporter, perm.Member}, Scoped: true}
	ruleVerify   = perm.Rule{Deed: "plan.verify", Label: "核验任务进展", Roles: []perm.Role{perm.Office, perm.Member}, Scoped: true}
)

func rules() []perm.Rule {
	return []perm.Rule{ruleRead, ruleEvidence, ruleKeep, ruleApprove, ruleReport, ruleVerify}
}

// noForce stands for the task force of tasks without one: no member covers it.
const noForce org.UnitID = -1

func (t Task) forceOr() org.UnitID {
	if t.Force == 0 {
		return noForce
	}
	return t.Force
}

// Rhythms lists the rhythms of reporting.
func Rhythms() []period.Grain { return []period.Grain{period.Months, period.HalfMonths} }

func rhythmText(g period.Grain) string {
	return map[period.Grain]string{period.Months: "每月", period.HalfMonths: "每半月"}[g]
}
