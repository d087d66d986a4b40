package returns

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// Forms lists the newest version of every form, by code.
func (s *Service) Forms() []*Form {
	b := s.book.Load()
	out := make([]*Form, len(b.codes))
	for i, c := range b.codes {
		out[i] = b.newest(c)
	}
	return out
}

// FormVersions lists all versions of a form, ascending; fault.Missing if there is none.
func (s *Service) FormVersions(code string) ([]*Form, error) {
	list := s.book.Load().forms[code]
	if len(list) == 0 {
		return nil, fault.New(fault.Missing, "没有代码为 %s 的报表；请从报表目录进入", code)
	}
	return slices.Clone(list), nil
}

// FormAt gives the version of a form in force for a period; ok is false if none is.
func (s *Service) FormAt(code string, p period.Period) (*Form, bool) {
	f := s.book.Load().at(code, p)
	return f, f != nil
}

// Ended gives the last period of a form that is no longer asked.
func (s *Service) Ended(code string) (period.Period, bool) {
	p, ok := s.book.Load().last[code]
	return p, ok
}

// UsesElement lists the forms that ask for an element now.
func (s *Service) UsesElement(code string) []*Form {
	var out []*Form
	for _, f := range s.Forms() {
		if slices.ContainsFunc(f.Items, func(it Item) bool { return it.Element == code }) {
			out = append(out, f)
		}
	}
	return out
}

// ready fits a form to units and elements and finds every fault; others are the forms it stands
// beside.
func (s *Service) ready(f *Form, others []*Form) fault.Findings {
	var list fault.Findings
	if err := f.Check(); err != nil {
		l, ok := err.(fault.Findings)
		if !ok {
			return fault.Findings{{Rule: "form", Format: "%s", Args: []any{err}}}
		}
		list = append(list, l...)
	}
	day := s.today()
	if !f.From.IsZero() {
		day = f.From.Last()
	}
	reg, cat := s.units.Register(), s.facts.Catalogue()
	t := reg.On(day)
	if f.Force != 0 && t.Kind(f.Force).Tree() != org.Functional {
		list = append(list, fault.Finding{Field: "force", Rule: "form", Format: "归口应是专班或部门，不能是%s", Args: []any{unitName(t, f.Force)}})
	}
	if f.Units.Under != 0 && !t.Has(f.Units.Under) {
		list = append(list, fault.Finding{Field: "units", Rule: "form", Format: "填报单位的上级在 %s 还不存在或已撤销；请另选", Args: []any{f.From}})
	}
	if len(list) == 0 && len(f.Units.Members(t, day)) == 0 {
		list = append(list, fault.Finding{Field: "units", Rule: "form", Format: "按这样的范围，%s 没有一个单位要填报；请核对类别和上级", Args: []any{f.From}})
	}
	list = append(list, f.prepare(cat, t, day)...)
	list = append(list, f.prepareRules(cat)...)
	for _, r := range f.repeats(others, t, day) {
		if strings.TrimSpace(f.Items[r.Item].Repeat) == "" {
			list = append(list, fault.Finding{Field: "items", Row: r.Item + 1, Rule: "repeat", Value: f.Items[r.Item].Element,
				Format: "数据项 %s 已由报表 %s（%s）向同样的单位采集；请删去，让系统预填，或写明重复采集的理由",
				Args:   []any{f.Items[r.Item].Element, r.Other.Code, r.Other.Name}})
		}
	}
	return list
}

// others lists the forms still asked, without one.
func (s *Service) others(code string) []*Form {
	var out []*Form
	b := s.book.Load()
	for _, c := range b.codes {
		if _, ended := b.last[c]; c != code && !ended {
			out = append(out, b.newest(c))
		}
	}
	return out
}

// CheckForm finds every fault of a form without saving it, and fits it to the catalogue: codes for
// names, labels, categories written in full.
func (s *Service) CheckForm(f *Form) error { return s.ready(f, s.others(f.Code)).Err() }

// SaveForm makes a new form, or a new version of a form from a period on; earlier periods keep
// their version. A period for which something was handed in already cannot get a new version.
// The error is fault.Findings with every fault.
func (s *Service) SaveForm(ctx context.Context, actor perm.Actor, in Form, reason string) (f *Form, err error) {
	defer fault.Wrap(&err, "returns.SaveForm(%s)", in.Code)
	if err := actor.May(ruleForms, perm.On{}); err != nil {
		return nil, err
	}
	f = &in
	list := s.ready(f, s.others(f.Code))
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		more, err := s.saveForm(tx, actor, f, reason)
		if err != nil {
			return err
		}
		return append(list, more...).Err()
	})
	return f, err
}

// saveForm writes a version; faults that only the database tells come as findings, and then the
// caller undoes it.
func (s *Service) saveForm(tx *sqldb.Tx, actor perm.Actor, f *Form, reason string) (fault.Findings, error) {
	var list fault.Findings
	last, err := lastFormNo(tx, f.Code)
	if err != nil {
		return nil, err
	}
	reason = strings.TrimSpace(reason)
	if last > 0 {
		if reason == "" {
			list = append(list, fault.Finding{Field: "reason", Rule: "form", Format: "请写明修订的原因"})
		}
		if prev := s.book.Load().version(f.Code, last); prev != nil && f.From.First() < prev.From.First() {
			list = append(list, fault.Finding{Field: "from", Rule: "form", Format: "新版本的起用期 %s 早于第 %d 版的起用期 %s；请改为该期或以后", Args: []any{f.From, last, prev.From}})
		}
		begun, err := begunPeriods(tx, f.Code)
		if err != nil {
			return nil, err
		}
		var newest period.Period
		n := 0
		for _, p := range begun {
			if p.Last() >= f.From.First() {
				n++
				if newest.IsZero() || p.Last() > newest.Last() {
					newest = p
				}
			}
		}
		if n > 0 {
			list = append(list, fault.Finding{Field: "from", Rule: "form", Format: "从 %s 起已有 %d 份报表提交，版本不能再变；新版本请从 %s 起用",
				Args: []any{f.From, n, newest.Next()}})
		}
	}
	if !plain(reason, 0, 200) {
		list = append(list, fault.Finding{Field: "reason", Rule: "form", Format: "修订原因最多 200 个字，不含换行"})
	}
	if len(list) > 0 {
		return list, nil
	}
	f.No, f.At, f.Account, f.By, f.Reason = last+1, tx.Stamp(), actor.Login, actor.Name, reason
	if err := insertForm(tx, f); err != nil {
		return nil, err
	}
	if err := reopenForm(tx, f.Code); err != nil {
		return nil, err
	}
	if _, err := tx.Change("forms", f.Code); err != nil {
		return nil, err
	}
	tx.Audit("forms.save", f.Code, map[string]any{"version": f.No, "from": f.From.String(), "reason": reason})
	return nil, nil
}

// EndForm says that a form is no longer asked after a period; its past stays. A zero period takes
// that back.
func (s *Service) EndForm(ctx context.Context, actor perm.Actor, code string, last period.Period, reason string) (err error) {
	defer fault.Wrap(&err, "returns.EndForm(%s, %s)", code, last)
	if err := actor.May(ruleForms, perm.On{}); err != nil {
		return err
	}
	f := s.book.Load().newest(code)
	if f == nil {
		return fault.New(fault.Missing, "没有代码为 %s 的报表；请从报表目录进入", code)
	}
	var fields fault.Fields
	fields.Need(plain(strings.TrimSpace(reason), 1, 200), "reason", "请写明原因，最多 200 个字")
	if !last.IsZero() {
		fields.Need(last.Kind() == f.Grain.Kind(), "last", "%s 不是这张表的一期；请写成 %s 这样", last, exampleSlot(f.Grain))
		fields.Need(last.Last() >= f.From.First(), "last", "最后一期 %s 早于现行版本的起用期 %s", last, f.From)
	}
	if err := fields.Err(); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if last.IsZero() {
			if err := reopenForm(tx, code); err != nil {
				return err
			}
		} else {
			begun, err := begunPeriods(tx, code)
			if err != nil {
				return err
			}
			for _, p := range begun {
				if p.First() > last.Last() {
					return fault.New(fault.Conflict, "%s 已有报表提交，停用不能早于这一期；请把最后一期改为它或以后", p)
				}
			}
			if err := endForm(tx, code, last, strings.TrimSpace(reason)); err != nil {
				return err
			}
		}
		if _, err := tx.Change("forms", code); err != nil {
			return err
		}
		tx.Audit("forms.end", code, map[string]any{"last": last.String(), "reason": reason})
		return nil
	})
}

// sameForm tells whether two versions say the same, apart from who made them and when.
func sameForm(a, b *Form) bool {
	clean := func(f *Form) string {
		c := *f
		c.No, c.At, c.Account, c.By, c.Reason = 0, "", "", "", ""
		text, err := json.Marshal(c)
		if err != nil {
			return ""
		}
		return string(text)
	}
	return clean(a) == clean(b)
}

// importForms writes several forms, all or none, and counts what they do.
func (s *Service) importForms(ctx context.Context, actor perm.Actor, list []*Form, found fault.Findings, dryRun bool) (r measure.ImportReport, err error) {
	if err := actor.May(ruleForms, perm.On{}); err != nil {
		return r, err
	}
	r.Findings = found
	bad := map[string]bool{}
	for _, f := range found {
		bad[f.Sheet] = true
	}
	s.judgeForms(list, &r, bad)
	var write []*Form
	for _, f := range list {
		r.Read++
		old := s.book.Load().newest(f.Code)
		switch {
		case bad[f.Code]:
			r.Rejected++
		case old != nil && sameForm(old, f):
			r.Unchanged++
			continue
		case old != nil:
			r.Updated++
		default:
			r.Created++
		}
		write = append(write, f)
	}
	if r.Rejected > 0 || len(r.Findings) > 0 || len(write) == 0 {
		return r, nil
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		for _, f := range write {
			reason := f.Reason
			if reason == "" {
				reason = "从文件导入"
			}
			more, err := s.saveForm(tx, actor, f, reason)
			if err != nil {
				return err
			}
			for _, x := range more {
				x.Sheet = f.Code
				r.Findings = append(r.Findings, x)
			}
			if len(more) > 0 {
				r.Rejected++
				if s.book.Load().newest(f.Code) != nil {
					r.Updated--
				} else {
					r.Created--
				}
			}
		}
		if len(r.Findings) > 0 || dryRun {
			return errUndo
		}
		return nil
	})
	if err == errUndo {
		return r, nil
	}
	r.Written = err == nil
	return r, err
}

// errUndo ends a transaction that was only to show what it would do.
var errUndo = fault.New(fault.Conflict, "只检查，不写入")

// judgeForms checks the forms of a file beside each other and beside those that are there.
func (s *Service) judgeForms(list []*Form, r *measure.ImportReport, bad map[string]bool) {
	seen := map[string]bool{}
	for i, f := range list {
		if seen[f.Code] {
			r.Findings = append(r.Findings, fault.Finding{Sheet: f.Code, Field: "code", Value: f.Code, Rule: ruleTwice, Format: "文件里有两张表的代码都是 %s；请改正", Args: []any{f.Code}})
			bad[f.Code] = true
		}
		seen[f.Code] = true
		beside := slices.DeleteFunc(s.others(f.Code), func(o *Form) bool {
			return slices.ContainsFunc(list, func(x *Form) bool { return x.Code == o.Code })
		})
		beside = append(beside, list[:i]...)
		for _, x := range s.ready(f, beside) {
			x.Sheet = f.Code
			r.Findings = append(r.Findings, x)
			bad[f.Code] = true
		}
	}
}
