package indicators

import (
	"fmt"
	"math"
	"slices"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/table"
)

// trendView is the page of what the yearly counts of a figure show.
type trendView struct {
	Crumbs     crumbs
	Name, Code string
	Unit, Span string
	Figures    link // the indicator's page
	Keep       []pair
	Path       string
	From, To   string
	Units      choices
	Tabs       []link
	By         *bySwitch
	Fault      string
	Line       chart.Chart
	Notes      []string // under the chart
	Said       []string // the first is the headline
	Needs      []string
	Fill       []fillStep
	Years      *table.Table
	Months     *table.Table
	Pair       *pairView
	Rate       *foldView
	Order      *foldView
	Gate       *foldView
	Segments   *table.Table
	Starts     []startCard
	StartsPath string
	NoStarts   bool
	Open       bool
	OpenPath   string
	Tools      tools
	Empty      *emptyView
}

// A fillStep is one step of entering the years before.
type fillStep struct {
	Text, Link, Path string
}

// A pairView compares two periods that the reader chooses.
type pairView struct {
	Earlier, Later string
	Fault          string
	Said           []string
	Table          *table.Table
	Open           bool
}

// A foldView is a folded part: what is said, and the numbers behind it.
type foldView struct {
	Said  []string
	Table *table.Table
}

// A startCard compares the months before and after a known start.
type startCard struct {
	Title, Day, Path string
	Said             []string
	Line             chart.Chart
	Table            *table.Table
}

// efforts lists the elements that may count effort.
func (x lens) efforts(list []measure.Element, on string) []option {
	out := []option{{"", x.Text("（没有：工作量未知）"), on == ""}}
	for _, e := range list {
		if e.Kind == measure.Flow && e.Scale == 0 {
			out = append(out, option{e.Code, e.Code + " " + x.Pick(e.Name, e.NameEN) + x.Text("（") + x.Pick(e.Unit, e.UnitEN) + x.Text("）"), e.Code == on})
		}
	}
	if on != "" && !slices.ContainsFunc(out, func(o option) bool { return o.On }) {
		out = append(out, option{on, on, true}) // as it was typed
	}
	return out
}

// trendAt gives the address of the page of trends of a figure.
func (x lens) trendAt(a Answer) string {
	if !a.counting.count || a.Pick != "" {
		return ""
	}
	return "/trend/" + a.Code + "?unit=" + x.code(a.Unit) + x.kept()
}

// placeOptions lists the units a trend may be asked for: the root and the units beneath it, and the unit
// shown where it is none of them.
func (x lens) placeOptions(unit org.UnitID) (out []option) {
	add := func(u org.UnitID, indent string) {
		out = append(out, option{x.code(u), indent + x.unit(u), u == unit})
	}
	root := x.tree.Root(org.Territorial)
	if root == 0 {
		return nil
	}
	add(root, "")
	for _, u := range x.tree.Children(root) {
		add(u, "　")
	}
	if !slices.ContainsFunc(out, func(o option) bool { return o.On }) {
		add(unit, "　")
	}
	return out
}

// limits writes an interval, "17.8—39.3".
func limits(lo, hi float64, digits int) string {
	return fmt.Sprintf("%.*f—%.*f", digits, lo, digits, hi)
}

// percents writes an interval of percent changes, "-66.9% 到 -10.1%".
func (x lens) percents(i stats.Interval) string {
	return x.say("%s 到 %s", fmt.Sprintf("%+.1f%%", i.Lo), fmt.Sprintf("%+.1f%%", i.Hi))
}

// garwood gives the interval of a count; ok is false where it has none.
func garwood(a Answer) (i stats.Interval, ok bool) {
	n, ok := a.countShown()
	if !ok {
		return i, false
	}
	r, why := stats.PoissonRate(stats.Count{N: n, Exposure: 1}, chanceLevel)
	return r.Interval, why == ""
}

// countsChart draws counts with their intervals, and what a model fits to the last of them.
func (x lens) countsChart(list []Answer, fitted []float64, name string) *chart.Line {
	c := &chart.Line{Width: 860, Height: 320, Zero: true}
	if len(list) == 0 {
		return c
	}
	last := list[len(list)-1]
	c.Title, c.Unit = last.Title(x.Lang), unitOfMeasure(last.Definition, x.Lang)
	s := chart.Series{}
	for _, a := range list {
		c.X = append(c.X, a.Period.String())
		v := x.value(a)
		s.Values = append(s.Values, v)
		lo, hi := chart.Value{}, chart.Value{}
		if i, ok := garwood(a); ok && v.OK {
			lo, hi = chart.Num(i.Lo, fmt.Sprintf("%.1f", i.Lo)), chart.Num(i.Hi, fmt.Sprintf("%.1f", i.Hi))
		}
		s.Low, s.High = append(s.Low, lo), append(s.High, hi)
	}
	c.Series = []chart.Series{s}
	if len(fitted) > 0 && len(fitted) <= len(list) {
		f := chart.Series{Name: name, Dashed: true, Values: make([]chart.Value, len(list)-len(fitted))}
		for _, v := range fitted {
			f.Values = append(f.Values, chart.Num(v, fmt.Sprintf("%.1f", v)))
		}
		c.Series = append(c.Series, f)
	}
	return c
}

// yearsChart draws the years with the joinpoints where they are allowed, else with the constant rate
// where it is clear and the years agree with it.
func (x lens) yearsChart(t TrendAnswer) chart.Chart {
	var fitted []float64
	name := ""
	if r := t.Result; r != nil {
		switch {
		case r.Allowed() && r.Joinpoints != nil:
			fitted, name = r.Joinpoints.Best().Fitted, x.Text("分段走势")
		case r.Trend != nil && r.Trend.FitP >= 0.05 && r.Trend.Clear() != 0:
			fitted, name = r.Trend.Steady(r.Counts), x.Text("固定速度")
		}
	}
	return *x.countsChart(t.Years, fitted, name)
}

func column(head, key string, align table.Align) table.Column {
	return table.Column{Head: []string{head}, Key: key, Align: align}
}

// yearsTable lists the years: counts, intervals, change against the year before, effort.
func (x lens) yearsTable(t TrendAnswer) *table.Table {
	out := &table.Table{ID: "years", Name: x.Text("各年的数"), Columns: []table.Column{{Head: []string{x.Text("年度")}, Key: "year", RowHead: true},
		column(x.Text("数"), "count", table.Right), column(x.Text("95% 区间"), "interval", table.Right), column(x.Text("比上一年"), "change", table.Right),
		column(x.Text("变化的 95% 区间"), "change_interval", table.Right)}}
	if t.Effort != nil {
		out.Columns = append(out.Columns, table.Column{Head: []string{x.Pick(t.Effort.Name, t.Effort.NameEN)}, Unit: x.Pick(t.Effort.Unit, t.Effort.UnitEN), Key: "effort", Align: table.Right},
			column(x.Text("每千工作量对应"), "per1000", table.Right))
	}
	for k, a := range t.Years {
		cells := []table.Cell{table.Text(x.in(a.Period)), x.plainCell(a, false), {}, {}, {}}
		if i, ok := garwood(a); ok {
			cells[2] = table.Text(limits(i.Lo, i.Hi, 1))
		}
		if k > 0 {
			cells[3], cells[4] = x.changeCells(t.Years[k-1], a)
		}
		if t.Effort != nil {
			cells = append(cells, x.plainCell(t.Efforts[k], false), table.Cell{})
			n, ok1 := a.countShown()
			e, ok2 := t.Efforts[k].effortShown()
			if ok1 && ok2 && e > 0 {
				cells[6] = table.Number("", fmt.Sprintf("%.1f", 1000*float64(n)/float64(e)))
			}
		}
		out.Rows = append(out.Rows, table.Row{Cells: cells})
	}
	out.Notes = append(out.Notes, said(stats.Statement{Code: stats.SayFullCount}, x.Lang), x.Text("比较时按各年人口不变；区间按精确法计算（单个数：Garwood；两个数：条件二项）。"))
	if t.Running != 0 && t.Running == yearOf(t.Years[len(t.Years)-1])+1 {
		out.Notes = append(out.Notes, x.say("%d年还没有结束，不计入。", t.Running))
	}
	return out
}

func yearOf(a Answer) int {
	y, _, _ := a.Period.Last().Date()
	return y
}

// changeCells give the percent change between two counts with its limits; the counts only where they
// are few.
func (x lens) changeCells(before, now Answer) (change, interval table.Cell) {
	p := PairAnswer{Earlier: before, Later: now}
	if p.compare(); p.Result == nil {
		return table.Missing(x.Text("不可比")), table.Cell{}
	}
	percent, i, why := p.Result.Percent()
	if why != "" {
		return table.Missing(x.Text("数太少")), table.Cell{}
	}
	return table.Number("", fmt.Sprintf("%+.1f%%", percent)), table.Text(x.percents(i))
}

// monthsTable lists the months with their intervals.
func (x lens) monthsTable(list []Answer) *table.Table {
	out := &table.Table{ID: "months", Name: x.Text("各月的数"), Columns: []table.Column{{Head: []string{x.Text("月份")}, Key: "month", RowHead: true},
		column(x.Text("数"), "count", table.Right), column(x.Text("95% 区间"), "interval", table.Right)}, Empty: x.Text("没有按月的数")}
	for _, a := range list {
		cells := []table.Cell{table.Text(x.in(a.Period)), x.plainCell(a, false), {}}
		if i, ok := garwood(a); ok {
			cells[2] = table.Text(limits(i.Lo, i.Hi, 1))
		}
		out.Rows = append(out.Rows, table.Row{Cells: cells})
	}
	return out
}

// numbersTable is a table of names and values behind a statement.
func (x lens) numbersTable(id, name string, rows ...[2]string) *table.Table {
	out := &table.Table{ID: id, Name: name, Columns: []table.Column{{Head: []string{x.Text("项目")}, Key: "name", RowHead: true}, column(x.Text("数值"), "value", table.Right)}}
	for _, r := range rows {
		out.Rows = append(out.Rows, table.Row{Cells: []table.Cell{table.Text(x.Text(r[0])), table.Text(r[1])}})
	}
	return out
}

func probability(p float64) string {
	if p < 0.0001 {
		return "<0.0001"
	}
	return fmt.Sprintf("%.4f", p)
}

// rateFold is the constant rate of the years with its goodness of fit.
func (x lens) rateFold(t TrendAnswer) *foldView {
	r := t.Result
	if r == nil {
		return nil
	}
	if r.Trend == nil {
		return &foldView{Said: []string{x.Text(stats.TooFewPoints.Sentence()), x.say("只有%d个年度；至少要3个年度才能估计固定的速度。", len(r.Years))}}
	}
	f := &foldView{}
	for _, s := range r.Trend.Say(t.Head.Title(x.Lang)) {
		f.Said = append(f.Said, said(s, x.Lang))
	}
	m := r.Trend
	rows := [][2]string{{"年均变化（APC）", fmt.Sprintf("%+.1f%%", m.APC)}, {"95% 区间", x.percents(m.Wide)},
		{"对数斜率", fmt.Sprintf("%.4f", m.Slope)}, {"标准误", fmt.Sprintf("%.4f", m.SE)},
		{"拟合优度：偏差", fmt.Sprintf("%.3f", m.Deviance)}, {"自由度", fmt.Sprintf("%.0f", m.DF)}, {"拟合优度：概率", probability(m.FitP)}}
	if m.Quasi {
		rows = append(rows, [2]string{"离散系数（已放宽区间）", fmt.Sprintf("%.2f", m.Dispersion)})
	}
	f.Table = x.numbersTable("rate", x.Text("固定速度的走势"), rows...)
	f.Table.Notes = []string{x.Text("方法：泊松对数线性回归，各年人口按不变计。")}
	return f
}

// orderFold is the Mann-Kendall test with Sen's slope, from five years on.
func (x lens) orderFold(t TrendAnswer) *foldView {
	r := t.Result
	if r == nil {
		return nil
	}
	n := len(r.Years)
	if n < 5 || r.Kendall == nil {
		return &foldView{Said: []string{said(stats.Statement{Code: stats.SayOrderFew, Args: []any{n}}, x.Lang)}}
	}
	k := r.Kendall
	p, about, _ := k.P()
	f := &foldView{Said: []string{said(k.Say(unitOfMeasure(t.Head.Definition, x.Lang)), x.Lang)}}
	text := probability(p)
	if about {
		text = x.say("约 %s", text)
	}
	rows := [][2]string{{"年度数", itoa(k.N)}, {"上升对数减下降对数（S）", fmt.Sprint(k.S)}, {"概率", text}, {"每年变化的中位数（Sen）", fmt.Sprintf("%+.1f", k.Slope)}}
	if k.HasCI {
		rows = append(rows, [2]string{"95% 区间", x.say("%s 到 %s", fmt.Sprintf("%+.1f", k.SlopeCI.Lo), fmt.Sprintf("%+.1f", k.SlopeCI.Hi))})
	}
	f.Table = x.numbersTable("order", x.Text("年度的先后次序"), rows...)
	f.Table.Notes = []string{x.Text("方法：Mann-Kendall 检验与 Sen 斜率；年度不超过 10 个且没有相同的数时用精确概率。")}
	return f
}

// gateWord names a condition of the gate.
func gateWord(r stats.Reason) string {
	return map[stats.Reason]string{stats.FewYears: "至少7个年度", stats.CountBelowTen: "每年不少于10", stats.DefinitionChanged: "统计口径没有变化",
		stats.EffortUnknown: "查了多少有记录", stats.EffortChanged: "工作量变化不超过20%", stats.NoBendFound: "选出转折（加权 BIC）",
		stats.BendNotClear: "转折超出偶然波动（置换检验）", stats.FewYearsOneSide: "转折前后各至少3个年度"}[r]
}

// gateFold shows each condition of the verdicts on a turn, what the data have, and whether it is met.
func (x lens) gateFold(t TrendAnswer) *foldView {
	r := t.Result
	if r == nil {
		return nil
	}
	f := &foldView{Table: &table.Table{ID: "gate", Name: x.Text("判断拐点的条件"), Columns: []table.Column{{Head: []string{x.Text("条件")}, Key: "rule", RowHead: true},
		column(x.Text("现有"), "have", table.Left), column(x.Text("是否满足"), "passed", table.Left)}}}
	for _, c := range r.Gate() {
		state := table.Text(x.Text("不满足"))
		switch {
		case !c.Tested:
			state = table.Text(x.Text("尚未检验"))
		case c.Passed:
			state = table.Text(x.Text("满足"))
		}
		f.Table.Rows = append(f.Table.Rows, table.Row{Cells: []table.Cell{table.Text(x.Text(gateWord(c.Reason))), table.Text(x.gateHas(c, t)), state}})
	}
	if r.Allowed() {
		f.Said = append(f.Said, x.Text("各项条件都满足，可以判断。"))
	} else {
		f.Said = append(f.Said, x.Text("有条件不满足，不判断拐点，也不画分段走势。"))
	}
	f.Table.Notes = []string{x.Text("拐点指由上升转为下降。只凭加权 BIC，七到十五年的平稳下降里有一成到两成五会被误认为有转折，所以还要通过置换检验。")}
	if r.Permutation != nil {
		f.Table.Notes = append(f.Table.Notes, x.say("置换检验 %d 次，随机种子 %d。", r.Permutation.Permutations, r.Permutation.Seed))
	}
	return f
}

// gateHas says what the data have of a condition.
func (x lens) gateHas(c stats.GateCheck, t TrendAnswer) string {
	r := t.Result
	switch c.Reason {
	case stats.FewYears:
		return x.say("%d个年度", len(r.Years))
	case stats.CountBelowTen:
		return x.say("最少的一年 %d", slices.Min(r.Counts))
	case stats.EffortUnknown:
		if t.Effort != nil {
			return x.Pick(t.Effort.Name, t.Effort.NameEN)
		}
		return x.Text("没有录入")
	case stats.EffortChanged:
		if r.Effort != nil {
			return x.say("%d—%d年 %s", r.Effort.FromYear, r.Effort.ToYear, fmt.Sprintf("%+.0f%%", 100*r.Effort.Change))
		}
	case stats.NoBendFound:
		if c.Tested && r.Joinpoints != nil {
			return x.say("选出 %d 处", r.Joinpoints.Selected)
		}
	case stats.BendNotClear:
		if c.Tested {
			return x.say("概率 %s", probability(r.Permutation.P))
		}
	case stats.FewYearsOneSide:
		if c.Tested && r.Joinpoints != nil && r.Joinpoints.Best().K > 0 {
			m := r.Joinpoints.Best()
			last := m.Index[m.K-1]
			return x.say("前 %d 个，后 %d 个", last, len(r.Years)-last)
		}
	}
	return ""
}

// segmentsTable lists the segments of the joinpoint model where it may be shown; else nil.
func (x lens) segmentsTable(t TrendAnswer) *table.Table {
	r := t.Result
	if r == nil || !r.Allowed() || r.Joinpoints == nil {
		return nil
	}
	m := r.Joinpoints.Best()
	apc, ci, why := m.APC(chanceLevel)
	if why != "" {
		return nil
	}
	out := &table.Table{ID: "segments", Name: x.Text("分段走势"), Columns: []table.Column{{Head: []string{x.Text("年度")}, Key: "years", RowHead: true},
		column(x.Text("平均每年变化"), "apc", table.Right), column(x.Text("95% 区间"), "interval", table.Right)}}
	from := r.Years[0]
	for j := range apc {
		to := r.Years[len(r.Years)-1]
		if j < m.K {
			to = r.Years[m.Index[j]]
		}
		out.Rows = append(out.Rows, table.Row{Cells: []table.Cell{table.Text(fmt.Sprintf("%d—%d", from, to)), table.Number("", fmt.Sprintf("%+.1f%%", apc[j])),
			table.Text(x.percents(ci[j]))}})
		from = to
	}
	for _, k := range r.Joinpoints.Models {
		out.Notes = append(out.Notes, x.say("%d 处转折：加权 BIC %s", k.K, fmt.Sprintf("%.4f", k.WBIC)))
	}
	return out
}

// pairOf shows the comparison of two periods.
func (x lens) pairOf(t TrendAnswer) *pairView {
	p := t.Pair
	if p == nil {
		return nil
	}
	v := &pairView{Earlier: p.Earlier.Period.String(), Later: p.Later.Period.String(), Said: p.said(t.Effort, x.Lang)}
	if p.Refused != nil {
		v.Fault = firstFault(p.Refused, x.Lang)
		return v
	}
	r := *p.Result
	rows := [][2]string{{x.in(p.Earlier.Period), fmt.Sprint(r.Earlier.N)}, {x.in(p.Later.Period), fmt.Sprint(r.Later.N)}}
	if percent, i, why := r.Percent(); why == "" {
		rows = append(rows, [2]string{"变化", fmt.Sprintf("%+.1f%%", percent)}, [2]string{"95% 区间", x.percents(i)}, [2]string{"概率（精确）", probability(r.P)})
	}
	v.Table = x.numbersTable("pair", x.Text("两期相比"), rows...)
	return v
}

// startCardOf shows the comparison of the months before and after a start.
func (x lens) startCardOf(a StartAnswer) startCard {
	v := a.Start.Latest()
	c := startCard{Title: x.Pick(v.Name, v.NameEN), Day: v.Day.String(), Path: startPath(a.Start.ID), Said: a.said(x.Lang)}
	if a.Effort != nil && a.Effort.Changed {
		c.Said = append(c.Said, x.Text(stats.EffortChanged.Sentence()))
	} else if a.Result != nil && a.Effort == nil {
		c.Said = append(c.Said, x.Text(stats.EffortUnknown.Sentence()))
	}
	if len(a.Months) < 3 || a.Refused != "" {
		return c
	}
	var fitted []float64
	if a.Result != nil {
		fitted = a.Result.Fitted
	}
	line := x.countsChart(a.Months, fitted, x.Text("模型"))
	at := float64(v.Day.DaysUntil(a.Months[0].Period.First())) / -30.44
	line.Marks = []chart.Mark{{At: at - 0.5, Text: c.Title + " " + v.Day.String()}}
	c.Line = *line
	if a.Result == nil {
		return c
	}
	r := a.Result
	c.Table = &table.Table{ID: fmt.Sprintf("start%d", a.Start.ID), Name: x.say("起点 %s", v.Day), Columns: []table.Column{{Head: []string{x.Text("项目")}, Key: "name", RowHead: true},
		column(x.Text("倍数"), "ratio", table.Right), column(x.Text("95% 区间"), "interval", table.Right), column(x.Text("95% 区间（Newey-West）"), "robust", table.Right), column(x.Text("判断所用的区间"), "wide", table.Right)}}
	for _, row := range []struct {
		name string
		c    stats.Change
		wide *stats.Interval
	}{{"起点前每月的变化", r.Before, nil}, {"起点处水平的变化", r.Level, &r.Step}, {"起点后每月变化快慢的变化", r.Slope, &r.Turn}} {
		half := 1.959964 * row.c.Robust
		wide := ""
		if row.wide != nil {
			wide = limits(row.wide.Lo, row.wide.Hi, 3)
		}
		c.Table.Rows = append(c.Table.Rows, table.Row{Cells: []table.Cell{table.Text(x.Text(row.name)), table.Number("", fmt.Sprintf("%.3f", row.c.Ratio)),
			table.Text(limits(row.c.Interval.Lo, row.c.Interval.Hi, 3)), table.Text(limits(math.Exp(row.c.Estimate-half), math.Exp(row.c.Estimate+half), 3)), table.Text(wide)}})
	}
	c.Table.Notes = []string{x.say("起点前 %d 个月、后 %d 个月；方法：中断时间序列（准泊松，含 12 个月份项），判断用三种误差中最大的一种和 t 分布，宁宽勿窄。", r.Earlier, r.Later)}
	if period.Months.FirstDay(period.Months.SlotOf(v.Day)) != v.Day {
		c.Table.Notes = append(c.Table.Notes, x.Text("起点不在1日，从下一个整月算作起点以后。"))
	}
	return c
}

func startPath(id int64) string { return fmt.Sprintf("/definitions/starts/%d", id) }
