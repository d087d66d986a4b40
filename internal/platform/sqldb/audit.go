package sqldb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"kaiyang/internal/core/fault"
)

// By tells who acts, for the audit: the account, the post it acts in, and from where.
type By struct {
	Account string // log-in name, or "cli:NAME" for the operating-system user
	Name    string
	Post    string // unit and role of the post, as shown
	Address string
	Request string // request id
}

type byKey struct{}

// WithBy puts the acting person into a context.
func WithBy(ctx context.Context, by By) context.Context {
	return context.WithValue(ctx, byKey{}, by)
}

// ByOf gives the acting person of a context; "system" where there is none.
func ByOf(ctx context.Context) By {
	if by, ok := ctx.Value(byKey{}).(By); ok {
		return by
	}
	return By{Account: "system", Name: "系统"}
}

// An AuditLine is one record of the audit, as stored (STANDARDS MLPS-13). The chain: Hash is
// SHA-256 over the previous line's hash and this line's fields.
type AuditLine struct {
	No                                    int64
	At                                    string // RFC 3339 with zone
	Account, Name, Post, Address, Request string
	Deed, Object, Result, Reason          string
	Detail                                string // JSON
	Prev, Hash                            string
}

type auditLine struct {
	deed, object, result, reason, detail string
}

// Audit notes a deed that was done; it is written in this transaction. Detail is marshalled as
// JSON and must hold no personal data; nil leaves it empty.
func (tx *Tx) Audit(deed, object string, detail any) {
	tx.audits = append(tx.audits, auditLine{deed: deed, object: object, result: "done", detail: marshal(detail)})
}

// AuditRefused notes a deed that was refused or failed, with the reason.
func (tx *Tx) AuditRefused(deed, object, reason string) {
	tx.audits = append(tx.audits, auditLine{deed: deed, object: object, result: "refused", reason: reason})
}

func marshal(detail any) string {
	if detail == nil {
		return ""
	}
	b, err := json.Marshal(detail)
	if err != nil {
		return fmt.Sprintf("%q", err.Error())
	}
	return string(b)
}

const (
	takeAuditSQL   = `UPDATE sys_counter SET audit_no = audit_no + $1 WHERE id = 1 RETURNING audit_no, audit_hash`
	keepHashSQL    = `UPDATE sys_counter SET audit_hash = $1 WHERE id = 1`
	insertAuditSQL = `INSERT INTO sys_audit (no, at, account, name, post, address, request, deed, object, result, reason, detail, prev, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`
	auditPageSQL = `SELECT no, at, account, name, post, address, request, deed, object, result, reason, detail, prev, hash
		FROM sys_audit WHERE no > $1 ORDER BY no LIMIT $2`
	auditEndSQL = `SELECT audit_no, audit_hash FROM sys_counter WHERE id = 1`
)

// flushAudit writes the lines of the transaction at its end, so that the chain's row is
// held for the shortest time.
func (tx *Tx) flushAudit() error {
	if len(tx.audits) == 0 {
		return nil
	}
	var last int64
	var hash string
	if err := tx.Get(takeAuditSQL, []any{len(tx.audits)}, &last, &hash); err != nil {
		return err
	}
	no := last - int64(len(tx.audits))
	for _, a := range tx.audits {
		no++
		l := AuditLine{No: no, At: tx.now.Format(time.RFC3339Nano), Account: tx.by.Account, Name: tx.by.Name, Post: tx.by.Post,
			Address: tx.by.Address, Request: tx.by.Request, Deed: a.deed, Object: a.object, Result: a.result, Reason: a.reason,
			Detail: a.detail, Prev: hash}
		hash = l.sum()
		_, err := tx.Exec(insertAuditSQL, l.No, l.At, l.Account, l.Name, l.Post, l.Address, l.Request, l.Deed, l.Object, l.Result, l.Reason, l.Detail, l.Prev, hash)
		if err != nil {
			return err
		}
	}
	tx.audits = nil
	_, err := tx.Exec(keepHashSQL, hash)
	return err
}

func (l AuditLine) sum() string {
	// JSON keeps the fields apart; plain joining would let text move between them.
	b, _ := json.Marshal([]any{l.No, l.At, l.Account, l.Name, l.Post, l.Address, l.Request, l.Deed, l.Object, l.Result, l.Reason, l.Detail, l.Prev})
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// ScanAudit reads one audit line in the column order of the table.
func ScanAudit(s Scanner) (l AuditLine, err error) {
	err = s.Scan(&l.No, &l.At, &l.Account, &l.Name, &l.Post, &l.Address, &l.Request, &l.Deed, &l.Object, &l.Result, &l.Reason, &l.Detail, &l.Prev, &l.Hash)
	return l, err
}

// CheckAudit walks the whole chain and tells the first line that was edited, removed, added or
// reordered; n is the number of lines that are sound.
func (db *DB) CheckAudit(ctx context.Context) (n int64, err error) {
	err = db.View(ctx, func(tx *Tx) error {
		prev := ""
		for {
			page, err := All(tx, ScanAudit, auditPageSQL, n, 5000)
			if err != nil {
				return err
			}
			for _, l := range page {
				if l.No != n+1 {
					return fault.New(fault.Conflict, "审计链在第 %d 条之后缺少记录", n)
				}
				if l.Prev != prev || l.Hash != l.sum() {
					return fault.New(fault.Conflict, "审计链第 %d 条被改动过", l.No)
				}
				n, prev = l.No, l.Hash
			}
			if len(page) == 0 {
				break
			}
		}
		var last int64
		var hash string
		if err := tx.Get(auditEndSQL, nil, &last, &hash); err != nil {
			return err
		}
		if last != n || hash != prev {
			return fault.New(fault.Conflict, "审计链末尾缺少记录：应有 %d 条，实有 %d 条", last, n)
		}
		return nil
	})
	return n, err
}
