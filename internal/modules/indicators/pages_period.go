package indicators

import (
	"fmt"
	"maps"
	"net/url"
	"slices"

	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/chart"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/platform/words"
)

// A switchView is the period switch that all pages with figures share. It keeps the rest of the
// address: unit, code and whatever else the page was asked.
type switchView struct {
	lang       words.Lang
	Label      string // the period in words
	Text       string // what stands in the field: the period as typed or canonical
	Fault      string // why the typed period cannot be read
	Path       string // of the page
	Keep       []pair // other parts of the address, for the form
	Prev, Next string // addresses; empty where there is none
	Kinds      []link
	Quick      []link
	Running    string    // said of a period that is not over
	By         *bySwitch // by whose boundaries; nil where it makes no difference
}

type pair struct{ Name, Value string }

type link struct {
	Text, Path string
	On         bool
}

// HTML writes the switch. Every page with figures has it, and its many small values would take a
// template longer than a table of hundred rows takes.
func (v switchView) HTML() web.HTML {
	b := make([]byte, 0, 4096)
	raw := func(s string) { b = append(b, s...) }
	text := func(s string) { b = chart.AppendText(b, s) }
	step := func(path, way, word, sign string) {
		if path == "" {
			return
		}
		raw(`<a class="step noprint" href="`)
		b = chart.AppendHref(b, path)
		raw(`" rel="` + way + `" title="`)
		text(v.lang.Text(word))
		raw(`" aria-label="`)
		text(v.lang.Text(word))
		raw(`">` + sign + `</a>`)
	}
	raw(`<form class="period-switch" method="get" action="`)
	b = chart.AppendHref(b, v.Path)
	raw(`">`)
	for _, k := range v.Keep {
		raw(`<input type="hidden" name="`)
		text(k.Name)
		raw(`" value="`)
		text(k.Value)
		raw(`">`)
	}
	raw(`<span class="period-now">`)
	step(v.Prev, "prev", "前一期", "‹")
	raw(`<b>`)
	text(v.Label)
	raw(`</b>`)
	step(v.Next, "next", "后一期", "›")
	raw(`</span><span class="choices noscreen noprint" aria-label="`)
	text(v.lang.Text("期间长短"))
	raw(`">`)
	b = web.AppendLinks(b, len(v.Kinds), func(i int) (text, path string, on bool) { return v.Kinds[i].Text, v.Kinds[i].Path, v.Kinds[i].On })
	raw(`</span><span class="quick noscreen noprint">`)
	b = web.AppendLinks(b, len(v.Quick), func(i int) (text, path string, on bool) { return v.Quick[i].Text, v.Quick[i].Path, v.Quick[i].On })
	raw(`</span><span class="any noscreen noprint"><input type="text" name="period" value="`)
	text(v.Text)
	raw(`" aria-label="`)
	text(v.lang.Text("任意期间"))
	raw(`" title="`)
	text(v.lang.Text("可写 2018、2018-H1、2018-Q1、2018-03、2018-03a（上半月）、2018-01..2018-02、2015..2017，或 2018年1—2月"))
	raw(`"><button class="button second" type="submit">`)
	text(v.lang.Text("看"))
	raw(`</button></span>`)
	if v.Running != "" {
		raw(`<span class="tag warn">`)
		text(v.Running)
		raw(`</span>`)
	}
	if by := v.By; by != nil {
		raw(`<span class="by" title="`)
		text(by.Hint)
		if raw(`"><span class="tag`); by.Today {
			raw(` warn`)
		}
		raw(`">`)
		text(by.Now)
		raw(`</span> <a class="noscreen noprint" href="`)
		b = chart.AppendHref(b, by.Path)
		raw(`">`)
		text(by.Other)
		raw(`</a></span>`)
	}
	if v.Fault != "" {
		raw(`<p class="field-error">`)
		text(v.Fault)
		raw(`</p>`)
	}
	raw(`</form>`)
	return web.HTML(b)
}

// newSwitch builds the switch. last is the last day with data; address gives this page's
// address for another period.
func newSwitch(l words.Lang, path string, keep url.Values, p period.Period, typed, sorry string, last, today period.Day) switchView {
	rest := url.Values{}
	for k, v := range keep {
		if k != "period" && k != "format" {
			rest[k] = v
		}
	}
	others := ""
	if len(rest) > 0 {
		others = "&" + rest.Encode()
	}
	to := func(p period.Period) string {
		if p.IsZero() {
			return ""
		}
		return path + "?period=" + url.QueryEscape(p.String()) + others
	}
	in := func(p period.Period) string {
		if l == words.English {
			return p.English()
		}
		return p.Chinese()
	}
	v := switchView{lang: l, Label: in(p), Text: p.String(), Fault: sorry, Path: path, Prev: to(p.Prev()), Next: to(p.Next())}
	if sorry != "" {
		v.Text = typed
	}
	for _, k := range slices.Sorted(maps.Keys(rest)) {
		for _, s := range rest[k] {
			v.Keep = append(v.Keep, pair{k, s})
		}
	}
	at := p.Last()
	if !last.IsZero() && p.ContainsDay(last) {
		at = last
	}
	for _, k := range kindsAround(at) {
		v.Kinds = append(v.Kinds, link{l.Text(k.label), to(k.p), k.p == p})
	}
	for _, q := range quickPeriods(last) {
		v.Quick = append(v.Quick, link{in(q), to(q), q == p})
	}
	if p.Last() >= today {
		v.Running = words.T(l, "本期到 %s 才结束", p.Last())
	}
	return v
}

type labelled struct {
	label string
	p     period.Period
}

// kindsAround gives the periods of each usual length in which a day lies; of two months the pair
// as the assessments count them (January–February first), of three years the years up to it.
func kindsAround(d period.Day) []labelled {
	if d.IsZero() {
		return nil
	}
	year := period.Years.Period(period.Years.SlotOf(d))
	month := period.Months.SlotOf(d)
	pair := month - period.Slot(period.Months.Index(month)%2)
	two, _ := period.Between(period.Months.FirstDay(pair), period.Months.LastDay(pair+1))
	three, _ := period.Between(year.Shift(-2).First(), year.Last())
	return []labelled{
		{"半月", period.HalfMonths.Period(period.HalfMonths.SlotOf(d))},
		{"月", period.Months.Period(month)},
		{"两个月", two},
		{"季度", period.Quarters.Period(period.Quarters.SlotOf(d))},
		{"半年", period.HalfYears.Period(period.HalfYears.SlotOf(d))},
		{"年", year},
		{"三年", three},
	}
}

// quickPeriods gives the choices most wanted: the latest month with data, the year to date, the
// latest complete year, and the three years that end with it.
func quickPeriods(last period.Day) []period.Period {
	if last.IsZero() {
		return nil
	}
	month := period.Months.SlotOf(last)
	if period.Months.LastDay(month) > last {
		month--
	}
	latest := period.Months.Period(month)
	year := period.Years.Period(period.Years.SlotOf(last))
	full := year
	if year.Last() > last {
		full = year.Prev()
	}
	y, _, _ := full.First().Date()
	list := []period.Period{latest, latest.YTD(), full, period.MustParse(fmt.Sprintf("%04d..%04d", max(y-2, 1), y))}
	var out []period.Period
	seen := map[period.Period]bool{}
	for _, p := range list {
		if !p.IsZero() && !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	return out
}
