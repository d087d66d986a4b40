// Package perm answers who may do what, where. Grants go to posts (a role at a unit); persons
// hold posts for a time. There are nine roles; what a role may do is declared by each module
// as rules, so that one page can show all of them.
package perm

import (
	"slices"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
)

// A Role is what a post is for.
type Role string

// The nine roles (DESIGN §8). The last three are the separated duties; none of them reads
// case data.
const (
	Leader   Role = "leader"   // 指挥部领导
	Office   Role = "office"   // 禁毒办
	Member   Role = "member"   // 专班成员
	Reporter Role = "reporter" // 单位填报员
	Worker   Role = "worker"   // 社工、专干
	Reader   Role = "reader"   // 查阅
	SysAdmin Role = "sysadmin" // 系统管理员
	SecAdmin Role = "secadmin" // 安全管理员
	Auditor  Role = "auditor"  // 审计员
)

// Roles lists the roles in the order they are shown.
func Roles() []Role {
	return []Role{Leader, Office, Member, Reporter, Worker, Reader, SysAdmin, SecAdmin, Auditor}
}

// Label gives the role's name in Chinese.
func (r Role) Label() string {
	return map[Role]string{Leader: "指挥部领导", Office: "禁毒办", Member: "专班成员", Reporter: "单位填报员", Worker: "专干社工",
		Reader: "查阅", SysAdmin: "系统管理员", SecAdmin: "安全管理员", Auditor: "审计员"}[r]
}

// Duty gives one sentence on what the role is for, in Chinese.
func (r Role) Duty() string {
	return map[Role]string{
		Leader:   "看全县的数，主持调度，不录入",
		Office:   "管指标、报表和单位，批准报送，看全县的数",
		Member:   "审核本专班的报送，看全县的数",
		Reporter: "填报本单位及下级的报表，看已批准的数",
		Worker:   "办理本单位的帮扶工作，看已批准的数",
		Reader:   "只看已批准的数",
		SysAdmin: "管账号、备份和运行参数，看不到人员档案",
		SecAdmin: "管授权和安全参数，看不到人员档案",
		Auditor:  "查审计记录，不改任何内容",
	}[r]
}

// A Rule is one deed that a module knows, and the roles that may do it.
type Rule struct {
	Deed   string // "returns.submit"
	Label  string // in Chinese, for the roles page
	Roles  []Role
	Scoped bool // only at or beneath the post's unit, or within its task force
}

// A Post is a role at a unit, as held by a person today.
type Post struct {
	ID      int64
	Role    Role
	Unit    org.UnitID
	Title   string // "双流镇 单位填报员"
	StandIn bool   // held for somebody absent
}

// An Actor is a person with the posts held today.
type Actor struct {
	Account int64
	Login   string
	Name    string
	Posts   []Post
	Tree    *org.Tree // of today; scope follows today's tree (SEMANTICS §1)
}

// On is what a deed is done to: the unit concerned, and the task force that owns the matter.
type On struct {
	Unit  org.UnitID
	Force org.UnitID
}

// Has tells whether the actor holds one of the roles anywhere.
func (a Actor) Has(roles ...Role) bool {
	return slices.ContainsFunc(a.Posts, func(p Post) bool { return slices.Contains(roles, p.Role) })
}

// Can tells whether the actor could do the deed somewhere; menus ask this.
func (a Actor) Can(r Rule) bool { return a.Has(r.Roles...) }

// May tells whether the actor may do the deed to that object; the error says what is lacking.
func (a Actor) May(r Rule, on On) error {
	_, err := a.Why(r, on)
	return err
}

// Why gives the post that allows the deed, or the reason why none does.
func (a Actor) Why(r Rule, on On) (Post, error) {
	held := false
	for _, p := range a.Posts {
		if !slices.Contains(r.Roles, p.Role) {
			continue
		}
		held = true
		if !r.Scoped || a.covers(p, on) {
			return p, nil
		}
	}
	if held {
		return Post{}, fault.New(fault.Forbidden, "您的岗位不管这个单位，不能“%s”", fault.Word(r.Label))
	}
	return Post{}, fault.New(fault.Forbidden, "您的角色不能“%s”；需要时请向禁毒办申请", fault.Word(r.Label))
}

// covers tells whether a post's position covers the object. A township's post covers its
// subtree; a post in a task force covers that force's matters in the whole county; leaders,
// the office and the separated duties cover everything of the county they sit in.
func (a Actor) covers(p Post, on On) bool {
	if a.Tree == nil {
		return false
	}
	switch p.Role {
	case Leader, Office, SysAdmin, SecAdmin, Auditor:
		return true
	case Member:
		return on.Force == 0 || a.Tree.Under(on.Force, p.Unit) || a.Tree.Under(p.Unit, on.Force)
	}
	return on.Unit != 0 && a.Tree.Under(on.Unit, p.Unit)
}

// Home gives the unit of the first post, where the person starts.
func (a Actor) Home() org.UnitID {
	if len(a.Posts) == 0 {
		return 0
	}
	return a.Posts[0].Unit
}

// PostTitle names the first post, for the audit.
func (a Actor) PostTitle() string {
	if len(a.Posts) == 0 {
		return ""
	}
	return a.Posts[0].Title
}
