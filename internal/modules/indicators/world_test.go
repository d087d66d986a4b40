package indicators

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/formula"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/testkit"
)

// A world is a small county with facts in memory, standing for the modules of units, facts and
// returns, and the real service over a real database.
type world struct {
	t       testing.TB
	db      *sqldb.DB
	clock   *testkit.Clock
	reg     *org.Register
	cat     *measure.Catalogue
	cube    *cube.Cube
	past    map[int64]*cube.Cube
	closed  []period.Period
	history map[string][]measure.Version
	geo     []byte
	s       *Service
	site    *web.Site
	as      perm.Actor
}

func (w *world) Register() *org.Register       { return w.reg }
func (w *world) Today() *org.Tree              { return w.reg.On(period.DayOf(w.clock.Now())) }
func (w *world) Geo() []byte                   { return w.geo }
func (w *world) Catalogue() *measure.Catalogue { return w.cat }
func (w *world) Cube() *cube.Cube              { return w.cube }

func (w *world) ClosedAt(period.Period) int64 { return 0 }

func (w *world) Restated(string, period.Period) []org.UnitID { return nil }

func (w *world) Closed(p period.Period) bool {
	for _, c := range w.closed {
		if c.Contains(p) {
			return true
		}
	}
	return false
}

func (w *world) AsOf(_ context.Context, no int64) (*cube.Cube, *measure.Catalogue, error) {
	if c, ok := w.past[no]; ok {
		return c, w.cat, nil
	}
	return nil, nil, fmt.Errorf("the world remembers no change %d", no)
}

func (w *world) Versions(_ context.Context, element string, c measure.Category, unit org.UnitID, slot period.Slot) ([]measure.Version, error) {
	return w.history[fmt.Sprint(element, "/", c, "/", unit, "/", slot)], nil
}

func (w *world) ClosePeriod(*sqldb.Tx, period.Period) (int64, error) { return 0, nil }

func (w *world) Reporting(form string, _ org.UnitID, _ period.Period) (due, received, onTime int, ok bool) {
	return 4, 3, 2, form == "F"
}

func (w *world) FormRefs() []formula.Ref {
	return []formula.Ref{{Kind: formula.FormRef, Code: "F", Name: "月报"}}
}

func (w *world) Identify(*http.Request) (web.Session, error) {
	return web.Session{ID: w.as.Login, Actor: w.as}, nil
}

const (
	since  = "2015-01-01"
	county = org.UnitID(1)
	forceA = org.UnitID(900)
	forceB = org.UnitID(901)
)

func town(i int) org.UnitID { return org.UnitID(10 + i) }

// village gives the j-th village of the i-th township.
func village(i, j int) org.UnitID { return org.UnitID(1000 + i*20 + j) }

func units(towns, villages int) []org.Unit {
	from := period.MustDay(since)
	unit := func(id org.UnitID, code, name string, k org.Kind, parent org.UnitID) org.Unit {
		return org.Unit{ID: id, Code: code, Kind: k, Versions: []org.Version{{From: from, Name: name, Parent: parent}}}
	}
	list := []org.Unit{unit(county, "520121", "山县", org.County, 0), unit(899, "ZHB", "指挥部", org.CommandPost, 0),
		unit(forceA, "ZB1", "甲专班", org.TaskForce, 899), unit(forceB, "ZB2", "乙专班", org.TaskForce, 899), unit(902, "DEP", "教育局", org.Department, forceB)}
	for i := range towns {
		list = append(list, unit(town(i), fmt.Sprintf("520121%03d", 100+i), fmt.Sprintf("%d号镇", i+1), org.Township, county))
		for j := range villages {
			list = append(list, unit(village(i, j), fmt.Sprintf("520121%03d%03d", 100+i, j), fmt.Sprintf("%d号镇%d村", i+1, j+1), org.Village, town(i)))
		}
	}
	return list
}

func elements() []measure.Element {
	month := []measure.GrainFrom{{Year: 2015, Grain: period.Months}}
	age := measure.Scheme{Kind: measure.Partition, Dimensions: []measure.Dimension{{Name: "年龄", NameEN: "Age", Labels: []measure.Label{{Name: "<25"}, {Name: ">=25"}}}}}
	label := measure.Scheme{Kind: measure.Overlapping, Dimensions: []measure.Dimension{{Name: "标签", Labels: []measure.Label{{Name: "特大"}, {Name: "团伙"}}}}}
	return []measure.Element{
		{ID: 1, Code: "REN", Name: "现有人员", NameEN: "Persons", Kind: measure.Stock, Grains: month, Level: org.LevelVillage, Unit: "人", UnitEN: "persons", Persons: true, Force: "ZB1"},
		{ID: 2, Code: "CHU", Name: "查处人次", NameEN: "Penalised", Kind: measure.Flow, Grains: month, Level: org.LevelTownship, Unit: "人次", Persons: true, Force: "ZB1"},
		{ID: 3, Code: "AN", Name: "案件", NameEN: "Cases", Kind: measure.Flow, Grains: month, Level: org.LevelTownship, Unit: "起", Scheme: label, Force: "ZB2"},
		{ID: 4, Code: "XZS", Name: "新滋生", NameEN: "New", Kind: measure.Flow, Grains: month, Level: org.LevelVillage, Unit: "人", Scheme: age, Persons: true, Force: "ZB1"},
		{ID: 5, Code: "HD", Name: "活动", NameEN: "Events", Kind: measure.Flow, Grains: month, Level: org.LevelTownship, Unit: "场", Scale: 0},
		{ID: 6, Code: "MC", Name: "名次", NameEN: "Place", Kind: measure.Point, Grains: []measure.GrainFrom{{Year: 2015, Grain: period.Years}}, Level: org.LevelCounty, Unit: "名"},
		{ID: 7, Code: "JH", Name: "缴获", NameEN: "Seized", Kind: measure.Flow, Grains: month, Level: org.LevelTownship, Scale: 3, Unit: "公斤"},
		{ID: 8, Code: "BM", Name: "部门活动", Kind: measure.Flow, Grains: month, Level: org.LevelFunctional, Unit: "场", Force: "ZB2"},
	}
}

const indicatorsYAML = `
- {code: R, name: 查处率, name_en: Rate, formula: CHU / REN, format: percent, digits: 2, direction: up, force: ZB1, order: 1, source: 方案}
- {code: S, name: 破案数, name_en: Solved, formula: AN, direction: neutral, unit: 起, force: ZB2, order: 2}
- {code: T, name: 青年新滋生, name_en: Young, formula: 'XZS{年龄="<25"}', direction: down, unit: 人, force: ZB1, order: 3}
- {code: U, name: 镇均, formula: HD, rollup: children, direction: up, order: 4}
- {code: V, name: 环比, formula: HD / prev(HD) - 1, format: percent, digits: 1, direction: up, order: 5}
- {code: C, name: 有案镇比, formula: 'count_units("township", AN >= 5) / count_units("township")', format: percent, digits: 1, order: 6}
- {code: G, name: 缴获量, formula: JH, digits: 2, direction: up, unit: 公斤, order: 7}
- {code: P, name: 报送率, formula: 'reporting_rate("F")', format: percent, digits: 1, direction: up, order: 8}
- {code: Q, name: 名次, formula: MC, rollup: none, direction: down, unit: 名, order: 9}
- {code: B, name: 月均在册, formula: avg(REN), digits: 1, direction: down, order: 10}
- {code: M, name: 活动比, formula: 'if(AN > 8, HD / AN, coalesce(HD, 0))', digits: 3, direction: up, order: 11}
- {code: E, name: 待填, order: 12}
`

const targetsCSV = `indicator,unit,period,comparator,value,upper,base,margin
R,520121,2015..2017,>,60,,,5
T,520121,2017,falls,,,yoy,
U,520121,2017,≥,100,,,
U,520121101,2017,≥,10,,,
G,520121,2017,range,1,40,,
`

const bundlesYAML = `
- code: BAO
  name: 拐点指标
  front: true
  members:
    - {claim: threshold, indicator: R}
    - {claim: falls, indicator: T}
    - {claim: threshold}
`

// newWorld makes the county with facts of 2015 to 2018-04 by a fixed rule. Some are missing.
func newWorld(t testing.TB, towns, villages int) *world {
	t.Helper()
	w := &world{t: t, clock: testkit.NewClock("2018-05-10"), past: map[int64]*cube.Cube{}, history: map[string][]measure.Version{}}
	var err error
	if w.reg, err = org.New(units(towns, villages), nil); err != nil {
		t.Fatal(err)
	}
	w.cat = measure.NewCatalogue(elements())
	w.cube = cube.New(w.reg)
	if err := w.cube.Define(elements()...); err != nil {
		t.Fatal(err)
	}
	w.fill(towns, villages)
	return w
}

// open puts the service over a database.
func (w *world) open(db *sqldb.DB) *world {
	w.t.Helper()
	w.db = db
	w.s = New(db, w, w, w.clock.Now)
	w.s.SetReturns(w)
	ctx := context.Background()
	w.must(w.s.Load(ctx))
	db.OnChange(w.s.OnChange)
	by := w.office()
	for _, f := range []struct {
		run  func(context.Context, perm.Actor, string, []byte, bool) (measure.ImportReport, error)
		name string
		body string
	}{{w.s.ImportIndicators, "i.yaml", indicatorsYAML}, {w.s.ImportTargets, "t.csv", targetsCSV}, {w.s.ImportBundles, "b.yaml", bundlesYAML}} {
		rep, err := f.run(ctx, by, f.name, []byte(f.body), false)
		w.must(err)
		w.must(rep.Findings.Err())
	}
	w.as = by
	w.site = web.NewSite(web.Options{DB: db, Identity: w, Modules: []web.Module{w.s.Module()}, Clock: w.clock.Now, Log: slog.New(slog.DiscardHandler), Title: "山县"})
	return w
}

// sqliteWorld is a world over a SQLite file, for tests that are not about the database.
func sqliteWorld(t *testing.T, towns, villages int) *world {
	t.Helper()
	w := newWorld(t, towns, villages)
	return w.open(testkit.Open(t, sqldb.SQLite, files))
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) fill(towns, villages int) {
	r := rand.New(rand.NewPCG(7, 11))
	var list []cube.Change
	put := func(e measure.ElementID, c measure.Category, u org.UnitID, p period.Period, v int64) {
		list = append(list, cube.Change{Element: e, Category: c, Unit: u, Period: p, Value: v, Present: true})
	}
	for m := period.Months.First(2015); m < period.Months.First(2018)+4; m++ {
		p := period.Months.Period(m)
		for i := range towns {
			an := int64(r.IntN(4))
			put(2, "", town(i), p, int64(r.IntN(9)))
			put(3, "", town(i), p, an)
			put(3, "标签=特大", town(i), p, int64(r.IntN(int(an)+1)))
			put(3, "标签=团伙", town(i), p, int64(r.IntN(int(an)+1)))
			if r.IntN(40) > 0 {
				put(5, "", town(i), p, int64(1+r.IntN(20)))
			}
			put(7, "", town(i), p, int64(r.IntN(900)))
			for j := range villages {
				if r.IntN(60) > 0 {
					put(1, "", village(i, j), p, int64(r.IntN(14)))
				}
				a, b := int64(r.IntN(3)/2), int64(r.IntN(3))
				put(4, "年龄=<25", village(i, j), p, a)
				put(4, "年龄=>=25", village(i, j), p, b)
			}
		}
		put(8, "", 902, p, int64(r.IntN(5)))
	}
	for y := 2015; y < 2018; y++ {
		put(6, "", county, period.MustParse(fmt.Sprint(y)), 1)
	}
	w.must(w.cube.Apply(list, 3))
}

func (w *world) actor(role perm.Role, unit org.UnitID) perm.Actor {
	return perm.Actor{Account: 1, Login: string(role), Name: "某人", Tree: w.Today(), Posts: []perm.Post{{ID: int64(len(role)), Role: role, Unit: unit, Title: role.Label()}}}
}

func (w *world) office() perm.Actor { return w.actor(perm.Office, 899) }
func (w *world) reader() perm.Actor { return w.actor(perm.Reader, county) }

// get fetches a page and gives its status and text.
func (w *world) get(path string) (int, string) {
	w.t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	rec := httptest.NewRecorder()
	w.site.ServeHTTP(rec, r)
	return rec.Code, rec.Body.String()
}

// page fetches a page that must be there.
func (w *world) page(path string) string {
	w.t.Helper()
	code, body := w.get(path)
	if code != http.StatusOK {
		w.t.Fatalf("GET %s = %d: %s", path, code, stripped(body))
	}
	return body
}

// post submits a form and gives status, address it leads to, and text.
func (w *world) post(path string, form url.Values) (int, string, string) {
	w.t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	w.site.ServeHTTP(rec, r)
	return rec.Code, rec.Header().Get("Location"), rec.Body.String()
}

// stripped takes out tags, for messages.
func stripped(s string) string {
	if i := strings.Index(s, "<main"); i >= 0 {
		s = s[i:]
	}
	var b strings.Builder
	in := false
	for _, r := range s {
		switch {
		case r == '<':
			in = true
		case r == '>':
			in = false
			b.WriteByte(' ')
		case !in:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

var _ fs.FS = files
