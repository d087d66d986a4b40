package stats

import (
	"encoding/json"
	"math"

	"kaiyang/internal/core/fault"
)

// readCounts reads the one series of counts of an alarm case.
func readCounts(input json.RawMessage) ([]int64, int, error) {
	in := struct {
		Count     []numberOf `json:"count"`
		Frequency numberOf   `json:"frequency"`
	}{Frequency: 52}
	if err := decodeInput(input, &in); err != nil {
		return nil, 0, err
	}
	switch {
	case len(in.Count) == 0:
		return nil, 0, NoData.Err()
	case len(in.Count) > maxSeries:
		return nil, 0, fault.New(fault.Invalid, "一个序列最多 %d 期，请分开计算。", maxSeries)
	}
	return countsOf(in.Count), int(in.Frequency), nil
}

// numbered gives positions as the case counts them.
func numbered(at []int, first, base int) []int {
	out := []int{}
	for _, i := range at {
		out = append(out, i+first+base)
	}
	return out
}

func runEARS(input, parameters json.RawMessage) (any, error) {
	counts, _, err := readCounts(input)
	if err != nil {
		return nil, err
	}
	type long struct {
		Baseline numberOf `json:"baseline"`
		MinSigma given    `json:"minSigma"`
		First    numberOf `json:"first_index"`
	}
	p := struct {
		First    numberOf `json:"first_index"`
		Base     numberOf `json:"index_base"`
		Baseline numberOf `json:"baseline"`
		Lag      numberOf `json:"c2_lag"`
		Z        given    `json:"z"`
		MinSigma given    `json:"minSigma"`
		Long     long     `json:"c1_long"`
		C3       given    `json:"c3_threshold"`
	}{First: 12, Base: 1, Baseline: 7, Lag: 2, Z: given(earsZ()), Long: long{12, 0.5, 13}, C3: 2}
	if err := decodeParameters(parameters, &p); err != nil {
		return nil, err
	}
	base := int(p.Base)
	limits := func(points []EARSPoint) (upper []float64, alarms []int) {
		for i, q := range points {
			upper = append(upper, q.Upper)
			if q.Alarm {
				alarms = append(alarms, i)
			}
		}
		return upper, alarms
	}
	first := int(p.First) - base
	plan := EARSPlan{Baseline: int(p.Baseline), Z: float64(p.Z), MinSigma: float64(p.MinSigma)}
	c1, why := EARS(counts, first, plan)
	if why != "" {
		return nil, why.Err()
	}
	plan.Lag = int(p.Lag)
	c2, why := EARS(counts, first, plan)
	if why != "" {
		return nil, why.Err()
	}
	c3, why := EARSC3(counts, first, plan)
	if why != "" {
		return nil, why.Err()
	}
	wide, why := EARS(counts, int(p.Long.First)-base, EARSPlan{Baseline: int(p.Long.Baseline), Z: float64(p.Z), MinSigma: float64(p.Long.MinSigma)})
	if why != "" {
		return nil, why.Err()
	}
	var over []int
	for i, v := range c3 {
		if v > float64(p.C3) {
			over = append(over, i)
		}
	}
	u1, a1 := limits(c1)
	u2, a2 := limits(c2)
	ul, _ := limits(wide)
	return map[string]any{
		"c1_upper": prints(u1), "c1_alarm": numbered(a1, first, base), "c2_upper": prints(u2), "c2_alarm": numbered(a2, first, base),
		"c1_long_upper": prints(ul), "c3_stat": prints(c3), "c3_alarm": numbered(over, first, base),
	}, nil
}

// A caseRange is a range of positions of a case, both ends included.
type caseRange struct {
	Base  numberOf   `json:"index_base"`
	Range []numberOf `json:"range"`
}

func (r caseRange) bounds(n int) (first, last int, err error) {
	if len(r.Range) == 0 {
		return 0, 0, fault.New(fault.Invalid, "参数中缺少 range（起止期）。")
	}
	if len(r.Range) != 2 {
		return 0, 0, fault.New(fault.Invalid, "range 应有起、止两个数。")
	}
	first, last = int(r.Range[0]-r.Base), int(r.Range[1]-r.Base)
	if first < 0 || last < first || last >= n {
		return 0, 0, fault.New(fault.Invalid, "range 超出了数据的范围，共有 %d 期。", n)
	}
	return first, last, nil
}

func runCountCUSUM(input, parameters json.RawMessage) (any, error) {
	counts, _, err := readCounts(input)
	if err != nil {
		return nil, err
	}
	p := struct {
		caseRange
		K given `json:"k"`
		H given `json:"h"`
	}{caseRange{Base: 1}, 1.04, 2.26}
	if err := decodeParameters(parameters, &p); err != nil {
		return nil, err
	}
	first, last, err := p.bounds(len(counts))
	if err != nil {
		return nil, err
	}
	var runs []any
	for _, scale := range []CUSUMScale{CUSUMStandard, CUSUMRossi, CUSUMAnscombe} {
		sums, alarms, why := CountCUSUM(counts[:last+1], first, float64(p.K), float64(p.H), scale)
		if why != "" {
			return nil, why.Err()
		}
		runs = append(runs, map[string]any{"trans": string(scale), "cusum": prints(sums), "alarm_index": numbered(alarms, 0, int(p.Base))})
	}
	return map[string]any{"runs": runs}, nil
}

// runPoissonCUSUM chooses h as DesignCUSUM does, with a run length of 500 and h at most 6 unless the
// parameters arl0_target and h_max or the h of a design say otherwise.
func runPoissonCUSUM(input, parameters json.RawMessage) (any, error) {
	var in struct {
		Designs []struct {
			Mean0 given     `json:"mu0"`
			Mean1 given     `json:"mu1"`
			H     *numberOf `json:"h"`
		} `json:"designs"`
	}
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	p := struct {
		Target  given    `json:"arl0_target"`
		Highest numberOf `json:"h_max"`
	}{500, 6}
	if err := decodeParameters(parameters, &p); err != nil {
		return nil, err
	}
	if len(in.Designs) == 0 {
		return nil, NoData.Err()
	}
	if len(in.Designs) > maxSeriesInCase {
		return nil, fault.New(fault.Invalid, "一次最多分析 %d 个序列，请分开计算。", maxSeriesInCase)
	}
	var out []any
	for _, c := range in.Designs {
		var d PoissonCUSUM
		var why Reason
		if c.H != nil {
			d, why = CUSUMWith(float64(c.Mean0), float64(c.Mean1), int(*c.H))
		} else {
			d, why = DesignCUSUM(float64(c.Mean0), float64(c.Mean1), float64(p.Target), int(p.Highest))
		}
		if why != "" {
			return nil, why.Err()
		}
		out = append(out, map[string]any{"mu0": c.Mean0, "mu1": c.Mean1, "k_ideal": printed(d.Ideal), "k": d.K, "h": d.H, "arl0": printed(d.RunLength0), "arl1": printed(d.RunLength1)})
	}
	return map[string]any{"designs": out}, nil
}

func runEWMA(input, parameters json.RawMessage) (any, error) {
	var in struct {
		X       []given `json:"x"`
		Designs struct {
			Lambda []given `json:"lambda"`
			Limit  []given `json:"L"`
		} `json:"arl_designs"`
	}
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	p := struct {
		Lambda given `json:"lambda"`
		Start  given `json:"start"`
		Sigma  given `json:"sigma"`
		Limit  given `json:"L"`
	}{0.2, 0, 1, 2.962}
	if err := decodeParameters(parameters, &p); err != nil {
		return nil, err
	}
	if len(in.Designs.Lambda) != len(in.Designs.Limit) || len(in.Designs.Lambda) > maxSeriesInCase {
		return nil, BadInput.Err()
	}
	c, why := EWMA(floats(in.X), float64(p.Lambda), float64(p.Start), float64(p.Sigma), float64(p.Limit))
	if why != "" {
		return nil, why.Err()
	}
	var calm, shifted []float64
	for i, lambda := range in.Designs.Lambda {
		a, why := EWMARunLength(float64(lambda), float64(in.Designs.Limit[i]), 0)
		if why != "" {
			return nil, why.Err()
		}
		b, why := EWMARunLength(float64(lambda), float64(in.Designs.Limit[i]), 1)
		if why != "" {
			return nil, why.Err()
		}
		calm, shifted = append(calm, a), append(shifted, b)
	}
	return map[string]any{
		"ewma": prints(c.Smoothed), "ucl": printed(c.Upper), "lcl": printed(c.Lower), "ucl_exact_first5": prints(c.Exact[:min(5, len(c.Exact))]),
		"arl0": prints(calm), "arl_shift1": prints(shifted),
	}, nil
}

// farringtonParameters are those of both Farrington cases.
type farringtonParameters struct {
	caseRange
	Years    numberOf   `json:"b"`
	Half     numberOf   `json:"w"`
	Reweight bool       `json:"reweight"`
	Outlier  given      `json:"weights_threshold"`
	Alpha    given      `json:"alpha"`
	Limit54  []numberOf `json:"limit54"`
}

func (p farringtonParameters) fill(plan *FarringtonPlan, frequency int) error {
	if len(p.Limit54) != 2 {
		return fault.New(fault.Invalid, "limit54 应有两个数：最少例数和期数。")
	}
	plan.Frequency, plan.Years, plan.Half = frequency, int(p.Years), int(p.Half)
	plan.Reweight, plan.Outlier = p.Reweight, float64(p.Outlier)
	plan.MinCases, plan.MinSpan = int64(p.Limit54[0]), int(p.Limit54[1])
	return nil
}

func runFarringtonOriginal(input, parameters json.RawMessage) (any, error) {
	counts, frequency, err := readCounts(input)
	if err != nil {
		return nil, err
	}
	p := farringtonParameters{caseRange{Base: 1}, 3, 3, true, 1, 0.01, []numberOf{5, 4}}
	if err := decodeParameters(parameters, &p); err != nil {
		return nil, err
	}
	first, last, err := p.bounds(len(counts))
	if err != nil {
		return nil, err
	}
	plan := OriginalFarrington(0, 0, float64(p.Alpha))
	if err := p.fill(&plan, frequency); err != nil {
		return nil, err
	}
	points, why := Farrington(counts, first, last, plan)
	if why != "" {
		return nil, why.Err()
	}
	var upper []float64
	var trend, alarms []int
	for i, q := range points {
		u, t := q.Upper, 0
		if !q.Enough {
			u = 0 // the reference program prints no limit as 0
		}
		if q.Why != "" {
			u = math.NaN()
		}
		if q.Trend {
			t = 1
		}
		upper, trend = append(upper, u), append(trend, t)
		if q.Alarm {
			alarms = append(alarms, i)
		}
	}
	return map[string]any{"upperbound": prints(upper), "trend": trend, "alarm_index": numbered(alarms, first, int(p.Base))}, nil
}

// runFarringtonFlexible makes the two runs of the case: one group with the delta limit, and ten
// groups with the negative-binomial limit.
func runFarringtonFlexible(input, parameters json.RawMessage) (any, error) {
	counts, frequency, err := readCounts(input)
	if err != nil {
		return nil, err
	}
	p := farringtonParameters{caseRange{Base: 1}, 3, 3, true, 2.58, 0, []numberOf{5, 4}}
	if err := decodeParameters(parameters, &p); err != nil {
		return nil, err
	}
	first, last, err := p.bounds(len(counts))
	if err != nil {
		return nil, err
	}
	simple := ImprovedFarrington(0, 0, 0.05)
	simple.Periods, simple.Omit, simple.Method, simple.TrendP = 1, 3, "delta", 0.05
	var runs []any
	for _, plan := range []FarringtonPlan{simple, ImprovedFarrington(0, 0, 0.01)} {
		if err := p.fill(&plan, frequency); err != nil {
			return nil, err
		}
		points, why := Farrington(counts, first, last, plan)
		if why != "" {
			return nil, why.Err()
		}
		var upper, expected, phi []float64
		var alarms []int
		for i, q := range points {
			u, e, d := q.Upper, q.Expected, q.Dispersion
			if !q.Enough || q.Why != "" {
				u, e = math.NaN(), math.NaN()
			}
			if q.Why != "" {
				d = math.NaN()
			}
			upper, expected, phi = append(upper, u), append(expected, e), append(phi, d)
			if q.Alarm {
				alarms = append(alarms, i)
			}
		}
		runs = append(runs, map[string]any{
			"noPeriods": plan.Periods, "pastWeeksNotIncluded": plan.Omit, "thresholdMethod": plan.Method, "alpha": printed(plan.Alpha), "pThresholdTrend": printed(plan.TrendP),
			"upperbound": prints(upper), "expected": prints(expected), "phi": prints(phi), "alarm_index": numbered(alarms, first, int(p.Base)),
		})
	}
	return map[string]any{"runs": runs}, nil
}
