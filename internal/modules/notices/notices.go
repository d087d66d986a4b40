// Package notices brings to each person what concerns the posts held: an inbox in the system, one
// digest a working day, and, where the office allows it, mail and group robots outside; and a
// calendar feed of meetings and deadlines (STANDARDS NOTE-01..04).
//
// What stands inside the system may name matters; what leaves it says only how many wait and where
// to look. The inbox is the record: nothing outside is needed to work.
package notices

import (
	"regexp"
	"slices"
	"time"

	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/notify"
)

// A Notice is an event as one person sees it in the inbox.
type Notice struct {
	ID      int64
	Kind    notify.Kind
	Text    string // Chinese format
	Args    []any
	Path    string // "" leads nowhere
	Due     period.Day
	Urgent  bool
	Created time.Time
	Read    time.Time // zero: unread
}

// Say gives the sentence in the language of tr.
func (n Notice) Say(tr func(string) string) string { return notify.Sentence(tr, n.Text, n.Args) }

// Kinds lists the kinds in the order they are shown.
func Kinds() []notify.Kind {
	return []notify.Kind{notify.ToDo, notify.Deadline, notify.Result, notify.Invite, notify.Info}
}

// kindText gives a kind in Chinese.
func kindText(k notify.Kind) string {
	return map[notify.Kind]string{notify.ToDo: "待办", notify.Deadline: "期限", notify.Result: "办理结果", notify.Invite: "会议", notify.Info: "知会"}[k]
}

// A Digest is what one person is told on one day.
type Digest struct {
	Day     period.Day
	Notices []int64
}

// A Preference is what a person wants to get outside the system. The zero address gets nothing.
type Preference struct {
	Mail    string // address, as the person typed it
	Digest  bool   // the daily digest by mail
	Urgent  bool   // urgent matters by mail at once
	Kinds   []notify.Kind
	Lang    string // of the mails
	Version int64
}

// defaultPreference holds before a person chose: everything, once there is an address.
func defaultPreference() Preference {
	return Preference{Digest: true, Urgent: true, Kinds: Kinds()}
}

// wants tells whether the person wants mail about a kind.
func (p Preference) wants(k notify.Kind) bool { return slices.Contains(p.Kinds, k) }

// A Robot is a group that gets counts: that of a task force or of another unit, or of the office.
type Robot struct {
	ID      int64
	Name    string
	Channel notify.Channel // WeCom or DingTalk
	Unit    org.UnitID     // 0: the office
	Base    string         // address without key
	Active  bool
	Signed  bool // there is a signing secret
	Version int64
}

// The deeds of this module. Everybody reads the own inbox and nobody another's.
var (
	ruleRead  = perm.Rule{Deed: "notices.read", Label: "查看自己的通知", Roles: perm.Roles()}
	ruleSet   = perm.Rule{Deed: "notices.set", Label: "设置外发通知", Roles: []perm.Role{perm.SysAdmin}}
	ruleQueue = perm.Rule{Deed: "notices.queue", Label: "查看外发队列、重发和放弃", Roles: []perm.Role{perm.SysAdmin, perm.Office}}
)

func rules() []perm.Rule { return []perm.Rule{ruleRead, ruleSet, ruleQueue} }

// recipients finds whom an event goes to: holders of the roles at the units. Leaders and the office
// hear also of what lies beneath their unit; those of the command post and its office, of the whole
// county. Without units an event goes to all holders of the roles. A village, which needs no
// account (SEMANTICS §1), is told through the unit above it. Stand-ins count like holders.
func recipients(people []perm.Actor, tree *org.Tree, e notify.Event) []int64 {
	found := map[int64]bool{}
	for _, id := range e.Accounts {
		found[id] = true
	}
	for _, role := range e.Roles {
		if len(e.Units) == 0 {
			gather(found, people, role, func(perm.Post) bool { return true })
		}
		for _, u := range e.Units {
			if role == perm.Leader || role == perm.Office {
				gather(found, people, role, func(p perm.Post) bool { return hears(tree, p, u) })
				continue
			}
			n := gather(found, people, role, func(p perm.Post) bool { return p.Unit == u })
			for at := u; n == 0 && tree != nil && tree.Has(at) && tree.Kind(at) == org.Village; {
				at = tree.Parent(at)
				n = gather(found, people, role, func(p perm.Post) bool { return p.Unit == at })
			}
		}
	}
	var out []int64
	for _, p := range people { // persons who are gone get nothing
		if found[p.Account] && p.Account != 0 {
			out = append(out, p.Account)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// gather adds the accounts with a post of the role that fits, and tells how many there are.
func gather(found map[int64]bool, people []perm.Actor, role perm.Role, fits func(perm.Post) bool) (n int) {
	for _, a := range people {
		if slices.ContainsFunc(a.Posts, func(p perm.Post) bool { return p.Role == role && fits(p) }) {
			found[a.Account] = true
			n++
		}
	}
	return n
}

// hears tells whether a leader's or an office's post hears of a unit.
func hears(tree *org.Tree, p perm.Post, u org.UnitID) bool {
	if p.Unit == u || p.Unit == 0 {
		return true
	}
	if tree == nil {
		return false
	}
	if tree.Under(u, p.Unit) {
		return true
	}
	k := tree.Kind(p.Unit)
	return k == org.CommandPost || k == org.Office
}

// concerns tells whether a group hears of a notice that went to roles at units: a unit's group of
// what went to its unit, the office's of what went to the office.
func (r Robot) concerns(roles []perm.Role, units []org.UnitID) bool {
	if r.Unit == 0 {
		return slices.Contains(roles, perm.Office)
	}
	return slices.Contains(units, r.Unit)
}

// masked hides what looks like the number of a document or a telephone from what goes into a
// calendar outside: seven and more digits in a row, or eleven and more with blanks or hyphens
// between. Days and numbers of matters, "2018-0012", stay.
func masked(s string) string {
	return longNumber.ReplaceAllStringFunc(s, func(run string) string {
		digits, row, longest := 0, 0, 0
		for _, r := range run {
			if r == ' ' || r == '-' {
				row = 0
				continue
			}
			digits, row = digits+1, row+1
			longest = max(longest, row)
		}
		if longest >= 7 || digits >= 11 {
			return "□"
		}
		return run
	})
}

var longNumber = regexp.MustCompile(`[0-9０-９][0-9０-９ -]*[0-9０-９][Xx]?`)
