// Package stats computes what the county's figures can and cannot show.
//
// Every method states its formula, its source and the least data it needs (its gate). A method
// whose gate is not passed gives a Reason and no number; nothing here ever returns NaN or an
// infinity. Proportions are fractions, not percent, unless a name says pct, apc or aapc.
//
// Randomness comes from a stated seed only (see Random); results are the same for any number
// of processors.
package stats

import (
	"math/rand/v2"

	"kaiyang/internal/core/fault"
)

// A Reason is the stable code that says why a method gives no number; empty means that it gives
// one. Sentence says it for a person.
type Reason string

// The reasons used by more than one method. Reasons of a single family stand beside it.
const (
	NoData        Reason = "no_data"         // nothing was given
	TooFewPoints  Reason = "too_few_points"  // fewer points than the method needs
	Constant      Reason = "constant"        // all values are the same, nothing varies
	SmallCounts   Reason = "small_counts"    // the counts are too small for a percent or an interval
	NotDefined    Reason = "not_defined"     // division by zero and the like
	NoConvergence Reason = "no_convergence"  // an iteration found no stable answer
	NotASample    Reason = "not_a_sample"    // not drawn by chance: no inference
	TooFewUnits   Reason = "too_few_units"   // fewer units than the comparison needs
	BadInput      Reason = "bad_input"       // lengths differ, negative counts, exposures of zero
	TooFewAtRisk  Reason = "too_few_at_risk" // too few persons still followed
)

// Sentence gives the Chinese sentence of the reason; it is a format without arguments and the
// key of its translation. The empty reason has no sentence.
func (r Reason) Sentence() string {
	switch r {
	case "":
		return ""
	case NoData:
		return "没有数据，请先录入。"
	case TooFewPoints:
		return "数据期数不足，暂不下结论；补录以前各期后可再测算。"
	case Constant:
		return "各期数值完全相同，没有变化可供分析。"
	case SmallCounts:
		return "人数太少，只列数目，不算百分比。"
	case NotDefined:
		return "分母为零，无法计算。"
	case NoConvergence:
		return "计算没有收敛，请核对数据。"
	case NotASample:
		return "非概率样本，不作推断。"
	case TooFewUnits:
		return "单位太少，不作比较。"
	case BadInput:
		return "数据不符合要求：个数不一致、出现负数或人口为零，请核对。"
	case TooFewAtRisk:
		return "仍在跟踪的人数太少，不作推断。"
	}
	if s := trendReason(r); s != "" {
		return s
	}
	if s := rateReason(r); s != "" {
		return s
	}
	return "数据不足，暂不下结论。"
}

// Err gives the reason as an Invalid failure for the person, or nil for the empty reason.
func (r Reason) Err() error {
	if r == "" {
		return nil
	}
	return fault.New(fault.Invalid, r.Sentence())
}

// An Interval is a range of values that chance alone makes plausible. Level is its confidence
// (0.95), Method the short English name of the way it was computed. Open means that there is no
// upper limit; Hi is then zero and must not be read.
type Interval struct {
	Lo, Hi float64
	Open   bool
	Level  float64
	Method string
}

// Contains tells whether v lies in the interval, limits included.
func (i Interval) Contains(v float64) bool { return v >= i.Lo && (i.Open || v <= i.Hi) }

// Support tells whether all of the interval lies on one side of a target.
func (i Interval) Support(target float64, dir Direction) Support {
	switch {
	case dir == AtLeast && i.Lo >= target, dir == AtMost && !i.Open && i.Hi <= target:
		return SupportMet
	case dir == AtLeast && !i.Open && i.Hi < target, dir == AtMost && i.Lo > target:
		return SupportNotMet
	}
	return SupportUnsure
}

// A Random is a seed for reproducible draws. Work that is split among processors takes one
// stream per index, so that the result does not depend on how it was split.
type Random struct{ seed uint64 }

// NewRandom gives the generator of a seed; the seed is printed with every result made from it.
func NewRandom(seed uint64) Random { return Random{seed} }

// Seed is the number to print beside the result.
func (r Random) Seed() uint64 { return r.seed }

// Stream gives the index-th independent stream (PCG); the same seed and index always give the
// same draws.
func (r Random) Stream(index int) *rand.Rand {
	return rand.New(rand.NewPCG(r.seed, uint64(index)*0x9E3779B97F4A7C15+0x632BE59BD9B4E019))
}

// DefaultSeed is used where a caller names no seed.
const DefaultSeed uint64 = 20180312
