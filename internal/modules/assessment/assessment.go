// Package assessment scores the townships of a county by a published scheme of indicators, weights
// and fixed goalposts, and says how far the places hold when the weights are others (METHODS §7.1).
//
// Scores are made of figures as they may leave the office, so that a score gives no small count of
// persons away and is the same for every reader. Deductions and veto items stand beside the score
// and never enter it.
package assessment

import (
	"math/big"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

// A Span is the kind of period that a scheme scores.
type Span string

// The spans. TwoMonths are January and February, March and April and so on.
const (
	Yearly    Span = "year"
	HalfYear  Span = "half-year"
	Quarterly Span = "quarter"
	TwoMonths Span = "two-months"
	Monthly   Span = "month"
)

// Spans lists the spans in the order they are shown.
func Spans() []Span { return []Span{Yearly, HalfYear, Quarterly, TwoMonths, Monthly} }

// Label gives the span in Chinese.
func (s Span) Label() string {
	return map[Span]string{Yearly: "年度", HalfYear: "半年", Quarterly: "季度", TwoMonths: "两个月", Monthly: "月度"}[s]
}

// Of gives the period of the span that a day lies in.
func (s Span) Of(day period.Day) period.Period {
	g := map[Span]period.Grain{Yearly: period.Years, HalfYear: period.HalfYears, Quarterly: period.Quarters}[s]
	if g == 0 {
		g = period.Months
	}
	slot := g.SlotOf(day)
	if s != TwoMonths {
		return g.Period(slot)
	}
	slot -= slot % 2
	p, err := period.Between(g.FirstDay(slot), g.LastDay(slot+1))
	if err != nil {
		return period.Period{}
	}
	return p
}

// Fits tells whether a period is one of the span.
func (s Span) Fits(p period.Period) bool { return !p.IsZero() && s.Of(p.Last()) == p }

// Before gives the n periods of the span that end with the one a day lies in, the newest first.
func (s Span) Before(day period.Day, n int) (out []period.Period) {
	for range n {
		p := s.Of(day)
		out = append(out, p)
		day = p.First().AddDays(-1)
	}
	return out
}

// A State tells whether an edition of a scheme is in force.
type State string

// The states of an edition. A published one is never changed.
const (
	Draft     State = "draft"
	Published State = "published"
)

// An Item is an indicator of a scheme. Weight, Floor and Target are decimals in the scale in which
// the figure is printed, 98 for 98 %: Floor is the value that scores nothing, Target the one that
// scores in full.
type Item struct {
	Code   string `json:"code"`
	Name   string `json:"name"` // as the indicator was called when the edition was kept
	NameEN string `json:"name_en,omitempty"`
	Weight string `json:"weight"`
	Higher bool   `json:"higher"` // more is better
	Floor  string `json:"floor"`
	Target string `json:"target"`
}

// A Scheme is one edition of a scheme (考评办法).
type Scheme struct {
	ID      int64
	Edition int // from 1
	Name    string
	Span    Span
	Basis   string     // the document it comes from; may be empty
	From    period.Day // first day of the first period it scores
	Digits  int        // decimals of scores
	Least   int        // percent of the weights that must have data, else a unit gets no score
	Note    string
	Units   []org.UnitID // empty: all townships of the day
	Items   []Item
	Pairs   []string // the comparisons that the weights were made of, row by row above the diagonal; nil if they were not

	State       State
	PublishedOn period.Day
	PublishedBy string
	By, At      string
	Version     int64
}

// mostItems bounds the indicators of a scheme.
const mostItems = 30

// number reads a decimal as it is typed, "98" or "-0.5"; fractions and powers are none.
func number(s string) (*big.Rat, bool) {
	if s == "" || len(s) > 20 || strings.Trim(s, "-0123456789.") != "" {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// Check reports the faults of an edition; fields of items end with their place from 0.
func (s Scheme) Check() error {
	var f fault.Fields
	f.Need(strings.TrimSpace(s.Name) != "", "name", "请写办法名称")
	f.Need(slices.Contains(Spans(), s.Span), "span", "请选择评价周期")
	f.Need(!s.From.IsZero(), "from", "请填写自哪一天起评价")
	f.Need(s.From.IsZero() || s.Span.Of(s.From).First() == s.From, "from", "%s 不是一个评价期的第一天；请填评价期的第一天", s.From.String())
	f.Need(s.Digits >= 0 && s.Digits <= 3, "digits", "得分的小数位数应在 0 到 3 之间")
	f.Need(s.Least >= 1 && s.Least <= 100, "least", "最低数据比例应在 1 到 100 之间")
	f.Need(len(s.Items) > 0, "items", "请至少选一项指标")
	f.Need(len(s.Items) <= mostItems, "items", "指标最多 %d 项", mostItems)
	for i, it := range s.Items {
		it.check(&f, suffix(i), slices.ContainsFunc(s.Items[:i], func(o Item) bool { return o.Code == it.Code }))
	}
	return f.Err()
}

func (it Item) check(f *fault.Fields, at string, twice bool) {
	f.Need(it.Code != "", "code"+at, "请选择指标")
	f.Need(!twice, "code"+at, "指标 %s 选了两次；请删去一行", it.Code)
	w, ok := number(it.Weight)
	f.Need(ok && w.Sign() > 0 && w.Cmp(big.NewRat(1000000, 1)) <= 0, "weight"+at, "权重应为大于 0 的数，现为“%s”", it.Weight)
	floor, low := number(it.Floor)
	f.Need(low, "floor"+at, "底线值应为数，现为“%s”", it.Floor)
	target, high := number(it.Target)
	f.Need(high, "target"+at, "目标值应为数，现为“%s”", it.Target)
	if low && high {
		if it.Higher {
			f.Need(target.Cmp(floor) > 0, "target"+at, "越高越好的指标，目标值应大于底线值")
		} else {
			f.Need(target.Cmp(floor) < 0, "target"+at, "越低越好的指标，目标值应小于底线值")
		}
	}
}

// Total is the sum of the weights.
func (s Scheme) Total() *big.Rat {
	sum := new(big.Rat)
	for _, it := range s.Items {
		if w, ok := number(it.Weight); ok {
			sum.Add(sum, w)
		}
	}
	return sum
}

// Late tells whether the edition was published after a period had begun, so that its weights were
// not known beforehand. A draft is not published at all.
func (s Scheme) Late(p period.Period) bool { return s.State == Published && s.PublishedOn > p.First() }

// InForce gives the newest published edition whose periods had begun by the first day of p.
func InForce(editions []Scheme, p period.Period) (Scheme, bool) {
	for _, e := range slices.Backward(editions) {
		if e.State == Published && e.From <= p.First() && e.Span.Fits(p) {
			return e, true
		}
	}
	return Scheme{}, false
}

// MarkKind tells what stands beside a score.
type MarkKind string

// The kinds of marks.
const (
	Deduction MarkKind = "deduction" // 扣分
	Veto      MarkKind = "veto"      // 一票否决
)

// Label gives the kind in Chinese.
func (k MarkKind) Label() string {
	return map[MarkKind]string{Deduction: "扣分", Veto: "一票否决"}[k]
}

// A Mark is a deduction or a veto item of a unit. It is listed beside the score and never enters
// it. One that was entered wrongly is withdrawn with a reason and stays in the list.
type Mark struct {
	ID       int64
	Scheme   int64
	Unit     org.UnitID
	Kind     MarkKind
	Day      period.Day
	Points   string // of a deduction, above 0
	Reason   string
	Document string
	By, At   string

	Withdrawn, WithdrawnBy, WithdrawnAt string
	Version                             int64
}

// Check reports the faults of a mark.
func (m Mark) Check(today period.Day) error {
	var f fault.Fields
	f.Need(m.Kind == Deduction || m.Kind == Veto, "kind", "请选择扣分或一票否决")
	f.Need(!m.Day.IsZero(), "day", "请填写日期")
	f.Need(m.Day <= today, "day", "日期不能晚于今天")
	f.Need(strings.TrimSpace(m.Reason) != "", "reason", "请写明原因")
	f.Need(strings.TrimSpace(m.Document) != "", "document", "请写明依据文件；没有文件的不能登记")
	switch points := strings.TrimSpace(m.Points); {
	case m.Kind == Veto:
		f.Need(points == "", "points", "一票否决不填扣分；要扣分请另登记一条")
	case points == "":
		f.Need(false, "points", "请填写扣几分")
	default:
		p, ok := number(points)
		f.Need(ok && p.Sign() > 0 && p.Cmp(big.NewRat(1000, 1)) <= 0, "points", "扣分应为大于 0、不超过 1000 的数，现为“%s”", points)
	}
	return f.Err()
}

// The rules of this module.
var (
	ruleRead    = perm.Rule{Deed: "assessment.read", Label: "查看综合评价", Roles: []perm.Role{perm.Leader, perm.Office, perm.Member, perm.Reporter, perm.Worker, perm.Reader}}
	ruleScores  = perm.Rule{Deed: "assessment.scores", Label: "查看得分，乡镇只看本单位", Roles: []perm.Role{perm.Leader, perm.Office, perm.Member, perm.Reporter, perm.Worker}, Scoped: true}
	ruleTry     = perm.Rule{Deed: "assessment.try", Label: "试算综合得分", Roles: []perm.Role{perm.Leader, perm.Office, perm.Member}}
	ruleEdit    = perm.Rule{Deed: "assessment.edit", Label: "编制评价办法和登记扣分", Roles: []perm.Role{perm.Office}}
	ruleFix     = perm.Rule{Deed: "assessment.fix", Label: "综合得分定稿", Roles: []perm.Role{perm.Leader, perm.Office}}
	ruleApprove = perm.Rule{Deed: "assessment.approve", Label: "公布评价办法和结果", Roles: []perm.Role{perm.Leader}}
)

func rules() []perm.Rule {
	return []perm.Rule{ruleRead, ruleScores, ruleTry, ruleEdit, ruleFix, ruleApprove}
}
