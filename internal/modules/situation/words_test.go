package situation

import (
	"slices"
	"strings"
	"testing"

	"kaiyang/internal/core/period"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/words"
)

func testLens() lens {
	return (&Service{units: nil, joints: Joints{Figures: newFigures()}}).lens(words.Chinese)
}

// No sentence holds a word that its result does not support, and every code stands once.
func TestSentencesSayNoMoreThanTheirResult(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range wordings() {
		if seen[w.code] {
			t.Errorf("%s stands twice", w.code)
		}
		seen[w.code] = true
		never := append([]string{"暴发", "爆发", "反弹", "拐点", "恶化", "好转", "下降", "上升", "安全"}, stats.NeverSaid()...)
		if slices.Contains([]string{"month", "past", "short", "small", "large"}, w.code) {
			never = append(never, "超出", "平常波动")
		}
		for _, never := range never {
			if strings.Contains(w.chinese, never) {
				t.Errorf("%s says %q: %s", w.code, never, w.chinese)
			}
		}
	}
	for _, h := range []Hold{HeldMonth, HeldPast, HeldShort, HeldSmall, HeldLarge} {
		if !seen[string(h)] {
			t.Errorf("a month held for %q has no sentence", h)
		}
	}
}

// Every result is said with its numbers.
func TestSentences(t *testing.T) {
	x := testLens()
	w := Watch{Element: "XZS", Category: "年龄=<25", Unit: 0, Effort: "JG_JC"}
	work := Watch{Element: "JG_JC"} // what the office does, not persons or cases
	march := period.MustParse("2018-03")
	for want, got := range map[string]string{
		"新滋生吸毒人员（25岁以下）：2018年3月9人，前12个月平均3人，超出平常波动，请核实是否集中查处或出现聚集。":                    x.told(w, Sudden, march, Reading{Count: 9, Past: 36, Months: 12, Above: true}),
		"新滋生吸毒人员（25岁以下）：2018年1月至2018年3月共1,018人，上年平均每月3.3人，连续偏高，超出平常波动，请核实是否集中查处或出现聚集。": x.told(w, Creep, march, Reading{Past: 40, Months: 12, Above: true, From: "2018-01", Total: 1018}),
		"新滋生吸毒人员（25岁以下）：2018年3月18人，上年平均每月3.3人，明显偏高，超出平常波动，请核实是否集中查处或出现聚集。":             x.told(w, Creep, march, Reading{Past: 40, Months: 12, Above: true, From: "2018-03", Total: 18}),
		"检查重点场所：2018年3月300家次，前12个月平均180家次，超出平常波动，请核实是否集中开展或补报。":                        x.told(work, Sudden, march, Reading{Count: 300, Past: 2160, Months: 12, Above: true}),
		"检查重点场所：2018年1月至2018年3月共900家次，上年平均每月180家次，连续偏高，超出平常波动，请核实是否集中开展或补报。":           x.told(work, Creep, march, Reading{Past: 2160, Months: 12, Above: true, From: "2018-01", Total: 900}),
		"检查重点场所：2018年3月300家次，上年平均每月180家次，明显偏高，超出平常波动，请核实是否集中开展或补报。":                    x.told(work, Creep, march, Reading{Past: 2160, Months: 12, Above: true, From: "2018-03", Total: 300}),
		"按更正后的数字，2018年3月没有超出平常波动；请核对后排除。":                                              x.told(w, Sudden, march, Reading{Count: 4, Past: 36, Months: 12}),
		"更正后这个月不能判断：本月未报齐，不作判断。":                                                       x.told(w, Sudden, march, Reading{Hold: HeldMonth}),
		"2017年7月没有报齐，不能作对照；报齐后再判断。":                                                    x.held(w, Reading{Hold: HeldPast, Gap: "2017-07"}),
		"数据不足，暂不下结论；还需要：以前 3 个月的数。":                                                    x.held(w, Reading{Hold: HeldShort, Need: 3}),
		"对照的各月平均不到 1人，数目太少，不作预警。":                                                      x.held(w, Reading{Hold: HeldSmall}),
		"同期检查重点场所：200家次，前12个月平均180家次。":                                                 x.effort(w, run(2017, append(flat(12, 180), 200)...)),
		"同期检查重点场所：220家次，前12个月平均180家次，多22%；数字增加有一部分可能是查得多了，请一并核对。":                      x.effort(w, run(2017, append(flat(12, 180), 220)...)),
		"同期检查重点场所没有报齐，不能对照查得多少。":                                                       x.effort(w, run(2017, append(flat(12, 180), -1)...)),
	} {
		if got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
	}
	if got := x.effort(Watch{Element: "XZS"}, nil); got != "" {
		t.Errorf("without an element for effort: %q", got)
	}
	rows := func(list ...Reading) (out []Row) {
		for _, r := range list {
			out = append(out, Row{Month: Month{Complete: true}, Sudden: r, Creep: Reading{Hold: HeldShort}})
		}
		return out
	}
	quiet, above, held := Reading{Months: 12}, Reading{Months: 12, Above: true}, Reading{Hold: HeldShort, Need: 2}
	twelve := rows(quiet, quiet, quiet, quiet, quiet, quiet, quiet, quiet, quiet, quiet, quiet, quiet)
	for want, got := range map[string]string{
		"近 12 个月没有超出平常波动。":                             x.summary(w, append(rows(above), twelve...)),
		"近 12 个月没有超出平常波动。 ":                            x.summary(w, append(slices.Clone(twelve), Row{Sudden: Reading{Hold: HeldMonth}, Creep: Reading{Hold: HeldMonth}})) + " ",
		"近 12 个月有 1 个月超出平常波动。":                         x.summary(w, append(twelve, rows(above)...)),
		"近 12 个月中判断了 11 个月，没有超出平常波动；另有 1 个月没有判断。":      x.summary(w, append(twelve, rows(held)...)),
		"近 12 个月中判断了 11 个月，其中 2 个月超出平常波动；另有 1 个月没有判断。": x.summary(w, append(twelve, rows(above, above, held)...)),
		"近 12 个月都没有判断：数据不足，暂不下结论；还需要：以前 2 个月的数。":       x.summary(w, rows(held, held)),
	} {
		if got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
	}
}
