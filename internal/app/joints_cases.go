package app

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/modules/cases"
	"kaiyang/internal/modules/indicators"
)

// joinCases connects seizures with the county's figures and with the task force that owns them.
func (o *Office) joinCases(s *cases.Service) {
	s.Join(cases.Joints{Elements: func() []measure.Element { return o.Facts.Catalogue().All() }, Amount: o.seized, Owner: o.ownerOf})
}

// ownerOf gives the task force of an element; without one, that of enforcement.
func (o *Office) ownerOf(element string) org.UnitID {
	if e, ok := o.Facts.Catalogue().Code(element); ok && e.Force != "" {
		return o.force(e.Force)
	}
	return o.force(enforcementForce)
}

// seized answers one category of an element for the county.
func (o *Office) seized(ctx context.Context, reader perm.Actor, element string, c measure.Category, p period.Period) (cases.Amount, error) {
	e, ok := o.Facts.Catalogue().Code(element)
	if !ok {
		return cases.Amount{Reason: measure.NotDefined}, nil
	}
	q := indicators.Question{Code: element, Unit: o.Units.Today().Root(org.Territorial), Period: p, Pick: selectorOf(e.Scheme, c)}
	a, err := o.Indicators.Ask(ctx, reader, q)
	if err != nil {
		return cases.Amount{}, err
	}
	if a.Reason != measure.NoReason || a.Result.Value == nil {
		return cases.Amount{Reason: a.Reason}, nil
	}
	return cases.Amount{Grams: a.Result.Value, Incomplete: a.Incomplete, Path: o.tracePath(element, q)}, nil
}

// tracePath is the address of the trace of a part of an element.
func (o *Office) tracePath(element string, q indicators.Question) string {
	v := url.Values{"unit": {o.Units.Today().Code(q.Unit)}, "period": {q.Period.String()}, "pick": {q.Pick}}
	return "/figures/" + url.PathEscape(element) + "?" + v.Encode()
}

// selectorOf writes a category as the selector of a formula, 毒品="海洛因".
func selectorOf(s measure.Scheme, c measure.Category) string {
	labels := c.Labels()
	var out []string
	for _, d := range s.Dimensions {
		if l, ok := labels[d.Name]; ok {
			out = append(out, d.Name+"="+strconv.Quote(l))
		}
	}
	return strings.Join(out, ";")
}
