package returns

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A checker is the rules of a form, read against a catalogue.
type checker struct {
	cat   *measure.Catalogue
	rules []compiled
}

type compiled struct {
	Rule
	left, right *formula.Expr
	fault       error // the rule no longer fits the catalogue
}

// dictionary names the elements for rules; indicators and forms have no place in them.
func dictionary(cat *measure.Catalogue) *formula.Dictionary {
	all := cat.All()
	refs := make([]formula.Ref, len(all))
	for i := range all {
		refs[i] = formula.Ref{Kind: formula.ElementRef, Code: all[i].Code, Name: all[i].Name, NameEN: all[i].NameEN, Element: &all[i]}
	}
	return formula.NewDictionary(refs, nil)
}

func newChecker(f *Form, cat *measure.Catalogue) *checker {
	c := &checker{cat: cat}
	names := dictionary(cat)
	for _, r := range f.Rules {
		x := compiled{Rule: r}
		x.left, x.fault = side(r.Left, names)
		if x.fault == nil {
			x.right, x.fault = side(r.Right, names)
		}
		c.rules = append(c.rules, x)
	}
	return c
}

// side reads one side of a rule.
func side(text string, names *formula.Dictionary) (*formula.Expr, error) {
	e, err := formula.Check(text, formula.Scope{Names: names, Want: formula.Number})
	if err != nil {
		return nil, err
	}
	if len(e.Forms()) > 0 || len(e.Indicators()) > 0 {
		return nil, fault.New(fault.Invalid, "规则里只能用数据项，不能用指标和报送率")
	}
	return e, nil
}

// prepareRules reads the rules of a form and puts codes for names; what cannot be read is found.
func (f *Form) prepareRules(cat *measure.Catalogue) fault.Findings {
	var list fault.Findings
	names := dictionary(cat)
	for i := range f.Rules {
		r := &f.Rules[i]
		touches := false
		for _, s := range []*string{&r.Left, &r.Right} {
			if strings.TrimSpace(*s) == "" {
				continue // Check has said so
			}
			e, err := side(*s, names)
			if err != nil {
				list = append(list, fault.Finding{Field: "rules", Row: i + 1, Value: *s, Rule: "formula",
					Format: "规则 %s 的“%s”读不懂：%s", Args: []any{r.Code, *s, err}})
				touches = true
				continue
			}
			*s = e.Codes()
			for _, code := range e.Elements() {
				for _, it := range f.Items {
					touches = touches || it.Element == code
				}
			}
		}
		if !touches {
			list = append(list, fault.Finding{Field: "rules", Row: i + 1, Rule: "form",
				Format: "规则 %s 没有用到这张表的数据项；请改正或删去", Args: []any{r.Code}})
		}
	}
	return list
}

// A history answers what was approved before, in other returns.
type history interface {
	// value gives the approved value of a cell in a period.
	value(k Key, p period.Period) (int64, bool)
	// operand gives an operand of a rule.
	operand(q formula.Query) formula.Operand
}

// approved is the history that a cube holds.
type approved struct {
	cube *cube.Cube
	cat  *measure.Catalogue
}

func (a approved) value(k Key, p period.Period) (int64, bool) {
	if a.cube == nil {
		return 0, false
	}
	e, ok := a.cat.Code(k.Element)
	if !ok {
		return 0, false
	}
	s, err := a.cube.Reported(e.ID, k.Category)
	if err != nil {
		return 0, false
	}
	x := a.cube.Read(s, k.Subject, p, cube.Natural)
	return x.Sum, x.Reason == measure.NoReason
}

func (a approved) operand(q formula.Query) formula.Operand {
	e, ok := a.cat.Code(q.Code)
	if !ok || a.cube == nil {
		return formula.Operand{Reason: measure.NotDefined}
	}
	s, err := a.cube.Select(e.ID, q.Categories)
	if err != nil {
		return formula.Operand{Reason: measure.NotDefined}
	}
	agg := cube.Natural
	switch q.Agg {
	case formula.Sum:
		agg = cube.Sum
	case formula.Average:
		agg = cube.Avg
	case formula.Last:
		agg = cube.Last
	}
	x := a.cube.Read(s, q.Unit, q.Period, agg)
	o := formula.Operand{Int: x.Sum, Scale: e.Scale, Reason: x.Reason}
	if x.Reason == measure.NoReason && q.Agg == formula.Average {
		o.Value = new(big.Rat).Quo(measure.Rat(x.Sum, e.Scale), new(big.Rat).SetInt64(int64(x.Slots)))
	}
	return o
}

// rule checks one rule for every row, or for the sum of the rows.
func (k *checking) rule(r *compiled) {
	if r.fault != nil {
		k.add(-1, 0, ruleFormula, Info, "", "规则 %s 与现在的数据项不符，没有检查：%s", r.Code, r.fault)
		return
	}
	if r.Total {
		k.ruleFor(r, -1)
		return
	}
	for row := range k.l.Subjects {
		k.ruleFor(r, row)
	}
}

func (k *checking) ruleFor(r *compiled, row int) {
	src := &ruleSource{k: k, row: row, gap: r.Gap == GapsZero}
	unit := k.l.Place.Unit
	if row >= 0 {
		unit = k.l.Subjects[row]
	}
	ask := func(e *formula.Expr) formula.Result { return formula.Eval(src, e, unit, k.l.Place.Period) }
	left, right := ask(r.left), ask(r.right)
	if r.Gap == SkipAll && src.present > 0 {
		src.gap = true
		left, right = ask(r.left), ask(r.right)
	}
	if src.broken || left.Reason != measure.NoReason || right.Reason != measure.NoReason {
		return
	}
	if holds(r.Op, left.Value.Cmp(right.Value)) {
		return
	}
	what := r.Message
	if what == "" {
		what = fmt.Sprintf("%s %s %s", r.left.Text(nameOf(k.l)), r.Op, r.right.Text(nameOf(k.l)))
	}
	remedy := fault.Word("请核对后改正")
	switch r.Severity {
	case Soft:
		remedy = "请核对，无误的请写明说明"
	case Info:
		remedy = "供核对"
	}
	at, col := row, 0
	if len(src.cols) > 0 {
		col = src.cols[0]
		if at < 0 && len(k.l.Subjects) == 1 {
			at = 0
		}
	}
	k.add(at, col, rulePrefix+r.Code, r.Severity, measure.Exact(left.Value), "%s：左边是 %s，右边是 %s；%s",
		what, measure.Exact(left.Value), measure.Exact(right.Value), remedy)
	k.with(at, src.cols...)
}

func nameOf(l *Layout) func(string) string {
	return func(code string) string {
		for _, it := range l.Form.Items {
			if it.Element == code {
				return it.Label
			}
		}
		return ""
	}
}

// A ruleSource answers a rule: the cells of the return for its own period, approved values for
// everything else.
type ruleSource struct {
	k       *checking
	row     int // −1: the sum of all rows
	gap     bool
	present int   // operands of the return that have a value
	cols    []int // the columns that were asked, left side first
	broken  bool  // an operand holds something that is no number, which is said already
}

// Operand gives the value of an element for the row, or for the sum of the rows.
func (s *ruleSource) Operand(q formula.Query) formula.Operand {
	l := s.k.l
	if q.Period != l.Place.Period {
		return s.k.h.operand(q)
	}
	cells := q.Categories
	if len(cells) == 0 {
		cells = []measure.Category{""}
	}
	cols, ok := s.columns(q.Code, cells)
	if !ok && len(q.Categories) == 0 {
		// A partition without its total is added up.
		if e, known := s.k.l.element(q.Code); known && e.Scheme.Kind == measure.Partition {
			cols, ok = s.columns(q.Code, e.Scheme.All())
		}
	}
	if !ok {
		return s.k.h.operand(q)
	}
	for _, c := range cols {
		if !slices.Contains(s.cols, c) {
			s.cols = append(s.cols, c)
		}
	}
	o := formula.Operand{Scale: l.Columns[cols[0]].Element.Scale}
	lo, hi := 0, len(l.Subjects)
	if s.row >= 0 {
		lo, hi = s.row, s.row+1
	}
	for row := lo; row < hi; row++ {
		for _, c := range cols {
			key := l.Key(row, c)
			v, ok := s.k.out.Values[key]
			if s.k.broken[key] {
				s.broken = true
			}
			if ok {
				s.present++
				o.Int += v.N
			} else if !s.gap {
				o.Reason = measure.Absent
			}
		}
	}
	return o
}

func (s *ruleSource) columns(code string, cells []measure.Category) ([]int, bool) {
	var cols []int
	for _, c := range cells {
		col, ok := s.k.l.columnOf[Key{Element: code, Category: c}]
		if !ok {
			return nil, false
		}
		cols = append(cols, col)
	}
	return cols, len(cols) > 0
}

// element gives the element of the form with a code.
func (l *Layout) element(code string) (measure.Element, bool) {
	for i := range l.Columns {
		if l.Columns[i].Element.Code == code {
			return l.Columns[i].Element, true
		}
	}
	return measure.Element{}, false
}

// Definition, Returns, Units, Children and Completed are not asked by rules of forms, which hold
// elements of whole periods only.
func (s *ruleSource) Definition(string, period.Day) (formula.Definition, bool) {
	return formula.Definition{}, false
}

// Returns gives nothing, see Definition.
func (s *ruleSource) Returns(string, org.UnitID, period.Period) formula.Returns {
	return formula.Returns{Reason: measure.NotDefined}
}

// Units gives the units of a kind at or beneath another.
func (s *ruleSource) Units(kind org.Kind, under org.UnitID, on period.Day) ([]org.UnitID, measure.Reason) {
	out, ok := s.k.l.Tree.OfKind(kind, under)
	if !ok {
		return nil, measure.BelowLevel
	}
	return out, measure.NoReason
}

// Children gives the units directly beneath another.
func (s *ruleSource) Children(unit org.UnitID, on period.Day) []org.UnitID {
	return s.k.l.Tree.Children(unit)
}

// Completed says that the period is over: what is handed in is compared with whole periods.
func (s *ruleSource) Completed(period.Period, []string) (period.Grain, int, bool) { return 0, 0, false }
