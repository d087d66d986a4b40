package stats

import (
	"math"
	"slices"
)

// A Shrinkage holds the shrunken rates of units: each small unit's rate is pulled towards the
// mean by as much as its size is small. Mean is the pooled rate, Between the variance between
// units beyond chance (0: no difference beyond chance, all get the mean). ForReference tells that
// there are fewer than 10 units (参考).
type Shrinkage struct {
	Mean         float64
	Between      float64
	Raw, Rates   []float64
	ForReference bool
}

// ShrinkMarshall gives empirical-Bayes rates by Marshall's closed form (Marshall 1991; METHODS
// 4.3): m = ΣO/Σn, s² = Σn(p−m)²/Σn, A = max(0, s² − m/mean(n)), rate = m + A(p−m)/(A + m/n).
// The gate is 5 units with a population and at least one event in all.
func ShrinkMarshall(count []int64, population []float64) (Shrinkage, Reason) {
	o, r := checkRates(count, population)
	if r != "" {
		return Shrinkage{}, r
	}
	if len(o) < minUnits {
		return Shrinkage{}, TooFewUnits
	}
	if sumOf(o) == 0 {
		return Shrinkage{}, NoSpread
	}
	return shrinkMarshall(o, population), ""
}

func shrinkMarshall(o, n []float64) Shrinkage {
	total := sumOf(n)
	s := Shrinkage{Mean: sumOf(o) / total, ForReference: len(o) < minUnitsShrink}
	square := 0.0
	for i := range o {
		p := o[i] / n[i]
		s.Raw = append(s.Raw, p)
		square += float64(n[i] * (p - s.Mean) * (p - s.Mean))
	}
	s.Between = math.Max(0, square/total-s.Mean/(total/float64(len(n))))
	for i, p := range s.Raw {
		rate := s.Mean
		if s.Between > 0 {
			rate += s.Between * (p - s.Mean) / (s.Between + s.Mean/n[i])
		}
		s.Rates = append(s.Rates, rate)
	}
	return s
}

func checkRates(count []int64, population []float64) ([]float64, Reason) {
	if len(count) != len(population) {
		return nil, BadInput
	}
	if len(count) == 0 {
		return nil, NoData
	}
	o := make([]float64, len(count))
	for i, c := range count {
		if c < 0 || c > 1<<53 || !(population[i] > 0) || population[i] > 1e15 {
			return nil, BadInput
		}
		o[i] = float64(c)
	}
	return o, ""
}

// A GammaShrinkage holds relative risks shrunk by a gamma-Poisson model. Theta is the shape and
// Mu the mean of the relative risks; Risks are posterior means. NoOverdispersion tells that the
// counts vary no more than chance: theta has no finite value, it is then 0, and all risks are Mu.
type GammaShrinkage struct {
	Theta, Mu        float64
	NoOverdispersion bool
	Risks            []float64
	ForReference     bool
}

// ShrinkGamma fits counts as negative binomial with mean mu·E and shape theta by maximum
// likelihood, E = n·ΣO/Σn, and gives (O+theta)/(E+theta/mu) (Clayton and Kaldor 1987; METHODS
// 4.3). The gate is that of ShrinkMarshall.
func ShrinkGamma(count []int64, population []float64) (GammaShrinkage, Reason) {
	o, r := checkRates(count, population)
	if r != "" {
		return GammaShrinkage{}, r
	}
	if len(o) < minUnits {
		return GammaShrinkage{}, TooFewUnits
	}
	if sumOf(o) == 0 {
		return GammaShrinkage{}, NoSpread
	}
	return shrinkGamma(o, population), ""
}

func shrinkGamma(o, n []float64) GammaShrinkage {
	e := expectedCounts(o, n)
	g := GammaShrinkage{ForReference: len(o) < minUnitsShrink}
	at := func(lt float64) float64 { v, _ := negativeBinomialProfile(o, e, math.Exp(lt)); return v }
	// The profile likelihood has one maximum in ln theta; a coarse grid brackets it.
	const lo, hi, step = -9.0, 18.0, 0.5
	best, where := math.Inf(-1), lo
	for lt := lo; lt <= hi; lt += step {
		if v := at(lt); v > best {
			best, where = v, lt
		}
	}
	if where >= hi-step || best <= at(25)+1e-7 {
		g.NoOverdispersion, g.Mu = true, 1
		for range o {
			g.Risks = append(g.Risks, 1)
		}
		return g
	}
	theta := math.Exp(goldenMax(at, where-step, where+step))
	_, mu := negativeBinomialProfile(o, e, theta)
	g.Theta, g.Mu = theta, mu
	for i := range o {
		g.Risks = append(g.Risks, (o[i]+theta)/(e[i]+theta/mu))
	}
	return g
}

func expectedCounts(o, n []float64) []float64 {
	rate := sumOf(o) / sumOf(n)
	e := make([]float64, len(n))
	for i := range n {
		e[i] = n[i] * rate
	}
	return e
}

// negativeBinomialProfile gives the log-likelihood (without terms free of the parameters) at
// theta with mu at its maximum, and that mu.
func negativeBinomialProfile(o, e []float64, theta float64) (ll, mu float64) {
	mu = math.Max(1e-12, sumOf(o)/sumOf(e))
	lm := math.Log(mu)
	for range 100 { // Newton in ln mu
		score, info := 0.0, 0.0
		for i := range o {
			m := float64(e[i] * math.Exp(lm))
			score += (o[i] - m) * theta / (theta + m)
			info += m * theta * (theta + o[i]) / ((theta + m) * (theta + m))
		}
		if !(info > 0) {
			break
		}
		d := math.Max(-2, math.Min(2, score/info))
		lm += d
		if math.Abs(d) < 1e-13 {
			break
		}
	}
	mu = math.Exp(lm)
	for i := range o {
		m := float64(e[i] * mu)
		// ln Γ(o+θ)/Γ(θ) + θ ln θ/(θ+m) + o ln m/(θ+m), written for large θ.
		ll += logRising(theta, o[i]) - float64(theta*math.Log1p(m/theta)) - float64(o[i]*math.Log1p(m/theta))
		if o[i] > 0 {
			ll += float64(o[i] * math.Log(m))
		}
	}
	return ll, mu
}

// logRising gives ln of Γ(θ+k)/(Γ(θ) θ^k).
func logRising(theta, k float64) float64 {
	if k <= 1 {
		return 0
	}
	if k < 200 {
		s := 0.0
		for j := 1.0; j < k; j++ {
			s += math.Log1p(j / theta)
		}
		return s
	}
	a, _ := math.Lgamma(theta + k)
	b, _ := math.Lgamma(theta)
	return a - b - float64(k*math.Log(theta))
}

// goldenMax gives the place of the maximum of f with one peak between a and b.
func goldenMax(f func(float64) float64, a, b float64) float64 {
	const g = 0.6180339887498949
	c, d := b-float64(g*(b-a)), a+float64(g*(b-a))
	fc, fd := f(c), f(d)
	for range 60 {
		if b-a < 1e-9 {
			break
		}
		if fc > fd {
			b, d, fd = d, c, fc
			c = b - float64(g*(b-a))
			fc = f(c)
		} else {
			a, c, fc = c, d, fd
			d = a + float64(g*(b-a))
			fd = f(d)
		}
	}
	return (a + b) / 2
}

// A Ranking says how far ranks of small units can be trusted. Rank 1 is the lowest risk.
// Expected ranks are exact; Low, Median and High are the 2.5 %, 50 % and 97.5 % points of
// simulated ranks, First the share of draws in which the unit had the lowest risk. Naive ranks
// are those of the raw rates, equal rates sharing the mean of their places. Seed made the draws.
type Ranking struct {
	Expected          []float64
	Naive             []float64
	Low, Median, High []float64
	First             []float64
	Seed              uint64
}

// RankUncertainty gives ranks with intervals under the posterior Gamma(O+theta, E+theta/mu) of
// each unit's relative risk (Laird and Louis 1989, Goldstein and Spiegelhalter 1996; METHODS
// 4.4): expected rank 1 + Σ P(theta_j < theta_i). Two units are to be told apart only if their
// intervals do not overlap. The gate is 5 units and one event in all, theta up to 10⁶ and 1000 draws.
func RankUncertainty(count []int64, population []float64, theta, mu float64, draws int, random Random) (Ranking, Reason) {
	o, r := checkRates(count, population)
	if r != "" {
		return Ranking{}, r
	}
	if !(theta > 0 && theta <= 1e6 && mu >= 1e-6 && mu <= 1e6) || draws < 1000 {
		return Ranking{}, BadInput
	}
	if len(o) < minUnits {
		return Ranking{}, TooFewUnits
	}
	if sumOf(o) == 0 {
		return Ranking{}, NoSpread
	}
	return rankUncertainty(o, population, theta, mu, draws, random), ""
}

func rankUncertainty(o, n []float64, theta, mu float64, draws int, random Random) Ranking {
	k := len(o)
	e := expectedCounts(o, n)
	raw, a, b := make([]float64, k), make([]float64, k), make([]float64, k)
	for i := range o {
		raw[i], a[i], b[i] = o[i]/n[i], o[i]+theta, e[i]+theta/mu
	}
	out := Ranking{Naive: averageRanks(raw), Seed: random.Seed()}
	for i := range a {
		rank := 1.0
		for j := range a {
			if j != i {
				rank += betaCDF(b[j]/(b[i]+b[j]), a[j], a[i])
			}
		}
		out.Expected = append(out.Expected, rank)
	}
	tally := rankTally(k, draws, random, func(r normalSource, v []float64) {
		for i := range v {
			v[i] = gammaDraw(r, a[i]) / b[i]
		}
	})
	out.Low, out.Median, out.High, out.First = tally.summary(draws)
	return out
}

// A RankBand is the published group of a unit.
type RankBand string

// The bands: 较好, 相当, 需关注. A unit leaves the middle only if its whole rank interval lies on
// one side of it.
const (
	BandBetter  RankBand = "better"
	BandSimilar RankBand = "similar"
	BandWatch   RankBand = "watch"
)

// Band gives the group of unit i (from 0) to publish instead of its rank (METHODS 4.4).
func (r Ranking) Band(i int) RankBand {
	middle := float64(len(r.Expected)+1) / 2
	switch {
	case r.High[i] < middle:
		return BandBetter
	case r.Low[i] > middle:
		return BandWatch
	}
	return BandSimilar
}

// Apart tells whether two units (from 0) may be put in an order: their rank intervals do not
// overlap.
func (r Ranking) Apart(i, j int) bool { return r.High[i] < r.Low[j] || r.High[j] < r.Low[i] }

// A rankCount holds for each unit how often it had each rank (from 1).
type rankCount [][]int

// rankTally draws values and counts the ranks they give (1 is the smallest). Values that are equal,
// but for the order of adding up, share the smaller rank, so that the order of the units decides
// nothing. Draws are made in blocks with one stream each, so that the order of the work does not
// matter.
func rankTally(units, draws int, random Random, draw func(normalSource, []float64)) rankCount {
	t := make(rankCount, units)
	for i := range t {
		t[i] = make([]int, units)
	}
	v, order := make([]float64, units), make([]int, units)
	const block = 1000
	for start := 0; start < draws; start += block {
		r := random.Stream(start / block)
		for range min(block, draws-start) {
			draw(r, v)
			orderOf(v, order)
			place := 0
			for k, i := range order {
				if k == 0 || v[i]-v[order[k-1]] > 1e-12*math.Max(1, math.Abs(v[i])) {
					place = k
				}
				t[i][place]++
			}
		}
	}
	return t
}

// orderOf writes the numbers of the values into order, the smallest first, equal ones by their
// number. Short lists are ordered by insertion, which is the fastest for the units of a county.
func orderOf(v []float64, order []int) {
	for i := range order {
		order[i] = i
	}
	if len(v) > 40 {
		slices.SortFunc(order, func(i, j int) int {
			switch {
			case v[i] < v[j]:
				return -1
			case v[i] > v[j]:
				return 1
			}
			return i - j
		})
		return
	}
	for i, x := range v {
		k := i
		for ; k > 0 && v[order[k-1]] > x; k-- {
			order[k] = order[k-1]
		}
		order[k] = i
	}
}

func (t rankCount) summary(draws int) (low, median, high, first []float64) {
	for _, c := range t {
		low = append(low, rankQuantile(c, draws, 0.025))
		median = append(median, rankQuantile(c, draws, 0.5))
		high = append(high, rankQuantile(c, draws, 0.975))
		first = append(first, float64(c[0])/float64(draws))
	}
	return low, median, high, first
}

func rankQuantile(c []int, draws int, q float64) float64 {
	below, want := 0, float64(q*float64(draws-1))
	for i, n := range c {
		if below += n; float64(below) > want {
			return float64(i + 1)
		}
	}
	return float64(len(c))
}

// averageRanks gives ranks from the smallest value; equal values share the mean of their places.
func averageRanks(v []float64) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		less, same := 0, 0
		for _, y := range v {
			if y < x {
				less++
			} else if y == x {
				same++
			}
		}
		out[i] = float64(less) + float64(same+1)/2
	}
	return out
}
