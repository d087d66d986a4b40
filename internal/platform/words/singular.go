package words

import (
	"regexp"
	"strings"
	"sync"
)

// counted are the words that follow a number in English sentences; a list, since "1 is" and "1 across"
// are no plurals.
var counted = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(^|[\s(:;,“—])1 ((?:working |calendar )?days|persons|instances|cases|events|visits|units|townships|villages|indicators|comparisons|problems|items|forms|returns|notices|meeting notices|other notices|files|rows|columns|cells|weeks|months|quarters|years|periods|tests|samples|answers|signals|clues|places|schools|households|meetings|tasks|findings|figures|elements|targets|lists|records|changes|steps|things|minutes|hours|times|points)\b( are\b| were\b| have\b| do\b)?`)
})

// Singular puts the noun after a lone 1 into the singular, "1 persons are" becomes "1 person is".
func Singular(english string) string {
	if !strings.Contains(english, "1 ") {
		return english
	}
	return counted().ReplaceAllStringFunc(english, func(s string) string {
		p := counted().FindStringSubmatch(s)
		verb := map[string]string{" are": " is", " were": " was", " have": " has", " do": " does"}[p[3]]
		return p[1] + "1 " + strings.TrimSuffix(p[2], "s") + verb
	})
}
