package reports

import (
	"fmt"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/table"
)

// leadingGroup writes the report to the leading group (DOC-40). It carries proposals, never a
// request for instructions.
func leadingGroup(b *brief) *docgen.Document {
	w := &writer{b: b}
	title := "关于" + b.Period.Chinese() + "禁毒工作情况的报告"
	d := &docgen.Document{Kind: docgen.Official, Mark: b.Issuer + "文件", Title: title, To: []string{"禁毒工作领导小组"}}
	add := func(x ...docgen.Block) { d.Body = append(d.Body, x...) }
	add(docgen.Say("现将" + b.Period.Chinese() + "禁毒工作情况报告如下。"))

	add(docgen.Head(1, "一、工作开展情况"), docgen.Say(b.overview()))
	n := 0
	for _, f := range b.Forces {
		var told []docgen.Run
		for _, x := range b.Figures {
			if x.Force == f.Code && standingOf(x) != absent && worthTelling(x) {
				told = say(told, b.tell(w, x), "。")
			}
		}
		if len(told) > 0 {
			n++
			add(docgen.Head(2, "（"+ordinal(n)+"）"+f.Name), docgen.Paragraph{Runs: told})
		}
	}
	var rest []docgen.Run
	for _, x := range b.Figures {
		if !b.hasForce(x.Force) && standingOf(x) != absent && worthTelling(x) {
			rest = say(rest, b.tell(w, x), "。")
		}
	}
	if len(rest) > 0 {
		add(docgen.Paragraph{Runs: rest})
	}
	add(b.workDone()...)

	add(docgen.Head(1, "二、存在问题"))
	add(b.problems(w)...)

	add(docgen.Head(1, "三、下步打算"), docgen.Say("根据上述情况，提出以下打算和建议："))
	for i, s := range b.next() {
		add(docgen.Say(fmt.Sprintf("%d. %s", i+1, s)))
	}
	if len(b.Figures) > 0 {
		d.Attached = []docgen.Attachment{{Name: "监测指标一览表", Body: []docgen.Block{docgen.Table{Table: b.figureTable(w), Wide: true}}}}
	}
	d.Sign = &docgen.Signature{Unit: b.Issuer, Day: b.Today.Chinese()}
	d.Sources = w.sources
	d.Meta = b.meta(title)
	return d
}

// worthTelling chooses the figures that are told in the text: those judged by a target, and those
// that cannot be judged; the others stand in the table.
func worthTelling(f measure.Shown) bool {
	return f.Target != "" || standingOf(f) == incomplete
}

func (b *brief) hasForce(code string) bool {
	for _, f := range b.Forces {
		if f.Code == code {
			return true
		}
	}
	return false
}

// workDone tells of the meetings and the action items of the period.
func (b *brief) workDone() (out []docgen.Block) {
	if b.Joined.Meetings {
		decided, done := 0, 0
		for _, m := range b.Meetings {
			for _, x := range m.Decided {
				decided++
				if !x.Open {
					done++
				}
			}
		}
		s := "本期没有召开调度会。"
		if len(b.Meetings) > 0 {
			s = fmt.Sprintf("本期召开调度会%d次，议定事项%d项，其中已办结或无需续办的%d项。", len(b.Meetings), decided, done)
		}
		out = append(out, docgen.Say(s))
	}
	if b.Joined.Items {
		open, ended := 0, 0
		for _, i := range b.Items {
			switch {
			case i.State == work.Closed && b.Period.ContainsDay(i.Ended):
				ended++
			case i.State.Open():
				open++
			}
		}
		out = append(out, docgen.Say(fmt.Sprintf("本期销号事项%d件；在办事项%d件，其中逾期%d件。", ended, open, len(b.overdue()))))
	}
	return out
}

// problems lists what the data show to be wrong: figures, items, returns, missing data.
func (b *brief) problems(w *writer) (out []docgen.Block) {
	n := 0
	point := func(runs []docgen.Run) {
		n++
		out = append(out, docgen.Paragraph{Runs: say(fmt.Sprintf("%d. ", n), runs, "。")})
	}
	for _, f := range b.ofStanding(notMet) {
		point(b.tell(w, f))
	}
	clear, chance := b.worse()
	for _, f := range clear {
		point(say(quote(f.Name)+"为", w.figure(f), "，比", b.Before[f.Code].Period.Chinese()+"的", w.figure(b.Before[f.Code]), "变差"))
	}
	if len(chance) > 0 {
		runs := say("以下指标的数值变差，但差别在偶然波动的范围之内，继续观察：")
		for i, f := range chance {
			if i > 0 {
				runs = say(runs, "，")
			}
			p := b.Before[f.Code]
			runs = say(runs, quote(f.Name)+p.Period.Chinese(), w.figure(p), "、"+f.Period.Chinese(), w.figure(f))
		}
		point(runs)
	}
	for i, x := range b.overdue() {
		if i == 10 {
			point(say(fmt.Sprintf("另有逾期事项%d件，见任务清单", len(b.overdue())-i)))
			break
		}
		point(say("事项"+x.No+"“", docgen.Run{Text: x.Title, Href: x.Path}, "”逾期，"+b.name(x.Lead)+"牵头，期限"+x.Deadline.Chinese()))
	}
	if s := b.lateSentence(); s != "" {
		point(say(strings.TrimSuffix(s, "。")))
	}
	if s := b.absentees(); s != "" {
		point(say(strings.TrimSuffix(s, "。")))
	}
	if n == 0 {
		out = append(out, docgen.Say("没有未达标或变差的指标、逾期事项和到期未报的报表。"))
	}
	return out
}

// lateSentence names the returns that have not come.
func (b *brief) lateSentence() string {
	if len(b.Late) == 0 {
		return ""
	}
	var forms []string
	by := map[string][]string{}
	for _, l := range b.Late {
		key := l.Form + "（" + l.Period.Chinese() + "）"
		if by[key] == nil {
			forms = append(forms, key)
		}
		by[key] = append(by[key], l.Name)
	}
	var parts []string
	for i, f := range forms {
		if i == 5 {
			parts = append(parts, fmt.Sprintf("另有%d种", len(forms)-i))
			break
		}
		names := by[f]
		if len(names) > 6 {
			names = append(names[:6:6], fmt.Sprintf("等%d个单位", len(by[f])))
			parts = append(parts, f+strings.Join(names[:6], "、")+names[6])
			continue
		}
		parts = append(parts, f+strings.Join(names, "、"))
	}
	return fmt.Sprintf("到期未报的报表%d份：%s。", len(b.Late), strings.Join(parts, "；"))
}

// next gives the proposals, from the same data as the problems.
func (b *brief) next() (out []string) {
	group := map[string][]string{}
	var order []string
	clear, _ := b.worse()
	for _, f := range append(b.ofStanding(notMet), clear...) {
		who := "责任单位"
		for _, x := range b.Forces {
			if x.Code == f.Force {
				who = x.Name
			}
		}
		if group[who] == nil {
			order = append(order, who)
		}
		group[who] = append(group[who], quote(f.Name))
	}
	for _, who := range order {
		out = append(out, fmt.Sprintf("由%s就%s查明原因，提出措施和完成时限，在下次调度会上汇报。", who, strings.Join(group[who], "、")))
	}
	if n := len(b.overdue()); n > 0 {
		out = append(out, fmt.Sprintf("对逾期的%d件事项逐件督办，由牵头单位明确新的完成时间。", n))
	}
	if len(b.Late) > 0 {
		out = append(out, fmt.Sprintf("督促未报单位补报%d份报表，补报前有关指标不作判断。", len(b.Late)))
	}
	if len(b.ofStanding(absent, incomplete)) > 0 {
		out = append(out, "补齐尚无数据和数据不完整的指标，补齐后重新测算。")
	}
	if len(out) == 0 {
		out = append(out, "继续按计划推进各项任务，保持监测。")
	}
	return out
}

// itemTable lists action items.
func (b *brief) itemTable() *table.Table {
	t := &table.Table{ID: "items", Name: "任务清单", Caption: "任务清单", Empty: "本期没有事项", Columns: []table.Column{
		{Head: []string{"编号"}, Key: "no"}, {Head: []string{"事项"}, Key: "title", RowHead: true, Width: 16}, {Head: []string{"牵头单位"}, Key: "lead", Width: 8},
		{Head: []string{"期限"}, Key: "deadline", Width: 8}, {Head: []string{"状态"}, Key: "state"}, {Head: []string{"灯"}, Key: "light"},
	}}
	for _, i := range b.Items {
		light := table.Text("")
		if i.Light != measure.NoLight {
			light = table.Light(i.Light, map[measure.Light]string{measure.Green: "正常", measure.Yellow: "临近", measure.Red: "逾期", measure.Grey: "—"}[i.Light])
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(i.No), table.Link(i.Title, i.Path), table.Text(b.name(i.Lead)), table.Text(i.Deadline.Chinese()), table.Text(i.State.Text()), light}})
	}
	return t
}
