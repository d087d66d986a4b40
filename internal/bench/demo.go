package bench

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"kaiyang/internal/demo"
)

// demoPages are what people of the demonstration county look at first, as one after the other
// would. The memory of its server is measured after them.
var demoPages = []string{"/", "/units/520121103", "/indicators", "/indicators/I4", "/compare", "/compare?level=village", "/figures/I4?period=2017",
	"/returns", "/admin/units", "/compare?format=xlsx"}

// demo makes the demonstration county, serves it to everybody at once and measures the memory of
// its server.
func (r *runner) demo(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "kaiyang-bench-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	begin := time.Now()
	if err := demo.Build(ctx, officeConfig(dir), func(string) {}); err != nil {
		return err
	}
	r.tell(Measure{Format: "生成演示县", Value: text(time.Since(begin))})
	s, err := startServer(dir)
	if err != nil {
		return err
	}
	err = r.visit(s)
	return errors.Join(err, s.stop())
}

func (r *runner) visit(s *server) error {
	v := newVisitor(s.url, "")
	for range 5 { // passwords are the greatest short need of memory
		if err := v.signIn("office", demo.Password); err != nil {
			return err
		}
		for _, p := range demoPages {
			if err := v.want(p, http.StatusOK); err != nil {
				return err
			}
		}
	}
	if u, ok := s.usage(); ok {
		r.note(Measure{Format: "演示县服务进程占用内存（括号内为峰值）", Value: megabytes(u.rss), Median: "(" + megabytes(u.peak) + ")", Must: "< 150 MB"}, u.rss < 150<<20)
	}
	r.tell(Measure{Format: "演示县启动到能答复", Value: text(s.ready)})
	return nil
}

// signIn logs in as a browser does and keeps the cookie.
func (v *visitor) signIn(login, password string) error {
	form := url.Values{"login": {login}, "password": {password}}
	req, err := http.NewRequest(http.MethodPost, v.base+"/login", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.send(req, http.StatusSeeOther)
}
