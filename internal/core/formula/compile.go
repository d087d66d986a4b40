package formula

import (
	"math/big"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
)

// A program is a formula, with the indicators it names written out as defined for one period,
// turned into steps over columns. Registers are columns; a step writes its first register.
type program struct {
	steps []step
	ctxs  []context
	uses  []use // definitions written out, to know whether the program serves another period
	regs  int
	root  shape
	exact bool // not worth it, or not possible: Eval answers every cell
}

// A shape is what is known of a register before any number is.
type shape struct {
	scale int  // value = num / den × 10^-scale
	den   bool // has denominators
	truth bool // 1 or 0

	// fraction tells what Result.Numerator and Denominator are: none, the register's own at these
	// scales, or only Eval knows.
	fraction           fraction
	numScale, denScale int
	literal            bool // a number written out
}

type fraction uint8

const (
	noFraction fraction = iota
	ownFraction
	askEval
)

type stepOp uint8

const (
	stepConst     stepOp = iota // a = k
	stepLoad                    // a = operand q in context c
	stepDays                    // a = days of context c
	stepReturns                 // a = returns of form q in context c; k = 1 for those on time
	stepCount                   // a = units of kind q in context c
	stepUndefined               // a = no definition
	stepNeg
	stepAbs
	stepAdd
	stepSub
	stepMul
	stepDiv
	stepCompare // a = a ? b by o
	stepAnd
	stepOr
	stepNot
	stepIf       // a = a ? a+1 : a+2
	stepMin      // a = min(a, b)
	stepMax      // a = max(a, b)
	stepCoalesce // a = first of a … a+k-1
	stepRound    // a = a at k digits
	stepScale    // a = a with numerators × 10^k
	stepBase     // reasons of a become those of a base in context c
	stepMark     // flags of use k go to a
)

type step struct {
	op   stepOp
	a, b int
	ctx  int
	k    int64
	o    op
	load Load // without units and periods
	form string
	l, r shape // of the registers before the step
}

// A context is a way from the period asked for to the period of an operand.
type context struct {
	parent   int
	how      ctxHow
	n        int      // periods back
	body     *Expr    // the formula that is cut
	elements []string // its elements, with all indicators written out: they decide what is completed
}

type ctxHow uint8

const (
	ctxTop  ctxHow = iota
	ctxPrev        // n periods back
	ctxYoY
	ctxYTD
	ctxCut // to the completed slots
)

// A use is a definition written out in a context.
type use struct {
	ctx  int
	code string
	def  Definition // Expr is nil if there was none
}

const (
	maxProgram = 2000 // steps
	maxRegs    = 64
	maxScale   = 18
)

// compiler builds a program; spans are those of the period it is built for.
type compiler struct {
	p     *program
	src   Source
	frame []frame // by context
	depth int
}

// compile builds the program of a formula for a period.
func compile(src Source, e *Expr, p period.Period) *program {
	c := compiler{p: &program{ctxs: []context{{}}}, src: src}
	w := window{whole: p, part: p}
	c.frame = []frame{{win: w, now: w}}
	c.p.root = c.formula(e, 0, 0)
	if len(c.p.steps) > maxProgram || c.p.regs > maxRegs {
		c.p.exact = true
	}
	if c.p.exact {
		c.p.steps = nil
	}
	return c.p
}

// context gives the number of a context reached from another one.
func (c *compiler) context(x context) int {
	for i, y := range c.p.ctxs {
		if i > 0 && x.parent == y.parent && x.how == y.how && x.n == y.n && x.body == y.body {
			return i
		}
	}
	if x.how == ctxCut {
		x.elements = c.elements(x.body, x.parent)
	}
	c.p.ctxs = append(c.p.ctxs, x)
	f, _ := x.from(c.src, c.frame[x.parent])
	c.frame = append(c.frame, f)
	return len(c.p.ctxs) - 1
}

// elements gives the elements of a formula like evaluator.elements, and notes the definitions by
// which it found them.
func (c *compiler) elements(e *Expr, ctx int) []string {
	day := c.frame[ctx].win.whole.Last()
	if len(e.indicators) == 0 || day == 0 {
		return e.elements
	}
	seen := map[string]bool{}
	var note func(*Expr)
	note = func(x *Expr) {
		for _, code := range x.indicators {
			if seen[code] {
				continue
			}
			seen[code] = true
			d, ok := c.src.Definition(code, day)
			c.p.uses = append(c.p.uses, use{ctx: ctx, code: code, def: d})
			if ok {
				note(d.Expr)
			}
		}
	}
	note(e)
	ev := evaluator{src: c.src}
	return ev.elements(e, day)
}

// from gives the frame of a context, or why there is none, and whether it was cut.
func (x context) from(src Source, f frame) (to frame, a arrival) {
	switch x.how {
	case ctxPrev:
		back := f.win.whole.Shift(-x.n)
		if back.IsZero() {
			a.why = whyNoBase
		}
		f.win = f.win.moved(back)
	case ctxYoY:
		back, why := lastYear(f.win.whole)
		a.why = WhyOf(why)
		if why == measure.NoReason {
			a.why = WhyNot
		}
		f.win = f.win.moved(back)
	case ctxYTD:
		f.win, f.now = f.win.ytd(), f.now.ytd()
	case ctxCut:
		if f.win.n != 0 || f.win.whole.IsZero() {
			break
		}
		g, n, running := src.Completed(f.win.whole, x.elements)
		if running {
			a.running = true
			based := f.based()
			f.win = f.win.cut(g, n)
			if !based {
				f.now = f.win
			}
		}
	}
	return f, a
}

// An arrival tells what happened on the way into a context.
type arrival struct {
	why     Why
	running bool
}

// formula compiles a whole formula into register a.
func (c *compiler) formula(e *Expr, ctx, a int) shape {
	if !e.compares {
		return c.node(e.root, ctx, a)
	}
	cut := c.context(context{parent: ctx, how: ctxCut, body: e})
	s := c.node(e.root, cut, a)
	c.emit(step{op: stepMark, a: a, ctx: cut, k: -1})
	return s
}

func (c *compiler) emit(s step) {
	c.p.steps = append(c.p.steps, s)
	if len(c.p.steps) > maxProgram {
		c.p.exact = true
	}
}

// node compiles a part of a formula into register a; registers from a on may be overwritten.
func (c *compiler) node(n node, ctx, a int) shape {
	c.p.regs = max(c.p.regs, a+1)
	if c.p.exact || a+4 >= maxRegs {
		c.p.exact = true
		return shape{}
	}
	switch n := n.(type) {
	case *number:
		return c.number(n, a)
	case *name:
		if n.ref.Kind == IndicatorRef {
			return c.indicator(n.ref.Code, ctx, a)
		}
		return c.element(n, ByKind, ctx, a)
	case *unary:
		x := c.node(n.x, ctx, a)
		if n.op == opNot {
			c.emit(step{op: stepNot, a: a, l: x})
			return shape{truth: true}
		}
		c.emit(step{op: stepNeg, a: a, l: x})
		return shape{scale: x.scale, den: x.den}
	case *binary:
		return c.binary(n, ctx, a)
	case *call:
		return c.call(n, ctx, a)
	}
	c.p.exact = true
	return shape{}
}

func (c *compiler) number(n *number, a int) shape {
	k, scale := new(big.Rat).Set(n.value), 0
	for ten := big.NewRat(10, 1); !k.IsInt() && scale <= maxScale; scale++ {
		k.Mul(k, ten)
	}
	if !k.IsInt() || !k.Num().IsInt64() || scale > maxScale {
		c.p.exact = true
		return shape{}
	}
	c.emit(step{op: stepConst, a: a, k: k.Num().Int64()})
	return shape{scale: scale, literal: true}
}

func (c *compiler) element(n *name, how Agg, ctx, a int) shape {
	c.emit(step{op: stepLoad, a: a, ctx: ctx, load: Load{Code: n.ref.Code, Categories: n.cells, Agg: how}})
	return shape{scale: n.ref.Element.Scale, den: how == Average}
}

func (c *compiler) indicator(code string, ctx, a int) shape {
	u := use{ctx: ctx, code: code}
	if day := c.frame[ctx].win.whole.Last(); day != 0 {
		u.def, _ = c.src.Definition(code, day)
	}
	c.p.uses = append(c.p.uses, u)
	k := int64(len(c.p.uses) - 1)
	switch {
	case u.def.Expr == nil:
		c.emit(step{op: stepUndefined, a: a})
		return shape{}
	case u.def.Rollup == RollChildren || u.def.Rollup == RollNone || c.depth >= MaxChain:
		c.p.exact = true
		return shape{}
	}
	c.depth++
	s := c.formula(u.def.Expr, ctx, a)
	c.depth--
	c.emit(step{op: stepMark, a: a, ctx: ctx, k: k})
	s.literal = false
	return s
}

func (c *compiler) binary(n *binary, ctx, a int) shape {
	if n.op == opMul {
		// A factor of 100 and the like only moves the point.
		for _, side := range [][2]node{{n.x, n.y}, {n.y, n.x}} {
			if k := scales(side[0]); k > 0 {
				s := c.node(side[1], ctx, a)
				if s.literal {
					s.fraction = noFraction
				}
				s.scale, s.literal = s.scale-k, false
				return s
			}
		}
	}
	x := c.node(n.x, ctx, a)
	y := c.node(n.y, ctx, a+1)
	switch n.op {
	case opAnd:
		c.emit(step{op: stepAnd, a: a, b: a + 1, l: x, r: y})
		return shape{truth: true}
	case opOr:
		c.emit(step{op: stepOr, a: a, b: a + 1, l: x, r: y})
		return shape{truth: true}
	case opMul:
		c.emit(step{op: stepMul, a: a, b: a + 1, l: x, r: y})
		return c.within(shape{scale: x.scale + y.scale, den: x.den || y.den})
	case opDiv:
		c.emit(step{op: stepDiv, a: a, b: a + 1, l: x, r: y})
		s := shape{scale: x.scale - y.scale, den: true, fraction: askEval}
		if !x.den && !y.den {
			s.fraction, s.numScale, s.denScale = ownFraction, x.scale+numeratorScale(n.x), y.scale
		}
		return c.within(s)
	}
	x, y = c.align(a, x, a+1, y)
	switch n.op {
	case opAdd:
		c.emit(step{op: stepAdd, a: a, b: a + 1, l: x, r: y})
	case opSub:
		c.emit(step{op: stepSub, a: a, b: a + 1, l: x, r: y})
	default:
		c.emit(step{op: stepCompare, a: a, b: a + 1, o: n.op, l: x, r: y})
		return shape{truth: true}
	}
	return shape{scale: x.scale, den: x.den || y.den}
}

// numeratorScale gives by how much the factor in a numerator moves its point.
func numeratorScale(n node) int {
	if m, ok := n.(*binary); ok && m.op == opMul {
		if k := scales(m.x); k > 0 {
			return k
		}
		return scales(m.y)
	}
	return 0
}

func (c *compiler) within(s shape) shape {
	if s.scale > maxScale || s.scale < -maxScale {
		c.p.exact = true
	}
	return s
}

// align brings two registers to the same scale.
func (c *compiler) align(a int, x shape, b int, y shape) (shape, shape) {
	if x.scale < y.scale {
		c.rescale(a, &x, y.scale)
	} else if y.scale < x.scale {
		c.rescale(b, &y, x.scale)
	}
	return x, y
}

func (c *compiler) rescale(a int, s *shape, scale int) {
	k := scale - s.scale
	if k > maxScale {
		c.p.exact = true
		return
	}
	c.emit(step{op: stepScale, a: a, k: int64(k), l: *s})
	s.scale = scale
	s.literal = false
}

func (c *compiler) call(n *call, ctx, a int) shape {
	switch n.fn.id {
	case fnPrev:
		return c.based(n, context{parent: ctx, how: ctxPrev, n: stepsOf(n)}, a)
	case fnYoY:
		return c.based(n, context{parent: ctx, how: ctxYoY}, a)
	case fnYTD:
		return c.inner(c.node(n.args[0], c.context(context{parent: ctx, how: ctxYTD}), a))
	case fnSum:
		return c.element(n.args[0].(*name), Sum, ctx, a)
	case fnAvg:
		return c.element(n.args[0].(*name), Average, ctx, a)
	case fnLast:
		return c.element(n.args[0].(*name), Last, ctx, a)
	case fnIf:
		return c.branch(n, ctx, a)
	case fnMin, fnMax:
		return c.extreme(n, ctx, a)
	case fnCoalesce:
		return c.coalesce(n, ctx, a)
	case fnAbs:
		x := c.node(n.args[0], ctx, a)
		c.emit(step{op: stepAbs, a: a, l: x})
		return shape{scale: x.scale, den: x.den}
	case fnRound:
		return c.round(n, ctx, a)
	case fnReportingRate, fnOntimeRate:
		s := step{op: stepReturns, a: a, ctx: ctx, form: n.args[0].(*text).code}
		if n.fn.id == fnOntimeRate {
			s.k = 1
		}
		c.emit(s)
		return shape{den: true, fraction: ownFraction}
	case fnCountUnits:
		if len(n.args) == 1 {
			c.emit(step{op: stepCount, a: a, ctx: ctx, form: n.args[0].(*text).code})
			return shape{}
		}
	case fnDays:
		c.emit(step{op: stepDays, a: a, ctx: ctx})
		return shape{}
	}
	c.p.exact = true
	return shape{}
}

// inner gives the shape of a value handed on by a function: no longer a literal.
func (c *compiler) inner(s shape) shape {
	s.literal = false
	return s
}

func (c *compiler) based(n *call, x context, a int) shape {
	ctx := c.context(x)
	s := c.inner(c.node(n.args[0], ctx, a))
	c.emit(step{op: stepBase, a: a, ctx: ctx})
	return s
}

// join brings the shapes of registers from a on together, for a step that takes one of them.
func (c *compiler) join(a int, shapes []shape) shape {
	out := shapes[0]
	for _, s := range shapes[1:] {
		out.scale = max(out.scale, s.scale)
		out.den = out.den || s.den
		if s.fraction != noFraction {
			out.fraction = askEval
		}
	}
	for i := range shapes {
		if shapes[i].scale < out.scale {
			c.rescale(a+i, &shapes[i], out.scale)
		}
	}
	if out.fraction != noFraction {
		out.fraction = askEval
	}
	out.literal = false
	return out
}

func (c *compiler) branch(n *call, ctx, a int) shape {
	c.node(n.args[0], ctx, a)
	shapes := []shape{c.node(n.args[1], ctx, a+1), c.node(n.args[2], ctx, a+2)}
	s := c.join(a+1, shapes)
	c.emit(step{op: stepIf, a: a, l: shapes[0], r: shapes[1]})
	return s
}

func (c *compiler) extreme(n *call, ctx, a int) shape {
	x := c.node(n.args[0], ctx, a)
	for _, arg := range n.args[1:] {
		y := c.node(arg, ctx, a+1)
		x, y = c.align(a, x, a+1, y)
		o := stepMin
		if n.fn.id == fnMax {
			o = stepMax
		}
		c.emit(step{op: o, a: a, b: a + 1, l: x, r: y})
		x = shape{scale: x.scale, den: x.den || y.den}
	}
	return x
}

func (c *compiler) coalesce(n *call, ctx, a int) shape {
	shapes := make([]shape, len(n.args))
	for i, arg := range n.args {
		shapes[i] = c.node(arg, ctx, a+i)
	}
	s := c.join(a, shapes)
	if s.den {
		for i := range shapes {
			if !shapes[i].den {
				// A column of ones, so that all registers look alike.
				c.emit(step{op: stepScale, a: a + i, k: 0, l: shapes[i], r: shape{den: true}})
			}
		}
	}
	c.emit(step{op: stepCoalesce, a: a, k: int64(len(n.args)), l: s})
	return s
}

func (c *compiler) round(n *call, ctx, a int) shape {
	x := c.node(n.args[0], ctx, a)
	digits := digitsOf(n)
	if d := digits - x.scale; d > maxScale || d < -maxScale {
		c.p.exact = true
	}
	c.emit(step{op: stepRound, a: a, k: int64(digits), l: x})
	s := shape{scale: digits}
	if x.fraction != noFraction {
		s.fraction = askEval
	}
	return s
}
