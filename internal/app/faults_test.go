package app_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/rand"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kaiyang/internal/app"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/demo"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit"
	"kaiyang/internal/testkit/county"
)

// fill lets the database file grow no more, as on a full disk, or takes that limit away.
func fill(t *testing.T, o *app.Office, full bool) {
	t.Helper()
	err := o.DB.InTx(context.Background(), func(tx *sqldb.Tx) error {
		pages := int64(1 << 30)
		if full {
			if err := tx.Get(`PRAGMA page_count`, nil, &pages); err != nil {
				return err
			}
		}
		_, err := tx.Exec(fmt.Sprintf(`PRAGMA max_page_count = %d`, pages))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAFullDiskSaysSoAndLosesNothing(t *testing.T) {
	o := county.Office(t)
	at := county.Serve(t, o)
	const entry = "/returns/F_JD/" + theirs + "/2018-04"
	reporter, office := county.SignIn(t, at, "t204"), county.SignIn(t, at, "office")
	var cell string
	submit := func(n int) county.Answer {
		page := reporter.Page(entry)
		cell = cellOf(t, page, "现有吸毒人员")
		form := page.Form("#entry")
		form.Set(cell, fmt.Sprint(n))
		form.Set("comment", strings.Repeat("满", 400)+fmt.Sprint(n))
		explain(form, page, "已核对台账")
		form.Set("deed", "submit")
		return reporter.Send(entry, form)
	}
	if a := submit(10001); a.Status != http.StatusSeeOther {
		t.Fatalf("handing in = %d: %s", a.Status, a.Text())
	}

	fill(t, o, true)
	var refused county.Answer
	kept := "10001"
	for n := 10002; n < 10400; n++ { // what fits into pages that are there is still taken
		if refused = submit(n); refused.Status != http.StatusSeeOther {
			break
		}
		kept = fmt.Sprint(n)
	}
	if refused.Status != http.StatusServiceUnavailable || !strings.Contains(refused.Text(), "磁盘已满，这次操作没有保存") {
		t.Fatalf("on a full disk handing in = %d: %s", refused.Status, refused.Text())
	}
	if leak.Match(refused.Body) {
		t.Errorf("the page tells too much: %s", refused.Text())
	}
	acknowledged := func() {
		t.Helper()
		if got := strings.ReplaceAll(reporter.Page(entry).Form("#entry").Get(cell), ",", ""); got != kept {
			t.Errorf("the return says %s, %s was acknowledged", got, kept)
		}
	}
	acknowledged()
	// Reading goes on.
	for _, path := range []string{"/", "/units/520121101", "/returns", "/figures/I2?period=2017"} {
		if a := office.Get(path); a.Status != http.StatusOK {
			t.Errorf("%s on a full disk = %d: %s", path, a.Status, a.Text())
		}
	}
	// What cannot be audited is not done (STANDARDS MLPS-15), and nobody comes in unseen.
	for range 100 {
		refused = county.Visit(t, at).Post("/login", "login", "leader", "password", demo.Password)
		if refused.Status != http.StatusSeeOther {
			break
		}
	}
	if refused.Status != http.StatusServiceUnavailable || !strings.Contains(refused.Text(), "磁盘已满") || len(refused.Header.Values("Set-Cookie")) > 0 {
		t.Errorf("signing in on a full disk = %d: %s", refused.Status, refused.Text())
	}
	if a := reporter.Get("/definitions/new"); a.Status != http.StatusForbidden {
		t.Errorf("a refusal that cannot be audited = %d", a.Status)
	}
	acknowledged()

	fill(t, o, false)
	if a := submit(20000); a.Status != http.StatusSeeOther {
		t.Errorf("with room again handing in = %d: %s", a.Status, a.Text())
	}
	kept = "20000"
	acknowledged()
	if err := o.Check(context.Background(), &bytes.Buffer{}); err != nil {
		t.Errorf("check: %v", err)
	}
}

func TestADamagedDatabaseSaysHowToMendIt(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"no database":     func(b []byte) []byte { copy(b, "this is not a database file at all"); return b },
		"cut off":         func(b []byte) []byte { return b[:len(b)/2] },
		"page 1 broken":   func(b []byte) []byte { copy(b[100:4096], bytes.Repeat([]byte{0xff}, 3996)); return b },
		"middle is zero":  func(b []byte) []byte { copy(b[len(b)/4:], make([]byte, len(b)/2)); return b },
		"middle is noise": func(b []byte) []byte { rand.New(rand.NewSource(7)).Read(b[len(b)/4 : len(b)/4*3]); return b },
		"nearly empty":    func(b []byte) []byte { return b[:10] },
	} {
		t.Run(name, func(t *testing.T) {
			dir := county.Copy(t)
			file := filepath.Join(dir, app.DatabaseFile)
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, damage(content), 0o600); err != nil {
				t.Fatal(err)
			}
			cfg, _ := county.Config(t, dir)
			o, err := app.Open(context.Background(), cfg)
			if err == nil {
				err = o.Check(context.Background(), &bytes.Buffer{})
				o.Close()
			}
			if say := fault.Say(err, nil); fault.KindOf(err) != fault.Unavailable || !strings.Contains(say, "已损坏") || !strings.Contains(say, "kaiyang restore") {
				t.Errorf("a damaged database is answered with %v: %s", err, say)
			}
		})
	}
}

// PostgreSQL loses its connections, then its power: pages that need it answer 503 with a sentence,
// and when it is back everything goes on without a restart, nothing lost.
func TestPostgreSQLGoesAndComesBack(t *testing.T) {
	pg := testkit.OwnPostgres(t)
	cfg := onPostgres(t, pg.URL)
	o := county.Open(t, cfg)
	at := county.Serve(t, o)
	office, reporter := county.SignIn(t, at, "office"), county.SignIn(t, at, "t101")
	const entry = "/returns/F_JD/520121101/2018-05"

	db, err := sql.Open("pgx", pg.URL)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if _, err := db.Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kaiyang'`); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/", "/audit", "/returns/review/7"} {
			a := office.Get(path)
			if a.Status != http.StatusOK && !(a.Status == http.StatusServiceUnavailable && strings.Contains(a.Text(), "暂时连接不上")) {
				t.Errorf("%s after the connections were cut = %d: %s", path, a.Status, a.Text())
			}
		}
	}
	db.Close()
	within(t, 5*time.Second, "the pages are back after the connections were cut", func() bool {
		return office.Get("/audit").Status == http.StatusOK
	})

	page := reporter.Page(entry)
	form := page.Form("#entry")
	cell := cellOf(t, page, "现有吸毒人员")
	form.Set(cell, "41")
	form.Set("deed", "draft")
	if a := reporter.Send(entry, form); a.Status != http.StatusSeeOther {
		t.Fatalf("keeping a draft = %d", a.Status)
	}
	pg.Stop()
	for _, path := range []string{"/audit", "/returns/review/7", "/healthz"} {
		a := office.Get(path)
		if a.Status != http.StatusServiceUnavailable || !strings.Contains(a.Text(), "暂时连接不上") || leak.Match(a.Body) {
			t.Errorf("%s without a database = %d: %s", path, a.Status, a.Text())
		}
	}
	if a := office.Get("/"); a.Status != http.StatusOK && a.Status != http.StatusServiceUnavailable {
		t.Errorf("the dashboard without a database = %d: %s", a.Status, a.Text())
	}
	form.Set(cell, "42")
	form.Set("seq", "1")
	if a := reporter.Send(entry, form); a.Status != http.StatusServiceUnavailable || !strings.Contains(a.Text(), "这次操作没有保存") {
		t.Errorf("a draft without a database = %d: %s", a.Status, a.Text())
	}
	if a := county.Visit(t, at).Post("/login", "login", "leader", "password", demo.Password); a.Status != http.StatusServiceUnavailable {
		t.Errorf("signing in without a database = %d: %s", a.Status, a.Text())
	}

	pg.Start()
	within(t, 10*time.Second, "everything is back", func() bool {
		return office.Get("/audit").Status == http.StatusOK && office.Get("/healthz").Status == http.StatusOK && office.Get("/").Status == http.StatusOK
	})
	if got := reporter.Page(entry).Form("#entry").Get(cell); got != "41" {
		t.Errorf("the draft says %s, 41 was acknowledged", got)
	}
	approveAll(t, o)
	if err := o.Check(context.Background(), &bytes.Buffer{}); err != nil {
		t.Errorf("check: %v", err)
	}
}
