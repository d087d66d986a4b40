package stats

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// yearsFrom is a series of years from the first on.
func yearsFrom(first int, counts, effort []int64) YearSeries {
	s := YearSeries{Counts: counts, Effort: effort}
	for i := range counts {
		s.Years = append(s.Years, first+i)
	}
	return s
}

// A change of effort by more than 20 % caps the verdict at C and is told with what was found per
// 1,000; one of exactly 20 % does not (METHODS §1.7).
func TestEffortCapsTheVerdict(t *testing.T) {
	turn := []int64{150, 210, 300, 420, 600, 430, 300, 210, 150}
	flat := func(n int64) []int64 { return slices.Repeat([]int64{n}, len(turn)) }
	last := func(n int64) []int64 { e := flat(1000); e[len(e)-1] = n; return e }
	for _, x := range []struct {
		name        string
		effort      []int64
		want        Verdict
		held        Reason
		said, never string
		english     string
	}{
		{"steady", flat(1000), TurnSupported, "", "2011年到2019年，检测变化+0%，没有超过20%。与新发现人员对照：每千人次检测对应的数由150.0变为150.0", "查得", "not more than 20%"},
		{"unknown", nil, Undecided, EffortUnknown, "各年查了多少（如检测人次）", "由升转降", "number of tests"},
		{"a fifth less", last(800), TurnSupported, "", "检测变化-20%，没有超过20%", "查得", "changed by -20%"},
		{"more than a fifth less", last(799), Undecided, EffortChanged, "检测变化了-20%", "由升转降", "may be a difference in looking"},
		{"a fifth more", last(1200), TurnSupported, "", "检测变化+20%", "查得", "not more than 20%"},
		{"more than a fifth more", last(1201), Undecided, EffortChanged, "检测变化了+20%", "由升转降", "difference in looking"},
		{"none in a year", last(0), Undecided, EffortUnknown, "各年查了多少（如检测人次）", "由升转降", "number of tests"},
	} {
		r, why := Turning(yearsFrom(2011, turn, x.effort), 999, NewRandom(DefaultSeed))
		if why != "" {
			t.Fatal(x.name, why)
		}
		if r.Verdict != x.want || x.held != "" && !slices.Contains(r.Held, x.held) || x.held == "" && !r.Allowed() {
			t.Errorf("%s: %s %v, want %s %s", x.name, r.Verdict, r.Held, x.want, x.held)
		}
		var zh, en strings.Builder
		for _, s := range append(r.SayAbout("新发现人员", "检测", "人次"), r.SayNeeds()...) {
			zh.WriteString(s.Chinese() + "\n")
			en.WriteString(s.English() + "\n")
		}
		if !strings.Contains(zh.String(), x.said) || strings.Contains(zh.String(), x.never) || !strings.Contains(en.String(), x.english) {
			t.Errorf("%s says\n%s%s", x.name, zh.String(), en.String())
		}
	}
	fall := yearsFrom(2015, []int64{101, 49, 27}, []int64{5000, 4200, 3400})
	r, _ := Turning(fall, 99, NewRandom(1))
	s, _ := r.sayEffort("新发现人员", "检测", "人次")
	if want := "2015年到2017年，检测减少了32%，新发现人员减少有一部分可能是查得少了。每千人次检测对应的数由20.2降到7.9。补齐同等工作量后可再判断。"; r.Verdict != FallingNoTurnSeen || s.Chinese() != want {
		t.Errorf("%s: %q, want %q", r.Verdict, s.Chinese(), want)
	}
}

// The gate lists each condition once, in order, and passes only where nothing is held.
func TestTheGateIsShown(t *testing.T) {
	short, _ := Turning(seedSeries(), 99, NewRandom(1))
	for i, want := range []GateCheck{{FewYears, false, true}, {CountBelowTen, true, true}, {DefinitionChanged, true, true}, {EffortUnknown, false, true},
		{EffortChanged, false, false}, {NoBendFound, false, false}, {BendNotClear, false, false}, {FewYearsOneSide, false, false}} {
		if got := short.Gate()[i]; got != want {
			t.Errorf("three years: condition %d is %+v, want %+v", i, got, want)
		}
	}
	full, _ := Turning(yearsFrom(2011, []int64{150, 210, 300, 420, 600, 430, 300, 210, 150}, slices.Repeat([]int64{9}, 9)), 999, NewRandom(1))
	for _, c := range full.Gate() {
		if !c.Passed || !c.Tested {
			t.Errorf("a clear turn: %+v", c)
		}
	}
	steady, _ := Turning(yearsFrom(2009, []int64{400, 320, 256, 205, 164, 131, 105}, slices.Repeat([]int64{9}, 7)), 99, NewRandom(1))
	if g := steady.Gate(); g[5].Passed || !g[5].Tested || g[6].Tested || g[7].Tested || steady.Allowed() {
		t.Errorf("a steady fall: %+v", g)
	}
}

// The sentences of the fold-outs say the numbers of METHODS §1.1 and §1.2 and no more than they support.
func TestSentencesOfTheTrendPage(t *testing.T) {
	seed, _ := LogLinear([]int64{101, 49, 27}, nil, 0.95)
	up, _ := LogLinear([]int64{10, 12, 11, 13}, nil, 0.95)
	bent, _ := LogLinear([]int64{400, 90, 380, 60, 350, 70, 30}, nil, 0.95)
	few, _ := MannKendall([]float64{3, 2, 1}, 0.95)
	five, _ := MannKendall([]float64{50, 40, 31, 20, 9}, 0.95)
	five2, _ := MannKendall([]float64{9, 20, 31, 40, 50}, 0.95)
	mixed, _ := MannKendall([]float64{9, 50, 31, 40, 20}, 0.95)
	for _, x := range []struct {
		s    Statement
		want string
	}{
		{seed.Say("某")[0], "某平均每年变化-49.0%（考虑偶然波动，大约在-58.3%到-37.7%之间），超出了偶然波动的范围"},
		{seed.Say("某")[1], "但3个年度太少，即使有转折也难以看出来"},
		{up.Say("某")[0], "在偶然波动的范围之内"},
		{bent.Say("某")[1], "不相符"},
		{few.Say("人"), "只有3个年度"},
		{five.Say("人"), "后面的年度多数比前面的少，超出了偶然波动的范围；每年的变化居中的是-10.1人"},
		{five2.Say("人"), "多数比前面的多"},
		{mixed.Say("人"), "看不出一致的方向"},
		{SayChance(0.00002), "可能性不到万分之一"}, {SayChance(0.0005), "不到千分之一"}, {SayChance(0.015), "约1.5%"}, {SayChance(0.62), "约62%"},
		{SayEntered("2018-03-21", "某文件", true), "2018-03-21才录入，当时起点以后的数已经可以看到"},
		{SayEntered("2018-03-01", "某文件", false), "早于起点本身"},
	} {
		if got := x.s.Chinese(); !strings.Contains(got, x.want) || strings.Contains(x.s.English(), "%!") || strings.Contains(got, "%!") {
			t.Errorf("%s says %q / %q, want %q", x.s.Code, got, x.s.English(), x.want)
		}
	}
	for i, v := range seed.Steady([]int64{101, 49, 27}) {
		if want := []float64{99.6, 50.8, 25.9}[i]; math.Abs(v-want) > 0.7 {
			t.Errorf("steady rate at %d: %.1f, want about %.1f", i, v, want)
		}
	}
}

// monthsOf draws monthly counts with a season, a yearly change and a step.
func monthsOf(n, start int, level, yearly, step float64, random Random, index int) []int64 {
	out := make([]int64, n)
	source := random.Stream(index)
	for i := range out {
		mu := level * math.Pow(yearly, float64(i)/12) * (1 + 0.3*math.Sin(2*math.Pi*float64(i)/12))
		if i >= start {
			mu *= step
		}
		out[i] = int64(distuv.Poisson{Lambda: mu, Src: source}.Rand())
	}
	return out
}

// The gate of a known start: 12 months before, 3 from it on, 18 together (METHODS §1.5).
func TestGateOfAKnownStart(t *testing.T) {
	c := monthsOf(60, 30, 40, 0.8, 1, NewRandom(3), 0)
	for _, x := range []struct {
		n, before int
		why       Reason
	}{{60, 11, FewMonthsBefore}, {14, 12, FewMonthsAfter}, {17, 12, FewMonths}, {24, 12, FewMonths}, {25, 12, ""}, {17, 13, FewMonths}, {18, 13, ""}, {60, 57, ""}, {60, 58, FewMonthsAfter}, {60, 30, ""}, {3, 60, FewMonthsAfter}} {
		r, why := CompareStart(c[:x.n], x.before)
		if why != x.why {
			t.Errorf("%d months, %d before: %q, want %q", x.n, x.before, why, x.why)
		}
		if why != "" && (why.Sentence() == "" || r.Months != 0) {
			t.Errorf("%q says %q, gives %+v", why, why.Sentence(), r)
		}
	}
	if _, why := CompareStart(make([]int64, 40), 20); why != NoData {
		t.Errorf("nothing at all: %q", why)
	}
}

// A step is found where there is one and seldom where there is none, although the months of one year
// hang together; the sentence never says what caused it.
func TestKnownStartFindsAStepAndSeldomMore(t *testing.T) {
	const draws = 300
	found, false1, false2 := 0, 0, 0
	for i := range draws {
		a, why := CompareStart(monthsOf(60, 30, 40, 0.85, 0.5, NewRandom(11), i), 30)
		b, why2 := CompareStart(monthsOf(60, 30, 40, 0.85, 1, NewRandom(12), i), 30)
		if why != "" || why2 != "" {
			t.Fatal(why, why2)
		}
		if a.Stepped() < 0 {
			found++
		}
		if b.Stepped() != 0 {
			false1++
		}
		if b.Turned() != 0 {
			false2++
		}
	}
	t.Logf("step by half found %d of %d; without one: %d steps, %d changes of slope", found, draws, false1, false2)
	if found < draws*9/10 || false1 > draws*7/100 || false2 > draws*7/100 {
		t.Errorf("found %d, false %d and %d of %d", found, false1, false2, draws)
	}
	r, _ := CompareStart(monthsOf(60, 30, 40, 0.85, 0.5, NewRandom(11), 0), 30)
	for _, s := range r.Say("动员", "2016-07-01", "新发现人员") {
		for _, bad := range append(NeverSaid(), "导致", "由于", "效果", "使得") {
			if strings.Contains(s.Chinese(), bad) {
				t.Errorf("says %q in %q", bad, s.Chinese())
			}
		}
	}
	if len(r.Fitted) != 60 {
		t.Errorf("%d fitted months", len(r.Fitted))
	}
}
