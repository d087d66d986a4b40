package indicators

import (
	"cmp"

	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

// frontView is the dashboard of a unit.
type frontView struct {
	Crumbs  crumbs
	Name    string
	Period  string
	Switch  switchView
	Lights  []lightCount
	Bundles []bundleCard
	Groups  []figureGroup
	Wall    *web.Grid // a part of all figures on one screen of a wall
	Map     *mapCard
	Waits   []link // what the reader can do about figures that are missing
	County  string // of the dashboard of a unit beneath: address of the county's
	Deck    deckView
	Tools   tools
	Empty   *emptyView // nothing to show yet, and what to do next
}

// tools are the addresses at the head of a page.
type tools struct{ XLSX, CSV, Screen, Plain string }

// emptyView says why there is nothing and what to do next.
type emptyView struct {
	Title, Text string
	Links       []link
}

type lightCount struct {
	Class, Word string
	Count       int
}

type bundleCard struct {
	Name, Note, Source string
	Filled, Total      int
	Compact            bool // most members are only followed: small tiles are enough
	Tiles              []tile
	Trends             []link // what the years say of members that should fall or rise
	claimed            []string
}

// A tile is one big figure, or an empty place that the county has yet to fill.
type tile struct {
	Label, Href    string
	Value          string
	None           bool // Value is a reason
	Note, Hint     string
	Light, Word    string // class and word of the light; empty without one
	Target         string
	Fraction, Rank string
	Between        string // interval of a share
	Claim          string
	Empty          bool
	Spark          *chart.Sparkline
}

type mapCard struct {
	Title   string
	Chart   chart.Chart
	Choices choices
	Keep    []pair
	Path    string
	Note    string
}

// lightCounts counts the lights of indicators that have a target.
func lightCounts(l words.Lang, lines []Line) []lightCount {
	n := map[measure.Light]int{}
	for _, x := range lines {
		if lit(x.Now) {
			n[x.Now.Light]++
		}
	}
	var out []lightCount
	for _, light := range []measure.Light{measure.Green, measure.Yellow, measure.Red, measure.Grey} {
		if n[light] > 0 {
			out = append(out, lightCount{string(light), l.Text(chart.LightWord(light)), n[light]})
		}
	}
	return out
}

// bundleCards builds the tiles of the bundles on the front page. Beneath the county there are only
// those of figures that the unit can have.
func (x lens) bundleCards(list []Bundle, lines map[string]Line, beneath bool) []bundleCard {
	var out []bundleCard
	for _, b := range list {
		c := bundleCard{Name: x.Pick(b.Name, b.NameEN), Note: b.Note, Source: b.Source, Total: len(b.Members)}
		followed := 0
		for _, m := range b.Members {
			if l, ok := lines[m.Indicator]; beneath && (!ok || notHere(l.Now.Reason) || asksNothing(l.Now.Reason)) {
				c.Total--
				continue
			}
			if l, ok := lines[m.Indicator]; ok && (m.Claim == ClaimFalls || m.Claim == ClaimRises) && l.Now.counting.count {
				c.claimed = append(c.claimed, m.Indicator)
			}
			t := x.tile(m, lines)
			if !t.Empty {
				c.Filled++
			}
			if m.Claim == Followed {
				followed++
			}
			c.Tiles = append(c.Tiles, t)
		}
		if c.Compact = 2*followed > len(b.Members); len(c.Tiles) > 0 {
			out = append(out, c)
		}
	}
	return out
}

func (x lens) tile(m BundleMember, lines map[string]Line) tile {
	t := tile{Claim: x.Text(m.Claim.Label())}
	l, ok := lines[m.Indicator]
	switch {
	case m.Empty():
		t.Empty, t.None = true, true
		t.Label, t.Value = x.say("第 %d 项", m.Order), x.Text(measure.NotFilled.Text())
		return t
	case m.Task != "":
		return x.taskTile(m, t)
	case !ok:
		t.Label, t.Value, t.None = x.Pick(m.Text, m.TextEN), x.Text("未接入指标"), true
		return t
	}
	a := l.Now
	t.Label, t.Href = a.Title(x.Lang), x.figureOf(a)
	if m.Text != "" {
		t.Label = x.Pick(m.Text, m.TextEN)
	}
	t.Value, t.None = x.text(a), a.Printed == nil || a.Withheld
	t.Empty = a.Reason == measure.NotFilled
	t.Note, t.Hint, t.Fraction, t.Between, t.Rank = x.note(a), x.hint(a), fraction(a), between(a), place(a.Rank)
	if a.Target != nil {
		t.Target = x.target(*a.Target, a.Definition)
	}
	if lit(a) {
		t.Light, t.Word = string(a.Light), x.lightWord(a.Light)
	}
	t.Spark = x.spark(l, 240)
	if t.Spark != nil {
		t.Spark.Height = 34
		t.Spark.Target = x.goal(a)
	}
	return t
}

// taskTile shows a task of the plan: how much of it was verified as done, and its light.
func (x lens) taskTile(m BundleMember, t tile) tile {
	task, ok := x.task[m.Task]
	if t.Label = x.Pick(m.Text, m.TextEN); t.Label == "" {
		t.Label = task.Name
	}
	if !ok {
		t.Label, t.Value, t.None = cmp.Or(t.Label, m.Task), x.Text("没有这项任务"), true
		return t
	}
	t.Value, t.Href, t.Hint = x.say("完成 %d%%", task.Percent), task.Path, task.Why
	if task.Light != measure.NoLight {
		t.Light, t.Word = string(task.Light), task.Why
	}
	return t
}

// lightWidth keeps a light and its word on one line, changeWidth a change with its unit, shareWidth
// an interval, nameWidth a name on two or three.
const (
	lightWidth  = 7
	nameWidth   = 12
	changeWidth = 11
	shareWidth  = 7
)

// figuresTable lists figures of one unit, one a row. exact keeps the exact values for downloads.
func (x lens) figuresTable(lines []Line, ranked, exact bool) *table.Table {
	t := &table.Table{ID: "figures", Name: x.Text("指标"), Empty: x.Text("还没有定义指标")}
	col := func(head, key string, sort table.SortKind, align table.Align) {
		c := table.Column{Head: []string{x.Text(head)}, Key: key, Sort: sort, Align: align}
		switch key {
		case "light":
			c.Width = lightWidth
		case "name":
			c.Width = nameWidth
		case "change":
			c.Width = changeWidth
		case "fraction":
			c.Width = shareWidth
		}
		t.Columns = append(t.Columns, c)
	}
	col("指标", "name", table.NoSort, table.Left)
	col("指标值", "value", table.NoSort, table.Right)
	col("分子/分母", "fraction", table.NoSort, table.Right)
	col("目标", "target", table.NoSort, table.Right)
	col("状态", "light", table.ByLight, table.Left)
	col("走势", "trend", table.NoSort, table.Left)
	col("比去年同期", "change", table.ByNumber, table.Right)
	if ranked {
		col("位次", "rank", table.ByNumber, table.Right)
	}
	col("报送", "coverage", table.NoSort, table.Right)
	if x.file {
		col("95% 区间", "interval", table.NoSort, table.Right)
		col("统计判断", "support", table.NoSort, table.Left)
	}
	for _, l := range lines {
		t.Rows = append(t.Rows, x.figureRow(l, ranked, exact))
	}
	dropEmpty(t, "fraction", "target", "light", "trend", "change", "interval", "support")
	return t
}

func (x lens) figureRow(l Line, ranked, exact bool) table.Row {
	a := l.Now
	name := table.Link(a.Title(x.Lang), x.indicatorAt(a.Code, a.Unit))
	r := table.Row{ID: "f-" + a.Code, Cells: []table.Cell{name, x.plainCell(a, exact), x.fractionCell(a)}}
	trace := x.figureOf(a)
	target := table.Cell{}
	if a.Target != nil {
		target = toTrace(table.Text(x.target(*a.Target, a.Definition)), trace)
		if a.Target.Unit != a.Unit {
			target.Hint = x.say("沿用%s的目标", x.unit(a.Target.Unit))
		}
	}
	light := table.Cell{}
	if lit(a) {
		light = x.lightCell(a)
	}
	spark := table.Cell{}
	if s := x.spark(l, 120); s != nil {
		spark = table.Spark(*s)
	}
	change := table.Cell{}
	if text, hint, ok := x.change(l); ok {
		change = toTrace(table.Number("", text), trace)
		change.Hint = hint
	} else if text != "" {
		change = table.Missing(text)
		change.Hint = hint
	}
	r.Cells = append(r.Cells, target, light, spark, change)
	if ranked {
		c := table.Cell{}
		if a.Rank != nil {
			c = toTrace(table.Number(itoa(a.Rank.Place), place(a.Rank)), trace)
		}
		r.Cells = append(r.Cells, c)
	}
	c := toTrace(table.Text(coverage(a.Result.Coverage)), trace)
	if a.Incomplete || !a.Result.Coverage.Complete() {
		c.Hint = x.missing(a.Result.Coverage.Missing)
	}
	r.Cells = append(r.Cells, c)
	if x.file {
		r.Cells = append(r.Cells, x.intervalCells(a)...)
	}
	return r
}

// fractionCell shows numerator and denominator with the interval below; a file has a column for it.
func (x lens) fractionCell(a Answer) table.Cell {
	c := toTrace(table.Text(fraction(a)), x.figureOf(a))
	if !x.file {
		c.Note = between(a)
	}
	return c
}

// toTrace makes a cell that belongs to a figure lead to its trace, as the figure itself does.
func toTrace(c table.Cell, trace string) table.Cell {
	if c.Text != "" {
		c.Href, c.Quiet = trace, true
	}
	return c
}

// quietLines parts the lines that a unit has an answer for from those that are not reported at
// its level, so that a township's page is not full of the same reason.
func quietLines(lines []Line, never func(Answer) bool) (shown, quiet []Line) {
	for _, l := range lines {
		if notHere(l.Now.Reason) || l.Now.Reason == measure.NotDefined && never(l.Now) {
			quiet = append(quiet, l)
		} else {
			shown = append(shown, l)
		}
	}
	return shown, quiet
}

// notHere tells whether a reason means that units of this level have no such figure.
func notHere(r measure.Reason) bool {
	return r == measure.BelowLevel || r == measure.NoRollup || r == measure.PointOnly
}

// mapColumns is the width of the schematic map in tiles.
const mapColumns = 6

// newMap colours the units beneath by one figure: by its lights where it has a target, else by
// its values. With a boundary file the units have their shapes, else they are tiles in the order
// of the register.
func (x lens) newMap(list []Answer, title string, geo *chart.Geo) chart.Chart {
	lights := false
	for _, a := range list {
		lights = lights || lit(a)
	}
	var scale *chart.Scale
	if !lights {
		scale = &chart.Scale{}
		for _, a := range list {
			if a.Printed != nil {
				scale.Unit = unitOfMeasure(a.Definition, x.Lang)
				break
			}
		}
	}
	areas := make([]chart.Area, len(list))
	for i, a := range list {
		areas[i] = chart.Area{Key: x.code(a.Unit), Name: x.unit(a.Unit), Short: x.short(a.Unit), Value: x.value(a), Href: x.figureOf(a), Note: fraction(a)}
		if lights {
			areas[i].Light = a.Light
		}
	}
	if geo != nil {
		return chart.GeoMap{Title: title, Geo: geo, Areas: areas, Scale: scale}
	}
	m := chart.TileMap{Title: title, Scale: scale}
	for i, a := range areas {
		m.Tiles = append(m.Tiles, chart.Tile{Area: a, Col: i % mapColumns, Row: i / mapColumns})
	}
	return m
}

// unitOfMeasure gives the unit that the numbers of a definition are in.
func unitOfMeasure(d Definition, l words.Lang) string {
	switch d.Format {
	case formula.Percent:
		return "%"
	case formula.PerThousand:
		return "‰"
	case formula.Per100k:
		return l.Text("/10万")
	}
	return l.Pick(d.Unit, d.UnitEN)
}

// neighbours lists the units beside a unit, the units of its parent.
func (x lens) neighbours(unit org.UnitID) []link {
	parent := x.tree.Parent(unit)
	if parent == 0 {
		return nil
	}
	var out []link
	for _, u := range x.tree.Children(parent) {
		if x.tree.Level(u) == x.tree.Level(unit) {
			out = append(out, link{x.short(u), x.unitAt(u), u == unit})
		}
	}
	return out
}
