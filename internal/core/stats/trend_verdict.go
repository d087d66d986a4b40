package stats

// A Verdict says what a yearly series of counts supports about a turning point (拐点): a turn
// from rising to falling, with a rising part before and a falling part after, both estimated.
type Verdict string

// The five verdicts, from the strongest claim to the weakest.
const (
	TurnSupported     Verdict = "turn_supported"       // A: a rise before, a fall after, both beyond chance
	SlopeChanged      Verdict = "slope_changed"        // B: the slope changed, but not from rising to falling
	FallingNoTurnSeen Verdict = "falling_no_turn_seen" // C: the fall is clear, a turn cannot be judged
	Undecided         Verdict = "cannot_tell"          // D: none of these
	Rising            Verdict = "rising"               // E: the rise is clear
)

// The reasons for which a turning point is not judged. Several may hold at once.
const (
	MissingYear       Reason = "missing_year"       // the years do not follow each other
	FewYears          Reason = "few_years"          // fewer than 7 years
	FewYearsOneSide   Reason = "few_years_one_side" // fewer than 3 years before the bend or from it on
	CountBelowTen     Reason = "count_below_ten"    // a year with fewer than 10 persons
	EffortChanged     Reason = "effort_changed"     // detection effort changed by more than 20 %
	EffortUnknown     Reason = "effort_unknown"     // detection effort is not recorded
	DefinitionChanged Reason = "definition_changed" // what is counted changed between the years
	NoBendFound       Reason = "no_bend_found"      // one constant rate of change explains the series
	BendNotClear      Reason = "bend_not_clear"     // the weighted BIC sees a bend, the permutation test does not
)

// Least data of the verdicts A and B (METHODS §1.4): years, years on each side, persons a year.
const (
	TurningYears   = 7
	turningSide    = 3
	turningPersons = 10
	maxTurning     = 80
)

// A YearSeries is a yearly count with what is needed to judge it. Years must follow each other.
// Exposure (population) may be nil: equal. Effort counts what was done to find cases, such as
// tests; nil means that it is not known, which withholds the verdicts A and B.
type YearSeries struct {
	Years             []int
	Counts            []int64
	Exposure          []float64
	Effort            []int64
	DefinitionChanged bool
}

// An EffortResult compares detection effort in two periods. Change is a fraction (−0.32: a third
// less). Changed means by more than 20 %: then a change of the count may be one of looking.
type EffortResult struct {
	Earlier, Later           int64
	Change                   float64
	Changed                  bool
	EarlierPer1000           float64 // found per 1000 tests
	LaterPer1000             float64
	EarlierFound, LaterFound int64
	FromYear, ToYear         int // the years compared; 0 where only their effort was given
}

// Effort compares the effort of two years and gives the number found per 1000 tests. The limit
// of 20 % is compared in whole numbers. Reasons: BadInput, EffortUnknown (none in a year).
func Effort(earlier, later, foundEarlier, foundLater int64) (EffortResult, Reason) {
	if earlier < 0 || later < 0 || foundEarlier < 0 || foundLater < 0 || earlier > 1e12 || later > 1e12 {
		return EffortResult{}, BadInput
	}
	if earlier == 0 || later == 0 {
		return EffortResult{}, EffortUnknown
	}
	d := later - earlier
	if d < 0 {
		d = -d
	}
	return EffortResult{
		Earlier: earlier, Later: later, EarlierFound: foundEarlier, LaterFound: foundLater,
		Change: float64(later)/float64(earlier) - 1, Changed: 5*d > earlier,
		EarlierPer1000: 1000 * float64(foundEarlier) / float64(earlier), LaterPer1000: 1000 * float64(foundLater) / float64(later),
	}, ""
}

// A TurningResult is the verdict on a series with everything it rests on. What could not be
// computed is nil.
type TurningResult struct {
	Verdict     Verdict
	Held        []Reason // why A and B were not given; empty for A and B
	Years       []int
	Counts      []int64
	Change      *RatioResult // last year against first
	Trend       *TrendResult // one constant rate; 3 years or more
	Kendall     *KendallResult
	Joinpoints  *JoinpointTable // 7 years or more, none below 10 persons
	Permutation *PermutationResult
	TurnYear    int      // of the last joinpoint, for A and B
	StartYear   int      // where the segment before the turn begins, for A and B
	Before      float64  // percent a year before the turn, for A and B
	BeforeCI    Interval // of Before
	After       float64
	AfterCI     Interval
	Effort      *EffortResult // the pair of years with the largest change, if effort is known
}

// MoreYears is how many more years are needed before a turning point can be judged.
func (r TurningResult) MoreYears() int { return max(0, TurningYears-len(r.Years)) }

// Turning judges a yearly series. Gate for A and B: 7 years, 3 strictly before the last joinpoint
// and 3 from it on, no year below 10 persons, definition and effort unchanged. A bend counts only if
// the weighted BIC selects one and the permutation test (Poisson weights) rejects none at 5 %: the
// BIC alone finds one in a quarter of short steady falls. A fall or rise is clear by the log-linear
// trend, by Mann-Kendall (5 years or more), or, below 6 years, by the exact comparison of last and
// first year, if none of them is clear the other way. Reasons: NoData, BadInput, TooLong
// (more than 80 years), MissingYear.
func Turning(s YearSeries, permutations int, random Random) (TurningResult, Reason) {
	n := len(s.Years)
	if n == 0 {
		return TurningResult{}, NoData
	}
	if len(s.Counts) != n || s.Exposure != nil && len(s.Exposure) != n || s.Effort != nil && len(s.Effort) != n || !nonNegative(s.Counts) {
		return TurningResult{}, BadInput
	}
	if n > maxTurning {
		return TurningResult{}, TooLong
	}
	for i := 1; i < n; i++ {
		if s.Years[i] != s.Years[i-1]+1 {
			return TurningResult{}, MissingYear
		}
	}
	for i, c := range s.Counts {
		if s.Exposure != nil && !(Count{c, s.Exposure[i]}).valid() {
			return TurningResult{}, BadInput
		}
	}
	r := TurningResult{Years: s.Years, Counts: s.Counts}
	fall, rise := r.direction(s)
	joins, why := r.bend(s, permutations, random)
	if why != "" {
		return TurningResult{}, why
	}
	r.gate(s, joins)
	switch {
	case len(r.Held) == 0 && r.BeforeCI.Lo > 0 && r.AfterCI.Hi < 0:
		r.Verdict = TurnSupported
	case len(r.Held) == 0:
		r.Verdict = SlopeChanged
	case rise:
		r.Verdict = Rising
	case fall:
		r.Verdict = FallingNoTurnSeen
	default:
		r.Verdict = Undecided
	}
	if len(r.Held) > 0 {
		r.TurnYear, r.StartYear, r.Before, r.After, r.BeforeCI, r.AfterCI = 0, 0, 0, 0, Interval{}, Interval{}
	}
	return r, ""
}

// direction tells whether a fall or a rise is clear.
func (r *TurningResult) direction(s YearSeries) (fall, rise bool) {
	n := len(s.Years)
	var signs []int
	exposure := func(i int) float64 {
		if s.Exposure == nil {
			return 1
		}
		return s.Exposure[i]
	}
	if n >= 2 {
		if c, why := PoissonRatio(Count{s.Counts[0], exposure(0)}, Count{s.Counts[n-1], exposure(n - 1)}, 0.95); why == "" {
			r.Change = &c
			if n < 6 {
				signs = append(signs, c.Clear())
			}
		}
	}
	if t, why := LogLinear(s.Counts, s.Exposure, 0.95); why == "" {
		r.Trend = &t
		signs = append(signs, t.Clear())
	}
	rates := make([]float64, n)
	for i, c := range s.Counts {
		rates[i] = float64(c) / exposure(i)
	}
	if k, why := MannKendall(rates, 0.95); why == "" {
		if p, _, why := k.P(); why == "" {
			r.Kendall = &k
			switch {
			case p < 0.05 && k.S < 0:
				signs = append(signs, -1)
			case p < 0.05 && k.S > 0:
				signs = append(signs, 1)
			}
		}
	}
	for _, v := range signs {
		fall, rise = fall || v < 0, rise || v > 0
	}
	return fall && !rise, rise && !fall
}

// bend fits the joinpoint model where the data allow it and gives the indices of the joinpoints.
func (r *TurningResult) bend(s YearSeries, permutations int, random Random) ([]int, Reason) {
	n := len(s.Years)
	if n < TurningYears || !r.large() {
		return nil, ""
	}
	x, rates, weights := make([]float64, n), make([]float64, n), make([]float64, n)
	for i, c := range s.Counts {
		x[i], rates[i], weights[i] = float64(s.Years[i]), float64(c), float64(c)
		if s.Exposure != nil {
			rates[i] /= s.Exposure[i]
		}
	}
	series, why := NewJoinpointSeries(x, rates, weights, true)
	if why == Constant {
		return nil, ""
	}
	if why != "" {
		return nil, why
	}
	table, why := series.Table(min(3, DefaultJoinpoints(n)))
	if why == PerfectFit || why == NotDefined {
		return nil, ""
	}
	if why != "" {
		return nil, why
	}
	r.Joinpoints = &table
	m := table.Best()
	if m.K == 0 {
		return nil, ""
	}
	test, why := series.Permute(0, m.K, permutations, random)
	if why != "" {
		return nil, why
	}
	r.Permutation = &test
	apc, limits, why := m.APC(0.95)
	if why != "" {
		return nil, ""
	}
	last := m.Index[m.K-1]
	r.TurnYear, r.StartYear = s.Years[last], s.Years[0]
	if m.K > 1 {
		r.StartYear = s.Years[m.Index[m.K-2]]
	}
	r.Before, r.BeforeCI, r.After, r.AfterCI = apc[m.K-1], limits[m.K-1], apc[m.K], limits[m.K]
	return m.Index, ""
}

// large tells whether every year has at least 10 persons.
func (r *TurningResult) large() bool {
	for _, c := range r.Counts {
		if c < turningPersons {
			return false
		}
	}
	return true
}

// gate lists everything that withholds the verdicts A and B.
func (r *TurningResult) gate(s YearSeries, joins []int) {
	n := len(s.Years)
	hold := func(when bool, why Reason) {
		if when {
			r.Held = append(r.Held, why)
		}
	}
	hold(n < TurningYears, FewYears)
	hold(!r.large(), CountBelowTen)
	if n >= TurningYears && r.large() {
		hold(joins == nil, NoBendFound)
	}
	if joins != nil {
		last := joins[len(joins)-1]
		hold(r.Permutation.P >= 0.05, BendNotClear)
		hold(last < turningSide || n-last < turningSide, FewYearsOneSide)
	}
	hold(s.DefinitionChanged, DefinitionChanged)
	if s.Effort == nil {
		hold(true, EffortUnknown)
		return
	}
	pairs := [][2]int{{0, n - 1}}
	if joins != nil {
		last := joins[len(joins)-1]
		pairs = append(pairs, [2]int{0, last}, [2]int{last, n - 1})
	}
	changed, unknown := false, false
	for _, p := range pairs {
		e, why := Effort(s.Effort[p[0]], s.Effort[p[1]], s.Counts[p[0]], s.Counts[p[1]])
		unknown = unknown || why != ""
		e.FromYear, e.ToYear = s.Years[p[0]], s.Years[p[1]]
		if why == "" && (r.Effort == nil || e.Changed && !r.Effort.Changed) {
			r.Effort = &e
		}
		changed = changed || e.Changed
	}
	hold(unknown, EffortUnknown)
	hold(changed, EffortChanged)
}

// turningReason gives the sentence of a reason of this file, or "".
func turningReason(r Reason) string {
	switch r {
	case MissingYear:
		return "年度不连续，请补录缺少的年度。"
	case FewYears:
		return "不足7个年度，无法判断是否出现拐点；凑足7个年度后可再测算。"
	case FewYearsOneSide:
		return "转折前或转折后不足3个年度，无法确认；再过几年可再测算。"
	case CountBelowTen:
		return "有的年度不足10人，偶然波动太大，不测算拐点。"
	case EffortChanged:
		return "检测等工作量变化超过20%，人数变化有一部分可能是查得多少不同造成的。"
	case EffortUnknown:
		return "没有录入检测量，不能排除查得多少不同的影响；补录检测人次后可再测算。"
	case DefinitionChanged:
		return "统计口径有变化，前后不能直接相比。"
	case NoBendFound:
		return "各年变化的快慢没有明显不同，看不出转折。"
	case BendNotClear:
		return "转折的迹象没有超出偶然波动；再积累几个年度后可再测算。"
	}
	return ""
}
