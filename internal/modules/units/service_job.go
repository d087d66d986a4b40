package units

import (
	"bytes"
	"context"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/background"
	"kaiyang/internal/platform/sqldb"
)

// A jobIn is one check or one import of an uploaded file.
type jobIn struct {
	file  string
	under string
	apply bool
}

// A jobOut is what came of it.
type jobOut struct {
	report measure.ImportReport
	diffs  []Diff
	loose  []Loose
}

// A job goes on when its page is left. Its id is that of the upload.
type job = background.Run[jobIn, jobOut]

// keepJobs is how long the result of a job stays; afterwards its file is checked again.
const keepJobs = time.Hour

// keepUploads is how long a file waits for its confirmation.
const keepUploads = 7 * 24 * time.Hour

// uploadUnits keeps a file of units and begins to check it.
func (s *Service) uploadUnits(ctx context.Context, actor perm.Actor, file, under string, body []byte) (id string, err error) {
	defer fault.Wrap(&err, "units.uploadUnits(%s)", file)
	if err := mayChange(actor, 0); err != nil {
		return "", err
	}
	id = background.NewID()
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
	if err := u.of(actor); err != nil {
		return nil, err
	}
	return s.jobs.Start(ctx, id, actor.Login, "", jobIn{u.file, u.detail, apply}, func(ctx context.Context, progress func(done, total int64)) (out jobOut, err error) {
		in := ImportIn{Name: u.file, Reader: bytes.NewReader(u.body), Under: u.detail, DryRun: !apply, Restate: restate}
		out.report, out.diffs, out.loose, err = s.ImportAs(ctx, actor, in, progress)
		if apply && err == nil && out.report.Written {
			err = s.db.InTx(ctx, func(tx *sqldb.Tx) error {
				_, err := tx.Exec(dropUploadSQL, id)
				return err
			})
		}
		return out, err
	})
}

// jobOf gives the job that works on an upload. A file whose job this process does not know is
// checked again.
func (s *Service) jobOf(ctx context.Context, actor perm.Actor, id string) (*job, error) {
	if j, ok := s.jobs.Find(id, actor.Login); ok {
		return j, nil
	}
	return s.start(ctx, actor, id, false, "")
}

// dropUpload forgets a file that nobody wants.
func (s *Service) dropUpload(ctx context.Context, actor perm.Actor, id string) error {
	if err := mayChange(actor, 0); err != nil {
		return err
	}
	if !s.jobs.Drop(id, actor.Login) {
		return fault.New(fault.Conflict, "文件正在导入，不能放弃；请等它结束")
	}
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		u, err := readUpload(tx, id, "units")
		if fault.KindOf(err) == fault.Missing {
			return nil // given up already
		}
		if err == nil {
			err = u.of(actor)
		}
		if err == nil {
			_, err = tx.Exec(dropUploadSQL, id)
		}
		return err
	})
}

// of refuses the file to everybody but the one who uploaded it.
func (u upload) of(actor perm.Actor) error {
	if u.account != actor.Login {
		return fault.New(fault.Forbidden, "这个文件是 %s 上传的；请由本人处理，或自己重新上传", u.account)
	}
	return nil
}
