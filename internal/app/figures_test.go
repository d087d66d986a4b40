package app_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/demo"
	"kaiyang/internal/modules/indicators"
	"kaiyang/internal/testkit/county"
)

// published are the figures that the county's own account prints (SEED §3 to §6, marked F), each
// at its printed precision.
var published = []struct{ code, period, text, fraction, verdict string }{
	{"I1", "2017", "16.5%", "33/200", "met"},
	{"I2", "2017", "37.52%", "568/1514", "met"},
	{"I3", "2017", "77.91%", "737/946", "met"},
	{"I4", "2017", "99.16%", "472/476", "met"},
	{"I5", "2017", "99.54%", "434/436", "met"},
	{"I6", "2017", "98.23%", "333/339", "met"},
	{"I7", "2017", "99.68%", "624/626", "met"},
	{"C2a", "2017", "83.33%", "15/18", "met"},
	{"C2b", "2017", "90.44%", "123/136", "met"},
	{"C2c", "2017", "95.83%", "115/120", "met"},
	{"N1", "2015", "101人", "", ""},
	{"N1", "2016", "49人", "", "met"},
	{"N1", "2017", "27人", "", "met"},
	{"N2", "2015..2017", "179起", "", ""},
	{"N3", "2015..2017", "232人", "", ""},
	{"N4", "2015..2017", "183人", "", ""},
	{"N5", "2015..2017", "77人", "", ""},
	{"N6", "2015..2017", "2.49公斤", "", ""},
	{"N7", "2015..2017", "146人", "", ""},
	{"N8", "2015..2017", "2,071人次", "", ""},
	{"N9", "2015..2017", "1,363人次", "", ""},
	{"N10a", "2015..2017", "1起", "", ""},
	{"N10b", "2015..2017", "13起", "", ""},
	{"N11a", "2015..2017", "11起", "", ""},
	{"N11b", "2015..2017", "18起", "", ""},
	{"N12", "2015..2017", "9起", "", ""},
	{"N13", "2015..2017", "15起", "", ""},
	{"R1a", "2017", "第1名", "", ""},
	{"R1b", "2017", "第1名", "", ""},
	{"R2", "2017", "第1名", "", ""},
	{"R3", "2018-01..2018-02", "第1名", "", ""},
	{"R4", "2018-03..2018-04", "第1名", "", ""},
	// SEMANTICS §8 fixes two counts of 2017 beside the totals of three years.
	{"N8", "2017", "737人次", "", ""},
	{"N9", "2017", "434人次", "", ""},
	{"XYRS", "2017", "946人", "", ""},
	// Over three years flows are Σ/Σ and stocks are those of December 2017 (SEMANTICS §8), so not
	// every target that was met in 2017 was met on the whole.
	{"I1", "2015..2017", "21.2%", "140/661", "not_met"},
	{"I2", "2015..2017", "37.52%", "568/1514", "met"},
	{"I3", "2015..2017", "218.92%", "2071/946", "met"},
	{"I4", "2015..2017", "99.16%", "472/476", "met"},
	{"I5", "2015..2017", "98.63%", "1363/1382", "met"},
	{"I6", "2015..2017", "96.03%", "919/957", "not_met"},
	{"I7", "2015..2017", "99.68%", "624/626", "met"},
}

func TestTheDemonstrationGivesEveryPublishedFigure(t *testing.T) {
	o := county.Office(t)
	ctx, office := county.As(t, o, "office")
	root := county.Unit(t, o, demo.County)
	for _, want := range published {
		a, err := o.Indicators.Ask(ctx, office, indicators.Question{Code: want.code, Unit: root, Period: period.MustParse(want.period), Rank: true})
		if err != nil {
			t.Errorf("%s %s: %v", want.code, want.period, err)
			continue
		}
		if got := a.Text("zh"); got != want.text {
			t.Errorf("%s %s = %s, want %s", want.code, want.period, got, want.text)
		}
		if n, d, ok := a.Fraction(); want.fraction != "" && (!ok || n+"/"+d != want.fraction) {
			t.Errorf("%s %s = %s/%s, want %s", want.code, want.period, n, d, want.fraction)
		}
		if got := a.Verdict(); got != want.verdict {
			t.Errorf("%s %s is %q, want %q", want.code, want.period, got, want.verdict)
		}
		if !a.Result.Coverage.Complete() || a.Incomplete {
			t.Errorf("%s %s is not complete: %+v", want.code, want.period, a.Result.Coverage)
		}
	}
}

// What the service answers is what a person at the dashboard reads, and each number leads to its
// trace.
func TestTheDashboardShowsThem(t *testing.T) {
	o := county.Office(t)
	leader := county.SignIn(t, county.Serve(t, o), "leader")
	pages := map[string]*goquery.Document{}
	for _, want := range published {
		if want.code == "XYRS" {
			continue // an element: it stands in the catalogue
		}
		page := pages[want.period]
		if page == nil {
			page = leader.Page("/?period=" + want.period).Document()
			pages[want.period] = page
		}
		shown := page.Find(`.tile[href^="/figures/` + want.code + `?"] .value, td a.fig[href^="/figures/` + want.code + `?"]`)
		if shown.Length() == 0 {
			t.Errorf("the dashboard of %s has no number of %s that leads to its trace", want.period, want.code)
		}
		shown.Each(func(_ int, s *goquery.Selection) {
			if got := strings.TrimSpace(s.Text()); got != want.text {
				t.Errorf("the dashboard of %s shows %s as %q, want %s", want.period, want.code, got, want.text)
			}
		})
		trace := leader.Page("/figures/" + want.code + "?unit=" + demo.County + "&period=" + want.period).Document()
		if got := strings.TrimSpace(trace.Find("p.answer").Text()); !strings.HasPrefix(got, want.text) {
			t.Errorf("the trace of %s %s shows %q, want %s", want.code, want.period, got, want.text)
		}
	}
}

// Ranks are among siblings by the printed value; equal values share a place (SEMANTICS §4).
func TestTownshipsAreRankedByWhatIsPrinted(t *testing.T) {
	o := county.Office(t)
	ctx, office := county.As(t, o, "office")
	tree := o.Units.Today()
	towns := tree.Children(county.Unit(t, o, demo.County))
	for _, code := range []string{"I1", "I2", "I3", "I4", "ZGL"} {
		rows, err := o.Indicators.Many(ctx, office, []string{code}, towns, period.MustParse("2017"))
		if err != nil {
			t.Fatal(err)
		}
		shared := false
		for _, a := range rows[0] {
			if a.Printed == nil {
				continue // no case in the year: no rate, no rank
			}
			better, all := 0, 0
			for _, b := range rows[0] {
				if b.Printed == nil {
					continue
				}
				all++
				c := b.Printed.Cmp(a.Printed)
				if a.Definition.Direction == indicators.Down {
					c = -c
				}
				if c > 0 {
					better++
				}
				shared = shared || c == 0 && b.Unit != a.Unit
			}
			if a.Rank == nil || a.Rank.Place != better+1 || a.Rank.Of != all {
				t.Errorf("%s of %s (%s) is ranked %+v, want %d of %d", code, tree.Name(a.Unit), a.Text("zh"), a.Rank, better+1, all)
			}
			one, err := o.Indicators.Ask(ctx, office, indicators.Question{Code: code, Unit: a.Unit, Period: period.MustParse("2017"), Rank: true})
			if err != nil || one.Rank == nil || a.Rank == nil || *one.Rank != *a.Rank {
				t.Errorf("%s of %s asked alone is ranked %+v, in the table %+v, %v", code, tree.Name(a.Unit), one.Rank, a.Rank, err)
			}
		}
		if code == "I4" && !shared {
			t.Error("no two townships share a place; the test proves less than it says")
		}
	}
}

func TestTheDemonstrationIsWhole(t *testing.T) {
	o := county.Office(t)
	var report bytes.Buffer
	if err := o.Check(context.Background(), &report); err != nil {
		t.Errorf("check: %v\n%s", err, &report)
	}
	if n := strings.Count(report.String(), "✓"); n != 11 {
		t.Errorf("check proved %d things, want 11:\n%s", n, &report)
	}

	tree := o.Units.Today()
	count := map[org.Kind]int{}
	for _, u := range tree.Preorder(org.Territorial) {
		count[tree.Kind(u)]++
		if v, _ := o.Units.Register().Unit(u); v.Versions[0].From.String() != "2015-01-01" {
			t.Errorf("%s is valid from %s, want 2015-01-01 (SEMANTICS §8)", tree.Name(u), v.Versions[0].From)
		}
	}
	if len(tree.Preorder(org.Territorial)) != 155 || count["county"] != 1 || count["township"] != 18 || count["village"] != 136 {
		t.Errorf("units: %v, want 1 county, 18 townships, 136 villages", count)
	}
	forces := 0
	for _, u := range tree.Preorder(org.Functional) {
		if tree.Kind(u) == "taskforce" {
			forces++
		}
	}
	if forces != 6 {
		t.Errorf("%d task forces, want 6", forces)
	}

	bundles := map[string]int{}
	empty := 0
	for _, b := range o.Indicators.Front() {
		for _, m := range b.Members {
			bundles[b.Code]++
			if m.Empty() {
				empty++
			}
		}
	}
	if bundles["SXGD"] != 10 || empty != 3 {
		t.Errorf("the ten indicators have %d members, %d empty, want 10 and 3", bundles["SXGD"], empty)
	}
}

// A few returns are late, a few in review, one was restated, so that every page has something
// true to show.
func TestTheDemonstrationHasWorkToDo(t *testing.T) {
	o := county.Office(t)
	_, office := county.As(t, o, "office")
	_, list, all, err := o.Returns.Rates(office, period.MustParse("2018-01..2018-04"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 18 || all.All.Received == 0 || all.All.Received == all.All.OnTime || all.All.Received == all.All.Due {
		t.Errorf("rates of %d units: %+v; want some late and some missing", len(list), all.All)
	}
	waiting := map[string]int{}
	for _, login := range []string{"zb3", "zb4", "office"} {
		_, a := county.As(t, o, login)
		review, approve, err := o.Returns.ToReview(a)
		if err != nil {
			t.Fatal(err)
		}
		waiting[login] = len(review) + len(approve)
		if waiting[login] == 0 {
			t.Errorf("%s has nothing to review or to approve", login)
		}
	}
	_, reporter := county.As(t, o, "t101")
	open, others, err := o.Returns.Mine(reporter, 100)
	if err != nil || len(open) == 0 || len(others) == 0 {
		t.Errorf("the township has %d open and %d other returns, %v", len(open), len(others), err)
	}
}

func TestTheRestatedClosingShowsBothNumbers(t *testing.T) {
	o := county.Office(t)
	closings := o.Facts.Closings()
	if len(closings) != 1 || closings[0].Period != period.MustParse("2018-01") {
		t.Fatalf("closings: %+v, want one of 2018-01", closings)
	}
	ctx, office := county.As(t, o, "office")
	then := indicators.Question{Code: "N8", Unit: county.Unit(t, o, demo.County), Period: period.MustParse("2018-01"), AsOf: o.Facts.ClosedAt(period.MustParse("2018-01"))}
	now := then
	now.AsOf = 0
	a, err := o.Indicators.Ask(ctx, office, then)
	if err != nil {
		t.Fatal(err)
	}
	b, err := o.Indicators.Ask(ctx, office, now)
	if err != nil {
		t.Fatal(err)
	}
	if a.Text("zh") == b.Text("zh") || b.State != "restated" {
		t.Errorf("N8 in January is %s (%s), was %s at the closing; want two numbers and the state restated", b.Text("zh"), b.State, a.Text("zh"))
	}
	url := county.Serve(t, o)
	page := county.SignIn(t, url, "reader").Page("/figures/N8?period=2018-01").Text()
	for _, want := range []string{b.Text("zh") + " 更正", "封账时为 " + a.Text("zh")} {
		if !strings.Contains(page, want) {
			t.Errorf("the trace does not say %q: %s", want, page)
		}
	}
	// The reason stands at the township's cell; a reader may not see the cell, since it counts
	// fewer than five persons.
	cell := county.SignIn(t, url, "office").Page("/figures/CC?unit=520121104&period=2018-01").Text()
	if !strings.Contains(cell, "派出所复核") || !strings.Contains(cell, "封账后更正") {
		t.Errorf("the township's cell does not say why it was restated: %s", cell)
	}

	// Elements and tables show the mark too: of the township and of all above it, not of others.
	for code, want := range map[string]measure.State{demo.County: measure.Restated, "520121104": measure.Restated, "520121101": measure.Closed} {
		c, err := o.Indicators.Ask(ctx, office, indicators.Question{Code: "CC", Unit: county.Unit(t, o, code), Period: now.Period})
		if err != nil {
			t.Fatal(err)
		}
		if c.State != want || (c.ClosedText != "") != (want == measure.Restated) {
			t.Errorf("CC of %s: state %s, at the closing %q; want %s", code, c.State, c.ClosedText, want)
		}
	}
	rows, err := o.Indicators.Marks(ctx, office, []string{"CC", "N8"}, []org.UnitID{county.Unit(t, o, "520121104"), county.Unit(t, o, "520121101")}, now.Period, "zh")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r.Marks[0].State != measure.Restated || r.Marks[1].State != measure.Closed {
			t.Errorf("%s in a table: %s and %s, want restated and closed", r.Code, r.Marks[0].State, r.Marks[1].State)
		}
	}
	if table := county.SignIn(t, url, "office").Page("/compare?period=2018-01&code=CC&code=N8").Text(); !strings.Contains(table, "更正") {
		t.Errorf("the comparison does not show the mark: %s", table)
	}
	if front := county.SignIn(t, url, "office").Page("/units/520121104?period=2018-01").Text(); !strings.Contains(front, "更正") {
		t.Errorf("the township's page does not show the mark: %s", front)
	}
}

// What the county's counts of three years support is said on the page, no more and no less.
func TestTheInflectionIsNotClaimed(t *testing.T) {
	o := county.Office(t)
	page := county.SignIn(t, county.Serve(t, o), "reader").Page("/indicators/N1?period=2017").Text()
	for _, want := range []string{"下降可以确认,是否出现拐点无法判断", "101", "73%", "补录"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page of N1 does not say %q", want)
		}
	}
}
