package returns

import (
	"fmt"
	"slices"
	"testing"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

// events is a half-monthly form of every township.
func halfMonthly() Form {
	return Form{Code: "BY", From: period.MustParse("2018-02a"), Name: "宣传半月报", Force: other, NoApproval: "县指挥部会议纪要要求", Grain: period.HalfMonths,
		Units: UnitSet{Kind: org.Township}, Due: Due{Days: 3, Working: true}, Items: []Item{{Element: "XC", Categories: []measure.Category{""}, Required: true}}}
}

// PEERS §2 no. 29: the first half of February 2018 ends on the first day of the Spring Festival;
// three working days later is Saturday the 24th, worked in its stead.
func TestDueDays(t *testing.T) {
	c := testCalendar(t)
	cases := []struct {
		due    Due
		period string
		want   string
		known  bool
	}{
		{Due{3, true}, "2018-02a", "2018-02-24 known", true},
		{Due{3, false}, "2018-02a", "2018-02-22 known", true},
		{Due{0, true}, "2018-02a", "2018-02-22 known", true},
		{Due{5, true}, "2018-04", "2018-05-08 known", true},
		{Due{10, false}, "2018-04", "2018-05-10 known", true},
		{Due{5, true}, "2018-Q1", "2018-04-09 known", true},
		{Due{5, true}, "2017", "2018-01-08 known", true},
		{Due{5, true}, "2090-03", "2090-04-07 guessed", false},
	}
	for _, x := range cases {
		day, known := x.due.Day(period.MustParse(x.period), c)
		got := day.String() + map[bool]string{true: " known", false: " guessed"}[known]
		if got != x.want || known != x.known {
			t.Errorf("%+v after %s: %s, want %s", x.due, x.period, got, x.want)
		}
	}
}

func TestReportingRate(t *testing.T) {
	onBoth(t, func(t *testing.T, o *office) {
		o.publish(halfMonthly())
		o.publish(monthly())
		reporter := func(u org.UnitID) perm.Actor { return o.person(fmt.Sprintf("填报员%d", u), perm.Reporter, u) }
		ask := func(form string, u org.UnitID, p string) string {
			due, received, onTime, ok := o.Reporting(form, u, period.MustParse(p))
			return fmt.Sprint(due, received, onTime, ok)
		}
		check := func(form string, u org.UnitID, p, want string) {
			t.Helper()
			if got := ask(form, u, p); got != want {
				t.Errorf("%s of %d for %s: %s, want %s", form, u, p, got, want)
			}
		}
		o.clock.Set("2018-02-24")
		for _, u := range []org.UnitID{jia, yi} {
			o.submit(reporter(u), Place{"BY", u, period.MustParse("2018-02a")})
		}
		o.clock.Set("2018-02-26") // a day late: the 25th is a Sunday, and still late
		late := o.submit(reporter(bing), Place{"BY", bing, period.MustParse("2018-02a")})
		check("BY", county, "2018-02a", "3 3 2 true")
		check("BY", bing, "2018-02a", "1 1 0 true")
		check("BY", county, "2018-02", "3 3 2 true") // the second half is not over
		check("BY", county, "2018-02b", "0 0 0 true")
		o.clock.Set("2018-03-10")
		check("BY", county, "2018-02", "6 3 2 true")
		check("BY", county, "2018", "6 3 2 true")
		check("BY", post, "2018-02a", "0 0 0 true")
		check("BY", county, "2017-12a", "0 0 0 true") // before the form began
		check("BY", county, "2018-02-14", "0 0 0 false")
		check("YB1", county, "2018-02a", "0 0 0 false")
		check("NO", county, "2018-02", "0 0 0 false")
		// Sent back does not count; once in again it does, and stays as late as it was.
		if err := o.SendBack(as(o.person("宣传专班", perm.Member, other)), o.person("宣传专班", perm.Member, other), Pick{late.ID, 1}, "场次不符"); err != nil {
			t.Fatal(err)
		}
		check("BY", county, "2018-02a", "3 2 2 true")
		a := reporter(bing)
		at := Place{"BY", bing, period.MustParse("2018-02a")}
		if _, err := o.Submit(as(a), a, at, o.filled(a, at, func(Key) string { return "2" })); err != nil {
			t.Fatal(err)
		}
		check("BY", county, "2018-02a", "3 3 2 true")

		// The page shows the same numbers, and who is missing, for a message.
		forms, list, all, err := o.Rates(o.chief(), period.MustParse("2018-02"), nil)
		if err != nil || len(forms) != 2 || len(list) != 3 {
			t.Fatalf("%v: %d forms, %d units", err, len(forms), len(list))
		}
		if all.All.Due != 9 || all.All.Received != 3 || all.All.OnTime != 2 {
			t.Errorf("in all %+v", all.All)
		}
		missing := o.Missing(period.MustParse("2018-02"), []string{"BY"})
		if len(missing) != 1 || !slices.Equal(missing[0].Units, []org.UnitID{jia, yi, bing}) {
			t.Errorf("missing: %+v", missing)
		}
		if w := o.Waiting(period.MustParse("2018-02a")); len(w) != 1 || len(w[0].Chain) != 3 || len(w[0].Units) != 0 {
			t.Errorf("waiting: %+v", w)
		}
	})
}

func TestLightsOfReturns(t *testing.T) {
	o := onSQLite(t)
	f := o.publish(monthly())
	c := o.units.cal
	at := Place{"YB1", jia, april()} // due on 8 May 2018
	state := func(s State, first string) Return {
		r := Return{Place: at, State: s}
		if first != "" {
			r.First, r.Version = period.MustDay(first), 1
		}
		return r
	}
	cases := []struct {
		r     Return
		today string
		light measure.Light
		word  string
	}{
		{state(NotStarted, ""), "2018-04-30", measure.Grey, "尚未到期"},
		{state(NotStarted, ""), "2018-05-03", measure.Grey, "未到截止日"},
		{state(Draft, ""), "2018-05-04", measure.Yellow, "临近截止"},
		{state(NotStarted, ""), "2018-05-08", measure.Yellow, "临近截止"},
		{state(NotStarted, ""), "2018-05-09", measure.Red, "逾期未报"},
		{state(Submitted, "2018-05-08"), "2018-05-09", measure.Green, "按时"},
		{state(Approved, "2018-05-09"), "2018-06-01", measure.Yellow, "迟报"},
		{state(Returned, "2018-05-07"), "2018-05-08", measure.Yellow, "已退回"},
		{state(Returned, "2018-05-07"), "2018-05-09", measure.Red, "逾期未报"},
	}
	for _, x := range cases {
		light, word := newStanding(f, x.r, c).Light(period.MustDay(x.today), c)
		if light != x.light || word != x.word {
			t.Errorf("%s on %s: %s %s, want %s %s", x.r.State, x.today, light, word, x.light, x.word)
		}
	}
}

// SEMANTICS §4: expected is the dated unit set of the form.
func TestExpectation(t *testing.T) {
	o := onSQLite(t)
	f := monthly()
	f.Units.Exclude = []Dated{{Unit: yi, From: period.MustDay("2018-03-01"), To: period.MustDay("2018-03-31")}}
	f.Items = f.Items[:1]
	f.Rules = nil
	o.publish(f)
	jiaVillages, yiVillages := []org.UnitID{jia1, jia2, jia3}, []org.UnitID{yi1, yi2, yi3}
	all := append(append(slices.Clone(jiaVillages), yiVillages...), bing1)
	slices.Sort(all)
	want := []cube.Expectation{
		{From: period.MustDay("2018-01-01"), To: period.MustDay("2018-02-28"), Units: all},
		{From: period.MustDay("2018-03-01"), To: period.MustDay("2018-03-31"), Units: append(slices.Clone(jiaVillages), bing1)},
		{From: period.MustDay("2018-04-01"), Units: all},
	}
	same := func(got []cube.Expectation) bool {
		return slices.EqualFunc(got, want, func(a, b cube.Expectation) bool {
			return a.From == b.From && a.To == b.To && slices.Equal(a.Units, b.Units)
		})
	}
	if got := o.Expectation()["N8"]; !same(got) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	// A new version asks 乙乡 and 丙乡 no longer; then the form ends.
	f.From = period.MustParse("2018-05")
	f.Units = UnitSet{Include: []Dated{{Unit: jia}}}
	o.publish(f)
	if err := o.EndForm(as(o.chief()), o.chief(), "YB1", period.MustParse("2018-08"), "并入新表"); err != nil {
		t.Fatal(err)
	}
	want[2].To = period.MustDay("2018-04-30")
	want = append(want, cube.Expectation{From: period.MustDay("2018-05-01"), To: period.MustDay("2018-08-31"), Units: jiaVillages},
		cube.Expectation{From: period.MustDay("2018-09-01")})
	if got := o.Expectation()["N8"]; !same(got) {
		t.Errorf("after revision and end: %+v\nwant %+v", got, want)
	}
	for id := range o.facts.cat.All() {
		e := o.facts.cat.All()[id]
		if err := o.facts.cube.Expect(e.ID, o.Expectation()[e.Code]); err != nil {
			t.Error(err)
		}
	}
	if _, ok := o.FormAt("YB1", period.MustParse("2018-09")); ok {
		t.Error("the form is asked after its end")
	}
}

// A unit that was merged: its past can be seen by the successor, by today's tree.
func TestSuccessorSeesThePast(t *testing.T) {
	o := onSQLite(t)
	o.publish(monthly())
	at := Place{"YB1", bing, april()}
	r := o.submit(o.person("丙乡填报员", perm.Reporter, bing), at)
	next, _, err := o.units.reg.Merge([]org.UnitID{bing, jia}, org.Unit{ID: jia}, period.MustDay("2018-05-01"), "撤乡并镇")
	if err != nil {
		t.Fatal(err)
	}
	o.units.reg = next
	a := o.person("甲镇填报员", perm.Reporter, jia)
	if _, err := o.See(as(a), a, r.ID, 0); err != nil {
		t.Errorf("the successor: %v", err)
	}
	b := o.person("乙乡填报员", perm.Reporter, yi)
	if _, err := o.See(as(b), b, r.ID, 0); err == nil {
		t.Error("a neighbour sees it too")
	}
	// From May on, 丙乡 owes nothing, and 甲镇 has its village.
	op, err := o.Open(as(a), a, Place{"YB1", jia, period.MustParse("2018-05")})
	if err != nil || len(op.Layout.Subjects) != 4 {
		t.Errorf("%v: %v", err, op)
	}
	if _, ok := o.book.Load().owes(Place{"YB1", bing, period.MustParse("2018-05")}, next); ok {
		t.Error("丙乡 still owes a return")
	}
}
