package notices

import (
	"context"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
)

// Units is what notices need to know of the units.
type Units interface {
	Today() *org.Tree
	Calendar() *calendar.Calendar
}

// Joints connect the module with the others; each may be nil, and then its part stays empty.
type Joints struct {
	// People gives the accounts that may be used today with the posts they hold, stand-ins included.
	// It is asked inside writing transactions and must answer from memory.
	People func() []perm.Actor
	// Dates gives the meetings and deadlines of a person's own units between two days.
	Dates func(ctx context.Context, reader perm.Actor, from, to period.Day) ([]Date, error)
}

// Options are the settings of the program that notices need.
type Options struct {
	Clock func() time.Time
	Log   *slog.Logger
	// Key gives the key of 32 bytes under which secrets are sealed: notify.KeyFile over a file in the
	// data directory, or notify.ParseKey over a start setting. Without it nothing secret can be kept.
	Key func() ([]byte, error)
}

// A Service keeps the inboxes and what leaves.
type Service struct {
	db     *sqldb.DB
	units  Units
	clock  func() time.Time
	log    *slog.Logger
	vault  *notify.Vault
	queue  *notify.Queue
	joints Joints
	gate   gate

	settings atomic.Pointer[Settings]
	digested atomic.Int32 // day whose digests are known to be made
	mu       sync.RWMutex
	unread   map[int64]int // by account
}

// New makes the service.
func New(db *sqldb.DB, units Units, opt Options) *Service {
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	s := &Service{db: db, units: units, clock: opt.Clock, log: opt.Log, vault: notify.NewVault(opt.Key), unread: map[int64]int{}}
	s.queue = notify.NewQueue(db, opt.Clock, opt.Log, s.send)
	first := defaultSettings()
	s.settings.Store(&first)
	return s
}

// Join connects the module with the others.
func (s *Service) Join(j Joints) { s.joints = j }

func (s *Service) now() time.Time { return s.clock().In(shanghai()) }

func (s *Service) today() period.Day { return period.DayOf(s.now()) }

func (s *Service) works(d period.Day) bool {
	work, _ := s.units.Calendar().IsWorkday(d)
	return work
}

func (s *Service) people() []perm.Actor {
	if s.joints.People == nil {
		return nil
	}
	return s.joints.People()
}

// person gives a usable account with its posts of today.
func (s *Service) person(account int64) (perm.Actor, bool) {
	for _, a := range s.people() {
		if a.Account == account {
			return a, true
		}
	}
	return perm.Actor{}, false
}

// The changes of kind "notices": one that begins with refSettings, else a list of accounts whose
// inbox changed.
const (
	changeKind  = "notices"
	refSettings = "settings"
)

// Load reads what is held in memory: the settings, and how many notices each person has not read.
func (s *Service) Load(ctx context.Context) error {
	return s.db.View(ctx, func(tx *sqldb.Tx) error {
		if err := s.loadSettings(tx); err != nil {
			return err
		}
		all, err := countAll(tx)
		if err != nil {
			return err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.unread = all
		return nil
	})
}

func (s *Service) loadSettings(tx *sqldb.Tx) error {
	set, err := readSettings(tx)
	if err == nil {
		s.settings.Store(&set)
	}
	return err
}

// change is the module's Applier.
func (s *Service) change(ctx context.Context, list []sqldb.Change) error {
	accounts, settings := map[int64]int{}, false
	for _, c := range list {
		if c.Kind != changeKind {
			continue
		}
		if c.Ref == refSettings {
			settings = true
			continue
		}
		ids, err := numbersOf(c.Ref)
		if err != nil {
			return err
		}
		for _, id := range ids {
			accounts[id] = 0
		}
	}
	if !settings && len(accounts) == 0 {
		return nil
	}
	return s.db.View(ctx, func(tx *sqldb.Tx) error {
		if settings {
			if err := s.loadSettings(tx); err != nil {
				return err
			}
		}
		for id := range accounts {
			n, err := countUnread(tx, id)
			if err != nil {
				return err
			}
			accounts[id] = n
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		maps.Copy(s.unread, accounts)
		return nil
	})
}

// Unread gives how many notices an account has not read, from memory.
func (s *Service) Unread(account int64) int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.unread[account]
}

// noteInboxes notes that inboxes changed.
func noteInboxes(tx *sqldb.Tx, accounts ...int64) error {
	if len(accounts) == 0 {
		return nil
	}
	_, err := tx.Change(changeKind, list(accounts, numberText))
	return err
}

// Tell takes an event inside the transaction of the deed that it tells of: it is stored once for
// its key, and whom it goes to is settled now. An urgent event also goes out at once, to those who
// want it and within the limits.
func (s *Service) Tell(tx *sqldb.Tx, e notify.Event) (err error) {
	defer fault.Wrap(&err, "notices.Tell(%s)", e.Key)
	if e.Key == "" || e.Text == "" || kindText(e.Kind) == "" {
		return fault.New(fault.Internal, "通知缺少标识、内容或种类：%s", e.Key)
	}
	if !strings.HasPrefix(e.Path, "/") || strings.HasPrefix(e.Path, "//") {
		e.Path = ""
	}
	id, fresh, err := insertEvent(tx, e)
	if err != nil || !fresh {
		return err
	}
	to := recipients(s.people(), s.units.Today(), e)
	for _, account := range to {
		if err := insertFor(tx, account, id); err != nil {
			return err
		}
	}
	if e.Urgent {
		if err := s.tellAtOnce(tx, id, e, to); err != nil {
			return err
		}
	}
	return noteInboxes(tx, to...)
}

// Settle marks everything that leads to a page as read, for everybody: the matter is done, and nobody
// is to be told of its deadline any more. It runs inside the transaction that ends the matter.
func (s *Service) Settle(tx *sqldb.Tx, path string) (err error) {
	defer fault.Wrap(&err, "notices.Settle(%s)", path)
	if path == "" {
		return nil
	}
	accounts, err := settle(tx, path)
	if err != nil {
		return err
	}
	return noteInboxes(tx, accounts...)
}

// reader refuses those who are not signed in as a person.
func reader(a perm.Actor) error {
	if a.Account == 0 {
		return fault.New(fault.SignedOut, "您没有登录，或登录已经结束；请重新登录")
	}
	return a.May(ruleRead, perm.On{})
}

// newest is how many notices of the past an inbox lists beside all that are unread.
const newest = 300

// Inbox gives a person's own notices, unread first, newest first, and the newest digest. There is
// no way to ask for somebody else's.
func (s *Service) Inbox(ctx context.Context, a perm.Actor) (all []Notice, d Digest, err error) {
	if err := reader(a); err != nil {
		return nil, d, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		if all, err = inboxOf(tx, a.Account, newest); err != nil {
			return err
		}
		d, err = newestDigest(tx, a.Account)
		return err
	})
	return all, d, err
}

// Open marks one of the own notices as read and gives where it leads.
func (s *Service) Open(ctx context.Context, a perm.Actor, id int64) (path string, err error) {
	if err := reader(a); err != nil {
		return "", err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		n, err := noticeOf(tx, a.Account, id)
		if err != nil {
			return err
		}
		path = n.Path
		changed, err := markRead(tx, a.Account, id)
		if err != nil || changed == 0 {
			return err
		}
		return noteInboxes(tx, a.Account)
	})
	return path, err
}

// ReadAll marks the own notices up to a number as read: those that the person has seen listed.
func (s *Service) ReadAll(ctx context.Context, a perm.Actor, upto int64) (n int64, err error) {
	if err := reader(a); err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if n, err = markAll(tx, a.Account, upto); err != nil || n == 0 {
			return err
		}
		return noteInboxes(tx, a.Account)
	})
	return n, err
}

// mailPurpose binds a sealed address to its account.
func mailPurpose(account int64) string { return "notices.mail." + numberText(account) }

// Preference gives what a person wants outside the system.
func (s *Service) Preference(ctx context.Context, a perm.Actor) (p Preference, err error) {
	if err := reader(a); err != nil {
		return p, err
	}
	var stored sealedPreference
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		stored, err = preferenceOf(tx, a.Account)
		return err
	})
	if err != nil {
		return p, err
	}
	p = stored.Preference
	mail, err := s.vault.Open(mailPurpose(a.Account), stored.sealed)
	if err != nil {
		s.log.Warn("a mail address cannot be opened; its owner types it again", "account", a.Account, "error", err)
		return p, nil
	}
	p.Mail = mail.Reveal()
	return p, nil
}

// SavePreference keeps what a person wants outside the system.
func (s *Service) SavePreference(ctx context.Context, a perm.Actor, p Preference) (err error) {
	defer fault.Wrap(&err, "notices.SavePreference(%d)", a.Account)
	if err := reader(a); err != nil {
		return err
	}
	var f fault.Fields
	f.Need(p.Mail == "" || notify.ValidAddress(p.Mail), "mail", "邮箱地址写法不对；请写成 name@example.cn，或留空")
	for _, k := range p.Kinds {
		f.Need(kindText(k) != "", "kinds", "没有通知种类 %s；请从列表中选择", k)
	}
	if err := f.Err(); err != nil {
		return err
	}
	sealed, err := s.vault.Seal(mailPurpose(a.Account), notify.NewSecret(p.Mail))
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if err := keepPreference(tx, a.Account, p, sealed); err != nil {
			return err
		}
		tx.Audit("notices.preference", "account:"+a.Login, map[string]any{"mail": p.Mail != "", "digest": p.Digest, "urgent": p.Urgent})
		return nil
	})
}
