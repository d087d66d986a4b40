package indicators

import (
	"context"

	"math"
	"math/big"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/chart"
)

// By what model units are compared is read from the formula (METHODS §4.2).
func TestHowUnitsMayBeCompared(t *testing.T) {
	w := sqliteWorld(t, 2, 2)
	b := w.s.now.Load()
	for _, x := range []struct {
		formula, format string
		want            fairKind
	}{
		{`XZS{年龄="<25"} / XZS`, "percent", fairShare},
		{`CHU / REN`, "percent", fairRate}, // instances per person
		{`CHU / (REN + XZS)`, "perthousand", fairRate},
		{`XZS / REN`, "per100k", fairRate},
		{`AN / HD`, "plain", fairRate}, // cases per event
		{`HD / AN`, "plain", fairNone}, // events are as many as planned
		{`JH / AN`, "plain", fairNone}, // kilograms
		{`XZS / prev(XZS)`, "percent", fairNone},
		{`HD / prev(HD) - 1`, "percent", fairNone},
		{`avg(REN)`, "plain", fairNone},
		{`reporting_rate("F")`, "percent", fairNone},
		{`if(AN > 8, HD / AN, coalesce(HD, 0))`, "plain", fairNone},
		{`100 * CHU / REN`, "plain", fairNone},
		{`AN`, "plain", fairCount},
		{`REN`, "plain", fairCount},
		{`JH`, "plain", fairCount},
		{`AN + XZS`, "plain", fairCount},
	} {
		e, err := formula.Check(x.formula, formula.Scope{Names: b.words})
		if err != nil {
			t.Fatal(x.formula, err)
		}
		f, err := formula.ParseFormat(x.format)
		w.must(err)
		d := Definition{Format: f}
		if got := b.fairKindOf(Answer{Definition: d, counting: b.countingOf(d, e)}, e); got != x.want {
			t.Errorf("%s as %s: %d, want %d", x.formula, x.format, got, x.want)
		}
	}
}

// counted is the answer of a unit with x of n.
func counted(unit int, d Direction, x, n int64) Answer {
	a := Answer{Code: "K", Name: "执行率", NameEN: "Rate", Unit: org.UnitID(unit), Definition: Definition{Format: formula.Percent, Digits: 2, Direction: d, MinCoverage: 100},
		counting: counting{share: true, unit: stats.PersonWord, unitEN: "persons"}}
	a.Result.Numerator, a.Result.Denominator = big.NewRat(x, 1), big.NewRat(n, 1)
	if n == 0 {
		a.Reason, a.Result.Numerator, a.Result.Denominator = measure.ZeroDenominator, nil, nil
		return a
	}
	a.Result.Value = big.NewRat(x, n)
	a.finish()
	return a
}

// setOf compares shares, ranked.
func setOf(kind fairKind, d Direction, counts ...[2]int64) fairness {
	var all []Answer
	for i, c := range counts {
		all = append(all, counted(10+i, d, c[0], c[1]))
	}
	return ranked(kind, all)
}

func ranked(kind fairKind, all []Answer) fairness {
	column := make([]*Answer, len(all))
	for i := range all {
		column[i] = &all[i]
	}
	rank(column, all[0].Definition.Direction)
	return fairOf(all[0], kind, all, true)
}

func repeated(n int, c [2]int64) (out [][2]int64) {
	for range n {
		out = append(out, c)
	}
	return out
}

// What is missing for a comparison is said in words, and nothing is computed.
func TestGatesOfAComparison(t *testing.T) {
	x := lens{Lang: "zh", reg: mustRegister(t, 20)}
	x.tree = x.reg.On(period.MustDay("2017-12-31"))
	for name, c := range map[string]struct {
		f    fairness
		want string
	}{
		"four units":          {setOf(fairShare, Up, repeated(4, [2]int64{9, 10})...), "可比的单位只有4个，数据不足，不作公平比较；还需要：至少5个单位的完整数据。"},
		"no units":            {fairOf(Answer{}, fairShare, nil, true), "可比的单位只有0个"},
		"all reached":         {setOf(fairShare, Up, repeated(6, [2]int64{9, 9})...), "没有差别可比"},
		"nothing at all":      {setOf(fairRate, Down, repeated(6, [2]int64{0, 9})...), "没有差别可比"},
		"a count":             {setOf(fairCount, Down, repeated(6, [2]int64{3, 9})...), "这是数目或数量，不是比率。"},
		"no ratio of counts":  {setOf(fairNone, Down, repeated(6, [2]int64{3, 9})...), "不是两个数目之比"},
		"part above whole":    {setOf(fairShare, Up, append(repeated(6, [2]int64{3, 9}), [2]int64{10, 9})...), "的分子大于分母，不能按占比比较；请先核对数据。"},
		"no such figure here": {ranked(fairCount, []Answer{{Reason: measure.BelowLevel}, {Reason: measure.BelowLevel}}), "本级不报"},
	} {
		if got := x.whyNot(&c.f); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if c.f.fair() || c.f.ranks != nil || len(c.f.funnel.Zones) > 0 && c.f.reason == "" || x.funnelChart(&c.f) != nil || len(x.fairSaid(&c.f)) > 0 {
			t.Errorf("%s: something was computed", name)
		}
	}
	f := setOf(fairShare, Up, repeated(9, [2]int64{8, 10})...)
	if said := strings.Join(x.fairSaid(&f), "\n"); !f.fair() || !strings.Contains(said, "可比的单位只有9个，不足10个，以下结果仅供参考。") {
		t.Errorf("nine units: %q", said)
	}
	f = setOf(fairShare, Up, repeated(10, [2]int64{8, 10})...)
	if said := strings.Join(x.fairSaid(&f), "\n"); !f.fair() || strings.Contains(said, "参考") {
		t.Errorf("ten units: %q", said)
	}
}

func mustRegister(t *testing.T, towns int) *org.Register {
	t.Helper()
	r, err := org.New(units(towns, 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Limits and zones are those of core/stats for the units compared: the published limits below, one
// count higher above.
func TestFunnelIsThatOfTheReference(t *testing.T) {
	// The case funnel_limits of the reference programs.
	counts := [][2]int64{{12, 15}, {5, 9}, {9, 9}, {30, 41}, {2, 3}, {17, 20}, {44, 61}, {8, 8}, {1, 4}, {6, 6}, {21, 30}, {3, 7}}
	f := setOf(fairShare, Up, counts...)
	if got := f.centre(); math.Abs(got-0.741784037558685) > 1e-12 {
		t.Errorf("centre %v", got)
	}
	if got := f.funnel.Phi; math.Abs(got-1.48796782301631) > 1e-12 || !f.funnel.Widened {
		t.Errorf("phi %v", got)
	}
	low := []float64{0.329803589207001, 0.174353197778271, 0.174353197778271, 0.503247682442703, -0.313972257450538, 0.38641643783746, 0.549876847238716, 0.139398348097099, -0.193764875049518, 0.022952069861634, 0.459153126998317, 0.0857129765116919}
	for i, c := range counts {
		want := math.Max(0, f.centre()+math.Sqrt(f.funnel.Phi)*(low[i]-f.centre()))
		if got := f.limits(float64(c[1]))[0]; math.Abs(got-want) > 1e-8 {
			t.Errorf("%v: lower limit %v, want %v", c, got, want)
		}
	}
	if z := f.zone(2); z != measure.ZoneUsual {
		t.Errorf("9 of 9 beside 74 %%: %s", z)
	}
	// Ratios: the expected counts sum to the observed ones.
	r := setOf(fairRate, Down, [2]int64{3, 210}, [2]int64{0, 140}, [2]int64{5, 330}, [2]int64{11, 600}, [2]int64{1, 80}, [2]int64{40, 390})
	if r.zone(5) != measure.ZoneCheck || !r.high(5) || r.zone(2) != measure.ZoneUsual {
		t.Errorf("zones %v", r.funnel.Zones)
	}
	if got, want := r.limits(390)[3], r.centre()*r.funnel.LimitsAt(390 * r.centre())[3]; got != want {
		t.Errorf("upper limit of a rate %v, want %v", got, want)
	}
}

// Better is better whichever way the indicator points, whichever side is rarer, and for rates: the
// first official place has a range that begins with 1, the last one that ends with the number of
// units, and their bands agree.
func TestPlacesFollowTheDirection(t *testing.T) {
	spread := func(low, step int64) (out [][2]int64) {
		for i := range int64(12) {
			out = append(out, [2]int64{low + step*i, 1000})
		}
		return out
	}
	for name, f := range map[string]fairness{
		"up, few":    setOf(fairShare, Up, spread(10, 35)...),
		"up, most":   setOf(fairShare, Up, spread(590, 35)...),
		"down, few":  setOf(fairShare, Down, spread(10, 35)...),
		"down, most": setOf(fairShare, Down, spread(590, 35)...),
		"rate up":    setOf(fairRate, Up, spread(100, 120)...),
		"rate down":  setOf(fairRate, Down, spread(100, 120)...),
	} {
		first, last, ok := f.ends()
		if !ok || f.ranks == nil {
			t.Fatalf("%s: no places (%s%s)", name, f.why, f.reason)
		}
		a, b := f.members[first], f.members[last]
		if a.low != 1 || a.band != measure.BandBetter || b.last != 12 || b.band != measure.BandWatch {
			t.Errorf("%s: first %+v, last %+v", name, a, b)
		}
		for i, m := range f.members {
			if p := f.all[m.at].Rank.Place; m.low > m.last || p < m.low-1 || p > m.last+1 {
				t.Errorf("%s: place %d, range %d to %d", name, p, m.low, m.last)
			}
			v, s := float64(m.x)/float64(m.n), f.shrunken(i)
			if (s-f.centre())*(v-f.centre()) < 0 || math.Abs(s-f.centre()) > math.Abs(v-f.centre())+1e-12 {
				t.Errorf("%s: %v shrinks to %v, all %v", name, v, s, f.centre())
			}
		}
	}
	f := setOf(fairShare, Neutral, spread(10, 35)...)
	if f.ranks != nil || !f.fair() || f.members[0].band != "" {
		t.Error("an indicator without a better direction has ranges of places")
	}
}

// The sentences say no more than the figures: METHODS §12, rows funnel and rank.
func TestWhatIsSaidOfAComparison(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		reg := mustRegister(t, 20)
		x := lens{Lang: "zh", reg: reg, tree: reg.On(period.MustDay("2017-12-31"))}
		if lang == "en" {
			x.Lang = "en"
		}
		small := setOf(fairShare, Up, append(repeated(9, [2]int64{9, 9}), [2]int64{28, 30}, [2]int64{19, 20})...)
		said := strings.Join(x.fairSaid(&small), "\n")
		for _, want := range map[string][]string{
			"zh": {"各单位之间的差别没有超出偶然波动的范围，排不出先后", "1号镇100.00%（9/9）与10号镇93.33%（28/30）的差别在人数少带来的正常波动范围之内，不能据此分先后", "1号镇大致排在第1到第11位之间。建议分档公布，不排名次。"},
			"en": {"cannot be ordered", "between 1号镇, 100.00% (9/9), and 10号镇, 93.33% (28/30), is within the normal variation", "between places 1 and 11"},
		}[lang] {
			if !strings.Contains(said, want) {
				t.Errorf("%s: no %q in\n%s", lang, want, said)
			}
		}
		if strings.Contains(said, "超出了偶然波动的范围；") || strings.Contains(said, "larger than chance") {
			t.Errorf("small numbers, but it says\n%s", said)
		}
		clear := setOf(fairShare, Up, append(repeated(10, [2]int64{900, 1000}), [2]int64{990, 1000}, [2]int64{600, 1000})...)
		said = strings.Join(x.fairSaid(&clear), "\n")
		for _, want := range map[string][]string{
			"zh": {"11号镇99.00%（990/1,000）与12号镇60.00%（600/1,000）的差别超出了偶然波动的范围", "按排位范围分档：较好1个，相当10个，需关注1个"},
			"en": {"is larger than chance explains", "1 better, 10 similar, 1 to watch"},
		}[lang] {
			if !strings.Contains(said, want) {
				t.Errorf("%s: no %q in\n%s", lang, want, said)
			}
		}
		if strings.Contains(said, "正常波动范围之内") || strings.Contains(said, "排不出先后") {
			t.Errorf("clear differences, but it says\n%s", said)
		}
		for _, word := range append(stats.NeverSaid(), "第一", "倒数", "p值", "%!") {
			if strings.Contains(said, word) {
				t.Errorf("it says %q", word)
			}
		}
	}
}

// Where units differ a little more than chance explains, it is not said that they do not; and of two
// units whose difference is clear by itself, not that it is within chance.
func TestWhatIsHeldBack(t *testing.T) {
	reg := mustRegister(t, 20)
	x := lens{Lang: "zh", reg: reg, tree: reg.On(period.MustDay("2017-12-31"))}
	f := setOf(fairShare, Up, [2]int64{15, 22}, [2]int64{2, 15}, [2]int64{18, 27}, [2]int64{11, 23}, [2]int64{8, 17}, [2]int64{7, 16}, [2]int64{6, 14}, [2]int64{9, 22}, [2]int64{6, 15}, [2]int64{6, 18}, [2]int64{2, 11}, [2]int64{7, 16})
	said := strings.Join(x.fairSaid(&f), "\n")
	if f.ranks.Apart(0, 1) || f.within(0, 1) {
		t.Fatal("15 of 22 beside 2 of 15 is no longer such a case")
	}
	for _, word := range []string{"正常波动范围之内", "排不出先后", "超出了偶然波动"} {
		if (word == "排不出先后") != (f.funnel.Alike() >= alikeAbove) && strings.Contains(said, word) || word != "排不出先后" && strings.Contains(said, word) {
			t.Errorf("alike %.3f, but it says %q:\n%s", f.funnel.Alike(), word, said)
		}
	}
}

// Places come out the same however many processors there are.
func TestPlacesAreReproducible(t *testing.T) {
	counts := [][2]int64{{12, 150}, {5, 90}, {9, 90}, {30, 410}, {2, 30}, {17, 200}, {44, 610}, {8, 80}, {1, 40}, {6, 60}, {21, 300}, {30, 70}}
	one := setOf(fairShare, Down, counts...)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	two := setOf(fairShare, Down, counts...)
	if !reflect.DeepEqual(one.members, two.members) || !reflect.DeepEqual(one.ranks, two.ranks) || one.ranks.Seed != stats.DefaultSeed || one.draws != 10_000 {
		t.Error("the same counts gave different places")
	}
}

// A list of many looks is adjusted for them (METHODS §4.6): a unit beyond the 95 % limit of one of
// twenty indicators is chance; one far beyond the outer limit stays.
func TestManyLooks(t *testing.T) {
	var list []fairness
	for k := range 20 {
		counts := repeated(12, [2]int64{50, 100})
		if k == 3 {
			counts[5][0] = 62 // watch, alone
		}
		if k == 7 {
			counts[2][0] = 15
		}
		list = append(list, setOf(fairShare, Up, counts...))
	}
	if z := list[3].zone(5); z != measure.ZoneWatch {
		t.Fatalf("62 of 100: %s", z)
	}
	kept, codes, looks := looksOf(list)
	if codes != 20 || looks != 240 || len(kept) != 1 || kept[0].of != &list[7] || kept[0].member != 2 {
		t.Errorf("%d kept of %d looks in %d codes", len(kept), looks, codes)
	}
	if kept, _, looks := looksOf(list[:3]); len(kept) != 0 || looks != 36 {
		t.Errorf("%d kept of %d looks without a difference", len(kept), looks)
	}
	if kept, codes, looks := looksOf([]fairness{setOf(fairCount, Up, repeated(6, [2]int64{1, 2})...)}); len(kept)+codes+looks != 0 {
		t.Error("counts were looked at")
	}
}

// fairYAML are figures of persons and of cases that can be compared.
const fairYAML = `
- {code: FA, name: 特大占比, name_en: Major share, formula: 'AN{标签="特大"} / AN', format: percent, digits: 2, direction: up, order: 50}
- {code: FB, name: 青年占比, name_en: Young share, formula: 'XZS{年龄="<25"} / XZS', format: percent, digits: 2, direction: down, force: ZB1, order: 51}
`

// Fairly gives documents the same as the page, and is refused without the right to read.
func TestFairlyForDocuments(t *testing.T) {
	w := sqliteWorld(t, 12, 2)
	w.importing(fairYAML, "FA,520121,2017,≥,60,,,\n")
	ctx, p := context.Background(), period.MustParse("2017")
	f, err := w.s.Fairly(ctx, w.office(), "FA", county, p)
	w.must(err)
	list, err := w.s.Among(ctx, w.office(), "FA", county, p)
	w.must(err)
	if f.Reason != "" || f.ForReference || f.Draws != 10_000 || f.Seed != stats.DefaultSeed || len(f.Units) != 12 || f.Name != "特大占比" || len(f.Sentences) < 1 || !strings.Contains(f.Meaning, "不存在抽样误差") {
		t.Fatalf("%+v", f)
	}
	for _, s := range list {
		u, ok := f.Of(s.Unit)
		if !ok || u.Text != s.Text || u.Place != s.Place || u.Of != s.Of || u.Numerator != s.Numerator || u.Denominator != s.Denominator ||
			s.Interval != "95% 区间 "+u.Interval || u.Zone == "" || u.Band == "" || !u.Ranged() || u.Low > u.Last || u.Shrunken == "" || u.Left != "" {
			t.Errorf("%+v beside %+v", u, s)
		}
	}
	rate, err := w.s.Fairly(ctx, w.office(), "R", county, p) // instances per person: no share, and no Wilson interval
	w.must(err)
	if rate.Reason != "" || rate.Units[0].Interval == "" || rate.Units[0].Zone == "" {
		t.Errorf("rate: %+v", rate)
	}
	count, err := w.s.Fairly(ctx, w.office(), "S", county, p)
	w.must(err)
	if !strings.Contains(count.Reason, "这是数目或数量") || count.Units[0].Zone != "" || count.Units[0].Band != "" {
		t.Errorf("count: %+v", count)
	}
	if _, err := w.s.Fairly(ctx, w.office(), "NIX", county, p); fault.KindOf(err) != fault.Missing {
		t.Errorf("no such code: %v", err)
	}
	if _, err := w.s.Fairly(ctx, w.office(), "FA", 4711, p); fault.KindOf(err) != fault.Missing {
		t.Errorf("no such unit: %v", err)
	}
	if _, err := w.s.Fairly(ctx, perm.Actor{Login: "x", Tree: w.Today()}, "FA", county, p); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("without a post: %v", err)
	}
}

// Units whose counts may not be seen take no part: neither chart nor table nor documents change when
// a withheld count changes, and who is left out is named.
func TestWithheldCountsAreInNothing(t *testing.T) {
	p := period.MustParse("2017-05")
	seen := func(young int64) (page string, f measure.Fairness, office measure.Fairness) {
		w := sqliteWorld(t, 14, 1)
		w.importing(fairYAML, "")
		var list []cube.Change
		lay := func(e measure.ElementID, c measure.Category, u org.UnitID, p period.Period, v int64) {
			list = append(list, cube.Change{Element: e, Category: c, Unit: u, Period: p, Value: v, Present: true})
		}
		// 14 townships of one village each: ten large ones, and four with few young persons.
		for i := range 14 {
			a, b := int64(20+i), int64(60+7*i)
			if i < 4 {
				a, b = young, 40
			}
			lay(4, "年龄=<25", village(i, 0), p, a)
			lay(4, "年龄=>=25", village(i, 0), p, b)
		}
		w.must(w.cube.Apply(list, 9))
		var err error
		w.as = w.reader()
		f, err = w.s.Fairly(context.Background(), w.reader(), "FB", county, p)
		w.must(err)
		office, err = w.s.Fairly(context.Background(), w.office(), "FB", county, p)
		w.must(err)
		page = w.page("/compare?period=2017-05&code=FB&chance=1")
		return page[strings.Index(page, "<main"):], f, office
	}
	page2, f2, office2 := seen(2)
	page3, f3, office3 := seen(3)
	if page2 != page3 || !reflect.DeepEqual(f2, f3) {
		t.Error("a withheld count shows through")
	}
	if reflect.DeepEqual(office2, office3) || office2.Units[0].Zone == "" {
		t.Error("the office does not see it")
	}
	for i := range 4 {
		if u := f2.Units[i]; u.Numerator+u.Denominator+u.Interval+u.Shrunken != "" || u.Zone != "" || u.Band != "" || u.Ranged() || u.Left != "为保护个人不列入" {
			t.Errorf("withheld: %+v", u)
		}
	}
	if f2.Units[9].Zone == "" || f2.Units[9].Left != "" {
		t.Errorf("shown: %+v", f2.Units[9])
	}
	for _, want := range []string{"4个单位人数少于5或为保护相邻单位而隐去，不列入", "不列入：1号镇、2号镇、3号镇、4号镇。"} {
		if !strings.Contains(page2, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	funnel := page2[strings.Index(page2, `class="chart chart-funnel"`):]
	funnel = funnel[:strings.Index(funnel, "</svg>")]
	if strings.Contains(funnel, ">1号镇") || !strings.Contains(funnel, "10号镇 ") {
		t.Error("a withheld unit is in the chart, or a shown one is not")
	}
}

// Units with nothing below the line are named apart, incomplete ones too.
func TestUnitsThatCannotTakePart(t *testing.T) {
	reg := mustRegister(t, 20)
	x := lens{Lang: "zh", reg: reg, tree: reg.On(period.MustDay("2017-12-31")), p: period.MustParse("2017")}
	var all []Answer
	for i := range 12 {
		all = append(all, counted(10+i, Up, 8, 10))
	}
	all[2] = counted(12, Up, 0, 0)
	all[3].Incomplete = true
	all[4].Reason, all[4].Printed = measure.Absent, nil
	all[5].withhold(true)
	all[5].hide()
	f := ranked(fairShare, all)
	got := strings.Join(x.outOf(&f), "\n")
	want := "分母为零，不在图中：3号镇。\n数据不完整，不列入：4号镇。\n没有数据，不列入：5号镇。\n人数少于5或为保护相邻单位而隐去，不列入：6号镇。"
	if got != want || len(f.members) != 8 {
		t.Errorf("%d compared; got\n%s\nwant\n%s", len(f.members), got, want)
	}
	c := x.funnelChart(&f)
	if len(c.Points) != 8 || slices.ContainsFunc(c.Points, func(q chart.FunnelPoint) bool { return q.Name == "3号镇" || q.Size == 0 }) {
		t.Errorf("%d points", len(c.Points))
	}
}
