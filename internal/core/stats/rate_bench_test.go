package stats

import "testing"

// A dashboard of 60 indicators in 20 units with both intervals and the target decision.
func BenchmarkDashboard(b *testing.B) {
	for b.Loop() {
		for k := range int64(60) {
			for u := range int64(20) {
				n := 9 + 37*u + 113*k
				x := n - (k+u)%7*(n/50+1)
				if x < 0 {
					x = 0
				}
				if _, r := Wilson(x, n, 0.95); r != "" {
					b.Fatal(r)
				}
				if _, r := ClopperPearson(x, n, 0.95); r != "" {
					b.Fatal(r)
				}
				if _, r := TargetDecision(x, n, 0.98, AtLeast, 0.95); r != "" {
					b.Fatal(r)
				}
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/dashboard")
}

func BenchmarkFunnel20(b *testing.B) {
	x, n := make([]int64, 20), make([]int64, 20)
	for i := range x {
		n[i] = int64(10 + 37*i)
		x[i] = n[i] * int64(60+i) / 100
	}
	for b.Loop() {
		if _, r := FunnelProportions(x, n); r != "" {
			b.Fatal(r)
		}
	}
}

func BenchmarkRanks10(b *testing.B) {
	count := []int64{0, 3, 1, 7, 2, 4, 12, 0, 5, 2}
	people := []float64{2100, 8900, 1500, 12400, 4200, 9900, 15100, 900, 7800, 3600}
	for b.Loop() {
		if _, r := RankUncertainty(count, people, 5, 1, 200000, NewRandom(1)); r != "" {
			b.Fatal(r)
		}
	}
}
