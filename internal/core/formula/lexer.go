package formula

import (
	"strings"
	"unicode"
)

// A lexer cuts a formula into tokens. It never stops at a fault: it notes it and goes on.
type lexer struct {
	src    []rune
	at     int
	tokens []token
	errs   *reporter
}

func lex(src []rune, errs *reporter) []token {
	l := lexer{src: src, errs: errs}
	for l.next() {
	}
	l.tokens = append(l.tokens, token{kind: tokEnd, pos: l.end()})
	return l.tokens
}

// end is the place after the last rune that is not blank: there a missing sign is missing.
func (l *lexer) end() int {
	n := len(l.src)
	for n > 0 && blank(l.src[n-1]) {
		n--
	}
	return n
}

func (l *lexer) next() bool {
	l.skipBlank()
	if l.at >= len(l.src) {
		return false
	}
	r := fold(l.src[l.at])
	switch {
	case quoteEnd(r) != 0:
		l.quoted()
	case isDigit(r) || isLetter(r):
		l.word()
	default:
		l.sign(r)
	}
	return true
}

func (l *lexer) skipBlank() {
	for l.at < len(l.src) && blank(l.src[l.at]) {
		l.at++
	}
}

func (l *lexer) add(kind tokenKind, text string, from int) {
	l.tokens = append(l.tokens, token{kind, text, from, l.at - from})
}

// peek gives the folded rune n places ahead, 0 past the end.
func (l *lexer) peek(n int) rune {
	if l.at+n < len(l.src) {
		return fold(l.src[l.at+n])
	}
	return 0
}

func (l *lexer) sign(r rune) {
	from := l.at
	if k, ok := pairs[[2]rune{r, l.peek(1)}]; ok {
		l.at += 2
		l.add(k, "", from)
		return
	}
	l.at++
	k, ok := signs[r]
	if !ok {
		l.errs.add(from, 1, "sign", "“%s”不是公式里可用的符号，请删去，或把它所在的名称放进引号", string(l.src[from]))
		l.add(tokUnknown, "", from)
		return
	}
	l.add(k, "", from)
	if k == tokOpenBrace {
		l.selector()
	}
}

// word reads a run of letters, digits, points and underscores: a number, a sign such as and, or
// a name. A name may begin with a digit, as in 3人以上团伙案件.
func (l *lexer) word() {
	from := l.at
	var b strings.Builder
	letters := false
	for r := l.peek(0); isLetter(r) || isDigit(r) || r == '.'; r = l.peek(0) {
		if r == '且' || r == '或' {
			if b.Len() > 0 && !letters {
				break // a number before it, as in 甲>0且乙>0
			}
		}
		letters = letters || isLetter(r)
		b.WriteRune(r)
		l.at++
	}
	text := b.String()
	if letters {
		if k, ok := words[strings.ToLower(text)]; ok {
			l.add(k, text, from)
			return
		}
		l.add(tokName, text, from)
		return
	}
	whole, frac, point := strings.Cut(text, ".")
	switch {
	case point && (frac == "" || strings.Contains(frac, ".")) || whole == "":
		l.errs.add(from, l.at-from, "number", "“%s”不是数字；小数请写成 0.5 的样子", text)
		text = "0"
	case len(text) > maxDigits:
		l.errs.add(from, l.at-from, "number", "数字太长，最多 %d 位", maxDigits)
		text = "0"
	}
	l.add(tokNumber, text, from)
	if r := l.peek(0); r == '且' || r == '或' {
		l.at++
		l.add(words[string(r)], "", l.at-1)
	}
}

// quoted reads a text in quotation marks. A doubled " inside "…" stands for one; “…” and 「…」
// may hold further pairs of their own kind.
func (l *lexer) quoted() {
	from := l.at
	opening := fold(l.src[l.at])
	closing := quoteEnd(opening)
	l.at++
	var b strings.Builder
	depth := 1
	for ; l.at < len(l.src) && l.src[l.at] != '\n'; l.at++ {
		r := l.src[l.at]
		switch {
		case fold(r) == closing && closing == '"' && l.peek(1) == '"':
			l.at++
		case fold(r) == closing:
			if depth--; depth == 0 {
				l.at++
				l.finishQuoted(b.String(), from)
				return
			}
		case r == opening:
			depth++
		}
		b.WriteRune(r)
	}
	l.errs.add(from, l.at-from, "quote", "引号没有合上，缺少 %s", string(closing))
	l.finishQuoted(strings.TrimSpace(b.String()), from)
}

func (l *lexer) finishQuoted(text string, from int) {
	if strings.TrimSpace(text) == "" {
		l.errs.add(from, l.at-from, "quote", "引号里没有内容")
	}
	l.add(tokQuoted, text, from)
}

// selector reads what stands after an opening brace: dimension = label, separated by commas or
// semicolons. Labels such as <25 need no quotation marks.
func (l *lexer) selector() {
	first := true // the first = of an item divides; further ones belong to the label
	for {
		l.skipBlank()
		from := l.at
		r := l.peek(0)
		switch {
		case r == 0:
			return // the parser misses the closing brace
		case r == '}':
			l.at++
			l.add(tokCloseBrace, "", from)
			return
		case r == ',' || r == ';' || r == '、':
			l.at++
			l.add(tokComma, "", from)
			first = true
		case r == '=' && first:
			l.at++
			l.add(tokEqual, "", from)
			first = false
		case quoteEnd(r) != 0:
			l.quoted()
		default:
			l.raw(first)
		}
	}
}

func (l *lexer) raw(dimension bool) {
	from := l.at
	var b strings.Builder
	for ; l.at < len(l.src); l.at++ {
		r := l.peek(0)
		if strings.ContainsRune("},;、\n", r) || dimension && r == '=' || quoteEnd(r) != 0 {
			break
		}
		b.WriteRune(r)
	}
	text := strings.TrimRightFunc(b.String(), blank)
	l.tokens = append(l.tokens, token{tokRaw, text, from, len([]rune(text))})
}

// quoteEnd gives the mark that closes a text opened by r, 0 if r opens none.
func quoteEnd(r rune) rune {
	switch r {
	case '"', '”': // input methods sometimes give the closing mark twice
		return r
	case '“':
		return '”'
	case '「':
		return '」'
	case '『':
		return '』'
	}
	return 0
}

func blank(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff'
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isLetter(r rune) bool { return r == '_' || unicode.IsLetter(r) }
