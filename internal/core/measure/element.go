// Package measure holds what is counted (elements, categories, facts) and what is answered
// (figures). Values are whole numbers times 10 to the minus scale, so sums are exact.
// A missing value is not zero.
package measure

import (
	"math"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// ElementID is the immutable number of an element.
type ElementID int32

// A Kind tells how an element adds up (SEMANTICS §3).
type Kind string

// The kinds of elements.
const (
	Flow  Kind = "flow"  // adds over time and units
	Stock Kind = "stock" // adds over units; over time the last slot counts
	Point Kind = "point" // own unit and period only: ranks, survey results, distinct persons
)

// MaxValue is the largest absolute whole number a fact may hold; sums of it cannot overflow
// an int64 in any county, province or nation.
const MaxValue = 100_000_000_000

// A GrainFrom gives the grain of an element from 1 January of a year on.
type GrainFrom struct {
	Year  int
	Grain period.Grain
}

// An Element is what is counted.
type Element struct {
	ID      ElementID
	Code    string // shares one namespace with indicators
	Name    string
	NameEN  string
	Kind    Kind
	Grains  []GrainFrom // ascending years; the first holds for all years before it too
	Level   org.Level   // where it is reported
	Scale   int         // decimal places kept: value = whole number × 10^-Scale
	Low     int64       // least whole number a fact may hold; 0, the default, is never negative
	High    int64       // most; 0 is MaxValue
	Unit    string      // unit of measure, "人次"
	UnitEN  string
	Scheme  Scheme
	Persons bool   // counts persons: small counts are withheld below county level
	Force   string // code of the owning task force, may be empty
	Source  string // source document
	Note    string
}

// GrainIn gives the grain in force in a year.
func (e Element) GrainIn(year int) period.Grain {
	var g period.Grain
	for i, x := range e.Grains {
		if i == 0 || x.Year <= year {
			g = x.Grain
		}
	}
	return g
}

// Check reports every fault of e.
func (e Element) Check() error {
	var f fault.Fields
	f.Need(ValidCode(e.Code), "code", "数据项代码应以字母开头，只含字母、数字、下划线和点，最长 40 个字符")
	f.Need(e.Name != "", "name", "请填写数据项名称")
	f.Need(e.Kind == Flow || e.Kind == Stock || e.Kind == Point, "kind", "类型应为 flow（流量）、stock（存量）或 point（点值）")
	f.Need(len(e.Grains) > 0, "grain", "请选择填报粒度")
	for i, g := range e.Grains {
		f.Need(g.Grain.Valid(), "grain", "填报粒度应为半月、月、季、半年或年")
		f.Need(i == 0 || g.Year > e.Grains[i-1].Year, "grain", "粒度变更的年份应递增")
	}
	f.Need(e.Level != 0, "level", "请选择填报层级")
	f.Need(e.Scale >= 0 && e.Scale <= 6, "scale", "小数位数应在 0 到 6 之间")
	lo, hi := e.Bounds()
	f.Need(InRange(lo), "min", "最小值超出允许的范围；请填 %s 以上的数", Group(Decimal(-MaxValue, e.Scale)))
	f.Need(InRange(hi) && hi > lo, "max", "最大值应大于最小值 %s；没有上限时留空", Group(Decimal(lo, e.Scale)))
	if err := e.Scheme.Check(); err != nil {
		f.Need(false, "categories", "%s", fault.Say(err, nil))
	}
	return f.Err()
}

// ValidCode tells whether s may be the code of an element, an indicator or a form: a letter,
// then letters, digits, underscores and dots, 40 at most.
func ValidCode(s string) bool {
	if s == "" || len(s) > 40 {
		return false
	}
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || !(r >= '0' && r <= '9' || r == '_' || r == '.')) {
			return false
		}
	}
	return true
}

// Bounds gives the least and the most whole number that a fact of e may hold. What is counted is
// never negative unless the definition says so.
func (e Element) Bounds() (lo, hi int64) {
	if e.High == 0 {
		return e.Low, MaxValue
	}
	return e.Low, e.High
}

// InRange tells whether v may be stored.
func InRange(v int64) bool { return v <= MaxValue && v >= -MaxValue }

// Add adds two sums and refuses overflow.
func Add(a, b int64) (int64, error) {
	s := a + b
	if (a > 0 && b > 0 && s < 0) || (a < 0 && b < 0 && s >= 0) {
		return math.MaxInt64, fault.New(fault.Invalid, "合计超出可表示的范围")
	}
	return s, nil
}
