package table

import (
	"strings"
	"unicode/utf8"
)

// printed is a number taken apart as it stands on the page.
type printed struct {
	digits  string // sign, digits and point, "2071", "-0.5"; in per cent for a percentage
	decimal int    // digits after the point
	grouped bool   // has thousands separators
	plus    bool   // prints a plus sign
	minus   string // the minus sign used
	percent bool
	suffix  string // words after the number, "人次"
}

// readPrinted takes apart a printed number: an optional sign, digits with correct thousands
// separators, a point, a per cent sign, words. ok is false for anything else.
func readPrinted(s string) (p printed, ok bool) {
	p.minus = "-"
	rest := s
	switch {
	case strings.HasPrefix(rest, "-"):
		p.digits, rest = "-", rest[1:]
	case strings.HasPrefix(rest, "−"):
		p.digits, p.minus, rest = "-", "−", rest[len("−"):]
	case strings.HasPrefix(rest, "+"):
		p.plus, rest = true, rest[1:]
	}
	i, run, groups := 0, 0, 0
	for i < len(rest) {
		c := rest[i]
		if c >= '0' && c <= '9' {
			run++
		} else if c == ',' && run > 0 && (groups == 0 && run <= 3 || groups > 0 && run == 3) {
			groups, run = groups+1, 0
		} else {
			break
		}
		i++
	}
	whole := rest[:i]
	if p.grouped = groups > 0; p.grouped {
		whole = strings.ReplaceAll(whole, ",", "")
	}
	if whole == "" || p.grouped && run != 3 || len(whole) > 1 && whole[0] == '0' {
		return p, false
	}
	point := i
	if i+1 < len(rest) && rest[i] == '.' && rest[i+1] >= '0' && rest[i+1] <= '9' {
		for i++; i < len(rest) && rest[i] >= '0' && rest[i] <= '9'; i++ {
			p.decimal++
		}
	}
	if p.digits == "" && !p.grouped {
		p.digits = rest[:i] // most are: nothing is copied
	} else {
		p.digits += whole + rest[point:i]
	}
	p.suffix = rest[i:]
	if strings.HasPrefix(p.suffix, "%") {
		p.percent, p.suffix = true, p.suffix[1:]
	}
	if p.suffix != "" {
		r, _ := utf8.DecodeRuneInString(p.suffix)
		if r < utf8.RuneSelf && r != ' ' && !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			return p, false // "2018-03", "1/2", "3:1" are no numbers
		}
	}
	if len(whole)+p.decimal > 15 {
		return p, false // a spreadsheet keeps 15 digits
	}
	return p, true
}

// value gives the number as a spreadsheet stores it: percentages as fractions.
func (p printed) value() string {
	if !p.percent {
		return p.digits
	}
	sign, d := "", p.digits
	if d[0] == '-' {
		sign, d = "-", d[1:]
	}
	whole, frac, _ := strings.Cut(d, ".")
	for len(whole) < 3 {
		whole = "0" + whole
	}
	cut := len(whole) - 2
	d = strings.TrimLeft(whole[:cut], "0") + "." + whole[cut:] + frac
	if d[0] == '.' {
		d = "0" + d
	}
	return sign + d
}

// format gives the number format that prints the value as the page does, with the symbol of a
// light before it and a note after it.
func (p printed) format(symbol, note string) string {
	base := "0"
	whole, _, _ := strings.Cut(strings.TrimPrefix(p.digits, "-"), ".")
	if p.grouped || len(whole) <= 3 && !p.percent {
		base = "#,##0" // also for small numbers, so that a column has one format
	}
	if p.decimal > 0 {
		base += "." + strings.Repeat("0", p.decimal)
	}
	if p.percent {
		base += "%"
	}
	tail := p.suffix
	if note != "" {
		tail += " " + note
	}
	if tail != "" {
		base += quoteFormat(tail)
	}
	head := ""
	if symbol != "" {
		head = quoteFormat(symbol + " ")
	}
	switch {
	case p.plus:
		return head + `"+"` + base + ";" + head + `-` + base + ";" + head + `"+"` + base
	case p.minus != "-":
		return head + base + ";" + head + quoteFormat(p.minus) + base
	case head != "":
		return head + base + ";" + head + "-" + base
	}
	return base
}

// quoteFormat makes s literal inside a number format.
func quoteFormat(s string) string {
	return `"` + strings.ReplaceAll(s, `"`, `"\""`) + `"`
}
