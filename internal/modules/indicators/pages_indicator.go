package indicators

import (
	"math/big"
	"slices"

	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
)

// catalogueView lists all indicators and elements with their values for a unit and a period.
type catalogueView struct {
	Crumbs   crumbs
	Unit     string
	Period   string
	Switch   switchView
	Tabs     []link
	Elements bool
	Grid     web.Grid
	Deck     deckView
	Tools    tools
	Empty    *emptyView
}

// indicatorView is the page of one indicator or element.
type indicatorView struct {
	Code, Name, Kind string
	Crumbs           crumbs
	Unit, Period     string
	Switch           switchView
	Now              tile
	Chance           []string // what the counts behind it show
	Trend            string   // address of its trend, for counts
	Compare          string   // address of the comparison that shows what chance does to it
	Meaning          string   // the note of the definition
	Formula          string   // with names
	Facts            []fact   // direction, roll-up, digits, force, source …
	Line             chart.Chart
	First            bool // value, course and meaning are shown: not on the later screens of a wall
	Bars             chart.Chart
	Grid             *web.Grid
	Targets          *table.Table
	Versions         *table.Table
	Users            []link
	Edit             string
	Deck             deckView
	Tools            tools
}

// A fact is one line of a list of properties; Path may lead somewhere.
type fact struct{ Name, Value, Path string }

// courseChart draws a figure over its periods with its target.
func (x lens) courseChart(title string, list []Point) chart.Chart {
	if len(list) == 0 {
		return nil
	}
	c := chart.Line{Title: title, Width: 760, Height: 280}
	s := chart.Series{}
	any := false
	for _, p := range list {
		v := x.value(p.Answer)
		any = any || v.OK
		c.X = append(c.X, x.shortPeriod(p))
		s.Values = append(s.Values, v)
	}
	if !any {
		return nil
	}
	last := list[len(list)-1].Answer
	c.Series = []chart.Series{s}
	c.Unit = unitOfMeasure(last.Definition, x.Lang)
	c.Target = x.goal(last)
	c.Zero = last.Definition.Format == 0
	return c
}

// shortPeriod names a period under an axis: its code, "2018-03", is short in both languages.
func (x lens) shortPeriod(p Point) string { return p.Period.String() }

// rankBars draws the units of a ranking, the best first, those without a value last.
func (x lens) rankBars(title string, list []Answer, own func(Answer) bool) chart.Chart {
	if len(list) == 0 {
		return nil
	}
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, byPlace)
	c := chart.Bars{Title: title, Width: 640}
	any := false
	for _, a := range sorted {
		b := chart.Bar{Name: x.short(a.Unit), Value: x.value(a), Href: x.figureOf(a), Note: fraction(a), Own: own(a)}
		if lit(a) && a.Light != measure.Grey {
			b.Light = a.Light
		}
		any = any || b.Value.OK
		c.Rows = append(c.Rows, b)
	}
	if !any {
		return nil
	}
	for _, a := range sorted {
		if g := x.goal(a); g != nil {
			c.Target = g
			break
		}
	}
	return c
}

// byPlace orders by rank, then by value downwards; those without come last.
func byPlace(a, b Answer) int {
	switch {
	case a.Rank != nil && b.Rank != nil:
		return a.Rank.Place - b.Rank.Place
	case a.Rank != nil:
		return -1
	case b.Rank != nil:
		return 1
	case a.Printed != nil && b.Printed != nil:
		return b.Printed.Cmp(a.Printed)
	case a.Printed != nil:
		return -1
	case b.Printed != nil:
		return 1
	}
	return 0
}

// rankTable lists units with one figure and all that belongs to it.
func (x lens) rankTable(list []Answer, exact bool) *table.Table {
	t := &table.Table{ID: "units", Name: x.Text("各单位"), Empty: x.Text("这个单位下面没有单位")}
	for _, c := range []struct {
		head, key string
		sort      table.SortKind
		align     table.Align
	}{
		{"单位", "unit", table.ByText, table.Left}, {"位次", "rank", table.ByNumber, table.Right}, {"指标值", "value", table.ByNumber, table.Right},
		{"分子/分母", "fraction", table.NoSort, table.Right}, {"目标", "target", table.NoSort, table.Right}, {"完成度", "done", table.ByNumber, table.Right},
		{"状态", "light", table.ByLight, table.Left}, {"报送", "coverage", table.NoSort, table.Right},
		{"95% 区间", "interval", table.NoSort, table.Right}, {"统计判断", "support", table.NoSort, table.Left}, // in downloads
	} {
		if !x.file && (c.key == "interval" || c.key == "support") {
			continue
		}
		col := table.Column{Head: []string{x.Text(c.head)}, Key: c.key, Sort: c.sort, Align: c.align, RowHead: c.key == "unit"}
		if c.sort == table.ByLight {
			col.Width = lightWidth
		}
		t.Columns = append(t.Columns, col)
	}
	for _, a := range list {
		name := table.Link(x.unit(a.Unit), x.unitAt(a.Unit))
		name.SortKey = x.tree.Pinyin(a.Unit)
		rank, target, done, light := table.Cell{}, table.Cell{}, table.Cell{}, table.Cell{}
		trace := x.figureOf(a)
		if a.Rank != nil {
			rank = toTrace(table.Number("", itoa(a.Rank.Place)), trace)
		}
		if a.Target != nil {
			target = toTrace(table.Text(x.target(*a.Target, a.Definition)), trace)
		}
		if s := achievement(a); s != "" {
			done = toTrace(table.Number("", s), trace)
		}
		if lit(a) {
			light = x.lightCell(a)
		}
		c := toTrace(table.Text(coverage(a.Result.Coverage)), trace)
		c.Hint = x.missing(a.Result.Coverage.Missing)
		cells := []table.Cell{name, rank, x.plainCell(a, exact), x.fractionCell(a), target, done, light, c}
		if x.file {
			cells = append(cells, x.intervalCells(a)...)
		}
		t.Rows = append(t.Rows, table.Row{Cells: cells})
	}
	dropEmpty(t, "rank", "fraction", "target", "done", "light", "coverage", "interval", "support")
	if len(list) > 0 && list[0].Definition.Direction != Neutral {
		t.Notes = append(t.Notes, x.Text("位次按印出的数排，数相同的并列；不完整、隐去或没有值的不排。"))
	}
	return t
}

// dropEmpty leaves out columns in which nothing stands.
func dropEmpty(t *table.Table, keys ...string) {
	for i := len(t.Columns) - 1; i >= 0; i-- {
		if !slices.Contains(keys, t.Columns[i].Key) {
			continue
		}
		if slices.ContainsFunc(t.Rows, func(r table.Row) bool { return r.Cells[i].Text != "" || r.Cells[i].Spark != nil }) {
			continue
		}
		t.Columns = slices.Delete(t.Columns, i, i+1)
		for k := range t.Rows {
			t.Rows[k].Cells = slices.Delete(t.Rows[k].Cells, i, i+1)
		}
	}
}

// achievement writes how far a target is reached, "104.2%"; empty where it cannot be said.
func achievement(a Answer) string {
	if a.Judgement == nil || a.Judgement.Achievement == nil {
		return ""
	}
	return measure.Round(new(big.Rat).Mul(a.Judgement.Achievement, big.NewRat(100, 1)), 1) + "%"
}

// targetsTable lists the targets of an indicator with their history.
func (x lens) targetsTable(list []Target, d Definition) *table.Table {
	t := &table.Table{ID: "targets", Name: x.Text("目标"), Empty: x.Text("还没有目标")}
	for _, h := range []string{"单位", "期别", "目标", "预警幅度", "状态", "依据", "原因", "填写人", "时间"} {
		t.Columns = append(t.Columns, table.Column{Head: []string{x.Text(h)}})
	}
	for i := len(list) - 1; i >= 0; i-- {
		o := list[i]
		state := x.Text("施行")
		if o.Ended != "" {
			state = x.say("已于 %s 结束", instant(o.Ended))
		}
		t.Rows = append(t.Rows, table.Row{ID: "t-" + itoa(int(o.ID)), Cells: []table.Cell{table.Text(x.unit(o.Unit)), table.Text(x.in(o.Period)), table.Text(x.target(o, d)),
			table.Text(o.Margin), table.Text(state), table.Text(o.Source), table.Text(o.Why), table.Text(o.By), table.Text(instant(o.At))}})
	}
	return t
}

// versionsTable lists the definitions of an indicator, the newest first.
func (x lens) versionsTable(d Defined) *table.Table {
	t := &table.Table{ID: "defversions", Name: x.Text("定义的各版"), Empty: x.Text("还没有定义")}
	for _, h := range []string{"版", "施行日", "公式", "格式", "小数", "方向", "汇总", "工作量数据项", "依据", "修改原因", "填写人"} {
		c := table.Column{Head: []string{x.Text(h)}}
		switch h {
		case "工作量数据项":
			c.Key = "effort"
		case "修改原因":
			c.Key = "why"
		}
		t.Columns = append(t.Columns, c)
	}
	for i := len(d.Versions) - 1; i >= 0; i-- {
		v := d.Versions[i]
		written := table.Text(v.By)
		written.Note = instant(v.At)
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(itoa(v.Version)), table.Text(v.From.String()), table.Text(x.formulaIn(d, v)),
			table.Text(x.Text(v.Format.Text())), table.Text(itoa(v.Digits)), table.Text(x.Text(v.Direction.Label())), table.Text(x.Text(rollupText(v))),
			table.Text(v.Effort), table.Text(v.Source), table.Text(v.Why), written}})
	}
	dropEmpty(t, "effort")
	dropEmpty(t, "why")
	return t
}

// formulaIn gives the formula of a definition with names in the reader's language.
func (x lens) formulaIn(d Defined, v Definition) string {
	if !v.Filled() {
		return x.Text(measure.NotFilled.Text())
	}
	if x.Lang == "en" {
		return d.English[v.Version]
	}
	return d.Shown[v.Version]
}

func rollupText(d Definition) string {
	switch d.Rollup {
	case "children":
		return "下级结果相加"
	case "none":
		return "不汇总"
	}
	if d.Format == formula.Plain {
		return "各单位先相加，再按公式计算"
	}
	return "分子分母分别汇总"
}

// instant shortens a stored time to minutes.
func instant(s string) string {
	if len(s) < 16 {
		return s
	}
	return s[:10] + " " + s[11:16]
}
