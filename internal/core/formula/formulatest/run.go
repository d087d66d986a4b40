package formulatest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// Dir finds the folder of the case files from anywhere in the module.
func Dir() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		cases := filepath.Join(dir, "internal/core/formula/testdata/cases")
		if _, err := os.Stat(cases); err == nil {
			return cases, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("no internal/core/formula/testdata/cases above the working directory")
		}
		dir = up
	}
}

// Run runs all case files against an engine. With the flag -rewrite it fills in results, except
// those of cases marked "# by hand", which it still compares.
func Run(t *testing.T, e Engine) {
	dir, err := Dir()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.test"))
	if err != nil || len(files) < 10 {
		t.Fatalf("found %d case files in %s, want at least 10 (%v)", len(files), dir, err)
	}
	translate := english(t, filepath.Join(dir, "../english.json"))
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".test"), func(t *testing.T) {
			byHand := markedByHand(t, file)
			r := &runner{w: &World{}, engine: e, translate: translate}
			datadriven.RunTest(t, file, func(t *testing.T, d *datadriven.TestData) string {
				got := strings.TrimRight(r.do(t, d), "\n")
				if d.Rewrite && byHand[d.Pos] {
					if want := strings.TrimRight(d.Expected, "\n"); got != want {
						t.Errorf("%s: worked by hand, not rewritten\ngot:\n%s\nwant:\n%s", d.Pos, got, want)
					}
					return d.Expected
				}
				return got
			})
		})
	}
}

// english reads the English catalogue of the package.
func english(t testing.TB, file string) func(string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]string{}
	if err := json.Unmarshal(text, &words); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return func(s string) string {
		if e, ok := words[s]; ok {
			return e
		}
		return s
	}
}

// markedByHand gives the positions of the directives under a comment "# by hand".
func markedByHand(t testing.TB, file string) map[string]bool {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	marked := false
	for i, line := range bytes.Split(text, []byte("\n")) {
		s := string(bytes.TrimSpace(line))
		switch {
		case strings.HasPrefix(s, "#"):
			marked = marked || strings.HasPrefix(s, "# by hand")
		case s != "" && marked:
			out[fmt.Sprintf("%s:%d", file, i+1)] = true
			marked = false
		}
	}
	return out
}

type runner struct {
	w         *World
	engine    Engine
	translate func(string) string
}

func (r *runner) source(t testing.TB, w *World) formula.VectorSource {
	if r.engine.Source == nil {
		return NewTable(w)
	}
	return r.engine.Source(t, w)
}

func (r *runner) do(t *testing.T, d *datadriven.TestData) string {
	t.Helper()
	need := func(err error) {
		t.Helper()
		if err != nil {
			d.Fatalf(t, "%s", fault.Say(err, nil)+" "+err.Error())
		}
	}
	switch d.Cmd {
	case "orgs":
		need(r.w.addUnits(d.Input))
		return fmt.Sprintf("%d 个单位", len(r.w.Units))
	case "move":
		need(r.w.move(value(d, "unit"), value(d, "to"), value(d, "on")))
		return "已改隶"
	case "elements":
		for _, line := range strings.Split(d.Input, "\n") {
			need(r.w.addElement(line))
		}
		return fmt.Sprintf("%d 个数据项", len(r.w.Elements))
	case "forms":
		for _, line := range strings.Split(d.Input, "\n") {
			need(r.w.addForm(line))
		}
		return fmt.Sprintf("%d 张报表", len(r.w.Forms))
	case "load", "correct":
		p, err := period.Parse(plain(d, 0))
		need(err)
		n, err := r.w.addFacts(p, d.Input, d.Cmd == "correct")
		need(err)
		r.additive(t, d)
		if d.Cmd == "correct" {
			return fmt.Sprintf("更正 %d 个数", n)
		}
		return fmt.Sprintf("%d 个数", n)
	case "returns":
		p, err := period.Parse(plain(d, 1))
		need(err)
		n, err := r.w.addSent(plain(d, 0), p, d.Input)
		need(err)
		return fmt.Sprintf("%d 份报表", n)
	case "today":
		day, err := period.ParseDay(plain(d, 0))
		need(err)
		r.w.Today = day
		return "今天是 " + day.String()
	case "define":
		return r.define(t, d)
	case "check":
		return r.check(t, d)
	case "eval":
		return r.eval(t, d)
	case "calc":
		return r.calc(t, d)
	case "explain":
		return r.explain(t, d)
	case "functions":
		return functionList()
	case "format":
		return formats(d.Input)
	}
	d.Fatalf(t, "unknown command %s", d.Cmd)
	return ""
}

// value gives the argument key=value.
func value(d *datadriven.TestData, key string) string {
	if a, ok := d.Arg(key); ok && len(a.Vals) == 1 {
		return a.Vals[0]
	}
	return ""
}

// plain gives the i-th argument without a value.
func plain(d *datadriven.TestData, i int) string {
	for _, a := range d.CmdArgs {
		if len(a.Vals) == 0 {
			if i == 0 {
				return a.Key
			}
			i--
		}
	}
	return ""
}

// additive checks, for everything loaded, that each unit has the sum of its children.
func (r *runner) additive(t testing.TB, d *datadriven.TestData) {
	src := r.source(t, r.w)
	reg, err := r.w.Register()
	if err != nil {
		d.Fatalf(t, "%v", err)
	}
	var periods []period.Period
	for _, f := range r.w.Facts {
		if !slices.Contains(periods, f.Period) {
			periods = append(periods, f.Period)
		}
	}
	for _, e := range r.w.Elements {
		for _, p := range periods {
			if e.Kind == measure.Point {
				continue
			}
			tree := reg.On(p.Last())
			for _, u := range tree.Preorder(e.Level.Tree()) {
				total := src.Operand(formula.Query{Code: e.Code, Unit: u, Period: p})
				if row, _ := rowsBelow(tree, e.Level, u); row || total.Reason == measure.NoGrain || total.Reason == measure.BelowLevel {
					continue
				}
				sum, some := int64(0), false
				for _, c := range tree.Children(u) {
					o := src.Operand(formula.Query{Code: e.Code, Unit: c, Period: p})
					sum += o.Int
					some = some || o.Reason == measure.NoReason
				}
				if sum != total.Int || some != (total.Reason == measure.NoReason) {
					t.Errorf("%s: %s of %s in %s is %d (%s), its children sum to %d", d.Pos, e.Code, r.w.unitName(u), p, total.Int, total.Reason, sum)
				}
			}
		}
	}
}

// define checks a formula and keeps it as a version of an indicator.
func (r *runner) define(t testing.TB, d *datadriven.TestData) string {
	code := plain(d, 0)
	nd := Definition{Name: value(d, "name"), NameEN: strings.ReplaceAll(value(d, "en"), "_", " ")}
	nd.From = period.MustDay("2010-01-01")
	if s := value(d, "from"); s != "" {
		nd.From = period.MustDay(s)
	}
	if ds := r.w.Definitions[code]; nd.Name == "" && len(ds) > 0 {
		nd.Name, nd.NameEN = ds[len(ds)-1].Name, ds[len(ds)-1].NameEN
	}
	if nd.Name == "" {
		nd.Name = code
	}
	var err error
	if nd.Format, err = formula.ParseFormat(plain(d, 1)); err != nil {
		d.Fatalf(t, "%v", err)
	}
	fmt.Sscan(value(d, "digits"), &nd.Digits)
	nd.Unit = value(d, "unit")
	var ok bool
	if nd.Rollup, ok = formula.ParseRollup(value(d, "rollup")); !ok {
		d.Fatalf(t, "unknown rollup %s", value(d, "rollup"))
	}
	e, err := formula.Check(d.Input, formula.Scope{Names: r.w.Names(), Self: code})
	if err != nil {
		return faults(d.Input, err, nil)
	}
	r.spellings(t, d, e, formula.Number)
	nd.Expr = e
	r.w.define(code, nd)
	return e.Codes()
}

// spellings checks that every way of writing a formula down reads back as the same formula.
func (r *runner) spellings(t testing.TB, d *datadriven.TestData, e *formula.Expr, want formula.Kind) {
	for _, s := range []string{e.Codes(), e.Text(r.w.name), e.English(r.w.nameEN)} {
		back, err := formula.Check(s, formula.Scope{Names: r.w.Names(), Want: want})
		if err != nil {
			t.Errorf("%s: printed as %q, which is refused: %v", d.Pos, s, err)
		} else if !back.Same(e) || back.Codes() != e.Codes() {
			t.Errorf("%s: printed as %q, which reads back as %q", d.Pos, s, back.Codes())
		}
	}
}

// check prints the three spellings of a formula, or all its faults.
func (r *runner) check(t testing.TB, d *datadriven.TestData) string {
	scope := formula.Scope{Names: r.w.Names(), Self: value(d, "self")}
	if plain(d, 0) == "condition" {
		scope.Want = formula.Condition
	}
	e, err := formula.Check(d.Input, scope)
	tr := r.translate
	if value(d, "lang") != "en" {
		tr = nil
	}
	if err != nil {
		return faults(d.Input, err, tr)
	}
	r.spellings(t, d, e, scope.Want)
	return "存：" + e.Codes() + "\n中：" + e.Text(r.w.name) + "\n英：" + e.English(r.w.nameEN)
}

// faults shows every fault with the caret under its place.
func faults(text string, err error, tr func(string) string) string {
	list, ok := err.(formula.Errors)
	if !ok {
		return "unexpected error: " + err.Error()
	}
	var b strings.Builder
	for _, e := range list {
		b.WriteString(e.Say(tr) + "\n")
		for _, line := range strings.Split(e.Caret(text), "\n") {
			b.WriteString("  | " + line + "\n")
		}
		if e.Suggest != "" {
			b.WriteString("  → " + e.Suggest + "\n")
		}
	}
	return b.String()
}

// figure finds the formula for a code: an indicator's or an element's name.
func (r *runner) figure(word string) (*formula.Expr, Definition, bool) {
	refs := r.w.Names().Find(word)
	if len(refs) != 1 {
		return nil, Definition{}, false
	}
	var d Definition
	if ds := r.w.Definitions[refs[0].Code]; len(ds) > 0 {
		d = ds[len(ds)-1]
	}
	return formula.Of(refs[0]), d, true
}

// eval answers an indicator or element for units and periods, twice: the second time with the
// facts in another order.
func (r *runner) eval(t testing.TB, d *datadriven.TestData) string {
	e, def, ok := r.figure(plain(d, 0))
	if !ok {
		d.Fatalf(t, "no indicator or element %s", plain(d, 0))
	}
	var periods []period.Period
	for i := 1; plain(d, i) != ""; i++ {
		p, err := period.Parse(plain(d, i))
		if err != nil {
			d.Fatalf(t, "%v", err)
		}
		periods = append(periods, p)
	}
	var units []org.UnitID
	for _, name := range strings.Fields(d.Input) {
		u, err := r.w.unit(name)
		if err != nil {
			d.Fatalf(t, "%v", err)
		}
		units = append(units, u)
	}
	if len(periods) == 0 || len(units) == 0 {
		d.Fatalf(t, "want eval CODE PERIOD…, then units")
	}
	var texts [3]string
	for i := range texts {
		w := r.w
		if i > 0 {
			w = r.w.Shuffled(uint64(i))
		}
		results := r.engine.Eval(t, r.source(t, w), e, units, periods)
		var b strings.Builder
		for k, res := range results {
			b.WriteString(r.w.unitName(units[k/len(periods)]))
			if len(periods) > 1 {
				b.WriteString(" " + periods[k%len(periods)].String())
			}
			b.WriteString(": " + r.answer(res, def) + "\n")
		}
		texts[i] = b.String()
		if texts[i] != texts[0] {
			t.Errorf("%s: with the facts in another order\n%s\ninstead of\n%s", d.Pos, texts[i], texts[0])
		}
	}
	return texts[0]
}

// answer shows a result: value, fraction, coverage, missing units, notes.
func (r *runner) answer(res formula.Result, def Definition) string {
	var parts []string
	switch {
	case res.Reason != measure.NoReason:
		s := res.Reason.Text()
		var lacks []string
		for _, l := range res.Lacks {
			if n := r.w.name(l.Code); !slices.Contains(lacks, n) {
				lacks = append(lacks, n)
			}
		}
		if len(lacks) > 0 {
			s += "（" + strings.Join(lacks, "、") + "）"
		}
		parts = append(parts, s)
	case res.Value == nil:
		parts = append(parts, map[bool]string{true: "成立", false: "不成立"}[res.Truth])
	case def.Expr == nil:
		parts = append(parts, measure.Exact(res.Value))
	default:
		parts = append(parts, def.Format.Show(res.Value, def.Digits, def.Unit, nil))
	}
	if res.Numerator != nil {
		parts = append(parts, measure.Exact(res.Numerator)+" / "+measure.Exact(res.Denominator))
	}
	if c := res.Coverage; c.Expected > 0 {
		parts = append(parts, fmt.Sprintf("已报 %d/%d", c.Reported, c.Expected))
		var names []string
		for _, u := range c.Missing {
			names = append(names, r.w.unitName(u))
		}
		slices.Sort(names)
		if len(names) > 0 {
			parts = append(parts, "缺 "+strings.Join(names, "、"))
		}
	}
	for _, s := range res.Flags.Texts() {
		parts = append(parts, "注："+s)
	}
	return strings.Join(parts, "  ")
}

// calc answers formulas, one a line.
func (r *runner) calc(t testing.TB, d *datadriven.TestData) string {
	unit, p := org.UnitID(1), period.MustParse("2018-01")
	if s := value(d, "unit"); s != "" {
		var err error
		if unit, err = r.w.unit(s); err != nil {
			d.Fatalf(t, "%v", err)
		}
	}
	if s := value(d, "period"); s != "" {
		p = period.MustParse(s)
	}
	src := r.source(t, r.w)
	var b strings.Builder
	for _, line := range strings.Split(d.Input, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		e, err := formula.Check(line, formula.Scope{Names: r.w.Names(), Want: formula.Either})
		if err != nil {
			b.WriteString(faults(line, err, nil))
			continue
		}
		r.spellings(t, d, e, e.Kind())
		res := r.engine.Eval(t, src, e, []org.UnitID{unit}, []period.Period{p})[0]
		fmt.Fprintf(&b, "%s = %s\n", line, r.answer(res, Definition{}))
	}
	return b.String()
}

// explain shows the way to an answer: as a sentence, or with "tree" as a tree; lang=en in English.
func (r *runner) explain(t testing.TB, d *datadriven.TestData) string {
	e, _, ok := r.figure(plain(d, 0))
	if !ok {
		var err error
		if e, err = formula.Check(d.Input, formula.Scope{Names: r.w.Names()}); err != nil {
			d.Fatalf(t, "%v", err)
		}
	}
	u, err := r.w.unit(value(d, "unit"))
	if err != nil {
		d.Fatalf(t, "%v", err)
	}
	p, err := period.Parse(value(d, "period"))
	if err != nil {
		d.Fatalf(t, "%v", err)
	}
	src := r.source(t, r.w)
	res, trace := formula.Explain(src, e, u, p)
	if a, b := r.answer(res, Definition{}), r.answer(formula.Eval(src, e, u, p), Definition{}); a != b {
		t.Errorf("%s: explained as %s, evaluated as %s", d.Pos, a, b)
	}
	var words formula.Words
	if value(d, "lang") == "en" {
		words = r.w.Words(r.translate)
	} else {
		words = r.w.Words(nil)
	}
	if d.HasArg("tree") {
		return trace.Tree(words)
	}
	return trace.Sentence(words)
}

func functionList() string {
	var b strings.Builder
	for _, f := range formula.Functions() {
		fmt.Fprintf(&b, "%s  %s\n  %s\n  %s\n", f.Signature(true), f.Signature(false), f.About, f.AboutEN)
	}
	return b.String()
}

// formats shows numbers in a format: "0.3752 percent 2".
func formats(text string) string {
	var b strings.Builder
	for _, line := range strings.Split(text, "\n") {
		f := strings.Fields(line)
		var digits int
		fmt.Sscan(f[2], &digits)
		format, err := formula.ParseFormat(f[1])
		if err != nil {
			return err.Error()
		}
		unit := ""
		if len(f) > 3 {
			unit = f[3]
		}
		v, ok := ratOf(f[0])
		if !ok {
			return "not a number: " + f[0]
		}
		fmt.Fprintf(&b, "%s → %s\n", line, format.Show(v, digits, unit, nil))
	}
	return b.String()
}
