package sqldb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"os"
	"sort"
	"strings"

	"kaiyang/internal/core/fault"
)

// A TableSum is what a table holds: its rows and a checksum that is equal on both databases
// when and only when the rows are.
type TableSum struct {
	Table string
	Rows  int64
	Sum   string
}

// notCopied lists tables that belong to a place, not to the data.
var notCopied = map[string]bool{"sys_migration": true}

// Tables lists the tables of the program, by name.
func (db *DB) Tables(ctx context.Context) ([]string, error) {
	q := `SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_'`
	if db.dialect == Postgres {
		q = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`
	}
	rows, err := db.read.QueryContext(ctx, q)
	if err != nil {
		return nil, db.translate(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			return nil, db.translate(err)
		}
		if !notCopied[n] {
			out = append(out, n)
		}
	}
	sort.Strings(out)
	return out, db.translate(rows.Err())
}

func columns(ctx context.Context, db *DB, table string) (cols []string, key []string, err error) {
	q := `SELECT name, pk FROM pragma_table_info($1) ORDER BY cid`
	if db.dialect == Postgres {
		q = `SELECT a.attname, COALESCE(array_position(i.indkey::int2[], a.attnum::int2) + 1, 0)
			FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
			WHERE a.attrelid = CAST($1 AS regclass) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`
	}
	rows, err := db.read.QueryContext(ctx, q, table)
	if err != nil {
		return nil, nil, db.translate(err)
	}
	defer rows.Close()
	pos := map[string]int{}
	for rows.Next() {
		var n string
		var k int
		if err := rows.Scan(&n, &k); err != nil {
			return nil, nil, db.translate(err)
		}
		cols = append(cols, n)
		if k > 0 {
			key = append(key, n)
			pos[n] = k
		}
	}
	sort.Slice(key, func(i, j int) bool { return pos[key[i]] < pos[key[j]] })
	return cols, key, db.translate(rows.Err())
}

// eachRow calls fn with each row of a table in key order; values are int64, string, []byte or nil.
func eachRow(ctx context.Context, db *DB, q interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}, table string, cols, key []string, fn func([]any) error) error {
	if len(key) == 0 {
		return fmt.Errorf("table %s has no primary key", table)
	}
	rows, err := q.QueryContext(ctx, `SELECT `+strings.Join(cols, ", ")+` FROM `+table+` ORDER BY `+strings.Join(key, ", "))
	if err != nil {
		return db.translate(err)
	}
	defer rows.Close()
	vals, ptrs := make([]any, len(cols)), make([]any, len(cols))
	for i := range vals {
		ptrs[i] = &vals[i]
	}
	for rows.Next() {
		if err := rows.Scan(ptrs...); err != nil {
			return db.translate(err)
		}
		if err := fn(vals); err != nil {
			return err
		}
	}
	return db.translate(rows.Err())
}

// digest adds one row to a checksum, the same on both databases: the parts carry their kind and length.
func digest(h hash.Hash, vals []any) {
	var n [9]byte
	put := func(kind byte, b []byte) {
		n[0] = kind
		binary.BigEndian.PutUint64(n[1:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	for _, v := range vals {
		switch v := v.(type) {
		case nil:
			put('0', nil)
		case int64:
			put('i', []byte(fmt.Sprint(v)))
		case string:
			put('s', []byte(v))
		case []byte:
			put('b', v)
		default:
			put('?', []byte(fmt.Sprintf("%T %v", v, v)))
		}
	}
}

// Sums counts and checksums every table, as of one moment.
func (db *DB) Sums(ctx context.Context) ([]TableSum, error) {
	tables, err := db.Tables(ctx)
	if err != nil {
		return nil, err
	}
	var out []TableSum
	err = db.View(ctx, func(tx *Tx) error {
		for _, t := range tables {
			cols, key, err := columns(ctx, db, t)
			if err != nil {
				return err
			}
			sort.Strings(cols)
			h := sha256.New()
			s := TableSum{Table: t}
			err = eachRow(ctx, db, tx.tx, t, cols, key, func(vals []any) error {
				s.Rows++
				digest(h, vals)
				return nil
			})
			if err != nil {
				return err
			}
			s.Sum = hex.EncodeToString(h.Sum(nil))
			out = append(out, s)
		}
		return nil
	})
	return out, err
}

// CopyTo copies every row into another, migrated and empty, database in one transaction, and
// compares the checksums afterwards. Progress gets the rows copied so far.
func (db *DB) CopyTo(ctx context.Context, to *DB, progress func(rows int64)) ([]TableSum, error) {
	tables, err := db.Tables(ctx)
	if err != nil {
		return nil, err
	}
	there, err := to.Tables(ctx)
	if err != nil {
		return nil, err
	}
	if strings.Join(tables, " ") != strings.Join(there, " ") {
		return nil, fault.New(fault.Conflict, "两边数据库的表不同；请先用同一版本在两边运行 kaiyang migrate")
	}
	var n int64
	err = to.InTx(ctx, func(dst *Tx) error {
		var used int64
		if err := dst.Get(`SELECT change_no + audit_no FROM sys_counter WHERE id = 1`, nil, &used); err != nil {
			return err
		}
		if used > 0 {
			return fault.New(fault.Conflict, "目标数据库 %s 不是空的；请换一个空的数据库", to.where)
		}
		if _, err := dst.Exec(`DELETE FROM sys_counter`); err != nil {
			return err
		}
		ordered, err := parentsFirst(ctx, db, tables)
		if err != nil {
			return err
		}
		return db.View(ctx, func(src *Tx) error {
			for _, t := range ordered {
				if err := copyTable(ctx, db, src, dst, t, func() {
					n++
					if progress != nil && n%1000 == 0 {
						progress(n)
					}
				}); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	here, err := db.Sums(ctx)
	if err != nil {
		return nil, err
	}
	over, err := to.Sums(ctx)
	if err != nil {
		return nil, err
	}
	for i := range here {
		if i >= len(over) || here[i] != over[i] {
			return nil, fault.New(fault.Conflict, "表 %s 复制后校验不一致；请不要使用目标数据库", here[i].Table)
		}
	}
	if progress != nil {
		progress(n)
	}
	return here, nil
}

// parentsFirst orders tables so that each stands after those its rows refer to.
func parentsFirst(ctx context.Context, db *DB, tables []string) ([]string, error) {
	refs := map[string][]string{}
	for _, t := range tables {
		q := `SELECT DISTINCT "table" FROM pragma_foreign_key_list($1)`
		if db.dialect == Postgres {
			q = `SELECT DISTINCT CAST(confrelid AS regclass)::text FROM pg_constraint WHERE contype = 'f' AND conrelid = CAST($1 AS regclass)`
		}
		rows, err := db.read.QueryContext(ctx, q, t)
		if err != nil {
			return nil, db.translate(err)
		}
		for rows.Next() {
			var to string
			if err := rows.Scan(&to); err != nil {
				rows.Close()
				return nil, db.translate(err)
			}
			refs[t] = append(refs[t], to)
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return nil, db.translate(err)
		}
	}
	var out []string
	done := map[string]bool{}
	var visit func(t string)
	visit = func(t string) {
		if done[t] {
			return
		}
		done[t] = true // a table that refers to itself or in a circle stands where it was met first
		for _, to := range refs[t] {
			visit(to)
		}
		out = append(out, t)
	}
	for _, t := range tables {
		visit(t)
	}
	return out, nil
}

func copyTable(ctx context.Context, db *DB, src, dst *Tx, table string, each func()) error {
	cols, key, err := columns(ctx, db, table)
	if err != nil {
		return err
	}
	marks := make([]string, len(cols))
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	insert := `INSERT INTO ` + table + ` (` + strings.Join(cols, ", ") + `) VALUES (` + strings.Join(marks, ", ") + `)`
	if _, err := dst.Exec(`DELETE FROM ` + table); err != nil {
		return err
	}
	return eachRow(ctx, db, src.tx, table, cols, key, func(vals []any) error {
		_, err := dst.Exec(insert, vals...)
		each()
		return err
	})
}

// Snapshot writes a consistent copy of a SQLite database to a new file while it is in use.
func (db *DB) Snapshot(ctx context.Context, file string) error {
	if db.dialect != SQLite {
		return fmt.Errorf("Snapshot is for SQLite only")
	}
	if _, err := os.Stat(file); err == nil {
		return fault.New(fault.Conflict, "文件 %s 已存在；请换一个文件名", file)
	}
	// A connection of its own: it only reads the database, so writers go on meanwhile.
	own, err := sql.Open("sqlite", db.dsn)
	if err != nil {
		return err
	}
	defer own.Close()
	if _, err := own.ExecContext(ctx, `VACUUM INTO $1`, file); err != nil {
		os.Remove(file)
		return db.copyFault(err, file)
	}
	return nil
}

// CheckFile asks the database itself whether its pages are sound.
func (db *DB) CheckFile(ctx context.Context) error {
	if db.dialect != SQLite {
		return db.Ping(ctx)
	}
	rows, err := db.read.QueryContext(ctx, `PRAGMA integrity_check(20)`)
	if err != nil {
		return db.translate(err)
	}
	defer rows.Close()
	var all bytes.Buffer
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return db.translate(err)
		}
		if s != "ok" {
			fmt.Fprintln(&all, s)
		}
	}
	if err := rows.Err(); err != nil {
		return db.translate(err)
	}
	if all.Len() > 0 {
		return fault.Because(fmt.Errorf("%s", all.String()), fault.Unavailable, "文件 %s 不是数据库或已损坏；请用 kaiyang restore 从最近的备份恢复", db.where)
	}
	return nil
}
