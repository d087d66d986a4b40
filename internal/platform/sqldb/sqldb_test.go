package sqldb_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit"
)

var notes = fstest.MapFS{"migrations/2026112499_note.sql": {Data: []byte(`
CREATE TABLE note (id BIGINT PRIMARY KEY, body TEXT NOT NULL UNIQUE, raw {{bytes}});
`)}}

func folders() []fstest.MapFS { return []fstest.MapFS{notes} }

func each(t *testing.T, test func(*testing.T, *sqldb.DB)) {
	t.Helper()
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) { test(t, testkit.Open(t, d, folders()[0])) })
	}
}

func add(db *sqldb.DB, body string) error {
	return db.InTx(context.Background(), func(tx *sqldb.Tx) error {
		id, err := tx.NextID("note")
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO note (id, body, raw) VALUES ($1, $2, $3)`, id, body, []byte(body)); err != nil {
			return err
		}
		tx.Audit("note.add", fmt.Sprint(id), map[string]any{"length": len(body)})
		_, err = tx.Change("note", body)
		return err
	})
}

func TestADeedItsAuditLineAndItsNumberComeTogether(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		ctx := context.Background()
		var seen []string
		db.OnChange(func(_ context.Context, list []sqldb.Change) error {
			for _, c := range list {
				seen = append(seen, fmt.Sprintf("%d %s", c.No, c.Ref))
			}
			return nil
		})
		if err := add(db, "一"); err != nil {
			t.Fatal(err)
		}
		err := db.InTx(ctx, func(tx *sqldb.Tx) error {
			tx.Audit("note.fail", "", nil)
			tx.Change("note", "lost")
			return fault.New(fault.Invalid, "不行")
		})
		if got := fault.KindOf(err); got != fault.Invalid {
			t.Errorf("kind = %v, want Invalid", got)
		}
		if err := add(db, "二"); err != nil {
			t.Fatal(err)
		}
		if got, want := strings.Join(seen, ","), "1 一,2 二"; got != want {
			t.Errorf("applied %s, want %s", got, want)
		}
		if got := db.Seq(); got != 2 {
			t.Errorf("Seq = %d, want 2", got)
		}
		n, err := db.CheckAudit(ctx)
		if n != 2 || err != nil {
			t.Errorf("CheckAudit = %d, %v; want 2, nil", n, err)
		}
	})
}

func TestWhileAChangeIsAppliedMemoryIsNotSettled(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		var within []bool
		db.OnChange(func(context.Context, []sqldb.Change) error {
			_, ok := db.Settled()
			within = append(within, ok)
			return nil
		})
		if seq, ok := db.Settled(); seq != 0 || !ok {
			t.Errorf("before any change: Settled = %d, %v", seq, ok)
		}
		if err := add(db, "一"); err != nil {
			t.Fatal(err)
		}
		if len(within) != 1 || within[0] {
			t.Errorf("settled while applying: %v", within)
		}
		if seq, ok := db.Settled(); seq != 1 || !ok {
			t.Errorf("after the change: Settled = %d, %v", seq, ok)
		}
	})
}

func TestAnEditedRemovedOrCutAuditIsFound(t *testing.T) {
	for name, harm := range map[string]string{
		"edited":  `UPDATE sys_audit SET deed = 'x' WHERE no = 2`,
		"removed": `DELETE FROM sys_audit WHERE no = 2`,
		"cut":     `DELETE FROM sys_audit WHERE no = 3`,
		"swapped": `UPDATE sys_audit SET object = CASE no WHEN 1 THEN '2' ELSE '1' END WHERE no IN (1, 2)`,
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, db *sqldb.DB) {
				for _, b := range []string{"一", "二", "三"} {
					if err := add(db, b); err != nil {
						t.Fatal(err)
					}
				}
				if err := db.InTx(context.Background(), func(tx *sqldb.Tx) error { _, err := tx.Exec(harm); return err }); err != nil {
					t.Fatal(err)
				}
				if _, err := db.CheckAudit(context.Background()); fault.KindOf(err) != fault.Conflict {
					t.Errorf("CheckAudit = %v, want a Conflict", err)
				}
			})
		})
	}
}

func TestTheDriversErrorsBecomeKinds(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		if err := add(db, "同"); err != nil {
			t.Fatal(err)
		}
		if err := add(db, "同"); fault.KindOf(err) != fault.Conflict {
			t.Errorf("second time = %v, want Conflict", err)
		}
	})
}

func TestNumbersFollowCommitsAcrossProcesses(t *testing.T) {
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) {
			target := testkit.Target(t, d)
			clock := testkit.NewClock("2018-05-10")
			a, b := testkit.OpenAt(t, target, clock), testkit.OpenAt(t, target, clock)
			list, err := sqldb.Migrations(notes)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := a.Migrate(context.Background(), list); err != nil {
				t.Fatal(err)
			}
			var mu sync.Mutex
			var seen []int64
			b.OnChange(func(_ context.Context, list []sqldb.Change) error {
				mu.Lock()
				defer mu.Unlock()
				for _, c := range list {
					seen = append(seen, c.No)
				}
				return nil
			})
			var wg sync.WaitGroup
			for w, db := range []*sqldb.DB{a, b} {
				wg.Add(1)
				go func() {
					defer wg.Done()
					for i := range 20 {
						if err := add(db, fmt.Sprintf("%d-%d", w, i)); err != nil {
							t.Error(err)
						}
					}
				}()
			}
			wg.Wait()
			if err := b.CatchUp(context.Background()); err != nil {
				t.Fatal(err)
			}
			if len(seen) != 40 {
				t.Fatalf("b applied %d changes, want 40", len(seen))
			}
			for i, n := range seen {
				if n != int64(i+1) {
					t.Fatalf("change %d came as number %d", i+1, n)
				}
			}
		})
	}
}

func TestAnApplierThatFailsOnceGetsTheListAgain(t *testing.T) {
	db := testkit.Open(t, sqldb.SQLite, notes)
	tries := 0
	db.OnChange(func(_ context.Context, list []sqldb.Change) error {
		if tries++; tries == 1 {
			return errors.New("once")
		}
		return nil
	})
	if err := add(db, "一"); err != nil {
		t.Errorf("InTx = %v, want nil after the second try", err)
	}
	if tries != 2 || db.Seq() != 1 {
		t.Errorf("tries %d, Seq %d; want 2, 1", tries, db.Seq())
	}
}

func TestACopyIsEqualByChecksumsInBothDirections(t *testing.T) {
	ctx := context.Background()
	lite, pg := testkit.Open(t, sqldb.SQLite, notes), testkit.Open(t, sqldb.Postgres, notes)
	for i := range 30 {
		if err := add(lite, fmt.Sprintf("第 %d 条 “引号”", i)); err != nil {
			t.Fatal(err)
		}
	}
	sums, err := lite.CopyTo(ctx, pg, nil)
	if err != nil {
		t.Fatal(err)
	}
	back := testkit.Open(t, sqldb.SQLite, notes)
	again, err := pg.CopyTo(ctx, back, nil)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(sums) != fmt.Sprint(again) {
		t.Errorf("sums differ after the way there and back:\n%v\n%v", sums, again)
	}
	if _, err := lite.CopyTo(ctx, pg, nil); fault.KindOf(err) != fault.Conflict {
		t.Errorf("copy into a used database = %v, want Conflict", err)
	}
	if n, err := pg.CheckAudit(ctx); n != 30 || err != nil {
		t.Errorf("audit of the copy: %d, %v", n, err)
	}
}

func TestADamagedFileIsNamedWithTheRemedy(t *testing.T) {
	dir := t.TempDir()
	ctx := context.Background()
	opt := sqldb.Options{Clock: time.Now}
	text := filepath.Join(dir, "text.db")
	os.WriteFile(text, []byte("this is no database at all, only text"), 0o600)
	if _, err := sqldb.Open(ctx, text, opt); fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.Say(err, nil), "restore") {
		t.Errorf("text file: %v", err)
	}
	if _, err := sqldb.Open(ctx, filepath.Join(dir, "none.db"), sqldb.Options{Clock: time.Now, MustExist: true}); fault.KindOf(err) != fault.Missing {
		t.Errorf("no file: %v", err)
	}
	db := testkit.Open(t, sqldb.SQLite, notes)
	for i := range 200 {
		if err := add(db, fmt.Sprintf("%d %s", i, strings.Repeat("长", 500))); err != nil {
			t.Fatal(err)
		}
	}
	// What the place of a copy refuses is told of that place, not of the database.
	nowhere := filepath.Join(dir, "none", "copy.db")
	if err := db.Snapshot(ctx, nowhere); fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.Say(err, nil), nowhere) {
		t.Errorf("a copy to nowhere: %v", err)
	}
	file := filepath.Join(dir, "copy.db")
	if err := db.Snapshot(ctx, file); err != nil {
		t.Fatal(err)
	}
	b, _ := os.ReadFile(file)
	for i := len(b) / 3; i < len(b)/2; i++ {
		b[i] = 0x5a
	}
	os.WriteFile(file, b, 0o600)
	bad, err := sqldb.Open(ctx, file, opt)
	if err == nil {
		defer bad.Close()
		err = bad.CheckFile(ctx)
	}
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.Say(err, nil), "restore") {
		t.Errorf("damaged pages: %v", err)
	}
}

func TestAnotherReleasesDatabaseIsRefused(t *testing.T) {
	db := testkit.Open(t, sqldb.SQLite, notes)
	older, _ := sqldb.Migrations()
	if _, err := db.Migrate(context.Background(), older); fault.KindOf(err) != fault.Conflict {
		t.Errorf("unknown migration in the database = %v, want Conflict", err)
	}
	changed, _ := sqldb.Migrations(fstest.MapFS{"migrations/2026112499_note.sql": {Data: []byte("-- other")}})
	if _, err := db.Migrate(context.Background(), changed); fault.KindOf(err) != fault.Conflict {
		t.Errorf("changed migration = %v, want Conflict", err)
	}
}
