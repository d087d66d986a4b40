package units

import (
	"strconv"
	"strings"

	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/table"
)

// tr says a Chinese format in the language of the page, with its arguments put in.
type tr func(chinese string, args ...any) string

// A link leads to a page.
type link struct {
	Text, Href string
	On         bool
}

// listView is the page of the trees.
type listView struct {
	Day       string
	Today     bool // Day is today
	Kind      string
	Kinds     []link
	Counts    []string
	Query     string
	Searched  bool
	Hits      []hit
	More      bool
	Gone      []hit
	At        string // code of the unit shown, "" for the roots
	Crumbs    []link
	Lines     []line
	Whole     bool // everything beneath is on the page
	Empty     bool
	CanChange bool
	AddHref   string
	XLSX, CSV string
	Export    string
}

// A line is one piece of the indented list: a unit, or the end of the units beneath one.
type line struct {
	Close  bool
	Parent bool // units beneath follow, up to the Close
	Open   bool
	Name   string
	Href   string
	Code   string
	Kind   string
	Span   string
	Count  int
	Deeper string // address of the list that begins at this unit, when its units are not on the page
}

// A hit is a unit found by the search.
type hit struct {
	Name, Href, Code, Kind, Span, Path string
}

// whole is the number of units up to which the list shows a subtree with everything beneath.
const whole = 1000

// newList builds the list of the units beneath at (0 for the roots) on a day.
func newList(t tr, r *org.Register, kind org.TreeKind, at org.UnitID, day period.Day) listView {
	tree := r.On(day)
	v := listView{Day: day.String(), Kind: kind.String()}
	for _, k := range []org.TreeKind{org.Territorial, org.Functional} {
		name := "区划"
		if k == org.Functional {
			name = "职能"
		}
		v.Kinds = append(v.Kinds, link{t(name), listPath(k, 0, day), k == kind && at == 0})
	}
	top := tree.Roots(kind)
	if at != 0 {
		top = []org.UnitID{at}
		v.At = tree.Code(at)
		for _, id := range tree.Path(at) {
			v.Crumbs = append(v.Crumbs, link{tree.Name(id), listPath(kind, id, day), id == at})
		}
	}
	v.Counts = counts(t, tree, kind, top)
	total := 0
	for _, id := range top {
		total += len(tree.Beneath(id))
	}
	v.Whole, v.Empty = total <= whole, total == 0
	for _, id := range top {
		if v.Whole {
			v.Lines = appendWhole(v.Lines, t, r, tree, kind, id, 0)
			continue
		}
		kids := tree.Children(id)
		l := lineOf(t, r, tree, id)
		if l.Parent = at != 0 && len(kids) > 0; !l.Parent {
			l.Deeper = listPath(kind, id, day)
			v.Lines = append(v.Lines, l)
			continue
		}
		l.Open = true
		v.Lines = append(v.Lines, l)
		for _, kid := range kids {
			k := lineOf(t, r, tree, kid)
			if k.Count > 0 {
				k.Deeper = listPath(kind, kid, day)
			}
			v.Lines = append(v.Lines, k)
		}
		v.Lines = append(v.Lines, line{Close: true})
	}
	return v
}

func appendWhole(lines []line, t tr, r *org.Register, tree *org.Tree, kind org.TreeKind, id org.UnitID, depth int) []line {
	kids := tree.Children(id)
	l := lineOf(t, r, tree, id)
	l.Parent = len(kids) > 0
	l.Open = depth == 0 || kind == org.Functional
	lines = append(lines, l)
	if !l.Parent {
		return lines
	}
	for _, kid := range kids {
		lines = appendWhole(lines, t, r, tree, kind, kid, depth+1)
	}
	return append(lines, line{Close: true})
}

func lineOf(t tr, r *org.Register, tree *org.Tree, id org.UnitID) line {
	u, _ := r.Unit(id)
	v, _ := u.At(tree.From)
	return line{Name: v.Name, Href: unitPath(u.Code), Code: u.Code, Kind: t(u.Kind.Text()), Span: span(t, v.From, v.To), Count: len(tree.Beneath(id)) - 1}
}

// counts tells how many units of each level or kind there are, without the top itself where it is
// only one.
func counts(t tr, tree *org.Tree, kind org.TreeKind, top []org.UnitID) []string {
	of := map[org.Kind]int{}
	if kind == org.Functional {
		for _, id := range top {
			for _, u := range tree.Beneath(id) {
				of[tree.Kind(u)]++
			}
		}
	} else {
		for _, id := range top {
			for _, l := range org.Levels() {
				if l == org.LevelFunctional {
					continue
				}
				lo, hi := tree.Run(l, id)
				if hi > lo {
					of[tree.Kind(tree.Rows(l)[lo])] += hi - lo
				}
			}
		}
	}
	var out []string
	for _, k := range org.Kinds() {
		if n := of[k]; n > 0 {
			out = append(out, t("%s %d", t(k.Text()), n))
		}
	}
	return out
}

// span says from when to when something holds.
func span(t tr, from, to period.Day) string {
	switch {
	case from == Beginning && to == 0:
		return t("一直有效")
	case from == Beginning:
		return t("至 %s", to)
	case to == 0:
		return t("%s 起", from)
	}
	return t("%s 至 %s", from, to)
}

func unitPath(code string) string { return "/admin/units/" + code }

func listPath(k org.TreeKind, at org.UnitID, day period.Day) string {
	p := "/admin/units?on=" + day.String()
	if k == org.Functional {
		p += "&tree=functional"
	}
	if at != 0 {
		p += "&at=" + strconv.Itoa(int(at))
	}
	return p
}

// search puts what was found on the page in the place of the list.
func (v *listView) search(t tr, r *org.Register, x *index, query string, at org.UnitID, day period.Day) {
	v.Query, v.Searched = query, true
	tree := r.On(day)
	ids, gone, more := x.find(query, tree, at, 50)
	v.More = more
	for _, id := range ids {
		v.Hits = append(v.Hits, hitOf(t, r, tree, id))
	}
	for _, id := range gone {
		v.Gone = append(v.Gone, hitOf(t, r, tree, id))
	}
}

func hitOf(t tr, r *org.Register, tree *org.Tree, id org.UnitID) hit {
	u, _ := r.Unit(id)
	v, alive := u.At(tree.From)
	if !alive {
		v = u.Last()
	}
	h := hit{Name: v.Name, Href: unitPath(u.Code), Code: u.Code, Kind: t(u.Kind.Text()), Span: span(t, v.From, v.To)}
	if alive {
		var path []string
		for _, p := range tree.Path(id) {
			if p != id {
				path = append(path, tree.Name(p))
			}
		}
		h.Path = strings.Join(path, " / ")
	}
	return h
}

// listTable is the list as a table to download: the unit and everything beneath it.
func listTable(t tr, r *org.Register, kind org.TreeKind, at org.UnitID, day period.Day) *table.Table {
	tree := r.On(day)
	top := tree.Roots(kind)
	if at != 0 {
		top = []org.UnitID{at}
	}
	tab := &table.Table{ID: "units", Name: t("单位"), Caption: t("%s 的单位", day), Columns: []table.Column{
		{Head: []string{t("名称")}, Key: "name", Sort: table.ByText, RowHead: true},
		{Head: []string{t("编码")}, Key: "code", Sort: table.ByText, Align: table.Left},
		{Head: []string{t("类别")}, Key: "kind"},
		{Head: []string{t("上级编码")}, Key: "parent", Align: table.Left},
		{Head: []string{t("上级")}, Key: "parent_name"},
		{Head: []string{t("生效日期")}, Key: "from"},
		{Head: []string{t("失效日期")}, Key: "to"},
		{Head: []string{t("下级单位数")}, Key: "beneath", Sort: table.ByNumber},
	}}
	for _, root := range top {
		base := len(tree.Path(root))
		for _, id := range tree.Beneath(root) {
			u, _ := r.Unit(id)
			v, _ := u.At(day)
			n := strconv.Itoa(len(tree.Beneath(id)) - 1)
			p := tree.Parent(id)
			name := table.Link(v.Name, unitPath(u.Code))
			name.SortKey = v.Pinyin
			tab.Rows = append(tab.Rows, table.Row{ID: u.Code, Level: len(tree.Path(id)) - base, Cells: []table.Cell{
				name, table.Text(u.Code), table.Text(t(u.Kind.Text())),
				table.Text(tree.Code(p)), table.Text(tree.Name(p)), table.Text(v.From.String()), table.Text(v.To.String()), table.Number(n, n)}})
		}
	}
	return tab
}
