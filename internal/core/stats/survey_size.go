package stats

import "math"

// A SampleQuestion asks how many people to interview for a share. Share is the share expected
// (0.5 is the safe choice), Half the half-width wanted (both fractions). Deff is the design effect
// (1 for a simple random sample; without own data 1.5 for telephone, 2 for village clusters),
// Response the share of people who answer, Population the number of people in all, 0 if it is
// unknown or large.
type SampleQuestion struct {
	Share, Half, Deff, Response, Population float64
	Level                                   float64
}

// A SampleSize is the answer: Simple is n₀ of a simple random sample from a large population,
// Finite with the population's size, Design with the design effect; Interviews is Design rounded
// up, Issue the number of people to draw so that so many answer.
type SampleSize struct {
	Simple, Finite, Design        float64
	SimpleUp, Interviews, ToIssue int64
}

// PlanSample gives n₀ = z² p(1−p)/d², n₁ = n₀/(1+(n₀−1)/N), times the design effect, divided by
// the response rate and rounded up (Cochran 1977; METHODS 5). Unfit numbers give BadInput.
func PlanSample(q SampleQuestion) (SampleSize, Reason) {
	switch {
	case !(q.Share > 0 && q.Share < 1), !(q.Half > 1e-5 && q.Half < 1), !(q.Deff > 0 && q.Deff <= 1000),
		!(q.Response > 0.001 && q.Response <= 1), !(q.Population >= 0 && q.Population < 1e12), !levelOK(q.Level):
		return SampleSize{}, BadInput
	}
	z := zOf(q.Level)
	s := SampleSize{Simple: z * z * q.Share * (1 - q.Share) / (q.Half * q.Half)}
	s.Finite = s.Simple
	if q.Population > 0 {
		s.Finite = s.Simple / (1 + (s.Simple-1)/q.Population)
	}
	s.Design = float64(s.Finite * q.Deff)
	up := func(v float64) int64 { return int64(math.Ceil(v * (1 - 1e-14))) }
	s.SimpleUp, s.Interviews, s.ToIssue = up(s.Simple), up(s.Design), up(s.Design/q.Response)
	return s, ""
}

// DesignEffect gives 1 + (m−1)ρ for clusters of m interviews with the correlation rho inside a
// cluster (Kish 1965), at least 1 for m ≥ 1 and rho in [0, 1]; for others 1.
func DesignEffect(perCluster, rho float64) float64 {
	if !(perCluster >= 1 && rho >= 0 && rho <= 1) || !finite(perCluster) {
		return 1
	}
	return 1 + float64((perCluster-1)*rho)
}

// HalfWidth gives the half-width of the interval of a share from n answers with a design effect,
// and the difference that two such groups need to be told apart, both as fractions (METHODS 5:
// 254 interviews give 2.7 and 3.8 points at 95 %).
func HalfWidth(share, n, deff, level float64) (half, apart float64, r Reason) {
	if !(share >= 0 && share <= 1) || !(n >= 1) || !(deff > 0) || !levelOK(level) || !finite(n, deff) {
		return 0, 0, BadInput
	}
	half = zOf(level) * math.Sqrt(share*(1-share)*deff/n)
	return half, half * math.Sqrt2, ""
}

// Reach is the reverse of PlanSample: the half-width that so many answers give under the question's
// share, design effect and population, and the difference that two such groups need to be told
// apart, both as fractions. Half and Response are not looked at. More answers than people times the
// design effect give BadInput.
func (q SampleQuestion) Reach(answers float64) (half, apart float64, r Reason) {
	if !(q.Share > 0 && q.Share < 1) || !(q.Deff > 0 && q.Deff <= 1000) || !(q.Population >= 0 && q.Population < 1e12) || !levelOK(q.Level) || !(answers >= 1 && answers < 1e12) {
		return 0, 0, BadInput
	}
	n := answers / q.Deff
	if q.Population > 0 {
		if n >= q.Population {
			return 0, 0, BadInput
		}
		n *= (q.Population - 1) / (q.Population - n)
	}
	if !(n > 0) {
		return 0, 0, BadInput
	}
	half = zOf(q.Level) * math.Sqrt(q.Share*(1-q.Share)/n)
	return half, half * math.Sqrt2, ""
}

// powerFactor is (z₀.₉₇₅ + z₀.₈)/z₀.₉₇₅ for any level: a true difference so many times the
// distance that is told apart is found four times in five (standard normal quantile 0.8416212).
func powerFactor(level float64) float64 { return 1 + 0.8416212335729143/zOf(level) }

// PlanApart gives the interviews that each of two groups needs so that a difference (a fraction) is
// beyond chance: even if the true difference is just that large, it is found about half of the
// time; sure is the size that finds it four times in five. The half-width of q is not looked at.
func PlanApart(q SampleQuestion, difference float64) (each, sure SampleSize, r Reason) {
	q.Half = difference / math.Sqrt2
	if each, r = PlanSample(q); r != "" {
		return SampleSize{}, SampleSize{}, r
	}
	q.Half /= powerFactor(q.Level)
	if sure, r = PlanSample(q); r != "" {
		return SampleSize{}, SampleSize{}, r
	}
	return each, sure, ""
}
