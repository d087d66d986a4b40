package notices

import (
	"context"
	"fmt"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/words"
)

// keepSent is how long the queue remembers what has left.
const keepSent = 90 * 24 * time.Hour

// Run makes the digests that are due and sends what may leave; serve calls it every few seconds.
func (s *Service) Run(ctx context.Context) error {
	if err := s.Tick(ctx); err != nil {
		return err
	}
	return s.sendOut(ctx)
}

// Tick makes the digests of the day once they are due: one a person and working day, whatever the
// number of servers. Who has nothing new and nothing that presses gets none.
func (s *Service) Tick(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "notices.Tick")
	now, today := s.now(), s.today()
	set := *s.settings.Load()
	if s.digested.Load() >= int32(today) || !set.digestDue(now, s.works) {
		return nil
	}
	people := s.people()
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		day, upto, err := roundOf(tx)
		if err != nil || day >= today.String() {
			return err
		}
		last, err := lastNotice(tx)
		if err != nil {
			return err
		}
		preferences, err := allPreferences(tx)
		if err != nil {
			return err
		}
		for _, a := range people {
			if err := s.digest(tx, set, today, a, upto, preferences); err != nil {
				return err
			}
		}
		if err := s.groupDigests(tx, set, today, upto); err != nil {
			return err
		}
		if err := keepRound(tx, today, last); err != nil {
			return err
		}
		return notify.Sweep(tx, now.Add(-keepSent))
	})
	if err == nil {
		s.digested.Store(int32(today))
	}
	return err
}

// digest makes the digest of one person.
func (s *Service) digest(tx *sqldb.Tx, set Settings, today period.Day, a perm.Actor, upto int64, preferences map[int64]sealedPreference) error {
	unread, err := unreadOf(tx, a.Account)
	if err != nil {
		return err
	}
	p, chosen := preferences[a.Account]
	if !chosen {
		p.Preference = defaultPreference()
	}
	lang := words.ParseLang(p.Lang)
	mails := set.On && set.Mail.Server != "" && p.sealed != "" && p.Digest
	if mails {
		// A digest that could not leave yet gives way to this one, which then names all that is unread.
		old, err := notify.Supersede(tx, personTarget(a.Account), notify.Digest)
		if err != nil {
			return err
		}
		if old > 0 {
			upto = 0
		}
	}
	d := Digest{Day: today}
	out := outside{link: set.Base + "/inbox"}
	var count counter
	for _, n := range unread {
		u := set.presses(n.Kind, n.Due, today)
		if n.ID <= upto && u == calm {
			continue
		}
		d.Notices = append(d.Notices, n.ID)
		if !p.wants(n.Kind) {
			continue
		}
		if count.add(n.Kind, n.Path, u) && set.Titles && len(out.titles) < mostTitles {
			out.titles = append(out.titles, titleOf(n, lang.Text))
		}
	}
	if len(d.Notices) == 0 {
		return nil
	}
	fresh, err := putDigest(tx, a.Account, d)
	if err != nil || !fresh {
		return err
	}
	out.counts = count.Counts
	if !mails || out.counts.total() == 0 {
		return nil
	}
	_, err = notify.Put(tx, notify.Message{Key: fmt.Sprintf("digest:mail:%d:%s", a.Account, today), Channel: notify.Mail, Target: personTarget(a.Account),
		Class: notify.Digest, Subject: lang.Text("禁毒工作平台每日提要"), Body: out.body(lang.Text)})
	return err
}

// mostTitles is how many matters a mail names, where it may name any.
const mostTitles = 20

// A counter counts matters: several notices that lead to the same page count once.
type counter struct {
	Counts
	seen map[string]bool
}

// add tells whether the matter is counted for the first time.
func (c *counter) add(k notify.Kind, path string, u urgency) bool {
	if path != "" {
		if c.seen[path] {
			return false
		}
		if c.seen == nil {
			c.seen = map[string]bool{}
		}
		c.seen[path] = true
	}
	c.Counts.add(k, u)
	return true
}

// groupsLookBack is how far back a group's digest counts that stands for one that could not leave.
const groupsLookBack = 7 * 24 * time.Hour

// groupDigests tells the groups how much is new for them; never what.
func (s *Service) groupDigests(tx *sqldb.Tx, set Settings, today period.Day, upto int64) error {
	if !set.On {
		return nil
	}
	robots, err := allRobots(tx)
	if err != nil || len(robots) == 0 {
		return err
	}
	fresh, err := toldSince(tx, upto, tx.Now().Add(-groupsLookBack))
	if err != nil {
		return err
	}
	for _, r := range robots {
		if !r.Active {
			continue
		}
		old, err := notify.Supersede(tx, robotTarget(r.ID), notify.Digest)
		if err != nil {
			return err
		}
		var count counter
		for _, n := range fresh {
			if (n.ID > upto || old > 0) && r.concerns(n.roles, n.units) {
				count.add(n.Kind, n.Path, set.presses(n.Kind, n.Due, today))
			}
		}
		if count.total() == 0 {
			continue
		}
		out := outside{counts: count.Counts, link: set.Base + "/inbox", group: true}
		if _, err := notify.Put(tx, notify.Message{Key: fmt.Sprintf("digest:robot:%d:%s", r.ID, today), Channel: r.Channel, Target: robotTarget(r.ID),
			Class: notify.Digest, Subject: words.Chinese.Text("禁毒工作平台每日提要"), Body: out.body(words.Chinese.Text)}); err != nil {
			return err
		}
	}
	return nil
}

// tellAtOnce puts word of an urgent event into the queue for those who want it. Who has one waiting
// gets no second, and nobody more than so many an hour: the rest is in the digest.
func (s *Service) tellAtOnce(tx *sqldb.Tx, id int64, e notify.Event, to []int64) error {
	set := *s.settings.Load()
	if !set.On {
		return nil
	}
	put := func(channel notify.Channel, target string, lang words.Lang, group bool) error {
		waiting, err := notify.Open(tx, target, notify.Urgent)
		if err != nil || waiting > 0 {
			return err
		}
		hour, err := notify.Since(tx, target, notify.Urgent, tx.Now().Add(-time.Hour))
		if err != nil || hour >= set.PerHour {
			return err
		}
		_, err = notify.Put(tx, notify.Message{Key: fmt.Sprintf("urgent:%d:%s", id, target), Channel: channel, Target: target, Class: notify.Urgent,
			Subject: lang.Text("禁毒工作平台紧急提醒"), Body: urgentBody(lang.Text, set.Base+"/inbox", group)})
		return err
	}
	if set.Mail.Server != "" {
		for _, account := range to {
			p, err := preferenceOf(tx, account)
			if err != nil {
				return err
			}
			if p.sealed == "" || !p.Urgent || !p.wants(e.Kind) {
				continue
			}
			if err := put(notify.Mail, personTarget(account), words.ParseLang(p.Lang), false); err != nil {
				return err
			}
		}
	}
	robots, err := allRobots(tx)
	if err != nil {
		return err
	}
	for _, r := range robots {
		if r.Active && r.concerns(e.Roles, e.Units) {
			if err := put(r.Channel, robotTarget(r.ID), words.Chinese, true); err != nil {
				return err
			}
		}
	}
	return nil
}
