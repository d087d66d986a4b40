package stats

import (
	"fmt"
	"math"
	"slices"

	"kaiyang/internal/core/fault"
)

// A WordingCode names one sentence of the table of wordings.
type WordingCode string

// The sentences that a result may have, in the order of METHODS §12.
const (
	SayChangeClear    WordingCode = "change_clear"
	SayChangeUnclear  WordingCode = "change_unclear"
	SayChangeUneven   WordingCode = "change_uneven"
	SayRiseClear      WordingCode = "rise_clear"
	SayRateFalls      WordingCode = "rate_falls"
	SayRateRises      WordingCode = "rate_rises"
	SayCountsOnly     WordingCode = "counts_only"
	SayFromZero       WordingCode = "from_zero"
	SayTurn           WordingCode = "verdict_a"
	SayTurnDetail     WordingCode = "verdict_a_detail"
	SaySlope          WordingCode = "verdict_b"
	SaySlower         WordingCode = "verdict_b_slower"
	SayFaster         WordingCode = "verdict_b_faster"
	SaySlopeDetail    WordingCode = "verdict_b_detail"
	SayFalling        WordingCode = "verdict_c"
	SayFallingEven    WordingCode = "verdict_c_even"
	SayFallingUneven  WordingCode = "verdict_c_uneven"
	SayFallingHeld    WordingCode = "verdict_c_held"
	SayFillYears      WordingCode = "fill_years"
	SayUndecided      WordingCode = "verdict_d"
	SayRising         WordingCode = "verdict_e"
	SayEffortLess     WordingCode = "effort_less"
	SayEffortMore     WordingCode = "effort_more"
	SayTargetMet      WordingCode = "target_clear_met"
	SayTargetNotMet   WordingCode = "target_clear_not_met"
	SayTargetUnsure   WordingCode = "target_cannot_tell_met"
	SayTargetUnsureNo WordingCode = "target_cannot_tell_not_met"
	SayFunnelInside   WordingCode = "funnel_inside"
	SayFunnelWatch    WordingCode = "funnel_watch"
	SayFunnelCheck    WordingCode = "funnel_check"
	SayRank           WordingCode = "rank"
	SaySurveySame     WordingCode = "survey_same"
	SaySurveyDiffers  WordingCode = "survey_differs"
	SayConvenience    WordingCode = "convenience"
	SayThreeYear      WordingCode = "three_year"
	SayAlarm          WordingCode = "alarm"
	SayTied           WordingCode = "tied"
	SayWastewater     WordingCode = "wastewater"
	SaySeizures       WordingCode = "seizures"
	SayHidden         WordingCode = "hidden"
	SayNotEnough      WordingCode = "not_enough"
	SayFullCount      WordingCode = "full_count"
	SayShare          WordingCode = "share"
	SayShareMet       WordingCode = "share_clear_met"
	SayShareNotMet    WordingCode = "share_clear_not_met"
	SayShareUnsure    WordingCode = "share_cannot_tell_met"
	SayShareUnsureNo  WordingCode = "share_cannot_tell_not_met"
	SayShortOf        WordingCode = "short_of_target"
	SayTooMany        WordingCode = "too_many_for_target"
	SayFewerMiss      WordingCode = "fewer_would_miss"
	SayMoreMiss       WordingCode = "more_would_miss"
	SayCountsClear    WordingCode = "counts_change_clear"
	SayCountsUnclear  WordingCode = "counts_change_unclear"
	SayCountsFew      WordingCode = "counts_few"
	SayCountsZero     WordingCode = "counts_from_zero"
	SaySharesClear    WordingCode = "shares_change_clear"
	SaySharesUnclear  WordingCode = "shares_change_unclear"
)

// A Wording is one sentence in both languages, as formats with the same arguments in the same
// numbers. Never lists what must not be said from such a result.
type Wording struct {
	Code             WordingCode
	Chinese, English string
	Never            []string
}

// NeverSaid are words that no figure of this package supports.
func NeverSaid() []string {
	return []string{"证明", "彻底", "根本扭转", "全省第一", "历史性", "显著", "成效", "目标已经实现", "毒情暴发", "戒毒成功率"}
}

// Wordings is the table of sentences: verdict → sentence. A percent argument is text already
// rounded; years and counts are whole numbers.
func Wordings() []Wording {
	return append([]Wording{
		{SayChangeClear, "%[1]s由%[2]d年的%[3]d人减少到%[4]d年的%[5]d人，减少%[6]s%%（考虑偶然波动，大约在减少%[7]s%%到%[8]s%%之间）。这个降幅超出了偶然波动的范围。",
			"%[1]s fell from %[3]d in %[2]d to %[5]d in %[4]d, by %[6]s%% (allowing for chance, by about %[7]s%% to %[8]s%%). The fall is larger than chance explains.",
			[]string{"拐点"}},
		{SayChangeUnclear, "%[1]s%[2]d年%[3]d人，%[4]d年%[5]d人，差别在偶然波动的范围之内，再看一期才能判断。",
			"%[1]s: %[3]d in %[2]d and %[5]d in %[4]d. The difference is within chance; one more period is needed to judge.",
			[]string{"减少", "下降", "增加", "上升", "拐点"}},
		{SayChangeUneven, "%[1]s%[2]d年%[3]d人，%[4]d年%[5]d人；各年有起伏，只比首尾两年不足以说明走势，应看整个序列。",
			"%[1]s: %[3]d in %[2]d and %[5]d in %[4]d. The years vary, so the first and the last alone do not show the trend; look at the whole series.",
			[]string{"减少", "下降", "增加", "上升", "拐点"}},
		{SayRiseClear, "%[1]s由%[2]d年的%[3]d人增加到%[4]d年的%[5]d人，增加%[6]s%%（考虑偶然波动，大约在增加%[7]s%%到%[8]s之间）。这个增幅超出了偶然波动的范围。",
			"%[1]s rose from %[3]d in %[2]d to %[5]d in %[4]d, by %[6]s%% (allowing for chance, by about %[7]s%% to %[8]s). The rise is larger than chance explains.",
			[]string{"拐点"}},
		{SayRateFalls, "%[1]s由%[2]d年的%[3]d人变为%[4]d年的%[5]d人，按人口计算减少%[6]s%%（考虑偶然波动，大约在减少%[7]s%%到%[8]s%%之间）。这个降幅超出了偶然波动的范围。",
			"%[1]s went from %[3]d in %[2]d to %[5]d in %[4]d; for the population this is a fall by %[6]s%% (allowing for chance, by about %[7]s%% to %[8]s%%). The fall is larger than chance explains.",
			[]string{"拐点"}},
		{SayRateRises, "%[1]s由%[2]d年的%[3]d人变为%[4]d年的%[5]d人，按人口计算增加%[6]s%%（考虑偶然波动，大约在增加%[7]s%%到%[8]s之间）。这个增幅超出了偶然波动的范围。",
			"%[1]s went from %[3]d in %[2]d to %[5]d in %[4]d; for the population this is a rise by %[6]s%% (allowing for chance, by about %[7]s%% to %[8]s). The rise is larger than chance explains.",
			[]string{"拐点"}},
		{SayCountsOnly, "%[1]s%[2]d年%[3]d人，%[4]d年%[5]d人；人数太少，只列数目，不算百分比。",
			"%[1]s: %[3]d in %[2]d and %[5]d in %[4]d; too few to give a percentage.",
			[]string{"减少", "下降", "增加", "上升"}},
		{SayFromZero, "%[1]s%[2]d年%[3]d人，%[4]d年%[5]d人；从零开始，不算百分比。这个增幅超出了偶然波动的范围。",
			"%[1]s: %[3]d in %[2]d and %[5]d in %[4]d; from zero there is no percentage. The rise is larger than chance explains.", nil},
		{SayTurn, "数据支持出现由升转降", "The data support a turn from rising to falling", []string{"措施的效果"}},
		{SayTurnDetail, "%[1]d—%[2]d年平均每年上升约%[4]s%%，%[2]d年以后平均每年下降约%[5]s%%，由升转降的变化超出了偶然波动。数据支持在%[2]d年前后出现由升转降（时间可能有前后1年的误差）。到%[3]d年为止；以后各年的数据可再核对。",
			"%[1]d–%[2]d: an average rise of about %[4]s%% a year; after %[2]d: an average fall of about %[5]s%% a year. The turn from rising to falling is larger than chance explains. The data support a turn around %[2]d (give or take a year). Data to %[3]d; later years will confirm or correct it.",
			[]string{"措施的效果"}},
		{SaySlope, "走势有变化，但不是由升转降", "The trend has changed, but not from rising to falling", []string{"拐点", "反弹"}},
		{SaySlower, "仍在下降，但降速比前几年放慢。", "Still falling, but more slowly than before.", []string{"拐点", "反弹"}},
		{SayFaster, "仍在下降，降速比前几年加快。", "Still falling, and faster than before.", []string{"拐点"}},
		{SaySlopeDetail, "%[1]d年以前平均每年变化约%[2]s%%，以后约%[3]s%%。再积累几个年度后可再核对。",
			"An average change of about %[2]s%% a year before %[1]d and of about %[3]s%% after. A few more years will confirm or correct it.",
			[]string{"拐点", "反弹"}},
		// This headline keeps the characters of the specification, its half-width comma too.
		{SayFalling, "下降可以确认,是否出现拐点无法判断", "The fall is confirmed; whether there is a turning point cannot be judged", []string{"出现拐点的目标已经实现", "转折已经"}},
		{SayFallingEven, "下降可以确认。但目前只有%[1]d个年度的数据，%[2]s的降幅接近（%[3]s），看不出哪一年发生了转折；%[4]d年以前的数据没有录入，也无法判断此前是否在上升。是否出现拐点，现在无法判断。",
			"The fall is confirmed. But there are only %[1]d years of data with similar falls in %[2]s (%[3]s), so no year of a turn can be seen; nothing before %[4]d is recorded, so whether there was a rise before cannot be judged. Whether there is a turning point cannot be judged now.",
			[]string{"出现拐点的目标已经实现"}},
		{SayFallingUneven, "下降可以确认。但目前只有%[1]d个年度的数据，不足以测算哪一年发生了转折；%[2]d年以前的数据没有录入，也无法判断此前是否在上升。是否出现拐点，现在无法判断。",
			"The fall is confirmed. But there are only %[1]d years of data, too few to find a year of a turn; nothing before %[2]d is recorded, so whether there was a rise before cannot be judged. Whether there is a turning point cannot be judged now.",
			[]string{"出现拐点的目标已经实现"}},
		{SayFallingHeld, "下降可以确认。是否出现拐点，现在无法判断：%[1]s", "The fall is confirmed. Whether there is a turning point cannot be judged now: %[1]s", []string{"出现拐点的目标已经实现"}},
		{SayFillYears, "补录%[1]d—%[2]d年数据、至少凑足7个年度后可再测算。", "Once the years %[1]d–%[2]d are entered and there are at least 7 years, it can be computed again.", nil},
		{SayUndecided, "数据不足，暂不下结论", "Not enough data for a conclusion yet", []string{"拐点", "下降", "上升"}},
		{SayRising, "呈上升", "Rising", []string{"拐点", "反弹"}},
		{SayEffortLess, "同期检测人次减少了%[1]s%%，人数下降有一部分可能是查得少了。每千人次检出由%[2]s降到%[3]s。补齐同等检测量后可再判断。",
			"Tests fell by %[1]s%% in the same time; part of the fall may be less looking. Found per 1,000 tests: from %[2]s down to %[3]s. With equal testing it can be judged again.", nil},
		{SayEffortMore, "同期检测人次变化了%[1]s%%，人数变化有一部分可能是查得多少不同。每千人次检出由%[2]s变为%[3]s。补齐同等检测量后可再判断。",
			"Tests changed by %[1]s%% in the same time; part of the change may be a difference in looking. Found per 1,000 tests: from %[2]s to %[3]s. With equal testing it can be judged again.", nil},
		{SayTargetMet, "%[1]d人中执行%[2]d人，执行率%[3]s%%，高于%[4]s%%的要求，偶然波动不会改变这一结论。",
			"%[2]d of %[1]d carried out, %[3]s%%, above the required %[4]s%%; chance would not change this.", []string{"第一"}},
		{SayTargetNotMet, "%[1]d人中执行%[2]d人，执行率%[3]s%%，低于%[4]s%%的要求，偶然波动不会改变这一结论。",
			"%[2]d of %[1]d carried out, %[3]s%%, below the required %[4]s%%; chance would not change this.", []string{"倒数"}},
		{SayTargetUnsure, "%[1]d人中执行%[2]d人，执行率%[3]s%%，按数值达标；但人数少，再有%[5]d人未执行就会低于%[4]s%%，不宜据此与其他乡镇比高低。",
			"%[2]d of %[1]d carried out, %[3]s%%: met by its value. The number is small; %[5]d more not carried out would put it below %[4]s%%, so it should not be used to compare townships.",
			[]string{"优于"}},
		{SayTargetUnsureNo, "%[1]d人中执行%[2]d人，执行率%[3]s%%，按数值未达标；但人数少，差别可能出于偶然，不宜据此与其他乡镇比高低，累计更多人数后可再判断。",
			"%[2]d of %[1]d carried out, %[3]s%%: not met by its value. The number is small and chance may explain it, so it should not be used to compare townships; more persons are needed to judge.",
			[]string{"落后"}},
		{SayFunnelInside, "%[1]s%[2]s%%（%[3]d/%[4]d）与%[5]s%[6]s%%（%[7]d/%[8]d）的差别在人数少带来的正常波动范围之内，不能据此分先后。",
			"The difference between %[1]s, %[2]s%% (%[3]d/%[4]d), and %[5]s, %[6]s%% (%[7]d/%[8]d), is within the normal variation of small numbers; it does not rank them.",
			[]string{"第一", "倒数"}},
		{SayFunnelWatch, "%[1]s%[2]s%%（%[3]d/%[4]d）略超出正常波动范围，请留意下一期。",
			"%[1]s, %[2]s%% (%[3]d/%[4]d), is slightly outside the normal variation; watch the next period.", []string{"第一", "倒数"}},
		{SayFunnelCheck, "%[1]s%[2]s%%（%[3]d/%[4]d）明显超出正常波动范围，需要核查原因。",
			"%[1]s, %[2]s%% (%[3]d/%[4]d), is clearly outside the normal variation; the cause must be checked.", []string{"第一", "倒数"}},
		{SayRank, "按现有数据，%[1]s大致排在第%[2]d到第%[3]d位之间。建议分档公布，不排名次。",
			"By the present data %[1]s lies roughly between places %[2]d and %[3]d. Publish bands, not places.", nil},
		{SaySurveySame, "随机访问%[1]d人，%[2]s%[3]s%%，全县实际大约在%[4]s%%到%[5]s%%之间；与去年相差%[6]s个百分点，在抽样误差之内，视为持平。",
			"%[1]d persons chosen by chance: %[2]s %[3]s%%, for the whole county about %[4]s%% to %[5]s%%. The difference of %[6]s points from last year is within sampling error and counts as level.",
			[]string{"提升", "下降"}},
		{SaySurveyDiffers, "随机访问%[1]d人，%[2]s%[3]s%%，全县实际大约在%[4]s%%到%[5]s%%之间；与去年相差%[6]s个百分点，超出了抽样误差。",
			"%[1]d persons chosen by chance: %[2]s %[3]s%%, for the whole county about %[4]s%% to %[5]s%%. The difference of %[6]s points from last year is larger than sampling error.", nil},
		{SayConvenience, "本次在活动现场回收%[1]d份问卷，只反映到场人员的看法，不能代表全县群众。",
			"%[1]d questionnaires returned at the event show the views of those present; they do not stand for the people of the county.", []string{"满意率"}},
		{SayThreeYear, "登记口径：在册人员中三年未发现复吸的占%[1]s%%（其中近一年做过检测的占%[2]s%%）。跟踪口径：%[3]d年开始社区戒毒的%[4]d人，三年未发现复吸的约为%[5]s%%（大约%[6]s%%到%[7]s%%）。两个口径不能相互比较。",
			"By the register: no relapse found in three years for %[1]s%% of those registered (%[2]s%% of them tested in the last year). By follow-up: of %[4]d persons who began community treatment in %[3]d, no relapse was found in three years for about %[5]s%% (about %[6]s%% to %[7]s%%). The two cannot be compared with each other.",
			[]string{"戒毒成功率"}},
		{SayAlarm, "本月新发现%[1]d人，前12个月平均%[2]s人，超出平常波动，请核实是否集中查处或出现聚集。",
			"%[1]d newly found this month against an average of %[2]s in the 12 months before: above ordinary variation. Please check for a concentrated operation or a cluster.", []string{"暴发"}},
		{SayTied, "得分相差%[1]s分，换一种合理的权重名次就会互换，按并列处理。",
			"The scores differ by %[1]s; another reasonable weighting would change the order, so they share the place.", []string{"领先"}},
		{SayWastewater, "污水中%[1]s负荷约为每天每千人%[2]s毫克（测量误差大约正负三成），%[3]s去年同期的%[4]s毫克，但差别还在误差范围之内，需再测一期才能判断。",
			"Load of %[1]s in wastewater: about %[2]s mg per day and 1,000 persons (give or take about 30%%), %[3]s %[4]s mg a year ago, but within the error; one more campaign is needed to judge.", []string{"吸毒人数"}},
		{SaySeizures, "缴获%[1]s；其中一案占总量的%[2]s。", "Seized: %[1]s; one case makes up %[2]s of the total.", []string{"打击有力"}},
		{SayHidden, "不同算法得到的人数从约%[1]d到约%[2]d不等，说明现有名单不足以可靠估算。",
			"Different methods give from about %[1]d to about %[2]d persons: the present lists do not allow a reliable estimate.", nil},
		{SayNotEnough, "数据不足，暂不下结论；还需要：%[1]s。", "Not enough data for a conclusion yet; needed: %[1]s.", nil},
		{SayFullCount, "以上为全部统计数，不存在抽样误差；括号内的范围表示如果情况不变，下一年仅因偶然因素可能出现的波动。",
			"These are full counts without sampling error; the ranges show how much chance alone could move them next year if nothing changed.", nil},
		// Of any share and any count, whatever is counted; limits come with their sign.
		{SayShare, "%[1]s：%[2]d/%[3]d，%[4]s（考虑偶然波动，大约在%[5]s到%[6]s之间）。",
			"%[1]s: %[2]d/%[3]d, %[4]s (allowing for chance, about %[5]s to %[6]s).", []string{"第一"}},
		{SayShareMet, "%[1]s：%[2]d/%[3]d，%[4]s（考虑偶然波动，大约在%[5]s到%[6]s之间），达到%[7]s的要求，偶然波动不会改变这一结论。",
			"%[1]s: %[2]d/%[3]d, %[4]s (allowing for chance, about %[5]s to %[6]s): it meets %[7]s, and chance would not change this.", []string{"第一"}},
		{SayShareNotMet, "%[1]s：%[2]d/%[3]d，%[4]s（考虑偶然波动，大约在%[5]s到%[6]s之间），没有达到%[7]s的要求，偶然波动不会改变这一结论。",
			"%[1]s: %[2]d/%[3]d, %[4]s (allowing for chance, about %[5]s to %[6]s): it misses %[7]s, and chance would not change this.", []string{"倒数"}},
		{SayShareUnsure, "%[1]s：%[2]d/%[3]d，%[4]s（考虑偶然波动，大约在%[5]s到%[6]s之间），按数值达到%[7]s；但差距在偶然波动的范围之内，是否稳定达标尚难判断，不宜据此比高低，累计更多数量后可再判断。",
			"%[1]s: %[2]d/%[3]d, %[4]s (allowing for chance, about %[5]s to %[6]s): by its value it meets %[7]s, but the distance is within chance. Whether it meets it steadily cannot be told; do not compare units by it; more cases are needed to judge.",
			[]string{"优于"}},
		{SayShareUnsureNo, "%[1]s：%[2]d/%[3]d，%[4]s（考虑偶然波动，大约在%[5]s到%[6]s之间），按数值没有达到%[7]s；但差距在偶然波动的范围之内，不宜据此比高低，累计更多数量后可再判断。",
			"%[1]s: %[2]d/%[3]d, %[4]s (allowing for chance, about %[5]s to %[6]s): by its value it misses %[7]s, but the distance is within chance; do not compare units by it; more cases are needed to judge.",
			[]string{"落后"}},
		{SayShortOf, "还差%[1]d%[2]s。", "%[1]d more (%[2]s) would meet it.", nil},
		{SayTooMany, "还多%[1]d%[2]s。", "%[1]d fewer (%[2]s) would meet it.", nil},
		{SayFewerMiss, "再少%[1]d%[2]s就不达标。", "%[1]d fewer (%[2]s) would miss it.", nil},
		{SayMoreMiss, "再多%[1]d%[2]s就不达标。", "%[1]d more (%[2]s) would miss it.", nil},
		{SayCountsClear, "%[1]s%[2]s，%[3]s%[4]s，变化%[5]s（考虑偶然波动，大约在%[6]s到%[7]s之间），超出了偶然波动的范围。",
			"%[1]s: %[2]s; %[3]s: %[4]s; change %[5]s (allowing for chance, about %[6]s to %[7]s), larger than chance explains.", []string{"拐点"}},
		{SayCountsUnclear, "%[1]s%[2]s，%[3]s%[4]s，差别在偶然波动的范围之内（变化%[5]s，大约在%[6]s到%[7]s之间），再看一期才能判断。",
			"%[1]s: %[2]s; %[3]s: %[4]s; the difference is within chance (change %[5]s, about %[6]s to %[7]s); one more period is needed to judge.",
			[]string{"减少", "下降", "增加", "上升", "拐点"}},
		{SayCountsFew, "%[1]s%[2]s，%[3]s%[4]s；数目太少，只列数目，不算百分比。",
			"%[1]s: %[2]s; %[3]s: %[4]s; too few to give a percentage.", []string{"减少", "下降", "增加", "上升"}},
		{SayCountsZero, "%[1]s%[2]s，%[3]s%[4]s；从零开始，不算百分比。",
			"%[1]s: %[2]s; %[3]s: %[4]s; from zero there is no percentage.", nil},
		{SaySharesClear, "%[1]s%[2]s（%[3]d/%[4]d），%[5]s%[6]s（%[7]d/%[8]d），变化%[9]s个百分点（考虑偶然波动，大约在%[10]s到%[11]s个百分点之间），超出了偶然波动的范围。",
			"%[1]s: %[2]s (%[3]d/%[4]d); %[5]s: %[6]s (%[7]d/%[8]d); change %[9]s percentage points (allowing for chance, about %[10]s to %[11]s), larger than chance explains.", []string{"拐点"}},
		{SaySharesUnclear, "%[1]s%[2]s（%[3]d/%[4]d），%[5]s%[6]s（%[7]d/%[8]d），差别在偶然波动的范围之内（变化%[9]s个百分点，大约在%[10]s到%[11]s个百分点之间），再看一期才能判断。",
			"%[1]s: %[2]s (%[3]d/%[4]d); %[5]s: %[6]s (%[7]d/%[8]d); the difference is within chance (change %[9]s percentage points, about %[10]s to %[11]s); one more period is needed to judge.",
			[]string{"减少", "下降", "增加", "上升", "拐点"}},
	}, slices.Concat(trendWordings(), surveyWordings(), compareWordings(), wasteWordings(), scoreWordings())...)
}

// The words that persons and units of the county are counted with.
const (
	PersonWord = "人"
	UnitWord   = "个"
)

// CaseWords are the words that persons and cases are counted with, which chance moves.
func CaseWords() []string {
	return []string{PersonWord, "名", "人次", "起", "案", "件", "例", "宗"}
}

// ThingWords are the words that other whole things are counted with, a share of which may be met by
// chance too, but of which there are as many as the office plans. Amounts, money and times have none.
func ThingWords() []string {
	return []string{UnitWord, "次", "条", "户", "家", "家次", "处", "所", "场", "份", "村"}
}

// A Statement is a sentence of the table with its numbers. An argument that is itself a Statement
// is said in the same language.
type Statement struct {
	Code WordingCode
	Args []any
}

// Chinese says the statement in Chinese.
func (s Statement) Chinese() string { return s.say(false) }

// English says the statement in English.
func (s Statement) English() string { return s.say(true) }

func (s Statement) say(english bool) string {
	table := Wordings()
	i := slices.IndexFunc(table, func(w Wording) bool { return w.Code == s.Code })
	if i < 0 {
		return string(s.Code)
	}
	format := table[i].Chinese
	if english {
		format = table[i].English
	}
	if len(s.Args) == 0 {
		return format
	}
	args := make([]any, len(s.Args))
	for i, a := range s.Args {
		args[i] = a
		if p, ok := a.(phrase); ok {
			args[i] = p.chinese
			if english {
				args[i] = p.english
			}
		}
	}
	return fault.Fill(table[i].Chinese, format, args)
}

// A phrase is an argument with words of its own in both languages.
type phrase struct{ chinese, english string }

// Headline is the fixed short sentence of the verdict.
func (v Verdict) Headline() Statement {
	switch v {
	case TurnSupported:
		return Statement{Code: SayTurn}
	case SlopeChanged:
		return Statement{Code: SaySlope}
	case FallingNoTurnSeen:
		return Statement{Code: SayFalling}
	case Rising:
		return Statement{Code: SayRising}
	}
	return Statement{Code: SayUndecided}
}

// rounded prints a percent without its sign to the given digits.
func rounded(v float64, digits int) string { return fmt.Sprintf("%.*f", digits, math.Abs(v)) }

// SayChange gives the sentence on two yearly counts; subject is the name of what is counted.
func SayChange(subject string, from, to int, r RatioResult) Statement {
	args := []any{subject, from, r.Earlier.N, to, r.Later.N}
	percent, limits, why := r.Percent()
	switch {
	case why == SmallCounts:
		return Statement{SayCountsOnly, args}
	case r.Clear() == 0:
		return Statement{SayChangeUnclear, args}
	case why != "":
		return Statement{SayFromZero, args}
	}
	fall, rise := SayChangeClear, SayRiseClear
	if r.Earlier.Exposure != r.Later.Exposure {
		fall, rise = SayRateFalls, SayRateRises
	}
	if r.Clear() < 0 {
		return Statement{fall, append(args, rounded(percent, 0), rounded(limits.Hi, 0), rounded(limits.Lo, 0))}
	}
	return Statement{rise, append(args, rounded(percent, 0), rounded(limits.Lo, 0), rounded(limits.Hi, 0)+"%")}
}

// SayCounts gives the sentence on the counts of any two periods. The periods and the counts come in
// words, "2016年" and "49人".
func SayCounts(before, was, now, is string, r RatioResult) Statement {
	args := []any{before, was, now, is}
	percent, limits, why := r.Percent()
	switch why {
	case "":
	case SmallCounts:
		return Statement{SayCountsFew, args}
	default:
		return Statement{SayCountsZero, args}
	}
	signed := func(v float64) string { return fmt.Sprintf("%+.1f%%", v) }
	args = append(args, signed(percent), signed(limits.Lo), signed(limits.Hi))
	if r.Clear() == 0 {
		return Statement{SayCountsUnclear, args}
	}
	return Statement{SayCountsClear, args}
}

// A ShareSaid is a share as a sentence tells it: its period and printed value in words, and x of n.
type ShareSaid struct {
	When, Value string
	X, N        int64
}

// SayShares gives the sentence on a share in two periods, none of whose cases is in both; points is
// the difference of the printed values with its sign, and digits that of its limits.
func SayShares(was, is ShareSaid, points string, digits int, d ShareDifference) Statement {
	limit := func(v float64) string { return fmt.Sprintf("%+.*f", digits, 100*v) }
	code := SaySharesUnclear
	if d.Interval.Lo > 0 || d.Interval.Hi < 0 {
		code = SaySharesClear
	}
	return Statement{code, []any{was.When, was.Value, was.X, was.N, is.When, is.Value, is.X, is.N, points, limit(d.Interval.Lo), limit(d.Interval.Hi)}}
}

// Say gives the sentences of the result in order: headline, size, detail, what would settle the
// question. Subject is the name of what is counted, in the reader's language; effort is taken to be tests.
func (r TurningResult) Say(subject string) []Statement { return r.SayAbout(subject, "", "") }

// SayAbout is Say where effort has a name and a word that it is counted with, both in the reader's
// language: 检查重点场所, 家次. Then a change of effort that is small enough is told too.
func (r TurningResult) SayAbout(subject, effort, per string) []Statement {
	out := []Statement{r.Verdict.Headline()}
	n := len(r.Years)
	if r.Change != nil {
		change := SayChange(subject, r.Years[0], r.Years[n-1], *r.Change)
		if !r.agrees() {
			change = Statement{SayChangeUneven, []any{subject, r.Years[0], r.Change.Earlier.N, r.Years[n-1], r.Change.Later.N}}
		}
		out = append(out, change)
	}
	switch r.Verdict {
	case TurnSupported:
		out = append(out, Statement{SayTurnDetail, []any{r.StartYear, r.TurnYear, r.Years[n-1], rounded(r.Before, 0), rounded(r.After, 0)}})
	case SlopeChanged:
		if r.BeforeCI.Hi < 0 && r.AfterCI.Hi < 0 {
			code := SayFaster
			if r.After > r.Before {
				code = SaySlower
			}
			out = append(out, Statement{Code: code})
		}
		out = append(out, Statement{SaySlopeDetail, []any{r.TurnYear, fmt.Sprintf("%+.0f", r.Before), fmt.Sprintf("%+.0f", r.After)}})
	case FallingNoTurnSeen:
		out = append(out, r.sayFalling()...)
	case Undecided:
		out = append(out, r.sayHeld())
	}
	if effort != "" {
		if s, ok := r.sayEffort(subject, effort, per); ok {
			out = append(out, s)
		}
	} else if e := r.Effort; e != nil && e.Changed {
		code := SayEffortMore
		if r.Verdict == FallingNoTurnSeen && e.Change < 0 && e.LaterPer1000 < e.EarlierPer1000 {
			code = SayEffortLess
		}
		share := rounded(100*e.Change, 0)
		if code == SayEffortMore {
			share = fmt.Sprintf("%+.0f", 100*e.Change)
		}
		out = append(out, Statement{code, []any{share, fmt.Sprintf("%.1f", e.EarlierPer1000), fmt.Sprintf("%.1f", e.LaterPer1000)}})
	}
	if n < TurningYears && n > 0 {
		out = append(out, Statement{SayFillYears, []any{r.Years[n-1] - TurningYears + 1, r.Years[0] - 1}})
	}
	return out
}

// agrees tells whether the comparison of first and last year says no more and nothing else than
// the verdict.
func (r TurningResult) agrees() bool {
	switch r.Verdict {
	case FallingNoTurnSeen:
		return r.Change.Clear() < 0
	case Rising:
		return r.Change.Clear() > 0
	case Undecided:
		return r.Change.Clear() == 0
	}
	return true
}

// sayFalling gives the detail of verdict C.
func (r TurningResult) sayFalling() []Statement {
	n := len(r.Years)
	if n >= TurningYears {
		return []Statement{r.sayFallingHeld()}
	}
	if r.Trend == nil || r.Trend.FitP < 0.05 || r.Trend.Clear() >= 0 {
		return []Statement{{SayFallingUneven, []any{n, r.Years[0]}}}
	}
	return []Statement{{SayFallingEven, []any{n, years(n), yearly(r.Trend.APC), r.Years[0]}}}
}

func (r TurningResult) sayFallingHeld() Statement {
	return Statement{SayFallingHeld, []any{phrase{r.Held[0].Sentence(), r.Held[0].english()}}}
}

// sayHeld gives the sentence on why nothing can be concluded, or what is missing for more.
func (r TurningResult) sayHeld() Statement {
	if len(r.Held) == 0 {
		return Statement{Code: SayFullCount}
	}
	return Statement{SayNotEnough, []any{r.Held[0].need()}}
}

// years says how many years of change there are: 三年, three years.
func years(n int) phrase {
	chinese := []string{"", "一年", "两年", "三年", "四年", "五年", "六年"}
	english := []string{"", "one year", "two years", "all three years", "all four years", "all five years", "all six years"}
	if n < len(chinese) {
		return phrase{chinese[n], english[n]}
	}
	return phrase{fmt.Sprintf("%d年", n), fmt.Sprintf("%d years", n)}
}

// yearly says a constant yearly fall.
func yearly(apc float64) phrase {
	if apc >= -55 && apc <= -45 {
		return phrase{"每年约减一半", "about half each year"}
	}
	p := rounded(apc, 0)
	return phrase{"每年约减" + p + "%", "about " + p + "% each year"}
}

// english says why a turning point is not judged.
func (r Reason) english() string {
	switch r {
	case FewYears:
		return "there are fewer than 7 years; it can be computed once there are 7."
	case FewYearsOneSide:
		return "there are fewer than 3 years before or after the bend; it can be computed again in some years."
	case CountBelowTen:
		return "a year has fewer than 10 persons; chance is too strong to compute a turning point."
	case EffortChanged:
		return "testing and other effort changed by more than 20%; part of the change may be a difference in looking."
	case EffortUnknown:
		return "the number of tests is not recorded, so a difference in looking cannot be ruled out; enter it to compute again."
	case DefinitionChanged:
		return "the definition changed, so the years cannot be compared directly."
	case NoBendFound:
		return "the yearly change is about the same throughout; no bend can be seen."
	case BendNotClear:
		return "the sign of a bend is within chance; some more years are needed."
	}
	return "there are not enough data."
}

// need says what would settle the question.
func (r Reason) need() phrase {
	switch r {
	case FewYears:
		return phrase{"至少7个年度的数据", "at least 7 years of data"}
	case FewYearsOneSide:
		return phrase{"转折前后各至少3个年度的数据", "at least 3 years of data before and after the bend"}
	case CountBelowTen:
		return phrase{"合并单位或期间，使每年的数不少于10", "units or periods joined so that each year counts at least 10"}
	case EffortChanged:
		return phrase{"同等检测量下的数据", "data under equal testing"}
	case EffortUnknown:
		return phrase{"各年查了多少（如检测人次）", "how much was looked for in each year (such as the number of tests)"}
	case DefinitionChanged:
		return phrase{"按同一口径重算的数据", "data recomputed under one definition"}
	}
	return phrase{"以后几个年度的数据", "data of the years to come"}
}
