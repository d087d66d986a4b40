package wastewater

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"kaiyang/internal/core/fault"
	"kaiyang/internal/core/perm"
	"kaiyang/internal/platform/sheet"
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

func (f *front) upload(who, path, name string, content []byte) page {
	f.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	ok(f.t, err)
	_, err = part.Write(content)
	ok(f.t, err)
	ok(f.t, w.Close())
	return f.do(who, "POST", path, w.FormDataContentType(), &b)
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
	p := f.plant("演示污水厂", 52000, CubicMetres)
	f.campaign("2018年3月", "2018-03-12", []string{methamphetamine}, p)
	read := []string{"/wastewater", "/wastewater/plants", "/wastewater/assumptions", "/wastewater/campaigns/1", "/wastewater/campaigns/1/template", "/api/v1/wastewater", "/api/v1/wastewater/1"}
	write := []string{"/wastewater/plants/new", "/wastewater/plants/1", "/wastewater/campaigns/new/edit", "/wastewater/campaigns/1/edit", "/wastewater/campaigns/1/samples", "/wastewater/campaigns/1/import"}
	deeds := []string{"/wastewater/plants/new", "/wastewater/campaigns/new/edit", "/wastewater/campaigns/1/edit", "/wastewater/campaigns/1/samples", "/wastewater/campaigns/1/import", "/wastewater/campaigns/1/import/apply", "/wastewater/campaigns/1/final", "/wastewater/campaigns/1/sites"}
	own := []string{"/wastewater/assumptions", "/wastewater/campaigns/1/reopen"}
	for who, may := range map[string]struct{ read, write, own bool }{"office": {true, true, true}, "member": {true, true, false}, "other": {true, false, false}, "leader": {true, false, false}, "reader": {true, false, false}, "auditor": {}, "town": {}} {
		for _, path := range read {
			if got := f.get(who, path).status; (got == 200) != may.read || !may.read && got != 403 {
				t.Errorf("GET %s as %s = %d", path, who, got)
			}
		}
		for _, path := range write {
			if got := f.get(who, path).status; (got == 200) != may.write || !may.write && got != 403 {
				t.Errorf("GET %s as %s = %d", path, who, got)
			}
		}
		for _, path := range deeds {
			if got := f.post(who, path).status; (got == 403) == may.write {
				t.Errorf("POST %s as %s = %d", path, who, got)
			}
		}
		for _, path := range own {
			if got := f.post(who, path).status; (got == 403) == may.own {
				t.Errorf("POST %s as %s = %d", path, who, got)
			}
		}
	}
	for _, path := range append(read, write...) {
		if got := f.get("", path); got.status == 200 {
			t.Errorf("%s answers a stranger", path)
		}
	}
	if text := f.get("leader", "/wastewater/campaigns/1").text(); strings.Contains(text, "录入结果") {
		t.Error("a leader is offered what he may not do: " + text)
	}
}

// Forms that are refused keep what was typed; a second editor sees what the first saved.
func TestNothingTypedIsLost(t *testing.T) {
	f := newFront(t)
	f.post("member", "/wastewater/plants/new", "name", "演示污水厂", "people", "五万", "unit", "m3").is(422).says("服务人口请写大于 0 的整数", "来源")
	if got, _ := f.post("member", "/wastewater/plants/new", "name", "演示污水厂", "people", "五万", "unit", "m3").doc.Find("#people").Attr("value"); got != "五万" {
		t.Errorf("people %q", got)
	}
	f.post("member", "/wastewater/plants/new", "name", "演示污水厂", "people", "52,000", "unit", "m3", "source", "演示").is(303)
	f.post("member", "/wastewater/plants/new", "name", "演示污水厂", "people", "5", "unit", "m3", "source", "演示").is(422).says("已有污水厂")
	f.post("member", "/wastewater/campaigns/new/edit", "name", "三月", "first", "2018-06-01", "laboratory", "甲").is(422).says("还没有到", "请至少选择一座污水厂", "请至少选择一种检测物")
	f.post("member", "/wastewater/campaigns/new/edit", "name", "", "first", "三月一日", "laboratory", "甲").is(422).says("写法不对", "请写采样期名称", "请至少选择一座污水厂")
	f.post("member", "/wastewater/campaigns/new/edit", "name", "三月", "first", "2018-03-12", "laboratory", "甲", "plant", "1", "residue", methamphetamine, "residue", "ketamine").is(303)
	grid := func(version string, more ...string) page {
		fields := []string{"version", version, "l.ketamine", "2", "q.2018-03-12", "9100", "q.2018-03-13", "9000", "c.2018-03-12.methamphetamine", "88", "c.2018-03-13.methamphetamine", "92", "c.2018-03-12.ketamine", "<", "c.2018-03-13.ketamine", "<0.5"}
		return f.post("member", "/wastewater/campaigns/1/samples?plant=1", append(fields, more...)...)
	}
	bad := grid("1", "q.2018-03-14", "很多", "c.2018-03-14.methamphetamine", "0", "c.2018-03-14.ketamine", "1").is(422)
	bad.says("流量“很多”应是大于 0 的数")
	if got, _ := bad.doc.Find(`input[name="q.2018-03-14"]`).Attr("value"); got != "很多" || bad.doc.Find("td.bad").Length() != 1 {
		t.Errorf("flow %q, %d marked", got, bad.doc.Find("td.bad").Length())
	}
	grid("1", "c.2018-03-14.methamphetamine", "0", "c.2018-03-14.ketamine", "1").is(422).says("低于定量限不等于没有", "浓度 1 低于定量限 2")
	grid("1").is(303)
	d := must(f.Show(as(f.member()), f.member(), 1))(t).Data
	if len(d.Flows) != 2 || len(d.Samples) != 4 || d.samples()[cell{1, d.Flows[1].Day, "ketamine"}].Limit != 500 {
		t.Errorf("%+v", d)
	}
	// Somebody opened the page before: told what stands there, what was typed is kept.
	late := grid("1", "c.2018-03-12.methamphetamine", "99").is(409)
	late.says("别人刚保存了这些", "内容刚被别人改过")
	// Emptying a cell takes the result away.
	f.post("member", "/wastewater/campaigns/1/samples?plant=1", "version", "2", "q.2018-03-12", "9100", "c.2018-03-12.methamphetamine", "88").is(303)
	if d = must(f.Show(as(f.member()), f.member(), 1))(t).Data; len(d.Flows) != 1 || len(d.Samples) != 1 {
		t.Errorf("after emptying: %+v", d)
	}
	f.get("reader", "/wastewater/campaigns/1").is(200).says("数据不足，暂不下结论；还需要：甲基苯丙胺至少3天的流量和检测结果", "还缺 6 天流量")
	f.get("reader", "/wastewater").is(200).says("缺 19 格", "数据不足")
}

// A file with faults: all of them come at once, with cell and cure, and nothing is written.
func TestFaultsOfAFile(t *testing.T) {
	f := newFront(t)
	p := f.plant("演示污水厂", 52000, CubicMetres)
	id := f.campaign("2018年3月", "2018-03-12", []string{methamphetamine, "ketamine"}, p)
	a := f.member()
	for _, x := range []struct{ name, row, want string }{
		{"another plant", "别的厂,2018-03-12,9000,甲基苯丙胺,88,", "没有污水厂“别的厂”；有的是：演示污水厂"},
		{"no day", "演示污水厂,三月,9000,甲基苯丙胺,88,", "读不出来"},
		{"outside the week", "演示污水厂,2018-03-19,9000,甲基苯丙胺,88,", "不在采样期"},
		{"unknown residue", "演示污水厂,2018-03-12,9000,咖啡因,88,", "不在假定表里"},
		{"not chosen", "演示污水厂,2018-03-12,9000,吗啡,88,", "没有选检测物"},
		{"no number", "演示污水厂,2018-03-12,9000,甲基苯丙胺,很高,", "不是数"},
		{"too many decimals", "演示污水厂,2018-03-12,9000,甲基苯丙胺,1.2345,", "最多 3 位小数"},
		{"negative", "演示污水厂,2018-03-12,9000,甲基苯丙胺,-3,", "负数"},
		{"zero", "演示污水厂,2018-03-12,9000,甲基苯丙胺,0,", "不等于没有"},
		{"below without limit", "演示污水厂,2018-03-12,9000,甲基苯丙胺,<,", "要写定量限"},
		{"number under the limit", "演示污水厂,2018-03-12,9000,甲基苯丙胺,1,2", "请写成“<”"},
		{"no flow", "演示污水厂,2018-03-12,0,甲基苯丙胺,88,", "流量“0”应是大于 0 的数"},
	} {
		rep := must(f.Import(as(a), a, id, "a.csv", []byte("污水厂,日期,流量,检测物,浓度,定量限\n演示污水厂,2018-03-13,9000,甲基苯丙胺,92,2\n"+x.row+"\n"), false))(t)
		if len(rep.Findings) != 1 || !strings.Contains(rep.Findings[0].Say(nil), x.want) || rep.Written || rep.Rejected != 1 || rep.Read != 2 || rep.Created != 1 {
			t.Errorf("%s: %+v", x.name, rep)
		}
	}
	rep := must(f.Import(as(a), a, id, "a.csv", []byte("污水厂,日期,流量,检测物,浓度,定量限\n演示污水厂,2018-03-13,9000,甲基苯丙胺,92,\n演示污水厂,2018-03-13,9000,甲基苯丙胺,93,\n演示污水厂,2018-03-13,8000,氯胺酮,3,\n别的厂,,,氯胺酮,3,\n"), false))(t)
	if len(rep.Findings) != 3 || rep.Rejected != 3 {
		t.Errorf("twice, another flow, another plant: %v", rep.Findings)
	}
	for name, content := range map[string]string{"a.xls": "x", "a.pdf": "x", "a.csv": "日期,浓度\n2018-03-12,5\n", "b.csv": ""} {
		if _, err := f.Import(as(a), a, id, name, []byte(content), false); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if w := must(f.Show(as(a), a, id))(t); len(w.Data.Samples)+len(w.Data.Flows) != 0 || w.Campaign.Version != 1 {
		t.Errorf("something was written: %+v", w.Data)
	}
	// A flow in the wrong unit is asked about, not refused.
	flows := []string{"9100", "9000", "0.88", "9050", "9300", "9900", "9700"}
	rep = must(f.Import(as(a), a, id, "a.csv", []byte(file("2018-03-12", "演示污水厂", methamphetamine, flows, weekC)), true))(t)
	if len(rep.Findings) != 0 || len(rep.Soft) != 1 || !strings.Contains(rep.Soft[0].Say(nil), "核对单位") || rep.Written || rep.Created != 7 {
		t.Errorf("%+v", rep)
	}
	f.upload("member", "/wastewater/campaigns/1/import", "a.csv", []byte(file("2018-03-12", "演示污水厂", methamphetamine, flows, weekC))).is(200).says("新增 7", "请核对，可以照样导入")
	f.upload("member", "/wastewater/campaigns/1/import", "a.csv", []byte(file("2018-03-11", "演示污水厂", methamphetamine, flows, weekC))).is(422).says("不在采样期", "什么都没有写入")
	f.upload("member", "/wastewater/campaigns/1/import", "a.csv", nil).is(422).says("请选择文件")
}

// The template that the laboratory fills in is read back, in either language, and the same file
// again changes nothing.
func TestTheTemplateComesBack(t *testing.T) {
	for _, lang := range []string{"", "en"} {
		f := newFront(t)
		f.lang = lang
		p := f.plant("演示污水厂", 52000, CubicMetres)
		f.campaign("2018年3月", "2018-03-12", []string{methamphetamine}, p)
		f.load(1, file("2018-03-12", "演示污水厂", methamphetamine, weekQ, weekC))
		book := f.get("reader", "/wastewater/campaigns/1/template").is(200).body
		b, err := sheet.OpenBytes(book, sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		intro := ""
		if err := b.Rows(b.Sheets()[0], func(_ int, values []sheet.Value) error {
			for _, v := range values {
				intro += v.Text
			}
			return nil
		}); err != nil || intro == "" || strings.Contains(intro, "请填 0") {
			t.Errorf("a laboratory must not be asked for zeros: %q, %v", intro, err)
		}
		a := f.member()
		rep := must(f.Import(as(a), a, 1, "结果.xlsx", book, true))(t)
		if rep.Read != 7 || rep.Unchanged != 7 || len(rep.Findings) != 0 {
			t.Errorf("%q: %+v", lang, rep)
		}
		second := f.campaign("2018年4月", "2018-03-12", []string{methamphetamine}, p)
		up := f.upload("member", campaignPath(second)+"/import", "结果.xlsx", book).is(200)
		hash, _ := up.doc.Find("input[name=hash]").Attr("value")
		f.post("member", campaignPath(second)+"/import/apply", "hash", hash).is(303)
		if w := must(f.Show(as(a), a, second))(t); !w.Results[0].All.Measured() || w.Campaign.Version != 2 {
			t.Errorf("%+v", w.Results[0].All)
		}
		f.get("reader", campaignPath(second)).is(200)
		j := f.get("reader", "/api/v1/wastewater/1").is(200)
		if !strings.Contains(string(j.body), `"mean":19.18997`) {
			t.Errorf("%s", j.body)
		}
		f.get("reader", campaignPath(second)+"?format=xlsx").is(200)
		f.get("reader", "/wastewater?format=csv").is(200)
	}
}
