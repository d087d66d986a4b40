package stats

import (
	"encoding/json"
	"math"
	"slices"

	"kaiyang/internal/core/fault"
)

// survivalInput holds the columns of the survival cases.
type survivalInput struct {
	Time   []given           `json:"time"`
	Event  []given           `json:"event"`
	Code   []given           `json:"code"`
	Group  []json.RawMessage `json:"group"`
	Start  []given           `json:"start_day"`
	Cutoff *given            `json:"followup_cutoff_day"`
}

func readFollowups(input json.RawMessage) (survivalInput, []Followup, error) {
	var in survivalInput
	if err := decodeInput(input, &in); err != nil {
		return in, nil, err
	}
	codes, name := in.Code, "code"
	if codes == nil {
		codes, name = in.Event, "event"
	}
	if err := sameLength(len(in.Time), len(codes), name); err != nil {
		return in, nil, err
	}
	f := make([]Followup, len(codes))
	for i, c := range codes {
		if c != 0 && c != 1 && (c != 2 || name == "event") {
			return in, nil, fault.New(fault.Invalid, "第 %d 行的 %s 应为0或1（退出为2），现为 %v。", i+1, name, float64(c))
		}
		f[i] = Followup{Time: float64(in.Time[i]), Code: int(c)}
	}
	if r := checkFollowups(f); r != "" {
		return in, nil, fault.New(fault.Invalid, "%s 应不小于0且不超过10亿。", "time")
	}
	return in, f, nil
}

// groups numbers the group labels in sorted order.
func (in survivalInput) groups(rows int) (group []int, labels []string, err error) {
	if err := sameLength(rows, len(in.Group), "group"); err != nil {
		return nil, nil, err
	}
	names := make([]string, rows)
	for i, raw := range in.Group {
		if err := json.Unmarshal(raw, &names[i]); err != nil {
			names[i] = string(raw)
		}
	}
	labels = slices.Compact(slices.Sorted(slices.Values(names)))
	group = make([]int, rows)
	for i, n := range names {
		group[i], _ = slices.BinarySearch(labels, n)
	}
	if len(labels) < 2 || len(labels) > 1000 {
		return nil, nil, TooFewUnits.Err()
	}
	return group, labels, nil
}

// caseTimes reads the times asked for; they must rise and be 0 or more.
func caseTimes(parameters json.RawMessage) ([]float64, float64, error) {
	p := struct {
		Times []given `json:"times"`
		Level float64 `json:"conf_level"`
	}{Level: 0.95}
	if err := decodeParameters(parameters, &p); err != nil {
		return nil, 0, err
	}
	times := floats(p.Times)
	if len(times) == 0 || !slices.IsSorted(times) || times[0] < 0 || !levelOK(p.Level) {
		return nil, 0, fault.New(fault.Invalid, "参数 times 应为由小到大、不小于0的时间，conf_level 应在0.5和1之间。")
	}
	return times, p.Level, nil
}

func runKaplanMeier(input, parameters json.RawMessage) (any, error) {
	_, f, err := readFollowups(input)
	if err != nil {
		return nil, err
	}
	times, level, err := caseTimes(parameters)
	if err != nil {
		return nil, err
	}
	c, r := KaplanMeier(f, level)
	if r != "" {
		return nil, r.Err()
	}
	var risk []int
	var surv, se []printed
	for _, t := range times {
		p := c.point(t)
		risk, surv = append(risk, p.AtRisk), append(surv, printed(p.Share))
		if p.Share <= 0 {
			p.SE = math.NaN()
		}
		se = append(se, printed(p.SE))
	}
	upper := times[len(times)-1]
	if upper == 0 {
		upper = c.steps[len(c.steps)-1].time
	}
	mean, sd := restrictedMean(c.steps, upper)
	out := map[string]any{
		"n": c.Persons, "events": c.Events, "at_risk": risk, "surv": surv, "se_greenwood": se,
		"rmean": printed(mean), "rmean_se": printed(sd), "rmean_upper": printed(upper),
	}
	for key, kind := range map[string]string{"plain": "plain", "log": "log", "loglog": "log-log"} {
		out[key] = survivalKind(c, kind, times, level)
	}
	return out, nil
}

func survivalKind(c *SurvivalCurve, kind string, times []float64, level float64) map[string]any {
	limits := func(share, green float64) (lo, hi float64) {
		if i, ok := survivalLimits(kind, share, green, level); ok {
			return i.Lo, i.Hi
		}
		return math.NaN(), math.NaN()
	}
	median := func(value func(survivalStep) float64) printed {
		if v, ok := medianCrossing(c.steps, value); ok {
			return printed(v)
		}
		return printed(math.NaN())
	}
	var low, high []printed
	for _, t := range times {
		share, green := 1.0, 0.0
		for _, s := range c.steps {
			if s.time <= t {
				share, green = s.surv, s.greenwood
			}
		}
		lo, hi := limits(share, green)
		low, high = append(low, printed(lo)), append(high, printed(hi))
	}
	return map[string]any{
		"low": low, "high": high,
		"median":      median(func(s survivalStep) float64 { return s.surv }),
		"median_low":  median(func(s survivalStep) float64 { lo, _ := limits(s.surv, s.greenwood); return lo }),
		"median_high": median(func(s survivalStep) float64 { _, hi := limits(s.surv, s.greenwood); return hi }),
	}
}

func runLogRank(input, _ json.RawMessage) (any, error) {
	in, f, err := readFollowups(input)
	if err != nil {
		return nil, err
	}
	group, labels, err := in.groups(len(f))
	if err != nil {
		return nil, err
	}
	t, r := logRank(f, group, len(labels))
	if r != "" {
		return nil, r.Err()
	}
	names := make([]string, len(labels))
	for i, l := range labels {
		names[i] = "g=" + l
	}
	out := map[string]any{
		"groups": names, "n": t.Persons, "observed": prints(t.Observed), "expected": prints(t.Expected),
		"chisq": printed(t.Statistic), "df": t.DF, "p": printed(t.P), "peto_chisq": printed(t.PetoStatistic), "peto_p": printed(t.PetoP),
	}
	if len(labels) == 2 {
		out["cox"] = nil
		if h, r := hazard(groupSteps(f, group, 2), 0.95); r == "" {
			out["cox"] = map[string]any{
				"hr_efron": printed(h.Ratio), "ci_efron": pair(h.Interval), "hr_breslow": printed(h.Breslow), "score_chisq_breslow": printed(h.Score),
			}
		}
	}
	return out, nil
}

func runCompeting(input, parameters json.RawMessage) (any, error) {
	in, f, err := readFollowups(input)
	if err != nil {
		return nil, err
	}
	times, _, err := caseTimes(parameters)
	if err != nil {
		return nil, err
	}
	out := map[string][]printed{}
	last := 0.0
	for _, p := range f {
		last = max(last, p.Time)
	}
	for _, t := range times {
		i := incidencePoint(f, t)
		if nan := math.NaN(); t > last { // nobody was followed so long, as cmprsk answers
			i = Incidence{Event: nan, Compete: nan, OneMinusKM: nan, Variance: nan, SE: nan}
		}
		for key, v := range map[string]float64{"cif1": i.Event, "var1_aalen": i.Variance, "cif2": i.Compete, "se1_survfit": i.SE, "one_minus_km": i.OneMinusKM} {
			out[key] = append(out[key], printed(v))
		}
	}
	all := map[string]any{}
	for key, v := range out {
		all[key] = v
	}
	if in.Group == nil {
		return all, nil
	}
	group, labels, err := in.groups(len(f))
	if err != nil {
		return nil, err
	}
	g, r := grayTest(f, group, len(labels))
	if r != "" {
		g.Statistic, g.P = math.NaN(), math.NaN()
	}
	all["gray_stat"], all["gray_p"] = printed(g.Statistic), printed(g.P)
	return all, nil
}

func runThreeYear(input, parameters json.RawMessage) (any, error) {
	in, f, err := readFollowups(input)
	if err != nil {
		return nil, err
	}
	p := struct {
		Horizon given   `json:"horizon_days"`
		Breaks  []given `json:"actuarial_breaks"`
	}{Horizon: 1096}
	if err := decodeParameters(parameters, &p); err != nil {
		return nil, err
	}
	if err := sameLength(len(f), len(in.Start), "start_day"); err != nil {
		return nil, err
	}
	if in.Cutoff == nil {
		return nil, fault.New(fault.Invalid, "输入中缺少 followup_cutoff_day（跟踪截止日）。")
	}
	cohort := make([]CohortMember, len(f))
	for i := range f {
		cohort[i] = CohortMember{Start: float64(in.Start[i]), Followup: f[i]}
	}
	rate, _, r := cohortRate(cohort, float64(*in.Cutoff), float64(p.Horizon), 0.95)
	if r != "" {
		return nil, r.Err()
	}
	breaks := floats(p.Breaks)
	if breaks == nil {
		breaks = []float64{0, 183, 366, 548, 731, 914, 1096}
	}
	table, r := actuarial(f, breaks)
	if r != "" {
		return nil, fault.New(fault.Invalid, "参数 actuarial_breaks 应从0开始、由小到大。")
	}
	lo, hi := printed(math.NaN()), printed(math.NaN())
	if rate.KM.HasInterval {
		lo, hi = printed(rate.KM.Interval.Lo), printed(rate.KM.Interval.Hi)
	}
	closed := math.NaN()
	if rate.ClosedPersons > 0 {
		closed = float64(rate.ClosedOK) / float64(rate.ClosedPersons)
	}
	return map[string]any{
		"km": printed(rate.KM.Share), "km_low": lo, "km_high": hi, "km_at_risk": rate.KM.AtRisk,
		"cif_relapse": printed(rate.Relapse), "cif_exit": printed(rate.Exit),
		"closed_cohort_n": rate.ClosedPersons, "closed_cohort_ok": rate.ClosedOK, "closed_cohort_rate": printed(closed),
		"naive_all_registered": printed(rate.Naive), "actuarial": printed(table.Share), "actuarial_se": printed(table.SE),
		"life_table": map[string]any{"n": table.Entering, "d": table.Events, "w": table.Withdrawn},
	}, nil
}
