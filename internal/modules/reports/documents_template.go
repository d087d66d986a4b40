package reports

import (
	"slices"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/docgen/docx"
)

// A Known is one placeholder that templates may use.
type Known struct {
	Example string // as it is written
	Means   string // in Chinese
	List    string // behind it, Chinese words as templates have them
}

// Placeholders lists what templates may use, for the page and the guide.
func Placeholders() []Known {
	return []Known{
		{Example: "{{指标 I2}}", Means: "指标 I2 在所选期别和单位的数，如 37.52%；没有数时印“尚无数据”"},
		{Example: "{{指标 I2 分子}}", Means: "其他部分：", List: strings.Join(figureParts(), "、")},
		{Example: "{{文字 说明 I2}}", Means: "关于指标 I2 的一句话：数值、目标、比较"},
		{Example: "{{文字 期别}}", Means: "如 2018年4月"},
		{Example: "{{文字 单位}}", Means: "如 开阳县"},
		{Example: "{{文字 发文机关}}", Means: "指挥部的全称"},
		{Example: "{{文字 日期}}", Means: "填写当天，如 2018年5月10日"},
		{Example: "{{文字 截止时间}}", Means: "取数的时间"},
		{Example: "{{文字 总体情况}}", Means: "达标、未达标的项数"},
		{Example: "{{文字 未达标}}", Means: "未达标的指标和数值；没有时印“没有”"},
		{Example: "{{文字 尚无数据}}", Means: "尚无数据的指标和未报单位；没有时印“没有”"},
		{Example: "{{文字 未报}}", Means: "到期未报的报表；没有时印“没有”"},
		{Example: "{{文字 下步打算}}", Means: "由数据提出的建议"},
		{Example: "{{表 指标}}", Means: "全部指标一览表，单独成段"},
		{Example: "{{表 排名 I2}}", Means: "各乡镇排名表，单独成段"},
		{Example: "{{表 事项}}", Means: "在办和本期办结的事项，单独成段"},
		{Example: "{{图 走势 I2}}", Means: "最近十二期的折线图，单独成段"},
		{Example: "{{图 排名 I2}}", Means: "各乡镇的条形图，单独成段"},
	}
}

func figureParts() []string {
	return []string{"名称", "期别", "分子", "分母", "目标", "判定", "区间", "上期", "去年同期", "累计", "位次"}
}

func plainTexts() []string {
	return []string{"期别", "单位", "发文机关", "日期", "截止时间", "总体情况", "未达标", "尚无数据", "未报", "下步打算"}
}

func textNames() []string { return append(plainTexts(), "说明 I2") }

func tableNames() []string { return []string{"指标", "事项", "排名 I2"} }

func chartNames() []string { return []string{"走势 I2", "排名 I2"} }

// asked gives a figure in the period of a template.
func (b *brief) asked(code string) (measure.Shown, bool) {
	if list := b.Extra["asked "+code]; len(list) > 0 {
		return list[0], true
	}
	return b.at(code)
}

// A want is what a placeholder asks for.
type want struct {
	what string // "figure", "told", "text", "figures", "ranking", "items", "course", "bars"
	code string
	part string
}

// wantOf reads a placeholder; why says that it is not one of Placeholders.
func wantOf(p docx.Placeholder) (w want, why *lack) {
	f := strings.Fields(p.Name)
	at := func(i int) string {
		if i < len(f) {
			return f[i]
		}
		return ""
	}
	switch p.Kind {
	case docx.FigureHere:
		if len(f) == 1 || len(f) == 2 && slices.Contains(figureParts(), f[1]) {
			return want{"figure", f[0], at(1)}, nil
		}
		return w, lackPart()
	case docx.TextHere:
		if len(f) == 2 && f[0] == "说明" {
			return want{"told", f[1], ""}, nil
		}
		if len(f) == 1 && slices.Contains(plainTexts(), f[0]) {
			return want{"text", "", f[0]}, nil
		}
		return w, lackText()
	case docx.TableHere:
		switch {
		case len(f) == 1 && f[0] == "指标":
			return want{what: "figures"}, nil
		case len(f) == 1 && f[0] == "事项":
			return want{what: "items"}, nil
		case len(f) == 2 && f[0] == "排名":
			return want{"ranking", f[1], ""}, nil
		}
		return w, lackTable()
	case docx.ChartHere:
		switch {
		case len(f) == 2 && f[0] == "走势":
			return want{"course", f[1], ""}, nil
		case len(f) == 2 && f[0] == "排名":
			return want{"bars", f[1], ""}, nil
		}
		return w, lackChart()
	}
	return w, lackText()
}

// fill gives the value of a placeholder, what it becomes in words, or why there is none.
func (b *brief) fill(w *writer, q want) (v docx.Value, becomes string, why *lack) {
	text := func(runs []docgen.Run) (docx.Value, string, *lack) {
		for i := range runs {
			runs[i].Source = 0 // a template has no list of sources; its figures lead to their traces
		}
		return docx.Value{Runs: runs}, docgen.Text(runs), nil
	}
	switch q.what {
	case "text":
		return text(say(b.plainText(w, q.part)))
	case "figures":
		if len(b.Figures) == 0 {
			return v, "", lackFigures()
		}
		t := b.figureTable(nil)
		return docx.Value{Table: t}, tableWords(len(t.Rows)), nil
	case "items":
		if !b.Joined.Items {
			return v, "", lackItems()
		}
		t := b.itemTable()
		return docx.Value{Table: t}, tableWords(len(t.Rows)), nil
	}
	f, ok := b.asked(q.code)
	if !ok {
		return v, "", lackCode(q.code, b.Known)
	}
	switch q.what {
	case "told":
		return text(say(b.tell(w, f), "。"))
	case "figure":
		return text(b.part(w, f, q.part))
	case "ranking", "bars":
		i := slices.IndexFunc(b.Rankings, func(r ranking) bool { return r.Figure.Code == q.code })
		if i < 0 || len(b.Rankings[i].List) == 0 {
			return v, "", lackRanking(f.Name)
		}
		if q.what == "ranking" {
			t := b.rankTable(nil, b.Rankings[i], "rank")
			return docx.Value{Table: t}, tableWords(len(t.Rows)), nil
		}
		c := chart.Bars{Title: f.Name, Width: 640}
		for _, x := range b.Rankings[i].List {
			bar := chart.Bar{Name: b.name(x.Unit), Light: x.Light, Value: chart.Gap(x.Text)}
			if r, ok := rational(x); ok {
				bar.Value = chart.Num(r, x.Text)
			}
			c.Rows = append(c.Rows, bar)
		}
		return docx.Value{Chart: c, Caption: "各乡镇" + quote(f.Name) + "（" + f.Period.Chinese() + "）", Width: 130}, "条形图", nil
	case "course":
		var spots []measure.Spot
		for _, x := range b.Extra[q.code] {
			s := measure.Spot{Period: x.Period, Text: x.Text}
			s.Value, s.OK = rational(x)
			spots = append(spots, s)
		}
		p, ok := course(f.Name, b.UnitName, spots, 130)
		if !ok {
			return v, "", lackCourse(f.Name)
		}
		return docx.Value{Chart: p.Chart, Caption: p.Caption, Width: p.Width}, "折线图", nil
	}
	return v, "", lackText()
}

func tableWords(rows int) string {
	if rows == 0 {
		return "空表（本期没有）"
	}
	return "表"
}

// part gives one part of a figure; a part that does not exist is said so, never left blank.
func (b *brief) part(w *writer, f measure.Shown, part string) []docgen.Run {
	or := func(s string) []docgen.Run {
		if s == "" {
			return say("—")
		}
		return say(s)
	}
	other := func(m map[string]measure.Shown) []docgen.Run {
		if x, ok := m[f.Code]; ok {
			return say(w.figure(x))
		}
		return say("尚无数据")
	}
	switch part {
	case "名称":
		return say(f.Name)
	case "期别":
		return say(f.Period.Chinese())
	case "分子":
		return or(measure.Group(f.Numerator))
	case "分母":
		return or(measure.Group(f.Denominator))
	case "目标":
		return or(f.Target)
	case "区间":
		return or(f.Interval)
	case "累计":
		return or(f.ToDate)
	case "判定":
		return say(map[standing]string{absent: "尚无数据", withheld: "不显示", incomplete: "数据不完整", met: "达标", notMet: "未达标", zero: "未设目标", plain: "未设目标"}[standingOf(f)])
	case "上期":
		return other(b.Before)
	case "去年同期":
		return other(b.YearAgo)
	case "位次":
		if f.Place == 0 {
			return say("—")
		}
		return say("第", number(f.Place), "位")
	}
	if standingOf(f) == absent {
		return say("尚无数据")
	}
	return say(w.figure(f))
}

func (b *brief) plainText(w *writer, name string) any {
	none := func(s string) string {
		if s == "" {
			return "没有"
		}
		return strings.TrimSuffix(s, "。")
	}
	switch name {
	case "期别":
		return b.Period.Chinese()
	case "单位":
		return b.UnitName
	case "发文机关":
		return b.Issuer
	case "日期":
		return b.Today.Chinese()
	case "截止时间":
		return b.Cutoff
	case "总体情况":
		return b.overview()
	case "未达标":
		var runs []docgen.Run
		for _, f := range b.ofStanding(notMet) {
			if len(runs) > 0 {
				runs = say(runs, "；")
			}
			runs = say(runs, quote(f.Name), w.figure(f), "（目标"+f.Target+"）")
		}
		if len(runs) == 0 {
			return "没有"
		}
		return runs
	case "尚无数据":
		return none(b.absentees())
	case "未报":
		return none(b.lateSentence())
	}
	return strings.Join(b.next(), "")
}
