// Package sqldb opens SQLite or PostgreSQL and gives the rest of the program one way to use
// them: one writer at a time, short transactions, an audit line and a change number inside
// each of them, and the driver's errors turned into kinds of fault.
//
// Statements are written once, in the part of SQL that both databases share
// (docs/decisions/2026-11-shared-sql.md); only this package knows which one it talks to.
package sqldb

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // registers the driver "sqlite"

	"kaiyang/internal/core/fault"
)

// A Dialect is a kind of database.
type Dialect string

// The databases that are known.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// A DB is an open database.
type DB struct {
	dialect Dialect
	where   string // path or URL without password, for people
	path    string // SQLite file
	dsn     string // SQLite file with its settings
	write   *sql.DB
	read    *sql.DB
	clock   func() time.Time
	log     *slog.Logger

	writing sync.Mutex // SQLite has one writer; waiting here is fairer than its busy timeout

	applyMu  sync.Mutex
	appliers []Applier
	applied  atomic.Int64 // change number that all appliers have done
	begun    atomic.Int64 // change number that the appliers have begun
}

// Options are what Open cannot know by itself.
type Options struct {
	Clock func() time.Time // required
	Log   *slog.Logger     // nil: the default logger
	// MustExist refuses to make a new SQLite file.
	MustExist bool
}

// Open opens the SQLite file at a path, or PostgreSQL at a postgres:// URL. It does not migrate.
func Open(ctx context.Context, target string, opt Options) (*DB, error) {
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	db := &DB{clock: opt.Clock, log: opt.Log}
	if strings.HasPrefix(target, "postgres://") || strings.HasPrefix(target, "postgresql://") {
		return db, db.openPostgres(ctx, target)
	}
	return db, db.openSQLite(ctx, target, opt.MustExist)
}

func (db *DB) openSQLite(ctx context.Context, path string, mustExist bool) error {
	db.dialect, db.where, db.path = SQLite, path, path
	if _, err := os.Stat(path); err != nil {
		if mustExist {
			return fault.Because(err, fault.Missing, "没有数据库文件 %s；请先运行 kaiyang init，或检查 --data 的目录", path)
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return fault.Because(err, fault.Unavailable, "不能建立数据目录 %s；请检查权限和磁盘", filepath.Dir(path))
		}
	} else if err := headOfSQLite(path); err != nil {
		return err
	}
	// The path is escaped because the text after "?" is a list of settings (and may run statements).
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() +
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=foreign_keys(1)&_pragma=cache_size(-16000)&_time_format=sqlite&_timezone=UTC"
	db.dsn = dsn
	var err error
	if db.write, err = sql.Open("sqlite", dsn+"&_txlock=immediate"); err != nil {
		return err
	}
	db.write.SetMaxOpenConns(1)
	if db.read, err = sql.Open("sqlite", dsn+"&_pragma=query_only(1)"); err != nil {
		return err
	}
	db.read.SetMaxOpenConns(8)
	db.read.SetMaxIdleConns(8)
	if err := db.write.PingContext(ctx); err != nil {
		db.Close()
		return db.translate(err)
	}
	return nil
}

// headOfSQLite refuses a file that is no database before the driver could write to it.
func headOfSQLite(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fault.Because(err, fault.Unavailable, "不能读取数据库文件 %s；请检查权限", path)
	}
	defer f.Close()
	head := make([]byte, 16)
	n, _ := f.Read(head)
	if n > 0 && string(head[:n]) != "SQLite format 3\x00" {
		return fault.New(fault.Unavailable, "文件 %s 不是数据库或已损坏；请用 kaiyang restore 从最近的备份恢复", path)
	}
	return nil
}

func (db *DB) openPostgres(ctx context.Context, target string) error {
	cfg, err := pgx.ParseConfig(target)
	if err != nil {
		return fault.Because(err, fault.Invalid, "数据库地址写法不对；应为 postgres://用户:密码@主机:端口/库名")
	}
	cfg.RuntimeParams["application_name"] = "kaiyang"
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = 5 * time.Second
	}
	db.dialect = Postgres
	db.where = fmt.Sprintf("postgres://%s:%d/%s", cfg.Host, cfg.Port, cfg.Database)
	db.write = stdlib.OpenDB(*cfg)
	db.write.SetMaxOpenConns(16)
	db.write.SetMaxIdleConns(8)
	db.write.SetConnMaxIdleTime(5 * time.Minute)
	db.read = db.write
	if err := db.write.PingContext(ctx); err != nil {
		db.Close()
		return fault.Because(err, fault.Unavailable, "连接不上数据库 %s；请检查地址、网络和数据库服务", db.where)
	}
	var collation string
	err = db.read.QueryRowContext(ctx, `SELECT datcollate FROM pg_database WHERE datname = current_database()`).Scan(&collation)
	if err != nil {
		return db.translate(err)
	}
	if collation != "C" && collation != "POSIX" && collation != "C.UTF-8" && collation != "C.utf8" {
		db.Close()
		return fault.New(fault.Invalid, "数据库 %s 的排序规则是 %s，应为 C；请用 CREATE DATABASE … LOCALE 'C' ENCODING 'UTF8' TEMPLATE template0 重建", db.where, collation)
	}
	return nil
}

// Dialect tells the kind of database.
func (db *DB) Dialect() Dialect { return db.dialect }

// Where tells the path or address, without a password.
func (db *DB) Where() string { return db.where }

// Path gives the file of a SQLite database, else "".
func (db *DB) Path() string { return db.path }

// Now gives the time of the clock given at Open.
func (db *DB) Now() time.Time { return db.clock() }

// Close closes all connections.
func (db *DB) Close() error {
	var err error
	if db.read != nil && db.read != db.write {
		err = db.read.Close()
	}
	if db.write != nil {
		if e := db.write.Close(); err == nil {
			err = e
		}
	}
	return err
}

// Ping tells whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.translate(db.read.PingContext(ctx)) }
