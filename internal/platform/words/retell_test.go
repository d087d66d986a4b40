package words_test

import (
	"strings"
	"testing"

	"kaiyang/internal/platform/words"
)

// A sentence kept in Chinese is said in English by the format that wrote it; what no format wrote
// stays as it is, and Chinese readers see it unchanged.
func TestKeptSentencesAreSaidAgain(t *testing.T) {
	list := words.NewSayings("里程碑“%s”逾期 %d 个工作日", "逾期 %d 个工作日")
	upper := func(s string) string { return strings.ToUpper(s) }
	for _, c := range []struct {
		lang       words.Lang
		text, want string
		ok         bool
	}{
		{words.English, "逾期 3 个工作日", "overdue by 3 working days", true},
		{words.English, "里程碑“a”逾期 4 个工作日", "milestone “A” 4 working days late", true},
		{words.English, "逾期 3 个工作日；里程碑“a”逾期 4 个工作日", "overdue by 3 working days; milestone “A” 4 working days late", true},
		{words.English, "逾期 3 个工作日；等卫健部门名单", "overdue by 3 working days; 等卫健部门名单", false},
		{words.English, "逾期很久", "逾期很久", false},
		{words.English, "", "", true},
		{words.Chinese, "逾期 3 个工作日", "逾期 3 个工作日", true},
	} {
		if got, ok := list.Say(c.lang, c.text, upper); got != c.want || ok != c.ok {
			t.Errorf("%q: %q %v, want %q %v", c.text, got, ok, c.want, c.ok)
		}
	}
}

// Sentences whose arguments run into each other are taken apart by what the arguments look like, and
// two formats may stand one behind the other.
func TestSentencesWhoseArgumentsRunTogether(t *testing.T) {
	const sudden = "%[1]s：%[2]s%[3]s%[4]s，前%[5]d个月平均%[6]s%[4]s，超出平常波动，请核实是否集中查处或出现聚集。"
	unit := func(_ words.Lang, n int, text string) (string, bool) { return " persons", n == 4 && text == "人" }
	list := words.NewSaying(words.Form{Formats: []string{sudden, "核实情况：%s"}, Looks: []string{"", `\d+年\d+月`, `[\d,]+`, `[^\d，]*`, "", `[\d.]+`}, Part: unit})
	month := func(s string) string { return strings.Replace(s, "2018年4月", "April 2018", 1) }
	got, ok := list.Say(words.English, "新发现：2018年4月12人，前12个月平均3.5人，超出平常波动，请核实是否集中查处或出现聚集。核实情况：查了；属实", month)
	if want := "新发现, April 2018: 12 persons against an average of 3.5 persons in the 12 months before, above ordinary variation. Please check for a concentrated operation or a cluster. Finding: 查了；属实"; got != want || !ok {
		t.Errorf("%q %v, want %q", got, ok, want)
	}
	if got, ok := list.Say(words.English, "新发现：四月12人，前12个月平均3.5人，超出平常波动，请核实是否集中查处或出现聚集。核实情况：属实", month); ok {
		t.Errorf("another sentence is taken for it: %q", got)
	}
}
