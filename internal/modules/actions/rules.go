package actions

import (
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
)

// A Deed is something that is done to an item.
type Deed string

// The deeds.
const (
	Propose      Deed = "propose"
	EditItem     Deed = "edit"
	Approve      Deed = "approve"
	Decline      Deed = "decline"
	Sign         Deed = "sign"
	HandBack     Deed = "handback"
	Recall       Deed = "recall"
	FileFeedback Deed = "feedback"
	Waive        Deed = "waive"
	AskExtension Deed = "extend"
	Grant        Deed = "grant"
	Refuse       Deed = "refuse"
	Verify       Deed = "verify"
	SendBack     Deed = "sendback"
	Close        Deed = "close"
	Reopen       Deed = "reopen"
	Abandon      Deed = "abandon"
	AskLight     Deed = "light"
	ApproveLight Deed = "light-ok"
	EndLight     Deed = "light-end"
	IssueSlip    Deed = "slip"
	Recalendar   Deed = "recalendar"
	Escalate     Deed = "escalate"
)

// Who may do a deed; the roles behind it stand in rights.go.
type Who uint8

// The people of an item.
const (
	AnyProposer   Who = iota // the office, a member for the own task force
	TheOffice                // the issuing office
	LeadUnit                 // reporter of the lead unit, or member where a task force leads
	AnyParty                 // the same of the unit concerned
	AChecker                 // member of the owning task force, or the office
	ALeader                  // a leader of the command post
	OtherApprover            // a leader, or another person of the office
	TheClock                 // nobody: it is done by time
)

// A Need is something a deed cannot do without.
type Need uint8

// The needs.
const (
	Reason    Need = 1 << iota // why, in words
	NewDay                     // a deadline
	Evidence                   // at least one file
	Paper                      // name or number of a document
	Outsider                   // the person has not signed, reported or asked for time in this item
	InTime                     // the deadline has not passed
	Committed                  // title, source, standard, lead unit and deadline are there
	Unchanged                  // nobody changed the item since the person looked at it
)

// A Rule says from where to where a deed leads, who does it, and what it needs
// (STANDARDS WF-01..08).
type Rule struct {
	Deed  Deed
	Label string // Chinese, as on the button
	From  []work.State
	To    work.State // "" stays where it is
	Who   Who
	Needs Need
}

var (
	anyOpen  = []work.State{work.Proposed, work.Assigned, work.Working, work.Answered, work.Verified}
	underWay = []work.State{work.Assigned, work.Working, work.Answered, work.Verified}
	withUnit = []work.State{work.Assigned, work.Working}
)

// Rules is the whole state machine. Feedback leads to Answered when the item is complete, which
// the table cannot say: FileFeedback and Waive stay where they are, and answer does the step.
func Rules() []Rule {
	return []Rule{
		{Propose, "提出", []work.State{""}, work.Proposed, AnyProposer, 0},
		{EditItem, "修改", anyOpen, "", TheOffice, Unchanged},
		{Approve, "批准立项并交办", []work.State{work.Proposed}, work.Assigned, TheOffice, Committed | Unchanged},
		{Decline, "不予立项", []work.State{work.Proposed}, work.Abandoned, TheOffice, Reason | Unchanged},
		{Sign, "签收", []work.State{work.Assigned}, work.Working, LeadUnit, 0},
		{HandBack, "退回交办", []work.State{work.Assigned}, work.Proposed, LeadUnit, Reason},
		{Recall, "收回改派", withUnit, work.Proposed, TheOffice, Reason | Unchanged},
		{FileFeedback, "填报办理情况", []work.State{work.Working, work.Answered}, "", AnyParty, Reason},
		{Waive, "说明协办单位无须反馈", []work.State{work.Working}, "", LeadUnit, Reason},
		{AskExtension, "申请延期", []work.State{work.Working}, "", LeadUnit, Reason | NewDay | InTime},
		{Grant, "同意延期", []work.State{work.Working}, "", TheOffice, 0},
		{Refuse, "不同意延期", []work.State{work.Working}, "", TheOffice, Reason},
		{Verify, "核验通过", []work.State{work.Answered}, work.Verified, AChecker, Outsider | Unchanged},
		{SendBack, "退回重办", []work.State{work.Answered, work.Verified}, work.Working, AChecker, Reason | NewDay | Outsider | Unchanged},
		{Close, "销号", []work.State{work.Verified}, work.Closed, TheOffice, Outsider | Unchanged},
		{Reopen, "重新启动", []work.State{work.Closed}, work.Working, TheOffice, Reason | NewDay | Unchanged},
		{Abandon, "终止", anyOpen, work.Abandoned, ALeader, Reason | Paper | Evidence | Unchanged},
		{AskLight, "提请人工定灯", underWay, "", TheOffice, Reason},
		{ApproveLight, "批准人工定灯", underWay, "", OtherApprover, 0},
		{EndLight, "恢复自动亮灯", underWay, "", TheOffice, 0},
		{IssueSlip, "签发督办单", withUnit, "", TheOffice, 0},
		{Recalendar, "按工作日历重算截止日", anyOpen, "", TheOffice, 0},
		{Escalate, "提级提醒", withUnit, "", TheClock, 0},
	}
}

// ruleOf gives the rule of a deed; every deed has one.
func ruleOf(d Deed) Rule {
	for _, r := range Rules() {
		if r.Deed == d {
			return r
		}
	}
	return Rule{Deed: d, Label: string(d)}
}

// answerDeed is written when the last feedback that was waited for makes the item Answered.
const answerDeed Deed = "answered"

// Label gives the deed in Chinese.
func (d Deed) Label() string {
	if d == answerDeed {
		return "反馈齐备，转核验"
	}
	return ruleOf(d).Label
}

// handling lists the deeds that make somebody a handler of the item.
func handling() []Deed { return []Deed{Sign, HandBack, FileFeedback, Waive, AskExtension} }

// A doing is a deed about to be done, with what was given for it.
type doing struct {
	by       perm.Actor
	reason   string
	day      bool // a new deadline was given
	files    int
	paper    string
	seen     int64 // version that the person looked at; 0 for deeds that do not ask
	handlers []string
	late     bool // the deadline has passed
}

// check asks the table whether a deed may be done to an item now. Rights are asked before. What
// is lacking in the form comes all at once as fault.Findings.
func (r Rule) check(a *Action, d doing) error {
	if !slices.Contains(r.From, a.State) {
		return fault.New(fault.Conflict, "事项现在是“%s”，不能“%s”；请刷新页面后按页面上的按钮操作", fault.Word(stateText(a.State)), fault.Word(r.Label))
	}
	if r.Needs&Unchanged != 0 && d.seen != a.Version {
		return fault.New(fault.Conflict, "您打开页面之后，这件事项又有了新的变动；请看过最新情况再“%s”，您填的内容还在下面", fault.Word(r.Label))
	}
	if r.Needs&Outsider != 0 && slices.Contains(d.handlers, d.by.Login) {
		return fault.New(fault.Forbidden, "您经手办理过这件事项，不能自己“%s”；请由另一个人来做", fault.Word(r.Label))
	}
	if r.Needs&InTime != 0 && d.late {
		return fault.New(fault.Conflict, "截止日 %s 已过，不能再申请延期；请尽快反馈，或与禁毒办商定", a.Deadline)
	}
	var f fault.Fields
	if r.Needs&Reason != 0 {
		f.Need(strings.TrimSpace(d.reason) != "", "reason", "请写明“%s”的理由或情况", fault.Word(r.Label))
	}
	if r.Needs&NewDay != 0 {
		f.Need(d.day, "day", "请选择截止日")
	}
	if r.Needs&Paper != 0 {
		f.Need(strings.TrimSpace(d.paper) != "", "paper", "请写明依据文件的名称和文号")
	}
	if r.Needs&Evidence != 0 {
		f.Need(d.files > 0, "file", "请附上文件")
	}
	if r.Needs&Committed != 0 {
		a.committed(&f)
	}
	f.Need(wordsOK(d.reason, maxReason), "reason", "最多 %d 个字，不含控制字符；请缩短", maxReason)
	f.Need(wordsOK(d.paper, maxTitle), "paper", "最多 %d 个字，不含控制字符；请缩短", maxTitle)
	return f.Err()
}

// committed asks for everything an item must have before a unit is bound by it (WF-01).
func (a *Action) committed(f *fault.Fields) {
	f.Need(a.Lead() != 0, "lead", "请选择牵头单位")
	f.Need(strings.TrimSpace(a.Standard) != "", "standard", "请写明完成标准：做到什么程度算办结")
	f.Need(a.Source.Text != "", "source", "请写明来源")
	f.Need(a.Deadline != 0, "day", "请选择截止日")
}

// stateText names a state in Chinese, also that of an item that is not there yet.
func stateText(s work.State) string {
	if s == "" {
		return "尚未提出"
	}
	return s.Text()
}

// The longest texts, in characters.
const (
	maxTitle    = 100
	maxStandard = 500
	maxReason   = 1000
	maxContent  = 4000
)

// wordsOK tells whether a text is short enough and free of control characters but line breaks.
func wordsOK(s string, most int) bool {
	n := 0
	for _, r := range s {
		n++
		if r < 32 && r != '\n' && r != '\r' && r != '\t' || r == 127 || r == 0xFFFD {
			return false
		}
	}
	return n <= most
}

// firstLine gives the first line of a text, at most n characters.
func firstLine(s string, n int) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	s = strings.TrimSpace(s)
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
