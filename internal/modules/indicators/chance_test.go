package indicators

import (
	"context"
	"fmt"
	"math/big"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/words"
)

// importing brings indicators and targets into a world.
func (w *world) importing(yaml, targets string) {
	w.t.Helper()
	rep, err := w.s.ImportIndicators(context.Background(), w.office(), "i.yaml", []byte(yaml), false)
	w.must(err)
	w.must(rep.Findings.Err())
	rep, err = w.s.ImportTargets(context.Background(), w.office(), "t.csv", []byte("indicator,unit,period,comparator,value,upper,base,margin\n"+targets), false)
	w.must(err)
	w.must(rep.Findings.Err())
}

// What counts as a share is read from the formula: a part of counted things of one sort.
func TestSharesAreReadFromTheFormula(t *testing.T) {
	w := sqliteWorld(t, 2, 2)
	for _, x := range []struct {
		formula, format string
		share, count    bool
	}{
		{`XZS{年龄="<25"} / XZS`, "percent", true, false},
		{`REN / (REN + XZS)`, "percent", true, false},
		{`AN{标签="特大"} / AN`, "percent", true, false},
		{`count_units("township", AN >= 5) / count_units("township")`, "percent", true, false},
		{`CHU / REN`, "percent", false, false},           // instances per person
		{`JH / JH`, "percent", false, false},             // kilograms
		{`XZS / prev(XZS)`, "percent", false, false},     // a comparison
		{`HD / prev(HD) - 1`, "percent", false, false},   // a change
		{`avg(REN) / REN`, "percent", false, false},      // a mean
		{`reporting_rate("F")`, "percent", false, false}, // of returns
		{`XZS / REN`, "per100k", false, false},           // no percentage, but a rate
		{`XZS{年龄="<25"}`, "plain", false, true},          // a flow
		{`AN`, "plain", false, true},                     //
		{`REN`, "plain", false, false},                   // a stock: the same persons again
		{`JH`, "plain", false, false},                    // kilograms
		{`coalesce(XZS{年龄="<25"}, XZS)`, "plain", false, true},
		{`coalesce(XZS, 0)`, "plain", false, false},         // nothing is not none
		{`coalesce(XZS, AN)`, "plain", false, false},        // things of two sorts
		{`coalesce(XZS, XZS + XZS)`, "plain", false, false}, //
		{`coalesce(XZS, REN)`, "plain", false, false},       // a stock
		{`coalesce(XZS, XZS) / XZS`, "percent", false, false},
		{`AN + XZS`, "plain", false, false},                  // things of two sorts
		{`if(AN > 8, AN, 0) / AN`, "percent", false, false},  // no sum
		{`100 * XZS{年龄="<25"} / XZS`, "plain", false, false}, // a percentage only to a reader
	} {
		e, err := formula.Check(x.formula, formula.Scope{Names: w.s.now.Load().words})
		if err != nil {
			t.Fatal(x.formula, err)
		}
		f, err := formula.ParseFormat(x.format)
		w.must(err)
		got := w.s.now.Load().countingOf(Definition{Format: f}, e)
		rate := x.formula == `CHU / REN` || x.format == "per100k"
		if got.share != x.share || got.count != x.count || got.rate != rate {
			t.Errorf("%s as %s: %+v, want share %t, count %t, rate %t", x.formula, x.format, got, x.share, x.count, rate)
		}
	}
}

// Each share against its target: what is printed decides the verdict, the counts the support, and a
// share that meets its target by no more than chance is yellow (SEMANTICS §4, METHODS §4.1).
func TestSharesAgainstTargets(t *testing.T) {
	for _, x := range []struct {
		num, den      int64
		cmp           Comparator
		value, upper  string
		interval      string
		support       string
		verdict       string
		light         measure.Light
		edge          int64
		said, english string
	}{
		{568, 1514, Above, "30", "", "95% 区间 35.11%—39.98%", "clear_met", "met", measure.Green, 114, "达到>30%的要求，偶然波动不会改变这一结论", "chance would not change this"},
		{333, 339, Above, "98", "", "95% 区间 96.19%—99.19%", "cannot_tell", "met", measure.Yellow, 1, "是否稳定达标尚难判断", "cannot be told"},
		{119, 120, AtLeast, "98", "", "95% 区间 95.43%—99.85%", "cannot_tell", "met", measure.Yellow, 2, "再少2人就不达标", "2 fewer (persons) would miss it"},
		{624, 626, AtLeast, "98", "", "95% 区间 98.84%—99.91%", "clear_met", "met", measure.Green, 11, "达到≥98%的要求", "meets ≥98%"},
		{110, 120, AtLeast, "98", "", "95% 区间 85.34%—95.41%", "clear_not_met", "not_met", measure.Red, 8, "还差8人", "8 more (persons) would meet it"},
		{115, 120, AtLeast, "98", "", "95% 区间 90.62%—98.21%", "cannot_tell", "not_met", measure.Red, 3, "还差3人", "by its value it misses"},
		{98, 100, Above, "98", "", "95% 区间 93.00%—99.45%", "cannot_tell", "not_met", measure.Red, 1, "还差1人", "1 more"}, // equal is not above
		{33, 200, Below, "20", "", "95% 区间 12.00%—22.27%", "cannot_tell", "met", measure.Yellow, 7, "再多7人就不达标", "7 more (persons) would miss it"},
		{140, 661, AtMost, "15", "", "95% 区间 18.24%—24.46%", "clear_not_met", "not_met", measure.Red, 41, "还多41人", "41 fewer (persons) would meet it"},
		{50, 100, Between, "20", "80", "95% 区间 40.38%—59.62%", "clear_met", "met", measure.Green, 0, "偶然波动不会改变", "chance would not"},
		{78, 100, Between, "20", "80", "95% 区间 68.93%—85.00%", "cannot_tell", "met", measure.Yellow, 0, "尚难判断", "cannot be told"},
		{0, 10, Zero, "", "", "95% 区间 0.00%—27.75%", "", "met", measure.Green, 0, "0/10", "0/10"},
		{3, 0, AtLeast, "98", "", "", "", "", measure.Grey, 0, "", ""},
		{30, 20, AtLeast, "98", "", "", "", "met", measure.Green, 0, "", ""}, // no part of the whole
	} {
		d := Definition{Format: formula.Percent, Digits: 2, Rollup: formula.RollOperands, MinCoverage: 100}
		a := Answer{Code: "X", Name: "执行率", NameEN: "Execution", Definition: d, counting: counting{share: true, unit: "人", unitEN: "persons"},
			Target: &Target{Comparator: x.cmp, Value: x.value, Upper: x.upper}}
		a.Result = formula.Result{Numerator: big.NewRat(x.num, 1), Denominator: big.NewRat(x.den, 1), Reason: measure.ZeroDenominator}
		if x.den > 0 {
			a.Result.Value, a.Result.Reason = big.NewRat(x.num, x.den), measure.NoReason
		}
		a.finish()
		a.judge()
		name := fmt.Sprintf("%d/%d %s %s", x.num, x.den, x.cmp, x.value)
		if got := a.IntervalText(words.Chinese); got != x.interval {
			t.Errorf("%s: interval %q, want %q", name, got, x.interval)
		}
		if a.Support() != x.support || a.Verdict() != x.verdict || a.Light != x.light {
			t.Errorf("%s: %q %q %s, want %q %q %s", name, a.Support(), a.Verdict(), a.Light, x.support, x.verdict, x.light)
		}
		k, _, ok := a.turnsAt()
		if ok != (x.edge > 0) || ok && k != x.edge {
			t.Errorf("%s: turns at %d %t, want %d", name, k, ok, x.edge)
		}
		zh, en := strings.Join(a.Weighed(words.Chinese), ""), strings.Join(a.Weighed(words.English), "")
		if !strings.Contains(zh, x.said) || !strings.Contains(en, x.english) || (zh == "") != (x.interval == "") || (en == "") != (x.interval == "") {
			t.Errorf("%s says %q and %q, want %q and %q in them", name, zh, en, x.said, x.english)
		}
		f := a.JSON(func(org.UnitID) string { return "1" }, words.Chinese)
		if (f.Interval != nil) != (x.interval != "") || (f.Support != nil) != (x.support != "") || f.Support != nil && *f.Support != x.support {
			t.Errorf("%s: JSON has %v %v", name, f.Interval, f.Support)
		}
		if x.edge > 0 && x.cmp != Above && x.cmp != Below { // where the exact share decides as the printed one does
			dir := stats.AtLeast
			if x.cmp == AtMost {
				dir = stats.AtMost
			}
			r, _ := stats.TargetDecision(x.num, x.den, fractionOf(x.value, formula.Percent), dir, chanceLevel)
			if want := max(r.Short, r.Spare+1); k != want {
				t.Errorf("%s: turns at %d, by the decision at %d", name, k, want)
			}
		}
		if x.interval == "" {
			continue
		}
		for _, hide := range []func(*Answer){func(a *Answer) { a.Withheld = true }, func(a *Answer) { a.Incomplete = true }, func(a *Answer) { a.counting = counting{} }} {
			b := a
			hide(&b)
			b.judge()
			if f := b.JSON(func(org.UnitID) string { return "1" }, words.Chinese); f.Interval != nil || f.Support != nil || b.Weighed(words.Chinese) != nil {
				t.Errorf("%s: withheld, incomplete or no share, but it tells %v %v", name, f.Interval, f.Support)
			}
		}
	}
}

const sharesYAML = `
- {code: Y, name: 青年占比, name_en: Young share, formula: 'XZS{年龄="<25"} / XZS', format: percent, digits: 1, direction: down, order: 20}
- {code: Y2, name: 特大占比, name_en: Major share, formula: 'AN{标签="特大"} / AN', format: percent, digits: 2, direction: up, order: 21}
- {code: Y3, name: 青年占比乙, formula: 'Y', format: percent, digits: 1, direction: down, order: 22}
`

// The quick table lights shares as the answers do.
func TestQuickSharesAreYellowToo(t *testing.T) {
	w := sqliteWorld(t, 6, 4)
	w.importing(sharesYAML, "Y,520121,2015..2018,≤,34,,,0.5\nY2,520121,2015..2018,≥,40,,,\nY3,520121,2015..2018,range,20,50,,\n")
	seen := map[measure.Light]int{}
	for _, by := range []perm.Actor{w.office(), w.reader()} {
		k, err := w.s.ask(context.Background(), by, 0)
		w.must(err)
		for _, s := range []string{"2017", "2015..2017", "2017-03", "2016-Q4", "2018-02"} {
			p := period.MustParse(s)
			for _, units := range [][]org.UnitID{{county}, w.Today().Children(county), w.Today().Rows(org.LevelVillage)} {
				for _, code := range []string{"Y", "Y2", "Y3"} {
					got, err := k.marks(code, units, p, words.Chinese)
					w.must(err)
					answers, err := k.row(code, units, p)
					w.must(err)
					column := make([]*Answer, len(answers))
					for i := range answers {
						answers[i].Rank = nil
						column[i] = &answers[i]
					}
					rank(column, answers[0].Definition.Direction)
					for i, a := range answers {
						if want := markOf(a, words.Chinese); !reflect.DeepEqual(got.Marks[i], want) {
							t.Fatalf("%s %s %s: mark %+v, want %+v", code, w.code(units[i]), p, got.Marks[i], want)
						}
						if a.Withheld && (a.chance.ok() || a.Weighed(words.Chinese) != nil) {
							t.Fatalf("%s %s %s is withheld but tells %v", code, w.code(units[i]), p, a.Weighed(words.Chinese))
						}
						if a.chance.support == stats.SupportUnsure && a.Verdict() == "met" {
							seen[a.Light]++
						}
					}
				}
			}
		}
	}
	if len(seen) != 1 || seen[measure.Yellow] < 50 {
		t.Errorf("shares that meet their target by chance are %v, want all yellow", seen)
	}
}

// A rate of events over a size has the exact interval of its events; there may be more events than
// persons, and each person may have several.
func TestRatesAgainstTargets(t *testing.T) {
	for _, x := range []struct {
		num, den int64
		value    string
		interval string
		support  string
		light    measure.Light
		said     string
	}{
		{737, 946, "65", "95% 区间 72.38%—83.74%", "clear_met", measure.Green, "达到>65%的要求，偶然波动不会改变这一结论"},
		{23, 32, "65", "95% 区间 45.56%—107.85%", "cannot_tell", measure.Yellow, "再少3人次就不达标"},
		{30, 20, "65", "95% 区间 101.20%—214.13%", "clear_met", measure.Green, "30/20"},
		{2, 68, "65", "95% 区间 0.36%—10.62%", "clear_not_met", measure.Red, "还差43人次"},
		{30, 20, "160", "95% 区间 101.20%—214.13%", "cannot_tell", measure.Red, "还差3人次"},
		{0, 68, "65", "95% 区间 0.00%—5.42%", "clear_not_met", measure.Red, "还差45人次"},
	} {
		d := Definition{Format: formula.Percent, Digits: 2, Rollup: formula.RollOperands, MinCoverage: 100}
		a := Answer{Code: "X", Name: "查处率", NameEN: "Penalised", Definition: d, counting: counting{rate: true, unit: "人次", unitEN: "instances"},
			Target: &Target{Comparator: Above, Value: x.value}}
		a.Result = formula.Result{Value: big.NewRat(x.num, x.den), Numerator: big.NewRat(x.num, 1), Denominator: big.NewRat(x.den, 1)}
		a.finish()
		a.judge()
		if got := a.IntervalText(words.Chinese); got != x.interval || a.Support() != x.support || a.Light != x.light {
			t.Errorf("%d/%d > %s: %q %q %s, want %q %q %s", x.num, x.den, x.value, got, a.Support(), a.Light, x.interval, x.support, x.light)
		}
		if said := strings.Join(a.Weighed(words.Chinese), ""); !strings.Contains(said, x.said) {
			t.Errorf("%d/%d > %s says %q, want %q in it", x.num, x.den, x.value, said, x.said)
		}
	}
}

// The pages say what the counts support, in both languages; documents get interval and support.
func TestPagesTellWhatTheCountsSupport(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	w.importing(sharesYAML, "Y,520121,2015..2018,≤,34,,,\n")
	a, err := w.s.Ask(context.Background(), w.office(), Question{Code: "Y", Unit: county, Period: period.MustParse("2017")})
	w.must(err)
	said := a.Weighed(words.Chinese)
	if len(said) < 2 || a.Support() == "" {
		t.Fatal(said)
	}
	for _, path := range []string{"/figures/Y?period=2017", "/indicators/Y?period=2017"} {
		text := stripped(w.page(path))
		for _, s := range append(said, "统计判断", "不存在抽样误差") {
			if !strings.Contains(text, strings.ReplaceAll(s, "<", "&lt;")) {
				t.Errorf("%s does not say %q: %s", path, s, text)
			}
		}
	}
	r := httptest.NewRecorder()
	w.site.ServeHTTP(r, httptest.NewRequest("GET", "/indicators/Y?period=2017&format=csv", nil))
	if !strings.Contains(r.Body.String(), "95% 区间") || !strings.Contains(r.Body.String(), "%—") {
		t.Errorf("the download has no interval: %s", r.Body.String())
	}
	compared := w.page("/compare?period=2017&code=Y&code=R")
	if strings.Contains(stripped(compared), "95% 区间") {
		t.Error("the comparison is crowded with intervals")
	}
	if !regexp.MustCompile(`%</a> <small>[0-9,]+/[0-9,]+</small>`).MatchString(compared) {
		t.Error("shares are compared without their counts")
	}
	if file := w.page("/compare?period=2017&code=Y&code=R&format=csv"); strings.Contains(file, "/") {
		t.Errorf("numbers of a file are no longer numbers: %s", file)
	}
	list, err := w.s.At(context.Background(), w.office(), []string{"Y", "R"}, county, period.MustParse("2017"))
	w.must(err)
	if list[0].Interval != a.IntervalText(words.Chinese) || list[0].Support != a.Support() || list[1].Interval == "" || list[1].Support != "clear_met" {
		t.Errorf("documents get %q %q, %q %q", list[0].Interval, list[0].Support, list[1].Interval, list[1].Support)
	}
}

// A share of what happened in a period is compared with the year before; a share of a stock, which
// counts mostly the same persons again, is not (METHODS §4.1).
func TestSharesOfTwoPeriods(t *testing.T) {
	w := sqliteWorld(t, 2, 1)
	w.importing(`
  - {code: F, name: 青年占比, format: percent, digits: 2, formula: 'XZS{年龄="<25"} / XZS', from: 2000-01-01}
  - {code: G, name: 在册占比, format: percent, digits: 2, formula: 'REN / (REN + XZS)', from: 2000-01-01}
`, "")
	put := func(year int, no, young, old int64) {
		var list []cube.Change
		for m := range 12 {
			p := period.MustParse(fmt.Sprintf("%d-%02d", year, m+1))
			for _, u := range []org.UnitID{village(0, 0), village(1, 0)} {
				for c, v := range map[measure.Category]int64{"年龄=<25": young, "年龄=>=25": old} {
					if m > 0 || u != village(0, 0) {
						v = 0
					}
					list = append(list, cube.Change{Element: 4, Category: c, Unit: u, Period: p, Value: v, Present: true})
				}
			}
		}
		w.must(w.cube.Apply(list, no))
	}
	put(2015, 11, 30, 20)
	put(2016, 12, 251, 67)
	put(2017, 13, 228, 23)
	say := func(code, p string, l words.Lang) string {
		out, err := w.s.Statistics(context.Background(), w.office(), Question{Code: code, Unit: county, Period: period.MustParse(p)}, l)
		w.must(err)
		return strings.Join(out, "\n")
	}
	for _, x := range []struct{ code, period, lang, want string }{
		{"F", "2017", "zh", "2016年78.93%（251/318），2017年90.84%（228/251），变化+11.91个百分点（考虑偶然波动，大约在+6.01到+17.57个百分点之间），超出了偶然波动的范围。"},
		{"F", "2017", "en", "2016: 78.93% (251/318); 2017: 90.84% (228/251); change +11.91 percentage points (allowing for chance, about +6.01 to +17.57), larger than chance explains."},
	} {
		if got := say(x.code, x.period, words.Lang(x.lang)); !strings.Contains(got, x.want) {
			t.Errorf("%s %s says %q, want %q", x.code, x.period, got, x.want)
		}
	}
	put(2016, 14, 227, 24)
	if got := say("F", "2017", words.Chinese); !strings.Contains(got, "变化+0.40个百分点") || !strings.Contains(got, "在偶然波动的范围之内") {
		t.Errorf("a small change: %q", got)
	}
	for _, x := range [][2]string{{"G", "2017"}, {"F", "2015"}, {"F", "2015..2017"}} {
		if got := say(x[0], x[1], words.Chinese); strings.Contains(got, "变化") {
			t.Errorf("%s %s compares: %q", x[0], x[1], got)
		}
	}
}

// A falling series of three years: the change is told exactly, and no turning point is claimed.
func TestYearsOfACountAreJudged(t *testing.T) {
	w := sqliteWorld(t, 2, 1)
	var list []cube.Change
	put := func(year int, n int64) {
		for m := range 12 {
			p := period.MustParse(fmt.Sprintf("%d-%02d", year, m+1))
			v := n / 12
			if int64(m) < n%12 {
				v++
			}
			list = append(list, cube.Change{Element: 4, Category: "年龄=<25", Unit: village(0, 0), Period: p, Value: v, Present: true},
				cube.Change{Element: 4, Category: "年龄=>=25", Unit: village(0, 0), Period: p, Value: 0, Present: true},
				cube.Change{Element: 3, Unit: town(0), Period: p, Value: v, Present: true},
				cube.Change{Element: 3, Unit: town(1), Period: p, Value: 0, Present: true},
				cube.Change{Element: 4, Category: "年龄=<25", Unit: village(1, 0), Period: p, Value: 0, Present: true},
				cube.Change{Element: 4, Category: "年龄=>=25", Unit: village(1, 0), Period: p, Value: 0, Present: true})
		}
	}
	put(2015, 101)
	put(2016, 49)
	put(2017, 27)
	w.must(w.cube.Apply(list, 4))
	say := func(code string, unit org.UnitID, by perm.Actor, p string, l words.Lang) string {
		out, err := w.s.Statistics(context.Background(), by, Question{Code: code, Unit: unit, Period: period.MustParse(p)}, l)
		w.must(err)
		return strings.Join(out, "\n")
	}
	office := w.office()
	for _, x := range []struct {
		code, period string
		lang         words.Lang
		want         []string
		not          []string
	}{
		{"T", "2017", "zh", []string{"2016年49人，2017年27人，变化-44.9%（考虑偶然波动，大约在-66.9%到-10.1%之间）", "下降可以确认,是否出现拐点无法判断",
			"由2015年的101人减少到2017年的27人，减少73%（考虑偶然波动，大约在减少59%到83%之间）", "每年约减一半", "补录2011—2014年数据、至少凑足7个年度", "没有录入检测量"}, nil},
		{"T", "2015..2017", "en", []string{"whether there is a turning point cannot be judged", "Young"}, []string{"change -"}},
		{"T", "2016", "zh", []string{"变化-51.5%"}, []string{"拐点"}}, // two years say nothing of a turn
		{"T", "2017-03", "zh", []string{"2016年3月", "数目太少"}, []string{"拐点", "%"}},
		{"S", "2017", "zh", []string{"2015年101起、2016年49起、2017年27起：下降可以确认,是否出现拐点无法判断"}, []string{"27人"}}, // cases are no persons
		{"HD", "2017", "zh", nil, []string{"变化", "上升"}},                                                 // as many as were planned
		{"REN", "2017", "zh", nil, []string{"变化"}},                                                      // a stock
		{"T", "2018", "zh", nil, []string{"拐点"}},                                                        // not a whole year
	} {
		got := say(x.code, county, office, x.period, x.lang)
		for _, s := range x.want {
			if !strings.Contains(got, s) {
				t.Errorf("%s %s says %q, want %q in it", x.code, x.period, got, s)
			}
		}
		for _, s := range x.not {
			if strings.Contains(got, s) {
				t.Errorf("%s %s says %q, which must not have %q", x.code, x.period, got, s)
			}
		}
	}
	if text := stripped(w.page("/indicators/T?period=2017")); !strings.Contains(text, "是否出现拐点无法判断") || !strings.Contains(text, "101人") {
		t.Errorf("the page does not judge the years: %s", text)
	}
	// A withheld year is not told of.
	for i := range list {
		if y, _, _ := list[i].Period.First().Date(); y == 2017 && list[i].Element == 4 {
			list[i].Value = 0
		}
	}
	list[12*2*6].Value = 3
	w.must(w.cube.Apply(list, 5))
	if got := say("T", village(0, 0), w.reader(), "2017", "zh"); strings.Contains(got, "3人") || strings.Contains(got, "拐点") {
		t.Errorf("a small count is told of: %s", got)
	}
}

// Ten years with the permutation test are judged while a reader waits.
func TestTenYearsAreJudgedQuickly(t *testing.T) {
	s := stats.YearSeries{Counts: []int64{40, 52, 66, 83, 104, 130, 101, 70, 49, 30}}
	for i := range s.Counts {
		s.Years = append(s.Years, 2009+i)
	}
	from := time.Now()
	r, why := stats.Turning(s, stats.JoinpointPermutations, stats.NewRandom(stats.DefaultSeed))
	took := time.Since(from)
	if why != "" || r.Permutation == nil {
		t.Fatal(why, r.Verdict)
	}
	t.Logf("%d permutations of ten years: %s", r.Permutation.Permutations, took)
	if took > 3*time.Second {
		t.Errorf("ten years take %s", took)
	}
	out := turnSaid(r, []Answer{{Name: "新增", counting: counting{count: true, unit: "人"}}}, nil, words.Chinese)
	if !slices.ContainsFunc(out, func(s string) bool { return strings.Contains(s, "随机种子 20180312") }) {
		t.Errorf("the seed is not told: %q", out)
	}
}
