package methods

import "slices"

// A DemoInput is a figure of the demonstration county that the examples are computed from. A test of
// the whole program compares every one of them with the county as it is built.
type DemoInput struct {
	Code   string // of the element or indicator
	Unit   string // code of the unit; empty is the county
	Period string
	Value  int64 // of an element, or the numerator of an indicator
	Of     int64 // the denominator of an indicator; 0 for elements
}

// A town is a township of the county with what the examples need of it for 2017: inspections of
// premises, faults found and mended, leads received and checked, pupils enrolled and taught at the end
// of the year. Nothing here counts persons in a way that would have to be hidden.
type town struct {
	Code       string `yaml:"code"`
	Said       `yaml:",inline"`
	Inspected  int64 `yaml:"inspected"`
	Faults     int64 `yaml:"faults"`
	Mended     int64 `yaml:"mended"`
	Leads      int64 `yaml:"leads"`
	Checked    int64 `yaml:"checked"`
	Enrolled   int64 `yaml:"enrolled"`
	Instructed int64 `yaml:"instructed"`
}

// The figures of the county: new drug users under 25 by year, all new drug users by month from January
// 2015 to April 2018, and the ratios of the campaign.
var (
	under25 = [3]int64{101, 49, 27}
	monthly = [40]int64{11, 10, 13, 15, 13, 16, 15, 13, 16, 13, 16, 12, 7, 5, 8, 7, 7, 10, 8, 7, 9, 7, 8, 7, 4, 4, 5, 6, 4, 6, 6, 4, 5, 4, 5, 4, 3, 2, 4, 3}
	clean   = [2]int64{568, 1514} // I2, end of 2017
	care    = [2]int64{333, 339}  // I6, 2017
	titled  = [2]int64{15, 18}    // C2a, 2017
	mended  = [2][2]int64{{251, 318}, {228, 251}}
	seized  = [3]int64{310, 370, 70} // grams of 2017: heroin, methamphetamine, others
)

// Townships that examples speak of.
const (
	miping  = "520121205"
	yongwen = "520121106"
	yunkai  = "520121002"
)

// compared are the townships of the examples on scores.
func compared() []town {
	var out []town
	for _, code := range []string{"520121001", "520121101", "520121107", "520121202", "520121208"} {
		out = append(out, open().towns[townAt(code)])
	}
	return out
}

// townAt finds a township by its code.
func townAt(code string) int {
	return slices.IndexFunc(open().towns, func(t town) bool { return t.Code == code })
}

// DemoInputs lists every figure of the demonstration county that an example uses.
func DemoInputs() []DemoInput {
	var out []DemoInput
	for i, n := range under25 {
		out = append(out, DemoInput{Code: "N1", Period: year(2015 + i), Value: n})
	}
	for i, n := range monthly {
		out = append(out, DemoInput{Code: "XZS", Period: month(i), Value: n})
	}
	out = append(out, DemoInput{"I2", "", "2017", clean[0], clean[1]}, DemoInput{"I6", "", "2017", care[0], care[1]}, DemoInput{"C2a", "", "2017", titled[0], titled[1]})
	for i, y := range []string{"2015", "2017"} {
		out = append(out, DemoInput{Code: "JG_ZG", Period: y, Value: mended[i][0]}, DemoInput{Code: "JG_WT", Period: y, Value: mended[i][1]})
	}
	for _, t := range open().towns {
		for code, n := range map[string]int64{"JG_JC": t.Inspected, "JG_WT": t.Faults, "JG_ZG": t.Mended, "QB_XS": t.Leads, "QB_HC": t.Checked} {
			out = append(out, DemoInput{Code: code, Unit: t.Code, Period: "2017", Value: n})
		}
		for code, n := range map[string]int64{"JY_XS": t.Enrolled, "JY_SJ": t.Instructed} {
			out = append(out, DemoInput{Code: code, Unit: t.Code, Period: "2017-12", Value: n})
		}
	}
	return out
}

// DemoSeizures gives the grams of 2017 by category of the element JH: heroin, methamphetamine, others.
func DemoSeizures() [3]int64 { return seized }
