package facts

import (
	"context"
	"fmt"
	"maps"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit"
)

func figureOf(t testing.TB, o *office, c *cube.Cube, p []string) string {
	t.Helper()
	code, cat, _ := strings.Cut(p[0], "/")
	e, _ := o.Catalogue().Code(code)
	per := period.MustParse(p[2])
	unit, err := o.units.reg.Find(p[1], per.Last())
	if err != nil {
		t.Fatal(err)
	}
	var kinds []measure.Category
	if cat != "" {
		kinds = []measure.Category{measure.Category(cat)}
	}
	s, err := c.Select(e.ID, kinds)
	if err != nil {
		t.Fatal(err)
	}
	a := c.Read(s, unit, per, cube.Natural)
	if a.Reason != "" {
		return string(a.Reason)
	}
	return measure.Decimal(a.Sum, e.Scale)
}

// expect compares figures with what they should be: "F1 试验县 2018-01": "7".
func (o *office) wants(figures map[string]string) {
	o.t.Helper()
	for _, ask := range slices.Sorted(maps.Keys(figures)) {
		if got := o.figure(ask); got != figures[ask] {
			o.t.Errorf("%s = %s, want %s", ask, got, figures[ask])
		}
	}
}

// sound runs the check that kaiyang check runs.
func (o *office) sound() Proof {
	o.t.Helper()
	p, err := o.Check(context.Background())
	if err != nil {
		o.t.Errorf("check: %v", err)
	}
	return p
}

func TestFactsBecomeFigures(t *testing.T) {
	testkit.Each(t, folders, func(t *testing.T, db *sqldb.DB) {
		o := newOffice(t, db).define(smallElements()...)
		out := o.record("F1 北镇 2018-01 7", "F1 南镇 2018-01 0", "F1 新镇 2018-02 5", "F2/年龄=<25 北一村 2018-01 3", "F2/年龄=>=25 北一村 2018-01 4",
			"S1 北镇 2017-Q4 40", "S1 北镇 2018-01 41", "P1 试验县 2017 1", "W1 禁毒大队 2018-01a 1.25", "W1 公安局 2018-01a 0.5")
		if out != (measure.Outcome{Created: 10}) {
			t.Errorf("outcome = %+v", out)
		}
		want := map[string]string{
			"F1 试验县 2018-01": "7", "F1 试验县 2018-Q1": "12", "F1 南镇 2018-01": "0", "F1 南镇 2018-02": "missing",
			"F2 试验县 2018-01": "7", "F2/年龄=<25 北镇 2018": "3", "S1 试验县 2018-01": "41", "P1 试验县 2017": "1", "W1 指挥部 2018-01a": "1.75",
		}
		o.wants(want)
		if p := o.sound(); p.Values != 10 || p.Orphans != 0 {
			t.Errorf("proof = %+v", p)
		}

		seq := db.Seq()
		out = o.record("F1 北镇 2018-01 8", "F1 南镇 2018-01 0", "F1 新镇 2018-02 -", "F1 新镇 2018-03 -")
		if out != (measure.Outcome{Updated: 2, Unchanged: 2}) {
			t.Errorf("second outcome = %+v", out)
		}
		if db.Seq() != seq+1 {
			t.Errorf("change number %d after one batch on %d", db.Seq(), seq)
		}
		o.wants(map[string]string{"F1 试验县 2018-01": "8", "F1 试验县 2018-Q1": "8", "F1 新镇 2018-02": "missing"})
		if out := o.record("F1 北镇 2018-01 8"); out != (measure.Outcome{Unchanged: 1}) || db.Seq() != seq+1 {
			t.Errorf("a batch that changes nothing: %+v, change %d", out, db.Seq())
		}
		o.sound()

		// What is in memory is what is on disk.
		again := openOffice(t, db, o.units)
		again.wants(map[string]string{"F1 试验县 2018-01": "8", "F2 试验县 2018-01": "7", "W1 指挥部 2018-01a": "1.75", "F1 新镇 2018-02": "missing"})
		again.sound()
	})
}

func TestARefusalNamesEveryFaultAndWritesNothing(t *testing.T) {
	testkit.Each(t, folders, func(t *testing.T, db *sqldb.DB) {
		o := newOffice(t, db).define(smallElements()...)
		if err := db.InTx(ctxBy("office"), func(tx *sqldb.Tx) error { _, err := o.ClosePeriod(tx, period.MustParse("2017")); return err }); err != nil {
			t.Fatal(err)
		}
		b := o.batch(
			"F1 北镇 2018-01 1",        // fine
			"XX 北镇 2018-01 1",        // unknown-element
			"F1/年龄=<25 北镇 2018-01 1", // unknown-category
			"F2 北镇 2018-01 1",        // level: villages report it
			"F1 北镇 2018-Q1 1",        // period: months
			"F1 990101103 2016-03 1", // not alive
			"F1 北镇 2017-12 1",        // closed
			"F1 北镇 2018-01 2",        // duplicate
		)
		b.Facts = append(b.Facts,
			measure.Fact{Element: "F1", Unit: 99, Period: period.MustParse("2018-02"), Value: 1},
			measure.Fact{Element: "F1", Unit: north, Period: period.MustParse("2018-02"), Value: measure.MaxValue + 1},
			measure.Fact{Element: "F1", Unit: north, Period: period.MustParse("2018-03"), Value: -3},
			measure.Fact{Element: "F1", Unit: north, Value: 1})
		_, err := o.try(b)
		got := strings.Fields(rules(err))
		slices.Sort(got)
		want := "closed duplicate level not-alive period period range range unknown-category unknown-element unknown-unit"
		if strings.Join(got, " ") != want {
			t.Errorf("rules = %s\nwant    %s\n%v", strings.Join(got, " "), want, err)
		}
		for _, f := range err.(fault.Findings) {
			if s := f.Say(nil); strings.Contains(s, "%!") {
				t.Errorf("sentence %q", s)
			}
		}
		o.wants(map[string]string{"F1 北镇 2018-01": "missing"})
		if p := o.sound(); p.Rows != 0 {
			t.Errorf("%d rows were written", p.Rows)
		}
	})
}

func TestSumsMustHold(t *testing.T) {
	db := testkit.Open(t, sqldb.SQLite, folders...)
	o := newOffice(t, db).define(smallElements()...)
	ok := func(facts ...string) { t.Helper(); o.record(facts...) }
	no := func(want string, facts ...string) {
		t.Helper()
		if _, err := o.try(o.batch(facts...)); rules(err) != want {
			t.Errorf("%q = %v, want %s", facts, err, want)
		}
	}
	// A partition: the total is the sum of its parts where all are there.
	no("sum", "F2 北一村 2018-01 9", "F2/年龄=<25 北一村 2018-01 3", "F2/年龄=>=25 北一村 2018-01 4")
	ok("F2 北一村 2018-01 9")
	no("sum", "F2/年龄=<25 北一村 2018-01 3", "F2/年龄=>=25 北一村 2018-01 4")
	ok("F2/年龄=<25 北一村 2018-01 5")
	no("sum", "F2/年龄=>=25 北一村 2018-01 5")
	ok("F2/年龄=>=25 北一村 2018-01 4", "F2 北二村 2018-01 1")
	ok("F2 北一村 2018-01 -", "F2/年龄=>=25 北一村 2018-01 7")
	o.wants(map[string]string{"F2 北一村 2018-01": "12", "F2 北镇 2018-01": "13"})
	// The parts alone, and the total alone, are both fine.
	ok("F2/年龄=<25 南一村 2018-01 2", "F2/年龄=>=25 南一村 2018-01 2")
	// Overlapping: a total there must be, and no part above it.
	no("total-missing", "F3/类型=零包 北镇 2018-01 3")
	no("above-total", "F3 北镇 2018-01 5", "F3/类型=零包 北镇 2018-01 6")
	no("above-total above-total", "F3 北镇 2018-01 5", "F3/类型=零包 北镇 2018-01 6", "F3/类型=合成 北镇 2018-01 7")
	ok("F3 北镇 2018-01 5", "F3/类型=零包 北镇 2018-01 4", "F3/类型=合成 北镇 2018-01 5")
	no("above-total", "F3 北镇 2018-01 4")
	no("total-missing total-missing", "F3 北镇 2018-01 -")
	ok("F3 北镇 2018-01 6", "F3/类型=合成 北镇 2018-01 6")
	ok("F3 北镇 2018-01 -", "F3/类型=合成 北镇 2018-01 -", "F3/类型=零包 北镇 2018-01 -")
	// One fault does not hide another, nor invent one.
	b := o.batch("F3/类型=零包 南镇 2018-01 6", "F3 北镇 2018-02 1", "F3/类型=零包 北镇 2018-02 2")
	b.Facts = append(b.Facts, measure.Fact{Element: "F3", Unit: south, Period: period.MustParse("2018-01"), Value: measure.MaxValue * 2})
	if _, err := o.try(b); rules(err) != "range above-total" {
		t.Errorf("mixed faults = %v", err)
	}
	o.sound()
}

func TestEveryVersionOfACellIsKept(t *testing.T) {
	testkit.Each(t, folders, func(t *testing.T, db *sqldb.DB) {
		o := newOffice(t, db).define(smallElements()...)
		ctx := context.Background()
		o.record("F1 北镇 2018-01 7", "F1 北镇 2018-03 9")
		o.record("F1 北镇 2018-02 1")
		b := o.batch("F1 北镇 2018-01 8")
		b.Reason = "核对台账"
		b.Source = measure.Source{Kind: measure.FromImport, ID: "abc", Name: "更正.csv"}
		b.Facts[0].Ref = "12"
		if _, err := o.try(b); err != nil {
			t.Fatal(err)
		}
		o.record("F1 北镇 2018-01 -")
		list, err := o.Versions(ctx, "F1", "", north, period.Months.First(2018))
		if err != nil || len(list) != 3 {
			t.Fatalf("versions = %+v, %v", list, err)
		}
		if v := list[0]; v.Value != 7 || v.Missing || v.Source.Kind != measure.FromReturn || !strings.HasPrefix(v.Ref, "填报!C") || v.By != "王工（office）" || v.Post == "" || v.No == 0 || v.At == "" {
			t.Errorf("first version = %+v", v)
		}
		if v := list[1]; v.Value != 8 || v.Reason != "核对台账" || v.Source.Name != "更正.csv" || v.Ref != "12" || v.No <= list[0].No {
			t.Errorf("second version = %+v", v)
		}
		if v := list[2]; !v.Missing {
			t.Errorf("third version = %+v", v)
		}
		// The neighbour in the same stored row has a history of its own.
		list, err = o.Versions(ctx, "F1", "", north, period.Months.First(2018)+2)
		if err != nil || len(list) != 1 || list[0].Value != 9 {
			t.Errorf("march = %+v, %v", list, err)
		}
		if list, err := o.Versions(ctx, "F1", "", south, period.Months.First(2018)); err != nil || len(list) != 0 {
			t.Errorf("a cell that never was = %+v, %v", list, err)
		}
		if _, err := o.Versions(ctx, "F9", "", north, 0); fault.KindOf(err) != fault.Missing {
			t.Errorf("unknown element = %v", err)
		}
		// Quarters and, from 2018 on, months: the slot says which.
		o.record("S1 北镇 2017-Q4 40", "S1 北镇 2018-01 41")
		if list, err := o.Versions(ctx, "S1", "", north, period.Quarters.First(2018)-1); err != nil || len(list) != 1 || list[0].Value != 40 {
			t.Errorf("quarter = %+v, %v", list, err)
		}
	})
}

// Whatever is recorded in whatever order: the past can be asked, the log tells it, and a fresh start
// gives the same figures.
func TestAnyHistoryCanBeReplayed(t *testing.T) {
	testkit.Each(t, folders, func(t *testing.T, db *sqldb.DB) {
		o := newOffice(t, db).define(smallElements()...)
		ctx := context.Background()
		rnd := rand.New(rand.NewSource(7))
		towns := []org.UnitID{north, south, late}
		type moment struct {
			no    int64
			cells map[string]int64
		}
		now := map[string]int64{}
		moments := []moment{{db.Seq(), map[string]int64{}}}
		for range 40 {
			b := measure.Batch{Source: measure.Source{Kind: measure.FromModule, Name: "试验"}}
			seen := map[string]bool{}
			for range 1 + rnd.Intn(12) {
				u := towns[rnd.Intn(3)]
				p := period.Months.Period(period.Months.First(2017) + period.Slot(rnd.Intn(16)))
				k := fmt.Sprint(u, " ", p)
				if seen[k] {
					continue
				}
				seen[k] = true
				f := measure.Fact{Element: "F1", Unit: u, Period: p, Value: int64(rnd.Intn(50)), Gone: rnd.Intn(4) == 0}
				b.Facts = append(b.Facts, f)
				if f.Gone {
					delete(now, k)
				} else {
					now[k] = f.Value
				}
			}
			if _, err := o.try(b); err != nil {
				t.Fatal(err)
			}
			moments = append(moments, moment{db.Seq(), maps.Clone(now)})
		}
		read := func(c *cube.Cube) map[string]int64 {
			out := map[string]int64{}
			e, _ := o.Catalogue().Code("F1")
			c.Rows(e.ID, "", func(u org.UnitID, y int, vals []int64, present uint32) bool {
				for i, v := range vals {
					if present>>i&1 == 1 {
						out[fmt.Sprint(u, " ", period.Months.Period(period.Months.First(y)+period.Slot(i)))] = v
					}
				}
				return true
			})
			return out
		}
		for _, m := range moments {
			past, cat, err := o.AsOf(ctx, m.no)
			if err != nil {
				t.Fatal(err)
			}
			if got := read(past); !maps.Equal(got, m.cells) {
				t.Fatalf("as of %d: %v, want %v", m.no, got, m.cells)
			}
			if d := past.Verify(5); len(d) > 0 {
				t.Fatalf("as of %d: %+v", m.no, d)
			}
			if _, ok := cat.Code("W1"); !ok {
				t.Errorf("as of %d the catalogue lacks an element", m.no)
			}
		}
		if got := read(o.Cube()); !maps.Equal(got, now) {
			t.Errorf("now: %v, want %v", got, now)
		}
		if _, cat, err := o.AsOf(ctx, 2); err != nil || len(cat.All()) != 2 {
			t.Errorf("as of change 2 there are %d elements, %v; want 2", len(cat.All()), err)
		}
		if _, _, err := o.AsOf(ctx, db.Seq()+1); fault.KindOf(err) != fault.Missing {
			t.Errorf("the future = %v", err)
		}
		again := openOffice(t, db, o.units)
		if got := read(again.Cube()); !maps.Equal(got, now) {
			t.Errorf("after a start: %v, want %v", got, now)
		}
		o.sound()
	})
}

func TestCheckFindsWhatSomebodyChanged(t *testing.T) {
	testkit.Each(t, folders, func(t *testing.T, db *sqldb.DB) {
		for rule, damage := range map[string]string{
			"cube log":  `UPDATE facts_col SET cells = (SELECT cells FROM facts_col WHERE unit = 3) WHERE unit = 2`,
			"log":       `UPDATE facts_change SET prev = 99 WHERE unit = 2`,
			"cube log ": `DELETE FROM facts_col WHERE unit = 2`,
			"log ":      `DELETE FROM facts_change WHERE unit = 2`,
		} {
			o := newOffice(t, db)
			if len(o.Catalogue().All()) == 0 {
				o.define(smallElements()...)
				o.record("F1 北镇 2018-01 7", "F1 南镇 2018-01 8")
			}
			o.sound()
			undo := fmt.Errorf("undo")
			err := db.InTx(context.Background(), func(tx *sqldb.Tx) error {
				if _, err := tx.Exec(damage); err != nil {
					return err
				}
				// The check reads what is committed; a view of this transaction stands for it.
				var found []string
				note := func(r, _ string, _ ...any) { found = append(found, r) }
				series, err := sqldb.All(tx, scanSeries, seriesSQL)
				if err != nil {
					return err
				}
				if _, _, err := replay(tx, func(int64, int, org.UnitID, fault.Word) { note("log", "") }); err != nil {
					return err
				}
				for _, x := range series {
					if err := checkSeries(tx, o.Cube(), x, func(int, org.UnitID) { note("cube", "") }); err != nil {
						return err
					}
				}
				slices.Sort(found)
				if got := strings.Join(slices.Compact(found), " "); got != strings.TrimSpace(rule) {
					t.Errorf("%s: found %q, want %q", damage, got, rule)
				}
				return undo
			})
			if err != undo {
				t.Fatal(err)
			}
		}
	})
}

// A count is never negative, by whatever door it comes, unless its definition names a minimum.
func TestTheDefinitionGivesTheRange(t *testing.T) {
	testkit.Each(t, folders, func(t *testing.T, db *sqldb.DB) {
		list := smallElements()
		net := list[0]
		net.ID, net.Code, net.Name, net.Low, net.High = 0, "NET", "净增人数", -5, 40
		o := newOffice(t, db).define(append(list, net)...)
		again := openOffice(t, db, o.units)
		if e, _ := again.Catalogue().Code("NET"); e.Low != -5 || e.High != 40 {
			t.Errorf("range as stored: %d to %d", e.Low, e.High)
		}
		o.record("NET 北镇 2018-01 -5", "NET 北镇 2018-02 40", "F1 北镇 2018-01 0")
		for fact, want := range map[string]string{
			"F1 北镇 2018-01 -1":  "数据项 F1 不能是负数，这里是 -1；请核对原表，确有负数的先在数据项的定义里填写最小值",
			"NET 北镇 2018-01 -6": "数据项 NET 不能小于 -5，这里是 -6；请核对原表，或先改数据项的最小值",
			"NET 北镇 2018-01 41": "数据项 NET 不能大于 40，这里是 41；请核对原表，或先改数据项的最大值",
		} {
			_, err := o.try(o.batch(fact))
			list, ok := err.(fault.Findings)
			if !ok || len(list) != 1 || list[0].Rule != "range" || !strings.Contains(list[0].Say(nil), want) {
				t.Errorf("%s: %v", fact, err)
			}
		}
		// Correcting a closed period is no way round it.
		b := o.batch("F1 北镇 2018-01 -1")
		b.Restate, b.Reason = true, "核对"
		if _, err := o.try(b); rules(err) != "range" {
			t.Errorf("restated: %v", err)
		}
		o.wants(map[string]string{"F1 北镇 2018-01": "0", "NET 北镇 2018-01": "-5"})
		o.sound()
	})
}
