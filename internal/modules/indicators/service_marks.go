package indicators

import (
	"context"
	"math"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/words"
)

// A Mark is a figure as a table over many units shows it.
type Mark struct {
	Unit       org.UnitID
	Text       string  // as printed, or the reason
	Value      float64 // the printed number, for drawing; 0 where there is none
	None       bool    // there is no number
	Light      measure.Light
	Place      int // among the units compared; 0 for none
	Incomplete bool
	Withheld   bool
	Small      bool
	State      measure.State
	Reported   int // of an incomplete figure
	Expected   int
	X, N       int64 // what a share or a rate is made of; N is 0 where it is none
}

// A MarkRow is one code over many units.
type MarkRow struct {
	Code, Title string
	Of          int // how many units have a place
	Marks       []Mark
}

// Marks answers a whole table: every code for every unit, for one period, with the places among
// all of the units. It says what Many says, and is made for tables of a thousand figures.
func (s *Service) Marks(ctx context.Context, reader perm.Actor, codes []string, units []org.UnitID, p period.Period, l words.Lang) (out []MarkRow, err error) {
	defer fault.Wrap(&err, "indicators.Marks(%d codes, %d units, %s)", len(codes), len(units), p)
	k, err := s.ask(ctx, reader, 0)
	if err != nil {
		return nil, err
	}
	defer k.done()
	out = make([]MarkRow, 0, len(codes))
	for _, c := range codes {
		row, err := k.marks(c, units, p, l)
		if err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, nil
}

// A Passing is what several units had in one period of a course.
type Passing struct {
	Period period.Period
	Marks  []Mark // by unit
}

// Courses answers a code for several units over the periods around p: the trend of each unit,
// from the first period that any of them has data of.
func (s *Service) Courses(ctx context.Context, reader perm.Actor, code string, units []org.UnitID, p period.Period, l words.Lang) (out []Passing, err error) {
	defer fault.Wrap(&err, "indicators.Courses(%s, %d units, %s)", code, len(units), p)
	k, err := s.ask(ctx, reader, 0)
	if err != nil {
		return nil, err
	}
	defer k.done()
	for _, q := range TrendPeriods(p, trendLength(p.Kind())) {
		row, err := k.marks(code, units, q, l)
		if err != nil {
			return nil, err
		}
		if len(out) > 0 || slices.ContainsFunc(row.Marks, func(m Mark) bool { return !m.None || m.Withheld }) {
			out = append(out, Passing{q, row.Marks})
		}
	}
	return out, nil
}

func (k *asking) marks(code string, units []org.UnitID, p period.Period, l words.Lang) (MarkRow, error) {
	ref, err := k.refOf(code)
	if err != nil {
		return MarkRow{}, err
	}
	head, ok := k.head(ref, p)
	row := MarkRow{Code: code, Title: head.Title(l)}
	if ok {
		if list, done := k.quick(ref, head, units, p, l); done {
			row.Marks, row.Of = list.marks, list.of
			return row, nil
		}
	}
	answers, err := k.row(code, units, p)
	if err != nil {
		return MarkRow{}, err
	}
	column := make([]*Answer, len(answers))
	for i := range answers {
		answers[i].Rank = nil
		column[i] = &answers[i]
	}
	rank(column, head.Definition.Direction)
	row.Marks = make([]Mark, len(answers))
	for i, a := range answers {
		row.Marks[i] = markOf(a, l)
		if a.Rank != nil {
			row.Of = a.Rank.Of
		}
	}
	return row, nil
}

// markOf takes from an answer what a table shows.
func markOf(a Answer, l words.Lang) Mark {
	m := Mark{Unit: a.Unit, Text: a.Text(l), None: a.Printed == nil || a.Withheld, Incomplete: a.Incomplete, Withheld: a.Withheld, Small: a.Small, State: a.State}
	if !m.None {
		m.Value = float(a.Printed)
	}
	if lit(a) && a.Light != measure.Grey {
		m.Light = a.Light
	}
	if a.Rank != nil {
		m.Place = a.Rank.Place
	}
	if !m.None && a.counting.weighable() && a.Result.Numerator != nil && a.Result.Denominator != nil {
		if x, n, ok := a.counting.counts(a.Result.Numerator, a.Result.Denominator); ok {
			m.X, m.N = x, n
		}
	}
	if a.Incomplete {
		m.Reported, m.Expected = a.Result.Coverage.Reported, a.Result.Coverage.Expected
	}
	return m
}

type quickList struct {
	marks []Mark
	of    int
}

// quick answers a column by whole numbers. done is false where it cannot: small counts to protect, or numbers that are too
// large.
func (k *asking) quick(ref formula.Ref, head Answer, units []org.UnitID, p period.Period, l words.Lang) (q quickList, done bool) {
	t := k.src.units.On(p.Last())
	if len(k.persons(ref, p.Last())) > 0 && slices.ContainsFunc(units, func(u org.UnitID) bool { return k.guards(ref, u, p) }) {
		return q, false
	}
	d := head.Definition
	goals, ok := k.goals(ref, d, t, units, p)
	if !ok {
		return q, false
	}
	_, closed := k.book.closed(p)
	prefix, suffix, _ := strings.Cut(d.Format.Show(rat0, 0, d.measured(l), l.Text), "0")
	suffixOfOne := suffix
	if l == words.English {
		suffixOfOne = strings.TrimPrefix(words.Singular("1"+suffix), "1") // 1 person
	}
	q.marks = make([]Mark, len(units))
	values := make([]int64, len(units))
	text := make([]byte, 0, 12*len(units))
	ends := make([]int, len(units)) // where each text ends
	e := k.engine()
	asked := append([]period.Period{p}, goals.bases...)
	unit := math.Pow10(d.Digits)
	reasons := map[measure.Reason]string{}
	e.src.run(func() {
		e.runner.Run(k.book.of(ref), units, asked, &e.block)
		text = text[:0]
		done = true
		for i, u := range units {
			m := &q.marks[i]
			*m = Mark{Unit: u, State: measure.Approved}
			if closed {
				m.State = k.closedState(ref.Code, ref.Element, u, p)
			}
			c := e.block.Index(i, 0)
			if why := e.block.Reason(c); why != measure.NoReason {
				said, known := reasons[why]
				if !known {
					said = l.Text(why.Text())
					reasons[why] = said
				}
				m.None, values[i] = true, noPlace
				text = append(text, said...)
				ends[i] = len(text)
				continue
			}
			v, ok := rounded(&e.block, c, d)
			if !ok {
				done = false
				return
			}
			m.Value = float64(v) / unit
			reported, expected := e.block.Reported(c)
			if m.Incomplete = expected > 0 && reported*100 < d.MinCoverage*expected; m.Incomplete {
				m.Reported, m.Expected, values[i] = reported, expected, noPlace
			} else {
				values[i] = v
			}
			text = append(text, prefix...)
			text = appendPrinted(text, v, d.Digits)
			if v == 1 && d.Digits == 0 {
				text = append(text, suffixOfOne...)
			} else {
				text = append(text, suffix...)
			}
			ends[i] = len(text)
			if head.counting.weighable() {
				x, n, ok := e.block.Counts(c)
				if !ok {
					x, n, ok = wholes(e.block.Parts(c))
				}
				if ok && head.counting.holds(x, n) {
					m.X, m.N = x, n
				}
			}
			if g := goals.of[i]; g != nil && !m.Incomplete {
				if b, ok := g.baseIn(&e.block, i, d); ok || g.base < 0 {
					if m.Light = g.light(v, b); m.Light == measure.Green && m.N > 0 && g.support(head.counting, m.X, m.N, d) == stats.SupportUnsure {
						m.Light = measure.Yellow
					}
				}
			}
		}
	})
	if !done {
		return q, false
	}
	k.seq = e.src.seq
	all, from := string(text), 0
	for i := range q.marks {
		q.marks[i].Text = all[from:ends[i]]
		from = ends[i]
	}
	q.of = places(q.marks, values, d.Direction)
	return q, true
}

var rat0 = measure.Rat(0, 0)

// noPlace marks a figure that takes no part in a ranking.
const noPlace = -1 << 63

// places gives the places of values; equal ones share theirs. It tells how many take part.
func places(list []Mark, values []int64, d Direction) (of int) {
	if d != Up && d != Down {
		return 0
	}
	order := make([]int64, 0, len(values))
	for _, v := range values {
		if v != noPlace {
			order = append(order, v)
		}
	}
	slices.Sort(order)
	for i, v := range values {
		if v == noPlace {
			continue
		}
		at, _ := slices.BinarySearch(order, v)
		if d == Up {
			if at, _ = slices.BinarySearch(order, v+1); v == 1<<63-1 {
				at = len(order)
			}
			list[i].Place = len(order) - at + 1
		} else {
			list[i].Place = at + 1
		}
	}
	return len(order)
}

// wholeNumber reads a printed number without separators as a whole number of its last digit; of
// more than 14 digits it is too large for the sums made with it.
func wholeNumber(s string) (v int64, ok bool) {
	neg := strings.HasPrefix(s, "-")
	n := 0
	for i := range len(s) {
		c := s[i]
		if c < '0' || c > '9' {
			continue
		}
		if n++; n > 14 {
			return 0, false
		}
		v = v*10 + int64(c-'0')
	}
	if neg {
		v = -v
	}
	return v, n > 0
}

// rounded gives the printed value of a cell as a whole number of its last digit; ok is false for
// one that is too large.
func rounded(b *formula.Block, i int, d Definition) (v int64, ok bool) {
	if v, ok = b.Rounded(i, d.Format, d.Digits); ok {
		return v, v > -mostWhole && v < mostWhole
	}
	return wholeNumber(b.Printed(i, d.Format, d.Digits))
}

// mostWhole is 10 to the power of the digits that wholeNumber reads.
const mostWhole = 100_000_000_000_000

// appendPrinted writes a whole number of the last of some digits after the point, with thousands
// separators, as measure.Group does.
func appendPrinted(dst []byte, v int64, digits int) []byte {
	if v < 0 {
		dst, v = append(dst, '-'), -v
	}
	var buf [32]byte
	n := len(buf)
	for i := range digits {
		n--
		buf[n] = byte('0' + v%10)
		if v /= 10; i == digits-1 {
			n--
			buf[n] = '.'
		}
	}
	for i := 0; i == 0 || v > 0; i++ {
		if i > 0 && i%3 == 0 {
			n--
			buf[n] = ','
		}
		n--
		buf[n] = byte('0' + v%10)
		v /= 10
	}
	return append(dst, buf[n:]...)
}

// A goal is a target as whole numbers of the last printed digit, or of a finer one.
type goal struct {
	cmp                 Comparator
	want, upper, margin int64
	up                  int64 // printed numbers are multiplied by this before comparing
	margined            bool
	base                int  // of rising and falling: number of the base period; -1 for the others
	lost                bool // there is no base period
}

// baseIn reads the printed value of the base period of the u-th unit; ok is false where there is
// none to compare with.
func (g *goal) baseIn(b *formula.Block, u int, d Definition) (v int64, ok bool) {
	if g.base < 0 || g.lost {
		return 0, false
	}
	i := b.Index(u, 1+g.base)
	if reported, expected := b.Reported(i); b.Reason(i) != measure.NoReason || reported < expected {
		return 0, false
	}
	return rounded(b, i, d)
}

// light is what Target.Judge says.
func (g *goal) light(v, base int64) measure.Light {
	want := g.want
	if g.base >= 0 {
		want = base * g.up
	}
	v *= g.up
	var met bool
	gap := v - want
	if gap < 0 {
		gap = -gap
	}
	switch g.cmp {
	case Rises:
		met = v > want
	case Falls:
		met = v < want
	case AtLeast:
		met = v >= g.want
	case Above:
		met = v > g.want
	case AtMost:
		met = v <= g.want
	case Below:
		met = v < g.want
	case Zero:
		return map[bool]measure.Light{true: measure.Green, false: measure.Red}[v == 0]
	case Between:
		met = v >= g.want && v <= g.upper
		gap = min(v-g.want, g.upper-v)
	}
	switch {
	case !met:
		return measure.Red
	case g.margined && gap < g.margin:
		return measure.Yellow
	}
	return measure.Green
}

// A goalList is the goals of units, nil for none, and the base periods they name.
type goalList struct {
	of    []*goal
	bases []period.Period
}

// goals finds the target of each unit as whole numbers; ok is false where one is not of that sort.
func (k *asking) goals(ref formula.Ref, d Definition, t *org.Tree, units []org.UnitID, p period.Period) (list goalList, ok bool) {
	list.of = make([]*goal, len(units))
	all := k.book.targets[ref.Code]
	var fitting []Target
	own := map[org.UnitID]bool{}
	for i := range all {
		if all[i].Ended == "" && all[i].Period.Contains(p) {
			fitting = append(fitting, all[i])
			own[all[i].Unit] = true
		}
	}
	if len(fitting) == 0 {
		return list, true
	}
	shared := map[org.UnitID]*goal{}
	read := make([]*goal, len(fitting))
	for i, u := range units {
		if !t.Has(u) {
			continue
		}
		from, own := t.Parent(u), own[u]
		if own {
			from = u
		}
		if from == 0 {
			continue
		}
		g, known := shared[from]
		if !known {
			at := applies(fitting, from, p)
			for above := from; at < 0 && !own && above != 0; {
				if above = t.Parent(above); above != 0 {
					at = applies(fitting, above, p)
				}
			}
			if at >= 0 {
				if g, ok = read[at], true; g == nil {
					if g, ok = k.goal(fitting[at], d, p, &list); !ok {
						return list, false
					}
					read[at] = g
				}
			}
			shared[from] = g
		}
		list.of[i] = g
	}
	return list, true
}

// goal reads one target and notes its base period in the list.
func (k *asking) goal(x Target, d Definition, p period.Period, list *goalList) (g *goal, ok bool) {
	if g = newGoal(x, d.Digits); g == nil {
		return nil, false
	}
	if g.base < 0 {
		return g, true
	}
	if bp, err := x.BasePeriod(p); err != nil {
		g.lost = true
	} else if g.base = slices.Index(list.bases, bp); g.base < 0 {
		g.base = len(list.bases)
		list.bases = append(list.bases, bp)
	}
	return g, true
}

// newGoal writes a target as whole numbers; nil where its digits are too many.
func newGoal(t Target, digits int) *goal {
	g := &goal{cmp: t.Comparator, up: 1, base: -1}
	if t.Comparator == Rises || t.Comparator == Falls {
		g.base, t.Value, t.Upper = 0, "", ""
	}
	fine := digits
	for _, s := range []string{t.Value, t.Upper, t.Margin} {
		if _, n, ok := plainDecimal(s); ok {
			fine = max(fine, n)
		} else if r, ok := decimal(s); ok {
			for fine <= digits+4 && measure.Exact(r) != trimZeros(measure.Round(r, fine)) {
				fine++
			}
		}
	}
	if fine > digits+4 {
		return nil
	}
	for range fine - digits {
		g.up *= 10
	}
	read := func(s string, v *int64) bool {
		if n, its, ok := plainDecimal(s); ok {
			for ; its < fine; its++ {
				n *= 10
			}
			*v = n
			return n > -mostWhole && n < mostWhole
		}
		r, ok := decimal(s)
		if !ok {
			return false
		}
		n, ok := wholeNumber(measure.Round(r, fine))
		*v = n
		return ok
	}
	switch t.Comparator {
	case Zero:
		return g
	case Rises, Falls:
	case Between:
		if !read(t.Value, &g.want) || !read(t.Upper, &g.upper) {
			return nil
		}
	default:
		if !read(t.Value, &g.want) {
			return nil
		}
	}
	g.margined = read(t.Margin, &g.margin) && g.margin > 0
	return g
}

// plainDecimal reads a short decimal as it is mostly written, "98.5", as a whole number of the
// last digit that is not zero; ok is false for anything that decimal must look at.
func plainDecimal(s string) (v int64, digits int, ok bool) {
	unsigned := strings.TrimPrefix(s, "-")
	if unsigned == "" || len(unsigned) > 10 {
		return 0, 0, false
	}
	point := -1
	for i := range len(unsigned) {
		switch c := unsigned[i]; {
		case c >= '0' && c <= '9':
			v = v*10 + int64(c-'0')
		case c == '.' && point < 0 && i > 0 && i < len(unsigned)-1:
			point = i
		default:
			return 0, 0, false
		}
	}
	if point >= 0 {
		for digits = len(unsigned) - point - 1; digits > 0 && v%10 == 0; digits-- {
			v /= 10
		}
	}
	if len(unsigned) < len(s) {
		v = -v
	}
	return v, digits, true
}

// trimZeros takes the zeros off the end of a decimal, as measure.Exact leaves them off.
func trimZeros(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}
