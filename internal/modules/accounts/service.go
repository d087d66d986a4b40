package accounts

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// Units is what this module asks of the module that keeps the units.
type Units interface {
	Register() *org.Register
	Today() *org.Tree
}

// Options are what New cannot know by itself.
type Options struct {
	Clock func() time.Time
	// Secure says that people reach the site by https: cookies are then sent no other way.
	Secure bool
	// Hashes is how many passwords may be hashed at once; 0 means 2. Each takes 19 MiB.
	Hashes int
}

// A Service holds the use-cases of accounts and answers who asks.
type Service struct {
	db     *sqldb.DB
	units  Units
	clock  func() time.Time
	secure bool
	hasher *hasher
	rules  atomic.Pointer[func() []perm.Rule]
	deeds  atomic.Pointer[[2]func() map[string]string] // titles of modules, words of deeds

	// What follows is held in memory and brought up to date by change.
	mu       sync.RWMutex
	gen      uint64 // grows with each change, so that an older read is not kept
	policy   storedPolicy
	people   map[ID]*person
	screens  map[string]*storedScreen // by hash of their cookie
	sessions map[string]*live         // by hash of their token
}

// A person is an account with its holdings as held in memory.
type person struct {
	Account
	holdings []Holding
	actor    atomic.Pointer[datedActor]
}

// A datedActor is an actor worked out for a day and a tree.
type datedActor struct {
	day   period.Day
	tree  *org.Tree
	actor perm.Actor
}

// New makes the service; Load must run before it is asked anything.
func New(db *sqldb.DB, units Units, opt Options) *Service {
	if opt.Hashes == 0 {
		opt.Hashes = 2
	}
	return &Service{db: db, units: units, clock: opt.Clock, secure: opt.Secure, hasher: newHasher(opt.Hashes, present()),
		policy: storedPolicy{Policy: MLPS()}, people: map[ID]*person{}, screens: map[string]*storedScreen{}, sessions: map[string]*live{}}
}

// SetRules tells where the rules of all modules are found, for the pages about rights; they are
// known only when the site is built.
func (s *Service) SetRules(all func() []perm.Rule) { s.rules.Store(&all) }

// SetDeeds tells where the words are found that the modules have for themselves (by their codes) and
// for what they write into the audit; they are known only when the site is built.
func (s *Service) SetDeeds(titles, deeds func() map[string]string) {
	s.deeds.Store(&[2]func() map[string]string{titles, deeds})
}

// deedNames gives the words for deeds.
func (s *Service) deedNames() deedNames {
	n := deedNames{rules: s.allRules()}
	if f := s.deeds.Load(); f != nil {
		n.titles, n.deeds = f[0](), f[1]()
	}
	return n
}

// allRules gives the rules of all modules as they stand today.
func (s *Service) allRules() []perm.Rule {
	list := rules()
	if f := s.rules.Load(); f != nil {
		list = (*f)()
	}
	sec := s.secAdminExists()
	out := make([]perm.Rule, len(list))
	for i, r := range list {
		out[i] = inForce(r, sec)
	}
	return out
}

func (s *Service) today() period.Day { return period.DayOf(s.clock()) }

// Load reads what is held in memory: accounts with their holdings, screens and the policy.
func (s *Service) Load(ctx context.Context) error {
	return s.db.View(ctx, func(tx *sqldb.Tx) error { return s.reload(tx, true) })
}

// reload reads everything; sessions are forgotten when asked and then read again one by one.
func (s *Service) reload(tx *sqldb.Tx, forget bool) error {
	policy, err := readPolicy(tx)
	if err != nil {
		return err
	}
	accounts, err := allAccounts(tx)
	if err != nil {
		return err
	}
	holdings, err := allHoldings(tx)
	if err != nil {
		return err
	}
	screens, err := allScreens(tx)
	if err != nil {
		return err
	}
	people := make(map[ID]*person, len(accounts))
	for _, a := range accounts {
		people[a.ID] = &person{Account: a}
	}
	for _, h := range holdings {
		if p := people[h.Account]; p != nil {
			p.holdings = append(p.holdings, h)
		}
	}
	byToken := map[string]*storedScreen{}
	for i, v := range screens {
		if v.token != "" && !v.Revoked {
			byToken[v.token] = &screens[i]
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gen++
	s.policy, s.people, s.screens = policy, people, byToken
	if forget {
		s.sessions = map[string]*live{}
	}
	return nil
}

// The references of changes of kind "accounts".
const (
	changeKind = "accounts"
	refAccount = "account:" // one account or its holdings
	refSession = "session:" // one log-in ended
	refEnded   = "ended:"   // all log-ins of an account ended
	refAll     = "all"      // posts, screens, policy: everything is read again
)

func note(tx *sqldb.Tx, ref string, id int64) error {
	if ref != refAll {
		ref += strconv.FormatInt(id, 10)
	}
	_, err := tx.Change(changeKind, ref)
	return err
}

// change is the module's Applier.
func (s *Service) change(ctx context.Context, list []sqldb.Change) error {
	var accounts, sessions, ended []int64
	all := false
	for _, c := range list {
		if c.Kind != changeKind {
			continue
		}
		for prefix, to := range map[string]*[]int64{refAccount: &accounts, refSession: &sessions, refEnded: &ended} {
			if text, ok := strings.CutPrefix(c.Ref, prefix); ok {
				id, err := strconv.ParseInt(text, 10, 64)
				if err != nil {
					return err
				}
				*to = append(*to, id)
			}
		}
		all = all || c.Ref == refAll
	}
	if !all && len(accounts)+len(sessions)+len(ended) == 0 {
		return nil
	}
	s.forget(sessions, ended)
	return s.db.View(ctx, func(tx *sqldb.Tx) error {
		if all {
			return s.reload(tx, false)
		}
		for _, id := range accounts {
			if err := s.reloadAccount(tx, ID(id)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) reloadAccount(tx *sqldb.Tx, id ID) error {
	a, err := account(tx, id)
	if err != nil {
		return err
	}
	h, err := holdingsOf(tx, id)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gen++
	s.people[id] = &person{Account: a, holdings: h}
	return nil
}

// forget drops log-ins from memory, by number and by account.
func (s *Service) forget(sessions, accounts []int64) {
	if len(sessions)+len(accounts) == 0 {
		return
	}
	gone, owner := map[int64]bool{}, map[ID]bool{}
	for _, id := range sessions {
		gone[id] = true
	}
	for _, id := range accounts {
		owner[ID(id)] = true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gen++
	for sum, l := range s.sessions {
		if gone[l.id] || owner[l.account] {
			delete(s.sessions, sum)
		}
	}
}

// acting puts the actor into the context as the one who acts, unless the site did so already;
// the address and the request stay.
func acting(ctx context.Context, a perm.Actor) context.Context {
	by := sqldb.ByOf(ctx)
	if a.Login == "" || by.Account == a.Login {
		return ctx
	}
	by.Account, by.Name, by.Post = a.Login, a.Name, a.PostTitle()
	return sqldb.WithBy(ctx, by)
}

// Operator is who works on the machine itself, at the command line: the operating-system user
// of that name with the rights of a system administrator, also before there is any account.
func Operator(name string) perm.Actor {
	return perm.Actor{Login: "cli:" + name, Name: name, Posts: []perm.Post{{Role: perm.SysAdmin, Title: "命令行"}}}
}

// Actor gives a usable account with its posts of today, as it would act when signed in.
func (s *Service) Actor(ctx context.Context, login string) (perm.Actor, error) {
	var id ID
	err := s.db.View(ctx, func(tx *sqldb.Tx) error {
		a, err := accountByLogin(tx, login)
		id = a.ID
		return err
	})
	if err != nil {
		return perm.Actor{}, err
	}
	p, err := s.person(ctx, id)
	if err != nil {
		return perm.Actor{}, err
	}
	if p == nil {
		return perm.Actor{}, fault.New(fault.Unavailable, "账号 %s 刚刚建立，还没有读入；请稍后再试", FoldLogin(login))
	}
	if !p.Usable(s.today()) {
		return perm.Actor{}, fault.New(fault.Conflict, "账号 %s 已停用或到期，不能以它办理", p.Login)
	}
	return s.actorOf(p, s.today()), nil
}

// actorOf works out the actor of a day, once for each day and tree.
func (s *Service) actorOf(p *person, day period.Day) perm.Actor {
	tree := s.units.Today()
	if d := p.actor.Load(); d != nil && d.day == day && d.tree == tree {
		return d.actor
	}
	a := perm.Actor{Account: int64(p.ID), Login: p.Login, Name: p.Name, Tree: tree}
	for _, h := range p.holdings {
		if h.Holds(day) {
			a.Posts = append(a.Posts, perm.Post{ID: h.Post.ID, Role: h.Post.Role, Unit: h.Post.Unit, Title: h.Post.Name(tree), StandIn: h.StandIn})
		}
	}
	p.actor.Store(&datedActor{day: day, tree: tree, actor: a})
	return a
}

// secAdminExists tells whether anybody holds the post of security administrator today. A
// disabled account counts too: whoever disables it must not inherit its rights.
func (s *Service) secAdminExists() bool {
	day := s.today()
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, p := range s.people {
		for _, h := range p.holdings {
			if h.Post.Role == perm.SecAdmin && h.Holds(day) {
				return true
			}
		}
	}
	return false
}

// may asks whether the actor may do a deed of this module, with the borrowed deeds as they
// stand today.
func (s *Service) may(a perm.Actor, r perm.Rule) error {
	sec := s.secAdminExists()
	err := a.May(inForce(r, sec), perm.On{})
	if err != nil && sec && borrowed(r.Deed) && a.Has(perm.SysAdmin) {
		return returned(r)
	}
	return err
}

func returned(r perm.Rule) error {
	return fault.New(fault.Forbidden, "已经有安全管理员，“%s”由安全管理员办理", fault.Word(r.Label))
}

// stillLent asks again inside the transaction, since another process may have granted the post
// of security administrator a moment ago.
func stillLent(tx *sqldb.Tx, a perm.Actor, r perm.Rule) error {
	if a.Has(perm.SecAdmin) {
		return nil
	}
	n, err := countHolders(tx, perm.SecAdmin, period.DayOf(tx.Now()))
	if err == nil && n > 0 {
		err = returned(r)
	}
	return err
}

// currentPolicy gives the policy in force.
func (s *Service) currentPolicy() Policy {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.policy.Policy
}

// isSignedOut tells whether an error only says that nobody is signed in.
func isSignedOut(err error) bool { return fault.KindOf(err) == fault.SignedOut }

// logins lists the log-in names of all accounts, for typing one.
func (s *Service) logins() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make([]string, 0, len(s.people))
	for _, p := range s.people {
		out = append(out, p.Login)
	}
	slices.Sort(out)
	return out
}

// Actors gives every person whose account may be used today, with the posts held today, stand-ins
// included; it answers from memory.
func (s *Service) Actors() []perm.Actor {
	today := s.today()
	s.mu.RLock()
	list := make([]*person, 0, len(s.people))
	for _, p := range s.people {
		if p.Usable(today) {
			list = append(list, p)
		}
	}
	s.mu.RUnlock()
	out := make([]perm.Actor, 0, len(list))
	for _, p := range list {
		out = append(out, s.actorOf(p, today))
	}
	slices.SortFunc(out, func(a, b perm.Actor) int { return int(a.Account - b.Account) })
	return out
}
