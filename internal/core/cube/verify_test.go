package cube_test

import (
	"fmt"
	"reflect"
	"testing"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// Verify finds what it is there to find, and names the place.
func TestVerifyFindsDamage(t *testing.T) {
	jan := period.MustParse("2018-01")
	for _, c := range []struct {
		damage string
		want   cube.Difference
	}{
		{"sum", cube.Difference{Element: talks, Unit: county, Period: jan, What: "sum", Got: 4, Want: 3}},
		{"count", cube.Difference{Element: talks, Unit: county, Period: jan, What: "count", Got: 1, Want: 2}},
		{"presence", cube.Difference{Element: talks, Unit: upper, Period: jan, What: "presence", Got: 1, Want: 0}},
		{"bit beyond", cube.Difference{Element: talks, Period: jan, What: "presence", Got: 1, Want: 0}},
		{"derived", cube.Difference{Element: newUser, Unit: upper, Period: jan, What: "derived", Got: 77, Want: 5}},
		{"expected", cube.Difference{Element: newUser, Period: jan, What: "expected", Got: 1, Want: 0}},
	} {
		o := open(t)
		o.report(talks, "", "2018-01", map[org.UnitID]int64{upper: 1, lower: 2})
		o.report(newUser, "", "2018-01", map[org.UnitID]int64{upper: 5})
		o.sel(newUser)
		o.sound()
		cube.Damage(o.Cube, c.damage)
		d := o.Verify(0)
		if len(d) != 1 {
			t.Errorf("%s: %d differences, want one: %+v", c.damage, len(d), d)
			continue
		}
		d[0].Categories = nil
		if !reflect.DeepEqual(d[0], c.want) {
			t.Errorf("%s: %+v, want %+v", c.damage, d[0], c.want)
		}
		if got := len(o.Verify(1)); got != 1 {
			t.Errorf("%s: %d differences of at most one", c.damage, got)
		}
	}
}

// Sums over so many slots that they might leave the range are checked, others cannot leave it.
func TestOverflowIsAReason(t *testing.T) {
	o := open(t)
	s := o.sel(talks)
	o.report(talks, "", "2018-01", map[org.UnitID]int64{upper: measure.MaxValue, middle: measure.MaxValue, lower: measure.MaxValue})
	o.want(s, county, "2018-01", cube.Natural, 3*measure.MaxValue, 3, 3, measure.NoReason)
	cube.Inflate(o.Cube) // the sums of the county stand near the end of the range
	o.report(talks, "", "2018-02", map[org.UnitID]int64{upper: measure.MaxValue})
	o.want(s, county, "2018-01..2018-02", cube.Natural, 0, 0, 0, measure.Overflow)
}

// A vector over all years of the calendar gives what single answers give; so many slots of so many
// villages are added up one by one and checked.
func TestAVectorOverAllYears(t *testing.T) {
	list := units()
	for i := range 500 {
		list = append(list, org.Unit{ID: org.UnitID(100 + i), Code: fmt.Sprintf("990101101%03d", 301+i), Kind: org.Village,
			Versions: []org.Version{{From: period.MustDay("2015-01-01"), Name: "村", Parent: north}}})
	}
	reg, err := org.New(list, nil)
	if err != nil {
		t.Fatal(err)
	}
	o := open(t)
	o.report(talks, "", "2019-01a", map[org.UnitID]int64{upper: 3})
	o.report(talks, "", "9999-01a", map[org.UnitID]int64{upper: 4})
	if err := o.SetRegister(reg); err != nil {
		t.Fatal(err)
	}
	s := o.sel(talks)
	long, year := period.MustParse("0001..9999"), period.MustParse("2019")
	sum, present, expected := make([]int64, 4), make([]int32, 4), make([]int32, 4)
	o.Vector(s, []org.UnitID{north, lower}, []period.Period{long, year}, cube.Natural, sum, present, expected)
	i := 0
	for _, u := range []org.UnitID{north, lower} {
		for _, p := range []period.Period{long, year} {
			a := o.Read(s, u, p, cube.Natural)
			if sum[i] != a.Sum || int(present[i]) != a.Coverage.Reported || int(expected[i]) != a.Coverage.Expected {
				t.Errorf("unit %d, %s: vector %d from %d of %d, read %+v", u, p, sum[i], present[i], expected[i], a)
			}
			i++
		}
	}
	slots := 12*(2018-2015+1) + 24*(9999-2019+1)
	if got, want := int(expected[0]), 501*slots+38; got != want { // 中村 until February 2018
		t.Errorf("%d reports of the north expected, want %d", got, want)
	}
}
