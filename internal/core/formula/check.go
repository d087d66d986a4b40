package formula

import (
	"slices"
	"strings"
	"unicode/utf8"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
)

// A Scope is what a formula is checked against.
type Scope struct {
	Names Names
	Self  string // code of the indicator being defined, "" for a formula in passing
	Want  Kind   // Number, Condition for a check of a form, or Either
}

// Check reads a formula and finds what its names mean. The error is Errors and holds every fault
// at once: of spelling, names, categories, kinds, and indicators that go in circles or too deep.
func Check(formula string, in Scope) (*Expr, error) {
	src := []rune(formula)
	errs := &reporter{src: src}
	root := parse(src, errs)
	c := checker{Scope: in, errs: errs}
	k, ok := c.kind(root)
	if ok && k != in.Want && in.Want != Either {
		c.mismatch(root, in.Want)
	}
	c.chains(root)
	if err := errs.errors(); err != nil {
		return nil, err
	}
	return finish(root, k), nil
}

// Of gives the formula that consists of one name, for a figure asked by its code.
func Of(r Ref) *Expr {
	return finish(&name{text: r.Code, ref: r, bound: true}, Number)
}

// finish notes what a sound formula uses.
func finish(root node, k Kind) *Expr {
	e := &Expr{root: root, kind: k, checked: true}
	note := func(list *[]string, code string) {
		if !slices.Contains(*list, code) {
			*list = append(*list, code)
		}
	}
	walk(root, func(n node) bool {
		switch n := n.(type) {
		case *name:
			if n.ref.Kind == ElementRef {
				note(&e.elements, n.ref.Code)
			} else {
				note(&e.indicators, n.ref.Code)
			}
		case *call:
			switch n.fn.id {
			case fnPrev, fnYoY:
				e.compares = true
			case fnReportingRate, fnOntimeRate:
				note(&e.forms, n.args[0].(*text).code)
			}
		}
		return true
	})
	return e
}

type checker struct {
	Scope
	errs *reporter
}

// kind checks n and tells what it answers; ok is false where a fault makes that unknowable.
func (c *checker) kind(n node) (k Kind, ok bool) {
	switch n := n.(type) {
	case *number:
		return Number, true
	case *name:
		c.resolve(n)
		return Number, true
	case *unary:
		want := Number
		if n.op == opNot {
			want = Condition
		}
		c.need(n.x, want)
		return want, true
	case *binary:
		want := Number
		if n.op == opAnd || n.op == opOr {
			want = Condition
		}
		c.need(n.x, want)
		c.need(n.y, want)
		if n.op.compares() {
			return Condition, true
		}
		return want, true
	case *call:
		return c.call(n)
	case *text:
		c.errs.add(n.pos, n.n, "type", "这里不能用带引号的文字")
	case *bad:
		for _, x := range n.parts {
			c.kind(x)
		}
	}
	return Number, false
}

func (c *checker) need(n node, want Kind) {
	if k, ok := c.kind(n); ok && k != want {
		c.mismatch(n, want)
	}
}

func (c *checker) mismatch(n node, want Kind) {
	s := n.place()
	if want == Number {
		c.errs.add(s.pos, s.n, "type", "这里需要一个数，却是一个条件；要把条件变成数，请写 if(条件, 1, 0)")
	} else {
		c.errs.add(s.pos, s.n, "type", "这里需要一个条件（如 a > b），却是一个数")
	}
}

// resolve finds what a name means.
func (c *checker) resolve(n *name) {
	word := span{n.pos, n.n}
	if len(n.picks) > 0 {
		word.n = n.picks[0].pos - n.pos
	}
	var figures, forms []Ref
	for _, r := range c.Names.Find(n.text) {
		if r.Kind == FormRef {
			forms = append(forms, r)
		} else {
			figures = append(figures, r)
		}
	}
	switch {
	case len(figures) == 1:
		n.ref, n.bound = figures[0], true
		c.categories(n)
	case len(figures) > 1:
		var codes []string
		for _, r := range figures {
			codes = append(codes, r.Code)
		}
		c.errs.add(n.pos, word.n, "ambiguous", "“%s”不止一个含义，请改用代码：%s", n.text, strings.Join(codes, "、"))
	case len(forms) > 0:
		c.errs.add(n.pos, word.n, "form", "“%s”是报表，不能直接计算；可以写 reporting_rate(\"%s\")", n.text, n.text)
	default:
		c.unknown(n)
	}
}

func (c *checker) unknown(n *name) {
	if f := functionNamed(n.text); f != nil {
		c.errs.add(n.pos, n.n, "function", "“%s”是函数，后面要有括号，写成 %s", n.text, f.Signature(f.Chinese == n.text))
		return
	}
	for _, o := range []op{opAnd, opOr, opNot} {
		word := chineseWords[o]
		left, right, ok := strings.Cut(n.text, word)
		if ok && right != "" && (left == "" || len(c.Names.Find(left)) > 0) && len(c.Names.Find(right)) > 0 {
			c.errs.add(n.pos, n.n, "unknown-name", "没有名为“%s”的数据项或指标；“%s”的两边要加空格", n.text, word)
			return
		}
	}
	var list []string
	for _, r := range c.Names.Known() {
		if r.Kind != FormRef {
			list = append(list, r.Name, r.NameEN, r.Code)
		}
	}
	near := Suggest(n.text, list)
	if len(near) == 0 {
		c.errs.add(n.pos, n.n, "unknown-name", "没有名为“%s”的数据项或指标", n.text)
		return
	}
	e := c.errs.add(n.pos, n.n, "unknown-name", "没有名为“%s”的数据项或指标；您是不是想写：%s？", n.text, strings.Join(near, "、"))
	e.Suggest = quoteName(near[0])
}

// categories finds the cells that a selector means.
func (c *checker) categories(n *name) {
	if len(n.picks) == 0 {
		return
	}
	if n.ref.Kind != ElementRef {
		c.errs.add(n.pos, n.n, "selector", "分类只能跟在数据项后面，“%s”是指标", n.text)
		return
	}
	s := n.ref.Element.Scheme
	if s.Kind == measure.NoScheme {
		c.errs.add(n.pos, n.n, "selector", "数据项“%s”没有分类", n.text)
		return
	}
	want := map[string]string{}
	for i := range n.picks {
		p := &n.picks[i]
		if p.label == "" {
			return // the parser has said so
		}
		d := c.dimension(s, p)
		if d == nil {
			return
		}
		if _, twice := want[d.Name]; twice {
			c.errs.add(p.pos, p.n, "selector", "维度“%s”写了两次", d.Name)
			return
		}
		l := findLabel(*d, p.label)
		if l == nil {
			var labels []string
			for _, l := range d.Labels {
				labels = append(labels, l.Name)
			}
			c.errs.add(p.pos, p.n, "unknown-category", "维度“%s”没有类别“%s”；可用的类别：%s", d.Name, p.label, strings.Join(labels, "、"))
			return
		}
		p.dim, p.label = d.Name, l.Name
		want[d.Name] = l.Name
	}
	if s.Kind == measure.Overlapping && len(want) < len(s.Dimensions) {
		c.errs.add(n.pos, n.n, "selector", "“%s”的类别可以重叠，不能相加；请给每个维度各选一类：%s", n.text, dimensionNames(s))
		return
	}
	n.cells, _ = s.Select(want) // every label has been found above
}

func (c *checker) dimension(s measure.Scheme, p *pick) *measure.Dimension {
	if p.dim == "" && len(s.Dimensions) == 1 {
		return &s.Dimensions[0]
	}
	for i := range s.Dimensions {
		if d := &s.Dimensions[i]; p.dim != "" && (sameWord(p.dim, d.Name) || sameWord(p.dim, d.NameEN)) {
			return d
		}
	}
	if p.dim == "" {
		c.errs.add(p.pos, p.n, "selector", "请写明“%s”是哪个维度的类别，如 维度=\"%s\"；可用的维度：%s", p.label, p.label, dimensionNames(s))
	} else {
		c.errs.add(p.pos, p.n, "unknown-category", "没有维度“%s”；可用的维度：%s", p.dim, dimensionNames(s))
	}
	return nil
}

func findLabel(d measure.Dimension, word string) *measure.Label {
	for i := range d.Labels {
		if d.Labels[i].Name == word {
			return &d.Labels[i]
		}
	}
	for i := range d.Labels {
		if l := &d.Labels[i]; sameWord(word, l.Name) || sameWord(word, l.NameEN) {
			return l
		}
	}
	return nil
}

// sameWord compares in half width; an empty b is never meant.
func sameWord(a, b string) bool { return b != "" && wordKey(a) == wordKey(b) }

func dimensionNames(s measure.Scheme) string {
	var names []string
	for _, d := range s.Dimensions {
		names = append(names, d.Name)
	}
	return strings.Join(names, "、")
}

func (c *checker) call(n *call) (k Kind, ok bool) {
	if n.fn == nil {
		c.noFunction(n)
		return Number, false
	}
	if most := n.fn.most(); len(n.args) < n.fn.least() || most >= 0 && len(n.args) > most {
		c.errs.add(n.word.pos, n.n, "arguments", "“%s”的参数个数不对，应写成 %s", n.name, n.fn.Signature(n.name == n.fn.Chinese))
		for _, a := range n.args {
			c.names(a)
		}
		return n.fn.Result, true
	}
	for i, a := range n.args {
		arg, _ := n.fn.arg(i)
		c.argument(n, arg, a)
	}
	return n.fn.Result, true
}

// names resolves the names in n without asking what it answers; quoted ones may have been texts.
func (c *checker) names(n node) {
	walk(n, func(x node) bool {
		if x, ok := x.(*name); ok && !x.quoted {
			c.resolve(x)
		}
		return true
	})
}

func (c *checker) noFunction(n *call) {
	for _, r := range c.Names.Known() {
		for _, w := range []string{r.Name, r.NameEN} {
			if strings.HasPrefix(wordKey(w), wordKey(n.name)+"(") {
				c.errs.drop(n.span)
				e := c.errs.add(n.pos, n.n, "quote", "名称里有括号时要加引号，写成 %s", quote(w))
				e.Suggest = quote(w)
				return
			}
		}
	}
	var list []string
	for _, f := range functions {
		list = append(list, f.Name, f.Chinese)
	}
	near := Suggest(n.name, list)
	for _, f := range functions {
		if slices.ContainsFunc(f.Also, func(w string) bool { return sameWord(n.name, w) }) {
			near = []string{f.Name}
			if _, size := utf8.DecodeRuneInString(n.name); size > 1 {
				near = []string{f.Chinese}
			}
		}
	}
	if len(near) > 0 {
		e := c.errs.add(n.pos, n.word.n, "function", "没有函数“%s”；您是不是想写：%s？", n.name, strings.Join(near, "、"))
		e.Suggest = near[0]
	} else if len(c.Names.Find(n.name)) > 0 {
		c.errs.add(n.pos, n.word.n, "function", "“%s”不是函数；后面若要相乘，请写 *", n.name)
	} else {
		c.errs.add(n.pos, n.word.n, "function", "没有函数“%s”；可用的函数见公式说明", n.name)
	}
	for _, a := range n.args {
		c.names(a)
	}
}

func (c *checker) argument(f *call, arg Arg, a node) {
	s := a.place()
	switch arg.Kind {
	case NumberArg:
		c.need(a, Number)
	case ConditionArg:
		c.need(a, Condition)
	case ElementArg:
		c.element(f, a)
	case CountArg:
		if n, ok := wholeNumber(a); !ok || n < 1 || n > 600 {
			c.errs.add(s.pos, s.n, "arguments", "“%s”的期数应为 1 到 600 的整数", f.name)
		}
	case DigitsArg:
		if n, ok := wholeNumber(a); !ok || n > 6 {
			c.errs.add(s.pos, s.n, "arguments", "“%s”的位数应为 0 到 6 的整数", f.name)
		}
	case FormArg:
		c.form(f, a)
	case UnitKindArg:
		c.unitKind(f, a)
	}
}

func (c *checker) element(f *call, a node) {
	s := a.place()
	n, ok := a.(*name)
	if !ok {
		c.names(a)
		c.errs.add(s.pos, s.n, "arguments", "“%s”里只能写一个数据项；要先算后合计，请分别写，如 sum(a) + sum(b)", f.name)
		return
	}
	c.resolve(n)
	switch {
	case !n.bound:
	case n.ref.Kind != ElementRef:
		c.errs.add(s.pos, s.n, "arguments", "“%s”里只能写数据项，“%s”是指标；要把每期算好的指标相加，请改写公式", f.name, n.text)
	case n.ref.Element.Kind == measure.Point && f.fn.id != fnLast:
		c.errs.add(s.pos, s.n, "arguments", "“%s”是点值，只有本单位本期的值，不能用“%s”", n.text, f.name)
	}
}

func wholeNumber(a node) (int64, bool) {
	n, ok := a.(*number)
	if !ok || n.percent || !n.value.IsInt() || !n.value.Num().IsInt64() {
		return 0, false
	}
	return n.value.Num().Int64(), true
}

func (c *checker) form(f *call, a node) {
	s := a.place()
	t, ok := a.(*text)
	if !ok {
		c.errs.add(s.pos, s.n, "arguments", "“%s”里应写一张报表的代码或名称，加引号", f.name)
		return
	}
	var codes, list []string
	for _, r := range c.Names.Find(t.value) {
		if r.Kind == FormRef {
			codes = append(codes, r.Code)
		}
	}
	switch len(codes) {
	case 1:
		t.code = codes[0]
		return
	case 0:
	default:
		c.errs.add(s.pos, s.n, "ambiguous", "“%s”不止一个含义，请改用代码：%s", t.value, strings.Join(codes, "、"))
		return
	}
	for _, r := range c.Names.Known() {
		if r.Kind == FormRef {
			list = append(list, r.Name, r.NameEN, r.Code)
		}
	}
	near := Suggest(t.value, list)
	if len(near) == 0 {
		c.errs.add(s.pos, s.n, "unknown-form", "没有报表“%s”", t.value)
		return
	}
	e := c.errs.add(s.pos, s.n, "unknown-form", "没有报表“%s”；您是不是想写：%s？", t.value, strings.Join(near, "、"))
	e.Suggest = quote(near[0])
}

// unitKind reads a kind of unit by its code or its Chinese word.
func (c *checker) unitKind(f *call, a node) {
	s := a.place()
	t, ok := a.(*text)
	if !ok {
		c.errs.add(s.pos, s.n, "arguments", "“%s”里应写一类单位，加引号，如 \"village\"", f.name)
		return
	}
	var all []string
	for _, k := range org.Kinds() {
		if sameWord(t.value, string(k)) || sameWord(t.value, k.Text()) || sameWord(t.value, plainKind(k)) {
			t.code, t.kind = string(k), true
			return
		}
		all = append(all, string(k))
	}
	c.errs.add(s.pos, s.n, "unknown-kind", "没有单位类别“%s”；可用的类别：%s", t.value, strings.Join(all, "、"))
}

// plainKind gives the Chinese word of a kind without what it says in brackets: 村 for 村（社区）.
func plainKind(k org.Kind) string {
	w, _, _ := strings.Cut(k.Text(), "（")
	return w
}

// chains follows the indicators of a formula through their own formulas and reports circles,
// chains that are too long and formulas that would become too large written out.
func (c *checker) chains(root node) {
	t := tracer{names: c.Names, self: c.Self, known: map[string]extent{}}
	total, said := 0, map[string]bool{}
	walk(root, func(x node) bool {
		n, ok := x.(*name)
		if !ok || !n.bound || n.ref.Kind != IndicatorRef || said[n.ref.Code] {
			return true
		}
		t.circle, t.long = nil, nil
		total = min(total+t.follow(n.ref.Code, nil).size, MaxExpanded+1)
		said[n.ref.Code] = true
		switch {
		case t.circle != nil:
			c.errs.add(n.pos, n.n, "cycle", "指标循环引用：%s；请改写其中一个", c.chain(t.circle))
		case t.long != nil:
			c.errs.add(n.pos, n.n, "too-deep", "指标一个套一个，超过 %d 层：%s；请减少层次", MaxChain, c.chain(t.long))
		case total > MaxExpanded:
			c.errs.add(n.pos, n.n, "too-large", "把引用的指标全部展开后太大，超过 %d 项；请简化“%s”", MaxExpanded, n.text)
			total = 0
		default:
			said[n.ref.Code] = false // count it again where it stands again
		}
		return true
	})
}

func (c *checker) chain(codes []string) string {
	shown := make([]string, len(codes))
	for i, code := range codes {
		shown[i] = code
		for _, r := range c.Names.Find(code) {
			if r.Code == code && r.Name != "" {
				shown[i] = r.Name
			}
		}
	}
	return strings.Join(shown, " → ")
}

// A tracer walks from indicator to indicator.
type tracer struct {
	names        Names
	self         string
	known        map[string]extent // of those found sound
	circle, long []string
}

// An extent tells how large an indicator is written out, and how many follow one another in it.
type extent struct{ size, depth int }

// follow measures an indicator; path holds the codes on the way to it.
func (t *tracer) follow(code string, path []string) extent {
	if code == t.self {
		t.circle = append(append([]string{code}, path...), code)
		return extent{}
	}
	if i := slices.Index(path, code); i >= 0 {
		t.circle = append(slices.Clone(path[i:]), code)
		return extent{}
	}
	if x, ok := t.known[code]; ok && len(path)+x.depth <= MaxChain {
		return x
	}
	if path = append(path, code); len(path) > MaxChain {
		t.long = slices.Clone(path)
		return extent{}
	}
	e := t.names.Formula(code)
	if e == nil {
		return extent{1, 1}
	}
	x := extent{0, 1}
	walk(e.root, func(n node) bool {
		x.size++
		if n, ok := n.(*name); ok && n.bound && n.ref.Kind == IndicatorRef && t.circle == nil && t.long == nil {
			inner := t.follow(n.ref.Code, path)
			x.size = min(x.size+inner.size, MaxExpanded+1)
			x.depth = max(x.depth, inner.depth+1)
		}
		return true
	})
	if t.circle == nil && t.long == nil {
		t.known[code] = x
	}
	return x
}
