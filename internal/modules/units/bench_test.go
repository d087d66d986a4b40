package units_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"testing"
	"time"

	"kaiyang/internal/core/org"
	"kaiyang/internal/modules/units"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/testkit"
)

// syntheticTable writes a table of the shape of a nation's: provinces, cities, counties, townships
// and villages, about n lines.
func syntheticTable(n int) []byte {
	var b bytes.Buffer
	b.WriteString("code,name,kind,parent,from,to\n")
	lines := 0
	put := func(code, name, kind, parent string) {
		fmt.Fprintf(&b, "%s,%s,%s,%s,2015-01-01,\n", code, name, kind, parent)
		lines++
	}
	signs := []rune("东西南北中上下大小新老青白红黄龙凤山水石桥井坪坝岩沟湾塘寨营堡关口岭坡泉溪河江湖田林")
	word := func(i int) string { return string(signs[i%41]) + string(signs[i/41%41]) }
	for p := 11; lines < n; p++ {
		province := fmt.Sprintf("%02d0000", p)
		put(province, word(p)+"省", "province", "")
		for c := 1; c <= 11 && lines < n; c++ {
			city := fmt.Sprintf("%02d%02d00", p, c)
			put(city, word(p*c)+"市", "city", province)
			for d := 1; d <= 9 && lines < n; d++ {
				county := fmt.Sprintf("%02d%02d%02d", p, c, d)
				put(county, word(p*c*d)+"县", "county", city)
				for t := 100; t < 114 && lines < n; t++ {
					town := fmt.Sprintf("%s%03d", county, t)
					put(town, word(p*c*d*t)+"镇", "township", county)
					for v := 1; v <= 15 && lines < n; v++ {
						put(fmt.Sprintf("%s%03d", town, v), word(p*c*d*t+v)+"村", "village", town)
					}
				}
			}
		}
	}
	return b.Bytes()
}

const nation = 664_700

// BenchmarkImportNation brings in a table of the size of the whole nation's, database included.
// KAIYANG_UNITS names a real table to take instead of the synthetic one.
func BenchmarkImportNation(b *testing.B) {
	file := syntheticTable(nation)
	if name := os.Getenv("KAIYANG_UNITS"); name != "" {
		var err error
		if file, err = os.ReadFile(name); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		db := openBench(b)
		s := units.New(db, testkit.NewClock("2018-05-10").Now)
		db.OnChange(s.OnChange)
		if err := s.Load(context.Background()); err != nil {
			b.Fatal(err)
		}
		t0 := time.Now()
		rep, err := s.ImportUnits(context.Background(), units.ImportIn{Name: "nation.csv", Reader: bytes.NewReader(file)}, nil)
		if err != nil || !rep.Written {
			b.Fatal(err, rep.Read, len(rep.Findings))
		}
		written := time.Since(t0)
		t1 := time.Now()
		again, err := s.ImportUnits(context.Background(), units.ImportIn{Name: "nation.csv", Reader: bytes.NewReader(file)}, nil)
		if err != nil || again.Unchanged != rep.Read {
			b.Fatal(err, again.Unchanged)
		}
		unchanged := time.Since(t1)
		t2 := time.Now()
		fresh := units.New(db, testkit.NewClock("2018-05-10").Now)
		if err := fresh.Load(context.Background()); err != nil {
			b.Fatal(err)
		}
		loaded := time.Since(t2)
		t3 := time.Now()
		root := fresh.Today().Root(org.Territorial)
		laid := time.Since(t3)
		t4 := time.Now()
		actor := clerkOf(fresh)
		id := fresh.Today().Children(root)[0]
		if _, err := fresh.Apply(context.Background(), actor, units.Change{Deed: units.Renamed, Unit: id, On: on("2018-06-01"), Name: "新市", Reason: "批复"}); err != nil {
			b.Fatal(err)
		}
		worst, where := slowestPage(b, fresh, db)
		b.Logf("slowest page %s: %s", where, worst)
		b.ReportMetric(float64(worst.Microseconds())/1000, "ms/slowest-page")
		b.ReportMetric(float64(rep.Read), "units")
		b.ReportMetric(written.Seconds(), "s/import")
		b.ReportMetric(unchanged.Seconds(), "s/again")
		b.ReportMetric(loaded.Seconds(), "s/load")
		b.ReportMetric(laid.Seconds(), "s/tree")
		b.ReportMetric(time.Since(t4).Seconds(), "s/rename")
		db.Close()
	}
}

func openBench(b *testing.B) *sqldb.DB {
	b.Helper()
	db, err := sqldb.Open(context.Background(), b.TempDir()+"/nation.db", sqldb.Options{Clock: testkit.NewClock("2018-05-10").Now})
	if err != nil {
		b.Fatal(err)
	}
	list, err := sqldb.Migrations([]fs.FS{files(b)}...)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := db.Migrate(context.Background(), list); err != nil {
		b.Fatal(err)
	}
	return db
}

// slowestPage asks for the pages of a nation and gives the slowest: the best of three, since the
// machine has other work too.
func slowestPage(b *testing.B, s *units.Service, db *sqldb.DB) (worst time.Duration, where string) {
	b.Helper()
	tree := s.Today()
	root := tree.Root(org.Territorial)
	city := tree.Children(root)[0]
	county := tree.Children(city)[0]
	town := tree.Children(county)[0]
	code := func(id org.UnitID) string { return tree.Code(id) }
	paths := []string{"/admin/units", "/admin/units?tree=functional", "/admin/units/import", "/admin/calendar", "/admin/map",
		"/admin/units?q=" + url.QueryEscape(tree.Name(town)), "/admin/units?q=slz", "/admin/units?q=" + url.QueryEscape("村"), "/admin/units?q=nowhere",
		"/admin/units?q=" + code(town) + "&on=2018-04-30", "/admin/units/add?parent=" + code(county)}
	for _, id := range []org.UnitID{root, city, county, town} {
		paths = append(paths, fmt.Sprintf("/admin/units?at=%d", id), "/admin/units/"+code(id))
	}
	site := web.NewSite(web.Options{DB: db, Identity: &browser{actor: clerkOf(s)}, Modules: []web.Module{s.Module()}, Clock: testkit.NewClock("2018-05-10").Now})
	for _, p := range paths {
		best := time.Hour
		for range 3 {
			t0 := time.Now()
			w := httptest.NewRecorder()
			site.ServeHTTP(w, httptest.NewRequest("GET", p, nil))
			best = min(best, time.Since(t0))
			if w.Code != http.StatusOK {
				b.Fatalf("%s: %d", p, w.Code)
			}
		}
		if best > worst {
			worst, where = best, p
		}
	}
	return worst, where
}
