package facts

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sqldb"
)

// runs are the checks and imports that pages have begun in this process.
type runs struct {
	mu   sync.Mutex
	list map[string]*run
}

// A run is one check or one import of a kept upload; it goes on when the page is left.
type run struct {
	id       string
	elements bool // a file of elements, else of facts
	file     files.File
	in       ImportIn
	head     []string // headers of the file, when they are not the usual ones
	began    time.Time
	done     atomic.Int64
	total    atomic.Int64
	over     chan struct{}
	report   measure.ImportReport // valid after over, as is err
	err      error
}

// keepRuns is how long the result of a run stays.
const keepRuns = 24 * time.Hour

func (r *run) finished() bool {
	select {
	case <-r.over:
		return true
	default:
		return false
	}
}

// wait waits a little, so that small files need no second page.
func (r *run) wait(ctx context.Context, most time.Duration) {
	t := time.NewTimer(most)
	defer t.Stop()
	select {
	case <-r.over:
	case <-t.C:
	case <-ctx.Done():
	}
}

// start begins a run of a kept upload: a check, or with apply the import itself.
func (s *Service) start(ctx context.Context, a perm.Actor, file files.File, elements bool, in ImportIn) (*run, error) {
	rule := ruleImport
	if elements {
		rule = ruleDefine
	}
	if err := a.May(rule, perm.On{}); err != nil {
		return nil, err
	}
	var b [8]byte
	rand.Read(b[:])
	in.Name = file.Name
	r := &run{id: hex.EncodeToString(b[:]), elements: elements, file: file, in: in, began: s.clock(), over: make(chan struct{})}
	s.runs.mu.Lock()
	defer s.runs.mu.Unlock()
	if s.runs.list == nil {
		s.runs.list = map[string]*run{}
	}
	for id, old := range s.runs.list {
		if old.finished() && s.clock().Sub(old.began) > keepRuns {
			delete(s.runs.list, id)
		} else if !old.finished() && !old.in.DryRun && old.file.Hash == file.Hash {
			return old, nil // pressed twice
		}
	}
	s.runs.list[r.id] = r
	go s.work(context.WithoutCancel(ctx), a, r)
	return r, nil
}

func (s *Service) work(ctx context.Context, a perm.Actor, r *run) {
	defer close(r.over)
	defer func() {
		if p := recover(); p != nil {
			r.err = fmt.Errorf("panic in an import: %v\n%s", p, debug.Stack())
		}
	}()
	if r.elements {
		_, content, err := s.files.Get(ctx, owner, r.file.Hash)
		if err == nil {
			r.report, err = s.importElementsContent(ctx, r.file.Name, content, r.in.DryRun)
		}
		r.err = err
		return
	}
	r.report, r.err = s.importFor(ctx, a, r.in, r.file.Hash, func(done, total int64) {
		r.done.Store(done)
		r.total.Store(total)
	})
	if r.err == nil && r.in.DryRun && r.in.Mapping == nil && hasRule(r.report.Findings, "header") {
		r.head = s.headOfUpload(ctx, r.file.Hash, 0)
	}
}

func hasRule(list fault.Findings, rule string) bool {
	for _, f := range list {
		if f.Rule == rule {
			return true
		}
	}
	return false
}

// runOf finds a run of this process.
func (s *Service) runOf(id string, elements bool) (*run, error) {
	s.runs.mu.Lock()
	defer s.runs.mu.Unlock()
	r := s.runs.list[id]
	if r == nil || r.elements != elements {
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
