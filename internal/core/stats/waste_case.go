package stats

import (
	"encoding/json"
	"math"

	"kaiyang/internal/core/fault"
)

type wasteSampleCase struct {
	C *given `json:"c"`
	Q *given `json:"q"`
	P *given `json:"p"`
}

type wasteInput struct {
	Samples  []wasteSampleCase `json:"samples"`
	Backcalc []struct {
		Drug      string `json:"drug"`
		Residue   string `json:"residue"`
		Load      given  `json:"load"`
		Excretion given  `json:"excretion"`
		Loss      given  `json:"loss"`
		Dose      given  `json:"dose_mg"`
	} `json:"backcalc"`
	Week *struct {
		C       []given `json:"c"`
		Q       []given `json:"q"`
		P       given   `json:"p"`
		Weekend []bool  `json:"weekend"`
	} `json:"week"`
	Plants *struct {
		Load []given  `json:"load"`
		P    []given  `json:"p"`
		Conc []*given `json:"conc"`
		LOQ  []given  `json:"loq"`
		Q    []given  `json:"q"`
	} `json:"plants"`
	Uncertainty *struct {
		Value     given   `json:"value"`
		RSD       []given `json:"rsd"`
		NH4       *given  `json:"nh4"`
		Q         *given  `json:"q"`
		PerPerson *given  `json:"g_per_person"`
	} `json:"uncertainty"`
	Mass map[string]given `json:"molar_mass"`
}

func wasteFault(part string) error {
	return fault.New(fault.Invalid, "污水数据“%s”不符合要求：个数应一致，流量、人口等应大于0。", part)
}

func runWaste(input, _ json.RawMessage) (any, error) {
	var in wasteInput
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	out := map[string]any{}
	for _, part := range []func(wasteInput, map[string]any) error{wasteLoads, wasteBack, wasteWeek, wastePlants, wasteUncertain} {
		if err := part(in, out); err != nil {
			return nil, err
		}
	}
	if len(out) == 0 {
		return nil, NoData.Err()
	}
	return out, nil
}

func wasteLoads(in wasteInput, out map[string]any) error {
	var loads []map[string]printed
	for _, s := range in.Samples {
		if s.C == nil || s.Q == nil || s.P == nil {
			return wasteFault("samples")
		}
		l, r := LoadOf(WasteSample{float64(*s.C), float64(*s.Q), float64(*s.P)})
		if r != "" {
			return wasteFault("samples")
		}
		loads = append(loads, map[string]printed{"mg_per_day": printed(l.PerDay), "mg_per_1000_per_day": printed(l.PerThousand)})
	}
	if loads != nil {
		out["loads"] = loads
	}
	return nil
}

func wasteBack(in wasteInput, out map[string]any) error {
	var rows []map[string]printed
	for _, b := range in.Backcalc {
		drug, ok1 := in.Mass[b.Drug]
		residue, ok2 := in.Mass[b.Residue]
		if !ok1 || !ok2 {
			return fault.New(fault.Invalid, "molar_mass 中没有 %.40s 或 %.40s 的摩尔质量，请补上。", b.Drug, b.Residue)
		}
		c, r := ConsumptionOf(float64(b.Load), WasteFactor{float64(drug), float64(residue), float64(b.Excretion), float64(b.Loss), float64(b.Dose)})
		if r != "" {
			return wasteFault("backcalc")
		}
		rows = append(rows, map[string]printed{
			"mw_ratio": printed(c.MassRatio), "factor": printed(c.Factor), "consumption_mg_1000_d": printed(c.Amount), "doses_1000_d": printed(c.Doses),
		})
	}
	if rows != nil {
		out["backcalc"] = rows
	}
	return nil
}

func wasteWeek(in wasteInput, out map[string]any) error {
	if in.Week == nil {
		return nil
	}
	if len(in.Week.C) != len(in.Week.Q) {
		return wasteFault("week")
	}
	var days []WasteSample
	for i, c := range in.Week.C {
		days = append(days, WasteSample{float64(c), float64(in.Week.Q[i]), float64(in.Week.P)})
	}
	w, r := WeekOf(days, in.Week.Weekend, 0.95)
	if r != "" {
		return wasteFault("week")
	}
	ratio := math.NaN()
	if w.HasWeekend {
		ratio = w.WeekendRatio
	}
	out["week"] = map[string]any{
		"daily": prints(w.Daily), "mean": printed(w.Mean), "sd": printed(w.SD), "ci_low": printed(w.Interval.Lo), "ci_high": printed(w.Interval.Hi),
		"flow_weighted_conc": printed(w.FlowWeighted), "weekend_weekday_ratio": printed(ratio),
	}
	return nil
}

func wastePlants(in wasteInput, out map[string]any) error {
	p := in.Plants
	if p == nil {
		return nil
	}
	weighted, simple, r := PlantsMean(floats(p.Load), floats(p.P))
	if r != "" || len(p.Conc) != len(p.P) || len(p.LOQ) != len(p.P) || len(p.Q) != len(p.P) {
		return wasteFault("plants")
	}
	bounds := map[string][]printed{}
	for i, c := range p.Conc {
		s := WasteSample{Flow: float64(p.Q[i]), People: float64(p.P[i])}
		if c != nil {
			s.Concentration = float64(*c)
		}
		l, r := CensoredLoad(s, c == nil, float64(p.LOQ[i]))
		if r != "" {
			return wasteFault("plants")
		}
		for key, v := range map[string]float64{"lower_bound": l.Lower, "upper_bound": l.Upper, "half_loq": l.Plot} {
			bounds[key] = append(bounds[key], printed(v))
		}
	}
	out["plants"] = map[string]printed{"weighted": printed(weighted), "simple": printed(simple)}
	out["censored"] = bounds
	return nil
}

// wasteUncertain prints the exact limits of the product of lognormal factors under the keys of
// the reference program's simulation, which they are the limit of.
func wasteUncertain(in wasteInput, out map[string]any) error {
	q := in.Uncertainty
	if q == nil {
		return nil
	}
	u, r := UncertaintyOf(float64(q.Value), floats(q.RSD), 0.95)
	if r != "" {
		return wasteFault("uncertainty")
	}
	out["uncertainty"] = map[string]printed{
		"combined_rsd": printed(u.RSD), "low_lognormal": printed(u.Interval.Lo), "high_lognormal": printed(u.Interval.Hi),
		"log_sd_product": printed(u.LogSD), "low_mc": printed(u.Product.Lo), "high_mc": printed(u.Product.Hi),
	}
	if q.NH4 == nil || q.Q == nil || q.PerPerson == nil {
		return nil
	}
	people, r := PeopleByAmmonium(float64(*q.NH4), float64(*q.Q), float64(*q.PerPerson))
	if r != "" {
		return wasteFault("uncertainty")
	}
	out["nh4_population"] = map[string]printed{"population": printed(people)}
	return nil
}

func runSeizure(input, _ json.RawMessage) (any, error) {
	var in struct {
		Thresholds map[string]given `json:"thresholds_g"`
		Seizures   []struct {
			ID    string           `json:"id"`
			Grams map[string]given `json:"grams"`
		} `json:"seizures"`
	}
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	if len(in.Seizures) == 0 {
		return nil, NoData.Err()
	}
	t := StatutoryTable()
	if in.Thresholds != nil {
		t = SeizureTable{Grams: map[string]float64{}}
		for code, g := range in.Thresholds {
			t.Grams[code] = float64(g)
		}
	}
	rows := []map[string]any{}
	for _, s := range in.Seizures {
		grams := map[string]float64{}
		for code, g := range s.Grams {
			grams[code] = float64(g)
		}
		x, r := SeizureEquivalent(grams, t)
		if r != "" {
			return nil, r.Err()
		}
		ratio := map[string]printed{}
		for _, d := range x.Drugs {
			ratio[d.Code] = printed(d.Ratio)
		}
		rows = append(rows, map[string]any{
			"id": s.ID, "raw_sum_g": printed(x.RawSum), "ratio_to_threshold": ratio,
			"heroin_equivalent_g": printed(x.Equivalent), "largest_drug_share_of_raw": printed(x.LargestShare),
		})
	}
	return map[string]any{"rows": rows}, nil
}

// runTwoSource prints the arithmetic for any overlap, as the case does; TwoSourceEstimate
// withholds the estimate below 7 matches.
func runTwoSource(input, parameters json.RawMessage) (any, error) {
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
	for i, g := range in.Rows {
		if err := sameLength(3, len(g), "rows"); err != nil {
			return nil, err
		}
		n, err := wholes(g, "rows")
		if err != nil {
			return nil, err
		}
		t, r := twoSource(n[0], n[1], n[2], level)
		if r != "" {
			return nil, fault.New(fault.Invalid, "第 %d 行：两份名单的人数和重合人数不合理，重合不应多于任一名单。", i+1)
		}
		lp := t.LincolnPetersen
		if n[2] == 0 {
			lp = math.Inf(1)
		}
		rows = append(rows, map[string]printed{
			"distinct": printed(t.Distinct), "lincoln_petersen": printed(lp), "chapman": printed(t.Chapman), "chapman_se": printed(t.SE),
			"normal_low": printed(t.normal.Lo), "normal_high": printed(t.normal.Hi), "log_low": printed(t.Interval.Lo), "log_high": printed(t.Interval.Hi),
		})
	}
	return map[string]any{"rows": rows}, nil
}

func runThreeSource(input, _ json.RawMessage) (any, error) {
	var in struct {
		Cells map[string]given `json:"cells"`
	}
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	var cells [7]int64
	for i, key := range []string{"111", "110", "101", "100", "011", "010", "001"} {
		g, ok := in.Cells[key]
		if !ok {
			return nil, fault.New(fault.Invalid, "cells 中缺少 %s 格（1表示在该名单上）。", key)
		}
		n, err := whole(g, key)
		if err != nil {
			return nil, err
		}
		cells[i] = n
	}
	out, r := threeSource(ThreeLists{cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], cells[6]}, 0.95)
	if r != "" {
		return nil, r.Err()
	}
	models := []map[string]any{}
	for _, m := range out.Models {
		row := map[string]any{"model": m.Name, "df": m.DF}
		for key, v := range map[string]float64{"deviance": m.Deviance, "aic": m.AIC, "bic": m.BIC, "missing": m.Missing, "N": m.Total, "se": m.SE, "log_low": m.Interval.Lo, "log_high": m.Interval.Hi} {
			if !m.HasEstimate {
				v = math.NaN()
			}
			row[key] = printed(v)
		}
		models = append(models, row)
	}
	return map[string]any{"n_observed": out.Seen, "models": models}, nil
}
