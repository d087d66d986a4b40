package measure

import (
	"kaiyang/internal/core/org"
)

// A Reason says why a figure has no value; the list is fixed (SEMANTICS §4) and the codes are
// stable for programs.
type Reason string

// The reasons.
const (
	NoReason         Reason = ""
	Absent           Reason = "missing"                    // nothing was reported
	ZeroDenominator  Reason = "zero_denominator"           // division by zero
	NoGrain          Reason = "no_value_at_this_grain"     // period is no union of the element's slots
	BelowLevel       Reason = "not_reported_at_this_level" // asked below the reporting level
	PointOnly        Reason = "own_unit_and_period_only"   // point values do not add up
	NotAlive         Reason = "unit_not_alive_in_period"   // the unit does not exist on the period's last day
	NoBase           Reason = "no_base_period"             // prev or yoy has no data
	CannotSplit      Reason = "cannot_be_split"            // today's boundaries after a split
	Overflow         Reason = "overflow"                   // a sum left the range
	NotDefined       Reason = "not_defined_in_period"      // no definition in force
	NoRollup         Reason = "no_roll_up"                 // roll-up rule is none
	WithheldSmall    Reason = "withheld_small_count"       // small count of persons
	YoYTooLong       Reason = "yoy_refused_for_long_range" // year on year of a range over a year
	NotFilled        Reason = "to_be_filled_by_county"     // 由县填写
	NotComparable    Reason = "not_comparable"             // operands cannot be compared
	TooDeep          Reason = "formula_too_deep"           // nested indicators form a chain too long
	NotAllowed       Reason = "not_allowed"                // the reader may not see it
	ReasonIncomplete Reason = "incomplete"                 // used for targets and ranks only: coverage below the minimum
)

// Text gives the reason in Chinese; the English catalogue translates it.
func (r Reason) Text() string { return reasonText[r] }

var reasonText = map[Reason]string{
	Absent: "未报", ZeroDenominator: "分母为零", NoGrain: "该期别无值", BelowLevel: "本级不报",
	PointOnly: "仅本单位本期", NotAlive: "单位当时不存在", NoBase: "无基期", CannotSplit: "已拆分，不可折算",
	Overflow: "超出范围", NotDefined: "当时无定义", NoRollup: "不汇总", WithheldSmall: "小数保护",
	YoYTooLong: "跨年区间无同比", NotFilled: "由县填写", NotComparable: "不可比", TooDeep: "公式嵌套过深",
	NotAllowed: "无权查看", ReasonIncomplete: "不完整",
}

// Reasons lists all reasons, for documentation and tests.
func Reasons() []Reason {
	out := make([]Reason, 0, len(reasonText))
	for r := range reasonText {
		out = append(out, r)
	}
	return out
}

// A Coverage counts unit × slot cells: reported of expected, and names the units missing.
type Coverage struct {
	Reported int          `json:"reported"`
	Expected int          `json:"expected"`
	Missing  []org.UnitID `json:"-"`
}

// Complete tells whether everything expected was reported.
func (c Coverage) Complete() bool { return c.Reported >= c.Expected }

// Worse gives the coverage with the smaller share.
func (c Coverage) Worse(o Coverage) Coverage {
	if o.Expected == 0 {
		return c
	}
	if c.Expected == 0 || int64(o.Reported)*int64(c.Expected) < int64(c.Reported)*int64(o.Expected) {
		return o
	}
	return c
}

// A State tells how firm a figure is.
type State string

// The states of a figure.
const (
	Preview  State = "preview"  // own unit only, not yet approved
	Approved State = "approved" // from approved returns
	Closed   State = "closed"   // the period is closed
	Restated State = "restated" // changed after closing
)

// A Light is the colour of a figure against its target; it is always computed.
type Light string

// The lights. The words beside them are for people who cannot tell the colours.
const (
	NoLight Light = ""
	Green   Light = "green"
	Yellow  Light = "yellow"
	Red     Light = "red"
	Grey    Light = "grey"
)
