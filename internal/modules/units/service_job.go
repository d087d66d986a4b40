package units

import (
	"bytes"
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
	"kaiyang/internal/platform/sqldb"
)

// A workshop holds the imports that pages have started in this process.
type workshop struct {
	mu   sync.Mutex
	jobs map[string]*job
}

// A job is one check or one import of an uploaded file; it goes on when the page is left.
type job struct {
	file      string
	under     string
	apply     bool
	began     time.Time
	rows, all atomic.Int64
	done      chan struct{}
	report    measure.ImportReport // valid after done, as are the next two
	diffs     []Diff
	err       error
}

// finished tells whether the job is over.
func (j *job) finished() bool {
	select {
	case <-j.done:
		return true
	default:
		return false
	}
}

// wait waits a little, so that small files need no second page.
func (j *job) wait(ctx context.Context, most time.Duration) {
	t := time.NewTimer(most)
	defer t.Stop()
	select {
	case <-j.done:
	case <-t.C:
	case <-ctx.Done():
	}
}

// keepUploads is how long a file waits for its confirmation.
const keepUploads = 7 * 24 * time.Hour

// uploadUnits keeps a file of units and begins to check it.
func (s *Service) uploadUnits(ctx context.Context, actor perm.Actor, file, under string, body []byte) (id string, err error) {
	defer fault.Wrap(&err, "units.uploadUnits(%s)", file)
	if err := mayChange(actor, 0); err != nil {
		return "", err
	}
	var b [12]byte
	rand.Read(b[:])
	id = hex.EncodeToString(b[:])
	err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		old := s.clock().Add(-keepUploads).Format(time.RFC3339)
		return putUpload(tx, upload{id: id, kind: "units", file: file, detail: under, account: actor.Login, body: body}, old)
	})
	if err != nil {
		return "", err
	}
	_, err = s.start(ctx, actor, id, false, "")
	return id, err
}

// start begins to check or to bring in an uploaded file; while one job works on it, no other does.
func (s *Service) start(ctx context.Context, actor perm.Actor, id string, apply bool, restate string) (*job, error) {
	var u upload
	err := s.db.View(ctx, func(tx *sqldb.Tx) (err error) {
		u, err = readUpload(tx, id, "units")
		return err
	})
	if err != nil {
		return nil, err
	}
	s.work.mu.Lock()
	defer s.work.mu.Unlock()
	if j := s.work.jobs[id]; j != nil && !j.finished() {
		return j, nil
	}
	for old, j := range s.work.jobs {
		if j.finished() && s.clock().Sub(j.began) > time.Hour {
			delete(s.work.jobs, old)
		}
	}
	j := &job{file: u.file, under: u.detail, apply: apply, began: s.clock(), done: make(chan struct{})}
	s.work.jobs[id] = j
	// The work belongs to the person, not to the request.
	ctx = context.WithoutCancel(ctx)
	go func() {
		defer close(j.done)
		defer func() {
			if p := recover(); p != nil {
				j.err = fault.Because(fmt.Errorf("%v\n%s", p, debug.Stack()), fault.Internal, fault.Neutral)
			}
		}()
		in := ImportIn{Name: u.file, Reader: bytes.NewReader(u.body), Under: u.detail, DryRun: !apply, Restate: restate}
		j.report, j.diffs, j.err = s.ImportAs(ctx, actor, in, func(done, total int64) { j.rows.Store(done); j.all.Store(total) })
		if apply && j.err == nil && j.report.Written {
			j.err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
				_, err := tx.Exec(dropUploadSQL, id)
				return err
			})
		}
	}()
	return j, nil
}

// jobOf gives the job that works on an upload. A file whose job this process does not know is
// checked again.
func (s *Service) jobOf(ctx context.Context, actor perm.Actor, id string) (*job, error) {
	s.work.mu.Lock()
	j := s.work.jobs[id]
	s.work.mu.Unlock()
	if j != nil {
		return j, nil
	}
	return s.start(ctx, actor, id, false, "")
}

// dropUpload forgets a file that nobody wants.
func (s *Service) dropUpload(ctx context.Context, actor perm.Actor, id string) error {
	if err := mayChange(actor, 0); err != nil {
		return err
	}
	s.work.mu.Lock()
	j := s.work.jobs[id]
	if j != nil && j.finished() {
		delete(s.work.jobs, id)
	}
	s.work.mu.Unlock()
	if j != nil && !j.finished() {
		return fault.New(fault.Conflict, "文件正在导入，不能放弃；请等它结束")
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(dropUploadSQL, id)
		return err
	})
}
