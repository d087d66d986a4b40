package formula

import (
	"math/big"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A TraceKind tells what a step of an explanation is.
type TraceKind uint8

// The kinds of steps.
const (
	NumberStep    TraceKind = iota // a number written in the formula
	ElementStep                    // an operand
	IndicatorStep                  // an indicator; its one child is its formula
	OperationStep                  // a sign
	FunctionStep                   // a function
	UnitStep                       // the same formula for a unit beneath
)

// A Trace is one step of an explanation: a part of the formula with its answer and what it was
// made from.
type Trace struct {
	Kind       TraceKind
	Code       string // of the element, the indicator or the form
	Unit       org.UnitID
	Period     period.Period // for which operands were asked
	Definition *Definition   // of an indicator
	Result
	Children []*Trace

	expr node
}

func (e *evaluator) trace(n node, f frame, v val, kids []*Trace) *Trace {
	t := &Trace{Unit: f.unit, Period: f.win.part, Result: v.result(), Children: kids, expr: n}
	switch n := n.(type) {
	case *number:
		t.Kind = NumberStep
	case *name:
		t.Code = n.ref.Code
		if t.Kind = ElementStep; n.ref.Kind == IndicatorRef {
			t.Kind = IndicatorStep
			if d, ok := e.src.Definition(t.Code, f.win.whole.Last()); ok {
				t.Definition = &d
			}
		}
	case *call:
		t.Kind = FunctionStep
		switch n.fn.id {
		case fnReportingRate, fnOntimeRate:
			t.Code = n.args[0].(*text).code
		case fnSum, fnAvg, fnLast:
			t.Kind, t.Code = ElementStep, n.args[0].(*name).ref.Code
		}
	default:
		t.Kind = OperationStep
	}
	return t
}

func (e *evaluator) childTrace(d Definition, f frame, v val, kids []*Trace) *Trace {
	return &Trace{Kind: UnitStep, Unit: f.unit, Period: f.win.part, Definition: &d, Result: v.result(), Children: kids, expr: d.Expr.root}
}

// Words are what an explanation is told with. A zero Words gives codes in Chinese.
type Words struct {
	English   bool
	Translate func(string) string // from the Chinese text or format; nil for Chinese
	Name      func(code string) string
	Unit      func(org.UnitID) string
}

func (w Words) tr(s string) string {
	if w.Translate == nil {
		return s
	}
	return w.Translate(s)
}

// say fills a format that the catalogue translates.
func (w Words) say(format string, args ...any) string {
	return fault.Say(fault.New(fault.Invalid, format, args...), w.Translate)
}

func (w Words) period(p period.Period) string {
	if w.English {
		return p.English()
	}
	return p.Chinese()
}

func (w Words) unit(u org.UnitID) string {
	if w.Unit == nil {
		return measure.Decimal(int64(u), 0)
	}
	return w.Unit(u)
}

func (w Words) spelling() spelling {
	return spelling{names: w.Name, chinese: !w.English, english: w.English, pretty: true}
}

// formula writes down the part of the formula that a step is.
func (w Words) formula(n node) string {
	var b strings.Builder
	w.spelling().write(&b, n, 0)
	return b.String()
}

// Text gives the part of the formula that t is, with names.
func (t *Trace) Text(w Words) string { return w.formula(t.expr) }

// Answer gives the value as printed, or the reason in words.
func (t *Trace) Answer(w Words) string {
	switch {
	case t.Reason != measure.NoReason:
		return w.tr(t.Reason.Text())
	case t.Value == nil && t.Truth:
		return w.tr("成立")
	case t.Value == nil:
		return w.tr("不成立")
	case t.Definition != nil:
		return t.Definition.Format.Show(t.Value, t.Definition.Digits, w.tr(t.Definition.Unit), w.Translate)
	}
	return number4(t.Value)
}

// Fraction gives numerator and denominator, "737 / 946", or "" if there are none that can be
// written exactly.
func (t *Trace) Fraction() string {
	if t.Numerator == nil || t.Denominator == nil {
		return ""
	}
	s := number4(t.Numerator) + " / " + number4(t.Denominator)
	if strings.Contains(s, "≈") {
		return ""
	}
	return s
}

// number4 writes a number for reading: exactly where six decimals are enough, else about.
func number4(r *big.Rat) string {
	if s := measure.Round(r, 6); new(big.Rat).Sub(mustRat(s), r).Sign() == 0 {
		if strings.Contains(s, ".") {
			s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
		}
		return measure.Group(s)
	}
	return "≈" + measure.Group(measure.Round(r, 4))
}

func mustRat(s string) *big.Rat {
	r, _ := new(big.Rat).SetString(s)
	return r
}

// A Line is one line of an explanation as a tree.
type Line struct {
	Depth    int
	Text     string // "查处率 = 查处人次 ÷ 现有人数"
	Answer   string // "77.91%" or "未报"
	Fraction string // "737 / 946" or ""
	Unit     string // if it differs from the line above it in the tree
	Period   string // the same
	Reported string // "17 / 18" or ""
	Notes    []string
	Trace    *Trace
}

// Lines gives the explanation as the lines of a tree. Numbers written in the formula have no line
// of their own, and an indicator shares its line with its formula.
func (t *Trace) Lines(w Words) []Line {
	var out []Line
	t.lines(w, 0, nil, &out)
	return out
}

func (t *Trace) lines(w Words, depth int, above *Trace, out *[]Line) {
	if t.Kind == NumberStep && above != nil {
		return
	}
	l := Line{Depth: depth, Text: t.Text(w), Answer: t.Answer(w), Fraction: t.Fraction(), Trace: t}
	kids := t.Children
	inside := t
	if t.Kind == IndicatorStep && len(kids) == 1 && kids[0].Kind != UnitStep {
		inside = kids[0]
		if !inside.leaf() {
			kids = inside.Children
		}
		l.Text += " = " + inside.Text(w)
	}
	if t.Kind == UnitStep {
		l.Text = w.unit(t.Unit)
		if len(kids) == 1 && kids[0].Kind != UnitStep && !kids[0].leaf() {
			kids = kids[0].Children
		}
	} else if above == nil || above.Unit != t.Unit {
		l.Unit = w.unit(t.Unit)
	}
	if n := len(kids); t.Kind == IndicatorStep && n > 0 && kids[0].Kind == UnitStep {
		l.Text += " = " + w.say("%d 个下级单位之和", n)
	}
	if above == nil || above.Period != inside.Period {
		l.Period = w.period(inside.Period)
	}
	if c := t.Coverage; c.Expected > 0 {
		l.Reported = number4(new(big.Rat).SetInt64(int64(c.Reported))) + " / " + number4(new(big.Rat).SetInt64(int64(c.Expected)))
	}
	if t.Kind == ElementStep && len(t.Coverage.Missing) > 0 {
		l.Notes = append(l.Notes, w.say("缺：%s", w.units(t.Coverage.Missing)))
	}
	if t.Kind == IndicatorStep && t.Version > 1 {
		l.Notes = append(l.Notes, w.say("第 %d 版定义（%s 起）", t.Version, t.Definition.From.String()))
	}
	if above == nil || t.Flags&^above.Flags != 0 || t.Kind == ElementStep || t.Kind == IndicatorStep {
		for _, s := range t.Flags.Texts() {
			l.Notes = append(l.Notes, w.tr(s))
		}
	}
	*out = append(*out, l)
	for _, k := range kids {
		k.lines(w, depth+1, inside, out)
	}
}

// leaf tells whether a step has no parts to show.
func (t *Trace) leaf() bool { return t.Kind == ElementStep || t.Kind == IndicatorStep }

// Tree gives the explanation as text, one step a line, parts indented below the whole.
func (t *Trace) Tree(w Words) string {
	var b strings.Builder
	for _, l := range t.Lines(w) {
		b.WriteString(strings.Repeat("  ", l.Depth))
		parts := []string{l.Text, l.Answer, l.Fraction, l.Unit, l.Period, l.Reported}
		b.WriteString(joinFilled(append(parts, l.Notes...), "  "))
		b.WriteByte('\n')
	}
	return b.String()
}

func joinFilled(parts []string, sep string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, sep)
}

// units names units, at most ten of them.
func (w Words) units(list []org.UnitID) string {
	var names []string
	for _, u := range list[:min(len(list), 10)] {
		names = append(names, w.unit(u))
	}
	s := strings.Join(names, w.tr("、"))
	if len(list) > 10 {
		s = w.say("%s等 %d 个单位", s, len(list))
	}
	return s
}

// Sentence gives the explanation in words.
func (t *Trace) Sentence(w Words) string {
	parts := []string{w.say("%s，%s：%s", w.unit(t.Unit), w.period(t.Period), t.equation(w))}
	seen := map[string]bool{}
	t.nested(w, t, seen, &parts)
	if c := t.Coverage; c.Expected > 0 {
		switch {
		case c.Complete():
			parts = append(parts, w.say("应报 %d 项，全部已报", c.Expected))
		case len(c.Missing) > 0:
			parts = append(parts, w.say("应报 %d 项，已报 %d 项，缺：%s", c.Expected, c.Reported, w.units(c.Missing)))
		default:
			parts = append(parts, w.say("应报 %d 项，已报 %d 项", c.Expected, c.Reported))
		}
	}
	for _, s := range t.Flags.Texts() {
		parts = append(parts, w.tr(s))
	}
	return strings.Join(parts, w.tr("；")) + w.tr("。")
}

// nested explains the indicators inside t, each once.
func (t *Trace) nested(w Words, top *Trace, seen map[string]bool, parts *[]string) {
	for _, k := range t.Children {
		if k.Kind == UnitStep {
			continue
		}
		if k.Kind == IndicatorStep && k != top {
			at := k.Code + " " + k.Period.String()
			if !seen[at] {
				seen[at] = true
				if k.Period != top.Period {
					*parts = append(*parts, w.say("其中%s：%s", w.period(k.Period), k.equation(w)))
				} else {
					*parts = append(*parts, w.say("其中 %s", k.equation(w)))
				}
			}
		}
		if c, ok := k.expr.(*call); ok && c.fn.id == fnCountUnits {
			continue
		}
		k.nested(w, top, seen, parts)
	}
}

// equation gives "查处率 = 查处人次（737）÷ 现有人数（946）= 77.91%".
func (t *Trace) equation(w Words) string {
	body := t
	head := ""
	if t.Kind == IndicatorStep && len(t.Children) == 1 && t.Children[0].Kind != UnitStep {
		body = t.Children[0]
		head = t.Text(w) + " = "
	}
	s := head + body.annotated(w)
	if n := len(t.Children); t.Kind == IndicatorStep && n > 0 && t.Children[0].Kind == UnitStep {
		s = t.Text(w) + " = " + w.say("%d 个下级单位之和", n)
		if t.Reason == measure.NoReason {
			return s + " = " + t.Answer(w)
		}
	}
	if t.Kind == IndicatorStep && t.Version > 1 {
		s = w.say("%s（第 %d 版定义，%s 起）", t.Text(w), t.Version, t.Definition.From.String()) + " = " + body.annotated(w)
	}
	if t.Reason != measure.NoReason {
		return w.say("%s，没有值：%s", s, fault.Word(t.Reason.Text()))
	}
	if t == body && (t.leaf() || t.Kind == NumberStep) {
		return s
	}
	if t.Value == nil {
		return w.say("%s，%s", s, fault.Word(t.truthWord()))
	}
	return s + " = " + t.Answer(w)
}

func (t *Trace) truthWord() string {
	if t.Truth {
		return "成立"
	}
	return "不成立"
}

// annotated writes the formula of t with the value behind each operand.
func (t *Trace) annotated(w Words) string {
	known := map[node]*Trace{}
	t.index(known)
	s := w.spelling()
	s.after = func(b *strings.Builder, n node) {
		k := known[n]
		if k == nil {
			return
		}
		if k.Period != t.Period && !k.Period.IsZero() {
			b.WriteString(w.say("（%s，%s）", k.Answer(w), w.period(k.Period)))
		} else {
			b.WriteString(w.say("（%s）", k.Answer(w)))
		}
	}
	var b strings.Builder
	s.write(&b, t.expr, 0)
	return b.String()
}

// index notes the steps whose value is told: operands, and functions that hide theirs.
func (t *Trace) index(known map[node]*Trace) {
	switch t.Kind {
	case ElementStep, IndicatorStep:
		known[t.expr] = t
		return
	case FunctionStep:
		switch t.expr.(*call).fn.id {
		case fnReportingRate, fnOntimeRate, fnCountUnits, fnDays:
			known[t.expr] = t
			return
		}
	}
	for _, k := range t.Children {
		k.index(known)
	}
}
