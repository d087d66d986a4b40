package returns

import (
	"context"
	"errors"
	"maps"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/words"
)

// An Opened is a return as somebody of its unit opens it.
type Opened struct {
	Layout   *Layout
	Standing Standing
	Filling  Filling // the own draft, else the newest version, else what is known already
	Drafted  bool    // Filling is the own draft
	Saved    string  // RFC 3339, when it was saved
	Base     int     // version that Filling began from
	Seq      int64   // of the own draft, 0 without one
	Door     Door
	File     string
	FileName string
	Checked  Checked
	Known    map[Key]Value // approved already for this period, by another way
	Previous map[Key]Value // approved for the period before
	Newest   Version       // No is 0 before the first
	Closed   bool          // the figures of the period are frozen
	Others   []draft       // of other people, and those that were kept
}

// NeedsReason tells that handing in needs a reason: it corrects an approved version, or comes for
// a closed period.
func (o *Opened) NeedsReason() bool { return o.Closed || o.Standing.Return.Approved > 0 }

// NewCells counts the cells that must be typed: all but those that are known, none of a return
// that was handed in before, whose numbers stand in it.
func (o *Opened) NewCells() int {
	if o.Standing.Return.Version > 0 {
		return 0
	}
	return o.Layout.Cells() - len(o.Known)
}

// Open opens a return for filling in. Only those who may fill it in may see it: what is not
// approved belongs to its unit (SEMANTICS §1).
func (s *Service) Open(ctx context.Context, actor perm.Actor, at Place) (o *Opened, err error) {
	defer fault.Wrap(&err, "returns.Open(%s, %d, %s)", at.Form, at.Unit, at.Period)
	f, err := s.owed(at)
	if err != nil {
		return nil, err
	}
	if err := actor.May(ruleFill, s.on(f, at)); err != nil {
		return nil, err
	}
	o = &Opened{Standing: s.standing(f, at), Closed: s.facts.Closed(at.Period), Door: ByGrid}
	if o.Layout, err = s.layout(f, at); err != nil {
		return nil, err
	}
	s.remember(o)
	if err := s.db.View(ctx, func(tx *sqldb.Tx) error { return s.fill(tx, o, actor.Login) }); err != nil {
		return nil, err
	}
	o.Checked = s.check(o.Layout, o.Filling, o.Door)
	return o, nil
}

// remember fetches what is approved already.
func (s *Service) remember(o *Opened) {
	o.Previous, o.Known = s.past(o.Layout, o.Standing.Return.Approved > 0)
}

// past gives the approved values of the period before, and of the period itself unless they come
// from this return.
func (s *Service) past(l *Layout, own bool) (previous, known map[Key]Value) {
	h, prev := s.history(), l.previous()
	previous, known = map[Key]Value{}, map[Key]Value{}
	for row := range l.Subjects {
		for col := range l.Columns {
			k := l.Key(row, col)
			if n, ok := h.value(k, prev); ok {
				previous[k] = Value{N: n}
			}
			if own {
				continue
			}
			if n, ok := h.value(k, l.Place.Period); ok {
				known[k] = Value{N: n}
			}
		}
	}
	return previous, known
}

// fill finds what stands in the return for a person.
func (s *Service) fill(tx *sqldb.Tx, o *Opened, account string) error {
	x, begun, err := returnAt(tx, o.Layout.Place)
	if err != nil {
		return err
	}
	o.Standing.Return = x
	if begun {
		if o.Others, err = drafts(tx, x.ID); err != nil {
			return err
		}
		if x.Version > 0 {
			if o.Newest, err = version(tx, x.ID, x.Version); err != nil {
				return err
			}
		}
		d, ok, err := draftOf(tx, x.ID, account, 0)
		if err != nil {
			return err
		}
		if ok {
			o.Filling, o.Drafted, o.Saved, o.Base, o.Seq = d.Filling, true, d.At, d.Base, d.Seq
			o.Door, o.File, o.FileName = d.Source, d.File, d.FileName
			return nil
		}
	}
	o.Base = x.Version
	if x.Version > 0 {
		o.Filling = o.Newest.filling(o.Layout)
		o.Filling.Declared = NoDeclaration
		return nil
	}
	o.Filling = Filling{Cells: prefilled(o.Layout, o.Known), Notes: map[Key]string{}}
	return nil
}

// prefilled puts what is known into the cells (PEERS §2 no. 42).
func prefilled(l *Layout, known map[Key]Value) map[Key]Typed {
	cells := make(map[Key]Typed, len(known))
	for k, v := range known {
		if _, col, ok := l.Find(k); ok {
			cells[k] = Typed{Text: measure.Decimal(v.N, l.Columns[col].Element.Scale)}
		}
	}
	return cells
}

// check runs all checks. What came by a workbook is told with worksheet and cell, also of blanks.
func (s *Service) check(l *Layout, in Filling, door Door) Checked {
	var spoiled map[Key]bool
	if door == ByWorkbook || door == ByImport {
		p := newPlan(l, "", words.Chinese, planIn{})
		spoiled = p.spoiled(in.Found)
		cells := make(map[Key]Typed, l.Cells())
		for row := range l.Subjects {
			for col := range l.Columns {
				k := l.Key(row, col)
				t := in.Cells[k]
				if t.Ref == "" {
					t.Ref = p.ref(row, col)
				}
				cells[k] = t
			}
		}
		in.Cells = cells
	}
	c := l.check(in, s.book.Load().checker(l.Form, s.facts.Catalogue()), s.history(), spoiled)
	if last := l.Place.Period.Last(); s.today().Before(last) {
		c.Found = append(c.Found, Found{Row: -1, Rule: ruleRunning, Severity: Info, Format: "这一期到 %s 才结束；请确认数字已经齐全", Args: []any{last}})
	}
	return c
}

// A DraftIn is what is to be kept of an unfinished return.
type DraftIn struct {
	Filling  Filling
	Base     int   // version it began from
	Seq      int64 // of the draft that was opened, 0 for none
	Door     Door
	File     string // SHA-256 of an uploaded file
	FileName string
	Fresh    bool // replaces the draft whatever stands in it; that one is kept beside
	Detach   bool // what stands on the page counts, the uploaded file no longer
}

// SaveDraft keeps the last draft of a person and gives its number. A draft that was saved from
// another window meanwhile is not overwritten: the new one is kept beside it and the answer is
// fault.Conflict. Drafts are not audited one by one: an audit line tells when one was begun.
func (s *Service) SaveDraft(ctx context.Context, actor perm.Actor, at Place, in DraftIn) (seq int64, err error) {
	defer fault.Wrap(&err, "returns.SaveDraft(%s, %d, %s)", at.Form, at.Unit, at.Period)
	f, err := s.owed(at)
	if err != nil {
		return 0, err
	}
	if err := actor.May(ruleFill, s.on(f, at)); err != nil {
		return 0, err
	}
	var overtaken error
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		seq, overtaken, err = s.saveDraft(tx, actor, at, in)
		return err
	})
	if err == nil {
		err = overtaken
	}
	return seq, err
}

// saveDraft is SaveDraft inside a transaction; overtaken is the conflict to tell after its commit.
func (s *Service) saveDraft(tx *sqldb.Tx, actor perm.Actor, at Place, in DraftIn) (seq int64, overtaken, err error) {
	x, begun, err := returnAt(tx, at)
	if err != nil {
		return 0, nil, err
	}
	if !begun {
		if x, err = beginReturn(tx, at); err != nil {
			return 0, nil, err
		}
	}
	old, had, err := draftOf(tx, x.ID, actor.Login, 0)
	if err != nil {
		return 0, nil, err
	}
	if had && in.Door == ByGrid && !in.Detach {
		in.Door, in.File, in.FileName, in.Filling = old.adopt(in.Filling)
	}
	d := draft{Account: actor.Login, Base: in.Base, Name: actor.Name, At: tx.Stamp(), Source: in.Door, File: in.File, FileName: in.FileName, Filling: in.Filling}
	if had && sameFilling(old.Filling, in.Filling) && old.File == in.File {
		if old.Base == in.Base {
			return old.Seq, nil, nil
		}
	} else if had && old.Seq != in.Seq {
		aside := d
		if in.Fresh {
			aside = old
		}
		kept, err := keepAside(tx, x.ID, aside)
		if err != nil {
			return 0, nil, err
		}
		if !in.Fresh {
			return old.Seq, otherWindow(old, kept), s.noteDrafts(tx, &x, begun, actor)
		}
	}
	d.Seq = old.Seq + 1
	if err := keepDraft(tx, x.ID, d); err != nil {
		return 0, nil, err
	}
	if had {
		return d.Seq, nil, nil
	}
	return d.Seq, nil, s.noteDrafts(tx, &x, begun, actor)
}

// adopt lets what comes back from the page keep the file it was read from, if no cell was changed.
func (d draft) adopt(in Filling) (door Door, file, name string, out Filling) {
	if d.File == "" || !sameFilling(Filling{Cells: d.Filling.Cells, Notes: d.Filling.Notes}, Filling{Cells: in.Cells, Notes: in.Notes}) {
		return ByGrid, "", "", in
	}
	in.Cells, in.Notes, in.Found = d.Filling.Cells, d.Filling.Notes, d.Filling.Found
	return d.Source, d.File, d.FileName, in
}

// noteDrafts counts the drafts and tells everybody, when one was begun or given up.
func (s *Service) noteDrafts(tx *sqldb.Tx, x *Return, begun bool, actor perm.Actor) error {
	n, err := countDrafts(tx, x.ID)
	if err != nil || begun && n == x.Drafts {
		return err
	}
	x.Drafts = n
	if err := setReturn(tx, x); err != nil {
		return err
	}
	if _, err := tx.Change("returns", strconv.FormatInt(x.ID, 10)); err != nil {
		return err
	}
	tx.Audit("returns.draft", s.object(x.Place), map[string]any{"drafts": n})
	return nil
}

// object names a return in the audit.
func (s *Service) object(at Place) string {
	return at.Form + "/" + s.code(at.Unit) + "/" + at.Period.String()
}

// Discard gives up a draft of one's own: the one at work (slot 0) or one that was kept beside it.
func (s *Service) Discard(ctx context.Context, actor perm.Actor, at Place, slot int) (err error) {
	defer fault.Wrap(&err, "returns.Discard(%s, %d, %s, %d)", at.Form, at.Unit, at.Period, slot)
	f, err := s.owed(at)
	if err != nil {
		return err
	}
	if err := actor.May(ruleFill, s.on(f, at)); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		x, begun, err := returnAt(tx, at)
		if err != nil || !begun {
			return err
		}
		if err := dropDraft(tx, x.ID, actor.Login, slot); err != nil {
			return err
		}
		return s.noteDrafts(tx, &x, true, actor)
	})
}

// A SubmitIn is a return to be handed in.
type SubmitIn struct {
	Filling      Filling
	Base         int // version it began from; another one being there now is a conflict
	Door         Door
	File         string
	FileName     string
	AcceptBlanks bool   // blanks have been listed and are meant
	Seq          int64  // number of the draft it goes on from; 0 is none
	Watch        bool   // drafts that were saved since, and are not in Seen, stop it
	Seen         string // what others had saved when it was opened: seenOf
}

// An Outcome tells what handing in did.
type Outcome struct {
	Return    Return
	Layout    *Layout
	Checked   Checked
	Unchanged bool // it says what the newest version says; nothing was written
}

// Submit hands a return in as a new version. What cannot be handed in is kept as a draft, and the
// error is fault.Findings with everything that was found, blanks first; or fault.Conflict if
// somebody else handed in meanwhile (both are kept) or the return waits for approval.
func (s *Service) Submit(ctx context.Context, actor perm.Actor, at Place, in SubmitIn) (out Outcome, err error) {
	defer fault.Wrap(&err, "returns.Submit(%s, %d, %s)", at.Form, at.Unit, at.Period)
	f, err := s.owed(at)
	if err != nil {
		return out, err
	}
	if err := actor.May(ruleFill, s.on(f, at)); err != nil {
		return out, err
	}
	if out.Layout, err = s.layout(f, at); err != nil {
		return out, err
	}
	if in.Door == ByGrid {
		if err := s.db.View(ctx, func(tx *sqldb.Tx) error { return s.adopt(tx, actor.Login, at, &in) }); err != nil {
			return out, err
		}
	}
	out.Checked = s.check(out.Layout, in.Filling, in.Door)
	var refusal error
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		refusal, err = s.submit(tx, actor, &out, in, DidSubmit)
		if err != nil || refusal == nil {
			return err
		}
		// Nothing that was typed is lost.
		draft := DraftIn{Filling: in.Filling, Base: in.Base, Seq: in.Seq, Door: in.Door, File: in.File, FileName: in.FileName, Fresh: true}
		if c := (clash{}); errors.As(refusal, &c) && c.window {
			draft.Fresh = false // the other window's stays the one at work
			_, refusal, err = s.saveDraft(tx, actor, at, draft)
			return err
		}
		_, _, err = s.saveDraft(tx, actor, at, draft)
		return err
	})
	if err == nil {
		err = refusal
	}
	return out, err
}

// adopt lets a return that was uploaded and is handed in from the page keep its file.
func (s *Service) adopt(tx *sqldb.Tx, account string, at Place, in *SubmitIn) error {
	x, begun, err := returnAt(tx, at)
	if err != nil || !begun {
		return err
	}
	d, ok, err := draftOf(tx, x.ID, account, 0)
	if err == nil && ok {
		in.Door, in.File, in.FileName, in.Filling = d.adopt(in.Filling)
	}
	return err
}

// submit hands in inside a transaction. A refusal is for the person; err is a failure.
func (s *Service) submit(tx *sqldb.Tx, actor perm.Actor, out *Outcome, in SubmitIn, deed Deed) (refusal, err error) {
	at := out.Layout.Place
	x, begun, err := returnAt(tx, at)
	if err != nil {
		return nil, err
	}
	out.Return = x
	var unseen error
	if begun && in.Watch {
		if unseen, err = unseenDraft(tx, x, actor.Login, in); err != nil {
			return nil, err
		}
	}
	var newest Version
	var same bool
	if x.Version > 0 {
		if newest, err = version(tx, x.ID, x.Version); err != nil {
			return nil, err
		}
		same = sameValues(newest.Values, out.Checked.Values) && maps.Equal(newest.Notes, cleanNotes(in.Filling.Notes)) && newest.Comment == strings.TrimSpace(in.Filling.Comment)
		if same && x.State != Returned && unseen == nil {
			out.Unchanged = true
			err := s.dropOwn(tx, &x, actor)
			out.Return = x
			return nil, err
		}
		if same && x.State == Returned {
			return fault.New(fault.Invalid, "与被退回的第 %d 版完全相同；请按退回意见修改，或在说明中写明原因后再提交", x.Version), nil
		}
	}
	switch {
	case x.Version != in.Base && !same:
		return clash{error: fault.New(fault.Conflict, "%s已于 %s 提交了第 %d 版，您填写时还没有它；两份都已保留，请在“版本对比”中核对后再提交", newest.Name, shortStamp(newest.At), x.Version),
			mine: draftID(0, actor.Login), other: versionID(x.Version)}, nil
	case unseen != nil:
		return unseen, nil
	case x.State == Reviewed:
		return fault.New(fault.Conflict, "第 %d 版已由专班审核，正在等待批准；要改动请先联系专班或禁毒办退回", x.Version), nil
	}
	if refusal := s.refusal(out, x, in); refusal != nil {
		return refusal, nil
	}
	if !begun {
		if x, err = beginReturn(tx, at); err != nil {
			return nil, err
		}
	}
	v := Version{No: x.Version + 1, FormNo: out.Layout.Form.No, At: tx.Stamp(), Account: actor.Login, Name: actor.Name, Post: actor.PostTitle(),
		Source: in.Door, File: in.File, FileName: in.FileName, Declared: in.Filling.Declared, Comment: strings.TrimSpace(in.Filling.Comment),
		Reason: strings.TrimSpace(in.Filling.Reason), Values: out.Checked.Values, Notes: cleanNotes(in.Filling.Notes), Warnings: out.Checked.warnings(out.Layout)}
	v.place(out.Layout)
	if err := insertVersion(tx, x.ID, v); err != nil {
		return nil, err
	}
	if err := retireDraft(tx, x.ID, actor.Login, in); err != nil {
		return nil, err
	}
	if x.Drafts, err = countDrafts(tx, x.ID); err != nil {
		return nil, err
	}
	x.Version, x.FormNo, x.State, x.By, x.Reviewer, x.Approver = v.No, v.FormNo, Submitted, actor.Login, "", ""
	x.LastAt, x.Last = v.At, dayOf(v.At)
	if x.FirstAt == "" {
		x.FirstAt, x.First = v.At, x.Last
	}
	if err := setReturn(tx, &x); err != nil {
		return nil, err
	}
	change, err := tx.Change("returns", strconv.FormatInt(x.ID, 10))
	if err != nil {
		return nil, err
	}
	if err := insertEvent(tx, x.ID, deed, v.No, v.Reason, change); err != nil {
		return nil, err
	}
	tx.Audit("returns."+string(deed), s.object(at), map[string]any{"version": v.No, "form": v.FormNo, "cells": len(v.Values), "declared": v.Declared,
		"source": v.Source, "file": v.File, "blanks": out.Checked.Blanks, "explained": len(v.Warnings), "reason": v.Reason})
	out.Return = x
	return nil, nil
}

// place gives every value its cell of the workbook, also those typed on the page: facts carry it,
// and the page shows it.
func (v *Version) place(l *Layout) {
	refs := map[Key]string(nil)
	for k, x := range v.Values {
		if x.Ref == "" {
			if refs == nil {
				refs = l.refs()
			}
			x.Ref = refs[k]
			v.Values[k] = x
		}
	}
}

// refusal tells why a return cannot be handed in as it is.
func (s *Service) refusal(out *Outcome, x Return, in SubmitIn) error {
	l := out.Layout
	list := out.Checked.Findings(l, false)
	if reason := strings.TrimSpace(in.Filling.Reason); reason == "" && (x.Approved > 0 || s.facts.Closed(l.Place.Period)) {
		format := "更正已批准的报表必须写明原因；请填写“更正原因”"
		if x.Approved == 0 {
			format = "%s 已经封账，补报必须写明原因；请填写“更正原因”"
			list = append(list, fault.Finding{Field: "更正原因", Rule: ruleReason, Format: format, Args: []any{l.Place.Period}})
		} else {
			list = append(list, fault.Finding{Field: "更正原因", Rule: ruleReason, Format: format})
		}
	}
	if len(list) == 0 && out.Checked.Blanks > 0 && !in.AcceptBlanks {
		for _, f := range out.Checked.Found {
			if f.Rule == ruleBlank {
				list = append(list, f.Finding(l))
			}
		}
	}
	return list.Err()
}

// dropOwn gives up the own draft of a return that is handed in as it stands.
func (s *Service) dropOwn(tx *sqldb.Tx, x *Return, actor perm.Actor) error {
	if err := dropDraft(tx, x.ID, actor.Login, 0); err != nil {
		return err
	}
	return s.noteDrafts(tx, x, true, actor)
}

func cleanNotes(notes map[Key]string) map[Key]string {
	out := map[Key]string{}
	for k, n := range notes {
		if n = strings.TrimSpace(n); n != "" {
			out[k] = n
		}
	}
	return out
}

// warnings lists the soft findings that were explained.
func (c Checked) warnings(l *Layout) []Warning {
	var out []Warning
	for _, f := range c.Found {
		if f.Explained() {
			out = append(out, Warning{Rule: f.Rule, Where: whereIn(words.Chinese, l, f), Say: f.Message(nil), Note: f.Note})
		}
	}
	return out
}

// shortStamp gives an instant as people read it: "2018-04-03 09:12".
func shortStamp(at string) string {
	if len(at) < 16 {
		return at
	}
	return strings.Replace(at[:16], "T", " ", 1)
}
