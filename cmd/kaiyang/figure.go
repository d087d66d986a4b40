package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"kaiyang/internal/app"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/modules/indicators"
)

// target is what figure and eval are asked about.
type target struct {
	unit, period string
	asOf         int64
	today        bool
}

// by tells by whose boundaries the figure is asked.
func (t *target) by() indicators.Boundaries {
	if t.today {
		return indicators.OfToday
	}
	return indicators.OfTheTime
}

func (t *target) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&t.unit, "unit", "", "单位：6、9、12 位代码，职能代码或全称；默认全县 / unit by code or exact name, default the root")
	f.StringVar(&t.period, "period", "", "期别，如 2017、2018-Q1、2018-03a、2015..2017 / period")
	f.Int64Var(&t.asOf, "as-of", 0, "按某一变更号当时的数据 / as of a change number")
	f.BoolVar(&t.today, "today-boundaries", false, "以前各期按今日区划（改隶、合并之后）计算 / by today's boundaries")
	cmd.MarkFlagRequired("period")
}

// openAt reads the period, opens the office and finds the unit that were asked about; the caller
// closes the office.
func (c *cli) openAt(cmd *cobra.Command, t target) (ctx context.Context, o *app.Office, unit org.UnitID, p period.Period, err error) {
	if cmd.Flags().Changed("as-of") && t.asOf < 1 {
		return nil, nil, 0, p, c.usage("变更号从 1 起，没有 %d；不写 --as-of 就是现在", t.asOf)
	}
	if p, err = period.Parse(t.period); err != nil {
		return nil, nil, 0, p, err
	}
	if ctx, o, err = c.open(cmd); err != nil {
		return nil, nil, 0, p, err
	}
	if unit, err = o.Indicators.FindUnitBy(t.by(), t.unit, p.Last()); err != nil {
		o.Close()
	}
	return indicators.By(ctx, t.by()), o, unit, p, err
}

func (c *cli) figure() *cobra.Command {
	var t target
	var explain bool
	cmd := &cobra.Command{
		Use:   "figure CODE",
		Short: "一个指标或数据项的数，可追溯 / one figure, with its trace",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, o, unit, p, err := c.openAt(cmd, t)
			if err != nil {
				return err
			}
			defer o.Close()
			q := indicators.Question{Code: args[0], Unit: unit, Period: p, AsOf: t.asOf, Boundaries: t.by()}
			asked := q
			asked.Explain, asked.Rank = explain, true
			a, err := o.Indicators.Ask(ctx, o.Operator(), asked)
			if err != nil {
				return err
			}
			var judged []string
			if explain {
				if judged, err = o.Indicators.Statistics(ctx, o.Operator(), q, c.words()); err != nil {
					return err
				}
			}
			tree := o.Indicators.TreeOf(t.by(), p.Last())
			w := c.formulaWords(o.Indicators.Names(c.words() == "en"), tree)
			out := cmd.OutOrStdout()
			if c.json {
				f := a.JSON(unitCode(o.Units.Register()), c.words())
				if !explain {
					return writeJSON(out, f)
				}
				return writeJSON(out, struct {
					measure.FigureJSON
					Explain    string     `json:"explain"`
					Statistics []string   `json:"statistics,omitempty"`
					Tree       []treeLine `json:"tree"`
				}{f, explainText(a.Trace, w), judged, treeLines(a.Trace, w)})
			}
			fmt.Fprintf(out, "%s  %s  %s  %s\n", a.Title(c.words()), tree.Name(unit), periodText(p, c.words() == "en"), a.Text(c.words()))
			if n, d, ok := a.Fraction(); ok {
				fmt.Fprintf(out, "%s / %s", measure.Group(n), measure.Group(d))
				if i := a.IntervalText(c.words()); i != "" {
					fmt.Fprintf(out, "  %s", i)
				}
				fmt.Fprintln(out)
			}
			if a.Target != nil {
				fmt.Fprintf(out, "%s %s  %s\n", c.words().Text("目标"), a.Target.Say(a.Definition, c.words()), c.words().Text(verdictWord(a.Verdict())))
			}
			if cov := a.Result.Coverage; cov.Expected > 0 {
				fmt.Fprintf(out, "%s %s / %s\n", c.words().Text("报送"), measure.Group(strconv.Itoa(cov.Reported)), measure.Group(strconv.Itoa(cov.Expected)))
			}
			if t.today {
				fmt.Fprintln(out, c.words().Text("按今日区划"))
			}
			for _, n := range a.Notes(c.words()) {
				fmt.Fprintln(out, n)
			}
			if explain && a.Trace != nil {
				fmt.Fprintln(out, explainText(a.Trace, w))
				fmt.Fprint(out, a.Trace.Tree(w))
				for i, line := range judged {
					if i == 0 {
						fmt.Fprintln(out, c.words().Text("统计判断"))
					}
					fmt.Fprintln(out, "  "+line)
				}
				return c.sources(ctx, out, o, q)
			}
			return nil
		},
	}
	t.flags(cmd)
	cmd.Flags().BoolVar(&explain, "explain", false, "说明怎样算出 / tell how it was made")
	cmd.Flags().BoolVar(&c.json, "json", false, "输出 JSON / as JSON")
	return cmd
}

func verdictWord(v string) string {
	return map[string]string{"met": "达标", "not_met": "未达标", "": "未判定"}[v]
}

// evalDigits are the decimals of a value that no decimal gives exactly.
const evalDigits = 12

func (c *cli) eval() *cobra.Command {
	var t target
	cmd := &cobra.Command{
		Use:   "eval FORMULA",
		Short: "临时计算一个公式 / compute a formula in passing",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, o, unit, p, err := c.openAt(cmd, t)
			if err != nil {
				return err
			}
			defer o.Close()
			r, trace, e, err := o.Indicators.Eval(ctx, o.Operator(), args[0], unit, p, t.asOf)
			if err != nil {
				return err
			}
			tree := o.Indicators.TreeOf(t.by(), p.Last())
			w := c.formulaWords(o.Indicators.Names(c.words() == "en"), tree)
			out := cmd.OutOrStdout()
			if !c.json {
				fmt.Fprintln(out, trace.Answer(w))
				fmt.Fprintln(out, explainText(trace, w))
				fmt.Fprint(out, trace.Tree(w))
				return nil
			}
			ans := struct {
				Formula     string               `json:"formula"`
				Unit        string               `json:"unit"`
				Period      string               `json:"period"`
				Value       *string              `json:"value"` // a decimal, rounded at evalDigits where none is exact
				Exact       *string              `json:"exact"` // the same as a decimal or a fraction, never rounded
				Reason      *measure.Reason      `json:"reason"`
				Numerator   *string              `json:"numerator"`
				Denominator *string              `json:"denominator"`
				Coverage    measure.CoverageJSON `json:"coverage"`
				Boundaries  string               `json:"boundaries,omitempty"`
				Notes       []string             `json:"notes"`
			}{Formula: e.Codes(), Unit: tree.Code(unit), Period: p.String(), Boundaries: string(t.by()), Notes: append([]string{}, r.Flags.Codes()...)}
			if r.Reason != measure.NoReason {
				ans.Reason = &r.Reason
			} else if r.Value != nil {
				v, e := measure.Exact(r.Value), measure.Exact(r.Value)
				if strings.Contains(e, "/") {
					v = measure.Round(r.Value, evalDigits)
				}
				ans.Value, ans.Exact = &v, &e
			}
			if r.Numerator != nil && r.Denominator != nil {
				n, d := measure.Exact(r.Numerator), measure.Exact(r.Denominator)
				ans.Numerator, ans.Denominator = &n, &d
			}
			ans.Coverage = measure.CoverageJSON{Reported: r.Coverage.Reported, Expected: r.Coverage.Expected, Complete: r.Coverage.Complete(), Missing: []string{}}
			code := unitCode(o.Units.Register())
			for _, u := range r.Coverage.Missing {
				ans.Coverage.Missing = append(ans.Coverage.Missing, code(u))
			}
			return writeJSON(out, ans)
		},
	}
	t.flags(cmd)
	cmd.Flags().BoolVar(&c.json, "json", false, "输出 JSON / as JSON")
	return cmd
}

func unitCode(r *org.Register) func(org.UnitID) string {
	return func(id org.UnitID) string {
		u, _ := r.Unit(id)
		return u.Code
	}
}

func (c *cli) formulaWords(names func(string) string, t *org.Tree) formula.Words {
	w := formula.Words{English: c.words() == "en", Name: names, Unit: t.Name}
	if w.English {
		w.Translate = c.words().Text
	}
	return w
}

func periodText(p period.Period, english bool) string {
	if english {
		return p.English()
	}
	return p.Chinese()
}

// A treeLine is one line of an explanation for programs.
type treeLine struct {
	Depth    int      `json:"depth"`
	Text     string   `json:"text"`
	Answer   string   `json:"answer"`
	Fraction string   `json:"fraction,omitempty"`
	Unit     string   `json:"unit,omitempty"`
	Period   string   `json:"period,omitempty"`
	Reported string   `json:"reported,omitempty"`
	Notes    []string `json:"notes,omitempty"`
}

func treeLines(t *formula.Trace, w formula.Words) []treeLine {
	var out []treeLine
	if t == nil {
		return out
	}
	for _, l := range t.Lines(w) {
		out = append(out, treeLine{l.Depth, l.Text, l.Answer, l.Fraction, l.Unit, l.Period, l.Reported, l.Notes})
	}
	return out
}

func explainText(t *formula.Trace, w formula.Words) string {
	if t == nil {
		return ""
	}
	return t.Sentence(w)
}

func writeJSON(out io.Writer, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, string(b))
	return err
}

// sources lists where the cells came from that the unit reported itself, of an element its own and
// of an indicator those of its operands; for a unit above, the units beneath.
func (c *cli) sources(ctx context.Context, out io.Writer, o *app.Office, q indicators.Question) error {
	t, err := o.Indicators.Trace(ctx, o.Operator(), q)
	if err != nil {
		return err
	}
	tree := o.Indicators.TreeOf(q.Boundaries, q.Period.Last())
	for _, p := range t.Parts {
		if p.Reason == measure.BelowLevel || p.Reason == measure.PointOnly || p.Reason == measure.NoRollup {
			continue // nothing is reported there
		}
		fmt.Fprintf(out, "  %s  %s\n", tree.Name(p.Unit), p.Text(c.words()))
	}
	cells := t.Cells
	if t.Answer.Element == nil && t.Answer.Trace != nil {
		for _, step := range operands(o, tree, t.Answer.Trace, q) {
			one, err := o.Indicators.Trace(ctx, o.Operator(), step)
			if err != nil {
				return err
			}
			cells = append(cells, one.Cells...)
		}
	}
	for _, cell := range cells {
		for _, v := range cell.Versions {
			value := measure.Decimal(v.Value, cell.Element.Scale)
			if v.Missing {
				value = c.words().Text(measure.Absent.Text())
			}
			fmt.Fprintf(out, "  %s %s %s = %s  [%s %s]  %s  %s  %s\n", cell.Element.Code, cell.Category, cell.Slot, value, v.Source.Name, v.Ref, v.At, v.By, v.Reason)
		}
	}
	return nil
}

// operands lists the elements in a trace that the unit asked about reports itself, each once.
func operands(o *app.Office, tree *org.Tree, t *formula.Trace, q indicators.Question) (list []indicators.Question) {
	var walk func(*formula.Trace)
	walk = func(s *formula.Trace) {
		if s.Kind == formula.UnitStep {
			return
		}
		if e, ok := o.Indicators.Element(s.Code); ok && s.Kind == formula.ElementStep && s.Unit == q.Unit && !s.Period.IsZero() && e.Level == tree.Level(s.Unit) {
			step := q
			step.Code, step.Period, step.Pick = s.Code, s.Period, ""
			if _, rest, ok := strings.Cut(s.Text(formula.Words{}), s.Code+"{"); ok {
				step.Pick = strings.TrimSuffix(rest, "}")
			}
			if !slices.Contains(list, step) {
				list = append(list, step)
			}
		}
		for _, c := range s.Children {
			walk(c)
		}
	}
	walk(t)
	return list
}
