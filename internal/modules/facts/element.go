package facts

import (
	"slices"
	"strconv"
	"strings"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
)

// checkElement reports every fault of e as a new definition, or as the next version of old. Kind,
// scale and level are fixed from the first fact on, so is the grain of each year with facts, and
// the scheme once categories hold facts (SEMANTICS §2, §3). The code never changes, because
// formulas are stored with codes.
func checkElement(e measure.Element, old *measure.Element, use Usage, reg *org.Register) error {
	var f fault.Fields
	var list fault.Findings
	if err := e.Check(); err != nil {
		list, _ = err.(fault.Findings)
	}
	f.Need(len([]rune(e.Name)) <= 100, "name", "名称不能超过 100 个字")
	for _, d := range e.Scheme.Dimensions {
		f.Need(!strings.ContainsAny(d.Name, "=|;；\n"), "dimensions", "维度名称“%s”不能含有 = | ; 或换行", d.Name)
		for _, l := range d.Labels {
			f.Need(!strings.ContainsAny(l.Name, "|\n"), "dimensions", "类别“%s”不能含有 | 或换行", l.Name)
		}
	}
	if e.Force != "" {
		id, ok := reg.ByCode(e.Force)
		u, _ := reg.Unit(id)
		f.Need(ok && u.Kind.Tree() == org.Functional, "force", "没有职能单位 %s；请填专班的编码，或留空", e.Force)
	}
	if old != nil {
		f.Need(e.Code == old.Code, "code", "代码不能更改；请另建数据项")
		fixed(&f, e, *old, use)
	}
	if err := f.Err(); err != nil {
		list = append(list, err.(fault.Findings)...)
	}
	return list.Err()
}

func fixed(f *fault.Fields, e, old measure.Element, use Usage) {
	if !use.Any() {
		return
	}
	f.Need(e.Kind == old.Kind, "kind", "已有数据，类型不能再改（原为 %s）；请另建数据项", fault.Word(kindText(old.Kind)))
	f.Need(e.Scale == old.Scale, "scale", "已有数据，小数位数不能再改（原为 %d）；请另建数据项", old.Scale)
	f.Need(e.Level == old.Level, "level", "已有数据，填报层级不能再改（原为 %s）；请另建数据项", fault.Word(old.Level.Text()))
	for _, y := range use.Years {
		if e.GrainIn(y) != old.GrainIn(y) {
			f.Need(false, "grain", "%d 年已有数据，粒度不能改；粒度只能从 %d 年或更晚的 1 月 1 日起变更", y, use.Years[len(use.Years)-1]+1)
			break
		}
	}
	if use.Divided {
		f.Need(sameCells(e.Scheme, old.Scheme), "dimensions", "分类已有数据，划分不能再改（英文名可以改）；请另建数据项")
	}
}

// sameCells tells whether two schemes divide alike; English names do not matter.
func sameCells(a, b measure.Scheme) bool {
	return a.Kind == b.Kind && slices.Equal(a.All(), b.All())
}

// normal writes a definition the one way in which it is stored: the first grain holds since ever.
func normal(e measure.Element) measure.Element {
	if len(e.Grains) > 0 && e.Grains[0].Year != 0 {
		e.Grains = slices.Clone(e.Grains)
		e.Grains[0].Year = 0
	}
	return e
}

// sameElement tells whether two definitions are equal in everything but the number.
func sameElement(a, b measure.Element) bool {
	eq := func(x, y measure.Dimension) bool {
		return x.Name == y.Name && x.NameEN == y.NameEN && slices.Equal(x.Labels, y.Labels)
	}
	scheme := a.Scheme.Kind == b.Scheme.Kind && slices.EqualFunc(a.Scheme.Dimensions, b.Scheme.Dimensions, eq)
	grains := slices.Equal(a.Grains, b.Grains)
	return scheme && grains && a.Code == b.Code && a.Name == b.Name && a.NameEN == b.NameEN && a.Kind == b.Kind &&
		a.Level == b.Level && a.Scale == b.Scale && a.Low == b.Low && a.High == b.High && a.Unit == b.Unit && a.UnitEN == b.UnitEN && a.Persons == b.Persons &&
		a.Force == b.Force && a.Source == b.Source && a.Note == b.Note
}

// formatGrains writes grains as a file does: "month", or with changes "month;2019=quarter".
func formatGrains(list []measure.GrainFrom) string {
	var b strings.Builder
	for i, g := range list {
		if i > 0 {
			b.WriteString(";" + strconv.Itoa(g.Year) + "=")
		}
		b.WriteString(g.Grain.String())
	}
	return b.String()
}

// parseGrains reads what formatGrains writes; grains may be in Chinese (月, 半月…). The first one
// holds since ever and has year 0.
func parseGrains(text string) ([]measure.GrainFrom, error) {
	var list []measure.GrainFrom
	for i, part := range strings.Split(measure.Halfwidth(text), ";") {
		part = strings.TrimSpace(part)
		year := 0
		if y, g, ok := strings.Cut(part, "="); ok {
			n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(y), yearSign))
			if err != nil || n < 1 || n > 9999 || i == 0 {
				return nil, fault.New(fault.Invalid, "粒度“%s”应写成 month，或 month;2019=quarter（自 2019 年起按季）", text)
			}
			year, part = n, strings.TrimSpace(g)
		} else if i > 0 {
			return nil, fault.New(fault.Invalid, "粒度“%s”应写成 month，或 month;2019=quarter（自 2019 年起按季）", text)
		}
		g, err := period.ParseGrain(part)
		if err != nil {
			return nil, err
		}
		list = append(list, measure.GrainFrom{Year: year, Grain: g})
	}
	return list, nil
}

// formatDimensions writes the dimensions of a scheme as a file does,
// "年龄=<25|>=25;毒品=传统|合成"; english writes the English names in the same shape, "" if there
// are none.
func formatDimensions(list []measure.Dimension, english bool) string {
	var b strings.Builder
	named := false
	for i, d := range list {
		if i > 0 {
			b.WriteByte(';')
		}
		name := d.Name
		if english {
			name = d.NameEN
			named = named || name != ""
		}
		b.WriteString(name + "=")
		for j, l := range d.Labels {
			if j > 0 {
				b.WriteByte('|')
			}
			if english {
				named = named || l.NameEN != ""
				b.WriteString(l.NameEN)
			} else {
				b.WriteString(l.Name)
			}
		}
	}
	if english && !named {
		return ""
	}
	return b.String()
}

// parseDimensions reads what formatDimensions writes. Full-width ； and ｜ are accepted.
func parseDimensions(text, english string) ([]measure.Dimension, error) {
	list, err := parseDimensionText(text)
	if err != nil || strings.TrimSpace(english) == "" {
		return list, err
	}
	en, err := parseDimensionText(english)
	if err != nil {
		return nil, err
	}
	same := len(en) == len(list)
	for i := 0; same && i < len(list); i++ {
		same = len(en[i].Labels) == len(list[i].Labels)
	}
	if !same {
		return nil, fault.New(fault.Invalid, "英文维度“%s”与中文维度的个数不同；请逐个对应，缺的留空", english)
	}
	for i := range list {
		list[i].NameEN = en[i].Name
		for j := range list[i].Labels {
			list[i].Labels[j].NameEN = en[i].Labels[j].Name
		}
	}
	return list, nil
}

func parseDimensionText(text string) ([]measure.Dimension, error) {
	text = strings.TrimSpace(strings.NewReplacer("；", ";", "｜", "|", "＝", "=").Replace(text))
	if text == "" {
		return nil, nil
	}
	var list []measure.Dimension
	for _, part := range strings.Split(text, ";") {
		// Only the first sign divides: ">=25" is a label.
		name, labels, ok := strings.Cut(part, "=")
		if !ok {
			return nil, fault.New(fault.Invalid, "维度“%s”应写成 名称=类别|类别，如 年龄=<25|>=25", part)
		}
		d := measure.Dimension{Name: strings.TrimSpace(name)}
		for _, l := range strings.Split(labels, "|") {
			d.Labels = append(d.Labels, measure.Label{Name: strings.TrimSpace(l)})
		}
		list = append(list, d)
	}
	return list, nil
}

func kindText(k measure.Kind) string {
	switch k {
	case measure.Flow:
		return "流量"
	case measure.Stock:
		return "存量"
	case measure.Point:
		return "点值"
	}
	return string(k)
}

// kindHint tells in one sentence how an element of the kind adds up.
func kindHint(k measure.Kind) string {
	switch k {
	case measure.Flow:
		return "各期、各单位相加"
	case measure.Stock:
		return "各单位相加，跨期取最后一期"
	case measure.Point:
		return "只属于本单位本期，不汇总（名次、调查结果、去重人数）"
	}
	return ""
}

func schemeText(k measure.SchemeKind) string {
	switch k {
	case measure.Partition:
		return "划分"
	case measure.Overlapping:
		return "可重叠"
	}
	return "不分类"
}

// parseCategory reads a category as files write it. Where there is one dimension the label alone
// will do, also one that holds a sign itself, ">=25".
func parseCategory(s measure.Scheme, text string) (measure.Category, error) {
	text = strings.TrimSpace(text)
	if len(s.Dimensions) == 1 {
		for _, l := range s.Dimensions[0].Labels {
			if text == l.Name {
				text = s.Dimensions[0].Name + "=" + text
				break
			}
		}
	}
	return s.Parse(text)
}
