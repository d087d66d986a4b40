package facts

import (
	"testing"

	"kaiyang/internal/core/measure"
)

// A column of a ledger is proposed by its name, also when the unit of measure stands behind it.
func TestGuessOfColumns(t *testing.T) {
	cat := measure.NewCatalogue([]measure.Element{{Code: "CC", Name: "查处吸毒人员"}})
	for h, want := range map[string]string{"查处吸毒人员": "value:CC", "查处吸毒人员(人次)": "value:CC", "查处吸毒人员（人次）": "value:CC", "CC": "value:CC",
		"乡镇": "unit", "月份": "period", "备注": "", "(人)": ""} {
		if got := guess(h, cat); got != want {
			t.Errorf("%s: %q, want %q", h, got, want)
		}
	}
}
