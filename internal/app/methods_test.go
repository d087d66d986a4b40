package app_test

import (
	"strconv"
	"testing"

	"kaiyang/internal/core/period"
	"kaiyang/internal/demo"
	"kaiyang/internal/modules/indicators"
	"kaiyang/internal/modules/methods"
	"kaiyang/internal/testkit/county"
)

// The examples on the pages about methods are computed from the demonstration county's own figures.
func TestExamplesOfMethodsUseTheCountysFigures(t *testing.T) {
	o := county.Office(t)
	ctx, office := county.As(t, o, "office")
	check := func(q indicators.Question, unit string, value, of string) {
		t.Helper()
		if unit == "" {
			unit = demo.County
		}
		q.Unit = county.Unit(t, o, unit)
		a, err := o.Indicators.Ask(ctx, office, q)
		if err != nil {
			t.Errorf("%s %s %s: %v", q.Code, unit, q.Period, err)
			return
		}
		if n, d, ok := a.Fraction(); of != "" && (!ok || n != value || d != of) {
			t.Errorf("%s %s %s: the county says %s/%s, the example %s/%s", q.Code, unit, q.Period, n, d, value, of)
		}
		if v, ok := a.Value(); of == "" && (!ok || v != value) {
			t.Errorf("%s %s %s: the county says %s, the example %s", q.Code, unit, q.Period, v, value)
		}
	}
	for _, in := range methods.DemoInputs() {
		of := ""
		if in.Of != 0 {
			of = strconv.FormatInt(in.Of, 10)
		}
		check(indicators.Question{Code: in.Code, Period: period.MustParse(in.Period)}, in.Unit, strconv.FormatInt(in.Value, 10), of)
	}
	for i, drug := range []string{"海洛因", "冰毒", "其他"} {
		kilograms := "0." + strconv.FormatInt(1000+methods.DemoSeizures()[i], 10)[1:]
		check(indicators.Question{Code: "JH", Pick: `毒品="` + drug + `"`, Period: period.MustParse("2017")}, "", kilograms, "")
	}
}
