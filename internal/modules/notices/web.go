package notices

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
)

func (s *Service) routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /inbox", Rule: ruleRead, Handle: s.getInbox},
		{Pattern: "POST /inbox/read", Rule: ruleRead, Handle: s.postReadAll},
		{Pattern: "POST /inbox/{id}/open", Rule: ruleRead, Handle: s.postOpen},
		{Pattern: "POST /inbox/{id}/read", Rule: ruleRead, Handle: s.postRead},
		{Pattern: "GET /inbox/settings", Rule: ruleRead, Handle: s.getOwn},
		{Pattern: "POST /inbox/settings", Rule: ruleRead, Handle: s.postOwn},
		{Pattern: "POST /inbox/calendar", Rule: ruleRead, Handle: s.postCalendar},
		{Pattern: "GET /api/v1/inbox", Rule: ruleRead, Handle: s.getJSON},
		// A calendar program has no session: the address itself is the key.
		{Pattern: "GET /calendar/{file}", Public: true, Handle: s.getCalendar},

		{Pattern: "GET /outbound", Rule: ruleQueue, Handle: s.getQueue},
		{Pattern: "POST /outbound/messages/{id}/resend", Rule: ruleQueue, Handle: s.postResend},
		{Pattern: "POST /outbound/messages/{id}/drop", Rule: ruleQueue, Handle: s.postDrop},
		{Pattern: "GET /outbound/settings", Rule: ruleSet, Handle: s.getChannels},
		{Pattern: "POST /outbound/settings", Rule: ruleSet, Handle: s.postChannels},
		{Pattern: "POST /outbound/robots", Rule: ruleSet, Handle: s.postNewRobot},
		{Pattern: "GET /outbound/robots/{id}", Rule: ruleSet, Handle: s.getRobot},
		{Pattern: "POST /outbound/robots/{id}", Rule: ruleSet, Handle: s.postRobot},
		{Pattern: "POST /outbound/robots/{id}/test", Rule: ruleSet, Handle: s.postTestRobot},
		{Pattern: "POST /outbound/test", Rule: ruleSet, Handle: s.postTestMail},
	}
}

// Bell gives how many notices the reader of a page has not read, and where they are; "" for those
// without an inbox. It answers from memory.
func (s *Service) Bell(r *http.Request) (count int, path string) {
	a := web.ActorOf(r)
	if a.Account == 0 || web.SessionOf(r).Screen || !a.Can(ruleRead) {
		return 0, ""
	}
	return s.Unread(a.Account), "/inbox"
}

// number reads a whole number of a form; -1 for what is none.
func number(v url.Values, field string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(v.Get(field)), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// retry tells whether an error is one that the same form shows again.
func retry(err error) bool {
	k := fault.KindOf(err)
	return k == fault.Invalid || k == fault.Conflict || k == fault.Unavailable
}

func (s *Service) getInbox(w http.ResponseWriter, r *http.Request) error {
	all, d, err := s.Inbox(r.Context(), web.ActorOf(r))
	if err != nil {
		return err
	}
	q := r.URL.Query()
	v := buildInbox(web.LangOf(r), all, d, q.Get("q"), q.Get("kind"), *s.settings.Load(), s.today())
	return inboxPage().Render(w, r, "我的通知", v)
}

func (s *Service) postReadAll(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	n, err := s.ReadAll(r.Context(), web.ActorOf(r), number(form, "upto"))
	if err != nil {
		return err
	}
	return web.Done(w, r, "/inbox", "已把 %d 条通知标为已读", n)
}

func (s *Service) postOpen(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	path, err := s.Open(r.Context(), web.ActorOf(r), id)
	if err != nil {
		return err
	}
	if path == "" {
		path = "/inbox"
	}
	return web.Redirect(w, r, path)
}

func (s *Service) postRead(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	if _, err := s.Open(r.Context(), web.ActorOf(r), id); err != nil {
		return err
	}
	return web.Redirect(w, r, "/inbox")
}

func (s *Service) getJSON(w http.ResponseWriter, r *http.Request) error {
	all, d, err := s.Inbox(r.Context(), web.ActorOf(r))
	if err != nil {
		return err
	}
	unread := 0
	for _, n := range all {
		if n.Read.IsZero() {
			unread++
		}
	}
	return web.WriteJSON(w, http.StatusOK, map[string]any{"unread": unread, "digest": dayText(d.Day), "notices": asJSON(web.LangOf(r), all)})
}

func (s *Service) ownPage(w http.ResponseWriter, r *http.Request, status int, change func(*ownView)) error {
	a := web.ActorOf(r)
	p, err := s.Preference(r.Context(), a)
	if err != nil {
		return err
	}
	made, err := s.CalendarMade(r.Context(), a)
	if err != nil {
		return err
	}
	v := buildOwn(web.LangOf(r), p, *s.settings.Load(), made, faults{})
	if change != nil {
		change(&v)
	}
	return ownPage().RenderStatus(w, r, status, "通知设置", v)
}

func (s *Service) getOwn(w http.ResponseWriter, r *http.Request) error {
	return s.ownPage(w, r, http.StatusOK, nil)
}

func (s *Service) postOwn(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	p := Preference{Mail: strings.TrimSpace(form.Get("mail")), Digest: form.Get("digest") != "", Urgent: form.Get("urgent") != "", Lang: string(web.LangOf(r)), Version: number(form, "version")}
	for _, k := range form["kind"] {
		p.Kinds = append(p.Kinds, notify.Kind(k))
	}
	if err := s.SavePreference(r.Context(), web.ActorOf(r), p); err != nil {
		if !retry(err) {
			return err
		}
		return s.ownPage(w, r, web.Status(err), func(v *ownView) {
			now := v.Version
			*v = buildOwn(web.LangOf(r), p, *s.settings.Load(), s.now(), faultsOf(err, web.LangOf(r)))
			v.Since, v.Version = "", now
		})
	}
	return web.Done(w, r, "/inbox/settings", "已保存通知设置")
}

func (s *Service) postCalendar(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	a := web.ActorOf(r)
	switch form.Get("deed") {
	case "make":
		token, err := s.MakeCalendar(r.Context(), a)
		if err != nil {
			return err
		}
		scheme := "http://"
		if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
			scheme = "https://"
		}
		base := scheme + r.Host
		if set := s.settings.Load(); set.Base != "" {
			base = set.Base
		}
		return s.ownPage(w, r, http.StatusOK, func(v *ownView) { v.Calendar = base + "/calendar/" + token + ".ics" })
	case "revoke":
		if err := s.RevokeCalendar(r.Context(), a); err != nil {
			return err
		}
		return web.Done(w, r, "/inbox/settings", "已收回日历地址")
	}
	return fault.New(fault.Invalid, "没有说明要生成还是收回日历地址；请从通知设置页操作")
}

// getCalendar answers a calendar program. Its path is a secret, so failures are not left to the
// site, which would log the path.
func (s *Service) getCalendar(w http.ResponseWriter, r *http.Request) error {
	if !s.gate.pass(sqldb.ByOf(r.Context()).Address, s.clock()) {
		w.Header().Set("Retry-After", "60")
		http.Error(w, web.T(r, "请求太频繁；请一分钟后再试"), http.StatusTooManyRequests)
		return nil
	}
	token, ok := strings.CutSuffix(r.PathValue("file"), ".ics")
	r.URL.Path, r.URL.RawPath = "/calendar/"+notify.Mask, "" // should anything still log it
	missing := fault.New(fault.Missing, "没有这个日历；地址可能已经收回，请在系统里重新生成")
	if !ok || len(token) != tokenLength {
		return missing
	}
	ics, err := s.Feed(r.Context(), token)
	if err != nil && fault.KindOf(err) == fault.Missing {
		return missing
	}
	if err != nil {
		s.log.Error("a calendar could not be made", "request", web.RequestID(r), "error", err)
		http.Error(w, web.T(r, "日历暂时读不出来；请稍后再试"), http.StatusServiceUnavailable)
		return nil
	}
	h := w.Header()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Content-Disposition", `inline; filename="kaiyang.ics"`)
	_, err = w.Write(ics)
	return err
}

// tokenLength is that of 32 bytes in Base64 without padding.
const tokenLength = 43
