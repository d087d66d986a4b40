package accounts

import (
	"context"
	"strconv"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func unixNano(n int64, like time.Time) time.Time { return time.Unix(0, n).In(like.Location()) }

func screenObject(id int64) string { return "screen:" + itoa(id) }

// CreateScreen opens a screen for chosen pages (SEMANTICS §10) and gives the token of its
// link, which is kept nowhere. The link works once: it gives the browser of the screen a
// cookie of its own, so that a copy of the address is worth nothing.
func (s *Service) CreateScreen(ctx context.Context, by perm.Actor, name string, pages []string, until period.Day) (v Screen, token string, err error) {
	defer fault.Wrap(&err, "accounts.CreateScreen")
	if err := s.may(by, ruleScreens); err != nil {
		return v, "", err
	}
	v = Screen{Name: name, Pages: pages, Until: until}
	if err := v.check(s.today()); err != nil {
		return v, "", err
	}
	token = newToken()
	err = s.db.InTx(acting(ctx, by), func(tx *sqldb.Tx) error {
		if err := stillLent(tx, by, ruleScreens); err != nil {
			return err
		}
		id, err := insertScreen(tx, v, tokenSum(token))
		if err != nil {
			return err
		}
		v.ID = id
		tx.Audit(ruleScreens.Deed, screenObject(id), map[string]any{"after": map[string]any{"pages": pages, "until": until.String()}})
		return note(tx, refAll, 0)
	})
	return v, token, err
}

// RelinkScreen gives a screen a new link; the browser that showed it until now goes on until
// the new link is used.
func (s *Service) RelinkScreen(ctx context.Context, by perm.Actor, id int64) (token string, err error) {
	defer fault.Wrap(&err, "accounts.RelinkScreen(%d)", id)
	if err := s.may(by, ruleScreens); err != nil {
		return "", err
	}
	token = newToken()
	err = s.db.InTx(acting(ctx, by), func(tx *sqldb.Tx) error {
		if err := stillLent(tx, by, ruleScreens); err != nil {
			return err
		}
		v, err := screen(tx, id)
		if err != nil {
			return err
		}
		if !v.Usable(period.DayOf(tx.Now())) {
			return fault.New(fault.Conflict, "大屏“%s”已到期或被收回；请重新开设", v.Name)
		}
		if err := relinkScreen(tx, id, tokenSum(token)); err != nil {
			return err
		}
		tx.Audit(ruleScreens.Deed, screenObject(id), map[string]any{"after": "new link"})
		return note(tx, refAll, 0)
	})
	return token, err
}

// RevokeScreen takes a screen back at once.
func (s *Service) RevokeScreen(ctx context.Context, by perm.Actor, id int64) (err error) {
	defer fault.Wrap(&err, "accounts.RevokeScreen(%d)", id)
	if err := s.may(by, ruleScreens); err != nil {
		return err
	}
	return s.db.InTx(acting(ctx, by), func(tx *sqldb.Tx) error {
		if err := stillLent(tx, by, ruleScreens); err != nil {
			return err
		}
		v, err := screen(tx, id)
		if err != nil {
			return err
		}
		if v.Revoked {
			return fault.New(fault.Conflict, "大屏“%s”已经收回", v.Name)
		}
		if err := revokeScreen(tx, id); err != nil {
			return err
		}
		tx.Audit(ruleScreens.Deed, screenObject(id), map[string]any{"before": map[string]any{"pages": v.Pages, "until": v.Until.String()}, "after": "revoked"})
		return note(tx, refAll, 0)
	})
}

// EnterScreen uses the link of a screen up and gives the token of its cookie.
func (s *Service) EnterScreen(ctx context.Context, link string) (v Screen, token string, err error) {
	defer fault.Wrap(&err, "accounts.EnterScreen")
	if len(link) != tokenLength {
		return v, "", fault.New(fault.SignedOut, "这个大屏链接已经用过或失效；请让管理员重新生成链接")
	}
	var found storedScreen
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		found, err = screenByLink(tx, tokenSum(link))
		return err
	})
	if err != nil {
		return v, "", err
	}
	if v = found.Screen; !v.Usable(s.today()) {
		return v, "", fault.New(fault.SignedOut, "这个大屏已到期或被收回；请让管理员重新开设")
	}
	by := sqldb.ByOf(ctx)
	by.Account, by.Name = screenLogin(v.ID), v.Name
	token = newToken()
	err = s.db.InTx(sqldb.WithBy(ctx, by), func(tx *sqldb.Tx) error {
		ok, err := enterScreen(tx, found, tokenSum(token))
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.SignedOut, "这个大屏链接已经用过或失效；请让管理员重新生成链接")
		}
		tx.Audit("accounts.screen-enter", screenObject(v.ID), nil)
		return note(tx, refAll, 0)
	})
	return v, token, err
}

// ListScreens gives all screens.
func (s *Service) ListScreens(ctx context.Context, by perm.Actor) (list []Screen, err error) {
	defer fault.Wrap(&err, "accounts.ListScreens")
	if err := s.may(by, ruleView); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		all, err := allScreens(tx)
		for _, v := range all {
			list = append(list, v.Screen)
		}
		return err
	})
	return list, err
}

// SecurityPolicy gives the policy in force with its version.
func (s *Service) SecurityPolicy(by perm.Actor) (Policy, int64, error) {
	if err := s.may(by, ruleView); err != nil {
		return Policy{}, 0, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.policy.Policy, s.policy.Version, nil
}

// SetSecurityPolicy puts another policy in force at once, also for log-ins that are open. The
// address of the one who asks must be among those left to administrators.
func (s *Service) SetSecurityPolicy(ctx context.Context, by perm.Actor, p Policy, version int64) (err error) {
	defer fault.Wrap(&err, "accounts.SetSecurityPolicy")
	if err := s.may(by, rulePolicy); err != nil {
		return err
	}
	if err := p.check(); err != nil {
		return err
	}
	if address := sqldb.ByOf(ctx).Address; address != "" {
		var f fault.Fields
		f.Need(p.admits(address), "admin_sources", "您自己的地址 %s 不在其中，保存后您将不能再登录；请把它加上", address)
		if err := f.Err(); err != nil {
			return err
		}
	}
	return s.db.InTx(acting(ctx, by), func(tx *sqldb.Tx) error {
		if err := stillLent(tx, by, rulePolicy); err != nil {
			return err
		}
		old, err := readPolicy(tx)
		if err != nil {
			return err
		}
		ok, err := writePolicy(tx, p, version)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "安全参数刚刚被别人改过；请对照后再保存")
		}
		tx.Audit(rulePolicy.Deed, "policy", map[string]any{"before": old.Policy, "after": p})
		return note(tx, refAll, 0)
	})
}
