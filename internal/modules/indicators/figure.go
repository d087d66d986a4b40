package indicators

import (
	"math/big"
	"slices"

	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/words"
)

// An Answer is a figure with all that belongs to it (SEMANTICS §4).
type Answer struct {
	Code       string
	Name       string
	NameEN     string
	Force      string
	Element    *measure.Element // set if the code is an element's
	Definition Definition       // in force on the period's last day; of an element: how it is shown
	Unit       org.UnitID
	Period     period.Period

	Result     formula.Result
	Trace      *formula.Trace // only if asked to explain
	Printed    *big.Rat       // the printed value in the scale shown; nil with a reason
	Reason     measure.Reason
	Pick       string // of an element: the selector asked for, without its braces
	Hidden     bool   // a count of persons behind it may not be seen: no trace
	Withheld   bool   // its value is not shown: a small count of persons, or a second cell that would reveal one
	Small      bool   // withheld, and itself the small count
	Incomplete bool   // 不完整: coverage below the minimum, or operands of different units

	Target     *Target // the one that applies; nil if none
	Base       *big.Rat
	Judgement  *Judgement // nil: withheld, no target, or no value
	Light      measure.Light
	Rank       *measure.RankJSON
	State      measure.State
	AsOf       int64
	Boundaries Boundaries // by which it was asked
	recast     bool       // so that it may differ from that by the boundaries of the time
	counting   counting   // what its formula counts
	chance     chance     // what the counts behind a share say
	ClosedText string     // the figure as it stood at closing, where it was restated since
}

// Value gives the printed value without unit and separators, "37.52".
func (a Answer) Value() (string, bool) {
	if a.Printed == nil {
		return "", false
	}
	return measure.Round(a.Printed, a.Definition.Digits), true
}

// Text gives the figure as printed, "37.52%", or its reason in words.
func (a Answer) Text(l words.Lang) string {
	if a.Withheld {
		if a.Small {
			return "<5"
		}
		return l.Text("已隐去")
	}
	if a.Reason != measure.NoReason {
		return l.Text(a.Reason.Text())
	}
	return a.Definition.show(a.Result.Value, l)
}

// show prints a value, in the language of l.
func (d Definition) show(v *big.Rat, l words.Lang) string {
	s := d.Format.Show(v, d.Digits, d.measured(l), l.Text)
	if l == words.English {
		s = words.Singular(s)
	}
	return s
}

// measured gives the unit of measure as Format.Show takes it: a place in a ranking has its number
// inside, 第1名.
func (d Definition) measured(l words.Lang) string {
	if d.UnitEN == "place" {
		return l.Pick("第#名", "rank #")
	}
	return l.Pick(d.Unit, d.UnitEN)
}

// Title gives the figure's name in a language.
func (a Answer) Title(l words.Lang) string {
	if a.Pick != "" {
		return l.Pick(a.Name, a.NameEN) + "{" + a.Pick + "}"
	}
	return l.Pick(a.Name, a.NameEN)
}

// Fraction gives numerator and denominator as exact decimals, where the figure has them and they
// may be shown.
func (a Answer) Fraction() (num, den string, ok bool) {
	if a.Withheld || a.Result.Numerator == nil || a.Result.Denominator == nil {
		return "", "", false
	}
	return measure.Exact(a.Result.Numerator), measure.Exact(a.Result.Denominator), true
}

// judge holds the answer against its target and lights the lamp. An incomplete figure is shown,
// but verdict, light and rank are withheld. The verdict goes by the printed value; a share that
// meets its target by no more than chance is yellow, as one within the margin (SEMANTICS §4).
func (a *Answer) judge() {
	a.Light = measure.Grey
	a.chance = a.weigh()
	if a.Reason != measure.NoReason || a.Withheld || a.Incomplete || a.Target == nil {
		return
	}
	j, ok := a.Target.Judge(a.Printed, a.Base)
	if !ok {
		return
	}
	a.Judgement, a.Light = &j, j.Light
	if j.Met && a.chance.support == stats.SupportUnsure {
		a.Light = measure.Yellow
	}
}

// finish turns the engine's result into what is printed.
func (a *Answer) finish() {
	r := a.Result
	a.Reason = r.Reason
	if r.Value != nil && r.Reason == measure.NoReason {
		a.Printed = printed(a.Definition, r)
	}
	least := a.Definition.MinCoverage
	if a.Reason == measure.NoReason {
		c := r.Coverage
		a.Incomplete = c.Expected > 0 && c.Reported*100 < least*c.Expected || r.Flags&formula.UnitsDiffer != 0 && least >= 100
	}
}

// Verdict gives "met" or "not_met", or "" where there is none.
func (a Answer) Verdict() string {
	switch {
	case a.Judgement == nil:
		return ""
	case a.Judgement.Met:
		return "met"
	}
	return "not_met"
}

// JSON gives the stable form for programs. code gives a unit's code, l is the language of its words.
func (a Answer) JSON(code func(org.UnitID) string, l words.Lang) measure.FigureJSON {
	f := measure.FigureJSON{Code: a.Code, Name: a.Name, Unit: code(a.Unit), Period: a.Period.String(), Text: a.Text(l), Light: a.Light,
		Rank: a.Rank, State: a.State, AsOf: a.AsOf, Definition: a.Definition.Version, Boundaries: string(a.Boundaries)}
	reason := a.Reason
	if a.Withheld {
		reason = measure.WithheldSmall
	}
	if reason != measure.NoReason {
		f.Reason = &reason
	} else if v, ok := a.Value(); ok {
		f.Value = &v
	}
	if n, d, ok := a.Fraction(); ok {
		f.Numerator, f.Denominator = &n, &d
	}
	if v := a.Verdict(); v != "" {
		f.Verdict = &v
	}
	if lo, hi, ok := a.Interval(); ok {
		f.Interval = &[2]string{lo, hi}
	}
	if v := a.Support(); v != "" && a.Judgement != nil {
		f.Support = &v
	}
	f.Coverage = measure.CoverageJSON{Reported: a.Result.Coverage.Reported, Expected: a.Result.Coverage.Expected,
		Complete: !a.Incomplete && a.Result.Coverage.Complete(), Missing: []string{}}
	for _, u := range a.Result.Coverage.Missing {
		f.Coverage.Missing = append(f.Coverage.Missing, code(u))
	}
	if t := a.Target; t != nil {
		j := &measure.TargetJSON{Comparator: string(t.Comparator), Value: t.Value, Upper: t.Upper, Text: t.Say(a.Definition, l), From: code(t.Unit)}
		if a.Judgement != nil && a.Judgement.Achievement != nil {
			s := measure.Round(new(big.Rat).Mul(a.Judgement.Achievement, big.NewRat(100, 1)), 1)
			j.Achievement = &s
		}
		f.Target = j
	}
	f.Notes = a.Notes(l)
	return f
}

// Notes gives what a reader must know beside the number, in words.
func (a Answer) Notes(l words.Lang) []string {
	var out []string
	if a.Incomplete {
		out = append(out, l.Text("不完整"))
	}
	for _, s := range a.Result.Flags.Texts() {
		out = append(out, l.Text(s))
	}
	switch a.State {
	case measure.Restated:
		out = append(out, l.Text("封账后有更正"))
	case measure.Preview:
		out = append(out, l.Text("待审核，仅本单位可见"))
	}
	return out
}

// Say gives the target in words of a language: "≥98%", "低于上期".
func (t Target) Say(d Definition, l words.Lang) string {
	base := ""
	switch t.Base {
	case "prev":
		base = l.Text("上期")
	case "yoy":
		base = l.Text("去年同期")
	default:
		if p, err := period.Parse(t.Base); err == nil {
			base = l.Pick(p.Chinese(), p.English())
		}
	}
	switch t.Comparator {
	case Zero:
		return "= 0"
	case Rises:
		return words.T(l, "高于%s", base)
	case Falls:
		return words.T(l, "低于%s", base)
	}
	return t.number(d)
}

// number writes a target that is a number or a range, "≥98%".
func (t Target) number(d Definition) string {
	end := ""
	switch d.Format {
	case formula.Percent:
		end = "%"
	case formula.PerThousand:
		end = "‰"
	}
	if t.Comparator == Between {
		return t.Value + "–" + t.Upper + end
	}
	return string(t.Comparator) + t.Value + end
}

// rank gives the places of siblings by their printed values; equal values share a place. Answers
// without value, incomplete or withheld ones have none.
func rank(list []*Answer, d Direction) {
	if d == Neutral {
		return
	}
	var in []*Answer
	for _, a := range list {
		if a.Printed != nil && !a.Incomplete && !a.Withheld && a.Reason == measure.NoReason {
			in = append(in, a)
		}
	}
	slices.SortStableFunc(in, func(a, b *Answer) int {
		if d == Up {
			a, b = b, a
		}
		return a.Printed.Cmp(b.Printed)
	})
	for i, a := range in {
		place := i + 1
		if i > 0 && in[i-1].Printed.Cmp(a.Printed) == 0 {
			place = in[i-1].Rank.Place
		}
		a.Rank = &measure.RankJSON{Place: place, Of: len(in)}
	}
}

// printed gives the printed value of a result in the scale shown.
func printed(d Definition, r formula.Result) *big.Rat {
	s := d.Format.Value(r.Value, d.Digits)
	if v, ok := wholeNumber(s); ok && d.Digits >= 0 && d.Digits <= 9 {
		unit := int64(1)
		for range d.Digits {
			unit *= 10
		}
		return big.NewRat(v, unit)
	}
	p, _ := new(big.Rat).SetString(s)
	return p
}
