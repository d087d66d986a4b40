package peer

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"kaiyang/internal/bench"
	"kaiyang/internal/bench/dataset"
	"kaiyang/internal/core/fault"
)

// Run loads a data set ("S" or "M") into a database of its own on the PostgreSQL at a URL, runs the
// peer's job and its six questions, then ours in the same sitting, and writes everything with the
// ratios of goals P1 to P3 and what P7 and P8 compare. The database is removed at the end. That a
// goal is missed is no error; that two systems answer differently is.
func Run(ctx context.Context, w io.Writer, url, set string) error {
	s, err := dataset.New(set)
	if err != nil {
		return err
	}
	if s.Name != "S" && s.Name != "M" {
		return fault.New(fault.Invalid, "对比用的数据集应为 S（县）或 M（省），不是“%s”", set)
	}
	dir, err := os.MkdirTemp("", "kaiyang-peer-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	p, err := open(ctx, url, s, w)
	if err != nil {
		return err
	}
	defer p.close(context.WithoutCancel(ctx))
	c := &comparison{stand: p, reps: 30}
	if err := c.build(ctx); err != nil {
		return err
	}
	if err := c.ask(ctx, dir); err != nil {
		return err
	}
	fmt.Fprintln(w, "\nKaiyang")
	if c.ours, err = bench.MeasureOurs(ctx, s.Name); err != nil {
		return err
	}
	return c.report()
}

// A comparison is what was measured on the peer's side and on ours.
type comparison struct {
	*stand
	reps   int
	values int64
	bytes  int64         // of the peer's tables and indexes
	job    time.Duration // of the peer's job: wall
	jobCPU time.Duration
	peer   [6]timing
	kept   []keptTiming
	ours   bench.Ours
}

type keptTiming struct {
	name  string
	times [6]timing
}

func (c *comparison) build(ctx context.Context) (err error) {
	fmt.Fprintf(c.out, "DHIS2 schema on PostgreSQL, set %s: load\n", c.set.Name)
	if c.values, err = c.load(ctx); err != nil {
		return err
	}
	fmt.Fprintln(c.out, "analytics job")
	begin, used := time.Now(), c.used()
	if err := c.generate(ctx); err != nil {
		return err
	}
	c.job, c.jobCPU = time.Since(begin), c.used()-used
	return c.main.QueryRow(ctx, `SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class WHERE relkind = 'r' AND (relname = 'datavalue' OR relname ~ '^analytics_[0-9]+$')`).Scan(&c.bytes)
}

// ask asks the peer and the databases with kept sums.
func (c *comparison) ask(ctx context.Context, dir string) error {
	fmt.Fprintln(c.out, "questions")
	for k := range c.peer {
		t, err := c.timed(ctx, k, c.reps, c.analytics)
		if err != nil {
			return err
		}
		c.peer[k] = t
		c.line("analytics tables", k, t)
	}
	for _, make := range []func() (keptStore, error){
		func() (keptStore, error) { return c.keptInPostgres(ctx) },
		func() (keptStore, error) { return c.keptInSQLite(ctx, dir) },
	} {
		s, err := make()
		if err != nil {
			return err
		}
		x := keptTiming{name: s.name}
		for k := range x.times {
			if x.times[k], err = c.timed(ctx, k, c.reps, s.ask); err != nil {
				return err
			}
			c.line(s.name, k, x.times[k])
		}
		c.kept = append(c.kept, x)
		if err := s.close(); err != nil {
			return err
		}
	}
	return nil
}

func (c *comparison) line(store string, k int, t timing) {
	fmt.Fprintf(c.out, "  %-24s %-10s p50 %-10s p95 %-10s min %-10s CPU %-10s n %-3d check %.3f\n", store, c.name(k)[:2], bench.Text(bench.Percentile(t.took, 50)),
		bench.Text(bench.Percentile(t.took, 95)), bench.Text(t.took[0]), bench.Text(t.cpu), len(t.took), t.check)
}

func (c *comparison) name(k int) string { return c.set.Queries(0)[k].Name }

// report holds the two sides against each other.
func (c *comparison) report() error {
	half := func(d []time.Duration) time.Duration { return bench.Percentile(d, 50) }
	ratio := func(theirs, ours time.Duration) float64 { return float64(theirs) / float64(ours) }
	for k := range c.peer {
		fmt.Fprintf(c.out, "  %-24s %-10s p50 %-10s p95 %-10s min %-10s n %-3d check %.3f\n", "memory", c.name(k)[:2], bench.Text(half(c.ours.Questions[k])),
			bench.Text(bench.Percentile(c.ours.Questions[k], 95)), bench.Text(c.ours.Questions[k][0]), len(c.ours.Questions[k]), c.ours.Checks[k])
	}
	fmt.Fprintln(c.out)
	var lines []bench.Measure
	add := func(m bench.Measure, goal float64, got float64) {
		if m.Ratio = fmt.Sprintf("%.0f ×", got); goal > 0 {
			m.Must, m.State = fmt.Sprintf("≥ %.0f ×", goal), bench.Missed
			if got >= goal {
				m.State = bench.OK
			}
		}
		lines = append(lines, m)
	}
	p1, p2, p3 := 200.0, 0.0, 0.0
	if c.set.Name == "M" {
		p1, p2, p3 = 500, 20, 100
	}
	page := half(c.ours.Page)
	for k, t := range c.peer {
		name, ours := fault.Word(c.name(k)), half(c.ours.Questions[k])
		add(bench.Measure{Goal: "P1", Format: "%s：DHIS2 式 SQL %s", Args: []any{name, bench.Text(half(t.took))}, Value: bench.Text(ours)}, p1, ratio(half(t.took), ours))
		add(bench.Measure{Goal: "P1", Format: "%s：DHIS2 式 SQL 最快一次 %s", Args: []any{name, bench.Text(t.took[0])}, Value: bench.Text(ours)}, 0, ratio(t.took[0], ours))
		best := c.kept[0]
		for _, x := range c.kept {
			if half(x.times[k].took) < half(best.times[k].took) {
				best = x
			}
		}
		other := half(best.times[k].took)
		add(bench.Measure{Goal: "P2", Format: "%s：%s %s", Args: []any{name, fault.Word(best.name), bench.Text(other)}, Value: bench.Text(ours)}, p2, ratio(other, ours))
		add(bench.Measure{Goal: "P3", Format: "%s：整页（%d 个单位，%d KB）对 DHIS2 式 SQL", Args: []any{name, c.ours.PageUnits, c.ours.PageBytes / 1000}, Value: bench.Text(page)},
			p3, ratio(half(t.took), page))
	}
	lines = append(lines, bench.Measure{Goal: "P7", Format: "DHIS2 式重算任务用时 %s，其中处理器 %s；本系统全部逐级汇总（处理器，不必运行）", Args: []any{bench.Text(c.job), bench.Text(c.jobCPU)},
		Value: bench.Text(c.ours.RollUp), Ratio: fmt.Sprintf("%.0f ×", ratio(c.jobCPU, c.ours.RollUp))})
	lines = append(lines, bench.Measure{Goal: "P8", Format: "DHIS2 式库表每个数值的字节数", Value: fmt.Sprintf("%.0f B", float64(c.bytes)/float64(c.values))})
	if err := bench.Report(c.out, lines, nil); err != nil {
		return err
	}
	return c.agree()
}

// agree compares the check sums of all that were asked.
func (c *comparison) agree() error {
	for k, t := range c.peer {
		all := map[string]float64{"analytics tables": t.check, "memory": c.ours.Checks[k]}
		for _, x := range c.kept {
			all[x.name] = x.times[k].check
		}
		for name, sum := range all {
			if fmt.Sprintf("%.3f", sum) != fmt.Sprintf("%.3f", c.ours.Checks[k]) {
				return fmt.Errorf("%s is answered differently: %s has the check sum %.3f, memory %.3f", c.name(k), name, sum, c.ours.Checks[k])
			}
		}
	}
	fmt.Fprintln(c.out, "the check sums of all six questions are equal")
	return nil
}
