package returns

import (
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sheet"
	"kaiyang/internal/platform/words"
)

// A plan is a return laid out as a workbook: which cell of which worksheet holds what.
type plan struct {
	l    *Layout
	lang words.Lang
	form sheet.Form
	// By column of the layout: the worksheet, and the column of the worksheet (of the row, when
	// the layout is turned).
	panel []int
	place []int
	prev  []bool // by panel: shows the period before
	notes []int  // by panel: the column of the explanations

	declared, comment string // cells of the declaration and of what is said about the whole
}

// declareList is the name of the drop-down of declarations.
const declareList = "declare"

// A planIn is what a workbook shows beside its headers.
type planIn struct {
	Cells    map[Key]Typed // in the cells
	Notes    map[Key]string
	Known    map[Key]Value // approved already by another way: shown and locked
	Previous map[Key]Value
	Declared Declaration
	Comment  string
	Lines    []string // instructions
}

// newPlan lays a return out as a workbook in a language.
func newPlan(l *Layout, unitCode string, lang words.Lang, in planIn) *plan {
	p := &plan{l: l, lang: lang, panel: make([]int, len(l.Columns)), place: make([]int, len(l.Columns)),
		prev: make([]bool, len(l.Panels)), notes: make([]int, len(l.Panels))}
	f := l.Form
	p.form = sheet.Form{Title: f.Title(lang == words.English), Instructions: in.Lines, Tr: lang.Text,
		Meta:  map[string]string{"template": f.Code, "version": strconv.Itoa(f.No), "period": l.Place.Period.String(), "unit": unitCode, "lang": string(lang)},
		Lists: []sheet.List{{Name: declareList, Items: []string{p.t(NoDeclaration.Text()), p.t(RestZero.Text()), p.t(ZeroReport.Text())}}}}
	p.terms()
	for i := range l.Panels {
		for _, c := range l.Panels[i].Columns {
			p.panel[c] = i
			if l.Columns[c].Element.Kind == measure.Stock {
				p.prev[i] = true
			}
		}
		s := p.head(i, in)
		if l.Turned {
			p.turned(&s, i, in)
		} else {
			p.straight(&s, i, in)
		}
		p.form.Sheets = append(p.form.Sheets, s)
	}
	first := &p.form.Sheets[0]
	p.declared, p.comment = first.EntryCell(3), first.EntryCell(5)
	return p
}

func (p *plan) t(chinese string, args ...any) string { return words.T(p.lang, chinese, args...) }

func (p *plan) period(q period.Period) string {
	if p.lang == words.English {
		return q.English()
	}
	return q.Chinese()
}

// labels gives the header of a column in the language of the workbook.
func (p *plan) labels(col int) []string {
	c, it := &p.l.Columns[col], p.l.Item(col)
	out := []string{p.lang.Pick(it.Label, it.LabelEN)}
	if c.Element.Scheme.Kind == measure.NoScheme {
		return out
	}
	if c.Category == "" {
		return append(out, p.t("合计"))
	}
	by := c.Category.Labels()
	for _, d := range c.Element.Scheme.Dimensions {
		name := by[d.Name]
		for _, x := range d.Labels {
			if x.Name == name {
				name = p.lang.Pick(d.Both(x))
			}
		}
		out = append(out, name)
	}
	return out
}

func (p *plan) unitOf(col int) string {
	e := &p.l.Columns[col].Element
	return p.lang.Pick(e.Unit, e.UnitEN)
}

func (p *plan) terms() {
	seen := map[string]bool{}
	for col := range p.l.Columns {
		it, e := p.l.Item(col), &p.l.Columns[col].Element
		if seen[e.Code] {
			continue
		}
		seen[e.Code] = true
		var parts []string
		switch e.Kind {
		case measure.Flow:
			parts = append(parts, p.t("本期发生数"))
		case measure.Stock:
			parts = append(parts, p.t("期末数"))
		}
		if u := p.unitOf(col); u != "" {
			parts = append(parts, p.t("单位：%s", u))
		}
		for _, s := range []string{e.Note, it.Hint, e.Source} {
			if s != "" {
				parts = append(parts, s)
			}
		}
		p.form.Terms = append(p.form.Terms, sheet.Term{Name: e.Code + " " + p.lang.Pick(it.Label, it.LabelEN), Meaning: strings.Join(parts, p.t("；"))})
	}
}

// head gives a worksheet with its title and its entries; those of the first sheet hold the
// declaration and what is said about the whole return.
func (p *plan) head(i int, in planIn) sheet.FormSheet {
	l := p.l
	s := sheet.FormSheet{Name: sheet.Name(p.t(l.Panels[i].Name), nil), Title: p.form.Title, Entries: []sheet.Entry{
		{Label: p.t("填报单位："), Text: l.Tree.Name(l.Place.Unit)},
		{Label: p.t("期别："), Text: p.period(l.Place.Period)},
	}}
	if len(l.Panels) > 1 {
		s.Title += " · " + p.t(l.Panels[i].Name)
	}
	if i > 0 {
		return s
	}
	s.Entries = append(s.Entries,
		sheet.Entry{Label: p.t("填报人："), Input: sheet.Input{Kind: sheet.FreeText, MaxLength: 20}},
		sheet.Entry{Label: p.t("空白声明："), Text: p.t(in.Declared.Text()), Input: sheet.Input{Kind: sheet.Choice, List: declareList,
			Hint: p.t("“其余为零”把空白都当作 0；“本期零报告”表示本期没有发生。都要负责。")}},
		sheet.Entry{Label: p.t("审核人："), Input: sheet.Input{Kind: sheet.FreeText, MaxLength: 20}},
		sheet.Entry{Label: p.t("本表说明："), Text: in.Comment, Input: sheet.Input{Kind: sheet.FreeText, MaxLength: maxComment,
			Hint: p.t("对整张表的说明，例如合计与上月相差较大的原因。")}})
	return s
}

// input says what may be typed into a column.
func (p *plan) input(col int) sheet.Input {
	it, e := p.l.Item(col), &p.l.Columns[col].Element
	in := sheet.Input{Kind: sheet.Whole}
	lo, hi := p.l.bounds(col)
	in.Min = measure.Decimal(lo, e.Scale)
	if hi < measure.MaxValue {
		in.Max = measure.Decimal(hi, e.Scale)
	}
	if e.Scale > 0 {
		in.Kind, in.Digits = sheet.Decimal, e.Scale
	}
	if it.Hint != "" {
		in.Hint = it.Hint
	}
	return in
}

func (p *plan) note() sheet.FormColumn {
	return sheet.FormColumn{Head: []string{p.t("说明")}, Width: 28, Left: true, Input: sheet.Input{Kind: sheet.FreeText, MaxLength: maxNote,
		Hint: p.t("数字异常但无误时，在这里写明原因。")}}
}

// straight lays subjects out as rows.
func (p *plan) straight(s *sheet.FormSheet, i int, in planIn) {
	l := p.l
	s.Columns = []sheet.FormColumn{{Head: []string{p.t("代码")}, Width: 15}, {Head: []string{p.t("单位")}, Width: 16, Left: true}}
	s.Freeze, s.Total = 2, p.t("合计")
	for _, col := range l.Panels[i].Columns {
		e := &l.Columns[col].Element
		head := p.labels(col)
		if e.Kind == measure.Stock {
			s.Columns = append(s.Columns, sheet.FormColumn{Head: append(head[:len(head):len(head)], p.t("上期")), Unit: p.unitOf(col), Width: 10, Sum: true})
			head = append(head, p.t("本期"))
		}
		p.place[col] = len(s.Columns)
		s.Columns = append(s.Columns, sheet.FormColumn{Head: head, Unit: p.unitOf(col), Width: 12, Input: p.input(col), Sum: e.Kind != measure.Point})
	}
	p.notes[i] = len(s.Columns)
	s.Columns = append(s.Columns, p.note())
	for row, u := range l.Subjects {
		cells := make([]sheet.FormCell, len(s.Columns))
		cells[0], cells[1] = sheet.Fix(l.Tree.Code(u)), sheet.Fix(unitName(l.Tree, u))
		for _, col := range l.Panels[i].Columns {
			if l.Columns[col].Element.Kind == measure.Stock {
				cells[p.place[col]-1] = p.number(in.Previous, row, col)
			}
			cells[p.place[col]] = p.cell(in, row, col)
		}
		cells[p.notes[i]].Text = in.Notes[Key{Subject: u, Category: measure.Category(l.Panels[i].Name)}]
		s.Rows = append(s.Rows, sheet.FormRow{Cells: cells})
	}
}

// turned lays items out as rows.
func (p *plan) turned(s *sheet.FormSheet, i int, in planIn) {
	l := p.l
	deep := 1
	for _, col := range l.Panels[i].Columns {
		deep = max(deep, len(p.labels(col)))
	}
	s.Columns = []sheet.FormColumn{{Head: []string{p.t("代码")}, Width: 12}, {Head: []string{p.t("数据项")}, Width: 30, Left: true}}
	if deep > 1 {
		s.Columns = append(s.Columns, sheet.FormColumn{Head: []string{p.t("分类")}, Width: 18, Left: true})
	}
	s.Columns = append(s.Columns, sheet.FormColumn{Head: []string{p.t("计量单位")}, Width: 10})
	s.Freeze = 2
	open := sheet.Input{Kind: sheet.Whole}
	if d := l.digits(l.Panels[i]); d > 0 {
		open = sheet.Input{Kind: sheet.Decimal, Digits: 0}
	}
	for _, col := range l.Panels[i].Columns {
		lo, _ := l.bounds(col)
		open.Negative = open.Negative || lo < 0
	}
	first := len(s.Columns)
	step := 1
	if p.prev[i] {
		step = 2
	}
	for _, u := range l.Subjects {
		head := []string{}
		if len(l.Subjects) > 1 {
			head = append(head, unitName(l.Tree, u))
		}
		if p.prev[i] {
			s.Columns = append(s.Columns, sheet.FormColumn{Head: append(head[:len(head):len(head)], p.t("上期")), Width: 12})
		}
		s.Columns = append(s.Columns, sheet.FormColumn{Head: append(head[:len(head):len(head)], p.t("本期")), Width: 14, Input: open})
	}
	p.notes[i] = len(s.Columns)
	s.Columns = append(s.Columns, p.note())
	for n, col := range l.Panels[i].Columns {
		p.place[col] = n
		cells := make([]sheet.FormCell, len(s.Columns))
		labels := p.labels(col)
		cells[0], cells[1] = sheet.Fix(l.Columns[col].Element.Code), sheet.Fix(labels[0])
		if deep > 1 && len(labels) > 1 {
			cells[2] = sheet.Fix(strings.Join(labels[1:], " · "))
		}
		cells[first-1] = sheet.Fix(p.unitOf(col))
		for row := range l.Subjects {
			at := first + row*step + step - 1
			if p.prev[i] && l.Columns[col].Element.Kind == measure.Stock {
				cells[at-1] = p.number(in.Previous, row, col)
			}
			cells[at] = p.cell(in, row, col)
		}
		cells[p.notes[i]].Text = in.Notes[Key{Element: l.Columns[col].Element.Code, Category: l.Columns[col].Category}]
		s.Rows = append(s.Rows, sheet.FormRow{Cells: cells})
	}
}

func (p *plan) number(m map[Key]Value, row, col int) sheet.FormCell {
	v, ok := m[p.l.Key(row, col)]
	if !ok {
		return sheet.FormCell{Fixed: true}
	}
	return sheet.FormCell{Number: measure.Decimal(v.N, p.l.Columns[col].Element.Scale), Fixed: true}
}

// cell gives the content of an input. What is known already is locked: it is not asked again.
func (p *plan) cell(in planIn, row, col int) sheet.FormCell {
	k := p.l.Key(row, col)
	e := &p.l.Columns[col].Element
	if v, ok := in.Known[k]; ok {
		return sheet.FormCell{Number: measure.Decimal(v.N, e.Scale), Fixed: true}
	}
	t := strings.TrimSpace(in.Cells[k].Text)
	if t == "" {
		return sheet.FormCell{}
	}
	if v, err := measure.ParseValue(t, e.Scale); err == nil {
		return sheet.FormCell{Number: measure.Decimal(v, e.Scale)}
	}
	return sheet.FormCell{Text: t}
}

// at gives worksheet and cell of a cell of the layout.
func (p *plan) at(row, col int) (name, cell string) {
	i := p.panel[col]
	s := &p.form.Sheets[i]
	if !p.l.Turned {
		return s.Name, s.Cell(row, p.place[col])
	}
	step := 1
	if p.prev[i] {
		step = 2
	}
	first := p.notes[i] - step*len(p.l.Subjects)
	return s.Name, s.Cell(p.place[col], first+row*step+step-1)
}

// ref gives the place of a cell as facts carry it, "填报!C14".
func (p *plan) ref(row, col int) string {
	name, cell := p.at(row, col)
	return name + "!" + cell
}

// noteAt gives worksheet and cell of the explanation of a cell.
func (p *plan) noteAt(row, col int) (name, cell string) {
	i := p.panel[col]
	s := &p.form.Sheets[i]
	if p.l.Turned {
		return s.Name, s.Cell(p.place[col], p.notes[i])
	}
	return s.Name, s.Cell(row, p.notes[i])
}

// refs gives the place of every cell of a layout.
func (l *Layout) refs() map[Key]string {
	p := newPlan(l, "", words.Chinese, planIn{})
	out := make(map[Key]string, l.Cells())
	for row := range l.Subjects {
		for col := range l.Columns {
			out[l.Key(row, col)] = p.ref(row, col)
		}
	}
	return out
}

// spoiled gives the cells that findings of reading make unreadable: the cell itself, or the whole
// row or column where a header or a code was changed. Checks pass them over.
func (p *plan) spoiled(found fault.Findings) map[Key]bool {
	out := map[Key]bool{}
	if len(found) == 0 {
		return out
	}
	type spot struct {
		sheet string
		n     int
	}
	cells, rows, cols := map[string]bool{}, map[spot]bool{}, map[spot]bool{}
	heads := map[string][2]int{}
	for i := range p.form.Sheets {
		s := &p.form.Sheets[i]
		heads[s.Name] = [2]int{s.HeadRow(), s.FirstRow()}
	}
	for _, f := range found {
		col, row, ok := sheet.ParseAddress(f.Cell)
		h, known := heads[f.Sheet]
		switch {
		case f.Rule == "sheet-missing":
			cols[spot{f.Sheet, 0}] = true
		case !ok || !known || f.Rule == ruleOutside:
		case f.Rule == "template-changed" && row >= h[1]:
			rows[spot{f.Sheet, row}] = true
		case f.Rule == "template-changed" && row >= h[0]:
			cols[spot{f.Sheet, col}] = true
		case f.Rule != "template-changed":
			cells[f.Sheet+"!"+f.Cell] = true
		}
	}
	for r := range p.l.Subjects {
		for c := range p.l.Columns {
			name, cell := p.at(r, c)
			col, row, _ := sheet.ParseAddress(cell)
			if cells[name+"!"+cell] || rows[spot{name, row}] || cols[spot{name, col}] || cols[spot{name, 0}] {
				out[p.l.Key(r, c)] = true
			}
		}
	}
	return out
}

// unitsOf lists unit numbers as names, for sentences.
func unitsOf(t *org.Tree, list []org.UnitID) string {
	names := make([]string, len(list))
	for i, u := range list {
		names[i] = unitName(t, u)
	}
	return strings.Join(names, "、")
}
