package stats

import (
	"math"
)

// An Index describes a composite score: rows are units, columns indicators. A NaN-free matrix is
// wanted; Missing marks cells without data (nil: none). Higher tells for each indicator whether
// larger is better. Weights are above 0 and are renormalised. Floor and Target are the fixed
// goalposts of each indicator (policy floor and target); nil means the range of the data, which
// makes scores of different years incomparable.
type Index struct {
	Matrix        [][]float64
	Missing       [][]bool
	Higher        []bool
	Weights       []float64
	Floor, Target []float64
}

// A Score is a composite score with the checks of its ranks. Rank 1 is the best score; equal
// scores share the smaller place. Normal holds the normalised cells from 0 to 1. Dropped marks
// indicators on which all units are equal; they leave the score and their weight is shared out.
// Partial marks units for which an indicator had no data and the other weights were renormalised.
// Seed made the random weights.
type Score struct {
	Normal, Z            [][]float64
	Arithmetic, Standard []float64 // weighted mean of normalised cells, of z-scores
	Geometric            []float64 // weighted geometric mean, cells at least 0.01
	Rank, RankZ, RankGeo []int
	OneAtATime           []WeightShift
	DropOne              [][]int // ranks without each indicator; nil where it is the only one
	First                []float64
	MeanRank             []float64
	RankLow, RankHigh    []float64 // 95 % range over random weights
	Spearman, Kendall    float64   // of arithmetic ranks with z-score ranks, and with geometric
	HasSpearman          bool      // false if all share one place
	HasKendall           bool
	Dropped              []bool
	Partial              []bool
	Seed                 uint64
}

// A WeightShift is the ranking with one weight times Factor and renormalised. MeanShift is the
// mean number of places by which units move.
type WeightShift struct {
	Indicator int
	Factor    float64
	Rank      []int
	MeanShift float64
}

// CompositeScore gives a composite score and how far its ranks hold (OECD/JRC handbook 2008,
// Saisana 2005, SMAA-2; METHODS 7.1): weighted arithmetic mean of min-max cells, checked against
// z-scores, the geometric mean, one weight at a time × 0.75 and × 1.25, leaving one indicator out,
// and draws of weights uniform on the simplex. Missing cells are left out, never zero. Deductions
// and veto items stay outside. The gate: two units, one indicator that varies, weights above 0,
// and at least one cell of every unit.
func CompositeScore(x Index, draws int, random Random) (*Score, Reason) {
	if r := x.check(); r != "" {
		return nil, r
	}
	if draws < 1000 {
		return nil, BadInput
	}
	units, columns := len(x.Matrix), len(x.Weights)
	s := &Score{Seed: random.Seed(), Dropped: make([]bool, columns), Partial: make([]bool, units)}
	s.normalise(x)
	w := make([]float64, columns)
	left := 0
	for j := range w {
		if !s.Dropped[j] {
			w[j] = x.Weights[j]
			left++
		}
	}
	if left == 0 {
		return nil, Constant
	}
	missing := func(i, j int) bool { return x.Missing != nil && x.Missing[i][j] }
	for i := range units {
		cells := 0
		for j := range columns {
			if !s.Dropped[j] && !missing(i, j) {
				cells++
			}
		}
		if cells == 0 {
			return nil, NoData
		}
		s.Partial[i] = cells < left
	}
	clip := make([][]float64, units)
	for i := range clip {
		clip[i] = make([]float64, columns)
		for j, v := range s.Normal[i] {
			clip[i][j] = math.Log(math.Max(v, 0.01))
		}
	}
	s.Arithmetic = weighted(s.Normal, w, missing)
	s.Standard = weighted(s.Z, w, missing)
	s.Geometric = weighted(clip, w, missing)
	for i, v := range s.Geometric {
		s.Geometric[i] = math.Exp(v)
	}
	s.Rank, s.RankZ, s.RankGeo = rankDown(s.Arithmetic), rankDown(s.Standard), rankDown(s.Geometric)
	for j := range columns {
		for _, factor := range []float64{0.75, 1.25} {
			v := append([]float64(nil), w...)
			v[j] = float64(v[j] * factor)
			rank := rankDown(weighted(s.Normal, v, missing))
			s.OneAtATime = append(s.OneAtATime, WeightShift{j, factor, rank, meanShift(rank, s.Rank)})
		}
	}
	for j := range columns {
		v := append([]float64(nil), w...)
		v[j] = 0
		scores := weighted(s.Normal, v, missing)
		if finite(scores...) {
			s.DropOne = append(s.DropOne, rankDown(scores))
		} else {
			s.DropOne = append(s.DropOne, nil)
		}
	}
	s.simulate(w, missing, draws, random)
	s.Spearman, s.HasSpearman = spearman(s.Rank, s.RankZ)
	s.Kendall, s.HasKendall = kendallB(s.Rank, s.RankGeo)
	return s, ""
}

func (x Index) check() Reason {
	units, columns := len(x.Matrix), len(x.Weights)
	if units == 0 || columns == 0 {
		return NoData
	}
	if units < 2 {
		return TooFewUnits
	}
	if len(x.Higher) != columns || x.Missing != nil && len(x.Missing) != units ||
		(x.Floor == nil) != (x.Target == nil) || x.Floor != nil && (len(x.Floor) != columns || len(x.Target) != columns) {
		return BadInput
	}
	for j, w := range x.Weights {
		if !(w > 0) || w > 1e9 {
			return BadInput
		}
		if x.Floor != nil && (!finite(x.Floor[j], x.Target[j]) || x.Floor[j] == x.Target[j] || (x.Target[j] > x.Floor[j]) != x.Higher[j]) {
			return BadInput
		}
	}
	for i, row := range x.Matrix {
		if len(row) != columns || x.Missing != nil && len(x.Missing[i]) != columns {
			return BadInput
		}
		for j, v := range row {
			if (x.Missing == nil || !x.Missing[i][j]) && (!finite(v) || math.Abs(v) > 1e12) {
				return BadInput
			}
		}
	}
	return ""
}

// normalise fills Normal and Z; missing cells stay 0 and are never read.
func (s *Score) normalise(x Index) {
	for range x.Matrix {
		s.Normal = append(s.Normal, make([]float64, len(x.Weights)))
		s.Z = append(s.Z, make([]float64, len(x.Weights)))
	}
	for j := range x.Weights {
		lo, hi, sum, n := math.Inf(1), math.Inf(-1), 0.0, 0.0
		for i, row := range x.Matrix {
			if x.Missing != nil && x.Missing[i][j] {
				continue
			}
			lo, hi = math.Min(lo, row[j]), math.Max(hi, row[j])
			sum += row[j]
			n++
		}
		if n == 0 || lo == hi {
			s.Dropped[j] = true
			continue
		}
		mean, square := sum/n, 0.0
		for i, row := range x.Matrix {
			if x.Missing == nil || !x.Missing[i][j] {
				square += float64((row[j] - mean) * (row[j] - mean))
			}
		}
		sd, sign := math.Sqrt(square/(n-1)), 1.0
		from, to := lo, hi
		if !x.Higher[j] {
			sign, from, to = -1, hi, lo
		}
		if x.Floor != nil {
			from, to = x.Floor[j], x.Target[j]
		}
		for i, row := range x.Matrix {
			if x.Missing == nil || !x.Missing[i][j] {
				s.Normal[i][j] = math.Max(0, math.Min(1, (row[j]-from)/(to-from)))
				s.Z[i][j] = float64(sign * ((row[j] - mean) / sd))
			}
		}
	}
}

// weighted gives the weighted means of the rows; cells with weight 0 or missing are left out and
// the other weights renormalised. A row without any cell gives NaN, which no caller returns.
func weighted(m [][]float64, w []float64, missing func(i, j int) bool) []float64 {
	out := make([]float64, len(m))
	for i, row := range m {
		sum, all := 0.0, 0.0
		for j, v := range row {
			if w[j] > 0 && !missing(i, j) {
				sum += float64(w[j] * v)
				all += w[j]
			}
		}
		out[i] = sum / all
	}
	return out
}

// rankDown gives places from the largest; values that differ by less than 1e-12 share the smaller
// place, so that the order of adding up decides no rank.
func rankDown(v []float64) []int {
	out := make([]int, len(v))
	for i, x := range v {
		out[i] = 1
		for _, y := range v {
			if y-x > 1e-12*math.Max(1, math.Abs(x)) {
				out[i]++
			}
		}
	}
	return out
}

func meanShift(a, b []int) float64 {
	sum := 0.0
	for i := range a {
		sum += math.Abs(float64(a[i] - b[i]))
	}
	return sum / float64(len(a))
}

// simulate draws weights uniform on the simplex of the indicators that count.
func (s *Score) simulate(w []float64, missing func(i, j int) bool, draws int, random Random) {
	units := len(s.Normal)
	weights := make([]float64, len(w))
	t := rankTally(units, draws, random, func(r normalSource, v []float64) {
		for j := range weights {
			weights[j] = 0
			if w[j] > 0 {
				weights[j] = -math.Log(1 - r.Float64())
			}
		}
		for i, row := range s.Normal {
			sum, all := 0.0, 0.0
			for j, x := range row {
				if weights[j] > 0 && !missing(i, j) {
					sum += float64(weights[j] * x)
					all += weights[j]
				}
			}
			v[i] = -sum
			if all > 0 {
				v[i] = -sum / all
			}
		}
	})
	s.RankLow, _, s.RankHigh, s.First = t.summary(draws)
	for _, c := range t {
		sum := 0.0
		for place, n := range c {
			sum += float64(float64(place+1) * float64(n))
		}
		s.MeanRank = append(s.MeanRank, sum/float64(draws))
	}
}

// spearman is the rank correlation of two rankings; false if one of them is all ties.
func spearman(a, b []int) (float64, bool) {
	x, y := averageRanks(negated(a)), averageRanks(negated(b))
	n := float64(len(x))
	mx, my := sumOf(x)/n, sumOf(y)/n
	sxy, sxx, syy := 0.0, 0.0, 0.0
	for i := range x {
		sxy += float64((x[i] - mx) * (y[i] - my))
		sxx += float64((x[i] - mx) * (x[i] - mx))
		syy += float64((y[i] - my) * (y[i] - my))
	}
	if sxx == 0 || syy == 0 {
		return 0, false
	}
	return math.Max(-1, math.Min(1, sxy/math.Sqrt(sxx*syy))), true
}

func negated(a []int) []float64 {
	out := make([]float64, len(a))
	for i, v := range a {
		out[i] = -float64(v)
	}
	return out
}

// kendallB is Kendall's tau-b of two rankings; false if one of them is all ties.
func kendallB(a, b []int) (float64, bool) {
	s, x, y := 0.0, 0.0, 0.0
	sign := func(v int) float64 { return float64(min(1, max(-1, v))) }
	for i := range a {
		for j := range i {
			p, q := sign(a[i]-a[j]), sign(b[i]-b[j])
			s += float64(p * q)
			x += float64(p * p)
			y += float64(q * q)
		}
	}
	if x == 0 || y == 0 {
		return 0, false
	}
	return math.Max(-1, math.Min(1, s/math.Sqrt(x*y))), true
}

// Tied tells whether two units must be reported as 并列: their order changes in any of the checks
// (z-scores, geometric mean, one weight at a time, one indicator left out; METHODS 7.1).
func (s *Score) Tied(a, b int) bool {
	if a < 0 || b < 0 || a >= len(s.Rank) || b >= len(s.Rank) {
		return false
	}
	base := s.Rank[a] - s.Rank[b]
	if base == 0 {
		return true
	}
	changed := func(rank []int) bool {
		return rank != nil && ((base < 0) != (rank[a] < rank[b]) || rank[a] == rank[b])
	}
	if changed(s.RankZ) || changed(s.RankGeo) {
		return true
	}
	for _, w := range s.OneAtATime {
		if changed(w.Rank) {
			return true
		}
	}
	for _, rank := range s.DropOne {
		if changed(rank) {
			return true
		}
	}
	return false
}
