package meetings

import (
	"slices"
	"strings"
	"sync"

	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/words"
)

// sayings are the sentences that this module keeps in Chinese: reasons and titles of proposed
// topics, and what became of decisions. Minutes and packs print them as they are kept; pages say
// them in the reader's language.
var sayings = sync.OnceValue(func() words.Sayings {
	return words.NewSayings(
		followupReason, putReason, redText, redTextYear, redTurned, turnedReason, overdueReason, lateReason,
		wasDeadline, effectWorse, effectBetter, effectSame, effectMoved, effectRestated)
})

// The formats of kept sentences.
const (
	followupReason = "%s交办 %d 项，已销号 %d 项，在办 %d 项"
	putReason      = "已连续 %d 次延后"
	redText        = "%s %s，目标 %s，未达标"
	redTextYear    = "去年同期 %s"
	redTurned      = "较上次调度会（%s %s）变差"
	turnedReason   = "%s %s，上次调度会时 %s %s"
	overdueReason  = "%s牵头，期限%s，逾期 %d 个工作日，%s"
	lateReason     = "%d 个单位到期未报：%s"
	lateTitle      = "%s %s未报"
	wasDeadline    = "%s（原 %s）"
	effectWorse    = "该指标由 %s 变为 %s，较交办时变差；不说明因果。"
	effectBetter   = "该指标由 %s 变为 %s，较交办时好转；不说明因果。"
	effectRestated = "这一期的数经补报或更正，由 %s 变为 %s；不说明因果。"
	effectSame     = "该指标与交办时持平（%s）。"
	unknownDays    = "（节假日安排未发布）" // behind how an item stands
	effectMoved    = "该指标由 %s 变为 %s；不说明因果。"
)

// lateTitles are the titles of topics about missing returns.
var lateTitles = sync.OnceValue(func() words.Sayings { return words.NewSayings(lateTitle) })

// kept says a sentence that is kept in Chinese in the reader's language, and in which language it
// then is, for the page.
func (x lens) kept(sentence string) (text, lang string) {
	if said, ok := strings.CutSuffix(sentence, unknownDays); ok {
		text, lang = x.kept(said)
		return text + x.t(unknownDays), lang
	}
	text, ok := slices.Concat(sayings(), x.others).Say(x.Lang, sentence, x.part)
	if !ok {
		return text, htmlLang(words.Chinese)
	}
	return text, htmlLang(x.Lang)
}

func htmlLang(l words.Lang) string {
	if l == words.English {
		return "en"
	}
	return "zh-CN"
}

// part says what stands inside a kept sentence: a period, a day, a word of the catalogue.
func (x lens) part(s string) string {
	if p, err := period.Parse(s); err == nil {
		return x.period(p)
	}
	if strings.HasSuffix(s, "等") && strings.Contains(s, "、") {
		return x.part(strings.TrimSuffix(s, "等")) + x.t("等")
	}
	if list := strings.Split(s, "、"); len(list) > 1 {
		return strings.Join(list, x.t("、"))
	}
	if said := x.english(s); said != "" {
		return said
	}
	return x.t(s)
}

// english gives the English name of an indicator or a form, to those who read English.
func (x lens) english(name string) string {
	if x.Lang != words.English || x.named == nil {
		return ""
	}
	return x.named(name)
}

// dated says "2018年4月 98.3%" with the period in the reader's language.
func (x lens) dated(s string) string {
	p, text, ok := strings.Cut(s, " ")
	if !ok {
		return s
	}
	return x.part(p) + " " + text
}

// standing says "办理中，逾期 3 个工作日".
func (x lens) standing(s string) string {
	state, why, ok := strings.Cut(s, "，")
	if !ok {
		return x.t(s)
	}
	text, _ := x.kept(why)
	return x.t(state) + x.t("，") + text
}

// deadline says "2018年5月25日" or "2018年5月25日（原 2018年5月18日）".
func (x lens) deadline(s string) string {
	if text, ok := sayings().Say(x.Lang, s, x.part); ok {
		return text
	}
	return x.part(s)
}

// title gives the title of a topic; those that the data propose by a rule are said in the reader's
// language.
func (x lens) title(t Topic) (text, lang string) {
	switch t.Kind {
	case Followup:
		return x.t(t.Title), htmlLang(x.Lang)
	case Missing:
		if said, ok := lateTitles().Say(x.Lang, t.Title, x.part); ok {
			return said, htmlLang(x.Lang)
		}
	case Signalled:
		if said, ok := x.others.Say(x.Lang, t.Title, x.part); ok {
			return said, htmlLang(x.Lang)
		}
	}
	if said := x.english(t.Title); said != "" {
		return said, htmlLang(x.Lang)
	}
	return t.Title, htmlLang(words.Chinese)
}
