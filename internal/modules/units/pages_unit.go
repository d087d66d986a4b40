package units

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/table"
)

// unitView is the page of one unit: what it was and is, and the forms of its changes.
type unitView struct {
	Name, Code, Kind string
	Alive            bool
	Span             string
	Parent           link
	Crumbs           []link
	Aliases          []string
	Beneath          int
	ListHref         string
	AddHref          string
	Versions         *table.Table
	History          []historyLine
	Kin              []link // predecessors and successors
	CanChange        bool
	Territorial      bool
	Figures          string // where its figures are, "" for readers who may not see them
	HasBeneath       bool
	Form             changeForm
	Parents          []choice // for the new parent
	Peers            []choice // for merging
	Problems         []string
	Conflict         string
}

// A choice is one value of a list to choose from.
type choice struct{ Value, Label string }

// A historyLine is one change in the history of a unit.
type historyLine struct {
	ID      int64
	Deed    string
	On      string
	Reason  string
	By, At  string
	Undone  bool
	CanUndo bool
	Label   string
}

// A changeForm holds what was typed, and what is wrong with it, by the names of the fields.
type changeForm struct {
	Deed, On, Reason   string
	Name, Short        string
	Code, Kind, Parent string
	Others, Into       string
	Parts              string
	Aliases, Pinyin    string
	Order              string
	Seen               int64
	Errors             map[string]string
}

// Error gives what is wrong with a field of the form of a deed; the other forms on the page have
// nothing wrong.
func (f changeForm) Error(deed, field string) string {
	if f.Deed != deed {
		return ""
	}
	return f.Errors[field]
}

// Typed gives what was typed into a field of the form of a deed, else the value given.
func (f changeForm) Typed(deed, field, value string) string {
	if f.Deed != deed {
		return value
	}
	switch field {
	case "on":
		return f.On
	case "reason":
		return f.Reason
	case "name":
		return f.Name
	case "short":
		return f.Short
	case "code":
		return f.Code
	case "kind":
		return f.Kind
	case "parent":
		return f.Parent
	case "others":
		return f.Others
	case "into":
		return f.Into
	case "parts":
		return f.Parts
	case "aliases":
		return f.Aliases
	case "pinyin":
		return f.Pinyin
	case "order":
		return f.Order
	}
	return value
}

// Open tells whether the form of a deed is to be shown open.
func (f changeForm) Open(deed string) bool { return f.Deed == deed }

// maxChoices bounds the lists offered while typing; codes and names may be typed all the same.
const maxChoices = 400

// newUnit builds the page of a unit as of a day.
func newUnit(t tr, r *org.Register, id org.UnitID, day period.Day) unitView {
	u, _ := r.Unit(id)
	tree := r.On(day)
	last := u.Last()
	now, alive := u.At(day)
	if !alive {
		now = last
	}
	kind := u.Kind.Tree()
	v := unitView{Name: now.Name, Code: u.Code, Kind: t(u.Kind.Text()), Alive: alive, Span: span(t, u.Versions[0].From, last.To), Aliases: u.Aliases,
		Territorial: kind == org.Territorial, ListHref: listPath(kind, id, day)}
	if alive && u.Kind != org.Village {
		v.AddHref = "/admin/units/add?parent=" + u.Code
	}
	if alive {
		v.Beneath = len(tree.Beneath(id)) - 1
		v.HasBeneath = len(tree.Children(id)) > 0
		for _, p := range tree.Path(id) {
			v.Crumbs = append(v.Crumbs, link{tree.Name(p), unitPath(tree.Code(p)), p == id})
		}
		if p := tree.Parent(id); p != 0 {
			v.Parent = link{tree.Name(p), unitPath(tree.Code(p)), false}
		}
	}
	v.Versions = versionTable(t, r, u)
	for _, p := range r.Predecessors(id) {
		x, _ := r.Unit(p)
		v.Kin = append(v.Kin, link{t("前身：%s", x.Last().Name), unitPath(x.Code), false})
	}
	for _, s := range r.History(id) {
		if s.From == id && s.To != id && s.To != 0 {
			x, _ := r.Unit(s.To)
			v.Kin = append(v.Kin, link{t("后继：%s", x.Last().Name), unitPath(x.Code), false})
		}
	}
	v.Parents, v.Peers = choices(tree, id, u.Kind)
	v.Form.Name, v.Form.Short, v.Form.Order = last.Name, last.Short, strconv.Itoa(last.Order)
	v.Form.Aliases, v.Form.Pinyin = strings.Join(u.Aliases, "\n"), last.Pinyin
	return v
}

func versionTable(t tr, r *org.Register, u org.Unit) *table.Table {
	tab := &table.Table{ID: "versions", Name: t("沿革"), Columns: []table.Column{
		{Head: []string{t("有效期")}, Key: "span", RowHead: true}, {Head: []string{t("名称")}, Key: "name"}, {Head: []string{t("简称")}, Key: "short"},
		{Head: []string{t("上级")}, Key: "parent"}, {Head: []string{t("依据或原因")}, Key: "reason"}}}
	for i := len(u.Versions) - 1; i >= 0; i-- {
		w := u.Versions[i]
		parent := table.Text("—")
		if p, ok := r.Unit(w.Parent); ok {
			name := p.Last().Name
			if at, ok := p.At(w.From); ok {
				name = at.Name
			}
			parent = table.Link(name, unitPath(p.Code))
		}
		tab.Rows = append(tab.Rows, table.Row{Cells: []table.Cell{table.Text(span(t, w.From, w.To)), table.Text(w.Name), table.Text(w.Short), parent, table.Text(w.Reason)}})
	}
	return tab
}

// choices lists the units that may be the parent of a unit, and those of its kind beside it.
func choices(tree *org.Tree, id org.UnitID, k org.Kind) (parents, peers []choice) {
	parent := tree.Parent(id)
	if k.Tree() == org.Functional {
		for _, p := range tree.Preorder(org.Functional) {
			if p != id && len(parents) < maxChoices && !tree.Under(p, id) {
				parents = append(parents, choice{tree.Code(p), tree.Name(p)})
			}
		}
	} else if parent != 0 {
		// The units of the level above in the same county, or, for higher levels, everywhere near.
		scope := parent
		if path := tree.Path(parent); len(path) > 1 {
			scope = path[len(path)-2]
		}
		for _, p := range tree.Beneath(scope) {
			if len(parents) < maxChoices && tree.Level(p) == tree.Level(parent) {
				parents = append(parents, choice{tree.Code(p), tree.Name(p)})
			}
		}
	}
	around := tree.Children(parent)
	if parent == 0 {
		around = tree.Roots(k.Tree())
	}
	for _, p := range around {
		if p != id && tree.Kind(p) == k && len(peers) < maxChoices {
			peers = append(peers, choice{tree.Code(p), tree.Name(p)})
		}
	}
	return parents, peers
}

// historyOf words the history of a unit, the latest first; the latest that still holds may be
// taken back.
func historyOf(t tr, list []Recorded, own bool) []historyLine {
	var out []historyLine
	first := true
	for _, c := range list {
		h := historyLine{ID: c.ID, Deed: t(c.Deed.Text()), On: c.On.String(), Reason: c.Reason, By: c.By, At: clock(c.At), Undone: c.UndoneBy != 0, Label: c.Label}
		if own && first && c.Deed != Undone && c.UndoneBy == 0 {
			h.CanUndo = c.Deed != Imported
			first = false
		}
		out = append(out, h)
	}
	return out
}

// clock shortens a stored instant to minutes: 2018-05-10 09:00.
func clock(at string) string {
	if len(at) < 16 {
		return at
	}
	return strings.Replace(at[:16], "T", " ", 1)
}

// addView is the form of a new unit.
type addView struct {
	Parent   link
	Form     changeForm
	Kinds    []choice
	Problems []string
}

// kindsBeneath lists the kinds that a unit beneath a parent may have; of a root, all.
func kindsBeneath(t tr, parent org.Kind) []choice {
	var out []choice
	for _, k := range org.Kinds() {
		switch {
		case parent == "":
		case parent.Tree() != k.Tree():
			continue
		case k.Tree() == org.Territorial && k.Level() <= parent.Level():
			continue
		}
		out = append(out, choice{string(k), t(k.Text())})
	}
	return out
}

// previewView is the page between filling in a form and making a change.
type previewView struct {
	Deed, Unit string
	Action     string // where the form goes
	On, Reason string
	Fields     []field
	Touched    *table.Table
	Beneath    int
	Closed     []string
	ClosedMore int
	Loose      []string // units with facts that would be in no sum any more
	Places     []place
	Parts      []string
	Problems   []string
	Ready      bool
}

// A field is a hidden field that carries what was typed.
type field struct{ Name, Value string }

// A place asks to which part a unit goes.
type place struct {
	Name, Label string
	Value       int // chosen, -1 for none
}

// shownClosings is how many closed periods a preview names.
const shownClosings = 12

func (p Plan) view(t tr, old *org.Register) previewView {
	v := previewView{Deed: t(p.Change.Deed.Text()), On: p.Change.On.String(), Reason: p.Change.Reason, Beneath: p.Beneath, Ready: true}
	v.Touched = &table.Table{ID: "touched", Name: t("变更"), Columns: []table.Column{
		{Head: []string{t("编码")}, Key: "code", Align: table.Left, RowHead: true}, {Head: []string{t("变更前"), t("名称")}, Key: "was"},
		{Head: []string{t("变更前"), t("上级")}, Key: "was_parent"}, {Head: []string{t("变更后"), t("名称")}, Key: "is"},
		{Head: []string{t("变更后"), t("上级")}, Key: "is_parent"}, {Head: []string{t("变化")}, Key: "what"}}}
	name := func(r *org.Register, id org.UnitID, alive bool) string {
		u, ok := r.Unit(id)
		switch {
		case !alive:
			return ""
		case !ok:
			return "—"
		}
		return u.Last().Name
	}
	for _, x := range p.Touched {
		was, is := x.Was.Name, x.Is.Name
		if !x.WasAlive {
			was = t("（没有）")
		}
		if !x.IsAlive {
			is = t("（不再存在）")
		}
		v.Touched.Rows = append(v.Touched.Rows, table.Row{Cells: []table.Cell{table.Text(x.Unit.Code), table.Text(was),
			table.Text(name(old, x.Was.Parent, x.WasAlive)), table.Text(is), table.Text(name(p.Register, x.Is.Parent, x.IsAlive)), table.Text(whatChanged(t, x))}})
	}
	v.ClosedMore = max(0, len(p.Closed)-shownClosings)
	return v
}

func whatChanged(t tr, x Touch) string {
	var w []string
	switch {
	case !x.WasAlive:
		return t("新增")
	case !x.IsAlive:
		return t("结束")
	}
	if x.Was.Name != x.Is.Name {
		w = append(w, t("更名"))
	}
	if x.Was.Parent != x.Is.Parent {
		w = append(w, t("改隶"))
	}
	if x.Was.Short != x.Is.Short || x.Was.Order != x.Is.Order || x.Was.Pinyin != x.Is.Pinyin && x.Was.Name == x.Is.Name {
		w = append(w, t("简称或次序"))
	}
	if len(w) == 0 {
		w = append(w, t("有效期或别名"))
	}
	return strings.Join(w, t("、"))
}

// explain turns an error of a form into messages beside its fields and a list above it.
func explain(err error, say func(string) string, fields []string) (beside map[string]string, above []string) {
	beside = map[string]string{}
	var list fault.Findings
	if !isFindings(err, &list) {
		return beside, []string{fault.Say(err, say)}
	}
	for _, f := range list {
		if slices.Contains(fields, f.Field) && beside[f.Field] == "" {
			beside[f.Field] = f.Message(say)
		} else {
			above = append(above, f.Message(say))
		}
	}
	if len(above) == 0 && len(beside) > 0 {
		above = []string{say("有几处需要改正，见下面各栏")}
	}
	return beside, above
}

func isFindings(err error, list *fault.Findings) bool { return errors.As(err, list) }
