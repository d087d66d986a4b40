package demo

import (
	"fmt"
	"strings"

	"kaiyang/internal/core/period"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/modules/surveys"
)

// surveySeed is the seed of the demonstration's samples; the same seed gives the same answers.
const surveySeed = 20171120

// surveyStrata are the strata of the demonstration's samples. The numbers of people and villages are
// made up and round; they are no figures of the county.
func surveyStrata() []surveys.Stratum {
	return []surveys.Stratum{{Name: "城区", People: 90_000, Clusters: 30}, {Name: "近郊乡镇", People: 120_000, Clusters: 50}, {Name: "边远乡镇", People: 80_000, Clusters: 56}}
}

// surveyed makes the answers of one wave by a fixed rule: in each stratum a number of villages, in
// each village 14 interviews; a person is satisfied with the chance of the wave, moved in every
// village by up to six points either way and in every stratum by two; four in a hundred give no
// view. Whoever is satisfied knows the telephone number for reports somewhat more often. The rows
// are counts by village and pair of answers, not persons.
func surveyed(stream int, satisfied float64) []byte {
	draw := stats.NewRandom(surveySeed).Stream(stream)
	var b strings.Builder
	b.WriteString("层,群,份数,Q1,Q2\n")
	first := []string{"很满意", "满意", "不满意", "很不满意", "说不清"}
	second := []string{"知道", "不知道"}
	for h, villages := range []int{8, 9, 8} {
		for v := range villages {
			chance := satisfied + 0.02*float64(1-h) + 0.06*(2*draw.Float64()-1)
			var n [5][2]int
			for range 14 {
				answer, knows := 4, 0.55
				if draw.Float64() >= 0.04 {
					answer = 2
					switch x := draw.Float64(); {
					case x < 0.45*chance:
						answer, knows = 0, 0.75
					case x < chance:
						answer, knows = 1, 0.7
					case x > 0.995:
						answer = 3
					}
				}
				k := 1
				if draw.Float64() < knows {
					k = 0
				}
				n[answer][k]++
			}
			for i, a := range first {
				for k, s := range second {
					if n[i][k] > 0 {
						fmt.Fprintf(&b, "%s,演示村%d-%02d,%d,%s,%s\n", surveyStrata()[h].Name, h+1, v+1, n[i][k], a, s)
					}
				}
			}
		}
	}
	return []byte(b.String())
}

// survey keeps two waves of a sample, a questionnaire that is none, and the draft of a third wave.
func (b *builder) survey(s *surveys.Service) error {
	b.clock.set("2018-04-19", 16)
	ctx, member := b.as("zb6")
	officeCtx, office := b.as("office")
	const label = "演示数据：按固定规则（种子 20171120）生成，不是真实调查；人口数为演示用整数。"
	wave := surveys.Survey{Title: "2016年群众满意率调查（演示）", Topic: surveys.Satisfaction, Force: b.unit("ZB6"), From: period.MustDay("2016-11-07"), To: period.MustDay("2016-11-25"), By: "演示调查机构",
		Population: "全县18周岁以上常住居民", Frame: "各村（居）户籍和常住人口名册（演示）", FrameKnown: true, Design: surveys.StratifiedCluster, Mode: surveys.Visit, Approached: 520, Note: label, Strata: surveyStrata(),
		Questions: []surveys.Question{
			{Text: "您对本县禁毒工作是否满意？", Name: "满意率", Target: "90", Answers: []surveys.Answer{{Text: "很满意", Class: surveys.Counted}, {Text: "满意", Class: surveys.Counted}, {Text: "不满意", Class: surveys.Other}, {Text: "很不满意", Class: surveys.Other}, {Text: "说不清", Class: surveys.LeftOut}}},
			{Text: "您知道毒品违法犯罪举报电话吗？", Name: "知晓率", Answers: []surveys.Answer{{Text: "知道", Class: surveys.Counted}, {Text: "不知道", Class: surveys.Other}}},
		}}
	fix := func(id int64) error {
		w, err := s.Show(officeCtx, office, id)
		if err != nil {
			return err
		}
		return s.Fix(officeCtx, office, id, w.Survey.Version)
	}
	var last int64
	for i, satisfied := range []float64{0.87, 0.93} {
		if i > 0 {
			wave.Title, wave.From, wave.To, wave.Approached, wave.Previous = "2017年群众满意率调查（演示）", period.MustDay("2017-11-06"), period.MustDay("2017-11-24"), 498, last
		}
		id, err := s.Save(ctx, member, wave)
		if err != nil {
			return err
		}
		p, err := s.ImportAnswers(ctx, member, id, "answers.csv", surveyed(i, satisfied), false)
		if err != nil {
			return err
		}
		if len(p.Report.Findings) > 0 {
			return p.Report.Findings
		}
		if err := fix(id); err != nil {
			return err
		}
		last = id
	}
	street := surveys.Survey{Title: "2017年禁毒日现场问卷（演示）", Topic: surveys.Awareness, From: period.MustDay("2017-06-26"), To: period.MustDay("2017-06-26"), By: "县禁毒办（演示）", Population: "全县群众", Design: surveys.Convenience, Mode: surveys.Event,
		Note: label, Questions: []surveys.Question{{Text: "您知道毒品的危害吗？", Name: "知晓率", Answers: []surveys.Answer{{Text: "知道", Class: surveys.Counted}, {Text: "知道一些", Class: surveys.Counted}, {Text: "不知道", Class: surveys.Other}}}}}
	id, err := s.Save(officeCtx, office, street)
	if err != nil {
		return err
	}
	if _, err := s.ImportAnswers(officeCtx, office, id, "street.csv", []byte("份数,Q1\n71,知道\n27,知道一些\n2,不知道\n"), false); err != nil {
		return err
	}
	if err := fix(id); err != nil {
		return err
	}
	next, err := s.Again(ctx, member, last)
	if err != nil {
		return err
	}
	w, err := s.Show(ctx, member, next)
	if err != nil {
		return err
	}
	draft := w.Survey
	draft.Title, draft.From, draft.To, draft.Note = "2018年群众满意率调查（演示，筹备）", period.MustDay("2018-11-05"), period.MustDay("2018-11-23"), label
	_, err = s.Save(ctx, member, draft)
	return err
}
