package app_test

import (
	"encoding/json"
	"testing"

	"kaiyang/internal/core/period"
	"kaiyang/internal/testkit/county"
)

// Scores rest on figures that may leave the office: they are the same for the office, which sees
// small counts elsewhere, and for the leader, and no cell of them holds a small count.
func TestScoresGiveNoSmallCountAway(t *testing.T) {
	o := county.Office(t)
	ctx := t.Context()
	scores := func(login string) string {
		a, err := o.Accounts.Actor(ctx, login)
		if err != nil {
			t.Fatal(err)
		}
		a.Tree = o.Units.Today()
		x, err := o.Assessment.Score(ctx, a, 2, 1, period.MustParse("2017-H2"))
		if err != nil {
			t.Fatal(err)
		}
		hidden := 0
		for _, l := range x.Result.Lines {
			for _, c := range l.Cells {
				if c.Text != "已隐去" {
					continue
				}
				hidden++
				if c.Value != "" || c.Num != "" || c.Den != "" || c.Lo != "" || c.Normal != "" || c.Counts() {
					t.Errorf("%s: a withheld figure of %s takes part: %+v", login, l.Name, c)
				}
			}
		}
		if hidden == 0 {
			t.Error("nothing was withheld; the test tests nothing")
		}
		b, err := json.Marshal(x.Result)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if office, leader := scores("office"), scores("leader"); office != leader {
		t.Errorf("the office is given other scores than the leader:\n%s\n%s", office, leader)
	}
	if n, err := o.Assessment.CheckResults(ctx); err != nil || n != 1 {
		t.Errorf("%d results proved, %v", n, err)
	}
}
