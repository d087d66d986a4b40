package meetings

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/docgen"
)

// A told is a figure as a sentence prints it: behind the words that stand before it there, which
// tell it from another figure of the same value.
type told struct {
	before string
	figure measure.Shown
	unit   string
}

// weave gives the figures that a sentence prints their numbers in the list of sources. What is not
// found stays as it is.
func (w *writer) weave(text string, list []told) (out []docgen.Run) {
	plain := func(s string) {
		if s != "" {
			out = append(out, docgen.Run{Text: s})
		}
	}
	for {
		at, best := -1, told{}
		for _, t := range list {
			if t.figure.Text == "" {
				continue
			}
			if p := strings.Index(text, t.before+t.figure.Text); p >= 0 && (at < 0 || p < at || p == at && len(t.before) > len(best.before)) && whole(text[p+len(t.before)+len(t.figure.Text):]) {
				at, best = p, t
			}
		}
		if at < 0 {
			plain(text)
			return out
		}
		plain(text[:at+len(best.before)])
		out = append(out, w.figure(best.figure, best.unit))
		text = text[at+len(best.before)+len(best.figure.Text):]
	}
}

// whole tells whether a printed figure ends where the rest begins: no digit goes on.
func whole(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return r < '0' || r > '9'
}

// at gives a figure as it was in another period, with the address of its trace then.
func at(f measure.Shown, p period.Period, text, value string) measure.Shown {
	f.Period, f.Text, f.Value, f.Note = p, text, value, ""
	if u, err := url.Parse(f.Path); err == nil && f.Path != "" {
		q := u.Query()
		q.Set("period", p.String())
		u.RawQuery = q.Encode()
		f.Path = u.String()
	}
	return f
}

// yearBefore gives the figure of the same period a year before, as far as there is one.
func yearBefore(f measure.Shown) (measure.Shown, bool) {
	p, err := f.Period.YoY()
	return at(f, p, f.YearBefore, f.YearValue), err == nil && f.YearBefore != ""
}

// problem prints the reason of a topic with the numbers of the figures it names.
func (c Content) problem(w *writer, t Topic) []docgen.Run {
	var list []told
	for _, f := range c.Figures {
		if f.Code != t.Code || f.Unit != t.Unit {
			continue
		}
		list = append(list, told{f.Period.Chinese() + " ", f, c.name(f.Unit)})
		if y, ok := yearBefore(f); ok {
			list = append(list, told{"去年同期 ", y, c.name(f.Unit)})
		}
		for _, b := range c.Earlier {
			if b.Code == f.Code && b.Unit == f.Unit {
				list = append(list, told{b.Period.Chinese() + " ", b, c.name(b.Unit)})
			}
		}
	}
	return w.weave(strings.TrimRight(t.Reason, "。")+"。", list)
}

// movement prints what became of the indicator of a decision, with the numbers of both figures.
func (c Content) movement(w *writer, e Effect) []docgen.Run {
	var list []told
	if e.From != nil {
		list = append(list, told{"由 ", *e.From, c.name(e.From.Unit)})
	}
	if e.To != nil {
		for _, before := range []string{"变为 ", "持平（"} {
			list = append(list, told{before, *e.To, c.name(e.To.Unit)})
		}
	}
	return w.weave(e.Words, list)
}

// compared prints the sentences below a ranking with the numbers of the units they name.
func (c Content) compared(w *writer, f ForcePage, text string) []docgen.Run {
	var list []told
	for _, x := range f.Ranking {
		list = append(list, told{c.name(x.Unit), x, c.name(x.Unit)})
	}
	return w.weave(text, list)
}

// beside gives the figures of other periods that stand in the row of a figure, for its source.
func beside(f measure.Shown) string {
	var parts []string
	for _, x := range [][2]string{{"上期", f.Prev}, {"去年同期", f.YearBefore}, {"今年累计", f.ToDate}} {
		if x[1] != "" {
			parts = append(parts, x[0]+" "+x[1])
		}
	}
	return strings.Join(parts, "，")
}
