package cube_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// An office is a county of two townships, 北镇 and 南镇, with three villages: 上村 and 中村 in the
// north, 下村 in the south. 中村 moves to the south on 2018-03-16. The police have a branch.
type office struct {
	*testing.T
	*cube.Cube
	reg *org.Register
	seq int64
}

const (
	county org.UnitID = iota + 1
	north
	south
	upper
	middle
	lower
	police
	branch
)

const (
	talks   measure.ElementID = iota + 1 // flow of villages, months; half-months from 2019
	inCare                               // stock of villages, months
	rank                                 // point of the county, years
	newUser                              // partition by age, villages, months
	users                                // overlapping by drug, townships, half-years
	checks                               // flow of departments, quarters
)

var age = measure.Scheme{Kind: measure.Partition, Dimensions: []measure.Dimension{
	{Name: "年龄", Labels: []measure.Label{{Name: "<25"}, {Name: ">=25"}}},
}}

var drug = measure.Scheme{Kind: measure.Overlapping, Dimensions: []measure.Dimension{
	{Name: "毒品", Labels: []measure.Label{{Name: "合成"}, {Name: "阿片"}}},
}}

func units() []org.Unit {
	from := period.MustDay("2015-01-01")
	one := func(id org.UnitID, code string, kind org.Kind, name string, parent org.UnitID) org.Unit {
		return org.Unit{ID: id, Code: code, Kind: kind, Versions: []org.Version{{From: from, Name: name, Parent: parent}}}
	}
	list := []org.Unit{
		one(county, "990101", org.County, "试验县", 0),
		one(north, "990101101", org.Township, "北镇", county),
		one(south, "990101102", org.Township, "南镇", county),
		one(upper, "990101101201", org.Village, "上村", north),
		one(middle, "990101101202", org.Village, "中村", north),
		one(lower, "990101102201", org.Village, "下村", south),
		one(police, "DEP-GA", org.Department, "公安局", 0),
		one(branch, "DEP-GA-1", org.Department, "禁毒大队", police),
	}
	v := &list[middle-1].Versions
	(*v)[0].To = period.MustDay("2018-03-15")
	*v = append(*v, org.Version{From: period.MustDay("2018-03-16"), Name: "中村", Parent: south})
	return list
}

func open(t *testing.T) *office {
	t.Helper()
	reg, err := org.New(units(), nil)
	if err != nil {
		t.Fatal(err)
	}
	o := &office{T: t, Cube: cube.New(reg), reg: reg}
	grain := func(g period.Grain) []measure.GrainFrom { return []measure.GrainFrom{{Year: 2015, Grain: g}} }
	err = o.Define(
		measure.Element{ID: talks, Code: "T1", Name: "谈话", Kind: measure.Flow, Level: org.LevelVillage,
			Grains: []measure.GrainFrom{{Year: 2015, Grain: period.Months}, {Year: 2019, Grain: period.HalfMonths}}},
		measure.Element{ID: inCare, Code: "S1", Name: "在册", Kind: measure.Stock, Level: org.LevelVillage, Grains: grain(period.Months)},
		measure.Element{ID: rank, Code: "R1", Name: "名次", Kind: measure.Point, Level: org.LevelCounty, Grains: grain(period.Years)},
		measure.Element{ID: newUser, Code: "N1", Name: "新增", Kind: measure.Flow, Level: org.LevelVillage, Grains: grain(period.Months), Scheme: age},
		measure.Element{ID: users, Code: "N5", Name: "现有", Kind: measure.Stock, Level: org.LevelTownship, Grains: grain(period.HalfYears), Scheme: drug},
		measure.Element{ID: checks, Code: "C1", Name: "检查", Kind: measure.Flow, Level: org.LevelFunctional, Grains: grain(period.Quarters)},
	)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// report applies values of one element, unit by unit.
func (o *office) report(e measure.ElementID, k measure.Category, p string, values map[org.UnitID]int64) {
	o.Helper()
	var list []cube.Change
	for u, v := range values {
		list = append(list, cube.Change{Element: e, Category: k, Unit: u, Period: period.MustParse(p), Value: v, Present: true})
	}
	o.seq++
	if err := o.Apply(list, o.seq); err != nil {
		o.Fatal(err)
	}
}

func (o *office) sel(e measure.ElementID, cats ...measure.Category) cube.Series {
	o.Helper()
	s, err := o.Select(e, cats)
	if err != nil {
		o.Fatal(err)
	}
	return s
}

// want checks an answer: sum, reported, expected, reason.
func (o *office) want(s cube.Series, u org.UnitID, p string, agg cube.Agg, sum int64, reported, expected int, reason measure.Reason) {
	o.Helper()
	a := o.Read(s, u, period.MustParse(p), agg)
	if a.Sum != sum || a.Coverage.Reported != reported || a.Coverage.Expected != expected || a.Reason != reason {
		o.Errorf("unit %d, %s: %d from %d of %d %q; want %d from %d of %d %q", u, p,
			a.Sum, a.Coverage.Reported, a.Coverage.Expected, a.Reason, sum, reported, expected, reason)
	}
}

func (o *office) sound() {
	o.Helper()
	if d := o.Verify(0); len(d) > 0 {
		o.Errorf("Verify: %+v", d)
	}
}

// 中村 moved on 16 March, so March, whose last day is the 31st, counts in the south already.
func TestAVillageMovesInMidYear(t *testing.T) {
	o := open(t)
	for _, m := range []string{"2018-01", "2018-02", "2018-03", "2018-04"} {
		o.report(talks, "", m, map[org.UnitID]int64{upper: 1, middle: 10, lower: 100})
	}
	s := o.sel(talks)
	o.want(s, north, "2018-02", cube.Natural, 11, 2, 2, measure.NoReason)
	o.want(s, north, "2018-03", cube.Natural, 1, 1, 1, measure.NoReason)
	o.want(s, south, "2018-02", cube.Natural, 100, 1, 1, measure.NoReason)
	o.want(s, south, "2018-03", cube.Natural, 110, 2, 2, measure.NoReason)
	o.want(s, north, "2018-01..2018-04", cube.Natural, 24, 6, 6, measure.NoReason)
	o.want(s, south, "2018-01..2018-04", cube.Natural, 420, 6, 6, measure.NoReason)
	o.want(s, county, "2018-01..2018-04", cube.Natural, 444, 12, 12, measure.NoReason)
	o.want(s, middle, "2018-01..2018-04", cube.Natural, 40, 4, 4, measure.NoReason)
	o.sound()
}

func TestMissingIsNotZero(t *testing.T) {
	o := open(t)
	s := o.sel(talks)
	o.want(s, county, "2018-01", cube.Natural, 0, 0, 3, measure.Absent)
	o.report(talks, "", "2018-01", map[org.UnitID]int64{upper: 0})
	o.want(s, upper, "2018-01", cube.Natural, 0, 1, 1, measure.NoReason)
	o.want(s, middle, "2018-01", cube.Natural, 0, 0, 1, measure.Absent)
	o.want(s, north, "2018-01", cube.Natural, 0, 1, 2, measure.NoReason)
	o.want(s, south, "2018-01", cube.Natural, 0, 0, 1, measure.Absent)
	if got := o.Missing(s, county, period.MustParse("2018-01"), cube.Natural); !slices.Equal(got, []org.UnitID{middle, lower}) {
		t.Errorf("missing %v, want 中村 and 下村", got)
	}
	// A value that is taken back is missing again, not zero.
	o.seq++
	if err := o.Apply([]cube.Change{{Element: talks, Unit: upper, Period: period.MustParse("2018-01")}}, o.seq); err != nil {
		t.Fatal(err)
	}
	o.want(s, north, "2018-01", cube.Natural, 0, 0, 2, measure.Absent)
	o.sound()
}

func TestTotalOfAPartition(t *testing.T) {
	o := open(t)
	young, old := measure.Category("年龄=<25"), measure.Category("年龄=>=25")
	total, reported := o.sel(newUser), mustReported(o, newUser, "")
	o.report(newUser, young, "2018-01", map[org.UnitID]int64{upper: 2, middle: 3})
	o.report(newUser, old, "2018-01", map[org.UnitID]int64{upper: 5})
	o.want(total, upper, "2018-01", cube.Natural, 7, 1, 1, measure.NoReason)
	// A part of 中村 is missing, and so is its total, until the total itself is reported.
	o.want(total, middle, "2018-01", cube.Natural, 0, 0, 1, measure.Absent)
	o.want(total, county, "2018-01", cube.Natural, 7, 1, 3, measure.NoReason)
	o.report(newUser, "", "2018-01", map[org.UnitID]int64{middle: 4, lower: 9})
	o.want(total, middle, "2018-01", cube.Natural, 4, 1, 1, measure.NoReason)
	o.want(total, county, "2018-01", cube.Natural, 20, 3, 3, measure.NoReason)
	o.want(reported, county, "2018-01", cube.Natural, 13, 2, 3, measure.NoReason)
	// With the other part the sum of the parts takes its place.
	o.report(newUser, old, "2018-01", map[org.UnitID]int64{middle: 2})
	o.want(total, middle, "2018-01", cube.Natural, 5, 1, 1, measure.NoReason)
	o.want(o.sel(newUser, young), county, "2018-01", cube.Natural, 5, 2, 3, measure.NoReason)
	if got := o.sel(newUser, old, young); got != total {
		t.Errorf("all parts selected give series %d, want the total %d", got, total)
	}
	o.sound()
}

func mustReported(o *office, e measure.ElementID, k measure.Category) cube.Series {
	s, err := o.Reported(e, k)
	if err != nil {
		o.Fatal(err)
	}
	return s
}

func TestOverlappingCategoriesAreNotAdded(t *testing.T) {
	o := open(t)
	synthetic, opium := measure.Category("毒品=合成"), measure.Category("毒品=阿片")
	o.report(users, synthetic, "2018-H1", map[org.UnitID]int64{north: 6})
	o.report(users, opium, "2018-H1", map[org.UnitID]int64{north: 5})
	o.want(o.sel(users), county, "2018-H1", cube.Natural, 0, 0, 2, measure.Absent)
	o.report(users, "", "2018-H1", map[org.UnitID]int64{north: 8})
	o.want(o.sel(users), county, "2018-H1", cube.Natural, 8, 1, 2, measure.NoReason)
	o.want(o.sel(users, opium), county, "2018-H1", cube.Natural, 5, 1, 2, measure.NoReason)
	for _, cats := range [][]measure.Category{{synthetic, opium}, {"", opium}, {"毒品=大麻"}} {
		if _, err := o.Select(users, cats); fault.KindOf(err) != fault.Invalid {
			t.Errorf("Select(%q): %v, want it refused", cats, err)
		}
	}
}

// A stock is the last slot of the range, also when that is missing; sums and means over slots are
// to be had for the asking.
func TestStockOverARange(t *testing.T) {
	o := open(t)
	all := func(v int64) map[org.UnitID]int64 { return map[org.UnitID]int64{upper: v, middle: v, lower: v} }
	o.report(inCare, "", "2018-01", all(5))
	o.report(inCare, "", "2018-02", all(7))
	s := o.sel(inCare)
	o.want(s, county, "2018-01..2018-02", cube.Natural, 21, 3, 3, measure.NoReason)
	o.want(s, county, "2018-Q1", cube.Natural, 0, 0, 3, measure.Absent)
	o.want(s, county, "2018-Q1", cube.Sum, 36, 6, 9, measure.NoReason)
	a := o.Read(s, county, period.MustParse("2018-Q1"), cube.Avg)
	if a.Sum != 36 || a.Slots != 2 || a.Of != 3 {
		t.Errorf("mean over %d of %d slots of %d, want 2 of 3 of 36", a.Slots, a.Of, a.Sum)
	}
	if got := o.Missing(s, north, period.MustParse("2018-Q1"), cube.Natural); !slices.Equal(got, []org.UnitID{upper}) {
		t.Errorf("missing %v, want 上村: only it is in the north at the end of March", got)
	}
	o.View(func(v *cube.View) {
		p, ok := v.Latest(s, county, period.MustDay("2018-12-31"), true)
		if !ok || p != period.MustParse("2018-02") {
			t.Errorf("latest complete month %s, want 2018-02", p)
		}
		if _, ok := v.Latest(s, county, period.MustDay("2018-01-30"), false); ok {
			t.Error("January counts before it is over")
		}
	})
}

func TestPointValuesDoNotAddUp(t *testing.T) {
	o := open(t)
	o.report(rank, "", "2017", map[org.UnitID]int64{county: 3})
	s := o.sel(rank)
	o.want(s, county, "2017", cube.Natural, 3, 1, 1, measure.NoReason)
	o.want(s, county, "2016..2017", cube.Natural, 0, 0, 0, measure.PointOnly)
	o.want(s, county, "2017-Q1", cube.Natural, 0, 0, 0, measure.NoGrain)
	o.want(s, north, "2017", cube.Natural, 0, 0, 0, measure.BelowLevel)
	// Users are reported by townships, so a village has none and the police are elsewhere.
	n := o.sel(users)
	o.want(n, lower, "2018-H1", cube.Natural, 0, 0, 0, measure.BelowLevel)
	o.want(n, police, "2018-H1", cube.Natural, 0, 0, 0, measure.BelowLevel)
	o.want(n, 99, "2018-H1", cube.Natural, 0, 0, 0, measure.NotAlive)
	o.want(n, county, "2014-H1", cube.Natural, 0, 0, 0, measure.NotAlive)
}

// Months until 2018, half-months from 2019 on: a range over the new year adds both, and what is no
// union of slots has no value.
func TestTheGrainChangesOnNewYear(t *testing.T) {
	o := open(t)
	o.report(talks, "", "2018-12", map[org.UnitID]int64{lower: 4})
	o.report(talks, "", "2019-01a", map[org.UnitID]int64{lower: 1})
	o.report(talks, "", "2019-01b", map[org.UnitID]int64{lower: 2})
	s := o.sel(talks)
	o.want(s, lower, "2018-12..2019-01", cube.Natural, 7, 3, 3, measure.NoReason)
	o.want(s, lower, "2019-01", cube.Natural, 3, 2, 2, measure.NoReason)
	o.want(s, lower, "2019-01b", cube.Natural, 2, 1, 1, measure.NoReason)
	o.want(s, lower, "2018-12b", cube.Natural, 0, 0, 0, measure.NoGrain)
	o.want(s, lower, "2018-12@26", cube.Natural, 0, 0, 0, measure.NoGrain)
	err := o.Apply([]cube.Change{{Element: talks, Unit: lower, Period: period.MustParse("2019-01"), Value: 1, Present: true}}, 9)
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("a month in 2019: %v, want it refused", err)
	}
	e, _ := o.Element(talks)
	e.Grains = []measure.GrainFrom{{Year: 2015, Grain: period.Months}}
	if err := o.Define(e); fault.KindOf(err) != fault.Conflict {
		t.Errorf("taking the half-months of 2019 away: %v, want a conflict", err)
	}
	e.Grains = []measure.GrainFrom{{Year: 2015, Grain: period.Months}, {Year: 2019, Grain: period.HalfMonths}, {Year: 2020, Grain: period.Quarters}}
	if err := o.Define(e); err != nil {
		t.Errorf("quarters from 2020 on: %v", err)
	}
	o.want(s, lower, "2018-12..2019-01", cube.Natural, 7, 3, 3, measure.NoReason)
}

// The police have an own figure beside that of their branch (「本级」).
func TestADepartmentCountsItself(t *testing.T) {
	o := open(t)
	o.report(checks, "", "2018-Q1", map[org.UnitID]int64{police: 3, branch: 4})
	s := o.sel(checks)
	o.want(s, police, "2018-Q1", cube.Natural, 7, 2, 2, measure.NoReason)
	o.want(s, branch, "2018-Q1", cube.Natural, 4, 1, 1, measure.NoReason)
	o.View(func(v *cube.View) {
		if own, ok := v.Own(s, police, period.MustParse("2018-Q1")); !ok || own != 3 {
			t.Errorf("own figure %d, %t; want 3", own, ok)
		}
		if own, ok := v.Own(s, police, period.MustParse("2018-Q2")); ok {
			t.Errorf("own figure %d in a quarter without a report", own)
		}
	})
	o.sound()
}

func TestExpectations(t *testing.T) {
	o := open(t)
	s := o.sel(talks)
	o.report(talks, "", "2018-01", map[org.UnitID]int64{upper: 1})
	day := period.MustDay
	// The form begins in February and asks 上村 and 下村; before it nobody is asked.
	if err := o.SetExpected(talks, 0, day("2018-01-31"), nil); err != nil {
		t.Fatal(err)
	}
	if err := o.SetExpected(talks, day("2018-02-01"), 0, []org.UnitID{upper, lower}); err != nil {
		t.Fatal(err)
	}
	o.want(s, county, "2017", cube.Natural, 0, 0, 0, measure.Absent)
	o.want(s, county, "2018-01", cube.Natural, 1, 1, 1, measure.NoReason) // came unasked
	o.want(s, county, "2018-02", cube.Natural, 0, 0, 2, measure.Absent)
	if got := o.Missing(s, county, period.MustParse("2018-H1"), cube.Natural); !slices.Equal(got, []org.UnitID{upper, lower}) {
		t.Errorf("missing %v, want 上村 and 下村", got)
	}
	// 中村 reports unasked: it does not make up for 下村, which did not.
	o.report(talks, "", "2018-02", map[org.UnitID]int64{upper: 1, middle: 1})
	o.want(s, county, "2018-02", cube.Natural, 2, 2, 3, measure.NoReason)
	o.want(s, south, "2018-02", cube.Natural, 0, 0, 1, measure.Absent)
	o.want(s, north, "2018-02", cube.Natural, 2, 2, 2, measure.NoReason)
	// In March it is asked as well.
	if err := o.SetExpected(talks, day("2018-03-01"), day("2018-03-31"), []org.UnitID{upper, middle, lower}); err != nil {
		t.Fatal(err)
	}
	o.want(s, county, "2018-Q1", cube.Natural, 3, 3, 7, measure.NoReason)
	o.want(s, county, "2018-04", cube.Natural, 0, 0, 2, measure.Absent)
	o.sound()
	if err := o.Expect(talks, nil); err != nil {
		t.Fatal(err)
	}
	o.want(s, county, "2018-02", cube.Natural, 2, 2, 3, measure.NoReason)
	o.want(s, county, "2017-12", cube.Natural, 0, 0, 3, measure.Absent)
	err := o.Expect(talks, []cube.Expectation{{From: day("2018-01-01"), To: day("2018-06-30")}, {From: day("2018-06-30")}})
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("overlapping expectations: %v, want them refused", err)
	}
}

// Of a batch with one bad change nothing is applied, and every bad change is named.
func TestABatchIsAllOrNothing(t *testing.T) {
	o := open(t)
	jan := period.MustParse("2018-01")
	ok := cube.Change{Element: talks, Unit: lower, Period: jan, Value: 1, Present: true}
	err := o.Apply([]cube.Change{ok,
		{Element: talks, Unit: north, Period: jan, Value: 1, Present: true},
		{Element: talks, Unit: lower, Period: jan, Value: measure.MaxValue + 1, Present: true},
		{Element: talks, Category: "x=y", Unit: lower, Period: jan, Present: true},
		{Element: 77, Unit: lower, Period: jan, Present: true},
		{Element: talks, Unit: lower, Period: period.MustParse("2018"), Present: true},
	}, 1)
	found, is := err.(fault.Findings)
	if !is || len(found) != 5 {
		t.Fatalf("findings: %v, want five", err)
	}
	for i, f := range found {
		if f.Row != i+2 {
			t.Errorf("finding %d is of change %d, want %d", i, f.Row, i+2)
		}
	}
	if !strings.Contains(found[0].Say(nil), "990101101") {
		t.Errorf("finding %q does not name the unit", found[0].Say(nil))
	}
	o.want(o.sel(talks), county, "2018-01", cube.Natural, 0, 0, 3, measure.Absent)
	if o.Seq() != 0 {
		t.Errorf("change number %d, want 0", o.Seq())
	}
	if err := o.Apply([]cube.Change{ok}, 5); err != nil {
		t.Fatal(err)
	}
	if err := o.Apply([]cube.Change{ok}, 4); fault.KindOf(err) != fault.Conflict {
		t.Errorf("going back to change 4: %v, want a conflict", err)
	}
}

// Facts of a unit that lost its level are kept aside, can be taken back, and come home.
func TestOrphans(t *testing.T) {
	o := open(t)
	o.report(talks, "", "2018-01", map[org.UnitID]int64{upper: 1, lower: 2})
	o.report(talks, "", "2018-05", map[org.UnitID]int64{upper: 4, lower: 8})
	list := units()
	list[upper-1].Versions[0].To = period.MustDay("2018-04-30")
	reg, err := org.New(list, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.SetRegister(reg); err != nil {
		t.Fatal(err)
	}
	s := o.sel(talks)
	o.want(s, county, "2018-05", cube.Natural, 8, 1, 2, measure.NoReason)
	o.want(s, county, "2018-01", cube.Natural, 3, 2, 3, measure.NoReason)
	o.want(s, upper, "2018-05", cube.Natural, 0, 0, 0, measure.NotAlive)
	o.want(s, upper, "2018", cube.Natural, 0, 0, 0, measure.NotAlive)
	want := cube.Fact{Element: talks, Unit: upper, Period: period.MustParse("2018-05"), Value: 4}
	if got := o.Orphans(); !slices.Equal(got, []cube.Fact{want}) {
		t.Fatalf("orphans %v, want %v", got, want)
	}
	back := o.Clone()
	if err := back.SetRegister(o.reg); err != nil {
		t.Fatal(err)
	}
	if a := back.Read(s, county, period.MustParse("2018-05"), cube.Natural); a.Sum != 12 || len(back.Orphans()) > 0 {
		t.Errorf("May is %d with the old register, want 12", a.Sum)
	}
	o.seq++
	if err := o.Apply([]cube.Change{{Element: talks, Unit: upper, Period: period.MustParse("2018-05")}}, o.seq); err != nil {
		t.Fatal(err)
	}
	if got := o.Orphans(); len(got) > 0 {
		t.Errorf("orphans %v after taking the fact back", got)
	}
	o.sound()
}

// Readers see all of a batch or nothing: the two townships always have equal sums.
func TestReadersSeeWholeBatches(t *testing.T) {
	o := open(t)
	n, s := o.sel(talks), o.sel(newUser)
	jan := period.MustParse("2018-01")
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			x := cube.NewAxis([]org.UnitID{north, south}, []period.Period{jan})
			out := make([]int64, 2)
			for {
				select {
				case <-stop:
					return
				default:
				}
				o.View(func(v *cube.View) {
					v.Vector(n, x, cube.Natural, cube.Columns{Sum: out})
					total := v.Read(s, county, jan, cube.Natural)
					if out[0] != out[1] || total.Sum != out[0] {
						t.Errorf("north %d, south %d, total %d of another element", out[0], out[1], total.Sum)
					}
				})
			}
		})
	}
	young, old := measure.Category("年龄=<25"), measure.Category("年龄=>=25")
	for i := range int64(300) {
		o.seq++
		if err := o.Apply([]cube.Change{
			{Element: talks, Unit: upper, Period: jan, Value: i, Present: true},
			{Element: talks, Unit: lower, Period: jan, Value: i, Present: true},
			{Element: newUser, Category: young, Unit: upper, Period: jan, Value: i, Present: true},
			{Element: newUser, Category: old, Unit: upper, Period: jan, Value: 0, Present: true},
		}, o.seq); err != nil {
			t.Error(err)
			break
		}
		switch i % 100 {
		case 30:
			if err := o.SetRegister(o.reg); err != nil {
				t.Error(err)
			}
		case 60:
			o.Clone()
		case 90:
			o.sel(newUser, young, old)
			o.sound()
		}
	}
	close(stop)
	wg.Wait()
	o.sound()
}

// What facts rest on cannot be defined away; sums follow a scheme that grows.
func TestDefinitionsMayNotChangeThePast(t *testing.T) {
	o := open(t)
	young, old := measure.Category("年龄=<25"), measure.Category("年龄=>=25")
	total := o.sel(newUser)
	o.report(newUser, young, "2018-01", map[org.UnitID]int64{upper: 2})
	o.report(newUser, old, "2018-01", map[org.UnitID]int64{upper: 5})
	o.report(newUser, "", "2018-02", map[org.UnitID]int64{upper: 9})
	o.want(total, upper, "2018-01..2018-02", cube.Natural, 16, 2, 2, measure.NoReason)
	for name, change := range map[string]func(e *measure.Element){
		"kind":     func(e *measure.Element) { e.Kind = measure.Stock },
		"scale":    func(e *measure.Element) { e.Scale = 2 },
		"level":    func(e *measure.Element) { e.Level = org.LevelTownship },
		"category": func(e *measure.Element) { e.Scheme = measure.Scheme{} },
		"grain":    func(e *measure.Element) { e.Grains = []measure.GrainFrom{{Year: 2018, Grain: period.Quarters}} },
	} {
		e, _ := o.Element(newUser)
		change(&e)
		if err := o.Define(e); fault.KindOf(err) != fault.Conflict {
			t.Errorf("another %s: %v, want a conflict", name, err)
		}
	}
	// A third class makes January incomplete; February has its reported total.
	e, _ := o.Element(newUser)
	e.Scheme = measure.Scheme{Kind: measure.Partition, Dimensions: []measure.Dimension{
		{Name: "年龄", Labels: []measure.Label{{Name: "<25"}, {Name: ">=25"}, {Name: "不详"}}},
	}}
	if err := o.Define(e); err != nil {
		t.Fatal(err)
	}
	o.want(total, upper, "2018-01..2018-02", cube.Natural, 9, 1, 2, measure.NoReason)
	o.report(newUser, "年龄=不详", "2018-01", map[org.UnitID]int64{upper: 1})
	o.want(total, upper, "2018-01..2018-02", cube.Natural, 17, 2, 2, measure.NoReason)
	o.sound()
	// Before its first fact an element may become something else.
	e, _ = o.Element(talks)
	s := o.sel(talks)
	e.Level, e.Grains = org.LevelTownship, []measure.GrainFrom{{Year: 2015, Grain: period.Quarters}}
	if err := o.Define(e); err != nil {
		t.Fatal(err)
	}
	o.report(talks, "", "2018-Q1", map[org.UnitID]int64{north: 6})
	o.want(s, county, "2018-Q1", cube.Natural, 6, 1, 2, measure.NoReason)
	o.want(s, upper, "2018-Q1", cube.Natural, 0, 0, 0, measure.BelowLevel)
}

// An Axis finds its places again under another register.
func TestAnAxisOutlivesARegister(t *testing.T) {
	o := open(t)
	o.report(talks, "", "2018-05", map[org.UnitID]int64{upper: 1, middle: 10, lower: 100})
	s := o.sel(talks)
	x := cube.NewAxis([]org.UnitID{north, south}, []period.Period{period.MustParse("2018-05")})
	out := make([]int64, 2)
	ask := func() []int64 {
		o.View(func(v *cube.View) { v.Vector(s, x, cube.Natural, cube.Columns{Sum: out}) })
		return out
	}
	if got := ask(); !slices.Equal(got, []int64{1, 110}) {
		t.Errorf("sums %v, want 1 and 110", got)
	}
	list := units()
	list[middle-1].Versions = list[middle-1].Versions[:1]
	list[middle-1].Versions[0].To = 0 // it never moved
	reg, err := org.New(list, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.SetRegister(reg); err != nil {
		t.Fatal(err)
	}
	if got := ask(); !slices.Equal(got, []int64{11, 100}) {
		t.Errorf("sums %v, want 11 and 100", got)
	}
	o.sound()
}
