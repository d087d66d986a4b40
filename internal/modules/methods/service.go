package methods

import (
	"context"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/background"
)

// keepRuns is how long the result of a verification stays.
const keepRuns = 7 * 24 * time.Hour

// Verifications are shared: everybody sees the same run, so that many who press the button at the
// same time cause one computation.
const (
	runID = "verification"
	owner = "everybody"
)

// A result is one reference case computed anew.
type result struct {
	stats.Verification
	took time.Duration
}

// A report is the outcome of a verification, in the order of the pages.
type report struct {
	at      time.Time
	results []result
	failed  int
	took    time.Duration
}

// find gives what came of a case; false while nothing has.
func (r report) find(id string) (result, bool) {
	for _, one := range r.results {
		if one.Case.ID == id {
			return one, true
		}
	}
	return result{}, false
}

type run = background.Run[struct{}, report]

// A Service answers for the pages about methods.
type Service struct {
	clock func() time.Time
	runs  *background.Desk[struct{}, report]
}

// New makes the service; clock gives the present moment.
func New(clock func() time.Time) *Service {
	return &Service{clock: clock, runs: background.New[struct{}, report](clock, keepRuns)}
}

// Close ends what runs in the background.
func (s *Service) Close() { s.runs.Close() }

// verify begins to compute all reference cases anew, or gives the run that goes on.
func (s *Service) verify(ctx context.Context, a perm.Actor) (*run, error) {
	if err := a.May(ruleRead, perm.On{}); err != nil {
		return nil, err
	}
	return s.runs.Start(ctx, runID, owner, runID, struct{}{}, s.work)
}

// last gives the run of this process, if there was one.
func (s *Service) last() (*run, bool) { return s.runs.Find(runID, owner) }

// proved gives the newest report; the zero report while there is none.
func (s *Service) proved() report {
	if r, ok := s.last(); ok {
		if out, err := r.Result(); err == nil {
			return out
		}
	}
	return report{}
}

func (s *Service) work(ctx context.Context, progress func(done, total int64)) (report, error) {
	b := open()
	out := report{at: s.clock()}
	total := int64(len(b.cases))
	progress(0, total)
	for _, m := range b.methods {
		for _, id := range m.cases() {
			if err := ctx.Err(); err != nil {
				return report{}, fault.Because(err, fault.Unavailable, "核对被中断；请重新开始")
			}
			start := s.clock()
			v := b.cases[id].Verify()
			one := result{Verification: v, took: s.clock().Sub(start)}
			if !v.Passed() {
				out.failed++
			}
			out.results = append(out.results, one)
			progress(int64(len(out.results)), total)
		}
	}
	out.took = s.clock().Sub(out.at)
	return out, nil
}
