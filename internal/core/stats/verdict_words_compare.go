package stats

// The sentences of a comparison of units (METHODS §4.2–4.6, §12).
const (
	SayPairInside    WordingCode = "pair_inside"
	SayPairApart     WordingCode = "pair_apart"
	SayLookWatch     WordingCode = "look_watch"
	SayLookCheck     WordingCode = "look_check"
	SayLooks         WordingCode = "looks"
	SayLooksNone     WordingCode = "looks_none"
	SayBands         WordingCode = "bands"
	SayAllAlike      WordingCode = "all_alike"
	SayTargetsAmong  WordingCode = "targets_among"
	SayForReference  WordingCode = "for_reference"
	SayFewUnits      WordingCode = "few_units"
	SayOnlyCounts    WordingCode = "only_counts"
	SayNoRatio       WordingCode = "no_ratio_of_counts"
	SayPartTooLarge  WordingCode = "part_larger_than_whole"
	SaySmallLeftOut  WordingCode = "small_left_out"
	SayWidened       WordingCode = "limits_widened"
	SayNotWidened    WordingCode = "limits_not_widened"
	SayTooFewToWiden WordingCode = "limits_not_widened_few"
	SayFullCountCols WordingCode = "full_count_columns"
)

// compareWordings are the rows of the table of wordings for comparisons. Values come as text with
// their sign.
func compareWordings() []Wording {
	return []Wording{
		{SayPairInside, "%[1]s%[2]s（%[3]d/%[4]d）与%[5]s%[6]s（%[7]d/%[8]d）的差别在%[9]s少带来的正常波动范围之内，不能据此分先后；累计更多数量后可再比较。",
			"The difference between %[1]s, %[2]s (%[3]d/%[4]d), and %[5]s, %[6]s (%[7]d/%[8]d), is within the normal variation of a small number of %[9]s; it does not rank them; with more of them it can be compared again.",
			[]string{"第一", "倒数"}},
		{SayPairApart, "%[1]s%[2]s（%[3]d/%[4]d）与%[5]s%[6]s（%[7]d/%[8]d）的差别超出了偶然波动的范围；其他单位之间能否分先后，要看排位范围是否重叠。",
			"The difference between %[1]s, %[2]s (%[3]d/%[4]d), and %[5]s, %[6]s (%[7]d/%[8]d), is larger than chance explains; whether other units can be ordered depends on whether their ranges of places overlap.",
			[]string{"第一", "倒数"}},
		{SayLookWatch, "%[1]s：%[2]s%[3]s（%[4]d/%[5]d），略超出正常波动范围，请留意下一期。",
			"%[1]s: %[2]s %[3]s (%[4]d/%[5]d), slightly outside the normal variation; watch the next period.", []string{"第一", "倒数", "明显"}},
		{SayLookCheck, "%[1]s：%[2]s%[3]s（%[4]d/%[5]d），明显超出正常波动范围，需要核查原因。",
			"%[1]s: %[2]s %[3]s (%[4]d/%[5]d), clearly outside the normal variation; the cause must be checked.", []string{"第一", "倒数"}},
		{SayLooks, "共%[1]d项指标、%[2]d次比较；即使各单位没有差别，也会有大约%[3]s次碰巧超出95%%界限。把这一点考虑进去（误报不超过一成），以下%[4]d处值得核查。",
			"%[1]d indicators and %[2]d comparisons; even if no units differed, about %[3]s of them would cross the 95%% limits by chance. Allowing for this (at most one in ten false), these %[4]d are worth checking.", nil},
		{SayLooksNone, "共%[1]d项指标、%[2]d次比较；即使各单位没有差别，也会有大约%[3]s次碰巧超出95%%界限。把这一点考虑进去（误报不超过一成），没有需要核查的单位；下一期可再看。",
			"%[1]d indicators and %[2]d comparisons; even if no units differed, about %[3]s of them would cross the 95%% limits by chance. Allowing for this (at most one in ten false), no unit needs checking; look again next period.", nil},
		{SayBands, "按排位范围分档：较好%[1]d个，相当%[2]d个，需关注%[3]d个；同一档之内不分先后。",
			"In bands by the ranges of places: %[1]d better, %[2]d similar, %[3]d to watch; within a band there is no order.", []string{"第一", "倒数"}},
		{SayAllAlike, "各单位之间的差别没有超出偶然波动的范围，排不出先后；累计更多数量后可再比较。",
			"The units differ no more than chance explains and cannot be ordered; with larger numbers they can be compared again.", []string{"第一", "倒数"}},
		{SayTargetsAmong, "对照%[1]s的要求：%[2]d个单位明确达标，%[3]d个明确未达标，%[4]d个因数目少尚难判断，不宜据此与其他单位比高低；累计更多数量后可再判断。",
			"Units against %[1]s: clearly met %[2]d, clearly missed %[3]d, cannot tell because the numbers are small %[4]d; do not compare units by these; larger numbers are needed to judge.",
			[]string{"优于", "落后"}},
		{SayForReference, "可比的单位只有%[1]d个，不足10个，以下结果仅供参考。",
			"Only %[1]d units can be compared, fewer than 10; these results are for reference only.", nil},
		{SayFewUnits, "可比的单位只有%[1]d个，数据不足，不作公平比较；还需要：至少5个单位的完整数据。",
			"Only %[1]d units can be compared, too few for a fair comparison; needed: complete data of at least 5 units.", nil},
		{SayOnlyCounts, "这是数目或数量，不是比率。各单位大小不同，多少不能直接比，所以不画漏斗图；还需要：以常住人口或在册人数等为分母的指标。",
			"This is a count or an amount, not a rate. Units differ in size, so it cannot be compared directly and there is no funnel; needed: an indicator with a denominator, such as residents or registered persons.", nil},
		{SayNoRatio, "这项指标不是两个数目之比，算不出单凭偶然会差多少，所以不画漏斗图；只按公布的数排名。",
			"This indicator is not a ratio of two counts, so how much chance alone would change it cannot be computed and there is no funnel; the ranking goes by the published values only.", nil},
		{SayPartTooLarge, "%[1]s的分子大于分母，不能按占比比较；请先核对数据。",
			"The numerator of %[1]s is larger than its denominator, so it cannot be compared as a share; check the data first.", nil},
		{SaySmallLeftOut, "%[1]d个单位人数少于5或为保护相邻单位而隐去，不列入；图、范围和分档只按其余单位计算，总体水平也只是其余单位的。",
			"%[1]d units have fewer than 5 persons or are withheld to protect a neighbour and are left out; chart, ranges, bands and the level of all rest on the others only.", nil},
		{SayWidened, "离散系数%[1]s（1表示各单位的差别与单凭偶然相当），界限相应放宽到%[2]s倍。",
			"Dispersion %[1]s (1 means that units differ as much as by chance alone); the limits are widened to %[2]s times.", nil},
		{SayNotWidened, "离散系数%[1]s（1表示各单位的差别与单凭偶然相当），界限没有放宽。",
			"Dispersion %[1]s (1 means that units differ as much as by chance alone); the limits are not widened.", nil},
		{SayTooFewToWiden, "离散系数%[1]s（1表示各单位的差别与单凭偶然相当）；单位不足10个，界限没有放宽。",
			"Dispersion %[1]s (1 means that units differ as much as by chance alone); with fewer than 10 units the limits are not widened.", nil},
		{SayFullCountCols, "以上为全部统计数，不存在抽样误差；偶然波动范围表示如果情况不变，下一年仅因偶然因素可能出现的波动。",
			"These are full counts without sampling error; the range by chance shows how much chance alone could move them next year if nothing changed.", nil},
	}
}
