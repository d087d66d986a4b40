package app

import (
	"context"
	"slices"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/modules/actions"
	"kaiyang/internal/modules/indicators"
	"kaiyang/internal/modules/meetings"
	"kaiyang/internal/modules/plan"
	"kaiyang/internal/platform/words"
)

// countyFigures answers for the county that the office belongs to: the root of the territorial tree.
type countyFigures struct {
	*indicators.Service
	o *Office
}

func (f countyFigures) root() org.UnitID { return f.o.Units.Today().Root(org.Territorial) }

// Overview gives the county's indicators, each at its own latest complete period before a day.
func (f countyFigures) Overview(ctx context.Context, reader perm.Actor, on period.Day) ([]measure.Shown, error) {
	return f.Service.Overview(ctx, reader, f.root(), on)
}

// Among gives an indicator for the townships.
func (f countyFigures) Among(ctx context.Context, reader perm.Actor, code string, p period.Period) ([]measure.Shown, error) {
	return f.Service.Among(ctx, reader, code, f.root(), p)
}

// lookedBack is how many days back missing returns are brought before a meeting.
const lookedBack = 100

func (o *Office) lateReturns(_ context.Context, reader perm.Actor, on period.Day) ([]meetings.Late, error) {
	var out []meetings.Late
	c := o.Units.Calendar()
	for _, st := range o.Returns.Late(on.AddDays(-lookedBack), on) {
		at := st.Return.Place
		tree := o.Units.Register().On(at.Period.Last())
		days, _ := c.WorkdaysBetween(st.Due, on)
		out = append(out, meetings.Late{Form: st.Form.Name, Unit: at.Unit, Name: tree.Short(at.Unit), Force: st.Form.Force, Period: at.Period, Days: days,
			Path: "/returns/rate?form=" + at.Form + "&period=" + at.Period.String()})
	}
	return out, nil
}

// holders lists the posts that may be invited: those that are not the separated duties of the
// machine's administration.
func (o *Office) holders(ctx context.Context) ([]meetings.Holder, error) {
	list, err := o.Accounts.ListPosts(ctx, o.Operator())
	if err != nil {
		return nil, err
	}
	var out []meetings.Holder
	for _, p := range list {
		if p.Gone || slices.Contains([]perm.Role{perm.SysAdmin, perm.SecAdmin, perm.Auditor, perm.Reader, perm.Worker}, p.Role) {
			continue
		}
		out = append(out, meetings.Holder{Post: perm.Post{ID: p.ID, Role: p.Role, Unit: p.Unit, Title: p.Name(o.Units.Today())}, Names: p.Holders})
	}
	return out, nil
}

// forces lists the task forces of today in their order.
func (o *Office) forces() []org.UnitID {
	t := o.Units.Today()
	return slices.DeleteFunc(slices.Clone(t.Preorder(org.Functional)), func(u org.UnitID) bool { return t.Kind(u) != org.TaskForce })
}

// joinMeetings connects the dispatch meetings with figures, returns and posts.
func (o *Office) joinMeetings() {
	o.Meetings.Join(meetings.Joints{Figures: countyFigures{o.Indicators, o}, Items: o.Actions, Notices: o.Notices, Posts: o.holders, Late: o.lateReturns, Signals: signalsFor(o.Situation), Matters: o.planMatters, Forces: o.forces, Print: o.Printer.Print, Fairly: countyFigures{o.Indicators, o}.Fairly,
		ItemLight: o.itemLight, English: o.englishName,
		Sayings:   append(words.NewSayings(append(plan.Sayings(), actions.Sayings()...)...), o.Situation.Sayings()...),
		Generator: o.Config.Title + " " + Version, Base: o.address})
}

// englishName gives the English name of an indicator, an element or a form by its Chinese one.
func (o *Office) englishName(name string) string {
	for _, h := range o.Indicators.Heads() {
		if h.Name == name {
			return h.NameEN
		}
	}
	for _, f := range o.Returns.Forms() {
		if f.Name == name {
			return f.NameEN
		}
	}
	return ""
}

// itemLight gives what the county calls a light of an item.
func (o *Office) itemLight(ctx context.Context, l measure.Light) (zh, en string) {
	n := o.Actions.LightNames(ctx)[l]
	return n.Zh, n.En
}
