package web

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"kaiyang/internal/platform/words"
)

const flashCookie = "flash"

// Redirect leads to a page of this site after a deed; anything that is not a local path leads
// to the front page (STANDARDS AS-14).
func Redirect(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, LocalPath(path), http.StatusSeeOther)
	return nil
}

// LocalPath gives path if it is an absolute path of this site, else "/".
func LocalPath(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") ||
		strings.ContainsAny(path, "\\\r\n\t") {
		return "/"
	}
	return path
}

// Done leads to a page and shows there once that the deed is done; the Chinese sentence is
// translated, the arguments are put in.
func Done(w http.ResponseWriter, r *http.Request, path, chinese string, args ...any) error {
	text := words.T(LangOf(r), chinese, args...)
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Value: base64.RawURLEncoding.EncodeToString([]byte(text)), Path: "/", MaxAge: 60,
		HttpOnly: true, Secure: siteOf(r).opt.Secure, SameSite: http.SameSiteLaxMode})
	return Redirect(w, r, path)
}

// takeFlash reads the message left by Done and forgets it.
func takeFlash(w http.ResponseWriter, r *http.Request) string {
	c, err := r.Cookie(flashCookie)
	if err != nil {
		return ""
	}
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Path: "/", MaxAge: -1, HttpOnly: true, Secure: siteOf(r).opt.Secure, SameSite: http.SameSiteLaxMode})
	b, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || len(b) > 1000 {
		return ""
	}
	return string(b)
}

// WriteJSON answers with JSON.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, err = w.Write(append(b, '\n'))
	return err
}

// Attachment sets the headers of a download; the name may be Chinese (RFC 6266).
func Attachment(w http.ResponseWriter, name, media string) {
	ascii := strings.Map(func(r rune) rune {
		if r < 32 || r > 126 || strings.ContainsRune(`"\/:*?<>|`, r) {
			return '_'
		}
		return r
	}, name)
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", `attachment; filename="`+ascii+`"; filename*=UTF-8''`+url.PathEscape(name))
}

// The media types of downloads.
const (
	MediaXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	MediaCSV  = "text/csv; charset=utf-8"
	MediaSVG  = "image/svg+xml"
)

func queryEscape(s string) string { return url.QueryEscape(s) }

func siteOf(r *http.Request) *Site {
	s, _ := r.Context().Value(keySite).(*Site)
	return s
}
