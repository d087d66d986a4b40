package assessment

import (
	"fmt"
	"strconv"
	"strings"

	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

// lens shows things in a reader's language.
type lens struct {
	words.Lang
	name func(org.UnitID) string
}

func (x lens) t(chinese string, args ...any) string { return words.T(x.Lang, chinese, args...) }

// say says a statement of the table of wordings.
func (x lens) say(code stats.WordingCode, args ...any) string {
	s := stats.Statement{Code: code, Args: args}
	if x.Lang == words.English {
		return words.Singular(s.English())
	}
	return s.Chinese()
}

func (x lens) in(p period.Period) string {
	if x.Lang == words.English {
		return p.English()
	}
	return p.Chinese()
}

func (x lens) item(it Item) string { return x.Pick(it.Name, it.NameEN) }

type option struct {
	Value, Label string
	On           bool
}

type linkView struct {
	Text, Path string
	On         bool
}

const listPath = "/assessment"

func schemePath(id int64) string { return fmt.Sprintf("/assessment/schemes/%d", id) }

func scorePath(id int64, edition int, p period.Period) string {
	s := schemePath(id) + "/scores?period=" + p.String()
	if edition != 0 {
		s += "&edition=" + strconv.Itoa(edition)
	}
	return s
}

func recordPath(id int64) string { return fmt.Sprintf("/assessment/results/%d", id) }

// minute shortens a stored instant.
func minute(at string) string {
	if len(at) >= 16 {
		return strings.Replace(at[:16], "T", " ", 1)
	}
	return at
}

func whole(n int) table.Cell { return table.Number(strconv.Itoa(n), strconv.Itoa(n)) }

func text(head string, key string) table.Column {
	return table.Column{Head: []string{head}, Key: key, Sort: table.ByText}
}

func count(head string, key string) table.Column {
	return table.Column{Head: []string{head}, Key: key, Sort: table.ByNumber}
}

// listView is the page of all schemes.
type listView struct {
	Grid    web.Grid
	Empty   bool
	MayEdit bool
}

func (x lens) state(s Scheme) string {
	if s.State == Draft {
		return x.t("草稿")
	}
	return x.t("已公布")
}

func (x lens) listTable(list []Overview) *table.Table {
	t := &table.Table{ID: "schemes", Name: x.t("综合评价"), Empty: x.t("还没有评价办法"), Columns: []table.Column{
		{Head: []string{x.t("办法名称")}, Key: "name", RowHead: true, Sort: table.ByText, Filter: true}, text(x.t("评价周期"), "span"), count(x.t("指标数"), "items"), text(x.t("版本"), "edition"), text(x.t("状态"), "state"),
		text(x.t("公布日期"), "published"), text(x.t("最近定稿"), "fixed"), text(x.t("结果公布日期"), "result")}}
	for _, o := range list {
		e, _ := o.Edition(0)
		state := x.state(e)
		if d, ok := o.Draft(); ok && d.Edition != e.Edition {
			state += " · " + x.t("第 %d 版起草中", d.Edition)
		}
		row := []table.Cell{table.Link(e.Name, schemePath(e.ID)), table.Text(x.t(e.Span.Label())), whole(len(e.Items)), table.Text(x.t("第 %d 版", e.Edition)), table.Text(state), table.Text(dayText(e.PublishedOn)), table.Text(""), table.Text("")}
		if len(o.Records) > 0 {
			r := o.Records[0]
			row[6], row[7] = table.Link(x.in(r.Period), recordPath(r.ID)), table.Text(dayText(r.PublishedOn))
		}
		t.Rows = append(t.Rows, table.Row{Cells: row})
	}
	return t
}

// schemeView is the page of one edition of a scheme.
type schemeView struct {
	ID, Version                        int64
	Title, Path, Span, Basis, Note     string
	Edition                            int
	State, Tag                         string
	From, PublishedOn, PublishedBy     string
	Late                               string
	Least, Digits                      int
	Units                              string
	Grid                               web.Grid
	Files                              [2]string
	Editions                           []linkView
	Records                            []recordLine
	Scores                             []linkView
	Common                             string
	MayEdit, MayPublish, MayTry, Draft bool
	NewEdition                         bool
	Pairs                              bool
	F                                  web.Faults
}

type recordLine struct {
	Period, Path, At, By, Published, Reason string
	No                                      int
}

func (x lens) records(list []Record) (out []recordLine) {
	for _, r := range list {
		out = append(out, recordLine{x.in(r.Period), recordPath(r.ID), minute(r.At), r.By, dayText(r.PublishedOn), r.Reason, r.No})
	}
	return out
}

func (x lens) direction(higher bool) string {
	if higher {
		return x.t("越高越好")
	}
	return x.t("越低越好")
}

// The heads of the file of items, which is exported and imported.
const (
	headCode   = "指标代码"
	headName   = "指标"
	headWeight = "权重"
	headShare  = "占比"
	headWay    = "方向"
	headFloor  = "底线值"
	headTarget = "目标值"
)

func (x lens) itemsTable(s Scheme) *table.Table {
	t := &table.Table{ID: "items", Name: x.t("指标和权重"), Columns: []table.Column{
		text(x.t(headCode), "code"), {Head: []string{x.t(headName)}, Key: "name", RowHead: true, Sort: table.ByText}, count(x.t(headWeight), "weight"), {Head: []string{x.t(headShare)}, Key: "share", Unit: "%", Sort: table.ByNumber},
		text(x.t(headWay), "direction"), count(x.t(headFloor), "floor"), count(x.t(headTarget), "target")},
		Notes: []string{x.t("底线值得 0 分，目标值得 100 分，中间按比例；达到目标以后不再加分。底线值和目标值固定，各期得分可以相互比较。")}}
	total := s.Total()
	for _, it := range s.Items {
		w, _ := number(it.Weight)
		share := table.Missing("")
		if w != nil {
			p := percent(w, total)
			share = table.Number(p, p)
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(it.Code), table.Link(x.item(it), "/indicators/"+it.Code), table.Number(it.Weight, it.Weight), share,
			table.Text(x.direction(it.Higher)), table.Number(it.Floor, it.Floor), table.Number(it.Target, it.Target)}})
	}
	return t
}

// editView is the form of a draft.
type editView struct {
	ID, Version                             int64
	Title, Basis, From, Digits, Least, Note string
	Spans                                   []option
	Rows                                    []itemRow
	Units                                   []option
	Save, Cancel                            string
	Edition                                 int
	Pairs                                   bool
	F                                       web.Faults
}

type itemRow struct {
	No                    int
	Choices               []option
	Weight, Floor, Target string
	Ways                  []option
	Faults                []string
}

// spareRows is how many empty rows stand below the items of a form.
const spareRows = 3

func (x lens) rows(s Scheme, choices []Choice, f web.Faults) (out []itemRow) {
	for i := range len(s.Items) + spareRows {
		it := Item{Higher: true}
		if i < len(s.Items) {
			it = s.Items[i]
		}
		r := itemRow{No: i, Weight: it.Weight, Floor: it.Floor, Target: it.Target,
			Ways: []option{{"up", x.t("越高越好"), it.Higher}, {"down", x.t("越低越好"), !it.Higher}}}
		found := it.Code == ""
		for _, c := range choices {
			r.Choices = append(r.Choices, option{c.Code, c.Code + " " + x.Pick(c.Name, c.NameEN), c.Code == it.Code})
			found = found || c.Code == it.Code
		}
		if !found {
			r.Choices = append(r.Choices, option{it.Code, it.Code, true})
		}
		for _, k := range []string{"code", "weight", "higher", "floor", "target"} {
			r.Faults = append(r.Faults, f[k+suffix(i)]...)
		}
		out = append(out, r)
	}
	return out
}

// importView lists what is wrong with a file.
type importView struct {
	Title, Back string
	File        string
	Findings    []string
}

// marksView is the page of deductions and veto items.
type marksView struct {
	Title, Path, Save string
	Grid              web.Grid
	MayEdit           bool
	Open              []markLine // what may be withdrawn
	Units, Kinds      []option
	Day, Points       string
	Reason, Document  string
	F                 web.Faults
}

type markLine struct {
	Label, Path string
	Version     int64
}

func (x lens) markColumns() []table.Column {
	return []table.Column{{Head: []string{x.t("单位")}, Key: "unit", RowHead: true, Sort: table.ByText, Filter: true}, text(x.t("类别"), "kind"), text(x.t("日期"), "day"), count(x.t("扣分"), "points"),
		text(x.t("原因"), "reason"), text(x.t("依据文件"), "document"), text(x.t("登记人"), "by"), text(x.t("登记时间"), "at"), text(x.t("状态"), "state")}
}

func (x lens) markRow(m Mark) table.Row {
	points := table.Text("")
	if m.Kind == Deduction {
		points = table.Number(m.Points, m.Points)
	}
	state := x.t("有效")
	if m.Withdrawn != "" {
		state = x.t("已撤销：%s", m.Withdrawn)
	}
	return table.Row{Cells: []table.Cell{table.Text(x.name(m.Unit)), table.Text(x.t(m.Kind.Label())), table.Text(dayText(m.Day)), points, table.Text(m.Reason), table.Text(m.Document), table.Text(m.By), table.Text(minute(m.At)), table.Text(state)}}
}

func (x lens) marksTable(list []Mark) *table.Table {
	t := &table.Table{ID: "marks", Name: x.t("扣分和一票否决"), Empty: x.t("没有扣分和一票否决"), Columns: x.markColumns(), Notes: []string{x.t("扣分和一票否决单独列出，不计入得分。")}}
	for _, m := range list {
		t.Rows = append(t.Rows, x.markRow(m))
	}
	return t
}

func (x lens) band(b stats.RankBand) string {
	switch b {
	case stats.BandBetter:
		return x.t("较好")
	case stats.BandWatch:
		return x.t("需关注")
	case stats.BandSimilar:
		return x.t("相当")
	}
	return "—"
}

// span prints two places as "3—9".
func between(lo, hi int) string {
	if lo == hi {
		return strconv.Itoa(lo)
	}
	return fmt.Sprintf("%d—%d", lo, hi)
}

// rangeCell prints two places and sorts by the first.
func rangeCell(lo, hi int) table.Cell {
	return table.Cell{Text: between(lo, hi), SortKey: fmt.Sprintf("%04d-%04d", lo, hi)}
}

// rankChart draws the places of the units and between what limits they may lie.
func (x lens) rankChart(r Result) chart.Chart {
	c := chart.Ranges{Title: x.t("得分名次和名次范围"), Desc: x.t("圆点是按公布办法的名次，横线是随机换权重时 95% 的名次范围；虚线分开的组之间能分先后"), Axis: x.t("名次"), First: 1, Last: r.Scored}
	for i, l := range r.Lines {
		if l.Place == 0 {
			continue
		}
		row := chart.RangeRow{Name: l.Name, At: chart.Num(float64(l.Place), strconv.Itoa(l.Place)), Lo: float64(l.Place), Hi: float64(l.Place), Text: x.t("%s 分", l.Score), Series: (l.Group - 1) % 2, Rule: i > 0 && l.Group != r.Lines[i-1].Group}
		if k := l.Check; k != nil {
			row.Lo, row.Hi = float64(min(k.RandomLow, l.Place)), float64(max(k.RandomHigh, l.Place))
			row.Note = x.t("名次范围 %s", between(k.RandomLow, k.RandomHigh))
		}
		c.Rows = append(c.Rows, row)
	}
	return c
}
