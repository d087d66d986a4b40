// Package accounts keeps who may come in and what for: accounts and their passwords, log-ins,
// posts and who holds them, screens on the wall, the security policy, and the audit pages.
//
// The separated duties. One person never holds two of system administrator, security
// administrator and auditor, nor one of them beside a working role (STANDARDS MLPS-08). An
// office starts with a single administrator: FirstAdmin makes an account with the post of
// system administrator, who makes accounts and, as long as nobody holds the post of security
// administrator, also grants posts and sets the security policy. From the first day somebody
// holds that post, granting and policy belong to it alone (MLPS-09, MLPS-33), also while that
// account is disabled: a system administrator cannot take the right back by disabling the other.
// Three separated administrators are therefore a matter of granting two more posts.
//
// An account carries no telephone number and no other personal data than a name (MLPS-29).
package accounts

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

// An ID is the number of an account; numbers are never given twice.
type ID int64

// An Account is somebody who may sign in.
type Account struct {
	ID         ID
	Login      string // folded, see FoldLogin
	Name       string
	Active     bool
	Until      period.Day // last day on which the account may be used; 0 without limit
	MustChange bool       // the secret must be changed before anything else
	OneTime    time.Time  // until when a one-time secret may be used; zero for a password of the person's own
	SecretAt   time.Time  // when the present secret was set
	Created    time.Time
	LastLogin  time.Time // zero: never
	Version    int64     // grows with each change of the editable fields

	secret string // argon2id in PHC form; leaves the package never
}

// Usable tells whether the account may be used on a day.
func (a Account) Usable(today period.Day) bool {
	return a.Active && (a.Until.IsZero() || !today.After(a.Until))
}

// Unused tells that nobody signed in for 90 days (STANDARDS MLPS-07).
func (a Account) Unused(now time.Time) bool {
	last := a.LastLogin
	if last.IsZero() {
		last = a.Created
	}
	return now.Sub(last) >= unusedAfter
}

const (
	unusedAfter  = 90 * 24 * time.Hour
	oneTimeLasts = 7 * 24 * time.Hour
	keepLogins   = 180 * 24 * time.Hour // how long ended log-ins are listed; the audit keeps them longer
)

// FoldLogin gives the one spelling of a log-in name: full-width signs narrowed, letters small,
// spaces at the ends gone. Two names that fold to the same are the same name.
func FoldLogin(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 0xFF01 && r <= 0xFF5E:
			r -= 0xFEE0
		case r == 0x3000:
			r = ' '
		}
		return unicode.ToLower(r)
	}, s)
	return strings.TrimSpace(s)
}

// validLogin wants 2 to 32 letters, digits, Chinese characters, points, hyphens or underscores,
// beginning with a letter, digit or character. The colon is kept for names of other kinds.
func validLogin(s string) bool {
	n := utf8.RuneCountInString(s)
	if n < 2 || n > 32 {
		return false
	}
	for i, r := range s {
		word := r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || unicode.Is(unicode.Han, r)
		if !word && (i == 0 || !strings.ContainsRune("._-", r)) {
			return false
		}
	}
	return s != "system" && s != "unknown"
}

// NewAccount is what it takes to make an account.
type NewAccount struct {
	Login string
	Name  string
	Until period.Day // 0 without limit
}

// check reports every fault of n, not only the first.
func (n NewAccount) check(today period.Day) error {
	var f fault.Fields
	f.Need(validLogin(n.Login), "login", "登录名要有 2 到 32 个字符，只用字母、数字、汉字、点、横线和下划线，并以字母、数字或汉字开头")
	checkPerson(&f, n.Name, n.Until, today)
	return f.Err()
}

func checkPerson(f *fault.Fields, name string, until, today period.Day) {
	f.Need(validText(name, 1, 40), "name", "请填写姓名，最多 40 个字，不含换行等控制字符")
	f.Need(until.IsZero() || !until.Before(today), "until", "截止日 %s 已经过去；请填今天或以后的日期，或留空表示不限", until)
}

// validText tells whether s has from min to max characters and none that could break a line of
// a log or be refused by a database (STANDARDS AS-30).
func validText(s string, min, max int) bool {
	n := utf8.RuneCountInString(s)
	if !utf8.ValidString(s) || n < min || n > max {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == 0x2028 || r == 0x2029 })
}

// A Post is a role at a unit; grants go to posts, persons hold them for a time (SEMANTICS §1).
type Post struct {
	ID      int64
	Role    perm.Role
	Unit    org.UnitID // 0, for the separated duties only: the whole installation
	Title   string     // typed; "" where it is made of unit and role
	Ended   period.Day // from this day on the post gives no right; 0 while it lasts
	Version int64
}

// Lasts tells whether the post gives rights on a day.
func (p Post) Lasts(on period.Day) bool { return p.Ended.IsZero() || on.Before(p.Ended) }

// Name gives the post's title, with the unit's name of the tree's day where none was typed.
func (p Post) Name(t *org.Tree) string { return p.NameIn(t, func(s string) string { return s }) }

// NameIn is Name with the role translated.
func (p Post) NameIn(t *org.Tree, tr func(string) string) string {
	if p.Title != "" {
		return p.Title
	}
	if unit := unitName(t, p.Unit); unit != "" {
		return unit + " " + tr(p.Role.Label())
	}
	return tr(p.Role.Label())
}

func unitName(t *org.Tree, u org.UnitID) string {
	if t == nil || u == 0 {
		return ""
	}
	if s := t.Short(u); s != "" {
		return s
	}
	return t.Name(u)
}

// separated lists the duties that exclude each other and every other role.
func separated(r perm.Role) bool {
	return r == perm.SysAdmin || r == perm.SecAdmin || r == perm.Auditor
}

// Exclude tells whether one person may not hold both roles at once (STANDARDS MLPS-08).
func Exclude(a, b perm.Role) bool { return a != b && (separated(a) || separated(b)) }

// checkPost reports every fault of a post to be made.
func checkPost(role perm.Role, unit org.UnitID, title string, t *org.Tree) error {
	var f fault.Fields
	f.Need(role.Label() != "", "role", "没有角色 %s；请从列表中选择", role)
	f.Need(title == "" || validText(title, 2, 40), "title", "岗位名称要有 2 到 40 个字，不含换行等控制字符；也可以留空，由单位和角色自动生成")
	switch {
	case unit == 0:
		f.Need(separated(role), "unit", "请选择岗位所在的单位")
	case t == nil || !t.Has(unit):
		f.Need(false, "unit", "没有这个单位，或它今天已经撤销；请从列表中选择")
	case role == perm.Member:
		f.Need(t.Kind(unit).Tree() == org.Functional, "unit", "专班成员的岗位要设在专班或部门，不能设在 %s", t.Name(unit))
	}
	return f.Err()
}

// A Holding says that an account holds a post from one day to another, both inclusive.
type Holding struct {
	ID      int64
	Account ID
	Post    Post
	From    period.Day
	To      period.Day // 0 while no end is set; a day before From: withdrawn on its first day
	StandIn bool       // for somebody absent; always has an end
	Version int64
}

// Holds tells whether the holding gives rights on a day.
func (h Holding) Holds(on period.Day) bool {
	return !on.Before(h.From) && (h.To.IsZero() || !on.After(h.To)) && h.Post.Lasts(on)
}

// Over tells that the holding will give no right on the day or later.
func (h Holding) Over(on period.Day) bool {
	return !h.To.IsZero() && on.After(h.To) || h.void() || !h.Post.Lasts(on)
}

// void tells that the holding never gave a right: it was withdrawn, or its post ended, before.
func (h Holding) void() bool { return !h.last().IsZero() && h.last().Before(h.From) }

// overlaps tells whether both give rights on some common day.
func (h Holding) overlaps(o Holding) bool {
	if h.void() || o.void() {
		return false
	}
	return (h.last().IsZero() || !o.From.After(h.last())) && (o.last().IsZero() || !h.From.After(o.last()))
}

// last gives the last day with rights, 0 for no end.
func (h Holding) last() period.Day {
	if e := h.Post.Ended; !e.IsZero() && (h.To.IsZero() || !h.To.Before(e)) {
		return e.AddDays(-1)
	}
	return h.To
}

// checkHolding reports every fault of a holding to be given to somebody who has others.
func checkHolding(h Holding, others []Holding, t *org.Tree, today period.Day) error {
	var f fault.Fields
	f.Need(!h.From.IsZero(), "from", "请填写任职的第一天")
	f.Need(h.To.IsZero() || !h.To.Before(h.From), "to", "任职的最后一天 %s 早于第一天 %s；请改正", h.To, h.From)
	f.Need(h.To.IsZero() || !h.To.Before(today), "to", "任职的最后一天 %s 已经过去；请填今天或以后的日期，或留空", h.To)
	f.Need(!h.StandIn || !h.To.IsZero(), "to", "代理岗位要写明最后一天")
	f.Need(h.Post.Lasts(h.From) && h.Post.Lasts(today), "post", "岗位 %s 已经停用；请先恢复或另选岗位", h.Post.Name(t))
	if err := f.Err(); err != nil {
		return err
	}
	for _, o := range others {
		if !h.overlaps(o) {
			continue
		}
		if o.Post.ID == h.Post.ID {
			return fault.New(fault.Conflict, "此人在这段时间已经担任 %s；请先结束原来的任职", o.Post.Name(t))
		}
		if Exclude(h.Post.Role, o.Post.Role) {
			return fault.New(fault.Conflict, "%s 与 %s 不能由同一人担任（系统、安全、审计三员互斥，也不兼业务岗位）；请先结束 %s 的任职，或授予另一个账号",
				fault.Word(h.Post.Role.Label()), fault.Word(o.Post.Role.Label()), o.Post.Name(t))
		}
	}
	return nil
}

// A Login is one log-in of an account, from signing in to its end.
type Login struct {
	ID      int64
	Account ID
	Began   time.Time
	Seen    time.Time
	Address string
	Agent   string // what the browser calls itself
	Ended   time.Time
	Why     string // one of the reasons below, "" while it lasts
}

// Why a log-in ended.
const (
	endedOut      = "logout"   // the person signed out
	endedByOwner  = "owner"    // ended by the person from another log-in
	endedByAdmin  = "admin"    // ended by an administrator
	endedSecret   = "password" // the password was changed or reset
	endedDisabled = "disabled"
	endedIdle     = "idle" // no request for longer than the policy allows, or too long in all
	endedAgain    = "again"
)

// endedText gives the reason in Chinese.
func endedText(why string) string {
	return map[string]string{endedOut: "本人退出", endedByOwner: "本人结束", endedByAdmin: "管理员结束", endedSecret: "口令更换",
		endedDisabled: "账号停用", endedIdle: "超时", endedAgain: "重新登录"}[why]
}

// Alive tells whether the log-in may still be used under a policy.
func (l Login) Alive(p Policy, now time.Time) bool {
	return l.Ended.IsZero() && now.Sub(l.Seen) < p.idle() && now.Sub(l.Began) < p.absolute()
}

// A Screen is a display on a wall that shows chosen pages without a person signed in
// (SEMANTICS §10). It reads as a reader of the root unit and has no idle exit.
type Screen struct {
	ID      int64
	Name    string
	Pages   []string // paths it may show; "/x/*" is everything beneath /x
	Until   period.Day
	Created time.Time
	Entered time.Time // when its link was used; zero while the link waits
	Revoked bool
	Version int64
}

// Usable tells whether the screen may show anything on a day.
func (s Screen) Usable(today period.Day) bool { return !s.Revoked && !today.After(s.Until) }

// Shows tells whether a path is among the pages of the screen.
func (s Screen) Shows(path string) bool {
	for _, p := range s.Pages {
		if base, below := strings.CutSuffix(p, "/*"); path == p || below && (path == base || strings.HasPrefix(path, base+"/")) {
			return true
		}
	}
	return false
}

// ownPaths are pages of this package, which no screen shows.
func ownPaths() []string {
	return []string{"/account", "/accounts", "/posts", "/audit", "/settings", "/roles", "/login", "/logout"}
}

func (s Screen) check(today period.Day) error {
	var f fault.Fields
	f.Need(validText(s.Name, 1, 40), "name", "请填写大屏的名称，最多 40 个字")
	f.Need(!s.Until.IsZero() && !s.Until.Before(today), "until", "请填写截止日，今天或以后")
	f.Need(s.Until.IsZero() || !s.Until.After(today.AddDays(400)), "until", "截止日最多为 400 天以后；到期可以再建")
	f.Need(len(s.Pages) > 0, "pages", "请至少写一个页面，例如 /")
	for _, p := range s.Pages {
		base := strings.TrimSuffix(p, "/*")
		ok := validText(p, 1, 200) && strings.HasPrefix(p, "/") && !strings.HasPrefix(p, "//") && !strings.ContainsAny(base, "*?#\\ ") && p != "/*"
		for _, own := range ownPaths() {
			ok = ok && base != own && !strings.HasPrefix(base, own+"/")
		}
		f.Need(ok, "pages", "页面 %s 不能用于大屏；请写本系统的路径，如 / 或 /units/*，每行一个，不含账号、审计和设置页面", p)
	}
	return f.Err()
}
