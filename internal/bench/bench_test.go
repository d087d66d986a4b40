package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"kaiyang/internal/app"
	"kaiyang/internal/bench/dataset"
	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
)

// The check sums of the questions, of the first three repetitions, as every other engine has them.
var checks = map[string][6]string{
	"S": {"43041.309", "1199.303", "22906.137", "2394.532", "43041.309", "21594.183"},
	"M": {"28670.481", "105059.965", "1846084.219", "210132.873", "28624.725", "1793350.139"},
}

func open(tb testing.TB, name string) (*dataset.Set, *cube.Cube) {
	tb.Helper()
	s, err := dataset.New(name)
	if err != nil {
		tb.Fatal(err)
	}
	c, _, err := fill(s, 2)
	if err != nil {
		tb.Fatal(err)
	}
	return s, c
}

// The answers are those of every other engine that was measured on this data.
func TestChecksums(t *testing.T) {
	for name, want := range checks {
		s, c := open(t, name)
		for _, covers := range []bool{false, true} {
			a, err := newAsker(c, s)
			if err != nil {
				t.Fatal(err)
			}
			a.covers = covers
			for k, w := range want {
				sum := 0.0
				for r := range 3 {
					a.ask(s.Queries(r)[k])
					sum += dataset.Check(a.num, a.den)
				}
				if got := fmt.Sprintf("%.3f", sum); got != w {
					t.Errorf("%s %s: check %s, want %s", name, s.Queries(0)[k].Name, got, w)
				}
			}
		}
	}
}

// Places go by score; equal scores keep the order of the tree.
func TestRanking(t *testing.T) {
	s, c := open(t, "S")
	a, err := newAsker(c, s)
	if err != nil {
		t.Fatal(err)
	}
	q := s.Queries(0)[2]
	a.ask(q)
	seen := map[int64]bool{}
	for i, u := range a.order {
		seen[u] = true
		if i == 0 {
			continue
		}
		if p := a.order[i-1]; a.score[p] < a.score[u] || a.score[p] == a.score[u] && p > u {
			t.Errorf("place %d has score %d after %d", i+1, a.score[u], a.score[p])
		}
	}
	if len(seen) != len(q.Units) {
		t.Errorf("%d units ranked, want %d", len(seen), len(q.Units))
	}
}

func BenchmarkQuery(b *testing.B) {
	for _, name := range []string{"S", "M"} {
		s, c := open(b, name)
		a, err := newAsker(c, s)
		if err != nil {
			b.Fatal(err)
		}
		var drawn [][]dataset.Query
		for r := range 200 {
			drawn = append(drawn, s.Queries(r))
		}
		for _, a.covers = range []bool{false, true} {
			for k, q := range drawn[0] {
				b.Run(fmt.Sprintf("%s/%s/covers=%t", name, q.Name[:2], a.covers), func(b *testing.B) {
					b.ReportAllocs()
					for i := 0; b.Loop(); i++ {
						a.ask(drawn[i%len(drawn)][k])
					}
				})
			}
		}
	}
}

func BenchmarkRollUp(b *testing.B) {
	for _, name := range []string{"S", "M"} {
		_, c := open(b, name)
		size := c.Size().Cells
		for _, m := range []struct {
			name string
			f    func()
		}{
			{"read", func() { c.Scan(1) }},
			{"sums", func() { c.RollUp(1, false) }},
			{"counts", func() { c.RollUp(1, true) }},
		} {
			b.Run(name+"/"+m.name, func(b *testing.B) {
				b.SetBytes(size)
				for b.Loop() {
					m.f()
				}
			})
		}
	}
}

func BenchmarkApply(b *testing.B) {
	for _, name := range []string{"S", "M"} {
		s, c := open(b, name)
		list := updates(s, 1<<16)
		b.Run(name+"/value", func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				at := i & (1<<16 - 1)
				if err := c.Apply(list[at:at+1], c.Seq()+1); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/form", func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if err := c.Apply(form(s, i), c.Seq()+1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The engine's report has a line for every goal; whether goals are met is for a quiet machine to
// say, but nothing may differ from a full roll-up.
func TestEngine(t *testing.T) {
	s, err := dataset.New("S")
	if err != nil {
		t.Fatal(err)
	}
	var list []Measure
	r := runner{s: s, each: func(m Measure) { list = append(list, m) }}
	if err := r.engine(); err != nil {
		t.Fatal(err)
	}
	lines(t, list, "P1", "P4", "P5", "P8", "P9")
	if last := list[len(list)-1]; last.Goal != "P9" || last.State != OK {
		t.Errorf("after the updates %s cells differ from a full roll-up", last.Value)
	}
}

// The whole program is measured over its own database: a child that records is killed, servers are
// started, pages asked for, values entered. Nothing that was durable may be lost, nothing may
// differ, and no file may stay.
func TestOffice(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	s, err := dataset.New("S")
	if err != nil {
		t.Fatal(err)
	}
	var list []Measure
	r := runner{s: s, values: 272_490, each: func(m Measure) { list = append(list, m) }}
	err = r.office(context.Background(), effort{entries: 3, drive: 200 * time.Millisecond, reads: 3, starts: 1, writes: 5})
	if err != nil {
		t.Fatal(err)
	}
	lines(t, list, "P3", "P6", "P8", "P9", "P11")
	for _, m := range list {
		if m.Must == "0" && m.State != OK {
			t.Errorf("%s: %s", m.Name(nil), m.Value)
		}
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// A table of units is brought in and its pages answer.
func TestNation(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s, err := dataset.New("S")
	if err != nil {
		t.Fatal(err)
	}
	var list []Measure
	r := runner{s: s, each: func(m Measure) { list = append(list, m) }}
	if err := r.nation(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[0].Args[0] != 151 {
		t.Errorf("%v, want the import of 151 units and a page", list)
	}
}

// Brought in month by month through the service, the figures are those of the set.
func TestReportedMonths(t *testing.T) {
	s, err := dataset.New("S")
	if err != nil {
		t.Fatal(err)
	}
	s.Months = 13
	e, err := newEstate(t.Context(), t.TempDir(), s)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.report(t.Context()); err != nil {
		t.Fatal(err)
	}
	sum, want := int64(0), int64(0)
	for v := range e.units {
		x, _ := s.Value(7, 12, v)
		want += x
	}
	err = e.open(t.Context(), func(_ context.Context, o *app.Office) error {
		series, err := seriesOf(o, code(7))
		sum = o.Facts.Cube().Read(series, o.Units.Today().Root(org.Territorial), s.Month(12), cube.Natural).Sum
		return err
	})
	if err != nil || sum != want {
		t.Errorf("%s of month 13: %d (%v), want %d", code(7), sum, err, want)
	}
}

// lines fails unless the report has a line of each goal and each prints.
func lines(t *testing.T, list []Measure, goals ...string) {
	t.Helper()
	var out strings.Builder
	if err := Report(&out, list, nil); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + out.String())
	for _, goal := range goals {
		if !strings.Contains("\n"+out.String(), "\n"+goal+" ") {
			t.Errorf("no line of goal %s in\n%s", goal, out.String())
		}
	}
}

func TestUnknownSize(t *testing.T) {
	if err := Run(io.Discard, "hamlet"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("size hamlet: %v, want it refused", err)
	}
}

// A child is this test binary with a task.
func TestMain(m *testing.M) {
	if was, err := Child(); was {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}
