package methods

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/words"
)

// level is the confidence of every range in the examples.
const level = 0.95

// A lens shows things in a reader's language.
type lens struct{ words.Lang }

func (x lens) t(chinese string, args ...any) string { return words.T(x.Lang, chinese, args...) }

// A sum is what an example computes: a number for every place of its sentences, and statements of
// the table of wordings as the pages say them.
type sum struct {
	places map[string]string
	says   []stats.Statement
	why    stats.Reason // what kept a method from its number although the example needs it
}

func (s *sum) set(place string, v any) {
	if s.places == nil {
		s.places = map[string]string{}
	}
	switch v := v.(type) {
	case float64:
		s.places[place] = plain(v, 2)
	default:
		s.places[place] = fmt.Sprint(v)
	}
}

// need notes a reason where the example needs a number.
func (s *sum) need(why stats.Reason) {
	if why != "" && s.why == "" {
		s.why = why
	}
}

// plain prints a number with some digits after the point.
func plain(v float64, digits int) string {
	text := strconv.FormatFloat(v, 'f', digits, 64)
	if rest, ok := strings.CutPrefix(text, "-"); ok {
		if strings.Trim(rest, "0.") == "" {
			return rest
		}
		return "−" + rest
	}
	return text
}

// percent prints a fraction as a percentage.
func percent(v float64, digits int) string { return plain(100*v, digits) + "%" }

// pvalue prints a p-value; very small ones only say how small.
func pvalue(p float64) string {
	if p < 0.0001 {
		return "<0.0001"
	}
	return plain(p, 4)
}

func joined[T any](list []T, show func(T) string) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = show(v)
	}
	return strings.Join(parts, "、")
}

// grouped prints a whole number with its thousands apart.
func grouped(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func whole[T int | int64](n T) string { return strconv.FormatInt(int64(n), 10) }

func year(y int) string { return strconv.Itoa(y) }

// month names the i-th month from January 2015.
func month(i int) string { return fmt.Sprintf("%d-%02d", 2015+i/12, i%12+1) }

func rounded(v float64) int { return int(math.Round(v)) }

// either gives one of two words.
func either(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

var placeOf = regexp.MustCompile(`\{([a-z0-9]+)\}`)

// An example is ready to be shown: its sentences, and what the pages say of such a result.
type example struct {
	Lines, Says []string
	Assumed     bool
}

// example computes the example of a method.
func (x lens) example(m *Method) (example, error) {
	compute, ok := sums()[m.ID]
	if !ok {
		return example{}, fmt.Errorf("no example for %s", m.ID)
	}
	s := compute(x)
	if s.why != "" {
		return example{}, fmt.Errorf("the example of %s: %w", m.ID, s.why.Err())
	}
	out := example{Assumed: m.Assumed}
	for _, line := range m.Example.in(x.Lang) {
		missing := ""
		text := placeOf.ReplaceAllStringFunc(line, func(place string) string {
			v, ok := s.places[strings.Trim(place, "{}")]
			if !ok {
				missing = place
			}
			if x.Lang == words.English {
				v = strings.ReplaceAll(v, "、", ", ")
			}
			return v
		})
		if missing != "" {
			return example{}, fmt.Errorf("the example of %s has nothing for %s", m.ID, missing)
		}
		out.Lines = append(out.Lines, text)
	}
	for _, say := range s.says {
		if x.Lang == words.English {
			out.Says = append(out.Says, words.Singular(say.English()))
		} else {
			out.Says = append(out.Says, say.Chinese())
		}
	}
	return out, nil
}

// held gives the sentence with which a method refuses.
func (x lens) held(why stats.Reason) string {
	if why == "" {
		return fault.Neutral
	}
	return x.t(why.Sentence())
}

// sums lists the examples by the id of their method.
func sums() map[string]func(lens) sum {
	return map[string]func(lens) sum{
		"poisson_rate_ratio_exact": twoCounts, "poisson_loglinear_trend": shortTrend, "mann_kendall_sen": kendall,
		"joinpoint_loglinear_nci_program": turning, "interrupted_time_series": knownStart,
		"ears_c1_c2_c3": ears, "poisson_cusum_arl": cusum, "ewma_chart": ewma, "farrington_flexible": farrington,
		"proportion_ci_wilson_clopper": share, "target_decision": target, "proportion_difference_newcombe": difference,
		"funnel_limits": funnel, "empirical_bayes_rates": shrinkage, "rank_uncertainty": ranks,
		"dsr_fay_feuer": standardised, "multiple_testing_adjustment": manyLooks,
		"survey_stratified": survey, "survey_sample_size": sampleSize, "three_year_nonrelapse": threeYears, "logrank": logRank,
		"cumulative_incidence_competing":  exits,
		"composite_score_rank_robustness": composite, "ahp_weights_consistency": pairwise, "entropy_weights": entropy, "topsis": topsis,
		"wastewater_backcalculation": wastewater, "seizure_threshold_equivalent": seizures, "capture_recapture_two_source": hidden,
	}
}
