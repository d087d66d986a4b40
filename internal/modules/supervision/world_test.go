package supervision

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"testing"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/testkit"
	"kaiyang/internal/testkit/desk"
)

// A county of six townships, a command post and a task force, with this module on a real database.
type office struct {
	t     testing.TB
	db    *sqldb.DB
	clock *testkit.Clock
	reg   *org.Register
	cal   *calendar.Calendar
	items []work.Item
	refs  map[string]work.Draft
	told  []notify.Event
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

// The posts. Those of the team are the first two.
const (
	postOffice = iota + 1
	postMember
	postOther
	postChief
)

func (o *office) Register() *org.Register      { return o.reg }
func (o *office) Today() *org.Tree             { return o.reg.On(period.DayOf(o.clock.Now())) }
func (o *office) Calendar() *calendar.Calendar { return o.cal }
func (o *office) Tell(_ *sqldb.Tx, e notify.Event) error {
	o.told = append(o.told, e)
	return nil
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

func openOffice(t testing.TB, db *sqldb.DB, clock *testkit.Clock) *office {
	years, err := calendar.Published()
	if err != nil {
		t.Fatal(err)
	}
	cal, err := calendar.New(years...)
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, db: db, clock: clock, reg: testRegister(t), cal: cal, refs: map[string]work.Draft{}}
	o.Service = New(db, o, files.New(db), clock.Now, slog.New(slog.NewTextHandler(io.Discard, nil)))
	o.Join(Joints{
		OpenItem: func(_ *sqldb.Tx, _ perm.Actor, d work.Draft) (work.Item, error) {
			n := int64(len(o.items) + 1)
			i := work.Item{ID: n, No: fmt.Sprintf("2018-%04d", n), Title: d.Title, Standard: d.Standard, Lead: d.Lead, State: work.Assigned, Light: measure.Green, Deadline: d.Deadline, Source: d.Source, Path: fmt.Sprintf("/actions/%d", n)}
			o.items, o.refs[d.Source.Ref] = append(o.items, i), d
			return i, nil
		},
		Items: func(_ context.Context, _ perm.Actor, f work.Filter) ([]work.Item, error) { return o.items, nil },
		Posts: func(context.Context) ([]Holder, error) {
			return []Holder{{perm.Post{ID: postOffice, Role: perm.Office, Unit: post, Title: "禁毒办督查岗"}, []string{"督查员"}}, {perm.Post{ID: postMember, Role: perm.Member, Unit: force, Title: "缉毒打击专班成员"}, nil},
				{perm.Post{ID: 77, Role: perm.Reporter, Unit: town1, Title: "甲镇填报员"}, nil}}, nil
		},
		Notices: o,
		Print: func(d *docgen.Document, format string, w io.Writer) error {
			_, err := io.WriteString(w, format+" "+d.Title)
			return err
		},
	})
	return o
}

func folders() []fs.FS { return []fs.FS{files.Migrations, embedded} }

func onBoth(t *testing.T, story func(t *testing.T, o *office)) {
	t.Helper()
	desk.OnBoth(t, func(t *testing.T, d sqldb.Dialect) { story(t, newOffice(t, d)) })
}

func newOffice(t testing.TB, d sqldb.Dialect) *office {
	clock := testkit.NewClock("2018-05-10")
	db := testkit.OpenAt(t.(*testing.T), testkit.Target(t.(*testing.T), d), clock)
	list, err := sqldb.Migrations(folders()...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Migrate(context.Background(), list); err != nil {
		t.Fatal(err)
	}
	return openOffice(t, db, clock)
}

func (o *office) person(account int64, role perm.Role, unit org.UnitID, posts ...int64) perm.Actor {
	a := perm.Actor{Account: account, Login: fmt.Sprintf("u%d", account), Name: fmt.Sprintf("%s%d", role.Label(), account), Tree: o.Today()}
	if len(posts) == 0 {
		posts = []int64{100 + account}
	}
	for _, p := range posts {
		a.Posts = append(a.Posts, perm.Post{ID: p, Role: role, Unit: unit, Title: role.Label()})
	}
	return a
}

func (o *office) chief() perm.Actor   { return o.person(1, perm.Office, post, postOffice) }
func (o *office) member() perm.Actor  { return o.person(2, perm.Member, force, postMember) }
func (o *office) other() perm.Actor   { return o.person(3, perm.Member, force, postOther) }
func (o *office) leader() perm.Actor  { return o.person(4, perm.Leader, post) }
func (o *office) second() perm.Actor  { return o.person(5, perm.Office, post, postChief) }
func (o *office) reader() perm.Actor  { return o.person(6, perm.Reader, county) }
func (o *office) auditor() perm.Actor { return o.person(7, perm.Auditor, 0) }
func (o *office) town(u org.UnitID) perm.Actor {
	return o.person(10+int64(u), perm.Reporter, u)
}

// planned makes a checklist, a plan with a team, and a pool of two groups.
func (o *office) planned(theme string) int64 {
	o.t.Helper()
	a := o.chief()
	c := Starter()
	c.Name = "乡镇禁毒工作检查表"
	c.Blocks[0].Lines = []Line{{What: "党委会议研究过禁毒工作", How: "查会议记录"}, {What: "有分管领导"}}
	c.Blocks[3].Lines = []Line{{What: "村有宣传栏", How: "看现场", Reference: "县禁毒办〔2018〕3号"}}
	list := desk.Must(o.SaveList(desk.As(a), a, c))(o.t)
	id := desk.Must(o.SavePlan(desk.As(a), a, Plan{Title: theme + "督查", Kind: Special, From: period.MustDay("2018-05-08"), To: period.MustDay("2018-05-31"), Theme: theme, List: list, Team: []int64{postOffice, postMember}, RepeatDays: 90}))(o.t)
	if n := desk.Must(o.AddUnits(desk.As(a), a, id, org.Township, "东片"))(o.t); n != 6 {
		o.t.Fatalf("%d units added, want 6", n)
	}
	p := desk.Must(o.Show(desk.As(a), a, id))(o.t).Plan
	for i := range p.Pool.Candidates {
		if i >= 3 {
			p.Pool.Candidates[i].Group = "西片"
		}
	}
	p.Pool.Candidates[5].Out = "上月刚检查过"
	p.Pool.Groups = []Group{{"东片", 2}, {"西片", 1}}
	desk.OK(o.t, o.SetPool(desk.As(a), a, id, p.Version, p.Pool))
	return id
}

// drawn is planned with a draw.
func (o *office) drawn(theme string) (id int64, visits []Visit) {
	o.t.Helper()
	id, a := o.planned(theme), o.chief()
	desk.Must(o.DrawUnits(desk.As(a), a, id, Draw{Kind: PublicSeed, Public: "3159.15", Origin: "公开的收盘数"}))(o.t)
	for _, v := range desk.Must(o.Show(desk.As(a), a, id))(o.t).Visits {
		visits = append(visits, v.Visit)
	}
	return id, visits
}

func allMet() map[string]Answer {
	return map[string]Answer{"1.1": {Mark: Met}, "1.2": {Mark: Mostly}, "4.1": {Mark: Unmet, Note: "没有宣传栏"}}
}

func problem() *Finding {
	return &Finding{Line: "4.1", Text: "两个村没有宣传栏", Place: "村委会门口", Severity: Major, Demand: "补设宣传栏并拍照", Days: 10}
}

// visited records a visit with one finding and feeds it back.
func (o *office) visited(v Visit) {
	o.t.Helper()
	m := o.member()
	if no := desk.Must(o.Record(desk.As(m), m, v.ID, Note{Version: v.Version, Day: period.MustDay("2018-05-10"), Visitors: "缉毒打击专班", Answers: allMet(), Finding: problem()}))(o.t); no != 1 {
		o.t.Fatalf("finding %d, want 1", no)
	}
	desk.OK(o.t, o.FeedBack(desk.As(m), m, v.ID, v.Version+1, "总体较好，宣传薄弱", "镇禁毒专干"))
}
