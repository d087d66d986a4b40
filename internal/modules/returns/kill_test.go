package returns

import (
	"bufio"
	"context"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit"
)

// approver names the database that a child process approves in until it is killed.
const approver = "KAIYANG_TEST_APPROVER"

// A process killed while it approves leaves every return either approved with all its facts, its
// event and its audit line, or untouched; and what it said was done is done.
func TestKilledWhileApproving(t *testing.T) {
	if target := os.Getenv(approver); target != "" {
		approveUntilKilled(t, target)
		return
	}
	rounds := 5
	if os.Getenv("KAIYANG_TEST_LONG") != "" {
		rounds = 50
	}
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) {
			halfway := 0
			for round := range rounds {
				t.Run(fmt.Sprint(round), func(t *testing.T) {
					if n, all := killOnce(t, d, round); n > 0 && n < all {
						halfway++
					}
				})
			}
			if halfway == 0 {
				t.Error("no process was killed in the middle of its work; the test proves nothing")
			}
		})
	}
}

// approveUntilKilled is the child: it reviews and approves one by one and says what is done.
func approveUntilKilled(t *testing.T, target string) {
	o := openOffice(t, target, testkit.NewClock("2018-05-10"))
	fmt.Println("ready")
	for _, r := range o.all() {
		pick := []Pick{{r.ID, r.Version}}
		if err := o.Review(as(o.reviewer()), o.reviewer(), pick, ""); err != nil {
			t.Fatal(err)
		}
		if err := o.Approve(as(o.chief()), o.chief(), pick, ""); err != nil {
			t.Fatal(err)
		}
		fmt.Println("approved", r.ID)
	}
}

// all lists the returns by number.
func (o *office) all() []Return {
	var out []Return
	for id := int64(1); ; id++ {
		r, ok := o.byNumber(id)
		if !ok {
			return out
		}
		out = append(out, r)
	}
}

// killOnce kills a child after a while and looks at what it left: approved, of all.
func killOnce(t *testing.T, d sqldb.Dialect, round int) (approved, all int) {
	target := testkit.Target(t, d)
	clock := testkit.NewClock("2018-05-10")
	o := openOffice(t, target, clock)
	o.publish(monthly())
	for _, u := range []org.UnitID{jia, yi, bing} {
		for _, p := range []string{"2018-01", "2018-02", "2018-03", "2018-04"} {
			a := o.person(fmt.Sprintf("填报员%d", u), perm.Reporter, u)
			o.submit(a, Place{"YB1", u, period.MustParse(p)})
		}
	}
	o.db.Close()

	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledWhileApproving$", "-test.v")
	cmd.Env = append(os.Environ(), approver+"="+target)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	lines := bufio.NewScanner(out)
	dice := rand.New(rand.NewSource(int64(round)))
	for lines.Scan() {
		if strings.Contains(lines.Text(), "ready") {
			wait := time.Duration(dice.Intn(60)) * time.Millisecond
			go func() {
				time.Sleep(wait)
				_ = cmd.Process.Kill() // it may have finished
			}()
		}
		if id, ok := strings.CutPrefix(lines.Text(), "approved "); ok {
			said[id] = true
		}
	}
	_ = cmd.Wait() // killed

	o = openOffice(t, target, clock)
	for _, r := range o.all() {
		all++
		rows := 8 * map[org.UnitID]int{jia: 3, yi: 3, bing: 1}[r.Place.Unit]
		facts := o.count(`SELECT COUNT(*) FROM fake_fact WHERE source = $1`, SourceID(r.ID, 1))
		events := o.count(`SELECT COUNT(*) FROM returns_event WHERE ret = $1 AND deed = 'approve'`, r.ID)
		audits := o.count(`SELECT COUNT(*) FROM sys_audit WHERE deed = 'returns.approve' AND object = $1`, o.object(r.Place))
		done := r.State == Approved
		if done {
			approved++
		}
		want := map[bool][3]int{true: {rows, 1, 1}, false: {}}[done]
		if got := [3]int{facts, events, audits}; got != want {
			t.Errorf("return %d is %q with %v facts, events and audit lines, want %v", r.ID, r.State, got, want)
		}
		if said[fmt.Sprint(r.ID)] && !done {
			t.Errorf("return %d was said to be approved and is %q", r.ID, r.State)
		}
	}
	if _, err := o.db.CheckAudit(context.Background()); err != nil {
		t.Error(err)
	}
	// The work goes on where it was left.
	for _, r := range o.all() {
		if r.State == Submitted {
			o.approve(r)
			break
		}
	}
	return approved, all
}

// PEERS §3 pain 3: a file of 10,000 rows is read and fully checked in under 10 s.
func TestTenThousandRows(t *testing.T) {
	o, a, at, file := tenThousand(t)
	start := time.Now()
	up, err := o.Upload(as(a), a, at, file)
	took := time.Since(start)
	if err != nil || up.Report.Created != 80_000 {
		t.Fatalf("%v %+v", err, up.Report)
	}
	t.Logf("10,000 rows, 80,000 cells, %d kB: read, checked and kept in %v", len(file.Content)>>10, took.Round(time.Millisecond))
	if took > 10*time.Second {
		t.Errorf("took %v, want under 10 s", took)
	}
	op, err := o.Open(as(a), a, at)
	if err != nil {
		t.Fatal(err)
	}
	start = time.Now()
	if _, err := o.Submit(as(a), a, at, SubmitIn{Filling: op.Filling, Base: op.Base, Door: op.Door, File: op.File, FileName: op.FileName}); err != nil {
		t.Fatal(err)
	}
	t.Logf("handed in, in one transaction, in %v", time.Since(start).Round(time.Millisecond))
}

// tenThousand makes an office with a township of 10,000 villages, and its workbook filled in.
func tenThousand(t testing.TB) (*office, perm.Actor, Place, NamedFile) {
	o := onSQLite(t)
	units := append([]org.Unit(nil), o.units.reg.Units()...)
	from := period.MustDay("2015-01-01")
	const big org.UnitID = 100
	units = append(units, org.Unit{ID: big, Code: "999901300", Kind: org.Township, Versions: []org.Version{{From: from, Name: "万村镇", Parent: county}}})
	for i := range 10_000 {
		units = append(units, org.Unit{ID: big + 1 + org.UnitID(i), Code: fmt.Sprintf("9999013%05d", i), Kind: org.Village,
			Versions: []org.Version{{From: from, Name: fmt.Sprintf("第%d村", i+1), Parent: big}}})
	}
	reg, err := org.New(units, nil)
	if err != nil {
		t.Fatal(err)
	}
	o.units.reg = reg
	if err := o.facts.cube.SetRegister(reg); err != nil {
		t.Fatal(err)
	}
	f := monthly()
	f.Jump = Jump{Hundredths: 300, Threshold: 20}
	o.publish(f)
	a := o.person("万村镇填报员", perm.Reporter, big)
	at := Place{"YB1", big, april()}
	file, err := o.Fill(as(a), a, at, sound)
	if err != nil {
		t.Fatal(err)
	}
	return o, a, at, file
}

func BenchmarkTenThousandRows(b *testing.B) {
	o, _, at, file := tenThousand(b)
	for b.Loop() {
		f, err := o.owed(at)
		if err != nil {
			b.Fatal(err)
		}
		l, err := o.layout(f, at)
		if err != nil {
			b.Fatal(err)
		}
		r, door, err := o.read(l, file)
		if err != nil {
			b.Fatal(err)
		}
		if c := o.check(l, r.filling, door); c.Stops() {
			b.Fatal(fault.Say(c.Findings(l, false), nil))
		}
	}
	b.ReportMetric(float64(len(file.Content))/1024, "kB")
}
