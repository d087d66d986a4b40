package formula

import (
	"math/big"
	"slices"

	"kaiyang/internal/core/measure"
)

// A Kind is what a formula or a part of it answers.
type Kind uint8

// The kinds. Only a Number can be an indicator; a Condition serves in if, in count_units and as
// a check of a form.
const (
	Number Kind = iota
	Condition
	Either // only as what a Scope wants: one or the other, Expr.Kind tells which
)

// A node is a part of a formula; spans count runes from 0.
type node interface{ place() span }

type span struct{ pos, n int }

func (s span) place() span { return s }

// to gives the span from the start of s to the end of e.
func (s span) to(e span) span { return span{s.pos, e.pos + e.n - s.pos} }

type (
	// A number keeps its spelling, for 0.10 must not come back as 1/10.
	number struct {
		span
		spell   string
		percent bool
		value   *big.Rat
	}

	// A name stands for an element or an indicator; ref and cells are known once checked.
	name struct {
		span
		text   string
		quoted bool
		picks  []pick
		ref    Ref
		cells  []measure.Category
		bound  bool
	}

	// A pick is one condition of a selector; dim may be empty if there is one dimension only.
	pick struct {
		span
		dim, label string
	}

	unary struct {
		span
		op op
		x  node
	}

	binary struct {
		span
		op   op
		x, y node
	}

	call struct {
		span
		word span      // of the function's name
		name string    // as written
		fn   *Function // nil if there is no such function
		args []node
	}

	// A text is an argument that names a form or a kind of unit.
	text struct {
		span
		value string
		code  string // known once checked
		kind  bool   // of a kind of unit, not of a form
	}

	// A bad node stands where the parser found a fault and reported it; parts are what it could
	// read around it.
	bad struct {
		span
		parts []node
	}
)

type op uint8

const (
	opAdd op = iota
	opSub
	opMul
	opDiv
	opLess
	opLessEq
	opGreater
	opGreaterEq
	opEqual
	opNotEqual
	opAnd
	opOr
	opNot
	opNeg
)

var opText = [...]string{
	opAdd: "+", opSub: "-", opMul: "*", opDiv: "/", opLess: "<", opLessEq: "<=", opGreater: ">",
	opGreaterEq: ">=", opEqual: "=", opNotEqual: "<>", opAnd: "and", opOr: "or", opNot: "not", opNeg: "-",
}

// How tightly the operators bind, loosest first.
const (
	bindOr = iota + 1
	bindAnd
	bindNot
	bindCompare
	bindAdd
	bindMul
	bindSign
	bindAtom
)

func (o op) binds() int {
	switch o {
	case opOr:
		return bindOr
	case opAnd:
		return bindAnd
	case opNot:
		return bindNot
	case opAdd, opSub:
		return bindAdd
	case opMul, opDiv:
		return bindMul
	case opNeg:
		return bindSign
	}
	return bindCompare
}

func (o op) compares() bool { return o >= opLess && o <= opNotEqual }

// An Expr is a formula that has been read and, if it came from Check, found sound. It never
// changes and may be used by many goroutines at once.
type Expr struct {
	root    node
	checked bool
	kind    Kind

	elements   []string // codes in order of appearance, without repeats
	indicators []string
	forms      []string
	compares   bool // uses prev or yoy itself
}

// Kind tells what the formula answers.
func (e *Expr) Kind() Kind { return e.kind }

// Elements gives the codes of the elements that the formula names itself, in order of appearance.
func (e *Expr) Elements() []string { return slices.Clone(e.elements) }

// Indicators gives the codes of the indicators that the formula names itself.
func (e *Expr) Indicators() []string { return slices.Clone(e.indicators) }

// Forms gives the codes of the forms whose reporting rate the formula asks for.
func (e *Expr) Forms() []string { return slices.Clone(e.forms) }

// Same tells whether both formulas have the same tree: the same spelling of numbers and the same
// things meant, however they were called.
func (e *Expr) Same(o *Expr) bool { return sameNode(e.root, o.root) }

func sameNode(a, b node) bool {
	switch a := a.(type) {
	case *number:
		b, ok := b.(*number)
		return ok && a.spell == b.spell && a.percent == b.percent
	case *name:
		b, ok := b.(*name)
		return ok && a.same(b)
	case *unary:
		b, ok := b.(*unary)
		return ok && a.op == b.op && sameNode(a.x, b.x)
	case *binary:
		b, ok := b.(*binary)
		return ok && a.op == b.op && sameNode(a.x, b.x) && sameNode(a.y, b.y)
	case *call:
		b, ok := b.(*call)
		return ok && a.fn == b.fn && (a.fn != nil || a.name == b.name) && slices.EqualFunc(a.args, b.args, sameNode)
	case *text:
		b, ok := b.(*text)
		if ok && a.code != "" && b.code != "" {
			return a.code == b.code
		}
		return ok && a.value == b.value
	}
	return false
}

func (a *name) same(b *name) bool {
	if a.bound && b.bound {
		return a.ref.Code == b.ref.Code && slices.Equal(a.cells, b.cells)
	}
	return a.text == b.text && slices.EqualFunc(a.picks, b.picks, func(p, q pick) bool {
		return p.dim == q.dim && p.label == q.label
	})
}

// walk visits n and everything in it, outside first; visit returns false to leave a part out.
func walk(n node, visit func(node) bool) {
	if !visit(n) {
		return
	}
	switch n := n.(type) {
	case *unary:
		walk(n.x, visit)
	case *binary:
		walk(n.x, visit)
		walk(n.y, visit)
	case *call:
		for _, a := range n.args {
			walk(a, visit)
		}
	case *bad:
		for _, x := range n.parts {
			walk(x, visit)
		}
	}
}
