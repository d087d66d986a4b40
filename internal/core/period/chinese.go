package period

import "strings"

// parseChinese reads the Chinese forms; s is normal. The left end of a range may leave its last
// word to the right one, which may leave year and month to the left: 2015—2017年, 2018年1—2月,
// 2018年3月12日—4月2日.
func parseChinese(s string) (Period, string) {
	if head, inside, ok := strings.Cut(s, "考核月("); ok {
		return parseAssessment(head, strings.TrimSuffix(inside, ")"))
	}
	left, right, ranged := cutRange(s)
	if !ranged {
		a, ok := parseWords(s)
		if !ok || a.bare {
			return Period{}, notPeriod
		}
		return a.join(a)
	}
	a, ok := parseWords(left)
	b, ok2 := parseWords(right)
	if !ok || !ok2 || b.bare {
		return Period{}, notPeriod
	}
	if a.bare {
		if a.by[b.smallest] != 0 {
			return Period{}, notPeriod
		}
		a.by[b.smallest], a.smallest = a.number, b.smallest
	}
	if b.by[wordMonth] == 0 && b.by[wordYear] == 0 && b.smallest > wordMonth {
		b.by[wordMonth] = a.by[wordMonth]
	}
	if b.by[wordYear] == 0 {
		b.by[wordYear] = a.by[wordYear]
	}
	return a.join(b)
}

// cutRange cuts at the sign of a range; Chinese dates hold no hyphen of their own.
func cutRange(s string) (left, right string, ok bool) {
	for _, sign := range [...]string{"—", "..", "-"} {
		if left, right, ok = strings.Cut(s, sign); ok {
			return left, right, true
		}
	}
	return s, "", false
}

// parseAssessment reads 2018年3月考核月（2月26日—3月25日）. The days tell on which day the month
// begins; they must be those of the months named in front.
func parseAssessment(head, inside string) (Period, string) {
	months, problem := parseChinese(head)
	if problem != "" {
		return Period{}, problem
	}
	from, _, ok := cutRange(inside)
	w, ok2 := parseWords(from)
	lo, hi, ok3 := months.Slots(Months)
	d := w.by[wordDay]
	if !ok || !ok2 || !ok3 || d < minStart || d > maxStart {
		return Period{}, badStart
	}
	p := unit{start: uint8(d)}.period(int(lo), int(hi)-1)
	if p.IsZero() {
		return p, badYear
	}
	if normal(p.chineseDays(Months.Year(lo))) != inside {
		return Period{}, badStart
	}
	return p, ""
}

// A word is a part of a Chinese date, the larger parts first.
type word uint8

const (
	wordYear word = iota
	wordHalfYear
	wordQuarter
	wordMonth
	wordHalfMonth
	wordDay
	words
)

// ending is one end of a range as far as it was written.
type ending struct {
	by       [words]int // 0: not written
	smallest word       // the last part written
	bare     bool       // a number without its word stands at the end
	number   int        // that number
}

// parseWords reads parts in descending order; a number without a word may only stand at the end.
func parseWords(s string) (e ending, ok bool) {
	any := false
	put := func(w word, n int) bool {
		if any && w <= e.smallest {
			return false
		}
		any, e.by[w], e.smallest = true, n, w
		return true
	}
	for s != "" {
		if w, n, rest, found := fixedWord(s); found {
			if !put(w, n) {
				return e, false
			}
			s = rest
			continue
		}
		n, width, rest := number(s)
		if width == 0 || n == 0 {
			return e, false
		}
		if rest == "" {
			e.bare, e.number = true, n
			return e, true
		}
		w, rest, found := unitWord(rest)
		if !found || w == wordYear && width != 4 || !put(w, n) {
			return e, false
		}
		s = rest
	}
	return e, any
}

func fixedWord(s string) (w word, n int, rest string, ok bool) {
	for _, f := range [...]struct {
		text string
		w    word
		n    int
	}{
		{"上半年", wordHalfYear, 1}, {"下半年", wordHalfYear, 2},
		{"上半月", wordHalfMonth, 1}, {"下半月", wordHalfMonth, 2},
	} {
		if rest, ok := strings.CutPrefix(s, f.text); ok {
			return f.w, f.n, rest, true
		}
	}
	return 0, 0, s, false
}

func unitWord(s string) (w word, rest string, ok bool) {
	for _, u := range [...]struct {
		text string
		w    word
	}{
		{"年度", wordYear}, {"年", wordYear}, {"季度", wordQuarter}, {"季", wordQuarter},
		{"月份", wordMonth}, {"月", wordMonth}, {"日", wordDay}, {"号", wordDay},
	} {
		if rest, ok := strings.CutPrefix(s, u.text); ok {
			return u.w, rest, true
		}
	}
	return 0, s, false
}

// number reads digits, or 一 to 十二 as quarters and months have them, with or without 第; width is
// the number of digits.
func number(s string) (n, width int, rest string) {
	s = strings.TrimPrefix(s, "第")
	numerals := [...]string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"}
	for i := len(numerals) - 1; i >= 0; i-- {
		if rest, ok := strings.CutPrefix(s, numerals[i]); ok {
			return i + 1, 1, rest
		}
	}
	n, rest = digits(s)
	return n, len(s) - len(rest), rest
}

func (e ending) join(f ending) (Period, string) {
	a, problem := e.atom()
	if problem != "" {
		return Period{}, problem
	}
	b, problem := f.atom()
	if problem != "" {
		return Period{}, problem
	}
	return join(a, b)
}

// atom gives the unit that is written; exactly the parts that it needs must be there.
func (e ending) atom() (atom, string) {
	has := func(parts ...word) bool {
		var want [words]bool
		for _, w := range parts {
			want[w] = true
		}
		for w, n := range e.by {
			if (n != 0) != want[w] {
				return false
			}
		}
		return true
	}
	y, m := e.by[wordYear], e.by[wordMonth]
	switch {
	case y > 9999:
		return atom{}, badYear
	case has(wordYear):
		return yearAtom(y), ""
	case has(wordYear, wordHalfYear):
		return halfYearAtom(y, e.by[wordHalfYear])
	case has(wordYear, wordQuarter):
		return quarterAtom(y, e.by[wordQuarter])
	case has(wordYear, wordMonth):
		return monthAtom(y, m)
	case has(wordYear, wordMonth, wordHalfMonth):
		return halfMonthAtom(y, m, e.by[wordHalfMonth])
	case has(wordYear, wordMonth, wordDay):
		return dayAtom(y, m, e.by[wordDay])
	}
	return atom{}, notPeriod
}
