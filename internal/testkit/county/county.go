// Package county gives tests the demonstration county as people meet it: built once in a test
// binary by the public doors, copied for each test, opened and served on loopback, with visitors
// who sign in and ask for pages.
package county

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"kaiyang/internal/app"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/demo"
	"kaiyang/internal/modules/accounts"
	"kaiyang/internal/platform/sqldb"
)

// Main runs the tests of a binary and removes the county they shared; call it from TestMain.
func Main(m *testing.M) {
	code := m.Run()
	if shared.dir != "" {
		os.RemoveAll(shared.dir)
	}
	os.Exit(code)
}

// shared is the county that all tests of a binary copy.
var shared struct {
	once sync.Once
	dir  string
	err  error
}

// original gives the directory of the county; the first call builds it, which takes some 15 s.
func original(t testing.TB) string {
	t.Helper()
	shared.once.Do(func() {
		if shared.dir, shared.err = os.MkdirTemp("", "kaiyang-county-"); shared.err != nil {
			return
		}
		cfg := app.Config{Data: shared.dir, Clock: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
		shared.err = demo.Build(context.Background(), cfg, func(string) {})
	})
	if shared.err != nil {
		t.Fatalf("the demonstration county could not be built: %v", shared.err)
	}
	return shared.dir
}

// Copy gives a data directory with a county of its own.
func Copy(t testing.TB) string {
	t.Helper()
	from := filepath.Join(original(t), app.DatabaseFile)
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, app.DatabaseFile), content, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// A Journal is the log of an office. A panic in it fails the test.
type Journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write keeps log lines.
func (j *Journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

// String gives everything logged so far.
func (j *Journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// Config tells the office to use the county in a data directory, listening on loopback at a port
// of its own, and gives its log.
func Config(t testing.TB, dir string) (app.Config, *Journal) {
	j := &Journal{}
	t.Cleanup(func() {
		for _, line := range strings.Split(j.String(), "\n") {
			if strings.Contains(line, "panic in a handler") || strings.Contains(line, "the error page failed") {
				t.Errorf("the log of the office: %s", line)
			}
		}
	})
	return app.Config{Data: dir, Addr: "127.0.0.1:0", Clock: time.Now, Log: slog.New(slog.NewTextHandler(j, nil))}, j
}

// Open opens an office that goes away with the test.
func Open(t testing.TB, cfg app.Config) *app.Office {
	t.Helper()
	o, err := app.Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Close() })
	return o
}

// Office opens a county of the test's own.
func Office(t testing.TB) *app.Office {
	t.Helper()
	cfg, _ := Config(t, Copy(t))
	return Open(t, cfg)
}

// Serve serves an office on loopback until the test ends, and gives its address.
func Serve(t testing.TB, o *app.Office) string {
	t.Helper()
	url, _ := Start(t, o)
	return url
}

// Start is Serve for tests that stop the server themselves; stop may be called twice.
func Start(t testing.TB, o *app.Office) (url string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	up, end := make(chan string, 1), make(chan error, 1)
	go func() { end <- o.Serve(ctx, func(url string) { up <- url }) }()
	select {
	case url = <-up:
	case err := <-end:
		cancel()
		t.Fatalf("the office does not serve: %v", err)
	}
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-end; err != nil {
				t.Errorf("serving ended with: %v", err)
			}
		})
	}
	t.Cleanup(stop)
	return url, stop
}

// Unit gives a unit by its code.
func Unit(t testing.TB, o *app.Office, code string) org.UnitID {
	t.Helper()
	id, ok := o.Units.Register().ByCode(code)
	if !ok {
		t.Fatalf("no unit has the code %s", code)
	}
	return id
}

// As gives the context and the actor of an account, for questions put to the services.
func As(t testing.TB, o *app.Office, login string) (context.Context, perm.Actor) {
	t.Helper()
	a, err := o.Accounts.Actor(context.Background(), login)
	if err != nil {
		t.Fatal(err)
	}
	a.Tree = o.Units.Today()
	by := sqldb.By{Account: a.Login, Name: a.Name, Post: a.PostTitle(), Address: "127.0.0.1", Request: "test"}
	return sqldb.WithBy(context.Background(), by), a
}

// Employ makes an account with a post and the password of the demonstration; an empty unit is
// that of the separated duties, which have none.
func Employ(t testing.TB, o *app.Office, login string, role perm.Role, unit string) {
	t.Helper()
	ctx := app.WithOperator(context.Background())
	_, secret, err := o.Accounts.CreateAccount(ctx, o.Operator(), accounts.NewAccount{Login: login, Name: "测试" + login})
	if err != nil {
		t.Fatal(err)
	}
	g := accounts.Grant{Login: login, Role: role}
	if unit != "" {
		g.Unit = Unit(t, o, unit)
	}
	if _, err := o.Accounts.GrantPost(ctx, o.Operator(), g); err != nil {
		t.Fatal(err)
	}
	own, a := As(t, o, login)
	if _, err := o.Accounts.ChangePassword(own, a, secret, demo.Password, "test"); err != nil {
		t.Fatal(err)
	}
}
