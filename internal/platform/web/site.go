package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"sort"
	"strings"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/words"
)

// Options are the settings of a site.
type Options struct {
	DB       *sqldb.DB
	Identity Identity
	Modules  []Module
	Clock    func() time.Time
	Log      *slog.Logger
	Title    string // Chinese name of the office shown on every page
	TitleEN  string
	Banner   string // Chinese sentence shown on every page, "演示数据 …"; may be empty
	Version  string
	// Secure says that people reach the site by https, directly or through the proxy.
	Secure bool
	// Proxies may set X-Forwarded-For; from anybody else the header is ignored (STANDARDS AS-15).
	Proxies []netip.Prefix
	// SignIn is the path of the log-in page, Change that of the password page.
	SignIn, Change string
	// Bell gives how many messages the reader of a page has not read, and the path where they are;
	// "" for readers without messages. It is asked on every page and must answer from memory; what it
	// answers may change only with a change number, since unchanged pages are not sent again. It may
	// be nil.
	Bell func(r *http.Request) (count int, path string)
}

// A Site answers requests for all modules.
type Site struct {
	opt     Options
	mux     *http.ServeMux
	routes  []Route
	menu    []MenuItem
	csrf    *http.CrossOriginProtection
	seed    maphash.Seed
	started int64
	frames  frames
}

// NewSite builds the site; two routes with the same pattern stop the program.
func NewSite(opt Options) *Site {
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	s := &Site{opt: opt, mux: http.NewServeMux(), csrf: http.NewCrossOriginProtection(), seed: maphash.MakeSeed(), started: opt.Clock().UnixNano()}
	for _, m := range opt.Modules {
		s.routes = append(s.routes, m.Routes...)
		s.menu = append(s.menu, m.Menu...)
	}
	sort.SliceStable(s.menu, func(i, j int) bool { return s.menu[i].Order < s.menu[j].Order })
	for _, r := range s.routes {
		s.mux.Handle(r.Pattern, s.serve(r))
	}
	s.mux.Handle("GET /static/", staticFiles())
	s.mux.Handle("POST /lang", s.serve(Route{Public: true, Handle: s.setLang}))
	s.mux.Handle("GET /healthz", s.serve(Route{Public: true, Handle: s.health}))
	s.mux.Handle("/", s.serve(Route{Public: true, Handle: func(http.ResponseWriter, *http.Request) error {
		return fault.New(fault.Missing, "没有这个页面；请从菜单进入，或检查地址")
	}}))
	return s
}

// Routes lists all routes with their rules, for the pages and tests about rights.
func (s *Site) Routes() []Route { return s.routes }

// Rules lists the rules of all modules.
func (s *Site) Rules() []perm.Rule {
	var out []perm.Rule
	for _, m := range s.opt.Modules {
		out = append(out, m.Rules...)
	}
	return out
}

// Titles gives the Chinese names of the modules by their codes, as far as they have one.
func (s *Site) Titles() map[string]string {
	out := map[string]string{}
	for _, m := range s.opt.Modules {
		if m.Title != "" {
			out[m.Name] = m.Title
		}
	}
	return out
}

// Deeds gives the Chinese words of the deeds that the modules write into the audit.
func (s *Site) Deeds() map[string]string {
	out := map[string]string{}
	for _, m := range s.opt.Modules {
		maps.Copy(out, m.Deeds)
	}
	return out
}

// ServeHTTP answers a request.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := requestID()
	h := w.Header()
	h.Set("X-Request-Id", id)
	s.headers(h)
	lang := words.Chinese
	if c, err := r.Cookie("lang"); err == nil {
		lang = words.ParseLang(c.Value)
	}
	ctx := context.WithValue(r.Context(), keyRequest, id)
	ctx = context.WithValue(ctx, keyLang, lang)
	ctx = context.WithValue(ctx, keySite, s)
	ctx = context.WithValue(ctx, keyParts, &parts{})
	r = r.WithContext(ctx)
	if err := s.csrf.Check(r); err != nil {
		s.fail(w, r, fault.Because(err, fault.Forbidden, "请求来自别的网站，已拒绝；请从本系统的页面操作"))
		return
	}
	s.mux.ServeHTTP(w, r)
}

// headers are the contract of STANDARDS AS-10..12, on every answer.
func (s *Site) headers(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if s.opt.Secure {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
}

// serve wraps a route's handler: who asks, may they, has anything changed, and what if it fails.
func (s *Site) serve(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				s.opt.Log.Error("panic in a handler", "request", RequestID(r), "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
				s.fail(w, r, fault.New(fault.Internal, fault.Neutral))
			}
		}()
		max := route.MaxBody
		if max == 0 {
			max = 1 << 20
		}
		r.Body = http.MaxBytesReader(w, r.Body, max)
		session, err := s.opt.Identity.Identify(r)
		if err != nil && (!route.Public || fault.KindOf(err) != fault.SignedOut) {
			s.fail(w, r, err)
			return
		}
		a := session.Actor
		by := sqldb.By{Account: a.Login, Name: a.Name, Post: a.PostTitle(), Address: s.ClientAddress(r), Request: RequestID(r)}
		ctx := context.WithValue(r.Context(), keySession, session)
		r = r.WithContext(sqldb.WithBy(ctx, by))
		if !route.Public {
			if session.MustChange && r.URL.Path != s.opt.Change && r.URL.Path != "/logout" {
				http.Redirect(w, r, s.opt.Change, http.StatusSeeOther)
				return
			}
			if !a.Can(route.Rule) {
				if r.URL.Path == "/" && r.Method == http.MethodGet {
					// Not every post has the front page; it starts where its menu does.
					http.Redirect(w, r, s.start(a), http.StatusSeeOther)
					return
				}
				_, err := a.Why(route.Rule, perm.On{})
				s.refused(r, route, err)
				s.fail(w, r, err)
				return
			}
		}
		if route.Static && r.Method == http.MethodGet && s.unchanged(w, r, session) {
			return
		}
		if err := route.Handle(w, r); err != nil {
			if fault.KindOf(err) == fault.Forbidden {
				s.refused(r, route, err)
			}
			s.fail(w, r, err)
		}
	})
}

// MayOpen tells whether the person of a request could open a page of this site, so that no page
// leads where its reader would be refused.
func MayOpen(r *http.Request, path string) bool {
	u, err := url.Parse(path)
	if err != nil {
		return false
	}
	s := siteOf(r)
	_, pattern := s.mux.Handler(&http.Request{Method: http.MethodGet, URL: u, Host: r.Host})
	for _, route := range s.routes {
		if route.Pattern == pattern {
			return route.Public || ActorOf(r).Can(route.Rule)
		}
	}
	return false
}

// start gives the page where somebody without the front page begins: the one of the own duty, else
// the first of the menu, else the page of the own account.
func (s *Site) start(a perm.Actor) string {
	path, rank := s.opt.Change, -1
	for _, m := range s.menu {
		if m.Path != "/" && m.Start > rank && a.Can(m.Rule) {
			path, rank = m.Path, m.Start
		}
	}
	return path
}

// unchanged answers 304 when the reader already has this page as of the present data. The tag
// holds everything a page may depend on: address, language, reader and posts, day, data, program.
// While a change is being applied there is no tag: such a page may be part old and part new.
func (s *Site) unchanged(w http.ResponseWriter, r *http.Request, session Session) bool {
	if _, err := r.Cookie(flashCookie); err == nil {
		return false
	}
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Set("Vary", "Cookie")
	seq, settled := s.opt.DB.Settled()
	if !settled {
		return false
	}
	var h maphash.Hash
	h.SetSeed(s.seed)
	h.WriteString(r.URL.RequestURI())
	h.WriteByte(0)
	h.WriteString(session.ID)
	h.WriteString(string(LangOf(r)))
	for _, p := range session.Actor.Posts {
		maphash.WriteComparable(&h, p.ID)
	}
	maphash.WriteComparable(&h, period.DayOf(s.opt.Clock()))
	maphash.WriteComparable(&h, seq)
	tag := `"` + hex.EncodeToString(h.Sum(nil)) + `"`
	w.Header().Set("Etag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return true
	}
	return false
}

// refused puts a refusal into the audit; a failing audit is logged, the answer is a refusal anyway.
func (s *Site) refused(r *http.Request, route Route, cause error) {
	err := s.opt.DB.InTx(r.Context(), func(tx *sqldb.Tx) error {
		tx.AuditRefused(route.Rule.Deed, r.Method+" "+r.URL.Path, fault.Say(cause, nil))
		return nil
	})
	if err != nil {
		s.opt.Log.Error("a refusal could not be audited", "error", err)
	}
}

// fail shows an error: a page for people, a line for scripts.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return
	}
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) {
		err = fault.Because(err, fault.TooLarge, "上传的内容超过 %d MB 的上限；请拆分或压缩图片后再传", tooBig.Limit>>20)
	}
	kind := fault.KindOf(err)
	if kind == fault.Internal || kind == fault.Unavailable {
		s.opt.Log.Error("request failed", "request", RequestID(r), "method", r.Method, "path", r.URL.Path, "error", err)
	}
	lang := LangOf(r)
	say := fault.Say(err, lang.Text)
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Del("Etag")
	if wantsJSON(r) {
		WriteJSON(w, statusOf[kind], map[string]any{"error": say, "request": RequestID(r)})
		return
	}
	if kind == fault.SignedOut && s.opt.SignIn != "" && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		http.Redirect(w, r, s.opt.SignIn+"?next="+queryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	v := errorView{Status: statusOf[kind], Say: say, Request: RequestID(r), SignIn: kind == fault.SignedOut}
	var list fault.Findings
	if errors.As(err, &list) && len(list) > 1 {
		for _, f := range list {
			v.List = append(v.List, f.Say(lang.Text))
		}
	}
	if rerr := errorPage().RenderStatus(w, r, statusOf[kind], "出错了", v); rerr != nil {
		s.opt.Log.Error("the error page failed", "error", rerr)
		http.Error(w, say, statusOf[kind])
	}
}

func wantsJSON(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/api/") || strings.Contains(r.Header.Get("Accept"), "application/json")
}

// ClientAddress gives the address of the person's machine: the peer's, or what a trusted proxy says.
func (s *Site) ClientAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	peer, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	trusted := func(a netip.Addr) bool {
		for _, p := range s.opt.Proxies {
			if p.Contains(a.Unmap()) {
				return true
			}
		}
		return false
	}
	if !trusted(peer) {
		return host
	}
	list := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(list) - 1; i >= 0; i-- {
		a, err := netip.ParseAddr(strings.TrimSpace(list[i]))
		if err != nil {
			break
		}
		if host = a.String(); !trusted(a) {
			break
		}
	}
	return host
}

func (s *Site) setLang(w http.ResponseWriter, r *http.Request) error {
	http.SetCookie(w, &http.Cookie{Name: "lang", Value: string(words.ParseLang(r.FormValue("lang"))), Path: "/", MaxAge: 400 * 86400,
		HttpOnly: true, Secure: s.opt.Secure, SameSite: http.SameSiteLaxMode})
	return Redirect(w, r, r.FormValue("back"))
}

func (s *Site) health(w http.ResponseWriter, r *http.Request) error {
	if err := s.opt.DB.Ping(r.Context()); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := fmt.Fprintln(w, "ok")
	return err
}

func requestID() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
