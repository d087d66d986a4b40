package period

import (
	"strings"
	"unicode/utf8"

	"kaiyang/internal/core/fault"
)

// Parse reads a period. Written forms are 2018, 2018-H1, 2018-Q1, 2018-03, the half-months
// 2018-03a and 2018-03b, 2018-03-12, the assessment month 2018-03@26 (26 February to 25 March; the
// starting day is 2–28), and two of the same sort joined by "..". Case, full-width characters,
// spaces around signs, slashes, single dots and one-digit months and days do not matter. Chinese forms such as
// 2018年第一季度, 2018年3月上半月 or 2018年1—2月 are read too, among them all that Chinese writes.
// Anything else, a range of unlike ends and a range in reverse are fault.Invalid.
func Parse(s string) (Period, error) {
	p, problem := parse(s)
	if problem != "" {
		return Period{}, fault.New(fault.Invalid, problem, shown(s))
	}
	return p, nil
}

// What can be wrong; each sentence takes the text that was given. The empty one is success.
const (
	notPeriod = "“%s”不是期间，请写成 2018、2018-H1、2018-Q1、2018-03、2018-03a（上半月）、2018-03b（下半月）、2018-03-12、" +
		"2018-03@26（考核月，上月26日起），或用“..”连接同类的两期，如 2018-01..2018-02；也可写 2018年3月、2018年第一季度、2018年1—2月。"
	badYear    = "“%s”中的年份应为 0001 至 9999 的四位数，请改正。"
	badHalf    = "“%s”中的半年应为 H1（上半年）或 H2（下半年），请改正。"
	badQuarter = "“%s”中的季度应为 1 至 4，请改正。"
	badMonth   = "“%s”中的月份应为 1 至 12，请改正。"
	badDay     = "“%s”中的日期不存在，请核对年、月、日。"
	badStart   = "“%s”中考核月的起始日应为 2 至 28，请改正。"
	badMix     = "“%s”两头不是同类期间，请都写成年、半年、季度、月、半月、日或起始日相同的考核月，如 2018-01..2018-03。"
	badOrder   = "“%s”的先后颠倒，请把较早的一期写在前面。"
)

func parse(s string) (p Period, problem string) {
	// Nearly all texts come from programs and files in the canonical form.
	if p, problem = parseCodes(s); problem == "" {
		return p, ""
	}
	t := normal(s)
	if strings.ContainsAny(t, "年月日号季半") {
		return parseChinese(t)
	}
	return parseCodes(dashes(strings.ReplaceAll(t, "—", "..")))
}

// dashes turns the slashes and single dots of written dates, 2018/3 and 2018.3.12, into dashes; two
// dots join a range. 2018.1 stays as it is and is refused: spreadsheets make it of 2018.10 as well.
func dashes(s string) string {
	b := []byte(strings.ReplaceAll(s, "/", "-"))
	for _, end := range strings.Split(s, "..") {
		if len(end) == len("2018.1") && strings.HasSuffix(end, ".1") {
			return string(b)
		}
	}
	for i, c := range b {
		if c == '.' && (i == 0 || s[i-1] != '.') && (i+1 == len(b) || s[i+1] != '.') {
			b[i] = '-'
		}
	}
	return string(b)
}

// An atom is one end of a range: the n-th unit u.
type atom struct {
	u unit
	n int
}

func join(a, b atom) (Period, string) {
	switch {
	case a.u != b.u:
		return Period{}, badMix
	case a.n > b.n:
		return Period{}, badOrder
	}
	p := a.u.period(a.n, b.n)
	if p.IsZero() {
		return p, badYear
	}
	return p, ""
}

func parseCodes(s string) (Period, string) {
	left, right, ranged := strings.Cut(s, "..")
	a, problem := parseCode(left)
	if problem != "" {
		return Period{}, problem
	}
	if !ranged {
		return join(a, a)
	}
	b, problem := parseCode(right)
	if problem != "" {
		return Period{}, problem
	}
	return join(a, b)
}

// parseCode reads one end: a year of four digits, then nothing or "-" and what the year is cut to.
func parseCode(s string) (atom, string) {
	y, rest := digits(s)
	if len(s)-len(rest) != 4 {
		return atom{}, notPeriod
	}
	if y < 1 {
		return atom{}, badYear
	}
	if rest == "" {
		return yearAtom(y), ""
	}
	if rest[0] != '-' || len(rest) < 2 {
		return atom{}, notPeriod
	}
	rest = rest[1:]
	c := rest[0] | 0x20
	if c == 'h' || c == 'q' {
		n, tail := digits(rest[1:])
		if tail != "" || len(rest) != 2 {
			return atom{}, notPeriod
		}
		if c == 'h' {
			return halfYearAtom(y, n)
		}
		return quarterAtom(y, n)
	}
	m, tail := digits(rest)
	if n := len(rest) - len(tail); n < 1 || n > 2 {
		return atom{}, notPeriod
	}
	if tail == "" {
		return monthAtom(y, m)
	}
	sign, tail := tail[0], tail[1:]
	switch sign {
	case 'a', 'A', 'b', 'B':
		if tail != "" {
			return atom{}, notPeriod
		}
		return halfMonthAtom(y, m, int(sign|0x20-'a')+1)
	case '-', '@':
		d, end := digits(tail)
		if end != "" || len(tail) < 1 || len(tail) > 2 {
			return atom{}, notPeriod
		}
		if sign == '@' {
			return assessmentAtom(y, m, d)
		}
		return dayAtom(y, m, d)
	}
	return atom{}, notPeriod
}

func yearAtom(y int) atom { return atom{unit{grain: Years}, y} }

func halfYearAtom(y, n int) (atom, string) {
	if n < 1 || n > 2 {
		return atom{}, badHalf
	}
	return atom{unit{grain: HalfYears}, y*2 + n - 1}, ""
}

func quarterAtom(y, n int) (atom, string) {
	if n < 1 || n > 4 {
		return atom{}, badQuarter
	}
	return atom{unit{grain: Quarters}, y*4 + n - 1}, ""
}

func monthAtom(y, m int) (atom, string) {
	if m < 1 || m > 12 {
		return atom{}, badMonth
	}
	return atom{unit{grain: Months}, y*12 + m - 1}, ""
}

func halfMonthAtom(y, m, n int) (atom, string) {
	if m < 1 || m > 12 {
		return atom{}, badMonth
	}
	return atom{unit{grain: HalfMonths}, y*24 + (m-1)*2 + n - 1}, ""
}

func assessmentAtom(y, m, start int) (atom, string) {
	a, problem := monthAtom(y, m)
	if problem == "" && (start < minStart || start > maxStart) {
		problem = badStart
	}
	a.u = unit{start: uint8(start)}
	return a, problem
}

func dayAtom(y, m, d int) (atom, string) {
	switch {
	case m < 1 || m > 12:
		return atom{}, badMonth
	case !civil(y, m, d):
		return atom{}, badDay
	}
	return atom{unit{}, int(dayOf(y, m, d))}, ""
}

// digits reads up to five leading ASCII digits and gives the number and the rest.
func digits(s string) (n int, rest string) {
	i := 0
	for i < len(s) && i < 5 && s[i] >= '0' && s[i] <= '9' {
		n = n*10 + int(s[i]-'0')
		i++
	}
	return n, s[i:]
}

func allDigits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

// threeNumbers reads a year of four digits, a month and a day, parted by sep.
func threeNumbers(s string, sep byte) (y, m, d int, ok bool) {
	y, r := digits(s)
	if len(s)-len(r) != 4 || r == "" || r[0] != sep {
		return 0, 0, 0, false
	}
	r = r[1:]
	m, t := digits(r)
	if n := len(r) - len(t); n < 1 || n > 2 || t == "" || t[0] != sep {
		return 0, 0, 0, false
	}
	d, r = digits(t[1:])
	if n := len(t) - 1 - len(r); n < 1 || n > 2 || r != "" {
		return 0, 0, 0, false
	}
	return y, m, d, true
}

// normal turns full-width characters into half-width ones, dashes, "~", "至" and "到" into one "—",
// and drops spaces except between two digits, where they part numbers that must not be joined.
func normal(s string) string {
	var b strings.Builder
	var last rune // the last one written
	space := false
	for _, r := range s {
		switch {
		case r >= '！' && r <= '～':
			r += '!' - '！'
		case r == '\u3000' || r == '\u00a0' || r == '\t':
			r = ' '
		}
		switch r {
		case ' ':
			space = true
			continue
		case '\u2010', '\u2011', '\u2212': // hyphens and minus
			r = '-'
		case '–', '―', '~', '至', '到':
			r = '—'
		}
		if r == '—' && last == '—' {
			continue
		}
		if space && isDigit(last) && isDigit(r) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		last, space = r, false
	}
	return b.String()
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// shown cuts what was typed to a length that can be repeated in a sentence.
func shown(s string) string {
	s = strings.ToValidUTF8(strings.TrimSpace(s), "\uFFFD")
	if utf8.RuneCountInString(s) <= 40 {
		return s
	}
	return string([]rune(s)[:40]) + "…"
}
