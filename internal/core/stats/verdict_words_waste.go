package stats

import (
	"fmt"
	"strings"
)

// The sentences on wastewater and seizures beside those of METHODS §12, one for each verdict.
const (
	SayLoad            WordingCode = "waste_load"
	SayLoadPlain       WordingCode = "waste_load_plain"
	SayLoadShort       WordingCode = "waste_load_short"
	SayLoadRange       WordingCode = "waste_load_range"
	SayLoadBelow       WordingCode = "waste_load_below"
	SayLoadsLower      WordingCode = "waste_lower"
	SayLoadsHigher     WordingCode = "waste_higher"
	SayLoadsUnclear    WordingCode = "waste_unclear"
	SayLoadsHalved     WordingCode = "waste_halved"
	SayLoadsDoubled    WordingCode = "waste_doubled"
	SayLoadsWide       WordingCode = "waste_wide_unclear"
	SayLoadsRefused    WordingCode = "waste_refused"
	SayRatioUsual      WordingCode = "waste_ratio_usual"
	SayRatioLow        WordingCode = "waste_ratio_low"
	SayRatioFar        WordingCode = "waste_ratio_far"
	SayRatioHigh       WordingCode = "waste_ratio_high"
	SayMorphineOnly    WordingCode = "waste_morphine"
	SayConsumption     WordingCode = "waste_consumption"
	SaySeized          WordingCode = "seized"
	SaySeizedNothing   WordingCode = "seized_nothing"
	SaySeizedFew       WordingCode = "seized_few_cases"
	SaySeizedSpread    WordingCode = "seized_cases"
	SaySeizedDominated WordingCode = "seized_cases_dominated"
	SaySeizedIndex     WordingCode = "seized_index"
	SayNotConvertible  WordingCode = "seized_not_convertible"
	SaySeizedDiffers   WordingCode = "seized_differs"
	SaySeizedEffort    WordingCode = "seized_effort"
)

// wasteWordings are the rows of the table of sentences on wastewater and seizures. A load comes as
// text in mg a day for 1000 people, a percent as text already rounded. None speaks of persons:
// dose, purity and frequency are unknown (METHODS §8).
func wasteWordings() []Wording {
	persons := []string{"吸毒人数", "使用人数", "吸毒人员", "人减少", "人增加"}
	still := append([]string{"减少", "下降", "降到", "增加", "上升", "升到"}, persons...)
	return []Wording{
		{SayLoad, "污水中%[1]s负荷约为每天每千人%[2]s毫克（一周内逐日波动，平均大约在%[3]s到%[4]s之间；测量总误差大约正负%[5]s%%）。与同季节、同污水厂、同实验室的另一次监测相比才看得出变化。",
			"Load of %[1]s in wastewater: about %[2]s mg per day and 1,000 persons (from the days of the week the mean is about %[3]s to %[4]s; total error of measurement about plus or minus %[5]s%%). Only another campaign in the same season, at the same plants and by the same laboratory shows a change.", still},
		// Followed by the sentence of a comparison, which says what would settle the question.
		{SayLoadPlain, "污水中%[1]s负荷约为每天每千人%[2]s毫克（一周内逐日波动，平均大约在%[3]s到%[4]s之间；测量总误差大约正负%[5]s%%）。",
			"Load of %[1]s in wastewater: about %[2]s mg per day and 1,000 persons (from the days of the week the mean is about %[3]s to %[4]s; total error of measurement about plus or minus %[5]s%%).", still},
		{SayLoadShort, "污水中%[1]s负荷约为每天每千人%[2]s毫克（只有%[6]d天样品，平均大约在%[3]s到%[4]s之间；测量总误差大约正负%[5]s%%）。规范要求连续7天，补足后可再测算。",
			"Load of %[1]s in wastewater: about %[2]s mg per day and 1,000 persons (%[6]d days only, the mean is about %[3]s to %[4]s; total error of measurement about plus or minus %[5]s%%). Seven days in a row are required; with them it can be computed again.", still},
		{SayLoadRange, "污水中%[1]s有%[2]d天样品，其中%[3]d天低于定量限，平均负荷在每天每千人%[4]s到%[5]s毫克之间。请实验室用更低的定量限复测后可收窄这个范围。",
			"%[1]s in wastewater: %[2]d days of samples, %[3]d of them below the limit of quantification; the mean load lies between %[4]s and %[5]s mg per day and 1,000 persons. A lower limit of quantification would narrow this.", still},
		{SayLoadBelow, "污水中%[1]s的%[2]d天样品全部低于定量限，负荷在每天每千人0到%[3]s毫克之间；低于定量限不等于没有，用更低的定量限复测才能判断。",
			"%[1]s in wastewater: all %[2]d days below the limit of quantification; the load lies between 0 and %[3]s mg per day and 1,000 persons. Below the limit does not mean none; a lower limit is needed to judge.", append([]string{"未使用", "为零"}, still...)},
		{SayLoadsLower, "污水中%[1]s负荷由%[2]s的每天每千人%[3]s毫克降到%[4]s的%[5]s毫克；污水厂、季节、实验室和人口数都相同，两次一周的范围不重叠，差别超出了误差范围。是什么原因，还需结合其他情况判断。",
			"Load of %[1]s in wastewater: from %[3]s mg per day and 1,000 persons in %[2]s down to %[5]s in %[4]s. Plants, season, laboratory and population figure are the same and the two weekly ranges do not overlap: larger than the error. Its cause must be judged from other sources.", persons},
		{SayLoadsHigher, "污水中%[1]s负荷由%[2]s的每天每千人%[3]s毫克升到%[4]s的%[5]s毫克；污水厂、季节、实验室和人口数都相同，两次一周的范围不重叠，差别超出了误差范围。是什么原因，还需结合其他情况判断。",
			"Load of %[1]s in wastewater: from %[3]s mg per day and 1,000 persons in %[2]s up to %[5]s in %[4]s. Plants, season, laboratory and population figure are the same and the two weekly ranges do not overlap: larger than the error. Its cause must be judged from other sources.", persons},
		{SayLoadsUnclear, "污水中%[1]s负荷%[2]s为每天每千人%[3]s毫克，%[4]s为%[5]s毫克，差别还在误差范围之内，需再测一期才能判断。",
			"Load of %[1]s in wastewater: %[3]s mg per day and 1,000 persons in %[2]s, %[5]s in %[4]s. The difference is within the error; one more campaign is needed to judge.", still},
		{SayLoadsHalved, "污水中%[1]s负荷%[2]s为每天每千人%[3]s毫克，%[4]s为%[5]s毫克，%[4]s不到%[2]s的1/%[6]s。%[7]s，变化到%[6]s倍以上才算清楚；这次变化超过了这个界限，还需在同样条件下再测一期核实。",
			"Load of %[1]s in wastewater: %[3]s mg per day and 1,000 persons in %[2]s, %[5]s in %[4]s, less than 1/%[6]s of it. %[7]s: only a change by a factor of %[6]s or more is clear. This one is; another campaign under equal conditions should confirm it.", persons},
		{SayLoadsDoubled, "污水中%[1]s负荷%[2]s为每天每千人%[3]s毫克，%[4]s为%[5]s毫克，%[4]s是%[2]s的%[6]s倍以上。%[7]s，变化到%[6]s倍以上才算清楚；这次变化超过了这个界限，还需在同样条件下再测一期核实。",
			"Load of %[1]s in wastewater: %[3]s mg per day and 1,000 persons in %[2]s, %[5]s in %[4]s, more than %[6]s times it. %[7]s: only a change by a factor of %[6]s or more is clear. This one is; another campaign under equal conditions should confirm it.", persons},
		{SayLoadsWide, "污水中%[1]s负荷%[2]s为每天每千人%[3]s毫克，%[4]s为%[5]s毫克。%[7]s，变化到%[6]s倍以上才算清楚；目前的差别不能判断，需在同样条件下再测一期。",
			"Load of %[1]s in wastewater: %[3]s mg per day and 1,000 persons in %[2]s, %[5]s in %[4]s. %[7]s: only a change by a factor of %[6]s or more is clear. The present difference cannot be judged; another campaign under equal conditions is needed.", still},
		{SayLoadsRefused, "两次监测的%[1]s不能比较：%[2]s。在同一污水厂、同一季节、由同一实验室再测一期后可以比较。",
			"The two campaigns cannot be compared for %[1]s: %[2]s. With another campaign at the same plants, in the same season and by the same laboratory they can.", still},
		{SayRatioUsual, "苯丙胺与甲基苯丙胺的负荷之比为%[1]s，在使用后排泄的常见范围（0.05—0.25）之内。如有疑问，请实验室复核。",
			"Ratio of amphetamine to methamphetamine load: %[1]s, within what excretion after use usually gives (0.05–0.25). In doubt the laboratory should check.", persons},
		{SayRatioLow, "苯丙胺与甲基苯丙胺的负荷之比为%[1]s，低于使用后排泄的常见范围（0.05—0.25），请实验室复核后再判断。",
			"Ratio of amphetamine to methamphetamine load: %[1]s, below what excretion after use usually gives (0.05–0.25). The laboratory should check before it is judged.", persons},
		{SayRatioFar, "苯丙胺与甲基苯丙胺的负荷之比为%[1]s，远低于使用后排泄的常见范围（0.05—0.25）：不像排泄，可能有倾倒或制造，也可能是测定问题。请实验室复核，并由监测专班核实。",
			"Ratio of amphetamine to methamphetamine load: %[1]s, far below what excretion after use usually gives (0.05–0.25): dumping or manufacture is possible, so is a fault of the analysis. The laboratory should check and the task force look into it.", persons},
		{SayRatioHigh, "苯丙胺与甲基苯丙胺的负荷之比为%[1]s，高于使用后排泄的常见范围（0.05—0.25）：可能另有苯丙胺来源（含药用），也可能是测定问题，请实验室复核。",
			"Ratio of amphetamine to methamphetamine load: %[1]s, above what excretion after use usually gives (0.05–0.25): another source of amphetamine (medicines too) or a fault of the analysis is possible; the laboratory should check.", persons},
		{SayMorphineOnly, "吗啡只列负荷，不推算海洛因：污水中的吗啡大多来自医用吗啡、含罂粟壳药品和可待因，县一级无法扣除。要判断海洛因，需另测6-单乙酰吗啡。",
			"Morphine is shown as a load only and no heroin is computed from it: most morphine in wastewater comes from medical morphine, medicines with poppy husk and codeine, which a county cannot subtract. Heroin would need 6-acetylmorphine measured.", persons},
		{SayConsumption, "按%[4]s的系数推算，%[1]s消费量约为每天每千人%[2]s毫克（系数%[3]s，不同文献可相差数倍）。剂量、纯度和频次都不知道，不能再往下推算；要用于比较，请看负荷。",
			"By the factors of %[4]s the consumption of %[1]s is about %[2]s mg per day and 1,000 persons (factor %[3]s; sources differ severalfold). Dose, purity and frequency are unknown, so nothing further follows; compare loads.", persons},
		{SaySeized, "%[1]s缴获%[2]s。", "%[1]s, seized: %[2]s.", []string{"打击有力", "公斤，同比"}},
		{SaySeizedNothing, "%[1]s上报的缴获数都是0。", "%[1]s: all reported seizures are 0.", []string{"没有毒品"}},
		{SaySeizedFew, "登记的%[1]s只有%[2]d起，共%[3]s克；起数太少，说明不了通常的大小，登记齐全后可再看。",
			"Only %[2]d seizure(s) of %[1]s are registered, %[3]s g together; too few to show the usual size. A complete register will tell more.", nil},
		{SaySeizedSpread, "登记的%[1]s有%[2]d起，居中的一起%[3]s克，最大的一起占登记总量的%[4]s%%。看通常的大小，以居中的一起为准。",
			"%[2]d seizures of %[1]s are registered; the median is %[3]s g and the largest makes up %[4]s%% of those registered. For the usual size look at the median.", nil},
		{SaySeizedDominated, "登记的%[1]s有%[2]d起，最大的一起占登记总量的%[4]s%%，居中的一起%[3]s克；总量主要由一起决定，不宜拿总量比高低，应同时看起数。",
			"%[2]d seizures of %[1]s are registered; the largest makes up %[4]s%% of those registered, the median is %[3]s g. One seizure decides the total, so totals should not be compared; look at the number of seizures too.", []string{"同比上升"}},
		{SaySeizedIndex, "%[1]s：约%[2]s克。只折算了%[3]s；没有对应品种的没有折算进来。", "%[1]s: about %[2]s g. Converted: %[3]s only; what has no drug of the table is left out.", []string{"量刑"}},
		{SayNotConvertible, "“%[1]s”不是表中的一种毒品，不能折算，也不与门槛相比；按具体品种登记后才能比较。",
			"“%[1]s” is no single drug of the table: it is not converted and not compared with a threshold. Register the drugs one by one to compare them.", nil},
		{SaySeizedDiffers, "%[1]s：报表数%[2]s克，登记数%[3]s克，相差%[4]s克；两个数都保留，请核对漏登记或口径不同。",
			"%[1]s: %[2]s g reported, %[3]s g registered, a difference of %[4]s g. Both are kept; check for missing entries or another definition.", nil},
		{SaySeizedEffort, "缴获多少同时取决于毒品有多少和查得多少：多了不一定是毒情加重，少了也不一定是好转。要判断，还需结合检查次数、破案数和检测情况。",
			"Seizures depend both on how many drugs there are and on how much is searched: more need not mean a worse situation, less need not mean a better one. Checks, cases solved and testing must be seen beside them.", []string{"打击有力", "毒情加重了", "毒情好转了"}},
	}
}

// LoadText prints a load in mg a day for 1000 people as sentences and tables show it: one decimal
// from 10 on, two from 1 on, three below.
func LoadText(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	case v >= 1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.3f", v)
}

// SayWeek gives the sentence on the mean load of the days of a campaign, none of which lies below
// the limit of quantification. Residue is its name in the reader's language, rsd the total
// relative standard deviation as a fraction; compared says that a comparison follows.
func SayWeek(residue string, w WasteWeek, rsd float64, compared bool) Statement {
	args := []any{residue, LoadText(w.Mean), LoadText(max(0, w.Interval.Lo)), LoadText(w.Interval.Hi), rounded(100*rsd, 0)}
	if n := len(w.Daily); n < 7 {
		return Statement{SayLoadShort, append(args, n)}
	}
	if compared {
		return Statement{SayLoadPlain, args}
	}
	return Statement{SayLoad, args}
}

// SayCensored gives the sentence on a mean load of days of which some lie below the limit of
// quantification: a range and nothing else.
func SayCensored(residue string, days, below int, r LoadRange) Statement {
	if below == days {
		return Statement{SayLoadBelow, []any{residue, days, LoadText(r.Upper)}}
	}
	return Statement{SayLoadRange, []any{residue, days, below, LoadText(r.Lower), LoadText(r.Upper)}}
}

// SayAmphetamineRatio gives the plausibility note on the ratio of the amphetamine to the
// methamphetamine load; 0.05 to 0.25 is what consumption gives (METHODS §8), and less than half of
// the lower bound counts as far below.
func SayAmphetamineRatio(ratio float64) Statement {
	code := SayRatioUsual
	switch {
	case ratio < 0.025:
		code = SayRatioFar
	case ratio < 0.05:
		code = SayRatioLow
	case ratio > 0.25:
		code = SayRatioHigh
	}
	return Statement{code, []any{fmt.Sprintf("%.3f", ratio)}}
}

// GramText prints grams without a unit, to the milligram, without zeros at the end.
func GramText(g float64) string {
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.3f", g), "0"), ".")
}

// SayCases gives the sentence on the registered seizures of one drug; total is their sum in grams.
func SayCases(drug string, c SeizureCases, total float64) Statement {
	switch {
	case c.Cases < 3: // the larger of two is always half or more
		return Statement{SaySeizedFew, []any{drug, c.Cases, GramText(total)}}
	case c.LargestShare >= 0.5:
		return Statement{SaySeizedDominated, []any{drug, c.Cases, GramText(c.Median), rounded(100*c.LargestShare, 0)}}
	}
	return Statement{SaySeizedSpread, []any{drug, c.Cases, GramText(c.Median), rounded(100*c.LargestShare, 0)}}
}
