package indicators

import (
	"math/big"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A Comparator tells how a value is held against its target.
type Comparator string

// The comparators (DESIGN §4). Values are compared as printed, in the scale they are shown in.
const (
	AtLeast Comparator = "≥"
	Above   Comparator = ">"
	AtMost  Comparator = "≤"
	Below   Comparator = "<"
	Zero    Comparator = "=0"    // 零发生
	Rises   Comparator = "rises" // above the base; equal is not met
	Falls   Comparator = "falls" // below the base; equal is not met
	Between Comparator = "range" // from Value to Upper, both included
)

// Comparators lists them in the order of the form.
func Comparators() []Comparator {
	return []Comparator{AtLeast, Above, AtMost, Below, Zero, Rises, Falls, Between}
}

// ParseComparator reads a comparator with its plain spellings.
func ParseComparator(s string) (Comparator, error) {
	switch strings.TrimSpace(s) {
	case "≥", ">=", "ge":
		return AtLeast, nil
	case ">", "gt", "＞":
		return Above, nil
	case "≤", "<=", "le":
		return AtMost, nil
	case "<", "lt", "＜":
		return Below, nil
	case "=0", "zero", "零发生":
		return Zero, nil
	case "rises", "上升":
		return Rises, nil
	case "falls", "下降":
		return Falls, nil
	case "range", "区间":
		return Between, nil
	}
	return "", fault.New(fault.Invalid, "没有比较方式“%s”；可用 ≥、>、≤、<、=0、rises（上升）、falls（下降）、range（区间）", s)
}

// A Target is what an indicator should reach, for a unit and a period. It holds for shorter
// periods inside its own, and for units below unless they have their own (SEMANTICS §4).
type Target struct {
	ID         int64
	Indicator  string
	Unit       org.UnitID
	Period     period.Period
	Comparator Comparator
	Value      string // decimal in the scale shown: "98" for 98%
	Upper      string // of a range
	Base       string // of rises and falls: "prev", "yoy" or a fixed period "2015"
	Margin     string // met, but nearer to the target than this: yellow; decimal in the scale shown
	Source     string // source document
	At, By     string
	Why        string
	Ended      string // when it was replaced or withdrawn; empty: in force
}

// Check reports the faults of a target.
func (t Target) Check() error {
	var f fault.Fields
	f.Need(t.Indicator != "", "indicator", "请选择指标")
	f.Need(t.Unit != 0, "unit", "请选择单位")
	f.Need(!t.Period.IsZero(), "period", "请填写目标的期别")
	_, err := ParseComparator(string(t.Comparator))
	f.Need(err == nil, "comparator", "请选择比较方式")
	switch t.Comparator {
	case Rises, Falls:
		ok := t.Base == "prev" || t.Base == "yoy"
		if !ok {
			_, err := period.Parse(t.Base)
			ok = err == nil
		}
		f.Need(ok, "base", "上升、下降应写明与谁比：prev（上期）、yoy（去年同期）或一个固定期别，如 2015")
	case Zero:
	case Between:
		lo, ok1 := decimal(t.Value)
		hi, ok2 := decimal(t.Upper)
		f.Need(ok1 && ok2 && lo.Cmp(hi) <= 0, "value", "区间应写下限和上限两个数，下限不大于上限")
	default:
		_, ok := decimal(t.Value)
		f.Need(ok, "value", "目标值应为数字，按显示的单位填写，例如 98 表示 98%")
	}
	if t.Margin != "" {
		m, ok := decimal(t.Margin)
		f.Need(ok && m.Sign() >= 0, "margin", "预警幅度应为不小于零的数字")
	}
	return f.Err()
}

func decimal(s string) (*big.Rat, bool) {
	s = strings.TrimSuffix(strings.TrimSpace(measure.Halfwidth(s)), "%")
	if s == "" || strings.ContainsAny(s, "/eExX_") {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// A Judgement is what holding a value against a target gives.
type Judgement struct {
	Met         bool
	Light       measure.Light
	Achievement *big.Rat // 1 exactly at the target; nil where it cannot be said
}

// Judge holds a printed value v, in the scale shown, against the target. base is the printed
// value of the base period for rises and falls; without it there is no judgement.
func (t Target) Judge(v, base *big.Rat) (Judgement, bool) {
	if v == nil {
		return Judgement{}, false
	}
	var met bool
	var gap *big.Rat // distance from the target on the good side
	switch t.Comparator {
	case AtLeast, Above, AtMost, Below:
		want, ok := decimal(t.Value)
		if !ok {
			return Judgement{}, false
		}
		cmp := v.Cmp(want)
		switch t.Comparator {
		case AtLeast:
			met = cmp >= 0
		case Above:
			met = cmp > 0
		case AtMost:
			met = cmp <= 0
		case Below:
			met = cmp < 0
		}
		gap = new(big.Rat).Sub(v, want)
		gap.Abs(gap)
	case Zero:
		met = v.Sign() == 0
	case Rises, Falls:
		if base == nil {
			return Judgement{}, false
		}
		cmp := v.Cmp(base)
		met = t.Comparator == Rises && cmp > 0 || t.Comparator == Falls && cmp < 0
		gap = new(big.Rat).Sub(v, base)
		gap.Abs(gap)
	case Between:
		lo, ok1 := decimal(t.Value)
		hi, ok2 := decimal(t.Upper)
		if !ok1 || !ok2 {
			return Judgement{}, false
		}
		met = v.Cmp(lo) >= 0 && v.Cmp(hi) <= 0
		gap = least(new(big.Rat).Sub(v, lo), new(big.Rat).Sub(hi, v))
	default:
		return Judgement{}, false
	}
	j := Judgement{Met: met, Light: measure.Red, Achievement: t.achievement(v, base)}
	if met {
		j.Light = measure.Green
		if m, ok := decimal(t.Margin); ok && m.Sign() > 0 && gap != nil && gap.Cmp(m) < 0 {
			j.Light = measure.Yellow
		}
	}
	return j, true
}

// achievement gives how far the target is reached, 1 exactly at it:
//
//	≥ >      v / t                 t > 0
//	≤ <      (2t − v) / t          t > 0; never below 0
//	= 0      1 if v = 0, else 0
//	rises    v / b                 b > 0
//	falls    (2b − v) / b          b > 0; never below 0
//	range    1 inside; v / lower below it, (2·upper − v) / upper above it, where the bound is positive
//
// It grows steadily towards the good side. Where the bound is zero or negative a share of it
// means nothing, so there is none.
func (t Target) achievement(v, base *big.Rat) *big.Rat {
	more := func(of *big.Rat) *big.Rat {
		if of == nil || of.Sign() <= 0 {
			return nil
		}
		return new(big.Rat).Quo(v, of)
	}
	less := func(of *big.Rat) *big.Rat {
		if of == nil || of.Sign() <= 0 {
			return nil
		}
		a := new(big.Rat).Add(of, of)
		a.Sub(a, v)
		if a.Sign() < 0 {
			return new(big.Rat)
		}
		return a.Quo(a, of)
	}
	want, _ := decimal(t.Value)
	switch t.Comparator {
	case AtLeast, Above:
		return more(want)
	case AtMost, Below:
		return less(want)
	case Zero:
		if v.Sign() == 0 {
			return big.NewRat(1, 1)
		}
		return new(big.Rat)
	case Rises:
		return more(base)
	case Falls:
		return less(base)
	case Between:
		upper, _ := decimal(t.Upper)
		switch {
		case want == nil || upper == nil:
			return nil
		case v.Cmp(want) < 0:
			return more(want)
		case v.Cmp(upper) > 0:
			return less(upper)
		}
		return big.NewRat(1, 1)
	}
	return nil
}

func least(a, b *big.Rat) *big.Rat {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}

// BasePeriod gives the period that rises and falls compare with.
func (t Target) BasePeriod(p period.Period) (period.Period, error) {
	switch t.Base {
	case "prev":
		return p.Prev(), nil
	case "yoy":
		return p.YoY()
	}
	return period.Parse(t.Base)
}

// Applies finds the target in force for a unit and a period: the nearest unit on the way up, and
// there the shortest period that holds p. The list holds targets of one indicator, ended ones too.
func Applies(list []Target, path []org.UnitID, p period.Period) (Target, bool) {
	for i := len(path) - 1; i >= 0; i-- {
		if best := applies(list, path[i], p); best >= 0 {
			return list[best], true
		}
	}
	return Target{}, false
}

// applies gives the number of a unit's own target in the list, the one of the shortest period; -1
// for none.
func applies(list []Target, unit org.UnitID, p period.Period) int {
	best := -1
	for k := range list {
		t := &list[k]
		if t.Unit != unit || t.Ended != "" || !t.Period.Contains(p) {
			continue
		}
		if best < 0 || t.Period.First().DaysUntil(t.Period.Last()) < list[best].Period.First().DaysUntil(list[best].Period.Last()) {
			best = k
		}
	}
	return best
}
