package stats

import (
	"encoding/json"
	"math"

	"kaiyang/internal/core/fault"
)

// The adapters of this file and of the other *_case.go files turn reference cases into calls of
// the typed methods and their results into the keys of the cases.

// A numberOf is a count of a case: a whole number from zero to the largest count.
type numberOf int64

// UnmarshalJSON reads a whole number and refuses everything else.
func (w *numberOf) UnmarshalJSON(b []byte) error {
	var g given
	if err := g.UnmarshalJSON(b); err != nil {
		return err
	}
	if v := float64(g); v < 0 || v != math.Trunc(v) || v > maxCount {
		return fault.New(fault.Invalid, "人数应为 0 到 %d 之间的整数，不能是 %.20s。", int64(maxCount), string(b))
	}
	*w = numberOf(g)
	return nil
}

func countsOf(w []numberOf) []int64 {
	out := make([]int64, len(w))
	for i, v := range w {
		out[i] = int64(v)
	}
	return out
}

// maxSeriesInCase is the largest number of series that one case may hold.
const maxSeriesInCase = 500

// A caseSeries is one series of a case.
type caseSeries struct {
	ID         string     `json:"id"`
	X          []given    `json:"x"`
	Y          []given    `json:"y"`
	Count      []numberOf `json:"count"`
	Population []given    `json:"population"`
}

// A caseOfSeries is an input with a list of series.
type caseOfSeries struct {
	Series []caseSeries `json:"series"`
}

// readSeries reads the series of a case; none at all is refused.
func readSeries(input json.RawMessage) ([]caseSeries, error) {
	var in caseOfSeries
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	switch {
	case len(in.Series) == 0:
		return nil, NoData.Err()
	case len(in.Series) > maxSeriesInCase:
		return nil, fault.New(fault.Invalid, "一次最多分析 %d 个序列，请分开计算。", maxSeriesInCase)
	}
	return in.Series, nil
}

// fault says why the series gives no result.
func (s caseSeries) fault(why Reason) error {
	if s.ID == "" {
		return why.Err()
	}
	return fault.New(fault.Invalid, "序列 %.40s：%s", oneLine(s.ID), fault.Word(why.Sentence()))
}

// eachSeries runs a method on every series of a case and lists the results under "series".
func eachSeries(input json.RawMessage, run func(caseSeries) (map[string]any, Reason)) (any, error) {
	series, err := readSeries(input)
	if err != nil {
		return nil, err
	}
	var out []map[string]any
	for _, s := range series {
		r, why := run(s)
		if why != "" {
			return nil, s.fault(why)
		}
		r["id"] = s.ID
		out = append(out, r)
	}
	return map[string]any{"series": out}, nil
}

// levelParameters are the parameters shared by several methods.
type levelParameters struct {
	Level given `json:"conf_level"`
	Alpha given `json:"alpha"`
}

// readLevel reads the confidence level, 0.95 if none is given.
func readLevel(parameters json.RawMessage) (float64, error) {
	p := levelParameters{}
	if err := decodeParameters(parameters, &p); err != nil {
		return 0, err
	}
	level := 0.95
	switch {
	case p.Level != 0:
		level = float64(p.Level)
	case p.Alpha != 0:
		level = 1 - float64(p.Alpha)
	}
	if !validLevel(level) {
		return 0, fault.New(fault.Invalid, "置信水平应在 0.5 到 0.999999 之间，现在是 %g。", level)
	}
	return level, nil
}

func runPoissonCount(input, parameters json.RawMessage) (any, error) {
	var in struct {
		Count    []numberOf `json:"count"`
		Exposure []given    `json:"exposure"`
	}
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	level, err := readLevel(parameters)
	if err != nil {
		return nil, err
	}
	if len(in.Count) == 0 {
		return nil, NoData.Err()
	}
	if len(in.Exposure) != 0 && len(in.Exposure) != len(in.Count) {
		return nil, BadInput.Err()
	}
	var rate, low, high []float64
	for i, n := range in.Count {
		c := Count{N: int64(n), Exposure: 1}
		if len(in.Exposure) != 0 {
			c.Exposure = float64(in.Exposure[i])
		}
		r, why := PoissonRate(c, level)
		if why != "" {
			return nil, why.Err()
		}
		rate, low, high = append(rate, r.Rate), append(low, r.Interval.Lo), append(high, r.Interval.Hi)
	}
	return map[string]any{"rate": prints(rate), "low": prints(low), "high": prints(high)}, nil
}

func runPoissonRatio(input, parameters json.RawMessage) (any, error) {
	var in struct {
		Rows [][]given `json:"rows"`
	}
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	level, err := readLevel(parameters)
	if err != nil {
		return nil, err
	}
	if len(in.Rows) == 0 {
		return nil, NoData.Err()
	}
	var out []map[string]any
	for i, row := range in.Rows {
		if len(row) != 4 {
			return nil, fault.New(fault.Invalid, "第 %d 行应有四个数：前后两期人数和两期人口。", i+1)
		}
		a, b := float64(row[0]), float64(row[1])
		if a < 0 || b < 0 || a != math.Trunc(a) || b != math.Trunc(b) || a > maxCount || b > maxCount {
			return nil, fault.New(fault.Invalid, "第 %d 行的人数应为 0 到 %d 之间的整数。", i+1, int64(maxCount))
		}
		r, why := PoissonRatio(Count{int64(a), float64(row[2])}, Count{int64(b), float64(row[3])}, level)
		if why != "" {
			return nil, fault.New(fault.Invalid, "第 %d 行：%s", i+1, fault.Word(why.Sentence()))
		}
		ratio := r.Ratio
		if r.RatioOpen {
			ratio = math.Inf(1)
		}
		high := float64(r.Interval.upper())
		out = append(out, map[string]any{
			"rate_ratio": printed(ratio), "ci_low": printed(r.Interval.Lo), "ci_high": printed(high),
			"p_minlike": printed(r.PMinLike), "p_central": printed(r.P), "p_mid": printed(r.PMid),
			"pct_change": printed(100 * (ratio - 1)), "pct_low": printed(100 * (r.Interval.Lo - 1)), "pct_high": printed(100 * (high - 1)),
		})
	}
	return map[string]any{"rows": out}, nil
}

func runLogLinear(input, parameters json.RawMessage) (any, error) {
	level, err := readLevel(parameters)
	if err != nil {
		return nil, err
	}
	return eachSeries(input, func(s caseSeries) (map[string]any, Reason) {
		var population []float64
		if s.Population != nil {
			population = floats(s.Population)
		}
		r, why := LogLinear(countsOf(s.Count), population, level)
		return map[string]any{
			"slope": printed(r.Slope), "se": printed(r.SE), "apc": printed(r.APC), "apc_low": printed(r.Interval.Lo), "apc_high": printed(r.Interval.Hi),
			"deviance": printed(r.Deviance), "df": printed(r.DF), "gof_p": printed(r.FitP), "lr_stat": printed(r.LR), "lr_p": printed(r.LRP),
			"score_stat": printed(r.Score), "score_p": printed(r.ScoreP),
		}, why
	})
}

func runInterrupted(input, parameters json.RawMessage) (any, error) {
	var in struct {
		Count      []numberOf `json:"count"`
		Population []given    `json:"population"`
	}
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	p := struct {
		Start  numberOf `json:"start_index"`
		Base   numberOf `json:"index_base"`
		Period numberOf `json:"period"`
		Lags   numberOf `json:"lags"`
	}{Base: 1, Period: 12, Lags: 12}
	if err := decodeParameters(parameters, &p); err != nil {
		return nil, err
	}
	var population []float64
	if in.Population != nil {
		population = floats(in.Population)
	}
	r, why := Interrupted(countsOf(in.Count), population, int(p.Start-p.Base), int(p.Period), int(p.Lags), 0.95)
	if why != "" {
		return nil, why.Err()
	}
	show := func(c Change) map[string]any {
		return map[string]any{"est": printed(c.Estimate), "se": printed(c.SE), "rr": printed(c.Ratio), "rr_low": printed(c.Interval.Lo), "rr_high": printed(c.Interval.Hi)}
	}
	return map[string]any{
		"dispersion": printed(r.Dispersion), "df": printed(r.DF),
		"slope_before": show(r.Before), "level_change": show(r.Level), "slope_change": show(r.Slope),
		"newey_west_se": map[string]any{"t": printed(r.Before.Robust), "post": printed(r.Level.Robust), "t_after": printed(r.Slope.Robust)},
	}, nil
}
