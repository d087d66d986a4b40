package formula

import (
	"math/big"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// An Agg tells how the slots of a period come together, once units have been added.
type Agg uint8

// The ways. ByKind is the element's own: flows are added, of stocks the last slot counts, points
// stand for themselves (SEMANTICS §3).
const (
	ByKind  Agg = iota
	Sum         // all slots added
	Average     // mean of the slots that have data
	Last        // the last slot
)

// A Query asks for one operand.
type Query struct {
	Code       string
	Categories []measure.Category // cells to add up; nil for the total
	Agg        Agg
	Unit       org.UnitID
	Period     period.Period
}

// An Operand is the answer: a number or a reason, and what it rests on.
type Operand struct {
	Value    *big.Rat // the number, where it is not Int × 10^-Scale (averages)
	Int      int64    // the number as a whole number at Scale, if Value is nil
	Scale    int
	Reason   measure.Reason // why there is no number
	Coverage measure.Coverage
	Flags    Flags
}

// Flags say what a reader of a figure must know beside its coverage.
type Flags uint8

// The flags.
const (
	// PresentSlots: a mean over those slots of the period that have data, not over all.
	PresentSlots Flags = 1 << iota
	// DefinitionChanged: an indicator's definition changed inside the period, or the base period
	// of a comparison used another one.
	DefinitionChanged
	// RunningPeriod: the period is not over; only its completed slots were compared.
	RunningPeriod
	// UnitsDiffer: the operands do not rest on the same units.
	UnitsDiffer
	// Summed: adds up units beneath the one asked for.
	Summed
)

var flagText = []struct {
	flag Flags
	code string
	text string
}{
	{PresentSlots, "present_slots", "平均数只按有数据的填报期计算"},
	{DefinitionChanged, "definition_changed", "所跨期间内指标定义有变更"},
	{RunningPeriod, "running_period", "本期未满，只比较已满的部分"},
	{UnitsDiffer, "units_differ", "各项数据的报送单位不一致"},
}

// Codes gives the stable codes of the flags that readers are told.
func (f Flags) Codes() []string {
	var out []string
	for _, x := range flagText {
		if f&x.flag != 0 {
			out = append(out, x.code)
		}
	}
	return out
}

// Texts gives the flags as Chinese sentences, which the English catalogue translates.
func (f Flags) Texts() []string {
	var out []string
	for _, x := range flagText {
		if f&x.flag != 0 {
			out = append(out, x.text)
		}
	}
	return out
}

// A Rollup tells how an indicator is answered for a unit above those that report (SEMANTICS §4).
type Rollup string

// The ways.
const (
	RollOperands Rollup = "operands" // the formula over the summed operands: Σ/Σ
	RollChildren Rollup = "children" // the sum of the children's results
	RollNone     Rollup = "none"     // not at all: only for the units that report
)

// ParseRollup reads a roll-up rule; empty text is RollOperands.
func ParseRollup(s string) (Rollup, bool) {
	switch r := Rollup(s); r {
	case "":
		return RollOperands, true
	case RollOperands, RollChildren, RollNone:
		return r, true
	}
	return "", false
}

// A Definition is the formula of an indicator in a span of days. Expr must be the same pointer
// as long as it is the same definition: a Runner knows it by that.
type Definition struct {
	Expr    *Expr
	Rollup  Rollup // empty for RollOperands
	Version int    // counts from 1
	From    period.Day

	// How it is shown in explanations.
	Format Format
	Digits int
	Unit   string // of measure, Chinese
}

// Returns counts the returns of a form, for the units at and beneath one, in a period.
type Returns struct {
	Expected, Received, OnTime int64
	Reason                     measure.Reason // why there is nothing to count
}

// A Source answers for approved facts of one state of the data. It must answer the same question
// the same way as long as an evaluation lasts.
type Source interface {
	// Operand gives the value of an element for a unit and a period (SEMANTICS §1–§3).
	Operand(Query) Operand
	// Definition gives the definition of an indicator in force on a day.
	Definition(code string, on period.Day) (Definition, bool)
	// Returns counts the returns of a form.
	Returns(form string, unit org.UnitID, p period.Period) Returns
	// Units gives the units of a kind at or beneath a unit that live on a day. Which schools or
	// departments belong to a territorial unit is for the source to say.
	Units(kind org.Kind, under org.UnitID, on period.Day) ([]org.UnitID, measure.Reason)
	// Children gives the children of a unit on a day.
	Children(unit org.UnitID, on period.Day) []org.UnitID
	// Completed gives, for a period that is not over, the grain in which the elements are counted
	// and the number of its slots that are complete for all of them; running is false for a
	// period that is over.
	Completed(p period.Period, elements []string) (g period.Grain, n int, running bool)
}

// A VectorSource answers for whole blocks of units and periods.
type VectorSource interface {
	Source
	// Fill answers like Operand for every unit and period, without naming missing units. Cell
	// (u, p) stands at u × len(Periods) + p. The column has the right length and holds anything:
	// Fill sets every cell of it. It keeps neither the column nor the slices of the load.
	Fill(Load, *Column)
}

// A Load asks for one operand for a block.
type Load struct {
	Code       string
	Categories []measure.Category
	Agg        Agg
	Units      []org.UnitID
	Periods    []period.Period
}

// A Column takes the answers of a block.
type Column struct {
	Values   []int64 // whole numbers at the element's scale; 0 where there is a reason
	Present  []int32 // Coverage.Reported
	Expected []int32 // Coverage.Expected
	Why      []Why
	Slots    []int32 // for Average: slots with data, by which Values is still to be divided
	Of       []int32 // for Average: slots of each period, data or not; one number a period
}

// A Why is a measure.Reason in one byte.
type Why uint8

// The reasons that a source may give, in the order of core/cube; the others arise in formulas.
const (
	WhyNot Why = iota // there is a value
	WhyAbsent
	WhyNoGrain
	WhyBelowLevel
	WhyPointOnly
	WhyNotAlive
	WhyOverflow
	WhyCannotSplit
	whyZeroDenominator
	whyNoBase
	whyNotDefined
	whyYoYTooLong
	whyNoRollup
	whyTooDeep
	whyNotFilled
	whyNotComparable
	whyNotAllowed
	whyWithheld

	whyExact Why = 255 // to be answered by Eval
)

var whyReasons = [...]measure.Reason{
	WhyNot: measure.NoReason, WhyAbsent: measure.Absent, WhyNoGrain: measure.NoGrain,
	WhyBelowLevel: measure.BelowLevel, WhyPointOnly: measure.PointOnly, WhyNotAlive: measure.NotAlive,
	WhyOverflow: measure.Overflow, whyZeroDenominator: measure.ZeroDenominator, whyNoBase: measure.NoBase,
	whyNotDefined: measure.NotDefined, whyYoYTooLong: measure.YoYTooLong, whyNoRollup: measure.NoRollup,
	whyTooDeep: measure.TooDeep, whyNotFilled: measure.NotFilled, WhyCannotSplit: measure.CannotSplit,
	whyNotComparable: measure.NotComparable, whyNotAllowed: measure.NotAllowed, whyWithheld: measure.WithheldSmall,
}

// Reason gives the reason by its stable code.
func (w Why) Reason() measure.Reason {
	if int(w) < len(whyReasons) {
		return whyReasons[w]
	}
	return measure.NoReason
}

// WhyOf gives a reason in one byte; one that no formula knows becomes missing.
func WhyOf(r measure.Reason) Why {
	for w, x := range whyReasons {
		if x == r {
			return Why(w)
		}
	}
	return WhyAbsent
}
