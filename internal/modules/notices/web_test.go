package notices

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/notify"
)

func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

func TestTheInboxPage(t *testing.T) {
	each(t, "2018-05-10", func(w *world, _ func() *world) {
		empty := w.ask(reporter, "GET", "/inbox", nil).Body.String()
		if !strings.Contains(empty, "还没有通知") || strings.Contains(empty, `<b>`) {
			w.t.Errorf("an empty inbox says %s", empty)
		}
		w.tell(task("a1", period.MustDay("2018-05-12"), town), task("a2", 0, otherTown), task("a3", 0, town))
		w.tell(notify.Event{Key: "m", Kind: notify.Invite, Accounts: []int64{reporter}, Text: "会议通知：%s，%s %s，%s", Args: []any{"调度会<script>", "2018-05-11", "09:00", "指挥部"}, Path: "//evil.example.cn/"})
		page := w.ask(reporter, "GET", "/inbox", nil).Body.String()
		for _, want := range []string{"3 条未读", "a1", "a3", "期限 2018-05-12", "调度会&lt;script&gt;", `aria-label="通知，3 条未读"`} {
			if !strings.Contains(page, want) {
				w.t.Errorf("the inbox lacks %q", want)
			}
		}
		if strings.Contains(page, "2018-0012 a2") {
			w.t.Error("somebody else's notice is shown")
		}
		found := w.ask(reporter, "GET", "/inbox?q=A3", nil).Body.String()
		if !strings.Contains(found, "2018-0012 a3") || strings.Contains(found, "2018-0012 a1") {
			w.t.Error("searching for A3 does not give a3 alone")
		}
		if none := w.ask(reporter, "GET", "/inbox?kind=result", nil).Body.String(); !strings.Contains(none, "没有符合的通知") {
			w.t.Error("a filter without result does not say so")
		}
		list := w.inbox(reporter)
		open := w.ask(reporter, "POST", "/inbox/"+numberText(list[len(list)-1].ID)+"/open", form())
		if open.Code != http.StatusSeeOther || open.Header().Get("Location") != "/actions/a1" {
			w.t.Errorf("opening gave %d %s", open.Code, open.Header().Get("Location"))
		}
		if got := w.ask(reporter, "POST", "/inbox/"+numberText(list[0].ID)+"/open", form()).Header().Get("Location"); got != "/inbox" {
			w.t.Errorf("a notice without a page of this site leads to %s", got)
		}
		var api struct {
			Unread  int
			Notices []noticeJSON
		}
		if err := json.Unmarshal(w.ask(reporter, "GET", "/api/v1/inbox", nil).Body.Bytes(), &api); err != nil || api.Unread != 1 || len(api.Notices) != 3 {
			w.t.Errorf("the interface gave %+v %v", api, err)
		}
		w.ask(reporter, "POST", "/inbox/read", form("upto", numberText(list[0].ID)))
		if n := w.svc.Unread(reporter); n != 0 {
			w.t.Errorf("%d unread after all were read", n)
		}
		if page := w.ask(reporter, "GET", "/inbox", nil).Body.String(); strings.Contains(page, "全部标为已读") || !strings.Contains(page, "已读") {
			w.t.Error("the page does not show that all is read")
		}
	})
}

// Every route is asked for by everybody; what the rule says is what happens.
func TestWhoMayWhat(t *testing.T) {
	each(t, "2018-05-10", func(w *world, _ func() *world) {
		w.outbound(nil)
		all := append(people(w.tree), perm.Actor{})
		for _, r := range w.svc.routes() {
			if r.Public {
				continue
			}
			method, path, _ := strings.Cut(r.Pattern, " ")
			path = strings.ReplaceAll(path, "{id}", "99")
			for _, a := range all {
				got := w.ask(a.Account, method, path, form()).Code
				switch {
				case a.Account == 0 && method == "GET" && !strings.HasPrefix(path, "/api/"):
					if got != http.StatusSeeOther {
						w.t.Errorf("a stranger: %s %s gave %d", method, path, got)
					}
				case a.Account == 0:
					if got != http.StatusUnauthorized {
						w.t.Errorf("a stranger: %s %s gave %d", method, path, got)
					}
				case !a.Can(r.Rule):
					if got != http.StatusForbidden {
						w.t.Errorf("account %d: %s %s gave %d, want 403", a.Account, method, path, got)
					}
				case got == http.StatusForbidden || got == http.StatusUnauthorized || got >= 500:
					w.t.Errorf("account %d: %s %s gave %d, though it may", a.Account, method, path, got)
				}
			}
		}
		ctx := context.Background()
		for name, try := range map[string]func(a perm.Actor) error{
			"settings":      func(a perm.Actor) error { _, err := w.svc.Settings(ctx, a); return err },
			"save settings": func(a perm.Actor) error { return w.svc.SaveSettings(ctx, a, defaultSettings(), notify.Secret{}) },
			"robots":        func(a perm.Actor) error { _, err := w.svc.Robots(ctx, a); return err },
			"save robot":    func(a perm.Actor) error { _, err := w.svc.SaveRobot(ctx, a, Robot{}, "", notify.Secret{}); return err },
			"test":          func(a perm.Actor) error { return w.svc.TestOut(ctx, a, 1) },
		} {
			for _, id := range []int64{officer, leader, member, reporter, auditor} {
				if err := try(w.as(id)); fault.KindOf(err) != fault.Forbidden {
					w.t.Errorf("%s by account %d: %v", name, id, err)
				}
			}
		}
		for name, try := range map[string]func(a perm.Actor) error{
			"queue":  func(a perm.Actor) error { _, _, err := w.svc.Queue(ctx, a, ""); return err },
			"resend": func(a perm.Actor) error { return w.svc.Resend(ctx, a, 1) },
			"drop":   func(a perm.Actor) error { return w.svc.Drop(ctx, a, 1) },
		} {
			for _, id := range []int64{leader, member, reporter, auditor} {
				if err := try(w.as(id)); fault.KindOf(err) != fault.Forbidden {
					w.t.Errorf("%s by account %d: %v", name, id, err)
				}
			}
		}
		nobody := perm.Actor{Login: "cli:x", Posts: []perm.Post{{Role: perm.SysAdmin}}}
		if _, _, err := w.svc.Inbox(ctx, nobody); fault.KindOf(err) != fault.SignedOut {
			w.t.Errorf("an inbox without an account: %v", err)
		}
	})
}

func TestPreferencesAreKeptAndRefused(t *testing.T) {
	each(t, "2018-05-10", func(w *world, _ func() *world) {
		bad := w.ask(reporter, "POST", "/inbox/settings", form("mail", "no address", "digest", "1", "version", "0"))
		if body := bad.Body.String(); bad.Code != 422 || !strings.Contains(body, "no address") || !strings.Contains(body, "邮箱地址写法不对") {
			w.t.Errorf("a wrong address gave %d %s", bad.Code, body)
		}
		if got := w.ask(reporter, "POST", "/inbox/settings", form("mail", "a@example.cn", "digest", "1", "kind", "todo", "version", "0")); got.Code != 303 {
			w.t.Fatalf("saving gave %d", got.Code)
		}
		if got := w.ask(reporter, "POST", "/inbox/settings", form("mail", "b@example.cn", "version", "0")); got.Code != 409 || !strings.Contains(got.Body.String(), "b@example.cn") {
			w.t.Errorf("a second editor got %d", got.Code)
		}
		p, err := w.svc.Preference(context.Background(), w.as(reporter))
		if err != nil || p.Mail != "a@example.cn" || !p.Digest || p.Urgent || !slices.Equal(p.Kinds, []notify.Kind{notify.ToDo}) {
			w.t.Errorf("kept %+v %v", p, err)
		}
		if strings.Contains(w.audited(), "example.cn") {
			w.t.Error("the address stands in the audit")
		}
	})
}

func TestTheCalendarAddress(t *testing.T) {
	each(t, "2018-05-10", func(w *world, again func() *world) {
		page := w.ask(reporter, "POST", "/inbox/calendar", form("deed", "make")).Body.String()
		at := strings.Index(page, "/calendar/")
		if at < 0 {
			w.t.Fatalf("no address on %s", page)
		}
		path := page[at:strings.Index(page, ".ics")] + ".ics"
		got := w.ask(0, "GET", path, nil)
		if got.Code != 200 || !strings.HasPrefix(got.Header().Get("Content-Type"), "text/calendar") {
			w.t.Fatalf("the feed gave %d %s", got.Code, got.Body)
		}
		if strings.Contains(w.ask(reporter, "GET", "/inbox/settings", nil).Body.String(), path) {
			w.t.Error("the address is shown again")
		}
		for _, wrong := range []string{"/calendar/x.ics", strings.TrimSuffix(path, ".ics"), path[:len(path)-5] + "A.ics", "/calendar/" + strings.Repeat("a", 43) + ".ics"} {
			if wrong == path {
				continue
			}
			if c := w.ask(0, "GET", wrong, nil).Code; c != 404 {
				w.t.Errorf("%s gave %d", wrong, c)
			}
		}
		// A new address ends the old one, on the other server too; revoking ends the new one.
		o := again()
		token, err := o.svc.MakeCalendar(context.Background(), w.as(reporter))
		if err != nil {
			w.t.Fatal(err)
		}
		if c := w.ask(0, "GET", path, nil).Code; c != 404 {
			w.t.Errorf("the old address gave %d", c)
		}
		if c := w.ask(0, "GET", "/calendar/"+token+".ics", nil).Code; c != 200 {
			w.t.Errorf("the new address gave %d", c)
		}
		if c := w.ask(reporter, "POST", "/inbox/calendar", form("deed", "revoke")).Code; c != 303 {
			w.t.Errorf("revoking gave %d", c)
		}
		if c := w.ask(0, "GET", "/calendar/"+token+".ics", nil).Code; c != 404 {
			w.t.Errorf("the revoked address gave %d", c)
		}
		// Somebody whose account is gone has no calendar either.
		token, _ = w.svc.MakeCalendar(context.Background(), w.as(member))
		w.svc.Join(Joints{People: func() []perm.Actor { return people(w.tree)[:2] }})
		if c := w.ask(0, "GET", "/calendar/"+token+".ics", nil).Code; c != 404 {
			w.t.Errorf("the calendar of a disabled account gave %d", c)
		}
		if strings.Contains(w.log.String(), token) {
			w.t.Error("the address stands in the log")
		}
		w.clock.Pass(time.Minute)
		var last int
		for range gateMinute + 1 {
			last = w.ask(0, "GET", "/calendar/"+strings.Repeat("b", 43)+".ics", nil).Code
		}
		if last != http.StatusTooManyRequests {
			w.t.Errorf("request %d gave %d, want 429", gateMinute+1, last)
		}
	})
}

// The bell stands on other pages too and does not break the answer 304.
func TestTheBellAsksTheMemory(t *testing.T) {
	each(t, "2018-05-10", func(w *world, _ func() *world) {
		w.tell(task("a1", 0, town))
		if page := w.ask(admin, "GET", "/outbound/settings", nil).Body.String(); !strings.Contains(page, `class="bell" href="/inbox"`) || strings.Contains(page, "条未读") {
			w.t.Error("the administrator's bell is wrong")
		}
		r, _ := http.NewRequest("GET", "/x", nil)
		if n, path := w.svc.Bell(r); n != 0 || path != "" {
			w.t.Error("a stranger has a bell")
		}
	})
}
