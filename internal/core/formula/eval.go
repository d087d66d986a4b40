package formula

import (
	"math/big"
	"slices"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// maxSteps bounds the work of one evaluation; what needs more answers formula_too_deep.
const maxSteps = 20_000_000

// Eval answers a formula for one unit and period, exactly.
func Eval(src Source, e *Expr, unit org.UnitID, p period.Period) Result {
	ev := evaluator{src: src}
	return ev.start(e, unit, p).result()
}

// Explain answers a formula like Eval and also gives how the answer came about.
func Explain(src Source, e *Expr, unit org.UnitID, p period.Period) (Result, *Trace) {
	ev := evaluator{src: src, tracing: true}
	v := ev.start(e, unit, p)
	return v.result(), v.tree
}

type evaluator struct {
	src     Source
	steps   int
	depth   int // indicators under way
	tracing bool
}

// A window is the period for which operands are asked. Of a running period only the first n
// slots at grain g are; 0 means all of it, -1 none.
type window struct {
	whole, part period.Period
	g           period.Grain
	n           int
}

// moved gives the window over the same part of another period.
func (w window) moved(to period.Period) window {
	w.whole, w.part = to, to
	if w.n != 0 {
		w.part = to.Head(w.g, w.n)
	}
	return w
}

// cut gives the first n slots of w.
func (w window) cut(g period.Grain, n int) window {
	if n < 1 {
		n = -1
	}
	return window{whole: w.whole, part: w.whole.Head(g, n), g: g, n: n}
}

// ytd gives the window from 1 January to the end of w; what w lacks at its end, it lacks too.
func (w window) ytd() window {
	out := window{whole: w.whole.YTD()}
	out.part = out.whole
	if w.n != 0 {
		lo, hi, _ := w.whole.Slots(w.g)
		from, to, _ := out.whole.Slots(w.g)
		out = out.cut(w.g, int(to-from)-int(hi-lo)+max(w.n, 0))
	}
	return out
}

// A frame is where a part of a formula is evaluated.
type frame struct {
	unit org.UnitID
	win  window
	now  window // before prev and yoy moved it
}

func (f frame) based() bool { return f.win.whole != f.now.whole }

func (e *evaluator) start(x *Expr, unit org.UnitID, p period.Period) val {
	if !x.checked || p.IsZero() {
		return val{reason: measure.NotDefined}
	}
	w := window{whole: p, part: p}
	v := e.body(x, frame{unit: unit, win: w, now: w})
	if n, ok := x.root.(*name); !ok || n.ref.Kind != IndicatorRef {
		v.version = 0
	}
	return v
}

// body evaluates a whole formula. If it compares with another period and its own is not over, it
// is cut to the completed slots (SEMANTICS §2).
func (e *evaluator) body(x *Expr, f frame) val {
	running := false
	if x.compares && f.win.n == 0 {
		var g period.Grain
		var n int
		if g, n, running = e.src.Completed(f.win.whole, e.elements(x, f.win.whole.Last())); running {
			f.win = f.win.cut(g, n)
			if !f.based() {
				f.now = f.win
			}
		}
	}
	v := e.eval(x.root, f)
	if running {
		v.flags |= RunningPeriod
		if v.tree != nil {
			v.tree.Flags |= RunningPeriod
		}
	}
	return v
}

// elements gives the elements of a formula with all indicators written out, as defined on a day.
func (e *evaluator) elements(x *Expr, on period.Day) []string {
	if len(x.indicators) == 0 {
		return x.elements
	}
	var out []string
	seen := map[string]bool{}
	var add func(*Expr)
	add = func(x *Expr) {
		for _, c := range x.elements {
			if !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
		for _, c := range x.indicators {
			if !seen[c] {
				seen[c] = true
				if d, ok := e.src.Definition(c, on); ok {
					add(d.Expr)
				}
			}
		}
	}
	add(x)
	return out
}

// eval answers one part of a formula.
func (e *evaluator) eval(n node, f frame) val {
	if e.steps++; e.steps > maxSteps {
		return val{reason: measure.TooDeep}
	}
	var kids []*Trace
	var v val
	switch n := n.(type) {
	case *number:
		v = val{r: n.value}
	case *name:
		v = e.name(n, f, &kids)
	case *unary:
		v = e.unary(n, f, &kids)
	case *binary:
		v = e.binary(n, f, &kids)
	case *call:
		v = e.call(n, f, &kids)
	default:
		v = val{reason: measure.NotDefined}
	}
	if e.tracing {
		v.tree = e.trace(n, f, v, kids)
	}
	return v
}

// sub evaluates a part of a part and keeps its trace.
func (e *evaluator) sub(n node, f frame, kids *[]*Trace) val {
	v := e.eval(n, f)
	if v.tree != nil {
		*kids = append(*kids, v.tree)
	}
	return v
}

func (e *evaluator) name(n *name, f frame, kids *[]*Trace) val {
	if n.ref.Kind == IndicatorRef {
		return e.indicator(n.ref.Code, f, kids)
	}
	return e.element(n, ByKind, f)
}

func (e *evaluator) element(n *name, how Agg, f frame) val {
	if f.win.part.IsZero() {
		return val{reason: measure.Absent, lacks: []Lack{{n.ref.Code, measure.Absent, f.unit, f.win.whole}}}
	}
	o := e.src.Operand(Query{n.ref.Code, n.cells, how, f.unit, f.win.part})
	v := val{cov: o.Coverage, flags: o.Flags, counted: o.Coverage.Expected > 0, units: o.Coverage.Missing}
	switch {
	case o.Reason != measure.NoReason:
		v.reason = o.Reason
		v.lacks = []Lack{{n.ref.Code, o.Reason, f.unit, f.win.part}}
	case o.Value != nil:
		v.r = o.Value
	case o.Scale == 0:
		v.r = new(big.Rat).SetInt64(o.Int)
	default:
		v.r = measure.Rat(o.Int, o.Scale)
	}
	return v
}

// indicator evaluates the definition in force on the last day of the period.
func (e *evaluator) indicator(code string, f frame, kids *[]*Trace) val {
	if e.depth >= MaxChain {
		return val{reason: measure.TooDeep, lacks: []Lack{{code, measure.TooDeep, f.unit, f.win.whole}}}
	}
	d, ok := e.src.Definition(code, f.win.whole.Last())
	if !ok {
		return val{reason: measure.NotDefined, lacks: []Lack{{code, measure.NotDefined, f.unit, f.win.whole}}}
	}
	e.depth++
	var v val
	if d.Rollup == RollChildren {
		v = e.children(d, f, kids)
	} else {
		v = e.body(d.Expr, f)
		if v.tree != nil {
			*kids = append(*kids, v.tree)
		}
	}
	e.depth--
	if d.Rollup == RollNone && v.flags&Summed != 0 {
		v.r, v.num, v.den, v.reason = nil, nil, nil, measure.NoRollup
		v.lacks = []Lack{{code, measure.NoRollup, f.unit, f.win.whole}}
	}
	v.version = d.Version
	if e.redefined(code, d, f) {
		v.flags |= DefinitionChanged
	}
	return v
}

// redefined tells whether the definition changed inside the period, or whether a base period
// used another one than the period it is compared with.
func (e *evaluator) redefined(code string, d Definition, f frame) bool {
	if d.Version > 1 && d.From > f.win.whole.First() {
		return true
	}
	if f.based() {
		now, ok := e.src.Definition(code, f.now.whole.Last())
		return ok && now.Version != d.Version
	}
	return false
}

// children adds up the results of the children; where these do not report, the formula answers
// for the unit itself.
func (e *evaluator) children(d Definition, f frame, kids *[]*Trace) val {
	var v val
	sum, some := new(big.Rat), false
	first := measure.NoReason
	below := true // no child answers at its own level
	for _, u := range e.src.Children(f.unit, f.win.whole.Last()) {
		if e.steps++; e.steps > maxSteps {
			return val{reason: measure.TooDeep}
		}
		g := f
		g.unit = u
		var inner []*Trace
		c := e.children(d, g, &inner)
		if c.reason == measure.BelowLevel || c.reason == measure.NotAlive {
			continue
		}
		if c.reason == measure.CannotSplit {
			return val{reason: c.reason, lacks: c.lacks} // the children do not make up the whole
		}
		below = false
		cov := measure.Coverage{Reported: v.cov.Reported + c.cov.Reported, Expected: v.cov.Expected + c.cov.Expected}
		cov.Missing = joinUnits(v.cov.Missing, c.cov.Missing)
		v.cov = cov
		v.flags |= c.flags | Summed
		switch {
		case c.reason == measure.NoReason:
			sum.Add(sum, c.r)
			some = true
		case first == measure.NoReason:
			first = c.reason
			fallthrough
		default:
			v.lacks = joinLacks(v.lacks, c.lacks)
		}
		if e.tracing {
			*kids = append(*kids, e.childTrace(d, g, c, inner))
		}
	}
	if below {
		v = e.body(d.Expr, f)
		if v.tree != nil {
			*kids = append(*kids, v.tree)
		}
		return v
	}
	v.counted, v.units = v.cov.Expected > 0, v.cov.Missing
	if some {
		v.r, v.lacks = sum, nil
	} else {
		v.reason = first
	}
	return v
}

func (e *evaluator) unary(n *unary, f frame, kids *[]*Trace) val {
	x := e.sub(n.x, f, kids)
	var v val
	v.with(x)
	switch {
	case x.reason != measure.NoReason:
		v.reason = x.reason
	case n.op == opNot:
		v.yes = !x.yes
	default:
		v.r = new(big.Rat).Neg(x.r)
	}
	return v
}

func (e *evaluator) binary(n *binary, f frame, kids *[]*Trace) val {
	x := e.sub(n.x, f, kids)
	y := e.sub(n.y, f, kids)
	var v val
	v.with(x)
	v.with(y)
	if n.op == opAnd || n.op == opOr {
		v.logic(n.op == opOr, x, y)
		return v
	}
	if v.reason = firstReason(x, y); v.reason != measure.NoReason {
		return v
	}
	switch n.op {
	case opAdd:
		v.r = new(big.Rat).Add(x.r, y.r)
	case opSub:
		v.r = new(big.Rat).Sub(x.r, y.r)
	case opMul:
		v.r = new(big.Rat).Mul(x.r, y.r)
		if scales(n.x) != 0 {
			v.num, v.den = y.num, y.den
		} else if scales(n.y) != 0 {
			v.num, v.den = x.num, x.den
		}
	case opDiv:
		v.num, v.den = unscaled(n.x, x.r), y.r
		if y.r.Sign() == 0 {
			v.reason = measure.ZeroDenominator
		} else {
			v.r = new(big.Rat).Quo(x.r, y.r)
		}
	default:
		v.yes = holds(n.op, x.r.Cmp(y.r))
	}
	return v
}

// logic answers and, or: one side may decide while the other has no answer.
func (v *val) logic(or bool, x, y val) {
	for _, s := range []val{x, y} {
		if s.reason == measure.NoReason && s.yes == or {
			v.yes, v.lacks = or, nil
			return
		}
	}
	v.reason = firstReason(x, y)
	v.yes = v.reason == measure.NoReason && !or
}

func firstReason(vs ...val) measure.Reason {
	for _, v := range vs {
		if v.reason != measure.NoReason {
			return v.reason
		}
	}
	return measure.NoReason
}

func holds(o op, cmp int) bool {
	switch o {
	case opLess:
		return cmp < 0
	case opLessEq:
		return cmp <= 0
	case opGreater:
		return cmp > 0
	case opGreaterEq:
		return cmp >= 0
	case opEqual:
		return cmp == 0
	}
	return cmp != 0
}

// scales gives the power of ten of a factor that only moves the decimal point of a rate, 0 for
// anything else.
func scales(n node) int {
	k, ok := n.(*number)
	if !ok || k.percent || !k.value.IsInt() || !k.value.Num().IsInt64() {
		return 0
	}
	switch k.value.Num().Int64() {
	case 100:
		return 2
	case 1000:
		return 3
	case 10_000:
		return 4
	case 100_000:
		return 5
	}
	return 0
}

// unscaled gives the value of a numerator without such a factor.
func unscaled(n node, r *big.Rat) *big.Rat {
	if m, ok := n.(*binary); ok && m.op == opMul {
		for _, side := range []node{m.x, m.y} {
			if scales(side) != 0 {
				return new(big.Rat).Quo(r, side.(*number).value)
			}
		}
	}
	return r
}
