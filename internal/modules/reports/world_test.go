package reports

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/measure"
	"kaiyang/internal/core/org"
	"kaiyang/internal/core/period"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/core/work"
	"kaiyang/internal/platform/docgen"
	"kaiyang/internal/platform/docgen/fonts"
	"kaiyang/internal/platform/docgen/print"
	"kaiyang/internal/platform/files"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
	"kaiyang/internal/testkit"
)

const (
	county = org.UnitID(1)
	townA  = org.UnitID(11)
	townB  = org.UnitID(12)
	townC  = org.UnitID(13)
	forceA = org.UnitID(901)
)

// A world is a small county: figures, items and meetings are given, the database, the files and
// the printer are real.
type world struct {
	t       testing.TB
	db      *sqldb.DB
	clock   *testkit.Clock
	reg     *org.Register
	figures map[string]measure.Shown // code/unit/period
	order   []string                 // codes of the overview
	items   []work.Item
	held    []Held
	late    []Late
	s       *Service
	site    *web.Site
	as      perm.Actor
	lang    string
}

func (w *world) Register() *org.Register { return w.reg }
func (w *world) Today() *org.Tree        { return w.reg.On(period.DayOf(w.clock.Now())) }

func (w *world) Identify(*http.Request) (web.Session, error) {
	return web.Session{ID: w.as.Login, Actor: w.as}, nil
}

func key(code string, u org.UnitID, p period.Period) string {
	return fmt.Sprintf("%s/%d/%s", code, u, p)
}

// put gives the county a figure.
func (w *world) put(f measure.Shown) {
	if f.Unit == 0 {
		f.Unit = county
	}
	if f.Path == "" {
		f.Path = fmt.Sprintf("/figures/%s?unit=%d&period=%s", f.Code, f.Unit, f.Period)
	}
	if f.Text == "" {
		f.Text = f.Value
	}
	w.figures[key(f.Code, f.Unit, f.Period)] = f
	for _, c := range w.order {
		if c == f.Code {
			return
		}
	}
	w.order = append(w.order, f.Code)
}

// seen protects small counts from all but the office, as the indicators do.
func seen(reader perm.Actor, f measure.Shown) measure.Shown {
	if !reader.Has(perm.Office) && f.Unit != county && len(f.Value) == 1 && f.Value >= "1" && f.Value <= "4" {
		f.Text, f.Value = small, ""
	}
	return f
}

func (w *world) get(reader perm.Actor, code string, u org.UnitID, p period.Period) measure.Shown {
	if f, ok := w.figures[key(code, u, p)]; ok {
		return seen(reader, f)
	}
	for _, f := range w.figures {
		if f.Code == code {
			return measure.Shown{Code: code, Name: f.Name, Force: f.Force, Unit: u, Period: p, Text: "未报", Target: f.Target, Percent: f.Percent, Light: measure.Grey, Path: "/figures/" + code}
		}
	}
	return measure.Shown{Code: code, Unit: u, Period: p}
}

func (w *world) Overview(_ context.Context, reader perm.Actor, on period.Day) (out []measure.Shown, err error) {
	for _, c := range w.order {
		best := measure.Shown{}
		for _, f := range w.figures {
			if f.Code == c && f.Unit == county && f.Period.Last() < on && (best.Code == "" || f.Period.Last() > best.Period.Last()) {
				best = f
			}
		}
		if best.Code == "" {
			best = w.get(reader, c, county, period.MustParse("2018-04"))
		}
		out = append(out, seen(reader, best))
	}
	return out, nil
}

func (w *world) Among(_ context.Context, reader perm.Actor, code string, p period.Period) (out []measure.Shown, err error) {
	for _, u := range []org.UnitID{townA, townB, townC} {
		out = append(out, w.get(reader, code, u, p))
	}
	return out, nil
}

func (w *world) At(_ context.Context, reader perm.Actor, codes []string, u org.UnitID, p period.Period) (out []measure.Shown, err error) {
	for _, c := range codes {
		f := w.get(reader, c, u, p)
		if f.Name == "" {
			return nil, fault.New(fault.Missing, "没有指标 %s", c)
		}
		out = append(out, f)
	}
	return out, nil
}

func (w *world) Series(_ context.Context, reader perm.Actor, code string, u org.UnitID, list []period.Period) (out []measure.Shown, err error) {
	for _, p := range list {
		out = append(out, w.get(reader, code, u, p))
	}
	return out, nil
}

func (w *world) course(ctx context.Context, reader perm.Actor, code string, u org.UnitID, to int) (Course, error) {
	list, err := w.Series(ctx, reader, code, u, period.MustParse(fmt.Sprintf("%d..%d", to-11, to)).Parts(period.Year))
	return judge(list), err
}

func (w *world) Items(_ context.Context, _ perm.Actor, _ work.Filter) ([]work.Item, error) {
	return w.items, nil
}

func who(role perm.Role, unit org.UnitID, tree *org.Tree) perm.Actor {
	return perm.Actor{Account: 7, Login: string(role), Name: "测试" + role.Label(), Posts: []perm.Post{{ID: 1, Role: role, Unit: unit, Title: role.Label()}}, Tree: tree}
}

func (w *world) be(role perm.Role) perm.Actor {
	u := county
	if role == perm.Reporter {
		u = townA
	}
	w.as = who(role, u, w.Today())
	return w.as
}

func newWorld(t testing.TB, db *sqldb.DB) *world {
	from := period.MustDay("2015-01-01")
	unit := func(id org.UnitID, code, name string, k org.Kind, parent org.UnitID) org.Unit {
		return org.Unit{ID: id, Code: code, Kind: k, Versions: []org.Version{{From: from, Name: name, Parent: parent}}}
	}
	reg, err := org.New([]org.Unit{unit(county, "520121", "茶山县", org.County, 0), unit(townA, "520121100", "城关镇", org.Township, county), unit(townB, "520121101", "青石乡", org.Township, county),
		unit(townC, "520121102", "水口镇", org.Township, county), unit(900, "ZHB", "茶山县禁毒人民战争指挥部", org.CommandPost, 0), unit(forceA, "ZB3", "全网络戒毒管控专班", org.TaskForce, 900)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, db: db, clock: testkit.NewClock("2018-05-10"), reg: reg, figures: map[string]measure.Shown{}}
	p := print.New("", fonts.SystemDirs())
	t.Cleanup(p.Close)
	w.s = New(db, w, files.New(db), w.clock.Now, nil)
	w.s.Join(Joints{Figures: w, Items: w, Course: w.course, Forces: func() []org.UnitID { return []org.UnitID{forceA} }, Generator: "开阳 测试", Base: func() string { return "https://kaiyang.example" },
		Meetings: func(context.Context, perm.Actor, period.Period) ([]Held, error) { return w.held, nil },
		Late:     func(context.Context, perm.Actor, period.Day) ([]Late, error) { return w.late, nil },
		Print:    func(out io.Writer, d *docgen.Document, format string) (string, error) { return p.Print(out, d, format) }, Pictures: p.Pictures,
		Makers: map[string]Maker{Minutes: func(_ context.Context, _ perm.Actor, text string) (*docgen.Document, error) {
			if text != "2018-05a" {
				return nil, fault.New(fault.Missing, "没有 %s 的会议", text)
			}
			return &docgen.Document{Kind: docgen.Minutes, Mark: "调度会纪要", Body: []docgen.Block{docgen.Say("会议议定如下。")}, Meta: docgen.Meta{Subject: "调度会纪要"}}, nil
		}}})
	w.site = web.NewSite(web.Options{DB: db, Identity: w, Modules: []web.Module{w.s.Module()}, Clock: w.clock.Now, Title: "茶山县禁毒办"})
	w.be(perm.Office)
	w.april()
	return w
}

// april fills in one month: a figure that meets its target, one that does not, one without data,
// one of zero, one incomplete, and the townships of the first.
func (w *world) april() {
	apr, mar := period.MustParse("2018-04"), period.MustParse("2018-03")
	w.put(measure.Shown{Code: "I2", Name: "戒断三年未复吸率", Force: "ZB3", Period: mar, Value: "36.10", Text: "36.10%", Target: "≥30%", Verdict: "met", Light: measure.Green, Percent: true, UpIsGood: true})
	w.put(measure.Shown{Code: "I2", Name: "戒断三年未复吸率", Force: "ZB3", Period: apr, Value: "37.52", Text: "37.52%", Numerator: "568", Denominator: "1514", Target: "≥30%", Verdict: "met", Light: measure.Green, Percent: true, UpIsGood: true, Support: "clear_met"})
	w.put(measure.Shown{Code: "I6", Name: "出所管控率", Force: "ZB3", Period: apr, Value: "96.00", Text: "96.00%", Numerator: "24", Denominator: "25", Target: "≥98%", Verdict: "not_met", Light: measure.Red, Percent: true, UpIsGood: true, Support: "cannot_tell"})
	w.put(measure.Shown{Code: "N12", Name: "团伙案件", Period: apr, Value: "0", Text: "0起", Light: measure.Grey})
	w.put(measure.Shown{Code: "JYL", Name: "教育覆盖率", Period: apr, Text: "未报", Light: measure.Grey, Target: "≥95%", Missing: []org.UnitID{townA, townC}})
	w.put(measure.Shown{Code: "HCL", Name: "线索核查率", Period: apr, Value: "90.0", Text: "90.0%", Light: measure.Grey, Target: "≥95%", Note: "不完整", Missing: []org.UnitID{townB}})
	for i, v := range []string{"40.00", "35.00", ""} {
		u := []org.UnitID{townA, townB, townC}[i]
		f := measure.Shown{Code: "I2", Name: "戒断三年未复吸率", Unit: u, Period: apr, Value: v, Text: v + "%", Target: "≥30%", Verdict: "met", Light: measure.Green, Place: i + 1, Of: 2, Percent: true}
		if v == "" {
			f.Text, f.Verdict, f.Place, f.Light = "未报", "", 0, measure.Grey
		}
		w.put(f)
	}
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	testkit.Each(t, []fs.FS{embedded, files.Migrations}, func(t *testing.T, db *sqldb.DB) { test(t, newWorld(t, db)) })
}

// sqlite is a world for what does not depend on the database.
func sqlite(t *testing.T) *world {
	return newWorld(t, testkit.Open(t, sqldb.SQLite, embedded, files.Migrations))
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

type page struct {
	*goquery.Document
	status int
	header http.Header
	body   []byte
}

func (p page) main() string { return strings.Join(strings.Fields(p.Find("main").Text()), " ") }

func (w *world) do(r *http.Request) page {
	w.t.Helper()
	if w.lang != "" {
		r.AddCookie(&http.Cookie{Name: "lang", Value: w.lang})
	}
	rec := httptest.NewRecorder()
	w.site.ServeHTTP(rec, r)
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(rec.Body.Bytes()))
	w.must(err)
	return page{doc, rec.Code, rec.Header(), rec.Body.Bytes()}
}

func (w *world) open(path string) page {
	w.t.Helper()
	return w.do(httptest.NewRequest("GET", path, nil))
}

func (w *world) post(path string, v url.Values) page {
	w.t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.do(r)
}

func (w *world) upload(path, name string, content []byte, fields ...string) page {
	w.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for _, f := range fields {
		k, x, _ := strings.Cut(f, "=")
		w.must(m.WriteField(k, x))
	}
	if name != "" {
		f, err := m.CreateFormFile("file", name)
		w.must(err)
		_, err = f.Write(content)
		w.must(err)
	}
	w.must(m.Close())
	r := httptest.NewRequest("POST", path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return w.do(r)
}

// fields gives the editor's form as a browser would send it unchanged.
func (p page) fields(selector string) url.Values {
	v := url.Values{}
	p.Find(selector).Find("input,textarea,select").Each(func(_ int, s *goquery.Selection) {
		name, ok := s.Attr("name")
		kind, _ := s.Attr("type")
		if !ok || kind == "file" || kind == "checkbox" {
			return
		}
		switch goquery.NodeName(s) {
		case "textarea":
			v.Add(name, s.Text())
		case "select":
			x, _ := s.Find("option[selected]").Attr("value")
			v.Add(name, x)
		default:
			x, _ := s.Attr("value")
			v.Add(name, x)
		}
	})
	return v
}
