package reports

import (
	"strings"
	"testing"
)

// A list of changed figures shows the words around each, not a page of text.
func TestAChangeIsShownWithTheWordsAroundIt(t *testing.T) {
	long := strings.Repeat("前", 100) + "为90.1%（16/18）" + strings.Repeat("后", 100)
	for _, c := range []struct {
		in   Changed
		want string
	}{
		{Changed{Was: "88.9%", Now: "90.1%", Text: "为90.1%。"}, "为90.1%。"},
		{Changed{Was: "88.9%", Now: "90.1%", Text: long}, "…" + strings.Repeat("前", 29) + "为90.1%（16/18）" + strings.Repeat("后", 23) + "…"},
		{Changed{Was: "88.9%", Text: long}, strings.Repeat("前", 30) + "…"},
		{Changed{Line: true, Text: long}, long},
	} {
		if got := passage(c.in); got != c.want {
			t.Errorf("%+v: %q, want %q", c.in, got, c.want)
		}
	}
}
