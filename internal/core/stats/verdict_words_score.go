package stats

// The sentences of composite scores and of the common methods beside them (METHODS §7, §12).
const (
	SayTiedByChance  WordingCode = "tied_by_chance"
	SayTiedInGroup   WordingCode = "tied_in_group"
	SayScoresEqual   WordingCode = "scores_equal"
	SayScoreApart    WordingCode = "score_apart"
	SayScoreRange    WordingCode = "score_range"
	SayScoreGroups   WordingCode = "score_groups"
	SayScoreOneGroup WordingCode = "score_one_group"
	SayScoreBands    WordingCode = "score_bands"
	SayScorePartial  WordingCode = "score_partial"
	SayScoreWithheld WordingCode = "score_withheld"
	SayScoreFew      WordingCode = "score_few"
	SayPairsUsable   WordingCode = "pairs_usable"
	SayPairsRefused  WordingCode = "pairs_refused"
	SayEntropyUse    WordingCode = "entropy_use"
	SayNearestDiffer WordingCode = "nearest_differ"
	SayNearestSame   WordingCode = "nearest_same"
	SayNearestWithin WordingCode = "nearest_within"
)

// scoreWordings are the rows of the table of wordings for composite scores. Scores and shares come
// as text already rounded.
func scoreWordings() []Wording {
	return []Wording{
		{SayTiedByChance, "%[1]s与%[2]s得分相差%[3]s分，没有超出偶然波动的范围（约%[4]s分），按并列处理；数量累计更多后可再判断。",
			"%[1]s and %[2]s differ by %[3]s, which is within chance (about %[4]s), so they share the place; with larger numbers it can be judged again.", []string{"领先", "第一"}},
		{SayTiedInGroup, "%[1]s与%[2]s得分相差%[3]s分，各自与之并列的单位交错在一起，也按并列处理；数量累计更多后可再判断。",
			"%[1]s and %[2]s differ by %[3]s, but the units that each of them ties with overlap, so they share the place too; with larger numbers it can be judged again.", []string{"领先", "第一"}},
		{SayScoresEqual, "%[1]s与%[2]s得分相同，并列。", "%[1]s and %[2]s have the same score and share the place.", []string{"领先", "第一"}},
		{SayScoreApart, "%[1]s与%[2]s得分相差%[3]s分，换用其他合理权重和算法先后都不变，也超出了偶然波动的范围（约%[4]s分）；下一期可再核对。",
			"%[1]s and %[2]s differ by %[3]s; their order holds under the other weights and methods that were tried, and the difference is larger than chance (about %[4]s); the next period will confirm or correct it.", []string{"领先", "第一"}},
		{SayScoreRange, "随机换%[1]d次权重，%[2]s大致排在第%[3]d到第%[4]d位之间。建议分档公布，不排名次。",
			"Over %[1]d random weightings, %[2]s ranks roughly between place %[3]d and %[4]d. Publish groups rather than places.", []string{"第一名"}},
		{SayScoreGroups, "%[1]d个单位按得分分成%[2]d组：组与组之间能分先后，组内按并列处理，不分先后。",
			"%[1]d units fall into %[2]d groups by score: the groups can be put in an order; within a group the units share the place.", []string{"第一", "倒数"}},
		{SayScoreOneGroup, "%[1]d个单位的得分分不出先后，都按并列处理：换一种合理的权重或算法名次就会变，或者差别在偶然波动的范围之内。数量累计更多、指标更能区分各单位时可再排。",
			"The scores of the %[1]d units do not put them in an order; all share the place: another reasonable weighting or method changes the order, or the differences are within chance. With larger numbers and indicators that tell units apart it can be tried again.", []string{"第一", "倒数"}},
		{SayScoreBands, "分档：较好%[1]d个，相当%[2]d个，需关注%[3]d个。一个单位的名次无论怎样核对都在前一半才列入较好，都在后一半才列入需关注。",
			"Bands: %[1]d better, %[2]d similar, %[3]d to watch. A unit is better only if its place is in the upper half in every check, and to watch only if it is in the lower half in every check.", []string{"第一", "倒数"}},
		{SayScorePartial, "%[1]s缺%[2]d项指标（占权重的%[3]s%%），其余权重按比例分摊，与数据齐全的单位不完全可比；补齐数据后可再计算。",
			"%[1]s lacks %[2]d indicators (%[3]s%% of the weights); the other weights are shared out, so it is not fully comparable with units whose data are complete; once they are, it can be computed again.", nil},
		{SayScoreWithheld, "%[1]s有数据的指标只占权重的%[2]s%%，不到%[3]d%%，不计得分；还需要：补齐缺少的指标。",
			"%[1]s has data for only %[2]s%% of the weights, below %[3]d%%, so it gets no score; needed: the missing indicators.", nil},
		{SayScoreFew, "有得分的单位只有%[1]d个，不足5个，只列得分，不排名次；还需要：至少5个单位的数据。",
			"Only %[1]d units have a score, fewer than 5: scores are listed without places; needed: data of at least 5 units.", []string{"第一"}},
		{SayPairsUsable, "比较前后一致（一致性比率%[1]s，小于0.10），这组权重可以供讨论采用。",
			"The comparisons are consistent (consistency ratio %[1]s, below 0.10); these weights may be discussed for use.", []string{"最优"}},
		{SayPairsRefused, "比较前后不一致（一致性比率%[1]s，应小于0.10），这组权重不能采用；请重新核对各对比较。",
			"The comparisons contradict each other (consistency ratio %[1]s, should be below 0.10); these weights cannot be used; check the pairs again.", []string{"可以采用"}},
		{SayEntropyUse, "熵权只反映各单位之间差别的大小，不反映工作的重要程度，每期都会变，只供对照，不作为正式权重；正式权重应在评价期开始前公布。",
			"Entropy weights show only how much units differ, not how important the work is, and change every period; they are for comparison and never the official weights, which are to be published before the period.", []string{"建议采用"}},
		{SayNearestDiffer, "两种归一方法得到的名次，%[1]d个单位中有%[2]d个不同；可见名次随算法而变，只供对照，以公布的办法为准。",
			"By the two normalisations, %[2]d of %[1]d units have different places: the order depends on the method. For comparison only; the published scheme holds.", []string{"更准确"}},
		{SayNearestSame, "两种归一方法得到的名次相同；增减一个单位时名次仍可能改变，只供对照，以公布的办法为准。",
			"Both normalisations give the same places; they may still change when a unit is added or removed. For comparison only; the published scheme holds.", []string{"更准确"}},
		{SayNearestWithin, "把排在最后的单位去掉再算，其余单位中有%[1]d个的先后发生变化。", "Without the unit in the last place, %[1]d of the others change their order.", nil},
	}
}
