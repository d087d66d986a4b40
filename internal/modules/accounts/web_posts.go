package accounts

import (
	"net/http"
	"net/url"
	"strings"
	"sync"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
)

var (
	postsPage = sync.OnceValue(func() *web.Page[postsView] {
		return web.MustPage[postsView](files, "posts.html", "grant.html", "errors.html")
	})
	endPostPage = sync.OnceValue(func() *web.Page[endPostView] { return web.MustPage[endPostView](files, "endpost.html") })
	rolesPage   = sync.OnceValue(func() *web.Page[rolesView] { return web.MustPage[rolesView](files, "roles.html") })
	rightsPage  = sync.OnceValue(func() *web.Page[rightsView] { return web.MustPage[rightsView](files, "rights.html") })
)

// grantTyped reads the form of a post; all faults of the fields come at once.
func (s *Service) grantTyped(r *http.Request, form url.Values) (Grant, grantView, error) {
	a, l := web.ActorOf(r), web.LangOf(r)
	v := newGrantView(l, a.Tree, s.today())
	v.Unit, v.Title, v.From, v.To = cut(form.Get("unit"), 80), cut(form.Get("title"), 80), cut(form.Get("from"), 20), cut(form.Get("to"), 20)
	v.StandIn = form.Get("stand_in") != ""
	v.Roles = roleChoices(l, form.Get("role"))
	var f fault.Fields
	g := Grant{Role: perm.Role(form.Get("role")), Title: strings.TrimSpace(form.Get("title")), StandIn: v.StandIn}
	g.From, g.To = formDay(form, "from", &f), formDay(form, "to", &f)
	unit, err := unitTyped(form.Get("unit"), s.units.Register(), s.today())
	if err != nil {
		f.Need(false, "unit", "%s", err)
	}
	g.Unit = unit
	return g, v, f.Err()
}

func (s *Service) postGrant(w http.ResponseWriter, r *http.Request) error {
	if err := s.may(web.ActorOf(r), ruleGrant); err != nil {
		return err
	}
	acc, page, err := s.loginOf(r)
	if err != nil {
		return err
	}
	form, err := formOf(r)
	if err != nil {
		return err
	}
	g, typed, err := s.grantTyped(r, form)
	g.Login = acc.Login
	var h Holding
	if err == nil {
		h, err = s.GrantPost(r.Context(), web.ActorOf(r), g)
	}
	if retry(err) {
		v, verr := s.showOf(r)
		if verr != nil {
			return verr
		}
		v.Grant = typed
		v.Grant.F = faultsOf(err, web.LangOf(r))
		return showPage().RenderStatus(w, r, web.Status(err), "账号", v)
	}
	if err != nil {
		return err
	}
	return web.Done(w, r, page, "已授予 %s", h.Post.NameIn(s.units.Today(), web.LangOf(r).Text))
}

func (s *Service) postEndHolding(w http.ResponseWriter, r *http.Request) error {
	if err := s.may(web.ActorOf(r), ruleGrant); err != nil {
		return err
	}
	_, page, err := s.loginOf(r)
	if err != nil {
		return err
	}
	id, err := web.PathNumber(r, "holding")
	if err != nil {
		return err
	}
	form, err := formOf(r)
	if err != nil {
		return err
	}
	var f fault.Fields
	last := formDay(form, "last", &f)
	if form.Get("now") != "" {
		last = s.today().AddDays(-1)
	}
	f.Need(!last.IsZero(), "last", "请填写任职的最后一天")
	if err := f.Err(); err != nil {
		return err
	}
	if err := s.EndHolding(r.Context(), web.ActorOf(r), id, last, formNumber(form, "version")); err != nil {
		return err
	}
	return web.Done(w, r, page, "任职已结束或定下最后一天")
}

func (s *Service) getPosts(w http.ResponseWriter, r *http.Request) error {
	return s.showPosts(w, r, http.StatusOK, nil)
}

func (s *Service) showPosts(w http.ResponseWriter, r *http.Request, status int, typed *grantView) error {
	a, l := web.ActorOf(r), web.LangOf(r)
	list, err := s.ListPosts(r.Context(), a)
	if err != nil {
		return err
	}
	v := postsView{MayGrant: s.may(a, ruleGrant) == nil, Grant: newGrantView(l, a.Tree, s.today())}
	if typed != nil {
		v.Grant = *typed
	}
	t := postTable(l, list, s.today(), a.Tree, v.MayGrant)
	if done, err := web.SendTable(w, r, web.T(r, "岗位"), t); done {
		return err
	}
	v.Grid = web.NewGrid(r, t)
	v.XLSX, v.CSV = web.FileLinks(r)
	return postsPage().RenderStatus(w, r, status, "岗位", v)
}

func (s *Service) postPost(w http.ResponseWriter, r *http.Request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	g, typed, err := s.grantTyped(r, form)
	var p Post
	if err == nil {
		p, err = s.CreatePost(r.Context(), web.ActorOf(r), g.Role, g.Unit, g.Title)
	}
	if retry(err) {
		typed.F = faultsOf(err, web.LangOf(r))
		return s.showPosts(w, r, web.Status(err), &typed)
	}
	if err != nil {
		return err
	}
	return web.Done(w, r, "/posts", "已设岗位 %s", p.NameIn(s.units.Today(), web.LangOf(r).Text))
}

func (s *Service) getEndPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	a := web.ActorOf(r)
	if err := s.may(a, ruleGrant); err != nil {
		return err
	}
	list, err := s.ListPosts(r.Context(), a)
	if err != nil {
		return err
	}
	for _, p := range list {
		if p.ID == id {
			return endPostPage().Render(w, r, "停用岗位", endPostView{ID: id, Version: p.Version, Title: p.NameIn(a.Tree, web.LangOf(r).Text), Holders: p.Holders})
		}
	}
	return fault.New(fault.Missing, "没有编号为 %d 的岗位；请从岗位列表进入", id)
}

func (s *Service) postEndPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathNumber(r, "id")
	if err != nil {
		return err
	}
	form, err := formOf(r)
	if err != nil {
		return err
	}
	if err := s.EndPost(r.Context(), web.ActorOf(r), id, formNumber(form, "version")); err != nil {
		return err
	}
	return web.Done(w, r, "/posts", "岗位已停用")
}

func (s *Service) getRoles(w http.ResponseWriter, r *http.Request) error {
	l := web.LangOf(r)
	t := roleTable(l, s.allRules())
	if done, err := web.SendTable(w, r, web.T(r, "角色与权限"), t); done {
		return err
	}
	v := rolesView{Grid: web.NewGrid(r, t), SecAdmin: s.secAdminExists()}
	for _, role := range perm.Roles() {
		v.Roles = append(v.Roles, roleDuty{Label: l.Text(role.Label()), Duty: l.Text(role.Duty())})
	}
	v.XLSX, v.CSV = web.FileLinks(r)
	return rolesPage().Render(w, r, "角色与权限", v)
}

func (s *Service) getRights(w http.ResponseWriter, r *http.Request) error {
	if err := s.may(web.ActorOf(r), ruleView); err != nil {
		return err
	}
	a, _, err := s.loginOf(r)
	if err != nil {
		return err
	}
	return s.showRights(w, r, a, false)
}

func (s *Service) getOwnRights(w http.ResponseWriter, r *http.Request) error {
	actor, err := signedIn(r)
	if err != nil {
		return err
	}
	var a Account
	err = s.db.View(r.Context(), func(tx *sqldb.Tx) (err error) {
		a, err = account(tx, ID(actor.Account))
		return err
	})
	if err != nil {
		return err
	}
	return s.showRights(w, r, a, true)
}

func (s *Service) showRights(w http.ResponseWriter, r *http.Request, a Account, own bool) error {
	l := web.LangOf(r)
	p, err := s.person(r.Context(), a.ID)
	if err != nil {
		return err
	}
	if p == nil {
		return fault.New(fault.Unavailable, "账号 %s 刚刚建立，还没有读入；请稍后再试", a.Login)
	}
	actor := s.actorOf(p, s.today())
	list := Rights(actor, s.allRules())
	t := rightsTable(l, list, actor.Tree)
	if done, err := web.SendTable(w, r, web.T(r, "权限")+" "+a.Login, t); done {
		return err
	}
	v := rightsView{ID: a.ID, Login: a.Login, Name: a.Name, Own: own, Grid: web.NewGrid(r, t), Can: countCan(list), All: len(list)}
	for _, x := range actor.Posts {
		v.Posts = append(v.Posts, titleIn(l, x, actor.Tree))
	}
	switch {
	case !a.Active:
		v.Unusable = "账号已停用，现在什么也不能做；下面是恢复后的权限"
	case !a.Usable(s.today()):
		v.Unusable = "账号已到期，现在什么也不能做；下面是延期后的权限"
	}
	v.XLSX, v.CSV = web.FileLinks(r)
	return rightsPage().Render(w, r, "此人能看什么、能做什么、为什么", v)
}
