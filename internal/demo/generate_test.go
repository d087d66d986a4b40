package demo

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

func county() (townships, villages []Place) {
	for t := range 18 {
		code := fmt.Sprintf("520121%03d", 100+t)
		townships = append(townships, Place{code, "520121"})
		n := 7
		if t < 10 {
			n = 8
		}
		for v := range n {
			villages = append(villages, Place{fmt.Sprintf("%s%03d", code, 200+v), code})
		}
	}
	return townships, villages
}

// The sums give the published figures exactly, whatever the units weigh.
func TestTheSumsAreThePublishedFigures(t *testing.T) {
	towns, villages := county()
	if len(villages) != 136 {
		t.Fatalf("%d villages", len(villages))
	}
	sum := map[string]int{}
	list := Generate("520121", towns, villages)
	for _, v := range list {
		n, err := strconv.Atoi(strings.Replace(v.Value, ".", "", 1))
		if err != nil {
			t.Fatalf("%+v: %v", v, err)
		}
		year, _, _ := strings.Cut(v.Period, "-")
		sum[v.Element+"{"+v.Category+"}"+year] += n
		if year < "2018" {
			sum[v.Element+"{"+v.Category+"}3"] += n
		}
		if v.Period != year {
			sum[v.Element+"{"+v.Category+"}"+v.Period] += n
		}
	}
	for key, want := range map[string]int{
		"XZS{年龄=<25}2015": 101, "XZS{年龄=<25}2016": 49, "XZS{年龄=<25}2017": 27,
		"AJ{}3": 179, "XYR{}3": 232, "XYR{类型=零包贩毒}3": 183, "XYR{类型=合成毒品}3": 77, "QS{}3": 146, "CC{}3": 2071, "QGJD{}3": 1363,
		"AJ{标签=省级目标}3": 1, "AJ{标签=市级目标}3": 13, "AJ{标签=特大}3": 11, "AJ{标签=重大}3": 18, "AJ{标签=三人以上团伙}3": 9, "AJ{标签=容留他人吸毒}3": 15,
		"DQ_SJ{}2017": 33, "DQ{}2017": 200, "CC{}2017": 737, "QGJD{}2017": 434, "QGJD_JD{}2017": 436, "CS_GK{}2017": 333, "CS{}2017": 339,
		"XYRS{}2017-12": 946, "JD3N{}2017-12": 568, "SJ_ZX{}2017-12": 472, "SJ_YZX{}2017-12": 476, "AZ_AZ{}2017-12": 624, "AZ_YAZ{}2017-12": 626,
		"CJ_XZ{}2017": 15, "CJ_C{}2017": 123, "GG_YM{}2017": 120, "GG_BC{}2017": 115,
	} {
		if got := sum[key]; got != want {
			t.Errorf("%s = %d, want %d", key, got, want)
		}
	}
	if got := sum["JH{毒品=海洛因}3"] + sum["JH{毒品=冰毒}3"] + sum["JH{毒品=其他}3"]; got != 2490 {
		t.Errorf("grams seized = %d, want 2490", got)
	}
}

func TestTheCountyIsAlwaysTheSameAndNoPartExceedsItsWhole(t *testing.T) {
	towns, villages := county()
	a, b := Generate("520121", towns, villages), Generate("520121", towns, villages)
	if fmt.Sprint(a) != fmt.Sprint(b) {
		t.Fatal("two runs differ")
	}
	at := map[string]int{}
	for _, v := range a {
		n, _ := strconv.Atoi(strings.Replace(v.Value, ".", "", 1))
		at[v.Element+"/"+v.Category+"/"+v.Unit+"/"+v.Period] = n
	}
	for _, pair := range [][2]string{{"CS_GK/", "CS/"}, {"QGJD/", "QGJD_JD/"}, {"DQ_SJ/", "DQ/"}, {"SJ_ZX/", "SJ_YZX/"}, {"AZ_AZ/", "AZ_YAZ/"},
		{"XYR/类型=零包贩毒", "XYR/"}, {"AJ/标签=重大", "AJ/"}, {"GG_BC/", "GG_YM/"}, {"GG_YM/", "CJ_C/"}, {"JY_SJ/", "JY_XS/"}} {
		for key, n := range at {
			rest, ok := strings.CutPrefix(key, pair[0]+"/")
			if ok && n > at[pair[1]+"/"+rest] {
				t.Errorf("%s %s: part %d exceeds whole %d", pair[0], rest, n, at[pair[1]+"/"+rest])
			}
		}
	}
	t.Logf("%d values", len(a))
}
