package stats

// A GateCheck is one condition of the verdicts A and B on a series.
type GateCheck struct {
	Reason Reason // what is said where it fails
	Passed bool
	Tested bool // false where another condition comes first
}

// Gate lists the conditions of the verdicts A and B in the order in which they are tested
// (METHODS §1.4, §1.7): the data first, then the bend.
func (r TurningResult) Gate() []GateCheck {
	held := func(why Reason) bool {
		for _, h := range r.Held {
			if h == why {
				return true
			}
		}
		return false
	}
	enough := len(r.Years) >= TurningYears && r.large()
	known := !held(EffortUnknown)
	bend := enough && !held(NoBendFound) && r.Permutation != nil
	var out []GateCheck
	for _, c := range []struct {
		why    Reason
		tested bool
	}{{FewYears, true}, {CountBelowTen, true}, {DefinitionChanged, true}, {EffortUnknown, true}, {EffortChanged, known},
		{NoBendFound, enough}, {BendNotClear, bend}, {FewYearsOneSide, bend}} {
		out = append(out, GateCheck{Reason: c.why, Tested: c.tested, Passed: c.tested && !held(c.why)})
	}
	return out
}

// Allowed tells whether the gate of the verdicts A and B is passed, so that joinpoints may be shown.
func (r TurningResult) Allowed() bool { return len(r.Held) == 0 }

// SayNeeds gives one sentence for each thing that would settle the question; none where A or B is given.
func (r TurningResult) SayNeeds() []Statement {
	var out []Statement
	seen := map[string]bool{}
	for _, h := range r.Held {
		if n := h.need(); !seen[n.chinese] {
			seen[n.chinese] = true
			out = append(out, Statement{SayNeed, []any{n}})
		}
	}
	return out
}
