package testkit

import (
	"database/sql"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// A cluster is a PostgreSQL server for tests: its programs, its files, its port on loopback.
type cluster struct {
	bin, data string
	port      int
}

func (c cluster) url() string {
	return fmt.Sprintf("postgres://kaiyang@127.0.0.1:%d/postgres?sslmode=disable", c.port)
}

// command runs a program of the server as a user it accepts: PostgreSQL refuses to run as root.
func (c cluster) command(name string, args ...string) *exec.Cmd {
	args = append([]string{filepath.Join(c.bin, name)}, args...)
	if os.Getuid() == 0 {
		args = append([]string{"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"}, args...)
	}
	return exec.Command(args[0], args[1:]...)
}

// create makes the files of the server anew.
func (c cluster) create() error {
	os.RemoveAll(c.data)
	if err := os.MkdirAll(c.data, 0o700); err != nil {
		return err
	}
	if os.Getuid() == 0 {
		if out, err := exec.Command("chown", "postgres:postgres", c.data).CombinedOutput(); err != nil {
			return fmt.Errorf("chown: %s", out)
		}
	}
	if out, err := c.command("initdb", "-D", c.data, "-U", "kaiyang", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync").CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %v: %s", err, out)
	}
	return nil
}

func (c cluster) start() error {
	out, err := c.command("pg_ctl", "-D", c.data, "-w", "-t", "60", "-l", filepath.Join(c.data, "log"),
		"-o", "-p "+strconv.Itoa(c.port)+" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=300 -c shared_buffers=64MB", "start").CombinedOutput()
	if answers(c.url()) {
		return nil
	}
	return fmt.Errorf("pg_ctl start: %v: %s", err, out)
}

func (c cluster) stop() ([]byte, error) {
	return c.command("pg_ctl", "-D", c.data, "-w", "-m", "immediate", "stop").CombinedOutput()
}

// A Postgres is a server of a test's own, which the test may stop and start again.
type Postgres struct {
	t       *testing.T
	cluster cluster
	// URL leads to an empty database with C collation.
	URL string
}

// OwnPostgres starts a PostgreSQL server that nobody else uses and that goes away with the test.
func OwnPostgres(t *testing.T) *Postgres {
	t.Helper()
	bin, err := pgBin()
	if err != nil {
		t.Fatalf("this test needs PostgreSQL (Debian package postgresql): %v", err)
	}
	// Not under t.TempDir, whose parents the server's user may not enter.
	dir, err := os.MkdirTemp("", "kaiyang-pg-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	p := &Postgres{t: t, cluster: cluster{bin: bin, data: filepath.Join(dir, "data"), port: port}}
	t.Cleanup(func() {
		_, _ = p.cluster.stop() // it may stand still already
		os.RemoveAll(dir)
	})
	if err := p.cluster.create(); err != nil {
		t.Fatal(err)
	}
	p.Start()
	db, err := sql.Open("pgx", p.cluster.url())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`CREATE DATABASE kaiyang TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'`); err != nil {
		t.Fatal(err)
	}
	p.URL = strings.Replace(p.cluster.url(), "/postgres?", "/kaiyang?", 1)
	return p
}

// Start starts the server again.
func (p *Postgres) Start() {
	p.t.Helper()
	if err := p.cluster.start(); err != nil {
		p.t.Fatal(err)
	}
}

// Stop stops the server as a machine that loses its power does.
func (p *Postgres) Stop() {
	p.t.Helper()
	if out, err := p.cluster.stop(); err != nil {
		p.t.Fatalf("pg_ctl stop: %v: %s", err, out)
	}
}
