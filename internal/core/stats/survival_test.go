package stats

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func drawFollowups(t *rapid.T) ([]Followup, []int) {
	n := rapid.IntRange(40, 90).Draw(t, "n")
	f, group := make([]Followup, n), make([]int, n)
	for i := range f {
		f[i] = Followup{Time: float64(rapid.IntRange(0, 60).Draw(t, "time")), Code: rapid.IntRange(0, 2).Draw(t, "code")}
		group[i] = rapid.IntRange(0, 1).Draw(t, "group")
	}
	group[0], group[1] = 0, 1
	return f, group
}

// Without censoring the curve is the share of persons whose time is still to come.
func TestKaplanMeierWithoutCensoring(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, _ := drawFollowups(t)
		for i := range f {
			f[i].Code = 1
		}
		c, r := KaplanMeier(f, 0.95)
		if r != "" {
			t.Fatal(r)
		}
		onlyNumbers(t, c)
		for _, p := range c.Points {
			later := 0
			for _, x := range f {
				if x.Time > p.Time {
					later++
				}
			}
			near(t, "share", p.Share, float64(later)/float64(len(f)), 1e-12)
			if p.HasInterval && !p.Interval.Contains(p.Share) {
				t.Fatalf("%+v", p)
			}
		}
		sum := 0.0
		for _, x := range f {
			sum += x.Time
		}
		if last := c.steps[len(c.steps)-1].time; last > 0 {
			mean, _, r := c.RestrictedMean(last)
			if r != "" {
				t.Fatal(r)
			}
			near(t, "mean time", mean, sum/float64(len(f)), 1e-9)
		}
	})
}

// Incidences of both exits and the share without any add up to one, and 1 − KM is never smaller.
func TestIncidencesAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, group := drawFollowups(t)
		steps := survivalSteps(f, true)
		for _, s := range steps {
			i := incidencePoint(f, s.time)
			onlyNumbers(t, i)
			near(t, "sum", i.Event+i.Compete+s.surv, 1, 1e-12)
			if i.OneMinusKM < i.Event-1e-12 {
				t.Fatalf("%+v", i)
			}
		}
		// Labels and a monotone change of time decide nothing.
		other := make([]int, len(group))
		late := make([]Followup, len(f))
		for i := range f {
			other[i] = 1 - group[i]
			late[i] = Followup{f[i].Time*f[i].Time + 3, f[i].Code}
		}
		if a, r := GrayTest(f, group); r == "" {
			b, _ := GrayTest(late, other)
			onlyNumbers(t, a)
			near(t, "Gray", b.Statistic, a.Statistic, 1e-6*(1+a.Statistic))
		}
		if a, r := LogRank(f, group); r == "" {
			b, _ := LogRank(late, other)
			onlyNumbers(t, a)
			near(t, "log-rank", b.Statistic, a.Statistic, 1e-8*(1+a.Statistic))
			near(t, "expected", sumOf(a.Expected), sumOf(a.Observed), 1e-9)
		}
		if a, r := Hazard(f, group, 0.95); r == "" {
			b, _ := Hazard(f, other, 0.95)
			onlyNumbers(t, a)
			near(t, "inverse hazard ratio", a.Ratio*b.Ratio, 1, 1e-9)
		}
	})
}

func TestSurvivalGates(t *testing.T) {
	if _, r := KaplanMeier(nil, 0.95); r != NoData {
		t.Errorf("nobody: %q", r)
	}
	for _, bad := range []Followup{{-1, 1}, {math.NaN(), 1}, {math.Inf(1), 0}, {5, 3}, {5, -1}} {
		if _, r := KaplanMeier([]Followup{bad}, 0.95); r != BadInput {
			t.Errorf("%+v: %q", bad, r)
		}
	}
	f := make([]Followup, 30)
	cohort := make([]CohortMember, 30)
	for i := range f {
		f[i] = Followup{Time: float64(100 * (i + 1)), Code: i % 2}
		cohort[i] = CohortMember{Start: float64(i), Followup: f[i]}
	}
	c, _ := KaplanMeier(f, 0.95)
	if p, r := c.At(1096); r != "" || p.AtRisk != 20 {
		t.Errorf("at 1096: %+v %q", p, r)
	}
	if p, r := c.At(1101); r != TooFewAtRisk || p.Share != 0 {
		t.Errorf("at 1101: %+v %q", p, r)
	}
	if last, ok := c.LastTime(); !ok || last != 1100 {
		t.Errorf("last time with twenty: %v %v", last, ok)
	}
	rate, r := ThreeYearRate(cohort, 5000, 1500, 0.95)
	if r != "" || rate.Reason != TooFewAtRisk || !rate.HasLast || rate.LastPoint.Time != 1100 || rate.KM.Share != 0 {
		t.Errorf("%+v %q", rate, r)
	}
	onlyNumbers(t, rate)
	if _, r := LogRank(f[:18], []int{0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1}); r != TooFewEvents {
		t.Errorf("nine events: %q", r)
	}
	if _, r := LogRank(f, make([]int, 30)); r != TooFewUnits {
		t.Errorf("one group: %q", r)
	}
	if _, r := CumulativeIncidence(f, []float64{100, 2900}); r != TooFewAtRisk {
		t.Errorf("late: %q", r)
	}
	if _, r := Actuarial(f, []float64{0, 500, 3000}); r != "" {
		t.Errorf("life table: %q", r)
	}
	if _, r := Actuarial(f, []float64{0, 2500, 3000}); r != TooFewAtRisk {
		t.Errorf("life table of five: %q", r)
	}
	if _, r := Actuarial(f, []float64{1, 0}); r != BadInput {
		t.Errorf("falling breaks: %q", r)
	}
	one, _ := KaplanMeier([]Followup{{0, 1}}, 0.95)
	onlyNumbers(t, one)
}
