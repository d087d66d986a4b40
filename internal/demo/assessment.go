package demo

import (
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/modules/assessment"
)

// plainWeights labels the scheme of the demonstration, which no office has published.
const plainWeights = "演示权重，非官方办法"

// assess makes a scheme with equal weights for 2017, scores the townships by it and fixes the
// result. A second scheme for 2018 stays a draft. Nothing in it comes from an official document:
// the weights are all 1, and floor and target are round numbers around the figures.
func (b *builder) assess(s *assessment.Service) error {
	b.clock.set("2018-04-18", 9)
	ctx, office := b.as("office")
	items := []assessment.Item{
		{Code: "I2", Weight: "1", Higher: true, Floor: "20", Target: "45"},
		{Code: "I3", Weight: "1", Higher: true, Floor: "50", Target: "100"},
		{Code: "I4", Weight: "1", Higher: true, Floor: "80", Target: "100"},
		{Code: "I5", Weight: "1", Higher: true, Floor: "80", Target: "100"},
		{Code: "I6", Weight: "1", Higher: true, Floor: "80", Target: "100"},
		{Code: "I7", Weight: "1", Higher: true, Floor: "90", Target: "100"},
	}
	id, err := s.SaveDraft(ctx, office, assessment.Scheme{Name: "乡镇禁毒工作综合评价（演示）", Span: assessment.Yearly, From: period.MustDay("2017-01-01"), Digits: 1, Least: 60,
		Note: plainWeights + "。各项权重相等，底线值和目标值是为演示取的整数。", Items: items})
	if err != nil {
		return err
	}
	ctx, leader := b.as("leader")
	o, err := s.Show(ctx, leader, id)
	if err != nil {
		return err
	}
	if err := s.Publish(ctx, leader, id, o.Latest().Version); err != nil {
		return err
	}
	b.clock.set("2018-04-19", 9)
	ctx, office = b.as("office")
	town, _ := b.o.Units.Register().ByCode(b.places(org.Township)[5].Code)
	if _, err := s.AddMark(ctx, office, assessment.Mark{Scheme: id, Unit: town, Kind: assessment.Deduction, Day: period.MustDay("2017-11-20"), Points: "0.5", Reason: "月报迟报（演示）", Document: "演示台账，非正式文件"}); err != nil {
		return err
	}
	result, err := s.Fix(ctx, office, id, period.MustParse("2017"), "")
	if err != nil {
		return err
	}
	b.clock.set("2018-04-19", 10)
	ctx, leader = b.as("leader")
	r, err := s.Result(ctx, leader, result)
	if err != nil {
		return err
	}
	if err := s.PublishResult(ctx, leader, result, r.Record.Version); err != nil {
		return err
	}
	b.clock.set("2018-04-19", 11)
	ctx, office = b.as("office")
	draft := append([]assessment.Item{{Code: "I1", Weight: "1", Floor: "50", Target: "0"}}, items...)
	_, err = s.SaveDraft(ctx, office, assessment.Scheme{Name: "乡镇禁毒工作半年评价（演示草稿）", Span: assessment.HalfYear, From: period.MustDay("2018-07-01"), Digits: 1, Least: 60, Note: plainWeights + "。", Items: draft})
	return err
}
