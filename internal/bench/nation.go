package bench

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"kaiyang/internal/app"
	"kaiyang/internal/bench/dataset"
	"kaiyang/internal/core/org"
	"kaiyang/internal/modules/units"
)

// nation brings in the table of units of a set, of the size of the whole country's where it is N,
// and asks for the pages over it: the best of three attempts each.
func (r *runner) nation(ctx context.Context, s *dataset.Set) error {
	dir, err := os.MkdirTemp("", "kaiyang-bench-units-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	e := &estate{dir: dir, set: s}
	return e.open(ctx, func(ctx context.Context, o *app.Office) error {
		var file bytes.Buffer
		if err := e.unitFile(&file); err != nil {
			return err
		}
		begin := time.Now()
		rep, err := o.Units.ImportUnits(ctx, units.ImportIn{Name: "nation.csv", Reader: &file}, nil)
		if err := imported(rep, err); err != nil {
			return err
		}
		took := time.Since(begin)
		const limit = time.Minute
		r.note(Measure{Format: "导入全国单位表，%d 个单位", Args: []any{rep.Created}, Value: text(took), Must: "< 60 s",
			Ratio: fmt.Sprintf("%.1f ×", float64(limit)/float64(took))}, took < limit)
		if _, err := e.signUp(ctx, o); err != nil {
			return err
		}
		path, slowest, err := slowestPage(o, e.cookie)
		if err != nil {
			return err
		}
		r.note(Measure{Format: "全国单位表最慢的一页 %s", Args: []any{path}, Value: text(slowest), Must: "< 100 ms",
			Ratio: fmt.Sprintf("%.1f ×", 100/ms(slowest))}, slowest < 100*time.Millisecond)
		return nil
	})
}

// slowestPage asks for the pages of units, from the top of the country down to a village.
func slowestPage(o *app.Office, cookie string) (path string, slowest time.Duration, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", 0, err
	}
	srv := &http.Server{Handler: o.Site}
	go srv.Serve(l)
	defer srv.Close()
	t := o.Units.Today()
	paths := []string{"/admin/units", "/admin/units?q=" + url.QueryEscape("村"), "/admin/units?q=nowhere"}
	for u := t.Root(org.Territorial); u != 0; {
		paths = append(paths, fmt.Sprintf("/admin/units?at=%d", u), "/admin/units/"+t.Code(u), "/admin/units?q="+url.QueryEscape(t.Name(u)))
		kids := t.Children(u)
		if len(kids) == 0 {
			break
		}
		u = kids[len(kids)/2]
	}
	v := newVisitor("http://"+l.Addr().String(), cookie)
	for _, p := range paths {
		best := time.Hour
		for range 3 {
			begin := time.Now()
			if err := v.want(p, http.StatusOK); err != nil {
				return "", 0, err
			}
			best = min(best, time.Since(begin))
		}
		if best > slowest {
			path, slowest = p, best
		}
	}
	return path, slowest, nil
}
