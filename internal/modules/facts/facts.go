// Package facts keeps what is counted and what was reported: the elements, the facts with their
// whole history, and the closings of periods. The database holds the truth in packed columns
// beside an append-only log of changes; the cube in memory is read from it at start, follows its
// change numbers, and can be checked against it at any time (DESIGN §4, SEMANTICS §1–§7).
package facts

import (
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

// The deeds of this module.
var (
	ruleView = perm.Rule{Deed: "facts.view", Label: "查看数据项和封账",
		Roles: []perm.Role{perm.Leader, perm.Office, perm.Member, perm.Reporter, perm.Worker, perm.Reader, perm.SysAdmin, perm.SecAdmin, perm.Auditor}}
	ruleDefine = perm.Rule{Deed: "facts.define", Label: "修改数据项", Roles: []perm.Role{perm.Office}}
	ruleImport = perm.Rule{Deed: "facts.import", Label: "导入数据", Roles: []perm.Role{perm.Office}}
	ruleClose  = perm.Rule{Deed: "facts.close", Label: "封账", Roles: []perm.Role{perm.Office}}
)

// owner is the key under which this module's uploads are kept.
const owner = "facts"

// A Use names something that is built on an element: an indicator, a form.
type Use struct {
	Kind string // Chinese word, "指标" or "报表"
	Code string
	Name string
	// NameEN is the English name, "" if there is none.
	NameEN string
	Path   string // its page, "" for readers who may not open it
}

// A Waiting is a return that is still expected when a period is about to be closed.
type Waiting struct {
	Form string // name
	Unit string // name
	Path string // the page to chase it; may be empty
}

// A Usage tells how far an element is filled; what it may become depends on it (SEMANTICS §3).
type Usage struct {
	Values  int   // reported cells that are present
	Years   []int // with at least one fact now or in the past, ascending
	Divided bool  // facts in categories, not only totals
}

// Any tells whether the element ever held a fact.
func (u Usage) Any() bool { return len(u.Years) > 0 }

// A Contribution is one reported cell that a sum is made of, with its latest version.
type Contribution struct {
	Unit     org.UnitID
	Slot     period.Slot // at the grain of Period
	Period   period.Period
	Category measure.Category
	Value    int64
	Version  measure.Version
}

// A Restatement is one change of a cell after its period was closed.
type Restatement struct {
	Element  measure.Element
	Category measure.Category
	Unit     org.UnitID
	Period   period.Period // the slot
	Old, New int64
	Was, Is  bool // present before, present after
	Version  measure.Version
}

// A Closing freezes the figures of a period (SEMANTICS §5).
type Closing struct {
	No     int64 // change number; the figures are those as of it
	Period period.Period
	Reason string
	By     string // account and name
	Post   string
	At     string // RFC 3339
}

// A Revision is one version of an element's definition.
type Revision struct {
	Element measure.Element
	Version int
	No      int64 // change number
	By      string
	Post    string
	At      string
}
