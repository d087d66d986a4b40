package app

import (
	"context"

	"kaiyang/internal/core/perm"
	"kaiyang/internal/modules/indicators"
	"kaiyang/internal/modules/plan"
)

// plannedTasks answers for the tasks of the plan that members of bundles point to.
type plannedTasks struct{ *plan.Service }

// Task gives a task as it stands today.
func (p plannedTasks) Task(ctx context.Context, reader perm.Actor, ref string, tr func(string) string) (indicators.TaskShown, bool) {
	l, err := p.Referred(ctx, reader, ref)
	if err != nil {
		return indicators.TaskShown{}, false
	}
	return indicators.TaskShown{Name: l.Name, Percent: l.Standing.Percent, Why: l.Standing.Why(tr), Path: l.Path, Light: l.Standing.Light}, true
}

// Choices lists the tasks of the plans that run.
func (p plannedTasks) Choices(ctx context.Context, reader perm.Actor) ([]indicators.TaskChoice, error) {
	list, err := p.Tasks(ctx, reader, plan.Filter{})
	var out []indicators.TaskChoice
	for _, l := range list {
		out = append(out, indicators.TaskChoice{Ref: plan.TaskRef(l.Plan, l.Code), Name: l.Code + " " + l.Name})
	}
	return out, err
}
