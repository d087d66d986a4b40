package sqldb

import (
	"context"
	"time"

	"kaiyang/internal/core/fault"
)

// A Change is one numbered change of the data. Numbers have no gaps and follow the order of
// commits (SEMANTICS §6). A transaction takes at most one number; it may touch several kinds.
type Change struct {
	No   int64
	Kind string // which module's data: "units", "facts", "indicators" …
	Ref  string // what, in the words of that module
}

// An Applier brings what a module holds in memory up to date. It gets the changes in order,
// each once; an error makes the whole list come again.
type Applier func(ctx context.Context, list []Change) error

const (
	takeChangeSQL   = `UPDATE sys_counter SET change_no = change_no + 1 WHERE id = 1 RETURNING change_no`
	insertChangeSQL = `INSERT INTO sys_change (no, part, kind, ref, at) VALUES ($1, $2, $3, $4, $5)`
	lastChangeSQL   = `SELECT change_no FROM sys_counter WHERE id = 1`
	changesSQL      = `SELECT no, kind, ref FROM sys_change WHERE no > $1 ORDER BY no, part`
	partsSQL        = `SELECT COUNT(*) FROM sys_change WHERE no = $1`
)

// Change notes that this transaction changes data of a kind, and gives the transaction's change
// number. Other processes see it within a second, this one before InTx returns.
func (tx *Tx) Change(kind, ref string) (int64, error) {
	if tx.change == 0 {
		if err := tx.Get(takeChangeSQL, nil, &tx.change); err != nil {
			return 0, err
		}
	}
	var part int64
	if err := tx.Get(partsSQL, []any{tx.change}, &part); err != nil {
		return 0, err
	}
	_, err := tx.Exec(insertChangeSQL, tx.change, part, kind, ref, tx.Stamp())
	return tx.change, err
}

// LastChange reads the newest change number inside the transaction.
func (tx *Tx) LastChange() (n int64, err error) {
	err = tx.Get(lastChangeSQL, nil, &n)
	return n, err
}

// OnChange adds an applier; call it before Start.
func (db *DB) OnChange(a Applier) { db.appliers = append(db.appliers, a) }

// StartAt says that everything held in memory was loaded as of change number n.
func (db *DB) StartAt(n int64) { db.applied.Store(n) }

// Seq is the number up to which this process has applied the changes.
func (db *DB) Seq() int64 { return db.applied.Load() }

// Settled gives Seq, and whether memory stands exactly there: while a change is being applied,
// one module may hold it already and another not yet.
func (db *DB) Settled() (seq int64, ok bool) {
	seq = db.applied.Load()
	return seq, db.begun.Load() <= seq
}

// CatchUp applies what was committed since, by this or by another process.
func (db *DB) CatchUp(ctx context.Context) error {
	db.applyMu.Lock()
	defer db.applyMu.Unlock()
	var list []Change
	err := db.View(ctx, func(tx *Tx) (err error) {
		list, err = All(tx, func(s Scanner) (c Change, err error) {
			err = s.Scan(&c.No, &c.Kind, &c.Ref)
			return c, err
		}, changesSQL, db.applied.Load())
		return err
	})
	if err != nil || len(list) == 0 {
		return err
	}
	last := list[len(list)-1].No
	db.begun.Store(last)
	for _, a := range db.appliers {
		if err := a(ctx, list); err != nil {
			return err
		}
	}
	db.applied.Store(last)
	return nil
}

func (db *DB) awaitApplied(ctx context.Context, no int64) error {
	// The write is safe already; a reader's hiccup must not make it look lost.
	ctx = context.WithoutCancel(ctx)
	var err error
	for try := 0; try < 3; try++ {
		if db.applied.Load() >= no {
			return nil
		}
		if err = db.CatchUp(ctx); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond << try)
	}
	db.log.Error("applying a committed change failed", "change", no, "error", err)
	return fault.Because(err, fault.Unavailable, "已经保存（变更号 %d），但画面暂时不能更新；系统会自动重试", no)
}

// Follow polls for changes of other processes until ctx ends.
func (db *DB) Follow(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	down := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := db.CatchUp(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil && !down {
			db.log.Error("cannot follow the changes of the database", "error", err)
		}
		if err == nil && down {
			db.log.Info("the database is back; all changes applied", "change", db.Seq())
		}
		down = err != nil
	}
}
