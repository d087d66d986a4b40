package formula

import (
	"math/big"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// call answers a function. The arguments have been checked.
func (e *evaluator) call(n *call, f frame, kids *[]*Trace) val {
	switch n.fn.id {
	case fnPrev:
		return e.shifted(n, f.win.whole.Shift(-stepsOf(n)), measure.NoReason, f, kids)
	case fnYoY:
		to, why := lastYear(f.win.whole)
		return e.shifted(n, to, why, f, kids)
	case fnYTD:
		f.win, f.now = f.win.ytd(), f.now.ytd()
		return e.sub(n.args[0], f, kids)
	case fnSum:
		return e.element(n.args[0].(*name), Sum, f)
	case fnAvg:
		return e.element(n.args[0].(*name), Average, f)
	case fnLast:
		return e.element(n.args[0].(*name), Last, f)
	case fnIf:
		return e.branch(n, f, kids)
	case fnMin, fnMax:
		return e.extreme(n, f, kids)
	case fnCoalesce:
		return e.coalesce(n, f, kids)
	case fnAbs, fnRound:
		x := e.sub(n.args[0], f, kids)
		switch {
		case n.fn.id == fnAbs:
			if x.num, x.den = nil, nil; x.r != nil {
				x.r = new(big.Rat).Abs(x.r)
			}
		case x.r != nil:
			x.r = rounded(x.r, digitsOf(n))
		}
		return x
	case fnReportingRate, fnOntimeRate:
		return e.rate(n, f)
	case fnCountUnits:
		return e.countUnits(n, f, kids)
	case fnDays:
		return val{r: new(big.Rat).SetInt64(int64(f.win.part.Days()))}
	}
	return val{reason: measure.NotDefined}
}

func stepsOf(n *call) int {
	if len(n.args) < 2 {
		return 1
	}
	k, _ := wholeNumber(n.args[1])
	return int(k)
}

func digitsOf(n *call) int {
	if len(n.args) < 2 {
		return 0
	}
	k, _ := wholeNumber(n.args[1])
	return int(k)
}

// lastYear gives the period that yoy means, or why there is none.
func lastYear(p period.Period) (period.Period, measure.Reason) {
	q, err := p.YoY()
	if err == nil {
		return q, measure.NoReason
	}
	if p.First().AddMonths(12) <= p.Last() {
		return period.Period{}, measure.YoYTooLong
	}
	return period.Period{}, measure.NoBase
}

// shifted evaluates the first argument for another period. That there is nothing there is no
// fault of reporting but a missing base.
func (e *evaluator) shifted(n *call, to period.Period, why measure.Reason, f frame, kids *[]*Trace) val {
	if why == measure.NoReason && to.IsZero() {
		why = measure.NoBase
	}
	if why != measure.NoReason {
		return val{reason: why}
	}
	f.win = f.win.moved(to)
	v := e.sub(n.args[0], f, kids)
	v.reason = baseReason(v.reason)
	return v
}

func baseReason(r measure.Reason) measure.Reason {
	switch r {
	case measure.Absent, measure.NotAlive, measure.NotDefined:
		return measure.NoBase
	}
	return r
}

func (e *evaluator) branch(n *call, f frame, kids *[]*Trace) val {
	c := e.sub(n.args[0], f, kids)
	var v val
	v.with(c)
	if c.reason != measure.NoReason {
		v.reason = c.reason
		return v
	}
	taken := n.args[2]
	if c.yes {
		taken = n.args[1]
	}
	x := e.sub(taken, f, kids)
	v.with(x)
	v.r, v.reason, v.num, v.den = x.r, x.reason, x.num, x.den
	return v
}

func (e *evaluator) extreme(n *call, f frame, kids *[]*Trace) val {
	var v val
	for _, a := range n.args {
		x := e.sub(a, f, kids)
		v.with(x)
		switch {
		case v.reason != measure.NoReason:
		case x.reason != measure.NoReason:
			v.reason, v.r = x.reason, nil
		case v.r == nil, n.fn.id == fnMin && x.r.Cmp(v.r) < 0, n.fn.id == fnMax && x.r.Cmp(v.r) > 0:
			v.r = x.r
		}
	}
	return v
}

// coalesce takes the first argument with a value. Its coverage is that of the argument taken; only
// a number written out cannot stand for what should have been reported, so that the coverage of
// the missing operands remains.
func (e *evaluator) coalesce(n *call, f frame, kids *[]*Trace) val {
	var skipped val
	for i, a := range n.args {
		x := e.sub(a, f, kids)
		if x.reason == measure.NoReason {
			if !x.counted {
				x.with(val{cov: skipped.cov, counted: skipped.counted, units: skipped.units, flags: skipped.flags & Summed})
			}
			return x
		}
		if !fillable(x.reason) {
			return x
		}
		skipped.with(x)
		if i == 0 {
			skipped.reason = x.reason
		}
	}
	return skipped
}

// fillable tells whether coalesce may put something in the place of r: nothing is there, though
// the question makes sense.
func fillable(r measure.Reason) bool {
	switch r {
	case measure.Absent, measure.NoBase, measure.ZeroDenominator, measure.NotDefined, measure.NotFilled:
		return true
	}
	return false
}

func (e *evaluator) rate(n *call, f frame) val {
	form := n.args[0].(*text).code
	c := Returns{Reason: measure.Absent}
	if !f.win.part.IsZero() {
		c = e.src.Returns(form, f.unit, f.win.part)
	}
	if c.Reason != measure.NoReason {
		return val{reason: c.Reason, lacks: []Lack{{form, c.Reason, f.unit, f.win.whole}}}
	}
	got := c.Received
	if n.fn.id == fnOntimeRate {
		got = c.OnTime
	}
	v := val{num: new(big.Rat).SetInt64(got), den: new(big.Rat).SetInt64(c.Expected)}
	if c.Expected == 0 {
		v.reason = measure.ZeroDenominator
		return v
	}
	v.r = big.NewRat(got, c.Expected)
	return v
}

// countUnits counts units; with a condition, those for which it holds. Units that cannot be
// decided are missing, as unreported ones are in a sum.
func (e *evaluator) countUnits(n *call, f frame, kids *[]*Trace) val {
	units, why := e.src.Units(org.Kind(n.args[0].(*text).code), f.unit, f.win.whole.Last())
	if why != measure.NoReason {
		return val{reason: why}
	}
	if len(n.args) == 1 {
		return val{r: new(big.Rat).SetInt64(int64(len(units)))}
	}
	var v val
	count, first := int64(0), measure.NoReason
	v.cov.Expected = len(units)
	for _, u := range units {
		g := f
		g.unit = u
		x := e.sub(n.args[1], g, kids)
		v.flags |= x.flags &^ (Summed | UnitsDiffer)
		if x.reason != measure.NoReason {
			if first == measure.NoReason {
				first = x.reason
			}
			v.lacks = joinLacks(v.lacks, x.lacks)
			v.cov.Missing = append(v.cov.Missing, u)
			continue
		}
		v.cov.Reported++
		if x.yes {
			count++
		}
	}
	v.flags |= Summed
	v.counted, v.units = true, v.cov.Missing
	if v.cov.Reported == 0 && first != measure.NoReason {
		v.reason = first
		return v
	}
	v.r, v.lacks = new(big.Rat).SetInt64(count), nil
	return v
}

// rounded rounds half away from zero.
func rounded(r *big.Rat, digits int) *big.Rat {
	p, _ := new(big.Rat).SetString(measure.Round(r, digits))
	return p
}
