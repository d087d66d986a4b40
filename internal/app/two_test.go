package app_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"kaiyang/internal/app"
	"kaiyang/internal/demo"
	"kaiyang/internal/modules/accounts"
	"kaiyang/internal/modules/facts"
	"kaiyang/internal/modules/returns"
	"kaiyang/internal/testkit"
	"kaiyang/internal/testkit/county"
)

// within waits until something is so, and tells how long that took; the limit is that of the
// office's promise (DESIGN: two servers see each other's approvals within 2 s).
func within(t *testing.T, limit time.Duration, what string, so func() bool) {
	t.Helper()
	begin := time.Now()
	for !so() {
		if time.Since(begin) > limit {
			t.Errorf("after %s still not: %s", limit, what)
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Logf("%s: after %s", what, time.Since(begin).Round(time.Millisecond))
}

// onPostgres moves a county to a database of the PostgreSQL server and gives how to open it.
func onPostgres(t *testing.T, target string) app.Config {
	t.Helper()
	o := county.Office(t)
	if _, err := app.CopyTo(context.Background(), o, target, nil); err != nil {
		t.Fatal(err)
	}
	cfg, _ := county.Config(t, t.TempDir())
	cfg.Database = target
	return cfg
}

// approveAll lets the office approve everything that waits for it.
func approveAll(t *testing.T, o *app.Office) {
	t.Helper()
	ctx, a := county.As(t, o, "office")
	_, approve, err := o.Returns.ToReview(a)
	if err != nil {
		t.Fatal(err)
	}
	var picks []returns.Pick
	for _, st := range approve {
		picks = append(picks, returns.Pick{ID: st.Return.ID, Version: st.Return.Version})
	}
	if len(picks) == 0 {
		t.Fatal("nothing waits for the office")
	}
	if err := o.Returns.Approve(ctx, a, picks, ""); err != nil {
		t.Fatal(err)
	}
}

func TestTwoServersOnOnePostgreSQL(t *testing.T) {
	cfg := onPostgres(t, testkit.PostgresURL(t))
	second, _ := county.Config(t, t.TempDir())
	second.Database = cfg.Database
	a, b := county.Open(t, cfg), county.Open(t, second)
	atA, atB := county.Serve(t, a), county.Serve(t, b)
	if err := b.Check(context.Background(), &bytes.Buffer{}); err != nil {
		t.Errorf("check of the moved county: %v", err)
	}

	// An approval in one is on the other's dashboard and in its figures.
	leader := county.SignIn(t, atB, "leader")
	before := leader.Figure("N2", demo.County, "2018-04")
	stale := leader.Page("/?period=2018-04")
	if before.Coverage.Complete {
		t.Fatalf("April is complete already: %+v", before)
	}
	approveAll(t, a)
	within(t, 2*time.Second, "an approval is seen on the other server", func() bool {
		return leader.Figure("N2", demo.County, "2018-04").Coverage.Reported > before.Coverage.Reported
	})
	var fresh county.Answer
	within(t, 2*time.Second, "the dashboard is not answered from before the approval", func() bool {
		fresh = leader.Ask(http.MethodGet, "/?period=2018-04", "", nil, "If-None-Match", stale.Header.Get("Etag"))
		return fresh.Status == http.StatusOK && !bytes.Equal(fresh.Body, stale.Body) && fresh.Header.Get("Etag") != ""
	})
	same := leader.Ask(http.MethodGet, "/?period=2018-04", "", nil, "If-None-Match", fresh.Header.Get("Etag"))
	if same.Status != http.StatusNotModified || len(same.Body) != 0 {
		t.Errorf("an unchanged dashboard is sent again: %d, %d bytes", same.Status, len(same.Body))
	}

	// A log-in holds on both; ended or disabled on one, it is refused on the other.
	reader := county.SignIn(t, atA, "reader")
	other := county.Visit(t, atB)
	other.Carry(reader.Cookies())
	if got := other.Get("/").Status; got != http.StatusOK {
		t.Fatalf("a log-in of one server = %d on the other", got)
	}
	reader.Post("/logout")
	within(t, 2*time.Second, "a log-in that was ended is refused on the other server", func() bool {
		return other.Get("/").Status == http.StatusSeeOther
	})
	zb1 := county.SignIn(t, atB, "zb1")
	if err := a.Accounts.Disable(app.WithOperator(context.Background()), a.Operator(), "zb1"); err != nil {
		t.Fatal(err)
	}
	within(t, 2*time.Second, "a disabled account is refused on the other server", func() bool {
		return zb1.Get("/").Status == http.StatusSeeOther
	})
	if got := county.Visit(t, atB).Post("/login", "login", "zb1", "password", demo.Password).Status; got != http.StatusUnauthorized {
		t.Errorf("a disabled account signs in on the other server: %d", got)
	}
	// A setting of one holds on the other: posts.
	ctx := app.WithOperator(context.Background())
	if _, _, err := a.Accounts.CreateAccount(ctx, a.Operator(), accounts.NewAccount{Login: "new", Name: "新来的"}); err != nil {
		t.Fatal(err)
	}
	within(t, 2*time.Second, "a new account is known on the other server", func() bool {
		_, err := b.Accounts.Actor(context.Background(), "new")
		return err == nil
	})
}

// importChild is the second process: it brings in a file of facts as the command line does.
func importChild() int {
	ctx := app.WithOperator(context.Background())
	o, err := app.Open(ctx, app.Config{Data: os.Getenv(childData), Clock: time.Now})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer o.Close()
	content := strings.NewReader("element,category,unit,period,value\nQS,,520121,2018-05,7\nJG_JC,,520121101,2018-05,11\n")
	rep, err := o.Facts.ImportFacts(ctx, facts.ImportIn{Name: "五月.csv", Content: content}, nil)
	if err != nil || !rep.Written {
		fmt.Println(err, rep.Findings)
		return 1
	}
	return 0
}

func TestAnImportBesideTheServerIsSeen(t *testing.T) {
	dir := county.Copy(t)
	cfg, _ := county.Config(t, dir)
	o := county.Open(t, cfg)
	office := county.SignIn(t, county.Serve(t, o), "office")
	if f := office.Figure("QS", demo.County, "2018-05"); f.Value != nil {
		t.Fatalf("there is a value already: %+v", f)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDeed+"=import", childData+"="+dir)
	// The server goes on writing meanwhile.
	stop := make(chan struct{})
	written := make(chan int)
	go func() {
		n := 0
		for {
			select {
			case <-stop:
				written <- n
				return
			case <-time.After(3 * time.Millisecond): // a busy office, not one that never lets go
			}
			if err := o.SetSetting(context.Background(), "test", fmt.Sprint(n)); err != nil {
				t.Errorf("writing beside the import: %v", err)
			}
			n++
		}
	}()
	out, err := cmd.CombinedOutput()
	close(stop)
	if n := <-written; n == 0 {
		t.Error("nothing was written beside the import")
	}
	if err != nil {
		t.Fatalf("the second process: %v: %s", err, out)
	}
	within(t, 2*time.Second, "an import by another process is seen", func() bool {
		f := office.Figure("QS", demo.County, "2018-05")
		return f.Value != nil && *f.Value == "7"
	})
	trace := office.Page("/figures/QS?period=2018-05").Text()
	if !strings.Contains(trace, "五月.csv") {
		t.Errorf("the trace does not lead to the imported file: %s", trace)
	}
	if _, err := o.DB.CheckAudit(context.Background()); err != nil {
		t.Errorf("the audit after two processes wrote it: %v", err)
	}
}
