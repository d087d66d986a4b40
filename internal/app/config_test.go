package app_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"kaiyang/internal/app"
)

// A server on PostgreSQL is started where no data directory is yet, as the README tells: the
// directory for the key and the daily backups is made, for its owner alone.
func TestServerMakesItsDataDirectory(t *testing.T) {
	t.Setenv("KAIYANG_NOTIFY_KEY", "")
	dir := filepath.Join(t.TempDir(), "kaiyang-data")
	cfg := app.Config{Database: "postgres://kaiyang@db.example/kaiyang", Data: dir}
	key, err := app.NotifyKey(cfg)
	if err != nil || len(key) != 32 {
		t.Fatalf("no key: %d bytes, %v", len(key), err)
	}
	if st, err := os.Stat(dir); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("directory: %v %v", st, err)
	}
	if again, err := app.NotifyKey(cfg); err != nil || !bytes.Equal(again, key) {
		t.Errorf("another key the second time: %v", err)
	}
}

// Behind a named proxy nobody else is answered, so that no password passes in the clear.
func TestOnlyTheNamedProxyIsAnswered(t *testing.T) {
	site := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	h := app.OnlyBehind(site, []netip.Prefix{netip.MustParsePrefix("10.0.0.5/32"), netip.MustParsePrefix("fd00::/64")})
	for _, c := range []struct {
		peer, path string
		want       int
	}{
		{"10.0.0.5:4711", "/login", http.StatusTeapot},
		{"[::ffff:10.0.0.5]:4711", "/login", http.StatusTeapot},
		{"[fd00::7]:4711", "/", http.StatusTeapot},
		{"127.0.0.1:4711", "/login", http.StatusTeapot},
		{"10.0.0.6:4711", "/login", http.StatusForbidden},
		{"[fd01::7]:4711", "/", http.StatusForbidden},
		{"10.0.0.6:4711", "/healthz", http.StatusTeapot},
		{"nonsense", "/", http.StatusForbidden},
	} {
		r := httptest.NewRequest("GET", c.path, nil)
		r.RemoteAddr = c.peer
		r.Header.Set("X-Forwarded-For", "10.0.0.5") // what a stranger claims counts for nothing
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != c.want {
			t.Errorf("%s from %s: %d, want %d", c.path, c.peer, w.Code, c.want)
		}
	}
}
