package stats

import (
	"encoding/json"

	"kaiyang/internal/core/fault"
)

func runMannKendall(input, parameters json.RawMessage) (any, error) {
	level, err := readLevel(parameters)
	if err != nil {
		return nil, err
	}
	return eachSeries(input, func(s caseSeries) (map[string]any, Reason) {
		r, why := MannKendall(floats(s.Y), level)
		out := map[string]any{
			"n": r.N, "S": r.S, "var_S": printed(r.Variance), "z": printed(r.Z), "p_normal": printed(r.PNormal),
			"tau_a": printed(r.TauA), "slope": printed(r.Slope), "intercept": printed(r.Intercept),
		}
		if r.HasTauB {
			out["tau_b"] = printed(r.TauB)
		}
		if r.HasExact {
			out["p_exact"] = printed(r.PExact)
		}
		if r.HasCI {
			out["slope_ci_low"], out["slope_ci_high"] = printed(r.SlopeCI.Lo), printed(r.SlopeCI.Hi)
		}
		return out, why
	})
}

func runKendallMinP(input, _ json.RawMessage) (any, error) {
	var in struct {
		N []numberOf `json:"n"`
	}
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	if len(in.N) == 0 {
		return nil, NoData.Err()
	}
	var out []float64
	for _, n := range in.N {
		p, why := KendallMinP(int(n))
		if why != "" {
			return nil, fault.New(fault.Invalid, "期数应在 2 到 150 之间，现在是 %d。", int64(n))
		}
		out = append(out, p)
	}
	return map[string]any{"min_p": prints(out)}, nil
}

func runSeasonalKendall(input, parameters json.RawMessage) (any, error) {
	p := struct {
		Period numberOf `json:"period"`
	}{Period: 12}
	if err := decodeParameters(parameters, &p); err != nil {
		return nil, err
	}
	return eachSeries(input, func(s caseSeries) (map[string]any, Reason) {
		r, why := SeasonalKendall(floats(s.Y), int(p.Period))
		return map[string]any{
			"S": r.S, "var_S": printed(r.Variance), "z": printed(r.Z), "p": printed(r.P), "tau": printed(r.Tau),
			"seasonal_slope_per_year": printed(r.Slope), "intercept": printed(r.Intercept),
		}, why
	})
}
