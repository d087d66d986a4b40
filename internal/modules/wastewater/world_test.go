package wastewater

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit"
	"kaiyang/internal/testkit/desk"
)

// A county with two task forces, of which the first keeps the monitoring, on a real database.
type office struct {
	t     testing.TB
	db    *sqldb.DB
	clock *testkit.Clock
	reg   *org.Register
	*Service
}

const (
	county org.UnitID = iota + 1
	post
	force
	otherForce
)

func testRegister(t testing.TB) *org.Register {
	unit := func(id org.UnitID, code string, kind org.Kind, name string, parent org.UnitID) org.Unit {
		return org.Unit{ID: id, Code: code, Kind: kind, Versions: []org.Version{{From: period.MustDay("2015-01-01"), Name: name, Parent: parent}}}
	}
	r, err := org.New([]org.Unit{unit(county, "999901", org.County, "试验县", 0), unit(post, "ZHB", org.CommandPost, "指挥部", 0), unit(force, "ZB6", org.TaskForce, "监测专班", post), unit(otherForce, "ZB1", org.TaskForce, "宣传专班", post)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func newOffice(t *testing.T, d sqldb.Dialect) *office {
	clock := testkit.NewClock("2018-05-10")
	db := testkit.OpenAt(t, testkit.Target(t, d), clock)
	list, err := sqldb.Migrations(files.Migrations, embedded)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Migrate(context.Background(), list); err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, db: db, clock: clock, reg: testRegister(t), Service: New(db, files.New(db), clock.Now)}
	o.Join(func() org.UnitID { return force })
	return o
}

func onBoth(t *testing.T, story func(t *testing.T, o *office)) {
	t.Helper()
	desk.OnBoth(t, func(t *testing.T, d sqldb.Dialect) { story(t, newOffice(t, d)) })
}

func (o *office) person(account int64, role perm.Role, unit org.UnitID) perm.Actor {
	return perm.Actor{Account: account, Login: fmt.Sprintf("u%d", account), Name: fmt.Sprintf("%s%d", role.Label(), account), Tree: o.reg.On(period.DayOf(o.clock.Now())),
		Posts: []perm.Post{{ID: 100 + account, Role: role, Unit: unit, Title: role.Label()}}}
}

func (o *office) chief() perm.Actor   { return o.person(1, perm.Office, post) }
func (o *office) member() perm.Actor  { return o.person(2, perm.Member, force) }
func (o *office) other() perm.Actor   { return o.person(3, perm.Member, otherForce) }
func (o *office) leader() perm.Actor  { return o.person(4, perm.Leader, post) }
func (o *office) reader() perm.Actor  { return o.person(5, perm.Reader, county) }
func (o *office) auditor() perm.Actor { return o.person(6, perm.Auditor, 0) }
func (o *office) town() perm.Actor    { return o.person(7, perm.Reporter, county) }

// plant makes a plant.
func (o *office) plant(name string, people int64, unit FlowUnit) int64 {
	o.t.Helper()
	a := o.member()
	return desk.Must(o.SavePlant(desk.As(a), a, Plant{Name: name, People: people, Source: "2017年推算（演示）", Unit: unit}))(o.t)
}

// campaign makes a draft at plants.
func (o *office) campaign(name, first string, residues []string, plants ...int64) int64 {
	o.t.Helper()
	a := o.member()
	c := Campaign{Name: name, First: period.MustDay(first), Laboratory: "甲实验室", Sampling: "24小时混合样", Residues: residues}
	for _, p := range plants {
		c.Sites = append(c.Sites, Site{Plant: p})
	}
	return desk.Must(o.SaveCampaign(desk.As(a), a, c))(o.t)
}

// The week of the reference case: seven days at a plant for 52,000 people.
var (
	weekC = []string{"88", "92", "79", "95", "121", "140", "133"}
	weekQ = []string{"9100", "9000", "8800", "9050", "9300", "9900", "9700"}
)

// file writes a file of results for one residue and one plant; a zero flow is left out.
func file(first, plant, residue string, flows, values []string) string {
	var b strings.Builder
	b.WriteString("污水厂,日期,流量（m³/d）,检测物,浓度（ng/L）,定量限\n")
	for i, v := range values {
		fmt.Fprintf(&b, "%s,%s,%s,%s,%s,2\n", plant, period.MustDay(first).AddDays(i), flows[i], residue, v)
	}
	return b.String()
}

// load imports a file; a fault of it fails the test.
func (o *office) load(id int64, content string) Imported {
	o.t.Helper()
	a := o.member()
	rep := desk.Must(o.Import(desk.As(a), a, id, "results.csv", []byte(content), false))(o.t)
	if !rep.Written {
		o.t.Fatalf("not written: %v", rep.Findings)
	}
	return rep
}
