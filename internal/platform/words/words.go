// Package words translates the product's sentences. Chinese is the text in the source; English
// is a complete catalogue beside it, keyed by the Chinese text. A test finds what is missing.
package words

import (
	_ "embed" // the catalogue
	"encoding/json"
	"strings"
	"sync"

	"kaiyang/internal/core/fault"
)

// A Lang is a language of the product.
type Lang string

// The languages.
const (
	Chinese Lang = "zh"
	English Lang = "en"
)

//go:embed en.json
var catalogue []byte

var english = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	if err := json.Unmarshal(catalogue, &m); err != nil {
		panic("words: en.json: " + err.Error())
	}
	return m
})

// ParseLang reads a language code; anything unknown is Chinese.
func ParseLang(s string) Lang {
	if s == string(English) {
		return English
	}
	return Chinese
}

// T gives the Chinese sentence in a language, with its arguments put in.
func T(l Lang, chinese string, args ...any) string {
	s := l.Text(chinese)
	if len(args) > 0 {
		s = fault.Fill(chinese, s, args)
		if l == English {
			s = Singular(s)
		}
	}
	return s
}

// Text gives the Chinese text or format in language l; a text without translation stays Chinese.
func (l Lang) Text(chinese string) string {
	if l == English {
		if s, ok := english()[chinese]; ok {
			return s
		}
	}
	return chinese
}

// Last translates the last word of a recorded text, as of a post that is written with a unit's
// name and a role: the name stays.
func (l Lang) Last(text string) string {
	i := strings.LastIndexByte(text, ' ') + 1
	return text[:i] + l.Text(text[i:])
}

// Pick gives the name in language l: the English one where there is one, else the Chinese.
func (l Lang) Pick(chinese, en string) string {
	if l == English && en != "" {
		return en
	}
	return chinese
}

// Known tells whether the catalogue has an English text.
func Known(chinese string) bool {
	_, ok := english()[chinese]
	return ok
}

// All gives the whole catalogue, for tests.
func All() map[string]string { return english() }
