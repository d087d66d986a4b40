package cube_test

import (
	"testing"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A load replaces everything, brings sums of categories along, and keeps aside what has no place.
func TestLoad(t *testing.T) {
	o := open(t)
	young, old := measure.Category("年龄=<25"), measure.Category("年龄=>=25")
	total, both := o.sel(newUser), o.sel(talks)
	o.report(talks, "", "2017-01", map[org.UnitID]int64{upper: 99})
	l := o.Load()
	row := func(e measure.ElementID, k measure.Category, u org.UnitID, year int, v ...int64) {
		t.Helper()
		if err := l.Row(e, k, u, year, cube.Pack(v, 0xfff)); err != nil {
			t.Fatal(err)
		}
	}
	months := func(v int64) []int64 { return []int64{v, v, v, v, v, v, v, v, v, v, v, v} }
	row(newUser, young, middle, 2018, months(1)...)
	row(newUser, old, middle, 2018, months(2)...)
	row(talks, "", upper, 2018, months(5)...)
	row(talks, "", upper, 2018, months(4)...) // the last row counts
	row(talks, "", north, 2018, months(7)...) // a township does not report
	if err := l.Cells(talks, "", north, 2018, months(7), 0x7ff); err != nil {
		t.Fatal(err)
	}
	if err := l.Cells(talks, "", lower, 2018, months(3), 1); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"half a row":   l.Row(talks, "", upper, 2018, []byte{0x0c, 1}),
		"four slots":   l.Row(talks, "", upper, 2018, cube.Pack([]int64{1, 2, 3, 4}, 15)),
		"no element":   l.Row(77, "", upper, 2018, cube.Pack(months(1), 1)),
		"no category":  l.Row(talks, "x", upper, 2018, cube.Pack(months(1), 1)),
		"no year":      l.Row(talks, "", upper, -5, cube.Pack(months(1), 1)),
		"a huge value": l.Cells(talks, "", upper, 2018, []int64{measure.MaxValue + 1}, 1),
	} {
		if err == nil || name == "no element" && fault.KindOf(err) != fault.Missing {
			t.Errorf("%s: %v, want it refused", name, err)
		}
	}
	o.want(both, county, "2018-01", cube.Natural, 0, 0, 3, measure.Absent) // not before Done
	l.Done(2, 41)
	l.Close()
	l.Close()
	o.want(both, county, "2017-01", cube.Natural, 0, 0, 3, measure.Absent)
	o.want(both, county, "2018-01", cube.Natural, 7, 2, 3, measure.NoReason)
	o.want(both, county, "2018-02", cube.Natural, 4, 1, 3, measure.NoReason)
	o.want(total, north, "2018-02", cube.Natural, 3, 1, 2, measure.NoReason)
	o.want(total, north, "2018-03", cube.Natural, 0, 0, 1, measure.Absent)
	o.want(total, south, "2018-03", cube.Natural, 3, 1, 2, measure.NoReason)
	if got := len(o.Orphans()); got != 11 {
		t.Errorf("%d orphans, want the eleven months of the township", got)
	}
	z := o.Size()
	if z.Values != 24+12+1 || z.Derived != 12 || z.Orphan != 11 || z.Bytes() != z.Cells+z.Presence+z.Sums+z.Counts || o.Seq() != 41 {
		t.Errorf("size %+v at change %d", z, o.Seq())
	}
	o.sound()

	// A load that is given up leaves everything as it was.
	l = o.Load()
	row(talks, "", upper, 2018, months(9)...)
	l.Close()
	o.want(both, county, "2018-02", cube.Natural, 4, 1, 3, measure.NoReason)

	if e, k := o.Describe(total); e != newUser || len(k) != 1 || k[0] != "" {
		t.Errorf("the total is of element %d, categories %q", e, k)
	}
	if e, k := o.Describe(o.sel(newUser, old)); e != newUser || len(k) != 1 || k[0] != old {
		t.Errorf("the class is of element %d, categories %q", e, k)
	}
	o.View(func(v *cube.View) {
		if a := v.Read(both, county, period.MustParse("2018-02"), cube.Natural); a.Sum != 4 || v.Seq() != 41 {
			t.Errorf("in a view %+v at change %d", a, v.Seq())
		}
	})
	if o.Register() != o.reg {
		t.Error("the cube has another register")
	}
}

// Orphans of a load come home when the register makes their unit report, also in years that
// held nothing else.
func TestOrphansOfALoadComeHome(t *testing.T) {
	o := open(t)
	const newcomer org.UnitID = 50
	l := o.Load()
	if err := l.Row(talks, "", newcomer, 2016, cube.Pack([]int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 0xfff)); err != nil {
		t.Fatal(err)
	}
	l.Done(1, 1)
	l.Close()
	s := o.sel(talks)
	o.want(s, county, "2016", cube.Natural, 0, 0, 36, measure.Absent)
	e, _ := o.Element(talks)
	e.Grains = []measure.GrainFrom{{Year: 2015, Grain: period.Quarters}}
	if err := o.Define(e); fault.KindOf(err) != fault.Conflict {
		t.Errorf("another grain for orphans: %v, want a conflict", err)
	}
	list := append(units(), org.Unit{ID: newcomer, Code: "990101102202", Kind: org.Village,
		Versions: []org.Version{{From: period.MustDay("2016-05-01"), Name: "新村", Parent: south}}})
	reg, err := org.New(list, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.SetRegister(reg); err != nil {
		t.Fatal(err)
	}
	o.want(s, county, "2016", cube.Natural, 5+6+7+8+9+10+11+12, 8, 44, measure.NoReason)
	if got := len(o.Orphans()); got != 4 {
		t.Errorf("%d orphans, want the months before it began", got)
	}
	o.sound()
}
