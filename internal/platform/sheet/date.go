package sheet

import (
	"fmt"
	"strconv"
	"strings"

	"kaiyang/internal/core/measure"
)

// ParseDate reads a day as people write it: 2018-3-12, 2018/03/12, 2018.3.12, 2018年3月12日
// (or 号), 20180312, in full width too, with a time of day after it that is dropped. It gives
// the day as 2018-03-12. Years have four digits; nothing is guessed.
func ParseDate(s string) (string, bool) {
	if !maybeDate(s) {
		return "", false
	}
	s = dateSigns.Replace(strings.TrimSpace(measure.Halfwidth(s)))
	day, rest, timed := strings.Cut(s, " ")
	// Blanks inside the day, "2018年 3月 12日", are not a time.
	if timed && !strings.Contains(rest, ":") {
		day, timed = strings.ReplaceAll(s, " ", ""), false
	}
	if timed && !clockTime(rest) {
		return "", false
	}
	if len(day) == 8 && allDigits(day) {
		return isoDate(day[:4], day[4:6], day[6:])
	}
	p := strings.Split(day, "-")
	if len(p) != 3 {
		return "", false
	}
	return isoDate(p[0], p[1], p[2])
}

// maybeDate tells, without cost, whether there are six digits and nothing that no day has.
func maybeDate(s string) bool {
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9' || r >= '０' && r <= '９':
			digits++
		case r == ' ' || r == 'T' || r == 'Z':
		case strings.ContainsRune(signsOfDays, r):
		default:
			return false
		}
	}
	return digits >= 6
}

func clockTime(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && c != ':' && c != '-' && c != ' ' && c != 'Z' {
			return false
		}
	}
	return true
}

func isoDate(ys, ms, ds string) (string, bool) {
	if len(ys) != 4 || len(ms) < 1 || len(ms) > 2 || len(ds) < 1 || len(ds) > 2 ||
		!allDigits(ys) || !allDigits(ms) || !allDigits(ds) {
		return "", false
	}
	y, _ := strconv.Atoi(ys)
	m, _ := strconv.Atoi(ms)
	d, _ := strconv.Atoi(ds)
	if y < 1900 || m < 1 || m > 12 || d < 1 || d > monthDays(y, m) {
		return "", false
	}
	return fmt.Sprintf("%04d-%02d-%02d", y, m, d), true
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func monthDays(y, m int) int {
	switch m {
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// dayNumber counts days from 1970-01-01 in the civil calendar.
func dayNumber(y, m, d int) int {
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	yoe := y - era*400
	doy := (153*(m-3)+2)/5 + d - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

func civil(n int) (y, m, d int) {
	n += 719468
	era := n / 146097
	doe := n - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = doy - (153*mp+2)/5 + 1
	m = mp + 3
	y = yoe + era*400
	if m > 12 {
		m -= 12
		y++
	}
	return y, m, d
}

// The spreadsheet calendars: day 1 is 1900-01-01, with a 29 February 1900 that never was; or
// day 0 is 1904-01-01.
const (
	epoch1900 = -25569 // day number of serial 0 for serials from 61 on: 1899-12-30
	epoch1904 = -24107 // 1904-01-01
	maxSerial = 2958465
)

// serialDate turns a day number of a spreadsheet into a day.
func serialDate(serial float64, is1904 bool) (string, bool) {
	n := int(serial)
	if serial < 0 || n > maxSerial {
		return "", false
	}
	switch {
	case is1904:
		n += epoch1904
	case n == 0 || n == 60:
		return "", false
	case n < 60:
		n += epoch1900 + 1
	default:
		n += epoch1900
	}
	y, m, d := civil(n)
	return fmt.Sprintf("%04d-%02d-%02d", y, m, d), y <= 9999
}

// dateSerial gives the spreadsheet's number of a day written 2018-03-12 (calendar of 1900).
func dateSerial(iso string) (int, bool) {
	s, ok := ParseDate(iso)
	if !ok {
		return 0, false
	}
	y, _ := strconv.Atoi(s[:4])
	m, _ := strconv.Atoi(s[5:7])
	d, _ := strconv.Atoi(s[8:])
	n := dayNumber(y, m, d) - epoch1900
	if n < 61 {
		n--
	}
	return n, true
}

// dateFormat tells whether a number format shows a day.
func dateFormat(id int, code string) bool {
	switch {
	case id >= 14 && id <= 17, id == 22, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id == 57, id == 58:
		return true
	case id >= 1 && id <= 49 && code == "":
		return false
	}
	day := false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case '"':
			for i++; i < len(code) && code[i] != '"'; i++ {
			}
		case '\\', '_', '*':
			i++
		case '[':
			for i++; i < len(code) && code[i] != ']'; i++ {
			}
		case 'y', 'Y', 'd', 'D':
			day = true
		case ';':
			return day
		case 'G', 'g':
			if strings.HasPrefix(strings.ToLower(code[i:]), "general") {
				i += 6
			}
		}
	}
	return day
}

func percentFormat(id int, code string) bool {
	if id == 9 || id == 10 {
		return true
	}
	quoted := false
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"':
			quoted = !quoted
		case '\\':
			i++
		case '%':
			if !quoted {
				return true
			}
		}
	}
	return false
}
