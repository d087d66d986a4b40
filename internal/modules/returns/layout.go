package returns

import (
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A Layout is one return as a table: which cells it has and where they stand. The workbook, the
// grid and the checks all read the same layout.
type Layout struct {
	Form     *Form
	Place    Place
	Tree     *org.Tree // of the period's last day
	Subjects []org.UnitID
	Columns  []Column
	Panels   []Panel
	Turned   bool // items are rows, subjects are columns

	columnOf map[Key]int // by element and category
	rowOf    map[org.UnitID]int
}

// A Column is one thing that is asked of every subject.
type Column struct {
	Item     int // in Form.Items
	Element  measure.Element
	Category measure.Category
	Labels   []string // from the top: element, labels of the category
}

// A Panel is one worksheet or one table of the grid: a run of columns.
type Panel struct {
	Name    string
	Columns []int // in Layout.Columns
}

// DefaultPanel is the worksheet of forms without sections.
const DefaultPanel = "填报"

// newLayout lays out a return. An element that the catalogue no longer has makes it fail.
func newLayout(f *Form, at Place, reg *org.Register, cat *measure.Catalogue) (*Layout, error) {
	t := reg.On(at.Period.Last())
	l := &Layout{Form: f, Place: at, Tree: t, Subjects: f.subjects(t, at.Unit), columnOf: map[Key]int{}, rowOf: map[org.UnitID]int{}}
	l.Turned = f.Turn == ItemRows || f.Turn == TurnAuto && len(l.Subjects) <= fewSubjects
	panel := map[string]int{}
	for i, it := range f.Items {
		e, ok := cat.Code(it.Element)
		if !ok {
			return nil, fault.New(fault.Conflict, "表 %s 的数据项 %s 已不存在；请禁毒办为该表发布新版本", f.Code, it.Element)
		}
		name := it.Section
		if name == "" {
			name = DefaultPanel
		}
		p, seen := panel[name]
		if !seen {
			p = len(l.Panels)
			panel[name] = p
			l.Panels = append(l.Panels, Panel{Name: name})
		}
		for _, c := range it.Categories {
			l.Panels[p].Columns = append(l.Panels[p].Columns, len(l.Columns))
			l.columnOf[Key{Element: e.Code, Category: c}] = len(l.Columns)
			l.Columns = append(l.Columns, Column{Item: i, Element: e, Category: c, Labels: labels(it, e, c)})
		}
	}
	for i, s := range l.Subjects {
		l.rowOf[s] = i
	}
	return l, nil
}

// labels gives the header of a column.
func labels(it Item, e measure.Element, c measure.Category) []string {
	out := []string{it.Label}
	if e.Scheme.Kind == measure.NoScheme {
		return out
	}
	if c == "" {
		return append(out, "合计")
	}
	by := c.Labels()
	for _, d := range e.Scheme.Dimensions {
		out = append(out, by[d.Name])
	}
	return out
}

// Key gives the key of a cell by row and column.
func (l *Layout) Key(row, col int) Key {
	c := &l.Columns[col]
	return Key{Subject: l.Subjects[row], Element: c.Element.Code, Category: c.Category}
}

// Find gives row and column of a key; ok is false if the return has no such cell.
func (l *Layout) Find(k Key) (row, col int, ok bool) {
	row, ok = l.rowOf[k.Subject]
	if !ok {
		return 0, 0, false
	}
	col, ok = l.columnOf[Key{Element: k.Element, Category: k.Category}]
	return row, col, ok
}

// Cells counts the cells of the return.
func (l *Layout) Cells() int { return len(l.Subjects) * len(l.Columns) }

// Item gives the item of a column.
func (l *Layout) Item(col int) Item { return l.Form.Items[l.Columns[col].Item] }

// Name gives a column in one phrase: "缴获毒品 · 海洛因".
func (l *Layout) Name(col int) string { return strings.Join(l.Columns[col].Labels, " · ") }

// panelOf gives the panel of a column.
func (l *Layout) panelOf(col int) int {
	for i := range l.Panels {
		for _, c := range l.Panels[i].Columns {
			if c == col {
				return i
			}
		}
	}
	return 0
}

// NoteKey gives the key of the words that explain a cell: those of its row. In a turned layout
// the row is the item, else the subject within the panel.
func (l *Layout) NoteKey(row, col int) Key {
	if l.Turned {
		c := &l.Columns[col]
		return Key{Element: c.Element.Code, Category: c.Category}
	}
	return Key{Subject: l.Subjects[row], Category: measure.Category(l.Panels[l.panelOf(col)].Name)}
}

// Where names a cell in words, for the grid: "双流镇 · 缴获毒品 · 海洛因".
func (l *Layout) Where(row, col int) string {
	if len(l.Subjects) == 1 {
		return l.Name(col)
	}
	return l.SubjectName(row) + " · " + l.Name(col)
}

// SubjectName gives the name of a row as of the period.
func (l *Layout) SubjectName(row int) string { return unitName(l.Tree, l.Subjects[row]) }

// unitName gives the short name of a unit, or its number where the tree does not know it.
func unitName(t *org.Tree, u org.UnitID) string {
	if s := t.Short(u); s != "" {
		return s
	}
	if s := t.Name(u); s != "" {
		return s
	}
	return "#" + strconv.Itoa(int(u))
}

// digits gives the most decimals of the columns of a panel.
func (l *Layout) digits(p Panel) int {
	n := 0
	for _, c := range p.Columns {
		n = max(n, l.Columns[c].Element.Scale)
	}
	return n
}

// previous gives the period before, in the form's grain.
func (l *Layout) previous() period.Period { return l.Place.Period.Prev() }

// bounds gives the allowed range of a column as whole numbers.
func (l *Layout) bounds(col int) (lo, hi int64) { return l.Item(col).bounds(l.Columns[col].Element) }

// bounds gives the range of an item, or that of its element where the form names none.
func (it Item) bounds(e measure.Element) (lo, hi int64) {
	lo, hi = e.Bounds()
	if v, err := measure.ParseValue(it.Min, e.Scale); err == nil {
		lo = v
	}
	if v, err := measure.ParseValue(it.Max, e.Scale); err == nil {
		hi = v
	}
	return lo, hi
}
