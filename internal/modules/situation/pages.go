package situation

import (
	"strconv"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
)

type option struct {
	Value, Label string
	On           bool
}

// formFaults are the sentences beside the fields of a form that was refused, by field; "" holds
// what concerns the whole.
type formFaults map[string][]string

var stateTags = map[State]string{Open: "warn", Confirmed: "bad"}

// listView is the page of all signals.
type listView struct {
	Grid        web.Grid
	XLSX, CSV   string
	States      []option
	Watches     []option
	Count, Wait int
	Empty       string // why there is nothing, and what to do
	EmptyPath   string
	EmptyLink   string
	MayCharts   bool
	MayWatch    bool
	Outside     bool // sees confirmed signals only
}

func (x lens) signalsTable(list []Listed) *table.Table {
	t := &table.Table{ID: "signals", Name: x.t("毒情预警"), Empty: x.t("没有符合条件的预警。"), Columns: []table.Column{
		{Head: []string{x.t("月份")}, Key: "month", Sort: table.ByText}, {Head: []string{x.t("监测项")}, Key: "watch", RowHead: true, Sort: table.ByText, Filter: true}, {Head: []string{x.t("类型")}, Key: "method", Sort: table.ByText, Filter: true},
		{Head: []string{x.t("本月数")}, Key: "count", Sort: table.ByNumber}, {Head: []string{x.t("平常水平")}, Key: "mean", Sort: table.ByNumber}, {Head: []string{x.t("状态")}, Key: "state", Sort: table.ByText, Filter: true},
		{Head: []string{x.t("核实情况或理由")}, Key: "text", Filter: true}, {Head: []string{x.t("处理人")}, Key: "by", Sort: table.ByText}, {Head: []string{x.t("处理日期")}, Key: "decided", Sort: table.ByText}}}
	for _, q := range list {
		s, r := q.Signal, q.Signal.Reading
		state := x.t(s.State.Text())
		if s.Corrected() {
			state += x.t("（数字有更正）")
		}
		count, mean := table.Number(strconv.FormatInt(r.Count, 10), whole(r.Count)), table.Number(strconv.FormatFloat(r.Mean(), 'f', 4, 64), decimal(r.Mean()))
		if r.Hold != "" {
			count, mean = table.Missing(x.t("未报齐")), table.Missing("—")
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(s.Month.String()), table.Link(x.watch(q.Watch), signalPath(s.ID)), table.Text(x.t(s.Method.Text())), count, mean, table.Text(state), table.Text(s.Text), table.Text(s.By), table.Text(dayText(s.Decided))}})
	}
	return t
}

// beyond lists the marks of a chart: months with a signal of a method that the reader may see.
func beyond(rows []Row, m Method) (out []chart.ControlMark) {
	for i, r := range rows {
		for _, s := range r.Signals {
			if s.Method == m {
				out = append(out, chart.ControlMark{At: i, Href: signalPath(s.ID)})
			}
		}
	}
	return out
}

// label gives the short label of a month on an axis.
func label(p period.Period) string { return p.String() }

// suddenChart draws the counts with what was expected of them and the limit of ordinary variation.
func (x lens) suddenChart(w Watch, rows []Row, small bool) chart.Chart {
	unit := x.unit(w.Element)
	c := chart.Control{Title: x.t("%s：每月数与平常波动的上限", x.watch(w)), Unit: unit, Name: x.t("每月数"), CentreName: x.t("平常水平"), LimitName: x.t("波动上限"), Small: small, Marks: beyond(rows, Sudden)}
	for _, r := range rows {
		c.X = append(c.X, label(r.Month.Period))
		v, centre, limit := chart.Num(float64(r.Month.Count), whole(r.Month.Count)), chart.Value{Text: "—"}, chart.Value{Text: "—"}
		if !r.Month.Complete {
			v = chart.Gap(x.t("未报齐"))
		}
		if r.Sudden.Hold == "" {
			centre, limit = chart.Num(r.Sudden.Mean(), decimal(r.Sudden.Mean())), chart.Num(r.Sudden.Upper, decimal(r.Sudden.Upper))
		}
		c.Values, c.Centre, c.Limit = append(c.Values, v), append(c.Centre, centre), append(c.Limit, limit)
	}
	return c
}

// creepChart draws the running sum with its limit.
func (x lens) creepChart(w Watch, rows []Row, small bool) chart.Chart {
	c := chart.Control{Title: x.t("%s：今年以来累计高出的数与上限", x.watch(w)), Unit: x.unit(w.Element), Name: x.t("累计高出"), LimitName: x.t("累加上限"), Small: small, Marks: beyond(rows, Creep)}
	for _, r := range rows {
		c.X = append(c.X, label(r.Month.Period))
		v, limit := chart.Gap(x.t("未判断")), chart.Value{Text: "—"}
		if q := r.Creep; q.Hold == "" {
			v, limit = chart.Num(float64(q.Sum), whole(q.Sum)), chart.Num(float64(q.H), strconv.Itoa(q.H))
		}
		c.Values, c.Limit = append(c.Values, v), append(c.Limit, limit)
	}
	return c
}

// judgedAny tells whether a method judged any of the months.
func judgedAny(rows []Row, m Method) bool {
	for _, r := range rows {
		if m == Sudden && r.Sudden.Hold == "" || m == Creep && r.Creep.Hold == "" {
			return true
		}
	}
	return false
}

// verdict says in a word or a sentence what a method says of a month.
func (x lens) verdict(w Watch, r Reading) string {
	switch {
	case r.Hold != "":
		return x.held(w, r)
	case r.Above:
		return x.t("超出平常波动")
	}
	return x.t("平常")
}

// monthsTable lists the months of a watch, the newest first; every count leads to its trace.
func (x lens) monthsTable(w Watch, rows []Row, path func(period.Period) string) *table.Table {
	t := &table.Table{ID: "months", Name: x.watch(w), Columns: []table.Column{
		{Head: []string{x.t("月份")}, Key: "month", RowHead: true, Sort: table.ByText}, {Head: []string{x.t("本月数")}, Key: "count", Sort: table.ByNumber, Unit: x.unitAlone(w.Element)},
		{Head: []string{x.t("单月偏高"), x.t("前%d个月平均", w.Settings.Baseline)}, Key: "mean", Sort: table.ByNumber}, {Head: []string{x.t("单月偏高"), x.t("波动上限")}, Key: "upper", Sort: table.ByNumber}, {Head: []string{x.t("单月偏高"), x.t("判断")}, Key: "sudden"},
		{Head: []string{x.t("连续偏高"), x.t("上年月平均")}, Key: "year", Sort: table.ByNumber}, {Head: []string{x.t("连续偏高"), x.t("累计高出")}, Key: "sum", Sort: table.ByNumber}, {Head: []string{x.t("连续偏高"), x.t("累加上限")}, Key: "h", Sort: table.ByNumber}, {Head: []string{x.t("连续偏高"), x.t("判断")}, Key: "creep"}}}
	number := func(ok bool, v float64, text string) table.Cell {
		if !ok {
			return table.Missing("—")
		}
		return table.Number(strconv.FormatFloat(v, 'f', -1, 64), text)
	}
	for i := len(rows) - 1; i >= 0; i-- {
		r := rows[i]
		p := r.Month.Period
		count := table.Missing(x.t("未报齐 %d/%d", r.Month.Reported, r.Month.Expected))
		if r.Month.Complete {
			count = table.Number(strconv.FormatInt(r.Month.Count, 10), whole(r.Month.Count))
		} else if r.Month.Reported == 0 {
			count = table.Missing(x.t("未报"))
		}
		count.Href = path(p)
		a, b := r.Sudden, r.Creep
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(p.String()), count,
			number(a.Hold == "", a.Mean(), decimal(a.Mean())), number(a.Hold == "", a.Upper, decimal(a.Upper)), table.Text(x.verdict(w, a)),
			number(b.Hold == "", b.Mean(), decimal(b.Mean())), number(b.Hold == "", float64(b.Sum), whole(b.Sum)), number(b.Hold == "", float64(b.H), strconv.Itoa(b.H)), table.Text(x.verdict(w, b))}})
	}
	return t
}

// unitAlone gives the unit of measure as a column prints it.
func (x lens) unitAlone(code string) string {
	e, _ := x.find(code)
	return x.Pick(e.Unit, e.UnitEN)
}

// watchesView is the page of all watches.
type watchesView struct {
	Grid      web.Grid
	XLSX, CSV string
	MayWatch  bool
	Empty     bool
}

func (x lens) watchesTable(list []View) *table.Table {
	t := &table.Table{ID: "watches", Name: x.t("监测项"), Columns: []table.Column{
		{Head: []string{x.t("监测项")}, Key: "watch", RowHead: true, Sort: table.ByText, Filter: true}, {Head: []string{x.t("单位")}, Key: "unit", Sort: table.ByText, Filter: true}, {Head: []string{x.t("最近报齐的月份")}, Key: "month", Sort: table.ByText},
		{Head: []string{x.t("本月数")}, Key: "count", Sort: table.ByNumber}, {Head: []string{x.t("近 12 个月")}, Key: "says"}, {Head: []string{x.t("待核实")}, Key: "open", Sort: table.ByNumber}, {Head: []string{x.t("对照")}, Key: "effort", Sort: table.ByText},
		{Head: []string{x.t("开始判断")}, Key: "since", Sort: table.ByText}, {Head: []string{x.t("状态")}, Key: "state", Sort: table.ByText}}}
	for _, v := range list {
		w := v.Watch
		month, count := table.Missing(x.t("未报")), table.Missing("—")
		if r, ok := newest(v.Rows); ok {
			month, count = table.Text(r.Month.Period.String()), table.Number(strconv.FormatInt(r.Month.Count, 10), whole(r.Month.Count))
		}
		state, effort := x.t("监测中"), "—"
		if w.Stopped {
			state = x.t("已停止")
		}
		if w.Effort != "" {
			effort = x.element(w.Effort)
		}
		n := waiting(v.Signals)
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Link(x.count(w.Element, w.Category, 0), watchPath(w.ID)), table.Text(x.name(w.Unit)), month, count, table.Text(x.summary(w, v.Rows)), table.Number(strconv.Itoa(n), strconv.Itoa(n)), table.Text(effort), table.Text(w.Since.String()), table.Text(state)}})
	}
	return t
}

// newest gives the last complete month.
func newest(rows []Row) (Row, bool) {
	for i := len(rows) - 1; i >= 0; i-- {
		if rows[i].Month.Complete {
			return rows[i], true
		}
	}
	return Row{}, false
}

func waiting(list []Signal) (n int) {
	for _, s := range list {
		if s.State == Open {
			n++
		}
	}
	return n
}

// chartsView is the page of small charts, one a watch.
type chartsView struct {
	Cards    []card
	MayWatch bool
}

// later says that the last month is not complete, where that is so.
func (x lens) later(rows []Row) string {
	if n := len(rows); n > 0 && !rows[n-1].Month.Complete {
		return x.t("%s：%s", x.in(rows[n-1].Month.Period), x.say("month"))
	}
	return ""
}

type card struct {
	Name, Path, Newest, Says string
	Waiting                  int
	Signals                  string // address of what waits
	Later                    string // the last month, where it is not complete
	Sudden, Creep            chart.Chart
	HasCreep                 bool
}

func (x lens) card(v View) card {
	rows := v.Rows
	if len(rows) > 24 {
		rows = rows[len(rows)-24:]
	}
	c := card{Name: x.watch(v.Watch), Path: watchPath(v.Watch.ID), Says: x.summary(v.Watch, v.Rows), Waiting: waiting(v.Signals), Signals: listPath + "?watch=" + strconv.FormatInt(v.Watch.ID, 10) + "&state=open",
		Sudden: x.suddenChart(v.Watch, rows, true), Creep: x.creepChart(v.Watch, rows, true), Later: x.later(rows), HasCreep: judgedAny(rows, Creep)}
	if r, ok := newest(v.Rows); ok {
		c.Newest = x.t("%s：%s%s", x.in(r.Month.Period), whole(r.Month.Count), x.unit(v.Watch.Element))
	}
	return c
}

// watchView is the page of one watch.
type watchView struct {
	ID, Version      int64
	Name, Unit, Says string
	Latest           string // the last month, where it is not complete
	Missing          string // units that have not reported it
	Sudden, Creep    chart.Chart
	HasCreep         bool
	CreepWhy         string
	Design           string
	Months           web.Grid
	XLSX, CSV        string
	Signals          *table.Table
	HasSignals       bool
	Effort, Note     string
	Since            string
	Stopped, MayEdit bool
	F                formFaults
}

// watchForm is the form of a watch.
type watchForm struct {
	ID, Version                             int64
	Elements, Units, Efforts                []option
	Name                                    string // of a watch that exists
	Since, Baseline, Sigma, Run, Rise, Memo string
	Save, Cancel                            string
	F                                       formFaults
}

// elements lists what may be watched, each with its classes.
func (x lens) elements(list []measure.Element, element string, c measure.Category) (out []option) {
	for _, e := range list {
		for _, k := range append([]measure.Category{""}, e.Scheme.All()...) {
			v := e.Code
			if k != "" {
				v += "|" + string(k)
			}
			out = append(out, option{v, x.count(e.Code, k, 0), e.Code == element && k == c})
		}
	}
	return out
}

func (x lens) efforts(list []measure.Element, on string) (out []option) {
	for _, e := range list {
		out = append(out, option{e.Code, x.element(e.Code), e.Code == on})
	}
	return out
}

func (x lens) places(list []org.UnitID, code func(org.UnitID) string, on org.UnitID) (out []option) {
	for _, u := range list {
		out = append(out, option{code(u), x.name(u), u == on})
	}
	return out
}

// hundredths writes the least variation, "0.5".
func hundredths(n int64) string { return strconv.FormatFloat(float64(n)/100, 'f', -1, 64) }
