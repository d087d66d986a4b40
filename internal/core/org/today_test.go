package org_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	. "kaiyang/internal/core/org"
	"kaiyang/internal/core/period"

	"pgregory.net/rapid"
)

// change is one step of a story about boundaries.
type change func(r *Register) (*Register, Changed, error)

func told(t *testing.T, r *Register, steps ...change) *Register {
	t.Helper()
	for i, f := range steps {
		var err error
		if r, _, err = f(r); err != nil {
			t.Fatalf("step %d: %v", i+1, err)
		}
	}
	return r
}

func village(code, name string, parent UnitID) Unit {
	return Unit{Code: code, Kind: Village, Versions: []Version{{Name: name, Parent: parent}}}
}

func rename(id UnitID, on, name string) change {
	return func(r *Register) (*Register, Changed, error) { return r.Rename(id, day(on), name, "改名") }
}

func move(id UnitID, on string, parent UnitID) change {
	return func(r *Register) (*Register, Changed, error) { return r.Move(id, day(on), parent, "改隶") }
}

func merge(into Unit, on string, ids ...UnitID) change {
	return func(r *Register) (*Register, Changed, error) { return r.Merge(ids, into, day(on), "合并") }
}

func split(id UnitID, on string, into ...Unit) change {
	return func(r *Register) (*Register, Changed, error) { return r.Split(id, into, day(on), "拆分") }
}

func end(id UnitID, on string) change {
	return func(r *Register) (*Register, Changed, error) { return r.End(id, day(on), "撤销") }
}

// Where facts of 2015 count by the boundaries of 30 April 2018.
func TestTodaysBoundariesPlaceTheFactsOfThePast(t *testing.T) {
	const next = school + 1 // the first number that is free
	for _, c := range []struct {
		name    string
		steps   []change
		places  map[UnitID]string // unit → where it counts; a ghost as 〔name〕 under its parent
		divided string            // units that hold a part of a village's or township's facts only
		changed bool
	}{
		{name: "rename", steps: []change{rename(river, "2016-07-01", "河口社区")}, places: map[UnitID]string{river: "河口社区"}},
		{name: "move", steps: []change{move(hill, "2016-07-01", south)}, places: map[UnitID]string{hill: "南坪乡/山背村"}, changed: true},
		{name: "merge", steps: []change{merge(village("520199101209", "合口村", north), "2016-07-01", river, hill)},
			places: map[UnitID]string{river: "北山镇/合口村", hill: "北山镇/合口村"}, changed: true},
		{name: "merge into one of them", steps: []change{merge(Unit{ID: river}, "2016-07-01", hill)},
			places: map[UnitID]string{river: "河口村", hill: "北山镇/河口村"}, changed: true},
		{name: "split in one township", steps: []change{split(river, "2016-07-01", village("520199101211", "河东村", north), village("520199101212", "河西村", north))},
			places: map[UnitID]string{river: "北山镇/〔河口村〕"}, divided: "河东村 河西村", changed: true},
		{name: "split between townships", steps: []change{split(river, "2016-07-01", village("520199101211", "河东村", north), village("520199200212", "河西村", south))},
			places: map[UnitID]string{river: "试验县/〔河口村〕"}, divided: "北山镇 河东村 南坪乡 河西村", changed: true},
		{name: "a part keeps the number", steps: []change{split(river, "2016-07-01", Unit{ID: river}, village("520199101212", "河西村", north))},
			places: map[UnitID]string{river: "北山镇/〔河口村〕"}, divided: "河口村 河西村", changed: true},
		{name: "end", steps: []change{end(direct, "2016-07-01")}, places: map[UnitID]string{direct: "试验县/〔场部社区〕"}, changed: true},
		{name: "a township ends, its village moved before", steps: []change{move(lake, "2016-07-01", north), end(south, "2016-07-01")},
			places: map[UnitID]string{south: "试验县/〔南坪乡〕", lake: "北山镇/湖心村"}, changed: true},
		{name: "merge, then split", steps: []change{merge(village("520199101209", "合口村", north), "2016-07-01", river, hill),
			split(next, "2017-07-01", village("520199101211", "河东村", north), village("520199101212", "河西村", north))},
			places: map[UnitID]string{river: "北山镇/〔合口村〕", hill: "北山镇/〔合口村〕"}, divided: "河东村 河西村", changed: true},
		{name: "split, then a part is merged", steps: []change{split(river, "2016-07-01", village("520199101211", "河东村", north), village("520199200212", "河西村", north)),
			merge(Unit{ID: lake}, "2017-07-01", next+1)},
			places: map[UnitID]string{river: "试验县/〔河口村〕"}, divided: "北山镇 河东村 南坪乡 湖心村", changed: true},
		{name: "a department goes into another", steps: []change{merge(Unit{ID: school}, "2016-07-01", police)},
			places: map[UnitID]string{police: "教育专班/县教育局"}, changed: true},
		{name: "planned for later", steps: []change{end(direct, "2018-07-01")}, places: map[UnitID]string{direct: "场部社区"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := told(t, small(t), c.steps...)
			today := day("2018-04-30")
			x, err := r.Today(today)
			if err != nil {
				t.Fatal(err)
			}
			full, shown := x.Full.On(today), x.Shown.On(today)
			for id, want := range c.places {
				at := x.Place(id, day("2015-12-31"))
				got := full.Name(at)
				if _, ghost := x.Ghost(at); ghost {
					got = "〔" + got + "〕"
					if shown.Has(at) {
						t.Errorf("%s is shown", got)
					}
				}
				if strings.Contains(want, "/") {
					got = full.Name(full.Parent(at)) + "/" + got
				}
				if got != want {
					t.Errorf("facts of %s count under %s, want %s", r.On(day("2015-12-31")).Name(id), got, want)
				}
			}
			var divided []UnitID
			for _, id := range shown.Preorder(Territorial) {
				if x.Divided(id, LevelVillage, day("2015-12-31")) {
					divided = append(divided, id)
				}
				if x.Divided(id, LevelVillage, day("2018-03-31")) || x.Divided(id, LevelTownship, day("2015-12-31")) {
					t.Errorf("%s is divided after the split, or for another level", shown.Name(id))
				}
			}
			if got := names(shown, divided); got != c.divided {
				t.Errorf("divided: %q, want %q", got, c.divided)
			}
			if x.Changed() != c.changed {
				t.Errorf("changed = %t, want %t", x.Changed(), c.changed)
			}
			if before := r.On(today); names(shown, shown.Preorder(Territorial)) != names(before, before.Preorder(Territorial)) {
				t.Errorf("today's units: %s", names(shown, shown.Preorder(Territorial)))
			}
			first, last := x.Shown.On(day("1990-01-01")), x.Shown.On(day("2099-01-01"))
			if !first.SameShape(shown) || !last.SameShape(shown) {
				t.Error("the boundaries are not the same on all days")
			}
		})
	}
}

// A township that was split with its villages is whole at the level of the villages.
func TestASplitTownshipIsKnownByItsVillages(t *testing.T) {
	town := func(code, name string) Unit {
		return Unit{Code: code, Kind: Township, Versions: []Version{{Name: name, Parent: county}}}
	}
	e := small(t).Edit().Split(north, []Unit{town("520199111", "北东镇"), town("520199112", "北西镇")}, day("2016-07-01"), "拆分")
	east, west := school+1, school+2
	e = e.Move(river, day("2016-07-01"), east, "拆分").Move(hill, day("2016-07-01"), west, "拆分")
	r, _, err := e.Done()
	if err != nil {
		t.Fatal(err)
	}
	x, err := r.Today(day("2018-04-30"))
	if err != nil {
		t.Fatal(err)
	}
	past := day("2015-12-31")
	if got := x.Full.On(past).Parent(x.Place(river, past)); got != east {
		t.Errorf("the village stands under %d, want %d", got, east)
	}
	if !x.Divided(east, LevelTownship, past) || x.Divided(east, LevelVillage, past) || x.Divided(county, LevelTownship, past) {
		t.Error("divided at the wrong level or unit")
	}
	if got := x.Ghosts(county, past, past); len(got) != 1 || len(x.Ghosts(county, day("2017-01-01"), day("2017-12-31"))) != 0 ||
		!slices.Equal(x.Sources(got[0], past), []UnitID{north}) || x.Existed(east, past) || !x.Existed(east, day("2016-07-01")) {
		t.Errorf("ghosts under the county: %v", got)
	}
}

// Whatever happened, every unit of the past has one place, a fact keeps its level, and the places
// agree with Recast.
func TestEveryPastUnitHasAPlaceToday(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := randomHistory(t)
		today := day("2018-04-30")
		x, err := r.Today(today)
		if err != nil {
			t.Fatalf("%v", err)
		}
		tree := x.Full.On(today)
		for _, on := range []string{"2015-06-30", "2016-06-30", "2017-06-30", "2018-03-31"} {
			d := day(on)
			for _, u := range r.On(d).Preorder(Territorial) {
				at := x.Place(u, d)
				if !tree.Has(at) || tree.Level(at) != r.On(d).Level(u) {
					t.Fatalf("%s of %s counts under %d (%s)", r.On(d).Name(u), d, at, tree.Kind(at))
				}
				carried, err := r.Recast(u, d, today)
				_, ghost := x.Ghost(at)
				if (err == nil) == ghost || err == nil && carried != at {
					t.Fatalf("%s of %s counts under %d (ghost %t), Recast gives %d, %v", r.On(d).Name(u), d, at, ghost, carried, err)
				}
				if a := tree.Root(Territorial); !tree.Under(at, a) {
					t.Fatalf("%s of %s is lost to the county", r.On(d).Name(u), d)
				}
			}
		}
	})
}

// randomHistory lets the villages and townships of a county move, merge, split and end.
func randomHistory(t *rapid.T) *Register {
	r, err := New(smallUnits(), nil)
	if err != nil {
		t.Fatalf("%v", err)
	}
	on := day("2015-03-01")
	for i := range rapid.IntRange(0, 8).Draw(t, "changes") {
		on = on.AddDays(rapid.IntRange(1, 200).Draw(t, "days"))
		tree := r.On(on)
		towns, villages := tree.Rows(LevelTownship), tree.Rows(LevelVillage)
		pick := func(list []UnitID, name string) UnitID {
			if len(list) == 0 {
				return 0
			}
			return list[rapid.IntRange(0, len(list)-1).Draw(t, name)]
		}
		v, w, a, b := pick(villages, "v"), pick(villages, "w"), pick(towns, "a"), pick(towns, "b")
		part := func(k int, parent UnitID) Unit {
			return village(fmt.Sprintf("5201999%02d%03d", i, k), fmt.Sprintf("新%d村%d", i, k), parent)
		}
		e := r.Edit()
		switch rapid.IntRange(0, 6).Draw(t, "kind") {
		case 0:
			e.Move(v, on, a, "改隶")
		case 1:
			e.Merge([]UnitID{v}, Unit{ID: w}, on, "合并")
		case 2:
			e.Split(v, []Unit{part(1, a), part(2, b)}, on, "拆分")
		case 3:
			e.Split(v, []Unit{{ID: v}, part(1, a)}, on, "拆分")
		case 4:
			e.End(v, on, "撤销")
		case 5:
			e.Merge([]UnitID{a}, Unit{ID: b}, on, "合并")
		case 6:
			e.Merge([]UnitID{v, w}, part(1, a), on, "合并")
		}
		if next, _, err := e.Done(); err == nil {
			r = next
		}
	}
	return r
}

func TestTodayOfAnEmptyRegister(t *testing.T) {
	r, err := New(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	x, err := r.Today(day("2018-04-30"))
	if err != nil || x.Changed() || x.Place(1, day("2018-04-30")) != 0 || x.Full.Len() != 0 {
		t.Errorf("recast: %+v, %v", x, err)
	}
	if i := slices.Index(x.Days(), period.Day(0)); i >= 0 {
		t.Error("a day without a date")
	}
}
