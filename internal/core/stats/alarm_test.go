package stats

import (
	"math"
	"slices"
	"testing"
)

func TestPoissonCUSUMWatchesCounts(t *testing.T) {
	d, why := CUSUMWith(2, 4, 6)
	if why != "" || d.K != 3 {
		t.Fatalf("%+v %q", d, why)
	}
	sums, signals, why := d.Watch([]int64{2, 3, 5, 6, 5, 1, 0, 9})
	if why != "" || !slices.Equal(sums, []int64{0, 0, 2, 5, 7, 5, 2, 8}) || !slices.Equal(signals, []int{4, 7}) {
		t.Errorf("sums %v, signals %v, %q", sums, signals, why)
	}
}

// A higher limit means a longer run; a target of 60 months is met by the least limit that does.
func TestDesignTakesTheLeastLimit(t *testing.T) {
	d, why := DesignCUSUM(3, 6, 60, 40)
	if why != "" || d.RunLength0 < 60 {
		t.Fatalf("%+v %q", d, why)
	}
	below, why := CUSUMWith(3, 6, d.H-1)
	if why != "" || below.RunLength0 >= 60 || below.RunLength1 >= d.RunLength1 {
		t.Errorf("limit %d gives %+v", d.H-1, below)
	}
}

// The run length agrees with a simulation.
func TestRunLengthBySimulation(t *testing.T) {
	d, _ := CUSUMWith(2, 4, 3)
	g := NewRandom(9).Stream(0)
	total := 0
	const runs = 3000
	for range runs {
		now := 0
		for {
			total++
			n, p := 0, math.Exp(-4)
			for s, u := p, g.Float64(); u > s; s += p {
				n++
				p *= 4 / float64(n)
			}
			if now = max(0, now+n-d.K); now > d.H {
				break
			}
		}
	}
	if mean := float64(total) / runs; math.Abs(mean/d.RunLength1-1) > 0.06 {
		t.Errorf("simulated %v, computed %v", mean, d.RunLength1)
	}
}

// A quiet past without spread does not alarm at the next case, and a burst alarms.
func TestMonthlyEARSOnQuietMonths(t *testing.T) {
	counts := []int64{2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 9}
	points, why := EARS(counts, 12, MonthlyEARS())
	if why != "" || points[0].Alarm || !points[1].Alarm || points[0].Sigma != 0.5 {
		t.Errorf("%+v %q", points, why)
	}
	c3, why := EARSC3(append(counts, 9, 9), 13, EARSPlan{Baseline: 7, Lag: 2, Z: 3})
	if why != "" || !finite(c3...) {
		t.Errorf("C3 without spread: %v %q", c3, why)
	}
}

// Every value of a Farrington point is a number, also where a season has no case at all.
func TestFarringtonOnSparseSeries(t *testing.T) {
	counts := make([]int64, 6*12)
	for i := range counts {
		if i%12 < 3 {
			counts[i] = int64(3 + i%5)
		}
	}
	for _, plan := range []FarringtonPlan{OriginalFarrington(4, 1, 0.05), ImprovedFarrington(4, 1, 0.05)} {
		plan.Frequency = 12
		if plan.Omit > 12 {
			plan.Omit = 3
			plan.Periods = 4
		}
		points, why := Farrington(counts, 60, 71, plan)
		if why != "" {
			t.Fatal(why)
		}
		for _, p := range points {
			if !finite(p.Expected, p.Upper, p.Dispersion) || p.Why == "" && p.Dispersion < 1 {
				t.Errorf("%+v", p)
			}
		}
	}
}
