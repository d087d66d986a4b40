package wastewater

import (
	"fmt"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
)

// assumptionList names everything the results of a campaign rest on.
func (x lens) assumptionList(w Whole) []assumption {
	c, a := w.Campaign, w.Assumptions
	out := []assumption{{x.t("算法"), x.t("日负荷（毫克/日·千人）= 浓度（ng/L）× 流量（m³/d）÷ 服务人口；平均负荷是各日负荷的平均，不是平均浓度乘平均流量。")}}
	for _, s := range c.Sites {
		out = append(out, assumption{x.t("服务人口：%s", s.Name), x.t("%s 人；来源：%s；流量单位 %s", measure.Group(fmt.Sprint(s.People)), s.Source, x.t(s.Unit.Text()))})
	}
	if len(c.Sites) > 1 {
		out = append(out, assumption{x.t("多座污水厂"), x.t("按服务人口加权平均；有一座厂缺样品的日子不计入。")})
	}
	out = append(out, assumption{x.t("采样"), firstOf(c.Sampling, x.t("没有写明采样方法"))}, assumption{x.t("检测"), strings.TrimSpace(c.Laboratory + " " + c.Report)},
		assumption{x.t("低于定量限"), x.t("按 0 到定量限的范围列出，不当作 0，也不用一个数代替；图上画在定量限的一半处，只为画图。")},
		assumption{x.t("逐日波动"), x.t("把各日负荷看作这一周的样本，按 t 分布求平均的 95% 范围；它不含流量、人口等共同的误差。")})
	var parts []string
	for _, e := range a.Errors {
		parts = append(parts, x.t("%s %s（%s，%s）", x.Text(e.Name), percent(e.RSD), x.t("文献范围 %s", firstOf(e.Range, "—")), x.t(e.Origin.Text())))
	}
	out = append(out, assumption{x.t("测量总误差"), x.t("各项相对标准差平方和开方：%s，合计 %s；范围按对数正态分布。", x.list(parts), tenths(w.RSD))},
		assumption{x.t("与上一次比"), x.t("同一污水厂、同一季节（起始日相差不超过 %d 天）、同一实验室、人口数相同：比较两个一周范围，不重叠才算清楚；实验室或人口数不同、缺天数、有样品低于定量限：变化到 %s 倍以上（减半或翻倍）才算清楚；没有同一座厂或季节不同：不比较。", seasonDays, trimmed(factorOf(w.RSD)))})
	if a.Consumption {
		out = append(out, assumption{x.t("消费量"), x.t("已按本表第 %d 版打开推算：负荷 × 摩尔质量比 ÷ 排泄比例 ÷（1 − 管网损失）；系数由 %s 负责。", a.Edition, firstOf(a.Owner, "—"))})
	} else {
		out = append(out, assumption{x.t("消费量"), x.t("没有推算（默认关闭）：排泄系数各文献相差可达三倍，由检测实验室核定后才打开。")})
	}
	out = append(out, assumption{x.t("海洛因"), x.t("不由吗啡推算。")}, assumption{x.t("人数"), x.t("负荷不能换算成人数：每次用量、纯度和次数都不知道。")},
		assumption{x.t("核对数量级"), x.t("已发表：2013—2014年国内18个城市甲基苯丙胺负荷 12.5—181.2、氯胺酮不到 0.2 至 89.6；2021年西南21个城市甲基苯丙胺 22.6（0.6—49.7）、氯胺酮 2.4、吗啡 6.7（3.2—10.2）。")},
		assumption{x.t("假定表"), x.edition(a)})
	return out
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

func (x lens) edition(a Assumptions) string {
	if a.Edition == 0 {
		return x.t("文献起始值，实验室还没有核定")
	}
	return x.t("第 %d 版，%s 负责，%s 保存", a.Edition, a.Owner, minute(a.At))
}

// minute shortens a stored instant.
func minute(at string) string {
	if len(at) >= 16 {
		return strings.Replace(at[:16], "T", " ", 1)
	}
	return at
}

// assumptionsView is the page of one edition, and the form of the next.
type assumptionsView struct {
	Edition     int
	Title, By   string
	Owner       string
	Reason      string
	Consumption bool
	MayTable    bool
	Newest      bool
	Editions    []linkView
	Errors      *table.Table
	Factors     *table.Table
	ErrorText   string
	FactorText  string
	Save        string
	F           web.Faults
}

func (x lens) errorsTable(a Assumptions) *table.Table {
	t := &table.Table{ID: "errors", Name: x.t("误差"), Columns: []table.Column{{Head: []string{x.t("误差来源")}, Key: "name", RowHead: true}, {Head: []string{x.t("相对标准差")}, Key: "rsd"}, {Head: []string{x.t("文献范围")}, Key: "range"}, {Head: []string{x.t("来源")}, Key: "source"}, {Head: []string{x.t("来历")}, Key: "origin"}}}
	for _, e := range a.Errors {
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{table.Text(x.Text(e.Name)), table.Number(fmt.Sprintf("%.6f", e.RSD), percent(e.RSD)), table.Text(e.Range), table.Text(x.Text(e.Source)), table.Text(x.t(e.Origin.Text()))}})
	}
	t.Rows = append(t.Rows, table.Row{Total: true, Cells: []table.Cell{table.Text(x.t("合计（平方和开方）")), table.Number(fmt.Sprintf("%.6f", rootSum(a.rsd())), tenths(rootSum(a.rsd()))), table.Text(""), table.Text(""), table.Text("")}})
	return t
}

func (x lens) factorsTable(a Assumptions) *table.Table {
	t := &table.Table{ID: "factors", Name: x.t("检测物和系数"), Columns: []table.Column{{Head: []string{x.t("检测物")}, Key: "residue", RowHead: true}, {Head: []string{x.t("推算的毒品")}, Key: "drug"}, {Head: []string{x.t("摩尔质量（毒品/检测物）")}, Key: "mass"},
		{Head: []string{x.t("排泄比例")}, Key: "excreted"}, {Head: []string{x.t("管网损失")}, Key: "loss"}, {Head: []string{x.t("系数")}, Key: "factor"}, {Head: []string{x.t("来源")}, Key: "source"}, {Head: []string{x.t("来历")}, Key: "origin"}}}
	for _, f := range a.Factors {
		cells := []table.Cell{table.Text(x.residue(f)), table.Missing(x.t("只列负荷")), table.Missing("—"), table.Missing("—"), table.Missing("—"), table.Missing("—"), table.Text(x.Text(f.Source)), table.Text(x.t(f.Origin.Text()))}
		if f.Excreted > 0 {
			k := f.DrugMass / f.ResidueMass / f.Excreted
			cells[1], cells[2], cells[3], cells[4], cells[5] = table.Text(x.Pick(x.Text(f.Drug), f.DrugEN)), table.Text(fmt.Sprintf("%g / %g", f.DrugMass, f.ResidueMass)), table.Text(percent(f.Excreted)), table.Text(percent(f.Loss)), table.Number(fmt.Sprintf("%.6f", k), fmt.Sprintf("%.2f", k))
		}
		t.Rows = append(t.Rows, table.Row{Cells: cells})
	}
	return t
}

// errorLines writes the errors as the form has them, one a line.
func errorLines(a Assumptions) string {
	var out []string
	for _, e := range a.Errors {
		out = append(out, strings.Join([]string{e.Name, percent(e.RSD), e.Range, e.Source, e.Origin.Text()}, " | "))
	}
	return strings.Join(out, "\n")
}

// factorLines writes the residues as the form has them, one a line.
func factorLines(a Assumptions) string {
	number := func(v float64) string {
		if v == 0 {
			return ""
		}
		return fmt.Sprintf("%g", v)
	}
	var out []string
	for _, f := range a.Factors {
		excreted, loss := "", ""
		if f.Excreted > 0 {
			excreted, loss = percent(f.Excreted), percent(f.Loss)
		}
		out = append(out, strings.Join([]string{f.Code, f.Residue, f.Drug, number(f.DrugMass), number(f.ResidueMass), excreted, loss, f.Source, f.Origin.Text()}, " | "))
	}
	return strings.Join(out, "\n")
}
