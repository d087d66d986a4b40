package accounts

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/testkit"
)

func (o *office) actor(login string) perm.Actor {
	o.t.Helper()
	a, err := o.svc.Actor(context.Background(), login)
	if err != nil {
		o.t.Fatal(err)
	}
	return a
}

func day(s string) period.Day { return period.MustDay(s) }

func TestANewAccountHasNoRight(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		b := o.signedIn("wang")
		b.get("/account").want(200).shows("还没有岗位")
		b.get("/").want(303) // who has no front page starts at the own account
		for _, path := range []string{"/rank", "/accounts", "/posts", "/roles", "/audit", "/settings/security"} {
			b.get(path).want(403)
		}
		if _, err := o.svc.GrantPost(context.Background(), Operator("test"), Grant{Login: "wang", Role: perm.Reporter, Unit: 2}); err != nil {
			t.Fatal(err)
		}
		b.get("/").want(200) // the right is there with the next request, without a new log-in
		b.get("/accounts").want(403)
	})
}

func TestOneNameOneAccount(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.person("wang.wu")
		ctx, by := context.Background(), Operator("test")
		for _, same := range []string{"wang.wu", "WANG.WU", "ｗａｎｇ．ｗｕ", " Wang.Wu "} {
			_, _, err := o.svc.CreateAccount(ctx, by, NewAccount{Login: same, Name: "另一人"})
			wantKind(t, "same name "+same, err, fault.Invalid)
		}
		_, _, err := o.svc.CreateAccount(ctx, by, NewAccount{Login: "x", Name: "", Until: day("2018-05-09")})
		if list, _ := findings(err); len(list) != 3 {
			t.Errorf("faults of an empty form = %v, want three at once", err)
		}
	})
}

func TestSeparationOfDuties(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := context.Background()
		o.admin()
		admin := o.actor("admin")
		for _, login := range []string{"sec", "aud", "both", "later"} {
			if _, _, err := o.svc.CreateAccount(ctx, admin, NewAccount{Login: login, Name: "测试" + login}); err != nil {
				t.Fatal(err)
			}
		}
		grant := func(by perm.Actor, g Grant) error {
			_, err := o.svc.GrantPost(ctx, by, g)
			return err
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		// The administrator cannot raise himself.
		wantKind(t, "granting to oneself", grant(admin, Grant{Login: "admin", Role: perm.SecAdmin}), fault.Forbidden)
		// While there is no security administrator, the system administrator grants.
		must(grant(admin, Grant{Login: "both", Role: perm.Reporter, Unit: 2}))
		must(grant(admin, Grant{Login: "both", Role: perm.Member, Unit: 11}))
		for _, r := range []perm.Role{perm.SysAdmin, perm.SecAdmin, perm.Auditor} {
			wantKind(t, "a duty beside a working role: "+string(r), grant(admin, Grant{Login: "both", Role: r}), fault.Conflict)
		}
		must(grant(admin, Grant{Login: "aud", Role: perm.Auditor}))
		wantKind(t, "two duties", grant(admin, Grant{Login: "aud", Role: perm.SecAdmin}), fault.Conflict)
		wantKind(t, "a working role beside a duty", grant(admin, Grant{Login: "aud", Role: perm.Reader, Unit: 1}), fault.Conflict)
		// One after the other is fine.
		must(grant(admin, Grant{Login: "later", Role: perm.Reader, Unit: 1, To: day("2018-05-31")}))
		wantKind(t, "overlapping by a day", grant(admin, Grant{Login: "later", Role: perm.Auditor, From: day("2018-05-31")}), fault.Conflict)
		must(grant(admin, Grant{Login: "later", Role: perm.Auditor, From: day("2018-06-01")}))

		// From now on granting belongs to the security administrator alone.
		must(grant(admin, Grant{Login: "sec", Role: perm.SecAdmin}))
		err := grant(admin, Grant{Login: "both", Role: perm.Reporter, Unit: 4})
		wantKind(t, "the system administrator grants", err, fault.Forbidden)
		if !strings.Contains(fault.Say(err, nil), "安全管理员") {
			t.Errorf("the refusal does not say who may: %v", err)
		}
		wantKind(t, "the system administrator sets the policy", o.svc.SetSecurityPolicy(ctx, admin, ASVS(), 0), fault.Forbidden)
		sec := o.actor("sec")
		must(grant(sec, Grant{Login: "both", Role: perm.Reporter, Unit: 4}))
		must(o.svc.SetSecurityPolicy(ctx, sec, ASVS(), 0))
		_, _, err = o.svc.CreateAccount(ctx, sec, NewAccount{Login: "new", Name: "新人"})
		wantKind(t, "the security administrator makes an account", err, fault.Forbidden)
		wantKind(t, "the security administrator grants to himself", grant(sec, Grant{Login: "sec", Role: perm.Office, Unit: 1}), fault.Forbidden)
		// Disabling the other one does not bring the right back.
		must(o.svc.Disable(ctx, admin, "sec"))
		wantKind(t, "the system administrator after disabling the other", grant(admin, Grant{Login: "both", Role: perm.Worker, Unit: 4}), fault.Forbidden)
		// The auditor changes nothing.
		aud := o.actor("aud")
		_, _, err = o.svc.CreateAccount(ctx, aud, NewAccount{Login: "new", Name: "新人"})
		wantKind(t, "the auditor makes an account", err, fault.Forbidden)
		wantKind(t, "the auditor grants", grant(aud, Grant{Login: "both", Role: perm.Worker, Unit: 4}), fault.Forbidden)
		_, _, err = o.svc.SearchAudit(ctx, admin, AuditQuery{}, 10)
		wantKind(t, "the system administrator reads the audit", err, fault.Forbidden)
		o.wantAudited("admin accounts.grant account:sec done")
		o.wantAudited("sec accounts.policy policy done")
	})
}

func TestGrantsAreAuditedBeforeAndAfter(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := context.Background()
		o.person("wang", Grant{Role: perm.Reporter, Unit: 2}, Grant{Role: perm.Worker, Unit: 4, To: day("2018-06-30"), StandIn: true})
		list, _, err := o.svc.SearchAudit(ctx, perm.Actor{Posts: []perm.Post{{Role: perm.Auditor}}}, AuditQuery{Deed: "accounts.grant"}, 10)
		if err != nil || len(list) != 2 {
			t.Fatalf("%d lines, %v", len(list), err)
		}
		want := `{"after":["甲镇 单位填报员","乙乡 专干社工"],"before":["甲镇 单位填报员"],"from":"2018-05-10","holding":2,"post":{"role":"worker","title":"乙乡 专干社工","unit":"乙乡"},"stand_in":true,"to":"2018-06-30"}`
		if got := list[0].Detail; got != want {
			t.Errorf("detail = %s\nwant     %s", got, want)
		}
		if list[0].Account != "cli:test" || list[0].Post != "命令行" {
			t.Errorf("by %s as %s, want the operator", list[0].Account, list[0].Post)
		}
	})
}

func TestPostsAreHeldFromDayToDay(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx, by := context.Background(), Operator("test")
		o.person("wang", Grant{Role: perm.Reporter, Unit: 2, From: day("2018-05-12"), To: day("2018-05-20")})
		held := func() string {
			var out []string
			for _, p := range o.actor("wang").Posts {
				out = append(out, fmt.Sprint(p.Title, p.StandIn))
			}
			return strings.Join(out, ",")
		}
		for d, want := range map[string]string{"2018-05-11": "", "2018-05-12": "甲镇 单位填报员false", "2018-05-20": "甲镇 单位填报员false", "2018-05-21": ""} {
			o.clock.Set(d)
			if got := held(); got != want {
				t.Errorf("on %s: %q, want %q", d, got, want)
			}
		}
		o.clock.Set("2018-06-01")
		_, err := o.svc.GrantPost(ctx, by, Grant{Login: "wang", Role: perm.Reporter, Unit: 2, StandIn: true})
		wantKind(t, "a stand-in without an end", err, fault.Invalid)
		h, err := o.svc.GrantPost(ctx, by, Grant{Login: "wang", Role: perm.Reporter, Unit: 2})
		if err != nil {
			t.Fatal(err)
		}
		_, err = o.svc.GrantPost(ctx, by, Grant{Login: "wang", Role: perm.Reporter, Unit: 2, From: day("2018-07-01")})
		wantKind(t, "the same post twice", err, fault.Conflict)
		if err := o.svc.EndHolding(ctx, by, h.ID, day("2018-06-30"), h.Version); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "ending with an old version", o.svc.EndHolding(ctx, by, h.ID, day("2018-06-20"), h.Version), fault.Conflict)
		if err := o.svc.EndHolding(ctx, by, h.ID, day("2018-05-31"), h.Version+1); err != nil { // at once, on its first day
			t.Fatal(err)
		}
		if got := held(); got != "" {
			t.Errorf("after ending at once: %q", got)
		}
		if _, err := o.svc.GrantPost(ctx, by, Grant{Login: "wang", Role: perm.Reporter, Unit: 2}); err != nil {
			t.Errorf("the same post again after it was withdrawn: %v", err)
		}
	})
}

func TestAPostThatEndsTakesItsRightsAlong(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx, by := context.Background(), Operator("test")
		b := o.signedIn("wang", Grant{Role: perm.Reporter, Unit: 2})
		b.get("/").want(200)
		list, err := o.svc.ListPosts(ctx, by)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.svc.EndPost(ctx, by, list[0].ID, list[0].Version); err != nil {
			t.Fatal(err)
		}
		b.get("/").want(303)
		wantKind(t, "ending it again", o.svc.EndPost(ctx, by, list[0].ID, list[0].Version+1), fault.Conflict)
		p, err := o.svc.CreatePost(ctx, by, perm.Reporter, 2, "")
		if err != nil || p.ID != list[0].ID {
			t.Errorf("making it again: post %d, %v; want number %d back", p.ID, err, list[0].ID)
		}
		b.get("/").want(200)
		_, err = o.svc.CreatePost(ctx, by, perm.Reporter, 2, "")
		wantKind(t, "making it twice", err, fault.Conflict)
		if _, err := o.svc.CreatePost(ctx, by, perm.Reporter, 2, "甲镇统计员"); err != nil {
			t.Errorf("another title at the same unit: %v", err)
		}
	})
}

func TestSomebodyAlwaysAdministers(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx, by := context.Background(), Operator("test")
		o.admin()
		wantKind(t, "disabling the last one", o.svc.Disable(ctx, by, "admin"), fault.Conflict)
		d, err := o.svc.ShowAccount(ctx, by, 1)
		if err != nil {
			t.Fatal(err)
		}
		h := d.Holdings[0]
		wantKind(t, "taking the last post", o.svc.EndHolding(ctx, by, h.ID, day("2018-05-09"), h.Version), fault.Conflict)
		wantKind(t, "ending the post", o.svc.EndPost(ctx, by, h.Post.ID, h.Post.Version), fault.Conflict)
		o.person("second", Grant{Role: perm.SysAdmin})
		wantKind(t, "disabling oneself", o.svc.Disable(ctx, o.actor("admin"), "admin"), fault.Conflict)
		if err := o.svc.Disable(ctx, o.actor("second"), "admin"); err != nil {
			t.Error(err)
		}
		wantKind(t, "disabling the other last one", o.svc.Disable(ctx, by, "second"), fault.Conflict)
	})
}

func TestADisabledAccountIsOutWithTheNextRequest(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx, by := context.Background(), Operator("test")
		o.admin()
		b := o.signedIn("wang", Grant{Role: perm.Reporter, Unit: 2})
		b.get("/").want(200)
		if err := o.svc.Disable(ctx, by, "wang"); err != nil {
			t.Fatal(err)
		}
		b.post("/").want(http.StatusUnauthorized)
		b.get("/").leadsTo("/login?next=%2F")
		b.logIn("wang", goodPassword).want(401).shows("登录名或口令不对") // and not "disabled"
		if err := o.svc.Enable(ctx, by, "wang"); err != nil {
			t.Fatal(err)
		}
		b.logIn("wang", goodPassword).leadsTo("/")
		// An account runs out by itself.
		a, err := o.svc.ShowAccount(ctx, by, 2)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.svc.EditAccount(ctx, by, 2, "王五", day("2018-05-11"), a.Version); err != nil {
			t.Fatal(err)
		}
		o.clock.Set("2018-05-11")
		b.logIn("wang", goodPassword).leadsTo("/")
		o.clock.Pass(15*time.Hour - 5*time.Minute)
		b.logIn("wang", goodPassword).leadsTo("/")
		o.clock.Pass(6 * time.Minute)
		b.get("/").leadsTo("/login?next=%2F")
	})
}

// What one process does, another one knows after applying the changes.
func TestTwoProcessesOnOneDatabase(t *testing.T) {
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) {
			ctx, by := context.Background(), Operator("test")
			target, clock := testkit.Target(t, d), testkit.NewClock("2018-05-10")
			here := openOffice(t, target, clock, true)
			there := openOffice(t, target, clock, false)
			follow := func() {
				t.Helper()
				if err := there.db.CatchUp(ctx); err != nil {
					t.Fatal(err)
				}
			}
			b := here.signedIn("wang", Grant{Role: perm.Reporter, Unit: 2})
			b.get("/").want(200)
			// The log-in is good in the other process, which has not even followed yet.
			other := there.browser("10.0.0.9")
			other.cookies = b.cookies
			other.get("/").want(200)

			// Seen there, it is not idle here.
			for range 3 {
				clock.Pass(9 * time.Minute)
				other.get("/").want(200)
				if err := there.svc.keepSeen(ctx); err != nil {
					t.Fatal(err)
				}
			}
			b.get("/").want(200)

			// A right taken here is gone there.
			det, err := here.svc.ShowAccount(ctx, by, 1)
			if err != nil {
				t.Fatal(err)
			}
			if err := here.svc.EndHolding(ctx, by, det.Holdings[0].ID, day("2018-05-09"), 1); err != nil {
				t.Fatal(err)
			}
			follow()
			other.get("/").want(303)
			if _, err := here.svc.GrantPost(ctx, by, Grant{Login: "wang", Role: perm.Reader, Unit: 1}); err != nil {
				t.Fatal(err)
			}
			follow()
			other.get("/").want(200)

			// Signing out here ends it there.
			second := here.browser("10.0.0.9").logIn("wang", goodPassword)
			elsewhere := there.browser("10.0.0.9")
			elsewhere.cookies["session"] = second.cookies["session"]
			elsewhere.get("/").want(200)
			second.post("/logout")
			follow()
			elsewhere.get("/").leadsTo("/login?next=%2F")
			other.get("/").want(200)

			// Disabling here is a 401 there.
			if err := here.svc.Disable(ctx, by, "wang"); err != nil {
				t.Fatal(err)
			}
			follow()
			other.post("/").want(http.StatusUnauthorized)

			// A security administrator made here takes the lent right away there, at once.
			here.person("sec")
			if _, err := here.svc.GrantPost(ctx, by, Grant{Login: "sec", Role: perm.SecAdmin}); err != nil {
				t.Fatal(err)
			}
			_, err = there.svc.GrantPost(ctx, by, Grant{Login: "sec", Role: perm.SecAdmin, From: day("2019-01-01")})
			wantKind(t, "granting in the other process", err, fault.Forbidden)
			_, err = there.svc.Actor(ctx, "wang")
			wantKind(t, "acting as a disabled account", err, fault.Conflict)
			by, err = here.svc.Actor(ctx, "sec")
			if err != nil {
				t.Fatal(err)
			}

			// A new policy goes over as well.
			p := MLPS()
			p.IdleMinutes = 2
			if err := here.svc.SetSecurityPolicy(ctx, by, p, 0); err != nil {
				t.Fatal(err)
			}
			follow()
			if got := there.svc.currentPolicy().IdleMinutes; got != 2 {
				t.Errorf("policy in the other process: %d minutes, want 2", got)
			}
		})
	}
}

func TestTwoEditorsOfOneAccount(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		admin := o.admin()
		o.person("wang")
		admin.get("/accounts/2").want(200)
		admin.post("/accounts/2", "version", "1", "name", "王小五", "until", "2018-12-31").leadsTo("/accounts/2")
		admin.post("/accounts/2", "version", "1", "name", "王老五", "until", "").want(409).shows("别人保存的是：姓名 王小五，截止日 2018-12-31")
		if got, _ := admin.doc().Find(`input[name=name]`).Attr("value"); got != "王老五" {
			t.Errorf("what was typed is %q, want 王老五", got)
		}
		version, _ := admin.doc().Find(`input[name=version]`).Attr("value")
		admin.post("/accounts/2", "version", version, "name", "王老五", "until", "").leadsTo("/accounts/2")
		admin.get("/accounts").want(200).shows("王老五")
		admin.post("/accounts/2", "version", "3", "name", " ", "until", "12.5.2018").want(422).shows("日期 12.5.2018 写法不对")
	})
}

func TestAScreenReachesItsPagesAndNoMore(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := context.Background()
		admin := o.admin()
		admin.post("/settings/screens", "name", "会议室", "pages", "/accounts\n//x", "until", "2018-12-31").want(422).shows("不能用于大屏")
		admin.post("/settings/screens", "name", "会议室", "pages", "/", "until", "2018-12-31").want(200).shows("只显示这一次")
		link := admin.doc().Find("#link").Text()
		path := link[strings.Index(link, "/screen/enter"):]

		wall := o.browser("10.0.0.50")
		wall.get(path).leadsTo("/?screen=1")
		wall.get("/").want(200).shows("front screen:1")
		o.browser("10.0.0.51").get(path).want(404).shows("已经用过") // the link works once
		o.browser("10.0.0.51").get("/screen/enter?token=x").want(404)

		for _, p := range []string{"/rank", "/accounts", "/account", "/roles", "/audit", "/settings/screens", "/account/rights"} {
			wall.get(p)
			if wall.status == 200 {
				t.Errorf("the screen reads %s: %s", p, wall.text())
			}
		}
		wall.post("/").want(401)
		wall.get("/nothing").want(404)
		wall.post("/lang", "lang", "en", "back", "/").leadsTo("/") // a stranger may do that as well

		o.clock.Pass(100 * 24 * time.Hour) // no idle exit
		wall.get("/").want(200)
		// A person may sign in at the screen and is then that person.
		o.signedIn("wang", Grant{Role: perm.Reporter, Unit: 2})
		wall.logIn("wang", goodPassword)
		wall.get("/").want(200).shows("front wang")
		wall.post("/logout")
		wall.get("/").want(200).shows("front screen:1")

		// A new link moves the screen to another browser.
		token, err := o.svc.RelinkScreen(ctx, Operator("test"), 1)
		if err != nil {
			t.Fatal(err)
		}
		wall.get("/").want(200)
		moved := o.browser("10.0.0.52").get("/screen/enter?token=" + token).leadsTo("/?screen=1")
		wall.get("/").leadsTo("/login?next=%2F")
		moved.get("/").want(200)
		if err := o.svc.RevokeScreen(ctx, Operator("test"), 1); err != nil {
			t.Fatal(err)
		}
		moved.get("/").leadsTo("/login?next=%2F")
		_, err = o.svc.RelinkScreen(ctx, Operator("test"), 1)
		wantKind(t, "a link for a screen taken back", err, fault.Conflict)

		// Another one ends by its day.
		_, token, err = o.svc.CreateScreen(ctx, Operator("test"), "走廊", []string{"/rank"}, o.svc.today())
		if err != nil {
			t.Fatal(err)
		}
		hall := o.browser("10.0.0.53").get("/screen/enter?token=" + token).leadsTo("/rank?screen=1")
		hall.get("/rank").want(200)
		o.clock.Pass(24 * time.Hour)
		hall.get("/rank").leadsTo("/login?next=%2Frank")
		o.wantAudited("admin accounts.screens screen:1 done")
		o.wantAudited("screen:1 accounts.screen-enter screen:1 done")
	})
}

// Every route is tried by nobody, by somebody without the right, and by each role: only those
// the rule names come through.
func TestEveryRouteRefusesWhoHasNoRight(t *testing.T) {
	target, clock := testkit.Target(t, sqldb.SQLite), testkit.NewClock("2018-05-10")
	o := openOffice(t, target, clock, true)
	o.admin()
	browsers := map[perm.Role]*browser{}
	for _, r := range perm.Roles() {
		unit := org.UnitID(1)
		if r == perm.Member {
			unit = 11
		}
		if r == perm.SecAdmin {
			continue // from then on the operator could not grant
		}
		browsers[r] = o.signedIn("role-"+string(r), Grant{Role: r, Unit: unit})
	}
	browsers[perm.SecAdmin] = o.signedIn("role-secadmin", Grant{Role: perm.SecAdmin})
	tried := 0
	for _, route := range o.site.Routes() {
		method, pattern, _ := strings.Cut(route.Pattern, " ")
		path := strings.NewReplacer("{id}", "999", "{no}", "1", "{holding}", "999", "{login}", "999", "{$}", "").Replace(pattern)
		send := func(b *browser) int {
			if method == "GET" {
				return b.get(path).status
			}
			return b.post(path).status
		}
		if route.Public {
			continue
		}
		if route.Rule.Deed == "" || len(route.Rule.Roles) == 0 {
			t.Errorf("%s has no rule", route.Pattern)
		}
		if got := send(o.browser("10.0.0.99")); got != http.StatusSeeOther && got != http.StatusUnauthorized {
			t.Errorf("nobody at %s: %d", route.Pattern, got)
		}
		rule := inForce(route.Rule, true)
		for role, b := range browsers {
			tried++
			got, may := send(b), slices.Contains(rule.Roles, role)
			if may && (got == http.StatusForbidden || got == http.StatusUnauthorized) {
				t.Errorf("%s at %s: %d, want to come through: %s", role, route.Pattern, got, b.text())
			}
			if route.Pattern == "GET /{$}" && got == http.StatusSeeOther {
				continue // who has no front page starts where the menu does
			}
			if !may && got != http.StatusForbidden {
				t.Errorf("%s at %s: %d, want 403", role, route.Pattern, got)
			}
		}
	}
	if tried < 9*20 {
		t.Errorf("only %d tries; the walk is broken", tried)
	}
	// The public ones that are about a person ask for a log-in themselves.
	for _, path := range []string{"/account", "/account/rights"} {
		o.browser("10.0.0.99").get(path).leadsTo("/login?next=" + strings.ReplaceAll(path, "/", "%2F"))
	}
	for _, path := range []string{"/account", "/account/logins/1/end"} {
		o.browser("10.0.0.99").post(path).want(401)
	}
	o.wantAudited("role-reader accounts.view GET /accounts refused")
}

func TestThePagesSpeakBothLanguages(t *testing.T) {
	target, clock := testkit.Target(t, sqldb.SQLite), testkit.NewClock("2018-05-10")
	o := openOffice(t, target, clock, true)
	admin := o.admin()
	o.signedIn("wang", Grant{Role: perm.Reporter, Unit: 2}, Grant{Role: perm.Member, Unit: 11, To: day("2018-06-30"), StandIn: true})
	auditor := o.signedIn("aud", Grant{Role: perm.Auditor})
	for i := range 21 {
		o.browser("10.66.0.1").logIn(fmt.Sprintf("x%d", i), "y")
	}
	admin.post("/settings/screens", "name", "会议室", "pages", "/", "until", "2018-12-31").want(200)
	pages := map[string]*browser{"/login": o.browser("10.0.0.2"), "/account": admin, "/account/rights": admin, "/accounts": admin, "/accounts/new": admin, "/accounts/2": admin,
		"/accounts/2/rights": admin, "/posts": admin, "/posts/2/end": admin, "/roles": admin, "/settings/security": admin, "/settings/security?profile=asvs": admin, "/settings/screens": admin,
		"/audit": auditor, "/audit?deed=accounts.&from=2018-05-01&to=2018-05-31": auditor, "/audit/1": auditor, "/audit/check": auditor, "/audit?from=x": auditor}
	for path, b := range pages {
		for _, lang := range []string{"zh", "en"} {
			b.cookies["lang"] = lang
			want := 200
			if path == "/audit?from=x" {
				want = 422
			}
			b.get(path).want(want)
			html := b.doc().Find("html")
			if got := html.AttrOr("lang", ""); got != map[string]string{"zh": "zh-CN", "en": "en"}[lang] {
				t.Errorf("%s: lang = %q", path, got)
			}
			if b.doc().Find("h1").Length() != 1 {
				t.Errorf("%s: %d main headings, want 1", path, b.doc().Find("h1").Length())
			}
			b.doc().Find("label[for]").Each(func(_ int, l *goquery.Selection) {
				id := l.AttrOr("for", "")
				if b.doc().Find(`[id="`+id+`"]`).Length() != 1 {
					t.Errorf("%s: the label %q has no field of its own", path, id)
				}
			})
			if strings.Contains(b.body, "%!") {
				t.Errorf("%s in %s: a broken format: %s", path, lang, b.text())
			}
		}
	}
	admin.cookies["lang"] = "zh"
	admin.get("/accounts/2/rights").shows("✓ 能").shows("✗ 不能").shows("宣传专班 专班成员（代理）")
	admin.get("/accounts").shows("10.66.0.1")
}

func TestTheAuditIsSearchedPagedAndTakenAway(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := context.Background()
		b := o.signedIn("aud", Grant{Role: perm.Auditor})
		o.person("wang", Grant{Role: perm.Reporter, Unit: 2})
		o.clock.Set("2018-05-20")
		if err := o.db.InTx(ctx, func(tx *sqldb.Tx) error {
			for i := range 250 {
				tx.Audit("other.deed", fmt.Sprintf("thing:%d", i%3), map[string]int{"i": i})
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		b.logIn("aud", goodPassword)
		rows := func() int { return b.doc().Find("#audit tbody tr:not(.empty)").Length() }
		for query, want := range map[string]int{"deed=other.": 100, "deed=other.deed&object=thing:0": 84, "object=account:wang": 2, "account=aud&deed=accounts.login": 2,
			"deed=accounts.&to=2018-05-10": 8, "from=2018-05-20&to=2018-05-20&deed=accounts.": 1, "result=refused": 0, "account=nobody": 0} {
			if b.get("/audit?" + query).want(200); rows() != want {
				t.Errorf("%s: %d rows, want %d: %s", query, rows(), want, b.text())
			}
		}
		// Paging reaches every line once.
		seen := map[string]bool{}
		for next := "/audit?deed=other."; next != ""; {
			b.get(next).want(200)
			b.doc().Find("#audit tbody th, #audit tbody td:first-child").Each(func(_ int, s *goquery.Selection) { seen[s.Text()] = true })
			next = ""
			b.doc().Find("main a").Each(func(_ int, s *goquery.Selection) {
				if strings.Contains(s.Text(), "更早") {
					next = s.AttrOr("href", "")
				}
			})
		}
		if len(seen) != 250 {
			t.Errorf("paging shows %d different lines, want 250", len(seen))
		}
		b.get("/audit?deed=other.&format=csv").want(200)
		if got := strings.Count(b.body, "\r\n"); got != 251 {
			t.Errorf("the file has %d lines, want a header and 250", got)
		}
		if got := b.header.Get("Content-Type"); got != web.MediaCSV {
			t.Errorf("type %q", got)
		}
		b.get("/audit?deed=other.&format=xlsx").want(200)
		if !strings.HasPrefix(b.body, "PK") {
			t.Error("the workbook is none")
		}
		b.get("/audit?format=exe").want(404)
		o.wantAudited("aud audit.export audit done")

		b.post("/audit/check").want(200).shows("审计链完整")
		if err := o.db.InTx(ctx, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`UPDATE sys_audit SET object = 'x' WHERE no = 5`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		b.post("/audit/check").want(200).shows("审计链第 5 条被改动过").shows("前 4 条正确")
		o.wantAudited("aud audit.check audit refused 审计链第 5 条被改动过")
	})
}

func TestAResetEndsLogInsAndLifts(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		admin := o.admin()
		b := o.signedIn("wang", Grant{Role: perm.Reporter, Unit: 2})
		for range 5 {
			o.browser("10.0.0.3").logIn("wang", "wrong")
		}
		admin.post("/accounts/2/reset").want(200).shows("只显示这一次")
		secret := admin.doc().Find("#secret").Text()
		b.get("/").leadsTo("/login?next=%2F")
		b.logIn("wang", goodPassword).want(401)
		b.logIn("wang", secret).leadsTo("/account")
		b.post("/account", "present", secret, "new", goodPassword, "again", goodPassword).want(422).shows("最近 5 次")
		for _, l := range o.audited() {
			if strings.Contains(l, secret) {
				t.Errorf("the secret stands in the audit: %s", l)
			}
		}
		o.wantAudited("admin accounts.reset account:wang done")
	})
}

func TestTheSecurityPolicyPage(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		admin := o.admin()
		admin.get("/settings/security?profile=asvs").want(200)
		if got := admin.doc().Find("input[name=min_length]").AttrOr("value", ""); got != "12" {
			t.Errorf("filled in: %s characters, want 12", got)
		}
		fields := func(version, idle string) []string {
			return []string{"version", version, "profile", "mlps", "min_length", "10", "classes", "3", "rotate_days", "60", "history", "5", "failures", "4", "from_address", "30",
				"lock_minutes", "15", "idle_minutes", idle, "total_hours", "8", "admin_sources", ""}
		}
		admin.post("/settings/security", fields("0", "0")...).want(422).shows("应为 1 到 480 之间的整数")
		admin.post("/settings/security", fields("0", "5")...).leadsTo("/settings/security")
		admin.post("/settings/security", fields("0", "7")...).want(409).shows("别人保存的是")
		if got := admin.doc().Find("input[name=idle_minutes]").AttrOr("value", ""); got != "7" {
			t.Errorf("what was typed is %s, want 7", got)
		}
		admin.post("/settings/security", fields("1", "7")...).leadsTo("/settings/security")
		if got := o.svc.currentPolicy(); got.IdleMinutes != 7 || got.MinLength != 10 {
			t.Errorf("policy = %+v", got)
		}
		o.wantAudited("admin accounts.policy policy done")
	})
}

func TestGrantingOnThePage(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		admin := o.admin()
		admin.post("/accounts", "login", "wang", "name", "王五", "until", "").want(200).shows("一次性口令")
		admin.post("/accounts", "login", "WANG", "name", "王六", "until", "").want(422).shows("已经有登录名 wang")
		admin.post("/accounts/2/grant", "role", "reporter", "unit", "没有镇", "from", "2018-05-10", "to", "").want(422).shows("没有镇")
		admin.post("/accounts/2/grant", "role", "reporter", "unit", "520121100 甲镇", "from", "2018-05-10", "to", "").leadsTo("/accounts/2")
		admin.post("/accounts/2/grant", "role", "member", "unit", "ZB1", "from", "2018-05-10", "to", "2018-05-31", "stand_in", "1").leadsTo("/accounts/2")
		admin.post("/accounts/2/grant", "role", "auditor", "unit", "", "from", "2018-05-10", "to", "").want(409).shows("不能由同一人担任")
		admin.get("/accounts/2").want(200).shows("甲镇 单位填报员").shows("宣传专班 专班成员（代理）")
		form := admin.doc().Find(`form[action^="/accounts/2/holdings/"]`).First()
		admin.post(form.AttrOr("action", ""), "version", "1", "last", "2018-05-10", "now", "1").leadsTo("/accounts/2")
		admin.get("/posts").want(200).shows("甲镇 单位填报员").shows("空缺")
		admin.post("/posts", "role", "reporter", "unit", "乙乡", "title", "").leadsTo("/posts")
		admin.post("/posts", "role", "reporter", "unit", "", "title", "x").want(422).shows("请选择岗位所在的单位").shows("2 到 40 个字")
		admin.get("/posts?format=csv").want(200)
		if !strings.Contains(admin.body, "乙乡 单位填报员") {
			t.Errorf("file of posts: %s", admin.body)
		}
	})
}
