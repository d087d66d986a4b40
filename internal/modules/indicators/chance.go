package indicators

import (
	"math/big"
	"slices"
	"sort"
	"strings"

	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/words"
)

// chanceLevel is the confidence of all intervals shown.
const chanceLevel = 0.95

// A counting tells how the number of a definition came about, as far as chance has to know: a share is
// a part of counted things of one sort, a rate is events over a size, such as instances per person,
// a count is what a single flow element adds up to. flow tells that whatever a share counts belongs to
// its own period; a stock counts mostly the same persons again. unit is the word that the things or
// events are counted in.
type counting struct {
	share, rate, count bool
	flow               bool
	unit, unitEN       string
}

// weighable tells whether chance has something to say about one figure alone.
func (c counting) weighable() bool { return c.share || c.rate }

// happens tells whether a count is one of persons or cases, which chance moves; events and visits
// are as many as the office plans.
func happens(unit string) bool { return slices.Contains(stats.CaseWords(), unit) }

// persons tells whether persons are counted, of whom the table of wordings speaks.
func (c counting) persons() bool { return c.unit == stats.PersonWord }

// countable tells whether an element counts whole things that add up.
func countable(e measure.Element) bool {
	return e.Scale == 0 && (e.Kind == measure.Flow || e.Kind == measure.Stock) && (happens(e.Unit) || slices.Contains(stats.ThingWords(), e.Unit))
}

// countingOf reads from a formula what its figures count. A share is a percentage, rolled up by its
// parts, of the form sum / sum over elements that count things of one sort in the period itself; a rate is of the same
// form with persons or cases above and whole things below, and may be over 100 %; a count is one flow, or coalesce of
// flows of one sort; count_units counts the units, which elements count with stats.UnitWord. Anything else, such as a
// comparison in time or a rate of reporting, has no interval.
func (b *book) countingOf(d Definition, e *formula.Expr) counting {
	if e == nil {
		return counting{}
	}
	for depth := 0; len(e.Indicators()) == 1 && e.Codes() == e.Indicators()[0] && depth < 20; depth++ {
		if e = b.formula(e.Indicators()[0]); e == nil {
			return counting{}
		}
	}
	if len(e.Indicators()) > 0 || len(e.Forms()) > 0 {
		return counting{}
	}
	text, units := bare(e.Codes())
	parts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ()+/", r) })
	single := len(parts) == 1 && text == parts[0]
	if inner, ok := strings.CutPrefix(text, "coalesce("); ok && strings.HasSuffix(inner, ")") {
		// The same count from another source where the first has none, such as earlier years.
		parts, single = strings.Split(strings.TrimSuffix(inner, ")"), ", "), true
	}
	if c := b.sameThings(d, text, parts, single, units); c.unit != "" {
		return c
	}
	above, below, ratio := strings.Cut(text, "/")
	if !ratio || units > 0 || d.Rollup == formula.RollChildren || !b.sumOf(below, countable) ||
		!b.sumOf(above, func(x measure.Element) bool { return countable(x) && happens(x.Unit) }) {
		return counting{}
	}
	x, _ := b.catalogue.Code(parts[0])
	return counting{rate: true, unit: x.Unit, unitEN: x.UnitEN}
}

// sumOf tells whether a text is a sum of elements that all fit.
func (b *book) sumOf(text string, fit func(measure.Element) bool) bool {
	codes := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ()+", r) })
	for _, code := range codes {
		if x, ok := b.catalogue.Code(code); !ok || !fit(x) {
			return false
		}
	}
	return len(codes) > 0
}

// sameThings is countingOf for what counts things of one sort.
func (b *book) sameThings(d Definition, text string, parts []string, single bool, units int) counting {
	c := counting{share: d.Format == formula.Percent && d.Rollup != formula.RollChildren && strings.Count(text, "/") == 1,
		count: d.Format == formula.Plain && single && units == 0, flow: units == 0}
	if units > 0 {
		c.unit, c.unitEN = stats.UnitWord, "units"
	}
	for _, code := range parts {
		x, ok := b.catalogue.Code(code)
		if !ok || !countable(x) || c.unit != "" && c.unit != x.Unit {
			return counting{}
		}
		c.flow = c.flow && x.Kind == measure.Flow
		if c.unit, c.count = x.Unit, c.count && x.Kind == measure.Flow && happens(x.Unit); c.unitEN == "" {
			c.unitEN = x.UnitEN
		}
	}
	if !c.share && !c.count || c.unit == "" {
		return counting{}
	}
	return c
}

// bare takes the selectors and the calls of count_units out of a formula, and tells how many calls
// there were.
func bare(codes string) (text string, units int) {
	var out strings.Builder
	quoted, braces, call := false, 0, 0
	for i := 0; i < len(codes); i++ {
		ch := codes[i]
		switch {
		case ch == '"':
			quoted = !quoted
		case quoted:
		case call > 0:
			if ch == '(' {
				call++
			} else if ch == ')' {
				call--
			}
		case ch == '{':
			braces++
		case ch == '}':
			braces--
		case braces > 0:
		case strings.HasPrefix(codes[i:], "count_units("):
			units++
			call = 1
			i += len("count_units(") - 1
		default:
			out.WriteByte(ch)
		}
	}
	return out.String(), units
}

// elementCounting is countingOf for the figure of a bare element.
func elementCounting(e measure.Element) counting {
	if e.Kind != measure.Flow || !countable(e) || !happens(e.Unit) {
		return counting{}
	}
	return counting{count: true, unit: e.Unit, unitEN: e.UnitEN}
}

// A chance is what the counts behind a share or a rate say apart from its printed value: x of n with
// the Wilson interval (METHODS §4.1), or x events over a size of n with the exact one of a count
// (METHODS §1.1). The office counts everybody, so the interval is no sampling error: it tells how
// far chance alone could move the figure next time. Without counts n is 0.
type chance struct {
	x, n     int64
	interval stats.Interval // fractions
	support  stats.Support  // "" without a target that it can be held against
}

func (c chance) ok() bool { return c.n > 0 }

// wholes reads two whole numbers; ok is false where one is none.
func wholes(num, den *big.Rat) (x, n int64, ok bool) {
	if num == nil || den == nil || !num.IsInt() || !den.IsInt() || !num.Num().IsInt64() || !den.Num().IsInt64() {
		return 0, 0, false
	}
	return num.Num().Int64(), den.Num().Int64(), true
}

// counts reads the two counts of a share or a rate.
func (c counting) counts(num, den *big.Rat) (x, n int64, ok bool) {
	x, n, ok = wholes(num, den)
	return x, n, ok && c.holds(x, n)
}

// holds tells whether x of n may be the counts of a share, or of a rate, where there may be more
// events than persons.
func (c counting) holds(x, n int64) bool {
	return n > 0 && n <= 1<<53 && x >= 0 && (x <= n || c.rate && x <= 1_000_000_000)
}

// interval gives the interval of x of n, fractions.
func (c counting) interval(x, n int64) (stats.Interval, bool) {
	if c.rate {
		r, why := stats.PoissonRate(stats.Count{N: x, Exposure: float64(n)}, chanceLevel)
		return r.Interval, why == ""
	}
	i, why := stats.Wilson(x, n, chanceLevel)
	return i, why == ""
}

// supported holds x of n against a target of one bound or a range, both fractions; "" for the
// comparators that ask something else: none at all, and more or less than another period.
func (c counting) supported(by Comparator, x, n int64, want, upper float64) stats.Support {
	hold := func(target float64, d stats.Direction) stats.Support {
		if c.rate {
			i, ok := c.interval(x, n)
			if !ok || target < 0 {
				return ""
			}
			return i.Support(target, d)
		}
		r, why := stats.TargetDecision(x, n, target, d, chanceLevel)
		if why != "" {
			return ""
		}
		return r.Support
	}
	switch by {
	case AtLeast, Above:
		return hold(want, stats.AtLeast)
	case AtMost, Below:
		return hold(want, stats.AtMost)
	case Between:
		lo, hi := hold(want, stats.AtLeast), hold(upper, stats.AtMost)
		switch {
		case lo == "" || hi == "":
			return ""
		case lo == stats.SupportNotMet || hi == stats.SupportNotMet:
			return stats.SupportNotMet
		case lo == stats.SupportMet && hi == stats.SupportMet:
			return stats.SupportMet
		}
		return stats.SupportUnsure
	}
	return ""
}

// weigh gives the chance of an answer that is shown, complete and a share or a rate.
func (a *Answer) weigh() chance {
	if !a.counting.weighable() || a.Reason != measure.NoReason || a.Withheld || a.Incomplete {
		return chance{}
	}
	x, n, ok := a.counting.counts(a.Result.Numerator, a.Result.Denominator)
	if !ok {
		return chance{}
	}
	c := chance{x: x, n: n}
	if c.interval, ok = a.counting.interval(x, n); !ok {
		return chance{}
	}
	if a.Target != nil {
		f := a.Definition.Format
		c.support = a.counting.supported(a.Target.Comparator, x, n, fractionOf(a.Target.Value, f), fractionOf(a.Target.Upper, f))
	}
	return c
}

// fractionOf reads a value as it is printed, a percentage for example, as a fraction; −1, which is
// no share, where there is none.
func fractionOf(printed string, f formula.Format) float64 {
	r, ok := decimal(printed)
	if !ok {
		return -1
	}
	return float(r.Quo(r, scaleOf(f)))
}

// support tells, of x of n, what a goal of whole numbers supports, as supported does of its target.
func (g *goal) support(c counting, x, n int64, d Definition) stats.Support {
	one := float64(g.up) * float(scaleOf(d.Format)) // what 1 is in the goal's last digit
	for range d.Digits {
		one *= 10
	}
	return c.supported(g.cmp, x, n, float64(g.want)/one, float64(g.upper)/one)
}

// Interval gives the limits of a share or a rate in the scale shown, "96.20" and "99.19"; ok is false where
// there is no interval.
func (a Answer) Interval() (lo, hi string, ok bool) {
	if !a.chance.ok() {
		return "", "", false
	}
	limit := func(v float64) string {
		return a.Definition.Format.Value(new(big.Rat).SetFloat64(v), a.Definition.Digits)
	}
	return limit(a.chance.interval.Lo), limit(a.chance.interval.Hi), true
}

// sized puts the sign after a limit as it stands after the value.
func (a Answer) sized(limit string) string {
	if a.Definition.Format == formula.Percent {
		return limit + "%"
	}
	return limit
}

// IntervalText says the interval of a share or a rate, "95% 区间 96.20%—99.19%"; "" where there is none.
func (a Answer) IntervalText(l words.Lang) string {
	lo, hi, ok := a.Interval()
	if !ok {
		return ""
	}
	return words.T(l, "95%% 区间 %s—%s", a.sized(lo), a.sized(hi))
}

// Support tells what the counts behind a figure support about its target, whatever the official
// verdict is: clear_met, clear_not_met, cannot_tell; "" where nothing is due.
func (a Answer) Support() string { return string(a.chance.support) }

// supportWord says a support in two or three words, in Chinese.
func supportWord(s stats.Support) string {
	switch s {
	case stats.SupportMet:
		return "明确达标"
	case stats.SupportNotMet:
		return "明确未达标"
	case stats.SupportUnsure:
		return "尚难判断"
	}
	return ""
}

// turnsAt gives how many more of the counted things would have to change for the official verdict,
// which goes by the printed value, to become the other one with the same denominator. up tells that
// there would have to be more of them.
func (a Answer) turnsAt() (k int64, up, ok bool) {
	if !a.chance.ok() || a.Judgement == nil {
		return 0, false, false
	}
	switch a.Target.Comparator {
	case AtLeast, Above:
		up = !a.Judgement.Met
	case AtMost, Below:
		up = a.Judgement.Met
	default:
		return 0, false, false
	}
	x, n, step := a.chance.x, a.chance.n, int64(-1)
	room := x
	if up {
		if room, step = n-x, 1; a.counting.rate {
			room = 1000 * n // there may be more events than persons
		}
	}
	k = int64(sort.Search(int(room), func(i int) bool {
		r := formula.Result{Value: big.NewRat(x+step*int64(i+1), n)}
		j, ok := a.Target.Judge(printed(a.Definition, r), nil)
		return ok && j.Met != a.Judgement.Met
	})) + 1
	return k, up, k <= room
}

// Weighed says in sentences what the counts behind a figure say beside the official verdict; nothing
// where it is neither a share nor a rate. The last one tells what the interval of a full count means.
func (a Answer) Weighed(l words.Lang) []string {
	lo, hi, ok := a.Interval()
	if !ok {
		return nil
	}
	args := []any{a.Title(l), a.chance.x, a.chance.n, a.Text(l), a.sized(lo), a.sized(hi)}
	code := stats.SayShare
	if a.Judgement != nil && a.chance.support != "" {
		args = append(args, a.Target.Say(a.Definition, l))
		switch {
		case a.chance.support == stats.SupportMet:
			code = stats.SayShareMet
		case a.chance.support == stats.SupportNotMet:
			code = stats.SayShareNotMet
		case a.Judgement.Met:
			code = stats.SayShareUnsure
		default:
			code = stats.SayShareUnsureNo
		}
	}
	out := []string{said(stats.Statement{Code: code, Args: args}, l)}
	if k, up, ok := a.turnsAt(); ok && a.chance.support != stats.SupportMet {
		edge := map[[2]bool]stats.WordingCode{{false, true}: stats.SayShortOf, {false, false}: stats.SayTooMany, {true, false}: stats.SayFewerMiss, {true, true}: stats.SayMoreMiss}
		out = append(out, said(stats.Statement{Code: edge[[2]bool{a.Judgement.Met, up}], Args: []any{k, l.Pick(a.counting.unit, a.counting.unitEN)}}, l))
	}
	return append(out, said(stats.Statement{Code: stats.SayFullCount}, l))
}

// said says a statement in a language.
func said(s stats.Statement, l words.Lang) string {
	if l == words.English {
		return words.Singular(s.English())
	}
	return s.Chinese()
}

// countShown gives a count that may be compared with another: one that is shown, complete and whole.
func (a Answer) countShown() (int64, bool) {
	v := a.Result.Value
	if !a.counting.count || a.Reason != measure.NoReason || a.Withheld || a.Incomplete || v == nil || !v.IsInt() || !v.Num().IsInt64() {
		return 0, false
	}
	n := v.Num().Int64()
	return n, n >= 0 && n <= 1_000_000_000
}

// sharesChanged says how a share of what happened in a period differs from that of an earlier one
// (METHODS §4.1); "" where they cannot be compared.
func sharesChanged(before, now Answer, l words.Lang) string {
	if !before.counting.flow || !now.counting.flow || !before.counting.share || !now.counting.share || !sameCount(before.Definition, now.Definition) {
		return ""
	}
	a, b := before.weigh(), now.weigh()
	if !a.ok() || !b.ok() {
		return ""
	}
	d, why := stats.ProportionDifference(a.x, a.n, b.x, b.n, chanceLevel)
	if why != "" {
		return ""
	}
	digits := now.Definition.Digits
	points := new(big.Rat).Sub(now.Printed, before.Printed)
	text := points.FloatString(digits)
	if points.Sign() > 0 {
		text = "+" + text
	}
	in := func(a Answer, c chance) stats.ShareSaid {
		return stats.ShareSaid{When: l.Pick(a.Period.Chinese(), a.Period.English()), Value: a.Text(l), X: c.x, N: c.n}
	}
	return said(stats.SayShares(in(before, a), in(now, b), text, digits, d), l)
}

// changed says how a count differs from an earlier one of a period as long; "" where they cannot be
// compared. Counts below ten together have no percentage (METHODS §1.1).
func changed(before, now Answer, l words.Lang) string {
	a, ok1 := before.countShown()
	b, ok2 := now.countShown()
	if !ok1 || !ok2 || !sameCount(before.Definition, now.Definition) {
		return ""
	}
	r, why := stats.PoissonRatio(stats.Count{N: a, Exposure: 1}, stats.Count{N: b, Exposure: 1}, chanceLevel)
	if why != "" {
		return ""
	}
	in := func(a Answer) string { return l.Pick(a.Period.Chinese(), a.Period.English()) }
	return said(stats.SayCounts(in(before), before.Text(l), in(now), now.Text(l), r), l)
}
