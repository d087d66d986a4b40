package stats

import "math"

// The reasons of CompareStart.
const (
	FewMonthsBefore Reason = "few_months_before" // fewer than 12 months before the start
	FewMonthsAfter  Reason = "few_months_after"  // fewer than 3 months from the start on
	FewMonths       Reason = "few_months"        // too few in all to tell months, slope and step apart
)

// Least months of a comparison before and after a known start (METHODS §1.5, §11), and the least of
// both together with which the terms of the twelve months leave anything to judge chance by.
const (
	StartBefore = 12
	StartAfter  = 3
	StartMonths = 18
)

// A StartResult compares the months before and after a start that was fixed beforehand.
type StartResult struct {
	InterruptedResult
	Months, Earlier, Later int
	Step, Turn             Interval // of the ratios Level.Ratio and Slope.Ratio, see CompareStart
}

// CompareStart is Interrupted for monthly counts with the terms of the twelve months and Newey-West
// errors of 12 lags; before is how many of the months lie before the start. Step and Turn are
// deliberately wide: the largest of the Poisson, the quasi-Poisson and the Newey-West error with the
// quantile of Student's t, because with a few years of months either error alone is too small.
// Reasons: FewMonthsBefore, FewMonthsAfter, FewMonths, NoData, Constant, NoConvergence, BadInput.
func CompareStart(counts []int64, before int) (StartResult, Reason) {
	n := len(counts)
	switch {
	case before < StartBefore:
		return StartResult{}, FewMonthsBefore
	case n-before < StartAfter:
		return StartResult{}, FewMonthsAfter
	case n < StartMonths || before == 12 && n-before <= 12: // month, slope and step cannot be told apart
		return StartResult{}, FewMonths
	}
	i, why := Interrupted(counts, nil, before, 12, 12, 0.95)
	if why != "" {
		return StartResult{}, why
	}
	r := StartResult{InterruptedResult: i, Months: n, Earlier: before, Later: n - before}
	q := studentAt(0.975, i.DF)
	wide := func(c Change) Interval {
		se := math.Max(c.Robust, c.SE*math.Max(1, 1/math.Sqrt(i.Dispersion)))
		return Interval{Lo: math.Exp(c.Estimate - float64(q*se)), Hi: math.Exp(c.Estimate + float64(q*se)), Level: 0.95, Method: "largest of three errors, Student t"}
	}
	r.Step, r.Turn = wide(i.Level), wide(i.Slope)
	if !finite(r.Step.Lo, r.Step.Hi, r.Turn.Lo, r.Turn.Hi) {
		return StartResult{}, NoConvergence
	}
	return r, ""
}

// clearRatio tells the direction of a ratio that chance does not explain: −1, 1 or 0.
func clearRatio(i Interval) int {
	switch {
	case i.Hi < 1:
		return -1
	case i.Lo > 1:
		return 1
	}
	return 0
}

// Stepped tells whether the level changed at the start beyond chance: −1 down, 1 up, 0 cannot tell.
func (r StartResult) Stepped() int { return clearRatio(r.Step) }

// Turned tells whether the slope changed after the start beyond chance: −1, 1, or 0 cannot tell.
func (r StartResult) Turned() int { return clearRatio(r.Turn) }

// startReason gives the sentence of a reason of this file, or "".
func startReason(r Reason) string {
	switch r {
	case FewMonthsBefore:
		return "起点以前不足12个月，无法比较；补录以前各月后可再测算。"
	case FewMonthsAfter:
		return "起点以后不足3个月，暂时无法比较；再过几个月可再测算。"
	case FewMonths:
		return "前后的月数太少，分不开月份本身的差别和走势的变化；起点以前最好有24个月，再过几个月也可再测算。"
	}
	return ""
}
