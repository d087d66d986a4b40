package stats

import (
	"encoding/json"
	"math"

	"kaiyang/internal/core/fault"
)

// The adapters of this file read the input of a reference case and print the keys of its
// expected part. They print the arithmetic of the case; display gates that the cases do not have
// (fewest units, cutting of limits) live in the typed functions.

// caseLevel reads conf_level, 0.95 where it is left out; R writes an empty list for no parameters.
func caseLevel(parameters json.RawMessage) (float64, error) {
	p := struct {
		Level given `json:"conf_level"`
	}{0.95}
	if len(parameters) == 0 || parameters[0] == '[' {
		return 0.95, nil
	}
	if err := decodeParameters(parameters, &p); err != nil {
		return 0, err
	}
	if !levelOK(float64(p.Level)) {
		return 0, fault.New(fault.Invalid, "conf_level 应在0.5和0.99999之间，现为 %v。", float64(p.Level))
	}
	return float64(p.Level), nil
}

// wholes reads a list of counts: whole numbers from 0 to 2⁵³.
func wholes(g []given, name string) ([]int64, error) {
	out := make([]int64, len(g))
	for i, v := range g {
		n, err := whole(v, name)
		if err != nil {
			return nil, err
		}
		out[i] = n
	}
	return out, nil
}

func whole(v given, name string) (int64, error) {
	if v < 0 || v > 1<<53 || float64(v) != math.Trunc(float64(v)) {
		return 0, fault.New(fault.Invalid, "%s 应为 0 到 %d 之间的整数，现为 %v。", name, int64(1)<<53, float64(v))
	}
	return int64(v), nil
}

func sameLength(a, b int, name string) error {
	if a == 0 {
		return NoData.Err()
	}
	if a != b {
		return fault.New(fault.Invalid, "%s 的个数应为 %d，现为 %d。", name, a, b)
	}
	return nil
}

func pair(i Interval) []printed { return []printed{printed(i.Lo), i.upper()} }

func runProportion(input, parameters json.RawMessage) (any, error) {
	level, err := caseLevel(parameters)
	if err != nil {
		return nil, err
	}
	var in struct {
		X []given `json:"x"`
		N []given `json:"n"`
	}
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	x, n, err := counted(in.X, in.N)
	if err != nil {
		return nil, err
	}
	out := map[string][]printed{}
	add := func(key string, v float64) { out[key] = append(out[key], printed(v)) }
	for i := range x {
		w, r := Wilson(x[i], n[i], level)
		if r != "" {
			return nil, r.Err()
		}
		c, r := ClopperPearson(x[i], n[i], level)
		if r != "" {
			return nil, r.Err()
		}
		add("p", float64(x[i])/float64(n[i]))
		add("wilson_low", w.Lo)
		add("wilson_high", w.Hi)
		add("cp_low", c.Lo)
		add("cp_high", c.Hi)
	}
	return out, nil
}

func counted(x, n []given) ([]int64, []int64, error) {
	if err := sameLength(len(x), len(n), "n"); err != nil {
		return nil, nil, err
	}
	xs, err := wholes(x, "x")
	if err != nil {
		return nil, nil, err
	}
	ns, err := wholes(n, "n")
	if err != nil {
		return nil, nil, err
	}
	for i := range xs {
		if ns[i] == 0 || xs[i] > ns[i] {
			return nil, nil, fault.New(fault.Invalid, "第 %d 行：分子 %d 应不大于分母 %d，分母应大于0。", i+1, xs[i], ns[i])
		}
	}
	return xs, ns, nil
}

func runDifference(input, parameters json.RawMessage) (any, error) {
	level, err := caseLevel(parameters)
	if err != nil {
		return nil, err
	}
	var in struct {
		Rows [][]given `json:"rows"`
	}
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	if len(in.Rows) == 0 {
		return nil, NoData.Err()
	}
	rows := []map[string]printed{}
	for _, g := range in.Rows {
		if err := sameLength(4, len(g), "rows"); err != nil {
			return nil, err
		}
		x, n, err := counted([]given{g[0], g[2]}, []given{g[1], g[3]})
		if err != nil {
			return nil, err
		}
		d, r := ProportionDifference(x[0], n[0], x[1], n[1], level)
		if r != "" {
			return nil, r.Err()
		}
		chi := math.NaN()
		if d.HasChiSquare {
			chi = d.ChiSquareP
		}
		rows = append(rows, map[string]printed{
			"diff": printed(d.Difference), "low": printed(d.Interval.Lo), "high": printed(d.Interval.Hi),
			"fisher_p": printed(d.FisherP), "chisq_p_uncorrected": printed(chi),
		})
	}
	return map[string]any{"rows": rows}, nil
}

func runTarget(input, parameters json.RawMessage) (any, error) {
	level, err := caseLevel(parameters)
	if err != nil {
		return nil, err
	}
	var in struct {
		Rows []struct {
			X      *given `json:"x"`
			N      *given `json:"n"`
			Target *given `json:"target"`
			Dir    string `json:"dir"`
		} `json:"rows"`
	}
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	if len(in.Rows) == 0 {
		return nil, NoData.Err()
	}
	rows := []map[string]any{}
	for i, row := range in.Rows {
		if row.X == nil || row.N == nil || row.Target == nil {
			return nil, fault.New(fault.Invalid, "第 %d 行缺少 %s。", i+1, "x, n, target")
		}
		dir := AtLeast
		switch row.Dir {
		case "at_least":
		case "at_most":
			dir = AtMost
		default:
			return nil, fault.New(fault.Invalid, "第 %d 行的 dir 应为 at_least 或 at_most，现为“%.20s”。", i+1, row.Dir)
		}
		x, n, err := counted([]given{*row.X}, []given{*row.N})
		if err != nil {
			return nil, err
		}
		d, r := TargetDecision(x[0], n[0], float64(*row.Target), dir, level)
		if r != "" {
			return nil, r.Err()
		}
		c, _ := ClopperPearson(x[0], n[0], level)
		rows = append(rows, map[string]any{
			"rate": printed(d.Rate), "met_as_reported": d.Met, "wilson": pair(d.Interval), "cp": pair(c),
			"p_one_sided": printed(TargetTail(x[0], n[0], float64(*row.Target), dir)), "verdict": d.Support,
		})
	}
	return map[string]any{"rows": rows}, nil
}

func runFunnel(input, _ json.RawMessage) (any, error) {
	var in struct {
		X        []given `json:"x"`
		N        []given `json:"n"`
		Observed []given `json:"observed"`
		Expected []given `json:"expected"`
	}
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	x, n, err := counted(in.X, in.N)
	if err != nil {
		return nil, err
	}
	xs, ns := toFloats(x), toFloats(n)
	target := sumOf(xs) / sumOf(ns)
	if target <= 0 || target >= 1 {
		return nil, NoSpread.Err()
	}
	z, phi := dispersion(xs, ns, target)
	type limits struct {
		Q     float64   `json:"q"`
		Limit []printed `json:"limit"`
	}
	var shares, ratios []limits
	for _, q := range funnelQuantiles() {
		l := limits{Q: q}
		for _, size := range ns {
			l.Limit = append(l.Limit, printed(binomialFunnelLimit(q, size, target)))
		}
		shares = append(shares, l)
	}
	out := map[string]any{"target": printed(target), "limits_prop": shares, "z": prints(z), "phi": printed(phi)}
	if len(in.Observed)+len(in.Expected) == 0 {
		return out, nil
	}
	if err := sameLength(len(in.Observed), len(in.Expected), "expected"); err != nil {
		return nil, err
	}
	observed, err := wholes(in.Observed, "observed")
	if err != nil {
		return nil, err
	}
	var ratio []printed
	for i, e := range in.Expected {
		if !(e > 0) || e > 1e12 {
			return nil, fault.New(fault.Invalid, "%s 应大于 0、不超过 %v，现为 %v。", "expected", 1e12, float64(e))
		}
		ratio = append(ratio, printed(float64(observed[i])/float64(e)))
	}
	for _, q := range funnelQuantiles() {
		l := limits{Q: q}
		for _, e := range in.Expected {
			l.Limit = append(l.Limit, printed(poissonFunnelLimit(q, float64(e))))
		}
		ratios = append(ratios, l)
	}
	out["limits_ratio"], out["ratio"] = ratios, ratio
	return out, nil
}

func toFloats(v []int64) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = float64(x)
	}
	return out
}

// caseRates reads counts and populations.
func caseRates(count, population []given) (o, n []float64, err error) {
	if err := sameLength(len(count), len(population), "population"); err != nil {
		return nil, nil, err
	}
	whole, err := wholes(count, "count")
	if err != nil {
		return nil, nil, err
	}
	n = floats(population)
	o, r := checkRates(whole, n)
	if r != "" {
		return nil, nil, r.Err()
	}
	return o, n, nil
}

func runBayes(input, _ json.RawMessage) (any, error) {
	var in struct {
		Count      []given `json:"count"`
		Population []given `json:"population"`
	}
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	o, n, err := caseRates(in.Count, in.Population)
	if err != nil {
		return nil, err
	}
	if sumOf(o) == 0 {
		return nil, NoSpread.Err()
	}
	m, g := shrinkMarshall(o, n), shrinkGamma(o, n)
	theta := g.Theta
	if g.NoOverdispersion {
		theta = math.Inf(1)
	}
	return map[string]any{
		"marshall_a": printed(m.Between), "marshall_b": printed(m.Mean), "marshall_rate": prints(m.Rates), "raw_rate": prints(m.Raw),
		"theta": printed(theta), "mu": printed(g.Mu), "posterior_rr": prints(g.Risks),
	}, nil
}

func runRanks(input, parameters json.RawMessage) (any, error) {
	var in struct {
		Count      []given `json:"count"`
		Population []given `json:"population"`
	}
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	p := struct {
		Theta given  `json:"theta"`
		Mu    given  `json:"mu"`
		Draws given  `json:"draws"`
		Seed  uint64 `json:"seed"`
	}{5, 1, 200000, DefaultSeed}
	if err := decodeParameters(parameters, &p); err != nil {
		return nil, err
	}
	o, n, err := caseRates(in.Count, in.Population)
	if err != nil {
		return nil, err
	}
	if !(p.Theta > 0 && p.Theta <= 1e6 && p.Mu >= 1e-6 && p.Mu <= 1e6) || p.Draws < 1000 || sumOf(o) == 0 || float64(len(o))*float64(p.Draws) > 2e8 {
		return nil, BadInput.Err()
	}
	r := rankUncertainty(o, n, float64(p.Theta), float64(p.Mu), int(p.Draws), NewRandom(p.Seed))
	return map[string]any{
		"expected_rank": prints(r.Expected), "naive_rank": prints(r.Naive), "rank_low": prints(r.Low),
		"rank_median": prints(r.Median), "rank_high": prints(r.High), "p_lowest": prints(r.First),
	}, nil
}

func runStandard(input, parameters json.RawMessage) (any, error) {
	level, err := caseLevel(parameters)
	if err != nil {
		return nil, err
	}
	var in struct {
		Rows []struct {
			ID         string  `json:"id"`
			Count      []given `json:"count"`
			Population []given `json:"population"`
			Standard   []given `json:"standard_population"`
		} `json:"rows"`
	}
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	if len(in.Rows) == 0 {
		return nil, NoData.Err()
	}
	rows := []map[string]any{}
	for _, row := range in.Rows {
		count, err := wholes(row.Count, "count")
		if err != nil {
			return nil, err
		}
		s, r := StandardiseRate(count, floats(row.Population), floats(row.Standard), level)
		if r != "" {
			return nil, r.Err()
		}
		rows = append(rows, map[string]any{
			"id": row.ID, "crude": printed(s.Crude), "adjusted": printed(s.Adjusted), "low": printed(s.Interval.Lo),
			"high": printed(s.Interval.Hi), "variance": printed(s.Variance),
		})
	}
	return map[string]any{"rows": rows}, nil
}

func runMany(input, _ json.RawMessage) (any, error) {
	var in struct {
		P []given `json:"p"`
	}
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	h, r := Holm(floats(in.P))
	if r == BadInput {
		return nil, fault.New(fault.Invalid, "%s 应在0和1之间。", "p")
	}
	if r != "" {
		return nil, r.Err()
	}
	b, _ := BenjaminiHochberg(floats(in.P))
	return map[string]any{"holm": prints(h), "bh": prints(b)}, nil
}
