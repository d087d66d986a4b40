package stats

import (
	"regexp"
	"strings"
	"testing"
)

// Each verdict has its headline in the words of the specification (METHODS §1.4).
func TestEachVerdictHasItsSentence(t *testing.T) {
	want := map[Verdict][2]string{
		TurnSupported:     {"数据支持出现由升转降", "support a turn"},
		SlopeChanged:      {"走势有变化，但不是由升转降", "not from rising to falling"},
		FallingNoTurnSeen: {"下降可以确认,是否出现拐点无法判断", "cannot be judged"},
		Undecided:         {"数据不足，暂不下结论", "Not enough data"},
		Rising:            {"呈上升", "Rising"},
	}
	for v, w := range want {
		s := v.Headline()
		if s.Chinese() != w[0] || !strings.Contains(s.English(), w[1]) {
			t.Errorf("%s: got %q / %q, want %q / %q", v, s.Chinese(), s.English(), w[0], w[1])
		}
	}
}

var verbs = regexp.MustCompile(`%\[(\d+)\]([sd])`)

func usedArguments(format string) map[string]string {
	out := map[string]string{}
	for _, m := range verbs.FindAllStringSubmatch(format, -1) {
		out[m[1]] = m[2]
	}
	return out
}

// Both languages use the same arguments, no sentence says what no figure supports, and no
// sentence holds a word that its own row forbids.
func TestTheTableOfWordings(t *testing.T) {
	seen := map[WordingCode]bool{}
	for _, w := range Wordings() {
		if seen[w.Code] {
			t.Errorf("%s stands twice", w.Code)
		}
		seen[w.Code] = true
		if w.Chinese == "" || w.English == "" {
			t.Errorf("%s: a language is missing", w.Code)
		}
		zh, en := usedArguments(w.Chinese), usedArguments(w.English)
		if len(zh) != len(en) {
			t.Errorf("%s: arguments %v and %v", w.Code, zh, en)
		}
		for i, kind := range zh {
			if en[i] != kind {
				t.Errorf("%s: argument %s is %s in Chinese, %s in English", w.Code, i, kind, en[i])
			}
		}
		if strings.Contains(verbs.ReplaceAllString(strings.ReplaceAll(w.Chinese, "%%", ""), ""), "%") {
			t.Errorf("%s: a format without a number", w.Code)
		}
		for _, bad := range append(NeverSaid(), w.Never...) {
			if strings.Contains(w.Chinese, bad) {
				t.Errorf("%s says %q", w.Code, bad)
			}
		}
	}
	for _, code := range []WordingCode{SayTargetMet, SayAlarm, SayHidden, SayFullCount, SayThreeYear, SayConvenience, SayWastewater} {
		if !seen[code] {
			t.Errorf("no sentence for %s", code)
		}
	}
}

// Sentences of METHODS §12 come out word for word from its numbers (full-width punctuation).
func TestWordingsOfTheMethodsPage(t *testing.T) {
	for _, x := range []struct {
		s    Statement
		want string
	}{
		{Statement{SayTargetMet, []any{626, 624, "99.68", "98"}}, "626人中执行624人，执行率99.68%，高于98%的要求，偶然波动不会改变这一结论。"},
		{Statement{SayTargetUnsure, []any{120, 119, "99.17", "98", 2}}, "120人中执行119人，执行率99.17%，按数值达标；但人数少，再有2人未执行就会低于98%，不宜据此与其他乡镇比高低。"},
		{Statement{SayFunnelInside, []any{"甲镇", "100", 9, 9, "乙镇", "93", 28, 30}}, "甲镇100%（9/9）与乙镇93%（28/30）的差别在人数少带来的正常波动范围之内，不能据此分先后。"},
		{Statement{SayRank, []any{"丙镇", 3, 9}}, "按现有数据，丙镇大致排在第3到第9位之间。建议分档公布，不排名次。"},
		{Statement{SaySurveySame, []any{254, "满意率", "95", "91", "97", "1.2"}}, "随机访问254人，满意率95%，全县实际大约在91%到97%之间；与去年相差1.2个百分点，在抽样误差之内，视为持平。"},
		{Statement{SayConvenience, []any{100}}, "本次在活动现场回收100份问卷，只反映到场人员的看法，不能代表全县群众。"},
		{Statement{SayAlarm, []any{9, "3"}}, "本月新发现9人，前12个月平均3人，超出平常波动，请核实是否集中查处或出现聚集。"},
		{Statement{SayTied, []any{"0.4"}}, "得分相差0.4分，换一种合理的权重名次就会互换，按并列处理。"},
		{Statement{SayHidden, []any{390, 1300}}, "不同算法得到的人数从约390到约1,300不等，说明现有名单不足以可靠估算。"},
		{Statement{SayEffortLess, []any{"32", "4.0", "3.0"}}, "同期检测人次减少了32%，人数下降有一部分可能是查得少了。每千人次检出由4.0降到3.0。"},
	} {
		if got := x.s.Chinese(); !strings.HasPrefix(got, x.want) {
			t.Errorf("got %q, want %q", got, x.want)
		}
		if got := x.s.English(); strings.Contains(got, "%!") || got == "" {
			t.Errorf("English: %q", got)
		}
	}
}

// A sentence never says more than its verdict: only A speaks of a turn as supported, and no
// sentence of D speaks of a fall or a rise.
func TestASentenceSaysNoMoreThanItsVerdict(t *testing.T) {
	text := func(s YearSeries) (Verdict, string) {
		r, why := Turning(s, 199, NewRandom(1))
		if why != "" {
			t.Fatal(why)
		}
		var b strings.Builder
		for _, x := range r.Say("新发现人员") {
			b.WriteString(x.Chinese() + "\n")
		}
		return r.Verdict, b.String()
	}
	noisy := YearSeries{Years: []int{2011, 2012, 2013, 2014, 2015, 2016, 2017}, Counts: []int64{400, 90, 380, 60, 350, 70, 30}}
	v, s := text(noisy)
	if v != Undecided {
		t.Fatalf("a series that jumps about: %s", v)
	}
	for _, bad := range []string{"减少", "下降", "超出了偶然波动", "由升转降"} {
		if strings.Contains(s, bad) {
			t.Errorf("undecided, but says %q:\n%s", bad, s)
		}
	}
	v, s = text(seedSeries())
	if v != FallingNoTurnSeen || strings.Contains(s, "由升转降") || strings.Contains(s, "数据支持") {
		t.Errorf("%s:\n%s", v, s)
	}
}

// With a population the percent is that of the rate, and the sentence says so.
func TestChangeOfARateSaysThatItIsOne(t *testing.T) {
	r, why := PoissonRatio(Count{100, 10_000}, Count{110, 30_000}, 0.95)
	if why != "" {
		t.Fatal(why)
	}
	got := SayChange("新发现人员", 2015, 2016, r)
	if !strings.Contains(got.Chinese(), "按人口计算减少63%") || !strings.Contains(got.English(), "fall by 63%") {
		t.Errorf("got %q / %q", got.Chinese(), got.English())
	}
	r, _ = PoissonRatio(Count{0, 1}, Count{30, 1}, 0.95)
	if got := SayChange("新发现人员", 2015, 2016, r); got.Code != SayFromZero || strings.Contains(got.Chinese(), "Inf") {
		t.Errorf("from nothing: %q", got.Chinese())
	}
}
