package plan

import (
	"fmt"
	"strings"
	"time"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/words"
)

// numerals counts headings: "一", "十二".
func numerals(n int) string {
	d := []string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	switch {
	case n < 10:
		return d[n]
	case n < 20:
		return "十" + d[n-10]
	case n < 100:
		return d[n/10] + "十" + d[n%10]
	}
	return fmt.Sprint(n)
}

func (s *Service) meta(b book, subject string) docgen.Meta {
	return docgen.Meta{Subject: subject, Author: s.unitName(b.plan.Host), Cutoff: docgen.Moment(s.clock()), Made: s.clock().Format(time.RFC3339), Generator: s.joints.Generator, Base: s.base()}
}

// planDocument prints an edition of the plan: its programmes, goals and tasks, and the timetable.
func (s *Service) planDocument(b book, x Issue) *docgen.Document {
	c := x.Content.sorted()
	e := x.Edition
	host := s.unitName(b.plan.Host)
	d := &docgen.Document{Kind: docgen.Official, Mark: host + "文件", Title: b.plan.Name}
	add := func(blocks ...docgen.Block) { d.Body = append(d.Body, blocks...) }
	state := map[EditionState]string{Draft: "起草稿", Proposed: "送审稿", Dropped: "已作废", Approved: ""}[e.State]
	if state != "" {
		d.Title += "\n（" + state + "）"
	}
	add(docgen.Say(fmt.Sprintf("本计划自%s起至%s止，分%d项重点工作、%d个目标、%d项任务，其中规定任务%d项、自选任务%d项。", b.plan.From.Chinese(), b.plan.To.Chinese(), len(c.Programmes), len(c.Goals), len(c.Tasks), countType(c, Prescribed), countType(c, Own))))
	if e.No > 1 && e.Reason != "" {
		add(docgen.Say(fmt.Sprintf("本版为第%d版。修改原因：%s", e.No, ended(e.Reason))))
	}
	n := 0
	for i, p := range c.Programmes {
		n = i + 1
		add(docgen.Head(1, numerals(n)+"、"+p.Name))
		if p.Text != "" {
			add(docgen.Say(p.Text))
		}
		k := 0
		for _, g := range c.Goals {
			if g.Programme != p.Code {
				continue
			}
			k++
			add(docgen.Head(2, "（"+numerals(k)+"）"+g.Name))
			if words := s.goalWords(g); words != "" {
				add(docgen.Say(words))
			}
			m := 0
			for _, t := range c.Tasks {
				if t.Goal == g.Code {
					m++
					add(docgen.Paragraph{Runs: s.taskRuns(m, t)})
				}
			}
		}
	}
	add(docgen.Head(1, numerals(n+1)+"、时间表和任务分工"))
	add(docgen.Say("时间表和任务分工见附件。进展按各任务的周期报告，期末后" + fmt.Sprint(b.plan.Grace) + "个工作日内报出；里程碑以佐证材料和核验为准。"))
	d.Attached = []docgen.Attachment{{Name: "时间表和任务分工表", Body: []docgen.Block{docgen.Table{Table: s.timetable(c)}}}}
	d.Sign = &docgen.Signature{Unit: host}
	if e.State == Approved {
		d.Sign.Day = e.Force.Chinese()
	}
	d.Colophon = &docgen.Colophon{Office: host, Day: d.Sign.Day}
	d.Meta = s.meta(b, fmt.Sprintf("%s 第%d版", b.plan.Name, e.No))
	return d
}

func ended(s string) string { return strings.TrimRight(s, "。") + "。" }

func countType(c Content, t Type) (n int) {
	for _, x := range c.Tasks {
		if x.Type == t {
			n++
		}
	}
	return n
}

func (s *Service) goalWords(g Goal) string {
	var parts []string
	if g.Text != "" {
		parts = append(parts, ended(g.Text))
	}
	if g.Bundle != "" {
		parts = append(parts, "衡量目标组："+s.bundleName(g.Bundle)+"。")
	}
	if len(g.Indicators) > 0 {
		names := make([]string, len(g.Indicators))
		for i, c := range g.Indicators {
			names[i] = s.indicatorName(c)
		}
		parts = append(parts, "衡量指标："+strings.Join(names, "、")+"。")
	}
	return strings.Join(parts, "")
}

func (s *Service) taskRuns(no int, t Task) []docgen.Run {
	text := fmt.Sprintf("（%s）牵头单位：%s", t.Type.Text(), s.standingName(words.Chinese)(t.Lead))
	if len(t.Assist) > 0 {
		text += "；配合单位：" + unitList(t.Assist, s.standingName(words.Chinese))
	}
	text += fmt.Sprintf("；%s至%s。完成标准：%s", t.Start.Chinese(), t.End.Chinese(), ended(t.Standard))
	for _, m := range t.Milestones {
		text += fmt.Sprintf("%s前%s（佐证：%s）。", m.Day.Chinese(), m.Name, m.Evidence)
	}
	return []docgen.Run{{Text: fmt.Sprintf("%d.%s", no, t.Name), Bold: true}, {Text: text}}
}

// timetable is the plan as a table for paper.
func (s *Service) timetable(c Content) *table.Table {
	t := &table.Table{ID: "timetable", Name: "时间表", Columns: []table.Column{{Head: []string{"编号"}, Key: "code", Width: 3}, {Head: []string{"任务"}, Key: "name", RowHead: true, Width: 9},
		{Head: []string{"牵头单位"}, Key: "lead", Width: 6}, {Head: []string{"开始日"}, Key: "start", Width: 9}, {Head: []string{"完成日"}, Key: "end", Width: 9}, {Head: []string{"里程碑"}, Key: "milestones", Width: 8}}}
	name := s.standingName(words.Chinese)
	for _, x := range c.Tasks {
		var marks []string
		for _, m := range x.Milestones {
			marks = append(marks, m.Day.Chinese()+m.Name)
		}
		task, lead := x.Name, name(x.Lead)
		if x.Type != Prescribed {
			task += "（" + x.Type.Text() + "）"
		}
		if len(x.After) > 0 {
			task += "（在" + strings.Join(x.After, "、") + "之后）"
		}
		if len(x.Assist) > 0 {
			lead += "（配合：" + unitList(x.Assist, name) + "）"
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(x.Code), table.Text(task), table.Text(lead), table.Text(x.Start.Chinese()), table.Text(x.End.Chinese()), table.Text(strings.Join(marks, "；"))}})
	}
	return t
}

// roadmapDocument prints the timetable as pictures with how the tasks stand.
func (s *Service) roadmapDocument(b book) *docgen.Document {
	lines := b.lines()
	n := count(lines)
	d := &docgen.Document{Kind: docgen.Material, Title: b.plan.Name + "\n时间表、路线图"}
	add := func(blocks ...docgen.Block) { d.Body = append(d.Body, blocks...) }
	add(docgen.Paragraph{Flush: true, Align: table.Center, Runs: []docgen.Run{{Text: b.today.Chinese(), Role: docgen.Kaiti}}})
	add(docgen.Say(fmt.Sprintf("截至%s，%d项任务中已完成%d项、进行中%d项、未开始%d项、逾期%d项。", b.today.Chinese(), n.All, n.States[Done], n.States[UnderWay], n.States[NotStarted], n.States[Late])))
	for i, g := range b.gantts(lines, func(s string) string { return s }, 640, paperRows) {
		add(docgen.Picture{Chart: g, Caption: fmt.Sprintf("图%d　%s", i+1, g.Title), Alt: g.Desc})
	}
	add(docgen.Head(1, "任务进展"), docgen.Table{Table: s.progressTable(lines), Wide: true})
	d.Meta = s.meta(b, b.plan.Name+"时间表")
	return d
}

func (s *Service) progressTable(lines []Line) *table.Table {
	t := &table.Table{ID: "progress", Name: "任务进展", Empty: "没有任务", Columns: []table.Column{{Head: []string{"编号"}, Key: "code", Width: 4}, {Head: []string{"任务"}, Key: "name", RowHead: true, Width: 14}, {Head: []string{"牵头单位"}, Key: "lead", Width: 6},
		{Head: []string{"完成日"}, Key: "end", Width: 6}, {Head: []string{"进度"}, Key: "percent", Align: table.Right, Width: 4}, {Head: []string{"状态"}, Key: "state", Width: 4}, {Head: []string{"灯"}, Key: "light", Width: 3}, {Head: []string{"说明"}, Key: "why", Width: 12}}}
	name := s.standingName(words.Chinese)
	for _, l := range lines {
		st := l.Standing
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(l.Code), table.Text(l.Name), table.Text(name(l.Lead)), table.Text(l.End.Chinese()), table.Number(fmt.Sprint(st.Percent), fmt.Sprintf("%d%%", st.Percent)),
			table.Text(st.State.Text()), table.Light(st.Light, map[measure.Light]string{measure.Green: "绿", measure.Yellow: "黄", measure.Red: "红", measure.Grey: "灰"}[st.Light]), table.Text(st.Why(nil))}})
	}
	return t
}

// letterDocument prints a responsibility letter with the places for two signatures.
func (s *Service) letterDocument(b book, l Letter) *docgen.Document {
	c := l.Content
	d := &docgen.Document{Kind: docgen.Official, Mark: c.Host, Title: fmt.Sprintf("%d年度%s\n目标责任书", l.Year, c.Unit), To: []string{c.Unit}}
	add := func(blocks ...docgen.Block) { d.Body = append(d.Body, blocks...) }
	add(docgen.Say(fmt.Sprintf("根据《%s》（第%d版），%s与%s签订本责任书。", c.Plan, c.Edition, c.Host, c.Unit)))
	add(docgen.Head(1, "一、责任任务"))
	no := 0
	for _, leads := range []bool{true, false} {
		for _, t := range c.Duties {
			if t.Leads != leads {
				continue
			}
			no++
			role := "牵头"
			if !leads {
				role = "配合"
			}
			text := fmt.Sprintf("（%s，%s，%s至%s）完成标准：%s", role, t.Type.Text(), t.Start.Chinese(), t.End.Chinese(), ended(t.Standard))
			for _, m := range t.Milestones {
				text += fmt.Sprintf("%s前%s。", m.Day.Chinese(), m.Name)
			}
			add(docgen.Paragraph{Runs: []docgen.Run{{Text: fmt.Sprintf("%d.%s", no, t.Name), Bold: true}, {Text: text}}})
		}
	}
	add(docgen.Head(1, "二、目标指标"))
	if len(c.Promises) == 0 {
		add(docgen.Say("本责任书没有单列的指标。"))
	} else {
		t := &table.Table{ID: "promises", Name: "目标指标", Columns: []table.Column{{Head: []string{"序号"}, Key: "no", Width: 3}, {Head: []string{"指标"}, Key: "name", RowHead: true, Width: 20}, {Head: []string{"目标"}, Key: "target", Width: 6, Align: table.Right}}}
		for i, p := range c.Promises {
			target := p.Target
			if target == "" {
				target = "由县下达"
			}
			t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(fmt.Sprint(i + 1)), table.Text(p.Name), table.Text(target)}})
		}
		add(docgen.Table{Table: t})
	}
	add(docgen.Head(1, "三、责任要求"))
	for _, text := range []string{"1.按任务周期如实报告进展，里程碑附佐证材料，由他人核验。", "2.遇到困难和问题及时报告，提请指挥部研究。", "3.计划依规定程序修改后，责任书相应重签。"} {
		add(docgen.Say(text))
	}
	add(signPlaces([2]string{c.Host, l.HostPost}, [2]string{c.Unit, l.SignedPost}, l.SignedOn))
	d.Meta = s.meta(b, fmt.Sprintf("%d年度%s目标责任书", l.Year, c.Unit))
	return d
}

// signPlaces is where the two sides sign: unit, post, a line to write on, and the day.
func signPlaces(host, unit [2]string, on period.Day) docgen.Block {
	day := "　　　　年　　月　　日"
	if !on.IsZero() {
		day = on.Chinese()
	}
	t := &table.Table{ID: "sign", Name: "签字", Columns: []table.Column{{Head: []string{"单位（盖章）"}, Key: "unit", RowHead: true, Width: 10}, {Head: []string{"职务"}, Key: "post", Width: 8}, {Head: []string{"签字"}, Key: "sign", Width: 8}, {Head: []string{"日期"}, Key: "day", Width: 8}}}
	for _, side := range [][2]string{host, unit} {
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(side[0]), table.Text(side[1]), table.Text("　"), table.Text(day)}})
	}
	return docgen.Table{Table: t}
}
