package app

import (
	"context"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/modules/assessment"
	"kaiyang/internal/modules/indicators"
	"kaiyang/internal/platform/words"
)

// joinAssessment connects the composite scores with the indicators.
func (o *Office) joinAssessment(s *assessment.Service) { s.SetFigures(scoredFigures{o.Indicators, o}) }

// scoredFigures is what assessment asks of the indicators.
type scoredFigures struct {
	*indicators.Service
	o *Office
}

// anybody is a reader of the county without rights to small counts.
func (f scoredFigures) anybody() perm.Actor {
	t := f.o.Units.Today()
	return perm.Actor{Login: "anybody", Tree: t, Posts: []perm.Post{{Role: perm.Reader, Unit: t.Root(org.Territorial)}}}
}

// Choices lists the indicators that are filled in, with their present direction.
func (f scoredFigures) Choices() []assessment.Choice {
	var out []assessment.Choice
	for _, h := range f.Heads() {
		if h.Element || !h.Filled {
			continue
		}
		c := assessment.Choice{Code: h.Code, Name: h.Name, NameEN: h.NameEN}
		if d, err := f.Defined(f.anybody(), h.Code); err == nil {
			c.Up, c.Down = d.Latest().Direction == indicators.Up, d.Latest().Direction == indicators.Down
		}
		out = append(out, c)
	}
	return out
}

// Table gives figures by unit and code as anybody may see them: it asks as a reader of the county,
// to whom small counts of persons are not shown (SEMANTICS §4), whoever is reading the scores.
func (f scoredFigures) Table(ctx context.Context, codes []string, units []org.UnitID, p period.Period) ([][]assessment.Cell, error) {
	rows, err := f.Many(ctx, f.anybody(), codes, units, p)
	if err != nil {
		return nil, err
	}
	then := f.o.Units.Register().On(p.Last())
	out := make([][]assessment.Cell, len(units))
	for i, u := range units {
		for j := range codes {
			out[i] = append(out[i], cellOf(rows[j][i], "/figures/"+codes[j]+"?unit="+then.Code(u)+"&period="+p.String()))
		}
	}
	return out, nil
}

func cellOf(a indicators.Answer, path string) assessment.Cell {
	c := assessment.Cell{Text: a.Text(words.Chinese), Path: path, State: a.State, AsOf: a.AsOf, Definition: a.Definition.Version, Incomplete: a.Incomplete}
	if v, ok := a.Value(); ok && !a.Withheld && a.Reason == measure.NoReason {
		c.Value = v
		c.Num, c.Den, _ = a.Fraction()
		c.Lo, c.Hi, _ = a.Interval()
	}
	return c
}
