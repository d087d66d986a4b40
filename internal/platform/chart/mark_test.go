package chart

import (
	"strings"
	"testing"
)

// A mark stands between its periods, its words inside the chart; one outside is not drawn.
func TestMarksStandAtTheirPlace(t *testing.T) {
	values := make([]Value, 24)
	names := make([]string, 24)
	for i := range values {
		values[i], names[i] = Num(float64(i), "1"), "2017-01"
	}
	c := Line{Title: "某", X: names, Series: []Series{{Values: values}}}
	plain := string(c.AppendSVG(nil, Options{}))
	for _, x := range []struct {
		at   float64
		want string
	}{{3.5, `text-anchor="start"`}, {22.5, `text-anchor="end"`}} {
		c.Marks = []Mark{{x.at, "动员会 2017-03-12"}}
		got := string(c.AppendSVG(nil, Options{}))
		i := strings.Index(got, "动员会")
		if i < 0 || !strings.Contains(got, "k-target") {
			t.Fatalf("no mark at %v", x.at)
		}
		label := got[strings.LastIndex(got[:i], "<text"):i]
		if (x.want == `text-anchor="end"`) != strings.Contains(label, `text-anchor="end"`) {
			t.Errorf("the words at %v: %s", x.at, label)
		}
	}
	c.Marks = []Mark{{-3, "早"}, {40, "晚"}}
	if got := string(c.AppendSVG(nil, Options{})); got != plain {
		t.Error("marks outside are drawn")
	}
}
