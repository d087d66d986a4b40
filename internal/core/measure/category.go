package measure

import (
	"sort"
	"strings"

	"kaiyang/internal/core/fault"
)

// A SchemeKind tells how the labels of a scheme relate to the total.
type SchemeKind string

// The kinds of category schemes (SEMANTICS §3).
const (
	NoScheme    SchemeKind = ""
	Partition   SchemeKind = "partition"   // total = Σ labels if all are present, else the reported total
	Overlapping SchemeKind = "overlapping" // total is reported; each label ≤ total
)

// A Dimension is one way of dividing, "年龄" into "<25" and ">=25".
type Dimension struct {
	Name   string
	NameEN string
	Labels []Label
}

// A Label is one class of a dimension.
type Label struct {
	Name   string
	NameEN string
}

// Both gives a label of d as a heading in both languages: a bound is said in words, "<25" of 年龄
// is 25岁以下, as the county writes it beside 25岁及以上.
func (d Dimension) Both(l Label) (chinese, english string) {
	if english = l.NameEN; english == "" {
		english = l.Name
	}
	return d.heading(l.Name), english
}

func (d Dimension) heading(label string) string {
	rest := strings.TrimLeft(label, "<>=≤≥")
	sign := strings.NewReplacer("≤", "<=", "≥", ">=").Replace(strings.TrimSuffix(label, rest))
	if rest == "" || rest[0] < '0' || rest[0] > '9' {
		return label
	}
	if strings.Contains(d.Name, "年龄") && !strings.HasSuffix(rest, "岁") {
		rest += "岁"
	}
	switch sign {
	case "<":
		if strings.HasSuffix(rest, "岁") {
			return rest + "以下"
		}
		return "不到" + rest
	case "<=":
		return "不超过" + rest
	case ">":
		return "超过" + rest
	case ">=":
		return rest + "及以上"
	}
	return label
}

// A Scheme says how an element is divided.
type Scheme struct {
	Kind       SchemeKind
	Dimensions []Dimension
}

// Category is one cell of a scheme, "年龄=<25;毒品=合成", dimensions in declared order.
// The empty category is the reported total.
type Category string

// Check reports the faults of the scheme.
func (s Scheme) Check() error {
	if s.Kind == NoScheme {
		if len(s.Dimensions) > 0 {
			return fault.New(fault.Invalid, "列了分类却没有说明是划分（partition）还是可重叠（overlapping）")
		}
		return nil
	}
	if s.Kind != Partition && s.Kind != Overlapping {
		return fault.New(fault.Invalid, "分类方式应为 partition（划分）或 overlapping（可重叠）")
	}
	if len(s.Dimensions) == 0 {
		return fault.New(fault.Invalid, "分类方式没有列出维度")
	}
	for i, d := range s.Dimensions {
		if d.Name == "" || len(d.Labels) == 0 {
			return fault.New(fault.Invalid, "第 %d 个维度缺少名称或类别", i+1)
		}
		seen := map[string]bool{}
		for _, l := range d.Labels {
			if l.Name == "" || seen[l.Name] || strings.ContainsAny(l.Name, ";；") {
				return fault.New(fault.Invalid, "维度“%s”的类别“%s”为空、重复或含有分号", d.Name, l.Name)
			}
			seen[l.Name] = true
		}
	}
	return nil
}

// All lists the cells of the scheme: the product of its dimensions, without the total.
func (s Scheme) All() []Category {
	if s.Kind == NoScheme {
		return nil
	}
	out := []Category{""}
	for _, d := range s.Dimensions {
		var next []Category
		for _, c := range out {
			for _, l := range d.Labels {
				next = append(next, c.with(d.Name, l.Name))
			}
		}
		out = next
	}
	return out
}

func (c Category) with(dim, label string) Category {
	if c == "" {
		return Category(dim + "=" + label)
	}
	return c + Category(";"+dim+"="+label)
}

// Select lists the cells that a selector means: every cell that has each of the given labels.
// An unknown dimension or label is an error that names the known ones.
func (s Scheme) Select(want map[string]string) ([]Category, error) {
	for dim, label := range want {
		d, ok := s.dimension(dim)
		if len(s.Dimensions) == 0 {
			return nil, errUndivided()
		}
		if !ok {
			return nil, fault.New(fault.Invalid, "没有维度“%s”；可用的维度：%s", dim, s.names())
		}
		if !d.has(label) {
			return nil, fault.New(fault.Invalid, "维度“%s”没有类别“%s”；可用的类别：%s", dim, label, d.names())
		}
	}
	var out []Category
	for _, c := range s.All() {
		ok := true
		for dim, label := range c.Labels() {
			if w, asked := want[dim]; asked && w != label {
				ok = false
			}
		}
		if ok {
			out = append(out, c)
		}
	}
	return out, nil
}

// Parse reads a category as written in a file and puts its dimensions in declared order.
func (s Scheme) Parse(text string) (Category, error) {
	text = strings.TrimSpace(strings.NewReplacer("；", ";", "＝", "=").Replace(text))
	if text == "" {
		return "", nil
	}
	if len(s.Dimensions) == 0 {
		return "", errUndivided()
	}
	want := map[string]string{}
	for _, part := range strings.Split(text, ";") {
		dim, label, ok := strings.Cut(part, "=")
		dim, label = strings.TrimSpace(dim), strings.TrimSpace(label)
		// A single dimension may be written by its label alone, which may hold a sign itself: ">=25".
		if alone := strings.TrimSpace(part); len(s.Dimensions) == 1 && s.Dimensions[0].has(alone) {
			dim, label, ok = s.Dimensions[0].Name, alone, true
		}
		if !ok {
			return "", fault.New(fault.Invalid, "分类“%s”应写成 维度=类别", part)
		}
		want[dim] = label
	}
	cells, err := s.Select(want)
	if err != nil {
		return "", err
	}
	if len(cells) != 1 {
		return "", fault.New(fault.Invalid, "分类“%s”没有写全；维度：%s", text, s.names())
	}
	return cells[0], nil
}

// Labels gives the labels of c by dimension.
func (c Category) Labels() map[string]string {
	m := map[string]string{}
	if c == "" {
		return m
	}
	for _, part := range strings.Split(string(c), ";") {
		// "年龄=<25": only the first sign divides, labels may hold one.
		dim, label, _ := strings.Cut(part, "=")
		m[dim] = label
	}
	return m
}

func (s Scheme) dimension(name string) (Dimension, bool) {
	for _, d := range s.Dimensions {
		if d.Name == name {
			return d, true
		}
	}
	return Dimension{}, false
}

func errUndivided() error {
	return fault.New(fault.Invalid, "这个数据项不分类；请把分类留空")
}

func (s Scheme) names() string {
	var n []string
	for _, d := range s.Dimensions {
		n = append(n, d.Name)
	}
	return strings.Join(n, "、")
}

func (d Dimension) has(label string) bool {
	for _, l := range d.Labels {
		if l.Name == label {
			return true
		}
	}
	return false
}

func (d Dimension) names() string {
	var n []string
	for _, l := range d.Labels {
		n = append(n, l.Name)
	}
	sort.Strings(n)
	return strings.Join(n, "、")
}
