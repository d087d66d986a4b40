package facts

import (
	"fmt"
	"testing"

	"kaiyang/internal/core/period"
)

// How slots and categories are written for other programs (DHIS2 periods, ISO 8601 of ADX).
func TestExchangeWriting(t *testing.T) {
	for _, c := range []struct {
		grain       period.Grain
		in          string
		dhis2, adx  string
		unspeakable bool
	}{
		{period.Months, "2018-03", "201803", "2018-03-01/P1M", false},
		{period.Quarters, "2018-Q2", "2018Q2", "2018-04-01/P3M", false},
		{period.HalfYears, "2018-H2", "2018S2", "2018-07-01/P6M", false},
		{period.Years, "2018", "2018", "2018-01-01/P1Y", false},
		{period.HalfMonths, "2018-02a", "", "2018-02-01/P15D", true},
		{period.HalfMonths, "2018-02b", "", "2018-02-16/P13D", true},
	} {
		lo, _, ok := period.MustParse(c.in).Slots(c.grain)
		if !ok {
			t.Fatalf("%s is no slot", c.in)
		}
		if got, ok := dhis2Period(c.grain, lo); got != c.dhis2 || ok == c.unspeakable {
			t.Errorf("%s: DHIS2 %q %v, want %q", c.in, got, ok, c.dhis2)
		}
		if got := adxPeriod(c.grain, lo); got != c.adx {
			t.Errorf("%s: ADX %q, want %q", c.in, got, c.adx)
		}
	}
	for in, want := range map[string]string{
		"":              "[]",
		"年龄=<25":        "[[年龄 <25]]",
		"年龄=<25;毒品=合成":  "[[年龄 <25] [毒品 合成]]",
		"年龄 组=a":        "[[category 年龄 组=a]]",
		"value=a;毒品=合成": "[[category value=a;毒品=合成]]",
	} {
		if got := fmt.Sprint(classes(in)); got != want {
			t.Errorf("classes(%q) = %s, want %s", in, got, want)
		}
	}
}
