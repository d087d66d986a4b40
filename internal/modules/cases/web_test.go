package cases

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sqldb"
	"kaiyang/internal/platform/web"
)

// A front is the pages of an office as a browser without scripts sees them.
type front struct {
	*office
	server *httptest.Server
	people map[string]perm.Actor
	lang   string
}

// Identify knows people by a header.
func (f *front) Identify(r *http.Request) (web.Session, error) {
	a, known := f.people[r.Header.Get("X-Who")]
	if !known {
		return web.Session{}, fault.New(fault.SignedOut, "请先登录")
	}
	return web.Session{ID: a.Login, Actor: a}, nil
}

func newFront(t *testing.T) *front {
	o := newOffice(t, sqldb.SQLite)
	f := &front{office: o, people: map[string]perm.Actor{"office": o.chief(), "member": o.member(), "other": o.other(), "leader": o.leader(), "reader": o.reader(), "auditor": o.auditor(), "town": o.town()}}
	site := web.NewSite(web.Options{DB: o.db, Identity: f, Modules: []web.Module{o.Module()}, Clock: o.clock.Now, Title: "试验县", TitleEN: "Test", SignIn: "/login"})
	f.server = httptest.NewServer(site)
	t.Cleanup(f.server.Close)
	return f
}

type page struct {
	t      testing.TB
	path   string
	status int
	to     string
	body   []byte
	doc    *goquery.Document
}

func (f *front) do(who, method, path, media string, body io.Reader) page {
	f.t.Helper()
	r, err := http.NewRequest(method, f.server.URL+path, body)
	ok(f.t, err)
	r.Header.Set("X-Who", who)
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	if f.lang != "" {
		r.AddCookie(&http.Cookie{Name: "lang", Value: f.lang})
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	ok(f.t, err)
	defer res.Body.Close()
	content, err := io.ReadAll(res.Body)
	ok(f.t, err)
	p := page{t: f.t, path: path, status: res.StatusCode, to: res.Header.Get("Location"), body: content}
	p.doc, err = goquery.NewDocumentFromReader(bytes.NewReader(content))
	ok(f.t, err)
	return p
}

func (f *front) get(who, path string) page { f.t.Helper(); return f.do(who, "GET", path, "", nil) }

func (f *front) post(who, path string, fields ...string) page {
	f.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	return f.do(who, "POST", path, "application/x-www-form-urlencoded", strings.NewReader(v.Encode()))
}

func (p page) is(status int) page {
	p.t.Helper()
	if p.status != status {
		p.t.Fatalf("%s = %d, want %d: %s", p.path, p.status, status, p.text())
	}
	return p
}

func (p page) text() string { return strings.Join(strings.Fields(p.doc.Find("main").Text()), " ") }

func (p page) says(words ...string) page {
	p.t.Helper()
	for _, w := range words {
		if !strings.Contains(p.text(), w) {
			p.t.Errorf("%s does not say %q: %s", p.path, w, p.text())
		}
	}
	return p
}

// Strangers, readers, other task forces and townships reach what they should and nothing else.
func TestWhoReachesWhat(t *testing.T) {
	f := newFront(t)
	f.mapped()
	f.seized("2017-03-02", "heroin", "", 150_000, "演示01")
	read := []string{"/seizures", "/seizures/tables", "/seizures/tables/statute", "/api/v1/seizures"}
	register := []string{"/seizures/register"}
	write := []string{"/seizures/register/new", "/seizures/register/1"}
	deeds := []string{"/seizures/register/new", "/seizures/register/1", "/seizures/register/1/strike"}
	own := []string{"/seizures/mapping", "/seizures/tables/new"}
	ownDeeds := []string{"/seizures/mapping", "/seizures/tables/new", "/seizures/tables/1/withdraw"}
	for who, may := range map[string]struct{ read, register, write, own bool }{"office": {true, true, true, true}, "member": {true, true, true, false}, "other": {true, true, false, false}, "leader": {true, true, false, false}, "reader": {true, false, false, false}, "auditor": {}, "town": {}} {
		check := func(list []string, may bool) {
			for _, path := range list {
				if got := f.get(who, path).status; (got == 200) != may || !may && got != 403 {
					t.Errorf("GET %s as %s = %d", path, who, got)
				}
			}
		}
		check(read, may.read)
		check(register, may.register)
		check(write, may.write)
		check(own, may.own)
		for _, path := range deeds {
			if got := f.post(who, path).status; (got == 403) == may.write {
				t.Errorf("POST %s as %s = %d", path, who, got)
			}
		}
		for _, path := range ownDeeds {
			if got := f.post(who, path).status; (got == 403) == may.own {
				t.Errorf("POST %s as %s = %d", path, who, got)
			}
		}
	}
	for _, path := range slices.Concat(read, register, write, own) {
		if got := f.get("", path); got.status == 200 {
			t.Errorf("%s answers a stranger", path)
		}
	}
	if text := f.get("reader", "/seizures").text(); strings.Contains(text, "登记一起") || strings.Contains(text, "演示01") {
		t.Error("a reader sees what is not for him: " + text)
	}
}

// The page of a period says what to do where nothing is there, and has no sum over drugs.
func TestThePageOfAPeriod(t *testing.T) {
	f := newFront(t)
	f.get("leader", "/seizures").is(200).says("还没有对照", "标准表中的哪种毒品")
	f.post("office", "/seizures/mapping", "edition", "0", "element", "JH", "drug.毒品=海洛因", "heroin", "drug.毒品=冰毒", "heroin").is(422).says("一种毒品只能对应一个分类")
	f.post("office", "/seizures/mapping", "edition", "0", "element", "JH", "drug.毒品=海洛因", "heroin", "drug.毒品=冰毒", "methamphetamine", "drug.毒品=其他", "").is(303)
	f.get("office", "/seizures/mapping").is(200).says("第 1 版", "冰毒")
	f.reported = map[string]string{"毒品=海洛因 2017": "0.310", "毒品=冰毒 2017": "0.370", "毒品=其他 2017": "0.070", "毒品=海洛因 2016": "0.4"}
	f.post("member", "/seizures/register/new", "day", "2017-03-02", "drug", "heroin", "grams", "很多", "document", "演示").is(422).says("请写大于 0 的克数")
	if got, _ := f.post("member", "/seizures/register/new", "day", "2017-03-02", "drug", "heroin", "grams", "很多", "document", "演示").doc.Find("#grams").Attr("value"); got != "很多" {
		t.Errorf("typed %q", got)
	}
	f.post("member", "/seizures/register/new", "day", "2017-03-02", "drug", "heroin", "grams", "150.5", "document", "演示01", "unit", "999901101").is(303)
	f.get("leader", "/seizures/register?period=2017").is(200).says("演示01", "150.5", "甲镇")
	p := f.get("leader", "/seizures?period=2017").is(200)
	p.says("6.20", "31.00", "只有1起，共150.5克", "报表数310克，登记数150.5克，相差159.5克", "不同毒品的克数不相加", "刑法第357条")
	if strings.Contains(p.text(), "当量(") {
		t.Error("the index stands there although nobody asked for it")
	}
	f.get("leader", "/seizures?period=2017&index=1").is(200).says("按法释〔2016〕8号数量大标准折算的海洛因当量(仅供比较,不作执法依据)：约680克")
	f.get("leader", "/seizures?period=2015").is(200).says("这个标准自 2016-04-11 起施行")
	f.get("leader", "/seizures?period=%E4%B9%B1").is(200)
	f.get("leader", "/seizures?period=2019").is(200).says("2019 还没有到")
	f.get("leader", "/seizures?table=7").is(404)
	f.get("leader", "/seizures/tables/statute").is(200).says("法释〔2016〕8号第1条第7项", "未核实", "150,000")
	f.get("leader", "/seizures?period=2017&format=csv").is(200)
	f.get("leader", "/seizures/tables/statute?format=xlsx").is(200)
	if j := string(f.get("reader", "/api/v1/seizures?period=2017").is(200).body); !strings.Contains(j, `"grams":"310.000"`) || !strings.Contains(j, `"drug":null`) {
		t.Error(j)
	}
	f.get("reader", "/api/v1/seizures?period=x").is(422)
	// A second editor sees what the first saved.
	f.post("member", "/seizures/register/1", "version", "1", "day", "2017-03-02", "drug", "heroin", "grams", "151", "document", "演示01").is(303)
	f.post("office", "/seizures/register/1", "version", "1", "day", "2017-03-02", "drug", "heroin", "grams", "152", "document", "演示01").is(409).says("别人刚保存了这些", "151")
	f.post("member", "/seizures/register/1/strike", "version", "2").is(422).says("写明原因")
	f.post("member", "/seizures/register/1/strike", "version", "2", "reason", "登记错误").is(303)
	f.get("leader", "/seizures/register?period=2017").is(200).says("已删去：登记错误")
	f.get("leader", "/seizures?period=2017").is(200).says("没有登记")
	f.post("office", "/seizures/tables/new", "name", "演示折算表", "number", "演示1号", "kind", "equivalents", "from", "2017-01-01", "rows", "海洛因 | 1\n氯胺酮 | 很少").is(422).says("第 2 行的数值应大于 0")
	f.post("office", "/seizures/tables/new", "name", "演示折算表", "number", "演示1号", "kind", "equivalents", "from", "2017-01-01", "rows", "海洛因 | 1\n甲基苯丙胺 | 0.5").is(303)
	f.get("reader", "/seizures?period=2017&table=1&index=1").is(200).says("按演示折算表（演示1号）折算的海洛因当量(仅供比较,不作执法依据)：约495克")
	f.lang = "en"
	for _, path := range []string{"/seizures?period=2017&index=1", "/seizures/register", "/seizures/tables/statute", "/seizures/tables/1", "/seizures/mapping", "/seizures/tables/new", "/seizures/register/new"} {
		f.get("office", path).is(200)
	}
}

// Every page is proved against its view.
func TestPagesFitTheirViews(t *testing.T) {
	sumPage()
	registerPage()
	seizurePage()
	mappingPage()
	tablesPage()
	tablePage()
	loadPage()
}
