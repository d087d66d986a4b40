package situation

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/words"
	"kaiyang/internal/testkit"
	"kaiyang/internal/testkit/desk"
)

const (
	county org.UnitID = iota + 1
	big
	little
	post
	force3
	force4
)

// figures are approved counts in memory.
type figures struct {
	list []measure.Element
	cell map[string]int64 // element|category|unit|month
	open map[string]int   // units reported of 18, for months that are not complete
	seq  int64
}

func (f *figures) Elements() []measure.Element { return f.list }

func (f *figures) Element(code string) (measure.Element, bool) {
	for _, e := range f.list {
		if e.Code == code {
			return e, true
		}
	}
	return measure.Element{}, false
}

func key(code string, c measure.Category, u org.UnitID, month string) string {
	return fmt.Sprintf("%s|%s|%d|%s", code, c, u, month)
}

func (f *figures) Months(code string, c measure.Category, u org.UnitID, months []period.Period) (out []Month, seq int64) {
	for _, p := range months {
		m := Month{Period: p, Expected: 18}
		k := key(code, c, u, p.String())
		if n, ok := f.cell[k]; ok {
			m.Count, m.Complete, m.Reported = n, true, 18
		} else if n, ok := f.open[k]; ok {
			m.Reported, m.Missing = n, []org.UnitID{little}
		}
		out = append(out, m)
	}
	return out, f.seq
}

func (f *figures) Path(code string, c measure.Category, u org.UnitID, p period.Period) string {
	return fmt.Sprintf("/figures/%s?unit=%d&period=%s", code, u, p)
}

// fill writes counts from a month on.
func (f *figures) fill(code string, c measure.Category, u org.UnitID, from string, counts ...int64) {
	first := period.Months.SlotOf(period.MustParse(from).First())
	for i, n := range counts {
		f.cell[key(code, c, u, period.Months.Period(first+period.Slot(i)).String())] = n
	}
	f.seq++
}

func newFigures() *figures {
	months := []measure.GrainFrom{{Year: 2015, Grain: period.Months}}
	age := measure.Scheme{Kind: measure.Partition, Dimensions: []measure.Dimension{{Name: "年龄", NameEN: "Age", Labels: []measure.Label{{Name: "<25", NameEN: "under 25"}, {Name: ">=25", NameEN: "25 and over"}}}}}
	return &figures{cell: map[string]int64{}, open: map[string]int{}, list: []measure.Element{
		{ID: 1, Code: "XZS", Name: "新滋生吸毒人员", NameEN: "New drug users", Kind: measure.Flow, Grains: months, Level: org.LevelVillage, Unit: "人", UnitEN: "persons", Scheme: age, Persons: true, Force: "ZB3"},
		{ID: 2, Code: "AJ", Name: "破获毒品刑事案件", NameEN: "Cases solved", Kind: measure.Flow, Grains: months, Level: org.LevelTownship, Unit: "起", UnitEN: "cases", Force: "ZB4"},
		{ID: 3, Code: "JG_JC", Name: "检查重点场所", NameEN: "Premises inspected", Kind: measure.Flow, Grains: []measure.GrainFrom{{Year: 2015, Grain: period.Months}, {Year: 2018, Grain: period.HalfMonths}}, Level: org.LevelTownship, Unit: "家次", UnitEN: "visits"},
		{ID: 4, Code: "JH", Name: "缴获各类毒品", Kind: measure.Flow, Grains: months, Level: org.LevelTownship, Scale: 3, Unit: "公斤"},
		{ID: 5, Code: "XYRS", Name: "现有吸毒人员", Kind: measure.Stock, Grains: months, Level: org.LevelVillage, Unit: "人", Persons: true},
		{ID: 6, Code: "CJ", Name: "创建数", Kind: measure.Flow, Grains: []measure.GrainFrom{{Year: 2015, Grain: period.Years}}, Level: org.LevelTownship, Unit: "个"},
	}}
}

// An office is a county of two townships with this module on a real database.
type office struct {
	t       testing.TB
	db      *sqldb.DB
	clock   *testkit.Clock
	reg     *org.Register
	cal     *calendar.Calendar
	figures *figures
	drafts  []work.Draft
	told    []notify.Event
	fail    error // of the next item
	*Service
}

func (o *office) Register() *org.Register      { return o.reg }
func (o *office) Today() *org.Tree             { return o.reg.On(period.DayOf(o.clock.Now())) }
func (o *office) Calendar() *calendar.Calendar { return o.cal }
func (o *office) Tell(_ *sqldb.Tx, e notify.Event) error {
	o.told = append(o.told, e)
	return nil
}

func openOffice(t testing.TB, db *sqldb.DB, clock *testkit.Clock, f *figures) *office {
	years, err := calendar.Published()
	desk.OK(t, err)
	cal, err := calendar.New(years...)
	desk.OK(t, err)
	from := period.MustDay("2015-01-01")
	unit := func(id org.UnitID, code string, kind org.Kind, name string, parent org.UnitID) org.Unit {
		return org.Unit{ID: id, Code: code, Kind: kind, Versions: []org.Version{{From: from, Name: name, Parent: parent}}}
	}
	reg, err := org.New([]org.Unit{unit(county, "999901", org.County, "试验县", 0), unit(big, "999901101", org.Township, "甲镇", county), unit(little, "999901102", org.Township, "乙镇", county),
		unit(post, "ZHB", org.CommandPost, "指挥部", 0), unit(force3, "ZB3", org.TaskForce, "戒毒专班", post), unit(force4, "ZB4", org.TaskForce, "打击专班", post)}, nil)
	desk.OK(t, err)
	o := &office{t: t, db: db, clock: clock, reg: reg, cal: cal, figures: f}
	o.Service = New(db, o, clock.Now, slog.New(slog.NewTextHandler(io.Discard, nil)))
	o.Join(Joints{Figures: f, Notices: o, OpenItem: func(_ *sqldb.Tx, _ perm.Actor, d work.Draft) (work.Item, error) {
		if o.fail != nil {
			return work.Item{}, o.fail
		}
		o.drafts = append(o.drafts, d)
		return work.Item{ID: int64(len(o.drafts)), No: fmt.Sprintf("2018-%04d", len(o.drafts)), Title: d.Title}, nil
	}})
	return o
}

func newOffice(t *testing.T, d sqldb.Dialect) *office {
	clock := testkit.NewClock("2018-04-10")
	db := testkit.OpenAt(t, testkit.Target(t, d), clock)
	list, err := sqldb.Migrations(embedded)
	desk.OK(t, err)
	_, err = db.Migrate(context.Background(), list)
	desk.OK(t, err)
	return openOffice(t, db, clock, newFigures())
}

func onBoth(t *testing.T, story func(t *testing.T, o *office)) {
	t.Helper()
	desk.OnBoth(t, func(t *testing.T, d sqldb.Dialect) { story(t, newOffice(t, d)) })
}

func (o *office) person(account int64, role perm.Role, unit org.UnitID) perm.Actor {
	return perm.Actor{Account: account, Login: fmt.Sprintf("u%d", account), Name: role.Label(), Tree: o.Today(), Posts: []perm.Post{{ID: account, Role: role, Unit: unit, Title: role.Label()}}}
}

func (o *office) chief() perm.Actor   { return o.person(1, perm.Office, post) }
func (o *office) second() perm.Actor  { return o.person(2, perm.Office, post) }
func (o *office) owner() perm.Actor   { return o.person(3, perm.Member, force3) }
func (o *office) other() perm.Actor   { return o.person(4, perm.Member, force4) }
func (o *office) leader() perm.Actor  { return o.person(5, perm.Leader, post) }
func (o *office) reader() perm.Actor  { return o.person(6, perm.Reader, county) }
func (o *office) auditor() perm.Actor { return o.person(7, perm.Auditor, 0) }
func (o *office) worker() perm.Actor  { return o.person(8, perm.Worker, big) }
func (o *office) town(u org.UnitID) perm.Actor {
	return o.person(10+int64(u), perm.Reporter, u)
}

// usual is a watch of the county with the usual settings.
func usual(element, since string) Watch {
	return Watch{Element: element, Unit: county, Since: period.MustParse(since), Settings: Usual()}
}

func (o *office) save(w Watch) int64 {
	o.t.Helper()
	a := o.chief()
	return desk.Must(o.SaveWatch(desk.As(a), a, w))(o.t)
}

func (o *office) tick() { o.t.Helper(); desk.OK(o.t, o.Tick(context.Background())) }

// told writes the signals that a person sees in short lines, in the order of the list.
func (o *office) lines(a perm.Actor) string {
	o.t.Helper()
	var out []string
	l := o.lens(words.Chinese)
	for _, q := range desk.Must(o.List(desk.As(a), a, Filter{}))(o.t) {
		x := q.Signal
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %s %d", l.watch(q.Watch), x.Month, x.Method, x.State, x.Reading.Count)))
	}
	return strings.Join(out, "\n")
}

func (o *office) want(a perm.Actor, lines ...string) {
	o.t.Helper()
	if got, want := o.lines(a), strings.Join(lines, "\n"); got != want {
		o.t.Errorf("%s sees\n%s\nwant\n%s", a.Name, got, want)
	}
}
