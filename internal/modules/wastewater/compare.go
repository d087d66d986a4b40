package wastewater

import (
	"fmt"
	"math"
	"slices"

	"kaiyang/internal/core/period"
	"kaiyang/internal/core/stats"
)

// A Ground is a reason why two campaigns can be compared less than fully, or not at all.
type Ground string

// The grounds. The first two forbid a comparison; with any of the rest nothing of the error
// cancels, and only a large change is clear (METHODS §8).
const (
	NoCommonPlant   Ground = "no_common_plant"
	OtherSeason     Ground = "other_season"
	OtherLaboratory Ground = "other_laboratory"
	OtherPopulation Ground = "other_population"
	MissingDays     Ground = "missing_days"
	BelowLimit      Ground = "below_limit"
)

// Text gives the ground in Chinese, as part of a sentence.
func (g Ground) Text() string {
	return map[Ground]string{NoCommonPlant: "没有同一座污水厂", OtherSeason: "季节不同，用水和人口流动不同", OtherLaboratory: "实验室不同", OtherPopulation: "服务人口数不同", MissingDays: "有的日子没有样品", BelowLimit: "有的样品低于定量限"}[g]
}

func (g Ground) forbids() bool { return g == NoCommonPlant || g == OtherSeason }

// seasonDays is how far apart in the year two campaigns may begin and still be of one season.
const seasonDays = 45

// sameSeason tells whether two days lie within seasonDays of each other in the year.
func sameSeason(a, b period.Day) bool {
	within := func(d period.Day) int {
		y, _, _ := d.Date()
		first, err := period.NewDay(y, 1, 1)
		if err != nil {
			return 0
		}
		return first.DaysUntil(d)
	}
	gap := within(a) - within(b)
	if gap < 0 {
		gap = -gap
	}
	return min(gap, 365-gap) <= seasonDays
}

// factorOf is the change that is clear when nothing of the error cancels: halving or doubling,
// which rests on a total error of 30 % of one load; with a larger error more is needed.
func factorOf(rsd float64) float64 { return math.Exp2(math.Max(1, rsd/0.3)) }

// A Comparison sets a residue of a campaign against the same plants of an earlier one.
type Comparison struct {
	Earlier Campaign
	Plants  []string // names of the plants in both
	Before  Load     // of those plants
	Now     Load
	Grounds []Ground
	Factor  float64 // the change that is clear; 0 where weekly intervals decide
	Code    stats.WordingCode
}

// Clear tells whether the change is larger than the error: -1 lower, 1 higher, 0 not.
func (x Comparison) Clear() int {
	switch x.Code {
	case stats.SayLoadsLower, stats.SayLoadsHalved:
		return -1
	case stats.SayLoadsHigher, stats.SayLoadsDoubled:
		return 1
	}
	return 0
}

// compare sets a residue of two campaigns side by side, over the plants that are in both. ok is
// false where one of the two has no result at all.
func compare(now, before Campaign, nowData, beforeData Data, residue string, a Assumptions) (x Comparison, ok bool) {
	x = Comparison{Earlier: before}
	var nowLoads, beforeLoads []Load
	var nowPeople, beforePeople []float64
	other := false
	for _, s := range now.Sites {
		b, both := before.Site(s.Plant)
		if !both {
			continue
		}
		x.Plants = append(x.Plants, s.Name)
		nowLoads, nowPeople = append(nowLoads, loadOf(now, s, nowData, residue, a.rsd())), append(nowPeople, float64(s.People))
		beforeLoads, beforePeople = append(beforeLoads, loadOf(before, b, beforeData, residue, a.rsd())), append(beforePeople, float64(b.People))
		other = other || s.People != b.People
	}
	if len(x.Plants) == 0 {
		x.Grounds, x.Code = []Ground{NoCommonPlant}, stats.SayLoadsRefused
		return x, slices.Contains(before.Residues, residue)
	}
	x.Now, x.Before = together(nowLoads, nowPeople, a.rsd()), together(beforeLoads, beforePeople, a.rsd())
	if x.Now.Why != "" || x.Before.Why != "" {
		return x, false
	}
	if !sameSeason(now.First, before.First) {
		x.Grounds = append(x.Grounds, OtherSeason)
	}
	if now.Laboratory != before.Laboratory {
		x.Grounds = append(x.Grounds, OtherLaboratory)
	}
	if other {
		x.Grounds = append(x.Grounds, OtherPopulation)
	}
	if x.Now.Days < Days || x.Before.Days < Days {
		x.Grounds = append(x.Grounds, MissingDays)
	}
	if x.Now.Below > 0 || x.Before.Below > 0 {
		x.Grounds = append(x.Grounds, BelowLimit)
	}
	x.judge(rootSum(a.rsd()))
	return x, true
}

// judge chooses the verdict (METHODS §8).
func (x *Comparison) judge(rsd float64) {
	if slices.ContainsFunc(x.Grounds, Ground.forbids) {
		x.Code = stats.SayLoadsRefused
		return
	}
	if len(x.Grounds) == 0 {
		switch {
		case x.Now.Week.Interval.Hi < x.Before.Week.Interval.Lo:
			x.Code = stats.SayLoadsLower
		case x.Now.Week.Interval.Lo > x.Before.Week.Interval.Hi:
			x.Code = stats.SayLoadsHigher
		default:
			x.Code = stats.SayLoadsUnclear
		}
		return
	}
	x.Factor = factorOf(rsd)
	switch {
	case x.Before.Range.Lower > 0 && float64(x.Now.Range.Upper*x.Factor) <= x.Before.Range.Lower:
		x.Code = stats.SayLoadsHalved
	case x.Now.Range.Lower > 0 && x.Now.Range.Lower >= float64(x.Before.Range.Upper*x.Factor):
		x.Code = stats.SayLoadsDoubled
	default:
		x.Code = stats.SayLoadsWide
	}
}

// Say gives the sentence. Names, grounds and words between ranges come in the reader's language.
func (x Comparison) Say(residue, before, now, grounds string, text func(Load) string) stats.Statement {
	if x.Code == stats.SayLoadsRefused {
		return stats.Statement{Code: x.Code, Args: []any{residue, grounds}}
	}
	args := []any{residue, before, text(x.Before), now, text(x.Now)}
	if x.Factor > 0 {
		args = append(args, trimmed(x.Factor), grounds)
	}
	return stats.Statement{Code: x.Code, Args: args}
}

// trimmed prints a factor, "2" or "2.4", rounded up so that no smaller change is called clear.
func trimmed(v float64) string {
	v = math.Ceil(v*10-1e-9) / 10
	if v == math.Trunc(v) {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.1f", v)
}
