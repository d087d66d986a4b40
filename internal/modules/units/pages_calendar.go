package units

import (
	"fmt"
	"time"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/table"
)

// calendarView is the page of a year's working days.
type calendarView struct {
	Year       int
	Prev, Next int
	Years      []link
	Known      bool
	Imported   bool
	Papers     []string
	Months     []monthView
	Workdays   int
	Entries    *table.Table
	Extra      []extraLine
	CanChange  bool
	Form       dayForm
	Problems   []string
	Preview    *yearPreview
	Text       string // JSON that was given
}

type monthView struct {
	Name  string
	Weeks [][]dayView
	Work  int
}

// A dayView is a cell of the year: 0 is a place before the first or after the last day.
type dayView struct {
	Number int
	Class  string
	Sign   string // 休, 班, or nothing
	Title  string
}

type extraLine struct {
	Day, Name string
	Off       bool
}

type dayForm struct {
	Day, Name string
	Off       bool
	Errors    map[string]string
}

// yearPreview tells what a year's table would change.
type yearPreview struct {
	Year    int
	Papers  []string
	Days    int
	Changes *table.Table
	Known   bool
}

var months = [...]string{"1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"}

// newCalendar builds the grid of a year.
func newCalendar(t tr, d *dated, year int, today period.Day) calendarView {
	c := d.calendar
	v := calendarView{Year: year, Prev: year - 1, Next: year + 1, Known: c.Known(year), Imported: d.imported[year]}
	known := c.Years()
	for _, y := range known {
		v.Years = append(v.Years, link{fmt.Sprint(y), fmt.Sprintf("/admin/calendar?year=%d", y), y == year})
	}
	if y, ok := c.Year(year); ok {
		v.Papers = y.Papers
	}
	v.Entries = &table.Table{ID: "entries", Name: t("%d 年放假和调休", year), Empty: t("这一年没有列出的日子"), Columns: []table.Column{
		{Head: []string{t("日期")}, Key: "day", RowHead: true, Width: 6}, {Head: []string{t("星期")}, Key: "weekday"}, {Head: []string{t("名称")}, Key: "name"},
		{Head: []string{t("安排")}, Key: "off"}, {Head: []string{t("来源")}, Key: "source"}}}
	own := map[period.Day]bool{}
	for _, e := range d.extra {
		own[e.Date] = true
		if y, _, _ := e.Date.Date(); y == year {
			v.Extra = append(v.Extra, extraLine{e.Date.String(), e.Name, e.Off})
		}
	}
	for m := 1; m <= 12; m++ {
		mv := monthView{Name: t(months[m-1])}
		first, err := period.NewDay(year, m, 1)
		if err != nil {
			return v
		}
		var week []dayView
		for range (int(first.Weekday()) + 6) % 7 {
			week = append(week, dayView{})
		}
		for day := first; ; day = day.AddDays(1) {
			if _, mm, _ := day.Date(); mm != m {
				break
			}
			cell := dayCell(t, c, day, day == today)
			if work, _ := c.IsWorkday(day); work {
				mv.Work++
			}
			if e, ok := c.Entry(day); ok {
				v.Entries.Rows = append(v.Entries.Rows, entryRow(t, e, day, own[day]))
			}
			if week = append(week, cell); len(week) == 7 {
				mv.Weeks, week = append(mv.Weeks, week), nil
			}
		}
		if len(week) > 0 {
			for len(week) < 7 {
				week = append(week, dayView{})
			}
			mv.Weeks = append(mv.Weeks, week)
		}
		v.Workdays += mv.Work
		v.Months = append(v.Months, mv)
	}
	return v
}

func dayCell(t tr, c *calendar.Calendar, day period.Day, today bool) dayView {
	_, _, n := day.Date()
	work, known := c.IsWorkday(day)
	v := dayView{Number: n, Class: "work"}
	if !work {
		v.Class = "off"
	}
	if e, ok := c.Entry(day); ok {
		v.Title = t(e.Name)
		switch {
		case e.Off:
			v.Class, v.Sign = "holiday", t("休")
		case day.Weekday() == time.Saturday || day.Weekday() == time.Sunday:
			v.Class, v.Sign = "makeup", t("班")
		}
	}
	if !known {
		v.Class += " unknown"
		if v.Title == "" {
			v.Title = t(calendar.Unpublished)
		}
	}
	if today {
		v.Class += " today"
	}
	return v
}

func weekday(t tr, d period.Day) string {
	return t([...]string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"}[d.Weekday()])
}

func entryRow(t tr, e calendar.Entry, day period.Day, own bool) table.Row {
	what, source := t("放假"), t("国务院办公厅通知")
	if !e.Off {
		what = t("上班")
	}
	if own {
		source = t("本县规定")
	}
	return table.Row{Cells: []table.Cell{table.Text(day.String()), table.Text(weekday(t, day)), table.Text(t(e.Name)), table.Text(what), table.Text(source)}}
}

func newYearPreview(t tr, y calendar.Year, changes []calendar.Change, known bool) *yearPreview {
	p := &yearPreview{Year: y.Number, Papers: y.Papers, Days: len(y.Days), Known: known}
	p.Changes = &table.Table{ID: "changes", Name: t("变化"), Empty: t("没有一天的上班或放假会改变"), Columns: []table.Column{
		{Head: []string{t("日期")}, Key: "day", RowHead: true, Width: 6}, {Head: []string{t("星期")}, Key: "weekday"}, {Head: []string{t("现在")}, Key: "was"}, {Head: []string{t("导入后")}, Key: "is"}}}
	word := func(work bool) string {
		if work {
			return t("上班")
		}
		return t("放假")
	}
	for _, c := range changes {
		p.Changes.Rows = append(p.Changes.Rows, table.Row{Cells: []table.Cell{table.Text(c.On.String()), table.Text(weekday(t, c.On)), table.Text(word(c.Was)), table.Text(word(c.Is))}})
	}
	return p
}
