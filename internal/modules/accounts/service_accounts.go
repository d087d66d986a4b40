package accounts

import (
	"context"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// FirstAdmin makes the first account of an office, with the post of system administrator, and
// gives its log-in name and a one-time secret, which is kept nowhere and must be changed within
// seven days (STANDARDS MLPS-06). It refuses with fault.Conflict as soon as any account exists.
func (s *Service) FirstAdmin(ctx context.Context) (login, secret string, err error) {
	defer fault.Wrap(&err, "accounts.FirstAdmin")
	secret = oneTimeSecret()
	hash, err := s.hasher.hash(ctx, secret)
	if err != nil {
		return "", "", err
	}
	in := NewAccount{Login: "admin", Name: "系统管理员"}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		n, err := countAccounts(tx)
		if err != nil {
			return err
		}
		if n > 0 {
			return fault.New(fault.Conflict, "已经有 %d 个账号，不能再建第一个管理员；忘记口令请用 kaiyang user reset", n)
		}
		id, err := insertAccount(tx, in, hash)
		if err != nil {
			return err
		}
		p, _, err := s.ensurePost(tx, perm.SysAdmin, 0, "")
		if err != nil {
			return err
		}
		if _, err := insertHolding(tx, Holding{Account: id, Post: p, From: period.DayOf(tx.Now())}); err != nil {
			return err
		}
		tx.Audit("accounts.first", accountObject(in.Login), map[string]any{"role": perm.SysAdmin})
		return note(tx, refAll, 0)
	})
	return in.Login, secret, err
}

// CreateAccount makes an account without any right and gives its one-time secret, to be changed
// at the first log-in within seven days. A name that folds to that of another account is
// refused (STANDARDS MLPS-01). The new account is in the answer.
func (s *Service) CreateAccount(ctx context.Context, by perm.Actor, in NewAccount) (a Account, secret string, err error) {
	defer fault.Wrap(&err, "accounts.CreateAccount(%s)", FoldLogin(in.Login))
	if err := s.may(by, ruleEdit); err != nil {
		return a, "", err
	}
	in.Login = FoldLogin(in.Login)
	if err := in.check(s.today()); err != nil {
		return a, "", err
	}
	secret = oneTimeSecret()
	hash, err := s.hasher.hash(ctx, secret)
	if err != nil {
		return a, "", err
	}
	err = s.db.InTx(acting(ctx, by), func(tx *sqldb.Tx) error {
		if _, err := accountByLogin(tx, in.Login); err == nil {
			var f fault.Fields
			f.Need(false, "login", "已经有登录名 %s；请换一个（不分大小写和全角半角）", in.Login)
			return f.Err()
		} else if fault.KindOf(err) != fault.Missing {
			return err
		}
		id, err := insertAccount(tx, in, hash)
		if err != nil {
			return err
		}
		tx.Audit("accounts.create", accountObject(in.Login), map[string]any{"after": map[string]any{"until": dayText(in.Until)}})
		if a, err = account(tx, id); err != nil {
			return err
		}
		return note(tx, refAccount, int64(id))
	})
	return a, secret, err
}

// EditAccount changes name and last day. A version that is no longer the present one gives
// fault.Conflict and changes nothing.
func (s *Service) EditAccount(ctx context.Context, by perm.Actor, id ID, name string, until period.Day, version int64) (err error) {
	defer fault.Wrap(&err, "accounts.EditAccount(%d)", id)
	if err := s.may(by, ruleEdit); err != nil {
		return err
	}
	return s.db.InTx(acting(ctx, by), func(tx *sqldb.Tx) error {
		old, err := account(tx, id)
		if err != nil {
			return err
		}
		if old.Version != version {
			return fault.New(fault.Conflict, "账号 %s 刚刚被别人改过；请对照后再保存", old.Login)
		}
		var f fault.Fields
		today := s.today()
		if until == old.Until && !until.IsZero() {
			today = until // an account that has run out may still get another name
		}
		checkPerson(&f, name, until, today)
		if err := f.Err(); err != nil {
			return err
		}
		if !until.IsZero() && by.Account == int64(id) {
			return fault.New(fault.Conflict, "不能给自己的账号设截止日；请另一位系统管理员办理")
		}
		ok, err := updatePerson(tx, id, name, until, version)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "账号 %s 刚刚被别人改过；请对照后再保存", old.Login)
		}
		tx.Audit(ruleEdit.Deed, accountObject(old.Login), map[string]any{
			"before": map[string]any{"until": dayText(old.Until)}, "after": map[string]any{"until": dayText(until)}, "name_changed": name != old.Name})
		return note(tx, refAccount, int64(id))
	})
}

// ResetPassword gives an account a new one-time secret, ends its log-ins and lifts its lock.
func (s *Service) ResetPassword(ctx context.Context, by perm.Actor, login string) (secret string, err error) {
	defer fault.Wrap(&err, "accounts.ResetPassword(%s)", FoldLogin(login))
	if err := s.may(by, ruleEdit); err != nil {
		return "", err
	}
	secret = oneTimeSecret()
	hash, err := s.hasher.hash(ctx, secret)
	if err != nil {
		return "", err
	}
	keep := s.currentPolicy().History
	err = s.db.InTx(acting(ctx, by), func(tx *sqldb.Tx) error {
		a, err := accountByLogin(tx, login)
		if err != nil {
			return err
		}
		if err := replaceSecret(tx, a, hash, tx.Now().Add(oneTimeLasts), keep); err != nil {
			return err
		}
		if err := dropAttempt(tx, loginKey(a.Login)); err != nil {
			return err
		}
		n, err := s.endAll(tx, a.ID, endedSecret)
		if err != nil {
			return err
		}
		tx.Audit("accounts.reset", accountObject(a.Login), map[string]any{"ended": n})
		return note(tx, refAccount, int64(a.ID))
	})
	return secret, err
}

// Disable takes an account out of use and ends its log-ins; accounts are never deleted. The
// account of the one who asks, and the last usable one of a system administrator, stay.
func (s *Service) Disable(ctx context.Context, by perm.Actor, login string) (err error) {
	defer fault.Wrap(&err, "accounts.Disable(%s)", FoldLogin(login))
	if err := s.may(by, ruleEdit); err != nil {
		return err
	}
	return s.db.InTx(acting(ctx, by), func(tx *sqldb.Tx) error {
		a, err := accountByLogin(tx, login)
		if err != nil {
			return err
		}
		if !a.Active {
			return fault.New(fault.Conflict, "账号 %s 已经停用", a.Login)
		}
		if by.Account == int64(a.ID) {
			return fault.New(fault.Conflict, "不能停用自己的账号；请另一位系统管理员办理")
		}
		if err := s.keepOneAdmin(tx, a.ID, 0); err != nil {
			return err
		}
		if err := updateActive(tx, a.ID, false); err != nil {
			return err
		}
		n, err := s.endAll(tx, a.ID, endedDisabled)
		if err != nil {
			return err
		}
		tx.Audit("accounts.disable", accountObject(a.Login), map[string]any{"before": "active", "after": "disabled", "ended": n})
		return note(tx, refAccount, int64(a.ID))
	})
}

// Enable puts a disabled account back into use; its posts are as they were.
func (s *Service) Enable(ctx context.Context, by perm.Actor, login string) (err error) {
	defer fault.Wrap(&err, "accounts.Enable(%s)", FoldLogin(login))
	if err := s.may(by, ruleEdit); err != nil {
		return err
	}
	return s.db.InTx(acting(ctx, by), func(tx *sqldb.Tx) error {
		a, err := accountByLogin(tx, login)
		if err != nil {
			return err
		}
		if a.Active {
			return fault.New(fault.Conflict, "账号 %s 正在使用中", a.Login)
		}
		if err := updateActive(tx, a.ID, true); err != nil {
			return err
		}
		tx.Audit("accounts.enable", accountObject(a.Login), map[string]any{"before": "disabled", "after": "active"})
		return note(tx, refAccount, int64(a.ID))
	})
}

// keepOneAdmin refuses what would leave nobody to administer: without the account, or without
// the holding, no usable account would hold the post of system administrator today.
func (s *Service) keepOneAdmin(tx *sqldb.Tx, without ID, withoutHolding int64) error {
	today := s.today()
	holdings, err := allHoldings(tx)
	if err != nil {
		return err
	}
	had := false
	for _, h := range holdings {
		if h.Post.Role != perm.SysAdmin || !h.Holds(today) {
			continue
		}
		a, err := account(tx, h.Account)
		if err != nil {
			return err
		}
		if !a.Usable(today) {
			continue
		}
		if h.Account != without && h.ID != withoutHolding {
			return nil
		}
		had = true
	}
	if had {
		return fault.New(fault.Conflict, "这是最后一位系统管理员；请先授予另一个账号系统管理员岗位")
	}
	return nil
}

// Unlock forgets the failed log-ins of an account.
func (s *Service) Unlock(ctx context.Context, by perm.Actor, login string) (err error) {
	defer fault.Wrap(&err, "accounts.Unlock(%s)", FoldLogin(login))
	if err := s.may(by, ruleEdit); err != nil {
		return err
	}
	return s.db.InTx(acting(ctx, by), func(tx *sqldb.Tx) error {
		a, err := accountByLogin(tx, login)
		if err != nil {
			return err
		}
		return s.unlock(tx, loginKey(a.Login), accountObject(a.Login))
	})
}

// UnlockAddress forgets the failed log-ins from an address, as named in LockedAddresses.
func (s *Service) UnlockAddress(ctx context.Context, by perm.Actor, address string) (err error) {
	defer fault.Wrap(&err, "accounts.UnlockAddress(%s)", address)
	if err := s.may(by, ruleEdit); err != nil {
		return err
	}
	key := addressPrefix + address
	return s.db.InTx(acting(ctx, by), func(tx *sqldb.Tx) error { return s.unlock(tx, key, key) })
}

func (s *Service) unlock(tx *sqldb.Tx, key, object string) error {
	n, err := readAttempt(tx, key)
	if err != nil {
		return err
	}
	if n.Failures == 0 {
		return fault.New(fault.Conflict, "没有锁定，也没有失败记录")
	}
	tx.Audit("accounts.unlock", object, map[string]any{"before": n.Failures, "after": 0})
	return dropAttempt(tx, key)
}

// EndLogins ends all log-ins of an account.
func (s *Service) EndLogins(ctx context.Context, by perm.Actor, login string) (n int, err error) {
	defer fault.Wrap(&err, "accounts.EndLogins(%s)", FoldLogin(login))
	if err := s.may(by, ruleEdit); err != nil {
		return 0, err
	}
	err = s.db.InTx(acting(ctx, by), func(tx *sqldb.Tx) error {
		a, err := accountByLogin(tx, login)
		if err != nil {
			return err
		}
		if n, err = s.endAll(tx, a.ID, endedByAdmin); err != nil {
			return err
		}
		tx.Audit(deedLogout, accountObject(a.Login), map[string]any{"why": endedByAdmin, "ended": n})
		return nil
	})
	return n, err
}

// A Listed is an account with what a list shows beside it.
type Listed struct {
	Account
	Posts     []Post    // held today
	Locked    time.Time // until when; zero if not locked
	LogIns    int       // open ones
	Addresses int       // from how many addresses they come; more than one may be a shared account (MLPS-07)
	Standing  []string  // state and what an administrator should look at, in Chinese
}

// ListAccounts gives all accounts by log-in name.
func (s *Service) ListAccounts(ctx context.Context, by perm.Actor) (list []Listed, err error) {
	defer fault.Wrap(&err, "accounts.ListAccounts")
	if err := s.may(by, ruleView); err != nil {
		return nil, err
	}
	policy := s.currentPolicy()
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		accounts, err := allAccounts(tx)
		if err != nil {
			return err
		}
		holdings, err := allHoldings(tx)
		if err != nil {
			return err
		}
		attempts, err := allAttempts(tx)
		if err != nil {
			return err
		}
		sessions, err := openSessions(tx)
		if err != nil {
			return err
		}
		list = s.combine(accounts, holdings, attempts, sessions, policy)
		return nil
	})
	return list, err
}

func (s *Service) combine(accounts []Account, holdings []Holding, attempts []keyedAttempt, sessions []storedLogin, policy Policy) []Listed {
	now, today := s.clock(), s.today()
	locked := map[string]time.Time{}
	for _, a := range attempts {
		locked[a.key] = a.locked(policy.Failures, policy.lock(), now)
	}
	posts := map[ID][]Post{}
	for _, h := range holdings {
		if h.Holds(today) {
			posts[h.Account] = append(posts[h.Account], h.Post)
		}
	}
	open := map[ID]map[string]int{}
	for _, l := range sessions {
		if l.Alive(policy, now) {
			if open[l.Account] == nil {
				open[l.Account] = map[string]int{}
			}
			open[l.Account][l.Address]++
		}
	}
	list := make([]Listed, len(accounts))
	for i, a := range accounts {
		list[i] = Listed{Account: a, Posts: posts[a.ID], Locked: locked[loginKey(a.Login)], Addresses: len(open[a.ID])}
		for _, n := range open[a.ID] {
			list[i].LogIns += n
		}
		list[i].Standing = append([]string{stateText(a, today)}, flags(list[i], now)...)
	}
	return list
}

// A LockedAddress is an address from which no log-in is accepted for now.
type LockedAddress struct {
	Address  string
	Failures int
	Until    time.Time
}

// LockedAddresses lists the addresses that are locked now.
func (s *Service) LockedAddresses(ctx context.Context, by perm.Actor) (list []LockedAddress, err error) {
	defer fault.Wrap(&err, "accounts.LockedAddresses")
	if err := s.may(by, ruleView); err != nil {
		return nil, err
	}
	policy := s.currentPolicy()
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		all, err := allAttempts(tx)
		for _, a := range all {
			address, ok := cutAddress(a.key)
			if until := a.locked(policy.AddressFailures, policy.lock(), tx.Now()); ok && !until.IsZero() {
				list = append(list, LockedAddress{Address: address, Failures: a.Failures, Until: until})
			}
		}
		return err
	})
	return list, err
}
