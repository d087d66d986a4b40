package assessment

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
)

// scoreView is the page of scores, by today's figures or as they were fixed.
type scoreView struct {
	Title, Period          string
	Scheme                 linkView
	Edition                int
	Basis, Published, Late string
	Draft, Own             bool
	Live                   bool
	Periods, Tabs          []linkView
	View                   string
	Lead                   []string
	Pairs                  []string
	Grid                   web.Grid
	Chart                  chart.Chart
	Extra                  *table.Table
	XLSX, CSV              string
	How                    []string
	Record                 *recordView
	CanFix, Refix          bool
	Fix, FixPeriod, FixWhy string
	F                      web.Faults
}

// recordView is what a fixed result says of itself.
type recordView struct {
	No                        int
	At, By, Checksum, Reason  string
	PublishedOn, PublishedBy  string
	Sound, CanPublish, Newest bool
	Version                   int64
	Path, Again               string
}

// views are the parts of a score page.
func views() []string { return []string{"places", "figures", "checks", "marks"} }

func (x lens) viewName(v string) string {
	return x.t(map[string]string{"places": "得分和名次", "figures": "指标得分", "checks": "名次核对", "marks": "扣分和一票否决"}[v])
}

// scoreTable gives the table of a part.
func (x lens) scoreTable(view string, o Outcome) *table.Table {
	switch view {
	case "figures":
		return x.figuresTable(o)
	case "checks":
		return x.checksTable(o)
	case "marks":
		return x.marksTable(o.Marks)
	}
	return x.placesTable(o)
}

func scoreCell(l Line, x lens) table.Cell {
	if l.Score == "" {
		return table.Missing(x.t("数据不足"))
	}
	return table.Number(l.Score, l.Score)
}

func placeCell(n int) table.Cell {
	if n == 0 {
		return table.Missing("—")
	}
	return whole(n)
}

func (x lens) placesTable(o Outcome) *table.Table {
	r := o.Result
	t := &table.Table{ID: "places", Name: x.t("得分和名次"), Empty: x.t("没有评价单位"), Columns: []table.Column{
		{Head: []string{x.t("单位")}, Key: "unit", RowHead: true, Sort: table.ByText, Filter: true}, count(x.t("得分"), "score"), count(x.t("偶然误差 ±"), "chance"), count(x.t("公布办法名次"), "place"), text(x.t("并列后的名次"), "shared"), text(x.t("分档"), "band"),
		text(x.t("换权重的名次范围"), "range"), {Head: []string{x.t("居首位的比例")}, Key: "first", Unit: "%", Sort: table.ByNumber}, count(x.t("分不出先后的单位"), "tied"), count(x.t("扣分（另列）"), "points"), text(x.t("一票否决（另列）"), "veto"), text(x.t("说明"), "note")}}
	if !o.Whole {
		t.Columns = slices.Delete(t.Columns, 8, 9) // who the others are is not told
	}
	for _, l := range r.Lines {
		points, veto := x.besides(l.Unit, o.Marks)
		cells := []table.Cell{table.Text(l.Name), scoreCell(l, x), table.Missing("—"), placeCell(l.Place), table.Text("—"), table.Text(x.band(l.Band)), table.Text("—"), table.Missing("—"), table.Missing("—"), points, veto, table.Text(x.note(l, r))}
		if l.Score != "" && l.Error != "" {
			cells[2] = table.Number(l.Error, l.Error)
		}
		if l.Group != 0 {
			cells[4], cells[8] = rangeCell(l.From, l.To), whole(len(l.Tied))
		}
		if k := l.Check; k != nil {
			cells[6] = rangeCell(k.RandomLow, k.RandomHigh)
			f := strconv.FormatFloat(100*k.First, 'f', 1, 64)
			cells[7] = table.Number(f, f)
		}
		if !o.Whole {
			cells = slices.Delete(cells, 8, 9)
		} else if names := tiedNames(l.Tied, r.Lines); len(names) > 0 {
			cells[8].Hint = strings.Join(names, "、")
		}
		t.Rows = append(t.Rows, table.Row{Cells: cells})
	}
	return t
}

// besides sums the deductions of a unit and says whether a veto item stands.
func (x lens) besides(u org.UnitID, list []Mark) (points, veto table.Cell) {
	sum, n, vetoes := new(big.Rat), 0, 0
	for _, m := range list {
		if m.Unit != u || m.Withdrawn != "" {
			continue
		}
		if m.Kind == Veto {
			vetoes++
			continue
		}
		if p, ok := number(m.Points); ok {
			sum.Add(sum, p)
			n++
		}
	}
	points, veto = table.Text(""), table.Text("")
	if n > 0 {
		points = table.Number(measure.Exact(sum), measure.Exact(sum))
	}
	if vetoes > 0 {
		veto = table.Text(x.t("有 %d 项", vetoes))
	}
	return points, veto
}

// note says what is missing of a unit.
func (x lens) note(l Line, r Result) string {
	var names []string
	for j, c := range l.Cells {
		if !c.Counts() {
			names = append(names, x.item(r.Items[j]))
		}
	}
	switch {
	case l.Score == "":
		return x.t("有数据的权重 %s%%，不到 %d%%", l.Share, r.Least)
	case len(names) > 0:
		return x.t("缺 %s；其余权重按比例分摊", strings.Join(names, "、"))
	}
	return ""
}

func (x lens) figuresTable(o Outcome) *table.Table {
	r := o.Result
	t := &table.Table{ID: "figures", Name: x.t("指标得分"), Empty: x.t("没有评价单位"), Columns: []table.Column{{Head: []string{x.t("单位")}, Key: "unit", RowHead: true, Sort: table.ByText, Filter: true}, count(x.t("得分"), "score"), count(x.t("公布办法名次"), "place")},
		Notes: []string{x.t("标准分：底线值 0 分，目标值 100 分。缺少的指标不作 0 分，其余权重按比例分摊。人数太少、不能对外的数不参加计算，所以得分不会显出小数。")}}
	for j, it := range r.Items {
		head := x.t("%s（%s%%）", x.item(it), r.Percent[j])
		t.Columns = append(t.Columns, table.Column{Head: []string{head, x.t("数值")}, Key: "v" + suffix(j), Sort: table.ByNumber}, table.Column{Head: []string{head, x.t("标准分")}, Key: "n" + suffix(j), Sort: table.ByNumber})
	}
	t.Columns = append(t.Columns, table.Column{Head: []string{x.t("有数据的权重")}, Key: "share", Unit: "%", Sort: table.ByNumber})
	for _, l := range r.Lines {
		cells := []table.Cell{table.Text(l.Name), scoreCell(l, x), placeCell(l.Place)}
		for _, c := range l.Cells {
			cells = append(cells, x.figureCell(c), normalCell(c))
		}
		t.Rows = append(t.Rows, table.Row{Cells: append(cells, table.Number(l.Share, l.Share))})
	}
	return t
}

func (x lens) figureCell(c Cell) table.Cell {
	if _, ok := number(c.Value); !ok {
		return table.Cell{Kind: table.NumberKind, Text: x.Text(c.Text), Missing: true, Href: c.Path}
	}
	out := table.Cell{Kind: table.NumberKind, Text: c.Text, Exact: c.Value, Href: c.Path}
	if c.Num != "" && c.Den != "" {
		out.Note = c.Num + "/" + c.Den
	}
	if c.Incomplete {
		out.Note = strings.TrimSpace(x.t("不完整") + " " + out.Note)
	}
	return out
}

func normalCell(c Cell) table.Cell {
	if c.Normal == "" {
		return table.Missing("—")
	}
	return table.Number(c.Normal, c.Normal)
}

func (x lens) checksTable(o Outcome) *table.Table {
	t := &table.Table{ID: "checks", Name: x.t("名次核对"), Empty: x.t("没有评价单位"), Columns: []table.Column{{Head: []string{x.t("单位")}, Key: "unit", RowHead: true, Sort: table.ByText, Filter: true}, count(x.t("公布办法名次"), "place"), count(x.t("按几何平均"), "geometric"), count(x.t("按离均差"), "standard"),
		text(x.t("一项权重增减 25%"), "shift"), text(x.t("去掉一项指标"), "drop"), text(x.t("随机权重（95%）"), "random"), {Head: []string{x.t("居首位的比例")}, Key: "first", Unit: "%", Sort: table.ByNumber}, count(x.t("平均名次"), "mean")}}
	for _, l := range o.Result.Lines {
		cells := []table.Cell{table.Text(l.Name), placeCell(l.Place)}
		k := l.Check
		if k == nil {
			cells = append(cells, table.Missing("—"), table.Missing("—"), table.Text("—"), table.Text("—"), table.Text("—"), table.Missing("—"), table.Missing("—"))
		} else {
			f, m := strconv.FormatFloat(100*k.First, 'f', 1, 64), strconv.FormatFloat(k.MeanPlace, 'f', 1, 64)
			cells = append(cells, whole(k.Geometric), whole(k.Standard), rangeCell(k.ShiftLow, k.ShiftHigh), rangeCell(k.DropLow, k.DropHigh), rangeCell(k.RandomLow, k.RandomHigh), table.Number(f, f), table.Number(m, m))
		}
		t.Rows = append(t.Rows, table.Row{Cells: cells})
	}
	t.Notes = x.how(o.Result)
	return t
}

// how says how the checks were made.
func (x lens) how(r Result) (out []string) {
	if r.Draws > 0 {
		out = append(out, x.t("随机权重抽取 %d 次，随机种子 %s；同一种子每次结果相同。", r.Draws, strconv.FormatUint(r.Seed, 10)))
	}
	return append(out, x.t("各列都是换一种算法以后的名次：几何平均不让长短相抵；离均差按各单位之间的差别计分；一项权重增减四分之一；依次去掉一项指标；权重完全随机。"))
}

// shiftsTable tells which weight the places hang on.
func (x lens) shiftsTable(r Result) *table.Table {
	t := &table.Table{ID: "shifts", Name: x.t("名次随哪一项变动"), Columns: []table.Column{{Head: []string{x.t("指标")}, Key: "item", RowHead: true}, {Head: []string{x.t("改动")}, Key: "how"}, count(x.t("名次变动的单位"), "moved"), count(x.t("平均变动位数"), "mean")}}
	for _, s := range r.Shifts {
		how := x.t("去掉")
		if s.Factor != 0 {
			how = fmt.Sprintf("%+.0f%%", 100*(s.Factor-1))
		}
		m := strconv.FormatFloat(s.Mean, 'f', 2, 64)
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(x.item(r.Items[s.Item])), table.Text(how), whole(s.Moved), table.Number(m, m)}})
	}
	return t
}

// mostNamed bounds the units that are spoken of one by one.
const mostNamed = 6

// lead says what the scores can and cannot tell.
func (x lens) lead(o Outcome) (out []string) {
	r := o.Result
	if o.Whole {
		switch {
		case r.Why != "":
			out = append(out, x.say(stats.SayScoreFew, r.Scored))
		case r.Groups == 1:
			out = append(out, x.say(stats.SayScoreOneGroup, r.Scored))
		default:
			out = append(out, x.say(stats.SayScoreGroups, r.Scored, r.Groups))
		}
		if r.Why == "" {
			n := map[stats.RankBand]int{}
			for _, l := range r.Lines {
				n[l.Band]++
			}
			out = append(out, x.say(stats.SayScoreBands, n[stats.BandBetter], n[stats.BandSimilar], n[stats.BandWatch]))
		}
	} else {
		for _, l := range r.Lines {
			if k := l.Check; k != nil {
				out = append(out, x.say(stats.SayScoreRange, r.Draws, l.Name, k.RandomLow, k.RandomHigh))
			}
		}
	}
	var lacking []Line
	none := 0
	for _, l := range r.Lines {
		if l.Missing() > 0 {
			lacking = append(lacking, l)
		}
		if l.Score == "" {
			none++
		}
	}
	if len(lacking) > mostNamed {
		return append(out, x.t("%d 个单位缺少数据，其中 %d 个不计得分；缺什么见“说明”一列，补齐后可再计算。", len(lacking), none))
	}
	for _, l := range lacking {
		out = append(out, x.lack(l, r))
	}
	return out
}

// lack says of a unit what is missing and what follows.
func (x lens) lack(l Line, r Result) string {
	if l.Score == "" {
		return x.say(stats.SayScoreWithheld, l.Name, l.Share, r.Least)
	}
	share, _ := number(l.Share)
	return x.say(stats.SayScorePartial, l.Name, l.Missing(), measure.Round(share.Sub(rat(100), share), 1))
}

// pairs says of each two neighbours whether their order holds.
func (x lens) pairs(r Result) (out []string) {
	for _, p := range r.Pairs {
		a, b := r.Lines[p.Upper], r.Lines[p.Lower]
		switch {
		case a.Place == b.Place:
			out = append(out, x.say(stats.SayScoresEqual, a.Name, b.Name))
		case p.ByChance:
			out = append(out, x.say(stats.SayTiedByChance, a.Name, b.Name, p.Apart, p.Chance))
		case p.Swaps:
			out = append(out, x.t("%s与%s：", a.Name, b.Name)+x.say(stats.SayTied, p.Apart))
		case a.Group == b.Group:
			out = append(out, x.say(stats.SayTiedInGroup, a.Name, b.Name, p.Apart))
		default:
			out = append(out, x.say(stats.SayScoreApart, a.Name, b.Name, p.Apart, p.Chance))
		}
	}
	return out
}

// againView sets a fixed result beside today's figures.
type againView struct {
	Title, Back, Period string
	Same                bool
	Scores, Places      int // units whose score and whose place is another
	Grid                web.Grid
	XLSX, CSV           string
}

func (x lens) againTable(o Outcome, list []Difference) (t *table.Table, scores, places int) {
	t = &table.Table{ID: "again", Name: x.t("按今日数据重算"), Columns: []table.Column{{Head: []string{x.t("单位")}, Key: "unit", RowHead: true, Sort: table.ByText}, count(x.t("定稿得分"), "was"), count(x.t("今日得分"), "now"), count(x.t("定稿名次"), "place_was"), count(x.t("今日名次"), "place_now"), text(x.t("变了的数"), "changed")},
		Notes: []string{x.t("定稿不因数据更正而改变；需要改变时，写明原因再次定稿，前一稿保留。")}}
	for _, d := range list {
		var what []string
		for _, j := range d.Changed {
			what = append(what, x.t("%s：%s → %s", x.item(o.Result.Items[j]), x.Text(d.Was.Cells[j].Text), x.Text(d.Now.Cells[j].Text)))
		}
		switch {
		case d.Gone:
			what = append(what, x.t("今日不在评价范围"))
		case d.New:
			what = append(what, x.t("定稿时不在评价范围"))
		}
		if d.Was.Score != d.Now.Score || d.Gone || d.New {
			scores++
		}
		if d.Was.Place != d.Now.Place {
			places++
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(d.Name), scoreCell(d.Was, x), scoreCell(d.Now, x), placeCell(d.Was.Place), placeCell(d.Now.Place), table.Text(strings.Join(what, "；"))}})
	}
	return t, scores, places
}
