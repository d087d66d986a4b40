package indicators

import (
	"net/http/httptest"
	"syscall"
	"testing"
	"time"
)

// The comparison of 18 townships with chance and without it, turn by turn: what funnel, shrunken
// rates and 10,000 simulated places add to a page, and the ratio. The goal is 20 ms; the processor
// time is what a busy machine does not stretch.
func BenchmarkCompareWithChance18(b *testing.B) {
	w := benchWorld(b, 18, 2)
	w.importing(fairYAML, "")
	used := func() time.Duration {
		var r syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
			b.Fatal(err)
		}
		return time.Duration(r.Utime.Nano() + r.Stime.Nano())
	}
	get := func(path string) (wall, cpu time.Duration) {
		from, began := time.Now(), used()
		rec := httptest.NewRecorder()
		w.site.ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
		if rec.Code != 200 {
			b.Fatal(rec.Code, stripped(rec.Body.String()))
		}
		return time.Since(from), used() - began
	}
	const path = "/compare?period=2017&code=FA&code=R&code=FB&by=FA"
	var wall, cpu [2]time.Duration
	for b.Loop() {
		for k, path := range [2]string{path, path + "&chance=1"} {
			w, c := get(path)
			wall[k], cpu[k] = wall[k]+w, cpu[k]+c
		}
	}
	n := 1e6 * float64(b.N)
	b.ReportMetric(float64(wall[1]-wall[0])/n, "ms-added/op")
	b.ReportMetric(float64(cpu[1]-cpu[0])/n, "cpu-ms-added/op")
	b.ReportMetric(float64(cpu[1])/float64(cpu[0]), "ratio")
}
