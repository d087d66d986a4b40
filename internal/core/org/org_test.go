package org_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	. "kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

var day = period.MustDay

// The small county of most stories: two townships, three villages, and a village that hangs under
// the county itself.
const (
	county UnitID = iota + 1
	north
	south
	river
	hill
	lake
	direct
	post
	force1
	force2
	police
	school
)

func unit(id UnitID, code string, k Kind, name string, parent UnitID) Unit {
	return Unit{ID: id, Code: code, Kind: k, Versions: []Version{{From: day("2015-01-01"), Name: name, Parent: parent}}}
}

func smallUnits() []Unit {
	return []Unit{
		unit(county, "520199", County, "试验县", 0),
		unit(north, "520199101", Township, "北山镇", county),
		unit(south, "520199200", Township, "南坪乡", county),
		unit(river, "520199101201", Village, "河口村", north),
		unit(hill, "520199101202", Village, "山背村", north),
		unit(lake, "520199200201", Village, "湖心村", south),
		unit(direct, "520199000201", Village, "场部社区", county),
		unit(post, "ZHB", CommandPost, "指挥部", 0),
		unit(force1, "ZB1", TaskForce, "宣传专班", post),
		unit(force2, "ZB2", TaskForce, "教育专班", post),
		unit(police, "DEP-GA", Department, "县公安局", force1),
		unit(school, "DEP-JY", Department, "县教育局", force2),
	}
}

func small(t testing.TB) *Register {
	t.Helper()
	r, err := New(smallUnits(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// rules lists the rules that an error broke, sorted.
func rules(err error) []string {
	var f fault.Findings
	errors.As(err, &f)
	var out []string
	for _, x := range f {
		out = append(out, x.Rule)
	}
	slices.Sort(out)
	return out
}

func names(t *Tree, ids []UnitID) string {
	var out []string
	for _, id := range ids {
		out = append(out, t.Name(id))
	}
	return strings.Join(out, " ")
}

func TestATreeIsReadFromTheTop(t *testing.T) {
	tree := small(t).On(day("2017-06-30"))
	if got, want := names(tree, tree.Preorder(Territorial)), "试验县 场部社区 北山镇 河口村 山背村 南坪乡 湖心村"; got != want {
		t.Errorf("preorder = %s, want %s", got, want)
	}
	if got, want := names(tree, tree.Preorder(Functional)), "指挥部 宣传专班 县公安局 教育专班 县教育局"; got != want {
		t.Errorf("preorder = %s, want %s", got, want)
	}
	if got := tree.Root(Territorial); got != county {
		t.Errorf("root = %d", got)
	}
	if got := tree.Root(Functional); got != post {
		t.Errorf("functional root = %d", got)
	}
	if got, want := names(tree, tree.Path(lake)), "试验县 南坪乡 湖心村"; got != want {
		t.Errorf("path = %s, want %s", got, want)
	}
	if got, want := names(tree, tree.Children(county)), "场部社区 北山镇 南坪乡"; got != want {
		t.Errorf("children = %s, want %s", got, want)
	}
	if got, want := names(tree, tree.Beneath(north)), "北山镇 河口村 山背村"; got != want {
		t.Errorf("beneath = %s, want %s", got, want)
	}
	for _, c := range []struct {
		id, over UnitID
		want     bool
	}{{river, north, true}, {river, south, false}, {river, county, true}, {north, north, true}, {north, river, false}, {river, post, false}, {99, county, false}, {0, 0, false}} {
		if got := tree.Under(c.id, c.over); got != c.want {
			t.Errorf("Under(%d, %d) = %v", c.id, c.over, got)
		}
	}
	if tree.From != day("2015-01-01") || tree.To != 0 {
		t.Errorf("span = %s..%s", tree.From, tree.To)
	}
}

func TestRowsSkipLevels(t *testing.T) {
	tree := small(t).On(day("2017-06-30"))
	for _, c := range []struct {
		level Level
		unit  UnitID
		want  string
	}{
		{LevelVillage, county, "场部社区 河口村 山背村 湖心村"},
		{LevelVillage, north, "河口村 山背村"},
		{LevelVillage, lake, "湖心村"},
		{LevelVillage, direct, "场部社区"},
		{LevelTownship, county, "北山镇 南坪乡"},
		{LevelTownship, river, ""},
		{LevelTownship, direct, ""},
		{LevelCounty, county, "试验县"},
		{LevelCity, county, ""},
		{LevelVillage, post, ""},
		{LevelFunctional, post, "指挥部 宣传专班 县公安局 教育专班 县教育局"},
		{LevelFunctional, force2, "教育专班 县教育局"},
		{LevelFunctional, county, ""},
		{LevelNone, county, ""},
	} {
		lo, hi := tree.Run(c.level, c.unit)
		var run []UnitID
		if lo < hi {
			run = tree.Rows(c.level)[lo:hi]
		}
		if got := names(tree, run); got != c.want {
			t.Errorf("rows of %q at %s = %q, want %q", c.level, tree.Name(c.unit), got, c.want)
		}
	}
	for level, want := range map[Level]string{
		LevelVillage:    "试验县 北山镇 南坪乡",
		LevelTownship:   "试验县",
		LevelCounty:     "",
		LevelFunctional: "指挥部 宣传专班 教育专班",
	} {
		if got := names(tree, tree.Uppers(level)); got != want {
			t.Errorf("uppers of %s = %q, want %q", level, got, want)
		}
	}
	if i, ok := tree.Row(LevelVillage, lake); i != 3 || !ok {
		t.Errorf("row of the lake = %d %v", i, ok)
	}
	if _, ok := tree.Row(LevelVillage, north); ok {
		t.Error("a township is a row of villages")
	}
	if i, ok := tree.Row(LevelFunctional, school); i != 4 || !ok {
		t.Errorf("row of the school office = %d %v", i, ok)
	}
}

func TestSiblingsStandByOrderThenCode(t *testing.T) {
	units := smallUnits()
	units[river-1].Versions[0].Order = 7
	units[force2-1].Versions[0].Order = -1
	r, err := New(units, nil)
	if err != nil {
		t.Fatal(err)
	}
	tree := r.On(day("2016-01-01"))
	if got, want := names(tree, tree.Children(north)), "山背村 河口村"; got != want {
		t.Errorf("children = %s, want %s", got, want)
	}
	if got, want := names(tree, tree.Children(post)), "教育专班 宣传专班"; got != want {
		t.Errorf("children = %s, want %s", got, want)
	}
}

// DIV-11: a past month shows the division of that month.
func TestAPastMonthShowsItsOwnDivision(t *testing.T) {
	r := small(t)
	r, changed, err := r.Rename(north, day("2016-04-01"), "北辰街道", "县政府通知一")
	if err != nil {
		t.Fatal(err)
	}
	if len(changed.Units) != 1 || len(changed.Units[0].Versions) != 2 || len(changed.Successions) != 1 {
		t.Errorf("a rename changed %v", changed)
	}
	r, _, err = r.Move(hill, day("2016-07-01"), south, "县政府通知二")
	if err != nil {
		t.Fatal(err)
	}
	r, _, err = r.Merge([]UnitID{south}, Unit{ID: north}, day("2017-01-01"), "县政府通知三")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ on, want string }{
		{"2014-12-31", ""},
		{"2015-01-01", "试验县 场部社区 北山镇 河口村 山背村 南坪乡 湖心村"},
		{"2016-03-31", "试验县 场部社区 北山镇 河口村 山背村 南坪乡 湖心村"},
		{"2016-04-01", "试验县 场部社区 北辰街道 河口村 山背村 南坪乡 湖心村"},
		{"2016-06-30", "试验县 场部社区 北辰街道 河口村 山背村 南坪乡 湖心村"},
		{"2016-07-01", "试验县 场部社区 北辰街道 河口村 南坪乡 山背村 湖心村"},
		{"2016-12-31", "试验县 场部社区 北辰街道 河口村 南坪乡 山背村 湖心村"},
		{"2017-01-01", "试验县 场部社区 北辰街道 河口村 山背村 湖心村"},
		{"2030-01-01", "试验县 场部社区 北辰街道 河口村 山背村 湖心村"},
	} {
		tree := r.On(day(c.on))
		if got := names(tree, tree.Preorder(Territorial)); got != c.want {
			t.Errorf("%s: %s, want %s", c.on, got, c.want)
		}
		if !(tree.From <= day(c.on) && (tree.To == 0 || day(c.on) <= tree.To)) {
			t.Errorf("%s has the tree of %s..%s", c.on, tree.From, tree.To)
		}
	}
	trees := r.Trees()
	if len(trees) != 4 {
		t.Fatalf("%d spans, want 4", len(trees))
	}
	if !trees[0].SameShape(trees[1]) || trees[1].SameShape(trees[2]) {
		t.Error("a rename has a shape of its own, or a move has none")
	}
	if r.On(day("2016-04-02")) != r.On(day("2016-05-02")) {
		t.Error("two days of one span have two trees")
	}
	if got := r.Predecessors(north); !slices.Equal(got, []UnitID{south}) {
		t.Errorf("predecessors = %v", got)
	}
	last, _ := r.Unit(south)
	if got := last.Last().To; got != day("2016-12-31") {
		t.Errorf("the merged township ends %s", got)
	}
	var story []string
	for _, s := range r.History(hill) {
		story = append(story, fmt.Sprintf("%s %s %s", s.On, s.Kind, s.Reason))
	}
	if got, want := strings.Join(story, "; "), "2016-07-01 move 县政府通知二; 2017-01-01 move 县政府通知三"; got != want {
		t.Errorf("history = %s, want %s", got, want)
	}
}

func TestASplitNeedsItsVillagesPlaced(t *testing.T) {
	r := small(t)
	on := day("2017-07-01")
	east := Unit{Code: "520199102", Kind: Township, Versions: []Version{{Name: "北东镇", Parent: county}}}
	west := Unit{Code: "520199103", Kind: Township, Versions: []Version{{Name: "北西镇", Parent: county}}}

	_, _, err := r.Split(north, []Unit{east, west}, on, "析置")
	if got, want := rules(err), []string{"unit-parent-life", "unit-parent-life"}; !slices.Equal(got, want) {
		t.Errorf("villages left behind: %v, want %v", got, want)
	}

	e := r.Edit()
	first := e.Next()
	next, changed, err := e.Split(north, []Unit{east, west}, on, "析置").
		Move(river, on, first, "析置").Move(hill, on, first+1, "析置").Done()
	if err != nil {
		t.Fatal(err)
	}
	tree := next.On(on)
	if got, want := names(tree, tree.Preorder(Territorial)), "试验县 场部社区 北东镇 河口村 北西镇 山背村 南坪乡 湖心村"; got != want {
		t.Errorf("after the split: %s, want %s", got, want)
	}
	if got := len(changed.Units); got != 5 {
		t.Errorf("%d units changed, want 5", got)
	}
	if id, err := next.Recast(north, day("2016-12-31"), on); err == nil || RecastReason(err) != CannotBeSplit {
		t.Errorf("a split township is recast to %d, %v", id, err)
	}
	if id, err := next.Recast(river, day("2016-12-31"), on); id != river || err != nil {
		t.Errorf("a village of it is recast to %d, %v", id, err)
	}

	// A part is taken out and the township lives on under its own number.
	e = r.Edit()
	next, _, err = e.Split(north, []Unit{{ID: north}, east}, on, "析置").Move(hill, on, e.Next()-1, "析置").Done()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := next.Recast(north, day("2016-12-31"), on); RecastReason(err) != CannotBeSplit {
		t.Errorf("a township that gave a part away is recast: %v", err)
	}
	if _, err := next.Recast(north, on, day("2016-12-31")); RecastReason(err) != CannotBeSplit {
		t.Errorf("backwards: %v", err)
	}
	if id, err := next.Recast(north, on, day("2018-01-01")); id != north || err != nil {
		t.Errorf("after the split it is recast to %d, %v", id, err)
	}
}

func TestTodaysBoundariesFollowMergers(t *testing.T) {
	r := small(t)
	union := Unit{Code: "520199104", Kind: Township, Versions: []Version{{Name: "合山镇", Parent: county}}}
	r, _, err := r.Merge([]UnitID{north, south}, union, day("2016-01-01"), "合并")
	if err != nil {
		t.Fatal(err)
	}
	id, _ := r.ByCode("520199104")
	r, _, err = r.Rename(id, day("2017-01-01"), "合山街道", "改设")
	if err != nil {
		t.Fatal(err)
	}
	r, _, err = r.End(direct, day("2017-06-01"), "撤销")
	if err != nil {
		t.Fatal(err)
	}
	today := day("2018-04-30")
	for _, c := range []struct {
		id     UnitID
		from   string
		want   UnitID
		reason string
	}{
		{north, "2015-12-31", id, ""},
		{south, "2015-06-30", id, ""},
		{id, "2016-01-01", id, ""},
		{lake, "2015-01-01", lake, ""},
		{north, "2016-01-01", 0, NotAlive}, // it no longer lived then
		{direct, "2017-05-31", 0, NotAlive},
		{99, "2017-05-31", 0, NotAlive},
	} {
		got, err := r.Recast(c.id, day(c.from), today)
		if got != c.want || RecastReason(err) != c.reason || (err != nil) != (c.reason != "") {
			t.Errorf("Recast(%d, %s) = %d, %v", c.id, c.from, got, err)
		}
	}
	if got := r.Predecessors(id); !slices.Equal(got, []UnitID{north, south}) {
		t.Errorf("predecessors = %v", got)
	}
	tree := r.On(today)
	if got, want := names(tree, tree.Preorder(Territorial)), "试验县 合山街道 河口村 山背村 湖心村"; got != want {
		t.Errorf("today: %s, want %s", got, want)
	}
}

func TestAllFaultsAreTold(t *testing.T) {
	for _, c := range []struct {
		story string
		spoil func(u []Unit) []Unit
		want  []string
	}{
		{"sound", func(u []Unit) []Unit { return u }, nil},
		{"one number twice", func(u []Unit) []Unit { u[1].ID = 3; return u }, []string{"unit-id"}},
		{"no number", func(u []Unit) []Unit { u[1].ID = 0; return u }, []string{"unit-id"}},
		{"a huge number", func(u []Unit) []Unit { u[1].ID = MaxUnitID + 1; return u }, []string{"unit-id"}},
		{"overlap in time", func(u []Unit) []Unit {
			v := u[3].Versions[0]
			v.To = day("2016-01-01")
			w := v
			w.From, w.To = day("2016-01-01"), 0
			u[3].Versions = []Version{v, w}
			return u
		}, []string{"unit-overlap"}},
		{"an open version before another", func(u []Unit) []Unit {
			w := u[3].Versions[0]
			w.From = day("2016-01-01")
			u[3].Versions = append(u[3].Versions, w)
			return u
		}, []string{"unit-overlap"}},
		{"ends before it begins", func(u []Unit) []Unit { u[3].Versions[0].To = day("2014-01-01"); return u }, []string{"unit-version"}},
		{"no beginning", func(u []Unit) []Unit { u[3].Versions[0].From = 0; return u }, []string{"unit-version"}},
		{"no version", func(u []Unit) []Unit { u[3].Versions = nil; return u }, []string{"unit-version"}},
		{"no name", func(u []Unit) []Unit { u[3].Versions[0].Name = " "; return u }, []string{"unit-name"}},
		{"no code", func(u []Unit) []Unit { u[3].Code = ""; return u }, []string{"unit-code"}},
		{"unknown kind", func(u []Unit) []Unit { u[3].Kind = "hamlet"; return u }, []string{"unit-kind"}},
		{"unknown parent", func(u []Unit) []Unit { u[3].Versions[0].Parent = 77; return u }, []string{"unit-parent"}},
		{"parent of the other tree", func(u []Unit) []Unit { u[3].Versions[0].Parent = post; return u }, []string{"unit-parent"}},
		{"township under a village", func(u []Unit) []Unit { u[2].Versions[0].Parent = river; return u }, []string{"unit-level"}},
		{"village under a village", func(u []Unit) []Unit { u[4].Versions[0].Parent = river; return u }, []string{"unit-level"}},
		{"the parent ends first", func(u []Unit) []Unit { u[1].Versions[0].To = day("2016-12-31"); return u }, []string{"unit-parent-life", "unit-parent-life"}},
		{"the parent begins later", func(u []Unit) []Unit { u[2].Versions[0].From = day("2015-01-02"); return u }, []string{"unit-parent-life"}},
		{"the parent has a gap", func(u []Unit) []Unit {
			v := u[2].Versions[0]
			v.To = day("2016-01-31")
			w := v
			w.From, w.To = day("2016-02-02"), 0
			u[2].Versions = []Version{v, w}
			return u
		}, []string{"unit-parent-life"}},
		{"a cycle of two", func(u []Unit) []Unit { u[post-1].Versions[0].Parent = force1; return u }, []string{"unit-cycle", "unit-cycle"}},
		{"its own parent", func(u []Unit) []Unit { u[police-1].Versions[0].Parent = police; return u }, []string{"unit-cycle"}},
		{"a cycle that begins later", func(u []Unit) []Unit {
			v := u[force1-1].Versions[0]
			v.To = day("2016-12-31")
			w := v
			w.From, w.To, w.Parent = day("2017-01-01"), 0, police
			u[force1-1].Versions = []Version{v, w}
			return u
		}, []string{"unit-cycle"}},
		{"one code twice", func(u []Unit) []Unit { u[4].Code = u[3].Code; return u }, []string{"unit-code-twice"}},
		{"several at once", func(u []Unit) []Unit {
			u[3].Versions[0].Name, u[4].Code, u[5].Kind, u[6].Versions[0].Parent = "", u[3].Code, "hamlet", 88
			return u
		}, []string{"unit-code-twice", "unit-kind", "unit-name"}},
	} {
		r, err := New(c.spoil(smallUnits()), nil)
		if got := rules(err); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v\n%v", c.story, got, c.want, err)
		}
		if (r == nil) != (err != nil) {
			t.Errorf("%s: a register beside an error, or neither", c.story)
		}
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: kind %v", c.story, fault.KindOf(err))
		}
	}
}

func TestACodeMayBeUsedAgainLater(t *testing.T) {
	units := smallUnits()
	units[lake-1].Versions[0].To = day("2016-12-31")
	again := unit(13, "520199200201", Village, "新湖村", south)
	again.Versions[0].From = day("2017-01-01")
	r, err := New(append(units, again), nil)
	if err != nil {
		t.Fatal(err)
	}
	if id, _ := r.ByCode("520199200201"); id != 13 {
		t.Errorf("ByCode = %d, want the one that lives", id)
	}
	if id, _ := r.ByCodeOn("520199200201", day("2016-05-05")); id != lake {
		t.Errorf("ByCodeOn 2016 = %d", id)
	}
	if id, err := r.Find("520199200201", day("2016-05-05")); id != lake || err != nil {
		t.Errorf("Find 2016 = %d, %v", id, err)
	}
}

func TestSuccessionsAgreeWithTheUnits(t *testing.T) {
	ended := func() []Unit {
		u := smallUnits()
		u[lake-1].Versions[0].To = day("2016-12-31")
		return u
	}
	on := day("2017-01-01")
	for _, c := range []struct {
		s  Succession
		ok bool
	}{
		{Succession{Kind: Merged, From: lake, To: hill, On: on}, true},
		{Succession{Kind: Ended, From: lake, On: on}, true},
		{Succession{Kind: Renamed, From: hill, To: hill, On: on}, true},
		{Succession{Kind: Split, From: hill, To: hill, On: on}, true},
		{Succession{Kind: "swap", From: lake, To: hill, On: on}, false},
		{Succession{Kind: Merged, From: lake, To: 99, On: on}, false},
		{Succession{Kind: Merged, From: 99, To: lake, On: on}, false},
		{Succession{Kind: Merged, From: lake, To: hill}, false},
		{Succession{Kind: Merged, From: hill, To: river, On: on}, false}, // still lives
		{Succession{Kind: Merged, From: hill, To: lake, On: on}, false},
		{Succession{Kind: Merged, From: lake, To: lake, On: on}, false},
		{Succession{Kind: Ended, From: lake, To: hill, On: on}, false},
		{Succession{Kind: Ended, From: hill, On: on}, false},
		{Succession{Kind: Moved, From: hill, To: river, On: on}, false},
		{Succession{Kind: Renamed, From: lake, To: lake, On: on}, true}, // planned, overtaken by the end
		{Succession{Kind: Split, From: lake, To: hill, On: day("2014-01-01")}, false},
	} {
		_, err := New(ended(), []Succession{c.s})
		if (err == nil) != c.ok {
			t.Errorf("%+v: %v", c.s, err)
		}
	}
}

func TestAChangeThatCannotBeSaysWhy(t *testing.T) {
	r := small(t)
	on := day("2017-01-01")
	for _, c := range []struct {
		story string
		err   func() error
		want  []string
	}{
		{"rename of nobody", func() error { _, _, err := r.Rename(99, on, "甲", ""); return err }, []string{"unit-unknown"}},
		{"rename to nothing", func() error { _, _, err := r.Rename(hill, on, "", ""); return err }, []string{"unit-name"}},
		{"rename before its life", func() error { _, _, err := r.Rename(hill, day("2014-01-01"), "甲", ""); return err }, []string{"unit-not-alive"}},
		{"move under a village", func() error { _, _, err := r.Move(north, on, lake, ""); return err }, []string{"unit-level"}},
		{"move under itself", func() error { _, _, err := r.Move(post, on, police, ""); return err }, []string{"unit-cycle"}},
		{"end with villages left", func() error { _, _, err := r.End(north, on, ""); return err }, []string{"unit-parent-life", "unit-parent-life"}},
		{"end before its life", func() error { _, _, err := r.End(lake, day("2015-01-01"), ""); return err }, []string{"unit-not-alive"}},
		{"merge with itself", func() error { _, _, err := r.Merge([]UnitID{north}, Unit{ID: north}, on, ""); return err }, []string{"merge"}},
		{"merge of nobody", func() error { _, _, err := r.Merge([]UnitID{98, 99}, Unit{ID: north}, on, ""); return err }, []string{"unit-unknown", "unit-unknown"}},
		{"merge into a used code", func() error {
			_, _, err := r.Merge([]UnitID{north}, Unit{Code: "520199200", Kind: Township, Versions: []Version{{Name: "甲镇", Parent: county}}}, on, "")
			return err
		}, []string{"unit-code-twice"}},
		{"split in one", func() error { _, _, err := r.Split(north, []Unit{{ID: south}}, on, ""); return err }, []string{"split"}},
		{"add a second root code", func() error { _, _, err := r.Add(unit(0, "ZHB", Office, "甲", 0), ""); return err }, []string{"unit-code-twice"}},
		{"add a used number", func() error { _, _, err := r.Add(unit(hill, "X", Office, "甲", 0), ""); return err }, []string{"unit-id"}},
	} {
		if got := rules(c.err()); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.story, got, c.want)
		}
	}
	tree := r.On(on)
	if got, want := names(tree, tree.Preorder(Territorial)), "试验县 场部社区 北山镇 河口村 山背村 南坪乡 湖心村"; got != want || r.Len() != 12 {
		t.Errorf("the register itself changed: %s", got)
	}
}

func TestSeveralProvincesHaveSeveralRoots(t *testing.T) {
	r, err := New([]Unit{unit(1, "520000", Province, "贵州省", 0), unit(2, "510000", Province, "四川省", 0)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	tree := r.On(day("2016-01-01"))
	if got, want := names(tree, tree.Roots(Territorial)), "四川省 贵州省"; got != want || tree.Root(Territorial) != 2 {
		t.Errorf("roots = %s, want %s", got, want)
	}
	if tree.Root(Functional) != 0 {
		t.Error("a root without a tree")
	}
}

func TestAnEmptyRegisterAnswers(t *testing.T) {
	r, err := New(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	tree := r.On(day("2016-01-01"))
	if tree.Root(Territorial) != 0 || tree.Has(1) || len(tree.Rows(LevelVillage)) != 0 || len(r.Trees()) != 0 {
		t.Error("an empty register has units")
	}
	if id, near := r.Match("甲村", 0, day("2016-01-01")); id != 0 || near != nil {
		t.Errorf("Match = %d, %v", id, near)
	}
}

func TestCodesOfKindsAndLevels(t *testing.T) {
	for _, k := range Kinds() {
		if got, err := ParseKind(string(k)); got != k || err != nil {
			t.Errorf("ParseKind(%q) = %q, %v", k, got, err)
		}
		if k != Nation && k.Level().Tree() != k.Tree() {
			t.Errorf("%s has a level of the other tree", k)
		}
	}
	for _, l := range Levels() {
		if got, err := ParseLevel(l.String()); got != l || err != nil || l.Text() == "" {
			t.Errorf("ParseLevel(%q) = %v, %v", l, got, err)
		}
	}
	if _, err := ParseKind("hamlet"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("ParseKind of nonsense: %v", err)
	}
	if _, err := ParseLevel(""); fault.KindOf(err) != fault.Invalid {
		t.Errorf("ParseLevel of nothing: %v", err)
	}
}

func TestAnEndDropsWhatWasPlannedAfterIt(t *testing.T) {
	r := small(t)
	r, _, err := r.Rename(hill, day("2018-01-01"), "山背新村", "预定")
	if err != nil {
		t.Fatal(err)
	}
	r, _, err = r.End(hill, day("2017-01-01"), "撤销")
	if err != nil {
		t.Fatal(err)
	}
	u, _ := r.Unit(hill)
	if len(u.Versions) != 1 || u.Last().To != day("2016-12-31") {
		t.Errorf("after the end: %v", u.Versions)
	}
	if h := r.History(hill); len(h) != 1 || h[0].Kind != Ended {
		t.Errorf("history = %v", h)
	}
}

func TestAUnitCannotEndWhileItDoesNotExist(t *testing.T) {
	units := smallUnits()
	v := units[hill-1].Versions[0]
	v.To = day("2016-12-31")
	w := v
	w.From, w.To = day("2018-01-01"), 0
	units[hill-1].Versions = []Version{v, w}
	r, err := New(units, nil)
	if err != nil {
		t.Fatal(err)
	}
	for on, want := range map[string][]string{"2017-01-01": {"unit-not-alive"}, "2017-06-01": {"unit-not-alive"}, "2019-01-01": nil} {
		if _, _, err := r.End(hill, day(on), "撤销"); !slices.Equal(rules(err), want) {
			t.Errorf("end on %s: %v, want %v", on, rules(err), want)
		}
	}
	// A unit that a file has let end the day before still gets its record.
	units = smallUnits()
	units[hill-1].Versions[0].To = day("2016-12-31")
	if r, err = New(units, nil); err != nil {
		t.Fatal(err)
	}
	if r, _, err = r.Merge([]UnitID{hill}, Unit{ID: river}, day("2017-01-01"), "并入"); err != nil {
		t.Fatal(err)
	}
	if id, err := r.Recast(hill, day("2016-01-01"), day("2017-01-01")); id != river || err != nil {
		t.Errorf("recast = %d, %v", id, err)
	}
}

func TestNewNamesGetTheirSortKey(t *testing.T) {
	units := smallUnits()
	units[hill-1].Versions[0].Pinyin, units[hill-1].Versions[0].Short = "shan1bei4cun1", "山背"
	r, err := New(units, nil)
	if err != nil {
		t.Fatal(err)
	}
	on := day("2017-01-01")
	plain, _, err := r.Rename(hill, on, "山前村", "更名")
	if err != nil {
		t.Fatal(err)
	}
	keyed, _, err := r.Edit().SortKey(func(s string) string { return "key of " + s }).Rename(hill, on, "山前村", "更名").
		Revise(hill, on, "更名", func(v *Version) { v.Short, v.Order, v.From = "山前", 3, 0 }).Done()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		r          *Register
		on         string
		short, key string
	}{
		{plain, "2016-12-31", "山背", "shan1bei4cun1"},
		{plain, "2017-01-01", "山前村", ""},
		{keyed, "2016-12-31", "山背", "shan1bei4cun1"},
		{keyed, "2017-01-01", "山前", "key of 山前村"},
	} {
		tree := c.r.On(day(c.on))
		if tree.Short(hill) != c.short || tree.Pinyin(hill) != c.key {
			t.Errorf("%s: %q %q, want %q %q", c.on, tree.Short(hill), tree.Pinyin(hill), c.short, c.key)
		}
	}
}

func TestOneEditCarriesItsReason(t *testing.T) {
	r, changed, err := small(t).Add(Unit{Code: "DEP-MZ", Kind: Department, Versions: []Version{{From: day("2017-01-01"), Name: "县民政局", Parent: force2}}}, "增设")
	if err != nil {
		t.Fatal(err)
	}
	if u, ok := r.Unit(changed.Units[0].ID); !ok || u.ID != school+1 || u.Versions[0].Reason != "增设" {
		t.Errorf("added %+v", u)
	}
	e := r.Edit()
	a, b := Unit{Code: "A", Kind: Office, Versions: []Version{{From: 1, Name: "甲", Parent: 0}}}, Unit{Code: "B", Kind: Office, Versions: []Version{{From: 1, Name: "乙", Parent: e.Next()}}}
	r, changed, err = e.Add(a, "").Add(b, "").Done()
	if err != nil || len(changed.Units) != 2 || r.On(1).Parent(changed.Units[1].ID) != changed.Units[0].ID {
		t.Errorf("two at once: %v, %v", changed, err)
	}
}

// Units of the other tree belong to the county as a whole, and to no township.
func TestUnitsOfAKindBeneathAUnit(t *testing.T) {
	tree := small(t).On(day("2017-06-30"))
	for _, c := range []struct {
		kind  Kind
		under UnitID
		want  string
		ok    bool
	}{
		{Village, county, "场部社区 河口村 山背村 湖心村", true},
		{Village, north, "河口村 山背村", true},
		{Department, county, "县公安局 县教育局", true},
		{Department, force2, "县教育局", true},
		{Department, north, "", false},
		{Township, post, "", false},
		{School, county, "", true},
	} {
		list, ok := tree.OfKind(c.kind, c.under)
		if got := names(tree, list); got != c.want || ok != c.ok {
			t.Errorf("%s beneath %s: %q, %v; want %q, %v", c.kind, tree.Name(c.under), got, ok, c.want, c.ok)
		}
	}
}
