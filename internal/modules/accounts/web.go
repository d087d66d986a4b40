package accounts

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
)

// The pages, each proved against its view at first use.
var (
	signInPage = sync.OnceValue(func() *web.Page[signInView] { return web.MustPage[signInView](files, "login.html") })
	ownPage    = sync.OnceValue(func() *web.Page[ownView] { return web.MustPage[ownView](files, "account.html", "errors.html") })
	listPage   = sync.OnceValue(func() *web.Page[listView] { return web.MustPage[listView](files, "list.html") })
	newPage    = sync.OnceValue(func() *web.Page[newView] { return web.MustPage[newView](files, "new.html", "errors.html") })
	secretPage = sync.OnceValue(func() *web.Page[secretView] { return web.MustPage[secretView](files, "secret.html") })
	showPage   = sync.OnceValue(func() *web.Page[showView] {
		return web.MustPage[showView](files, "show.html", "grant.html", "errors.html")
	})
)

// formOf reads a form; a field that comes twice is refused, since it could mean two things to
// two readers (STANDARDS AS-29).
func formOf(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		return nil, fault.Because(err, fault.Invalid, "表单内容读不出来；请返回重填")
	}
	for k, v := range r.PostForm {
		if len(v) > 1 {
			return nil, fault.New(fault.Invalid, "字段 %s 出现了两次；请返回重填", k)
		}
	}
	return r.PostForm, nil
}

// formDay reads a day from a form; empty is 0.
func formDay(v url.Values, field string, f *fault.Fields) period.Day {
	text := strings.TrimSpace(v.Get(field))
	if text == "" {
		return 0
	}
	d, err := period.ParseDay(text)
	f.Need(err == nil, field, "日期 %s 写法不对；请写成 2018-05-10 的样子", text)
	return d
}

func formNumber(v url.Values, field string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(v.Get(field)), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// retry tells whether an error is one that the same form shows again.
func retry(err error) bool {
	k := fault.KindOf(err)
	return k == fault.Invalid || k == fault.Conflict
}

// signedIn gives who asks on pages that need a log-in and no right.
func signedIn(r *http.Request) (perm.Actor, error) {
	s := web.SessionOf(r)
	if s.Actor.Account == 0 || s.Screen {
		return perm.Actor{}, fault.New(fault.SignedOut, "您没有登录，或登录已经结束；请重新登录")
	}
	return s.Actor, nil
}

// next gives where to go after signing in; pages about signing in itself would go in a circle.
func next(path string) string {
	path = web.LocalPath(path)
	if p, _, _ := strings.Cut(path, "?"); p == "/login" || p == "/logout" {
		return "/"
	}
	return path
}

func (s *Service) getLogin(w http.ResponseWriter, r *http.Request) error {
	to := next(r.URL.Query().Get("next"))
	if web.SessionOf(r).Actor.Account != 0 {
		return web.Redirect(w, r, to)
	}
	return signInPage().Render(w, r, "登录", signInView{Next: to, F: faults{}})
}

func (s *Service) postLogin(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	earlier, _ := cookieValue(r, s.CookieName())
	to := next(form.Get("next"))
	in, err := s.LogIn(r.Context(), SignIn{Login: form.Get("login"), Password: form.Get("password"), Agent: r.UserAgent(), Earlier: earlier})
	if isSignedOut(err) {
		v := signInView{Next: to, Login: cut(form.Get("login"), 64), F: faultsOf(err, web.LangOf(r))}
		return signInPage().RenderStatus(w, r, http.StatusUnauthorized, "登录", v)
	}
	if err != nil {
		return err
	}
	s.setCookie(w, s.CookieName(), in.Token, 0)
	if in.MustChange {
		to = "/account"
	}
	return web.Redirect(w, r, to)
}

// setCookie sets a cookie for the life of the browser, or for some seconds; less than 0 takes
// it away.
func (s *Service) setCookie(w http.ResponseWriter, name, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode})
}

func (s *Service) postLogout(w http.ResponseWriter, r *http.Request) error {
	token, err := cookieValue(r, s.CookieName())
	if a := web.ActorOf(r); err == nil && a.Account != 0 {
		if err := s.LogOut(r.Context(), a, token); err != nil && !isSignedOut(err) {
			return err
		}
	}
	s.setCookie(w, s.CookieName(), "", -1)
	w.Header().Set("Clear-Site-Data", `"cache"`)
	return web.Redirect(w, r, "/login")
}

func (s *Service) getScreenEnter(w http.ResponseWriter, r *http.Request) error {
	v, token, err := s.EnterScreen(r.Context(), r.URL.Query().Get("token"))
	if err != nil {
		return screenRefused(err)
	}
	s.setCookie(w, s.screenCookie(), token, min(400, s.today().DaysUntil(v.Until)+1)*86400)
	to := "/"
	for _, p := range v.Pages {
		if base, below := strings.CutSuffix(p, "/*"); !below || to == "/" {
			to = base
			if !below {
				break
			}
		}
	}
	return web.Redirect(w, r, to+"?screen=1")
}

// screenRefused says why a link does not work instead of leading to the log-in page.
func screenRefused(err error) error {
	if isSignedOut(err) {
		return fault.Because(err, fault.Missing, "这个大屏链接已经用过或失效；请让管理员重新生成链接")
	}
	return err
}

func (s *Service) getOwn(w http.ResponseWriter, r *http.Request) error {
	return s.showOwn(w, r, http.StatusOK, faults{})
}

func (s *Service) showOwn(w http.ResponseWriter, r *http.Request, status int, f faults) error {
	a, err := signedIn(r)
	if err != nil {
		return err
	}
	d, err := s.Own(r.Context(), a)
	if err != nil {
		return err
	}
	v := newOwnView(d, s.currentPolicy(), web.SessionOf(r).MustChange, s.clock(), s.thisLogin(r), a.Tree, web.LangOf(r))
	v.F = f
	return ownPage().RenderStatus(w, r, status, "我的账号", v)
}

// thisLogin gives the number of the log-in that asks.
func (s *Service) thisLogin(r *http.Request) int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if l := s.sessions[web.SessionOf(r).ID]; l != nil {
		return l.id
	}
	return 0
}

func (s *Service) postPassword(w http.ResponseWriter, r *http.Request) error {
	a, err := signedIn(r)
	if err != nil {
		return err
	}
	form, err := formOf(r)
	if err != nil {
		return err
	}
	if form.Get("new") != form.Get("again") {
		var f fault.Fields
		f.Need(false, "again", "两次输入的新口令不一样；请重新输入")
		return s.showOwn(w, r, http.StatusUnprocessableEntity, faultsOf(f.Err(), web.LangOf(r)))
	}
	token, err := s.ChangePassword(r.Context(), a, form.Get("present"), form.Get("new"), r.UserAgent())
	if err != nil {
		if retry(err) || isSignedOut(err) {
			return s.showOwn(w, r, http.StatusUnprocessableEntity, faultsOf(err, web.LangOf(r)))
		}
		return err
	}
	s.setCookie(w, s.CookieName(), token, 0)
	return web.Done(w, r, "/account", "口令已更换；您在别处的登录都已结束")
}

func (s *Service) postEndLogin(w http.ResponseWriter, r *http.Request) error {
	a, err := signedIn(r)
	if err != nil {
		return err
	}
	id, err := web.PathNumber(r, "login")
	if err != nil {
		return err
	}
	if err := s.EndLogin(r.Context(), a, id); err != nil {
		return err
	}
	return web.Done(w, r, "/account", "这次登录已结束")
}

func (s *Service) getAccounts(w http.ResponseWriter, r *http.Request) error {
	a, l := web.ActorOf(r), web.LangOf(r)
	list, err := s.ListAccounts(r.Context(), a)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	v := listView{Filter: listFilter{Text: cut(q.Get("q"), 64), State: q.Get("state")}, All: len(list), MayEdit: s.may(a, ruleEdit) == nil}
	v.States = stateChoices(l, v.Filter.State)
	var kept []Listed
	for _, x := range list {
		if v.Filter.keeps(x, x.titles(l, a.Tree), s.clock()) {
			kept = append(kept, x)
		}
	}
	t := accountTable(l, kept, s.clock(), a.Tree)
	if done, err := web.SendTable(w, r, web.T(r, "账号"), t); done {
		return err
	}
	locked, err := s.LockedAddresses(r.Context(), a)
	if err != nil {
		return err
	}
	for _, x := range locked {
		v.Locked = append(v.Locked, lockedRow{Address: x.Address, Until: instant(x.Until)})
	}
	v.Grid, v.Count = web.NewGrid(r, t), len(kept)
	v.XLSX, v.CSV = web.FileLinks(r)
	return listPage().Render(w, r, "账号", v)
}

func (s *Service) getNew(w http.ResponseWriter, r *http.Request) error {
	return newPage().Render(w, r, "建立账号", newView{F: faults{}})
}

func (s *Service) postNew(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	v := newView{Login: cut(form.Get("login"), 64), Name: cut(form.Get("name"), 80), Until: cut(form.Get("until"), 20)}
	in := NewAccount{Login: form.Get("login"), Name: strings.TrimSpace(form.Get("name"))}
	var f fault.Fields
	in.Until = formDay(form, "until", &f)
	var made Account
	var secret string
	if err = f.Err(); err == nil {
		made, secret, err = s.CreateAccount(r.Context(), web.ActorOf(r), in)
	}
	if retry(err) {
		v.F = faultsOf(err, web.LangOf(r))
		return newPage().RenderStatus(w, r, web.Status(err), "建立账号", v)
	}
	if err != nil {
		return err
	}
	return s.showSecret(w, r, made, secret, false)
}

// showSecret answers the request itself: a redirect would have to carry the secret.
func (s *Service) showSecret(w http.ResponseWriter, r *http.Request, a Account, secret string, again bool) error {
	v := secretView{Account: a.ID, Login: a.Login, Name: a.Name, Secret: secret, Until: instant(s.clock().Add(oneTimeLasts)), Again: again}
	return secretPage().Render(w, r, "一次性口令", v)
}

func (s *Service) getAccount(w http.ResponseWriter, r *http.Request) error {
	v, err := s.showOf(r)
	if err != nil {
		return err
	}
	return showPage().Render(w, r, "账号", v)
}

// showOf builds the page of the account in the path.
func (s *Service) showOf(r *http.Request) (showView, error) {
	a := web.ActorOf(r)
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return showView{}, err
	}
	d, err := s.ShowAccount(r.Context(), a, ID(id))
	if err != nil {
		return showView{}, err
	}
	v := newShowView(d, s.currentPolicy(), s.clock(), a.Tree, web.LangOf(r))
	v.MayEdit, v.MayGrant, v.Self = s.may(a, ruleEdit) == nil, s.may(a, ruleGrant) == nil, a.Account == id
	return v, nil
}

func (s *Service) postAccount(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	form, err := formOf(r)
	if err != nil {
		return err
	}
	var f fault.Fields
	name, until := strings.TrimSpace(form.Get("name")), formDay(form, "until", &f)
	if err = f.Err(); err == nil {
		err = s.EditAccount(r.Context(), web.ActorOf(r), ID(id), name, until, formNumber(form, "version"))
	}
	if retry(err) {
		v, verr := s.showOf(r)
		if verr != nil {
			return verr
		}
		if v.Version != formNumber(form, "version") {
			v.Stored = &storedPerson{Name: v.Name, Until: v.Until}
		}
		v.Name, v.Until, v.F = cut(form.Get("name"), 80), cut(form.Get("until"), 20), faultsOf(err, web.LangOf(r))
		return showPage().RenderStatus(w, r, web.Status(err), "账号", v)
	}
	if err != nil {
		return err
	}
	return web.Done(w, r, r.URL.Path, "已保存")
}

// loginOf gives the log-in name of the account in the path, and the path of its page.
func (s *Service) loginOf(r *http.Request) (Account, string, error) {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return Account{}, "", err
	}
	var a Account
	err = s.db.View(r.Context(), func(tx *sqldb.Tx) (err error) {
		a, err = account(tx, ID(id))
		return err
	})
	return a, "/accounts/" + itoa(id), err
}

func (s *Service) postReset(w http.ResponseWriter, r *http.Request) error {
	a, _, err := s.loginOf(r)
	if err != nil {
		return err
	}
	secret, err := s.ResetPassword(r.Context(), web.ActorOf(r), a.Login)
	if err != nil {
		return err
	}
	return s.showSecret(w, r, a, secret, true)
}

func (s *Service) postDisable(w http.ResponseWriter, r *http.Request) error {
	a, page, err := s.loginOf(r)
	if err != nil {
		return err
	}
	if err := s.Disable(r.Context(), web.ActorOf(r), a.Login); err != nil {
		return err
	}
	return web.Done(w, r, page, "账号 %s 已停用，登录已全部结束", a.Login)
}

func (s *Service) postEnable(w http.ResponseWriter, r *http.Request) error {
	a, page, err := s.loginOf(r)
	if err != nil {
		return err
	}
	if err := s.Enable(r.Context(), web.ActorOf(r), a.Login); err != nil {
		return err
	}
	return web.Done(w, r, page, "账号 %s 已恢复使用", a.Login)
}

func (s *Service) postUnlock(w http.ResponseWriter, r *http.Request) error {
	a, page, err := s.loginOf(r)
	if err != nil {
		return err
	}
	if err := s.Unlock(r.Context(), web.ActorOf(r), a.Login); err != nil {
		return err
	}
	return web.Done(w, r, page, "账号 %s 已解除锁定", a.Login)
}

func (s *Service) postUnlockAddress(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	if err := s.UnlockAddress(r.Context(), web.ActorOf(r), form.Get("address")); err != nil {
		return err
	}
	return web.Done(w, r, "/accounts", "地址 %s 已解除锁定", form.Get("address"))
}

func (s *Service) postEndLogins(w http.ResponseWriter, r *http.Request) error {
	a, page, err := s.loginOf(r)
	if err != nil {
		return err
	}
	n, err := s.EndLogins(r.Context(), web.ActorOf(r), a.Login)
	if err != nil {
		return err
	}
	return web.Done(w, r, page, "已结束 %d 次登录", n)
}
