package indicators

import (
	"math/big"
	"net/url"
	"slices"
	"strings"

	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

// traceView opens one figure: from the number to the formula, the operands, the units and the
// cell of the return behind it.
type traceView struct {
	Crumbs     crumbs
	Name       string
	Unit       string
	Period     string
	Switch     switchView
	Value      tile
	Verdict    string
	Chance     []string // what the counts behind it show
	Trend      string   // address of its trend, for counts
	Done       string   // share of the target reached
	Closed     string   // as it stood at closing, where it was restated since
	Facts      []fact
	Formula    string
	Sentence   string
	Tree       []traceLine
	Operands   *table.Table
	Parts      *web.Grid
	PartsTitle string
	Missing    []link
	Pending    *table.Table // what the reader's own unit handed in and nobody approved yet
	Cells      []cellCard
	Handed     bool // it is known of some cell who handed it in
	Too        int  // cells that were too many to list
	Slots      []link
	Closings   *table.Table
	AsOf       int64
	Now        string // address of the figure as of now, for one of the past
	Path       string // stable address
	JSON       string
	Notes      []string
	First      bool // value and explanation are shown: not on the later screens of a wall
	Deck       deckView
	Tools      tools
}

// A traceLine is one step of the explanation.
type traceLine struct {
	Text, Href, Answer, Fraction, Rests string
	Notes                               []string
	Indent                              int // in pixels
	Unit, Period                        string
	MissingValue                        bool
}

// A cellCard is one reported cell with its history.
type cellCard struct {
	Title    string
	Versions []versionRow
}

type versionRow struct {
	No         int64
	Value      string
	At, By     string
	Handed     string // who handed it in; By approved it or wrote it down
	Reason     string
	Source     string
	SourceHref string
	Cell       string
	Current    bool
	Restated   bool
}

// verdict says in a sentence how a figure was held against its target.
func (x lens) verdict(a Answer) string {
	switch {
	case a.Reason != measure.NoReason:
		return x.say("没有值（%s），不作判定。", x.text(a))
	case a.Withheld:
		return x.Text("数已隐去，不显示判定。")
	case a.State == measure.Preview:
		return x.Text("还没有批准，不作判定。")
	case a.Target == nil:
		return x.Text("没有目标，不作判定。")
	case a.Incomplete:
		return x.say("报送不完整（%s），不作判定。", coverage(a.Result.Coverage))
	case a.Judgement == nil:
		return x.Text("基期没有完整的值，不作判定。")
	}
	goal := x.target(*a.Target, a.Definition)
	text := a.Text(x.Lang)
	if a.Base != nil {
		goal = x.both(goal, x.shown(a, a.Base))
	}
	switch {
	case !a.Judgement.Met:
		return x.say("按印出的数判定：%s，目标 %s，未达标。", text, goal)
	case a.Judgement.Light == measure.Yellow:
		return x.say("按印出的数判定：%s，目标 %s，达标，但距目标不足预警幅度 %s。", text, goal, a.Target.Margin)
	case a.Light == measure.Yellow:
		return x.say("按印出的数判定：%s，目标 %s，达标，但差距在偶然波动的范围之内。", text, goal)
	}
	return x.say("按印出的数判定：%s，目标 %s，达标。", text, goal)
}

// traceLines writes the explanation as lines with links to the operands' own traces.
func (x lens) traceLines(a Answer) []traceLine {
	if a.Trace == nil {
		return nil
	}
	var out []traceLine
	skip := -1 // depth of a unit that the figure is added up from: they are listed below, each as the reader may see it
	for _, l := range a.Trace.Lines(x.words()) {
		if skip >= 0 && l.Depth > skip {
			continue
		}
		if skip = -1; l.Trace.Kind == formula.UnitStep {
			skip = l.Depth
			continue
		}
		t := traceLine{Text: l.Text, Answer: l.Answer, Fraction: l.Fraction, Rests: l.Reported, Notes: l.Notes,
			Indent: l.Depth * 22, Unit: l.Unit, Period: l.Period, MissingValue: l.Trace.Reason != measure.NoReason}
		if l.Depth > 0 {
			t.Href = x.stepAt(l.Trace)
		}
		if s := l.Trace; s.Reason == measure.Absent && s.Kind == formula.ElementStep && x.why != nil {
			t.Answer = x.Text(x.why.word(s.Code, s.Unit, s.Period))
		}
		out = append(out, t)
	}
	return out
}

// stepAt gives the trace of a step of an explanation; empty for signs and functions.
func (x lens) stepAt(t *formula.Trace) string {
	if t.Code == "" || t.Period.IsZero() || t.Kind != formula.ElementStep && t.Kind != formula.IndicatorStep {
		return ""
	}
	return x.figureAt(t.Code, pickOf(t.Text(formula.Words{}), t.Code), t.Unit, t.Period)
}

// pickOf finds the selector behind a code in a formula written with codes.
func pickOf(text, code string) string {
	_, rest, ok := strings.Cut(text, code+"{")
	if !ok {
		return ""
	}
	quoted := false
	for i, r := range rest {
		switch {
		case r == '"':
			quoted = !quoted
		case r == '}' && !quoted:
			return rest[:i]
		}
	}
	return ""
}

// operandsTable lists the operands of a formula, each once, with what it rests on.
func (x lens) operandsTable(a Answer) *table.Table {
	if a.Trace == nil || a.Trace.Kind == formula.ElementStep {
		return nil
	}
	t := &table.Table{ID: "operands", Name: x.Text("操作数"), Empty: x.Text("公式没有操作数")}
	for i, h := range []string{"数据", "期间", "指标值", "报送", "缺报单位"} {
		c := table.Column{Head: []string{x.Text(h)}, Key: "c" + itoa(i)}
		if i == 2 || i == 3 {
			c.Align = table.Right
		}
		t.Columns = append(t.Columns, c)
	}
	seen := map[string]bool{}
	var walk func(*formula.Trace)
	walk = func(s *formula.Trace) {
		if s.Kind == formula.UnitStep {
			return // of a sum of the units beneath: they are listed below
		}
		if href := x.stepAt(s); href != "" && s != a.Trace && !seen[href] {
			seen[href] = true
			f := table.Fig{Text: s.Answer(x.words()), Href: href, None: s.Reason != measure.NoReason}
			if s.Reason == measure.Absent && x.why != nil {
				f.Text = x.Text(x.why.word(s.Code, s.Unit, s.Period))
			}
			value := table.Figure(f)
			t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Link(s.Text(x.words()), href), table.Text(x.in(s.Period)), value,
				toTrace(table.Text(coverage(s.Coverage)), href), table.Text(x.missing(s.Coverage.Missing))}})
		}
		for _, c := range s.Children {
			walk(c)
		}
	}
	walk(a.Trace)
	if len(t.Rows) == 0 {
		return nil
	}
	dropEmpty(t, "c3", "c4")
	return t
}

// partsTable lists the units that a figure is added up from, each with its own trace.
func (x lens) partsTable(list []Answer) *table.Table {
	t := &table.Table{ID: "parts", Name: x.Text("各单位")}
	for _, c := range []struct {
		head, key string
		sort      table.SortKind
		align     table.Align
	}{{"单位", "unit", table.ByText, table.Left}, {"指标值", "value", table.ByNumber, table.Right}, {"分子/分母", "fraction", table.NoSort, table.Right},
		{"报送", "coverage", table.NoSort, table.Right}, {"缺报单位", "missing", table.NoSort, table.Left}} {
		t.Columns = append(t.Columns, table.Column{Head: []string{x.Text(c.head)}, Key: c.key, Sort: c.sort, Align: c.align, RowHead: c.key == "unit"})
	}
	for _, a := range list {
		name := table.Link(x.unit(a.Unit), x.figureOf(a))
		name.SortKey = x.tree.Pinyin(a.Unit)
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{name, x.plainCell(a, false), x.fractionCell(a), toTrace(table.Text(coverage(a.Result.Coverage)), x.figureOf(a)),
			table.Text(x.missing(a.Result.Coverage.Missing))}})
	}
	dropEmpty(t, "fraction", "coverage", "missing")
	return t
}

// missingLinks leads to the units that did not report.
func (x lens) missingLinks(a Answer) []link {
	var out []link
	for _, u := range a.Result.Coverage.Missing {
		out = append(out, link{Text: x.unit(u), Path: x.figureAt(a.Code, a.Pick, u, a.Period)})
	}
	return out
}

// cellCards shows the reported cells behind a figure, each with its versions. named puts the name
// of the element before each, for a figure that is made of several; handed tells who handed a
// return in and may be nil.
func (x lens) cellCards(list []CellHistory, named bool, handed func(source string) string) []cellCard {
	var out []cellCard
	for _, h := range list {
		c := cellCard{Title: x.in(h.Slot)}
		if x.seen == OfToday {
			c.Title = x.unit(h.Unit) + " · " + c.Title
		}
		if named {
			c.Title = x.Pick(h.Element.Name, h.Element.NameEN) + " · " + c.Title
		}
		if h.Category != "" {
			c.Title += " · " + x.category(h.Element.Scheme, h.Category)
		} else if h.Element.Scheme.Kind != measure.NoScheme {
			c.Title += " · " + x.Text("合计")
		}
		versions := newestFirst(h.Versions)
		for i, v := range versions {
			r := versionRow{No: v.No, At: instant(v.At), By: x.both(v.By, x.Last(v.Post)), Reason: v.Reason, Restated: v.Restated, Current: i == 0, Cell: v.Ref}
			if v.Missing {
				r.Value = x.Text(measure.Absent.Text())
			} else {
				r.Value = x.cellText(h.Element, v.Value)
			}
			r.Source, r.SourceHref = x.sourceOf(v)
			if handed != nil && v.Source.Kind == measure.FromReturn {
				r.Handed = handed(v.Source.ID)
			}
			c.Versions = append(c.Versions, r)
		}
		out = append(out, c)
	}
	return out
}

// cellText writes a reported value with its unit: "3人次", "3 instances", a place as "第1名".
func (x lens) cellText(e measure.Element, value int64) string {
	number := measure.Group(measure.Decimal(value, e.Scale))
	unit := Definition{Unit: e.Unit, UnitEN: e.UnitEN}.measured(x.Lang)
	switch {
	case strings.Contains(unit, "#"):
		return strings.Replace(unit, "#", number, 1)
	case x.Lang == words.English && unit != "":
		return number + " " + unit
	}
	return number + unit
}

func newestFirst(list []measure.Version) []measure.Version {
	out := append([]measure.Version(nil), list...)
	for i := 1; i < len(out); i++ {
		for j := i; j > 0 && out[j].No > out[j-1].No; j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out
}

// both writes one thing and another in brackets behind it.
func (x lens) both(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	return a + x.Text("（") + b + x.Text("）")
}

// sourceOf names the source of a version and gives the address where a reader can see it: the
// return at that version with the cell marked, or the imported file, which the office alone opens.
func (x lens) sourceOf(v measure.Version) (name, href string) {
	name = x.sourceName(v.Source.Name)
	switch v.Source.Kind {
	case measure.FromReturn:
		if name == "" {
			name = x.Text("报表")
		}
		if x.by.Has(perm.Reporter, perm.Member, perm.Office) {
			href = "/returns/source/" + url.PathEscape(v.Source.ID)
			if v.Ref != "" {
				href += "?cell=" + url.QueryEscape(v.Ref)
			}
		}
	case measure.FromImport:
		if name == "" {
			name = x.Text("导入的文件")
		}
		if x.by.Has(perm.Office) {
			href = "/admin/import/files/" + url.PathEscape(v.Source.ID)
		}
	default:
		if name == "" {
			name = x.Text("本系统台账")
		}
	}
	return name, href
}

// sourceName writes the period at the end of a source's name in words: "月报 双流镇 2018年3月".
func (x lens) sourceName(name string) string {
	i := strings.LastIndexByte(name, ' ')
	if p, err := period.Parse(name[i+1:]); i > 0 && err == nil {
		return name[:i+1] + x.in(p)
	}
	return name
}

// stateText gives the state of a figure in words.
func stateText(s measure.State) string {
	return map[measure.State]string{measure.Preview: "待审核，仅本单位可见", measure.Approved: "已批准", measure.Closed: "已封账", measure.Restated: "封账后有更正"}[s]
}

// closingsTable shows how a figure stood at each closing, beside what it is now.
func (x lens) closingsTable(t Traced) *table.Table {
	if len(t.Closed) == 0 {
		return nil
	}
	out := &table.Table{ID: "closings", Name: x.Text("封账")}
	for i, h := range []string{"封账", "时间", "封账时的数", "分子/分母", "定义版", "现在的数", "按封账时查看"} {
		c := table.Column{Head: []string{x.Text(h)}}
		if i == 2 || i == 5 {
			c.Align = table.Right
		}
		out.Columns = append(out.Columns, c)
	}
	for _, c := range t.Closed {
		text := c.Text
		if c.Numerator != "" {
			text = x.Text(text)
		}
		frac := ""
		if c.Numerator != "" {
			frac = measure.Group(c.Numerator + "/" + c.Denominator)
		}
		out.Rows = append(out.Rows, table.Row{Cells: []table.Cell{table.Text(x.say("第 %d 号", c.No)), table.Text(x.both(instant(c.At), c.By)),
			table.Text(x.closedShown(t.Answer, text)), table.Text(frac), table.Text(itoa(c.Definition)), table.Text(x.text(t.Answer)),
			table.Link(x.say("变更号 %d", int(c.Change)), x.figureOf(t.Answer)+"&as_of="+itoa(int(c.Change)))}})
	}
	return out
}

// closedShown prints a kept value as its figure is printed; a reason stays as it is.
func (x lens) closedShown(a Answer, value string) string {
	r, ok := decimal(value)
	if !ok {
		return x.Text(value)
	}
	return x.shown(a, r)
}

// shown prints a value in the scale shown as the figure itself is printed.
func (x lens) shown(a Answer, v *big.Rat) string {
	return a.Definition.show(new(big.Rat).Quo(v, scaleOf(a.Definition.Format)), x.Lang)
}

// traceFacts lists what belongs to a figure beside its value; change is that against a year before.
func (x lens) traceFacts(t Traced, change fact, forceName func(code string) string) []fact {
	a := t.Answer
	add := func(list []fact, name, value, path string) []fact {
		if value == "" {
			return list
		}
		return append(list, fact{x.Text(name), value, path})
	}
	var f []fact
	f = add(f, "状态", x.stateOf(a), "")
	f = add(f, "报送", x.reported(a), "")
	f = add(f, "位次", x.placeText(a), "")
	if change.Value != "" {
		f = append(f, change)
	}
	if a.Element == nil {
		f = add(f, "定义版本", x.say("第 %d 版，%s 起施行", a.Definition.Version, a.Definition.From), "/definitions/"+a.Code)
		f = add(f, "汇总方式", x.Text(rollupText(a.Definition)), "")
		f = add(f, "依据文件", a.Definition.Source, "")
	} else {
		f = add(f, "类型", x.Text(kindText(a.Element.Kind)), "")
		f = add(f, "填报层级", x.Text(a.Element.Level.Text()), "")
		f = add(f, "依据文件", a.Element.Source, "")
	}
	f = add(f, "责任专班", forceName(a.Force), "")
	if a.Target != nil {
		f = add(f, "目标来源", x.targetSource(*a.Target, a.Unit), "")
	}
	f = add(f, "截至变更号", itoa(int(a.AsOf)), "")
	return f
}

func (x lens) reported(a Answer) string {
	s := coverage(a.Result.Coverage)
	switch {
	case s == "":
		return ""
	case a.Result.Coverage.Complete():
		return s + " " + x.Text("全部已报")
	}
	return s + " " + x.Text("不完整")
}

func (x lens) placeText(a Answer) string {
	if a.Rank == nil {
		return ""
	}
	return x.say("第 %d 名，共 %d 个", a.Rank.Place, a.Rank.Of)
}

func (x lens) targetSource(t Target, unit org.UnitID) string {
	s := x.in(t.Period)
	if t.Unit != unit {
		s += x.Text("，") + x.say("沿用%s的目标", x.unit(t.Unit))
	}
	if t.Source != "" {
		s += x.Text("，") + t.Source
	}
	return s
}

func kindText(k measure.Kind) string {
	switch k {
	case measure.Flow:
		return "流量"
	case measure.Stock:
		return "存量"
	case measure.Point:
		return "点值"
	}
	return ""
}

// slotLinks leads to the figure of each reporting slot of a longer period.
func (x lens) slotLinks(a Answer) []link {
	if a.Element == nil {
		return nil
	}
	list := slotsOf(*a.Element, a.Period)
	if len(list) < 2 {
		return nil
	}
	var out []link
	for _, p := range list {
		out = append(out, link{Text: x.in(p), Path: x.figureAt(a.Code, a.Pick, a.Unit, p)})
	}
	return out
}

// partsTitle names the table of contributions.
func (x lens) partsTitle(a Answer, level org.Level, p period.Period) string {
	if a.Element != nil || a.Definition.Rollup == formula.RollChildren {
		return x.say("由下列单位相加而成（%s）", x.in(p))
	}
	return x.say("下级单位的同一指标（%s）", x.in(p))
}

// category names a cell of a scheme in the reader's language, "年龄：<25".
func (x lens) category(s measure.Scheme, c measure.Category) string {
	labels := c.Labels()
	var out []string
	for _, d := range s.Dimensions {
		for _, l := range d.Labels {
			if labels[d.Name] == l.Name {
				out = append(out, x.Pick(d.Name, d.NameEN)+x.Text("：")+x.Pick(d.Both(l)))
			}
		}
	}
	if len(out) == 0 {
		return string(c)
	}
	return strings.Join(out, x.Text("，"))
}

// title names a figure; of some cells of an element it says which, "新滋生（年龄：<25）".
func (x lens) title(a Answer) string {
	if a.Pick == "" || a.Element == nil {
		return a.Title(x.Lang)
	}
	var cells []string
	for _, part := range splitPick(a.Pick) {
		dim, label, ok := strings.Cut(part, "=")
		if !ok && len(a.Element.Scheme.Dimensions) == 1 {
			dim, label = a.Element.Scheme.Dimensions[0].Name, part
		}
		label = strings.Trim(strings.TrimSpace(label), "\"“”")
		cells = append(cells, x.category(a.Element.Scheme, measure.Category(strings.TrimSpace(dim)+"="+label)))
	}
	return x.both(x.Pick(a.Name, a.NameEN), strings.Join(cells, x.Text("，")))
}

// ownSteps lists the operands of a figure that its unit reports itself, each once: their cells are
// shown on the page.
func (x lens) ownSteps(a Answer, level func(code string) (org.Level, bool)) (out []Question) {
	if a.Trace == nil || a.Element != nil {
		return nil
	}
	var walk func(*formula.Trace)
	walk = func(s *formula.Trace) {
		if s.Kind == formula.UnitStep {
			return
		}
		if s.Kind == formula.ElementStep && s.Unit == a.Unit && !s.Period.IsZero() {
			q := Question{Code: s.Code, Unit: s.Unit, Period: s.Period, Pick: pickOf(s.Text(formula.Words{}), s.Code)}
			if l, ok := level(s.Code); ok && l == x.tree.Level(s.Unit) && !slices.Contains(out, q) {
				out = append(out, q)
			}
		}
		for _, c := range s.Children {
			walk(c)
		}
	}
	walk(a.Trace)
	return out
}
