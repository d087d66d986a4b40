// Package background runs what takes longer than a request: a person begins it on one page, may
// leave, and comes back to its progress and its result. Runs live in memory of this process; what
// they bring about is stored by the work itself.
package background

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
)

// A Desk keeps the runs of one kind of work: In is what was asked for, Out what comes of it. It may
// be used by many goroutines at once.
type Desk[In, Out any] struct {
	clock func() time.Time
	keep  time.Duration
	stop  context.Context
	end   context.CancelFunc

	mu   sync.Mutex
	runs map[string]*Run[In, Out]
	work sync.WaitGroup
}

// New makes a desk that forgets a run when it has ended and began longer ago than keep.
func New[In, Out any](clock func() time.Time, keep time.Duration) *Desk[In, Out] {
	d := &Desk[In, Out]{clock: clock, keep: keep, runs: map[string]*Run[In, Out]{}}
	d.stop, d.end = context.WithCancel(context.Background())
	return d
}

// A Run is one piece of work.
type Run[In, Out any] struct {
	ID    string
	Owner string // who began it; nobody else is given it
	In    In
	Began time.Time

	once        string
	done, total atomic.Int64
	over        chan struct{}
	out         Out // valid after over, as is err
	err         error
}

// Work does what was asked for. It tells its progress now and then, total being 0 while it is not
// known, and ends early with an error when ctx is cancelled.
type Work[Out any] func(ctx context.Context, progress func(done, total int64)) (Out, error)

// NewID makes an id that cannot be guessed.
func NewID() string {
	var b [12]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// Start begins work under an id and gives its run; a run that ended under the same id is replaced.
// While a run of the same owner goes on under the same id, or with the same once, that one is
// given instead: somebody pressed twice. An empty once compares with nothing. The work keeps the
// values of ctx, such as who is signed in, but not its end. A panic of the work becomes a
// fault.Internal. After the desk was closed the error is fault.Unavailable; it is fault.Forbidden
// if the id is at work for somebody else.
func (d *Desk[In, Out]) Start(ctx context.Context, id, owner, once string, in In, work Work[Out]) (*Run[In, Out], error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stop.Err() != nil {
		return nil, fault.New(fault.Unavailable, "服务正在停止；请等它重新启动后再试")
	}
	now := d.clock()
	for key, r := range d.runs {
		switch going := !r.Finished(); {
		case going && key == id && r.Owner != owner:
			return nil, fault.New(fault.Forbidden, "这项工作是另一个账号开始的；请等它结束")
		case going && r.Owner == owner && (key == id || once != "" && r.once == once):
			return r, nil
		case !going && now.Sub(r.Began) > d.keep:
			delete(d.runs, key)
		}
	}
	r := &Run[In, Out]{ID: id, Owner: owner, In: in, Began: now, once: once, over: make(chan struct{})}
	d.runs[id] = r
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	unhook := context.AfterFunc(d.stop, cancel)
	d.work.Go(func() {
		defer cancel()
		defer unhook()
		r.do(ctx, work)
	})
	return r, nil
}

func (r *Run[In, Out]) do(ctx context.Context, work Work[Out]) {
	defer close(r.over)
	defer func() {
		if p := recover(); p != nil {
			r.err = fault.Because(fmt.Errorf("panic in the background: %v\n%s", p, debug.Stack()), fault.Internal, fault.Neutral)
		}
	}()
	r.out, r.err = work(ctx, func(done, total int64) {
		r.done.Store(done)
		r.total.Store(total)
	})
}

// Find gives the run with an id to its owner; to everybody else there is none.
func (d *Desk[In, Out]) Find(id, owner string) (*Run[In, Out], bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.runs[id]
	if r == nil || r.Owner != owner {
		return nil, false
	}
	return r, true
}

// Drop forgets a run that has ended; it reports false, and does nothing, while the run goes on.
// There being no such run is no obstacle.
func (d *Desk[In, Out]) Drop(id, owner string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.runs[id]
	if r == nil || r.Owner != owner {
		return true
	}
	if !r.Finished() {
		return false
	}
	delete(d.runs, id)
	return true
}

// Close cancels what goes on and waits for its end; nothing can be started afterwards.
func (d *Desk[In, Out]) Close() {
	d.mu.Lock()
	d.end()
	d.mu.Unlock()
	d.work.Wait()
}

// CloseAfter waits for the end of ctx and then closes the desk: a job of the server's background.
func (d *Desk[In, Out]) CloseAfter(ctx context.Context) error {
	<-ctx.Done()
	d.Close()
	return nil
}

// Finished tells whether the run has ended.
func (r *Run[In, Out]) Finished() bool {
	select {
	case <-r.over:
		return true
	default:
		return false
	}
}

// Wait waits for the end of the run, at most so long and no longer than ctx, so that small work
// needs no second page.
func (r *Run[In, Out]) Wait(ctx context.Context, most time.Duration) {
	t := time.NewTimer(most)
	defer t.Stop()
	select {
	case <-r.over:
	case <-t.C:
	case <-ctx.Done():
	}
}

// Progress tells how much is done, and of how much; total is 0 while it is not known.
func (r *Run[In, Out]) Progress() (done, total int64) { return r.done.Load(), r.total.Load() }

// Result gives what came of the run; nothing before it has ended.
func (r *Run[In, Out]) Result() (out Out, err error) {
	if !r.Finished() {
		return out, nil
	}
	return r.out, r.err
}
