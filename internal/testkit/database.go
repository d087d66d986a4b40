// Package testkit makes the real things that tests run against: both databases, a fixed day,
// a whole office with people to act as, and a browser.
package testkit

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver "pgx"

	"kaiyang/internal/platform/sqldb"
)

// Each runs a test on SQLite and on PostgreSQL, with the migrations of the given folders run.
// A machine without PostgreSQL fails the test; it is never skipped.
func Each(t *testing.T, folders []fs.FS, test func(t *testing.T, db *sqldb.DB)) {
	t.Helper()
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) { test(t, Open(t, d, folders...)) })
	}
}

// A Clock is a clock that tests move by hand.
type Clock struct {
	mu sync.Mutex
	t  time.Time
}

// NewClock stands at nine in the morning, Shanghai time, of a day like "2018-03-12".
func NewClock(day string) *Clock {
	t, err := time.ParseInLocation("2006-01-02 15:04", day+" 09:00", time.FixedZone("Asia/Shanghai", 8*3600))
	if err != nil {
		panic(err)
	}
	return &Clock{t: t}
}

// Now gives the time of the clock.
func (c *Clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }

// Pass lets time pass.
func (c *Clock) Pass(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.t = c.t.Add(d) }

// Set puts the clock to nine in the morning of a day.
func (c *Clock) Set(day string) {
	n := NewClock(day)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = n.t
}

// Open makes an empty, migrated database of a dialect that goes away with the test. Its clock
// stands at 2018-05-10.
func Open(t *testing.T, d sqldb.Dialect, folders ...fs.FS) *sqldb.DB {
	t.Helper()
	db := OpenAt(t, Target(t, d), NewClock("2018-05-10"))
	list, err := sqldb.Migrations(folders...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Migrate(context.Background(), list); err != nil {
		t.Fatal(err)
	}
	return db
}

// OpenAt opens a target made by Target; a second call gives a second process's view of it.
func OpenAt(t *testing.T, target string, clock *Clock) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(context.Background(), target, sqldb.Options{Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// Target makes a place for a new database: a file, or a database of the test server.
func Target(t *testing.T, d sqldb.Dialect) string {
	t.Helper()
	if d == sqldb.SQLite {
		return filepath.Join(t.TempDir(), "kaiyang.db")
	}
	return PostgresURL(t)
}

var (
	pgOnce   sync.Once
	pgServer string // URL of the server's maintenance database
	pgErr    error
	pgMu     sync.Mutex
	pgNext   int
)

// PostgresURL makes an empty database with C collation on the test server and gives its URL.
// KAIYANG_TEST_POSTGRES names a server to use; without it one is started for this process.
func PostgresURL(t *testing.T) string {
	t.Helper()
	pgOnce.Do(func() { pgServer, pgErr = startPostgres() })
	if pgErr != nil {
		t.Fatalf("this test needs PostgreSQL (Debian package postgresql): %v", pgErr)
	}
	db, err := sql.Open("pgx", pgServer)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	pgMu.Lock()
	pgNext++
	name := fmt.Sprintf("t%d_%d", os.Getpid(), pgNext)
	pgMu.Unlock()
	// Making databases locks the template; two test processes may meet there.
	for try := 0; ; try++ {
		if _, err = db.Exec(`CREATE DATABASE ` + name + ` TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'`); err == nil {
			break
		}
		if try == 20 {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Cleanup(func() {
		db, err := sql.Open("pgx", pgServer)
		if err == nil {
			defer db.Close()
			db.Exec(`DROP DATABASE ` + name + ` WITH (FORCE)`)
		}
	})
	return strings.Replace(pgServer, "/postgres?", "/"+name+"?", 1)
}

// pgShared is where the server for tests lives; packages tested at the same time share it.
func pgShared() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("kaiyang-test-pg-%d", os.Getuid()))
}

// startPostgres starts one throw-away server for all test processes of this user, or finds it running.
func startPostgres() (string, error) {
	if u := os.Getenv("KAIYANG_TEST_POSTGRES"); u != "" {
		if !strings.Contains(u, "/postgres?") {
			return "", fmt.Errorf("KAIYANG_TEST_POSTGRES must end in /postgres?… ")
		}
		return u, nil
	}
	bin, err := pgBin()
	if err != nil {
		return "", err
	}
	dir := pgShared()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	c := cluster{bin: bin, data: filepath.Join(dir, "data"), port: 20000 + os.Getuid()%10000 + 543}
	if answers(c.url()) {
		return c.url(), nil
	}
	// What an earlier run left behind may be usable; if not, it is made anew.
	if _, err := os.Stat(filepath.Join(c.data, "PG_VERSION")); err == nil && c.start() == nil {
		return c.url(), nil
	}
	if err := c.create(); err != nil {
		return "", err
	}
	return c.url(), c.start()
}

func answers(url string) bool {
	db, err := sql.Open("pgx", url+"&connect_timeout=3")
	if err != nil {
		return false
	}
	defer db.Close()
	return db.Ping() == nil
}

func pgBin() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p), nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", fmt.Errorf("no initdb found; install the package postgresql")
	}
	return filepath.Dir(found[len(found)-1]), nil
}
