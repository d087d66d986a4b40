package bench

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"kaiyang/internal/app"
	"kaiyang/internal/bench/dataset"
)

// BenchmarkPage renders the pages of P11 without a network between: processor time, bytes and
// allocations of the handler alone.
func BenchmarkPage(b *testing.B) {
	s, err := dataset.New("S")
	if err != nil {
		b.Fatal(err)
	}
	e, err := newEstate(b.Context(), b.TempDir(), s)
	if err != nil {
		b.Fatal(err)
	}
	if err := e.fill(b.Context()); err != nil {
		b.Fatal(err)
	}
	err = e.open(b.Context(), func(_ context.Context, o *app.Office) error {
		for name, v := range map[string]view{"wide": e.views.wide, "ranking": e.views.ranking, "plain": e.views.plain} {
			b.Run(name, func(b *testing.B) {
				b.ReportAllocs()
				size, from := 0, cpuTime()
				for b.Loop() {
					req := httptest.NewRequest(http.MethodGet, v.path, nil)
					req.Header.Set("Cookie", e.cookie)
					w := counted{header: http.Header{}}
					o.Site.ServeHTTP(&w, req)
					if size = w.size; w.status != http.StatusOK {
						b.Fatalf("%s: %d", v.path, w.status)
					}
				}
				b.ReportMetric(float64(cpuTime()-from)/1e6/float64(b.N), "cpu-ms/op")
				b.ReportMetric(float64(size)/1000, "KB/page")
			})
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// counted is an answer of which only the size is kept.
type counted struct {
	header       http.Header
	status, size int
}

func (c *counted) Header() http.Header    { return c.header }
func (c *counted) WriteHeader(status int) { c.status = status }
func (c *counted) Write(b []byte) (int, error) {
	c.size += len(b)
	return len(b), nil
}
