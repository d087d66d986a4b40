// Package dataset makes the data that speed is measured on: a tree of province, city, county,
// township and village, sixty monthly elements, ten indicators over them and six questions.
//
// Every value is a pure function of element, month and village, so nothing is read from disk and
// every engine that is measured can be held against every other by the same check sums. The
// definition is that of the project's stand-ins for other systems, so ours may be run beside them.
package dataset

import (
	"fmt"
	"math"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// A Set is one data set.
type Set struct {
	Name      string
	Elements  int
	Months    int
	FirstYear int
	Levels    [6][]org.UnitID // by org.Level, in preorder
	units     []org.Unit
}

// New makes the set S (a county, 36 months, 0.27 million values), M (a province, 24 months, 23.7
// million), L (M over ten years, 119 million) or N (the whole country, 12 months, 433 million).
func New(name string) (*Set, error) {
	s := &Set{Name: name, Elements: 60, FirstYear: 2023}
	switch name {
	case "S":
		s.Months = 36
		s.grow([]int{1, 1, 1, 18, 130})
	case "M":
		s.Months = 24
		s.grow([]int{1, 9, 88, 1500, 17000})
	case "L":
		s.Months, s.FirstYear = 120, 2015
		s.grow([]int{1, 9, 88, 1500, 17000})
	case "N":
		s.Months = 12
		s.grow([]int{31, 340, 2850, 40000, 620000})
	default:
		return nil, fault.New(fault.Invalid, "没有数据集“%s”；可用 S（县）、M（省）、L（省，十年）、N（全国）", name)
	}
	return s, nil
}

// mix is the finalizer of SplitMix64: a pure function that scatters its argument.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// children spreads the units of one level unevenly over those of the level above.
func children(level, above, below int) []int {
	weight, total := make([]float64, above), 0.0
	for i := range weight {
		weight[i] = 0.4 + float64(mix(uint64(level)<<32|uint64(i))%1000)/800
		total += weight[i]
	}
	free := below - above // everyone has one, these are shared out
	out, sum, given := make([]int, above), 0.0, 0
	for i := range out {
		sum += weight[i] / total * float64(free)
		n := int(sum+0.5) - given
		given += n
		out[i] = 1 + n
	}
	out[above-1] += free - given
	return out
}

// grow makes the tree of so many units a level, numbered in preorder from 1.
func (s *Set) grow(n []int) {
	kinds := [...]org.Kind{org.Province, org.City, org.County, org.Township, org.Village}
	kids := make([][]int, len(n)-1)
	for l := range kids {
		kids[l] = children(l, n[l], n[l+1])
	}
	from := period.MustDay("2010-01-01")
	next := make([]int, len(n))
	var add func(level int, parent org.UnitID, prefix string, place int)
	add = func(level int, parent org.UnitID, prefix string, place int) {
		i := next[level]
		next[level]++
		id := org.UnitID(len(s.units) + 1)
		code, width := prefix+fmt.Sprintf("%02d", place), 6
		if level > 2 {
			code, width = prefix+fmt.Sprintf("%03d", place), 0
		}
		whole := code
		for len(whole) < width {
			whole += "0"
		}
		s.units = append(s.units, org.Unit{ID: id, Code: whole, Kind: kinds[level], Versions: []org.Version{
			{From: from, Name: fmt.Sprintf("L%d-%d", level+1, i), Parent: parent, Order: place},
		}})
		s.Levels[level+1] = append(s.Levels[level+1], id)
		if level < len(kids) {
			for k := range kids[level][i] {
				add(level+1, id, code, k+1)
			}
		}
	}
	for i := range n[0] {
		add(0, 0, "", i+11)
	}
}

// Register gives the units.
func (s *Set) Register() (*org.Register, error) { return org.New(s.units, nil) }

// Villages gives the units that report, in preorder.
func (s *Set) Villages() []org.UnitID { return s.Levels[org.LevelVillage] }

// Defs gives the elements, numbered from 1: element e of Value is number e+1.
func (s *Set) Defs() []measure.Element {
	defs := make([]measure.Element, s.Elements)
	for e := range defs {
		defs[e] = measure.Element{
			ID: ID(e), Code: fmt.Sprintf("E%02d", e), Name: fmt.Sprintf("E%02d", e), Kind: measure.Flow,
			Grains: []measure.GrainFrom{{Year: s.FirstYear, Grain: period.Months}}, Level: org.LevelVillage,
		}
	}
	return defs
}

// ID gives the number of element e.
func ID(e int) measure.ElementID { return measure.ElementID(e + 1) }

// Month gives month m of the set, from 0, as a period.
func (s *Set) Month(m int) period.Period {
	return period.Months.Period(period.Months.First(s.FirstYear) + period.Slot(m))
}

// Value gives the value of element e in month m at village v, all counted from 0; ok is false
// where nothing was reported, about 3 %. About 8 % of the values are zero.
func (s *Set) Value(e, m, v int) (value int64, ok bool) {
	h := mix(uint64(e)<<48 ^ uint64(m)<<36 ^ uint64(v))
	if h%100 < 3 {
		return 0, false
	}
	h >>= 8
	if h%100 < 8 {
		return 0, true
	}
	h >>= 8
	if e >= 20 && e < 25 { // the denominators
		return int64(100 + h%400), true
	}
	return int64(h % 120), true
}

// An Indicator is 100 × ΣNum / ΣDen; its score is Weight × min(1, value / Target).
type Indicator struct {
	Num, Den       []int
	Target, Weight int64
}

// Indicators gives the ten of the measurement, over 25 elements.
func Indicators() []Indicator {
	list := make([]Indicator, 10)
	for i := range list {
		list[i] = Indicator{Num: []int{2 * i, 2*i + 1}, Den: []int{20 + i/2}, Target: 30 + int64(i), Weight: 10}
	}
	return list
}

// A Query is one question: all indicators for units and periods; Rank asks for scores and places.
type Query struct {
	Name    string // Chinese; begins with Q1 … Q6
	Units   []org.UnitID
	Periods []period.Period
	Rank    bool
}

// Queries draws the six questions for repetition r; the set must have at least two years.
func (s *Set) Queries(r int) []Query {
	months := func(from, n int) []period.Period {
		out := make([]period.Period, n)
		for i := range out {
			out[i] = s.Month(from + i)
		}
		return out
	}
	trend := min(s.Months, 36)
	h := mix(uint64(r) + 77)
	m := 12 + int(h%uint64(s.Months-12))
	counties := s.Levels[org.LevelCounty]
	county := int(h>>20) % len(counties)
	whole := period.Years.Period(period.Slot(s.FirstYear + int(h>>12)%(s.Months/12)))
	return []Query{
		{Name: "Q1 一县各月十项指标", Units: counties[county : county+1], Periods: months(s.Months-trend, trend)},
		{Name: "Q2 各县一月十项指标", Units: counties, Periods: months(m, 1)},
		{Name: "Q3 各乡镇一月得分与排名", Units: s.Levels[org.LevelTownship], Periods: months(m, 1), Rank: true},
		{Name: "Q4 各县一月同比", Units: counties, Periods: append(months(m, 1), months(m-12, 1)...)},
		{Name: "Q5 全省各月十项指标", Units: s.Levels[org.LevelProvince], Periods: months(s.Months-trend, trend)},
		{Name: "Q6 各乡镇全年十项指标", Units: s.Levels[org.LevelTownship], Periods: []period.Period{whole}},
	}
}

// Check is the check sum of indicator values num/den, which is the same whatever computed them:
// every value rounded at six decimals, the sum at three. Cells without a denominator do not count.
func Check(num, den []int64) float64 {
	t := 0.0
	for i, d := range den {
		if d != 0 {
			t += math.Round(100*float64(num[i])/float64(d)*1e6) / 1e6
		}
	}
	return math.Round(t*1e3) / 1e3
}
