package bench

import (
	"context"
	"net/http"
	"os"
	"runtime"
	"slices"
	"time"

	"kaiyang/internal/bench/dataset"
)

// Ours is what this program takes for the questions of a data set and for a page, to be held
// against another system that was measured in the same sitting.
type Ours struct {
	Questions [6][]time.Duration // ascending
	Checks    [6]float64         // sums over the first three repetitions
	RollUp    time.Duration      // processor time of a full roll-up with counts, one worker
	Page      []time.Duration    // one reader waiting for the comparison of about 150 units, ascending
	PageBytes int
	PageUnits int
}

// MeasureOurs measures this program on the data set "S" or "M": the questions in memory, then a
// server of its own over a database in a temporary directory.
func MeasureOurs(ctx context.Context, name string) (o Ours, err error) {
	s, err := dataset.New(name)
	if err != nil {
		return o, err
	}
	c, _, err := fill(s, runtime.NumCPU())
	if err != nil {
		return o, err
	}
	a, err := newAsker(c, s)
	if err != nil {
		return o, err
	}
	r := runner{s: s, c: c}
	for k := range o.Questions {
		_, o.Questions[k] = r.timed(a, k)
		for i := range 3 {
			a.ask(s.Queries(i)[k])
			o.Checks[k] += dataset.Check(a.num, a.den)
		}
	}
	nothing := func() {}
	o.RollUp, _, _ = best(3, cpuTime, func() { c.RollUp(1, true) }, nothing, nothing)
	return o, o.page(ctx, s)
}

func (o *Ours) page(ctx context.Context, s *dataset.Set) error {
	dir, err := os.MkdirTemp("", "kaiyang-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	e, err := newEstate(ctx, dir, s)
	if err != nil {
		return err
	}
	if err := e.fill(ctx); err != nil {
		return err
	}
	srv, err := startServer(dir)
	if err != nil {
		return err
	}
	defer srv.stop()
	reader := newVisitor(srv.url, e.cookie)
	for range 100 {
		begin := time.Now()
		if err := reader.want(e.views.wide.path, http.StatusOK); err != nil {
			return err
		}
		o.Page = append(o.Page, time.Since(begin))
	}
	slices.Sort(o.Page)
	o.PageBytes, o.PageUnits = reader.body.Len(), e.views.wide.units
	return nil
}

// Percentile gives a percentile of times in ascending order.
func Percentile(d []time.Duration, percent int) time.Duration { return at(d, percent) }

// Text writes a duration with three digits.
func Text(d time.Duration) string { return text(d) }
