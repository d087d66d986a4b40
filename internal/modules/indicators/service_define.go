package indicators

import (
	"context"
	"fmt"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// A Draft is what the office types to define an indicator or to change its definition.
type Draft struct {
	Code, Name, NameEN, Force string
	Order                     int
	Definition                Definition // Formula as typed, with names or codes
	// Row is the version of the row that was edited; 0 for a new indicator.
	Row int
	// TouchPast must be set for a definition that begins in a period already over: a definition
	// never changes the past unless asked to.
	TouchPast bool
}

// An Effect is what a draft would do to one figure.
type Effect struct {
	Unit   org.UnitID
	Period period.Period
	Old    Answer
	New    Answer
	Closed bool
}

// A Preview is what a draft would do.
type Preview struct {
	Formula string // with codes, as it would be stored
	Shown   string // with names
	Past    bool   // begins in the past: periods already over get another meaning
	Effects []Effect
	Same    int // figures that would not change
}

// read checks a draft and writes its formula with codes.
func (s *Service) read(b *book, d *Draft) (*formula.Expr, error) { return s.readWith(b, b.words, d) }

// readWith checks a draft against other names than the book's.
func (s *Service) readWith(b *book, names formula.Names, d *Draft) (*formula.Expr, error) {
	i := Indicator{Code: strings.TrimSpace(d.Code), Name: strings.TrimSpace(d.Name)}
	d.Code, d.Name = i.Code, i.Name
	var all fault.Findings
	for _, err := range []error{i.CheckHead(), d.Definition.Check()} {
		if f, ok := err.(fault.Findings); ok {
			all = append(all, f...)
		} else if err != nil {
			return nil, err
		}
	}
	if _, ok := b.catalogue.Code(d.Code); ok {
		all = append(all, fault.Finding{Field: "code", Rule: "code-taken", Value: d.Code, Format: "代码 %s 已是数据项的代码；请换一个", Args: []any{d.Code}})
	}
	if d.Force != "" {
		if _, ok := s.units.Register().ByCode(d.Force); !ok {
			all = append(all, fault.Finding{Field: "force", Rule: "unknown-unit", Value: d.Force, Format: "没有代码为 %s 的专班；请从列表中选择", Args: []any{d.Force}})
		}
	}
	var e *formula.Expr
	if strings.TrimSpace(d.Definition.Formula) != "" {
		var err error
		e, err = formula.Check(d.Definition.Formula, formula.Scope{Names: names, Self: d.Code})
		if err != nil {
			list, ok := err.(formula.Errors)
			if !ok {
				return nil, err
			}
			for _, f := range list.Findings() {
				f.Field = "formula"
				all = append(all, f)
			}
		} else {
			d.Definition.Formula = e.Codes()
		}
	} else {
		d.Definition.Formula = ""
	}
	all = append(all, b.checkEffort(&d.Definition, e)...)
	return e, all.Err()
}

// Preview tells what a draft would do to existing figures of the root and its children, in the
// years that have data, without writing anything.
func (s *Service) Preview(ctx context.Context, by perm.Actor, d Draft) (p Preview, err error) {
	defer fault.Wrap(&err, "indicators.Preview(%s)", d.Code)
	if err := by.May(ruleDefine, perm.On{}); err != nil {
		return Preview{}, err
	}
	b := s.now.Load()
	e, err := s.read(b, &d)
	if err != nil {
		return Preview{}, err
	}
	p = Preview{Formula: d.Definition.Formula, Past: d.Definition.From <= s.today()}
	if e != nil {
		p.Shown = e.Text(b.names(false))
	}
	old, err := s.ask(ctx, by, 0)
	if err != nil {
		return Preview{}, err
	}
	changed := *old
	changed.book = b.with(d, nextVersion(b, d.Code))
	changed.src = old.src.with(changed.book)
	tree := s.units.Today()
	root := tree.Root(org.Territorial)
	for _, u := range append([]org.UnitID{root}, tree.Children(root)...) {
		for _, q := range reportedPeriods(old.src, e) {
			if q.Last() < d.Definition.From {
				continue
			}
			was, err := old.figure(Question{Code: d.Code, Unit: u, Period: q})
			if err != nil { // the indicator is new
				was = Answer{Reason: measure.NotDefined}
			}
			is, err := changed.figure(Question{Code: d.Code, Unit: u, Period: q})
			if err != nil {
				return Preview{}, err
			}
			if sameFigure(was, is) {
				if _, ok := is.Value(); ok {
					p.Same++
				}
				continue
			}
			p.Effects = append(p.Effects, Effect{Unit: u, Period: q, Old: was, New: is, Closed: s.facts.Closed(q)})
		}
	}
	return p, nil
}

func sameFigure(a, b Answer) bool {
	x, ok1 := a.Value()
	y, ok2 := b.Value()
	return ok1 == ok2 && x == y && a.Reason == b.Reason && a.Incomplete == b.Incomplete
}

// with gives a copy of a source that reads another book.
func (s *source) with(b *book) *source {
	c := *s
	c.book = b
	return &c
}

func nextVersion(b *book, code string) int {
	i, _ := b.indicator(code)
	return i.Latest().Version + 1
}

// with gives a copy of the book as if a draft were defined.
func (b *book) with(d Draft, version int) *book {
	list := append([]Indicator(nil), b.list...)
	def := d.Definition
	def.Version = version
	if k, ok := b.byCode[d.Code]; ok {
		i := list[k]
		i.Name, i.NameEN, i.Force = d.Name, d.NameEN, d.Force
		i.Versions = insertVersion(i.Versions, def)
		list[k] = i
	} else {
		list = append(list, Indicator{Code: d.Code, Name: d.Name, NameEN: d.NameEN, Force: d.Force, Versions: []Definition{def}})
	}
	return newBook(b.catalogue, b.forms, list, b.targets, b.bundles, b.closings)
}

// insertVersion puts a definition in the order of its first day. One that begins on the same day
// as an earlier one stands after it and so takes its place; the earlier stays in the history.
func insertVersion(list []Definition, d Definition) []Definition {
	out := append([]Definition(nil), list...)
	k := len(out)
	for k > 0 && out[k-1].From > d.From {
		k--
	}
	return append(out[:k], append([]Definition{d}, out[k:]...)...)
}

// Define makes an indicator or a new version of its definition. A definition that begins in a
// past period changes figures already known and must be asked for.
func (s *Service) Define(ctx context.Context, by perm.Actor, d Draft) (err error) {
	defer fault.Wrap(&err, "indicators.Define(%s)", d.Code)
	if err := by.May(ruleDefine, perm.On{}); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		b := s.now.Load()
		if _, err := s.read(b, &d); err != nil {
			return err
		}
		return s.define(tx, b, d)
	})
}

func (s *Service) define(tx *sqldb.Tx, b *book, d Draft) error {
	i, exists := b.indicator(d.Code)
	if exists {
		row, err := rowVersion(tx, d.Code)
		if err != nil {
			return err
		}
		if d.Row == 0 {
			return fault.New(fault.Conflict, "指标 %s 已经存在；请打开它再修改", d.Code)
		}
		if row != d.Row {
			return fault.New(fault.Conflict, "指标 %s 已被别人修改（第 %d 次修改）；您填写的内容还在，请对照后再保存", d.Code, row)
		}
	}
	last := i.Latest()
	redefined := !exists || !sameMeaning(last, d.Definition)
	if redefined && exists && d.Definition.From <= s.today() && !d.TouchPast && !sameFigures(last, d.Definition) {
		return fault.New(fault.Invalid, "定义自 %s 起施行，会改变已经过去的期别；确实要改，请勾选“同意改变过去的期别”，或把施行日改到今天以后", d.Definition.From)
	}
	head := Indicator{Code: d.Code, Name: d.Name, NameEN: d.NameEN, Force: d.Force, Order: d.Order}
	var err error
	if exists {
		err = updateIndicator(tx, head)
	} else {
		err = insertIndicator(tx, head)
	}
	if err != nil {
		return err
	}
	if redefined {
		d.Definition.Version = last.Version + 1
		for _, v := range i.Versions {
			d.Definition.Version = max(d.Definition.Version, v.Version+1)
		}
		if err := addDefinition(tx, d.Code, d.Definition); err != nil {
			return err
		}
	}
	tx.Audit("indicators.define", "indicator/"+d.Code, map[string]any{"version": d.Definition.Version, "from": d.Definition.From.String(),
		"formula": d.Definition.Formula, "effort": d.Definition.Effort, "old": last.Formula, "why": d.Definition.Why, "redefined": redefined})
	_, err = tx.Change("indicators", d.Code)
	return err
}

// sameMeaning tells whether two definitions say the same, whoever wrote them.
func sameMeaning(a, b Definition) bool {
	return a.From == b.From && a.Formula == b.Formula && a.Format == b.Format && a.Digits == b.Digits && a.Direction == b.Direction &&
		a.Rollup == b.Rollup && a.Unit == b.Unit && a.UnitEN == b.UnitEN && a.MinCoverage == b.MinCoverage && a.Source == b.Source && a.Note == b.Note && a.Effort == b.Effort
}

// sameFigures tells whether two definitions give the same figures: effort is told beside them only.
func sameFigures(a, b Definition) bool {
	b.Effort = a.Effort
	return sameMeaning(a, b)
}

// SetTarget puts a target in force. One for the same unit and period is ended and stays in the
// history.
func (s *Service) SetTarget(ctx context.Context, by perm.Actor, t Target) (err error) {
	defer fault.Wrap(&err, "indicators.SetTarget(%s)", t.Indicator)
	if err := by.May(ruleDefine, perm.On{}); err != nil {
		return err
	}
	if err := s.checkTarget(t); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		_, err := s.setTarget(tx, t)
		return err
	})
}

func (s *Service) checkTarget(t Target) error {
	if err := t.Check(); err != nil {
		return err
	}
	if _, ok := s.now.Load().indicator(t.Indicator); !ok {
		return fault.New(fault.Missing, "没有代码或名称为“%s”的指标或数据项；可用 kaiyang export indicators 查看全部代码", t.Indicator)
	}
	return nil
}

func (s *Service) setTarget(tx *sqldb.Tx, t Target) (created bool, err error) {
	all, err := loadTargets(tx)
	if err != nil {
		return false, err
	}
	created = true
	for _, o := range all[t.Indicator] {
		if o.Ended != "" || o.Unit != t.Unit || o.Period != t.Period {
			continue
		}
		if o.Comparator == t.Comparator && o.Value == t.Value && o.Upper == t.Upper && o.Base == t.Base && o.Margin == t.Margin && o.Source == t.Source {
			return false, errUnchanged
		}
		if err := endTarget(tx, o.ID); err != nil {
			return false, err
		}
		created = false
	}
	id, err := addTarget(tx, t)
	if err != nil {
		return false, err
	}
	tx.Audit("indicators.target", "indicator/"+t.Indicator, map[string]any{"id": id, "unit": t.Unit, "period": t.Period.String(),
		"comparator": string(t.Comparator), "value": t.Value, "upper": t.Upper, "base": t.Base, "why": t.Why})
	_, err = tx.Change("targets", t.Indicator)
	return created, err
}

// errUnchanged tells an importer that a target is there already; it never reaches a person.
var errUnchanged = fault.New(fault.Conflict, "这个目标已经存在")

// EndTarget withdraws a target; it stays in the history.
func (s *Service) EndTarget(ctx context.Context, by perm.Actor, code string, id int64, why string) (err error) {
	defer fault.Wrap(&err, "indicators.EndTarget(%d)", id)
	if err := by.May(ruleDefine, perm.On{}); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if err := endTarget(tx, id); err != nil {
			return err
		}
		tx.Audit("indicators.target.end", "indicator/"+code, map[string]any{"id": id, "why": why})
		_, err := tx.Change("targets", code)
		return err
	})
}

// SaveBundle keeps a bundle with its members in their order.
func (s *Service) SaveBundle(ctx context.Context, by perm.Actor, bundle Bundle) (err error) {
	defer fault.Wrap(&err, "indicators.SaveBundle(%s)", bundle.Code)
	if err := by.May(ruleDefine, perm.On{}); err != nil {
		return err
	}
	if err := s.checkBundle(ctx, by, bundle); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error { return s.saveBundle(tx, bundle) })
}

func (s *Service) checkBundle(ctx context.Context, by perm.Actor, b Bundle) error {
	var f fault.Fields
	f.Need(b.Code != "" && b.Name != "", "name", "请填写目标包的代码和名称")
	for k, m := range b.Members {
		if m.Indicator != "" {
			_, ok := s.now.Load().indicator(m.Indicator)
			f.Need(ok, fmt.Sprintf("member%d", k+1), "第 %d 项：没有指标 %s", k+1, m.Indicator)
		}
		if m.Task != "" {
			f.Need(m.Indicator == "", fmt.Sprintf("member%d", k+1), "第 %d 项：指标和计划任务只选一种", k+1)
			ok := s.tasks != nil
			if ok {
				_, ok = s.tasks.Task(ctx, by, m.Task, nil)
			}
			f.Need(ok, fmt.Sprintf("member%d", k+1), "第 %d 项：没有计划任务 %s；请写“计划编号:任务代码”", k+1, m.Task)
		}
		f.Need(m.Claim != "", fmt.Sprintf("member%d", k+1), "第 %d 项：请选择主张的类型", k+1)
	}
	return f.Err()
}

func (s *Service) saveBundle(tx *sqldb.Tx, b Bundle) error {
	if b.Row != 0 {
		row, err := bundleRow(tx, b.Code)
		if err != nil {
			return err
		}
		if row != b.Row {
			return fault.New(fault.Conflict, "目标包 %s 已被别人修改（第 %d 次修改）；您填写的内容还在，请对照后再保存", b.Code, row)
		}
	}
	if err := putBundle(tx, b); err != nil {
		return err
	}
	tx.Audit("indicators.bundle", "bundle/"+b.Code, map[string]any{"name": b.Name, "members": len(b.Members)})
	_, err := tx.Change("bundles", b.Code)
	return err
}
