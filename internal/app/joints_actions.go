package app

import (
	"context"
	"io"
	"slices"
	"strconv"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/modules/actions"
	"kaiyang/internal/modules/notices"
	"kaiyang/internal/platform/docgen"
)

// joinActions connects the action items with figures, posts, notices and the writers of documents,
// and the notices with those whom they reach.
func (o *Office) joinActions() {
	o.Actions.SetNotices(o.Notices)
	o.Actions.SetFigures(o.figureOfItem)
	o.Actions.SetNamed(func() []actions.Named {
		var out []actions.Named
		for _, h := range o.Indicators.Heads() {
			if !h.Element && h.Filled {
				out = append(out, actions.Named{Code: h.Code, Name: h.Name, NameEN: h.NameEN})
			}
		}
		return out
	})
	o.Actions.SetHeads(func(u org.UnitID) bool {
		return slices.ContainsFunc(o.Accounts.Actors(), func(a perm.Actor) bool {
			return slices.ContainsFunc(a.Posts, func(p perm.Post) bool { return p.Role == perm.Leader && p.Unit == u })
		})
	})
	o.Actions.SetPrint(func(d *docgen.Document, format string, w io.Writer) error {
		_, err := o.Printer.Print(w, d, format)
		return err
	})
	o.Notices.Join(notices.Joints{People: o.Accounts.Actors, Dates: o.dates})
}

// figureOfItem reads the figure that an item is to move.
func (o *Office) figureOfItem(ctx context.Context, reader perm.Actor, f work.Figure, p period.Period) (text string, value float64, light measure.Light, ok bool) {
	list, err := o.Indicators.At(ctx, reader, []string{f.Code}, f.Unit, p)
	if err != nil || len(list) != 1 || list[0].Value == "" {
		return "", 0, measure.NoLight, false
	}
	value, err = strconv.ParseFloat(list[0].Value, 64)
	return list[0].Text, value, list[0].Light, err == nil
}

// dates lists the meetings and the deadlines of a person's own units, for the calendar feed.
func (o *Office) dates(ctx context.Context, reader perm.Actor, from, to period.Day) ([]notices.Date, error) {
	var out []notices.Date
	list, err := o.Meetings.Meetings(ctx, reader, from, to)
	if err != nil && len(reader.Posts) > 0 {
		list = nil // posts that do not read meetings
	}
	for _, m := range list {
		out = append(out, notices.Date{UID: "meeting-" + strconv.FormatInt(m.ID, 10), Day: m.Day, Time: m.Time, Title: m.Title, Place: m.Place, Path: "/meetings/" + strconv.FormatInt(m.ID, 10), Gone: m.State == "cancelled"})
	}
	seen := map[int64]bool{}
	for _, p := range reader.Posts {
		filter := work.Filter{Open: true, Unit: p.Unit}
		if p.Role == perm.Member {
			filter = work.Filter{Open: true, Force: p.Unit}
		}
		items, err := o.Actions.Items(ctx, reader, filter)
		if err != nil {
			continue // not for this post
		}
		for _, i := range items {
			if i.Deadline < from || i.Deadline > to || seen[i.ID] {
				continue
			}
			seen[i.ID] = true
			out = append(out, notices.Date{UID: "action-" + strconv.FormatInt(i.ID, 10), Day: i.Deadline, AllDay: true, Title: "期限：" + i.No + " " + i.Title, Path: i.Path})
		}
	}
	return out, nil
}
