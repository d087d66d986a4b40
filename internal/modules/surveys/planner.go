package surveys

import (
	"math"
	"net/url"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/stats"
)

// The design effects to plan with where the county has no data of its own (METHODS §5).
const (
	phoneDeff   = 1.5
	villageDeff = 2
)

// A Plan is what the planner of samples is asked. Numbers are as typed: per cent and percentage
// points; 0 leaves a question out.
type Plan struct {
	Share      float64 // per cent expected
	Half       float64 // points either way
	Apart      float64 // points between two counties or waves; 0 leaves it out
	Given      float64 // interviews that can be made; 0 leaves it out
	Population float64 // persons, 0 for unknown or large
	Response   float64 // per cent
	Way        string  // phone, village, simple, own, rho
	Deff       float64 // for own
	PerCluster float64 // interviews in a village or group; 0 for no clusters
	Rho        float64
	Level      float64 // per cent
}

// Ways lists the ways of choosing a design effect in the order of the form.
func ways() [][2]string {
	return [][2]string{{"phone", "电话访问（设计效应按 1.5）"}, {"village", "按村（居）抽样（设计效应按 2）"}, {"rho", "按每村人数和村内相似程度计算"}, {"own", "直接填写设计效应"}, {"simple", "简单随机（设计效应 1）"}}
}

// startPlan is the plan that the page begins with: the county's telephone survey.
func startPlan() Plan {
	return Plan{Share: 95, Half: 2.7, Apart: 4, Given: 254, Response: 50, Way: "phone", Deff: 1.5, PerCluster: 20, Rho: 0.05, Level: 95}
}

// readPlan reads the fields of the planner. An address without fields gives the start.
func readPlan(v url.Values) (p Plan, err error) {
	if !v.Has("share") {
		return startPlan(), nil
	}
	var f fault.Fields
	number := func(name, label string, least, most float64, optional bool) float64 {
		text := strings.TrimSuffix(strings.TrimSpace(v.Get(name)), "%")
		if text == "" && optional {
			return 0
		}
		x, err := strconv.ParseFloat(text, 64)
		f.Need(err == nil && x >= least && x <= most, name, "%s请写 %s 到 %s 之间的数", fault.Word(label), plain(least), plain(most))
		if err != nil {
			return 0
		}
		return x
	}
	p = Plan{Share: number("share", "预计比率", 0.1, 99.9, false), Half: number("half", "误差", 0.1, 30, false), Apart: number("apart", "差别", 0.2, 50, true), Given: number("given", "人数", 1, 1e6, true),
		Population: number("population", "总人数", 30, 1e10, true), Response: number("response", "应答率", 1, 100, false), Way: v.Get("way"), Level: number("level", "把握程度", 50, 99.9, false)}
	known := false
	for _, w := range ways() {
		known = known || w[0] == p.Way
	}
	f.Need(known, "way", "请选择抽样方式")
	p.Deff, p.PerCluster, p.Rho = villageDeff, 0, 0
	if p.Way == "own" {
		p.Deff = number("deff", "设计效应", 0.1, 100, false)
	}
	if p.Way == "rho" || p.Way == "village" {
		p.PerCluster = number("cluster", "每村访问人数", 1, 10000, p.Way == "village")
	}
	if p.Way == "rho" {
		p.Rho = number("rho", "村内相似程度", 0, 1, false)
	}
	return p, f.Err()
}

// effect gives the design effect of a plan.
func (p Plan) effect() float64 {
	switch p.Way {
	case "phone":
		return phoneDeff
	case "village":
		return villageDeff
	case "rho":
		return stats.DesignEffect(p.PerCluster, p.Rho)
	case "own":
		return p.Deff
	}
	return 1
}

func (p Plan) question() stats.SampleQuestion {
	return stats.SampleQuestion{Share: p.Share / 100, Half: p.Half / 100, Deff: p.effect(), Response: p.Response / 100, Population: p.Population, Level: p.Level / 100}
}

// A Scenario is one line of the planner: what was asked and what it takes.
type Scenario struct {
	Kind       string // half, apart, sure, given, more
	Asked      float64
	Interviews int64
	Approach   int64
	Clusters   int64   // 0 for none
	Half       float64 // points
	Apart      float64 // points
	Simple     int64
	TooMany    bool // more than there are people
}

// Scenarios answers a plan: the error wanted, the difference wanted, the interviews given, and
// other errors beside them to choose from.
func (p Plan) Scenarios() (out []Scenario, why stats.Reason) {
	q := p.question()
	size := func(kind string, asked float64, s stats.SampleSize) {
		x := Scenario{Kind: kind, Asked: asked, Interviews: s.Interviews, Approach: s.ToIssue, Simple: s.SimpleUp}
		p.reach(q, &x)
		out = append(out, x)
	}
	s, why := stats.PlanSample(q)
	if why != "" {
		return nil, why
	}
	size("half", p.Half, s)
	if p.Apart > 0 {
		each, sure, why := stats.PlanApart(q, p.Apart/100)
		if why != "" {
			return nil, why
		}
		size("apart", p.Apart, each)
		size("sure", p.Apart, sure)
	}
	if p.Given > 0 {
		x := Scenario{Kind: "given", Asked: p.Given, Interviews: int64(p.Given), Approach: int64(math.Ceil(p.Given/q.Response - 1e-9))}
		p.reach(q, &x)
		out = append(out, x)
	}
	for _, half := range []float64{2, 3, 4, 5} {
		if half == p.Half {
			continue
		}
		q.Half = half / 100
		if s, why := stats.PlanSample(q); why == "" {
			size("more", half, s)
		}
	}
	return out, ""
}

// reach fills in what so many interviews can show.
func (p Plan) reach(q stats.SampleQuestion, x *Scenario) {
	half, apart, why := q.Reach(float64(x.Interviews))
	x.Half, x.Apart = 100*half, 100*apart
	x.TooMany = why != "" || p.Population > 0 && float64(x.Interviews) > p.Population
	if p.PerCluster > 0 && (p.Way == "village" || p.Way == "rho") {
		x.Clusters = int64(math.Ceil(float64(x.Interviews)/p.PerCluster - 1e-9))
	}
}

// Sentences says the plan: the error wanted, the difference wanted, the interviews given.
func (p Plan) Sentences(list []Scenario) (out []stats.Statement) {
	at := map[string]Scenario{}
	for _, x := range list {
		if _, ok := at[x.Kind]; !ok {
			at[x.Kind] = x
		}
	}
	h := at["half"]
	out = append(out, stats.Statement{Code: stats.SaySampleForHalf, Args: []any{plain(p.Half), h.Interviews, plain(p.Response), h.Approach}})
	if a, ok := at["apart"]; ok {
		b := at["sure"]
		out = append(out, stats.Statement{Code: stats.SaySampleForApart, Args: []any{plain(p.Apart), a.Interviews, a.Approach, b.Interviews, b.Approach}})
	}
	if g, ok := at["given"]; ok && !g.TooMany {
		out = append(out, stats.Statement{Code: stats.SaySampleGiven, Args: []any{g.Interviews, points(g.Half), points(g.Apart)}})
	}
	return out
}

// plain prints a number without needless decimals.
func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// points prints percentage points with one decimal.
func points(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

// deff prints a design effect.
func deff(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }
