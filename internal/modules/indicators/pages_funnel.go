package indicators

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/table"
)

// A fairView is what a comparison shows once chance is asked for.
type fairView struct {
	On     bool
	Switch string // address with the switch turned
	Reason string // why the figure by which units are ranked is not compared
	Said   []string
	Funnel chart.Chart
	Out    []string // who takes no part, by reason
	Method []string // for the fold-out
	Looks  string   // how many looks there were
	Listed []link
	More   string // how many are not listed
}

// mostListed bounds the list of units to check.
const mostListed = 20

// whyNot says why there is no comparison; "" where there is one.
func (x lens) whyNot(f *fairness) string {
	switch {
	case f.unset != measure.NoReason:
		return x.Text(f.unset.Text())
	case f.reason != "":
		return x.Text(f.reason.Sentence())
	case f.why == stats.SayFewUnits:
		return said(stats.Statement{Code: f.why, Args: []any{len(f.members)}}, x.Lang)
	case f.why == stats.SayPartTooLarge:
		return said(stats.Statement{Code: f.why, Args: []any{x.unit(f.odd)}}, x.Lang)
	case f.why != "":
		return said(stats.Statement{Code: f.why}, x.Lang)
	}
	return ""
}

// leftWord says in a few words why a figure takes no part in a comparison.
func (x lens) leftWord(a Answer) string {
	switch {
	case a.Withheld:
		return x.Text("为保护个人不列入")
	case a.Incomplete:
		return x.Text("不完整")
	}
	return x.Text(a.Reason.Text())
}

// named are the arguments of a sentence that name a member: unit, value, counts.
func (x lens) named(f *fairness, i int) []any {
	m := f.members[i]
	a := f.all[m.at]
	return []any{x.unit(a.Unit), a.Text(x.Lang), m.x, m.n}
}

// fairSaid says what a comparison shows.
func (x lens) fairSaid(f *fairness) (out []string) {
	if !f.fair() {
		return nil
	}
	add := func(code stats.WordingCode, args ...any) {
		out = append(out, said(stats.Statement{Code: code, Args: args}, x.Lang))
	}
	if f.shrink.ForReference {
		add(stats.SayForReference, len(f.members))
	}
	if hidden := f.leftOut(func(a Answer) bool { return a.Withheld }); len(hidden) > 0 {
		add(stats.SaySmallLeftOut, len(hidden))
	}
	first, last, placed := f.ends()
	switch {
	case f.ranks != nil && f.alike():
		add(stats.SayAllAlike)
	case placed && f.ranks != nil && f.ranks.Apart(first, last):
		add(stats.SayPairApart, append(x.named(f, first), x.named(f, last)...)...)
	}
	if placed && f.within(first, last) {
		things := x.Text("数目")
		if f.head.counting.persons() {
			things = strings.ToLower(x.Text("人数"))
		}
		add(stats.SayPairInside, append(append(x.named(f, first), x.named(f, last)...), things)...)
	}
	if placed && f.ranks != nil {
		if m := f.members[first]; m.low < m.last {
			add(stats.SayRank, x.unit(f.all[m.at].Unit), m.low, m.last)
		}
		n := map[measure.Band]int{}
		for _, m := range f.members {
			n[m.band]++
		}
		if n[measure.BandSimilar] < len(f.members) {
			add(stats.SayBands, n[measure.BandBetter], n[measure.BandSimilar], n[measure.BandWatch])
		}
	}
	if text, met, missed, unsure := x.targetsAmong(f); unsure > 0 {
		add(stats.SayTargetsAmong, text, met, missed, unsure)
	}
	return out
}

// fullCount says what the range by chance of a full count means, once for a page or a document.
func (x lens) fullCount() string {
	return said(stats.Statement{Code: stats.SayFullCountCols}, x.Lang)
}

// targetsAmong counts what the members' counts support of a target that all of them share.
func (x lens) targetsAmong(f *fairness) (text string, met, missed, unsure int) {
	for _, m := range f.members {
		a := f.all[m.at]
		if a.Target == nil || a.Judgement == nil {
			continue
		}
		t := x.target(*a.Target, a.Definition)
		if text == "" {
			text = t
		} else if text != t {
			return "", 0, 0, 0
		}
		switch a.chance.support {
		case stats.SupportMet:
			met++
		case stats.SupportNotMet:
			missed++
		case stats.SupportUnsure:
			unsure++
		}
	}
	return text, met, missed, unsure
}

// fairMethod tells how a comparison was made, for the fold-out.
func (x lens) fairMethod(f *fairness) (out []string) {
	if !f.fair() {
		return nil
	}
	add := func(code stats.WordingCode, args ...any) {
		out = append(out, said(stats.Statement{Code: code, Args: args}, x.Lang))
	}
	out = append(out, x.Text("横轴是单位的大小（分母），纵轴是指标值。单位越小，单凭偶然高低相差越大，所以界限左宽右窄，形如漏斗。"))
	if f.kind == fairShare {
		out = append(out, x.Text("界限按二项分布精确计算，偶然波动范围用威尔逊区间（95%）。"))
	} else {
		out = append(out, x.Text("界限按泊松分布精确计算，偶然波动范围用精确区间（95%）。"))
	}
	phi := fmt.Sprintf("%.2f", f.funnel.Phi)
	switch {
	case f.funnel.Widened:
		add(stats.SayWidened, phi, fmt.Sprintf("%.2f", math.Sqrt(f.funnel.Phi)))
	case f.funnel.Phi > 1:
		add(stats.SayTooFewToWiden, phi)
	default:
		add(stats.SayNotWidened, phi)
	}
	out = append(out, x.Text("平滑值用经验贝叶斯法（Marshall）：单位越小，越向总体水平靠拢。"))
	if f.other {
		out = append(out, x.Text("平滑和排位按较少的一方（分母中不计入分子的数目）计算。"))
	}
	if f.kind == fairShare {
		out = append(out, x.Text("平滑和排位把较少的一方当作稀少的事件；占比接近一半时，排位范围偏宽。"))
	}
	if f.ranks != nil {
		out = append(out, x.say("排位范围（95%%）由模拟 %d 次得出，随机种子 %d；全部落在中间名次一侧的才分为较好或需关注。", f.draws, f.ranks.Seed))
	} else {
		out = append(out, x.Text("这项指标没有规定高好还是低好，所以没有排位范围和分档。"))
	}
	return out
}

// outOf names the units that take no part, by reason.
func (x lens) outOf(f *fairness) (out []string) {
	say := func(format string, list []org.UnitID) {
		if len(list) == 0 {
			return
		}
		text := ""
		for i, u := range list {
			if i == 12 {
				text = x.say("%s等%d个", text, len(list))
				break
			}
			if i > 0 {
				text += x.Text("、")
			}
			text += x.short(u)
		}
		out = append(out, x.say(format, text))
	}
	say("分母为零，不在图中：%s。", f.leftOut(func(a Answer) bool { return !a.Withheld && a.Reason == measure.ZeroDenominator }))
	say("数据不完整，不列入：%s。", f.leftOut(func(a Answer) bool { return !a.Withheld && a.Incomplete }))
	say("没有数据，不列入：%s。", f.leftOut(func(a Answer) bool {
		return !a.Withheld && a.Reason != measure.NoReason && a.Reason != measure.ZeroDenominator
	}))
	say("人数少于5或为保护相邻单位而隐去，不列入：%s。", f.leftOut(func(a Answer) bool { return a.Withheld }))
	return out
}

// zoneWord says a zone and, outside of the usual, the side.
func (x lens) zoneWord(f *fairness, i int) (word, side string) {
	z := f.zone(i)
	if word = x.Text(z.Text()); z == measure.ZoneUsual {
		return word, ""
	}
	if f.high(i) {
		return word, x.Text("偏高")
	}
	return word, x.Text("偏低")
}

// zoneWidth keeps the word of a zone on one line.
const zoneWidth = 7

// chanceKeys are the columns that chance adds.
func chanceKeys() []string {
	return []string{"fraction", "interval", "shrunken", "zone", "range", "band"}
}

// withChance adds to a table of units, unsorted and in the order of the comparison, the columns of
// chance behind the figure that ranks.
func (x lens) withChance(t *table.Table, f *fairness) {
	if !f.fair() {
		return
	}
	at := slices.IndexFunc(t.Columns, func(c table.Column) bool { return c.Key == columnKey(f.head.Code) }) + 1
	var heads []table.Column
	col := func(head, key string, sort table.SortKind, align table.Align) {
		heads = append(heads, table.Column{Head: []string{x.Text(head)}, Key: key, Sort: sort, Align: align})
	}
	col("分子/分母", "fraction", table.NoSort, table.Right)
	col("偶然波动范围", "interval", table.NoSort, table.Right)
	col("平滑值", "shrunken", table.ByNumber, table.Right)
	col("波动判断", "zone", table.ByText, table.Left)
	heads[len(heads)-1].Width = zoneWidth
	if f.ranks != nil {
		col("排位范围", "range", table.ByText, table.Right)
		col("分档", "band", table.ByText, table.Left)
	}
	t.Columns = slices.Insert(t.Columns, at, heads...)
	of := make([]int, len(f.all))
	for i := range of {
		of[i] = -1
	}
	for i, m := range f.members {
		of[m.at] = i
	}
	for j := range t.Rows {
		cells := make([]table.Cell, len(heads))
		if i := of[j]; i >= 0 {
			m := f.members[i]
			trace := "/figures/" + f.head.Code + "?unit=" + t.Rows[j].Link
			shrunken := table.Number(exactOf(f, f.shrunken(i)), f.show(f.shrunken(i), x.Lang))
			word, side := x.zoneWord(f, i)
			zone := table.Cell{Text: word, Note: side, SortKey: map[measure.Zone]string{measure.ZoneCheck: "1", measure.ZoneWatch: "2", measure.ZoneUsual: "3"}[f.zone(i)]}
			cells = append(cells[:0], toTrace(table.Text(measure.Group(fmt.Sprintf("%d/%d", m.x, m.n))), trace), toTrace(table.Text(f.span(m.interval, x.Lang)), trace), toTrace(shrunken, trace), zone)
			if f.ranks != nil {
				cells = append(cells, toTrace(table.Cell{Text: fmt.Sprintf("%d—%d", m.low, m.last), SortKey: fmt.Sprintf("%05d%05d", m.low, m.last)}, trace),
					table.Cell{Text: x.Text(m.band.Text()), SortKey: map[measure.Band]string{measure.BandBetter: "1", measure.BandSimilar: "2", measure.BandWatch: "3"}[m.band]})
			}
		} else {
			cells[3] = table.Cell{Text: x.Text("不列入"), Hint: x.leftWord(f.all[j]), SortKey: "4"}
		}
		t.Rows[j].Cells = slices.Insert(slices.Clone(t.Rows[j].Cells), at, cells...)
	}
	t.Notes = append(t.Notes, x.Text("偶然波动范围：如果情况不变，下一次仅因偶然大约会在这个范围内。平滑值：单位越小，越向总体水平靠拢。"))
	if f.ranks != nil {
		t.Notes = append(t.Notes, x.Text("位次按公布的数排；排位范围是按现有数据真实位次大致所在的区间，两个单位的范围重叠就分不出先后。"))
	}
}

// exactOf writes a fraction in the scale shown, for sorting and JSON.
func exactOf(f *fairness, v float64) string {
	r := new(big.Rat).SetFloat64(v)
	if r == nil {
		return ""
	}
	return measure.Round(r.Mul(r, scaleOf(f.head.Definition.Format)), f.head.Definition.Digits+4)
}

// funnelChart draws a comparison; nil where there is none.
func (x lens) funnelChart(f *fairness) *chart.Funnel {
	if !f.fair() {
		return nil
	}
	scale := float(scaleOf(f.head.Definition.Format))
	c := &chart.Funnel{Title: x.say("%s：各单位与总体水平", f.head.Title(x.Lang)), Unit: unitOfMeasure(f.head.Definition, x.Lang), SizeName: x.Text("单位的大小（分母）"),
		Centre: chart.Num(f.centre()*scale, f.show(f.centre(), x.Lang)), Words: [3]string{x.Text(measure.ZoneUsual.Text()), x.Text(measure.ZoneWatch.Text()), x.Text(measure.ZoneCheck.Text())}}
	if u := x.Pick(f.head.counting.unit, f.head.counting.unitEN); u != "" {
		c.SizeName = x.say("单位的大小（分母，%s）", u)
	}
	least, most := math.Inf(1), 0.0
	for i, m := range f.members {
		a := f.all[m.at]
		mark := map[measure.Zone]chart.FunnelMark{measure.ZoneUsual: chart.MarkInside, measure.ZoneWatch: chart.MarkBetween, measure.ZoneCheck: chart.MarkOutside}[f.zone(i)]
		c.Points = append(c.Points, chart.FunnelPoint{Name: x.short(a.Unit), Size: float64(m.n), Value: chart.Num(float64(m.x)/float64(m.n)*scale, a.Text(x.Lang)), Mark: mark,
			Note: measure.Group(fmt.Sprintf("%d/%d", m.x, m.n)), Href: x.figureOf(a)})
		least, most = min(least, float64(m.n)), max(most, float64(m.n))
	}
	c.Limits = x.curves(f, least, most, scale)
	return c
}

// whiskers adds the intervals of a comparison to the bars of a ranking.
func (x lens) whiskers(c chart.Chart, f *fairness) chart.Chart {
	bars, ok := c.(chart.Bars)
	if !ok || !f.fair() {
		return c
	}
	scale := float(scaleOf(f.head.Definition.Format))
	of := map[string]stats.Interval{}
	for _, m := range f.members {
		of[x.figureOf(f.all[m.at])] = m.interval
	}
	bars.Rows = slices.Clone(bars.Rows)
	for k := range bars.Rows {
		r := &bars.Rows[k]
		if i, ok := of[r.Href]; ok {
			r.Low, r.High = chart.Num(i.Lo*scale, f.show(i.Lo, x.Lang)), chart.Num(i.Hi*scale, f.show(i.Hi, x.Lang))
		}
	}
	return bars
}

// curveSteps is into how many stretches the curves of a funnel are divided.
const curveSteps = 60

// curves gives the limits for sizes from somewhat below the least to somewhat above the most, closer
// together where they bend more.
func (x lens) curves(f *fairness, least, most, scale float64) (out []chart.FunnelLimit) {
	from, to := max(1, math.Floor(least*0.8)), max(2, math.Ceil(most*1.04))
	last := 0.0
	for i := range curveSteps + 1 {
		r := float64(i) / curveSteps
		n := math.Round(from + (to-from)*r*r)
		if n <= last {
			continue
		}
		last = n
		l := f.limits(n)
		for k := range l {
			l[k] *= scale
		}
		out = append(out, chart.FunnelLimit{Size: n, Limit: l})
	}
	return out
}

// looked lists the units to check when all looks are allowed for.
func (x lens) looked(v *fairView, list []fairness) {
	kept, codes, looks := looksOf(list)
	if looks == 0 {
		return
	}
	expected := fmt.Sprintf("%.0f", 0.05*float64(looks))
	if looks < 20 {
		expected = "1"
	}
	if len(kept) == 0 {
		v.Looks = said(stats.Statement{Code: stats.SayLooksNone, Args: []any{codes, looks, expected}}, x.Lang)
		return
	}
	v.Looks = said(stats.Statement{Code: stats.SayLooks, Args: []any{codes, looks, expected, len(kept)}}, x.Lang)
	for i, l := range kept {
		if i == mostListed {
			v.More = x.say("另有 %d 处，请减少指标后再看。", len(kept)-mostListed)
			break
		}
		m := l.of.members[l.member]
		a := l.of.all[m.at]
		code := stats.SayLookWatch
		if l.of.zone(l.member) == measure.ZoneCheck {
			code = stats.SayLookCheck
		}
		v.Listed = append(v.Listed, link{Text: said(stats.Statement{Code: code, Args: []any{x.unit(a.Unit), a.Title(x.Lang), a.Text(x.Lang), m.x, m.n}}, x.Lang), Path: x.figureOf(a)})
	}
}

// fairly fills the view of a comparison.
func (x lens) fairly(v *fairView, list []fairness, by string) {
	k := slices.IndexFunc(list, func(f fairness) bool { return f.head.Code == by })
	if k < 0 {
		return
	}
	f := &list[k]
	v.Reason, v.Said, v.Method = x.whyNot(f), x.fairSaid(f), x.fairMethod(f)
	if f.fair() {
		v.Said = append(v.Said, x.fullCount())
	}
	if f.fair() || f.why == stats.SayFewUnits {
		v.Out = x.outOf(f)
	}
	if c := x.funnelChart(f); c != nil {
		v.Funnel = c
	}
	x.looked(v, list)
}
