package reports

import (
	"strings"
	"testing"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/docgen"
)

func testBrief() *brief {
	names := map[org.UnitID]string{county: "茶山县", townA: "城关镇", townB: "青石乡", townC: "水口镇"}
	return &brief{Period: period.MustParse("2018-04"), UnitName: "茶山县", County: true, Issuer: "指挥部", Today: period.MustDay("2018-05-10"), Cutoff: "2018-05-10 09:00",
		Before: map[string]measure.Shown{}, YearAgo: map[string]measure.Shown{}, Extra: map[string][]measure.Shown{}, name: func(u org.UnitID) string { return names[u] }}
}

func TestWhatIsSaidOfAFigure(t *testing.T) {
	apr := period.MustParse("2018-04")
	rate := measure.Shown{Code: "I2", Name: "未复吸率", Unit: county, Period: apr, Path: "/f", Value: "37.52", Text: "37.52%", Target: "≥30%", Verdict: "met", Percent: true, UpIsGood: true}
	with := func(change func(f *measure.Shown)) measure.Shown {
		f := rate
		change(&f)
		return f
	}
	for _, c := range []struct {
		name   string
		f      measure.Shown
		before string // printed value of March
		want   string
	}{
		{"met", rate, "", "“未复吸率”为37.52%，达到≥30%的目标"},
		{"met, with its fraction", with(func(f *measure.Shown) { f.Numerator, f.Denominator = "568", "1514" }), "", "“未复吸率”为37.52%（568/1,514），达到≥30%的目标"},
		{"with what chance may do", with(func(f *measure.Shown) {
			f.Numerator, f.Denominator, f.Interval = "24", "25", "95% 区间 80.5%—99.3%"
		}), "", "“未复吸率”为37.52%（24/25，考虑偶然波动，95% 区间 80.5%—99.3%），达到≥30%的目标"},
		{"rose", rate, "36.10", "“未复吸率”为37.52%，达到≥30%的目标，较2018年3月的36.10%上升"},
		{"fell", rate, "40.00", "“未复吸率”为37.52%，达到≥30%的目标，较2018年3月的40.00%下降"},
		{"level", rate, "37.52", "“未复吸率”为37.52%，达到≥30%的目标，较2018年3月的37.52%持平"},
		{"not met", with(func(f *measure.Shown) { f.Verdict, f.Target = "not_met", "≥40%" }), "", "“未复吸率”为37.52%，未达到≥40%的目标"},
		{"cannot tell", with(func(f *measure.Shown) { f.Support = "cannot_tell" }), "", "“未复吸率”为37.52%，达到≥30%的目标（按数值判断；基数小，偶然波动可以改变这一结果）"},
		{"another period", with(func(f *measure.Shown) { f.Period = period.MustParse("2017") }), "", "“未复吸率”2017年为37.52%，达到≥30%的目标"},
		{"missing", with(func(f *measure.Shown) { f.Value, f.Text, f.Verdict = "", "未报", "" }), "36.10", "“未复吸率”尚无数据（未报）"},
		{"missing, who", with(func(f *measure.Shown) {
			f.Value, f.Text, f.Verdict, f.Missing = "", "未报", "", []org.UnitID{townA, townC}
		}), "", "“未复吸率”尚无数据（未报），未报单位：城关镇、水口镇"},
		{"incomplete", with(func(f *measure.Shown) { f.Missing = []org.UnitID{townB} }), "36.10", "“未复吸率”为37.52%，数据不完整，缺青石乡，不作达标判断"},
		{"a zero", measure.Shown{Code: "N12", Name: "团伙案件", Unit: county, Period: apr, Path: "/n", Value: "0", Text: "0起"}, "", "“团伙案件”为0起，本期零发生"},
		{"a rate of zero is no zero event", measure.Shown{Code: "R", Name: "率", Unit: county, Period: apr, Value: "0.00", Text: "0.00%", Percent: true}, "", "“率”为0.00%"},
		{"small", measure.Shown{Code: "N1", Name: "新滋生", Unit: townA, Period: apr, Path: "/n", Text: "<5"}, "", "“新滋生”为「<5」（人数少于5，按规定不显示具体数）"},
		{"hidden beside it", measure.Shown{Code: "N1", Name: "新滋生", Unit: townA, Period: apr, Path: "/n", Text: "已隐去"}, "", "“新滋生”为已隐去（与不显示的小数相关，按规定隐去）"},
	} {
		b := testBrief()
		if c.before != "" {
			b.Before[c.f.Code] = measure.Shown{Code: c.f.Code, Name: c.f.Name, Unit: county, Period: period.MustParse("2018-03"), Value: c.before, Text: c.before + "%", Path: "/f?p=3"}
		}
		w := &writer{b: b}
		runs := b.tell(w, c.f)
		if got := docgen.Text(runs); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
		for _, r := range runs {
			digits := strings.ContainsAny(r.Text, "%") || r.Text == "0起"
			if digits && !strings.Contains(r.Text, "目标") && c.f.Path != "" && (r.Source == 0 || r.Href == "") {
				t.Errorf("%s: the figure %q has no source", c.name, r.Text)
			}
		}
	}
}

// years gives a yearly course.
func years(code, name, unit string, first int, values ...string) (out []measure.Shown) {
	for i, v := range values {
		p := period.MustParse("2010").Shift(first - 2010 + i)
		f := measure.Shown{Code: code, Name: name, Unit: county, Period: p, Value: v, Text: v + unit, Path: "/figures/" + code + "?period=" + p.String(), Definition: 1}
		switch v {
		case "":
			f.Text = "未报"
		case small:
			f.Value, f.Text = "", small
		}
		out = append(out, f)
	}
	return out
}

// judge stands in for the indicators: it judges the unbroken run of counts that ends with the last.
func judge(list []measure.Shown) (c Course) {
	var s stats.YearSeries
	for _, f := range known(list) {
		n, ok := count(f)
		if !ok {
			s = stats.YearSeries{}
			continue
		}
		y, _, _ := f.Period.First().Date()
		s.Years, s.Counts = append(s.Years, y), append(s.Counts, n)
	}
	c.Years, c.Persons = s.Years, strings.HasSuffix(list[0].Text, "人") || len(list) > 2 && strings.HasSuffix(list[2].Text, "人")
	r, why := stats.Turning(s, 99, stats.NewRandom(stats.DefaultSeed))
	if why != "" {
		c.Why = why.Sentence()
		return c
	}
	c.Headline = r.Verdict.Headline().Chinese()
	if !c.Persons {
		c.Said = []string{"各年的数：" + c.Headline}
		return c
	}
	for _, x := range r.SayAbout(list[len(list)-1].Name, "", "") {
		c.Said = append(c.Said, x.Chinese())
	}
	return c
}

func TestTheTrendSaysNoMoreThanTheYearsCarry(t *testing.T) {
	for _, c := range []struct {
		name   string
		course []measure.Shown
		want   []string
		never  []string
	}{
		{"the county's own series", years("N1", "25岁以下新滋生吸毒人员", "人", 2015, "101", "49", "27"),
			[]string{"2015年101人，2016年49人，2017年27人", "下降可以确认,是否出现拐点无法判断。", "由2015年的101人减少到2017年的27人，减少73%", "3个年度", "补录2011—2014年数据"}, []string{"拐点的目标已经实现", "证明"}},
		{"years before the first are not zero", years("N1", "新滋生", "人", 2013, "", "", "101", "49", "27"), []string{"新滋生”：2015年101人", "下降可以确认"}, []string{"2014年未报", "2014年尚无"}},
		{"a year missing between", years("N1", "新滋生", "人", 2015, "101", "", "27"), []string{"2016年未报", "2016年尚无数据，不作趋势判断"}, []string{"下降可以确认"}},
		{"a year missing before those that are judged", years("N1", "新滋生", "人", 2013, "120", "", "101", "49", "27"), []string{"2014年尚无数据，只判断2015—2017年", "下降可以确认", "由2015年的101人减少到2017年的27人"}, []string{"由2013年"}},
		{"cases of three years", years("N2", "刑事案件", "起", 2015, "300", "160", "55"), []string{"2017年55起，上年160起，降幅超出了偶然波动的范围", "2015—2017年各年的走势：下降可以确认,是否出现拐点无法判断。"}, []string{"人减少"}},
		{"a small count", years("N1", "新滋生", "人", 2015, "101", "20", small), []string{"2017年「<5」", "不显示的小数，不作趋势判断"}, []string{"下降可以确认"}},
		{"one year", years("N1", "新滋生", "人", 2017, "27"), []string{"只有1个年度的数据，不作趋势判断"}, []string{"下降"}},
		{"cases, within chance", years("N2", "刑事案件", "起", 2016, "60", "55"), []string{"差别在偶然波动的范围之内"}, []string{"下降可以确认"}},
		{"cases, beyond chance", years("N2", "刑事案件", "起", 2016, "160", "55"), []string{"2017年55起，上年160起，降幅超出了偶然波动的范围"}, []string{"拐点"}},
		{"none at all", years("N2", "刑事案件", "起", 2016, "0", "0"), []string{"两年都没有，不作比较"}, nil},
	} {
		b := testBrief()
		b.Period, b.Figures = period.MustParse("2017"), c.course[len(c.course)-1:]
		b.Extra[c.course[0].Code] = c.course
		b.Courses = map[string]Course{c.course[0].Code: judge(c.course)}
		w := &writer{b: b}
		var text []string
		for _, x := range b.trend(w, c.course[0].Code, true) {
			text = append(text, docgen.Text(runsOf(x)))
		}
		all := strings.Join(text, "\n")
		for _, s := range c.want {
			if !strings.Contains(all, s) {
				t.Errorf("%s: %q is not said in\n%s", c.name, s, all)
			}
		}
		for _, s := range c.never {
			if strings.Contains(all, s) {
				t.Errorf("%s: %q is said in\n%s", c.name, s, all)
			}
		}
	}
	b := testBrief()
	b.Period, b.Extra = period.MustParse("2017"), map[string][]measure.Shown{"N1": years("N1", "新滋生", "人", 2015, "101", "49", "27")}
	b.Courses = map[string]Course{"N1": judge(b.Extra["N1"])}
	w := &writer{b: b}
	linked := map[string]int{}
	for _, x := range b.trend(w, "N1", true) {
		for _, r := range runsOf(x) {
			if r.Source != 0 {
				linked[r.Text]++
			}
		}
	}
	if linked["101人"] != 2 || linked["27人"] != 2 || linked["49人"] != 1 {
		t.Errorf("the counts in the sentences lead to their traces: %v", linked)
	}
}

func textOf(d *docgen.Document) string {
	var out []string
	for _, r := range append(d.Body, attachedBlocks(d)...) {
		if t, ok := r.(docgen.Table); ok {
			for _, row := range t.Table.Rows {
				var cells []string
				for i := range row.Cells {
					cells = append(cells, row.Cells[i].Shown())
				}
				out = append(out, strings.Join(cells, " | "))
			}
			continue
		}
		out = append(out, docgen.Text(runsOf(r)))
	}
	return strings.Join(out, "\n")
}

func attachedBlocks(d *docgen.Document) (out []docgen.Block) {
	for _, a := range d.Attached {
		out = append(out, a.Body...)
	}
	return out
}

// Every run that prints a figure has a source in the list, with the printed value and a path.
func checkSources(t *testing.T, d *docgen.Document) {
	t.Helper()
	no := map[int]docgen.Source{}
	for _, s := range d.Sources {
		if s.Path == "" || s.Label == "" || s.Value == "" || no[s.No].No != 0 {
			t.Errorf("source %+v", s)
		}
		no[s.No] = s
	}
	for _, b := range d.Body {
		for _, r := range runsOf(b) {
			if r.Source != 0 && (no[r.Source].Value != r.Text || no[r.Source].Path != r.Href) {
				t.Errorf("run %+v has source %+v", r, no[r.Source])
			}
		}
	}
}
