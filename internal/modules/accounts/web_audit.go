package accounts

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

var (
	auditPages    = sync.OnceValue(func() *web.Page[auditView] { return web.MustPage[auditView](files, "audit.html", "errors.html") })
	auditLinePage = sync.OnceValue(func() *web.Page[auditLineView] { return web.MustPage[auditLineView](files, "auditline.html") })
	checkPage     = sync.OnceValue(func() *web.Page[checkView] { return web.MustPage[checkView](files, "check.html") })
	policyPage    = sync.OnceValue(func() *web.Page[policyView] { return web.MustPage[policyView](files, "security.html", "errors.html") })
	screensPage   = sync.OnceValue(func() *web.Page[screensView] { return web.MustPage[screensView](files, "screens.html", "errors.html") })
	linkPage      = sync.OnceValue(func() *web.Page[linkView] { return web.MustPage[linkView](files, "link.html") })
)

// auditTyped reads the search of the audit from the address.
func auditTyped(q url.Values) (AuditQuery, error) {
	var f fault.Fields
	out := AuditQuery{Account: strings.TrimSpace(q.Get("account")), Deed: q.Get("deed"), Object: strings.TrimSpace(q.Get("object")), Result: q.Get("result")}
	out.From, out.To = formDay(q, "from", &f), formDay(q, "to", &f)
	f.Need(out.From.IsZero() || out.To.IsZero() || !out.To.Before(out.From), "to", "止日 %s 早于起日 %s；请改正", out.To, out.From)
	if text := q.Get("before"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		f.Need(err == nil && n > 0, "", "页码不对；请从审计页面重新查")
		out.Before = n
	}
	return out, f.Err()
}

func (s *Service) getAudit(w http.ResponseWriter, r *http.Request) error {
	a, l := web.ActorOf(r), web.LangOf(r)
	q := r.URL.Query()
	v := auditView{Account: cut(q.Get("account"), 64), Object: cut(q.Get("object"), 64), From: cut(q.Get("from"), 20), To: cut(q.Get("to"), 20),
		Results: resultChoices(l, q.Get("result")), F: faults{}}
	query, err := auditTyped(q)
	status := http.StatusOK
	if err != nil {
		v.F, status, query = faultsOf(err, l), web.Status(err), AuditQuery{}
	}
	if format := q.Get("format"); format != "" && err == nil {
		list, more, err := s.ExportAudit(r.Context(), a, query, format)
		if err != nil {
			return err
		}
		t := auditFile(l, list, s.deedNames())
		if more {
			t.Notes = append(t.Notes, words.T(l, "只含最新的 %d 条；请缩小日期范围分次导出", auditExport))
		}
		if done, err := web.SendTable(w, r, web.T(r, "审计记录"), t); done {
			return err
		}
		return fault.New(fault.Missing, "没有这种文件格式；可用 xlsx、csv、json")
	}
	seen, err := s.AuditDeeds(r.Context(), a)
	if err != nil {
		return err
	}
	list, more, err := s.SearchAudit(r.Context(), a, query, auditPage)
	if err != nil {
		return err
	}
	names := s.deedNames()
	v.Deeds = deedChoices(l, names, seen, q.Get("deed"))
	v.Accounts = s.logins()
	v.Grid, v.Count = web.NewGrid(r, auditTable(l, list, names)), len(list)
	v.XLSX, v.CSV = web.FileLinks(r)
	if query.Before > 0 {
		q.Del("before")
		v.Newest = "/audit?" + q.Encode()
	}
	if more {
		q.Set("before", itoa(list[len(list)-1].No))
		v.Older = "/audit?" + q.Encode()
	}
	return auditPages().RenderStatus(w, r, status, "审计", v)
}

func (s *Service) getAuditLine(w http.ResponseWriter, r *http.Request) error {
	no, err := web.PathNumber(r, "no")
	if err != nil {
		return err
	}
	line, err := s.AuditLineNo(r.Context(), web.ActorOf(r), no)
	if err != nil {
		return err
	}
	return auditLinePage().Render(w, r, "审计记录", newAuditLineView(web.LangOf(r), line, s.deedNames()))
}

func (s *Service) getCheck(w http.ResponseWriter, r *http.Request) error {
	return checkPage().Render(w, r, "校验审计链", checkView{})
}

func (s *Service) postCheck(w http.ResponseWriter, r *http.Request) error {
	c, err := s.CheckAudit(r.Context(), web.ActorOf(r))
	if err != nil {
		return err
	}
	v := checkView{Ran: true, Sound: c.Fault == nil, Lines: c.Lines, Took: c.Took.Round(time.Millisecond).String()}
	if c.Fault != nil {
		v.Fault = fault.Say(c.Fault, web.LangOf(r).Text)
	}
	return checkPage().Render(w, r, "校验审计链", v)
}

func (s *Service) policyView(r *http.Request) (policyView, error) {
	a, l := web.ActorOf(r), web.LangOf(r)
	p, version, err := s.SecurityPolicy(a)
	if err != nil {
		return policyView{}, err
	}
	return policyView{Profiles: profileChoices(l, p.Profile), P: p, Sources: strings.Join(p.AdminAddresses, "\n"), Version: version,
		May: s.may(a, rulePolicy) == nil, Mine: sqldb.ByOf(r.Context()).Address, Default: version == 0, F: faults{}}, nil
}

func (s *Service) getPolicy(w http.ResponseWriter, r *http.Request) error {
	v, err := s.policyView(r)
	if err != nil {
		return err
	}
	// A profile of the address fills the form with its values; nothing is saved by that.
	switch r.URL.Query().Get("profile") {
	case ProfileMLPS:
		v.fill(MLPS(), web.LangOf(r))
	case ProfileASVS:
		v.fill(ASVS(), web.LangOf(r))
	}
	return policyPage().Render(w, r, "安全参数", v)
}

func (v *policyView) fill(p Policy, l words.Lang) {
	p.AdminAddresses = v.P.AdminAddresses
	v.P, v.Profiles = p, profileChoices(l, p.Profile)
}

func (s *Service) postPolicy(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	n := func(field string) int { return int(formNumber(form, field)) }
	p := Policy{Profile: form.Get("profile"), MinLength: n("min_length"), Classes: n("classes"), RotateDays: n("rotate_days"), History: n("history"),
		Failures: n("failures"), AddressFailures: n("from_address"), LockMinutes: n("lock_minutes"), IdleMinutes: n("idle_minutes"), AbsoluteHours: n("total_hours"),
		AdminAddresses: strings.Fields(form.Get("admin_sources"))}
	err = s.SetSecurityPolicy(r.Context(), web.ActorOf(r), p, formNumber(form, "version"))
	if retry(err) {
		v, verr := s.policyView(r)
		if verr != nil {
			return verr
		}
		if v.Version != formNumber(form, "version") {
			stored := v.P
			v.Stored = &stored
		}
		v.P, v.Sources, v.Profiles, v.F = p, form.Get("admin_sources"), profileChoices(web.LangOf(r), p.Profile), faultsOf(err, web.LangOf(r))
		return policyPage().RenderStatus(w, r, web.Status(err), "安全参数", v)
	}
	if err != nil {
		return err
	}
	return web.Done(w, r, "/settings/security", "安全参数已保存，立即生效")
}

func (s *Service) screensView(r *http.Request) (screensView, error) {
	a := web.ActorOf(r)
	list, err := s.ListScreens(r.Context(), a)
	return screensView{Rows: screenRows(list, s.clock()), Pages: "/", Until: s.today().AddDays(365).String(), May: s.may(a, ruleScreens) == nil, F: faults{}}, err
}

func (s *Service) getScreens(w http.ResponseWriter, r *http.Request) error {
	v, err := s.screensView(r)
	if err != nil {
		return err
	}
	return screensPage().Render(w, r, "大屏", v)
}

func (s *Service) postScreen(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	var f fault.Fields
	until := formDay(form, "until", &f)
	name := strings.TrimSpace(form.Get("name"))
	var made Screen
	var token string
	if err = f.Err(); err == nil {
		made, token, err = s.CreateScreen(r.Context(), web.ActorOf(r), name, strings.Fields(form.Get("pages")), until)
	}
	if retry(err) {
		v, verr := s.screensView(r)
		if verr != nil {
			return verr
		}
		v.Name, v.Pages, v.Until, v.F = cut(name, 80), form.Get("pages"), cut(form.Get("until"), 20), faultsOf(err, web.LangOf(r))
		return screensPage().RenderStatus(w, r, web.Status(err), "大屏", v)
	}
	if err != nil {
		return err
	}
	return s.showLink(w, r, made.ID, made.Name, token)
}

func (s *Service) showLink(w http.ResponseWriter, r *http.Request, id int64, name, token string) error {
	scheme := "http"
	if s.secure {
		scheme = "https"
	}
	return linkPage().Render(w, r, "大屏链接", linkView{ID: id, Name: name, Link: scheme + "://" + r.Host + "/screen/enter?token=" + token})
}

func (s *Service) postScreenLink(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	token, err := s.RelinkScreen(r.Context(), web.ActorOf(r), id)
	if err != nil {
		return err
	}
	list, err := s.ListScreens(r.Context(), web.ActorOf(r))
	if err != nil {
		return err
	}
	for _, v := range list {
		if v.ID == id {
			return s.showLink(w, r, id, v.Name, token)
		}
	}
	return fault.New(fault.Missing, "没有编号为 %d 的大屏；请从大屏列表进入", id)
}

func (s *Service) postScreenRevoke(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	if err := s.RevokeScreen(r.Context(), web.ActorOf(r), id); err != nil {
		return err
	}
	return web.Done(w, r, "/settings/screens", "大屏已收回")
}
