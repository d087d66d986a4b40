package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"kaiyang/internal/core/fault"
)

// translate turns the drivers' own codes into kinds; other errors pass unchanged.
func (db *DB) translate(err error) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) || errors.Is(err, context.Canceled) {
		return err
	}
	var known *fault.Error
	var list fault.Findings
	if errors.As(err, &known) || errors.As(err, &list) {
		return err
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return sqliteFault(err, lite.Code(), db.where)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return postgresFault(err, pg.Code, db.where)
	}
	var op *net.OpError
	var connect *pgconn.ConnectError
	switch {
	case errors.As(err, &op), errors.As(err, &connect), errors.Is(err, driver.ErrBadConn), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, io.EOF), pgconn.Timeout(err), strings.Contains(err.Error(), "conn closed"):
		return fault.Because(err, fault.Unavailable, "数据库 %s 暂时连接不上，这次操作没有保存；请稍后再试", db.where)
	case errors.Is(err, syscall.ENOSPC):
		return fault.Because(err, fault.Unavailable, "磁盘已满，这次操作没有保存；请清理 %s 所在磁盘后再试", db.where)
	}
	return err
}

// copyFault says what kept a copy from being written: a sick database, or the place of the copy.
func (db *DB) copyFault(err error, file string) error {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM:
			return sqliteFault(err, lite.Code(), file)
		}
	}
	return db.translate(err)
}

func sqliteFault(err error, code int, where string) error {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return fault.Because(err, fault.Conflict, "已有相同的记录；请刷新后再试")
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return fault.Because(err, fault.Conflict, "还有别的记录与它相连，不能这样改；请刷新后再试")
	}
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return fault.Because(err, fault.Unavailable, "磁盘已满，这次操作没有保存；请清理 %s 所在磁盘后再试", where)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fault.Because(err, fault.Unavailable, "文件 %s 不是数据库或已损坏；请用 kaiyang restore 从最近的备份恢复", where)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fault.Because(err, fault.Unavailable, "数据库正忙，这次操作没有保存；请稍后再试")
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM:
		return fault.Because(err, fault.Unavailable, "数据库文件 %s 不能读写，这次操作没有保存；请检查权限和磁盘", where)
	}
	return err
}

func postgresFault(err error, code, where string) error {
	switch {
	case code == "23505":
		return fault.Because(err, fault.Conflict, "已有相同的记录；请刷新后再试")
	case code == "23503":
		return fault.Because(err, fault.Conflict, "还有别的记录与它相连，不能这样改；请刷新后再试")
	case code == "53100":
		return fault.Because(err, fault.Unavailable, "磁盘已满，这次操作没有保存；请清理 %s 所在磁盘后再试", where)
	case code == "25006", strings.HasPrefix(code, "53"), strings.HasPrefix(code, "57"), strings.HasPrefix(code, "08"):
		return fault.Because(err, fault.Unavailable, "数据库 %s 暂时连接不上，这次操作没有保存；请稍后再试", where)
	case code == "40001", code == "40P01", code == "55P03":
		return fault.Because(err, fault.Unavailable, "数据库正忙，这次操作没有保存；请稍后再试")
	}
	return err
}
