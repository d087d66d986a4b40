package indicators

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sort"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// KeepFigures stores the figures of a period that is being closed, in the closing's transaction:
// every filled indicator for every territorial unit, with the change number and the definition
// version they rest on and a checksum over all of them (SEMANTICS §5).
func (s *Service) KeepFigures(tx *sqldb.Tx, no int64, p period.Period) error {
	b := s.now.Load()
	change, err := tx.LastChange()
	if err != nil {
		return err
	}
	src := s.source(b, s.facts.Cube())
	list := figuresOf(b, src, p)
	sort.Slice(list, func(i, j int) bool { // as the store gives them back
		a, b := list[i], list[j]
		if a.Code != b.Code {
			return a.Code < b.Code
		}
		return a.Unit < b.Unit
	})
	for k := range list {
		list[k].Closing = no
	}
	c := closing{No: no, Period: p, Change: change, Checksum: sumOf(list)}
	if err := insertClosing(tx, c, list); err != nil {
		return err
	}
	_, err = tx.Change("closings", p.String())
	return err
}

func (s *Service) source(b *book, c *cube.Cube) *source {
	src := &source{book: b, cube: c, units: s.units.Register(), today: s.today(), series: b.series.all(c), cache: b.series}
	if s.returns != nil {
		src.reporting = s.returns.Reporting
	}
	return src
}

// figuresOf computes the figures of a period for all territorial units.
func figuresOf(b *book, src *source, p period.Period) []closedFigure {
	var out []closedFigure
	units := src.units.On(p.Last()).Preorder(org.Territorial)
	for _, i := range b.list {
		d, e, ok := b.definition(i.Code, p.Last())
		if !ok || e == nil {
			continue
		}
		for _, u := range units {
			if f, ok := src.kept(i.Code, d, e, u, p); ok {
				out = append(out, f)
			}
		}
	}
	return out
}

// kept answers one figure as it is stored; figures for which the question has no sense at that
// unit or period are left out.
func (s *source) kept(code string, d Definition, e *formula.Expr, u org.UnitID, p period.Period) (closedFigure, bool) {
	var r formula.Result
	s.run(func() { r = formula.Eval(s, e, u, p) })
	switch r.Reason {
	case measure.BelowLevel, measure.NoGrain, measure.PointOnly, measure.NotDefined:
		return closedFigure{}, false
	}
	f := closedFigure{Code: code, Unit: u, Period: p.String(), Definition: d.Version, Reason: string(r.Reason),
		Reported: r.Coverage.Reported, Expected: r.Coverage.Expected}
	if r.Reason == measure.NoReason && r.Value != nil {
		f.Value = measure.Round(printed(d, r), d.Digits)
	}
	if r.Numerator != nil && r.Denominator != nil {
		f.Numerator, f.Denominator = measure.Exact(r.Numerator), measure.Exact(r.Denominator)
	}
	return f, true
}

func sumOf(list []closedFigure) string {
	h := sha256.New()
	for _, f := range list {
		f.Closing = 0
		fmt.Fprintf(h, "%+v\n", f)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// CheckClosings computes the figures of every closing again, from the facts as of its change
// number and with the definition versions it names, and compares them with what was stored.
func (s *Service) CheckClosings(ctx context.Context) (figures int, err error) {
	b := s.now.Load()
	for _, c := range b.closings {
		var list []closedFigure
		err := s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
			list, err = closedFigures(tx, c.No)
			return err
		})
		if err != nil {
			return figures, err
		}
		if sumOf(list) != c.Checksum || len(list) != c.Figures {
			return figures, fault.New(fault.Conflict, "封账 %s（第 %d 号）保存的数字被改动过", c.Period, c.No)
		}
		old, catalogue, err := s.facts.AsOf(ctx, c.Change)
		if err != nil {
			return figures, err
		}
		kept := *b
		kept.catalogue = catalogue
		src := s.source(&kept, old)
		src.units = old.Register()
		for _, f := range list {
			i, ok := b.indicator(f.Code)
			if !ok {
				return figures, fault.New(fault.Conflict, "封账 %s（第 %d 号）所用的指标 %s 已不存在", c.Period, c.No, f.Code)
			}
			for k, d := range i.Versions {
				e := b.exprs[f.Code][k]
				if d.Version != f.Definition || e == nil || len(e.Forms()) > 0 {
					continue // how many returns were due and had come is not known as of a change: the checksum alone holds those
				}
				again, ok := src.kept(f.Code, d, e, f.Unit, c.Period)
				again.Closing = f.Closing
				if !ok || again != f {
					return figures, fault.New(fault.Conflict, "封账 %s（第 %d 号）的指标 %s 重新计算后不一致", c.Period, c.No, f.Code)
				}
			}
			figures++
		}
	}
	return figures, nil
}

// closedText gives a figure as it stood when its period was closed, if that is not what it is
// now: the figure was restated. The newest closing counts.
func (s *Service) closedText(ctx context.Context, reader perm.Actor, q Question, a *Answer) error {
	if a.State != measure.Closed && a.State != measure.Restated || a.Withheld || a.recast {
		return nil // closings keep figures by the boundaries of the time
	}
	if a.Element != nil {
		return s.closedElement(ctx, reader, q, a)
	}
	var list []closedFigure
	err := s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		list, err = closedOf(tx, a.Code, int64(a.Unit), a.Period.String())
		return err
	})
	if err != nil || len(list) == 0 {
		return err
	}
	f := list[len(list)-1]
	now, _ := a.Value()
	num, den, _ := a.Fraction()
	if f.Value != now || f.Numerator != num || f.Denominator != den || f.Reason != string(a.Reason) {
		a.State = measure.Restated
		a.ClosedText = f.Value
		if f.Reason != "" {
			a.ClosedText = measure.Reason(f.Reason).Text()
		}
	}
	return nil
}

// closedElement does the same for an element, of which closings store no figures: it is asked
// again as of the closing.
func (s *Service) closedElement(ctx context.Context, reader perm.Actor, q Question, a *Answer) error {
	no := s.facts.ClosedAt(a.Period)
	if a.State != measure.Restated || no == 0 {
		return nil
	}
	k, err := s.ask(ctx, reader, no)
	if err != nil {
		return err
	}
	defer k.done()
	q.Explain, q.Rank = false, false
	then, err := k.figure(q)
	if err != nil {
		return err
	}
	was, had := then.Value()
	if now, has := a.Value(); was == now && had == has || then.Withheld {
		return nil
	}
	if a.ClosedText = was; !had {
		a.ClosedText = then.Reason.Text()
	}
	return nil
}
