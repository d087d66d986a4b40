package app

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/platform/sqldb"
)

// dailyBackups is how many daily backups are kept (SEMANTICS §10).
const dailyBackups = 14

// Backup writes a consistent copy of a database in use to a new SQLite file, whichever database
// it is, and proves it: the copy is opened, its pages, its audit chain and its rows are checked.
// A copy that fails the proof is removed.
func Backup(ctx context.Context, db *sqldb.DB, file string) (err error) {
	if _, err := os.Stat(file); err == nil {
		return fault.New(fault.Conflict, "文件 %s 已存在；请换一个文件名", file)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fault.Because(err, fault.Unavailable, "不能建立数据目录 %s；请检查权限和磁盘", filepath.Dir(file))
	}
	// The name is given only to a proven copy, so a killed backup leaves no file that looks whole.
	// Servers that share a directory each write their own.
	half := fmt.Sprintf("%s.%08x.part", file, rand.Uint32())
	removeStale(filepath.Dir(file), db.Now())
	defer func() {
		if err != nil {
			removeDatabase(half)
		}
	}()
	if db.Dialect() == sqldb.SQLite {
		err = db.Snapshot(ctx, half)
	} else {
		err = copyToFile(ctx, db, half)
	}
	if err != nil {
		return err
	}
	if err := prove(ctx, half, db); err != nil {
		return err
	}
	f, err := os.Open(half)
	if err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return fault.Because(err, fault.Unavailable, "磁盘已满，这次操作没有保存；请清理 %s 所在磁盘后再试", file)
	}
	f.Close()
	return os.Rename(half, file)
}

// removeStale removes what killed backups left in a directory; none takes a day.
func removeStale(dir string, now time.Time) {
	halves, _ := filepath.Glob(filepath.Join(dir, "*.db.????????.part")) // the pattern is sound
	for _, half := range halves {
		if f, err := os.Stat(half); err == nil && now.Sub(f.ModTime()) > 24*time.Hour {
			removeDatabase(half)
		}
	}
}

func copyToFile(ctx context.Context, db *sqldb.DB, file string) error {
	to, err := sqldb.Open(ctx, file, sqldb.Options{Clock: db.Now})
	if err != nil {
		return err
	}
	defer to.Close()
	list, err := migrations()
	if err != nil {
		return err
	}
	if _, err := to.Migrate(ctx, list); err != nil {
		return err
	}
	_, err = db.CopyTo(ctx, to, nil)
	return err
}

// prove opens a copy and checks that it is sound and belongs to this release.
func prove(ctx context.Context, file string, like *sqldb.DB) error {
	db, err := sqldb.Open(ctx, file, sqldb.Options{Clock: like.Now, MustExist: true})
	if err != nil {
		return err
	}
	defer closeClean(db)
	if err := db.CheckFile(ctx); err != nil {
		return err
	}
	list, err := migrations()
	if err != nil {
		return err
	}
	if _, err := db.Pending(ctx, list); err != nil {
		return err
	}
	if _, err := db.CheckAudit(ctx); err != nil {
		// An audit that was tampered with must be kept too, as evidence; only a chain that broke on
		// the way speaks against the copy.
		if _, here := like.CheckAudit(ctx); here == nil {
			return err
		}
	}
	return nil
}

// closeClean closes a SQLite file so that no -wal or -shm file stays beside it.
func closeClean(db *sqldb.DB) {
	db.Close()
	for _, end := range []string{"-wal", "-shm"} {
		if st, err := os.Stat(db.Path() + end); err == nil && st.Size() == 0 {
			os.Remove(db.Path() + end)
		}
	}
}

func removeDatabase(file string) {
	for _, end := range []string{"", "-wal", "-shm", "-journal"} {
		os.Remove(file + end)
	}
}

// Restore puts a backup in the place of a database: a SQLite file that must not exist (or is
// kept aside when force is set), or an empty PostgreSQL database.
func Restore(ctx context.Context, file string, cfg Config, force bool) error {
	from, err := sqldb.Open(ctx, file, sqldb.Options{Clock: cfg.Clock, MustExist: true})
	if err != nil {
		return spoilt(err, file)
	}
	defer closeClean(from)
	if err := from.CheckFile(ctx); err != nil {
		return spoilt(err, file)
	}
	if _, err := from.CheckAudit(ctx); err != nil && !force {
		return err
	}
	if strings.HasPrefix(cfg.Target(), "postgres") {
		to, err := sqldb.Open(ctx, cfg.Target(), sqldb.Options{Clock: cfg.Clock})
		if err != nil {
			return err
		}
		defer to.Close()
		list, err := migrations()
		if err != nil {
			return err
		}
		if todo, err := from.Pending(ctx, list); err != nil {
			return err
		} else if len(todo) > 0 {
			return fault.New(fault.Conflict, "备份 %s 由较早的版本建立；请先恢复为文件并运行 kaiyang migrate，再用 kaiyang copy-to 迁入", file)
		}
		if _, err := to.Migrate(ctx, list); err != nil {
			return err
		}
		_, err = from.CopyTo(ctx, to, nil)
		return err
	}
	place := cfg.Target()
	if _, err := os.Stat(place); err == nil {
		if !force {
			return fault.New(fault.Conflict, "%s 已有数据库；要用备份替换它，请加 --force（原文件会改名保留）", place)
		}
		aside := place + "." + cfg.Clock().Format("20060102-150405") + ".old"
		for _, end := range []string{"", "-wal", "-shm"} {
			if err := os.Rename(place+end, aside+end); err != nil && !os.IsNotExist(err) {
				return fault.Because(err, fault.Unavailable, "不能移开原数据库 %s；请先停止服务", place)
			}
		}
	}
	if err := os.MkdirAll(filepath.Dir(place), 0o700); err != nil {
		return err
	}
	half := place + ".part"
	removeDatabase(half)
	if err := from.Snapshot(ctx, half); err != nil {
		return err
	}
	return os.Rename(half, place)
}

// spoilt tells that a backup which can be read as a file is no sound database: another backup is the
// way out, not this one again.
func spoilt(err error, file string) error {
	f, unread := os.Open(file)
	if unread != nil || fault.KindOf(err) != fault.Unavailable {
		return err
	}
	f.Close()
	return fault.Because(err, fault.Unavailable, "备份 %s 不是数据库或已损坏，不能用来恢复；请换一份备份，每日备份在数据目录的 backups 里", file)
}

// dailyBackup makes today's backup if it is not there yet and removes the oldest beyond the
// number kept. It runs in every server; on a shared database each keeps its own.
func dailyBackup(dir string, db *sqldb.DB, log *slog.Logger) func(context.Context) error {
	return func(ctx context.Context) error {
		day := db.Now().Format("2006-01-02")
		file := filepath.Join(dir, "kaiyang-"+day+".db")
		if _, err := os.Stat(file); err == nil {
			return nil
		}
		begin := time.Duration(db.Now().UnixNano())
		if err := Backup(ctx, db, file); err != nil {
			return fmt.Errorf("daily backup: %w", err)
		}
		log.Info("daily backup made and verified", "file", filepath.Base(file), "took", time.Duration(db.Now().UnixNano())-begin)
		old, err := filepath.Glob(filepath.Join(dir, "kaiyang-????-??-??.db"))
		if err != nil {
			return err
		}
		sort.Strings(old)
		for len(old) > dailyBackups {
			removeDatabase(old[0])
			old = old[1:]
		}
		return nil
	}
}
