package wastewater

import (
	"math"
	"strings"
	"testing"

	"kaiyang/internal/core/period"
	"kaiyang/internal/core/stats"
)

func near(t testing.TB, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9*math.Max(1, math.Abs(want)) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestSeasonIsByTheDayOfTheYear(t *testing.T) {
	for _, x := range []struct {
		a, b string
		want bool
	}{{"2017-03-06", "2018-03-12", true}, {"2017-03-06", "2018-04-20", true}, {"2017-03-06", "2018-04-21", false}, {"2017-12-20", "2018-01-15", true}, {"2017-03-06", "2017-09-04", false}, {"2016-12-31", "2018-02-14", true}} {
		if got := sameSeason(period.MustDay(x.a), period.MustDay(x.b)); got != x.want {
			t.Errorf("%s and %s: %v, want %v", x.a, x.b, got, x.want)
		}
	}
}

// What is clear, by the rule of METHODS §8, as a table.
func TestTheRuleOfComparing(t *testing.T) {
	week := func(lo, mean, hi float64) Load {
		return Load{Days: 7, Week: stats.WasteWeek{Daily: make([]float64, 7), Mean: mean, Interval: stats.Interval{Lo: lo, Hi: hi}}, Range: stats.LoadRange{Lower: mean, Upper: mean}}
	}
	under := Load{Days: 7, Below: 3, Range: stats.LoadRange{Lower: 3, Upper: 6}}
	for _, x := range []struct {
		name        string
		before, now Load
		grounds     []Ground
		rsd         float64
		want        stats.WordingCode
	}{
		{"equal conditions, ranges apart", week(17, 19, 21), week(11, 12, 13), nil, 0.3, stats.SayLoadsLower},
		{"equal conditions, ranges apart upwards", week(11, 12, 13), week(17, 19, 21), nil, 0.3, stats.SayLoadsHigher},
		{"equal conditions, ranges touch", week(13, 19, 25), week(10, 12, 14), nil, 0.3, stats.SayLoadsUnclear},
		{"another laboratory, a third less", week(17, 19, 21), week(11, 12, 13), []Ground{OtherLaboratory}, 0.3, stats.SayLoadsWide},
		{"another laboratory, halved", week(19, 20, 21), week(9, 10, 11), []Ground{OtherLaboratory}, 0.3, stats.SayLoadsHalved},
		{"another population, doubled", week(9, 10, 11), week(19, 20, 21), []Ground{OtherPopulation}, 0.3, stats.SayLoadsDoubled},
		{"another population, not quite doubled", week(9, 10, 11), week(19, 19.9, 21), []Ground{OtherPopulation}, 0.3, stats.SayLoadsWide},
		{"a larger error needs a larger change", week(9, 10, 11), week(19, 20, 21), []Ground{OtherPopulation}, 0.45, stats.SayLoadsWide},
		{"days below the limit, the ranges decide", week(13, 14, 15), under, []Ground{BelowLimit}, 0.3, stats.SayLoadsHalved},
		{"days below the limit, cannot tell", week(9, 10, 11), under, []Ground{BelowLimit}, 0.3, stats.SayLoadsWide},
		{"another season is not compared", week(19, 20, 21), week(1, 2, 3), []Ground{OtherSeason}, 0.3, stats.SayLoadsRefused},
		{"other plants are not compared", week(19, 20, 21), week(1, 2, 3), []Ground{NoCommonPlant}, 0.3, stats.SayLoadsRefused},
	} {
		c := Comparison{Before: x.before, Now: x.now, Grounds: x.grounds}
		c.judge(x.rsd)
		if c.Code != x.want {
			t.Errorf("%s: %s, want %s", x.name, c.Code, x.want)
		}
	}
	if got := trimmed(factorOf(0.299)); got != "2" {
		t.Errorf("clear change at 30 %%: %s", got)
	}
	if got := trimmed(factorOf(0.45)); got != "2.9" {
		t.Errorf("clear change at 45 %%: %s", got)
	}
}

// The starter adds up to about 30 percent and gives the factors of METHODS §8.
func TestTheAssumptionsOfTheLiterature(t *testing.T) {
	a := Starter()
	if rsd := rootSum(a.rsd()); rsd < 0.29 || rsd > 0.31 {
		t.Errorf("total error %v", rsd)
	}
	if a.Consumption {
		t.Error("consumption is on")
	}
	for code, want := range map[string]float64{methamphetamine: 2.44, "mdma": 4.44, "benzoylecgonine": 3.59, "ketamine": 5} {
		f, found := a.Factor(code)
		if k := f.DrugMass / f.ResidueMass / f.Excreted; !found || math.Abs(k-want) > 0.005 {
			t.Errorf("%s: factor %v, want %v", code, k, want)
		}
	}
	if f, _ := a.Factor(morphine); f.Excreted != 0 || f.Drug != "" {
		t.Errorf("morphine has a factor: %+v", f)
	}
	a.Owner, a.Reason = "甲实验室", "核定"
	if err := a.Check(); err != nil {
		t.Error(err)
	}
	back, err := readTable(Assumptions{Owner: a.Owner, Reason: a.Reason}, a, errorLines(a), factorLines(a))
	if err != nil || errorLines(back) != errorLines(a) || factorLines(back) != factorLines(a) || back.Check() != nil {
		t.Errorf("%v: the form does not give the table back", err)
	}
	for _, x := range []struct{ what, from, to, want string }{
		{"heroin from morphine", "morphine | 吗啡 |  |  |  |  |  |", "morphine | 吗啡 | 海洛因 | 369.41 | 285.34 | 42% | 0% |", "不推算海洛因"},
		{"a second row for a residue", "ketamine |", "mdma |", "重复"},
		{"an excreted share above one", "| 41% |", "| 141% |", "排泄比例"},
		{"a source left out", "药品来源为主，只列负荷", "", "没有写来源"},
		{"a code of other signs", "6-mam |", "6 MAM |", "代码请用"},
	} {
		text := strings.Replace(factorLines(a), x.from, x.to, 1)
		if text == factorLines(a) {
			t.Fatalf("%s: nothing was replaced", x.what)
		}
		bad, err := readTable(Assumptions{Owner: a.Owner, Reason: a.Reason}, a, errorLines(a), text)
		if err == nil {
			err = bad.Check()
		}
		if err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v", x.what, err)
		}
	}
}

func TestBelowTheLimit(t *testing.T) {
	for text, want := range map[string]struct {
		limit string
		yes   bool
	}{"<": {"", true}, "＜2": {"2", true}, "< 0.5": {"0.5", true}, "未检出": {"", true}, "ND": {"", true}, "12": {"", false}, "0": {"", false}, "": {"", false}} {
		if limit, yes := below(text); limit != want.limit || yes != want.yes {
			t.Errorf("%q: %q %v", text, limit, yes)
		}
	}
	for _, x := range []struct {
		s    Sample
		want string
	}{{Sample{Value: 5000}, ""}, {Sample{Below: true, Limit: 2000}, ""}, {Sample{Below: true}, "要写定量限"}, {Sample{}, "写成“<”"}, {Sample{Value: 1000, Limit: 2000}, "低于定量限"}, {Sample{Value: -1}, "负数"}} {
		if format, _ := checkSample(x.s); x.want == "" && format != "" || !strings.Contains(format, x.want) {
			t.Errorf("%+v: %q", x.s, format)
		}
	}
}

// Every page is proved against its view.
func TestPagesFitTheirViews(t *testing.T) {
	listPage()
	campaignPage()
	editPage()
	samplesPage()
	importPage()
	plantsPage()
	plantPage()
	assumptionsPage()
}
