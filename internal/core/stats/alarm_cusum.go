package stats

import "math"

// A CUSUMScale says how counts are standardised before they are added up.
type CUSUMScale string

// The scales of a count CUSUM; m is the expected count.
const (
	CUSUMStandard CUSUMScale = "standard" // (x−m)/√m
	CUSUMRossi    CUSUMScale = "rossi"    // (x−3m+2√(xm))/(2√m)
	CUSUMAnscombe CUSUMScale = "anscombe" // 3/2·(x^⅔−m^⅔)/m^⅙
)

// CountCUSUM adds up max(0, C + z − k) over the periods from index first (from 0) on, z being the
// standardised count with m the mean of all counts before; an alarm is C ≥ h, without a reset.
// Source: Rossi G, Lampugnani L, Marchi M. Stat Med 1999;18:2111 (k 1.04, h 2.26). Reasons: BadInput,
// TooFewPoints, NoData (all counts before are zero).
func CountCUSUM(counts []int64, first int, k, h float64, scale CUSUMScale) (cusum []float64, alarms []int, why Reason) {
	if !nonNegative(counts) || !(k >= 0 && k < 1e6) || !(h > 0 && h < 1e6) {
		return nil, nil, BadInput
	}
	if first < 1 || first >= len(counts) {
		return nil, nil, TooFewPoints
	}
	m := 0.0
	for _, c := range counts[:first] {
		m += float64(c)
	}
	m /= float64(first)
	if m == 0 {
		return nil, nil, NoData
	}
	now := 0.0
	for t := first; t < len(counts); t++ {
		x := float64(counts[t])
		var z float64
		switch scale {
		case CUSUMStandard:
			z = (x - m) / math.Sqrt(m)
		case CUSUMRossi:
			z = (x - float64(3*m) + float64(2*math.Sqrt(float64(x*m)))) / (2 * math.Sqrt(m))
		case CUSUMAnscombe:
			z = 1.5 * (math.Pow(x, 2.0/3) - math.Pow(m, 2.0/3)) / math.Pow(m, 1.0/6)
		default:
			return nil, nil, BadInput
		}
		now = math.Max(0, now+(z-k))
		cusum = append(cusum, now)
		if now >= h {
			alarms = append(alarms, t)
		}
	}
	return cusum, alarms, ""
}

// A PoissonCUSUM is a design for counts: C = max(0, C + count − K), signal C > H. RunLength0 and
// RunLength1 are the exact mean numbers of periods until a signal at the means Mean0 (false alarm)
// and Mean1 (the rise to be found).
type PoissonCUSUM struct {
	Mean0, Mean1           float64
	Ideal                  float64 // (Mean1−Mean0)/ln(Mean1/Mean0), before rounding
	K, H                   int
	RunLength0, RunLength1 float64
}

// DesignCUSUM gives the design with the least H, at most highest, whose run length without a rise
// is at least target periods; at highest it stops, whatever the run length. Source: Lucas JM.
// Technometrics 1985;27:129; run lengths by the Markov chain of Brook & Evans 1972. For county months
// a target of 60 to 100 is usual. The signal is C > H (the reference program's convention; C ≥ H
// would shorten the run). Reasons: BadInput, NotDefined.
func DesignCUSUM(mean0, mean1, target float64, highest int) (PoissonCUSUM, Reason) {
	if highest < 1 || highest > 200 || !(target >= 1) {
		return PoissonCUSUM{}, BadInput
	}
	for h := 1; ; h++ {
		d, why := CUSUMWith(mean0, mean1, h)
		if why != "" || d.RunLength0 >= target || h == highest {
			return d, why
		}
	}
}

// Watch runs the design over counts: the sum after each period, and the periods (from 0) where it
// exceeds H. The sum is not set back after a signal; a person confirms or dismisses it. Gate: as
// AlarmGate on the past from which Mean0 was taken. Reasons: BadInput, NoData.
func (d PoissonCUSUM) Watch(counts []int64) (sums []int64, signals []int, why Reason) {
	if len(counts) == 0 {
		return nil, nil, NoData
	}
	if !nonNegative(counts) || d.K < 1 || d.H < 0 {
		return nil, nil, BadInput
	}
	now := int64(0)
	for i, c := range counts {
		now = max(0, now+c-int64(d.K))
		sums = append(sums, now)
		if now > int64(d.H) {
			signals = append(signals, i)
		}
	}
	return sums, signals, ""
}

// CUSUMWith gives the run lengths of the design with limit h. Reasons: BadInput, NotDefined.
func CUSUMWith(mean0, mean1 float64, h int) (PoissonCUSUM, Reason) {
	if !(mean0 > 0.001 && mean1 > mean0*(1+1e-9) && mean1 <= 1000) || h < 0 || h > 400 {
		return PoissonCUSUM{}, BadInput
	}
	d := PoissonCUSUM{Mean0: mean0, Mean1: mean1, H: h, Ideal: (mean1 - mean0) / math.Log(mean1/mean0)}
	d.K = max(1, int(math.RoundToEven(d.Ideal)))
	var ok0, ok1 bool
	d.RunLength0, ok0 = cusumRunLength(mean0, d.K, h)
	d.RunLength1, ok1 = cusumRunLength(mean1, d.K, h)
	if !ok0 || !ok1 {
		return PoissonCUSUM{}, NotDefined
	}
	return d, ""
}

// cusumRunLength solves (I−Q)x = 1 for the states 0..h of the CUSUM and gives x at state 0; false
// if the run is too long to be told from endless.
func cusumRunLength(mean float64, k, h int) (float64, bool) {
	n := h + 1
	a := make([][]float64, n)
	chance := make([]float64, n+k+1)
	for x := range chance {
		lg, _ := math.Lgamma(float64(x + 1))
		chance[x] = math.Exp(float64(float64(x)*math.Log(mean)) - mean - lg)
	}
	for from := range n {
		a[from] = make([]float64, n+1)
		for x := 0; from+x-k <= h && x < len(chance); x++ {
			a[from][max(0, from+x-k)] -= chance[x]
		}
		a[from][from]++
		a[from][n] = 1
	}
	x, ok := solve(a)
	if !ok || !(x[0] >= 1 && x[0] < 1e12) {
		return 0, false
	}
	return x[0], true
}

// solve solves a system given with its right side as the last column; a is used up.
func solve(a [][]float64) ([]float64, bool) {
	n := len(a)
	for c := range n {
		p := c
		for r := c + 1; r < n; r++ {
			if math.Abs(a[r][c]) > math.Abs(a[p][c]) {
				p = r
			}
		}
		if a[p][c] == 0 || math.IsNaN(a[p][c]) {
			return nil, false
		}
		a[c], a[p] = a[p], a[c]
		for r := c + 1; r < n; r++ {
			f := a[r][c] / a[c][c]
			if f == 0 {
				continue
			}
			for j := c; j <= n; j++ {
				a[r][j] -= float64(f * a[c][j])
			}
		}
	}
	x := make([]float64, n)
	for i := n - 1; i >= 0; i-- {
		s := a[i][n]
		for j := i + 1; j < n; j++ {
			s -= float64(a[i][j] * x[j])
		}
		x[i] = s / a[i][i]
	}
	return x, finite(x...)
}
