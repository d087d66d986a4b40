package indicators

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/stats"
	"kaiyang/internal/platform/words"
)

// years puts yearly counts of an element's young or of all at one unit, spread over the months, and
// nothing at the others, so that the county is complete.
func (w *world) years(counts map[int]int64, efforts map[int]int64) {
	w.t.Helper()
	var list []cube.Change
	put := func(e measure.ElementID, c measure.Category, u org.UnitID, p period.Period, v int64) {
		list = append(list, cube.Change{Element: e, Category: c, Unit: u, Period: p, Value: v, Present: true})
	}
	share := func(n int64, m int) int64 {
		v := n / 12
		if int64(m) < n%12 {
			v++
		}
		return v
	}
	tree := w.Today()
	for y, n := range counts {
		for m := range 12 {
			p := period.MustParse(fmt.Sprintf("%d-%02d", y, m+1))
			for i, u := range tree.Rows(org.LevelVillage) {
				v := int64(0)
				if i == 0 {
					v = share(n, m)
				}
				put(4, "年龄=<25", u, p, v)
				put(4, "年龄=>=25", u, p, 0)
			}
			for i, u := range tree.Rows(org.LevelTownship) {
				v, e := int64(0), int64(0)
				if i == 0 {
					v, e = share(n, m), share(efforts[y], m)
				}
				put(3, "", u, p, v)
				if efforts != nil {
					put(5, "", u, p, e)
				}
			}
		}
	}
	w.must(w.cube.Apply(list, w.cube.Seq()+1))
}

func seedCounts() map[int]int64 { return map[int]int64{2015: 101, 2016: 49, 2017: 27} }

// The county's three years on the page: the verdict first, what would settle it, and every number
// behind it; no turn is drawn (METHODS §1).
func TestTrendPageOfTheSeedSeries(t *testing.T) {
	w := sqliteWorld(t, 2, 1)
	w.years(seedCounts(), nil)
	body := w.page("/trend/T?unit=520121")
	text := stripped(body)
	at := 0
	for _, want := range []string{"青年新滋生", "趋势与拐点", "2015—2017年", "下降可以确认,是否出现拐点无法判断", "由2015年的101人减少到2017年的27人，减少73%（考虑偶然波动，大约在减少59%到83%之间）",
		"补录2011—2014年数据、至少凑足7个年度", "怎样才能判断拐点", "还需要：至少7个年度的数据", "还需要：各年查了多少（如检测人次）", "补录以前年度，在哪里录", "各年的数",
		"101人", "49人", "-51.5%", "-66.2% 到 -31.1%", "27人", "-44.9%", "-66.9% 到 -10.1%", "2018年还没有结束，不计入",
		"任选两期相比", "可能性约1.5%", "0.015", "平均每年变化-49.0%", "只有3个年度：不管数怎样变", "至少7个年度", "3个年度", "不满足", "查了多少有记录", "没有录入", "尚未检验", "还没有起点"} {
		i := strings.Index(text[at:], want)
		if i < 0 {
			t.Fatalf("%q does not stand behind what comes before it: %s", want, text)
		}
		at += i
	}
	for _, bad := range append(stats.NeverSaid(), "分段走势 年度", "NaN", "%!") {
		if strings.Contains(text, bad) {
			t.Errorf("the page says %q", bad)
		}
	}
	if !strings.Contains(body, "固定速度") || !strings.Contains(body, `fill-opacity="0.14"`) {
		t.Error("the chart has no interval or no constant rate")
	}
	cases := stripped(w.page("/trend/S?unit=520121"))
	if !strings.Contains(cases, "2015年101起、2016年49起、2017年27起：下降可以确认,是否出现拐点无法判断") {
		t.Errorf("cases: %s", cases)
	}
	if got := stripped(w.page("/trend/AN?unit=520121&from=2016")); !strings.Contains(got, "2016—2017年") || strings.Contains(got, "101起") {
		t.Errorf("a bare element from 2016: %s", got)
	}
	if got := w.page("/trend/T?unit=520121&scale=month"); !strings.Contains(got, "不能直接拿来判断") || !strings.Contains(got, "各月的数") || !strings.Contains(got, "2016年1月") {
		t.Errorf("months: %s", stripped(got))
	}
	// The indicator's page, the trace and the dashboard lead here.
	for _, path := range []string{"/indicators/T?period=2017", "/figures/T?period=2017", "/?period=2017"} {
		if !strings.Contains(w.page(path), `href="/trend/T?unit=520121"`) {
			t.Errorf("%s does not lead to the trend", path)
		}
	}
	if got := stripped(w.page("/?period=2017")); !strings.Contains(got, "青年新滋生：下降可以确认,是否出现拐点无法判断") {
		t.Errorf("the dashboard does not say it: %s", got)
	}
	// The same sentence for documents and the command line.
	said, err := w.s.Statistics(context.Background(), w.office(), Question{Code: "T", Unit: county, Period: period.MustParse("2017")}, words.Chinese)
	w.must(err)
	if !strings.Contains(strings.Join(said, "\n"), "下降可以确认,是否出现拐点无法判断") {
		t.Error(said)
	}
}

// All tables come as sheets of one workbook; csv and json carry the years.
func TestTrendDownloads(t *testing.T) {
	w := sqliteWorld(t, 2, 1)
	w.years(seedCounts(), nil)
	r := httptest.NewRecorder()
	w.site.ServeHTTP(r, httptest.NewRequest("GET", "/trend/T?format=xlsx", nil))
	book, err := excelize.OpenReader(bytes.NewReader(r.Body.Bytes()))
	w.must(err)
	defer book.Close()
	names := book.GetSheetList()
	if got := strings.Join(names, " "); got != "目录 各年的数 两期相比 固定速度的走势 判断拐点的条件 各月的数" {
		t.Errorf("sheets %q", got)
	}
	r = httptest.NewRecorder()
	w.site.ServeHTTP(r, httptest.NewRequest("GET", "/trend/T?format=csv", nil))
	if !strings.Contains(r.Body.String(), "-66.9% 到 -10.1%") {
		t.Errorf("csv: %s", r.Body.String())
	}
}

// What cannot be answered says why and what to do; what was typed stays.
func TestTrendRefusals(t *testing.T) {
	w := sqliteWorld(t, 2, 1)
	w.years(seedCounts(), nil)
	for _, x := range []struct {
		path string
		code int
		want string
	}{
		{"/trend/R", 200, "只分析人数、起数"},      // a share
		{"/trend/REN", 200, "只分析人数、起数"},    // a stock
		{"/trend/HD", 200, "只分析人数、起数"},     // as many as planned
		{"/trend/E", 200, "还没有定义"},         // to be filled in
		{"/trend/BM", 200, "只分析人数、起数"},     // events of departments
		{"/trend/nothing", 404, "没有代码或名称"}, //
		{"/trend/AN?unit=520121100000", 200, "不报到这一级单位"},
		{"/trend/T?from=abc", 422, "“abc”不是年份"},
		{"/trend/T?from=2017&to=2015", 422, "起始年 2017 晚于结束年 2015"},
		{"/trend/T?a=2015&b=2016-Q1", 422, ""},
		{"/trend/T?a=2015&b=x", 422, "x"},
		{"/trend/T?a=2016&b=2015", 200, "两期不能重叠，前一期应当在先"},
		{"/trend/T?a=2015-H1&b=2016-H1", 200, "2015年上半年"},
		{"/trend/T?a=2014&b=2015", 200, "2014年没有可以相比的数"},
		{"/trend/T?from=2005&to=2008", 200, "这些年度还没有数"},
	} {
		code, body := w.get(x.path)
		if x.want == "" {
			code, x.code = x.code, 422
			if !strings.Contains(stripped(body), "长短不同，不能直接相比") {
				t.Errorf("%s: %s", x.path, stripped(body))
			}
		}
		if code != x.code || !strings.Contains(body, x.want) {
			t.Errorf("%s = %d, want %d with %q: %s", x.path, code, x.code, x.want, stripped(body))
		}
	}
	w.as = w.actor(perm.SysAdmin, 899)
	for _, path := range []string{"/trend/T", "/definitions/starts"} {
		if code, _ := w.get(path); code != http.StatusForbidden {
			t.Errorf("the system administrator reads %s: %d", path, code)
		}
	}
}

// Effort caps what is said, in page and sentences; without it A and B are withheld (METHODS §1.7).
func TestEffortIsTold(t *testing.T) {
	w := sqliteWorld(t, 2, 1)
	turn := map[int]int64{}
	same := map[int]int64{}
	less := map[int]int64{}
	for i, n := range []int64{150, 300, 600} {
		turn[2015+i], same[2015+i], less[2015+i] = n, 1000, 1000-int64(i)*200
	}
	ask := func(p string) string {
		out, err := w.s.Statistics(context.Background(), w.office(), Question{Code: "T", Unit: county, Period: period.MustParse(p)}, words.Chinese)
		w.must(err)
		return strings.Join(out, "\n")
	}
	w.years(turn, same)
	if got := ask("2017"); !strings.Contains(got, "没有录入检测量") {
		t.Errorf("without effort: %s", got)
	}
	w.importing("- {code: T, name: 青年新滋生, name_en: Young, formula: 'XZS{年龄=\"<25\"}', direction: down, unit: 人, force: ZB1, order: 3, effort: 活动}\n", "")
	if d, err := w.s.Defined(w.office(), "T"); err != nil || d.Latest().Effort != "HD" || d.Latest().Version != 2 {
		t.Fatalf("effort is stored as %q, version %d, %v", d.Latest().Effort, d.Latest().Version, err)
	}
	if got := ask("2017"); !strings.Contains(got, "2015年到2017年，活动变化+0%，没有超过20%") || !strings.Contains(got, "每千场活动对应的数由150.0变为600.0") || strings.Contains(got, "没有录入检测量") {
		t.Errorf("steady effort: %s", got)
	}
	w.years(seedCounts(), less)
	got := ask("2017")
	if !strings.Contains(got, "活动减少了40%，青年新滋生减少有一部分可能是查得少了。每千场活动对应的数由101.0降到45.0") || !strings.Contains(got, "下降可以确认,是否出现拐点无法判断") ||
		!strings.Contains(got, "2016年到2017年，活动变化了-25%") {
		t.Errorf("less effort: %s", got)
	}
	page := stripped(w.page("/trend/T?unit=520121"))
	for _, want := range []string{"查得少了", "每千工作量对应", "101.0", "工作量变化不超过20%", "2015—2017年 -40%", "还需要：同等检测量下的数据"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q: %s", want, page)
		}
	}
	if !strings.Contains(stripped(w.page("/definitions/T")), "工作量数据项 活动（HD）") {
		t.Error("the definition does not show its effort")
	}
	// A bare element takes that of the indicator that is nothing but it; a selector is another thing.
	b := w.s.now.Load()
	ref := b.ref("XZS")[0]
	k, err := w.s.ask(context.Background(), w.office(), 0)
	w.must(err)
	young, err := k.exprOf(ref, `年龄="<25"`)
	w.must(err)
	a := Answer{Element: ref.Element}
	if e := b.effortOf(young, a); e == nil || e.Code != "HD" {
		t.Errorf("the young of the element: %v", e)
	}
	if e := b.effortOf(b.of(ref), a); e != nil {
		t.Errorf("all of the element: %v", e)
	}
}

// A wrong effort is refused beside its field; a file without the column and one with it agree.
func TestEffortOfADefinition(t *testing.T) {
	w := sqliteWorld(t, 2, 1)
	for _, x := range []struct{ formula, format, effort, want string }{
		{"AN", "plain", "HD", ""}, {"AN", "plain", "活动", ""}, {"AN", "plain", "", ""},
		{"AN", "plain", "nothing", "没有代码或名称为“nothing”的数据项"}, {"AN", "plain", "REN", "应是整数的流量数据项"}, {"AN", "plain", "JH", "应是整数的流量数据项"},
		{"AN", "plain", "AN", "就是公式里的数"}, {"CHU / REN", "percent", "HD", "只用于人数、起数等计数指标"},
	} {
		body := fmt.Sprintf("- {code: X, name: 某数, formula: '%s', format: %s, effort: '%s', order: 90}\n", x.formula, x.format, x.effort)
		rep, err := w.s.ImportIndicators(context.Background(), w.office(), "x.yaml", []byte(body), true)
		w.must(err)
		got := ""
		for _, f := range rep.Findings {
			got += fault.Say(fault.Findings{f}, nil)
		}
		if (x.want == "") != (got == "") || !strings.Contains(got, x.want) {
			t.Errorf("%s %s effort %q: %q, want %q", x.formula, x.format, x.effort, got, x.want)
		}
	}
	w.importing("- {code: X, name: 某数, formula: AN, effort: HD, order: 90}\n", "")
	columns, rows, err := w.s.ExportIndicators(w.office())
	w.must(err)
	out := strings.Join(columns, ",") + "\n"
	for _, r := range rows {
		for i, c := range r {
			if i > 0 {
				out += ","
			}
			out += `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
		}
		out += "\n"
	}
	rep, err := w.s.ImportIndicators(context.Background(), w.office(), "x.csv", []byte(out), true)
	w.must(err)
	if rep.Unchanged != rep.Read || rep.Read != len(rows) {
		t.Errorf("what was exported changes %+v", rep)
	}
	// Another effort touches no figure of the past, so nobody is asked about it.
	if code, _, body := w.post("/definitions/edit/X", form("row", "1", "name", "某数", "formula", "AN", "format", "plain", "digits", "0", "direction", "neutral", "rollup", "operands", "min_coverage", "100",
		"order", "90", "from", "2000-01-01", "effort", "", "do", "save")); code != http.StatusSeeOther {
		t.Errorf("without effort: %d %s", code, stripped(body))
	}
	code, _, body := w.post("/definitions/edit/X", form("row", "2", "name", "某数", "formula", "AN", "format", "plain", "digits", "0", "direction", "neutral", "rollup", "operands", "min_coverage", "100",
		"order", "90", "from", "2000-01-01", "effort", "REN", "do", "save", "touch_past", "1"))
	if code != http.StatusUnprocessableEntity || !strings.Contains(body, "应是整数的流量数据项") || !strings.Contains(body, `<option value="REN" selected>`) {
		t.Errorf("the form: %d %s", code, stripped(body))
	}
}

// A known start is entered, changed and withdrawn by the office; every version stays.
func TestKnownStartsStory(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		code, _, body := w.post("/definitions/starts", form("name", "", "day", "2016-13-01", "source", ""))
		if code != http.StatusUnprocessableEntity || !strings.Contains(body, "“2016-13-01”不是日期") {
			t.Fatalf("a wrong day: %d %s", code, stripped(body))
		}
		code, _, body = w.post("/definitions/starts", form("name", "", "day", "2016-07-01", "source", ""))
		if code != http.StatusUnprocessableEntity || !strings.Contains(body, "请填写起点的名称") || !strings.Contains(body, "没有文件依据的日期不能作起点") || !strings.Contains(body, `value="2016-07-01"`) {
			t.Fatalf("what lacks: %d %s", code, stripped(body))
		}
		good := form("name", "动员会", "name_en", "Mobilisation", "day", "2016-07-01", "source", "县禁毒委〔2016〕5号")
		code, to, body := w.post("/definitions/starts", good)
		if code != http.StatusSeeOther || to != "/definitions/starts/1" {
			t.Fatalf("a start: %d %s %s", code, to, stripped(body))
		}
		if got := stripped(w.page(to)); !strings.Contains(got, "起点以后录入") || !strings.Contains(got, "县禁毒委〔2016〕5号") {
			t.Errorf("the start: %s", got)
		}
		if code, _, body := w.post(to, with(good, "row", "1")); code != http.StatusUnprocessableEntity || !strings.Contains(body, "请写明为什么修改") {
			t.Errorf("no reason: %d %s", code, stripped(body))
		}
		if code, _, body := w.post(to, with(good, "row", "1", "name", "动员部署会", "why", "更名")); code != http.StatusSeeOther {
			t.Fatalf("a change: %d %s", code, stripped(body))
		}
		code, _, body = w.post(to, with(good, "row", "1", "name", "另一个", "why", "改"))
		if code != http.StatusConflict || !strings.Contains(body, "已被别人修改（第 2 版）") || !strings.Contains(body, "动员部署会 · 2016-07-01") || !strings.Contains(body, `value="另一个"`) || !strings.Contains(body, `name="row" value="2"`) {
			t.Errorf("a second editor: %d %s", code, stripped(body))
		}
		entered := func() string {
			s, err := w.s.Start(w.office(), 1)
			w.must(err)
			return s.Versions[0].At[:10] + " " + s.Entered()
		}
		if got := entered(); got[:10] != got[11:] {
			t.Errorf("another name is another entry of the day: %s", got)
		}
		if code, _, body := w.post(to+"/end", form("row", "2", "why", "")); code != http.StatusUnprocessableEntity || !strings.Contains(body, "请写明为什么停用") {
			t.Errorf("ended without a reason: %d %s", code, stripped(body))
		}
		if code, _, body := w.post(to+"/end", form("row", "2", "why", "录错")); code != http.StatusSeeOther {
			t.Errorf("ended: %d %s", code, stripped(body))
		}
		if got := stripped(w.page("/definitions/starts")); !strings.Contains(got, "已停用") {
			t.Errorf("the list: %s", got)
		}
		if code, _, _ := w.post("/definitions/starts/9", with(good, "row", "0", "why", "x")); code != http.StatusNotFound {
			t.Errorf("a start that is not there is changed: %d", code)
		}
		if code, _ := w.get("/definitions/starts/9"); code != http.StatusNotFound {
			t.Errorf("a start that is not there: %d", code)
		}
		s, err := w.s.Starts(w.office())
		w.must(err)
		if len(s) != 1 || len(s[0].Versions) != 3 || !s[0].Latest().Ended {
			t.Errorf("%+v", s)
		}
		// Another process reads the same.
		other := New(w.db, w, w, w.clock.Now)
		w.must(other.Load(context.Background()))
		if o, _ := other.Starts(w.office()); fmt.Sprint(o) != fmt.Sprint(s) {
			t.Errorf("another process reads %+v", o)
		}
		for _, role := range []perm.Role{perm.Leader, perm.Member, perm.Reporter, perm.Worker, perm.Reader, perm.Auditor} {
			w.as = w.actor(role, county)
			for _, path := range []string{"/definitions/starts", to, to + "/end"} {
				if code, _, _ := w.post(path, with(good, "row", "3", "why", "x")); code != http.StatusForbidden {
					t.Errorf("%s posts to %s: %d", role, path, code)
				}
			}
			if _, err := w.s.SaveStart(context.Background(), w.as, 0, 0, StartVersion{Name: "x", Day: 1, Source: "x"}); fault.KindOf(err) != fault.Forbidden {
				t.Errorf("%s saves a start: %v", role, err)
			}
			if err := w.s.EndStart(context.Background(), w.as, 1, 3, "x"); fault.KindOf(err) != fault.Forbidden {
				t.Errorf("%s ends a start: %v", role, err)
			}
		}
	})
}

// Before and after known starts: gates in words, numbers where they pass, the county only, and never
// what caused it (METHODS §1.5).
func TestKnownStartsOnThePage(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	save := func(name, day string) {
		t.Helper()
		_, err := w.s.SaveStart(context.Background(), w.office(), 0, 0, StartVersion{Name: name, NameEN: "Start " + name, Day: period.MustDay(day), Source: "文件"})
		w.must(err)
	}
	save("早", "2015-06-01")
	save("中", "2017-01-01")
	save("晚", "2018-03-12")
	text := stripped(w.page("/trend/AN?unit=520121"))
	for _, want := range []string{"早 2015-06-01", "起点以前不足12个月", "起点以前有 5 个月，以后有 35 个月", "“中”（2017-01-01）前后相比，案件的水平", "倍", "不说明不同由什么引起",
		"2018-05-10才录入，当时起点以后的数已经可以看到", "Newey-West", "起点前 24 个月、后 16 个月", "没有录入检测量", "起点以后不足3个月", "起点以前有 39 个月，以后有 1 个月"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q: %s", want, text)
		}
	}
	if body := w.page("/trend/AN?unit=520121"); !strings.Contains(body, "k-target") {
		t.Error("the start is not on the chart")
	}
	if got := stripped(w.page("/trend/AN?unit=520121100")); !strings.Contains(got, "前后比较只对全县及以上做") || strings.Contains(got, "Newey-West") {
		t.Errorf("a township: %s", got)
	}
	early := StartVersion{Day: period.MustDay("2018-03-01")}
	if early.First() != period.Months.SlotOf(period.MustDay("2018-03-01")) || (StartVersion{Day: period.MustDay("2018-03-02")}).First() != early.First()+1 {
		t.Error("the first month of a start")
	}
	s, _ := w.s.Start(w.office(), 1)
	s.Versions[0].At = "2015-05-31T10:00:00+08:00"
	if s.Late() {
		t.Error("a start entered the day before is late")
	}
	w.must(w.s.EndStart(context.Background(), w.office(), 2, 1, "停用"))
	if got := stripped(w.page("/trend/AN?unit=520121")); strings.Contains(got, "“中”") {
		t.Error("a start that was withdrawn is compared")
	}
}

// A reader sees no small count of a township in years, months or sentences of its trend.
func TestTrendProtectsSmallCounts(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	w.years(map[int]int64{2015: 3, 2016: 40, 2017: 2}, nil)
	path := "/trend/T?unit=520121100000&scale=month&open=1"
	if got := stripped(w.page(path)); !strings.Contains(got, "3人") {
		t.Fatalf("the office does not see it: %s", got)
	}
	w.as = w.reader()
	for _, p := range []string{path, strings.Replace(path, "&scale=month", "", 1), path + "&a=2015&b=2017", "/trend/T?unit=520121100&a=2015&b=2017"} {
		got := stripped(w.page(p))
		for _, bad := range []string{" 3人", " 2人", "2015年3人", "2017年2人", "-33"} {
			if strings.Contains(got, bad) {
				t.Errorf("%s tells %q: %s", p, bad, got)
			}
		}
	}
	q := "/trend/T?unit=520121100000&format="
	for _, f := range []string{"csv", "json"} {
		if _, got := w.get(q + f); strings.Contains(got, "3人") || strings.Contains(got, "2人") || !strings.Contains(got, "&lt;5") && !strings.Contains(got, "<5") && !strings.Contains(got, `\u003c5`) {
			t.Errorf("%s: %s", f, got)
		}
	}
}

// The page speaks English; a long word in the address is escaped.
func TestTrendInEnglish(t *testing.T) {
	w := sqliteWorld(t, 2, 1)
	w.years(seedCounts(), nil)
	r := httptest.NewRequest("GET", "/trend/T?unit=520121&a="+url.QueryEscape("<x>")+"&b=2016", nil)
	r.AddCookie(&http.Cookie{Name: "lang", Value: "en"})
	rec := httptest.NewRecorder()
	w.site.ServeHTTP(rec, r)
	body := rec.Body.String()
	if rec.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "whether there is a turning point cannot be judged") || !strings.Contains(body, "Needed: at least 7 years of data") || strings.Contains(body, "<x>") {
		t.Errorf("%d %s", rec.Code, stripped(body))
	}
}

// The permutations of a long series are made once; whoever asks again does not wait.
func TestVerdictsAreKept(t *testing.T) {
	var s stats.YearSeries
	for i := range 30 {
		n := int64(200 + 12*i + 17*(i%3))
		if i > 20 {
			n -= int64(30 * (i - 20))
		}
		s.Years, s.Counts, s.Effort = append(s.Years, 1988+i), append(s.Counts, n), append(s.Effort, 9)
	}
	var kept turnings
	from := time.Now()
	first, why := kept.of(s)
	slow := time.Since(from)
	if why != "" || first.Permutation == nil {
		t.Fatalf("%q, no permutation: %+v", why, first.Verdict)
	}
	from = time.Now()
	again, _ := kept.of(s)
	quick := time.Since(from)
	t.Logf("thirty years: %s, then %s", slow, quick)
	if quick > 5*time.Millisecond || again.Permutation != first.Permutation {
		t.Errorf("asked again it takes %s", quick)
	}
	s.Counts = append([]int64{}, s.Counts...)
	s.Counts[3]++
	if other, _ := kept.of(s); other.Permutation == first.Permutation {
		t.Error("another series has the verdict of the first")
	}
}
