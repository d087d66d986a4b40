package wastewater

import (
	"fmt"
	"slices"
	"strings"

	"kaiyang/internal/core/period"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

// lens shows things in a reader's language.
type lens struct{ words.Lang }

func (x lens) t(chinese string, args ...any) string { return words.T(x.Lang, chinese, args...) }

func (x lens) say(s stats.Statement) string {
	if x.Lang == words.English {
		return words.Singular(s.English())
	}
	return s.Chinese()
}

// month names a campaign by its first month, for sentences that set two side by side.
func (x lens) month(d period.Day) string {
	y, m, _ := d.Date()
	p, err := period.Parse(fmt.Sprintf("%d-%02d", y, m))
	if err != nil {
		return d.String()
	}
	if x.Lang == words.English {
		return p.English()
	}
	return p.Chinese()
}

func (x lens) residue(f Factor) string { return x.Pick(x.Text(f.Residue), f.ResidueEN) }

func (x lens) list(parts []string) string {
	if x.Lang == words.English {
		return strings.Join(parts, ", ")
	}
	return strings.Join(parts, "、")
}

func (x lens) grounds(list []Ground) string {
	var out []string
	for _, g := range list {
		out = append(out, x.t(g.Text()))
	}
	return x.list(out)
}

type option struct {
	Value, Label string
	On           bool
}

type linkView struct{ Text, Path string }

// loadText prints the mean of a load: a number, a range from the limit of quantification, or why
// there is none.
func (x lens) loadText(l Load) string {
	switch {
	case l.Why == stats.NoData:
		return x.t("未测")
	case l.Why != "":
		return x.t("数据不足")
	case l.Below > 0:
		return stats.LoadText(l.Range.Lower) + "—" + stats.LoadText(l.Range.Upper)
	}
	return stats.LoadText(l.Week.Mean)
}

func (x lens) loadCell(l Load) table.Cell {
	if l.Measured() {
		return table.Number(fmt.Sprintf("%.9f", l.Week.Mean), stats.LoadText(l.Week.Mean))
	}
	c := table.Text(x.loadText(l))
	if l.Why != "" {
		c = table.Missing(x.loadText(l))
	} else {
		c.Note = x.t("低于定量限")
	}
	return c
}

// An overview is a campaign with its results, for the list.
type overview struct {
	Campaign Campaign
	Results  []Result
	Gaps     int
}

// listView is the page of all campaigns.
type listView struct {
	Grid                     web.Grid
	Count                    int
	MayWrite, NoPlants, Able bool
	XLSX, CSV                string
}

func (x lens) campaignsTable(list []overview) *table.Table {
	t := &table.Table{ID: "campaigns", Name: x.t("污水监测"), Empty: x.t("还没有监测"), Notes: []string{x.t("负荷：毫克/日·千人，7天日负荷的平均；范围表示有样品低于定量限。")}, Columns: []table.Column{
		{Head: []string{x.t("采样期")}, Key: "name", RowHead: true, Sort: table.ByText}, {Head: []string{x.t("第一天")}, Key: "first", Sort: table.ByText}, {Head: []string{x.t("检测实验室")}, Key: "laboratory", Sort: table.ByText, Filter: true},
		{Head: []string{x.t("污水厂")}, Key: "plants", Sort: table.ByNumber}, {Head: []string{x.t("状态")}, Key: "state", Sort: table.ByText}}}
	var residues []Factor
	for _, o := range list {
		for _, r := range o.Results {
			if !slices.ContainsFunc(residues, func(f Factor) bool { return f.Code == r.Factor.Code }) {
				residues = append(residues, r.Factor)
			}
		}
	}
	for i, f := range residues {
		t.Columns = append(t.Columns, table.Column{Head: []string{x.t("负荷"), x.residue(f)}, Key: fmt.Sprintf("load%d", i), Align: table.Right, Sort: table.ByNumber})
	}
	for _, o := range list {
		c := o.Campaign
		state := x.t(c.State.Text())
		if c.State == Draft && o.Gaps > 0 {
			state += " · " + x.t("缺 %d 格", o.Gaps)
		}
		row := table.Row{Cells: []table.Cell{table.Link(c.Name, campaignPath(c.ID)), table.Text(c.First.String()), table.Text(c.Laboratory), whole(len(c.Sites)), table.Text(state)}}
		for _, f := range residues {
			cell := table.Missing(x.t("未测"))
			for _, r := range o.Results {
				if r.Factor.Code == f.Code {
					cell = x.loadCell(r.All)
				}
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func whole(n int) table.Cell { return table.Number(fmt.Sprint(n), fmt.Sprint(n)) }

// campaignView is the page of one campaign's results.
type campaignView struct {
	ID, Version                                int64
	Name, Span, State, Tag, Laboratory, Report string
	Path, Note, By                             string
	Empty, MayWrite, MayTable, Draft, Final    bool
	MissFlows, MissValues, Gaps                int
	Grid                                       web.Grid
	Says                                       []saying
	Chart                                      *chart.Line
	Residues                                   web.HTML
	Chosen, ChartNote                          string
	Daily                                      *table.Table
	Consumption                                *table.Table
	Assumptions                                []assumption
	XLSX, CSV                                  string
	Problem                                    string
}

// A saying is what can be said of one residue, or of all.
type saying struct {
	About string
	Lines []string
	Clear bool
}

// An assumption is one thing a result rests on.
type assumption struct{ Name, Text string }

func (x lens) verdict(c Comparison) string {
	switch c.Code {
	case stats.SayLoadsLower, stats.SayLoadsHalved:
		return x.t("低于上次，超出误差")
	case stats.SayLoadsHigher, stats.SayLoadsDoubled:
		return x.t("高于上次，超出误差")
	case stats.SayLoadsUnclear:
		return x.t("差别在误差之内")
	case stats.SayLoadsRefused:
		return x.t("不能比较")
	}
	return x.t("还不能判断")
}

func (x lens) resultsTable(w Whole) *table.Table {
	unit := x.t("毫克/日·千人")
	t := &table.Table{ID: "loads", Name: x.t("负荷"), Empty: x.t("还没有结果"), Columns: []table.Column{
		{Head: []string{x.t("检测物")}, Key: "residue", RowHead: true, Sort: table.ByText}, {Head: []string{x.t("平均负荷")}, Key: "load", Unit: unit, Align: table.Right, Sort: table.ByNumber},
		{Head: []string{x.t("逐日波动范围")}, Key: "week", Align: table.Right}, {Head: []string{x.t("总误差范围")}, Key: "total", Align: table.Right},
		{Head: []string{x.t("天数"), x.t("有样品")}, Key: "days", Sort: table.ByNumber}, {Head: []string{x.t("天数"), x.t("低于定量限")}, Key: "below", Sort: table.ByNumber}, {Head: []string{x.t("周末/工作日")}, Key: "weekend", Sort: table.ByNumber},
		{Head: []string{x.t("上一次"), x.t("采样期")}, Key: "before"}, {Head: []string{x.t("上一次"), x.t("负荷")}, Key: "was", Align: table.Right}, {Head: []string{x.t("与上一次比")}, Key: "verdict"}}}
	for _, r := range w.Results {
		l := r.All
		dash := func() table.Cell { return table.Missing("—") }
		cells := []table.Cell{table.Text(x.residue(r.Factor)), x.loadCell(l), dash(), dash(), whole(l.Days), whole(l.Below), dash(), dash(), dash(), table.Text("")}
		if l.Measured() {
			cells[2] = table.Text(stats.LoadText(max(0, l.Week.Interval.Lo)) + "—" + stats.LoadText(l.Week.Interval.Hi))
			cells[3] = table.Text(stats.LoadText(l.Total.Interval.Lo) + "—" + stats.LoadText(l.Total.Interval.Hi))
			if l.Week.HasWeekend {
				cells[6] = table.Number(fmt.Sprintf("%.6f", l.Week.WeekendRatio), fmt.Sprintf("%.2f", l.Week.WeekendRatio))
			}
		}
		if c, ok := w.Earlier[r.Factor.Code]; ok {
			cells[7] = table.Link(x.month(c.Earlier.First), campaignPath(c.Earlier.ID))
			if len(c.Plants) > 0 {
				cells[8] = table.Text(x.loadText(c.Before))
			}
			cells[9] = table.Text(x.verdict(c))
		}
		t.Rows = append(t.Rows, table.Row{ID: r.Factor.Code, Cells: cells})
	}
	return t
}

// sayings puts what can be said into words, residue by residue.
func (x lens) sayings(w Whole) (out []saying) {
	for _, r := range w.Results {
		name := x.residue(r.Factor)
		if r.All.Why == stats.NoData {
			continue
		}
		c, compared := w.Earlier[r.Factor.Code]
		s := saying{About: name, Lines: []string{x.say(r.All.Say(name, x.t("%s至少3天的流量和检测结果", name), w.RSD, compared))}}
		if compared {
			s.Clear = c.Clear() != 0
			line := x.say(c.Say(name, x.month(c.Earlier.First), x.month(w.Campaign.First), x.grounds(c.Grounds), x.loadText))
			if n := len(c.Plants); n > 0 && (n < len(w.Campaign.Sites) || n < len(c.Earlier.Sites)) {
				line = x.t("只比较两次都有的污水厂（%s）：", x.list(c.Plants)) + line
			}
			s.Lines = append(s.Lines, line)
		}
		if r.Factor.Code == morphine {
			s.Lines = append(s.Lines, x.say(stats.Statement{Code: stats.SayMorphineOnly}))
		}
		if r.Factor.Code == methamphetamine && w.Ratio != nil {
			s.Lines = append(s.Lines, x.say(stats.SayAmphetamineRatio(*w.Ratio)))
		}
		if r.Consumption != nil {
			s.Lines = append(s.Lines, x.say(stats.Statement{Code: stats.SayConsumption, Args: []any{x.Pick(x.Text(r.Factor.Drug), r.Factor.DrugEN), stats.LoadText(r.Consumption.Amount), fmt.Sprintf("%.2f", r.Consumption.Factor), w.Assumptions.Owner}}))
		}
		out = append(out, s)
	}
	return out
}

// weekday is a day as the axis shows it, "3-12 一".
func (x lens) weekday(d period.Day) string {
	_, m, day := d.Date()
	names := []string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}
	return fmt.Sprintf("%d-%d %s", m, day, x.Text(names[int(d.Weekday())]))
}

// dailyChart draws the days of one residue; days below the limit are drawn at half of it, with the
// range from 0 as a band.
func (x lens) dailyChart(w Whole, r Result) *chart.Line {
	l := &chart.Line{Title: x.t("%s逐日负荷", x.residue(r.Factor)), Desc: x.t("横轴为采样日，纵轴为每天每千人的毫克数"), Unit: x.t("毫克/日·千人"), Zero: true, Width: 900, Height: 260}
	for _, d := range r.All.Daily {
		l.X = append(l.X, x.weekday(d.Day))
	}
	series := func(name string, load Load) chart.Series {
		s := chart.Series{Name: name}
		for _, d := range load.Daily {
			if !d.OK {
				s.Values, s.Low, s.High = append(s.Values, chart.Gap(x.t("未测"))), append(s.Low, chart.Gap("")), append(s.High, chart.Gap(""))
				continue
			}
			text := stats.LoadText(d.Range.Plot)
			if d.Below {
				text = stats.LoadText(d.Range.Lower) + "—" + stats.LoadText(d.Range.Upper)
			}
			s.Values = append(s.Values, chart.Num(d.Range.Plot, text))
			s.Low, s.High = append(s.Low, chart.Num(d.Range.Lower, text)), append(s.High, chart.Num(d.Range.Upper, text))
		}
		if load.Below == 0 {
			s.Low, s.High = nil, nil
		}
		return s
	}
	l.Series = append(l.Series, series(x.month(w.Campaign.First), r.All))
	if len(r.ByPlant) > 1 {
		l.Series[0].Name = x.t("加权平均")
		for i, p := range r.ByPlant {
			l.Series = append(l.Series, series(w.Campaign.Sites[i].Name, p))
		}
	}
	if c, ok := w.Earlier[r.Factor.Code]; ok && len(c.Plants) > 0 && c.Earlier.First.Weekday() == w.Campaign.First.Weekday() {
		s := series(x.month(c.Earlier.First), c.Before)
		s.Dashed, s.Low, s.High = true, nil, nil
		l.Series = append(l.Series, s)
	}
	return l
}

func (x lens) dailyTable(w Whole) *table.Table {
	t := &table.Table{ID: "daily", Name: x.t("逐日负荷"), Notes: []string{x.t("每天先算负荷（浓度×流量÷服务人口），再取平均；低于定量限的日子写成 0 到定量限的范围。")}, Columns: []table.Column{{Head: []string{x.t("检测物")}, Key: "residue", RowHead: true}, {Head: []string{x.t("污水厂")}, Key: "plant"}}}
	for i := range Days {
		t.Columns = append(t.Columns, table.Column{Head: []string{x.weekday(w.Campaign.First.AddDays(i))}, Key: fmt.Sprintf("d%d", i+1), Align: table.Right})
	}
	t.Columns = append(t.Columns, table.Column{Head: []string{x.t("平均")}, Key: "mean", Align: table.Right})
	add := func(r Result, plant string, l Load, total bool) {
		row := table.Row{Total: total, Cells: []table.Cell{table.Text(x.residue(r.Factor)), table.Text(plant)}}
		for _, d := range l.Daily {
			switch {
			case !d.OK:
				row.Cells = append(row.Cells, table.Missing("—"))
			case d.Below:
				row.Cells = append(row.Cells, table.Text(stats.LoadText(d.Range.Lower)+"—"+stats.LoadText(d.Range.Upper)))
			default:
				row.Cells = append(row.Cells, table.Number(fmt.Sprintf("%.9f", d.Range.Plot), stats.LoadText(d.Range.Plot)))
			}
		}
		row.Cells = append(row.Cells, x.loadCell(l))
		t.Rows = append(t.Rows, row)
	}
	for _, r := range w.Results {
		for i, l := range r.ByPlant {
			add(r, w.Campaign.Sites[i].Name, l, false)
		}
		if len(r.ByPlant) > 1 {
			add(r, x.t("按服务人口加权"), r.All, true)
		}
	}
	return t
}

// consumptionTable is nil where consumption is off, which is the default.
func (x lens) consumptionTable(w Whole) *table.Table {
	if !w.Assumptions.Consumption {
		return nil
	}
	t := &table.Table{ID: "consumption", Name: x.t("推算消费量"), Empty: x.t("没有可以推算的检测物"), Columns: []table.Column{
		{Head: []string{x.t("毒品")}, Key: "drug", RowHead: true}, {Head: []string{x.t("检测物")}, Key: "residue"}, {Head: []string{x.t("负荷")}, Key: "load", Unit: x.t("毫克/日·千人")}, {Head: []string{x.t("系数")}, Key: "factor"},
		{Head: []string{x.t("管网损失")}, Key: "loss"}, {Head: []string{x.t("推算消费量")}, Key: "amount", Unit: x.t("毫克/日·千人")}, {Head: []string{x.t("系数来源")}, Key: "source"}}}
	for _, r := range w.Results {
		if r.Consumption == nil {
			continue
		}
		f := r.Factor
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(x.Pick(x.Text(f.Drug), f.DrugEN)), table.Text(x.residue(f)), x.loadCell(r.All), table.Number(fmt.Sprintf("%.6f", r.Consumption.Factor), fmt.Sprintf("%.2f", r.Consumption.Factor)),
			table.Text(percent(f.Loss)), table.Number(fmt.Sprintf("%.6f", r.Consumption.Amount), stats.LoadText(r.Consumption.Amount)), table.Text(x.Text(f.Source) + " · " + x.t(f.Origin.Text()))}})
	}
	return t
}

// percent prints a fraction as percent with the decimals it has, at most two.
// tenths prints a computed percentage with one decimal.
func tenths(v float64) string { return fmt.Sprintf("%.1f%%", 100*v) }

func percent(v float64) string {
	s := strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.2f", 100*v), "0"), ".")
	return s + "%"
}
