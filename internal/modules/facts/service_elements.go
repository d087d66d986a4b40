package facts

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
)

// SaveElement makes an element (version 0) or the next version of the one with the number e.ID.
// Version is the one that the editor saw; another by now is fault.Conflict, so that nobody
// overwrites what he has not read. Faults of the definition are fault.Findings by field; a
// definition that is equal to the present one makes no version.
func (s *Service) SaveElement(ctx context.Context, e measure.Element, version int) error {
	e = normal(e)
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if err := s.catchUp(tx); err != nil {
			return err
		}
		k, err := s.readKnown(tx)
		if err != nil {
			return err
		}
		old, had := k.byID[e.ID]
		switch {
		case version == 0 && e.ID != 0, version != 0 && !had:
			return fault.New(fault.Missing, "没有这个数据项；它可能刚被改动，请返回列表重新打开")
		case had && old.Version != version:
			return fault.New(fault.Conflict, "数据项 %s 已被%s在 %s 改为第 %d 版；请对照新版再改，您填写的内容没有丢失", old.Element.Code, old.By, day(old.At), old.Version)
		}
		var was *measure.Element
		if had {
			was = &old.Element
		}
		if err := k.check(tx, e, was); err != nil {
			return err
		}
		return k.save(tx, e, version)
	})
}

// saveFor is SaveElement as a use-case of its own.
func (s *Service) saveFor(ctx context.Context, a perm.Actor, e measure.Element, version int) (err error) {
	defer fault.Wrap(&err, "facts.SaveElement(%s)", e.Code)
	if err := a.May(ruleDefine, perm.On{}); err != nil {
		return err
	}
	return s.SaveElement(ctx, e, version)
}

// checkOnly tells what SaveElement would refuse, and how far the element is filled.
func (s *Service) checkOnly(ctx context.Context, a perm.Actor, e measure.Element) (use Usage, err error) {
	if err := a.May(ruleDefine, perm.On{}); err != nil {
		return use, err
	}
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		k, err := s.readKnown(tx)
		if err != nil {
			return err
		}
		var was *measure.Element
		if old, had := k.byID[e.ID]; had {
			was = &old.Element
			if use, err = usageOf(tx, e.ID, true); err != nil {
				return err
			}
		}
		return k.check(tx, e, was)
	})
	return use, err
}

// Element gives the present version of an element and its whole history, the oldest first; one that
// is not there is fault.Missing.
func (s *Service) Element(ctx context.Context, code string) (now Revision, history []Revision, use Usage, err error) {
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		all, err := revisions(tx)
		if err != nil {
			return err
		}
		for _, r := range all {
			if r.Element.Code == code {
				history = append(history, r)
			}
		}
		if len(history) == 0 {
			return fault.New(fault.Missing, "没有代码为 %s 的数据项；请先登记数据项，或核对代码", code)
		}
		now = history[len(history)-1]
		use, err = usageOf(tx, now.Element.ID, true)
		return err
	})
	return now, history, use, err
}

// known is what a definition is judged by: the present versions of all elements.
type known struct {
	s      *Service
	byID   map[measure.ElementID]Revision
	byCode map[string]measure.ElementID
	byName map[string]string // name in either language → code
	next   measure.ElementID
}

func (s *Service) readKnown(tx *sqldb.Tx) (*known, error) {
	all, err := revisions(tx)
	if err != nil {
		return nil, err
	}
	k := &known{s: s, byID: map[measure.ElementID]Revision{}, byCode: map[string]measure.ElementID{}, byName: map[string]string{}, next: 1}
	for _, r := range all {
		k.byID[r.Element.ID] = r
		k.next = max(k.next, r.Element.ID+1)
	}
	for id, r := range k.byID {
		k.byCode[r.Element.Code] = id
		k.name(r.Element)
	}
	return k, nil
}

func (k *known) name(e measure.Element) {
	k.byName[e.Name] = e.Code
	if e.NameEN != "" {
		k.byName[e.NameEN] = e.Code
	}
}

// check tells every fault of a definition; was is its present version, nil for a new element.
func (k *known) check(tx *sqldb.Tx, e measure.Element, was *measure.Element) error {
	var use Usage
	if was != nil {
		var err error
		if use, err = usageOf(tx, e.ID, false); err != nil {
			return err
		}
	}
	var list fault.Findings
	if err := checkElement(e, was, use, k.s.units.Register()); err != nil && !errors.As(err, &list) {
		return err
	}
	var f fault.Fields
	if was == nil {
		f.Need(!slices.Contains([]string{"new", "export"}, strings.ToLower(e.Code)), "code", "代码 %s 与系统页面的地址相同，它的页面会打不开；请换一个代码", e.Code)
		_, taken := k.byCode[e.Code]
		f.Need(!taken, "code", "代码 %s 已有数据项使用；请换一个代码", e.Code)
		f.Need(k.s.joints.codeTaken == nil || !k.s.joints.codeTaken(e.Code), "code", "代码 %s 已有指标使用，数据项与指标的代码不能相同；请换一个代码", e.Code)
	}
	for _, n := range []string{e.Name, e.NameEN} {
		if c, taken := k.byName[n]; n != "" && taken && c != e.Code {
			f.Need(false, "name", "名称“%s”已由数据项 %s 使用；公式按名称引用，请换一个名称", n, c)
		}
	}
	if err := f.Err(); err != nil {
		list = append(list, err.(fault.Findings)...)
	}
	return list.Err()
}

// save writes the next version of an element, unless it is equal to the present one.
func (k *known) save(tx *sqldb.Tx, e measure.Element, version int) error {
	old, had := k.byID[e.ID]
	if had && sameElement(old.Element, e) {
		return nil
	}
	if !had {
		e.ID = k.next
		k.next++
	}
	no, err := tx.Change("elements", e.Code)
	if err != nil {
		return err
	}
	if err := insertElement(tx, e, version+1, no); err != nil {
		return err
	}
	tx.Audit("facts.define", e.Code, map[string]any{"version": version + 1})
	k.byID[e.ID] = Revision{Element: e, Version: version + 1, No: no}
	k.byCode[e.Code] = e.ID
	k.name(e)
	return nil
}

// ImportElements makes and changes elements from a file of the form that elementFields tells
// (CSV, xlsx, or YAML by the end of its name), all or none. Faults of all rows are findings of the
// report; then nothing is written, as with dryRun. The error is for what is no fault of a row: a
// file that cannot be read at all, a database that is away.
func (s *Service) ImportElements(ctx context.Context, name string, r io.Reader, dryRun bool) (rep measure.ImportReport, err error) {
	defer fault.Wrap(&err, "facts.ImportElements(%s)", name)
	content, err := readUpload(r)
	if err != nil {
		return rep, err
	}
	return s.importElementsContent(ctx, name, content, dryRun)
}

func (s *Service) importElementsContent(ctx context.Context, name string, content []byte, dryRun bool) (rep measure.ImportReport, err error) {
	rows, found, err := readElementFile(name, content)
	if err != nil {
		return rep, err
	}
	rep.Read, rep.Findings = len(rows), found
	work := func(tx *sqldb.Tx) error { return s.importElements(tx, rows, &rep, !dryRun) }
	if dryRun || len(found) > 0 {
		dryRun = true
		return rep, s.db.View(ctx, work)
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if err := s.catchUp(tx); err != nil {
			return err
		}
		rep = measure.ImportReport{Read: len(rows)}
		if err := work(tx); err != nil {
			return err
		}
		tx.Audit("facts.import-elements", name, map[string]any{"created": rep.Created, "updated": rep.Updated, "unchanged": rep.Unchanged})
		return nil
	})
	if errors.Is(err, errRejected) {
		return rep, nil
	}
	rep.Written = err == nil
	return rep, err
}

// errRejected undoes a transaction whose report tells what is wrong.
var errRejected = errors.New("rejected")

func (s *Service) importElements(tx *sqldb.Tx, rows []elementRow, rep *measure.ImportReport, write bool) error {
	k, err := s.readKnown(tx)
	if err != nil {
		return err
	}
	type change struct {
		e       measure.Element
		version int
	}
	var todo []change
	lines := map[string]int{}
	for _, r := range rows {
		if r.bad {
			rep.Rejected++
			continue
		}
		code := r.fields["code"]
		var was *measure.Element
		var base measure.Element
		version := 0
		if id, ok := k.byCode[code]; ok {
			rev := k.byID[id]
			was, base, version = &rev.Element, rev.Element, rev.Version
		}
		e, found := r.element(base)
		if len(found) == 0 {
			err := k.check(tx, e, was)
			var list fault.Findings
			if err != nil && !errors.As(err, &list) {
				return err
			}
			for _, f := range list {
				f.Sheet, f.Row, f.Value = r.sheet, r.row, r.fields[f.Field]
				found = append(found, f)
			}
		}
		if first, twice := lines[code]; twice && code != "" {
			found = append(found, fault.Finding{Sheet: r.sheet, Row: r.row, Field: "code", Value: code, Rule: "duplicate", Format: "代码 %s 与第 %d 行重复；请只留一行", Args: []any{code, first}})
		} else {
			lines[code] = r.row
		}
		switch {
		case len(found) > 0:
			rep.Rejected++
			rep.Findings = append(rep.Findings, found...)
			continue
		case was == nil:
			rep.Created++
			// Later rows must not take its name; the row is saved below.
			k.name(e)
		case sameElement(*was, e):
			rep.Unchanged++
			continue
		default:
			rep.Updated++
			k.name(e)
		}
		todo = append(todo, change{e, version})
	}
	if len(rep.Findings) > 0 && write {
		return errRejected
	}
	if !write {
		return nil
	}
	for _, c := range todo {
		if err := k.save(tx, c.e, c.version); err != nil {
			return err
		}
	}
	return nil
}

// readUpload reads a whole file up to maxUpload.
func readUpload(r io.Reader) ([]byte, error) {
	var b bytes.Buffer
	n, err := b.ReadFrom(io.LimitReader(r, maxUpload+1))
	if err != nil {
		return nil, err
	}
	if n > maxUpload {
		return nil, fault.New(fault.TooLarge, "文件超过 %d MB；请拆成几个文件分别导入", maxUpload>>20)
	}
	return b.Bytes(), nil
}
