package words

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Sayings are sentences that the product writes in Chinese and keeps as text, such as the reason of
// a matter on an agenda, so that they can be said in another language when they are shown.
type Sayings []saying

type saying struct {
	format string
	whole  *regexp.Regexp
	number []bool // of each argument
}

var verbs = regexp.MustCompile(`%[sd]`)

// NewSayings readies Chinese formats with the verbs %s and %d. A sentence is taken for the first
// format that fits, so the more particular ones come first.
func NewSayings(formats ...string) Sayings {
	var out Sayings
	for _, f := range formats {
		s := saying{format: f}
		pattern, at := "^", 0
		for _, m := range verbs.FindAllStringIndex(f, -1) {
			pattern += regexp.QuoteMeta(f[at:m[0]])
			number := f[m[0]:m[1]] == "%d"
			if number {
				pattern += `(\d+)`
			} else {
				pattern += `(.+?)`
			}
			s.number = append(s.number, number)
			at = m[1]
		}
		s.whole = regexp.MustCompile("(?s)" + pattern + regexp.QuoteMeta(f[at:]) + "$")
		out = append(out, s)
	}
	return out
}

// Say gives a kept Chinese sentence in language l; its parts between “；” are sentences of their
// own. Texts put into a sentence are given through arg, which may be nil. What fits no format stays
// as it is, and ok is false then.
func (list Sayings) Say(l Lang, sentence string, arg func(string) string) (text string, ok bool) {
	if l == Chinese || sentence == "" {
		return sentence, true
	}
	if text, ok = list.one(l, sentence, arg); ok {
		return text, true
	}
	parts := strings.Split(sentence, "；")
	if len(parts) == 1 {
		return sentence, false
	}
	ok = true
	for i, p := range parts {
		one, fits := list.one(l, p, arg)
		parts[i], ok = one, ok && fits
	}
	return strings.Join(parts, l.Text("；")), ok
}

func (list Sayings) one(l Lang, sentence string, arg func(string) string) (string, bool) {
	if Known(sentence) {
		return l.Text(sentence), true
	}
	for _, s := range list {
		found := s.whole.FindStringSubmatch(sentence)
		if found == nil || !Known(s.format) {
			continue
		}
		args := make([]any, len(s.number))
		for i, text := range found[1:] {
			n, err := strconv.Atoi(text)
			switch {
			case s.number[i] && err == nil:
				args[i] = n
			case arg != nil:
				args[i] = arg(text)
			default:
				args[i] = text
			}
		}
		return fmt.Sprintf(l.Text(s.format), args...), true
	}
	return sentence, false
}
