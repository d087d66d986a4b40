package stats

import (
	"encoding/json"
	"math"

	"kaiyang/internal/core/fault"
)

// joinpointParameters are the parameters of the joinpoint cases. Most, Seed, Permutations and Tests
// are additions of ours; their defaults are those of the NCI program and of this package.
type joinpointParameters struct {
	Log          bool     `json:"log_transform"`
	Alpha        given    `json:"alpha"`
	K            numberOf `json:"k"`
	Seed         numberOf `json:"seed"`
	Permutations numberOf `json:"permutations"`
	Most         numberOf `json:"most"`
	Tests        []struct {
		ID   string   `json:"id"`
		Less numberOf `json:"ka"`
		More numberOf `json:"kb"`
	} `json:"tests"`
}

func readJoinpoint(parameters json.RawMessage, log bool) (joinpointParameters, error) {
	p := joinpointParameters{Log: log, Alpha: 0.05, K: 1, Seed: numberOf(DefaultSeed), Permutations: JoinpointPermutations, Most: -1}
	if err := decodeParameters(parameters, &p); err != nil {
		return p, err
	}
	if !validLevel(1 - float64(p.Alpha)) {
		return p, fault.New(fault.Invalid, "置信水平应在 0.5 到 0.999999 之间，现在是 %g。", 1-float64(p.Alpha))
	}
	if p.Permutations < 1 || p.Permutations > 100_000 {
		return p, fault.New(fault.Invalid, "置换次数应在 1 到 100000 之间。")
	}
	if p.Most > MaxJoinpoints {
		return p, fault.New(fault.Invalid, "转折点最多 %d 个。", MaxJoinpoints)
	}
	return p, nil
}

// most is the largest number of joinpoints to try for n points.
func (p joinpointParameters) most(n int) int {
	if p.Most >= 0 {
		return int(p.Most)
	}
	return DefaultJoinpoints(n)
}

func runJoinpointLinear(input, parameters json.RawMessage) (any, error) {
	p, err := readJoinpoint(parameters, false)
	if err != nil {
		return nil, err
	}
	series, err := readSeries(input)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	var all []any
	for _, c := range series {
		s, why := NewJoinpointSeries(floats(c.X), floats(c.Y), nil, p.Log)
		if why != "" {
			return nil, c.fault(why)
		}
		most := 3
		if p.Most >= 0 {
			most = int(p.Most)
		}
		var models []any
		for k := 0; k <= most && len(c.X) >= smallestFor(k); k++ {
			m, why := s.Fit(k)
			if why != "" {
				return nil, c.fault(why)
			}
			models = append(models, map[string]any{
				"k": k, "joinpoints": prints(m.At), "fitted_nci": prints(m.Fitted), "sse_r": printed(m.SSE),
				"coef_r": prints(append([]float64{m.Intercept, m.Slopes[0]}, m.Changes...)),
			})
			if k == 2 && m.DF > 0 {
				var t []float64
				for j, b := range m.Slopes {
					t = append(t, b/m.SE[j])
				}
				out[c.ID+"_k2_nci_screen"] = map[string]any{
					"n": len(c.X), "n_parameters": 2 * (k + 1), "df": m.DF, "sse": printed(m.SSE), "mse": printed(m.MSE), "joinpoints": prints(m.At),
					"intercept1": printed(m.Intercept), "slopes": prints(m.Slopes), "se_slopes": prints(m.SE), "t_slopes": prints(t),
					// The program's screen counts the joinpoints as estimated here: n − 2(k+1) − k.
					"p_slope1": printed(studentTwoSided(t[0], math.Max(1, float64(m.DF-k)))),
				}
			}
		}
		all = append(all, map[string]any{"id": c.ID, "models": models})
	}
	out["series"] = all
	return out, nil
}

func runJoinpointLogLinear(input, parameters json.RawMessage) (any, error) {
	p, err := readJoinpoint(parameters, true)
	if err != nil {
		return nil, err
	}
	return eachSeries(input, func(c caseSeries) (map[string]any, Reason) {
		s, why := NewJoinpointSeries(floats(c.X), floats(c.Y), nil, p.Log)
		if why != "" {
			return nil, why
		}
		t, why := s.Table(p.most(len(c.X)))
		if why != "" {
			return nil, why
		}
		m := t.Best()
		apc := make([]float64, len(m.Slopes))
		for j, b := range m.Slopes {
			apc[j] = 100 * math.Expm1(b)
		}
		return map[string]any{"n_joinpoints": m.K, "joinpoints": prints(m.At), "fitted": prints(m.Fitted), "apc": prints(apc)}, ""
	})
}

func runJoinpointTable(input, parameters json.RawMessage) (any, error) {
	p, err := readJoinpoint(parameters, true)
	if err != nil {
		return nil, err
	}
	level := 1 - float64(p.Alpha)
	return eachSeries(input, func(c caseSeries) (map[string]any, Reason) {
		s, why := NewJoinpointSeries(floats(c.X), floats(c.Y), nil, p.Log)
		if why != "" {
			return nil, why
		}
		t, why := s.Table(p.most(len(c.X)))
		if why != "" {
			return nil, why
		}
		var table []any
		for _, m := range t.Models {
			table = append(table, map[string]any{"k": m.K, "sse": printed(m.SSE), "bic": printed(m.BIC), "bic3": printed(m.BIC3), "r2max": printed(m.R2Max), "wbic": printed(m.WBIC)})
		}
		m := t.Best()
		apc, limits, why := m.APC(level)
		if why != "" {
			return nil, why
		}
		var low, high []float64
		for _, i := range limits {
			low, high = append(low, i.Lo), append(high, i.Hi)
		}
		mean, i, why := m.AAPC(s.x[0], s.x[len(s.x)-1], level)
		return map[string]any{
			"table": table, "selected": m.K, "joinpoints": prints(m.At), "intercept": printed(m.Intercept), "slopes": prints(m.Slopes), "apc": prints(apc),
			"se_slope_nci": prints(m.SE), "df_nci": m.DF, "mse_nci": printed(m.MSE), "apc_ci_low": prints(low), "apc_ci_high": prints(high),
			"se_slope_conditional": prints(m.Conditional), "df_conditional": len(s.x) - m.K - 2,
			"aapc": printed(mean), "aapc_ci_low": printed(i.Lo), "aapc_ci_high": printed(i.Hi),
		}, why
	})
}

// runPermutation makes the tests asked for in the parameters; without any, all pairs of numbers of
// joinpoints up to the default (unweighted), or 0 against 1 (counts with Poisson weights).
func runPermutation(input, parameters json.RawMessage, weighted bool) (any, error) {
	p, err := readJoinpoint(parameters, true)
	if err != nil {
		return nil, err
	}
	series, err := readSeries(input)
	if err != nil {
		return nil, err
	}
	var out []any
	for _, c := range series {
		var s *JoinpointSeries
		var why Reason
		if weighted {
			s, why = JoinpointCounts(floats(c.X), countsOf(c.Count))
		} else {
			s, why = NewJoinpointSeries(floats(c.X), floats(c.Y), nil, p.Log)
		}
		if why != "" {
			return nil, c.fault(why)
		}
		var pairs [][2]int
		for _, t := range p.Tests {
			if t.ID == "" || t.ID == c.ID {
				pairs = append(pairs, [2]int{int(t.Less), int(t.More)})
			}
		}
		if len(p.Tests) == 0 {
			most := p.most(len(s.x))
			if weighted {
				most = 1
			}
			for a := 0; a < most; a++ {
				for b := a + 1; b <= most; b++ {
					pairs = append(pairs, [2]int{a, b})
				}
			}
		}
		if len(pairs) > 15 {
			return nil, fault.New(fault.Invalid, "每个序列最多做 15 次检验。")
		}
		for _, pair := range pairs {
			t, why := s.Permute(pair[0], pair[1], int(p.Permutations), NewRandom(uint64(p.Seed)))
			if why != "" {
				return nil, c.fault(why)
			}
			out = append(out, map[string]any{
				"id": c.ID, "ka": t.Less, "kb": t.More, "sse_ratio": printed(t.Ratio), "F": printed(t.F), "p": printed(t.P),
				"p_tol_at_4499": printed(4 * math.Sqrt(t.P*(1-t.P)/JoinpointPermutations)), "permutations": t.Permutations, "seed": t.Seed,
			})
		}
	}
	if len(out) == 0 {
		return nil, TooFewPoints.Err()
	}
	return map[string]any{"tests": out}, nil
}

func runPermutationTest(input, parameters json.RawMessage) (any, error) {
	return runPermutation(input, parameters, false)
}

func runPermutationWeighted(input, parameters json.RawMessage) (any, error) {
	return runPermutation(input, parameters, true)
}

func runJoinpointCounts(input, parameters json.RawMessage) (any, error) {
	var in struct {
		X     []given    `json:"x"`
		Count []numberOf `json:"count"`
	}
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	p, err := readJoinpoint(parameters, true)
	if err != nil {
		return nil, err
	}
	s, why := JoinpointCounts(floats(in.X), countsOf(in.Count))
	if why != "" {
		return nil, why.Err()
	}
	most := 2
	if p.Most >= 0 {
		most = min(int(p.Most), 3)
	}
	show := func(k int, at, slopes []float64, name string, value float64) map[string]any {
		apc := make([]float64, len(slopes))
		for j, b := range slopes {
			apc[j] = 100 * math.Expm1(b)
		}
		return map[string]any{"k": k, "joinpoints": prints(at), name: printed(value), "slopes": prints(slopes), "apc_per_unit": prints(apc)}
	}
	var weighted, regression []any
	for k := 0; k <= most && len(s.x) >= smallestFor(k); k++ {
		m, why := s.Fit(k)
		if why != "" {
			return nil, why.Err()
		}
		weighted = append(weighted, show(k, m.At, m.Slopes, "wsse", m.SSE))
		g, why := FitCountJoinpoints(floats(in.X), countsOf(in.Count), k)
		if why != "" {
			return nil, why.Err()
		}
		regression = append(regression, show(k, g.At, g.Slopes, "deviance", g.Deviance))
	}
	return map[string]any{"weighted_loglinear": weighted, "poisson_glm": regression}, nil
}

func runJoinpointContinuous(input, parameters json.RawMessage) (any, error) {
	p, err := readJoinpoint(parameters, true)
	if err != nil {
		return nil, err
	}
	if p.K != 1 {
		return nil, fault.New(fault.Invalid, "任意位置的转折点只支持 1 个。")
	}
	return eachSeries(input, func(c caseSeries) (map[string]any, Reason) {
		s, why := NewJoinpointSeries(floats(c.X), floats(c.Y), nil, p.Log)
		if why != "" {
			return nil, why
		}
		r, why := s.FitContinuous()
		return map[string]any{
			"psi": printed(r.At), "psi_se": printed(r.AtSE), "slopes": prints(r.Slopes[:]), "slopes_se": prints(r.SlopesSE[:]),
			"rss": printed(r.RSS), "mean_slope": printed(r.MeanSlope), "mean_slope_se": printed(r.MeanSlopeSE),
		}, why
	})
}
