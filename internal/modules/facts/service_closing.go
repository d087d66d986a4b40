package facts

import (
	"context"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// ClosePeriod freezes the figures of a period as of the change number that it gives, inside the
// caller's transaction, and lets the joint OnClose store them there. The caller must not have
// recorded facts in the same transaction, for the cube does not hold them yet. A period that has
// not ended, or is closed already, is refused. It cannot be opened again; later changes are
// restatements (SEMANTICS §5).
func (s *Service) ClosePeriod(tx *sqldb.Tx, p period.Period) (no int64, err error) {
	return s.closePeriod(tx, p, "")
}

func (s *Service) closePeriod(tx *sqldb.Tx, p period.Period, reason string) (no int64, err error) {
	if err := s.catchUp(tx); err != nil {
		return 0, err
	}
	known, err := readClosings(tx)
	if err != nil {
		return 0, err
	}
	if err := s.mayClose(p, known); err != nil {
		return 0, err
	}
	if no, err = tx.Change("closings", p.String()); err != nil {
		return 0, err
	}
	if err := insertClosing(tx, no, p, reason); err != nil {
		return 0, err
	}
	tx.Audit("facts.close", p.String(), map[string]any{"no": no, "reason": reason})
	if s.joints.onClose != nil {
		if err := s.joints.onClose(tx, no, p); err != nil {
			return 0, err
		}
	}
	return no, nil
}

// mayClose tells why a period cannot be closed.
func (s *Service) mayClose(p period.Period, known closings) error {
	switch {
	case p.IsZero():
		return fault.New(fault.Invalid, "请选择要封账的期")
	case p.Last() >= period.DayOf(s.clock()):
		return fault.New(fault.Invalid, "%s 还没有结束，不能封账；请在 %s 之后再来", p, p.Last())
	}
	if x := known.of(p); x != nil {
		return fault.New(fault.Conflict, "%s 已在 %s 的封账之内，不必再封", p, x.Period)
	}
	return nil
}

// Close is ClosePeriod as a use-case of its own, by a person, with a reason or remark that may be
// empty.
func (s *Service) Close(ctx context.Context, a perm.Actor, p period.Period, reason string) (err error) {
	defer fault.Wrap(&err, "facts.Close(%s)", p)
	if err := a.May(ruleClose, perm.On{}); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if len([]rune(reason)) > 500 {
		return fault.Findings{{Field: "reason", Rule: "field", Format: "说明不能超过 500 个字"}}
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		_, err := s.closePeriod(tx, p, reason)
		return err
	})
}
