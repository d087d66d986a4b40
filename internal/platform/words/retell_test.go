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
