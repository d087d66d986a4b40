package stats

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The reverse of a plan gives the half-width that was planned for, with a population too.
func TestReachIsTheReverseOfPlanSample(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := SampleQuestion{Share: rapid.Float64Range(0.05, 0.95).Draw(t, "share"), Half: rapid.Float64Range(0.005, 0.2).Draw(t, "half"), Deff: rapid.Float64Range(0.5, 5).Draw(t, "deff"), Response: 1, Level: 0.95}
		if rapid.Bool().Draw(t, "finite") {
			q.Population = rapid.Float64Range(1000, 1e7).Draw(t, "population")
		}
		s, why := PlanSample(q)
		if why != "" || s.Design < 1 {
			return
		}
		half, apart, why := q.Reach(s.Design)
		if why != "" || math.Abs(half-q.Half) > 1e-9 || math.Abs(apart-q.Half*math.Sqrt2) > 1e-9 {
			t.Fatalf("%+v needs %v, which reaches %v (%q)", q, s.Design, half, why)
		}
	})
	q := SampleQuestion{Share: 0.95, Deff: 1, Level: 0.95, Population: 100}
	if _, _, why := q.Reach(100); why != BadInput {
		t.Errorf("everybody asked: %q", why)
	}
	// Without a population it is HalfWidth: 254 interviews give 2.7 and 3.8 points.
	q.Population = 0
	half, apart, _ := q.Reach(254)
	if SurveyPercent(half) != "2.7" || SurveyPercent(apart) != "3.8" {
		t.Errorf("254 interviews: %v, %v", half, apart)
	}
	// (1.959964 + 0.841621)² / 1.959964² = 2.0432 as many for four chances in five.
	each, sure, why := PlanApart(SampleQuestion{Share: 0.5, Deff: 1, Response: 1, Level: 0.95}, 0.1)
	if why != "" || each.SimpleUp != 193 || math.Abs(sure.Simple/each.Simple-2.0432) > 1e-4 {
		t.Errorf("ten points apart: %+v %+v %q", each, sure, why)
	}
	if _, _, why := PlanApart(SampleQuestion{Share: 0.5, Deff: 1, Response: 1, Level: 0.95}, 0); why != BadInput {
		t.Errorf("no difference: %q", why)
	}
}

func TestSurveyPercentRoundsHalvesAway(t *testing.T) {
	for share, want := range map[float64]string{0: "0.0", 1: "100.0", 0.9765: "97.7", 0.97649: "97.6", 0.0005: "0.1", 0.00049: "0.0"} {
		if got := SurveyPercent(share); got != want {
			t.Errorf("%v printed %s, want %s", share, got, want)
		}
	}
}

// The official verdict goes by the printed value, the support by the interval, and neither
// contradicts the other.
func TestSurveyTargets(t *testing.T) {
	e := func(v, lo, hi float64) Estimate {
		return Estimate{Value: v, SE: 0.01, Interval: Interval{Lo: lo, Hi: hi}}
	}
	for _, x := range []struct {
		est     Estimate
		met     bool
		support Support
		says    string
	}{
		{e(0.97, 0.955, 0.98), true, SupportMet, "抽样误差不会改变"},
		{e(0.96, 0.94, 0.98), true, SupportUnsure, "按数值达到"},
		{e(0.94, 0.92, 0.96), false, SupportUnsure, "按数值没有达到"},
		{e(0.90, 0.88, 0.92), false, SupportNotMet, "抽样误差不会改变"},
		{e(0.94951, 0.9494, 0.9499), true, SupportUnsure, "按数值达到"}, // printed 95.0 %
		{e(0.9494, 0.93, 0.96), false, SupportUnsure, "按数值没有达到"},
		{Estimate{Value: 1}, true, SupportUnsure, "按数值达到"}, // no error is known
	} {
		got := x.est.TargetOf(0.95)
		if got.Met != x.met || got.Support != x.support {
			t.Errorf("%+v: %+v, want %v %s", x.est, got, x.met, x.support)
		}
		if s := got.Say("≥95%", false).Chinese(); !strings.Contains(s, x.says) {
			t.Errorf("%+v says %q, want %q", x.est, s, x.says)
		}
		if s := got.Say("≥95%", true).Chinese(); !strings.Contains(s, "只作参考") || strings.Contains(s, "不会改变") {
			t.Errorf("%+v for reference says %q", x.est, s)
		}
	}
}

func TestSurveyCaps(t *testing.T) {
	for _, x := range []struct {
		frame                bool
		approached, answered int64
		want                 int
	}{{true, 500, 250, 0}, {true, 501, 250, 1}, {true, 0, 250, 1}, {false, 500, 300, 1}, {false, 900, 300, 2}} {
		caps := SurveyCaps(x.frame, x.approached, x.answered)
		if len(caps) != x.want {
			t.Errorf("%+v: %v", x, caps)
		}
		if s := SayCaps(caps); x.want > 0 && (strings.Contains(s.Chinese()+s.English(), "%!") || !strings.Contains(s.Chinese(), "只作参考")) {
			t.Errorf("says %q", s.Chinese())
		}
	}
}

// Sentences on waves say no more than the interval: level is never a rise, and what is for
// reference only is not judged.
func TestSentencesOnWaves(t *testing.T) {
	e := func(v, se float64) Estimate { return Estimate{Value: v, SE: se} }
	for _, x := range []struct {
		was, now  Estimate
		reference bool
		says      string
		never     string
	}{
		{e(0.938, 0.012), e(0.95, 0.012), false, "相差1.2个百分点（大约在-2.1到+4.5之间），在抽样误差之内，视为持平", "高"},
		{e(0.80, 0.012), e(0.95, 0.012), false, "比2016年的80.0%高15.0个百分点（大约高11.7到18.3个百分点）", "持平"},
		{e(0.95, 0.012), e(0.80, 0.012), false, "比2016年的95.0%低15.0个百分点（大约低11.7到18.3个百分点）", "持平"},
		{e(0.80, 0.012), e(0.95, 0.012), true, "不判断升降", "高"},
	} {
		c, why := CompareWaves(x.was, x.now, 0.95)
		if why != "" {
			t.Fatal(why)
		}
		s := SayWaves("2016年", x.was, c, x.reference)
		if !strings.Contains(s.Chinese(), x.says) || strings.Contains(s.Chinese(), x.never) || strings.Contains(s.English(), "%!") {
			t.Errorf("says %q / %q, want %q", s.Chinese(), s.English(), x.says)
		}
	}
	for _, f := range []WaveFault{OtherQuestion, OtherMode, NoWave, StreetWave} {
		if s := SayUnlike("2016年", f); !strings.Contains(s.Chinese(), "不作比较") || strings.Contains(s.English(), "%!") {
			t.Errorf("%s says %q / %q", f, s.Chinese(), s.English())
		}
	}
}

// A share without an interval says why, and never a range.
func TestSentencesWithoutAnInterval(t *testing.T) {
	for why, says := range map[Reason]string{NoIntervalAtEnd: "无法由样本估计误差", TooFewAnswers: "不足30人，只列人数", LonelyCluster: "数据不足"} {
		s := SaySurveyed(40, "满意率", "全县", Estimate{Value: 1, Answers: 28}, why)
		if !strings.Contains(s.Chinese(), says) || strings.Contains(s.Chinese(), "之间") || strings.Contains(s.English(), "%!") {
			t.Errorf("%s says %q / %q", why, s.Chinese(), s.English())
		}
	}
}

// The difference that is said is that of the two printed shares: 90.1 and 85.5 differ by 4.6.
func TestADifferenceIsThatOfThePrintedShares(t *testing.T) {
	c := WaveChange{Difference: 0.8554 - 0.9008, Interval: Interval{Lo: -0.08, Hi: 0.01}}
	got := SayWaves("2016年", Estimate{Value: 0.9008}, c, false).Chinese()
	if !strings.Contains(got, "90.1%相差4.6个百分点") {
		t.Error(got)
	}
}
