package demo

import (
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/modules/supervision"
)

// supervise inspects three townships that were drawn by a published seed; one was visited and has
// a finding that became a matter to put right.
func (b *builder) supervise() error {
	b.clock.set("2018-04-27", 15)
	ctx, office := b.as("office")
	s := b.o.Supervision
	list := supervision.Starter()
	list.Name = "禁毒工作督导检查表（演示）"
	for i, lines := range [][]string{{"主要领导听取过禁毒工作汇报"}, {"有专人、有经费、有台账"}, nil, {"村（居）有禁毒宣传栏", "本月开展过宣传活动"}, {"社戒社康人员底数清楚"}, {"春季踏查有记录"}} {
		for _, l := range lines {
			list.Blocks[i].Lines = append(list.Blocks[i].Lines, supervision.Line{What: l, How: "看记录"})
		}
	}
	lid, err := s.SaveList(ctx, office, list)
	if err != nil {
		return err
	}
	team := []int64{b.actors["office2"].Posts[0].ID, b.actors["zb5"].Posts[0].ID}
	id, err := s.SavePlan(ctx, office, supervision.Plan{Title: "春季禁毒工作专项督导", Kind: supervision.Special, From: period.MustDay("2018-04-28"), To: period.MustDay("2018-05-18"), Theme: "宣传和管控措施落实",
		Basis: "四月下半月调度会", List: lid, Edition: 1, Team: team, RepeatDays: 180})
	if err != nil {
		return err
	}
	if _, err := s.AddUnits(ctx, office, id, org.Township, "全部乡镇"); err != nil {
		return err
	}
	w, err := s.Show(ctx, office, id)
	if err != nil {
		return err
	}
	pool := w.Plan.Pool
	pool.Groups = []supervision.Group{{Name: "全部乡镇", Take: 3}}
	if err := s.SetPool(ctx, office, id, w.Plan.Version, pool); err != nil {
		return err
	}
	if _, err := s.DrawUnits(ctx, office, id, supervision.Draw{Kind: supervision.TypedSeed, Seed: "演示种子 2018-04-27", Origin: "演示数据中公布"}); err != nil {
		return err
	}
	if err := s.Publish(ctx, office, id); err != nil {
		return err
	}
	if w, err = s.Show(ctx, office, id); err != nil {
		return err
	}
	b.clock.set("2018-05-03", 10)
	ctx, member := b.as("zb5")
	v := w.Visits[0].Visit
	if _, err := s.Record(ctx, member, v.ID, supervision.Note{Version: v.Version, Day: period.MustDay("2018-05-03"), Visitors: "禁毒办、禁毒监管专班（演示）", Rest: true,
		Answers: map[string]supervision.Answer{"1.1": {Mark: supervision.Met}, "2.1": {Mark: supervision.Met}, "4.1": {Mark: supervision.Unmet, Note: "两个村没有宣传栏"}, "4.2": {Mark: supervision.Mostly}},
		Finding: &supervision.Finding{Line: "4.1", Text: "两个村没有禁毒宣传栏", Place: "村委会门口（演示）", Severity: supervision.Minor, Demand: "补设宣传栏并报照片", Days: 10}}); err != nil {
		return err
	}
	seen, err := s.Visit(ctx, member, v.ID)
	if err != nil {
		return err
	}
	if err := s.FeedBack(ctx, member, v.ID, seen.Visit.Version, "宣传阵地有缺口，其他方面落实较好。", "乡镇分管领导（演示）"); err != nil {
		return err
	}
	ctx, office = b.as("office")
	_, _, err = s.OpenItems(ctx, office, v.ID)
	return err
}
