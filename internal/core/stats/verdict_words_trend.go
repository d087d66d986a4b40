package stats

import (
	"fmt"
	"math"
)

// The sentences of the page of trends: effort by its name, luck in words, a constant rate, the order of
// the years, and the comparison before and after a known start.
const (
	SayEffortFell     WordingCode = "effort_fell"
	SayEffortMoved    WordingCode = "effort_moved"
	SayEffortSteady   WordingCode = "effort_steady"
	SayNeed           WordingCode = "need"
	SayLuck           WordingCode = "luck"
	SayManyLooks      WordingCode = "many_looks"
	SayRateClear      WordingCode = "steady_rate_clear"
	SayRateUnclear    WordingCode = "steady_rate_unclear"
	SayRateFits       WordingCode = "steady_rate_fits"
	SayRateFitsFew    WordingCode = "steady_rate_fits_few_years"
	SayRateFitsNot    WordingCode = "steady_rate_fits_not"
	SayOrderFalls     WordingCode = "order_falls"
	SayOrderRises     WordingCode = "order_rises"
	SayOrderUnclear   WordingCode = "order_unclear"
	SayOrderFew       WordingCode = "order_few_years"
	SayStartStep      WordingCode = "start_step_clear"
	SayStartNoStep    WordingCode = "start_step_unclear"
	SayStartTurn      WordingCode = "start_slope_clear"
	SayStartNoTurn    WordingCode = "start_slope_unclear"
	SayStartLimits    WordingCode = "start_limits"
	SayEnteredEarlier WordingCode = "start_entered_earlier"
	SayEnteredLater   WordingCode = "start_entered_later"
)

// trendWordings is the part of the table of wordings for the page of trends.
func trendWordings() []Wording {
	return []Wording{
		{SayEffortFell, "%[1]s到%[2]s，%[3]s减少了%[4]s%%，%[5]s减少有一部分可能是查得少了。每千%[6]s%[3]s对应的数由%[7]s降到%[8]s。补齐同等工作量后可再判断。",
			"%[1]s to %[2]s: %[3]s fell by %[4]s%%; part of the fall of %[5]s may be less looking. Found per 1,000 (%[6]s): from %[7]s down to %[8]s. With equal effort it can be judged again.", []string{"拐点"}},
		{SayEffortMoved, "%[1]s到%[2]s，%[3]s变化了%[4]s%%，%[5]s的变化有一部分可能是查得多少不同。每千%[6]s%[3]s对应的数由%[7]s变为%[8]s。补齐同等工作量后可再判断。",
			"%[1]s to %[2]s: %[3]s changed by %[4]s%%; part of the change of %[5]s may be a difference in looking. Found per 1,000 (%[6]s): from %[7]s to %[8]s. With equal effort it can be judged again.", []string{"拐点"}},
		{SayEffortSteady, "%[1]s到%[2]s，%[3]s变化%[4]s%%，没有超过20%%。与%[5]s对照：每千%[6]s%[3]s对应的数由%[7]s变为%[8]s。",
			"%[1]s to %[2]s: %[3]s changed by %[4]s%%, not more than 20%%. Beside %[5]s: found per 1,000 (%[6]s) from %[7]s to %[8]s.", []string{"拐点"}},
		{SayNeed, "还需要：%[1]s。", "Needed: %[1]s.", nil},
		{SayLuck, "如果情况其实没有变化，只因偶然而出现这样大差别的可能性%[1]s。", "If nothing had changed, the probability of a difference as large as this by chance alone would be %[1]s.", nil},
		{SayManyLooks, "挑着比的期间越多，越容易碰上只因偶然而大的差别；要下结论，应先定好比哪两期。",
			"The more periods are tried, the easier it is to meet a difference that is large by chance; to conclude, fix the two periods first.", nil},
		{SayRateClear, "按固定的速度估计，%[1]s平均每年变化%[2]s（考虑偶然波动，大约在%[3]s到%[4]s之间），超出了偶然波动的范围。",
			"At a constant rate %[1]s changed by %[2]s a year on average (allowing for chance, about %[3]s to %[4]s), larger than chance explains.", []string{"拐点"}},
		{SayRateUnclear, "按固定的速度估计，%[1]s平均每年变化%[2]s（大约在%[3]s到%[4]s之间），在偶然波动的范围之内，再积累几个年度才能判断。",
			"At a constant rate %[1]s changed by %[2]s a year on average (about %[3]s to %[4]s), within chance; a few more years are needed to judge.", []string{"减少", "下降", "增加", "上升", "拐点"}},
		{SayRateFits, "各年的数与一个固定的变化速度相符，偏差在偶然波动的范围之内。", "The years agree with one constant rate of change; the deviations are within chance.", []string{"拐点"}},
		{SayRateFitsFew, "各年的数与一个固定的变化速度相符，偏差在偶然波动的范围之内；但%[1]d个年度太少，即使有转折也难以看出来。",
			"The years agree with one constant rate of change, the deviations being within chance; but %[1]d years are too few to see a bend even if there is one.", []string{"拐点"}},
		{SayRateFitsNot, "各年的数与一个固定的变化速度不相符，平均速度只作参考，应看各年的数。", "The years do not agree with one constant rate of change; the average rate is for orientation only, look at the years.", []string{"拐点"}},
		{SayOrderFalls, "把%[1]d个年度两两相比，后面的年度多数比前面的少，超出了偶然波动的范围；每年的变化居中的是%[2]s%[3]s。",
			"Comparing the %[1]d years pairwise, later years are mostly lower than earlier ones, beyond chance; the median change is %[2]s a year (%[3]s).", []string{"拐点"}},
		{SayOrderRises, "把%[1]d个年度两两相比，后面的年度多数比前面的多，超出了偶然波动的范围；每年的变化居中的是%[2]s%[3]s。",
			"Comparing the %[1]d years pairwise, later years are mostly higher than earlier ones, beyond chance; the median change is %[2]s a year (%[3]s).", []string{"拐点"}},
		{SayOrderUnclear, "把%[1]d个年度两两相比，先后的差别在偶然波动的范围之内，看不出一致的方向；再积累几个年度后可再判断。",
			"Comparing the %[1]d years pairwise, their order is within chance and shows no common direction; a few more years are needed to judge.", []string{"减少", "下降", "增加", "上升", "拐点"}},
		{SayOrderFew, "只有%[1]d个年度：不管数怎样变，先后次序都不足以下结论（至少要5个年度）。", "Only %[1]d years: whatever the numbers are, their order cannot support a conclusion (at least 5 years).", []string{"拐点"}},
		{SayStartStep, "“%[1]s”（%[2]s）前后相比，%[3]s的水平变为原来走势的%[4]s倍（考虑偶然波动，大约在%[5]s到%[6]s倍之间），超出了偶然波动的范围。",
			"Before and after %[1]s (%[2]s): the level of %[3]s became %[4]s times that of the earlier course (allowing for chance, about %[5]s to %[6]s times), beyond chance.", []string{"拐点", "使", "因此", "效果"}},
		{SayStartNoStep, "“%[1]s”（%[2]s）前后相比，%[3]s的水平为原来走势的%[4]s倍（大约在%[5]s到%[6]s倍之间），差别在偶然波动的范围之内。",
			"Before and after %[1]s (%[2]s): the level of %[3]s is %[4]s times that of the earlier course (about %[5]s to %[6]s times), within chance.", []string{"减少", "下降", "增加", "上升", "拐点", "效果"}},
		{SayStartTurn, "此后每月变化的快慢是以前的%[1]s倍（考虑偶然波动，大约在%[2]s到%[3]s倍之间），超出了偶然波动的范围。",
			"After it the monthly rate of change is %[1]s times the earlier one (allowing for chance, about %[2]s to %[3]s times), beyond chance.", []string{"拐点", "使", "因此", "效果"}},
		{SayStartNoTurn, "此后每月变化的快慢是以前的%[1]s倍（大约在%[2]s到%[3]s倍之间），差别在偶然波动的范围之内。",
			"After it the monthly rate of change is %[1]s times the earlier one (about %[2]s to %[3]s times), within chance.", []string{"减少", "下降", "增加", "上升", "拐点", "效果"}},
		{SayStartLimits, "这里只说前后有没有不同，不说明不同由什么引起：同一时期的其他变动也会造成同样的结果。与邻近的县，或与不受影响的指标对照，才能进一步判断。",
			"This tells only whether before and after differ, not what the difference comes from: anything else that changed at the time would look the same. A comparison with a neighbouring county or with an indicator that should not be affected would tell more.", []string{"效果", "拐点"}},
		{SayEnteredEarlier, "这个起点%[1]s录入，早于起点本身。依据：%[2]s。", "This start was entered on %[1]s, before the start itself. Source: %[2]s.", nil},
		{SayEnteredLater, "这个起点%[1]s才录入，当时起点以后的数已经可以看到；如果是看过数才选定的，前后比较不能当作检验。依据：%[2]s。",
			"This start was entered only on %[1]s, when the numbers after it could already be seen; if it was chosen after looking at them, the comparison is no test. Source: %[2]s.", nil},
	}
}

// signedPercent prints a percent with its sign, "-49.0%".
func signedPercent(v float64) string { return fmt.Sprintf("%+.1f%%", v) }

// times prints a ratio to two places, "0.51", as "0.008" to three where two would leave nothing.
func times(v float64) string {
	if v > 0 && v < 0.01 {
		return fmt.Sprintf("%.3f", v)
	}
	if v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// yearWord is a year in words of both languages.
func yearWord(y int) phrase { return phrase{fmt.Sprintf("%d年", y), fmt.Sprint(y)} }

// SayEffort gives the sentence on effort in two periods, which come in words as the name of the effort
// (检测), of what is counted and the word that effort is counted with (人次) do. fewer tells that the
// count fell clearly: then less effort may explain a part of it.
func SayEffort(from, to, subject, effort, per string, e EffortResult, fewer bool) Statement {
	return sayEffort(from, to, subject, effort, per, e, fewer)
}

func sayEffort(from, to any, subject, effort, per string, e EffortResult, fewer bool) Statement {
	code, share := SayEffortSteady, fmt.Sprintf("%+.0f", 100*e.Change)
	if e.Changed {
		code = SayEffortMoved
		if fewer && e.Change < 0 && e.LaterPer1000 < e.EarlierPer1000 {
			code, share = SayEffortFell, rounded(100*e.Change, 0)
		}
	}
	return Statement{code, []any{from, to, effort, share, subject, per, fmt.Sprintf("%.1f", e.EarlierPer1000), fmt.Sprintf("%.1f", e.LaterPer1000)}}
}

func (r TurningResult) sayEffort(subject, effort, per string) (Statement, bool) {
	if r.Effort == nil {
		return Statement{}, false
	}
	return sayEffort(yearWord(r.Effort.FromYear), yearWord(r.Effort.ToYear), subject, effort, per, *r.Effort, r.Verdict == FallingNoTurnSeen), true
}

// SayChance says a p-value in words.
func SayChance(p float64) Statement {
	word := phrase{fmt.Sprintf("约%.0f%%", 100*p), fmt.Sprintf("about %.0f%%", 100*p)}
	switch {
	case p < 0.0001:
		word = phrase{"不到万分之一", "below 1 in 10,000"}
	case p < 0.001:
		word = phrase{"不到千分之一", "below 1 in 1,000"}
	case p < 0.1:
		word = phrase{fmt.Sprintf("约%.1f%%", 100*p), fmt.Sprintf("about %.1f%%", 100*p)}
	}
	return Statement{SayLuck, []any{word}}
}

// Say gives the sentences on a constant yearly rate: its size, and whether the years agree with it.
func (r TrendResult) Say(subject string) []Statement {
	code := SayRateUnclear
	if r.Clear() != 0 {
		code = SayRateClear
	}
	out := []Statement{{code, []any{subject, signedPercent(r.APC), signedPercent(r.Wide.Lo), signedPercent(r.Wide.Hi)}}}
	switch {
	case r.FitP < 0.05:
		return append(out, Statement{Code: SayRateFitsNot})
	case r.N < TurningYears:
		return append(out, Statement{SayRateFitsFew, []any{r.N}})
	}
	return append(out, Statement{Code: SayRateFits})
}

// Say gives the sentence on the order of the years; unit is the word that is counted with.
func (r KendallResult) Say(unit string) Statement {
	p, _, why := r.P()
	switch {
	case why != "":
		return Statement{SayOrderFew, []any{r.N}}
	case p >= 0.05 || r.S == 0:
		return Statement{SayOrderUnclear, []any{r.N}}
	}
	code := SayOrderFalls
	if r.S > 0 {
		code = SayOrderRises
	}
	return Statement{code, []any{r.N, fmt.Sprintf("%+.1f", r.Slope), unit}}
}

// Say gives the sentences on a known start in order: level, speed, what the comparison cannot tell.
// Name and day of the start and the name of what is counted come in the reader's language.
func (r StartResult) Say(name, day, subject string) []Statement {
	step, turn := SayStartNoStep, SayStartNoTurn
	if r.Stepped() != 0 {
		step = SayStartStep
	}
	if r.Turned() != 0 {
		turn = SayStartTurn
	}
	return []Statement{
		{step, []any{name, day, subject, times(r.Level.Ratio), times(r.Step.Lo), times(r.Step.Hi)}},
		{turn, []any{times(r.Slope.Ratio), times(r.Turn.Lo), times(r.Turn.Hi)}},
		{Code: SayStartLimits},
	}
}

// SayEntered tells when a start was entered and on what it rests; later means after the start itself.
func SayEntered(entered, source string, later bool) Statement {
	if later {
		return Statement{SayEnteredLater, []any{entered, source}}
	}
	return Statement{SayEnteredEarlier, []any{entered, source}}
}

// Steady gives the counts that the constant rate of a log-linear trend means for n periods of equal
// exposure: their sum is that of the counts, as maximum likelihood has it.
func (r TrendResult) Steady(counts []int64) []float64 {
	out := make([]float64, len(counts))
	total, all := 0.0, 0.0
	for i, c := range counts {
		out[i] = math.Exp(float64(r.Slope * float64(i)))
		total += float64(c)
		all += out[i]
	}
	for i := range out {
		out[i] *= total / all
	}
	return out
}
