package app_test

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"kaiyang/internal/app"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/modules/indicators"
	"kaiyang/internal/modules/units"
	"kaiyang/internal/testkit/county"
)

// redrawn is the county in which on a day one township went into another, a village
// moved from a third to a fourth, and a village of the fourth was split.
type redrawn struct {
	*testing.T
	o                          *app.Office
	into, gone, from, to       org.UnitID
	moved, split, stays, parts org.UnitID // parts is the first part of the village that was split
}

func redraw(t *testing.T, o *app.Office, on period.Day) redrawn {
	t.Helper()
	tree := o.Units.Today()
	towns := tree.Rows(org.LevelTownship)
	w := redrawn{T: t, o: o, into: towns[0], gone: towns[1], from: towns[2], to: towns[3]}
	w.moved = tree.Children(w.from)[0]
	w.split, w.stays = tree.Children(w.to)[0], tree.Children(w.to)[1]
	ctx := app.WithOperator(t.Context())
	for _, c := range []units.Change{
		{Deed: units.Merged, Unit: w.gone, Into: w.into},
		{Deed: units.Moved, Unit: w.moved, Parent: w.to},
		{Deed: units.Split, Unit: w.split, Parts: []units.Part{{Code: "520121990901", Name: "东片村"}, {Code: "520121990902", Name: "西片村"}}},
	} {
		c.On, c.Reason = on, "黔府函〔2018〕5号"
		if _, err := o.Units.Apply(ctx, o.Operator(), c); err != nil {
			t.Fatal(err)
		}
	}
	w.parts = county.Unit(t, o, "520121990901")
	return w
}

func (w redrawn) value(b indicators.Boundaries, code string, u org.UnitID, p string) string {
	w.Helper()
	a, err := w.o.Indicators.Ask(w.Context(), w.o.Operator(), indicators.Question{Code: code, Unit: u, Period: period.MustParse(p), Boundaries: b})
	if err != nil {
		w.Fatal(err)
	}
	return a.Text("zh")
}

func TestAReorganisedCountyByTodaysBoundaries(t *testing.T) {
	o := county.Office(t)
	old := o.Units.Today()
	before := map[string]string{}
	plain := redrawn{T: t, o: o}
	codes := []string{"I1", "I2", "I3", "I4", "I5", "I6", "I7", "N2", "N3", "N8", "XYRS", "CS"}
	when := []string{"2017", "2018-03", "2015..2017"}
	for _, code := range codes {
		for _, p := range when {
			before[code+p] = plain.value(indicators.OfToday, code, old.Root(org.Territorial), p)
		}
	}
	w := redraw(t, o, period.MustDay("2018-05-01"))
	root := old.Root(org.Territorial)

	// The county is what it was, and so is every figure by the boundaries of the time.
	for _, code := range codes {
		for _, p := range when {
			then, now := w.value(indicators.OfTheTime, code, root, p), w.value(indicators.OfToday, code, root, p)
			if then != before[code+p] || now != before[code+p] {
				t.Errorf("%s of the county in %s: %s by the time, %s by today, %s before the changes", code, p, then, now, before[code+p])
			}
		}
	}
	if n, err := o.Indicators.CheckClosings(t.Context()); err != nil || n == 0 {
		t.Errorf("closings: %d figures, %v", n, err)
	}

	// A stock of villages, 2018-03: the merged township has both, the village that moved counts in its
	// new township, the village that was split in its township but in neither part.
	count := func(b indicators.Boundaries, units ...org.UnitID) (n int64) {
		for _, u := range units {
			a, err := o.Indicators.Ask(t.Context(), o.Operator(), indicators.Question{Code: "XYRS", Unit: u, Period: period.MustParse("2018-03"), Boundaries: b})
			if err != nil || a.Printed == nil {
				t.Fatalf("XYRS of %d: %v %s", u, err, a.Reason)
			}
			n += a.Printed.Num().Int64()
		}
		return n
	}
	const now, then = indicators.OfToday, indicators.OfTheTime
	for _, c := range []struct {
		name string
		is   int64
		want int64
	}{
		{"the merged township", count(now, w.into), count(then, w.into, w.gone)},
		{"the township that gave a village", count(now, w.from), count(then, w.from) - count(then, w.moved)},
		{"the township that took a village", count(now, w.to), count(then, w.to, w.moved)},
		{"the village that moved", count(now, w.moved), count(then, w.moved)},
	} {
		if c.is != c.want {
			t.Errorf("%s: %d, want %d", c.name, c.is, c.want)
		}
	}
	if got := w.value(now, "XYRS", w.parts, "2018-03"); got != measure.CannotSplit.Text() {
		t.Errorf("a part of the split village: %s", got)
	}

	// The same for programs, on pages and at the command line.
	v := county.SignIn(t, county.Serve(t, o), "office")
	tree := o.Units.Today()
	api := func(u org.UnitID) string {
		q := url.Values{"unit": {tree.Code(u)}, "period": {"2018-03"}, "boundaries": {"today"}}
		return string(v.Page("/api/v1/figures/XYRS?" + q.Encode()).Raw())
	}
	if body := api(w.into); !strings.Contains(body, `"boundaries":"today"`) || !strings.Contains(body, `"text":"`+w.value(now, "XYRS", w.into, "2018-03")+`"`) {
		t.Errorf("for programs: %s", body)
	}
	if body := api(w.parts); !strings.Contains(body, `"reason":"cannot_be_split"`) {
		t.Errorf("for programs: %s", body)
	}
	page := v.Page("/units/" + tree.Code(w.into) + "?period=2018-03").Document()
	link, ok := page.Find(".period-switch .by a").Attr("href")
	if !ok || !strings.Contains(link, "boundaries=today") || strings.TrimSpace(page.Find(".period-switch .by .tag").Text()) != "按当时区划" {
		t.Fatalf("the page of a unit offers %q", link)
	}
	other := v.Page(link).Document()
	if got := strings.TrimSpace(other.Find(".period-switch .by .tag").Text()); got != "按今日区划" {
		t.Errorf("the page by today's boundaries says %q", got)
	}
	if got := other.Find(`td a[href^="/figures/N8?"]`).First(); got.Length() == 0 || strings.TrimSpace(got.Text()) != w.value(now, "N8", w.into, "2018-03") {
		t.Errorf("the page shows N8 as %q, want %s", got.Text(), w.value(now, "N8", w.into, "2018-03"))
	} else if href, _ := got.Attr("href"); !strings.Contains(href, "boundaries=today") {
		t.Errorf("its trace is %s", href)
	}
	names := v.Page("/compare?period=2018-03&boundaries=today&code=N8").Text()
	if !strings.Contains(names, tree.Name(w.into)) || strings.Contains(names, old.Name(w.gone)) {
		t.Error("the comparison does not list the townships of today")
	}
	trace := v.Page("/figures/XYRS?unit=" + tree.Code(w.to) + "&period=2018-03&boundaries=today").Text()
	if !strings.Contains(trace, "不能归入任何单位的："+old.Name(w.split)) {
		t.Error("the trace does not tell of the village that was split")
	}
	if strings.Contains(trace, "~") {
		t.Error("the trace shows the code of a ghost")
	}
	w.atTheCommandLine(tree.Code(w.into), w.value(now, "XYRS", w.into, "2018-03"))
}

// atTheCommandLine asks the built program.
func (w redrawn) atTheCommandLine(unit, want string) {
	w.Helper()
	program := filepath.Join(w.TempDir(), "kaiyang")
	if out, err := exec.Command("go", "build", "-o", program, "kaiyang/cmd/kaiyang").CombinedOutput(); err != nil {
		w.Fatalf("%v: %s", err, out)
	}
	for _, c := range [][]string{
		{"figure", "XYRS", "--json"},
		{"eval", "XYRS", "--json"},
	} {
		cmd := exec.Command(program, append(c, "--data", w.o.Config.Data, "--unit", unit, "--period", "2018-03", "--today-boundaries")...)
		cmd.Env = append(os.Environ(), "LANG=zh_CN.UTF-8")
		out, err := cmd.Output()
		value := strings.TrimSuffix(strings.ReplaceAll(want, ",", ""), "人")
		if err != nil || !strings.Contains(string(out), `"boundaries":"today"`) || !strings.Contains(string(out), `"value":"`+value+`"`) {
			w.Errorf("kaiyang %s: %v: %s; want %s", strings.Join(c, " "), err, out, value)
		}
	}
}

// A change of units that is recorded after a closing, for a day before it, changes the figures of
// the closed month; those that were kept are still those of then.
func TestClosingsOutliveAChangeOfThePast(t *testing.T) {
	o := county.Office(t)
	kept, err := o.Indicators.CheckClosings(t.Context())
	if err != nil || kept == 0 {
		t.Fatalf("closings: %d figures, %v", kept, err)
	}
	old := o.Units.Today()
	towns := old.Rows(org.LevelTownship)
	w := redrawn{T: t, o: o}
	before := w.value(indicators.OfTheTime, "XYRS", towns[2], "2018-01")
	number := o.DB.Seq()
	w = redraw(t, o, period.MustDay("2018-01-15"))
	if after := w.value(indicators.OfTheTime, "XYRS", w.from, "2018-01"); after == before {
		t.Fatalf("the change made no difference: %s", after)
	}
	a, err := o.Indicators.Ask(t.Context(), o.Operator(), indicators.Question{Code: "XYRS", Unit: w.from, Period: period.MustParse("2018-01"), AsOf: number})
	if err != nil || a.Text("zh") != before || !a.Result.Coverage.Complete() {
		t.Errorf("as of %d: %s (%+v), %v; want %s", number, a.Text("zh"), a.Result.Coverage, err, before)
	}
	if n, err := o.Indicators.CheckClosings(t.Context()); err != nil || n != kept {
		t.Errorf("closings: %d figures of %d, %v", n, kept, err)
	}
	// By today's boundaries the figures recorded then can be seen too.
	a, err = o.Indicators.Ask(t.Context(), o.Operator(), indicators.Question{Code: "XYRS", Unit: w.from, Period: period.MustParse("2018-01"), AsOf: number, Boundaries: indicators.OfToday})
	if err != nil || a.Text("zh") != before || a.AsOf != number {
		t.Errorf("as of %d by today's boundaries: %s, %v", number, a.Text("zh"), err)
	}
}
