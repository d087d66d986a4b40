package returns

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/words"
)

// past is a history written down in a test: "N8|jia1|2018-03" = 12.
type past map[string]int64

func (p past) value(k Key, q period.Period) (int64, bool) {
	n, ok := p[fmt.Sprintf("%s|%d|%s", k.Element, k.Subject, q)]
	return n, ok
}

func (p past) operand(q formula.Query) formula.Operand {
	n, ok := p[fmt.Sprintf("%s|%d|%s", q.Code, q.Unit, q.Period)]
	if !ok {
		return formula.Operand{Reason: measure.Absent}
	}
	return formula.Operand{Int: n}
}

// oneVillage lays out a return about one village.
func oneVillage(t *testing.T, f Form) (*Layout, *checker) {
	t.Helper()
	reg, cat := testRegister(t), testCatalogue()
	day := april().Last()
	f.From = period.MustParse("2018-01")
	if found := append(f.prepare(cat, reg.On(day), day), f.prepareRules(cat)...); len(found) > 0 {
		t.Fatal(found)
	}
	l, err := newLayout(&f, Place{f.Code, bing, april()}, reg, cat)
	if err != nil {
		t.Fatal(err)
	}
	return l, newChecker(&f, cat)
}

// SEED N4/N5: 183 + 77 > 232 is as it should be; a label above the total is not.
func TestSumsOfCategories(t *testing.T) {
	f := monthly()
	f.Items = []Item{{Element: "XY", Categories: []measure.Category{"", "传统", "合成"}}, {Element: "N3", Categories: []measure.Category{"", "零包", "合成"}}}
	f.Rules = nil
	l, c := oneVillage(t, f)
	cases := []struct {
		xy, n3 string // total, first, second; "-" is blank
		want   string
	}{
		{"30 18 12", "232 183 77", ""},
		{"30 18 13", "232 183 77", "sum"},
		{"30 - 12", "232 183 77", ""},
		{"30 - 31", "232 183 77", "parts"},
		{"- 18 12", "232 183 77", ""},
		{"30 18 12", "232 233 77", "label"},
		{"30 18 12", "232 233 234", "label label"},
		{"30 18 12", "- 183 77", "label"},
		{"0 0 0", "0 0 0", ""},
		{"30 18 x", "232 183 77", "number"},
		{"x 18 12", "232 183 77", "number"},
		{"30 18 12", "x 183 77", "number"},
	}
	for _, x := range cases {
		in := Filling{Cells: map[Key]Typed{}}
		for i, text := range append(strings.Fields(x.xy), strings.Fields(x.n3)...) {
			if text != "-" {
				in.Cells[l.Key(0, i)] = Typed{Text: text}
			}
		}
		if got := rulesOf(l.check(in, c, past{}, nil)); got != x.want {
			t.Errorf("%s / %s: %q, want %q", x.xy, x.n3, got, x.want)
		}
	}
}

// rulesOf lists what stops or asks for an explanation.
func rulesOf(c Checked) string {
	var out []string
	for _, f := range c.Found {
		if f.Severity != Info {
			out = append(out, f.Rule)
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestNumbersAsPeopleTypeThem(t *testing.T) {
	f := monthly()
	f.Items = []Item{{Element: "N8", Categories: []measure.Category{""}, Required: true, Max: "500"}, {Element: "N6", Categories: []measure.Category{""}, Min: "-5"}}
	f.Rules = nil
	l, c := oneVillage(t, f)
	cases := []struct{ n8, n6, want string }{
		{"12", "0.125", ""}, {"１２", "０．１２５", ""}, {" 012 ", "-5", ""}, {"1,2", "0", "number"}, {"1 2", "0", "number"}, {"12.0", "1e1", ""}, {"0", "0", ""},
		{"", "1", "required"}, {"12.5", "1", "decimals"}, {"501", "1", "range"}, {"-1", "1", "range"}, {"1", "0.1255", "decimals"},
		{"1", "-5.001", "range"}, {"十二", "1", "number"}, {"12人", "1", "number"}, {"1/2", "1", "number"}, {"0x10", "1", "number"}, {"1_0", "1", "number"},
		{"#DIV/0!", "1", "number"}, {"2018-03-12", "1", "number"}, {"1", "99999999999999999999", "range"}, {"NaN", "Inf", "number number"}, {"50%", "1", "number"},
	}
	for _, x := range cases {
		in := Filling{Cells: map[Key]Typed{l.Key(0, 0): {Text: x.n8}, l.Key(0, 1): {Text: x.n6}}}
		if got := rulesOf(l.check(in, c, past{}, nil)); got != x.want {
			t.Errorf("%q / %q: %q, want %q", x.n8, x.n6, got, x.want)
		}
	}
}

func TestJumpsAgainstOwnHistory(t *testing.T) {
	f := monthly()
	f.Items = []Item{{Element: "N8", Categories: []measure.Category{""}}}
	f.Rules, f.Jump = nil, Jump{Hundredths: 300, Threshold: 5}
	l, c := oneVillage(t, f)
	steady := past{}
	for _, p := range []string{"2018-03", "2018-02", "2018-01", "2017-12", "2017-11", "2017-10"} {
		steady[fmt.Sprintf("N8|%d|%s", bing1, p)] = 10
	}
	steady[fmt.Sprintf("N8|%d|%s", bing1, "2017-09")] = 1000 // too long ago
	cases := []struct {
		h    past
		now  string
		want string
	}{
		{steady, "10", ""}, {steady, "30", ""}, {steady, "31", "jump"}, {steady, "4", ""}, {steady, "5", ""}, {steady, "3", "jump"}, {steady, "0", "jump"},
		{past{}, "1000", ""},
		{past{fmt.Sprintf("N8|%d|2018-03", bing1): 1}, "6", ""},     // within the threshold
		{past{fmt.Sprintf("N8|%d|2018-03", bing1): 1}, "7", "jump"}, // beyond it
		{past{fmt.Sprintf("N8|%d|2018-03", bing1): 0}, "6", "jump"},
	}
	for _, x := range cases {
		in := Filling{Cells: map[Key]Typed{l.Key(0, 0): {Text: x.now}}}
		got := l.check(in, c, x.h, nil)
		if rulesOf(got) != x.want {
			t.Errorf("%s after %v: %q, want %q", x.now, x.h, rulesOf(got), x.want)
		}
		if x.want != "" {
			in.Notes = map[Key]string{l.NoteKey(0, 0): "专项行动"}
			if l.check(in, c, x.h, nil).Stops() {
				t.Errorf("%s: an explained jump still stops", x.now)
			}
		}
	}
}

// Rules over items: what a blank does, history, sums of the rows, severities.
func TestRulesOverItems(t *testing.T) {
	f := monthly()
	f.Items = []Item{{Element: "XF", Categories: []measure.Category{""}}, {Element: "TC", Categories: []measure.Category{""}}, {Element: "XY", Categories: []measure.Category{"传统", "合成"}}}
	rule := func(r Rule) Form {
		f := f
		if r.Gap == "" {
			r.Gap = SkipAny
		}
		if r.Severity == "" {
			r.Severity = Hard
		}
		r.Code = "R"
		f.Rules = []Rule{r}
		return f
	}
	h := past{fmt.Sprintf("XY|%d|2018-03", bing1): 40}
	cases := []struct {
		rule Rule
		in   string // XF TC 传统 合成
		want string
	}{
		{Rule{Left: "TC", Op: "<=", Right: "XF"}, "5 4 1 1", ""},
		{Rule{Left: "TC", Op: "<=", Right: "XF"}, "5 6 1 1", "rule:R"},
		{Rule{Left: "退出管控人员", Op: "<=", Right: "新发现吸毒人员"}, "5 6 1 1", "rule:R"},
		{Rule{Left: "TC", Op: "<=", Right: "XF"}, "- 6 1 1", ""},
		{Rule{Left: "TC", Op: "<=", Right: "XF", Gap: SkipAll}, "- 6 1 1", "rule:R"},
		{Rule{Left: "TC", Op: "<=", Right: "XF", Gap: SkipAll}, "- - 1 1", ""},
		{Rule{Left: "XF + 1", Op: "<=", Right: "TC", Gap: GapsZero}, "- - 1 1", "rule:R"},
		{Rule{Left: "XF", Op: "!=", Right: "TC"}, "5 5 1 1", "rule:R"},
		{Rule{Left: "XF", Op: "=", Right: "TC"}, "5 5 1 1", ""},
		{Rule{Left: "XF", Op: ">", Right: "TC"}, "5 5 1 1", "rule:R"},
		{Rule{Left: "XF", Op: ">=", Right: "TC"}, "5 5 1 1", ""},
		{Rule{Left: "XF", Op: "<", Right: "TC"}, "5 5 1 1", "rule:R"},
		// A stock follows from the one before: the total of a partition is added up.
		{Rule{Left: "现有吸毒人员", Op: "=", Right: "prev(现有吸毒人员) + 新发现吸毒人员 - 退出管控人员"}, "5 3 30 12", ""},
		{Rule{Left: "现有吸毒人员", Op: "=", Right: "prev(现有吸毒人员) + 新发现吸毒人员 - 退出管控人员"}, "5 3 30 13", "rule:R"},
		{Rule{Left: `XY{毒品="合成"}`, Op: "<=", Right: "XF"}, "5 3 30 12", "rule:R"},
		{Rule{Left: "XF / TC", Op: "<=", Right: "1"}, "5 0 1 1", ""}, // no division by zero
		{Rule{Left: "TC", Op: "<=", Right: "XF", Severity: Soft}, "5 6 1 1", "rule:R"},
		{Rule{Left: "TC", Op: "<=", Right: "XF", Severity: Info}, "5 6 1 1", ""},
		{Rule{Left: "TC", Op: "<=", Right: "XF", Total: true}, "5 6 1 1", "rule:R"},
		{Rule{Left: "TC", Op: "<=", Right: "XF"}, "x 6 1 1", "number"}, // one mistake, one finding
	}
	for _, x := range cases {
		l, c := oneVillage(t, rule(x.rule))
		in := Filling{Cells: map[Key]Typed{}}
		for i, text := range strings.Fields(x.in) {
			if text != "-" {
				in.Cells[l.Key(0, i)] = Typed{Text: text}
			}
		}
		if got := rulesOf(l.check(in, c, h, nil)); got != x.want {
			t.Errorf("%s %s %s with %s: %q, want %q", x.rule.Left, x.rule.Op, x.rule.Right, x.in, got, x.want)
		}
	}
}

// A finding about two cells names both, each once: the one where it stands, and the other.
func TestAFindingOfTwoCellsNamesBoth(t *testing.T) {
	f := monthly()
	f.Rules = []Rule{{Code: "R", Left: "N8", Op: "<=", Right: "现有吸毒人员 + N3", Severity: Hard, Gap: SkipAny, Message: "查处人次不应超过两项之和"},
		{Code: "T", Left: "N8", Op: "<=", Right: "N3", Severity: Hard, Gap: SkipAny, Total: true, Message: "全镇查处人次不应超过嫌疑人"}}
	f.From = period.MustParse("2018-01")
	reg, cat := testRegister(t), testCatalogue()
	if found := append(f.prepare(cat, reg.On(april().Last()), april().Last()), f.prepareRules(cat)...); len(found) > 0 {
		t.Fatal(found)
	}
	l, err := newLayout(&f, Place{f.Code, jia, april()}, reg, cat)
	if err != nil {
		t.Fatal(err)
	}
	fill := func(refs bool) Filling {
		in := Filling{Cells: map[Key]Typed{}}
		for row := range l.Subjects {
			for col := range l.Columns {
				k := l.Key(row, col)
				x := Typed{Text: sound(k)}
				if k.Subject == jia1 && k.Element == "N8" {
					x.Text = "400"
				}
				if k.Subject == jia1 && k.Category == "类型=零包" {
					x.Text = "5"
				}
				if refs {
					x.Ref = fmt.Sprintf("填报!%c%d", 'C'+col, 7+row)
				}
				in.Cells[k] = x
			}
		}
		return in
	}
	c := newChecker(&f, cat)
	var pages, files []string
	for _, refs := range []bool{false, true} {
		for _, x := range l.check(fill(refs), c, past{}, nil).Found {
			if x.Severity == Hard {
				pages = append(pages, whereIn(words.Chinese, l, x)+" | "+x.Message(nil))
				files = append(files, x.Finding(l).Say(nil))
			}
		}
	}
	if got, want := strings.Join(pages, "\n"), `各行合计：查处吸毒人员、打击犯罪嫌疑人 · 合计 | 全镇查处人次不应超过嫌疑人：左边是 424，右边是 12；请核对后改正
甲一村 · 查处吸毒人员，同时看 现有吸毒人员 · 合计、打击犯罪嫌疑人 · 合计 | 查处人次不应超过两项之和：左边是 400，右边是 34；请核对后改正
甲一村 · 打击犯罪嫌疑人 · 零包，同时看 打击犯罪嫌疑人 · 合计 | 填的是 5，大于合计 4；请核对这一类或合计
各行合计：查处吸毒人员、打击犯罪嫌疑人 · 合计 | 全镇查处人次不应超过嫌疑人：左边是 424，右边是 12；请核对后改正
甲一村 · 查处吸毒人员（填报 C7），同时看 现有吸毒人员 · 合计（D7）、打击犯罪嫌疑人 · 合计（G7） | 查处人次不应超过两项之和：左边是 400，右边是 34；请核对后改正
甲一村 · 打击犯罪嫌疑人 · 零包（填报 H7），同时看 打击犯罪嫌疑人 · 合计（G7） | 填的是 5，大于合计 4；请核对这一类或合计`; got != want {
		t.Errorf("on the page:\n%s\nwant\n%s", got, want)
	}
	if got, want := strings.Join(files[3:], "\n"), `全镇查处人次不应超过嫌疑人：左边是 424，右边是 12；请核对后改正（同时看 查处吸毒人员、打击犯罪嫌疑人 · 合计）
填报 C7：查处人次不应超过两项之和：左边是 400，右边是 34；请核对后改正（同时看 现有吸毒人员 · 合计（D7）、打击犯罪嫌疑人 · 合计（G7））
填报 H7：填的是 5，大于合计 4；请核对这一类或合计（同时看 打击犯罪嫌疑人 · 合计（G7））`; got != want {
		t.Errorf("in the file:\n%s\nwant\n%s", got, want)
	}
}

// A layout gives every cell one place, in either turn, and finds it again.
func TestEveryCellHasItsPlace(t *testing.T) {
	reg, cat := testRegister(t), testCatalogue()
	for _, turn := range []Turn{ItemColumns, ItemRows} {
		for _, f := range []Form{monthly(), sections()} {
			f.Turn = turn
			if found := f.prepare(cat, reg.On(april().Last()), april().Last()); len(found) > 0 {
				t.Fatal(found)
			}
			for _, u := range []org.UnitID{jia, bing} {
				l, err := newLayout(&f, Place{f.Code, u, april()}, reg, cat)
				if err != nil {
					t.Fatal(err)
				}
				seen := map[string]bool{}
				for k, ref := range l.refs() {
					if seen[ref] {
						t.Errorf("%s %s: two cells at %s", f.Code, turn, ref)
					}
					seen[ref] = true
					row, col, ok := l.Find(k)
					if !ok || l.Key(row, col) != k {
						t.Errorf("%v is not found again", k)
					}
				}
				if len(seen) != l.Cells() {
					t.Errorf("%d places for %d cells", len(seen), l.Cells())
				}
			}
		}
	}
}
