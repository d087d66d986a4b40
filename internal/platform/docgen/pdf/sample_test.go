package pdf

import (
	"fmt"
	"strings"
	"testing"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/docgen/fonts"
	"kaiyang/internal/platform/table"
)

func system(t testing.TB) *fonts.Set {
	t.Helper()
	s, err := fonts.Open("", fonts.SystemDirs())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func meta() docgen.Meta {
	return docgen.Meta{Subject: "半月调度", Author: "茶山县禁毒人民战争指挥部办公室", Cutoff: "2018-05-10 18:00", Made: "2018-05-11T09:30:00+08:00",
		Generator: "开阳 0.1", Base: "https://kaiyang.example"}
}

func ranking(rows int) *table.Table {
	t := &table.Table{ID: "rank", Name: "排名", Caption: "表1　各乡镇4月份主要指标完成情况", Source: "数据来源：各乡镇月报，截至2018年5月10日",
		Notes: []string{"注：石门乡4月份数据未报，不参与排名。"},
		Columns: []table.Column{{Head: []string{"序号"}, Key: "no"}, {Head: []string{"乡镇"}, Key: "unit", RowHead: true},
			{Head: []string{"戒断三年未复吸", "人数"}, Unit: "人", Link: "/figures/1?unit="}, {Head: []string{"戒断三年未复吸", "比率"}},
			{Head: []string{"宣传教育", "场次"}}, {Head: []string{"宣传教育", "受众"}, Unit: "人次"}, {Head: []string{"评价"}}}}
	names := strings.Fields("枫溪镇 石门乡 柳林镇 竹园乡 白云街道 青岩镇 龙塘乡 水头镇 大坪镇 凤凰山民族乡")
	lights := []measure.Light{measure.Green, measure.Yellow, measure.Red}
	words := []string{"达标", "临界", "未达标"}
	for i := range rows {
		cells := []table.Cell{table.Number(fmt.Sprint(i+1), fmt.Sprint(i+1)), table.Text(names[i%len(names)]),
			table.Number("2071", "2,071"), table.Number("0.3752", "37.52%"), table.Number("12", "12"), table.Number("13500", "13,500"), table.Light(lights[i%3], words[i%3])}
		if i == 1 {
			cells[2], cells[3] = table.Missing("未报"), table.Missing("未报")
		}
		t.Rows = append(t.Rows, table.Row{Cells: cells, Link: "52", Total: i == rows-1})
	}
	return t
}

const lead = "4月份，全县各级各部门按照县委、县政府的统一部署，围绕“减存量、防复吸、控增量”三项重点工作，持续开展禁毒人民战争。现将有关情况通报如下。"

func notice() *docgen.Document {
	return &docgen.Document{Kind: docgen.Official, Mark: "茶山县禁毒人民战争指挥部文件", Number: "茶禁指〔2018〕3号", Urgency: "特急", CopyNo: "000001",
		Title: "茶山县禁毒人民战争指挥部关于2018年4月份三项重点工作进展情况的通报", To: []string{"各乡镇人民政府、街道办事处", "县直有关单位"},
		Body: []docgen.Block{docgen.Say(lead), docgen.Head(1, "一、总体情况"),
			docgen.Paragraph{Runs: []docgen.Run{{Text: "截至4月30日，全县吸毒人员戒断三年未复吸率为"}, {Text: "37.52%", Source: 1, Href: "/figures/1"}, {Text: "，同比上升2.31个百分点；宣传教育受众2,071人次，完成年度任务的45.6%。登记在册人员中，镕喆、堃昇等罕见字姓名均能正常显示。"}}},
			docgen.Head(2, "（一）减存量"), docgen.Say("各乡镇按月走访，落实社区戒毒社区康复措施，在册人员管控率保持在98%以上；石门乡4月份数据未报，已发督办单。"),
			docgen.Head(3, "1. 走访情况"), docgen.Say("走访1,204人次。"),
			docgen.Head(1, "二、各乡镇进度"), docgen.Table{Table: ranking(10)},
			docgen.Head(1, "三、下步要求"), docgen.Say("请各乡镇于2018年5月25日前将整改情况报县指挥部办公室。对连续两月未达标的乡镇，将按规定约谈主要负责同志。"), docgen.Say(lead)},
		Attached: []docgen.Attachment{{Name: "4月份各乡镇指标明细表", Body: []docgen.Block{docgen.Table{Table: ranking(28), Wide: true}}}, {Name: "未达标问题清单", Body: []docgen.Block{docgen.Say("一是走访不到位。")}}},
		Sign:     &docgen.Signature{Unit: "茶山县禁毒人民战争指挥部", Day: "2018年5月11日", Sealed: true}, Remark: "联系人：指挥部办公室",
		Colophon: &docgen.Colophon{CopyTo: []string{"县委办公室", "县人大常委会办公室", "县政府办公室", "县政协办公室", "县纪委监委", "县人民法院", "县人民检察院"}, Office: "茶山县禁毒人民战争指挥部办公室", Day: "2018年5月11日"},
		Sources:  []docgen.Source{{No: 1, Label: "吸毒人员戒断三年未复吸率 · 茶山县 · 2018年4月", Value: "37.52%", Path: "/figures/1"}},
		Meta:     meta()}
}

func minutes() *docgen.Document {
	return &docgen.Document{Kind: docgen.Minutes, Mark: "茶山县禁毒人民战争指挥部会议纪要", Number: "〔2018〕第9期", Title: "2018年5月上半月调度会议纪要",
		Body: []docgen.Block{docgen.Say("2018年5月11日，指挥长主持召开半月调度会议，听取各工作组情况汇报，研究部署下步工作。现将议定事项纪要如下："), docgen.Say(lead),
			docgen.Say("一、关于走访不到位问题。由石门乡牵头，5月25日前完成整改。"), docgen.Say("二、关于宣传教育受众。会议要求宣传组补报数据。")},
		Present:  []docgen.Attendance{{Label: "出席", Text: "县委政法委甲某、县公安局乙某、县卫生健康局丙某、县教育局丁某、县民政局戊某、县司法局己某、枫溪镇庚某"}, {Label: "请假", Text: "石门乡辛某"}, {Label: "列席", Text: "县融媒体中心壬某"}},
		Colophon: &docgen.Colophon{CopyTo: []string{"各成员单位"}, Office: "指挥部办公室", Day: "2018年5月12日"},
		Meta:     meta(), Watermark: "内部"}
}

func bulletin() *docgen.Document {
	return &docgen.Document{Kind: docgen.Bulletin, Mark: "禁毒工作简报", Issue: "第3期", Editor: "茶山县禁毒办", Day: "2018年5月11日", Title: "四月份全县禁毒工作进展平稳",
		Body: []docgen.Block{docgen.Head(1, "本期要点"), docgen.Say(lead), docgen.Say(lead)},
		Sign: nil, Colophon: &docgen.Colophon{SendTo: []string{"送：县委、县政府领导", "发：各乡镇、各成员单位"}, Prints: 60}, Meta: meta()}
}

func slip() *docgen.Document {
	return &docgen.Document{Kind: docgen.Letter, Mark: "茶山县禁毒人民战争指挥部办公室", Number: "茶禁督〔2018〕12号", Urgency: "加急", Title: "督办单", To: []string{"石门乡人民政府"},
		Body: []docgen.Block{docgen.Say("你单位4月份“戒断三年未复吸率”未按期报送。请于2018年5月18日前补报，并书面说明原因。"), docgen.Say("逾期将提请指挥长约谈。")},
		Sign: &docgen.Signature{Unit: "指挥部办公室", Day: "2018年5月11日"}, Colophon: &docgen.Colophon{CopyTo: []string{"县纪委监委"}}, Meta: meta()}
}

func values() []chart.Value {
	return []chart.Value{chart.Num(31.2, "31.2%"), chart.Num(33.9, "33.9%"), chart.Gap("未报"), chart.Num(35.1, "35.1%"), chart.Num(37.52, "37.52%")}
}

func material() *docgen.Document {
	v := values()
	target := &chart.Target{V: 36, Text: "≥36%"}
	area := func(n string, v chart.Value, l measure.Light) chart.Area {
		return chart.Area{Name: n, Value: v, Light: l, Href: "/u"}
	}
	wide := ranking(20)
	wide.Columns = append(wide.Columns, table.Column{Head: []string{"近五期"}}, table.Column{Head: []string{"存在问题"}})
	for i := range wide.Rows {
		wide.Rows[i].Cells = append(wide.Rows[i].Cells, table.Spark(chart.Sparkline{Values: v, Light: measure.Red}), table.Text("走访次数不足，档案资料不齐全，未按规定时限录入系统"))
	}
	return &docgen.Document{Kind: docgen.Material, Title: "2018年5月上半月调度会议材料",
		Body: []docgen.Block{docgen.Head(1, "一、指标走势"), docgen.Say(lead),
			docgen.Picture{Caption: "图1　戒断三年未复吸率走势", Chart: chart.Line{Unit: "%", X: []string{"1月", "2月", "3月", "4月", "5月"}, Target: target,
				Series: []chart.Series{{Name: "本年", Values: v, Low: v, High: v}, {Name: "上年", Values: v[1:], Dashed: true}}}},
			docgen.Picture{Caption: "图2　乡镇排名", Chart: chart.Bars{Unit: "%", Target: target, Rows: []chart.Bar{{Name: "枫溪镇", Value: v[0], Light: measure.Green, Href: "/x"}, {Name: "柳林镇", Value: v[4], Light: measure.Red}, {Name: "石门乡", Value: v[2], Light: measure.Grey}}}},
			docgen.Picture{Caption: "图3　分布", Width: 120, Chart: chart.TileMap{Tiles: []chart.Tile{{Area: area("枫溪镇", v[0], measure.Green)}, {Area: area("柳林镇", v[4], measure.Red), Col: 1}, {Area: area("石门乡", v[2], measure.Grey), Col: 2}}}},
			docgen.Head(1, "二、明细"), docgen.Table{Table: wide, Wide: true}, docgen.Say("以上请审议。"), docgen.PageBreak{}, docgen.Say("另起一页。")},
		Meta: meta()}
}

func samples() map[string]*docgen.Document {
	return map[string]*docgen.Document{"notice": notice(), "minutes": minutes(), "bulletin": bulletin(), "slip": slip(), "material": material(), "upward": upward()}
}

func upward() *docgen.Document {
	d := notice()
	d.Number, d.Signers, d.Title, d.To = "茶禁指〔2018〕5号", []string{"甲某某", "乙某某", "丙某"}, "关于2018年上半年禁毒工作情况的报告", []string{"市禁毒委员会"}
	d.Sign.Sealed, d.Attached = false, d.Attached[1:]
	return d
}
