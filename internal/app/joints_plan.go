package app

import (
	"context"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/modules/meetings"
	"kaiyang/internal/modules/plan"
)

// Bundle gives the figures of a bundle for the county, each at its latest complete period by a day.
func (f countyFigures) Bundle(ctx context.Context, reader perm.Actor, code string, on period.Day) ([]measure.Shown, error) {
	b, err := f.Service.Bundle(reader, code)
	if err != nil {
		return nil, err
	}
	var out []measure.Shown
	for _, m := range b.Members {
		if m.Indicator == "" {
			continue
		}
		x, err := f.Newest(ctx, reader, m.Indicator, f.root(), on)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// Indicators lists what a goal or a task of the plan may point to.
func (f countyFigures) Indicators() []plan.Choice {
	var out []plan.Choice
	for _, h := range f.Heads() {
		if !h.Element && h.Filled {
			out = append(out, plan.Choice{Code: h.Code, Name: h.Name})
		}
	}
	return out
}

// Bundles lists the bundles a goal may point to.
func (f countyFigures) Bundles() []plan.Choice {
	list, err := f.Service.Bundles(f.o.Operator())
	if err != nil {
		return nil
	}
	var out []plan.Choice
	for _, b := range list {
		out = append(out, plan.Choice{Code: b.Code, Name: b.Name})
	}
	return out
}

// joinPlan connects the plan with figures, action items, notices and the writers of documents.
func (o *Office) joinPlan() {
	o.Plan.Join(plan.Joints{Figures: countyFigures{o.Indicators, o}, Items: o.Actions, Notices: o.Notices, Print: o.Printer.Print, Generator: o.Config.Title + " " + Version, Base: o.address})
}

// planMatters lists what a meeting should know of the plan.
func (o *Office) planMatters(ctx context.Context, reader perm.Actor, on period.Day) ([]meetings.Signal, error) {
	list, err := o.Plan.Late(ctx, reader, on)
	var out []meetings.Signal
	at := map[string]int{} // one line a task
	for _, m := range list {
		if i, ok := at[m.Path]; ok {
			out[i].Reason += "；" + m.Reason
			continue
		}
		at[m.Path] = len(out)
		out = append(out, meetings.Signal{Key: m.Key, Title: m.Task + " " + m.Name, Reason: m.Reason, Path: m.Path, Unit: m.Unit, Force: m.Force})
	}
	return out, err
}
