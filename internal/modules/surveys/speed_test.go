package surveys

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit/desk"
)

// A survey as large as the province's (22,316 interviews in 88 strata, each with a weight of its
// own) is read, kept and shown in the time of a page.
func TestASurveyOfAProvince(t *testing.T) {
	o := newOffice(t, sqldb.SQLite)
	a, x := o.chief(), phoned()
	x.Strata, x.Approached = nil, 40_000
	for i := range 88 {
		x.Strata = append(x.Strata, Stratum{Name: fmt.Sprintf("县%02d", i), People: 400_000})
	}
	id := desk.Must(o.Save(desk.As(a), a, x))(t)
	var b strings.Builder
	b.WriteString("层,权数,Q1\n")
	for i := range 22_316 {
		fmt.Fprintf(&b, "县%02d,%d.%04d,%s\n", i%88, 900+i%77, i%10_000, []string{"很满意", "满意", "满意", "满意", "满意", "不满意", "满意", "满意", "很满意", "满意", "满意", "说不清"}[i%12])
	}
	start := time.Now()
	p := desk.Must(o.ImportAnswers(desk.As(a), a, id, "a.csv", []byte(b.String()), false))(t)
	read := time.Since(start)
	if p.People != 22_316 {
		t.Fatalf("%d persons", p.People)
	}
	start = time.Now()
	w := desk.Must(o.Show(desk.As(a), a, id))(t)
	shown := time.Since(start)
	if r := w.Results[0]; r.Whole.Why != "" || len(r.Strata) != 88 || r.Strata[5].Why != "" || r.Whole.Est.DF != 22_316-88 {
		t.Errorf("%+v", r.Whole)
	}
	t.Logf("read and kept in %v, shown in %v", read, shown)
	if read > 20*time.Second || shown > 5*time.Second {
		t.Errorf("read in %v, shown in %v", read, shown)
	}
}
