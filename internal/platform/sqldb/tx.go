package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"kaiyang/internal/core/fault"
)

// A Tx is one transaction: statements, the audit lines and the change numbers that belong to it.
type Tx struct {
	ctx      context.Context
	tx       *sql.Tx
	db       *DB
	by       By
	now      time.Time
	readOnly bool
	audits   []auditLine
	change   int64 // number taken by this transaction, 0 none yet
	prepared map[string]*sql.Stmt
}

// advisoryLock is the key of the lock that makes PostgreSQL have one writer at a time too.
const advisoryLock = 0x6b616979616e67

// InTx runs fn in a writing transaction and commits it, with its audit lines; if it made
// changes it returns after they have been applied in this process. One writer runs at a time,
// on both databases, so the order of change numbers is the order of commits.
func (db *DB) InTx(ctx context.Context, fn func(*Tx) error) error {
	change, err := db.inTx(ctx, fn)
	if err != nil {
		return err
	}
	if change > 0 {
		return db.awaitApplied(ctx, change)
	}
	return nil
}

func (db *DB) inTx(ctx context.Context, fn func(*Tx) error) (change int64, err error) {
	if db.dialect == SQLite {
		db.writing.Lock()
		defer db.writing.Unlock()
	}
	raw, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return 0, db.translate(err)
	}
	tx := &Tx{ctx: ctx, tx: raw, db: db, by: ByOf(ctx), now: db.clock(), prepared: map[string]*sql.Stmt{}}
	defer func() {
		if p := recover(); p != nil {
			raw.Rollback()
			panic(p)
		}
	}()
	if db.dialect == Postgres {
		if _, err := raw.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(advisoryLock)); err != nil {
			raw.Rollback()
			return 0, db.translate(err)
		}
	}
	if err = fn(tx); err == nil {
		err = tx.flushAudit()
	}
	if err != nil {
		raw.Rollback()
		return 0, db.translate(err)
	}
	if err := raw.Commit(); err != nil {
		raw.Rollback()
		return 0, db.translate(err)
	}
	return tx.change, nil
}

// View runs fn in a reading transaction: everything it sees is of one moment.
func (db *DB) View(ctx context.Context, fn func(*Tx) error) error {
	opt := &sql.TxOptions{ReadOnly: true}
	if db.dialect == Postgres {
		opt.Isolation = sql.LevelRepeatableRead
	} else {
		opt = nil // the pool is query_only; the driver refuses the option
	}
	raw, err := db.read.BeginTx(ctx, opt)
	if err != nil {
		return db.translate(err)
	}
	defer raw.Rollback()
	tx := &Tx{ctx: ctx, tx: raw, db: db, by: ByOf(ctx), now: db.clock(), readOnly: true, prepared: map[string]*sql.Stmt{}}
	return db.translate(fn(tx))
}

// Context gives the context of the transaction.
func (tx *Tx) Context() context.Context { return tx.ctx }

// Now gives the time at which the transaction began.
func (tx *Tx) Now() time.Time { return tx.now }

// Stamp gives Now as it is stored: RFC 3339 with zone.
func (tx *Tx) Stamp() string { return tx.now.Format(time.RFC3339) }

// By tells who acts.
func (tx *Tx) By() By { return tx.by }

// Exec runs a statement and tells how many rows it touched.
func (tx *Tx) Exec(query string, args ...any) (int64, error) {
	st, err := tx.stmt(query)
	if err != nil {
		return 0, err
	}
	res, err := st.ExecContext(tx.ctx, args...)
	if err != nil {
		return 0, tx.db.translate(err)
	}
	return res.RowsAffected()
}

// Query runs a question; close the rows.
func (tx *Tx) Query(query string, args ...any) (*sql.Rows, error) {
	st, err := tx.stmt(query)
	if err != nil {
		return nil, err
	}
	rows, err := st.QueryContext(tx.ctx, args...)
	return rows, tx.db.translate(err)
}

// Get reads one row into dest; no row gives sql.ErrNoRows.
func (tx *Tx) Get(query string, args []any, dest ...any) error {
	st, err := tx.stmt(query)
	if err != nil {
		return err
	}
	err = st.QueryRowContext(tx.ctx, args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return tx.db.translate(err)
}

// stmt prepares each text once a transaction: bulk writers repeat theirs a million times.
func (tx *Tx) stmt(query string) (*sql.Stmt, error) {
	if st := tx.prepared[query]; st != nil {
		return st, nil
	}
	st, err := tx.tx.PrepareContext(tx.ctx, query)
	if err != nil {
		return nil, tx.db.translate(fmt.Errorf("%w in: %s", err, query))
	}
	tx.prepared[query] = st
	return st, nil
}

// NextID gives the next free number of a table's id column. It is safe because there is one
// writer at a time; numbers of rows that are never deleted are never given twice.
func (tx *Tx) NextID(table string) (int64, error) {
	var n int64
	err := tx.Get(`SELECT COALESCE(MAX(id), 0) + 1 FROM `+table, nil, &n)
	return n, err
}

// All reads every row of a question with scan.
func All[T any](tx *Tx, scan func(Scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, tx.db.translate(err)
		}
		out = append(out, v)
	}
	return out, tx.db.translate(rows.Err())
}

// One reads the single row of a question with scan; no row is fault.Missing with the sentence.
func One[T any](tx *Tx, scan func(Scanner) (T, error), missing error, query string, args ...any) (T, error) {
	list, err := All(tx, scan, query, args...)
	var zero T
	switch {
	case err != nil:
		return zero, err
	case len(list) == 0:
		return zero, missing
	case len(list) > 1:
		return zero, fault.New(fault.Internal, "多于一行: %s", query)
	}
	return list[0], nil
}

// A Scanner is a row to be read.
type Scanner interface{ Scan(dest ...any) error }

// Bool turns a truth into the 0 or 1 that is stored.
func Bool(b bool) int {
	if b {
		return 1
	}
	return 0
}
