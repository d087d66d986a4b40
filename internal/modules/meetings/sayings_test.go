package meetings

import (
	"strings"
	"testing"
	"unicode"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/words"
)

// What the data propose and what became of decisions is kept in Chinese; on an English page only
// the names of units and what people wrote stay Chinese.
func TestProposalsAreSaidInEnglish(t *testing.T) {
	name := func(org.UnitID) string { return "Dongshan" }
	april, march := period.MustParse("2018-04"), period.MustParse("2018-03")
	k := Known{Day: period.MustDay("2018-05-10"), Last: &Meeting{ID: 1, Title: "M1"}, Decided: []Decision{{Item: 1}}, Unit: name, Force: func(string) org.UnitID { return 0 },
		Put:     []Topic{{Key: "hand:1", Title: "T", Kind: Free, Outcome: Put}},
		Figures: []measure.Shown{{Code: "I2", Name: "未复吸率", NameEN: "Rate", Period: april, Value: "20", Text: "20%", Target: ">30%", YearBefore: "19%", Light: measure.Red, UpIsGood: true}},
		Before:  map[string]measure.Shown{"I2": {Code: "I2", Period: march, Value: "25", Text: "25%"}},
		Items:   []work.Item{{ID: 7, Title: "Item", Lead: 2, Deadline: period.MustDay("2018-05-07"), Overdue: 3, State: work.Working}},
		Late:    []Late{{Form: "月报", Name: "Dongshan", Period: april}, {Form: "月报", Name: "Xishan", Period: april}},
		Matters: []Signal{{Key: "p", Title: "Z1", Reason: "逾期 18 个工作日；4 期进展未报，最早一期为2018年3月上半月"}}}
	x := lens{Lang: words.English, name: name, others: words.NewSayings("逾期 %d 个工作日", "%d 期进展未报，最早一期为%s"),
		named: func(s string) string { return map[string]string{"未复吸率": "Rate", "月报": "Form"}[s] }}
	var got []string
	for _, l := range x.topicLines(Propose(k), 0) {
		got = append(got, l.Title+" | "+l.Reason)
		if l.ReasonLang != "en" {
			t.Errorf("%q is marked as %s", l.Reason, l.ReasonLang)
		}
	}
	d := Decision{No: 1, Kind: Assignment, Text: "D", Lead: 2, Item: 7, Deadline: period.MustDay("2018-05-04")}
	was := measure.Shown{Name: "Rate", Period: march, Value: "25", Text: "25%", UpIsGood: true}
	now := k.Figures[0]
	item := k.Items[0]
	item.Why = "逾期 3 个工作日（节假日安排未发布）"
	e := effectOf(d, item, &was, &now, name)
	late := was
	late.Value, late.Text = "30", "30%"
	restated := effectOf(d, item, &was, &late, name)
	if restated.Words != "这一期的数经补报或更正，由 25% 变为 30%；不说明因果。" {
		t.Errorf("a late return moved the figure of the same period: %q", restated.Words)
	}
	for _, row := range x.effectsTable(Content{Effects: []Effect{e, restated}}).Rows {
		for _, c := range row.Cells {
			got = append(got, c.Text)
		}
	}
	for _, s := range got {
		if strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("Chinese on an English page: %q", s)
		}
	}
	t.Log(strings.Join(got, "\n"))
	x.lights = func(l measure.Light) (string, string) {
		if l == measure.Red {
			return "超期", "past due"
		}
		return "", ""
	}
	if got := x.itemLight(measure.Red) + ", " + x.itemLight(measure.Yellow); got != "past due, watch" {
		t.Errorf("the lights of items are called %s", got)
	}
	zh := lens{Lang: words.Chinese, name: name}
	if s, lang := zh.kept("已连续 2 次延后"); s != "已连续 2 次延后" || lang != "zh-CN" {
		t.Errorf("Chinese readers see %q (%s)", s, lang)
	}
}
