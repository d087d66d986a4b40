package accounts

import (
	"context"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

const (
	auditPage   = 100
	auditExport = 50_000
)

// SearchAudit gives the lines that a query finds, newest first, at most limit of them; more
// tells that older ones follow.
func (s *Service) SearchAudit(ctx context.Context, by perm.Actor, q AuditQuery, limit int) (list []AuditLine, more bool, err error) {
	defer fault.Wrap(&err, "accounts.SearchAudit")
	if err := s.may(by, ruleAudit); err != nil {
		return nil, false, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		list, err = searchAudit(tx, q, limit+1)
		return err
	})
	if len(list) > limit {
		return list[:limit], true, err
	}
	return list, false, err
}

// AuditLineNo gives one line of the audit by its number.
func (s *Service) AuditLineNo(ctx context.Context, by perm.Actor, no int64) (l AuditLine, err error) {
	defer fault.Wrap(&err, "accounts.AuditLineNo(%d)", no)
	if err := s.may(by, ruleAudit); err != nil {
		return l, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		l, err = auditLine(tx, no)
		return err
	})
	return l, err
}

// ExportAudit is SearchAudit for a file; that lines left is itself put into the audit.
func (s *Service) ExportAudit(ctx context.Context, by perm.Actor, q AuditQuery, format string) (list []AuditLine, more bool, err error) {
	q.Before = 0
	list, more, err = s.SearchAudit(ctx, by, q, auditExport)
	if err != nil {
		return nil, false, err
	}
	err = s.db.InTx(acting(ctx, by), func(tx *sqldb.Tx) error {
		tx.Audit("audit.export", "audit", map[string]any{"lines": len(list), "format": format, "account": q.Account, "deed": q.Deed,
			"object": q.Object, "from": dayText(q.From), "to": dayText(q.To), "result": q.Result})
		return nil
	})
	return list, more, err
}

// AuditDeeds lists the deeds that occur in the audit.
func (s *Service) AuditDeeds(ctx context.Context, by perm.Actor) (list []string, err error) {
	defer fault.Wrap(&err, "accounts.AuditDeeds")
	if err := s.may(by, ruleAudit); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		list, err = deedsSeen(tx)
		return err
	})
	return list, err
}

// A ChainCheck is the result of walking the audit chain.
type ChainCheck struct {
	Lines int64         // sound ones
	Fault error         // nil when the whole chain is sound
	Took  time.Duration // how long it took
}

// CheckAudit walks the whole chain (STANDARDS MLPS-14); the check is itself put into the audit.
func (s *Service) CheckAudit(ctx context.Context, by perm.Actor) (c ChainCheck, err error) {
	defer fault.Wrap(&err, "accounts.CheckAudit")
	if err := s.may(by, ruleCheck); err != nil {
		return c, err
	}
	began := s.clock()
	c.Lines, c.Fault = s.db.CheckAudit(ctx)
	if c.Fault != nil && fault.KindOf(c.Fault) != fault.Conflict {
		return c, c.Fault
	}
	c.Took = s.clock().Sub(began)
	err = s.db.InTx(acting(ctx, by), func(tx *sqldb.Tx) error {
		if c.Fault != nil {
			tx.AuditRefused(ruleCheck.Deed, "audit", fault.Say(c.Fault, nil))
		} else {
			tx.Audit(ruleCheck.Deed, "audit", map[string]any{"lines": c.Lines})
		}
		return nil
	})
	return c, err
}
