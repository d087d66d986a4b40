package indicators

import (
	"errors"
	"math/big"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

// A lens is what a page is seen through: the reader's language, the units as they stood on the
// period's last day, and the period itself.
type lens struct {
	words.Lang
	reg  *org.Register
	tree *org.Tree
	p    period.Period
	name func(code string) string // of anything with a code
	by   perm.Actor               // the reader
	seen Boundaries               // by which the page is shown
	file bool                     // the page's table is asked for as a file, which has columns of its own
	why  *whys                    // words for missing figures; nil leaves the plain reason
	task map[string]TaskShown     // tasks that members of bundles point to
}

// say translates a Chinese format and puts arguments in.
func (x lens) say(chinese string, args ...any) string { return words.T(x.Lang, chinese, args...) }

// unit gives a unit's name; one that does not live in the period has its last name.
func (x lens) unit(id org.UnitID) string {
	if s := x.tree.Name(id); s != "" {
		return s
	}
	if u, ok := x.reg.Unit(id); ok {
		return u.Last().Name
	}
	return ""
}

func (x lens) short(id org.UnitID) string {
	if s := x.tree.Short(id); s != "" {
		return s
	}
	return x.unit(id)
}

func (x lens) code(id org.UnitID) string {
	u, _ := x.reg.Unit(id)
	return u.Code
}

// in gives a period in words.
func (x lens) in(p period.Period) string {
	if x.Lang == words.English {
		return p.English()
	}
	return p.Chinese()
}

// words are what an explanation is told with.
func (x lens) words() formula.Words {
	return formula.Words{English: x.Lang == words.English, Translate: x.Text, Name: x.name, Unit: x.unit}
}

// figureAt gives the stable address of a figure: its trace.
func (x lens) figureAt(code, pick string, unit org.UnitID, p period.Period) string {
	s := "/figures/" + code + "?unit=" + url.QueryEscape(x.code(unit)) + "&period=" + p.String() + x.kept()
	if pick != "" {
		s += "&pick=" + url.QueryEscape(pick)
	}
	return s
}

func (x lens) figureOf(a Answer) string { return x.figureAt(a.Code, a.Pick, a.Unit, a.Period) }

// unitAt gives the address of a unit's page for the period shown.
func (x lens) unitAt(id org.UnitID) string {
	return "/units/" + url.PathEscape(x.code(id)) + "?period=" + x.p.String() + x.kept()
}

// indicatorAt gives the address of an indicator's page for a unit and the period shown.
func (x lens) indicatorAt(code string, unit org.UnitID) string {
	return "/indicators/" + code + "?unit=" + url.QueryEscape(x.code(unit)) + "&period=" + x.p.String() + x.kept()
}

// lightWord gives the word of a light in the reader's language.
func (x lens) lightWord(l measure.Light) string { return x.Text(chart.LightWord(l)) }

// fraction writes numerator and denominator, "33/200", "15/1,050"; empty where there are none.
func fraction(a Answer) string {
	n, d, ok := a.Fraction()
	if !ok {
		return ""
	}
	return measure.Group(n + "/" + d)
}

// between writes the interval of a share, "12.0%—22.3%"; empty where it has none.
func between(a Answer) string {
	lo, hi, ok := a.Interval()
	if !ok {
		return ""
	}
	return a.sized(lo) + "—" + a.sized(hi)
}

// coverage writes reported of expected cells, "216/216".
func coverage(c measure.Coverage) string {
	if c.Expected == 0 {
		return ""
	}
	return measure.Group(itoa(c.Reported) + "/" + itoa(c.Expected))
}

func itoa(n int) string { return strconv.Itoa(n) }

// missing names the units missing, at most six of them, then their number.
func (x lens) missing(list []org.UnitID) string {
	if len(list) == 0 {
		return ""
	}
	var names []string
	for _, u := range list[:min(6, len(list))] {
		names = append(names, x.short(u))
	}
	s := strings.Join(names, x.Text("、"))
	if len(list) > 6 {
		return x.say("缺 %d 个单位：%s等", len(list), s)
	}
	return x.say("缺 %d 个单位：%s", len(list), s)
}

// note is the short word behind a figure: incomplete, restated, preview.
func (x lens) note(a Answer) string {
	switch {
	case a.Incomplete:
		return x.Text("不完整")
	case a.State == measure.Restated:
		return x.Text("更正")
	case a.State == measure.Preview:
		return x.Text("预览")
	}
	return ""
}

// hint is the sentence under the pointer of a figure.
func (x lens) hint(a Answer) string {
	switch {
	case a.Withheld && a.Small:
		return x.Text("人数少于 5，为保护个人不显示具体数")
	case a.Withheld:
		return x.Text("为不泄露相邻单位的小数而隐去")
	case a.Incomplete:
		return x.missing(a.Result.Coverage.Missing)
	case a.Support() != "" && a.Judgement != nil:
		return a.IntervalText(x.Lang) + x.Text("，") + x.Text(supportWord(a.chance.support))
	}
	return a.IntervalText(x.Lang)
}

// lightCell is the light of the official verdict, and under it what the counts support.
func (x lens) lightCell(a Answer) table.Cell {
	c := toTrace(table.Light(a.Light, x.lightWord(a.Light)), x.figureOf(a))
	if !x.file && a.Judgement != nil {
		c.Note = x.Text(supportWord(a.chance.support))
	}
	return c
}

// intervalCells are the cells of a share's interval and of what it supports, for downloads.
func (x lens) intervalCells(a Answer) []table.Cell {
	cells := make([]table.Cell, 2)
	cells[0] = table.Text(between(a))
	if a.Judgement != nil && a.Support() != "" {
		cells[1] = table.Text(x.Text(supportWord(a.chance.support)))
	}
	return cells
}

// lit tells whether an answer has a light worth showing: one that was held against a target.
func lit(a Answer) bool { return a.Target != nil && a.Light != measure.NoLight }

// cell gives the table cell of a figure with its light; it leads to the trace. exact adds the
// exact value, for downloads.
func (x lens) cell(a Answer, exact bool) table.Cell {
	f := table.Fig{Text: x.text(a), Href: x.figureOf(a), Note: x.note(a), Hint: x.hint(a), None: a.Printed == nil || a.Withheld}
	if lit(a) && a.Light != measure.Grey {
		f.Light = a.Light
	}
	if exact && !f.None && a.Result.Value != nil {
		f.Exact = exactValue(a)
	}
	return table.Figure(f)
}

// plainCell is cell without its light, where another column shows it.
func (x lens) plainCell(a Answer, exact bool) table.Cell {
	c := x.cell(a, exact)
	c.Light = measure.NoLight
	return c
}

// exactValue writes the exact value in the scale shown, "77.9069767…" as a fraction.
func exactValue(a Answer) string {
	return measure.Exact(new(big.Rat).Mul(a.Result.Value, scaleOf(a.Definition.Format)))
}

// scaleOf is what one in the scale shown stands for: 100 for per cent.
func scaleOf(f formula.Format) *big.Rat {
	r, _ := new(big.Rat).SetString(f.Value(big.NewRat(1, 1), 0))
	return r
}

// float places a printed value on a chart.
func float(r *big.Rat) float64 {
	f, _ := r.Float64()
	return f
}

// value gives an answer as a point of a chart.
func (x lens) value(a Answer) chart.Value {
	if a.Printed == nil || a.Withheld {
		return chart.Gap(x.text(a))
	}
	return chart.Num(float(a.Printed), a.Text(x.Lang))
}

// goal gives the line of a target that is a number; nil for the others.
func (x lens) goal(a Answer) *chart.Target {
	if a.Target == nil {
		return nil
	}
	switch a.Target.Comparator {
	case AtLeast, Above, AtMost, Below:
		if v, ok := decimal(a.Target.Value); ok {
			return &chart.Target{V: float(v), Text: x.target(*a.Target, a.Definition)}
		}
	}
	return nil
}

// target gives a target in words: "≥98%", "比去年同期下降".
func (x lens) target(t Target, d Definition) string {
	return t.Say(d, x.Lang)
}

// spark gives the course of a figure as a small line, its last point in the colour of its light.
func (x lens) spark(l Line, width float64) *chart.Sparkline {
	light := measure.NoLight
	if lit(l.Now) && l.Now.Light != measure.Grey {
		light = l.Now.Light
	}
	names, values := make([]string, len(l.Trend)), make([]chart.Value, len(l.Trend))
	for i, p := range l.Trend {
		names[i], values[i] = x.in(p.Period), x.value(p.Answer)
	}
	return x.sparkOf(l.Now.Title(x.Lang), names, values, light, width)
}

// sparkOf draws a course over named periods; nil where there is no value in it.
func (x lens) sparkOf(title string, names []string, values []chart.Value, light measure.Light, width float64) *chart.Sparkline {
	if !slices.ContainsFunc(values, func(v chart.Value) bool { return v.OK }) {
		return nil
	}
	told := make([]byte, 0, len(title)+40*len(values))
	told = append(told, title...)
	first, next := x.Text("："), x.Text("，")
	for i, v := range values {
		if i == 0 {
			told = append(told, first...)
		} else {
			told = append(told, next...)
		}
		told = append(told, names[i]...)
		told = append(told, ' ')
		told = append(told, v.Text...)
	}
	return &chart.Sparkline{Width: width, Height: 28, Light: light, Values: values, Title: string(told)}
}

// change writes the change against a year before: points for rates, per cent for counts, and in
// the hint the two values. It is a reason where there is nothing to compare with.
func (x lens) change(l Line) (text, hint string, ok bool) {
	now := l.Now
	if l.Part != nil {
		now = *l.Part
	}
	switch {
	case l.Base == nil:
		return "", "", false
	case now.Withheld || l.Base.Withheld:
		return x.Text("已隐去"), "", false
	case now.Printed == nil:
		return "", "", false
	case l.Base.Printed == nil:
		word := x.text(*l.Base)
		if x.why != nil && l.Base.Reason == measure.Absent && word != x.Text(missingWords()[notAsked]) {
			return x.say("基期%s", word), x.in(l.Base.Period) + x.Text("：") + word, false
		}
		return x.Text("无基期"), x.in(l.Base.Period) + x.Text("：") + word, false
	}
	hint = x.say("%s：%s；%s：%s", x.in(l.Base.Period), l.Base.Text(x.Lang), x.in(now.Period), now.Text(x.Lang))
	if now.Incomplete || l.Base.Incomplete {
		return x.Text("不可比"), hint, false
	}
	if now.Definition.Formula != l.Base.Definition.Formula {
		return x.Text("不可比"), hint + x.Text("；") + x.Text("两期的公式不同"), false
	}
	diff := new(big.Rat).Sub(now.Printed, l.Base.Printed)
	if now.Definition.Format != formula.Plain {
		unit := "个百分点"
		if now.Definition.Format != formula.Percent {
			unit = ""
		}
		return signed(measure.Round(diff, now.Definition.Digits)) + x.pointUnit(unit), hint, true
	}
	if l.Base.Printed.Sign() == 0 {
		return signed(measure.Group(measure.Round(diff, now.Definition.Digits))), hint, true
	}
	share := new(big.Rat).Quo(diff, new(big.Rat).Abs(l.Base.Printed))
	return signed(measure.Round(share.Mul(share, big.NewRat(100, 1)), 1)) + "%", hint, true
}

func (x lens) pointUnit(s string) string {
	if s == "" {
		return ""
	}
	return " " + x.Text(s)
}

// signed writes a plus before a number above zero.
func signed(s string) string {
	if strings.HasPrefix(s, "-") || strings.Trim(s, "0.,") == "" {
		return s
	}
	return "+" + s
}

// place writes a rank, "3/18".
func place(r *measure.RankJSON) string {
	if r == nil {
		return ""
	}
	return itoa(r.Place) + "/" + itoa(r.Of)
}

// crumb is one step of the way to a page.
type crumb struct{ Text, Path string }

type crumbs []crumb

// HTML writes the way, a link for each step that has a page.
func (c crumbs) HTML() web.HTML {
	b := make([]byte, 0, 160*len(c))
	for i, at := range c {
		if i > 0 {
			b = append(b, " › "...)
		}
		if at.Path == "" {
			b = chart.AppendText(b, at.Text)
			continue
		}
		b = append(b, `<a href="`...)
		b = chart.AppendHref(b, at.Path)
		b = append(b, `">`...)
		b = chart.AppendText(b, at.Text)
		b = append(b, "</a>"...)
	}
	return web.HTML(b)
}

// crumbs lead from the root to a unit.
func (x lens) crumbs(unit org.UnitID) crumbs {
	var out crumbs
	path := x.tree.Path(unit)
	if root := x.tree.Root(org.Territorial); root != 0 && len(path) > 0 && x.tree.Kind(path[0]).Tree() == org.Functional {
		path = append([]org.UnitID{root}, path...) // the county is one step away from everywhere
	}
	for _, u := range path {
		path := x.unitAt(u)
		if x.tree.Parent(u) == 0 && x.tree.Kind(u).Tree() == org.Territorial {
			path = "/?unit=" + url.QueryEscape(x.code(u)) + "&period=" + x.p.String() + x.kept()
		}
		out = append(out, crumb{x.unit(u), path})
	}
	return out
}

// faultsIn gives the sentences of a refused form by field; the field "" is for the whole form.
func faultsIn(err error, l words.Lang) map[string][]string {
	out := map[string][]string{}
	if err == nil {
		return out
	}
	list, ok := findingsOf(err)
	if !ok {
		out[""] = []string{fault.Say(err, l.Text)}
		return out
	}
	for _, f := range list {
		out[f.Field] = append(out[f.Field], f.Message(l.Text))
	}
	return out
}

func findingsOf(err error) (fault.Findings, bool) {
	var list fault.Findings
	ok := errors.As(err, &list)
	return list, ok
}

// An option is one choice of a select or a row of links.
type option struct {
	Value, Label string
	On           bool
}

type choices []option

// HTML writes the choices of a select.
func (c choices) HTML() web.HTML {
	return web.Choices(len(c), func(i int) (value, label string, on bool) { return c[i].Value, c[i].Label, c[i].On })
}
