package accounts

import (
	_ "embed" // the words of guess
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

//go:embed data/common.txt
var commonText string

type commonWords struct {
	whole    map[string]bool // what is refused alone, or with digits and signs around it
	words    [][]rune        // the same, those of three letters and more
	context  []string        // words of this office: refused with little around them
	surnames [][]rune
	given    [][]rune // syllables of given names
	numbers  [][]rune // digits that people like
}

// commonList reads the words; the line "# name" begins a section.
var commonList = sync.OnceValue(func() commonWords {
	c := commonWords{whole: map[string]bool{}}
	section := ""
	for line := range strings.Lines(commonText) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "# "); ok {
			section, _, _ = strings.Cut(name, ":")
			continue
		}
		switch {
		case line == "":
		case section == "surnames":
			c.surnames = append(c.surnames, []rune(line))
		case section == "given":
			c.given = append(c.given, []rune(line))
		case section == "numbers":
			c.numbers = append(c.numbers, []rune(line))
		default:
			if section == "context" {
				c.context = append(c.context, line)
			}
			c.whole[line] = true
			if utf8.RuneCountInString(line) > 2 {
				c.words = append(c.words, []rune(line))
			}
		}
	}
	return c
})

// common tells whether a password, in small letters, is one that guessers try first: a word of
// the list with digits or signs around it or in place of letters, a word of this office with
// fewer than six other characters, a run of the keyboard, few different characters, or something
// that a rule of guessable makes. The rules stand in place of the list of the 3,000 most common
// passwords (STANDARDS AS-18): they cover more, and what they refuse can be explained.
func common(low string) bool {
	c := commonList()
	bare := strings.TrimFunc(low, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	core := strings.TrimFunc(low, func(r rune) bool { return !unicode.IsLetter(r) })
	plain := unleet.Replace(bare)
	for _, s := range []string{low, bare, core, plain, unleet.Replace(core)} {
		if c.whole[s] {
			return true
		}
	}
	n := utf8.RuneCountInString(low)
	for _, s := range []string{low, plain} {
		for _, w := range c.context {
			if strings.Contains(s, w) && n-utf8.RuneCountInString(w) < 6 {
				return true
			}
		}
	}
	return distinct(low) < min(5, n) || inRuns(low)*2 > n || guessable([]rune(low))
}

// maxPieces is how many pieces a guessable password has at most.
const maxPieces = 4

// guessable tells whether a password in small letters is made of at most four pieces of which
// guessers make theirs, at most one of them a word or a name:
//
//   - a word of the list, or a word said twice, also with signs and digits in place of letters;
//   - a name in pinyin: a surname, with one or two syllables of a given name or without;
//   - a run of at least three keys that lie side by side, of the alphabet or of the digits, in
//     either direction, signs standing for the digits of their keys;
//   - a year, a day as six or eight digits or as month and day, a mobile number, digits that people
//     like, up to three digits of any kind, digits said again;
//   - one letter; one character again and again; up to three signs.
func guessable(s []rune) bool {
	if len(s) > maxPieces*16 {
		return false
	}
	// least[i][w]: pieces of the first i characters with w words among them.
	const none = maxPieces + 1
	least := make([][2]int, len(s)+1)
	for i := range least {
		least[i] = [2]int{none, none}
	}
	least[0][0] = 0
	c := commonList()
	for i := range s {
		if least[i][0] == none && least[i][1] == none {
			continue
		}
		step := func(n, word int) {
			if n == 0 {
				return
			}
			for w := 0; w+word < 2; w++ {
				least[i+n][w+word] = min(least[i+n][w+word], least[i][w]+1)
			}
		}
		rest := s[i:]
		for _, n := range wordsAt(rest, c) {
			step(n, 1)
		}
		for _, n := range digitsAt(rest, c) {
			step(n, 0)
		}
		step(walkAt(rest), 0)
		for n := 3; n < walkAt(rest); n++ {
			step(n, 0)
		}
		step(sameAt(rest), 0)
		if isLetter(rest[0]) {
			step(1, 0)
		}
		for n := 1; n <= 3 && n <= len(rest) && !isLetter(rest[n-1]) && !isDigit(rest[n-1]) && rest[n-1] < unicode.MaxASCII; n++ {
			step(n, 0)
		}
	}
	return min(least[len(s)][0], least[len(s)][1]) <= maxPieces
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' }
func isDigit(r rune) bool  { return r >= '0' && r <= '9' }

// wordsAt gives the lengths of the words and names that a text begins with.
func wordsAt(s []rune, c commonWords) []int {
	var out []int
	add := func(n int) {
		out = append(out, n)
		if starts(s[n:], s[:n]) {
			out = append(out, 2*n)
		}
	}
	for _, w := range c.words {
		if starts(s, w) {
			add(len(w))
		}
	}
	for _, w := range c.surnames {
		if !starts(s, w) {
			continue
		}
		add(len(w))
		for _, one := range c.given {
			if !starts(s[len(w):], one) {
				continue
			}
			n := len(w) + len(one)
			add(n)
			for _, two := range c.given {
				if starts(s[n:], two) {
					add(n + len(two))
				}
			}
		}
	}
	return out
}

// starts tells whether a text begins with a word, signs and digits standing for letters.
func starts(s, word []rune) bool {
	if len(s) < len(word) {
		return false
	}
	for i, r := range word {
		if s[i] != r && leet(s[i]) != r && (s[i] != '1' || r != 'i') {
			return false
		}
	}
	return true
}

// leet gives the letter that a sign or a digit stands for; 1 may stand for i as well.
func leet(r rune) rune {
	switch r {
	case '@', '4':
		return 'a'
	case '0':
		return 'o'
	case '1':
		return 'l'
	case '3':
		return 'e'
	case '$', '5':
		return 's'
	case '7':
		return 't'
	case '!':
		return 'i'
	}
	return r
}

// digitsAt gives the lengths of the guessable digits that a text begins with.
func digitsAt(s []rune, c commonWords) []int {
	run := 0
	for run < len(s) && isDigit(s[run]) {
		run++
	}
	var out []int
	for n := 1; n <= min(3, run); n++ {
		out = append(out, n)
		k := n
		for k+n <= run && string(s[k:k+n]) == string(s[:n]) {
			k += n
			out = append(out, k)
		}
	}
	number := func(from, n int) int {
		v := 0
		for _, r := range s[from : from+n] {
			v = v*10 + int(r-'0')
		}
		return v
	}
	year := func(v int) bool { return v >= 1940 && v < 2040 }
	day := func(from int) bool { // month and day
		m, d := number(from, 2), number(from+2, 2)
		return m >= 1 && m <= 12 && d >= 1 && d <= 31
	}
	if run >= 4 && (year(number(0, 4)) || day(0)) {
		out = append(out, 4)
	}
	if run >= 6 && (day(2) || year(number(0, 4)) && number(4, 2) >= 1 && number(4, 2) <= 12) {
		out = append(out, 6)
	}
	if run >= 8 && year(number(0, 4)) && day(4) {
		out = append(out, 8)
	}
	if run >= 11 && s[0] == '1' && s[1] >= '3' {
		out = append(out, 11)
	}
	for _, w := range c.numbers {
		if n := len(w); run >= n && string(s[:n]) == string(w) {
			out = append(out, n)
		}
	}
	return out
}

// sameAt gives how often, from two, the first character stands at the beginning of a text.
func sameAt(s []rune) int {
	n := 1
	for n < len(s) && s[n] == s[0] {
		n++
	}
	if n < 2 {
		return 0
	}
	return n
}

// walkAt gives the length, from three, of the run that a text begins with: of neighbouring keys, or
// of the alphabet or the digits in either direction.
func walkAt(s []rune) int {
	best := 1
	for _, next := range []func(a, b rune) bool{beside,
		func(a, b rune) bool { return b == a+1 && alike(a, b) }, func(a, b rune) bool { return b == a-1 && alike(a, b) }} {
		n := 1
		for n < len(s) && next(digitOfSign(s[n-1]), digitOfSign(s[n])) {
			n++
		}
		best = max(best, n)
	}
	if best < 3 {
		return 0
	}
	return best
}

// alike tells that both are digits or both are letters.
func alike(a, b rune) bool { return isLetter(a) && isLetter(b) || isDigit(a) && isDigit(b) }

// digitOfSign gives the digit on whose key a sign stands.
func digitOfSign(r rune) rune {
	if i := strings.IndexRune(")!@#$%^&*(", r); i >= 0 {
		return rune('0' + i)
	}
	return r
}

// beside tells whether two keys lie side by side.
func beside(a, b rune) bool {
	ra, ca := key(a)
	rb, cb := key(b)
	if ra < 0 || rb < 0 || a == b {
		return false
	}
	switch rb - ra {
	case 0:
		return ca-cb == 1 || cb-ca == 1
	case 1: // the row below stands half a key to the right
		return cb == ca || cb == ca-1
	case -1:
		return cb == ca || cb == ca+1
	}
	return false
}

// key gives row and place of a key, −1 for one that is not on the four rows.
func key(r rune) (row, place int) {
	for i, keys := range [...]string{"1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./"} {
		if j := strings.IndexRune(keys, r); j >= 0 {
			return i, j
		}
	}
	return -1, -1
}

var unleet = strings.NewReplacer("@", "a", "4", "a", "0", "o", "1", "l", "3", "e", "$", "s", "5", "s", "7", "t", "!", "i")

func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}

// inRuns counts the characters that lie in pieces, of at least four, which follow the alphabet,
// the digits or a row of the keyboard, in either direction.
func inRuns(s string) int {
	const rows = "abcdefghijklmnopqrstuvwxyz 01234567890 qwertyuiop asdfghjkl zxcvbnm 1qaz2wsx3edc4rfv5tgb6yhn !@#$%^&*()"
	sum := 0
	r := []rune(s)
	for i := 0; i < len(r); {
		run := 0
		for j := i + 4; j <= len(r); j++ {
			piece := string(r[i:j])
			if strings.ContainsRune(piece, ' ') || !strings.Contains(rows, piece) && !strings.Contains(rows, reversed(piece)) {
				break
			}
			run = j - i
		}
		sum += run
		i += max(run, 1)
	}
	return sum
}

func reversed(s string) string {
	r := []rune(s)
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
	return string(r)
}
