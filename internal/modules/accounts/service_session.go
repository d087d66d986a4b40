package accounts

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
)

// A live is a log-in as held in memory. The time of the last request is kept here and written
// down at most once a minute, by keepSeen.
type live struct {
	id      int64
	account ID
	sum     string
	began   time.Time
	seen    atomic.Int64 // Unix nanoseconds
	written atomic.Int64 // what the database has
}

// CookieName is the name of the cookie of a log-in. The prefix makes browsers refuse it
// without https and from other hosts (STANDARDS AS-11).
func (s *Service) CookieName() string { return s.cookie("session") }

func (s *Service) screenCookie() string { return s.cookie("screen") }

func (s *Service) cookie(name string) string {
	if s.secure {
		return "__Host-" + name
	}
	return name
}

var errNoCookie = errors.New("no cookie")

// cookieValue reads a token of the right length from a cookie.
func cookieValue(r *http.Request, name string) (string, error) {
	c, err := r.Cookie(name)
	if err != nil || len(c.Value) != tokenLength {
		return "", errNoCookie
	}
	return c.Value, nil
}

// Identify tells who asks. A log-in known in memory costs no database access; a log-in that
// was ended, or whose account was disabled, in another process is refused as soon as this one
// has applied the change, within a second.
func (s *Service) Identify(r *http.Request) (web.Session, error) {
	refused := fault.New(fault.SignedOut, "您没有登录，或登录已经结束；请重新登录")
	if token, err := cookieValue(r, s.CookieName()); err == nil {
		session, err := s.bySession(r.Context(), token)
		if err == nil || !isSignedOut(err) {
			return session, err
		}
		refused = err // says why, unless the browser is also a screen
	}
	if token, err := cookieValue(r, s.screenCookie()); err == nil {
		return s.byScreen(r, token)
	}
	return web.Session{}, refused
}

func (s *Service) bySession(ctx context.Context, token string) (web.Session, error) {
	sum := tokenSum(token)
	now := s.clock()
	s.mu.RLock()
	l, policy := s.sessions[sum], s.policy.Policy
	s.mu.RUnlock()
	if l == nil || now.UnixNano()-l.seen.Load() >= int64(policy.idle()) {
		// Another process may have seen the person since.
		var err error
		if l, err = s.readSession(ctx, sum); err != nil {
			return web.Session{}, err
		}
	}
	idle := now.UnixNano() - l.seen.Load()
	switch {
	case idle >= int64(policy.idle()):
		s.drop(sum)
		return web.Session{}, fault.New(fault.SignedOut, "您已有 %d 分钟没有操作，登录已结束；请重新登录", policy.IdleMinutes)
	case now.Sub(l.began) >= policy.absolute():
		s.drop(sum)
		return web.Session{}, fault.New(fault.SignedOut, "本次登录已满 %d 小时；请重新登录", policy.AbsoluteHours)
	}
	p, err := s.person(ctx, l.account)
	if err != nil {
		return web.Session{}, err
	}
	day := s.today()
	if p == nil || !p.Usable(day) {
		return web.Session{}, fault.New(fault.SignedOut, "您没有登录，或登录已经结束；请重新登录")
	}
	l.touch(now)
	return web.Session{ID: sum, Actor: s.actorOf(p, day), MustChange: mustChange(p.Account, policy, l.began)}, nil
}

// person gives an account as held in memory; one that another process just made is fetched.
func (s *Service) person(ctx context.Context, id ID) (*person, error) {
	get := func() *person {
		s.mu.RLock()
		defer s.mu.RUnlock()
		return s.people[id]
	}
	if p := get(); p != nil {
		return p, nil
	}
	if err := s.db.CatchUp(ctx); err != nil {
		return nil, err
	}
	return get(), nil
}

// touch notes a request; time never runs back.
func (l *live) touch(now time.Time) {
	for {
		old := l.seen.Load()
		if now.UnixNano() <= old || l.seen.CompareAndSwap(old, now.UnixNano()) {
			return
		}
	}
}

// mustChange tells whether the password has to be changed first: it was given by somebody else,
// or it was older than the policy allows when the log-in began. Work that is under way is not
// interrupted by the hour.
func mustChange(a Account, p Policy, began time.Time) bool {
	return a.MustChange || p.RotateDays > 0 && began.Sub(a.SecretAt) >= time.Duration(p.RotateDays)*24*time.Hour
}

// readSession reads a log-in and keeps it in memory, unless something changed meanwhile.
func (s *Service) readSession(ctx context.Context, sum string) (*live, error) {
	s.mu.RLock()
	gen := s.gen
	s.mu.RUnlock()
	var row storedLogin
	err := s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		row, err = sessionByToken(tx, sum)
		return err
	})
	if err != nil {
		return nil, err
	}
	if !row.Ended.IsZero() {
		return nil, fault.New(fault.SignedOut, "您没有登录，或登录已经结束；请重新登录")
	}
	l := &live{id: row.ID, account: row.Account, sum: sum, began: row.Began}
	l.seen.Store(row.Seen.UnixNano())
	l.written.Store(row.Seen.UnixNano())
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.sessions[sum]; old != nil {
		old.touch(row.Seen)
		return old, nil
	}
	if s.gen == gen {
		s.sessions[sum] = l
	}
	return l, nil
}

func (s *Service) drop(sum string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, sum)
}

// keepSeen writes down the last requests of all log-ins that have news, in one transaction, and
// drops from memory those that ran out.
func (s *Service) keepSeen(ctx context.Context) error {
	policy := s.currentPolicy()
	now := s.clock().UnixNano()
	seen := map[*live]int64{}
	s.mu.Lock()
	for sum, l := range s.sessions {
		last := l.seen.Load()
		if last-l.written.Load() >= int64(policy.flush()) {
			seen[l] = last
		} else if now-last >= int64(policy.idle()) {
			delete(s.sessions, sum)
		}
	}
	s.mu.Unlock()
	if len(seen) == 0 {
		return nil
	}
	err := s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		for l, last := range seen {
			if err := setSeen(tx, l.id, time.Unix(0, last).In(tx.Now().Location())); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		for l, last := range seen {
			l.written.Store(last)
		}
	}
	return err
}

// sweep ends log-ins that ran out and forgets old ones and old failures.
func (s *Service) sweep(ctx context.Context) error {
	policy := s.currentPolicy()
	var out []storedLogin
	err := s.db.View(ctx, func(tx *sqldb.Tx) error {
		list, err := openSessions(tx)
		for _, l := range list {
			// A minute more, for a process that has not yet written down the last request.
			if !l.Alive(policy, tx.Now().Add(-time.Minute)) {
				out = append(out, l)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		for _, l := range out {
			if err := endSession(tx, l.ID, endedIdle); err != nil {
				return err
			}
		}
		if err := sweepSessions(tx, tx.Now().Add(-keepLogins)); err != nil {
			return err
		}
		return sweepAttempts(tx, tx.Now().Add(-24*time.Hour-policy.lock()))
	})
}

// byScreen answers for a screen: the pages it was opened for, by GET, as a reader of the root.
func (s *Service) byScreen(r *http.Request, token string) (web.Session, error) {
	sum := tokenSum(token)
	s.mu.RLock()
	v := s.screens[sum]
	s.mu.RUnlock()
	if v == nil || !v.Usable(s.today()) {
		return web.Session{}, fault.New(fault.SignedOut, "这个大屏已到期或被收回；请让管理员重新开设")
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead || !v.Shows(r.URL.Path) {
		return web.Session{}, fault.New(fault.SignedOut, "大屏“%s”只显示指定的页面；看其他页面请登录", v.Name)
	}
	tree := s.units.Today()
	var root org.UnitID
	if tree != nil {
		root = tree.Root(org.Territorial)
	}
	a := perm.Actor{Login: screenLogin(v.ID), Name: v.Name, Tree: tree, Posts: []perm.Post{{Role: perm.Reader, Unit: root, Title: "大屏"}}}
	return web.Session{ID: sum, Actor: a, Screen: true}, nil
}

func screenLogin(id int64) string { return "screen:" + strconv.FormatInt(id, 10) }
