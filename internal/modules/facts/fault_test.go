package facts

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit"
)

// childVariable names the database on which the test binary, started once more, imports for ever.
const childVariable = "KAIYANG_FACTS_CHILD"

func TestMain(m *testing.M) {
	if target := os.Getenv(childVariable); target != "" {
		importForEver(target)
		return
	}
	os.Exit(m.Run())
}

// roundFile is the file of round k: every cell of two elements, in all villages and months, is k.
func roundFile(reg *org.Register, leaves []org.UnitID, k int) []byte {
	var b bytes.Buffer
	b.WriteString("element,unit,period,value\n")
	for e := range 2 {
		for _, u := range leaves {
			unit, _ := reg.Unit(u)
			for m := range 12 {
				fmt.Fprintf(&b, "E%02d,%s,2017-%02d,%d\n", e, unit.Code, m+1, k)
			}
		}
	}
	return b.Bytes()
}

func importForEver(target string) {
	t := &testing.T{} // only as a place for helpers to fail into
	db, err := sqldb.Open(context.Background(), target, sqldb.Options{Clock: testkit.NewClock("2018-05-10").Now})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	reg, leaves := bigRegister(t, 1, 1, 6, 40)
	o := openOffice(t, db, &fakeUnits{reg})
	for k := stateOf(o, leaves) + 1; ; k++ {
		rep, err := o.ImportFacts(ctxBy("cli:root"), ImportIn{Name: fmt.Sprintf("第%d轮.csv", k), Content: bytes.NewReader(roundFile(reg, leaves, k))}, nil)
		if err != nil || !rep.Written {
			fmt.Println("error", err, rep)
			os.Exit(1)
		}
		fmt.Println("done", k)
	}
}

// stateOf gives the round that the cube stands at, -1 if cells differ.
func stateOf(o *office, leaves []org.UnitID) int {
	seen := map[int64]int{}
	for _, code := range []string{"E00", "E01"} {
		e, _ := o.Catalogue().Code(code)
		o.Cube().Rows(e.ID, "", func(_ org.UnitID, _ int, vals []int64, present uint32) bool {
			for i, v := range vals {
				if present>>i&1 == 1 {
					seen[v]++
				}
			}
			return true
		})
	}
	switch {
	case len(seen) == 0:
		return 0
	case len(seen) > 1:
		return -1
	}
	for v, n := range seen {
		if n == 2*12*len(leaves) {
			return int(v)
		}
	}
	return -1
}

func TestAKilledImportLosesNothingThatWasAcknowledged(t *testing.T) {
	rounds := 10
	if os.Getenv("KAIYANG_TEST_LONG") != "" {
		rounds = 50
	}
	target := filepath.Join(t.TempDir(), "kaiyang.db")
	reg, leaves := bigRegister(t, 1, 1, 6, 40)
	clock := testkit.NewClock("2018-05-10")
	db := testkit.OpenAt(t, target, clock)
	list, err := sqldb.Migrations(folders...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Migrate(context.Background(), list); err != nil {
		t.Fatal(err)
	}
	openOffice(t, db, &fakeUnits{reg}).define(bigElements(2)...)
	db.Close()

	rnd := rand.New(rand.NewSource(1))
	last := 0
	for round := range rounds {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), childVariable+"="+target)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		acked := make(chan int, 1)
		go func() {
			k := 0
			for s := bufio.NewScanner(out); s.Scan(); {
				word, rest, _ := strings.Cut(s.Text(), " ")
				n, err := strconv.Atoi(rest)
				if word != "done" || err != nil {
					t.Errorf("the child said %q", s.Text())
					continue
				}
				k = n
			}
			acked <- k
		}()
		time.Sleep(time.Duration(100+rnd.Intn(700)) * time.Millisecond)
		child.Process.Kill()
		k := <-acked
		child.Wait()

		db := testkit.OpenAt(t, target, clock)
		if err := db.CheckFile(context.Background()); err != nil {
			t.Fatal(err)
		}
		o := openOffice(t, db, &fakeUnits{reg})
		got := stateOf(o, leaves)
		if got < max(k, last) || got > max(k, last)+1 {
			t.Fatalf("round %d: the database stands at %d after %d was acknowledged", round, got, max(k, last))
		}
		p := o.sound()
		if p.Values != 0 && p.Values != 2*12*len(leaves) || p.Files != got {
			t.Fatalf("round %d: %+v", round, p)
		}
		if _, err := db.CheckAudit(context.Background()); err != nil {
			t.Fatal(err)
		}
		last = got
		db.Close()
	}
	if last == 0 {
		t.Error("no import ever came through; the test is too quick to kill")
	}
	t.Logf("%d kills, %d imports", rounds, last)
}

func TestAFullDiskRefusesAndForgetsNothing(t *testing.T) {
	db := testkit.Open(t, sqldb.SQLite, folders...)
	reg, leaves := bigRegister(t, 1, 1, 6, 40)
	o := openOffice(t, db, &fakeUnits{reg}).define(bigElements(2)...)
	load := func(k int) (measure.ImportReport, error) {
		return o.ImportFacts(ctxBy("cli:root"), ImportIn{Name: "x.csv", Content: bytes.NewReader(roundFile(reg, leaves, k))}, nil)
	}
	if rep, err := load(1); err != nil || !rep.Written {
		t.Fatal(rep, err)
	}
	limit := func(more int64) {
		t.Helper()
		err := db.InTx(context.Background(), func(tx *sqldb.Tx) error {
			var pages int64
			if err := tx.Get(`PRAGMA page_count`, nil, &pages); err != nil {
				return err
			}
			_, err := tx.Exec(fmt.Sprintf(`PRAGMA max_page_count = %d`, pages+more))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	limit(1)
	seq := db.Seq()
	rep, err := load(2)
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.Say(err, nil), "磁盘已满") || rep.Written {
		t.Fatalf("on a full disk: %+v, %v", rep, err)
	}
	if stateOf(o, leaves) != 1 || db.Seq() != seq {
		t.Errorf("the cube stands at %d, change %d", stateOf(o, leaves), db.Seq())
	}
	o.sound()
	limit(100_000)
	if rep, err := load(2); err != nil || !rep.Written || stateOf(o, leaves) != 2 {
		t.Errorf("with room again: %+v, %v", rep, err)
	}
	o.sound()
}

func TestPostgreSQLGoesAwayAndComesBack(t *testing.T) {
	a, b := pair(t, sqldb.Postgres)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go b.db.Follow(ctx, 200*time.Millisecond)
	a.define(smallElements()...)
	a.record("F1 北镇 2018-01 7")

	// killAll ends every connection of the program but the one that kills.
	killAll := func() {
		t.Helper()
		third := testkit.OpenAt(t, postgresTarget(t, a), testkit.NewClock("2018-05-10"))
		defer third.Close()
		err := third.View(ctx, func(tx *sqldb.Tx) error {
			rows, err := tx.Query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
			}
			return rows.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	err := a.db.InTx(ctxBy("office"), func(tx *sqldb.Tx) error {
		if _, err := a.Record(tx, a.batch("F1 北镇 2018-01 8", "F1 南镇 2018-01 9")); err != nil {
			return err
		}
		killAll()
		_, err := a.Record(tx, a.batch("F1 新镇 2018-01 1"))
		return err
	})
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.Say(err, nil), "没有保存") {
		t.Fatalf("a batch whose connection went away = %v", err)
	}
	a.wants(map[string]string{"F1 试验县 2018-01": "7"})
	// The next deed finds a new connection; at most one attempt may meet a dead one of the pool.
	for try := 0; ; try++ {
		if _, err = a.try(a.batch("F1 南镇 2018-01 9")); err == nil {
			break
		}
		if fault.KindOf(err) != fault.Unavailable || try == 20 {
			t.Fatalf("after coming back: %v", err)
		}
	}
	a.wants(map[string]string{"F1 试验县 2018-01": "16"})
	deadline := time.Now().Add(2 * time.Second)
	for !b.HasCode("F1") || b.figure("F1 试验县 2018-01") != "16" {
		if time.Now().After(deadline) {
			t.Fatal("the other process does not follow any more")
		}
		time.Sleep(20 * time.Millisecond)
	}
	a.sound()
	b.sound()
}

func postgresTarget(t *testing.T, o *office) string {
	t.Helper()
	where := strings.TrimPrefix(o.db.Where(), "postgres://")
	return "postgres://kaiyang@" + where + "?sslmode=disable"
}

func TestABatchIsUndoneWithItsTransaction(t *testing.T) {
	testkit.Each(t, folders, func(t *testing.T, db *sqldb.DB) {
		o := newOffice(t, db).define(smallElements()...)
		refuse := fmt.Errorf("the caller changed its mind")
		err := db.InTx(ctxBy("office"), func(tx *sqldb.Tx) error {
			if _, err := o.Record(tx, o.batch("F1 北镇 2018-01 7", "F2/年龄=<25 北一村 2018-01 1")); err != nil {
				return err
			}
			return refuse
		})
		if err != refuse {
			t.Fatal(err)
		}
		o.wants(map[string]string{"F1 北镇 2018-01": "missing"})
		// The numbers that the undone batch had taken are taken again.
		o.record("F1 南镇 2018-01 8")
		o.wants(map[string]string{"F1 试验县 2018-01": "8"})
		if list, err := o.Versions(context.Background(), "F1", "", north, period.Months.First(2018)); err != nil || len(list) != 0 {
			t.Errorf("versions of an undone cell = %+v, %v", list, err)
		}
		// Two batches in one transaction, the second on top of the first.
		err = db.InTx(ctxBy("office"), func(tx *sqldb.Tx) error {
			if _, err := o.Record(tx, o.batch("F1 北镇 2018-01 7", "F3 北镇 2018-01 3")); err != nil {
				return err
			}
			if _, err := o.Record(tx, o.batch("F1 北镇 2018-01 6", "F1 北镇 2018-02 1")); err != nil {
				return err
			}
			out, err := o.Record(tx, o.batch("F3/类型=零包 北镇 2018-01 4"))
			if rules(err) != "above-total" {
				t.Errorf("a part above a total of the same transaction = %+v, %v", out, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		o.wants(map[string]string{"F1 试验县 2018-01": "14", "F1 北镇 2018-02": "1"})
		if list, err := o.Versions(context.Background(), "F1", "", north, period.Months.First(2018)); err != nil || len(list) != 2 || list[0].Value != 7 || list[1].Value != 6 || list[0].No != list[1].No {
			t.Errorf("versions = %+v, %v", list, err)
		}
		o.sound()
	})
}
