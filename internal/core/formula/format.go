package formula

import (
	"math/big"
	"strings"
	"unicode"
	"unicode/utf8"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
)

// A Format tells in which scale a figure is shown. Rounding, half away from zero, happens here
// and nowhere else.
type Format uint8

// The formats.
const (
	Plain       Format = iota // 2,071人次
	Percent                   // 37.52%
	PerThousand               // 3.75‰
	Per100k                   // 12.3/10万
)

var formatCodes = [...]string{Plain: "plain", Percent: "percent", PerThousand: "perthousand", Per100k: "per100k"}

var formatTexts = [...]string{Plain: "数值", Percent: "百分数", PerThousand: "千分数", Per100k: "每十万"}

// ParseFormat reads a format by its code or its Chinese word; empty text is Plain.
func ParseFormat(s string) (Format, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return Plain, nil
	}
	for f := range formatCodes {
		if strings.EqualFold(s, formatCodes[f]) || s == formatTexts[f] {
			return Format(f), nil
		}
	}
	return Plain, fault.New(fault.Invalid, "没有格式“%s”；请用 plain（数值）、percent（百分数）、perthousand（千分数）或 per100k（每十万）", s)
}

// String gives the code.
func (f Format) String() string {
	if int(f) < len(formatCodes) {
		return formatCodes[f]
	}
	return ""
}

// Text gives the Chinese word; the English catalogue translates it.
func (f Format) Text() string {
	if int(f) < len(formatTexts) {
		return formatTexts[f]
	}
	return ""
}

// factor is what one unit of the shown scale is a part of: 100 for percent.
func (f Format) factor() int64 {
	switch f {
	case Percent:
		return 100
	case PerThousand:
		return 1000
	case Per100k:
		return 100_000
	}
	return 1
}

// Value gives r in the shown scale, rounded to digits, without separators or unit: "37.52".
func (f Format) Value(r *big.Rat, digits int) string {
	return measure.Round(new(big.Rat).Mul(r, new(big.Rat).SetInt64(f.factor())), digits)
}

// Printed gives the number that stands in print, in the scale of r: 0.3752 for 37.52%. The
// official verdict compares it with the target (SEMANTICS §4).
func (f Format) Printed(r *big.Rat, digits int) *big.Rat {
	p, _ := new(big.Rat).SetString(f.Value(r, digits))
	return p.Quo(p, new(big.Rat).SetInt64(f.factor()))
}

// Show gives r as printed: "37.52%", "2,071人次". unit is the unit of measure of a plain number, in
// the language of tr; nil is Chinese. A unit that holds "#" has the number in its place: "第#名" gives
// "第1名".
func (f Format) Show(r *big.Rat, digits int, unit string, tr func(string) string) string {
	s := measure.Group(f.Value(r, digits))
	switch f {
	case Percent:
		return s + "%"
	case PerThousand:
		return s + "‰"
	case Per100k:
		unit = "/10万"
		if tr != nil {
			unit = tr(unit)
		}
	}
	if before, after, ok := strings.Cut(unit, "#"); ok {
		return before + s + after
	}
	if c, _ := utf8.DecodeRuneInString(unit); c < utf8.RuneSelf && unicode.IsLetter(c) {
		return s + " " + unit
	}
	return s + unit
}
