package notices

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
)

func TestAnEventComesOnceToThoseItConcerns(t *testing.T) {
	each(t, "2018-05-10", func(w *world, again func() *world) {
		o := again()
		e := task("a1", period.MustDay("2018-05-12"), town, force)
		e.Roles = append(e.Roles, perm.Member)
		var all sync.WaitGroup
		for _, x := range []*world{w, o, w, o} {
			all.Add(1)
			go func() { defer all.Done(); x.tell(e) }()
		}
		all.Wait()
		for id, want := range map[int64]int{reporter: 1, member: 1, otherReporter: 0, officer: 0, admin: 0} {
			if n := len(w.inbox(id)); n != want {
				w.t.Errorf("account %d has %d notices, want %d", id, n, want)
			}
		}
		// The bell of the other server knows after it followed.
		for _, x := range []*world{w, o} {
			if err := x.db.CatchUp(context.Background()); err != nil {
				w.t.Fatal(err)
			}
		}
		if w.svc.Unread(reporter) != 1 || o.svc.Unread(reporter) != 1 {
			w.t.Errorf("bells %d and %d, want 1", w.svc.Unread(reporter), o.svc.Unread(reporter))
		}
		n := w.inbox(reporter)[0]
		if got := n.Say(nil); got != "事项 2018-0012 a1 已交办，请签收" || n.Due != period.MustDay("2018-05-12") {
			w.t.Errorf("got %q, due %s", got, n.Due)
		}
		path, err := o.svc.Open(context.Background(), w.as(reporter), n.ID)
		if err != nil || path != "/actions/a1" {
			w.t.Errorf("leads to %q, %v", path, err)
		}
		if err := w.db.CatchUp(context.Background()); err != nil {
			w.t.Fatal(err)
		}
		if w.svc.Unread(reporter) != 0 || o.svc.Unread(reporter) != 0 || w.svc.Unread(member) != 1 {
			w.t.Error("the bell did not follow the reading")
		}
		// Reading it again changes nothing; somebody else's is not there.
		seq := w.db.Seq()
		if _, err := w.svc.Open(context.Background(), w.as(reporter), n.ID); err != nil || w.db.Seq() != seq {
			w.t.Errorf("reading again: %v, change %d → %d", err, seq, w.db.Seq())
		}
		if _, err := w.svc.Open(context.Background(), w.as(officer), n.ID); err == nil {
			w.t.Error("the office opened a notice of the township")
		}
		// A restarted server knows the bells too.
		if c := again(); c.svc.Unread(member) != 1 {
			w.t.Errorf("after a start the bell says %d", c.svc.Unread(member))
		}
	})
}

func TestWhatIsDoneWaitsNoLonger(t *testing.T) {
	each(t, "2018-05-10", func(w *world, _ func() *world) {
		w.tell(task("a", 0, town, otherTown), task("b", 0, town))
		for range 2 { // settling again changes nothing
			if err := w.db.InTx(context.Background(), func(tx *sqldb.Tx) error { return w.svc.Settle(tx, "/actions/a") }); err != nil {
				w.t.Fatal(err)
			}
		}
		if a, b := w.svc.Unread(reporter), w.svc.Unread(otherReporter); a != 1 || b != 0 {
			w.t.Errorf("unread %d and %d, want 1 and 0", a, b)
		}
		if n := len(w.inbox(otherReporter)); n != 1 {
			w.t.Errorf("the inbox lists %d, want it kept", n)
		}
	})
}

// outbound turns outbound on, with a robot of the office and mail to a fake server.
func (w *world) outbound(change func(*Settings)) *relay {
	w.t.Helper()
	r := newRelay(w.t)
	set := defaultSettings()
	set.On, set.Base, set.Hosts = true, "http://10.1.2.3:8080", []string{"127.0.0.1"}
	set.Mail = MailSettings{Server: r.smtp, Security: notify.Plain, From: "ky@example.cn", User: "ky"}
	if change != nil {
		change(&set)
	}
	ctx := context.Background()
	if err := w.svc.SaveSettings(ctx, w.as(admin), set, notify.NewSecret(smtpSecret)); err != nil {
		w.t.Fatal(err)
	}
	for _, x := range []Robot{{Name: "禁毒办群", Channel: notify.DingTalk, Active: true}, {Name: "宣传专班群", Channel: notify.WeCom, Unit: force, Active: true}} {
		key := "?key=" + robotSecret
		if x.Channel == notify.DingTalk {
			key = "?access_token=" + robotSecret
		}
		if _, err := w.svc.SaveRobot(ctx, w.as(admin), x, r.http+key, notify.NewSecret(signSecret)); err != nil {
			w.t.Fatal(err)
		}
	}
	for _, id := range []int64{reporter, otherReporter, officer, standIn, member, leader} {
		p := defaultPreference()
		p.Mail = fmt.Sprintf("u%d@example.cn", id)
		if err := w.svc.SavePreference(ctx, w.as(id), p); err != nil {
			w.t.Fatal(err)
		}
	}
	return r
}

const (
	smtpSecret  = "fictitious-smtp-secret"
	robotSecret = "fictitious-robot-secret"
	signSecret  = "SECfictitious-sign"
)

// A relay is a mail server and a robot on loopback that keep what they get.
type relay struct {
	smtp, http string
	mu         sync.Mutex
	mails      []string // "receiver text"
	posts      []string // bodies of robots
	down       bool
}

func newRelay(t *testing.T) *relay {
	r := &relay{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.down {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		b, _ := io.ReadAll(q.Body)
		var text struct{ Text struct{ Content string } }
		json.Unmarshal(b, &text)
		r.posts = append(r.posts, text.Text.Content)
		io.WriteString(w, `{"errcode":0}`)
	}))
	t.Cleanup(srv.Close)
	r.http = srv.URL + "/send"
	r.smtp = fakeSMTP(t, r)
	return r
}

func (r *relay) got() (mails, posts []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.mails...), append([]string(nil), r.posts...)
}

func TestOneDigestAWorkingDay(t *testing.T) {
	each(t, "2018-04-23", func(w *world, again func() *world) {
		o := again()
		r := w.outbound(nil)
		if err := o.db.CatchUp(context.Background()); err != nil {
			w.t.Fatal(err)
		}
		works := works2018(w.t)
		digests := map[string]int{} // by day: mails to the reporter
		first := period.MustDay("2018-04-23")
		sent := 0
		for d := first; d < first.AddDays(14); d++ {
			for _, hour := range []time.Duration{-3, -1, 0, 1, 4, 10, 11, 13} { // after 09:00: 06:00 … 22:00
				w.clock.Set(d.String())
				w.clock.Pass(hour * time.Hour)
				if hour == 1 {
					// Three tasks a day for the township and one for the task force, two of them soon due.
					for n := range 3 {
						w.tell(task(fmt.Sprintf("%s-%d", d, n), d.AddDays(1+n*2), town))
					}
					e := task(fmt.Sprintf("%s-force", d), 0, force)
					e.Roles = []perm.Role{perm.Member}
					o.tell(e)
				}
				w.run()
				o.run()
				mails, _ := r.got()
				for ; sent < len(mails); sent++ {
					if strings.HasPrefix(mails[sent], "u5@example.cn") {
						digests[d.String()]++
					}
					if h := w.clock.Now().Hour(); h < 8 || h >= 20 || !works(d) {
						w.t.Errorf("a mail left on %s at %d o'clock: %s", d, h, mails[sent])
					}
					if strings.HasPrefix(mails[sent], "u6@") {
						w.t.Errorf("mail to somebody without tasks: %s", mails[sent])
					}
				}
			}
		}
		for d := first; d < first.AddDays(14); d++ {
			want := 1
			if !works(d) || d == first { // on the first day the tasks come after the digest
				want = 0
			}
			if digests[d.String()] != want {
				w.t.Errorf("%s: %d digests, want %d", d, digests[d.String()], want)
			}
		}
		if digests["2018-04-28"] != 1 || digests["2018-04-30"] != 0 || digests["2018-05-01"] != 0 {
			w.t.Errorf("around the first of May: %v", digests)
		}
		_, posts := r.got()
		if n := len(posts); n != 8 { // the task force's group, once a working day after the first
			w.t.Errorf("the group got %d messages, want 8", n)
		}
	})
}

func TestUrgentAtOnceButNeverAFlood(t *testing.T) {
	each(t, "2018-05-10", func(w *world, _ func() *world) {
		r := w.outbound(nil)
		urgent := func(n int) {
			e := task(fmt.Sprint("u", n), 0, town)
			e.Urgent = true
			w.tell(e)
		}
		for n := range 10 { // ten within the hour, each sent before the next
			urgent(n)
			w.run()
			w.clock.Pass(time.Minute)
		}
		mails, _ := r.got()
		at := func(prefix string) (n int) {
			for _, m := range mails {
				if strings.HasPrefix(m, prefix) && strings.Contains(m, "紧急") {
					n++
				}
			}
			return n
		}
		if n := at("u5@"); n != 3 {
			w.t.Errorf("%d urgent mails within an hour, want 3", n)
		}
		// At night nothing; in the morning one word for all that came.
		w.clock.Set("2018-05-10")
		w.clock.Pass(13 * time.Hour) // 22:00
		for n := range 8 {
			urgent(100 + n)
			w.run()
			w.clock.Pass(70 * time.Minute)
		}
		before := len(mails)
		if mails, _ = r.got(); len(mails) != before {
			w.t.Errorf("%d mails left at night", len(mails)-before)
		}
		w.clock.Set("2018-05-11") // 09:00
		w.run()
		w.run()
		if mails, _ = r.got(); len(mails) != before+2 {
			w.t.Errorf("in the morning %v, want one urgent word and the digest", mails[before:])
		}
		if n := len(w.inbox(reporter)); n != 18 {
			w.t.Errorf("the inbox holds %d, want all 18", n)
		}
	})
}

func TestNothingLeavesUnlessAllowed(t *testing.T) {
	each(t, "2018-05-10", func(w *world, _ func() *world) {
		e := task("a", 0, town)
		e.Urgent = true
		w.tell(e) // before anybody set anything
		r := w.outbound(func(s *Settings) { s.On = false })
		e.Key = "b"
		w.tell(e)
		for range 3 {
			w.run()
			w.clock.Pass(24 * time.Hour)
		}
		if mails, posts := r.got(); len(mails)+len(posts) != 0 {
			w.t.Fatalf("outbound is off, sent %v %v", mails, posts)
		}
		if list, _, err := w.svc.Queue(context.Background(), w.as(officer), ""); err != nil || len(list) != 0 {
			w.t.Errorf("the queue fills while outbound is off: %v %v", list, err)
		}
		// On, but no host is allowed: everything waits and says why.
		set, _ := w.svc.Settings(context.Background(), w.as(admin))
		set.On, set.Hosts = true, nil
		if err := w.svc.SaveSettings(context.Background(), w.as(admin), set, notify.Secret{}); err != nil {
			w.t.Fatal(err)
		}
		w.clock.Set("2018-05-14")
		e.Key = "c"
		w.tell(e)
		w.run()
		list, counts, err := w.svc.Queue(context.Background(), w.as(officer), notify.Waiting)
		if err != nil || len(list) == 0 || counts[notify.Sent] != 0 || !strings.Contains(list[len(list)-1].Fault.Say(nil), "不在允许名单") {
			w.t.Fatalf("queue %+v %v %v", list, counts, err)
		}
		if list[0].Body != "" || list[0].To != "用户u5" {
			w.t.Errorf("the queue shows %q to %q", list[0].Body, list[0].To)
		}
		// Once the host is allowed it goes by itself.
		set, _ = w.svc.Settings(context.Background(), w.as(admin))
		set.Hosts = []string{"127.0.0.1"}
		if err := w.svc.SaveSettings(context.Background(), w.as(admin), set, notify.Secret{}); err != nil {
			w.t.Fatal(err)
		}
		w.clock.Pass(2 * time.Minute)
		w.run()
		if mails, _ := r.got(); len(mails) == 0 {
			w.t.Error("nothing went after the host was allowed")
		}
	})
}

// Whatever stands in events, nothing of it leaves; secrets are nowhere to be read.
func TestNothingPersonalLeavesAndNoSecretIsShown(t *testing.T) {
	planted := []string{"张三丰虚构", "520121000000000000", "13800000000", "贵州省虚构路1号"}
	each(t, "2018-05-10", func(w *world, _ func() *world) {
		r := w.outbound(func(s *Settings) { s.Titles = true })
		e := notify.Event{Kind: notify.Deadline, Roles: []perm.Role{perm.Reporter, perm.Office, perm.Member}, Units: []org.UnitID{town, force}, Text: "事项 %s 由 %s 办理，%d 天后到期，%s",
			Args: []any{"2018-0007 约谈" + planted[0], planted[0] + planted[1], 3, planted[2] + planted[3]}, Path: "/actions/7?who=" + planted[0], Due: period.MustDay("2018-05-12")}
		for n := range 4 {
			e.Key, e.Urgent = fmt.Sprint(n), n == 0
			w.tell(e)
		}
		w.dates = []Date{{UID: "meeting-1", Day: period.MustDay("2018-05-11"), Time: "09:00", Title: "约谈 " + planted[1] + " 电话 138 0000 0000", Path: "/meetings/1"}}
		w.clock.Pass(24 * time.Hour)
		for range 3 {
			w.run()
			w.clock.Pass(time.Minute)
		}
		mails, posts := r.got()
		if len(mails) < 5 || len(posts) < 2 {
			w.t.Fatalf("sent %d mails, %d posts", len(mails), len(posts))
		}
		for _, m := range append(mails, posts...) {
			for _, x := range planted {
				if strings.Contains(m, x) {
					w.t.Errorf("%q leaves in %q", x, m)
				}
			}
		}
		if all := strings.Join(mails, "\n"); !strings.Contains(all, "您有 1 项任务即将到期") || !strings.Contains(all, "事项 2018-0007… 由 … 办理，3 天后到期") {
			w.t.Errorf("mails: %s", all)
		}
		token, err := w.svc.MakeCalendar(context.Background(), w.as(reporter))
		if err != nil {
			w.t.Fatal(err)
		}
		ics, err := w.svc.Feed(context.Background(), token)
		if err != nil || strings.Contains(string(ics), planted[1]) || strings.Contains(string(ics), "138 0000") {
			w.t.Errorf("calendar %v: %s", err, ics)
		}
		// Pages, log and audit hold no secret; the database holds them sealed.
		shown := w.log.String() + w.audited()
		for _, path := range []string{"/outbound", "/outbound/settings", "/outbound/robots/1", "/outbound/robots/2", "/outbound?format=json", "/outbound?format=csv"} {
			shown += w.ask(admin, "GET", path, nil).Body.String()
		}
		for _, path := range []string{"/inbox", "/inbox/settings", "/api/v1/inbox"} {
			w.ask(reporter, "GET", path, nil)
		}
		shown += w.ask(admin, "POST", "/outbound/robots/1", form("name", "", "channel", "wecom", "address", r.http+"?key="+robotSecret, "sign", signSecret, "version", "1")).Body.String()
		shown += w.ask(admin, "POST", "/outbound/settings", form("on", "1", "password", smtpSecret, "version", "1")).Body.String()
		for _, secret := range []string{smtpSecret, robotSecret, signSecret, token, tokenSum(token)} {
			if strings.Contains(shown, secret) {
				w.t.Errorf("%q can be read on a page, in the log or in the audit", secret)
			}
		}
		err = w.db.View(context.Background(), func(tx *sqldb.Tx) error {
			for table, column := range map[string]string{"notices_robot": "sealed_key || sealed_sign || base", "notices_setting": "body", "notices_preference": "mail", "notices_calendar": "token", "notify_message": "body || target || fault"} {
				list, err := sqldb.All(tx, func(s sqldb.Scanner) (x string, err error) { err = s.Scan(&x); return x, err }, "SELECT "+column+" FROM "+table)
				if err != nil {
					return err
				}
				for _, x := range list {
					for _, secret := range append([]string{smtpSecret, robotSecret, signSecret, token, "@example.cn"}, planted...) {
						if strings.Contains(x, secret) && !(table == "notices_setting" && secret == "@example.cn") {
							w.t.Errorf("%s holds %q in clear", table, secret)
						}
					}
				}
			}
			return nil
		})
		if err != nil {
			w.t.Fatal(err)
		}
	})
}

func TestASecretGoesToNoOtherMachine(t *testing.T) {
	each(t, "2018-05-10", func(w *world, _ func() *world) {
		r := w.outbound(nil)
		ctx := context.Background()
		set, _ := w.svc.Settings(ctx, w.as(admin))
		set.Mail.Server = "127.0.0.1:9"
		if err := w.svc.SaveSettings(ctx, w.as(admin), set, notify.Secret{}); err == nil || !strings.Contains(fmt.Sprint(faultsOf(err, "zh")), "重新填写口令") {
			w.t.Errorf("the password followed to another server: %v", err)
		}
		robots, _ := w.svc.Robots(ctx, w.as(admin))
		x := robots[0]
		if _, err := w.svc.SaveRobot(ctx, w.as(admin), x, "https://other.example.cn/send", notify.Secret{}); err == nil {
			w.t.Error("the key followed to another host")
		}
		x.Name = "新名称"
		if _, err := w.svc.SaveRobot(ctx, w.as(admin), x, r.http, notify.Secret{}); err != nil {
			w.t.Errorf("a robot could not be renamed: %v", err)
		}
		if _, err := w.svc.SaveRobot(ctx, w.as(admin), x, r.http, notify.Secret{}); err == nil {
			w.t.Error("a second editor overwrote the first")
		}
		if err := w.svc.TestOut(ctx, w.as(admin), x.ID); err != nil {
			w.t.Fatal(err)
		}
		w.clock.Set("2018-05-12") // a Saturday: tests go all the same
		w.run()
		if _, posts := r.got(); len(posts) != 1 || !strings.Contains(posts[0], "测试消息") {
			w.t.Errorf("posts %v", posts)
		}
	})
}

// A mail server that is down for three days loses nothing, and afterwards nobody gets a pile.
func TestAfterThreeDaysWithoutConnectionOneDigest(t *testing.T) {
	each(t, "2018-05-07", func(w *world, _ func() *world) {
		r := w.outbound(nil)
		set, _ := w.svc.Settings(context.Background(), w.as(admin))
		good := set.Mail.Server
		set.Mail.Server = "127.0.0.1:1"
		if err := w.svc.SaveSettings(context.Background(), w.as(admin), set, notify.NewSecret(smtpSecret)); err != nil {
			w.t.Fatal(err)
		}
		r.down = true
		for n, day := range []string{"2018-05-07", "2018-05-08", "2018-05-09"} {
			w.clock.Set(day)
			w.tell(task(fmt.Sprint("x", n), 0, town))
			e := task(fmt.Sprint("g", n), 0, force)
			e.Roles = []perm.Role{perm.Member}
			w.tell(e)
			for range 3 {
				w.run()
				w.clock.Pass(time.Hour)
			}
		}
		set, _ = w.svc.Settings(context.Background(), w.as(admin))
		set.Mail.Server, r.down = good, false
		if err := w.svc.SaveSettings(context.Background(), w.as(admin), set, notify.NewSecret(smtpSecret)); err != nil {
			w.t.Fatal(err)
		}
		w.clock.Pass(2 * time.Hour)
		w.run()
		mails, posts := r.got()
		var own []string
		for _, m := range mails {
			if strings.HasPrefix(m, "u5@") {
				own = append(own, m)
			}
		}
		if len(own) != 1 || !strings.Contains(own[0], "您有 3 项待办") {
			w.t.Errorf("the reporter got %q, want one mail that names all three", own)
		}
		if len(posts) != 1 || !strings.Contains(posts[0], "本组有 3 项待办") {
			w.t.Errorf("the group got %q, want one message that names all three", posts)
		}
	})
}
