package actions

import (
	"context"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/sqldb"
)

// An Effect is the course of the indicator that an item is linked to: as it was found wanting, as it
// stood at the closing, and newest. It says what the figures were and claims no cause.
type Effect struct {
	Code     string
	Name     string
	NameEN   string
	Unit     string // name of the unit
	Path     string
	Opening  Point
	Closing  Point // zero while the item is open
	Newest   Point
	Improved string // "" unless the light changed: "better", "worse"
}

// A Point is one figure of a course.
type Point struct {
	Period period.Period
	Text   string
	Value  float64
	Light  measure.Light
	OK     bool
}

// lookBack is how many periods the newest figure is looked for.
const lookBack = 24

// A Reading is the linked figure of an item as anybody could read it on a day: late returns and
// corrections do not change it.
type Reading struct {
	Closing bool // at the closing, else at the opening
	Figure  work.Figure
	Text    string
	Light   measure.Light
}

// keepReading keeps what the figure of an item says now, at the opening or the closing. What is
// hidden from a plain reader is not kept.
func (s *Service) keepReading(tx *sqldb.Tx, a *Action, closing bool) error {
	f := a.Figure
	if s.figures == nil || f.Code == "" || f.Period.IsZero() {
		return nil
	}
	today := s.units.Today()
	anybody := perm.Actor{Login: "anybody", Tree: today, Posts: []perm.Post{{Role: perm.Reader, Unit: today.Root(org.Territorial)}}}
	p := s.point(tx.Context(), anybody, f, f.Period)
	if closing {
		p = s.newest(tx.Context(), anybody, f, s.today())
	}
	if !p.OK {
		return nil
	}
	f.Period = p.Period
	return putReading(tx, a.ID, Reading{Closing: closing, Figure: f, Text: p.Text, Light: p.Light})
}

// as gives a point as it was read then; a reader who sees no figure now sees none of then.
func (p Point) as(readings []Reading, f work.Figure, closing bool) Point {
	for _, r := range readings {
		same := r.Figure.Code == f.Code && r.Figure.Unit == f.Unit && (closing || r.Figure.Period == f.Period)
		if r.Closing == closing && same && p.OK {
			return Point{Period: r.Figure.Period, Text: r.Text, Light: r.Light, OK: true}
		}
	}
	return p
}

// point asks for a figure of a period.
func (s *Service) point(ctx context.Context, reader perm.Actor, f work.Figure, p period.Period) Point {
	text, value, light, ok := s.figures(ctx, reader, work.Figure{Code: f.Code, Unit: f.Unit, Period: p}, p)
	return Point{p, text, value, light, ok}
}

// newest asks for the figure of the last period, from the linked one on, that was over on a day.
func (s *Service) newest(ctx context.Context, reader perm.Actor, f work.Figure, on period.Day) Point {
	p := f.Period
	for n := p.Next(); n.Last() <= on && n.Last() > p.Last(); n = p.Next() {
		p = n
	}
	for range lookBack {
		if p.Last() < f.Period.Last() || p.IsZero() {
			break
		}
		if x := s.point(ctx, reader, f, p); x.OK {
			return x
		}
		p = p.Prev()
	}
	return Point{}
}

// effect reads the figures of an item's indicator, nil where it has none or none can be read.
func (s *Service) effect(ctx context.Context, reader perm.Actor, a *Action, readings []Reading) *Effect {
	f := a.Figure
	if f.Code == "" || f.Period.IsZero() {
		return nil
	}
	e := &Effect{Code: f.Code, Name: f.Code, Unit: s.unitName(f.Unit), Path: figurePath(f.Code, s.codeOrNone(f.Unit), f.Period)}
	if s.named != nil {
		for _, n := range s.named() {
			if n.Code == f.Code {
				e.Name, e.NameEN = n.Name, n.NameEN
			}
		}
	}
	if s.figures == nil {
		return e
	}
	e.Opening = s.point(ctx, reader, f, f.Period).as(readings, f, false)
	if a.Ended != 0 && a.State == work.Closed {
		e.Closing = s.newest(ctx, reader, f, a.Ended).as(readings, f, true)
	}
	e.Newest = s.newest(ctx, reader, f, s.today())
	rank := map[measure.Light]int{measure.Red: 1, measure.Yellow: 2, measure.Green: 3}
	if from, to := rank[e.Opening.Light], rank[e.Newest.Light]; from > 0 && to > 0 && from != to {
		e.Improved = "better"
		if to < from {
			e.Improved = "worse"
		}
	}
	return e
}

func (s *Service) codeOrNone(u org.UnitID) string {
	if u == 0 {
		return ""
	}
	return s.unitCode(u)
}

// Says gives the sentence on the movement as a Chinese format with its arguments.
func (e *Effect) Says(closed bool, name func(period.Period) string) (format string, args []any) {
	switch {
	case !e.Opening.OK && !e.Newest.OK:
		return "该指标暂无可比的数", nil
	case !closed && e.Newest.OK && e.Newest.Period != e.Opening.Period:
		return "立项以来该指标由 %s（%s）变为 %s（%s），不说明因果", []any{e.Opening.said(), name(e.Opening.Period), e.Newest.Text, name(e.Newest.Period)}
	case !closed && e.Newest.OK && e.Newest.Text != e.Opening.said():
		return "立项时该指标为 %s（%s），这一期的数经补报或更正现为 %s，不说明因果", []any{e.Opening.said(), name(e.Opening.Period), e.Newest.Text}
	case !closed:
		return "立项时该指标为 %s（%s），还没有更新一期的数", []any{e.Opening.said(), name(e.Opening.Period)}
	case e.Closing.OK && e.Newest.OK && e.Newest.Period.Last() > e.Closing.Period.Last():
		return "销号后该指标由 %s（%s）变为 %s（%s），不说明因果", []any{e.Closing.Text, name(e.Closing.Period), e.Newest.Text, name(e.Newest.Period)}
	case e.Closing.OK && e.Newest.OK && e.Newest.Text != e.Closing.Text:
		return "销号时该指标为 %s（%s），这一期的数经补报或更正现为 %s，不说明因果", []any{e.Closing.Text, name(e.Closing.Period), e.Newest.Text}
	case e.Closing.OK:
		return "销号时该指标为 %s（%s），销号后还没有新一期的数", []any{e.Closing.Text, name(e.Closing.Period)}
	}
	return "立项时该指标为 %s（%s），还没有更新一期的数", []any{e.Opening.said(), name(e.Opening.Period)}
}

func (p Point) said() string {
	if p.Text == "" {
		return "—"
	}
	return p.Text
}
