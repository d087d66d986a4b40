package assessment

import (
	"strconv"

	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
)

// compareView is the page of common methods.
type compareView struct {
	Title, Path, Period string
	Edition             int
	Draft, CanTake      bool
	Version             int64
	Periods             []linkView
	PeriodText          string
	// Pairwise comparisons.
	PairWhy  string // why there are none
	Heads    []string
	Pairs    []pairRow
	Sentence string
	Odd      string // which pair to look at first
	Refused  bool
	Weights  *table.Table
	Typed    []string // the judgements, to be taken over
	// Entropy and TOPSIS.
	Why       string
	Without   string
	Entropy   *table.Table
	Use       string
	Grid      web.Grid
	XLSX, CSV string
	Nearest   []string
	F         web.Faults
}

type pairRow struct {
	Name  string
	Cells []pairCell
}

// A pairCell is a place of the matrix: an input above the diagonal, the reciprocal beneath it.
type pairCell struct {
	Text    string
	Options []option
	Label   string
}

func (x lens) pairRows(s Scheme, grid [][]string) (out []pairRow) {
	for i, it := range s.Items {
		r := pairRow{Name: x.item(it)}
		for j := range s.Items {
			c := pairCell{Text: grid[i][j]}
			if j > i {
				c.Label = x.t("%s 比 %s", x.item(it), x.item(s.Items[j]))
				for _, v := range Judgements() {
					c.Options = append(c.Options, option{v, v, v == grid[i][j]})
				}
			}
			r.Cells = append(r.Cells, c)
		}
		out = append(out, r)
	}
	return out
}

func decimal(v float64, digits int) table.Cell {
	s := strconv.FormatFloat(v, 'f', digits, 64)
	return table.Number(s, s)
}

func (x lens) weightsTable(s Scheme, p Priorities) *table.Table {
	t := &table.Table{ID: "priorities", Name: x.t("两两比较得到的权重"), Columns: []table.Column{{Head: []string{x.t("指标")}, Key: "item", RowHead: true}, {Head: []string{x.t("现有权重")}, Key: "now", Unit: "%"}, {Head: []string{x.t("特征向量法")}, Key: "eigen", Unit: "%"}, {Head: []string{x.t("行几何平均法")}, Key: "rows", Unit: "%"}},
		Notes: []string{x.t("采用的是特征向量法；行几何平均法略有不同，只供对照。最大特征值 %s，一致性指标 %s。", strconv.FormatFloat(p.Lambda, 'f', 4, 64), strconv.FormatFloat(p.CI, 'f', 4, 64))}}
	total := s.Total()
	eigen, rows := roundedWeights(p.Weights), roundedWeights(p.Rows)
	for i, it := range s.Items {
		w, _ := number(it.Weight)
		now := percent(w, total)
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(x.item(it)), table.Number(now, now), table.Number(eigen[i], eigen[i]), table.Number(rows[i], rows[i])}})
	}
	return t
}

func (x lens) entropyTable(s Scheme, c Common) *table.Table {
	t := &table.Table{ID: "entropy", Name: x.t("熵权"), Columns: []table.Column{{Head: []string{x.t("指标")}, Key: "item", RowHead: true}, {Head: []string{x.t("公布的权重")}, Key: "now", Unit: "%"}, {Head: []string{x.t("熵权（极差归一）")}, Key: "minmax", Unit: "%"}, {Head: []string{x.t("熵权（原始数值）")}, Key: "raw", Unit: "%"}, {Head: []string{x.t("信息熵（极差归一）")}, Key: "entropy"}},
		Notes: []string{x.t("极差归一：按方向把最差的单位记 0、最好的记 1，不加常数；原始数值：不归一，只在各数都不小于 0 时计算。归一方法不同，熵权就不同。")}}
	total := s.Total()
	for i, it := range s.Items {
		w, _ := number(it.Weight)
		now := percent(w, total)
		raw := table.Missing("—")
		if c.Raw != nil {
			raw = decimal(100*c.Raw.Weights[i], 1)
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(x.item(it)), table.Number(now, now), decimal(100*c.MinMax.Weights[i], 1), raw, decimal(c.MinMax.Entropy[i], 4)}})
	}
	return t
}

func (x lens) nearestTable(c Common) *table.Table {
	t := &table.Table{ID: "nearest", Name: x.t("TOPSIS 对照"), Empty: x.t("数据不足"), Columns: []table.Column{{Head: []string{x.t("单位")}, Key: "unit", RowHead: true, Sort: table.ByText, Filter: true}, count(x.t("公布办法名次"), "place"),
		{Head: []string{x.t("向量归一"), x.t("贴近度")}, Key: "vector", Sort: table.ByNumber}, {Head: []string{x.t("向量归一"), x.t("名次")}, Key: "vector_place", Sort: table.ByNumber},
		{Head: []string{x.t("极差归一"), x.t("贴近度")}, Key: "minmax", Sort: table.ByNumber}, {Head: []string{x.t("极差归一"), x.t("名次")}, Key: "minmax_place", Sort: table.ByNumber}},
		Notes: []string{x.t("贴近度从 0 到 1，越大越靠近各项最好值；用公布的权重计算。增减一个单位时，其余单位的先后也可能改变。")}}
	for i, l := range c.Lines {
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(l.Name), placeCell(l.Place), decimal(c.Vector.Closeness[i], 4), whole(c.Vector.Rank[i]), decimal(c.Scaled.Closeness[i], 4), whole(c.Scaled.Rank[i])}})
	}
	return t
}

// nearest says what the places by closeness are worth.
func (x lens) nearest(c Common) []string {
	out := []string{x.say(stats.SayNearestSame)}
	if c.Differ > 0 {
		out = []string{x.say(stats.SayNearestDiffer, len(c.Lines), c.Differ)}
	}
	if c.Without1 > 0 {
		out = append(out, x.say(stats.SayNearestWithin, c.Without1))
	}
	return out
}
