package plan

import (
	"fmt"
	"slices"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/chart"
)

// How many rows a picture of the timetable has at most: on a page, and in a document, where two
// stand on one sheet.
const (
	pageRows  = 40
	paperRows = 16
)

// gantts draws the timetable: one picture, or one a programme where it has many rows, and several
// of a programme with very many. Tr gives the chart's words in the reader's language.
func (b book) gantts(lines []Line, tr func(string) string, width float64, most int) (out []chart.Gantt) {
	base := chart.Gantt{From: b.plan.From, To: b.plan.To, Today: b.today, Half: true, Width: width, Words: [4]string{tr("正常"), tr("注意"), tr("逾期"), tr("未开始或已完成")}, Mark: [2]string{tr("里程碑已完成"), tr("里程碑未完成")}}
	for _, l := range lines {
		if l.End > base.To {
			base.To = l.End
		}
	}
	type group struct {
		head chart.GanttRow
		rows []chart.GanttRow
	}
	var groups []group
	total := 0
	for _, p := range b.content.Programmes {
		g := group{head: chart.GanttRow{Name: p.Name, Group: true}}
		var of []Line
		for _, l := range lines {
			if l.Programme == p.Code {
				of = append(of, l)
			}
		}
		for _, l := range of {
			if g.head.From.IsZero() || l.Start < g.head.From {
				g.head.From = l.Start
			}
			g.head.To = max(g.head.To, l.End)
			g.rows = append(g.rows, l.bar(tr))
		}
		if len(of) == 0 {
			continue
		}
		n := count(of)
		g.head.Text = fmt.Sprintf("%d/%d", n.States[Done], n.All)
		groups = append(groups, g)
		total += 1 + len(g.rows)
	}
	if total == 0 {
		return nil
	}
	if total <= most {
		base.Title, base.Desc = b.plan.Name, describe(lines)
		for _, g := range groups {
			base.Rows = append(append(base.Rows, g.head), g.rows...)
		}
		return []chart.Gantt{base}
	}
	for _, g := range groups {
		for part := range slices.Chunk(g.rows, most-1) {
			one := base
			one.Title, one.Desc = g.head.Name, g.head.Name+" "+g.head.Text
			one.Rows = append([]chart.GanttRow{g.head}, part...)
			out = append(out, one)
		}
	}
	return out
}

func describe(lines []Line) string {
	n := count(lines)
	return fmt.Sprintf("%d / %d", n.States[Done], n.All)
}

func (l Line) bar(tr func(string) string) chart.GanttRow {
	st := l.Standing
	r := chart.GanttRow{Name: l.Code + " " + l.Name, Note: st.Why(tr), From: l.Start, To: l.End, Done: float64(st.Percent) / 100, Text: fmt.Sprintf("%d%%", st.Percent), Light: st.Light, Href: l.Path}
	for _, m := range st.Marks {
		k := chart.GanttMark{Day: m.Milestone.Day, Name: m.Milestone.Name, Full: m.State == Reached, Light: measure.Grey}
		switch {
		case m.State == Reached:
			k.Light = measure.Green
		case m.Late:
			k.Light = measure.Red
		}
		r.Marks = append(r.Marks, k)
	}
	return r
}
