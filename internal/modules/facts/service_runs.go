package facts

import (
	"context"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/background"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sqldb"
)

// A runIn is one check or one import of a kept upload.
type runIn struct {
	elements bool // a file of elements, else of facts
	file     files.File
	in       ImportIn
}

// A runOut is what came of it.
type runOut struct {
	report measure.ImportReport
	over   replaced // values that become others
	head   []string // headers of the file, when they are not the usual ones
}

// A run goes on when its page is left.
type run = background.Run[runIn, runOut]

// keepRuns is how long the result of a run stays.
const keepRuns = 24 * time.Hour

// start begins a run of a kept upload: a check, or with apply the import itself.
func (s *Service) start(ctx context.Context, a perm.Actor, file files.File, elements bool, in ImportIn) (*run, error) {
	rule := ruleImport
	if elements {
		rule = ruleDefine
	}
	if err := a.May(rule, perm.On{}); err != nil {
		return nil, err
	}
	in.Name = file.Name
	once := ""
	if !in.DryRun {
		once = file.Hash // pressed twice, it is done once
	}
	ask := runIn{elements, file, in}
	return s.runs.Start(ctx, background.NewID(), a.Login, once, ask, func(ctx context.Context, progress func(done, total int64)) (runOut, error) {
		return s.work(ctx, a, ask, progress)
	})
}

func (s *Service) work(ctx context.Context, a perm.Actor, r runIn, progress func(done, total int64)) (out runOut, err error) {
	if r.elements {
		_, content, err := s.files.Get(ctx, owner, r.file.Hash)
		if err == nil {
			out.report, err = s.importElementsContent(ctx, r.file.Name, content, r.in.DryRun)
		}
		return out, err
	}
	out.report, out.over, err = s.importFor(ctx, a, r.in, r.file.Hash, progress)
	if err == nil && r.in.DryRun && r.in.Mapping == nil && hasRule(out.report.Findings, "header") {
		out.head = s.headOfUpload(ctx, r.file.Hash, 0)
	}
	return out, err
}

func hasRule(list fault.Findings, rule string) bool {
	for _, f := range list {
		if f.Rule == rule {
			return true
		}
	}
	return false
}

// runOf finds a run that a person has begun in this process.
func (s *Service) runOf(a perm.Actor, id string, elements bool) (*run, error) {
	r, ok := s.runs.Find(id, a.Login)
	if !ok || r.In.elements != elements {
		return nil, fault.New(fault.Missing, "这次导入的记录已不在（服务可能重新启动过）；没有确认的文件请重新上传，已确认的请到审计中核对")
	}
	return r, nil
}

// headOfUpload gives the row of headers of a kept upload: the row asked for, or the first that holds
// anything.
func (s *Service) headOfUpload(ctx context.Context, hash string, row int) (head []string) {
	_, content, err := s.files.Get(ctx, owner, hash)
	if err != nil {
		return nil
	}
	rows, err := openRows(content, func([]string) bool { return true })
	if err != nil {
		return nil
	}
	rows.each(func(r *fileRow) error {
		if blankRow(r.cells) || r.num < row {
			return nil
		}
		head = append(head, r.cells...)
		return errEnough
	})
	return head
}

// imports lists the newest batches that came from files.
func (s *Service) imports(ctx context.Context, limit int) (list []batchRow, err error) {
	err = s.db.View(ctx, func(tx *sqldb.Tx) error {
		list, err = sqldb.All(tx, scanBatch, importsSQL, limit)
		return err
	})
	return list, err
}

// SourceFile gives a file that facts were imported from, by the hash that measure.Source keeps; the
// download is audited.
func (s *Service) SourceFile(ctx context.Context, a perm.Actor, hash string) (f files.File, content []byte, err error) {
	defer fault.Wrap(&err, "facts.SourceFile(%.12s)", hash)
	if err := a.May(ruleImport, perm.On{}); err != nil {
		return f, nil, err
	}
	if f, content, err = s.files.Get(ctx, owner, hash); err != nil {
		return f, nil, err
	}
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		tx.Audit("facts.source", hash, nil)
		return nil
	})
	return f, content, err
}
