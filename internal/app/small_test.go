package app_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/big"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/xuri/excelize/v2"

	"kaiyang/internal/app"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/demo"
	"kaiyang/internal/modules/indicators"
	"kaiyang/internal/testkit/county"
)

// truth gives what is really there, as the office may ask.
func truth(t *testing.T, o *app.Office, q indicators.Question) (value string, ok bool) {
	t.Helper()
	ctx, office := county.As(t, o, "office")
	a, err := o.Indicators.Ask(ctx, office, q)
	if err != nil {
		t.Fatal(err)
	}
	return a.Value()
}

func small(value string) bool {
	v, ok := new(big.Rat).SetString(value)
	return ok && v.Sign() > 0 && v.Cmp(big.NewRat(5, 1)) < 0
}

// Small counts of persons below the county are shown to the office, the reporting unit and the
// owning task force only, and no sum gives them away (SEMANTICS §4): asked figure by figure of
// the interface for programs.
func TestSmallCountsAreProtected(t *testing.T) {
	o, at := employed(t)
	tree := o.Units.Today()
	var persons []measure.Element
	for _, e := range o.Facts.Catalogue().All() {
		if e.Persons && e.Level != org.LevelCounty {
			persons = append(persons, e)
		}
	}
	if len(persons) < 10 {
		t.Fatalf("only %d elements count persons", len(persons))
	}
	unit := county.Unit(t, o, theirs)
	const when = "2018-03"
	hiddenOf := map[string]int{}
	for _, login := range []string{"leader", "reader", "t101", "worker", "zb1"} {
		v := county.SignIn(t, at, login)
		for _, e := range persons {
			group := []org.UnitID{unit}
			group = append(group, tree.Children(tree.Parent(unit))...)
			if e.Level == org.LevelVillage {
				group = append(group, tree.Children(unit)...)
			}
			hidden := map[org.UnitID]int{} // by parent
			var parents []org.UnitID
			for _, u := range slices.Compact(slices.Sorted(slices.Values(group))) {
				f := v.Figure(e.Code, tree.Code(u), when)
				real, ok := truth(t, o, indicators.Question{Code: e.Code, Unit: u, Period: period.MustParse(when)})
				own := (login == "t101" || login == "worker") && tree.Under(u, county.Unit(t, o, "520121101"))
				if ok && small(real) && !own && (f.Value != nil || f.Text != "<5" || f.Numerator != nil || f.Reason == nil || *f.Reason != measure.WithheldSmall) {
					t.Errorf("%s sees %s of %s: %s (%+v)", login, e.Code, tree.Name(u), f.Text, f)
				}
				if f.Reason != nil && *f.Reason == measure.WithheldSmall {
					if hidden[tree.Parent(u)] == 0 {
						parents = append(parents, tree.Parent(u))
					}
					hidden[tree.Parent(u)]++
					hiddenOf[login]++
				} else if ok && f.Value == nil {
					t.Errorf("%s gets no %s of %s: %+v", login, e.Code, tree.Name(u), f)
				}
			}
			for _, p := range parents {
				if hidden[p] == 1 {
					t.Errorf("%s sees all but one %s beneath %s; the total gives it away", login, e.Code, tree.Name(p))
				}
			}
		}
		if hiddenOf[login] == 0 {
			t.Errorf("nothing was hidden from %s; the test proves nothing", login)
		}
	}

	// The three who may see them do.
	for login, code := range map[string]string{"office": "CS", "t204": "CS", "zb3": "CS"} {
		v := county.SignIn(t, at, login)
		for _, u := range tree.Children(unit) {
			real, ok := truth(t, o, indicators.Question{Code: code, Unit: u, Period: period.MustParse(when)})
			if f := v.Figure(code, tree.Code(u), when); ok && (f.Value == nil || *f.Value != real) {
				t.Errorf("%s sees %s of %s as %s, it is %s", login, code, tree.Name(u), f.Text, real)
			}
		}
	}
}

// Ratios hide the small counts they are made of, and selectors hide the categories.
func TestSmallCountsHideInsideRatiosAndCategories(t *testing.T) {
	o, at := employed(t)
	tree := o.Units.Today()
	reader := county.SignIn(t, at, "reader")
	parts := map[string][]string{"I2": {"JD3N", "XYRS"}, "I4": {"SJ_ZX", "SJ_YZX"}, "I6": {"CS_GK", "CS"}, "I7": {"AZ_AZ", "AZ_YAZ"}}
	hidden := 0
	for _, village := range tree.Children(county.Unit(t, o, theirs)) {
		for code, operands := range parts {
			risky := false
			for _, x := range operands {
				v, ok := truth(t, o, indicators.Question{Code: x, Unit: village, Period: period.MustParse("2018-03")})
				risky = risky || ok && small(v)
			}
			f := reader.Figure(code, tree.Code(village), "2018-03")
			if risky && (f.Value != nil || f.Numerator != nil || f.Denominator != nil) {
				t.Errorf("%s of %s = %s (%v/%v) although it rests on a small count", code, tree.Name(village), f.Text, f.Numerator, f.Denominator)
			}
			if risky {
				hidden++
			}
		}
		for _, pick := range []string{`年龄="<25"`, `年龄=">=25"`} {
			v, ok := truth(t, o, indicators.Question{Code: "XZS", Unit: village, Period: period.MustParse("2017"), Pick: pick})
			if !ok || !small(v) {
				continue
			}
			hidden++
			q := url.Values{"unit": {tree.Code(village)}, "period": {"2017"}, "pick": {pick}}
			var f measure.FigureJSON
			a := reader.Page("/api/v1/figures/XZS?" + q.Encode())
			if err := json.Unmarshal(a.Body, &f); err != nil || f.Value != nil {
				t.Errorf("XZS{%s} of %s = %s, %v", pick, tree.Name(village), f.Text, err)
			}
		}
	}
	if hidden == 0 {
		t.Error("nothing was to be hidden; the test proves nothing")
	}
}

// What is hidden on the page is hidden in the workbook, the CSV and the JSON of the page, and the
// four show the same.
func TestSmallCountsAreHiddenInEveryFormat(t *testing.T) {
	o, at := employed(t)
	tree := o.Units.Today()
	reader := county.SignIn(t, at, "reader")
	unit := tree.Root(org.Territorial)
	path := "/compare?level=township&period=2018-03&code=CS&code=I6"
	shown := map[string]string{} // by name of the township
	reader.Page(path).Document().Find("table").First().Find("tbody tr").Each(func(_ int, s *goquery.Selection) {
		cells := s.Find("td,th").Map(func(_ int, c *goquery.Selection) string { return strings.Join(strings.Fields(c.Text()), " ") })
		for i, c := range cells {
			for _, u := range tree.Children(unit) {
				if c == tree.Name(u) && i+1 < len(cells) {
					shown[c] = strings.Join(cells, "|")
				}
			}
		}
	})
	rows := func(a county.Answer) map[string]string {
		out := map[string]string{}
		var table [][]string
		switch {
		case bytes.HasPrefix(a.Body, []byte("PK")):
			f, err := excelize.OpenReader(bytes.NewReader(a.Body))
			if err != nil {
				t.Fatal(err)
			}
			if table, err = f.GetRows(f.GetSheetName(0)); err != nil {
				t.Fatal(err)
			}
		default:
			r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(a.Body, []byte("\xef\xbb\xbf"))))
			r.FieldsPerRecord = -1
			var err error
			if table, err = r.ReadAll(); err != nil {
				t.Fatal(err)
			}
		}
		for _, line := range table {
			for _, c := range line {
				for _, u := range tree.Children(unit) {
					if c == tree.Name(u) {
						out[c] = strings.Join(line, "|")
					}
				}
			}
		}
		return out
	}
	files := map[string]map[string]string{"csv": rows(reader.Page(path + "&format=csv")), "xlsx": rows(reader.Page(path + "&format=xlsx"))}
	hidden := 0
	for _, u := range tree.Children(unit) {
		v, _ := truth(t, o, indicators.Question{Code: "CS", Unit: u, Period: period.MustParse("2018-03")})
		name := tree.Name(u)
		if shown[name] == "" {
			t.Errorf("the page has no line for %s", name)
		}
		for kind, lines := range files {
			if lines[name] == "" {
				t.Errorf("the %s has no line for %s", kind, name)
			}
			if small(v) && !strings.Contains(lines[name], "<5") {
				t.Errorf("the %s shows %s: %s", kind, name, lines[name])
			}
		}
		if small(v) {
			hidden++
			if !strings.Contains(shown[name], "<5") {
				t.Errorf("the page shows %s: %s", name, shown[name])
			}
		}
	}
	if hidden == 0 {
		t.Error("nothing was to be hidden; the test proves nothing")
	}
	// The JSON of the page carries no number beside what it shows.
	var table any
	a := reader.Page(path + "&format=json")
	if err := json.Unmarshal(a.Body, &table); err != nil {
		t.Fatalf("%v in %.200s", err, a.Body)
	}
	if n := strings.Count(string(a.Body), "\\u003c5") + strings.Count(string(a.Body), "<5"); n < hidden {
		t.Errorf("the JSON shows <5 %d times, want %d or more: %.600s", n, hidden, a.Body)
	}
}

// No count can be worked out from the whole and the other parts of it, nor from the sum of the
// unit above and the other units: every divided element, every township, years and months.
func TestNoSumGivesAPartAway(t *testing.T) {
	o, _ := employed(t)
	ctx, reader := county.As(t, o, "reader")
	tree := o.Units.Today()
	townships := tree.Children(county.Unit(t, o, demo.County))
	townships = slices.DeleteFunc(townships, func(u org.UnitID) bool { return tree.Level(u) != org.LevelTownship })
	var periods []period.Period
	for _, p := range []string{"2015", "2016", "2017", "2017-Q4", "2018-01", "2018-02", "2018-03", "2018-04"} {
		periods = append(periods, period.MustParse(p))
	}
	hiddenParts, cells := 0, 0
	for _, e := range o.Facts.Catalogue().All() {
		if !e.Persons || e.Scheme.Kind != measure.Partition || e.Level == org.LevelCounty {
			continue
		}
		for _, p := range periods {
			hides := map[measure.Category]int{}
			for _, u := range townships {
				shown := func(c measure.Category) bool {
					q := indicators.Question{Code: e.Code, Unit: u, Period: p}
					if labels := c.Labels(); len(labels) > 0 {
						var picks []string
						for dim, label := range labels {
							picks = append(picks, fmt.Sprintf("%s=%q", dim, label))
						}
						q.Pick = strings.Join(picks, ";")
					}
					a, err := o.Indicators.Ask(ctx, reader, q)
					if err != nil {
						t.Fatal(err)
					}
					return !a.Withheld
				}
				hidden := 0
				for _, c := range e.Scheme.All() {
					cells++
					if !shown(c) {
						hidden++
						hides[c]++
					}
				}
				hiddenParts += hidden
				if hidden == 1 && shown("") {
					t.Errorf("%s of %s in %s: one part alone is hidden beside the whole", e.Code, tree.Name(u), p)
				}
			}
			for c, n := range hides {
				if n == 1 {
					t.Errorf("%s{%s} in %s: hidden of one township alone", e.Code, c, p)
				}
			}
		}
	}
	if hiddenParts < 50 {
		t.Fatalf("only %d of %d parts were hidden; the test proves little", hiddenParts, cells)
	}
	t.Logf("%d of %d parts hidden", hiddenParts, cells)
}
