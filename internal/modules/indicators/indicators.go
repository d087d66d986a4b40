// Package indicators holds the definitions of indicators with their history, their targets and
// the bundles they stand in, and answers with figures: value or reason, numerator, denominator,
// coverage, verdict, light, rank, and the trace that leads to the source.
package indicators

import (
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

// A Direction tells which way is better.
type Direction string

// The directions.
const (
	Up      Direction = "up"      // more is better
	Down    Direction = "down"    // less is better
	Neutral Direction = "neutral" // neither: a plain count
)

// Label gives the direction in Chinese.
func (d Direction) Label() string {
	return map[Direction]string{Up: "越高越好", Down: "越低越好", Neutral: "不分高低"}[d]
}

// An Indicator is a figure that the office defines: a formula over elements, with history.
type Indicator struct {
	Code     string
	Name     string
	NameEN   string
	Force    string // code of the owning task force, may be empty
	Order    int
	Row      int          // counts the changes of its row; a second editor is told by it
	Versions []Definition // ascending From
}

// A Definition is what an indicator means from a day on (SEMANTICS §4).
type Definition struct {
	Version     int // counts from 1
	From        period.Day
	Formula     string // stored with codes; empty means 由县填写
	Format      formula.Format
	Digits      int
	Direction   Direction
	Rollup      formula.Rollup
	Unit        string // unit of measure of a plain number, "人次"
	UnitEN      string
	MinCoverage int    // percent of the expected cells below which the figure is 不完整; default 100
	Source      string // source document
	Note        string
	Effort      string // code of the element that counts what was done to find what is counted, such as tests; may be empty (METHODS §1.7)
	By, At      string // who entered it, and when
	Why         string // reason of the change
}

// Filled tells whether the county has filled the definition in.
func (d Definition) Filled() bool { return d.Formula != "" }

// On gives the definition in force on a day.
func (i Indicator) On(day period.Day) (Definition, bool) {
	for k := len(i.Versions) - 1; k >= 0; k-- {
		if i.Versions[k].From <= day {
			return i.Versions[k], true
		}
	}
	return Definition{}, false
}

// Latest gives the newest definition.
func (i Indicator) Latest() Definition {
	if len(i.Versions) == 0 {
		return Definition{}
	}
	return i.Versions[len(i.Versions)-1]
}

// Check reports the faults of a definition apart from its formula, which needs names to check.
func (d Definition) Check() error {
	var f fault.Fields
	f.Need(!d.From.IsZero(), "from", "请填写定义自哪一天起施行")
	f.Need(d.Digits >= 0 && d.Digits <= 6, "digits", "小数位数应在 0 到 6 之间")
	f.Need(d.Direction == Up || d.Direction == Down || d.Direction == Neutral, "direction", "方向应为 up（越高越好）、down（越低越好）或 neutral（不分高低）")
	_, ok := formula.ParseRollup(string(d.Rollup))
	f.Need(ok, "rollup", "汇总方式应为 operands（分子分母分别汇总）、children（下级结果相加）或 none（不汇总）")
	f.Need(d.MinCoverage >= 0 && d.MinCoverage <= 100, "min_coverage", "最低报送覆盖率应在 0 到 100 之间")
	return f.Err()
}

// CheckHead reports the faults of an indicator's code and name.
func (i Indicator) CheckHead() error {
	var f fault.Fields
	f.Need(measure.ValidCode(i.Code), "code", "指标代码应以字母开头，只含字母、数字、下划线和点，最长 40 个字符")
	f.Need(!pageWord(i.Code), "code", "代码 %s 与系统页面的地址相同，它的页面会打不开；请换一个代码", i.Code)
	f.Need(strings.TrimSpace(i.Name) != "", "name", "请填写指标名称")
	return f.Err()
}

// pageWord tells whether a code is a word that stands in the addresses of pages: /definitions/new
// leads to a form, so a definition of that code could not be reached.
func pageWord(code string) bool {
	return slices.Contains([]string{"new", "edit", "import", "export", "bundles", "targets", "elements", "starts"}, strings.ToLower(code))
}

// The rules of this module.
var (
	ruleRead   = perm.Rule{Deed: "figures.read", Label: "查看指标", Roles: []perm.Role{perm.Leader, perm.Office, perm.Member, perm.Reporter, perm.Worker, perm.Reader}}
	ruleDefine = perm.Rule{Deed: "indicators.define", Label: "维护指标定义和目标", Roles: []perm.Role{perm.Office}}
)
