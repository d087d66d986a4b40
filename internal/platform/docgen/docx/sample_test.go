package docx_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/docgen/docx"
	"kaiyang/internal/platform/table"
)

// drawn stands in for the drawing of charts: a grey box of the chart's shape.
func drawn(_ chart.Chart, widthMM float64) ([]byte, int, int, error) {
	w, h := int(widthMM*4), int(widthMM*1.8)
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = 0xE8
	}
	for x := range w {
		m.SetGray(x, h-1-x*h/w, color.Gray{})
	}
	var b bytes.Buffer
	err := png.Encode(&b, m)
	return b.Bytes(), w, h, err
}

func file(t testing.TB, d *docgen.Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := docx.Write(&b, d, drawn); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func run(parts ...any) []docgen.Run {
	var out []docgen.Run
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			out = append(out, docgen.Run{Text: p})
		case docgen.Run:
			out = append(out, p)
		}
	}
	return out
}

func fig(text string, no int) docgen.Run {
	return docgen.Run{Text: text, Source: no, Href: fmt.Sprintf("/figures/I%d?period=2018-04", no)}
}

func meta() docgen.Meta {
	return docgen.Meta{Author: "茶山县禁毒办", Subject: "禁毒工作", Cutoff: "2018-05-10 18:00", Made: "2018-05-11T09:30:00+08:00", Generator: "开阳 0.1", Base: "https://kaiyang.example"}
}

// towns is a ranking with a header of two levels, levels, lights and a total.
func towns(rows int) *table.Table {
	t := &table.Table{
		Caption: "表1　各乡镇2018年4月戒断巩固情况",
		Columns: []table.Column{
			{Head: []string{"排名"}, Align: table.Center},
			{Head: []string{"乡镇"}, RowHead: true},
			{Head: []string{"戒断三年未复吸", "分子"}, Unit: "人"},
			{Head: []string{"戒断三年未复吸", "分母"}, Unit: "人"},
			{Head: []string{"戒断三年未复吸", "比率"}, Link: "/figures/I2?unit="},
			{Head: []string{"灯"}},
			{Head: []string{"操作"}, ScreenOnly: true},
		},
		Notes:  []string{"注：水口镇4月报表未报，未计入全县数。"},
		Source: "数据截至2018-05-10 18:00，来源：乡镇月报。",
	}
	t.Rows = append(t.Rows, table.Row{Total: true, Cells: []table.Cell{table.Text("—"), table.Text("全县"), table.Number("1234", "1,234"), table.Number("2071", "2,071"), table.Figure(table.Fig{Text: "59.58%", Exact: "0.5958", Note: "不完整"}), table.Light(measure.Yellow, "临界"), table.Actions()}})
	for i := range rows {
		l := []measure.Light{measure.Green, measure.Red, measure.Grey}[i%3]
		t.Rows = append(t.Rows, table.Row{Level: i % 2, Link: fmt.Sprint(i + 1), Cells: []table.Cell{
			table.Number(fmt.Sprint(i+1), fmt.Sprint(i+1)), table.Text([]string{"城关镇", "青石乡民族村", "水口镇"}[i%3]),
			table.Number("31", "31"), table.Number("82", "82"), table.Figure(table.Fig{Text: "37.52%", Exact: "0.3752", Href: []string{"", "/figures/I2"}[i%2]}), table.Light(l, chart.LightWord(l)), table.Actions()}})
	}
	t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text("—"), table.Text("水口镇"), table.Missing("未报"), table.Missing("未报"), table.Missing("未报"), table.Light(measure.Grey, "未判定"), table.Actions()}})
	return t
}

// year is a table too wide for an upright page.
func year() *table.Table {
	t := &table.Table{Caption: "表2　全年逐月吸毒人员管控情况", Columns: []table.Column{{Head: []string{"乡镇"}, RowHead: true}}}
	for m := 1; m <= 12; m++ {
		t.Columns = append(t.Columns, table.Column{Head: []string{fmt.Sprintf("%d月", m), "应到"}}, table.Column{Head: []string{fmt.Sprintf("%d月", m), "率"}})
	}
	for range 12 {
		r := table.Row{Cells: []table.Cell{table.Text("青石乡")}}
		for m := range 12 {
			r.Cells = append(r.Cells, table.Number(fmt.Sprint(20+m), fmt.Sprint(20+m)), table.Number("0.981", "98.1%"))
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

func trend() chart.Chart {
	return chart.Line{Title: "戒断三年未复吸率", X: []string{"1月", "2月", "3月", "4月"}, Series: []chart.Series{{Name: "茶山县", Values: []chart.Value{chart.Num(35, "35%"), chart.Num(36, "36%"), chart.Gap("未报"), chart.Num(37.5, "37.5%")}}}}
}

const filler = "各乡镇、各部门要切实提高政治站位，充分认识当前形势的严峻性和复杂性，进一步压实责任，细化措施，确保各项工作任务按时保质完成。对工作不力、进度滞后的单位，将按照“一月一通报、一季一约谈”的要求予以督办。"

// notice is a circular with a table, attachments, a seal and a colophon.
func notice() *docgen.Document {
	d := &docgen.Document{
		Kind: docgen.Official, Mark: "茶山县禁毒人民战争指挥部文件", Urgency: "加急", CopyNo: "000001", Number: "茶禁指〔2018〕3号",
		Title: "茶山县禁毒人民战争指挥部关于2018年4月重点工作任务完成情况的通报",
		To:    []string{"各乡镇人民政府", "县直各部门"},
		Body: []docgen.Block{
			docgen.Paragraph{Runs: run("4月，全县戒断三年未复吸率为", fig("59.58%", 1), "，比上月提高", fig("1.2个百分点", 2), "，距年度目标", docgen.Run{Text: "尚有差距", Bold: true}, "。现将有关情况通报如下。")},
			docgen.Head(1, "一、总体情况"),
			docgen.Say(filler),
			docgen.Head(2, "（一）各乡镇进度"),
			docgen.Say(filler + filler),
			docgen.Table{Table: towns(8)},
			docgen.Head(3, "1.存在问题"),
			docgen.Say(filler),
			docgen.Head(4, "（1）下步要求"),
			docgen.Say(filler + filler),
		},
		Attached: []docgen.Attachment{
			{Name: "各乡镇2018年4月戒断巩固情况明细表", Body: []docgen.Block{docgen.Table{Table: towns(30)}}},
			{Name: "重点整治村（社区）名单以及需要在本季度内完成销号的问题清单汇总表", Body: []docgen.Block{docgen.Say(filler)}},
		},
		Sign:   &docgen.Signature{Unit: "茶山县禁毒人民战争指挥部", Day: "2018年5月11日", Sealed: true},
		Remark: "此件公开发布",
		Colophon: &docgen.Colophon{CopyTo: []string{"县委办公室", "县人大常委会办公室", "县政府办公室", "县政协办公室", "县纪委监委", "县人民法院", "县人民检察院"},
			Office: "茶山县禁毒人民战争指挥部办公室", Day: "2018年5月11日"},
		Sources: []docgen.Source{
			{No: 1, Label: "吸毒人员戒断三年未复吸率 · 茶山县 · 2018年4月", Value: "59.58%", Path: "/figures/I2?unit=520000&period=2018-04"},
			{No: 2, Label: "吸毒人员戒断三年未复吸率 · 茶山县 · 2018年4月 · 环比", Value: "1.2个百分点", Path: "/figures/I2?unit=520000&period=2018-04&change=prev"},
		},
		Meta: meta(),
	}
	return d
}

func letter() *docgen.Document {
	return &docgen.Document{
		Kind: docgen.Letter, Mark: "茶山县禁毒委员会办公室", Number: "茶禁办函〔2018〕12号", Urgency: "特急",
		Title: "督办单", To: []string{"青石乡人民政府"},
		Body:      []docgen.Block{docgen.Say("你乡4月应到位帮扶措施8项，已到位5项。请于2018年5月20日前完成。"), docgen.Say(filler), docgen.Say(filler + filler + filler + filler + filler)},
		Sign:      &docgen.Signature{Unit: "县禁毒办", Day: "2018年5月11日"},
		Colophon:  &docgen.Colophon{CopyTo: []string{"县委督查室"}, Office: "不应出现", Day: "2018年5月11日"},
		Watermark: "内部", Meta: meta(),
	}
}

func minutes() *docgen.Document {
	return &docgen.Document{
		Kind: docgen.Minutes, Mark: "茶山县禁毒人民战争指挥部调度会议纪要", Issue: "第9期", Editor: "茶山县禁毒人民战争指挥部办公室", Day: "2018年5月11日",
		Title: "全县禁毒人民战争第九次半月调度会议纪要",
		Body: []docgen.Block{
			docgen.Say("2018年5月11日，指挥部召开第九次半月调度会议。现将议定事项纪要如下。"),
			docgen.Head(1, "一、关于戒断巩固工作"), docgen.Say(filler), docgen.Head(1, "二、关于重点整治工作"), docgen.Say(filler)},
		Present: []docgen.Attendance{
			{Label: "出席", Text: "县指挥部甲某某，宣传组乙某某，管控组丙某某，打击组丁某某，整治组戊某某，城关镇己某某，青石乡庚某某"},
			{Label: "请假", Text: "水口镇辛某某"}, {Label: "列席", Text: "县统计局壬某某"}},
		Colophon: &docgen.Colophon{CopyTo: []string{"县委办公室", "各乡镇人民政府"}, Office: "茶山县禁毒办", Day: "2018年5月12日"},
		Meta:     meta(),
	}
}

func bulletin() *docgen.Document {
	return &docgen.Document{
		Kind: docgen.Bulletin, Mark: "禁毒人民战争简报", Issue: "第3期", Editor: "茶山县禁毒人民战争指挥部办公室", Day: "2018年5月11日",
		Title:    "本期要点",
		Body:     []docgen.Block{docgen.Say(filler), docgen.Head(1, "一、进度"), docgen.Table{Table: towns(3)}, docgen.Say(filler)},
		Colophon: &docgen.Colophon{SendTo: []string{"县委、县政府领导", "各乡镇", "县直各部门"}, Office: "茶山县禁毒办", Day: "2018年5月11日", Prints: 120},
		Meta:     meta(),
	}
}

func material() *docgen.Document {
	m := meta()
	m.Base = ""
	return &docgen.Document{
		Kind: docgen.Material, Title: "茶山县禁毒人民战争指挥部第九次半月调度会议材料",
		Body: []docgen.Block{
			docgen.Head(1, "一、概览"), docgen.Say(filler), docgen.Picture{Chart: trend(), Caption: "图1　戒断三年未复吸率"},
			docgen.Say(filler), docgen.Table{Table: year(), Wide: true}, docgen.Head(1, "二、问题"), docgen.Say(filler),
			docgen.PageBreak{}, docgen.Head(1, "三、建议"), docgen.Paragraph{Runs: run("居中"), Align: table.Center}, docgen.Picture{Chart: trend(), Width: 80, Alt: "趋势"}},
		Sign: &docgen.Signature{Unit: "办公室", Day: "2018年12月11日"},
		Meta: m, Watermark: "内部",
	}
}

func upward() *docgen.Document {
	return &docgen.Document{
		Kind: docgen.Official, Mark: "茶山县人民政府文件", Number: "茶府呈〔2018〕3号", Signers: []string{"甲某某", "乙某某", "丙某某"},
		Title: "茶山县人民政府关于2018年上半年工作情况的报告", To: []string{"市人民政府："},
		Body: []docgen.Block{docgen.Say(strings.Repeat(filler, 4))}, Attached: []docgen.Attachment{{Name: "指标表", Body: []docgen.Block{docgen.Table{Table: year(), Wide: true}}}},
		Sign: &docgen.Signature{Unit: "茶山县人民政府", Day: "2018年7月3日"}, Colophon: &docgen.Colophon{Office: "茶山县人民政府办公室", Day: "2018年7月3日"}, Meta: meta(),
	}
}

// density is nothing but text, to count lines and characters.
func density() *docgen.Document {
	return &docgen.Document{Kind: docgen.Material, Body: []docgen.Block{docgen.Paragraph{Runs: run(strings.Repeat("国", 28*22*3)), Flush: true}}}
}

func samples() map[string]*docgen.Document {
	return map[string]*docgen.Document{"notice": notice(), "letter": letter(), "minutes": minutes(), "bulletin": bulletin(), "material": material(), "upward": upward(), "density": density(), "empty": {}}
}
