package notices

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"sync"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// MakeCalendar gives a person an address for the own calendar feed; the one before stops working.
// Only the hash of it is kept, so it is shown this once.
func (s *Service) MakeCalendar(ctx context.Context, a perm.Actor) (token string, err error) {
	if err := reader(a); err != nil {
		return "", err
	}
	raw := make([]byte, 32)
	rand.Read(raw)
	token = base64.RawURLEncoding.EncodeToString(raw)
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		tx.Audit("notices.calendar.make", "account:"+a.Login, nil)
		return keepCalendar(tx, a.Account, tokenSum(token))
	})
	return token, err
}

// RevokeCalendar stops a person's calendar address.
func (s *Service) RevokeCalendar(ctx context.Context, a perm.Actor) error {
	if err := reader(a); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		n, err := dropCalendar(tx, a.Account)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "日历地址已经收回了")
		}
		tx.Audit("notices.calendar.revoke", "account:"+a.Login, nil)
		return nil
	})
}

// CalendarMade tells since when a person has a calendar address; zero for none.
func (s *Service) CalendarMade(ctx context.Context, a perm.Actor) (at time.Time, err error) {
	if err := reader(a); err != nil {
		return at, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		at, err = calendarMade(tx, a.Account)
		return err
	})
	return at, err
}

// Feed gives the calendar behind an address. Whoever has the address reads it without signing in,
// as far as the rights of its owner go today.
func (s *Service) Feed(ctx context.Context, token string) (ics []byte, err error) {
	missing := fault.New(fault.Missing, "没有这个日历；地址可能已经收回，请在系统里重新生成")
	var account int64
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		account, err = calendarOwner(tx, tokenSum(token))
		return err
	})
	if err != nil {
		return nil, err
	}
	a, ok := s.person(account)
	if account == 0 || !ok || !a.Can(ruleRead) {
		return nil, missing
	}
	var dates []Date
	if s.joints.Dates != nil {
		from, to := window(s.today())
		if dates, err = s.joints.Dates(ctx, a, from, to); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(dates, func(x, y Date) int {
		return cmp.Or(cmp.Compare(x.Day, y.Day), cmp.Compare(x.Time, y.Time), cmp.Compare(x.UID, y.UID))
	})
	set := *s.settings.Load()
	return feed{name: "会议与期限", base: set.Base, day: s.today()}.write(dates), nil
}

func tokenSum(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// The limits of asking for calendars: so many a minute from one address.
const (
	gateMinute = 30
	gateMost   = 10_000 // addresses remembered
)

// A gate counts requests by address within a minute.
type gate struct {
	mu     sync.Mutex
	minute int64
	seen   map[string]int
}

// pass tells whether one more request from an address may be answered.
func (g *gate) pass(address string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if m := now.Unix() / 60; g.seen == nil || m != g.minute {
		g.minute, g.seen = m, map[string]int{}
	}
	if _, known := g.seen[address]; !known && len(g.seen) >= gateMost {
		return false
	}
	g.seen[address]++
	return g.seen[address] <= gateMinute
}
