// Package supervision keeps supervision inspections (督导检查): the plan with its checklist and
// team, the random draw of units with a seed that anybody can repeat, the visits with what was
// found, the feedback to the unit with its objection, and the findings that become action items
// (PEERS row 57, DOMAIN §5.4; 政府督查工作条例 articles 14 to 18).
//
// It inspects units, never persons. A place is written in words; there are no coordinates and no
// tracking, and pictures lose what a camera wrote into them.
package supervision

import (
	"strings"
	"unicode"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

// A Kind is the kind of a supervision. They are those of 政府督查工作条例 article 14 that visit
// units; its 事件调查 and 线索核查 are investigations and have no place here.
type Kind string

// The kinds.
const (
	Comprehensive Kind = "comprehensive"
	Special       Kind = "special"
	Routine       Kind = "routine"
)

// Kinds lists the kinds in the order of the regulation.
func Kinds() []Kind { return []Kind{Comprehensive, Special, Routine} }

// Text gives the kind in Chinese.
func (k Kind) Text() string {
	return map[Kind]string{Comprehensive: "综合督查", Special: "专项督查", Routine: "日常督办"}[k]
}

// A State is how far a plan has come.
type State string

// The states.
const (
	Preparing State = "preparing" // 筹备
	Visiting  State = "visiting"  // 实施中
	Closed    State = "closed"    // 已办结
	Cancelled State = "cancelled" // 已取消
)

// Text gives the state in Chinese.
func (s State) Text() string {
	return map[State]string{Preparing: "筹备", Visiting: "实施中", Closed: "已办结", Cancelled: "已取消"}[s]
}

// A Plan is one supervision: what is checked, by whom, and where.
type Plan struct {
	ID         int64
	No         string // "DD-2018-001"; part of a seed made from a public value
	Title      string
	Kind       Kind
	From, To   period.Day
	Theme      string
	Basis      string // document it rests on; may be empty
	List       int64  // checklist
	Edition    int    // of the checklist
	Team       []int64
	RepeatDays int // calendar days in which a second inspection on the same theme is warned of
	Pool       Pool
	PoolAt     string // RFC 3339 when the pool was last changed
	Draw       int    // the draw that holds, 0 for none
	Published  bool   // the draw is shown to all who may read
	State      State
	Issued     period.Day // of the report; 0 before
	Reason     string     // of cancelling
	Version    int64
}

// Check reports all faults of a plan's own fields, by field.
func (p Plan) Check() error {
	var f fault.Fields
	f.Need(p.Title != "", "title", "请写督导检查名称")
	f.Need(len([]rune(p.Title)) <= 60, "title", "最多 %d 个字；请缩短", 60)
	f.Need(len([]rune(p.Theme)) <= 60, "theme", "最多 %d 个字；请缩短", 60)
	f.Need(p.Kind.Text() != "", "kind", "请选择类别")
	f.Need(p.Theme != "", "theme", "请写检查主题；系统按主题提示重复检查")
	f.Need(!p.From.IsZero(), "from", "请选择开始日期")
	f.Need(!p.To.IsZero(), "to", "请选择结束日期")
	f.Need(p.From.IsZero() || p.To.IsZero() || p.From <= p.To, "to", "结束日期早于开始日期；请核对")
	f.Need(p.List != 0, "list", "请选择检查表")
	f.Need(p.RepeatDays >= 0 && p.RepeatDays <= 3650, "repeat", "天数请写 0 到 3650 之间的整数；0 表示不提示")
	return f.Err()
}

// mayChange refuses deeds to a plan that is over.
func (p Plan) mayChange() error {
	switch p.State {
	case Closed:
		return fault.New(fault.Conflict, "这次督导检查已办结，不再改动；整改复查可在检查页另开")
	case Cancelled:
		return fault.New(fault.Conflict, "这次督导检查已取消；请另立一次")
	}
	return nil
}

// themeKey folds a theme, so that width, case and spaces make no other theme.
func themeKey(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0xFF01 && r <= 0xFF5E {
			r -= 0xFEE0
		}
		if unicode.IsSpace(r) || unicode.IsPunct(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// A Progress is how far a visit has come.
type Progress string

// The stations of a visit.
const (
	Due       Progress = "due"       // 待检查
	Open      Progress = "open"      // 检查中
	Told      Progress = "told"      // 反馈待确认
	Confirmed Progress = "confirmed" // 已确认
	Dropped   Progress = "dropped"   // 未检查
)

// Text gives the station in Chinese.
func (p Progress) Text() string {
	return map[Progress]string{Due: "待检查", Open: "检查中", Told: "反馈待确认", Confirmed: "已确认", Dropped: "未检查"}[p]
}

// fedBack tells whether the unit was told what was found.
func (p Progress) fedBack() bool { return p == Told || p == Confirmed }

// A Visit is the inspection of one unit, or a later check of what was to be put right.
type Visit struct {
	ID       int64
	Plan     int64
	Draw     int // 0 for a re-check
	Unit     org.UnitID
	Of       int64 // the visit it checks again; 0 for a first visit
	Day      period.Day
	Visitors string            // who went, by post
	Answers  map[string]Answer // by line of the checklist, or by finding for a re-check
	Summary  string
	State    Progress
	Feedback string // what was said to the unit
	Met      string // whom of the unit the feedback was given to, by post
	ToldOn   period.Day
	Note     string // the unit's word on confirming, or why nobody went
	By       string // who confirmed
	ByOn     period.Day
	Authors  []int64 // accounts that wrote in it; they stay away from objections (article 17)
	Version  int64
}

// A Mark is the answer to a line of the checklist.
type Mark string

// The marks; the empty mark is not answered yet.
const (
	Met    Mark = "met"    // 符合
	Mostly Mark = "mostly" // 基本符合
	Unmet  Mark = "unmet"  // 不符合
	Unseen Mark = "unseen" // 未查
)

// Marks lists the marks in the order of the form.
func Marks() []Mark { return []Mark{Met, Mostly, Unmet, Unseen} }

// Text gives the mark in Chinese.
func (m Mark) Text() string {
	return map[Mark]string{Met: "符合", Mostly: "基本符合", Unmet: "不符合", Unseen: "未查"}[m]
}

// again gives the mark's meaning on a re-check.
func (m Mark) again() string {
	return map[Mark]string{Met: "已整改", Mostly: "部分整改", Unmet: "未整改", Unseen: "未查"}[m]
}

// An Answer is what was found on a line.
type Answer struct {
	Mark Mark   `json:"mark"`
	Note string `json:"note,omitempty"`
}

// A Severity is how much a finding weighs.
type Severity string

// The severities; what counts as which is the county's own measure.
const (
	Minor Severity = "minor" // 一般
	Major Severity = "major" // 较重
	Grave Severity = "grave" // 严重
)

// Severities lists them, the lightest first.
func Severities() []Severity { return []Severity{Minor, Major, Grave} }

// Text gives the severity in Chinese.
func (s Severity) Text() string {
	return map[Severity]string{Minor: "一般", Major: "较重", Grave: "严重"}[s]
}

func (s Severity) rank() string {
	return map[Severity]string{Minor: "3", Major: "2", Grave: "1"}[s]
}

// A Finding is a problem that a visit found.
type Finding struct {
	ID       int64
	Visit    int64
	No       int    // within the visit, kept
	Line     string // of the checklist; "" for none
	Block    string // its heading
	Text     string
	Place    string // in words
	Severity Severity
	Demand   string // what is to be done; the standard of the item
	Days     int    // working days to do it
	Item     int64  // action item, 0 for none
	Gone     bool   // struck out, or withdrawn after an objection
	Version  int64
}

// Check reports all faults of a finding, by field.
func (x Finding) Check() error {
	var f fault.Fields
	f.Need(x.Text != "", "text", "请写发现的问题")
	f.Need(x.Severity.Text() != "", "severity", "请选择程度")
	f.Need(x.Demand != "", "demand", "请写整改要求；核验整改时以它为准")
	for _, y := range []struct {
		field, text string
		most        int
	}{{"text", x.Text, 500}, {"place", x.Place, 100}, {"demand", x.Demand, 200}} {
		f.Need(len([]rune(y.text)) <= y.most, y.field, "最多 %d 个字；请缩短", y.most)
	}
	f.Need(x.Days >= 1 && x.Days <= 250, "days", "整改期限请写 1 到 250 个工作日")
	f.Need(!coordinates(x.Place) && !coordinates(x.Text), "place", "地点请用文字写明，例如“镇政府一楼办公室”；不要写经纬度坐标")
	return f.Err()
}

// coordinates tells whether a text holds a position in degrees.
func coordinates(s string) bool {
	if strings.ContainsAny(s, "°º") || strings.Contains(s, "东经") || strings.Contains(s, "北纬") {
		return true
	}
	// Two numbers with three or more decimals, side by side.
	run := 0
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r != '.' && !(r >= '0' && r <= '9') }) {
		_, decimals, ok := strings.Cut(w, ".")
		if ok && len(decimals) >= 3 {
			run++
		} else {
			run = 0
		}
		if run == 2 {
			return true
		}
	}
	return false
}

// A Photo is a picture of a finding, freed of what the camera wrote into it.
type Photo struct {
	ID      int64
	Finding int64
	Hash    string
	Name    string
	Media   string
	By, At  string
}

// A Ruling is what became of an objection.
type Ruling string

// The rulings; the empty ruling is not answered yet.
const (
	Upheld    Ruling = "upheld"    // 维持
	Amended   Ruling = "amended"   // 变更
	Withdrawn Ruling = "withdrawn" // 撤销
)

// Rulings lists the rulings in the order of the form.
func Rulings() []Ruling { return []Ruling{Upheld, Amended, Withdrawn} }

// Text gives the ruling in Chinese.
func (r Ruling) Text() string {
	return map[Ruling]string{"": "待答复", Upheld: "维持", Amended: "变更", Withdrawn: "撤销"}[r]
}

// termDays is the time to object, and the time to answer, in calendar days (政府督查工作条例
// article 17; STANDARDS CAL-04). The day of receipt is not counted.
const termDays = 30

// An Objection is what a unit holds against the feedback or one finding of it.
type Objection struct {
	ID      int64
	Visit   int64
	Finding int64 // 0: the feedback as a whole
	Text    string
	By      string
	On      period.Day
	Due     period.Day // last day of the answer
	Ruling  Ruling
	Answer  string
	Judge   string
	Judged  period.Day
	Version int64
}

// The deeds of this module.
var (
	ruleRead   = perm.Rule{Deed: "supervision.read", Label: "查看督导检查", Roles: []perm.Role{perm.Leader, perm.Office, perm.Member, perm.Reporter, perm.Reader}}
	rulePlan   = perm.Rule{Deed: "supervision.plan", Label: "制定督导计划、抽取单位、交办整改", Roles: []perm.Role{perm.Office}}
	ruleVisit  = perm.Rule{Deed: "supervision.visit", Label: "到单位检查、填写检查表", Roles: []perm.Role{perm.Office, perm.Member}}
	ruleAnswer = perm.Rule{Deed: "supervision.answer", Label: "确认本单位的检查反馈、提出异议", Roles: []perm.Role{perm.Reporter, perm.Member}, Scoped: true}
	ruleReview = perm.Rule{Deed: "supervision.review", Label: "答复督导检查的异议", Roles: []perm.Role{perm.Leader, perm.Office}}
)

func rules() []perm.Rule { return []perm.Rule{ruleRead, rulePlan, ruleVisit, ruleAnswer, ruleReview} }
