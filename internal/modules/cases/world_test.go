package cases

import (
	"context"
	"fmt"
	"math/big"
	"testing"

	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit"
	"kaiyang/internal/testkit/desk"
)

// A county with two townships and two task forces, of which the first owns seizures; what was
// reported stands in a map.
type office struct {
	t        testing.TB
	db       *sqldb.DB
	clock    *testkit.Clock
	reg      *org.Register
	elements []measure.Element
	reported map[string]string // "毒品=海洛因 2017" → kilograms
	*Service
}

const (
	county org.UnitID = iota + 1
	town1
	town2
	post
	force
	otherForce
)

func (o *office) Register() *org.Register { return o.reg }
func (o *office) Today() *org.Tree        { return o.reg.On(period.DayOf(o.clock.Now())) }

func testRegister(t testing.TB) *org.Register {
	unit := func(id org.UnitID, code string, kind org.Kind, name string, parent org.UnitID) org.Unit {
		return org.Unit{ID: id, Code: code, Kind: kind, Versions: []org.Version{{From: period.MustDay("2015-01-01"), Name: name, Parent: parent}}}
	}
	r, err := org.New([]org.Unit{unit(county, "999901", org.County, "试验县", 0), unit(town1, "999901101", org.Township, "甲镇", county), unit(town2, "999901102", org.Township, "乙镇", county),
		unit(post, "ZHB", org.CommandPost, "指挥部", 0), unit(force, "ZB4", org.TaskForce, "打击专班", post), unit(otherForce, "ZB1", org.TaskForce, "宣传专班", post)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func element(code, unit string, labels ...string) measure.Element {
	e := measure.Element{Code: code, Name: "缴获各类毒品", NameEN: "Drugs seized", Kind: measure.Flow, Unit: unit, Scale: 3}
	if len(labels) > 0 {
		d := measure.Dimension{Name: "毒品", NameEN: "Drug"}
		for i, l := range labels {
			d.Labels = append(d.Labels, measure.Label{Name: l, NameEN: fmt.Sprintf("drug %c", 'A'+i)})
		}
		e.Scheme = measure.Scheme{Kind: measure.Partition, Dimensions: []measure.Dimension{d}}
	}
	return e
}

func newOffice(t *testing.T, d sqldb.Dialect) *office {
	clock := testkit.NewClock("2018-05-10")
	db := testkit.OpenAt(t, testkit.Target(t, d), clock)
	list, err := sqldb.Migrations(embedded)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Migrate(context.Background(), list); err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, db: db, clock: clock, reg: testRegister(t), reported: map[string]string{}, elements: []measure.Element{element("JH", "公斤", "海洛因", "冰毒", "其他"), element("ZONG", "公斤"), element("REN", "人", "男", "女")}}
	o.Service = New(db, o, clock.Now)
	o.Join(Joints{
		Elements: func() []measure.Element { return o.elements },
		Amount: func(_ context.Context, _ perm.Actor, element string, c measure.Category, p period.Period) (Amount, error) {
			v, ok := o.reported[string(c)+" "+p.String()]
			if !ok || element != "JH" {
				return Amount{Reason: measure.Absent}, nil
			}
			r, _ := new(big.Rat).SetString(v)
			return Amount{Grams: r, Path: "/figures/JH"}, nil
		},
		Owner: func(string) org.UnitID { return force },
	})
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

func (o *office) chief() perm.Actor   { return o.person(1, perm.Office, post) }
func (o *office) member() perm.Actor  { return o.person(2, perm.Member, force) }
func (o *office) other() perm.Actor   { return o.person(3, perm.Member, otherForce) }
func (o *office) leader() perm.Actor  { return o.person(4, perm.Leader, post) }
func (o *office) reader() perm.Actor  { return o.person(5, perm.Reader, county) }
func (o *office) auditor() perm.Actor { return o.person(6, perm.Auditor, 0) }
func (o *office) town() perm.Actor    { return o.person(7, perm.Reporter, town1) }

// mapped sets the element's categories against drugs; the last one is no single drug.
func (o *office) mapped() {
	o.t.Helper()
	a := o.chief()
	desk.OK(o.t, o.SaveMapping(desk.As(a), a, Mapping{Element: "JH", Pairs: []Pair{{"毒品=海洛因", "heroin"}, {"毒品=冰毒", "methamphetamine"}, {"毒品=其他", ""}}}))
}

// seized registers a seizure.
func (o *office) seized(day, drug, name string, milligrams int64, document string) int64 {
	o.t.Helper()
	a := o.member()
	return desk.Must(o.SaveSeizure(desk.As(a), a, Seizure{Day: period.MustDay(day), Drug: drug, Name: name, Milligrams: milligrams, Document: document}))(o.t)
}
