package stats

import (
	"fmt"
	"math"
	"strings"
)

// The sentences on surveys and on the planning of samples (METHODS §5, §12).
const (
	SaySurveyShareOf     WordingCode = "survey_share"
	SaySurveyShareValid  WordingCode = "survey_share_valid"
	SaySurveyAllSame     WordingCode = "survey_all_same"
	SaySurveyFew         WordingCode = "survey_few"
	SaySurveyReference   WordingCode = "survey_reference"
	SaySurveyMet         WordingCode = "survey_target_clear_met"
	SaySurveyNotMet      WordingCode = "survey_target_clear_not_met"
	SaySurveyUnsure      WordingCode = "survey_target_cannot_tell_met"
	SaySurveyUnsureNo    WordingCode = "survey_target_cannot_tell_not_met"
	SaySurveyRefMet      WordingCode = "survey_target_reference_met"
	SaySurveyRefNotMet   WordingCode = "survey_target_reference_not_met"
	SaySurveyWaveSame    WordingCode = "survey_wave_same"
	SaySurveyWaveUp      WordingCode = "survey_wave_up"
	SaySurveyWaveDown    WordingCode = "survey_wave_down"
	SaySurveyWaveRef     WordingCode = "survey_wave_reference"
	SaySurveyWaveUnlike  WordingCode = "survey_wave_unlike"
	SaySurveyDeff        WordingCode = "survey_design_effect"
	SaySurveyMerged      WordingCode = "survey_merged"
	SaySurveyConvenience WordingCode = "survey_convenience"
	SaySampleForHalf     WordingCode = "sample_for_half"
	SaySampleForApart    WordingCode = "sample_for_apart"
	SaySampleGiven       WordingCode = "sample_given"
)

func surveyWordings() []Wording {
	return []Wording{
		{SaySurveyShareOf, "随机访问%[1]d人，%[2]s%[3]s%%，%[4]s实际大约在%[5]s%%到%[6]s%%之间。",
			"%[1]d persons chosen by chance: %[2]s %[3]s%%; for %[4]s about %[5]s%% to %[6]s%%.", []string{"第一"}},
		{SaySurveyShareValid, "随机访问%[1]d人，其中%[7]d人表态，%[2]s%[3]s%%，%[4]s实际大约在%[5]s%%到%[6]s%%之间。",
			"%[1]d persons chosen by chance, %[7]d of whom gave a view: %[2]s %[3]s%%; for %[4]s about %[5]s%% to %[6]s%%.", []string{"第一"}},
		{SaySurveyAllSame, "随机访问%[1]d人，回答全部相同（%[2]s%[3]s%%），无法由样本估计误差；增加访问人数后可再判断。",
			"%[1]d persons chosen by chance all gave the same answer (%[2]s %[3]s%%), so the sample does not show its error; more interviews are needed to judge.", []string{"第一", "全部群众"}},
		{SaySurveyFew, "有效回答只有%[1]d人，不足30人，只列人数，不作推断；增加访问人数后可再测算。",
			"Only %[1]d valid answers, fewer than 30: counts are listed and nothing is inferred; with more interviews it can be computed.", []string{"率"}},
		{SaySurveyReference, "由于%[1]s，这一结果只作参考，不据此判断达标和升降；补齐后可再测算。",
			"Because %[1]s, this result is for reference only and does not decide whether a target is met or a share has moved; it can be computed again once that is mended.", nil},
		{SaySurveyMet, "达到%[1]s的要求，抽样误差不会改变这一结论。", "It meets %[1]s; sampling error would not change this.", []string{"第一"}},
		{SaySurveyNotMet, "没有达到%[1]s的要求，抽样误差不会改变这一结论。", "It misses %[1]s; sampling error would not change this.", []string{"倒数"}},
		{SaySurveyUnsure, "按数值达到%[1]s的要求；但差距在抽样误差之内，全体实际是否达到还不能判断，增加访问人数后可再判断。",
			"By its value it meets %[1]s, but the distance is within sampling error. Whether the whole population does cannot be told yet; more interviews are needed to judge.", []string{"优于", "第一"}},
		{SaySurveyUnsureNo, "按数值没有达到%[1]s的要求；但差距在抽样误差之内，全体实际是否达到还不能判断，增加访问人数后可再判断。",
			"By its value it misses %[1]s, but the distance is within sampling error. Whether the whole population does cannot be told yet; more interviews are needed to judge.", []string{"落后", "倒数"}},
		{SaySurveyRefMet, "按数值达到%[1]s的要求；结果只作参考，全体实际是否达到不作判断。",
			"By its value it meets %[1]s; the result is for reference only and does not tell whether the whole population does.", []string{"第一"}},
		{SaySurveyRefNotMet, "按数值没有达到%[1]s的要求；结果只作参考，全体实际是否达到不作判断。",
			"By its value it misses %[1]s; the result is for reference only and does not tell whether the whole population does.", []string{"倒数"}},
		{SaySurveyWaveSame, "与%[1]s的%[2]s%%相差%[3]s个百分点（大约在%[4]s到%[5]s之间），在抽样误差之内，视为持平；下次用同样的问法再测可再核对。",
			"%[3]s points from %[1]s (%[2]s%%), about %[4]s to %[5]s: within sampling error, so it counts as level; the same question asked again will confirm or correct it.", []string{"提升", "提高", "下降"}},
		{SaySurveyWaveUp, "比%[1]s的%[2]s%%高%[3]s个百分点（大约高%[4]s到%[5]s个百分点），超出了抽样误差；下次用同样的问法再测可再核对。",
			"%[3]s points above %[1]s (%[2]s%%), about %[4]s to %[5]s points: larger than sampling error; the same question asked again will confirm or correct it.", []string{"第一"}},
		{SaySurveyWaveDown, "比%[1]s的%[2]s%%低%[3]s个百分点（大约低%[4]s到%[5]s个百分点），超出了抽样误差；下次用同样的问法再测可再核对。",
			"%[3]s points below %[1]s (%[2]s%%), about %[4]s to %[5]s points: larger than sampling error; the same question asked again will confirm or correct it.", []string{"倒数"}},
		{SaySurveyWaveRef, "%[1]s为%[2]s%%，相差%[3]s个百分点；两次之中有一次只作参考，不判断升降。",
			"%[1]s: %[2]s%%, a difference of %[3]s points; one of the two is for reference only, so it is not judged whether the share has moved.", []string{"提升", "提高", "下降"}},
		{SaySurveyWaveUnlike, "与%[1]s%[2]s，不作比较；用相同的问法和方式再测后可比较。",
			"Not compared with %[1]s: %[2]s. Asked again in the same words and way, they can be compared.", []string{"提升", "提高", "下降"}},
		{SaySurveyDeff, "访问%[1]d人，误差相当于简单随机抽取%[2]d人（设计效应%[3]s）。",
			"%[1]d interviews have the error of %[2]d chosen simply at random (design effect %[3]s).", nil},
		{SaySurveyMerged, "%[1]s的抽样点不足以单独估计误差，计算误差时并入%[2]s。", "%[1]s has too few sampling points for an error of its own and is joined with %[2]s for it.", nil},
		{SaySurveyConvenience, "本次在%[1]s回收%[2]d份问卷，只反映答卷人员的看法，不能代表%[3]s；要了解%[3]s的看法，需要随机抽样调查。",
			"%[2]d questionnaires returned at %[1]s show the views of those who answered; they do not stand for %[3]s, whose views need a sample drawn by chance.", []string{"满意率", "知晓率"}},
		{SaySampleForHalf, "要求误差不超过正负%[1]s个百分点：需要成功访问%[2]d人；按应答率%[3]s%%估计，要接触%[4]d人（户、号码）。",
			"For an error of at most %[1]s points either way: %[2]d interviews; at a response rate of %[3]s%%, %[4]d persons (households, numbers) to approach.", nil},
		{SaySampleForApart, "要分清相差%[1]s个百分点的两个县（或两次调查）：每个需要成功访问%[2]d人，接触%[3]d人，实际差别正好这么大时约有一半的机会分得清；要有八成把握，每个需要成功访问%[4]d人，接触%[5]d人。",
			"To tell two counties (or two waves) %[1]s points apart: %[2]d interviews each, %[3]d to approach, with about an even chance if the true difference is just that; for four chances in five, %[4]d interviews each, %[5]d to approach.", nil},
		{SaySampleGiven, "访问%[1]d人：误差约为正负%[2]s个百分点；两个县（或两次调查）相差不到%[3]s个百分点就分不清先后。",
			"%[1]d interviews: an error of about %[2]s points either way; two counties (or two waves) less than %[3]s points apart cannot be told apart.", nil},
	}
}

// SurveyPercent prints a share in per cent with one decimal, halves away from zero, as the
// official verdict reads it.
func SurveyPercent(share float64) string { return fmt.Sprintf("%.1f", surveyTenths(share)) }

func surveyTenths(share float64) float64 { return math.Round(1000*share*(1+1e-14)) / 10 }

// A SurveyCap is a reason why a survey's result is for reference only (METHODS 5).
type SurveyCap string

// The caps.
const (
	FrameUnknown    SurveyCap = "frame_unknown"    // nobody can say from which list people were drawn
	LowResponse     SurveyCap = "low_response"     // more than half did not answer
	ResponseUnknown SurveyCap = "response_unknown" // it was not written down how many were approached
)

func (c SurveyCap) words() phrase {
	switch c {
	case FrameUnknown:
		return phrase{"抽样框不清楚", "the sampling frame is not known"}
	case LowResponse:
		return phrase{"没有访问成功的超过一半", "more than half of those approached did not answer"}
	}
	return phrase{"没有记录接触了多少人", "the number of persons approached is not recorded"}
}

// SurveyCaps gives the reasons that cap a survey with so many persons approached and answered;
// approached 0 means that it is not recorded.
func SurveyCaps(frameKnown bool, approached, answered int64) (caps []SurveyCap) {
	if !frameKnown {
		caps = append(caps, FrameUnknown)
	}
	switch {
	case approached <= 0:
		caps = append(caps, ResponseUnknown)
	case 2*answered < approached:
		caps = append(caps, LowResponse)
	}
	return caps
}

// SayCaps gives the sentence that a result is for reference only.
func SayCaps(caps []SurveyCap) Statement {
	var zh, en []string
	for _, c := range caps {
		zh, en = append(zh, c.words().chinese), append(en, c.words().english)
	}
	return Statement{SaySurveyReference, []any{phrase{strings.Join(zh, "、"), strings.Join(en, " and ")}}}
}

// SaySurveyed gives the sentence on a share: so many interviewed, what the share is called and of
// whom it is, in the reader's language. Without an interval (why is a Reason) it says that.
func SaySurveyed(interviewed int64, subject, population string, est Estimate, why Reason) Statement {
	switch {
	case why == NoIntervalAtEnd:
		return Statement{SaySurveyAllSame, []any{interviewed, subject, SurveyPercent(est.Value)}}
	case why == TooFewAnswers:
		return Statement{SaySurveyFew, []any{est.Answers}}
	case why != "":
		return Statement{SayNotEnough, []any{phrase{"按抽样设计整理的数据", "data put in order by the sampling design"}}}
	}
	args := []any{interviewed, subject, SurveyPercent(est.Value), population, SurveyPercent(est.Interval.Lo), SurveyPercent(est.Interval.Hi)}
	if int64(est.Answers) == interviewed {
		return Statement{SaySurveyShareOf, args}
	}
	return Statement{SaySurveyShareValid, append(args, est.Answers)}
}

// A SurveyTarget is what a survey says about a share that is to be reached. Met is the official
// verdict, by the printed value; Support is what the interval supports.
type SurveyTarget struct {
	Met     bool
	Support Support
}

// TargetOf compares an estimate with a target share (a fraction). Met goes by the value printed
// with one decimal of a per cent. The support is clear_met or clear_not_met if the whole interval
// lies on one side.
func (e Estimate) TargetOf(target float64) SurveyTarget {
	t := SurveyTarget{Met: surveyTenths(e.Value) >= float64(100*target)-1e-9, Support: SupportUnsure}
	switch {
	case !(e.SE > 0):
	case e.Interval.Lo >= target:
		t.Support = SupportMet
	case e.Interval.Hi < target:
		t.Support = SupportNotMet
	}
	// What is printed as missing is never said to be clearly met, and the other way round.
	if t.Met && t.Support == SupportNotMet || !t.Met && t.Support == SupportMet {
		t.Support = SupportUnsure
	}
	return t
}

// Say gives the sentence on a target, which is printed as "≥95%". Reference tells that the result
// is for reference only.
func (t SurveyTarget) Say(target string, reference bool) Statement {
	code := SaySurveyUnsureNo
	switch {
	case reference && t.Met:
		code = SaySurveyRefMet
	case reference:
		code = SaySurveyRefNotMet
	case t.Support == SupportMet:
		code = SaySurveyMet
	case t.Support == SupportNotMet:
		code = SaySurveyNotMet
	case t.Met:
		code = SaySurveyUnsure
	}
	return Statement{code, []any{target}}
}

// points prints a difference in percentage points.
func points(v float64) string { return fmt.Sprintf("%.1f", math.Abs(100*v)) }

func signedPoints(v float64) string {
	if s := fmt.Sprintf("%+.1f", 100*v); s != "-0.0" && s != "+0.0" {
		return s
	}
	return "0"
}

// SayWaves gives the sentence on two waves: earlier is the name of the first, was its estimate.
// Reference tells that one of them is for reference only.
func SayWaves(earlier string, was Estimate, c WaveChange, reference bool) Statement {
	// The difference is that of the two printed shares, so that a reader who subtracts finds the same.
	now := surveyTenths(was.Value + c.Difference)
	args := []any{earlier, SurveyPercent(was.Value), points((now - surveyTenths(was.Value)) / 100)}
	switch {
	case reference:
		return Statement{SaySurveyWaveRef, args}
	case !c.Beyond:
		return Statement{SaySurveyWaveSame, append(args, signedPoints(c.Interval.Lo), signedPoints(c.Interval.Hi))}
	case c.Difference > 0:
		return Statement{SaySurveyWaveUp, append(args, points(c.Interval.Lo), points(c.Interval.Hi))}
	}
	return Statement{SaySurveyWaveDown, append(args, points(c.Interval.Hi), points(c.Interval.Lo))}
}

// A WaveFault is why two waves are not compared.
type WaveFault string

// The reasons why two waves are not compared.
const (
	OtherQuestion WaveFault = "other_question" // the question or what counts differs
	OtherMode     WaveFault = "other_mode"     // asked in another way
	NoWave        WaveFault = "no_wave"        // one of them has no estimate with an error
	StreetWave    WaveFault = "street_wave"    // one of them is not drawn by chance
)

// SayUnlike gives the sentence that two waves are not compared.
func SayUnlike(earlier string, f WaveFault) Statement {
	why := phrase{"的问法或计入的回答不同", "the question or the answers that count differ"}
	switch f {
	case OtherMode:
		why = phrase{"的调查方式不同", "it was carried out in another way"}
	case NoWave:
		why = phrase{"没有可比的误差范围", "there is no error to compare by"}
	case StreetWave:
		why = phrase{"不都是随机抽样", "not both were drawn by chance"}
	}
	return Statement{SaySurveyWaveUnlike, []any{earlier, why}}
}
