// Package demo makes the demonstration county: real units, made-up numbers whose sums give the
// published figures exactly, brought in by the public doors (SEMANTICS §8). No real person
// appears anywhere.
package demo

import (
	"fmt"
	"sort"
)

// A Place is a township or a village of the county.
type Place struct {
	Code   string
	Parent string
}

// A Value is one cell of the demonstration data, in the words of the facts file.
type Value struct {
	Element, Category, Unit, Period string
	Value                           string
}

// The rule of the numbers: yearly totals are fixed below, chosen so that every published figure
// comes out; a total is spread over the months by a gentle season and over the units by weights
// that are a function of the unit's code; parts are drawn from their whole, so no part exceeds it.
// The generator is deterministic: the same code always gives the same county.

// flows are the yearly totals of flows that are spread over 2015, 2016, 2017 and January to
// April 2018, at villages or townships.
var flows = []struct {
	element, category string
	village           bool
	part              string // "element/category" whose cells bound this one; empty: none
	totals            [4]int
}{
	{"XZS", "年龄=<25", true, "", [4]int{101, 49, 27, 5}},
	{"XZS", "年龄=>=25", true, "", [4]int{62, 41, 30, 7}},
	{"CS", "", true, "", [4]int{300, 318, 339, 104}},
	{"CS_GK", "", true, "CS/", [4]int{281, 305, 333, 103}},
	{"AJ", "", false, "", [4]int{68, 60, 51, 15}},
	{"AJ", "标签=省级目标", false, "AJ/", [4]int{0, 1, 0, 0}},
	{"AJ", "标签=市级目标", false, "AJ/", [4]int{5, 4, 4, 1}},
	{"AJ", "标签=特大", false, "AJ/", [4]int{4, 4, 3, 1}},
	{"AJ", "标签=重大", false, "AJ/", [4]int{7, 6, 5, 1}},
	{"AJ", "标签=三人以上团伙", false, "AJ/", [4]int{4, 3, 2, 0}},
	{"AJ", "标签=容留他人吸毒", false, "AJ/", [4]int{5, 5, 5, 2}},
	{"XYR", "", false, "", [4]int{88, 78, 66, 19}},
	{"XYR", "类型=零包贩毒", false, "XYR/", [4]int{70, 61, 52, 15}},
	{"XYR", "类型=合成毒品", false, "XYR/", [4]int{24, 26, 27, 9}},
	{"CC", "", false, "", [4]int{690, 644, 737, 231}},
	{"QGJD_JD", "", false, "", [4]int{491, 455, 436, 128}},
	{"QGJD", "", false, "QGJD_JD/", [4]int{480, 449, 434, 127}},
	{"DQ", "", false, "", [4]int{240, 221, 200, 63}},
	{"DQ_SJ", "", false, "DQ/", [4]int{61, 46, 33, 10}},
	{"JG_JC", "", false, "", [4]int{2160, 2304, 2448, 828}},
	{"JG_WT", "", false, "JG_JC/", [4]int{318, 287, 251, 76}},
	{"JG_ZG", "", false, "JG_WT/", [4]int{251, 244, 228, 66}},
	{"QB_XS", "", false, "", [4]int{210, 248, 267, 89}},
	{"QB_HC", "", false, "QB_XS/", [4]int{172, 219, 249, 83}},
	{"XC_HD", "", false, "", [4]int{864, 972, 1044, 396}},
	{"XC_RC", "", false, "", [4]int{86400, 97200, 109800, 41580}},
	// Grams: 2,490 in three years.
	{"JH", "毒品=海洛因", false, "", [4]int{470, 400, 310, 74}},
	{"JH", "毒品=冰毒", false, "", [4]int{300, 360, 370, 118}},
	{"JH", "毒品=其他", false, "", [4]int{120, 90, 70, 12}},
	{"QS", "", false, "", [4]int{55, 49, 42, 13}},
}

// stocks are values at the end of January 2015, of December 2017 and of April 2018; between them
// they go in a straight line.
var stocks = []struct {
	element string
	village bool
	part    string
	at      [3]int
}{
	{"XYRS", true, "", [3]int{1214, 946, 921}},
	{"JD3N", true, "", [3]int{402, 568, 583}},
	{"SJ_YZX", true, "", [3]int{533, 476, 469}},
	{"SJ_ZX", true, "SJ_YZX", [3]int{489, 472, 466}},
	{"AZ_YAZ", true, "", [3]int{702, 626, 618}},
	{"AZ_AZ", true, "AZ_YAZ", [3]int{566, 624, 615}},
	{"JY_XS", false, "", [3]int{61200, 62480, 62710}},
	{"JY_SJ", false, "JY_XS", [3]int{48960, 59980, 60830}},
}

// yearly are the counts of units that answer 1 in 2015, 2016 and 2017; all others answer 0.
var yearly = []struct {
	element string
	village bool
	part    string
	totals  [3]int
}{
	{"CJ_XZ", false, "", [3]int{8, 12, 15}},
	{"CJ_C", true, "", [3]int{70, 104, 123}},
	{"GG_YM", true, "CJ_C", [3]int{44, 82, 120}},
	{"GG_BC", true, "GG_YM", [3]int{40, 77, 115}},
}

// published are the ranks that the county's account prints.
var published = []Value{
	{"MYD_S", "", "", "2017", "1"}, {"MYD_SH", "", "", "2017", "1"}, {"KP_N", "", "", "2017", "1"},
	{"KP_Y", "", "", "2018-02", "1"}, {"KP_Y", "", "", "2018-04", "1"},
}

// months of the demonstration: January 2015 to April 2018.
const months = 40

// season gives the weight of a month; nothing happens in a straight line.
var season = [12]int{9, 7, 10, 11, 10, 12, 11, 10, 12, 10, 11, 9}

// mix is a fixed scrambling of a number (splitmix64), the only source of "chance" here.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb
	return x ^ (x >> 31)
}

func number(s string) (n uint64) {
	for _, r := range s {
		n = n*31 + uint64(r)
	}
	return n
}

// weight gives how large a unit is, 40 to 160, from its code.
func weight(code string) int { return 40 + int(mix(number(code))%121) }

// mapOf names the map by which an element is spread: whatever concerns drug users lies where they
// live; schools, premises and publicity have maps of their own.
func mapOf(element string) string {
	switch element[:2] {
	case "JY", "JG", "XC", "QB":
		return element[:2]
	}
	return "users"
}

// spread divides a total over cells by weights, in whole numbers that add up exactly: largest
// remainders first, ties by a scrambled order that salt makes differ from item to item. Where cap
// is given no cell exceeds its bound.
func spread(total int, weights []int, limit []int, salt uint64) []int {
	out := make([]int, len(weights))
	sum := 0
	for i, w := range weights {
		if limit == nil || limit[i] > 0 {
			sum += w
		}
	}
	if sum == 0 || total == 0 {
		return out
	}
	type rest struct {
		i    int
		frac int
	}
	var rests []rest
	left := total
	for i, w := range weights {
		if limit != nil && limit[i] == 0 {
			continue
		}
		n := total * w / sum
		if limit != nil && n > limit[i] {
			n = limit[i]
		}
		out[i] = n
		left -= n
		// A little noise decides who gets the remainders, so that small totals do not always fall
		// on the largest units.
		rests = append(rests, rest{i, total*w%sum + int(mix(salt^uint64(i)*2654435761)%uint64(sum+1))})
	}
	sort.Slice(rests, func(a, b int) bool {
		if rests[a].frac != rests[b].frac {
			return rests[a].frac > rests[b].frac
		}
		return rests[a].i < rests[b].i
	})
	for left > 0 {
		moved := false
		for _, r := range rests {
			if left == 0 {
				break
			}
			if limit == nil || out[r.i] < limit[r.i] {
				out[r.i]++
				left--
				moved = true
			}
		}
		if !moved {
			panic(fmt.Sprintf("demo: %d do not fit", left))
		}
	}
	return out
}

// Generate makes the whole county's data for its townships and villages, in the order of time.
// county is the code of the county.
func Generate(county string, townships, villages []Place) []Value {
	g := generator{county: county, townships: townships, villages: villages, cells: map[string][][]int{}, beneath: map[string]int{}}
	for _, v := range villages {
		g.beneath[v.Parent]++
	}
	for _, f := range flows {
		g.flow(f.element, f.category, f.village, f.part, f.totals)
	}
	for _, s := range stocks {
		g.stock(s.element, s.village, s.part, s.at)
	}
	for y := 0; y < 3; y++ {
		for _, c := range yearly {
			g.year(y, c.element, c.village, c.part, c.totals)
		}
	}
	for _, v := range published {
		v.Unit = county
		g.out = append(g.out, v)
	}
	sort.SliceStable(g.out, func(a, b int) bool { return g.out[a].Period < g.out[b].Period })
	return g.out
}

type generator struct {
	county              string
	townships, villages []Place
	cells               map[string][][]int // by element/category: month → unit
	beneath             map[string]int     // villages of a township
	out                 []Value
}

func (g *generator) places(village bool) []Place {
	if village {
		return g.villages
	}
	return g.townships
}

func (g *generator) weights(list []Place, salt string) []int {
	w := make([]int, len(list))
	for i, p := range list {
		w[i] = weight(p.Code+salt) * weight(p.Parent+salt) / 10
		if n := g.beneath[p.Code]; n > 0 { // a township is as large as its villages together
			w[i] = weight(p.Code+salt) * n
		}
	}
	return w
}

func (g *generator) flow(element, category string, village bool, part string, totals [4]int) {
	list := g.places(village)
	if element == "QS" {
		list = []Place{{Code: g.county}}
	}
	w := g.weights(list, mapOf(element))
	key := element + "/" + category
	all := make([][]int, months)
	for y, total := range totals {
		n := 12
		if y == 3 {
			n = 4
		}
		var bounds []int // of each month, for parts
		if part != "" {
			for m := 0; m < n; m++ {
				s := 0
				for _, v := range g.cells[part][12*y+m] {
					s += v
				}
				bounds = append(bounds, s)
			}
		}
		perMonth := spread(total, season[:n], bounds, number(key)+uint64(y))
		for m := 0; m < n; m++ {
			var limit []int
			if part != "" {
				limit = g.cells[part][12*y+m]
			}
			all[12*y+m] = spread(perMonth[m], w, limit, mix(number(key)+uint64(12*y+m)))
		}
	}
	g.cells[key] = all
	for m, row := range all {
		for i, v := range row {
			g.put(element, category, list[i].Code, m, v)
		}
	}
}

// put writes a month's value; from 2018 on the publicity counts are half-monthly.
func (g *generator) put(element, category, unit string, m, v int) {
	month := fmt.Sprintf("%d-%02d", 2015+m/12, m%12+1)
	text := fmt.Sprint(v)
	if element == "JH" {
		text = fmt.Sprintf("%d.%03d", v/1000, v%1000)
	}
	if m >= 36 && (element == "XC_HD" || element == "XC_RC") {
		g.out = append(g.out, Value{element, category, unit, month + "a", fmt.Sprint(v / 2)}, Value{element, category, unit, month + "b", fmt.Sprint(v - v/2)})
		return
	}
	g.out = append(g.out, Value{element, category, unit, month, text})
}

func (g *generator) stock(element string, village bool, part string, at [3]int) {
	list := g.places(village)
	w := g.weights(list, mapOf(element))
	all := make([][]int, months)
	for m := 0; m < months; m++ {
		total := at[0] + (at[1]-at[0])*m/35
		if m > 35 {
			total = at[1] + (at[2]-at[1])*(m-35)/4
		}
		var limit []int
		if part != "" {
			limit = g.cells[part+"/"][m]
		}
		all[m] = spread(total, w, limit, mix(number(element)))
		for i, v := range all[m] {
			g.put(element, "", list[i].Code, m, v)
		}
	}
	g.cells[element+"/"] = all
}

func (g *generator) year(y int, element string, village bool, part string, totals [3]int) {
	list := g.places(village)
	ones := make([]int, len(list))
	for i := range ones {
		ones[i] = 1
	}
	limit := ones
	if part != "" {
		limit = g.cells[part+"/"][y]
	}
	row := spread(totals[y], ones, limit, mix(number("certified")+uint64(len(list))))
	if g.cells[element+"/"] == nil {
		g.cells[element+"/"] = make([][]int, 3)
	}
	g.cells[element+"/"][y] = row
	for i, v := range row {
		g.out = append(g.out, Value{element, "", list[i].Code, fmt.Sprint(2015 + y), fmt.Sprint(v)})
	}
}
