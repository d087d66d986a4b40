package indicators

import "kaiyang/internal/platform/words"

// Say gives the sentences of the page of trends on the years that were judged, the headline first; for
// a document, so that it never says anything else. Empty where nothing is judged; then Why tells.
func (t TrendAnswer) Say(l words.Lang) []string {
	if t.Result == nil {
		return nil
	}
	return turnSaid(*t.Result, t.Years[t.First:], t.Effort, l)
}

// Persons tells whether the counts are of persons, of whom the table of wordings speaks.
func (t TrendAnswer) Persons() bool { return t.Head.counting.persons() }
