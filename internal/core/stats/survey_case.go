package stats

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"kaiyang/internal/core/fault"
)

// A surveyTable holds the columns of a survey case; numbers and texts apart, in their order.
type surveyTable struct {
	names   []string
	numbers map[string][]float64
	texts   map[string][]string
	rows    int
}

func readSurvey(input json.RawMessage) (*surveyTable, error) {
	var in struct {
		Columns map[string][]json.RawMessage `json:"columns"`
	}
	if err := decodeInput(input, &in); err != nil {
		return nil, err
	}
	t := &surveyTable{numbers: map[string][]float64{}, texts: map[string][]string{}}
	for name := range in.Columns {
		t.names = append(t.names, name)
	}
	slices.Sort(t.names)
	for _, name := range t.names {
		column := in.Columns[name]
		if t.rows == 0 {
			t.rows = len(column)
		}
		if err := sameLength(t.rows, len(column), name); err != nil {
			return nil, err
		}
		texts, numbers := make([]string, len(column)), make([]float64, 0, len(column))
		for i, raw := range column {
			texts[i] = strings.Trim(string(raw), `"`)
			if len(raw) > 0 && raw[0] == '"' {
				continue
			}
			var g given
			if err := decode(raw, &g, "输入（input）"); err != nil {
				return nil, err
			}
			numbers = append(numbers, float64(g))
		}
		t.texts[name] = texts
		if len(numbers) == len(column) {
			t.numbers[name] = numbers
		}
	}
	if t.rows == 0 {
		return nil, NoData.Err()
	}
	return t, nil
}

func (t *surveyTable) number(name string) ([]float64, error) {
	if v, ok := t.numbers[name]; ok {
		return v, nil
	}
	return nil, fault.New(fault.Invalid, "输入中没有数字列“%s”，请补上。", oneLine(name))
}

// codes numbers the values of a text column in sorted order.
func (t *surveyTable) codes(name string) (codes []int, levels []string, err error) {
	column, ok := t.texts[name]
	if !ok {
		return nil, nil, fault.New(fault.Invalid, "输入中没有列“%s”，请补上。", oneLine(name))
	}
	levels = slices.Compact(slices.Sorted(slices.Values(column)))
	codes = make([]int, len(column))
	for i, v := range column {
		codes[i], _ = slices.BinarySearch(levels, v)
	}
	return codes, levels, nil
}

type surveyParameters struct {
	Strata     string  `json:"strata"`
	Cluster    string  `json:"cluster"`
	Weight     string  `json:"weight"`
	FPC        string  `json:"fpc"`
	Proportion string  `json:"proportion"`
	Level      float64 `json:"conf_level"`
	Stype      []struct {
		Name string `json:"stype"`
		Freq given  `json:"Freq"`
	} `json:"margin_stype"`
	Wide []struct {
		Name string `json:"sch.wide"`
		Freq given  `json:"Freq"`
	} `json:"margin_sch_wide"`
}

// surveyCase builds the design of a case; without gives it without population numbers.
func surveyCase(t *surveyTable, p surveyParameters) (s Survey, levels []string, err error) {
	s.Kind = ProbabilitySample
	if p.Strata != "" {
		if s.Strata, levels, err = t.codes(p.Strata); err != nil {
			return s, nil, err
		}
	}
	if p.Cluster != "" {
		if s.Clusters, _, err = t.codes(p.Cluster); err != nil {
			return s, nil, err
		}
	}
	if p.Weight == "" {
		p.Weight = "pw"
	}
	if s.Weights, err = t.number(p.Weight); err != nil {
		return s, nil, err
	}
	fpc, err := t.number("fpc")
	if err != nil {
		return s, nil, err
	}
	s.Population = make([]float64, max(1, len(levels)))
	for i, all := range fpc {
		h := 0
		if s.Strata != nil {
			h = s.Strata[i]
		}
		if s.Population[h] > 0 && s.Population[h] != all {
			return s, nil, fault.New(fault.Invalid, "同一层的 fpc 应相同，第 %d 行为 %v。", i+1, all)
		}
		s.Population[h] = all
	}
	return s, levels, nil
}

func readSurveyCase(input, parameters json.RawMessage) (*surveyTable, surveyParameters, Survey, []string, error) {
	p := surveyParameters{Level: 0.95}
	t, err := readSurvey(input)
	if err == nil {
		err = decodeParameters(parameters, &p)
	}
	if err == nil && !levelOK(p.Level) {
		err = BadInput.Err()
	}
	if err != nil {
		return nil, p, Survey{}, nil, err
	}
	s, levels, err := surveyCase(t, p)
	return t, p, s, levels, err
}

// A surveyMean prints a mean of a case.
func surveyMean(d *design, w, y []float64, level float64) (map[string]any, error) {
	est, ok := d.mean(y, w, nil, nil)
	if !ok {
		return nil, NotDefined.Err()
	}
	return map[string]any{
		"mean": printed(est.Value), "se": printed(est.SE), "deff": orNull(est.Deff), "df": est.DF,
		"ci_z": pair(around(est.Value, est.SE, zOf(level), level, "")), "ci_t": pair(around(est.Value, est.SE, tOf(level, float64(d.df)), level, "")),
	}, nil
}

func orNull(v float64) printed {
	if v == 0 {
		return printed(math.NaN())
	}
	return printed(v)
}

// surveyShare prints a share of a case with the four intervals of svyciprop.
func surveyShare(d *design, w []float64, yes []bool, level float64) (map[string]any, error) {
	est, ok := d.mean(indicator(yes), w, nil, nil)
	if !ok {
		return nil, NotDefined.Err()
	}
	p, t := est.Value, tOf(level, float64(d.df))
	if p <= 0 || p >= 1 || est.SE == 0 {
		return nil, NoIntervalAtEnd.Err()
	}
	part := func(i Interval) map[string]any { return map[string]any{"p": printed(p), "ci": pair(i)} }
	rows := float64(len(yes))
	effective := float64(p * (1 - p) / (est.SE * est.SE) * math.Pow(tOf(level, rows-1)/t, 2))
	tail := (1 - level) / 2
	beta := Interval{Lo: betaQuantile(tail, float64(effective*p), float64(effective*(1-p))+1), Hi: betaQuantile(1-tail, float64(effective*p)+1, float64(effective*(1-p)))}
	logit := part(logitInterval(est, t, level))
	return map[string]any{
		"logit": logit, "xlogit": logit, "beta": part(beta), "mean": part(around(p, est.SE, t, level, "")),
		"se": printed(est.SE), "deff": orNull(est.Deff),
	}, nil
}

// proportionOf reads "sch.wide == Yes" and gives the key of the result and the answers.
func proportionOf(t *surveyTable, text string) (key string, yes []bool, err error) {
	name, value, ok := strings.Cut(text, "==")
	name, value = strings.TrimSpace(name), strings.Trim(strings.TrimSpace(value), `"'`)
	column, found := t.texts[name]
	if !ok || !found {
		return "", nil, fault.New(fault.Invalid, "proportion 应写成“列 == 值”，且该列应在输入中，现为“%.40s”。", text)
	}
	yes = make([]bool, len(column))
	for i, v := range column {
		yes[i] = v == value
	}
	key = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(name+" "+value))
	return key, yes, nil
}

// surveySection prints the means of the numeric columns named and, if asked, the share.
func surveySection(t *surveyTable, p surveyParameters, d *design, columns []string, share bool) (map[string]any, error) {
	out := map[string]any{}
	for _, name := range columns {
		m, err := surveyMean(d, d.weights, t.numbers[name], p.Level)
		if err != nil {
			return nil, err
		}
		out[name] = m
	}
	if share && p.Proportion != "" {
		key, yes, err := proportionOf(t, p.Proportion)
		if err != nil {
			return nil, err
		}
		if out[key], err = surveyShare(d, d.weights, yes, p.Level); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// measured lists the numeric columns that are no part of the design, in sorted order.
func (t *surveyTable) measured(p surveyParameters) []string {
	var out []string
	for _, name := range t.names {
		if _, ok := t.numbers[name]; ok && name != p.Strata && name != p.Cluster && name != p.Weight && name != "fpc" && name != "pw" {
			out = append(out, name)
		}
	}
	return out
}

func runSurveyCluster(input, parameters json.RawMessage) (any, error) {
	return runSurvey(input, parameters, false)
}

func runSurveyStratified(input, parameters json.RawMessage) (any, error) {
	return runSurvey(input, parameters, true)
}

func runSurvey(input, parameters json.RawMessage, stratified bool) (any, error) {
	t, p, s, levels, err := readSurveyCase(input, parameters)
	if err != nil {
		return nil, err
	}
	with, r := s.prepare()
	if r != "" {
		return nil, r.Err()
	}
	s.Population = nil
	without, r := s.prepare()
	if r != "" {
		return nil, r.Err()
	}
	columns := t.measured(p)
	if len(columns) == 0 {
		return nil, NoData.Err()
	}
	main := columns[0]
	full, err := surveySection(t, p, with, columns, true)
	if err != nil {
		return nil, err
	}
	plain, err := surveySection(t, p, without, columns[:1], !stratified)
	if err != nil {
		return nil, err
	}
	out := map[string]any{"with_fpc": full, "without_fpc": plain}
	if !stratified {
		return out, nil
	}
	for _, name := range columns[1:] {
		est := with.total(t.numbers[name])
		full["total_"+name] = []printed{printed(est.Value), printed(est.SE)}
	}
	var mean, se []printed
	for h := range levels {
		in := make([]bool, t.rows)
		for i := range in {
			in[i] = s.Strata[i] == h
		}
		est, ok := with.mean(t.numbers[main], with.weights, in, nil)
		if !ok {
			return nil, NotDefined.Err()
		}
		mean, se = append(mean, printed(est.Value)), append(se, printed(est.SE))
	}
	out["by_stratum"] = map[string]any{p.Strata: levels, "mean": mean, "se": se}
	return out, nil
}

func runSurveyWeights(input, parameters json.RawMessage) (any, error) {
	t, p, s, _, err := readSurveyCase(input, parameters)
	if err != nil {
		return nil, err
	}
	stype, wide := map[string]float64{}, map[string]float64{}
	for _, m := range p.Stype {
		stype[m.Name] = float64(m.Freq)
	}
	for _, m := range p.Wide {
		wide[m.Name] = float64(m.Freq)
	}
	first, err := t.margin("stype", stype)
	if err != nil {
		return nil, err
	}
	second, err := t.margin("sch.wide", wide)
	if err != nil {
		return nil, err
	}
	columns := t.measured(p)
	if len(columns) == 0 {
		return nil, NoData.Err()
	}
	post, r := s.Poststratify(first)
	if r != "" {
		return nil, r.Err()
	}
	rake, r := s.Rake(first, second)
	if r != "" {
		return nil, r.Err()
	}
	show := func(w *Weighting) (map[string]any, error) {
		est, r := w.mean(t.numbers[columns[0]])
		return map[string]any{"weights": prints(w.Weights), "mean_" + columns[0]: printed(est.Value), "se": printed(est.SE)}, r.Err()
	}
	a, err := show(post)
	if err != nil {
		return nil, err
	}
	b, err := show(rake)
	if err != nil {
		return nil, err
	}
	return map[string]any{"poststrat": a, "rake": b}, nil
}

func (t *surveyTable) margin(name string, people map[string]float64) (Margin, error) {
	codes, levels, err := t.codes(name)
	if err != nil {
		return Margin{}, err
	}
	m := Margin{Group: codes}
	for _, l := range levels {
		n, ok := people[l]
		if !ok {
			return Margin{}, fault.New(fault.Invalid, "“%s”的总体人数中没有“%s”一组，请补上。", oneLine(name), oneLine(l))
		}
		m.People = append(m.People, n)
	}
	if len(levels) != len(people) {
		return Margin{}, fault.New(fault.Invalid, "“%s”的总体人数中有样本没有的组，请先合并。", oneLine(name))
	}
	return m, nil
}

func runSampleSize(input, parameters json.RawMessage) (any, error) {
	level, err := caseLevel(parameters)
	if err != nil {
		return nil, err
	}
	var in struct {
		Rows []struct {
			P    given  `json:"p"`
			D    given  `json:"d"`
			Deff *given `json:"deff"`
			Resp *given `json:"resp"`
			N    *given `json:"N"`
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
		q := SampleQuestion{Share: float64(row.P), Half: float64(row.D), Deff: 1, Response: 1, Level: level}
		if row.Deff != nil {
			q.Deff = float64(*row.Deff)
		}
		if row.Resp != nil {
			q.Response = float64(*row.Resp)
		}
		if row.N != nil {
			if q.Population = float64(*row.N); q.Population < 1 {
				q.Population = -1
			}
		}
		s, r := PlanSample(q)
		if r != "" {
			return nil, fault.New(fault.Invalid, "第 %d 行：比例、误差、设计效应、应答率或总人数超出范围。", i+1)
		}
		rows = append(rows, map[string]any{
			"n_srs_infinite": printed(s.Simple), "n_srs_ceil": s.SimpleUp, "n_fpc": printed(s.Finite),
			"n_design": printed(s.Design), "n_design_ceil": s.Interviews, "n_issue": s.ToIssue,
		})
	}
	return map[string]any{"rows": rows}, nil
}
