package formula

// A token is one word or sign of a formula. Positions count runes from 0.
type token struct {
	kind   tokenKind
	text   string // names and numbers in half width; quoted text as it stands, without its marks
	pos, n int
}

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokNumber
	tokName   // bare word
	tokQuoted // text in quotation marks
	tokRaw    // bare text inside a selector
	tokPlus
	tokMinus
	tokTimes
	tokDivide
	tokLess
	tokLessEq
	tokGreater
	tokGreaterEq
	tokEqual
	tokNotEqual
	tokAnd
	tokOr
	tokNot
	tokPercent
	tokOpen
	tokClose
	tokOpenBrace
	tokCloseBrace
	tokComma
	tokSemicolon
	tokUnknown // a sign that means nothing; it has been reported
)

// signs are the one-rune signs after folding to half width.
var signs = map[rune]tokenKind{
	'+': tokPlus, '-': tokMinus, '*': tokTimes, '/': tokDivide, '<': tokLess, '>': tokGreater,
	'=': tokEqual, '%': tokPercent, '(': tokOpen, ')': tokClose, '{': tokOpenBrace,
	'}': tokCloseBrace, ',': tokComma, ';': tokSemicolon,
	'×': tokTimes, '÷': tokDivide, '∕': tokDivide, '−': tokMinus, '–': tokMinus,
	'≤': tokLessEq, '≦': tokLessEq, '≥': tokGreaterEq, '≧': tokGreaterEq, '≠': tokNotEqual,
	'、': tokComma,
}

// pairs are the two-rune signs after folding to half width.
var pairs = map[[2]rune]tokenKind{
	{'<', '='}: tokLessEq, {'>', '='}: tokGreaterEq, {'<', '>'}: tokNotEqual,
	{'!', '='}: tokNotEqual, {'=', '='}: tokEqual, {'=', '<'}: tokLessEq, {'=', '>'}: tokGreaterEq,
}

// words are the names that are signs; they must be quoted to be names.
var words = map[string]tokenKind{
	"and": tokAnd, "or": tokOr, "not": tokNot, "且": tokAnd, "或": tokOr, "非": tokNot,
}

// chineseWords are the operators that are Chinese words.
var chineseWords = map[op]string{opAnd: "且", opOr: "或", opNot: "非"}

// fold turns a full-width sign, letter or digit into its half-width form.
func fold(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '\u3000':
		return ' '
	}
	return r
}
