package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kaiyang/internal/core/period"
	"kaiyang/internal/modules/situation"
	"kaiyang/internal/testkit/county"
)

// The demonstration county as it is: looking back over 2017 and 2018 by the usual rule finds the
// summer of 2017 in the counts of penalised users and nothing else, the months are judged on what
// the figures say, and a second look adds nothing.
func TestTheWarningsOfTheDemonstration(t *testing.T) {
	o := county.Office(t)
	ctx, by := context.Background(), o.Operator()
	list, err := o.Situation.List(ctx, by, situation.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, q := range list {
		s := q.Signal
		got = append(got, fmt.Sprintf("%s %s %s %s %d", q.Watch.Element, s.Month, s.Method, s.State, s.Reading.Count))
	}
	if want := []string{"CC 2017-09 cusum open 73", "CC 2017-06 cusum dismissed 72"}; !slices.Equal(got, want) {
		t.Errorf("signals %q, want %q", got, want)
	}
	views, err := o.Situation.Watches(ctx, by)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range views {
		for _, r := range v.Rows {
			if v.Watch.Category != "" || !r.Month.Complete {
				continue
			}
			shown, err := o.Indicators.At(ctx, by, []string{v.Watch.Element}, v.Watch.Unit, r.Month.Period)
			if err != nil {
				t.Fatal(err)
			}
			if shown[0].Value != fmt.Sprint(r.Month.Count) {
				t.Errorf("%s %s is judged as %d, the figure is %s", v.Watch.Element, r.Month.Period, r.Month.Count, shown[0].Value)
			}
		}
		if last := v.Rows[len(v.Rows)-1]; strings.Contains("XZS CC", v.Watch.Element) && (last.Month.Complete || last.Month.Period != period.MustParse("2018-04") || last.Sudden.Hold != situation.HeldMonth) {
			t.Errorf("April of %s, which is not complete, is judged: %+v", v.Watch.Element, last.Sudden)
		}
	}
	before := o.DB.Seq()
	if err := o.Situation.Tick(ctx); err != nil || o.DB.Seq() != before {
		t.Errorf("a second look: %v, change %d became %d", err, before, o.DB.Seq())
	}
	// Found by looking back: no matter for a meeting.
	if topics, err := o.Situation.Signals(ctx, by, period.MustDay("2018-05-10")); err != nil || len(topics) != 0 {
		t.Errorf("a meeting gets %+v, %v", topics, err)
	}
	v := county.SignIn(t, county.Serve(t, o), "office")
	for path, words := range map[string]string{"/situation": "待核实 1 条", "/situation/charts": "近 12 个月有 3 个月超出平常波动。", "/situation/watches/5": "本月未报齐，不作判断。", "/situation/signals/2": "2017年6月至2017年9月共273人次"} {
		if a := v.Get(path); a.Status != 200 || !strings.Contains(a.Text(), words) {
			t.Errorf("%s = %d without %q", path, a.Status, words)
		}
	}
}
