package sheet

import (
	"strconv"
	"strings"
	"unicode/utf16"
)

// Excel's bounds of a worksheet.
const (
	MaxRows    = 1_048_576
	MaxColumns = 16_384
)

// Name makes a worksheet name of a title by Excel's rules: at most 31 UTF-16 units, none of
// []:*?/\ and no control characters, no apostrophe at either end, not "History", not one of
// taken (compared without case). The name is added to taken, which may be nil.
func Name(title string, taken map[string]bool) string {
	clean := strings.Map(func(r rune) rune {
		switch r {
		case '[', '【':
			return '（'
		case ']', '】':
			return '）'
		case ':', '：', '/', '\\':
			return '-'
		case '*', '?', '？':
			return -1
		}
		if r < ' ' || r == 0x7F || r == 0xFFFD || r == 0xFFFE || r == 0xFFFF || r == 3 {
			return ' '
		}
		return r
	}, title)
	clean = strings.TrimSpace(strings.Join(strings.Fields(clean), " "))
	clean = strings.TrimSpace(strings.Trim(cutUnits(clean, 31), "'"))
	if clean == "" || strings.EqualFold(clean, "History") {
		clean += "表"
	}
	name := clean
	for n := 2; taken[strings.ToLower(name)]; n++ {
		tail := "-" + strconv.Itoa(n)
		name = cutUnits(clean, 31-len(tail)) + tail
	}
	if taken != nil {
		taken[strings.ToLower(name)] = true
	}
	return name
}

// cutUnits cuts s to n UTF-16 units without dividing a character.
func cutUnits(s string, n int) string {
	units := 0
	for i, r := range s {
		units += utf16.RuneLen(r)
		if units > n {
			return strings.TrimRight(s[:i], " ")
		}
	}
	return s
}

// ColumnName gives the letters of a column counted from 1: 1 is A, 28 is AB.
func ColumnName(col int) string {
	if col < 1 {
		return ""
	}
	var b [8]byte
	i := len(b)
	for col > 0 {
		col--
		i--
		b[i] = byte('A' + col%26)
		col /= 26
	}
	return string(b[i:])
}

// Address gives the address of a cell, column and row counted from 1: (3, 14) is C14.
func Address(col, row int) string { return ColumnName(col) + strconv.Itoa(row) }

// ParseAddress reads an address such as C14 or $C$14; ok is false for anything else.
func ParseAddress(s string) (col, row int, ok bool) {
	i := 0
	if i < len(s) && s[i] == '$' {
		i++
	}
	start := i
	for ; i < len(s); i++ {
		c := s[i]
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c < 'A' || c > 'Z' {
			break
		}
		if col = col*26 + int(c-'A') + 1; col > MaxColumns {
			return 0, 0, false
		}
	}
	if i == start {
		return 0, 0, false
	}
	if i < len(s) && s[i] == '$' {
		i++
	}
	digits := i
	for ; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, 0, false
		}
		if row = row*10 + int(s[i]-'0'); row > MaxRows {
			return 0, 0, false
		}
	}
	return col, row, i > digits && row > 0
}

// Guard puts an apostrophe before text that a spreadsheet would run as a formula when it opens
// a CSV file (STANDARDS OFF-09): text that begins with = + - @, a tab or a line break, also in
// full width. Text already guarded is guarded once more, so that Unguard gives exactly s back.
func Guard(s string) string {
	if risky(strings.TrimLeft(s, "'")) {
		return "'" + s
	}
	return s
}

// Unguard takes the apostrophe of Guard away again.
func Unguard(s string) string {
	if strings.HasPrefix(s, "'") && risky(strings.TrimLeft(s, "'")) {
		return s[1:]
	}
	return s
}

func risky(s string) bool {
	if s == "" {
		return false
	}
	switch s[0] {
	case '=', '+', '-', '@', '\t', '\r', '\n':
		return true
	}
	for _, p := range []string{"＝", "＋", "－", "＠"} {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
