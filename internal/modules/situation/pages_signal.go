package situation

import (
	"strconv"
	"strings"

	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/table"
)

// signalView is the page of one signal.
type signalView struct {
	ID, Version                               int64
	Name, Month, Method, State, Tag           string
	Path, WatchPath                           string
	Says                                      string
	Facts                                     []factView
	Effort, Uneven                            string
	EffortPath                                string
	Corrected                                 string // what the newest figures say, where they differ
	Hindsight                                 bool
	Counts, Sums                              chart.Chart
	HasSums                                   bool
	Figures                                   *table.Table
	Settled, Text, By, Decided                string
	Item                                      string // address of the action item
	MayDecide, MayItem, MayItemNow, MayReopen bool
	MayCharts                                 bool
	Finding                                   string // typed and refused
	WithItem                                  bool
	Title, Standard, Deadline                 string
	Leads                                     []option
	Remarks                                   []remarkView
	F                                         formFaults
}

type factView struct{ Name, Text, Path string }

type remarkView struct{ At, By, Deed, Text string }

// minute shortens a stored instant.
func minute(at string) string {
	if len(at) >= 16 {
		return strings.Replace(at[:16], "T", " ", 1)
	}
	return at
}

// facts lists the figures that a signal rests on; path gives the trace of a month.
func (x lens) facts(d Detail, path func(month string) string) (out []factView) {
	w, s := d.Watch, d.Signal
	r, unit := s.Reading, x.unit(w.Element)
	if r.Hold != "" {
		return nil
	}
	out = append(out, factView{x.t("本月数"), whole(r.Count) + unit, path(s.Month.String())})
	if s.Method == Sudden {
		out = append(out, factView{x.t("前%d个月平均", r.Months), x.t("%s%s（%s÷%d）", decimal(r.Mean()), unit, whole(r.Past), r.Months), path(s.Month.Shift(-r.Months).String() + ".." + s.Month.Prev().String())},
			factView{x.t("平常波动的上限"), decimal(r.Upper) + unit, ""})
	} else {
		year, _, _ := s.Month.First().Date()
		out = append(out, factView{x.t("上年月平均"), x.t("%s%s（%s÷%d）", decimal(r.Mean()), unit, whole(r.Past), 12), path(strconv.Itoa(year - 1))})
		if r.Above {
			p := r.From
			if p != s.Month.String() {
				p += ".." + s.Month.String()
			}
			out = append(out, factView{x.t("连续偏高的各月"), x.t("%s起，共 %s%s", x.month(r.From), whole(r.Total), unit), path(p)})
		}
		out = append(out, factView{x.t("累计高出"), x.t("%s（每月超过 %d 的部分累加，上限 %d）", whole(r.Sum), r.K, r.H), ""})
	}
	if d.YearBefore.Complete {
		p := d.YearBefore.Period
		out = append(out, factView{x.t("去年同月"), whole(d.YearBefore.Count) + unit, path(p.String())})
	}
	return out
}

// figuresTable shows the two years up to a signal in two rows of months, each leading to its trace.
func (x lens) figuresTable(d Detail, path func(month string) string) *table.Table {
	rows := d.Rows
	if len(rows) > 24 {
		rows = rows[:24]
	}
	t := &table.Table{ID: "figures", Name: x.t("各月数"), Columns: []table.Column{{Head: []string{x.t("年份")}, Key: "year", RowHead: true}}}
	for m := 1; m <= 12; m++ {
		t.Columns = append(t.Columns, table.Column{Head: []string{x.t("%d月", m)}, Key: "m" + strconv.Itoa(m)})
	}
	var row *table.Row
	last := 0
	for _, r := range rows {
		y, m, _ := r.Month.Period.First().Date()
		if y != last {
			cells := []table.Cell{table.Text(strconv.Itoa(y))}
			for range 12 {
				cells = append(cells, table.Missing(""))
			}
			t.Rows = append(t.Rows, table.Row{Cells: cells})
			row, last = &t.Rows[len(t.Rows)-1], y
		}
		c := table.Missing(x.t("未报齐"))
		if r.Month.Complete {
			c = table.Number(strconv.FormatInt(r.Month.Count, 10), whole(r.Month.Count))
			if r.Month.Period == d.Signal.Month {
				c.Note = "■"
			}
		}
		c.Href = path(r.Month.Period.String())
		row.Cells[m] = c
	}
	return t
}

// corrected says what newer figures make of a signal.
func (x lens) corrected(w Watch, s Signal) string {
	if !s.Corrected() {
		return ""
	}
	if s.State == Open {
		return x.t("数字在提示以后有更正，下面已按更正后的数字重算；原来的数见处理记录。")
	}
	if s.Now == (Reading{}) {
		return x.t("数字在提示以后有过更正，现在与处理时的数字相同。")
	}
	return x.t("处理以后数字有更正，处理记录不变。按现在的数字：%s", x.told(w, s.Method, s.Month, s.Now))
}

func (x lens) remarks(w Watch, s Signal) (out []remarkView) {
	out = append(out, remarkView{At: s.Raised.String(), By: x.t("系统"), Deed: x.t("列入预警")})
	for _, r := range s.Remarks {
		v := remarkView{At: minute(r.At), By: r.By, Deed: x.t(deedText(r.Deed)), Text: r.Text}
		if r.Deed == deedCorrect {
			v.By, v.Text = x.t("系统"), x.t("原来：%s 现在：%s", x.brief(w, s.Method, r.Before), x.brief(w, s.Method, r.After))
		}
		out = append(out, v)
	}
	return out
}

// brief gives the figures of a reading in a line.
func (x lens) brief(w Watch, m Method, r Reading) string {
	if r.Hold != "" {
		return x.held(w, r)
	}
	if m == Sudden {
		return x.t("本月 %s，平均 %s，上限 %s。", whole(r.Count), decimal(r.Mean()), decimal(r.Upper))
	}
	return x.t("本月 %s，上年月平均 %s，累计高出 %s，上限 %d。", whole(r.Count), decimal(r.Mean()), whole(r.Sum), r.H)
}
