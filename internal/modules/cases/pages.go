package cases

import (
	"fmt"
	"math/big"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

// lens shows things in a reader's language.
type lens struct {
	words.Lang
	element measure.Element // of the mapping
	town    func(org.UnitID) string
}

func (x lens) t(chinese string, args ...any) string { return words.T(x.Lang, chinese, args...) }

func (x lens) say(s stats.Statement) string {
	if x.Lang == words.English {
		return words.Singular(s.English())
	}
	return s.Chinese()
}

func (x lens) period(p period.Period) string {
	if x.Lang == words.English {
		return p.English()
	}
	return p.Chinese()
}

func (x lens) list(parts []string) string {
	if x.Lang == words.English {
		return strings.Join(parts, ", ")
	}
	return strings.Join(parts, "、")
}

// category names a category by its labels, "海洛因".
func (x lens) category(c measure.Category) string {
	var out []string
	labels := c.Labels()
	for _, d := range x.element.Scheme.Dimensions {
		for _, l := range d.Labels {
			if labels[d.Name] == l.Name {
				out = append(out, x.Pick(d.Both(l)))
			}
		}
	}
	if len(out) == 0 {
		return string(c)
	}
	return strings.Join(out, " ")
}

// drug names a drug of the register.
func (x lens) drug(code, name string) string {
	if d, ok := DrugOf(code); ok {
		return x.Pick(d.Name, d.NameEN)
	}
	return name
}

// title names a table with its document.
func (x lens) title(t Table) string {
	if t.ID == 0 {
		return x.t(t.Name)
	}
	return t.Title()
}

// label is what stands before an index made with a table.
func (x lens) label(t Table) string { return x.t(indexLabel, x.title(t)) }

type option struct {
	Value, Label string
	On           bool
}

// periodView is the switch of the period.
type periodView struct {
	Path, Now, Text string
	Prev, Next      string
	Quick           web.HTML
	Fault           string
	Keep            [][2]string
}

// sumView is the page of a period.
type sumView struct {
	Switch                              periodView
	Title, TableName, TablePath, Source string
	Grid                                web.Grid
	Says                                []string
	Chart                               *chart.Line
	Index, IndexLabel, IndexWhy         string
	ShowIndex, HideIndex                string
	Tables                              web.HTML
	NoMapping, NoElements, Early        bool
	MayWrite, MayRegister, MayTables    bool
	Loose                               []string
	XLSX, CSV                           string
	From                                string
}

// times is a multiple of a reported amount, marked where that is incomplete.
func (x lens) times(v *float64, of Amount) table.Cell {
	c := times(v)
	if v != nil && of.Incomplete {
		c.Note = x.t("不完整")
	}
	return c
}

func times(v *float64) table.Cell {
	if v == nil {
		return table.Missing("—")
	}
	s := fmt.Sprintf("%.2f", *v)
	if *v > 0 && *v < 0.01 {
		s = "<0.01"
	}
	return table.Number(fmt.Sprintf("%.9f", *v), s)
}

func grams(r *big.Rat) string {
	f, _ := r.Float64()
	return measure.Group(stats.GramText(f))
}

func (x lens) amountCell(a Amount) table.Cell {
	if a.Grams == nil {
		return table.Missing(x.t(a.Reason.Text()))
	}
	c := table.Number(measure.Exact(a.Grams), grams(a.Grams))
	c.Href = a.Path
	if a.Incomplete {
		c.Note = x.t("不完整")
	}
	return c
}

// sumTable is one line a category; several registered drugs under one category have lines beneath.
func (x lens) sumTable(s Sum) *table.Table {
	g := x.t("克")
	t := &table.Table{ID: "seized", Name: x.t("缴获") + " " + s.Period.String(), Empty: x.t("还没有缴获数"), Columns: []table.Column{
		{Head: []string{x.t("报表数"), x.t("分类")}, Key: "category", RowHead: true}, {Head: []string{x.t("报表数"), x.t("缴获")}, Key: "grams", Unit: g, Align: table.Right}, {Head: []string{x.t("报表数"), x.t("上年同期")}, Key: "before", Unit: g, Align: table.Right},
		{Head: []string{x.t("与标准相比（倍）"), x.t("对应毒品")}, Key: "drug"}, {Head: []string{x.t("与标准相比（倍）"), x.t("数量大")}, Key: "large", Align: table.Right}, {Head: []string{x.t("与标准相比（倍）"), x.t("数量较大")}, Key: "fairly", Align: table.Right},
		{Head: []string{x.t("逐起登记"), x.t("起数")}, Key: "cases", Align: table.Right}, {Head: []string{x.t("逐起登记"), x.t("合计")}, Key: "registered", Unit: g, Align: table.Right}, {Head: []string{x.t("逐起登记"), x.t("居中一起")}, Key: "median", Unit: g, Align: table.Right}, {Head: []string{x.t("逐起登记"), x.t("最大占比")}, Key: "largest", Align: table.Right},
		{Head: []string{x.t("逐起登记"), x.t("报表减登记")}, Key: "difference", Unit: g, Align: table.Right}},
		Notes: []string{x.t("不同毒品的克数不相加；数量按查获的重量，不按纯度折算（刑法第357条）。")}}
	none := func() table.Cell { return table.Missing("—") }
	register := func(r Registered) []table.Cell {
		out := []table.Cell{whole(r.Cases.Cases), table.Number(measure.Decimal(r.Milligrams, gramScale), measure.Group(stats.GramText(r.Grams()))), none(), none()}
		if r.Why == "" {
			out[2] = table.Number(fmt.Sprintf("%.6f", r.Cases.Median), measure.Group(stats.GramText(r.Cases.Median)))
			out[3] = table.Number(fmt.Sprintf("%.6f", r.Cases.LargestShare), fmt.Sprintf("%.0f%%", 100*r.Cases.LargestShare))
		}
		return out
	}
	for _, l := range s.Lines {
		name := x.t("不是一种毒品")
		if l.Drug != "" {
			name = x.drug(l.Drug, "")
		}
		row := []table.Cell{table.Text(x.category(l.Category)), x.amountCell(l.Now), x.amountCell(l.Before), table.Text(name), x.times(l.Large, l.Now), x.times(l.FairlyLarge, l.Now)}
		switch {
		case l.Drug != "" && len(l.Register) == 1:
			row = append(row, register(l.Register[0])...)
		case len(l.Register) > 0:
			row = append(row, table.Missing(x.t("见下")), none(), none(), none())
		default:
			row = append(row, table.Missing(x.t("没有登记")), none(), none(), none())
		}
		diff := none()
		switch {
		case l.Difference != nil:
			diff = table.Number(measure.Exact(l.Difference), grams(l.Difference))
		case l.Drug == "" && len(l.Register) > 0:
			diff = table.Missing(x.t("不相加"))
		}
		t.Rows = append(t.Rows, table.Row{Cells: append(row, diff)})
		if l.Drug == "" {
			for _, r := range l.Register {
				t.Rows = append(t.Rows, x.looseRow(r, s.Standard, register(r), none))
			}
		}
	}
	for _, r := range s.Loose {
		t.Rows = append(t.Rows, x.looseRow(r, s.Standard, register(r), none))
	}
	return t
}

// looseRow is a registered drug that no reported category names. Its ratio is that of the register.
func (x lens) looseRow(r Registered, t Table, register []table.Cell, none func() table.Cell) table.Row {
	name := x.t("不在表中")
	var large, fairly *float64
	if d, ok := DrugOf(r.Drug); ok {
		name = x.Pick(d.Name, d.NameEN)
		large, fairly = ratio(r.Grams(), t.Large, r.Drug), ratio(r.Grams(), FairlyLarge, r.Drug)
	}
	row := []table.Cell{table.Text(x.t("登记：%s", x.drug(r.Drug, r.Name))), none(), none(), table.Text(name), times(large), times(fairly)}
	return table.Row{Level: 1, Cells: append(append(row, register...), none())}
}

func whole(n int) table.Cell { return table.Number(fmt.Sprint(n), fmt.Sprint(n)) }

// sayings puts into words what the numbers of a period say, and no more.
func (x lens) sayings(s Sum) (out []string) {
	gram := func(name, text string) string { return x.t("%s %s 克", name, text) }
	var parts, missing []string
	incomplete := false
	seized := false
	for _, l := range s.Lines {
		if l.Now.Grams == nil {
			missing = append(missing, x.t("%s（%s）", x.category(l.Category), x.t(l.Now.Reason.Text())))
			continue
		}
		seized = seized || l.Now.Grams.Sign() > 0
		part := gram(x.category(l.Category), grams(l.Now.Grams))
		if l.Now.Incomplete {
			part, incomplete = x.t("%s（%s）", part, x.t("不完整")), true
		}
		parts = append(parts, part)
	}
	switch {
	case seized:
		out = append(out, x.say(stats.Statement{Code: stats.SaySeized, Args: []any{x.period(s.Period), x.list(parts)}}))
	case len(parts) > 0:
		out = append(out, x.say(stats.Statement{Code: stats.SaySeizedNothing, Args: []any{x.period(s.Period)}}))
	}
	if incomplete {
		missing = append(missing, x.t("还没有报的单位的报表"))
	}
	if len(missing) > 0 {
		out = append(out, x.say(stats.Statement{Code: stats.SayNotEnough, Args: []any{x.list(missing)}}))
	}
	for _, l := range s.Lines {
		if l.Drug == "" && l.Now.Grams != nil && l.Now.Grams.Sign() > 0 {
			out = append(out, x.say(stats.Statement{Code: stats.SayNotConvertible, Args: []any{x.category(l.Category)}}))
		}
		for _, r := range l.Register {
			if r.Why == "" {
				out = append(out, x.say(stats.SayCases(x.drug(r.Drug, r.Name), r.Cases, r.Grams())))
			}
		}
		if l.Difference != nil && l.Difference.Sign() != 0 && !l.Now.Incomplete {
			d := new(big.Rat).Abs(l.Difference)
			out = append(out, x.say(stats.Statement{Code: stats.SaySeizedDiffers, Args: []any{x.category(l.Category), grams(l.Now.Grams), stats.GramText(l.Register[0].Grams()), grams(d)}}))
		}
	}
	for _, r := range s.Loose {
		if r.Why == "" {
			out = append(out, x.say(stats.SayCases(x.drug(r.Drug, r.Name), r.Cases, r.Grams())))
		}
	}
	return append(out, x.say(stats.Statement{Code: stats.SaySeizedEffort}))
}

// index says the optional index, or why there is none.
func (x lens) index(s Sum) (label, sentence, why string) {
	label = x.label(s.Table)
	if s.Unready {
		return label, "", x.t("报表数还不完整，补齐后再折算。")
	}
	if s.Index == nil {
		return label, "", x.t("没有可以折算的毒品：报表中的分类都没有对应表中的毒品，或没有数。")
	}
	var names []string
	for _, d := range s.InIndex {
		names = append(names, x.drug(d, ""))
	}
	return label, x.say(stats.Statement{Code: stats.SaySeizedIndex, Args: []any{label, stats.GramText(s.Index.Equivalent), x.list(names)}}), ""
}

// yearsChart draws the reported grams of each category by year, each for itself.
func (x lens) yearsChart(years []period.Period, course map[measure.Category][]Amount) *chart.Line {
	l := &chart.Line{Title: x.t("各年缴获"), Desc: x.t("横轴为年份，纵轴为克数；每条线是一个分类，不相加"), Unit: x.t("克"), Zero: true, Width: 900, Height: 260}
	for _, y := range years {
		l.X = append(l.X, x.period(y))
	}
	for _, c := range x.element.Scheme.All() {
		s := chart.Series{Name: x.category(c)}
		for _, a := range course[c] {
			switch {
			case a.Grams == nil:
				s.Values = append(s.Values, chart.Gap(x.t(a.Reason.Text())))
			case a.Incomplete:
				s.Values = append(s.Values, chart.Gap(x.t("不完整")))
			default:
				s.Values = append(s.Values, chart.Num(a.float(), grams(a.Grams)))
			}
		}
		l.Series = append(l.Series, s)
	}
	return l
}

// registerView is the page of single seizures.
type registerView struct {
	Switch    periodView
	Grid      web.Grid
	MayWrite  bool
	Count     int
	XLSX, CSV string
}

func (x lens) registerTable(list []Seizure, may bool) *table.Table {
	t := &table.Table{ID: "register", Name: x.t("缴获登记"), Empty: x.t("这一期没有登记"), Columns: []table.Column{
		{Head: []string{x.t("文书编号")}, Key: "document", RowHead: true, Sort: table.ByText, Filter: true}, {Head: []string{x.t("日期")}, Key: "day", Sort: table.ByText}, {Head: []string{x.t("毒品")}, Key: "drug", Sort: table.ByText, Filter: true},
		{Head: []string{x.t("重量")}, Key: "grams", Unit: x.t("克"), Sort: table.ByNumber}, {Head: []string{x.t("乡镇")}, Key: "unit", Sort: table.ByText, Filter: true}, {Head: []string{x.t("状态")}, Key: "state"}}}
	for _, s := range list {
		name, state := table.Text(s.Document), x.t("有效")
		if may {
			name = table.Link(s.Document, seizurePath(s.ID))
		}
		if s.Gone {
			state = x.t("已删去：%s", s.Reason)
		}
		town := ""
		if s.Unit != 0 {
			town = x.town(s.Unit)
		}
		t.Rows = append(t.Rows, table.Row{Cells: []table.Cell{name, table.Text(s.Day.String()), table.Text(x.drug(s.Drug, s.Name)), table.Number(measure.Decimal(s.Milligrams, gramScale), measure.Group(measure.Decimal(s.Milligrams, gramScale))), table.Text(town), table.Text(state)}})
	}
	return t
}

// seizureForm is the form of a line of the register.
type seizureForm struct {
	ID, Version                int64
	Day, Name, Grams, Document string
	Drugs, Towns               []option
	Save, Cancel, Strike       string
	Gone                       string
	Others                     []string
	F                          web.Faults
}

// mappingForm is the form of the mapping.
type mappingForm struct {
	Edition  int
	By       string
	Elements []option
	Rows     []mappingRow
	Save     string
	Chosen   string
	MaySave  bool
	F        web.Faults
}

type mappingRow struct {
	Field, Name string
	Drugs       []option
	Faults      []string
}

func (x lens) drugs(on, none string) []option {
	out := []option{{"", none, on == ""}}
	for _, d := range Drugs() {
		out = append(out, option{d.Code, x.Pick(d.Name, d.NameEN), d.Code == on})
	}
	return out
}

// tablesView is the page of the official tables.
type tablesView struct {
	Grid      web.Grid
	MayTables bool
}

// tableView is the page of one table.
type tableView struct {
	Title, Number, Kind, From, By, Gone string
	Statute, MayWithdraw                bool
	Grid                                web.Grid
	Path, Problem                       string
	XLSX, CSV                           string
}

// loadForm is the form of loading a table.
type loadForm struct {
	Name, Number, From, Rows, Names string
	Kinds                           []option
	F                               web.Faults
}

func (x lens) standardTable(s Table) *table.Table {
	unit, head := x.t("克"), x.t("数量大")
	if s.Kind == Equivalents {
		head = x.t("1克折合海洛因")
	}
	t := &table.Table{ID: "standard", Name: x.title(s), Columns: []table.Column{{Head: []string{x.t("毒品")}, Key: "drug", RowHead: true, Sort: table.ByText, Filter: true}, {Head: []string{head}, Key: "large", Unit: unit, Sort: table.ByNumber}}}
	if s.ID == 0 {
		t.Columns = append(t.Columns, table.Column{Head: []string{x.t("数量较大")}, Key: "fairly", Unit: unit, Sort: table.ByNumber}, table.Column{Head: []string{x.t("条文")}, Key: "article", Sort: table.ByText})
		t.Notes = []string{x.t("“数量较大”为“数量大”的五分之一；只列已对照原文核实的，其余请查原文。")}
	}
	number := func(v float64) table.Cell {
		text := stats.GramText(v)
		return table.Number(text, measure.Group(text))
	}
	for _, r := range s.Rows {
		d, _ := DrugOf(r.Drug)
		row := []table.Cell{table.Text(x.drug(r.Drug, "")), number(r.Value)}
		if s.ID == 0 {
			fairly := table.Missing(x.t("未核实"))
			if v, ok := FairlyLarge(r.Drug); ok {
				fairly = number(v)
			}
			article := x.t(criminalLaw)
			if d.Item > 0 {
				article = x.t(article1, d.Item)
			}
			row = append(row, fairly, table.Text(article))
		}
		t.Rows = append(t.Rows, table.Row{Cells: row})
	}
	return t
}
