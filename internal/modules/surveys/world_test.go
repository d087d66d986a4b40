package surveys

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
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

// A county of three townships, a command post and two task forces, with this module on a real
// database.
type office struct {
	t     testing.TB
	db    *sqldb.DB
	clock *testkit.Clock
	reg   *org.Register
	*Service
}

const (
	county org.UnitID = iota + 1
	town1
	town2
	town3
	post
	force6
	force3
)

func (o *office) Register() *org.Register { return o.reg }
func (o *office) Today() *org.Tree        { return o.reg.On(period.DayOf(o.clock.Now())) }

func newOffice(t testing.TB, d sqldb.Dialect) *office {
	clock := testkit.NewClock("2018-05-10")
	db := testkit.OpenAt(t.(*testing.T), testkit.Target(t.(*testing.T), d), clock)
	list, err := sqldb.Migrations([]fs.FS{files.Migrations, embedded}...)
	desk.OK(t, err)
	_, err = db.Migrate(context.Background(), list)
	desk.OK(t, err)
	from := period.MustDay("2015-01-01")
	unit := func(id org.UnitID, code string, kind org.Kind, name string, parent org.UnitID) org.Unit {
		return org.Unit{ID: id, Code: code, Kind: kind, Versions: []org.Version{{From: from, Name: name, Parent: parent}}}
	}
	reg, err := org.New([]org.Unit{unit(county, "999901", org.County, "试验县", 0), unit(town1, "999901101", org.Township, "甲镇", county), unit(town2, "999901102", org.Township, "乙镇", county), unit(town3, "999901103", org.Township, "丙乡", county),
		unit(post, "ZHB", org.CommandPost, "指挥部", 0), unit(force6, "ZB6", org.TaskForce, "监测专班", post), unit(force3, "ZB3", org.TaskForce, "戒治专班", post)}, nil)
	desk.OK(t, err)
	o := &office{t: t, db: db, clock: clock, reg: reg}
	o.Service = New(db, o, files.New(db), clock.Now, slog.New(slog.NewTextHandler(io.Discard, nil)))
	return o
}

func onBoth(t *testing.T, story func(t *testing.T, o *office)) {
	t.Helper()
	desk.OnBoth(t, func(t *testing.T, d sqldb.Dialect) { story(t, newOffice(t, d)) })
}

func (o *office) person(account int64, role perm.Role, unit org.UnitID) perm.Actor {
	return perm.Actor{Account: account, Login: fmt.Sprintf("u%d", account), Name: fmt.Sprintf("%s%d", role.Label(), account), Tree: o.Today(), Posts: []perm.Post{{ID: account, Role: role, Unit: unit, Title: role.Label()}}}
}

func (o *office) chief() perm.Actor   { return o.person(1, perm.Office, post) }
func (o *office) member() perm.Actor  { return o.person(2, perm.Member, force6) }
func (o *office) other() perm.Actor   { return o.person(3, perm.Member, force3) }
func (o *office) leader() perm.Actor  { return o.person(4, perm.Leader, post) }
func (o *office) reader() perm.Actor  { return o.person(5, perm.Reader, county) }
func (o *office) auditor() perm.Actor { return o.person(6, perm.Auditor, 0) }
func (o *office) town() perm.Actor    { return o.person(7, perm.Reporter, town1) }

// want fails the test unless an error is of a kind.
func want(t testing.TB, what string, err error, kind fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		t.Errorf("%s: %v, want kind %d", what, err, kind)
	}
}

// satisfied is the usual question.
func satisfied() Question {
	return Question{Text: "您对禁毒工作是否满意？", Name: "满意率", Target: "95", Answers: []Answer{{"很满意", Counted}, {"满意", Counted}, {"不满意", Other}, {"说不清", LeftOut}}}
}

// phoned is a stratified telephone survey of two townships.
func phoned() Survey {
	return Survey{Title: "2017年群众满意率调查", Topic: Satisfaction, Force: force6, From: period.MustDay("2017-11-01"), To: period.MustDay("2017-11-20"), By: "第三方调查机构（试验）", Population: "全县18周岁以上居民", Frame: "随机拨号", FrameKnown: true,
		Design: Stratified, Mode: Phone, Approached: 500, Questions: []Question{satisfied()}, Strata: []Stratum{{Name: "甲镇", People: 30000}, {Name: "乙镇", People: 10000}}}
}

// street is a questionnaire handed out at an event.
func street() Survey {
	return Survey{Title: "禁毒日现场问卷", Topic: Awareness, From: period.MustDay("2017-06-26"), To: period.MustDay("2017-06-26"), By: "县禁毒办", Population: "全县群众", Design: Convenience, Mode: Event, Questions: []Question{{Text: "您知道毒品的危害吗？", Answers: []Answer{{"知道", Counted}, {"不知道", Other}}}}}
}

// cells makes counts of the answers of one stratum.
func cells(stratum, cluster string, n ...int64) (out Counts) {
	for i, m := range n {
		out = append(out, Count{Question: "Q1", Stratum: stratum, Cluster: cluster, Answer: i, N: m})
	}
	return out
}

// kept makes a survey with counts and gives its id.
func (o *office) kept(x Survey, c Counts) int64 {
	o.t.Helper()
	a := o.chief()
	id := desk.Must(o.Save(desk.As(a), a, x))(o.t)
	desk.OK(o.t, o.SetCounts(desk.As(a), a, id, 1, "Q1", c))
	return id
}

// fixed makes a survey whose results are fixed.
func (o *office) fixed(x Survey, c Counts) int64 {
	o.t.Helper()
	id, a := o.kept(x, c), o.chief()
	desk.OK(o.t, o.Fix(desk.As(a), a, id, 2))
	return id
}

func twoTowns() Counts {
	return append(cells("甲镇", "", 100, 85, 10, 5), cells("乙镇", "", 50, 40, 8, 2)...)
}
