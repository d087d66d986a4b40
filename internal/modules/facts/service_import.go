package facts

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
)

// ImportIn is a file of facts to import.
type ImportIn struct {
	Name    string    // as the person calls it
	Content io.Reader // CSV or xlsx, see factFields
	Mapping *Mapping  // for a ledger with other headers; nil for the usual ones
	DryRun  bool      // only tell what the file would do
	Restate string    // reason for changes inside closed periods; "" refuses them
	Reason  string    // why, for corrections of open periods; may be empty
}

// ImportFacts imports a file of facts, all or nothing, as approved and with the file kept as their
// source. The report counts values, and blank ones as unchanged; with findings, or DryRun, nothing is
// written. Duplicates inside the file are findings. Progress, if not nil, is called from time to time
// with the part done of a total of no particular unit. The error is for what is no fault of a row: a
// file that cannot be read at all, a database that is away.
func (s *Service) ImportFacts(ctx context.Context, in ImportIn, progress func(done, total int64)) (rep measure.ImportReport, err error) {
	defer fault.Wrap(&err, "facts.ImportFacts(%s)", in.Name)
	content, err := readUpload(in.Content)
	if err != nil {
		return rep, err
	}
	rep, _, err = s.importContent(ctx, in, content, progress)
	return rep, err
}

// importFor is ImportFacts of a kept upload as a use-case of its own. It also lists the values that
// stood there before and become others.
func (s *Service) importFor(ctx context.Context, a perm.Actor, in ImportIn, hash string, progress func(done, total int64)) (rep measure.ImportReport, over replaced, err error) {
	defer fault.Wrap(&err, "facts.Import(%s)", in.Name)
	if err := a.May(ruleImport, perm.On{}); err != nil {
		return rep, over, err
	}
	_, content, err := s.files.Get(ctx, owner, hash)
	if err != nil {
		return rep, over, err
	}
	return s.importContent(ctx, in, content, progress)
}

// keepUpload keeps an upload before anybody knows whether it is any good.
func (s *Service) keepUpload(ctx context.Context, a perm.Actor, name string, r io.Reader) (f files.File, err error) {
	defer fault.Wrap(&err, "facts.Upload(%s)", name)
	if err := a.May(ruleImport, perm.On{}); err != nil {
		return f, err
	}
	content, err := readUpload(r)
	if err != nil {
		return f, err
	}
	if len(content) == 0 {
		return f, fault.Findings{{Field: "file", Rule: "empty", Format: "文件是空的；第一行应是表头"}}
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		f.Hash, err = s.files.Put(tx, owner, name, mediaOf(content), content)
		if err == nil {
			tx.Audit("facts.upload", f.Hash, map[string]any{"bytes": len(content)})
		}
		return err
	})
	if err != nil {
		return f, err
	}
	return s.files.Stat(ctx, owner, f.Hash)
}

func mediaOf(content []byte) string {
	switch {
	case looksLikeXLSX(content):
		return web.MediaXLSX
	case looksLikeOld(content):
		return "application/octet-stream"
	}
	return "text/csv"
}

// basis is what a file was read against; if it changed meanwhile, the file is read again.
type basis struct {
	reg      *org.Register
	cat      *measure.Catalogue
	closings *closings
}

func (s *Service) basis() basis {
	return basis{s.units.Register(), s.Catalogue(), s.closings.Load()}
}

// steps turns the phases of an import into one progress: reading takes a third, writing the rest.
type steps struct {
	tell  func(done, total int64)
	total int64
}

func (p steps) read(n, of int64) {
	if p.tell != nil && of > 0 {
		p.tell(n*p.total/of/3, p.total)
	}
}

func (p steps) written(n, of int64) {
	if p.tell != nil && of > 0 {
		p.tell(p.total/3+n*p.total/of*2/3, p.total)
	}
}

func (s *Service) importContent(ctx context.Context, in ImportIn, content []byte, progress func(done, total int64)) (rep measure.ImportReport, over replaced, err error) {
	step := steps{progress, max(int64(len(content)), 1)}
	on := s.basis()
	d, blank, err := readFacts(in, content, on, step)
	if err != nil {
		return rep, over, err
	}
	if in.DryRun || len(d.found) > 0 {
		if err := s.db.View(ctx, d.judge); err != nil {
			return rep, over, err
		}
		return d.report(blank), d.over, nil
	}
	hash := files.Hash(content)
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		if err := s.catchUp(tx); err != nil {
			return err
		}
		if now := s.basis(); now != on {
			if d, blank, err = readFacts(in, content, now, step); err != nil {
				return err
			}
		}
		if err := d.judge(tx); err != nil {
			return err
		}
		rep = d.report(blank)
		if len(rep.Findings) > 0 {
			return errRejected
		}
		if _, err := s.files.Put(tx, owner, in.Name, mediaOf(content), content); err != nil {
			return err
		}
		reason := strings.TrimSpace(in.Restate)
		if reason == "" {
			reason = strings.TrimSpace(in.Reason)
		}
		rows := int64(len(d.rows))
		return s.commit(tx, d, measure.Source{Kind: measure.FromImport, ID: hash, Name: in.Name}, reason, func(n int) { step.written(int64(n), rows) })
	})
	if errors.Is(err, errRejected) {
		return rep, over, nil
	}
	rep.Written = err == nil
	if err == nil && progress != nil {
		progress(step.total, step.total)
	}
	return rep, d.over, err
}

// readFacts reads a file into a draft.
func readFacts(in ImportIn, content []byte, on basis, step steps) (d *draft, blank int, err error) {
	src := &lineSource{}
	d = newDraft(on.reg, *on.closings, src, strings.TrimSpace(in.Restate) != "")
	r := newFactReader(d, src, on.cat, on.reg, in.Mapping)
	head := headOf(factFields)
	if in.Mapping != nil {
		head = in.Mapping.heads
	}
	rows, err := openRows(content, head)
	if err != nil {
		return nil, 0, err
	}
	n := 0
	err = rows.each(func(row *fileRow) error {
		if n++; n%8192 == 0 {
			step.read(row.read, int64(len(content)))
		}
		return r.row(row)
	})
	if f, ok := err.(fault.Findings); ok {
		for _, x := range f {
			d.keep(x)
		}
	} else if err != nil && !errors.Is(err, errEnough) {
		return nil, 0, err
	}
	if !r.started {
		d.keep(fault.Finding{Row: 1, Rule: "empty", Format: "文件是空的；第一行应是表头"})
	}
	return d, r.blank, nil
}

// heads tells whether a row has a header of the mapping.
func (m *Mapping) heads(cells []string) bool {
	for _, c := range cells {
		if t, ok := m.Columns[strings.TrimSpace(c)]; ok && t.Field != "" {
			return true
		}
	}
	return false
}

// report tells what the draft does, or would do; blank values change nothing.
func (d *draft) report(blank int) measure.ImportReport {
	rep := measure.ImportReport{Rejected: d.rejections(), Findings: d.findings()}
	rep.Add(d.outcome)
	rep.Unchanged += blank
	rep.Read = rep.Created + rep.Updated + rep.Unchanged + rep.Rejected
	slices.SortStableFunc(rep.Findings, func(a, b fault.Finding) int {
		if a.Row == 0 || b.Row == 0 {
			return cmp.Compare(b.Row, a.Row) // what has no row comes last
		}
		return cmp.Compare(a.Row, b.Row)
	})
	return rep
}
