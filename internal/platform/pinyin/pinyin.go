// Package pinyin gives the stored keys by which Chinese names are sorted. A database then sorts by
// plain bytes and needs no collation of its own, so that every engine gives the same order.
package pinyin

import (
	_ "embed"
	"strings"
	"sync"

	gopinyin "github.com/mozillazg/go-pinyin"
)

//go:embed places.txt
var placesText string

//go:embed surnames.txt
var surnamesText string

// Key gives the sort key of the name of a place or an office, in plain ASCII. Names sort by the
// syllable and the tone of each sign, then by the sign itself; numbers by their value and before
// letters, letters of any case before Chinese signs, signs without a reading last. Punctuation and
// blanks do not count. Names that differ only in those, or in the case of letters, have the same
// key, so that a list needs a second criterion.
func Key(name string) string { return load().key(name, false) }

// PersonKey is Key for the name of a person, where some surnames are read in their own way.
func PersonKey(name string) string { return load().key(name, true) }

// A table holds how signs are read; it never changes once it is read in.
type table struct {
	signs    map[rune]string     // sign → syllable and tone
	places   map[rune][]override // by first sign, longest first
	surnames map[rune][]override
}

// An override says how signs are read when they stand together.
type override struct {
	signs     []rune
	syllables []string
}

var load = sync.OnceValue(func() *table {
	t := &table{signs: make(map[rune]string, len(gopinyin.PinyinDict)), places: read(placesText), surnames: read(surnamesText)}
	for sign, readings := range gopinyin.PinyinDict {
		first, _, _ := strings.Cut(readings, ",")
		if s := syllable(first); s != "" {
			t.signs[rune(sign)] = s
		}
	}
	return t
})

func read(text string) map[rune][]override {
	m := map[rune][]override{}
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) < 2 || f[0] == "#" {
			continue
		}
		o := override{[]rune(f[0]), f[1:]}
		list := m[o.signs[0]]
		i := 0
		for i < len(list) && len(list[i].signs) >= len(o.signs) {
			i++
		}
		m[o.signs[0]] = append(list[:i:i], append([]override{o}, list[i:]...)...)
	}
	return m
}

// marked lists the vowels with a mark in the order of the tones 1 to 4; ü is written v, as on
// keyboards.
const marked = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"

// syllable turns "zhòng" into "zhong4", and a syllable without a mark into tone 5. It gives "" for
// the few interjections that are no syllable of these letters.
func syllable(s string) string {
	var b strings.Builder
	tone := byte('5')
	for _, c := range s {
		i := strings.IndexRune(marked, c)
		switch {
		case i >= 0:
			n := len([]rune(marked[:i]))
			b.WriteByte("aeiouv"[n/4])
			tone = byte('1' + n%4)
		case c == 'ü':
			b.WriteByte('v')
		case 'a' <= c && c <= 'z':
			b.WriteRune(c)
		default:
			return ""
		}
	}
	b.WriteByte(tone)
	return b.String()
}

func (t *table) key(name string, person bool) string {
	signs := []rune(name)
	b := make([]byte, 0, 10*len(signs))
	start := true
	for i := 0; i < len(signs); {
		c := narrow(signs[i])
		switch {
		case '0' <= c && c <= '9':
			n := i
			for n < len(signs) && isDigit(narrow(signs[n])) {
				n++
			}
			b = number(b, signs[i:n])
			i, start = n, false
			continue
		case 'A' <= c && c <= 'Z':
			b = append(b, '1', byte(c-'A'+'a'))
			start = false
		case 'a' <= c && c <= 'z':
			b = append(b, '1', byte(c))
			start = false
		case c < 0x2E80:
			// Punctuation, blanks and signs of other scripts do not count.
		default:
			o, ok := override{}, false
			if person && start {
				o, ok = fit(t.surnames[c], signs[i:])
			}
			if !ok {
				o, ok = fit(t.places[c], signs[i:])
			}
			if !ok {
				if s := t.signs[c]; s != "" || letter(c) {
					o, ok = override{signs[i : i+1], []string{s}}, true
				}
			}
			if ok {
				for n, s := range o.syllables {
					b = sign(b, s, o.signs[n])
				}
				i, start = i+len(o.signs), false
				continue
			}
		}
		i++
	}
	return string(b)
}

// fit gives the longest override with which the signs begin.
func fit(list []override, signs []rune) (override, bool) {
next:
	for _, o := range list {
		if len(o.signs) > len(signs) {
			continue
		}
		for i, c := range o.signs {
			if signs[i] != c {
				continue next
			}
		}
		return o, true
	}
	return override{}, false
}

// sign writes a syllable and, so that other signs of the same sound keep apart, the sign as four
// digits to the base of 36. A sign without a syllable sorts last.
func sign(b []byte, syllable string, c rune) []byte {
	if syllable == "" {
		b = append(b, '~')
	}
	b = append(b, syllable...)
	const digits = "0123456789abcdefghijklmnopqrstuvwxyz"
	for unit := rune(36 * 36 * 36); unit > 0; unit /= 36 {
		b = append(b, digits[c/unit%36])
	}
	return b
}

// number writes a number so that longer ones sort later.
func number(b []byte, signs []rune) []byte {
	for len(signs) > 1 && narrow(signs[0]) == '0' {
		signs = signs[1:]
	}
	b = append(b, '0')
	for n := len(signs); ; n -= 25 {
		if n <= 25 {
			b = append(b, byte('a'+n-1))
			break
		}
		b = append(b, 'z')
	}
	for _, c := range signs {
		b = append(b, byte(narrow(c)))
	}
	return b
}

func isDigit(c rune) bool { return '0' <= c && c <= '9' }

// letter reports whether a sign counts although it has no reading: rare Chinese signs do,
// Chinese punctuation does not.
func letter(c rune) bool {
	return 0x3400 <= c && c <= 0x9FFF || 0x20000 <= c && c <= 0x3FFFF
}

// narrow turns full-width signs into their half-width ones.
func narrow(c rune) rune {
	if 0xFF01 <= c && c <= 0xFF5E {
		return c - 0xFEE0
	}
	return c
}
