package measure_test

import (
	"testing"

	"kaiyang/internal/core/measure"
)

func TestAFigureTurnedWorse(t *testing.T) {
	for _, c := range []struct {
		s      measure.Shown
		before string
		want   bool
	}{
		{measure.Shown{Value: "97.1", UpIsGood: true}, "98.2", true},
		{measure.Shown{Value: "98.2", UpIsGood: true}, "98.20", false},
		{measure.Shown{Value: "12", DownIsGood: true}, "9", true},
		{measure.Shown{Value: "9", DownIsGood: true}, "12", false},
		{measure.Shown{Value: "12"}, "9", false},
		{measure.Shown{Value: "12", DownIsGood: true}, "", false},
		{measure.Shown{Value: "", UpIsGood: true}, "9", false},
	} {
		if got := c.s.Worse(c.before); got != c.want {
			t.Errorf("%+v after %q: worse = %v, want %v", c.s, c.before, got, c.want)
		}
	}
}
