package assessment

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit"
	"kaiyang/internal/testkit/desk"
)

// A county of six townships with figures of its own, with this module on a real database.
type office struct {
	t     *testing.T
	db    *sqldb.DB
	clock *testkit.Clock
	reg   *org.Register
	cells map[string]string // code/unit → printed value
	*Service
}

const (
	county org.UnitID = iota + 1
	town1
	town2
	town3
	town4
	town5
	town6
	post
	force
)

func (o *office) Register() *org.Register { return o.reg }
func (o *office) Today() *org.Tree        { return o.reg.On(period.DayOf(o.clock.Now())) }

// Choices and Table stand for the indicators.
func (o *office) Choices() []Choice {
	return []Choice{{Code: "ZX", Name: "执行率", NameEN: "Execution rate", Up: true}, {Code: "XZ", Name: "新滋生率", Down: true}, {Code: "HD", Name: "活动场次"}}
}

func (o *office) Table(_ context.Context, codes []string, units []org.UnitID, p period.Period) ([][]Cell, error) {
	out := make([][]Cell, len(units))
	for i, u := range units {
		for _, code := range codes {
			c := Cell{Text: "未报", Path: fmt.Sprintf("/figures/%s?unit=%d&period=%s", code, u, p)}
			if v := o.cells[fmt.Sprintf("%s/%d", code, u)]; v == "hidden" {
				c.Text = "已隐去"
			} else if v != "" {
				c.Text, c.Value, c.AsOf, c.Definition = v, v, 7, 1
			}
			out[i] = append(out[i], c)
		}
	}
	return out, nil
}

func testRegister(t testing.TB) *org.Register {
	from := period.MustDay("2015-01-01")
	unit := func(id org.UnitID, code string, kind org.Kind, name string, parent org.UnitID) org.Unit {
		return org.Unit{ID: id, Code: code, Kind: kind, Versions: []org.Version{{From: from, Name: name, Parent: parent}}}
	}
	list := []org.Unit{unit(county, "999901", org.County, "试验县", 0), unit(post, "ZHB", org.CommandPost, "指挥部", 0), unit(force, "ZB4", org.TaskForce, "缉毒打击专班", post)}
	for i, name := range []string{"甲镇", "乙镇", "丙镇", "丁乡", "戊乡", "己乡"} {
		list = append(list, unit(town1+org.UnitID(i), fmt.Sprintf("99990110%d", i+1), org.Township, name, county))
	}
	r, err := org.New(list, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func newOffice(t *testing.T, d sqldb.Dialect) *office {
	clock := testkit.NewClock("2018-05-10")
	db := testkit.OpenAt(t, testkit.Target(t, d), clock)
	list, err := sqldb.Migrations([]fs.FS{files.Migrations, embedded}...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Migrate(context.Background(), list); err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, db: db, clock: clock, reg: testRegister(t), cells: map[string]string{}}
	for i, v := range []string{"99", "97", "95", "90", "85", "82"} {
		u := int(town1) + i
		o.cells[fmt.Sprintf("ZX/%d", u)] = v
		o.cells[fmt.Sprintf("XZ/%d", u)] = fmt.Sprint(1 + i)
	}
	o.Service = New(db, o, clock.Now)
	o.SetFigures(o)
	return o
}

func onBoth(t *testing.T, story func(t *testing.T, o *office)) {
	t.Helper()
	desk.OnBoth(t, func(t *testing.T, d sqldb.Dialect) { story(t, newOffice(t, d)) })
}

func (o *office) person(account int64, role perm.Role, unit org.UnitID) perm.Actor {
	return perm.Actor{Account: account, Login: fmt.Sprintf("u%d", account), Name: fmt.Sprintf("%s%d", role.Label(), account), Tree: o.Today(),
		Posts: []perm.Post{{ID: 100 + account, Role: role, Unit: unit, Title: role.Label()}}}
}

func (o *office) chief() perm.Actor              { return o.person(1, perm.Office, post) }
func (o *office) leader() perm.Actor             { return o.person(2, perm.Leader, post) }
func (o *office) member() perm.Actor             { return o.person(3, perm.Member, force) }
func (o *office) reader() perm.Actor             { return o.person(4, perm.Reader, county) }
func (o *office) auditor() perm.Actor            { return o.person(5, perm.Auditor, 0) }
func (o *office) town(u org.UnitID) perm.Actor   { return o.person(10+int64(u), perm.Reporter, u) }
func (o *office) worker(u org.UnitID) perm.Actor { return o.person(30+int64(u), perm.Worker, u) }
func (o *office) everybody() map[string]perm.Actor {
	return map[string]perm.Actor{"office": o.chief(), "leader": o.leader(), "member": o.member(), "reader": o.reader(), "auditor": o.auditor(), "town1": o.town(town1), "town2": o.town(town2), "worker1": o.worker(town1)}
}

func wantKind(t testing.TB, err error, k fault.Kind, words string) {
	t.Helper()
	if fault.KindOf(err) != k || err == nil || !strings.Contains(fault.Say(err, nil)+err.Error(), words) {
		t.Errorf("got %v, want kind %v with %q", err, k, words)
	}
}

func plain() Scheme {
	return Scheme{Name: "乡镇综合评价", Span: Yearly, From: period.MustDay("2017-01-01"), Digits: 1, Least: 60,
		Items: []Item{{Code: "ZX", Weight: "3", Higher: true, Floor: "80", Target: "100"}, {Code: "XZ", Weight: "1", Floor: "10", Target: "0"}}}
}

// published makes a scheme and lets the leader publish it.
func (o *office) published() int64 {
	o.t.Helper()
	id := desk.Must(o.SaveDraft(desk.As(o.chief()), o.chief(), plain()))(o.t)
	desk.OK(o.t, o.Publish(desk.As(o.leader()), o.leader(), id, 1))
	return id
}

// A front is the pages of an office as a browser without scripts sees them.
type front struct {
	*office
	*desk.Front
}

func newFront(t *testing.T) *front {
	o := newOffice(t, sqldb.SQLite)
	people := o.everybody()
	return &front{o, desk.Open(t, o.db, o.clock.Now, people, o.Today, o.Module())}
}
