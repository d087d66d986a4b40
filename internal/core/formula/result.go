package formula

import (
	"math/big"
	"slices"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A Result is a number or a reason, never neither and never both.
type Result struct {
	Value  *big.Rat       // nil if there is a reason
	Truth  bool           // of a Condition, if there is no reason
	Reason measure.Reason // why there is no number
	Lacks  []Lack         // the operands that have none, in order of appearance

	// Numerator and Denominator are set if the outermost operation is a division, seen through
	// the name of an indicator, a factor of 100, 1,000, 10,000 or 100,000, round, and the branch
	// taken by if and coalesce. With ZeroDenominator they are set too.
	Numerator, Denominator *big.Rat

	// Coverage is that of the worst operand; its list of missing units is that of all operands.
	Coverage measure.Coverage
	Flags    Flags
	Version  int // of the definition, if the formula is the name of an indicator
}

// A Lack names an operand without a value.
type Lack struct {
	Code   string
	Reason measure.Reason
	Unit   org.UnitID
	Period period.Period
}

// A val is a Result under way. Rats in it are shared and never changed.
type val struct {
	r        *big.Rat
	yes      bool
	reason   measure.Reason
	lacks    []Lack
	num, den *big.Rat
	cov      measure.Coverage
	counted  bool         // some operand has a coverage
	units    []org.UnitID // missing units of the first such operand, to compare the others with
	flags    Flags
	version  int
	tree     *Trace
}

func (v val) result() Result {
	return Result{
		Value: v.r, Truth: v.yes, Reason: v.reason, Lacks: v.lacks, Numerator: v.num, Denominator: v.den,
		Coverage: v.cov, Flags: v.flags, Version: v.version,
	}
}

// with adds what o rests on to what v rests on, and leaves the values alone.
func (v *val) with(o val) {
	v.flags |= o.flags
	v.lacks = joinLacks(v.lacks, o.lacks)
	switch {
	case !v.counted:
		v.counted, v.units = o.counted, o.units
	case o.counted && !sameUnits(v.units, o.units):
		v.flags |= UnitsDiffer
	}
	missing := joinUnits(v.cov.Missing, o.cov.Missing)
	v.cov = v.cov.Worse(o.cov)
	v.cov.Missing = missing
}

func joinLacks(a, b []Lack) []Lack {
	if len(b) == 0 {
		return a
	}
	a = slices.Clip(a)
	for _, l := range b {
		if !slices.Contains(a, l) {
			a = append(a, l)
		}
	}
	return a
}

func joinUnits(a, b []org.UnitID) []org.UnitID {
	switch {
	case len(b) == 0:
		return a
	case len(a) == 0:
		return b
	}
	a = slices.Clip(a)
	have := make(map[org.UnitID]bool, len(a))
	for _, u := range a {
		have[u] = true
	}
	for _, u := range b {
		if !have[u] {
			a = append(a, u)
		}
	}
	return a
}

// sameUnits compares two lists as sets.
func sameUnits(a, b []org.UnitID) bool {
	if slices.Equal(a, b) {
		return true
	}
	if len(a) != len(b) {
		return false
	}
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}
