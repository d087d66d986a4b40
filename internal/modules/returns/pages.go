package returns

import (
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/words"
)

// A findingView is one finding on a page, with the anchor of its cell.
type findingView struct {
	Where, Say, Anchor string
	Soft               bool
}

// A sameView is a finding that several cells have in common, said once.
type sameView struct {
	Say   string
	Cells []findingView
}

// sameOf puts findings of one sentence together, in the order of the first of each.
func sameOf(list []findingView) []sameView {
	var out []sameView
	at := map[string]int{}
	for _, f := range list {
		i, ok := at[f.Say]
		if !ok {
			i = len(out)
			at[f.Say] = i
			out = append(out, sameView{Say: f.Say})
		}
		out[i].Cells = append(out[i].Cells, f)
	}
	return out
}

func periodName(l words.Lang, p period.Period) string {
	if l == words.English {
		return p.English()
	}
	return p.Chinese()
}

// address gives the path of a return's page.
func address(at Place, code string) string {
	return "/returns/" + at.Form + "/" + code + "/" + at.Period.String()
}

// A gridView is a return as a table, to type into or to read.
type gridView struct {
	Panels []panelView
	Typing bool
}

type panelView struct {
	Name   string // "" for the only one
	Head   [][]headView
	Rows   []rowView
	Totals []totalView // nil where nothing adds up
	Turned bool        // rows are items
	Labels bool        // some of them are categories
	Notes  bool        // has the column of explanations
}

type headView struct {
	Text             string
	Unit             string
	ColSpan, RowSpan int
	Class            string
}

type rowView struct {
	Code, Name, Label, Unit string // Label and Unit of a turned row
	Same                    bool   // the element of the turned row before
	Cells                   []cellView
	Note                    cellView
}

type cellView struct {
	Fixed bool   // not typed: what was approved before
	Name  string // of the field
	ID    string // anchor
	Value string
	Class string
	Hint  string // findings, or what to count
	Label string // for screen readers
	Col   int    // column that is added up, −1 for none
	Digit int
	Mark  bool // the cell that was asked for
	Was   string
}

type totalView struct {
	Col   int
	Digit int
	Text  string
	Sum   bool
}

// A gridIn is what a grid shows.
type gridIn struct {
	Lang     words.Lang
	Layout   *Layout
	Filling  Filling
	Previous map[Key]Value
	Known    map[Key]Value
	Before   map[Key]Value // shown beside changed cells
	Found    []Found
	Typing   bool
	Mark     string // place of the cell that was asked for, "填报!C14"
	Refs     map[Key]string
}

// cellID is the anchor of a cell.
func cellID(row, col int) string { return "c" + strconv.Itoa(row) + "-" + strconv.Itoa(col) }

// field is the name of a cell's field; noteField that of the words of a row.
func (l *Layout) field(row, col int) string {
	return "c." + strconv.Itoa(int(l.Subjects[row])) + "." + strconv.Itoa(col)
}

func (l *Layout) noteField(panel, row, col int) string {
	if l.Turned {
		return "n.0." + strconv.Itoa(col)
	}
	return "n." + strconv.Itoa(int(l.Subjects[row])) + "." + strconv.Itoa(panel)
}

// newGrid builds the table.
func newGrid(in gridIn) gridView {
	g := gridView{Typing: in.Typing}
	byCell := map[Key][]Found{}
	for _, f := range in.Found {
		if f.Row >= 0 {
			byCell[f.Key] = append(byCell[f.Key], f)
		}
	}
	p := newPlan(in.Layout, "", in.Lang, planIn{})
	for i := range in.Layout.Panels {
		if in.Layout.Turned {
			g.Panels = append(g.Panels, in.turned(p, i, byCell))
		} else {
			g.Panels = append(g.Panels, in.straight(p, i, byCell))
		}
	}
	return g
}

// noted tells whether the column of explanations is shown.
func (in gridIn) noted() bool { return in.Typing || len(in.Filling.Notes) > 0 }

func (in gridIn) name(p *plan, i int) string {
	if len(in.Layout.Panels) == 1 {
		return ""
	}
	return p.t(in.Layout.Panels[i].Name)
}

// straight shows subjects as rows.
func (in gridIn) straight(p *plan, i int, byCell map[Key][]Found) panelView {
	l := in.Layout
	v := panelView{Name: in.name(p, i), Notes: in.noted()}
	paths := [][]string{{p.t("单位")}}
	units := []string{""}
	adds := false
	for _, col := range l.Panels[i].Columns {
		head := p.labels(col)
		if l.Columns[col].Element.Kind == measure.Stock {
			paths, units = append(paths, append(head[:len(head):len(head)], p.t("上期"))), append(units, "")
			head = append(head, p.t("本期"))
		}
		paths, units = append(paths, head), append(units, p.unitOf(col))
	}
	if v.Notes {
		paths, units = append(paths, []string{p.t("说明")}), append(units, "")
	}
	v.Head = headOf(paths, units)
	for row := range l.Subjects {
		r := rowView{Code: l.Tree.Code(l.Subjects[row]), Name: l.SubjectName(row)}
		for _, col := range l.Panels[i].Columns {
			if l.Columns[col].Element.Kind == measure.Stock {
				r.Cells = append(r.Cells, in.past(row, col))
			}
			c := in.cell(p, row, col, byCell)
			if l.Columns[col].Element.Kind != measure.Point {
				c.Col, adds = col, true
			}
			r.Cells = append(r.Cells, c)
		}
		r.Note = in.note(p, i, row, l.Panels[i].Columns[0])
		v.Rows = append(v.Rows, r)
	}
	if adds && len(l.Subjects) > 1 {
		v.Totals = in.totals(i)
	}
	return v
}

// totals adds the columns of a panel.
func (in gridIn) totals(i int) []totalView {
	l := in.Layout
	var out []totalView
	for _, col := range l.Panels[i].Columns {
		e := &l.Columns[col].Element
		sum := func(m map[Key]Value) (string, bool) {
			var n int64
			any := false
			for row := range l.Subjects {
				if v, ok := m[l.Key(row, col)]; ok {
					n, any = n+v.N, true
				}
			}
			return measure.Group(measure.Decimal(n, e.Scale)), any
		}
		if e.Kind == measure.Stock {
			t := totalView{Col: -1}
			if s, ok := sum(in.Previous); ok {
				t.Text = s
			}
			out = append(out, t)
		}
		t := totalView{Col: col, Digit: e.Scale, Sum: e.Kind != measure.Point}
		now := map[Key]Value{}
		for row := range l.Subjects {
			k := l.Key(row, col)
			if n, err := measure.ParseValue(in.Filling.Cells[k].Text, e.Scale); err == nil {
				now[k] = Value{N: n}
			}
		}
		if s, ok := sum(now); ok && t.Sum {
			t.Text = s
		}
		out = append(out, t)
	}
	return out
}

// turned shows items as rows.
func (in gridIn) turned(p *plan, i int, byCell map[Key][]Found) panelView {
	l := in.Layout
	v := panelView{Name: in.name(p, i), Turned: true, Notes: in.noted()}
	paths := [][]string{{p.t("数据项")}}
	for _, col := range l.Panels[i].Columns {
		v.Labels = v.Labels || len(p.labels(col)) > 1
	}
	if v.Labels {
		paths = append(paths, []string{p.t("分类")})
	}
	paths = append(paths, []string{p.t("计量单位")})
	for row := range l.Subjects {
		head := []string{}
		if len(l.Subjects) > 1 {
			head = append(head, l.SubjectName(row))
		}
		paths = append(paths, append(head[:len(head):len(head)], p.t("上期")), append(head[:len(head):len(head)], p.t("本期")))
	}
	if v.Notes {
		paths = append(paths, []string{p.t("说明")})
	}
	v.Head = headOf(paths, nil)
	for i := range v.Head[0] {
		if v.Head[0][i].Text == p.t("计量单位") {
			v.Head[0][i].Class = "unit"
		}
	}
	for _, col := range l.Panels[i].Columns {
		labels := p.labels(col)
		code := l.Columns[col].Element.Code
		r := rowView{Code: code, Same: len(v.Rows) > 0 && v.Rows[len(v.Rows)-1].Code == code, Name: labels[0], Label: strings.Join(labels[1:], " · "), Unit: p.unitOf(col)}
		for row := range l.Subjects {
			r.Cells = append(r.Cells, in.past(row, col), in.cell(p, row, col, byCell))
		}
		r.Note = in.note(p, i, 0, col)
		v.Rows = append(v.Rows, r)
	}
	return v
}

// past shows what was approved for the period before.
func (in gridIn) past(row, col int) cellView {
	v, ok := in.Previous[in.Layout.Key(row, col)]
	c := cellView{Fixed: true, Col: -1}
	if ok {
		c.Value = measure.Group(measure.Decimal(v.N, in.Layout.Columns[col].Element.Scale))
	}
	return c
}

func (in gridIn) cell(p *plan, row, col int, byCell map[Key][]Found) cellView {
	l := in.Layout
	k := l.Key(row, col)
	e := &l.Columns[col].Element
	c := cellView{Name: l.field(row, col), ID: cellID(row, col), Value: in.Filling.Cells[k].Text, Label: l.SubjectName(row) + " " + strings.Join(p.labels(col), " "),
		Col: -1, Digit: e.Scale, Hint: l.Item(col).Hint}
	if !in.Typing {
		if v, err := measure.ParseValue(c.Value, e.Scale); err == nil {
			c.Value = measure.Group(measure.Decimal(v, e.Scale))
		}
	}
	if _, known := in.Known[k]; known {
		c.Class = "known"
	}
	if in.Before != nil {
		c.Was = in.was(k, e.Scale)
		if c.Was != "" {
			c.Class = "soft"
		}
	}
	c.Mark = in.Mark != "" && in.Refs[k] == in.Mark
	var say []string
	for _, f := range byCell[k] {
		switch {
		case f.Rule == ruleBlank:
			continue
		case f.Severity == Hard:
			c.Class = "bad"
		case c.Class != "bad" && f.Stops():
			c.Class = "soft"
		}
		say = append(say, f.Message(in.Lang.Text))
	}
	if len(say) > 0 {
		c.Hint = strings.Join(say, p.t("；"))
	}
	if c.Mark {
		c.Class = strings.TrimSpace(c.Class + " marked")
	}
	return c
}

// was gives what stood in a changed cell before; "" if it did not change.
func (in gridIn) was(k Key, scale int) string {
	old, had := in.Before[k]
	now, err := measure.ParseValue(in.Filling.Cells[k].Text, scale)
	switch {
	case had && (err != nil || now != old.N):
		return measure.Group(measure.Decimal(old.N, scale))
	case !had && err == nil:
		return "—"
	}
	return ""
}

func (in gridIn) note(p *plan, panel, row, col int) cellView {
	l := in.Layout
	return cellView{Name: l.noteField(panel, row, col), Value: in.Filling.Notes[l.NoteKey(row, col)], Label: p.t("说明"), Col: -1}
}

// headOf lays header paths out as rows of cells; equal neighbours share a cell.
func headOf(paths [][]string, units []string) [][]headView {
	depth := 1
	for _, p := range paths {
		depth = max(depth, len(p))
	}
	rows := make([][]headView, depth)
	for d := range depth {
		for i := 0; i < len(paths); {
			path := paths[i]
			j := i + 1
			switch {
			case d >= len(path):
			case d == len(path)-1:
				h := headView{Text: path[d], ColSpan: 1, RowSpan: depth - d}
				if units != nil {
					h.Unit = units[i]
				}
				rows[d] = append(rows[d], h)
			default:
				for j < len(paths) && len(paths[j]) > d+1 && strings.Join(paths[j][:d+1], "\x00") == strings.Join(path[:d+1], "\x00") {
					j++
				}
				rows[d] = append(rows[d], headView{Text: path[d], ColSpan: j - i, RowSpan: 1})
			}
			i = j
		}
	}
	return rows
}

// newFindingView shows one finding.
func newFindingView(lang words.Lang, l *Layout, f Found) findingView {
	v := findingView{Where: whereIn(lang, l, f), Say: f.Message(lang.Text), Soft: f.Severity == Soft}
	if f.Row >= 0 {
		v.Anchor = cellID(f.Row, f.Col)
	}
	return v
}

// findingsOf shows findings with the anchors of their cells.
func findingsOf(lang words.Lang, l *Layout, c Checked) (file, hard, soft, info, blank []findingView) {
	for _, f := range c.File {
		file = append(file, findingView{Where: f.Where(lang.Text), Say: f.Message(lang.Text)})
	}
	for _, f := range c.Found {
		v := newFindingView(lang, l, f)
		switch {
		case f.Rule == ruleBlank:
			blank = append(blank, v)
		case f.Severity == Hard:
			hard = append(hard, v)
		case f.Stops():
			soft = append(soft, v)
		default:
			if f.Note != "" && f.Severity == Soft {
				v.Say = words.T(lang, "%s（已说明：%s）", v.Say, f.Note)
			}
			info = append(info, v)
		}
	}
	return file, hard, soft, info, blank
}

// whereIn names the places of a finding in words, with the cells of the workbook where there is
// one; a finding about the whole return that names no cell has none.
func whereIn(lang words.Lang, l *Layout, f Found) string {
	p := plan{l: l, lang: lang}
	name := func(col int) string { return strings.Join(p.labels(col), " · ") }
	also := f.also(l, lang.Text, name)
	if f.Row < 0 {
		if also != "" {
			also = words.T(lang, "各行合计：%s", also)
		}
		return also
	}
	where := name(f.Col)
	if len(l.Subjects) > 1 {
		where = l.SubjectName(f.Row) + " · " + where
	}
	if strings.Contains(f.Ref, "!") {
		where += words.T(lang, "（%s）", strings.Replace(f.Ref, "!", " ", 1))
	}
	if also != "" {
		where = words.T(lang, "%s，同时看 %s", where, also)
	}
	return where
}

// faults are the sentences of a refused form, by field.
type faults map[string][]string

// Of gives the sentences of a field.
func (f faults) Of(field string) []string { return f[field] }

// faultsOf sorts findings by field; those without one stand under "".
func faultsOf(lang words.Lang, list fault.Findings) faults {
	out := faults{}
	for _, x := range list {
		say := x.Message(lang.Text)
		field := x.Field
		if x.Row > 0 {
			say = words.T(lang, "第 %d 行：%s", x.Row, say)
		}
		out[field] = append(out[field], say)
	}
	return out
}
