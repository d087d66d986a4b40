package words

import "testing"

func TestOneOfAThingIsSingular(t *testing.T) {
	for text, want := range map[string]string{
		"1 persons": "1 person",
		"1 indicators and 18 comparisons; 1 units are late": "1 indicator and 18 comparisons; 1 unit is late",
		"11 persons, 2.1 units, 0.1 cases":                  "11 persons, 2.1 units, 0.1 cases",
		"step 1 is done":                                    "step 1 is done",
		"1,001 persons":                                     "1,001 persons",
		"due in 1 working days, 21 working days":            "due in 1 working day, 21 working days",
		"1 things to mend, see":                             "1 thing to mend, see",
		"-1 points":                                         "-1 points",
	} {
		if got := Singular(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	if got := T(English, "已导入 %d 项指标", 1); got != "1 indicator imported" {
		t.Error(got)
	}
}
