package returns

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/cube"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit"
)

// An office is a small county with this module, on a real database: two townships of three
// villages each and one of one, a task force, a department, and people.
type office struct {
	t     testing.TB
	db    *sqldb.DB
	clock *testkit.Clock
	units *testUnits
	facts *testFacts
	*Service
}

// testUnits holds a register that tests may change.
type testUnits struct {
	reg   *org.Register
	cal   *calendar.Calendar
	clock *testkit.Clock
}

func (u *testUnits) Register() *org.Register      { return u.reg }
func (u *testUnits) Today() *org.Tree             { return u.reg.On(period.DayOf(u.clock.Now())) }
func (u *testUnits) Calendar() *calendar.Calendar { return u.cal }

const (
	county org.UnitID = iota + 1
	jia               // township 甲镇 with villages 4, 5, 6
	yi                // township 乙乡 with villages 7, 8, 9
	jia1
	jia2
	jia3
	yi1
	yi2
	yi3
	bing  // township 丙乡 with one village
	bing1 //
	post
	force  // 缉毒打击专班
	police // a department in it
	other  // another task force
)

func testRegister(t testing.TB) *org.Register {
	from := period.MustDay("2015-01-01")
	unit := func(id org.UnitID, code string, kind org.Kind, name string, parent org.UnitID) org.Unit {
		return org.Unit{ID: id, Code: code, Kind: kind, Versions: []org.Version{{From: from, Name: name, Parent: parent}}}
	}
	r, err := org.New([]org.Unit{
		unit(county, "999901", org.County, "试验县", 0),
		unit(jia, "999901101", org.Township, "甲镇", county), unit(yi, "999901202", org.Township, "乙乡", county),
		unit(jia1, "999901101201", org.Village, "甲一村", jia), unit(jia2, "999901101202", org.Village, "甲二村", jia), unit(jia3, "999901101203", org.Village, "甲三村", jia),
		unit(yi1, "999901202201", org.Village, "乙一村", yi), unit(yi2, "999901202202", org.Village, "乙二村", yi), unit(yi3, "999901202203", org.Village, "乙三村", yi),
		unit(bing, "999901203", org.Township, "丙乡", county), unit(bing1, "999901203201", org.Village, "丙一村", bing),
		unit(post, "ZHB", org.CommandPost, "指挥部", 0), unit(force, "ZB4", org.TaskForce, "缉毒打击专班", post),
		unit(police, "DEP-GA", org.Department, "县公安局", force), unit(other, "ZB1", org.TaskForce, "宣传专班", post),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func testCalendar(t testing.TB) *calendar.Calendar {
	years, err := calendar.Published()
	if err != nil {
		t.Fatal(err)
	}
	c, err := calendar.New(years...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func testCatalogue() *measure.Catalogue {
	months := []measure.GrainFrom{{Year: 2015, Grain: period.Months}}
	drug := []measure.Dimension{{Name: "毒品", NameEN: "Drug", Labels: []measure.Label{{Name: "传统", NameEN: "traditional"}, {Name: "合成", NameEN: "synthetic"}}}}
	kind := []measure.Dimension{{Name: "类型", NameEN: "Type", Labels: []measure.Label{{Name: "零包", NameEN: "small"}, {Name: "合成", NameEN: "synthetic"}}}}
	return measure.NewCatalogue([]measure.Element{
		{ID: 1, Code: "N8", Name: "查处吸毒人员", NameEN: "Users found", Kind: measure.Flow, Grains: months, Level: org.LevelVillage, Unit: "人次", UnitEN: "times"},
		{ID: 2, Code: "XY", Name: "现有吸毒人员", NameEN: "Known users", Kind: measure.Stock, Grains: months, Level: org.LevelVillage, Unit: "人", UnitEN: "persons", Persons: true,
			Scheme: measure.Scheme{Kind: measure.Partition, Dimensions: drug}},
		{ID: 3, Code: "N3", Name: "打击犯罪嫌疑人", NameEN: "Suspects", Kind: measure.Flow, Grains: months, Level: org.LevelVillage, Unit: "人", UnitEN: "persons",
			Scheme: measure.Scheme{Kind: measure.Overlapping, Dimensions: kind}},
		{ID: 4, Code: "N6", Name: "缴获毒品", NameEN: "Drugs seized", Kind: measure.Flow, Grains: months, Level: org.LevelVillage, Unit: "公斤", UnitEN: "kg", Scale: 3, Low: -5000},
		{ID: 5, Code: "XC", Name: "宣传活动", NameEN: "Events", Kind: measure.Flow, Grains: []measure.GrainFrom{{Year: 2015, Grain: period.HalfMonths}}, Level: org.LevelTownship, Unit: "场", UnitEN: "events"},
		{ID: 6, Code: "AJ", Name: "破获毒品案件", NameEN: "Cases", Kind: measure.Flow, Grains: months, Level: org.LevelFunctional, Unit: "起", UnitEN: "cases"},
		{ID: 7, Code: "XF", Name: "新发现吸毒人员", NameEN: "New users", Kind: measure.Flow, Grains: months, Level: org.LevelVillage, Unit: "人", UnitEN: "persons"},
		{ID: 8, Code: "TC", Name: "退出管控人员", NameEN: "Left", Kind: measure.Flow, Grains: months, Level: org.LevelVillage, Unit: "人", UnitEN: "persons"},
	})
}

// testFacts stands in for the module of facts: the same promises (all faults at once, the caller's
// transaction, closed periods only with a reason), on a table of its own. TestStandInForFacts
// holds it to them.
type testFacts struct {
	db     *sqldb.DB
	units  *testUnits
	cat    *measure.Catalogue
	cube   *cube.Cube
	closed map[period.Period]bool
}

var factsTable = fstest.MapFS{"migrations/2026112430_fake.sql": {Data: []byte(`CREATE TABLE fake_fact (
	change BIGINT NOT NULL, element TEXT NOT NULL, category TEXT NOT NULL, unit BIGINT NOT NULL, period TEXT NOT NULL,
	value BIGINT NOT NULL, gone BIGINT NOT NULL, ref TEXT NOT NULL, source TEXT NOT NULL, reason TEXT NOT NULL, restated BIGINT NOT NULL,
	PRIMARY KEY (change, element, category, unit, period));
CREATE TABLE fake_closing (period TEXT PRIMARY KEY)`)}}

func (f *testFacts) Catalogue() *measure.Catalogue { return f.cat }
func (f *testFacts) Cube() *cube.Cube              { return f.cube }
func (f *testFacts) Closed(p period.Period) bool   { return f.closed[p] }

func (f *testFacts) Record(tx *sqldb.Tx, b measure.Batch) (out measure.Outcome, err error) {
	var list fault.Findings
	note := func(x measure.Fact, format string, args ...any) {
		sheet, cell, _ := strings.Cut(x.Ref, "!")
		list = append(list, fault.Finding{Sheet: sheet, Cell: cell, Rule: "fake", Format: format, Args: args})
	}
	for _, x := range b.Facts {
		e, ok := f.cat.Code(x.Element)
		t := f.units.reg.On(x.Period.Last())
		switch {
		case !ok:
			note(x, "没有代码为 %s 的数据项", x.Element)
		case t.Level(x.Unit) != e.Level:
			note(x, "单位 %d 不在填报层级", x.Unit)
		case x.Period.Kind() != e.GrainIn(2018).Kind():
			note(x, "%s 不是一期", x.Period)
		case f.closed[x.Period] && (!b.Restate || b.Reason == ""):
			note(x, "%s 已封账", x.Period)
		case !x.Gone && x.Value > 5_000_000:
			note(x, "%d 太大", x.Value)
		}
	}
	if len(list) > 0 {
		return out, list
	}
	change, err := tx.Change("facts", b.Source.ID)
	if err != nil {
		return out, err
	}
	for _, x := range b.Facts {
		e, _ := f.cat.Code(x.Element)
		s, err := f.cube.Reported(e.ID, x.Category)
		if err != nil {
			return out, err
		}
		was := f.cube.Read(s, x.Unit, x.Period, cube.Natural)
		switch {
		case was.Reason == measure.NoReason && was.Sum == x.Value && !x.Gone:
			out.Unchanged++
			continue
		case was.Reason == measure.NoReason:
			out.Updated++
		default:
			out.Created++
		}
		if _, err := tx.Exec(`INSERT INTO fake_fact (change, element, category, unit, period, value, gone, ref, source, reason, restated)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, change, x.Element, string(x.Category), int64(x.Unit), x.Period.String(), x.Value,
			sqldb.Bool(x.Gone), x.Ref, b.Source.ID, b.Reason, sqldb.Bool(b.Restate)); err != nil {
			return out, err
		}
	}
	return out, nil
}

// load reads the facts of changes after a number into the cube.
func (f *testFacts) load(ctx context.Context, after int64) error {
	type row struct {
		c      cube.Change
		change int64
	}
	return f.db.View(ctx, func(tx *sqldb.Tx) error {
		list, err := sqldb.All(tx, func(s sqldb.Scanner) (r row, err error) {
			var element, category, p string
			var unit, gone int64
			if err = s.Scan(&r.change, &element, &category, &unit, &p, &r.c.Value, &gone); err != nil {
				return r, err
			}
			e, _ := f.cat.Code(element)
			r.c.Element, r.c.Category, r.c.Unit, r.c.Present = e.ID, measure.Category(category), org.UnitID(unit), gone == 0
			r.c.Period, err = period.Parse(p)
			return r, err
		}, `SELECT change, element, category, unit, period, value, gone FROM fake_fact WHERE change > $1 ORDER BY change`, after)
		if err != nil || len(list) == 0 {
			return err
		}
		changes := make([]cube.Change, len(list))
		for i, r := range list {
			changes[i] = r.c
		}
		return f.cube.Apply(changes, list[len(list)-1].change)
	})
}

func (f *testFacts) OnChange(ctx context.Context, list []sqldb.Change) error {
	return f.load(ctx, f.cube.Seq())
}

// folders are the migrations of a test office.
func folders() []fs.FS { return []fs.FS{files.Migrations, embedded, factsTable} }

// openOffice opens an office on a migrated or empty database.
func openOffice(t testing.TB, target string, clock *testkit.Clock) *office {
	t.Helper()
	ctx := context.Background()
	db, err := sqldb.Open(ctx, target, sqldb.Options{Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	list, err := sqldb.Migrations(folders()...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Migrate(ctx, list); err != nil {
		t.Fatal(err)
	}
	u := &testUnits{reg: testRegister(t), cal: testCalendar(t), clock: clock}
	f := &testFacts{db: db, units: u, cat: testCatalogue(), cube: cube.New(u.reg), closed: map[period.Period]bool{}}
	if err := f.cube.Define(f.cat.All()...); err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, db: db, clock: clock, units: u, facts: f, Service: New(db, u, f, files.New(db), clock.Now)}
	var seq int64
	err = db.View(ctx, func(tx *sqldb.Tx) (err error) { seq, err = tx.LastChange(); return err })
	if err == nil {
		err = f.load(ctx, 0)
	}
	if err == nil {
		err = o.Load(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	db.StartAt(seq)
	db.OnChange(f.OnChange)
	db.OnChange(o.OnChange)
	return o
}

// onBoth runs a story on both databases. It is 10 May 2018.
func onBoth(t *testing.T, story func(t *testing.T, o *office)) {
	t.Helper()
	for _, d := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(d), func(t *testing.T) {
			story(t, openOffice(t, testkit.Target(t, d), testkit.NewClock("2018-05-10")))
		})
	}
}

// onSQLite runs a story that has nothing to do with the database.
func onSQLite(t testing.TB) *office {
	dir := t.TempDir()
	return openOffice(t, dir+"/kaiyang.db", testkit.NewClock("2018-05-10"))
}

// People. Accounts are what the chain is about.
func (o *office) person(login string, role perm.Role, unit org.UnitID) perm.Actor {
	return perm.Actor{Login: login, Name: login, Tree: o.units.Today(), Posts: []perm.Post{{Role: role, Unit: unit, Title: login + "的岗位"}}}
}

func (o *office) reporter() perm.Actor { return o.person("甲镇填报员", perm.Reporter, jia) }
func (o *office) reviewer() perm.Actor { return o.person("专班审核员", perm.Member, force) }
func (o *office) chief() perm.Actor    { return o.person("禁毒办主任", perm.Office, post) }
func as(a perm.Actor) context.Context {
	return sqldb.WithBy(context.Background(), sqldb.By{Account: a.Login, Name: a.Name, Post: a.PostTitle()})
}

// monthly is the form most stories use: each township about its villages.
func monthly() Form {
	return Form{
		Code: "YB1", From: period.MustParse("2018-01"), Name: "禁毒工作月报", NameEN: "Monthly report", Force: force, Approval: "试禁办〔2018〕1号",
		Purpose: "掌握各村情况", Contact: "禁毒办", Grain: period.Months, Units: UnitSet{Kind: org.Township, Under: county}, Subjects: org.LevelVillage,
		Due: Due{Days: 5, Working: true}, Turn: ItemColumns,
		Items: []Item{
			{Element: "N8", Categories: []measure.Category{""}, Required: true, Max: "500"},
			{Element: "XY", Categories: []measure.Category{"", "传统", "合成"}},
			{Element: "N3", Categories: []measure.Category{"", "零包", "合成"}},
			{Element: "N6", Categories: []measure.Category{""}},
		},
		Rules: []Rule{
			{Code: "R1", Left: "N8", Op: "<=", Right: "现有吸毒人员 * 3", Severity: Hard, Gap: SkipAny, Message: "查处人次不应超过现有人员的三倍"},
			{Code: "R2", Left: "N3", Op: ">=", Right: "1", Severity: Info, Gap: SkipAny},
			{Code: "R3", Left: "N6", Op: "<=", Right: "N3 * 10", Severity: Soft, Gap: SkipAny, Message: "缴获量与嫌疑人数不相称"},
		},
	}
}

// publish saves a form as the office.
func (o *office) publish(f Form) *Form {
	o.t.Helper()
	got, err := o.SaveForm(as(o.chief()), o.chief(), f, "任务调整")
	if err != nil {
		o.t.Fatalf("publish %s: %v", f.Code, err)
	}
	return got
}

func april() period.Period { return period.MustParse("2018-04") }

// sound gives numbers that pass every check.
func sound(k Key) string {
	switch k.Element + "|" + string(k.Category) {
	case "N8|":
		return "12"
	case "XY|":
		return "30"
	case "XY|毒品=传统":
		return "18"
	case "XY|毒品=合成":
		return "12"
	case "N3|":
		return "4"
	case "N3|类型=零包":
		return "3"
	case "N3|类型=合成":
		return "2"
	case "N6|":
		return "0.125"
	}
	return "1"
}

// filled types numbers into every cell of a return.
func (o *office) filled(a perm.Actor, at Place, value func(Key) string) SubmitIn {
	o.t.Helper()
	op, err := o.Open(as(a), a, at)
	if err != nil {
		o.t.Fatal(err)
	}
	in := SubmitIn{Filling: Filling{Cells: map[Key]Typed{}, Notes: map[Key]string{}}, Base: op.Base, Door: ByGrid}
	for row := range op.Layout.Subjects {
		for col := range op.Layout.Columns {
			k := op.Layout.Key(row, col)
			if v := value(k); v != "" {
				in.Filling.Cells[k] = Typed{Text: v}
			}
		}
	}
	return in
}

// submit hands in sound numbers.
func (o *office) submit(a perm.Actor, at Place) Return {
	o.t.Helper()
	out, err := o.Submit(as(a), a, at, o.filled(a, at, sound))
	if err != nil {
		o.t.Fatalf("submit: %v", err)
	}
	return out.Return
}

// approve leads a submitted return through the chain.
func (o *office) approve(r Return) Return {
	o.t.Helper()
	pick := []Pick{{r.ID, r.Version}}
	if err := o.Review(as(o.reviewer()), o.reviewer(), pick, ""); err != nil {
		o.t.Fatalf("review: %v", err)
	}
	if err := o.Approve(as(o.chief()), o.chief(), pick, ""); err != nil {
		o.t.Fatalf("approve: %v", err)
	}
	got, _ := o.byNumber(r.ID)
	return got
}

// fact reads an approved number.
func (o *office) fact(unit org.UnitID, element string, c measure.Category, p period.Period) string {
	o.t.Helper()
	e, _ := o.facts.cat.Code(element)
	s, err := o.facts.cube.Reported(e.ID, c)
	if err != nil {
		o.t.Fatal(err)
	}
	a := o.facts.cube.Read(s, unit, p, cube.Natural)
	if a.Reason != measure.NoReason {
		return a.Reason.Text()
	}
	return measure.Decimal(a.Sum, e.Scale)
}

// kind asserts the kind of an error and a part of its sentence.
func wants(t testing.TB, err error, k fault.Kind, part string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want %v with %q", k, part)
		return
	}
	if got := fault.KindOf(err); got != k {
		t.Errorf("kind %v, want %v: %v", got, k, err)
	}
	if said := fault.Say(err, nil) + listed(err); !strings.Contains(said, part) {
		t.Errorf("said %q, want %q in it", said, part)
	}
}

func listed(err error) string {
	var list fault.Findings
	if errors.As(err, &list) {
		return list.Error()
	}
	return ""
}

// count reads a number from the database.
func (o *office) count(query string, args ...any) int {
	o.t.Helper()
	var n int
	if err := o.db.View(context.Background(), func(tx *sqldb.Tx) error { return tx.Get(query, args, &n) }); err != nil {
		o.t.Fatal(fmt.Errorf("%s: %w", query, err))
	}
	return n
}
