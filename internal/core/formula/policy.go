package formula

import (
	"math/big"
	"slices"
)

// A Missing policy tells what an indicator makes of operands that were not reported.
type Missing uint8

// The policies. There is no other way to let missing count as zero than to write it down, so that
// everyone who reads the formula sees it.
const (
	Strict Missing = iota // any missing operand makes the result missing
	Zero                  // named operands stand as coalesce(x, 0)
)

// Missing gives the policy that a formula follows, and the elements that count as zero.
func (e *Expr) Missing() (Missing, []string) {
	var codes []string
	walk(e.root, func(n node) bool {
		if c, ok := n.(*call); ok && c.fn != nil && c.fn.id == fnCoalesce && len(c.args) == 2 && isZero(c.args[1]) {
			if x := operandOf(c.args[0]); x != nil && !slices.Contains(codes, x.ref.Code) {
				codes = append(codes, x.ref.Code)
			}
		}
		return true
	})
	if len(codes) == 0 {
		return Strict, nil
	}
	return Zero, codes
}

// CountZero gives the formula in which each operand over one of the elements stands as
// coalesce(x, 0).
func (e *Expr) CountZero(elements ...string) *Expr {
	return finish(countZero(e.root, elements), e.kind)
}

func isZero(n node) bool {
	x, ok := n.(*number)
	return ok && x.value.Sign() == 0
}

// operandOf gives the element of an operand: a name, or sum, avg or last of one.
func operandOf(n node) *name {
	if c, ok := n.(*call); ok && c.fn != nil {
		switch c.fn.id {
		case fnSum, fnAvg, fnLast:
			n = c.args[0]
		}
	}
	if x, ok := n.(*name); ok && x.bound && x.ref.Kind == ElementRef {
		return x
	}
	return nil
}

func countZero(n node, elements []string) node {
	if x := operandOf(n); x != nil {
		if !slices.Contains(elements, x.ref.Code) {
			return n
		}
		return &call{span: n.place(), word: n.place(), name: "coalesce", fn: functionNamed("coalesce"),
			args: []node{n, &number{span: n.place(), spell: "0", value: new(big.Rat)}}}
	}
	switch n := n.(type) {
	case *unary:
		return &unary{n.span, n.op, countZero(n.x, elements)}
	case *binary:
		return &binary{n.span, n.op, countZero(n.x, elements), countZero(n.y, elements)}
	case *call:
		c := *n
		c.args = slices.Clone(n.args)
		for i, a := range c.args {
			if c.fn.id == fnCoalesce && i == 0 && operandOf(a) != nil {
				continue // has its fallback already
			}
			c.args[i] = countZero(a, elements)
		}
		return &c
	}
	return n
}
