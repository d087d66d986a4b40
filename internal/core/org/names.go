package org

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// fold brings a text to one spelling: full-width letters, digits and brackets become half-width,
// Latin letters upper case, and all blanks go. A text that is so already is given back as it is.
func fold(s string) string {
	plain := true
	for _, c := range s {
		if c != folded(c) {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	var b strings.Builder
	for _, c := range s {
		if c = folded(c); c >= 0 {
			b.WriteRune(c)
		}
	}
	return b.String()
}

// folded gives -1 for a sign that goes.
func folded(c rune) rune {
	switch {
	case 'a' <= c && c <= 'z':
		return c - 'a' + 'A'
	case c < 0x7F && c > ' ':
		return c
	case 0xFF01 <= c && c <= 0xFF5E:
		return folded(c - 0xFEE0)
	case unicode.IsSpace(c), unicode.Is(unicode.Cf, c):
		return -1
	}
	return c
}

// A ending is a last part of names that may be left away or said in another way; a name with
// another ending of the same class is the same name, one of another class is not.
type ending struct {
	text  string
	class string // the short way to say it
	tribe bool   // names of nationalities may stand before it
}

// endings stand longest first among those that end alike.
var endings = [...]ending{
	{"社区居民委员会", "社区", false},
	{"社区居委会", "社区", false},
	{"居民委员会", "社区", false},
	{"居委会", "社区", false},
	{"社区", "社区", false},
	{"村民委员会", "村", false},
	{"村委会", "村", false},
	{"村", "村", false},
	{"街道办事处", "街道", false},
	{"街道办", "街道", false},
	{"街道", "街道", false},
	{"镇人民政府", "镇", false},
	{"镇政府", "镇", false},
	{"镇", "镇", false},
	{"乡人民政府", "乡", true},
	{"乡政府", "乡", true},
	{"乡", "乡", true},
	{"自治县", "县", true},
	{"县人民政府", "县", false},
	{"县政府", "县", false},
	{"县", "县", false},
	{"自治旗", "旗", true},
	{"旗", "旗", false},
	{"自治州", "州", true},
	{"市人民政府", "市", false},
	{"市政府", "市", false},
	{"市", "市", false},
	{"自治区", "省", true},
	{"省人民政府", "省", false},
	{"省政府", "省", false},
	{"省", "省", false},
	{"区人民政府", "区", false},
	{"区政府", "区", false},
	{"地区", "地区", false},
	{"区", "区", false},
}

// tribes are the words for nationalities in names of units, longest first among those that end
// alike.
var tribes = [...]string{
	"蒙古族", "回族", "藏族", "维吾尔族", "维吾尔", "苗族", "彝族", "壮族", "布依族", "朝鲜族", "满族", "侗族", "瑶族",
	"白族", "土家族", "哈尼族", "哈萨克族", "哈萨克", "傣族", "黎族", "傈僳族", "佤族", "畲族", "拉祜族", "水族", "东乡族",
	"纳西族", "景颇族", "柯尔克孜族", "柯尔克孜", "土族", "达斡尔族", "仫佬族", "羌族", "布朗族", "撒拉族", "毛南族", "仡佬族",
	"锡伯族", "锡伯", "阿昌族", "普米族", "塔吉克族", "塔吉克", "怒族", "乌孜别克族", "俄罗斯族", "鄂温克族", "德昂族",
	"保安族", "裕固族", "京族", "塔塔尔族", "独龙族", "鄂伦春族", "赫哲族", "门巴族", "珞巴族", "基诺族", "各族", "民族",
}

// stem takes the ending off a folded name and gives its class, "" if there is none. At least two
// signs are kept, so that 新村 and 礼县 stay whole.
func stem(name string) (string, string) {
	for _, e := range endings {
		rest, ok := strings.CutSuffix(name, e.text)
		if !ok {
			continue
		}
		if e.text != e.class && (e.class == "村" || e.class == "社区") {
			rest = strings.TrimSuffix(rest, e.class) // 刘育村村民委员会
		}
		if e.tribe {
			rest = withoutTribes(rest)
		}
		if !atLeastTwo(rest) {
			if rest == "" {
				return name, ""
			}
			return rest + e.class, e.class
		}
		return rest, e.class
	}
	return name, ""
}

func withoutTribes(s string) string {
	for {
		cut := s
		for _, t := range tribes {
			if rest, ok := strings.CutSuffix(cut, t); ok && atLeastTwo(rest) {
				cut = rest
				break
			}
		}
		if cut == s {
			return s
		}
		s = cut
	}
}

func atLeastTwo(s string) bool {
	_, n := utf8.DecodeRuneInString(s)
	return n > 0 && n < len(s)
}

// A nameRef leads from the stem of a name to a unit that has or had it.
type nameRef struct {
	stem string
	unit int32 // index in units
}

// byStem gives the indexes of the units that have or had a name with the stem.
func (r *Register) byStem(s string) []nameRef {
	r.namesOnce.Do(r.indexNames)
	lo, _ := slices.BinarySearchFunc(r.names, s, func(n nameRef, s string) int { return strings.Compare(n.stem, s) })
	hi := lo
	for hi < len(r.names) && r.names[hi].stem == s {
		hi++
	}
	return r.names[lo:hi]
}

func (r *Register) indexNames() {
	r.names = make([]nameRef, 0, len(r.units)+len(r.units)/8)
	for i := range r.units {
		start := len(r.names)
		add := func(name string) {
			if name == "" {
				return
			}
			s, _ := stem(fold(name))
			for _, n := range r.names[start:] {
				if n.stem == s {
					return
				}
			}
			r.names = append(r.names, nameRef{s, int32(i)})
		}
		u := &r.units[i]
		for j := range u.Versions {
			add(u.Versions[j].Name)
			add(u.Versions[j].Short)
		}
		for _, a := range u.Aliases {
			add(a)
		}
	}
	slices.SortFunc(r.names, func(a, b nameRef) int {
		if c := strings.Compare(a.stem, b.stem); c != 0 {
			return c
		}
		return int(a.unit - b.unit)
	})
}
