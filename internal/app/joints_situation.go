package app

import (
	"context"
	"net/url"
	"strconv"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/modules/meetings"
	"kaiyang/internal/modules/situation"
)

// monthlyCounts gives the approved counts by months out of the cube.
type monthlyCounts struct{ o *Office }

// Elements lists what is counted.
func (m monthlyCounts) Elements() []measure.Element { return m.o.Facts.Catalogue().All() }

// Element gives an element by its code.
func (m monthlyCounts) Element(code string) (measure.Element, bool) {
	return m.o.Facts.Catalogue().Code(code)
}

// Months gives a count for months, all of one moment, with the number of the last change in them.
func (m monthlyCounts) Months(code string, category measure.Category, unit org.UnitID, months []period.Period) (out []situation.Month, seq int64) {
	out = make([]situation.Month, len(months))
	for i, p := range months {
		out[i].Period = p
	}
	e, ok := m.Element(code)
	if !ok {
		return out, 0
	}
	var pick []measure.Category
	if category != "" {
		pick = []measure.Category{category}
	}
	c := m.o.Facts.Cube()
	series, err := c.Select(e.ID, pick)
	if err != nil {
		return out, c.Seq() // a category that is no longer there has no counts
	}
	c.View(func(v *cube.View) {
		seq = v.Seq()
		for i, p := range months {
			a := v.Read(series, unit, p, cube.Natural)
			x := &out[i]
			x.Reported, x.Expected = a.Coverage.Reported, a.Coverage.Expected
			x.Complete = a.Reason == measure.NoReason && a.Coverage.Complete()
			if x.Complete {
				x.Count = a.Sum
			} else if i == len(months)-1 {
				x.Missing = v.Missing(series, unit, p, cube.Natural)
			}
		}
	})
	return out, seq
}

// Path gives the address of the trace of a count.
func (m monthlyCounts) Path(code string, category measure.Category, unit org.UnitID, p period.Period) string {
	u, ok := m.o.Units.Register().Unit(unit)
	if !ok {
		return ""
	}
	path := "/figures/" + code + "?unit=" + url.QueryEscape(u.Code) + "&period=" + p.String()
	e, _ := m.Element(code)
	labels, pick := category.Labels(), ""
	for _, d := range e.Scheme.Dimensions {
		if l, ok := labels[d.Name]; ok {
			if pick != "" {
				pick += ";"
			}
			pick += d.Name + "=" + strconv.Quote(l)
		}
	}
	if pick != "" {
		path += "&pick=" + url.QueryEscape(pick)
	}
	return path
}

// joinSituation connects the early warnings with the counts, action items and notices.
func (o *Office) joinSituation(s *situation.Service) {
	s.Join(situation.Joints{Figures: monthlyCounts{o}, OpenItem: o.Actions.Open, Notices: o.Notices})
}

// signalsFor gives a meeting the warnings that it should know of.
func signalsFor(s *situation.Service) func(ctx context.Context, reader perm.Actor, on period.Day) ([]meetings.Signal, error) {
	return func(ctx context.Context, reader perm.Actor, on period.Day) ([]meetings.Signal, error) {
		list, err := s.Signals(ctx, reader, on)
		out := make([]meetings.Signal, len(list))
		for i, t := range list {
			out[i] = meetings.Signal{Key: t.Key, Title: t.Title, Reason: t.Reason, Path: t.Path, Code: t.Code, Unit: t.Unit, Force: t.Force}
		}
		return out, err
	}
}
