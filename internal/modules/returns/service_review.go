package returns

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// A Pick names one version of a return that somebody looked at. A newer version makes the deed
// fail, so that nothing moves under review (PEERS §2 no. 37).
type Pick struct {
	ID      int64
	Version int
}

// Review marks versions as looked through by the task force that owns the form. It is done to all
// of the list or to none; the error is fault.Findings with every obstacle.
func (s *Service) Review(ctx context.Context, actor perm.Actor, list []Pick, remark string) (err error) {
	defer fault.Wrap(&err, "returns.Review(%v)", list)
	return s.each(ctx, list, func(tx *sqldb.Tx, x *Return, f *Form) error {
		if err := actor.May(ruleReview, s.on(f, x.Place)); err != nil {
			return err
		}
		switch {
		case x.State != Submitted:
			return fault.New(fault.Conflict, "现在是“%s”，不是“已提交”，不能审核", fault.Word(x.StateText()))
		case x.By == actor.Login:
			return fault.New(fault.Forbidden, "这份报表是您本人提交的；审核要由另一个账号来做")
		case !wordsOK(remark):
			return fault.New(fault.Invalid, "说明最多 %d 个字，不含控制字符；请缩短", maxComment)
		}
		x.State, x.Reviewer = Reviewed, actor.Login
		return s.record(tx, x, DidReview, remark, nil)
	})
}

// SendBack gives a version back to its unit with reasons: the task force does so before it has
// reviewed, the office before it has approved.
func (s *Service) SendBack(ctx context.Context, actor perm.Actor, pick Pick, reason string) (err error) {
	defer fault.Wrap(&err, "returns.SendBack(%v)", pick)
	reason = strings.TrimSpace(reason)
	return s.each(ctx, []Pick{pick}, func(tx *sqldb.Tx, x *Return, f *Form) error {
		on := s.on(f, x.Place)
		err := actor.May(ruleApprove, on)
		if err != nil && x.State == Submitted {
			err = actor.May(ruleReview, on)
		}
		switch {
		case err != nil:
			return err
		case x.State != Submitted && x.State != Reviewed:
			return fault.New(fault.Conflict, "现在是“%s”，不能退回", fault.Word(x.StateText()))
		case reason == "" || !wordsOK(reason):
			return fault.New(fault.Invalid, "请写明退回的原因，最多 %d 个字，让填报单位知道改什么", maxComment)
		}
		x.State = Returned
		return s.record(tx, x, DidSendBack, reason, nil)
	})
}

// Approve makes facts of the picked versions, all of them or none, in one transaction. The one who
// approves is neither the one who handed in nor the one who reviewed. Values of a closed period
// are a restatement and need a reason: that of the unit, or restate. Every obstacle of every
// return is told at once.
func (s *Service) Approve(ctx context.Context, actor perm.Actor, list []Pick, restate string) (err error) {
	defer fault.Wrap(&err, "returns.Approve(%v)", list)
	return s.each(ctx, list, func(tx *sqldb.Tx, x *Return, f *Form) error {
		if err := actor.May(ruleApprove, s.on(f, x.Place)); err != nil {
			return err
		}
		switch {
		case x.State != Reviewed:
			return fault.New(fault.Conflict, "现在是“%s”，不是“已审核”，不能批准", fault.Word(x.StateText()))
		case x.By == actor.Login:
			return fault.New(fault.Forbidden, "这份报表是您本人提交的；批准要由另一个账号来做")
		case x.Reviewer == actor.Login:
			return fault.New(fault.Forbidden, "这份报表是您本人审核的；批准要由另一个账号来做")
		case !wordsOK(restate):
			return fault.New(fault.Invalid, "说明最多 %d 个字，不含控制字符；请缩短", maxComment)
		}
		return s.land(tx, actor, x, DidApprove, restate)
	})
}

// land records the newest version as facts.
func (s *Service) land(tx *sqldb.Tx, actor perm.Actor, x *Return, deed Deed, restate string) error {
	v, err := version(tx, x.ID, x.Version)
	if err != nil {
		return err
	}
	batch := measure.Batch{Reason: v.Reason, Source: measure.Source{Kind: measure.FromReturn, ID: SourceID(x.ID, v.No),
		Name: fmt.Sprintf("%s %s %s", s.book.Load().version(x.Place.Form, v.FormNo).Name, s.name(x.Place.Unit, x.Place.Period.Last()), x.Place.Period)}}
	if s.facts.Closed(x.Place.Period) {
		batch.Restate = true
		if r := strings.TrimSpace(restate); r != "" {
			batch.Reason = r
		}
		if batch.Reason == "" {
			return fault.New(fault.Invalid, "%s 已经封账，批准即为更正；请写明更正原因", x.Place.Period)
		}
	}
	batch.Facts = factsOf(x.Place, v.Values)
	if x.Approved > 0 {
		before, err := version(tx, x.ID, x.Approved)
		if err != nil {
			return err
		}
		batch.Facts = append(batch.Facts, withdrawn(x.Place, before.Values, v.Values)...)
	}
	var done measure.Outcome
	if len(batch.Facts) > 0 {
		if done, err = s.facts.Record(tx, batch); err != nil {
			return err
		}
	}
	x.State, x.Approved, x.Approver = Approved, v.No, actor.Login
	x.Restated = x.Restated || batch.Restate
	reason := ""
	if batch.Restate {
		reason = batch.Reason
	}
	return s.record(tx, x, deed, reason, map[string]any{"created": done.Created, "updated": done.Updated, "unchanged": done.Unchanged, "restate": batch.Restate})
}

// SourceID names a version of a return as the source of facts.
func SourceID(ret int64, version int) string { return fmt.Sprintf("%d.%d", ret, version) }

// ParseSource reads a SourceID.
func ParseSource(id string) (ret int64, version int, ok bool) {
	a, b, found := strings.Cut(id, ".")
	ret, err1 := strconv.ParseInt(a, 10, 64)
	version, err2 := strconv.Atoi(b)
	return ret, version, found && err1 == nil && err2 == nil
}

// factsOf turns values into facts, in a fixed order.
func factsOf(at Place, values map[Key]Value) []measure.Fact {
	out := make([]measure.Fact, 0, len(values))
	for k, v := range values {
		out = append(out, measure.Fact{Element: k.Element, Category: k.Category, Unit: k.Subject, Period: at.Period, Value: v.N, Ref: v.Ref})
	}
	slices.SortFunc(out, byCell)
	return out
}

// withdrawn takes back what an earlier version said and the new one leaves blank.
func withdrawn(at Place, before, now map[Key]Value) []measure.Fact {
	var out []measure.Fact
	for k, v := range before {
		if _, still := now[k]; !still {
			out = append(out, measure.Fact{Element: k.Element, Category: k.Category, Unit: k.Subject, Period: at.Period, Gone: true, Ref: v.Ref})
		}
	}
	slices.SortFunc(out, byCell)
	return out
}

func byCell(a, b measure.Fact) int {
	if a.Unit != b.Unit {
		return int(a.Unit - b.Unit)
	}
	if c := strings.Compare(a.Element, b.Element); c != 0 {
		return c
	}
	return strings.Compare(string(a.Category), string(b.Category))
}

// each does a deed to every return of a list in one transaction. What stands in the way of any of
// them is collected, and then nothing is done.
func (s *Service) each(ctx context.Context, list []Pick, deed func(tx *sqldb.Tx, x *Return, f *Form) error) error {
	if len(list) == 0 {
		return fault.New(fault.Invalid, "没有选中报表；请先勾选")
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		var found fault.Findings
		var only error
		for _, p := range list {
			x, err := returnByID(tx, p.ID)
			if err != nil {
				return err
			}
			f := s.book.Load().version(x.Place.Form, x.FormNo)
			if f == nil {
				return fault.New(fault.Missing, "报表 %s 没有第 %d 版", x.Place.Form, x.FormNo)
			}
			if x.Version != p.Version {
				err = fault.New(fault.Conflict, "单位已提交第 %d 版，您看到的是第 %d 版；请看过新版再办理", x.Version, p.Version)
			} else {
				err = deed(tx, &x, f)
			}
			if err == nil {
				continue
			}
			where := fmt.Sprintf("%s %s %s", s.name(x.Place.Unit, x.Place.Period.Last()), f.Name, x.Place.Period)
			var inside fault.Findings
			var said *fault.Error
			switch {
			case errors.As(err, &said):
				only = err
				found = append(found, fault.Finding{Sheet: where, Value: SourceID(x.ID, x.Version), Rule: "return", Format: "%s", Args: []any{err}})
			case errors.As(err, &inside):
				for _, one := range inside {
					one.Sheet = strings.TrimSpace(where + " " + one.Sheet)
					found = append(found, one)
				}
			default:
				return err
			}
			if k := fault.KindOf(err); k == fault.Internal || k == fault.Unavailable {
				return err
			}
		}
		if len(found) == 1 && only != nil {
			return only // with its own kind
		}
		return found.Err()
	})
}

// record writes the changed record of a return, its event, its audit line and its change.
func (s *Service) record(tx *sqldb.Tx, x *Return, deed Deed, reason string, detail map[string]any) error {
	if err := setReturn(tx, x); err != nil {
		return err
	}
	change, err := tx.Change("returns", strconv.FormatInt(x.ID, 10))
	if err != nil {
		return err
	}
	if err := insertEvent(tx, x.ID, deed, x.Version, strings.TrimSpace(reason), change); err != nil {
		return err
	}
	if detail == nil {
		detail = map[string]any{}
	}
	detail["version"] = x.Version
	if reason != "" {
		detail["reason"] = reason
	}
	tx.Audit("returns."+string(deed), s.object(x.Place), detail)
	return nil
}
