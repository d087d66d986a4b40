package stats

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
)

func matrixOf(g [][]given) [][]float64 {
	out := make([][]float64, len(g))
	for i, row := range g {
		out[i] = floats(row)
	}
	return out
}

// higherOf reads directions: 1 larger is better, −1 smaller is better.
func higherOf(types []given, columns int) ([]bool, error) {
	if err := sameLength(columns, len(types), "types"); err != nil {
		return nil, err
	}
	out := make([]bool, len(types))
	for i, t := range types {
		if t != 1 && t != -1 {
			return nil, fault.New(fault.Invalid, "types 应为1（越大越好）或 -1（越小越好），现为 %v。", float64(t))
		}
		out[i] = t == 1
	}
	return out, nil
}

func runComposite(input, parameters json.RawMessage) (any, error) {
	var in struct {
		Matrix  [][]given `json:"matrix"`
		Weights []given   `json:"weights"`
		Types   []given   `json:"types"`
	}
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	p := struct {
		Draws given  `json:"draws"`
		Seed  uint64 `json:"seed"`
	}{200000, DefaultSeed}
	if err := decodeParameters(parameters, &p); err != nil {
		return nil, err
	}
	if !(p.Draws >= 1000 && p.Draws <= 5e6) || len(in.Matrix) > 2000 {
		return nil, BadInput.Err()
	}
	higher, err := higherOf(in.Types, len(in.Weights))
	if err != nil {
		return nil, err
	}
	s, r := CompositeScore(Index{Matrix: matrixOf(in.Matrix), Higher: higher, Weights: floats(in.Weights)}, int(p.Draws), NewRandom(p.Seed))
	if r != "" {
		return nil, r.Err()
	}
	cells := func(m [][]float64) [][]printed {
		out := make([][]printed, len(m))
		for i, row := range m {
			out[i] = prints(row)
			for j := range row {
				if s.Dropped[j] {
					out[i][j] = printed(math.NaN())
				}
			}
		}
		return out
	}
	shifts := []map[string]any{}
	for _, w := range s.OneAtATime {
		shifts = append(shifts, map[string]any{"indicator": w.Indicator, "factor": w.Factor, "rank": w.Rank, "mean_abs_shift": printed(w.MeanShift)})
	}
	spear, tau := printed(s.Spearman), printed(s.Kendall)
	if !s.HasSpearman {
		spear = printed(math.NaN())
	}
	if !s.HasKendall {
		tau = printed(math.NaN())
	}
	return map[string]any{
		"minmax": cells(s.Normal), "zscore": cells(s.Z), "score_arith_minmax": prints(s.Arithmetic), "score_arith_z": prints(s.Standard),
		"score_geo_minmax_clip001": prints(s.Geometric), "rank_arith_minmax": s.Rank, "rank_arith_z": s.RankZ, "rank_geo": s.RankGeo,
		"one_at_a_time": shifts, "drop_one_rank": s.DropOne, "smaa_first_rank": prints(s.First), "smaa_mean_rank": prints(s.MeanRank),
		"smaa_rank_low": prints(s.RankLow), "smaa_rank_high": prints(s.RankHigh), "spearman_minmax_vs_z": spear, "kendall_minmax_vs_geo": tau,
	}, nil
}

// A judgement is a number or a fraction such as "1/3".
type judgement float64

// UnmarshalJSON reads a number above 0 or a fraction in text.
func (j *judgement) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `"`)
	top, bottom, fraction := strings.Cut(text, "/")
	v, err := strconv.ParseFloat(strings.TrimSpace(top), 64)
	if err == nil && fraction {
		var d float64
		if d, err = strconv.ParseFloat(strings.TrimSpace(bottom), 64); err == nil {
			v /= d
		}
	}
	if err != nil || !(v > 0) || math.IsInf(v, 0) {
		return fault.New(fault.Invalid, "判断矩阵中应为大于0的数或“1/3”这样的分数，现为 %.20s。", text)
	}
	*j = judgement(v)
	return nil
}

func runAHP(input, parameters json.RawMessage) (any, error) {
	var in struct {
		Matrices []struct {
			ID   string        `json:"id"`
			Rows [][]judgement `json:"rows"`
		} `json:"matrices"`
	}
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	var p struct {
		RI map[string]given `json:"ri"`
	}
	if err := decodeParameters(parameters, &p); err != nil {
		return nil, err
	}
	if len(in.Matrices) == 0 {
		return nil, NoData.Err()
	}
	results := []map[string]any{}
	for _, m := range in.Matrices {
		a := make([][]float64, len(m.Rows))
		for i, row := range m.Rows {
			for _, v := range row {
				a[i] = append(a[i], float64(v))
			}
		}
		w, r := pairwisePriority(a)
		if r == BadInput {
			return nil, fault.New(fault.Invalid, "判断矩阵“%.40s”应为方阵，对角线为1，对称位置互为倒数。", m.ID)
		}
		if r != "" {
			return nil, r.Err()
		}
		cr := printed(w.CR)
		if ri, ok := p.RI[strconv.Itoa(len(a))]; ok && len(a) > 2 && ri > 0 {
			cr = printed(w.CI / float64(ri))
		} else if !w.HasCR {
			cr = printed(math.NaN())
		}
		results = append(results, map[string]any{
			"id": m.ID, "weights": prints(w.Weights), "lambda_max": printed(w.LambdaMax), "ci": printed(w.CI), "cr": cr,
			"geometric_mean_weights": prints(w.GeometricMean),
		})
	}
	return map[string]any{"results": results}, nil
}

func runEntropy(input, _ json.RawMessage) (any, error) {
	var in struct {
		Raw   [][]given `json:"raw_matrix"`
		Town  [][]given `json:"town_matrix"`
		Types []given   `json:"town_types"`
	}
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	raw, r := EntropyWeights(matrixOf(in.Raw), nil, false)
	if r != "" {
		return nil, r.Err()
	}
	if len(in.Town) == 0 {
		return nil, NoData.Err()
	}
	higher, err := higherOf(in.Types, len(in.Town[0]))
	if err != nil {
		return nil, err
	}
	town, r := EntropyWeights(matrixOf(in.Town), higher, true)
	if r != "" {
		return nil, r.Err()
	}
	show := func(e Entropies) map[string]any {
		return map[string]any{"entropy": prints(e.Entropy), "weights": prints(e.Weights)}
	}
	return map[string]any{"raw": show(raw), "minmax": show(town)}, nil
}

// runTOPSIS takes the normalisation from the key norm of a problem. The reference case does not
// give it; its problem "opricovic" is the published example with min-max normalisation, all
// others use the vector normalisation.
func runTOPSIS(input, _ json.RawMessage) (any, error) {
	var in struct {
		Problems []struct {
			ID      string    `json:"id"`
			Norm    string    `json:"norm"`
			Matrix  [][]given `json:"matrix"`
			Weights []given   `json:"weights"`
			Types   []given   `json:"types"`
		} `json:"problems"`
	}
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	if len(in.Problems) == 0 {
		return nil, NoData.Err()
	}
	results := []map[string]any{}
	for _, p := range in.Problems {
		if p.Norm == "" {
			p.Norm = "vector"
			if strings.HasPrefix(p.ID, "opricovic") {
				p.Norm = "minmax"
			}
		}
		if p.Norm != "vector" && p.Norm != "minmax" {
			return nil, fault.New(fault.Invalid, "norm 应为 vector 或 minmax，现为“%.20s”。", p.Norm)
		}
		higher, err := higherOf(p.Types, len(p.Weights))
		if err != nil {
			return nil, err
		}
		c, r := TOPSIS(matrixOf(p.Matrix), floats(p.Weights), higher, p.Norm == "minmax")
		if r != "" {
			return nil, r.Err()
		}
		results = append(results, map[string]any{"id": p.ID, "norm": p.Norm, "closeness": prints(c.Closeness), "rank": c.Rank})
	}
	return map[string]any{"results": results}, nil
}
