package accounts

import (
	"context"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// The deeds of the audit that are not rules: everybody does them with the own account.
const (
	deedLogin    = "accounts.login"
	deedLock     = "accounts.lock"
	deedLogout   = "accounts.logout"
	deedPassword = "accounts.password"
)

func accountObject(login string) string { return "account:" + login }

// object names the account that a log-in concerns. A name no account has is not written down:
// it may be a password typed into the wrong field.
func (s *Service) object(a Account, known bool) string {
	if !known {
		return accountObject("unknown")
	}
	return accountObject(a.Login)
}

// A SignIn is what somebody types to come in.
type SignIn struct {
	Login, Password string
	Agent           string // what the browser calls itself
	Earlier         string // token of a log-in that the browser still holds; it ends
}

// SignedIn is a log-in that was granted. Token goes into the cookie and is known nowhere else.
type SignedIn struct {
	Token      string
	MustChange bool
}

// refusal is the one answer to a wrong name, a wrong password and an account out of use.
func refusal(p Policy) error {
	return fault.New(fault.SignedOut, "登录名或口令不对，或账号不能使用；连续失败 %d 次将锁定 %d 分钟", p.Failures, p.LockMinutes)
}

// LogIn checks a name and a password and makes a log-in with a token of its own. Each attempt
// is counted before the password is looked at, so that many at once gain nothing. After as many
// failures as the policy says, of a name or from an address, every attempt is refused until the
// lock has lasted, the right password too; a name that no account has is counted and answered
// in the same way and takes as long. The address is that of the context.
func (s *Service) LogIn(ctx context.Context, in SignIn) (SignedIn, error) {
	policy := s.currentPolicy()
	login := FoldLogin(in.Login)
	a, known, err := s.find(ctx, login)
	if err != nil {
		return SignedIn{}, err
	}
	by := sqldb.ByOf(ctx)
	if by.Account = "unknown"; known {
		by.Account, by.Name = a.Login, a.Name
	}
	ctx = sqldb.WithBy(ctx, by)
	if err := s.admit(ctx, policy, login, s.object(a, known)); err != nil {
		return SignedIn{}, err
	}
	right, err := s.hasher.check(ctx, a.secret, in.Password)
	if err != nil {
		return SignedIn{}, err
	}
	if why, tell := s.unfit(policy, a, right, by.Address); why != nil {
		if err := s.failed(ctx, policy, login, s.object(a, known), why); err != nil {
			return SignedIn{}, err
		}
		if tell {
			return SignedIn{}, why
		}
		return SignedIn{}, refusal(policy)
	}
	stronger := ""
	if s.hasher.stale(a.secret) {
		if stronger, err = s.hasher.hash(ctx, in.Password); err != nil {
			return SignedIn{}, err
		}
	}
	out := SignedIn{Token: newToken(), MustChange: mustChange(a, policy, s.clock())}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		now, err := account(tx, a.ID)
		if err != nil {
			return err
		}
		if now.secret != a.secret || !now.Active {
			return refusal(policy) // changed while the password was looked at
		}
		if err := s.takeBack(tx, login, by.Address); err != nil {
			return err
		}
		if err := s.endEarlier(tx, in.Earlier); err != nil {
			return err
		}
		id, err := insertSession(tx, a.ID, tokenSum(out.Token), by.Address, cut(in.Agent, 200))
		if err != nil {
			return err
		}
		if stronger != "" {
			if err := rehash(tx, a, stronger); err != nil {
				return err
			}
			if err := note(tx, refAccount, int64(a.ID)); err != nil {
				return err
			}
		}
		tx.Audit(deedLogin, accountObject(a.Login), map[string]any{"session": id, "must_change": out.MustChange})
		return noteLogin(tx, a.ID)
	})
	if err != nil {
		return SignedIn{}, err
	}
	return out, nil
}

func cut(s string, n int) string {
	r := []rune(s)
	if len(r) > n {
		r = r[:n]
	}
	for i, x := range r {
		if x < ' ' || x == 0xFFFD {
			r[i] = ' '
		}
	}
	return string(r)
}

// find gives the account of a name; known is false if there is none.
func (s *Service) find(ctx context.Context, login string) (a Account, known bool, err error) {
	err = s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		a, err = accountByLogin(tx, login)
		return err
	})
	if fault.KindOf(err) == fault.Missing {
		return a, false, nil
	}
	return a, err == nil, err
}

// admit counts the attempt; a locked name or address is refused.
func (s *Service) admit(ctx context.Context, policy Policy, login, object string) error {
	var until time.Time
	err := s.db.InTx(ctx, func(tx *sqldb.Tx) (err error) {
		until, err = s.countAttempt(tx, policy, login, tx.By().Address)
		if err == nil && !until.IsZero() {
			tx.AuditRefused(deedLogin, object, "锁定中")
		}
		return err
	})
	if err == nil && !until.IsZero() {
		err = lockedFault(until)
	}
	return err
}

func lockedFault(until time.Time) error {
	return fault.New(fault.SignedOut, "失败次数过多，已锁定到 %s；请到时再试，或请系统管理员解除", until.Format("15:04"))
}

// countAttempt counts one more failure of the name and from the address; when either is locked
// it counts nothing and tells until when. An empty address is not counted.
func (s *Service) countAttempt(tx *sqldb.Tx, policy Policy, login, address string) (until time.Time, err error) {
	type counted struct {
		key   string
		limit int
	}
	list := []counted{{loginKey(login), policy.Failures}}
	if address != "" {
		list = append(list, counted{addressKey(address), policy.AddressFailures})
	}
	had := make([]attempt, len(list))
	for i, c := range list {
		if had[i], err = readAttempt(tx, c.key); err != nil {
			return until, err
		}
		if u := had[i].locked(c.limit, policy.lock(), tx.Now()); u.After(until) {
			until = u
		}
	}
	if !until.IsZero() {
		return until, nil
	}
	for i, c := range list {
		if err := writeAttempt(tx, c.key, had[i].next(policy.lock(), tx.Now())); err != nil {
			return until, err
		}
	}
	return until, nil
}

// takeBack forgets the failures of a name after a right password, and the one attempt that was
// counted from the address; who owns one account must not be able to clear an address.
func (s *Service) takeBack(tx *sqldb.Tx, login, address string) error {
	if err := dropAttempt(tx, loginKey(login)); err != nil || address == "" {
		return err
	}
	a, err := readAttempt(tx, addressKey(address))
	if err != nil {
		return err
	}
	return writeAttempt(tx, addressKey(address), a.less())
}

// unfit tells why a log-in is refused, nil if it is not, for the audit. It may be told to the
// person only where nobody meets it who does not know the password.
func (s *Service) unfit(policy Policy, a Account, right bool, address string) (why error, tell bool) {
	now := s.clock()
	switch {
	case !right:
		return fault.New(fault.SignedOut, "登录名或口令不对"), false
	case !a.Usable(period.DayOf(now)):
		return fault.New(fault.SignedOut, "账号已停用或到期"), false
	case !a.OneTime.IsZero() && !now.Before(a.OneTime):
		return fault.New(fault.SignedOut, "一次性口令已经过期；请系统管理员重新生成"), true
	case policy.admits(address):
		return nil, false
	}
	s.mu.RLock()
	p := s.people[a.ID]
	s.mu.RUnlock()
	if p != nil && s.actorOf(p, s.today()).Has(perm.SysAdmin, perm.SecAdmin, perm.Auditor) {
		return fault.New(fault.SignedOut, "管理员只能从指定的网址段登录，您的地址 %s 不在其中", address), true
	}
	return nil, false
}

// failed puts a refused log-in into the audit, with the lock it may have set off.
func (s *Service) failed(ctx context.Context, policy Policy, login, object string, why error) error {
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		tx.AuditRefused(deedLogin, object, fault.Say(why, nil))
		n, err := readAttempt(tx, loginKey(login))
		if err != nil {
			return err
		}
		if n.Failures >= policy.Failures {
			tx.Audit(deedLock, object, map[string]any{"failures": n.Failures, "minutes": policy.LockMinutes})
		}
		address := tx.By().Address
		if address == "" {
			return nil
		}
		if n, err = readAttempt(tx, addressKey(address)); err != nil {
			return err
		}
		if n.Failures >= policy.AddressFailures {
			tx.Audit(deedLock, addressKey(address), map[string]any{"failures": n.Failures, "minutes": policy.LockMinutes})
		}
		return nil
	})
}

// endEarlier ends the log-in whose token the browser still holds.
func (s *Service) endEarlier(tx *sqldb.Tx, token string) error {
	if token == "" {
		return nil
	}
	old, err := sessionByToken(tx, tokenSum(token))
	if isSignedOut(err) {
		return nil
	}
	if err != nil || !old.Ended.IsZero() {
		return err
	}
	if err := endSession(tx, old.ID, endedAgain); err != nil {
		return err
	}
	return note(tx, refSession, old.ID)
}

// LogOut ends the log-in of a token.
func (s *Service) LogOut(ctx context.Context, a perm.Actor, token string) error {
	return s.db.InTx(acting(ctx, a), func(tx *sqldb.Tx) error {
		l, err := sessionByToken(tx, tokenSum(token))
		if err != nil {
			return err
		}
		if !l.Ended.IsZero() {
			return nil
		}
		if err := endSession(tx, l.ID, endedOut); err != nil {
			return err
		}
		tx.Audit(deedLogout, accountObject(a.Login), map[string]any{"session": l.ID})
		return note(tx, refSession, l.ID)
	})
}

// EndLogin ends another log-in of the same account.
func (s *Service) EndLogin(ctx context.Context, a perm.Actor, id int64) error {
	return s.db.InTx(acting(ctx, a), func(tx *sqldb.Tx) error {
		l, err := session(tx, id)
		if err != nil {
			return err
		}
		if l.Account != ID(a.Account) {
			return fault.New(fault.Missing, "没有这次登录；请刷新页面")
		}
		return s.endOne(tx, l, a.Login, endedByOwner)
	})
}

func (s *Service) endOne(tx *sqldb.Tx, l storedLogin, login, why string) error {
	if !l.Ended.IsZero() {
		return fault.New(fault.Conflict, "这次登录已经结束")
	}
	if err := endSession(tx, l.ID, why); err != nil {
		return err
	}
	tx.Audit(deedLogout, accountObject(login), map[string]any{"session": l.ID, "why": why})
	return note(tx, refSession, l.ID)
}

// endAll ends every log-in of an account.
func (s *Service) endAll(tx *sqldb.Tx, id ID, why string) (int, error) {
	list, err := openSessionsOf(tx, id)
	if err != nil {
		return 0, err
	}
	for _, l := range list {
		if err := endSession(tx, l.ID, why); err != nil {
			return 0, err
		}
	}
	return len(list), note(tx, refEnded, int64(id))
}

// ChangePassword puts a password of the person's own in place of the present one. All log-ins
// of the account end; the answer is the token of a new one. A wrong present password counts as
// a failed log-in. Faults of the new password come as fault.Findings, all at once.
func (s *Service) ChangePassword(ctx context.Context, a perm.Actor, present, new, agent string) (token string, err error) {
	ctx = acting(ctx, a)
	by := sqldb.ByOf(ctx)
	policy := s.currentPolicy()
	login := FoldLogin(a.Login)
	acc, known, err := s.find(ctx, login)
	if err != nil {
		return "", err
	}
	if err := s.admit(ctx, policy, login, accountObject(login)); err != nil {
		return "", err
	}
	right, err := s.hasher.check(ctx, acc.secret, present)
	if err != nil {
		return "", err
	}
	if !known || !right {
		err := s.db.InTx(ctx, func(tx *sqldb.Tx) error {
			tx.AuditRefused(deedPassword, accountObject(login), "原口令不对")
			return nil
		})
		if err != nil {
			return "", err
		}
		var f fault.Fields
		f.Need(false, "present", "原口令不对；连续失败 %d 次将锁定 %d 分钟", policy.Failures, policy.LockMinutes)
		return "", f.Err()
	}
	if err := s.db.InTx(ctx, func(tx *sqldb.Tx) error { return s.takeBack(tx, login, by.Address) }); err != nil {
		return "", err
	}
	if err := s.checkNew(ctx, policy, acc, present, new); err != nil {
		return "", err
	}
	hash, err := s.hasher.hash(ctx, new)
	if err != nil {
		return "", err
	}
	token = newToken()
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		now, err := account(tx, acc.ID)
		if err != nil {
			return err
		}
		if now.secret != acc.secret {
			return fault.New(fault.Conflict, "口令刚刚在别处改过；请用新口令重新登录")
		}
		if err := replaceSecret(tx, now, hash, time.Time{}, policy.History); err != nil {
			return err
		}
		if _, err := s.endAll(tx, acc.ID, endedSecret); err != nil {
			return err
		}
		if _, err := insertSession(tx, acc.ID, tokenSum(token), by.Address, cut(agent, 200)); err != nil {
			return err
		}
		tx.Audit(deedPassword, accountObject(login), nil)
		return note(tx, refAccount, int64(acc.ID))
	})
	return token, err
}

// checkNew applies the policy to a new password, and keeps earlier ones from coming again.
func (s *Service) checkNew(ctx context.Context, policy Policy, a Account, present, new string) error {
	if err := policy.CheckPassword(normal(new), a.Login, a.Name); err != nil {
		return err
	}
	again := func() error {
		var f fault.Fields
		f.Need(false, "new", "新口令不能与现在的或最近 %d 次用过的相同", policy.History)
		return f.Err()
	}
	if normal(new) == normal(present) {
		return again()
	}
	if policy.History == 0 {
		return nil
	}
	var earlier []string
	err := s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		earlier, err = earlierSecrets(tx, a.ID, policy.History-1) // the present one is the first
		return err
	})
	if err != nil {
		return err
	}
	for _, hash := range earlier {
		same, err := s.hasher.check(ctx, hash, new)
		if err != nil {
			return err
		}
		if same {
			return again()
		}
	}
	return nil
}
