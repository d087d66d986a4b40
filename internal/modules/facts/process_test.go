package facts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit"
)

// pair opens two processes on one new database.
func pair(t *testing.T, d sqldb.Dialect) (a, b *office) {
	t.Helper()
	target := testkit.Target(t, d)
	open := func() *sqldb.DB { return testkit.OpenAt(t, target, testkit.NewClock("2018-05-10")) }
	db := open()
	list, err := sqldb.Migrations(folders...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Migrate(context.Background(), list); err != nil {
		t.Fatal(err)
	}
	units := &fakeUnits{smallRegister(t)}
	return openOffice(t, db, units), openOffice(t, open(), units)
}

func TestTwoProcessesSeeEachOther(t *testing.T) {
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) {
			a, b := pair(t, d)
			ctx, stop := context.WithCancel(context.Background())
			defer stop()
			go a.db.Follow(ctx, 500*time.Millisecond)
			go b.db.Follow(ctx, 500*time.Millisecond)
			a.define(smallElements()...)

			// within waits until the other process says what is wanted, 2 seconds at most.
			within := func(o *office, ask, want string) {
				t.Helper()
				deadline := time.Now().Add(2 * time.Second)
				for {
					if _, ok := o.Catalogue().Code("F1"); ok && o.figure(ask) == want {
						return
					}
					if time.Now().After(deadline) {
						t.Fatalf("%s is not %s after 2 s", ask, want)
					}
					time.Sleep(20 * time.Millisecond)
				}
			}
			a.record("F1 北镇 2018-01 7", "F2/年龄=<25 北一村 2018-01 3", "F2/年龄=>=25 北一村 2018-01 4")
			within(b, "F1 试验县 2018-01", "7")
			within(b, "F2 试验县 2018-01", "7")
			// The second process writes at once, before it was told anything by the clock.
			a.record("F1 南镇 2018-01 1")
			b.record("F1 南镇 2018-01 2", "F1 新镇 2018-01 5")
			within(a, "F1 试验县 2018-01", "14")
			within(b, "F1 试验县 2018-01", "14")
			// Both write at the same time; neither loses anything.
			done := make(chan error, 2)
			for i, o := range []*office{a, b} {
				go func() {
					for k := range 20 {
						_, err := o.try(o.batch(fmt.Sprintf("F1 北镇 2017-%02d %d", 1+k%12, 100*i+k)))
						if err != nil {
							done <- err
							return
						}
					}
					done <- nil
				}()
			}
			for range 2 {
				if err := <-done; err != nil {
					t.Fatal(err)
				}
			}
			for _, o := range []*office{a, b} {
				if err := o.db.CatchUp(ctx); err != nil {
					t.Fatal(err)
				}
			}
			if x, y := a.figure("F1 试验县 2017"), b.figure("F1 试验县 2017"); x != y || a.db.Seq() != b.db.Seq() {
				t.Errorf("figures differ: %s at %d and %s at %d", x, a.db.Seq(), y, b.db.Seq())
			}
			// A closing in one process holds in the other at once.
			if err := a.db.InTx(ctxBy("office"), func(tx *sqldb.Tx) error { _, err := a.ClosePeriod(tx, period.MustParse("2017")); return err }); err != nil {
				t.Fatal(err)
			}
			if _, err := b.try(b.batch("F1 北镇 2017-01 1")); rules(err) != "closed" {
				t.Errorf("a write into the period closed elsewhere = %v", err)
			}
			a.sound()
			b.sound()
		})
	}
}

// moved gives the small register with the third township beginning later.
func (o *office) lateFrom(day string) *org.Register {
	o.t.Helper()
	units := slices.Clone(smallRegister(o.t).Units())
	for i := range units {
		if units[i].ID == late {
			units[i].Versions = []org.Version{{From: period.MustDay(day), Name: "新镇", Parent: county}}
		}
	}
	reg, err := org.New(units, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	return reg
}

func TestFactsOutliveChangesOfTheirUnits(t *testing.T) {
	testkit.Each(t, folders, func(t *testing.T, db *sqldb.DB) {
		o := newOffice(t, db).define(smallElements()...)
		ctx := context.Background()
		o.record("F1 新镇 2017-06 5", "F1 北镇 2017-06 1")
		before := db.Seq()
		o.record("F1 新镇 2017-06 6")
		turn := func(day string) {
			t.Helper()
			o.units.reg = o.lateFrom(day)
			err := db.InTx(ctx, func(tx *sqldb.Tx) error { _, err := tx.Change("units", ""); return err })
			if err != nil {
				t.Fatal(err)
			}
		}
		turn("2018-01-01")
		o.wants(map[string]string{"F1 试验县 2017-06": "1"})
		if p := o.sound(); p.Orphans != 1 || p.Values != 1 {
			t.Errorf("proof = %+v", p)
		}
		// The past of a fact that has no place now is still its past.
		past, _, err := o.AsOf(ctx, before)
		if err != nil {
			t.Fatal(err)
		}
		if err := past.SetRegister(smallRegister(t)); err != nil {
			t.Fatal(err)
		}
		if got := figureOf(t, o, past, []string{"F1", "试验县", "2017-06"}); got != "6" {
			t.Errorf("as of %d = %s, want 6", before, got)
		}
		again := openOffice(t, db, o.units)
		again.wants(map[string]string{"F1 试验县 2017-06": "1"})
		// When the dates are put right, it comes back.
		turn("2017-01-01")
		o.wants(map[string]string{"F1 试验县 2017-06": "7"})
		o.sound()
	})
}

// A process that is told late finds units changed that a batch between still knew otherwise.
func TestALateFollowerPlacesWhatItCannotPlaceAnyMore(t *testing.T) {
	a, b := pair(t, sqldb.SQLite)
	ctx := context.Background()
	a.define(smallElements()...)
	a.record("F1 新镇 2017-06 5")
	if err := a.db.InTx(ctx, func(tx *sqldb.Tx) error { _, err := tx.Change("units", ""); return err }); err != nil {
		t.Fatal(err)
	}
	a.record("F1 新镇 2017-07 5", "F1 北镇 2017-07 1")
	a.units.reg = a.lateFrom("2018-01-01") // both processes share it
	if err := a.db.InTx(ctx, func(tx *sqldb.Tx) error { _, err := tx.Change("units", ""); return err }); err != nil {
		t.Fatal(err)
	}
	if err := b.db.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	b.wants(map[string]string{"F1 试验县 2017": "1"})
	if p := b.sound(); p.Orphans != 2 {
		t.Errorf("proof = %+v", p)
	}
}

func TestClosingFreezesAPeriod(t *testing.T) {
	testkit.Each(t, folders, func(t *testing.T, db *sqldb.DB) {
		o := newOffice(t, db).define(smallElements()...)
		ctx := context.Background()
		o.record("F1 北镇 2018-01 7", "S1 北镇 2017-Q4 40")
		var kept []string
		o.SetOnClose(func(tx *sqldb.Tx, no int64, p period.Period) error {
			if p.String() == "2018-02" {
				return errors.New("the figures could not be stored")
			}
			kept = append(kept, fmt.Sprint(no, " ", p, " ", figureOf(t, o, o.Cube(), []string{"F1", "试验县", "2018-01"})))
			return nil
		})
		closeIt := func(p string) (no int64, err error) {
			err = db.InTx(ctxBy("office"), func(tx *sqldb.Tx) error {
				no, err = o.closePeriod(tx, period.MustParse(p), "半月调度会后封账")
				return err
			})
			return no, err
		}
		no, err := closeIt("2018-01")
		if err != nil || no != db.Seq() || len(kept) != 1 || kept[0] != fmt.Sprint(no, " 2018-01 7") {
			t.Fatalf("closing = %d, %v; joint got %v", no, err, kept)
		}
		if !o.Closed(period.MustParse("2018-01")) || !o.Closed(period.MustParse("2018-01a")) || o.Closed(period.MustParse("2018-Q1")) || o.Closed(period.MustParse("2018-02")) {
			t.Error("what is closed is wrong")
		}
		if _, err := closeIt("2018-01"); fault.KindOf(err) != fault.Conflict {
			t.Errorf("closing twice = %v", err)
		}
		if _, err := closeIt("2018-05"); fault.KindOf(err) != fault.Invalid {
			t.Errorf("closing a running month = %v", err)
		}
		// The joint's failure undoes the closing.
		if _, err := closeIt("2018-02"); err == nil || o.Closed(period.MustParse("2018-02")) {
			t.Errorf("a closing whose figures were not stored = %v", err)
		}
		o.SetOnClose(nil)
		if _, err := closeIt("2018-02"); err != nil {
			t.Fatal(err)
		}
		if !o.Closed(period.MustParse("2018-01..2018-02")) || o.Closed(period.MustParse("2018-01..2018-03")) {
			t.Error("a range of closed months is closed, a longer one is not")
		}
		// A quarter's value may still come: closing its months does not close it.
		if _, err := o.try(o.batch("F1 北镇 2018-01 8")); rules(err) != "closed" {
			t.Errorf("a change of a closed month = %v", err)
		}
		b := o.batch("F1 北镇 2018-01 8", "F1 北镇 2018-03 1")
		b.Restate = true
		if _, err := o.try(b); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a restatement without a reason = %v", err)
		}
		b.Reason = "迟报"
		if _, err := o.try(b); err != nil {
			t.Fatal(err)
		}
		o.wants(map[string]string{"F1 试验县 2018-01": "8"})
		list, err := o.Restatements(ctx, period.MustParse("2018"))
		if err != nil || len(list) != 1 {
			t.Fatalf("restatements = %+v, %v", list, err)
		}
		if r := list[0]; r.Element.Code != "F1" || r.Unit != north || r.Old != 7 || r.New != 8 || !r.Was || !r.Is || r.Version.Reason != "迟报" || r.Period.String() != "2018-01" {
			t.Errorf("restatement = %+v", r)
		}
		if list, err := o.Restatements(ctx, period.MustParse("2018-02")); err != nil || len(list) != 0 {
			t.Errorf("restatements of february = %+v, %v", list, err)
		}
		versions, err := o.Versions(ctx, "F1", "", north, period.Months.First(2018))
		if err != nil || len(versions) != 2 || versions[0].Restated || !versions[1].Restated {
			t.Errorf("versions = %+v, %v", versions, err)
		}
		// The figures of the closing can be computed again.
		past, _, err := o.AsOf(ctx, no)
		if err != nil || figureOf(t, o, past, []string{"F1", "试验县", "2018-01"}) != "7" {
			t.Errorf("as of the closing: %v", err)
		}
		again := openOffice(t, db, o.units)
		if got := again.Closings(); len(got) != 2 || got[0].No != no || got[0].Reason == "" || got[0].By != "王工（office）" {
			t.Errorf("closings after a start = %+v", got)
		}
	})
}

func TestContributionsNameWhatASumIsMadeOf(t *testing.T) {
	testkit.Each(t, folders, func(t *testing.T, db *sqldb.DB) {
		o := newOffice(t, db).define(smallElements()...)
		ctx := context.Background()
		o.record("F2/年龄=<25 北一村 2018-01 3", "F2/年龄=>=25 北一村 2018-01 4", "F2 北二村 2018-01 9", "F2 南一村 2018-01 1", "F2 北一村 2018-02 5",
			"S1 北镇 2018-01 40", "S1 北镇 2018-02 41", "S1 南镇 2018-02 2", "P1 试验县 2017 1", "W1 公安局 2018-01a 1", "W1 禁毒大队 2018-01a 2")
		o.record("F2 北二村 2018-01 8")
		ask := func(code string, cats []measure.Category, unit org.UnitID, p string, offset, limit int) (out []string, total int) {
			t.Helper()
			list, total, err := o.Contributions(ctx, code, cats, unit, period.MustParse(p), offset, limit)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range list {
				if c.Version.Missing || c.Version.Value != c.Value || c.Version.No == 0 {
					t.Errorf("version of %+v", c)
				}
				out = append(out, fmt.Sprintf("%d %s %s %d", c.Unit, c.Period, c.Category, c.Value))
			}
			return out, total
		}
		check := func(got []string, total int, want ...string) {
			t.Helper()
			if !slices.Equal(got, want) || total != len(want) {
				t.Errorf("got %q of %d, want %q", got, total, want)
			}
		}
		got, n := ask("F2", nil, north, "2018-Q1", 0, 100)
		check(got, n, "5 2018-01 年龄=<25 3", "5 2018-01 年龄=>=25 4", "6 2018-01  8", "5 2018-02  5")
		got, n = ask("F2", []measure.Category{"年龄=<25"}, county, "2018", 0, 100)
		check(got, n, "5 2018-01 年龄=<25 3")
		got, n = ask("S1", nil, county, "2018-01..2018-02", 0, 100)
		check(got, n, "2 2018-02  41", "3 2018-02  2")
		got, n = ask("P1", nil, county, "2017", 0, 100)
		check(got, n, "1 2017  1")
		got, n = ask("W1", nil, police, "2018-01a", 0, 100)
		check(got, n, "10 2018-01a  1000", "11 2018-01a  2000")
		if got, n := ask("F2", nil, county, "2018", 2, 2); n != 5 || len(got) != 2 || got[0] != "6 2018-01  8" {
			t.Errorf("second page = %q of %d", got, n)
		}
		if got, n := ask("S1", nil, north, "2018-01a", 0, 10); n != 0 || got != nil {
			t.Errorf("half a month of a monthly stock = %q", got)
		}
	})
}

func TestExpectationsOutliveWhatTheyAreAbout(t *testing.T) {
	testkit.Each(t, folders, func(t *testing.T, db *sqldb.DB) {
		o := newOffice(t, db)
		coverage := func() string {
			t.Helper()
			e, _ := o.Catalogue().Code("F1")
			s, err := o.Cube().Select(e.ID, nil)
			if err != nil {
				t.Fatal(err)
			}
			c := o.Cube().Read(s, county, period.MustParse("2018-01"), cube.Natural).Coverage
			return fmt.Sprint(c.Reported, "/", c.Expected)
		}
		// Told before the element exists, kept when it comes, and when everything is read again.
		if err := o.Expect(map[string][]cube.Expectation{"F1": {{Units: []org.UnitID{north, south}}}, "XX": nil}); err != nil {
			t.Fatal(err)
		}
		o.define(smallElements()...)
		o.record("F1 北镇 2018-01 7")
		if got := coverage(); got != "1/2" {
			t.Errorf("coverage = %s, want 1/2", got)
		}
		if err := o.Load(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got := coverage(); got != "1/2" {
			t.Errorf("coverage after reading again = %s, want 1/2", got)
		}
		// What is told anew replaces what was told before.
		if err := o.Expect(nil); err != nil {
			t.Fatal(err)
		}
		if got := coverage(); got != "1/3" {
			t.Errorf("coverage when all are expected = %s, want 1/3", got)
		}
	})
}
