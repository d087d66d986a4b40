package measure

import (
	"testing"

	"kaiyang/internal/core/fault"
)

var ages = Scheme{Kind: Partition, Dimensions: []Dimension{{Name: "年龄", Labels: []Label{{Name: "<25"}, {Name: ">=25"}}}}}

var agesAndDrugs = Scheme{Kind: Partition, Dimensions: []Dimension{ages.Dimensions[0], {Name: "毒品", Labels: []Label{{Name: "传统"}, {Name: "合成"}}}}}

func TestCategoriesAsPeopleWriteThem(t *testing.T) {
	for _, c := range []struct {
		scheme Scheme
		text   string
		want   Category
	}{
		{ages, "", ""},
		{ages, "年龄=<25", "年龄=<25"},
		{ages, " 年龄 ＝ >=25 ", "年龄=>=25"},
		{ages, ">=25", "年龄=>=25"},
		{ages, "<25", "年龄=<25"},
		{agesAndDrugs, "毒品=合成；年龄=<25", "年龄=<25;毒品=合成"},
	} {
		got, err := c.scheme.Parse(c.text)
		if got != c.want || err != nil {
			t.Errorf("Parse(%q) = %q, %v; want %q", c.text, got, err, c.want)
		}
	}
	for _, bad := range []string{"年龄", "年龄=老", "性别=男", "年龄=<25"} {
		if _, err := agesAndDrugs.Parse(bad); fault.KindOf(err) != fault.Invalid {
			t.Errorf("Parse(%q) = %v, want a refusal", bad, err)
		}
	}
}

func TestASelectorMeansEveryCellThatFits(t *testing.T) {
	got, err := agesAndDrugs.Select(map[string]string{"年龄": "<25"})
	if err != nil || len(got) != 2 || got[0] != "年龄=<25;毒品=传统" || got[1] != "年龄=<25;毒品=合成" {
		t.Errorf("Select = %v, %v", got, err)
	}
	if all := agesAndDrugs.All(); len(all) != 4 {
		t.Errorf("All = %v, want four cells", all)
	}
}

func TestSchemesThatMakeNoSense(t *testing.T) {
	for name, s := range map[string]Scheme{
		"dimensions without a kind": {Dimensions: ages.Dimensions},
		"a kind without dimensions": {Kind: Overlapping},
		"a label twice":             {Kind: Partition, Dimensions: []Dimension{{Name: "年龄", Labels: []Label{{Name: "a"}, {Name: "a"}}}}},
		"a label with a semicolon":  {Kind: Partition, Dimensions: []Dimension{{Name: "年龄", Labels: []Label{{Name: "a;b"}}}}},
	} {
		if fault.KindOf(s.Check()) != fault.Invalid {
			t.Errorf("%s was accepted", name)
		}
	}
	if err := ages.Check(); err != nil {
		t.Errorf("ages: %v", err)
	}
}

func TestLabelsAsHeadings(t *testing.T) {
	for _, c := range []struct{ dim, label, want string }{
		{"年龄", "<25", "25岁以下"}, {"数量", "<25", "不到25"}, {"年龄", ">=25", "25岁及以上"}, {"年龄", "≥60岁", "60岁及以上"}, {"数量", "<=10", "不超过10"},
		{"数量", ">10", "超过10"}, {"毒品", "合成", "合成"}, {"年龄", "18-25", "18-25"}, {"级别", "<甲", "<甲"},
	} {
		if got, _ := (Dimension{Name: c.dim}).Both(Label{Name: c.label}); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.dim, c.label, got, c.want)
		}
	}
}
