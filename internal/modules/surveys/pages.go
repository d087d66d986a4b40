package surveys

import (
	"fmt"
	"strconv"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

// lens shows things in a reader's language.
type lens struct {
	words.Lang
	name func(org.UnitID) string
}

func (x lens) t(chinese string, args ...any) string { return words.T(x.Lang, chinese, args...) }

// say says a statement of the table of wordings.
func (x lens) say(s stats.Statement) string {
	if x.Lang == words.English {
		return words.Singular(s.English())
	}
	return s.Chinese()
}

// owner names the task force of a survey.
func (x lens) owner(u org.UnitID) string {
	if u == 0 {
		return x.t("禁毒办")
	}
	return x.name(u)
}

type option struct {
	Value, Label string
	On           bool
}

// formFaults are the sentences beside the fields of a form that was refused, by field; "" holds
// what concerns the whole.
type formFaults map[string][]string

// listView is the page of all surveys.
type listView struct {
	Grid            web.Grid
	MayWrite, Empty bool
	Planner, New    string
}

var stateTags = map[State]string{Draft: "warn", Fixed: "good", Withdrawn: "bad"}

func countCell(n int64) table.Cell {
	return table.Number(strconv.FormatInt(n, 10), grouped(n))
}

// grouped prints a whole number with separators.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// span prints the days of a survey.
func span(s Survey) string {
	if s.From == s.To {
		return dayText(s.From)
	}
	from, to := dayText(s.From), dayText(s.To)
	if len(from) == len(to) && len(to) > 5 && from[:5] == to[:5] {
		to = to[5:] // the same year
	}
	return from + " — " + to
}

// summary prints a fixed result for the list.
func (x lens) summary(l Line) string {
	switch {
	case l.Why == stats.NotASample:
		return x.t(convenienceCaption)
	case l.Value == "":
		return x.t(reasonText(l.Why))
	case l.Low == "":
		return fmt.Sprintf("%s %s%% (%d/%d)", x.t(l.Name), l.Value, l.Yes, l.Base)
	}
	return fmt.Sprintf("%s %s%% (%s%%—%s%%)", x.t(l.Name), l.Value, l.Low, l.High)
}

// verdict gives the cell of the target: the official verdict by the printed value, and what the
// sample supports.
func (x lens) verdict(l Line) table.Cell {
	if l.Met == nil {
		return table.Text("")
	}
	word, light := "未达标", measure.Red
	if *l.Met {
		word, light = "达标", measure.Green
	}
	note := ""
	switch {
	case len(l.Caps) > 0:
		note = "仅供参考"
	case l.Support == stats.SupportUnsure:
		note = "抽样误差之内"
	}
	if note != "" && light == measure.Green {
		light = measure.Yellow
	}
	c := table.Light(light, x.t(word))
	if note != "" {
		c.Note = x.t(note)
	}
	return c
}

func (x lens) listTable(list []Overview) *table.Table {
	t := &table.Table{ID: "surveys", Name: x.t("调查"), Empty: x.t("还没有调查"), Columns: []table.Column{
		{Head: []string{x.t("调查")}, Key: "title", RowHead: true, Sort: table.ByText, Filter: true}, {Head: []string{x.t("内容")}, Key: "topic", Sort: table.ByText, Filter: true}, {Head: []string{x.t("时间")}, Key: "time", Sort: table.ByText},
		{Head: []string{x.t("抽样和方式")}, Key: "design", Sort: table.ByText},
		{Head: []string{x.t("访问人数")}, Key: "interviews", Sort: table.ByNumber}, {Head: []string{x.t("结果（第一题）")}, Key: "result"}, {Head: []string{x.t("与目标比")}, Key: "target"},
		{Head: []string{x.t("主管")}, Key: "owner", Sort: table.ByText, Filter: true}, {Head: []string{x.t("状态")}, Key: "state", Sort: table.ByText}},
		Notes: []string{x.t("括号内是全体实际大约所在的范围；不同调查之间不排名次。")}}
	for _, o := range list {
		s := o.Survey
		row := []table.Cell{table.Link(s.Title, surveyPath(s.ID)), table.Text(x.t(s.Topic.Text())), {Text: span(s), SortKey: dayText(s.From)}, table.Text(x.t(s.Design.Short()) + " · " + x.t(s.Mode.Text())),
			table.Missing(x.t("未定稿")), table.Text(""), table.Text(""), table.Text(x.owner(s.Force)), table.Text(x.t(s.State.Text()))}
		if s.State == Withdrawn {
			row[4] = table.Missing(x.t("已撤回"))
		}
		if len(o.Results) > 0 {
			l := o.Results[0]
			row[4], row[5], row[6] = countCell(l.Interviews), table.Text(x.summary(l)), x.verdict(l)
		}
		t.Rows = append(t.Rows, table.Row{Cells: row})
	}
	return t
}

// plannerView is the page of the planner of samples.
type plannerView struct {
	Share, Half, Apart, Given, Population, Response, Deff, PerCluster, Rho string
	Level                                                                  []option
	Ways                                                                   []option
	Effect                                                                 string
	Sentences                                                              []string
	Grid                                                                   web.Grid
	XLSX, CSV                                                              string
	Done                                                                   bool
	Why                                                                    string
	F                                                                      formFaults
}

func (x lens) plannerTable(p Plan, list []Scenario) *table.Table {
	t := &table.Table{ID: "sample", Name: x.t("样本量测算"), Columns: []table.Column{
		{Head: []string{x.t("要求")}, Key: "asked", RowHead: true}, {Head: []string{x.t("成功访问")}, Key: "interviews", Unit: x.t("人")}, {Head: []string{x.t("需要接触")}, Key: "approach", Unit: x.t("人")}, {Head: []string{x.t("村（组）数")}, Key: "clusters"},
		{Head: []string{x.t("误差正负")}, Key: "half", Unit: x.t("百分点")}, {Head: []string{x.t("能分清的差别")}, Key: "apart", Unit: x.t("百分点")}, {Head: []string{x.t("简单随机时的人数")}, Key: "simple", Unit: x.t("人")}}}
	for _, s := range list {
		name := map[string]string{"half": "误差不超过 %s 个百分点", "more": "误差不超过 %s 个百分点", "apart": "分清相差 %s 个百分点的两个县（每个）", "sure": "同上，有八成把握（相差 %s 个百分点，每个）", "given": "已定访问 %s 人"}[s.Kind]
		row := table.Row{Cells: []table.Cell{table.Text(x.t(name, plain(s.Asked))), countCell(s.Interviews), countCell(s.Approach), table.Missing("—"), table.Missing(x.t("超过总人数")), table.Missing(x.t("超过总人数")), table.Missing("—")}}
		if s.Clusters > 0 {
			row.Cells[3] = countCell(s.Clusters)
		}
		if !s.TooMany {
			row.Cells[4], row.Cells[5] = table.Number(points(s.Half), points(s.Half)), table.Number(points(s.Apart), points(s.Apart))
		}
		if s.Simple > 0 {
			row.Cells[6] = countCell(s.Simple)
		}
		t.Rows = append(t.Rows, row)
	}
	population := x.t("总人数很多或不清楚")
	if p.Population > 0 {
		population = x.t("总人数 %s", grouped(int64(p.Population)))
	}
	t.Notes = []string{x.t("预计比率 %s%%，应答率 %s%%，设计效应 %s，%s，把握程度 %s%%。", plain(p.Share), plain(p.Response), deff(p.effect()), population, plain(p.Level)),
		x.t("先按简单随机算，再按总人数折减，乘设计效应，除以应答率，向上取整。两个地方要分清先后，差别至少是单个误差的 1.4 倍。")}
	return t
}

func (x lens) planner(p Plan) plannerView {
	blank := func(v float64) string {
		if v == 0 {
			return ""
		}
		return plain(v)
	}
	v := plannerView{Share: plain(p.Share), Half: plain(p.Half), Apart: blank(p.Apart), Given: blank(p.Given), Population: blank(p.Population), Response: plain(p.Response), Deff: plain(p.Deff), PerCluster: blank(p.PerCluster), Rho: plain(p.Rho), F: formFaults{}}
	for _, w := range ways() {
		v.Ways = append(v.Ways, option{w[0], x.t(w[1]), w[0] == p.Way})
	}
	for _, l := range []string{"95", "90"} {
		v.Level = append(v.Level, option{l, l + "%", l == plain(p.Level)})
	}
	return v
}
