package accounts

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit"
)

func TestTheFirstAdministratorIsMadeOnceAndMustChange(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := context.Background()
		login, secret, err := o.svc.FirstAdmin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = o.svc.FirstAdmin(ctx)
		wantKind(t, "a second first administrator", err, fault.Conflict)

		b := o.browser("10.0.0.1")
		b.get("/accounts").leadsTo("/login?next=%2Faccounts")
		b.logIn(login, secret).leadsTo("/account")
		b.get("/accounts").leadsTo("/account") // nothing else before the change
		b.get("/account").want(200).shows("一次性口令")
		b.post("/account", "present", secret, "new", "short", "again", "short").want(422).shows("至少 8 个字符")
		b.post("/account", "present", "wrong", "new", goodPassword, "again", goodPassword).want(422).shows("原口令不对")
		b.post("/account", "present", secret, "new", goodPassword, "again", "other").want(422).shows("不一样")
		b.post("/account", "present", secret, "new", goodPassword, "again", goodPassword).leadsTo("/account")
		b.get("/accounts").want(200).shows("admin")
		o.browser("10.0.0.1").logIn(login, secret).want(401)
		o.browser("10.0.0.1").logIn("ＡＤＭＩＮ", goodPassword).leadsTo("/")
		o.wantAudited("system accounts.first account:admin done")
		o.wantAudited("admin accounts.password account:admin done")
	})
}

func TestAOneTimeSecretRunsOut(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		secret := o.person("late")
		o.clock.Pass(7*24*time.Hour - time.Minute)
		o.browser("10.0.0.2").logIn("late", secret).leadsTo("/account")
		o.clock.Pass(time.Minute)
		o.browser("10.0.0.2").logIn("late", secret).want(401).shows("一次性口令已经过期")
		o.browser("10.0.0.2").logIn("late", "guess").want(401).shows("登录名或口令不对")
	})
}

func TestTheSixthAttemptIsLockedEvenIfRight(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.admin()
		o.signedIn("wang")
		for range 5 {
			o.browser("10.0.0.3").logIn("wang", "wrong").want(401).shows("登录名或口令不对")
		}
		known := o.browser("10.0.0.4").logIn("wang", goodPassword).want(401).shows("已锁定到 09:30").text()

		// A name that does not exist gets the same treatment and the same words.
		for range 5 {
			o.browser("10.0.0.5").logIn("nobody", "wrong").want(401).shows("登录名或口令不对")
		}
		unknown := o.browser("10.0.0.6").logIn("nobody", "wrong").want(401).text()
		if known != unknown {
			t.Errorf("a locked name tells whether it exists:\n%s\n%s", known, unknown)
		}

		// Administrators see the lock and may lift it.
		admin := o.browser("10.0.0.1").logIn("admin", goodPassword).leadsTo("/")
		admin.get("/accounts?state=locked").want(200).shows("wang")
		admin.get("/accounts/2").want(200).shows("锁定到 2018-05-10 09:30")
		admin.post("/accounts/2/unlock").leadsTo("/accounts/2")
		o.browser("10.0.0.4").logIn("wang", goodPassword).leadsTo("/")

		o.wantAudited("wang accounts.login account:wang refused 登录名或口令不对")
		o.wantAudited("wang accounts.lock account:wang done")
		o.wantAudited("wang accounts.login account:wang refused 锁定中")
		o.wantAudited("unknown accounts.lock account:unknown done")
		o.wantAudited("admin accounts.unlock account:wang done")
		for _, l := range o.audited() {
			if strings.Contains(l, "nobody") {
				t.Errorf("a name that no account has stands in the audit: %s", l)
			}
		}
	})
}

func TestALockLastsAndEnds(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.signedIn("wang")
		for range 5 {
			o.browser("10.0.0.3").logIn("wang", "wrong").want(401)
		}
		o.clock.Pass(29 * time.Minute)
		o.browser("10.0.0.3").logIn("wang", goodPassword).want(401)
		o.clock.Pass(time.Minute)
		o.browser("10.0.0.3").logIn("wang", goodPassword).leadsTo("/")
		// Failures far apart do not add up; a success clears them.
		for range 3 {
			for range 4 {
				o.browser("10.0.0.3").logIn("wang", "wrong").want(401)
			}
			o.browser("10.0.0.3").logIn("wang", goodPassword).leadsTo("/")
		}
	})
}

func TestAnAddressIsLockedForAllNames(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		admin := o.admin()
		o.signedIn("wang")
		for i := range 20 {
			o.browser("10.9.9.9").logIn(fmt.Sprintf("name%d", i), "wrong").want(401)
		}
		o.browser("10.9.9.9").logIn("wang", goodPassword).want(401).shows("已锁定")
		o.browser("10.9.9.8").logIn("wang", goodPassword).leadsTo("/")
		admin.get("/accounts").want(200).shows("10.9.9.9")
		admin.post("/accounts/unlock", "address", "10.9.9.9").leadsTo("/accounts")
		o.browser("10.9.9.9").logIn("wang", goodPassword).leadsTo("/")
		o.wantAudited("admin accounts.unlock address:10.9.9.9 done")
	})
}

func TestManyAttemptsAtOnceGainNothing(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.signedIn("wang")
		var wg sync.WaitGroup
		var mu sync.Mutex
		looked := 0
		for range 12 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				ctx := sqldb.WithBy(context.Background(), sqldb.By{Address: "10.0.0.3"})
				_, err := o.svc.LogIn(ctx, SignIn{Login: "wang", Password: "wrong"})
				mu.Lock()
				defer mu.Unlock()
				if strings.Contains(fault.Say(err, nil), "登录名或口令不对") {
					looked++
				}
			}()
		}
		wg.Wait()
		if looked != 5 {
			t.Errorf("%d of 12 simultaneous attempts had their password looked at, want 5", looked)
		}
	})
}

// An unknown name must cost as much as a known one.
func TestUnknownNamesTakeAsLong(t *testing.T) {
	target, clock := testkit.Target(t, sqldb.SQLite), testkit.NewClock("2018-05-10")
	o := openOffice(t, target, clock, true)
	o.svc.hasher = newHasher(2, present())
	o.signedIn("wang")
	took := func(login string) time.Duration {
		began := time.Now()
		o.svc.LogIn(context.Background(), SignIn{Login: login, Password: "wrong"})
		return time.Since(began)
	}
	known, unknown := time.Hour, time.Hour
	for i := range 12 { // in turn, and the shortest of each, since the machine does other things too
		if i%5 == 4 {
			o.clock.Pass(time.Hour) // before a lock, whose answer needs no hash
		}
		known, unknown = min(known, took("wang")), min(unknown, took("nobodyatall"))
	}
	if ratio := float64(known) / float64(unknown); ratio > 2 || ratio < 0.5 {
		t.Errorf("known name %v, unknown name %v: they can be told apart", known, unknown)
	}
}

func TestALogInEndsIdleAndAfterItsTime(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		b := o.signedIn("wang", Grant{Role: perm.Reporter, Unit: 2})
		o.clock.Pass(10*time.Minute - time.Second)
		b.get("/").want(200)
		o.clock.Pass(10*time.Minute - time.Second)
		b.get("/").want(200)
		o.clock.Pass(10 * time.Minute)
		b.get("/rank").leadsTo("/login?next=%2Frank")
		b.post("/").want(401).shows("没有操作")
		b.get("/").leadsTo("/login?next=%2F") // it does not come back to life

		b.logIn("wang", goodPassword).leadsTo("/")
		for range 90 {
			o.clock.Pass(8 * time.Minute)
			if b.get("/").status != 200 {
				break
			}
		}
		if got, want := o.clock.Now().Format("15:04"), "21:29"; got < want {
			t.Errorf("ended at %s, want after twelve hours, at %s", got, want)
		}
		b.get("/").leadsTo("/login?next=%2F")
	})
}

func TestTheLastRequestIsWrittenDownOnceAMinute(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		b := o.signedIn("wang", Grant{Role: perm.Reporter, Unit: 2})
		ctx := context.Background()
		stored := func() string {
			var seen string
			err := o.db.View(ctx, func(tx *sqldb.Tx) error {
				list, err := openSessionsOf(tx, 1)
				seen = stamp(list[0].Seen)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return seen
		}
		b.get("/").want(200)
		first := stored()
		o.clock.Pass(59 * time.Second)
		b.get("/").want(200)
		if err := o.svc.keepSeen(ctx); err != nil {
			t.Fatal(err)
		}
		if stored() != first {
			t.Error("written within a minute")
		}
		o.clock.Pass(time.Second)
		b.get("/").want(200)
		if err := o.svc.keepSeen(ctx); err != nil {
			t.Fatal(err)
		}
		if got, want := stored(), stamp(o.clock.Now()); got != want {
			t.Errorf("seen = %s, want %s", got, want)
		}
		// Sweeping ends what ran out and keeps what lives.
		if err := o.svc.sweep(ctx); err != nil {
			t.Fatal(err)
		}
		b.get("/").want(200)
		o.clock.Pass(20 * time.Minute)
		if err := o.svc.sweep(ctx); err != nil {
			t.Fatal(err)
		}
		if err := o.db.View(ctx, func(tx *sqldb.Tx) error {
			list, err := openSessions(tx)
			if len(list) != 0 {
				t.Errorf("%d log-ins are open after sweeping, want 0", len(list))
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestEachLogInHasANewToken(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.signedIn("wang", Grant{Role: perm.Reporter, Unit: 2})
		b := o.browser("10.0.0.7")
		planted := newToken()
		b.cookies["session"] = planted
		b.logIn("wang", goodPassword).leadsTo("/")
		first := b.cookies["session"]
		if first == planted {
			t.Fatal("a planted token was taken over")
		}
		old := o.browser("10.0.0.7")
		old.cookies["session"] = first
		b.logIn("wang", goodPassword).leadsTo("/")
		if b.cookies["session"] == first {
			t.Error("the token stayed the same")
		}
		old.get("/").leadsTo("/login?next=%2F")
		b.get("/").want(200)
	})
}

func TestSigningOut(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		b := o.signedIn("wang", Grant{Role: perm.Reporter, Unit: 2})
		token := b.cookies["session"]
		b.post("/logout").leadsTo("/login")
		if got := b.header.Get("Clear-Site-Data"); got != `"cache"` {
			t.Errorf("Clear-Site-Data = %q", got)
		}
		b.cookies["session"] = token
		b.get("/").leadsTo("/login?next=%2F")
		o.wantAudited("wang accounts.logout account:wang done")
		o.browser("10.0.0.1").post("/logout").leadsTo("/login") // nobody signed in: no error
	})
}

func TestCookiesAndHeaders(t *testing.T) {
	for _, secure := range []bool{false, true} {
		t.Run(fmt.Sprint(secure), func(t *testing.T) {
			clock := testkit.NewClock("2018-05-10")
			first := openOffice(t, testkit.Target(t, sqldb.SQLite), clock, true)
			o := serve(t, first.db, clock, secure)
			secret := o.person("wang")
			b := o.browser("10.0.0.1").logIn("wang", secret)
			name := map[bool]string{false: "session", true: "__Host-session"}[secure]
			i := slices.IndexFunc(b.set, func(c *http.Cookie) bool { return c.Name == name })
			if i < 0 {
				t.Fatalf("no cookie %s in %v", name, b.set)
			}
			c := b.set[i]
			if !c.HttpOnly || c.Secure != secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || len(c.Value) != 43 {
				t.Errorf("cookie = %+v", c)
			}
			for _, path := range []string{"/login", "/account"} {
				b.get(path)
				for h, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"} {
					if got := b.header.Get(h); got != want {
						t.Errorf("%s: %s = %q, want %q", path, h, got, want)
					}
				}
			}
			// What is stored is the hash.
			err := o.db.View(context.Background(), func(tx *sqldb.Tx) error {
				l, err := sessionByToken(tx, tokenSum(c.Value))
				if err == nil && (l.token == c.Value || len(l.token) != 64) {
					t.Errorf("token stored as %q", l.token)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestNextLeadsNowhereElse(t *testing.T) {
	target, clock := testkit.Target(t, sqldb.SQLite), testkit.NewClock("2018-05-10")
	o := openOffice(t, target, clock, true)
	o.signedIn("wang", Grant{Role: perm.Reporter, Unit: 2})
	for in, want := range map[string]string{"/rank?x=1": "/rank?x=1", "//evil.example": "/", "https://evil.example/": "/", "/\\evil": "/", "javascript:alert(1)": "/",
		"": "/", "/login": "/", "/login?next=/login": "/", "/logout": "/", "/a\r\nSet-Cookie: x": "/"} {
		b := o.browser("10.0.0.1")
		b.post("/login", "login", "wang", "password", goodPassword, "next", in).leadsTo(want)
	}
}

func TestALogInFromAnotherSiteIsRefused(t *testing.T) {
	target, clock := testkit.Target(t, sqldb.SQLite), testkit.NewClock("2018-05-10")
	o := openOffice(t, target, clock, true)
	r := httptest.NewRequest("POST", "/login", strings.NewReader("login=a&password=b"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	o.browser("10.0.0.1").send(r).want(403)
	o.browser("10.0.0.1").post("/login", "login", "a", "login", "b", "password", "c").want(422).shows("出现了两次")
}

func TestPasswordsAreChangedInTimeAndDoNotComeAgain(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		b := o.signedIn("wang", Grant{Role: perm.Reporter, Unit: 2})
		old := goodPassword
		change := func(to string) *browser {
			return b.post("/account", "present", old, "new", to, "again", to)
		}
		change(goodPassword).want(422).shows("最近 5 次")
		for i := range 5 {
			next := fmt.Sprintf("Vb%d&xk-Rolling", i)
			change(next).leadsTo("/account")
			old = next
			if i < 4 {
				change(goodPassword).want(422).shows("最近 5 次")
			}
		}
		change(goodPassword).leadsTo("/account") // five others lie between

		o.clock.Pass(90*24*time.Hour - time.Minute)
		b.logIn("wang", goodPassword).leadsTo("/")
		o.clock.Pass(2 * time.Minute)
		b.get("/").want(200) // who works already is not interrupted
		b.logIn("wang", goodPassword).leadsTo("/account")
		b.get("/").leadsTo("/account")
		b.get("/account").want(200).shows("口令已到更换的时间")
		old = goodPassword
		change("Nx8!after-rotation").leadsTo("/account")
		b.get("/").want(200)
	})
}

func TestAChangedPasswordEndsTheOtherLogIns(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		here := o.signedIn("wang", Grant{Role: perm.Reporter, Unit: 2})
		there := o.browser("10.0.0.8").logIn("wang", goodPassword)
		there.get("/").want(200)
		here.post("/account", "present", goodPassword, "new", "Vb9&xk-Rolling", "again", "Vb9&xk-Rolling").leadsTo("/account")
		there.get("/").leadsTo("/login?next=%2F")
		here.get("/").want(200)
	})
}

func TestOnesOwnLogInsAreListedAndEnded(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		here := o.signedIn("wang", Grant{Role: perm.Reporter, Unit: 2})
		there := o.browser("10.0.0.8").logIn("wang", goodPassword)
		there.get("/").want(200)
		other := o.signedIn("li")
		here.get("/account").want(200).shows("10.0.0.8").shows("（本机）")
		action, ok := here.doc().Find(`form[action^="/account/logins/"]`).Attr("action")
		if !ok {
			t.Fatal("no form to end a log-in")
		}
		other.post(action).want(404) // somebody else's log-in does not exist for others
		there.get("/").want(200)
		here.post(action).leadsTo("/account")
		there.get("/").leadsTo("/login?next=%2F")
		here.get("/").want(200)
	})
}

func TestAStrongerHashReplacesTheOldOneAtLogIn(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := context.Background()
		o.signedIn("wang")
		weak := (cost{KiB: 32, Passes: 1, Threads: 1}).hash(goodPassword)
		hash := func() (s string) {
			o.db.View(ctx, func(tx *sqldb.Tx) error {
				a, err := accountByLogin(tx, "wang")
				s = a.secret
				return err
			})
			return s
		}
		if err := o.db.InTx(ctx, func(tx *sqldb.Tx) error {
			a, err := accountByLogin(tx, "wang")
			if err != nil {
				return err
			}
			return rehash(tx, a, weak)
		}); err != nil {
			t.Fatal(err)
		}
		o.browser("10.0.0.1").logIn("wang", goodPassword).leadsTo("/")
		if got := hash(); got == weak || o.svc.hasher.stale(got) {
			t.Errorf("hash after log-in = %s", got)
		}
		o.browser("10.0.0.1").logIn("wang", goodPassword).leadsTo("/")
	})
}

func TestAdministratorsFromElsewhereAreRefused(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		admin := o.admin()
		o.signedIn("wang")
		p := MLPS()
		p.AdminAddresses = []string{"10.77.0.0/16"}
		by, err := o.svc.Actor(context.Background(), "admin")
		if err != nil {
			t.Fatal(err)
		}
		ctx := sqldb.WithBy(context.Background(), sqldb.By{Account: "admin", Address: "10.0.0.1"})
		wantKind(t, "locking oneself out", o.svc.SetSecurityPolicy(ctx, by, p, 0), fault.Invalid)
		p.AdminAddresses = []string{"10.0.0.1"}
		if err := o.svc.SetSecurityPolicy(ctx, by, p, 0); err != nil {
			t.Fatal(err)
		}
		o.browser("10.0.0.2").logIn("admin", goodPassword).want(401).shows("指定的网址段")
		o.browser("10.0.0.2").logIn("wang", goodPassword).leadsTo("/")
		admin.logIn("admin", goodPassword).leadsTo("/")
	})
}

// Many requests of one log-in must not ask the database.
func BenchmarkIdentifyWarm(b *testing.B) {
	clock := testkit.NewClock("2018-05-10")
	db, err := sqldb.Open(context.Background(), b.TempDir()+"/k.db", sqldb.Options{Clock: clock.Now})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	list, err := sqldb.Migrations(Files())
	if err != nil {
		b.Fatal(err)
	}
	ctx := context.Background()
	if _, err := db.Migrate(ctx, list); err != nil {
		b.Fatal(err)
	}
	s := New(db, fixedUnits{testRegister(b), clock}, Options{Clock: clock.Now})
	db.OnChange(s.change)
	login, secret, err := s.FirstAdmin(ctx)
	if err != nil {
		b.Fatal(err)
	}
	in, err := s.LogIn(ctx, SignIn{Login: login, Password: secret})
	if err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.AddCookie(&http.Cookie{Name: s.CookieName(), Value: in.Token})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Identify(r); err != nil {
			b.Fatal(err)
		}
	}
}
