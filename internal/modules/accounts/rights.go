package accounts

import (
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/perm"
)

// A Right answers, for one person and one deed, whether and why (PEERS §3 pain 25).
type Right struct {
	Rule   perm.Rule
	Posts  []perm.Post // those that allow it, none if it is not allowed
	Covers []Cover     // where, beside each of the posts
	Lent   bool        // not allowed because a security administrator exists
}

// A Reach tells what kind of place a right covers.
type Reach uint8

// The reaches.
const (
	Everywhere  Reach = iota // the deed has no place, or the post covers all of them
	Subtree                  // a unit and what is beneath it
	ForceMatter              // the matters of a task force, in the whole county
	Nowhere                  // the post's unit no longer exists
)

// A Cover is where a post allows a deed.
type Cover struct {
	Reach Reach
	Unit  org.UnitID
	Units int // how many units a subtree has
}

// Rights works out what an actor can do of the rules as they stand today. It asks the actor
// itself, so that the answer cannot differ from what happens.
func Rights(a perm.Actor, list []perm.Rule) []Right {
	covers := make([]Cover, len(a.Posts))
	for i, p := range a.Posts {
		covers[i] = coverOf(a, p)
	}
	out := make([]Right, 0, len(list))
	for _, r := range list {
		x := Right{Rule: r}
		for i, p := range a.Posts {
			one := a
			one.Posts = []perm.Post{p}
			if !one.Can(r) {
				continue
			}
			x.Posts = append(x.Posts, p)
			if r.Scoped {
				x.Covers = append(x.Covers, covers[i])
			} else {
				x.Covers = append(x.Covers, Cover{Reach: Everywhere})
			}
		}
		x.Lent = len(x.Posts) == 0 && borrowed(r.Deed) && a.Has(perm.SysAdmin)
		out = append(out, x)
	}
	return out
}

// coverOf tells what a post covers for deeds that have a place.
func coverOf(a perm.Actor, p perm.Post) Cover {
	if a.Tree == nil || p.Unit != 0 && !a.Tree.Has(p.Unit) {
		return Cover{Reach: Nowhere, Unit: p.Unit}
	}
	if p.Role == perm.Member {
		return Cover{Reach: ForceMatter, Unit: p.Unit}
	}
	a.Posts = []perm.Post{p}
	scoped := perm.Rule{Roles: []perm.Role{p.Role}, Scoped: true}
	n := 0
	for _, kind := range []org.TreeKind{org.Territorial, org.Functional} {
		for _, u := range a.Tree.Preorder(kind) {
			if a.May(scoped, perm.On{Unit: u}) == nil {
				n++
			}
		}
	}
	if n == a.Tree.Len() {
		return Cover{Reach: Everywhere}
	}
	return Cover{Reach: Subtree, Unit: p.Unit, Units: n}
}
