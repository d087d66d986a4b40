package accounts

import (
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
)

// An AuditLine is a line of the audit as the pages show it.
type AuditLine = sqldb.AuditLine

// An AuditQuery narrows the audit; empty fields narrow nothing.
type AuditQuery struct {
	Account  string // exact, or "" for all
	Deed     string // exact; ending in a point: all deeds of a module
	Object   string // exact
	From, To period.Day
	Result   string // done or refused
	Before   int64  // only lines with a smaller number; 0 from the newest
}

const auditSelect = `SELECT no, at, account, name, post, address, request, deed, object, result, reason, detail, prev, hash FROM sys_audit`

// sql gives the question and its arguments, newest line first, at most limit lines.
func (q AuditQuery) sql(limit int) (string, []any) {
	var where []string
	var args []any
	add := func(cond string, arg any) {
		args = append(args, arg)
		where = append(where, strings.ReplaceAll(cond, "?", "$"+strconv.Itoa(len(args))))
	}
	if q.Account != "" {
		add(`account = ?`, q.Account)
	}
	if module, all := strings.CutSuffix(q.Deed, "."); all {
		add(`deed >= ?`, module+".")
		add(`deed < ?`, module+"/")
	} else if q.Deed != "" {
		add(`deed = ?`, q.Deed)
	}
	if q.Object != "" {
		add(`object = ?`, q.Object)
	}
	if q.Result != "" {
		add(`result = ?`, q.Result)
	}
	// The time is stored as text with the zone at its end; its day stands in front.
	if !q.From.IsZero() {
		add(`at >= ?`, q.From.String())
	}
	if !q.To.IsZero() {
		add(`at < ?`, q.To.AddDays(1).String())
	}
	if q.Before > 0 {
		add(`no < ?`, q.Before)
	}
	text := auditSelect
	if len(where) > 0 {
		text += ` WHERE ` + strings.Join(where, ` AND `)
	}
	args = append(args, limit)
	return text + ` ORDER BY no DESC LIMIT $` + strconv.Itoa(len(args)), args
}

func searchAudit(tx *sqldb.Tx, q AuditQuery, limit int) ([]AuditLine, error) {
	text, args := q.sql(limit)
	return sqldb.All(tx, sqldb.ScanAudit, text, args...)
}

// The recursion jumps from deed to deed along the index; DISTINCT would read every line.
const deedsSQL = `
	WITH RECURSIVE d (deed) AS (
		SELECT MIN(deed) FROM sys_audit
		UNION ALL
		SELECT (SELECT MIN(a.deed) FROM sys_audit a WHERE a.deed > d.deed) FROM d WHERE d.deed IS NOT NULL
	)
	SELECT deed FROM d WHERE deed IS NOT NULL ORDER BY deed`

func deedsSeen(tx *sqldb.Tx) ([]string, error) { return sqldb.All(tx, scanText, deedsSQL) }

const auditLineSQL = auditSelect + ` WHERE no = $1`

func auditLine(tx *sqldb.Tx, no int64) (AuditLine, error) {
	return sqldb.One(tx, sqldb.ScanAudit, fault.New(fault.Missing, "没有第 %d 条审计记录", no), auditLineSQL, no)
}
