package stats

import (
	"strings"
	"testing"
)

// Each result on wastewater and seizures has one sentence, and it says what its numbers say.
func TestSentencesOnWasteAndSeizures(t *testing.T) {
	day := func(c float64) WasteSample { return WasteSample{c, 9000, 52000} }
	week, r := WeekOf([]WasteSample{day(88), day(92), day(79), day(95), day(121), day(140), day(133)}, nil, 0.95)
	if r != "" {
		t.Fatal(r)
	}
	short, _ := WeekOf([]WasteSample{day(88), day(92), day(79)}, nil, 0.95)
	for _, x := range []struct {
		s    Statement
		code WordingCode
		want []string
	}{
		{SayWeek("甲基苯丙胺", week, 0.299, false), SayLoad, []string{"每天每千人18.5毫克", "正负30%"}},
		{SayWeek("甲基苯丙胺", short, 0.299, true), SayLoadShort, []string{"只有3天样品", "补足后可再测算"}},
		{SayWeek("甲基苯丙胺", week, 0.299, true), SayLoadPlain, []string{"每天每千人18.5毫克"}},
		{SayCensored("氯胺酮", 7, 3, LoadRange{0.4, 1.25, 0.8}), SayLoadRange, []string{"7天样品", "3天低于定量限", "0.400到1.25"}},
		{SayCensored("氯胺酮", 7, 7, LoadRange{0, 0.3, 0.15}), SayLoadBelow, []string{"全部低于定量限", "不等于没有"}},
		{SayAmphetamineRatio(0.01), SayRatioFar, []string{"0.010", "可能有倾倒或制造"}},
		{SayAmphetamineRatio(0.03), SayRatioLow, []string{"复核后再判断"}},
		{SayAmphetamineRatio(0.05), SayRatioUsual, []string{"之内"}},
		{SayAmphetamineRatio(0.25), SayRatioUsual, []string{"之内"}},
		{SayAmphetamineRatio(0.3), SayRatioHigh, []string{"含药用"}},
		{SayCases("海洛因", SeizureCases{1, 12, 1}, 12), SaySeizedFew, []string{"只有1起，共12克"}},
		{SayCases("海洛因", SeizureCases{2, 6, 0.5}, 12), SaySeizedFew, []string{"只有2起"}},
		{SayCases("海洛因", SeizureCases{4, 12.5, 0.4}, 80), SaySeizedSpread, []string{"4起", "12.5克", "40%"}},
		{SayCases("海洛因", SeizureCases{4, 12.5, 0.5}, 80), SaySeizedDominated, []string{"50%", "不宜拿总量比高低"}},
	} {
		if x.s.Code != x.code {
			t.Errorf("got %s, want %s", x.s.Code, x.code)
		}
		for _, w := range x.want {
			if !strings.Contains(x.s.Chinese(), w) {
				t.Errorf("%s does not say %q: %s", x.code, w, x.s.Chinese())
			}
		}
		if strings.Contains(x.s.Chinese()+x.s.English(), "%!") || strings.Contains(x.s.English(), "user") {
			t.Errorf("%s: %s / %s", x.code, x.s.Chinese(), x.s.English())
		}
	}
}

// No sentence on wastewater speaks of persons who use drugs, and none on seizures of success.
func TestWasteNeverCountsPersons(t *testing.T) {
	for _, w := range wasteWordings() {
		for _, bad := range []string{"吸毒人数", "使用人数", "吸毒人员", "打击有力", "users", "addict"} {
			if strings.Contains(w.Chinese, bad) || strings.Contains(w.English, bad) {
				t.Errorf("%s says %q", w.Code, bad)
			}
		}
	}
}

func TestGramsAndLoadsAsText(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.0304: "0.030", 1.254: "1.25", 12.34: "12.3"} {
		if got := LoadText(v); got != want {
			t.Errorf("load %v = %s, want %s", v, got, want)
		}
	}
	for v, want := range map[float64]string{0: "0", 0.01: "0.01", 12.5: "12.5", 99.999: "99.999", 100: "100", 1310: "1310", 20: "20"} {
		if got := GramText(v); got != want {
			t.Errorf("grams %v = %s, want %s", v, got, want)
		}
	}
}
