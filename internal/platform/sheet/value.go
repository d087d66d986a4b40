package sheet

import (
	"math/big"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
)

// A ValueKind tells what a cell holds.
type ValueKind uint8

// The kinds of values.
const (
	Empty  ValueKind = iota // nothing, or blanks only
	Text                    // words; Number or Date are set too where the words are one
	Number                  // a number
	Date                    // a number shown as a day
	Bool                    // TRUE or FALSE
	Error                   // a formula without a result, #DIV/0!
)

// A Value is what stands in a cell, read tolerantly and without guessing.
type Value struct {
	Kind         ValueKind
	Text         string // trimmed words; a number as plain decimal, a day as 2018-03-12
	Number       string // exact decimal without separators, "" where the cell is no number
	Percent      bool   // the number is shown or written in per cent; Number is the fraction, 0.5 for 50%
	Date         string // 2018-03-12 where the cell is a day in any usual spelling
	Formula      string // without "="; "…" for a formula shared from another cell
	Err          string // error of a formula, "#DIV/0!"
	Uncalculated bool   // a formula whose result was never stored
	Merged       string // range of a merged cell, "B3:D3", also for the cells it covers
	Long         bool   // a number of more than 15 digits, whose end a spreadsheet has lost
}

// Fault gives the finding that a data cell deserves whatever is expected in it: the error of
// a formula, a formula never calculated, a merged cell, a number that has lost its end. ok is
// true when there is none.
func (v Value) Fault(sheet, cell string) (f fault.Finding, ok bool) {
	f = fault.Finding{Sheet: sheet, Cell: cell, Value: v.Text}
	if _, row, is := ParseAddress(cell); is {
		f.Row = row
	}
	switch {
	case v.Err != "":
		f.Value, f.Rule = v.Err, "formula-error"
		f.Format, f.Args = "公式结果为 %s；请改正公式，或直接填写数值", []any{v.Err}
	case v.Uncalculated:
		f.Value, f.Rule = "="+v.Formula, "formula-not-calculated"
		f.Format = "公式没有保存计算结果；请用 Excel、WPS 或 LibreOffice 打开并保存一次，或直接填写数值"
	case v.Merged != "":
		f.Rule = "merged-cell"
		f.Format, f.Args = "属于合并单元格 %s，只有左上角有值；请取消合并后逐格填写", []any{v.Merged}
	case v.Long:
		f.Rule = "number-too-long"
		f.Format = "超过 15 位的数字在表格中会丢失末位；请把单元格设为文本后重新填写"
	default:
		return fault.Finding{}, true
	}
	return f, false
}

// AsDate gives the day of a cell in a column of days: a day in any usual spelling, eight digits
// 20180312, or a bare serial number between 1954 and 2119.
func (v Value) AsDate() (string, bool) {
	if v.Date != "" {
		return v.Date, true
	}
	if v.Kind != Number && v.Kind != Text || v.Number == "" || v.Percent {
		return "", false
	}
	if len(v.Number) == 8 && allDigits(v.Number) {
		return ParseDate(v.Number)
	}
	n, err := strconv.ParseFloat(v.Number, 64)
	if err != nil || n < 20000 || n >= 80500 {
		return "", false
	}
	return serialDate(n, false)
}

// clean trims blanks of every width, zero-width marks and line breaks around a text.
func clean(s string) string {
	return strings.TrimFunc(s, func(r rune) bool {
		switch r {
		case ' ', '\t', '\r', '\n', '\v', '\f', 0xA0, 0x3000, 0xFEFF, 0x200B, 0x200C, 0x200D, 0x2060, 0x85:
			return true
		}
		return r >= 0x2000 && r <= 0x200A
	})
}

// parseText reads a number written as text: full-width digits, correct thousands separators,
// blanks around and between groups, a per cent sign. ok is false for anything else.
func parseText(s string) (number string, percent, ok bool) {
	if !maybeNumber(s) {
		return "", false, false
	}
	s = numberSigns.Replace(measure.Halfwidth(clean(s)))
	if t, found := strings.CutSuffix(s, "%"); found {
		s, percent = clean(t), true
	}
	sign := ""
	switch {
	case strings.HasPrefix(s, "-"):
		sign, s = "-", clean(s[1:])
	case strings.HasPrefix(s, "+"):
		s = clean(s[1:])
	}
	whole, frac, point := strings.Cut(s, ".")
	whole, ok = ungroup(whole)
	if !ok || point && !allDigits(frac) || len(whole)+len(frac) > 60 {
		return "", false, false
	}
	if percent {
		for len(whole) < 3 {
			whole = "0" + whole
		}
		whole, frac = whole[:len(whole)-2], whole[len(whole)-2:]+frac
	}
	return normal(sign, whole, frac), percent, true
}

var numberSigns = strings.NewReplacer("\u2212", "-", "\u2013", "-", "\uFE63", "-", "\u00a0", " ")

// maybeNumber tells, without cost, whether there are digits and nothing that no number has.
func maybeNumber(s string) bool {
	digits := false
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9' || r >= '０' && r <= '９':
			digits = true
		case r <= ' ' || r >= 0x2000 && r <= 0x200D:
		case strings.ContainsRune("+-.,%＋－．，％\u2212\u2013\uFE63\u00a0\u3000\uFEFF\u2060\u0085", r):
		default:
			return false
		}
	}
	return digits
}

// ungroup takes separators out of digits if every group after the first has three.
func ungroup(s string) (string, bool) {
	for _, sep := range []string{",", " "} {
		if !strings.Contains(s, sep) {
			continue
		}
		groups := strings.Split(s, sep)
		for i, g := range groups {
			if !allDigits(g) || i > 0 && len(g) != 3 || i == 0 && len(g) > 3 {
				return "", false
			}
		}
		return strings.Join(groups, ""), true
	}
	return s, allDigits(s)
}

// normal writes a decimal without needless zeros and without minus zero.
func normal(sign, whole, frac string) string {
	whole = strings.TrimLeft(whole, "0")
	frac = strings.TrimRight(frac, "0")
	if whole == "" {
		whole = "0"
	}
	if frac != "" {
		whole += "." + frac
	} else if whole == "0" {
		sign = ""
	}
	return sign + whole
}

// parseStored reads the number of a cell as a spreadsheet stores it, a binary fraction printed
// with up to 17 digits, and gives the decimal of 15 digits that a person sees.
func parseStored(s string) (number string, ok bool) {
	plain := strings.TrimPrefix(s, "-")
	whole, frac, point := strings.Cut(plain, ".")
	if allDigits(whole) && (!point || allDigits(frac)) && len(whole)+len(frac) <= 15 {
		sign := ""
		if plain != s {
			sign = "-"
		}
		return normal(sign, whole, frac), true
	}
	if len(s) > 40 {
		return "", false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != f || f > 1e30 || f < -1e30 {
		return "", false
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', 14, 64), "e")
	sign := ""
	if mantissa[0] == '-' {
		sign, mantissa = "-", mantissa[1:]
	}
	digits := mantissa[:1] + mantissa[2:]
	exp, err := strconv.Atoi(exponent)
	if err != nil || exp < -30 {
		return "0", err == nil // smaller than anything counted
	}
	switch point := exp + 1; {
	case point <= 0:
		return normal(sign, "0", strings.Repeat("0", -point)+digits), true
	case point >= len(digits):
		return normal(sign, digits+strings.Repeat("0", point-len(digits)), ""), true
	default:
		return normal(sign, digits[:point], digits[point:]), true
	}
}

// percentText writes a fraction in per cent, "0.5" as "50%".
func percentText(number string) string {
	r, ok := new(big.Rat).SetString(number)
	if !ok {
		return number
	}
	r.Mul(r, big.NewRat(100, 1))
	whole, frac, _ := strings.Cut(r.FloatString(20), ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	return normal(sign, whole, frac) + "%"
}
