package reports

import (
	"fmt"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/table"
)

// bulletin writes a 简报 (DOC-43): its main points, the progress table, next steps.
func bulletin(b *brief) *docgen.Document {
	w := &writer{b: b}
	title := b.Period.Chinese() + "禁毒工作情况"
	d := &docgen.Document{Kind: docgen.Bulletin, Mark: "禁毒工作简报", Issue: fmt.Sprintf("第%d期", b.Issue), Editor: b.Issuer, Day: b.Today.Chinese(), Title: title}
	add := func(x ...docgen.Block) { d.Body = append(d.Body, x...) }
	add(docgen.Head(1, "一、本期要点"), docgen.Say(b.overview()))
	for _, f := range b.points() {
		add(paragraph(b.tell(w, f), "。"))
	}
	add(b.workDone()...)
	for i, m := range b.Meetings {
		if i == 0 {
			add(docgen.Head(1, "二、调度会议定事项"))
		}
		add(docgen.Paragraph{Runs: say(docgen.Run{Text: m.Title, Href: m.Path}, "（"+m.Day.Chinese()+"）："), Keep: len(m.Decided) > 0})
		for k, x := range m.Decided {
			s := strings.TrimRight(x.Text, "。")
			tail := ""
			if x.Lead != "" {
				tail = "，" + x.Lead
			}
			if !x.Until.IsZero() {
				tail += "，" + x.Until.Chinese() + "前"
			}
			if x.State != "" {
				tail += "，" + x.State
			}
			add(docgen.Paragraph{Runs: say(fmt.Sprintf("%d. ", k+1), docgen.Run{Text: s, Href: x.Path}, tail+"。")})
		}
		if len(m.Decided) == 0 {
			add(docgen.Say("会议没有议定事项。"))
		}
	}
	n := 2
	if len(b.Meetings) > 0 {
		n = 3
	}
	add(docgen.Head(1, ordinal(n)+"、指标进度"))
	if len(b.Figures) == 0 {
		add(docgen.Say("尚无数据。"))
	} else {
		add(docgen.Table{Table: b.progressTable(w)})
	}
	add(docgen.Head(1, ordinal(n+1)+"、存在问题和下步工作"))
	add(b.problems(w)...)
	for i, s := range b.next() {
		lead := ""
		if i == 0 {
			lead = "下步工作："
		}
		add(docgen.Say(lead + s))
	}
	d.Colophon = &docgen.Colophon{SendTo: []string{"送：禁毒工作领导小组成员", "发：各乡镇（街道）、各专班、各成员单位"}, Office: b.Issuer, Day: b.Today.Chinese()}
	d.Sources = w.sources
	d.Meta = b.meta(title)
	return d
}

// points chooses what a bulletin tells first: at most three that missed their target, three that
// turned better, and two that turned worse.
func (b *brief) points() (out []measure.Shown) {
	take := func(list []measure.Shown, most int) {
		for i, f := range list {
			if i < most {
				out = append(out, f)
			}
		}
	}
	take(b.ofStanding(notMet), 3)
	var better []measure.Shown
	for _, f := range b.Figures {
		if p, ok := b.Before[f.Code]; ok && standingOf(f) == met && p.Worse(f.Value) && len(p.Missing) == 0 {
			better = append(better, f)
		}
	}
	take(better, 3)
	clear, _ := b.worse()
	take(clear, 2)
	return out
}

// notice writes a 情况通报 with the ranking of the townships (DOC-41).
func notice(b *brief) *docgen.Document {
	w := &writer{b: b}
	title := "关于" + b.Period.Chinese() + "禁毒工作情况的通报"
	d := &docgen.Document{Kind: docgen.Official, Mark: b.Issuer + "文件", Title: title, To: []string{"各乡镇（街道）", "各专班", "各成员单位"}}
	add := func(x ...docgen.Block) { d.Body = append(d.Body, x...) }
	add(docgen.Say("现将" + b.Period.Chinese() + "禁毒工作情况通报如下。"))
	add(docgen.Head(1, "一、总体情况"), docgen.Say(b.overview()))
	for _, f := range b.Figures {
		if f.Target != "" && standingOf(f) != absent {
			add(paragraph(b.tell(w, f), "。"))
		}
	}
	if s := b.absentees(); s != "" {
		add(docgen.Say(s))
	}
	add(docgen.Head(1, "二、各乡镇进度"))
	if len(b.Rankings) == 0 {
		add(docgen.Say("本期没有可以在乡镇之间比较的指标：尚无数据，或只有一个单位有数。"))
	}
	for i, r := range b.Rankings {
		add(docgen.Head(2, "（"+ordinal(i+1)+"）"+r.Figure.Name))
		add(b.rankSentences(r)...)
		add(docgen.Table{Table: b.rankTable(w, r, fmt.Sprintf("rank%d", i+1))})
		add(fairSentences(r)...)
	}
	if len(b.Rankings) > 0 {
		add(docgen.Say("排名按印出的数值，数值相同的并列；基数小的单位差别可能出于偶然，不宜据此比高低。"))
		add(b.fairMeaning()...)
	}
	add(docgen.Head(1, "三、存在问题"))
	add(b.problems(w)...)
	add(docgen.Head(1, "四、工作要求"))
	for i, s := range b.next() {
		add(docgen.Say(fmt.Sprintf("%d. %s", i+1, s)))
	}
	d.Sign = &docgen.Signature{Unit: b.Issuer, Day: b.Today.Chinese()}
	d.Sources = w.sources
	d.Meta = b.meta(title)
	return d
}

// rankSentences says how many units meet the target and which have no data.
func (b *brief) rankSentences(r ranking) (out []docgen.Block) {
	ok, bad, small := 0, 0, 0
	var gone, short []string
	for _, x := range r.List {
		switch standingOf(x) {
		case met:
			ok++
		case notMet:
			bad++
		case withheld:
			small++
		case absent:
			gone = append(gone, b.name(x.Unit))
		case incomplete:
			short = append(short, b.name(x.Unit))
		}
	}
	s := fmt.Sprintf("参加比较的单位%d个", len(r.List))
	if r.Figure.Target != "" && ok+bad > 0 {
		s += fmt.Sprintf("，达到目标的%d个，未达到的%d个", ok, bad)
	}
	if small > 0 {
		s += fmt.Sprintf("，因人数少不显示的%d个", small)
	}
	if len(short) > 0 {
		s += "，数据不完整、不排名的：" + strings.Join(short, "、")
	}
	if len(gone) > 0 {
		s += "，尚无数据的：" + strings.Join(gone, "、")
	}
	return []docgen.Block{docgen.Say(s + "。")}
}

func (b *brief) rankTable(w *writer, r ranking, id string) *table.Table {
	t := &table.Table{ID: id, Name: r.Figure.Name, Caption: "各乡镇" + quote(r.Figure.Name) + "（" + r.Figure.Period.Chinese() + "）", Columns: []table.Column{
		{Head: []string{"位次"}, Key: "place", Align: table.Center}, {Head: []string{"乡镇"}, Key: "unit", RowHead: true, Width: 8},
		{Head: []string{"数值"}, Key: "value", Align: table.Right}, {Head: []string{"分子/分母"}, Key: "fraction", Align: table.Right}, {Head: []string{"目标"}, Key: "target"}, {Head: []string{"灯"}, Key: "light"},
	}}
	for _, x := range r.List {
		place, fraction, target := "—", "—", x.Target
		if x.Place > 0 {
			place = fmt.Sprint(x.Place)
		}
		if x.Numerator != "" {
			fraction = measure.Group(x.Numerator + "/" + x.Denominator)
		}
		if target == "" {
			target = "—"
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(place), table.Text(b.name(x.Unit)), w.cell(x), table.Text(fraction), table.Text(target), table.Light(x.Light, chart.LightWord(x.Light))}})
	}
	addFair(t, r)
	return t
}
