package indicators

import (
	"context"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/table"
)

func benchWorld(b *testing.B, towns, villages int) *world {
	b.Helper()
	w := newWorld(b, towns, villages)
	db, err := sqldb.Open(context.Background(), filepath.Join(b.TempDir(), "k.db"), sqldb.Options{Clock: w.clock.Now})
	w.must(err)
	b.Cleanup(func() { db.Close() })
	list, err := sqldb.Migrations(files)
	w.must(err)
	_, err = db.Migrate(context.Background(), list)
	w.must(err)
	return w.open(db)
}

func benchPage(b *testing.B, w *world, by perm.Actor, path string) {
	b.Helper()
	w.as = by
	b.ReportAllocs()
	size := 0
	defer cpu(b)()
	for b.Loop() {
		rec := httptest.NewRecorder()
		w.site.ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
		if rec.Code != 200 {
			b.Fatal(rec.Code, stripped(rec.Body.String()))
		}
		size = rec.Body.Len()
	}
	b.ReportMetric(float64(size)/1024, "KB/page")
}

// cpu reports the processor time of an operation, which a busy machine does not stretch.
func cpu(b *testing.B) func() {
	used := func() int64 {
		var r syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
			b.Fatal(err)
		}
		return r.Utime.Nano() + r.Stime.Nano()
	}
	from := used()
	return func() { b.ReportMetric(float64(used()-from)/float64(b.N)/1e6, "cpu-ms/op") }
}

// Sixty indicators of twenty units, answered with all that a table shows; half of the time without
// what chance says, so that the difference is what the intervals cost. All are shares with a target.
func BenchmarkSixtyShares20(b *testing.B) {
	w := benchWorld(b, 20, 4)
	var yaml, targets strings.Builder
	codes := make([]string, 60)
	for i := range codes {
		codes[i] = fmt.Sprintf("K%d", i)
		fmt.Fprintf(&yaml, "- {code: K%d, name: 占比%d, formula: 'XZS{年龄=\"<25\"} / XZS', format: percent, digits: %d, direction: down, order: %d}\n", i, i, i%3, 100+i)
		fmt.Fprintf(&targets, "K%d,520121,2015..2018,≤,%d,,,\n", i, 20+i%30)
	}
	rep, err := w.s.ImportIndicators(context.Background(), w.office(), "i.yaml", []byte(yaml.String()), false)
	w.must(err)
	w.must(rep.Findings.Err())
	rep, err = w.s.ImportTargets(context.Background(), w.office(), "t.csv", []byte("indicator,unit,period,comparator,value,upper,base,margin\n"+targets.String()), false)
	w.must(err)
	w.must(rep.Findings.Err())
	units, p := w.Today().Children(county), period.MustParse("2017")
	kept := w.s.now.Load().countings
	answer := func(with bool) (time.Duration, int) {
		if w.s.now.Load().countings = kept; !with {
			w.s.now.Load().countings = nil
		}
		from, shares := time.Now(), 0
		rows, err := w.s.Many(context.Background(), w.office(), codes, units, p)
		w.must(err)
		for _, row := range rows {
			for _, a := range row {
				if a.IntervalText("zh") != "" {
					shares++
				}
			}
		}
		return time.Since(from), shares
	}
	var with, without time.Duration
	for b.Loop() {
		t, n := answer(true)
		if with += t; n != 1200 {
			b.Fatal(n, "intervals")
		}
		t, _ = answer(false)
		without += t
	}
	b.ReportMetric(float64((with-without).Microseconds())/1000/float64(b.N), "ms-added/op")
	b.ReportMetric(float64(with)/float64(without), "ratio")
}

const tenCodes = "&code=R&code=S&code=T&code=U&code=V&code=G&code=B&code=M&code=CHU&code=REN"

func BenchmarkDashboard(b *testing.B) { w := benchWorld(b, 18, 8); benchPage(b, w, w.office(), "/") }
func BenchmarkTownshipProtected(b *testing.B) {
	w := benchWorld(b, 18, 8)
	benchPage(b, w, w.reader(), "/units/520121103?period=2017-05")
}
func BenchmarkCompare150x10(b *testing.B) {
	w := benchWorld(b, 150, 2)
	benchPage(b, w, w.office(), "/compare?period=2017"+tenCodes)
}
func BenchmarkCompareProtected(b *testing.B) {
	w := benchWorld(b, 150, 2)
	benchPage(b, w, w.reader(), "/compare?period=2017-05"+tenCodes)
}
func BenchmarkTrace(b *testing.B) {
	w := benchWorld(b, 18, 8)
	benchPage(b, w, w.office(), "/figures/R?period=2017")
}

func BenchmarkMarks150x10(b *testing.B) {
	w := benchWorld(b, 150, 2)
	codes := []string{"R", "S", "T", "U", "V", "G", "B", "M", "CHU", "REN"}
	units := w.Today().Children(county)
	defer cpu(b)()
	for b.Loop() {
		if _, err := w.s.Marks(context.Background(), w.office(), codes, units, period.MustParse("2017"), "zh"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTable150x10(b *testing.B) {
	w := benchWorld(b, 150, 2)
	codes := []string{"R", "S", "T", "U", "V", "G", "B", "M", "CHU", "REN"}
	p := period.MustParse("2017")
	units := w.Today().Children(county)
	rows, err := w.s.Marks(context.Background(), w.office(), codes, units, p, "zh")
	w.must(err)
	x := lens{Lang: "zh", reg: w.reg, tree: w.reg.On(p.Last()), p: p, name: w.s.Names(false)}
	defer cpu(b)()
	for b.Loop() {
		t := x.unitsTable(units, rows, "R", nil)
		t.SortBy("rank", false)
		if len(t.HTML(nil, table.Options{Scroll: true})) < 50_000 {
			b.Fatal("no table")
		}
	}
}
