package meetings

import (
	"fmt"
	"slices"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/table"
)

// A writer gathers the sources of the figures that a document prints.
type writer struct{ sources []docgen.Source }

// figure prints a figure as a run that leads to its trace and carries its number in the list of
// sources.
func (w *writer) figure(f measure.Shown, unit string) docgen.Run {
	if f.Path == "" {
		return docgen.Run{Text: f.Text}
	}
	for _, s := range w.sources {
		if s.Path == f.Path && s.Value == f.Text {
			return docgen.Run{Text: f.Text, Href: f.Path, Source: s.No}
		}
	}
	n := len(w.sources) + 1
	w.sources = append(w.sources, docgen.Source{No: n, Label: f.Name + " · " + unit + " · " + f.Period.Chinese(), Value: f.Text, Path: f.Path, Beside: beside(f)})
	return docgen.Run{Text: f.Text, Href: f.Path, Source: n}
}

// cell is the cell of a figure in a table; its number leads to the trace.
func (w *writer) cell(f measure.Shown, unit string) table.Cell {
	return table.Figure(table.Fig{Text: f.Text, Exact: f.Value, Href: f.Path, Source: w.figure(f, unit).Source, Note: f.Note, None: f.Value == ""})
}

// number is the cell of a figure in another period; it leads to its trace then. Its number in the
// sources is that of the figure of the row, whose source names it.
func number(exact, printed string, f measure.Shown, p period.Period) table.Cell {
	if printed == "" {
		return table.Text("—")
	}
	return table.Figure(table.Fig{Text: printed, Exact: exact, Href: at(f, p, printed, exact).Path, None: exact == ""})
}

// toDate is the cell of a figure from the first of January on.
func toDate(f measure.Shown) table.Cell {
	if f.ToDate == "" {
		return table.Text("")
	}
	return table.Link(f.ToDate, at(f, f.Period.YTD(), f.ToDate, "").Path)
}

// document prints a pack.
func (c Content) document(made, generator, base string) *docgen.Document {
	w := &writer{}
	d := &docgen.Document{Kind: docgen.Material, Title: c.Title + "\n会议材料", Body: []docgen.Block{
		docgen.Paragraph{Flush: true, Align: table.Center, Runs: []docgen.Run{{Text: strings.TrimSpace(c.Day + " " + c.Time + "　" + c.Place), Role: docgen.Kaiti}}},
	}}
	n := 0
	section := func(title string) {
		n++
		d.Body = append(d.Body, docgen.Head(1, ordinal(n)+"、"+title))
	}
	add := func(b ...docgen.Block) { d.Body = append(d.Body, b...) }

	section("总体情况")
	add(docgen.Say(c.overview()), docgen.Table{Table: c.overviewTable(w), Wide: true})
	for i, f := range c.Forces {
		if i == 0 {
			section("各专班情况")
		}
		add(docgen.Head(2, "（"+ordinal(i+1)+"）"+f.Name))
		add(c.forceBlocks(w, f)...)
	}
	section("存在问题")
	if len(c.Problems) == 0 {
		add(docgen.Say("没有未达标或变差的指标、逾期事项和到期未报的报表。"))
	}
	for i, t := range c.Problems {
		add(docgen.Paragraph{Runs: []docgen.Run{{Text: fmt.Sprintf("%d. %s：", i+1, t.Kind.Text())}, {Text: t.Title, Href: t.Path}, {Text: "。"}}})
		last := d.Body[len(d.Body)-1].(docgen.Paragraph)
		last.Runs = append(last.Runs, c.problem(w, t)...)
		d.Body[len(d.Body)-1] = last
	}
	section("上次议定事项办理情况")
	switch {
	case c.Last == "":
		add(docgen.Say("这是本系列的第一次会议。"))
	case len(c.Effects) == 0:
		add(docgen.Say(c.Last + "没有交办事项。"))
	default:
		add(docgen.Table{Table: c.effectTable().Keep("no", "text", "lead", "deadline", "state", "light")})
		for _, e := range c.Effects {
			if e.Figure != "" {
				add(docgen.Paragraph{Runs: append([]docgen.Run{{Text: fmt.Sprintf("第%d项关联指标“%s”：", e.No, e.Figure)}}, c.movement(w, e)...)})
			}
		}
	}
	section("提请研究的建议")
	for i, p := range c.Proposals {
		add(docgen.Say(fmt.Sprintf("%d. %s", i+1, p)))
	}
	if len(c.Topics) > 0 {
		section("会议议程")
		for i, t := range c.Topics {
			s := fmt.Sprintf("%d. %s", i+1, t.Title)
			if t.Carried > 0 {
				s += fmt.Sprintf("（已延后 %d 次）", t.Carried)
			}
			add(docgen.Say(s))
		}
	}
	d.Sources = w.sources
	d.Meta = docgen.Meta{Subject: c.Title, Author: c.Host, Cutoff: c.Cutoff, Made: made, Generator: generator, Base: base}
	return d
}

func (c Content) figureColumns() []table.Column {
	cols := []table.Column{
		{Head: []string{"指标"}, Key: "name", RowHead: true, Width: 14},
		{Head: []string{"期别"}, Key: "period", Width: 6},
		{Head: []string{"数值"}, Key: "value", Align: table.Right},
		{Head: []string{"分子/分母"}, Key: "fraction", Align: table.Right, Width: 6},
		{Head: []string{"目标"}, Key: "target", Align: table.Right},
		{Head: []string{"灯"}, Key: "light"},
		{Head: []string{"上期"}, Key: "prev", Align: table.Right},
		{Head: []string{"去年同期"}, Key: "year_before", Align: table.Right},
		{Head: []string{"今年累计"}, Key: "to_date", Align: table.Right},
		{Head: []string{"位次"}, Key: "place", Align: table.Right},
	}
	if c.hasIntervals() {
		cols = append(cols[:4], append([]table.Column{{Head: []string{c.intervalHead()}, Key: "interval", Align: table.Right, Width: 9}}, cols[4:]...)...)
	}
	if c.Compared != "" {
		cols = append(cols, table.Column{Head: []string{"较上次"}, Key: "moved", Align: table.Center})
	}
	return cols
}

func (c Content) hasIntervals() bool {
	for _, f := range c.Figures {
		if f.Interval != "" {
			return true
		}
	}
	return false
}

// intervalHead heads the column of intervals: what all of them begin with, said once.
func (c Content) intervalHead() string {
	head := ""
	for _, f := range c.Figures {
		if f.Interval == "" {
			continue
		}
		word, _, _ := strings.Cut(f.Interval, "区间 ")
		if word += "区间"; head != "" && word != head || !strings.HasPrefix(f.Interval, word+" ") {
			return "区间"
		}
		head = word
	}
	return head
}

func (c Content) figureRow(w *writer, f measure.Shown) table.Row {
	fraction := ""
	if f.Numerator != "" {
		fraction = measure.Group(f.Numerator + "/" + f.Denominator)
	}
	yoy, _ := f.Period.YoY()
	place := ""
	if f.Place > 0 {
		place = fmt.Sprintf("%d/%d", f.Place, f.Of)
		if f.Of == 0 {
			place = fmt.Sprint(f.Place)
		}
	}
	cells := []table.Cell{table.Text(f.Name), table.Text(f.Period.Chinese()), w.cell(f, c.name(f.Unit)), table.Text(fraction)}
	if c.hasIntervals() {
		cells = append(cells, table.Text(strings.TrimPrefix(f.Interval, c.intervalHead()+" ")))
	}
	cells = append(cells, table.Text(f.Target), table.Light(f.Light, chart.LightWord(f.Light)), number(f.PrevValue, f.Prev, f, f.Period.Prev()), number(f.YearValue, f.YearBefore, f, yoy), toDate(f), table.Text(place))
	if c.Compared != "" {
		cells = append(cells, table.Text(c.moved(f.Code)))
	}
	return table.Row{ID: f.Code, Cells: cells}
}

func (c Content) overviewTable(w *writer) *table.Table {
	t := &table.Table{ID: "overview", Name: "总体情况", Caption: "监测指标总表", Columns: c.figureColumns(), Source: "截至 " + c.Cutoff + "；每项指标取截止时最近一个完整期。"}
	for _, f := range c.Figures {
		t.Rows = append(t.Rows, c.figureRow(w, f))
	}
	if !slices.ContainsFunc(c.Figures, func(f measure.Shown) bool { return f.Place > 0 }) {
		var keys []string // a county without a published rank has no column of ranks
		for i := range t.Columns {
			if k := t.Columns[i].Key; k != "place" {
				keys = append(keys, k)
			}
		}
		t.Keep(keys...)
	}
	return t
}

func (c Content) forceBlocks(w *writer, f ForcePage) (out []docgen.Block) {
	if len(f.Figures) == 0 {
		return []docgen.Block{docgen.Say("本专班没有登记监测指标。")}
	}
	green, yellow, red, grey := counts(f.Figures)
	counted := docgen.Say(fmt.Sprintf("监测指标 %d 项，达标 %d 项，未达标 %d 项，未评 %d 项。", len(f.Figures), green+yellow, red, grey))
	counted.Keep = true // with its table
	out = append(out, counted)
	t := &table.Table{ID: fmt.Sprintf("force%d", f.Unit), Name: f.Name, Caption: f.Name + "指标", Columns: c.figureColumns()}
	for _, x := range f.Figures {
		t.Rows = append(t.Rows, c.figureRow(w, x))
	}
	keep := []string{"name", "period", "value", "interval", "target", "light", "prev", "year_before", "moved"}
	if !slices.ContainsFunc(f.Figures, func(x measure.Shown) bool { return x.Interval != "" }) {
		keep = slices.DeleteFunc(keep, func(k string) bool { return k == "interval" })
	}
	out = append(out, docgen.Table{Table: t.Keep(keep...)})
	if p, ok := trendOf(f.Figures, f.Ranked); ok {
		out = append(out, p)
	}
	if len(f.Ranking) > 0 {
		out = append(out, docgen.Table{Table: c.rankingTable(w, f)})
		if f.Chance != nil {
			said := strings.Join(f.Chance.Sentences, "")
			if f.Unit == c.meantAt() {
				said += f.Chance.Meaning
			}
			if said != "" {
				out = append(out, docgen.Paragraph{Runs: c.compared(w, f, said)})
			}
		}
	}
	if len(f.Items) > 0 {
		for i, x := range f.Items {
			if i == 8 {
				out = append(out, docgen.Say(fmt.Sprintf("另有在办事项 %d 件，见任务清单。", len(f.Items)-i)))
				break
			}
			out = append(out, docgen.Paragraph{Runs: []docgen.Run{{Text: "在办事项 " + x.No + "："}, {Text: x.Title, Href: x.Path}, {Text: fmt.Sprintf("，%s牵头，期限%s，%s。", c.name(x.Lead), x.Deadline.Chinese(), x.State.Text())}}})
		}
	}
	return out
}

// trendOf draws the course of the ranked indicator of a page, or of its first with a course.
func trendOf(list []measure.Shown, name string) (docgen.Picture, bool) {
	var best *measure.Shown
	for i := range list {
		if len(list[i].Trend) >= 3 && (best == nil || list[i].Name == name) {
			best = &list[i]
		}
	}
	if best == nil {
		return docgen.Picture{}, false
	}
	l := chart.Line{Title: best.Name, Width: 640, Height: 240}
	var values []chart.Value
	for _, s := range best.Trend {
		l.X = append(l.X, s.Period.Chinese())
		if s.OK {
			values = append(values, chart.Num(s.Value, s.Text))
		} else {
			values = append(values, chart.Gap(s.Text))
		}
	}
	l.Series = []chart.Series{{Values: values}}
	return docgen.Picture{Chart: l, Caption: best.Name + "走势", Width: 130}, true
}

// rankedPeriod names the period of a ranking for its caption, where all have the same.
func rankedPeriod(list []measure.Shown) string {
	for _, x := range list {
		if x.Period != list[0].Period {
			return ""
		}
	}
	return "（" + list[0].Period.Chinese() + "）"
}

func (c Content) rankingTable(w *writer, f ForcePage) *table.Table {
	t := &table.Table{ID: fmt.Sprintf("rank%d", f.Unit), Name: f.Name + "排名", Caption: "各乡镇“" + f.Ranked + "”" + rankedPeriod(f.Ranking), Columns: []table.Column{
		{Head: []string{"位次"}, Key: "place", Align: table.Center}, {Head: []string{"乡镇"}, Key: "unit", RowHead: true, Width: 8},
		{Head: []string{"数值"}, Key: "value", Align: table.Right}, {Head: []string{"分子/分母"}, Key: "fraction", Align: table.Right}, {Head: []string{"目标"}, Key: "target"}, {Head: []string{"灯"}, Key: "light"},
	}}
	for _, x := range f.Ranking {
		place, fraction := "—", ""
		if x.Place > 0 {
			place = fmt.Sprint(x.Place)
		}
		if x.Numerator != "" {
			fraction = measure.Group(x.Numerator + "/" + x.Denominator)
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(place), table.Text(c.name(x.Unit)), w.cell(x, c.name(x.Unit)), table.Text(fraction), table.Text(x.Target),
			table.Light(x.Light, chart.LightWord(x.Light))}})
	}
	f.Chance.beside(t, f.Ranking, func(s string) string { return s })
	return t
}

// meantAt gives the first page whose ranking says what the range by chance means; the others need not.
func (c Content) meantAt() org.UnitID {
	for _, f := range c.Forces {
		if f.Chance != nil && f.Chance.Meaning != "" {
			return f.Unit
		}
	}
	return 0
}

// beside adds to the table of a ranking what stands beside the places, behind the fractions or the
// values.
func (c *Chance) beside(t *table.Table, list []measure.Shown, say func(string) string) {
	if c == nil {
		return
	}
	at := 1 + max(slices.IndexFunc(t.Columns, func(c table.Column) bool { return c.Key == "value" }), slices.IndexFunc(t.Columns, func(c table.Column) bool { return c.Key == "fraction" }))
	t.Columns = slices.Insert(t.Columns, at, table.Column{Head: []string{say("偶然波动范围")}, Key: "interval", Align: table.Right, Width: 12},
		table.Column{Head: []string{say("排位范围")}, Key: "range", Align: table.Center}, table.Column{Head: []string{say("分档")}, Key: "band", Align: table.Center})
	for i, x := range list {
		interval, places, band := c.cells(x.Unit)
		word := "—"
		if band != "" {
			word = say(band.Text())
		}
		t.Rows[i].Cells = slices.Insert(t.Rows[i].Cells, at, table.Text(interval), table.Text(places), table.Text(word))
	}
}

func (c Content) effectTable() *table.Table {
	t := &table.Table{ID: "effects", Name: "上次议定事项", Caption: c.Last + "议定事项办理情况", Columns: []table.Column{
		{Head: []string{"序号"}, Key: "no", Align: table.Center}, {Head: []string{"议定事项"}, Key: "text", RowHead: true, Width: 16}, {Head: []string{"牵头单位"}, Key: "lead", Width: 6}, {Head: []string{"期限"}, Key: "deadline", Width: 8},
		{Head: []string{"办理状态"}, Key: "state", Width: 8}, {Head: []string{"灯"}, Key: "light"}, {Head: []string{"关联指标", "交办时"}, Key: "was", Width: 8}, {Head: []string{"关联指标", "现在"}, Key: "now", Width: 8},
	}}
	for _, e := range c.Effects {
		light := table.Text("")
		if e.Light != measure.NoLight {
			light = table.Light(e.Light, itemLight(e.Light))
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(fmt.Sprint(e.No)), table.Link(e.Text, e.Path), table.Text(e.Lead), table.Text(e.Deadline), table.Text(e.State), light, table.Text(e.Was), table.Text(e.Now)}})
	}
	return t
}

// minutes prints the minutes of a meeting (DOC-32, DOC-42).
func minutes(w Whole, unit func(org.UnitID) string, made, generator, base, cutoff string) *docgen.Document {
	m := w.Meeting
	d := &docgen.Document{Kind: docgen.Minutes, Mark: w.Series.Name + "纪要", Number: fmt.Sprintf("第%d次", m.No), Title: "", Day: m.Day.Chinese(), Editor: unit(m.Host)}
	opening := strings.TrimSpace(m.Summary)
	if opening == "" {
		chair := m.Chair
		if chair == "" {
			chair = "会议主持人"
		}
		opening = fmt.Sprintf("%s，%s主持召开%s，听取各专班和有关单位情况汇报。", m.Day.Chinese(), chair, m.Title)
		if n := w.considered(); n > 0 {
			opening = fmt.Sprintf("%s，%s主持召开%s，听取各专班和有关单位情况汇报，研究了 %d 个议题。", m.Day.Chinese(), chair, m.Title, n)
		}
	}
	d.Body = append(d.Body, docgen.Say(opening))
	discussed := 0
	for _, t := range w.Topics {
		if strings.TrimSpace(t.Note) == "" {
			continue
		}
		discussed++
		d.Body = append(d.Body, docgen.Paragraph{Runs: []docgen.Run{{Text: "关于“"}, {Text: t.Title, Href: t.Path}, {Text: "”。" + strings.TrimRight(strings.TrimSpace(t.Note), "。") + "。"}}})
	}
	n := 0
	for _, x := range w.Decisions {
		if x.Gone {
			continue
		}
		if n == 0 {
			d.Body = append(d.Body, docgen.Say("现将议定事项纪要如下："))
		}
		n++
		runs := []docgen.Run{{Text: fmt.Sprintf("%d. %s", n, x.minutesText(unit))}}
		if item, ok := w.Items[x.Item]; ok {
			runs = append(runs, docgen.Run{Text: "〔事项 " + item.No + "〕", Href: item.Path})
		}
		d.Body = append(d.Body, docgen.Paragraph{Runs: runs})
	}
	if n == 0 {
		d.Body = append(d.Body, docgen.Say("会议没有议定事项。"))
	}
	put := 0
	for _, t := range w.Topics {
		if t.Outcome == Put {
			if put == 0 {
				d.Body = append(d.Body, docgen.Say("以下议题延至下次会议研究："))
			}
			put++
			d.Body = append(d.Body, docgen.Say(fmt.Sprintf("%d. %s。", put, t.Title)))
		}
	}
	d.Present = attendance(w.Seats)
	d.Meta = docgen.Meta{Subject: m.Title + "纪要", Author: unit(m.Host), Cutoff: cutoff, Made: made, Generator: generator, Base: base}
	return d
}

// considered counts the topics that something was noted or decided on.
func (w Whole) considered() (n int) {
	for _, t := range w.Topics {
		decided := slices.ContainsFunc(w.Decisions, func(d Decision) bool { return d.Topic == t.ID && !d.Gone })
		if t.Outcome != Pending || strings.TrimSpace(t.Note) != "" || decided {
			n++
		}
	}
	return n
}

// attendance lists who was there, who sent somebody and who was excused; those who neither came
// nor answered are said as absent, unless nobody signed in at all.
func attendance(seats []Seat) (out []docgen.Attendance) {
	var here, away, absent []string
	for _, s := range seats {
		who := s.Title
		switch {
		case s.Present && s.Answer == Standin && s.Name != "":
			here = append(here, who+"（"+s.Name+"代）")
		case s.Present && s.Name != "":
			here = append(here, who+" "+s.Name)
		case s.Present:
			here = append(here, who)
		case s.Answer == Excused:
			away = append(away, who)
		default:
			absent = append(absent, who)
		}
	}
	if len(here) == 0 && len(absent) > 0 { // nobody signed in: the roll was not called
		absent = nil
		out = append(out, docgen.Attendance{Label: "出席", Text: "没有签到记录"})
	}
	for _, x := range []struct {
		label string
		list  []string
	}{{"出席", here}, {"请假", away}, {"缺席", absent}} {
		if len(x.list) > 0 {
			out = append(out, docgen.Attendance{Label: x.label, Text: strings.Join(x.list, "、")})
		}
	}
	return out
}
