package demo

import (
	"fmt"
	"slices"

	"kaiyang/internal/core/period"
	"kaiyang/internal/modules/indicators"
	"kaiyang/internal/modules/plan"
)

// plan brings in the year's plan, approved by the command post, with a little progress.
func (b *builder) plan() error {
	b.clock.set("2018-03-20", 9)
	ctx, office := b.as("office")
	id, err := b.o.Plan.SavePlan(ctx, office, plan.Plan{Name: "2018年禁毒重点工作计划（演示）", From: period.MustDay("2018-03-12"), To: period.MustDay("2018-12-31"), Host: b.unit("ZHB"), Near: 3, Grace: 2})
	if err != nil {
		return err
	}
	rep, _, err := b.o.Plan.Import(ctx, office, id, "2018年计划.csv", b.read("plan.csv"), false)
	if err != nil {
		return err
	}
	if err := rep.Findings.Err(); err != nil || !rep.Written {
		return fmt.Errorf("plan: %v", err)
	}
	if err := b.o.Plan.Propose(ctx, office, id); err != nil {
		return err
	}
	ctx, leader := b.as("leader")
	if err := b.o.Plan.Approve(ctx, leader, id, period.MustDay("2018-03-12")); err != nil {
		return err
	}
	b.planned = id
	// A bundle may hold tasks beside figures.
	ctx, office = b.as("office")
	daily, err := b.o.Indicators.Bundle(office, "RC")
	if err != nil {
		return err
	}
	daily.Members = append(slices.Clone(daily.Members), indicators.BundleMember{Claim: indicators.SystemBuilt, Task: plan.TaskRef(id, "Z3T1")})
	return b.o.Indicators.SaveBundle(ctx, office, daily)
}

// progress files what two owners report of April and lets one be verified.
func (b *builder) progress() error {
	b.clock.set("2018-05-02", 11)
	ctx, town := b.as("t101")
	report, err := b.o.Plan.File(ctx, town, b.planned, "Z1T2", plan.Filing{Period: period.MustParse("2018-04"), Percent: 60, Text: "已核对 6 个村，差异正在补录（演示）。", Help: "请卫健部门提供治疗人员名单口径。"})
	if err != nil {
		return err
	}
	if _, err := b.o.Plan.File(ctx, town, b.planned, "Z3T3", plan.Filing{Period: period.MustParse("2018-04"), Percent: 20, Text: "四月赶集日宣传两场（演示）。"}); err != nil {
		return err
	}
	b.clock.set("2018-05-03", 15)
	ctx, office := b.as("office2")
	return b.o.Plan.Judge(ctx, office, b.planned, report, 1, true, "")
}
