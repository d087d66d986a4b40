package cube_test

import (
	"fmt"
	"slices"
	"testing"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"

	"pgregory.net/rapid"
)

// today is the day whose boundaries the stories look by.
var today = period.MustDay("2019-06-30")

// changed gives the office another register.
func (o *office) changed(e *org.Edit) {
	o.Helper()
	reg, _, err := e.Done()
	if err != nil {
		o.Fatal(err)
	}
	o.reg = reg
	if err := o.SetRegister(reg); err != nil {
		o.Fatal(err)
	}
}

// recast gives the office by the boundaries of today.
func (o *office) recast() *office {
	o.Helper()
	x, err := o.reg.Today(today)
	if err != nil {
		o.Fatal(err)
	}
	c, err := o.Recast(x)
	if err != nil {
		o.Fatal(err)
	}
	now := &office{T: o.T, Cube: c, reg: x.Shown}
	now.sound()
	return now
}

func part(id org.UnitID, code, name string, kind org.Kind, parent org.UnitID) org.Unit {
	return org.Unit{ID: id, Code: code, Kind: kind, Versions: []org.Version{{Name: name, Parent: parent}}}
}

// 中村 stands in the south today, so it counts there in all months.
func TestAMoveCountsWhereTheVillageIsToday(t *testing.T) {
	o := open(t)
	for _, m := range []string{"2018-02", "2018-04"} {
		o.report(talks, "", m, map[org.UnitID]int64{upper: 1, middle: 10, lower: 100})
	}
	n := o.recast()
	s := n.sel(talks)
	for _, m := range []string{"2018-02", "2018-04"} {
		n.want(s, north, m, cube.Natural, 1, 1, 1, "")
		n.want(s, south, m, cube.Natural, 110, 2, 2, "")
		n.want(s, county, m, cube.Natural, 111, 3, 3, "")
	}
	o.want(o.sel(talks), north, "2018-02", cube.Natural, 11, 2, 2, "") // the other cube stays as it was
}

func TestAMergerAddsItsPredecessors(t *testing.T) {
	o := open(t)
	on := period.MustDay("2018-07-01")
	merged := o.reg.Edit().Merge([]org.UnitID{upper, middle}, part(20, "990101102209", "合村", org.Village, south), on, "合并")
	o.changed(merged)
	o.report(talks, "", "2018-01", map[org.UnitID]int64{upper: 1, middle: 10, lower: 100})
	o.report(talks, "", "2018-02", map[org.UnitID]int64{middle: 10, lower: 100})
	o.report(talks, "", "2018-07", map[org.UnitID]int64{20: 5, lower: 100})
	o.report(inCare, "", "2018-06", map[org.UnitID]int64{upper: 3, middle: 4, lower: 5})
	o.report(newUser, "", "2018-01", map[org.UnitID]int64{middle: 6})
	o.report(newUser, "年龄=<25", "2018-01", map[org.UnitID]int64{upper: 1})
	o.report(newUser, "年龄=>=25", "2018-01", map[org.UnitID]int64{upper: 2})
	n := o.recast()
	s := n.sel(talks)
	n.want(s, 20, "2018-01", cube.Natural, 11, 1, 1, "")
	n.want(s, 20, "2018-07", cube.Natural, 5, 1, 1, "")
	n.want(s, south, "2018-01", cube.Natural, 111, 2, 2, "")
	n.want(s, north, "2018-01", cube.Natural, 0, 0, 0, measure.Absent) // no village of it is left
	// 上村 did not report in February: the sum of the two is missing, and the township not complete.
	n.want(s, 20, "2018-02", cube.Natural, 0, 0, 1, measure.Absent)
	n.want(s, south, "2018-02", cube.Natural, 100, 1, 2, "")
	if got := n.Missing(s, south, period.MustParse("2018-02"), cube.Natural); !slices.Equal(got, []org.UnitID{20}) {
		t.Errorf("missing %v", got)
	}
	n.want(n.sel(inCare), 20, "2018-06", cube.Natural, 7, 1, 1, "")
	// One told its total, the other its parts: the total of both is known, the parts are not.
	n.want(n.sel(newUser), 20, "2018-01", cube.Natural, 9, 1, 1, "")
	n.want(n.sel(newUser, "年龄=<25"), 20, "2018-01", cube.Natural, 0, 0, 1, measure.Absent)

	// Nobody asked 上村 in 2018: what 中村 said is the whole.
	if err := o.SetExpected(talks, period.MustDay("2018-01-01"), period.MustDay("2018-06-30"), []org.UnitID{middle, lower}); err != nil {
		t.Fatal(err)
	}
	n = o.recast()
	s = n.sel(talks)
	n.want(s, 20, "2018-02", cube.Natural, 10, 1, 1, "")
	n.want(s, south, "2018-02", cube.Natural, 110, 2, 2, "")
}

func TestPointsOfTwoPredecessorsAreMissing(t *testing.T) {
	o := open(t)
	place := measure.Element{ID: 9, Code: "P1", Name: "名次", Kind: measure.Point, Level: org.LevelVillage, Grains: []measure.GrainFrom{{Year: 2015, Grain: period.Years}}}
	if err := o.Define(place); err != nil {
		t.Fatal(err)
	}
	o.changed(o.reg.Edit().Merge([]org.UnitID{upper}, org.Unit{ID: lower}, period.MustDay("2018-07-01"), "合并"))
	o.report(9, "", "2017", map[org.UnitID]int64{upper: 1, middle: 2, lower: 3})
	o.report(9, "", "2018", map[org.UnitID]int64{middle: 2, lower: 1})
	n := o.recast()
	n.want(n.sel(9), lower, "2017", cube.Natural, 0, 0, 1, measure.Absent)
	n.want(n.sel(9), lower, "2018", cube.Natural, 1, 1, 1, "")
	n.want(n.sel(9), middle, "2017", cube.Natural, 2, 1, 1, "")
}

func TestASplitIsNotDivided(t *testing.T) {
	o := open(t)
	on := period.MustDay("2018-07-01")
	o.changed(o.reg.Edit().Split(lower, []org.Unit{part(20, "990101102211", "下东村", org.Village, south), part(21, "990101101212", "下西村", org.Village, north)}, on, "拆分"))
	for _, m := range []string{"2018-05", "2018-06"} {
		o.report(talks, "", m, map[org.UnitID]int64{upper: 1, middle: 10, lower: 100})
	}
	for _, m := range []string{"2018-07", "2018-08"} {
		o.report(talks, "", m, map[org.UnitID]int64{upper: 1, middle: 10, 20: 1000, 21: 10_000})
	}
	o.report(inCare, "", "2018-08", map[org.UnitID]int64{upper: 1, middle: 10, 20: 1000, 21: 10_000})
	n := o.recast()
	s := n.sel(talks)
	for _, u := range []org.UnitID{20, 21, north, south} { // the two villages, and their townships: each has but a part
		n.want(s, u, "2018-06", cube.Natural, 0, 0, 0, measure.CannotSplit)
		n.want(s, u, "2018-06..2018-07", cube.Natural, 0, 0, 0, measure.CannotSplit)
		n.want(s, u, "2018-06..2018-07", cube.Avg, 0, 0, 0, measure.CannotSplit)
	}
	n.want(s, 20, "2018-07..2018-08", cube.Natural, 2000, 2, 2, "")
	n.want(s, north, "2018-07", cube.Natural, 10_001, 2, 2, "")
	n.want(s, upper, "2018-06", cube.Natural, 1, 1, 1, "")
	n.want(s, county, "2018-05", cube.Natural, 111, 3, 3, "")
	n.want(s, county, "2018-06..2018-07", cube.Natural, 111+11_011, 7, 7, "")
	n.want(n.sel(inCare), 20, "2018-06..2018-08", cube.Natural, 1000, 1, 1, "") // of a stock the last month counts
	// What 下村 owes is named under its own number.
	n.want(s, county, "2018-04", cube.Natural, 0, 0, 3, measure.Absent)
	if got := n.Missing(s, county, period.MustParse("2018-04"), cube.Natural); !slices.Contains(got, lower) || len(got) != 3 {
		t.Errorf("missing %v, want the three villages of then", got)
	}
	asVector(t, n, s, []org.UnitID{county, north, south, upper, 20, 21}, []string{"2014-12", "2018-05", "2018-06", "2018-07", "2018-06..2018-07"})
}

// A township that was split is known by the villages that went with its parts, and only by them.
func TestASplitTownshipIsKnownByItsVillages(t *testing.T) {
	o := open(t)
	on := period.MustDay("2018-07-01")
	o.changed(o.reg.Edit().Split(south, []org.Unit{part(30, "990101111", "南东镇", org.Township, county), part(31, "990101112", "南西镇", org.Township, county)}, on, "拆分").
		Move(middle, on, 30, "拆分").Move(lower, on, 30, "拆分"))
	o.report(talks, "", "2018-06", map[org.UnitID]int64{upper: 1, middle: 10, lower: 100})
	o.report(users, "", "2018-H1", map[org.UnitID]int64{north: 5, south: 7})
	n := o.recast()
	n.want(n.sel(talks), 30, "2018-06", cube.Natural, 110, 2, 2, "")
	n.want(n.sel(talks), 31, "2018-06", cube.Natural, 0, 0, 0, measure.CannotSplit)
	n.want(n.sel(users), 30, "2018-H1", cube.Natural, 0, 0, 0, measure.CannotSplit)
	n.want(n.sel(users), county, "2018-H1", cube.Natural, 12, 2, 2, "")
}

func TestANewVillageDoesNotExistBefore(t *testing.T) {
	o := open(t)
	u := part(20, "990101102211", "新村", org.Village, south)
	u.Versions[0].From = period.MustDay("2018-09-01")
	o.changed(o.reg.Edit().Add(u, "设立").End(lower, period.MustDay("2018-07-01"), "撤销"))
	o.report(talks, "", "2018-06", map[org.UnitID]int64{upper: 1, middle: 10, lower: 100})
	o.report(talks, "", "2018-09", map[org.UnitID]int64{upper: 1, middle: 10, 20: 7})
	n := o.recast()
	s := n.sel(talks)
	n.want(s, 20, "2018-06", cube.Natural, 0, 0, 0, measure.NotAlive)
	n.want(s, 20, "2018-06..2018-09", cube.Natural, 7, 1, 1, "")
	n.want(s, south, "2018-06", cube.Natural, 110, 2, 2, "")
	n.want(s, lower, "2018-06", cube.Natural, 0, 0, 0, measure.NotAlive)
	n.want(s, county, "2014-12", cube.Natural, 0, 0, 0, measure.NotAlive)
	asVector(t, n, s, []org.UnitID{county, south, 20, lower}, []string{"2014-12", "2018-06", "2018-09", "2018-06..2018-09"})
}

// asVector holds the answers of a block against those one by one.
func asVector(t *testing.T, o *office, s cube.Series, units []org.UnitID, texts []string) {
	t.Helper()
	var periods []period.Period
	for _, p := range texts {
		periods = append(periods, period.MustParse(p))
	}
	x := cube.NewAxis(units, periods)
	out := cube.Columns{Sum: make([]int64, x.Len()), Present: make([]int32, x.Len()), Expected: make([]int32, x.Len()), Why: make([]cube.Why, x.Len())}
	o.View(func(v *cube.View) { v.Vector(s, x, cube.Natural, out) })
	for i, u := range units {
		for j, p := range periods {
			k := i*len(periods) + j
			a := o.Read(s, u, p, cube.Natural)
			if out.Sum[k] != a.Sum || int(out.Present[k]) != a.Coverage.Reported || int(out.Expected[k]) != a.Coverage.Expected || out.Why[k].Reason() != a.Reason {
				t.Errorf("unit %d, %s: a block says %d from %d of %d %q, one by one %+v", u, p, out.Sum[k], out.Present[k], out.Expected[k], out.Why[k].Reason(), a)
			}
		}
	}
}

// Whatever happened to villages and townships, the county has the same sums by the boundaries of
// today as by those of the time, in every slot in which everybody reported.
func TestTheCountyIsTheSameByTodaysBoundaries(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		reg, err := org.New(units(), nil)
		if err != nil {
			r.Fatal(err)
		}
		reg = history(r, reg)
		c := cube.New(reg)
		grain := []measure.GrainFrom{{Year: 2015, Grain: period.Quarters}}
		defs := []measure.Element{
			{ID: 1, Code: "F", Name: "流量", Kind: measure.Flow, Level: org.LevelVillage, Grains: grain, Scheme: age},
			{ID: 2, Code: "S", Name: "存量", Kind: measure.Stock, Level: org.LevelTownship, Grains: grain},
		}
		if err := c.Define(defs...); err != nil {
			r.Fatal(err)
		}
		var list []cube.Change
		silent := map[period.Period]bool{}
		for q := period.Quarters.First(2017); q < period.Quarters.First(2019)+2; q++ {
			p := period.Quarters.Period(q)
			tree := reg.On(p.Last())
			for _, d := range defs {
				for _, u := range tree.Rows(d.Level) {
					if rapid.IntRange(0, 30).Draw(r, "silent") == 0 {
						silent[p] = true
						continue
					}
					kinds := []measure.Category{""}
					if d.ID == 1 && rapid.Bool().Draw(r, "divided") {
						kinds = d.Scheme.All()
					}
					for _, k := range kinds {
						list = append(list, cube.Change{Element: d.ID, Category: k, Unit: u, Period: p, Value: int64(rapid.IntRange(0, 1000).Draw(r, "value")), Present: true})
					}
				}
			}
		}
		if err := c.Apply(list, 1); err != nil {
			r.Fatal(err)
		}
		x, err := reg.Today(today)
		if err != nil {
			r.Fatal(err)
		}
		n, err := c.Recast(x)
		if err != nil {
			r.Fatal(err)
		}
		if d := n.Verify(0); len(d) > 0 {
			r.Fatalf("Verify: %+v", d)
		}
		for _, d := range defs {
			was, _ := c.Select(d.ID, nil)
			is, _ := n.Select(d.ID, nil)
			for q := period.Quarters.First(2017); q < period.Quarters.First(2019)+2; q++ {
				p := period.Quarters.Period(q)
				a, b := c.Read(was, county, p, cube.Natural), n.Read(is, county, p, cube.Natural)
				if silent[p] {
					if a.Coverage.Complete() != b.Coverage.Complete() || b.Sum > a.Sum {
						r.Fatalf("%s of %s: %+v, by today's boundaries %+v", d.Code, p, a, b)
					}
					continue
				}
				if a.Sum != b.Sum || a.Reason != b.Reason || !b.Coverage.Complete() {
					r.Fatalf("%s of %s: %+v, by today's boundaries %+v", d.Code, p, a, b)
				}
				// The townships and what stands beneath the county alone make up the county.
				sum, known := int64(0), true
				for _, u := range x.Full.On(today).Children(county) {
					k := n.Read(is, u, p, cube.Natural)
					known = known && (k.Reason == "" || k.Reason == measure.Absent || k.Reason == measure.NotAlive)
					sum += k.Sum
				}
				if known && sum != b.Sum {
					r.Fatalf("%s of %s: the units beneath make %d of %d", d.Code, p, sum, b.Sum)
				}
			}
		}
	})
}

// history lets villages and townships move, merge, split and end between 2017 and 2019.
func history(t *rapid.T, reg *org.Register) *org.Register {
	on := period.MustDay("2017-02-01")
	for i := range rapid.IntRange(1, 7).Draw(t, "changes") {
		on = on.AddDays(rapid.IntRange(1, 150).Draw(t, "days"))
		tree := reg.On(on)
		pick := func(l org.Level, name string) org.UnitID {
			list := tree.Rows(l)
			if len(list) == 0 {
				return 0
			}
			return list[rapid.IntRange(0, len(list)-1).Draw(t, name)]
		}
		v, w, a, b := pick(org.LevelVillage, "v"), pick(org.LevelVillage, "w"), pick(org.LevelTownship, "a"), pick(org.LevelTownship, "b")
		fresh := func(k int, parent org.UnitID) org.Unit {
			return part(0, fmt.Sprintf("9901019%02d%03d", i, k), fmt.Sprintf("新%d村%d", i, k), org.Village, parent)
		}
		town := func(k int) org.Unit {
			return part(0, fmt.Sprintf("9901018%d%d", i, k), fmt.Sprintf("新%d镇%d", i, k), org.Township, county)
		}
		e := reg.Edit()
		switch rapid.IntRange(0, 7).Draw(t, "kind") {
		case 0:
			e.Move(v, on, a, "改隶")
		case 1:
			e.Merge([]org.UnitID{v}, org.Unit{ID: w}, on, "合并")
		case 2:
			e.Split(v, []org.Unit{fresh(1, a), fresh(2, b)}, on, "拆分")
		case 3:
			e.Split(v, []org.Unit{{ID: v}, fresh(1, a)}, on, "拆分")
		case 4:
			e.End(v, on, "撤销")
		case 5:
			e.Merge([]org.UnitID{a}, org.Unit{ID: b}, on, "合并")
		case 6:
			e.Merge([]org.UnitID{v, w}, fresh(1, a), on, "合并")
		case 7:
			next := reg.Units()[reg.Len()-1].ID
			e.Split(a, []org.Unit{town(1), town(2)}, on, "拆分")
			for j, u := range tree.Children(a) {
				e.Move(u, on, next+1+org.UnitID(j%2), "拆分")
			}
		}
		if next, _, err := e.Done(); err == nil {
			reg = next
		}
	}
	return reg
}
