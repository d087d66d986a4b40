package app_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kaiyang/internal/app"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit"
	"kaiyang/internal/testkit/county"
)

// backupChild is a process that makes one backup after another while it also writes, until it is
// killed.
func backupChild() int {
	ctx := app.WithOperator(context.Background())
	dir := os.Getenv(childData)
	o, err := app.Connect(ctx, app.Config{Data: dir, Clock: time.Now})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	go func() {
		for n := 0; ; n++ {
			if err := o.SetSetting(ctx, "test", fmt.Sprint(n)); err != nil {
				fmt.Println("writing:", err)
				os.Exit(1)
			}
		}
	}()
	for n := 0; ; n++ {
		if err := app.Backup(ctx, o.DB, filepath.Join(dir, "backups", fmt.Sprintf("k%03d.db", n))); err != nil {
			fmt.Println("backup:", err)
			return 1
		}
	}
}

// sound opens a database file and proves it.
func sound(t *testing.T, file string) {
	t.Helper()
	ctx := context.Background()
	db, err := sqldb.Open(ctx, file, sqldb.Options{Clock: time.Now, MustExist: true})
	if err != nil {
		t.Errorf("%s: %v", filepath.Base(file), err)
		return
	}
	defer db.Close()
	if err := db.CheckFile(ctx); err != nil {
		t.Errorf("%s: %v", filepath.Base(file), err)
	}
	if n, err := db.CheckAudit(ctx); err != nil || n < 1000 {
		t.Errorf("%s has %d audit lines: %v", filepath.Base(file), n, err)
	}
}

// A backup that is killed leaves no file that looks whole, and the database is sound.
func TestKilledBackups(t *testing.T) {
	rounds := 5
	if os.Getenv("KAIYANG_TEST_LONG") != "" {
		rounds = 50
	}
	dir := county.Copy(t)
	backups := filepath.Join(dir, "backups")
	dice := rand.New(rand.NewSource(1))
	whole, halves := 0, 0
	for round := range rounds {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childDeed+"=backup", childData+"="+dir)
		var out bytes.Buffer
		cmd.Stdout = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// Killed some while after it began its work, at any moment of it.
		for begin := time.Now(); time.Since(begin) < 20*time.Second; time.Sleep(5 * time.Millisecond) {
			if _, err := os.Stat(backups); err == nil {
				break
			}
		}
		time.Sleep(time.Duration(dice.Intn(700)) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err == nil || out.Len() > 0 {
			t.Fatalf("round %d: the child ended by itself: %v %s", round, err, &out)
		}
		files, err := os.ReadDir(backups)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			switch {
			case strings.HasSuffix(f.Name(), ".db"):
				whole++
				sound(t, filepath.Join(backups, f.Name()))
			case strings.Contains(f.Name(), ".part"):
				halves++
			default:
				t.Errorf("round %d left %s", round, f.Name())
			}
		}
		sound(t, filepath.Join(dir, app.DatabaseFile))
		// The half file is in nobody's way.
		o, err := app.Connect(context.Background(), app.Config{Data: dir, Clock: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			name, half := strings.CutSuffix(f.Name(), ".part")
			if !half {
				continue
			}
			if err := app.Backup(context.Background(), o.DB, filepath.Join(backups, name)); err != nil {
				t.Errorf("round %d: the next backup: %v", round, err)
			}
			sound(t, filepath.Join(backups, name))
		}
		o.Close()
		os.RemoveAll(backups)
	}
	if halves == 0 {
		t.Error("no backup was killed in the middle of its work; the test proves nothing")
	}
	t.Logf("%d kills: %d whole files, %d half ones", rounds, whole, halves)
}

func sumsOf(t *testing.T, db *sqldb.DB) map[string]sqldb.TableSum {
	t.Helper()
	list, err := db.Sums(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]sqldb.TableSum{}
	for _, s := range list {
		out[s.Table] = s
	}
	return out
}

func equalSums(t *testing.T, what string, got, want map[string]sqldb.TableSum) {
	t.Helper()
	if len(got) != len(want) || len(want) < 30 {
		t.Errorf("%s: %d tables, want %d", what, len(got), len(want))
	}
	for name, w := range want {
		if got[name] != w {
			t.Errorf("%s: table %s has %d rows, want %d equal ones", what, name, got[name].Rows, w.Rows)
		}
	}
}

// A backup restored is the database, table by table (STANDARDS MLPS-25), from and to both
// databases.
func TestARestoredBackupIsTheDatabase(t *testing.T) {
	ctx := context.Background()
	cfg, _ := county.Config(t, county.Copy(t))
	o := county.Open(t, cfg)
	want := sumsOf(t, o.DB)
	file := filepath.Join(t.TempDir(), "b.db")
	if err := app.Backup(ctx, o.DB, file); err != nil {
		t.Fatal(err)
	}
	if err := app.Backup(ctx, o.DB, file); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a backup over another = %v", err)
	}
	to, _ := county.Config(t, t.TempDir())
	if err := app.Restore(ctx, file, to, false); err != nil {
		t.Fatal(err)
	}
	equalSums(t, "SQLite", sumsOf(t, county.Open(t, to).DB), want)

	// In the place of another, which is kept aside.
	place, _ := county.Config(t, county.Copy(t))
	if err := app.Restore(ctx, file, place, false); fault.KindOf(err) != fault.Conflict || !strings.Contains(fault.Say(err, nil), "--force") {
		t.Errorf("restoring over a database = %v", err)
	}
	if err := app.Restore(ctx, file, place, true); err != nil {
		t.Fatal(err)
	}
	if kept, _ := filepath.Glob(filepath.Join(place.Data, "*.old")); len(kept) != 1 {
		t.Errorf("kept aside: %v", kept)
	}
	equalSums(t, "in place", sumsOf(t, county.Open(t, place).DB), want)

	pg, _ := county.Config(t, t.TempDir())
	pg.Database = testkit.PostgresURL(t)
	if err := app.Restore(ctx, file, pg, false); err != nil {
		t.Fatal(err)
	}
	moved := county.Open(t, pg)
	equalSums(t, "PostgreSQL", sumsOf(t, moved.DB), want)
	back := filepath.Join(t.TempDir(), "p.db")
	if err := app.Backup(ctx, moved.DB, back); err != nil {
		t.Fatal(err)
	}
	last, _ := county.Config(t, t.TempDir())
	if err := app.Restore(ctx, back, last, false); err != nil {
		t.Fatal(err)
	}
	equalSums(t, "back again", sumsOf(t, county.Open(t, last).DB), want)

	// A file that is damaged is not restored.
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	copy(content[len(content)/4:len(content)/4*3], make([]byte, len(content)))
	bad := filepath.Join(t.TempDir(), "bad.db")
	if err := os.WriteFile(bad, content, 0o600); err != nil {
		t.Fatal(err)
	}
	none, _ := county.Config(t, t.TempDir())
	if err := app.Restore(ctx, bad, none, false); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("restoring a damaged backup = %v", err)
	}
	if _, err := os.Stat(none.Target()); err == nil {
		t.Error("a damaged backup left a database")
	}
}

func TestDailyBackupsKeepFourteen(t *testing.T) {
	clock := testkit.NewClock("2018-05-10")
	cfg, _ := county.Config(t, county.Copy(t))
	cfg.Clock = clock.Now
	o, err := app.Connect(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	dir := filepath.Join(cfg.Data, "backups")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(dir, "before-upgrade.db")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	daily := app.DailyBackup(dir, o.DB, cfg.Log)
	for range 16 {
		for range 2 { // twice a day makes one
			if err := daily(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		clock.Pass(24 * time.Hour)
	}
	kept, err := filepath.Glob(filepath.Join(dir, "kaiyang-*.db"))
	if err != nil {
		t.Fatal(err)
	}
	newest := o.DB.Now().Add(-24 * time.Hour).Format("2006-01-02")
	if len(kept) != 14 || filepath.Base(kept[13]) != "kaiyang-"+newest+".db" {
		t.Errorf("%d kept, the newest %v, want 14 up to %s", len(kept), kept[len(kept)-1:], newest)
	}
	sound(t, kept[0])
	if _, err := os.Stat(mine); err != nil {
		t.Error("a file that is no daily backup was removed")
	}
	if rest, _ := filepath.Glob(filepath.Join(dir, "*.part*")); len(rest) > 0 {
		t.Errorf("left beside the backups: %v", rest)
	}
}

// Servers on one database may share a directory of data; their backups do not get in each other's way.
func TestTwoServersBackUpAtOnce(t *testing.T) {
	cfg, _ := county.Config(t, county.Copy(t))
	o, err := app.Connect(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	dir := filepath.Join(cfg.Data, "backups")
	done := make(chan error)
	for range 2 {
		go func() { done <- app.DailyBackup(dir, o.DB, cfg.Log)(context.Background()) }()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("beside one backup there is more: %v %v", files, err)
	}
	sound(t, files[0])
}
