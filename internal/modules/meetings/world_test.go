package meetings

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"kaiyang/internal/core/calendar"
	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/notify"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/testkit"
)

const (
	shan   = org.UnitID(1)
	east   = org.UnitID(11)
	west   = org.UnitID(12)
	post   = org.UnitID(90)
	forceA = org.UnitID(91)
	forceB = org.UnitID(92)
)

// A world is a small county with the real service over a real database; figures and action items
// are told by the test.
type world struct {
	t       *testing.T
	db      *sqldb.DB
	clock   *testkit.Clock
	reg     *org.Register
	cal     *calendar.Calendar
	figures map[string]measure.Shown // newest, by code
	items   []work.Item
	late    []Late
	told    []notify.Event
	jam     error // opening an item fails with it
	printed int
	hold    chan struct{} // the printer waits for it, where there is one
	torn    error         // what the printer answers
	s       *Service
	site    *web.Site
	as      perm.Actor
}

func (w *world) Register() *org.Register      { return w.reg }
func (w *world) Today() *org.Tree             { return w.reg.On(period.DayOf(w.clock.Now())) }
func (w *world) Calendar() *calendar.Calendar { return w.cal }

func (w *world) Identify(*http.Request) (web.Session, error) {
	if w.as.Login == "" {
		return web.Session{}, fault.New(fault.SignedOut, "请先登录")
	}
	return web.Session{ID: w.as.Login, Actor: w.as}, nil
}

func (w *world) Overview(_ context.Context, _ perm.Actor, _ period.Day) (out []measure.Shown, _ error) {
	for _, c := range []string{"I1", "I2", "N1"} {
		if f, ok := w.figures[c]; ok {
			out = append(out, f)
		}
	}
	return out, nil
}

func (w *world) Among(_ context.Context, _ perm.Actor, code string, p period.Period) ([]measure.Shown, error) {
	if code != "I2" {
		return nil, nil
	}
	f := w.figures["I2"]
	a, b := f, f
	a.Unit, a.Place, a.Of, a.Period = east, 2, 2, p
	b.Unit, b.Place, b.Of, b.Period, b.Value, b.Text = west, 1, 2, p, "41.2", "41.2%"
	return []measure.Shown{a, b}, nil
}

// fairly says that the two units cannot be told apart.
func (w *world) fairly(_ context.Context, _ perm.Actor, code string, _ period.Period) (measure.Fairness, error) {
	if code != "I2" {
		return measure.Fairness{Reason: "不比较"}, nil
	}
	return measure.Fairness{Sentences: []string{"东山镇和西山镇分不出先后。"}, Meaning: "范围的意思。", Units: []measure.Fair{{Unit: east, Zone: measure.ZoneUsual, Interval: "18.1%—60.3%", Low: 1, Last: 2, Band: measure.BandSimilar}, {Unit: west, Left: "没有数"}}}, nil
}

func (w *world) Newest(_ context.Context, _ perm.Actor, code string, _ org.UnitID, _ period.Day) (measure.Shown, error) {
	return w.figures[code], nil
}

func (w *world) Open(tx *sqldb.Tx, _ perm.Actor, d work.Draft) (work.Item, error) {
	if w.jam != nil {
		return work.Item{}, w.jam
	}
	i := work.Item{ID: int64(len(w.items) + 1), No: fmt.Sprintf("2018-%04d", len(w.items)+1), Title: d.Title, Standard: d.Standard, Lead: d.Lead, Force: d.Force, State: work.Assigned, Light: measure.Green,
		Deadline: d.Deadline, Source: d.Source, Figure: d.Figure, Path: fmt.Sprintf("/actions/%d", len(w.items)+1)}
	w.items = append(w.items, i)
	return i, nil
}

func (w *world) Items(context.Context, perm.Actor, work.Filter) ([]work.Item, error) {
	return w.items, nil
}

func (w *world) Tell(_ *sqldb.Tx, e notify.Event) error {
	for _, o := range w.told {
		if o.Key == e.Key {
			return nil
		}
	}
	w.told = append(w.told, e)
	return nil
}

func (w *world) print(out io.Writer, d *docgen.Document, format string) (string, error) {
	w.printed++
	if w.hold != nil {
		<-w.hold
	}
	if w.torn != nil {
		return "", w.torn
	}
	_, err := fmt.Fprintf(out, "%s %s\n", format, d.Title)
	for _, b := range d.Body {
		switch x := b.(type) {
		case docgen.Heading:
			fmt.Fprintln(out, docgen.Text(x.Runs))
		case docgen.Paragraph:
			fmt.Fprintln(out, docgen.Text(x.Runs))
		case docgen.Table:
			for _, r := range x.Table.Rows {
				for i := range r.Cells {
					fmt.Fprint(out, r.Cells[i].Shown(), "\t")
				}
				fmt.Fprintln(out)
			}
		}
	}
	for _, s := range d.Sources {
		fmt.Fprintln(out, s.No, s.Label, s.Value, s.Path)
	}
	return "仿宋：以别的字体代替", err
}

func shown(code, name, value, target string, light measure.Light, p string) measure.Shown {
	return measure.Shown{Code: code, Name: name, Force: "ZB1", Unit: shan, Period: period.MustParse(p), Text: value + "%", Value: value, Numerator: "73", Denominator: "100", Target: target, Light: light,
		UpIsGood: true, AsOf: 7, Path: "/figures/" + code + "?unit=520121&period=" + p,
		Trend: []measure.Spot{{Period: period.MustParse("2018-01"), Text: "30%", Value: 30, OK: true}, {Period: period.MustParse("2018-02"), Text: "未报"}, {Period: period.MustParse("2018-03"), Text: value + "%", Value: 31, OK: true}}}
}

func newWorld(t *testing.T, db *sqldb.DB) *world {
	t.Helper()
	w := &world{t: t, db: db, clock: testkit.NewClock("2018-04-25"), cal: published(t)}
	from := period.MustDay("2015-01-01")
	unit := func(id org.UnitID, code, name string, k org.Kind, parent org.UnitID) org.Unit {
		return org.Unit{ID: id, Code: code, Kind: k, Versions: []org.Version{{From: from, Name: name, Parent: parent}}}
	}
	var err error
	w.reg, err = org.New([]org.Unit{unit(shan, "520121", "山县", org.County, 0), unit(east, "520121101", "东山镇", org.Township, shan), unit(west, "520121102", "西山镇", org.Township, shan),
		unit(post, "ZHB", "指挥部", org.CommandPost, 0), unit(forceA, "ZB1", "甲专班", org.TaskForce, post), unit(forceB, "ZB2", "乙专班", org.TaskForce, post)}, nil)
	w.must(err)
	w.figures = map[string]measure.Shown{"I1": shown("I1", "执行率", "99.1", "≥98%", measure.Green, "2018-03"), "I2": shown("I2", "未复吸率", "29.5", "≥30%", measure.Red, "2018-03")}
	w.s = New(db, w, files.New(db), w.clock.Now)
	t.Cleanup(w.s.Close)
	w.s.Join(Joints{Figures: w, Items: w, Notices: w, Print: w.print, Fairly: w.fairly, Generator: "开阳 测试", Forces: func() []org.UnitID { return []org.UnitID{forceA, forceB} },
		Late: func(context.Context, perm.Actor, period.Day) ([]Late, error) { return w.late, nil },
		Posts: func(context.Context) ([]Holder, error) {
			return []Holder{{perm.Post{ID: 1, Role: perm.Leader, Unit: post, Title: "指挥长"}, []string{"甲某"}}, {perm.Post{ID: 2, Role: perm.Member, Unit: forceA, Title: "甲专班 联络员"}, []string{"乙某"}},
				{perm.Post{ID: 3, Role: perm.Reporter, Unit: east, Title: "东山镇 填报员"}, nil}}, nil
		}})
	w.as = w.office()
	w.site = web.NewSite(web.Options{DB: db, Identity: w, Modules: []web.Module{w.s.Module()}, Clock: w.clock.Now, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Title: "山县", SignIn: "/login"})
	return w
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	testkit.Each(t, []fs.FS{embedded, files.Migrations}, func(t *testing.T, db *sqldb.DB) { f(t, newWorld(t, db)) })
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) actor(role perm.Role, unit org.UnitID, id int64) perm.Actor {
	return perm.Actor{Account: id, Login: string(role) + fmt.Sprint(id), Name: "某人", Tree: w.Today(), Posts: []perm.Post{{ID: id, Role: role, Unit: unit, Title: role.Label()}}}
}

func (w *world) office() perm.Actor { return w.actor(perm.Office, post, 9) }

// series makes the half-monthly meeting and plans one of it.
func (w *world) series() int64 {
	w.t.Helper()
	id, err := w.s.SaveSeries(context.Background(), w.office(), Series{Name: "指挥部调度会", Rhythm: HalfMonthly, Day: 11, Shift: Later, Time: "09:00", Place: "三楼会议室", Host: post, Chair: "指挥长", Posts: []int64{1, 2, 3}})
	w.must(err)
	return id
}

func (w *world) plan(series int64, p string) int64 {
	w.t.Helper()
	id, err := w.s.Plan(context.Background(), w.office(), series, period.MustParse(p), 0)
	w.must(err)
	return id
}

func (w *world) show(id int64) Whole {
	w.t.Helper()
	x, err := w.s.Show(context.Background(), w.office(), id)
	w.must(err)
	return x
}

func (w *world) ask(method, path string, form url.Values, english bool) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if english {
		r.AddCookie(&http.Cookie{Name: "lang", Value: "en"})
	}
	rec := httptest.NewRecorder()
	w.site.ServeHTTP(rec, r)
	return rec
}

func newWorldOnSQLite(t *testing.T) *world {
	t.Helper()
	return newWorld(t, testkit.Open(t, sqldb.SQLite, embedded, files.Migrations))
}
