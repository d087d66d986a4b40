package assessment

import (
	"math"
	"math/big"
	"slices"
	"strconv"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/stats"
)

// Draws is how many random weights a score is checked with.
const Draws = 10000

// fewestUnits is the least number of scores that are put in an order (METHODS §11).
const fewestUnits = 5

// z95 is the 97.5 % quantile of the normal distribution.
const z95 = 1.959963984540054

// A Cell is a figure as it enters a score.
type Cell struct {
	Text       string        `json:"text"`            // as printed, or the reason in words
	Value      string        `json:"value,omitempty"` // printed value; empty where the figure takes no part
	Num        string        `json:"numerator,omitempty"`
	Den        string        `json:"denominator,omitempty"`
	Lo         string        `json:"lo,omitempty"` // limits of what chance alone makes plausible; empty where none are due
	Hi         string        `json:"hi,omitempty"`
	Path       string        `json:"path,omitempty"` // of its trace
	State      measure.State `json:"state,omitempty"`
	AsOf       int64         `json:"as_of,omitempty"`
	Definition int           `json:"definition,omitempty"`
	Incomplete bool          `json:"incomplete,omitempty"` // units are missing, so that it takes no part
	Normal     string        `json:"normal,omitempty"`     // 0 at the floor to 100 at the target
}

// Counts tells whether a figure takes part in a score.
func (c Cell) Counts() bool {
	_, ok := number(c.Value)
	return ok && !c.Incomplete
}

// A Subject is a unit that is scored, with its figures in the order of the items.
type Subject struct {
	Unit  org.UnitID
	Code  string
	Name  string
	Cells []Cell
}

// A Line is the score of a unit.
type Line struct {
	Unit  org.UnitID `json:"unit"`
	Code  string     `json:"code"`
	Name  string     `json:"name"`
	Cells []Cell     `json:"cells"`
	Share string     `json:"share"`           // percent of the weights that have data
	Score string     `json:"score,omitempty"` // 0 to 100; empty where too little data are there
	Error string     `json:"error,omitempty"` // by how much chance alone may move the score either way
	Place int        `json:"place,omitempty"` // by the printed score; equal scores share it; 0 where no order is given

	Group int            `json:"group,omitempty"` // from 1, of units that cannot be told apart
	From  int            `json:"from,omitempty"`  // the places that the group shares
	To    int            `json:"to,omitempty"`
	Tied  []org.UnitID   `json:"tied,omitempty"` // units that it cannot be told apart from
	Band  stats.RankBand `json:"band,omitempty"`

	Check *Checked `json:"check,omitempty"`
}

// Missing counts the indicators that take no part in the score of a unit.
func (l Line) Missing() (n int) {
	for _, c := range l.Cells {
		if !c.Counts() {
			n++
		}
	}
	return n
}

// Checked holds the places of a unit under other reasonable ways to make the score.
type Checked struct {
	Geometric  int     `json:"geometric"` // by the weighted geometric mean
	Standard   int     `json:"standard"`  // by z-scores
	ShiftLow   int     `json:"shift_low"` // one weight × 0.75 or × 1.25
	ShiftHigh  int     `json:"shift_high"`
	DropLow    int     `json:"drop_low"` // one indicator left out
	DropHigh   int     `json:"drop_high"`
	RandomLow  int     `json:"random_low"` // 95 % of random weights
	RandomHigh int     `json:"random_high"`
	First      float64 `json:"first"` // share of random weights that put it first
	MeanPlace  float64 `json:"mean_place"`
	Best       int     `json:"best"` // over all of these
	Worst      int     `json:"worst"`
}

// A Result is the scores of all units for one period.
type Result struct {
	Period  period.Period `json:"period"`
	Items   []Item        `json:"items"`
	Lines   []Line        `json:"lines"` // by place, then in the order of the tree
	Scored  int           `json:"scored"`
	Groups  int           `json:"groups"`
	Seed    uint64        `json:"seed,omitempty"`
	Draws   int           `json:"draws,omitempty"`
	Why     stats.Reason  `json:"why,omitempty"` // why no places are given
	AsOf    int64         `json:"as_of"`         // the newest change that a figure rests on
	Digits  int           `json:"digits"`
	Least   int           `json:"least"`
	Percent []string      `json:"percent"` // weights in percent, as printed
	Pairs   []Pair        `json:"pairs,omitempty"`
	Shifts  []Shift       `json:"shifts,omitempty"`
}

// A Pair says of two units next to each other whether their order holds, by their places in Lines.
type Pair struct {
	Upper    int    `json:"upper"`
	Lower    int    `json:"lower"`
	Apart    string `json:"apart"`     // difference of the scores
	Chance   string `json:"chance"`    // by how much chance alone may make the two scores differ
	Swaps    bool   `json:"swaps"`     // the order changes in a check
	ByChance bool   `json:"by_chance"` // the difference is smaller than the chance error
}

// A Shift tells by how many places units move when one weight is another, or one indicator is
// left out (Factor 0).
type Shift struct {
	Item   int     `json:"item"`
	Factor float64 `json:"factor"`
	Moved  int     `json:"moved"` // units whose place changes
	Mean   float64 `json:"mean"`  // mean number of places over all units
}

// normal gives where a value lies between floor and target, 0 to 1.
func (it Item) normal(value string) (*big.Rat, bool) {
	v, ok := number(value)
	floor, low := number(it.Floor)
	target, high := number(it.Target)
	if !ok || !low || !high || floor.Cmp(target) == 0 {
		return nil, false
	}
	n := new(big.Rat).Quo(v.Sub(v, floor), target.Sub(target, floor))
	if n.Sign() < 0 {
		return new(big.Rat), true
	}
	if one := big.NewRat(1, 1); n.Cmp(one) > 0 {
		return one, true
	}
	return n, true
}

// chance gives the chance error of a normalised cell, as a standard error.
func (it Item) chance(c Cell) float64 {
	lo, ok := it.normal(c.Lo)
	hi, both := it.normal(c.Hi)
	if !ok || !both {
		return 0
	}
	d, _ := new(big.Rat).Sub(hi, lo).Float64()
	return math.Abs(d) / (2 * z95)
}

// scored is a unit on its way to a line.
type scored struct {
	Line
	exact   *big.Rat // 0 to 100; nil where there is too little
	printed *big.Rat
	se      float64 // of the score, 0 to 100
	normals []*big.Rat
}

// Compute scores units by a scheme. The score is 100 × the weighted arithmetic mean of the cells
// between floor and target, exact, printed at the scheme's digits; places go by what is printed. An
// indicator without data drops out and the other weights are shared out; a unit with data for less
// than the scheme's least share of the weights gets no score. Places are given from five units on.
//
// Two units are told apart only if their order is the same in every check and their difference is
// larger than the chance error of both; units between two that are tied are tied with them.
func Compute(s Scheme, p period.Period, subjects []Subject, random stats.Random) Result {
	r := Result{Period: p, Items: s.Items, Digits: s.Digits, Least: s.Least}
	total := s.Total()
	weights := make([]*big.Rat, len(s.Items))
	for j, it := range s.Items {
		weights[j], _ = number(it.Weight)
		r.Percent = append(r.Percent, percent(weights[j], total))
	}
	list := make([]scored, len(subjects))
	for i, u := range subjects {
		list[i] = s.one(u, weights, total)
		for _, c := range u.Cells {
			r.AsOf = max(r.AsOf, c.AsOf)
		}
		if list[i].exact != nil {
			r.Scored++
		}
	}
	slices.SortStableFunc(list, func(a, b scored) int {
		switch {
		case a.exact == nil || b.exact == nil:
			return boolOrder(a.exact == nil) - boolOrder(b.exact == nil)
		case a.printed.Cmp(b.printed) != 0:
			return b.printed.Cmp(a.printed)
		}
		return b.exact.Cmp(a.exact)
	})
	if r.Scored < fewestUnits {
		r.Why = stats.TooFewUnits
	} else {
		r.order(s, list[:r.Scored], random)
	}
	for _, x := range list {
		r.Lines = append(r.Lines, x.Line)
	}
	return r
}

func boolOrder(b bool) int {
	if b {
		return 1
	}
	return 0
}

// percent gives a share of a whole as "33.3".
func percent(part, whole *big.Rat) string {
	if whole.Sign() == 0 {
		return ""
	}
	x := new(big.Rat).Quo(part, whole)
	return measure.Round(x.Mul(x, big.NewRat(100, 1)), 1)
}

// one scores a unit by itself.
func (s Scheme) one(u Subject, weights []*big.Rat, total *big.Rat) scored {
	x := scored{Line: Line{Unit: u.Unit, Code: u.Code, Name: u.Name, Cells: slices.Clone(u.Cells)}, normals: make([]*big.Rat, len(s.Items))}
	sum, present := new(big.Rat), new(big.Rat)
	for j, it := range s.Items {
		if !x.Cells[j].Counts() {
			continue
		}
		n, ok := it.normal(x.Cells[j].Value)
		if !ok {
			continue
		}
		x.normals[j] = n
		x.Cells[j].Normal = measure.Round(new(big.Rat).Mul(n, big.NewRat(100, 1)), 1)
		sum.Add(sum, new(big.Rat).Mul(weights[j], n))
		present.Add(present, weights[j])
	}
	x.Share = percent(present, total)
	enough := new(big.Rat).Mul(total, big.NewRat(int64(s.Least), 100))
	if present.Sign() == 0 || present.Cmp(enough) < 0 {
		return x
	}
	x.exact = sum.Mul(sum.Quo(sum, present), big.NewRat(100, 1))
	x.Score = measure.Round(x.exact, s.Digits)
	x.printed, _ = number(x.Score)
	all, _ := present.Float64()
	square := 0.0
	for j, it := range s.Items {
		if x.normals[j] != nil {
			w, _ := weights[j].Float64()
			e := 100 * w / all * it.chance(x.Cells[j])
			square += float64(e * e)
		}
	}
	x.se = math.Sqrt(square)
	x.Error = strconv.FormatFloat(z95*x.se, 'f', s.Digits, 64)
	return x
}

// order gives places, checks them, and groups what cannot be told apart.
func (r *Result) order(s Scheme, list []scored, random stats.Random) {
	for i := range list {
		list[i].Place = i + 1
		if i > 0 && list[i].printed.Cmp(list[i-1].printed) == 0 {
			list[i].Place = list[i-1].Place
		}
	}
	score, why := stats.CompositeScore(indexOf(s, list), Draws, random)
	if why == "" {
		r.Seed, r.Draws = score.Seed, Draws
		r.check(list, score)
	}
	joined := make([]bool, len(list)) // with the one before
	for i := range list {
		for j := i + 1; j < len(list); j++ {
			p := pairOf(list, i, j, s.Digits, score)
			if p.Swaps || p.ByChance || list[i].Place == list[j].Place {
				list[i].Tied, list[j].Tied = append(list[i].Tied, list[j].Unit), append(list[j].Tied, list[i].Unit)
				for k := i + 1; k <= j; k++ {
					joined[k] = true
				}
			}
			if j == i+1 {
				r.Pairs = append(r.Pairs, p)
			}
		}
	}
	for i := 0; i < len(list); {
		end := i + 1
		for end < len(list) && joined[end] {
			end++
		}
		r.Groups++
		for k := i; k < end; k++ {
			list[k].Group, list[k].From, list[k].To = r.Groups, i+1, end
			list[k].Band = list[k].band(len(list))
		}
		i = end
	}
}

// band gives the group to publish instead of a place: a unit leaves the middle only if all places
// it may have lie on one side of it (METHODS §4.4).
func (l Line) band(units int) stats.RankBand {
	lo, hi := l.From, l.To
	if l.Check != nil {
		lo, hi = min(lo, l.Check.Best), max(hi, l.Check.Worst)
	}
	middle := float64(units+1) / 2
	switch {
	case float64(hi) < middle:
		return stats.BandBetter
	case float64(lo) > middle:
		return stats.BandWatch
	}
	return stats.BandSimilar
}

// indexOf readies the units for the checks.
func indexOf(s Scheme, list []scored) stats.Index {
	var x stats.Index
	for _, it := range s.Items {
		w, _ := number(it.Weight)
		floor, _ := number(it.Floor)
		target, _ := number(it.Target)
		x.Weights, x.Higher = append(x.Weights, float(w)), append(x.Higher, it.Higher)
		x.Floor, x.Target = append(x.Floor, float(floor)), append(x.Target, float(target))
	}
	for _, u := range list {
		row, gone := make([]float64, len(s.Items)), make([]bool, len(s.Items))
		for j, c := range u.Cells {
			if u.normals[j] == nil {
				gone[j] = true
				continue
			}
			v, _ := number(c.Value)
			row[j] = float(v)
		}
		x.Matrix, x.Missing = append(x.Matrix, row), append(x.Missing, gone)
	}
	return x
}

func float(r *big.Rat) float64 {
	if r == nil {
		return 0
	}
	f, _ := r.Float64()
	return f
}

// check keeps what the checks say of each unit and of each weight.
func (r *Result) check(list []scored, s *stats.Score) {
	for i := range list {
		c := &Checked{Geometric: s.RankGeo[i], Standard: s.RankZ[i], First: s.First[i], MeanPlace: s.MeanRank[i],
			RandomLow: int(math.Floor(s.RankLow[i])), RandomHigh: int(math.Ceil(s.RankHigh[i])), ShiftLow: s.Rank[i], ShiftHigh: s.Rank[i], DropLow: s.Rank[i], DropHigh: s.Rank[i]}
		for _, w := range s.OneAtATime {
			c.ShiftLow, c.ShiftHigh = min(c.ShiftLow, w.Rank[i]), max(c.ShiftHigh, w.Rank[i])
		}
		for _, rank := range s.DropOne {
			if rank != nil {
				c.DropLow, c.DropHigh = min(c.DropLow, rank[i]), max(c.DropHigh, rank[i])
			}
		}
		c.Best = min(c.Geometric, c.Standard, c.ShiftLow, c.DropLow, c.RandomLow)
		c.Worst = max(c.Geometric, c.Standard, c.ShiftHigh, c.DropHigh, c.RandomHigh)
		list[i].Check = c
	}
	shift := func(item int, factor float64, rank []int) {
		x := Shift{Item: item, Factor: factor}
		for i := range rank {
			if rank[i] != s.Rank[i] {
				x.Moved++
			}
			x.Mean += math.Abs(float64(rank[i] - s.Rank[i]))
		}
		x.Mean /= float64(len(rank))
		r.Shifts = append(r.Shifts, x)
	}
	for _, w := range s.OneAtATime {
		if !s.Dropped[w.Indicator] {
			shift(w.Indicator, w.Factor, w.Rank)
		}
	}
	for j, rank := range s.DropOne {
		if rank != nil && !s.Dropped[j] {
			shift(j, 0, rank)
		}
	}
}

// pairOf holds two units against each other; without a check the order is not known to hold.
func pairOf(list []scored, i, j, digits int, s *stats.Score) Pair {
	a, b := list[i], list[j]
	apart := new(big.Rat).Sub(a.exact, b.exact)
	chance := z95 * math.Sqrt(float64(a.se*a.se)+float64(b.se*b.se))
	return Pair{Upper: i, Lower: j, Apart: measure.Round(apart, digits), Chance: strconv.FormatFloat(chance, 'f', digits, 64),
		Swaps: s == nil || s.Rank[i] > s.Rank[j] || s.Tied(i, j), ByChance: math.Abs(float(apart)) < chance}
}

// only gives the result with the lines of some units; what it says of the others is left out.
func (r Result) only(keep func(org.UnitID) bool) Result {
	r.Lines = slices.DeleteFunc(slices.Clone(r.Lines), func(l Line) bool { return !keep(l.Unit) })
	for i := range r.Lines {
		r.Lines[i].Tied = slices.DeleteFunc(slices.Clone(r.Lines[i].Tied), func(u org.UnitID) bool { return !keep(u) })
	}
	r.Pairs = nil
	return r
}

func rat(n int64) *big.Rat { return big.NewRat(n, 1) }
