package indicators

import (
	"slices"
	"sync"

	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/period"
)

// A book is all definitions, targets and bundles at one moment, with their formulas read. It
// never changes; a new one takes its place.
type book struct {
	catalogue *measure.Catalogue
	list      []Indicator
	byCode    map[string]int
	exprs     map[string][]*formula.Expr // by code, in step with Versions; nil where it cannot be read
	faults    map[string]error           // why a newest formula cannot be read
	targets   map[string][]Target
	bundles   []Bundle
	words     *formula.Dictionary
	forms     []formula.Ref
	single    map[oneName]*formula.Expr // formulas of a single name, so that each is compiled once
	closings  []closing
	starts    []Start                             // by day, those that were withdrawn last
	countings map[*formula.Expr]counting          // what the formula of a definition counts
	direct    map[*formula.Expr][]measure.Element // elements of the formulas that name no indicator
	series    *seriesCache
	engines   *sync.Pool // of *engine over the live cube
}

// A oneName is a figure's code, of an element or an indicator.
type oneName struct {
	kind formula.RefKind
	code string
}

// A closing is a closed period with the figures kept of it.
type closing struct {
	No       int64
	Period   period.Period
	Change   int64
	Figures  int
	Checksum string
	At, By   string
}

// newBook reads all formulas. forms are the codes and names of the reporting forms that
// reporting_rate may name.
func newBook(catalogue *measure.Catalogue, forms []formula.Ref, list []Indicator, targets map[string][]Target, bundles []Bundle, closings []closing) *book {
	b := &book{catalogue: catalogue, list: list, byCode: map[string]int{}, exprs: map[string][]*formula.Expr{}, faults: map[string]error{},
		targets: targets, bundles: bundles, closings: closings, forms: forms, series: &seriesCache{}, engines: &sync.Pool{}}
	var refs []formula.Ref
	for _, e := range catalogue.All() {
		refs = append(refs, formula.Ref{Kind: formula.ElementRef, Code: e.Code, Name: e.Name, NameEN: e.NameEN, Element: &e})
	}
	for k, i := range list {
		b.byCode[i.Code] = k
		r := formula.Ref{Kind: formula.IndicatorRef, Code: i.Code, Name: i.Name, NameEN: i.NameEN}
		if e, ok := catalogue.Code(i.Latest().Formula); ok {
			// An indicator that only mirrors an element of the same name leaves the name to it.
			if e.Name == r.Name {
				r.Name = ""
			}
			if e.NameEN == r.NameEN {
				r.NameEN = ""
			}
		}
		refs = append(refs, r)
	}
	b.single = make(map[oneName]*formula.Expr, len(refs))
	for _, r := range refs {
		b.single[oneName{r.Kind, r.Code}] = formula.Of(r)
	}
	refs = append(refs, forms...)
	b.words = formula.NewDictionary(refs, b.formula)
	for _, i := range list {
		read := make([]*formula.Expr, len(i.Versions))
		for k, d := range i.Versions {
			if !d.Filled() {
				continue
			}
			// Circles were refused when the definition was made; here only names are bound.
			e, err := formula.Check(d.Formula, formula.Scope{Names: b.words, Self: i.Code})
			if err != nil {
				if k == len(i.Versions)-1 {
					b.faults[i.Code] = err
				}
				continue
			}
			read[k] = e
		}
		b.exprs[i.Code] = read
	}
	b.countings, b.direct = map[*formula.Expr]counting{}, map[*formula.Expr][]measure.Element{}
	for _, i := range list {
		for k, d := range i.Versions {
			e := b.exprs[i.Code][k]
			if e == nil {
				continue
			}
			if len(e.Indicators()) == 0 {
				b.direct[e] = slices.Clip(b.elements(e, d.From))
			}
			b.countings[e] = b.countingOf(d, e)
		}
	}
	return b
}

// of gives the formula that is the name of a figure.
func (b *book) of(r formula.Ref) *formula.Expr {
	if e, ok := b.single[oneName{r.Kind, r.Code}]; ok {
		return e
	}
	return formula.Of(r)
}

// formula gives the newest formula of an indicator, for the checker's search for circles.
func (b *book) formula(code string) *formula.Expr {
	list := b.exprs[code]
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1]
}

// indicator finds an indicator by its code.
func (b *book) indicator(code string) (Indicator, bool) {
	k, ok := b.byCode[code]
	if !ok {
		return Indicator{}, false
	}
	return b.list[k], true
}

// definition gives the definition of an indicator in force on a day with its formula; the formula
// is nil where the county has yet to fill it in.
func (b *book) definition(code string, on period.Day) (Definition, *formula.Expr, bool) {
	i, ok := b.indicator(code)
	if !ok {
		return Definition{}, nil, false
	}
	for k := len(i.Versions) - 1; k >= 0; k-- {
		if i.Versions[k].From <= on {
			return i.Versions[k], b.exprs[code][k], true
		}
	}
	return Definition{}, nil, false
}

// ref finds what a code or a name means.
func (b *book) ref(word string) []formula.Ref { return b.words.Find(word) }

// elements lists the elements that a formula rests on, with all indicators written out. The list
// is shared and must not be changed.
func (b *book) elements(e *formula.Expr, on period.Day) []measure.Element {
	if known, ok := b.direct[e]; ok {
		return known
	}
	var out []measure.Element
	seen := map[string]bool{}
	var add func(*formula.Expr, int)
	add = func(e *formula.Expr, depth int) {
		if e == nil || depth > 20 {
			return
		}
		for _, c := range e.Elements() {
			if x, ok := b.catalogue.Code(c); ok && !seen[c] {
				seen[c] = true
				out = append(out, x)
			}
		}
		for _, c := range e.Indicators() {
			if _, x, ok := b.definition(c, on); ok {
				add(x, depth+1)
			}
		}
	}
	add(e, 0)
	return out
}

// users lists the indicators whose newest formula names an element or an indicator.
func (b *book) users(code string) []Indicator {
	var out []Indicator
	for _, i := range b.list {
		e := b.formula(i.Code)
		if e == nil {
			continue
		}
		for _, c := range append(e.Elements(), e.Indicators()...) {
			if c == code {
				out = append(out, i)
				break
			}
		}
	}
	return out
}

// names gives the name of anything with a code, for showing formulas.
func (b *book) names(english bool) func(string) string {
	return func(code string) string {
		if e, ok := b.catalogue.Code(code); ok {
			if english && e.NameEN != "" {
				return e.NameEN
			}
			return e.Name
		}
		if i, ok := b.indicator(code); ok {
			if english && i.NameEN != "" {
				return i.NameEN
			}
			return i.Name
		}
		return code
	}
}

// typed gives the names that may be typed in a formula: those that mean one thing only. For the
// others it gives "", and the code is to be written.
func (b *book) typed(english bool) func(string) string {
	names := b.names(english)
	return func(code string) string {
		if n := names(code); len(b.words.Find(n)) == 1 {
			return n
		}
		return ""
	}
}

// closed finds the newest closing that covers a period.
func (b *book) closed(p period.Period) (closing, bool) {
	for k := len(b.closings) - 1; k >= 0; k-- {
		if b.closings[k].Period.Contains(p) {
			return b.closings[k], true
		}
	}
	return closing{}, false
}
