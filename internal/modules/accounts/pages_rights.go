package accounts

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/table"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

type postsView struct {
	Grid      web.Grid
	XLSX, CSV string
	MayGrant  bool
	Grant     grantView
}

func postState(p PostRow, today period.Day) (text, tag string) {
	switch {
	case !p.Lasts(today):
		return "停用", ""
	case p.Gone:
		return "单位已撤销", "bad"
	case len(p.Holders) == 0:
		return "空缺", "warn"
	}
	return "在用", "good"
}

// postTable is the list of posts as a table; the last column, for those who may, leads to what
// can be done.
func postTable(l words.Lang, list []PostRow, today period.Day, tree *org.Tree, may bool) *table.Table {
	t := &table.Table{ID: "posts", Name: l.Text("岗位"), Empty: l.Text("还没有岗位；在账号页面授予时会自动建立")}
	for _, c := range []struct {
		key, head string
		width     int
	}{{"title", "岗位", 0}, {"role", "角色", 6}, {"unit", "单位", 0}, {"holders", "现任", 0}, {"state", "状态", 5}} {
		t.Columns = append(t.Columns, table.Column{Head: []string{l.Text(c.head)}, Key: c.key, Sort: table.ByText, Width: c.width, RowHead: c.key == "title"})
	}
	if may {
		t.Columns = append(t.Columns, table.Column{Head: []string{l.Text("办理")}, ScreenOnly: true})
	}
	slices.SortStableFunc(list, func(a, b PostRow) int { return cmp.Compare(roleOrder(a.Role), roleOrder(b.Role)) })
	for _, p := range list {
		state, _ := postState(p, today)
		unit := unitName(tree, p.Unit)
		if p.Unit == 0 {
			unit = l.Text("全系统")
		}
		row := table.Row{Cells: []table.Cell{table.Text(p.NameIn(tree, l.Text)), table.Text(l.Text(p.Role.Label())), table.Text(unit),
			table.Text(strings.Join(p.Holders, l.Text("、"))), table.Text(l.Text(state))}}
		if may {
			cell := table.Actions()
			if p.Lasts(today) && p.Role != perm.SysAdmin {
				cell = table.Actions(table.Action{Text: l.Text("停用岗位"), Href: fmt.Sprintf("/posts/%d/end", p.ID)})
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func roleOrder(r perm.Role) int { return slices.Index(perm.Roles(), r) }

type endPostView struct {
	ID, Version int64
	Title       string
	Holders     []string
}

type roleDuty struct{ Label, Duty string }

type rolesView struct {
	Roles     []roleDuty
	Grid      web.Grid
	XLSX, CSV string
	SecAdmin  bool // somebody holds the post of security administrator
}

// roleTable shows every rule of every module against the nine roles.
func roleTable(l words.Lang, list []perm.Rule) *table.Table {
	t := &table.Table{ID: "roles", Name: l.Text("角色与权限"), Columns: []table.Column{
		{Head: []string{l.Text("事项")}, Key: "deed"}}}
	for _, r := range perm.Roles() {
		t.Columns = append(t.Columns, table.Column{Head: []string{l.Text(r.Label())}, Key: string(r), Align: table.Center})
	}
	for _, r := range list {
		row := table.Row{Cells: []table.Cell{{Text: l.Text(r.Label), Note: r.Deed}}}
		for _, role := range perm.Roles() {
			text := ""
			if slices.Contains(r.Roles, role) {
				if text = l.Text("能"); r.Scoped && !wide(role) {
					text = l.Text("本范围")
				}
			}
			row.Cells = append(row.Cells, table.Text(text))
		}
		t.Rows = append(t.Rows, row)
	}
	t.Notes = []string{l.Text("“能”：对全县；“本范围”：只对岗位所在单位及其下级，或岗位所在专班的事项。角色跟着岗位走，授予和收回岗位都有审计记录。")}
	return t
}

// wide tells that a role's scope is everything.
func wide(r perm.Role) bool {
	return r == perm.Leader || r == perm.Office || separated(r)
}

type rightsView struct {
	ID        ID
	Login     string
	Name      string
	Posts     []string
	Own       bool
	Unusable  string // Chinese: why the account can do nothing at all
	Grid      web.Grid
	Can, All  int
	XLSX, CSV string
}

// rightsTable tells, rule by rule, yes or no, because of which post, and where.
func rightsTable(l words.Lang, list []Right, tree *org.Tree) *table.Table {
	t := &table.Table{ID: "rights", Name: l.Text("权限")}
	for _, c := range []struct{ key, head string }{{"deed", "事项"}, {"can", "能否"}, {"why", "因为"}, {"where", "范围"}} {
		col := table.Column{Head: []string{l.Text(c.head)}, Key: c.key, Sort: table.ByText, RowHead: c.key == "deed"}
		if c.key == "can" {
			col.Width = 5
		}
		t.Columns = append(t.Columns, col)
	}
	for _, x := range list {
		var why, where []string
		can := l.Text("✓ 能")
		for i, p := range x.Posts {
			why = append(why, titleIn(l, p, tree))
			if text := coverText(l, x.Covers[i], tree); !slices.Contains(where, text) {
				where = append(where, text)
			}
		}
		if len(x.Posts) == 0 {
			can = l.Text("✗ 不能")
			switch {
			case x.Lent:
				why = []string{l.Text("已经有安全管理员，此事归安全管理员")}
			default:
				var need []string
				for _, r := range x.Rule.Roles {
					need = append(need, l.Text(r.Label()))
				}
				why = []string{words.T(l, "没有这样的岗位；需要：%s", strings.Join(need, l.Text("、")))}
			}
		}
		t.Rows = append(t.Rows, table.Row{Data: []table.Attr{{Name: "can", Value: fmt.Sprint(len(x.Posts) > 0)}}, Cells: []table.Cell{
			{Text: l.Text(x.Rule.Label), Note: x.Rule.Deed}, table.Text(can), table.Text(strings.Join(why, l.Text("、"))), table.Text(strings.Join(where, l.Text("；")))}})
	}
	return t
}

// titleIn gives the title of a post, with the role translated where the title was made of unit
// and role.
func titleIn(l words.Lang, p perm.Post, tree *org.Tree) string {
	title := p.Title
	if made := (Post{Role: p.Role, Unit: p.Unit}); title == made.Name(tree) {
		title = made.NameIn(tree, l.Text)
	}
	if p.StandIn {
		title += l.Text("（代理）")
	}
	return title
}

func coverText(l words.Lang, c Cover, tree *org.Tree) string {
	switch c.Reach {
	case Everywhere:
		return l.Text("全部")
	case ForceMatter:
		return words.T(l, "%s 的事项（全县）", unitName(tree, c.Unit))
	case Nowhere:
		return l.Text("没有：岗位的单位已经撤销")
	}
	return words.T(l, "%s 及下级，共 %d 个单位", unitName(tree, c.Unit), c.Units)
}

func countCan(list []Right) int {
	n := 0
	for _, x := range list {
		if len(x.Posts) > 0 {
			n++
		}
	}
	return n
}
