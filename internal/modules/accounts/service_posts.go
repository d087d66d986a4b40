package accounts

import (
	"context"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// A Grant is what it takes to give somebody a post.
type Grant struct {
	Login   string
	Role    perm.Role
	Unit    org.UnitID // 0 only for the separated duties: the whole installation
	Title   string     // "" lets unit and role make it
	From    period.Day // 0: today
	To      period.Day // 0: no end
	StandIn bool       // for somebody absent; needs To
}

// GrantPost gives an account a post from one day to another; the post is made if there is none
// like it, and put back into use if it had ended. Nobody grants to himself. Duties that exclude
// each other are refused for the days they would overlap (STANDARDS MLPS-08).
func (s *Service) GrantPost(ctx context.Context, by perm.Actor, g Grant) (h Holding, err error) {
	defer fault.Wrap(&err, "accounts.GrantPost(%s, %s, %d)", FoldLogin(g.Login), g.Role, g.Unit)
	if err := s.may(by, ruleGrant); err != nil {
		return h, err
	}
	tree := s.units.Today()
	if err := checkPost(g.Role, g.Unit, g.Title, tree); err != nil {
		return h, err
	}
	err = s.db.InTx(acting(ctx, by), func(tx *sqldb.Tx) error {
		if err := stillLent(tx, by, ruleGrant); err != nil {
			return err
		}
		p, made, err := s.ensurePost(tx, g.Role, g.Unit, g.Title)
		if err != nil {
			return err
		}
		if made {
			tx.Audit("accounts.post", postObject(p.ID), map[string]any{"after": postDetail(p, tree)})
		}
		h, err = s.hold(tx, by, g, p, tree)
		return err
	})
	return h, err
}

func postObject(id int64) string { return "post:" + itoa(id) }

func postDetail(p Post, t *org.Tree) map[string]any {
	return map[string]any{"role": p.Role, "unit": unitName(t, p.Unit), "title": p.Name(t)}
}

// ensurePost finds or makes a post; one that had ended is put back into use.
func (s *Service) ensurePost(tx *sqldb.Tx, role perm.Role, unit org.UnitID, title string) (p Post, made bool, err error) {
	p, ok, err := findPost(tx, role, unit, title)
	if err != nil {
		return p, false, err
	}
	if !ok {
		p, err = insertPost(tx, role, unit, title)
		return p, true, err
	}
	if !p.Ended.IsZero() {
		if _, err := setPostEnd(tx, p, 0); err != nil {
			return p, false, err
		}
		p.Ended, p.Version = 0, p.Version+1
		tx.Audit("accounts.post", postObject(p.ID), map[string]any{"before": "ended", "after": "active"})
	}
	return p, false, nil
}

func (s *Service) hold(tx *sqldb.Tx, by perm.Actor, g Grant, p Post, tree *org.Tree) (Holding, error) {
	a, err := accountByLogin(tx, g.Login)
	if err != nil {
		return Holding{}, err
	}
	if int64(a.ID) == by.Account {
		return Holding{}, fault.New(fault.Forbidden, "不能给自己授予岗位；请另一位管理员办理")
	}
	today := period.DayOf(tx.Now())
	if g.From.IsZero() {
		g.From = today
	}
	h := Holding{Account: a.ID, Post: p, From: g.From, To: g.To, StandIn: g.StandIn, Version: 1}
	others, err := holdingsOf(tx, a.ID)
	if err != nil {
		return h, err
	}
	if err := checkHolding(h, others, tree, today); err != nil {
		return h, err
	}
	if h.ID, err = insertHolding(tx, h); err != nil {
		return h, err
	}
	tx.Audit(ruleGrant.Deed, accountObject(a.Login), map[string]any{"before": held(others, today, tree), "after": held(append(others, h), today, tree),
		"post": postDetail(p, tree), "from": h.From.String(), "to": dayText(h.To), "stand_in": h.StandIn, "holding": h.ID})
	return h, note(tx, refAccount, int64(a.ID))
}

// held lists the posts that are held on a day or will be, for the audit's before and after.
func held(list []Holding, on period.Day, t *org.Tree) []string {
	out := []string{}
	for _, h := range list {
		if !h.Over(on) {
			out = append(out, h.Post.Name(t))
		}
	}
	return out
}

// EndHolding ends a holding with a last day; yesterday or an earlier day ends it at once. The
// last system administrator keeps the post.
func (s *Service) EndHolding(ctx context.Context, by perm.Actor, id int64, last period.Day, version int64) (err error) {
	defer fault.Wrap(&err, "accounts.EndHolding(%d)", id)
	if err := s.may(by, ruleGrant); err != nil {
		return err
	}
	tree := s.units.Today()
	return s.db.InTx(acting(ctx, by), func(tx *sqldb.Tx) error {
		if err := stillLent(tx, by, ruleGrant); err != nil {
			return err
		}
		h, err := holding(tx, id)
		if err != nil {
			return err
		}
		today := period.DayOf(tx.Now())
		a, err := account(tx, h.Account)
		if err != nil {
			return err
		}
		if h.Over(today) {
			return fault.New(fault.Conflict, "%s 的任职已经结束", h.Post.Name(tree))
		}
		if last.Before(today.AddDays(-1)) {
			last = today.AddDays(-1) // the past stays as it was
		}
		if last.Before(h.From) {
			last = h.From.AddDays(-1)
		}
		if h.Post.Role == perm.SysAdmin {
			if err := s.keepOneAdmin(tx, 0, h.ID); err != nil {
				return err
			}
		}
		others, err := holdingsOf(tx, h.Account)
		if err != nil {
			return err
		}
		for _, o := range others {
			longer := h
			longer.To = last
			if o.ID != h.ID && longer.overlaps(o) && (Exclude(h.Post.Role, o.Post.Role) || o.Post.ID == h.Post.ID) {
				return fault.New(fault.Conflict, "到 %s 为止会与 %s 的任职重叠；请选更早的日子", last, o.Post.Name(tree))
			}
		}
		before := held(others, today, tree)
		ok, err := setHoldingEnd(tx, Holding{ID: h.ID, Version: version}, last)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "这项任职刚刚被别人改过；请刷新页面后再办")
		}
		if others, err = holdingsOf(tx, h.Account); err != nil {
			return err
		}
		tx.Audit("accounts.end", accountObject(a.Login), map[string]any{"before": before, "after": held(others, today, tree),
			"post": postDetail(h.Post, tree), "to": last.String(), "holding": h.ID})
		return note(tx, refAccount, int64(a.ID))
	})
}

// CreatePost makes a post that nobody holds yet.
func (s *Service) CreatePost(ctx context.Context, by perm.Actor, role perm.Role, unit org.UnitID, title string) (p Post, err error) {
	defer fault.Wrap(&err, "accounts.CreatePost(%s, %d)", role, unit)
	if err := s.may(by, ruleGrant); err != nil {
		return p, err
	}
	tree := s.units.Today()
	if err := checkPost(role, unit, title, tree); err != nil {
		return p, err
	}
	err = s.db.InTx(acting(ctx, by), func(tx *sqldb.Tx) error {
		if err := stillLent(tx, by, ruleGrant); err != nil {
			return err
		}
		old, there, err := findPost(tx, role, unit, title)
		if err != nil {
			return err
		}
		if there && old.Ended.IsZero() {
			return fault.New(fault.Conflict, "已经有岗位 %s；需要并列的岗位时请写不同的名称", old.Name(tree))
		}
		made := false
		if p, made, err = s.ensurePost(tx, role, unit, title); err != nil {
			return err
		}
		if made {
			tx.Audit("accounts.post", postObject(p.ID), map[string]any{"after": postDetail(p, tree)})
		}
		return note(tx, refAll, 0)
	})
	return p, err
}

// EndPost takes a post out of use from today; whoever holds it loses its rights at once.
func (s *Service) EndPost(ctx context.Context, by perm.Actor, id, version int64) (err error) {
	defer fault.Wrap(&err, "accounts.EndPost(%d)", id)
	if err := s.may(by, ruleGrant); err != nil {
		return err
	}
	tree := s.units.Today()
	return s.db.InTx(acting(ctx, by), func(tx *sqldb.Tx) error {
		if err := stillLent(tx, by, ruleGrant); err != nil {
			return err
		}
		p, err := post(tx, id)
		if err != nil {
			return err
		}
		if !p.Ended.IsZero() {
			return fault.New(fault.Conflict, "岗位 %s 已经停用", p.Name(tree))
		}
		if p.Role == perm.SysAdmin {
			return fault.New(fault.Conflict, "系统管理员岗位不能整个停用；请结束各人的任职")
		}
		holders, err := sqldb.All(tx, scanHolding, holdingsAtSQL, p.ID)
		if err != nil {
			return err
		}
		ok, err := setPostEnd(tx, Post{ID: p.ID, Version: version}, period.DayOf(tx.Now()))
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "岗位 %s 刚刚被别人改过；请刷新页面后再办", p.Name(tree))
		}
		n := 0
		for _, h := range holders {
			if h.Holds(period.DayOf(tx.Now())) {
				n++
			}
		}
		tx.Audit("accounts.post", postObject(p.ID), map[string]any{"before": postDetail(p, tree), "after": "ended", "holders": n})
		return note(tx, refAll, 0)
	})
}

// A PostRow is a post with who holds it today.
type PostRow struct {
	Post
	Holders []string // names
	Gone    bool     // its unit no longer exists
}

// ListPosts gives all posts with their holders.
func (s *Service) ListPosts(ctx context.Context, by perm.Actor) (list []PostRow, err error) {
	defer fault.Wrap(&err, "accounts.ListPosts")
	if err := s.may(by, ruleView); err != nil {
		return nil, err
	}
	tree, today := s.units.Today(), s.today()
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		posts, err := allPosts(tx)
		if err != nil {
			return err
		}
		holdings, err := allHoldings(tx)
		if err != nil {
			return err
		}
		accounts, err := allAccounts(tx)
		if err != nil {
			return err
		}
		name := map[ID]string{}
		for _, a := range accounts {
			name[a.ID] = a.Name
		}
		holders := map[int64][]string{}
		for _, h := range holdings {
			if h.Holds(today) {
				holders[h.Post.ID] = append(holders[h.Post.ID], name[h.Account])
			}
		}
		for _, p := range posts {
			list = append(list, PostRow{Post: p, Holders: holders[p.ID], Gone: p.Unit != 0 && (tree == nil || !tree.Has(p.Unit))})
		}
		return nil
	})
	return list, err
}

// A Detail is everything the page of an account shows.
type Detail struct {
	Listed
	Holdings []Holding
	LogIns   []Login
}

// ShowAccount gives an account with its holdings and newest log-ins.
func (s *Service) ShowAccount(ctx context.Context, by perm.Actor, id ID) (d Detail, err error) {
	defer fault.Wrap(&err, "accounts.ShowAccount(%d)", id)
	if err := s.may(by, ruleView); err != nil {
		return d, err
	}
	return s.detail(ctx, id)
}

// Own gives the account of the one who asks; everybody signed in may.
func (s *Service) Own(ctx context.Context, by perm.Actor) (d Detail, err error) {
	defer fault.Wrap(&err, "accounts.Own(%s)", by.Login)
	return s.detail(ctx, ID(by.Account))
}

const shownLogins = 20

func (s *Service) detail(ctx context.Context, id ID) (d Detail, err error) {
	policy := s.currentPolicy()
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		a, err := account(tx, id)
		if err != nil {
			return err
		}
		holdings, err := holdingsOf(tx, id)
		if err != nil {
			return err
		}
		n, err := readAttempt(tx, loginKey(a.Login))
		if err != nil {
			return err
		}
		open, err := openSessionsOf(tx, id)
		if err != nil {
			return err
		}
		list := s.combine([]Account{a}, holdings, []keyedAttempt{{loginKey(a.Login), n}}, open, policy)
		d = Detail{Listed: list[0], Holdings: holdings}
		logins, err := sessionsOf(tx, id, shownLogins)
		for _, l := range logins {
			d.LogIns = append(d.LogIns, s.fresh(l))
		}
		return err
	})
	return d, err
}

// fresh gives a stored log-in with the last request this process knows of.
func (s *Service) fresh(l storedLogin) Login {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if m := s.sessions[l.token]; m != nil {
		if t := unixNano(m.seen.Load(), l.Seen); t.After(l.Seen) {
			l.Seen = t
		}
	}
	return l.Login
}
