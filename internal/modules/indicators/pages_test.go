package indicators

import (
	"context"
	"math/big"
	"net/url"
	"slices"
	"strings"
	"testing"

	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
)

// Every page is proved against its view in both languages.
func TestPagesFitTheirViews(t *testing.T) {
	for _, page := range []func(){
		func() { frontPage() }, func() { unitPage() }, func() { cataloguePage() }, func() { indicatorPage() }, func() { comparePage() },
		func() { tracePage() }, func() { listPage() }, func() { showPage() }, func() { editPage() }, func() { helpPage() },
		func() { bundlesPage() }, func() { bundlePage() }, func() { importPage() },
	} {
		page()
	}
}

func TestKindsAround(t *testing.T) {
	var got []string
	for _, k := range kindsAround(period.MustDay("2018-04-30")) {
		got = append(got, k.p.String())
	}
	want := []string{"2018-04b", "2018-04", "2018-03..2018-04", "2018-Q2", "2018-H1", "2018", "2016..2018"}
	if !slices.Equal(got, want) {
		t.Errorf("around 30 April 2018: %v, want %v", got, want)
	}
	if kindsAround(0) != nil {
		t.Error("no day has kinds")
	}
}

func TestQuickPeriods(t *testing.T) {
	for last, want := range map[string][]string{
		"2018-04-30": {"2018-04", "2018-01..2018-04", "2017", "2015..2017"},
		"2018-04-15": {"2018-03", "2018-Q1", "2017", "2015..2017"}, // the half month is not a whole one
		"2017-12-31": {"2017-12", "2017", "2015..2017"},
		"2018-01-31": {"2018-01", "2017", "2015..2017"},
	} {
		var got []string
		for _, p := range quickPeriods(period.MustDay(last)) {
			got = append(got, p.String())
		}
		if !slices.Equal(got, want) {
			t.Errorf("with data to %s: %v, want %v", last, got, want)
		}
	}
}

// The latest complete year that has data, else the year to date, else the year that is.
func TestDefaultPeriod(t *testing.T) {
	yes, no := func(period.Period) bool { return true }, func(period.Period) bool { return false }
	for _, c := range []struct {
		last string
		has  func(period.Period) bool
		want string
	}{{"2018-04-30", yes, "2017"}, {"2018-04-30", no, "2018-01..2018-04"}, {"2017-12-31", no, "2017"}, {"", no, "2018"}} {
		var last period.Day
		if c.last != "" {
			last = period.MustDay(c.last)
		}
		if got := defaultPeriod(last, period.MustDay("2018-05-10"), c.has); got.String() != c.want {
			t.Errorf("data to %q: %s, want %s", c.last, got, c.want)
		}
	}
}

// The switch keeps unit and code, and says when a period is not over.
func TestSwitchKeepsTheRestOfTheAddress(t *testing.T) {
	keep := url.Values{"unit": {"520121101"}, "code": {"R", "S"}, "period": {"2017"}, "format": {"csv"}}
	v := newSwitch("zh", "/compare", keep, period.MustParse("2018-05"), "", "", period.MustDay("2018-04-30"), period.MustDay("2018-05-10"))
	if want := "/compare?period=2018-04&code=R&code=S&unit=520121101"; v.Prev != want {
		t.Errorf("before: %s, want %s", v.Prev, want)
	}
	if len(v.Keep) != 3 || v.Keep[0] != (pair{"code", "R"}) || v.Keep[2] != (pair{"unit", "520121101"}) {
		t.Errorf("kept: %v", v.Keep)
	}
	if v.Label != "2018年5月" || v.Running == "" {
		t.Errorf("label %q, running %q", v.Label, v.Running)
	}
	on := 0
	for _, k := range v.Kinds {
		if k.On {
			on++
		}
	}
	if on != 1 {
		t.Errorf("%d kinds are lit", on)
	}
}

// The change against a year before, and why there is none.
func TestChange(t *testing.T) {
	make := func(format formula.Format, digits int, value string) Answer {
		a := Answer{Period: period.MustParse("2017"), Definition: Definition{Format: format, Digits: digits}}
		if value == "" {
			a.Reason = measure.Absent
			return a
		}
		a.Printed = exactly(value)
		a.Result.Value = new(big.Rat).Quo(a.Printed, scaleOf(format))
		return a
	}
	x := lens{Lang: "zh"}
	for _, c := range []struct {
		format    formula.Format
		digits    int
		now, base string
		want      string
		ok        bool
	}{
		{formula.Plain, 0, "27", "49", "-44.9%", true},
		{formula.Plain, 0, "49", "101", "-51.5%", true},
		{formula.Plain, 0, "3", "0", "+3", true}, // never an infinite share
		{formula.Plain, 0, "0", "0", "0", true},
		{formula.Percent, 2, "77.91", "62.04", "+15.87 个百分点", true},
		{formula.Percent, 1, "16.5", "20.8", "-4.3 个百分点", true},
		{formula.Plain, 0, "3", "", "无基期", false},
		{formula.Plain, 0, "", "3", "", false},
	} {
		l := Line{Now: make(c.format, c.digits, c.now)}
		base := make(c.format, c.digits, c.base)
		l.Base = &base
		got, _, ok := x.change(l)
		if got != c.want || ok != c.ok {
			t.Errorf("%s after %s: %q, %v; want %q, %v", c.now, c.base, got, ok, c.want, c.ok)
		}
	}
	l := Line{Now: make(formula.Plain, 0, "7"), Base: &Answer{Withheld: true}}
	if got, _, ok := x.change(l); ok || got != "已隐去" {
		t.Errorf("against a hidden base: %q", got)
	}
	part := make(formula.Plain, 0, "9")
	part.Incomplete = true
	l.Base = &part
	if got, _, ok := x.change(l); ok || got != "不可比" {
		t.Errorf("against an incomplete base: %q", got)
	}
}

// A running period is compared with the same completed part of the year before, and says which.
func TestRunningPeriodsCompareTheirCompletedPart(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	k, err := w.s.ask(context.Background(), w.office(), 0)
	w.must(err)
	l, err := k.line("S", county, period.MustParse("2018"))
	w.must(err)
	if l.Part == nil || l.Part.Period.String() != "2018-01..2018-04" || l.Base == nil || l.Base.Period.String() != "2017-01..2017-04" {
		t.Fatalf("2018 is compared as %+v with %+v", l.Part, l.Base)
	}
	_, hint, ok := lens{Lang: "zh"}.change(l)
	if !ok || !strings.Contains(hint, "2018年1—4月") || !strings.Contains(hint, "2017年1—4月") {
		t.Errorf("hint %q", hint)
	}
	if l, err = k.line("S", county, period.MustParse("2017")); err != nil || l.Part != nil || l.Base.Period.String() != "2016" {
		t.Errorf("2017 is compared as %+v", l)
	}
	if l, err = k.line("S", county, period.MustParse("2015..2017")); err != nil || l.Base != nil || len(l.Trend) != 3 {
		t.Errorf("three years: base %+v, %d points", l.Base, len(l.Trend))
	}
}

func TestPicks(t *testing.T) {
	for _, c := range []struct{ text, code, want string }{
		{`XZS{年龄="<25"}`, "XZS", `年龄="<25"`},
		{`avg(XZS{年龄="<25",性别="男"})`, "XZS", `年龄="<25",性别="男"`},
		{`AN{标签="a}b"} / AN`, "AN", `标签="a}b"`},
		{`AN`, "AN", ""},
	} {
		if got := pickOf(c.text, c.code); got != c.want {
			t.Errorf("pickOf(%s) = %q, want %q", c.text, got, c.want)
		}
	}
	e := elements()[3]
	for pick, want := range map[string]string{`年龄="<25"`: "年龄=<25", `"<25"`: "年龄=<25", `年龄=">=25"`: "年龄=>=25"} {
		got, err := pickedCells(e, pick)
		if err != nil || len(got) != 1 || string(got[0]) != want {
			t.Errorf("pickedCells(%s) = %v, %v; want %s", pick, got, err, want)
		}
	}
	if _, err := pickedCells(e, `年龄="老"`); err == nil {
		t.Error("an unknown label was picked")
	}
}

// With boundaries the map has the shapes, without them tiles; it says that it is schematic.
func TestMap(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	if body := w.page("/?period=2017&map=U"); !strings.Contains(body, "示意图：按区划代码排列") || !strings.Contains(body, "k-tile") {
		t.Error("no tiles")
	}
	w.geo = []byte(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"520121100"},"geometry":{"type":"Polygon","coordinates":[[[106.9,27.0],[107.0,27.0],[107.0,27.1],[106.9,27.1],[106.9,27.0]]]}}]}`)
	body := w.page("/?period=2017&map=U")
	if !strings.Contains(body, "k-area") || !strings.Contains(body, "示意图：边界由用户上传") {
		t.Errorf("no shapes: %s", stripped(body))
	}
}
