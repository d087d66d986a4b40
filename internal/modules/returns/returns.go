// Package returns brings figures in: forms and their versions, who owes which return and when,
// workbooks and the grid to fill them in, the checks, the chain of submitting, reviewing and
// approving, and the reporting rates that follow from it.
//
// A form asks a dated set of units for a number of elements, once in every half-month, month,
// quarter, half-year or year. What is expected is computed from that and never stored; stored is
// what came: drafts, numbered versions of a return, and the deeds done to them. Approved values
// become facts in the transaction of the approval (SEMANTICS §1, §3).
//
// A return has rows (the units it is about) and columns (an element, or one category of it). A
// township's return may so hold a row for each of its villages.
package returns

import (
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A Place names one return: of a form, by a unit, for a period.
type Place struct {
	Form   string
	Unit   org.UnitID // the unit that reports
	Period period.Period
}

// A Key names one cell of a return: the unit it is about, and what is counted.
type Key struct {
	Subject  org.UnitID
	Element  string // code
	Category measure.Category
}

// A State tells how far a return has come.
type State string

// The states. A return nobody began has no record at all.
const (
	NotStarted State = ""
	Draft      State = "draft"     // typed, not handed in
	Submitted  State = "submitted" // handed in, waits for the task force
	Returned   State = "returned"  // sent back with reasons
	Reviewed   State = "reviewed"  // looked through by the task force, waits for the office
	Approved   State = "approved"  // its values are facts
)

// Text gives the state in Chinese; the English catalogue translates it.
func (s State) Text() string {
	switch s {
	case Draft:
		return "草稿"
	case Submitted:
		return "已提交"
	case Returned:
		return "已退回"
	case Reviewed:
		return "已审核"
	case Approved:
		return "已批准"
	}
	return "未开始"
}

// A Return is what is kept of one return beside its versions.
type Return struct {
	ID       int64
	Place    Place
	FormNo   int        // version of the form that the newest version was filled in by; 0 before the first
	State    State      // of the newest version; Draft before the first
	Version  int        // newest version handed in, from 1; 0 none
	Approved int        // newest version that was approved; 0 none
	Drafts   int        // drafts kept
	First    period.Day // day on which the first version was handed in
	Last     period.Day // day of the newest version
	FirstAt  string     // RFC 3339
	LastAt   string
	By       string // account that handed in the newest version
	Reviewer string // account that reviewed it
	Approver string // account that approved it
	Restated bool   // an approval changed figures of a closed period
	Lock     int64  // grows with each deed
}

// Received tells whether the return counts as handed in: an approved version is there, or the
// newest version was not sent back.
func (r Return) Received() bool {
	return r.Approved > 0 || r.State == Submitted || r.State == Reviewed || r.State == Approved
}

// OnTime tells whether it was handed in by its due day. The first version decides: being sent
// back happens on the reviewer's day, not on the unit's.
func (r Return) OnTime(due period.Day) bool { return r.Received() && !r.First.After(due) }

// Correcting tells that a version after an approved one is under way.
func (r Return) Correcting() bool { return r.Approved > 0 && r.Version > r.Approved }

// StateText gives the state in Chinese, a correction under way said as such.
func (r Return) StateText() string {
	if r.Correcting() {
		switch r.State {
		case Submitted:
			return "更正已提交"
		case Returned:
			return "更正已退回"
		case Reviewed:
			return "更正已审核"
		}
	}
	return r.State.Text()
}

// A Version is one handing-in of a return; it never changes.
type Version struct {
	No       int
	FormNo   int
	At       string // RFC 3339
	Account  string
	Name     string
	Post     string
	Source   Door
	File     string // SHA-256 of the workbook, "" for the grid
	FileName string
	Declared Declaration
	Comment  string // said about the whole return
	Reason   string // why, of a correction or of a late return of a closed period
	Values   map[Key]Value
	Notes    map[Key]string // said about a row, to explain findings
	Warnings []Warning      // soft findings that were explained
}

// A Value is one number of a version with its place in the workbook, "填报!C14".
type Value struct {
	N   int64 // whole number at the element's scale
	Ref string
}

// A Warning is a soft finding that was handed in together with its explanation.
type Warning struct {
	Rule, Where, Say, Note string
}

// A Door tells how values came in.
type Door string

// The doors.
const (
	ByGrid     Door = "grid"
	ByWorkbook Door = "workbook"
	ByCSV      Door = "csv"
	ByImport   Door = "import" // on the command line
)

// Text gives the door in Chinese.
func (d Door) Text() string {
	switch d {
	case ByWorkbook:
		return "工作簿"
	case ByCSV:
		return "CSV 文件"
	case ByImport:
		return "命令行导入"
	}
	return "网页填写"
}

// A Declaration says what blanks mean (SEMANTICS §3).
type Declaration string

// The declarations.
const (
	NoDeclaration Declaration = ""
	RestZero      Declaration = "rest" // 其余为零: every blank is a zero
	ZeroReport    Declaration = "zero" // 本期零报告: nothing happened, every cell is a zero
)

// Text gives the declaration as it stands on forms and workbooks.
func (d Declaration) Text() string {
	switch d {
	case RestZero:
		return "其余为零"
	case ZeroReport:
		return "本期零报告"
	}
	return "无"
}

// An Event is one deed done to a return.
type Event struct {
	No                  int
	At                  string // RFC 3339
	Account, Name, Post string
	Deed                Deed
	Version             int
	Reason              string
	Change              int64 // change number of the facts, of an approval
}

// A Deed is what may be done to a return.
type Deed string

// The deeds.
const (
	DidSubmit   Deed = "submit"
	DidReview   Deed = "review"
	DidSendBack Deed = "return"
	DidApprove  Deed = "approve"
	DidImport   Deed = "import" // landed as approved from the command line
)

// Text gives the deed in Chinese.
func (d Deed) Text() string {
	switch d {
	case DidReview:
		return "审核通过"
	case DidSendBack:
		return "退回"
	case DidApprove:
		return "批准"
	case DidImport:
		return "命令行导入并生效"
	}
	return "提交"
}
