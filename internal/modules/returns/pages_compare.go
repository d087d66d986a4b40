package returns

import (
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/platform/words"
)

// historyView lists versions and deeds, and compares two.
type historyView struct {
	Form, Unit, Period, Path string
	Sides                    []sideView
	A, B                     string
	NameA, NameB             string
	Rows                     []diffView
	Same                     int // cells that are equal
	Conflict                 string
	MayTake                  bool
	MayHandIn                bool // the left side is a draft that met another one
}

type sideView struct {
	ID, Name string
	A, B     bool
}

type diffView struct {
	Where, A, B string
	Note        bool
}

// newCompareView compares two sides cell by cell.
func newCompareView(lang words.Lang, l *Layout, code string, sides []Side, a, b string) historyView {
	v := historyView{Form: l.Form.Title(lang == words.English), Unit: l.Tree.Name(l.Place.Unit), Period: periodName(lang, l.Place.Period), Path: address(l.Place, code)}
	if len(sides) == 0 {
		return v
	}
	pick := func(id string, other int) int {
		for i, x := range sides {
			if x.ID == id {
				return i
			}
		}
		return other
	}
	version := len(sides) - 1
	for i, x := range sides {
		if strings.HasPrefix(x.ID, "v") {
			version = i
			break
		}
	}
	i, j := pick(a, 0), pick(b, version)
	if i == j && b == "" {
		j = (i + 1) % len(sides)
	}
	for n, x := range sides {
		v.Sides = append(v.Sides, sideView{ID: x.ID, Name: words.T(lang, x.Name, x.Args...), A: n == i, B: n == j})
	}
	v.A, v.B, v.NameA, v.NameB, v.MayTake = sides[i].ID, sides[j].ID, v.Sides[i].Name, v.Sides[j].Name, true
	p := plan{l: l, lang: lang}
	where := func(row, col int) string {
		s := strings.Join(p.labels(col), " · ")
		if len(l.Subjects) > 1 {
			s = l.SubjectName(row) + " · " + s
		}
		return s
	}
	noted := map[Key]bool{}
	for row := range l.Subjects {
		for col := range l.Columns {
			k := l.Key(row, col)
			x, y := shown(l, col, sides[i].Fill.Cells[k].Text), shown(l, col, sides[j].Fill.Cells[k].Text)
			if x == y {
				v.Same++
			} else {
				v.Rows = append(v.Rows, diffView{Where: where(row, col), A: x, B: y})
			}
			nk := l.NoteKey(row, col)
			if m, n := sides[i].Fill.Notes[nk], sides[j].Fill.Notes[nk]; m != n && !noted[nk] {
				noted[nk] = true
				v.Rows = append(v.Rows, diffView{Where: where(row, col) + " · " + words.T(lang, "说明"), A: m, B: n, Note: true})
			}
		}
	}
	if m, n := strings.TrimSpace(sides[i].Fill.Comment), strings.TrimSpace(sides[j].Fill.Comment); m != n {
		v.Rows = append(v.Rows, diffView{Where: words.T(lang, "本表说明"), A: m, B: n, Note: true})
	}
	if !strings.HasPrefix(v.A, "d") || !strings.HasPrefix(v.B, "d") {
		return v
	}
	x, y := sides[i].Fill, sides[j].Fill
	if x.Declared != y.Declared {
		v.Rows = append(v.Rows, diffView{Where: words.T(lang, "空白格怎么算"), A: words.T(lang, x.Declared.Text()), B: words.T(lang, y.Declared.Text()), Note: true})
	}
	if m, n := strings.TrimSpace(x.Reason), strings.TrimSpace(y.Reason); m != n {
		v.Rows = append(v.Rows, diffView{Where: words.T(lang, "更正原因"), A: m, B: n, Note: true})
	}
	return v
}

// shown gives a typed number in its one spelling, so that "12" and "12.0" are no difference.
func shown(l *Layout, col int, text string) string {
	e := &l.Columns[col].Element
	if n, err := measure.ParseValue(text, e.Scale); err == nil {
		return measure.Group(measure.Decimal(n, e.Scale))
	}
	return strings.TrimSpace(text)
}
