package stats

import "math"

// The reasons of joinpoint regression.
const (
	LogOfZero  Reason = "log_of_zero" // a logarithm of zero or of a negative value
	TooLong    Reason = "too_long"    // the search would take too long
	PerfectFit Reason = "perfect_fit" // the line goes through all points; there is no chance variation to judge by
)

// A JoinpointTable holds the best model of each number of joinpoints from 0 to the largest, and
// which of them the weighted BIC selects.
type JoinpointTable struct {
	Models   []JoinpointModel
	Selected int // index into Models = number of joinpoints
}

// Best is the selected model.
func (t JoinpointTable) Best() JoinpointModel { return t.Models[t.Selected] }

// Table fits 0 to most joinpoints and selects by the weighted BIC
// ln(SSE/n) + ((2+R²max)k + 2)·ln(n)/n, the default of the NCI program since version 5.
// Source: Kim HJ et al. Stat Med 2022;41:3102 and J Appl Stat 2023;50:1992. In short steady falls it finds a
// bend in one of four to seven series that have none: never use it alone for a claim (see Turning).
// For long series the largest number of joinpoints falls until the search is possible. Reasons as Fit.
func (s *JoinpointSeries) Table(most int) (JoinpointTable, Reason) {
	var t JoinpointTable
	for most > 0 && s.sets(most) > maxGrid {
		most--
	}
	for k := 0; k <= most; k++ {
		if k > 0 && len(s.x) < smallestFor(k) {
			break
		}
		m, why := s.Fit(k)
		if why != "" {
			return JoinpointTable{}, why
		}
		t.Models = append(t.Models, m)
		if m.WBIC < t.Models[t.Selected].WBIC {
			t.Selected = k
		}
	}
	if len(t.Models) == 0 {
		return JoinpointTable{}, BadInput
	}
	return t, ""
}

// APC gives the percent change per unit of x in each segment, 100(exp(slope)−1), with the
// interval from Student's t with n−2(k+1) degrees of freedom and the NCI parametric error. Only
// for series on the log scale with DF above zero; else reason TooFewPoints.
func (m JoinpointModel) APC(level float64) ([]float64, []Interval, Reason) {
	if m.DF < 1 || len(m.SE) != len(m.Slopes) {
		return nil, nil, TooFewPoints
	}
	if !validLevel(level) {
		return nil, nil, BadInput
	}
	t := studentAt((1+level)/2, float64(m.DF))
	var apc []float64
	var limits []Interval
	for j, b := range m.Slopes {
		i := apcInterval(b, t*m.SE[j], level, "NCI parametric, Student t")
		if !finite(i.Lo, i.Hi) {
			return nil, nil, NotDefined
		}
		apc, limits = append(apc, 100*math.Expm1(b)), append(limits, i)
	}
	return apc, limits, ""
}

// AAPC is the average percent change over the range from..to: the slopes averaged by the length
// of their segments inside the range. Normal limits, or those of the segment itself if the range
// lies in one. Source: Clegg LX et al. Stat Med 2009;28:3670. Reasons: TooFewPoints, BadInput.
func (m JoinpointModel) AAPC(from, to, level float64) (float64, Interval, Reason) {
	if !(to > from) || !validLevel(level) || !finite(from, to) {
		return 0, Interval{}, BadInput
	}
	if m.DF < 1 || len(m.SE) != len(m.Slopes) {
		return 0, Interval{}, TooFewPoints
	}
	mean, variance, touched := 0.0, 0.0, 0
	for j := range m.Slopes {
		lo, hi := from, to
		if j > 0 {
			lo = math.Max(lo, m.At[j-1])
		}
		if j < m.K {
			hi = math.Min(hi, m.At[j])
		}
		if hi <= lo {
			continue
		}
		touched++
		w := (hi - lo) / (to - from)
		mean += float64(w * m.Slopes[j])
		variance += float64(float64(w*w) * float64(m.SE[j]*m.SE[j]))
	}
	q, method := normalAt((1+level)/2), "AAPC, normal"
	if touched == 1 {
		q, method = studentAt((1+level)/2, float64(m.DF)), "NCI parametric, Student t"
	}
	i := apcInterval(mean, q*math.Sqrt(variance), level, method)
	if !finite(i.Lo, i.Hi) {
		return 0, Interval{}, NotDefined
	}
	return 100 * math.Expm1(mean), i, ""
}
