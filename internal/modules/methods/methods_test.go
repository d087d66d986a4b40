package methods

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/words"
)

func languages() []words.Lang { return []words.Lang{words.Chinese, words.English} }

// Every method of the registry and every reference case stands on exactly one page.
func TestEveryMethodHasOnePage(t *testing.T) {
	b := open()
	var registry, pages, cases []string
	for _, m := range stats.Methods() {
		registry = append(registry, m.ID)
	}
	for _, m := range b.methods {
		pages = append(pages, m.cases()...)
	}
	for id := range b.cases {
		cases = append(cases, id)
	}
	slices.Sort(registry)
	slices.Sort(pages)
	slices.Sort(cases)
	if !slices.Equal(registry, pages) {
		t.Errorf("pages explain %v, the registry holds %v", pages, registry)
	}
	if !slices.Equal(registry, cases) {
		t.Errorf("cases %v, the registry holds %v", cases, registry)
	}
	if len(sums()) != len(b.methods) {
		t.Errorf("%d examples for %d pages", len(sums()), len(b.methods))
	}
}

// An official reads at most ten lines, each short enough for a phone, the same ones in both languages.
func TestTenLinesForAnOfficial(t *testing.T) {
	for _, m := range open().methods {
		if n := len(m.ZH.lines()); n < 6 || n > 10 {
			t.Errorf("%s: %d lines, want 6 to 10", m.ID, n)
		}
		for _, p := range []struct {
			zh, en []string
			what   string
		}{{m.ZH.Ask, m.EN.Ask, "ask"}, {m.ZH.How, m.EN.How, "how"}, {m.ZH.When, m.EN.When, "when"}, {m.ZH.Short, m.EN.Short, "short"}, {m.ZH.Read, m.EN.Read, "read"}, {m.ZH.Never, m.EN.Never, "never"},
			{m.Example.ZH, m.Example.EN, "example"}, {m.Gate.ZH, m.Gate.EN, "gate"}, {m.Formula, m.FormulaEN, "formula"}} {
			if len(p.zh) == 0 || len(p.zh) != len(p.en) {
				t.Errorf("%s %s: %d lines in Chinese, %d in English", m.ID, p.what, len(p.zh), len(p.en))
			}
		}
		for _, line := range m.ZH.lines() {
			if n := utf8.RuneCountInString(line); n > 75 {
				t.Errorf("%s: a line of %d signs: %s", m.ID, n, line)
			}
			if !strings.HasSuffix(line, "。") && !strings.HasSuffix(line, "？") {
				t.Errorf("%s: no sentence: %s", m.ID, line)
			}
		}
		if m.ZH.Name == "" || m.EN.Name == "" || m.Theme.ZH == "" || m.Theme.EN == "" {
			t.Errorf("%s has no name or theme", m.ID)
		}
		for _, d := range m.Deviations {
			if d.ZH == "" || d.EN == "" {
				t.Errorf("%s: a deviation lacks a language: %+v", m.ID, d)
			}
		}
	}
}

// No page holds a word that no figure supports, and an official meets no jargon in the plain lines.
func TestNoForbiddenWords(t *testing.T) {
	jargon := []string{"p 值小", "置信区间", "零假设", "自由度", "统计学意义"}
	for _, m := range open().methods {
		x := lens{words.Chinese}
		e, err := x.example(m)
		if err != nil {
			t.Error(err)
			continue
		}
		all := slices.Concat(m.ZH.lines(), e.Lines, e.Says, m.Gate.ZH)
		for _, d := range m.Deviations {
			all = append(all, d.ZH)
		}
		for _, line := range all {
			for _, bad := range stats.NeverSaid() {
				if strings.Contains(line, bad) {
					t.Errorf("%s says %q: %s", m.ID, bad, line)
				}
			}
		}
		for _, line := range slices.Concat(m.ZH.Ask, m.ZH.How, m.ZH.When, m.ZH.Short) {
			for _, bad := range jargon {
				if strings.Contains(line, bad) {
					t.Errorf("%s: jargon %q: %s", m.ID, bad, line)
				}
			}
		}
	}
}

// Every number in a sentence of an example comes from the example's sums; only years, months and the
// base of a rate are written.
func TestNumbersOfExamplesAreComputed(t *testing.T) {
	written := regexp.MustCompile(`20\d\d|\d+(—\d+)?月|第1季度|25周岁|under 25|前12个月|12 months before|98%|在0到|是否含1|hold 1|between 0|每百|10,000|per 100|1,000|95%|5 ?%|0\.05`)
	digit := regexp.MustCompile(`\d`)
	for _, m := range open().methods {
		for _, line := range slices.Concat(m.Example.ZH, m.Example.EN) {
			rest := written.ReplaceAllString(placeOf.ReplaceAllString(line, ""), "")
			if digit.MatchString(rest) {
				t.Errorf("%s: a number is written by hand: %s", m.ID, line)
			}
		}
	}
}

// Every example can be computed, in both languages, and uses what it computes.
func TestExamplesAreComputed(t *testing.T) {
	for _, m := range open().methods {
		for _, l := range languages() {
			x := lens{l}
			e, err := x.example(m)
			if err != nil {
				t.Error(err)
				continue
			}
			for _, line := range slices.Concat(e.Lines, e.Says) {
				if strings.ContainsAny(line, "{}") || strings.Contains(line, "%!") || strings.Contains(line, "NaN") || strings.Contains(line, "Inf") {
					t.Errorf("%s (%s): %s", m.ID, l, line)
				}
			}
			text := strings.Join(m.Example.in(l), "")
			for place := range sums()[m.ID](x).places {
				if !strings.Contains(text, "{"+place+"}") {
					t.Errorf("%s (%s) computes %s and does not show it", m.ID, l, place)
				}
			}
			if t.Failed() && testing.Verbose() {
				t.Log(strings.Join(e.Lines, "\n"))
			}
		}
	}
}

// The numbers of METHODS come out of the examples.
func TestExamplesGiveTheKnownNumbers(t *testing.T) {
	x := lens{words.Chinese}
	for id, want := range map[string][]string{
		"poisson_rate_ratio_exact":        {"减少73.3%", "58.8%到83.2%", "减少51.5%", "减少44.9%", "拐点", ""},
		"poisson_loglinear_trend":         {"−49.0%", "−58.3%到−37.7%", "p = 0.72"},
		"mann_kendall_sen":                {"0.333", "0.017"},
		"joinpoint_loglinear_nci_program": {"下降可以确认,是否出现拐点无法判断", "数据支持出现由升转降", "还差4个年度"},
		"interrupted_time_series":         {"数据期数不足"},
		"target_decision":                 {"189", "98.23%", "按数值达标"},
		"proportion_ci_wilson_clopper":    {"37.52%", "83.33%"},
		"survey_sample_size":              {"2.7个百分点", "3.8个百分点"},
		"survey_stratified":               {"非概率样本，不作推断"},
		"multiple_testing_adjustment":     {"160次", "大约8次"},
		"seizure_threshold_equivalent":    {"折算表中没有该毒品的数量标准", "6.2倍和7.4倍", "680克"},
		"capture_recapture_two_source":    {"两份名单重合不足7人", "从388到1313人"},
		"ahp_weights_consistency":         {"一致性比率不低于0.10"},
	} {
		e, err := x.example(open().pages[id])
		if err != nil {
			t.Error(err)
			continue
		}
		text := strings.Join(slices.Concat(e.Lines, e.Says), "\n")
		for _, w := range want {
			if w != "拐点" && !strings.Contains(text, w) {
				t.Errorf("%s: no %q in\n%s", id, w, text)
			}
		}
	}
}
