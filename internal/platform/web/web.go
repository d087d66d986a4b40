// Package web is the kit for pages: routes with their rules, who is signed in, typed pages,
// error pages, security headers, and answers that are not sent again when nothing changed.
// It knows no county words; modules bring those.
package web

import (
	"context"
	"io/fs"
	"net/http"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/words"
)

// A Module is one part of the work, as data: what it shows, what it keeps, what it does.
type Module struct {
	Name     string
	Files    fs.FS // migrations/*.sql of the module; may be nil
	Menu     []MenuItem
	Routes   []Route
	Rules    []perm.Rule
	OnChange sqldb.Applier                   // keeps what the module holds in memory up to date; may be nil
	Load     func(ctx context.Context) error // reads what the module holds in memory; may be nil
	Jobs     []Job
	Title    string            // Chinese name of the part, for pages that list what was done
	Deeds    map[string]string // deeds that the module writes into the audit, with their Chinese words
}

// A MenuItem leads to a page; it is shown to those who can do its rule.
type MenuItem struct {
	Group string // Chinese heading it stands under
	Label string // Chinese
	Path  string
	Rule  perm.Rule
	Order int // over all modules
	Start int // above 0: posts without the front page begin here, at the highest they can open
}

// A Route is one address. Every route has a rule; only routes marked Public answer strangers.
type Route struct {
	Pattern string // "GET /indicators/{code}"
	Rule    perm.Rule
	Public  bool
	Handle  Handler
	// Static says that the answer depends only on the address, the reader and the data, so an
	// unchanged page is answered with 304. Never set it where personal data are shown.
	Static bool
	// MaxBody is the largest request body in bytes; 0 means 1 MiB.
	MaxBody int64
}

// A Job runs again and again in the background of a server.
type Job struct {
	Name  string
	Every time.Duration
	Run   func(ctx context.Context) error
}

// A Handler does four things: decode, call the service, build the view, render. It returns
// errors; the kit knows how to show them.
type Handler func(w http.ResponseWriter, r *http.Request) error

// A Session is what the kit needs to know about who is signed in.
type Session struct {
	ID         string // hash of the token
	Actor      perm.Actor
	MustChange bool // the password must be changed before anything else
	Screen     bool // a read-only screen token: chosen pages without personal data
}

// Identity finds the session of a request; signed-out requests give fault.SignedOut.
type Identity interface {
	Identify(r *http.Request) (Session, error)
}

type ctxKey int

const (
	keySession ctxKey = iota
	keyLang
	keyRequest
	keySite
	keyParts
)

// SessionOf gives the session of a request; the zero Session for strangers.
func SessionOf(r *http.Request) Session {
	s, _ := r.Context().Value(keySession).(Session)
	return s
}

// ActorOf gives who asks.
func ActorOf(r *http.Request) perm.Actor { return SessionOf(r).Actor }

// LangOf gives the language of a request.
func LangOf(r *http.Request) words.Lang {
	l, _ := r.Context().Value(keyLang).(words.Lang)
	if l == "" {
		return words.Chinese
	}
	return l
}

// RequestID gives the id under which the request is logged.
func RequestID(r *http.Request) string {
	s, _ := r.Context().Value(keyRequest).(string)
	return s
}

// T translates into the language of the request.
func T(r *http.Request, chinese string, args ...any) string {
	return words.T(LangOf(r), chinese, args...)
}

var statusOf = map[fault.Kind]int{
	fault.Invalid:     http.StatusUnprocessableEntity,
	fault.Missing:     http.StatusNotFound,
	fault.Conflict:    http.StatusConflict,
	fault.Forbidden:   http.StatusForbidden,
	fault.SignedOut:   http.StatusUnauthorized,
	fault.TooLarge:    http.StatusRequestEntityTooLarge,
	fault.Unavailable: http.StatusServiceUnavailable,
	fault.Internal:    http.StatusInternalServerError,
}

// Status gives the HTTP status of an error.
func Status(err error) int { return statusOf[fault.KindOf(err)] }

// WithSession gives a request as if it came in a session, for tests of handlers.
func WithSession(r *http.Request, s Session) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), keySession, s))
}
