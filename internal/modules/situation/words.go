package situation

import (
	"math"
	"slices"
	"strings"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/words"
)

// A wording is one sentence of the table; its English stands in the catalogue.
type wording struct{ code, chinese string }

// wordings is the table result → sentence, after METHODS §12, row "alarm". A sentence never says
// more than its result: a signal asks for a check, and silence is no all-clear.
func wordings() []wording {
	return []wording{
		{"sudden", "%[1]s：%[2]s%[3]s%[4]s，前%[5]d个月平均%[6]s%[4]s，超出平常波动，请核实是否集中查处或出现聚集。"},
		{"creep", "%[1]s：%[2]s至%[3]s共%[4]s%[5]s，上年平均每月%[6]s%[5]s，连续偏高，超出平常波动，请核实是否集中查处或出现聚集。"},
		{"creep_one", "%[1]s：%[2]s%[3]s%[4]s，上年平均每月%[5]s%[4]s，明显偏高，超出平常波动，请核实是否集中查处或出现聚集。"},
		{"small_place", "%[1]s：%[2]s超出平常波动，请核实是否集中查处或出现聚集。"},
		{"sudden_work", "%[1]s：%[2]s%[3]s%[4]s，前%[5]d个月平均%[6]s%[4]s，超出平常波动，请核实是否集中开展或补报。"},
		{"creep_work", "%[1]s：%[2]s至%[3]s共%[4]s%[5]s，上年平均每月%[6]s%[5]s，连续偏高，超出平常波动，请核实是否集中开展或补报。"},
		{"creep_one_work", "%[1]s：%[2]s%[3]s%[4]s，上年平均每月%[5]s%[4]s，明显偏高，超出平常波动，请核实是否集中开展或补报。"},
		{"small_place_work", "%[1]s：%[2]s超出平常波动，请核实是否集中开展或补报。"},
		{"gone", "按更正后的数字，%[1]s没有超出平常波动；请核对后排除。"},
		{"unsure", "更正后这个月不能判断：%[1]s"},
		{"quiet", "近 %[1]d 个月没有超出平常波动。"},
		{"quiet_part", "近 12 个月中判断了 %[1]d 个月，没有超出平常波动；另有 %[2]d 个月没有判断。"},
		{"above", "近 12 个月有 %[1]d 个月超出平常波动。"},
		{"above_part", "近 12 个月中判断了 %[1]d 个月，其中 %[2]d 个月超出平常波动；另有 %[3]d 个月没有判断。"},
		{"unjudged", "近 12 个月都没有判断：%[1]s"},
		{"month", "本月未报齐，不作判断。"},
		{"past", "%[1]s没有报齐，不能作对照；报齐后再判断。"},
		{"short", "数据不足，暂不下结论；还需要：以前 %[1]d 个月的数。"},
		{"small", "对照的各月平均不到 1%[1]s，数目太少，不作预警。"},
		{"large", "数目太大，连续偏高的算法不适用；只看单月偏高。"},
		{"effort", "同期%[1]s：%[2]s%[3]s，前%[4]d个月平均%[5]s%[3]s。"},
		{"effort_more", "同期%[1]s：%[2]s%[3]s，前%[4]d个月平均%[5]s%[3]s，多%[6]d%%；数字增加有一部分可能是查得多了，请一并核对。"},
		{"effort_none", "同期%[1]s没有报齐，不能对照查得多少。"},
		{"uneven", "上年各月起伏较大，连续偏高的提示可能偏多，请结合专项行动和季节核对。"},
	}
}

// A lens shows things in a reader's language.
type lens struct {
	words.Lang
	name func(org.UnitID) string
	root func() org.UnitID
	find func(code string) (measure.Element, bool)
}

func (x lens) t(chinese string, args ...any) string { return words.T(x.Lang, chinese, args...) }

// say gives a sentence of the table.
func (x lens) say(code string, args ...any) string {
	for _, w := range wordings() {
		if w.code == code {
			return x.t(w.chinese, args...)
		}
	}
	return code
}

// in gives a period in words.
func (x lens) in(p period.Period) string {
	if x.Lang == words.English {
		return p.English()
	}
	return p.Chinese()
}

func (x lens) month(code string) string {
	p, err := period.Parse(code)
	if err != nil {
		return code
	}
	return x.in(p)
}

// element names an element, or gives its code where the catalogue no longer has it.
func (x lens) element(code string) string {
	e, ok := x.find(code)
	if !ok {
		return code
	}
	return x.Pick(e.Name, e.NameEN)
}

// unit gives the unit of measure of an element, with a space before it in English.
func (x lens) unit(code string) string {
	e, _ := x.find(code)
	if x.Lang == words.English && e.UnitEN != "" {
		return " " + e.UnitEN
	}
	return e.Unit
}

// count names what is counted: the element, its class, and the place unless it is the county.
func (x lens) count(element string, c measure.Category, unit org.UnitID) string {
	s := x.element(element)
	if c != "" {
		s = x.t("%[1]s（%[2]s）", s, x.class(element, c))
	}
	if unit != 0 && unit != x.root() {
		s = x.name(unit) + " " + s
	}
	return s
}

func (x lens) watch(w Watch) string { return x.count(w.Element, w.Category, w.Unit) }

// class names a category by its labels.
func (x lens) class(element string, c measure.Category) string {
	e, _ := x.find(element)
	labels := c.Labels()
	var out []string
	for _, d := range e.Scheme.Dimensions {
		for _, l := range d.Labels {
			if l.Name == labels[d.Name] {
				out = append(out, x.Pick(d.Both(l)))
			}
		}
	}
	if len(out) == 0 {
		return string(c)
	}
	return strings.Join(out, x.t("、"))
}

// held says why a month is not judged.
func (x lens) held(w Watch, r Reading) string {
	switch r.Hold {
	case HeldPast:
		return x.say("past", x.month(r.Gap))
	case HeldShort:
		return x.say("short", r.Need)
	case HeldSmall:
		return x.say("small", x.unit(w.Element))
	}
	return x.say(string(r.Hold))
}

// told says what a reading of a month means.
func (x lens) told(w Watch, m Method, at period.Period, r Reading) string {
	name, unit := x.watch(w), x.unit(w.Element)
	switch {
	case r.Hold != "":
		return x.say("unsure", x.held(w, r))
	case !r.Above:
		return x.say("gone", x.in(at))
	case m == Sudden:
		return x.say("sudden"+x.work(w.Element), name, x.in(at), whole(r.Count), unit, r.Months, decimal(r.Mean()))
	case r.From == at.String():
		return x.say("creep_one"+x.work(w.Element), name, x.in(at), whole(r.Total), unit, decimal(r.Mean()))
	}
	return x.say("creep"+x.work(w.Element), name, x.month(r.From), x.in(at), whole(r.Total), unit, decimal(r.Mean()))
}

// work ends the code of a sentence on a signal where not persons or cases are counted but what the
// office does, such as publicity events: those do not cluster, they are held together or entered late.
func (x lens) work(element string) string {
	if e, ok := x.find(element); ok && !slices.Contains(stats.CaseWords(), e.Unit) {
		return "_work"
	}
	return ""
}

// effortMore is the share by which more effort may explain more findings (METHODS §1.7), in percent.
const effortMore = 20

// effort compares how much was looked for in a month with the months before; empty without an
// element for it.
func (x lens) effort(w Watch, list []Month) string {
	if w.Effort == "" {
		return ""
	}
	name := x.element(w.Effort)
	n := len(list) - 1
	if n < 1 {
		return x.say("effort_none", name)
	}
	var sum int64
	for _, m := range list {
		if !m.Complete {
			return x.say("effort_none", name)
		}
		sum += m.Count
	}
	now := list[n].Count
	sum -= now
	mean := float64(sum) / float64(n)
	if sum > 0 {
		if more := (float64(now)/mean - 1) * 100; more >= effortMore {
			return x.say("effort_more", name, whole(now), x.unit(w.Effort), n, decimal(mean), int(math.Round(more)))
		}
	}
	return x.say("effort", name, whole(now), x.unit(w.Effort), n, decimal(mean))
}

// summary says what the last twelve months of a watch show, by both methods, up to the newest
// complete one; what is not complete after it is said elsewhere.
func (x lens) summary(w Watch, rows []Row) string {
	for n := len(rows); n > 1 && !rows[n-1].Month.Complete && slices.ContainsFunc(rows, func(r Row) bool { return r.Month.Complete }); n-- {
		rows = rows[:n-1]
	}
	if len(rows) > 12 {
		rows = rows[len(rows)-12:]
	}
	judged, above := 0, 0
	var why Reading
	for _, r := range rows {
		if r.Sudden.Hold != "" && r.Creep.Hold != "" {
			why = r.Sudden
			continue
		}
		judged++
		if r.Sudden.Above || r.Creep.Above {
			above++
		}
	}
	switch {
	case judged == 0:
		return x.say("unjudged", x.held(w, why))
	case above == 0 && judged == len(rows):
		return x.say("quiet", judged)
	case above == 0:
		return x.say("quiet_part", judged, len(rows)-judged)
	case judged == len(rows):
		return x.say("above", above)
	}
	return x.say("above_part", judged, above, len(rows)-judged)
}
