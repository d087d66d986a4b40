package org_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	. "kaiyang/internal/core/org"

	"pgregory.net/rapid"
)

// named is a county whose names are as awkward as real ones.
func named(t testing.TB) *Register {
	t.Helper()
	list := []struct {
		code, kind, name, parent string
	}{
		{"520000", "province", "贵州省", ""},
		{"520100", "city", "贵阳市", "520000"},
		{"520121", "county", "开阳县", "520100"},
		{"520121001", "township", "硒城街道", "520121"},
		{"520121001001", "village", "南江社区", "520121001"},
		{"520121001201", "village", "刘育村村民委员会", "520121001"},
		{"520121002", "township", "云开街道", "520121"},
		{"520121002203", "village", "石头村", "520121002"},
		{"520121101", "township", "双流镇", "520121"},
		{"520121101001", "village", "白马新村社区居委会", "520121101"},
		{"520121101002", "village", "双永社区", "520121101"},
		{"520121101200", "village", "双永村", "520121101"},
		{"520121101204", "village", "白马村", "520121101"},
		{"520121101209", "village", "新村", "520121101"},
		{"520121107", "township", "花梨镇", "520121"},
		{"520121107001", "village", "花梨社区", "520121107"},
		{"520121107200", "village", "花梨村", "520121107"},
		{"520121207", "township", "南江布依族苗族乡", "520121"},
		{"520121207200", "village", "南江村", "520121207"},
		{"520121208", "township", "高寨苗族布依族乡", "520121"},
		{"520121208206", "village", "石头村", "520121208"},
		{"520121208207", "village", "民主（新）社区", "520121208"},
		{"520222", "county", "三都水族自治县", "520000"},
		{"520199", "county", "邻县", "520100"},
		{"520199207", "township", "南江乡", "520199"},
		{"450000", "province", "广西壮族自治区", ""},
		{"ZHB", "commandpost", "禁毒人民战争指挥部", ""},
		{"DEP-GA", "department", "县公安局", "ZHB"},
	}
	ids := map[string]UnitID{}
	var units []Unit
	for i, x := range list {
		id := UnitID(i + 1)
		ids[x.code] = id
		units = append(units, unit(id, x.code, Kind(x.kind), x.name, ids[x.parent]))
	}
	units[ids["DEP-GA"]-1].Aliases = []string{"开阳县公安局", "公安"}
	units[ids["520121002"]-1].Aliases = []string{"城关镇"}
	r, err := New(units, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, _, err = r.Rename(ids["520121107"], day("2017-01-01"), "梨花街道", "改设")
	if err != nil {
		t.Fatal(err)
	}
	r, _, err = r.Merge([]UnitID{ids["520121101200"]}, Unit{ID: ids["520121101002"]}, day("2018-01-01"), "并入")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// codes writes units as their codes.
func codes(r *Register, ids ...UnitID) string {
	var out []string
	for _, id := range ids {
		u, _ := r.Unit(id)
		out = append(out, u.Code)
	}
	return strings.Join(out, " ")
}

// DIV-12: with and without the ending, full and half width, old names; never guessed.
func TestMatchKnowsHowPeopleWrite(t *testing.T) {
	r := named(t)
	for _, c := range []struct{ text, within, on, want, near string }{
		// Codes.
		{"520121101", "", "2016-05-01", "520121101", ""},
		{" ５２０１２１１０１ ", "", "2016-05-01", "520121101", ""},
		{"520121101000", "", "2016-05-01", "520121101", ""},
		{"520121000000", "", "2016-05-01", "520121", ""},
		{"52", "", "2016-05-01", "520000", ""},
		{"5201", "", "2016-05-01", "520100", ""},
		{"dep-ga", "", "2016-05-01", "DEP-GA", ""},
		{"ＤＥＰ－ＧＡ", "", "2016-05-01", "DEP-GA", ""},
		{"520121101", "520121001", "2016-05-01", "", ""},
		{"520121999", "", "2016-05-01", "", ""},
		// Names with and without their ending.
		{"双流镇", "", "2016-05-01", "520121101", ""},
		{"双流", "", "2016-05-01", "520121101", ""},
		{"双流镇人民政府", "", "2016-05-01", "520121101", ""},
		{" 双 流　镇", "", "2016-05-01", "520121101", ""},
		{"硒城", "", "2016-05-01", "520121001", ""},
		{"硒城街道办事处", "", "2016-05-01", "520121001", ""},
		{"高寨乡", "", "2016-05-01", "520121208", ""},
		{"高寨", "", "2016-05-01", "520121208", ""},
		{"高寨苗族布依族乡人民政府", "", "2016-05-01", "520121208", ""},
		{"高寨布依族苗族乡", "", "2016-05-01", "520121208", ""},
		{"南江乡", "520121", "2016-05-01", "520121207", ""},
		{"南江乡", "", "2016-05-01", "520199207", ""},
		{"三都县", "", "2016-05-01", "520222", ""},
		{"广西", "", "2016-05-01", "450000", ""},
		{"开阳", "", "2016-05-01", "520121", ""},
		{"贵阳", "", "2016-05-01", "520100", ""},
		{"刘育村", "", "2016-05-01", "520121001201", ""},
		{"刘育", "", "2016-05-01", "520121001201", ""},
		{"刘育村委会", "", "2016-05-01", "520121001201", ""},
		{"刘育村村委会", "", "2016-05-01", "520121001201", ""},
		{"白马村委会", "", "2016-05-01", "520121101204", ""},
		{"白马新村社区", "", "2016-05-01", "520121101001", ""},
		{"白马新村", "", "2016-05-01", "520121101001", ""},
		{"白马新村居民委员会", "", "2016-05-01", "520121101001", ""},
		{"新村", "", "2016-05-01", "520121101209", ""},
		{"新村村委会", "", "2016-05-01", "520121101209", ""},
		{"民主(新)社区", "", "2016-05-01", "520121208207", ""},
		// The ending tells two apart; without it the text could be both.
		{"双永村", "", "2017-05-01", "520121101200", ""},
		{"双永社区居委会", "", "2017-05-01", "520121101002", ""},
		{"双永", "", "2017-05-01", "", "520121101002 520121101200"},
		{"南江", "", "2017-05-01", "", "520121001001 520121207 520121207200 520199207"},
		{"南江", "520121207", "2017-05-01", "", "520121207 520121207200"},
		{"南江", "520121001", "2017-05-01", "520121001001", ""},
		{"石头村", "", "2017-05-01", "", "520121002203 520121208206"},
		{"石头村", "520121208", "2017-05-01", "520121208206", ""},
		// Another ending is another name: shown, not taken.
		{"双流乡", "", "2017-05-01", "", "520121101"},
		{"刘育社区", "", "2017-05-01", "", "520121001201"},
		{"白马", "", "2017-05-01", "520121101204", ""},
		// Aliases and names of other times.
		{"城关镇", "", "2017-05-01", "520121002", ""},
		{"城关", "", "2017-05-01", "520121002", ""},
		{"开阳县公安局", "", "2017-05-01", "DEP-GA", ""},
		{"公安", "", "2017-05-01", "DEP-GA", ""},
		{"花梨镇", "", "2016-12-31", "520121107", ""},
		{"花梨镇", "", "2017-01-01", "520121107", ""},
		{"梨花街道", "", "2016-12-31", "520121107", ""},
		{"梨花", "", "2017-01-01", "520121107", ""},
		{"花梨", "", "2016-12-31", "", "520121107 520121107001 520121107200"},
		{"花梨", "", "2017-01-01", "", "520121107001 520121107200"},
		// A unit that has gone leads to its successor, which is shown, not taken.
		{"双永村", "", "2018-01-01", "", "520121101002"},
		{"520121101200", "", "2018-01-01", "", "520121101002"},
		{"双永", "", "2018-01-01", "520121101002", ""},
		// Names of higher units in front.
		{"双流镇白马村", "", "2017-05-01", "520121101204", ""},
		{"开阳县双流镇白马村", "", "2017-05-01", "520121101204", ""},
		{"贵州省贵阳市开阳县双流镇白马村村民委员会", "", "2017-05-01", "520121101204", ""},
		{"开阳县双流镇", "520121101", "2017-05-01", "520121101", ""},
		{"高寨乡石头村", "", "2017-05-01", "520121208206", ""},
		{"开阳县南江乡南江村", "", "2017-05-01", "520121207200", ""},
		{"云开街道/石头", "", "2017-05-01", "520121002203", ""},
		{"高寨乡石头村", "520121002", "2017-05-01", "", ""},
		{"双流镇石头村", "", "2017-05-01", "", ""},
		{"花梨镇花梨村", "", "2017-05-01", "520121107200", ""},
		// Nothing.
		{"", "", "2017-05-01", "", ""},
		{"　", "", "2017-05-01", "", ""},
		{"镇", "", "2017-05-01", "", ""},
		{"合计", "", "2017-05-01", "", ""},
		{"双流镇", "", "2014-05-01", "", ""},
	} {
		within := UnitID(0)
		if c.within != "" {
			within, _ = r.ByCode(c.within)
		}
		id, near := r.Match(c.text, within, day(c.on))
		if got := codes(r, id); got != c.want || codes(r, near...) != c.near {
			t.Errorf("Match(%q within %q on %s) = %q near %q, want %q near %q", c.text, c.within, c.on, got, codes(r, near...), c.want, c.near)
		}
	}
}

func TestMatchAtALevel(t *testing.T) {
	r := named(t)
	on := day("2016-05-01")
	within, _ := r.ByCode("520121107")
	for _, c := range []struct {
		text  string
		level Level
		want  string
		near  string
	}{
		{"花梨", LevelTownship, "520121107", ""},
		{"花梨", LevelVillage, "", "520121107001 520121107200"},
		{"花梨镇", LevelVillage, "", "520121107001 520121107200"},
		{"520121107", LevelVillage, "", ""},
		{"520121107001", LevelVillage, "520121107001", ""},
	} {
		id, near := r.MatchLevel(c.text, c.level, within, on)
		if got := codes(r, id); got != c.want || codes(r, near...) != c.near {
			t.Errorf("%s at %s = %q near %q, want %q near %q", c.text, c.level, got, codes(r, near...), c.want, c.near)
		}
	}
}

func TestFindSaysWhatIsWrong(t *testing.T) {
	r := named(t)
	on := day("2018-05-01")
	for _, c := range []struct {
		text string
		kind fault.Kind
		say  string
	}{
		{"石头村", fault.Conflict, "“石头村”可以指 2 个单位：云开街道/石头村（520121002203）、高寨苗族布依族乡/石头村（520121208206）；请改用编码"},
		{"没有村", fault.Missing, "没有单位“没有村”；请填 6、9 或 12 位区划代码、职能单位编码或全称"},
		{"双流乡", fault.Missing, "没有单位“双流乡”；相近的有 开阳县/双流镇（520121101），请改用编码或全称"},
		{"520121101200", fault.Missing, "单位 520121101200（双永村）在 2018-05-01 并不存在，存续期为 2015-01-01 至 2017-12-31；请改用当时的单位，或改选期别"},
		{"  ", fault.Missing, "没有写明单位；请填区划代码、职能单位编码或全称"},
	} {
		id, err := r.Find(c.text, on)
		if id != 0 || fault.KindOf(err) != c.kind || fault.Say(err, nil) != c.say {
			t.Errorf("Find(%q) = %d, %v, %s", c.text, id, fault.KindOf(err), fault.Say(err, nil))
		}
	}
	for _, text := range []string{"双流镇", "双流", "520121101", "520121101000", "开阳县双流镇"} {
		if id, err := r.Find(text, on); codes(r, id) != "520121101" || err != nil {
			t.Errorf("Find(%q) = %s, %v", text, codes(r, id), err)
		}
	}
}

// Whatever is written, a match is a living unit within the place asked, and it does not depend on
// the order in which the units were given.
func TestMatchNeverLeavesThePlace(t *testing.T) {
	r := named(t)
	units := slices.Clone(r.Units())
	slices.Reverse(units)
	mirror, err := New(units, r.Successions())
	if err != nil {
		t.Fatal(err)
	}
	parts := []string{"双流", "花梨", "梨花", "石头", "南江", "白马", "新", "开阳", "县", "镇", "乡", "村", "社区", "街道", "居委会", "布依族", "（", ")", "5201", "21", " ", "/"}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 0, 6).Draw(t, "parts"), "")
		within := UnitID(rapid.IntRange(0, r.Len()).Draw(t, "within"))
		on := day(rapid.SampledFrom([]string{"2014-01-01", "2016-01-01", "2017-01-01", "2018-01-01"}).Draw(t, "on"))
		id, near := r.Match(text, within, on)
		tree := r.On(on)
		for _, x := range append(slices.Clone(near), id) {
			if x != 0 && (!tree.Has(x) || within != 0 && !tree.Under(x, within)) {
				t.Fatalf("%q gives %s, which is not there", text, codes(r, x))
			}
		}
		if id != 0 && len(near) > 0 {
			t.Fatalf("%q is both sure and not", text)
		}
		id2, near2 := mirror.Match(text, within, on)
		if id != id2 || !slices.Equal(near, near2) {
			t.Fatalf("%q depends on the order: %d %v, %d %v", text, id, near, id2, near2)
		}
	})
}

func ExampleRegister_Match() {
	r, _ := New([]Unit{
		{ID: 1, Code: "520121", Kind: County, Versions: []Version{{From: day("2015-01-01"), Name: "开阳县"}}},
		{ID: 2, Code: "520121101", Kind: Township, Versions: []Version{{From: day("2015-01-01"), Name: "双流镇", Parent: 1}}},
	}, nil)
	id, _ := r.Match("双流", 0, day("2018-03-31"))
	fmt.Println(r.On(day("2018-03-31")).Name(id))
	// Output: 双流镇
}

func FuzzMatch(f *testing.F) {
	r := named(f)
	for _, s := range []string{"双流镇白马村", "５２０１", "村民委员会", "自治县", "\xff镇", "（"} {
		f.Add(s)
	}
	on := day("2017-05-01")
	f.Fuzz(func(t *testing.T, text string) {
		id, near := r.Match(text, 0, on)
		if id != 0 && (len(near) > 0 || !r.On(on).Has(id)) {
			t.Errorf("%q = %d near %v", text, id, near)
		}
	})
}

// A path that can be cut in two ways is not decided.
func TestAPathWithTwoMeaningsIsLeftOpen(t *testing.T) {
	r, err := New([]Unit{
		unit(1, "520199", County, "试验县", 0),
		unit(2, "520199101", Township, "双镇", 1),
		unit(3, "520199102", Township, "双镇镇", 1),
		unit(4, "520199101200", Village, "镇南村", 2),
		unit(5, "520199102200", Village, "南村", 3),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if id, near := r.Match("双镇镇南村", 0, day("2016-01-01")); id != 0 {
		t.Errorf("Match = %d, %v, want neither", id, near)
	}
	if id, _ := r.Match("双镇镇南村", 3, day("2016-01-01")); id != 5 {
		t.Errorf("within one of them: %d", id)
	}
}
