package words

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
)

// Sayings are sentences that the product writes in Chinese and keeps as text, such as the reason of
// a matter on an agenda, so that they can be said in another language when they are shown.
type Sayings []saying

type saying struct {
	formats []string // one behind the other
	whole   *regexp.Regexp
	found   []argument // what each group of whole is
	part    func(l Lang, n int, text string) (string, bool)
}

// An argument is a place where a format takes an argument: the n-th (from 1) of the format at.
type argument struct {
	at, n  int
	number bool
}

var verbs = regexp.MustCompile(`%(?:\[(\d+)\])?([sd])`)

// NewSayings readies Chinese formats with the verbs %s and %d. A sentence is taken for the first
// format that fits, so the more particular ones come first.
func NewSayings(formats ...string) Sayings {
	var out Sayings
	for _, f := range formats {
		out = append(out, NewSaying(Form{Formats: []string{f}})...)
	}
	return out
}

// A Form describes sentences whose arguments run into each other, so that it must be told what they
// look like.
type Form struct {
	Formats []string // one behind the other; their arguments may have numbers and stand twice
	Looks   []string // of the arguments of the first format, as regular expressions without groups; "" for any text
	// Part says an argument of the first format (n from 1) in a language; false leaves it to who asks. It may be nil.
	Part func(l Lang, n int, text string) (string, bool)
}

// NewSaying readies sentences of one form.
func NewSaying(f Form) Sayings {
	s := saying{formats: f.Formats, part: f.Part}
	pattern := "^"
	for k, format := range f.Formats {
		at, next := 0, 1
		for _, m := range verbs.FindAllStringSubmatchIndex(format, -1) {
			n := next
			if m[2] >= 0 {
				n, _ = strconv.Atoi(format[m[2]:m[3]])
			}
			next = n + 1
			look, number := ".+?", format[m[4]:m[5]] == "d"
			if number {
				look = `\d[\d,]*`
			} else if k == 0 && n <= len(f.Looks) && f.Looks[n-1] != "" {
				look = f.Looks[n-1]
			}
			pattern += regexp.QuoteMeta(format[at:m[0]]) + "(" + look + ")"
			s.found = append(s.found, argument{k, n, number})
			at = m[1]
		}
		pattern += regexp.QuoteMeta(format[at:])
	}
	s.whole = regexp.MustCompile("(?s)" + pattern + "$")
	return Sayings{s}
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
		if text, ok := s.say(l, sentence, arg); ok {
			return text, true
		}
	}
	return sentence, false
}

func (s saying) say(l Lang, sentence string, arg func(string) string) (string, bool) {
	found := s.whole.FindStringSubmatch(sentence)
	if found == nil || slices.ContainsFunc(s.formats, func(f string) bool { return !Known(f) }) {
		return "", false
	}
	args := make([][]any, len(s.formats))
	for i, a := range s.found {
		for len(args[a.at]) < a.n {
			args[a.at] = append(args[a.at], "")
		}
		args[a.at][a.n-1] = s.argument(l, a, found[i+1], arg)
	}
	out := make([]string, len(s.formats))
	for k, f := range s.formats {
		out[k] = fault.Fill(f, l.Text(f), args[k])
	}
	return strings.Join(out, l.Pick("", " ")), true
}

func (s saying) argument(l Lang, a argument, text string, arg func(string) string) any {
	if n, err := strconv.Atoi(strings.ReplaceAll(text, ",", "")); a.number && err == nil {
		return n
	}
	if s.part != nil && a.at == 0 {
		if said, ok := s.part(l, a.n, text); ok {
			return said
		}
	}
	if arg != nil {
		return arg(text)
	}
	return text
}
