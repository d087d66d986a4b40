package reports

import (
	"fmt"
	"slices"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/table"
)

// The kinds this module makes itself, and the names of those that others bring.
const (
	LeadingGroup = "leading-group"
	Bulletin     = "bulletin"
	Notice       = "notice"
	Annual       = "annual"
	Pack         = "pack"
	Minutes      = "minutes"
)

func kindName(code string) (name, hint string) {
	switch code {
	case LeadingGroup:
		return "工作报告", "月、季、半年或年，如 2018-04"
	case Bulletin:
		return "工作简报", "半月、月或季，如 2018-04"
	case Notice:
		return "情况通报", "月、季、半年或年，如 2018-Q1"
	case Annual:
		return "毒情年度分析", "年，如 2017"
	case Pack:
		return "会议材料", "会议的半月或日期，如 2018-05a"
	case Minutes:
		return "会议纪要", "会议的半月或日期，如 2018-05a"
	}
	return code, ""
}

// A brief is what a maker knows; nothing more is asked while the document is written.
type brief struct {
	Kind      string
	Period    period.Period
	Unit      org.UnitID
	UnitName  string
	County    bool   // the unit is the county itself: rankings, meetings and returns are its own
	Issuer    string // the body that signs
	Issue     int    // number of a bulletin within its year
	Today     period.Day
	Cutoff    string
	Known     []Coded // codes that placeholders of templates may name
	Made      string
	Generator string
	Base      string

	Figures  []measure.Shown
	Before   map[string]measure.Shown // the period before, by code
	YearAgo  map[string]measure.Shown
	Forces   []force
	Rankings []ranking
	Items    []work.Item // opened, ended or open in the period
	Meetings []Held
	Late     []Late
	Warnings []Warning                  // confirmed signals, for the yearly analysis
	Extra    map[string][]measure.Shown // courses and parts of the yearly analysis, by code
	Courses  map[string]Course          // what the yearly counts show, by code
	Unknown  []string                   // codes that are not kept
	Joined   joined

	name func(org.UnitID) string
}

// joined tells which parts of the program answered: what was not asked is not said to be empty.
type joined struct{ Items, Meetings, Late, Warnings bool }

type force struct {
	Code, Name string
}

type ranking struct {
	Figure measure.Shown // the county's
	List   []measure.Shown
	Fair   measure.Fairness // what chance allows to say of it; without units where it is not asked for
}

// small and hidden are what the indicators print for counts that may not be seen.
const (
	small  = "<5"
	hidden = "已隐去"
)

// A writer gathers the sources of the figures that a document prints.
type writer struct {
	b       *brief
	sources []docgen.Source
}

// figure prints a figure as a run that leads to its trace.
func (w *writer) figure(f measure.Shown) docgen.Run { return w.number(f, f.Text, "") }

// number prints text that was computed from a figure; what names it where it is not the figure
// itself.
func (w *writer) number(f measure.Shown, text, what string) docgen.Run {
	shown := text
	if text == small {
		shown = "「<5」"
	}
	if f.Path == "" {
		return docgen.Run{Text: shown}
	}
	label := f.Name + what + " · " + w.b.name(f.Unit) + " · " + f.Period.Chinese()
	for _, s := range w.sources {
		if s.Path == f.Path && s.Value == shown && s.Label == label {
			return docgen.Run{Text: shown, Href: f.Path, Source: s.No}
		}
	}
	n := len(w.sources) + 1
	w.sources = append(w.sources, docgen.Source{No: n, Label: label, Value: shown, Path: f.Path, Beside: w.b.beside(f)})
	return docgen.Run{Text: shown, Href: f.Path, Source: n}
}

// beside lists what tables print beside a figure of this document: the period before and the same a
// year before.
func (b *brief) beside(f measure.Shown) string {
	if !slices.ContainsFunc(b.Figures, func(x measure.Shown) bool { return x.Path == f.Path && x.Text == f.Text }) {
		return ""
	}
	var parts []string
	for _, x := range []struct {
		word string
		f    measure.Shown
	}{{"上期 ", b.Before[f.Code]}, {"去年同期 ", b.YearAgo[f.Code]}} {
		if x.f.Value != "" && x.f.Text != small {
			parts = append(parts, x.word+x.f.Text)
		}
	}
	return strings.Join(parts, "，")
}

// cell is the cell of a figure in a table; it leads to its trace and carries its number in the sources,
// but not in a template, which has no list of them (nil).
func (w *writer) cell(f measure.Shown) table.Cell {
	c := cell(f)
	if w != nil && f.Code != "" {
		c.Source = w.figure(f).Source
	}
	return c
}

// cell is a figure beside the one of its row; it leads to its trace.
func cell(f measure.Shown) table.Cell {
	if f.Code == "" {
		return table.Text("—")
	}
	text := f.Text
	if text == small {
		text = "「<5」"
	}
	return table.Figure(table.Fig{Text: text, Exact: f.Value, Href: f.Path, Note: f.Note, None: f.Value == ""})
}

func say(list ...any) (out []docgen.Run) {
	for _, x := range list {
		switch x := x.(type) {
		case string:
			if x != "" {
				out = append(out, docgen.Run{Text: x})
			}
		case docgen.Run:
			out = append(out, x)
		case []docgen.Run:
			out = append(out, x...)
		}
	}
	return out
}

func paragraph(list ...any) docgen.Paragraph { return docgen.Paragraph{Runs: say(list...)} }

// A standing is what can be said of a figure.
type standing uint8

const (
	absent standing = iota // nothing was reported
	withheld
	incomplete
	zero
	met
	notMet
	plain // a number without a target
)

func standingOf(f measure.Shown) standing {
	switch {
	case f.Text == small || f.Text == hidden:
		return withheld
	case f.Value == "":
		return absent
	case len(f.Missing) > 0:
		return incomplete
	case f.Verdict == "met":
		return met
	case f.Verdict == "not_met":
		return notMet
	case !f.Percent && strings.Trim(f.Value, "0.-") == "":
		return zero
	}
	return plain
}

// missing names the units that are missing, at most six of them.
func (b *brief) missing(list []org.UnitID) string {
	var names []string
	for i, u := range list {
		if i == 6 {
			return strings.Join(names, "、") + fmt.Sprintf("等%d个单位", len(list))
		}
		names = append(names, b.name(u))
	}
	return strings.Join(names, "、")
}

// when says the period of a figure where it is not that of the document.
func (b *brief) when(f measure.Shown) string {
	if f.Period == b.Period {
		return ""
	}
	return f.Period.Chinese()
}

// tell gives the sentence on one figure, without its full stop.
func (b *brief) tell(w *writer, f measure.Shown) []docgen.Run {
	head := quote(f.Name) + b.when(f)
	switch standingOf(f) {
	case absent:
		s := head + "尚无数据"
		if f.Text != "" && f.Text != "尚无数据" {
			s += "（" + f.Text + "）"
		}
		if len(f.Missing) > 0 {
			s += "，未报单位：" + b.missing(f.Missing)
		}
		return say(s)
	case withheld:
		if f.Text == hidden {
			return say(head+"为", w.figure(f), "（与不显示的小数相关，按规定隐去）")
		}
		return say(head+"为", w.figure(f), "（人数少于5，按规定不显示具体数）")
	case incomplete:
		return say(head+"为", w.figure(f), "，数据不完整，缺"+b.missing(f.Missing)+"，不作达标判断")
	}
	out := say(head+"为", w.figure(f))
	if f.Numerator != "" {
		out = say(out, "（", w.number(f, measure.Group(f.Numerator+"/"+f.Denominator), " 分子/分母"))
		if f.Interval != "" {
			out = say(out, "，考虑偶然波动，", w.number(f, f.Interval, " 区间"))
		}
		out = say(out, "）")
	}
	switch standingOf(f) {
	case zero:
		if f.Verdict == "" && f.Target == "" {
			out = say(out, "，本期零发生")
		}
	case met:
		out = say(out, "，达到"+f.Target+"的目标"+unsure(f))
	case notMet:
		out = say(out, "，未达到"+f.Target+"的目标"+unsure(f))
	}
	return say(out, b.moved(w, f))
}

// unsure says where the sample does not carry the verdict.
func unsure(f measure.Shown) string {
	if f.Support == "cannot_tell" {
		return "（按数值判断；基数小，偶然波动可以改变这一结果）"
	}
	return ""
}

// moved compares a figure with the period before and with the year before.
func (b *brief) moved(w *writer, f measure.Shown) (out []docgen.Run) {
	compare := func(then measure.Shown, label string) {
		c, ok := against(f, then)
		if !ok {
			return
		}
		out = say(out, "，较"+label, w.figure(then), []string{"下降", "持平", "上升"}[c+1])
	}
	if p, ok := b.Before[f.Code]; ok {
		compare(p, p.Period.Chinese()+"的")
	}
	if y, ok := b.YearAgo[f.Code]; ok && y.Period != b.Before[f.Code].Period {
		compare(y, "去年同期的")
	}
	return out
}

// lights counts the figures by what can be said of them.
func (b *brief) lights() (good, unsureToo, bad, none int) {
	for _, f := range b.Figures {
		switch {
		case f.Verdict == "met" && f.Light != measure.Grey:
			good++
			if f.Light == measure.Yellow {
				unsureToo++
			}
		case f.Verdict == "not_met" && f.Light != measure.Grey:
			bad++
		default:
			none++
		}
	}
	return good, unsureToo, bad, none
}

// overview gives the opening sentence on all figures.
func (b *brief) overview() string {
	good, close, bad, none := b.lights()
	s := fmt.Sprintf("截至%s，%s监测指标%d项，达标%d项", b.Cutoff, b.UnitName, len(b.Figures), good)
	if close > 0 {
		s += fmt.Sprintf("（其中接近目标线或基数小、不足以判定的%d项）", close)
	}
	s += fmt.Sprintf("，未达标%d项", bad)
	if none > 0 {
		s += fmt.Sprintf("，未设目标、尚无数据或数据不完整、不作判断的%d项", none)
	}
	s += "。"
	if n := b.otherwhen(); n > 0 {
		s += fmt.Sprintf("其中%d项在%s没有完整的数，或按别的期统计，用最近一个完整期的数并注明期别。", n, b.Period.Chinese())
	}
	return s
}

// otherwhen counts the figures of another period than the document's.
func (b *brief) otherwhen() (n int) {
	for _, f := range b.Figures {
		if f.Period != b.Period && standingOf(f) != absent {
			n++
		}
	}
	return n
}

// absentees gives one sentence on the figures without data.
func (b *brief) absentees() string {
	var names []string
	for _, f := range b.Figures {
		if standingOf(f) == absent {
			s := quote(f.Name)
			if len(f.Missing) > 0 {
				s += "（未报单位：" + b.missing(f.Missing) + "）"
			}
			names = append(names, s)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("尚无数据的指标%d项：%s。尚无数据不等于零。", len(names), strings.Join(names, "、"))
}

// worse lists the figures that turned to the bad side without missing their target: those whose
// change is more than chance, and those whose change may be chance.
func (b *brief) worse() (clear, chance []measure.Shown) {
	for _, f := range b.Figures {
		s := standingOf(f)
		p, ok := b.Before[f.Code]
		if !ok || s == notMet || s == absent || s == withheld || s == incomplete || len(p.Missing) > 0 || !f.Worse(p.Value) {
			continue
		}
		if !isPlace(f) && byChance(p, f) {
			chance = append(chance, f)
		} else {
			clear = append(clear, f)
		}
	}
	return clear, chance
}

// isPlace tells whether a figure is a place in a ranking, which no count explains.
func isPlace(f measure.Shown) bool { return strings.HasSuffix(f.Text, "名") }

// quote names a figure; quotation marks inside its name become single ones.
func quote(name string) string {
	return "“" + strings.NewReplacer("“", "‘", "”", "’").Replace(name) + "”"
}

func (b *brief) ofStanding(want ...standing) (out []measure.Shown) {
	for _, f := range b.Figures {
		if slices.Contains(want, standingOf(f)) {
			out = append(out, f)
		}
	}
	return out
}

func (b *brief) overdue() (out []work.Item) {
	for _, i := range b.Items {
		if i.State.Open() && i.Overdue > 0 {
			out = append(out, i)
		}
	}
	return out
}

func (b *brief) meta(subject string) docgen.Meta {
	return docgen.Meta{Subject: subject, Author: b.Issuer, Cutoff: b.Cutoff, Made: b.Made, Generator: b.Generator, Base: b.Base}
}

func ordinal(n int) string {
	digits := []string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}
	switch {
	case n <= 10:
		return digits[n]
	case n < 20:
		return "十" + digits[n-10]
	}
	return fmt.Sprint(n)
}

// progressTable lists all figures, narrow enough for an upright page.
func (b *brief) progressTable(w *writer) *table.Table {
	t := &table.Table{ID: "progress", Name: "指标进度", Caption: "监测指标一览表", Columns: []table.Column{
		{Head: []string{"指标"}, Key: "name", RowHead: true, Width: 14}, {Head: []string{"期别"}, Key: "period", Width: 6},
		{Head: []string{"数值"}, Key: "value", Align: table.Right}, {Head: []string{"目标"}, Key: "target", Align: table.Right}, {Head: []string{"灯"}, Key: "light"}, {Head: []string{"上期"}, Key: "prev", Align: table.Right},
	}, Source: "截至 " + b.Cutoff + "；“—”表示没有可比的数，不等于零。"}
	for _, f := range b.Figures {
		target := f.Target
		if target == "" {
			target = "—"
		}
		t.Rows = append(t.Rows, table.Row{ID: f.Code, Cells: []table.Cell{table.Text(f.Name), table.Text(f.Period.Chinese()), w.cell(f), table.Text(target), table.Light(f.Light, chart.LightWord(f.Light)), cell(b.Before[f.Code])}})
	}
	return t
}

// figureTable lists all figures with their neighbours in time.
func (b *brief) figureTable(w *writer) *table.Table {
	t := &table.Table{ID: "figures", Name: "监测指标", Caption: "监测指标一览表", Columns: []table.Column{
		{Head: []string{"指标"}, Key: "name", RowHead: true, Width: 14}, {Head: []string{"期别"}, Key: "period", Width: 6},
		{Head: []string{"数值"}, Key: "value", Align: table.Right}, {Head: []string{"分子/分母"}, Key: "fraction", Align: table.Right, Width: 6},
		{Head: []string{"目标"}, Key: "target", Align: table.Right}, {Head: []string{"灯"}, Key: "light"},
		{Head: []string{"上期"}, Key: "prev", Align: table.Right}, {Head: []string{"去年同期"}, Key: "year_before", Align: table.Right},
	}, Source: "截至 " + b.Cutoff + "；“—”表示没有可比的数，不等于零。"}
	for _, f := range b.Figures {
		fraction := "—"
		if f.Numerator != "" {
			fraction = measure.Group(f.Numerator + "/" + f.Denominator)
		}
		target := f.Target
		if target == "" {
			target = "—"
		}
		t.Rows = append(t.Rows, table.Row{ID: f.Code, Cells: []table.Cell{table.Text(f.Name), table.Text(f.Period.Chinese()), w.cell(f), table.Text(fraction), table.Text(target),
			table.Light(f.Light, chart.LightWord(f.Light)), cell(b.Before[f.Code]), cell(b.YearAgo[f.Code])}})
	}
	return t
}

// course draws a figure over its periods; ok is false where fewer than two have a value.
func course(name, unit string, list []measure.Spot, width float64) (docgen.Picture, bool) {
	l := chart.Line{Title: name, Width: 640, Height: 240, Zero: true}
	var values []chart.Value
	known := 0
	for _, s := range list {
		l.X = append(l.X, s.Period.Chinese())
		if s.OK {
			values = append(values, chart.Num(s.Value, s.Text))
			known++
		} else {
			values = append(values, chart.Gap(s.Text))
		}
	}
	l.Series = []chart.Series{{Name: unit, Values: values}}
	return docgen.Picture{Chart: l, Caption: name + "走势", Width: width}, known >= 2
}

// officeOf names the office of a county without a command post.
func officeOf(county string) string { return county + "禁毒委员会办公室" }

// fileName names the file of a version; 0 leaves its number out.
func fileName(title string, no int, format string) string {
	if no > 0 {
		title += fmt.Sprintf("（第%d版）", no)
	}
	return title + "." + format
}
