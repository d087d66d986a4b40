package app

import (
	"context"
	"io"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/modules/indicators"
	"kaiyang/internal/modules/meetings"
	"kaiyang/internal/modules/reports"
	"kaiyang/internal/platform/words"
)

// Series gives one figure over several periods.
func (f countyFigures) Series(ctx context.Context, reader perm.Actor, code string, unit org.UnitID, list []period.Period) ([]measure.Shown, error) {
	return f.Course(ctx, reader, code, unit, list)
}

// Fairly compares the townships by an indicator, allowing for chance.
func (f countyFigures) Fairly(ctx context.Context, reader perm.Actor, code string, p period.Period) (measure.Fairness, error) {
	return f.Service.Fairly(ctx, reader, code, f.root(), p)
}

// YearlyCourse tells what the yearly counts of a figure show up to a year, as its page of trends does.
func (f countyFigures) YearlyCourse(ctx context.Context, reader perm.Actor, code string, unit org.UnitID, to int) (c reports.Course, err error) {
	t, err := f.Trends(ctx, reader, indicators.TrendQuestion{Code: code, Unit: unit, To: to})
	if err != nil {
		return c, err
	}
	c.Years, c.Persons, c.Said = t.Series.Years, t.Persons(), t.Say(words.Chinese)
	switch {
	case t.Refused != "":
		c.Why = t.Refused
	case t.Result != nil:
		c.Headline = t.Result.Verdict.Headline().Chinese()
	case t.Why != "":
		c.Why = t.Why.Sentence()
	}
	return c, nil
}

// joinReports connects the documents with figures, items, meetings and the writers.
func (o *Office) joinReports() {
	o.Reports.Join(reports.Joints{Figures: countyFigures{o.Indicators, o}, Items: o.Actions, Meetings: o.heldMeetings, Forces: o.forces, Parts: o.Indicators.PartsOf, Fairly: countyFigures{o.Indicators, o}.Fairly, Course: countyFigures{o.Indicators, o}.YearlyCourse,
		Late: func(ctx context.Context, reader perm.Actor, on period.Day) ([]reports.Late, error) {
			list, err := o.lateReturns(ctx, reader, on)
			out := make([]reports.Late, len(list))
			for i, l := range list {
				out[i] = reports.Late{Form: l.Form, Name: l.Name, Period: l.Period, Days: l.Days, Path: l.Path}
			}
			return out, err
		},
		Warnings: func(ctx context.Context, reader perm.Actor, p period.Period) ([]reports.Warning, error) {
			list, err := o.Situation.Confirmed(ctx, reader, p)
			out := make([]reports.Warning, len(list))
			for i, t := range list {
				out[i] = reports.Warning{Said: t.Reason, Unit: t.Unit, Month: t.Month, Path: t.Path}
			}
			return out, err
		},
		Codes: func() (out []reports.Coded) {
			for _, h := range o.Indicators.Heads() {
				out = append(out, reports.Coded{Code: h.Code, Name: h.Name})
			}
			return out
		},
		Makers: map[string]reports.Maker{"pack": o.Meetings.PackDocument, "minutes": o.Meetings.MinutesDocument},
		Print:  o.Printer.Print, Pictures: o.Printer.Pictures, Generator: o.Config.Title + " " + Version, Base: o.address})
}

// heldMeetings lists the meetings held in a period with what they decided.
func (o *Office) heldMeetings(ctx context.Context, reader perm.Actor, p period.Period) ([]reports.Held, error) {
	list, err := o.Meetings.Meetings(ctx, reader, p.First(), p.Last())
	if err != nil {
		return nil, err
	}
	var out []reports.Held
	for _, m := range list {
		if m.State != meetings.Held {
			continue
		}
		w, err := o.Meetings.Show(ctx, reader, m.ID)
		if err != nil {
			return nil, err
		}
		h := reports.Held{Title: m.Title, Day: m.Day, Path: o.Meetings.Path(m.ID)}
		for _, d := range w.Decisions {
			if d.Gone {
				continue
			}
			x := reports.Decided{Text: d.Text, Lead: o.Units.Today().Short(d.Lead), Until: d.Deadline}
			if i, ok := w.Items[d.Item]; ok {
				x.State, x.Open, x.Path = i.State.Text(), i.State.Open(), i.Path
			}
			h.Decided = append(h.Decided, x)
		}
		out = append(out, h)
	}
	return out, nil
}

// A Report is a document that is asked for by its kind and period.
type Report struct {
	Kind   string // pack, minutes, bulletin, notice, leading-group, annual
	Period string
	Unit   string     // code or name; "" for the county
	Format string     // docx, pdf, xlsx
	Lang   words.Lang // of the note about fonts; documents are Chinese
}

// WriteReport writes a document. The pack of a meeting that was frozen is the frozen file itself.
func (o *Office) WriteReport(ctx context.Context, w io.Writer, r Report) (fonts string, err error) {
	by := o.Operator()
	if r.Kind == "pack" {
		m, err := o.Meetings.Latest(ctx, by, r.Period)
		if err != nil {
			return "", err
		}
		if _, content, err := o.Meetings.PackFile(ctx, by, m.ID, 0, r.Format); err == nil {
			_, err = w.Write(content)
			return "", err
		}
	}
	unit := o.Units.Today().Root(org.Territorial)
	if r.Unit != "" {
		if unit, err = o.Units.Register().Find(r.Unit, period.DayOf(o.Config.Clock())); err != nil {
			return "", err
		}
	}
	d, err := o.Reports.Compose(ctx, by, r.Kind, r.Period, unit)
	if err != nil {
		return "", err
	}
	d.Meta.Base = o.address()
	return o.Printer.PrintFor(w, d, r.Format, r.Lang)
}
