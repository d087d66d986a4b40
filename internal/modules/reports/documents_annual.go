package reports

import (
	"fmt"
	"slices"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/docgen"
)

// The figures of the yearly analysis, by the codes of the county's account (SEED §4, §5).
const (
	usersCode = "XYRS" // existing users, at the year's end
	newCode   = "XZS"  // newly found
	youngCode = "N1"   // newly found under 25
	seizeCode = "JH"   // seizures, by drug class
)

// crimeCodes are the counts of crime that the analysis tells of, in their order.
func crimeCodes() []string {
	return []string{"N2", "N3", "N7", "N8", "N9", "N6", "N10a", "N10b", "N11a", "N11b", "N12", "N13"}
}

// shareCodes are parts and what they are a part of; the parts may overlap.
func shareCodes() [][2]string { return [][2]string{{"N4", "N3"}, {"N5", "N3"}} }

// rateCodes are the indicators of the campaign.
func rateCodes() []string { return []string{"I1", "I2", "I3", "I4", "I5", "I6", "I7"} }

// annualCodes lists all codes that the yearly analysis asks for.
func annualCodes() []string {
	out := []string{usersCode, newCode, youngCode, seizeCode}
	out = append(out, crimeCodes()...)
	for _, s := range shareCodes() {
		out = append(out, s[0])
	}
	return append(out, rateCodes()...)
}

// courseCodes are the counts whose course over the years is judged.
func courseCodes() []string { return []string{youngCode, "N2", "N8", "N9"} }

// notKept are the matters of SEED §7 for which no element is kept: the analysis says so.
const notKept = "“制毒场所”“规模贩毒”没有登记数据项，本分析不作判断；请由县填写后再写入。"

func (b *brief) at(code string) (measure.Shown, bool) {
	for _, f := range b.Figures {
		if f.Code == code {
			return f, true
		}
	}
	return measure.Shown{}, false
}

// annual writes the yearly analysis of the drug situation (SEED §7).
func annual(b *brief) *docgen.Document {
	w := &writer{b: b}
	title := b.Period.Chinese() + b.UnitName + "毒情分析"
	d := &docgen.Document{Kind: docgen.Material, Title: title, Body: []docgen.Block{}}
	add := func(x ...docgen.Block) { d.Body = append(d.Body, x...) }

	add(docgen.Head(1, "一、吸毒人员情况"))
	add(b.sentences(w, usersCode, newCode, youngCode)...)
	if part, of := b.pair(youngCode, newCode); part.Code != "" {
		if s, ok := share(part, of); ok {
			add(paragraph("新发现吸毒人员中，25岁以下的占", w.number(part, s, " 占新发现人员之比"), "（", w.figure(part), "/", w.figure(of), "）。"))
		}
	}

	add(docgen.Head(1, "二、毒品违法犯罪情况"))
	var zeroes, none []string
	for _, c := range crimeCodes() {
		f, ok := b.at(c)
		if !ok {
			continue
		}
		switch standingOf(f) {
		case absent:
			none = append(none, quote(f.Name))
		case zero:
			zeroes = append(zeroes, quote(f.Name))
			w.figure(f)
		default:
			add(paragraph(b.tell(w, f), "。"))
		}
	}
	if len(zeroes) > 0 {
		runs := say(b.Period.Chinese() + "零发生的：")
		for i, c := range crimeCodes() {
			if f, ok := b.at(c); ok && standingOf(f) == zero {
				if i > 0 && len(runs) > 1 {
					runs = say(runs, "、")
				}
				runs = say(runs, quote(f.Name), w.figure(f))
			}
		}
		add(docgen.Paragraph{Runs: say(runs, "。以上为报送的零，不是缺数。")})
	}
	if len(none) > 0 {
		add(docgen.Say("尚无数据的：" + strings.Join(none, "、") + "。尚无数据不等于零。"))
	}
	for _, s := range shareCodes() {
		part, of := b.pair(s[0], s[1])
		if x, ok := share(part, of); ok {
			add(paragraph(quote(part.Name)+"为", w.figure(part), "，占"+quote(of.Name)+"", w.figure(of), "的", w.number(part, x, " 占"+quote(of.Name)+"之比"), "；一人可以计入几类，各类之和可以大于总数。"))
		}
	}
	add(b.classes(w)...)
	add(docgen.Say(notKept))

	add(docgen.Head(1, "三、变化趋势和判断"))
	var blind []string // whose effort is not known: said once for all of them
	for i, c := range courseCodes() {
		add(b.trend(w, c, i == 0)...)
		if slices.Contains(b.Courses[c].Said, stats.EffortUnknown.Sentence()) && len(b.Courses[c].Years) > 1 {
			f, _ := b.at(c)
			blind = append(blind, quote(f.Name))
		}
	}
	if len(blind) > 0 {
		add(docgen.Say(strings.Join(blind, "") + "：" + stats.EffortUnknown.Sentence()))
	}

	add(b.warned(w)...)

	add(docgen.Head(1, "四、主要指标"))
	add(b.sentences(w, rateCodes()...)...)

	add(docgen.Head(1, "五、数据说明"))
	add(docgen.Say("趋势判断按年度计数作精确检验，只说明变化是否超出偶然波动，不说明原因；没有与任何措施相联系的结论。"))
	add(docgen.Say("期末数为该年最后一期的数；「<5」表示人数少于5，按规定不显示具体数；尚无数据不等于零。"))
	if len(b.Unknown) > 0 {
		add(docgen.Say("系统没有登记以下编码的指标或数据项，有关内容从略：" + strings.Join(b.Unknown, "、") + "。"))
	}
	d.Sign = &docgen.Signature{Unit: b.Issuer, Day: b.Today.Chinese()}
	d.Sources = w.sources
	d.Meta = b.meta(title)
	return d
}

func (b *brief) pair(part, of string) (measure.Shown, measure.Shown) {
	p, ok := b.at(part)
	q, has := b.at(of)
	if !ok || !has {
		return measure.Shown{}, measure.Shown{}
	}
	return p, q
}

// sentences tells of figures, one paragraph each.
func (b *brief) sentences(w *writer, codes ...string) (out []docgen.Block) {
	for _, c := range codes {
		if f, ok := b.at(c); ok {
			out = append(out, paragraph(b.tell(w, f), "。"))
		}
	}
	return out
}

// classes tells of the shares by drug class.
func (b *brief) classes(w *writer) (out []docgen.Block) {
	of, ok := b.at(seizeCode)
	parts := b.Extra[seizeCode+"{}"]
	if !ok || len(parts) == 0 || standingOf(of) == absent || standingOf(of) == zero {
		return nil
	}
	runs := say(quote(of.Name), w.figure(of), "，按种类：")
	n := 0
	for _, p := range parts {
		if standingOf(p) == absent {
			continue
		}
		if n > 0 {
			runs = say(runs, "，")
		}
		n++
		runs = say(runs, p.Name, w.figure(p))
		if x, ok := share(p, of); ok {
			runs = say(runs, "（占", w.number(p, x, " 占"+quote(of.Name)+"之比"), "）")
		}
	}
	if n == 0 {
		return nil
	}
	return []docgen.Block{docgen.Paragraph{Runs: say(runs, "。缴获量受个别大案影响大，不能单独说明毒情轻重。")}}
}

// trend tells the course of a yearly count: its numbers, and the verdict of the indicators with what
// would settle it, in the words of the page of trends.
func (b *brief) trend(w *writer, code string, chart bool) (out []docgen.Block) {
	list := known(b.Extra[code])
	if len(list) == 0 {
		if f, ok := b.at(code); ok {
			out = append(out, docgen.Say(quote(f.Name)+"各年度尚无数据，不作趋势判断。"))
		}
		return out
	}
	name := list[0].Name
	runs, held := say(quote(name)+"："), ""
	var counts []int64 // of the years up to the last that are all known
	for i, f := range list {
		year, _, _ := f.Period.First().Date()
		if i > 0 {
			runs = say(runs, "，")
		}
		runs = say(runs, fmt.Sprintf("%d年", year), w.figure(f))
		n, ok := count(f)
		if ok {
			counts = append(counts, n)
			continue
		}
		counts = nil
		switch standingOf(f) {
		case withheld:
			held = "其中有不显示的小数，"
		case incomplete:
			held = fmt.Sprintf("%d年数据不完整（缺%s），", year, b.missing(f.Missing))
		default:
			held = fmt.Sprintf("%d年尚无数据，", year)
		}
	}
	runs = say(runs, "。")
	c := b.Courses[code]
	judged := len(c.Years)
	if judged < 2 {
		switch {
		case held != "":
			return append(out, docgen.Paragraph{Runs: say(runs, held+"不作趋势判断。")})
		case judged == 1:
			return append(out, docgen.Paragraph{Runs: runs}, docgen.Say("只有1个年度的数据，不作趋势判断；补录以前年度后可再测算。"))
		case c.Why != "":
			return append(out, docgen.Paragraph{Runs: runs}, docgen.Say("不作趋势判断："+c.Why))
		}
		return append(out, docgen.Paragraph{Runs: runs})
	}
	if held != "" {
		runs = say(runs, fmt.Sprintf("%s只判断%d—%d年。", held, c.Years[0], c.Years[judged-1]))
	}
	out = append(out, docgen.Paragraph{Runs: runs})
	said := c.Said
	if !c.Persons {
		if len(counts) >= 2 {
			out = append(out, docgen.Paragraph{Runs: b.change(w, list, counts)})
		}
		if judged < 3 {
			return out // two years are compared, and that is all
		}
		said = append([]string{fmt.Sprintf("%d—%d年各年的走势：%s", c.Years[0], c.Years[judged-1], c.Headline)}, said[min(1, len(said)):]...)
	}
	if len(said) == 0 {
		return append(out, docgen.Say("不作趋势判断："+c.Why))
	}
	for i, text := range said {
		if i == 0 {
			text += "。"
		} else if text == stats.EffortUnknown.Sentence() {
			continue // once, below all courses
		}
		out = append(out, docgen.Paragraph{Runs: w.weave(text, list)})
	}
	if len(counts) < len(list) {
		return out
	}
	var spots []measure.Spot
	for i, f := range list {
		spots = append(spots, measure.Spot{Period: f.Period, Text: f.Text, Value: float64(counts[i]), OK: true})
	}
	if p, ok := course(name, b.UnitName, spots, 120); ok && chart && c.Persons {
		out = append(out, p)
	}
	return out
}

// change compares the last year with the one before, for counts that are not persons.
func (b *brief) change(w *writer, list []measure.Shown, counts []int64) []docgen.Run {
	was, now := list[len(list)-2], list[len(list)-1]
	n := len(counts)
	runs := say(now.Period.Chinese(), w.figure(now), "，上年", w.figure(was))
	r, why := stats.PoissonRatio(stats.Count{N: counts[n-2], Exposure: 1}, stats.Count{N: counts[n-1], Exposure: 1}, 0.95)
	switch {
	case why != "":
		return say(runs, "，两年都没有，不作比较。")
	case r.Clear() < 0:
		return say(runs, "，降幅超出了偶然波动的范围。")
	case r.Clear() > 0:
		return say(runs, "，增幅超出了偶然波动的范围。")
	}
	return say(runs, "，差别在偶然波动的范围之内，再看一期才能判断。")
}

// warned tells the signals of the year that were confirmed; those that still wait for a person are
// not for documents.
func (b *brief) warned(w *writer) (out []docgen.Block) {
	if !b.Joined.Warnings {
		return nil
	}
	if len(b.Warnings) == 0 {
		return []docgen.Block{docgen.Say("毒情预警：" + b.Period.Chinese() + "没有经核实确认的预警；没有预警不等于没有问题。")}
	}
	out = append(out, docgen.Say(fmt.Sprintf("毒情预警：%s经核实确认%d条。", b.Period.Chinese(), len(b.Warnings))))
	for _, x := range b.Warnings {
		name, said, _ := strings.Cut(x.Said, "：")
		counted := w.number(measure.Shown{Name: "毒情预警", Unit: x.Unit, Period: x.Month, Path: x.Path}, name, "")
		out = append(out, paragraph(counted, "："+strings.TrimSuffix(said, "。")+"。"))
	}
	return out
}

// known cuts the years before the first with data.
func known(list []measure.Shown) []measure.Shown {
	for i, f := range list {
		if standingOf(f) != absent {
			return list[i:]
		}
	}
	return nil
}

// weave gives the yearly counts in a sentence their sources: "2015年的101人".
func (w *writer) weave(text string, list []measure.Shown) (out []docgen.Run) {
	for text != "" {
		at, best := -1, -1
		key := ""
		for i, f := range list {
			year, _, _ := f.Period.First().Date()
			for _, k := range []string{fmt.Sprintf("%d年的%s", year, f.Text), fmt.Sprintf("%d年%s", year, f.Text)} {
				if p := strings.Index(text, k); p >= 0 && (at < 0 || p < at) {
					at, best, key = p, i, k
				}
			}
		}
		if at < 0 {
			return say(out, text)
		}
		f := list[best]
		out = say(out, text[:at]+strings.TrimSuffix(key, f.Text), w.figure(f))
		text = text[at+len(key):]
	}
	return out
}
