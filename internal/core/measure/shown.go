package measure

import (
	"math/big"

	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A Shown is a figure as meetings, plans and documents print it: words and numbers that are ready,
// with the address of the trace. It is made by the module that keeps the indicators, protected for
// the reader who asked.
type Shown struct {
	Code        string
	Name        string
	NameEN      string // "" where it has none
	Force       string // code of the owning task force; "" for none
	Unit        org.UnitID
	Period      period.Period
	Text        string // as printed, "37.52%", or the reason in words
	TextEN      string // the same in English
	Value       string // printed value as a decimal; "" where there is none
	Numerator   string // exact decimals; "" where it is no ratio or may not be seen
	Denominator string
	Target      string // "≥98%"; "" where there is none
	TargetEN    string
	Verdict     string // "met", "not_met", ""
	Light       Light
	Note        string // "不完整", "更正", "预览"
	Missing     []org.UnitID
	Interval    string // of a rate, "95% 区间 33.9%—41.3%"; "" where none is due
	IntervalEN  string
	Support     string // what the sample supports: clear_met, clear_not_met, cannot_tell, ""

	Prev       string // the period before, as printed; "" where there is none
	PrevValue  string
	YearBefore string // the same period a year before
	YearValue  string
	ToDate     string // 1 January to the period's end; "" where it says the same

	Place, Of  int // among siblings, or as published; 0 for none
	Percent    bool
	UpIsGood   bool
	DownIsGood bool
	Trend      []Spot // oldest first
	State      State
	AsOf       int64 // change number
	Definition int   // version
	Path       string
}

// English gives the figure with its English name, text, target and interval, as far as it has them.
func (s Shown) English() Shown {
	for _, x := range [...]struct {
		zh *string
		en string
	}{{&s.Name, s.NameEN}, {&s.Text, s.TextEN}, {&s.Target, s.TargetEN}, {&s.Interval, s.IntervalEN}} {
		if x.en != "" {
			*x.zh = x.en
		}
	}
	return s
}

// A Spot is one figure of a course.
type Spot struct {
	Period period.Period
	Text   string
	Value  float64
	OK     bool
}

// Worse tells whether a figure moved to the bad side against an earlier printed value.
func (s Shown) Worse(before string) bool {
	now, ok := new(big.Rat).SetString(s.Value)
	then, had := new(big.Rat).SetString(before)
	if !ok || !had {
		return false
	}
	switch c := now.Cmp(then); {
	case s.UpIsGood:
		return c < 0
	case s.DownIsGood:
		return c > 0
	}
	return false
}
