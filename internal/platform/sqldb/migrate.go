package sqldb

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"kaiyang/internal/core/fault"
)

// A Migration is one forward step of the schema. Its text is written once for both databases:
// {{bytes}} stands for the type of binary data, {{without_rowid}} for SQLite's clustered tables.
type Migration struct {
	Name string // "20261124_org.sql", date first
	Text string
}

// system holds the tables of this package.
const system = `
CREATE TABLE sys_counter (
	id BIGINT PRIMARY KEY CHECK (id = 1),
	change_no BIGINT NOT NULL,
	audit_no BIGINT NOT NULL,
	audit_hash TEXT NOT NULL
);
INSERT INTO sys_counter (id, change_no, audit_no, audit_hash) VALUES (1, 0, 0, '');
CREATE TABLE sys_change (
	no BIGINT NOT NULL,
	part BIGINT NOT NULL,
	kind TEXT NOT NULL,
	ref TEXT NOT NULL,
	at TEXT NOT NULL,
	PRIMARY KEY (no, part)
);
CREATE TABLE sys_audit (
	no BIGINT PRIMARY KEY,
	at TEXT NOT NULL,
	account TEXT NOT NULL,
	name TEXT NOT NULL,
	post TEXT NOT NULL,
	address TEXT NOT NULL,
	request TEXT NOT NULL,
	deed TEXT NOT NULL,
	object TEXT NOT NULL,
	result TEXT NOT NULL,
	reason TEXT NOT NULL,
	detail TEXT NOT NULL,
	prev TEXT NOT NULL,
	hash TEXT NOT NULL
);
CREATE INDEX sys_audit_object ON sys_audit (object, no);
CREATE INDEX sys_audit_account ON sys_audit (account, no);
CREATE TABLE sys_setting (
	name TEXT PRIMARY KEY,
	value TEXT NOT NULL
);
`

// Migrations reads the files migrations/*.sql of each module, in date order over all of them.
func Migrations(folders ...fs.FS) ([]Migration, error) {
	list := []Migration{{Name: "20260101_system.sql", Text: system}}
	for _, f := range folders {
		names, err := fs.Glob(f, "migrations/*.sql")
		if err != nil {
			return nil, err
		}
		for _, n := range names {
			b, err := fs.ReadFile(f, n)
			if err != nil {
				return nil, err
			}
			list = append(list, Migration{Name: path.Base(n), Text: string(b)})
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	for i := 1; i < len(list); i++ {
		if list[i].Name == list[i-1].Name {
			return nil, fmt.Errorf("two migrations are called %s", list[i].Name)
		}
	}
	return list, nil
}

const stepsSQL = `CREATE TABLE IF NOT EXISTS sys_migration (name TEXT PRIMARY KEY, hash TEXT NOT NULL, at TEXT NOT NULL)`

// Pending lists the migrations that have not run. A recorded one that is unknown here means
// that the database belongs to a newer release.
func (db *DB) Pending(ctx context.Context, list []Migration) ([]Migration, error) {
	done, err := db.steps(ctx)
	if err != nil {
		return nil, err
	}
	var todo []Migration
	for _, m := range list {
		hash, ran := done[m.Name]
		if !ran {
			todo = append(todo, m)
			continue
		}
		if hash != m.hash() {
			return nil, fault.New(fault.Conflict, "迁移 %s 与数据库中记录的不同；请使用建立该数据库的版本", m.Name)
		}
		delete(done, m.Name)
	}
	for name := range done {
		return nil, fault.New(fault.Conflict, "数据库 %s 由更新的版本建立（迁移 %s）；请升级程序", db.where, name)
	}
	return todo, nil
}

func (db *DB) steps(ctx context.Context) (map[string]string, error) {
	if _, err := db.write.ExecContext(ctx, stepsSQL); err != nil {
		return nil, db.translate(err)
	}
	rows, err := db.write.QueryContext(ctx, `SELECT name, hash FROM sys_migration`)
	if err != nil {
		return nil, db.translate(err)
	}
	defer rows.Close()
	done := map[string]string{}
	for rows.Next() {
		var n, h string
		if err := rows.Scan(&n, &h); err != nil {
			return nil, err
		}
		done[n] = h
	}
	return done, db.translate(rows.Err())
}

// Migrate runs the pending migrations, each in a transaction of its own, and tells which ran.
// The caller makes the backup before.
func (db *DB) Migrate(ctx context.Context, list []Migration) ([]string, error) {
	todo, err := db.Pending(ctx, list)
	if err != nil {
		return nil, err
	}
	var ran []string
	for _, m := range todo {
		if err := db.step(ctx, m); err != nil {
			return ran, fault.Because(err, fault.KindOf(db.translate(err)), "迁移 %s 失败，数据库保持在它之前的状态", m.Name)
		}
		ran = append(ran, m.Name)
	}
	return ran, nil
}

func (db *DB) step(ctx context.Context, m Migration) error {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if db.dialect == Postgres {
		if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(advisoryLock)); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM sys_migration WHERE name = $1`, m.Name).Scan(&n); err != nil || n > 0 {
			return err // another process was faster
		}
	}
	if err := db.execScript(ctx, tx, m.Text); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO sys_migration (name, hash, at) VALUES ($1, $2, $3)`,
		m.Name, m.hash(), db.clock().Format(time.RFC3339)); err != nil {
		return err
	}
	return tx.Commit()
}

func (db *DB) execScript(ctx context.Context, tx *sql.Tx, text string) error {
	bytes, clustered := "BLOB", "WITHOUT ROWID"
	if db.dialect == Postgres {
		bytes, clustered = "BYTEA", ""
	}
	text = strings.NewReplacer("{{bytes}}", bytes, "{{without_rowid}}", clustered).Replace(text)
	if db.dialect == Postgres {
		_, err := tx.ExecContext(ctx, text, pgx.QueryExecModeSimpleProtocol)
		return err
	}
	_, err := tx.ExecContext(ctx, text)
	return err
}

func (m Migration) hash() string {
	h := sha256.Sum256([]byte(m.Text))
	return hex.EncodeToString(h[:])
}
