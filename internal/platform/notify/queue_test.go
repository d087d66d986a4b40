package notify

import (
	"context"
	"fmt"
	"io/fs"
	"sync"
	"testing"
	"time"

	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit"
)

func anything(Message) bool { return false }

// post is a queue with a sender of the test's own.
type post struct {
	t     *testing.T
	db    *sqldb.DB
	clock *testkit.Clock
	mu    sync.Mutex
	sent  []string
	fail  func(m Message) error
}

func (p *post) send(_ context.Context, m Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail != nil {
		if err := p.fail(m); err != nil {
			return err
		}
	}
	p.sent = append(p.sent, m.Key)
	return nil
}

func (p *post) put(m ...Message) {
	p.t.Helper()
	err := p.db.InTx(context.Background(), func(tx *sqldb.Tx) error {
		for _, x := range m {
			if _, err := Put(tx, x); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *post) messages() (list []Message) {
	p.t.Helper()
	err := p.db.View(context.Background(), func(tx *sqldb.Tx) (err error) { list, err = List(tx, "", 100); return err })
	if err != nil {
		p.t.Fatal(err)
	}
	return list
}

func (p *post) run() {
	p.t.Helper()
	if err := NewQueue(p.db, p.clock.Now, quietLog(), p.send).Run(context.Background(), anything); err != nil {
		p.t.Fatal(err)
	}
}

// each gives a queue on both databases; the second opens another process's view of the same one.
func each(t *testing.T, test func(p *post, again func() *post)) {
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) {
			target, clock := testkit.Target(t, d), testkit.NewClock("2018-05-10")
			open := func() *post { return &post{t: t, db: testkit.OpenAt(t, target, clock), clock: clock} }
			p := open()
			list, err := sqldb.Migrations([]fs.FS{Migrations}...)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.db.Migrate(context.Background(), list); err != nil {
				t.Fatal(err)
			}
			test(p, open)
		})
	}
}

func mailTo(n int) Message {
	return Message{Key: fmt.Sprintf("k%d", n), Channel: Mail, Target: fmt.Sprintf("account:%d", n), Class: Digest, Subject: "s", Body: "b"}
}

func TestTwoServersNeverSendTwice(t *testing.T) {
	each(t, func(p *post, again func() *post) {
		for n := range 40 {
			p.put(mailTo(n), mailTo(n)) // one event on one channel once
		}
		o := again()
		var all sync.WaitGroup
		for _, x := range []*post{p, o, p, o} {
			all.Add(1)
			go func() { defer all.Done(); x.run() }()
		}
		all.Wait()
		seen := map[string]int{}
		for _, k := range append(p.sent, o.sent...) {
			seen[k]++
		}
		for n := range 40 {
			if k := mailTo(n).Key; seen[k] != 1 {
				p.t.Errorf("%s was sent %d times", k, seen[k])
			}
		}
	})
}

func TestDownForADayLosesNothing(t *testing.T) {
	each(t, func(p *post, _ func() *post) {
		down, tries := true, 0
		p.fail = func(Message) error {
			if tries++; down {
				return later("连接不上主机 %s；请检查地址、端口和网络", "mail")
			}
			return nil
		}
		p.put(mailTo(1), mailTo(2))
		for range 24 * 6 {
			p.run()
			p.clock.Pass(10 * time.Minute)
		}
		if m := p.messages()[0]; m.State != Waiting || m.Fault.Say(nil) == "" || tries > 70 || tries < 24 {
			p.t.Errorf("after a day: %s %q, %d tries", m.State, m.Fault.Say(nil), tries)
		}
		down = false
		for range 7 {
			p.run()
			p.clock.Pass(10 * time.Minute)
		}
		if len(p.sent) != 2 || p.messages()[0].State != Sent || p.messages()[0].Fault.Format != "" {
			p.t.Errorf("sent %v, %+v", p.sent, p.messages()[0])
		}
		if p.db.Dialect() == sqldb.SQLite {
			return // the rest is long and the same on both
		}
		// A message that cannot go for three days is given up and shown.
		down = true
		p.put(mailTo(3))
		for range 90 {
			p.run()
			p.clock.Pass(time.Hour)
		}
		if m := p.messages()[0]; m.State != Failed {
			p.t.Errorf("after three days: %s", m.State)
		}
	})
}

func TestWaitsDouble(t *testing.T) {
	for tries, want := range map[int]time.Duration{1: time.Minute, 2: 2 * time.Minute, 3: 4 * time.Minute, 6: 32 * time.Minute, 7: time.Hour, 40: time.Hour} {
		if got := backoff(tries); got != want {
			t.Errorf("after %d tries %v, want %v", tries, got, want)
		}
	}
}

func TestTwentyAMinuteForARobot(t *testing.T) {
	each(t, func(p *post, again func() *post) {
		for n := range 45 {
			p.put(Message{Key: fmt.Sprint("r", n), Channel: WeCom, Target: "robot:1", Class: Digest})
		}
		p.put(Message{Key: "other", Channel: DingTalk, Target: "robot:2", Class: Digest})
		o := again()
		p.run()
		o.run()
		if n := len(p.sent) + len(o.sent); n != 21 {
			p.t.Errorf("in the first minute %d, want 20 and the other group's one", n)
		}
		p.clock.Pass(30 * time.Second)
		o.run()
		p.clock.Pass(30 * time.Second)
		o.run()
		if n := len(p.sent) + len(o.sent); n != 41 {
			p.t.Errorf("after a minute %d, want 41", n)
		}
		p.clock.Pass(time.Minute)
		o.run()
		if n := len(p.sent) + len(o.sent); n != 46 {
			p.t.Errorf("in the end %d, want all 46", n)
		}
	})
}

func TestASenderThatVanished(t *testing.T) {
	each(t, func(p *post, again func() *post) {
		p.put(mailTo(1))
		dead := again()
		dead.fail = func(Message) error { panic("the machine lost its power") }
		func() {
			defer func() { _ = recover() }()
			dead.run()
		}()
		p.run()
		if m := p.messages()[0]; m.State != Sending || len(p.sent) != 0 {
			p.t.Fatalf("while the lease lasts: %s, sent %v", m.State, p.sent)
		}
		p.clock.Pass(3 * time.Minute)
		p.run()
		m := p.messages()[0]
		if m.State != Failed || m.Fault.Format != vanished || len(p.sent) != 0 {
			p.t.Fatalf("after the lease: %+v, sent %v", m, p.sent)
		}
		// A person decides to send it again.
		if err := p.db.InTx(context.Background(), func(tx *sqldb.Tx) error { return Retry(tx, m.ID) }); err != nil {
			p.t.Fatal(err)
		}
		p.run()
		if len(p.sent) != 1 {
			p.t.Errorf("sent %v", p.sent)
		}
		for _, do := range []func(*sqldb.Tx, int64) error{Retry, Drop} {
			if err := p.db.InTx(context.Background(), func(tx *sqldb.Tx) error { return do(tx, m.ID) }); err == nil {
				p.t.Error("a message that was sent could be sent again or dropped")
			}
		}
	})
}

func TestFailuresThatAreNotTriedAgain(t *testing.T) {
	each(t, func(p *post, _ func() *post) {
		p.fail = func(m Message) error {
			if m.Key == "k1" {
				return final("拒收 %d", 550)
			}
			return unsure("不知是否送达")
		}
		p.put(mailTo(1), mailTo(2), Message{Key: "d", Channel: WeCom, Target: "robot:1", Next: p.clock.Now().Add(time.Hour)})
		for range 10 {
			p.run()
			p.clock.Pass(5 * time.Minute)
		}
		for _, m := range p.messages() {
			want, tries := Failed, 1
			if m.Key == "d" {
				want, tries = Waiting, 0
			}
			if m.State != want || m.Tries != tries {
				p.t.Errorf("%s: %s after %d tries, want %s after %d", m.Key, m.State, m.Tries, want, tries)
			}
		}
		if err := p.db.InTx(context.Background(), func(tx *sqldb.Tx) error { return Drop(tx, 3) }); err != nil {
			p.t.Fatal(err)
		}
		p.clock.Pass(time.Hour)
		p.fail = nil
		p.run()
		if len(p.sent) != 0 {
			p.t.Errorf("sent %v", p.sent)
		}
	})
}

func TestArgumentsComeBackAsTheyWere(t *testing.T) {
	args := []any{"双流镇", 3, int64(-4), noon.Format("2006-01-02")}
	back, err := DecodeArgs(EncodeArgs(args))
	if got := Sentence(nil, "%s %d %d %s", back); err != nil || got != "双流镇 3 -4 2018-05-10" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := DecodeArgs("{"); err == nil {
		t.Error("half a list was read")
	}
}

func TestAMessageTooOldIsNotSent(t *testing.T) {
	each(t, func(p *post, _ func() *post) {
		p.put(mailTo(1))
		p.clock.Pass(9 * 24 * time.Hour) // outbound was off, or a long holiday
		p.run()
		p.put(mailTo(2))
		p.clock.Pass(11 * 24 * time.Hour)
		p.run()
		if len(p.sent) != 1 || p.sent[0] != "k1" || p.messages()[0].State != Failed {
			p.t.Errorf("sent %v, %+v", p.sent, p.messages()[0])
		}
	})
}
