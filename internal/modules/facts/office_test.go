package facts

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit"
)

// fakeUnits stands for the module of units; tests change the register by hand.
type fakeUnits struct{ reg *org.Register }

func (f *fakeUnits) Register() *org.Register { return f.reg }
func (f *fakeUnits) Today() *org.Tree        { return f.reg.On(period.MustDay("2018-05-10")) }

// The county of the tests: two townships with two villages each, a third township that begins in
// 2017, and a department with an office beneath it.
const (
	county   org.UnitID = 1
	north    org.UnitID = 2
	south    org.UnitID = 3
	late     org.UnitID = 4
	north1   org.UnitID = 5
	north2   org.UnitID = 6
	south1   org.UnitID = 7
	south2   org.UnitID = 8
	post     org.UnitID = 9
	police   org.UnitID = 10
	precinct org.UnitID = 11
)

func smallRegister(t testing.TB) *org.Register {
	t.Helper()
	day := period.MustDay
	v := func(from, name string, parent org.UnitID) []org.Version {
		return []org.Version{{From: day(from), Name: name, Parent: parent}}
	}
	reg, err := org.New([]org.Unit{
		{ID: county, Code: "990101", Kind: org.County, Versions: v("2015-01-01", "试验县", 0)},
		{ID: north, Code: "990101101", Kind: org.Township, Versions: v("2015-01-01", "北镇", county)},
		{ID: south, Code: "990101102", Kind: org.Township, Versions: v("2015-01-01", "南镇", county)},
		{ID: late, Code: "990101103", Kind: org.Township, Versions: v("2017-01-01", "新镇", county)},
		{ID: north1, Code: "990101101201", Kind: org.Village, Versions: v("2015-01-01", "北一村", north)},
		{ID: north2, Code: "990101101202", Kind: org.Village, Versions: v("2015-01-01", "北二村", north)},
		{ID: south1, Code: "990101102201", Kind: org.Village, Versions: v("2015-01-01", "南一村", south)},
		{ID: south2, Code: "990101102202", Kind: org.Village, Versions: v("2015-01-01", "南二村", south)},
		{ID: post, Code: "CP", Kind: org.CommandPost, Versions: v("2015-01-01", "指挥部", 0)},
		{ID: police, Code: "DEP-GA", Kind: org.Department, Versions: v("2015-01-01", "公安局", post)},
		{ID: precinct, Code: "DEP-GA-1", Kind: org.Office, Versions: v("2015-01-01", "禁毒大队", police)},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return reg
}

func months(list ...measure.GrainFrom) []measure.GrainFrom {
	if list == nil {
		list = []measure.GrainFrom{{Grain: period.Months}}
	}
	return list
}

var ages = measure.Scheme{Kind: measure.Partition, Dimensions: []measure.Dimension{{Name: "年龄", Labels: []measure.Label{{Name: "<25"}, {Name: ">=25"}}}}}
var kinds = measure.Scheme{Kind: measure.Overlapping, Dimensions: []measure.Dimension{{Name: "类型", Labels: []measure.Label{{Name: "零包"}, {Name: "合成"}}}}}

// smallElements are one of each sort.
func smallElements() []measure.Element {
	return []measure.Element{
		{Code: "F1", Name: "查处人次", Kind: measure.Flow, Grains: months(), Level: org.LevelTownship, Unit: "人次"},
		{Code: "F2", Name: "新增人数", Kind: measure.Flow, Grains: months(), Level: org.LevelVillage, Unit: "人", Scheme: ages, Persons: true},
		{Code: "F3", Name: "抓获嫌疑人", Kind: measure.Flow, Grains: months(), Level: org.LevelTownship, Unit: "人", Scheme: kinds},
		{Code: "S1", Name: "现有人数", Kind: measure.Stock, Grains: []measure.GrainFrom{{Grain: period.Quarters}, {Year: 2018, Grain: period.Months}}, Level: org.LevelTownship, Unit: "人"},
		{Code: "P1", Name: "名次", Kind: measure.Point, Grains: []measure.GrainFrom{{Grain: period.Years}}, Level: org.LevelCounty},
		{Code: "W1", Name: "缴获毒品", Kind: measure.Flow, Grains: []measure.GrainFrom{{Grain: period.HalfMonths}}, Level: org.LevelFunctional, Scale: 3, Unit: "公斤"},
	}
}

// An office is one process on a database.
type office struct {
	*Service
	t     testing.TB
	db    *sqldb.DB
	units *fakeUnits
	clock *testkit.Clock
}

var folders = []fs.FS{files.Migrations, own}

// newOffice opens a process on a database and loads it.
func newOffice(t testing.TB, db *sqldb.DB) *office {
	t.Helper()
	return openOffice(t, db, &fakeUnits{smallRegister(t)})
}

func openOffice(t testing.TB, db *sqldb.DB, units *fakeUnits) *office {
	t.Helper()
	clock := testkit.NewClock("2018-05-10")
	o := &office{t: t, db: db, units: units, clock: clock, Service: New(db, units, files.New(db), clock.Now)}
	ctx := context.Background()
	db.OnChange(o.OnChange)
	var no int64
	if err := db.View(ctx, func(tx *sqldb.Tx) (err error) { no, err = tx.LastChange(); return err }); err != nil {
		t.Fatal(err)
	}
	if err := o.Load(ctx); err != nil {
		t.Fatal(err)
	}
	db.StartAt(no)
	if err := db.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	return o
}

// define puts elements in as the office would.
func (o *office) define(list ...measure.Element) *office {
	o.t.Helper()
	for _, e := range list {
		if err := o.SaveElement(ctxBy("office"), e, 0); err != nil {
			o.t.Fatal(err)
		}
	}
	return o
}

func ctxBy(account string) context.Context {
	return sqldb.WithBy(context.Background(), sqldb.By{Account: account, Name: "王工", Post: "禁毒办 管理"})
}

// fact writes "F2/年龄=<25 北一村 2018-03 7" as a fact; the value "-" withdraws.
func (o *office) fact(text string) measure.Fact {
	o.t.Helper()
	p := strings.Fields(text)
	code, cat, _ := strings.Cut(p[0], "/")
	e, ok := o.Catalogue().Code(code)
	if !ok {
		e = measure.Element{Code: code}
	}
	per := period.MustParse(p[2])
	unit, err := o.units.reg.Find(p[1], per.Last())
	if err != nil {
		if unit, ok = o.units.reg.ByCode(p[1]); !ok {
			o.t.Fatalf("%s: %v", text, err)
		}
	}
	f := measure.Fact{Element: code, Category: measure.Category(cat), Unit: unit, Period: per, Ref: "填报!C" + fmt.Sprint(len(text))}
	if p[3] == "-" {
		f.Gone = true
		return f
	}
	if f.Value, err = measure.ParseValue(p[3], e.Scale); err != nil {
		o.t.Fatal(err)
	}
	return f
}

func (o *office) batch(facts ...string) measure.Batch {
	o.t.Helper()
	b := measure.Batch{Source: measure.Source{Kind: measure.FromReturn, ID: "7", Name: "月报表 北镇"}}
	for _, f := range facts {
		b.Facts = append(b.Facts, o.fact(f))
	}
	return b
}

func (o *office) try(b measure.Batch) (out measure.Outcome, err error) {
	err = o.db.InTx(ctxBy("office"), func(tx *sqldb.Tx) (err error) {
		out, err = o.Record(tx, b)
		return err
	})
	return out, err
}

// record puts facts in and must succeed.
func (o *office) record(facts ...string) measure.Outcome {
	o.t.Helper()
	out, err := o.try(o.batch(facts...))
	if err != nil {
		o.t.Fatalf("record: %v", err)
	}
	return out
}

// rules gives the rules of the findings of an error.
func rules(err error) string {
	f, ok := err.(fault.Findings)
	if !ok {
		return fmt.Sprintf("%T %v", err, err)
	}
	var list []string
	for _, x := range f {
		list = append(list, x.Rule)
	}
	return strings.Join(list, " ")
}

// figure reads "F1 试验县 2018-03" from the cube, "-" if there is none.
func (o *office) figure(text string) string {
	o.t.Helper()
	p := strings.Fields(text)
	return figureOf(o.t, o, o.Cube(), p)
}

func itoa(n int) string { return fmt.Sprint(n) }
