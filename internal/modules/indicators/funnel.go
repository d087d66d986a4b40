package indicators

import (
	"math/big"
	"slices"
	"strings"

	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/stats"
)

// A fairKind tells by what model units may be compared fairly (METHODS §4.2).
type fairKind uint8

const (
	fairNone  fairKind = iota // no ratio of two counts
	fairCount                 // a count or an amount without a denominator
	fairShare                 // a part of counted things: binomial
	fairRate                  // counted events over a size: Poisson
)

// fairKindOf reads from an answer's head and formula how units may be compared by it.
func (b *book) fairKindOf(head Answer, e *formula.Expr) fairKind {
	switch {
	case head.counting.share:
		return fairShare
	case head.counting.rate:
		return fairRate
	case head.Element != nil || head.counting.count:
		return fairCount
	case e == nil || head.Definition.Rollup == formula.RollChildren:
		return fairNone
	}
	for depth := 0; len(e.Indicators()) == 1 && e.Codes() == e.Indicators()[0] && depth < 20; depth++ {
		if e = b.formula(e.Indicators()[0]); e == nil {
			return fairNone
		}
	}
	if len(e.Indicators()) > 0 || len(e.Forms()) > 0 {
		return fairNone
	}
	text, calls := bare(e.Codes())
	if calls == 0 && !strings.Contains(text, "/") && b.sumOf(text, func(measure.Element) bool { return true }) {
		return fairCount
	}
	return fairNone
}

// A member is a unit that takes part in a comparison: x of n, or x events over a size of n. The
// answer of it is all[at].
type member struct {
	at       int
	x, n     int64
	interval stats.Interval // fractions
	low      int            // range of places, 1 is the best; 0 without ranks
	last     int
	band     measure.Band
}

// A fairness compares units by one code. Only figures that the reader is shown take part, so what
// comes out can give nothing away that is withheld.
type fairness struct {
	head    Answer // of the code: name, definition, what it counts
	kind    fairKind
	all     []Answer // in the order asked
	members []member

	why    stats.WordingCode // why there is no comparison; "" if there is or reason says it
	reason stats.Reason
	odd    org.UnitID     // whose part is larger than the whole
	unset  measure.Reason // there is no formula, or no unit has such a figure

	funnel stats.Funnel
	shrink stats.Shrinkage // of the rarer side of a share
	other  bool            // of a share the failures are rarer: shrink and ranks are theirs
	ranks  *stats.Ranking
	draws  int
}

// fair tells whether there is a comparison.
func (f *fairness) fair() bool { return f.why == "" && f.reason == "" && f.unset == measure.NoReason }

// leftOut lists the units of a sort that take no part.
func (f *fairness) leftOut(sort func(Answer) bool) (out []org.UnitID) {
	for i, a := range f.all {
		if sort(a) && !slices.ContainsFunc(f.members, func(m member) bool { return m.at == i }) {
			out = append(out, a.Unit)
		}
	}
	return out
}

// rankDraws is how many places are simulated (METHODS §4.4); of many units fewer are enough for a
// range in whole places.
func rankDraws(units int) int {
	if units > mostBars {
		return 2_000
	}
	return 10_000
}

// fairOf compares answers that are protected for the reader. ranked asks for ranges of places as well.
func fairOf(head Answer, kind fairKind, all []Answer, ranked bool) fairness {
	f := fairness{head: head, kind: kind, all: all}
	if len(all) > 0 && !slices.ContainsFunc(all, func(a Answer) bool { return !asksNothing(a.Reason) }) {
		f.unset = all[0].Reason
		return f
	}
	switch kind {
	case fairNone:
		f.why = stats.SayNoRatio
		return f
	case fairCount:
		f.why = stats.SayOnlyCounts
		return f
	}
	for i, a := range all {
		if a.Withheld || a.Hidden || a.Incomplete || a.Reason != measure.NoReason {
			continue
		}
		m := member{at: i}
		var ok bool
		if m.x, m.n, ok = countsOf(a.Result.Numerator, a.Result.Denominator); !ok {
			f.why = stats.SayNoRatio
			return f
		}
		if kind == fairShare && m.x > m.n {
			f.why, f.odd = stats.SayPartTooLarge, a.Unit
			return f
		}
		f.members = append(f.members, m)
	}
	if len(f.members) < 5 {
		f.why = stats.SayFewUnits
		return f
	}
	if f.compute(); f.reason != "" || !ranked {
		return f
	}
	if f.head.Definition.Direction == Up || f.head.Definition.Direction == Down {
		f.place()
	}
	return f
}

// countsOf reads two whole counts, the lower above zero.
func countsOf(num, den *big.Rat) (x, n int64, ok bool) {
	if num == nil || den == nil || !num.IsInt() || !den.IsInt() || !num.Num().IsInt64() || !den.Num().IsInt64() {
		return 0, 0, false
	}
	x, n = num.Num().Int64(), den.Num().Int64()
	const most = 1_000_000_000
	return x, n, x >= 0 && n > 0 && x <= most && n <= most
}

// events gives the counts that shrinkage and ranks go by, with their sizes: of a share those of the
// rarer side, since the model is that of rare events; and whether these are the failures.
func (f *fairness) events() (count []int64, size []float64, other bool) {
	var x, n int64
	for _, m := range f.members {
		x, n = x+m.x, n+m.n
	}
	other = f.kind == fairShare && 2*x > n
	for _, m := range f.members {
		c := m.x
		if other {
			c = m.n - m.x
		}
		count, size = append(count, c), append(size, float64(m.n))
	}
	return count, size, other
}

// compute makes the funnel, the intervals and the shrunken rates.
func (f *fairness) compute() {
	x, n := make([]int64, len(f.members)), make([]int64, len(f.members))
	var sumX, sumN int64
	for i, m := range f.members {
		x[i], n[i] = m.x, m.n
		sumX, sumN = sumX+m.x, sumN+m.n
	}
	if f.kind == fairShare {
		f.funnel, f.reason = stats.FunnelProportions(x, n)
	} else {
		expected := make([]float64, len(x))
		for i := range x {
			expected[i] = float64(n[i]) * float64(sumX) / float64(sumN)
		}
		if f.reason = stats.NoSpread; sumX > 0 {
			f.funnel, f.reason = stats.FunnelRatios(x, expected)
		}
	}
	if f.reason != "" {
		return
	}
	for i := range f.members {
		m := &f.members[i]
		if f.kind == fairShare {
			m.interval, f.reason = stats.Wilson(m.x, m.n, chanceLevel)
		} else {
			var r stats.RateResult
			r, f.reason = stats.PoissonRate(stats.Count{N: m.x, Exposure: float64(m.n)}, chanceLevel)
			m.interval = r.Interval
		}
		if f.reason != "" {
			return
		}
	}
	count, size, other := f.events()
	f.other = other
	f.shrink, f.reason = stats.ShrinkMarshall(count, size)
}

// place simulates the ranges of places and the bands. Where the units vary no more than chance, the
// model of one common rate stands in, under which each may have nearly any place.
func (f *fairness) place() {
	count, size, other := f.events()
	g, why := stats.ShrinkGamma(count, size)
	if why != "" {
		return
	}
	theta, mu := min(g.Theta, mostTheta), g.Mu
	if g.NoOverdispersion {
		theta, mu = mostTheta, 1
	}
	f.draws = rankDraws(len(count))
	r, why := stats.RankUncertainty(count, size, theta, mu, f.draws, stats.NewRandom(stats.DefaultSeed))
	if why != "" {
		return
	}
	f.ranks = &r
	// Rank 1 of the simulation is the fewest events.
	best := (f.head.Definition.Direction == Down) != other
	k := len(f.members)
	for i := range f.members {
		m := &f.members[i]
		m.low, m.last, m.band = int(r.Low[i]), int(r.High[i]), bandOf(r.Band(i))
		if !best {
			m.low, m.last, m.band = k+1-m.last, k+1-m.low, otherBand(m.band)
		}
	}
}

// mostTheta is the largest shape of the ranks' model: hardly any difference between units.
const mostTheta = 1e6

func bandOf(b stats.RankBand) measure.Band {
	switch b {
	case stats.BandBetter:
		return measure.BandBetter
	case stats.BandWatch:
		return measure.BandWatch
	}
	return measure.BandSimilar
}

// otherBand gives the band of a unit when more events are better.
func otherBand(b measure.Band) measure.Band {
	switch b {
	case measure.BandBetter:
		return measure.BandWatch
	case measure.BandWatch:
		return measure.BandBetter
	}
	return b
}

func zoneOf(z stats.FunnelZone) measure.Zone {
	switch z {
	case stats.FunnelWatch:
		return measure.ZoneWatch
	case stats.FunnelCheck:
		return measure.ZoneCheck
	}
	return measure.ZoneUsual
}

// centre gives the value of all members together, as a fraction.
func (f *fairness) centre() float64 {
	var x, n int64
	for _, m := range f.members {
		x, n = x+m.x, n+m.n
	}
	return float64(x) / float64(n)
}

// size gives what the funnel's limits go by: n of a share, the expected count of a rate.
func (f *fairness) size(n float64) float64 {
	if f.kind == fairRate {
		return n * f.centre()
	}
	return n
}

// limits gives the four limits for a size, as fractions.
func (f *fairness) limits(n float64) [4]float64 {
	l := f.funnel.LimitsAt(f.size(n))
	if f.kind == fairRate {
		for k := range l {
			l[k] *= f.centre()
		}
	}
	return l
}

// shrunken gives the shrunken value of a member, as a fraction.
func (f *fairness) shrunken(i int) float64 {
	if f.other {
		return 1 - f.shrink.Rates[i]
	}
	return f.shrink.Rates[i]
}

func (f *fairness) zone(i int) measure.Zone { return zoneOf(f.funnel.Zones[i]) }

// high tells whether a member lies above the value of all.
func (f *fairness) high(i int) bool {
	m := f.members[i]
	return float64(m.x)/float64(m.n) > f.centre()
}

// ends gives the members with the first and the last official place; ok is false without places.
func (f *fairness) ends() (first, last int, ok bool) {
	first, last = -1, -1
	for i, m := range f.members {
		r := f.all[m.at].Rank
		if r == nil {
			continue
		}
		if first < 0 || r.Place < f.all[f.members[first].at].Rank.Place {
			first = i
		}
		if last < 0 || r.Place >= f.all[f.members[last].at].Rank.Place {
			last = i
		}
	}
	return first, last, first >= 0 && f.all[f.members[first].at].Rank.Place < f.all[f.members[last].at].Rank.Place
}

// within tells whether the difference of two members is within chance: both lie inside the funnel,
// their ranges of places overlap, and the interval of their difference holds zero.
func (f *fairness) within(i, j int) bool {
	if f.zone(i) != measure.ZoneUsual || f.zone(j) != measure.ZoneUsual || f.ranks != nil && f.ranks.Apart(i, j) {
		return false
	}
	a, b := f.members[i], f.members[j]
	if f.kind == fairShare {
		d, why := stats.ProportionDifference(a.x, a.n, b.x, b.n, chanceLevel)
		return why == "" && d.Interval.Contains(0)
	}
	r, why := stats.PoissonRatio(stats.Count{N: a.x, Exposure: float64(a.n)}, stats.Count{N: b.x, Exposure: float64(b.n)}, chanceLevel)
	return why == "" && r.Clear() == 0
}

// alikeAbove is the least chance of such differences from which units are said not to differ.
const alikeAbove = 0.05

// alike tells whether no unit lies outside of the funnel, no two ranges of places are apart, and all
// units together differ no more than chance explains.
func (f *fairness) alike() bool {
	if f.funnel.Alike() < alikeAbove {
		return false
	}
	if slices.ContainsFunc(f.funnel.Zones, func(z stats.FunnelZone) bool { return z != stats.FunnelUsual }) {
		return false
	}
	for i := range f.members {
		for j := range i {
			if f.ranks != nil && f.ranks.Apart(i, j) {
				return false
			}
		}
	}
	return true
}

// A look is one unit held against the limits of one indicator.
type look struct {
	of     *fairness
	member int
	tail   float64
}

// falseShare is the share of false entries that a list of units to check may have (METHODS §4.6).
const falseShare = 0.10

// looksOf lists the looks that remain when all of them are allowed for, the clearest first, and
// tells over how many indicators and looks.
func looksOf(list []fairness) (kept []look, codes, looks int) {
	var all []look
	for k := range list {
		f := &list[k]
		if !f.fair() {
			continue
		}
		codes++
		for i, m := range f.members {
			all = append(all, look{f, i, f.funnel.Tail(m.x, f.size(float64(m.n)))})
		}
	}
	p := make([]float64, len(all))
	for i, l := range all {
		p[i] = l.tail
	}
	adjusted, why := stats.BenjaminiHochberg(p)
	if why != "" {
		return nil, codes, len(all)
	}
	for i, l := range all {
		if adjusted[i] <= falseShare && l.of.zone(l.member) != measure.ZoneUsual {
			kept = append(kept, l)
		}
	}
	slices.SortStableFunc(kept, func(a, b look) int {
		switch {
		case a.tail < b.tail:
			return -1
		case a.tail > b.tail:
			return 1
		}
		return 0
	})
	return kept, codes, len(all)
}
