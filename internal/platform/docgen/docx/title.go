package docx

import (
	"math"
	"strings"
	"unicode"
)

// cutTitle breaks a title into centred lines: words stay whole, and the lines make a trapezoid
// or a rhombus. width is the longest line in characters; known are names that stay together and
// text is where words are learned from.
func cutTitle(title string, width float64, known []string, text string) []string {
	title = strings.TrimSpace(title)
	if strings.Contains(title, "\n") || spaced([]rune(title)) <= width {
		return strings.Split(title, "\n")
	}
	runes := []rune(title)
	cost := cutCosts(runes, known, text)
	lines := int(math.Ceil(spaced(runes) / width))
	var best []int
	least := math.Inf(1)
	for n := lines; n <= lines+1 && n <= 4; n++ {
		placeCuts(runes, cost, width, n, nil, 0, func(cuts []int, total float64) {
			if total += shapeCost(runes, cuts) + float64(n-lines)*25; total < least {
				least, best = total, append([]int(nil), cuts...)
			}
		})
	}
	if best == nil { // longer than four lines: fill them
		return []string{title}
	}
	var out []string
	from := 0
	for _, c := range append(best, len(runes)) {
		out = append(out, strings.TrimSpace(string(runes[from:c])))
		from = c
	}
	return out
}

// placeCuts tries all places of the remaining cuts whose lines fit.
func placeCuts(runes []rune, cost []float64, width float64, lines int, cuts []int, total float64, found func([]int, float64)) {
	from := 0
	if len(cuts) > 0 {
		from = cuts[len(cuts)-1]
	}
	if lines == 1 {
		if spaced(runes[from:]) <= width {
			found(cuts, total)
		}
		return
	}
	w := 0.0
	for i := from + 1; i < len(runes); i++ {
		if w = spaced(runes[from:i]); w > width {
			return
		}
		if w >= 3 && cost[i] < 500 {
			placeCuts(runes, cost, width, lines-1, append(cuts[:len(cuts):len(cuts)], i), total+cost[i], found)
		}
	}
}

// spaced gives the width of a line with the quarter character that programs put between Chinese
// and digits.
func spaced(runes []rune) float64 {
	w := em(string(runes))
	for i := 1; i < len(runes); i++ {
		if unicode.Is(unicode.Han, runes[i-1]) != unicode.Is(unicode.Han, runes[i]) && min(runes[i-1], runes[i]) < 0x80 {
			w += 0.25
		}
	}
	return w
}

// shapeCost prefers even lines, and among three the trapezoid and the rhombus to the hourglass.
func shapeCost(runes []rune, cuts []int) float64 {
	var w []float64
	from := 0
	for _, c := range append(cuts[:len(cuts):len(cuts)], len(runes)) {
		w = append(w, em(string(runes[from:c])))
		from = c
	}
	low, high := w[0], w[0]
	for _, v := range w {
		low, high = min(low, v), max(high, v)
	}
	cost := 1.5 * (high - low)
	if low < 4 {
		cost += 40
	}
	for i := 1; i+1 < len(w); i++ {
		if w[i] < w[i-1] && w[i] < w[i+1] {
			cost += 30
		}
	}
	return cost
}

// cutCosts says for each place between two characters how bad a break is there.
func cutCosts(runes []rune, known []string, text string) []float64 {
	cost := make([]float64, len(runes)+1)
	depth := 0
	for i, r := range runes {
		if i > 0 {
			cost[i] = pairCost(runes[i-1], r)
			if depth > 0 {
				cost[i] += 60
			}
			if unicode.Is(unicode.Han, runes[i-1]) && unicode.Is(unicode.Han, r) {
				pair := string(runes[i-1 : i+1])
				if n := strings.Count(text, pair); n > 1 && !strings.ContainsAny(pair, "的和及与在了为是对将各") {
					cost[i] += 25
				}
			}
		}
		if strings.ContainsRune("《（“〔(", r) {
			depth++
		} else if strings.ContainsRune("》）”〕)", r) && depth > 0 {
			depth--
		}
	}
	s := string(runes)
	mark := func(word string, inside, edge float64) {
		n := len([]rune(word))
		for from := 0; n > 1; {
			at := strings.Index(s[from:], word)
			if at < 0 {
				return
			}
			begin := len([]rune(s[:from+at]))
			for i := begin + 1; i < begin+n; i++ {
				cost[i] += inside
			}
			cost[begin] -= edge
			cost[begin+n] -= edge
			from += at + len(word)
		}
	}
	for w := range strings.FieldsSeq(generalWords) {
		mark(w, 80, 6)
	}
	for _, w := range known {
		mark(w, 45, 8)
	}
	return cost
}

// pairCost judges a break by the two characters beside it.
func pairCost(a, b rune) float64 {
	latin := func(r rune) bool { return r < 0x2E80 && r != ' ' && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
	switch {
	case strings.ContainsRune("，。、；：？！》）”’〕…—%)]", b), strings.ContainsRune("《（“‘〔([第", a):
		return 1000
	case latin(a) && latin(b), unicode.IsDigit(a) && strings.ContainsRune("年月日号期次届季度—.个项条", b), unicode.IsDigit(b) && strings.ContainsRune(".—第", a):
		return 1000
	case b == '的':
		return 90
	case a == '年' && unicode.IsDigit(b), a == '月' && unicode.IsDigit(b), a == '年' && strings.ContainsRune("上下第全度", b), a == '月' && strings.ContainsRune("上下份", b):
		return 80
	case strings.ContainsRune("和及与并", b):
		return 6
	case strings.ContainsRune("和及与并对将在为", a):
		return 60
	case strings.ContainsRune("，、；： 》”）", a):
		return 3
	case a == '的':
		return 8
	case strings.ContainsRune("县市区镇乡州省局部委会室组办", a):
		return 10
	case b == '关':
		return 12
	}
	return 20
}
