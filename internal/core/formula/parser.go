package formula

import (
	"math/big"
)

// A parser turns tokens into a tree, by binding strength (Pratt). After a fault it goes on, so
// that one pass finds all faults.
type parser struct {
	tokens []token
	at     int
	depth  int
	errs   *reporter
}

// Parse reads a formula without knowing any names. The error is Errors with every fault. What it
// gives can be printed and compared, not evaluated; use Check for that.
func Parse(formula string) (*Expr, error) {
	src := []rune(formula)
	errs := &reporter{src: src}
	root := parse(src, errs)
	if err := errs.errors(); err != nil {
		return nil, err
	}
	return &Expr{root: root}, nil
}

func parse(src []rune, errs *reporter) node {
	if len(src) > MaxLength {
		errs.add(MaxLength, 0, "length", "公式太长，最多 %d 个字；请拆成几个指标", MaxLength)
		return &bad{}
	}
	p := parser{tokens: lex(src, errs), errs: errs}
	if p.peek().kind == tokEnd {
		errs.add(0, 0, "empty", "公式是空的，请写出要计算的内容")
		return &bad{}
	}
	x := p.expression(0)
	for p.peek().kind != tokEnd {
		x = p.leftover(x)
	}
	return x
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) take() token {
	t := p.tokens[p.at]
	if t.kind != tokEnd {
		p.at++
	}
	return t
}

func (p *parser) accept(k tokenKind) bool {
	if p.peek().kind == k {
		p.at++
		return true
	}
	return false
}

// leftover reports what stands after a complete expression and reads on behind it.
func (p *parser) leftover(x node) node {
	t := p.peek()
	switch t.kind {
	case tokClose:
		p.errs.add(t.pos, t.n, "bracket", "多了一个“)”，前面没有与它配对的“(”")
		p.at++
	case tokCloseBrace:
		p.errs.add(t.pos, t.n, "bracket", "多了一个“}”，前面没有与它配对的“{”")
		p.at++
	case tokComma, tokSemicolon:
		p.errs.add(t.pos, t.n, "separator", "这里不应有分隔符；逗号只用在函数的括号里")
		p.at++
	default:
		p.errs.add(t.pos, t.n, "operator", "这里缺少运算符（+ - * / 等）；名称里有空格或标点时请加引号")
	}
	before := p.at
	var y node
	if infix(p.peek().kind) != 0 && p.peek().kind != tokMinus {
		y = p.infixes(&bad{span: span{p.peek().pos, 0}}, 0)
	} else if p.peek().kind != tokEnd {
		y = p.expression(0)
	}
	if y == nil {
		return x
	}
	if p.at == before {
		p.at++ // whatever it is, do not meet it again
	}
	return &bad{span: x.place().to(y.place()), parts: []node{x, y}}
}

// enter counts nesting; when there is too much of it, it says so and ends the reading.
func (p *parser) enter() bool {
	p.depth++
	if p.depth <= MaxNesting {
		return true
	}
	t := p.peek()
	p.errs.add(t.pos, t.n, "nesting", "括号和函数套得太深，最多 %d 层；请拆成几个指标", MaxNesting)
	p.errs.muted = true
	p.at = len(p.tokens) - 1
	return false
}

// expression reads an expression whose operators bind at least as tightly as least.
func (p *parser) expression(least int) node { return p.infixes(p.prefix(), least) }

func (p *parser) infixes(x node, least int) node {
	for {
		t := p.peek()
		if t.kind == tokUnknown {
			p.at++
			y := p.expression(bindSign)
			x = &bad{x.place().to(y.place()), []node{x, y}}
			continue
		}
		o := infix(t.kind)
		if o == 0 {
			return x
		}
		binds := (o - 1).binds()
		if binds < least {
			return x
		}
		p.at++
		b, ok := x.(*binary)
		chained := ok && binds == bindCompare && b.op.compares() && !bracketed(b)
		if chained {
			p.errs.add(t.pos, t.n, "comparison", "比较不能连写；请写成 a < b 且 b < c")
		}
		y := p.expression(binds + 1)
		if chained {
			x = &bad{x.place().to(y.place()), []node{x, y}}
			continue
		}
		x = &binary{x.place().to(y.place()), o - 1, x, y}
	}
}

// bracketed tells whether b was written in brackets: then its span begins with one.
func bracketed(b *binary) bool { return b.pos < b.x.place().pos }

// infix gives the operator of a sign plus one, 0 if it is none.
func infix(k tokenKind) op {
	switch k {
	case tokPlus:
		return opAdd + 1
	case tokMinus:
		return opSub + 1
	case tokTimes:
		return opMul + 1
	case tokDivide:
		return opDiv + 1
	case tokLess:
		return opLess + 1
	case tokLessEq:
		return opLessEq + 1
	case tokGreater:
		return opGreater + 1
	case tokGreaterEq:
		return opGreaterEq + 1
	case tokEqual:
		return opEqual + 1
	case tokNotEqual:
		return opNotEqual + 1
	case tokAnd:
		return opAnd + 1
	case tokOr:
		return opOr + 1
	}
	return 0
}

func (p *parser) prefix() node {
	t := p.peek()
	switch t.kind {
	case tokMinus:
		return p.signed(opNeg, bindSign)
	case tokNot:
		return p.signed(opNot, bindNot)
	case tokNumber:
		return p.number()
	case tokName, tokQuoted, tokRaw:
		return p.name()
	case tokOpen:
		return p.brackets()
	case tokPlus:
		p.errs.add(t.pos, t.n, "operator", "“+”前面缺少一个数；正号不用写")
		return p.signed(opNeg, bindSign)
	case tokUnknown:
		p.at++
		if !p.enter() {
			break
		}
		x := p.prefix()
		p.depth--
		return &bad{span{t.pos, t.n}.to(x.place()), []node{x}}
	case tokEnd:
		p.errs.add(t.pos, 0, "operand", "公式没有写完，这里缺少一个数或名称")
	default:
		p.errs.add(t.pos, t.n, "operand", "这里缺少一个数或名称")
	}
	return &bad{span: span{t.pos, 0}}
}

func (p *parser) signed(o op, binds int) node {
	t := p.take()
	if !p.enter() {
		return &bad{span: span{t.pos, t.n}}
	}
	x := p.expression(binds)
	p.depth--
	return &unary{span{t.pos, t.n}.to(x.place()), o, x}
}

func (p *parser) number() node {
	t := p.take()
	n := &number{span: span{t.pos, t.n}, spell: t.text}
	n.value, _ = new(big.Rat).SetString(t.text)
	if u := p.peek(); u.kind == tokPercent {
		p.at++
		n.percent = true
		n.span = n.to(span{u.pos, u.n})
		n.value.Mul(n.value, big.NewRat(1, 100))
	}
	return p.noPercent(n)
}

// noPercent refuses a percent sign after anything but a number.
func (p *parser) noPercent(x node) node {
	for t := p.peek(); t.kind == tokPercent; t = p.peek() {
		p.errs.add(t.pos, t.n, "percent", "百分号只能写在数字后面，如 20%；要显示成百分数，请在指标的格式里选择")
		p.at++
		switch p.peek().kind {
		case tokNumber, tokName, tokQuoted, tokOpen: // meant as an operator
			y := p.prefix()
			x = &bad{x.place().to(y.place()), []node{x, y}}
		}
	}
	return x
}

func (p *parser) brackets() node {
	open := p.take()
	if !p.enter() {
		return &bad{span: span{open.pos, open.n}}
	}
	x := p.expression(0)
	p.depth--
	x, end := p.close(open, x)
	// The brackets belong to the span, so that errors underline them too.
	switch x := x.(type) {
	case *binary:
		y := *x
		y.span = end
		return p.noPercent(&y)
	case *unary:
		y := *x
		y.span = end
		return p.noPercent(&y)
	}
	return p.noPercent(x)
}

// close takes the closing bracket of open, reading over what does not belong between x and it, and
// gives what stands inside and the span with both brackets.
func (p *parser) close(open token, x node) (node, span) {
	for {
		t := p.peek()
		switch t.kind {
		case tokClose:
			p.at++
			return x, span{open.pos, t.pos + t.n - open.pos}
		case tokEnd:
			line, col := p.errs.lineCol(open.pos)
			p.errs.add(t.pos, 0, "bracket", "缺少“)”，与第 %d 行第 %d 列的“(”配对", line, col)
			return x, span{open.pos, t.pos - open.pos}
		}
		x = p.leftover(x)
	}
}

func (p *parser) name() node {
	t := p.take()
	if t.kind == tokName && p.peek().kind == tokOpen {
		return p.noPercent(p.call(t))
	}
	n := &name{span: span{t.pos, t.n}, text: t.text, quoted: t.kind == tokQuoted}
	if p.peek().kind == tokOpenBrace {
		p.selector(n)
	}
	return p.noPercent(n)
}

func (p *parser) selector(n *name) {
	p.at++
	for {
		t := p.peek()
		switch t.kind {
		case tokCloseBrace:
			if len(n.picks) == 0 {
				p.errs.add(t.pos, t.n, "selector", "花括号里没有分类；请写成 {维度=\"类别\"}")
			}
			p.at++
			n.span = n.to(span{t.pos, t.n})
			return
		case tokRaw, tokQuoted:
			n.picks = append(n.picks, p.pick())
		case tokComma:
			if p.at++; len(n.picks) == 0 || p.peek().kind != tokRaw && p.peek().kind != tokQuoted {
				p.errs.add(t.pos, t.n, "selector", "这个分隔符旁边缺少分类")
			}
		case tokEqual:
			p.errs.add(t.pos, t.n, "selector", "“=”前面缺少维度名称")
			p.at++
		default:
			p.errs.add(t.pos, 0, "bracket", "缺少“}”")
			return
		}
	}
}

func (p *parser) pick() pick {
	t := p.take()
	s := span{t.pos, t.n}
	if !p.accept(tokEqual) {
		if k := p.peek().kind; k == tokRaw || k == tokQuoted {
			p.errs.add(p.peek().pos, 0, "selector", "两个分类之间缺少逗号")
		}
		return pick{s, "", t.text}
	}
	u := p.peek()
	if u.kind != tokRaw && u.kind != tokQuoted {
		p.errs.add(u.pos, 0, "selector", "“%s=”后面缺少类别", t.text)
		return pick{s, t.text, ""}
	}
	p.at++
	if k := p.peek().kind; k == tokRaw || k == tokQuoted {
		p.errs.add(p.peek().pos, 0, "selector", "两个分类之间缺少逗号")
	}
	return pick{s.to(span{u.pos, u.n}), t.text, u.text}
}

// call reads the arguments of a function. Arguments that are texts may be bare words.
func (p *parser) call(t token) node {
	c := &call{span: span{t.pos, t.n}, word: span{t.pos, t.n}, name: t.text, fn: functionNamed(t.text)}
	open := p.take()
	if !p.enter() {
		return c
	}
	defer func() { p.depth-- }()
	if u := p.peek(); u.kind == tokClose {
		p.at++
		c.span = c.to(span{u.pos, u.n})
		return c
	}
	for {
		c.args = append(c.args, p.argument(c.fn, len(c.args)))
		t := p.peek()
		if t.kind != tokComma && t.kind != tokSemicolon {
			break
		}
		p.at++
	}
	last := &c.args[len(c.args)-1]
	x, end := p.close(open, *last)
	*last, c.span = x, c.to(end)
	return c
}

func (p *parser) argument(f *Function, i int) node {
	t := p.peek()
	if f != nil && (t.kind == tokQuoted || t.kind == tokName) {
		if a, ok := f.arg(i); ok && (a.Kind == FormArg || a.Kind == UnitKindArg) {
			if next := p.tokens[p.at+1].kind; next == tokComma || next == tokSemicolon || next == tokClose || next == tokEnd {
				p.at++
				return &text{span: span{t.pos, t.n}, value: t.text}
			}
		}
	}
	return p.expression(0)
}
