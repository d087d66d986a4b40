package surveys

import (
	"math"
	"net/url"
	"strings"
	"testing"

	"kaiyang/internal/platform/words"
	"kaiyang/internal/testkit/desk"
)

func planned(t *testing.T, fields ...string) (Plan, []Scenario) {
	t.Helper()
	v := url.Values{"share": {"95"}, "half": {"2.7"}, "response": {"100"}, "way": {"simple"}, "level": {"95"}}
	for i := 0; i+1 < len(fields); i += 2 {
		v.Set(fields[i], fields[i+1])
	}
	p, err := readPlan(v)
	desk.OK(t, err)
	list, why := p.Scenarios()
	if why != "" {
		t.Fatal(why)
	}
	return p, list
}

// The planner's answers against METHODS §5 and Cochran's formula by hand.
func TestPlanner(t *testing.T) {
	_, list := planned(t, "given", "254", "apart", "3.8")
	at := map[string]Scenario{}
	for _, s := range list {
		if _, there := at[s.Kind]; !there {
			at[s.Kind] = s
		}
	}
	// 254 interviews at 95 %: 2.7 points, and 3.8 to tell two counties apart.
	if g := at["given"]; points(g.Half) != "2.7" || points(g.Apart) != "3.8" || g.Approach != 254 {
		t.Errorf("254 interviews: %+v", g)
	}
	if h := at["half"]; h.Interviews != 251 || math.Abs(h.Half-2.7) > 0.01 {
		t.Errorf("2.7 points: %+v, want 251 (1.96²·0.95·0.05/0.027²)", h)
	}
	if a := at["apart"]; a.Interviews != 253 || at["sure"].Interviews != 517 {
		t.Errorf("3.8 points apart: %+v, %+v, want 253 and (2.80/1.96)² as many", a, at["sure"])
	}
	// 384.1 of 1,000 people: 277.7; deff 1.5: 416.6; half answer: 833.2, so 834.
	if _, list = planned(t, "share", "50", "half", "5", "population", "1000", "way", "phone", "response", "50"); list[0].Interviews != 417 || list[0].Approach != 834 || list[0].Simple != 385 || math.Abs(list[0].Half-5) > 0.01 {
		t.Errorf("finite: %+v", list[0])
	}
	// 20 a village with rho 0.05: deff 1.95.
	if p, list := planned(t, "way", "rho", "cluster", "20", "rho", "0.05"); math.Abs(p.effect()-1.95) > 1e-12 || list[0].Interviews != 489 || list[0].Clusters != 25 {
		t.Errorf("villages: %v %+v", p.effect(), list[0])
	}
	if _, list := planned(t, "half", "0.5", "population", "100", "given", "400"); !list[1].TooMany {
		t.Errorf("400 of 100 people: %+v", list[1])
	}
	p, list := planned(t, "given", "254", "apart", "4", "way", "phone", "response", "40")
	said := ""
	for _, s := range p.Sentences(list) {
		said += s.Chinese() + s.English()
	}
	if strings.Contains(said, "%!") || !strings.Contains(said, "需要成功访问376人；按应答率40%估计，要接触939人") || !strings.Contains(said, "约有一半的机会分得清") {
		t.Errorf("says %s", said)
	}
	x := lens{Lang: words.Chinese}
	if tab := x.plannerTable(p, list); len(tab.Rows) != len(list) || len(tab.Rows[0].Cells) != len(tab.Columns) {
		t.Errorf("table %d × %d", len(tab.Rows), len(tab.Columns))
	}
}

func TestPlannerFaults(t *testing.T) {
	for name, fields := range map[string][2]string{"share": {"share", "0"}, "share over": {"share", "100"}, "half": {"half", "x"}, "response": {"response", "0"}, "way": {"way", "?"}, "level": {"level", "100"}, "population": {"population", "3"}, "given": {"given", "0.2"}, "NaN": {"half", "NaN"}, "Inf": {"population", "Inf"}} {
		v := url.Values{"share": {"95"}, "half": {"2.7"}, "response": {"100"}, "way": {"simple"}, "level": {"95"}}
		v.Set(fields[0], fields[1])
		if p, err := readPlan(v); err == nil {
			t.Errorf("%s: taken as %+v", name, p)
		}
	}
}
