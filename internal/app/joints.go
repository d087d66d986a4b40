package app

import (
	"context"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/modules/facts"
	"kaiyang/internal/modules/returns"
	"kaiyang/internal/modules/units"
)

// join connects the modules; each states in its own words what it needs.
func (o *Office) join() {
	o.Indicators.SetReturns(counted{o.Returns})
	o.Facts.SetCodeTaken(o.Indicators.CodeTaken)
	o.Facts.SetUses(o.usesOfElement)
	o.Facts.SetWaiting(o.waitingFor)
	o.Facts.SetOnClose(o.Indicators.KeepFigures)
	o.Facts.SetRegisterAsOf(o.Units.RegisterAsOf)
	o.Facts.SetExpectationOver(o.Returns.ExpectationOver)
	o.joinActions()
	o.joinMeetings()
	o.joinSupervision()
	o.joinReports()
	o.joinPlan()
	o.Indicators.SetTasks(plannedTasks{o.Plan})
	o.joinSituation(o.Situation)
	o.joinAssessment(o.Assessment)
	o.joinWastewater(o.Wastewater)
	o.joinCases(o.Cases)
	o.Returns.OnExpectation(o.Facts.Expect)
	o.Units.Join(units.Joints{Closed: o.Facts.Closed, Used: o.usesUnit, Loose: o.looseFacts})
}

// counted is what indicators ask of the returns.
type counted struct{ *returns.Service }

// FormRefs names the forms, for reporting_rate in formulas.
func (c counted) FormRefs() []formula.Ref {
	var out []formula.Ref
	for _, f := range c.Forms() {
		out = append(out, formula.Ref{Kind: formula.FormRef, Code: f.Code, Name: f.Name, NameEN: f.NameEN})
	}
	return out
}

// HandedIn tells who handed in the version of a return that facts came from.
func (c counted) HandedIn(ctx context.Context, reader perm.Actor, source string) (who, at string, ok bool) {
	id, no, ok := returns.ParseSource(source)
	if !ok {
		return "", "", false
	}
	seen, err := c.See(ctx, reader, id, no)
	if err != nil {
		return "", "", false // not for this reader
	}
	v := seen.Version
	who = v.Name
	if v.Post != "" {
		who += " " + v.Post
	}
	return who, v.At, who != ""
}

// usesOfElement lists the indicators and forms that build on an element.
func (o *Office) usesOfElement(code string) []facts.Use {
	var out []facts.Use
	for _, c := range o.Indicators.Uses(code) {
		out = append(out, facts.Use{Kind: "指标", Code: c, Name: o.Indicators.Names(false)(c), NameEN: o.Indicators.Names(true)(c), Path: "/indicators/" + c})
	}
	for _, f := range o.Returns.UsesElement(code) {
		out = append(out, facts.Use{Kind: "报表", Code: f.Code, Name: f.Name, NameEN: f.NameEN, Path: "/forms/" + f.Code})
	}
	return out
}

// waitingFor lists the returns that are still expected of a period about to be closed.
func (o *Office) waitingFor(p period.Period) []facts.Waiting {
	var out []facts.Waiting
	for _, w := range o.Returns.Waiting(p) {
		tree := o.Units.Register().On(w.Period.Last())
		for _, u := range append(w.Units, w.Chain...) {
			out = append(out, facts.Waiting{Form: w.Form.Name, Unit: tree.Name(u), Path: "/returns/" + w.Form.Code + "/" + tree.Code(u) + "/" + w.Period.String()})
		}
	}
	return out
}

// looseFacts lists the facts that would be in no sum any more by a planned register.
func (o *Office) looseFacts(planned *org.Register) ([]units.Loose, error) {
	now := map[cube.Fact]bool{}
	for _, f := range o.Facts.Cube().Orphans() {
		now[f] = true
	}
	c := o.Facts.Cube().Clone()
	if err := c.SetRegister(planned); err != nil {
		return nil, err
	}
	var out []units.Loose
	for _, f := range c.Orphans() {
		if !now[f] {
			out = append(out, units.Loose{Unit: f.Unit, Period: f.Period})
		}
	}
	return out, nil
}

// usesUnit tells whether facts or posts hang on a unit; a change of it can then not be undone.
func (o *Office) usesUnit(id org.UnitID) bool {
	used := false
	c := o.Facts.Cube()
	for _, e := range o.Facts.Catalogue().All() {
		for _, k := range append([]measure.Category{""}, e.Scheme.All()...) {
			// An element or category without a series has no rows.
			_ = c.Rows(e.ID, k, func(u org.UnitID, _ int, _ []int64, _ uint32) bool {
				used = used || u == id
				return !used
			})
			if used {
				return true
			}
		}
	}
	if used, err := o.Actions.UsesUnit(context.Background(), id); err != nil || used {
		return true
	}
	posts, err := o.Accounts.ListPosts(context.Background(), o.Operator())
	if err != nil {
		return true // not known: rather not undone
	}
	for _, p := range posts {
		used = used || p.Unit == id
	}
	return used
}
