package supervision

import (
	"fmt"
	"strings"
	"time"

	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/table"
)

func reportName(p Plan) string { return p.Title + "情况报告" }
func recordName(p Plan) string { return p.Title + "抽取记录" }
func paperName(p Plan) string  { return p.Title + "反馈书" }

// sourceText names a finding as the source of an item.
func sourceText(p Plan, unit string, f Finding) string {
	return fmt.Sprintf("%s %s 第%d条", p.Title, unit, f.No)
}

// content says what an item of a finding is about.
func content(f Finding) string {
	s := "问题：" + f.Text
	if f.Place != "" {
		s += "\n地点：" + f.Place
	}
	return s + "\n程度：" + f.Severity.Text()
}

var ordinals = []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}

func ordinal(n int) string {
	if n >= 1 && n <= len(ordinals) {
		return ordinals[n-1]
	}
	return fmt.Sprint(n)
}

func stop(s string) string { return strings.TrimRight(strings.TrimSpace(s), "。；;") + "。" }

func number(n int) table.Cell { return table.Number(fmt.Sprint(n), fmt.Sprint(n)) }

// tallied counts the marks of a line over the first visits.
type tallied struct {
	line                       Line
	block                      string
	met, mostly, unmet, unseen int
}

func tally(w Whole) (out []tallied) {
	for _, b := range w.List.Blocks {
		for _, l := range b.Lines {
			t := tallied{line: l, block: b.Name}
			for _, v := range w.Visits {
				if v.Visit.Of != 0 || !v.Visit.State.fedBack() {
					continue
				}
				switch v.Visit.Answers[l.Code].Mark {
				case Met:
					t.met++
				case Mostly:
					t.mostly++
				case Unmet:
					t.unmet++
				default:
					t.unseen++
				}
			}
			out = append(out, t)
		}
	}
	return out
}

// report prints what a plan found. Every number is counted from the visits; numbers are few, so
// there are no percentages.
func report(w Whole, unit func(org.UnitID) string, meta docgen.Meta) *docgen.Document {
	p := w.Plan
	d := &docgen.Document{Kind: docgen.Material, Title: p.Title + "\n情况报告", Meta: meta}
	n := 0
	section := func(title string) {
		n++
		d.Body = append(d.Body, docgen.Head(1, ordinal(n)+"、"+title))
	}
	say := func(format string, args ...any) { d.Body = append(d.Body, docgen.Say(fmt.Sprintf(format, args...))) }

	section("基本情况")
	basis := ""
	if p.Basis != "" {
		basis = "根据" + strings.TrimRight(p.Basis, "。，") + "，"
	}
	say("%s%s至%s，围绕“%s”开展%s（%s）。", basis, p.From.Chinese(), p.To.Chinese(), p.Theme, p.Kind.Text(), p.No)
	if k := len(w.Draws); k > 0 {
		x := w.Draws[k-1]
		out := 0
		for _, c := range x.Pool.Candidates {
			if c.Out != "" {
				out++
			}
		}
		say("抽取范围 %d 个单位，其中注明原因不参加抽取 %d 个；分 %d 组抽取 %d 个单位。种子、抽取范围和算法见抽取记录，任何人可以按记录重算。", len(x.Pool.Candidates), out, len(x.Pool.Groups), len(x.Drawn))
		if k > 1 {
			say("共抽取 %d 次，以第 %d 次为准，重新抽取的原因：%s", k, x.No, stop(x.Reason))
		}
	}
	s := fmt.Sprintf("已检查 %d 个单位，已向 %d 个单位反馈", w.Checked, w.firstFedBack())
	if w.Dropped > 0 {
		s += fmt.Sprintf("，%d 个单位没有检查", w.Dropped)
	}
	say("%s。", s)
	for _, v := range w.Visits {
		if v.Visit.State == Dropped {
			say("%s没有检查，原因：%s", unit(v.Visit.Unit), stop(v.Visit.Note))
		}
	}
	d.Body = append(d.Body, docgen.Table{Table: visitsTable(w, unit)})

	section("检查表逐项情况")
	if t := itemsTable(w); len(t.Rows) > 0 {
		say("检查表“%s”第 %d 版，%d 项。下表是已反馈单位中各种结果的单位数；“未查”不计入符合或不符合。", w.List.Name, w.List.Edition, len(t.Rows))
		d.Body = append(d.Body, docgen.Table{Table: t})
	} else {
		say("检查表“%s”没有列检查内容。", w.List.Name)
	}

	section("发现的问题")
	if w.Findings == 0 {
		say("已反馈的单位没有发现问题。")
	} else {
		say("共发现问题 %d 条：%s。", w.Findings, severities(w))
		for i, b := range blocksOf(w) {
			d.Body = append(d.Body, docgen.Head(2, "（"+ordinal(i+1)+"）"+b.name))
			for j, f := range b.found {
				text := fmt.Sprintf("%d. %s：%s", j+1, unit(f.unit), strings.TrimRight(f.Text, "。"))
				if f.Place != "" {
					text += "（" + f.Place + "）"
				}
				d.Body = append(d.Body, docgen.Say(text+"。"))
			}
		}
	}

	section("整改情况")
	if w.Findings > 0 {
		say("已立为整改事项 %d 条，其中已销号 %d 条；没有立项 %d 条。", w.Opened, w.PutRight, w.Unopened)
		d.Body = append(d.Body, docgen.Table{Table: rectificationTable(w, unit), Wide: true})
	} else {
		say("没有需要整改的问题。")
	}
	for _, v := range w.Visits {
		if v.Visit.Of != 0 && v.Visit.State.fedBack() {
			say("%s复查%s：%s", v.Visit.Day.Chinese(), unit(v.Visit.Unit), stop(againText(v.Visit)))
		}
	}

	section("反馈与异议")
	told, confirmed := 0, 0
	for _, v := range w.Visits {
		if v.Visit.Of == 0 && v.Visit.State.fedBack() {
			told++
			if v.Visit.State == Confirmed {
				confirmed++
			}
		}
	}
	say("已反馈 %d 个单位，其中 %d 个单位已确认收到。", told, confirmed)
	if w.Objections == 0 {
		say("没有单位提出异议。")
	} else {
		say("收到异议 %d 件，已答复 %d 件。", w.Objections, w.Objections-w.WaitingObjections)
		for _, v := range w.Visits {
			for _, o := range v.Objections {
				d.Body = append(d.Body, docgen.Say(objectionText(v, o, unit)))
			}
		}
	}
	return d
}

func (w Whole) firstFedBack() (n int) {
	for _, v := range w.Visits {
		if v.Visit.Of == 0 && v.Visit.State.fedBack() {
			n++
		}
	}
	return n
}

func againText(v Visit) string {
	n := map[Mark]int{}
	for _, a := range v.Answers {
		n[a.Mark]++
	}
	var parts []string
	for _, m := range Marks() {
		if n[m] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d 条", m.again(), n[m]))
		}
	}
	return strings.Join(parts, "，")
}

func objectionText(v VisitWhole, o Objection, unit func(org.UnitID) string) string {
	about := "对反馈意见"
	for _, f := range v.Findings {
		if f.ID == o.Finding {
			about = fmt.Sprintf("对第%d条问题", f.No)
		}
	}
	s := fmt.Sprintf("%s于%s%s提出异议：%s", unit(v.Visit.Unit), o.On.Chinese(), about, stop(o.Text))
	if o.Ruling == "" {
		return s + fmt.Sprintf("应在%s前答复。", o.Due.Chinese())
	}
	return s + fmt.Sprintf("%s答复%s：%s", o.Judged.Chinese(), o.Ruling.Text(), stop(o.Answer))
}

func severities(w Whole) string {
	n := map[Severity]int{}
	for _, v := range w.Visits {
		for _, f := range v.Findings {
			if !f.Gone {
				n[f.Severity]++
			}
		}
	}
	var parts []string
	for i := len(Severities()) - 1; i >= 0; i-- {
		parts = append(parts, fmt.Sprintf("%s %d 条", Severities()[i].Text(), n[Severities()[i]]))
	}
	return strings.Join(parts, "，")
}

type foundIn struct {
	Finding
	unit org.UnitID
}

type blockFound struct {
	name  string
	found []foundIn
}

// blocksOf sorts the findings by the headings of the checklist; those without a line come last.
func blocksOf(w Whole) (out []blockFound) {
	at := map[string]int{}
	add := func(name string) {
		at[name] = len(out)
		out = append(out, blockFound{name: name})
	}
	for _, b := range w.List.Blocks {
		add(b.Name)
	}
	add("其他")
	for _, v := range w.Visits {
		for _, f := range v.Findings {
			if f.Gone {
				continue
			}
			i, ok := at[f.Block]
			if !ok {
				i = at["其他"]
			}
			out[i].found = append(out[i].found, foundIn{f, v.Visit.Unit})
		}
	}
	var keep []blockFound
	for _, b := range out {
		if len(b.found) > 0 {
			keep = append(keep, b)
		}
	}
	return keep
}

func visitsTable(w Whole, unit func(org.UnitID) string) *table.Table {
	t := &table.Table{ID: "visits", Name: "检查单位", Caption: "抽取和检查的单位", Columns: []table.Column{
		{Head: []string{"单位"}, Key: "unit", RowHead: true, Width: 8}, {Head: []string{"检查日期"}, Key: "day", Width: 6}, {Head: []string{"状态"}, Key: "state", Width: 5},
		{Head: []string{"问题"}, Key: "findings", Unit: "条"}, {Head: []string{"反馈日期"}, Key: "told", Width: 6}, {Head: []string{"异议"}, Key: "objections", Unit: "件"}}}
	for _, v := range w.Visits {
		if v.Visit.Of != 0 {
			continue
		}
		n := 0
		for _, f := range v.Findings {
			if !f.Gone {
				n++
			}
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(unit(v.Visit.Unit)), table.Text(dash(v.Visit.Day)), table.Text(v.Visit.State.Text()), number(n), table.Text(dash(v.Visit.ToldOn)), number(len(v.Objections))}})
	}
	return t
}

func dash(d period.Day) string {
	if d.IsZero() {
		return "—"
	}
	return d.Chinese()
}

func itemsTable(w Whole) *table.Table {
	t := &table.Table{ID: "lines", Name: "逐项情况", Caption: "检查表逐项情况（单位数）", Columns: []table.Column{
		{Head: []string{"板块"}, Key: "block", Width: 6}, {Head: []string{"序号"}, Key: "code", Align: table.Center}, {Head: []string{"检查内容"}, Key: "what", RowHead: true, Width: 18},
		{Head: []string{"符合"}, Key: "met"}, {Head: []string{"基本符合"}, Key: "mostly"}, {Head: []string{"不符合"}, Key: "unmet"}, {Head: []string{"未查"}, Key: "unseen"}}}
	for _, x := range tally(w) {
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(x.block), table.Text(x.line.Code), table.Text(x.line.What), number(x.met), number(x.mostly), number(x.unmet), number(x.unseen)}})
	}
	return t
}

func rectificationTable(w Whole, unit func(org.UnitID) string) *table.Table {
	t := &table.Table{ID: "rectification", Name: "整改清单", Caption: "整改事项清单", Columns: []table.Column{
		{Head: []string{"单位"}, Key: "unit", Width: 6}, {Head: []string{"问题"}, Key: "text", RowHead: true, Width: 16}, {Head: []string{"整改要求"}, Key: "demand", Width: 12}, {Head: []string{"事项编号"}, Key: "no", Width: 6},
		{Head: []string{"期限"}, Key: "deadline", Width: 6}, {Head: []string{"状态"}, Key: "state", Width: 5}}}
	for _, v := range w.Visits {
		for _, f := range v.Findings {
			if f.Gone {
				continue
			}
			cells := []table.Cell{table.Text(unit(v.Visit.Unit)), table.Text(f.Text), table.Text(f.Demand), table.Text("—"), table.Text("—"), table.Text("没有立项")}
			if i, ok := w.Items[f.Item]; ok && f.Item != 0 {
				cells[3], cells[4], cells[5] = table.Link(i.No, i.Path), table.Text(dash(i.Deadline)), table.Text(i.State.Text())
			} else if f.Item != 0 {
				cells[5] = table.Text("已立项")
			}
			t.Rows = append(t.Rows, table.Row{Cells: cells})
		}
	}
	return t
}

// algorithm is the method of a draw in the words of its record.
func algorithm() []string {
	return []string{
		"方法名称：" + Method + "。",
		"1. 单位的键＝SHA-256（种子 + “|” + 单位代码），按 UTF-8 编码计算，写成 64 位小写十六进制；“|”是半角竖线，前后没有空格。",
		"2. 每组中没有注明不参加抽取的单位，按键从小到大排列，取前 n 个，n 为该组的抽取数。单位在抽取范围中的先后不影响结果，各单位没有权重。",
		"3. 种子来自公开值的：种子＝SHA-256（公开值 + “|” + 计划编号），同样写成 64 位小写十六进制；种子直接填写的，按填写的文字计算，去掉前后空格。",
	}
}

// drawRecord prints a draw with all that is needed to repeat it.
func drawRecord(p Plan, x Draw, meta docgen.Meta) *docgen.Document {
	d := &docgen.Document{Kind: docgen.Material, Title: p.Title + "\n" + fmt.Sprintf("第%d次抽取记录", x.No), Meta: meta}
	say := func(format string, args ...any) { d.Body = append(d.Body, docgen.Say(fmt.Sprintf(format, args...))) }
	d.Body = append(d.Body, docgen.Head(1, "一、种子"))
	say("计划编号：%s。抽取时间：%s。抽取范围最后改动：%s。操作人：%s。", x.PlanNo, daySecond(x.At), daySecond(x.PoolAt), x.By)
	if x.Kind == PublicSeed {
		say("公开值：%s", x.Public)
		say("出处：%s", stop(x.Origin))
	} else {
		say("种子由人填写，公布方式：%s", stop(x.Origin))
	}
	say("种子：%s", x.Seed)
	if x.Reason != "" {
		say("重新抽取的原因：%s前一次的记录保留。", stop(x.Reason))
	}
	d.Body = append(d.Body, docgen.Head(1, "二、算法"))
	for _, a := range algorithm() {
		say("%s", a)
	}
	d.Body = append(d.Body, docgen.Head(1, "三、抽取结果"))
	drawn := &table.Table{ID: "drawn", Name: "抽取结果", Columns: []table.Column{{Head: []string{"分组"}, Key: "group"}, {Head: []string{"序号"}, Key: "place", Align: table.Center}, {Head: []string{"单位"}, Key: "unit", RowHead: true, Width: 8},
		{Head: []string{"单位代码"}, Key: "code", Width: 7}, {Head: []string{"键"}, Key: "key", Width: 20}}}
	for _, k := range x.Drawn {
		drawn.Rows = append(drawn.Rows, table.Row{Cells: []table.Cell{table.Text(k.Group), number(k.Place), table.Text(k.Name), table.Text(k.Code), table.Text(k.Key)}})
	}
	d.Body = append(d.Body, docgen.Table{Table: drawn}, docgen.Head(1, "四、抽取范围"))
	for _, g := range x.Pool.Groups {
		say("%s：可抽 %d 个，抽 %d 个。", g.Name, x.Pool.open(g.Name), g.Take)
	}
	pool := &table.Table{ID: "pool", Name: "抽取范围", Columns: []table.Column{{Head: []string{"单位代码"}, Key: "code", Width: 7}, {Head: []string{"单位"}, Key: "unit", RowHead: true, Width: 8}, {Head: []string{"分组"}, Key: "group"},
		{Head: []string{"不参加抽取的原因"}, Key: "out", Width: 10}, {Head: []string{"键"}, Key: "key", Width: 20}}}
	for _, c := range x.Pool.Candidates {
		key := Key(x.Seed, c.Code)
		if c.Out != "" {
			key = "—"
		}
		pool.Rows = append(pool.Rows, table.Row{Cells: []table.Cell{table.Text(c.Code), table.Text(c.Name), table.Text(c.Group), table.Text(c.Out), table.Text(key)}})
	}
	d.Body = append(d.Body, docgen.Table{Table: pool})
	return d
}

// daySecond writes an instant of RFC 3339 to the second, as documents do.
func daySecond(at string) string {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return at
	}
	return t.Format("2006年1月2日 15:04:05")
}

// feedbackPaper prints the feedback to one unit.
func feedbackPaper(x Seen, unit func(org.UnitID) string, meta docgen.Meta) *docgen.Document {
	v := x.Visit
	d := &docgen.Document{Kind: docgen.Material, Title: x.Plan.Title + "\n反馈书", To: []string{unit(v.Unit)}, Meta: meta}
	say := func(format string, args ...any) { d.Body = append(d.Body, docgen.Say(fmt.Sprintf(format, args...))) }
	say("%s，%s对你单位进行了%s（主题：%s），现将情况反馈如下：", v.Day.Chinese(), v.Visitors, x.Plan.Kind.Text(), x.Plan.Theme)
	say("%s", v.Feedback)
	n := 0
	for _, f := range x.Findings {
		if f.Gone {
			continue
		}
		n++
		place := ""
		if f.Place != "" {
			place = "（" + f.Place + "）"
		}
		say("第%d条（%s）：%s%s整改要求：%s整改期限：自交办之日起 %d 个工作日。", f.No, f.Severity.Text(), strings.TrimRight(f.Text, "。")+place+"。", "", stop(f.Demand), f.Days)
	}
	if n == 0 {
		say("没有列出需要整改的问题。")
	}
	say("对以上反馈有异议的，可以在收到反馈之日起 %d 日内（至%s）书面提出；收到异议后 %d 日内答复，参加本次检查的人员回避。", termDays, x.LastDay.Chinese(), termDays)
	if v.Met != "" {
		say("现场反馈对象：%s", stop(v.Met))
	}
	if v.State == Confirmed {
		say("单位已于%s确认收到。", v.ByOn.Chinese())
	}
	d.Sign = &docgen.Signature{Unit: "检查组", Day: v.ToldOn.Chinese()}
	return d
}
