package formula

import (
	"slices"

	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A Runner answers formulas for whole blocks of units and periods. It works with 64-bit fractions
// and hands every cell that they cannot hold exactly to Eval, so that a block always says the
// same as Eval. It keeps compiled formulas and buffers and is for one goroutine.
type Runner struct {
	src      VectorSource
	programs map[*Expr][]*program
	regs     []reg

	// Of the group of periods under way.
	group    []int             // indexes of periods
	periods  []period.Period   // the periods themselves
	frames   [][]frame         // by context and period
	arrivals [][]arrival       // the same
	parts    [][]period.Period // by context: periods to ask operands for
	holes    []bool            // by context: some of the parts do not exist
	dirty    bool              // some cell is to be answered by Eval

	one     []frame // by context, for a single period
	col     Column
	of      []int32
	slots   []int32
	choices []*program // by period
}

// keptPrograms is how many formulas a Runner keeps compiled.
const keptPrograms = 4096

// NewRunner makes a runner over a source.
func NewRunner(src VectorSource) *Runner {
	return &Runner{src: src, programs: map[*Expr][]*program{}}
}

// Run answers e for every unit and period into out, the periods of a unit side by side.
func (r *Runner) Run(e *Expr, units []org.UnitID, periods []period.Period, out *Block) {
	out.start(r.src, e, units, periods)
	if len(units) == 0 || len(periods) == 0 {
		return
	}
	if !e.checked || slices.Contains(periods, period.Period{}) {
		r.evalAll(out)
		return
	}
	r.choose(e, periods)
	for i, p := range r.choices {
		if p == nil {
			continue // taken by an earlier group
		}
		r.group, r.periods = r.group[:0], r.periods[:0]
		for j := i; j < len(periods); j++ {
			if r.choices[j] == p {
				r.group = append(r.group, j)
				r.periods = append(r.periods, periods[j])
				r.choices[j] = nil
			}
		}
		r.runGroup(p, units, out)
	}
}

func (r *Runner) evalAll(out *Block) {
	for i := range out.why {
		out.why[i] = whyExact
	}
	out.settle()
}

// choose finds the program for each period; definitions may differ from period to period.
func (r *Runner) choose(e *Expr, periods []period.Period) {
	r.choices = r.choices[:0]
	if len(r.programs) > keptPrograms {
		clear(r.programs)
	}
	for _, p := range periods {
		known := r.programs[e]
		i := slices.IndexFunc(known, func(g *program) bool { return r.fits(g, p) })
		if i < 0 {
			i = len(known)
			r.programs[e] = append(known, compile(r.src, e, p))
		}
		r.choices = append(r.choices, r.programs[e][i])
	}
}

// fits tells whether a program serves a period: all definitions it has written out are those in
// force.
func (r *Runner) fits(g *program, p period.Period) bool {
	if len(g.uses) == 0 {
		return true
	}
	w := window{whole: p, part: p}
	r.one = append(r.one[:0], frame{win: w, now: w})
	for _, x := range g.ctxs[1:] {
		f, _ := x.from(r.src, r.one[x.parent])
		r.one = append(r.one, f)
	}
	for i := range g.uses {
		u := &g.uses[i]
		day := r.one[u.ctx].win.whole.Last()
		if day == 0 {
			continue // nothing is looked up there
		}
		d, _ := r.src.Definition(u.code, day)
		if d.Expr != u.def.Expr || d.Rollup != u.def.Rollup {
			return false
		}
	}
	return true
}

// plan finds the periods of every context.
func (r *Runner) plan(g *program) {
	n := len(g.ctxs)
	r.frames, r.arrivals, r.parts, r.holes = grow(r.frames, n), grow(r.arrivals, n), grow(r.parts, n), grow(r.holes, n)
	for c, x := range g.ctxs {
		fs, as, ps := grow(r.frames[c], len(r.periods)), grow(r.arrivals[c], len(r.periods)), grow(r.parts[c], len(r.periods))
		hole := false
		for j, p := range r.periods {
			if c == 0 {
				w := window{whole: p, part: p}
				fs[j], as[j] = frame{win: w, now: w}, arrival{}
			} else {
				fs[j], as[j] = x.from(r.src, r.frames[x.parent][j])
			}
			if ps[j] = fs[j].win.part; ps[j].IsZero() {
				ps[j], hole = p, true // asked all the same, and not used
			}
		}
		r.frames[c], r.arrivals[c], r.parts[c], r.holes[c] = fs, as, ps, hole
	}
}

func (r *Runner) runGroup(g *program, units []org.UnitID, out *Block) {
	n := len(units) * len(r.periods)
	if g.exact {
		for _, j := range r.group {
			for u := range units {
				out.why[u*len(out.periods)+j] = whyExact
			}
			out.shapes[j] = shape{}
		}
		out.settle()
		return
	}
	r.plan(g)
	r.regs = grow(r.regs, max(g.regs, len(r.regs)))
	for i := range r.regs[:g.regs] {
		r.regs[i].size(n)
	}
	r.dirty = false
	for i := range g.steps {
		r.step(g, &g.steps[i], units)
	}
	r.regs[0].expand()
	out.take(&r.regs[0], g.root, r.group)
	if r.dirty {
		out.settle()
	}
}

func (r *Runner) step(g *program, s *step, units []org.UnitID) {
	a := &r.regs[s.a]
	switch s.op {
	case stepConst:
		a.literal, a.k = true, s.k
	case stepLoad:
		r.load(s, a, units)
	case stepDays:
		a.constant(0)
		r.perPeriod(len(units), func(i, j int) { a.num[i] = int64(r.frames[s.ctx][j].win.part.Days()) })
		a.measure(false)
	case stepReturns:
		r.returns(s, a, units)
	case stepCount:
		r.count(s, a, units)
	case stepUndefined:
		a.constant(0)
		fill(a.why, whyNotDefined)
		a.clean = false
	case stepBase:
		r.base(s, a, len(units))
	case stepMark:
		r.mark(g, s, a, len(units))
	case stepNeg, stepAbs:
		r.sign(s, a)
	case stepAdd, stepSub:
		r.add(s, a, &r.regs[s.b])
	case stepMul:
		r.mul(s, a, &r.regs[s.b])
	case stepDiv:
		r.div(s, a, &r.regs[s.b])
	case stepCompare:
		r.compare(s, a, &r.regs[s.b])
	case stepMin, stepMax:
		r.extreme(s, a, &r.regs[s.b])
	case stepAnd, stepOr:
		r.logic(s, a, &r.regs[s.b])
	case stepNot:
		a.expand()
		for i, v := range a.num {
			a.num[i] = 1 - v
		}
	case stepIf:
		r.branch(s, a, &r.regs[s.a+1], &r.regs[s.a+2])
	case stepCoalesce:
		r.coalesce(s, r.regs[s.a:s.a+int(s.k)])
	case stepRound:
		r.round(s, a)
	case stepScale:
		r.scale(s, a)
	}
}

// perPeriod visits every cell with the index of its period in the group.
func (r *Runner) perPeriod(units int, visit func(i, j int)) {
	n := len(r.periods)
	for u := range units {
		for j := range n {
			visit(u*n+j, j)
		}
	}
}

func (r *Runner) load(s *step, a *reg, units []org.UnitID) {
	a.flagged, a.literal = false, false
	q := s.load
	q.Units, q.Periods = units, r.parts[s.ctx]
	r.col = Column{Values: a.num, Present: a.pre, Expected: a.exp, Why: a.why}
	average := q.Agg == Average
	if average {
		r.slots, r.of = grow(r.slots, len(a.num)), grow(r.of, len(r.periods))
		r.col.Slots, r.col.Of = r.slots, r.of
	}
	r.src.Fill(q, &r.col)
	if average {
		short := false
		for i, k := range r.slots {
			a.den[i] = int64(max(k, 1))
		}
		n := len(r.periods)
		for i, k := range r.slots {
			short = short || a.why[i] == WhyNot && k < r.of[i%n]
		}
		if short {
			a.flag()
			for i, k := range r.slots {
				if a.why[i] == WhyNot && k < r.of[i%n] {
					a.flags[i] |= PresentSlots
				}
			}
		}
	}
	if r.holes[s.ctx] {
		r.perPeriod(len(units), func(i, j int) {
			if r.frames[s.ctx][j].win.part.IsZero() {
				a.reason(i, WhyAbsent)
			}
		})
	}
	a.measure(average)
}

func (r *Runner) returns(s *step, a *reg, units []org.UnitID) {
	a.constant(0)
	r.perPeriod(len(units), func(i, j int) {
		c := Returns{Reason: WhyAbsent.Reason()}
		if f := r.frames[s.ctx][j]; !f.win.part.IsZero() {
			c = r.src.Returns(s.form, units[i/len(r.periods)], f.win.part)
		}
		if a.num[i] = c.Received; s.k == 1 {
			a.num[i] = c.OnTime
		}
		a.den[i] = c.Expected
		switch {
		case c.Reason != "":
			a.why[i] = WhyOf(c.Reason)
		case c.Expected == 0:
			a.why[i] = whyZeroDenominator
		}
	})
	a.measure(true)
}

func (r *Runner) count(s *step, a *reg, units []org.UnitID) {
	a.constant(0)
	r.perPeriod(len(units), func(i, j int) {
		day := r.frames[s.ctx][j].win.whole.Last()
		if day == 0 {
			return // base says why
		}
		list, why := r.src.Units(org.Kind(s.form), units[i/len(r.periods)], day)
		if why != "" {
			a.why[i] = WhyOf(why)
		}
		a.num[i] = int64(len(list))
	})
	a.measure(false)
}

// base turns what is missing into a missing base, and everything where there is no period.
func (r *Runner) base(s *step, a *reg, units int) {
	a.expand()
	for i, w := range a.why {
		if w == WhyAbsent || w == WhyNotAlive || w == whyNotDefined {
			a.why[i] = whyNoBase
		}
	}
	for j, at := range r.arrivals[s.ctx] {
		if at.why == WhyNot {
			continue
		}
		for u := range units {
			a.reason(u*len(r.periods)+j, at.why)
		}
		a.clean = false
	}
}

// mark sets the flags of a running period (k = -1) or of a changed definition.
func (r *Runner) mark(g *program, s *step, a *reg, units int) {
	ev := evaluator{src: r.src}
	for j := range r.periods {
		var f Flags
		if s.k < 0 {
			if r.arrivals[s.ctx][j].running {
				f = RunningPeriod
			}
		} else if u := g.uses[s.k]; !r.frames[s.ctx][j].win.whole.IsZero() && ev.redefined(u.code, u.def, r.frames[s.ctx][j]) {
			f = DefinitionChanged
		}
		if f == 0 {
			continue
		}
		a.expand()
		a.flag()
		for u := range units {
			a.flags[u*len(r.periods)+j] |= f
		}
	}
}
