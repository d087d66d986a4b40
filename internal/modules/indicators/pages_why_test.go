package indicators

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
)

// knowing is a world whose returns know why figures are missing and who handed them in.
type knowing struct {
	*world
	why   map[string]string // by element
	asked int
}

func (k *knowing) WhyMissing(element string, _ org.UnitID, _ period.Period) string {
	k.asked++
	return k.why[element]
}

func (k *knowing) HandedIn(_ context.Context, _ perm.Actor, source string) (who, at string, ok bool) {
	return "填报员丙", "2017-03-04T09:00:00+08:00", source == "12.1"
}

// gone takes cells out of the world's cube.
func (w *world) gone(e measure.ElementID, u org.UnitID, p string) {
	w.t.Helper()
	w.must(w.cube.Apply([]cube.Change{{Element: e, Unit: u, Period: period.MustParse(p)}}, w.cube.Seq()+1))
}

// A missing figure says why: the period is not over, or what became of the return. The code of
// the reason stays.
func TestMissingFiguresSayWhy(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	k := &knowing{world: w, why: map[string]string{"HD": "待审核", "CHU": "被退回", "REN": "待批准", "AN": "无应报"}}
	w.s.SetReturns(k)
	for _, e := range []measure.ElementID{2, 5} {
		w.gone(e, town(1), "2017-03")
	}
	for _, c := range []struct{ path, want string }{
		{"/figures/U?unit=520121101&period=2017-03", "待审核"},
		{"/figures/R?unit=520121101&period=2017-03", "被退回"}, // REN is there, so what is said of it does not count
		{"/figures/HD?unit=520121101&period=2018-05", "尚未到期"},
		{"/figures/U?unit=520121101&period=2019", "尚未到期"},
		{"/compare?period=2017-03&code=U&code=CHU", "待审核"},
		{"/units/520121101?period=2017-03", "被退回"},
	} {
		if body := stripped(w.page(c.path)); !strings.Contains(body, c.want) {
			t.Errorf("%s does not say %s: %.400s", c.path, c.want, body)
		}
	}
	var f map[string]any
	w.must(json.Unmarshal([]byte(w.page("/api/v1/figures/U?unit=520121101&period=2017-03")), &f))
	if f["reason"] != string(measure.Absent) || f["text"] != "待审核" {
		t.Errorf("for programs: %v %v", f["reason"], f["text"])
	}
	// A table without gaps asks nobody.
	k.asked = 0
	w.page("/compare?period=2016&code=R&code=T")
	if k.asked != 0 {
		t.Errorf("a table without gaps asked %d times", k.asked)
	}
	// Without returns the clock alone tells.
	w.s.SetReturns(w)
	if body := stripped(w.page("/figures/U?unit=520121101&period=2018-06")); !strings.Contains(body, "尚未到期") {
		t.Errorf("the future: %.300s", body)
	}
	if body := stripped(w.page("/figures/U?unit=520121101&period=2017-03")); !strings.Contains(body, "未报") || strings.Contains(body, "尚未到期") {
		t.Errorf("the past: %.300s", body)
	}
}

// A base that is missing says why too.
func TestMissingBaseSaysWhy(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	w.s.SetReturns(&knowing{world: w, why: map[string]string{"HD": "待审核"}})
	w.gone(5, town(1), "2017-03")
	if body := stripped(w.page("/units/520121101?period=2018-03")); !strings.Contains(body, "基期待审核") {
		t.Errorf("base: %.600s", body)
	}
}

// The figure that a table is ranked by tells something about at least half of the units.
func TestLeadingFigureIsShownForHalfOfTheUnits(t *testing.T) {
	row := func(code string, none ...bool) MarkRow {
		r := MarkRow{Code: code}
		for _, n := range none {
			r.Marks = append(r.Marks, Mark{None: n})
		}
		return r
	}
	for _, c := range []struct {
		rows []MarkRow
		want string
	}{
		{[]MarkRow{row("A", true, true, false), row("B", true, false, false)}, "B"},
		{[]MarkRow{row("A", true, false), row("B", false, false)}, "A"},
		{[]MarkRow{row("A", true, true), row("B", true, true)}, "A"},
		{nil, ""},
	} {
		if got := leading(c.rows); got != c.want {
			t.Errorf("%v leads with %q, want %q", c.rows, got, c.want)
		}
	}
	// REN is missing in all townships but one: the page is not ranked by it, unless asked to.
	w := sqliteWorld(t, 4, 1)
	for i := 1; i < 4; i++ {
		w.gone(1, village(i, 0), "2017-03")
	}
	body := w.page("/compare?period=2017-03&code=REN&code=HD")
	if i, j := strings.Index(body, `data-sort="number"`), strings.Index(body, ">活动<"); i < 0 || j < 0 || !strings.Contains(body, `<option value="HD" selected>`) {
		t.Errorf("ranked by something else: %.600s", stripped(body))
	}
	if body := w.page("/compare?period=2017-03&code=REN&code=HD&by=REN"); !strings.Contains(body, `<option value="REN" selected>`) {
		t.Error("what was chosen is not kept")
	}
}

// A person who reports for a unit starts there; the county is one click away. Others start on the
// county, and so does whoever asks for it.
func TestDashboardOpensOnTheOwnUnit(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	heading := func(path string) string {
		body := w.page(path)
		_, rest, _ := strings.Cut(body, "<h1>")
		h, _, _ := strings.Cut(rest, "<")
		return strings.TrimSpace(h)
	}
	for _, c := range []struct {
		by   perm.Actor
		want string
	}{{w.actor(perm.Reporter, town(1)), "2号镇"}, {w.actor(perm.Worker, village(1, 0)), "2号镇1村"}, {w.actor(perm.Reporter, 902), "教育局"},
		{w.office(), "山县"}, {w.reader(), "山县"}, {w.actor(perm.Leader, 899), "山县"}, {w.actor(perm.Member, forceA), "山县"}} {
		w.as = c.by
		if got := heading("/"); got != c.want {
			t.Errorf("%s starts on %s, want %s", c.by.Login, got, c.want)
		}
		if got := heading("/?unit=520121"); got != "山县" {
			t.Errorf("%s asks for the county and gets %s", c.by.Login, got)
		}
		if body := w.page("/"); !strings.Contains(body, `href="/?unit=520121&amp;period=`) {
			t.Errorf("%s is not led to the county", c.by.Login)
		}
	}
}

// A figure that its unit reports itself shows the cells, with who handed them in and who approved.
func TestTraceShowsTheCellsOfOperands(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	w.s.SetReturns(&knowing{world: w})
	slot := period.Months.SlotOf(period.MustDay("2017-02-10"))
	w.history[fmt.Sprint("CHU/", measure.Category(""), "/", town(1), "/", slot)] = []measure.Version{
		{No: 2, At: "2017-03-05T10:00:00+08:00", By: "甲", Post: "禁毒办", Value: 6, Source: measure.Source{Kind: measure.FromReturn, ID: "12.1", Name: "月报 2号镇 2017-02"}, Ref: "填报!C14"}}
	body := stripped(w.page("/figures/R?unit=520121101&period=2017-02"))
	for _, want := range []string{"原始填报", "查处人次 · 2017年2月", "6人次", "月报 2号镇 2017年2月", "填报!C14", "填报人", "填报员丙（2017-03-04 09:00）", "批准人", "甲（禁毒办）", "2017-03-05 10:00"} {
		if !strings.Contains(body, want) {
			t.Errorf("the trace lacks %q: %s", want, body)
		}
	}
	w.as = w.reader()
	small := w.actor(perm.Reader, county)
	a, err := w.s.Ask(context.Background(), small, Question{Code: "CHU", Unit: town(1), Period: period.MustParse("2017-02")})
	w.must(err)
	if body := stripped(w.page("/figures/R?unit=520121101&period=2017-02")); a.Withheld == strings.Contains(body, "填报!C14") {
		t.Errorf("a reader who sees %s: %s", a.Text("zh"), body)
	}
}

// Categories are named as the county named them, not as a formula writes them.
func TestCategoriesAreNamed(t *testing.T) {
	s := elements()[3].Scheme
	zh, en := lens{Lang: "zh"}, lens{Lang: "en"}
	if got := zh.category(s, "年龄=<25"); got != "年龄：25岁以下" {
		t.Errorf("category %q", got)
	}
	if got := en.category(s, "年龄=>=25"); got != "Age: >=25" {
		t.Errorf("category %q", got)
	}
	w := sqliteWorld(t, 2, 2)
	body := stripped(w.page("/figures/XZS?unit=520121&period=2017&pick=" + url.QueryEscape(`年龄="<25"`)))
	if !strings.Contains(body, "新滋生（年龄：25岁以下）") {
		t.Errorf("title: %.300s", body)
	}
}

// A formula typed in passing, or an explanation, does not tell the small counts of the units
// beneath at the county either.
func TestNobodyCountsVillagesToSingleOneOut(t *testing.T) {
	w := sqliteWorld(t, 3, 4)
	ctx, p := context.Background(), period.MustParse("2017-03")
	one := `count_units("village", REN = 3)`
	for _, text := range []string{one, `count_units("village", REN >= 1) - count_units("village", REN >= 5)`, `if(count_units("township", R > 50%) > 0, 1, 0)`} {
		if _, _, _, err := w.s.Eval(ctx, w.reader(), text, county, p, 0); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("a reader asks %s: %v", text, err)
		}
		if _, _, _, err := w.s.Eval(ctx, w.office(), text, county, p, 0); err != nil {
			t.Errorf("the office asks %s: %v", text, err)
		}
	}
	for _, text := range []string{`count_units("township", AN >= 5)`, `REN`, `CHU / REN`} {
		if _, _, _, err := w.s.Eval(ctx, w.reader(), text, county, p, 0); err != nil {
			t.Errorf("a reader asks %s: %v", text, err)
		}
	}
	// Published indicators of both sorts are shown, without the units that they are made of.
	rep, err := w.s.ImportIndicators(ctx, w.office(), "k.yaml", []byte("- {code: K1, name: 小村数, formula: 'count_units(\"village\", REN < 5)', order: 90}\n- {code: K2, name: 分村在册, formula: 'REN', rollup: children, order: 91}\n"), false)
	w.must(err)
	w.must(rep.Findings.Err())
	for _, code := range []string{"K1", "K2"} {
		for _, by := range []perm.Actor{w.office(), w.reader()} {
			a, err := w.s.Ask(ctx, by, Question{Code: code, Unit: county, Period: p, Explain: true})
			w.must(err)
			told := 0
			for _, l := range a.Trace.Lines(lens{Lang: "zh", reg: w.reg, tree: w.Today(), name: w.s.Names(false)}.words()) {
				if l.Trace.Unit != county && l.Trace.Reason == measure.NoReason {
					told++
				}
			}
			if by.Has(perm.Office) != (told > 0) {
				t.Errorf("%s tells the %s of %d other units", code, by.Login, told)
			}
		}
	}
}

// Codes that are words of addresses are refused, in forms and in files.
func TestCodesThatArePagesAreRefused(t *testing.T) {
	w := sqliteWorld(t, 2, 1)
	for _, code := range []string{"new", "import", "bundles", "elements", "New"} {
		err := w.s.Define(context.Background(), w.office(), Draft{Code: code, Name: "某", Definition: Definition{From: period.MustDay(since), Formula: "AN", Direction: Neutral, Rollup: "operands", MinCoverage: 100}})
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(fmt.Sprint(faultsIn(err, "zh")["code"]), "请换一个代码") {
			t.Errorf("code %s: %v", code, err)
		}
		rep, err := w.s.ImportIndicators(context.Background(), w.office(), "x.yaml", []byte("- {code: "+code+", name: 某, formula: AN}\n"), true)
		if err == nil && rep.Findings.Err() == nil {
			t.Errorf("code %s comes in by a file", code)
		}
	}
}

// A new indicator has no past to touch; the names beside the formula can be put into it.
func TestFormOfANewIndicator(t *testing.T) {
	w := sqliteWorld(t, 2, 1)
	body := w.page("/definitions/new")
	if strings.Contains(body, `name="touch_past"`) {
		t.Error("a new indicator is asked about the past")
	}
	for _, want := range []string{`data-into="#formula"`, `data-put="CHU"`, `data-put="coalesce()"`} {
		if !strings.Contains(strings.ReplaceAll(body, "缺数取代()", "coalesce()"), want) && want != `data-put="coalesce()"` {
			t.Errorf("the form lacks %s", want)
		}
	}
	if body := w.page("/definitions/edit/R"); !strings.Contains(body, `name="touch_past"`) {
		t.Error("a change is not asked about the past")
	}
}

// A reader sees no cell behind a sum that would not be shown by itself: no small month of a year,
// no small category of a total, no small count that stood there before.
func TestCellsBehindASumAreProtected(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	month := period.MustParse("2017-02")
	slot, _, _ := month.Slots(period.Months)
	put := func(e measure.ElementID, code string, c measure.Category, u org.UnitID, v int64) {
		w.must(w.cube.Apply([]cube.Change{{Element: e, Category: c, Unit: u, Period: month, Value: v, Present: true}}, w.cube.Seq()+1))
		w.history[fmt.Sprint(code, "/", c, "/", u, "/", slot)] = append(w.history[fmt.Sprint(code, "/", c, "/", u, "/", slot)],
			measure.Version{No: int64(len(w.history) + 2), At: "2017-03-05T10:00:00+08:00", By: "甲", Value: v, Source: measure.Source{Kind: measure.FromReturn, ID: "1.1", Name: "月报"}, Ref: fmt.Sprint("填报!Z", v)})
	}
	for i := range 3 {
		put(2, "CHU", "", town(i), 9)
	}
	put(4, "XZS", "年龄=<25", village(1, 0), 2)
	put(4, "XZS", "年龄=>=25", village(1, 0), 8)
	year := "/figures/CHU?unit=520121101&period=2017"
	if body := w.page(year); !strings.Contains(body, "填报!Z9") {
		t.Fatalf("the office does not see the month: %s", stripped(body))
	}
	w.as = w.reader()
	if body := w.page(year); !strings.Contains(body, "填报!Z9") {
		t.Errorf("a reader does not see a month of nine: %s", stripped(body))
	}
	put(2, "CHU", "", town(1), 3)
	for _, path := range []string{year, "/figures/XZS?unit=520121101000&period=2017-02", "/figures/XZS?unit=520121101000&period=2017", "/figures/T?unit=520121101000&period=2017", "/figures/R?unit=520121101&period=2017"} {
		if body := w.page(path); strings.Contains(body, "填报!Z3") || strings.Contains(body, "填报!Z2") || strings.Contains(body, "填报!Z8") {
			t.Errorf("%s tells a reader of a small cell: %s", path, stripped(body))
		}
	}
	for i := range 3 {
		put(2, "CHU", "", town(i), 11)
	}
	if body := w.page(year); !strings.Contains(body, "填报!Z11") || strings.Contains(body, "填报!Z3") {
		t.Errorf("a small count of an earlier version is told: %s", stripped(body))
	}
	w.as = w.office()
	if body := w.page(year); !strings.Contains(body, "填报!Z3") {
		t.Errorf("the office does not see the earlier version: %s", stripped(body))
	}
}

// Whoever can do something about a missing figure is led there.
func TestMissingFiguresLeadToWhatIsToBeDone(t *testing.T) {
	w := sqliteWorld(t, 3, 2)
	k := &knowing{world: w, why: map[string]string{"HD": "被退回"}}
	w.s.SetReturns(k)
	w.gone(5, town(1), "2017-03")
	for _, path := range []string{"/units/520121101?period=2017-03", "/?unit=520121101&period=2017-03"} {
		for _, c := range []struct {
			by   perm.Actor
			why  string
			want bool
			lead string
		}{{w.actor(perm.Reporter, town(1)), "被退回", true, `href="/returns"`}, {w.reader(), "被退回", false, `href="/returns"`}, {w.actor(perm.Reporter, town(2)), "被退回", false, `href="/returns"`},
			{w.office(), "待批准", true, `href="/returns/review"`}, {w.reader(), "待批准", false, `href="/returns/review"`}} {
			w.as, k.why["HD"] = c.by, c.why
			if body := w.page(path); strings.Contains(body, c.lead) != c.want {
				t.Errorf("%s, %s, %s: led to %s is %v", path, c.by.Login, c.why, c.lead, !c.want)
			}
		}
	}
}
